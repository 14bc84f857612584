#!/usr/bin/env bash
# Leaks through retrieval: none as cadprep makes it; one of each kind that is planted ends pack and verify; the mark of settings that
# leak ends training.
. "$(dirname "$0")/lib.sh"
cd "$T"
runs 0 cadprep synth -o s.jsonl -n 150 --families=plate
runs 0 cadprep split s.jsonl -o clean --suite-rows=4
runs 0 cadprep rag build clean
printf '{caption}\n{retrieved}\n\n{output}' >rag.txt
pack=(cadprep pack --template=file:rag.txt --set=rag.enabled=on --tokenizer="$CADLM_SOURCE/models/tiny" --max-tokens=4096)
runs 0 "${pack[@]}" clean
says "$err" "retrieval: " "; 0 outside, 0 itself, 0 caption, 0 geometry"
runs 0 cadprep verify clean
says "$out" "retrieval " "; 0 outside, 0 itself, 0 caption, 0 geometry"
runs 0 cadprep verify clean --json
json "$out" 'd["retrieval"]["checked"] and d["retrieval"]["shown"] == sum(d[s]["rows"] for s in ("train", "val", "test"))'

plant() { # kind: a copy of the folder in which one row is shown what it may not see
    rm -rf bad && cp -R clean bad && rm -f bad/*.h5 bad/rag.index
    python3 - "$1" <<'PY'
import json, sys
kind = sys.argv[1]
splits = {s: [json.loads(line) for line in open(f"bad/{s}.jsonl")] for s in ("train", "val", "test")}
victim, other = splits["train"][2], splits["train"][3]
if kind == "itself":
    other = victim
elif kind == "outside":
    other = splits["val"][1]
    for rows in splits.values():
        rows[0]["info"]["rag"]["scope"] = "all"
elif kind == "caption": # what a row says of its group does not count
    victim["caption"] = other["caption"]
else:
    victim.setdefault("group", {})[kind] = other.setdefault("group", {})[kind] = "00000000000000ff"
victim["rag"][0]["id"] = other["id"]
for split, rows in splits.items():
    with open(f"bad/{split}.jsonl", "w") as f:
        f.writelines(json.dumps(r) + "\n" for r in rows)
PY
}

start() { # options..: of a run on the packs of bad
    cadtrain "$CADLM_SOURCE/tests/e2e/tiny.ini" --check --set=data.train=bad/train.pack.h5 --set=data.val=bad/val.pack.h5 \
        --set=rag.enabled=on --set=prompt.template=file:rag.txt --set=data.max_tokens=4096 \
        --set=tokenizer.path="$CADLM_SOURCE/models/tiny" --set=tokenizer.own_bpe=0 "$@"
}
export E2E=$T
cp -R clean bad
runs 0 start
for kind in outside itself caption geometry; do
    plant $kind
    runs 65 "${pack[@]}" bad
    says "$err" "1 $kind" "leaks through retrieval; first: row" "hint: cadprep rag build bad"
    [ -z "$(ls bad | grep h5)" ] || die "refused packs have names: $(ls bad)"
    # Packs of the splits one by one carry no mark, and are not trained on either.
    for split in train val; do runs 0 "${pack[@]}" bad/$split.jsonl -o bad/$split.pack.h5; done
    runs 65 start
    says "$err" " leaks through retrieval; first: row" "rag.allow_leak=on"
    runs 0 start --set=rag.allow_leak=on
    runs 0 "${pack[@]}" bad --set=rag.allow_leak=on
    runs 0 cadprep verify bad --set=rag.allow_leak=on
    says "$err" "verify: bad: " " leaks through retrieval, which rag.allow_leak lets pass"
    runs 0 cadprep audit bad/train.pack.h5 --json
    json "$out" 'd["waived"] == "leaky"'
    json bad/audit.json 'all(d[s]["waived"] == "leaky" for s in ("train", "val", "test"))'
    runs 65 start
    says "$err" "leaky: its rows"
    runs 65 cadprep verify bad
    says "$err" "leaks through retrieval; first: row"
    runs 0 cadprep verify bad --set=rag.allow_leak=on
    says "$out" "1 $kind"
done

# An index that is not that of the packs, or holds more than train.
rm -rf bad && cp -R clean bad
runs 0 cadprep rag build bad --set=run.seed=7
runs 65 cadprep verify bad
says "$err" "hint: cadprep pack"
runs 0 cadprep rag build bad --scope=all
runs 0 "${pack[@]}" bad
says "$err" "leaky: rows may show"
runs 65 cadprep verify bad
says "$err" "the index holds row" "which is not of train"
runs 65 start
says "$err" "leaky" "rag.allow_leak=on"

# An index of rows that are no longer there: told by split, and refused by all that read it; what was made for it is new again.
stale() { # text..: of the refusal
    runs 65 cadprep verify bad
    says "$err" "bad/rag.index: stale: " "hint: cadprep rag build bad, then cadprep pack bad" "$@"
}
rm -rf bad && cp -R clean bad
plain=(cadprep pack bad --template=ir --tokenizer="$CADLM_SOURCE/models/tiny" --max-tokens=4096)
runs 0 "${plain[@]}"
runs 0 cadprep verify bad
runs 0 cadprep split s.jsonl -o bad --suite-rows=4 --set=prep.split=60,20,20
says "$err" "warning: bad/rag.index is of rows that lay there before" "hint: cadprep rag build bad"
runs 0 "${plain[@]}"
stale "bad/train.jsonl was made anew since, its header names no index"
runs 65 cadprep rag query bad "a plate"
says "$err" "bad/rag.index: stale: "
runs 0 cadprep rag query clean "a plate"
cp clean/rag.index whole.index
runs 0 cadprep rag query whole.index "a plate"
runs 0 cadprep rag build bad
cp bad/rag.index other.index
runs 0 "${plain[@]}"
runs 0 cadprep verify bad
cp clean/rag.index bad
stale "the rows of bad/train.jsonl retrieved from index "
cp other.index bad/rag.index
sed -i 3d bad/train.jsonl # the header still names the index
runs 0 "${plain[@]}"
stale "it was made of rows that hash to "
runs 0 cadprep split s.jsonl -o new --suite-rows=4
silent "$err" rag.index

# Packs alone, as they are carried to another machine: told, not refused.
mkdir alone && cp clean/*.pack.h5 alone
runs 0 cadprep verify alone
says "$out" "retrieval not checked: the corpora are not there"
