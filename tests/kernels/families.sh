#!/usr/bin/env bash
# families.sh CHECKOP OP..: the ops that the tests name are those that checkop knows, each once.
set -euo pipefail
checkop=$1
shift
diff <(printf '%s\n' "$@" | sort) <("$checkop" --list | sort) && echo "$# ops, each in one family"
