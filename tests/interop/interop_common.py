"""What the scripts interop_SUBJECT.py share: the programs of the build, comparisons, and the rows of docs/INTEROP.md.

A script ends with  main(test_a, test_b)  and is run as  run.sh SUBJECT [ARGUMENT..].  Each test_x(work) gets an empty folder.
When all have passed, what they told by compare(), row(), loads() and refused() stands in build/interop/SUBJECT.jsonl, from which
scripts/make_interop.py makes the page.  A text given here is printed there as it stands and must be the same on every machine.
"""
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

SOURCE = os.environ["CADLM_SOURCE"]
BIN = os.environ["CADLM_BIN"]
ROWS = os.path.join(SOURCE, "build/interop")
TINY = os.path.join(SOURCE, "models/tiny")
AREAS = ["Models", "Tokenizers", "NF4", "Adapters", "Training", "Optimizers", "Run files", "Hostile files"]
_rows = []


def program(name):
    return os.path.join(BIN, name)


def run(name, *args, exit_code=0):
    """Runs a program of the build; its standard output and error as text.  Another exit status than expected fails."""
    done = subprocess.run([program(name), *map(str, args)], capture_output=True, text=True,
                          env={**os.environ, "NO_COLOR": "1"}, check=False)
    if done.returncode != exit_code:
        raise AssertionError(f"{name} {' '.join(map(str, args))}: exit {done.returncode}, expected {exit_code}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def dump(*args):
    """interop_dump: what its comment lists."""
    return run("interop_dump", *args)


def versions(packages):
    return ", ".join(f"{name} {importlib.metadata.version(name).partition('+')[0]}" for name in packages)


def row(area, what, difference, limit, against):
    """A line of the page: `what` was compared, the largest difference found, its limit; `against`: names of Python packages.
    Fails when the difference is above the limit, or not a number."""
    assert area in AREAS, area
    print(f"{what}: {difference:.3g}, limit {limit:g}")
    assert difference <= limit, f"{what}: {difference} is above {limit}"
    _rows.append({"kind": "compared", "area": area, "what": what, "against": versions(against), "difference": float(difference),
                  "limit": float(limit)})


def largest(differences):
    """The largest of them, each a number or an array.  One that is no number is the largest, as it is not for max()."""
    return float(np.max([np.max(np.asarray(d, dtype=np.float64)) for d in differences]))


class Worst:
    """The largest difference of each kind that several cases find, as one row each."""

    def __init__(self, against):
        self.found, self.against = {}, against

    def add(self, area, what, difference, limit):
        self.found.setdefault((area, what), ([], limit))[0].append(difference)

    def rows(self):
        for (area, what), (differences, limit) in self.found.items():
            row(area, what, largest(differences), limit, self.against)


def compare(area, what, ours, theirs, limit, against, spread=1e-3):
    """row() of the largest |ours - theirs|.  The values must vary by more than `spread`, so that something is compared."""
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    assert ours.shape == theirs.shape, f"{what}: {ours.shape}, expected {theirs.shape}"
    assert float(np.std(theirs)) > spread, f"{what}: a deviation of {np.std(theirs)}, expected more than {spread}"
    row(area, what, largest([np.abs(ours - theirs)]), limit, against)


def same(area, what, ours, theirs, against):
    """row() of the number of different elements, of which there may be none."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape and ours.size, f"{what}: {ours.shape}, expected {theirs.shape}"
    row(area, what, int(np.sum(ours != theirs)), 0, against)


def loads(area, what, note=""):
    """A line of what is read or written; the test that tells it has seen that it works."""
    assert area in AREAS, area
    _rows.append({"kind": "loads", "area": area, "what": what, "note": note})


def refused(area, what, name, *args, says):
    """A program ends with exit status 65 and a message that holds `says`; the page tells `what` and `says`."""
    _, err = run(name, *args, exit_code=65)
    assert says in err, f"{what}: the message {err!r} does not hold {says!r}"
    assert area in AREAS, area
    _rows.append({"kind": "refused", "area": area, "what": what, "note": f"exit 65: {says}"})


def absent(what):
    """Ends the test as skipped, or failed where CADLM_SHARED_REQUIRED=1; the page keeps the lines it has of the subject."""
    print(f"skipped: no {what}")
    if os.environ.get("CADLM_SHARED_REQUIRED") == "1":
        sys.exit(1)
    tell([{"kind": "absent", "what": what}])
    sys.exit(77)


def tell(rows):
    os.makedirs(ROWS, exist_ok=True)
    path = os.path.join(ROWS, f"{sys.argv[1]}.jsonl")
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        f.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    os.replace(path + ".tmp", path)


def self_test():
    """What every limit stands on."""
    assert largest([1.0, np.array([3, 2])]) == 3 and largest(x for x in [0.5]) == 0.5
    for differences in ([np.nan, 1, 2], [1, np.nan, 2], [[1, 2], [np.nan, 0]]):
        assert np.isnan(largest(differences)), differences


def main(*tests):
    self_test()
    with tempfile.TemporaryDirectory() as place:
        for test in tests:
            work = os.path.join(place, test.__name__)
            os.mkdir(work)
            test(work)
    tell(_rows)
