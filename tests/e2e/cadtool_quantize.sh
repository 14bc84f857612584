#!/usr/bin/env bash
# cadtool convert quantize: a model in NF4 as a whole new folder, or nothing; what it says is what is there.
. "$(dirname "$0")/lib.sh"
cd "$T"
golden=$CADLM_SOURCE/tests/golden/qwen2_tiny_nf4
tiny=$CADLM_SOURCE/models/tiny

runs 0 cadtool convert quantize "$tiny" -o plain --to=nf4
says "$out" "plain: 28 linears in NF4, plain scales" "size    " " MB, was " "logits  " "move by at most" "top-1  " "greedy  "
empty "$err"
for file in "$tiny"/*; do
    file=$(basename "$file")
    [ -s "plain/$file" ] || die "no $file"
    case $file in model.safetensors | config.json | README.md) ;; *) same "$tiny/$file" "plain/$file" ;; esac
done
json plain/config.json 'd["quantization_config"]["bnb_4bit_quant_type"] == "nf4" and not d["quantization_config"]["bnb_4bit_use_double_quant"]'
says plain/README.md "cadtool convert quantize" "Any figures above"
runs 0 cadtool convert quantize "$tiny" -o nested --double-quant=on --json
json "$out" 'd["linears"] == 28 and d["double_quant"] and d["bytes_after"] < 0.45 * d["bytes_before"]'
json "$out" '0 < d["logits"]["mean_difference"] < d["logits"]["max_difference"] and 0.5 < d["logits"]["agreement"] <= 1'
json nested/config.json 'd["quantization_config"]["bnb_4bit_use_double_quant"]'

# the tensors of transformers, byte for byte, in one file or more
runs 0 cadtool convert quantize "$golden/base" -o ours
says "$err" "logits will not be compared: $golden/base/tokenizer.json"
silent "$out" "top-1"
runs 0 cadtool convert reshard "$golden/plain" -o theirs
same ours/model.safetensors theirs/model.safetensors
runs 0 cadtool convert quantize "$golden/base" -o parts --shard-size=60K
[ -s parts/model.safetensors.index.json ] || die "one file"
runs 0 cadtool convert reshard parts -o whole
same whole/model.safetensors ours/model.safetensors

# what is there stays
runs 0 cadtool convert quantize "$golden/base" -o $'q\xe9' --json
json "$out" 'd["path"] == "q\ufffd"'
runs 73 cadtool convert quantize "$tiny" -o ours
says "$err" "ours: exists"
same ours/model.safetensors theirs/model.safetensors
runs 65 cadtool convert quantize plain -o again
says "$err" "plain/config.json: quantization_config: the model is NF4 already"
runs 2 cadtool convert quantize "$tiny" -o x --to=int8
says "$err" "--to=int8; expected nf4"
runs 2 cadtool convert quantize "$tiny" -o x --double-quant=maybe
runs 2 cadtool convert quantize "$tiny" -o x --device=cuda:0
says "$err" "--device=cuda:0: convert quantize works on the CPU"
runs 2 cadtool convert quantize "$tiny"
runs 66 cadtool convert quantize none -o x

# nothing of a model that is cut short, lacks a linear, or has a weight that is no number
cp -R "$golden/base" short
head -c 200000 "$golden/base/model.safetensors" >short/model.safetensors
runs 74 cadtool convert quantize short -o x
says "$err" short/model.safetensors
cp -R "$golden/base" broken
python3 - broken/model.safetensors <<'END'
import json, struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
n = struct.unpack("<Q", data[:8])[0]
at = json.loads(data[8:8 + n])["model.layers.1.mlp.up_proj.weight"]["data_offsets"][0]
data[8 + n + at + 20:8 + n + at + 22] = b"\xc0\x7f"
open(sys.argv[1], "wb").write(data)
END
runs 70 cadtool convert quantize broken -o x
says "$err" "model.layers.1.mlp.up_proj.weight: element 10 is nan"
python3 - broken <<'END'
import json, sys
path = sys.argv[1] + "/config.json"
d = json.load(open(path))
d["num_hidden_layers"] = 3
d["layer_types"] = ["full_attention"] * 3
json.dump(d, open(path, "w"))
END
cp "$golden/base/model.safetensors" broken
runs 65 cadtool convert quantize broken -o x
says "$err" "no tensor 'model.layers.2."

# nor of one whose tensors are not those of its configuration: each edit of the header is refused with the tensor's name
edited() { # FROM TO SAYS: names in the header, of one length
    rm -rf edited
    cp -R "$golden/base" edited
    python3 - edited/model.safetensors "$1" "$2" <<'END'
import sys
path, old, new = sys.argv[1:]
data = open(path, "rb").read()
assert len(old) == len(new) and data.count(old.encode()) == 1
open(path, "wb").write(data.replace(old.encode(), new.encode()))
END
    runs 65 cadtool convert quantize edited -o x
    says "$err" "$3"
}
edited '"model.layers.1.mlp.up_proj.weight"' '"model.layers.+1.mlp.up_proj.weigh"' "tensor model.layers.+1.mlp.up_proj.weigh is not part of"
edited '"model.layers.0.mlp.up_proj.weight"' '"model.layers.7.mlp.up_proj.weight"' "tensor model.layers.7.mlp.up_proj.weight is not part of"
edited '"model.norm.weight"' '"model.more.weight"' "tensor model.more.weight is not part of"
edited '"model.embed_tokens.weight"' '"odel.embed_tokens.weights"' "tensor odel.embed_tokens.weights is not part of"
cp -R "$golden/base" wide
python3 - wide/config.json <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
d["intermediate_size"] *= 2
json.dump(d, open(sys.argv[1], "w"))
END
runs 65 cadtool convert quantize wide -o x
says "$err" "mlp" "shape"

# a file of somebody else does not go along, and is told before anything is written
cp -R "$golden/base" linked
printf 'a key' >secret
ln -s ../secret linked/notes.txt
runs 74 cadtool convert quantize linked -o x
says "$err" "linked/notes.txt: a link to" "out of its folder"
rm linked/notes.txt
ln -s nowhere linked/README.md
mkfifo linked/pipe.txt
runs 0 cadtool convert quantize linked -o without
says "$err" "linked: left out, no regular file: README.md, pipe.txt"
same without/model.safetensors ours/model.safetensors

# a tokenizer of two files is one too
cp -R "$tiny" pair
python3 - pair <<'END'
import json, sys
model = json.load(open(sys.argv[1] + "/tokenizer.json"))["model"]
json.dump(model["vocab"], open(sys.argv[1] + "/vocab.json", "w"))
merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
config = json.load(open(sys.argv[1] + "/tokenizer_config.json"))
config["tokenizer_class"] = "Qwen2Tokenizer"
json.dump(config, open(sys.argv[1] + "/tokenizer_config.json", "w"))
open(sys.argv[1] + "/merges.txt", "w").write("#version: 0.2\n" + "".join(m + "\n" for m in merges))
END
rm pair/tokenizer.json
runs 0 cadtool convert quantize pair -o of-pair
says "$out" "top-1  " "greedy  "
[ "$(ls -d x* 2>/dev/null)" = "" ] || die "left: $(ls -d x*)"
