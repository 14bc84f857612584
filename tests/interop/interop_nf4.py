"""NF4 against bitsandbytes on the CPU: codes, scales and values; bnb-4bit checkpoints of transformers here, ours there.

bitsandbytes is never asked for a product in eval mode: with AVX512-BF16 it repacks scales in bf16.
"""
import os

os.environ["TORCHDYNAMO_DISABLE"] = "1"  # blocks of 2048 and more would be compiled, for minutes

import bitsandbytes
import numpy as np
import torch
import transformers
from bitsandbytes import functional as bnb
from peft import PeftModel
from safetensors.torch import load_file

import tiny_models as tiny
from interop_common import TINY, Worst, compare, dump, largest, loads, main, refused, row, run, same
from interop_torch import load, our_logits, some_ids, their_logits
from interop_train import AGAINST as TRAINERS, gradients as compare_gradients

AGAINST = ["bitsandbytes"]
WITH = ["transformers", "bitsandbytes"]
WITH_PEFT = ["peft", *WITH]
LIMIT = 1e-4      # of a logit, f32 on both sides
TIES = 1e-5       # share of codes that may differ: values on a threshold
COMMON = dict(vocab_size=512, hidden_size=64, intermediate_size=192, num_hidden_layers=2, num_attention_heads=4,
              max_position_embeddings=512, initializer_range=0.2)


def codes_of(packed, n):
    packed = packed.reshape(-1).view(torch.uint8).numpy()
    return np.stack([packed >> 4, packed & 15], axis=1).reshape(-1)[:n]


def test_codes(work):
    """Weights of three types in blocks of every size; all-zero blocks among them, whose codes are not compared.  Every block
    divides a row: otherwise bitsandbytes dequantises with the scales of others."""
    rng = np.random.default_rng(5)
    w = rng.standard_normal((32, 4096)).astype(np.float32) * rng.choice([0.003, 0.02, 1.5], (32, 1)).astype(np.float32)
    w[7] = 0
    n, differ, scales, values = w.size, 0, 0, 0
    for dtype in (torch.bfloat16, torch.float16, torch.float32):
        x = torch.from_numpy(w).to(dtype)
        x.float().numpy().tofile(f"{work}/w.f32")
        for block in (32, 64, 128, 256, 512, 1024, 2048, 4096):
            packed, state = bnb.quantize_4bit(x, blocksize=block, quant_type="nf4")
            dump("nf4", f"{work}/w.f32", block, f"{work}/codes", f"{work}/absmax", f"{work}/values")
            ours = np.fromfile(f"{work}/codes", dtype=np.uint8)
            absmax = np.fromfile(f"{work}/absmax", dtype="<f4")
            zero = np.repeat(absmax == 0, block)[:n]
            apart = codes_of(torch.from_numpy(ours), n) != codes_of(packed, n)
            differ += int(np.sum(apart & ~zero))
            scales += int(np.sum(absmax != state.absmax.numpy()))
            state.dtype = torch.bfloat16
            theirs = bnb.dequantize_4bit(packed, state).reshape(-1).view(torch.int16).numpy()
            our_values = np.fromfile(f"{work}/values", dtype="<i2")
            values += int(np.sum((theirs != our_values) & ~apart & ~(zero & (theirs & 0x7FFF == 0))))
    row("NF4", "share of other codes, 3.1 M weights in blocks of 32 to 4096", differ / (24 * n), TIES, AGAINST)
    row("NF4", "scales that differ", scales, 0, AGAINST)
    row("NF4", "dequantised values that differ in a bit, where codes are equal", values, 0, AGAINST)


def base_models(work):
    torch.manual_seed(4)
    llama3 = dict(rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                  original_max_position_embeddings=64)
    models = {"qwen2": transformers.Qwen2ForCausalLM(transformers.Qwen2Config(
                  **COMMON, num_key_value_heads=2, tie_word_embeddings=True)),
              "llama3": transformers.LlamaForCausalLM(transformers.LlamaConfig(
                  **COMMON, num_key_value_heads=1, tie_word_embeddings=False, rope_parameters=llama3))}
    for name, model in models.items():
        for key, p in model.named_parameters():
            if key.endswith("bias"):
                p.data.normal_(0, 0.3)
        model.to(torch.bfloat16).save_pretrained(f"{work}/{name}")
    return list(models)


