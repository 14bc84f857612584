#!/usr/bin/env bash
# Damaged, foreign and absent inputs: the right code, the file named, nothing trained; --check lists all at once.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
rm -r "$E2E/runs"

refused() { # code, options... -- text...
    local code=$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    for mode in --check --resume=auto; do
        runs "$code" cadtrain "$TINY" "${options[@]}" $mode
        empty "$out"
        says "$err" "cadtrain: error: " "$@"
    done
    [ ! -e "$E2E/runs/tiny/ckpt" ] || [ -z "$(ls "$E2E/runs/tiny/ckpt")" ] || die "a checkpoint appeared: $last"
}
runs 0 cadtrain "$TINY" --check
says "$out" "ok: "
[ ! -e "$E2E/runs" ] || die "--check made a run directory"
train=$E2E/data/train.pack.h5
size=$(stat -c %s "$train")

# A pack cut short at several places.
for part in 10 50 95; do
    head -c $((size * part / 100)) "$train" >cut.h5
    refused 74 --set=data.train=$T/cut.h5 -- cut.h5
done
# A changed byte is found wherever it lies in data; only in the gaps between them may it go unseen.
found=0
for part in 15 30 45 60 75 90; do
    cp "$train" flip.h5
    printf '\xa5' | dd of=flip.h5 bs=1 seek=$((size * part / 100)) conv=notrunc status=none
    code=0
    cadtrain "$TINY" --set=data.train=$T/flip.h5 --check >"$out" 2>"$err" || code=$?
    case $code in
    74) found=$((found + 1)) && says "$err" flip.h5 ;;
    0) ;;
    *) die "exit $code of a pack with a changed byte at $part %" ;;
    esac
done
[ $found -ge 2 ] || die "only $found of 6 changed bytes were found"
: >empty.h5
refused 74 --set=data.train=$T/empty.h5 -- empty.h5
refused 66 --set=data.train=$T/absent.h5 -- absent.h5
head -c 100000 /dev/urandom >noise.h5
refused 74 --set=data.train=$T/noise.h5 -- noise.h5

# The tokenizer is not the one of the pack: both hashes, and what to do.
cp -R "$E2E/data/tokenizer" other
python3 - other/tokenizer.json <<'P'
import json, sys
d = json.load(open(sys.argv[1]))
d["added_tokens"].append({"id": max(max(d["model"]["vocab"].values()), max(t["id"] for t in d["added_tokens"])) + 1,
    "content": "<|new|>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True})
json.dump(d, open(sys.argv[1], "w"))
P
refused 65 --set=tokenizer.path=$T/other -- train.pack.h5 "tokenizer hash of the pack is" "in use is" "cadprep pack"
[ "$(grep -oE '\b[0-9a-f]{32}\b' "$err" | sort -u | wc -l)" -ge 2 ] || die "not both hashes"

# A model whose pad token is its end token, from which trainers that mask pads learn no end.
cp -R "$FIXTURE/runs/tiny/ckpt/latest/." padded
python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
d["pad_token_id"] = d["eos_token_id"]
json.dump(d, open(sys.argv[1], "w"))' padded/config.json
refused 65 --set=model.init=pretrained --set=model.path=$T/padded --set=lora.enabled=on -- "padded/config.json: pad_token_id is the end token" "hint: "

# A model with fewer positions than the longest row has tokens.
cp -R "$FIXTURE/runs/tiny/ckpt/latest/." short
python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
d["max_position_embeddings"] = 20
json.dump(d, open(sys.argv[1], "w"))' short/config.json
refused 65 --set=model.init=pretrained --set=model.path=$T/short --set=lora.enabled=on -- "train.pack.h5: row '" "the model has 20 positions" \
    "hint: pack again with data.max_tokens = 20"

# Weights cut short, with a lying header, absent.
cp -R "$FIXTURE/runs/tiny/ckpt/latest/." base
weights=base/model.safetensors
tuned=(--set=model.init=pretrained --set=model.path=$T/base --set=lora.enabled=on)
runs 0 cadtrain "$TINY" "${tuned[@]}" --check
cp "$weights" whole
for part in 40 99; do
    head -c $(($(stat -c %s whole) * part / 100)) whole >"$weights"
    refused 74 "${tuned[@]}" -- "$(basename "$weights")"
done
head -c 4 whole >"$weights"
refused 74 "${tuned[@]}" -- "$(basename "$weights")"
printf '\xff\xff\xff\xff\xff\xff\xff\x7f{}' >"$weights"
refused 74 "${tuned[@]}" -- "$(basename "$weights")"
rm "$weights"
refused 66 "${tuned[@]}" -- base
refused 66 --set=model.init=pretrained --set=model.path=$T/absent --set=lora.enabled=on -- absent

# Several at once: one run of --check names them all.
runs 66 cadtrain "$TINY" --set=data.train=$T/absent.h5 --set=data.val=$T/cut.h5 --check
says "$err" absent.h5 cut.h5 "2 problems"
