#!/usr/bin/env bash
# Builds and runs the benches, writes bench/results/DATE-CPU.json and the table of bench/README.md.  Minutes; leave the machine
# alone meanwhile: what shared it with other work is not kept, or with --noisy says so.  What was measured on the same sources is
# not run again.
#   scripts/bench.sh [--fresh] [--noisy] [NAME..]        ops_cpu ir parts train_cpu generate_cpu step eval tokenizer rag
set -euo pipefail
cd "$(dirname "$0")/.."
fresh=
names=()
for word in "$@"; do
    case $word in
    --fresh) fresh=yes ;;
    --noisy) export CADLM_BENCH_NOISY=1 ;;
    ops_cpu | ir | parts | train_cpu | generate_cpu | step | eval | tokenizer | rag) names+=("$word") ;;
    *) sed -n '5s/^# *//p' "$0" >&2; exit 2 ;;
    esac
done
[ ${#names[@]} -gt 0 ] || names=(ops_cpu ir parts train_cpu generate_cpu step eval tokenizer rag)

cmake --preset release >/dev/null
cmake --build build/release -j "$(nproc)" --target bench
mkdir -p build/bench
sources=$(git rev-parse HEAD)-$(git diff HEAD -- . ':!bench/README.md' ':!bench/results' | sha1sum | cut -c1-8)
failed=
for name in "${names[@]}"; do
    out=build/bench/$name.json lines=build/bench/$name.lines
    if [ -z "$fresh" ] && python3 bench/record.py fresh "$out" "$sources"; then
        echo "bench: $name is there"
        continue
    fi
    rm -f "$lines"
    case $name in
    ops_cpu) command=(build/release/bin/ops_cpu 2) ;;
    ir) command=(build/release/bin/bench_ir 500 seen "$lines") ;;
    parts) command=(build/release/bin/bench_parts 600 "$lines") ;;
    *) command=(bench/run.sh "$name" "--out=$lines") ;;
    esac
    echo "bench: $name"
    python3 bench/record.py run "$name" "$out" "$lines" "$sources" "${command[@]}" || failed="$failed $name"
done
python3 bench/record.py table "${names[@]}"
[ -z "$failed" ] || { echo "bench: failed:$failed" >&2; exit 1; }
