/* The stages, and the files that they work on. */
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "dataprep/prep_keys.h"
#include "dataprep/prep_stage.h"
#include "dataprep/prep_wanted.h"
#include "dataprep/shard_record.h"
#include "model/rag/rag_index.h"

#include <stdio.h>
#include <string.h>

/* Inputs beside those of prep_stage.h whose names depend on the settings: the rows before and behind stage text; those that
 * dedup reads; those that are split, and the record of the stage that made them. */
#define SOURCE "@source"
#define TEXT "@text"
#define BEFORE_DEDUP "@before-dedup"
#define WHOLE "@whole"
#define WHOLE_RECORD "@whole-record"

/* ---- which files ---- */

cad_status cad_prep_stage_parts(const cad_prep_job *j, const char **out)
{
    *out = j->cfg->prep.parts;
    return cad_prep_own_parts(j) ? cad_prep_path(j, "synth/parts", out) : CAD_OK;
}

cad_status cad_prep_stage_captions(const cad_prep_job *j, const char **out)
{
    *out = *j->cfg->prep.captions ? j->cfg->prep.captions : NULL;
    return cad_prep_own_parts(j) ? cad_prep_path(j, "synth/captions.csv", out) : CAD_OK;
}

static const char *source_rows(const cad_prep_job *j)
{
    return cad_prep_filters_source(j) ? "filter.jsonl" : cad_prep_of_step(j) ? "raw.jsonl" : "synth.jsonl";
}

static const char *text_rows(const cad_prep_job *j)
{
    return cad_prep_makes_text(j) ? "text.jsonl" : source_rows(j);
}

static const char *before_dedup(const cad_prep_job *j)
{
    return cad_prep_filters_tokens(j) ? "tokens.jsonl" : text_rows(j);
}

/* The corpus that is split. */
static const char *whole(const cad_prep_job *j)
{
    return cad_prep_drops_twins(j) ? "dedup.jsonl" : before_dedup(j);
}

static const char *whole_record(const cad_prep_job *j)
{
    return cad_prep_drops_twins(j)      ? ".stages/dedup.json"
           : cad_prep_filters_tokens(j) ? ".stages/filter-tokens.json"
           : cad_prep_makes_text(j)     ? ".stages/text.json"
           : cad_prep_filters_source(j) ? ".stages/filter.json"
                                        : ".stages/import.json";
}

const char *cad_prep_stage_name(const cad_prep_job *j, const char *name)
{
    return !strcmp(name, SOURCE)         ? source_rows(j)
           : !strcmp(name, TEXT)         ? text_rows(j)
           : !strcmp(name, BEFORE_DEDUP) ? before_dedup(j)
           : !strcmp(name, WHOLE)        ? whole(j)
           : !strcmp(name, WHOLE_RECORD) ? whole_record(j)
                                         : name;
}

/* A name in the job's folder; of a share its own: "files/status.jsonl" -> "files.2-of-8/status.jsonl". */
static cad_status own_path(const cad_prep_job *j, const char *name, const char **out)
{
    const char *slash = strchr(name, '/'), *first, *own;
    if (j->shard.of == 0)
        return cad_prep_path(j, name, out);
    CAD_TRY(cad_arena_strdup(j->arena, name, strcspn(name, "/"), &first));
    CAD_TRY(cad_shard_name(j->arena, first, j->shard, &own));
    CAD_TRY(cad_prep_path(j, own, out));
    return slash ? cad_path_join(j->arena, *out, slash + 1, out) : CAD_OK;
}

cad_status cad_prep_stage_file(const cad_prep_job *j, const char *name, const char **out)
{
    if (!strcmp(name, CAD_PREP_FILES))
        return own_path(j, "files", out);
    if (strcmp(name, CAD_PREP_TOKENIZER) != 0)
        return own_path(j, cad_prep_stage_name(j, name), out);
    char path[4200];
    int n = snprintf(path, sizeof path, "%s/tokenizer.json", j->tokenizer_dir);
    if (n < 0 || (size_t)n >= sizeof path)
        CAD_FAIL(CAD_ECONFIG, "path too long: %s/tokenizer.json", j->tokenizer_dir);
    return cad_arena_strdup(j->arena, path, (size_t)n, out);
}

/* ---- stages ---- */

