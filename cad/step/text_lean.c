#include "cad/step/text_lean.h"

#include "cad/step/step_number.h"
#include "cad/step/text_topology.h"

#include "core/hash.h"
#include "core/size.h"

#include <string.h>

void cad_text_lean_axes(cad_text *t, const uint8_t *kept)
{
    for (uint32_t i = 0; i < t->m.n; i++) {
        uint32_t at = kept[i] && cad_text_known(t, i) == CAD_STEP_IS_CIRCLE ? cad_step_ref(&t->m, cad_text_value(&t->m, i, 0))
                                                                            : CAD_STEP_NONE;
        uint32_t x = at == CAD_STEP_NONE ? CAD_STEP_NONE : cad_text_value(&t->m, at, 2);
        if (x != CAD_STEP_NONE && t->m.param[x].kind == CAD_STEP_REF)
            t->m.param[x].kind = CAD_STEP_UNSET;
    }
}

typedef struct printer {
    const cad_text *t;
    const cad_step *m;
    cad_buf *out, circles, faces; /* of a solid first its vertices, then its circles, then its faces */
    uint32_t *closer;
    uint32_t *number; /* (n) of vertices, and of circles */
    cad_id_map by_value, edges;
    uint32_t n_vertices, n_circles, n_faces;
    bool lean; /* nothing stood in the way so far */
} printer;

static cad_status give_up(printer *w)
{
    w->lean = false;
    return CAD_OK;
}

/* ---- numbers ---- */

/* "10" for 10., which costs a token less. */
static cad_status add_number(cad_buf *out, char before, double v)
{
    CAD_TRY(cad_buf_printf(out, "%c", before));
    CAD_TRY(cad_step_number_print(v == 0 ? 0 : v, out));
    if (out->data[out->len - 1] == '.')
        out->data[--out->len] = 0;
    return CAD_OK;
}

static cad_status add_xyz(cad_buf *out, char before, const double v[3])
{
    CAD_TRY(add_number(out, before, v[0]));
    CAD_TRY(add_number(out, ',', v[1]));
    return add_number(out, ',', v[2]);
}

/* What a circle's line holds, from the instances as they stand: text_topology.h makes its axis a unit vector. */
typedef struct circle_line {
    double radius, centre[3], axis[3];
} circle_line;

static bool circle_of(const cad_step *m, uint32_t i, circle_line *out)
{
    uint32_t r = cad_text_value(m, i, 1), at = cad_step_ref(m, cad_text_value(m, i, 0));
    if (at == CAD_STEP_NONE || cad_text_value(m, at, 2) == CAD_STEP_NONE ||
        m->param[cad_text_value(m, at, 2)].kind != CAD_STEP_UNSET)
        return false;
    uint32_t z = cad_step_ref(m, cad_text_value(m, at, 1));
    *out = (circle_line){.radius = m->param[r].real, .axis = {0, 0, 1}};
    bool is = cad_text_xyz(m, cad_step_ref(m, cad_text_value(m, at, 0)), out->centre) &&
              (z == CAD_STEP_NONE || cad_text_xyz(m, z, out->axis));
    for (int k = 0; k < 3; k++) { /* no negative zero among what is hashed */
        out->centre[k] += 0.0;
        out->axis[k] += 0.0;
    }
    return is;
}

