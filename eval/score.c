#include "eval/score.h"

#include "core/clock.h"
#include "eval/expect.h"
#include "eval/facts_json.h"
#include "eval/part_impl.h"
#include "eval/seven.h"
#include "eval/steplm_score.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const size_t ARENA = (size_t)2 << 30; /* address space of one job; the worker's own limit is the real bound */

typedef struct job {
    const char *key, *id, *reference;
    size_t reference_len;
    cad_part_kind reference_kind;
    cad_part_text text;
    const json_t *expect;
    int seven;
    bool steplm, official, official_reference;
    bool reference_died; /* a worker died of the reference alone */
} job;

/* Absent: `otherwise`. */
static cad_status read_kind(const json_t *o, const char *key, const char *where, cad_part_kind otherwise, cad_part_kind *out)
{
    const char *name = cad_part_kind_name(otherwise);
    if (json_object_get(o, key))
        CAD_TRY(cad_json_get_string(o, key, where, &name));
    *out = cad_part_kind_of(name);
    if (*out == CAD_PART_KINDS)
        CAD_FAIL(CAD_EDATA, "%s: key '%s': found '%.40s'; expected ir or step", where, key, name);
    return CAD_OK;
}

/* What stands before the bytes of a job. */
typedef struct sizes {
    uint64_t head, text, reference;
} sizes;

