#!/usr/bin/env bash
# Installs what cadlm needs on a fresh Debian (12 or later) or Ubuntu (22.04 or later). Idempotent: says what is missing, installs
# only that, and does nothing when all is there. Run as root or with sudo available.
#   scripts/setup.sh            build and run
#   scripts/setup.sh --interop  also a virtual environment with pinned Python packages, used only by the tests interop.*
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
    build-essential ccache cmake git ninja-build pkg-config python3       # to build; python3 runs the house rules of the tests
    libhdf5-dev                                                            # corpora
    libocct-modeling-algorithms-dev libocct-modeling-data-dev              # geometry
    libocct-foundation-dev libocct-data-exchange-dev
    libopenblas-dev                                                        # CPU matrix products
    libinih-dev libjansson-dev libpcre2-dev libutf8proc-dev                # configuration, JSON, tokenizers
    libpng-dev libxxhash-dev zlib1g-dev                                    # pictures, hashes, packed files
    libcmocka-dev locales                                                  # unit tests; a locale with a decimal comma
)
case "${1:-}" in
"") ;;
--interop) packages+=(python3-venv) ;;
*) echo "usage: scripts/setup.sh [--interop]" >&2; exit 2 ;;
esac

command -v dpkg-query >/dev/null || { echo "setup: needs Debian or Ubuntu; elsewhere install: ${packages[*]}" >&2; exit 69; }
missing=()
for p in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
    sudo=
    if [ "$(id -u)" != 0 ]; then
        sudo=sudo
        command -v sudo >/dev/null || { echo "setup: neither root nor sudo; as root: apt-get install ${missing[*]}" >&2; exit 69; }
    fi
    echo "setup: installing ${missing[*]}"
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
    echo "setup: all ${#packages[@]} packages are there"
fi

if [ "${1:-}" = --interop ]; then
    tests/interop/setup.sh
fi
