#!/usr/bin/env bash
# cadprep run over a tree that the user names: filtered by size and tokens, twins dropped, each stage done once; prep.stages takes
# stages out, and what contradicts itself is refused before anything is made.
. "$(dirname "$0")/lib.sh"
cd "$T"
is() { [ "$1" = "$2" ] || die "found '$1'; expected '$2'"; }
ids() { python3 -c 'import json, sys; print(" ".join(json.loads(l)["id"] for l in list(open(sys.argv[1]))[1:]))' "$1"; }

# Forty parts, three of them once more under other ids: two with their captions, one with a caption of its own.
runs 0 cadprep synth --kind=step -n 40 -o s --seed=5
python3 - <<'PY'
import csv, os, shutil
rows = list(csv.reader(open("s/captions.csv")))
for k, (new, caption) in enumerate([("00000101", None), ("00000102", None), ("00000103", "something else")], 1):
    old = rows[k][0]
    os.makedirs(f"s/parts/{new}")
    shutil.copy(f"s/parts/{old}/{old}_part.step", f"s/parts/{new}/{new}_part.step")
    rows.append([new, "True", caption or rows[k][2].upper()])
csv.writer(open("captions.csv", "w"), lineterminator="\n").writerows(rows)
PY
cat >run.ini <<'INI'
[prep]
parts = s/parts
captions = captions.csv
out = data
round = off
require_valid = off
max_entities = 300
split = 50,20,30
suite_rows = 0
[tokenizer]
own_bpe = 600
[prompt]
template = step
[data]
max_tokens = 4k
INI
runs 0 cadprep run run.ini
says "$err" "more than 300 instances" "filter: data/filter.jsonl" "dedup: data/dedup.jsonl" "verify: data: hashes"
large=$(grep -c ',300,max_entities$' data/filter.dropped.csv)
[ "$large" -gt 0 ] || die "no part is too large: $(cat data/filter.dropped.csv)"
is "$(tail -n +2 data/dedup.dropped.csv | cut -d, -f1,3 | sort | tr '\n' ' ')" \
    "$(for id in 00000101 00000102; do grep -q "^$id," data/filter.dropped.csv || printf '%s,same ' $id; done)"
# The rows of the stages are those of the commands.
runs 0 cadprep filter data/raw.jsonl -o f.jsonl --max-entities=300
same f.jsonl data/filter.jsonl
same f.dropped.csv data/filter.dropped.csv
runs 0 cadprep dedup data/text.jsonl -o u.jsonl
same u.jsonl data/dedup.jsonl
is "$(for k in train val test; do ids data/$k.jsonl; done | tr ' ' '\n' | sort | tr '\n' ' ')" "$(ids u.jsonl | tr ' ' '\n' | sort | tr '\n' ' ')"

# Done once; a setting of a stage repeats it and what depends on it alone; a damaged output is made again.
runs 0 cadprep run run.ini
for stage in import filter text dedup split tokenizer pack; do
    says "$err" "$stage: done before, skipped"
done
cp data/dedup.jsonl kept
echo >>data/dedup.jsonl
runs 0 cadprep run run.ini
says "$err" "text: done before, skipped" "dedup: data/dedup.jsonl" "split: done before, skipped"
same kept data/dedup.jsonl
runs 0 cadprep run run.ini --set=prep.dedup=geometry
says "$err" "text: done before, skipped" "dedup: data/dedup.jsonl"
is "$(grep -c ',same$' data/dedup.dropped.csv)" "$(for id in 00000101 00000102 00000103; do grep -q "^$id," data/filter.dropped.csv || echo $id; done | wc -l)"
runs 0 cadprep run run.ini --set=prep.max_entities=0
silent "$err" "filter"
is "$(wc -l <data/text.jsonl)" 44

