#!/usr/bin/env bash
# Shares of a stage, joined: 1, 3 and 8 give the bytes of a call without --shard; what is missing, foreign, changed or half made
# is told.
. "$(dirname "$0")/lib.sh"
cd "$T"
runs 0 cadprep synth --kind=step -n 14 -o s --seed=3
mkdir -p s/parts/bad && echo "no STEP" >s/parts/bad/bad.step && echo "bad,True,A bad one" >>s/captions.csv
echo "ghost,True,Nobody has seen it" >>s/captions.csv
lax=(--set=prep.require_valid=off --set=prep.max_bad=0.2)

# The command once, and in shares, the last of them first.
all() { # numbers of shares, code of the merge, output, command...
    local counts=$1 code=$2 to=$3 n i
    shift 3
    runs "$code" "$@" -o "whole_$to"
    for n in $counts; do
        for ((i = n - 1; i >= 0; i--)); do
            runs 0 "$@" -o "$n/$to" --shard="$i/$n"
        done
        runs "$code" cadprep merge -o "$n/$to"
        diff -r "whole_$to" "$n/$to" || die "$n shares of: $*"
    done
}
lists() { # output, numbers of shares, list
    local to=$1 n
    for n in $2; do same "whole_$to.$3" "$n/$to.$3"; done
}
all "1 3 8" 4 raw.jsonl cadprep import s "${lax[@]}"
lists raw "1 3 8" status.jsonl
all 3 0 f.jsonl cadprep filter whole_raw.jsonl --max-entities=210
lists f 3 dropped.csv
[ "$(wc -l <whole_f.dropped.csv)" -gt 2 ] && [ "$(wc -l <whole_f.jsonl)" -gt 2 ] || die "the filter is no test"
all "3 8" 0 t.jsonl cadprep text whole_raw.jsonl --derive=seam
lists t "3 8" status.jsonl
all 3 0 v.npy cadprep rag embed whole_raw.jsonl
all 3 4 round cadprep round s/parts "${lax[@]}"
all 3 0 order cadprep reorder s/parts/00000001 --jobs=1 # two of three have nothing
[ "$(find whole_round -name '*.step' | wc -l)" = 14 ] || die "$(ls whole_round)"

# Named one by one, in any order; the same call again does nothing, and takes no other's place.
runs 4 cadprep merge 3/raw.1-of-3.jsonl 3/raw.2-of-3.jsonl 3/raw.0-of-3.jsonl -o named.jsonl
same named.jsonl whole_raw.jsonl
runs 0 cadprep text whole_raw.jsonl --derive=seam -o 3/t.jsonl --shard=1/3
says "$err" "text: 3/t.1-of-3.jsonl: done before, skipped"

# Tasks of an array.
for id in 1 2 3; do
    SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=3 runs 0 cadprep filter whole_raw.jsonl --max-entities=210 -o a.jsonl --shard=auto
done
runs 0 cadprep merge -o a.jsonl
same a.jsonl whole_f.jsonl
runs 2 cadprep filter whole_raw.jsonl -o a.jsonl --shard=auto
says "$err" "no task of a Slurm array and no rank" "hint: --shard=0/8"
runs 2 cadprep filter whole_raw.jsonl -o a.jsonl --shard=3/3
says "$err" "--shard=3/3; expected i/n with i from 0 to n - 1"

# A share that is missing, one that was killed before its record, none at all: 4 (66), nothing is written.
missing() { # text...
    rm -f m.jsonl
    runs 4 cadprep merge -o 8/t.jsonl
    says "$err" "$@" "nothing is written"
}
rm 8/t.jsonl 8/t.2-of-8.jsonl 8/t.2-of-8.shard.json 8/t.5-of-8.shard.json
missing "2 of 8 shares are missing or not finished: 2, 5" "hint: the same call with --shard=2/8"
[ ! -e 8/t.jsonl ] || die "8/t.jsonl was written"
for i in 2 5; do runs 0 cadprep text whole_raw.jsonl --derive=seam -o 8/t.jsonl --shard=$i/8; done
runs 0 cadprep merge -o 8/t.jsonl
same 8/t.jsonl whole_t.jsonl
runs 66 cadprep merge -o nothing.jsonl
says "$err" "no share of it beside it" "--shard=0/8"
runs 65 cadprep merge whole_t.jsonl -o m.jsonl
says "$err" "whole_t.jsonl: no share"

# Killed half way and called again.
for ms in 02 05 1; do
    { timeout -s KILL 0.$ms cadprep round s/parts "${lax[@]}" -o k --shard=1/2 || true; } >"$out" 2>&1
done
runs 0 cadprep round s/parts "${lax[@]}" -o k --shard=1/2
runs 0 cadprep round s/parts "${lax[@]}" -o k --shard=0/2
runs 4 cadprep merge -o k
diff -r k whole_round || die "other bytes after kills"

# Of another input, with other settings, of another count, another stage, twice, changed: 65.
refused() { # text, share...
    local text=$1
    shift
    runs 65 cadprep merge "$@" -o m.jsonl
    says "$err" "$text"
    [ ! -e m.jsonl ] || die "m.jsonl was written"
}
mkdir other
sed '$d' whole_raw.jsonl >less.jsonl
runs 0 cadprep text less.jsonl --derive=seam -o other/input.jsonl --shard=0/3
refused "another input, with other settings" 3/t.1-of-3.jsonl other/input.0-of-3.jsonl 3/t.2-of-3.jsonl
runs 0 cadprep text whole_raw.jsonl --derive=off -o other/settings.jsonl --shard=0/3
refused "another input, with other settings" 3/t.1-of-3.jsonl other/settings.0-of-3.jsonl 3/t.2-of-3.jsonl
refused "one of 8 shares" 3/t.0-of-3.jsonl 8/t.1-of-8.jsonl
refused "a share of stage filter" 3/t.0-of-3.jsonl 3/f.1-of-3.jsonl
refused "both are share 1 of 3" 3/t.1-of-3.jsonl 3/t.0-of-3.jsonl 3/t.1-of-3.jsonl
echo >>3/t.1-of-3.jsonl
refused "t.1-of-3.jsonl: hashes to" 3/t.1-of-3.jsonl 3/t.0-of-3.jsonl 3/t.2-of-3.jsonl
echo '{"schema":1,"kind":"shard"}' >3/t.0-of-3.shard.json
refused "key 'stage'" 3/t.0-of-3.jsonl
runs 2 cadprep merge 3/f.0-of-3.jsonl -o m.npy
says "$err" "expected names of one kind"
runs 73 cadprep merge 3/round.0-of-3 3/round.1-of-3 3/round.2-of-3 -o 3/round
says "$err" "expected an empty folder, or none"

# Bad rows are judged together: a share of them alone is none.
for i in 0 1 2; do runs 0 cadprep import s --set=prep.require_valid=off --set=prep.max_bad=0.01 -o j.jsonl --shard=$i/3; done
runs 65 cadprep merge -o j.jsonl
says "$err" "1 of 15 are bad; prep.max_bad was 0.01"
[ ! -e j.jsonl ] || die "j.jsonl was written"
runs 2 cadprep import whole_raw.jsonl -o x.jsonl --shard=0/2
says "$err" "expected captions and parts"
