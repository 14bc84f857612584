#!/usr/bin/env bash
# A worker that runs out of time or memory or crashes is a verdict of its part; the parts around it get theirs.
. "$(dirname "$0")/lib.sh"
cd "$T"

# Sixty overlapping spheres in one union: seconds of work for the kernel.
python3 - >slow.ir <<'P'
import math
for i in range(60):
    print("S 20")
    print(f"T {2 * i} {30 * math.cos(i * 2.4):.4f} {30 * math.sin(i * 2.4):.4f} {1.7 * i:.4f}")
print("U 1 3")
for i in range(2, 60):
    print(f"U {118 + i} {2 * i + 1}")
P
begin=$SECONDS
runs 3 cadtool check --timeout=1 "$DOCS/flange.ir" slow.ir "$DOCS/bracket.ir"
says "$out" "flange.ir: valid" "slow.ir: NOT VALID: the part ran into the time limit" "bracket.ir: valid"
says "$err" "1 of 3 parts are not valid"
[ $((SECONDS - begin)) -lt 12 ] || die "a limit of 1 s took $((SECONDS - begin)) s"
runs 65 cadtool convert --timeout=1 slow.ir slow.step
says "$err" "slow.ir" "time limit"
