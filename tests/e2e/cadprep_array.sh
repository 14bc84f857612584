#!/usr/bin/env bash
# cadprep run --shard: the tasks of an array and one call behind them end with the bytes of one call, for 1, 3 and 8 shares and for
# more than there are files; what is missing, foreign, changed or half made is told, and nothing is written.
. "$(dirname "$0")/lib.sh"
cd "$T"

# A tree whose order by names is not that by ids, one id in two folders; a bad file, a packed one, a caption without a file, a file
# without one.
runs 0 cadprep synth --kind=step -n 24 -o s --seed=3
python3 - <<'PY'
import os, shutil
for k, name in enumerate(sorted(os.listdir("s/parts"))):
    shutil.copytree(f"s/parts/{name}", f"p/{'zyx'[k % 3]}/{name}")
PY
mkdir -p p/z/bad p/a/stray p/a/again p/a/named p/a/other
echo "no STEP" >p/z/bad/bad.step
cp "$(find s/parts -name '00000007_*.step')" p/a/stray/stray.step
cp "$(find s/parts -name '00000009_*.step')" p/a/named/named.step
cp "$(find s/parts -name '00000010_*.step')" p/a/other/other.step
cp "$(find s/parts -name '00000011_*.step')" p/a/again/00000011_again.step
{ cat s/captions.csv; echo "bad,True,A bad one"; echo "named,True,By its folder"; echo "other,True,By its folder too"; echo "ghost,True,Nobody has seen it"; echo "00000000,True,Before all"; } >captions.csv
cp s/parts.jsonl .
gzip -n "$(find p -name '00000012_*.step')"
cat >run.ini <<INI
[prep]
parts = $T/p
captions = $T/captions.csv
out = data
round = decimals
digits = 4
require_valid = off
max_entities = 210
max_bad = 0.3
split = 50,20,30
suite_rows = 0
[tokenizer]
own_bpe = 600
[prompt]
template = step
[data]
max_tokens = 8k
INI
cp -R p q && rm -r q/a/again # those tools have one file of an id
cat >steplm.ini <<INI
[prep]
parts = $T/q
profile = steplm
round = steplm
order = steplm
max_entities = 0
[rag]
enabled = on
allow_leak = on
[prompt]
template = steplm-rag
[data]
on_overflow = drop
[audit]
max_drop = 0.9
INI
line=(cadprep run "$T/run.ini")

in_folder() { # folder, exit code, command...: packs know the name of the tokenizer's folder, so each run has its own place
    local dir=$1
    shift
    mkdir -p "$dir"
    cd "$dir"
    runs "$@"
    cd "$T"
}
shares() { # folder, number, option...: the last of them first
    local dir=$1 n=$2 i
    shift 2
    for ((i = n - 1; i >= 0; i--)); do
        in_folder "$dir" 0 "${line[@]}" "$@" --shard="$i/$n"
    done
}
alike() { # folder, folder
    diff -r --exclude=.stages --exclude='*-of-*' "$1/data" "$2/data" || die "$1 and $2 differ"
}
share_of() { # folder, number, text: the share whose rows name it
    for ((i = 0; i < $2; i++)); do
        ! grep -q "$3" "$1/data/raw.$i-of-$2.status.jsonl" || echo "$i"
    done
}

in_folder whole 4 "${line[@]}"
says "$err" "$T/p: 1 parts that no caption describes were left alone"
for class in no_part duplicate_id; do
    grep -q "\"$class\"" whole/data/raw.status.jsonl || die "no $class: $(cat whole/data/raw.status.jsonl)"
done
grep -q '"id":"00000012"' whole/data/raw.jsonl || die "a packed part has no row"
grep -q refused whole/data/files/status.jsonl && [ "$(wc -l <whole/data/filter.dropped.csv)" -gt 2 ] || die "the tree is no test"
for n in 1 3 8 40; do
    shares "$n" "$n"
    says "$err" "share 0 of $n: done; when all are: cadprep run $T/run.ini"
    silent "$err" "dedup" "split"
    [ ! -e "$n/data/raw.jsonl" ] && [ ! -e "$n/data/LOCK.0-of-$n" ] || die "$(ls "$n/data")"
    in_folder "$n" 4 "${line[@]}"
    says "$err" "round: data/files: " "import: data/raw.jsonl: " "rows, joined from $n shares" "verify: data: "
    alike whole "$n"
    in_folder "$n" 4 "${line[@]}"
    silent "$err" "files: done" # the words of prep.stages
    for stage in round import filter text dedup split tokenizer pack; do says "$err" "$stage: done before, skipped"; done
done
[ "$(find 8/data/files.*-of-8 -name '*.step' | wc -l)" = "$(find whole/data/files -name '*.step' | wc -l)" ] || die "shares of files"
for ((i = 0; i < 8; i++)); do
    [ "$(find "8/data/files.$i-of-8" -name '*.step' | wc -l)" -ge 2 ] || die "share $i of 8 has fewer than two files"
done

# Published settings, which retrieve among all rows before they are split; no folder of captions.
line+=("$T/steplm.ini")
in_folder whole_steplm 4 "${line[@]}"
grep -q '"id":"named"' whole_steplm/data/raw.jsonl || die "no row named"
shares steplm 3
in_folder steplm 4 "${line[@]}"
alike whole_steplm steplm
line=(cadprep run "$T/run.ini" --set=prep.round=off --set=prep.captions= --set=prep.stages=import,text)
in_folder whole_dir 4 "${line[@]}"
shares dir 3
in_folder dir 4 "${line[@]}"
alike whole_dir dir
line=(cadprep run "$T/run.ini")

