#!/usr/bin/env python3
"""The seeds that are no plain text, and those that hold sums: make.py writes them beside itself, the same bytes each time."""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def put(name, data):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def safetensors(tensors, metadata=None, pad=8):
    """tensors: (name, dtype, shape, bytes), in the order of the file."""
    header, at = {}, 0
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % pad)
    return struct.pack("<Q", len(text)) + text + b"".join(t[3] for t in tensors)


def floats(n):
    return b"".join(struct.pack("<f", i / 4) for i in range(n))


put("safetensors/three.safetensors", safetensors(
    [("first", "F32", [8, 4], floats(32)), ("second", "BF16", [32], bytes(range(64))), ("third", "F16", [2, 2, 2], bytes(16))],
    {"format": "pt"}))
put("safetensors/small_types.safetensors", safetensors(
    [("a", "F4", [4], b"\x12\x34"), ("b", "F6_E2M3", [4], b"123"), ("c", "U8", [0, 3], b""), ("d", "BOOL", [], b"\1"),
     ("e", "F8_E4M3", [2], b"ab"), ("f", "I64", [1], bytes(8))]))
put("safetensors/none.safetensors", safetensors([], {}))
put("safetensors/names.safetensors", safetensors(
    [("", "U8", [1], b"x"), ("caf\u00e9", "U8", [1], b"y"), ("a\nb", "U8", [1], b"z"), ("x" * 200, "U8", [1], b"w")]))

LEVELS = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
          -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
          0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0]
STATE = '{"quant_type": "nf4", "blocksize": 64, "dtype": "bfloat16", "shape": [32, 4]%s}'
NESTED = ', "nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": 0.25'


def linear(nested, state=None, name="nf4", more=()):
    """A linear of 32 x 4 as bitsandbytes stores it: two blocks."""
    text = (state or STATE % (NESTED if nested else "")).encode()
    scales = [("w.absmax", "U8", [2], b"\x20\xe0"), ("w.nested_absmax", "F32", [1], floats(1)),
              ("w.nested_quant_map", "F32", [256], floats(256))] if nested else [("w.absmax", "F32", [2], floats(2))]
    return safetensors([("w", "U8", [64, 1], bytes(range(64))), *scales,
                        ("w.quant_map", "F32", [16], struct.pack("<16f", *LEVELS)),
                        (f"w.quant_state.bitsandbytes__{name}", "U8", [len(text)], text), *more], {"format": "pt"})


put("bnb/plain.safetensors", linear(False))
put("bnb/nested.safetensors", linear(True))
put("bnb/bad_fp4.safetensors", linear(False, name="fp4"))
put("bnb/bad_shape.safetensors", linear(True, state=(STATE % NESTED).replace("[32, 4]", "[281474976710655, 281474976710655]")))
put("bnb/bad_block.safetensors", linear(False, state=(STATE % "").replace("64,", "9223372036854775807,")))
put("bnb/bad_both.safetensors", linear(False, more=[("w.nested_absmax", "F32", [1], floats(1))]))
put("quant_state/plain.json", (STATE % "").encode())
put("quant_state/nested.json", (STATE % NESTED).encode())
put("quant_state/bad_offset.json", (STATE % NESTED).replace("0.25", "1e300").encode())


def byte_alphabet():
    """The 256 characters of byte-level BPE, in the order of the bytes' ids (GPT-2)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(rest))]


def tokenizer(normalizer, pattern, merges, pairs, added, post):
    letters = byte_alphabet()
    vocab = {t: i for i, t in enumerate(letters + [a + b for a, b in merges])}
    tokens = [{"id": len(vocab) + i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
               "special": special} for i, (t, special) in enumerate(added)]
    return json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": post(tokens[0]["id"]),
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": pairs, "vocab": vocab,
                  "merges": [[a, b] if pairs else f"{a} {b}" for a, b in merges]}}, ensure_ascii=False, indent=None).encode()


WORD = r"[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
put("tokenizer/wordpiece.json", json.dumps({
    "added_tokens": [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                      "special": True} for i, t in enumerate(["[UNK]", "[CLS]", "[SEP]"])],
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
              "vocab": {t: i for i, t in enumerate(["[UNK]", "[CLS]", "[SEP]", "plate", "##late", "p", "40", "4", "##0", "x", "t", "1", "##e"])}}},
    ensure_ascii=False).encode())
put("tokenizer/merges_as_text.json", tokenizer(
    {"type": "NFC"}, WORD % r"\p{N}", [("p", "l"), ("a", "t"), ("pl", "at"), ("\u0120", "x"), ("\u00c3", "\u00a9")], False,
    [("<|endoftext|>", True), ("<tool>", False)], lambda _: byte_level))
put("tokenizer/merges_as_pairs.json", tokenizer(
    None, WORD % r"\p{N}{1,3}", [("a", "t"), ("t", "e"), ("at", "e"), ("\u010a", "\u010a")], True,
    [("<|begin_of_text|>", True), ("<|end_of_text|>", True)],
    lambda first: {"type": "Sequence", "processors": [byte_level, {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|begin_of_text|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<|begin_of_text|>": {
            "id": "<|begin_of_text|>", "ids": [first], "tokens": ["<|begin_of_text|>"]}}}]}))

PAIRS = [("p", "l"), ("a", "t"), ("pl", "at"), ("\u0120", "x")]
put("vocab/bytes.json", json.dumps({t: i for i, t in enumerate(byte_alphabet() + [a + b for a, b in PAIRS])},
                                   ensure_ascii=False).encode())
put("merges/four.txt", ("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in PAIRS)).encode())


def rag_index(xxh3, offset=(0, 7, 12), vector=None, **other):
    """Two captions, "A plate" and "A rod"; xxh3: over the metadata and all tensors, as the reader tells it."""
    def words(*n):
        return b"".join(struct.pack("<Q", k) for k in n)
    metadata = {"cadlm": "rag-index", "schema": "1", "encoder": "hash", "encoder_xxh3": "0" * 32, "corpus_xxh3": "1" * 32, "scope": "train",
                "xxh3": xxh3, **other}
    return safetensors([("vector", "F32", [2, 4], vector or floats(8)), ("caption_group", "U64", [2], words(1, 2)), ("geometry_group", "U64", [2], words(0, 3)),
                        ("caption_offset", "U64", [3], words(*offset)), ("id_offset", "U64", [3], words(0, 2, 4)),
                        ("caption", "U8", [12], b"A plateA rod"), ("id", "U8", [4], b"r0r1")], metadata)


put("rag_index/two.index", rag_index("fb0061e12161ed6a3ea242544ee5ac21"))
put("rag_index/nan.index", rag_index("f743fbe3dc8952d694484905ddd07296", vector=struct.pack("<8f", *[float("nan")] * 4, *[float("inf")] * 4)))
put("rag_index/empty_texts.index", rag_index("062f8ad57e368e0f1a14846b2721f15a", offset=(0, 0, 0)))
put("rag_index/bad_offset.index", rag_index("0" * 32, offset=(0, 1 << 63, 12)))
put("rag_index/bad_order.index", rag_index("0" * 32, offset=(0, 12, 7)))
put("rag_index/bad_hash.index", rag_index("0" * 32))
put("rag_index/bad_schema.index", rag_index("0" * 32, schema="0"))
