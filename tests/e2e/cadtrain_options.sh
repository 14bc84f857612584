#!/usr/bin/env bash
# The options of cadtrain are exactly these: whoever adds or takes one changes the specification, this list and the reference page.
. "$(dirname "$0")/lib.sh"
cat >"$T/pinned" <<'P'
allow-change=S.K
assume=DEVICE
check
color=WHEN
completion=SHELL
config=FILE
device=DEVICE
dry-run
explain=S.K
force-unlock
help
help-all
json
log-file=FILE
man
print-config
quiet
resume=auto|no|DIR
run-dir=DIR
seed=N
set=S.K=V
threads=N
verbose
version
P
runs 0 cadtrain --help-all
sed -n '/^Configuration keys/q;s/^  \(-., \)\{0,1\}--\([^ ]*\).*/\2/p' "$out" | sort >"$T/found"
same "$T/pinned" "$T/found"