static cad_status synth(const cad_prep_job *j)
{
    const char *path = NULL;
    CAD_TRY(cad_prep_path(j, cad_prep_of_step(j) ? "synth" : "synth.jsonl", &path));
    return cad_prep_synth(j, path);
}

/* Those that the captions describe, rounded, and where no stage text follows also in order, in one pass over the tree. */
static cad_status files(const cad_prep_job *j)
{
    const char *in, *captions, *out;
    CAD_TRY(cad_prep_stage_parts(j, &in));
    CAD_TRY(cad_prep_stage_captions(j, &captions));
    CAD_TRY(cad_prep_stage_file(j, CAD_PREP_FILES, &out));
    return cad_prep_tree(j, in, captions, out, cad_prep_rounds(j), cad_prep_reorders(j));
}

static cad_status import(const cad_prep_job *j)
{
    const char *parts, *captions, *out;
    if (cad_prep_stage_remakes(j))
        CAD_TRY(cad_prep_stage_file(j, CAD_PREP_FILES, &parts));
    else
        CAD_TRY(cad_prep_stage_parts(j, &parts));
    CAD_TRY(cad_prep_stage_captions(j, &captions));
    CAD_TRY(cad_prep_stage_file(j, "raw.jsonl", &out));
    return cad_prep_import(j, (cad_stage_import_args){.captions = captions, .parts = parts, .out = out});
}

static cad_status two_files(const cad_prep_job *j, const char *in_name, const char *out_name, const char **in, const char **out)
{
    CAD_TRY(cad_prep_stage_file(j, in_name, in));
    return cad_prep_stage_file(j, out_name, out);
}

static cad_status filter(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(two_files(j, "raw.jsonl", "filter.jsonl", &in, &out));
    return cad_prep_filter(j, in, out, CAD_PREP_FILTER_ENTITIES);
}

static cad_status text(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(two_files(j, SOURCE, "text.jsonl", &in, &out));
    return cad_prep_text(j, in, out);
}

static cad_status filter_tokens(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(two_files(j, TEXT, "tokens.jsonl", &in, &out));
    return cad_prep_filter(j, in, out, CAD_PREP_FILTER_TOKENS);
}

static cad_status dedup(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(two_files(j, BEFORE_DEDUP, "dedup.jsonl", &in, &out));
    return cad_prep_dedup(j, in, out);
}

/* The index of an earlier run that retrieved would be one of rows that are no longer there. */
static cad_status forget_index(const cad_prep_job *j)
{
    const char *path;
    bool ours = cad_prep_stage_left(j, "rag", CAD_RAG_INDEX_NAME) || cad_prep_stage_left(j, "rag-first", CAD_RAG_INDEX_NAME);
    if (cad_prep_retrieves(j) || cad_prep_retrieves_first(j) || !ours)
        return CAD_OK;
    CAD_TRY(cad_prep_path(j, CAD_RAG_INDEX_NAME, &path));
    cad_log(CAD_LOG_INFO, "split: %s goes: the rows no longer retrieve", path);
    return cad_fs_remove(path);
}

static cad_status split(const cad_prep_job *j)
{
    const char *path = NULL;
    CAD_TRY(forget_index(j));
    CAD_TRY(cad_prep_path(j, whole(j), &path));
    return cad_prep_split(j, path, NULL);
}

static cad_status rag(const cad_prep_job *j)
{
    return cad_prep_rag(j, j->dir);
}

static cad_status rag_first(const cad_prep_job *j)
{
    const char *path = NULL;
    CAD_TRY(cad_prep_path(j, whole(j), &path));
    return cad_prep_rag(j, path);
}

#define SYNTH_KEYS                                                                                                             \
    "run.seed synth.kind synth.n synth.families synth.captions synth.units synth.primitives synth.captions_each synth.noise "  \
    "prep.max_bad"
#define SPLIT_KEYS "prep.split prep.group prep.suite_rows prep.profile prep.cap_caption run.seed"
#define RAG_KEYS "run.seed prep.profile rag.k rag.encoder rag.encoder_path rag.scope rag.exclude_same rag.ties rag.min_score"
#define SPLIT_OUT                                                                                                              \
    {                                                                                                                          \
        "train.jsonl", "val.jsonl", "test.jsonl", "synth-test.jsonl", "step-test.jsonl", "split.dropped.csv"                   \
    }

