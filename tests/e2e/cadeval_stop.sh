#!/usr/bin/env bash
# Ctrl-C ends an evaluation and the making of parts in order: 130, one line that says what is there, no half file; the same
# command goes on.
. "$(dirname "$0")/lib.sh"
cd "$T"
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$T"' EXIT
begin() { # file that tells the moment, command..: INT as a terminal sends it
    local until=$1
    shift
    last=$*
    env --default-signal=INT "$@" >"$out" 2>"$err" </dev/null &
    pid=$!
    for _ in $(seq 1500); do
        ! compgen -G "$until" >/dev/null || break
        sleep 0.02
    done
    compgen -G "$until" >/dev/null || die "no $until"
}
ends() { # exit code
    local got=0
    wait $pid || got=$?
    pid=
    [ "$got" = "$1" ] || die "exit $got; expected $1: $last"
}
evaluate=(cadeval --ckpt=tiny="$CADLM_SOURCE/models/tiny" --suite=cad0-seven --no-baselines --sheet=0 --out=a)
runs 0 "${evaluate[@]}" --out=b
for more in "" "without --fresh "; do
    rm -rf a
    begin 'a/tiny-*/predictions.jsonl' "${evaluate[@]}" ${more:+--fresh}
    kill -INT $pid
    ends 130
    empty "$out"
    grep -qFx "cadeval: error: interrupted; the same command ${more}goes on" "$err" || die "it does not say that it goes on"
    [ -z "$(ls a/LOCK a/table.* 2>/dev/null)" ] || die "left behind: $(ls a)"
done
runs 0 "${evaluate[@]}"
same a/table.md b/table.md
begin 'a/tiny-*/predictions.jsonl' "${evaluate[@]}" --fresh
kill -TERM $pid # ends at once, as ever
ends 143

begin 's.jsonl.tmp.*' cadprep synth -n 1M --jobs=1 -o s.jsonl
kill -INT $pid
ends 130
grep -qE '^cadprep: error: interrupted after [0-9]+ of 1048576 parts; s\.jsonl is not written$' "$err" || die "it does not say what it did"
[ -z "$(ls s.jsonl* 2>/dev/null)" ] || die "left behind: $(ls s.jsonl*)"

# Where a shell told a background job to take no notice of Ctrl-C, it takes none.
(trap '' INT && exec cadprep synth -n 300 --jobs=1 -o t.jsonl) >"$out" 2>"$err" </dev/null &
pid=$!
for _ in $(seq 1500); do
    ! compgen -G 't.jsonl.tmp.*' >/dev/null || break
    sleep 0.02
done
kill -INT $pid
ends 0
[ -s t.jsonl ] || die "a command that ignores INT wrote nothing"
