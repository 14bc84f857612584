#!/usr/bin/env bash
# Gates, limits and bad input of cadeval.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
suite=$E2E/data/synth-test.jsonl
evaluate=(cadeval --ckpt=tiny=$E2E/runs/tiny/ckpt/latest --max-new=8 --sheet=0 --no-baselines)

runs 3 "${evaluate[@]}" --suite=$suite --out=a --require='valid>=0.5'
says "$err" "valid" "0.5"
[ -s a/table.md ] || die "a missed gate hides the table"
runs 0 "${evaluate[@]}" --suite=$suite --out=a --require='valid>=0'
runs 65 "${evaluate[@]}" --suite=$suite --out=a --require='beauty>=1'
runs 65 "${evaluate[@]}" --suite=$suite --out=a --require='valid=maybe'
runs 65 cadeval --suite=cad0-seven --sheet=0 --out=never --require='retrieval-copy:valid>=0.5' # models/tiny has no pack here
says "$err" "the row retrieval-copy is left out"
[ ! -e never ] || die "a gate on a row that there cannot be was found out after the work"
runs 3 "${evaluate[@]}" --suite=$suite --out=a --require='valid>=0.5' --json
json "$out" '"error" not in d'

# All formats carry the same numbers; fewer prompts are marked in all of them.
runs 0 "${evaluate[@]}" --suite=$suite --out=b --limit=5
for f in b/table.md b/table.csv b/table.json; do
    grep -qi 'limit' $f || die "$f does not say that it is limited"
done
json $(echo b/tiny-*/results.json) 'd["limit"].startswith("LIMIT 5/") and d["version"]'
runs 0 "${evaluate[@]}" --suite=$suite --out=b --limit=5 -o json
same "$out" b/table.json
runs 0 "${evaluate[@]}" --suite=$suite --out=b --limit=5 -o csv
same "$out" b/table.csv

runs 66 "${evaluate[@]}" --suite=no-such-suite --out=c
says "$err" "no-such-suite"
runs 65 "${evaluate[@]}" --suite=$suite --out=c --set=metrics.baselines=bbox_cube
says "$err" "metrics.baselines: found 'bbox_cube'; expected of bbox-cube retrieval-copy"
mkdir cad0-seven # a folder of that name is no suite and hides none
runs 0 "${evaluate[@]}" --suite=cad0-seven --out=d --limit=1
runs 66 cadeval --ckpt=$T/absent --suite=$suite --out=c
runs 2 "${evaluate[@]}" --out=c
runs 2 "${evaluate[@]}" --ckpt=tiny=$E2E --suite=$suite --out=c
runs 2 "${evaluate[@]}" --suite=$suite --out=c stray
runs 2 "${evaluate[@]}" --suite=$suite --out=c --format=xml
sed '3s/"prompt": *"/"prompt":"other /' $suite >changed.jsonl
runs 65 "${evaluate[@]}" --suite=changed.jsonl --out=c
head -n 1 $suite | sed 's/"rows_sha":"[0-9a-f]*",//' >empty.jsonl
runs 66 "${evaluate[@]}" --suite=empty.jsonl --out=c
head -c 3000 $suite >torn.jsonl
runs 65 "${evaluate[@]}" --suite=torn.jsonl --out=c
says "$err" "torn.jsonl:"
head -n 4 $E2E/data/train.jsonl >corpus.jsonl
runs 65 "${evaluate[@]}" --suite=corpus.jsonl --out=c
[ ! -e c ] || [ -z "$(find c -type f)" ] || die "a refused evaluation wrote $(find c -type f)"
