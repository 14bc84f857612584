#!/usr/bin/env bash
# The pages of docs/reference that are made from the programs: configuration keys and options.  The binaries are on the path.
# usage: make_reference.sh [FOLDER]      [docs/reference]
set -euo pipefail
cd "$(dirname "$0")/.."
to=${1:-docs/reference}
unset ARGP_HELP_FMT
mkdir -p "$to"
cadtool config schema --md >"$to/config_keys.md"

page() { # binary
    printf '\n## %s\n\n```\n' "$1"
    "$1" --help
    printf '```\n'
    local word
    "$1" --man | sed -n "s/^\.SS $1 \(.*\) \[OPTION.*/\1/p" | while IFS= read -r word; do
        printf '\n### %s %s\n\n```\n' "$1" "$word"
        # shellcheck disable=SC2086
        "$1" $word --help | sed '/^Common: /,$d'
        printf '```\n'
    done
}
{
    printf '# Options\n\n'
    printf 'Made by `scripts/make_reference.sh` from the option tables of the programs; do not edit. Options that set configuration keys\n'
    printf 'are listed with the default of the key ([config_keys.md](config_keys.md)). `--completion=bash` prints what a shell reads to\n'
    printf 'complete options, commands and keys; `--man | man -l -` shows the same as a man page.\n'
    printf '\n## Common to all\n\n```\n'
    cadtrain --help-all | sed -n '/^  --config=/,/^  --version/p'
    printf '```\n'
    for binary in cadprep cadtrain cadgen cadeval cadtool; do
        page "$binary"
    done
} >"$to/cli_options.md"
