#!/usr/bin/env bash
# The schema on stdout, and where a value comes from: default < file < overlay < environment < command line.
. "$(dirname "$0")/lib.sh"
cd "$T"
runs 0 cadtool config schema
says "$out" "[train]" "lr "
runs 0 cadtool config schema --md
says "$out" "# Configuration keys" "## [train]" '| `lr` |'
runs 2 cadtool config schema train
runs 2 cadtool config
runs 2 cadtool fmt --md part.ir

printf '[train]\nlr = 1e-3\nepochs = 2\nbatch_rows = 3\n' >a.ini
printf '[train]\nepochs = 3\nbatch_rows = 4\n' >b.ini
runs 0 env CADLM_TRAIN__BATCH_ROWS=5 cadtool --config=a.ini --config=b.ini --set=train.max_steps=16k --print-config
grep -qE '^lr *= *0?\.?0*1.*; a.ini:2$' "$out" || die "train.lr does not name a.ini:2"
grep -qE '^epochs *= *3 .*; b.ini:2$' "$out" || die "train.epochs does not name b.ini:2"
grep -qE '^batch_rows *= *5 .*; CADLM_TRAIN__BATCH_ROWS$' "$out" || die "train.batch_rows does not name the environment"
grep -qE '^max_steps *= *16000 .*; --set$' "$out" || die "train.max_steps = 16k is not 16000 from --set"
# What is printed reads back as the same values, from anywhere.
cp "$out" resolved.ini
mkdir elsewhere && cd elsewhere
runs 0 cadtool --config=../resolved.ini --print-config
sed -e 's/ *;.*//' -e 's/ *$//' ../resolved.ini >a.txt
sed -e 's/ *;.*//' -e 's/ *$//' "$out" >b.txt
same a.txt b.txt
runs 65 env CADLM_TRAIN__LRR=1 cadtool --print-config
says "$err" CADLM_TRAIN__LRR
