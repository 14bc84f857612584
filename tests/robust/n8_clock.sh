#!/usr/bin/env bash
# The wall clock set back or forth, time zones and locales change no bit and no decision; nothing is compiled with fast maths.
# usage: n8_clock.sh MAKE_FIXTURE      CADLM_BIN: folder of cadtrain
set -euo pipefail
dir=$(mktemp -d "${TMPDIR:-/tmp}/cadlm-clock.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$1" "$dir"
export ASAN_OPTIONS=verify_asan_link_order=0
run() { # NAME VARIABLE=VALUE..
    local name=$1
    shift
    env "$@" "$CADLM_BIN/cadtrain" "$dir/run.ini" --run-dir="$dir/$name" >"$dir/$name.out" 2>"$dir/$name.err"
}
shim=LD_PRELOAD=$CADLM_BIN/libfault_io.so
run plain
run back "$shim" FAULT_IO_CLOCK=40:-3600
run forth "$shim" FAULT_IO_CLOCK=40:3600
run leap "$shim" FAULT_IO_CLOCK=40:-1
run zone TZ=Pacific/Apia LC_ALL=de_DE.UTF-8 LANG=tr_TR.UTF-8
run zone2 TZ=:/nonexistent LC_ALL=ar_EG.UTF-8
for name in back forth leap zone zone2; do
    for file in master.safetensors optimizer.safetensors; do
        cmp "$dir/plain/ckpt/step-000020/$file" "$dir/$name/ckpt/step-000020/$file"
    done
    cmp <(grep -v '^;' "$dir/plain/ckpt/step-000020/config.ini") <(grep -v '^;' "$dir/$name/ckpt/step-000020/config.ini")
    # A second start by an honest clock finds the run done.
    run "$name" CADLM_LOG__LEVEL=info
    grep -q "nothing to do" "$dir/$name.err"
done
python3 - "$dir" plain back forth leap zone zone2 <<'P'
import json, math, sys
def read(name):
    return [json.loads(l) for l in open(f"{sys.argv[1]}/{name}/metrics.jsonl")]
def losses(name):
    return [(l["step"], l["v"]["train/loss"]) for l in read(name) if l["kind"] == "train"]
for name in sys.argv[2:]:
    assert losses(name) == losses(sys.argv[2]), name
    for l in read(name):
        for key, v in l.get("v", {}).items():
            if key.startswith(("perf/", "ckpt/")):
                assert isinstance(v, (int, float)) and math.isfinite(v) and v >= 0, (name, l)
    totals = json.load(open(f"{sys.argv[1]}/{name}/run.json"))["totals"]
    assert 0 <= totals["wall_s"] < 600, (name, totals)
times = [l["t"] for l in read("back") if "t" in l]
assert min(times) < times[0] - 3000, "the clock was not moved"
P
commands=$CADLM_BIN/../compile_commands.json
if [ -e "$commands" ]; then
    ! grep -oE -- '-Ofast|-ffast-math|-funsafe-math-optimizations|-ffinite-math-only|-fassociative-math|-freciprocal-math|-fno-signed-zeros' "$commands" ||
        { echo "fast maths in the compile commands"; exit 1; }
    [ "$(grep -c -- '"command"' "$commands")" = "$(grep -c -- '-ffp-contract=off' "$commands")" ] || { echo "a source without -ffp-contract=off"; exit 1; }
fi
echo "same bits by every clock"
