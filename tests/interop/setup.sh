#!/usr/bin/env bash
# A virtual environment with the pinned libraries that the tests interop.* compare with. Idempotent; needs the network once.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=build/interop-venv
stamp=$venv/requirements.txt
if [ -f "$stamp" ] && cmp -s tests/interop/requirements.txt "$stamp"; then
    echo "setup: $venv is there"
    exit 0
fi
echo "setup: making $venv (PyTorch, transformers, PEFT, TensorBoard; used by tests only)"
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "$(grep '^torch==' tests/interop/requirements.txt)"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/interop/requirements.txt
cp tests/interop/requirements.txt "$stamp"
