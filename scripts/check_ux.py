#!/usr/bin/env python3
"""The acceptance checklist of the command line (spec/cli.md 16): each number has a test with the label uxNN, or a line in the table that
says why not.  usage: check_ux.py TABLE BUILD-FOLDER [CTEST]

Lines of the table: "NN none REASON" (no test carries the number) and "NN part REASON" (tests carry it, and this is what they leave out)."""
import collections
import json
import re
import subprocess
import sys

LAST = 66


def read_table(path):
    """{number: (kind, reason)} and what is wrong with the lines."""
    table, problems = {}, []
    for at, line in enumerate(open(path, encoding="utf-8"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        m = re.fullmatch(r"(\d\d) (none|part) +(\S.{14,})\n?", line)
        if not m:
            problems.append(f"{path}:{at}: expected 'NN none|part REASON', with a reason of at least 15 characters")
        elif int(m[1]) in table or not 1 <= int(m[1]) <= LAST:
            problems.append(f"{path}:{at}: {m[1]} stands here twice, or is not one of 1 to {LAST}")
        else:
            table[int(m[1])] = (m[2], m[3])
    return table, problems


def judge(table, tested):
    """What the table and the labels disagree about."""
    problems = []
    for n in range(1, LAST + 1):
        kind = table.get(n, (None,))[0]
        if n in tested and kind == "none":
            problems.append(f"ux{n:02}: in the table as without a test, but {', '.join(tested[n])} carries it")
        elif n not in tested and kind == "part":
            problems.append(f"ux{n:02}: in the table as tested in part, but no test carries it")
        elif n not in tested and kind is None:
            problems.append(f"ux{n:02}: neither a test with this label nor a line in the table")
    problems += [f"ux{n:02}: {', '.join(names)}: no such number" for n, names in tested.items() if not 1 <= n <= LAST]
    return problems


def labels(build, ctest):
    """{number: [test, ..]}, from what ctest knows."""
    listed = json.loads(subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True).stdout)
    tested = collections.defaultdict(list)
    for test in listed["tests"]:
        for p in test.get("properties", []):
            for label in p["value"] if p["name"] == "LABELS" else []:
                if re.fullmatch(r"ux\d+", label):
                    tested[int(label[2:])].append(test["name"])
    return tested


def self_test():
    bad = {1: ("none", "x"), 2: ("part", "x")}
    found = judge({**{n: ("none", "x") for n in range(3, LAST)}, **bad}, {1: ["a"], 67: ["b"]})
    assert [p[:4] for p in found] == ["ux01", "ux02", "ux66", "ux67"], found


def main(path, build, ctest="ctest"):
    self_test()
    table, problems = read_table(path)
    tested = labels(build, ctest)
    problems += judge(table, tested)
    for p in problems:
        print(p)
    part = sum(kind == "part" for kind, _ in table.values())
    print(f"ux: {len(tested)} of {LAST} numbers have a test, {part} of them in part")
    for n, (kind, reason) in sorted(table.items()):
        print(f"  {n:02} {kind}  {reason}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
