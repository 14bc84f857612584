#!/usr/bin/env bash
# A model in files of a given size and back: the same bytes, the same answers; nothing is replaced, nothing half-written.
. "$(dirname "$0")/lib.sh"
tiny=$CADLM_SOURCE/models/tiny
cd "$T"
runs 0 cadtool convert reshard "$tiny" -o parts --shard-size=1M
says "$err" "parts: " "tensors, " " files"
empty "$out"
[ "$(find parts -name 'model-0*' | wc -l)" -gt 3 ] || die "expected several files"
[ -z "$(find parts -name '*.safetensors' -size +1100k)" ] || die "a file is larger than the limit"
for file in config.json generation_config.json tokenizer.json tokenizer_config.json template.txt README.md; do
    same "parts/$file" "$tiny/$file"
done
runs 0 cadtool convert reshard parts/ -o whole
same whole/model.safetensors "$tiny/model.safetensors"
[ ! -e whole/model.safetensors.index.json ] || die "an index beside one file"
runs 0 cadtool convert reshard parts -o again --shard-size=1M --json
json "$out" 'd["path"] == "again" and d["files"] > 3 and d["tensors"] > 10 and d["bytes"] > 1000000'
json "$out" 'd["files"] == len([n for n in __import__("os").listdir("again") if n.endswith(".safetensors")])'
mkdir -p run/ckpt
cp -R "$tiny" run/ckpt/best
runs 0 cadtool convert reshard run -o of-run
same of-run/model.safetensors "$tiny/model.safetensors"
printf 'plate 40x20x5 mm\n' >a.txt
runs 0 cadtool logprob "$tiny" a.txt --json
cp "$out" base.json
runs 0 cadtool logprob parts a.txt --json
same "$out" base.json

runs 73 cadtool convert reshard "$tiny" -o parts
says "$err" "exists"
runs 66 cadtool convert reshard nowhere -o new
runs 2 cadtool convert reshard "$tiny"
runs 2 cadtool convert reshard "$tiny" -o new --shard-size=2X
runs 2 cadtool convert reshard "$tiny" -o new --shard-size=-1
runs 2 cadtool convert reshard "$tiny" -o new --device=cuda
says "$err" "--device=cuda: convert reshard works on the CPU; expected auto or cpu"
mkdir adapter
printf '{}' >adapter/adapter_config.json
runs 65 cadtool convert reshard adapter -o new
says "$err" "adapter: an adapter; expected a model"
runs 2 cadtool convert reshard "$tiny" -o new --size=640x480
rm parts/model-00002*
runs 66 cadtool convert reshard parts -o new
says "$err" "model-00002-of-"
truncate -s 100000 whole/model.safetensors
runs 74 cadtool convert reshard whole -o new
says "$err" "whole/model.safetensors"
# shellcheck disable=SC2012
[ "$(ls -d new* parts* whole* 2>/dev/null | wc -l)" = 2 ] || die "left behind: $(ls -d new* parts* whole*)"
