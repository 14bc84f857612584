"""Mutated files beside the libraries: what cadlm takes and a library refuses, or the reverse, has its reason in a table here."""
import collections
import itertools
import json
import os
import re
import subprocess

import safetensors

os.environ["RUST_BACKTRACE"] = "0"  # a panic of the library is a refusal, told in one line
import tokenizers  # noqa: E402

from interop_common import SOURCE, main, program, row

CASES = 10000
LIBRARY = {"safetensors": "safetensors files", "tokenizer": "tokenizer.json", "json": "JSON, beside Python's own reader"}


def told(target):
    """(number, taken, our text, input) of each mutant of a fuzz target, in the order of their numbers."""
    done = subprocess.run([program("fuzz_targets"), f"--tell={CASES}", target], capture_output=True, check=True,
                          env={**os.environ, "CADLM_SOURCE": SOURCE})
    data, at = done.stdout, 0
    while at < len(data):
        end = data.index(b"\n", at)
        number, status, text, size = map(int, data[at:end].split())
        at = end + 1 + text
        yield number, status == 0, data[end + 1:at].decode(errors="replace"), data[at:at + size]
        at += size


def broken():
    """The files of tests/golden/st_bad, all refused by cadlm (model.st_bad)."""
    folder = os.path.join(SOURCE, "tests/golden/st_bad")
    with open(os.path.join(folder, "expected.tsv"), encoding="utf-8") as f:
        for line in f:
            name, text = line.rstrip("\n").split("\t")
            with open(os.path.join(folder, name), "rb") as data:
                yield name, False, text, data.read()


def differ(target, read, refuse_more, take_more, against):
    """`read`: the library reads bytes, or raises.  The tables hold (pattern of the text of who refuses, why): every difference must
    match a line."""
    met, unlisted, taken = collections.Counter(), [], 0
    for number, ours, text, data in itertools.chain(told(target), broken() if target == "safetensors" else []):
        try:
            read(data)
            theirs, their_text = True, ""
        except KeyboardInterrupt:
            raise
        except BaseException as e:  # whatever a library raises is a refusal, a panic too
            theirs, their_text = False, f"{type(e).__name__}: {e}"
        taken += ours and theirs
        if ours == theirs:
            continue
        table, said = (take_more, their_text) if ours else (refuse_more, text)
        why = next((w for pattern, w in table if re.search(pattern, said)), None)
        met[why] += 1
        if why is None:
            unlisted.append(f"case {number}: {'only we take it' if ours else 'only they take it'}: {said[:300]}")
    for why, n in met.items():
        print(f"{target}: {n:5d}  {why}")
    print("\n".join(unlisted[:int(os.environ.get("SHOWN", 20))]))
    for why in [w for _, w in refuse_more + take_more if w not in met]:
        print(f"{target}:  none  {why}")
    assert taken > CASES // 100, f"{target}: both take {taken} of {CASES} cases; expected more"
    row("Hostile files", f"{CASES:,} mutants of {LIBRARY[target]}: read by one alone, for no reason that interop_hostile.py lists",
        len(unlisted), 0, against)


# What cadlm refuses and the library takes: pattern of our text, why.
SAFETENSORS_REFUSED = [
    (r"unknown field '", "an entry has a field more: it may mean something to who wrote it (formats: no other field)"),
    (r"__metadata__ is not an object", "__metadata__ is null: the library reads it as absent"),
    (r"dimension \d+ is not an integer in 0\.\.2\^48-1", "a dimension of 2^48 or more beside one of 0: above our bound"),
    (r"a name of \d+ bytes; the limit|\d+ dimensions; the limit", "bounds that the library does not have"),
    (r"does not start with '\{'", "a blank in front of the JSON: the format's description has none there"),
    (r"a name occurs twice", "the library keeps the last of two tensors with one name, others the first"),
]
JSON_REFUSED = [
    (r"duplicate object key", "Python keeps the last of two members with one name, others the first"),
    (r"invalid Unicode", "half of a surrogate pair is no character and cannot be written as UTF-8"),
    (r"too big (negative )?integer", "an integer beyond 64 bits would change its value"),
    (r"real number overflow", "Python reads 1e999 as infinity"),
]
TOKENIZER_REFUSED = [
    (r"supported: |is not supported|needs the (decoder|normalizer|pre_tokenizer)|_prefix: expected", "a stage or a setting that cadlm does not have is refused by name"),
    (r"duplicate object key", "the library keeps the last of two members with one name"),
    (r"is not an integer in 0\.\.|belongs to .* and ", "ids must be dense and unique, or rows of the embedding belong to no token or to two"),
    (r"no token for byte|is not in the byte alphabet", "without all 256 bytes some text has no ids"),
    (r"has no id in the vocabulary", "the token that the post-processor puts in front has no row in the vocabulary"),
    (r"unk_token is not in the vocabulary", "the token of unknown words has no id; the library fails when it encodes one"),
    (r"max_input_chars_per_word: expected", "a bound that the library does not have"),
    (r"NUL byte in object key", "a token with a NUL character: the JSON library here has no such names"),
    (r"split pattern, at byte", "a pattern that PCRE2 refuses and Oniguruma reads in some way"),
]
# What cadlm takes and the library refuses: pattern of the library's text, why.
TOKENIZER_TAKEN = [
    (r"PaddingParams|TruncationParams|missing field `(max_length|strategy|stride|direction|pad_\w+)`|`Left` or `Right`|`BatchLongest`|expected f64",
     "padding and truncation are no matter of ids and are not read"),
    (r"Unknown tokenizer version", "the version is not looked at: every part that counts is"),
    (r"expected `,` or `}`|expected value at", "a member at the top that the library does not know (it stops with a JSON error)"),
    (r"Wrapper|Untagged|missing field `(trim_offsets|invert|add_prefix_space|use_regex)`",
     "a stage with a member of the wrong type, or without one, that changes nothing here"),
    (r"missing field `(single_word|lstrip|rstrip|normalized|special)`", "a flag of an added token that is absent is false"),
    (r"invalid type|invalid value|invalid length", "a member of the wrong type where only one value changes something"),
    (r"Oniguruma error", "a pattern that PCRE2 reads and Oniguruma refuses"),
]


def test_safetensors(work):
    differ("safetensors", safetensors.deserialize, SAFETENSORS_REFUSED, [], ["safetensors"])


def test_tokenizer(work):
    differ("tokenizer", lambda data: tokenizers.Tokenizer.from_str(data.decode()), TOKENIZER_REFUSED, TOKENIZER_TAKEN, ["tokenizers"])


def test_json(work):
    differ("json", lambda data: json.loads(data.decode()), JSON_REFUSED, [], [])


if __name__ == "__main__":
    main(test_safetensors, test_tokenizer, test_json)