# Stages that the list leaves out are not run; a list may end before the splits.
runs 0 cadprep run run.ini --set=prep.out=short --set=prep.stages=import,filter
is "$(cd short && ls *.jsonl | tr '\n' ' ')" "filter.jsonl raw.jsonl raw.status.jsonl "
same short/filter.jsonl f.jsonl
runs 0 cadprep run run.ini --set=prep.out=plain --set=prep.stages=import,text,split,tokenizer,pack
[ ! -e plain/filter.jsonl ] && [ ! -e plain/dedup.jsonl ] || die "$(ls plain)"
silent "$err" "verify:"
runs 65 cadprep run run.ini --set=prep.stages=import,text,pack
says "$err" "lists pack without split"
runs 65 cadprep run run.ini --set=prep.stages=synth,import
says "$err" "found 'synth'"
runs 65 cadprep run run.ini --set=prep.stages=import,polish
says "$err" "found 'polish'; expected of round reorder import filter text dedup rag split tokenizer pack verify"
runs 65 cadprep run run.ini --set=prep.stages=text,split
says "$err" "does not list import"

# What synth makes is filtered where the list says so.
runs 0 cadprep synth -o ir.jsonl -n 30 --families=washer
cat >ir.ini <<'INI'
[synth]
n = 60
families = washer
[prep]
out = ir
suite_rows = 2
[tokenizer]
own_bpe = 400
INI
runs 0 cadprep run ir.ini
is "$(cd ir && ls *.jsonl | tr '\n' ' ')" "synth-test.jsonl synth.jsonl test.jsonl train.jsonl val.jsonl "
runs 0 cadprep run ir.ini --set=prep.stages=import,dedup,split,tokenizer,pack,verify
says "$err" "synth: done before, skipped" "dedup: ir/dedup.jsonl"

# Tokens are those of a tokenizer that is there, of text that is not retrieved.
tokens=(cadprep run run.ini --set=prep.out=few --set=tokenizer.own_bpe=0 --tokenizer="$CADLM_SOURCE/models/tiny" --set=prep.stages=import,text,filter
    --set=prep.filter_tokens=900)
runs 0 "${tokens[@]}" --set=prep.filter_field=output
grep -q ',900,output$' few/tokens.dropped.csv || die "$(cat few/tokens.dropped.csv)"
runs 0 cadprep filter few/text.jsonl -o t.jsonl --filter-tokens=900 --filter-field=output --tokenizer="$CADLM_SOURCE/models/tiny" --max-entities=0
same t.jsonl few/tokens.jsonl
runs 65 "${tokens[@]}" --set=prep.filter_field=whole-data
says "$err" "counts retrieved text" "hint: prep.filter_field = output"
runs 65 cadprep run run.ini --set=prep.filter_tokens=900
says "$err" "the tokenizer is learnt behind the filter"

# Rounding counts no tokens of a vocabulary that is yet to be learnt.
runs 0 cadprep run run.ini --set=prep.out=rounded --set=prep.round=relative --set=tokenizer.path=rounded/tokenizer
says "$err" "rounded/files: 43 files" "tokenizer: "
[ -s rounded/train.pack.h5 ] || die "no pack behind the rounded files"

# Sixty parts, thirty with one caption, in the profile that shuffles: the splits share it, which is counted and marked, and no error;
# who asks for groups gets the error.
runs 0 cadprep synth --kind=step -n 60 -o shared --seed=6
python3 - <<'PY'
import csv
rows = list(csv.reader(open("shared/captions.csv")))
for row in rows[1:31]:
    row[2] = "A flat rectangular plate."
csv.writer(open("shared.csv", "w"), lineterminator="\n").writerows(rows)
PY
asis=(cadprep run run.ini --set=prep.profile=steplm --set=prep.round=steplm --set=prep.order=steplm --set=prep.parts=shared/parts --set=prep.captions=shared.csv --set=prep.out=asis --set=prep.max_entities=0
    --set=data.on_overflow=drop --set=audit.max_drop=0.9)
runs 0 "${asis[@]}"
says "$err" "asis: leaky:" "lie in two splits, as profile steplm splits them" "verify: asis: hashes, spans and end tokens hold; " "which were not made to keep them apart"
json asis/audit.json 'd["leaks"]["caption"] > 0 and d["train"]["waived"] == "leaky"'
runs 0 cadprep verify asis
export E2E=$T
start=(cadtrain "$CADLM_SOURCE/tests/e2e/tiny.ini" --check --set=data.train=asis/train.pack.h5 --set=data.val=asis/val.pack.h5
    --set=prompt.template=step --set=data.max_tokens=4k --set=tokenizer.path=asis/tokenizer --set=tokenizer.own_bpe=0
    --set=audit.max_drop=0.9)
