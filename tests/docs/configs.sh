#!/usr/bin/env bash
# Every shipped configuration passes the checks of keys, types and ranges, with no data and no weights at hand, and opens with a
# comment: what for, on what, how long.
. "$(dirname "$0")/../e2e/lib.sh"
cd "$CADLM_SOURCE"
n=0
for config in configs/*.ini; do
    [ -e "$config" ] || continue
    n=$((n + 1))
    for binary in cadprep cadtrain; do
        runs 0 "$binary" --config="$config" --print-config
        silent "$err" error warning
    done
    head -n 1 "$config" | grep -qE '^[#;] .{10,}' || die "$config does not begin with a comment on its purpose"
    head -n 12 "$config" | grep -qiE '^[#;].*(core|CPU|GPU|GiB|[0-9] min|hour|not measured)' ||
        die "$config: the comment at its top names neither hardware nor time"
done
echo "$n configurations"
