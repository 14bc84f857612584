#!/usr/bin/env python3
"""Bugs planted in the CUDA sources, each of which the emulator or an op check must find.

  kernel_mutants.py BUILD [NAME..] [--every]

NAME.mut is a file of tests/mutants/mutants.py whose second line says `test SOURCE.cu PROGRAM WORDS..[ : TEXT]`: what includes the
file, which program of the build must then fail, and what it has to say (TEXT; most bugs show as wrong numbers).  Only SOURCE is
compiled again, with the flags of the build, and linked before the libraries.

--every: instead of the files, each barrier, __syncwarp, wait and commit of the kernels is left out, one at a time, and checked in
each source that includes it.  Those that no check misses, needless ones or holes, stand in not_missed.txt; one more fails, and so
does one less.  NAME: only places and sources that hold it.  For nights."""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tests/mutants"))
import mutants  # noqa: E402

KERNELS = ROOT / "kernels/cuda"
SECONDS = 120  # of one program
NOT_MISSED = HERE / "not_missed.txt"
ORDERS = re.compile(r"(__syncthreads\(\)|__syncwarp\(\)|cad_copy_wait<[^;]*>\(\)|cad_copy_commit\(\));")


def checks():
    """Sources with ops -> what checkop is asked for."""
    found = {p.name: re.findall(r"^CAD_GPU_OP\((\w+)\)", p.read_text(), re.M) for p in KERNELS.glob("*.cu")}
    return {name: " ".join(ops) for name, ops in found.items() if ops}


class Bug:
    def __init__(self, name, file, text, test, place=""):
        self.place = place
        words, _, self.says = test.partition(" : ")
        self.name, self.file, self.text = name, file, text
        self.source, self.program, *self.arguments = words.split()
        self.verdict, self.note, self.seconds = "", "", 0


def planted(name):
    _, test, _ = mutants.read(HERE / f"{name}.mut")
    path, text = mutants.mutate(HERE / f"{name}.mut", ROOT)
    return Bug(name, path.relative_to(ROOT), text, test)


def included_by(path, sources):
    """Those of the sources that include it, by way of others too."""
    names, found = {path.name}, True
    while found:
        found = {p.name for p in KERNELS.glob("*.cu*") if p.name not in names and any(f'cuda/{n}"' in p.read_text() for n in names)}
        names |= found
    if not names & sources.keys():
        raise SystemExit(f"kernel_mutants: error: {path.name}: no source with a CAD_GPU_OP includes it, so no check can miss its barriers")
    return sorted(names & sources.keys())


def function_at(text, at):
    """Name of the function that holds it: its head ends with a brace in the first column."""
    return re.findall(r"^(?![ #/{}]|static_assert).*?\b([a-z]\w*)\(", text[:text.rindex("\n{", 0, at)], re.M)[-1]


def every_order():
    """A bug for each barrier and source; its place is the file, the function and which of this kind it is there."""
    bugs, sources = [], checks()
    for path in sorted(KERNELS.glob("*.cu*")):
        if path.name in ("ptx.cuh", "launch.cuh"):
            continue
        text, before = path.read_text(), {}
        for m in ORDERS.finditer(text):
            line = text.count("\n", 0, m.start()) + 1
            without = text[:m.start()] + "(void)0;" + text[m.end():]
            kind = f"{path.name} {function_at(text, m.start())} {m.group(1)}"
            before[kind] = before.get(kind, 0) + 1
            for source in included_by(path, sources):
                bugs.append(Bug(f"{path.name}:{line} {source}", path.relative_to(ROOT), without, f"{source} checkop emu {sources[source]}",
                                f"{kind} {before[kind]}"))
    return bugs


class Builder:
    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.commands = {}
        for e in json.loads((self.build / "compile_commands.json").read_text()):
            if "cad_kernels_emu_sources" in e["command"]:
                self.commands[pathlib.Path(e["file"]).name] = (e["command"], e["file"], e["directory"])
        self.links = {}

    def link_of(self, program):
        if program not in self.links:
            text = subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", f"bin/{program}"], capture_output=True, text=True,
                                  check=True).stdout
            self.links[program] = [l for l in text.splitlines() if f"-o bin/{program}" in l][-1]
        return self.links[program]

    def make(self, bug):
        """The program with the bug; raises ValueError with what the compiler says."""
        place = self.build / "kernel_mutants" / re.sub(r"\W", "_", bug.name)
        changed = place / bug.file
        changed.parent.mkdir(parents=True, exist_ok=True)
        if not changed.exists() or changed.read_text() != bug.text:
            changed.write_text(bug.text)
        command, file, directory = self.commands[bug.source]
        source = changed if changed.name == bug.source else file
        words = shlex.split(command)
        words[words.index("-c") + 1] = str(source)
        words[words.index("-o") + 1] = str(place / "bug.o")
        words = [w for i, w in enumerate(words) if w not in ("-MD", "-MT", "-MF") and words[i - 1] not in ("-MT", "-MF")]
        compiler = next(i for i, w in enumerate(words) if w.startswith("-"))
        words[compiler:compiler] = [f"-I{place}"]
        self.run(words + ["-w"], directory)
        link = self.link_of(bug.program).replace(f"-o bin/{bug.program}", f"-o {place}/program {place}/bug.o")
        self.run(["sh", "-c", link], self.build)
        return place / "program"

    @staticmethod
    def run(words, directory):
        r = subprocess.run(words, cwd=directory, capture_output=True, text=True)
        if r.returncode != 0:
            raise ValueError(next((l for l in r.stderr.splitlines() if "error" in l), r.stderr.strip()[-200:]))


