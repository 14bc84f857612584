#!/usr/bin/env bash
# What only a GPU can tell of the kernels: are they right there, and how fast.  For a machine with one GPU and no network.
#
#   scripts/gpu_check.sh --pack=DIR     where nvcc is: programs and this script into DIR (a few MiB), to be carried
#   DIR/gpu_check.sh --quick            there: the most telling units first, minutes; then without --quick all of them
#
# Without a carried build it is made by CMake's preset gpu, where nvcc and the libraries are.  The work is cut into units of less
# than eight minutes; what was done with the same programs is not done again, so the same command goes on where it was stopped.
#
#   --quick             only the units that say most               --list              what there is to do, and what was done
#   --budget=SECONDS    ends by then, and leaves the rest          --only=REGEX        units whose name matches
#   --fresh             forgets what was done                      --dry-run           tries the host's side of each; needs no GPU
#   --out=DIR           results [gpu_check beside this script or in build/]
#   --build=DIR         programs [bin/ beside this script, else build/gpu/bin]
#   --device=cuda:0 --models=A,B --tokens=N                        for tests: cpu or emu, tiny, 256
#
# Exit: 0 all units are done and good, 1 some are not, 4 some are left, 69 no GPU that can be used.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=(checkop bench_gpu job_gpu)
quick=0 dry=0 list=0 fresh=0 budget=0 only=. device=cuda:0 models=Qwen2.5-0.5B,Qwen2.5-3B,Qwen2.5-Coder-7B tokens=8192 out='' build='' pack=''
unit_limit=470 least=20 # seconds: of a unit at most, and what one is started with at least

die() { # exit code, text
    echo "gpu_check: error: $2" >&2
    exit "$1"
}

for arg in "$@"; do
    case $arg in
    --quick) quick=1 ;;
    --dry-run) dry=1 ;;
    --list) list=1 ;;
    --fresh) fresh=1 ;;
    --budget=*) budget=${arg#*=} ;;
    --only=*) only=${arg#*=} ;;
    --device=*) device=${arg#*=} ;;
    --models=*) models=${arg#*=} ;;
    --tokens=*) tokens=${arg#*=} ;;
    --out=*) out=${arg#*=} ;;
    --build=*) build=${arg#*=} ;;
    --pack=*) pack=${arg#*=} ;;
    *) die 2 "unknown option $arg; see the head of $0" ;;
    esac
done
[[ $budget =~ ^[0-9]+$ && $tokens =~ ^[0-9]+$ ]] || die 2 "--budget and --tokens take numbers"

# ---- the programs ----

make_build() { # preset gpu of the tree that this script stands in
    local root=$here/..
    [ -f "$root/CMakePresets.json" ] || die 69 "no programs beside this script and no tree around it; pack them where nvcc is: --pack=DIR"
    command -v cmake >/dev/null || die 69 "no cmake, and no carried build; pack one where nvcc is: scripts/gpu_check.sh --pack=DIR"
    (cd "$root" && cmake --preset gpu >/dev/null && cmake --build --preset gpu --target "${programs[@]}") >&2 || die 1 "the programs do not build"
}

if [ -z "$build" ]; then
    if [ -x "$here/bin/checkop" ]; then
        build=$here/bin
    else
        [ "$list" = 1 ] || make_build
        build=$here/../build/gpu/bin
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
    out=$here/../build/gpu_check
    [ -x "$here/bin/checkop" ] && out=$here/gpu_check
fi
[ "$fresh" = 1 ] && rm -rf "$out/units"
mkdir -p "$out/units" || die 73 "$out: cannot be made"
build_id=$(cat "$build"/{checkop,bench_gpu,job_gpu} 2>/dev/null | sha256sum | cut -c1-16)

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