def quantised(path, **more):
    config = transformers.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16,
                                             **{"bnb_4bit_quant_type": "nf4", **more})
    return transformers.AutoModelForCausalLM.from_pretrained(path, quantization_config=config, dtype=torch.bfloat16,
                                                             device_map={"": "cpu"}, attn_implementation="eager")


def values_of(model):
    """Name -> bf16 values of the linears as bitsandbytes dequantises them."""
    return {f"{name}.weight": bnb.dequantize_4bit(m.weight.data, m.weight.quant_state).to(torch.bfloat16)
            for name, m in model.named_modules() if isinstance(m, bitsandbytes.nn.Linear4bit)}


def plain_logits(base, values, ids):
    """Of transformers in f32 with those values."""
    model = load(base)
    parameters = dict(model.named_parameters())
    for name, value in values.items():
        parameters[name].data = value.float().reshape(parameters[name].shape)
    return their_logits(model, ids)


def different(values, place):
    """Elements of the linears in place/model.safetensors that differ in a bit; how many there are."""
    stored = load_file(f"{place}/model.safetensors")
    assert values and all(stored[k].dtype == torch.bfloat16 for k in values)
    return (sum(int((stored[k].view(torch.int16) != v.reshape(stored[k].shape).view(torch.int16)).sum())
                for k, v in values.items()), sum(v.numel() for v in values.values()))


def test_read(work):
    """Checkpoints that transformers writes: values to the bit, logits."""
    forms = {"plain scales": {}, "nested scales": dict(bnb_4bit_use_double_quant=True),
             "codes stored as bf16": dict(bnb_4bit_quant_storage=torch.bfloat16, bnb_4bit_use_double_quant=True),
             "codes stored as f16": dict(bnb_4bit_quant_storage=torch.float16),
             "codes stored as f32": dict(bnb_4bit_quant_storage=torch.float32)}
    ids, apart, ours, theirs = some_ids(512, n=200, seed=8), 0, [], []
    for name in base_models(work):
        for k, (form, more) in enumerate(forms.items()):
            if name == "llama3" and k > 1:
                continue
            place = f"{work}/{name}_{k}"
            model = quantised(f"{work}/{name}", **more)
            model.save_pretrained(place)
            values = values_of(model)
            dump("plain", place, f"{place}_values")
            apart += different(values, f"{place}_values")[0]
            ours.append(our_logits(work, place, None, "nf4", ids))
            theirs.append(plain_logits(f"{work}/{name}", values, ids))
            if name == "qwen2":
                loads("NF4", f"bnb-4bit checkpoints of transformers: {form}")
    row("NF4", "values of checkpoints by transformers that differ in a bit", apart, 0, AGAINST)
    compare("NF4", "logits of checkpoints by transformers (against its f32 on the dequantised values)", np.stack(ours),
            np.stack(theirs), LIMIT, WITH)
    quantised(f"{work}/qwen2", bnb_4bit_quant_type="fp4").save_pretrained(f"{work}/fp4")
    refused("NF4", "a checkpoint in FP4", "cadtool", "convert", "quantize", f"{work}/fp4", "-o", f"{work}/x",
            says="bnb_4bit_quant_type fp4; supported: nf4")


