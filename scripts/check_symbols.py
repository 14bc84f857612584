#!/usr/bin/env python3
"""What our static libraries export starts with cad_.  usage: check_symbols.py BUILD"""
import pathlib
import re
import subprocess
import sys

TYPES = set("TDBRSG")  # strong symbols; weak ones come from headers of others
TOOLS = re.compile(r"^(__asan|__odr_asan|__ubsan|__tsan|_Z.*odr_asan)")


def is_ours(name, plain):
    """name: as nm has it; plain: demangled."""
    if TOOLS.search(name) or name.startswith("cad_"):
        return True
    if not name.startswith("_Z"):
        return False
    return bool(re.match(r"(?:(?:guard variable|vtable|typeinfo(?: name)?) for )?(?:\w[\w:<>,&* ]* )?(cad|cad_\w+|occt)(::|\b)", plain))


def self_test():
    assert is_ours("cad_x", "cad_x") and not is_ours("x", "x") and not is_ours("helper_cad_", "")
    assert is_ours("_Z8cad_thingi", "cad_thing(int)") and is_ours("_ZN4occt1fEv", "occt::f()")
    assert not is_ours("_Z1fv", "f()")


def main(build):
    libs = sorted(pathlib.Path(build).rglob("libcad_*.a"))
    problems, seen = [], 0
    for lib in libs:
        raw = subprocess.run(["nm", "-g", "--defined-only", str(lib)], capture_output=True, text=True, check=True).stdout
        names = [f[2] for f in (line.split() for line in raw.splitlines()) if len(f) == 3 and f[1] in TYPES]
        plain = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout.splitlines()
        seen += len(names)
        problems += [f"{lib.name}: exports {p}" for n, p in zip(names, plain) if not is_ours(n, p)]
    if not libs or not seen:
        problems.append(f"{build}: no libraries with symbols")
    print("\n".join(problems) if problems else f"symbols: fine ({seen} in {len(libs)} libraries)")
    return 1 if problems else 0


if __name__ == "__main__":
    self_test()
    sys.exit(main(sys.argv[1]))
