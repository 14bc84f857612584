#!/usr/bin/env bash
# Ctrl-C or TERM in a command that writes a model: 130, one line, nothing left; the next call goes through and removes what a
# process that was killed had left.
. "$(dirname "$0")/lib.sh"
tiny=$CADLM_SOURCE/models/tiny
export ASAN_OPTIONS=verify_asan_link_order=0
cd "$T"
mkdir w

faulty() { # rule, command...: its exit code is in $got
    local rule=$1
    shift
    last="$* with $rule"
    got=0
    env --default-signal=INT,TERM LD_PRELOAD="$CADLM_BIN/libfault_io.so" FAULT_IO="$rule" "$@" >"$out" 2>"$err" </dev/null || got=$?
}

interrupted() { # rule, command without -o...
    faulty "$@" -o w/new
    [ $got = 130 ] || die "exit $got; expected 130: $last"
    says "$err" "interrupted; nothing was kept"
    [ "$(wc -l <"$err")" = 1 ] || die "more than one line: $last"
    empty "$out"
    [ -z "$(ls w)" ] || die "left behind: $(ls w): $last"
}

reshard=(cadtool convert reshard "$tiny" --shard-size=1M)
quantize=(cadtool convert quantize "$tiny")
for signal in INT TERM; do
    interrupted "mkdir:new.tmp:1:$signal" "${reshard[@]}"
    interrupted "open:new.tmp:1:$signal" "${quantize[@]}"
done

# whatever is opened in the folder: given up as a whole, or, when it is being put in its place, done
for n in $(seq 100); do
    faulty "open:new.tmp:$n:INT" "${reshard[@]}" -o w/new
    [ $got = 130 ] || break
    [ -z "$(ls w)" ] || die "left behind: $(ls w): $last"
done
[ "$n" -gt 20 ] && [ $got = 0 ] || die "exit $got: $last"
[ "$(ls w)" = new ] || die "w has $(ls w): $last"
runs 0 cadtool convert reshard w/new -o whole
same whole/model.safetensors "$tiny/model.safetensors"
rm -r w/new whole

# given up at once, not when all is written or compared (a later step would end in KILL)
interrupted "open:model-00002:1:INT;open:model-00004:1:KILL" "${reshard[@]}"
interrupted "open:tiny/model.safetensors:2:TERM;write:README.md:2:KILL" "${quantize[@]}"
runs 0 "${quantize[@]}" -o w/new
rm -r w/new

# killed: what is left is removed by the next call, and nothing else is
faulty "open:model-00002:1:KILL" "${reshard[@]}" -o w/new
[ $got = 137 ] && [ -n "$(ls w)" ] || die "exit $got, w has $(ls w): $last"
stale=$(ls w)
mkdir "w/new.tmp.$$" w/new.tmp.1x w/new.tmp. "w/other.tmp.${stale##*.}"
runs 0 "${reshard[@]}" -o w/new
says "$err" "w/$stale: removed; a process that is gone left it unfinished"
[ ! -e "w/$stale" ] || die "w/$stale is still there"
for name in "new.tmp.$$" new.tmp.1x new.tmp. "other.tmp.${stale##*.}"; do
    [ -d "w/$name" ] || die "w/$name was removed"
done
