#!/usr/bin/env bash
# What does not fit into CI: every test under the sanitizers, a build with clang, clang-tidy, long fuzzing, repeated kills, bugs
# planted on purpose.
# Prints a dated summary for docs/LOG.md. Hours on two cores; resumable by stage:  scripts/nightly.sh [STAGE..]
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)
stages=("$@")
[ $# -gt 0 ] || stages=(clang tidy sanitize fuzz step coverage kill emulator big mutants tokenizer)
summary=()

stage() { # name, command...: runs it, keeps its last line and its verdict; what it exports ends with it
    local name=$1 log=build/nightly-$1.log begin=$SECONDS verdict=ok
    shift
    mkdir -p build
    ("$@") >"$log" 2>&1 || verdict=FAILED
    summary+=("$(printf '%-9s %-6s %5d s  %s' "$name" "$verdict" $((SECONDS - begin)) "$(tail -1 "$log")")")
    echo "${summary[-1]}"
}

# Without the emulator: what it finds rests on gcc's instrumentation (with clang it misses copies of structures).
clang_build() {
    cmake -S . -B build/clang -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ &&
        cmake --build build/clang -j "$jobs" && ctest --test-dir build/clang -L ci -j "$jobs" -E '^(e2e|interop)|emu' --output-on-failure | tail -12 || return
    libfuzzer
}

libfuzzer() { # each fuzz target for ${LIBFUZZER_S:-30} s, from the seeds of tests/fuzz
    echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n > 99999999; }' >build/libfuzzer.c
    clang -fsanitize=fuzzer,address,undefined build/libfuzzer.c -o build/libfuzzer 2>/dev/null ||
        { echo "no run-time library of libFuzzer here (Debian: libclang-rt-dev); bin/fuzzers was left out"; return 0; }
    cmake -S . -B build/fuzzers -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCADLM_SANITIZE=ON -DCADLM_FUZZERS=ON -DCADLM_OCCT=OFF -DCMAKE_C_COMPILER=clang \
        -DCMAKE_CXX_COMPILER=clang++ && cmake --build build/fuzzers -j "$jobs" --target fuzzers fuzz_targets || return
    local t n=0
    for t in $(CADLM_SOURCE=$PWD build/fuzzers/bin/fuzz_targets --list); do
        mkdir -p "build/fuzzers/found/$t" "tests/fuzz/$t"
        CADLM_SOURCE=$PWD CADLM_FUZZ_TARGET=$t build/fuzzers/bin/fuzzers -max_total_time="${LIBFUZZER_S:-30}" -timeout=10 -malloc_limit_mb=256 \
            -artifact_prefix="build/fuzzers/$t-" "build/fuzzers/found/$t" "tests/fuzz/$t" >"build/fuzzers/$t.txt" 2>&1 ||
            { tail -20 "build/fuzzers/$t.txt"; echo "libFuzzer: $t"; return 1; }
        n=$((n + 1))
    done
    echo "$n targets under libFuzzer, ${LIBFUZZER_S:-30} s each"
}

tidy() {
    cmake --preset release >/dev/null && cmake --build build/release --target cad_version >/dev/null # the generated header
    git ls-files '*.c' | grep -Ev '^(tests|bench)/' | xargs -P "$jobs" -n 4 clang-tidy -p build/release --quiet >build/tidy.txt 2>/dev/null
    local verdict=$? count
    count=$(grep -c 'warning:' build/tidy.txt) # says 1 when there are none
    echo "$count warnings; the list is in build/tidy.txt"
    [ "$verdict" = 0 ] && [ "$count" = 0 ]
}

# The sanitizers of preset dev over optimised code, two to four times as fast; gcc's guesses about values are wrong beside them.
sanitized_build() { # targets...
    local flags='-g -O1 -Wno-format-truncation -Wno-maybe-uninitialized'
    cmake -S . -B build/sanitized -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCADLM_SANITIZE=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
        "-DCMAKE_C_FLAGS_DEBUG=$flags" "-DCMAKE_CXX_FLAGS_DEBUG=$flags" >/dev/null && cmake --build build/sanitized -j "$jobs" ${1:+--target "$@"}
}

