#!/usr/bin/env bash
# The whole trainer on the emulated GPU (run.device = emu): it learns what the CPU learns, goes on after a stop with the same
# bits, and neither the moments at which copies land nor the order of blocks and warps show in what it writes.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
rm -r "$E2E/runs"
plain=(--set=sample.every=off --set=eval.every=off --log-file=off)

train() { # name, device, steps, options...
    local name=$1 device=$2 steps=$3
    shift 3
    runs 0 cadtrain "$TINY" --run-dir="$T/$name" --device="$device" --set=train.max_steps="$steps" "${plain[@]}" "$@"
}

losses() { # run: "step loss" of each step
    python3 -c 'import json, sys
for line in open(sys.argv[1] + "/metrics.jsonl"):
    d = json.loads(line)
    if d["kind"] == "train":
        print(d["step"], repr(d["v"]["train/loss"]))' "$T/$1"
}

weights() { # run, step: what its checkpoint holds
    (cd "$T/$1/ckpt/step-$2" && sha256sum *.safetensors)
}

train cpu cpu 4
train emu emu 4
says "$err" "device: emu, the CUDA sources on the CPU"
json "$T/emu/device.json" 'd["device"] == "emu" and d["backend"] == "emu"'
paste <(losses cpu) <(losses emu) | awk '
    { off = $2 - $4; differ += off != 0; far += (off < 0 ? -off : off) > 5e-3 || $1 != $3 }
    END { exit !(NR == 4 && differ && !far) }' || die "$(paste <(losses cpu) <(losses emu))"

CADLM_EMU=random,7 train other emu 2
train other emu 4 --allow-change=train.max_steps
diff <(losses emu) <(losses other) || die "a stop, or the order of things, shows in the losses"
diff <(weights emu 000004) <(weights other 000004) || die "a stop, or the order of things, shows in the weights"

runs 0 cadgen --device=emu "box 30 x 20 x 10"
says "$out" "C 30 20 10"
CADLM_EMU=late runs 65 cadgen --device=emu "box 30 x 20 x 10"
says "$err" "CADLM_EMU=late: expected deferred, eager or random"
