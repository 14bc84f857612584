#!/usr/bin/env bash
# Trees of STEP files: rounded and ordered as STEP-LLM's tools do it; bad files, earlier calls, clashing names.
. "$(dirname "$0")/lib.sh"
cd "$T"

part() { # radius, name of the file
    mkdir -p "$(dirname "$2")"
    printf '%s\n' "ISO-10303-21;" "HEADER;" "ENDSEC;" "DATA;" "#30=SHAPE_DEFINITION_REPRESENTATION(#20,#10);" "#10=A($1,'');" "#20=B(#10);" \
        "#5=LOST();" "ENDSEC;" "END-ISO-10303-21;" >"$2"
}
part 1.23456789 abc/0000/00000001/00000001_a.step
part 2.5 abc/0000/00000002/x.STP
part 3. abc/flat.step
touch abc/notes.txt

# The bytes of the tools, with the numbers that they change.
runs 0 cadprep round abc -o round --profile=steplm
says "$err" "3 files" "2 numbers rounded" "abc: 1 others"
grep -q '^#10=A(1.234568,' round/0000/00000001/00000001_a.step || die "not rounded"
cmp abc/flat.step round/flat.step || die "a file without such numbers was changed"
runs 0 cadprep reorder round -o dfs --profile=steplm --jobs=1
says "$err" "3 entities lost by the order of STEP-LLM's tool"
[ "$(ls dfs | tr '\n' ' ')" = "00000001_restructured.step 00000002_restructured.step flat_restructured.step status.jsonl " ] || die "$(ls dfs)"
printf '%s\n' "ISO-10303-21;" "HEADER;" "ENDSEC;" "DATA;" "/* SHAPE_DEFINITION_REPRESENTATION Section - 1 subtrees */" \
    "/* BEGIN SHAPE_DEFINITION_REPRESENTATION 1 */" "#1=SHAPE_DEFINITION_REPRESENTATION(#2,#3);" "#2=B(#3);" "#3=A(1.234568,'');" \
    "/* END SHAPE_DEFINITION_REPRESENTATION 1 */" "ENDSEC;" "END-ISO-10303-21;" >want
cmp want dfs/00000001_restructured.step || die "not the bytes of the tool"
head -n 1 dfs/status.jsonl >row
json row 'd["status"] == "ok" and d["count"] == 0 and d["lost"] == 1 and d["id"] == "00000001"'

# The same bytes whatever the number of threads.
mkdir many
for i in $(seq 100 170); do
    part "$i.1234567" "many/$i/m.STEP"
done
runs 0 cadprep reorder many -o one_thread --profile=steplm --jobs=1
runs 0 cadprep reorder many -o four --profile=steplm --jobs=4
diff -r one_thread four || die "threads change bytes"
[ "$(ls four | wc -l)" = 72 ] || die "$(ls four | wc -l) files"

# An earlier call's file goes with its source, whatever the letters of its ending.
runs 0 cadprep round many -o rounded_many --profile=steplm
rm -r many/100
runs 0 cadprep round many -o rounded_many --profile=steplm
[ ! -e rounded_many/100/m.STEP ] && [ -e rounded_many/101/m.STEP ] || die "$(ls rounded_many)"

# A bad file: told, left out, and what an earlier call made of it goes; 4, or 65 beyond prep.max_bad.
echo "no STEP" >round/0000/00000002/x.STP
runs 65 cadprep reorder round -o dfs --profile=steplm
says "$err" "round/0000/00000002/x.STP: left out: no DATA section" prep.max_bad
[ ! -e dfs/00000002_restructured.step ] && [ -e dfs/flat_restructured.step ] || die "$(ls dfs)"
runs 4 cadprep reorder round -o dfs --profile=steplm --set=prep.max_bad=0.5
grep '"refused"' dfs/status.jsonl >refused
json refused 'd["source"] == "0000/00000002/x.STP" and "DATA" in d["message"]'
rm round/flat.step
runs 4 cadprep reorder round -o dfs --profile=steplm --set=prep.max_bad=0.5
[ ! -e dfs/flat_restructured.step ] || die "a file whose source is gone was kept"