def test_write(work):
    """What cadtool convert quantize writes, in transformers with bitsandbytes."""
    bases = {f"{work}/{name}": name for name in base_models(work)}
    bases[TINY] = "models/tiny"
    apart, ours, theirs, errors = 0, [], [], []
    for base, name in bases.items():
        for nested in ("off", "on"):
            place = f"{work}/out_{len(ours)}"
            run("cadtool", "convert", "quantize", base, "-o", place, "--to=nf4", f"--double-quant={nested}")
            model, report = transformers.AutoModelForCausalLM.from_pretrained(
                place, dtype=torch.bfloat16, device_map={"": "cpu"}, attn_implementation="eager", output_loading_info=True)
            assert not any(report[k] for k in report if k.endswith("keys")), report
            values = values_of(model)
            assert len(values) == 7 * model.config.num_hidden_layers
            dump("plain", place, f"{place}_values")
            apart += different(values, f"{place}_values")[0]
            ids = some_ids(model.config.vocab_size, n=120, seed=9)
            exact = plain_logits(base, values, ids)
            ours.append(our_logits(work, place, None, "nf4", ids).reshape(-1))
            theirs.append(exact.reshape(-1))
            # bitsandbytes' own product, in bf16: as far from f32 as transformers in bf16 is
            half = load(base, dtype=torch.bfloat16)
            parameters = dict(half.named_parameters())
            for key, value in values.items():
                parameters[key].data = value.reshape(parameters[key].shape)
            allowed = 2 * np.max(np.abs(their_logits(half, ids) - exact))
            errors.append(np.max(np.abs(their_logits(model.train(), ids) - exact)) / allowed)
        loads("NF4", f"what cadtool convert quantize makes of {name}, in transformers with bitsandbytes")
    row("NF4", "values of our checkpoints that bitsandbytes dequantises otherwise", apart, 0, AGAINST)
    compare("NF4", "logits of our checkpoints (against transformers in f32 on the values that bitsandbytes reads)",
            np.concatenate(ours), np.concatenate(theirs), LIMIT, WITH)
    row("NF4", "error of our checkpoints run by bitsandbytes in bf16, over twice that of transformers in bf16", largest(errors), 1,
        WITH)


def test_trained(work):
    """A LoRA adapter of PEFT on bnb-4bit checkpoints of transformers, kept as codes: gradients and steps against f64 on the values that
    bitsandbytes dequantises, logits beside PEFT on bitsandbytes."""
    worst, errors = Worst(TRAINERS), []
    for i, name in enumerate(base_models(work)):
        base, place, adapter = f"{work}/{name}", f"{work}/{name}_codes", f"{work}/{name}_adapter"
        codes = quantised(base, bnb_4bit_use_double_quant=i == 0)
        codes.save_pretrained(place)
        plain = load(base)
        parameters = dict(plain.named_parameters())
        for key, value in values_of(codes).items():
            parameters[key].data = value.float().reshape(parameters[key].shape)
        plain.save_pretrained(f"{place}_plain")
        tiny.random_adapter(plain, 40 + i, adapter)
        batches = tiny.make_batches(512, 50 + i, 8)
        tiny.write_batches(f"{work}/batches", batches)
        losses, gradients, _ = tiny.train(tiny.open_model(f"{place}_plain", adapter), batches)
        run("interop_train", "train", place, adapter, "f32", f"{work}/batches", tiny.LR, f"{work}/{i}")
        ours = load_file(f"{work}/{i}/gradients/adapter_model.safetensors")
        compare_gradients(worst, "a LoRA adapter on NF4, f32", {key: value.numpy() for key, value in ours.items()}, gradients, (1e-5, 1e-4))
        ours = np.fromfile(f"{work}/{i}/losses.f64")
        assert losses[-1] < losses[0] - 0.02, losses
        worst.add("NF4", "losses of 8 steps of a LoRA adapter on codes", np.max(np.abs(ours - losses)), 2e-5)
        ids = some_ids(512, n=120, seed=11)
        exact = their_logits(tiny.open_model(f"{place}_plain", adapter, torch.float32), ids)
        naive = np.max(np.abs(their_logits(tiny.open_model(f"{place}_plain", adapter, torch.bfloat16), ids) - exact))
        theirs = their_logits(PeftModel.from_pretrained(codes, adapter).train(), ids)
        worst.add("NF4", "logits with an adapter on codes", np.max(np.abs(our_logits(work, place, adapter, "nf4", ids) - exact)), LIMIT)
        errors.append(np.max(np.abs(theirs - exact)) / (2 * naive))
    worst.rows()
    row("NF4", "logits of PEFT on bitsandbytes in bf16, from those: errors over twice that of bf16 alone", largest(errors), 1, WITH_PEFT)
    loads("NF4", "an adapter of PEFT on a bnb-4bit checkpoint of transformers, and its training")


if __name__ == "__main__":
    main(test_codes, test_read, test_write, test_trained)
