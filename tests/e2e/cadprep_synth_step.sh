#!/usr/bin/env bash
# STEP parts made by ourselves: the tree of files, the captions as Python reads them, what the command refuses, and Ctrl-C.
. "$(dirname "$0")/lib.sh"
cd "$T"

runs 0 cadprep synth --kind=step -n 40 -o one --seed=7 --jobs=1
says "$err" "40 parts in one, all compiled and checked" "parts/s" "repeat the geometry"
runs 0 cadprep synth --kind=step -n 40 -o two --seed=7 --jobs=2
diff -r one two || die "jobs change bytes"
python3 - <<'END' || die "the tree is not as it should be"
import csv, json, os
with open('one/captions.csv', newline='') as f:
    text = f.read()
    f.seek(0)
    rows = list(csv.reader(f))
assert rows[0] == ['model_id', 'isDescribable', 'description'] and '\r' not in text and text.endswith('\n')
assert [r[0] for r in rows[1:]] == [f'{i:08d}' for i in range(1, 41)] and all(r[1] == 'True' for r in rows[1:])
assert any('"' in line for line in text.split('\n')) and any(',' in r[2] for r in rows[1:])
truth = [json.loads(line) for line in open('one/parts.jsonl')]
assert [t['id'] for t in truth] == [r[0] for r in rows[1:]]
assert {t['family'] for t in truth} == {'box', 'cylinder', 'washer', 'l_bracket', 'plate_1', 'plate_4'}
for t in truth:
    assert t['params'] and t['expect']['solids'] == 1 and t['held'] and t['units'] == 'mm'
    assert sorted(os.listdir(f"one/parts/{t['id']}")) == [f"{t['id']}_part.step"]
assert sorted(os.listdir('one')) == ['captions.csv', 'parts', 'parts.jsonl'] and len(os.listdir('one/parts')) == 40
END
runs 0 cadtool check one/parts/00000001/00000001_part.step

# One family; another seed is another tree; an earlier tree is replaced.
runs 0 cadprep synth --kind=step -n 10 -o two --families=plate_4 --seed=8
[ "$(ls two/parts | wc -l)" = 10 ] || die "$(ls two/parts)"
says "$err" "warning: two: an earlier tree of 40 parts was replaced by one of 10"
! grep -qv '"family":"plate_4"' two/parts.jsonl || die "another family"

refused() { # code, text, arguments..
    local code=$1 text=$2
    shift 2
    runs "$code" cadprep synth --kind=step "$@"
    says "$err" "$text"
}
mkdir mine
touch mine/notes
refused 73 "holds notes" -n 3 -o mine
# Files of others, wherever they lie, are named and stay, and the tree with them.
for file in parts/notes.txt parts/00000001/notes.txt parts/00000001/00000001_part.step.bak parts/00000011/00000011_part.step \
    parts/mine/00000001_part.step parts/00000001/deep/notes; do
    mkdir -p "two/$(dirname $file)"
    touch two/$file
    cp -R two before
    refused 73 "two: holds $(cut -d/ -f-3 <<<$file), which synth did not make; nothing was replaced" -n 3 -o two
    says "$err" "hint: move that file away"
    diff -r before two || die "something was changed"
    rm -rf before two/$file two/parts/00000011 two/parts/mine two/parts/00000001/deep
done
mkdir -p left.unfinished/parts/00000001 left.replaced/parts
touch left.unfinished/parts/00000001/00000001_part.step.tmp.4711 left.replaced/parts/notes
refused 73 "left.replaced: holds parts/notes" -n 3 -o left
[ -e left.replaced/parts/notes ] || die "a file of somebody else is gone"
rm left.replaced/parts/notes
mkdir -p left.unfinished/parts/00000001
touch left.unfinished/parts/00000001/notes
refused 73 "left.unfinished: holds parts/00000001/notes" -n 3 -o left
rm -r left.*
mkdir -p two/parts/00000099 # a folder without a file is nobody's
runs 0 cadprep synth --kind=step -n 12 -o two --seed=8
silent "$err" warning
says "$err" "an earlier tree of 10 parts was replaced by one of 12"
refused 2 "expected a folder" -n 3 -o x.jsonl
refused 2 "no output" -n 3
refused 65 "found 'gear'" -n 3 -o x --families=gear
refused 65 "l_bracket" -n 3 -o x --families=flange
refused 65 "nothing is chosen" -n 3 -o x --units=in
refused 65 "captions_each" -n 3 -o x --set=synth.captions_each=2
says_warning() { says "$err" "synth.primitives" "synth.kind"; }
runs 0 cadprep synth --kind=step -n 3 -o x --primitives=0.5
says_warning
rm -r x

# Ctrl-C: nothing is there, and the next call starts over.
env --default-signal=INT cadprep synth --kind=step -n 100000 -o cut --jobs=1 >"$out" 2>"$err" </dev/null &
pid=$!
for _ in $(seq 200); do [ ! -e cut.unfinished/parts/00000003 ] || break; sleep 0.05; done
[ -e cut.unfinished/parts/00000003 ] || die "no part was made"
kill -INT $pid
code=0
wait $pid || code=$?
[ $code = 130 ] || die "exit $code; expected 130"
[ ! -e cut ] && [ ! -e cut.unfinished ] || die "$(ls)"
mkdir -p cut.unfinished/parts/99999999
runs 0 cadprep synth --kind=step -n 40 -o cut --seed=7
diff -r one cut || die "what a killed call left changes the tree"
