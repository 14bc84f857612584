#!/usr/bin/env bash
# Makes models/tiny out of a finished run of configs/tiny_base.ini: copies the last checkpoint, scores it on the run's suite, and
# writes the card with those figures. The suite is shipped as configs/suite_tiny_base.jsonl, so that a test can score it again.
#   scripts/ship_tiny.sh [RUN]        RUN = runs/tiny_base
set -euo pipefail
cd "$(dirname "$0")/.."
run=${1:-runs/tiny_base} data=data/tiny_base tiny=models/tiny suite=configs/suite_tiny_base.jsonl
export PATH=$PWD/build/release/bin:$PATH
[ -e "$run/ckpt/latest/model.safetensors" ] || { echo "ship_tiny: no $run/ckpt/latest/model.safetensors" >&2; exit 66; }

mkdir -p $tiny
for f in model.safetensors config.json generation_config.json tokenizer.json tokenizer_config.json template.txt; do
    cp "$run/ckpt/latest/$f" $tiny/
done
bytes=$(stat -c %s $tiny/model.safetensors)
[ "$bytes" -le 8000000 ] || { echo "ship_tiny: model.safetensors has $bytes bytes; expected at most 8 MB" >&2; exit 65; }
# in an order that mixes the families, so that the first rows are a fair part of all
python3 - $data/synth-test.jsonl >$suite <<'PY'
import hashlib, json, sys
rows = open(sys.argv[1], encoding="utf-8").read().splitlines()[1:]
print('{"kind":"suite","name":"tiny-base","schema":1,"version":"1"}')
print("\n".join(sorted(rows, key=lambda r: hashlib.md5(json.loads(r)["id"].encode()).digest())))
PY

out=$(mktemp -d)
cadeval --ckpt=tiny=$tiny --suite=$suite --pack=$data/train.pack.h5 --out="$out" --sheet=0 --no-baselines >/dev/null
cp "$out"/tiny-*/results.json $tiny/results.json
cadeval --ckpt=tiny=$tiny --suite=cad0-seven --out="$out/seven" --sheet=0 >/dev/null
cadeval --ckpt=tiny=$tiny --suite=natural --out="$out/natural" --sheet=0 --no-baselines >/dev/null

python3 - "$run" "$out" $tiny/README.md <<'PY'
import configparser, json, sys
run, out, card = sys.argv[1:4]
ini = configparser.ConfigParser(inline_comment_prefixes=(";",), interpolation=None)
ini.read("configs/tiny_base.ini")
synth = ini["synth"]
info = json.load(open(run + "/run.json"))
build = json.load(open(run + "/build.json"))
steps = [json.loads(line) for line in open(run + "/metrics.jsonl")]
last = max((s for s in steps if s.get("kind") == "train"), key=lambda s: s["step"])
evals = [s for s in steps if s.get("kind") == "eval"]
minutes = (max(s["t"] for s in steps if "t" in s) - min(s["t"] for s in steps if "t" in s)) / 60
table = open(out + "/table.md", encoding="utf-8").read()
seven = open(out + "/seven/table.md", encoding="utf-8").read()
natural = open(out + "/natural/table.md", encoding="utf-8").read()
size = json.load(open("models/tiny/results.json"))["parameters"]
text = f"""---
license: apache-2.0
library_name: transformers
tags: [cad, compact-ir, text-to-cad]
---

# models/tiny: the base model that cadlm ships

A decoder of {size:,} parameters (Qwen2 form: 4 layers x 192, 6 heads, SwiGLU 576, untied head; bf16) that writes Compact IR programs of simple parts from one
sentence. It is the default of `cadgen` and the base of `configs/tiny_qlora.ini`. It reads the wordings that the corpus generator makes, not English at large.

* **Data**: `configs/tiny_base.ini`: {synth["n"]} parts of the families called seen (docs/CORPUS.md), every one compiled and checked, each in {synth["captions_each"]} wordings; of
  every hundred rows {float(synth["noise"]) * 100:.0f} have made-up or misspelt words in their caption. No flange, no hex part. None of the sentences or programs of the suite `cad0-seven`.
* **Training**: {last["step"]:,} steps from random weights, {minutes:.0f} minutes of wall clock on two CPU cores that also did other work,
  evaluation loss {evals[-1]["v"]["eval/loss"]:.4f} per answer token.
* **Repeat it**: `cadprep run configs/tiny_base.ini && cadtrain configs/tiny_base.ini && scripts/ship_tiny.sh` (seed {info.get("seed", 3407)}, commit
  {build.get("commit", "?")}).
* **Limits**: millimetre parts with at most three decimals; sizes within the ranges of docs/CORPUS.md; fractions of an inch and wordings outside of the generator are
  where it errs first. Not for production use.

## Figures

Held-out prompts of its own families (`configs/suite_tiny_base.jsonl`; no caption and no geometry shared with training), half of them in wordings that training never
shows ("held"). Greedy, no grammar. The test `e2e.cadeval.card` scores a part of them again.

    cadeval --ckpt=tiny=models/tiny --suite=configs/suite_tiny_base.jsonl --no-baselines

{table}
The seven prompts of cad0, strict (`cadeval --ckpt=tiny=models/tiny --suite=cad0-seven`; number 6 is a hex part, which it has never seen):

{seven}
Prompts written by hand without the generator in view (`cadeval --ckpt=tiny=models/tiny --suite=natural --no-baselines`; flange and hex are the families that it has
never seen):

{natural}"""
open(card, "w", encoding="utf-8").write(text)
PY
rm -rf "$out"
echo "models/tiny: $bytes bytes of weights, card and results written"
