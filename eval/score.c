#include "eval/score.h"

#include "core/clock.h"
#include "core/pool.h"
#include "eval/expect.h"
#include "eval/part.h"
#include "eval/seven.h"

#include <math.h>
#include <string.h>

static const size_t ARENA = (size_t)2 << 30; /* address space of one job; the worker's own limit is the real bound */

typedef struct job {
    const char *key, *id, *text, *reference;
    size_t text_len;
    bool complete;
    const json_t *expect;
    int seven;
} job;

static cad_status read_job(const json_t *o, job *j)
{
    const char *where = "score job";
    *j = (job){0};
    CAD_TRY(cad_json_get_string(o, "key", where, &j->key));
    CAD_TRY(cad_json_get_string(o, "id", where, &j->id));
    CAD_TRY(cad_json_get_string(o, "text", where, &j->text));
    CAD_TRY(cad_json_get_bool(o, "complete", where, &j->complete));
    j->text_len = json_string_length(json_object_get(o, "text"));
    j->reference = json_string_value(json_object_get(o, "reference"));
    j->expect = json_object_get(o, "expect");
    if (json_is_null(j->expect))
        j->expect = NULL;
    j->seven = (int)json_integer_value(json_object_get(o, "seven"));
    return CAD_OK;
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *facts_json(const cad_part *p)
{
    const cad_facts *f = &p->facts;
    const int32_t *k = f->kinds;
    return json_pack("{sf,si,si,si,si,si,si,si,si,s{si,si,si,si,si,si}}", "area", f->area, "solids", f->solids, "shells",
                     f->shells, "shells_closed", f->shells_closed, "edges", f->edges, "vertices", f->vertices, "euler",
                     f->euler, "brepcheck", f->brepcheck, "open", (int)p->open_mask, "kinds", "plane",
                     k[CAD_SURFACE_plane], "cylinder", k[CAD_SURFACE_cylinder], "cone", k[CAD_SURFACE_cone], "sphere",
                     k[CAD_SURFACE_sphere], "torus", k[CAD_SURFACE_torus], "other", k[CAD_SURFACE_other]);
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
    return json_pack("{ss,sI,ss}", "stage", p->stage, "line", (json_int_t)p->error_line, "text", p->error);
}

static json_t *diag_codes(const cad_part *p)
{
    json_t *a = json_array();
    for (int32_t i = 0; i < p->diags->n; i++)
        json_array_append_new(a, json_string(p->diags->item[i].code));
    return a;
}

/* Scores against the reference; NaN where there is none.  *bad: the reference itself has no usable mesh. */
static cad_status compare(const job *j, const cad_part *p, cad_arena *arena, cad_likeness *out, bool *bad)
{
    *out = (cad_likeness){NAN, NAN, NAN};
    *bad = false;
    if (!j->reference)
        return CAD_OK;
    cad_part g;
    CAD_TRY(cad_part_make(j->reference, strlen(j->reference), true, arena, &g));
    cad_status s = CAD_OK;
    *bad = g.mesh.n_tri == 0;
    if (!*bad && p->mesh.n_tri > 0)
        s = cad_part_compare(&g, p, j->id, j->key, arena, out);
    cad_part_deinit(&g);
    return s;
}

static cad_status record(const job *j, cad_arena *arena, cad_buf *out)
{
    double start = cad_clock_now();
    cad_part p;
    cad_likeness l;
    bool bad_reference;
    CAD_TRY(cad_part_make(j->text, j->text_len, j->complete, arena, &p));
    cad_status s = compare(j, &p, arena, &l, &bad_reference);
    if (s != CAD_OK) {
        cad_part_deinit(&p);
        return s;
    }
    const cad_facts *f = &p.facts;
    const double *b = f->box;
    json_t *r = json_pack("{ss,ss,ss,si,sb,so,so,sf,s[ffffff],si,si,so,so,so,so,so,s{so,so,so},sf}", "key", j->key, "id",
                          j->id, "class", cad_class_name(bad_reference ? CAD_CLASS_reference_bad : p.class_), "level",
                          p.level, "valid", p.level >= 8, "cd", number(l.cd_a1), "iou", number(l.iou_a1), "volume",
                          f->volume, "bbox", b[0], b[1], b[2], b[3], b[4], b[5], "faces", f->faces_merged, "genus",
                          f->genus, "error", error_json(&p), "checks", checks_json(j, &p), "seven", seven_json(j, &p),
                          "diags", diag_codes(&p), "facts", facts_json(&p), "m", "cd.s2.p2s.8192.A1", number(l.cd_a1),
                          "iou.v64.A1", number(l.iou_a1), "iou.v64.A0c", number(l.iou_a0c), "ms",
                          1e3 * (cad_clock_now() - start));
    cad_part_deinit(&p);
    if (!r)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a record");
    s = cad_json_print(r, out);
    json_decref(r);
    return s;
}

cad_status cad_score_job(const void *in, size_t len, cad_buf *out)
{
    json_t *o;
    CAD_TRY(cad_json_parse(in, len, "score job", &o));
    cad_arena *arena = NULL;
    job j;
    cad_status s = read_job(o, &j);
    if (s == CAD_OK)
        s = cad_arena_create("score", cad_worker_space(ARENA), &arena);
    if (s == CAD_OK)
        s = record(&j, arena, out);
    cad_arena_destroy(arena);
    json_decref(o);
    return s;
}

cad_status cad_score_dead(const char *key, const char *id, const char *class_, const char *stage, const char *text,
                          cad_buf *out)
{
    json_t *r = json_pack("{ss,ss,ss,si,sb,sn,sn,s{ss,si,ss},sn,sn,s{}}", "key", key, "id", id, "class", class_, "level", 0,
                          "valid", 0, "cd", "iou", "error", "stage", stage, "line", 0, "text", text, "checks", "seven", "m");
    if (!r)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a record");
    cad_status s = cad_json_print(r, out);
    json_decref(r);
    return s;
}

void cad_score_register(void)
{
    cad_worker_register(CAD_SCORE_HANDLER, cad_score_job);
}
