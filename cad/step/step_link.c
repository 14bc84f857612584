#include "cad/step/step_read.h"

#include "core/hash.h"
#include "core/mem.h"
#include "core/size.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- ids ---- */

/* Ids are chosen by whoever wrote the file, so where they meet must not be. */
static uint32_t slot_of(const cad_step_slots *s, uint64_t id)
{
    return (uint32_t)cad_hash64(&id, sizeof id, cad_hash_secret()) & s->mask;
}

/* The slot of an id: its own, or the free one where it would stand; NULL: dense ids end in front of it. */
static uint32_t *find_slot(const cad_step_store *s, uint64_t id)
{
    if (s->n_direct)
        return id < s->n_direct ? &s->ids.slot[id] : NULL;
    uint32_t k = slot_of(&s->ids, id);
    while (s->ids.slot[k] != CAD_STEP_NONE && s->model.instance[s->ids.slot[k]].id != id)
        k = (k + 1) & s->ids.mask;
    return &s->ids.slot[k];
}

uint32_t cad_step_find(const cad_step *m, uint64_t id)
{
    const uint32_t *slot = find_slot((const cad_step_store *)m, id);
    return slot ? *slot : CAD_STEP_NONE;
}

/* Ids that are nearly all there, as usual, need no hash: a sixth of the time of reading went into those. */
static size_t slots_for(cad_step_store *s)
{
    const cad_step *m = &s->model;
    uint64_t last = 0;
    size_t n = 16;
    for (uint32_t i = 0; i < m->n; i++)
        last = m->instance[i].id > last ? m->instance[i].id : last;
    if (last < 2 * (uint64_t)m->n + 16) {
        s->n_direct = last + 1;
        return (size_t)s->n_direct;
    }
    while (n / 4 * 3 < m->n)
        n *= 2;
    s->ids.mask = (uint32_t)(n - 1);
    return n;
}

static cad_status index_ids(cad_step_reader *r)
{
    cad_step *m = r->m;
    size_t n = slots_for(r->s);
    CAD_TRY(cad_mem_alloc(cad_size_mul(n, sizeof(uint32_t)), "ids of a STEP file", &r->s->ids.slot));
    memset(r->s->ids.slot, 0xFF, n * sizeof(uint32_t)); /* CAD_STEP_NONE */
    for (uint32_t i = 0; i < m->n; i++) {
        cad_step_instance *it = &m->instance[i];
        uint32_t *slot = find_slot(r->s, it->id);
        it->repeated = *slot != CAD_STEP_NONE;
        if (!it->repeated) {
            *slot = i;
            continue;
        }
        uint32_t line = 0, column = 0;
        if (m->diags.n < CAD_STEP_DIAGS_KEPT || m->diags.n_errors == 0) /* it is kept */
            cad_step_place(m, m->instance[*slot].at, &line, &column);
        CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_R01, it->at, 1, it->id,
                                   "defined before, at line %u column %u, which counts", line, column));
    }
    return CAD_OK;
}

/* ---- references ---- */

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool bound(const cad_step_reader *r, uint64_t name)
{
    return r->n_external && bsearch(&name, r->external, r->n_external, sizeof name, by_id);
}

static cad_status unresolved(cad_step_reader *r, const cad_step_param *p, uint64_t id, uint64_t owner)
{
    if (bound(r, id))
        return CAD_OK;
    return cad_step_diags_add(&r->m->diags, CAD_STEP_R02, p->at, p->len, owner, "nothing defines #%" PRIu64, id);
}

/* The name of a value, @12; 0, which none has: another constant. */
static uint64_t value_name(const cad_step *m, const cad_step_param *p)
{
    const char *text = m->text + p->at;
    uint64_t id = 0;
    if (!cad_step_is_value(text, p->len))
        return 0;
    for (uint32_t i = 1; i < p->len; i++)
        id = id * 10 + (uint64_t)(text[i] - '0'); /* the lexer has seen that it fits */
    return id | CAD_STEP_VALUE;
}

/* Ids of references become indices, in each run of parameters; *n grows by those that lead somewhere. */
static cad_status resolve(cad_step_reader *r, uint32_t first, uint32_t size, uint64_t owner, uint32_t *n)
{
    for (uint32_t k = first; k < first + size; k++) {
        cad_step_param *p = &r->m->param[k];
        uint64_t value = p->kind == CAD_STEP_CONSTANT ? value_name(r->m, p) : 0;
        if (value && bound(r, value)) { /* as a reference to what stands elsewhere */
            p->kind = CAD_STEP_REF;
            p->integer = 0;
            p->ref = CAD_STEP_NONE;
            continue;
        }
        if (p->kind == CAD_STEP_CONSTANT)
            CAD_TRY(cad_step_diags_add(&r->m->diags, CAD_STEP_R03, p->at, p->len, owner, "nothing binds '%.*s'",
                                       p->len < 40 ? (int)p->len : 40, r->m->text + p->at));
        if (p->kind != CAD_STEP_REF)
            continue;
        uint64_t id = (uint64_t)p->integer;
        p->integer = 0;
        p->ref = cad_step_find(r->m, id);
        if (p->ref == CAD_STEP_NONE)
            CAD_TRY(unresolved(r, p, id, owner));
        else
            ++*n;
    }
    return CAD_OK;
}

