#!/usr/bin/env bash
# From a fresh clone to an adapted tiny model, a scored table and parts on the screen, on two CPU cores and without a GPU:
# set-up, build, a corpus of part families that the shipped base has never seen, QLoRA fine-tuning, one part from one sentence,
# and the base beside the adapted model on held-out prompts.
#   scripts/quickstart.sh           run it; repeat it to go on where it stopped
#   scripts/quickstart.sh --check   the same from scratch, and fail when a figure or the time limit is missed (CI)
set -euo pipefail
cd "$(dirname "$0")/.."
check=0
[ "${1:-}" = --check ] && check=1
[ -z "${1:-}" ] || [ "$check" = 1 ] || { echo "usage: scripts/quickstart.sh [--check]" >&2; exit 2; }

# What --check asks for, all of it in this one place: the families of the adapter by themselves, the others beside the base.
required=(
    'adapted:valid@families.unseen>=0.95'
    'adapted:sizes@families.unseen>=0.80'
    'adapted:valid@families.seen>=base-0.05'
    'adapted:sizes@families.seen>=base-0.05'
)
limit_s=720 # from configure to the last table

config=configs/tiny_qlora.ini
data=data/tiny_qlora run=runs/tiny_qlora out=runs/quickstart
times=()
step() { # title, command...
    local title=$1 begin=$SECONDS word
    shift
    printf '\n== %s\n  ' "$title"
    for word in "$@"; do
        case $word in *' '*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    echo
    "$@"
    times+=("$(printf '%4d s  %s' $((SECONDS - begin)) "$title")")
}

echo "On two cores the build takes about five minutes, and so does all that comes after it."
[ "$check" = 0 ] || rm -rf "$data" "$run" "$out"
step "set-up" scripts/setup.sh
installed=$SECONDS
step "configure" cmake --preset release
step "build" cmake --build --preset release -j "$(nproc)" --target cadprep cadtrain cadgen cadeval cadtool
PATH=$PWD/build/release/bin:$PATH
mkdir -p "$out"

step "corpus: parts compiled and checked, split, packed" cadprep run $config
step "what is learnt" cadprep preview $data/train.pack.h5 -n 3
step "training: QLoRA of models/tiny on flanges and hex parts" cadtrain $config
step "one part from one sentence" cadgen --ckpt=$run/ckpt/latest \
    "flange, 80 mm outer diameter, 10 mm thick, 30 mm bore, 6 bolt holes 8 mm on a 60 mm bolt circle" -o $out/flange.step
step "its picture" cadtool render $out/flange.step -o $out/flange.png --views=iso,top
gates=()
if [ "$check" = 1 ]; then
    gates=(--require="$(IFS=,; echo "${required[*]}")")
fi
step "scores: base and adapted, seen and unseen families" cadeval --ckpt=base=models/tiny --ckpt=adapted=$run/ckpt/latest \
    --suite=$data/synth-test.jsonl --out=$out/synth-test "${gates[@]}"
step "scores: the seven prompts of cad0" cadeval --ckpt=base=models/tiny --ckpt=adapted=$run/ckpt/latest \
    --suite=cad0-seven --out=$out/cad0-seven --sheet=7

printf '\n== done; where the time went\n'
printf '%s\n' "${times[@]}"
total=$((SECONDS - installed))
printf '%4d s  in all after set-up (limit %d)\n' $total $limit_s
printf '\ntables    %s/synth-test/table.md  %s/cad0-seven/table.md (.csv, .json)\n' "$out" "$out"
printf 'pictures  %s/flange.png  %s/synth-test/contact.png  %s/cad0-seven/contact.png\n' "$out" "$out" "$out"
printf 'run       %s (metrics.jsonl, samples, checkpoints)\n' "$run"
[ "$check" = 0 ] || [ "$total" -le $limit_s ] || { echo "quickstart: $total s; expected at most $limit_s" >&2; exit 3; }
