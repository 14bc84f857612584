#include "dataprep/import_check.h"

#include "cad/occt/solid.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/pool.h"
#include "core/stop_signal.h"
#include "dataprep/hash_index.h"
#include "dataprep/import_out.h"
#include "dataprep/journal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CPU_S = 30, SPACE = 256 << 20, MOST_TEXT = 400 };
static const char HANDLER[] = "import";

/* ---- in the worker ---- */

/* One byte for the class, then text. */
static cad_status answer(cad_import_class c, const char *message, cad_buf *out)
{
    CAD_TRY(cad_buf_add(out, &(unsigned char){(unsigned char)c}, 1));
    return cad_buf_str(out, message);
}

static cad_status judge(const cad_facts *f, cad_buf *out)
{
    char text[MOST_TEXT];
    double side[3], box = 1, diagonal = 0;
    for (int k = 0; k < 3; k++) {
        side[k] = f->box[k + 3] - f->box[k];
        box *= side[k];
        diagonal = hypot(diagonal, side[k]);
    }
    double most = fmax(1e-3, 1e-4 * diagonal);
    if (f->solids < 1) {
        snprintf(text, sizeof text, "%d solids, %d shells, %d faces; expected a solid", f->solids, f->shells, f->faces);
        return answer(CAD_IMPORT_not_solid, text, out);
    }
    if (!f->brepcheck)
        snprintf(text, sizeof text, "BRepCheck refuses it (%d solids, %d faces)", f->solids, f->faces);
    else if (!(f->volume > 0) || !(f->volume <= box * 1.001))
        snprintf(text, sizeof text, "its volume is %g mm3, that of its box %g", f->volume, box);
    else if (!(f->tolerance <= most))
        snprintf(text, sizeof text, "its largest tolerance is %g mm; expected at most %g", f->tolerance, most);
    else
        return answer(CAD_IMPORT_ok, "", out);
    return answer(CAD_IMPORT_invalid, text, out);
}

static cad_status look(const cad_solid *s, cad_buf *out)
{
    cad_arena *a = NULL;
    cad_facts f;
    CAD_TRY(cad_arena_create("import check", cad_worker_space(SPACE), &a));
    cad_worker_stage("check");
    cad_status st = cad_solid_facts(s, a, &f);
    if (st == CAD_OK)
        st = judge(&f, out);
    else if (st == CAD_EGEOM)
        st = answer(CAD_IMPORT_invalid, cad_error_text(), out);
    cad_arena_destroy(a);
    return st;
}

static cad_status handle(const void *in, size_t len, cad_buf *out)
{
    cad_solid *s = NULL;
    cad_worker_stage("read");
    cad_status st = cad_solid_read_step(in, len, &s);
    if (st == CAD_EPARSE || st == CAD_EGEOM)
        return answer(CAD_IMPORT_build, cad_error_text(), out);
    CAD_TRY(st);
    st = look(s, out);
    cad_solid_destroy(s);
    return st;
}

void cad_import_check_register(void)
{
    cad_worker_register(HANDLER, handle);
}

/* ---- in the caller ---- */

bool cad_import_check_able(void)
{
    return strcmp(cad_solid_kernel(), "none") != 0;
}

struct cad_import_check {
    cad_pool *pool;
    cad_journal *said;
    uint64_t key[CAD_IMPORT_CHECK_TAGS]; /* of what is asked for */
    cad_buf message;
};

/* OUT.checked.jsonl; its salt is what decides the kernel's word beside the text. */
static cad_status open_journal(const char *out, cad_journal **said)
{
    cad_buf path = CAD_BUF_INIT, salt = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%.*s.checked.jsonl", (int)(strlen(out) - strlen(".jsonl")), out);
    if (s == CAD_OK)
        s = cad_buf_printf(&salt, "import %s", cad_solid_kernel());
    if (s == CAD_OK)
        s = cad_journal_open(path.data, salt.data, said);
    if (s == CAD_OK && cad_journal_known(*said) > 0)
        cad_log(CAD_LOG_INFO, "%s: goes on: the kernel has looked at %lld parts before", path.data,
                (long long)cad_journal_known(*said));
    cad_buf_deinit(&path);
    cad_buf_deinit(&salt);
    return s;
}

cad_status cad_import_check_open(const char *out, int workers, cad_import_check **c)
{
    cad_import_check *x = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *x, "import check", &x));
    cad_status s = open_journal(out, &x->said);
    if (s == CAD_OK)
        s = cad_pool_create(&(cad_pool_opts){.workers = workers, .cpu_s = CPU_S, .out_limit = 1 << 16}, &x->pool);
    if (s != CAD_OK)
        return cad_import_check_end(x, s);
    *c = x;
    return CAD_OK;
}

