#!/usr/bin/env python3
"""Each public header compiles alone, as C11 and as C++17; those of one folder (*_impl.h) as C11.  usage: check_headers.py ROOT BUILD CC CXX

Folders of external headers are taken from BUILD/compile_commands.json."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

PRODUCT = ["core", "kernels", "cad", "model", "dataprep", "eval", "infer", "train"]
PRIVATE = re.compile(r"_impl\.h$")
BACK_END = re.compile(r"^kernels/(cpu|cuda|emu)/")  # compiled once per instruction set, with flags of its own
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wundef", "-D_GNU_SOURCE", "-fsyntax-only"]


def include_flags(build):
    flags = []
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        words = entry["command"].split()
        for i, word in enumerate(words):
            if word == "-isystem":
                flag = ["-isystem", words[i + 1]]
            elif word.startswith("-I"):
                flag = [word]
            else:
                continue
            if flag not in flags:
                flags.append(flag)
    return [word for flag in flags for word in flag]


def compile_alone(header, command, language):
    done = subprocess.run(command + ["-x", language, "-"], input=f'#include "{header}"\n', capture_output=True, text=True)
    return None if done.returncode == 0 else f"{header} as {language}:\n{done.stderr.strip()[:2000]}"


def main(root, build, cc, cxx):
    flags = WARNINGS + include_flags(build)
    both = [([cc, "-std=c11", "-Wstrict-prototypes"] + flags, "c"), ([cxx, "-std=c++17"] + flags, "c++")]
    jobs = []
    for folder in PRODUCT:
        for path in sorted((pathlib.Path(root) / folder).rglob("*.h*")):
            header = str(path.relative_to(root))
            if path.suffix == ".h" and not BACK_END.search(header):
                jobs += [(header, command, language) for command, language in both if language == "c" or not PRIVATE.search(header)]
    if not jobs:
        print(f"{root}: no headers found")
        return 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [p for p in pool.map(lambda job: compile_alone(*job), jobs) if p]
    broken = compile_alone("no/such.h", *both[0])  # the check itself must be able to fail
    if not broken or not re.search("no/such.h", broken):
        problems.append("the compiler accepts a missing header")
    print("\n".join(problems) if problems else f"headers: fine ({len(jobs)} compilations)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
