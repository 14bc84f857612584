#!/usr/bin/env bash
# A signal in every phase of a run, and the sequences that schedulers and people send: saved in time, the exit code of the table,
# no process left, and the next start ends in the same bits.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
export ASAN_OPTIONS=verify_asan_link_order=0
options=(--set=train.max_steps=4 "--set=checkpoint.every=2 steps" "--set=eval.every=2 steps" "--set=sample.every=2 steps" --set=checkpoint.keep_last=9)
runs 0 cadtrain "$TINY" --run-dir="$T/whole" "${options[@]}"

workers_of() { # process id: its geometry workers, wherever they hang
    local line
    for line in /proc/[0-9]*/cmdline; do
        tr '\0' ' ' <"$line" 2>/dev/null | grep -q "^cadlm-worker --cadlm-worker-zygote $1 " && echo "$line"
    done
    true
}

n=0
sent() { # what, rules, expected exit code, newest checkpoint (0: none) [, aborted]
    local got=0 pid begin=$SECONDS
    n=$((n + 1))
    run=$T/run$n
    last=$1
    LD_PRELOAD=$CADLM_BIN/libfault_io.so FAULT_IO=$2 cadtrain "$TINY" --run-dir="$run" "${options[@]}" >"$out" 2>"$err" </dev/null &
    pid=$!
    wait $pid || got=$?
    [ $got = "$3" ] || die "$1: exit $got; expected $3"
    [ $((SECONDS - begin)) -lt 30 ] || die "$1: a KILL after 30 s would have come first"
    local latest
    latest=$(readlink "$run/ckpt/latest" || echo step-0)
    [ $((10#${latest#step-})) = "$4" ] || die "$1: newest checkpoint $latest; expected $4"
    [ "$4" = 0 ] || [ -e "$run/ckpt/latest/DONE" ] || die "$1: no DONE"
    for _ in $(seq 40); do
        [ -n "$(workers_of $pid)" ] || break
        sleep 0.05
    done
    [ -z "$(workers_of $pid)" ] || die "$1: workers are left: $(workers_of $pid)"
    [ "${5:-}" = aborted ] || json "$run/run.json" 'd["exit_code"] == '"$3"
    runs 0 cadtrain "$TINY" --run-dir="$run" "${options[@]}"
    for file in master.safetensors optimizer.safetensors; do
        same "$run/ckpt/step-000004/$file" "$T/whole/ckpt/step-000004/$file"
    done
    [ -z "$(find "$run/ckpt" -name '.tmp-*')" ] || die "$1: pieces were left"
    rm -rf "$run"
}

for pair in USR2:75 INT:130; do
    s=${pair%:*} code=${pair#*:}
    sent "$s while the pack is read" "open:train.pack.h5:1:$s" $code 1
    sent "$s while the run directory is made" "rename:run.json:1:$s" $code 1
    sent "$s in the first step" "write:metrics.jsonl:2:$s" $code 1
    sent "$s before an evaluation" "write:metrics.jsonl:3:$s" $code 2
    sent "$s after an evaluation" "write:metrics.jsonl:4:$s" $code 2
    sent "$s in a save" "write:.tmp-step-000002/optimizer:1:$s" $code 2
    sent "$s at the end of a save" "symlink:latest:1:$s" $code 2
    sent "$s in the samples" "write:samples/step-000002:1:$s" $code 3
    sent "$s when the samples are scored" "write:samples/step-000002.tmp/scores:1:$s" $code 3
    sent "$s when all is done" "unlink:LOCK:1:$s" 0 4
done
sent "TERM in the first step" "write:metrics.jsonl:2:TERM" 75 1
sent "TERM in a save" "write:.tmp-step-000002/optimizer:1:TERM" 75 2
sent "TERM in the samples" "write:samples/step-000002:1:TERM" 75 3
begin="write:metrics.jsonl:2" save="write:.tmp-step-000001"
sent "USR2 twice" "$begin:USR2;$save:1:USR2" 75 1
sent "USR2, then TERM in the save" "$begin:USR2;$save:2:TERM" 75 1
sent "USR2, then CONT and TERM in the save" "$begin:USR2;$save:1:CONT;$save:2:TERM" 75 1
sent "USR2, then INT: a person's stop" "$begin:USR2;$save:1:INT" 130 1
sent "INT, then USR2" "$begin:INT;$save:1:USR2" 130 1
sent "TERM twice" "$begin:TERM;$save:2:TERM" 143 0 aborted
sent "INT twice" "$begin:INT;$save:2:INT" 130 0 aborted
sent "USR2, TERM, TERM" "$begin:USR2;$save:1:TERM;$save:3:TERM" 143 0 aborted

# Five times each at moments that nobody chose, the whole process group as a scheduler does it.
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "moments from SEED=$seed"
long=("${options[@]}" --set=train.max_steps=1000000)
for how in USR2 TERM "USR2 TERM" "CONT TERM"; do
    for _ in 1 2 3 4 5; do
        run=$T/group
        setsid cadtrain "$TINY" --run-dir="$run" "${long[@]}" >"$out" 2>"$err" </dev/null &
        pid=$!
        for _ in $(seq 3000); do
            ! grep -qsw "\"pid\": $pid" "$run/run.json" || break # this start, not the one before, has its handlers
            sleep 0.02
        done
        sleep "0.$((RANDOM % 400 + 100))"
        for s in $how; do
            kill -s "$s" -- -$pid
        done
        got=0
        wait $pid || got=$?
        [ $got = 75 ] || die "$how to the group: exit $got"
        [ -e "$run/ckpt/latest/DONE" ] || die "$how to the group: nothing was saved"
        ! pgrep -g $pid >/dev/null || die "$how to the group: processes are left"
        [ -z "$(workers_of $pid)" ] || die "$how to the group: workers are left"
    done
done
steps=$(grep -oE '"step":[0-9]+,"kind":"train"' "$run/metrics.jsonl" | tr -dc '0-9\n')
[ "$steps" = "$(sort -nu <<<"$steps")" ] || die "steps of metrics.jsonl do not rise"
