#!/usr/bin/env bash
# Runs bench/NAME.py (run.sh NAME [OPTION..]) in the virtual environment; 77 (skipped) where that, or a package of it, is absent.
here=$(dirname "$0")
python=$here/../build/interop-venv/bin/python
[ -x "$python" ] || { echo "skipped: no build/interop-venv (scripts/setup.sh --interop makes it)"; exit 77; }
"$python" -c 'import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, ["torch", "trimesh", "scipy"])))' ||
    { echo "skipped: build/interop-venv is older than tests/interop/requirements.txt (scripts/setup.sh --interop)"; exit 77; }
script=$here/$1.py
shift
exec "$python" "$script" "$@"
