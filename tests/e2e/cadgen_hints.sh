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
slip 66 'for instance runs/NAME/ckpt/latest' cadgen --ckpt=absent x
slip 73 'mkdir -p no/such' cadgen "plate 40x20x5 mm" -o no/such/plate.step
slip 73 'mkdir -p no/such' cadtool render "$flange" -o no/such/flange.png
slip 2 "cadtool convert $flange a.stl" cadtool render "$flange" -o a.stl
slip 2 'cadtool check --help' cadtool chek "$flange"
slip 2 'cadtool render --help' cadtool render "$flange" -o a.png --size=0x0
slip 2 'cadtrain --help' cadtrain --check
says "$err" "expected CONFIG.ini"
printf '[prep]\nout = made\n[data]\ntrain = absent.pack.h5\n' >first.ini
slip 66 'cadprep run first.ini' cadtrain first.ini --set=run.name=x --set=tokenizer.path="$E2E/data/tokenizer" \
    --set=model.path="$CADLM_SOURCE/models/tiny"
printf '[data]\ntrain = absent.pack.h5\n' >later.ini
slip 66 'cadprep run the configuration whose prep.out is the folder of that pack' cadtrain later.ini --set=run.name=x \
    --set=tokenizer.path="$E2E/data/tokenizer" --set=model.path="$CADLM_SOURCE/models/tiny"
slip 65 "cadprep pack $E2E/data/train.jsonl -o $E2E/data/train.pack.h5" cadprep audit "$E2E/data/train.jsonl"
slip 65 '--own-bpe=1024' cadprep tokenizer "$E2E/data"
slip 2 'cadprep synth -o data/s.jsonl -n 20k' cadprep synth
slip 2 '--suite=synth-test, cad0-seven, natural or FILE.jsonl' cadeval
slip 66 '--suite=cad0-seven or natural; or the file: --suite=data/NAME/synth-test.jsonl' cadeval --suite=synth
slip 66 'did you mean --suite=cad0-seven?' cadeval --suite=cad0-sevn
slip 66 'did you mean --suite=natural?' cadeval --suite=naturl
slip 66 'did you mean synth-test? it lies beside training data: --suite=data/NAME/synth-test.jsonl' cadeval --suite=synth-tset
slip 66 'did you mean --suite=synth-test?' cadeval --ckpt="$E2E/runs/tiny/ckpt/latest" --suite=synth-tset
slip 65 'did you mean valid?' cadeval --suite=cad0-seven --require='tiny:vald>=1'
slip 65 'did you mean tiny?' cadeval --suite=cad0-seven --require='tyni:valid>=1'
# A file of another kind, a folder for a file, a name that is almost right: what it is, what was expected, what takes it.
corpus=$E2E/data/train.jsonl pack=$E2E/data/train.pack.h5
slip 65 "cadprep split $corpus -o DIR, or cadprep pack $corpus -o FILE.h5" cadtrain "$corpus"
says "$err" "$corpus: error: a corpus (JSON lines); expected a configuration (INI)"
[ "$(wc -l <"$err")" = 3 ] || die "more than one error for a corpus that is no configuration"
slip 65 "cadeval --suite=$E2E/data/synth-test.jsonl" cadprep run "$E2E/data/synth-test.jsonl"
slip 65 "the one inside: $E2E/runs/tiny/config.ini" cadtrain "$E2E/runs/tiny"
slip 65 "the one inside: $pack" cadtrain "$TINY" --set=data.train="$E2E/data" --set=run.name=x
slip 65 "cadprep pack $corpus -o $pack" cadtrain "$TINY" --set=data.train="$corpus" --set=run.name=x
slip 65 "its folder: $E2E/data/tokenizer" cadprep pack "$corpus" -o x.h5 --tokenizer="$E2E/data/tokenizer/tokenizer.json"
slip 65 "its folder: $E2E/data" cadprep verify "$pack"
slip 66 "did you mean $corpus?" cadprep split "$E2E/data/trian.jsonl" -o d
slip 65 "the one inside: $E2E/data/synth-test.jsonl" cadeval --suite="$E2E/data" --sheet=0
slip 65 "cadtool check $flange" cadprep run "$flange"
slip 66 'cadprep tokenizer DIR --own-bpe=1024' cadprep run "$TINY" --own-bpe=0 --tokenizer=absent --set=prep.out=never
[ ! -e never ] || die "a tokenizer that is not there was missed after the corpus was made"
slip 65 "cadprep run $TINY, or cadtrain $TINY" cadgen --file="$TINY"
slip 65 "its folder: $E2E/runs/tiny/ckpt/latest" cadgen --ckpt="$E2E/runs/tiny/ckpt/latest/model.safetensors" x
slip 2 "--ckpt=$E2E/runs/tiny" cadeval "$E2E/runs/tiny" --suite=cad0-seven
slip 2 'cadgen --file=p.txt' bash -c 'echo plate >p.txt; cadgen p.txt'
slip 2 "cadtool render $flange -o x.png" cadtool render "$flange" x.png
slip 2 "cadtool fmt $flange" cadtool convert "$flange" "$flange"
ln -s "$flange" same.ir
slip 2 "cadtool fmt $flange" cadtool convert "$flange" same.ir
slip 2 '-o s.jsonl' cadprep synth -o s.h5 -n 3
slip 65 'the families: primitive plate spacer washer lbracket enclosure flange hex prism turntable knob' cadprep synth -o s.jsonl --families=plat
slip 65 '--explain=train.lr' cadtrain "$TINY" --set=train.lr=fast
slip 65 'cadtrain --help-all lists the keys' cadtrain "$TINY" --set=lr=1e-4
says "$err" "expected SECTION.KEY=VALUE, as train.lr=1e-4"
slip 66 '--resume=runs/NAME/ckpt/latest' cadtrain "$TINY" --resume=yes
slip 65 'from a file: --file=FILE' cadgen $'plate \xff'
runs 0 cadtrain --config="$TINY" --check --resume=no # a configuration may also come by the option
[ ! -e runs ] || die "a mistake left a run directory"

# What a key refuses is 65, however the value came; what the command line alone refuses is 2.
runs 65 cadgen x --temp=-1
says "$err" "--temp: error: decode.temp = -1; expected 0..5"
runs 65 cadgen x --set=decode.temp=-1
runs 65 env CADLM_DECODE__TEMP=-1 cadgen x
runs 2 cadeval --suite=cad0-seven --sheet=-1
runs 2 cadgen x -o a.png -o b.png
says "$err" "-o b.png: a.png is of the same format"
runs 2 cadgen x --color=sometimes