# A call that was killed: its half of the files and what its writers left beside them go when a later one makes others.
mkdir -p two/201 two/202
part 1.5 two/201/m.step
part 2.5 two/202/m.step
runs 0 cadprep round two -o killed --profile=steplm
rm -r two/201 killed/status.jsonl
mkdir killed/200
echo half >killed/200/m.step
echo half >killed/200/m.step.tmp.4711
printf '%s\n' '{"file":"200/m.step"}' '{"file":"201/m.step"}' '{"file":"202/m.step"}' '{"file":"../two/202/m.step"}' >killed/.begun
runs 65 cadprep reorder killed -o unread --profile=steplm
says "$err" "killed: not finished: cadprep round or reorder works there, or was stopped"
runs 0 cadprep round two -o killed --profile=steplm
[ "$(find killed -type f | sort | tr '\n' ' ')" = "killed/202/m.step killed/status.jsonl " ] || die "$(find killed)"
[ -e two/202/m.step ] || die "a file outside of the folder was removed"
# A stopped call writes down what it means to make before it makes any.
mkdir -p deep/300
part 3.5 deep/300/m.step
runs 0 cadprep round deep -o planned --profile=steplm
mkdir -p deep/301
mv deep/300/m.step deep/301
mkdir planned/301 planned/301/m.step # it cannot be written
runs 73 cadprep round deep -o planned --profile=steplm
[ "$(tr '\n' ' ' <planned/.begun)" = '{"file":"300/m.step"} {"file":"301/m.step"} ' ] || die "$(cat planned/.begun)"
[ ! -e planned/status.jsonl ] || die "a folder with files of two calls has a list"
rmdir planned/301/m.step
runs 0 cadprep round deep -o planned --profile=steplm
[ "$(find planned -type f | sort | tr '\n' ' ')" = "planned/301/m.step planned/status.jsonl " ] || die "$(find planned)"

# A file that no call made, wherever it lies: the folder is refused as it is.
for file in mine.step 101/notes.txt 101/m.STEP.bak deep/er/m.step; do
    mkdir -p "rounded_many/$(dirname $file)"
    touch rounded_many/$file
    cp -R rounded_many before
    runs 73 cadprep round many -o rounded_many --profile=steplm
    says "$err" "rounded_many: holds $file, which no earlier call made"
    diff -r before rounded_many || die "something was changed"
    rm -r before rounded_many/$file
done
runs 0 cadprep round many -o rounded_many --profile=steplm

mkdir full
touch full/mine
# What is refused before anything is written.
refused() { # code, text, arguments..
    local code=$1 text=$2
    shift 2
    runs "$code" cadprep "$@"
    says "$err" "$text"
}
refused 2 "lies in abc, which is read" round abc -o abc/out --profile=steplm
refused 2 "which is read" round . -o below/r2 --profile=steplm
refused 2 "which is read" round ./abc -o abc/x/../r2 --profile=steplm
ln -s abc link
refused 2 "which is read" round link -o abc/r2 --profile=steplm
refused 2 "which is written" reorder round/0000 -o round --profile=steplm
refused 2 "which is written" round round/0000/00000001/00000001_a.step -o round --profile=steplm
[ -e round/0000/00000001/00000001_a.step ] && [ ! -e abc/r2 ] || die "something was written or removed"
refused 73 "holds mine" round abc -o full --profile=steplm
refused 66 "no such folder" round nothing -o r2 --profile=steplm
refused 66 "no file ends in" round full -o r2 --profile=steplm
refused 2 "no output" round abc --profile=steplm
part 1. abc/other/00000001_b.step
refused 65 "both are model 00000001" reorder abc -o r2 --profile=steplm
[ ! -e r2 ] || die "r2 was made"
runs 0 cadprep reorder abc/flat.step -o one --profile=steplm
[ -e one/flat_restructured.step ] || die "$(ls one)"

# The older order, under the name of the file.
runs 0 cadprep reorder abc/0000 -o topo --profile=steplm --order=steplm-topo
grep -q '^#1=A(1.23456789,' topo/00000001/00000001_a.step || die "$(cat topo/00000001/00000001_a.step)"
grep -q '^#4=SHAPE_DEFINITION_REPRESENTATION(#3,#1);' topo/00000002/x.STP || die "$(cat topo/00000002/x.STP)"
