#!/usr/bin/env python3
"""Each command's help fits a screen, and wrong options are refused.  usage: check_help.py BIN_FOLDER NAME..

Exit code 77 (skipped) when none of the commands is built."""
import os
import pathlib
import subprocess
import sys


def run(binary, *args):
    env = {k: v for k, v in os.environ.items() if k != "ARGP_HELP_FMT"}
    done = subprocess.run([str(binary), *args], capture_output=True, text=True, env=env, timeout=60)
    return done.returncode, done.stdout, done.stderr


def check(binary):
    problems = []
    expect = lambda good, text: good or problems.append(f"{binary.name} {text}")
    code, out, err = run(binary, "--help")
    lines = out.splitlines()
    expect(code == 0 and out and not err, f"--help: exit code {code}, stderr '{err.strip()}'")
    expect(len(lines) <= 40, f"--help: {len(lines)} lines; expected at most 40")
    for line in lines:
        expect(len(line) <= 80, f"--help: {len(line)} columns; expected at most 80: {line}")
    expect(out.startswith(f"Usage: {binary.name} "), "--help does not begin with its usage")
    code, out, err = run(binary, "--help-all")
    expect(code == 0 and "[train]" in out and not err, "--help-all does not list the configuration keys")
    code, out, err = run(binary, "--version")
    expect(code == 0 and out.startswith(binary.name + " ") and not err, f"--version: '{out.strip()}'")
    for wrong in ["--no-such-option", "--versio", "--hel", "-Z"]:
        code, out, err = run(binary, wrong)
        expect(code == 2 and not out and err.startswith(f"{binary.name}: error: unknown option '{wrong}'"),
               f"{wrong}: exit code {code}; expected 2 and a message: '{err.strip()}'")
    code, out, err = run(binary, "--set=train.lrr=1", "--print-config")
    expect(code == 65 and "did you mean lr?" in err, f"--set=train.lrr=1: exit code {code}: '{err.strip()}'")
    code, out, err = run(binary, "--explain=train.lr")
    expect(code == 0 and out.startswith("train.lr = "), f"--explain: exit code {code}: '{out}{err}'")
    return problems


if __name__ == "__main__":
    found = [p for p in (pathlib.Path(sys.argv[1]) / name for name in sys.argv[2:]) if p.is_file()]
    if not found:
        print("skipped: no command is built")
        sys.exit(77)
    problems = [p for binary in found for p in check(binary)]
    print("\n".join(problems) if problems else f"help: fine ({' '.join(p.name for p in found)})")
    sys.exit(1 if problems else 0)
