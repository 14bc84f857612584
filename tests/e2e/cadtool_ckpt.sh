#!/usr/bin/env bash
# What a model, an adapter and a run are, and damage in any part of them: told with file and tensor, and the exit code of its kind.
. "$(dirname "$0")/lib.sh"
tiny=$CADLM_SOURCE/models/tiny
fixture
cd "$T"

runs 0 cadtool ckpt info "$tiny"
says "$out" "model parameters     2,304,960" "model family         qwen2" "model dtype          BF16"
runs 0 cadtool ckpt info "$tiny" --json
json "$out" 'd["kind"] == "model" and d["model"]["parameters"] == d["model"]["elements"] == 2304960 and "sound" not in d'
json "$out" 'len(d["tokenizer_xxh3"]) == 32 and d["model"]["files"] == ["model.safetensors"]'
runs 0 cadtool ckpt verify "$tiny" --json
json "$out" 'd["sound"] and len(d["model"]["xxh3"]) == 32 and d["tokens"] == 1000'
cp "$out" tiny.json
runs 0 cadtool convert reshard "$tiny" -o parts --shard-size=1M
runs 0 cadtool ckpt verify parts --json
json "$out" 'len(d["model"]["files"]) > 3 and d["model"]["xxh3"] == json.load(open("tiny.json"))["model"]["xxh3"]'

# A run of full training, and one that trains an adapter on its checkpoint.
runs 0 cadtool ckpt verify tiny/runs/tiny --json
json "$out" 'd["kind"] == "checkpoint of a run, model" and d["run"]["step"] in (1, 2) and d["answers"] == "ir" and d["sound"] and d["written"] and d["commit"]'
base=$T/tiny/runs/tiny/ckpt/latest
runs 0 cadtrain "$TINY" --set=model.init=pretrained --set=model.path="$base" --set=lora.enabled=on --set=lora.rank=2 \
    --set=model.weights=bf16 --set=run.name=lora --set=sample.n=0
adapter=$T/tiny/runs/lora/ckpt/step-000002
runs 0 cadtool ckpt info "$adapter"
says "$out" "adapter rank         2" "adapter base_weights bf16" "run step             2" "base_found           yes" "base_xxh3 "
runs 0 cadtool ckpt verify "$adapter" --json
json "$out" 'd["sound"] and d["adapter"]["rank"] == 2 and d["base_xxh3"] == d["model"]["xxh3"] and d["run"]["step"] == 2'

damage() { # copy of $1, file, byte: flips it
    rm -rf hurt && cp -RL "$1" hurt
    python3 -c 'import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]), 2 if int(sys.argv[2]) < 0 else 0)
    b = f.read(1)
    f.seek(-1, 1)
    f.write(bytes([b[0] ^ 0x40]))' "hurt/$2" "$3"
}
damage "$adapter" adapter_model.safetensors -3
runs 74 cadtool ckpt verify hurt
says "$err" "hurt/adapter_model.safetensors" "tensor 'base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight'" "DONE says"
runs 0 cadtool ckpt info hurt # reads no values
damage "$adapter" optimizer.safetensors -1
runs 74 cadtool ckpt verify hurt
says "$err" "hurt/optimizer.safetensors"
damage "$base" trainer_state.json 5
runs 65 cadtool ckpt verify hurt # is JSON no more
damage "$adapter" config.ini 1
rm hurt/DONE
runs 66 cadtool ckpt verify hurt
says "$err" "without DONE"
rm -rf hurt && cp -RL "$adapter" hurt && rm hurt/tokenizer.json
runs 74 cadtool ckpt verify hurt
says "$err" "hurt/tokenizer.json: missing"

# The base is another one than was learnt on, or gone.
cp "$base/model.safetensors" kept
python3 - "$base/model.safetensors" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(-2, 2)
    low = f.read(1)
    f.seek(-1, 1)
    f.write(bytes([low[0] ^ 1]))
