#!/usr/bin/env bash
# A virtual environment with the pinned libraries that the tests interop.* compare with. Idempotent; needs the network once.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=build/interop-venv
stamp=$venv/requirements.txt
lists=(tests/interop/requirements.txt tests/interop/requirements_alone.txt)
if [ -f "$stamp" ] && cat "${lists[@]}" | cmp -s - "$stamp"; then
    echo "setup: $venv is there"
    exit 0
fi
echo "setup: making $venv (PyTorch, transformers, PEFT, bitsandbytes, TensorBoard; used by tests only)"
rm -rf "$venv"
python3 -m venv "$venv"
install() { "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"; }
install "$(grep '^torch==' "${lists[0]}")"
install -r "${lists[0]}"
install --no-deps -r "${lists[1]}" # read as files; what they depend on is not needed
cat "${lists[@]}" >"$stamp"
