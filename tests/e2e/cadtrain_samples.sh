#!/usr/bin/env bash
# Samples show each part once, whatever the number of its wordings, and the sheet carries the whole captions.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
python3 - "$E2E/data/val.jsonl" <<'P' >twice.jsonl
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    print(json.dumps(row, ensure_ascii=False))
    if "caption" in row:
        row["id"] += "-again"
        row["caption"] = "once more: " + row["caption"]
        print(json.dumps(row, ensure_ascii=False))
P
runs 0 cadprep pack twice.jsonl -o twice.pack.h5 --tokenizer="$E2E/data/tokenizer"
runs 0 cadtrain "$TINY" --run-dir=run --set=data.val=twice.pack.h5 --set=sample.n=5 --set=sample.max_new=4 --set=train.max_steps=1
python3 - run/samples/step-000001 <<'P' || die "a part is shown twice, or a caption is lost"
import json, struct, sys
rows = [json.loads(x) for x in open(f"{sys.argv[1]}/prompts.jsonl", encoding="utf-8")]
assert len(rows) == 5 and len({r["reference"] for r in rows}) == 5, rows
b, at, texts = open(f"{sys.argv[1]}/contact.png", "rb").read(), 8, {}
while at < len(b):
    n, kind = struct.unpack(">I4s", b[at:at + 8])
    if kind == b"iTXt":
        key, rest = b[at + 8:at + 8 + n].split(b"\0", 1)
        texts[key.decode()] = rest[4:].decode()
    at += 12 + n
assert texts == {f"Prompt {r['id']:03}": r["prompt"] for r in rows}, texts
P
