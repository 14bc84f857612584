#!/usr/bin/env bash
# The event files of a run say what metrics.jsonl says, over a resume, a torn record and a kill; a key switches them off.
. "$(dirname "$0")/lib.sh"
fixture
run=$T/run

saw() { # number of starts, words of the reader's summary...
    runs 0 python3 "$CADLM_SOURCE/tests/e2e/read_events.py" "$run" "$1"
    says "$out" "${@:2}"
}

newest() { # the event file that started last
    find "$run/tb" -type f | sort | tail -1
}

train=(cadtrain "$TINY" --run-dir="$run" --set=train.max_steps=4 --set=checkpoint.keep_last=9 -q)
runs 0 "${train[@]}"
saw 1 "4 sheets" "restart marks []"

# Back to step 2, with the last record torn: what followed is hidden, and the file is whole again.
torn=$(newest)
truncate -s -3 "$torn"
runs 0 "${train[@]}" --resume="$run/ckpt/step-000002"
says "$err" "$(basename "$torn")" "cut off"
saw 2 "4 sheets" "restart marks [3]"

# A kill at some step: the next start goes on behind its checkpoint, and notes what changed.
train=(cadtrain "$TINY" --run-dir="$run" --set=sample.every=off --set=eval.every=off --set="checkpoint.every=5 steps" -q)
"${train[@]}" --set=train.max_steps=100000 --allow-change=train.max_steps 2>"$err" &
pid=$!
for _ in $(seq 1200); do
    [ "$(grep -c '"kind":"train"' "$run/metrics.jsonl")" -gt 11 ] && break
    sleep 0.05
done
kill -KILL $pid
wait $pid 2>/dev/null || true
at=0 # of the newest checkpoint that is whole; the link `latest` may be one behind when the kill comes between the two
for done in "$run"/ckpt/step-*/DONE; do
    [ -e "$done" ] || continue
    done=${done%/DONE}
    at=$((10#${done##*-}))
done
[ $at -ge 5 ] || die "killed before the first save"
runs 0 "${train[@]}" --set=train.max_steps=$((at + 3)) --allow-change=train.max_steps
saw 4 "2 notes" "restart marks [3, 5, $((at + 1))]"

runs 0 cadtrain "$TINY" --run-dir="$T/without" --set=log.tensorboard=off -q
[ ! -e "$T/without/tb" ] || die "log.tensorboard = off, and there is a folder tb"
[ -s "$T/without/metrics.jsonl" ] || die "no metrics.jsonl"
