#!/usr/bin/env bash
# An evaluation that was killed and repeated has the results of one that was left alone, and the number of workers or of prompts
# at a time changes nothing.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
ckpt=$E2E/runs/tiny/ckpt/latest
evaluate=(cadeval --ckpt=tiny=$ckpt --suite=$E2E/data/synth-test.jsonl --max-new=24 --limit=6 --sheet=2)

strip() { # folder: every file of results, times left out, lines of JSON sorted
    (cd "$1" && for f in table.* */results.json */scores.jsonl */predictions.jsonl; do
        echo "== $f"
        sed -E 's/"(ms|wall_s)": ?[-0-9.e+]+//g' "$f" | { [ "${f##*.}" = jsonl ] && sort || cat; }
    done) >"$2"
}
runs 0 "${evaluate[@]}" --workers=1 --out=one
cp "$out" one.md
same one.md one/table.md
strip one one.txt
[ "$(grep -c '"prompt_sha"' one.txt)" = 24 ] || die "expected 6 answers of the model, the references and two baselines each"
grep -q '^ *"finish": *{' one.txt || die "results.json does not count how answers ended"

runs 0 "${evaluate[@]}" --workers=3 --out=three
strip three three.txt
same one.txt three.txt

# Answers and scores do not move with the number of prompts that are answered together.
for batch in 1 16; do
    runs 0 "${evaluate[@]}" --workers=2 --temp=1 --set=decode.batch=$batch --out=batch$batch
    strip batch$batch batch$batch.txt
done
same batch1.txt batch16.txt

# Killed at four moments, from the start to the end.
begin=$(date +%s%N)
runs 0 "${evaluate[@]}" --workers=2 --out=timed
took=$((($(date +%s%N) - begin) / 1000000))
for part in 30 50 65 80; do
    "${evaluate[@]}" --workers=2 --out=killed >/dev/null 2>&1 &
    child=$!
    sleep "$(printf '%d.%03d' $((took * part / 100000)) $((took * part / 100 % 1000)))"
    kill -KILL $child 2>/dev/null || true
    wait $child 2>/dev/null || true
done
runs 0 "${evaluate[@]}" --workers=2 --out=killed
strip killed killed.txt
same one.txt killed.txt

# Cut in the middle of a line, as a full disk or a dead machine leaves it: half the answers, a third of the scores.
cp -R one cut
for f in cut/tiny-*/predictions.jsonl cut/bbox-cube-*/predictions.jsonl; do truncate -s $(($(stat -c %s $f) / 2 + 3)) $f; done
for f in cut/*/scores.jsonl; do truncate -s $(($(stat -c %s $f) / 3 + 5)) $f; done
rm cut/*/results.json cut/table.*
kept=$(head -n -1 cut/tiny-*/predictions.jsonl | grep -c '"key"') # the torn one is asked again
scored=$(head -n -1 cut/tiny-*/scores.jsonl | grep -c '"key"')
CADLM_LOG__CONSOLE=lines runs 0 "${evaluate[@]}" --workers=2 --out=cut
says "$err" "tiny: $kept/6 answers and $scored/6 scores were there"
strip cut cut.txt
same one.txt cut.txt
grep -qE "^generate $kept/6  [0-9.]+%  [0-9.]+k? tok/s\$" "$err" || die "what was there before is in the rate of prompts, or not in the share"
grep -qE '^generate 6/6  100.0%  [0-9.]+k? prompts/s  [0-9.]+k? tok/s$' "$err" || die "no last line of generating"
grep -qE '^score [a-z-]+ 6/6  100.0%  [0-9.]+k? answers/s$' "$err" || die "no last line of scoring"
! grep -qP '[\r\x1b]' "$err" || die "CR or ESC outside a terminal"

# A third call has nothing to do, and does nothing to the files.
(cd one && sha256sum */*.jsonl) >before
runs 0 "${evaluate[@]}" --workers=1 --out=one
silent "$err" "generate 1"
says "$err" "tiny: 6/6 answers and 6/6 scores were there"
(cd one && sha256sum */*.jsonl) >after
same before after
runs 0 "${evaluate[@]}" --workers=2 --out=one --fresh
silent "$err" "were there"
strip one fresh.txt
same one.txt fresh.txt
