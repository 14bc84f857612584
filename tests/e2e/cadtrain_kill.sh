#!/usr/bin/env bash
# A run that is killed with SIGKILL at twenty random moments and started again ends in the bits of an uninterrupted one.
# usage: cadtrain_kill.sh MAKE_FIXTURE      CADLM_BIN: folder of cadtrain      SEED: of the moments, printed
set -euo pipefail
fixture=$1
cadtrain=$CADLM_BIN/cadtrain
dir=$(mktemp -d "${TMPDIR:-/tmp}/cadlm-kill.XXXXXX")
trap 'rm -rf "$dir"' EXIT
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "moments from SEED=$seed"

"$fixture" "$dir"
steps=160
options=(--set=train.max_steps=$steps "--set=checkpoint.every=4 steps" "--set=eval.every=7 steps" --set=checkpoint.keep_last=2)

run() { # NAME: to the end
    "$cadtrain" "$dir/run.ini" --run-dir="$dir/$1" "${options[@]}" -q 2>>"$dir/$1.err"
}

start=$(date +%s%N)
run whole
whole_ms=$((($(date +%s%N) - start) / 1000000))
echo "uninterrupted: $whole_ms ms"

kills=0
tries=0
longest_ms=$((whole_ms / 10 + 60))
while [ $kills -lt 20 ]; do
    tries=$((tries + 1))
    [ $tries -lt 90 ] || { echo "only $kills of 20 kills in $tries starts"; exit 1; }
    "$cadtrain" "$dir/run.ini" --run-dir="$dir/killed" "${options[@]}" -q 2>>"$dir/killed.err" &
    pid=$!
    # From the first millisecond of a start to about a tenth of the whole run.
    wait_ms=$((RANDOM % longest_ms))
    sleep "$(printf '0.%03d' $((wait_ms > 999 ? 999 : wait_ms)))"
    if kill -KILL $pid 2>/dev/null; then kills=$((kills + 1)); fi
    wait $pid 2>/dev/null || true
    if [ $kills -lt 20 ] && grep -qs '"status": "done"' "$dir/killed/run.json"; then
        echo "the run ended after $kills kills; again, with kills twice as dense"
        rm -rf "$dir/killed"
        kills=0
        longest_ms=$((longest_ms / 2 + 20))
    fi
done
echo "$kills kills in $tries starts; newest: $(readlink "$dir/killed/ckpt/latest" 2>/dev/null || echo none)"
run killed

last=$(printf 'ckpt/step-%06d' $steps)
for file in master.safetensors model.safetensors optimizer.safetensors; do
    cmp "$dir/whole/$last/$file" "$dir/killed/$last/$file"
done

python3 - "$dir" <<'PY'
import json, sys
def read(name):
    lines = [json.loads(l) for l in open(f"{sys.argv[1]}/{name}/metrics.jsonl")]
    return [(l["step"], l["v"]["train/loss"], l["v"]["train/grad_norm"]) for l in lines if l["kind"] == "train"]
def state(name):
    s = json.load(open(f"{sys.argv[1]}/{name}/ckpt/latest/trainer_state.json"))
    return {k: v for k, v in s.items() if k != "wall_s"}
a, b = read("whole"), read("killed")
assert [s for s, *_ in b] == list(range(1, len(a) + 1)), "steps of metrics.jsonl do not rise by one"
assert a == b, "losses differ"
assert state("whole") == state("killed"), "states differ"
run = json.load(open(f"{sys.argv[1]}/killed/run.json"))
assert run["status"] == "done" and run["restarts"], run
PY
left=$(find "$dir/killed/ckpt" -name '.tmp-*' | wc -l)
[ "$left" = 0 ] || { echo "$left unfinished saves were left behind"; exit 1; }
echo "same bits"
