#!/usr/bin/env bash
# Text to ids and back: the same bytes; places are bytes of the file; special tokens are text unless they are asked for.
. "$(dirname "$0")/lib.sh"
cd "$T"
TOK=--tokenizer=$CADLM_SOURCE/models/tiny
for part in "$DOCS"/*.ir; do
    runs 0 cadtool tokenize "$part" "$TOK" --json
    cp "$out" ids.json
    runs 0 cadtool tokenize ids.json "$TOK" --decode
    same "$part" "$out"
done
printf 'C 40 20 5 \303\251<|endoftext|>' >a.txt
runs 0 cadtool tokenize a.txt "$TOK" --json
python3 - "$out" a.txt <<'P'
import json, sys
o, text = json.load(open(sys.argv[1])), open(sys.argv[2], "rb").read()
assert sorted(o) == ["ids", "offsets", "pieces"] and len(o["ids"]) == len(o["pieces"]) == len(o["offsets"])
assert b"".join(text[b:e] for b, e in o["offsets"]) == text
assert all(p == text[b:e].decode(errors="replace") for p, (b, e) in zip(o["pieces"], o["offsets"])), o
P
cp "$out" text.json
runs 0 cadtool tokenize a.txt "$TOK" --specials=parse
says "$out" 'a.txt: ' ' tokens of 25 bytes' '"<|endoftext|>"' '       12       25  '
silent text.json '"<|endoftext|>"'
# Several files are a line each; - is stdin.
printf 'D 0 2' >b.txt
runs 0 cadtool tokenize a.txt b.txt "$TOK" --json
[ "$(wc -l <"$out")" = 2 ] || die "two files, $(wc -l <"$out") lines"
printf 'D 0 2' | cadtool tokenize - "$TOK" --json >stdin.json
tail -1 "$out" >last.json
same last.json stdin.json
printf '[1,2, 3]' >list.json
printf '1 2\n3' >list.txt
runs 0 cadtool tokenize list.json "$TOK" --decode
cp "$out" one.txt
runs 0 cadtool tokenize list.txt "$TOK" --decode
same one.txt "$out"
# What cannot be done names the file and the place.
printf 'ab\377c' >bad.txt
runs 65 cadtool tokenize bad.txt "$TOK"
says "$err" "bad.txt: tokenizer: the text is not UTF-8 at byte 2"
runs 65 cadtool tokenize bad.txt "$TOK" --json
says "$out" '"error"' 'not UTF-8 at byte 2'
printf '1 x' >bad.ids
runs 65 cadtool tokenize bad.ids "$TOK" --decode
says "$err" "bad.ids: byte 2: expected token ids"
printf '99999999' >far.ids
runs 65 cadtool tokenize far.ids "$TOK" --decode
says "$err" "far.ids: " "not in the vocabulary"
runs 66 cadtool tokenize absent.txt "$TOK"
runs 66 cadtool tokenize a.txt --tokenizer="$T/nothing"
runs 2 cadtool tokenize a.txt
says "$err" "hint: --tokenizer=models/tiny"
runs 2 cadtool tokenize "$TOK"
runs 2 cadtool tokenize a.txt "$TOK" --bos=on
says "$err" "puts no token in front"
runs 2 cadtool tokenize a.txt "$TOK" --specials=some
says "$err" "--specials=some; expected text, parse"
runs 0 cadtool tokenize a.txt "$TOK" --bos=auto --json
same text.json "$out"
