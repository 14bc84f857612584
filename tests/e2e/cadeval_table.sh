#!/usr/bin/env bash
# The table has baselines and both failure policies; each number of it stands in the CSV and the JSON; greedy answers do not depend on
# the batch; groups can be gated; the sheet carries the whole prompts.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
suite=$E2E/data/synth-test.jsonl
evaluate=(cadeval --ckpt=tiny="$CADLM_SOURCE/models/tiny" --ckpt=small="$E2E/runs/tiny/ckpt/latest" --suite=$suite --max-new=64 --limit=6)

runs 0 "${evaluate[@]}" --out=one --set=decode.batch=1 --sheet=3
cp "$out" one.md
same one.md one/table.md
says one.md "| tiny |" "| small |" "| *bbox-cube* |" "| *retrieval-copy* |" "failures 0 ↑ | (excluded) ↑" "failures inf ↓" "worst+excluded" \
    "classes of small:"
python3 - one <<'P' || die "the formats disagree"
import csv, json, re, sys
folder = sys.argv[1]
rows = {r["model"]: r for r in json.load(open(f"{folder}/table.json"))["rows"]}
cells = {(r["model"], r["group"], r["name"], r["metric"]): r for r in csv.DictReader(x for x in open(f"{folder}/table.csv") if x[0] != "#")}
n = 0
for model, row in rows.items():
    groups = {("all", "all"): row["results"]["metrics"]}
    for kind, members in row["results"]["groups"].items():
        groups.update({(kind, name): g["metrics"] for name, g in members.items()})
    for (kind, name), metrics in groups.items():
        for metric, m in metrics.items():
            c = cells.pop((model, kind, name, metric))
            for key in ("value", "ci_low", "ci_high"):
                assert (m[key] is None) == (c[key] == ""), (model, metric, key, m, c)
                assert m[key] is None or float(c[key]) == float(m[key]), (model, metric, key, m, c)
            assert int(c["n"]) == m["n"] and int(c["n_failed"]) == m["n_failed"] and c["policy"] == m["policy"]
            n += 1
assert not cells, list(cells)[:3]
# Markdown: the main table rounds the same values.
lines = [[c.strip() for c in x.strip("|\n").split("|")] for x in open(f"{folder}/table.md") if x.startswith("|")]
head = lines[0]
for line in lines[2:6]:
    m = rows[line[0].strip("*")]["results"]["metrics"]
    assert line[1] == str(rows[line[0].strip("*")]["results"]["n"])
    assert line[head.index("valid ↑")].split(" ")[0] == f"{100 * m['valid']['value']:.1f}", line
    assert line[head.index("IoU A0c, failures 0 ↑")].split(" ")[0] == f"{m['iou.v64.A0c']['value']:.3f}", line
    v = m["cd.s2.p2s.8192.A1.median"]["value"]
    assert line[head.index("CD x10³ median, failures inf ↓")] == (v if isinstance(v, str) else f"{1000 * v:.3f}"), line
assert {m["policy"] for m in rows["tiny"]["results"]["metrics"].values()} == {"requested", "worst", "excluded"}
assert n > 100, n
P

# Greedy text: one at a time and eight at once.
texts() { python3 -c 'import json, sys
for x in open(sys.argv[1]):
    r = json.loads(x)
    if "id" in r: print(r["id"], r.get("sample"), r["finish"], repr(r["text"]))' "$1" | sort; }
runs 0 "${evaluate[@]}" --out=eight --set=decode.batch=8 --sheet=0
for model in tiny small; do
    texts one/$model-*/predictions.jsonl >a && texts eight/$model-*/predictions.jsonl >b
    [ "$(wc -l <a)" = 6 ] || die "expected six answers of $model"
    same a b
done

# The whole prompt of each row of the sheet is in the picture.
python3 - one/contact.png $suite <<'P' || die "the sheet lacks its prompts"
import json, struct, sys, zlib
b, at, texts = open(sys.argv[1], "rb").read(), 8, {}
while at < len(b):
    n, kind = struct.unpack(">I4s", b[at:at + 8])
    data = b[at + 8:at + 8 + n]
    assert zlib.crc32(kind + data) == struct.unpack(">I", b[at + 8 + n:at + 12 + n])[0], kind
    if kind == b"iTXt":
        key, rest = data.split(b"\0", 1)
        texts[key.decode()] = rest[4:].decode()
    at += 12 + n
prompts = {json.loads(x).get("prompt") for x in open(sys.argv[2])}
assert sorted(texts) == ["Prompt 1", "Prompt 2", "Prompt 3"] and set(texts.values()) <= prompts, texts
P

# Gates: groups and other rows; a name that cannot be is refused before a single answer is made.
runs 0 "${evaluate[@]}" --out=one --require='tiny:valid@families.seen>=small-0.0,small:valid<=tiny'
runs 3 "${evaluate[@]}" --out=one --require='small:valid@families.seen>=1,small:valid>=tiny,tiny:cr>=0'
says "$err" "requirement not met: small:valid@families.seen>=1;" "requirement not met: small:valid>=tiny; valid of small is" "of tiny"
[ "$(grep -c 'requirement not met' "$err")" = 2 ] || die "expected two missed gates"
for gate in vaild\>=1 'ours:valid>=1' 'valid@famly.plate>=1' 'valid>=ours-0.1'; do
    runs 65 "${evaluate[@]}" --out=never --require="$gate"
    says "$err" "--require '$gate'"
done
[ ! -e never ] || die "a gate that cannot be was found out after the work"
