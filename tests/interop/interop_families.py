"""Small random models saved by transformers: Qwen2 (bias, grouped heads, tied), Llama 3 (scaled RoPE, untied) and
Qwen3 (norms of heads, heads wider than the model)."""
import glob

import torch
import transformers

from interop_common import compare, loads, main
from interop_torch import AGAINST, load, our_logits, some_ids, their_logits


def test_families(work):
    torch.manual_seed(3)
    common = dict(vocab_size=512, hidden_size=64, intermediate_size=160, num_hidden_layers=2, num_attention_heads=4,
                  max_position_embeddings=512, initializer_range=0.2)
    llama3 = dict(rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                  original_max_position_embeddings=64)
    models = {
        "Qwen2": transformers.Qwen2ForCausalLM(transformers.Qwen2Config(
            **common, num_key_value_heads=2, tie_word_embeddings=True)),
        "Llama 3": transformers.LlamaForCausalLM(transformers.LlamaConfig(
            **common, num_key_value_heads=1, tie_word_embeddings=False, rope_parameters=llama3)),
        "Qwen3": transformers.Qwen3ForCausalLM(transformers.Qwen3Config(
            **common, num_key_value_heads=2, head_dim=32, tie_word_embeddings=True)),
    }
    for name, model in models.items():
        for key, p in model.named_parameters():
            if key.endswith("bias"):
                p.data.normal_(0, 0.3)
            if key.endswith("norm.weight"):
                p.data.normal_(1, 0.2)
        model.eval().save_pretrained(f"{work}/{name}")
        ids = some_ids(512, n=300, seed=2)
        compare("Models", f"logits of a random {name} model, 300 positions", our_logits(work, f"{work}/{name}", None, "fp32", ids),
                their_logits(model, ids), 2e-4, AGAINST)
        loads("Models", f"{name} saved by transformers, here")
        stored(work, name, model)


def stored(work, name, model):
    """The same in half precision and in files of 100 kB, against transformers in f32 on what these hold."""
    ids = some_ids(512, n=100, seed=3)
    for dtype, short in ((torch.bfloat16, "bf16"), (torch.float16, "f16"), (torch.float32, "f32")):
        place = f"{work}/{name} {short}"
        model.to(dtype).save_pretrained(place, max_shard_size="100kB")
        files = glob.glob(f"{place}/model-*.safetensors")
        assert len(files) > 1, files
        compare("Models", f"logits of that {name} model, {short} in several files", our_logits(work, place, None, "fp32", ids),
                their_logits(load(place), ids), 2e-4, AGAINST)
        model.float()


if __name__ == "__main__":
    main(test_families)
