#!/usr/bin/env bash
# Runs interop_SUBJECT.py (run.sh SUBJECT [ARGUMENT..]) in the virtual environment; 77 (skipped) where that is absent.
. "$(dirname "$0")/venv.sh"
exec "$python" "$(dirname "$0")/interop_$1.py" "$@"
