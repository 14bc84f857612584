#!/usr/bin/env bash
# One run directory, two jobs: a live owner is 73, a dead one is not, a requeued job takes over, --force-unlock does for the rest.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
unset SLURM_JOB_ID SLURM_RESTART_COUNT
run=$T/run
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$T"' EXIT
options=(--run-dir="$run" --set=sample.every=off --set=eval.every=off --set=checkpoint.every=off)
short=("${options[@]}" --set=train.max_steps=2)
start() {
    cadtrain "$TINY" "${options[@]}" --set=train.max_steps=1000000 -q >"$T/first.out" 2>"$T/first.err" </dev/null &
    pid=$!
    for _ in $(seq 600); do
        [ -s "$run/metrics.jsonl" ] && grep -q '"step":2' "$run/metrics.jsonl" && return
        sleep 0.05
    done
    die "the first run does not start: $(cat "$T/first.err")"
}
start
grep -qE "^[^:]+:$pid::[0-9a-f-]{36}:\$" "$run/LOCK" || die "LOCK does not name host, process and boot: $(cat "$run/LOCK")"
cp "$run/run.json" before.json
for more in "" --force-unlock --resume=no; do
    runs 73 cadtrain "$TINY" "${short[@]}" $more
    says "$err" "cadtrain: error: $run/LOCK: in use by " ":$pid:" "a live process of this host"
done
same "$run/run.json" before.json
kill -0 $pid || die "the first run died of it"

# Robbed all the same, it ends within a step and leaves the robber's files alone.
echo "elsewhere:12:77:00000000-0000-0000-0000-000000000000:" >robber
mv robber "$run/LOCK"
code=0
wait $pid || code=$?
pid=
[ $code = 73 ] || die "a robbed run ended with $code; expected 73: $(cat "$T/first.err")"
says "$T/first.err" "LOCK: taken over by elsewhere:12:77:"
grep -q '^elsewhere:12:77:' "$run/LOCK" || die "a robbed run removed the lock of another"
rm -r "$run"

start
kill -KILL $pid
wait $pid 2>/dev/null || true
pid=
[ -e "$run/LOCK" ] || die "SIGKILL left no lock"
runs 0 cadtrain "$TINY" "${short[@]}" # the kernel knows that its owner is dead
[ ! -e "$run/LOCK" ] || die "the lock outlives its run"

# An owner on another host, whose lock does not reach here.
elsewhere() { # job and start of its lock, seconds since its last sign of life
    echo "elsewhere:12:$1:00000000-0000-0000-0000-000000000000:$2" >"$run/LOCK"
    touch -d "1000 seconds ago" "$run/LOCK" # when it was taken
    sed -i 's/"status": "[a-z]*"/"status": "running"/' "$run/run.json"
    touch -d "$3 seconds ago" "$run/run.json"
}
elsewhere 77 "" 5
runs 73 cadtrain "$TINY" "${short[@]}"
says "$err" "in use by elsewhere:12:77:" "hint: --force-unlock"
runs 73 env SLURM_JOB_ID=78 cadtrain "$TINY" "${short[@]}"
runs 0 env SLURM_JOB_ID=77 SLURM_RESTART_COUNT=1 cadtrain "$TINY" "${short[@]}"
says "$err" "taken over from elsewhere:12:77:" "before its requeue"
elsewhere 77 "" 5
runs 0 cadtrain "$TINY" "${short[@]}" --force-unlock
says "$err" "taken over from elsewhere:12:77:" "--force-unlock"
# Times are those of the file system: a clock of this host that is an hour ahead makes no owner look dead.
elsewhere 77 "" 5
export ASAN_OPTIONS=verify_asan_link_order=0
runs 73 env LD_PRELOAD="$CADLM_BIN/libfault_io.so" FAULT_IO_CLOCK=1:3600 cadtrain "$TINY" "${short[@]}"
says "$err" "in use by elsewhere:12:77:"
elsewhere 77 "" 400
runs 0 cadtrain "$TINY" "${short[@]}"
says "$err" "no sign of life"
