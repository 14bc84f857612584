"""`cadtool convert merge`: its directory in transformers, beside merge_and_unload of PEFT on the same base; onto NF4; its gate."""
import json
import os
import shutil

import numpy as np
import peft
import torch
import transformers

from interop_common import TINY, largest, loads, main, row, run
from interop_model import nf4_rounded
from interop_nf4 import quantised, values_of
from interop_torch import load, some_ids, their_logits

AGAINST = ["peft", "transformers", "torch"]
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def make_adapter(base, path, deviation, base_name=TINY, **config):
    model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", **config))
    torch.manual_seed(5)
    for name, p in model.named_parameters():
        if "lora_" in name:
            p.data.normal_(0, deviation)
    model.save_pretrained(path)
    with open(f"{path}/adapter_config.json", encoding="utf-8") as f:
        config = json.load(f)
    with open(f"{path}/adapter_config.json", "w", encoding="utf-8") as f:
        json.dump({**config, "base_model_name_or_path": base_name}, f)
    return model.eval()


def roundings(ours, theirs):
    """Largest distance of ours from theirs in f32, in halves of the last place of bf16: 1 is one rounding.  1e-7 is left for the
    order of sums in f32."""
    worst = []
    for key, value in theirs.items():
        half = torch.exp2(torch.floor(torch.log2(value.double().abs().clamp(min=2.0 ** -126))) - 8)
        worst.append(((ours[key].double() - value.double()).abs() - 1e-7) / half)
    return largest(worst)


def closer_than_twice_rounding(what, merged, theirs):
    """Logits of `merged` against those of `theirs` in f32, in errors that rounding `theirs` to bf16 makes; spends `theirs`."""
    ids = some_ids(theirs.config.vocab_size, n=200, seed=4)
    exact = their_logits(theirs, ids)
    for p in theirs.parameters():
        p.data = p.data.to(torch.bfloat16).float()
    naive = np.max(np.abs(their_logits(theirs, ids) - exact))
    error = np.max(np.abs(their_logits(merged, ids) - exact))
    assert naive > 0 and np.std(exact) > 1
    row("Adapters", what, error / naive, 2, AGAINST)


def test_original(work):
    adapted = make_adapter(load(TINY), f"{work}/adapter", 0.05, r=8, lora_alpha=16, target_modules=ALL)
    out, _ = run("cadtool", "convert", "merge", f"{work}/adapter", "-o", f"{work}/merged", "--base=original", "--shard-size=1M",
                 "--json")
    report = json.loads(out)
    assert report["passed"] and report["greedy_same"] == 8 and report["positions"] > 300
    merged = load(f"{work}/merged")
    assert merged.config.dtype in (torch.float32, torch.bfloat16)
    assert os.path.exists(f"{work}/merged/model.safetensors.index.json")
    theirs = adapted.merge_and_unload()
    row("Adapters", "weights of a merged model against `merge_and_unload` in f32: roundings to bf16",
        roundings(merged.state_dict(), theirs.state_dict()), 1, AGAINST)
    closer_than_twice_rounding("logits of a merged model against `merge_and_unload` in f32: errors of its own rounding to bf16", merged,
                               theirs)
    loads("Adapters", "a model merged by `cadtool convert merge`, in transformers", "sharded, with its tokenizer")
    tokenizer = transformers.AutoTokenizer.from_pretrained(f"{work}/merged")
    assert tokenizer.decode(tokenizer("plate 40x20x5 mm").input_ids) == "plate 40x20x5 mm"


def test_trained_on_nf4(work):
    """The adapter's run recorded NF4: W' is bf16(dequantised + s B A), with an oracle in numpy and torch."""
    base = load(TINY)
    for name, p in base.named_parameters():
        if name.endswith("_proj.weight"):
            p.data = nf4_rounded(p.data)
    adapted = make_adapter(base, f"{work}/adapter", 0.05, r=4, lora_alpha=4, use_rslora=True, target_modules=ALL[:4])
    with open(f"{work}/adapter/config.ini", "w", encoding="utf-8") as f:
        f.write("[model]\nweights = nf4\n")
    out, _ = run("cadtool", "convert", "merge", f"{work}/adapter", "-o", f"{work}/merged")
    assert "NF4, dequantised" in out
    merged = load(f"{work}/merged").state_dict()
    row("Adapters", "weights merged onto NF4 against the dequantised base and the adapter of PEFT: roundings to bf16",
        roundings(merged, adapted.merge_and_unload().state_dict()), 1, AGAINST)
    with open(f"{work}/merged/README.md", encoding="utf-8") as f:
        card = f.read()
    assert "--base=trained" in card and "NF4, dequantised" in card
    run("cadtool", "convert", "merge", f"{work}/adapter", "-o", f"{work}/original", "--base=original")
    other = load(f"{work}/original").state_dict()
    assert roundings(merged, other) > 10, "the original base gives another model"


