#!/usr/bin/env python3
"""Coverage of the files that FLOORS lists, from the counts that a build with CADLM_COVERAGE left.  usage: coverage.py FLOORS BUILD [-v]"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

floors, build, verbose = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve(), "-v" in sys.argv[3:]
words = [line.split() for line in floors.read_text().splitlines() if line.strip() and not line.startswith("#")]
least = next([float(w) for w in ws[1:]] for ws in words if ws[0] == "floor")
files = [ws[0] for ws in words if ws[0] != "floor"]


def counts(name):
    """line -> (runs, branches taken, branches) of one source file"""
    found = list(build.glob(f"**/{name.rsplit('/', 1)[1]}.gcda"))
    found = [f for f in found if f"/cad_{name.split('/')[0]}.dir/" in str(f)]
    assert len(found) == 1, f"{name}: {len(found)} files of counts; did its tests run?"
    with tempfile.TemporaryDirectory() as at:
        subprocess.run(["gcov", "-b", "-j", str(found[0])], cwd=at, check=True, capture_output=True)
        report = json.load(gzip.open(next(pathlib.Path(at).glob("*.gcov.json.gz"))))
    lines = {}
    for file in report["files"]:
        if not file["file"].endswith(name):
            continue
        for line in file["lines"]:
            runs, taken, n = lines.get(line["line_number"], (0, 0, 0))
            branches = [b for b in line["branches"] if not b["throw"]]
            lines[line["line_number"]] = (runs + line["count"], taken + sum(b["count"] > 0 for b in branches), n + len(branches))
    return lines


def share(part, whole):
    return 100 * part / whole if whole else 100.0


total = [0, 0, 0, 0]
for name in files:
    lines = counts(name)
    row = [sum(r > 0 for r, _, _ in lines.values()), len(lines), sum(t for _, t, _ in lines.values()), sum(n for _, _, n in lines.values())]
    total = [a + b for a, b in zip(total, row)]
    print(f"{name:34} lines {share(row[0], row[1]):5.1f} %  branches {share(row[2], row[3]):5.1f} %  of {row[1]}, {row[3]}")
    if verbose:
        source = pathlib.Path(name).read_text().splitlines()
        for at, (runs, taken, n) in sorted(lines.items()):
            if not runs or taken < n:
                print(f"    {at:4} {'never' if not runs else f'{taken}/{n}':>5}  {source[at - 1].strip()}")
got = share(total[0], total[1]), share(total[2], total[3])
print(f"{len(files)} parsers: lines {got[0]:.1f} % (floor {least[0]:g}), branches {got[1]:.1f} % (floor {least[1]:g})")
sys.exit(got[0] < least[0] or got[1] < least[1])
