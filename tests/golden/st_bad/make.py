#!/usr/bin/env python3
"""Broken safetensors files and what the reader must say of each: make.py writes them and expected.tsv beside itself.

A text that ends in ".." goes on in the words of the JSON library."""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
rows = []


def bad(name, text, header, data=b"", length=None):
    """A file of `header` (bytes, text, or what becomes JSON) and `data`; `length` stands in its head instead of the true one."""
    if not isinstance(header, (bytes, str)):
        header = json.dumps(header, separators=(",", ":"))
    header = header.encode() if isinstance(header, str) else header
    raw(name, text, struct.pack("<Q", len(header) if length is None else length) + header + data)


def raw(name, text, content):
    file = f"{len(rows) + 1:02}_{name}.safetensors"
    (HERE / file).write_bytes(content)
    rows.append((file, text))


def entry(dtype="U8", shape=(1,), offsets=(0, 1), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


def one(name, text, data=b"x", **fields):
    bad(name, text, {"a": entry(**fields)}, data)


for old in HERE.glob("*.safetensors"):
    old.unlink()

# The length
raw("empty", "0 bytes; a safetensors file has at least 8", b"")
raw("seven_bytes", "7 bytes; a safetensors file has at least 8", b"1234567")
bad("no_header", "header does not start with '{'", b"")
bad("length_over_the_end", "header of 3 bytes, but only 2 follow its length", "{}", length=3)
bad("length_2_63", "header of 9223372036854775808 bytes; the limit is 100000000", "{}", length=1 << 63)
bad("length_all_ones", "header of 18446744073709551615 bytes; the limit is 100000000", "{}", length=(1 << 64) - 1)
bad("length_beyond_the_limit", "header of 100000001 bytes; the limit is 100000000", "{}", length=100000001)

# The text
bad("not_utf8", "header is not UTF-8 at byte 10", b'{"\xc3":1}')
bad("overlong_utf8", "header is not UTF-8 at byte 10", b'{"\xc0\xaf":1}')
bad("blank_in_front", "header does not start with '{'", b" {}")
bad("a_list", "header does not start with '{'", "[]")
bad("no_end", "header: line 1, column 1: not JSON: ..", "{")
bad("text_behind", "header: line 1, column 3: not JSON: ..", "{}{}")
bad("nan", "header: line 1, column 8: not JSON: ..", '{"a":NaN}')
bad("too_deep", "header: line 1: nested deeper than 512 levels", '{"a":' + "[" * 600 + "]" * 600 + "}")
bad("nul_in_a_name", "header: line 1, column 10: not JSON: ..", '{"a\\u0000":1}')
bad("half_a_surrogate", "header: line 1, column 9: not JSON: ..", '{"\\ud800":1}')

# Metadata
bad("metadata_a_list", "__metadata__ is not an object; expected names with texts", {"__metadata__": []})
bad("metadata_null", "__metadata__ is not an object; expected names with texts", {"__metadata__": None})
bad("metadata_a_number", "__metadata__ key 'step' is not a string; expected a text", {"__metadata__": {"step": 1}})
bad("metadata_nested", "__metadata__ key 'a' is not a string; expected a text", {"__metadata__": {"a": {"b": "c"}}})

# Names
twice = json.dumps(entry(), separators=(",", ":"))
bad("name_twice", "a name occurs twice: header: line 1, column 56: not JSON: ..",
    f'{{"a":{twice},"a":{twice}}}', b"x")
bad("field_twice", "a name occurs twice: header: line 1, column 26: not JSON: ..",
    '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', b"x")
bad("name_too_long", "a name of 4097 bytes; the limit is 4096", {"n" * 4097: entry()}, b"x")

# Fields
bad("entry_a_number", "tensor 'a' is not an object; expected dtype, shape and data_offsets", {"a": 7})
bad("no_dtype", "tensor 'a': dtype is missing or not a string", {"a": {"shape": [1], "data_offsets": [0, 1]}}, b"x")
one("dtype_unknown", "tensor 'a': unknown dtype 'F128'", dtype="F128")
one("dtype_small_letters", "tensor 'a': unknown dtype 'u8'", dtype="u8")
bad("dtype_of_an_empty_tensor", "tensor 'b': unknown dtype 'F8'", {"a": entry(), "b": entry("F8", [0], [1, 1])}, b"x")
bad("no_shape", "tensor 'a': shape is missing or not a list", {"a": {"dtype": "U8", "data_offsets": [0, 1]}}, b"x")
one("dimension_negative", "tensor 'a': dimension 1 is not an integer in 0..2^48-1", shape=[1, -1])
one("dimension_with_a_point", "tensor 'a': dimension 0 is not an integer in 0..2^48-1", shape=[1.0])
one("dimension_2_48", "tensor 'a': dimension 0 is not an integer in 0..2^48-1", shape=[1 << 48])
one("dimension_2_48_of_nothing", "tensor 'a': dimension 1 is not an integer in 0..2^48-1", b"", shape=[0, 1 << 48], offsets=[0, 0])
one("nine_dimensions", "tensor 'a': 9 dimensions; the limit is 8", shape=[1] * 9)
bad("no_offsets", "tensor 'a': data_offsets are not two integers in ascending order", {"a": {"dtype": "U8", "shape": [1]}}, b"x")
one("three_offsets", "tensor 'a': data_offsets are not two integers in ascending order", offsets=[0, 1, 2])
one("offsets_descending", "tensor 'a': data_offsets are not two integers in ascending order", offsets=[1, 0])
one("offset_negative", "tensor 'a': data_offsets are not two integers in ascending order", offsets=[-1, 0])
one("offset_with_a_point", "tensor 'a': data_offsets are not two integers in ascending order", offsets=[0, 1.0])
bad("offset_2_63", "header: line 1, column 68: not JSON: ..",
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775808]}}', b"x")
one("a_field_more", "tensor 'a': unknown field 'stride'; expected dtype, shape and data_offsets", stride=[1])

