#!/usr/bin/env bash
# Pictures are byte-equal between runs and numbers of threads.
. "$(dirname "$0")/lib.sh"
cd "$T"
for part in flange enclosure; do
    for i in 1 2 3; do
        threads=$((i == 3 ? 1 : 2))
        runs 0 cadtool render "$DOCS/$part.ir" -o $part$i.png --views=iso,front,top,right --size=240x180 --threads=$threads
        empty "$out"
    done
    same ${part}1.png ${part}2.png
    same ${part}1.png ${part}3.png
done
! cmp -s flange1.png enclosure1.png || die "two parts, one picture"
python3 - flange1.png <<'P' || die "flange1.png is no picture of 960 x 180"
import struct, sys, zlib
b = open(sys.argv[1], "rb").read()
assert b[:8] == b"\x89PNG\r\n\x1a\n" and b[12:16] == b"IHDR"
width, height = struct.unpack(">II", b[16:24])
assert (width, height) == (960, 180), (width, height)
at, data = 8, b""
while at < len(b):
    n, kind = struct.unpack(">I4s", b[at:at + 8])
    assert zlib.crc32(b[at + 4:at + 8 + n]) == struct.unpack(">I", b[at + 8 + n:at + 12 + n])[0], kind
    if kind == b"IDAT":
        data += b[at + 8:at + 8 + n]
    at += 12 + n
assert len(set(zlib.decompress(data))) > 20, "a blank picture"
P
# From the STEP file of the same part: the same shape from the same side.
runs 0 cadtool convert "$DOCS/flange.ir" flange.step
runs 0 cadtool render flange.step -o step.png --views=top
[ -s step.png ] || die "no picture of a STEP file"
printf 'C 10 0 10' >bad.ir
runs 65 cadtool render bad.ir -o bad.png
says "$err" "bad.ir" "nonpositive-size"
[ ! -e bad.png ] || die "a picture of a part that does not exist"
runs 66 cadtool render absent.ir -o bad.png
runs 2 cadtool render "$DOCS/flange.ir" -o part.stl
runs 2 cadtool render "$DOCS/flange.ir"
runs 2 cadtool render "$DOCS/flange.ir" -o a.png --views=iso,behind
runs 73 cadtool render "$DOCS/flange.ir" -o no/such/folder/a.png
