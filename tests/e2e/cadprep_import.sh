#!/usr/bin/env bash
# Captions and trees of STEP files become a corpus: what is kept, what is left out and why, whatever the number of workers.
. "$(dirname "$0")/lib.sh"
cd "$T"

cube() { # name of the file, size: a cube in metres, as ABC has it
    mkdir -p "$(dirname "$1")"
    printf 'C %s %s %s\n' "$2" "$2" "$2" >"$T/cube.ir"
    cadtool convert "$T/cube.ir" "$1" >"$T/.convert" 2>&1 || die "$(cat "$T/.convert")"
}
cube abc/0001/00000001/00000001_a.step 10
cube abc/0001/00000002/part.STP 20
cube abc/00000003_x.stp 30
gzip -n abc/00000003_x.stp
cube abc/extra.step 40
mkdir abc/00000004
head -c 3000 abc/extra.step >abc/00000004/cut.step
touch abc/notes.txt
cat >captions.csv <<'CSV'
model_id,isDescribable,description
00000003,TRUE,"A ""cube"", 30 mm"
00000001,True,A cube.
00000002,true,a  CUBE
00000004,True,Cut off
00000005,True,No part
00000006,False,
00000007,N/A,
00000008,Error,x
CSV

# One bad model of four is more than prep.max_bad; the list is written all the same.
runs 65 cadprep import -o raw.jsonl --captions=captions.csv --parts=abc
says "$err" "1 of 4 models are bad" prep.max_bad "00000004: left out, reference: 00000004/cut.step:" "hint: raw.status.jsonl"
[ ! -e raw.jsonl ] && [ -e raw.status.jsonl ] || die "$(ls)"
runs 4 cadprep import -o raw.jsonl --captions=captions.csv --parts=abc --set=prep.max_bad=0.5 --jobs=1
says "$err" "3 rows" "'False' 1, 'N/A' 1, 'Error' 1" "2 rows were lost"
cat >want <<'LIST'
"id":"00000001","source":"0001/00000001/00000001_a.step","status":"ok"
"id":"00000002","source":"0001/00000002/part.STP","status":"ok"
"id":"00000003","source":"00000003_x.stp.gz","status":"ok"
"source":"00000004/cut.step","status":"reference"
"id":"00000005","status":"no_part"
"id":"00000006","message":"False","status":"not_describable"
"id":"00000007","message":"N/A","status":"not_describable"
"id":"00000008","message":"Error","status":"not_describable"
"id":"extra","source":"extra.step","status":"no_caption"
LIST
[ "$(wc -l <raw.status.jsonl)" = 9 ] || die "$(cat raw.status.jsonl)"
while read -r part; do says raw.status.jsonl "$part"; done <want

# Rows: the bytes of the files, captions as they are, groups by what they say and what they are.
python3 - <<'PY'
import gzip, json
head, *rows = [json.loads(line) for line in open("raw.jsonl")]
assert head["kind"] == "corpus" and head["info"]["profile"] == "strict", head
assert [r["id"] for r in rows] == ["00000001", "00000002", "00000003"], rows
assert rows[0]["target"] == open("abc/0001/00000001/00000001_a.step").read()
assert rows[2]["target"] == gzip.open("abc/00000003_x.stp.gz", "rt").read()
assert rows[2]["caption"] == 'A "cube", 30 mm' and rows[1]["caption"] == "a  CUBE"
assert rows[0]["group"]["caption"] == rows[1]["group"]["caption"] != rows[2]["group"]["caption"]
assert len({r["group"]["geometry"] for r in rows}) == 3
assert all(r["kind"] == "step" for r in rows)
PY
runs 4 cadprep import -o again.jsonl --captions=captions.csv --parts=abc --set=prep.max_bad=0.5 --jobs=4
same raw.jsonl again.jsonl
same raw.status.jsonl again.status.jsonl

# The kernel refuses what reads well: a cube without one of its faces.
mkdir -p open/00000001 open/00000002
sed -E 's/(CLOSED_SHELL\([^,]*,\()#[0-9]+,/\1/' abc/extra.step >open/00000001/x.step
cp abc/extra.step open/00000002/x.step
cmp -s abc/extra.step open/00000001/x.step && die "no face was taken"
runs 4 cadprep import -o open.jsonl --from=dir --parts=open --set=prep.max_bad=0.5
grep -qE '"id":"00000001".*"status":"(invalid|not_solid)"' open.status.jsonl || die "$(cat open.status.jsonl)"
runs 0 cadprep import open -o open.jsonl --require-valid=off
[ "$(wc -l <open.jsonl)" = 3 ] || die "$(wc -l <open.jsonl) lines"

# What an evaluation refuses before the kernel has it is not asked of the kernel, nor learnt.
mkdir -p gated/00000001 gated/00000002 gated/00000003
cp abc/extra.step gated/00000001/x.step
sed '0,/CARTESIAN_POINT/s//CARGESIAN_POINT/' abc/extra.step >gated/00000002/x.step
sed -E "0,/CARTESIAN_POINT\\('',\\([^,]*/s//CARTESIAN_POINT('',(1.E8/" abc/extra.step >gated/00000003/x.step
runs 4 cadprep import -o gated.jsonl --from=dir --parts=gated --set=prep.max_bad=0.7
says "$err" "00000002: left out, reference: 00000002/x.step:" "found #" "CARGESIAN_POINT" \
    "00000003: left out, parse: 00000003/x.step:" "a number beyond 1e7"
