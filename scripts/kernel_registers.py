#!/usr/bin/env python3
"""Registers, spills, stack and shared memory of each CUDA kernel, as the assembler tells them.  usage: kernel_registers.py [OPTION..]

Compiles the sources that kernels/cuda/sources.cmake and flags.cmake name, with the flags of the build, and reads what ptxas says.
A spill or a stack frame fails, but in the kernels that kernels/cuda/cold_kernels.txt lists with a reason; so does any warning.

  --write      put the table between the marks of docs/dev/KERNEL_GUIDE.md
  --compare    fail where that table is not what came out; with another nvcc than the table's this part is left out
  --jobs=N     compilers at a time [CPUs]         --nvcc=FILE  [nvcc on the path, or in /usr/local/cuda/bin]
Exit 77: there is no nvcc."""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PAGE = "docs/dev/KERNEL_GUIDE.md"
BEGIN, END = "<!-- registers: written by scripts/kernel_registers.py -->", "<!-- end of registers -->"
Use = collections.namedtuple("Use", "registers shared stack spills")


def cmake_list(text, name):
    """The words of set(NAME ..), without what belongs to CACHE."""
    found = re.search(rf"set\({name}\s+(.*?)\)", text, re.S)
    if not found:
        sys.exit(f"kernel_registers: no set({name} ..)")
    return re.sub(r"\sCACHE STRING .*", "", found[1], flags=re.S).split()


def read_settings(root):
    folder = root / "kernels/cuda"
    text = (folder / "sources.cmake").read_text() + (folder / "flags.cmake").read_text()
    return cmake_list(text, "CADLM_CUDA_SOURCES") + cmake_list(text, "CADLM_CUDA_RUNTIME"), cmake_list(text, "CADLM_CUDA_ARCHS"), cmake_list(
        text, "CADLM_CUDA_FLAGS")


def parse(log):
    """{(mangled name, arch): Use} of a log of ptxas -v."""
    uses = {}
    entry = r"Compiling entry function '(\S+)' for '(\w+)'"
    for name, arch, body in re.findall(entry + r"(.*?)(?=Compiling entry function|\Z)", log, re.S):
        def number(pattern):
            m = re.search(pattern, body)
            return int(m[1]) if m else 0
        if not re.search(r"Used \d+ registers", body):
            sys.exit(f"kernel_registers: {name}: no 'Used N registers' in what ptxas says")
        uses[name, arch] = Use(number(r"Used (\d+) registers"), number(r"(\d+) bytes smem"), number(r"(\d+) bytes stack frame"),
                               number(r"(\d+) bytes spill stores") + number(r"(\d+) bytes spill loads"))
    return uses


def short(demangled):
    """"void norm_kernel<true>(norm_rows<(bool)1>)" -> "norm_kernel<true>"."""
    text = re.sub(r"^void ", "", demangled)
    text = text.replace("(anonymous namespace)::", "")
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "<") - (c == ">")
        if c == "(" and depth == 0:
            text = text[:i]
            break
    text = re.sub(r"\((?:unsigned |signed )?(?:int|long|short|char)\)(-?\d)", r"\1", text)
    return text.replace("(bool)1", "true").replace("(bool)0", "false")


def demangle(names):
    tool = shutil.which("cu++filt") or shutil.which("c++filt")
    if not tool or not names:
        return {n: n for n in names}
    out = subprocess.run([tool], input="\n".join(names), capture_output=True, text=True, check=True).stdout.splitlines()
    return {n: short(d) for n, d in zip(names, out)}


def compile_one(root, nvcc, source, archs, flags, folder):
    """(source, log, exit status)"""
    command = ([shutil.which("ccache")] if shutil.which("ccache") else []) + [nvcc] + flags + [
        f"-gencode=arch=compute_{a},code=sm_{a}" for a in archs] + [
            f'-DCADLM_CUDA_ARCHS="{",".join(archs)}"', f"-I{root}", "-MD", "-MF", os.path.join(folder, source + ".d"), "-c",
            str(root / "kernels/cuda" / source), "-o", os.path.join(folder, source + ".o")] # as objects.cmake, so that ccache knows it
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return source, done.stdout, done.returncode


