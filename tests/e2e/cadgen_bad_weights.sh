#!/usr/bin/env bash
# Weights that are no safetensors file: 74, with the file, the tensor or byte, and what was expected (tests/golden/st_bad).
. "$(dirname "$0")/lib.sh"
bad=$CADLM_SOURCE/tests/golden/st_bad
cp -r "$CADLM_SOURCE/models/tiny" "$T/model"
cd "$T"
n=0
while IFS=$'\t' read -r file text; do
    cp -f "$bad/$file" model/model.safetensors
    runs 74 cadgen --ckpt=model "plate 40x20x5 mm"
    empty "$out"
    says "$err" "model/model.safetensors: ${text%..}"
    n=$((n + 1))
done <"$bad/expected.tsv"
[ "$n" -ge 30 ] || die "$n broken files; expected 30 at least"
