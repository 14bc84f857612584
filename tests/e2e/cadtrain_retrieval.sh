#!/usr/bin/env bash
# [rag] of a run against what its packs were made with: prompts to the checkpoint are retrieved by these keys.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
rm -r "$E2E/runs"
data=$E2E/data
start=(cadtrain "$TINY" --set=rag.enabled=on --set=data.max_tokens=4k)
refused() { # options... -- text...: by --check, --dry-run and a start
    local options=() mode
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    for mode in --check --dry-run --resume=no; do
        runs 65 "${start[@]}" "${options[@]}" $mode
        says "$err" "$@"
    done
}
refused -- "train.pack.h5: its rows show nothing retrieved; rag.enabled = on (" "hint: cadprep rag build"

printf '{caption}\n{retrieved}\n\n{output}' >rag.txt
runs 0 cadprep rag build "$data" -k 2
runs 0 cadprep pack "$data" --tokenizer="$data/tokenizer" --template=file:rag.txt --set=rag.enabled=on --set=rag.max_tokens=64 --max-tokens=4k
refused -- "2 problems" "train.pack.h5: its rows were made with rag.k = 2; the configuration has 1 (default)" \
    "made with rag.max_tokens = 64; the configuration has 0 (default)" "hint: --set=rag.k=2"
start+=(--set=rag.k=2 --set=rag.max_tokens=64)
refused --set=rag.min_score=0.5 -- "made with rag.min_score = -1; the configuration has 0.5 (--set"
refused --set=prep.profile=steplm -- "made with prep.profile = strict; the configuration has steplm"
runs 0 "${start[@]}" --check
silent "$err" "retrieved with"
runs 0 "${start[@]}" --check --set=rag.ties=first --set=rag.encoder=minilm
says "$err" "rag.ties = first (--set" "retrieved with seeded" "rag.encoder = minilm" "retrieved with hash"

# Another index than that of the packs.
cp -R "$data" other
sed -i '$d' other/train.jsonl
runs 0 cadprep rag build other -k 2
refused --set=rag.index=$T/other -- "other/rag.index: the index is" "train.pack.h5 retrieved from"
runs 0 "${start[@]}" --check --set=rag.index="$data/rag.index"
