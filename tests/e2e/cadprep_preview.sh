#!/usr/bin/env bash
# What is learnt, as text, in colour and as a page: equal to golden files, with captions that are not ASCII.
. "$(dirname "$0")/lib.sh"
cd "$T"
golden=$CADLM_SOURCE/tests/e2e/golden_preview.txt
cat >rows.jsonl <<'J'
{"schema":1,"kind":"corpus"}
{"id":"p1","caption":"Platte 40 × 20 × 5 mm, vier Löcher ⌀4 — <b>nicht</b> mehr & \"so\"","target":"C 40 20 5","kind":"ir","source":"hand","split":"train"}
{"id":"p2","caption":"板 30x30x3 mm","target":"C 30 30 3\nY 2 4\nT 1 15 15 -0.5\nD 0 2","kind":"ir","source":"hand","split":"train"}
J
runs 0 cadprep pack rows.jsonl -o rows.pack.h5 --tokenizer="$CADLM_SOURCE/tests/golden/tok_tiny" # fixed; that of models/tiny is learnt anew
runs 0 cadprep preview rows.pack.h5 -n 2
same "$golden" "$out"
silent "$out" "$(printf '\033')"
for setting in LC_ALL=C LC_ALL=de_DE.UTF-8 NO_COLOR=1 TERM=dumb; do
    runs 0 env "$setting" cadprep preview rows.pack.h5 -n 2
    same "$golden" "$out"
done

# In colour: the same text, context grey, loss green, end token red, and no brackets.
runs 0 env NO_COLOR=1 cadprep preview rows.pack.h5 -n 2 --color=always
sed -e 's/\x1b\[90m\([^\x1b]*\)\x1b\[0m/\1/g' "$out" >plain
python3 - "$out" "$golden" <<'P' || die "the colours disagree with the brackets"
import re, sys
color, golden = (open(p, encoding="utf-8").read() for p in sys.argv[1:])
learnt = "".join(re.findall(r"\x1b\[3[12]m(.*?)\x1b\[0m", color, re.S))
assert learnt == "".join(re.findall(r"\[\[(.*?)\]\]", golden, re.S)), learnt
assert re.sub(r"\x1b\[\d+m", "", color) == golden.replace("[[", "").replace("]]", "")
assert color.count("\x1b[31m") == 2 and color.count("\x1b[90m") == 2
P
runs 0 cadprep preview rows.pack.h5 -n 1 --ids
says "$out" "ids "
runs 0 cadprep preview rows.pack.h5 -n 2 --json
json "$out" '[r["id"] for r in d] == ["p1", "p2"] and "vier Löcher ⌀4" in d[0]["text"]'

# The page: the same text, safe, by itself, with a picture of each part; the same bytes again.
runs 0 cadprep preview rows.pack.h5 -n 2 --html=page/rows.html
empty "$out"
cp page/rows.html first.html
runs 0 cadprep preview rows.pack.h5 -n 2 --html=page/rows.html
same first.html page/rows.html
python3 - page/rows.html "$golden" <<'P' || die "the page does not hold what it should"
import base64, html, re, sys
from html.parser import HTMLParser
page, golden = (open(p, encoding="utf-8").read() for p in sys.argv[1:])
class Reader(HTMLParser):
    stack, text, pictures = [], "", []
    def handle_starttag(self, tag, attrs):
        if tag not in ("img", "meta", "br"):
            self.stack.append((tag, dict(attrs).get("class")))
        if tag == "img":
            self.pictures.append(dict(attrs)["src"])
    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag, tag
    def handle_data(self, data):
        if self.stack and self.stack[-1][0] == "pre":
            assert data == "\n", data  # HTML drops a line feed right behind <pre>
        elif any(t == "pre" for t, _ in self.stack):
            k = self.stack[-1][1]
            self.text += f"[[{data}]]" if k == "loss" else f"[[{data}]]" if k == "eos" else data
r = Reader()
r.feed(page)
assert not r.stack, r.stack
rows = [re.sub(r"^row [^\n]*\n|\nprompt \d+ loss[^\n]*\n?$", "", part) for part in re.split(r"\n\n(?=row )", golden)]
assert r.text.replace("]][[", "") == "".join(rows), (r.text, rows)
assert len(r.pictures) == 2
for src in r.pictures:
    assert base64.b64decode(src.removeprefix("data:image/png;base64,"), validate=True)[:8] == b"\x89PNG\r\n\x1a\n"
assert "<b>nicht" not in page and "http" not in page and "prompt" in page
P
runs 2 cadprep preview rows.pack.h5 --html=a.html --json
runs 65 cadprep preview rows.jsonl
says "$err" "rows.jsonl" "hint: cadprep pack rows.jsonl -o"
runs 66 cadprep preview absent.h5
