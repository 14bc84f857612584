"""Adapters written here, in PEFT; those written by PEFT, here: one rank, patterns, expressions, layers, storage types."""
import copy
import functools
import json
import os
import shutil

import numpy as np
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

from interop_common import TINY, compare, dump, largest, loads, main, refused, row
from interop_torch import AGAINST, load, our_logits, some_ids, their_logits

LIMIT = 1e-4  # of a logit, f32 on both sides
PEFT = ["peft", *AGAINST]
SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
# What adapters say of their modules; models/tiny and the model of small() have layers 0 and 1 at least.
KINDS = {
    "one rank, all linears": dict(r=8, lora_alpha=16, target_modules=SEVEN),
    "a subset of the linears": dict(r=4, lora_alpha=4, target_modules=["k_proj", "mlp.gate_proj"]),
    "rslora": dict(r=8, lora_alpha=4, use_rslora=True, target_modules=["q_proj", "up_proj"]),
    "rank_pattern and alpha_pattern": dict(
        r=4, lora_alpha=8, target_modules=SEVEN,
        rank_pattern={"layers.0.self_attn.k_proj": 2, r"model\.layers\.1\.mlp\.(gate|up)_proj": 9, "q_proj": 3},
        alpha_pattern={"k_proj": 3, r"layers\.\d\.mlp\.up_proj": 12.5, "model.layers.1.self_attn.v_proj": 1}),
    "rank_pattern with rslora": dict(r=4, lora_alpha=8, use_rslora=True, target_modules=SEVEN, rank_pattern={"down_proj": 1, "v_proj": 7}),
    "target_modules as an expression": dict(r=2, lora_alpha=4, target_modules=r".*layers\.1\.(self_attn\.[qo]|mlp\.down)_proj"),
    "layers_to_transform": dict(r=3, lora_alpha=6, layers_to_transform=[1], layers_pattern="layers",
                                target_modules=["v_proj", "model.layers.0.self_attn.q_proj"]),
    "all-linear": dict(r=2, lora_alpha=2, target_modules="all-linear"),
}


def small(work):
    """A model of odd sizes, so that shapes cannot be mistaken for one another."""
    torch.manual_seed(2)
    config = transformers.Qwen2Config(vocab_size=96, hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=6,
                                      num_key_value_heads=2, max_position_embeddings=128, tie_word_embeddings=False,
                                      initializer_range=0.3)
    model = transformers.Qwen2ForCausalLM(config)
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            p.data.normal_(0, 0.3)
    model.save_pretrained(f"{work}/base")
    return f"{work}/base"


@functools.cache
def loaded(path):
    return load(path)


def fresh(path):
    """A copy of the base: PEFT changes the model that it is given."""
    return copy.deepcopy(loaded(path))


def theirs_random(path, options, out, stored=torch.float32):
    """An adapter with random factors as PEFT saves it, and the model that has it."""
    model = get_peft_model(fresh(path), LoraConfig(task_type="CAUSAL_LM", **options))
    torch.manual_seed(5)
    for name, p in sorted(model.named_parameters()):
        if "lora_" in name:
            p.data = p.data.normal_(0, 0.1).to(stored).float()
    model.save_pretrained(out)
    if stored != torch.float32:
        file = f"{out}/adapter_model.safetensors"
        save_file({k: v.to(stored) for k, v in load_file(file).items()}, file, metadata={"format": "pt"})
    return model.eval()


def both_ways(work, base, kind, options, ids):
    plain = their_logits(loaded(base), ids)
    model = theirs_random(base, options, f"{work}/theirs")
    theirs = their_logits(model, ids)
    assert np.max(np.abs(theirs - plain)) > 0.1, f"{kind}: the adapter does nothing"
    compare("Adapters", f"logits with an adapter written by PEFT: {kind}", our_logits(work, base, f"{work}/theirs", "fp32", ids),
            theirs, LIMIT, PEFT)
    dump("adapter", base, f"{work}/ours", 7, f"{work}/theirs")
    adapted = PeftModel.from_pretrained(fresh(base), f"{work}/ours").eval()
    theirs = their_logits(adapted, ids)
    assert np.max(np.abs(theirs - plain)) > 0.1, f"{kind}: our adapter does nothing"
    compare("Adapters", f"logits with an adapter written by cadlm: {kind}", our_logits(work, base, f"{work}/ours", "fp32", ids), theirs,
            LIMIT, PEFT)
    ours, original = set(load_file(f"{work}/ours/adapter_model.safetensors")), set(load_file(f"{work}/theirs/adapter_model.safetensors"))
    assert ours == original, f"{kind}: {ours ^ original}"


def test_kinds(work):
    base = small(work)
    ids = some_ids(96, n=40, seed=1)
    for i, (kind, options) in enumerate(KINDS.items()):
        os.mkdir(f"{work}/{i}")
        both_ways(f"{work}/{i}", base, kind, options, ids)


