#!/usr/bin/env bash
# Runs a command that needs a GPU; where none can be used the test is skipped and says why.   usage: on_gpu.sh COMMAND..
set -uo pipefail
said=$("$@" 2>&1)
code=$?
printf '%s\n' "$said" | tail -40
if [ $code = 69 ] && grep -qE "no CUDA|no NVIDIA driver|finds no GPU|needs [0-9.]+ or a later one|has code for" <<<"$said"; then
    echo "skipped: no GPU that can be used"
    exit 77
fi
exit $code
