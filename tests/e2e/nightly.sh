#!/usr/bin/env bash
# scripts/nightly.sh over stages that are made up: what one exports does not reach the next, and a stage that fails is told.
. "$(dirname "$0")/lib.sh"
mkdir -p "$T"/{scripts,tools,build/sanitized/bin}
cp "$CADLM_SOURCE/scripts/nightly.sh" "$T/scripts/"
made_up() { # path, line of shell
    printf '#!/usr/bin/env bash\n%s\n' "$2" >"$T/$1"
    chmod +x "$T/$1"
}
made_up tools/cmake :
made_up build/sanitized/bin/test_fuzz_ir 'echo "$CADLM_FUZZ_CASES $LSAN_OPTIONS" >>seen'
made_up build/sanitized/bin/fuzz_targets '[ "$1" != --list ] || echo a'
made_up scripts/coverage.sh 'echo "$(env | grep -cE "^(CADLM_(SOURCE|BIN|FUZZ_CASES)|LSAN_OPTIONS)=") exports of others"'
cd "$T"
night() { # expected exit, stages..
    local want=$1
    shift
    runs "$want" env -u CADLM_SOURCE -u CADLM_BIN -u CADLM_FUZZ_CASES -u LSAN_OPTIONS PATH="$T/tools:$PATH" scripts/nightly.sh "$@"
}
night 0 fuzz coverage
says seen "1000000 suppressions="
says "$out" "1000000 cases for each of 2 parsers" "0 exports of others"
made_up build/sanitized/bin/test_fuzz_ir 'echo "case 7 is taken"; exit 1'
night 1 fuzz coverage
says "$out" "fuzz      FAILED" "coverage  ok"
night 2 nonsense
says "$err" "no stage 'nonsense'"