static const cad_prep_stage stages[] = {
    {"synth", "synth", SYNTH_KEYS, {NULL}, {"synth.jsonl"}, NULL, synth, cad_prep_of_ir, false},
    {"synth-step",
     "synth",
     SYNTH_KEYS,
     {NULL},
     {"synth/captions.csv", "synth/parts.jsonl"},
     NULL,
     synth,
     cad_prep_own_parts,
     false},
    {"files",
     "round reorder",
     "prep.stages " CAD_PREP_TREE_KEYS,
     {CAD_PREP_PARTS, CAD_PREP_WANTED},
     {"files/" CAD_STEP_FILES_STATUS, CAD_PREP_FILES},
     NULL,
     files,
     cad_prep_stage_remakes,
     true},
    {"import",
     "import",
     "prep.captions prep.parts prep.round " CAD_PREP_IMPORT_KEYS,
     {CAD_PREP_CAPTIONS, CAD_PREP_PARTS, CAD_PREP_FILES, CAD_PREP_FACTS},
     {"raw.jsonl"},
     "rag-first",
     import,
     cad_prep_of_step,
     true},
    {"filter",
     "filter",
     CAD_PREP_ENTITIES_KEYS,
     {"raw.jsonl"},
     {"filter.jsonl"},
     "rag-first",
     filter,
     cad_prep_filters_source,
     true},
    {"text", "text", CAD_PREP_TEXT_KEYS, {SOURCE}, {"text.jsonl"}, "rag-first", text, cad_prep_makes_text, true},
    {"filter-tokens",
     "filter",
     CAD_PREP_TOKENS_KEYS,
     {TEXT, CAD_PREP_TOKENIZER, CAD_PREP_TEMPLATE},
     {"tokens.jsonl"},
     "rag-first",
     filter_tokens,
     cad_prep_filters_tokens,
     true},
    {"dedup",
     "dedup",
     "prep.dedup prep.cap_caption",
     {BEFORE_DEDUP},
     {"dedup.jsonl"},
     "rag-first",
     dedup,
     cad_prep_drops_twins,
     false},
    {"rag-first",
     "rag",
     RAG_KEYS,
     {WHOLE_RECORD, CAD_PREP_ENCODER},
     {WHOLE, CAD_RAG_INDEX_NAME},
     NULL,
     rag_first,
     cad_prep_retrieves_first,
     false},
    {"split", "split", SPLIT_KEYS, {WHOLE}, SPLIT_OUT, "rag", split, cad_prep_splits, false},
    {"tokenizer",
     "tokenizer",
     "tokenizer.own_bpe prompt.template prompt.file",
     {".stages/split.json", CAD_PREP_TEMPLATE},
     {CAD_PREP_TOKENIZER},
     NULL,
     cad_prep_tokenizer,
     cad_prep_learns_tokenizer,
     false},
    {"rag",
     "rag",
     RAG_KEYS,
     {".stages/split.json", CAD_PREP_ENCODER},
     {"train.jsonl", "val.jsonl", "test.jsonl", CAD_RAG_INDEX_NAME},
     NULL,
     rag,
     cad_prep_retrieves,
     false},
    {"pack",
     "pack",
     "prompt.template prompt.file prompt.loss_on prompt.eos prompt.bos data.max_tokens data.on_overflow audit.waive "
     "audit.max_drop prep.group prep.profile rag.enabled rag.max_tokens",
     {"train.jsonl", "val.jsonl", "test.jsonl", CAD_PREP_TOKENIZER, CAD_PREP_TEMPLATE},
     {"train.pack.h5", "val.pack.h5", "test.pack.h5", "audit.json"},
     NULL,
     cad_prep_pack_splits,
     cad_prep_packs,
     false},
};

const cad_prep_stage *cad_prep_stages(size_t *n)
{
    *n = sizeof stages / sizeof *stages;
    return stages;
}

const char *cad_prep_stage_title(const cad_prep_job *j, const cad_prep_stage *s)
{
    if (s->run != files)
        return s->listed;
    return cad_prep_rounds(j) && cad_prep_reorders(j) ? "round, reorder" : cad_prep_rounds(j) ? "round" : "reorder";
}
