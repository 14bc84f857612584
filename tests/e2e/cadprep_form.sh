#!/usr/bin/env bash
# What a pack says of its text: the template by the kind of the rows, the form by the stage that made it.  Packs of two forms make no
# run, and a checkpoint tells in which form it answers.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
rm -r "$E2E/runs"
facts() { # pack, expression over its audit
    runs 0 cadprep audit "$1" --json
    json "$out" "$2"
}

# Without a word on the template it goes by the kind of the rows, in a run as in the commands.
cat >run.ini <<'INI'
[synth]
kind = step
n = 60
[prep]
out = data
derive = seam
require_valid = off
split = 60,20,20
suite_rows = 2
[tokenizer]
own_bpe = 600
[data]
max_tokens = 4k
INI
runs 0 cadprep run run.ini --seed=7
form='order=dfs ids=nested derive=seam boilerplate=template style=drop share=geometry names=drop unit=mm'
for split in train val test; do
    facts data/$split.pack.h5 "d['kind'] == 'step' and d['template'] == 'step' and d['representation'] == '$form'"
done
runs 0 cadprep audit data/train.pack.h5
says "$out" "kind       step, in template step" "form       $form"
runs 0 cadprep pack data/val.jsonl -o val.pack.h5 --max-tokens=4k
facts val.pack.h5 'd["template"] == "step"'
facts "$E2E/data/train.pack.h5" 'd["kind"] == "ir" and d["template"] == "ir" and d["representation"] == "canonical, at most 3 decimals"'
runs 0 cadprep pack data/raw.jsonl -o raw.pack.h5 --max-tokens=1m
facts raw.pack.h5 'd["representation"] == "STEP as imported, without cadprep text" and d["template"] == "step"'

# One for the other kind is refused before anything is made.
runs 65 cadprep pack data --template=ir
says "$err" "data/train.jsonl: rows of kind step, and prompt.template = ir (" "is for rows of kind ir; expected of step steplm-norag file" \
    "hint: --set=prompt.template=step"
ir=(cadprep pack "$E2E/data" --tokenizer="$E2E/data/tokenizer")
runs 65 "${ir[@]}" --template=steplm-norag
says "$err" "rows of kind ir, and prompt.template = steplm-norag" "expected of ir cad0 file" "hint: --set=prompt.template=ir"
runs 65 "${ir[@]}" --set=rag.enabled=on
says "$err" "no built-in template shows them what they retrieved" "hint: --set=prompt.template=file:F"
runs 65 cadprep run run.ini --set=prep.out=never --set=prompt.template=cad0
says "$err" "never: rows of kind step, and prompt.template = cad0"
[ ! -e never ] || die "a run with the other kind's template made $(ls never)"
runs 65 cadprep tokenizer data --own-bpe=600 --tokenizer=never --template=ir
[ ! -e never ] || die "a tokenizer was learnt from the other kind's prompts"

# The same parts as another text: neither a run nor a folder takes both.
runs 0 cadprep run run.ini --seed=7 --set=prep.out=other --set=prep.derive=off --set=tokenizer.own_bpe=0 --tokenizer=data/tokenizer
facts other/val.pack.h5 '"derive=off" in d["representation"]'
start=(cadtrain "$TINY" --set=data.train=$T/data/train.pack.h5 --set=data.max_tokens=4k --set=tokenizer.path=$T/data/tokenizer)
for mode in --check --dry-run --resume=auto; do
    runs 65 "${start[@]}" --set=data.val=$T/other/val.pack.h5 $mode
    says "$err" "data/train.pack.h5 holds rows of kind step: $form" "other/val.pack.h5 of kind step: order=dfs ids=nested derive=off" "one form of text"
done
runs 0 cadprep pack "$E2E/data/val.jsonl" -o ir.pack.h5 --tokenizer=data/tokenizer --max-tokens=4k
runs 65 "${start[@]}" --set=data.val=$T/ir.pack.h5 --check
says "$err" "ir.pack.h5 of kind ir: canonical"
mkdir mixed
cp data/train.jsonl mixed
cp other/val.jsonl mixed
runs 65 cadprep pack mixed --tokenizer=data/tokenizer --max-tokens=4k
says "$err" "mixed/train.pack.h5 holds rows" "mixed/val.pack.h5 of kind step"
[ -z "$(ls mixed | grep h5)" ] || die "refused packs were left: $(ls mixed)"

# The checkpoint knows its form, and cadgen takes no word against its kind.
runs 0 "${start[@]}" --set=data.val=$T/data/val.pack.h5
ckpt=$E2E/runs/tiny/ckpt/latest
json "$ckpt/trainer_state.json" "d['kind'] == 'step' and d['representation'] == '$form'"
says "$ckpt/README.md" "| answers | step: $form |"
json "$E2E/runs/tiny/audit.json" "d['train']['representation'] == '$form'"
runs 0 cadtool ckpt info "$ckpt" --json
json "$out" "d['representation'] == '$form'"
runs 2 cadgen --ckpt="$ckpt" --format=ir "a plate"
says "$err" "--format=ir: " "learnt to answer in step" "hint: without --format"
runs 2 cadgen --format=step "a plate" # the embedded base
says "$err" "learnt to answer in ir"

# With retrieval.
runs 0 cadprep rag build data
runs 0 cadprep pack data --set=rag.enabled=on --max-tokens=8k
facts data/val.pack.h5 "d['template'] == 'step-rag' and d['representation'] == '$form'"
