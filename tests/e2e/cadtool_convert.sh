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

# What STEP-LLM's tool makes of a coloured part has placeholders and a colour without a name: --restore makes it legal, so that
# neither our reader nor OCCT's check list finds fault.
mkdir -p raw/ball
cat >raw/ball/ball.step <<'P'
ISO-10303-21;
HEADER;
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('','',(''),(''),'','','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));
ENDSEC;
DATA;
#1=SHAPE_DEFINITION_REPRESENTATION(#2,#4);
#2=PRODUCT_DEFINITION_SHAPE('','',#3);
#3=PRODUCT_DEFINITION('','',#30,#31);
#30=PRODUCT_DEFINITION_FORMATION('','',#32);
#31=PRODUCT_DEFINITION_CONTEXT('',#33,'');
#32=PRODUCT('','','',(#34));
#33=APPLICATION_CONTEXT('');
#34=PRODUCT_CONTEXT('',#33,'');
#4=ADVANCED_BREP_SHAPE_REPRESENTATION('',(#6),#5);
#5=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#16,#17,#18))REPRESENTATION_CONTEXT('',''));
#16=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));
#17=(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.));
#18=(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT());
#6=MANIFOLD_SOLID_BREP('',#7);
#7=CLOSED_SHELL('',(#8));
#8=ADVANCED_FACE('',(#9),#13,.T.);
#9=FACE_BOUND('',#10,.T.);
#10=VERTEX_LOOP('',#11);
#11=VERTEX_POINT('',#12);
#12=CARTESIAN_POINT('',(0.,0.,-3.));
#13=SPHERICAL_SURFACE('',#14,3.);
#14=AXIS2_PLACEMENT_3D('',#15,$,$);
#15=CARTESIAN_POINT('',(0.,0.,0.));
#20=MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION('',(#21),#5);
#21=STYLED_ITEM('',(#22),#6);
#22=PRESENTATION_STYLE_ASSIGNMENT((#23));
#23=SURFACE_STYLE_USAGE(.BOTH.,#24);
#24=SURFACE_SIDE_STYLE('',(#25));
#25=SURFACE_STYLE_FILL_AREA(#26);
#26=FILL_AREA_STYLE('',(#27));
#27=FILL_AREA_STYLE_COLOUR('',#28);
#28=COLOUR_RGB('',0.2,0.3,0.4);
ENDSEC;
END-ISO-10303-21;
P
runs 0 cadtool check raw/ball/ball.step
runs 0 cadprep reorder raw/ball/ball.step -o dfs --profile=steplm
dfs=$(find dfs -name "*.step")
grep -q '#ID_1' "$dfs" && grep -q 'COLOUR_RGB( ,' "$dfs" || die "no placeholder or no nameless colour in $dfs"
runs 3 cadtool check --strict "$dfs"
runs 0 cadtool convert --restore "$dfs" -o legal.step
silent legal.step '#ID_' '( ,' '/*'
runs 0 cadtool check --strict --json legal.step
json "$out" 'd[0]["ok"] and d[0]["step"]["errors"] == 0 and d[0]["step"]["warnings"] == 0 and d[0]["facts"]["model_check"] == 0'
sed "s/COLOUR_RGB( '',/COLOUR_RGB( ,/" legal.step >nameless.step
runs 3 cadtool check --json nameless.step # not by our text, nor by the kernel
json "$out" 'd[0]["facts"]["model_check"] > 0'
runs 0 cadtool convert --restore "$dfs" legal.stl
runs 2 cadtool convert --restore "$DOCS/flange.ir" -o a.step
runs 2 cadtool convert --restore "$dfs" a.step -o b.step

# Text that a model learns or writes is known by itself, whatever its form, with and without --restore.
runs 0 cadprep synth --kind=step -n 3 -o synth --seed=7
runs 0 cadprep import synth -o raw.jsonl --set=prep.require_valid=off
for form in off seam lean; do
    runs 0 cadprep text raw.jsonl -o $form.jsonl --derive=$form
    python3 - $form <<'P'
import json, sys
for name in ("raw", sys.argv[1]):
    rows = [json.loads(line) for line in open(name + ".jsonl")]
    open(name + ".step", "w").write(next(r["target"] for r in rows if "target" in r))
P
    runs 0 cadtool convert raw.step raw.stl
    runs 0 cadtool check --json raw.step $form.step
    json "$out" '[r["form"] for r in d] == ["file", "compact"] and all(r["ok"] for r in d)'
    json "$out" 'all(abs(d[0]["facts"][k] / d[1]["facts"][k] - 1) < 1e-6 for k in ("volume", "area", "faces"))'
    runs 0 cadtool check $form.step
    says "$out" "$form.step: valid, 1 solid" ", from compact text"
    runs 0 cadtool convert $form.step $form.stl
    [ "$(wc -c <raw.stl)" = "$(wc -c <$form.stl)" ] || die "$form.stl has another number of triangles"
    runs 0 cadtool convert $form.step whole.step
    runs 0 cadtool convert --restore $form.step -o text.step
    runs 0 cadtool check whole.step text.step
    runs 0 cadtool render $form.step -o $form.png --size=64x64
    head -c 60 $form.step >half.step
    runs 3 cadtool check half.step
    says "$out" "half.step: NOT VALID: parse: begins with neither 'ISO-10303-21;' nor 'DATA;', and as compact text: line "
    runs 65 cadtool convert half.step half.stl
    says "$err" "half.step: begins with neither"
done
sed -n '/^DATA;/,$p' raw.step >section.step
runs 0 cadtool check section.step
runs 0 cadtool convert section.step section.stl
cmp -s <(tail -c +81 raw.stl) <(tail -c +81 section.stl) || die "section.stl is another part"
runs 0 cadtool convert "$dfs" plain.stl # with placeholders
printf 'DATA;\n#1=A(#2);\n' >cut.step
runs 65 cadtool convert --restore cut.step -o a.step
says "$err" "cut.step" "R02"
[ ! -e a.step ] || die "a file of what is no STEP"
