#!/usr/bin/env python3
"""House rules of the sources: banned calls, sizes, unique names, words, keys without a reader.  usage: check_source.py [ROOT] [--keys]

--keys: configuration keys that nothing reads are errors too."""
import pathlib
import re
import sys

PRODUCT = ["core", "kernels", "cad", "model", "dataprep", "eval", "infer", "train"]
SOURCE = {".c", ".h", ".cpp", ".hpp", ".cu", ".cuh"}
WIDTH = 130
LINES = {".c": 600, ".cpp": 600, ".cu": 600, ".h": 300, ".hpp": 300, ".cuh": 300}
FUNCTION = 120
MAIN = 150
PARAMETERS = 8

# (names, files that may call them, why).  Anchored at a word, followed by "(".
BANNED = [
    ("malloc calloc realloc free strdup strndup asprintf vasprintf posix_memalign aligned_alloc alloca",
     r"core/(mem|arena)\.c$", "core/mem and core/arena allocate"),
    ("open openat creat fopen freopen fdopen tmpfile mkstemp mkdtemp rename renameat unlink unlinkat remove rmdir mkdir opendir symlink "
     "link truncate ftruncate fsync", r"core/(fs\w*|pool)\.c$", "core/fs touches files"),
    ("printf fprintf vprintf vfprintf puts fputs putchar putc fputc perror exit abort", r"_main\.c$", "libraries neither print nor exit"),
    ("_exit", r"core/worker\w*\.c$|_main\.c$", "libraries do not exit"),
    ("fork vfork posix_spawn posix_spawnp execv execve execl execlp execvp execle", r"core/(worker|pool\w*)\.c$",
     "core/pool starts processes"),
    ("socket connect bind listen accept", r"^$", "nothing opens a socket"),
    ("system popen gets strcpy strcat sprintf vsprintf strtok atoi atol atof setlocale longjmp setjmp rand srand", r"^$",
     "unsafe, or dependent on the environment"),
]
# Words of CUDA that only these headers may use: elsewhere their macros and wrappers stand, which the emulator reads too.
CUDA_WORDS = [(re.compile(r"\b__shared__\b|<<<|\bextern\s+__device__"), r"^kernels/cuda/launch\.cuh$", "CAD_SHARED, CAD_DYN_SMEM, CAD_LAUNCH"),
              (re.compile(r"\b(__asm__|__asm|asm)\b"), r"^(kernels/cuda/ptx\.cuh|kernels/emu/emu_fiber\.cpp|core/threads\.c)$",
               "a wrapper in kernels/cuda/ptx.cuh")]
WORDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|\b[Ff]or n" r"ow\b|\b[Nn]ot yet imp" r"lemented")
PRIVATE = re.compile(r"_impl\.h$|^kernels/(cpu|cuda|emu)/")  # headers of one folder, not of the world


def strip(text):
    """The text with comments and the insides of literals blanked, lines kept."""
    out, i, n = [], 0, len(text)
    while i < n:
        c, two = text[i], text[i:i + 2]
        if two == "//":
            end = text.find("\n", i)
            i = n if end < 0 else end
        elif two == "/*":
            end = text.find("*/", i + 2)
            end = n if end < 0 else end + 2
            out.append("\n" * text.count("\n", i, end) or " ")
            i = end
        elif c in "\"'" and not (c == "'" and i and text[i - 1].isalnum() and text[i + 1:i + 2].isalnum()):
            end = i + 1
            while end < n and text[end] != c and text[end] != "\n":
                end += 2 if text[end] == "\\" else 1
            out.append(c + c)
            i = end + 1
        else:
            out.append(c)
            i += 1
    return "".join(out)


def banned(path, code):
    problems = []
    for names, allowed, why in BANNED:
        if re.search(allowed, path):
            continue
        pattern = re.compile(r"(?<![\w.>:])(?:std::)?(" + "|".join(names.split()) + r")\s*\(")
        for number, line in enumerate(code.splitlines(), 1):
            for m in pattern.finditer(line):
                before = line[:m.start()].rstrip()
                if re.search(r"\b(cad_status|void|int|bool|static)\s*\*?$", before):
                    continue  # a declaration of ours by that name
                problems.append(f"{path}:{number}: {m.group(1)}(): {why}")
    return problems


