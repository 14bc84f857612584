#!/usr/bin/env bash
# Exit codes and messages of cadtrain for bad input, and that nothing is started.
# usage: cadtrain_exit.sh MAKE_FIXTURE      CADLM_BIN: folder of cadtrain
set -euo pipefail
fixture=$1
cadtrain=$CADLM_BIN/cadtrain
dir=$(mktemp -d "${TMPDIR:-/tmp}/cadlm-exit.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$fixture" "$dir"

expect() { # CODE TEXT COMMAND..: the exit code, and a text on stderr
    local code=$1 text=$2 rc=0
    shift 2
    "$@" >"$dir/out" 2>"$dir/err" || rc=$?
    [ $rc = "$code" ] || { echo "exit $rc, expected $code: $*"; cat "$dir/err"; exit 1; }
    grep -qF -- "$text" "$dir/err" || { echo "no '$text' in the message of: $*"; cat "$dir/err"; exit 1; }
    [ ! -e "$dir/runs/small" ] || { echo "a run directory appeared: $*"; exit 1; }
}

sed 's/max_steps/max_step/' "$dir/run.ini" >"$dir/typo.ini"
expect 65 "max_steps" "$cadtrain" "$dir/typo.ini"
expect 65 "train.lr" "$cadtrain" "$dir/run.ini" --set=train.lr=fast
expect 66 "none.ini" "$cadtrain" "$dir/none.ini"
expect 66 "gone.h5" "$cadtrain" "$dir/run.ini" --set=data.train="$dir/gone.h5"
expect 2 "" "$cadtrain" "$dir/run.ini" --unknown
expect 2 "no such key" "$cadtrain" "$dir/run.ini" --allow-change=train.learning_rate
head -c 3000 "$dir/train.pack.h5" >"$dir/cut.h5"
expect 74 "cut.h5" "$cadtrain" "$dir/run.ini" --set=data.train="$dir/cut.h5"

# A sound run makes a base; its weights are then cut short.
"$cadtrain" "$dir/run.ini" --run-dir="$dir/base" --set=train.max_steps=2 -q
cp -rL "$dir/base/ckpt/latest" "$dir/model"
lora=(--set=model.init=pretrained --set=lora.enabled=on --set=model.path="$dir/model")
size=$(stat -c %s "$dir/model/model.safetensors")
truncate -s $((size - 100)) "$dir/model/model.safetensors"
expect 74 "model.safetensors" "$cadtrain" "$dir/run.ini" "${lora[@]}"
rm "$dir/model/model.safetensors"
expect 66 "model" "$cadtrain" "$dir/run.ini" "${lora[@]}"
printf ' ' >>"$dir/tok/tokenizer.json"
expect 65 "tokenizer" "$cadtrain" "$dir/run.ini"
truncate -s -1 "$dir/tok/tokenizer.json"

# --check reads everything and writes nothing.
"$cadtrain" "$dir/run.ini" --check >"$dir/out"
grep -q "20 steps" "$dir/out"
"$cadtrain" "$dir/run.ini" --check --json | python3 -c 'import json, sys; assert json.load(sys.stdin)["rows"] == 96'
[ ! -e "$dir/runs" ] || { echo "--check wrote something"; exit 1; }
"$cadtrain" "$dir/run.ini" --print-config --set=train.lr=3e-3 | grep -q "^lr = 0.003 .*--set"

# A held lock, and a second start of a finished run.
"$cadtrain" "$dir/run.ini" -q
"$cadtrain" "$dir/run.ini" 2>&1 | grep -q "nothing to do"
rc=0
flock "$dir/runs/small/LOCK" "$cadtrain" "$dir/run.ini" -q 2>"$dir/err" || rc=$?
[ $rc = 73 ] || { echo "locked run: exit $rc, expected 73"; cat "$dir/err"; exit 1; }

lines() { # of the metrics of the run "signal"; 0 before it exists
    if [ -e "$dir/signal/metrics.jsonl" ]; then wc -l <"$dir/signal/metrics.jsonl"; else echo 0; fi
}

# Signals: INT 130, TERM and USR2 75; the next start goes on.
for pair in INT:130 TERM:75 USR2:75; do
    before=$(lines)
    "$cadtrain" "$dir/run.ini" --run-dir="$dir/signal" --set=train.max_steps=100000 --set=checkpoint.every=off --set=eval.every=off -q \
        2>"$dir/err" &
    pid=$!
    for _ in $(seq 400); do
        [ "$(lines)" -gt $((before + 2)) ] && break
        sleep 0.05
    done
    kill -s "${pair%%:*}" $pid
    rc=0
    wait $pid || rc=$?
    [ $rc = "${pair##*:}" ] || { echo "${pair%%:*}: exit $rc"; cat "$dir/err"; exit 1; }
    [ -e "$dir/signal/ckpt/latest/DONE" ] || { echo "${pair%%:*}: nothing was saved"; exit 1; }
done
[ "$(python3 -c "import json; print(len(json.load(open('$dir/signal/run.json'))['restarts']))")" = 2 ]
echo "exit codes as stated"
