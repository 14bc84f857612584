#!/usr/bin/env bash
# JSON of STEP-LLM's tools brings the text that each row retrieved: it is packed as released, without an index.
. "$(dirname "$0")/lib.sh"
cd "$T"
tokenizer=$CADLM_SOURCE/models/tiny
rag=(--tokenizer="$tokenizer" --template=steplm-rag --set=rag.enabled=on --set=prep.profile=steplm)
python3 - <<'PY'
import json
def part(i):
    return "DATA;\n" + "".join(f"#{k} = CARTESIAN_POINT( '', ( {k}., {i}., 0. ) );\n" for k in range(1, 8)) + "ENDSEC;\nEND-ISO-10303-21;"
rows = [{"id_original": f"{i:08d}", "caption": f"part {i}", "id_retrieve": f"{i + 500:08d}", "relavant_step_file": part(i + 500),
         "output": part(i)} for i in range(1, 31)]
json.dump(rows, open("their.json", "w"), indent=4)
rows[3].pop("relavant_step_file")
json.dump(rows, open("gap.json", "w"))
rows[3].update(relavant_step_file=part(9), id_retrieve=None)
rows[4]["relavant_step_file"] = 7
json.dump(rows, open("odd.json", "w"))
PY
runs 0 cadprep import their.json -o all.jsonl --profile=steplm --require-valid=off
head -n 1 all.jsonl >head
json head 'd["info"]["rag"] == {"scope": "row", "index_xxh3": "", "k": 1, "leaky": True}'

# The prompt shows the text of the file, byte for byte; nobody knows where it is from, so the pack is leaky.
runs 0 cadprep pack all.jsonl -o all.pack.h5 "${rag[@]}"
says "$err" "30 rows" "leaky" "0 dropped, 0 trimmed"
json all.audit.json 'd["pack"]["retrieved"] == {"k": 1, "trimmed": 0, "nothing_left": 0, "index_xxh3": ""} and d["pack"]["waived"] == "leaky"'
runs 0 cadprep preview all.pack.h5 -n 30 --json
python3 - "$out" <<'PY' || die "the pack does not show what the file does"
import json, sys
shown = {r["id"]: r["text"] for r in json.load(open(sys.argv[1]))}
for r in json.load(open("their.json")):
    want = f"### caption:\n{r['caption']}\n\n### retrieved relevant step file:\n{r['relavant_step_file']}\n\n### output:\n[[{r['output']}"
    assert want in shown[r["id_original"]], (want, shown[r["id_original"]])
PY
runs 0 cadprep stats all.jsonl "${rag[@]}" --json
json "$out" 'd["tokens"]["retrieved"]["min"] > 0'
longest=$(python3 -c 'import json; print(json.load(open("all.audit.json"))["pack"]["length"]["max"])')
runs 0 cadprep pack all.jsonl -o less.pack.h5 "${rag[@]}" --max-tokens=$((longest - 8)) --on-overflow=trim_context
says "$err" "rows lost the end of the text that they retrieved" "0 dropped"

# It stays with the rows through filter and split; their fields count it.
runs 0 cadprep filter all.jsonl -o f.jsonl "${rag[@]}" --filter-tokens=100000 --filter-field=whole_data
runs 66 cadprep filter all.jsonl -o none.jsonl "${rag[@]}" --filter-tokens=$((longest / 2)) --filter-field=whole_data
runs 0 cadprep filter all.jsonl -o half.jsonl "${rag[@]}" --filter-tokens=$((longest / 2)) --filter-field=output
runs 0 cadprep split f.jsonl -o d --profile=steplm
runs 0 cadprep pack d "${rag[@]}"
says "$err" "retrieval: not checked: the corpora are not there, or rows carry what they show"
json d/audit.json 'all(d[k]["waived"] == "leaky" and d[k]["retrieved"]["nothing_left"] == 0 for k in ("train", "val", "test"))'

# Text of another form goes without it, and an index takes its place.
runs 0 cadprep text all.jsonl -o text.jsonl --derive=off
silent text.jsonl '"rag"'
runs 65 cadprep pack text.jsonl -o text.pack.h5 --tokenizer="$tokenizer" --template=step-rag --set=rag.enabled=on
says "$err" "does not tell of retrieval"
runs 0 cadprep rag build d
silent d/train.jsonl '"text":'
runs 0 cadprep import all.jsonl -o again.jsonl --profile=steplm --require-valid=off
same all.jsonl again.jsonl

# Rows that bring none among rows that do are named; so is what is no text.
runs 0 cadprep import gap.json -o gap.jsonl --profile=steplm --require-valid=off
runs 65 cadprep pack gap.jsonl -o gap.pack.h5 "${rag[@]}"
says "$err" "1 rows without the text that they retrieved: 00000004 (retrieved 00000504)"
runs 4 cadprep import odd.json -o odd.jsonl --profile=steplm --require-valid=off --set=prep.max_bad=0.5
says odd.status.jsonl "key 'relavant_step_file' without 'id_retrieve'" "key 'relavant_step_file': expected a text"
