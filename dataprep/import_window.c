#include "dataprep/import_window.h"

#include "core/mem.h"
#include "core/stop_signal.h"
#include "core/threads.h"
#include "dataprep/row_window.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

enum { GRAIN = 4 };
/* Address space of a thread, of which it uses what one model takes. */
static const size_t SCRATCH = (size_t)1 << 30;

typedef struct slot {
    cad_import_part part;
    bool done;
    cad_status failed; /* of the machine: nothing more is done */
} slot;

struct cad_import_window {
    cad_import_work work;
    slot slot[CAD_IMPORT_WINDOW];
    int64_t count, written;      /* slots; those that are written */
    int64_t before;              /* models of earlier windows */
    atomic_int_fast64_t waiting; /* bytes in slots */
};

cad_status cad_import_window_create(const cad_import_work *work, cad_import_window **out)
{
    CAD_TRY(cad_mem_alloc(sizeof **out, "import window", out));
    (*out)->work = *work;
    return CAD_OK;
}

static void release(cad_import_window *w)
{
    for (int64_t k = 0; k < w->count; k++)
        cad_import_part_deinit(&w->slot[k].part);
}

void cad_import_window_destroy(cad_import_window *w)
{
    if (!w)
        return;
    release(w);
    cad_mem_free(w);
}

/* ---- made by threads ---- */

static void make_slot(cad_import_window *w, cad_arena *scratch, int64_t k)
{
    slot *s = &w->slot[k];
    /* Who is first always goes on; the others wait where much waits already. */
    if (s->done || (k > w->written && atomic_load(&w->waiting) > CAD_ROW_WINDOW))
        return;
    cad_frame mark = cad_arena_mark(scratch);
    s->failed = w->work.make(w->work.ctx, k, scratch, &s->part);
    cad_arena_rewind(scratch, mark);
    if (s->failed != CAD_OK) {
        cad_buf_clear(&s->part.message);
        if (cad_buf_str(&s->part.message, cad_error_text()) != CAD_OK)
            cad_buf_deinit(&s->part.message);
    }
    s->done = true;
    atomic_fetch_add(&w->waiting, (int64_t)(s->part.line.cap + s->part.canonical.cap));
}

static void make_some(void *ctx, int64_t begin, int64_t end)
{
    cad_import_window *w = ctx;
    cad_arena *scratch = NULL;
    cad_status s = cad_arena_create("import", SCRATCH, &scratch);
    if (s != CAD_OK) {
        w->slot[begin].failed = s;
        return;
    }
    for (int64_t k = begin; k < end && cad_stop_abandoned() == CAD_OK; k++)
        make_slot(w, scratch, k);
    cad_arena_destroy(scratch);
}

static cad_status failure_in(const cad_import_window *w)
{
    for (int64_t k = 0; k < w->count; k++)
        if (w->slot[k].failed != CAD_OK)
            return cad_fail(w->slot[k].failed, "%s", cad_buf_cstr(&w->slot[k].part.message));
    return CAD_OK;
}

/* ---- in order ---- */

static void told(void *ctx, size_t k)
{
    cad_import_window *w = ctx;
    k += (size_t)w->written;
    atomic_fetch_sub(&w->waiting, (int64_t)w->slot[k].part.canonical.cap);
    cad_progress_show(w->work.progress, w->before + (int64_t)k + 1, NULL);
}

/* The kernel's word on those that wait for it. */
static cad_status ask_kernel(cad_import_window *w)
{
    cad_import_part *part[CAD_IMPORT_WINDOW];
    size_t n = 0;
    for (int64_t k = w->written; k < w->count; k++)
        part[n++] = &w->slot[k].part;
    return cad_import_check_parts(w->work.check, part, n, told, w);
}

static cad_status write_slot(cad_import_window *w, int64_t k)
{
    cad_import_part *p = &w->slot[k].part;
    cad_import_model m = {.source = ""};
    CAD_TRY(w->work.tell(w->work.ctx, k, p, &m.id, &m.source));
    m.class_ = p->class_;
    m.message = cad_buf_cstr(&p->message);
    m.line = &p->line;
    m.bytes = p->bytes;
    CAD_TRY(cad_import_out_add(w->work.out, &m));
    atomic_fetch_sub(&w->waiting, (int64_t)(p->line.cap + p->canonical.cap));
    cad_import_part_deinit(p);
    return CAD_OK;
}

cad_status cad_import_window_run(cad_import_window *w, int64_t count)
{
    assert(count <= CAD_IMPORT_WINDOW);
    release(w);
    memset(w->slot, 0, sizeof w->slot);
    w->count = count;
    w->written = 0;
    atomic_store(&w->waiting, 0);
    while (w->written < count) {
        cad_parallel_for(count, GRAIN, make_some, w);
        CAD_TRY(failure_in(w));
        if (w->work.check)
            CAD_TRY(ask_kernel(w));
        if (cad_stop_abandoned() != CAD_OK)
            CAD_FAIL(CAD_EINTR, "interrupted; no corpus is written%s",
                     w->work.check ? "; what the kernel said is kept for the same call" : "");
        for (; w->written < count && w->slot[w->written].done; w->written++)
            CAD_TRY(write_slot(w, w->written));
        cad_progress_show(w->work.progress, w->before + w->written, NULL);
    }
    w->before += count;
    return CAD_OK;
}
