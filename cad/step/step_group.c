#include "cad/step/step_group.h"

#include "cad/step/step_access.h"
#include "cad/step/step_number.h"
#include "cad/step/step_signature.h"
#include "core/mem.h"
#include "core/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { UNITS = 8, FARTHEST_UNIT = 400 };

/* How the parameters of a type are looked at, where that is not what step_signature.h says of them: one letter for each.
 *   x as anything   - not at all   s a set of references   c a ring of references, whose beginning does not count */
typedef struct shape {
    const char *type, *params;
} shape;

static const shape SHAPES[] = {
    {"VECTOR", "-x-"}, /* its length is that of a parameter, which no solid depends on */
    {"SURFACE_CURVE", "-x--"},
    {"SEAM_CURVE", "-x--"},
    {"INTERSECTION_CURVE", "-x--"},
    {"EDGE_LOOP", "-c"},
    {"POLY_LOOP", "-c"},
    {"ADVANCED_FACE", "-sxx"},
    {"FACE_SURFACE", "-sxx"},
    {"FACE", "-s"},
    {"CLOSED_SHELL", "-s"},
    {"OPEN_SHELL", "-s"},
    {"BREP_WITH_VOIDS", "-xs"},
    {"CONNECTED_FACE_SET", "-s"},
    {"SHELL_BASED_SURFACE_MODEL", "-s"},
    {"FACE_BASED_SURFACE_MODEL", "-s"},
};
enum { N_SHAPES = sizeof SHAPES / sizeof *SHAPES };

typedef struct group {
    const cad_step *m;
    cad_step_units units;
    double length_scale, angle_scale; /* 10 to the decimals that count */
    uint64_t *hash;                   /* (n) by instance, once done */
    uint32_t *edge, *stack;           /* (n) next reference to follow; the path */
    uint8_t *state;                   /* (n) 0 new, 1 on the path, 2 done */
    uint64_t *name;                   /* (types) hash of the name */
    const char **params;              /* (types) as in SHAPES; NULL: step_signature.h says it */
    uint8_t *known;                   /* (types) cad_step_entity_id */
} group;

/* ---- hashes ---- */

/* The finaliser of MurmurHash3, which spreads each bit over all. */
static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

static uint64_t join(uint64_t h, uint64_t next)
{
    return mix(h * 0x9E3779B97F4A7C15u + next);
}

static uint64_t hash_text(const char *text, size_t len)
{
    uint64_t h = len;
    for (size_t i = 0; i < len; i++)
        h = join(h, (unsigned char)text[i]);
    return h;
}

enum { TAG_NUMBER = 1, TAG_UNSET, TAG_LIST, TAG_SET, TAG_RING, TAG_CYCLE, TAG_LOST, TAG_TYPED, TAG_PART, TAG_TYPE };

/* To the nearest step of 1 / scale; what is too large for that counts as it is. */
static uint64_t hash_step(double x, double scale)
{
    double n = nearbyint(x * scale) + 0.0; /* -0 is 0 */
    if (!(fabs(n) < 9e15))
        n = x;
    uint64_t bits;
    memcpy(&bits, &n, sizeof bits);
    return join(TAG_NUMBER, bits);
}

/* Nine significant digits. */
static uint64_t hash_number(double x)
{
    if (x == 0 || !isfinite(x))
        return hash_step(0, 1);
    double scale = pow(10, 8 - floor(log10(fabs(x))));
    return join(hash_step(x, scale), (uint64_t)(int64_t)floor(log10(fabs(x))));
}

/* ---- numbers ---- */

/* A length in millimetres.  Metres and the like move the decimal point, so that the same decimal gives the same double in
 * either unit and rounds to the same side. */
static double length_of(const group *g, const cad_step_param *p)
{
    double unit = g->units.length, exponent = unit > 0 ? log10(unit) : 0;
    double plain = p->kind == CAD_STEP_REAL ? p->real : (double)p->integer;
    if (unit == 1 || exponent != nearbyint(exponent) || !(fabs(exponent) < FARTHEST_UNIT))
        return plain * unit;
    return cad_step_number_shift(plain, (int)exponent);
}

static bool is_number(const cad_step_param *p)
{
    return p->kind == CAD_STEP_REAL || p->kind == CAD_STEP_INTEGER;
}

static uint64_t hash_as(const group *g, const cad_step_param *p, char as)
{
    double x = p->kind == CAD_STEP_REAL ? p->real : (double)p->integer;
    switch (as) {
    case 'l':
        return hash_step(length_of(g, p), g->length_scale);
    case 'a':
        return hash_step(x * g->units.angle, g->angle_scale);
    case 'd':
        return hash_step(x, g->angle_scale);
    default:
        return hash_number(x);
    }
}

/* ---- one instance ---- */

static uint64_t hash_ref(const group *g, const cad_step_param *p)
{
    if (p->ref == CAD_STEP_NONE)
        return TAG_LOST;
    return g->state[p->ref] == 2 ? g->hash[p->ref] : TAG_CYCLE;
}

