#!/usr/bin/env bash
# scripts/gpu_check.sh without a GPU: its units over the CPU and over programs that are made up; what is done is not done again, what
# fails is told and done again, what has no time is left.
. "$(dirname "$0")/lib.sh"
cd "$T"
check=$CADLM_SOURCE/scripts/gpu_check.sh

# The real programs, on the CPU.
runs 0 "$check" --dry-run --build="$CADLM_BIN" --out=dry
says "$out" "dry run: the programs build and work on the CPU" "nothing was measured"
runs 0 "$check" --quick --device=cpu --models=tiny --tokens=256 --build="$CADLM_BIN" --out=cpu --only='^(shapes|job|burst)'
says "$out" "shapes.tiny: ok" "job.tiny: ok" "burst.tiny: ok" "3 good, 0 bad, 0 skipped, 0 left"
json cpu/gpu-check.json 'd["good"] == 3 and d["left"] == 0 and set(d["units"]) == {"shapes.tiny", "job.tiny", "burst.tiny"}'
json cpu/gpu-check.json 'all(x["check"] for x in d["lines"] if "check" in x) and sum("check" in x for x in d["lines"]) > 50'
json cpu/gpu-check.json 'sum(len(x["us"]) == 30 for x in d["bursts"] if "us" in x) > 20 and sum("job" in x for x in d["lines"]) == 1'
says cpu/report.txt "== shapes.tiny" "linear_bwd_x" "decode "

# Made-up programs: each says what it was told, and fails where a file says so.
mkdir fake
echo "Made-up GPU" >card
for program in checkop bench_gpu job_gpu; do
    cat >fake/$program <<P
#!/usr/bin/env bash
echo "$program \$*" >>"$T/calls"
[ ! -e "$T/no_gpu" ] || { echo "$program: error: run.device = cuda:0: no NVIDIA driver found" >&2; exit 69; }
case "\$*" in *--groups=peak*) echo "cuda:0, \$(cat "$T/card")"; exit 0 ;; esac
[ -z "\${CAD_SYNC_EVERY_OP:-}" ] || { echo "WRONG: copy_kernel \$*" && [ ! -e "$T/slow.sync" ] || sleep 600; exit 1; }
[ ! -e "$T/slow.$program" ] || sleep 600
for a; do case \$a in --json=*) echo '{"op":"x","us":[1.0]}' >>"\${a#--json=}" ;; esac; done
[ ! -e "$T/lost.$program" ] || { echo "hint: CAD_SYNC_EVERY_OP=1 names the kernel"; exit 1; }
[ ! -e "$T/bad.$program" ] || { echo "WRONG: y is off"; exit 1; }
P
    chmod +x fake/$program
done
again() { # expected exit, options.. : with a short list of units
    local want=$1
    shift
    : >calls
    runs "$want" env PATH="$T/tools:$PATH" "$check" --build="$T/fake" --out=gc --only='^(checkop|shapes|job)' "$@"
}
mkdir tools
for absent in nvidia-smi cuobjdump compute-sanitizer; do # nothing of a real machine
    printf '#!/bin/sh\nexit 1\n' >tools/$absent
    chmod +x tools/$absent
done

touch no_gpu
again 69 --quick
says "$err" "no NVIDIA driver found"
[ -z "$(ls gc/units)" ] || die "units without a GPU: $(ls gc/units)"
rm no_gpu

again 0 --quick
says "$out" "checkop: ok" "shapes.Qwen2.5-0.5B: ok" "job.Qwen2.5-0.5B: ok" " good, 0 bad, 0 skipped, 0 left"
says calls "checkop cuda" "job_gpu cuda:0 --model=Qwen2.5-0.5B" "--parity"
again 0 --quick # nothing is left to do
[ "$(grep -vc groups=peak calls)" = 0 ] || die "done again: $(cat calls)"

