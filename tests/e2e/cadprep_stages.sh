#!/usr/bin/env bash
# cadprep run: any number of jobs makes the same bytes; a changed setting repeats what depends on it; verify finds what changed.
. "$(dirname "$0")/lib.sh"
fixture
export SOURCE_DATE_EPOCH=0

sums() { (cd "$E2E/data" && sha256sum *.jsonl *.pack.h5 tokenizer/tokenizer.json); }
runs 0 cadprep run "$TINY" # packs name the folder of their tokenizer, and this is a copy
sums >"$T/first"
runs 0 cadprep run "$TINY"
[ "$(grep -c 'done before, skipped' "$err")" = 4 ] || die "expected four skipped stages"

# The number of jobs changes no byte.
rm -rf "$E2E/data"
runs 0 cadprep run "$TINY" --jobs=1
sums >"$T/second"
same "$T/first" "$T/second"

# A changed setting repeats its stage and those after it, not those before.
runs 0 cadprep run "$TINY" --set=data.max_tokens=2048
[ "$(grep -c 'done before, skipped' "$err")" = 3 ] || die "expected three skipped stages"
runs 0 cadprep run "$TINY"
sums >"$T/third"
same "$T/first" "$T/third"

# Without a word on the tokenizer, the one beside the rows is taken, and told; another only by its name.
runs 0 cadprep pack "$E2E/data" --max-tokens=1024
says "$err" "tokenizer: $E2E/data/tokenizer (it lies beside the rows"
runs 0 cadprep verify "$E2E/data"
runs 0 cadprep pack "$E2E/data/train.jsonl" -o "$T/other.h5" --tokenizer="$CADLM_SOURCE/models/tiny"
silent "$err" "it lies beside the rows"
mkdir "$T/alone" && cp "$E2E/data/train.jsonl" "$T/alone"
runs 0 cadprep pack "$T/alone"
says "$err" "the shipped model's: none lies beside the rows"
runs 0 cadprep run "$TINY"
json "$E2E/data/tokenizer/tokenizer_config.json" 'd["pad_token"] is None and d["eos_token"] == "<|endoftext|>"'

# A tokenizer is never learnt over that of a model.
cp -R "$CADLM_SOURCE/models/tiny" "$T/model"
runs 65 cadprep tokenizer "$T/alone" --own-bpe=300 --tokenizer="$T/model"
says "$err" "a model; the tokenizer to learn would replace its own" "hint: --tokenizer=$T/alone/tokenizer"
same "$CADLM_SOURCE/models/tiny/tokenizer.json" "$T/model/tokenizer.json"
runs 0 cadprep tokenizer "$T/alone" --own-bpe=300 --tokenizer="$T/alone/large"
[ -s "$T/alone/large/tokenizer.json" ] || die "no tokenizer in the folder that was named"

runs 65 cadprep run "$TINY" --own-bpe=0 --tokenizer="$(printf '%05000d' 0)"
says "$err" "path too long: "

# A suite that cannot be filled ends a split before anything is written.
runs 0 cadprep synth -o "$T/few.jsonl" -n 10
runs 65 cadprep split "$T/few.jsonl" -o "$T/few"
says "$err" " are needed" "hint: make more parts, or fewer prompts: --suite-rows=N"
[ -z "$(ls "$T/few")" ] || die "a split without its suite left $(ls "$T/few")"

# Sentences alone have no held wording; the held prompts of the suite come from the frames.
runs 0 cadprep synth -o "$T/free.jsonl" -n 60 --captions=free --families=plate
runs 0 cadprep split "$T/free.jsonl" -o "$T/free" --split=50,10,40 --suite-rows=4
grep -q '"phrasing":"held"' "$T/free/synth-test.jsonl" || die "no held prompt in the suite of sentences"

runs 0 cadprep verify "$E2E/data" --json
json "$out" 'd["train"]["rows"] > 10'
# A split that changed behind the packs' back.
head -n -1 "$E2E/data/train.jsonl" >"$T/short" && cp "$T/short" "$E2E/data/train.jsonl"
runs 65 cadprep verify "$E2E/data"
says "$err" "train.jsonl: hashes to" "hint: cadprep pack"
runs 66 cadprep verify "$T"
runs 66 cadprep run "$T/absent.ini"
