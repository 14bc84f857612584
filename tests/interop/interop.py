"""What cadlm writes, transformers and PEFT load, and the reverse: equal logits, equal token ids.

Run by CTest as interop.* with the virtual environment of setup.sh:  python interop.py NAME
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

transformers.logging.set_verbosity_error()
SOURCE = os.environ["CADLM_SOURCE"]
DUMP = os.path.join(os.environ["CADLM_BIN"], "interop_dump")
TINY = os.path.join(SOURCE, "models/tiny")
LIMIT = 1e-4  # largest difference of a logit, f32 on both sides


def dump(*args):
    subprocess.run([DUMP, *map(str, args)], check=True)


def our_logits(work, model, adapter, weights, ids):
    ids = np.asarray(ids, dtype="<u4")
    ids.tofile(f"{work}/ids.u32")
    dump("logits", model, adapter or "-", weights, f"{work}/ids.u32", f"{work}/out.f32")
    return np.fromfile(f"{work}/out.f32", dtype="<f4").reshape(len(ids), -1)


def their_logits(model, ids):
    with torch.no_grad():
        return model(torch.tensor([np.asarray(ids, dtype=np.int64)])).logits[0].float().numpy()


def load(path):
    return transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()


def some_ids(vocab, n=60, seed=0):
    return np.random.default_rng(seed).integers(0, vocab, n)


def compare(what, ours, theirs, limit=LIMIT):
    worst = float(np.max(np.abs(ours - theirs)))
    spread = float(np.std(theirs))
    print(f"{what}: largest difference {worst:.2e} at a spread of {spread:.2f}")
    assert ours.shape == theirs.shape and spread > 1e-3
    assert worst <= limit, f"{what}: {worst} > {limit}"


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


def random_adapter(base, work):
    config = LoraConfig(r=8, lora_alpha=16, task_type="CAUSAL_LM",
                        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])
    model = get_peft_model(base, config)
    torch.manual_seed(5)
    for name, p in model.named_parameters():
        if "lora_" in name:
            p.data.normal_(0, 0.05)
    model.save_pretrained(f"{work}/theirs")
    return model.eval()


def test_model(work):
    """models/tiny in transformers: same logits, in f32, and with its linears in NF4 (oracle: numpy)."""
    model = load(TINY)
    ids = some_ids(model.config.vocab_size)
    compare("models/tiny", our_logits(work, TINY, None, "fp32", ids), their_logits(model, ids))
    for name, p in model.named_parameters():
        if name.endswith("_proj.weight"):
            p.data = nf4_rounded(p.data)
    compare("models/tiny in NF4", our_logits(work, TINY, None, "nf4", ids), their_logits(model, ids))


def test_adapter(work):
    """An adapter written here, in PEFT; one written by PEFT, here."""
    dump("adapter", TINY, f"{work}/ours", 7)
    base = load(TINY)
    ids = some_ids(base.config.vocab_size, seed=1)
    plain = their_logits(base, ids)
    adapted = PeftModel.from_pretrained(base, f"{work}/ours").eval()
    theirs = their_logits(adapted, ids)
    assert np.max(np.abs(theirs - plain)) > 0.1, "the adapter does nothing"
    compare("our adapter in PEFT", our_logits(work, TINY, f"{work}/ours", "fp32", ids), theirs)
    theirs = their_logits(random_adapter(load(TINY), work), ids)
    compare("PEFT's adapter here", our_logits(work, TINY, f"{work}/theirs", "fp32", ids), theirs)


def test_families(work):
    """Small random models saved by transformers: Qwen2 (bias, grouped heads, tied) and Llama 3 (scaled RoPE, untied)."""
    torch.manual_seed(3)
    common = dict(vocab_size=512, hidden_size=64, intermediate_size=160, num_hidden_layers=2, num_attention_heads=4,
                  max_position_embeddings=512, initializer_range=0.2)
    llama3 = dict(rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                  original_max_position_embeddings=64)
    models = {
        "qwen2": transformers.Qwen2ForCausalLM(transformers.Qwen2Config(
            **common, num_key_value_heads=2, tie_word_embeddings=True)),
        "llama3": transformers.LlamaForCausalLM(transformers.LlamaConfig(
            **common, num_key_value_heads=1, tie_word_embeddings=False, rope_parameters=llama3)),
    }
    for name, model in models.items():
        for key, p in model.named_parameters():
            if key.endswith("bias"):
                p.data.normal_(0, 0.3)
        model.eval().save_pretrained(f"{work}/{name}")
        ids = some_ids(512, n=300, seed=2)
        compare(name, our_logits(work, f"{work}/{name}", None, "fp32", ids), their_logits(model, ids), 2e-4)


def test_tokenizer(work):
    """The learnt tokenizer in the tokenizers library: same ids on captions, programs and noise, and back to the same text."""
    import tokenizers

    theirs = tokenizers.Tokenizer.from_file(f"{TINY}/tokenizer.json")
    rng = np.random.default_rng(4)
    lines = ["plate 40x20x5 mm, four 4 mm holes", "C 40 20 5\nY 2 5\nT 1 5 5 0\nD 0 2", "Ø12.5 × 3 — naïve café", "\n\n  \t x",
             "T 12 -3.25 0 1e5\nCP 1 0 0 0 0 0 1 6 360"]
    lines += ["".join(chr(int(c)) for c in rng.choice([*range(32, 127), 10, 215, 233, 8960], 80)) for _ in range(500)]
    for i, text in enumerate(lines):
        with open(f"{work}/t", "w", encoding="utf-8", newline="") as f:
            f.write(text)
        dump("tokens", f"{TINY}/tokenizer.json", f"{work}/t", f"{work}/ids")
        ours = np.fromfile(f"{work}/ids", dtype="<u4").tolist()
        assert ours == theirs.encode(text).ids, f"line {i}: {text!r}"
        assert theirs.decode(ours) == text
    print(f"tokenizer: {len(lines)} texts, 0 differences")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        globals()["test_" + sys.argv[1]](folder)