unit checkop quick "$build/checkop" "$backend"
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
ops=(fill copy axpy cast sum_ordered embed_fwd embed_bwd gather_rows scatter_rows rmsnorm_fwd add_rmsnorm_fwd rmsnorm_bwd rope_fwd rope_bwd
    swiglu_fwd swiglu_bwd attn_fwd attn_bwd linear_fwd linear_bwd_x linear_bwd_w lora_down_fwd linear_lora_fwd lora_up_bwd lora_down_bwd
    linear_lora_bwd_x nf4_quant nf4_dequant nf4_absmax_expand q8_quant q8_dequant nf4_linear_fwd nf4_linear_bwd_x nf4_linear_lora_fwd
    nf4_linear_lora_bwd_x linear_xent linear_xent_eval grad_norm2 adamw_step adamw8bit_step kv_append attn_decode logits_mask sample argmax)
for check in memcheck racecheck initcheck synccheck; do
    for ((i = 0; i < ${#ops[@]}; i += 5)); do
        if [ -n "$sanitizer" ] && [ "$backend" = cuda ]; then
            unit "$check.$((i / 5 + 1))" full "$sanitizer" --tool "$check" --error-exitcode 9 "$build/checkop" cuda --plain "${ops[@]:i:5}"
        else
            unit "$check.$((i / 5 + 1))" full skip "compute-sanitizer is not there"
        fi
    done
done
# What the assembler made of the products: each on the tensor cores, none with its numbers in local memory.
cuobjdump=$(tool cuobjdump)
sass='/Function :/ { name = $3; seen[name] = 1 }  /HMMA|HGMMA/ { tensor[name]++ }  /LDL|STL/ { local[name]++ }
END { for (n in seen) { if (n ~ /gemm_kernel|attn/ && !tensor[n]) { print "WRONG: no tensor core in", n; bad = 1 }
                        if (local[n]) print "local memory:", local[n], "instructions in", n }; exit bad }'
if [ -n "$cuobjdump" ] && [ "$backend" = cuda ]; then
    unit sass full bash -c "$cuobjdump --dump-sass '$build/checkop' | awk '$sass'"
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
        unit "peers.$model" full python3 "$here/gpu_peers.py" --model="$model" --tokens="$tokens" --lines="$out/units" --json="$out/units/peers.$model.jsonl"
    done
else
    unit peers full skip "no PyTorch that sees a GPU"
fi

# ---- what was done ----

state_of() { # name -> "ok 12 s", empty: nothing with these programs
    local file=$out/units/$1.state id rest
    [ -f "$file" ] || return 0
    read -r id rest <"$file"
    [ "$id" = "$build_id" ] && echo "$rest"
}
chosen() { # index
    [[ ${names[$1]} =~ $only ]] && { [ "$quick" = 0 ] || [ "${kinds[$1]}" = quick ]; }
}

if [ "$list" = 1 ]; then
    for i in "${!names[@]}"; do
        chosen "$i" && printf '%-36s %-6s %s\n' "${names[i]}" "${kinds[i]}" "$(state_of "${names[i]}")"
    done
    exit 0
fi

# ---- the host's side alone ----

if [ "$dry" = 1 ]; then
    "$build/checkop" "$backend" >"$out/dry.log" 2>&1 # no GPU: 69 with the cause
    code=$?
    [ $code = 69 ] || [ $code = 0 ] || die 1 "checkop $backend: exit $code; expected 69 without a GPU: $(tail -1 "$out/dry.log")"
    echo "checkop $backend: exit $code, $(tail -1 "$out/dry.log")"
    "$build/bench_gpu" cpu --models=tiny --tokens=256 --runs=1 --warmup=0 --idle=0 >"$out/dry.log" 2>&1 || die 1 "bench_gpu cpu: $(tail -1 "$out/dry.log")"
    "$build/job_gpu" cpu --model=tiny --tokens=256 --row=32 --steps=3 --slots=2 --new=4 --parity >"$out/dry.log" 2>&1 ||
        die 1 "job_gpu cpu: $(grep -m 1 -e WRONG -e error "$out/dry.log")"
    count=0
    for i in "${!names[@]}"; do
        chosen "$i" && count=$((count + 1))
    done
    echo "dry run: the programs build and work on the CPU; $count units are ready; nothing was measured"
    exit 0
fi

# ---- the run ----

"$build/bench_gpu" "$device" --groups=peak --models=tiny --check >"$out/device.log" 2>&1
[ $? = 69 ] && die 69 "$(sed -n 's/^bench_gpu: error: //p' "$out/device.log" | head -1)"
head -1 "$out/device.log"
sample() { # clocks, power, temperature: read, never set
    command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.draw,temperature.gpu,clocks_throttle_reasons.active \
        --format=csv,noheader 2>/dev/null | head -1
}

left=0
run_unit() { # index, seconds: writes NAME.log and NAME.state
    local name=${names[$1]} begin=$SECONDS limit=$2 code verdict
    local log=$out/units/$name.log
    eval "set -- ${commands[$1]}"
    if [ "$1" = skip ]; then
        echo "$build_id skipped: $2" >"$out/units/$name.state"
        echo "  $name: skipped: $2"
        return
    fi
    rm -f "$out/units/$name.jsonl"
    { echo "$*"; sample; } >"$log"
    timeout -k 10 "$limit" "$@" >>"$log" 2>&1
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
    if [ "$code" != 0 ] && [ "$backend" = cuda ] && grep -q "CAD_SYNC_EVERY_OP" "$log"; then # name the kernel
        CAD_SYNC_EVERY_OP=1 timeout -k 10 60 "$@" >>"$log" 2>&1
    fi
    sample >>"$log"
    echo "$build_id $verdict, $((SECONDS - begin)) s" >"$out/units/$name.state"
    echo "  $name: $verdict, $((SECONDS - begin)) s"
    [ "$code" = 0 ] || grep -E "WRONG|FAILED|error|ERROR" "$log" | head -3 | sed 's/^/      /'
}

for i in "${!names[@]}"; do
    chosen "$i" || continue
    case $(state_of "${names[i]}") in ok* | skipped*) continue ;; esac
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
for i in "${!names[@]}"; do
    chosen "$i" || continue
    case $(state_of "${names[i]}") in
    ok*) good=$((good + 1)) ;;
    skipped*) skipped=$((skipped + 1)) ;;
    failed*) bad=$((bad + 1)) ;;
    esac
