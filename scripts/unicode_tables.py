#!/usr/bin/env python3
"""Writes model/text/unicode_ranges.h and model/text/bert_ranges.h: what the tokenizers library knows of each code point.

usage: unicode_tables.py [--check]        --check writes nothing and fails where the files would change

Needs the packages tokenizers (whose behaviour is the truth here; every code point is asked) and unicodedata2 (which code points take
part in normalisation at all, by a Unicode newer than any utf8proc; never shipped, only asked).
"""
import pathlib
import subprocess
import sys

import tokenizers
import unicodedata2
from tokenizers import Regex, normalizers, pre_tokenizers

TEXT = pathlib.Path(__file__).resolve().parent.parent / "model/text"
ALL = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
FENCE = "\n"  # no probe below answers to it
NFC, NFD = normalizers.NFC(), normalizers.NFD()


def batches():
    for i in range(0, len(ALL), 4096):
        yield ALL[i:i + 4096]


def matching(regex):
    split, out = pre_tokenizers.Split(Regex(regex), "removed", invert=True), set()
    for some in batches():
        for piece, _ in split.pre_tokenize_str("!".join(map(chr, some))):
            out.update(map(ord, piece))
    return sorted(out)


def mapped(normalizer, fence=FENCE):
    """code point -> its text after the normalizer, for those that it changes."""
    out = {}
    for some in batches():
        keep = [c for c in some if chr(c) != fence]
        got = normalizer.normalize_str(fence.join(map(chr, keep))).split(fence)
        assert len(got) == len(keep)
        out.update((c, g) for c, g in zip(keep, got) if g != chr(c))
    return out


def has_class(c):
    """Whether the library sorts this code point among marks: U+0345 has the highest class."""
    return NFC.normalize_str("q\u0345" + chr(c)) != "q\u0345" + chr(c)


def normalisation():
    """(active, inert): code points that can change a text in form C or its surroundings, and those of newer Unicode that the library
    leaves alone but a newer table would not."""
    classed = {c for c in ALL if unicodedata2.combining(chr(c))}
    changed = {c for c in ALL if unicodedata2.normalize("NFC", chr(c)) != chr(c)}
    decomposed = {c for c in ALL if unicodedata2.normalize("NFD", chr(c)) != chr(c) and not 0xAC00 <= c <= 0xD7A3}
    pairs = {}
    for c in decomposed - changed:
        parts = [int(x, 16) for x in unicodedata2.decomposition(chr(c)).split()]
        assert len(parts) == 2
        pairs[c] = parts
    first, second = {f for f, _ in pairs.values()}, {s for _, s in pairs.values()}
    jamo = set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    used = set()
    for c, (f, s) in pairs.items():
        if NFC.normalize_str(chr(f) + chr(s)) == chr(c):
            used |= {c, f, s}
    for c in classed | changed | decomposed:
        if NFC.normalize_str(chr(c)) != chr(c) or NFD.normalize_str(chr(c)) != chr(c) or (c in classed and (c == 0x345 or has_class(c))):
            used.add(c)
    inert = (classed | decomposed | first | second) - used
    return sorted((classed | changed | second | jamo) - inert), sorted(inert)


def ranges(cps):
    out = []
    for c in cps:
        if out and c == out[-1][1] + 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def print_ranges(name, what, cps):
    rows = ", ".join(f"{{0x{a:X}, 0x{b:X}}}" for a, b in ranges(cps))
    return (f"/* {what}: {len(cps):,} code points. */\nstatic const uint32_t {name}[][2] = {{{rows}}};\n"
            f"enum {{ {name}_COUNT = {len(cps)} }};\n\n")


def lower_rows(lower):
    """[first, last, step, how much is added], so that runs of capitals beside their small letters are one row."""
    rows = []
    for c in sorted(lower):
        by = ord(lower[c]) - c
        if rows and rows[-1][3] == by and (c - rows[-1][1] == rows[-1][2] or (rows[-1][0] == rows[-1][1] and c - rows[-1][1] <= 2)):
            rows[-1][2] = c - rows[-1][1]
            rows[-1][1] = c
        else:
            rows.append([c, c, 1, by])
    return rows


