#!/usr/bin/env bash
# STEP files made elsewhere against a folder of references: by name, every reference counted, failures as classes.
. "$(dirname "$0")/lib.sh"
cd "$T"
mkdir gt pred theirs
for i in 1 2 3 4 5; do
    printf 'C %d 20 5\n' $((10 * i)) >p.ir
    cadtool convert p.ir gt/p$i.step
done
cp gt/p1.step gt/p2.step pred/
cp gt/p1.step pred/p3.step                   # another size
head -c 900 gt/p4.step >pred/p4.step         # cut off; p5 has no file
cp gt/p1.step pred/unasked.step
sed 's/CARTESIAN_POINT/DIRECTION/' gt/p2.step >theirs/p2.step
cp gt/p[345].step theirs/
printf '#1=LINE(' >theirs/p1.step # none of ours either: its picture says so

runs 0 cadeval --pred=ours=pred --pred=theirs --gt=gt --out=one --sheet=2
cp "$out" one.md
same one.md one/table.md
says "$err" "ours: 4 of 5 rows" "ours: 1 files fit no row" "theirs" "5 of 5 rows"
silent "$err" "training pack"
says one.md "suite gt 1, 5 prompts" "| ours |" "| pred2 |" "| *bbox-cube* |" "classes of ours: ok 3 empty 1 truncated 1"
results=$(echo one/ours-*/results.json)
json $results 'd["n"] == 5 and d["metrics"]["cr"]["value"] == 0.6 and d["metrics"]["valid"]["value"] == 0.6'
json $results 'd["metrics"]["iou.v64.A1.excluded"]["n"] == 3'
[ "$(head -c 4 one/contact.png | tail -c 3)" = PNG ] || die "no contact sheet"

# The order of files and the number of workers change no record; an answer that changed is scored anew.
records() { python3 -c 'import json, sys
for x in sorted(open(sys.argv[1])):
    r = json.loads(x)
    r.pop("ms", None)
    print(json.dumps(r, sort_keys=True))' "$1"; }
runs 0 cadeval --pred=ours=pred --gt=gt --out=two --sheet=0 --workers=1 --no-baselines
records one/ours-*/scores.jsonl >a && records two/ours-*/scores.jsonl >b
same a b
cp gt/p5.step pred/
runs 0 cadeval --pred=ours=pred --gt=gt --out=two --sheet=0 --no-baselines
says "$out" "classes of ours: ok 4 truncated 1" "Entities as STEP-LLM counts them"
! grep -q "CR, RR, MSCD" "$out" || die "a heading without its columns"

# The columns of STEP-LLM; a refused text that the kernel can draw counts there alone.
sed 's/ PLANE(/ Plane(/' gt/p1.step >pred/p1.step
runs 0 cadeval --pred=ours=pred --gt=gt --out=two --sheet=0 --no-baselines --preset=cadlm,steplm
says "$out" "As STEP-LLM counts" "| entities of the reference |" "SCD g2p p2p n2000 A8" "classes of ours: ok 3 truncated 1 parse 1"
results=$(python3 -c 'import glob, json; print(max(glob.glob("two/ours-*/results.json"), key=lambda p: len(json.load(open(p))["metrics"])))')
json $results 'd["kind"] == "step" and d["metrics"]["valid"]["value"] == 0.6 and d["metrics"]["kernel_valid"]["value"] == 0.8'
json $results 'd["metrics"]["rr.official"]["value"] == 0.8 and d["metrics"]["cr.official"]["value"] == 0.8'
json $results 'd["metrics"]["scd.official~.excluded"]["n"] == 4 and d["metrics"]["scd.fixed.excluded"]["n"] == 3'
json $results 'd["metrics"]["aec.official.gap"]["value"] > 0 and d["metrics"]["valid.vol2"]["value"] == 0.4'
# Compact text has no end mark to look for: no CR of STEP-LLM's, and the table says why.
runs 0 cadprep import gt -o gt.jsonl --set=prep.require_valid=off
runs 0 cadprep text gt.jsonl -o text.jsonl
mkdir compact
python3 - <<'P'
import json
for name in ("gt", "text"):
    rows = [json.loads(line) for line in open(name + ".jsonl")]
    for r in rows:
        if "target" in r and name == "text":
            open("compact/%s.step" % r["id"].split("/")[-1].split(".")[0], "w").write(r["target"])
P
runs 0 cadeval --pred=ours=compact --gt=gt --out=six --sheet=0 --preset=cadlm,steplm
says "$out" "| ours | 5 | - | 100.0 [" "CR of ours: -, for its answers are compact text" "classes of ours: ok 5"
silent "$out" "CR of bbox-cube" # a program is no compact text of STEP
json six/ours-*/results.json 'd["metrics"]["cr.official"]["value"] is None and d["metrics"]["cr"]["value"] == 1'
runs 65 cadeval --pred=pred --gt=gt --preset=stepllm
says "$err" "metrics.preset" "stepllm"

cp gt/p1.step pred/

# Their references as a suite with prompts: rows by id.
python3 - <<'P'
import json
rows = [{"id": f"p{i}", "prompt": f"plate {i}", "reference": {"path": f"gt/p{i}.step"}} for i in (1, 2)]
open("s.jsonl", "w").write("".join(json.dumps(r) + "\n" for r in [{"schema": 1, "kind": "suite", "name": "s"}] + rows))
P
runs 0 cadeval --pred=pred --suite=s.jsonl --out=three --sheet=0 --limit=1
says "$out" "LIMIT 1/2" "classes of pred1: ok 1"

# Prompts without references: the columns of STEP stand where the answers are STEP.
printf '{"schema":1,"kind":"suite","name":"q"}\n{"id":"p2","prompt":"a plate"}\n' >q.jsonl
runs 0 cadeval --pred=pred --suite=q.jsonl --out=three --sheet=0 --preset=steplm --no-baselines
says "$out" "As STEP-LLM counts" "| CR ↑ |" "kernel-valid"

# What is larger than a worker is given is a class of its row, and no cut text.
mkdir big bigpred
large() { sed '$d' "$1"; head -c 7000000 /dev/zero | tr '\0' ' '; tail -n 1 "$1"; }
cp gt/p1.step big/ && large gt/p2.step >big/p2.step
cp gt/p2.step bigpred/ && large gt/p1.step >bigpred/p1.step
runs 0 cadeval --pred=ours=bigpred --gt=big --out=five --sheet=1 --no-baselines
says "$out" "classes of ours: parse 1 reference_bad 1"
says "$err" "p2.step: a reference of 70" "p1.step: an answer of 70"
json five/ours-*/results.json 'd["metrics"]["cr"]["value"] == 1'

runs 2 cadeval --gt=gt
says "$err" "--pred=DIR"
runs 2 cadeval --gt=gt --ckpt=x --pred=pred
says "$err" "no --ckpt"
runs 2 cadeval --gt=gt --suite=s.jsonl --pred=pred
says "$err" "expected one of them"
runs 66 cadeval --gt=gt --pred=absent --out=four
says "$err" "absent"
runs 2 cadeval --gt=gt --pred=pred --out=gt/results
says "$err" "gt/results"
