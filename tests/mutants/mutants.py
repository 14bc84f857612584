#!/usr/bin/env python3
"""Planted bugs, and the page that says which test finds them.

  mutants.py plant FILE.mut TREE       edits the copy TREE
  mutants.py targets BUILD TEST        what a build needs for that test
  mutants.py check ROOT BUILD          docs/dev/NUMERICS.md, the tests and tests/mutants/ agree, and each bug still applies

A .mut file has the lines `file PATH`, `test CTEST-NAME`, `from TEXT`, `to TEXT` (more pairs may follow).  TEXT is literal: what
stands after the keyword and one blank; lines `+ TEXT` go on with it.  `from` occurs once in the file.  Its name is ID-WHAT.mut:
an id of the page, and a word.  Those of kernels (tests/kernels/mutants) have another second line: kernel_mutants.py there."""
import pathlib
import re
import sys

COMMANDS = ["cadprep", "cadtrain", "cadgen", "cadeval", "cadtool"]


def read(path):
    lines = []
    for key, _, text in (l.partition(" ") for l in path.read_text().splitlines() if l and not l.startswith("#")):
        if key == "+" and lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + "\n" + text)
        else:
            lines.append((key, text))
    keys = [k for k, _ in lines]
    if keys[:2] != ["file", "test"] or len(keys) < 4 or keys[2:] != ["from", "to"] * ((len(keys) - 2) // 2):
        raise ValueError("expected the lines file, test, and pairs of from and to")
    values = [v for _, v in lines]
    return values[0], values[1], list(zip(values[2::2], values[3::2]))


def mutate(mut, tree):
    """The file's path and its text with the bug."""
    file, _, pairs = read(mut)
    path = pathlib.Path(tree, file)
    if not path.exists():
        raise ValueError(f"{file}: no such file")
    text = path.read_text()
    for old, new in pairs:
        if text.count(old) != 1:
            raise ValueError(f"{file}: '{old}' occurs {text.count(old)} times")
        text = text.replace(old, new)
    return path, text


def commands(build):
    """Every test: the words of its command."""
    out = {}
    for f in pathlib.Path(build).rglob("CTestTestfile.cmake"):
        for name, bracket, command in re.findall(r"^add_test\((?:\[=*\[)?([\w.-]+)(\]=*\])? (.*)\)$", f.read_text(), re.M):
            out[name] = re.findall(r'"([^"]*)"', command)
    return out


def targets(build, test):
    words = commands(build).get(test)
    if words is None:
        raise ValueError(f"no test is called {test}")
    own = [pathlib.Path(w).name for w in words if w.startswith(f"{build}/bin/")]
    return own + (COMMANDS if any(w.endswith((".sh", ".py")) for w in words) else [])


def check(root, build):
    tests, problems, covered = commands(build), [], set()
    rows = {}  # id: the tests that the page names for it
    for line in pathlib.Path(root, "docs/dev/NUMERICS.md").read_text().splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")] if line.startswith("|") else []
        if len(cells) >= 3 and cells[0] not in ("id", "---"):
            for name in re.findall(r"`([\w]+)`", cells[0]):
                rows.setdefault(name, set()).update(re.findall(r"`([\w-]+(?:\.[\w-]+)+)`", cells[-1]))
    named = set().union(*rows.values())
    problems += [f"{t}: the page names it, no test is called so" for t in sorted(named - set(tests))]
    problems += [f"{t}: a test that the page lacks" for t in sorted(tests) if t.startswith("inv.") and t not in named | {"inv.page"}]
    for mut in sorted(pathlib.Path(root, "tests/mutants").glob("*.mut")):
        name = mut.stem.split("-")[0]
        try:
            _, test, _ = read(mut)
            mutate(mut, root)
        except ValueError as e:
            problems.append(f"{mut.name}: {e}")
            continue
        if test not in rows.get(name, set()):
            problems.append(f"{mut.name}: the page has no row '{name}' with the test {test}")
        covered.add(name)
    problems += [f"{name}: a row of the page without a mutant" for name in sorted(set(rows) - covered)]
    print("\n".join(problems) or f"{len(rows)} rows, {len(named)} tests; a bug of each row can be planted")
    return bool(problems)


def main(argv):
    if argv[:1] == ["check"] and len(argv) == 3:
        return check(*argv[1:])
    try:
        if argv[:1] == ["plant"] and len(argv) == 3:
            path, text = mutate(pathlib.Path(argv[1]), argv[2])
            path.write_text(text)
            return 0
        if argv[:1] == ["targets"] and len(argv) == 3:
            print(" ".join(targets(*argv[1:])))
            return 0
    except ValueError as e:
        print(e)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
