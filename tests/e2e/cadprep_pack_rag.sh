#!/usr/bin/env bash
# Packs with retrieved parts, from the index to the checkpoint: rag.enabled goes with the template, trimmed places are shown, a
# leaky pack is refused by cadtrain unless it is allowed, and then its mark stands in every result.
. "$(dirname "$0")/lib.sh"
cd "$T"
fixture
data=$E2E/data
printf '{caption}\n{retrieved}\n\n{output}' >rag.txt
pack=(cadprep pack "$data" --tokenizer="$data/tokenizer" --template=file:rag.txt --set=rag.enabled=on)

runs 65 cadprep pack "$data" --tokenizer="$data/tokenizer" --template=step-rag
says "$err" "prompt.template = step-rag" "rag.enabled = off" "on exactly when the template has {retrieved}"
runs 65 cadprep pack "$data" --tokenizer="$data/tokenizer" --template=ir --set=rag.enabled=on
says "$err" "on exactly when the template has {retrieved}"
runs 65 cadprep pack "$data" --tokenizer="$data/tokenizer" --template=file:rag.txt
says "$err" "has {retrieved}, but rag.enabled = off"
runs 65 "${pack[@]}"
says "$err" "does not tell of retrieval" "hint: cadprep rag build"

runs 65 cadprep stats "$data" --tokenizer="$data/tokenizer" --template=file:rag.txt --set=rag.enabled=on
says "$err" "does not tell of retrieval" "hint: cadprep rag build"
runs 0 cadprep rag build "$data"
runs 0 "${pack[@]}"
silent "$err" "leaky" "retrieved nothing"
runs 0 cadprep audit "$data/val.pack.h5"
says "$out" "retrieved  1 a row; 0 rows lost the end of it"
# What the pack shows is the target of the row that stands in train.jsonl.
runs 0 cadprep preview "$data/val.pack.h5" -n 1 --json
python3 - "$data" "$out" <<'P' || die "val.pack.h5 does not show what its first row retrieved"
import json, sys
train = [json.loads(line) for line in open(sys.argv[1] + "/train.jsonl")][1:]
row = [json.loads(line) for line in open(sys.argv[1] + "/val.jsonl")][1]
target = {r["id"]: r["target"] for r in train}[row["rag"][0]["id"]]
text = json.load(open(sys.argv[2]))[0]["text"]
want = row["caption"] + "\n" + target.rstrip("\n") + "\n\n[[" + row["target"]
assert want in text, (want, text)
P
# stats counts the rows that the packs hold, retrieved text and all.
stats=(cadprep stats "$data" --tokenizer="$data/tokenizer")
runs 0 "${stats[@]}" --template=file:rag.txt --set=rag.enabled=on --json
python3 - "$data/audit.json" "$out" <<'P' || die "stats and packs count otherwise"
import json, sys
audit, stats = (json.load(open(p)) for p in sys.argv[1:])
packs, tokens = [audit[k] for k in ("train", "val", "test")], stats["tokens"]
rows, n, loss = (sum(p[k] for p in packs) for k in ("rows", "tokens", "loss_tokens"))
assert tokens["row"]["max"] == max(p["length"]["max"] for p in packs), (tokens, packs)
assert abs(tokens["row"]["mean"] * rows - n) < 1e-6 * n and abs(tokens["loss_share"] * n - loss) < 1e-6 * n, (tokens, packs)
assert tokens["retrieved"]["min"] > 0 and tokens["without"] == 0, tokens
P
runs 0 "${stats[@]}" --template=file:rag.txt --set=rag.enabled=on
says "$out" "retrieved  "
runs 65 "${stats[@]}" --template=file:rag.txt
says "$err" "has {retrieved}, but rag.enabled = off"
longest=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["train"]["length"]["max"])' "$data/audit.json")
runs 65 "${pack[@]}" --max-tokens=$((longest - 8))
says "$err" "data.on_overflow = trim_context"
runs 0 "${pack[@]}" --max-tokens=$((longest - 8)) --on-overflow=trim_context
says "$err" "rows lost the end of the text that they retrieved" "trimmed"
runs 0 cadprep preview "$data/train.pack.h5" -n 100
says "$out" "bytes of retrieved text did not fit]"
runs 0 cadprep preview "$data/train.pack.h5" -n 100 --html=p.html
says p.html "<mark>[.. "