/* A parameter that holds nothing. */
static uint64_t hash_leaf(const group *g, const cad_step_param *p, char as)
{
    switch (p->kind) {
    case CAD_STEP_INTEGER:
    case CAD_STEP_REAL:
        return hash_as(g, p, as);
    case CAD_STEP_REF:
        return hash_ref(g, p);
    case CAD_STEP_STRING: /* a name */
    case CAD_STEP_UNSET:
    case CAD_STEP_DERIVED:
        return TAG_UNSET;
    default:
        return hash_text(g->m->text + p->at, p->len);
    }
}

/* The parameters from `first` on, in their order; brackets count by how much they hold. */
static uint64_t hash_run(const group *g, uint32_t first, uint32_t end, char as, uint64_t h)
{
    for (uint32_t p = first; p < end; p++) {
        const cad_step_param *it = &g->m->param[p];
        if (it->kind == CAD_STEP_LIST)
            h = join(join(h, TAG_LIST), it->holds.size);
        else if (it->kind == CAD_STEP_TYPED || it->kind == CAD_STEP_PART)
            h = join(join(h, it->kind == CAD_STEP_PART ? TAG_PART : TAG_TYPED), g->name[it->holds.of]);
        else
            h = join(h, hash_leaf(g, it, as));
    }
    return h;
}

/* A list whose order does not count, or counts as a ring: each with the one behind it. */
static uint64_t hash_many(const group *g, uint32_t list, bool ring)
{
    uint64_t sum = 0, first = 0, before = 0, n = 0;
    for (uint32_t p = list + 1, end = cad_step_next(g->m, list); p < end; p++, n++) {
        const cad_step_param *it = &g->m->param[p];
        uint64_t h = it->kind == CAD_STEP_REF ? hash_ref(g, it) : hash_run(g, p, p + 1, 'x', 0);
        if (!ring)
            sum += mix(h);
        else if (n > 0)
            sum += join(before, h);
        else
            first = h;
        before = h;
    }
    if (ring && n > 0)
        sum += join(before, first);
    return join(join(ring ? TAG_RING : TAG_SET, n), sum);
}

/* How the numbers of parameter k of n are looked at: l lengths, d parts of a direction, a an angle, x others. */
static char as_numbers(cad_step_entity_id id, uint32_t k, uint32_t n, bool list)
{
    cad_step_role role = cad_step_role_of(id, k, n);
    return role == CAD_STEP_ROLE_length ? 'l' : role != CAD_STEP_ROLE_direction ? 'x' : list ? 'd' : 'a';
}

static uint64_t hash_instance(const group *g, uint32_t i)
{
    const cad_step_instance *it = &g->m->instance[i];
    uint32_t end = it->param + it->size, n = cad_step_count(g->m, it->param, end), k = 0;
    uint64_t h = join(TAG_TYPE, it->type == CAD_STEP_NONE ? 0 : g->name[it->type]);
    if (it->type == CAD_STEP_NONE)
        return hash_run(g, it->param, end, 'x', h);
    const char *as = g->params[it->type];
    for (uint32_t p = it->param; p < end; p = cad_step_next(g->m, p), k++) {
        bool list = g->m->param[p].kind == CAD_STEP_LIST;
        char how = as && *as ? *as++ : as_numbers(g->known[it->type], k, n, list);
        if (how == '-')
            continue;
        h = list && (how == 's' || how == 'c') ? join(h, hash_many(g, p, how == 'c'))
                                               : hash_run(g, p, cad_step_next(g->m, p), how, h);
    }
    return h;
}

/* Depth first with a stack of its own: what an instance refers to comes before it. */
static uint64_t hash_from(group *g, uint32_t root)
{
    const cad_step *m = g->m;
    uint32_t n = 0;
    if (g->state[root] == 2)
        return g->hash[root];
    g->stack[n++] = root;
    g->state[root] = 1;
    while (n > 0) {
        uint32_t at = g->stack[n - 1];
        if (g->edge[at] == m->out.first[at + 1]) {
            g->hash[at] = hash_instance(g, at);
            g->state[at] = 2;
            n--;
            continue;
        }
        uint32_t to = m->out.to[g->edge[at]++];
        if (g->state[to] != 0)
            continue;
        g->state[to] = 1;
        g->stack[n++] = to;
    }
    return g->hash[root];
}

/* ---- the whole part ---- */

/* What stands for the part: the first kind that the file has any of. */
enum { SOLIDS, SURFACES, INSTANCES, KINDS };

static bool is_of(const cad_step *m, uint32_t i, int kind)
{
    if (kind == SOLIDS)
        return cad_step_is_type(m, i, "MANIFOLD_SOLID_BREP") || cad_step_is_type(m, i, "BREP_WITH_VOIDS") ||
               cad_step_is_type(m, i, "FACETED_BREP");
    return kind == INSTANCES || cad_step_is_type(m, i, "SHELL_BASED_SURFACE_MODEL") ||
           cad_step_is_type(m, i, "FACE_BASED_SURFACE_MODEL");
}