# Where the data lie
one("gap_in_front", "tensor 'a' begins at byte 1 of the data; expected 0 (gap)", b"xy", offsets=[1, 2])
bad("gap_between", "tensor 'b' begins at byte 2 of the data; expected 1 (gap)", {"a": entry(), "b": entry(offsets=[2, 3])}, b"xyz")
bad("overlap", "tensor 'b' begins at byte 1 of the data; expected 2 (overlap)",
    {"a": entry("U8", [2], [0, 2]), "b": entry("U8", [2], [1, 3])}, b"xyz")
bad("two_in_one_place", "tensor 'b' begins at byte 0 of the data; expected 1 (overlap)", {"a": entry(), "b": entry()}, b"x")
one("cut_off", "tensors end at byte 9 of the data, the file holds 8 (truncated file)", b"12345678", shape=[9], offsets=[0, 9])
one("bytes_left_over", "tensors end at byte 1 of the data, the file holds 2 (bytes left over)", b"xy")
bad("bytes_of_no_tensor", "tensors end at byte 0 of the data, the file holds 3 (bytes left over)", {}, b"xyz")

# What shape and type need
one("shape_too_small", "tensor 'a': offsets span 4 bytes, shape and dtype F32 need 8", b"1234", dtype="F32", shape=[2], offsets=[0, 4])
one("shape_product", "tensor 'a': the product of its shape overflows", shape=[(1 << 48) - 1, (1 << 48) - 1])
one("size_in_bits", "tensor 'a': its size in bits overflows", dtype="F64", shape=[(1 << 48) - 1, 4096])
one("product_that_wraps_to_its_size", "tensor 'a': the product of its shape overflows", shape=[1 << 32, (1 << 32), 1], offsets=[0, 1])
one("half_a_byte", "tensor 'a': 12 bits are no whole number of bytes", b"xy", dtype="F4", shape=[3], offsets=[0, 2])
one("six_bits", "tensor 'a': 18 bits are no whole number of bytes", b"xyz", dtype="F6_E2M3", shape=[3], offsets=[0, 3])

# The order of the checks: every fault at once, then each mended in turn
for name, text, steps in [
        ("metadata_first", "__metadata__ key 'a' is not a string; expected a text", 0),
        ("then_dtype", "tensor 'a': unknown dtype 'X'", 1),
        ("then_offsets", "tensor 'a': data_offsets are not two integers in ascending order", 2),
        ("then_places", "tensor 'a' begins at byte 1 of the data; expected 0 (gap)", 3),
        ("then_the_end", "tensors end at byte 3 of the data, the file holds 9 (bytes left over)", 4),
        ("then_sizes", "tensor 'a': offsets span 3 bytes, shape and dtype F32 need 8", 5)]:
    bad(name, text, {"__metadata__": {"a": "1" if steps > 0 else 1},
                     "a": entry("F32" if steps > 1 else "X", [2], [3, 0] if steps < 3 else [1, 4] if steps < 4 else [0, 3])},
        b"123456789" if steps < 5 else b"123")

(HERE / "expected.tsv").write_text("".join(f"{file}\t{text}\n" for file, text in rows))
