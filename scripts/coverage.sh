#!/usr/bin/env bash
# Which lines and branches of the parsers (tests/robust/parsers.txt) the tests and the mutated corpora reach; fails below the floor
# that stands there.  usage: scripts/coverage.sh [-v]   -v: also the lines that nothing reaches
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/coverage
tests=(core_json core_config cad_ir_checks cad_ir_messages cad_ir_print cad_ir_vectors cad_step_number cad_step_read cad_step_write fuzz_ir model_hfconfig model_licence model_peft
    model_safetensors model_template model_tokenizer dataprep_corpus_row dataprep_pack eval_expect eval_suite train_ckpt_manifest
    model_bnb model_st_bad bounds bytes limits packs)
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCADLM_COVERAGE=ON -DCADLM_OCCT=OFF >$build.log
cmake --build $build -j "${JOBS:-$(nproc)}" --target "${tests[@]/#/test_}" fuzz_targets >>$build.log
find $build -name '*.gcda' -delete
export CADLM_SOURCE=$PWD CADLM_BIN=$PWD/$build/bin
unset CADLM_FUZZ_CASES # the mutants of CI: a share that only a longer run reaches is no floor
for test in "${tests[@]}"; do
    "$CADLM_BIN/test_$test" >$build/"$test".txt 2>&1 || [ $? = 77 ] || { tail -5 $build/"$test".txt && exit 1; }
done
"$CADLM_BIN/fuzz_targets" >$build/fuzz_targets.txt 2>&1 || { tail -5 $build/fuzz_targets.txt && exit 1; }
python3 scripts/coverage.py tests/robust/parsers.txt $build "$@"
