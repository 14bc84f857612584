#include "dataprep/import_check.h"

#include "cad/occt/solid.h"

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

cad_status cad_import_check_pool(int workers, cad_pool **out)
{
    return cad_pool_create(&(cad_pool_opts){.workers = workers, .cpu_s = CPU_S, .out_limit = 1 << 16}, out);
}

cad_status cad_import_check_submit(cad_pool *p, uint64_t tag, const cad_buf *text)
{
    return cad_pool_submit(p, HANDLER, tag, text->data, text->len);
}

cad_status cad_import_check_class(const cad_pool_result *r, cad_import_class *out, cad_buf *message)
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
