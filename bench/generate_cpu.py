"""Batched greedy decoding of models/tiny beside transformers:  generate_cpu.py [--tiny] [--out=LINES.json]

The same prompts, as many at once, f32, key/value cache, two threads; transformers gets them padded on the left and sorted by
length.  Tokens are those drawn up to and with the end token; rounds alternate and the fastest of each counts.  Texts must be
equal but for EQUAL of them: a tie that rounding decides may turn one.
"""
import argparse
import tempfile
import time

import numpy as np
import tokenizers
import torch
import transformers

from common import THREADS, TINY, check, line, program, read, write

EQUAL = 0.98  # share of texts


def prompts(path):
    data, at, out = np.fromfile(path, dtype="<u4").astype(np.int64), 0, []
    while at < len(data):
        out.append(data[at + 1:at + 1 + data[at]])
        at += 1 + int(data[at])
    return out


def generate(model, ids, at_once, max_new, end):
    """Drawn ids of each prompt and seconds."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    out, start = [None] * len(ids), time.perf_counter()
    for first in range(0, len(order), at_once):
        some = order[first:first + at_once]
        longest = max(len(ids[i]) for i in some)
        rows = torch.full((len(some), longest), end)
        mask = torch.zeros((len(some), longest), dtype=torch.long)
        for k, i in enumerate(some):
            rows[k, longest - len(ids[i]):] = torch.from_numpy(ids[i])
            mask[k, longest - len(ids[i]):] = 1
        with torch.no_grad():
            drawn = model.generate(rows, attention_mask=mask, do_sample=False, max_new_tokens=max_new, use_cache=True,
                                   eos_token_id=end, pad_token_id=end)[:, longest:]
        for k, i in enumerate(some):
            row = drawn[k].tolist()
            out[i] = row[:row.index(end) + 1] if end in row else row
    return out, time.perf_counter() - start


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("--tiny", action="store_true")
    a.add_argument("--out")
    a = a.parse_args()
    n, at_once, rounds = (6, 4, 1) if a.tiny else (192, 64, 2)
    torch.set_num_threads(THREADS)
    transformers.logging.set_verbosity_error()
    model = transformers.AutoModelForCausalLM.from_pretrained(TINY, dtype=torch.float32).eval()
    tokenizer = tokenizers.Tokenizer.from_file(f"{TINY}/tokenizer.json")
    end = model.config.eos_token_id
    ours_rate = theirs_rate = peak = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            program("generate_cpu", TINY, n, at_once, THREADS, folder)
            ours = read(folder)
            drawn, seconds = generate(model, prompts(f"{folder}/prompts.u32"), at_once, ours["max_new"], end)
            ours_rate = max(ours_rate, ours["tokens_s"])
            peak = max(peak, ours["peak_gflops"])
            theirs_rate = max(theirs_rate, sum(map(len, drawn)) / seconds)
    texts = [tokenizer.decode([t for t in row if t != end], skip_special_tokens=False) for row in drawn]
    equal = sum(x == y for x, y in zip(texts, ours["answers"]))
    print(f"  {equal} of {n} texts equal, {sum(map(len, drawn))} tokens there, {ours['tokens']} here")
    check(len(texts) == len(ours["answers"]) and equal >= EQUAL * n, f"{equal} of {n} texts are equal")
    share = ours_rate * ours["flops"] / ours["tokens"] * 1e-9 / peak
    write(a.out, [line("generate_cpu, models/tiny", ours_rate, theirs_rate, "tokens/s",
                       f"transformers {transformers.__version__}", must=5.0, share=share, floor=ours_rate / share,
                       floor_is="linears at the measured OpenBLAS f32 peak", equal=f"{equal} of {n} texts equal")])
