/* cadprep: corpora, from parts to packs. */
#include "core/cli.h"
#include "dataprep/prep_cmd.h"
#include "dataprep/stage_synth.h"

static const cad_cli_option OPTIONS[] = {
    {"output", 'o', "PATH", NULL, "file or folder to write", "synth split pack"},
    {"count", 'n', "N", "synth.n", "parts to make, or rows to show (5)", "synth preview"},
    {"kind", 0, "ir", "synth.kind", "language of the targets", "synth"},
    {"families", 0, "LIST", "synth.families", "all seen unseen, or names, NAME:WEIGHT", "synth"},
    {"units", 0, "LIST", "synth.units", "of mm none cm in", "synth"},
    {"captions", 0, "LIST", "synth.captions", "of short long dims", "synth"},
    {"primitives", 0, "SHARE", "synth.primitives", NULL, "synth"},
    {"split", 0, "A,B,C", "prep.split", "percent of train, val, test", "split run"},
    {"group", 0, "LIST", "prep.group", "what never straddles splits", "split verify run"},
    {"suite-rows", 0, "N", "prep.suite_rows", "prompts of each family in the suite", "split run"},
    {"own-bpe", 0, "N", "tokenizer.own_bpe", "learn a vocabulary of N tokens", "tokenizer run"},
    {"tokenizer", 0, "DIR", "tokenizer.path", "folder of tokenizer.json", "tokenizer pack preview verify run"},
    {"template", 0, "NAME", "prompt.template", "ir step step-rag cad0, or file:PATH", "tokenizer pack verify run"},
    {"max-tokens", 0, "N", "data.max_tokens", NULL, "pack run"},
    {"on-overflow", 0, "WHAT", "data.on_overflow", NULL, "pack run"},
    {"against", 0, "DIR", NULL, "its train and val may not hold a prompt of the suite", "verify"},
    {"ids", 0, NULL, NULL, "token ids below the text", "preview"},
    {"jobs", 0, "N", "prep.jobs", "worker processes; 0 = all CPUs", "synth run"},
    {0},
};

static const cad_cli_word WORDS[] = {
    {"synth", cad_cmd_synth},   {"split", cad_cmd_split},     {"tokenizer", cad_cmd_tokenizer},
    {"pack", cad_cmd_pack},     {"preview", cad_cmd_preview}, {"audit", cad_cmd_audit},
    {"verify", cad_cmd_verify}, {"run", cad_cmd_run},         {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const cad_cli_spec spec = {
        .name = "cadprep",
        .usage = "COMMAND [INPUT...]",
        .doc = "Make corpora: parts with captions, splits, tokenizers, packs.\n"
               "  cadprep synth -o data/s.jsonl -n 20k      parts, compiled and checked\n"
               "  cadprep split data/s.jsonl -o data/p      train, val, test, suite\n"
               "  cadprep tokenizer data/p --own-bpe=1024   a BPE of the train split\n"
               "  cadprep pack data/p --tokenizer=data/p/tokenizer\n"
               "  cadprep preview data/p/train.pack.h5 -n 5   in colour\n"
               "  cadprep audit data/p/train.pack.h5        rows, tokens, lengths\n"
               "  cadprep verify data/p                     hashes, spans, EOS, leaks\n"
               "  cadprep run configs/tiny_qlora.ini        all; finished stages skip\n",
        .options = OPTIONS,
        .words = WORDS,
        .min_args = 0,
        .max_args = -1,
    };
    cad_stage_synth_register();
    return cad_cli_main(&spec, argc, argv);
}
