#!/usr/bin/env bash
# A worker that runs out of time or memory or crashes is a verdict of its part; the parts around it get theirs.
. "$(dirname "$0")/lib.sh"
cd "$T"

slow_program >slow.ir
begin=$SECONDS
runs 3 cadtool check --timeout=1 "$DOCS/flange.ir" slow.ir "$DOCS/bracket.ir"
says "$out" "flange.ir: valid" "slow.ir: NOT VALID: the part ran into the time limit" "bracket.ir: valid"
says "$err" "1 of 3 parts are not valid"
[ $((SECONDS - begin)) -lt 12 ] || die "a limit of 1 s took $((SECONDS - begin)) s"
runs 65 cadtool convert --timeout=1 slow.ir slow.step
says "$err" "slow.ir" "time limit"

greedy_program >greedy.ir
runs 3 cadtool check --mem=256M "$DOCS/flange.ir" greedy.ir "$DOCS/bracket.ir"
says "$out" "flange.ir: valid" "greedy.ir: NOT VALID: the part ran into the memory limit" "bracket.ir: valid"

# A worker that dies of a signal in the middle of its part.
cadtool check --timeout=30 slow.ir "$DOCS/flange.ir" >"$out" 2>"$err" &
command=$! last="cadtool check, its worker killed" worker=
for _ in $(seq 100); do
    sleep 0.1
    zygote=$(children $command)
    [ -z "$zygote" ] || worker=$(children $zygote)
    [ -z "$worker" ] || break
done
[ -n "$worker" ] || die "no worker to be seen"
sleep 0.5
kill -SEGV $worker
code=0
wait $command || code=$?
[ $code = 3 ] || die "exit $code; expected 3"
says "$out" "slow.ir: NOT VALID: the geometry kernel crashed on this part" "flange.ir: valid"

# Where a worker dies of the text alone, the report has all its members too.
printf 'C 40 20 5\n' >small.ir
runs 0 cadtool convert small.ir small.step
runs 3 cadtool check --json --set metrics.mem=64M small.step
json "$out" 'd[0]["format"] == "step" and d[0]["class"] == "memory" and not d[0]["ok"]'
json "$out" 'set(d[0]) == set("ok format form class level program step facts kernel reason file".split())'
