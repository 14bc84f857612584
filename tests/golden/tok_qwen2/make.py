"""Writes cases.jsonl of tok_qwen2 and tok_llama3 with the tokenizers library (see README.md).  Needs the folder of real inputs."""
import json
import sys
import tempfile
from pathlib import Path

import tokenizers

GOLDEN = Path(__file__).resolve().parent.parent
SOURCE = GOLDEN.parent.parent
sys.path.insert(0, str(SOURCE / "tests/interop"))
import real_inputs  # noqa: E402
from tokenizer_texts import GLUE, SPECIAL, Texts  # noqa: E402

COUNT = 2000


def strings():
    t = Texts(str(SOURCE), 20)
    kinds = [(t.scattered, 9), (t.scripts, 25), (t.marks, 9), (t.step, 1), (t.program, 3), (t.program, 2), (t.excerpt, 60), (t.blanks, 20)]
    control = [s for s in SPECIAL if s[0] in "<["]
    kinds.append((lambda n: "".join(t.rnd.choice(control) + t.rnd.choice(GLUE) for _ in range(n)), 4))
    out = list(SPECIAL)
    out += ["C 50 30 5\n", " Việt", "ENDSEC;\n", "END-ISO-10303-21;", "#10 = CARTESIAN_POINT( '', ( -0.025000", "", "a" * 70, "=" * 200]
    while len(out) < COUNT:
        make, n = kinds[len(out) % len(kinds)]
        out.append(make(n) + (t.rnd.choice(SPECIAL) if len(out) % 9 == 0 else ""))
    return out


def main():
    texts = strings()
    for name, family in (("tok_qwen2", "qwen2.5"), ("tok_llama3", "llama3.2")):
        with tempfile.TemporaryDirectory() as work, open(real_inputs.tokenizer(SOURCE, family, f"{work}/tokenizer.json"), encoding="utf-8") as f:
            file = json.load(f)
        parsed = tokenizers.Tokenizer.from_str(json.dumps(file))
        as_text = tokenizers.Tokenizer.from_str(json.dumps({**file, "added_tokens": [], "post_processor": None}))
        with open(GOLDEN / name / "cases.jsonl", "w", encoding="utf-8") as out:
            for text in texts:
                row = {"text": text, "ids": parsed.encode(text, add_special_tokens=False).ids}
                plain = as_text.encode(text).ids
                if plain != row["ids"]:
                    row["as_text"] = plain
                out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