def cuda_words(path, code):
    problems = []
    for pattern, allowed, instead in CUDA_WORDS:
        if re.search(allowed, path):
            continue
        for number, line in enumerate(code.splitlines(), 1):
            for m in pattern.finditer(line):
                problems.append(f"{path}:{number}: a bare {m.group(0)}; expected {instead}")
    return problems


HEAD = ["math", "shapes", "layout", "dtypes", "limits", "mapping", "order", "cost", "source", "test"]


def kernel_head(path, text):
    """The head of a kernel's file has each of its parts at the beginning of a line (docs/dev/KERNEL_GUIDE.md)."""
    if not re.match(r"kernels/cuda/\w+_cuda\.cu$", path) or not re.match(r"/\* .*, CUDA\.\n", text):
        return []
    head = text[:text.find("*/")]
    return [f"{path}:1: the head has no line that begins with '{label}'" for label in HEAD if not re.search(rf"^ \* {label} +\S", head, re.M)]


FOLD = re.compile(r"\b(\w+) = (?:[^;=]*[^;=<>!])?<= \1 \? \1 :")


def forgets_nan(path, code):
    """m = d <= m ? m : d takes a NaN, and the next number in its place."""
    return [f"{path}:{code.count(chr(10), 0, m.start()) + 1}: a largest that forgets NaN; expected worse_of (tests/worst.h)"
            for m in FOLD.finditer(code)]


def arguments(code, start):
    """The texts between the commas of a call whose first character behind the bracket is `start`."""
    depth, out, begin = 0, [], start
    for i in range(start, len(code)):
        if code[i] in ",)" and depth == 0:
            out.append(" ".join(code[begin:i].split()))
            begin = i + 1
            if code[i] == ")":
                return out
        depth += (code[i] in "([{") - (code[i] in ")]}")
    return out


# Calls that take a size, and which arguments are sizes or counts (docs/dev/RELIABILITY.md).
SIZED = {"cad_mem_alloc": [0], "cad_mem_resize": [0], "cad_arena_alloc": [1], "cad_arena_zalloc": [1, 2], "cad_buf_reserve": [1]}


def sizes_unchecked(path, code):
    """The size of an allocation is no bare product or sum, unless all of it is constant: it could wrap to a small one."""
    problems = []
    for m in re.finditer(r"(?<![\w.])(" + "|".join(SIZED) + r")\(", code):
        a = arguments(code, m.end())
        for k in SIZED[m.group(1)]:
            size = a[k] if k < len(a) else ""
            rest = re.sub(r"\bsizeof\b\s*(\([^()]*\)|\**\s*[\w.>\[\]-]+)", "1", size)
            if re.search(r"[*+]", rest) and not re.fullmatch(r"[A-Z0-9_uUlL<>()*+\s]*", rest):
                line = code.count("\n", 0, m.start()) + 1
                problems.append(f"{path}:{line}: {m.group(1)}({size}): a bare * or +; expected cad_size_mul or cad_size_add (core/size.h)")
    return problems


def kernels_of(code):
    return {name: " ".join(b.split()) for b, name in re.findall(r"\bCAD_KERNEL\(([^()]*)\)\s*void\s+(\w+)\(", code)}


