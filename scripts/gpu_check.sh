#!/usr/bin/env bash
# What only a GPU can tell of the kernels: are they right there, and how fast.  For a machine with one GPU and no network.
set -uo pipefail
usage() {
    cat <<'EOF'
usage: scripts/gpu_check.sh --pack=DIR     where nvcc is: programs and this script into DIR (about 20 MiB), to be carried
       DIR/gpu_check.sh --quick            there: the most telling units first, minutes; then without --quick all of them

Are the CUDA kernels right on this GPU, and how fast?  Without a carried build it is made by CMake's preset gpu, where nvcc and
the libraries are.  The work is cut into units of less than eight minutes; what is done is not done again by the same programs on
the same device, so the same command goes on where it was stopped (Ctrl-C leaves the unit under way for the next time).

  --quick             only the units that say most
  --list              what there is to do, and what was done
  --dry-run           tries the host's side; needs no GPU
  --budget=SECONDS    ends by then, and leaves the rest
  --least=SECONDS     of the budget, that a unit is begun with [20]
  --only=REGEX        units whose name matches
  --fresh             does again what was done
  --out=DIR           results [gpu_check beside this script or in build/]
  --build=DIR         programs [bin/ beside this script, else build/gpu/bin]
  --device=cuda:N     [cuda:0; for tests cpu or emu]
  --models=A,B        [Qwen2.5-0.5B,Qwen2.5-3B,Qwen2.5-Coder-7B]
  --tokens=N          of a pass [8192]

Exit: 0 all units are done and good, 1 some are not, 2 usage, 4 some are left, 5 the others are good and some were skipped for
want of a tool, 69 no GPU that can be used, 73 DIR cannot be written or another gpu_check writes there, 130 stopped.
EOF
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=(checkop bench_gpu job_gpu)
quick=0 dry=0 list=0 fresh=0 budget=0 only=. device=cuda:0 models=Qwen2.5-0.5B,Qwen2.5-3B,Qwen2.5-Coder-7B tokens=8192 out='' build='' pack=''
unit_limit=470 least=20 # seconds: of a unit at most, and what one is begun with at least

die() { # exit code, text
    echo "gpu_check: error: $2" >&2
    exit "$1"
}

for arg in "$@"; do
    case $arg in
    --help | -h) usage && exit 0 ;;
    --quick) quick=1 ;;
    --dry-run) dry=1 ;;
    --list) list=1 ;;
    --fresh) fresh=1 ;;
    --budget=*) budget=${arg#*=} ;;
    --least=*) least=${arg#*=} ;;
    --only=*) only=${arg#*=} ;;
    --device=*) device=${arg#*=} ;;
    --models=*) models=${arg#*=} ;;
    --tokens=*) tokens=${arg#*=} ;;
    --out=*) out=${arg#*=} ;;
    --build=*) build=${arg#*=} ;;
    --pack=*) pack=${arg#*=} ;;
    *) die 2 "unknown option $arg; see --help" ;;
    esac
done
[[ $budget =~ ^[0-9]+$ ]] || die 2 "--budget=$budget: expected seconds"
[[ $least =~ ^[1-9][0-9]*$ ]] || die 2 "--least=$least: expected seconds"
[[ $tokens =~ ^[1-9][0-9]*$ ]] || die 2 "--tokens=$tokens: expected a number"
[[ $device =~ ^(cuda:[0-9]+|cpu|emu)$ ]] || die 2 "--device=$device: expected cuda:N"
[[ $models =~ ^[^,[:space:]]+(,[^,[:space:]]+)*$ ]] || die 2 "--models=$models: expected names with commas between them"
[[ "" =~ $only ]]
[ $? != 2 ] || die 2 "--only=$only: no regular expression"

# ---- the programs ----