static cad_status make_links(cad_step_links *l, uint32_t n, uint32_t n_refs)
{
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(n, 1), sizeof(uint32_t)), "references of a STEP file", &l->first));
    return cad_mem_alloc(cad_size_mul(n_refs, sizeof(uint32_t)), "references of a STEP file", &l->to);
}

/* Both tables from the parameters. */
static void fill_links(cad_step *m)
{
    uint32_t *first = m->in.first, k = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        m->out.first[i] = k;
        const cad_step_instance *it = &m->instance[i];
        for (uint32_t p = it->param; p < it->param + it->size; p++)
            if (m->param[p].kind == CAD_STEP_REF && m->param[p].ref != CAD_STEP_NONE) {
                m->out.to[k++] = m->param[p].ref;
                first[m->param[p].ref + 1]++;
            }
    }
    m->out.first[m->n] = k;
    for (uint32_t i = 0; i < m->n; i++)
        first[i + 1] += first[i];
    for (uint32_t i = 0; i < m->n; i++) /* first[x] counts up to where x + 1 begins, .. */
        for (uint32_t e = m->out.first[i]; e < m->out.first[i + 1]; e++)
            m->in.to[first[m->out.to[e]]++] = i;
    for (uint32_t i = m->n; i > 0; i--) /* .. so each beginning moves up by one */
        first[i] = first[i - 1];
    first[0] = 0;
}

/* ---- cycles ---- */

typedef struct walk {
    uint32_t *edge;  /* by instance: the next reference to follow */
    uint32_t *stack; /* instances on the path */
    uint8_t *state;  /* 0 new, 1 on the path, 2 done */
} walk;

/* Depth first; a reference to the path closes a cycle. */
static cad_status walk_from(cad_step *m, walk *w, uint32_t root)
{
    uint32_t n = 0;
    w->stack[n++] = root;
    w->state[root] = 1;
    while (n > 0) {
        uint32_t at = w->stack[n - 1];
        if (w->edge[at] == m->out.first[at + 1]) {
            w->state[at] = 2;
            n--;
            continue;
        }
        uint32_t to = m->out.to[w->edge[at]++];
        if (w->state[to] == 1)
            CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_R05, m->instance[at].at, 1, m->instance[at].id,
                                       "its reference to #%" PRIu64 " closes a cycle", m->instance[to].id));
        if (w->state[to] != 0)
            continue;
        w->state[to] = 1;
        w->stack[n++] = to;
    }
    return CAD_OK;
}

static cad_status find_cycles(cad_step *m)
{
    walk w = {0};
    size_t bytes = cad_size_mul(m->n, sizeof(uint32_t));
    cad_status s = cad_mem_alloc(bytes, "walk over a STEP file", &w.edge);
    if (s == CAD_OK)
        s = cad_mem_alloc(bytes, "walk over a STEP file", &w.stack);
    if (s == CAD_OK)
        s = cad_mem_alloc(m->n, "walk over a STEP file", &w.state);
    for (uint32_t i = 0; s == CAD_OK && i < m->n; i++)
        w.edge[i] = m->out.first[i];
    for (uint32_t i = 0; s == CAD_OK && i < m->n; i++)
        if (w.state[i] == 0)
            s = walk_from(m, &w, i);
    cad_mem_free(w.edge);
    cad_mem_free(w.stack);
    cad_mem_free(w.state);
    return s;
}

cad_status cad_step_link(cad_step_reader *r)
{
    cad_step *m = r->m;
    uint32_t n_refs = 0, ignored = 0;
    if (r->n_external)
        qsort(r->external, r->n_external, sizeof *r->external, by_id);
    CAD_TRY(index_ids(r));
    for (uint32_t i = 0; i < m->n_header; i++)
        CAD_TRY(resolve(r, m->header[i].param, m->header[i].size, 0, &ignored));
    for (uint32_t i = 0; i < m->n_sections; i++)
        CAD_TRY(resolve(r, m->section[i].param, m->section[i].size, 0, &ignored));
    for (uint32_t i = 0; i < m->n; i++)
        CAD_TRY(resolve(r, m->instance[i].param, m->instance[i].size, m->instance[i].id, &n_refs));
    CAD_TRY(make_links(&m->out, m->n, n_refs));
    CAD_TRY(make_links(&m->in, m->n, n_refs));
    fill_links(m);
    return find_cycles(m);
}
