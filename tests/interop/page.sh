#!/usr/bin/env bash
# The committed docs/INTEROP.md is what the tests interop.* told in this run:  page.sh SUBJECT..
. "$(dirname "$0")/venv.sh"
exec "$python" "$root/scripts/make_interop.py" --check "$@"
