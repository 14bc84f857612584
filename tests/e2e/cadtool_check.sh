#!/usr/bin/env bash
# Verdicts of cadtool check: 0 valid, 3 any fault of a part, 66 no file; the finding names node, code and line.
. "$(dirname "$0")/lib.sh"
cd "$T"

runs 0 cadtool check "$DOCS"/*.ir
says "$out" "flange.ir: valid, 1 solid,"
[ "$(grep -c ': valid' "$out")" = "$(ls "$DOCS"/*.ir | wc -l)" ] || die "not every example is valid"

check() { # program, text that must be said...
    printf '%b' "$1" >part.ir
    shift
    runs 3 cadtool check part.ir
    says "$out" "$@"
    says "$err" "cadtool: error: 1 of 1 parts are not valid"
    runs 3 cadtool check --json part.ir
    json "$out" 'd[0]["ok"] is False and d[0]["file"] == "part.ir"'
}
check 'C 10 10 10\nD 0 7' 'part.ir:2' 'node 7 does not exist; there are 2 nodes (0..1)' '[dangling-ref]'
check 'T 1 1 0 0\nT 0 1 0 0\nU 0 1\nROOT 2 default' '[cycle]'
check 'C 10 0 10' 'part.ir:1' '[nonpositive-size]'
check 'Y 5 -3' '[nonpositive-size]'
check 'C 10 10 1e9' '[limit]'
check 'C 10 10 1e999' 'part.ir:1'
check 'X 1 0 1 1\nC 1 1 1' '[zero-scale]'
check 'C 10 10' 'part.ir:1'
check 'Q 1 2 3' '[unknown-opcode]'
check 'C 10 10 10\nC 10 10 10\nT 1 30 0 0\nI 0 2' '[empty]'
check '' 'empty text [empty, level 0]'
check 'C 10 10 10\nLP 0 1 0 0 4000000000 1' 'part.ir:2'

# Hostile and broken files.
head -c 20000 /dev/urandom >noise.ir
runs 3 cadtool check noise.ir
head -c 20000 /dev/urandom >noise.step
runs 3 cadtool check noise.step
: >empty.step
runs 3 cadtool check empty.step
cadtool convert "$DOCS/flange.ir" flange.step -q
head -c 4000 flange.step >cut.step
runs 3 cadtool check cut.step
says "$out" "cut.step:" "error S04: #"
runs 0 cadtool check flange.step

# STEP: what is wrong is told to the byte before the kernel sees anything, and the kernel is given our own text of it.
sed 's/^#\([0-9]*\) *= *PLANE/#\1=PLAIN(1 2);\n&/; s/\.T\.)/.t.)/' flange.step | awk '/PLAIN/ && n++ { next } 1' >wrong.step
runs 3 cadtool check wrong.step
says "$out" "error S04: #" "expected ',' or ')', found '2'" "error R01: #" "warning L08: #" "wrong.step: NOT VALID: parse: line "
line=$(grep -n PLAIN wrong.step | cut -d: -f1)
says "$out" "wrong.step:$line:"
runs 3 cadtool check --json wrong.step
json "$out" 'd[0]["step"]["errors"] == 2 and d[0]["step"]["diagnostics"][-1]["code"] in ("L08", "R01", "S04") and d[0]["facts"] is None'
runs 65 cadtool convert wrong.step a.stl
says "$err" "wrong.step: line" "error"
[ ! -e a.stl ] || die "an STL file of a part that was not read"

# What readers forgive and the standard does not is told as such; with a mere warning a part is valid, but not where those count.
sed 's/\.T\.)/.t.)/' flange.step >lower.step
runs 3 cadtool check lower.step
says "$out" "warning L08" "lower.step: NOT VALID: parse: line " "(the kernel alone makes a valid solid of it) [parse, level 1]"
sed '/^END-ISO/d' flange.step >open.step
runs 3 cadtool check open.step
says "$out" "warning S08: expected END-ISO-10303-21;" "open.step: NOT VALID: text: its last text is not END-ISO-10303-21;" \
    "[truncated, level 0]"
sed "0,/(0\.,/s//(0,/" flange.step >warned.step
runs 0 cadtool check warned.step
says "$out" "warning T05" "warned.step: valid, 1 solid"
runs 3 cadtool check --strict warned.step
says "$out" "error T05" "warned.step: NOT VALID: type: line "

# What an entity says, and what it describes, is told beside the kernel's verdict; without an error the first of them is the reason.
sed '0,/^\(#[0-9]*\) *= *CIRCLE(.*/s//\1=CIRCLE($,5);/' flange.step >types.step
runs 3 cadtool check types.step
says "$out" "warning T01: #" "CIRCLE: 2 parameters; expected 3" "types.step: NOT VALID: type: line "
runs 3 cadtool check --json types.step
json "$out" 'd[0]["reason"]["stage"] == "type" and d[0]["reason"]["code"] == "type" and d[0]["reason"]["line"] > 0 and d[0]["step"]["stages"]["type"] == 1 and d[0]["step"]["codes"]["T01"]["count"] == 1'
json "$out" 'd[0]["class"] == "reference" and d[0]["level"] == 2 and d[0]["form"] == "file"'
json "$out" 'd[0]["kernel"] and d[0]["step"]["errors"] == 0 and d[0]["step"]["warnings"] >= 1'
runs 3 cadtool check --strict types.step
says "$out" "error T01: #"
sed "s/^\(#[0-9]*\) *= *CARTESIAN_POINT('',(\([^,]*\),/\1=CARTESIAN_POINT('',(1/;s/CARTESIAN_POINT('',(1/&,/" flange.step >shifted.step
runs 3 cadtool check shifted.step
says "$out" "warning G0" "more of G0" "shifted.step: NOT VALID: geometry: line "

