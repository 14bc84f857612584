#include "eval/why.h"

/* " 1 face", " 2 faces". */
static cad_status counted(cad_buf *out, int32_t n, const char *what)
{
    return cad_buf_printf(out, " %d %s%s", (int)n, what, n == 1 ? "" : "s");
}

static cad_status no_shape(const cad_facts *f, cad_buf *out)
{
    if (f->roots == 0)
        return cad_buf_str(out, "no shape: nothing in it describes one");
    CAD_TRY(cad_buf_str(out, "no shape: the geometry kernel made none of"));
    CAD_TRY(counted(out, f->roots, "root"));
    return CAD_OK;
}

static cad_status no_solid(const cad_facts *f, cad_buf *out)
{
    int32_t open = f->shells - f->shells_closed;
    CAD_TRY(cad_buf_str(out, "no solid:"));
    if (f->shells == 0 && f->faces == 0) {
        CAD_TRY(counted(out, f->edges, "edge"));
        return cad_buf_str(out, " and no face");
    }
    if (open > 0)
        CAD_TRY(counted(out, open, "open shell"));
    if (f->shells_closed > 0) {
        CAD_TRY(cad_buf_str(out, open > 0 ? " and" : ""));
        CAD_TRY(counted(out, f->shells_closed, "closed shell"));
    }
    CAD_TRY(cad_buf_str(out, f->shells > 0 ? " of" : ""));
    CAD_TRY(counted(out, f->faces, "face"));
    return f->shells > 0 ? CAD_OK : cad_buf_str(out, " in no shell");
}

static cad_status not_closed(const cad_facts *f, cad_buf *out)
{
    if (f->shells_closed < f->shells) {
        CAD_TRY(cad_buf_printf(out, "not closed: %d of", (int)(f->shells - f->shells_closed)));
        CAD_TRY(counted(out, f->shells, "shell"));
        return cad_buf_str(out, f->shells - f->shells_closed == 1 ? " is open" : " are open");
    }
    return cad_buf_printf(out, "not closed: %s without volume, or inside out; volume %.6g mm3",
                          f->solids == 1 ? "a solid" : "one of the solids is", f->volume);
}

cad_status cad_facts_why(const cad_facts *f, cad_buf *out)
{
    if (f->level < 5)
        return no_shape(f, out);
    if (f->level < 6)
        return no_solid(f, out);
    if (f->level < 7)
        return not_closed(f, out);
    if (f->level >= 8)
        return CAD_OK;
    if (!f->brepcheck)
        return cad_buf_str(out, "the geometry check fails");
    return cad_buf_printf(out, "a tolerance of %.3g mm; expected at most a thousandth of the largest extent", f->tolerance);
}
