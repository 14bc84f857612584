#!/usr/bin/env bash
# Ten thousand steps: logs under 2 MB, whole lines without CR and ESC, memory and descriptors as at the start.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
run=$T/run
cadtrain "$TINY" --run-dir="$run" --set=train.max_steps=10000 --set=train.batch_rows=1 --set=train.log_every=10 --set=log.every_s=1 \
    --set=checkpoint.every=off --set=eval.every=off --set=sample.every=off --set=run.threads=1 --color=auto >"$out" 2>"$err" </dev/null &
pid=$!
trap 'kill -KILL $pid 2>/dev/null; rm -rf "$T"' EXIT
# The least of several readings each: a file that is written whole and renamed is open for a moment.
least() { # what was read before, a reading -> the smaller descriptors and KiB
    [ -n "$1" ] || { echo "$2"; return; }
    echo "$((${2% *} < ${1% *} ? ${2% *} : ${1% *})) $((${2#* } < ${1#* } ? ${2#* } : ${1#* }))"
}
early='' late='' n_early=0 n_late=0
while kill -0 $pid 2>/dev/null; do
    step=$(tail -n 1 "$run/metrics.jsonl" 2>/dev/null | sed -n 's/.*"step":\([0-9]*\),.*/\1/p') || step=
    now="$(ls /proc/$pid/fd 2>/dev/null | wc -l) $(awk '/VmRSS/ { print $2 }' /proc/$pid/status 2>/dev/null)" || continue
    case $now in *\ ?*) ;; *) continue ;; esac
    if [ "${step:-0}" -ge 1000 ] && [ "$step" -lt 5000 ]; then
        early=$(least "$early" "$now") n_early=$((n_early + 1))
    elif [ "${step:-0}" -ge 7000 ] && [ "$step" -lt 9500 ]; then
        late=$(least "$late" "$now") n_late=$((n_late + 1))
    fi
    sleep 0.02
done
got=0
wait $pid || got=$?
trap 'rm -rf "$T"' EXIT
[ $got = 0 ] || die "exit $got"
empty "$out"
size=$(cat "$err" "$run/log.txt" "$run/metrics.jsonl" | wc -c)
echo "logs of 10,000 steps: $size bytes; descriptors and KiB in steps 1,000 to 5,000: ${early:-unseen} ($n_early readings), 7,000 to 9,500: ${late:-unseen} ($n_late)"
[ "$size" -lt 2000000 ] || die "$size bytes of logs"
[ "$(grep -c '"kind":"train"' "$run/metrics.jsonl")" = 1001 ] || die "not every tenth step, and the first, is told"
for file in "$err" "$run/log.txt" "$run/metrics.jsonl"; do
    ! grep -qP '[\r\x1b]' "$file" || die "CR or ESC in $file"
    [ -z "$(tail -c 1 "$file")" ] || die "$file does not end with its line"
done
[ $n_early -ge 3 ] && [ $n_late -ge 3 ] || die "$n_early and $n_late readings of descriptors and memory"
[ "${late% *}" -le "${early% *}" ] || die "descriptors: ${early% *}, later ${late% *}"
[ "${late#* }" -le $((${early#* } + ${early#* } / 50 + 512)) ] || die "KiB of memory: ${early#* }, later ${late#* }"
