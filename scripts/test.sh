#!/usr/bin/env bash
# Set-up, build, all tests labelled ci. Ends with "N passed, M failed, K skipped".
#   scripts/test.sh          everything
#   scripts/test.sh REGEX    only tests whose name matches (no sanitizer build, no interop set-up)
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)
only=${1:-}

if [ -z "$only" ]; then
    scripts/setup.sh --interop
    export CADLM_INTEROP_REQUIRED=1 # it is there now: a test that lacks it fails instead of skipping
else
    scripts/setup.sh
fi

run_tests() { # preset, ctest arguments...: runs, prints, adds to the counts
    local preset=$1 log=build/$1/ctest.log
    shift
    ctest --preset "$preset" -j "$jobs" "$@" 2>&1 | tee "$log" || failed_any=1
    local total bad skipped
    total=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\2/p' "$log")
    bad=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\1/p' "$log")
    skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
    n_failed=$((n_failed + ${bad:-0}))
    n_skipped=$((n_skipped + skipped))
    n_passed=$((n_passed + ${total:-0} - ${bad:-0} - skipped))
    [ -n "${total:-}" ] || { echo "test.sh: no tests ran in preset $preset" >&2; failed_any=1; }
}
n_passed=0 n_failed=0 n_skipped=0 failed_any=0

cmake --preset release >/dev/null
cmake --build --preset release -j "$jobs"
if [ -n "$only" ]; then
    run_tests release -R "$only"
else
    run_tests release -L ci
    # AddressSanitizer and UBSan over everything that reads input of others, and over the allocators and the workers.
    cmake --preset dev >/dev/null
    cmake --build --preset dev -j "$jobs" --target sanitized_tests
    run_tests dev -L sanitize
    # Without OCCT, MPI and CUDA everything still builds, and says what is missing.
    cmake --preset minimal >/dev/null
    cmake --build --preset minimal -j "$jobs"
    run_tests minimal -L minimal
fi
echo "$n_passed passed, $n_failed failed, $n_skipped skipped"
[ "$n_failed" = 0 ] && [ "$failed_any" = 0 ]
