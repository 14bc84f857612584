"""Texts by which tokenizers are compared: programs, STEP, code, prose, and Unicode at its worst.  Seeded; the same everywhere but
for the files of the repository that it reads."""
import glob
import os
import random
import re
import unicodedata

# What formats.md names and what has been wrong somewhere: s of another case behind an apostrophe, blanks that are and are not,
# letters and marks of Unicode 10 to 16, compositions after 9.0, names of control tokens and their parts.
SPECIAL = ["it'\u017fx", "IT'\u017f", "it's I'LL we'Ve they'rE 'd'D '", "\u0085", "a\u0085b", "\u00a0x", "\u180e", "a\u180eb", "\u200b", "\u2028\u2028",
           "\u2029x", "\ufeffx", "\u1c89\u1c8a", "\ua7cb\ua7da", "\U00010d40\U00010d4a", "\U0001e030", "\U0002ebf0\U0002ee5d", "\U00031350",
           "\U00011935\U00011930", "\U00011938", "\u09c7\u09be", "e\u0301\u0323", "q\u0323\u0307", "q\u0307\u0323", "\u1100\u1161\u11a8",
           "\uac00\u11a8", "\uac00\u11a7", "\u212b\u2126\u2329", "\uf900\ufa0e", "\U0002f800", "\u0344\u0958", "a\u07fd\u0301\u0899\u0323", "\u0301",
           "\u0300\u0345\u0300", "\u1e9b\u0323", "\u0130\u0131I\u0307", "\u2460\u00b2\u00bd\u0661", "\u1680\u3000 \u2003", "\r\n \r\n\t", "  \n\n c",
           "<|endoftext|>", "<|im_start|>user\n", "<|im_end|>", "<tool_call>", "</tool_call>", "<|begin_of_text|>", "<|eot_id|>", "<|end_of_text|",
           "<|file_sep|>", "<|reserved_special_token_247|>", "<|", "[CLS]", "[SEP]", "[MASK]x", "[ UNK ]", "[UNK]", "##ing", "\x00\x01\x7f\x1f",
           "\ufffd", "\U000e0001\U000e0041", "\U0010ffff\ufffe\uffff", "\ue000\U000f0000", "x" * 99, "x" * 100, "x" * 101, "\u00e9" * 100]
PLANES = [(0x20, 0x7E)] * 4 + [(0xA0, 0x24F), (0x250, 0x36F), (0x370, 0x5FF), (0x600, 0x8FF), (0x900, 0xDFF), (0xE00, 0x10FF),
                               (0x1100, 0x11FF), (0x1200, 0x1DFF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x2BFF), (0x2C00, 0x2FFF),
                               (0x3000, 0x33FF), (0x3400, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xFAFF), (0xFB00, 0xFFFF),
                               (0x10000, 0x10FFF), (0x11000, 0x11FFF), (0x12000, 0x1AFFF), (0x1B000, 0x1CFFF), (0x1D000, 0x1DFFF),
                               (0x1E000, 0x1EFFF), (0x1F000, 0x1FFFF), (0x20000, 0x323AF), (0x323B0, 0xDFFFF), (0xE0000, 0xE01FF),
                               (0xE0200, 0x10FFFF)]
GLUE = ["", "", "", " ", " ", "  ", "\n", "\n\n", "\t", "'", "'s", "1", "12", "1234", ".", ",", "-", "_", "/", "\r\n", "\u0301", "\u0323", "\u0345", "a", "B", " c"]


def ranges_of(source, name):
    """The code points of a table of model/text/unicode_ranges.h."""
    with open(os.path.join(source, "model/text/unicode_ranges.h"), encoding="utf-8") as f:
        body = re.search(name + r"\[\]\[2\] = \{(.*?)\};", f.read(), re.S)[1]
    return [c for a, b in re.findall(r"\{(0x\w+),\s*(0x\w+)\}", body) for c in range(int(a, 16), int(b, 16) + 1)]


