#!/usr/bin/env bash
# Numbers are read and written with "." where the locale says ",": nothing here, and no library below, asks the environment.
. "$(dirname "$0")/lib.sh"
command -v localedef >/dev/null || { echo "no localedef: a locale with a comma cannot be made"; exit 77; }
mkdir "$T/locale"
localedef -i de_DE -f UTF-8 "$T/locale/de_DE.UTF-8" 2>/dev/null || [ -s "$T/locale/de_DE.UTF-8/LC_NUMERIC" ] ||
    { echo "the sources of the locale de_DE are not installed"; exit 77; }
cd "$T"
comma=(env "LOCPATH=$T/locale" LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8)
mark=$("${comma[@]}" python3 -c 'import locale; locale.setlocale(locale.LC_ALL, ""); print(locale.localeconv()["decimal_point"])')
[ "$mark" = , ] || die "the decimal mark of the locale is '$mark'; expected ','"

printf 'Y 2.5 7.25\nT 0 25.125 15 -0.5\nC 50.5 30.25 5.75\nD 2 1\n' >part.ir
each() { # folder, command before each call: texts, solids and settings read and written once
    local to=$1
    shift
    mkdir "$to"
    runs 0 "$@" cadtool fmt part.ir -o "$to/part.ir"
    runs 0 "$@" cadtool convert "$to/part.ir" "$to/part.step"
    runs 0 "$@" cadtool convert "$to/part.ir" "$to/part.stl"
    runs 0 "$@" cadtool check "$to/part.ir" --json
    sed "s|$to/||" "$out" >"$to/check.json"
    runs 0 "$@" cadtool render "$to/part.ir" -o "$to/part.png"
    if [ -x "$CADLM_BIN/cadprep" ]; then
        runs 0 "$@" cadprep synth -n 12 --jobs=1 --set=synth.noise=0.25 -o "$to/rows.jsonl"
        runs 0 "$@" cadprep synth -n 1 --set=synth.noise=0.125 --print-config
        cp "$out" "$to/config.txt"
    fi
}
SOURCE_DATE_EPOCH=0 each point env LC_ALL=C
SOURCE_DATE_EPOCH=0 each comma "${comma[@]}"
for file in point/*; do
    same "$file" "comma/${file#*/}"
done
says comma/part.ir 25.125 -0.5
[ "$(ls point | wc -l)" -ge 5 ] || die "too few files were compared"
