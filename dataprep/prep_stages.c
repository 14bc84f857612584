/* Which stages a configuration runs, on which files. */
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "dataprep/prep_keys.h"
#include "dataprep/prep_stage.h"
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

/* ---- which stages ---- */

/* Rows of STEP files: made here, or the user's. */
static bool of_step(const cad_prep_job *j)
{
    return j->cfg->synth.kind == CAD_SYNTH_KIND_step || *j->cfg->prep.parts;
}

static bool own_parts(const cad_prep_job *j)
{
    return of_step(j) && !*j->cfg->prep.parts;
}

static bool of_ir(const cad_prep_job *j)
{
    return !of_step(j);
}

static bool steplm(const cad_prep_job *j)
{
    return j->cfg->prep.profile == CAD_PREP_PROFILE_steplm;
}

/* Without a list of the user's: what synth makes is not filtered, and STEP-LLM's tools drop no twins. */
bool cad_prep_stage_listed(const cad_prep_job *j, const char *name)
{
    bool set = cad_config_is_set(j->cfg, "prep.stages");
    if (!set && !strcmp(name, "filter"))
        return *j->cfg->prep.parts || j->cfg->prep.filter_tokens > 0;
    if (!set && !strcmp(name, "dedup"))
        return *j->cfg->prep.parts && !steplm(j);
    return cad_list_has(&j->cfg->prep.stages, name);
}

static bool learns_tokenizer(const cad_prep_job *j)
{
    return j->cfg->tokenizer.own_bpe > 0 && cad_prep_stage_listed(j, "tokenizer");
}

static bool splits(const cad_prep_job *j)
{
    return cad_prep_stage_listed(j, "split");
}

static bool packs(const cad_prep_job *j)
{
    return cad_prep_stage_listed(j, "pack");
}

/* STEP-LLM pairs all rows before it splits them; cadlm splits first, and pairs with rows of train alone. */
static bool retrieves_first(const cad_prep_job *j)
{
    return j->cfg->rag.enabled && of_step(j) && steplm(j) && cad_prep_stage_listed(j, "rag");
}

static bool retrieves(const cad_prep_job *j)
{
    return j->cfg->rag.enabled && !(of_step(j) && steplm(j)) && cad_prep_stage_listed(j, "rag");
}

static bool rounds(const cad_prep_job *j)
{
    return (steplm(j) || j->cfg->prep.round != CAD_PREP_ROUND_off) && cad_prep_stage_listed(j, "round");
}

/* Stage text has an order of its own. */
static bool reorders(const cad_prep_job *j)
{
    bool own = steplm(j) || (!cad_prep_stage_listed(j, "text") && j->cfg->prep.order != CAD_PREP_ORDER_none);
    return own && cad_prep_stage_listed(j, "reorder");
}

bool cad_prep_stage_remakes(const cad_prep_job *j)
{
    return of_step(j) && (rounds(j) || reorders(j));
}

/* Instances are those of a file, so they are counted before its text is made; tokens are those of the text. */
static bool filters_source(const cad_prep_job *j)
{
    return of_step(j) && cad_prep_stage_listed(j, "filter") && (j->cfg->prep.min_entities || j->cfg->prep.max_entities);
}

static bool filters_tokens(const cad_prep_job *j)
{
    return j->cfg->prep.filter_tokens > 0 && cad_prep_stage_listed(j, "filter");
}

static bool makes_text(const cad_prep_job *j)
{
    return of_step(j) && cad_prep_stage_listed(j, "text");
}

static bool drops_twins(const cad_prep_job *j)
{
    return cad_prep_stage_listed(j, "dedup");
}

/* ---- which files ---- */

cad_status cad_prep_stage_parts(const cad_prep_job *j, const char **out)
{
    *out = j->cfg->prep.parts;
    return own_parts(j) ? cad_prep_path(j, "synth/parts", out) : CAD_OK;
}

cad_status cad_prep_stage_captions(const cad_prep_job *j, const char **out)
{
    *out = *j->cfg->prep.captions ? j->cfg->prep.captions : NULL;
    return own_parts(j) ? cad_prep_path(j, "synth/captions.csv", out) : CAD_OK;
}

static const char *source_rows(const cad_prep_job *j)
{
    return filters_source(j) ? "filter.jsonl" : of_step(j) ? "raw.jsonl" : "synth.jsonl";
}