make_build() { # preset gpu of the tree that this script stands in
    local root=${here%/*}
    [ -f "$root/CMakePresets.json" ] || die 69 "no programs beside this script and no tree around it; pack them where nvcc is: --pack=DIR"
    command -v cmake >/dev/null || die 69 "no cmake, and no carried build; pack one where nvcc is: scripts/gpu_check.sh --pack=DIR"
    (cd "$root" && cmake --preset gpu >/dev/null && cmake --build --preset gpu --target "${programs[@]}") >&2 || die 1 "the programs do not build"
}

if [ -z "$build" ]; then
    if [ -x "$here/bin/checkop" ]; then
        build=$here/bin
    else
        if [ "$list$dry" = 00 ] && [ -z "$pack" ] && [[ $device = cuda:* ]] && ! ls /dev/nvidiactl /dev/dxg >/dev/null 2>&1; then
            die 69 "no NVIDIA driver here (no /dev/nvidiactl); --dry-run tries the rest"
        fi
        [ "$list" = 1 ] || make_build
        build=${here%/*}/build/gpu/bin
    fi
fi
if [ -n "$pack" ]; then
    mkdir -p "$pack/bin" || die 73 "$pack: cannot be made"
    for program in "${programs[@]}"; do
        strip -o "$pack/bin/$program" "$build/$program" || die 73 "$program: cannot be packed"
    done
    cp "$here/gpu_check.sh" "$here/gpu_peers.py" "$pack/" || die 73 "$pack: cannot be written"
    du -sh "$pack" | awk '{ print $1, "in", $2 }'
    exit 0
fi
for program in "${programs[@]}"; do
    [ "$list" = 1 ] || [ -x "$build/$program" ] || die 69 "$build/$program: not there"
done
if [ -z "$out" ]; then
    out=${here%/*}/build/gpu_check
    [ -x "$here/bin/checkop" ] && out=$here/gpu_check
fi
mkdir -p "$out/units" || die 73 "$out: cannot be made"
build_id=$(cat "$build"/{checkop,bench_gpu,job_gpu} 2>/dev/null | sha256sum | cut -c1-16)
card=$(head -1 "$out/device.log" 2>/dev/null) # where it ran last; read again before a run

# ---- the units, the most telling first: name, quick or full, command ----

names=() kinds=() commands=()
unit() {
    names+=("$1")
    kinds+=("$2")
    shift 2
    commands+=("$(printf '%q ' "$@")")
}
bench() { # json unit..: bench_gpu that appends to the unit's lines
    local name=$1
    shift
    unit "$name" "$kind" "$build/bench_gpu" "$device" --json="$out/units/$name.jsonl" --tokens="$tokens" "$@"
}
tool() { # its path, empty where it is not there
    command -v "$1" || command -v "/usr/local/cuda/bin/$1" || true
}
sanitizer=$(tool compute-sanitizer)
backend=${device%%:*}
sizes=()
[ "$models" = tiny ] && sizes=(--steps=3 --row=32 --slots=2 --new=4)

unit checkop quick "$build/checkop" "$device"
first=${models%%,*} last=${models##*,}
for model in ${models//,/ }; do
    kind=full
    [ "$model" = "$first" ] && kind=quick
    bench "shapes.$model" --check --models="$model"
done
unit "job.$first" quick "$build/job_gpu" "$device" --model="$first" --tokens="$tokens" --parity --json="$out/units/job.$first.jsonl" "${sizes[@]}"
kind=quick
bench "burst.$last" --time --models="$last" --groups=gemm,attention,rows --runs=30 --warmup=10 --idle=0.5
for model in ${models//,/ }; do
    for weights in bf16 nf4; do
        name=job.$model.$weights
        unit "$name" full "$build/job_gpu" "$device" --model="$model" --tokens="$tokens" --weights="$weights" --json="$out/units/$name.jsonl" "${sizes[@]}"
    done
done
parts=10 # of the ops: each well within a unit, although a sanitizer takes tens of times as long
for check in memcheck racecheck initcheck synccheck; do
    for ((i = 1; i <= parts; i++)); do
        if [ -n "$sanitizer" ] && [ "$backend" = cuda ]; then
            unit "$check.$i" full "$sanitizer" --tool "$check" --error-exitcode 9 "$build/checkop" "$device" --plain --part="$i/$parts"
        else
            unit "$check.$i" full skip "compute-sanitizer is not there"
        fi
    done
done
# What the assembler made: products on the tensor cores, no kernel with its numbers in local memory.
cuobjdump=$(tool cuobjdump)
sass='/Function :/ { name = $3; seen[name] = 1 }  /HMMA|HGMMA/ { tensor[name]++ }  /LDL|STL/ { local[name]++ }
END { for (n in seen) { if (n ~ /gemm_kernel|attn_(fwd|bwd)|decode_part|nf4_rows/ && !tensor[n]) { print "WRONG: no tensor core in", n; bad = 1 }
                        if (local[n]) { print "WRONG: local memory in", n; bad = 1 } }
      if (!length(seen)) { print "WRONG: no kernel found"; bad = 1 }; exit bad }'
if [ -n "$cuobjdump" ] && [ "$backend" = cuda ]; then
    unit sass full bash -o pipefail -c "$cuobjdump --dump-sass '$build/checkop' | awk '$sass'"
else
    unit sass full skip "cuobjdump is not there"
fi
kind=full
for model in ${models//,/ }; do
    for group in gemm lora nf4 rows attention head step decode; do
        bench "bench.$model.$group" --time --models="$model" --groups="$group"
    done
    unit "bench.$model.gemm.16k" full "$build/bench_gpu" "$device" --json="$out/units/bench.$model.gemm.16k.jsonl" --tokens=$((2 * tokens)) \
        --time --models="$model" --groups=gemm
done
if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    for model in ${models//,/ }; do
        unit "peers.$model" full python3 "$here/gpu_peers.py" --model="$model" --tokens="$tokens" --json="$out/units/peers.$model.jsonl"
    done
else
    unit peers full skip "no PyTorch that sees a GPU"
fi

# ---- what was done ----

id_of() { # index: of what was done, with what, and where
    printf '%s %s %s' "$build_id" "$card" "${commands[$1]}" | sha256sum | cut -c1-16
}
state_of() { # index -> "ok, 12 s"; empty: nothing with these programs on this device
    local file=$out/units/${names[$1]}.state id rest
    case ${commands[$1]} in "skip "*) echo "skipped: $(eval "set -- ${commands[$1]}" && echo "$2")" && return ;; esac
    [ -f "$file" ] || return 0
    read -r id rest <"$file"
    [ "$id" = "$(id_of "$1")" ] && echo "$rest"
}
measured() { # the lines that ratios are formed of, one a line: of good units alone, and not those of a burst
    local i
    for i in "${!names[@]}"; do
        case ${names[i]} in bench.* | job.*)
            [[ $(state_of "$i") != ok* ]] || [ ! -f "$out/units/${names[i]}.jsonl" ] || echo "$out/units/${names[i]}.jsonl" ;;
        esac
    done
}
chosen() { # index
    [[ ${names[$1]} =~ $only ]] && { [ "$quick" = 0 ] || [ "${kinds[$1]}" = quick ]; }
}
picked=()
for i in "${!names[@]}"; do
    chosen "$i" && picked+=("$i")
done
[ ${#picked[@]} -gt 0 ] || die 2 "--only=$only: no unit has such a name; --list shows them"

if [ "$list" = 1 ]; then
    for i in "${picked[@]}"; do
        printf '%-36s %-6s %s\n' "${names[i]}" "${kinds[i]}" "$(state_of "$i")"
    done
    exit 0
fi

# ---- the host's side alone ----

if [ "$dry" = 1 ]; then
    "$build/checkop" "$device" >"$out/dry.log" 2>&1 # no GPU: 69 with the cause
    code=$?
    [ $code = 69 ] || [ $code = 0 ] || die 1 "checkop $device: exit $code; expected 69 without a GPU: $(tail -1 "$out/dry.log")"
    echo "checkop $device: exit $code, $(tail -1 "$out/dry.log")"
    "$build/bench_gpu" cpu --models=tiny --tokens=256 --runs=1 --warmup=0 --idle=0 >"$out/dry.log" 2>&1 || die 1 "bench_gpu cpu: $(tail -1 "$out/dry.log")"
    "$build/job_gpu" cpu --model=tiny --tokens=256 --row=32 --steps=3 --slots=2 --new=4 --parity >"$out/dry.log" 2>&1 ||
        die 1 "job_gpu cpu: $(grep -m 1 -e WRONG -e error "$out/dry.log")"
    echo "dry run: the programs build and work on the CPU; ${#picked[@]} units are ready; nothing was measured"
    exit 0
fi

# ---- the run ----

exec 9>"$out/lock"
! command -v flock >/dev/null || flock -n 9 || die 73 "$out: another gpu_check writes there"
"$build/bench_gpu" "$device" --groups=peak --models="$models" --check >"$out/device.new" 2>&1
code=$?
[ $code = 0 ] || die $code "$(sed -n 's/^bench_gpu: error: //p' "$out/device.new" | head -1)"
mv "$out/device.new" "$out/device.log"
card=$(head -1 "$out/device.log")
echo "$card"
[ "$fresh" = 0 ] || for i in "${picked[@]}"; do rm -f "$out/units/${names[i]}".{state,log,jsonl}; done # one name may begin another
sample() { # clocks, power, temperature: read, never set
    command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.draw,temperature.gpu,clocks_throttle_reasons.active \
        --format=csv,noheader 2>/dev/null | head -1
}

left=0 child=
stop() { # a unit that is stopped is left for the next time, its child first
    [ -z "$child" ] || { kill -TERM "$child" && wait "$child"; } 2>/dev/null
    echo "stopped; the same command goes on"
    exit 130
}
trap stop INT TERM HUP
within() { # seconds, log, command..: its exit code; in the background, so that a signal ends the wait
    local log=$2 code
    timeout -k 10 "$1" "${@:3}" >>"$log" 2>&1 9>&- &
    child=$!
    wait "$child"
    code=$?
    child=
    return $code
}
name_kernel() { # seconds, log, command..: once more with a sync after each op, which measures nothing
    local seconds=$1 log=$2 word words=()
    for word in "${@:3}"; do
        [[ $word == --json=* ]] || words+=("$word")
    done
    [ "$seconds" -lt 1 ] || within $((seconds < 60 ? seconds : 60)) "$log" env CAD_SYNC_EVERY_OP=1 "${words[@]}"
}
run_unit() { # index, seconds: writes NAME.log and NAME.state
    local name=${names[$1]} begin=$SECONDS limit=$2 code verdict id
    local log=$out/units/$name.log
    id=$(id_of "$1")
    eval "set -- ${commands[$1]}"
    if [ "$1" = skip ]; then
        echo "  $name: skipped: $2"
        return
    fi
    case $name in peers.*)
        local files
        mapfile -t files < <(measured)
        set -- "$@" "${files[@]}"
        ;;
    esac
    rm -f "$out/units/$name.jsonl" "$out/units/$name.state"
    { echo "$*"; sample; } >"$log"
    within "$limit" "$log" "$@"
    code=$?
    if [ $code = 124 ] && [ "$limit" -lt $unit_limit ]; then # the budget is at its end: nobody's fault
        left=$((left + 1))
        echo "  $name: stopped after $limit s, left for the next time"
        return
    fi
    case $code in
    0) verdict=ok ;;
    124 | 137) verdict="failed: longer than $limit s" ;;
    *) verdict="failed: exit $code" ;;
    esac
    if [ "$code" != 0 ] && [ "$backend" = cuda ] && grep -q "CAD_SYNC_EVERY_OP" "$log"; then
        name_kernel $((limit - (SECONDS - begin))) "$log" "$@"
    fi
    sample >>"$log"
    echo "$id $verdict, $((SECONDS - begin)) s" >"$out/units/$name.state"
    echo "  $name: $verdict, $((SECONDS - begin)) s"
    [ "$code" = 0 ] || grep -E "WRONG|FAILED|error|ERROR" "$log" | head -3 | sed 's/^/      /'
}

for i in "${picked[@]}"; do
    case $(state_of "$i") in ok*) continue ;; esac
    limit=$unit_limit
    [ "$budget" = 0 ] || [ $((budget - SECONDS)) -ge $limit ] || limit=$((budget - SECONDS))
    if [ $limit -lt $least ]; then
        left=$((left + 1))
        continue
    fi
    run_unit "$i" $limit
done

# ---- what came out ----

good=0 bad=0 skipped=0
for i in "${picked[@]}"; do
    case $(state_of "$i") in
    ok*) good=$((good + 1)) ;;
    skipped*) skipped=$((skipped + 1)) ;;
    failed*) bad=$((bad + 1)) ;;
    esac
done
text() { # as a JSON string
    printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')"
}
keep() { # file, function that prints it: as a whole or not at all
    "$2" | cat >"$1.new" && mv -T "$1.new" "$1" || die 73 "$1: cannot be written"
}
lines_of() { # full|burst: what units of these programs on this device wrote
    local i which
    for i in "${!names[@]}"; do
        [[ ${names[i]} != burst.* ]] && which=full || which=burst
        [ "$which" = "$1" ] && [ -f "$out/units/${names[i]}.jsonl" ] && [[ $(state_of "$i") =~ ^(ok|failed) ]] && cat "$out/units/${names[i]}.jsonl"
    done | sed '$!s/$/,/'
}
document() {
    local i state comma=''
    printf '{"gpu_check":1,"date":"%s","device":%s,"card":%s,"programs":"%s","quick":%s,"good":%d,"bad":%d,"skipped":%d,"left":%d,"units":{' \
        "$(date -u +%F)" "$(text "$(head -1 "$out/device.log")")" "$(text "$(sample)")" "$build_id" "$([ $quick = 1 ] && echo true || echo false)" \
        $good $bad $skipped $left
    for i in "${!names[@]}"; do
        state=$(state_of "$i")
        [ -n "$state" ] || continue
        [[ $state != skipped* ]] || chosen "$i" || continue
        printf '%s%s:%s' "$comma" "$(text "${names[i]}")" "$(text "$state")"
        comma=,
    done
    printf '},"lines":[\n'
    lines_of full
    printf '],"bursts":[\n' # short runs in a row: another clock than that of lines
    lines_of burst
    printf ']}\n'
}
report() {
    local i
    cat "$out/device.log"
    for i in "${!names[@]}"; do
        printf '%-36s %s\n' "${names[i]}" "$(state_of "$i")"
    done
    for i in "${!names[@]}"; do
        case ${names[i]} in shapes.* | burst.* | bench.* | job.* | peers.*)
            [[ ! $(state_of "$i") =~ ^(ok|failed) ]] || { echo && echo "== ${names[i]}" && tail -n +2 "$out/units/${names[i]}.log"; } ;;
        esac
    done
}
keep "$out/gpu-check.json" document
keep "$out/report.txt" report
[ $skipped = 0 ] || untold="; nothing is known of what was skipped"
echo "$good good, $bad bad, $skipped skipped, $left left; $out/report.txt, gpu-check.json (a copy belongs into bench/results/)${untold:-}"
[ "$bad" = 0 ] || exit 1
[ "$left" = 0 ] || exit 4
[ "$skipped" = 0 ] || exit 5
