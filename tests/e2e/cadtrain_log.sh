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
early=
while kill -0 $pid 2>/dev/null; do
    if [ -z "$early" ] && grep -qs '"step":1000,' "$run/metrics.jsonl"; then
        early="$(ls /proc/$pid/fd 2>/dev/null | wc -l) $(awk '/VmRSS/ { print $2 }' /proc/$pid/status 2>/dev/null)"
    elif grep -qs '"step":9500,' "$run/metrics.jsonl"; then
        late="$(ls /proc/$pid/fd 2>/dev/null | wc -l) $(awk '/VmRSS/ { print $2 }' /proc/$pid/status 2>/dev/null)"
        case $late in *\ ?*) break ;; esac
    fi
    sleep 0.1
done
got=0
wait $pid || got=$?
trap 'rm -rf "$T"' EXIT
[ $got = 0 ] || die "exit $got"
empty "$out"
size=$(cat "$err" "$run/log.txt" "$run/metrics.jsonl" | wc -c)
echo "logs of 10,000 steps: $size bytes; descriptors and KiB at step 1,000: ${early:-unseen}, at 9,500: ${late:-unseen}"
[ "$size" -lt 2000000 ] || die "$size bytes of logs"
[ "$(grep -c '"kind":"train"' "$run/metrics.jsonl")" = 1001 ] || die "not every tenth step, and the first, is told"
for file in "$err" "$run/log.txt" "$run/metrics.jsonl"; do
    ! grep -qP '[\r\x1b]' "$file" || die "CR or ESC in $file"
    [ -z "$(tail -c 1 "$file")" ] || die "$file does not end with its line"
done
if [ -n "$early" ] && [ -n "${late:-}" ]; then
    [ "${late% *}" -le "${early% *}" ] || die "descriptors: ${early% *}, later ${late% *}"
    [ "${late#* }" -le $((${early#* } + ${early#* } / 50 + 512)) ] || die "KiB of memory: ${early#* }, later ${late#* }"
fi
