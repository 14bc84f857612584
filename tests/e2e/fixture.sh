#!/usr/bin/env bash
# Made once for the tests that need data: a corpus of 60 parts, its packs, and a run of two steps.
. "$(dirname "$0")/lib.sh"
rm -rf "$FIXTURE"
mkdir -p "$FIXTURE"
export E2E=$FIXTURE
tiny=$CADLM_SOURCE/tests/e2e/tiny.ini
runs 0 cadprep run "$tiny"
empty "$out"
for file in train.jsonl val.jsonl test.jsonl synth-test.jsonl tokenizer/tokenizer.json train.pack.h5 val.pack.h5 test.pack.h5; do
    [ -s "$FIXTURE/data/$file" ] || die "cadprep run wrote no $file"
done
runs 0 cadtrain "$tiny"
[ -e "$FIXTURE/runs/tiny/ckpt/latest/DONE" ] || die "no finished checkpoint"
