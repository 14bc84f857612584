#!/usr/bin/env bash
# STEP files of others with a known verdict, and such as kill or stall the kernel, through cadtool check: the verdicts are those of
# their lists, each with a reason, and three runs say the same (spec/reliability.md 4.4, E2 and E7).
. "$(dirname "$0")/lib.sh"
shared=${CADLM_SHARED:-$CADLM_SOURCE/../shared}/conformance
[ -d "$shared/step" ] || { [ "${CADLM_SHARED_REQUIRED:-}" != 1 ] && echo "no $shared: left out" && exit 0; }
cd "$T"
mkdir step step_hostile
for folder in step step_hostile; do
    for file in "$shared/$folder"/*.st* "$shared/$folder"/*.p21; do
        [ ! -f "$file" ] || cp "$file" "$folder/$(basename "${file%.*}").step"
    done
done
[ "$(ls step | wc -l) $(ls step_hostile | wc -l)" = "22 15" ] || die "other files than the lists name"

for run in 1 2 3; do
    runs 3 cadtool check --json step/*.step step_hostile/*.step
    cp "$out" "$run.json"
    cmp 1.json "$run.json" || { : >"$out"; die "run $run says something else than the first"; }
done
python3 - "$shared" <<'PY'
import json, sys
got = {r["file"]: r for r in json.load(open("1.json"))}
good = 0
for folder in ("step", "step_hostile"):
    for line in open(f"{sys.argv[1]}/{folder}/expected.jsonl"):
        want = json.loads(line)
        if "file" not in want:
            continue
        name = f"{folder}/{want['file'].rsplit('.', 1)[0]}.step"
        r = got.pop(name)
        facts, reason = r["facts"], r["reason"]
        assert r["ok"] == (want["class"] == "ok"), (name, r["reason"])
        assert "time limit" not in (r["kernel"] or ""), name
        assert (reason is None) == r["ok"] and (r["ok"] or reason["text"] and reason["stage"]), name
        good += r["ok"]
        assert (r["class"], r["level"]) == (want["class"], min(want.get("level", want["text"]), 9)), (name, r["class"], r["level"])
        if folder == "step_hostile": # what the gate says of them is the stage that fails here
            assert reason["stage"] == ("type" if want["text_reason"] == "type" else want["class"]), (name, reason)
            continue
        if want["kernel"] >= 5 and facts:
            assert (facts["solids"], facts["shells"], facts["shells_closed"]) == (want["solids"], want["shells"], want["closed_shells"]), name
        if want["level"] == 4:
            assert r["kernel"].startswith("no shape: "), (name, r["kernel"])
        if want["level"] == 5:
            assert r["kernel"].startswith("no solid: "), (name, r["kernel"])
        if want["level"] == 6:
            assert r["kernel"].startswith("not closed: "), (name, r["kernel"])
assert good == 11 and not got, (good, list(got))
PY
