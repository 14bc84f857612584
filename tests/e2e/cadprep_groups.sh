#!/usr/bin/env bash
# Parts without a solid are grouped by what they are, too: copies under other names lie in one split and are not shown to each other.
. "$(dirname "$0")/lib.sh"
cd "$T"
runs 0 cadprep synth --kind=step -n 31 -o s --seed=4
python3 - <<'PY'
import glob, os, re
files = sorted(glob.glob("s/parts/*/*.step"))
captions = ["model_id,isDescribable,description"]
# Twenty copies of the first under other names, then each of the others: all of them as shells alone.
for k, path in enumerate(files[:1] * 20 + files[1:]):
    text, n = re.subn(r"MANIFOLD_SOLID_BREP\s*\(\s*'[^']*'\s*,\s*(#\d+)\s*\)", rf"SHELL_BASED_SURFACE_MODEL('shell {k}',(\1))", open(path).read())
    assert n == 1, path
    os.makedirs(f"parts/{k:04}")
    open(f"parts/{k:04}/p.step", "w").write(text)
    captions.append(f"{k:04},True,Sheet {k} of the set")
open("captions.csv", "w").write("\n".join(captions) + "\n")
PY
cat >run.ini <<INI
[prep]
parts = parts
captions = captions.csv
out = data
require_valid = off
split = 50,25,25
suite_rows = 0
[rag]
enabled = on
[tokenizer]
own_bpe = 600
[prompt]
template = step-rag
[data]
max_tokens = 16k
on_overflow = drop
[audit]
max_drop = 0.9
INI
runs 0 cadprep run run.ini
says "$err" "verify: data: hashes, spans and end tokens hold; nothing lies in two splits" "0 rows of unknown geometry"
silent "$err" "have no geometry group"
python3 - <<'PY'
import json
where, shown, groups = {}, {}, set()
for split in ("train", "val", "test"):
    for row in [json.loads(line) for line in open(f"data/{split}.jsonl")][1:]:
        where[row["id"]], shown[row["id"]] = split, [hit["id"] for hit in row["rag"]]
        groups.add(row["group"]["geometry"])
copies = {f"{k:04}" for k in range(20)}
assert len(where) == 50 and len(groups) == 31, (len(where), len(groups))
assert len({where[i] for i in copies}) == 1, where
assert not any(copies & set(shown[i]) for i in copies), shown
PY

# What cannot be read has the group of its text; rows that came without one are told.
python3 - <<'PY'
import json
with open("bad.json", "w") as f:
    json.dump([{"id": f"r{k}", "caption": f"Thing {k}.", "kind": kind, "target": text} for k, (kind, text) in
               enumerate([("ir", "no program"), ("ir", "no program"), ("ir", "nor this"), ("step", "DATA;#1=A(#2;ENDSEC;"), ("step", "DATA;#1=A(#2;ENDSEC;"), ("step", "DATA;#1=A(#3;ENDSEC;")])], f)
PY
runs 0 cadprep import bad.json -o bad.jsonl --profile=steplm
python3 - <<'PY'
import json
g = [json.loads(line)["group"]["geometry"] for line in list(open("bad.jsonl"))[1:]]
assert g[0] == g[1] != g[2] and g[3] == g[4] != g[5], g
PY
python3 - <<'PY'
import json
lines = open("data/test.jsonl").read().splitlines()
row = json.loads(lines[1])
del row["group"]["geometry"]
open("data/test.jsonl", "w").write("\n".join([lines[0], json.dumps(row)] + lines[2:]) + "\n")
PY
runs 0 cadprep pack data --config=run.ini
says "$err" "; 1 rows of unknown geometry"
runs 0 cadprep verify data
says "$err" "warning: verify: data: 1 rows have no geometry group: whether their parts lie in two splits is unknown"
