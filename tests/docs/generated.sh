#!/usr/bin/env bash
# The committed reference pages are what the programs print now.
. "$(dirname "$0")/../e2e/lib.sh"
page=docs/reference/config_keys.md
runs 0 cadtool config schema --md
cmp -s "$out" "$CADLM_SOURCE/$page" || {
    diff "$CADLM_SOURCE/$page" "$out" | head -20 || true
    die "$page is not what the code says; make it again: cadtool config schema --md > $page"
}
