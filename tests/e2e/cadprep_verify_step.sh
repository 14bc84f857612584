#!/usr/bin/env bash
# verify on splits of STEP: clean ones pass; a caption, a geometry, an id and a prompt that lie in two of them are found.
. "$(dirname "$0")/lib.sh"
cd "$T"
python3 - <<'PY'
import json
with open("in.jsonl", "w") as f:
    f.write(json.dumps({"schema": 1, "kind": "corpus", "name": "demo"}) + "\n")
    for i in range(60):
        f.write(json.dumps({"id": f"r{i}", "caption": f"Part {i}.", "kind": "step", "target": f"DATA;#1=CARTESIAN_POINT('',({i}.,0.,0.));ENDSEC;",
                            "group": {"geometry": f"{i + 1:016x}"}}) + "\n")
PY
runs 0 cadprep split in.jsonl -o clean --split=60,20,20
pack() { runs 0 cadprep pack "$1/train.jsonl" -o "$1/train.pack.h5" "${how[@]}"; runs 0 cadprep pack "$1/test.jsonl" -o "$1/test.pack.h5" "${how[@]}"; }
how=(--tokenizer="$CADLM_SOURCE/models/tiny" --template=step --max-tokens=1000)
pack clean
runs 0 cadprep verify clean
says "$err" "nothing lies in two splits"

# The first row of test becomes like the first of train in one respect.
plant() { # name, python statement over a (row of test) and b (row of train), text of the error
    cp -R clean "$1"
    python3 - "$1" "$2" <<'PY'
import json, sys
folder, change = sys.argv[1:]
lines = open(f"{folder}/test.jsonl").read().splitlines()
a, b = json.loads(lines[1]), json.loads(open(f"{folder}/train.jsonl").read().splitlines()[1])
exec(change)
lines[1] = json.dumps(a)
open(f"{folder}/test.jsonl", "w").write("\n".join(lines) + "\n")
PY
    pack "$1"
    runs 65 cadprep verify "$1"
    says "$err" "$3"
}
plant caption 'a["caption"] = b["caption"].upper() + " "; del a["group"]["caption"]' "caption of row"
plant geometry 'a["group"]["geometry"] = b["group"]["geometry"]' "geometry of row"
plant id 'a["id"] = b["id"]' "is that of a row of train"
runs 0 cadprep verify geometry --group=caption

# A prompt of the suite that training has seen, in other letters.
cp -R clean prompt
python3 - <<'PY'
import json
lines = open("prompt/step-test.jsonl").read().splitlines()
head, row = json.loads(lines[0]), json.loads(lines[1])
del head["rows_sha"]
row["prompt"] = json.loads(open("prompt/train.jsonl").read().splitlines()[1])["caption"].lower() + "!"
open("prompt/step-test.jsonl", "w").write("\n".join([json.dumps(head), json.dumps(row)]) + "\n")
PY
runs 65 cadprep verify prompt
says "$err" "prompt/step-test.jsonl:2: its caption is that of row"
