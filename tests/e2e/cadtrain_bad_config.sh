#!/usr/bin/env bash
# A bad configuration is refused with every problem, each at its file and line, before anything starts: 65, no run directory.
. "$(dirname "$0")/lib.sh"
cd "$T"

refused() { # text of bad.ini, text that must be said...
    printf '%b' "$1" >bad.ini
    shift
    runs 65 cadtrain bad.ini
    empty "$out"
    says "$err" "nothing was started" "$@"
    [ ! -e runs ] || die "a run directory appeared"
}
refused '[run]\nname = x\n[train]\nmax_step = 5\n' "bad.ini:4: error: unknown key 'max_step' in [train]; did you mean max_steps?"
refused '[run]\nname = x\n\n[trian]\nlr = 1\n' "bad.ini:4: error: unknown section" "did you mean [train]?"
refused '[train]\nlr = fast\n' "bad.ini:2: error: train.lr = 'fast'" "expected"
refused '[train]\nbatch_rows = 2.5\n' "bad.ini:2: error: train.batch_rows = 2.5; expected an integer"
refused '[train]\nschedule = cosin\n' "bad.ini:2: error: train.schedule = 'cosin'; expected one of"
refused '[lora]\nrank = 4096\n' "bad.ini:2: error: lora.rank = 4096; expected 1..1024"
refused '[lora]\nenabled = perhaps\n' "bad.ini:2: error: lora.enabled"
# Three problems, three messages, one pass.
refused '[train]\nmax_step = 5\nlr = fast\n[lora]\nrank = 0\n' bad.ini:2: bad.ini:3: bad.ini:5: "3 errors; nothing was started"
# What inih alone would let pass: each with its own line.
refused '[train]\nlr = 1e-3\n  epochs = 2\n' bad.ini:3:
refused "[train]\nlr = 1e-3 ; $(printf 'x%.0s' $(seq 200))\n" bad.ini:2:
refused '[train]\nlr: 1e-3\n' bad.ini:2:
refused '[train\nlr = 1e-3\n' bad.ini:1:
refused '[train]\nlr = 1e-3\nlr = 2e-3\n' bad.ini:3: "line 2"
refused '[train]\nlr\n' bad.ini:2:
refused '[run]\nnotes = ${E2E_IS_NOT_SET}\n' bad.ini:2: E2E_IS_NOT_SET

printf '[train]\nlr = 1e-3\n' >good.ini
runs 65 env CADLM_TRAIN__MAX_STEP=5 cadtrain good.ini
says "$err" CADLM_TRAIN__MAX_STEP "did you mean"
runs 65 cadtrain good.ini --set=train.max_step=5
says "$err" "--set" "did you mean max_steps?"
runs 66 cadtrain absent.ini
says "$err" absent.ini
runs 2 cadtrain
[ ! -e runs ] || die "a run directory appeared"
# Numbers do not depend on the locale.
runs 0 env LC_ALL=de_DE.UTF-8 cadtrain good.ini --set=train.max_steps=16K --print-config
grep -qE '^max_steps *= *16384 ' "$out" || die "16K is not 16384"
grep -qE '^lr *= *0\.001 ' "$out" || die "1e-3 is not 0.001"
