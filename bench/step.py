"""The path of STEP files beside a Python rendition of the same rules, ours too:  step.py [--tiny] [--out=LINES.json]

bench_step makes the parts, the tree and one large file, and measures; what it wrote of the tree must be, byte for byte, what the
functions below make of the same files: round=steplm and order=steplm; round=relative and order=dfs in canonical text.  The
published tools work as these functions do, with expressions and dictionaries, one process a file, so they are slower still.
Rates of one core are by CPU time, files a second by the clock on the wall, with two threads here and two processes there, from
files to files.  The checks of geometry, which strict rounding asks before and behind, are spared the other side; so are parts
with colours, which the generator does not make.
"""
import argparse
import collections
import glob
import math
import multiprocessing
import os
import platform
import re
import tempfile
import time

from common import THREADS, check, line, program, read, write

# ---- profile steplm: text as expressions see it ----

NUMBER = re.compile(r"\b-?\d+\.\d+E?[+-]?\d*\b", re.A)
LINE = re.compile(r"#\d+\s*=\s*[^;]+;", re.A)
SIMPLE = re.compile(r"#(\d+)\s*=\s*([A-Z_][A-Z0-9_]*)\s*\((.*)\)\s*;", re.A | re.S)
COMPLEX = re.compile(r"#(\d+)\s*=\s*(\([^\n]+);", re.A)
ID = re.compile(r"#(\d+)\b", re.A)
PRUNED = {"PRODUCT_DEFINITION_FORMATION_WITH_SPECIFIED_SOURCE", "PRODUCT_DEFINITION_CONTEXT"}


def round_steplm(text):
    def one(m):
        head, mark, tail = m.group().partition("E")
        if text[m.start() - 1] == "#" or not head.replace(".", "", 1).lstrip("-").isdigit():
            return m.group()
        return f"{float(head):.6f}{mark}{tail}"
    return NUMBER.sub(one, text)


def walk(root, refs, types, pruned=()):
    """(entity, depth) in pre-order; below an entity again only where it is nearer to the root than before."""
    nearest, path, out = {}, set(), []

    def go(k, depth):
        out.append((k, depth))
        if nearest.get(k, 99) <= depth:
            return
        nearest[k] = depth
        if types[k] in pruned or depth == 20:
            return
        path.add(k)
        for to in refs[k]:
            if to not in path:
                go(to, depth + 1)
        path.remove(k)
    go(root, 0)
    return out


def order_steplm(text):
    head = text[text.index("ISO-10303-21;"):text.index("DATA;") + 5]
    body = text[len(head):text.index("ENDSEC;", len(head))]
    texts, types, inner = {}, {}, {}
    for m in LINE.finditer(body):
        found = SIMPLE.fullmatch(m.group()) or COMPLEX.fullmatch(m.group())
        if found:
            k = int(found[1])
            texts[k], types[k] = m.group(), found[2] if found[2][0] != "(" else ""
            inner[k] = found[3] if types[k] else found[2]
    refs = {k: [to for to in map(int, re.findall(r"#(\d+)", v)) if to != k and to in texts] for k, v in inner.items()}
    reached = {to for v in refs.values() for to in v}
    roots = collections.defaultdict(list)
    for k in sorted(set(texts) - reached):
        roots[types[k]].append(k)
    check("MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION" not in roots, "a part with colours")
    out, new = [], {}

    def emit(k):
        if k not in new:
            new[k] = len(new) + 1
            out.append(texts[k])
    categories = roots["PRODUCT_CATEGORY_RELATIONSHIP"]
    if categories:
        out.append(f"/* PRODUCT_CATEGORY_RELATIONSHIP Section - {len(categories)} root entities */")
        for k, _ in sorted((v for r in categories for v in walk(r, refs, types)), key=lambda v: v[1]):
            emit(k)
    for r in roots["APPLICATION_PROTOCOL_DEFINITION"]:
        visits = walk(r, refs, types)
        if max(depth for _, depth in visits) != 1:
            out.append("/* APPLICATION_PROTOCOL_DEFINITION Section - Unusual depth */")
        for k, _ in visits:
            emit(k)
    shapes = roots["SHAPE_DEFINITION_REPRESENTATION"]
    if shapes:
        out.append(f"/* SHAPE_DEFINITION_REPRESENTATION Section - {len(shapes)} subtrees */")
    for i, r in enumerate(shapes, 1):
        out.append(f"/* BEGIN SHAPE_DEFINITION_REPRESENTATION {i} */")
        for k, _ in walk(r, refs, types, PRUNED):
            emit(k)
        out.append(f"/* END SHAPE_DEFINITION_REPRESENTATION {i} */")
    lines = ID.sub(lambda m: f"#{new.get(int(m[1]), m[1])}", "\n".join(out))
    return f"{head}\n{lines}\nENDSEC;\nEND-ISO-10303-21;\n"


