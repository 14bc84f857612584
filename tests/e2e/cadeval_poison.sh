#!/usr/bin/env bash
# Answers that run out of time or memory are classes of their rows; all other rows keep their scores.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
evaluate=(cadeval --ckpt=tiny=$E2E/runs/tiny/ckpt/latest --suite=$E2E/data/synth-test.jsonl --max-new=16 --sheet=0)
runs 0 "${evaluate[@]}" --out=eval --timeout=2 --mem=256M --set=metrics.baselines=bbox-cube

# The references take the place of the answers, three of them programs that no limit allows.
slow_program >slow.ir
greedy_program >greedy.ir
python3 - eval slow.ir greedy.ir <<'P'
import glob, json, sys
read = lambda path: [json.loads(line) for line in open(path)]
reference = read(glob.glob(sys.argv[1] + "/reference-*/predictions.jsonl")[0])
path = glob.glob(sys.argv[1] + "/tiny-*/predictions.jsonl")[0]
head, *answers = read(path)
text = {r["id"]: r["text"] for r in reference[1:]}
bad = {0: open(sys.argv[2]).read(), 5: open(sys.argv[3]).read(), 11: "C 1 1 1\nD 0 9"}
for i, a in enumerate(sorted(answers, key=lambda a: a["id"])):
    a["finish"], a["text"] = "stop", bad.get(i, text[a["id"]])
open(path, "w").write("".join(json.dumps(r) + "\n" for r in [head] + answers))
P
rm eval/tiny-*/scores.jsonl
runs 0 "${evaluate[@]}" --out=eval --timeout=2 --mem=256M --set=metrics.baselines=bbox-cube
results=$(echo eval/tiny-*/results.json)
json $results 'd["n"] == 12 and [d["classes"].get(c) for c in ("ok", "timeout", "memory", "reference")] == [9, 1, 1, 1]'
json $results 'd["metrics"]["valid"]["value"] == 0.75 and d["metrics"]["sizes"]["value"] == 0.75'
json $results 'd["metrics"]["iou.v64.A1"]["value"] == 0.75 and d["metrics"]["iou.v64.A1.excluded"]["value"] == 1'
says "$out" "timeout 1" "memory 1"
grep '"class":"timeout"' eval/tiny-*/scores.jsonl >dead
grep -q '"stage":"build"' dead || die "the dead one does not say that it died while building"