/* What an earlier call was told of this text; false: nothing that makes sense. */
static bool find(const cad_import_check *c, uint64_t key, cad_import_class *class_, cad_buf *message, cad_status *s)
{
    json_t *o = cad_journal_find(c->said, key);
    const char *name = json_string_value(json_object_get(o, "class")), *text = json_string_value(json_object_get(o, "message"));
    int k = 0;
    while (name && k < CAD_IMPORT_CLASS_COUNT && strcmp(cad_import_class_name((cad_import_class)k), name) != 0)
        k++;
    bool known = name && k < CAD_IMPORT_CLASS_COUNT;
    if (known) {
        *class_ = (cad_import_class)k;
        *s = text ? cad_buf_str(message, text) : CAD_OK;
    }
    json_decref(o);
    return known;
}

static cad_status class_of(const cad_pool_result *r, cad_import_class *out, cad_buf *message)
{
    switch (r->verdict) {
    case CAD_VERDICT_ok:
        if (r->out_len < 1 || r->out[0] >= CAD_IMPORT_CLASS_COUNT) {
            *out = CAD_IMPORT_kernel_crash;
            return cad_buf_str(message, "the worker's answer makes no sense");
        }
        *out = (cad_import_class)r->out[0];
        return cad_buf_add(message, r->out + 1, r->out_len - 1);
    case CAD_VERDICT_failed:
        if (r->status == CAD_ENOMEM || r->status == CAD_EUNSUPPORTED || r->status == CAD_EINTERNAL)
            return cad_fail(r->status, "%s", r->error);
        *out = CAD_IMPORT_build;
        break;
    case CAD_VERDICT_timeout:
        *out = CAD_IMPORT_timeout;
        break;
    case CAD_VERDICT_memory:
        *out = CAD_IMPORT_memory;
        break;
    default:
        *out = CAD_IMPORT_kernel_crash;
        break;
    }
    return cad_buf_printf(message, "%s%s%s", r->error, *r->stage ? ", in " : "", r->stage);
}

/* *known: an earlier call has asked. */
static cad_status ask(cad_import_check *c, size_t k, cad_import_part *p, bool *known)
{
    cad_status s = CAD_OK;
    c->key[k] = cad_hash_index_key(p->canonical.data, p->canonical.len);
    *known = find(c, c->key[k], &p->class_, &p->message, &s);
    return *known ? s : cad_pool_submit(c->pool, HANDLER, k, p->canonical.data, p->canonical.len);
}

static cad_status keep(cad_import_check *c, uint64_t key, cad_import_class class_, const char *message)
{
    json_t *o = json_pack("{ss}", "class", cad_import_class_name(class_));
    if (o && *message && json_object_set_new(o, "message", cad_json_text(message))) {
        json_decref(o);
        o = NULL;
    }
    return cad_journal_add(c->said, key, o);
}

/* The workers' next answer; *k: whose. */
static cad_status take_next(cad_import_check *c, cad_import_part *const *part, size_t *k)
{
    cad_pool_result r;
    CAD_TRY(cad_pool_next(c->pool, &r));
    *k = (size_t)r.tag;
    cad_import_part *p = part[*k];
    cad_buf_clear(&c->message);
    CAD_TRY(class_of(&r, &p->class_, &c->message));
    if (r.verdict == CAD_VERDICT_ok && p->class_ != CAD_IMPORT_kernel_crash) /* else it may be the machine's, not the part's */
        CAD_TRY(keep(c, c->key[*k], p->class_, cad_buf_cstr(&c->message)));
    return cad_buf_str(&p->message, cad_buf_cstr(&c->message));
}

cad_status cad_import_check_parts(cad_import_check *c, cad_import_part *const *part, size_t n,
                                  void (*told)(void *ctx, size_t k), void *ctx)
{
    assert(n <= CAD_IMPORT_CHECK_TAGS);
    for (size_t k = 0, at = 0; k < n || cad_pool_pending(c->pool) > 0;) {
        bool there = true;
        if (cad_stop_abandoned() != CAD_OK)
            break;
        if (k < n) {
            at = k++;
            if (part[at]->class_ != CAD_IMPORT_ok || !part[at]->canonical.len)
                continue;
            CAD_TRY(ask(c, at, part[at], &there));
        } else {
            CAD_TRY(take_next(c, part, &at));
        }
        if (!there)
            continue;
        if (told)
            told(ctx, at);
        cad_buf_deinit(&part[at]->canonical);
    }
    return CAD_OK;
}

cad_status cad_import_check_end(cad_import_check *c, cad_status s)
{
    cad_kept_error why;
    if (!c)
        return s;
    cad_error_keep(&why);
    cad_pool_destroy(c->pool);
    cad_buf_deinit(&c->message);
    cad_status ended = CAD_OK;
    if (c->said && (s == CAD_OK || s == CAD_EPARTIAL || s == CAD_ENOTFOUND))
        ended = cad_journal_end(c->said);
    else
        cad_journal_close(c->said);
    cad_mem_free(c);
    if (ended != CAD_OK)
        return ended;
    cad_error_restore(&why);
    return s;
}
