#!/usr/bin/env bash
# IR -> STEP -> check: the same solid; STL is closed; the upstream dialect holds the same part; what cannot be made says so.
. "$(dirname "$0")/lib.sh"
cd "$T"

facts() { # part, file: facts that a STEP file keeps
    runs 0 cadtool check --json "$1"
    python3 -c 'import json, sys
f = json.load(open(sys.argv[1]))[0]["facts"]
print(f["solids"], f["faces"], f["genus"], *("%.6g" % v for v in [f["volume"], f["area"], *(round(x, 4) + 0.0 for x in f["bbox"])]))' "$out" >"$2"
}
for part in "$DOCS"/*.ir; do
    name=$(basename "$part" .ir)
    runs 0 cadtool convert "$part" $name.step
    empty "$out"
    grep -q '^ISO-10303-21;' $name.step || die "$name.step does not begin as STEP"
    facts "$part" a.txt
    facts $name.step b.txt
    same a.txt b.txt
    runs 0 cadtool convert "$part" $name.stl
    python3 - $name.stl a.txt <<'P' || die "$name.stl: not closed, or another volume"
import struct, sys
b = open(sys.argv[1], "rb").read()
n = struct.unpack("<I", b[80:84])[0]
assert len(b) == 84 + 50 * n
edges, six = {}, 0.0
for i in range(n):
    v = struct.unpack("<12f", b[84 + 50 * i:84 + 50 * i + 48])[3:]
    p = [v[0:3], v[3:6], v[6:9]]
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = p
    six += ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx)
    for k in range(3):
        e = (p[k], p[(k + 1) % 3])
        edges[e] = edges.get(e, 0) + 1
assert all(edges.get((b, a), 0) == c for (a, b), c in edges.items()), "open edges"
volume = float(open(sys.argv[2]).read().split()[3])
assert abs(six / 6 - volume) < 0.01 * volume, (six / 6, volume)
P
    runs 0 cadtool convert "$part" $name.up.ir --dialect=upstream
    runs 0 cadtool check --dialect=upstream $name.up.ir
done
# Twice the same bytes, the time of writing apart.
runs 0 cadtool convert "$DOCS/flange.ir" again.step
grep -v '^FILE_NAME' flange.step >a.txt
sed 's/again/flange/' again.step | grep -v '^FILE_NAME' >b.txt
same a.txt b.txt

runs 69 cadtool convert flange.step back.ir
runs 66 cadtool convert absent.ir a.step
runs 2 cadtool convert flange.step
runs 2 cadtool convert flange.step a.obj
printf 'C 1 1 1\nD 0 5' >bad.ir
runs 65 cadtool convert bad.ir a.step
says "$err" "bad.ir" "[dangling-ref]"
[ ! -e a.step ] || die "a STEP file of a part that does not exist"
