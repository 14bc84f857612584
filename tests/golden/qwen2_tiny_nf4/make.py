"""A small random Qwen2 in bf16, and the same saved by transformers with bitsandbytes' NF4; with logits of what is in the files.

    build/interop-venv/bin/python make.py [FOLDER]
"""
import json
import os
import sys

os.environ["TORCHDYNAMO_DISABLE"] = "1"

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

SHAPE = dict(vocab_size=512, hidden_size=64, intermediate_size=192, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=512, initializer_range=0.2, tie_word_embeddings=True,
             bos_token_id=None, eos_token_id=0, pad_token_id=None)
FORMS = {"plain": dict(), "nested": dict(bnb_4bit_use_double_quant=True),
         "stored_bf16": dict(bnb_4bit_quant_storage=torch.bfloat16)}
STATE = ".quant_state.bitsandbytes__nf4"


def base_model():
    torch.manual_seed(7)
    model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**SHAPE))
    for key, p in model.named_parameters():
        if key.endswith("bias"):
            p.data.normal_(0, 0.3)
    return model.to(torch.bfloat16)


def quantised(base, place, more):
    config = transformers.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4",
                                             bnb_4bit_compute_dtype=torch.bfloat16, **more)
    model = transformers.AutoModelForCausalLM.from_pretrained(base, quantization_config=config, dtype=torch.bfloat16,
                                                              device_map={"": "cpu"})
    model.save_pretrained(place)


def dequantised(place):
    """The tensors of a bnb-4bit file as plain ones in f32: bf16(level * absmax), nested scales by two roundings
    (bitsandbytes/functional.py dequantize_4bit, in numpy)."""
    stored, plain = load_file(os.path.join(place, "model.safetensors")), {}
    for name, t in stored.items():
        if name + STATE not in stored:
            if ".weight." not in name:
                plain[name] = t.float()
            continue
        state = json.loads(bytes(stored[name + STATE].tolist()))
        packed = t.reshape(-1).view(torch.uint8).numpy()
        codes = np.stack([packed >> 4, packed & 15], axis=1).reshape(-1)
        scale = stored[name + ".absmax"].numpy()
        if "nested_offset" in state:
            outer = stored[name + ".nested_absmax"].numpy()[np.arange(scale.size) // state["nested_blocksize"]]
            scale = (stored[name + ".nested_quant_map"].numpy()[scale] * outer + np.float32(state["nested_offset"]))
        n = state["shape"][0] * state["shape"][1]
        value = stored[name + ".quant_map"].numpy()[codes[:n]] * scale[np.arange(n) // state["blocksize"]]
        plain[name] = torch.from_numpy(value.astype(np.float32)).to(torch.bfloat16).float().reshape(state["shape"])
    return plain


def logits_of(place, ids):
    """Of the file's values, in f64."""
    config = transformers.Qwen2Config(**SHAPE)
    config._attn_implementation = "eager"
    model = transformers.Qwen2ForCausalLM(config).double().eval()
    missing, extra = model.load_state_dict(dequantised(place), strict=False)
    assert not extra and set(missing) <= {"lm_head.weight"}, (missing, extra)
    model.tie_weights()
    with torch.no_grad():
        return model(torch.from_numpy(ids.astype(np.int64))[None]).logits[0].float()


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    torch.set_num_threads(1)
    base = os.path.join(out, "base")
    base_model().save_pretrained(base)
    ids = np.random.default_rng(11).integers(0, SHAPE["vocab_size"], 40)
    expected = {"ids": torch.from_numpy(ids.astype(np.int32))}
    for name, more in FORMS.items():
        quantised(base, os.path.join(out, name), more)
        expected[name] = logits_of(os.path.join(out, name), ids)
    save_file(expected, os.path.join(out, "expected.safetensors"), metadata={"format": "pt"})


if __name__ == "__main__":
    main()
