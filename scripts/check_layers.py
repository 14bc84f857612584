#!/usr/bin/env python3
"""Folders form one straight chain and include lower folders only.  usage: check_layers.py [ROOT]; --self-test tries the rules."""
import pathlib
import re
import sys

CHAIN = ["core", "kernels", "cad", "model", "dataprep", "eval", "infer", "train"]  # a folder includes those before it
FREE = re.compile(r"_(main|cmd)\.c$")  # command files include any folder and are included by nobody
COMMAND_HEADER = re.compile(r"_(main|cmd)\.h$")  # theirs, for each other
SOURCE = {".c", ".h", ".cpp", ".hpp", ".cu"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
GENERATED = {"cad_version.h"}
OUTSIDE = ["tests", "bench"]  # include any folder and are included by no product folder


def check_text(path, text, exists):
    """Problems of one file: path relative to the root, its text, a function that says whether a path exists."""
    folder = path.split("/")[0]
    free = bool(FREE.search(path)) or folder in OUTSIDE
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        target = m.group(1)
        there = target.split("/")[0]
        if target in GENERATED:
            continue
        if not exists(target):
            problems.append(f'{path}:{number}: "{target}" is no path from the root of the tree')
        elif COMMAND_HEADER.search(target) and not (free or COMMAND_HEADER.search(path)):
            problems.append(f"{path}:{number}: {target} belongs to command files, which nobody includes")
        elif not free and there not in CHAIN:
            problems.append(f"{path}:{number}: product code includes {target}")
        elif not free and CHAIN.index(there) > CHAIN.index(folder):
            problems.append(f"{path}:{number}: {folder} includes {target}; expected only {' '.join(CHAIN[:CHAIN.index(folder) + 1])}")
        elif re.search(r"\.(c|cpp|cu)$", target):
            problems.append(f"{path}:{number}: includes a source file")
    if path.endswith((".cpp", ".hpp")) and not path.startswith(("cad/occt/", "kernels/emu/", "tests/")):
        problems.append(f"{path}: C++ outside cad/occt")
    if folder in CHAIN and path.count("/") > 2:
        problems.append(f"{path}: product folders are at most two deep")
    return problems


def check_cmake(folder, text):
    """A library links lower folders only."""
    problems = []
    for call in re.findall(r"cad_library\(([^)]*)\)", text):
        words = call.split()
        name = words[0]
        if "USES" not in words:
            continue
        for used in words[words.index("USES") + 1:]:
            if used.isupper():
                break
            if name in CHAIN and used in CHAIN and CHAIN.index(used) >= CHAIN.index(name):
                problems.append(f"{folder}/CMakeLists.txt: library {name} uses {used}")
    return problems


def check_tree(root):
    problems, files = [], 0
    for folder in CHAIN + OUTSIDE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SOURCE:
                files += 1
                problems += check_text(str(path.relative_to(root)), path.read_text(), lambda p: (root / p).is_file())
        cmake = root / folder / "CMakeLists.txt"
        if folder not in OUTSIDE and cmake.is_file():
            problems += check_cmake(folder, cmake.read_text())
    if files == 0:
        problems.append(f"{root}: no sources found")
    return problems


def self_test():
    yes = lambda p: True
    assert not check_text("cad/a.c", '#include "core/b.h"\n#include <stdio.h>\n#include "cad/c.h"\n', yes)
    assert check_text("cad/a.c", '#include "model/b.h"\n', yes) == [
        "cad/a.c:1: cad includes model/b.h; expected only core kernels cad"]
    assert check_text("core/a.c", '\n #  include "cad/b.h"\n', yes)[0].startswith("core/a.c:2:")
    assert not check_text("core/a_main.c", '#include "train/b.h"\n', yes)
    assert check_text("train/a.c", '#include "eval/x_cmd.h"\n', yes)
    assert check_text("train/a.c", '#include "tests/unit.h"\n', yes) and check_text("train/a.c", '#include "bench/b.h"\n', yes)
    assert not check_text("bench/a_main.c", '#include "train/b.h"\n', yes)
    assert check_text("train/a.c", '#include "train/b.c"\n', yes)
    assert check_text("core/a.c", '#include "b.h"\n', lambda p: False)
    assert check_text("eval/a.cpp", "", yes)
    assert check_text("cad/ir/deep/a.c", "", yes)
    assert check_cmake("cad", "cad_library(cad\n SOURCES a.c\n USES core eval LINK x)") == ["cad/CMakeLists.txt: library cad uses eval"]


if __name__ == "__main__":
    self_test()
    found = check_tree(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("\n".join(found) if found else "layers: fine")
    sys.exit(1 if found else 0)
