/* Which stages a configuration runs, on which files. */
#include "core/fs.h"
#include "core/path.h"
#include "dataprep/prep_stage.h"
#include "dataprep/step_files.h"
#include "model/rag/rag_index.h"

#include <stdio.h>
#include <string.h>

/* Names of inputs that depend on the settings or lie elsewhere: the tokenizer in use; the list of captions; all STEP files, as
 * one hash; those that were made again; the files of rag.encoder; what synth knows of the parts; the template; the rows before
 * and behind stage text; those that dedup reads; those that are split, and the record of the stage that made them. */
#define TOKENIZER "@tokenizer"
#define CAPTIONS "@captions"
#define PARTS "@parts"
#define FILES "@files"
#define ENCODER "@encoder"
#define FACTS "@facts"
#define TEMPLATE "@template"
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

/* Otherwise the order is that of the text. */
static bool reorders(const cad_prep_job *j)
{
    return steplm(j) && cad_prep_stage_listed(j, "reorder");
}

static bool remakes_files(const cad_prep_job *j)
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

static cad_status check_names(const cad_list *l)
{
    static const char *const name[] = {"import", "round", "reorder",   "text", "filter", "dedup",
                                       "split",  "rag",   "tokenizer", "pack", "verify"};
    for (size_t i = 0; i < l->n; i++) {
        size_t k = 0;
        while (k < sizeof name / sizeof *name && strcmp(name[k], l->item[i]) != 0)
            k++;
        if (k == sizeof name / sizeof *name)
            CAD_FAIL(CAD_ECONFIG,
                     "prep.stages: found '%s'; expected of import round reorder text filter dedup split tokenizer rag pack "
                     "verify",
                     l->item[i]);
    }
    return CAD_OK;
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
    bool row = !strcmp(c->prep.filter_field, "row");
    if (strcmp(c->prep.filter_field, "output") != 0 && (!row || j->tpl->has_retrieved))
        CAD_FAIL(CAD_ECONFIG,
                 "prep.filter_field = %s (%s) counts retrieved text; cadprep run filters before rows retrieve\nhint: "
                 "prep.filter_field = output, or cadprep filter of the splits",
                 c->prep.filter_field, cad_config_origin(c, "prep.filter_field"));
    return CAD_OK;
}