# ---- profile strict: tokens, model, canonical text ----

TOKEN = re.compile(r"""\s*(?:(?P<name>\#\d+)|(?P<real>[+-]?\d+\.\d*(?:E[+-]?\d+)?)|(?P<integer>[+-]?\d+(?!\d*-10303))|(?P<string>'(?:[^']|'')*')
    |(?P<enum>\.[A-Z_][A-Z0-9_]*\.)|(?P<file>(?:END-)?ISO-10303-21)|(?P<word>[A-Z_][A-Z0-9_]*)|(?P<mark>[(),;=$*]))""", re.X | re.A)
LENGTH = {"CARTESIAN_POINT", "VECTOR", "CIRCLE", "CYLINDRICAL_SURFACE"}
K = 6


class Word(str):
    """What is written as it stands: $, *, an enumeration, a string."""


class Ref(int):
    pass


def lex(text):
    """(kind, value) of all tokens, numbers converted."""
    make = {"name": lambda t: Ref(t[1:]), "real": float, "integer": int}
    return [(m.lastgroup, make.get(m.lastgroup, Word)(m[m.lastgroup])) for m in TOKEN.finditer(text)]


def values(tokens, at):
    """What stands between the brackets whose first is tokens[at]; and what is behind them.  A typed value is (type, values)."""
    out, at = [], at + 1
    while tokens[at] != ("mark", ")"):
        kind, value = tokens[at]
        at += 1
        if kind == "word":
            inner, at = values(tokens, at)
            value = (value, inner)
        elif value == "(":
            value, at = values(tokens, at - 1)
        if value != ",":
            out.append(value)
    return out, at + 1


def entity(tokens, at):
    inner, end = values(tokens, at + 1)
    return (tokens[at][1], inner), end


def parse(text):
    """Entities of the header, and {id: entities}: one, or those of a complex instance in a list."""
    tokens, at, header, instances = lex(text), 4, [], {}
    while tokens[at][1] != "ENDSEC":
        e, at = entity(tokens, at)
        header.append(e)
        at += 1
    at += 4
    while tokens[at][1] != "ENDSEC":
        k, at = tokens[at][1], at + 2
        if tokens[at][1] == "(":
            what, at = values(tokens, at)
        else:
            what, at = entity(tokens, at)
        instances[int(k)] = what
        at += 1
    return header, instances


def reals(value, change):
    if isinstance(value, list):
        return [reals(v, change) for v in value]
    if isinstance(value, tuple):
        return value[0], reals(value[1], change)
    return change(value) if isinstance(value, float) else value


def rounded(places):
    return lambda x: x if x == 0 else round(x, places) or 0.0


def digits(x):
    return float(f"{x:.8e}")


def round_relative(instances):
    points = [instances[v[1][1]][1][1] for v in instances.values() if v[0] == "VERTEX_POINT"]
    x, y, z = (max(c) - min(c) for c in zip(*points))
    lengths = max(0, math.ceil(K - math.log10(math.hypot(math.hypot(x, y), z))))
    for k, v in instances.items():
        name = v[0] if isinstance(v, tuple) else None
        how = rounded(lengths) if name in LENGTH else rounded(K) if name == "DIRECTION" else digits
        instances[k] = reals(v, how)


def references(value):
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, (list, tuple)):
        for v in value:
            yield from references(v)


def depth_first(instances):
    refs = {k: list(references(v)) for k, v in instances.items()}
    reached, out = {to for v in refs.values() for to in v}, {}
    for root in instances:
        stack = [] if root in reached else [root]
        while stack:
            k = stack.pop()
            if k not in out:
                out[k] = len(out) + 1
                stack.extend(reversed(refs[k]))
    check(len(out) == len(instances), "a cycle that nothing refers to")
    return out


def real(x):
    mantissa, _, exponent = repr(x).partition("e")
    check(abs(x) < 1e15, "a number that no part has")
    if not exponent:
        return mantissa[:-1] if mantissa.endswith(".0") else mantissa
    sign, shown, ten = "-" if x < 0 else "", mantissa.replace(".", "").lstrip("-"), int(exponent)
    return f"{sign}0.{'0' * (-ten - 1)}{shown}" if ten >= -5 else f"{sign}{shown[0]}.{shown[1:]}E{ten}"