static const char *text_rows(const cad_prep_job *j)
{
    return makes_text(j) ? "text.jsonl" : source_rows(j);
}

static const char *before_dedup(const cad_prep_job *j)
{
    return filters_tokens(j) ? "tokens.jsonl" : text_rows(j);
}

/* The corpus that is split. */
static const char *whole(const cad_prep_job *j)
{
    return drops_twins(j) ? "dedup.jsonl" : before_dedup(j);
}

static const char *whole_record(const cad_prep_job *j)
{
    return drops_twins(j)      ? ".stages/dedup.json"
           : filters_tokens(j) ? ".stages/filter-tokens.json"
           : makes_text(j)     ? ".stages/text.json"
           : filters_source(j) ? ".stages/filter.json"
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
    CAD_TRY(cad_prep_path(j, of_step(j) ? "synth" : "synth.jsonl", &path));
    return cad_prep_synth(j, path);
}

/* Those that the captions describe, rounded, and where no stage text follows also in order, in one pass over the tree. */
static cad_status files(const cad_prep_job *j)
{
    const char *in, *captions, *out;
    CAD_TRY(cad_prep_stage_parts(j, &in));
    CAD_TRY(cad_prep_stage_captions(j, &captions));
    CAD_TRY(cad_prep_stage_file(j, CAD_PREP_FILES, &out));
    return cad_prep_tree(j, in, captions, out, rounds(j), reorders(j));
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
    if (retrieves(j) || retrieves_first(j) || !ours)
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
    {"synth", "synth", SYNTH_KEYS, {NULL}, {"synth.jsonl"}, NULL, synth, of_ir, false},
    {"synth-step", "synth", SYNTH_KEYS, {NULL}, {"synth/captions.csv", "synth/parts.jsonl"}, NULL, synth, own_parts, false},
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
     of_step,
     true},
    {"filter", "filter", CAD_PREP_ENTITIES_KEYS, {"raw.jsonl"}, {"filter.jsonl"}, "rag-first", filter, filters_source, true},
    {"text", "text", CAD_PREP_TEXT_KEYS, {SOURCE}, {"text.jsonl"}, "rag-first", text, makes_text, true},
    {"filter-tokens",
     "filter",
     CAD_PREP_TOKENS_KEYS,
     {TEXT, CAD_PREP_TOKENIZER, CAD_PREP_TEMPLATE},
     {"tokens.jsonl"},
     "rag-first",
     filter_tokens,
     filters_tokens,
     true},
    {"dedup", "dedup", "prep.dedup prep.cap_caption", {BEFORE_DEDUP}, {"dedup.jsonl"}, "rag-first", dedup, drops_twins, false},
    {"rag-first",
     "rag",
     RAG_KEYS,
     {WHOLE_RECORD, CAD_PREP_ENCODER},
     {WHOLE, CAD_RAG_INDEX_NAME},
     NULL,
     rag_first,
     retrieves_first,
     false},
    {"split", "split", SPLIT_KEYS, {WHOLE}, SPLIT_OUT, "rag", split, splits, false},
    {"tokenizer",
     "tokenizer",
     "tokenizer.own_bpe prompt.template prompt.file",
     {".stages/split.json", CAD_PREP_TEMPLATE},
     {CAD_PREP_TOKENIZER},
     NULL,
     cad_prep_tokenizer,
     learns_tokenizer,
     false},
    {"rag",
     "rag",
     RAG_KEYS,
     {".stages/split.json", CAD_PREP_ENCODER},
     {"train.jsonl", "val.jsonl", "test.jsonl", CAD_RAG_INDEX_NAME},
     NULL,
     rag,
     retrieves,
     false},
    {"pack",
     "pack",
     "prompt.template prompt.file prompt.loss_on prompt.eos prompt.bos data.max_tokens data.on_overflow audit.waive "
     "audit.max_drop prep.group prep.profile rag.enabled rag.max_tokens",
     {"train.jsonl", "val.jsonl", "test.jsonl", CAD_PREP_TOKENIZER, CAD_PREP_TEMPLATE},
     {"train.pack.h5", "val.pack.h5", "test.pack.h5", "audit.json"},
     NULL,
     cad_prep_pack_splits,
     packs,
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
    return rounds(j) && reorders(j) ? "round, reorder" : rounds(j) ? "round" : "reorder";
}

/* ---- what contradicts ---- */

