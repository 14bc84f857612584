"""The folder of real inputs from other software: CADLM_SHARED, else ../shared beside the source tree (shared_dir() of tests/unit.h)."""
import lzma
import os


def folder(source):
    """Its path, or None where it is absent."""
    path = os.environ.get("CADLM_SHARED") or os.path.join(source, "../shared")
    return path if os.path.exists(os.path.join(path, "conformance/README.md")) else None


def unpack(source, name, out):
    """Its file NAME.xz, decompressed to `out`; returns `out`."""
    with lzma.open(os.path.join(folder(source), name + ".xz")) as f, open(out, "wb") as to:
        to.write(f.read())
    return out


def tokenizer(source, family, out):
    """The tokenizer.json of a family, qwen2.5 or llama3.2, at `out`."""
    return unpack(source, f"tokenizers/{family}/tokenizer.json", out)
