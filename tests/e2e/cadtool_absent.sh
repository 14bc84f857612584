#!/usr/bin/env bash
# A build without OCCT: what needs a solid exits 69 and names the option; what does not, works.
. "$(dirname "$0")/lib.sh"
cd "$T"
printf 'C 10 20 30\n' >box.ir
runs 69 cadtool check box.ir
says "$err" CADLM_OCCT
runs 69 cadtool render box.ir -o box.png
says "$err" CADLM_OCCT
[ ! -e box.png ] || die "a picture was written"
runs 0 cadtool fmt box.ir
says "$out" "C 10 20 30"
