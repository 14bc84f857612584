#include "dataprep/step_verify.h"

#include "cad/occt/solid.h"
#include "cad/step/step_check.h"
#include "cad/step/step_write.h"
#include "core/mem.h"
#include "core/size.h"
#include "dataprep/step_files.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY = 200 };

/* ---- one model ---- */

typedef struct answer {
    int64_t changed, bytes;
    int32_t k;
    char why[WHY];
} answer;

/* What the kernel makes of a text: CAD_EGEOM and CAD_EPARSE are its verdict, too. */
static cad_status look(const cad_buf *text, cad_sound *out)
{
    cad_solid *solid = NULL;
    *out = (cad_sound){0};
    cad_status s = cad_solid_read_step(cad_buf_cstr(text), text->len, &solid);
    if (s == CAD_OK)
        s = cad_solid_sound(solid, out);
    cad_solid_destroy(solid);
    return s;
}

/* False: *why tells what changed.  `step` is the last decimal in parts of the extent. */
static bool same_part(const cad_sound *was, const cad_sound *is, double step, char why[WHY])
{
    double loosest = fmax(2 * step * was->extent, was->tolerance);
    if (!is->valid)
        snprintf(why, WHY, "no valid solid");
    else if (is->solids != was->solids || is->faces != was->faces)
        snprintf(why, WHY, "%d solids and %d faces; expected %d and %d", is->solids, is->faces, was->solids, was->faces);
    else if (!(fabs(is->volume - was->volume) <= 100 * step * was->volume))
        snprintf(why, WHY, "the volume is %.12g mm3; expected %.12g", is->volume, was->volume);
    else if (!(is->tolerance <= loosest))
        snprintf(why, WHY, "a tolerance is %.3g mm; expected at most %.3g", is->tolerance, loosest);
    else
        return true;
    return false;
}

typedef struct work {
    cad_step_verify_job job;
    cad_step *m;
    cad_step_param *exact; /* the parameters as they were read */
    double unit;           /* 10^-k times this is the last decimal in parts of the extent */
    cad_sound was;
    int64_t findings[CAD_STEP_CODES]; /* of the model as it was read */
    answer a;
} work;

static cad_status write_text(const work *w, cad_buf *out)
{
    cad_buf_clear(out);
    return cad_step_write(w->m, &(cad_step_write_opts){.plain = true}, out);
}

static void back_to_exact(work *w)
{
    memcpy(w->m->param, w->exact, w->m->n_params * sizeof *w->exact);
    w->a.changed = 0;
}

/* How many more findings of each kind the checks without a kernel have than before. */
static cad_status count_findings(cad_step *m, int64_t out[CAD_STEP_CODES])
{
    int64_t before[CAD_STEP_CODES];
    memcpy(before, m->diags.count, sizeof before);
    CAD_TRY(cad_step_check(m, &(cad_step_check_opts){.geometry = true}));
    for (int c = 0; c < CAD_STEP_CODES; c++)
        out[c] = m->diags.count[c] - before[c];
    return CAD_OK;
}

static cad_status same_findings(const work *w, char why[WHY], bool *same)
{
    int64_t is[CAD_STEP_CODES];
    *same = true;
    CAD_TRY(count_findings(w->m, is));
    for (int c = CAD_STEP_G01; *same && c <= CAD_STEP_G09; c++)
        if (is[c] > w->findings[c]) {
            snprintf(why, WHY, "%lld findings of %s; expected %lld", (long long)is[c], cad_step_code_name((cad_step_code)c),
                     (long long)w->findings[c]);
            *same = false;
        }
    return CAD_OK;
}

/* What the kernel says of the model as it is now; *out is its text. */
static cad_status same_solid(const work *w, int32_t k, cad_buf *out, char why[WHY], bool *same)
{
    cad_sound is;
    CAD_TRY(write_text(w, out));
    cad_status s = look(out, &is);
    *same = s == CAD_OK && same_part(&w->was, &is, pow(10, -k) * w->unit, why);
    if (s != CAD_EGEOM && s != CAD_EPARSE)
        return s;
    snprintf(why, WHY, "%s", cad_error_text());
    return CAD_OK;
}

/* Whether k digits will do. */
static cad_status try_digits(work *w, int32_t k, cad_buf *out, bool *will_do)
{
    char stage[16], why[WHY];
    snprintf(stage, sizeof stage, "k%d", (int)k);
    cad_worker_stage(stage);
    back_to_exact(w);
    cad_step_places places = w->job.relative ? cad_step_places_of(cad_step_extent(w->m), k) : cad_step_places_fixed(k);
    CAD_TRY(cad_step_round(w->m, &places, &w->a.changed));
    *will_do = true;
    if (w->a.changed == 0)
        return CAD_OK;
    CAD_TRY(same_findings(w, why, will_do));
    if (*will_do && w->job.kernel)
        CAD_TRY(same_solid(w, k, out, why, will_do));
    if (!*will_do)
        snprintf(w->a.why, WHY, "%d digits: %.*s", (int)k, WHY - 20, why);
    return CAD_OK;
}

/* Whether the kernel finds anything that could be kept. */
static cad_status look_at_source(work *w, cad_buf *out, bool *sound)
{
    cad_worker_stage("source");
    CAD_TRY(write_text(w, out));
    cad_status s = look(out, &w->was);
    *sound = s == CAD_OK && w->was.valid;
    if (!*sound)
        snprintf(w->a.why, WHY, "the file has no valid solid%s%.150s", s ? ": " : "", s ? cad_error_text() : "");
    return s == CAD_EGEOM || s == CAD_EPARSE ? CAD_OK : s;
}

