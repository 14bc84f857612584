#!/usr/bin/env bash
# Long work says how far it is, how fast and how long it will take: one line that is redrawn on a terminal, whole lines elsewhere.
. "$(dirname "$0")/lib.sh"
fixture
cd "$E2E/data"

lines() { # file, label, total, unit: lines with a rate, in order, up to the total; all but the last with an estimate
    python3 - "$@" <<'P' || die "no such progress of $2 in $1"
import re, sys
name, label, total, unit = sys.argv[1:]
at = [re.fullmatch(rf"{label} (\d+)/{total}  ([\d.]+)%  [\d.]+[kM]? {unit}/s(?:  [\d.]+[kM]? tok/s)?(  eta \w+)?\n", l)
      for l in open(name, newline="") if l.startswith(label + " ")]
assert len(at) >= 2 and all(at), at
done = [int(m[1]) for m in at]
assert done == sorted(set(done)) and done[-1] == int(total), done
assert [bool(m[3]) for m in at] == [n < int(total) for n in done]
P
}

plain() {
    ! grep -qP '[\r\x1b]' "$err" || die "CR or ESC outside a terminal"
}
rows=$(($(wc -l <synth.jsonl) - 1))

# No terminal: the first and the last line, also of what is over in a moment.
export CADLM_LOG__CONSOLE=lines
runs 0 cadprep synth -n 40 --jobs=1 --set=synth.captions_each=8 -o "$T/s.jsonl"
lines "$err" synth 40 parts
plain
runs 0 cadprep split synth.jsonl -o "$T/p" --split=60,10,30 --suite-rows=2
lines "$err" read "$rows" rows
lines "$err" write "$rows" rows
plain
train=$(($(wc -l <"$T/p/train.jsonl") - 1))
runs 0 cadprep tokenizer "$T/p" --own-bpe=300
lines "$err" count "$train" rows
lines "$err" learn 299 tokens
plain
runs 0 cadprep pack "$T/p" --max-tokens=2048
lines "$err" 'pack train.jsonl' "$train" rows
grep -q '^pack val.jsonl .* tok/s' "$err" || die "no second split, or no rate of tokens"
plain

# Told to be quiet, or over in a moment: nothing.
runs 0 cadprep pack "$T/p" --max-tokens=2048 -q
silent "$err" "rows/s" eta
unset CADLM_LOG__CONSOLE
runs 0 cadprep tokenizer "$T/p" --own-bpe=300
silent "$err" "rows/s" "tokens/s" eta

# On a terminal: one line, drawn at most ten times a second; its last state stays.
export CADLM_LOG__CONSOLE=bar TERM=xterm
last="cadprep split on a terminal"
python3 - cadprep split synth.jsonl -o "$T/q" --split=60,10,30 --suite-rows=2 <<'P' || die "$last"
import os, pty, sys, time
start = time.monotonic()
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
text = b""
try:
    while part := os.read(fd, 65536):
        text += part
except OSError:  # the other side was closed
    pass
took = time.monotonic() - start
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, text
for label in b"read", b"write":
    drawn = text.count(b"] " + label + b" ")
    assert 1 <= drawn <= 10 * took + 1, (label, drawn, took)
    kept = [l for l in text.split(b"\r\n") if l.split(b"\x1b[K")[-1].startswith(label + b" ")]
    assert len(kept) == 1 and b"100.0%" in kept[0] and b" rows/s" in kept[0], kept
P
