#!/usr/bin/env bash
# Trees of STEP files by the rules of cadlm: rounded as far as the kernel finds the same solid; ordered; keys of the other profile.
. "$(dirname "$0")/lib.sh"
cd "$T"

part() { # name, program: a STEP file of it
    printf "$2" >part.ir
    mkdir -p "$(dirname "parts/$1")"
    runs 0 cadtool convert part.ir "parts/$1.step"
}
facts() { # part: what must not change
    runs 0 cadtool check --json "$1"
    python3 -c 'import json, sys
f = json.load(open(sys.argv[1]))[0]["facts"]
print(f["solids"], f["faces"], f["shells_closed"], "%.4g" % f["volume"])' "$out"
}
row() { # file of the list, source, python expression over its row d
    grep -F "\"source\":\"$2\"" "$1" >row || die "no row of $2 in $1"
    json row "$3"
}
part a/plate 'C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4\nR 5 17 33 71\n'
part cone 'K 8 3 12\nR 0 23 45 67\n'
part seam 'S 10\nY 3 40\nT 1 0 0 -20\nR 2 0 90 0\nD 0 3\n'
part cube 'C 10 10 10\n'

# The plate needs one digit more, the seam all of them.
runs 0 cadprep round parts -o rounded --jobs=2
says "$err" "4 files" "digits kept: 6 in 2 files, 7 in 1, all in 1"
row rounded/status.jsonl a/plate.step 'd["k"] == 7 and d["why"].startswith("6 digits: ") and d["bytes"][1] < 0.9 * d["bytes"][0]'
row rounded/status.jsonl seam.step 'd["k"] is None and d["count"] == 0 and "9 digits" in d["why"]'
row rounded/status.jsonl cone.step 'd["k"] == 6 and d["count"] > 0 and "why" not in d'
for f in a/plate cone seam cube; do
    want=$(facts parts/$f.step)
    [ "$(facts rounded/$f.step)" = "$want" ] || die "$f: $(facts rounded/$f.step); expected $want"
done
grep -q "^#12=CARTESIAN_POINT('',(0.,0.,0.));" rounded/cube.step || die "not canonical"
runs 0 cadprep round parts -o again --jobs=1
diff -r rounded again || die "workers change bytes"

# Packed files become the same; a damaged one is left out, and one beside the file it was packed from would take its name.
cp -R parts packed
gzip -n packed/a/plate.step packed/cone.step
runs 0 cadprep round packed -o unpacked --jobs=1
diff -r --exclude=status.jsonl rounded unpacked || die "a packed file becomes another"
row unpacked/status.jsonl a/plate.step.gz 'd["file"] == "a/plate.step" and d["k"] == 7'
runs 0 cadprep reorder packed -o ordered --tokenizer="$CADLM_SOURCE/models/tiny"
runs 0 cadprep reorder parts -o unpacked_ordered --tokenizer="$CADLM_SOURCE/models/tiny"
diff -r --exclude=status.jsonl ordered unpacked_ordered || die "a packed file becomes another"
head -c 300 packed/cone.step.gz >packed/cut.step.gz
for valid in on off; do
    runs 4 cadprep round packed -o unpacked --set=prep.max_bad=0.5 --require-valid=$valid
    says "$err" "packed/cut.step.gz: left out: packed/cut.step.gz: "
done
rm packed/cut.step.gz
cp parts/cone.step packed
runs 65 cadprep round packed -o unpacked
says "$err" "cone.step" "both are model"

# Fewer digits: the kernel refuses what three digits make of a cone.
runs 0 cadprep round parts/cone.step -o three --digits=3
row three/status.jsonl cone.step 'd["k"] == 4'
runs 0 cadprep round parts/cone.step -o unseen --digits=3 --require-valid=off
row unseen/status.jsonl cone.step 'd["k"] == 4 and " findings of G0" in d["why"]'
runs 0 cadprep round parts/cone.step -o fixed --set=prep.round=decimals --digits=4
row fixed/status.jsonl cone.step 'd["k"] == 4'
runs 0 cadprep round parts/cone.step -o plain --set=prep.round=off
row plain/status.jsonl cone.step '"k" not in d and d["count"] == 0'
runs 0 cadprep round parts -o counted --require-valid=off --tokenizer="$CADLM_SOURCE/models/tiny"
says "$err" " tokens to "
row counted/status.jsonl cone.step 'd["tokens"][0] > d["tokens"][1] > 0'

# Files that are no solid, that crash the kernel, or that are no STEP.
mkdir bad
sed 's/#66 = LINE(.*,#67,#68)/#66 = LINE('"''"',#59,#68)/' parts/cube.step >bad/crash.step
! cmp -s bad/crash.step parts/cube.step || die "the line to change is not there"
echo "DATA;#1=A(1.50);ENDSEC;" >bad/none.step
echo "DATA;#1=A(1.50;ENDSEC;" >bad/broken.step
runs 4 cadprep round bad -o out --set=prep.max_bad=0.5
row out/status.jsonl crash.step 'd["k"] is None and "crash" in d["why"]'
row out/status.jsonl none.step 'd["k"] is None and "no valid solid" in d["why"]'
row out/status.jsonl broken.step 'd["status"] == "refused" and "line 1, column" in d["message"]'
grep -q "^#1=A(1.5);" out/none.step || die "$(cat out/none.step)"

# Order: the same solid, and no reference leads forward behind --order=defs_first.
runs 0 cadprep reorder rounded -o dfs
runs 0 cadprep reorder rounded -o defs --order=defs-first
[ "$(facts dfs/a/plate.step)" = "$(facts parts/a/plate.step)" ] || die "another solid"
[ "$(facts defs/a/plate.step)" = "$(facts parts/a/plate.step)" ] || die "another solid"
python3 - <<'P' || die "a reference leads the wrong way"
import re
def forward(path):
    lines = re.findall(r"^#(\d+)=(.*);$", open(path).read(), re.M)
    return sum(int(r) > int(n) for n, rest in lines for r in re.findall(r"#(\d+)", rest))
assert forward("defs/a/plate.step") == 0
assert forward("dfs/a/plate.step") > 100
P
runs 0 cadprep reorder dfs -o dfs2
for f in a/plate cone seam cube; do same dfs/$f.step dfs2/$f.step; done
runs 0 cadprep reorder parts/cube.step -o notes --set=prep.annotate=on
grep -q "^/\* BEGIN SHAPE_DEFINITION_REPRESENTATION [0-9]* \*/$" notes/cube.step || die "no annotation"
facts notes/cube.step >notes.txt
echo "DATA;#1=A(#2);#2=A(#1);ENDSEC;" >cycle.step
runs 0 cadprep reorder cycle.step -o cycle --order=defs_first
says "$err" "1 references that close a cycle"

# Profiles do not mix.
runs 65 cadprep round parts -o no --set=prep.round=steplm
says "$err" "prep.round = steplm goes with prep.profile = steplm"
runs 65 cadprep round parts -o no --set=prep.round=relative --profile=steplm
says "$err" "prep.round = relative goes with prep.profile = strict"
runs 65 cadprep reorder parts -o no --order=dfs --profile=steplm
says "$err" "prep.order = dfs goes with prep.profile = strict"
runs 65 cadprep reorder parts -o no --order=steplm
[ ! -e no ] || die "something was written"
