#!/usr/bin/env bash
# The committed reference pages are what the programs print now.
. "$(dirname "$0")/../e2e/lib.sh"
runs 0 "$CADLM_SOURCE/scripts/make_reference.sh" "$T/pages"
for page in config_keys.md cli_options.md; do
    cmp -s "$T/pages/$page" "$CADLM_SOURCE/docs/reference/$page" || {
        diff "$CADLM_SOURCE/docs/reference/$page" "$T/pages/$page" | head -20 || true
        die "docs/reference/$page is not what the code says; make it again: PATH=build/release/bin:\$PATH scripts/make_reference.sh"
    }
done
