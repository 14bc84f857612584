#!/usr/bin/env bash
# stats, filter and dedup: what a corpus holds, and which rows are left out of it, with the reasons.
. "$(dirname "$0")/lib.sh"
cd "$T"
python3 - <<'PY'
import json
def rows(name, rows):
    with open(name, "w") as f:
        f.write(json.dumps({"schema": 1, "kind": "corpus", "name": "demo", "info": {"from": "here"}}) + "\n")
        for r in rows:
            f.write(json.dumps(r) + "\n")
def step(n, x):
    return "DATA;" + "".join(f"#{i}=CARTESIAN_POINT('',({x}.,0.,0.));" for i in range(1, n + 1)) + "ENDSEC;"
def row(i, caption, geometry, n, **more):
    return {"id": f"r{i}", "caption": caption, "target": step(n, geometry), "kind": "step", "mine": [i],
            "group": {"geometry": f"{geometry:016x}"}, **more}
rows("in.jsonl", [row(0, "A plate.", 1, 3), row(1, "a  PLATE", 1, 8), row(2, "A plate", 2, 5), row(3, "A rod", 1, 30),
                  row(4, "A rod.", 1, 5), row(5, "Ring, 5 mm", 3, 600), {"id": "ir", "caption": "box", "target": "C 1 1 1", "kind": "ir"}])
rows("test.jsonl", [row(i, "One caption", i + 1, 3, split="test") for i in range(5)])
rows("twice.jsonl", [row(0, "a", 1, 1), row(0, "b", 2, 1)])
PY
ids() { python3 -c 'import json, sys; print(" ".join(json.loads(l)["id"] for l in list(open(sys.argv[1]))[1:]))' "$1"; }
is() { [ "$1" = "$2" ] || die "found '$1'; expected '$2'"; }

# Rows by their instances: those of other kinds stay; what is unknown in a row or in the header stays as well.
runs 0 cadprep filter in.jsonl -o f.jsonl
is "$(ids f.jsonl)" "r0 r1 r2 r3 r4 ir"
is "$(cat f.dropped.csv)" "id_original,token_count,threshold,field_type
r5,600,500,max_entities"
runs 0 cadprep filter in.jsonl -o f.jsonl --max-entities=20 --min-entities=4 --jobs=1
is "$(ids f.jsonl)" "r1 r2 r4 ir"
is "$(tail -n +2 f.dropped.csv | cut -d, -f1,2,4 | tr '\n' ' ')" "r0,3,min_entities r3,30,max_entities r5,600,max_entities "
head -n 1 f.jsonl >head
json head 'd["info"]["from"] == "here" and d["info"]["filter"]["max_entities"] == 20'
sed -n 2p f.jsonl >row
json row 'd["mine"] == [1]'
runs 0 cadprep filter in.jsonl -o g.jsonl --max-entities=20 --min-entities=4 --jobs=4
same f.jsonl g.jsonl

# Rows by their tokens: the target alone, or all of it.
tokens() { cadtool tokenize "$1" --tokenizer="$CADLM_SOURCE/models/tiny" --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["ids"]))'; }
python3 -c 'import json; print(json.loads(list(open("in.jsonl"))[2])["target"], end="")' >target
n=$(tokens target)
filter=(cadprep filter in.jsonl -o t.jsonl --max-entities=0 --tokenizer="$CADLM_SOURCE/models/tiny")
runs 0 "${filter[@]}" --filter-tokens="$n" --filter-field=output
grep -q "^r5,[0-9]*,$n,output$" t.dropped.csv || die "$(cat t.dropped.csv)"
case " $(ids t.jsonl) " in *" r1 "*) ;; *) die "r1 was left out" ;; esac
runs 0 "${filter[@]}" --filter-tokens=$((n - 1)) --filter-field=output
grep -q "^r1,$n,$((n - 1)),output$" t.dropped.csv || die "$(cat t.dropped.csv)"
runs 0 "${filter[@]}" --filter-tokens="$n" --template=step # the prompt and the end token count as well
grep -q "^r1,[0-9]*,$n,row$" t.dropped.csv || die "$(cat t.dropped.csv)"
runs 65 "${filter[@]}" --filter-tokens="$n" --filter-field=caption-step
says "$err" "row r0: it has retrieved nothing"
runs 65 "${filter[@]}" --filter-tokens="$n" --filter-field=answer
says "$err" "prep.filter_field = 'answer'" "expected one of row caption_step output whole_data"
runs 66 "${filter[@]}" --filter-tokens=1 --filter-field=output
says "$err" "in.jsonl: none of 7 rows is left: 7 have more than 1 tokens (prep.filter_tokens); nothing is written" "hint: --filter-tokens=N"
sed '$d' in.jsonl >steps.jsonl # without the row that has no instances
runs 66 cadprep filter steps.jsonl -o none.jsonl --max-entities=4 --min-entities=4
says "$err" "none of 6 rows is left: 5 have more than 4 instances (prep.max_entities), 1 have fewer than 4 instances (prep.min_entities)" \
    "hint: --max-entities=0"
