#!/usr/bin/env bash
# A base that is a bnb-4bit checkpoint: trained on as it is, with the bits of the same base quantised here.
. "$(dirname "$0")/lib.sh"
fixture
golden=$CADLM_SOURCE/tests/golden/qwen2_tiny_nf4
cat >"$T/lora.ini" <<END
[run]
name = nf4
out_root = $T/runs
[model]
weights = nf4
[tokenizer]
path = $E2E/data/tokenizer
[data]
train = $E2E/data/train.pack.h5
val = $E2E/data/val.pack.h5
max_tokens = 1024
[train]
max_steps = 3
batch_rows = 4
log_every = 1
lr = 1e-3
warmup = 0
[lora]
rank = 4
[checkpoint]
every = 3 steps
[eval]
every = 3 steps
batches = 2
[sample]
every = off
END

train() { # name, base, option...
    local name=$1 base=$2
    shift 2
    runs 0 cadtrain "$T/lora.ini" --set=run.name="$name" --set=model.path="$base" "$@"
}
losses() { # run
    python3 -c 'import json, sys
for line in open(sys.argv[1]):
    v = json.loads(line).get("v", {})
    print({k: v[k] for k in v if k in ("train/loss", "train/grad_norm", "eval/loss")})' "$T/runs/$1/metrics.jsonl"
}

# the same numbers from the file's codes as from the bf16 base
train ours "$golden/base"
train file "$golden/plain"
losses ours >"$T/a"
losses file >"$T/b"
grep -q train/loss "$T/a" || die "no losses"
same "$T/a" "$T/b"
same "$T/runs/ours/ckpt/latest/adapter_model.safetensors" "$T/runs/file/ckpt/latest/adapter_model.safetensors"
same "$T/runs/ours/ckpt/latest/optimizer.safetensors" "$T/runs/file/ckpt/latest/optimizer.safetensors"

# nested scales come from the file, and the run's own configuration says so; it goes on from there
train nested "$golden/nested"
says "$T/runs/nested/config.ini" "double_quant = on"
losses nested >"$T/b"
cmp -s "$T/a" "$T/b" && die "nested scales change nothing"
runs 0 cadtrain "$T/runs/nested/config.ini" --set=train.max_steps=4 --allow-change=train.max_steps
says "$T/runs/nested/metrics.jsonl" '"step":4'

# the key and the file say different things
runs 65 cadtrain "$T/lora.ini" --set=model.path="$golden/nested" --set=model.double_quant=off --check
says "$err" "model.double_quant = off (--set)" "nested/config.json: bnb_4bit_use_double_quant is true" "hint: leave the key out"
runs 65 cadtrain "$T/lora.ini" --set=model.path="$golden/plain" --set=model.double_quant=on --check
says "$err" "model.double_quant = on (--set)" "bnb_4bit_use_double_quant is false"

# the plan is that of a base quantised here
plan() { # base, option...
    local base=$1
    shift
    runs 0 cadtrain "$T/lora.ini" --set=model.path="$base" --dry-run --assume=h100-80g --json "$@"
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print(json.dumps(d["memory"], sort_keys=True), d["model"]["parameters"], d["model"]["trained"])' "$out"
}
plan "$golden/base" >"$T/a"
plan "$golden/plain" >"$T/b"
same "$T/a" "$T/b"
plan "$golden/base" --set=model.double_quant=on >"$T/a"
plan "$golden/nested" >"$T/b"
same "$T/a" "$T/b"

# held otherwise, the values are the same
train values "$golden/nested" --set=model.weights=bf16
says "$err" "NF4, held dequantised (model.weights = bf16)"
same "$T/runs/values/ckpt/latest/adapter_model.safetensors" "$T/runs/nested/ckpt/step-000003/adapter_model.safetensors"

# all weights, from the values of the codes: what is saved is plain
train full "$golden/plain" --set=lora.enabled=off --set=model.weights=bf16
silent "$T/runs/full/ckpt/latest/config.json" quantization_config

# cadgen and cadeval on adapters over it, and on the model itself
cp -R "$golden/nested" "$T/model"
cp "$E2E/data/tokenizer/tokenizer.json" "$T/model"
runs 0 cadeval --ckpt=file="$T/runs/file/ckpt/latest" --ckpt=nested="$T/runs/nested/ckpt/latest" --ckpt=model="$T/model" \
    --suite="$E2E/data/synth-test.jsonl" --limit=2 --max-new=8 --workers=1 --no-baselines --out="$T/eval"
says "$out" file nested model
runs 3 cadgen --ckpt="$T/runs/nested/ckpt/latest" "plate 40 x 20 x 5 mm" --max-new=8

# a file that is cut short names itself and leaves nothing
cp -R "$golden/plain" "$T/short"
head -c 100000 "$golden/plain/model.safetensors" >"$T/short/model.safetensors"
runs 74 cadtrain "$T/lora.ini" --set=run.name=short --set=model.path="$T/short"
says "$err" "$T/short/model.safetensors"
[ ! -e "$T/runs/short/ckpt" ] || die "a checkpoint of nothing"
