#!/usr/bin/env python3
"""Keeps what the benches measured, with how quiet the machine was, and writes it into the table of bench/README.md.

  record.py fresh OUT SOURCES                          succeeds when OUT was measured on these sources
  record.py run NAME OUT LINES SOURCES COMMAND..       runs a bench that writes LINES, or prints (ops_cpu)
  record.py table NAME..                               build/bench/NAME.json into bench/results/DATE-CPU.json and the table

What was measured beside other work is not kept, unless CADLM_BENCH_NOISY=1 (scripts/bench.sh --noisy): its ratios say nothing.
"""
import datetime
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUIET = 0.05  # share of all CPU time that went to other programs
NOISY = os.environ.get("CADLM_BENCH_NOISY") == "1"
NAMES = ["train_cpu", "generate_cpu", "tokenizer", "rag", "step", "eval", "ir", "parts", "ops_cpu"]
BEGIN, END = "<!-- table: written by scripts/bench.sh -->\n", "<!-- end of the table -->\n"


def cpu_name():
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def short(cpu):
    return " ".join(re.sub(r"\((R|TM)\)|CPU|Processor|@.*", "", cpu).split())


def busy():
    """CPU seconds of all programs since the start of the machine."""
    user, nice, system, _, _, irq, soft, *_ = map(int, open("/proc/stat", encoding="utf-8").readline().split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def own():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime


def lines_of(name, path, printed):
    if name == "ir":
        o = json.load(open(path, encoding="utf-8"))["all"]
        if o["failed"]:
            sys.exit(f"bench: error: {o['failed']} of {o['parts']} parts are refused; their time says nothing")
        return [{"name": "ir, a part, core and all checks", "ours": o["part_ms"], "unit": "ms", "goal": 5.0,
                 "note": f"{o['parts']} parts, slowest {o['worst_ms']:.1f} ms"}]
    if name == "ops_cpu":
        peak = float(re.search(r"OpenBLAS peak ([\d.]+)", printed).group(1))
        step = float(re.search(r"one step: .* = (\d+) tokens/s", printed).group(1))
        return [{"name": "ops_cpu, ops of a step, 4 x 128", "ours": step, "unit": "tokens/s", "note": f"peak {peak:.0f} GFLOP/s"}]
    return json.load(open(path, encoding="utf-8"))


def run(name, out, path, sources, command):
    began, cpu, mine = time.monotonic(), busy(), own()
    p = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(p.stdout, end="", flush=True)
    if p.returncode:
        print(f"bench: {name} ends with {p.returncode}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - began
    other = max(0.0, busy() - cpu - (own() - mine)) / (seconds * os.cpu_count())
    print(f"bench: {name} took {seconds:.0f} s; other programs had {100 * other:.0f} % of the CPUs")
    if other > QUIET and not NOISY:
        print(f"bench: {name} is not kept: expected at most {100 * QUIET:.0f} % for others; wait until they are done, or --noisy", file=sys.stderr)
        return 1
    record = {"bench": name, "sources": sources, "date": datetime.date.today().isoformat(), "cpu": cpu_name(),
              "cpus": os.cpu_count(), "seconds": round(seconds, 1), "other_programs": round(other, 3), "quiet": other <= QUIET,
              "lines": lines_of(name, path, p.stdout)}
    pathlib.Path(out).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


def number(x, unit):
    if x is None:
        return ""
    return f"{x:,.0f} {unit}" if x >= 100 else f"{x:.3g} {unit}"


def row(r, record, several):
    must = r.get("wanted") or "; ".join(f"{k} {r[k]:g}" + ("x" if "must" in r else " ms") for k in ("must", "goal", "target") if k in r)
    floor = number(r.get("floor"), r["unit"]) + (f" ({r['floor_is']})" if "floor_is" in r else "")
    note = [r["note"]] if "note" in r else []
    note += [f"{100 * r['share']:.0f} % of the peak"] if "share" in r else []
    note += [r["equal"]] if "equal" in r else []
    when = record["date"] + ("" if record["quiet"] else f", **not quiet**: others had {100 * record['other_programs']:.0f} %")
    when += f", {short(record['cpu'])}" if several else ""
    beside = number(r.get("theirs"), r["unit"]) + (f", {r['other']}" if r.get("theirs") else "")
    cells = [r["name"], number(r["ours"], r["unit"]), beside, f"{r['ratio']:.2f}x" if "ratio" in r else "", floor, must,
             "; ".join(note), when]
    return "| " + " | ".join(cells) + " |\n"


def table_text(results):
    text = "| line | here | beside | ratio | floor | wanted | | measured |\n|---|---:|---:|---:|---:|---|---|---|\n"
    on = sorted({f"{short(r['cpu'])}, {r['cpus']} CPUs" for r in results.values()})
    for name in NAMES:
        record = results.get(name)
        text += "".join(row(r, record, len(on) > 1) for r in record["lines"]) if record else f"| {name} | not measured on a quiet machine | | | | | | |\n"
    return (f"Measured on {'; '.join(on)}.\n\n" if on else "") + text


def newest_of(folder):
    """Of each bench the newest record, whatever the CPU: the table says it."""
    all_of = {}
    for path in sorted(folder.glob("*.json")):
        for name, record in json.loads(path.read_text(encoding="utf-8")).items():
            if name not in all_of or record["date"] >= all_of[name]["date"]:
                all_of[name] = record
    return all_of


def readme_text(old, results):
    head, rest = old.split(BEGIN)
    return head + BEGIN + table_text(results) + END + rest.split(END)[1]


def table(names):
    folder = ROOT / "bench/results"
    folder.mkdir(exist_ok=True)
    slug = re.sub(r"[^A-Za-z0-9]+", "-", short(cpu_name())).strip("-").lower()
    before = sorted(folder.glob(f"*-{slug}.json"))
    results = json.loads(before[-1].read_text(encoding="utf-8")) if before else {}
    for name in names:
        path = ROOT / f"build/bench/{name}.json"
        record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        if record and (record["quiet"] or NOISY):
            results[name] = record
    if not results:
        return 0
    newest = max(r["date"] for r in results.values())
    out = folder / f"{newest}-{slug}.json"
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    readme = ROOT / "bench/README.md"
    readme.write_text(readme_text(readme.read_text(encoding="utf-8"), newest_of(folder)), encoding="utf-8")
    print(f"bench: {out.relative_to(ROOT)}, bench/README.md")
    return 0


def fresh(out, sources):
    path = pathlib.Path(out)
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return 0 if record and record["sources"] == sources and (record["quiet"] or NOISY) else 1


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "run":
        sys.exit(run(*rest[:4], rest[4:]))
    sys.exit(fresh(*rest) if verb == "fresh" else table(rest))
