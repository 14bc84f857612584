#include "dataprep/prep_job.h"

#include "core/build_info.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/log.h"
#include "dataprep/step_files.h"
#include "model/rag/rag_index.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FILES = 4 };

/* One stage: the settings and files that decide its result, the files it makes. */
typedef struct stage {
    const char *name;
    const char *keys;          /* settings, by one blank */
    const char *in[MAX_FILES]; /* in the job's folder, or with @ in front: below */
    const char *out[MAX_FILES];
    const char *again; /* a stage that writes these files once more, NULL: none */
    cad_status (*run)(const cad_prep_job *j);
    bool (*wanted)(const cad_prep_job *j);
} stage;

/* Names of inputs that lie elsewhere: the tokenizer in use; the list of captions; all STEP files, as one hash; the weights of
 * rag.encoder. */
#define TOKENIZER "@tokenizer"
#define CAPTIONS "@captions"
#define PARTS "@parts"
#define ENCODER "@encoder"

/* ---- which files ---- */

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

static bool learns_tokenizer(const cad_prep_job *j)
{
    return j->cfg->tokenizer.own_bpe > 0;
}

static bool always(const cad_prep_job *j)
{
    (void)j;
    return true;
}

static bool steplm(const cad_prep_job *j)
{
    return j->cfg->prep.profile == CAD_PREP_PROFILE_steplm;
}

/* STEP-LLM pairs all rows before it splits them; cadlm splits first, and pairs with rows of train alone. */
static bool retrieves_first(const cad_prep_job *j)
{
    return j->cfg->rag.enabled && of_step(j) && steplm(j);
}

static bool retrieves(const cad_prep_job *j)
{
    return j->cfg->rag.enabled && !retrieves_first(j);
}

/* Parts of our own are made of short numbers, and their order is that of their text. */
static bool remakes_files(const cad_prep_job *j)
{
    return of_step(j) && (steplm(j) || j->cfg->prep.round != CAD_PREP_ROUND_off);
}

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

/* ---- stages ---- */

static cad_status synth(const cad_prep_job *j)
{
    const char *path = NULL;
    CAD_TRY(cad_prep_path(j, of_step(j) ? "synth" : "synth.jsonl", &path));
    CAD_TRY(cad_fs_mkdirs(j->dir));
    return cad_prep_synth(j, path);
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
    CAD_TRY(cad_fs_mkdirs(j->dir));
    return cad_prep_import(j, (cad_stage_import_args){.captions = captions, .parts = parts, .out = out});
}

/* Rounded, and by STEP-LLM's profile also in its order, in one pass over the tree. */
static cad_status files(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(parts_dir(j, &in));
    CAD_TRY(cad_prep_path(j, "files", &out));
    CAD_TRY(cad_fs_mkdirs(j->dir));
    return cad_prep_tree(j, in, out, true, steplm(j));
}

static cad_status text(const cad_prep_job *j)
{
    const char *in, *out;
    CAD_TRY(cad_prep_path(j, "raw.jsonl", &in));
    CAD_TRY(cad_prep_path(j, "text.jsonl", &out));
    return cad_prep_text(j, in, out);
}

/* The corpus that is split. */
static const char *whole(const cad_prep_job *j)
{
    return of_step(j) ? "text.jsonl" : "synth.jsonl";
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
        "train.jsonl", "val.jsonl", "test.jsonl", "synth-test.jsonl"                                                           \
    }

static const stage stages[] = {
    {"synth", SYNTH_KEYS, {NULL}, {"synth.jsonl"}, NULL, synth, of_ir},
    {"synth-step", SYNTH_KEYS, {NULL}, {"synth/captions.csv", "synth/parts.jsonl"}, NULL, synth, own_parts},
    {"files",
     "prep.profile prep.round prep.digits prep.require_valid prep.max_bad",
     {PARTS},
     {"files/" CAD_STEP_FILES_STATUS},
     NULL,
     files,
     remakes_files},
    {"import",
     "prep.profile prep.from prep.captions prep.parts prep.round prep.require_valid prep.max_bad",
     {CAPTIONS, PARTS, "@files"},
     {"raw.jsonl"},
     NULL,
     import,
     of_step},
    {"text", NULL, {"raw.jsonl"}, {"text.jsonl"}, "rag-first", text, of_step},
    {"rag-first",
     RAG_KEYS,
     {".stages/text.json", ENCODER},
     {"text.jsonl", CAD_RAG_INDEX_NAME},
     NULL,
     rag_first,
     retrieves_first},
    {"split", SPLIT_KEYS, {"@whole"}, SPLIT_OUT, "rag", split, always},
    {"tokenizer",
     "tokenizer.own_bpe prompt.template prompt.file",
     {".stages/split.json"},
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
     "audit.max_drop prep.group prep.profile rag.enabled",
     {"train.jsonl", "val.jsonl", "test.jsonl", TOKENIZER},
     {"train.pack.h5", "val.pack.h5", "test.pack.h5", "audit.json"},
     NULL,
     cad_prep_pack_splits,
     always},
};

