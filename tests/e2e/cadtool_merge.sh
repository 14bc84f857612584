#!/usr/bin/env bash
# An adapter of a run and its base as one model: it answers alike, says what it is, and nothing is kept of what fails.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
base=$T/tiny/runs/tiny/ckpt/step-000002
runs 0 cadtrain "$TINY" --set=model.init=pretrained --set=model.path="$base" --set=lora.enabled=on --set=lora.rank=2 \
    --set=model.weights=bf16 --set=run.name=lora --set=sample.n=0
adapter=$T/tiny/runs/lora/ckpt/step-000002

runs 0 cadtool convert merge "$adapter" -o merged --json
json "$out" 'd["passed"] and d["agreement"] >= 0.995 and d["base"] == "trained" and d["prompts"] == 8 and d["max_difference"] < 0.1'
runs 0 cadtool convert merge tiny/runs/lora -o sharded --shard-size=20k
says "$out" "trained: its weights in bf16" "must: 99.5 %" "rank 2"
[ -e sharded/model.safetensors.index.json ] || die "one file of more than 20 kB"
runs 0 cadtool ckpt verify sharded --json
cp "$out" sharded.json
runs 0 cadtool ckpt verify merged --json
json "$out" 'd["kind"] == "model" and d["model"]["xxh3"] == json.load(open("sharded.json"))["model"]["xxh3"]'
says merged/README.md "base_model: $base" "--base=trained" "the model that was trained" "positions"
same merged/template.txt "$adapter/template.txt"
same merged/tokenizer.json "$adapter/tokenizer.json"
[ ! -e merged/adapter_config.json ] && [ ! -e merged/trainer_state.json ] && [ ! -e merged/DONE ] || die "parts of the adapter's run"
printf 'plate 40x20x5 mm' >a.txt
runs 0 cadtool logprob "$adapter" a.txt --json
cp "$out" apart.json
runs 0 cadtool logprob merged a.txt --json
json "$out" 'd["n"] > 3 and abs(d["sum"] - json.load(open("apart.json"))["sum"]) < 0.05 * d["n"]'
runs 0 cadtool convert merge "$base" --adapter="$adapter" -o other --base=original
says "$out" "original: its weights as they are"
says other/README.md "--base=original" "another model than was trained"
cp -RL "$base" $'b\xe9\nlicense: mit'
runs 0 cadtool convert merge "$adapter" -o $'m\xe9' --json
json "$out" 'd["passed"] and d["path"] == "m\ufffd"'
[ -e $'m\xe9'/model.safetensors ] || die "the merged model was not kept"
runs 0 cadtool convert merge $'b\xe9\nlicense: mit' --adapter="$adapter" -o named
says "$out" 'b\xe9\nlicense: mit (trained'
says named/README.md 'base_model: "b\\xe9\\nlicense: mit"'
! grep -q '^license: mit' named/README.md || die "a folder's name adds a key to the card"

# An adapter put on a model by name is the checkpoint: its run stands for it, its tokenizer and template are read.
cp -RL "$base" bare
rm bare/tokenizer.json bare/tokenizer_config.json bare/template.txt
runs 0 cadtool logprob bare a.txt --adapter=tiny/runs/lora --json
json "$out" 'd["sum"] == json.load(open("apart.json"))["sum"]'
runs 0 cadtool convert merge bare --adapter="$adapter" -o whole
same whole/tokenizer.json "$adapter/tokenizer.json"
runs 65 cadtool logprob "$adapter" a.txt --adapter="$adapter"
says "$err" "an adapter; expected the model that the adapter"
runs 65 cadtool convert merge "$base" --adapter="$base" -o new
says "$err" "a model; expected an adapter"

# Another base than it learnt on: refused where it was found, told where it was named, and never called the trained one.
earlier=$T/tiny/runs/tiny/ckpt/step-000001
runs 0 cadtool logprob "$earlier" a.txt --adapter="$adapter"
says "$err" "another base than"
runs 65 cadtool convert merge "$earlier" --adapter="$adapter" -o new
says "$err" "its tensors have XXH3-128" "--base=original"
runs 0 cadtool convert merge "$earlier" --adapter="$adapter" -o elsewhere --base=original --force
says "$err" "another base than"

# An adapter without a hash, as others make it: another base than it names is told, and not claimed in the card.
mkdir theirs
cp "$adapter/adapter_model.safetensors" theirs
theirs() { # what its adapter_config.json names
    sed "s|\"base_model_name_or_path\": .*|\"base_model_name_or_path\": \"$1\",|" "$adapter/adapter_config.json" >theirs/adapter_config.json
}
theirs org/Model-3B
for command in "convert merge $base --adapter=theirs -o on-another" "logprob $base a.txt --adapter=theirs"; do
    runs 0 cadtool $command
    says "$err" "theirs: put on $base; its adapter_config.json names org/Model-3B"
    [ "$(grep -c 'put on' "$err")" = 1 ] || die "told more than once"
