#!/usr/bin/env bash
# What a person is told: the line that is redrawn fits and is whole, one stays for each of metrics.jsonl; what was asked for is answered,
# the end is told, and each refusal says how to go on.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
quiet=(--set=checkpoint.every=off --set=eval.every=off --set=sample.every=off)

run=$T/terminal
runs 0 python3 "$CADLM_SOURCE/tests/e2e/terminal.py" 80 "$T/terminal.txt" cadtrain "$TINY" --run-dir="$run" "${quiet[@]}" \
    --set=train.max_steps=40 --set=train.log_every=7 --set=log.console=bar
python3 - "$T/terminal.txt" "$run/metrics.jsonl" <<'END' || die "the terminal: $(tr '\r' '\n' <"$T/terminal.txt" | tail -5)"
import json, re, sys
text = open(sys.argv[1], newline="").read().replace("\r\n", "\n")
drawn = [line for line in re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", text) if "step " in line]
assert drawn and all(len(line) <= 79 for line in drawn), max(map(len, drawn))
late = [line for line in drawn if int(re.search(r"step (\d+)/", line)[1]) > 12 and "100.0%" not in line]
assert late and all(re.search(r"loss .* tok/s .* ms/step .* eta \S+$", line) for line in late), late[-1]
kept = [int(n) for n in re.findall(r"(?:^|\n|\x1b\[K)step (\d+)/40 [^\r\n\x1b]* tok/s [^\r\n\x1b]*\n", text)]
rows = [json.loads(line) for line in open(sys.argv[2])]
assert kept == [row["step"] for row in rows if row["kind"] == "train"] == [1, 7, 14, 21, 28, 35, 40], kept
END

# RUN/SAVE and RUN/STOP are answered by name, with what was saved.
run=$T/asked
mkdir "$run"
touch "$run/SAVE"
runs 0 cadtrain "$TINY" --run-dir="$run" "${quiet[@]}"
grep -qx "$run/SAVE: saved $run/ckpt/step-000001" "$err" || die "nothing says that SAVE was answered"
[ "$(grep -c "SAVE" "$err")" = 1 ] || die "one SAVE, more than one answer"
run=$T/stopped
mkdir "$run"
touch "$run/STOP"
runs 75 cadtrain "$TINY" --run-dir="$run" "${quiet[@]}"
says "$err" "error: $run/STOP: asked to stop at step 1; saved in $run/ckpt/step-000001" \
    "hint: the same command goes on from there"
run=$T/afresh
mkdir "$run"
touch "$run/STOP"
runs 75 cadtrain "$TINY" --run-dir="$run" "${quiet[@]}" --resume=no
says "$err" "hint: the same command without --resume=no goes on from there"

# The last line says that all is done, in the numbers of run.json.
run=$T/done
runs 0 cadtrain "$TINY" --run-dir="$run"
json "$run/run.json" 'd["totals"]["steps"] == 2 and '"$(tail -1 "$err" | sed -nE 's/^done: 2 steps, ([0-9]+) tokens in [0-9]+s; .*/\1/p')"' == d["totals"]["tokens"]'
best=$(readlink "$run/ckpt/best")
json "$run/ckpt/best/trainer_state.json" '"'"$(tail -1 "$err")"'".endswith("; best eval/loss %.4f at step %d; %s/ckpt/latest" % (d["best"], '"$((10#${best#step-}))"', "'"$run"'"))'
runs 0 cadtrain "$TINY" --run-dir="$run"
says "$err" "nothing to do"
silent "$err" "done:"
runs 0 cadtrain "$TINY" --run-dir="$T/unmeasured" "${quiet[@]}"
tail -1 "$err" | grep -qE "^done: 2 steps, [0-9]+ tokens in [0-9]+s; loss [0-9.]+; $T/unmeasured/ckpt/latest$" || die "no done without an evaluation"

# --resume=no: where the run went that was there, on the console and in the log of the new one; nothing where none was.
run=$T/done
runs 0 cadtrain "$TINY" --run-dir="$run" --resume=no
for file in "$err" "$run/log.txt"; do
    says "$file" "--resume=no: the run that was in $run is kept in $run.1"
done
[ -e "$run.1/ckpt/latest/DONE" ] || die "the old run is not there"
runs 0 cadtrain "$TINY" --run-dir="$T/first" --resume=no "${quiet[@]}"
silent "$err" "is kept in"

# A person's stop says how to go on, from where; so does that of a scheduler.
for pair in INT:130:interrupted "TERM:75:asked to stop"; do
    IFS=: read -r signal code what <<<"$pair"
    run=$T/$signal
    cadtrain "$TINY" --run-dir="$run" "${quiet[@]}" --set=train.max_steps=1000000 >"$out" 2>"$err" </dev/null &
    pid=$!
    for _ in $(seq 1200); do
        ! grep -qs '"step":3,' "$run/metrics.jsonl" || break
        sleep 0.05
    done
    kill -s "$signal" $pid
    got=0
    wait $pid || got=$?
    last="kill -s $signal"
    [ $got = "$code" ] || die "$signal: exit $got"
    saved=$(readlink "$run/ckpt/latest")
    says "$err" "error: $what at step $((10#${saved#step-})); saved in $run/ckpt/$saved" "hint: the same command goes on from there"
done

# A key that no word lets differ: neither is the word offered nor does it lead to another error.
run=$T/shape
runs 0 cadtrain "$TINY" --run-dir="$run" "${quiet[@]}"
for word in "" --allow-change=train.optimizer; do
    runs 65 cadtrain "$TINY" --run-dir="$run" "${quiet[@]}" --set=train.optimizer=adamw8bit $word
    says "$err" "train.optimizer: 'adamw' in the checkpoint, 'adamw8bit' now" \
        "hint: a checkpoint fixes train.optimizer: --resume=no or another run.name starts afresh"
    silent "$err" "--allow-change" "other parameters"
done
