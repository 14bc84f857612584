/* Instances as nested, relative or flat text. */
#include "cad/step/step_write.h"
#include "cad/step/text_impl.h"

#include "core/size.h"

#include <string.h>

enum { OPEN_BRACKETS = 1024 };

/* A bracket that is open: what follows in it. */
typedef struct open_bracket {
    uint32_t p, end;
    bool parts; /* of a complex instance: no commas */
} open_bracket;

typedef struct printer {
    const cad_text *t;
    const cad_step *m;
    cad_step_ids ids;
    bool defs_first;
    cad_buf *out;
    cad_buf string;
    uint32_t *uses;  /* references to it */
    uint32_t *label; /* its number; 0: none yet */
    uint32_t labels, written;
    open_bracket *open; /* (n_open) */
    uint32_t n_open, cap_open;
    bool inline_refs; /* an unlabelled reference stands for the instance itself */
} printer;

/* ---- brackets ---- */

static cad_status push(printer *w, uint32_t p, uint32_t size, bool parts)
{
    if (w->n_open == w->cap_open)
        CAD_FAIL(CAD_EDATA, "instances stand in each other more than %u brackets deep", w->cap_open);
    w->open[w->n_open++] = (open_bracket){p, p + size, parts};
    return CAD_OK;
}

/* Opens instance i: its keyword and bracket. */
static cad_status open_instance(printer *w, uint32_t i)
{
    const cad_step_instance *it = &w->m->instance[i];
    w->written++;
    if (it->type == CAD_STEP_NONE) {
        CAD_TRY(cad_buf_str(w->out, w->inline_refs ? "&(" : "("));
        return push(w, it->param, it->size, true);
    }
    if (w->inline_refs && w->n_open && cad_text_known(w->t, i) == CAD_STEP_IS_UNKNOWN)
        CAD_TRY(cad_buf_str(w->out, "=")); /* without it, it would be a typed parameter */
    CAD_TRY(cad_buf_printf(w->out, "%s(", cad_step_name(w->m, it->type)));
    return push(w, it->param, it->size, false);
}

static cad_status add_reference(printer *w, uint32_t to, uint32_t *inside)
{
    *inside = CAD_STEP_NONE;
    if (to == CAD_STEP_NONE)
        return cad_buf_str(w->out, "$");
    if (w->ids == CAD_STEP_IDS_relative)
        return cad_buf_printf(w->out, "@%u", w->labels - w->label[to]);
    if (w->label[to])
        return cad_buf_printf(w->out, "#%u", w->label[to]);
    if (w->uses[to] > 1) {
        w->label[to] = ++w->labels;
        CAD_TRY(cad_buf_printf(w->out, "#%u:", w->label[to]));
    }
    *inside = to;
    return CAD_OK;
}

/* The parameter at the top bracket's p; moves on. */
static cad_status step(printer *w)
{
    open_bracket *b = &w->open[w->n_open - 1];
    uint32_t p = b->p, inside = CAD_STEP_NONE;
    const cad_step_param *it = &w->m->param[p];
    b->p = cad_step_next(w->m, p);
    switch ((cad_step_kind)it->kind) {
    case CAD_STEP_REF:
        CAD_TRY(add_reference(w, it->ref, &inside));
        return inside == CAD_STEP_NONE ? CAD_OK : open_instance(w, inside);
    case CAD_STEP_LIST:
        CAD_TRY(cad_buf_str(w->out, "("));
        return push(w, p + 1, it->holds.size, false);
    case CAD_STEP_TYPED:
    case CAD_STEP_PART:
        CAD_TRY(cad_buf_printf(w->out, "%s(", cad_step_name(w->m, it->holds.of)));
        return push(w, p + 1, it->holds.size, false);
    default:
        return cad_step_write_value(w->m, p, &w->string, w->out);
    }
}

static cad_status add_instance(printer *w, uint32_t i)
{
    CAD_TRY(open_instance(w, i));
    bool first = true;
    while (w->n_open) {
        open_bracket *b = &w->open[w->n_open - 1];
        uint32_t depth = w->n_open;
        if (b->p >= b->end) {
            CAD_TRY(cad_buf_str(w->out, ")"));
            w->n_open--;
            first = false;
            continue;
        }
        if (!first && !b->parts)
            CAD_TRY(cad_buf_str(w->out, ","));
        CAD_TRY(step(w));
        first = w->n_open > depth;
    }
    return CAD_OK;
}

/* ---- orders ---- */

/* What the roots reach, each instance before (or behind) those it refers to. */
typedef struct walk {
    uint32_t *at, n; /* the order */
    bool cycle;
} walk;

typedef struct walk_frame {
    uint32_t i, p;
} walk_frame;

