#!/usr/bin/env bash
# cadprep run: killed at any moment and repeated it ends with the bytes of an undisturbed run; finished stages are skipped, a
# damaged output is made again; bad configurations and inputs have their exit codes.
set -euo pipefail
bin=$CADLM_BIN/cadprep
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() { echo "FAILED: $*"; exit 1; }
expect() { # code, part of the message, command...
    local code=$1 part=$2 rc=0 text
    shift 2
    text=$("$@" 2>&1) || rc=$?
    [ "$rc" = "$code" ] || fail "exit $rc, expected $code: $* ($text)"
    grep -qF -- "$part" <<<"$text" || fail "no '$part' in: $text"
}

config() { # folder
    cat <<INI
[synth]
n = 260
families = washer:1, primitive:2
units = mm, none, cm, in
[tokenizer]
own_bpe = 400
[prep]
out = $1
suite_rows = 4
[data]
train = $1/train.pack.h5
max_tokens = 256
INI
}
config whole > whole.ini
config torn > torn.ini
sums() { (cd "$1" && find . -type f -not -path './.stages/*' -print0 | sort -z | xargs -0 sha256sum); }

"$bin" run whole.ini 2> log || { cat log; fail "run"; }
sums whole > whole.sums
[ "$(wc -l < whole.sums)" -ge 9 ] || fail "too few files: $(cat whole.sums)"

# Killed with SIGKILL again and again, each time a little later.
for ms in 05 1 2 4 8; do
    timeout -s KILL 0.$ms "$bin" run torn.ini 2> /dev/null || true
done
"$bin" run torn.ini 2> log || { cat log; fail "run after kills"; }
if find torn -name '*.tmp*' -not -path '*/.stages/*' | grep -q .; then fail "temporary files stayed"; fi
# The two folders differ in their name alone, which the packs record; so packs are compared by making them again elsewhere.
mv whole first && mv torn whole && "$bin" run whole.ini 2> log && sums whole > torn.sums
cmp whole.sums torn.sums || fail "other bytes after kills"

# All skipped; then one output damaged.
"$bin" run whole.ini 2> log
[ "$(grep -c 'skipped' log)" = 4 ] || { cat log; fail "not all stages were skipped"; }
printf 'x' >> whole/train.jsonl
"$bin" run whole.ini 2> log
grep -q 'synth: done before' log || fail "synth ran again"
sums whole > again.sums
cmp whole.sums again.sums || fail "other bytes after a repair"

"$bin" verify whole > /dev/null 2>&1 || fail "verify"
"$bin" verify whole --json 2> /dev/null | python3 -c 'import json,sys; json.load(sys.stdin)' || fail "verify --json"
"$bin" preview whole/train.pack.h5 -n 2 > text 2> /dev/null || fail "preview"
[ "$(grep -c '^prompt .* eos 1 total .*/256$' text)" = 2 ] || { cat text; fail "preview text"; }
if grep -q $'\x1b' text; then fail "escape codes in a pipe"; fi
"$bin" preview whole/train.pack.h5 -n 1 --color=always 2> /dev/null | grep -q $'\x1b\[32m' || fail "no colour"
"$bin" audit whole/train.pack.h5 --json 2> /dev/null | python3 -c 'import json,sys; assert json.load(sys.stdin)["rows"] > 0' || fail "audit"

expect 65 "found 'gear'" "$bin" synth -o x.jsonl -n 5 --families=gear
expect 65 "furlong" "$bin" synth -o x.jsonl -n 5 --units=furlong
expect 2 "no output" "$bin" synth -n 5
expect 66 "absent.jsonl" "$bin" split absent.jsonl -o y
expect 66 "absent" "$bin" verify absent
head -c 3000 whole/train.pack.h5 > cut.h5
expect 74 "cut.h5" "$bin" preview cut.h5
head -1 whole/train.jsonl > empty.jsonl
expect 66 "zero rows" "$bin" pack empty.jsonl -o e.h5 --tokenizer=whole/tokenizer

echo ok
