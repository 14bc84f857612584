"""Small random models, batches, and what transformers and PEFT make of them in f64: the oracle of interop_train.py and of
tests/golden.  Every weight is a number of bf16, so that a model is the same in f32 and in bf16."""
import os
import struct

import numpy as np
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

transformers.utils.logging.disable_progress_bar()
LR, BETAS, EPS, DECAY = 1e-3, (0.9, 0.999), 1e-8, 0.1
SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
LLAMA3 = dict(rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)


def qwen2(tie, **sizes):
    return transformers.Qwen2ForCausalLM(transformers.Qwen2Config(
        tie_word_embeddings=tie, max_position_embeddings=1024, bos_token_id=None, eos_token_id=None, **sizes))


def qwen3(tie, **sizes):
    return transformers.Qwen3ForCausalLM(transformers.Qwen3Config(
        tie_word_embeddings=tie, max_position_embeddings=1024, bos_token_id=None, eos_token_id=None, **sizes))


def llama(tie, **sizes):
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(
        tie_word_embeddings=tie, max_position_embeddings=1024, bos_token_id=None, eos_token_id=None, rope_parameters=LLAMA3, **sizes))


def randomise(model, seed):
    """Logits with a deviation of 2 to 4, norms about 1, biases that count."""
    torch.manual_seed(seed)
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            p.data.normal_(0, 0.3)
        elif p.dim() == 1:
            p.data.normal_(1, 0.2)
        else:
            embeds = "embed_tokens" in name or "lm_head" in name
            p.data.normal_(0, (2.5 if embeds else 1) / p.shape[1] ** 0.5)
        p.data = p.data.bfloat16().float()
    return model.eval()


def random_adapter(model, seed, folder):
    """A LoRA pair, neither factor zero, on each of the seven linears, saved by PEFT."""
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, task_type="CAUSAL_LM", target_modules=SEVEN))
    torch.manual_seed(seed)
    for name, p in adapted.named_parameters():
        if "lora_" in name:
            p.data.normal_(0, 0.05 if "lora_B" in name else p.shape[1] ** -0.5)
    adapted.save_pretrained(folder)
    adapted.unload()


def make_batches(vocab, seed, n, rows=5, longest=40, cycle=4):
    """n batches of rows (ids, first trained position), one short and the others of nearly the same length, which are trained but
    for a few tokens; `cycle` different batches, in turn.  A mean over few tokens would tell more of bf16 than of the code."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(cycle):
        lengths = [int(rng.integers(3, 6)), *rng.integers(longest // 2, longest, rows - 1)]
        out.append([(rng.integers(0, vocab, k), int(rng.integers(1, 4 if k > 5 else k))) for k in lengths])
    return [out[i % cycle] for i in range(n)]


def write_batches(path, batches):
    """As tests/train/hf_steps.h says."""
    with open(path, "wb") as f:
        f.write(struct.pack("<I", len(batches)))
        for batch in batches:
            f.write(struct.pack("<I", len(batch)))
            for ids, first in batch:
                f.write(struct.pack("<II", len(ids), first) + np.asarray(ids, "<u4").tobytes())


def open_model(folder, adapter=None, dtype=torch.float64):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager")
    if adapter:
        model = PeftModel.from_pretrained(model, adapter, is_trainable=True, autocast_adapter_dtype=False)
    return model.to(dtype).eval()


def logits(model, batch):
    """Of each row by itself, one behind the other."""
    with torch.no_grad():
        return torch.cat([model(torch.tensor(ids[None])).logits[0] for ids, _ in batch]).double().numpy()


def loss(model, batch):
    """Mean over the trained tokens."""
    total = sum(len(ids) - first for ids, first in batch)
    out = 0
    for ids, first in batch:
        z = model(torch.tensor(ids[None])).logits[0, first - 1:-1]
        out = out + torch.nn.functional.cross_entropy(z, torch.tensor(ids[first:]), reduction="sum") / total
    return out


def trained(model):
    """What is trained, by the names of files."""
    return {name.replace(".default.", "."): p for name, p in model.named_parameters() if p.requires_grad}


def train(model, batches):
    """Losses, gradients of the first batch and trained values, by name.  Decay acts on matrices, before the update."""
    params = trained(model)
    groups = [{"params": [p for p in params.values() if p.dim() == 2], "weight_decay": DECAY},
              {"params": [p for p in params.values() if p.dim() != 2], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=LR, betas=BETAS, eps=EPS)
    losses, gradients = [], None
    for batch in batches:
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        losses.append(value.item())
        gradients = gradients or {name: p.grad.double().numpy().copy() for name, p in params.items()}
        optimizer.step()
    return np.array(losses), gradients, {name: p.detach().double().numpy() for name, p in params.items()}


def text(model, batch, new):
    """`new` greedy ids behind each row."""
    with torch.no_grad():
        return [model.generate(torch.tensor(ids[None]), max_new_tokens=new, do_sample=False, eos_token_id=None,
                               pad_token_id=0)[0, len(ids):].numpy() for ids, _ in batch]


def save(model, folder, dtype=torch.float32):
    model.to(dtype).save_pretrained(folder)
    if os.path.exists(f"{folder}/generation_config.json"):
        os.remove(f"{folder}/generation_config.json")
    model.float()
