#!/usr/bin/env bash
# The likeliest mistakes of a first hour: each is told in one line, with a hint that is a command or a key, before any work.
. "$(dirname "$0")/lib.sh"
fixture
cd "$T"
slip() { # exit code, text of the hint, command...
    local code=$1 hint=$2
    shift 2
    runs "$code" "$@"
    empty "$out"
    grep -qFx -- "hint: $hint" "$err" || die "no 'hint: $hint' for: $last"
}
flange=$DOCS/flange.ir
slip 2 'in quotes: cadgen "plate 40x20x5 .."' cadgen plate 40x20x5
slip 2 'cadgen "plate 40x20x5, four 4 mm holes"' cadgen
slip 2 'write it out: --max-new' cadgen x --max
slip 2 '--set=decode.batch=4' cadgen x --batch=4
slip 66 '--ckpt=runs/NAME/ckpt/latest' cadgen --ckpt=absent x
slip 73 'mkdir -p no/such' cadgen "plate 40x20x5 mm" -o no/such/plate.step
slip 73 'mkdir -p no/such' cadtool render "$flange" -o no/such/flange.png
slip 2 "cadtool convert $flange a.stl" cadtool render "$flange" -o a.stl
slip 2 'cadtool check --help' cadtool chek "$flange"
slip 2 'cadtool render --help' cadtool render "$flange" -o a.png --size=0x0
slip 2 'cadtrain --help' cadtrain --check
says "$err" "expected CONFIG.ini"
printf '[data]\ntrain = absent.pack.h5\n' >first.ini
slip 66 'cadprep run first.ini' cadtrain first.ini --set=run.name=x --set=tokenizer.path="$E2E/data/tokenizer" \
    --set=model.path="$CADLM_SOURCE/models/tiny"
slip 65 "cadprep pack $E2E/data/train.jsonl -o $E2E/data/train.pack.h5" cadprep audit "$E2E/data/train.jsonl"
slip 65 '--own-bpe=1024' cadprep tokenizer "$E2E/data"
slip 2 'cadprep synth -o data/s.jsonl -n 20k' cadprep synth
slip 2 '--suite=synth-test, cad0-seven, natural or FILE.jsonl' cadeval
slip 66 '--suite=cad0-seven or natural; or the file: --suite=data/NAME/synth-test.jsonl' cadeval --suite=synth
[ ! -e runs ] || die "a mistake left a run directory"

# What a key refuses is 65, however the value came; what the command line alone refuses is 2.
runs 65 cadgen x --temp=-1
says "$err" "--temp: error: decode.temp = -1; expected 0..5"
runs 65 cadgen x --set=decode.temp=-1
runs 65 env CADLM_DECODE__TEMP=-1 cadgen x
runs 2 cadeval --suite=cad0-seven --sheet=-1
runs 2 cadgen x --color=sometimes
