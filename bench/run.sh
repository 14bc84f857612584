#!/usr/bin/env bash
# Runs bench/NAME.py (run.sh NAME [OPTION..]) in the virtual environment; 77 (skipped) where that, or a package of it, is absent.
here=$(dirname "$0")
. "$here/../tests/interop/venv.sh"
"$python" -c 'import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, ["torch", "trimesh", "scipy"])))' ||
    interop_skip "build/interop-venv is older than tests/interop/requirements.txt"
script=$here/$1.py
shift
exec "$python" "$script" "$@"
