#!/usr/bin/env python3
"""Writes tests/golden/steplm/cases.txt: small made-up STEP files and what the tools released with STEP-LLM make of them.

  git clone https://github.com/JasonShiii/STEP-LLM && git -C STEP-LLM checkout 0c2db20
  python3 tests/golden/steplm/make.py STEP-LLM/data_preparation [COUNT [OUT]]

The folder is the one that holds round_step_numbers.py, step_restructurer.py and restore_step_valid.py.  A case is one line,
`case NAME round|plain IN ORDERED RESTORED`, with lengths in bytes (-1: the tool refuses the file), then those bytes, then LF.  `round`: the
file was rounded before it was ordered."""
import contextlib
import io
import os
import pathlib
import random
import sys
import tempfile

MDGPR = "MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION"
ROOTS = [MDGPR, "PRODUCT_CATEGORY_RELATIONSHIP", "APPLICATION_PROTOCOL_DEFINITION", "SHAPE_DEFINITION_REPRESENTATION", "NEXT_ASSEMBLY_USAGE_OCCURRENCE"]
INNER = ["STYLED_ITEM", "COLOUR_RGB", "PRODUCT_DEFINITION_CONTEXT", "PRODUCT_DEFINITION_FORMATION_WITH_SPECIFIED_SOURCE", "PLANE", "CARTESIAN_POINT", "A_1"]
KINDS = ["plain", "wrapped", "strings", "shared", "presented", "cycles", "deep", "sections", "crlf", "latin", "lines", "zeros", "twice"]


def reference(r, kind, ids, k):
    """An id for entity number k to refer to: a later one, or in `cycles` any."""
    later = ids[k + 1:]
    if kind == "deep" and later:
        return later[0]
    if kind == "shared" and later:
        return r.choice(later[-3:])
    if kind == "cycles" or not later:
        return r.choice(ids + [9999])
    return r.choice(later)


def parameter(r, kind, ids):
    if kind == "strings":
        return r.choice(["'a;b'", "'see #%d'" % r.choice(ids), "'it''s'", "/* #%d */" % r.choice(ids), "'#%dx'" % r.choice(ids)])
    if kind == "latin":
        return "'\u00e9\u00df'"
    return r.choice(["''", "$", "*", "1.", "-2.5", "0.1234565", "(1.5,-0.0000004)", ".T.", "1.83697019872103E-16"])


def entity(r, kind, ids, k, of_type):
    many = 1 if kind == "deep" else r.choice([0, 1, 2, 3, 5])
    params = [("#0%d" if kind == "zeros" and r.random() < 0.5 else "#%d") % reference(r, kind, ids, k) for _ in range(many)]
    params.insert(r.randrange(len(params) + 1), parameter(r, kind, ids))
    blank = lambda: r.choice(["", " ", "\n", "\n  "]) if kind == "wrapped" else ""
    body = ("," + blank()).join(params)
    if of_type is None or (kind == "twice" and r.random() < 0.2):
        return "#%d =%s(%s A(%s)%sB());" % (ids[k], blank(), blank() if r.random() < 0.3 else "", body, blank() if r.random() < 0.3 else "")
    return "#%d%s=%s%s%s(%s)%s;" % (ids[k], blank(), blank(), of_type, blank(), body, blank())


def make(r, kind):
    n = {"deep": 27, "presented": 12}.get(kind, r.choice([4, 7, 10]))
    ids = r.sample(range(1, 3 * n), n)
    if kind == "twice":
        ids[-2] = ids[1]
    lines = []
    for k in range(n):
        root = k < (4 if kind == "presented" else 2)
        kinds = [MDGPR, "SHAPE_DEFINITION_REPRESENTATION"] if kind == "presented" else ROOTS
        inner = ["STYLED_ITEM"] * 3 + ["COLOUR_RGB"] * 3 + INNER + [None] * 2 if kind == "presented" else INNER + [None]
        lines.append(entity(r, kind, ids, k, r.choice(kinds) if root else r.choice(inner)))
        if kind == "lines" and r.random() < 0.4:
            lines.append(r.choice(["/* a comment */", "#77=;", "#78= ;", ";", "#x=3;", "#79=lower(#%d);" % ids[0], "#80=!USER(#%d);" % ids[0],
                                   "#81=#%d=PLANE();" % ids[0], "#82=(#83\n=A());", "#84=A(#%d;" % ids[0]]))
    if kind not in ("deep", "cycles"):
        r.shuffle(lines)
    head, tail = "ISO-10303-21;\nHEADER;\nFILE_NAME('%s');\nENDSEC;\nDATA;\n" % ("\u00fc" if kind == "latin" else "v 7.65"), "ENDSEC;\nEND-ISO-10303-21;\n"
    if kind == "sections":
        head, tail = r.choice([(head, ""), ("", tail), ("DATA;\n", tail), ("ISO-10303-21;\n", tail), (head + "ENDSEC;\nDATA;\n", tail), (head, tail + tail)])
    text = head + "\n".join(lines) + "\n" + tail
    return text.replace("\n", r.choice(["\r\n", "\r"])) if kind == "crlf" else text


def run(tools, raw, rounded):
    with tempfile.TemporaryDirectory() as d, contextlib.redirect_stdout(io.StringIO()):
        source, ordered, restored = (os.path.join(d, name) for name in ("in.step", "ordered.step", "restored.step"))
        pathlib.Path(source).write_bytes(raw)
        if rounded:
            tools["round"].process_single_step_file(source, os.path.join(d, "rounded"))
            source = os.path.join(d, "rounded", "in.step")
        try:
            tools["order"].StepRestructurer().restructure_step_file(source, ordered)
        except ValueError:
            return None, None
        tools["restore"].restore_file(pathlib.Path(ordered), pathlib.Path(restored))
        return pathlib.Path(ordered).read_bytes(), pathlib.Path(restored).read_bytes()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.path.insert(0, sys.argv[1])
    tools = {"round": __import__("round_step_numbers"), "order": __import__("step_restructurer"), "restore": __import__("restore_step_valid")}
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 208
    out = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else pathlib.Path(__file__).resolve().parent / "cases.txt"
    r = random.Random(3407)
    with open(out, "wb") as f:
        for i in range(count):
            kind = KINDS[i % len(KINDS)]
            raw = make(r, kind).encode("latin-1" if kind == "latin" and i % 2 else "utf-8")
            rounded = i // len(KINDS) % 2 == 0
            ordered, restored = run(tools, raw, rounded)
            sizes = [len(raw)] + [-1 if x is None else len(x) for x in (ordered, restored)]
            f.write(("case %s.%d %s %d %d %d\n" % (kind, i, "round" if rounded else "plain", *sizes)).encode())
            f.write(raw + (ordered or b"") + (restored or b"") + b"\n")


if __name__ == "__main__":
    main()
