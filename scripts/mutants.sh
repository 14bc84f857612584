#!/usr/bin/env bash
# Plants each bug of tests/mutants/ in a scratch copy of the tree, builds what its test needs and expects the test to fail.
#   scripts/mutants.sh [NAME..]     tests/mutants/NAME.mut; all when none is given
# JOBS=n: of the builds.  Prints a table; exit 1 if a bug survives, no longer applies or does not compile, or if a test fails
# without it.  What a .mut file holds: tests/mutants/mutants.py.
set -uo pipefail
cd "$(dirname "$0")/.."
tool=$PWD/tests/mutants/mutants.py scratch=$PWD/build/mutants jobs=${JOBS:-1} limit=${MUTANT_SECONDS:-600}
tree=$scratch/tree build=$scratch/tree/build/release # as deep as a common build, so that ccache knows its objects
bad=0 caught=0 first=$SECONDS
declare -A fine # tests that pass without a bug

names=("$@")
[ $# -gt 0 ] || for f in tests/mutants/*.mut; do names+=("$(basename "$f" .mut)"); done
git ls-files | while read -r f; do # by content: a bug left by a run that was cut short gets a new time, and the rest stays built
    cmp -s "$f" "$tree/$f" || { mkdir -p "$tree/$(dirname "$f")" && cp -P "$f" "$tree/$f"; }
done || exit 2
(cd "$tree" && cmake --preset release) >"$scratch/configure.log" 2>&1 ||
    { tail -n 5 "$scratch/configure.log"; exit 2; }

find "$build" -name CTestTestfile.cmake -exec sed -i "s/ TIMEOUT \"[0-9]*\"/ TIMEOUT \"$limit\"/" {} + # a busy machine fails no test

# The targets are words of one string, hence no quotes.
build_for() { cmake --build "$build" -j "$jobs" --target $1 >"$scratch/build.log" 2>&1; }
run_test() { ctest --test-dir "$build" -R "^${1//./\\.}\$" --no-tests=error --output-on-failure >"$scratch/test.log" 2>&1; }
say() { printf '%-20s %-22s %-9s %4s s  %s\n' "$@"; }

without_bug() { # test, targets: whether it passes, asked once
    [ -n "${fine[$1]:-}" ] || { build_for "$2" && run_test "$1" && fine[$1]=yes || fine[$1]=no; }
    [ "${fine[$1]}" = yes ]
}

try() { # name: sets verdict and note
    local file=tests/mutants/$1.mut source want
    source=$(sed -n 's/^file //p' "$file") test=$(sed -n 's/^test //p' "$file") note="" verdict=caught
    want=$("$tool" targets "$build" "$test") || { verdict=NO-TEST note=$want && return; }
    without_bug "$test" "$want" || { verdict=BASELINE note="fails without a bug" && return; }
    note=$("$tool" plant "$file" "$tree") || { verdict=STALE && return; }
    if ! build_for "$want"; then
        verdict=NO-BUILD note=$(grep -m1 'error:' "$scratch/build.log" | cut -c1-90)
    elif run_test "$test"; then
        verdict=SURVIVED
    elif grep -q '\*\*\*Timeout' "$scratch/test.log"; then
        note="stopped after $limit s"
    else
        note=$(sed -n 's/^\[  FAILED  \] \(test_.*\)/\1/p' "$scratch/test.log" | head -n 1)
    fi
    cp "$source" "$tree/$source" # a new time: the next build sees it
}

for name in "${names[@]}"; do
    begin=$SECONDS
    try "$name"
    [ "$verdict" = caught ] && caught=$((caught + 1)) || bad=$((bad + 1))
    say "$name" "$test" "$verdict" $((SECONDS - begin)) "$note"
done
echo "$caught of ${#names[@]} mutants caught, $((SECONDS - first)) s"
[ "$bad" = 0 ]
