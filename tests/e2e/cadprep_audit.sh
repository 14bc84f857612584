#!/usr/bin/env bash
# The audit of packs: what it prints and writes; and what ends a pack and a start: leaks, drops, changed sources, waivers unsaid.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
data=$E2E/data
pack=(cadprep pack --tokenizer="$data/tokenizer")

# audit.json beside the packs, the text and --json tell the same numbers.
runs 0 "${pack[@]}" "$data"
says "$err" "train.pack.h5: " "% in the loss" "under 4K/8K/16K 100/100/100 %" "longest s11-" "0 dropped" "in two splits: 0 captions, 0 geometries"
runs 0 cadprep audit "$data/train.pack.h5" --json
cp "$out" facts
# A pack holds no fact that packing does not know: the seed of the split; leaks between packs, which stand in audit.json.
for attribute in split_seed leak_report; do ! grep -qaF $attribute "$data/train.pack.h5" || die "an attribute $attribute"; done
grep -qaF split_group "$data/train.pack.h5" || die "attributes cannot be read so"
runs 0 cadprep audit "$data/train.pack.h5"
python3 - "$data/audit.json" facts "$out" "$data" <<'P' || die "audit.json, --json and the text disagree"
import json, sys
written, facts = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
assert written["train"] == facts and written["leaks"] == {"caption": 0, "geometry": 0, "answer": 0, "ungrouped": 0, "first": ""}, written
rows = {s: len(open(f"{sys.argv[4]}/{s}.jsonl").readlines()) - 1 for s in ("train", "val", "test")}
assert {s: written[s]["rows"] for s in rows} == rows, rows
text = dict(line.split(None, 1) for line in open(sys.argv[3]).read().splitlines())
assert int(text["rows"].replace(",", "")) == facts["rows"]
assert text["tokens"] == f"{facts['tokens']:,}, {facts['loss_tokens']:,} in the loss ({100 * facts['loss_share']:.1f} %)", text
assert text["longest"] == ", ".join(f"{r['id']} ({r['tokens']})" for r in facts["longest"]) and len(facts["longest"]) == 3
assert sorted(text["families"].split(", ")) == sorted(f"{k} {v}" for k, v in facts["families"].items())
assert text["dropped"] == "none" and text["waived"] == "none" and text["template"] == facts["template_xxh3"]
assert facts["under_4k"] == 1 and f"max {facts['length']['max']} tokens" in text["length"]
P
runs 0 cadprep verify "$data"
says "$out" "train  " "leaks  in two splits: 0 captions" "suite  12 prompts"

[ "$(tail -c 2 "$data/audit.json" | tr '\n' N)" = "}N" ] || die "audit.json does not end with one line feed"

# At the start of a run: the same lines, the same file.
rm -rf "$E2E/runs"
runs 0 cadtrain "$TINY"
says "$err" "audit: train: " "% in the loss" "audit: val: " "audit: in two splits: 0 captions, 0 geometries"
json "$E2E/runs/tiny/audit.json" 'd["train"]["rows"] > 10 and len(d["val"]["longest"]) == 3 and d["leaks"]["caption"] == 0 and d["train"]["dropped"] == {}'
rm -r "$E2E/runs"

not_started() { # text...: neither --check nor a start takes the data
    for mode in --check --resume=auto; do
        runs 65 cadtrain "$TINY" $mode
        says "$err" "$@"
    done
    [ ! -e "$E2E/runs/tiny/ckpt" ] || [ -z "$(ls "$E2E/runs/tiny/ckpt")" ] || die "a checkpoint appeared: $last"
}

