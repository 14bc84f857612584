"""The training step of train_cpu beside PyTorch:  train_cpu.py [--tiny] [--out=LINES.json]

Both take the same steps: the rows that train_cpu wrote, its first weights, the same AdamW and clipping; non-pad tokens are
counted.  Rounds alternate (ours, eager, compiled) and the fastest of each counts, since other programs only add time.  PyTorch
gets a decoder written for this batch: linears on packed rows, scaled_dot_product_attention on rows padded to the longest,
logits of loss rows only, fused AdamW; compiled, with all shapes padded to those of the largest step, so that it compiles once.
Loss curves must agree: the first of LIMITS before the first update, the second in any step, relative.  With products of bf16
PyTorch runs under torch.autocast; where this processor has none, that line is left out.
"""
import argparse
import os
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from common import THREADS, TINY, check, line, program, read, write

LIMITS = {"own": (1e-6, 1e-5), "bf16": (1e-3, 2e-2)}


def read_batches(path):
    """[(rows, begins)] for each step."""
    data, at, steps = np.fromfile(path, dtype="<u4").astype(np.int64), 0, []
    while at < len(data):
        n, rows, begins = data[at], [], []
        at += 1
        for _ in range(n):
            rows.append(data[at + 2:at + 2 + data[at]])
            begins.append(data[at + 1])
            at += 2 + data[at]
        steps.append((rows, begins))
    return steps


def tensors(steps, fixed):
    """Ids, positions, places of packed rows in the padded ones and back, loss rows, targets; `fixed`: equal shapes for all."""
    most = [max(len(r) for r, _ in steps), max(max(map(len, r)) for r, _ in steps)]
    n_max = max(sum(map(len, r)) for r, _ in steps)
    m_max = max(sum(len(i) - b for i, b in zip(r, s)) for r, s in steps)
    out = []
    for rows, begins in steps:
        count, longest = (most if fixed else (len(rows), max(map(len, rows))))
        ids, pos, place, back, loss, target, at = [], [], [], np.zeros((count, longest), dtype=np.int64), [], [], 0
        for r, (row, begin) in enumerate(zip(rows, begins)):
            ids.append(row)
            pos.append(np.arange(len(row)))
            place.append(r * longest + np.arange(len(row)))
            back[r, :len(row)] = at + np.arange(len(row))
            loss.append(at + np.arange(begin - 1, len(row) - 1))
            target.append(row[begin:])
            at += len(row)
        ids, pos, place, loss, target = map(np.concatenate, (ids, pos, place, loss, target))
        answers = len(target)
        if fixed:
            ids, pos, place = (np.pad(v, (0, n_max - at)) for v in (ids, pos, place))
            loss = np.pad(loss, (0, m_max - answers))
            target = np.pad(target, (0, m_max - answers), constant_values=-100)
        out.append([torch.from_numpy(v) for v in (ids, pos, place, back, loss, target)] + [at, answers])
    return out


