"""Writes corpus.jsonl and, with the tokenizers library, cases.jsonl (see README.md)."""
import json
import random
import sys
from pathlib import Path

HERE = Path(__file__).parent
RND = random.Random(20)


def number():
    return RND.choice([str(RND.randint(1, 200)), f"{RND.random() * 50:.1f}", f"{RND.random() * 3:.2f}"])


def caption():
    a, b, c, d = number(), number(), number(), number()
    return RND.choice([
        f"plate {a} x {b} x {c} mm with four {d} mm holes",
        f"A rectangular plate, {a} by {b}, {c} mm thick.",
        f"cylinder diameter {a} height {b}",
        f"spacer Ø{a}, bore {b}, {c} long, nothing else",
        f"L-bracket {a}x{b}x{c} thick {d} with two M{RND.randint(3, 12)} holes",
        f"flange of outer diameter {a} mm, {RND.randint(3, 12)} bolts on a {b} mm circle; thickness {c}",
    ]) + "\n"


def program():
    kind = RND.randint(0, 3)
    if kind == 0:
        return f"C {number()} {number()} {number()}"
    if kind == 1:
        return f"C {number()} {number()} {number()}\nY {number()} {number()}\nT 1 {number()} -{number()} 0\nD 0 2"
    if kind == 2:
        return (f"SK 0 0 0 1 0 0 0 1 0\nL 0 0 {number()} 0\nL {number()} 0 0 {number()}\nEND\n"
                f"E 0 0 0 {number()}\nSH 1 {number()} z")
    lines = [f"C {number()} {number()} {number()}", f"Y {number()} {number()}",
             f"T 1 {number()} {number()} 0", "X 2 -1 1 1", "U 2 3"]
    node = 4
    for _ in range(RND.randint(0, 6)):
        lines += [f"T {node} {number()} -{number()} 0", f"U {node} {node + 1}"]
        node += 2
    return "\n".join(lines + [f"CP {node} 0 0 1 {RND.randint(2, 9)} 360", f"D 0 {node + 1}"])


TORTURE = [
    "", " ", "\n", "\n\n \n  c", "a" * 200, " " * 70 + "x", "it's IT'S it'\u017fx I'll we'VE", "1234.5678", "-0.5 - 0.5",
    "<|endoftext|>", "<|endoftext|>a<|endoftext|><|endoftext", "C 50 30 5\n", "\nC", "\nC ", "\nD 0", "\nD 0 1", "\nD  0",
    "\nAB CD", "\nZZ 12 3", "\r\nT 1 2", "x\nT 123456 7", "T 1\nT 1\nT 1 ", "\u00e9e\u0301 \u4e2d\u6587 \ud55c\uad6d",
    "\u0661\u0662\u00b2\u00bd", "tab\tand\u00a0nbsp\u2028line", "\U0001f600\U0001f44d\U0001f3fd", "\x00\x01\x7f",
    "#10 = CARTESIAN_POINT( '', ( -0.025000, 1.E+02 ) );",
]


def jsonl(path, rows):
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")


def main():
    if sys.argv[1:] == ["corpus"]:
        jsonl(HERE / "corpus.jsonl", [{"text": f()} for _ in range(150) for f in (caption, program)])
        return
    from tokenizers import Tokenizer
    tok = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    alphabet = "abcTDUC 0123456789.,-()'\"\n\r\t éßØ漢字שלום\u0301\u00a0😀ſ'sm#="
    texts = TORTURE + [f() for _ in range(60) for f in (caption, program)]
    texts += ["".join(RND.choice(alphabet) for _ in range(RND.randint(1, 60))) for _ in range(150)]
    jsonl(HERE / "cases.jsonl", [{"text": t, "ids": tok.encode(t, add_special_tokens=False).ids} for t in texts])


main()
