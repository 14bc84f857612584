"""models/tiny in transformers: same logits, in f32, and with its linears in NF4 (oracle: numpy)."""
import numpy as np
import torch

from interop_common import TINY, compare, loads, main
from interop_torch import AGAINST, load, our_logits, some_ids, their_logits

LIMIT = 1e-4  # of a logit, f32 on both sides


def nf4_rounded(weight):
    """bf16(level * absmax) of blocks of 64, from the table of NF4 and its thresholds (QLoRA, arXiv 2305.14314)."""
    levels = np.array([-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
                       -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
                       0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
                       0.7229568362236023, 1.0], dtype=np.float32)
    flat = weight.detach().to(torch.bfloat16).float().numpy().reshape(-1, 64)
    top = np.max(np.abs(flat), axis=1, keepdims=True)
    scaled = flat * (np.float32(1) / np.where(top == 0, np.float32(1), top))
    middle = ((levels[1:].astype(np.float64) + levels[:-1]) / 2).astype(np.float32)
    codes = np.searchsorted(middle, scaled, side="left")
    back = torch.from_numpy(levels[codes] * top).to(torch.bfloat16).float()
    return back.reshape(weight.shape)


def test_model(work):
    model = load(TINY)
    loads("Models", "a model that cadlm trained (models/tiny), in transformers")
    ids = some_ids(model.config.vocab_size)
    compare("Models", "logits of models/tiny", our_logits(work, TINY, None, "fp32", ids), their_logits(model, ids), LIMIT, AGAINST)
    for name, p in model.named_parameters():
        if name.endswith("_proj.weight"):
            p.data = nf4_rounded(p.data)
    compare("Models", "logits of models/tiny with its linears in NF4", our_logits(work, TINY, None, "nf4", ids),
            their_logits(model, ids), LIMIT, AGAINST)


if __name__ == "__main__":
    main(test_model)