def first_complaint(text):
    """What a check or a cmocka test says first."""
    for line in text.splitlines():
        if line.startswith(("FAIL ", "ERROR", "[  ERROR", "[  FAILED")):
            return line
    return ""


def hunt(builder, bug):
    begin = time.time()
    try:
        program = builder.make(bug)
        first = ["--first"] if bug.program == "checkop" else []
        environment = dict(os.environ, CADLM_SOURCE=str(ROOT), CADLM_BIN=str(builder.build / "bin"))
        r = subprocess.run([program, *bug.arguments, *first], capture_output=True, text=True, timeout=SECONDS, cwd=ROOT, env=environment)
        said = first_complaint(r.stderr + r.stdout)
        if r.returncode == 0:
            bug.verdict = "SURVIVED"
        elif not said:
            bug.verdict, bug.note = "CRASHED", f"exit status {r.returncode}"
        elif bug.says not in said:
            bug.verdict, bug.note = "OTHERWISE", said
        else:
            bug.verdict, bug.note = "caught", said
    except ValueError as e:
        bug.verdict, bug.note = "NO-BUILD", str(e)
    except subprocess.TimeoutExpired:
        bug.verdict, bug.note = "SLOW", f"stopped after {SECONDS} s"
    bug.seconds = time.time() - begin
    return bug


def main(argv):
    names = [a for a in argv[1:] if not a.startswith("-")]
    if not argv:
        print(__doc__, file=sys.stderr)
        return 2
    bugs, bad = [], 0
    if "--every" in argv:
        every = every_order()
        bugs = [b for b in every if not names or any(n in b.name for n in names)]
    else:
        for name in names or sorted(p.stem for p in HERE.glob("*.mut")):
            try:
                bugs.append(planted(name))
            except ValueError as e:
                print(f"{name:<20} STALE      {e}")
                bad += 1
    builder = Builder(argv[0])
    for program in {b.program for b in bugs}:
        builder.link_of(program)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for bug in pool.map(lambda b: hunt(builder, b), bugs):
            print(f"{bug.name:<20} {bug.verdict:<10} {bug.seconds:4.0f} s  {bug.note[:180]}", flush=True)
            bad += bug.verdict != "caught"
    if "--every" in argv:
        return missed_by_nobody(bugs, every, known_quiet())
    print(f"{len(bugs) - sum(b.verdict != 'caught' for b in bugs)} of {len(bugs)} mutants caught")
    return 1 if bad or not bugs else 0


def known_quiet():
    lines = [l for l in NOT_MISSED.read_text().splitlines() if l and not l.startswith("#")]
    return {l.split(": ")[0] for l in lines}


def missed_by_nobody(bugs, every, known):
    """1 where the places that no check misses are not the known ones, as far as `bugs`, of `every`, tells."""
    hunted, of, at = {}, {}, {}
    for b in every:
        of[b.place] = of.get(b.place, 0) + 1
        at[b.place] = b.name.split()[0]
    for b in bugs:
        hunted.setdefault(b.place, []).append(b.verdict)
    quiet = {p for p, v in hunted.items() if set(v) == {"SURVIVED"} and len(v) == of[p]}
    wrong = [f"{p} ({at[p]}): no check misses it; a hole of the checks, or needless" for p in sorted(quiet - known)]
    wrong += [f"{p} ({at[p]}): a check misses it now; {NOT_MISSED.name} says none does" for p in sorted(known & hunted.keys()) if "caught" in hunted[p]]
    wrong += [f"{p}: {NOT_MISSED.name} names it, no kernel has it" for p in sorted(known - of.keys())]
    for line in wrong:
        print("WRONG:", line)
    print(f"{len(hunted)} barriers, waits and commits left out one by one; no check misses {', '.join(sorted(at[p] for p in quiet)) or 'none'}")
    built = all(b.verdict in ("caught", "SURVIVED") for b in bugs)
    return 1 if wrong or not built or not bugs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