runs 0 cadprep import gated -o gated.jsonl --require-valid=off

# As STEP-LLM's tools import: nothing is looked at.
runs 4 cadprep import -o steplm.jsonl --captions=captions.csv --parts=abc --profile=steplm
says steplm.status.jsonl '"id":"00000004","source":"00000004/cut.step","status":"ok"'

# Two files of one id, two captions of one id; a file that is no gzip; bytes that are no UTF-8; NUL.
mkdir -p twice/00000001
cp abc/extra.step twice/00000001/a.step
cp abc/extra.step twice/00000001/b.step
sed "s/FILE_NAME(''/FILE_NAME('K\xf6rper'/; s/FILE_NAME('[^']*'/FILE_NAME('K\xf6rper'/" abc/extra.step >twice/00000002_l.step
{ cat abc/extra.step; printf '\0'; } >twice/00000003_n.step
echo text >twice/00000004_t.step.gz
printf 'model_id,isDescribable,description\n00000001,True,a\n00000001,True,b\n00000002,True,c\n00000003,True,d\n00000004,True,e\n' >twice.csv
runs 4 cadprep import -o twice.jsonl --captions=twice.csv --parts=twice --set=prep.max_bad=0.9
[ "$(grep -c duplicate_id twice.status.jsonl)" = 2 ] || die "$(cat twice.status.jsonl)"
says twice.status.jsonl '"message":"line 3 of the captions"' '"message":"00000001/b.step"' '"status":"unreadable"'
python3 - <<'PY'
import json
rows = {r["id"]: r for r in map(json.loads, list(open("twice.jsonl"))[1:])}
assert rows["00000001"]["caption"] == "a" and rows["00000001"]["source"] == "00000001/a.step"
assert "K\u00f6rper" in rows["00000002"]["target"] and "\0" not in rows["00000003"]["target"]
assert len({r["group"]["geometry"] for r in rows.values()}) == 1
PY

# What cadprep synth --kind=step tells of its parts stands beside the captions.
mkdir -p made/parts/00000001
cp abc/extra.step made/parts/00000001/00000001_part.step
printf 'model_id,isDescribable,description\n00000001,True,A cube of 40 mm.\n' >made/captions.csv
printf '{"expect":{"genus":0},"family":"box","held":"","id":"00000001","params":{"a":40},"phrasing":"seen","units":"mm"}\n' >made/parts.jsonl
runs 0 cadprep import made -o made.jsonl
tail -n 1 made.jsonl >row
json row 'd["expect"] == {"genus": 0} and d["meta"] == {"family": "box", "params": {"a": 40}, "phrasing": "seen", "units": "mm"}'
printf '{"id":"00000001"}\n{"id":"00000001"}\n' >made/parts.jsonl
runs 65 cadprep import made -o made2.jsonl
says "$err" "made/parts.jsonl:2: part 00000001 is told twice"
[ ! -e made2.jsonl ] || die "made2.jsonl was written"

# What is refused before anything is read.
refused() { # code, text, arguments..
    local code=$1 text=$2
    shift 2
    runs "$code" cadprep import "$@"
    says "$err" "$text"
}
refused 2 "no output" --captions=captions.csv --parts=abc
refused 2 "ending in .jsonl" -o x.h5 --parts=abc
refused 2 "no parts" -o x.jsonl
refused 2 "without captions" -o x.jsonl --from=steplm --parts=abc
refused 66 "absent.csv" -o x.jsonl --captions=absent.csv --parts=abc
refused 66 "nowhere" -o x.jsonl --captions=captions.csv --parts=nowhere
printf 'model_id,isDescribable,description\n1,True,"open\n' >bad.csv
refused 65 "bad.csv:2:8: this quote is never closed" -o x.jsonl --captions=bad.csv --parts=abc
printf 'model_id,isDescribable,description\nother,True,x\n' >other.csv
refused 66 "zero rows of 6 models" -o x.jsonl --captions=other.csv --parts=abc
silent "$err" zeros
# A list in the place of rows, and the reverse.
refused 65 "captions.csv: a list of captions (CSV); expected rows of JSON" captions.csv -o x.jsonl
says "$err" "hint: cadprep import -o x.jsonl --captions=captions.csv --parts=DIR"
refused 65 "--captions=captions.csv --parts=abc" captions.csv -o x.jsonl --parts=abc
echo "id;text" >odd.csv
refused 65 "odd.csv: a CSV file; expected rows of JSON" odd.csv -o x.jsonl
refused 66 "absent.csv" absent.csv -o x.jsonl
refused 65 "raw.jsonl: rows of JSON, no list of captions" -o x.jsonl --captions=raw.jsonl --parts=abc
says "$err" "hint: cadprep import raw.jsonl -o OUT.jsonl"
[ ! -e x.jsonl ] || die "x.jsonl was written"

