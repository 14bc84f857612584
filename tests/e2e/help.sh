#!/usr/bin/env bash
# usage: help.sh BINARY   What every binary does alike: help, version, refused options, colour.
. "$(dirname "$0")/lib.sh"
binary=$1
cd "$T"

runs 0 "$binary" --help
empty "$err"
says "$out" "Usage: $binary" --config --set --help-all --version
lines=$(wc -l <"$out") widest=$(wc -L <"$out")
[ "$lines" -le 40 ] || die "--help has $lines lines; expected at most 40"
[ "$widest" -le 80 ] || die "--help is $widest columns wide; expected at most 80"
cp "$out" help.txt

# Each example names options and commands that exist.  In an empty folder none gets further than a missing file.
mkdir none && cd none
n=0
while IFS= read -r example; do
    n=$((n + 1)) code=0
    timeout 20 bash -c "$example --print-config" >"$out" 2>"$err" </dev/null || code=$?
    last=$example
    case $code in
    0 | 65 | 66) ;;
    *) die "exit $code; expected 0, 65 or 66: $example" ;;
    esac
done < <(sed -e ':join' -e '/\\$/{N;s/\\\n */ /;b join}' ../help.txt |
    sed -n "s/^  \($binary .*\)/\1/p" | sed -e 's/ *#.*//' -e 's/   *.*//' -e 's/ [<>] .*//')
[ "$n" -ge 3 ] || die "$n examples in --help; expected at least 3"
[ -z "$(ls)" ] || die "an example with --print-config wrote $(ls)"
cd ..

runs 0 "$binary" --help-all
says "$out" "[train]" "  grad_clip"
[ "$(wc -l <"$out")" -gt "$lines" ] || die "--help-all says no more than --help"

runs 0 "$binary" --version
[ "$(wc -l <"$out")" = 1 ] || die "--version: expected one line"
grep -qE "^$binary [0-9]+\.[0-9]+\.[0-9]+ " "$out" || die "--version: expected '$binary N.N.N ..'"

# Unknown and abbreviated options; what they would change does not happen.
for option in --nonsense --vers --hel -Z; do
    runs 2 "$binary" "$option"
    empty "$out"
    says "$err" "$binary: error: unknown option '$option'"
done
runs 2 "$binary" --version=1
runs 2 "$binary" --vers
says "$err" "hint: " "--version"

# No escape sequence into a pipe or file, whatever the terminal; --color=always wins over NO_COLOR.
escape=$(printf '\033')
for setting in TERM=xterm-256color NO_COLOR=1 TERM=dumb; do
    runs 0 env "$setting" "$binary" --help
    silent "$out" "$escape"
    runs 2 env "$setting" "$binary" --nonsense
    silent "$err" "$escape"
done
runs 2 env NO_COLOR=1 "$binary" --color=always --explain=train.nonsense
says "$err" "$escape"
runs 2 env NO_COLOR=1 "$binary" --color=auto --explain=train.nonsense
silent "$err" "$escape"

runs 65 "$binary" --set=train.lrr=1 --print-config
says "$err" "did you mean lr?"
runs 0 "$binary" --explain=train.lr
grep -q '^train\.lr = ' "$out" || die "--explain=train.lr does not begin with the key"

# --json: one document on stdout, on failure too.
runs 65 "$binary" --json --set=train.nonsense=1 --print-config
json "$out" 'd["error"]["code"] == 65 and "nonsense" in d["error"]["message"]'