/* The box grows by a CARTESIAN_POINT. */
static void add_point(const group *g, uint32_t i, double lo[3], double hi[3])
{
    const cad_step_instance *it = &g->m->instance[i];
    int axis = 0;
    for (uint32_t p = it->param; p < it->param + it->size && axis < 3; p++)
        if (is_number(&g->m->param[p])) {
            double x = length_of(g, &g->m->param[p]);
            lo[axis] = fmin(lo[axis], x);
            hi[axis] = fmax(hi[axis], x);
            axis++;
        }
}

/* Decimals of a millimetre that count: five digits of the diagonal of the box around the vertices, or, without any, around all
 * points. */
static void measure(group *g)
{
    const cad_step *m = g->m;
    double lo[3] = {INFINITY, INFINITY, INFINITY}, hi[3] = {-INFINITY, -INFINITY, -INFINITY}, d = 0;
    for (uint32_t i = 0; i < m->n; i++)
        if (cad_step_is_type(m, i, "VERTEX_POINT") && m->out.first[i] < m->out.first[i + 1])
            add_point(g, m->out.to[m->out.first[i]], lo, hi);
    for (uint32_t i = 0; !(lo[0] <= hi[0]) && i < m->n; i++)
        if (cad_step_is_type(m, i, "CARTESIAN_POINT")) {
            for (uint32_t k = i; k < m->n; k++)
                if (cad_step_is_type(m, k, "CARTESIAN_POINT"))
                    add_point(g, k, lo, hi);
            break;
        }
    for (int axis = 0; axis < 3; axis++)
        if (lo[axis] <= hi[axis])
            d = hypot(d, hi[axis] - lo[axis]);
    double decimals = d > 0 ? ceil(CAD_STEP_GROUP_DIGITS - log10(d)) : CAD_STEP_GROUP_DIGITS;
    g->length_scale = pow(10, fmin(fmax(decimals, 0), 15));
    g->angle_scale = pow(10, CAD_STEP_GROUP_DIGITS);
}

static void begin(group *g, cad_step_units units)
{
    g->units = units;
    memset(g->state, 0, g->m->n);
    memcpy(g->edge, g->m->out.first, g->m->n * sizeof *g->edge);
    measure(g);
}

static void know_types(group *g)
{
    for (uint32_t k = 0; k < g->m->n_types; k++) {
        const char *name = cad_step_name(g->m, k);
        g->name[k] = hash_text(name, g->m->type[k].len);
        g->known[k] = (uint8_t)cad_step_signature_find(name);
        for (size_t s = 0; s < N_SHAPES; s++)
            if (!strcmp(SHAPES[s].type, name))
                g->params[k] = SHAPES[s].params;
    }
}

/* The sum over all of a kind: their order does not count, their number does.  0: there is none. */
static uint64_t hash_all(group *g, int kind)
{
    const cad_step *m = g->m;
    cad_step_units seen[UNITS];
    int n = 0;
    uint64_t sum = 0, found = 0;
    for (uint32_t i = 0; i < m->n && n < UNITS; i++) {
        bool known = !is_of(m, i, kind);
        cad_step_units u = known ? (cad_step_units){1, 1} : cad_step_units_of(m, i);
        for (int k = 0; k < n && !known; k++)
            known = seen[k].length == u.length && seen[k].angle == u.angle;
        if (!known)
            seen[n++] = u;
    }
    for (int k = 0; k < n; k++) {
        begin(g, seen[k]);
        for (uint32_t i = 0; i < m->n; i++) {
            if (!is_of(m, i, kind))
                continue;
            cad_step_units u = cad_step_units_of(m, i);
            if (u.length != seen[k].length || u.angle != seen[k].angle)
                continue;
            sum += mix(join(hash_from(g, i), hash_step(g->length_scale, 1))); /* how large the steps are */
            found++;
        }
    }
    uint64_t h = join(found, kind == SOLIDS ? sum : join(sum, (uint64_t)kind));
    return !found ? 0 : h ? h : 1;
}

cad_status cad_step_group(const cad_step *m, uint64_t *out)
{
    group g = {.m = m};
    size_t n = m->n;
    cad_status s = cad_mem_alloc(cad_size_mul(n, sizeof *g.hash), "group of a STEP file", &g.hash);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul(n, sizeof *g.edge), "group of a STEP file", &g.edge);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul(n, sizeof *g.stack), "group of a STEP file", &g.stack);
    if (s == CAD_OK)
        s = cad_mem_alloc(n, "group of a STEP file", &g.state);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul(m->n_types, sizeof *g.name), "group of a STEP file", &g.name);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul(m->n_types, sizeof *g.params), "group of a STEP file", (void *)&g.params);
    if (s == CAD_OK)
        s = cad_mem_alloc(m->n_types, "group of a STEP file", &g.known);
    if (s == CAD_OK) {
        know_types(&g);
        *out = 0;
        for (int kind = 0; kind < KINDS && !*out; kind++)
            *out = hash_all(&g, kind);
    }
    cad_mem_free(g.hash);
    cad_mem_free(g.edge);
    cad_mem_free(g.stack);
    cad_mem_free(g.state);
    cad_mem_free(g.name);
    cad_mem_free((void *)g.params);
    cad_mem_free(g.known);
    return s;
}
