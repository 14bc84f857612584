/* Lean text as instances, for text_restore.c to complete. */
#include "cad/step/step_number.h"
#include "cad/step/text_lean.h"
#include "cad/vec3.h"

#include "core/size.h"

#include <math.h>
#include <string.h>

/* A place in a loop: a vertex, or the whole circle from the vertex that closes it. */
typedef struct station {
    uint32_t vertex; /* its number; those that close circle k are n_vertices + k of the whole text */
    uint32_t circle; /* of the arc to the next one, or of the whole circle; 0: a straight edge */
    bool turn, positive;
} station;

typedef struct reader {
    const char *text;
    size_t len, at;
    uint32_t first, n; /* id of instance 0; instances so far */
    cad_buf *out;
    uint32_t n_vertices, n_circles; /* so far */
    uint32_t all_vertices;          /* of the text, at most */
    uint32_t *vertex, *circle;      /* ids, by number; of vertex those that close circles behind all others; 0: none yet */
    cad_id_map edges;               /* cad_text_lean_edge -> id */
    station *station;               /* of a loop */
    uint32_t *oriented, *bound;     /* ids of a loop's edges, of a face's loops */
    uint32_t *face, n_faces;        /* of the solid that is open */
} reader;

/* ---- bytes ---- */

static cad_status fail(const reader *r, const char *what)
{
    return cad_text_fail_at(r->text, r->at, what);
}

static char peek(const reader *r)
{
    return r->at < r->len ? r->text[r->at] : '\n';
}

