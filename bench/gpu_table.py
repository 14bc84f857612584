#!/usr/bin/env python3
"""The table of kernels on GPUs in bench/README.md: what a kernel must reach, and what was measured last, or that nothing was.

usage: gpu_table.py BENCH_GPU [--write|--check]     BENCH_GPU: the program, for its list of cases

Measurements are the files bench/results/DATE-NAME-gpu.json, copies of gpu-check.json as scripts/gpu_check.sh leaves it; the newest counts."""
import json
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- gpu table: written by bench/gpu_table.py -->\n", "<!-- end of the gpu table -->\n"
MODELS = ["Qwen2.5-Coder-7B", "Qwen2.5-3B", "Qwen2.5-0.5B"]
JOBS = [(m, w) for m in MODELS for w in ("bf16", "nf4")]
P, W = 790e12, 3.0e12  # ceilings to plan with until they are measured (spec/kernels.md)


def cases(program):
    """One line of each op for the first model, at its largest matrix, and all products of every model."""
    try:
        told = subprocess.run([program, "cpu", "--list", "--models=" + ",".join(MODELS)], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as e:
        sys.exit(f"{program}: {e}")
    seen = set()
    for c in map(json.loads, told.splitlines()):
        rows = c["shape"].split(", ")
        if c["group"] != "gemm":
            small = len(rows) == 3 and rows[0] != "gate_up"
            key = (c["op"], rows[1] if c["op"] == "nf4_linear_fwd" else "", c["shape"] if c["group"] == "attention" else "")
            if c["model"] != MODELS[0] or small or key in seen:
                continue
            seen.add(key)
        yield c


def newest(folder):
    """(date, document) of the newest measurement, or None."""
    files = sorted(folder.glob("*-gpu.json"))
    if not files:
        return None
    try:
        doc = json.loads(files[-1].read_text())
    except ValueError as e:
        sys.exit(f"{files[-1]}: {e}; expected a copy of gpu-check.json")
    if not isinstance(doc, dict) or "lines" not in doc or not str(doc.get("device")).startswith("cuda:"):
        sys.exit(f"{files[-1]}: expected a copy of gpu-check.json, measured on cuda:N")
    return files[-1].name[:10], doc


def floor_us(c, p, w):
    return 1e6 * max(c["flops"] / p, c["bytes"] / w)


def wanted(c):
    what = " of cuDNN" if c["group"] == "attention" else " of cuBLASLt" if c["group"] in ("gemm", "lora") and "linear" in c["op"] and c["must"] else " of the floor"
    return f'{c["must"]:g}; goal {c["goal"]:g}{what}' if c["must"] else ""


def measured(c, doc, p, w):
    """(time, share of the floor, ratio to the peer) as text."""
    lines = [x for x in doc["lines"] if "us" in x and (x.get("op"), x.get("model"), x.get("shape")) == (c["op"], c["model"], c["shape"])]
    peers = [x for x in doc["lines"] if (x.get("peer_of"), x.get("model"), x.get("shape")) == (c["op"], c["model"], c["shape"])]
    if not lines:
        return "never measured", "", ""
    ours, ratio = statistics.median(lines[-1]["us"]), ""
    if "peer_us" in lines[-1]:
        ratio = f'{statistics.median(lines[-1]["peer_us"]) / ours:.2f}x {lines[-1]["peer"]}'
    elif peers:
        ratio = f'{statistics.median(peers[-1]["us"]) / ours:.2f}x {peers[-1]["peer"]}'
    return f"{ours:,.1f} us", f"{100 * floor_us(c, p, w) / ours:.0f} %", ratio


def job_line(model, weights, doc):
    found = [x for x in doc["lines"] if (x.get("job"), x.get("weights")) == (model, weights)]
    text = "never measured"
    if found:
        ms = statistics.median(found[-1]["ms"])
        text = f'{1e3 * found[-1]["tokens"] / ms:,.0f} tokens/s in training, {found[-1]["decode_alone"]:,.0f} and {found[-1]["decode_all"]:,.0f} in decoding'
    return f"| training and decoding, {weights}, LoRA r16 | {model} | rows of 320 | | | {text} | | |"


def table(program, folder):
    found = newest(folder)
    doc = found[1] if found else {"lines": []}
    heads = [x for x in doc["lines"] if x.get("head") and x["p"] > 1]
    p, w = (heads[-1]["p"], heads[-1]["w"]) if heads else (P, W)
    told = f"Measured {found[0]} on {doc['device']}." if found else "Nothing was measured on a GPU so far."
    lines = [f"{told} Floors at {1e-12 * p:.0f} TFLOP/s and {1e-12 * w:.1f} TB/s{'' if heads else ' (planned)'}.", "",
             "| op | model | shape | floor | must | measured | of the floor | beside |", "|---|---|---|---:|---|---:|---:|---|"]
    for c in cases(program):
        time, share, ratio = measured(c, doc, p, w)
        lines.append(f'| {c["op"]} | {c["model"]} | {c["shape"]} | {floor_us(c, p, w):,.1f} us | {wanted(c)} | {time} | {share} | {ratio} |')
    lines += [job_line(m, kind, doc) for m, kind in JOBS]
    return "\n".join(lines) + "\n"


def self_test():
    c = {"op": "o", "model": "m", "shape": "s", "group": "gemm", "flops": 790e6, "bytes": 3.0, "must": 0.95, "goal": 1.03}
    assert floor_us(c, P, W) == 1.0 and measured(c, {"lines": []}, P, W)[0] == "never measured"
    line = {"op": "o", "model": "m", "shape": "s", "us": [2.0, 4.0, 3.0], "peer_us": [3.0], "peer": "B"}
    assert measured(c, {"lines": [line]}, P, W) == ("3.0 us", "33 %", "1.00x B")
    peer = {"peer_of": "o", "model": "m", "shape": "s", "peer": "torch", "us": [6.0]}
    assert measured(c, {"lines": [{k: v for k, v in line.items() if "peer" not in k}, peer]}, P, W)[2] == "2.00x torch"
    job = {"job": "m", "weights": "bf16", "ms": [10.0], "tokens": 100, "decode_alone": 5.0, "decode_all": 7.0}
    assert "10,000 tokens/s in training, 5 and 7 in decoding" in job_line("m", "bf16", {"lines": [job]})


def main():
    self_test()
    if len(sys.argv) != 3 or sys.argv[2] not in ("--write", "--check"):
        sys.exit(__doc__)
    page = ROOT / "bench/README.md"
    text = page.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"{page}: expected '{BEGIN.strip()}' and '{END.strip()}' once each")
    new = text[:text.index(BEGIN) + len(BEGIN)] + table(sys.argv[1], ROOT / "bench/results") + text[text.index(END):]
    if sys.argv[2] == "--write":
        page.write_text(new)
    elif new != text:
        sys.exit("bench/README.md: the table of GPUs is not what cases and results say; make it again: "
                 "bench/gpu_table.py build/release/bin/bench_gpu --write")


if __name__ == "__main__":
    main()
