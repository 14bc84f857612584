#!/usr/bin/env bash
# A disk that fills up in a save: 73, the older checkpoint loads and the run goes on to the same bits. Numbers that are none: 70,
# the rows are named and nothing of them is on disk.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
faulty() { # rules, expected exit code, command...
    local rules=$1
    shift
    local want=$1 got=0
    shift
    last=$*
    LD_PRELOAD=$CADLM_BIN/libfault_io.so FAULT_IO=$rules ASAN_OPTIONS=verify_asan_link_order=0 "$@" >"$out" 2>"$err" </dev/null || got=$?
    [ "$got" = "$want" ] || die "exit $got; expected $want: $rules: $last"
}
options=(--set=train.max_steps=6 "--set=checkpoint.every=2 steps" --set=sample.every=off --set=checkpoint.keep_last=9)
runs 0 cadtrain "$TINY" --run-dir="$T/whole" "${options[@]}"

n=0
for rule in "write:.tmp-step-000004:1+:ENOSPC" "write:.tmp-step-000004:9+:ENOSPC" "write:.tmp-step-000004/optimizer:1+:ENOSPC" \
    "open:.tmp-step-000004/DONE:1+:ENOSPC" "fsync:.tmp-step-000004:3:EIO" "rename:ckpt/step-000004:1:ENOSPC" \
    "write:.tmp-step-000004:2+:EDQUOT" "mkdir:.tmp-step-000004:1+:EROFS"; do
    n=$((n + 1))
    run=$T/full$n
    faulty "$rule" 73 cadtrain "$TINY" --run-dir="$run" "${options[@]}"
    says "$err" "cadtrain: error: $run/ckpt/"
    [ "$(readlink "$run/ckpt/latest")" = step-000002 ] || die "latest is $(readlink "$run/ckpt/latest") after $rule"
    [ -z "$(find "$run/ckpt" -name '.tmp-*')" ] || die "pieces were left by $rule"
    [ ! -e "$run/ckpt/step-000004" ] || die "step 4 stands after $rule"
    [ ! -e "$run/LOCK" ] || die "the lock was left by $rule"
    json "$run/run.json" 'd["status"] == "failed" and d["exit_code"] == 73'
    runs 0 cadtrain "$TINY" --run-dir="$run" "${options[@]}"
    says "$err" "continues $run/ckpt/step-000002 after step 2"
    for file in master.safetensors optimizer.safetensors; do
        same "$run/ckpt/step-000006/$file" "$T/whole/ckpt/step-000006/$file"
    done
done
# Everything is full, the log and run.json too.
run=$T/all
faulty "write:.tmp-step-000004:1+:ENOSPC;write:all/:60+:ENOSPC" 73 cadtrain "$TINY" --run-dir="$run" "${options[@]}"
says "$err" "No space left on device"
runs 0 cadtrain "$TINY" --run-dir="$run" "${options[@]}"
same "$run/ckpt/step-000006/master.safetensors" "$T/whole/ckpt/step-000006/master.safetensors"
python3 -c 'import json, sys
steps = [json.loads(line).get("step") for line in open(sys.argv[1])][1:]
assert steps == sorted(steps), steps' "$run/metrics.jsonl"

# Weights near the end of bf16: the loss of a row leaves the range of f32.
cp -R "$FIXTURE/runs/tiny/ckpt/latest/." base
python3 - base/model.safetensors <<'P'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[-8192:] = b"\x7f" * 8192
open(sys.argv[1], "wb").write(b)
P
run=$T/nan
runs 70 cadtrain "$TINY" --run-dir="$run" "${options[@]}" --set=model.init=pretrained --set=model.path="$T/base"
says "$err" "step 1: the loss of row '" "is not finite (rows of the step: "
[ -z "$(find "$run" -name '*.safetensors')" ] || die "tensors of a run that never had finite ones"
json "$run/run.json" 'd["status"] == "failed" and d["exit_code"] == 70'
row=$(grep -oE "row '[^']+'" "$err" | head -1 | tr -d "'" | cut -c5-)
grep -qF "\"id\":\"$row\"" "$E2E/data/train.jsonl" || grep -qF "\"id\": \"$row\"" "$E2E/data/train.jsonl" || die "'$row' is no row of the split"
# Skipping is counted, and ends after ten in a row.
runs 70 cadtrain "$TINY" --run-dir="$T/skip" "${options[@]}" --set=train.max_steps=50 --set=checkpoint.every=off --set=eval.every=off \
    --set=model.init=pretrained --set=model.path="$T/base" --set=train.on_nan=skip
[ "$(grep -c 'step skipped' "$T/skip/metrics.jsonl")" = 9 ] || die "not nine steps were skipped"
