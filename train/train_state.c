/* train/checkpoint.h, trainer_state.json. */
#include "train/checkpoint.h"

#include "core/fs.h"
#include "core/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SCHEMA = 1, MAX_BYTES = 1 << 20 };

/* Every number of the state, stated once: X(member), kept as JSON integers or numbers. */
#define INTEGERS(X)                                                                                                            \
    X(step)                                                                                                                    \
    X(epoch) X(batch) X(rows) X(tokens) X(loss_tokens) X(skipped) X(ema_steps) X(best_step) X(micro_tokens) X(lanes) X(ranks)
#define NUMBERS(X) X(loss_ema) X(norm_ema) X(metric) X(best) X(wall_s)
#define TEXTS(X) X(base_hash) X(data_hash) X(config_hash)

void cad_train_state_waive(cad_train_state *s, const char *words)
{
    for (size_t n; *words; words += n + (words[n] == ',')) {
        n = strcspn(words, ",");
        bool there = false;
        for (const char *word = s->waived; *word && !there; word += strcspn(word, ","), word += *word == ',')
            there = strcspn(word, ",") == n && !strncmp(word, words, n);
        size_t len = strlen(s->waived);
        if (!there)
            snprintf(s->waived + len, CAD_WAIVED_MAX - len, "%s%.*s", len ? "," : "", (int)n, words);
    }
}

static json_t *number_or_null(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

cad_status cad_train_state_save(const cad_train_state *s, const char *path)
{
    json_t *o = json_object();
    int failed = !o || json_object_set_new(o, "schema", json_integer(SCHEMA));
#define X(m) failed |= json_object_set_new(o, #m, json_integer(s->m));
    INTEGERS(X)
#undef X
#define X(m) failed |= json_object_set_new(o, #m, number_or_null(s->m));
    NUMBERS(X)
#undef X
#define X(m) failed |= json_object_set_new(o, #m, json_string(s->m));
    TEXTS(X)
#undef X
    /* Random numbers are functions of (seed, purpose, step, row), so seed and step are all the counters there are. */
    failed |= json_object_set_new(o, "seed", json_integer((json_int_t)s->seed));
    if (s->waived[0])
        failed |= json_object_set_new(o, "waived", json_string(s->waived));
    if (s->kind[0])
        failed |= json_object_set_new(o, "kind", json_string(s->kind));
    if (s->form[0])
        failed |= json_object_set_new(o, "representation", cad_json_text(s->form));
    if (s->rag_index[0])
        failed |= json_object_set_new(o, "rag_index_xxh3", json_string(s->rag_index));
    failed |= json_object_set_new(o, "backend", json_string(s->backend));
    cad_status status = cad_json_write(path, failed ? NULL : o);
    json_decref(o);
    return status;
}

static cad_status get_number(const json_t *o, const char *key, const char *path, double *out)
{
    if (json_is_null(json_object_get(o, key))) {
        *out = (double)NAN;
        return CAD_OK;
    }
    return cad_json_get_number(o, key, path, out);
}

static cad_status get_text(const json_t *o, const char *key, const char *path, char out[CAD_HASH_HEX])
{
    const char *text;
    CAD_TRY(cad_json_get_string(o, key, path, &text));
    if (strlen(text) >= CAD_HASH_HEX)
        CAD_FAIL(CAD_EDATA, "%s: key '%s': %zu characters; expected at most %d", path, key, strlen(text), CAD_HASH_HEX - 1);
    strncpy(out, text, CAD_HASH_HEX);
    return CAD_OK;
}

static cad_status read_state(const json_t *o, const char *path, cad_train_state *s)
{
    int64_t schema, seed;
    CAD_TRY(cad_json_get_int(o, "schema", path, &schema));
    if (schema != SCHEMA)
        CAD_FAIL(CAD_EDATA, "%s: schema %lld; expected %d", path, (long long)schema, SCHEMA);
#define X(m) CAD_TRY(cad_json_get_int(o, #m, path, &s->m));
    INTEGERS(X)
#undef X
#define X(m) CAD_TRY(get_number(o, #m, path, &s->m));
    NUMBERS(X)
#undef X
#define X(m) CAD_TRY(get_text(o, #m, path, s->m));
    TEXTS(X)
#undef X
    CAD_TRY(cad_json_get_int(o, "seed", path, &seed));
    s->seed = (uint64_t)seed;
    const char *waived = "", *backend = "cpu", *kind = "", *form = "";
    if (json_object_get(o, "waived"))
        CAD_TRY(cad_json_get_string(o, "waived", path, &waived));
    if (json_object_get(o, "backend"))
        CAD_TRY(cad_json_get_string(o, "backend", path, &backend));
    if (json_object_get(o, "kind"))
        CAD_TRY(cad_json_get_string(o, "kind", path, &kind));
    if (json_object_get(o, "representation"))
        CAD_TRY(cad_json_get_string(o, "representation", path, &form));
    if (json_object_get(o, "rag_index_xxh3"))
        CAD_TRY(get_text(o, "rag_index_xxh3", path, s->rag_index));
    snprintf(s->waived, sizeof s->waived, "%s", waived);
    snprintf(s->kind, sizeof s->kind, "%s", kind);
    snprintf(s->form, sizeof s->form, "%s", form);
    snprintf(s->backend, sizeof s->backend, "%s", backend);
    if (s->step < 0 || s->epoch < 0 || s->batch < 0)
        CAD_FAIL(CAD_EDATA, "%s: negative step, epoch or batch", path);
    return CAD_OK;
}

cad_status cad_train_state_load(const char *path, cad_train_state *out)
{
    json_t *o;
    cad_train_state s = {0};
    CAD_TRY(cad_json_read(path, MAX_BYTES, &o));
    cad_status status = read_state(o, path, &s);
    json_decref(o);
    if (status == CAD_OK)
        *out = s;
    return status;
}