static bool same_xyz(const double a[3], const double b[3])
{
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

static bool same_circle(const circle_line *a, const circle_line *b)
{
    return a->radius == b->radius && same_xyz(a->centre, b->centre) && same_xyz(a->axis, b->axis);
}

/* The number of a circle, the same for equal ones; 0: what stands there is none. */
static cad_status number_circle(printer *w, uint32_t i, uint32_t *out)
{
    static const double up[3] = {0, 0, 1};
    circle_line c, first;
    *out = w->number[i];
    if (*out || !circle_of(w->m, i, &c))
        return CAD_OK;
    uint32_t *at = cad_id_map_at(&w->by_value, cad_hash64(&c, sizeof c, 0));
    if (*at != UINT32_MAX) {
        bool same = circle_of(w->m, *at, &first) && same_circle(&c, &first);
        *out = w->number[i] = same ? w->number[*at] : 0;
        return CAD_OK;
    }
    *at = i;
    *out = w->number[i] = ++w->n_circles;
    CAD_TRY(add_number(&w->circles, 'c', c.radius));
    CAD_TRY(add_xyz(&w->circles, ',', c.centre));
    if (!same_xyz(c.axis, up))
        CAD_TRY(add_xyz(&w->circles, ',', c.axis));
    return cad_buf_str(&w->circles, "\n");
}

static cad_status number_vertex(printer *w, uint32_t i, uint32_t *out)
{
    double p[3];
    *out = w->number[i];
    if (*out || !cad_text_vertex_of(w->m, w->closer, i, p))
        return CAD_OK;
    *out = w->number[i] = ++w->n_vertices;
    CAD_TRY(add_xyz(w->out, 'v', p));
    return cad_buf_str(w->out, "\n");
}

/* ---- loops ---- */

static bool is_implied(const cad_step *m, uint32_t vertex)
{
    uint32_t p = cad_text_value(m, vertex, 0);
    return p != CAD_STEP_NONE && m->param[p].kind == CAD_STEP_UNSET;
}

static uint32_t begin_of(const cad_text_pass *s)
{
    return s->edge.vertex[!s->forward];
}

static uint32_t end_of(const cad_text_pass *s)
{
    return s->edge.vertex[s->forward];
}

static bool is_turn(const printer *w, const cad_text_pass *s)
{
    return begin_of(s) == end_of(s) && is_implied(w->m, begin_of(s)) && w->closer[begin_of(s)] == s->id;
}

/* An edge is told by its ends and its circle, a whole circle by itself: no second one may be. */
static bool is_the_edge(printer *w, const cad_text_pass *s, uint32_t circle)
{
    uint32_t from = begin_of(s), to = end_of(s);
    if (is_turn(w, s)) {
        from = to = CAD_TEXT_LEAN_MOST;
    } else if (circle ? !s->positive : from > to) {
        from = end_of(s);
        to = begin_of(s);
    }
    uint32_t *at = cad_id_map_at(&w->edges, cad_text_lean_edge(from, to, circle));
    if (*at == UINT32_MAX)
        *at = s->id;
    return *at == s->id;
}

/* `last` and `next` are the passes around s, which are s itself where it is alone. */
static cad_status add_pass(printer *w, const cad_text_pass *last, const cad_text_pass *s, const cad_text_pass *next, bool first,
                           bool alone)
{
    uint32_t vertex = 0, on = 0;
    bool turn = is_turn(w, s);
    if (s->edge.kind == CAD_TEXT_CIRCLE)
        CAD_TRY(number_circle(w, cad_step_ref(w->m, cad_text_value(w->m, s->id, 2)), &on));
    bool bare = s->edge.kind == CAD_TEXT_LINE && cad_step_arity(w->m, s->id) == 3 && /* name, two vertices */
                begin_of(s) != end_of(s);
    if (!(on || bare) || !is_the_edge(w, s, on) || begin_of(s) != end_of(last))
        return give_up(w);
    if (turn && !alone && is_turn(w, next)) /* a seam leads from a turn to what comes next */
        return give_up(w);
    if (turn)
        return cad_buf_printf(&w->faces, "%c%u", s->positive ? '>' : '<', on);
    if (is_implied(w->m, begin_of(s)) && (on || !is_turn(w, last)))
        return give_up(w);
    if (is_implied(w->m, end_of(s)) && (on || !is_turn(w, next)))
        return give_up(w);
    if (!is_implied(w->m, begin_of(s))) {
        CAD_TRY(number_vertex(w, begin_of(s), &vertex));
        if (!vertex)
            return give_up(w);
        CAD_TRY(cad_buf_printf(&w->faces, first ? "%u" : ",%u", vertex));
    }
    return on ? cad_buf_printf(&w->faces, "%c%u", s->positive ? '+' : '-', on) : CAD_OK;
}

static cad_status add_loop(printer *w, const cad_text_bound *b)
{
    cad_text_pass at[3]; /* the last one, this one, the next one */
    uint32_t n = b->n;
    size_t start = w->faces.len;
    /* A bound whose sense is .F. lists its edges from the end. */
    for (uint32_t k = 0; k < 3; k++) {
        uint32_t j = (n - 1 + k) % n;
        if (!cad_text_pass_of(w->m, b, b->sense ? j : n - 1 - j, &at[k]))
            return give_up(w);
    }
    for (uint32_t k = 0; w->lean && k < n; k++) {
        CAD_TRY(add_pass(w, &at[0], &at[1], &at[2], w->faces.len == start, n == 1));
        uint32_t j = (k + 2) % n;
        at[0] = at[1];
        at[1] = at[2];
        if (!cad_text_pass_of(w->m, b, b->sense ? j : n - 1 - j, &at[2]))
            return give_up(w);
    }
    return CAD_OK;
}

/* ---- solids ---- */

/* The members of a list of references that is value k of an instance of type `id`; false: there is none. */
static bool list_of(const printer *w, uint32_t i, cad_step_entity_id id, uint32_t k, uint32_t *first, uint32_t *n)
{
    if (i == CAD_STEP_NONE || cad_text_known(w->t, i) != id)
        return false;
    uint32_t list = cad_text_value(w->m, i, k);
    if (list == CAD_STEP_NONE || w->m->param[list].kind != CAD_STEP_LIST || !w->m->param[list].holds.size)
        return false;
    *first = list + 1;
    *n = w->m->param[list].holds.size;
    return true;
}

static cad_status add_face(printer *w, uint32_t i)
{
    uint32_t first, n;
    if (!list_of(w, i, CAD_STEP_IS_ADVANCED_FACE, 0, &first, &n) || cad_step_arity(w->m, i) != 2) /* a surface is left */
        return give_up(w);
    for (uint32_t k = 0; w->lean && k < n; k++) {
        cad_text_bound b;
        CAD_TRY(cad_buf_str(&w->faces, k ? "/" : "f"));
        if (!cad_text_bound_of(w->m, cad_step_ref(w->m, first + k), &b))
            return give_up(w);
        CAD_TRY(add_loop(w, &b));
    }
    w->n_faces++;
    return cad_buf_str(&w->faces, "\n");
}

static cad_status add_solid(printer *w, uint32_t i)
{
    uint32_t first, n;
    if (cad_text_known(w->t, i) != CAD_STEP_IS_MANIFOLD_SOLID_BREP ||
        !list_of(w, cad_step_ref(w->m, cad_text_value(w->m, i, 0)), CAD_STEP_IS_CLOSED_SHELL, 0, &first, &n))
        return give_up(w);
    cad_buf_clear(&w->circles);
    cad_buf_clear(&w->faces);
    for (uint32_t k = 0; w->lean && k < n; k++) {
        uint32_t face = cad_step_ref(w->m, first + k);
        if (face == CAD_STEP_NONE)
            return give_up(w);
        CAD_TRY(add_face(w, face));
    }
    if (!w->lean)
        return CAD_OK;
    CAD_TRY(cad_buf_add(w->out, w->circles.data, w->circles.len));
    return cad_buf_add(w->out, w->faces.data, w->faces.len);
}

cad_status cad_text_lean_print(const cad_text *t, const cad_step_form *f, cad_buf *out, uint32_t *out_lines, bool *out_lean)
{
    cad_frame mark = cad_arena_mark(t->a);
    printer w = {.t = t,
                 .m = &t->m,
                 .out = out,
                 .circles = CAD_BUF_INIT,
                 .faces = CAD_BUF_INIT,
                 .lean = t->fits && !f->names && f->ids == CAD_STEP_IDS_nested && t->m.n <= CAD_TEXT_LEAN_MOST};
    size_t n = cad_size_add(t->m.n, 1), before = out->len;
    CAD_TRY(cad_arena_alloc(t->a, cad_size_mul(n, sizeof *w.closer), "circles", &w.closer));
    CAD_TRY(cad_arena_zalloc(t->a, n, sizeof *w.number, "vertices and circles", &w.number));
    CAD_TRY(cad_id_map_init(t->a, n, &w.by_value));
    CAD_TRY(cad_id_map_init(t->a, n, &w.edges));
    cad_text_closers(w.m, w.closer);
    cad_status s = CAD_OK;
    for (uint32_t k = 0; s == CAD_OK && w.lean && k < t->n_roots; k++) {
        if (k)
            s = cad_buf_str(out, "s\n");
        if (s == CAD_OK)
            s = add_solid(&w, t->root[k]);
    }
    cad_buf_deinit(&w.circles);
    cad_buf_deinit(&w.faces);
    cad_arena_rewind(t->a, mark);
    if (s != CAD_OK || !w.lean)
        out->len = before;
    *out_lines = w.n_vertices + w.n_circles + w.n_faces;
    *out_lean = w.lean;
    return s;
}