static const char VERIFY[] = "verify"; /* no stage: it makes nothing, and runs behind them */

/* Whether `word` is one of a list by one blank. */
static bool has_word(const char *list, const char *word, size_t len)
{
    for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == len && !strncmp(at, word, len))
            return true;
    return false;
}

/* The words of prep.stages, each once, in the order in which they are run. */
static cad_status all_words(cad_buf *out)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        for (const char *at = stages[i].listed; stages[i].run != synth && *at;) {
            size_t len = strcspn(at, " ");
            if (!has_word(cad_buf_cstr(out), at, len))
                CAD_TRY(cad_buf_printf(out, "%.*s ", (int)len, at));
            at += len + (at[len] == ' ');
        }
    return cad_buf_str(out, VERIFY);
}

static cad_status check_names(const cad_list *l)
{
    cad_buf words = CAD_BUF_INIT;
    cad_status s = all_words(&words);
    for (size_t i = 0; s == CAD_OK && i < l->n; i++)
        if (!has_word(cad_buf_cstr(&words), l->item[i], strlen(l->item[i])))
            s = cad_fail(CAD_ECONFIG, "prep.stages: found '%s'; expected of %s", l->item[i], cad_buf_cstr(&words));
    cad_buf_deinit(&words);
    return s;
}

cad_status cad_prep_stages_template(cad_prep_job *j)
{
    bool wanted = packs(j) || learns_tokenizer(j) || filters_tokens(j);
    return wanted ? cad_prep_template(j, of_step(j) ? "step" : "ir", j->dir) : CAD_OK;
}

static cad_status needs(const cad_prep_job *j, const char *stage, const char *before)
{
    if (cad_prep_stage_listed(j, stage) && !cad_prep_stage_listed(j, before))
        CAD_FAIL(CAD_ECONFIG, "prep.stages lists %s without %s, which makes what it reads", stage, before);
    return CAD_OK;
}

/* Rows are filtered before any has retrieved, and before a tokenizer is learnt from them. */
static cad_status check_tokens(const cad_prep_job *j)
{
    const cad_config *c = j->cfg;
    if (c->tokenizer.own_bpe > 0)
        CAD_FAIL(CAD_ECONFIG,
                 "prep.filter_tokens = %lld (%s): the tokenizer is learnt behind the filter "
                 "(tokenizer.own_bpe)\nhint: prep.filter_tokens = 0; pack leaves out rows over data.max_tokens",
                 (long long)c->prep.filter_tokens, cad_config_origin(c, "prep.filter_tokens"));
    bool row = c->prep.filter_field == CAD_PREP_FILTER_FIELD_row;
    if (c->prep.filter_field == CAD_PREP_FILTER_FIELD_output || (row && !j->tpl->has_retrieved))
        return CAD_OK;
    cad_buf value = CAD_BUF_INIT;
    cad_status s = cad_config_value(c, "prep.filter_field", &value);
    if (s == CAD_OK)
        s = cad_fail(CAD_ECONFIG,
                     "prep.filter_field = %s (%s) counts retrieved text; cadprep run filters before rows retrieve\nhint: "
                     "prep.filter_field = output, or cadprep filter of the splits",
                     cad_buf_cstr(&value), cad_config_origin(c, "prep.filter_field"));
    cad_buf_deinit(&value);
    return s;
}

cad_status cad_prep_stages_check(const cad_prep_job *j)
{
    CAD_TRY(check_names(&j->cfg->prep.stages));
    if (j->shard.of && !*j->cfg->prep.parts)
        CAD_FAIL(CAD_EUSAGE,
                 "run: --shard without prep.parts; parts that are drawn here (section synth) are made by one process"
                 "\nhint: cadprep synth --kind=step -o DIR, then --set=prep.parts=DIR/parts "
                 "--set=prep.captions=DIR/captions.csv");
    if (of_step(j) && !cad_prep_stage_listed(j, "import"))
        CAD_FAIL(CAD_ECONFIG, "prep.stages does not list import; nothing else reads STEP files");
    CAD_TRY(needs(j, "pack", "split"));
    CAD_TRY(needs(j, "verify", "pack"));
    if (retrieves(j))
        CAD_TRY(needs(j, "rag", "split"));
    if (learns_tokenizer(j))
        CAD_TRY(needs(j, "tokenizer", "split"));
    return filters_tokens(j) ? check_tokens(j) : CAD_OK;
}