# A share that is there is passed over; the tasks of an array know their own.
for id in 1 2 3; do
    SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=3 in_folder array 0 "${line[@]}" --shard=auto
done
in_folder array 0 "${line[@]}" --shard=1/3
for stage in round import filter text; do says "$err" "$stage: done before, skipped"; done

# Missing, at work, killed half way: nothing is written.
refused() { # exit code, text...
    in_folder array "$1" "${line[@]}"
    shift
    says "$err" "$@"
    [ -z "$(ls array/data | grep -v -e -of- -e '^LOCK$' || true)" ] || die "$(ls array/data)"
}
mkdir early && cp -R array/. early && rm -rf early/data
given_up KILL 137 '[ -e early/data/.stages/share.0-of-2.json ]' env -C early "${line[@]}" --shard=0/2 -q
rm -f early/data/.stages/[!s]*.json # a fast machine had done its first stage
in_folder early 4 "${line[@]}"
says "$err" "data: 2 of 2 shares are missing or not finished: 0, 1; nothing is written"
mkdir kept
mv array/data/.stages/text.2-of-3.json kept
refused 4 "data: 1 of 3 shares are missing or not finished: 2; nothing is written" "hint: the same call with --shard=2/3"
mv array/data/.stages/*.0-of-3.json kept
refused 4 "data: 2 of 3 shares are missing or not finished: 0, 2;" "--shard=0/3"
mv kept/* array/data/.stages
rc=0
(cd array && flock data/LOCK.1-of-3 "${line[@]}" >"$out" 2>"$err") || rc=$?
[ "$rc" != 0 ] && [ ! -e array/data/raw.jsonl ] || die "a call went on while a share was made"
says "$err" "LOCK.1-of-3"
rc=0
(cd array && flock data/LOCK "${line[@]}" --shard=1/3 >"$out" 2>"$err") || rc=$?
[ "$rc" != 0 ] || die "a share began while all of the folder was made"
says "$err" "data/LOCK: in use by"
silent "$err" "done before"
in_folder array 0 "${line[@]}" --shard=1/3 # a lock file that nobody holds is a leftover
rm -rf array/data/*.1-of-3* array/data/.stages/*.1-of-3*
for ms in 02 04 08; do
    { (cd array && timeout -s KILL 0.$ms "${line[@]}" --shard=1/3) || true; } >"$out" 2>&1
done
rm -f array/data/.stages/text.1-of-3.json # a fast machine had done all of it
refused 4 "1 of 3 shares are missing or not finished: 1"
in_folder array 0 "${line[@]}" --shard=1/3

# Other settings, other files, changed output, shares of two counts: 65.
in_folder array 0 "${line[@]}" --shard=0/3 --max-tokens=4k # of a stage behind them: no matter
in_folder array 0 "${line[@]}" --shard=0/3 --set=prep.max_entities=250
refused 65 "data: share 0 of 3: stage filter was made with other settings" "--shard=0/3 makes it again"
in_folder array 0 "${line[@]}" --shard=0/3
part=$(find p -name '00000005_*.step')
cp "$part" kept/part
sed -i '0,/CARTESIAN_POINT(.*,(/s//&1/' "$part"
! cmp -s "$part" kept/part || die "no change"
refused 65 "data: share 0 of 3: stage round was made with other settings, of other files"
cp kept/part "$part"
echo >>array/data/text.2-of-3.jsonl
refused 65 "data: share 2 of 3: stage text was made with" "or changed since"
in_folder array 0 "${line[@]}" --shard=2/3
says "$err" "filter: done before, skipped" "text: "
in_folder array 65 "${line[@]}" --shard=1/2
says "$err" "data: holds shares of 3, and this is share 1 of 2" "hint: --shard=i/3 makes one of those again; rm data/.stages/*-of-3.json forgets them"
cp array/data/.stages/text.1-of-3.json array/data/.stages/text.1-of-2.json
refused 65 "data: shares of 3 and of 2; expected those of one array" "hint: rm data/.stages/*-of-3.json, or of 2, forgets the others"
rm array/data/.stages/*-of-2.json
in_folder array 4 "${line[@]}"
alike whole array

# Other settings in a folder that is done: shares of them take the place of what lies there; without shares all is made here.
shares array 3 --set=prep.digits=5
in_folder array 4 "${line[@]}" --set=prep.digits=5
says "$err" "joined from 3 shares"
in_folder five 4 "${line[@]}" --set=prep.digits=5
alike five array
in_folder array 65 "${line[@]}" --set=prep.digits=6
rm array/data/.stages/*-of-3.json
in_folder array 4 "${line[@]}" --set=prep.digits=6
silent "$err" "joined"

# Bad rows are judged together; parts that the run draws itself have no shares.
shares bad 3 --set=prep.max_bad=0.03
in_folder bad 65 "${line[@]}" --set=prep.max_bad=0.03
says "$err" "are bad; prep.max_bad was 0.03"
[ ! -e bad/data/files ] || die "files were joined"
runs 2 cadprep run "$CADLM_SOURCE/configs/tiny_step.ini" --shard=0/2
says "$err" "--shard without prep.parts" "hint: cadprep synth --kind=step"
runs 2 "${line[@]}" --shard=auto

# What is joined takes the place of what lay there, but of no file that cadprep did not make.
touch array/data/files/mine
echo >>array/data/files/status.jsonl
in_folder array 73 "${line[@]}"
says "$err" "data/files: holds mine, which no earlier call made"
[ -e array/data/files/mine ] || die "a file of somebody else is gone"
rm array/data/files/mine
in_folder array 4 "${line[@]}"
alike whole array