done
says on-another/README.md "Base: put on $base" "its adapter_config.json names org/Model-3B"
! grep -q "This is the model that was trained" on-another/README.md || die "the card claims what nobody knows"
for command in "convert merge theirs -o new" "logprob theirs a.txt" "ckpt verify theirs"; do
    runs 66 cadtool $command
    says "$err" "its base model 'org/Model-3B' is not there" "hint: cadtool convert merge BASE --adapter=theirs -o DIR"
done
runs 66 cadgen --ckpt=theirs "plate 40x20x5 mm"
says "$err" "hint: cadtool convert merge BASE --adapter=theirs -o DIR makes one model (--ckpt=DIR)" "a link to it, at org/Model-3B"
mkdir org
ln -s "$base" org/Model-3B
runs 0 cadtool logprob theirs a.txt
rm org/Model-3B
theirs "$base"
runs 0 cadtool convert merge "$base" --adapter=theirs -o on-its-own --json
! grep -q "put on" "$err" || die "its own base is told as another one"
json "$out" 'd["rank"] == 2 and "named_base" not in d'
says on-its-own/README.md "the weights that the adapter was trained on"
theirs ""
runs 0 cadtool logprob "$base" a.txt --adapter=theirs
! grep -q "put on" "$err" || die "an adapter that names no base"

# Ranks and scales of their own by module: told as the range that they are.
theirs "$base"
sed -i 's|"alpha_pattern": .*|"alpha_pattern": {"q_proj": 1, "up_proj": 3},|' theirs/adapter_config.json
runs 0 cadtool ckpt info theirs --json
cp "$out" info.json
json info.json 'd["adapter"]["scale"][0] == 0.5 and d["adapter"]["scale"][1] > 0.5'
runs 0 cadtool convert merge theirs -o by-module --force --json
json "$out" 'all(d[k] == json.load(open("info.json"))["adapter"][k] for k in ("rank", "scale"))'
runs 0 cadtool convert merge theirs -o by-module-too --force
says "$out" "rank 2, scale 0.5..8"

# the licence of the base goes along, and its card's word on it; not what is told of the base's own weights
cp -RL "$base" whose
printf -- '---\nlicense: apache-2.0\n---\nA base.\n' >whose/README.md
printf 'Apache License\n' >whose/LICENSE.txt
printf 'by others\n' >whose/NOTICE
printf '{}' >whose/results.json
runs 0 cadtool convert merge whose --adapter="$adapter" -o licensed
same licensed/LICENSE.txt whose/LICENSE.txt
same licensed/NOTICE whose/NOTICE
says licensed/README.md "license: apache-2.0" "# A merged adapter"
[ ! -e licensed/results.json ] || die "figures of the base"
ln -s ../../../../etc/hostname whose/vocab.txt
runs 74 cadtool convert merge whose --adapter="$adapter" -o new
says "$err" "whose/vocab.txt: a link to"

for rules in "open:new.tmp:1:INT;write:config.json:1:KILL" "open:new.tmp:1:TERM;write:config.json:1:KILL"; do
    runs 130 env --default-signal=INT,TERM ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$CADLM_BIN/libfault_io.so" FAULT_IO="$rules" \
        cadtool convert merge "$adapter" -o new
    says "$err" "interrupted; nothing was kept"
done
runs 73 cadtool convert merge "$adapter" -o merged
runs 65 cadtool convert merge "$base" -o new
says "$err" "no adapter"
runs 2 cadtool convert merge "$adapter" -o new --base=mine
runs 2 cadtool convert merge "$adapter" -o new --device=cuda
says "$err" "--device=cuda: convert merge works on the CPU"
runs 2 cadtool convert merge "$adapter"
for command in "convert merge zzz -o new" "convert quantize zzz -o new" "ckpt info zzz" "logprob zzz a.txt"; do
    runs 66 cadtool $command
    says "$err" "hint: for instance runs/NAME/ckpt/latest"
    ! grep -q -e --ckpt "$err" || die "an option that cadtool does not have: $command"
done
cp -RL "$adapter" cut
truncate -s -4 cut/adapter_model.safetensors
runs 74 cadtool convert merge cut -o new
says "$err" "cut/adapter_model.safetensors"
[ -z "$(find . -maxdepth 1 -name 'new*')" ] || die "left behind: $(ls)"
