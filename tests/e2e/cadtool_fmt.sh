#!/usr/bin/env bash
# The canonical text is its own canonical text, and the same part.
. "$(dirname "$0")/lib.sh"
cd "$T"
for part in "$DOCS"/*.ir; do
    runs 0 cadtool fmt "$part"
    cp "$out" once.ir
    runs 0 cadtool fmt once.ir
    same once.ir "$out"
    silent once.ir "#"
    [ "$(tail -c 1 once.ir | od -An -c | tr -d ' ')" = '\n' ] || die "no line end after the last line"
    runs 0 cadtool check "$part"
    sed 's/^[^:]*: //' "$out" >a.txt
    runs 0 cadtool check once.ir
    sed 's/^[^:]*: //' "$out" >b.txt
    same a.txt b.txt
done
# Spelling, names, orphans, order and line ends.
printf '# a plate\r\n  Y +2.50 7.0 "drill"\r\nC 1 1 1\nC 50. 30 .5e1\n\nT 0 25 15 -1\nD 2 3 # cut\nROOT 4 default\n' >loose.ir
runs 0 cadtool fmt loose.ir -o tidy.ir
empty "$out"
printf 'C 50 30 5\nY 2.5 7\nT 1 25 15 -1\nD 0 2\n' >want.ir
same want.ir tidy.ir
printf 'C 1 1\n' >bad.ir
runs 65 cadtool fmt bad.ir
says "$err" "bad.ir"
empty "$out"
runs 66 cadtool fmt absent.ir
runs 2 cadtool fmt
# What is no program, and a place that is not there, are told before anything is read.
runs 0 cadtool convert "$DOCS/flange.ir" flange.step
runs 2 cadtool fmt flange.step
says "$err" "fmt takes one .ir file; found flange.step"
runs 73 cadtool fmt want.ir -o no/such/part.ir
says "$err" "hint: mkdir -p no/such"