# A change of what was retrieved from makes the pack stale.
runs 0 "${pack[@]}"
cp "$data/train.jsonl" kept.jsonl
sed -i '$d' "$data/train.jsonl"
runs 65 cadtrain "$TINY" --check
says "$err" "train.jsonl: hashes to"
cp kept.jsonl "$data/train.jsonl"

runs 0 cadprep rag build "$data" --ties=first
runs 0 "${pack[@]}"
says "$err" "train.pack.h5: leaky" "waived: leaky"
runs 65 cadtrain "$TINY"
says "$err" "train.pack.h5: leaky" "hint: --set=rag.allow_leak=on"
rm -rf "$E2E/runs"
runs 0 cadtrain "$TINY" --set=rag.allow_leak=on
ckpt=$E2E/runs/tiny/ckpt/latest
says "$ckpt/README.md" "| waived | leaky |"
json "$ckpt/trainer_state.json" 'd["waived"] == "leaky" and d["kind"] == "ir" and len(d["rag_index_xxh3"]) == 32'
json "$E2E/runs/tiny/run.json" 'd["waived"] == "leaky"'
json "$E2E/runs/tiny/audit.json" 'd["train"]["waived"] == "leaky"'
runs 0 cadtool ckpt info "$ckpt" --json
json "$out" 'd["waived"] == "leaky" and len(d["rag_index_xxh3"]) == 32'

# A model that learnt with retrieved parts is asked with them: by the index of its data, which may not have changed.
ask=(cadgen --ckpt="$ckpt" "a plate 40 x 20 x 5 mm" --max-new=4)
runs 3 "${ask[@]}"
says "$err" "prompt 1: retrieved s11-" "cut after 4 tokens"
runs 3 "${ask[@]}" --rag=off
silent "$err" "retrieved s11-"
sed -i '$d' "$data/train.jsonl"
runs 0 cadprep rag build "$data"
runs 65 "${ask[@]}"
says "$err" "rag.index: the index is" "the model learnt with"
runs 3 "${ask[@]}" --rag="$data"
says "$err" "prompt 1: retrieved s11-"
runs 66 "${ask[@]}" --rag=absent
says "$err" "hint: cadprep rag build"
runs 2 cadgen "a plate" --rag="$data"
says "$err" "has no {retrieved}"
# An index of an encoder with weights asks for their folder.
bert=$CADLM_SOURCE/tests/golden/minilm_tiny
runs 0 cadprep rag build "$data" --encoder=minilm --encoder-path="$bert"
runs 65 "${ask[@]}" --rag="$data"
says "$err" "rag.encoder_path is not set" "made by encoder minilm with weights" "hint: --set=rag.encoder_path=DIR"
runs 66 "${ask[@]}" --rag="$data" --set=rag.encoder_path=absent
says "$err" "absent/config.json"
runs 3 "${ask[@]}" --rag="$data" --set=rag.encoder_path="$bert"
says "$err" "prompt 1: retrieved s11-"
cp -R "$ckpt/" bare
rm bare/config.ini
runs 65 cadgen --ckpt=bare "a plate" --max-new=4
says "$err" "rag.index is empty" "--rag=off"

# cadeval asks in the same way: the table says so; an index that holds a prompt of the suite is refused.
python3 - "$data" <<'P'
import json, sys
held = json.loads(open(sys.argv[1] + "/train.jsonl").read().splitlines()[1])["caption"]
for name, prompts in (("fresh", ["a plate 41 x 23 x 5 mm"]), ("held", ["a plate 41 x 23 x 5 mm", held.upper()])):
    with open(name + ".jsonl", "w") as f:
        print(json.dumps({"kind": "suite", "name": name, "schema": 1, "version": "1"}), file=f)
        for i, prompt in enumerate(prompts):
            print(json.dumps({"id": f"p{i}", "prompt": prompt, "expect": {"solids": 1}}), file=f)
P
score=(cadeval --ckpt="$ckpt" --max-new=4 --rag="$data" --set=rag.encoder_path="$bert")
runs 0 "${score[@]}" --suite=fresh.jsonl --out=scored
says "$out" " | rag "
silent "$out" "rag off"
runs 65 "${score[@]}" --suite=held.jsonl --out=held
says "$err" "is held out: held.jsonl has its caption" "hint: an index of the training split"
runs 0 cadeval --ckpt="$ckpt" --max-new=4 --rag=off --suite=held.jsonl --out=without
says "$out" "rag off"
