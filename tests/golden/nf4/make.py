"""Weights and what bitsandbytes makes of them, as nf4.safetensors:  build/interop-venv/bin/python make.py"""
import os

os.environ["TORCHDYNAMO_DISABLE"] = "1"  # blocks of 2048 and more would be compiled, for minutes

import torch
from bitsandbytes import functional as bnb
from safetensors.torch import save_file

BLOCKS = (32, 64, 128, 256, 512, 1024, 2048, 4096)
THRESHOLDS = [-0.8480964004993439, -0.6106329262256622, -0.4599952697753906, -0.33967943489551544, -0.23460740596055984,
              -0.13791173323988914, -0.045525018125772476, 0.03979014977812767, 0.1202552504837513, 0.2035212516784668,
              0.2920137718319893, 0.3893125355243683, 0.5016634166240692, 0.6427869200706482, 0.8614784178118011]


def edges():
    """Rows of one block: zeros, tiny, huge, equal, one outlier, signs in turn, mostly zeros; the rest random."""
    w = torch.randn(16, 64)
    w[0] = 0
    w[1] *= 1e-30
    w[2] *= 1e30
    w[3] = 0.75
    w[4, 7] = -100
    w[5] = torch.tensor([1.0, -1.0] * 32)
    w[6, 1:] = 0
    return w.to(torch.bfloat16)


def add(out, name, w, block, nested=False, values=False):
    codes, state = bnb.quantize_4bit(w, blocksize=block, quant_type="nf4", compress_statistics=nested)
    key = f"{name}.{block}" + (".nested" if nested else "")
    if nested:
        out[f"{key}.q8"] = state.absmax
        out[f"{key}.outer"] = state.state2.absmax
        out[f"{key}.map"] = state.state2.code.clone()
        out[f"{key}.offset"] = state.offset.reshape(1).float()
    else:
        out[f"{key}.codes"] = codes.reshape(-1)
        out[f"{key}.absmax"] = state.absmax
    if values:
        out[f"{key}.values"] = bnb.dequantize_4bit(codes, state).to(torch.bfloat16).reshape(w.shape)


def main():
    torch.manual_seed(20261122)
    torch.set_num_threads(1)
    out = {"normal.w": (0.02 * torch.randn(64, 256)).to(torch.bfloat16), "edge.w": edges(),
           "ragged.w": (0.02 * torch.randn(3, 50)).to(torch.bfloat16)}
    limits = torch.zeros(1, 64)
    limits[0, :15] = torch.tensor(THRESHOLDS)
    limits[0, 15] = 1
    out["threshold.w"] = limits
    for block in BLOCKS:
        add(out, "normal", out["normal.w"], block)
    add(out, "normal", out["normal.w"], 64, nested=True, values=True)
    add(out, "normal", out["normal.w"], 32, nested=True, values=True)
    add(out, "edge", out["edge.w"], 64, values=True)
    add(out, "ragged", out["ragged.w"], 64)
    add(out, "threshold", limits, 64)
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nf4.safetensors")
    save_file({k: v.contiguous() for k, v in out.items()}, place, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
