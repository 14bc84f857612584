#!/usr/bin/env bash
# How likely a model finds a text, token by token; what cannot be judged is told with its place.
. "$(dirname "$0")/lib.sh"
tiny=$CADLM_SOURCE/models/tiny
cd "$T"
printf 'plate 40x20x5 mm\nC 40 20 5\n' >a.txt
printf 'x' >b.txt
: >c.txt

runs 0 cadtool logprob "$tiny" a.txt --json
json "$out" 'len(d["ids"]) == len(d["logprob"]) and d["n"] == len(d["ids"]) - 1 and d["logprob"][0] is None'
json "$out" 'all(v <= 0 for v in d["logprob"][1:]) and abs(sum(d["logprob"][1:]) - d["sum"]) < 1e-9 and list(d) == sorted(d)'
cp "$out" alone.json
runs 0 cadtool logprob "$tiny" a.txt b.txt c.txt --json
[ "$(wc -l <"$out")" = 3 ] || die "expected a line for each of three files"
head -1 "$out" | cmp -s - alone.json || die "a text is judged otherwise beside others"
sed -n 2p "$out" >second.json
json second.json 'd["logprob"] == [None] and d["n"] == 0 and d["sum"] == 0'
sed -n 3p "$out" >third.json
json third.json 'd == {"ids": [], "logprob": [], "n": 0, "sum": 0}'

runs 0 cadtool logprob "$tiny" a.txt --tokens
says "$out" '"plate"' "a.txt: " "perplexity "
tokens=$(python3 -c 'import json; print(len(json.load(open("alone.json"))["ids"]))')
[ "$(wc -l <"$out")" = $((tokens + 1)) ] || die "expected a line for each of $tokens tokens, and the sum"
awk 'NR == 1 && $2 != "-" { exit 1 }' "$out" || die "the first token has nothing before it"

# A tokenizer that puts a begin token in front: it is not listed, and the first token has a log-probability after it.
cp -R "$tiny" bos
python3 - <<'END'
import json
t = json.load(open("bos/tokenizer.json"))
word = {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}
t["post_processor"] = {"type": "TemplateProcessing", "single": [word, {"Sequence": {"id": "A", "type_id": 0}}],
                       "pair": [word, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                       "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [999], "tokens": ["<|endoftext|>"]}}}
json.dump(t, open("bos/tokenizer.json", "w"))
END
for mode in auto on; do
    runs 0 cadtool logprob bos a.txt b.txt --json --bos=$mode
    head -1 "$out" >first.json
    json first.json "len(d['ids']) == $tokens and d['n'] == $tokens and d['ids'] == json.load(open('alone.json'))['ids']"
    json first.json 'None not in d["logprob"] and d["sum"] != json.load(open("alone.json"))["sum"]'
done
runs 0 cadtool logprob bos a.txt --json --bos=off
same "$out" alone.json

runs 2 cadtool logprob "$tiny" a.txt --bos=on
says "$err" "has no begin token"
runs 2 cadtool logprob "$tiny" a.txt --bos=maybe
runs 2 cadtool logprob "$tiny"
runs 2 cadtool logprob "$tiny" a.txt --json --tokens
runs 66 cadtool logprob nowhere a.txt
runs 66 cadtool logprob "$tiny" nowhere.txt
says "$err" nowhere.txt
printf 'plate \377' >bad.txt
runs 65 cadtool logprob "$tiny" a.txt bad.txt
says "$err" "bad.txt" "byte 6"
empty "$out"
python3 -c 'print("plate " * 500)' >long.txt
runs 65 cadtool logprob "$tiny" long.txt
says "$err" "long.txt" "at most 384"
