#!/usr/bin/env bash
# Rows that no pack may hold end the stage with 65 and their id, and no pack is left behind.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
tokenizer=$E2E/data/tokenizer
head -n 4 "$E2E/data/train.jsonl" >good.jsonl

edit() { # python statement on the third row r -> bad.jsonl
    python3 - "$1" <<'P'
import json, sys
lines = open("good.jsonl").read().splitlines()
r = json.loads(lines[2])
r["id"] = "the-bad-row"
exec(sys.argv[1])
lines[2] = json.dumps(r, ensure_ascii=False)
open("bad.jsonl", "w").write("\n".join(lines) + "\n")
P
}
refused() { # code, text that is said, options of pack...
    local code=$1 text=$2
    shift 2
    runs "$code" cadprep pack bad.jsonl -o bad.h5 --tokenizer="$tokenizer" "$@"
    says "$err" "$text"
    [ ! -e bad.h5 ] || die "a pack was written: $last"
}
runs 0 cadprep pack good.jsonl -o good.h5 --tokenizer="$tokenizer"
runs 0 cadprep audit good.h5 --json
json "$out" 'd["rows"] == 3'

# No token in the loss: an empty answer, also where the end token was waived.
edit 'r["target"] = ""'
refused 65 the-bad-row
refused 65 the-bad-row --set=prompt.eos=none --set=audit.waive=no_eos

# Over the limit: refused with its length; dropped only as far as audit.max_drop allows.
edit 'r["caption"] = "a plate " * 900'
refused 65 the-bad-row --max-tokens=512
says "$err" 512
refused 65 the-bad-row --max-tokens=512 --on-overflow=drop
runs 0 cadprep pack bad.jsonl -o bad.h5 --tokenizer="$tokenizer" --max-tokens=512 --on-overflow=drop --set=audit.max_drop=0.5
runs 0 cadprep audit bad.h5 --json
json "$out" 'd["rows"] == 2'
rm bad.h5

# Ids and fields.
edit 'r["id"] = json.loads(lines[1])["id"]'
runs 65 cadprep pack bad.jsonl -o bad.h5 --tokenizer="$tokenizer"
edit 'del r["target"]'
refused 65 bad.jsonl:3
edit 'r["target"] = 7'
refused 65 bad.jsonl:3
edit 'pass'
printf '{"id": "torn", "cap' >>bad.jsonl
refused 65 bad.jsonl:5

# Empty input and absent input.
: >bad.jsonl
refused 66 bad.jsonl
head -n 1 good.jsonl >bad.jsonl
refused 66 bad.jsonl
runs 66 cadprep pack absent.jsonl -o bad.h5 --tokenizer="$tokenizer"
runs 66 cadprep pack good.jsonl -o bad.h5 --tokenizer="$T/absent"
printf '{"model": {"type": "BPE", "vocab"' >torn.json
mkdir torn && mv torn.json torn/tokenizer.json
runs 65 cadprep pack good.jsonl -o bad.h5 --tokenizer=torn
says "$err" "torn/tokenizer.json"