END
runs 65 cadtool ckpt verify "$adapter"
says "$err" "learnt on"
cp kept "$base/model.safetensors"
mv tiny/runs/tiny gone
runs 66 cadtool ckpt verify "$adapter"
says "$err" "is not there"
runs 0 cadtool ckpt info "$adapter" --json
json "$out" 'd["base_found"] is False and d["adapter"]["rank"] == 2 and "model" not in d'

# A model without a manifest: values, shapes, names.
damage "$tiny" model.safetensors -1
runs 0 cadtool ckpt verify hurt # another finite value: nobody recorded the old one
python3 - <<'END'
with open("hurt/model.safetensors", "r+b") as f:
    f.seek(-2, 2)
    f.write(b"\xc0\x7f")
END
runs 70 cadtool ckpt verify hurt
says "$err" "hurt/model.safetensors: tensor 'model.norm.weight': element 191 is not finite"
rm -rf hurt && cp -R "$tiny" hurt
sed -i 's/"intermediate_size": 576/"intermediate_size": 640/' hurt/config.json
runs 65 cadtool ckpt verify hurt
says "$err" "mlp." "expected (640, 192)"
runs 66 cadtool ckpt info nowhere
runs 2 cadtool ckpt info
runs 2 cadtool ckpt verify "$tiny" parts

# Names and texts of others: bytes that are no UTF-8, and what would steer a terminal.
cp -R "$tiny" $'mod\xe9l'
runs 0 cadtool ckpt info $'mod\xe9l'
says "$out" $'mod\xef\xbf\xbdl'
runs 0 cadtool ckpt info $'mod\xe9l' --json
json "$out" 'd["path"] == "mod\ufffdl" and d["kind"] == "model"'
mkdir theirs && cp "$adapter/adapter_model.safetensors" theirs
python3 - "$adapter/adapter_config.json" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
d["base_model_name_or_path"] = "gone\x1b]0;mine\x07\nkind model \u009b2J"
json.dump(d, open("theirs/adapter_config.json", "w"))
END
runs 0 cadtool ckpt info theirs
says "$out" 'gone\x1b]0;mine\x07\nkind model \xc2\x9b2J'
[ "$(tr -d '\n -~' <"$out" | wc -c)" = 0 ] || die "control bytes on standard output"

# How the linears are held, and what patterns give them.
golden=$CADLM_SOURCE/tests/golden
runs 0 cadtool ckpt info "$golden/qwen2_tiny_nf4/nested"
says "$out" "quantised form       NF4" "quantised linears    14" "quantised nested     yes" "quantised block      64"
runs 0 cadtool ckpt info "$golden/qwen2_tiny_nf4/stored_bf16" --json
json "$out" 'd["quantised"]["block"] == 64 and not d["quantised"]["nested"] and d["quantised"]["storage"] == "BF16"'
# Codes that are stored as bf16 are bytes, some of which would be no finite number; a scale that is none is told.
cp -r "$golden/qwen2_tiny_nf4/stored_bf16" packed
cp "$golden/tok_tiny/tokenizer.json" packed
runs 0 cadtool ckpt verify packed
python3 - packed/model.safetensors <<'END'
import json, struct, sys
b = bytearray(open(sys.argv[1], "rb").read())
n = struct.unpack("<Q", b[:8])[0]
name, t = next((k, t) for k, t in json.loads(b[8 : 8 + n]).items() if k.endswith("down_proj.weight.absmax"))
at = 8 + n + t["data_offsets"][0]
b[at : at + 4] = struct.pack("<f", float("inf"))
open(sys.argv[1], "wb").write(b)
END
runs 70 cadtool ckpt verify packed
says "$err" "down_proj.weight.absmax': element 0 is not finite"
runs 0 cadtool ckpt info "$tiny" --json
json "$out" '"quantised" not in d'
runs 0 cadtool ckpt info "$golden/peft_dirs/v21_patterns"
says "$out" "adapter rank         2..6" "adapter scale        0.25..3.125" "adapter by_module    yes" "adapter linears      21"
runs 0 cadtool ckpt info "$golden/peft_dirs/v21_patterns" --json
json "$out" 'd["adapter"]["rank"] == [2, 6] and d["adapter"]["scale"] == [0.25, 3.125]'
