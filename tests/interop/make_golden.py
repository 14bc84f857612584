"""Makes tests/golden/qwen2_tiny, llama_tiny and adamw8 again:  make_golden.py FOLDER [NAME..]  (FOLDER: tests/golden)

Runs in build/interop-venv; the READMEs there name the versions."""
import os
import sys

import numpy as np
import torch
from safetensors.numpy import save_file

from adamw8_rule import BETA1, BETA2, EPS, AdamW

ADAMW_SIZES, ADAMW_STEPS, ADAMW_LR, ADAMW_DECAY = [300, 2500, 4096, 5000, 20000], 20, 1e-3, 0.1


def model(folder, seed, make):
    import tiny_models as tiny  # takes longer than adamw8

    net = tiny.randomise(make(tiny), seed)
    tiny.save(net, folder, torch.bfloat16)
    tiny.random_adapter(net, seed + 1, f"{folder}/adapter")
    os.remove(f"{folder}/adapter/README.md")
    batches = tiny.make_batches(net.config.vocab_size, seed + 2, 32, rows=3, longest=14)
    ids = np.random.default_rng(seed + 3).integers(0, net.config.vocab_size, 48)
    batches[0].append((ids, 1))  # positions that scaled RoPE turns otherwise
    tiny.write_batches(f"{folder}/batches.u32", batches)
    theirs = tiny.open_model(folder, f"{folder}/adapter")
    expected = {"logits": tiny.logits(theirs, batches[0])}
    losses, gradients, values = tiny.train(theirs, batches)
    expected["losses"] = losses
    expected |= {f"gradient.{name}": g for name, g in gradients.items()}
    expected |= {f"trained.{name}": v for name, v in values.items()}
    save_file(expected, f"{folder}/expected.safetensors")


def qwen2_tiny(folder):
    model(folder, 40, lambda tiny: tiny.qwen2(True, vocab_size=512, hidden_size=64, intermediate_size=160, num_hidden_layers=2,
                                         num_attention_heads=4, num_key_value_heads=2))


def llama_tiny(folder):
    model(folder, 50, lambda tiny: tiny.llama(False, vocab_size=512, hidden_size=64, intermediate_size=160, num_hidden_layers=2,
                                         num_attention_heads=4, num_key_value_heads=2, head_dim=24))


def hashed(tensor, step, n):
    """n numbers of f32 from a hash of (tensor, step, element), a sum of four: exact, so that the C test makes the same."""
    i = np.arange(4 * n, dtype=np.uint32) + np.uint32(tensor * 1000003 + step * 7919003)
    with np.errstate(over="ignore"):  # the finaliser of MurmurHash3
        i ^= i >> np.uint32(16)
        i *= np.uint32(0x85EBCA6B)
        i ^= i >> np.uint32(13)
        i *= np.uint32(0xC2B2AE35)
        i ^= i >> np.uint32(16)
    parts = (i >> np.uint32(16)).astype(np.int64).reshape(n, 4) - 32768
    return (parts.sum(axis=1) * 2.0**-16).astype(np.float32)


def adamw_inputs(tensor, n):
    """Values below 1/4, and the gradient of a step: a quarter so small that their moments round to zero in 8 bits."""
    small = np.where(np.arange(n) % 4 == 3, np.float32(2.0**-30), np.float32(2.0**-4))
    return hashed(tensor, 0, n) * np.float32(2.0**-3), lambda step: hashed(tensor, step, n) * small


def adamw8(folder):
    """20 steps by the default rule, codes and absmax after 1 and 20; and by torch.optim.AdamW in 32 bits."""
    os.makedirs(folder, exist_ok=True)
    out = {}
    for k, n in enumerate(ADAMW_SIZES):
        values, gradient = adamw_inputs(k, n)
        rule = AdamW(values.copy(), ADAMW_LR, ADAMW_DECAY, before=False, sign_rule=True)
        p = torch.nn.Parameter(torch.from_numpy(values.copy()).double())
        exact = torch.optim.AdamW([p], lr=ADAMW_LR, betas=(BETA1, BETA2), eps=EPS, weight_decay=ADAMW_DECAY)
        for step in range(1, ADAMW_STEPS + 1):
            rule.step(gradient(step))
            p.grad = torch.from_numpy(gradient(step)).double()
            exact.step()
            if step in (1, ADAMW_STEPS) and rule.eight:
                out |= {f"{k}.m8.{step}": rule.m8, f"{k}.v8.{step}": rule.v8, f"{k}.ma.{step}": rule.ma, f"{k}.va.{step}": rule.va}
        if not rule.eight:
            out |= {f"{k}.m32": rule.m, f"{k}.v32": rule.v}
        state = exact.state[p]
        out |= {f"{k}.p": rule.p, f"{k}.torch.p": p.detach().float().numpy()}
        if n <= 5000:
            out |= {f"{k}.torch.m": state["exp_avg"].float().numpy(), f"{k}.torch.v": state["exp_avg_sq"].float().numpy()}
    save_file(out, f"{folder}/expected.safetensors")


ALL = {"qwen2_tiny": qwen2_tiny, "llama_tiny": llama_tiny, "adamw8": adamw8}
if __name__ == "__main__":
    for name in sys.argv[2:] or ALL:
        ALL[name](f"{sys.argv[1]}/{name}")