def text_of(value, new):
    if isinstance(value, float):
        return real(value)
    if isinstance(value, Ref):
        return f"#{new[value]}"
    if isinstance(value, tuple):
        return value[0] + text_of(value[1], new)
    return "(" + ",".join([text_of(v, new) for v in value]) + ")" if isinstance(value, list) else str(value)


def canonical(header, instances, new):
    out = ["ISO-10303-21;", "HEADER;", *(text_of(e, {}) + ";" for e in header), "ENDSEC;", "DATA;"]
    for k in new:
        v = instances[k]
        what = "(" + "".join(text_of(e, new) for e in sorted(v)) + ")" if isinstance(v, list) else text_of(v, new)
        out.append(f"#{new[k]}={what};")
    return "\n".join([*out, "ENDSEC;", "END-ISO-10303-21;", ""])


def strict(text):
    header, instances = parse(text)
    round_relative(instances)
    return canonical(header, instances, depth_first(instances))


# ---- beside each other ----

def make(job):
    source, target, steplm = job
    with open(source, encoding="utf-8", newline="") as f:
        text = f.read()
    text = order_steplm(round_steplm(text)) if steplm else strict(text)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8", newline="") as f:
        f.write(text)


def tree(folder, name):
    """Files a second; all of them must be those that bench_step wrote."""
    sources = sorted(glob.glob(f"{folder}/in/*/*.step"))
    shown = [f"{os.path.basename(os.path.dirname(s))}_restructured.step" if name == "steplm" else os.path.relpath(s, f"{folder}/in") for s in sources]
    jobs = [(s, f"{folder}/{name}.python/{t}", name == "steplm") for s, t in zip(sources, shown)]
    with multiprocessing.Pool(THREADS) as pool:
        begin = time.perf_counter()
        pool.map(make, jobs, chunksize=16)
        seconds = time.perf_counter() - begin
    for (_, target, _), t in zip(jobs, shown):
        with open(target, "rb") as theirs, open(f"{folder}/{name}.1/{t}", "rb") as ours:
            check(theirs.read() == ours.read(), f"{name}: {t} differs")
    return len(sources) / seconds


def rates(texts, ours):
    """MB/s of tokens, model and text here; counts must agree."""
    size, t = sum(map(len, texts)) * 1e-6, [time.process_time()]
    tokens = sum(len(lex(x)) + 1 for x in texts)  # and the end
    t.append(time.process_time())
    models = [parse(x) for x in texts]
    t.append(time.process_time())
    for header, instances in models:
        canonical(header, instances, {k: i for i, k in enumerate(instances, 1)})
    t.append(time.process_time())
    check(tokens == ours["tokens"], f"{ours['tokens']} tokens here, {tokens} there")
    check(sum(len(m[1]) for m in models) == ours["instances"], "instances differ")
    check(ours["findings"] == 0, f"{ours['findings']} findings of parts that are right")
    return [size / (b - a) for a, b in zip(t, t[1:])]


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("--tiny", action="store_true")
    a.add_argument("--out")
    a = a.parse_args()
    parts, size, rounds = (6, 40_000, 1) if a.tiny else (2000, 9_000_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        program("bench_step", parts, size, rounds, folder)
        us, python, lines = read(folder), f"Python {platform.python_version()}", []
        wanted = {"lex": "must 200 MB/s; goal 500", "parse": "must 120 MB/s", "write": "must 120 MB/s", "check": "must 100 MB/s"}
        for kind, names, shown in (("parts", f"{folder}/in/*/*.step", "parts of 13 KB"), ("big", f"{folder}/big.step", "one file of 9 MB")):
            theirs = rates([open(f, encoding="utf-8", newline="").read() for f in sorted(glob.glob(names))], us[kind])
            for key, what, they in zip(wanted, ("tokens, numbers converted", "model", "canonical text", "checks of entities and geometry"), [*theirs, None]):
                lines.append(line(f"step, {shown}, {what}", us[kind][key], they, "MB/s", python, wanted=wanted[key]))
        for name, what in (("steplm", "order=steplm, round=steplm"), ("strict", "order=dfs, round=relative")):
            lines.append(line(f"step, a tree of parts, {what}", us[name], tree(folder, name), "files/s", python, wanted="must 5,000 files/s; goal 20,000",
                              equal=f"{parts} of {parts} files equal"))
    write(a.out, lines)
