#!/usr/bin/env python3
"""Runs the fenced blocks of the documents.  usage: run_doc_blocks.py ROOT BIN [--have=NEED,..] [PAGE..]

console   A line that starts with "$ " is run by bash in a scratch copy of the tree (one copy per page) with NO_COLOR=1 and BIN first
          on the path; a command goes on where a line ends in a backslash.  The lines below it are its whole output, stderr included:
          "..." alone matches any lines; <num> <time> <path> <sha> one such word, <min 0.90> a number of at least 0.90; runs of
          blanks count as one.  An HTML comment above the block may hold, one a line or split by ";":
            run: NAME     names the block          after: NAME   skipped unless that block of the page passed
            needs: WORD   skipped without --have   limit: 60s    of the whole block [60s]     exit: 65   of its last command [0]
ini, json, ir, bash   are read by --print-config, a JSON parser, cadtool check and bash -n.
Other tags are not looked at.  Ends with counts; exit 1 when a block failed."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

LEFT_OUT = {"build", "data", "runs", ".git"}
NUMBER = r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
WORD = {"num": NUMBER, "time": r"[0-9][0-9.:dhmsin]*", "path": r"\S+", "sha": r"[0-9a-f]{4,64}"}
FENCE = re.compile(r"^(`{3,})\s*(\w*)\s*$")
OPTION = re.compile(r"^\s*(run|after|needs|limit|exit)\s*:\s*(.+?)\s*$")


class Block:
    def __init__(self, page, line, tag, options):
        self.page, self.line, self.tag, self.options, self.text = page, line, tag, options, []

    def name(self):
        return f"{self.page}:{self.line}"


def blocks_of(page, text):
    """The fenced blocks of a page, each with the options of the comment right above it."""
    found, block, fence, options, comment = [], None, "", {}, None
    for number, line in enumerate(text.split("\n"), 1):
        if block:
            if line.strip() == fence:
                found.append(block)
                block = None
            else:
                block.text.append(line)
            continue
        if comment is None and line.startswith("<!--"):
            comment, line = [], line[4:]
        if comment is not None:
            comment += line.split("-->")[0].split(";")
            if "-->" in line:
                options = {m[1]: m[2] for m in map(OPTION.match, comment) if m}
                comment = None
        elif m := FENCE.match(line):
            block, fence = Block(page, number, m[2], options), m[1]
            options = {}
        elif line.strip():
            options = {}
    return found


def pattern(line):
    """One expected line as a regular expression; the groups are the numbers that have a least value."""
    least, out = [], []
    for part in re.split(r"(<(?:num|time|path|sha|min [-0-9.]+)>)", " ".join(line.split())):
        if part[1:-1] in WORD and part.startswith("<"):
            out.append(WORD[part[1:-1]])
        elif part.startswith("<min "):
            least.append(float(part[5:-1]))
            out.append(f"({NUMBER})")
        else:
            out.append(re.escape(part))
    return re.compile("".join(out)), least


def line_fits(want, got):
    expression, least = pattern(want)
    m = expression.fullmatch(" ".join(got.split()))
    return bool(m) and all(float(g.replace(",", "")) >= low for g, low in zip(m.groups(), least))


def output_fits(want, got):
    """Whether the lines fit; "..." takes as few lines as will do, as in a shell pattern."""
    w = g = 0
    star = mark = -1
    while g < len(got):
        if w < len(want) and want[w].strip() == "...":
            star, mark, w = w, g, w + 1
        elif w < len(want) and line_fits(want[w], got[g]):
            w, g = w + 1, g + 1
        elif star >= 0:
            mark += 1
            w, g = star + 1, mark
        else:
            return False
    return all(line.strip() == "..." for line in want[w:])


def commands(block):
    """[(command, expected lines)]"""
    found = []
    for line in block.text:
        if found and found[-1][0].endswith("\\"):
            found[-1][0] += "\n" + line
        elif line.startswith("$ "):
            found.append([line[2:], []])
        elif found:
            found[-1][1].append(line.rstrip())
        elif line.strip():
            raise ValueError(f"'{line}' stands before the first '$ ' line")
    for _, want in found:
        while want and not want[-1]:
            want.pop()
    return found


def run_console(block, copy, env):
    """Text of what is wrong, or None."""
    end = time.monotonic() + float(block.options.get("limit", "60s").rstrip("s"))
    steps = commands(block)
    for i, (command, want) in enumerate(steps):
        code = int(block.options.get("exit", 0)) if i == len(steps) - 1 else 0
        try:
            done = subprocess.run(["bash", "-c", command], cwd=copy, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            return f"$ {command}\n  over the limit of {block.options.get('limit', '60s')}"
        got = done.stdout.decode("utf-8", "replace").rstrip("\n").split("\n") if done.stdout.strip() else []
        if done.returncode != code:
            return f"$ {command}\n  exit {done.returncode}; expected {code}\n" + "\n".join(got)
        if not output_fits(want, got):
            return f"$ {command}\n  printed:\n" + "\n".join(got) + "\n  expected:\n" + "\n".join(want)
    return None


def run_reader(block, copy, env):
    text = "\n".join(block.text) + "\n"
    if block.tag == "json":
        json.loads(text)
        return None
    path = copy / f"block.{block.tag}"
    path.write_text(text, encoding="utf-8")
    command = {"ini": ["cadtool", f"--config={path}", "--print-config"], "ir": ["cadtool", "check", str(path)],
               "bash": ["bash", "-n", str(path)]}[block.tag]
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, timeout=60)
    return None if done.returncode == 0 else (done.stdout + done.stderr).decode("utf-8", "replace")


def run_page(root, page, bin_dir, have, counts):
    blocks = [b for b in blocks_of(page, (root / page).read_text(encoding="utf-8")) if b.tag in
              ("console", "ini", "json", "ir", "bash")]
    if not blocks:
        return
    env = dict(os.environ, NO_COLOR="1", PATH=f"{bin_dir}:{os.environ['PATH']}")
    passed = set()
    with tempfile.TemporaryDirectory(prefix="cadlm-docs-") as folder:
        copy = pathlib.Path(folder) / "tree"
        shutil.copytree(root, copy, ignore=lambda d, names: LEFT_OUT & set(names) if pathlib.Path(d) == root else set())
        for b in blocks:
            need, after = b.options.get("needs"), b.options.get("after")
            if need and need not in have or after and after not in passed:
                counts["skipped"] += 1
                print(f"skipped {b.name()}: {'needs ' + need if need and need not in have else 'after ' + after}")
                continue
            try:
                wrong = run_console(b, copy, env) if b.tag == "console" else run_reader(b, copy, env)
            except (ValueError, subprocess.TimeoutExpired) as e:
                wrong = str(e)
            counts["failed" if wrong is not None else "passed"] += 1
            if wrong is None:
                passed.add(b.options.get("run"))
            else:
                print(f"FAILED {b.name()} ({b.tag})\n{wrong}\n")


def main(argv):
    have, names = set(), []
    for arg in argv:
        if arg.startswith("--have="):
            have = set(arg[7:].split(","))
        else:
            names.append(arg)
    if len(names) < 2:
        sys.exit(__doc__)
    root, bin_dir = pathlib.Path(names[0]).resolve(), pathlib.Path(names[1]).resolve()
    pages = names[2:] or [str(p.relative_to(root)) for p in [root / "README.md", *sorted((root / "docs").rglob("*.md"))] if p.exists()]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for page in pages:
        run_page(root, page, bin_dir, have, counts)
    print(", ".join(f"{n} {word}" for word, n in counts.items()), f"in {len(pages)} pages")
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
