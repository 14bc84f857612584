#!/usr/bin/env bash
# Requeues in a row end in the bits of one run: one run_id, rising steps, dropped lines kept, each start told.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
options=(--set=train.max_steps=24 "--set=checkpoint.every=5 steps" --set=checkpoint.keep_last=99 --set=sample.every=off)
runs 0 cadtrain "$TINY" --run-dir="$T/whole" "${options[@]}"
run=$T/run
export SLURM_JOB_ID=4711 ASAN_OPTIONS=verify_asan_link_order=0
notice() { # restart count, step: USR2 arrives while that step is logged
    local got=0
    SLURM_RESTART_COUNT=$1 LD_PRELOAD=$CADLM_BIN/libfault_io.so FAULT_IO=$2 cadtrain "$TINY" --run-dir="$run" "${options[@]}" >"$out" 2>"$err" </dev/null || got=$?
    echo $got
}
[ "$(notice 0 "write:metrics.jsonl:4:USR2")" = 75 ] || die "no 75 on notice"
id=$(python3 -c 'import json; print(json.load(open("'"$run"'/run.json"))["run_id"])')
[ "$(notice 1 "write:metrics.jsonl:5:TERM")" = 75 ] || die "no 75 on TERM"
[ "$(notice 2 "write:.tmp-step-000010:2:KILL")" = 137 ] || die "no kill" # lines behind the last checkpoint are left
[ "$(notice 3 "open:nothing:1:KILL")" = 0 ] || die "the last start does not end"
for file in master.safetensors optimizer.safetensors model.safetensors; do
    same "$run/ckpt/step-000024/$file" "$T/whole/ckpt/step-000024/$file"
done
python3 - "$run" "$T/whole" "$id" <<'P'
import json, sys
run, whole, run_id = sys.argv[1:]
def lines(path):
    return [json.loads(line) for line in open(path)]
def train(path):
    return [(l["step"], l["v"]["train/loss"], l["v"]["train/lr"], l["v"]["train/grad_norm"]) for l in lines(path) if l["kind"] == "train"]
assert train(f"{run}/metrics.jsonl") == train(f"{whole}/metrics.jsonl"), "losses differ"
assert [t[0] for t in train(f"{run}/metrics.jsonl")] == list(range(1, 25)), "steps do not rise by one"
header = [l for l in lines(f"{run}/metrics.jsonl") if l["kind"] == "metrics"]
assert len(header) == 1 and header[0]["run_id"] == run_id, header
dropped = lines(f"{run}/metrics.dropped.jsonl")
assert dropped and all(l["step"] > 0 for l in dropped), "nothing was dropped, though a kill came behind a checkpoint"
d = json.load(open(f"{run}/run.json"))
assert d["run_id"] == run_id and d["status"] == "done" and len(d["restarts"]) == 3 and d["job"] == "4711", d
state = lambda p: {k: v for k, v in json.load(open(f"{p}/ckpt/latest/trainer_state.json")).items() if k not in ("wall_s", "metric", "best", "best_step")}
assert state(run) == state(whole), "states differ"
P
