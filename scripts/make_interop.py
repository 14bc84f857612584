#!/usr/bin/env python3
"""docs/INTEROP.md from what the tests interop.* told (build/interop/SUBJECT.jsonl, written by tests/interop/interop_common.py).

usage: make_interop.py SUBJECT..          puts the lines of these subjects into the page; those of others stay as they are
       make_interop.py --check SUBJECT..  these are all subjects: the committed page must be what they tell

A difference is told as a bound, so that the page is the same on every machine: the committed one while it holds and is not far
above what was measured, else the next of 1, 2, 5, 10, .. above twice that; never more than the limit."""
import json
import math
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/INTEROP.md"
AREAS = re.findall(r'"([^"]+)"', re.search(r"^AREAS = \[(.*?)\]", (ROOT / "tests/interop/interop_common.py").read_text(encoding="utf-8"),
                                           re.M | re.S)[1])
FAR = 100  # a committed bound this many times above what was measured says too little

HEAD = """# With files and programs of others

Made by `scripts/make_interop.py` from what the tests `interop.*` saw; do not edit. Each line names the command that shows it again;
`scripts/setup.sh --interop` makes the virtual environment with the versions named here. Where values are compared, the largest
difference found in a test is at most the bound told, and may never exceed the limit.
"""
TABLES = {
    "loads": ("what is read or written", "| what | note | command |\n|---|---|---|\n"),
    "refused": ("what is refused", "| what | how | command |\n|---|---|---|\n"),
    "compared": ("what was compared", "| what | with | largest difference | limit | command |\n|---|---|---|---|---|\n"),
}


def number(x):
    return "0" if x == 0 else f"{x:.0e}".replace("e-0", "e-") if x < 0.01 else f"{x:g}"


def bound(measured, limit, committed):
    if measured == 0:
        return "0"
    measured = max(measured, limit / 2000)  # what is far below the limit is not told closer: there machines differ
    if committed is not None and measured <= committed <= min(FAR * measured, limit):
        return number(committed)
    power = 10.0 ** math.floor(math.log10(2 * measured))
    return number(min(limit, next(f * power for f in (1, 2, 5, 10) if f * power >= 2 * measured)))


def line_of(row, subject, before):
    command = f"`scripts/test.sh interop.{subject}`"
    if row["kind"] == "compared":
        committed = before.get((row["area"], row["what"]))
        cells = [row["what"], row["against"], bound(row["difference"], row["limit"], committed), number(row["limit"]), command]
    else:
        cells = [row["what"], row["note"], command]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def read_page(text):
    """The lines of the tables as {(area, kind, subject): [line]}, and the bounds as {(area, what): number}."""
    lines, bounds, area, kind = {}, {}, None, None
    for line in text.splitlines():
        if line.startswith("## "):
            area = line[3:]
        for name, (title, _) in TABLES.items():
            if line == f"{title.capitalize()}:":
                kind = name
        found = re.search(r"`scripts/test\.sh interop\.([\w.]+)` \|$", line)
        if found:
            lines.setdefault((area, kind, found[1]), []).append(line)
            cells = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]]
            if kind == "compared":
                bounds[area, cells[0]] = float(cells[2])
    return lines, bounds


def render(lines):
    out = [HEAD]
    for area in AREAS:
        if not any(where[0] == area for where in lines):
            continue
        out.append(f"\n## {area}\n")
        for kind, (title, head) in TABLES.items():
            rows = [line for where in sorted(lines) if where[:2] == (area, kind) for line in lines[where]]
            if rows:
                out.append(f"\n{title.capitalize()}:\n\n{head}" + "\n".join(rows) + "\n")
    return "".join(out)


def main(arguments):
    check = arguments[:1] == ["--check"]
    subjects = arguments[check:]
    if not subjects or subjects[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    committed = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    old, bounds = read_page(committed)
    lines = {} if check else {where: rows for where, rows in old.items() if where[2] not in subjects}
    for subject in subjects:
        told = ROOT / f"build/interop/{subject}.jsonl"
        if not told.exists():
            print(f"make_interop: no {told.relative_to(ROOT)}; run scripts/test.sh interop.{subject}")
            return 1
        for text in told.read_text(encoding="utf-8").splitlines():
            row = json.loads(text)
            if row["kind"] == "absent":
                print(f"interop.{subject} was skipped, its lines are taken as they stand: no {row['what']}")
                lines.update({where: rows for where, rows in old.items() if where[2] == subject})
                continue
            lines.setdefault((row["area"], row["kind"], subject), []).append(line_of(row, subject, bounds))
    page = render(lines)
    if not check:
        PAGE.write_text(page, encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)}: {page.count('`scripts/test.sh')} lines")
    elif page != committed:
        wrong = sorted(set(page.splitlines()) ^ set(committed.splitlines()))
        for line in wrong[:20]:
            print(("tests say:  " if line in page.splitlines() else "committed:  ") + line)
        print(f"docs/INTEROP.md is not what the tests say; make it again: scripts/make_interop.py {' '.join(subjects)}")
        return 1
    else:
        print(f"docs/INTEROP.md is what {len(subjects)} tests say: {sum(map(len, lines.values()))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