# Left out: what compares with other software in a venv, and tests of limits of time and memory, of peaks, and of the size of a
# package, which mean nothing beside shadow memory.
sanitize() {
    sanitized_build &&
        ctest --test-dir build/sanitized -L ci -j "$jobs" --output-on-failure -E '^(interop|docs)|^e2e.cadtool.limits$|^e2e.cadprep.memory$|^rel.F3.limits$|^e2e.cadeval.poison$|^e2e.cadtrain.dry_run$|^e2e.gpu_check$' |
        tee build/sanitize-tests.txt | tail -12
}

fuzz() { # seeded mutations beyond those of CI; the programs themselves, since CTest's limits are meant for CI
    sanitized_build fuzz_targets test_fuzz_ir || return
    export CADLM_FUZZ_CASES=${CADLM_FUZZ_CASES:-1000000} CADLM_SOURCE=$PWD CADLM_BIN=$PWD/build/sanitized/bin
    export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
    local targets
    targets=$("$CADLM_BIN/fuzz_targets" --list) || return
    printf '%s\n' test_fuzz_ir $(sed 's/^/fuzz_targets /' <<<"$targets" | tr ' ' :) |
        xargs -P "$jobs" -I% sh -c 'log=build/fuzz-$(echo % | tr : -).txt; "$CADLM_BIN"/$(echo % | tr : " ") >"$log" 2>&1 || { tail -5 "$log"; exit 1; }' || return
    echo "$CADLM_FUZZ_CASES cases for each of $(($(wc -w <<<"$targets") + 1)) parsers"
}

step_mutants() { # damaged STEP texts through the kernel's workers, behind the text gate and without it (rel.E1)
    cmake --preset release >/dev/null && cmake --build build/release -j "$jobs" --target test_step_mutants || return
    CADLM_SOURCE=$PWD CADLM_FUZZ_CASES=${CADLM_STEP_MUTANTS:-10000} build/release/bin/test_step_mutants 'test_E1*' || return
    echo "${CADLM_STEP_MUTANTS:-10000} mutants of STEP files, with and without the gate"
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

tokenizer() { # 200 MB beside the tokenizers library for each vocabulary, in pieces, each of its own seed
    cmake --preset release >/dev/null && cmake --build --preset release -j "$jobs" --target interop_tokens || return
    export CADLM_SOURCE=$PWD CADLM_BIN=$PWD/build/release/bin CADLM_INTEROP_REQUIRED=1
    local mb=${CADLM_TOKENIZER_MB:-200} seed=1000 done=0
    local most=$((mb < 50 ? mb : 50)) # what a run holds at once
    while [ "$done" -lt "$mb" ]; do
        tests/interop/run.sh tokenizer "$most" "$seed" || return
        done=$((done + most)) seed=$((seed + 1))
    done
    echo "$done MB for each of 3 vocabularies, 0 differences"
}

big() { # 6 GB on disk and 12 GB of memory for minutes; where they are missing it says so
    cmake --preset release >/dev/null && cmake --build build/release -j "$jobs" --target big_checkpoint || return
    local folder=${CADLM_BIG_FOLDER:-build} code=0
    build/release/bin/big_checkpoint "$folder" || code=$?
    [ "$code" = 0 ] || [ "$code" = 77 ]
}

for s in "${stages[@]}"; do
    case $s in
    clang) stage clang clang_build ;;
    tidy) stage tidy tidy ;;
    sanitize) stage sanitize sanitize ;;
    fuzz) stage fuzz fuzz ;;
    step) stage step step_mutants ;;
    coverage) stage coverage scripts/coverage.sh ;;
    kill) stage kill kill_loop ;;
    emulator) stage emulator emulator ;;
    big) stage big big ;;
    tokenizer) stage tokenizer tokenizer ;;
    mutants) stage mutants env JOBS="$jobs" scripts/mutants.sh ;;
    *) echo "nightly.sh: no stage '$s'; expected clang tidy sanitize fuzz step coverage kill emulator big mutants tokenizer" >&2; exit 2 ;;
    esac
done
printf '\n## %s, nightly, commit %s\n\n' "$(date +%F)" "$(git rev-parse --short HEAD)"
printf '    %s\n' "${summary[@]}"
! printf '%s\n' "${summary[@]}" | grep -q FAILED
