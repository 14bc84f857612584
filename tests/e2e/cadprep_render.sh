#!/usr/bin/env bash
# Pictures of corpora and trees: the same bytes for any --jobs, parts without a mesh, going on after a stop, what is refused.
. "$(dirname "$0")/lib.sh"
cd "$T"

size() { # file -> width x height of a PNG
    python3 -c 'import struct, sys
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
print("%dx%d" % struct.unpack(">II", data[16:24]))' "$1"
}

runs 0 cadprep synth --kind=step -n 6 -o s --seed=7
runs 0 cadprep render s -o one --jobs=1
says "$err" "6 parts in one; 0 were there, 0 have no mesh"
[ "$(ls one | tr '\n' ' ')" = "00000001.png 00000002.png 00000003.png 00000004.png 00000005.png 00000006.png status.jsonl " ] || die "$(ls one)"
[ "$(size one/00000001.png)" = 776x776 ] || die "$(size one/00000001.png)"
cmp -s one/00000001.png one/00000002.png && die "two parts have one picture"
runs 0 cadprep render s/parts -o two --jobs=2
diff -r one two || die "jobs change bytes"

# Nothing is drawn twice; a part that changed, a picture that is gone, and rows that a kill cut off are.
stamp() { stat -c %Y.%y one/*.png | md5sum; }
before=$(stamp)
runs 0 cadprep render s -o one
says "$err" "6 were there"
[ "$before" = "$(stamp)" ] || die "drawn again"
rm one/00000002.png
head -n 4 one/status.jsonl >rows && printf '{"id":"000000' >>rows && mv rows one/status.jsonl
runs 0 cadprep render s -o one
says "$err" "3 were there"
diff -r one two || die "a call that goes on ends otherwise"
cp s/parts/00000003/00000003_part.step s/parts/00000004/00000004_part.step
runs 0 cadprep render s -o one
says "$err" "5 were there"
cmp one/00000003.png one/00000004.png || die "not drawn again"

# No mesh: told, no picture, and an earlier one goes; 4, or 65 beyond prep.max_bad.  A part that is gone takes its picture along.
echo "no STEP" >s/parts/00000005/00000005_part.step
rm -r s/parts/00000006
gzip s/parts/00000001/00000001_part.step
runs 65 cadprep render s -o one
says "$err" "00000005: no picture" prep.max_bad
runs 4 cadprep render s -o one --set=prep.max_bad=0.5
says "$err" "1 of 5 parts have no picture" status.jsonl
[ "$(ls one | tr '\n' ' ')" = "00000001.png 00000002.png 00000003.png 00000004.png status.jsonl " ] || die "$(ls one)"
cmp one/00000001.png two/00000001.png || die "a packed file has another picture"
[ "$(wc -l <one/status.jsonl)" = 5 ] || die "$(cat one/status.jsonl)"
sed -n 5p one/status.jsonl >row
json row 'd["id"] == "00000005" and d["status"] == "no_mesh" and d["message"] and "file" not in d'
runs 4 cadprep render s -o fresh --set=prep.max_bad=0.5 --jobs=1
diff -r one fresh || die "what an earlier call left shows"

# Corpora: programs, and answers in STEP.
runs 0 cadprep synth -n 3 -o ir.jsonl --seed=4
runs 0 cadprep render ir.jsonl -o ir
[ "$(ls ir | wc -l)" = 4 ] && [ "$(size ir/s4-0000000.png)" = 776x776 ] || die "$(ls ir)"
python3 - <<'END'
import json
rows = [json.loads(line) for line in open('ir.jsonl')]
for k, row in enumerate(rows[1:]):
    row['kind'] = 'step'
    text = open(f's/parts/0000000{k + 2}/0000000{k + 2}_part.step').read()
    row['target'] = text if k else text[text.index('DATA;'):]  # a whole file, or the answer that stands for one
rows[3]['id'] = 'none'
rows[3]['target'] = 'DATA;\n#1=NONSENSE();\nENDSEC;\nEND-ISO-10303-21;\n'
open('step.jsonl', 'w').writelines(json.dumps(row) + '\n' for row in rows)
rows[2]['id'] = rows[1]['id']
open('twice.jsonl', 'w').writelines(json.dumps(row) + '\n' for row in rows)
rows[2]['id'] = '../x'
open('bad_id.jsonl', 'w').writelines(json.dumps(row) + '\n' for row in rows)
END
runs 4 cadprep render step.jsonl -o step --set=prep.max_bad=0.5
cmp step/s4-0000000.png two/00000002.png || die "an answer has another picture than its file"
cmp step/s4-0000001.png two/00000003.png || die "a row has another picture than its file"
grep -q '"id":"none".*"status":"no_mesh"' step/status.jsonl || die "$(cat step/status.jsonl)"

refused() { # code, text, arguments..
    local code=$1 text=$2
    shift 2
    runs "$code" cadprep render "$@"
    says "$err" "$text"
}
mkdir mine
touch mine/notes
refused 73 "holds notes" s -o mine
# A folder of another stage is none of ours, nor ours one of its.
runs 0 cadprep round s/parts/00000002 -o rounded --set=prep.round=off
refused 73 "holds 00000002_part.step, which no earlier call made" s -o rounded
runs 73 cadprep round s/parts/00000002 -o two
says "$err" "two: holds 00000001.png, which no earlier call made"
refused 65 "id s4-0000000" twice.jsonl -o x
refused 65 "cannot be the name of a file" bad_id.jsonl -o y
refused 66 "nothing" nothing -o x
refused 2 "no output" s
refused 2 "2 arguments" s s -o x
[ ! -e x.png ] || die "written outside"

# Ctrl-C: what was drawn stays, and the same call goes on.
runs 0 cadprep synth --kind=step -n 10 -o many --seed=3
env --default-signal=INT cadprep render many -o cut --jobs=1 >"$out" 2>"$err" </dev/null &
pid=$!
for _ in $(seq 600); do [ ! -e cut/00000002.png ] || break; sleep 0.05; done
[ -e cut/00000002.png ] || die "no picture was made"
kill -INT $pid
code=0
wait $pid || code=$?
[ $code = 130 ] || die "exit $code; expected 130"
says "$err" "the same call goes on"
[ "$(ls cut | wc -l)" -lt 11 ] || die "it was not stopped"
runs 0 cadprep render many -o cut
silent "$err" " 0 were there"
[ "$(ls cut/*.png | wc -l)" = 10 ] && [ "$(wc -l <cut/status.jsonl)" = 10 ] || die "$(ls cut)"