def launch_bounds(path, code, of_headers):
    """A kernel is launched with as many threads as it is compiled for, in the same words: a GPU refuses more, the emulator does not."""
    bounds, problems = {**of_headers, **kernels_of(code)}, []
    for m in re.finditer(r"\b(CAD_LAUNCH|cad_gpu_launch)\(", code):
        a = arguments(code, m.end())
        if m.group(1) == "CAD_LAUNCH":
            kernel, blocks = a[0], a[1:]
        else:
            kernel, blocks = (a + [""])[1], [x[len("dim3"):] for x in a if x.startswith("dim3(")]
        kernel = re.match(r"\(?\s*(\w*)", kernel).group(1)
        block = blocks[1][1:-1].strip() if len(blocks) > 1 else ""
        if bounds.get(kernel, block) != block:
            line = code.count("\n", 0, m.start()) + 1
            problems.append(f"{path}:{line}: {kernel} with {block} threads; it is compiled for {bounds[kernel]}")
    return problems


def functions(code):
    """(line, length, parameters, head) of each function body whose brace stands in the first column."""
    lines = code.splitlines()
    for i, line in enumerate(lines):
        if line != "{" or i == 0:
            continue
        end = next((k for k in range(i, len(lines)) if lines[k].startswith("}")), i)
        j = i - 1
        while j > 0 and lines[j] and not re.match(r"^[A-Za-z_].*\(", lines[j]):
            j -= 1
        head = " ".join(lines[j:i])
        inner = head[head.find("(") + 1:head.rfind(")")]
        depth, commas = 0, 0
        for c in inner:
            depth += c in "([{"
            depth -= c in ")]}"
            commas += c == "," and depth == 0
        yield i + 1, end - i + 1, commas + 1, head


def sizes(path, text, code):
    problems = []
    suffix = pathlib.PurePath(path).suffix
    count = text.count("\n")
    is_main = path.endswith("_main.c") and not path.startswith("bench/")
    if is_main:
        count -= len(re.findall(r'^    \{"', text, re.M))  # rows of the option table
    most = MAIN if is_main else LINES[suffix]
    if count > most:
        problems.append(f"{path}: {count} lines; expected at most {most}")
    table = False  # between clang-format off and on columns are the author's
    for number, line in enumerate(text.splitlines(), 1):
        table = "clang-format off" in line or table and "clang-format on" not in line
        quoted = sum(len(t) for t in re.findall(r'"(?:[^"\\]|\\.)*"', line))  # a text stays in one piece, so that it can be found
        if len(line) > WIDTH and not table and len(line) - quoted > 80:
            problems.append(f"{path}:{number}: {len(line)} columns; expected at most {WIDTH}")
        if "\t" in line or line != line.rstrip():
            problems.append(f"{path}:{number}: a tab or blanks at the end")
    for number, length, parameters, head in functions(code):
        if length > FUNCTION:
            problems.append(f"{path}:{number}: a function of {length} lines; expected at most {FUNCTION}")
        if parameters > PARAMETERS and "INLINE" not in head:
            problems.append(f"{path}:{number}: {parameters} parameters; expected at most {PARAMETERS}: {head[:60]}")
    return problems


def words(path, text):
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        if WORDS.search(line):
            problems.append(f"{path}:{number}: unfinished: {line.strip()[:80]}")
        if re.search(r"(?<![\w.])/(work|home|root)/\w", line):
            problems.append(f"{path}:{number}: an absolute path: {line.strip()[:80]}")
    return problems


def guard(path, text):
    if not path.endswith((".h", ".hpp")) or path.startswith("tests/"):
        return []
    name = "CADLM_" + re.sub(r"[/.]", "_", path).upper()
    problems = []
    if f"#ifndef {name}\n#define {name}\n" not in text:
        problems.append(f"{path}: expected the guard {name}")
    if path.endswith(".h") and not PRIVATE.search(path) and re.search(r"^[a-z].*\);", text, re.M) and 'extern "C"' not in text:
        problems.append(f'{path}: declarations without extern "C"')
    return problems


