#!/usr/bin/env bash
# run.device: what is chosen is said with its reason and kept in the run; what is not there is refused before anything starts.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
rm -r "$E2E/runs"

runs 65 cadtrain "$TINY" --check --device=gpu
says "$err" "--device: error: run.device = 'gpu'; expected auto, cpu or cuda:N"
runs 65 cadgen --device=cuda:x "a plate"
says "$err" "run.device = 'cuda:x'; expected auto, cpu or cuda:N"
for help in "cadtrain --help-all" "cadtrain --explain=run.device" "cadgen --help"; do
    runs 0 $help
    silent "$out" emu
done

# Nobody has 256 GPUs, so this one is absent whatever the build and the machine have.
for command in "cadtrain $TINY --check" "cadtrain $TINY" "cadgen aplate"; do
    runs 69 $command --device=cuda:255
    says "$err" "run.device = cuda:255: " "hint: " "run.device = cpu"
done
[ ! -e "$E2E/runs" ] || die "a refused run left $E2E/runs"
# What is assumed need not be here.
runs 0 cadtrain "$TINY" --dry-run --assume=h100-80g --device=cuda:255

runs 0 cadtrain "$TINY" --set=train.max_steps=1 --set=sample.every=off --set=eval.every=off --device=cpu
says "$err" "device: cpu, x86-64-v"
silent "$err" "auto:"
json "$E2E/runs/tiny/device.json" 'd["device"] == "cpu" and d["why"] == "" and d["backend"] == "cpu" and d["isa"] in d["text"]'
json "$E2E/runs/tiny/run.json" 'd["device"] == "cpu"'
runs 0 cadtrain "$TINY" --resume=no --set=train.max_steps=1 --set=sample.every=off --set=eval.every=off
says "$err" "; auto: "
json "$E2E/runs/tiny/device.json" 'd["why"].startswith("auto: ")'

# A run goes on where it was computed, whatever that is called; elsewhere its numbers would be others.
used=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["device"])' "$E2E/runs/tiny/device.json")
step=(--set=train.max_steps=1 --set=sample.every=off --set=eval.every=off)
runs 0 cadtrain "$TINY" "${step[@]}" --check --device=$used
says "$out" "starts after step 1"
runs 65 cadtrain "$TINY" "${step[@]}" --check --device=emu
says "$err" "run.device: '${used%:*}' in the checkpoint, 'emu' now" "--allow-change=run.device"
runs 0 cadtrain "$TINY" "${step[@]}" --check --device=emu --allow-change=run.device
runs 0 cadtrain "$TINY" "${step[@]}" --resume=no --device=emu
runs 65 cadtrain "$TINY" "${step[@]}" --check
says "$err" "run.device: 'emu' in the checkpoint, '${used%:*}' now"