cad_status cad_score_job_make(const json_t *head, const cad_score_texts *t, cad_buf *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_json_print(head, &text);
    const sizes z = {text.len, t->len, t->reference ? t->reference_len : UINT64_MAX};
    if (s == CAD_OK)
        s = cad_buf_add(out, &z, sizeof z);
    if (s == CAD_OK)
        s = cad_buf_add(out, text.data, text.len);
    if (s == CAD_OK)
        s = cad_buf_add(out, t->text, t->len);
    if (s == CAD_OK)
        s = cad_buf_add(out, "", 1);
    if (s == CAD_OK && t->reference)
        s = cad_buf_add(out, t->reference, t->reference_len);
    if (s == CAD_OK)
        s = cad_buf_add(out, "", 1);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_score_job_read(const void *in, size_t len, json_t **head, cad_score_texts *t)
{
    sizes z;
    if (len < sizeof z + 2)
        CAD_FAIL(CAD_EDATA, "score job: %zu bytes; expected at least %zu", len, sizeof z + 2);
    memcpy(&z, in, sizeof z);
    size_t rest = len - sizeof z - 2; /* without the NULs */
    bool has_reference = z.reference != UINT64_MAX;
    uint64_t reference = has_reference ? z.reference : 0;
    if (z.head > rest || z.text > rest - z.head || reference != rest - z.head - z.text)
        CAD_FAIL(CAD_EDATA, "score job: %zu bytes; expected those of its parts", len);
    const char *at = (const char *)in + sizeof z;
    CAD_TRY(cad_json_parse(at, (size_t)z.head, "score job", head));
    *t = (cad_score_texts){.text = at + z.head,
                           .len = (size_t)z.text,
                           .reference = has_reference ? at + z.head + z.text + 1 : NULL,
                           .reference_len = (size_t)reference};
    return CAD_OK;
}

static cad_status read_job(const json_t *o, const cad_score_texts *t, job *j)
{
    const char *where = "score job";
    *j = (job){.text = {.text = t->text, .len = t->len, .always = json_is_true(json_object_get(o, "always"))},
               .reference = t->reference,
               .reference_len = t->reference_len,
               .steplm = json_is_true(json_object_get(o, "steplm")),
               .official = json_is_true(json_object_get(o, "official")),
               .official_reference = !json_is_false(json_object_get(o, "official_reference")),
               .reference_died = json_is_true(json_object_get(o, "reference_died"))};
    CAD_TRY(cad_json_get_string(o, "key", where, &j->key));
    CAD_TRY(cad_json_get_string(o, "id", where, &j->id));
    CAD_TRY(cad_json_get_bool(o, "complete", where, &j->text.complete));
    CAD_TRY(read_kind(o, "kind", where, CAD_PART_ir, &j->text.kind));
    CAD_TRY(read_kind(o, "reference_kind", where, j->text.kind, &j->reference_kind));
    j->expect = json_object_get(o, "expect");
    if (json_is_null(j->expect))
        j->expect = NULL;
    j->seven = (int)json_integer_value(json_object_get(o, "seven"));
    return CAD_OK;
}

static json_t *facts_json(const cad_part *p)
{
    const cad_facts *f = &p->facts;
    return json_pack("{so,si,si,si,si,si,si,si,si,si,so,si,si,si,so}", "area", cad_json_finite(f->area), "solids", f->solids,
                     "shells", f->shells, "shells_closed", f->shells_closed, "edges", f->edges, "vertices", f->vertices,
                     "faces", f->faces, "euler", f->euler, "brepcheck", (int)f->brepcheck, "open", (int)p->open_mask,
                     "tolerance", cad_json_finite(f->tolerance), "roots", f->roots, "transferred", f->transferred,
                     "model_check", f->model_check, "kinds", cad_facts_kinds_json(f));
}

static json_t *checks_json(const job *j, const cad_part *p)
{
    if (!j->expect)
        return json_null();
    cad_checks c = {0};
    cad_expect_check(j->expect, &p->facts, p->open_mask, &c);
    bool valid = p->level >= 8; /* below that every check fails */
    json_t *o = json_object();
    for (int i = 0; i < c.n; i++)
        json_object_set_new(o, c.item[i].name, json_boolean(valid && c.item[i].pass));
    json_object_set_new(o, "all", json_boolean(valid && c.all));
    return o;
}

static json_t *seven_json(const job *j, const cad_part *p)
{
    if (j->seven == 0)
        return json_null();
    const char *reason = cad_seven_judge(j->seven, &p->facts, p->open_mask);
    return json_pack("{sb,sb,so}", "pass", reason == NULL, "near", p->level >= 8 && cad_seven_near(j->seven, &p->facts),
                     "reason", reason ? json_string(reason) : json_null());
}

static json_t *error_json(const cad_part *p)
{
    if (!p->error)
        return json_null();
    return json_pack("{ss,sI,so}", "stage", p->stage, "line", (json_int_t)p->error_line, "text", cad_json_text(p->error));
}

static json_t *diag_codes(const cad_part *p)
{
    json_t *a = json_array();
    for (int32_t i = 0; i < p->n_codes; i++)
        json_array_append_new(a, json_string(p->code[i]));
    return a;
}

/* -1 stands for none. */
static json_t *count_json(int64_t n)
{
    return n < 0 ? json_null() : json_integer((json_int_t)n);
}

/* What the reference says of a part. */
typedef struct scores {
    cad_likeness like;
    cad_steplm_fixed fixed;
    cad_steplm_official official;
    bool bad_reference; /* it has no usable mesh itself */
} scores;

static cad_status compare_with(const job *j, const cad_part *g, const cad_part *p, cad_arena *arena, scores *out)
{
    out->bad_reference = g->mesh.n_tri == 0;
    bool shaped = !out->bad_reference && p->mesh.n_tri > 0 && p->level >= 7;
    if (shaped)
        CAD_TRY(cad_part_compare(g, p, j->id, j->key, arena, &out->like));
    if (shaped && j->steplm)
        CAD_TRY(cad_steplm_score_fixed(g, p, j->id, j->key, arena, &out->fixed));
    if (j->official)
        CAD_TRY(cad_steplm_score_official(j->official_reference ? g : NULL, p, j->id, j->key,
                                          shaped && j->steplm ? &out->fixed : NULL, arena, &out->official));
    return CAD_OK;
}

/* NaN where there is none. */
static cad_status compare(const job *j, const cad_part *p, cad_arena *arena, scores *out)
{
    *out = (scores){.like = {NAN, NAN, NAN, NAN, NAN, NAN, false}, .fixed = {NAN, NAN, NAN, NAN}, .official = {.scd = NAN}};
    out->bad_reference = j->reference_died;
    if (!j->reference || j->reference_died)
        return CAD_OK;
    cad_part g;
    /* What can be drawn of a reference counts, though the gate refuse its text: training rows of STEP-LLM are such. */
    const cad_part_text t = {.kind = j->reference_kind,
                             .text = j->reference,
                             .len = j->reference_len,
                             .complete = true,
                             .always = true,
                             .truth = true};
    CAD_TRY(cad_part_make(&t, arena, &g));
    cad_status s = compare_with(j, &g, p, arena, out);
    cad_part_deinit(&g);
    return s;
}

/* The part alone, without what the reference says of it. */
static json_t *part_json(const job *j, const cad_part *p, cad_class class_)
{
    const cad_facts *f = &p->facts;
    return json_pack("{ss,ss,ss,si,si,so,sb,so,so,si,si,so,so,so,so,so,so,so}", "key", j->key, "id", j->id, "class",
                     cad_class_name(class_), "level", p->level, "text", p->text_level, "kernel", count_json(p->kernel), "valid",
                     p->level >= 8, "volume", cad_json_finite(f->volume), "bbox", cad_facts_box_json(f), "faces",
                     f->faces_merged, "genus", f->genus, "entities", count_json(p->instances), "largest_id",
                     count_json(p->largest_id), "error", error_json(p), "checks", checks_json(j, p), "seven", seven_json(j, p),
                     "diags", diag_codes(p), "facts", facts_json(p));
}

static json_t *measures_json(const job *j, const scores *c)
{
    const cad_likeness *l = &c->like;
    json_t *m = json_pack("{so,so,so,so,so,so}", "cd.s2.p2s.8192.A1", cad_json_finite(l->cd_a1), "iou.v64.A1",
                          cad_json_finite(l->iou_a1), "iou.v64.A0c", cad_json_finite(l->iou_a0c), "vol.rel",
                          cad_json_finite(l->vol_rel), "area.rel", cad_json_finite(l->area_rel), "bbox.rel",
                          cad_json_finite(l->bbox_rel));
    int bad = !m;
    if (l->thin && m)
        bad |= json_object_set_new(m, "iou.stretched", json_integer(1));
    if (j->steplm && m)
        bad |= json_object_set_new(m, "scd.fixed", cad_json_finite(c->fixed.s2)) |
               json_object_set_new(m, "scd.p2s", cad_json_finite(c->fixed.p2s)) |
               json_object_set_new(m, "scd.sim", cad_json_finite(c->fixed.sim));
    if (j->official && m)
        bad |= json_object_set_new(m, "scd.official~", cad_json_finite(c->official.scd)) |
               json_object_set_new(m, "rr.official", json_integer(c->official.rendered));
    if (bad) {
        json_decref(m);
        return NULL;
    }
    return m;
}

static cad_status record(const job *j, cad_arena *arena, cad_buf *out)
{
    double start = cad_clock_now();
    cad_part p;
    scores c;
    CAD_TRY(cad_part_make(&j->text, arena, &p));
    cad_status s = compare(j, &p, arena, &c);
    json_t *r = NULL;
    if (s == CAD_OK) {
        r = part_json(j, &p, c.bad_reference ? CAD_CLASS_reference_bad : p.class_);
        int bad = json_object_set_new(r, "cd", cad_json_finite(c.like.cd_a1)) |
                  json_object_set_new(r, "iou", cad_json_finite(c.like.iou_a1)) |
                  json_object_set_new(r, "m", measures_json(j, &c)) |
                  json_object_set_new(r, "ms", json_real(1e3 * (cad_clock_now() - start)));
        if (j->steplm)
            bad |= json_object_set_new(r, "scd", cad_json_finite(c.fixed.s2));
        s = bad ? cad_fail(CAD_ENOMEM, "out of memory for a record") : cad_json_print(r, out);
    }
    json_decref(r);
    cad_part_deinit(&p);
    return s;
}

cad_status cad_score_job(const void *in, size_t len, cad_buf *out)
{
    json_t *o;
    cad_score_texts texts;
    CAD_TRY(cad_score_job_read(in, len, &o, &texts));
    cad_arena *arena = NULL;
    job j;
    cad_status s = read_job(o, &texts, &j);
    if (s == CAD_OK)
        s = cad_arena_create("score", cad_worker_space(ARENA), &arena);
    if (s == CAD_OK)
        s = record(&j, arena, out);
    cad_arena_destroy(arena);
    json_decref(o);
    return s;
}

/* ---- in the caller ---- */

/* Whether a worker's answer is a record of `key`. */
static bool is_record(const cad_pool_result *r, const char *key)
{
    json_t *o = NULL;
    bool one_line = r->out_len > 0 && !memchr(r->out, '\n', r->out_len);
    if (!one_line || cad_json_parse((const char *)r->out, r->out_len, "record of a worker", &o) != CAD_OK)
        return false;
    const char *its = json_string_value(json_object_get(o, "key")), *class_ = json_string_value(json_object_get(o, "class"));
    bool good = its && !strcmp(its, key) && class_ && cad_class_of(class_) != CAD_CLASS_COUNT;
    json_decref(o);
    return good;
}

/* A worker that died while the kernel had a text which the text track had refused: its class and level stand before it. */
static bool was_refused(const char *stage, cad_class *class_, int *level)
{
    size_t head = strlen(CAD_PART_REFUSED);
    const char *colon = strncmp(stage, CAD_PART_REFUSED, head) ? NULL : strchr(stage + head, ':');
    char name[24];
    if (!colon || (size_t)(colon - stage) - head >= sizeof name || colon[1] < '0' || colon[1] > '3')
        return false;
    memcpy(name, stage + head, (size_t)(colon - stage) - head);
    name[(size_t)(colon - stage) - head] = '\0';
    cad_class known = cad_class_of(name);
    if (known == CAD_CLASS_COUNT)
        return false;
    *class_ = known;
    *level = colon[1] - '0';
    return true;
}

/* Whether it died behind the text track, which the text had passed. */
static bool passed_text(const cad_pool_result *r)
{
    return r->verdict != CAD_VERDICT_ok && *r->stage && strcmp(r->stage, CAD_PART_TEXT) != 0 &&
           strncmp(r->stage, CAD_PART_REFUSED, strlen(CAD_PART_REFUSED)) != 0;
}

cad_class cad_score_class_of(cad_verdict v)
{
    return v == CAD_VERDICT_timeout ? CAD_CLASS_timeout : v == CAD_VERDICT_memory ? CAD_CLASS_memory : CAD_CLASS_kernel_crash;
}

/* What the text track counts, again: it had come to its end before. */
static cad_status count_again(const cad_part_text *text, int64_t *instances, int64_t *largest_id)
{
    cad_part_text quick = *text;
    cad_arena *a;
    cad_part p;
    quick.no_kernel = true;
    CAD_TRY(cad_arena_create("score", ARENA, &a));
    cad_status s = cad_part_make(&quick, a, &p);
    if (s == CAD_OK) {
        *instances = p.instances;
        *largest_id = p.largest_id;
        cad_part_deinit(&p);
    }
    cad_arena_destroy(a);
    return s;
}

static cad_status print_dead(const cad_pool_result *r, const char *key, const char *id, const cad_part_text *of, cad_buf *out)
{
    cad_class c = cad_score_class_of(r->verdict);
    const char *text = r->verdict == CAD_VERDICT_ok ? "the worker's answer is not a record" : r->error;
    const char *died = cad_class_name(c);
    int level = 0;
    int64_t instances = -1, largest_id = -1;
    bool behind = false;
    if (!strncmp(r->stage, CAD_PART_REFERENCE, strlen(CAD_PART_REFERENCE)))
        c = CAD_CLASS_reference_bad;
    else if (was_refused(r->stage, &c, &level))
        behind = true;
    else if (passed_text(r)) {
        behind = true;
        level = 3;
    }
    if (of && of->kind == CAD_PART_step && behind)
        CAD_TRY(count_again(of, &instances, &largest_id));
    json_t *o = json_pack("{ss,ss,ss,si,si,ss,sb,sn,sn,so,so,s{ss,si,so},sn,sn,s{}}", "key", key, "id", id, "class",
                          cad_class_name(c), "level", level, "text", level, "kernel", died, "valid", 0, "cd", "iou", "entities",
                          count_json(instances), "largest_id", count_json(largest_id), "error", "stage", r->stage, "line", 0,
                          "text", cad_json_text(text), "checks", "seven", "m");
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a record");
    cad_status s = cad_json_print(o, out);
    json_decref(o);
    return s;
}

cad_status cad_score_take(const cad_pool_result *r, const char *key, const char *id, const cad_part_text *of, cad_buf *out)
{
    if (r->verdict == CAD_VERDICT_failed && r->status == CAD_EUNSUPPORTED)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s", r->error);
    if (r->verdict == CAD_VERDICT_ok && is_record(r, key))
        return cad_buf_add(out, r->out, r->out_len);
    return print_dead(r, key, id, of, out);
}

cad_status cad_score_too_large(const char *key, const char *id, size_t bytes, bool complete, cad_buf *out)
{
    char text[80];
    snprintf(text, sizeof text, "%zu bytes are more than a worker is given", bytes);
    json_t *o =
        json_pack("{ss,ss,ss,si,si,sn,sb,sn,sn,s{ss,si,ss},sn,sn,s[s],s{}}", "key", key, "id", id, "class",
                  cad_class_name(CAD_CLASS_parse), "level", (int)complete, "text", (int)complete, "kernel", "valid", 0, "cd",
                  "iou", "error", "stage", "parse", "line", 0, "text", text, "checks", "seven", "diags", "limit", "m");
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a record");
    cad_status s = cad_json_print(o, out);
    json_decref(o);
    return s;
}

void cad_score_register(void)
{
    cad_worker_register(CAD_SCORE_HANDLER, cad_score_job);
}
