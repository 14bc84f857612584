/* cadprep: corpora, from parts to packs. */
#include "core/cli.h"
#include "dataprep/import_check.h"
#include "dataprep/prep_cmd.h"
#include "dataprep/stage_render.h"
#include "dataprep/stage_synth.h"
#include "dataprep/step_verify.h"
#include "eval/convert.h"

static const cad_cli_option OPTIONS[] = {
    {"output", 'o', "PATH", NULL, "file or folder to write",
     "import text filter dedup synth render split pack round reorder rag.embed merge"},
    {"count", 'n', "N", "synth.n", "parts to make [20k], or rows to show [5]", "synth preview"},
    {"kind", 0, "ir|step", "synth.kind", "a corpus of Compact IR, or a tree of STEP", "synth"},
    {"families", 0, "LIST", "synth.families", "all seen unseen, or names, NAME:WEIGHT", "synth"},
    {"from", 0, "WHAT", "prep.from", "steplm dir jsonl [auto]", "import"},
    {"captions", 0, "FILE.csv", "prep.captions", "model_id,isDescribable,description", "import"},
    {"parts", 0, "DIR", "prep.parts", "<id>/x.step, or <8 digits>_x.step; .stp .gz", "import"},
    {"require-valid", 0, "on|off", "prep.require_valid", NULL, "import filter round"},
    {"units", 0, "LIST", "synth.units", "of mm none cm in", "synth"},
    {"captions", 0, "LIST", "synth.captions", "of short long dims free", "synth"},
    {"primitives", 0, "SHARE", "synth.primitives", NULL, "synth"},
    {"split", 0, "A,B,C", "prep.split", "percent of train, val, test", "split run"},
    {"group", 0, "LIST", "prep.group", "what never straddles splits", "split verify run"},
    {"min-entities", 0, "N", "prep.min_entities", NULL, "filter"},
    {"max-entities", 0, "N", "prep.max_entities", NULL, "filter"},
    {"filter-tokens", 0, "N", "prep.filter_tokens", NULL, "filter"},
    {"filter-field", 0, "NAME", "prep.filter_field", NULL, "filter"},
    {"dedup", 0, "LIST", "prep.dedup", NULL, "dedup"},
    {"cap-caption", 0, "N", "prep.cap_caption", NULL, "split dedup run"},
    {"assign", 0, "FILE", NULL, "lines \"ID train\": rows that have their place", "split"},
    {"suite-rows", 0, "N", "prep.suite_rows", "prompts of each family; 0 = 200 in all", "split run"},
    {"own-bpe", 0, "N", "tokenizer.own_bpe", "learn a vocabulary of N tokens", "tokenizer run"},
    {"tokenizer", 0, "DIR", "tokenizer.path", "folder of tokenizer.json",
     "tokenizer filter stats pack preview verify run round reorder"},
    {"template", 0, "NAME", "prompt.template", "ir step step-rag cad0 steplm-rag steplm-norag file:F",
     "tokenizer filter stats pack verify run"},
    {"max-tokens", 0, "N", "data.max_tokens", NULL, "pack run"},
    {"on-overflow", 0, "WHAT", "data.on_overflow", NULL, "pack run"},
    {"against", 0, "DIR", NULL, "its train and val may not hold a prompt of the suite", "verify"},
    {"ids", 0, NULL, NULL, "token ids below the text", "preview"},
    {"html", 0, "FILE", NULL, "write a page with a picture of each part", "preview"},
    {"profile", 0, "NAME", "prep.profile", "strict, or steplm: as STEP-LLM's tools",
     "import split round reorder rag.build rag.query"},
    {"digits", 0, "N", "prep.digits", NULL, "round"},
    {"order", 0, "NAME", "prep.order", NULL, "reorder"},
    {"hits", 'k', "N", "rag.k", "rows that a caption retrieves", "rag.build rag.query"},
    {"encoder", 0, "NAME", "rag.encoder", "hash or minilm", "rag.build rag.query rag.embed"},
    {"encoder-path", 0, "DIR", "rag.encoder_path", "folder of all-MiniLM-L6-v2", "rag.build rag.query rag.embed"},
    {"scope", 0, "train|all", "rag.scope", "rows that may be retrieved", "rag.build"},
    {"exclude-same", 0, "LIST", "rag.exclude_same", NULL, "rag.build"},
    {"ties", 0, "seeded|first", "rag.ties", NULL, "rag.build rag.query"},
    {"min-score", 0, "X", "rag.min_score", NULL, "rag.build rag.query"},
    {"derive", 0, "WHAT", "prep.derive", "off surfaces seam lean", "text run"},
    {"shard", 0, "i/n|auto", NULL, "a share of the rows, 0/n .. n-1/n; then merge",
     "import text filter render round reorder rag.embed run"},
    {"jobs", 0, "N", "prep.jobs", "workers; 0 = all CPUs", "import text filter stats synth render round reorder run"},
    {0},
};

