/* Whether [rag] says what the rows of a pack were made with: the checkpoint keeps these keys, and prompts to it are retrieved
 * by them (dataprep/retriever.h).  What a pack of an earlier build does not tell is not compared. */
#include "train/trainer_parts.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/problems.h"
#include "model/rag/rag_index.h"

#include <inttypes.h>
#include <string.h>

/* A setting as packs and as configurations name it.  `decides`: prompts show other rows, or others of their bytes, by another
 * value; `strict`: profile steplm has a rule of its own instead. */
typedef struct setting {
    const char *packed, *key;
    bool decides, strict;
} setting;
static const setting settings[] = {{"profile", "prep.profile", true, false},
                                   {"k", "rag.k", true, true},
                                   {"max_tokens", "rag.max_tokens", true, false},
                                   {"min_score", "rag.min_score", true, true},
                                   {"ties", "rag.ties", false, true},
                                   {"encoder", "rag.encoder", false, false}};

static cad_status print_packed(const json_t *v, cad_buf *out)
{
    if (json_is_integer(v))
        return cad_buf_printf(out, "%" PRId64, (int64_t)json_integer_value(v));
    return json_is_real(v) ? cad_buf_number(out, json_real_value(v)) : cad_buf_str(out, json_string_value(v));
}

static cad_status tell(const cad_trainer *t, const char *path, const setting *one, const char *packed, const char *now)
{
    const char *origin = cad_config_origin(t->cfg, one->key);
    if (one->decides)
        CAD_FAIL(CAD_EDATA,
                 "%s: its rows were made with %s = %s; the configuration has %s (%s), and prompts would retrieve by it\n"
                 "hint: --set=%s=%s, or cadprep rag build and cadprep pack anew",
                 path, one->key, packed, now, origin, one->key, packed);
    cad_log(CAD_LOG_WARN, "%s = %s (%s); the rows of %s retrieved with %s", one->key, now, origin, path, packed);
    return CAD_OK;
}

static cad_status compare(const cad_trainer *t, const char *path, const setting *one, const json_t *packed)
{
    cad_buf then = CAD_BUF_INIT, now = CAD_BUF_INIT;
    if (!json_is_number(packed) && !json_is_string(packed))
        return CAD_OK;
    cad_status s = print_packed(packed, &then);
    if (s == CAD_OK)
        s = cad_config_value(t->cfg, one->key, &now);
    if (s == CAD_OK && strcmp(cad_buf_cstr(&then), cad_buf_cstr(&now)) != 0)
        s = tell(t, path, one, cad_buf_cstr(&then), cad_buf_cstr(&now));
    cad_buf_deinit(&then);
    cad_buf_deinit(&now);
    return s;
}

/* The index that prompts are to be retrieved with, where the key names one; that beside the packs is compared by their audit.
 */
static cad_status compare_index(const cad_trainer *t, const char *path, const cad_pack_info *i)
{
    const char *given = t->cfg->rag.index;
    cad_buf file = CAD_BUF_INIT;
    cad_rag_index *x = NULL;
    if (!*given || !cad_fs_exists(given))
        return CAD_OK;
    cad_status s = cad_buf_printf(&file, cad_fs_is_dir(given) ? "%s/" CAD_RAG_INDEX_NAME : "%s", given);
    if (s == CAD_OK)
        s = cad_rag_index_open(file.data, &x);
    if (s == CAD_OK && strcmp(cad_rag_index_info(x)->xxh3, i->rag_index_xxh3) != 0)
        s = cad_fail(
            CAD_EDATA,
            "%s: the index is %s; the rows of %s retrieved from %s\nhint: without rag.index it is the one beside data.train",
            file.data, cad_rag_index_info(x)->xxh3, path, i->rag_index_xxh3);
    cad_rag_index_destroy(x);
    cad_buf_deinit(&file);
    return s;
}

static cad_status compare_all(const cad_trainer *t, const char *path, const cad_pack *p, const json_t *told)
{
    cad_problems problems = CAD_PROBLEMS_INIT;
    json_t *k = json_integer((json_int_t)p->rag_k); /* every pack has it */
    const char *profile = json_string_value(json_object_get(told, "profile"));
    bool steplm = profile ? !strcmp(profile, "steplm") : t->cfg->prep.profile == CAD_PREP_PROFILE_steplm;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const setting *one = &settings[i];
        if (!(steplm && one->strict))
            cad_problems_add(&problems,
                             compare(t, path, one, strcmp(one->packed, "k") != 0 ? json_object_get(told, one->packed) : k));
    }
    cad_problems_add(&problems, compare_index(t, path, &p->info));
    json_decref(k);
    return cad_problems_end(&problems);
}

static cad_status check_pack(const cad_trainer *t, const char *path, const cad_pack *p)
{
    const char *text = p->info.retrieval;
    json_t *told = NULL;
    if (!p->rag_k && t->cfg->rag.enabled)
        CAD_FAIL(CAD_EDATA,
                 "%s: its rows show nothing retrieved; rag.enabled = on (%s)\nhint: cadprep rag build, then cadprep pack", path,
                 cad_config_origin(t->cfg, "rag.enabled"));
    if (!p->rag_k)
        return CAD_OK;
    if (*text)
        CAD_TRY(cad_json_parse(text, strlen(text), path, &told));
    cad_status s = compare_all(t, path, p, told);
    json_decref(told);
    return s;
}

static bool made_alike(const cad_pack *a, const cad_pack *b)
{
    return a->rag_k == b->rag_k && !strcmp(a->info.retrieval, b->info.retrieval) &&
           !strcmp(a->info.rag_index_xxh3, b->info.rag_index_xxh3);
}

cad_status cad_trainer_check_retrieval(const cad_trainer *t)
{
    const cad_pack *train = t->train_pack, *val = t->val_pack;
    if (train)
        CAD_TRY(check_pack(t, t->cfg->data.train, train));
    return val && !(train && made_alike(train, val)) ? check_pack(t, t->cfg->data.val, val) : CAD_OK;
}