done
text() { # as a JSON string
    printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')"
}
{
    printf '{"gpu_check":1,"date":"%s","device":%s,"card":%s,"programs":"%s","quick":%s,"good":%d,"bad":%d,"skipped":%d,"left":%d,"units":{' \
        "$(date -u +%F)" "$(text "$(head -1 "$out/device.log")")" "$(text "$(sample)")" "$build_id" "$([ $quick = 1 ] && echo true || echo false)" \
        $good $bad $skipped $left
    comma=''
    for i in "${!names[@]}"; do
        state=$(state_of "${names[i]}")
        [ -n "$state" ] || continue
        printf '%s%s:%s' "$comma" "$(text "${names[i]}")" "$(text "$state")"
        comma=,
    done
    printf '},"lines":[\n'
    cat "$out"/units/*.jsonl 2>/dev/null | sed '$!s/$/,/'
    printf ']}\n'
} >"$out/gpu-check.json"
{
    cat "$out/device.log"
    for i in "${!names[@]}"; do
        printf '%-36s %s\n' "${names[i]}" "$(state_of "${names[i]}")"
    done
    for file in "$out"/units/{shapes,burst,bench,job,peers}*.log; do
        [ -f "$file" ] && echo && echo "== $(basename "$file" .log)" && tail -n +2 "$file"
    done
} >"$out/report.txt"
echo "$good good, $bad bad, $skipped skipped, $left left; $out/report.txt, gpu-check.json (a copy belongs into bench/results/)"
[ "$bad" = 0 ] || exit 1
[ "$left" = 0 ] || exit 4