def read_cold(path):
    """{kernel without template arguments: reason} and what is wrong with the lines."""
    cold, problems = {}, []
    for at, line in enumerate(path.read_text().splitlines() if path.is_file() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        m = re.fullmatch(r"(\w+) +(\S.{14,})", line)
        if m:
            cold[m[1]] = m[2]
        else:
            problems.append(f"{path}:{at}: expected 'KERNEL REASON', with a reason of at least 15 characters")
    return cold, problems


def judge(rows, cold):
    """Spills and stack frames where none may be, and permissions that nothing uses.  rows: {(source, kernel): {arch: Use}}"""
    problems, used = [], set()
    for (source, kernel), by_arch in sorted(rows.items()):
        base = kernel.split("<")[0]
        for arch, u in sorted(by_arch.items()):
            if not u.stack and not u.spills:
                continue
            used.add(base)
            if base not in cold:
                problems.append(f"kernels/cuda/{source}: {kernel}, {arch}: {u.stack} bytes of stack, {u.spills} bytes of spills; "
                                "expected none, or a line in kernels/cuda/cold_kernels.txt")
    problems += [f"kernels/cuda/cold_kernels.txt: {name} neither spills nor has a stack frame" for name in sorted(set(cold) - used)]
    return problems


def table(rows, archs, version):
    named = [f"sm_{a}" for a in archs]
    lines = [f"Made with CUDA {version}. Shared memory is what a kernel declares; what a launch adds stands in the head of its file.", "",
             "| kernel | source | " + " | ".join(f"registers {a}" for a in named) + " | shared bytes | stack | spills |",
             "|---|---|" + "---:|" * (len(named) + 3)]
    for (source, kernel), by_arch in sorted(rows.items()):
        most = [max(getattr(u, field) for u in by_arch.values()) for field in ("shared", "stack", "spills")]
        registers = [str(by_arch[a].registers) if a in by_arch else "" for a in named]
        lines.append(f"| `{kernel}` | {source} | " + " | ".join(registers + [str(n) for n in most]) + " |")
    return "\n".join(lines) + "\n"


def put(page, text):
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        sys.exit(f"kernel_registers: {PAGE}: expected '{BEGIN}' and '{END}' once each")
    return page[:page.index(BEGIN) + len(BEGIN)] + "\n" + text + page[page.index(END):]


def lines_between(page):
    return page[page.index(BEGIN) + len(BEGIN):page.index(END)].strip().splitlines() if BEGIN in page and END in page else []


def made_with(page):
    """The CUDA release that the page names, or None."""
    m = re.match(r"Made with CUDA ([\d.]+)\. ", (lines_between(page) or [""])[0])
    return m and m[1]


def compare(page, text):
    """What the page has that is not so now."""
    old, new = lines_between(page), text.strip().splitlines()
    return [f"{PAGE}: not there: {line}" for line in new if line not in old] + [
        f"{PAGE}: not so: {line}" for line in old if line not in new]


def self_test():
    log = """ptxas info    : Compiling entry function '_Z1aILb1EEv1b' for 'sm_80'
ptxas info    : Function properties for _Z1aILb1EEv1b
    16 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads
ptxas info    : Used 32 registers, used 1 barriers, 24 bytes smem, 416 bytes cmem[0]
ptxas info    : Compiling entry function 'c' for 'sm_90a'
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 168 registers
"""
    uses = parse(log)
    assert uses == {("_Z1aILb1EEv1b", "sm_80"): Use(32, 24, 16, 20), ("c", "sm_90a"): Use(168, 0, 0, 0)}, uses
    assert short("void norm_kernel<true>(norm_rows<(bool)1>)") == "norm_kernel<true>"
    assert short("void gemm<(int)128, (bool)0, f<(int)2> >(p*, long)") == "gemm<128, false, f<2> >"
    assert short("plain(int)") == "plain"
    rows = {("a.cu", "bad<1>"): {"sm_80": Use(255, 0, 0, 4)}, ("a.cu", "good"): {"sm_80": Use(9, 0, 0, 0)}}
    assert [p[:32] for p in judge(rows, {})] == ["kernels/cuda/a.cu: bad<1>, sm_80"] and not judge(rows, {"bad": "why"})
    assert judge(rows, {"bad": "w", "gone": "w"}) == ["kernels/cuda/cold_kernels.txt: gone neither spills nor has a stack frame"]
    text = table(rows, ["80"], "13.0")
    page = put(f"head\n{BEGIN}\nold\n{END}\ntail\n", text)
    assert page.startswith("head\n") and page.endswith(f"\n{END}\ntail\n") and "| `good` | a.cu | 9 | 0 | 0 | 0 |" in page
    assert not compare(page, text) and len(compare(page, text.replace("| 9 |", "| 10 |"))) == 2 and made_with(page) == "13.0"
    assert made_with("") is None and len(compare("", "a\nb\n")) == 2
    assert cmake_list('set(A 80\n  90a CACHE STRING "x")', "A") == ["80", "90a"]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--write", action="store_true")
    options.add_argument("--compare", action="store_true")
    options.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument("--nvcc", default=shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc"))
    o = options.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    if not o.nvcc:
        print("skipped: no nvcc")
        return 77
    sources, archs, flags = read_settings(root)
    version = re.search(r"release ([\d.]+)", subprocess.run([o.nvcc, "--version"], capture_output=True, text=True, check=True).stdout)[1]
    cold, problems = read_cold(root / "kernels/cuda/cold_kernels.txt")
    rows = {}
    with tempfile.TemporaryDirectory(prefix="cadlm-kernels-") as folder, concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for source, log, status in pool.map(lambda s: compile_one(root, o.nvcc, s, archs, flags, folder), sources):
            if status != 0 or re.search(r"\bwarning\b", log):
                said = [line for line in log.splitlines() if not line.startswith(("ptxas info", "    "))]
                problems.append(f"kernels/cuda/{source}: " + ("does not compile" if status else "a warning") + "\n" + "\n".join(said))
                continue
            uses = parse(log)
            names = demangle(sorted({name for name, _ in uses}))
            for (name, arch), use in uses.items():
                rows.setdefault((source, names[name]), {})[arch] = use
    problems += judge(rows, cold)
    page = root / PAGE
    text = table(rows, archs, version)
    if o.write and not problems:
        page.write_text(put(page.read_text(), text))
    if o.compare and not problems:
        made = made_with(page.read_text())
        if made and made != version:
            print(f"the table of {PAGE} was made with CUDA {made}, this is {version}: not compared")
        else:
            problems += compare(page.read_text(), text)
            if problems:
                problems.append("make it again: scripts/kernel_registers.py --write")
    where = f" but in the {len(cold)} of cold_kernels.txt" if cold else ""
    print("\n".join(problems) if problems else f"{len(rows)} kernels of {len(sources)} sources with CUDA {version}: no spills{where}")
    return 1 if problems else 0


if __name__ == "__main__":
    self_test()
    sys.exit(main())
