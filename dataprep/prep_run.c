#include "dataprep/prep_job.h"

#include "core/build_info.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/log.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FILES = 4 };

/* One stage: the settings and files that decide its result, the files it makes. */
typedef struct stage {
    const char *name;
    const char *keys;          /* settings, by one blank */
    const char *in[MAX_FILES]; /* in the job's folder; "@tokenizer" is the tokenizer in use */
    const char *out[MAX_FILES];
    cad_status (*run)(const cad_prep_job *j);
    bool (*wanted)(const cad_prep_job *j);
} stage;

static cad_status synth(const cad_prep_job *j)
{
    const char *path = NULL;
    if (j->cfg->synth.kind != CAD_SYNTH_KIND_ir)
        CAD_FAIL(CAD_ECONFIG, "synth.kind = step; expected ir: run makes a corpus\nhint: cadprep synth --kind=step -o DIR");
    CAD_TRY(cad_prep_path(j, "synth.jsonl", &path));
    CAD_TRY(cad_fs_mkdirs(j->dir));
    return cad_prep_synth(j, path);
}

static cad_status split(const cad_prep_job *j)
{
    const char *path = NULL;
    CAD_TRY(cad_prep_path(j, "synth.jsonl", &path));
    return cad_prep_split(j, path, NULL);
}

static bool always(const cad_prep_job *j)
{
    (void)j;
    return true;
}

static bool learns_tokenizer(const cad_prep_job *j)
{
    return j->cfg->tokenizer.own_bpe > 0;
}

static const stage stages[] = {
    {"synth",
     "run.seed synth.kind synth.n synth.families synth.captions synth.units synth.primitives synth.captions_each synth.noise "
     "prep.max_bad",
     {NULL},
     {"synth.jsonl"},
     synth,
     always},
    {"split",
     "prep.split prep.group prep.suite_rows prep.profile prep.cap_caption run.seed",
     {"synth.jsonl"},
     {"train.jsonl", "val.jsonl", "test.jsonl", "synth-test.jsonl"},
     split,
     always},
    {"tokenizer",
     "tokenizer.own_bpe prompt.template prompt.file",
     {"train.jsonl"},
     {"@tokenizer"},
     cad_prep_tokenizer,
     learns_tokenizer},
    {"pack",
     "prompt.template prompt.file prompt.loss_on prompt.eos prompt.bos data.max_tokens data.on_overflow audit.waive "
     "audit.max_drop prep.group prep.profile rag.enabled",
     {"train.jsonl", "val.jsonl", "test.jsonl", "@tokenizer"},
     {"train.pack.h5", "val.pack.h5", "test.pack.h5", "audit.json"},
     cad_prep_pack_splits,
     always},
};

static cad_status file_of(const cad_prep_job *j, const char *name, const char **out)
{
    if (*name != '@')
        return cad_prep_path(j, name, out);
    char path[4200];
    int n = snprintf(path, sizeof path, "%s/tokenizer.json", j->tokenizer_dir);
    if (n < 0 || (size_t)n >= sizeof path)
        CAD_FAIL(CAD_ECONFIG, "path too long: %s/tokenizer.json", j->tokenizer_dir);
    return cad_arena_strdup(j->arena, path, (size_t)n, out);
}

/* Hash over the build, the settings and the inputs of a stage. */
static cad_status key_of(const cad_prep_job *j, const stage *s, char out[33])
{
    cad_buf text = CAD_BUF_INIT;
    cad_status st = cad_buf_printf(&text, "%s %s %s\n", s->name, cad_build_version(), cad_build_commit());
    for (const char *k = s->keys; st == CAD_OK && *k;) {
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
        const char *path = NULL;
        char hash[33] = "";
        st = file_of(j, s->in[i], &path);
        if (st == CAD_OK)
            st = cad_fs_hash(path, hash);
        if (st == CAD_OK)
            st = cad_buf_printf(&text, "%s %s\n", *s->in[i] == '@' ? path : s->in[i], hash); /* packs record its folder */
    }
    if (st == CAD_OK)
        cad_hash128_hex(cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return st;
}

static cad_status record_path(const cad_prep_job *j, const stage *s, const char **out)
{
    char name[64];
    snprintf(name, sizeof name, ".stages/%s.json", s->name);
    return cad_prep_path(j, name, out);
}

/* Whether the record agrees with the key and with the bytes of all outputs.  A damaged record is as good as none. */
static bool finished(const cad_prep_job *j, const stage *s, const char *key)
{
    const char *path = NULL;
    json_t *o = NULL;
    if (record_path(j, s, &path) != CAD_OK || !cad_fs_exists(path) || cad_json_read(path, 1 << 20, &o) != CAD_OK)
        return false;
    const char *old = json_string_value(json_object_get(o, "key"));
    bool same = old && !strcmp(old, key);
    for (int i = 0; same && i < MAX_FILES && s->out[i]; i++) {
        char hash[33];
        const char *want = json_string_value(json_object_get(json_object_get(o, "out"), s->out[i])), *file = NULL;
        same = file_of(j, s->out[i], &file) == CAD_OK && want &&
               (*want ? cad_fs_exists(file) && cad_fs_hash(file, hash) == CAD_OK && !strcmp(hash, want) : !cad_fs_exists(file));
    }
    json_decref(o);
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
        st = record_path(j, s, &path);
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
        CAD_TRY(s->run(j));
        CAD_TRY(remember(j, s, key));
    }
    json_t *report = NULL;
    cad_status st = cad_prep_verify(j, NULL, &report);
    json_decref(report);
    return st;
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
