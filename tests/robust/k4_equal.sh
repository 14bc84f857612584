#!/usr/bin/env bash
# 500 steps end in the same bits whatever is saved, evaluated, logged, and however many threads work.
# usage: k4_equal.sh MAKE_FIXTURE      CADLM_BIN: folder of cadtrain
set -euo pipefail
dir=$(mktemp -d "${TMPDIR:-/tmp}/cadlm-equal.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$1" "$dir"
small=(--set=train.max_steps=500 --set=train.batch_rows=4 --set=model.layers=1 --set=model.width=32 --set=sample.every=off)

run() { # NAME OPTION..
    local name=$1
    shift
    "$CADLM_BIN/cadtrain" "$dir/run.ini" --run-dir="$dir/$name" "${small[@]}" "$@" >"$dir/$name.out" 2>"$dir/$name.err"
}
run plain --set=run.threads=1 --set=checkpoint.every=off --set=eval.every=off --set=log.level=error --set=log.console=none --set=train.log_every=500
run busy --set=run.threads=8 "--set=checkpoint.every=37 steps" --set=checkpoint.keep_last=1 "--set=eval.every=50 steps" --set=log.level=trace \
    --set=log.console=lines --set=log.every_s=1
run threads --set=run.threads=8 --set=checkpoint.every=off --set=eval.every=off
for name in busy threads; do
    for file in master.safetensors optimizer.safetensors model.safetensors; do
        cmp "$dir/plain/ckpt/step-000500/$file" "$dir/$name/ckpt/step-000500/$file"
    done
done
echo "same bits"