cad_status cad_prep_stages_check(const cad_prep_job *j)
{
    CAD_TRY(check_names(&j->cfg->prep.stages));
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

/* ---- which files ---- */

static cad_status parts_dir(const cad_prep_job *j, const char **out)
{
    *out = j->cfg->prep.parts;
    return own_parts(j) ? cad_prep_path(j, "synth/parts", out) : CAD_OK;
}

/* NULL: there are none. */
static cad_status captions_file(const cad_prep_job *j, const char **out)
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

/* A name that depends on the settings as that of a file; others stay. */
static const char *name_of(const cad_prep_job *j, const char *name)
{
    return !strcmp(name, SOURCE)         ? source_rows(j)
           : !strcmp(name, TEXT)         ? text_rows(j)
           : !strcmp(name, BEFORE_DEDUP) ? before_dedup(j)
           : !strcmp(name, WHOLE)        ? whole(j)
           : !strcmp(name, WHOLE_RECORD) ? whole_record(j)
                                         : name;
}

cad_status cad_prep_stage_file(const cad_prep_job *j, const char *name, const char **out)
{
    if (!strcmp(name, FILES))
        return cad_prep_path(j, "files", out);
    if (strcmp(name, TOKENIZER) != 0)
        return cad_prep_path(j, name_of(j, name), out);
    char path[4200];
    int n = snprintf(path, sizeof path, "%s/tokenizer.json", j->tokenizer_dir);
    if (n < 0 || (size_t)n >= sizeof path)
        CAD_FAIL(CAD_ECONFIG, "path too long: %s/tokenizer.json", j->tokenizer_dir);
    return cad_arena_strdup(j->arena, path, (size_t)n, out);
}

/* One hash over the names and bytes of all STEP files of a folder. */
static cad_status hash_tree(const cad_prep_job *j, const char *dir, char out[CAD_HASH_HEX])
{
    cad_frame mark = cad_arena_mark(j->arena);
    cad_step_files files;
    CAD_TRY(cad_step_files_find_packed(dir, j->arena, &files));
    cad_hasher *h = cad_hasher_create();
    cad_status s = h ? CAD_OK : cad_fail(CAD_ENOMEM, "%s: no memory for a hash", dir);
    for (int64_t i = 0; s == CAD_OK && i < files.n; i++) {
        char hex[CAD_HASH_HEX];
        s = cad_fs_hash(files.item[i].path, hex);
        if (s != CAD_OK)
            break;
        cad_hasher_add(h, files.item[i].rel, strlen(files.item[i].rel) + 1);
        cad_hasher_add(h, hex, sizeof hex);
    }
    if (s == CAD_OK)
        cad_hasher_hex(h, out);
    cad_hasher_destroy(h);
    cad_arena_rewind(j->arena, mark);
    return s;
}

static cad_status add_file(const char *dir, const char *name, cad_buf *text)
{
    char path[4200], hex[CAD_HASH_HEX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (!cad_fs_is_file(path))
        return CAD_OK;
    CAD_TRY(cad_fs_hash(path, hex));
    return cad_buf_printf(text, "%s %s\n", name, hex);
}

/* Its weights, in one file or several, and the settings beside them; the hashed encoder has no files. */
static cad_status hash_encoder(const cad_prep_job *j, char out[CAD_HASH_HEX])
{
    const char *dir = j->cfg->rag.encoder_path, **name = NULL;
    size_t n = 0;
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    snprintf(out, CAD_HASH_HEX, "none");
    if (j->cfg->rag.encoder != CAD_RAG_ENCODER_minilm || !cad_fs_is_dir(dir))
        return CAD_OK;
    cad_frame mark = cad_arena_mark(j->arena);
    CAD_TRY(cad_fs_list(dir, j->arena, &name, &n));
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        if (cad_path_ends(name[i], ".safetensors") || cad_path_ends(name[i], ".json"))
            s = add_file(dir, name[i], &text);
    if (s == CAD_OK)
        s = add_file(dir, "1_Pooling/config.json", &text);
    if (s == CAD_OK)
        cad_hash128_hex(cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    cad_arena_rewind(j->arena, mark);
    return s;
}

/* parts.jsonl beside the captions, which import reads where it is there. */
static cad_status hash_facts(const cad_prep_job *j, char out[CAD_HASH_HEX])
{
    const char *captions = NULL;
    cad_buf path = CAD_BUF_INIT;
    snprintf(out, CAD_HASH_HEX, "none");
    CAD_TRY(captions_file(j, &captions));
    cad_status s = captions ? cad_path_parent(captions, &path) : CAD_OK;
    if (s == CAD_OK && captions)
        s = cad_buf_str(&path, "/parts.jsonl");
    if (s == CAD_OK && captions && cad_fs_exists(cad_buf_cstr(&path)))
        s = cad_fs_hash(cad_buf_cstr(&path), out);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_prep_hash_input(const cad_prep_job *j, const char *name, const char **out_name, char out[CAD_HASH_HEX])
{
    const char *path = NULL;
    *out_name = name;
    if (!strcmp(name, PARTS)) {
        CAD_TRY(parts_dir(j, &path));
        return hash_tree(j, path, out);
    }
    if (!strcmp(name, ENCODER))
        return hash_encoder(j, out);
    if (!strcmp(name, FACTS))
        return hash_facts(j, out);
    if (!strcmp(name, TEMPLATE)) {
        snprintf(out, CAD_HASH_HEX, "%s", j->tpl->hash);
        return CAD_OK;
    }
    if (!strcmp(name, CAPTIONS)) {
        CAD_TRY(captions_file(j, &path));
        snprintf(out, CAD_HASH_HEX, "none");
        return path ? cad_fs_hash(path, out) : CAD_OK;
    }
    if (!strcmp(name, FILES)) {
        snprintf(out, CAD_HASH_HEX, "none");
        CAD_TRY(cad_prep_stage_file(j, name, &path));
        return remakes_files(j) ? hash_tree(j, path, out) : CAD_OK;
    }
    CAD_TRY(cad_prep_stage_file(j, name, &path));
    if (!strcmp(name, TOKENIZER))
        *out_name = path;
    return cad_fs_hash(path, out);
}

/* ---- stages ---- */

static cad_status synth(const cad_prep_job *j)
{
    const char *path = NULL;
    CAD_TRY(cad_prep_path(j, of_step(j) ? "synth" : "synth.jsonl", &path));
    return cad_prep_synth(j, path);
}

/* Rounded, and by STEP-LLM's profile also in its order, in one pass over the tree. */
static cad_status files(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(parts_dir(j, &in));
    CAD_TRY(cad_prep_path(j, "files", &out));
    return cad_prep_tree(j, in, out, rounds(j), reorders(j));
}

static cad_status import(const cad_prep_job *j)
{
    const char *parts, *captions, *out;
    if (remakes_files(j))
        CAD_TRY(cad_prep_path(j, "files", &parts));
    else
        CAD_TRY(parts_dir(j, &parts));
    CAD_TRY(captions_file(j, &captions));
    CAD_TRY(cad_prep_path(j, "raw.jsonl", &out));
    return cad_prep_import(j, (cad_stage_import_args){.captions = captions, .parts = parts, .out = out});
}

static cad_status filter(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(cad_prep_path(j, "raw.jsonl", &in));
    CAD_TRY(cad_prep_path(j, "filter.jsonl", &out));
    return cad_prep_filter(j, in, out, CAD_PREP_FILTER_ENTITIES);
}

static cad_status text(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(cad_prep_path(j, source_rows(j), &in));
    CAD_TRY(cad_prep_path(j, "text.jsonl", &out));
    return cad_prep_text(j, in, out);
}

static cad_status filter_tokens(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(cad_prep_path(j, text_rows(j), &in));
    CAD_TRY(cad_prep_path(j, "tokens.jsonl", &out));
    return cad_prep_filter(j, in, out, CAD_PREP_FILTER_TOKENS);
}

static cad_status dedup(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(cad_prep_path(j, before_dedup(j), &in));
    CAD_TRY(cad_prep_path(j, "dedup.jsonl", &out));
    return cad_prep_dedup(j, in, out);
}

static cad_status split(const cad_prep_job *j)
{
    const char *path = NULL;
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
    {"synth", SYNTH_KEYS, {NULL}, {"synth.jsonl"}, NULL, synth, of_ir},
    {"synth-step", SYNTH_KEYS, {NULL}, {"synth/captions.csv", "synth/parts.jsonl"}, NULL, synth, own_parts},
    {"files",
     "prep.stages prep.profile prep.round prep.order prep.topo_group prep.annotate prep.digits prep.require_valid prep.max_bad",
     {PARTS},
     {"files/" CAD_STEP_FILES_STATUS, FILES},
     NULL,
     files,
     remakes_files},
    {"import",
     "prep.profile prep.from prep.captions prep.parts prep.round prep.require_valid prep.max_bad",
     {CAPTIONS, PARTS, FILES, FACTS},
     {"raw.jsonl"},
     "rag-first",
     import,
     of_step},
    {"filter", "prep.min_entities prep.max_entities", {"raw.jsonl"}, {"filter.jsonl"}, "rag-first", filter, filters_source},
    {"text", NULL, {SOURCE}, {"text.jsonl"}, "rag-first", text, makes_text},
    {"filter-tokens",
     "prep.filter_tokens prep.filter_field prompt.template prompt.file prompt.eos prompt.bos rag.max_tokens",
     {TEXT, TOKENIZER, TEMPLATE},
     {"tokens.jsonl"},
     "rag-first",
     filter_tokens,
     filters_tokens},
    {"dedup", "prep.dedup prep.cap_caption", {BEFORE_DEDUP}, {"dedup.jsonl"}, "rag-first", dedup, drops_twins},
    {"rag-first", RAG_KEYS, {WHOLE_RECORD, ENCODER}, {WHOLE, CAD_RAG_INDEX_NAME}, NULL, rag_first, retrieves_first},
    {"split", SPLIT_KEYS, {WHOLE}, SPLIT_OUT, "rag", split, splits},
    {"tokenizer",
     "tokenizer.own_bpe prompt.template prompt.file",
     {".stages/split.json", TEMPLATE},
     {TOKENIZER},
     NULL,
     cad_prep_tokenizer,
     learns_tokenizer},
    {"rag",
     RAG_KEYS,
     {".stages/split.json", ENCODER},
     {"train.jsonl", "val.jsonl", "test.jsonl", CAD_RAG_INDEX_NAME},
     NULL,
     rag,
     retrieves},
    {"pack",
     "prompt.template prompt.file prompt.loss_on prompt.eos prompt.bos data.max_tokens data.on_overflow audit.waive "
     "audit.max_drop prep.group prep.profile rag.enabled rag.max_tokens",
     {"train.jsonl", "val.jsonl", "test.jsonl", TOKENIZER, TEMPLATE},
     {"train.pack.h5", "val.pack.h5", "test.pack.h5", "audit.json"},
     NULL,
     cad_prep_pack_splits,
     packs},
};

const cad_prep_stage *cad_prep_stages(size_t *n)
{
    *n = sizeof stages / sizeof *stages;
    return stages;
}
