#!/usr/bin/env bash
# bench/record.py: what was measured beside other work is not kept, not shown and measured again, unless that is wanted.
. "$(dirname "$0")/lib.sh"
cd "$T"
cat >beside.py <<'P'
import os, pathlib, sys, time
sys.path.insert(0, sys.argv[1])
import record as r
begin, share = time.monotonic(), float(sys.argv[2])
r.busy = lambda: r.own() + share * (time.monotonic() - begin) * os.cpu_count()
r.ROOT, verb, rest = pathlib.Path.cwd(), sys.argv[3], sys.argv[4:]
sys.exit(r.run(*rest[:4], rest[4:]) if verb == "run" else r.fresh(*rest) if verb == "fresh" else r.table(rest))
P
record() { # expected exit, share of the CPUs that others have, verb..
    local want=$1 share=$2
    shift 2
    runs "$want" python3 beside.py "$CADLM_SOURCE/bench" "$share" "$@"
}
mkdir -p bench build/bench
printf '<!-- table: written by scripts/bench.sh -->\n<!-- end of the table -->\n' >bench/README.md
echo '[{"name": "tokenizer, STEP", "ours": 2.0, "unit": "MB/s"}]' >lines
kept=build/bench/tokenizer.json
record 1 0.5 run tokenizer $kept lines abc sleep 0.2
says "$err" "tokenizer is not kept" "expected at most 5 %"
[ ! -e $kept ] || die "kept: $(cat $kept)"
CADLM_BENCH_NOISY=1 record 0 0.5 run tokenizer $kept lines abc sleep 0.2
record 1 0 fresh $kept abc # what others disturbed is not there
record 0 0 table tokenizer
silent bench/README.md STEP
CADLM_BENCH_NOISY=1 record 0 0 table tokenizer
says bench/README.md "| tokenizer, STEP | 2 MB/s |" "**not quiet**: others had 50 %"
record 0 0.01 run tokenizer $kept lines abc sleep 0.2
record 0 0 fresh $kept abc
record 0 0 table tokenizer
says bench/README.md "STEP"
silent bench/README.md "**not quiet**"
