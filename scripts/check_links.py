#!/usr/bin/env python3
"""Links of the documents: each relative link names a file of the tree and, with #anchor, a heading of it.  usage: check_links.py ROOT"""
import pathlib
import re
import sys

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
LEFT_OUT = {"build", "data", "runs", ".git"}


def prose(text):
    """The text without fenced blocks and code spans, lines kept."""
    text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1\s*$", lambda m: "\n" * m[0].count("\n"), text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", lambda m: "x" * len(m[0]), text)


def anchors(text):
    """The anchors of all headings, made as GitHub makes them."""
    text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1\s*$", "", text, flags=re.M | re.S)
    found = set()
    for title in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", text, flags=re.M):
        found.add(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"))
    return found


def main(root):
    root = pathlib.Path(root).resolve()
    pages = [p for p in sorted(root.rglob("*.md")) if p.relative_to(root).parts[0] not in LEFT_OUT]
    links = bad = 0
    for page in pages:
        for number, line in enumerate(prose(page.read_text(encoding="utf-8")).split("\n"), 1):
            for link in LINK.findall(line):
                if re.match(r"[a-z][a-z0-9+.-]*:", link):
                    continue
                links += 1
                path, _, anchor = link.partition("#")
                target = page.parent / path if path else page
                if not target.exists():
                    wrong = "no such file"
                elif root not in target.resolve().parents and target.resolve() != root:
                    wrong = "outside the tree"
                elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
                    wrong = "no such heading"
                else:
                    continue
                bad += 1
                print(f"{page.relative_to(root)}:{number}: {link}: {wrong}")
    print(f"{links} relative links in {len(pages)} pages, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