runs 65 "${start[@]}"
says "$err" "asis/train.pack.h5: leaky: its rows" "rag.allow_leak=on"
runs 0 "${start[@]}" --set=rag.allow_leak=on
runs 65 "${asis[@]}" --set=prep.group=caption
says "$err" "rows lie in two splits"
runs 65 cadprep verify asis --group=caption
says "$err" "rows lie in two splits"

# Rows that are paired before they are split are paired once; without retrieval neither rows nor folder tell of an index.
skipped() { is "$(grep -c 'done before, skipped' "$err")" "$1"; }
paired=("${asis[@]}" --set=prep.out=paired --set=rag.enabled=on --set=rag.allow_leak=on --set=prompt.template=steplm-rag)
runs 0 "${paired[@]}"
runs 0 "${paired[@]}"
skipped 7
runs 0 "${asis[@]}" --set=prep.out=paired
says "$err" "import: done before" "text: 60 rows" "paired/rag.index goes"
for file in text train val test; do ! grep -q '"rag"' paired/$file.jsonl || die "$file.jsonl tells of retrieval"; done
runs 0 "${paired[@]}"
runs 0 "${paired[@]}"
skipped 7
strict=(cadprep run run.ini --set=prep.out=found --set=data.max_tokens=16k)
runs 0 "${strict[@]}" --set=rag.enabled=on --set=prompt.template=step-rag
runs 0 "${strict[@]}" --set=rag.enabled=on --set=prompt.template=step-rag
skipped 8
runs 0 "${strict[@]}"
says "$err" "dedup: done before" "found/rag.index goes" "split: train"
! grep -q '"rag"' found/train.jsonl && [ ! -e found/rag.index ] || die "$(ls found)"
runs 0 "${strict[@]}"
skipped 7

# What decides the stages text and round: the share of bad rows that may be lost, the tokenizer whose tokens are counted.
cp -R s/parts spoilt
echo "ISO-10303-21; no section of data" >spoilt/00000004/00000004_part.step
spoilt=(cadprep run run.ini --set=prep.profile=steplm --set=prep.parts=spoilt --set=prep.captions=s/captions.csv --set=prep.out=lost --set=prep.stages=import,text)
runs 4 "${spoilt[@]}" --set=prep.max_bad=0.5
runs 65 "${spoilt[@]}" --set=prep.max_bad=0
says "$err" "rows do not read as STEP; prep.max_bad is 0"
counted=(cadprep run run.ini --set=prep.out=counted --set=prep.round=relative --set=tokenizer.own_bpe=0 --set=prep.stages=import,round,text)
runs 0 "${counted[@]}" --tokenizer="$CADLM_SOURCE/models/tiny"
cp counted/files/status.jsonl kept
runs 0 "${counted[@]}" --tokenizer=rounded/tokenizer
says "$err" " tokens to "
! cmp -s counted/files/status.jsonl kept || die "tokens are those of another tokenizer"

# Without stage text, which has an order of its own, reorder is a stage of the tree.
runs 0 cadprep run run.ini --set=prep.out=ordered --set=prep.stages=import,reorder --set=prep.order=defs_first
says "$err" "ordered/files: 43 files"
runs 0 cadprep reorder s/parts -o reordered --set=prep.order=defs_first
diff -r --exclude=status.jsonl reordered ordered/files || die "another order than that of the command"
! cmp -s s/parts/00000001/00000001_part.step ordered/files/00000001/00000001_part.step || die "not reordered"
runs 0 cadprep run run.ini --set=prep.out=unordered --set=prep.stages=import,reorder --set=prep.order=none
[ ! -e unordered/files ] || die "files were made without an order"