def test_patterns(work):
    """Ranks and scales of their own for a linear in all layers, in one layer, and by a regular expression."""
    adapted = make_adapter(load(TINY), f"{work}/adapter", 0.05, r=4, lora_alpha=8, target_modules=ALL,
                           rank_pattern={"q_proj": 2, "layers.1.mlp.down_proj": 8, r".*\.2\.self_attn\.[kv]_proj": 6},
                           alpha_pattern={"down_proj": 32, "layers.0.self_attn.o_proj": 1.5})
    ranks = {m.r["default"] for m in adapted.modules() if hasattr(m, "lora_A")}
    assert ranks == {2, 4, 6, 8}, ranks
    run("cadtool", "convert", "merge", f"{work}/adapter", "-o", f"{work}/merged")
    merged, theirs = load(f"{work}/merged"), adapted.merge_and_unload()
    row("Adapters", "weights merged with `rank_pattern` and `alpha_pattern` against `merge_and_unload`: roundings to bf16",
        roundings(merged.state_dict(), theirs.state_dict()), 1, AGAINST)
    closer_than_twice_rounding("logits of that model against `merge_and_unload` in f32: errors of its own rounding to bf16", merged,
                               theirs)


def test_onto_bnb_files(work):
    """The base is a bnb-4bit checkpoint by transformers; PEFT adds to its values as bitsandbytes dequantises them."""
    base, model = f"{work}/base", quantised(TINY, bnb_4bit_use_double_quant=True)
    model.save_pretrained(base)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(f"{TINY}/{name}", base)
    plain = load(TINY)
    parameters, values = dict(plain.named_parameters()), values_of(model)
    assert len(values) == 7 * plain.config.num_hidden_layers
    for name, value in values.items():
        assert not torch.equal(parameters[name].data, value.float().reshape(parameters[name].shape))
        parameters[name].data = value.float().reshape(parameters[name].shape)
    adapted = make_adapter(plain, f"{work}/adapter", 0.05, base, r=8, lora_alpha=16, target_modules=ALL)
    out, _ = run("cadtool", "convert", "merge", f"{work}/adapter", "-o", f"{work}/merged")
    assert "its NF4 files, dequantised" in out
    merged, theirs = load(f"{work}/merged"), adapted.merge_and_unload()
    assert not hasattr(merged.config, "quantization_config")
    row("Adapters", "weights merged onto a bnb-4bit checkpoint of transformers against its dequantised values and the adapter: "
        "roundings to bf16", roundings(merged.state_dict(), theirs.state_dict()), 1, ["bitsandbytes", *AGAINST])
    closer_than_twice_rounding("logits of a model merged onto bnb-4bit against `merge_and_unload` on the dequantised base in f32: "
                               "errors of its own rounding to bf16", merged, theirs)


def test_gate(work):
    """An adapter so large that rounding to bf16 changes what the model says: exit 70, nothing kept unless forced."""
    make_adapter(load(TINY), f"{work}/adapter", 3.0, r=8, lora_alpha=16, target_modules=ALL)
    _, err = run("cadtool", "convert", "merge", f"{work}/adapter", "-o", f"{work}/merged", exit_code=70)
    assert "expected 99.5 %" in err and "--force" in err
    assert sorted(os.listdir(work)) == ["adapter"]
    run("cadtool", "convert", "merge", f"{work}/adapter", "-o", f"{work}/merged", "--force")
    with open(f"{work}/merged/README.md", encoding="utf-8") as f:
        assert "below what a merge must reach" in f.read()
    shutil.rmtree(f"{work}/merged")


if __name__ == "__main__":
    main(test_original, test_trained_on_nf4, test_patterns, test_onto_bnb_files, test_gate)