# A leak: a caption of train under another id in val.  The packer ends and so does the start, each with both ids.
cp -R "$data" whole
mkdir before && cp "$data"/*.pack.h5 before
plant() { # python statement on the last row v of val and the second of train t
    python3 - "$data" "$1" <<'P'
import json, sys
train, val = (open(f"{sys.argv[1]}/{s}.jsonl").read().splitlines() for s in ("train", "val"))
t, v = json.loads(train[2]), json.loads(val[-1])
v["id"] = "planted"
exec(sys.argv[2])
open(f"{sys.argv[1]}/val.jsonl", "w").write("\n".join(val[:-1] + [json.dumps(v, ensure_ascii=False)]) + "\n")
print(t["id"])
P
}
# What a row says of its groups does not count where its caption or its answer says otherwise.
for what in caption:caption target:answer; do
    twin=$(plant "v[\"${what%:*}\"] = t[\"${what%:*}\"]")
    runs 65 "${pack[@]}" "$data"
    says "$err" "${what#*:} of row planted (val) is that of row $twin (train)" "hint: cadprep split"
    cp whole/val.jsonl "$data"
done
twin=$(plant 'v["caption"] = t["caption"]; v.pop("group")')
runs 65 "${pack[@]}" "$data"
says "$err" "caption of row planted (val) is that of row $twin (train)" "hint: cadprep split"
json "$data/audit.json" 'd["leaks"]["caption"] == 1 and "planted" in d["leaks"]["first"]'
# What is refused gets no name: the packs are those of before.
for split in train val test; do same "$data/$split.pack.h5" "$T/before/$split.pack.h5"; done
[ -z "$(find "$data" -name '*unaudited*')" ] || die "$(ls "$data")"
for split in train val; do runs 0 "${pack[@]}" "$data/$split.jsonl" -o "$data/$split.pack.h5"; done
not_started "caption of row planted (val) is that of row $twin (train)" train.pack.h5 val.pack.h5
# Data that were never grouped by it are taken, and the start says so.
runs 0 "${pack[@]}" "$data" --set=prep.group=geometry
says "$err" "in two splits: 1 captions"
runs 0 cadtrain "$TINY"
says "$err" "warning: audit: in two splits: 1 captions"
rm -r "$E2E/runs" "$data"
cp -R whole "$data"

# A source that changed behind its pack's back: both hashes and the command.
runs 0 "${pack[@]}" "$data"
head -n -1 whole/train.jsonl >"$data/train.jsonl"
not_started "train.jsonl: hashes to" "the pack was made from" "hint: cadprep pack $data"
[ "$(grep -oE '\b[0-9a-f]{32}\b' "$err" | sort -u | wc -l)" = 2 ] || die "not both hashes"
cp whole/train.jsonl "$data/train.jsonl"

# Another template than that of the packs.
runs 65 cadtrain "$TINY" --check --set=prompt.template=cad0
says "$err" "template hash of the pack is" "in use is" "cadprep pack"

# More rows dropped than this configuration allows.
python3 - "$data/train.jsonl" <<'P'
import json, sys
lines = open(sys.argv[1]).read().splitlines()
for i in range(1, 11):
    r = json.loads(lines[i])
    r["caption"] = f"{i} " + "a plate " * 900
    r.pop("group")
    lines[i] = json.dumps(r)
open(sys.argv[1], "w").write("\n".join(lines) + "\n")
P
runs 65 "${pack[@]}" "$data" --max-tokens=1024 --on-overflow=drop
says "$err" "10 of" "rows dropped, audit.max_drop is 0.02" "s11-"
runs 0 "${pack[@]}" "$data" --max-tokens=1024 --on-overflow=drop --set=audit.max_drop=0.5
json "$data/audit.json" 'd["train"]["dropped"] == {"overflow": 10}'
not_started "train.pack.h5: 10 of" "audit.max_drop is 0.02" "hint: raise audit.max_drop"
runs 0 cadtrain "$TINY" --check --set=audit.max_drop=0.5
rm -rf "$data" "$E2E/runs"
cp -R whole "$data"

# A waiver is said at the start, in the card of the checkpoint, in its results and under the table; a misspelt one is none.
runs 65 "${pack[@]}" "$data" --set=audit.waive=no_eoss
says "$err" "audit.waive: found 'no_eoss'" "no_eos loss_on_context template cut_answer"
runs 65 cadtrain "$TINY" --check --set=audit.waive=no_eoss
runs 65 "${pack[@]}" "$data" --set=prompt.loss_on=all
runs 0 "${pack[@]}" "$data" --set=prompt.loss_on=all --set=audit.waive=loss_on_context
runs 0 cadtrain "$TINY"
says "$err" "train.pack.h5 waives loss_on_context" "waived: loss_on_context"
ckpt=$E2E/runs/tiny/ckpt/latest
says "$ckpt/README.md" "| waived | loss_on_context |"
runs 0 cadeval --ckpt=small="$ckpt" --suite="$data/synth-test.jsonl" --limit=2 --max-new=16 --out=eval
says "$out" "waived loss_on_context |"
python3 - eval <<'P' || die "results.json does not tell the waiver"
import glob, json, sys
assert [json.load(open(p))["waived"] for p in glob.glob(sys.argv[1] + "/small-*/results.json")] == ["loss_on_context"]
P

# Another template than the checkpoint learnt with: refused with both hashes, unless waived.
runs 65 cadgen --ckpt="$ckpt" --template=cad0 "a plate" --max-new=4
says "$err" "template cad0 is" "learnt with" "hint: --set=audit.waive=template"
runs 65 cadgen --ckpt="$ckpt" --template=cad0 "a plate" --max-new=4 --set=audit.waive=templates
says "$err" "audit.waive: found 'templates'"
for options in --template=ir "--template=cad0 --set=audit.waive=template"; do # two steps of training make no part
    runs 3 cadgen --ckpt="$ckpt" $options "a plate" --max-new=4
    silent "$err" "learnt with"
done

# Ids are data: no control byte of theirs reaches a terminal.
printf '%s\n' '{"schema":1,"kind":"corpus"}' '{"id":"a\u001b[31mb","caption":"a plate","target":"C 1 2 3","kind":"ir","source":"x","meta":{"family":"f\u0007"}}' >esc.jsonl
runs 0 cadprep pack esc.jsonl -o esc.pack.h5 --tokenizer="$data/tokenizer"
[ -s esc.audit.json ] || die "no audit.json of a single pack"
silent "$err" "$(printf '\033')"
runs 0 cadprep audit esc.pack.h5
says "$out" 'a\x1b[31mb' 'f\x07'
silent "$out" "$(printf '\033')" "$(printf '\007')"