static bool take(reader *r, char c)
{
    if (r->at >= r->len || r->text[r->at] != c)
        return false;
    r->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static cad_status line_end(reader *r, const char *else_what)
{
    while (take(r, ' ') || take(r, '\r'))
        continue;
    if (r->at < r->len && !take(r, '\n'))
        return fail(r, else_what);
    return CAD_OK;
}

static cad_status read_real(reader *r, double *out)
{
    cad_step_number v;
    if (!is_digit(peek(r)) && peek(r) != '-')
        return fail(r, "expected a number");
    cad_step_number_read(r->text + r->at, r->len - r->at, &v);
    if (v.form != CAD_STEP_NUMBER_legal || v.too_large)
        return fail(r, "expected a number as of STEP");
    *out = v.real ? v.value : (double)v.integer;
    r->at += v.len;
    return CAD_OK;
}

static cad_status read_reals(reader *r, int n, double *out)
{
    for (int k = 0; k < n; k++) {
        if (k && !take(r, ','))
            return fail(r, "expected ','");
        CAD_TRY(read_real(r, &out[k]));
    }
    return CAD_OK;
}

/* A number 1 .. n. */
static cad_status read_number(reader *r, uint32_t n, const char *else_what, uint32_t *out)
{
    size_t at = r->at;
    uint64_t v = 0;
    for (; is_digit(peek(r)) && v <= n; r->at++)
        v = 10 * v + (uint64_t)(r->text[r->at] - '0');
    if (v == 0 || v > n) {
        r->at = at;
        return fail(r, else_what);
    }
    *out = (uint32_t)v;
    return CAD_OK;
}

/* ---- instances ---- */

static uint32_t next_id(reader *r)
{
    return r->first + r->n++;
}

static cad_status add_xyz(reader *r, const char *type, const double v[3], uint32_t *out)
{
    *out = next_id(r);
    CAD_TRY(cad_buf_printf(r->out, "#%u=%s('',(", *out, type));
    for (int k = 0; k < 3; k++) {
        if (k)
            CAD_TRY(cad_buf_str(r->out, ","));
        CAD_TRY(cad_step_number_print(v[k] == 0 ? 0 : v[k], r->out));
    }
    return cad_buf_str(r->out, "));\n");
}

/* "#n=TYPE('',(#1,#2));", the list of a shell, a loop or a face. */
static cad_status add_list(reader *r, const char *type, const uint32_t *item, uint32_t n, uint32_t *out)
{
    *out = next_id(r);
    CAD_TRY(cad_buf_printf(r->out, "#%u=%s('',(", *out, type));
    for (uint32_t k = 0; k < n; k++)
        CAD_TRY(cad_buf_printf(r->out, k ? ",#%u" : "#%u", item[k]));
    return cad_buf_str(r->out, "));\n");
}

static cad_status read_vertex(reader *r)
{
    double p[3];
    uint32_t point;
    CAD_TRY(read_reals(r, 3, p));
    CAD_TRY(line_end(r, "expected the end of a vertex: three numbers"));
    CAD_TRY(add_xyz(r, "CARTESIAN_POINT", p, &point));
    r->vertex[++r->n_vertices] = next_id(r);
    return cad_buf_printf(r->out, "#%u=VERTEX_POINT('',#%u);\n", r->vertex[r->n_vertices], point);
}

static cad_status read_circle(reader *r)
{
    double v[4], axis[3] = {0, 0, 1};
    uint32_t point, z = 0, x;
    CAD_TRY(read_reals(r, 4, v));
    if (take(r, ',')) {
        CAD_TRY(read_reals(r, 3, axis));
        CAD_TRY(add_xyz(r, "DIRECTION", axis, &z));
    }
    CAD_TRY(line_end(r, "expected the end of a circle: radius, centre, and an axis if need be"));
    CAD_TRY(add_xyz(r, "CARTESIAN_POINT", v + 1, &point));
    bool across = cad_unit3(axis) && fabs(axis[0]) == 1; /* said, for readers whose x axis is another without */
    CAD_TRY(add_xyz(r, "DIRECTION", across ? (double[3]){0, 1, 0} : (double[3]){1, 0, 0}, &x));
    uint32_t at = next_id(r);
    CAD_TRY(cad_buf_printf(r->out, "#%u=AXIS2_PLACEMENT_3D('',#%u,", at, point));
    CAD_TRY(z ? cad_buf_printf(r->out, "#%u", z) : cad_buf_str(r->out, "$"));
    CAD_TRY(cad_buf_printf(r->out, ",#%u);\n", x));
    r->circle[++r->n_circles] = next_id(r);
    CAD_TRY(cad_buf_printf(r->out, "#%u=CIRCLE('',#%u,", r->circle[r->n_circles], at));
    CAD_TRY(cad_step_number_print(v[0], r->out));
    return cad_buf_str(r->out, ");\n");
}

/* ---- loops ---- */

static cad_status read_station(reader *r, bool first, station *out)
{
    *out = (station){0};
    char c = peek(r);
    out->turn = c == '<' || c == '>';
    if (out->turn) {
        r->at++;
        CAD_TRY(read_number(r, r->n_circles, "expected a circle of those above", &out->circle));
        out->positive = c == '>';
        out->vertex = r->all_vertices + out->circle;
        if (r->vertex[out->vertex])
            return CAD_OK;
        r->vertex[out->vertex] = next_id(r);
        return cad_buf_printf(r->out, "#%u=VERTEX_POINT('',$);\n", r->vertex[out->vertex]);
    }
    if (!first && !take(r, ','))
        return fail(r, "expected ',', '<', '>', '/' or the end of the face");
    CAD_TRY(read_number(r, r->n_vertices, "expected a vertex of those above", &out->vertex));
    c = peek(r);
    if (c != '+' && c != '-')
        return CAD_OK;
    r->at++;
    out->positive = c == '+';
    return read_number(r, r->n_circles, "expected a circle of those above", &out->circle);
}

/* The edge between two vertices, made where there is none yet, as a loop uses it. */
static cad_status add_edge(reader *r, uint32_t from, uint32_t to, uint32_t circle, bool positive, uint32_t *out)
{
    if (!circle && from == to)
        return fail(r, "a straight edge from a vertex to itself");
    bool same = circle ? positive : from < to;
    uint32_t a = same ? from : to, b = same ? to : from;
    uint32_t *edge = cad_id_map_at(&r->edges, cad_text_lean_edge(a, b, circle));
    if (*edge == UINT32_MAX) {
        *edge = next_id(r);
        CAD_TRY(cad_buf_printf(r->out, "#%u=EDGE_CURVE('',#%u,#%u", *edge, r->vertex[a], r->vertex[b]));
        CAD_TRY(circle ? cad_buf_printf(r->out, ",#%u,.T.);\n", r->circle[circle]) : cad_buf_str(r->out, ");\n"));
    }
    *out = next_id(r);
    return cad_buf_printf(r->out, "#%u=ORIENTED_EDGE('',#%u,.%c.);\n", *out, *edge, same ? 'T' : 'F');
}

static cad_status read_loop(reader *r, uint32_t *out)
{
    uint32_t n = 0, edges = 0, loop;
    do
        CAD_TRY(read_station(r, n == 0, &r->station[n]));
    while (++n, peek(r) == ',' || peek(r) == '<' || peek(r) == '>');
    if (n == 1 && !r->station[0].circle)
        return fail(r, "a loop of one vertex; expected a second one, or a circle");
    for (uint32_t k = 0; k < n; k++) {
        const station *s = &r->station[k], *next = &r->station[(k + 1) % n];
        if (s->turn)
            CAD_TRY(add_edge(r, s->vertex, s->vertex, s->circle, s->positive, &r->oriented[edges++]));
        else
            CAD_TRY(add_edge(r, s->vertex, next->vertex, s->circle, s->positive, &r->oriented[edges++]));
        if (s->turn && n > 1)
            CAD_TRY(add_edge(r, s->vertex, next->vertex, 0, true, &r->oriented[edges++]));
    }
    CAD_TRY(add_list(r, "EDGE_LOOP", r->oriented, edges, &loop));
    *out = next_id(r);
    return cad_buf_printf(r->out, "#%u=FACE_BOUND('',#%u,.T.);\n", *out, loop);
}

static cad_status read_face(reader *r)
{
    uint32_t n = 0, bound = 0;
    do {
        CAD_TRY(read_loop(r, &bound));
        r->bound[n++] = bound;
    } while (take(r, '/'));
    CAD_TRY(line_end(r, "expected '/' or the end of the face"));
    return add_list(r, "ADVANCED_FACE", r->bound, n, &r->face[r->n_faces++]);
}

/* ---- solids ---- */

static cad_status end_solid(reader *r)
{
    uint32_t shell;
    if (!r->n_faces)
        return fail(r, "expected a face of the solid");
    CAD_TRY(add_list(r, "CLOSED_SHELL", r->face, r->n_faces, &shell));
    r->n_faces = 0;
    return cad_buf_printf(r->out, "#%u=MANIFOLD_SOLID_BREP('',#%u);\n", next_id(r), shell);
}

static cad_status read_line(reader *r)
{
    if (take(r, 'v'))
        return read_vertex(r);
    if (take(r, 'c'))
        return read_circle(r);
    if (take(r, 'f'))
        return read_face(r);
    if (!take(r, 's'))
        return fail(r, "expected v, c, f or s at the beginning of a line");
    CAD_TRY(end_solid(r));
    return line_end(r, "expected the end of the line");
}

static cad_status read_all(reader *r)
{
    while (r->at < r->len)
        if (take(r, ' ') || take(r, '\n') || take(r, '\r'))
            continue;
        else
            CAD_TRY(read_line(r));
    return end_solid(r);
}

bool cad_text_is_lean(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r'))
        at++;
    return at + 1 < len && (text[at] == 'v' || text[at] == 'c') && (is_digit(text[at + 1]) || text[at + 1] == '-');
}

/* Room for what the text can hold at most: each vertex, circle and face has its letter, each station its mark ahead. */
static cad_status prepare(reader *r, cad_arena *a)
{
    size_t count[256] = {0}, longest = 1, line = 0;
    for (size_t i = 0; i < r->len; i++) {
        count[(unsigned char)r->text[i]]++;
        line = r->text[i] == '\n' ? 0 : line + 1;
        longest = line > longest ? line : longest;
    }
    size_t stations = count[','] + count['<'] + count['>'] + count['/'] + count['f'];
    if (count['v'] + count['c'] > CAD_TEXT_LEAN_MOST)
        return fail(r, "more than 2097151 vertices and circles");
    r->all_vertices = (uint32_t)count['v'];
    CAD_TRY(
        cad_arena_zalloc(a, cad_size_add(cad_size_add(count['v'], count['c']), 1), sizeof *r->vertex, "vertices", &r->vertex));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(count['c'], 1), sizeof *r->circle, "circles", &r->circle));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(count['f'], 1), sizeof *r->face, "faces", &r->face));
    CAD_TRY(cad_arena_zalloc(a, longest, sizeof *r->station, "a loop", &r->station));
    CAD_TRY(cad_arena_zalloc(a, cad_size_mul(2, longest), sizeof *r->oriented, "edges of a loop", &r->oriented));
    CAD_TRY(cad_arena_zalloc(a, longest, sizeof *r->bound, "loops of a face", &r->bound));
    return cad_id_map_init(a, 2 * stations + 1, &r->edges);
}

cad_status cad_text_lean_read(cad_arena *a, const char *text, size_t len, uint32_t first, cad_buf *out, uint32_t *out_n)
{
    reader r = {.text = text, .len = len, .first = first, .out = out};
    size_t before = out->len;
    if (len > (size_t)1 << 30)
        CAD_FAIL(CAD_EPARSE, "%zu bytes; limit %d", len, 1 << 30);
    CAD_TRY(prepare(&r, a));
    cad_status s = read_all(&r);
    if (s != CAD_OK) {
        out->len = before;
        return s;
    }
    *out_n = r.n;
    return CAD_OK;
}