static cad_status find_digits(work *w, cad_buf *out)
{
    bool sound = true, will_do;
    if (w->job.kernel)
        CAD_TRY(look_at_source(w, out, &sound));
    if (!sound)
        return CAD_OK;
    CAD_TRY(count_findings(w->m, w->findings));
    for (int32_t k = w->job.first; k == w->job.first || k <= CAD_STEP_VERIFY_LAST; k++) {
        CAD_TRY(try_digits(w, k, out, &will_do));
        w->a.k = k;
        if (will_do)
            return CAD_OK;
    }
    w->a.k = 0;
    back_to_exact(w);
    return CAD_OK;
}

static cad_status open_work(work *w, const cad_step_verify_job *job, cad_step *m)
{
    memset(w, 0, sizeof *w); /* padding too: the answer travels as bytes */
    w->job = *job;
    w->m = m;
    w->a.bytes = (int64_t)m->len;
    CAD_TRY(cad_step_verdict(m));
    CAD_TRY(cad_mem_alloc(cad_size_mul(m->n_params, sizeof *w->exact), "parameters of a STEP file", &w->exact));
    memcpy(w->exact, m->param, m->n_params * sizeof *w->exact);
    double extent = cad_step_extent(m);
    w->unit = job->relative || !(extent > 0 && extent < 1) ? 1 : 1 / extent; /* directions have the same decimals */
    return CAD_OK;
}

cad_status cad_step_round_checked(const cad_step_verify_job *job, cad_step *m, cad_buf *why, int32_t *out_k,
                                  int64_t *out_changed)
{
    work w;
    cad_buf unused = CAD_BUF_INIT;
    cad_status s = open_work(&w, job, m);
    if (s == CAD_OK)
        s = find_digits(&w, &unused);
    if (s == CAD_OK)
        s = cad_buf_str(why, w.a.why);
    *out_k = w.a.k;
    *out_changed = w.a.changed;
    cad_mem_free(w.exact);
    cad_buf_deinit(&unused);
    return s;
}

/* ---- in the worker ---- */

static cad_status run(work *w, const cad_step_verify_job *job, cad_step *m, cad_buf *made, cad_buf *out)
{
    CAD_TRY(open_work(w, job, m));
    CAD_TRY(find_digits(w, made));
    if (w->a.k == 0 || w->a.changed == 0) /* otherwise the text is that which was looked at last */
        CAD_TRY(write_text(w, made));
    CAD_TRY(cad_buf_add(out, &w->a, sizeof w->a));
    return cad_buf_add(out, made->data, made->len);
}

cad_status cad_step_verify_run(const cad_step_verify_job *job, const char *text, size_t len, cad_buf *out)
{
    cad_buf made = CAD_BUF_INIT;
    work w = {.exact = NULL};
    cad_step *m;
    cad_worker_stage("parse");
    CAD_TRY(cad_step_read(text, len, &(cad_step_opts){0}, &m));
    cad_status s = run(&w, job, m, &made, out);
    cad_step_close(m);
    cad_mem_free(w.exact);
    cad_buf_deinit(&made);
    return s;
}

static cad_status handle(const void *in, size_t len, cad_buf *out)
{
    cad_step_verify_job job;
    cad_buf text = CAD_BUF_INIT;
    if (len <= sizeof job || ((const char *)in)[len - 1] != '\0')
        CAD_FAIL(CAD_EINTERNAL, "round worker: a job of %zu bytes; expected more than %zu and a path", len, sizeof job);
    memcpy(&job, in, sizeof job);
    cad_status s = cad_step_files_read((const char *)in + sizeof job, CAD_STEP_VERIFY_FILE, &text);
    if (s == CAD_OK)
        s = cad_step_verify_run(&job, cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return s;
}

void cad_step_verify_register(void)
{
    cad_worker_register(CAD_STEP_VERIFY_HANDLER, handle);
}

/* ---- in the caller ---- */

cad_status cad_step_verify_submit(cad_pool *p, uint64_t tag, const cad_step_verify_job *job, const char *path)
{
    cad_buf in = CAD_BUF_INIT;
    cad_status s = cad_buf_add(&in, job, sizeof *job);
    if (s == CAD_OK)
        s = cad_buf_add(&in, path, strlen(path) + 1);
    if (s == CAD_OK)
        s = cad_pool_submit(p, CAD_STEP_VERIFY_HANDLER, tag, in.data, in.len);
    cad_buf_deinit(&in);
    return s;
}

cad_status cad_step_verify_answer(const cad_pool_result *r, cad_step_verified *out)
{
    answer a;
    if (r->out_len < sizeof a)
        CAD_FAIL(CAD_EINTERNAL, "round worker: an answer of %zu bytes; expected at least %zu", r->out_len, sizeof a);
    memcpy(&a, r->out, sizeof a);
    if (a.k < 0 || a.k > CAD_STEP_DIGITS_MOST || a.changed < 0 || a.bytes < 0 ||
        !memchr(r->out + offsetof(answer, why), '\0', WHY))
        CAD_FAIL(CAD_EINTERNAL, "round worker: a malformed answer");
    *out = (cad_step_verified){.k = a.k,
                               .changed = a.changed,
                               .bytes = a.bytes,
                               .why = (const char *)r->out + offsetof(answer, why),
                               .text = (const char *)r->out + sizeof a,
                               .len = r->out_len - sizeof a};
    return CAD_OK;
}

int32_t cad_step_verify_lost_at(const cad_pool_result *r)
{
    long k = r->stage[0] == 'k' ? strtol(r->stage + 1, NULL, 10) : 0;
    return k >= 0 && k <= CAD_STEP_DIGITS_MOST ? (int32_t)k : 0;
}
