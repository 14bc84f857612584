"""AdamW: torch.optim.AdamW in 32 bits; in 8 bits the rule in numpy, and bitsandbytes on a CPU, over 1,000 steps.

bitsandbytes on a CPU decays before the update, has no sign rule, and encodes by a coarser search: p is compared, moments are not.
"""
import bitsandbytes
import numpy as np
import torch

from adamw8_rule import AdamW
from interop_common import largest, main, row, run

SIZES = [4096, 5000, 300, 2500]
LR, DECAY, CYCLE = 1e-3, 0.1, 50
F = np.float32


def make(seed, tiny=0.0):
    """Values, and gradients of CYCLE steps that are taken in turn, of each tensor, over three decades; a share of the elements has
    gradients so small that their moments round to zero in 8 bits, where the sign rule acts."""
    rng = np.random.default_rng(seed)
    values = [rng.normal(0, 0.5, n).astype(F) for n in SIZES]
    scale = [np.where(rng.random(n) < tiny, 1e-9, 1) for n in SIZES]
    gradients = [[((rng.normal(0, 1, n) * 10.0 ** rng.uniform(-4, -1, n) + 1e-3) * s).astype(F) for n, s in zip(SIZES, scale)]
                 for _ in range(CYCLE)]
    return values, gradients


def padded(tensors):
    return np.concatenate([np.pad(x, (0, -len(x) % 256)) for x in tensors])


def cut(flat):
    out, at = [], 0
    for n in SIZES:
        out.append(flat[at:at + n])
        at += n + -n % 256
    return out


def ours(work, kind, steps, before, sign, values, gradients):
    padded(values).tofile(f"{work}/p0.f32")
    np.concatenate([padded(g) for g in gradients]).tofile(f"{work}/g.f32")
    run("interop_adamw", kind, steps, LR, DECAY, before, sign, f"{work}/p0.f32", f"{work}/g.f32", work, *SIZES)

    def read(name, dtype):
        return np.fromfile(f"{work}/{name}", dtype)

    return read


def rms(a, b):
    return float(np.sqrt(np.mean((np.concatenate(a).astype(np.float64) - np.concatenate(b)) ** 2)))


def by_rule(values, gradients, steps, before, sign):
    tensors = [AdamW(v.copy(), LR, DECAY, before, sign) for v in values]
    for t in range(steps):
        for tensor, g in zip(tensors, gradients[t % CYCLE]):
            tensor.step(g)
    return tensors


def by_library(make_optimizer, values, gradients, steps):
    params = [torch.nn.Parameter(torch.from_numpy(v.copy())) for v in values]
    optimizer = make_optimizer(params, lr=LR, betas=(0.9, 0.999), eps=1e-8, weight_decay=DECAY)
    for t in range(steps):
        for p, g in zip(params, gradients[t % CYCLE]):
            p.grad = torch.from_numpy(g.copy())
        optimizer.step()
    return [p.detach().numpy() for p in params]


def test_f32(work):
    values, gradients = make(1)
    read = ours(work, "f32", 20, "before", "sign", values, gradients)
    theirs = by_library(torch.optim.AdamW, values, gradients, 20)
    worst = largest(np.abs(a - b) for a, b in zip(cut(read("p.f32", F)), theirs))
    row("Optimizers", "parameters after 20 steps of AdamW in 32 bits, decay before the update", worst, 1e-6, ["torch"])


def test_rule(work):
    values, gradients = make(2, tiny=0.25)
    for before, sign in [("after", "sign"), ("before", "no-sign")]:
        name = f"8-bit AdamW, decay {before} the update, {'with' if sign == 'sign' else 'without'} the sign rule"
        read = ours(work, "8bit", 20, before, sign, values, gradients)
        rule = by_rule(values, gradients, 20, before == "before", sign == "sign")
        m8, v8 = cut(read("m8.u8", np.uint8)), cut(read("v8.u8", np.uint8))
        different = np.concatenate([a != b for i, r in enumerate(rule) if r.eight for a, b in [(m8[i], r.m8), (v8[i], r.v8)]])
        row("Optimizers", f"codes after 20 steps of {name}: share that differs", float(np.mean(different)), 0.01, ["numpy"])
        worst = largest(np.abs(a - r.p) for a, r in zip(cut(read("p.f32", F)), rule))
        row("Optimizers", f"parameters after 20 steps of {name}", worst, 1e-4, ["numpy"])
        read = ours(work, "8bit", 1000, before, sign, values, gradients)
        rule = by_rule(values, gradients, 1000, before == "before", sign == "sign")
        row("Optimizers", f"parameters after 1,000 steps of {name}, root mean square", rms(cut(read("p.f32", F)), [r.p for r in rule]),
            1e-4, ["numpy"])


def test_bitsandbytes(work):
    values, gradients = make(3)
    read = ours(work, "8bit", 1000, "before", "no-sign", values, gradients)
    theirs = by_library(bitsandbytes.optim.AdamW8bit, values, gradients, 1000)
    moved = rms(theirs, values)
    assert moved > 0.05, moved
    row("Optimizers", "parameters after 1,000 steps of 8-bit AdamW, root mean square", rms(cut(read("p.f32", F)), theirs), 2e-3,
        ["bitsandbytes", "torch"])


if __name__ == "__main__":
    main(test_f32, test_rule, test_bitsandbytes)
