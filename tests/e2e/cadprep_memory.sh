#!/usr/bin/env bash
# Stages stream what they are given: ten times the parts take no more memory but for their names and numbers (docs/dev/RELIABILITY.md).
. "$(dirname "$0")/lib.sh"
cd "$T"
printf 'C 10 10 10\n' >cube.ir
runs 0 cadtool convert cube.ir cube.step
python3 - "$T" "$CADLM_SOURCE/models/tiny" <<'END' || die "memory grows with the corpus"
import os, subprocess, sys
FEW, MANY = 200, 2000
MIB, FILE, NOISE = 64 << 20, 1 << 10, 6 << 20
os.chdir(sys.argv[1])
text = open('cube.step', encoding='utf-8').read()
for n in (FEW, MANY):
    with open(f'{n}.csv', 'w', encoding='utf-8') as f:
        f.write('model_id,isDescribable,description\n' + ''.join(f'{i:08d},True,part {i}\n' for i in range(n)))
    for i in range(n):
        os.makedirs(f'{n}/{i:08d}')
        with open(f'{n}/{i:08d}/{i:08d}_part.step', 'w', encoding='utf-8') as f:
            f.write(text)


def peak(*words):
    """Bytes; the command must succeed."""
    p = subprocess.Popen(['cadprep', *words, '--threads=2', '-q'])
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = status
    assert status == 0, words
    return used.ru_maxrss << 10


for name, words in {'round': ['round', '{n}', '-o', 'round.{n}', '--require-valid=off'],
                    'reorder': ['reorder', '{n}', '-o', 'reorder.{n}'],
                    'reorder, steplm': ['reorder', '{n}', '-o', 'steplm.{n}', '--set=prep.profile=steplm'],
                    'import': ['import', '{n}', '-o', '{n}.jsonl', '--set=prep.captions={n}.csv', '--set=prep.require_valid=off'],
                    'text': ['text', '{n}.jsonl', '-o', 'text.{n}.jsonl'],
                    'split': ['split', '{n}.jsonl', '-o', 'split.{n}', '--group=caption', '--split=0,0,100'],
                    'pack': ['pack', '{n}.jsonl', '-o', '{n}.pack.h5', '--tokenizer', sys.argv[2], '--max-tokens=16k']}.items():
    few, many = (peak(*(w.replace('{n}', str(n)) for w in words)) for n in (FEW, MANY))
    print(name, few >> 10, many >> 10, 'KiB')
    assert many <= few + (MANY - FEW) * FILE + NOISE, f'{name}: {few} bytes for {FEW} files, {many} for {MANY}'
    assert many <= MIB + MANY * FILE, f'{name}: {many} bytes'
END

# A pack that is given up leaves nothing behind.
given_up TERM 130 'ls stopped.* >/dev/null 2>&1' cadprep pack 2000.jsonl -o stopped.pack.h5 --tokenizer="$CADLM_SOURCE/models/tiny" --max-tokens=16k -q
says "$err" "no pack is written"
! ls stopped.* 2>/dev/null || die "files are left behind"

# Long rows wait by their bytes, not by their number: the memory is that of a few.  None is a part, so nothing is written.
python3 - <<'PY' || die "stage text holds all rows at once"
import json, resource, subprocess
with open("long.jsonl", "w") as f:
    f.write(json.dumps({"schema": 1, "kind": "corpus", "name": "long"}) + "\n")
    for i in range(40):
        f.write(json.dumps({"id": f"r{i}", "caption": "Long.", "kind": "step", "target": "a" * 6_000_000}) + "\n")
run = ["cadprep", "text", "long.jsonl", "-o", "longs.jsonl", "--set=prep.profile=steplm", "--set=prep.round=steplm", "--set=prep.order=steplm"]
code = subprocess.run(run, stderr=subprocess.DEVNULL).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
assert code == 65 and peak < 180_000, (code, peak)
PY
rm long.jsonl
