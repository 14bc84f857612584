#!/usr/bin/env bash
# Runs one interop test; 77 (skipped) where the virtual environment is absent.
python=$(dirname "$0")/../../build/interop-venv/bin/python
[ -x "$python" ] || { echo "skipped: no build/interop-venv (scripts/setup.sh --interop makes it)"; exit 77; }
exec "$python" "$(dirname "$0")/interop.py" "$1"
