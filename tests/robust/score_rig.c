#include "tests/robust/score_rig.h"

#include "eval/score.h"
#include "tests/unit.h"

const char *const SCORE_REFERENCE = "C 40 20 5\\nY 3 5\\nT 1 10 10 0\\nD 0 2";
const char *const SCORE_BOX = "C 40 20 5";

cad_pool *score_pool(int workers, double cpu_s)
{
    cad_pool *p;
    ok(cad_pool_create(&(cad_pool_opts){.workers = workers, .cpu_s = cpu_s, .mem_bytes = (int64_t)2 << 30, .unordered = true},
                       &p));
    return p;
}

/* A job over `text` against a reference, both as in JSON. */
void score_submit_against(cad_pool *p, uint64_t tag, const char *text, const char *reference)
{
    cad_buf b = CAD_BUF_INIT, in = CAD_BUF_INIT;
    json_t *o;
    ok(cad_buf_printf(&b,
                      "{\"key\":\"k%d\",\"id\":\"r\",\"text\":\"%s\",\"complete\":true,\"reference\":\"%s\","
                      "\"expect\":{\"bbox\":[40,20,5],\"solids\":1},\"seven\":0}",
                      (int)tag, text, reference));
    ok(cad_json_parse(b.data, b.len, "job", &o));
    const json_t *t = json_object_get(o, "text"), *g = json_object_get(o, "reference");
    ok(cad_score_job_make(
        o, &(cad_score_texts){json_string_value(t), json_string_value(g), json_string_length(t), json_string_length(g)}, &in));
    ok(cad_pool_submit(p, CAD_SCORE_HANDLER, tag, in.data, in.len));
    json_decref(o);
    cad_buf_deinit(&b);
    cad_buf_deinit(&in);
}

void score_submit(cad_pool *p, uint64_t tag, const char *text)
{
    score_submit_against(p, tag, text, SCORE_REFERENCE);
}

/* The record of the next result, without what the clock measured. */
json_t *score_next(cad_pool *p, uint64_t *tag)
{
    cad_pool_result r;
    cad_buf b = CAD_BUF_INIT;
    char key[32];
    json_t *o;
    ok(cad_pool_next(p, &r));
    *tag = r.tag;
    snprintf(key, sizeof key, "k%d", (int)r.tag);
    ok(cad_score_take(&r, key, "r", NULL, &b));
    ok(cad_json_parse(b.data, b.len, "record", &o));
    cad_buf_deinit(&b);
    json_object_del(o, "ms");
    return o;
}

const char *score_class(const json_t *o)
{
    return json_string_value(json_object_get(o, "class"));
}

double score_number(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_number(v) ? json_number_value(v) : 0.0;
}

json_t *score_one_against(const char *text, const char *reference)
{
    cad_pool *p = score_pool(1, 20);
    uint64_t tag;
    score_submit_against(p, 7, text, reference);
    json_t *o = score_next(p, &tag);
    cad_pool_destroy(p);
    return o;
}

json_t *score_one(const char *text)
{
    return score_one_against(text, SCORE_REFERENCE);
}
