# Sourced by every test of this folder: a temporary folder, runs with an expected exit code, and what was printed.
#   $T      the test's own folder, removed at its end          $FIXTURE  the small corpus, model and run of fixture.sh
#   $DOCS   docs/examples                                      $out $err  files with stdout and stderr of the last `runs`
set -Eeuo pipefail
trap 'echo "FAILED: $0:$LINENO: $BASH_COMMAND" >&2' ERR
: "${CADLM_SOURCE:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}" "${CADLM_BIN:=$CADLM_SOURCE/build/release/bin}"
export PATH=$CADLM_BIN:$PATH LC_ALL=C.UTF-8
unset ARGP_HELP_FMT NO_COLOR
FIXTURE=$CADLM_BIN/../e2e/fixture
DOCS=$CADLM_SOURCE/docs/examples
T=$(mktemp -d "${TMPDIR:-/tmp}/cadlm-e2e-XXXXXX")
trap 'rm -rf "$T"' EXIT
out=$T/.out err=$T/.err

die() { # text...
    echo "FAILED: $*" >&2
    [ ! -s "$out" ] || { echo "-- stdout of the last run:"; head -c 4000 "$out"; } >&2
    [ ! -s "$err" ] || { echo "-- stderr of the last run:"; head -c 4000 "$err"; } >&2
    exit 1
}

runs() { # expected exit code, command...
    local want=$1 got=0
    shift
    last=$*
    "$@" >"$out" 2>"$err" </dev/null || got=$?
    [ "$got" = "$want" ] || die "exit $got; expected $want: $last"
}

says() { # file, text...: each text stands in the file
    local file=$1 text
    shift
    for text in "$@"; do
        grep -qF -- "$text" "$file" || die "no '$text' in $(basename "$file") of: $last"
    done
}

silent() { # file, text...: none of them stands in the file
    local file=$1 text
    shift
    for text in "$@"; do
        ! grep -qF -- "$text" "$file" || die "'$text' in $(basename "$file") of: $last"
    done
}

empty() { # file
    [ ! -s "$1" ] || die "$(basename "$1") is not empty after: $last"
}

same() { # file, file
    cmp -s "$1" "$2" || { diff "$1" "$2" | head -20 >&2 || true; die "$1 and $2 differ"; }
}

json() { # file, python expression over the document d: must be true
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert eval(sys.argv[2]), sys.argv[2]' "$1" "$2" || die "$2 is not true of $1"
}

fixture() { # a copy of the fixture at $E2E, for tests that train or write there
    [ -d "$FIXTURE/runs/tiny" ] || die "no fixture; run ctest -R e2e.fixture, or tests/e2e/fixture.sh"
    export E2E=$T/tiny
    cp -R "$FIXTURE" "$E2E"
    TINY=$CADLM_SOURCE/tests/e2e/tiny.ini
}

fixture_rag() { # the fixture, its model trained anew with retrieved rows in its prompts; $data, $ckpt, and $pack: options of cadprep pack
    fixture
    cd "$T"
    rm -r "$E2E/runs"
    data=$E2E/data ckpt=$E2E/runs/tiny/ckpt/latest
    printf '{caption}\n{retrieved}\n\n{output}' >rag.txt
    pack=(--tokenizer="$data/tokenizer" --template=file:rag.txt --set=rag.enabled=on --max-tokens=4k)
    runs 0 cadprep rag build "$data"
    runs 0 cadprep pack "$data" "${pack[@]}"
    runs 0 cadtrain "$TINY" --set=rag.enabled=on --set=data.max_tokens=4k
}

given_up() { # signal, exit code, test, command...: the signal as soon as `test` holds; it must end the command, with that code
    local signal=$1 want=$2 condition=$3 pid code=0
    shift 3
    last=$*
    "$@" >"$out" 2>"$err" </dev/null &
    pid=$!
    until eval "$condition"; do
        kill -0 "$pid" || die "it ended before it could be given up: $last"
        sleep 0.02
    done
    kill -"$signal" "$pid"
    wait "$pid" 2>/dev/null || code=$?
    [ "$code" = "$want" ] || die "exit $code; expected $want: $last, behind $signal"
}

slow_program() { # sixty overlapping spheres in one union: seconds of work for the kernel
    python3 -c 'import math
for i in range(60):
    print("S 20")
    print(f"T {2 * i} {30 * math.cos(i * 2.4):.4f} {30 * math.sin(i * 2.4):.4f} {1.7 * i:.4f}")
print("U 1 3")
for i in range(2, 60):
    print(f"U {118 + i} {2 * i + 1}")'
}

greedy_program() { # 2500 boxes in two nested patterns: more than 256 MB for the kernel
    printf 'C 1 1 1\nLP 0 1 0 0 50 2\nLP 1 0 1 0 50 2\n'
}

children() { # process id -> its children
    awk -v parent="$1" '{ sub(/.*\) /, ""); if ($2 == parent) print FILENAME }' /proc/[0-9]*/stat 2>/dev/null |
        tr -dc '0-9\n' || true # some process ended while it was looked at
}