[ ! -e none.jsonl ] && [ ! -e none.dropped.csv ] || die "something was written"
runs 4 cadprep import in.jsonl -o valid.jsonl --set=prep.max_bad=1
runs 66 cadprep filter test.jsonl -o v.jsonl --require-valid=on
says "$err" "none of 5 rows is left: 5 are no valid solid (prep.require_valid)"
[ ! -e v.jsonl ] || die "v.jsonl was written"

# One row for each pair of caption and geometry group; unknown geometry is like none.
runs 0 cadprep dedup in.jsonl -o d.jsonl
is "$(ids d.jsonl)" "r0 r2 r3 r5 ir"
is "$(cat d.dropped.csv)" "id,kept,reason
r1,r0,same
r4,r3,same"
runs 0 cadprep dedup in.jsonl -o d.jsonl --dedup=caption
is "$(ids d.jsonl)" "r0 r3 r5 ir"
runs 0 cadprep dedup in.jsonl -o d.jsonl --dedup=geometry
is "$(ids d.jsonl)" "r0 r2 r5 ir"
runs 0 cadprep dedup twice.jsonl -o d.jsonl --dedup=id
is "$(ids d.jsonl) $(tail -n 1 d.dropped.csv)" "r0 r0,r0,id"
runs 0 cadprep dedup test.jsonl -o d.jsonl
is "$(ids d.jsonl) $(tail -n 1 d.dropped.csv)" "r0 r1 r2 r4,,cap_caption"
runs 0 cadprep dedup test.jsonl -o d.jsonl --cap-caption=0
is "$(ids d.jsonl)" "r0 r1 r2 r3 r4"
runs 65 cadprep dedup test.jsonl -o d.jsonl --dedup=colour
says "$err" "expected of id caption geometry program"
runs 2 cadprep dedup test.jsonl
says "$err" "no output"

# Statistics: as JSON the numbers, for people at most 90 columns.
runs 0 cadprep stats in.jsonl --json --tokenizer="$CADLM_SOURCE/models/tiny" --template=step
cp "$out" stats
json stats 'd["rows"] == 7 and d["kinds"] == {"step": 6, "ir": 1} and d["splits"][""] == {"rows": 7, "captions": 4, "geometries": 3}'
json stats 'd["step"]["instances"]["max"] == 600 and d["step"]["instances"]["median"] == 5 and d["step"]["types"] == {"CARTESIAN_POINT": 651}'
json stats 'd["captions"]["groups"] == 4 and d["captions"]["distinct"] == 7 and d["captions"]["with_digits"] == 1 and d["captions"]["largest_group"] == 3'
json stats 'd["tokens"]["above"]["16k"] == 1 and d["tokens"]["above"]["2k"] == 1 and 0.5 < d["tokens"]["loss_share"] < 1'
runs 0 cadprep stats in.jsonl --json --tokenizer="$CADLM_SOURCE/models/tiny"
json "$out" 'd["tokens"]["template"] == "step" and "retrieved" not in d["tokens"]' # that of its rows
runs 0 cadprep stats in.jsonl
[ "$(wc -L <"$out")" -le 90 ] || die "$(wc -L <"$out") columns"
says "$out" "rows that share their caption" "CARTESIAN_POINT"
printf 'model_id,isDescribable,description\n1,True,a b\n2,true,a b\n3,False,\n' >c.csv
runs 0 cadprep stats c.csv --json
json "$out" 'd["list"] == {"rows": 3, "describable": 2, "values": {"False": 1}} and d["captions"]["duplicate_share"] == 1 and d["captions"]["words"]["mean"] == 2'
mkdir p && cp test.jsonl p/test.jsonl
runs 0 cadprep stats p --json
json "$out" 'd["splits"] == {"test": {"rows": 5, "captions": 1, "geometries": 5}}'
runs 66 cadprep stats nothing.jsonl

