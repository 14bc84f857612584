#!/usr/bin/env bash
# --dry-run: audit, memory, disk, time; starts and writes nothing.  Its memory is within 10 % of the peak of the run itself.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
rm -r "$E2E/runs"

# Shipped configurations without weights or packs, on a device that is not here.
mkdir none && cd none
n=0
for config in "$CADLM_SOURCE"/configs/*.ini; do
    n=$((n + 1))
    runs 66 cadtrain "$config" --check # every key holds; what is missing is named
    says "$err" train.pack.h5
    runs 0 cadtrain "$config" --check --assume=h100-80g # they may lie where the run will be
    says "$out" "the configuration holds; on h100-80g it takes" "not here"
    runs 0 cadtrain "$config" --dry-run --assume=h100-80g
    says "$out" "model   " "data    " "memory  h100-80g (assumed" ": fits" "disk    " "time    " "(assumed: 50 % of 989 TFLOP/s)" "steps   " "audit   "
    runs 0 cadtrain "$config" --dry-run --assume=h100-80g --json
    json "$out" 'd["fits"] and d["data"]["assumed"] and d["audit"] is None and "train.pack.h5: no such file" in d["unaudited"]'
    json "$out" 'abs(d["memory"]["total"] - sum(d["memory"]["bytes"].values())) < 20 and d["memory"]["total"] < d["memory"]["planned"]'
done
[ $n -ge 6 ] || die "$n configurations"
[ -z "$(ls -A)" ] || die "a dry run wrote $(ls -A)"
cd ..

# The configuration that a run keeps resolves alike from any directory: its paths are absolute, its variables are gone.
kept=$FIXTURE/runs/tiny/config.ini
for place in / "$T/none"; do
    runs 0 env -u E2E bash -c "cd $place && cadtrain $kept --print-config"
    cp "$out" "resolved.${place//\//_}"
done
same resolved._ "resolved.${place//\//_}"
for key in out_root train val out; do
    grep -qE "^$key = /" resolved._ || die "$key is not absolute in $kept"
done

# Products of bf16 that the instruction set in use does not have.
runs 0 env CADLM_ISA=x86-64-v2 cadtrain "$TINY" --check --set=model.matmul=bf16 --device=cpu
says "$err" "no AVX512-BF16 with x86-64-v2" "products stay in f32"
runs 0 env CADLM_ISA=x86-64-v2 cadtrain "$TINY" --check --set=model.matmul=bf16 --device=emu
silent "$err" AVX512 # elsewhere that is nobody's lack

# What cannot be known is said, not guessed.
runs 66 cadtrain "$TINY" --set=data.train=$T/absent.h5 --dry-run --assume=h100-80g
says "$err" absent.h5 data.expect_rows "hint: "
runs 66 cadtrain "$CADLM_SOURCE/configs/qwen3b_ir.ini" --set=model.path=models/Unknown-1B --dry-run --assume=h100-80g
says "$err" Unknown-1B Qwen2.5-3B
runs 2 cadtrain "$TINY" --dry-run --assume=h100
empty "$out"
says "$err" h200-141g GiB:TFLOPS
runs 2 cadtrain "$TINY" --assume=h100-80g
runs 65 cadtrain "$TINY" --check --assume=h100-80g --set=train.lr=-1
runs 2 cadtrain "$TINY" --check --dry-run

# Counts as large as a configuration may say leave room for their product: rows of equal length, too long for any device.
runs 69 cadtrain "$TINY" --set=data.train=$T/absent.h5 --set=data.val= --set=data.expect_rows=3m --set=data.expect_tokens=9000000000m \
    --set=train.max_steps=10 --dry-run --assume=h100-80g --json
json "$out" 'd["data"]["rows"] == 3000000 and d["data"]["tokens"] == 9 * 10**15 and 3e9 < d["data"]["longest"] < 3.0001e9'

# A device that is too small: the table all the same, then 69 with both numbers.
runs 69 cadtrain "$CADLM_SOURCE/configs/coder7b_ir.ini" --dry-run --assume=8:100
says "$out" "does not fit" "recompute full, NF4 base in scratch"
says "$err" "8:100: the run takes " "7.60 GiB may be used" " GiB  weights" "hint: lora.rank = 32 frees " "data.max_tokens = 512 frees "

# Here too: what a run takes is known before it takes it, and the run says the same as its dry run.
huge=(--set=model.layers=128 --set=model.width=256 --set=data.max_tokens=1M --set=sample.max_new=1M --set=sample.n=8)
for how in "--dry-run" "--check" ""; do
    runs 69 cadtrain "$TINY" "${huge[@]}" $how
    says "$err" "cpu: the run takes " " may be used" " GiB  KV cache of samples, in activations" " GiB  gradients, in state" \
        "sample.n = 4 frees " "sample.max_new = " "model.layers = 64 frees "
    grep ' [GM]iB  .*, in a' "$err" >"said$how"
done
[ ! -e "$E2E/runs" ] || die "a run that does not fit made a run directory"
same said--dry-run said--check
same said--dry-run said
runs 69 cadtrain "$TINY" "${huge[@]}" --check --json
json "$out" 'd["error"]["name"] == "CAD_ENOMEM" and d["error"]["hint"].count(" frees ") == 3'

# The audit: a damaged pack and a foreign tokenizer stop it as they stop the run.
head -c $(($(stat -c %s "$E2E/data/train.pack.h5") / 2)) "$E2E/data/train.pack.h5" >cut.h5
runs 74 cadtrain "$TINY" --set=data.train=$T/cut.h5 --dry-run
empty "$out"
runs 65 cadtrain "$TINY" --set=tokenizer.path="$CADLM_SOURCE/models/tiny" --dry-run
says "$err" "tokenizer hash"

# A pack without its tokenizer is not compared; whose path leads nowhere is told, and what is there but is none is refused.
for mode in "--dry-run" "--check --assume=cpu"; do
    runs 0 cadtrain "$TINY" --set=tokenizer.path=$T/no_tokenizer $mode
    says "$out" "$T/no_tokenizer"
    runs 66 cadtrain "$TINY" --set=tokenizer.path="$FIXTURE/runs/tiny" $mode
    says "$err" "runs/tiny: a run directory; expected a folder with a tokenizer" "hint: the one inside: "
    runs 65 cadtrain "$TINY" --set=tokenizer.path="$CADLM_SOURCE/models/tiny" $mode
    says "$err" "train.pack.h5: tokenizer hash of the pack is" "val.pack.h5: tokenizer hash of the pack is" "2 problems"
done
runs 65 cadtrain "$TINY" --set=data.train="$E2E/data/tokenizer" --dry-run
says "$err" "data/tokenizer: a folder with a tokenizer; expected a pack"
mkdir -p models/Qwen2.5-3B
cp "$CADLM_SOURCE"/models/tiny/tokenizer*.json models/Qwen2.5-3B # of a model all but the tokenizer may lie elsewhere
for option in tokenizer.path model.path; do
    runs 0 cadtrain "$CADLM_SOURCE/configs/qwen3b_ir.ini" --set=$option=models/Qwen2.5-3B --check --assume=h100-80g
    says "$out" "not here, and not read: "
done
runs 0 cadtrain "$TINY" --set=tokenizer.path=$T/no_tokenizer --dry-run
says "$out" "audit   none: $T/no_tokenizer: no such file or folder; expected a folder with a tokenizer"
runs 0 cadtrain "$TINY" --set=tokenizer.path=$T/no_tokenizer --dry-run --json
json "$out" 'd["audit"] is None and d["unaudited"].endswith("expected a folder with a tokenizer") and d["absent"].endswith("no_tokenizer")'
runs 0 cadtrain "$TINY" --dry-run --json
json "$out" 'd["audit"] and d["absent"] == d["unaudited"] == ""'

# Here: the total against the peak that the run reports, where activations decide, and where the adapter's base does.
compare() { # name, options...
    local name=$1
    shift
    runs 0 cadtrain "$TINY" "$@" --dry-run --json
    cp "$out" "$name.json"
    [ ! -e "$E2E/runs" ] || die "--dry-run made a run directory"
    runs 0 cadtrain "$TINY" "$@" --run-dir="$T/$name"
    python3 - "$name" <<'P'
import json, sys
d = json.load(open(f"{sys.argv[1]}.json"))
lines = [json.loads(x) for x in open(f"{sys.argv[1]}/metrics.jsonl")]
peak = max(x["v"]["mem/peak_gib"] for x in lines[1:] if "mem/peak_gib" in x["v"]) * 2**30
steps = max(x["step"] for x in lines[1:])
ratio = d["memory"]["total"] / peak
print(f"{sys.argv[1]}: planned {d['memory']['total'] / 2**20:.1f} MiB, peak {peak / 2**20:.1f} MiB, ratio {ratio:.3f}")
assert 0.9 <= ratio <= 1.1, ratio
assert d["memory"]["fits"] and not d["memory"]["assumed"] and d["steps"]["total"] == steps
assert d["time"]["tok_s"] > 0 and d["disk"]["free"] > 0
sizes = json.load(open(f"{sys.argv[1]}/device.json"))["arena_bytes"]
b = d["memory"]["bytes"]
near = lambda a, b: abs(a - b) <= 8192
assert near(sizes["weights"], b["frozen weights"]), (sizes, b)
assert near(sizes["activations"], sum(b[k] for k in ("saved activations", "workspace of a pass", "KV cache of samples"))), (sizes, b)
assert near(sizes["scratch"], b["chunk of logits, scratch of ops"]), (sizes, b)
P
}
full=(--set=model.width=256 --set=model.layers=4 --set=model.heads=4 --set=model.kv_heads=4 --set=model.ffn=1024
    --set=train.batch_rows=24 --set=train.max_steps=2)
compare full "${full[@]}"
compare lanes "${full[@]}" --set=train.micro_tokens=512 --set=train.optimizer=adamw8bit --set=sample.n=8 --set=sample.max_new=256
du=$(du -sb full/ckpt/step-000002 | cut -f 1)
json full.json "abs(d['disk']['checkpoint'] - $du) < 0.1 * $du + 1e6"

tuned=(--set=model.init=pretrained --set=model.path=$T/full/ckpt/latest --set=lora.enabled=on --set=model.weights=nf4
    --set=train.batch_rows=24)
compare adapter "${tuned[@]}"
runs 0 cadtrain "$TINY" "${tuned[@]}" --dry-run
says "$out" "trained (LoRA r16, 28 matrices)" "end token in the loss of every row" "measured here"