# What a stage depends on beside its settings: the truths beside the captions, the bytes of the files that were made again, of the
# template and of the suite; rows that were lost are told again.
mkdir deps
cp -R s/parts s/captions.csv s/parts.jsonl deps
printf 'Make: {caption}\n{output}' >deps/prompt.txt
deps=(cadprep run run.ini --set=prep.captions=deps/captions.csv --set=prep.parts=deps/parts --set=prep.out=again --set=prep.max_entities=0
    --set=prep.round=decimals --set=prep.digits=4 --set=prompt.template=file --set=prompt.file=deps/prompt.txt)
runs 0 "${deps[@]}"
says "$err" "deps/parts: 3 parts that no caption describes were left alone"
[ -z "$(find again/files -type f -name '0000010*')" ] || die "$(find again/files -type f -name '0000010*')"
runs 0 "${deps[@]}"
silent "$err" "import: again" "split: train"
# What a caption says does not matter to rounding; whether it describes its part does.
sed -i 's/^00000003,True,.*/00000003,True,A certain part./' deps/captions.csv
runs 0 "${deps[@]}"
says "$err" "round: done before" "import: again/raw.jsonl"
sed -i 's/^00000003,True/00000003,False/' deps/captions.csv
runs 0 "${deps[@]}"
says "$err" "deps/parts: 4 parts that no caption describes were left alone"
[ -z "$(find again/files -type f -name '00000003*')" ] || die "$(find again/files -type f -name '00000003*')"
printf 'model_id,isDescribable,description\n7,True,like one but for zeros\n' >few.csv
runs 66 "${deps[@]}" --set=prep.out=none --set=prep.captions=few.csv
says "$err" "42 parts that no caption describes" "ids differ in leading zeros alone: 7 in the captions, 00000007 in the tree"
printf 'model_id,isDescribable,description\nx,True,a\n' >few.csv
runs 66 "${deps[@]}" --set=prep.out=none --set=prep.captions=few.csv
says "$err" "deps/parts: of its 43 parts the captions describe none"
sed -i 's/"units":"[^"]*"/"units":"cm"/' deps/parts.jsonl
runs 0 "${deps[@]}"
says "$err" "round: done before" "import: again/raw.jsonl"
first=$(find again/files -name '*.step' | sort | head -n 1)
cp "$first" kept
sed -i 's/CARTESIAN_POINT/VERTEX_POINT/' "$first"
runs 0 "${deps[@]}"
silent "$err" "round: done before"
same "$first" kept
rm again/synth-test.jsonl plain/step-test.jsonl
runs 0 "${deps[@]}"
silent "$err" "split: done before"
runs 0 cadprep run run.ini --set=prep.out=plain --set=prep.stages=import,text,split,tokenizer,pack
silent "$err" "split: done before"
fixed=("${deps[@]}" --set=tokenizer.own_bpe=0 --tokenizer="$CADLM_SOURCE/models/tiny")
fixed+=(--set=prep.out=fixed --set=data.max_tokens=8k)
runs 0 "${fixed[@]}"
runs 0 "${fixed[@]}"
says "$err" "pack: done before"
printf 'Build: {caption}\n{output}' >deps/prompt.txt
runs 0 "${deps[@]}"
says "$err" "split: done before"
silent "$err" "tokenizer: done before" "pack: done before"
runs 0 "${fixed[@]}"
silent "$err" "pack: done before"
echo broken >"$(find deps/parts -name '00000040_*.step')"
runs 4 "${deps[@]}" --set=prep.max_bad=0.5
runs 4 "${deps[@]}" --set=prep.max_bad=0.5
says "$err" "import: done before, skipped" "lost rows"

# All that is missing is told before the first stage.
runs 66 cadprep run run.ini --set=prep.out=nothing --set=prep.captions=absent.csv --set=prompt.template=step-rag --set=rag.enabled=on \
    --set=rag.encoder=minilm --set=rag.encoder_path=nowhere
says "$err" "absent.csv: no such file" "nowhere/config.json: no such file" "hint: --set=rag.encoder=hash"
[ ! -e nothing ] || die "a stage ran: $(ls nothing)"