# A part that the kernel alone refuses says why.
sed 's/MANIFOLD_SOLID_BREP/SHELL_BASED_SURFACE_MODEL/; s/ADVANCED_BREP_SHAPE_REPRESENTATION/MANIFOLD_SURFACE_SHAPE_REPRESENTATION/' flange.step |
    sed "s/\(SHELL_BASED_SURFACE_MODEL('[^']*',\)\(#[0-9]*\))/\1(\2))/" >shell.step
runs 3 cadtool check shell.step
says "$out" "shell.step: NOT VALID: no solid: 1 closed shell of "
runs 3 cadtool check --json shell.step
json "$out" 'd[0]["reason"]["stage"] == "kernel" and d[0]["reason"]["code"] is None and d[0]["reason"]["text"] == d[0]["kernel"] and d[0]["facts"]["solids"] == 0'
sed '/^DATA;/,/^ENDSEC;/{/^DATA;/!{/^ENDSEC;/!d}}' flange.step >bare.step
runs 3 cadtool check bare.step
says "$out" "bare.step: NOT VALID: no shape: nothing in it describes one"

# A bad part among good ones is counted, and the others are still told.
printf 'C 10 0 10' >bad.ir
runs 3 cadtool check "$DOCS/flange.ir" bad.ir "$DOCS/bracket.ir"
says "$out" "flange.ir: valid" "bracket.ir: valid"
says "$err" "1 of 3 parts are not valid"

# Warnings become errors with --strict.
printf 'C 10 10 10\nC 5 5 5\nROOT 0 default' >orphan.ir
runs 0 cadtool check orphan.ir
says "$out" "[orphan]"
runs 3 cadtool check --strict orphan.ir

runs 66 cadtool check absent.ir
says "$err" "absent.ir"
empty "$out"
# One that is not there, or is no part, keeps nobody from looking at the others; the exit code is the largest.
runs 66 cadtool check "$DOCS/flange.ir" absent.ir bad.ir "$DOCS/bracket.ir"
says "$out" "flange.ir: valid" "bad.ir: NOT VALID" "bracket.ir: valid"
says "$err" "2 problems" "absent.ir" "1 of 4 parts are not valid"
runs 66 cadtool check --json absent.ir "$DOCS/flange.ir"
json "$out" 'd[0]["file"] == "absent.ir" and d[0]["error"]["code"] == 66 and not d[0]["ok"] and d[1]["ok"] and len(d) == 2'
mkdir folder.step
runs 74 cadtool check folder.step "$DOCS/flange.ir"
says "$out" "flange.ir: valid"

runs 66 cadtool check --json absent.ir
json "$out" 'd["error"]["code"] == 66 and "absent.ir" in d["error"]["message"]'
runs 2 cadtool check
cp part.ir part.txt
runs 2 cadtool check part.txt
runs 2 cadtool nonsense part.ir
