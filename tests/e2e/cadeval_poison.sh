#!/usr/bin/env bash
# Answers that run out of time, out of memory or crash the worker are classes of their rows; all other rows keep their scores.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
evaluate=(cadeval --ckpt=tiny=$E2E/runs/tiny/ckpt/latest --suite=$E2E/data/synth-test.jsonl --max-new=16 --sheet=0)
runs 0 "${evaluate[@]}" --out=eval --timeout=2 --mem=2G --set=metrics.baselines=bbox-cube

# The references take the place of the answers, three of them programs that no limit allows.
slow_program >slow.ir
python3 - eval slow.ir <<'P'
import glob, json, sys
read = lambda path: [json.loads(line) for line in open(path)]
reference = read(glob.glob(sys.argv[1] + "/reference-*/predictions.jsonl")[0])
path = glob.glob(sys.argv[1] + "/tiny-*/predictions.jsonl")[0]
head, *answers = read(path)
text = {r["id"]: r["text"] for r in reference[1:]}
slow = open(sys.argv[2]).read()
for i, a in enumerate(sorted(answers, key=lambda a: a["id"])):
    a["finish"], a["text"] = "stop", slow if i in (0, 5, 11) else text[a["id"]]
open(path, "w").write("".join(json.dumps(r) + "\n" for r in [head] + answers))
P
rm eval/tiny-*/scores.jsonl
runs 0 "${evaluate[@]}" --out=eval --timeout=2 --mem=2G --set=metrics.baselines=bbox-cube
json eval/tiny-*/results.json 'd["n"] == 12 and d["classes"]["timeout"] == 3 and d["classes"]["ok"] == 9'
json eval/tiny-*/results.json 'd["metrics"]["valid"]["value"] == 0.75 and d["metrics"]["sizes"]["value"] == 0.75'
json eval/tiny-*/results.json 'd["metrics"]["iou.v64.A1"]["value"] == 0.75'
says "$out" "timeout 3"
grep '"class":"timeout"' eval/tiny-*/scores.jsonl >dead
[ "$(grep -c '"stage":"build"' dead)" = 3 ] || die "the dead do not say that they died while building"
