#!/usr/bin/env bash
# Runs one interop test (run.sh SUBJECT [ARGUMENT..]); 77 (skipped) where the virtual environment is absent.
python=$(dirname "$0")/../../build/interop-venv/bin/python
[ -x "$python" ] || { echo "skipped: no build/interop-venv (scripts/setup.sh --interop makes it)"; exit 77; }
script=$(dirname "$0")/interop_$1.py # a subject with a file of its own
[ -f "$script" ] || script=$(dirname "$0")/interop.py
exec "$python" "$script" "$@"