def keys_without_reader(table, product):
    """A configuration key that nothing reads is an error.  `product`: the code of each file but core/config*.

    A reader says cfg->section.key, or p->key where the same file has a pointer p to cad_config_<section>.  A choice of one needs
    none: the table has refused all others."""
    problems = []
    for section, rows in re.findall(r"#define CAD_CONFIG_([A-Z]+)\(X, E\)(.*?)\n\n", table + "\n\n", re.S):
        section, read = section.lower(), set(re.findall(r"\bE\(\s*(\w+)[^(\n]*\(\w+\)", rows))
        for code in product:
            read |= set(re.findall(rf"(?:->|\.){section}\.(\w+)", code))
            for pointer in set(re.findall(rf"\bcad_config_{section} \*(\w+)", code)):
                read |= set(re.findall(rf"\b{pointer}->(\w+)", code))
        problems += [f"core/config_keys.h: nothing reads {section}.{key.rstrip('_')}"
                     for key in re.findall(r"\b(?:X\(\w,|E\()\s*(\w+)", rows) if key not in read]
    return problems


def check_tree(root, with_keys):
    problems, names, product, cuda = [], {}, [], {}
    for folder in PRODUCT + ["tests", "bench"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SOURCE:
                continue
            rel, text = str(path.relative_to(root)), path.read_text()
            code = strip(text)
            if path.name in names:
                problems.append(f"{rel}: the name is taken by {names[path.name]}")
            names[path.name] = rel
            problems += sizes(rel, text, code) + words(rel, text) + guard(rel, text) + cuda_words(rel, code)
            problems += forgets_nan(rel, code) + kernel_head(rel, text)
            if rel.startswith("kernels/cuda/"):
                cuda[rel] = code
            if folder in PRODUCT:
                problems += banned(rel, code) + sizes_unchecked(rel, code)
                if not re.match(r"core/config", rel):
                    product.append(code)
    of_headers = {}
    for rel, code in cuda.items():
        of_headers.update(kernels_of(code) if rel.endswith(".cuh") else {})
    for rel, code in cuda.items():
        problems += launch_bounds(rel, code, of_headers)
    for pattern in ["scripts/*", "docs/*", "configs/*", "cmake/*", "*.md", "*.txt", ".ci/*"]:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and path.name != "check_source.py":
                problems += words(str(path.relative_to(root)), path.read_text())
    keys = root / "core/config_keys.h"
    if with_keys and keys.is_file():
        problems += keys_without_reader(keys.read_text(), product)
    if not names:
        problems.append(f"{root}: no sources found")
    return problems


def self_test():
    say = lambda code, path="cad/a.c": banned(path, strip(code))
    assert say("p = malloc(4);") == ["cad/a.c:1: malloc(): core/mem and core/arena allocate"]
    assert not say("p = malloc(4);", "core/mem.c")
    assert not say("x->free(p); cad_mem_free(p); // free(p)\n/* malloc(1) */ s = \"fopen(\";")
    assert say("\n  FILE *f = fopen(a, b);")[0].startswith("cad/a.c:2: fopen")
    assert say("std::printf(1);") and not say("snprintf(a, 1);") and not say("cad_buf_printf(b);")
    assert say("exit(1);") and not say("exit(1);", "train/t_main.c")
    assert not functions_long("static int f(int a, int b)\n{\n    return 1;\n}\n")
    assert functions_long("static int f(int a)\n{\n" + "    x;\n" * 130 + "}\n")
    assert words("a.c", "int x; /* " + "TO" + "DO later */") and not words("a.c", '"/tmp/cadlm-XXXXXX"')
    assert words("a.c", "// see /" + "work/x") and guard("cad/a.h", "#ifndef X\n")
    bare = lambda code, path="kernels/cuda/a.cu": cuda_words(path, strip(code))
    assert bare("x;\n__shared__ float s[4];") == ["kernels/cuda/a.cu:2: a bare __shared__; expected CAD_SHARED, CAD_DYN_SMEM, CAD_LAUNCH"]
    assert bare("k<<<1, 32>>>();") and bare("asm volatile(\"bar\");", "tests/a.cu") and bare("__asm__(\"\");", "kernels/cuda/launch.cuh")
    assert not bare("__shared__ float s[4]; k<<<1, 1>>>();", "kernels/cuda/launch.cuh") and not bare("asm(\"\");", "kernels/cuda/ptx.cuh")
    assert not bare("/* asm, <<< and __shared__ */ s = \"<<<\"; CAD_SHARED(float, s, 4); x << 3; as_map();")
    head = "/* f, CUDA.\n *\n" + "".join(f" * {label:9} any\n" for label in HEAD) + " */\n"
    assert not kernel_head("kernels/cuda/f_cuda.cu", head) and not kernel_head("kernels/cuda/f_cuda.cu", "/* Memory. */\n")
    assert kernel_head("kernels/cuda/f_cuda.cu", head.replace("\n * cost", " cost")) == [
        "kernels/cuda/f_cuda.cu:1: the head has no line that begins with 'cost'"]
    assert forgets_nan("a.c", "x;\nworst = d <= worst ? worst : d;")[0].startswith("a.c:2: a largest that forgets NaN")
    assert forgets_nan("a.c", "most = fabs(a[i] - b[i]) <= most ? most : 1;") and not forgets_nan("a.c", "n = a <= b ? b : a; k = n <= 2 ? n : 2;")
    bare = lambda code: sizes_unchecked("a.c", strip(code))
    assert bare("x;\ns = cad_mem_alloc(n * sizeof *p, what, &p);") == [
        "a.c:2: cad_mem_alloc(n * sizeof *p): a bare * or +; expected cad_size_mul or cad_size_add (core/size.h)"]
    assert bare("cad_arena_alloc(a, len + 1, w, &p);") and bare("cad_arena_zalloc(a, n, k * sizeof(T), w, &p);")
    assert bare("cad_buf_reserve(&b, strlen(s) + 1);") and bare("cad_mem_resize(2 * n, w, &p);")
    assert not bare("cad_mem_alloc(sizeof *p, w, &p); cad_arena_alloc(a, MAX * sizeof *p->q, w, &p); cad_mem_alloc(64 << 20, w, &p);")
    assert not bare("cad_mem_alloc(cad_size_mul((size_t)n, sizeof *p), w, &p); cad_mem_alloc(bytes, w, &p); my_cad_mem_alloc(a * b);")
    kernel = "template <int W>\nCAD_KERNEL(T<W>::THREADS)\nvoid k(job p)\n{\n}\n"
    assert not launch_bounds("a.cu", kernel + "CAD_LAUNCH((k<8>), (f(n, 2), 3), (T<W>::THREADS), 0, s, p); cad_gpu_launch(op, k<1, 2>, dim3(n),"
                             " dim3(T<W>::THREADS), 0, s);", {"k": "7"})
    assert launch_bounds("a.cu", kernel + "CAD_LAUNCH((k<8>), (n), (256), 0, s, p);", {}) == [
        "a.cu:6: k with 256 threads; it is compiled for T<W>::THREADS"]
    assert launch_bounds("a.cu", kernel + "cad_gpu_launch(op, k<8>, dim3(n), dim3(32), 0, s);", {})
    assert launch_bounds("a.cu", "CAD_LAUNCH(h, (n), (32), 0, s);", {"h": "64"}) and not launch_bounds("a.cu", "CAD_LAUNCH(h, (n), (64), 0, s);", {"h": "64"})
    table = "#define CAD_CONFIG_RUN(X, E) \\\n    X(s, name, \"\") \\\n    E(device, P, \"auto\") \\\n    X(i, seed, \"1\")\n\n"
    assert keys_without_reader(table, ["a = cfg->run.name;", "const cad_config_run *r = &c->run; b = r->seed; x->device;"]) == [
        "core/config_keys.h: nothing reads run.device"]


def functions_long(code):
    return [n for _, n, _, _ in functions(code) if n > FUNCTION]


if __name__ == "__main__":
    self_test()
    args = [a for a in sys.argv[1:] if a != "--keys"]
    found = check_tree(pathlib.Path(args[0] if args else "."), "--keys" in sys.argv)
    print("\n".join(found) if found else "source: fine")
    sys.exit(1 if found else 0)
