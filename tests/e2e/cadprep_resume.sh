#!/usr/bin/env bash
# Stages that ask the geometry kernel go on where a killed call stopped: the bytes are those of one call, and what the kernel said
# before is not asked again.
. "$(dirname "$0")/lib.sh"
cd "$T"
runs 0 cadprep synth --kind=step -n 120 -o tree --seed=3 -q
runs 0 cadprep import tree -o whole.jsonl --jobs=2
[ ! -e whole.checked.jsonl ] || die "the list of what the kernel said outlives the import"
silent "$err" "goes on"

has_lines() { # file, number
    [ -s "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]
}
killed_at() { # list, lines in it, command...
    given_up KILL 137 "has_lines $1 $2" "${@:3}" -q
}
kill_worker() { # command's process: whether it had a worker of the kernel, which is dead now
    local zygote
    zygote=$(pgrep -P "$1" | head -1) && pkill -KILL -P "$zygote"
}
workers_killed() { # now and then, until the command has ended; its exit code
    local pid code=0 lost=0
    "$@" -q >"$out" 2>"$err" </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.1
        if kill_worker "$pid"; then lost=$((lost + 1)); fi
    done
    wait "$pid" || code=$?
    [ "$lost" -gt 0 ] || die "no worker was killed: $*"
    return "$code"
}
plant() { # list, what is replaced by what (sed): in its lines behind the first
    sed -i "2,\$ $2" "$1"
}

killed_at raw.checked.jsonl 8 cadprep import tree -o raw.jsonl --jobs=2
[ ! -e raw.jsonl ] || die "half an import has a name"
cp raw.checked.jsonl kept
printf '{"class":"ok","ke' >>raw.checked.jsonl # torn
killed_at raw.checked.jsonl 30 cadprep import tree -o raw.jsonl --jobs=1
runs 0 cadprep import tree -o raw.jsonl --jobs=2
says "$err" "raw.checked.jsonl: goes on: the kernel has looked at" "parts before"
same raw.jsonl whole.jsonl
same raw.status.jsonl whole.status.jsonl
[ ! -e raw.checked.jsonl ] || die "the list of what the kernel said outlives the import"

# The list is believed: a planted word is what the import says; that of another build, or of other work, is not.
cp kept raw.checked.jsonl
plant raw.checked.jsonl 's/"class":"ok"/"class":"invalid","message":"planted"/'
cp raw.checked.jsonl planted
runs 4 cadprep import tree -o raw.jsonl --set=prep.max_bad=1
[ "$(grep -c '"message":"planted"' raw.status.jsonl)" -ge 7 ] || die "the list is not read: $(cat raw.status.jsonl)"
sed '1 s/"salt":"../"salt":"zz/' planted >raw.checked.jsonl
runs 0 cadprep import tree -o raw.jsonl
same raw.jsonl whole.jsonl
for mine in '{"mine":1}\n' '{"mine":1}' '{"salt":"mine"}' ''; do
    printf "$mine" >raw.checked.jsonl
    if [ -n "$mine" ]; then
        runs 73 cadprep import tree -o raw.jsonl
        says "$err" "raw.checked.jsonl: not a list of what an earlier call had done"
        [ "$(cat raw.checked.jsonl)" = "$(printf "$mine")" ] || die "a file of somebody else is changed"
    fi
done
runs 0 cadprep import tree -o raw.jsonl # an empty list, and one whose first line is torn, are none
head -c 20 planted >raw.checked.jsonl
runs 0 cadprep import tree -o raw.jsonl
same raw.jsonl whole.jsonl

# What took a worker along is asked again: it may have been the machine that was short of memory.
code=0
workers_killed cadprep import tree -o raw.jsonl --jobs=1 --set=prep.max_bad=0 || code=$?
[ "$code" = 65 ] || die "exit $code; expected 65"
says raw.status.jsonl '"status":"kernel_crash"'
[ -s raw.checked.jsonl ] || die "what the kernel said is gone"
runs 0 cadprep import tree -o raw.jsonl
says "$err" "goes on:"
same raw.jsonl whole.jsonl

# TERM keeps what the kernel said, too.
given_up TERM 130 "has_lines raw.checked.jsonl 8" cadprep import tree -o raw.jsonl --jobs=2
says "$err" "what the kernel said is kept for the same call"
runs 0 cadprep import tree -o raw.jsonl
says "$err" "goes on:"
same raw.jsonl whole.jsonl

# Refused for prep.max_bad: the list stays, so that the call with another bound has not to wait again.
cp planted raw.checked.jsonl
runs 65 cadprep import tree -o raw.jsonl --set=prep.max_bad=0.01
runs 4 cadprep import tree -o raw.jsonl --set=prep.max_bad=1
says "$err" "the kernel has looked at 11"

# Filter with the kernel.
runs 0 cadprep filter whole.jsonl -o fine.jsonl --set=prep.require_valid=on --max-entities=0
killed_at some.checked.jsonl 8 cadprep filter whole.jsonl -o some.jsonl --set=prep.require_valid=on --max-entities=0
runs 0 cadprep filter whole.jsonl -o some.jsonl --set=prep.require_valid=on --max-entities=0
says "$err" "some.checked.jsonl: goes on:"
same some.jsonl fine.jsonl
[ ! -e some.checked.jsonl ] || die "the list of what the kernel said outlives the filter"

# Trees: what lies there as it was made is kept, what is missing or changed is made again.
runs 0 cadprep round tree/parts -o rounded --jobs=2
killed_at part/.made 8 cadprep round tree/parts -o part --jobs=2
[ -e part/.begun ] && [ ! -e part/status.jsonl ] || die "half a tree looks like a whole one"
runs 65 cadprep import part -o x.jsonl
cp -R part torn
runs 0 cadprep round tree/parts -o part --jobs=2
says "$err" "part: goes on: an earlier call made"
diff -r rounded part || die "a tree that was killed and went on differs"
workers_killed cadprep round tree/parts -o lost --jobs=1 || die "exit $?"
grep -q 'the kernel ended by' lost/status.jsonl || die "no worker was killed"
lost=0
lost_twice() { # a condition of given_up, whose command is $pid: false until two workers are killed
    if kill_worker "$pid"; then lost=$((lost + 1)); fi
    sleep 0.1
    [ "$lost" -ge 2 ]
}
given_up KILL 137 lost_twice cadprep round tree/parts -o again --jobs=1 -q
runs 0 cadprep round tree/parts -o again --jobs=2
diff -r rounded again || die "what a lost worker leaves is kept"
plant torn/.made 's/"k":[0-9]*/"k":3/'
first=$(cd torn && find . -name '*.step' | sort | head -2)
rm "torn/$(sed -n 1p <<<"$first")"
echo >>"torn/$(sed -n 2p <<<"$first")"
runs 0 cadprep round tree/parts -o torn --jobs=2
grep -q '"k":3' torn/status.jsonl || die "the list is not read"
for f in $first; do
    same "torn/$f" "rounded/$f"
    ! grep -F "\"source\":\"${f#./}\"" torn/status.jsonl | grep -q '"k":3' || die "$f is not made again"
done

# What other files became in a killed call goes, with its folders.
killed_at other/.made 20 cadprep round tree/parts -o other --jobs=2
mkdir half
for d in $(ls tree/parts | head -4); do cp -R "tree/parts/$d" half; done
runs 0 cadprep round half -o other
runs 0 cadprep round half -o undisturbed
diff -r undisturbed other || die "what a killed call made of other files is left"

# A list of somebody else's is refused before a finished tree is touched.
echo mine >rounded/.made
runs 73 cadprep round tree/parts -o rounded
says "$err" "holds .made, which no earlier call made"
[ -e rounded/status.jsonl ] && [ ! -e rounded/.begun ] || die "a finished tree is touched"
