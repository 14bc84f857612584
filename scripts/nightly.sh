#!/usr/bin/env bash
# What does not fit into CI: every test under the sanitizers, a build with clang, clang-tidy, long fuzzing, repeated kills, bugs
# planted on purpose.
# Prints a dated summary for docs/LOG.md. Hours on two cores; resumable by stage:  scripts/nightly.sh [STAGE..]
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)
stages=("$@")
[ $# -gt 0 ] || stages=(clang tidy sanitize fuzz coverage kill emulator mutants)
summary=()

stage() { # name, command...: runs it, keeps its last line and its verdict
    local name=$1 log=build/nightly-$1.log begin=$SECONDS verdict=ok
    shift
    mkdir -p build
    "$@" >"$log" 2>&1 || verdict=FAILED
    summary+=("$(printf '%-9s %-6s %5d s  %s' "$name" "$verdict" $((SECONDS - begin)) "$(tail -1 "$log")")")
    echo "${summary[-1]}"
}

clang_build() {
    cmake -S . -B build/clang -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ &&
        cmake --build build/clang -j "$jobs" && ctest --test-dir build/clang -L ci -j "$jobs" -E '^(e2e|interop)' --output-on-failure | tail -3
}

tidy() {
    cmake --preset release >/dev/null && cmake --build build/release --target cad_version >/dev/null # the generated header
    git ls-files '*.c' | grep -Ev '^(tests|bench)/' | xargs -P "$jobs" -n 4 clang-tidy -p build/release --quiet >build/tidy.txt 2>/dev/null
    local verdict=$? count
    count=$(grep -c 'warning:' build/tidy.txt) # says 1 when there are none
    echo "$count warnings; the list is in build/tidy.txt"
    [ "$verdict" = 0 ] && [ "$count" = 0 ]
}

# Left out: what compares with other software in a venv, and three tests of limits of time, of memory and of a planned peak, which
# mean nothing beside shadow memory.
sanitize() {
    cmake --preset dev >/dev/null && cmake --build --preset dev -j "$jobs" &&
        ctest --preset dev -L ci -j "$jobs" -E '^(interop|docs)|^e2e.cadtool.limits$|^e2e.cadeval.poison$|^e2e.cadtrain.dry_run$' | tail -12
}

fuzz() { # seeded mutations beyond those of CI; the programs themselves, since CTest's limits are meant for CI
    cmake --preset dev >/dev/null && cmake --build --preset dev -j "$jobs" --target sanitized_tests || return
    export CADLM_FUZZ_CASES=${CADLM_FUZZ_CASES:-1000000} CADLM_SOURCE=$PWD CADLM_BIN=$PWD/build/dev/bin
    export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
    local programs=(fuzz_ir fuzz model_hfconfig model_safetensors model_tokenizer) parsers=0 told
    printf '%s\n' "${programs[@]}" |
        xargs -P "$jobs" -I% sh -c '"$CADLM_BIN/test_%" >build/fuzz-%.txt 2>&1 || { tail -5 build/fuzz-%.txt; exit 1; }' || return
    for p in "${programs[@]}"; do # one that tells nothing of its mutants holds one parser
        told=$(grep -c 'mutants parse$' "build/fuzz-$p.txt")
        parsers=$((parsers + (told > 0 ? told : 1)))
    done
    echo "$CADLM_FUZZ_CASES cases for each of $parsers parsers"
}

kill_loop() {
    cmake --preset release >/dev/null && cmake --build --preset release -j "$jobs" &&
        ctest --preset release -R 'e2e.cadtrain.kill' --repeat until-fail:10 --timeout 3000 | tail -3
}

emulator() { # the kernels in three modes of their copies, with other orders and inputs; and without each barrier in turn
    cmake --preset release >/dev/null && cmake --build --preset release -j "$jobs" --target checkop || return
    for seed in 1 2 3; do
        build/release/bin/checkop emu --seed="$seed" || return
    done
    tests/kernels/mutants/kernel_mutants.py build/release --every
}

for s in "${stages[@]}"; do
    case $s in
    clang) stage clang clang_build ;;
    tidy) stage tidy tidy ;;
    sanitize) stage sanitize sanitize ;;
    fuzz) stage fuzz fuzz ;;
    coverage) stage coverage scripts/coverage.sh ;;
    kill) stage kill kill_loop ;;
    emulator) stage emulator emulator ;;
    mutants) stage mutants env JOBS="$jobs" scripts/mutants.sh ;;
    *) echo "nightly.sh: no stage '$s'; expected clang tidy sanitize fuzz coverage kill emulator mutants" >&2; exit 2 ;;
    esac
done
printf '\n## %s, nightly, commit %s\n\n' "$(date +%F)" "$(git rev-parse --short HEAD)"
printf '    %s\n' "${summary[@]}"
! printf '%s\n' "${summary[@]}" | grep -q FAILED