touch bad.bench_gpu
again 1 # the rest: two models' shapes fail, jobs are good
says "$out" "shapes.Qwen2.5-3B: failed: exit 1" "WRONG: y is off" "job.Qwen2.5-3B.bf16: ok"
silent "$out" "checkop: ok"
rm bad.bench_gpu
again 0 # only what failed is done again
[ "$(grep -vc groups=peak calls)" = 2 ] || die "expected the two that failed: $(cat calls)"
json gc/gpu-check.json 'd["bad"] == 0 and d["units"]["shapes.Qwen2.5-3B"].startswith("ok")'
for file in gpu-check.json report.txt; do # what cannot be written leaves what is there as it was
    cp gc/$file before
    mkdir gc/$file.new
    again 73
    says "$err" "gc/$file: cannot be written"
    same gc/$file before
    rmdir gc/$file.new
done

echo "# other programs" >>fake/checkop # what was done with others does not count
again 0 --quick
says calls "checkop cuda" "bench_gpu cuda:0 --json"
again 0 --quick --fresh
says calls "checkop cuda"
for unit in job.Qwen2.5-0.5B.bf16 job.Qwen2.5-0.5B.nf4; do # full units whose names begin with that of a quick one
    [ -s gc/units/$unit.state ] && [ -s gc/units/$unit.jsonl ] || die "--quick --fresh forgot $unit: $(ls gc/units)"
done
runs 0 "$check" --build="$T/fake" --out=gc --list --quick --fresh # which forgets nothing: nothing is run
says "$out" "checkop" "quick" "ok, "

echo "Another GPU" >card # what was done there does not count here, nor do its lines
touch bad.job_gpu
again 1 --quick
says calls "checkop cuda"
json gc/gpu-check.json 'd["device"].endswith("Another GPU") and d["bad"] == 1 and len(d["lines"]) == 2'
echo "Made-up GPU" >card
rm bad.job_gpu
again 0 --quick --tokens=512 # nor does a pass of another size
says calls "--tokens=512"

# Ratios are formed of what was good and of full length.
mkdir torch
printf '#!/bin/sh\n[ "$1" = -c ] || echo "python3 $*" >>"%s/calls"\n' "$T" >torch/python3
chmod +x torch/python3
touch bad.job_gpu
: >calls
runs 1 env PATH="$T/torch:$T/tools:$PATH" "$check" --build="$T/fake" --out=gc --models=A,B --only='^(burst|shapes|job|peers)|gemm$'
grep 'gpu_peers.py --model=A' calls >peers || die "no peer was asked: $(cat calls)"
says peers "gc/units/bench.A.gemm.jsonl gc/units/bench.B.gemm.jsonl"
silent peers burst. shapes. job.
rm bad.job_gpu

# A kernel that fails unnamed is run once more, apart from what is measured.
rm -f gc/units/shapes*
touch lost.bench_gpu
again 1 --quick
says gc/units/shapes.Qwen2.5-0.5B.log "WRONG: copy_kernel cuda:0 --tokens"
[ "$(wc -l <gc/units/shapes.Qwen2.5-0.5B.jsonl)" = 1 ] || die "measured twice: $(cat gc/units/shapes.Qwen2.5-0.5B.jsonl)"

# Ctrl-C ends what is under way, and leaves the unit for the next time.
stopped_in() { # pattern of what runs by then
    env PATH="$T/tools:$PATH" "$check" --build="$T/fake" --out=gc --only='^shapes' --quick >stopped 2>&1 &
    local script=$! tries=0 code=0
    until pgrep -f "$1" >/dev/null; do
        kill -0 $script && [ $((tries += 1)) -lt 600 ] || die "'$1' does not begin: $(cat stopped)"
        sleep 0.1
    done
    runs 73 "$check" --build="$T/fake" --out=gc --quick # two at once would measure each other
    says "$err" "another gpu_check"
    local begin=$SECONDS
    kill -TERM $script
    wait $script || code=$?
    [ $((SECONDS - begin)) -lt 40 ] || die "'$1' goes on for $((SECONDS - begin)) s"
    [ $code = 130 ] || die "stopped with exit $code"
    says stopped "the same command goes on"
    ! pgrep -f "$1" >/dev/null || die "'$1' goes on without its script"
}
touch slow.sync
stopped_in "$T/fake/bench_gpu cuda:0 --tokens"
rm lost.bench_gpu slow.sync
touch slow.bench_gpu
stopped_in "$T/fake/bench_gpu cuda:0 --json"
rm slow.bench_gpu
again 0 --quick
says calls "bench_gpu cuda:0 --json"

