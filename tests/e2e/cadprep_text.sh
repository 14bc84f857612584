#!/usr/bin/env bash
# STEP files of our own become model text, splits and packs; a run that is repeated makes nothing again, and each row is told of.
. "$(dirname "$0")/lib.sh"
cd "$T"

runs 0 cadprep synth --kind=step -n 60 -o synth --seed=7
runs 0 cadprep import synth -o raw.jsonl --set=prep.require_valid=off
runs 0 cadprep text raw.jsonl -o text.jsonl --derive=seam
says "$err" 'text: 60 rows in text.jsonl'
[ "$(grep -c '"status":"ok"' text.status.jsonl)" = 60 ] || die "text.status.jsonl: expected 60 rows that are ok"
# shellcheck disable=SC2016
says text.jsonl 'VERTEX_POINT($)' 'order=dfs ids=nested derive=seam'
silent text.jsonl CYLINDRICAL_SURFACE 'PLANE('

# one worker or two: the same bytes
runs 2 cadprep text raw.jsonl -o ./raw.jsonl
says "$err" "is what is read"
runs 0 cadprep text raw.jsonl -o one.jsonl --derive=seam --jobs=1
same one.jsonl text.jsonl

# a row that is no STEP is told and left out; more than max_bad is an error, and nothing is written
sed '2s/DATA;/DOTA;/' raw.jsonl >bad.jsonl
runs 4 cadprep text bad.jsonl -o good.jsonl --set=prep.max_bad=0.1
[ "$(grep -c '"status":"parse"' good.status.jsonl)" = 1 ] || die "good.status.jsonl: expected one row that is lost"
runs 65 cadprep text bad.jsonl -o none.jsonl --set=prep.max_bad=0.001
[ ! -e none.jsonl ] && [ ! -e none.status.jsonl ] || die "none.jsonl was written"
runs 65 cadprep text text.jsonl -o again.jsonl --set=prep.max_bad=0
runs 65 cadprep text raw.jsonl -o t.jsonl --derive=seam --set=prep.ids=flat
says "$err" 'prep.derive needs prep.ids = nested'

# all stages; a second run finds all done, a setting or a part that changed is noticed
cat >run.ini <<'INI'
[synth]
kind = step
n = 60
[prep]
out = data
derive = seam
require_valid = off
split = 50,20,30
suite_rows = 2
[tokenizer]
own_bpe = 600
[prompt]
template = step
[data]
max_tokens = 2k
INI
runs 0 cadprep run run.ini --seed=7
runs 0 cadprep run run.ini --seed=7
for stage in synth import text split tokenizer pack; do
    says "$err" "$stage: done before, skipped"
done
[ "$(tail -n +2 data/text.jsonl | md5sum)" = "$(tail -n +2 text.jsonl | md5sum)" ] || die "run gives other rows than its stages"
runs 0 cadprep run run.ini --seed=7 --set=prep.derive=off
says "$err" 'import: done before, skipped'
says data/text.jsonl CYLINDRICAL_SURFACE
part=$(find data/synth/parts -name '*.step' | sort | head -1)
echo >>"$part"
runs 0 cadprep run run.ini --seed=7 --set=prep.derive=off
says "$err" 'synth: done before, skipped' 'import: data/raw.jsonl'
