#!/usr/bin/env bash
# What prompts are shown: the texts that the index was made of and no others.
. "$(dirname "$0")/lib.sh"
fixture_rag
ask=(cadgen --ckpt="$ckpt" "a plate 40 x 20 x 5 mm" --max-new=4)
runs 3 "${ask[@]}"

# Other targets under the same ids, captions and groups are another corpus: by the index that is there, and by one made anew.
remake() { # folder: each target is that of a plain box
    python3 - "$1" <<'P'
import json, os, sys
for name in ("train", "val", "test"):
    path = f"{sys.argv[1]}/{name}.jsonl"
    head, *rows = open(path).read().splitlines()
    with open(path, "w") as f:
        print(head, file=f)
        for row in rows:
            print(json.dumps(dict(json.loads(row), target="C 1 2 3\n"), ensure_ascii=False, sort_keys=True, separators=(",", ":")), file=f)
P
}
cp -R "$data" other
remake other
runs 65 "${ask[@]}" --set=rag.index=other
says "$err" "other/rag.index: stale: it was made of rows that hash to " "those of other/train.jsonl hash to" "hint: cadprep rag build other"
runs 65 "${ask[@]}" --rag=other
says "$err" "other/rag.index: stale: "
runs 0 cadprep rag build other
runs 65 "${ask[@]}" --set=rag.index=other
says "$err" "other/rag.index: the index is" "the model learnt with"
runs 3 "${ask[@]}" --rag=other

# Likewise where the index is of all splits.
runs 0 cadprep rag build other --scope=all
runs 3 "${ask[@]}" --rag=other
python3 - <<'P'
lines = open("other/test.jsonl").read().splitlines()
lines[1] = lines[1].replace("C 1 2 3", "C 1 2 4")
open("other/test.jsonl", "w").write("\n".join(lines) + "\n")
P
runs 65 "${ask[@]}" --rag=other
says "$err" "other/rag.index: stale: " "those of other/{train,val,test}.jsonl hash to"

# Rows of the answers name what was shown; equal captions tie, and --seed, which draws answers, decides nothing about them.
python3 - "$data" <<'P'
import json, os, sys
os.makedirs("tied")
for name in ("train", "val", "test"):
    head, *rows = open(f"{sys.argv[1]}/{name}.jsonl").read().splitlines()
    with open(f"tied/{name}.jsonl", "w") as f:
        print(head, file=f)
        for row in rows:
            print(json.dumps(dict(json.loads(row), caption="a plate")), file=f)
P
runs 0 cadprep rag build tied --exclude-same=id
for seed in 1 2 3 4; do
    runs 3 "${ask[@]}" --rag=tied --seed=$seed --json
    cp "$out" $seed.json
    json $seed.json 'len(d["answers"][0]["rag_ids"]) == 1'
done
python3 - <<'P' || die "the seed of answers decides what is retrieved"
import json
a = [json.load(open(f"{s}.json"))["answers"][0] for s in (1, 2, 3, 4)]
assert len({r["rag_ids"][0] for r in a}) == 1 and len({r["seed"] for r in a}) == 4 and len({r["prompt_sha"] for r in a}) == 1
P
runs 3 "${ask[@]}" --rag=off --json
json "$out" 'd["answers"][0]["rag_ids"] == [] and d["answers"][0]["prompt_sha"] != json.load(open("1.json"))["answers"][0]["prompt_sha"]'