def test_tiny(work):
    """models/tiny, as it is shipped."""
    ids = some_ids(loaded(TINY).config.vocab_size, seed=1)
    both_ways(work, TINY, "all linears of models/tiny", KINDS["one rank, all linears"], ids)
    loads("Adapters", "an adapter written by cadlm, in PEFT")
    loads("Adapters", "a LoRA adapter written by PEFT, here")


def test_stored(work):
    """Factors stored in 16 bits."""
    base = small(work)
    ids = some_ids(96, n=40, seed=3)
    for name, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16)):
        model = theirs_random(base, KINDS["rank_pattern and alpha_pattern"], f"{work}/{name}", dtype)
        compare("Adapters", f"logits with an adapter in {name} written by PEFT, with patterns",
                our_logits(work, base, f"{work}/{name}", "fp32", ids), their_logits(model, ids), LIMIT, PEFT)


def test_saved_twice(work):
    """PEFT loads what we wrote, saves it, and we load that: the same factors and rules."""
    base = small(work)
    theirs_random(base, KINDS["rank_pattern and alpha_pattern"], f"{work}/like")
    dump("adapter", base, f"{work}/ours", 7, f"{work}/like")
    PeftModel.from_pretrained(fresh(base), f"{work}/ours").save_pretrained(f"{work}/theirs")
    dump("adapter", base, f"{work}/again", 7, f"{work}/theirs")
    a, b = load_file(f"{work}/ours/adapter_model.safetensors"), load_file(f"{work}/theirs/adapter_model.safetensors")
    assert a.keys() == b.keys()
    worst = largest((a[k] - b[k]).abs() for k in a)
    row("Adapters", "factors written by cadlm, loaded and saved by PEFT", worst, 0, ["peft"])
    keys = ["r", "lora_alpha", "rank_pattern", "alpha_pattern", "target_modules", "use_rslora"]
    first, second = ({k: v for k, v in json.load(open(f"{work}/{d}/adapter_config.json", encoding="utf-8")).items() if k in keys}
                     for d in ("ours", "again"))
    assert first == second, (first, second)


def set_keys(**keys):
    def change(out):
        path = f"{out}/adapter_config.json"
        config = json.load(open(path, encoding="utf-8"))
        config.update(keys)
        json.dump(config, open(path, "w", encoding="utf-8"))
    return change


def pickle_alone(out):
    torch.save(load_file(f"{out}/adapter_model.safetensors"), f"{out}/adapter_model.bin")
    os.remove(f"{out}/adapter_model.safetensors")


def by_peft(**options):
    """The configuration that PEFT writes for these options."""
    def change(out):
        config = LoraConfig(task_type="CAUSAL_LM", **{**KINDS["one rank, all linears"], **options})
        config.inference_mode = True
        config.save_pretrained(out)
    return change


REFUSED = [
    ("DoRA", "use_dora is set and cannot be applied", by_peft(use_dora=True)),
    ("modules_to_save", "modules_to_save is set and cannot be applied", by_peft(modules_to_save=["lm_head"])),
    ("embeddings as targets", "'embed_tokens' takes in model.embed_tokens", by_peft(target_modules=["q_proj", "embed_tokens"])),
    ("trained biases", "bias is all; supported: none", by_peft(bias="all")),
    ("lora_bias", "lora_bias is set and cannot be applied", by_peft(lora_bias=True)),
    ("exclude_modules", "exclude_modules is set and cannot be applied", by_peft(exclude_modules=["o_proj"])),
    ("layer_replication", "layer_replication is set and cannot be applied", by_peft(layer_replication=[[0, 2]])),
    ("PiSSA, OLoRA and other starts that change the base", "init_lora_weights is pissa", by_peft(init_lora_weights="pissa")),
    ("VeRA and other methods", "peft_type is VERA; supported: LORA", set_keys(peft_type="VERA")),
    ("adapter_model.bin", "a pickle, which is not read", pickle_alone),
    ("a rank that the tensors do not have", "is (8, 48), expected (5, 48) by r = 5", set_keys(r=5)),
]


def test_refused(work):
    base = small(work)
    theirs_random(base, KINDS["one rank, all linears"], f"{work}/theirs")
    np.asarray([1, 2, 3], dtype="<u4").tofile(f"{work}/ids.u32")
    dump("logits", base, f"{work}/theirs", "fp32", f"{work}/ids.u32", f"{work}/out.f32")
    for i, (what, says, change) in enumerate(REFUSED):
        shutil.copytree(f"{work}/theirs", f"{work}/{i}")
        change(f"{work}/{i}")
        set_keys(base_model_name_or_path=base)(f"{work}/{i}")
        refused("Adapters", what, "cadtool", "ckpt", "verify", f"{work}/{i}", says=says)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(test_tiny, test_kinds, test_stored, test_saved_twice, test_refused)