runs 5 env PATH="$T/tools:$PATH" "$check" --build="$T/fake" --out=gc --device=emu --only='^(checkop|memcheck.1)$' # skipped is not good
says "$out" "memcheck.1: skipped: compute-sanitizer" "1 good, 0 bad, 1 skipped, 0 left" "nothing is known of what was skipped"

touch slow.job_gpu # time runs out: the rest is left, and nothing is called a failure
again 4 --quick --fresh --budget=15 --least=1
says "$out" "checkop: ok" "left for the next time" "0 bad"
again 4 --quick --fresh --budget=1
says "$out" "0 good, 0 bad"
rm slow.job_gpu

runs 2 "$check" --what
runs 0 "$check" --help
says "$out" "usage: scripts/gpu_check.sh" "--budget=SECONDS"
for wrong in --only=zzz '--only=[' --device=gpu --models= --models=a,,b --tokens=0 --budget=soon --least=0; do
    runs 2 "$check" --build="$T/fake" --out=gc "$wrong"
    says "$err" "gpu_check: error: ${wrong%%=*}"
done
runs 66 "$check" --build="$CADLM_BIN" --out=gc --device=cpu --models=nonsense
says "$err" "nonsense"
runs 69 "$check" --build=nowhere
says "$err" "nowhere/checkop: not there"

# What is carried: three programs and two scripts.
runs 0 "$check" --build="$CADLM_BIN" --pack=packed
for file in gpu_check.sh gpu_peers.py bin/checkop bin/bench_gpu bin/job_gpu; do
    [ -x packed/$file ] || die "packed/$file is not there"
done
[ "$(du -sm packed | cut -f 1)" -lt 60 ] || die "packed is too large: $(du -sh packed)"
runs 0 packed/gpu_check.sh --dry-run
says "$out" "nothing was measured"

# The other side measures the same shapes, of the same models.
runs 0 python3 "$CADLM_SOURCE/scripts/gpu_peers.py" --self-test
bench_gpu cpu --list --models=Qwen2.5-0.5B,Qwen2.5-3B,Qwen2.5-Coder-7B,Llama-3.2-3B >cases.jsonl
python3 - "$CADLM_SOURCE" <<'P'
import json, re, sys
sys.path.insert(0, sys.argv[1] + "/scripts")
import gpu_peers as p
known = {m[0]: (int(m[1]), int(m[2]), int(m[3]), int(m[4]), int(m[5]), int(m[6]), int(m[7]), m[8] == "true") for m in re.findall(
    r'\{"([\w.-]+)",\s*(\d+),\s*(\d+),\s*(\d+),\s*(\d+),\s*(\d+),\s*(\d+),\s*(\d+),\s*\d+,\s*\w+,\s*(\w+),\s*\d+\}', open(sys.argv[1] + "/model/hf/known_models.c").read())}
assert len(known) > 10 and {name: known[name] for name in p.MODELS} == p.MODELS, (known, p.MODELS)
cases = {(c["op"], c["model"], c["shape"]) for c in map(json.loads, open("cases.jsonl"))}
for model in ("Qwen2.5-0.5B", "Qwen2.5-3B", "Qwen2.5-Coder-7B", "Llama-3.2-3B"):
    for _, _, shape in p.attention_shapes(model, 8192):
        assert ("attn_fwd", model, shape) in cases and ("attn_bwd", model, shape) in cases, shape
    for name, (rows, cols) in p.matrices(model).items():
        for n in (1, 8, 64):
            assert ("nf4_linear_fwd", model, f"{name}, N {n}, {rows} x {cols}") in cases, name
        assert ("nf4_dequant", model, f"{name}, N 1, {rows} x {cols}") in cases
P
