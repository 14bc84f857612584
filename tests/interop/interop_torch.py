"""Models: logits of interop_dump and of transformers for the same ids."""
import numpy as np
import torch
import transformers

from interop_common import dump

transformers.logging.set_verbosity_error()
AGAINST = ["transformers", "torch"]


def our_logits(work, model, adapter, weights, ids):
    """(n, V) of one sequence; weights: fp32, bf16, nf4 or nf4dq."""
    ids = np.asarray(ids, dtype="<u4")
    ids.tofile(f"{work}/ids.u32")
    dump("logits", model, adapter or "-", weights, f"{work}/ids.u32", f"{work}/out.f32")
    return np.fromfile(f"{work}/out.f32", dtype="<f4").reshape(len(ids), -1)


def their_logits(model, ids):
    with torch.no_grad():
        return model(torch.tensor(np.asarray(ids, dtype=np.int64)[None])).logits[0].float().numpy()


def load(path, dtype=torch.float32):
    return transformers.AutoModelForCausalLM.from_pretrained(path, dtype=dtype, attn_implementation="eager").eval()


def some_ids(vocab, n=60, seed=0):
    return np.random.default_rng(seed).integers(0, vocab, n)
