"""Models that transformers would take and cadlm refuses by name: the models of tests/golden with one thing changed."""
import json
import os
import shutil

import numpy as np

from interop_common import SOURCE, dump, main, refused

GOLDEN = f"{SOURCE}/tests/golden"
CONFIGS = [  # what, model, keys changed (None: taken out), message
    ("an architecture other than Qwen2, Qwen3 and Llama", "llama_tiny",
     {"architectures": ["MistralForCausalLM"], "model_type": "mistral"}, "architecture mistral (MistralForCausalLM); supported:"),
    ("sliding window attention", "qwen2_tiny", {"use_sliding_window": True}, "use_sliding_window must be false"),
    ("sliding window attention in some layers", "qwen2_tiny", {"layer_types": ["full_attention", "sliding_attention"]},
     "layer_types[1] is sliding_attention; supported: full_attention"),
    ("RoPE of other types", "llama_tiny", {"rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0}},
     "RoPE type yarn; supported: default, llama3"),
    ("no rope_theta, which transformers would replace by 10,000", "qwen2_tiny", {"rope_parameters": {"rope_type": "default"}},
     "rope_theta is missing"),
    ("other activations", "qwen2_tiny", {"hidden_act": "gelu"}, "hidden_act gelu; supported: silu"),
    ("biases in the MLP", "llama_tiny", {"mlp_bias": True}, "mlp_bias must be false"),
    ("biases in the attention of Llama", "llama_tiny", {"attention_bias": True}, "attention_bias must be false"),
    ("a tied model that holds another lm_head.weight", "llama_tiny", {"tie_word_embeddings": True}, "lm_head.weight"),
]


def copied(model, folder):
    shutil.copytree(f"{GOLDEN}/{model}", folder, ignore=shutil.ignore_patterns("adapter", "expected*", "README.md"))
    return folder


def refuses(what, folder, says):
    refused("Models", what, "cadtool", "ckpt", "verify", folder, says=says)


def test_configs(work):
    for model in ("qwen2_tiny", "llama_tiny"):  # unchanged they load
        folder = copied(model, f"{work}/{model}")
        np.arange(5, dtype="<u4").tofile(f"{folder}/ids")
        dump("logits", folder, "-", "fp32", f"{folder}/ids", f"{folder}/out")
    for i, (what, model, keys, says) in enumerate(CONFIGS):
        folder = copied(model, f"{work}/{i}")
        with open(f"{folder}/config.json", encoding="utf-8") as f:
            config = json.load(f) | keys
        with open(f"{folder}/config.json", "w", encoding="utf-8") as f:
            json.dump(config, f)
        refuses(what, folder, says)


def test_weights(work):
    folder = copied("qwen2_tiny", f"{work}/bin")
    os.rename(f"{folder}/model.safetensors", f"{folder}/pytorch_model.bin")
    refuses("weights in pytorch_model.bin", folder, "convert them to safetensors")
    folder = copied("qwen2_tiny", f"{work}/name")
    with open(f"{folder}/model.safetensors", "r+b") as f:
        data = f.read()
        f.seek(data.index(b'"model.norm.weight"'))
        f.write(b'"model.nurm.weight"')
    refuses("a tensor that the model does not have", folder, "tensor model.nurm.weight is not part of a qwen2 model")


if __name__ == "__main__":
    main(test_configs, test_weights)
