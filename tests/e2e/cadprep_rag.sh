#!/usr/bin/env bash
# cadprep rag: rows get their nearest, never across splits; any number of threads makes the same bytes; what is wrong is told.
. "$(dirname "$0")/lib.sh"
cd "$T"
runs 0 cadprep synth -o s.jsonl -n 400 --families=plate,flange
runs 0 cadprep split s.jsonl -o p --suite-rows=4

sums() { sha256sum p/*.jsonl p/rag.index; }
runs 0 cadprep rag build p -k 2
says "$err" "rows found none" "in p/rag.index by hash"
silent "$err" leaky
sums >first
runs 0 cadprep rag build p -k 2 --threads=3
sums >second
same first second
python3 - <<'PY' || die "a row retrieved what it may not"
import json
rows = {}
for split in ("train", "val", "test"):
    lines = [json.loads(line) for line in open(f"p/{split}.jsonl")]
    assert lines[0]["info"]["rag"]["k"] == 2 and lines[0]["info"]["rag"]["leaky"] is False
    rows[split] = lines[1:]
train = {r["id"]: r for r in rows["train"]}
seen = 0
for row in sum(rows.values(), []):
    assert len(row["rag"]) == 2, row["id"]
    assert row["rag"][0]["score"] >= row["rag"][1]["score"] - 1e-6
    for hit in row["rag"]:
        other = train[hit["id"]]
        assert hit["id"] != row["id"] and other["group"]["geometry"] != row["group"]["geometry"]
        assert other["caption"].lower() != row["caption"].lower()
        seen += 1
assert seen > 600
PY

# Another seed takes others among equals alone; here all captions differ.
runs 0 cadprep rag query p "flange with six holes" -k 3
[ "$(wc -l <"$out")" = 3 ] || die "expected three rows"
grep -qi flange "$out" || die "no flange among the nearest of a flange"
runs 0 cadprep rag query p/rag.index "flange with six holes" -k 3 --json
json "$out" 'len(d["hits"]) == 3 and d["hits"][0]["score"] >= d["hits"][2]["score"] and "caption" in d["hits"][0]'
runs 0 cadprep rag query p "flange with six holes" --min-score=0.99
empty "$out"
runs 2 cadprep rag query p " "
says "$err" "an empty sentence"

# Vectors for numpy.
printf '%s\n' '{"schema":1,"kind":"corpus"}' '{"caption":"a plate"}' '"a plate"' '{"prompt":"40 x 20"}' >texts.jsonl
runs 0 cadprep rag embed texts.jsonl -o deep/v.npy
python3 - <<'PY' || die "no .npy of three unit vectors"
import array, ast
raw = open("deep/v.npy", "rb").read()
assert raw[:8] == b"\x93NUMPY\x01\x00"
n = raw[8] + 256 * raw[9]
head = ast.literal_eval(raw[10:10 + n].decode())
assert head == {"descr": "<f4", "fortran_order": False, "shape": (3, 512)} and (10 + n) % 64 == 0 and raw[9 + n] == 10
v = array.array("f", raw[10 + n:])
assert len(v) == 3 * 512 and v[:512] == v[512:1024] and abs(sum(x * x for x in v[1024:]) - 1) < 1e-5
PY
printf '{"caption":"a"}\n{"other":1}\n' >texts.jsonl
runs 65 cadprep rag embed texts.jsonl -o v.npy
says "$err" "texts.jsonl:2: expected a string, or an object with 'caption'"
runs 2 cadprep rag embed texts.jsonl

# Settings for comparison mark what they make; a profile is not mixed.
for option in --scope=all --exclude-same=id --ties=first; do
    runs 0 cadprep rag build p $option
    says "$err" "warning: rag: leaky"
    grep -q '"leaky":true' p/val.jsonl || die "no mark in the header after $option"
done
runs 0 cadprep rag build p --profile=steplm
says "$err" "warning: rag: leaky"
runs 65 cadprep rag build p --profile=steplm --scope=train
runs 65 cadprep rag build p --profile=steplm --ties=seeded
runs 65 cadprep rag build p --profile=steplm -k 2
says "$err" "profile steplm shows one row"
runs 65 cadprep rag build p --exclude-same=id,family
says "$err" "rag.exclude_same: found 'family'; expected of id caption geometry"

# The published order: all rows of one corpus, then the split, which hands the mark on.
cp s.jsonl whole.jsonl
runs 0 cadprep rag build whole.jsonl --profile=steplm
runs 0 cadprep split whole.jsonl -o q --suite-rows=4
head -1 q/val.jsonl >head
says head '"leaky":true' '"scope":"all"'

# A damaged or foreign index.
head -c -5 p/rag.index >short.index
runs 74 cadprep rag query short.index "a plate"
says "$err" short.index
runs 65 cadprep rag query "$CADLM_SOURCE/models/tiny/model.safetensors" "a plate"
says "$err" "no retrieval index" "hint: cadprep rag build"
for other in s.jsonl notes.txt; do
    [ -e $other ] || echo "plate 40 x 20 x 5" >$other
    runs 65 cadprep rag query $other "a plate"
    says "$err" "$other: a " "no retrieval index; expected a rag.index" "hint: cadprep rag build"
done
runs 66 cadprep rag query s.jsonl.absent "a plate"
runs 66 cadprep rag build absent
runs 65 cadprep rag build s.jsonl
says "$err" "rag.scope = train needs a folder of splits"

# As a stage of a run: made once, skipped when nothing changed, made again when a setting did.
export E2E=$T
printf '{caption}\n{retrieved}\n\n{output}' >rag.txt
run=(cadprep run "$CADLM_SOURCE/tests/e2e/tiny.ini" --set=rag.enabled=on --set=prompt.template=file:rag.txt --max-tokens=4096)
runs 0 "${run[@]}"
says "$err" "in $T/data/rag.index by hash" "0 outside, 0 itself, 0 caption, 0 geometry"
sha256sum data/*.jsonl data/rag.index >first
runs 0 "${run[@]}"
[ "$(grep -c 'done before, skipped' "$err")" = 5 ] || die "expected five skipped stages"
runs 0 "${run[@]}" --set=rag.k=2
says "$err" "rag: " "synth: done before, skipped"
runs 0 "${run[@]}"
sha256sum data/*.jsonl data/rag.index >second
same first second
