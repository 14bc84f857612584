#!/usr/bin/env bash
# A run under a small `ulimit -s` is the run that it is without: loops have their own room, the calling thread needs less.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
options=(--set=train.max_steps=2 --set=sample.every=off --threads=3)
for matmul in own bf16; do
    runs 0 cadtrain "$TINY" --run-dir="$T/roomy-$matmul" "${options[@]}" --set=model.matmul=$matmul
    (
        ulimit -s 1024
        runs 0 cadtrain "$TINY" --run-dir="$T/tight-$matmul" "${options[@]}" --set=model.matmul=$matmul
    )
    same "$T/roomy-$matmul/ckpt/latest/master.safetensors" "$T/tight-$matmul/ckpt/latest/master.safetensors"
done
