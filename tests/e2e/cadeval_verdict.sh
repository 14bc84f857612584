#!/usr/bin/env bash
# One text, one verdict: class, level and words of cadtool check are those of cadeval, whatever form the text has.
. "$(dirname "$0")/lib.sh"
cd "$T"
mkdir gt pred
runs 0 cadtool convert "$DOCS/flange.ir" flange.step -q
runs 0 cadprep synth --kind=step -n 2 -o synth --seed=7
runs 0 cadprep import synth -o raw.jsonl --set=prep.require_valid=off
runs 0 cadprep text raw.jsonl -o nested.jsonl
runs 0 cadprep text raw.jsonl -o lean.jsonl --derive=lean
python3 - <<'P'
import json, re
file = open("flange.step", newline="").read()
def target(name):
    return next(r["target"] for r in map(json.loads, open(name + ".jsonl")) if "target" in r)
section, nested, lean = file[file.index("DATA;"):], target("nested"), target("lean")
texts = {
    "good": file,
    "comment": "/* made by hand */\n" + file,
    "mark": "\ufeff" + file,
    "lower": file.replace(".T.)", ".t.)"),
    "placeholder": re.sub(r"(PRODUCT\(.*)#\d+", r"\1#ID_1", file, count=1),
    "open": file[:file.index("END-ISO")],
    "twice": re.sub(r"\n(#\d+ *= *PLANE)", r"\n#1=A();\n\1", file, count=1),
    "dangling": re.sub(r"(PLANE\([^#]*)#\d+", r"\1#99999", file, count=1),
    "type": re.sub(r"CIRCLE\(.*\)", "CIRCLE('',5.)", file, count=1),
    "huge": re.sub(r"\(0\.,", "(1.E9,", file, count=1),
    "shell": file.replace("MANIFOLD_SOLID_BREP", "OPEN_BREP"),
    "bare": re.sub(r"(?s)DATA;.*?ENDSEC;", "DATA;\nENDSEC;", file),
    "section": section,
    "section-open": section[:len(section) // 2],
    "section-more": section + "and so on",
    "instances": section[section.index("#"):section.index("ENDSEC;")],
    "nested": nested,
    "nested-cut": nested[:len(nested) // 2],
    "nested-wrong": nested.replace("VERTEX_POINT(", "VERTEX_POINT($,", 1),
    "lean": lean,
    "lean-cut": lean[:len(lean) // 2],
    "lean-wrong": lean.replace("\nf", "\nf9999,", 1),
    "prose": "I cannot do that.",
    "blank": " \n",
}
for name, text in texts.items():
    open(f"pred/{name}.step", "w", newline="").write(text)
    open(f"gt/{name}.step", "w", newline="").write(file)
P
runs 0 cadeval --pred=x=pred --gt=gt --out=table --sheet=0 --no-baselines
runs 3 cadtool check --json pred/*.step
cp "$out" check.json
python3 - table/x-*/scores.jsonl <<'P' || die "the two do not agree"
import json, sys
scores = {r["id"]: r for r in map(json.loads, open(sys.argv[1])) if "id" in r}
checks = json.load(open("check.json"))
for c in checks:
    name = c["file"][5:-5]
    s = scores.pop(name)
    print(f"{name:13} {c['form'] or '-':8} level {c['level']} {c['class']:10} {c['reason'] and c['reason']['text']}")
    assert (c["class"], c["level"]) == (s["class"], s["level"]), (name, s)
    assert c["ok"] == s["valid"], name
    if s["error"]:
        said = c["reason"]["text"]
        assert s["error"]["text"] in (c["kernel"], said, said.split(": ", 1)[-1]), (name, s)
assert not scores, list(scores)
verdict = {c["file"][5:-5]: (c["class"], c["level"]) for c in checks}
want = {"good": ("ok", 9), "comment": ("ok", 9), "mark": ("parse", 1), "lower": ("parse", 1), "placeholder": ("parse", 1),
        "open": ("truncated", 0), "twice": ("reference", 2), "dangling": ("reference", 2), "type": ("reference", 2),
        "huge": ("parse", 1), "section": ("ok", 9), "section-open": ("truncated", 0), "nested": ("ok", 9), "nested-cut": ("parse", 1),
        "lean": ("ok", 9), "prose": ("parse", 1), "blank": ("empty", 0)}
assert not {n for n in want if verdict[n] != want[n]}, {n: verdict[n] for n in want if verdict[n] != want[n]}
P
