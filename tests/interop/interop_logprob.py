"""cadtool logprob against log-softmax of transformers in f64: random Qwen2 and Llama 3 models whose logits have the spread of
trained ones, sharded too, with a begin token, and under an adapter of PEFT."""
import json
import os
import shutil

import peft
import torch
import transformers

from interop_common import TINY, compare, loads, main, run
from interop_torch import AGAINST

TEXTS = ["plate 40x20x5 mm, four 4 mm holes in the corners, 3 mm fillets\nC 40 20 5\nY 2 5\nT 1 5 5 0\nD 0 2\n" * 3,
         "Ø12.5 × 3, naïve café\n\n  \t x", "x", "ring 3"]
COMMON = dict(vocab_size=1003, hidden_size=64, intermediate_size=160, num_hidden_layers=2, num_attention_heads=4,
              max_position_embeddings=512, initializer_range=0.35, eos_token_id=999, bos_token_id=None)
BEGIN = 999


def save(model, path, begin):
    """The model with the tokenizer of models/tiny beside it, which puts its end token in front where `begin`."""
    model.save_pretrained(path)
    with open(f"{TINY}/tokenizer.json", encoding="utf-8") as f:
        t = json.load(f)
    if begin:
        word, text = {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
        t["post_processor"] = {"type": "TemplateProcessing", "single": [word, text], "pair": [word, text, text], "special_tokens": {
            "<|endoftext|>": {"id": "<|endoftext|>", "ids": [BEGIN], "tokens": ["<|endoftext|>"]}}}
    with open(f"{path}/tokenizer.json", "w", encoding="utf-8") as f:
        json.dump(t, f)


def their_logprob(model, ids):
    """log p(id_i | before) of ids[1:], in f64, and the deviation of the logits."""
    with torch.no_grad():
        logits = model.double().eval()(torch.tensor([ids])).logits[0]
    return torch.log_softmax(logits[:-1], -1)[torch.arange(len(ids) - 1), torch.tensor(ids[1:])], float(logits.std())


def our_logprob(work, *args):
    files = []
    for i, text in enumerate(TEXTS):
        files.append(f"{work}/{i}.txt")
        with open(files[-1], "w", encoding="utf-8", newline="") as f:
            f.write(text)
    out, _ = run("cadtool", "logprob", *args[:1], *files, *args[1:], "--json")
    return [json.loads(line) for line in out.splitlines()]


def check(what, model, answers, begin):
    import tokenizers
    tokenizer = tokenizers.Tokenizer.from_file(f"{TINY}/tokenizer.json")
    ours, theirs = [], []
    for text, a in zip(TEXTS, answers, strict=True):
        assert a["ids"] == tokenizer.encode(text).ids
        ids = [BEGIN] * begin + a["ids"]
        assert len(a["logprob"]) == len(a["ids"]) and a["n"] == len(ids) - 1
        assert begin or a["logprob"][0] is None
        if len(ids) < 2:
            assert a["sum"] == 0
            continue
        values, spread = their_logprob(model, ids)
        assert 2 <= spread <= 4, f"{what}: logits spread by {spread}"
        ours += [v for v in a["logprob"] if v is not None]
        theirs += values.tolist()
        assert abs(a["sum"] - float(values.sum())) <= 1e-4 * len(values)
    compare("Models", what, ours, theirs, 1e-4, AGAINST, spread=0.5)


def test_models(work):
    torch.manual_seed(11)
    llama3 = dict(rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                  original_max_position_embeddings=64)
    qwen = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**COMMON, num_key_value_heads=2, tie_word_embeddings=True))
    llama = transformers.LlamaForCausalLM(transformers.LlamaConfig(
        **COMMON, num_key_value_heads=1, tie_word_embeddings=False, rope_parameters=llama3))
    for name, model, begin in (("Qwen2", qwen, False), ("Llama 3", llama, True)):
        path = f"{work}/{name.split()[0]}"
        save(model, path, begin)
        check(f"`cadtool logprob` of a random {name} model{', begin token in front' if begin else ''}, f64 there", model,
              our_logprob(work, path), begin)
        model.float()
        shutil.rmtree(path)
        save_sharded(model, path, begin)
        check(f"the same, in files of 200 kB that transformers wrote ({name})", model, our_logprob(work, path), begin)
        model.float()


def save_sharded(model, path, begin):
    save(model, path, begin)
    os.remove(f"{path}/model.safetensors")
    model.save_pretrained(path, max_shard_size="200KB")
    assert os.path.exists(f"{path}/model.safetensors.index.json")


def test_reshard(work):
    """Files written by `convert reshard` load in transformers with the same values."""
    run("cadtool", "convert", "reshard", TINY, "-o", f"{work}/parts", "--shard-size=1M")
    ours = transformers.AutoModelForCausalLM.from_pretrained(f"{work}/parts", dtype=torch.float32).state_dict()
    base = transformers.AutoModelForCausalLM.from_pretrained(TINY, dtype=torch.float32).state_dict()
    assert ours.keys() == base.keys() and all(torch.equal(ours[k], base[k]) for k in base)
    loads("Models", "a sharded directory written by `cadtool convert reshard`, in transformers", "equal tensors")


def test_adapter(work):
    torch.manual_seed(12)
    base = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**COMMON, num_key_value_heads=2, tie_word_embeddings=True))
    save(base, f"{work}/base", False)
    model = peft.get_peft_model(base, peft.LoraConfig(r=4, lora_alpha=8, task_type="CAUSAL_LM", target_modules=[
        "q_proj", "v_proj", "o_proj", "gate_proj", "down_proj"]))
    for name, p in model.named_parameters():
        if "lora_" in name:
            p.data.normal_(0, 0.05)
    model.save_pretrained(f"{work}/adapter")
    check("`cadtool logprob --adapter` with an adapter of PEFT, f64 there", model,
          our_logprob(work, f"{work}/base", f"--adapter={work}/adapter"), False)


if __name__ == "__main__":
    main(test_models, test_reshard, test_adapter)
