#!/usr/bin/env python3
"""Writes tests/golden/steplm/topo.txt: the files of make.py, and what STEP-LLM's older reorder_step.py makes of them.

  git clone https://github.com/JasonShiii/STEP-LLM && git -C STEP-LLM checkout 52e352c
  python3 tests/golden/steplm/make_topo.py STEP-LLM [COUNT [OUT]]

A case is one line, `case NAME IN STRICT TYPE NONE`, with lengths in bytes (-1: the tool refuses the file), then those bytes, then LF."""
import contextlib
import io
import os
import pathlib
import random
import sys
import tempfile
import types

import make

GROUPS = ["strict", "type", "none"]
KINDS = make.KINDS + ["many"]


def many(r):
    """Enough entities of few types that the three ways to group them differ."""
    n = r.choice([30, 60])
    ids = r.sample(range(1, 3 * n), n)
    lines = []
    for k in range(n):
        refs = ["#%d" % r.choice(ids[k + 1:]) for _ in range(r.choice([0, 1, 2, 4])) if k + 1 < n]
        of_type = r.choice(["A_POINT", "B", "C2", "D", "(E()F"])
        lines.append("#%d = %s(%s)%s;" % (ids[k], of_type, ", ".join(refs + ["'#%d'" % ids[0]]), ")" if of_type[0] == "(" else ""))
    r.shuffle(lines)
    return "DATA;\n" + "\n".join(lines) + "\nENDSEC;\n"


def run(tool, raw, group):
    with tempfile.TemporaryDirectory() as d, contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        source, ordered = pathlib.Path(d) / "in.step", pathlib.Path(d) / "out.step"
        source.write_bytes(raw)
        try:
            tool.process_file(source, ordered, group, True)
        except (ValueError, RecursionError):
            return None
        return ordered.read_bytes()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.modules.setdefault("tqdm", types.SimpleNamespace(tqdm=lambda x, **_: x))
    sys.path.insert(0, sys.argv[1])
    tool = __import__("reorder_step")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 168
    out = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else pathlib.Path(__file__).resolve().parent / "topo.txt"
    r = random.Random(3408)
    with open(out, "wb") as f:
        for i in range(count):
            kind = KINDS[i % len(KINDS)]
            for _ in range(1 if r.random() < 0.15 else 20):  # mostly one that the tool takes
                raw = (many(r) if kind == "many" else make.make(r, kind)).encode("latin-1" if kind == "latin" and i % 2 else "utf-8")
                made = [run(tool, raw, g) for g in GROUPS]
                if made[0] is not None:
                    break
            sizes = [len(raw)] + [-1 if x is None else len(x) for x in made]
            f.write(("case %s.%d %d %d %d %d\n" % (kind, i, *sizes)).encode())
            f.write(raw + b"".join(x or b"" for x in made) + b"\n")


if __name__ == "__main__":
    main()