class Texts:
    def __init__(self, source, seed):
        self.rnd = random.Random(seed)
        self.active = ranges_of(source, "NFC_ACTIVE") + ranges_of(source, "NFC_INERT") * 4
        self.bases = [ord(unicodedata.normalize("NFD", chr(c))[0]) for c in range(0xC0, 0x2000) if unicodedata.decomposition(chr(c))]
        paths = sorted(glob.glob(os.path.join(source, "docs/examples/*.ir"))) * 3
        for pattern in ("docs/*.md", "model/*/*.c", "kernels/cpu/*.c", "scripts/*.py"):
            paths += sorted(glob.glob(os.path.join(source, pattern)))
        self.files = []
        for p in paths:
            with open(p, encoding="utf-8", newline="") as f:
                self.files.append(f.read())

    def one_of(self, low_high):
        c = self.rnd.randint(*low_high)
        return "" if 0xD800 <= c < 0xE000 else chr(c)

    def scattered(self, n):
        """Any character of any plane, with everything that joins or parts pieces in between."""
        out = []
        for _ in range(n):
            pick = self.rnd.random()
            if pick < 0.08:
                out.append(self.rnd.choice(SPECIAL))
            else:
                out.append(self.one_of(self.rnd.choice(PLANES)))
            out.append(self.rnd.choice(GLUE))
        return "".join(out)

    def scripts(self, n):
        """Words of one script each, as people write."""
        out = []
        while sum(map(len, out)) < n:
            plane = self.rnd.choice(PLANES)
            out.append("".join(self.one_of(plane) for _ in range(self.rnd.randint(1, 9))))
            out.append(self.rnd.choice([" ", " ", ", ", "\n", "", "\u3000"]))
        return "".join(out)

    def marks(self, n):
        """Letters under marks in any order, Hangul in parts, compositions and what later Unicode composes."""
        out = []
        for _ in range(n):
            out.append(chr(self.rnd.choice(self.bases)) if self.rnd.random() < 0.7 else self.one_of(self.rnd.choice(PLANES)))
            out += [chr(self.rnd.choice(self.active)) for _ in range(self.rnd.choice([0, 1, 1, 2, 3]))]
            out.append(self.rnd.choice(GLUE))
        return "".join(out)

    def number(self):
        return self.rnd.choice([f"{self.rnd.uniform(-300, 300):.6f}", str(self.rnd.randint(0, 99999)), f"{self.rnd.uniform(0, 9):.2E}",
                                f"{self.rnd.randint(1, 200)}.", f"-.{self.rnd.randint(0, 999)}"])

    def step(self, n):
        out = ["ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('Open CASCADE Model'),'2;1');\nENDSEC;\nDATA;\n"]
        for i in range(10, 10 + n):
            r = [f"#{self.rnd.randint(1, 9999)}" for _ in range(4)]
            x = ", ".join(self.number() for _ in range(3))
            out.append(self.rnd.choice([
                f"#{i} = CARTESIAN_POINT( '', ( {x} ) );\n", f"#{i}=DIRECTION('',({x}));\n", f"#{i} = EDGE_CURVE ( 'NONE', {r[0]}, {r[1]}, {r[2]}, .T. ) ;\n",
                f"#{i}=ADVANCED_FACE('',({','.join(r)}),{r[0]},.F.);\n", f"#{i} = AXIS2_PLACEMENT_3D ( 'NONE', {', '.join(r[:3])} ) ;\n",
                f"#{i} = ( LENGTH_UNIT ( ) NAMED_UNIT ( * ) SI_UNIT ( .MILLI., .METRE. ) );\n"]))
        return "".join(out) + "ENDSEC;\nEND-ISO-10303-21;\n"

    def program(self, n):
        ops = ["C", "Y", "T", "X", "U", "D", "R", "CP", "LP", "SK", "L", "A", "E", "END", "SH", "FI", "CH"]
        return "\n".join(" ".join([self.rnd.choice(ops)] + [self.number() for _ in range(self.rnd.randint(0, 6))]) for _ in range(n))

    def excerpt(self, n):
        text = self.rnd.choice(self.files)
        begin = self.rnd.randint(0, max(0, len(text) - n))
        return text[begin:begin + n]

    def blanks(self, n):
        return "".join(self.rnd.choice([" ", " ", "\n", "\t", "\r", "\u00a0", "\u2003", "\u0085", "\x0b", "x", "7", "."]) for _ in range(n))

    def noise(self, n):
        """Bytes that are seldom UTF-8."""
        return self.rnd.randbytes(n)

    def text(self):
        """One of any kind, some hundred to some thousand bytes."""
        make, n = self.rnd.choice([(self.scattered, 150), (self.scripts, 500), (self.marks, 150), (self.step, 30), (self.step, 30), (self.program, 40),
                                   (self.program, 40), (self.excerpt, 2000), (self.excerpt, 2000), (self.excerpt, 2000), (self.blanks, 60)])
        out = make(self.rnd.randint(1, 2 * n))
        return out + self.rnd.choice(SPECIAL) if self.rnd.random() < 0.2 else out

    def texts(self, total):
        """Texts of so many bytes together: what is special alone, mixtures, long pieces."""
        out = list(SPECIAL) + ["".join(SPECIAL), "a" * 5000, "ab" * 3000 + "\u4e2d" * 2000, " " * 3000 + "x", "\n" * 3000, "7" * 3000, "=" * 3000,
                               "\u1100" * 400 + "\u1161" * 400, "e" + "\u0301\u0323" * 400]
        size = sum(len(t.encode()) for t in out)
        while size < total:
            out.append(self.text())
            size += len(out[-1].encode())
        return out

    def every_character(self, part, parts):
        """Each code point between letters, digits and blanks, in texts of 64; every parts-th of them."""
        points = [c for c in range(part, 0x110000, parts) if not 0xD800 <= c < 0xE000]
        form = ["a{}b", " {}{} ", "1{}2", "\n{}.", "x{}\u0301", "'{}s"]
        return ["".join(form[(i + k) % len(form)].format(chr(c), chr(c)) for k, c in enumerate(points[i:i + 64])) for i in range(0, len(points), 64)]