def block(x, w, cos, sin, place, back, heads, eps):
    """One layer on packed rows (n, width)."""
    norm1, q, qb, k, kb, v, vb, o, norm2, gate, up, down = w
    n, width = x.shape
    y = F.rms_norm(x, (width,), norm1, eps)
    q, k, v = (F.linear(y, a, b).view(n, heads, -1) for a, b in ((q, qb), (k, kb), (v, vb)))
    q, k = (a * cos + torch.cat((-a[..., a.shape[-1] // 2:], a[..., :a.shape[-1] // 2]), -1) * sin for a in (q, k))
    q, k, v = (a[back].transpose(1, 2) for a in (q, k, v))  # (rows, heads, longest, head dim); padding is behind
    a = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(-1, width)
    x = x + F.linear(a[place], o)
    y = F.rms_norm(x, (width,), norm2, eps)
    return x + F.linear(F.silu(F.linear(y, gate)) * F.linear(y, up), down)


def head_loss(x, norm, head, loss, target, answers, eps):
    x = F.rms_norm(x[loss], (x.shape[1],), norm, eps)
    return F.cross_entropy(F.linear(x, head), target, ignore_index=-100, reduction="sum") / answers


PARTS = ["input_layernorm.weight", "self_attn.q_proj.weight", "self_attn.q_proj.bias", "self_attn.k_proj.weight",
         "self_attn.k_proj.bias", "self_attn.v_proj.weight", "self_attn.v_proj.bias", "self_attn.o_proj.weight",
         "post_attention_layernorm.weight", "mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight"]


class Decoder:
    def __init__(self, folder, config, compiled):
        self.p = {k: v.requires_grad_() for k, v in load_file(f"{folder}/model.safetensors").items()}
        self.layers = [[self.p[f"model.layers.{i}.{part}"] for part in PARTS] for i in range(config.num_hidden_layers)]
        self.heads, self.eps = config.num_attention_heads, config.rms_norm_eps
        dim = config.hidden_size // self.heads
        angle = torch.outer(torch.arange(config.max_position_embeddings).double(),
                            config.rope_parameters["rope_theta"] ** (-torch.arange(0, dim, 2).double() / dim))
        self.cos, self.sin = (torch.cat((f(angle), f(angle)), -1).float()[:, None] for f in (torch.cos, torch.sin))
        self.block = torch.compile(block, dynamic=False) if compiled else block
        self.head_loss = torch.compile(head_loss, dynamic=False) if compiled else head_loss

    def loss(self, ids, pos, place, back, loss, target, answers):
        x = F.embedding(ids, self.p["model.embed_tokens.weight"])
        cos, sin = self.cos[pos], self.sin[pos]
        for w in self.layers:
            x = self.block(x, w, cos, sin, place, back, self.heads, self.eps)
        return self.head_loss(x, self.p["model.norm.weight"], self.p["lm_head.weight"], loss, target, answers, self.eps)


def train(folder, config, steps, ours, compiled, products):
    """Losses of all steps, and tokens a second after the warm-up."""
    d, h, warmup = Decoder(folder, config, compiled), ours["adamw"], ours["warmup"]
    params = list(d.p.values())
    groups = [{"params": [p for p in params if p.ndim > 1], "weight_decay": h["weight_decay"]},
              {"params": [p for p in params if p.ndim == 1], "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(groups, lr=h["lr"], betas=(h["beta1"], h["beta2"]), eps=h["eps"], fused=True)
    losses, tokens, seconds = [], 0, 0.0
    for i, (*data, n, answers) in enumerate(steps):
        start = time.perf_counter()
        adamw.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=products == "bf16"):
            loss = d.loss(*data, torch.tensor(float(answers)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, h["clip"])
        adamw.step()
        losses.append(loss.item())
        if i >= warmup:
            seconds += time.perf_counter() - start
            tokens += n
    return losses, tokens / seconds


def compare_losses(what, ours, theirs, limits):
    apart = [abs(a - b) / abs(b) for a, b in zip(ours, theirs)]
    print(f"  {what}: losses {theirs[0]:.4f} .. {theirs[-1]:.4f}, largest difference {max(apart):.1e} of the loss", flush=True)
    check(len(ours) == len(theirs) and theirs[-1] < theirs[0], f"{what}: the loss does not fall")
    check(apart[0] <= limits[0], f"{what}: first loss {theirs[0]}; ours {ours[0]}")
    check(max(apart) <= limits[1], f"{what}: losses differ by {max(apart):.2e} of the loss; at most {limits[1]:g}")


def bench(work, layers, steps, warmup, rounds, compiled, products="own"):
    from transformers import AutoConfig

    best, peak = {}, 0.0
    kinds = ["eager", "compiled"] if compiled else ["eager"]
    data = {}
    for _ in range(rounds):
        program("train_cpu", TINY, layers, steps, warmup, THREADS, products, work)
        ours = read(work)
        if products == "bf16" and not ours["rounded"]:
            print("  this processor does not multiply bf16")
            return None
        peak = max(peak, ours["peak_gflops"])
        if ours["tokens_s"] > best.get("ours", {"tokens_s": 0})["tokens_s"]:
            best["ours"] = ours
        config = AutoConfig.from_pretrained(f"{work}/model")
        for kind in list(kinds):
            if kind not in data:
                data[kind] = tensors(read_batches(f"{work}/batches.u32"), kind == "compiled")
            try:
                losses, rate = train(f"{work}/model", config, data[kind], ours, kind == "compiled", products)
            except torch._dynamo.exc.TorchDynamoException as e:
                print(f"  torch.compile does not work here: {str(e).splitlines()[0]}")
                kinds.remove(kind)
                continue
            compare_losses(kind, ours["loss"], losses, LIMITS[products])
            print(f"  {kind}: {rate:.0f} tokens/s", flush=True)
            best[kind] = max(best.get(kind, 0.0), rate)
    kind = max(kinds, key=lambda k: best[k])
    share = best["ours"]["gflops"] / peak
    floor = best["ours"]["tokens_s"] / share  # tokens/s if the linears alone ran at the peak
    name = f"train_cpu, {layers} x 192" + (", products of bf16" if products == "bf16" else "")
    return line(name, best["ours"]["tokens_s"], best[kind], "tokens/s",
                f"PyTorch {torch.__version__.split('+')[0]} {kind}", share=share, peak_gflops=peak, floor=floor, must=1.0, goal=1.5,
                rates={k: best[k] for k in kinds}, floor_is="linears at the measured OpenBLAS f32 peak")


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("--tiny", action="store_true", help="two layers, a few steps, no torch.compile: values only")
    a.add_argument("--out")
    a = a.parse_args()
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        if a.tiny:
            lines = [bench(folder, 2, 6, 1, 1, False, p) for p in LIMITS]
        else:
            lines = [bench(os.path.join(folder, f"{n}-{p}"), n, 40, 8, 3, True, p) for n, p in ((4, "own"), (6, "own"), (4, "bf16"))]
    write(a.out, [x for x in lines if x])
