#!/usr/bin/env bash
# SAVE and STOP act within a step; keep_last = 1 leaves the best and the last; a key that changed on resume needs a word.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
long=(--set=train.max_steps=1000000 --set=checkpoint.every=off --set=eval.every=off --set=sample.every=off -q)
run=$T/long
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$T"' EXIT

last_step() { # that metrics.jsonl tells; a line that is being written does not count
    grep -s '}$' "$run/metrics.jsonl" | tail -1 | grep -oE '"step":[0-9]+' | tr -dc 0-9
}

await() { # command...: until it succeeds, at most 60 s
    for _ in $(seq 1200); do
        ! "$@" || return 0
        sleep 0.05
    done
    die "waited in vain: $*"
}
[ -z "$(last_step)" ] || die "steps before the start"
cadtrain "$TINY" --run-dir="$run" "${long[@]}" >"$out" 2>"$err" </dev/null &
pid=$!
await [ -s "$run/metrics.jsonl" ]
await eval '[ "$(last_step)" -gt 3 ]'

# The process is halted between two looks, so that nothing can be late by chance.
ask() { # name of the file -> the last step that was done when it appeared
    kill -STOP $pid
    await eval 'grep -q "^State:.*T" /proc/$pid/status'
    last_step
    touch "$run/$1"
    kill -CONT $pid
}
gone() { [ ! -e "$run/$1" ]; }
before=$(ask SAVE)
await gone SAVE
await [ -e "$run/ckpt/latest/DONE" ]
saved=$(readlink "$run/ckpt/latest")
saved=$((10#${saved#step-}))
# Steps before + 1 (under way) or + 2 (its look at the folder was over) do the save.
[ $saved -ge "$before" ] && [ $saved -le $((before + 2)) ] || die "SAVE after step $before acted at step $saved"
await eval '[ "$(last_step)" -gt $((saved + 2)) ]' # and training goes on

before=$(ask STOP)
got=0
wait $pid || got=$?
pid=
[ $got = 75 ] || die "STOP: exit $got"
stopped=$(readlink "$run/ckpt/latest")
stopped=$((10#${stopped#step-}))
[ $stopped -ge "$before" ] && [ $stopped -le $((before + 2)) ] || die "STOP after step $before acted at step $stopped"
gone STOP || die "STOP would end the next start too"
says "$err" "asked to stop at step $stopped"
json "$run/run.json" 'd["status"] == "preempted" and d["exit_code"] == 75'

# A changed key: 65 with the old and the new value, and what to type; allowed, it is recorded.
go_on=(--set=train.max_steps=1000000 --set=checkpoint.every=off --set=eval.every=off --set=sample.every=off --run-dir="$run")
runs 65 cadtrain "$TINY" "${go_on[@]}" --set=train.lr=2e-3
says "$err" "train.lr: '0.001' in the checkpoint, '0.002' now" "--allow-change=train.lr"
touch "$run/STOP"
runs 75 cadtrain "$TINY" "${go_on[@]}" --set=train.lr=2e-3 --allow-change=train.lr
json "$run/run.json" 'd["allowed_changes"] == [{"key": "train.lr", "from": "0.001", "to": "0.002"}]'
says "$run/metrics.jsonl" "changed: train.lr from 0.001 to 0.002"

# Rotation: of eight checkpoints the best and the last stay, and nothing else.
run=$T/few
runs 0 cadtrain "$TINY" --run-dir="$run" --set=train.max_steps=8 --set=checkpoint.keep_last=1 --set=sample.every=off
left=$(cd "$run/ckpt" && ls -d step-* | sort | tr '\n' ' ')
want=$(for link in best latest; do readlink "$run/ckpt/$link"; done | sort -u | tr '\n' ' ')
[ "$left" = "$want" ] || die "left $left; best and latest are $want"
[ "$(readlink "$run/ckpt/latest")" = step-000008 ] || die "latest is $(readlink "$run/ckpt/latest")"
json "$run/ckpt/latest/trainer_state.json" 'd["best_step"] == '"$((10#$(readlink "$run/ckpt/best" | tr -dc 0-9)))"
