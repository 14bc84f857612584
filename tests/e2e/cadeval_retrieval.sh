#!/usr/bin/env bash
# Models that learnt with retrieval in a table: what is held out by what the splits keep apart, marks of leaks, answers of other
# prompts, and the baseline that copies what is retrieved.
. "$(dirname "$0")/lib.sh"
fixture_rag
evaluate=(cadeval --ckpt=model="$ckpt" --max-new=4 --sheet=0)
score=("${evaluate[@]}" --suite="$data/synth-test.jsonl" --limit=6)

runs 0 "${score[@]}" --out=plain
says "$out" "| model |" "encoder hash; captions of the suite found in it: 0"
silent "$out" "leaky"

# Answers to prompts that showed other texts are none of these.
cp -R "$data" other
sed -i 's/"target":"/"target":"# other\\n/' other/train.jsonl
runs 0 cadprep rag build other
runs 0 "${score[@]}" --out=plain --set=log.level=info
says "$err" "6/6 answers and 6/6 scores were there"
runs 0 "${score[@]}" --out=plain --rag=other
silent "$err" "answers and 6/6 scores were there"
python3 - <<'P' || die "predictions do not tell what their prompts showed"
import glob, json
rows = [json.loads(x) for p in glob.glob("plain/model-*/predictions.jsonl") for x in open(p)]
rows = [r for r in rows if "id" in r]
shas = {(r["id"], r["prompt_sha"]) for r in rows}
assert len(rows) == len(shas) == 12 and all(len(r["rag_ids"]) == 1 for r in rows), rows
P

# An index that holds the suite: refused, or marked where the table prints the row.
cp -R "$data" whole
runs 0 cadprep rag build whole --scope=all
runs 65 "${score[@]}" --out=whole.out --rag=whole
says "$err" "is held out: " "has its caption" "--set=rag.allow_leak=on"
cp -R "$ckpt/" allowed
grep -q '^allow_leak' allowed/config.ini && sed -i 's/^allow_leak.*/allow_leak = on/' allowed/config.ini || sed -i 's/^\[rag\]/&\nallow_leak = on/' allowed/config.ini
runs 65 cadeval --ckpt=model=allowed --max-new=4 --sheet=0 --suite="$data/synth-test.jsonl" --limit=6 --out=whole.out --rag=whole
says "$err" "--set=rag.allow_leak=on" # of the training, and not of this
runs 0 "${score[@]}" --out=whole.out --rag=whole --set=rag.allow_leak=on
says "$out" "| model (leaky) |" "| waived leaky |"
json whole.out/model-*/results.json 'd["waived"] == "leaky"'

# Parts that stand in several splits are held out where splits keep them apart, as the pack beside the index says.
python3 - "$data" <<'P'
import json, sys
train = json.loads(open(sys.argv[1] + "/train.jsonl").read().splitlines()[1])
head, row = open(sys.argv[1] + "/synth-test.jsonl").read().splitlines()[:2]
row = dict(json.loads(row), cluster=train["group"]["geometry"])
open("part.jsonl", "w").write("\n".join((json.dumps({"kind": "suite", "name": "part", "schema": 1, "version": "1"}), json.dumps(row))) + "\n")
P
part=("${evaluate[@]}" --suite=part.jsonl --set=metrics.baselines=)
runs 65 "${part[@]}" --out=part
says "$err" "part.jsonl has its part"
runs 65 "${part[@]}" --out=part --rag="$data"
says "$err" "part.jsonl has its part"
cp -R "$data" captions
runs 0 cadprep pack captions "${pack[@]}" --set=prep.group=caption
runs 0 "${part[@]}" --out=part --rag=captions
says "$err" "has a part of part.jsonl; the split did not keep these apart"
silent "$out" leaky
rm captions/*.h5
runs 65 "${part[@]}" --out=part --rag=captions

# retrieval-copy copies the row of train that the encoder of the run finds.
bert=$CADLM_SOURCE/tests/golden/minilm_tiny
runs 0 cadprep rag build other --encoder=minilm --encoder-path="$bert"
copied() { # folder, index, options of cadprep rag query
    python3 - "$@" <<'P' || die "retrieval-copy of $1 copies other rows"
import glob, json, subprocess, sys
out, index, *options = sys.argv[1:]
suite = {r["id"]: r["prompt"] for r in map(json.loads, open(glob.glob("tiny/data/synth-test.jsonl")[0])) if "id" in r}
target = {r["id"]: r["target"] for r in map(json.loads, open("tiny/data/train.jsonl")) if "id" in r}
rows = [r for p in glob.glob(out + "/retrieval-copy-*/predictions.jsonl") for r in map(json.loads, open(p)) if "id" in r]
found = []
for r in rows:
    q = subprocess.run(["cadprep", "rag", "query", index, suite[r["id"]], "--json", "--set=rag.ties=first", *options],
                       capture_output=True, check=True)
    found.append(json.loads(q.stdout)["hits"][0]["id"])
    assert r["text"].strip() == target[found[-1]].strip(), (r, target[found[-1]])
assert len(rows) == 6
json.dump(found, open(out + ".found", "w"))
P
}
runs 0 "${score[@]}" --out=bert --rag=other --set=rag.encoder_path="$bert"
says "$out" "encoder minilm; captions of the suite found in it: 0"
copied bert other --set=rag.encoder_path="$bert"
copied plain "$data/rag.index"
! cmp -s bert.found plain.found || die "both encoders find the same rows: nothing is shown by this"