static cad_status walk_all(printer *w, bool defs_first, walk *out)
{
    const cad_step *m = w->m;
    walk_frame *stack;
    uint8_t *state; /* 1 on the path, 2 done */
    uint32_t n = 0;
    size_t count = cad_size_add(m->n, 1);
    CAD_TRY(cad_arena_alloc(w->t->a, cad_size_mul(count, sizeof *out->at), "order", &out->at));
    CAD_TRY(cad_arena_alloc(w->t->a, cad_size_mul(count, sizeof *stack), "walk", &stack));
    CAD_TRY(cad_arena_zalloc(w->t->a, count, 1, "walk", &state));
    out->n = 0;
    out->cycle = false;
    for (uint32_t r = 0; r < w->t->n_roots; r++) {
        if (state[w->t->root[r]])
            continue;
        stack[n++] = (walk_frame){w->t->root[r], m->instance[w->t->root[r]].param};
        while (n) {
            walk_frame *f = &stack[n - 1];
            const cad_step_instance *it = &m->instance[f->i];
            if (!state[f->i] && !defs_first)
                out->at[out->n++] = f->i;
            state[f->i] = 1;
            uint32_t to = CAD_STEP_NONE;
            while (f->p < it->param + it->size && to == CAD_STEP_NONE)
                to = cad_step_ref(m, f->p++);
            if (to == CAD_STEP_NONE) {
                if (defs_first)
                    out->at[out->n++] = f->i;
                state[f->i] = 2;
                n--;
                continue;
            }
            w->uses[to]++;
            out->cycle = out->cycle || state[to] == 1;
            if (!state[to])
                stack[n++] = (walk_frame){to, m->instance[to].param};
        }
    }
    return CAD_OK;
}

static cad_status print_flat(printer *w, const walk *o)
{
    w->ids = CAD_STEP_IDS_flat;
    for (uint32_t k = 0; k < o->n; k++)
        w->label[o->at[k]] = k + 1;
    for (uint32_t k = 0; k < o->n; k++) {
        CAD_TRY(cad_buf_printf(w->out, "#%u=", k + 1));
        CAD_TRY(add_instance(w, o->at[k]));
        CAD_TRY(cad_buf_str(w->out, ";\n"));
    }
    return CAD_OK;
}

static cad_status print_relative(printer *w, const walk *o)
{
    for (uint32_t k = 0; k < o->n; k++) {
        w->labels = w->label[o->at[k]] = k + 1;
        CAD_TRY(add_instance(w, o->at[k]));
        CAD_TRY(cad_buf_str(w->out, "\n"));
    }
    return CAD_OK;
}

/* Shared instances ahead, where they are to stand before their use, then the roots. */
static cad_status print_nested(printer *w, const walk *o)
{
    w->inline_refs = true;
    for (uint32_t k = 0; w->defs_first && k < o->n; k++) {
        if (w->uses[o->at[k]] < 2)
            continue;
        CAD_TRY(cad_buf_printf(w->out, "#%u=", w->labels + 1));
        CAD_TRY(add_instance(w, o->at[k]));
        CAD_TRY(cad_buf_str(w->out, ";\n"));
        w->label[o->at[k]] = ++w->labels;
    }
    for (uint32_t r = 0; r < w->t->n_roots; r++) {
        uint32_t i = w->t->root[r];
        if (w->label[i]) /* a root that another one refers to, as a solid of a representation may be */
            continue;
        if (w->uses[i]) {
            w->label[i] = ++w->labels;
            CAD_TRY(cad_buf_printf(w->out, "#%u=", w->label[i]));
        }
        CAD_TRY(add_instance(w, i));
        CAD_TRY(cad_buf_str(w->out, ";\n"));
    }
    return CAD_OK;
}

static cad_status print_all(printer *w, bool *out_flat)
{
    walk o;
    CAD_TRY(walk_all(w, w->ids == CAD_STEP_IDS_relative || w->defs_first, &o));
    *out_flat = o.cycle && w->ids != CAD_STEP_IDS_flat;
    if (o.cycle || w->ids == CAD_STEP_IDS_flat)
        return print_flat(w, &o);
    return w->ids == CAD_STEP_IDS_relative ? print_relative(w, &o) : print_nested(w, &o);
}

cad_status cad_text_print(const cad_text *t, const cad_step_form *f, cad_buf *out, uint32_t *out_kept, bool *out_flat)
{
    cad_frame mark = cad_arena_mark(t->a);
    printer w = {.t = t,
                 .m = &t->m,
                 .ids = f->ids,
                 .defs_first = f->order == CAD_STEP_ORDER_DEFS_FIRST,
                 .out = out,
                 .string = CAD_BUF_INIT,
                 .cap_open = OPEN_BRACKETS};
    size_t n = cad_size_add(t->m.n, 1);
    CAD_TRY(cad_arena_zalloc(t->a, n, sizeof *w.uses, "references", &w.uses));
    CAD_TRY(cad_arena_zalloc(t->a, n, sizeof *w.label, "labels", &w.label));
    CAD_TRY(cad_arena_alloc(t->a, OPEN_BRACKETS * sizeof *w.open, "brackets", &w.open));
    size_t before = out->len;
    cad_status s = print_all(&w, out_flat);
    if (s == CAD_EDATA && w.inline_refs) { /* too deep to nest */
        cad_step_form flat = *f;
        flat.ids = CAD_STEP_IDS_flat;
        out->len = before;
        cad_buf_deinit(&w.string);
        cad_arena_rewind(t->a, mark);
        CAD_TRY(cad_text_print(t, &flat, out, out_kept, out_flat));
        *out_flat = true;
        return CAD_OK;
    }
    cad_buf_deinit(&w.string);
    cad_arena_rewind(t->a, mark);
    *out_kept = w.written;
    return s;
}
