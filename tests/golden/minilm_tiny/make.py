"""A small BERT with a WordPiece tokenizer, and the sentence vectors that torch computes with it in f64.

    build/interop-venv/bin/python tests/golden/minilm_tiny/make.py [FOLDER]
"""
import json
import os
import sys

import tokenizers
import torch
import transformers

OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
MOST = 24
CAPTIONS = ["a flat plate", "A flat PLATE.", "a plate with four holes", "flange, six 5 mm holes on a circle", "caf\u00e9 holes",
            "un\u00b5known \u4e2d word", "", "holes " * 40, "[SEP] plate [PAD]", "rectangular box 40 x 20"]


def tokenizer():
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "flat", "plate", "with", "four", "six", "hole", "##s", "##un", "un",
             "##know", "##n", "flange", ",", ".", "5", "mm", "on", "circle", "cafe", "rec", "##tan", "##gular", "box", "##x", "x", "4",
             "##0", "20", "word", "\u4e2d"]
    t = tokenizers.Tokenizer(tokenizers.models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    t.normalizer = tokenizers.normalizers.BertNormalizer()
    t.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    t.add_special_tokens(words[:5])
    t.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.decoder = tokenizers.decoders.WordPiece()
    return t, len(words)


def vectors(model, t):
    t.enable_truncation(MOST)
    out = []
    for caption in CAPTIONS:
        ids = torch.tensor([t.encode(caption).ids])
        with torch.no_grad():
            mean = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].mean(0)
        out.append((mean / mean.norm()).tolist())
    return out


def main():
    torch.manual_seed(11)
    t, words = tokenizer()
    os.makedirs(OUT, exist_ok=True)
    t.save(f"{OUT}/tokenizer.json")
    config = transformers.BertConfig(vocab_size=words, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                                     intermediate_size=72, max_position_embeddings=40, layer_norm_eps=1e-12)
    model = transformers.BertModel(config).eval()
    with torch.no_grad():
        for p in model.parameters():  # as wide as trained ones, and no bias of zeros
            p.copy_(torch.randn_like(p) * 0.3 + (1.0 if p.ndim == 1 and p.mean() > 0.5 else 0.0))
    model.save_pretrained(OUT)
    with open(f"{OUT}/sentence_bert_config.json", "w", encoding="utf-8") as f:
        json.dump({"max_seq_length": MOST, "do_lower_case": False}, f)
    with open(f"{OUT}/expected.json", "w", encoding="utf-8") as f:
        json.dump({"caption": CAPTIONS, "vector": vectors(model.double(), t)}, f, indent=0)


main()
