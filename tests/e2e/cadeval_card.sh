#!/usr/bin/env bash
# The figures in the card of models/tiny are those of models/tiny/results.json, and a part of its suite, generated and scored
# again here, agrees with them within the intervals.
. "$(dirname "$0")/lib.sh"
cd "$T"
tiny=$CADLM_SOURCE/models/tiny
runs 0 cadeval --ckpt=tiny="$tiny" --suite="$CADLM_SOURCE/configs/suite_tiny_base.jsonl" --limit=80 --no-baselines --sheet=0 \
    --out=part --format=json
says part/table.md "LIMIT 80/"
python3 - "$out" "$tiny" <<'PY' || die "the card does not hold"
import json, sys
part = json.load(open(sys.argv[1]))["rows"][0]["results"]["metrics"]
card = json.load(open(sys.argv[2] + "/results.json"))["metrics"]
text = open(sys.argv[2] + "/README.md", encoding="utf-8").read()
for name, factor, digits in (("valid", 100, 1), ("sizes", 100, 1), ("iou.v64.A0c", 1, 3)):
    whole, again = card[name], part[name]
    shown = f"{whole['value'] * factor:.{digits}f}"
    assert shown in text, f"{name} {shown} is not in the card"
    low, high = max(whole["ci_low"], again["ci_low"]), min(whole["ci_high"], again["ci_high"])
    assert low <= high, f"{name}: card {whole}, now {again}"
    print(f"{name}: card {shown}, 80 prompts again {again['value'] * factor:.{digits}f}")
PY
