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
