# Sourced by what needs the virtual environment of setup.sh: $python, or exit 77 (skipped) where it is absent.  With
# CADLM_INTEROP_REQUIRED=1 (scripts/test.sh, which makes it) that is a failure: nothing is skipped in silence.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=$root/build/interop-venv/bin/python
interop_skip() { # why
    if [ "${CADLM_INTEROP_REQUIRED:-}" = 1 ]; then
        echo "failed: $1, and CADLM_INTEROP_REQUIRED=1"
        exit 1
    fi
    echo "skipped: $1 (scripts/setup.sh --interop makes it)"
    exit 77
}
[ -x "$python" ] || interop_skip "no build/interop-venv"
