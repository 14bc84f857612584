#!/usr/bin/env python3
"""Bugs planted in the CUDA sources, each of which the emulator or an op check must find.

  kernel_mutants.py BUILD [NAME..] [--every]

NAME.mut is a file of tests/mutants/mutants.py whose second line says `test SOURCE.cu PROGRAM WORDS..[ : TEXT]`: what includes the
file, which program of the build must then fail, and what it has to say (TEXT; most bugs show as wrong numbers).  Only SOURCE is
compiled again, with the flags of the build, and linked before the libraries.

--every: instead of the files, each barrier, __syncwarp, wait and commit of the kernels is left out, one at a time, and checked in
each source that includes it; those that no check misses are listed at the end: needless ones, or holes.  For nights."""
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
# Ops whose checks go through a header: source, and what to run.
CHECKS = {
    "adamw_cuda.cu": "adamw_step adamw8bit_step", "attn_bwd_cuda.cu": "attn_bwd", "attn_decode_cuda.cu": "attn_decode",
    "attn_fwd_cuda.cu": "attn_fwd", "copy_cuda.cu": "copy fill cast axpy", "embed_cuda.cu": "embed_bwd embed_fwd",
    "kv_cuda.cu": "kv_append", "linear_bwd_w_cuda.cu": "linear_bwd_w", "linear_cuda.cu": "linear_fwd linear_bwd_x",
    "logits_cuda.cu": "argmax logits_mask", "lora_bwd_cuda.cu": "lora_up_bwd lora_down_bwd",
    "lora_cuda.cu": "lora_down_fwd linear_lora_fwd linear_lora_bwd_x", "nf4_cuda.cu": "nf4_quant nf4_dequant nf4_absmax_expand",
    "nf4_linear_cuda.cu": "nf4_linear_fwd nf4_linear_bwd_x nf4_linear_lora_fwd nf4_linear_lora_bwd_x",
    "xent_cuda.cu": "linear_xent linear_xent_eval", "q8_cuda.cu": "q8_quant q8_dequant", "rmsnorm_cuda.cu": "rmsnorm_fwd add_rmsnorm_fwd rmsnorm_bwd",
    "rope_cuda.cu": "rope_fwd rope_bwd", "sample_cuda.cu": "sample", "sums_cuda.cu": "sum_ordered grad_norm2",
    "swiglu_cuda.cu": "swiglu_fwd swiglu_bwd"}
ORDERS = re.compile(r"(__syncthreads\(\)|__syncwarp\(\)|cad_copy_wait<[^;]*>\(\)|cad_copy_commit\(\));")


class Bug:
    def __init__(self, name, file, text, test):
        words, _, self.says = test.partition(" : ")
        self.name, self.file, self.text = name, file, text
        self.source, self.program, *self.arguments = words.split()
        self.verdict, self.note, self.seconds = "", "", 0


def planted(name):
    _, test, _ = mutants.read(HERE / f"{name}.mut")
    path, text = mutants.mutate(HERE / f"{name}.mut", ROOT)
    return Bug(name, path.relative_to(ROOT), text, test)


def included_by(path):
    """Sources with checks that include it, by way of others too."""
    names, found = {path.name}, True
    while found:
        found = {p.name for p in KERNELS.glob("*.cu*") if p.name not in names and any(f'cuda/{n}"' in p.read_text() for n in names)}
        names |= found
    return sorted(n for n in names if n in CHECKS)


def every_order():
    bugs = []
    for path in sorted(KERNELS.glob("*.cu*")):
        if path.name in ("ptx.cuh", "launch.cuh"):
            continue
        text = path.read_text()
        for m in ORDERS.finditer(text):
            line = text.count("\n", 0, m.start()) + 1
            without = text[:m.start()] + "(void)0;" + text[m.end():]
            for source in included_by(path):
                bugs.append(Bug(f"{path.name}:{line} {source}", path.relative_to(ROOT), without, f"{source} checkop emu {CHECKS[source]}"))
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
        bugs = [b for b in every_order() if not names or any(n in b.name for n in names)]
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
        return missed_by_nobody(bugs)
    print(f"{len(bugs) - sum(b.verdict != 'caught' for b in bugs)} of {len(bugs)} mutants caught")
    return 1 if bad or not bugs else 0


def missed_by_nobody(bugs):
    places, built = {}, all(b.verdict in ("caught", "SURVIVED") for b in bugs)
    for b in bugs:
        places.setdefault(b.name.split()[0], set()).add(b.verdict)
    quiet = sorted(p for p, verdicts in places.items() if verdicts == {"SURVIVED"})
    print(f"{len(places)} barriers, waits and commits left out one by one; no check misses {', '.join(quiet) or 'none'}")
    return 0 if bugs and built else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