# What stages have left beside: the lists of a run's folder; what rows were shown; the size of a part.
mkdir -p p/files
printf '{"id":"1","status":"ok","misfit":"a unit"}\n{"id":"2","status":"ok","misfit":"a unit"}\n{"id":"3","status":"parse"}\n' >p/text.status.jsonl
printf '{"id":"1","status":"ok","k":6}\n{"id":"2","status":"ok","k":null}\n{"id":"3","status":"refused"}\n' >p/files/status.jsonl
printf '{"id":"1","status":"ok"}\n{"id":"2","status":"no_part"}\n' >p/raw.status.jsonl
runs 0 cadprep stats p --json
json "$out" 'd["misfits"] == {"a unit": 2} and d["digits"] == {"6": 1, "all": 1} and d["status"] == {"ok": 1, "no_part": 1}'
runs 0 cadprep stats p
says "$out" "digits kept by rounding" "why the template did not fit" "a unit"
printf 'C 10 20 30\n' >c.ir
mkdir -p one/00000001
runs 0 cadtool convert c.ir one/00000001/c.step
runs 0 cadprep import one -o one.jsonl --require-valid=off
runs 0 cadprep stats one.jsonl --json
json "$out" 'abs(d["step"]["size_mm"]["max"] - 1400 ** 0.5) < 1e-3 and "retrieval" not in d'
python3 - one.jsonl shown.jsonl <<'PY'
import json, sys
head, row = (json.loads(line) for line in open(sys.argv[1]))
lists = [[{"id": "x", "score": 0.5}, {"id": "y", "score": 0.25}], [{"id": "y", "score": 1}], []]
with open(sys.argv[2], "w") as f:
    for o in [head] + [dict(row, id=str(i), rag=hits) for i, hits in enumerate(lists)]:
        print(json.dumps(o), file=f)
PY
runs 0 cadprep stats shown.jsonl --json
json "$out" 'd["retrieval"]["rows"] == 3 and d["retrieval"]["distinct"] == 2 and d["retrieval"]["most"] == {"id": "y", "times": 2}'
json "$out" 'd["retrieval"]["score"]["min"] == 0.5 and d["retrieval"]["score"]["mean"] == 0.75 and d["retrieval"]["score"]["max"] == 1'
runs 0 cadprep stats shown.jsonl
says "$out" "distinct rows shown" "size in mm" "    id y"

# Text that models learn counts as the file it stands for: as many instances as text that is made a file again, and valid parts.
runs 0 cadprep synth --kind=step -n 4 -o s --seed=3
runs 0 cadprep import --captions=s/captions.csv --parts=s/parts -o raw.jsonl --require-valid=off
runs 0 cadprep text raw.jsonl -o text.jsonl
runs 0 cadprep stats raw.jsonl --json
cp "$out" of_raw
runs 0 cadprep stats text.jsonl --json
python3 - "$out" of_raw <<'PY' || die "text and files count otherwise"
import json, sys
text, raw = (json.load(open(p))["step"] for p in sys.argv[1:])
assert text["types"]["ADVANCED_FACE"] == raw["types"]["ADVANCED_FACE"] and text["faces"] == raw["faces"], (text, raw)
assert text["instances"]["max"] > raw["instances"]["max"] / 2 and text["units_mm"] == raw["units_mm"], text
PY
runs 0 cadprep filter text.jsonl -o valid.jsonl --max-entities=0 --require-valid=on
is "$(ids valid.jsonl)" "$(ids text.jsonl)"
sed '2s/"target":"[^"]*"/"target":"this is no part"/' text.jsonl >odd.jsonl
runs 0 cadprep filter odd.jsonl -o valid.jsonl --require-valid=on
is "$(wc -l <valid.jsonl)" 4
runs 65 cadprep filter odd.jsonl -o valid.jsonl
says "$err" "odd.jsonl:2: row 00000001: " "hint: --require-valid=on"
runs 2 cadprep filter text.jsonl -o ./text.jsonl
says "$err" "is what is read"
