#!/usr/bin/env bash
# One output folder, two evaluations: the second ends with 73 and names the first; what a dead one left is taken over.
. "$(dirname "$0")/lib.sh"
cd "$T"
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$T"' EXIT
evaluate=(cadeval --ckpt=tiny="$CADLM_SOURCE/models/tiny" --suite=cad0-seven --no-baselines --sheet=0)
start() { # stopped as soon as it has a file for its answers
    "${evaluate[@]}" --out=a >first.out 2>first.err </dev/null &
    pid=$!
    for _ in $(seq 6000); do
        ! [ -s "$(echo a/tiny-*/predictions.jsonl)" ] || break
        sleep 0.02
    done
    [ -s "$(echo a/tiny-*/predictions.jsonl)" ] || die "the first evaluation does not start: $(cat first.err)"
    kill -STOP $pid
}
rows() { find a -name '*.jsonl' -exec cat {} + | awk '/"key"/ { n++ } END { print n + 0 }'; }

start
before=$(rows)
[ "$before" -lt 14 ] || die "the first evaluation was over before it could be stopped"
for more in "" --fresh --limit=3; do
    runs 73 "${evaluate[@]}" --out=a $more
    says "$err" "cadeval: error: a/LOCK: in use by process $pid on $(uname -n)" "hint: " "--out=DIR"
    empty "$out"
done
[ "$(rows)" = "$before" ] || die "the second evaluation changed the files of the first"
runs 0 "${evaluate[@]}" --out=b # another folder is free
kill -CONT $pid
code=0
wait $pid || code=$?
pid=
[ $code = 0 ] || die "the first evaluation ended with $code: $(cat first.err)"
[ "$(rows)" = 14 ] || die "expected 7 answers and 7 scores; found $(rows) rows"
same a/table.md b/table.md
[ ! -e a/LOCK ] || die "the lock outlives its evaluation"

rm -r a
start
kill -KILL $pid
code=0
wait $pid 2>/dev/null || code=$?
pid=
[ $code = 137 ] || die "the first evaluation ended with $code before it was killed: $(cat first.err)"
[ -e a/LOCK ] || die "SIGKILL left no lock"
runs 0 "${evaluate[@]}" --out=a # the kernel knows that its owner is dead
silent "$err" "LOCK"
[ ! -e a/LOCK ] || die "the lock outlives its evaluation"
[ "$(rows)" = 14 ] || die "expected 7 answers and 7 scores; found $(rows) rows"
same a/table.md b/table.md
runs 65 "${evaluate[@]}" --out=a --require='valid>=maybe' # refused before, and after, the lock is taken
runs 3 "${evaluate[@]}" --out=a --require='valid<=0'
[ ! -e a/LOCK ] || die "a failed evaluation left its lock"