static cad_status file_of(const cad_prep_job *j, const char *name, const char **out)
{
    if (!strcmp(name, "@whole"))
        return cad_prep_path(j, whole(j), out);
    if (strcmp(name, TOKENIZER) != 0)
        return cad_prep_path(j, name, out);
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

/* The hashed encoder has no weights. */
static cad_status hash_encoder(const cad_prep_job *j, char out[CAD_HASH_HEX])
{
    char path[4200];
    snprintf(path, sizeof path, "%s/model.safetensors", j->cfg->rag.encoder_path);
    snprintf(out, CAD_HASH_HEX, "none");
    return j->cfg->rag.encoder == CAD_RAG_ENCODER_minilm && cad_fs_exists(path) ? cad_fs_hash(path, out) : CAD_OK;
}

/* The hash of an input, and the name by which a key remembers it: packs record the folder of their tokenizer. */
static cad_status hash_input(const cad_prep_job *j, const char *name, const char **out_name, char out[CAD_HASH_HEX])
{
    const char *path = NULL;
    *out_name = name;
    if (!strcmp(name, PARTS)) {
        CAD_TRY(parts_dir(j, &path));
        return hash_tree(j, path, out);
    }
    if (!strcmp(name, ENCODER))
        return hash_encoder(j, out);
    if (!strcmp(name, CAPTIONS)) {
        CAD_TRY(captions_file(j, &path));
        snprintf(out, CAD_HASH_HEX, "none");
        return path ? cad_fs_hash(path, out) : CAD_OK;
    }
    if (!strcmp(name, "@files")) {
        snprintf(out, CAD_HASH_HEX, "none");
        CAD_TRY(cad_prep_path(j, "files/" CAD_STEP_FILES_STATUS, &path));
        return remakes_files(j) ? cad_fs_hash(path, out) : CAD_OK;
    }
    CAD_TRY(file_of(j, name, &path));
    if (!strcmp(name, TOKENIZER))
        *out_name = path;
    return cad_fs_hash(path, out);
}

/* Hash over the build, the settings and the inputs of a stage. */
static cad_status key_of(const cad_prep_job *j, const stage *s, char out[33])
{
    cad_buf text = CAD_BUF_INIT;
    cad_status st = cad_buf_printf(&text, "%s %s %s\n", s->name, cad_build_version(), cad_build_commit());
    for (const char *k = s->keys ? s->keys : cad_prep_text_keys(); st == CAD_OK && *k;) {
        char key[64];
        size_t n = strcspn(k, " ");
        snprintf(key, sizeof key, "%.*s", (int)n, k);
        st = cad_buf_printf(&text, "%s=", key);
        if (st == CAD_OK)
            st = cad_config_value(j->cfg, key, &text);
        if (st == CAD_OK)
            st = cad_buf_str(&text, "\n");
        k += n + (k[n] == ' ');
    }
    for (int i = 0; st == CAD_OK && i < MAX_FILES && s->in[i]; i++) {
        const char *name = NULL;
        char hash[CAD_HASH_HEX] = "";
        st = hash_input(j, s->in[i], &name, hash);
        if (st == CAD_OK)
            st = cad_buf_printf(&text, "%s %s\n", name, hash);
    }
    if (st == CAD_OK)
        cad_hash128_hex(cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return st;
}

static cad_status record_path(const cad_prep_job *j, const char *stage_name, const char **out)
{
    char name[64];
    snprintf(name, sizeof name, ".stages/%s.json", stage_name);
    return cad_prep_path(j, name, out);
}

/* The record of a stage, NULL where there is none that can be read: a damaged one is as good as none. */
static json_t *record_of(const cad_prep_job *j, const char *stage_name)
{
    const char *path = NULL;
    json_t *o = NULL;
    if (record_path(j, stage_name, &path) != CAD_OK || !cad_fs_exists(path) || cad_json_read(path, 1 << 20, &o) != CAD_OK)
        return NULL;
    return o;
}

/* Whether an output of a record lies there with the bytes of then; "" was: not there. */
static bool same_file(const cad_prep_job *j, const json_t *record, const char *name)
{
    char hash[CAD_HASH_HEX];
    const char *file = NULL, *want = json_string_value(json_object_get(json_object_get(record, "out"), name));
    if (!want || file_of(j, name, &file) != CAD_OK)
        return false;
    return *want ? cad_fs_exists(file) && cad_fs_hash(file, hash) == CAD_OK && !strcmp(hash, want) : !cad_fs_exists(file);
}

/* Whether the record agrees with the key and with the bytes of all outputs, as it or the stage that writes them again left
 * them. */
static bool finished(const cad_prep_job *j, const stage *s, const char *key)
{
    json_t *o = record_of(j, s->name), *again = s->again ? record_of(j, s->again) : NULL;
    const char *old = json_string_value(json_object_get(o, "key"));
    bool same = old && !strcmp(old, key);
    for (int i = 0; same && i < MAX_FILES && s->out[i]; i++)
        same = same_file(j, o, s->out[i]) || (again && same_file(j, again, s->out[i]));
    json_decref(o);
    json_decref(again);
    return same;
}

static cad_status remember(const cad_prep_job *j, const stage *s, const char *key)
{
    const char *path = NULL, *dir = NULL;
    json_t *out = json_object(), *o = NULL;
    cad_status st = CAD_OK;
    for (int i = 0; st == CAD_OK && i < MAX_FILES && s->out[i]; i++) {
        char hash[33] = "";
        const char *file = NULL;
        st = file_of(j, s->out[i], &file);
        if (st == CAD_OK && cad_fs_exists(file))
            st = cad_fs_hash(file, hash);
        json_object_set_new(out, s->out[i], json_string(hash));
    }
    o = json_pack("{s:s, s:s, s:o}", "stage", s->name, "key", key, "out", out);
    if (st == CAD_OK)
        st = cad_prep_path(j, ".stages", &dir);
    if (st == CAD_OK)
        st = cad_fs_mkdirs(dir);
    if (st == CAD_OK)
        st = record_path(j, s->name, &path);
    if (st == CAD_OK)
        st = cad_json_write(path, o);
    json_decref(o);
    return st;
}

/* What a killed run left: files that its writers had not renamed yet ("train.jsonl.tmp.4711"). */
static cad_status sweep(const cad_prep_job *j, const char *dir)
{
    const char **name = NULL;
    size_t n = 0;
    if (!cad_fs_is_dir(dir))
        return CAD_OK;
    CAD_TRY(cad_fs_list(dir, j->arena, &name, &n));
    for (size_t i = 0; i < n; i++) {
        const char *mark = strstr(name[i], ".tmp."), *end = mark ? mark + 5 : NULL;
        char path[4200];
        if (!mark || !*end || strspn(end, "0123456789") != strlen(end))
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        CAD_TRY(cad_fs_remove(path));
    }
    return CAD_OK;
}

static cad_status sweep_all(const cad_prep_job *j)
{
    const char *records = NULL;
    CAD_TRY(cad_prep_path(j, ".stages", &records));
    CAD_TRY(sweep(j, records));
    CAD_TRY(sweep(j, j->dir));
    return learns_tokenizer(j) ? sweep(j, j->tokenizer_dir) : CAD_OK;
}

/* What the last stage will need is looked for before the first: a corpus takes minutes or hours. */
static cad_status check_tokenizer(const cad_prep_job *j)
{
    if (learns_tokenizer(j))
        return CAD_OK;
    const char *path = NULL;
    CAD_TRY(file_of(j, "@tokenizer", &path));
    return cad_fs_exists(path) ? CAD_OK : cad_file_expect(j->tokenizer_dir, CAD_FILE_tokenizer);
}

static cad_status run_stages(const cad_prep_job *j)
{
    const char *partial = NULL; /* the first stage that lost rows, fewer than prep.max_bad */
    CAD_TRY(sweep_all(j));
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        const stage *s = &stages[i];
        char key[33];
        if (!s->wanted(j))
            continue;
        CAD_TRY(key_of(j, s, key));
        if (finished(j, s, key)) {
            cad_log(CAD_LOG_INFO, "%s: done before, skipped", s->name);
            continue;
        }
        cad_status st = s->run(j);
        partial = partial ? partial : st == CAD_EPARTIAL ? s->name : NULL;
        if (st != CAD_EPARTIAL)
            CAD_TRY(st);
        CAD_TRY(remember(j, s, key));
    }
    json_t *report = NULL;
    cad_status st = cad_prep_verify(j, NULL, &report);
    json_decref(report);
    CAD_TRY(st);
    if (partial)
        CAD_FAIL(CAD_EPARTIAL, "stage %s lost rows: %s/*.status.jsonl lists them", partial, j->dir);
    return CAD_OK;
}

/* One process at a time makes a folder: the second finds it locked. */
cad_status cad_prep_run(const cad_prep_job *j)
{
    const char *path = NULL;
    cad_lock *lock = NULL;
    CAD_TRY(check_tokenizer(j));
    CAD_TRY(cad_prep_path(j, "LOCK", &path));
    CAD_TRY(cad_fs_mkdirs(j->dir));
    CAD_TRY(cad_lock_take(path, "cadprep run", NULL, NULL, &lock));
    cad_status s = run_stages(j);
    cad_lock_release(lock);
    return s;
}
