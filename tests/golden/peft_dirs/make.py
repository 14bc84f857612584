"""Makes this folder: a random model, adapters of it as PEFT saves them, and the logits that PEFT gives with each.

Run with the environment of tests/interop/setup.sh:  python make.py
"""
import json
import os
import shutil

import numpy as np
import peft
import torch
import transformers
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
IDS = [3, 17, 42, 8, 8, 60, 1, 33, 25, 50, 11, 2]
SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
# What PEFT 0.21 saves and cadlm loads.
LOADED = {
    "v21_uniform": dict(r=4, lora_alpha=8, target_modules=SEVEN),
    "v21_rslora": dict(r=4, lora_alpha=4, use_rslora=True, target_modules=["q_proj", "mlp.up_proj"]),
    "v21_patterns": dict(r=4, lora_alpha=8, target_modules=SEVEN,
                         rank_pattern={"layers.0.self_attn.k_proj": 2, "model.layers.[12].mlp.(gate|up)_proj": 6, "q_proj": 3},
                         alpha_pattern={"k_proj": 3, r"layers\.\d\.mlp\.up_proj": 12.5, "model.layers.1.self_attn.v_proj": 1}),
    "v21_regex": dict(r=2, lora_alpha=4, target_modules=r".*layers\.(0|2)\.(self_attn\.[qo]|mlp\.down)_proj"),
    "v21_layers": dict(r=3, lora_alpha=6, layers_to_transform=[1, 2], layers_pattern="layers",
                       target_modules=["v_proj", "model.layers.0.self_attn.q_proj"]),
    "v21_bf16": dict(r=4, lora_alpha=8, target_modules=["k_proj", "gate_proj"]),
}
# Adapters of older versions, whose configurations are written by hand.
OLDER = {"v09_uniform": ["q_proj", "v_proj"], "v13_uniform": ["down_proj", "o_proj"]}
# What PEFT 0.21 saves and cadlm refuses, without weights: the configuration is read first.
REFUSED = {
    "dora": dict(use_dora=True),
    "modules_to_save": dict(modules_to_save=["lm_head"]),
    "lora_bias": dict(lora_bias=True),
    "bias": dict(bias="all"),
    "pissa": dict(init_lora_weights="pissa"),
    "trainable_token_indices": dict(trainable_token_indices=[1, 2]),
    "layer_replication": dict(layer_replication=[[0, 2], [1, 3]]),
    "fan_in_fan_out": dict(fan_in_fan_out=True),
    "exclude_modules": dict(exclude_modules=["o_proj"]),
    "embeddings": dict(target_modules=["q_proj", "embed_tokens"]),
    "qalora": dict(use_qalora=True),
}


def base_model():
    torch.manual_seed(1)
    config = transformers.Qwen2Config(vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=3,
                                      num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
                                      tie_word_embeddings=True, initializer_range=0.3, bos_token_id=1, eos_token_id=2)
    model = transformers.Qwen2ForCausalLM(config).to(torch.bfloat16)
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            p.data.normal_(0, 0.3)
    model.save_pretrained(f"{HERE}/base")
    os.remove(f"{HERE}/base/generation_config.json")


def load_base():
    return transformers.AutoModelForCausalLM.from_pretrained(f"{HERE}/base", dtype=torch.float32, attn_implementation="eager").eval()


def logits(model, name):
    with torch.no_grad():
        out = model(torch.tensor([IDS])).logits[0].numpy().astype("<f4")
    out.tofile(f"{HERE}/{name}/logits.f32")


def randomised(options, seed):
    model = peft.get_peft_model(load_base(), peft.LoraConfig(task_type="CAUSAL_LM", **options))
    torch.manual_seed(seed)
    for name, p in sorted(model.named_parameters()):
        if "lora_" in name:
            p.data.normal_(0, 0.2)
    return model.eval()


def set_keys(name, **keys):
    path = f"{HERE}/{name}/adapter_config.json"
    config = json.load(open(path, encoding="utf-8"))
    config.update(keys)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(config, f, indent=2, sort_keys=True)


def loaded(name, options, seed):
    model = randomised(options, seed)
    if name == "v21_bf16":
        for key, p in model.named_parameters():
            if "lora_" in key:
                p.data = p.data.to(torch.bfloat16).float()
    logits_of = model
    model.save_pretrained(f"{HERE}/{name}")
    if name == "v21_bf16":
        path = f"{HERE}/{name}/adapter_model.safetensors"
        from safetensors.torch import load_file
        save_file({k: v.to(torch.bfloat16) for k, v in load_file(path).items()}, path, metadata={"format": "pt"})
    logits(logits_of, name)
    os.remove(f"{HERE}/{name}/README.md")
    set_keys(name, base_model_name_or_path="../base")


def older(name, targets, seed):
    """Weights as PEFT names them since 0.3; the configuration stays as it was written by hand."""
    kept = open(f"{HERE}/{name}/adapter_config.json", encoding="utf-8").read()
    config = json.loads(kept)
    loaded(name, dict(r=config["r"], lora_alpha=config["lora_alpha"], target_modules=targets), seed)
    with open(f"{HERE}/{name}/adapter_config.json", "w", encoding="utf-8") as f:
        f.write(kept)


def refused():
    os.makedirs(f"{HERE}/refused", exist_ok=True)
    for name, options in REFUSED.items():
        config = peft.LoraConfig(task_type="CAUSAL_LM", base_model_name_or_path="../base", **{**dict(r=4, lora_alpha=8, target_modules=["q_proj"]), **options})
        config.inference_mode = True
        write(name, config)
    write("vera", peft.VeraConfig(task_type="CAUSAL_LM", target_modules=["q_proj"], base_model_name_or_path="../base"))


def write(name, config):
    config.save_pretrained(f"{HERE}/refused/tmp")
    shutil.move(f"{HERE}/refused/tmp/adapter_config.json", f"{HERE}/refused/{name}.json")
    os.rmdir(f"{HERE}/refused/tmp")


if __name__ == "__main__":
    base_model()
    np.asarray(IDS, dtype="<u4").tofile(f"{HERE}/ids.u32")
    for i, (name, options) in enumerate(LOADED.items()):
        loaded(name, options, 10 + i)
    for i, (name, targets) in enumerate(OLDER.items()):
        older(name, targets, 30 + i)
    refused()