static const cad_cli_word WORDS[] = {
    {"synth", cad_cmd_synth, "-o FILE.jsonl | -o DIR",
     "Draw parts with captions; each is compiled and compared with closed forms.\n"
     "The same seed gives the same bytes, whatever --jobs says.  STEP: box cylinder\n"
     "washer l_bracket plate_1 plate_4, as DIR/parts, captions.csv and parts.jsonl;\n"
     "an earlier such DIR is replaced as a whole, one with any other file refused.\n"
     "  cadprep synth --kind=step -o data/parts -n 9000\n"
     "  cadprep synth -o data/s.jsonl -n 20k\n"
     "  cadprep synth -o data/f.jsonl -n 2k --families=flange,hex:2 --units=mm,in\n"},
    {"render", cad_cmd_render, "CORPUS.jsonl | STEP | DIR -o DIR",
     "Draw each part from nine sides into DIR/ID.png: the first row orthographic, the\n"
     "others in perspective.  DIR/status.jsonl tells of parts without a mesh; a call\n"
     "that was stopped goes on where it was.\n"
     "  cadprep render data/parts/parts -o data/pictures\n"
     "  cadprep render data/s.jsonl -o data/pictures --jobs=8\n"},
    {"round", cad_cmd_round, "STEP | DIR -o DIR",
     "Round the numbers of STEP files to digits of the part's size, as canonical text.\n"
     "The geometry kernel must find the same solid, else more digits are kept.\n"
     "A folder is read with all below it; DIR/status.jsonl has a row for each file.\n"
     "  cadprep round abc/ -o rounded --digits=6\n"
     "  cadprep round abc/ -o rounded --profile=steplm   the bytes of STEP-LLM's tool\n"},
    {"reorder", cad_cmd_reorder, "STEP | DIR -o DIR",
     "Order the instances of STEP files depth first, before what they refer to, or\n"
     "behind it: no reference leads forward.  The text is canonical.\n"
     "  cadprep reorder rounded -o dfs\n"
     "  cadprep reorder rounded -o defs --order=defs_first\n"
     "  cadprep reorder rounded -o dfs --profile=steplm  the bytes of STEP-LLM's tool\n"
     "  cadprep reorder rounded -o topo --profile=steplm --order=steplm-topo\n"
     "steplm: DIR/ID_restructured.step, ID = eight digits before _ in the name, or its\n"
     "folder; status.jsonl counts the entities that each loses.\n"},
    {"import", cad_cmd_import, "[DIR | ROWS.json] -o FILE.jsonl",
     "Captions and a tree of STEP files, brought together by id; or rows of JSON, as\n"
     "an array or lines.  FILE.status.jsonl says what became of each model; 4 when\n"
     "rows were lost, 65 when more than prep.max_bad of them are bad.  DIR: what\n"
     "cadprep synth --kind=step made.\n"
     "A call that was killed goes on, as far as the kernel is concerned: what it said\n"
     "is in FILE.checked.jsonl until the import is whole.\n"
     "  cadprep import -o raw.jsonl --captions=c.csv --parts=abc/\n"
     "  cadprep import data/s -o raw.jsonl --require-valid=off\n"
     "  cadprep import train_dfs.json -o raw.jsonl\n"},
    {"text", cad_cmd_text, "CORPUS.jsonl -o FILE.jsonl",
     "STEP files as the text that a model learns: nested, without boilerplate, names\n"
     "and colours; --derive leaves out what the topology says.  cadgen and, of one\n"
     "text, cadtool convert --restore write whole files again; FILE.status.jsonl has\n"
     "a row for each.\n"
     "  cadprep text raw.jsonl -o text.jsonl --derive=seam\n"},
    {"stats", cad_cmd_stats, "CORPUS.jsonl | DIR | CAPTIONS.csv",
     "Rows by kind, class and split; captions, and the commonest of them; instances,\n"
     "faces and units of STEP; tokens of prompt, answer and row.\n"
     "  cadprep stats raw.jsonl --tokenizer=models/tiny --template=step\n"
     "  cadprep stats data/p --json\n"},
    {"filter", cad_cmd_filter, "CORPUS.jsonl -o OUT.jsonl",
     "Leave out rows that are too large, or, where --require-valid is named, no valid\n"
     "solids; OUT.dropped.csv has them.  A call that was killed goes on, as far as the\n"
     "kernel is concerned (OUT.checked.jsonl).\n"
     "  cadprep filter raw.jsonl -o f.jsonl --max-entities=500 --require-valid=on\n"
     "  cadprep filter raw.jsonl -o f.jsonl --filter-tokens=8k --tokenizer=models/tiny\n"},
    {"dedup", cad_cmd_dedup, "CORPUS.jsonl -o OUT.jsonl",
     "Of rows with one caption and one geometry the first stays; OUT.dropped.csv names\n"
     "the others, each with the row that stands for it.\n"
     "  cadprep dedup f.jsonl -o u.jsonl --dedup=caption,geometry\n"},
    {"split", cad_cmd_split, "CORPUS.jsonl -o DIR",
     "Train, val, test and a suite; no caption and no geometry is in two of them.\n"
     "  cadprep split data/s.jsonl -o data/p\n"
     "  cadprep split data/s.jsonl -o data/p --split=80,10,10 --suite-rows=20\n"},
    {"tokenizer", cad_cmd_tokenizer, "DIR",
     "Learn a byte-level BPE from DIR/train.jsonl into DIR/tokenizer, or --tokenizer.\n"
     "  cadprep tokenizer data/p --own-bpe=1024\n"
     "  cadprep tokenizer data/p --own-bpe=4096 --tokenizer=data/p/large\n"},
    {"rag build", cad_cmd_rag_build, "DIR | CORPUS.jsonl",
     "Give each row the rows of train with the nearest captions, and write an index.\n"
     "Never its own caption or geometry; settings that allow it mark all as leaky.\n"
     "  cadprep rag build data/p -k 1\n"
     "  cadprep rag build data/p --encoder=minilm --encoder-path=all-MiniLM-L6-v2\n"},
    {"rag query", cad_cmd_rag_query, "DIR | INDEX \"SENTENCE\"",
     "The captions of an index that are nearest to a sentence, with their cosines.\n"
     "  cadprep rag query data/p \"plate with four holes\" -k 5\n"},
    {"rag embed", cad_cmd_rag_embed, "TEXTS.jsonl -o FILE.npy",
     "One vector of unit length per caption, as numpy reads it.\n"
     "  cadprep rag embed data/p/train.jsonl -o vectors.npy\n"},
    {"pack", cad_cmd_pack, "DIR | CORPUS.jsonl -o FILE.h5",
     "Turn rows into tokens with loss spans, and audit them: 65 with the ids of rows\n"
     "without a loss token, without an end token, or too long.  The template is step\n"
     "for rows of STEP, step-rag with rag.enabled=on, else ir, unless one is named.\n"
     "  cadprep pack data/p --tokenizer=data/p/tokenizer\n"
     "  cadprep pack data/s.jsonl -o s.pack.h5 --tokenizer=models/tiny\n"},
    {"merge", cad_cmd_merge, "[SHARD...] -o OUT",
     "Join what the tasks of an array made with one -o and --shard: the bytes of a\n"
     "call without it.  4 and nothing written when a share is missing, 65 when two\n"
     "are of different calls.  Without SHARD: those beside OUT.  In a job script:\n"
     "  cadprep import -o raw.jsonl --captions=c.csv --parts=abc --shard=auto\n"
     "and behind the array:\n"
     "  cadprep merge -o raw.jsonl    of raw.0-of-8.jsonl .. raw.7-of-8.jsonl\n"
     "One task again, if it failed: the same call with --shard=3/8.  cadprep run joins\n"
     "the shares of its own calls by itself.\n"},
    {"preview", cad_cmd_preview, "PACK.h5",
     "Show rows as the trainer sees them, decoded from their tokens: context grey,\n"
     "loss green, end token red; without colour the loss stands in [[ ]].\n"
     "  cadprep preview data/p/train.pack.h5 -n 3\n"
     "  cadprep preview data/p/train.pack.h5 -n 20 --html=rows.html   with pictures\n"},
    {"audit", cad_cmd_audit, "PACK.h5",
     "Rows, tokens, lengths and the share that is learnt.\n"
     "  cadprep audit data/p/train.pack.h5\n"},
    {"verify", cad_cmd_verify, "DIR",
     "Hashes, loss spans, end tokens, leaks between splits and suite; 65 names them.\n"
     "  cadprep verify data/p\n"
     "  cadprep verify data/p --against=data/tiny_base\n"},
    {"run", cad_cmd_run, "CONFIG.ini [OVERLAY.ini...]",
     "All stages of a configuration into prep.out; finished stages are passed over.\n"
     "  cadprep run configs/tiny_qlora.ini\n"
     "  cadprep run configs/tiny_qlora.ini --set=synth.n=500 --set=prep.out=data/try\n"
     "Tasks of an array take a share each of the first stages on prep.parts: round,\n"
     "reorder, import, filter, text.  The call without --shard joins them and goes on;\n"
     "4 when a share is missing, 65 when one has other settings.\n"
     "  sbatch --array=0-7 ..    cadprep run steplm.ini --shard=auto\n"
     "  sbatch -d afterok:ID ..  cadprep run steplm.ini\n"
     "One task again, if it failed: the same call with --shard=3/8.\n"},
    {0},
};

int main(int argc, char **argv)
{
    static const cad_cli_spec spec = {
        .name = "cadprep",
        .usage = "COMMAND [INPUT...]",
        .doc = "Make corpora: parts with captions, splits, tokenizers, packs.\n"
               "Commands: synth import stats render round reorder text filter dedup split\n"
               "tokenizer rag build|query|embed pack merge preview audit verify run\n"
               "  cadprep synth -o data/s.jsonl -n 20k      parts, compiled and checked\n"
               "  cadprep import -o raw.jsonl --captions=c.csv --parts=abc   STEP files\n"
               "  cadprep render data/s.jsonl -o data/pics  nine views of each part\n"
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
    cad_import_check_register();
    cad_step_verify_register();
    cad_stage_render_register();
    cad_convert_register();
    return cad_cli_main(&spec, argc, argv);
}
