"""What the Python halves of the benches share: where things lie, how the program is run, one result line."""
import json
import os
import subprocess
import sys

SOURCE = os.environ.get("CADLM_SOURCE") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("CADLM_BIN") or os.path.join(SOURCE, "build/release/bin")
TINY = os.path.join(SOURCE, "models/tiny")
THREADS = 2


def program(name, *args):
    subprocess.run([os.path.join(BIN, name), *map(str, args)], check=True)


def read(folder):
    with open(os.path.join(folder, "ours.json"), encoding="utf-8") as f:
        return json.load(f)


def check(right, message):
    """A value that differs ends the bench: a time beside a wrong value says nothing."""
    if not right:
        sys.exit(f"bench: error: {message}")


def line(name, ours, theirs, unit, other, **more):
    """One row of the table; `theirs` None: nothing to compare with.  more: floor, must, note, share, wanted (in words)."""
    row = {"name": name, "ours": ours, "theirs": theirs, "unit": unit, "other": other, **more}
    if theirs:
        row["ratio"] = theirs / ours if unit.startswith("ms") else ours / theirs
    print(f"{name}: {ours:.4g} {unit}" + (f", {other} {theirs:.4g}, {row['ratio']:.2f}x" if theirs else ""), flush=True)
    return row


def write(path, lines):
    if path:
        with open(path, "w", encoding="utf-8") as f:
            json.dump(lines, f, indent=1)