# Ids that a spreadsheet took the zeros from.
printf 'model_id,isDescribable,description\n1,True,A cube.\n2,True,a\n00000003,True,b\n05,True,c\nextra2,True,d\n000,True,e\n' >bare.csv
runs 4 cadprep import -o bare.jsonl --captions=bare.csv --parts=abc
says "$err" "warning: ids differ in leading zeros alone: 1 in the captions, 00000001 in the tree; so 2 captions have no part" \
    "hint: write the ids of bare.csv as the tree has them"
says bare.status.jsonl '{"id":"1","message":"the tree has 00000001, which differs in leading zeros","status":"no_part"}' \
    '{"id":"05","status":"no_part"}' '{"id":"000","status":"no_part"}'

# Rows of JSON in the shapes of others; what does not fit is told with its line.
cat >shapes.jsonl <<'ROWS'
{"text":"a box","ir":"C 1 2 3"}
{"prompt":"another box","completion":"C 1 2 4\nT 0 1 2 3"}

{"messages":[{"role":"system","content":"You write CAD."},{"role":"user","content":"a ball"},{"role":"assistant","content":"S 4"}]}
{"id":17,"caption":"a big box","output":"C 10 20 30"}
{"id":17,"caption":"a twin","output":"C 10 20 31"}
{"caption":"nothing to make"}
{"caption":"broken","output":"C 10 20"}
{"caption":"cut
{"messages":[{"role":"assistant","content":"S 4"}]}
{"caption":" ","output":"C 1 1 1"}
ROWS
runs 65 cadprep import shapes.jsonl -o shapes_out.jsonl
runs 4 cadprep import shapes.jsonl -o shapes_out.jsonl --set=prep.max_bad=0.8
says shapes_out.status.jsonl '{"bytes":7,"id":"00000001","status":"ok"}' '"message":"shapes.jsonl:6: the id of line 5"' "shapes.jsonl:8: target, line 1" \
    "shapes.jsonl:9: line 1, column" "shapes.jsonl:10: messages[0]: expected one question" '"status":"empty_caption"' "shapes.jsonl:7: expected caption and target"
python3 - <<'PY'
import json
rows = [json.loads(line) for line in open("shapes_out.jsonl")][1:]
assert [r["id"] for r in rows] == ["00000001", "00000002", "00000003", "17"], rows
assert [r["source"] for r in rows] == ["cad0", "jsonl", "messages", "steplm"]
assert rows[2]["caption"] == "a ball" and rows[2]["target"] == "S 4" and rows[2]["kind"] == "ir"
assert len({r["group"]["geometry"] for r in rows}) == 4
# STEP-LLM's array: indented, many pieces, braces in strings; a hundred rows of one file.
step = open("abc/extra.step").read()
data = step[step.index("DATA;"):]
array = [{"id_original": f"{i:08d}", "caption": f"a {{cube}} \"{i}]", "id_retrieve": f"{i + 1:08d}",
          "relavant_step_file": data, "output": data} for i in range(100)]
json.dump(array, open("steplm.json", "w"), indent=4)
json.dump(array, open("flat.json", "w"))
PY
runs 0 cadprep import steplm.json -o array.jsonl --require-valid=off
runs 0 cadprep import flat.json -o flat.jsonl --jobs=3 --require-valid=off
same array.jsonl flat.jsonl
tail -n 1 array.jsonl >row
json row 'd["id"] == "00000099" and d["rag"] == [{"id": "00000100", "score": 0, "text": d["target"]}] and d["kind"] == "step" and d["target"].startswith("DATA;")'
# Our own rows come back as they were.
runs 0 cadprep import raw.jsonl -o own.jsonl
tail -n +2 raw.jsonl >a
tail -n +2 own.jsonl >b
same a b
head -c 2000 flat.json >cut.json
refused 65 "cut.json:1: the file ends inside the element that begins here" cut.json -o x.jsonl
echo '[{"text":"a","ir":"C 1 1 1"}, 7]' >odd.json
refused 65 "odd.json:1: found byte 0x37" odd.json -o x.jsonl
echo '[{"text":"a","ir":"C 1 1 1"}] x' >odd.json
refused 65 "text behind the end of the array" odd.json -o x.jsonl
# One comma between two objects, none before the first and the end.
row='{"text":"a","ir":"C 1 1 1"}'
for broken in "[$row$row]:a comma and an object" "[$row,,$row]:an object behind the comma" "[$row,]:an object behind the comma" \
    "[,$row]:an object of the array" "[$row,:ends before the ]"; do
    printf '\n%s' "${broken%%:[ae]*}" >odd.json
    refused 65 "odd.json:2: " odd.json -o x.jsonl
    says "$err" "${broken##*:}"
done
printf '  \n' >odd.json
refused 66 "nothing in it" odd.json -o x.jsonl
refused 2 "rows of JSON, or captions and parts" flat.json -o x.jsonl --parts=abc
refused 2 "without a file" -o x.jsonl --from=jsonl
[ ! -e x.jsonl ] || die "x.jsonl was written"