def file(name, what, body):
    guard = f"CADLM_MODEL_TEXT_{name.upper()}_H"
    text = (f"/* {what}\n *\n * Written by scripts/unicode_tables.py, which asked tokenizers {tokenizers.__version__}. */\n#ifndef {guard}\n"
            f"#define {guard}\n\n#include <stdint.h>\n\n{body}#endif\n")
    return subprocess.run(["clang-format", f"--assume-filename={TEXT}/{name}.h"], input=text, capture_output=True, text=True,
                          check=True).stdout


def bert_file():
    flags = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    clean = mapped(normalizers.BertNormalizer(**{**flags, "clean_text": True}), "!")
    chinese = mapped(normalizers.BertNormalizer(**{**flags, "handle_chinese_chars": True}))
    strip = mapped(normalizers.BertNormalizer(**{**flags, "strip_accents": True}))
    lower = mapped(normalizers.BertNormalizer(**{**flags, "lowercase": True}))
    assert all(v in ("", " ") for v in clean.values()) and all(v == f" {chr(c)} " for c, v in chinese.items())
    assert [c for c, v in lower.items() if len(v) != 1] == [0x130] and lower.pop(0x130) == "i\u0307"
    split, punctuation = pre_tokenizers.BertPreTokenizer(), []
    for some in batches():
        for piece, _ in split.pre_tokenize_str("".join("a" + chr(c) for c in some)):
            if piece[0] != "a":
                punctuation.append(ord(piece))
    marks = [c for c, v in strip.items() if v == ""]
    blanks = [c for c, v in clean.items() if v == " "]
    lowers = ", ".join(f"{{0x{a:X}, 0x{b:X}, {s}, {by}}}" for a, b, s, by in lower_rows(lower))
    body = print_ranges("BERT_REMOVED", "Taken out by clean_text", [c for c, v in clean.items() if v == ""])
    body += print_ranges("BERT_BLANK", "Made a blank by clean_text", blanks)
    body += print_ranges("BERT_MARK", "Taken out by strip_accents, after decomposition", sorted(marks))
    body += print_ranges("BERT_PUNCTUATION", "A piece of its own", sorted(punctuation))
    body += print_ranges("BERT_CJK", "Surrounded by blanks", sorted(chinese))
    body += (f"/* Capitals, each code point for itself: first, last, step, what is added.  U+0130 becomes U+0069 U+0307. */\n"
             f"static const int32_t BERT_LOWER[][4] = {{{lowers}}};\nenum {{ BERT_LOWER_COUNT = {len(lower)} }};\n\n")
    return file("bert_ranges", "Code points by what BERT's normalizer and splitter do with them.", body)


def ranges_file():
    active, inert = normalisation()
    body = print_ranges("UNICODE_LETTER", r"\p{L} of Unicode 16.0", matching(r"\p{L}"))
    body += print_ranges("UNICODE_NUMBER", r"\p{N} of Unicode 16.0", matching(r"\p{N}"))
    body += print_ranges("UNICODE_SPACE", r"\s", matching(r"\s"))
    body += print_ranges("NFC_ACTIVE", "Not in form C, or able to change what stands before it (Unicode 9.0)", active)
    body += print_ranges("NFC_INERT", "Normalised by newer Unicode, left alone by 9.0", inert)
    return file("unicode_ranges", "Code points by class, for split patterns and form C.", body)


def main():
    stale = []
    for name, text in (("unicode_ranges.h", ranges_file()), ("bert_ranges.h", bert_file())):
        path = TEXT / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    print("unicode_tables:", ("stale: " if "--check" in sys.argv else "wrote ") + ", ".join(stale) if stale else "nothing changes")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
