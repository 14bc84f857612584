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
    0 | 66) ;;
    *) die "exit $code; expected 0 or 66: $example" ;;
    esac
done < <(sed -e ':join' -e '/\\$/{N;s/\\\n */ /;b join}' ../help.txt |
    sed -n "s/^  \($binary .*\)/\1/p" | sed -e 's/ *#.*//' -e 's/   *.*//' -e 's/ [<>] .*//')
[ "$n" -ge 3 ] || die "$n examples in --help; expected at least 3"
[ -z "$(ls)" ] || die "an example with --print-config wrote $(ls)"
cd ..

# Each command has a help of its own, and its examples parse too.
words=$("$binary" --man | sed -n "s/^\.SS $binary \(.*\) \[OPTION.*/\1/p")
while IFS= read -r word; do
    [ -n "$word" ] || continue
    # shellcheck disable=SC2086
    runs 0 "$binary" $word --help
    empty "$err"
    grep -q "^Usage: $binary $word" "$out" || die "the help of $word is not about it"
    ! cmp -s "$out" help.txt || die "the help of $word is that of $binary"
    [ "$(wc -l <"$out")" -le 40 ] && [ "$(wc -L <"$out")" -le 80 ] || die "--help of $word: more than 40 lines of 80 columns"
    cp "$out" word.txt
    while IFS= read -r example; do
        code=0
        (cd none && timeout 20 bash -c "$example --print-config") >"$out" 2>"$err" </dev/null || code=$?
        last=$example
        case $code in 0 | 66) ;; *) die "exit $code; expected 0 or 66: $example" ;; esac
    done < <(sed -n "s/^  \($binary .*\)/\1/p" word.txt | sed -e 's/   *.*//')
done <<<"$words"
[ -z "$(ls none)" ] || die "an example of a command wrote $(ls none)"
first=${words%%[$' \n']*}
if [ -n "$first" ]; then
    runs 2 "$binary" "${first}x"
    says "$err" "did you mean $first?" "hint: $binary $first --help"
fi

# Man page and completions hold every option; the bash function gives them to who types -- or --set=tra.
runs 0 "$binary" --help-all
options=$(sed -n '/^Configuration keys/q;s/^  \(-., \)\{0,1\}--\([a-z-]*\).*/\2/p' "$out")
[ "$(printf '%s\n' "$options" | wc -l)" -ge 18 ] || die "--help-all lists too few options: $options"
runs 0 "$binary" --man
cp "$out" man.txt
! command -v groff >/dev/null || [ -z "$(groff -man -ww -z -Tutf8 man.txt 2>&1)" ] || die "groff warns of the man page"
for shell in bash zsh fish; do
    runs 0 "$binary" --completion=$shell
    cp "$out" completion.$shell
    ! command -v $shell >/dev/null || $shell -n completion.$shell || die "--completion=$shell does not parse"
done
completes() { # expected, words typed so far...
    local want=$1
    shift
    # shellcheck disable=SC2016
    bash -c 'source completion.bash; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); "_$1"
        printf "%s\n" "${COMPREPLY[@]}"' _ "$binary" "$@" >completed
    grep -qFx -- "$want" completed || die "'$want' is not completed after: $*: $(head -c 300 completed)"
}
completes --help --
cp completed all
for option in $options; do
    grep -qF -- "\\-\\-${option//-/\\-}" man.txt || die "the man page lacks --$option"
    grep -q -- "-l $option " completion.fish || die "the completion for fish lacks --$option"
    value=
    ! grep -q -- "-l $option .*-r -d" completion.fish || value==
    grep -qFx -- "--$option$value" all || die "the completion lacks --$option$value"
done
completes --version --ver
completes train.lr= --set = train.l
completes train.lr --explain = train.lr
[ -z "$first" ] || completes "$first" "${first:0:2}"

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
runs 2 "$binary" --explain=train.lrr
says "$err" "did you mean train.lr?"
runs 0 "$binary" --explain=train.lr
grep -q '^train\.lr = ' "$out" || die "--explain=train.lr does not begin with the key"

# --json: one document on stdout, on failure too.
runs 0 "$binary" --version --json
json "$out" "d['name'] == '$binary' and d['version']"
runs 0 "$binary" --print-config --json --set=train.lr=3e-3
json "$out" 'd["train.lr"] == {"value": 0.003, "origin": "--set", "default": False} and d["run.seed"]["default"]'
runs 0 "$binary" --explain=train.lr --json
json "$out" 'list(d) == ["train.lr"]'
runs 2 "$binary" --json --nonsense
json "$out" 'd["error"]["code"] == 2 and "--help" in d["error"]["hint"]'
runs 65 "$binary" --json --set=train.nonsense=1 --print-config
json "$out" 'd["error"]["code"] == 65 and "nonsense" in d["error"]["message"]'

# A reader that has gone, as in `| head`, ends the command without a word.
{ sleep 0.3; code=0; "$binary" --version 2>gone.err || code=$?; echo $code >gone.code; } | true
[ "$(cat gone.code)" = 73 ] || die "exit $(cat gone.code) when nobody reads; expected 73"
empty gone.err
