"""Small random models of odd sizes: the same job here, and by transformers and PEFT in f64.

Log-probabilities, losses and gradients of batches of several segments (there each by itself), 32 steps of AdamW on the whole
model and on a LoRA adapter, greedy text; and the same with storage in bf16.
"""
import numpy as np
import torch
import transformers
from safetensors.numpy import load_file

import tiny_models as tiny
from interop_common import Worst, loads, main, run

transformers.logging.set_verbosity_error()
AGAINST = ["transformers", "peft", "torch"]
STEPS, NEW = 32, 32
MODELS = {
    "Qwen2, tied": lambda: tiny.qwen2(True, vocab_size=515, hidden_size=72, intermediate_size=150, num_hidden_layers=3,
                                      num_attention_heads=6, num_key_value_heads=2),
    "Qwen2, untied": lambda: tiny.qwen2(False, vocab_size=301, hidden_size=56, intermediate_size=90, num_hidden_layers=2,
                                        num_attention_heads=7, num_key_value_heads=7),
    "Llama 3, untied": lambda: tiny.llama(False, vocab_size=389, hidden_size=60, intermediate_size=132, num_hidden_layers=2,
                                          num_attention_heads=4, num_key_value_heads=1, head_dim=24),
    "Llama 3, tied": lambda: tiny.llama(True, vocab_size=257, hidden_size=48, intermediate_size=100, num_hidden_layers=2,
                                        num_attention_heads=6, num_key_value_heads=3),
    "Qwen3, tied": lambda: tiny.qwen3(True, vocab_size=333, hidden_size=52, intermediate_size=110, num_hidden_layers=2,
                                      num_attention_heads=4, num_key_value_heads=2, head_dim=20),
}


def log_softmax(z):
    return torch.log_softmax(torch.from_numpy(np.asarray(z, np.float64)), -1).numpy()


def our_logits(work, model, adapter, store, vocab):
    run("interop_train", "logits", model, adapter, store, f"{work}/batches", f"{work}/logits.f32")
    return np.fromfile(f"{work}/logits.f32", "<f4").reshape(-1, vocab)


def our_training(work, model, adapter, store):
    out = f"{work}/{store}{'' if adapter == '-' else '-lora'}"
    run("interop_train", "train", model, adapter, store, f"{work}/batches", tiny.LR, out)
    name = "model.safetensors" if adapter == "-" else "adapter_model.safetensors"
    return np.fromfile(f"{out}/losses.f64"), load_file(f"{out}/gradients/{name}"), load_file(f"{out}/trained/{name}")


def gradients(worst, what, ours, theirs, limits):
    assert ours.keys() == theirs.keys(), sorted(ours.keys() ^ theirs.keys())[:3]
    for name, t in theirs.items():
        o = ours[name].astype(np.float64)
        size, norm = np.linalg.norm(o), np.linalg.norm(t)
        assert o.shape == t.shape and norm > 0, name
        worst.add("Training", f"each gradient of {what}: 1 - cosine", 1 - np.sum(o * t) / (size * norm), limits[0])
        worst.add("Training", f"each gradient of {what}: norm, relative", abs(size / norm - 1), limits[1])


def logits_f32(worst, work, model, adapter, batch):
    theirs = tiny.logits(tiny.open_model(model, adapter), batch)
    assert 2 <= np.std(theirs) <= 4, np.std(theirs)
    ours = our_logits(work, model, adapter or "-", "f32", theirs.shape[1])
    worst.add("Models", "log-probabilities of packed segments, f32", np.max(np.abs(log_softmax(ours) - log_softmax(theirs))), 1e-4)


def training_f32(worst, work, model, adapter, batches):
    """Returns what was expected of the adapter."""
    for what, folder, limit in [("the whole model", None, 3e-6), ("a LoRA adapter", adapter, 2e-6)]:
        losses, grads, values = expected = tiny.train(tiny.open_model(model, folder), batches)
        our_losses, our_grads, our_values = our_training(work, model, folder or "-", "f32")
        assert losses[-1] < losses[0] - 0.1
        gradients(worst, f"{what}, f32", our_grads, grads, (1e-5, 1e-4))
        worst.add("Training", f"first loss of {what}, f32", abs(our_losses[0] - losses[0]), 1e-5)
        worst.add("Training", f"losses of {STEPS} steps on {what}, f32", np.max(np.abs(our_losses - losses)), 2e-5)
        off = np.concatenate([(our_values[name] - v).ravel() for name, v in values.items()])
        worst.add("Training", f"weights after {STEPS} steps on {what}, f32, root mean square", np.sqrt(np.mean(off**2)), limit)
    return expected


def bf16(worst, work, model, adapter, batches, expected):
    """Our error against f32, beside that of transformers in bf16; losses and gradients of the adapter against f64."""
    exact = tiny.logits(tiny.open_model(model, adapter, torch.float32), batches[0])
    naive = tiny.logits(tiny.open_model(model, adapter, torch.bfloat16), batches[0])
    mine = our_logits(work, model, adapter, "bf16", exact.shape[1])
    error, allowed = np.max(np.abs(mine - exact)), np.max(np.abs(naive - exact))
    worst.add("Models", "logits, bf16: error over that of transformers in bf16", error / allowed, 2)
    losses, grads, _ = expected
    our_losses, our_grads, _ = our_training(work, model, adapter, "bf16")
    worst.add("Training", "first loss of a LoRA adapter, bf16", abs(our_losses[0] - losses[0]), 5e-3)
    gradients(worst, "a LoRA adapter, bf16", our_grads, grads, (1e-3, 1e-2))
    worst.add("Training", f"losses of {STEPS} steps on a LoRA adapter, bf16", np.max(np.abs(our_losses - losses)), 1e-2)


def text(worst, work, model, adapter, batch):
    run("interop_train", "text", model, adapter, "f32", f"{work}/batches", NEW, f"{work}/text.u32")
    ours = np.fromfile(f"{work}/text.u32", "<u4").reshape(-1, NEW)
    theirs = np.array(tiny.text(tiny.open_model(model, adapter), batch, NEW))
    worst.add("Models", f"greedy text, {NEW} tokens behind each of {len(batch)} prompts: tokens that differ", np.sum(ours != theirs), 0)


def test_models(work):
    worst = Worst(AGAINST)
    for i, (name, make) in enumerate(MODELS.items()):
        here = f"{work}/{i}"
        model = tiny.randomise(make(), 10 + i)
        tiny.save(model, f"{here}/model")
        tiny.random_adapter(model, 20 + i, f"{here}/adapter")
        batches = tiny.make_batches(model.config.vocab_size, 30 + i, STEPS)
        tiny.write_batches(f"{here}/batches", batches)
        for folder in (None, f"{here}/adapter"):
            logits_f32(worst, here, f"{here}/model", folder, batches[0])
        expected = training_f32(worst, here, f"{here}/model", f"{here}/adapter", batches)
        bf16(worst, here, f"{here}/model", f"{here}/adapter", batches, expected)
        text(worst, here, f"{here}/model", f"{here}/adapter", batches[0])
        loads("Models", f"{name}: a random model and its LoRA adapter saved by transformers and PEFT, here")
    worst.rows()


if __name__ == "__main__":
    main(test_models)
