#include "cad/step/steplm_impl.h"

#include "core/size.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEEPEST = 20 };
/* References that walks may follow.  Each MDGPR root has walks of its own, over all that it reaches; those of the other types
 * share theirs, and take 21 times what there is at most. */
static uint64_t steps_most(const steplm_file *f)
{
    return ((uint64_t)1 << 28) + 256 * ((uint64_t)f->n + f->n_refs);
}

typedef struct order {
    steplm_file *f;
    steplm_lines *l;
    uint32_t *root, n_roots; /* by id */
    uint32_t walk, colours;  /* the last walk, of all roots for one purpose, and the last set of colours */
    uint32_t first_colour;   /* of that set; UINT32_MAX: it is empty */
    struct at_level *level;  /* of PRODUCT_CATEGORY_RELATIONSHIP: a node stands once */
    uint32_t n_level, turn;
    uint64_t steps, steps_most; /* references that walks have followed, and may follow */
} order;

/* ---- lines ---- */

static void add_line(order *o, steplm_span text, uint32_t lead)
{
    o->l->line[o->l->n++] = (steplm_line){text, lead};
}

static cad_status note(order *o, uint32_t lead, const char *fmt, ...) CAD_PRINTF(3, 4);
static cad_status note(order *o, uint32_t lead, const char *fmt, ...)
{
    char text[200];
    const char *kept;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    CAD_TRY(cad_arena_strdup(o->f->arena, text, (size_t)n, &kept));
    add_line(o, (steplm_span){kept, (size_t)n}, lead);
    return CAD_OK;
}

static cad_status print_node(order *o, uint32_t k)
{
    steplm_node *n = &o->f->node[k];
    if (!n->printed)
        add_line(o, n->simple.s ? n->simple : n->complex_, n->lead);
    n->printed = true;
    return CAD_OK;
}

/* ---- walks ---- */

typedef cad_status (*visit_fn)(order *o, uint32_t node, int depth);

/* Whether a walk that comes to a node at this depth goes on below it: not again, unless it is nearer to the root than before.
 */
static bool goes_on(order *o, steplm_node *n, int depth, bool pruned)
{
    if (n->walk == o->walk && n->depth <= depth)
        return false;
    n->walk = o->walk;
    n->depth = (uint8_t)depth;
    return !pruned || (n->type != STEPLM_PRODUCT_DEFINITION_FORMATION_WITH_SPECIFIED_SOURCE &&
                       n->type != STEPLM_PRODUCT_DEFINITION_CONTEXT);
}

/* Visits all that `root` reaches, in pre-order, some of it more than once; what is on the path, and deeper than 20, is passed
 * over.  pruned: two types have nothing below them. */
static cad_status walk(order *o, uint32_t root, bool pruned, visit_fn visit)
{
    struct {
        uint32_t node, next; /* next: which of its references follows */
    } path[DEEPEST + 1];
    int n = 0;
    steplm_node *node = o->f->node;
    for (uint32_t to = root;;) {
        CAD_TRY(visit(o, to, n));
        if (goes_on(o, &node[to], n, pruned)) {
            path[n].node = to;
            path[n++].next = 0;
            node[to].on_path = true;
        }
        for (to = UINT32_MAX; n > 0 && to == UINT32_MAX;) {
            steplm_node *at = &node[path[n - 1].node];
            if (n > DEEPEST || path[n - 1].next == at->count) {
                at->on_path = false;
                n--;
                continue;
            }
            if (++o->steps > o->steps_most)
                CAD_FAIL(CAD_EDATA, "entities of type %s reach too much in common: more than %" PRIu64 " references to follow",
                         cad_steplm_type_name(STEPLM_MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION), o->steps_most);
            to = o->f->refs[at->first + path[n - 1].next++];
            if (node[to].on_path)
                to = UINT32_MAX;
        }
        if (to == UINT32_MAX)
            return CAD_OK;
    }
}

static cad_status print_visited(order *o, uint32_t k, int depth)
{
    (void)depth;
    return print_node(o, k);
}

/* ---- PRODUCT_CATEGORY_RELATIONSHIP: all walks, level by level ---- */

typedef struct at_level {
    uint32_t depth, turn, node;
} at_level;

/* Where a node comes to stand: first at its smallest depth. */
static cad_status add_to_level(order *o, uint32_t k, int depth)
{
    uint32_t *level = &o->f->node[k].level;
    if (*level == 0)
        *level = ++o->n_level;
    else if (o->level[*level - 1].depth <= (uint32_t)depth)
        return CAD_OK;
    o->level[*level - 1] = (at_level){(uint32_t)depth, ++o->turn, k};
    return CAD_OK;
}

static int by_depth(const void *a, const void *b)
{
    const at_level *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return (x->turn > y->turn) - (x->turn < y->turn);
}

static uint32_t count_roots(const order *o, steplm_type type)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->n_roots; i++)
        n += o->f->node[o->root[i]].type == type;
    return n;
}

static cad_status categories(order *o)
{
    const steplm_type type = STEPLM_PRODUCT_CATEGORY_RELATIONSHIP;
    uint32_t n = count_roots(o, type);
    if (n == 0)
        return CAD_OK;
    CAD_TRY(note(o, STEPLM_NOTE, "/* %s Section - %u root entities */", cad_steplm_type_name(type), n));
    CAD_TRY(cad_arena_alloc(o->f->arena, cad_size_mul(o->f->n, sizeof *o->level), "levels", &o->level));
    o->walk++;
    for (uint32_t i = 0; i < o->n_roots; i++)
        if (o->f->node[o->root[i]].type == type)
            CAD_TRY(walk(o, o->root[i], false, add_to_level));
    qsort(o->level, o->n_level, sizeof *o->level, by_depth);
    for (uint32_t i = 0; i < o->n_level; i++)
        CAD_TRY(print_node(o, o->level[i].node));
    return CAD_OK;
}

/* ---- APPLICATION_PROTOCOL_DEFINITION ---- */

static cad_status protocols(order *o)
{
    o->walk++;
    for (uint32_t i = 0; i < o->n_roots; i++) {
        const steplm_node *root = &o->f->node[o->root[i]];
        if (root->type != STEPLM_APPLICATION_PROTOCOL_DEFINITION)
            continue;
        bool usual = root->count > 0;
        for (uint32_t k = 0; k < root->count; k++)
            usual &= o->f->node[o->f->refs[root->first + k]].count == 0;
        if (!usual)
            CAD_TRY(note(o, STEPLM_NOTE, "/* APPLICATION_PROTOCOL_DEFINITION Section - Unusual depth */"));
        CAD_TRY(walk(o, o->root[i], false, print_visited));
    }
    return CAD_OK;
}

/* ---- MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION ---- */

static cad_status note_colour(order *o, uint32_t k, int depth)
{
    (void)depth;
    if (o->f->node[k].type == STEPLM_COLOUR_RGB) {
        if (o->first_colour == UINT32_MAX)
            o->first_colour = k;
        o->f->node[k].colours = o->colours;
    }
    return CAD_OK;
}

static bool gives_way(const order *o, uint32_t k)
{
    return o->f->node[k].colours == o->colours && k != o->first_colour;
}

/* The line with the first colour of the set for each of its colours. */
static cad_status recolour(order *o, steplm_line *line)
{
    steplm_span *text = &line->text;
    cad_buf b = CAD_BUF_INIT;
    size_t from = 0, at, end;
    uint64_t id;
    cad_status s = CAD_OK;
    for (size_t next = 0; s == CAD_OK && cad_steplm_next_token(*text, next, &at, &id, &end); next = end) {
        uint32_t k = id == UINT64_MAX || text->s[at + 1] == '0' ? UINT32_MAX : *cad_id_map_at(&o->f->index, id);
        if (k == UINT32_MAX || !gives_way(o, k))
            continue;
        s = cad_buf_add(&b, text->s + from, at - from);
        if (s == CAD_OK)
            s = cad_buf_printf(&b, "#%" PRIu64, o->f->node[o->first_colour].id);
        from = end;
        if (at == 0) /* the line begins with the id of a colour and defines another */
            line->lead = o->first_colour;
    }
    const char *kept;
    if (s == CAD_OK && from > 0)
        s = cad_buf_add(&b, text->s + from, text->len - from);
    if (s == CAD_OK && from > 0 && (s = cad_arena_strdup(o->f->arena, b.data, b.len, &kept)) == CAD_OK)
        *text = (steplm_span){kept, b.len};
    cad_buf_deinit(&b);
    return s;
}

static cad_status print_styled(order *o, uint32_t k, int depth)
{
    (void)depth;
    steplm_node *n = &o->f->node[k];
    if (n->printed || gives_way(o, k))
        return CAD_OK;
    CAD_TRY(print_node(o, k));
    return o->first_colour == UINT32_MAX ? CAD_OK : recolour(o, &o->l->line[o->l->n - 1]);
}

static cad_status print_first_colour(order *o)
{
    steplm_node *n = &o->f->node[o->first_colour];
    CAD_TRY(note(o, o->first_colour, "#%" PRIu64 "=COLOUR_RGB( , 0.5, 0.5, 0.5 );", n->id));
    n->printed = true;
    return CAD_OK;
}

/* The references of an MDGPR root that are of one kind, each a block. */
static cad_status blocks(order *o, const steplm_node *root, bool styled)
{
    const char *kind = styled ? "STYLED_ITEM" : "COMPLEX_ENTITY";
    uint32_t n = 0;
    o->walk++;
    for (uint32_t i = 0; i < root->param_count; i++) {
        uint32_t k = o->f->refs[root->param_first + i];
        const steplm_node *to = &o->f->node[k];
        if (!(styled ? to->type == STEPLM_STYLED_ITEM : to->complex_.s != NULL))
            continue;
        CAD_TRY(note(o, STEPLM_BEGIN_BLOCK, "/* BEGIN %s %u */", kind, ++n));
        CAD_TRY(walk(o, k, false, styled ? print_styled : print_visited));
        CAD_TRY(note(o, STEPLM_NOTE, "/* END %s %u */", kind, n));
    }
    return CAD_OK;
}

static cad_status presentation(order *o, uint32_t k)
{
    const steplm_node *root = &o->f->node[k];
    uint32_t styled = 0, complex_ = 0;
    for (uint32_t i = 0; i < root->param_count; i++) {
        const steplm_node *to = &o->f->node[o->f->refs[root->param_first + i]];
        bool item = to->type == STEPLM_STYLED_ITEM;
        styled += item;
        complex_ += !item && to->complex_.s;
    }
    CAD_TRY(note(o, STEPLM_NOTE, "/* %s Section - %u STYLED_ITEM, %u COMPLEX_ENTITY */", cad_steplm_type_name(root->type),
                 styled, complex_));
    CAD_TRY(print_node(o, k));
    o->colours++;
    o->first_colour = UINT32_MAX;
    o->walk++;
    CAD_TRY(walk(o, k, false, note_colour));
    if (o->first_colour != UINT32_MAX)
        CAD_TRY(print_first_colour(o));
    o->l->mdgpr[o->l->n_mdgpr++] = k;
    CAD_TRY(blocks(o, root, true));
    return blocks(o, root, false);
}

/* ---- SHAPE_DEFINITION_REPRESENTATION ---- */

static cad_status shapes(order *o)
{
    const steplm_type type = STEPLM_SHAPE_DEFINITION_REPRESENTATION;
    uint32_t n = count_roots(o, type), i_th = 0;
    if (n == 0)
        return CAD_OK;
    CAD_TRY(note(o, STEPLM_NOTE, "/* %s Section - %u subtrees */", cad_steplm_type_name(type), n));
    o->walk++;
    for (uint32_t i = 0; i < o->n_roots; i++) {
        if (o->f->node[o->root[i]].type != type)
            continue;
        CAD_TRY(note(o, STEPLM_NOTE, "/* BEGIN %s %u */", cad_steplm_type_name(type), ++i_th));
        CAD_TRY(walk(o, o->root[i], true, print_visited));
        CAD_TRY(note(o, STEPLM_NOTE, "/* END %s %u */", cad_steplm_type_name(type), i_th));
    }
    return CAD_OK;
}

/* ---- all ---- */

typedef struct root_id {
    uint64_t id;
    uint32_t node;
} root_id;

static int by_id(const void *a, const void *b)
{
    const root_id *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* What nothing refers to, by id; an id that is defined in both ways stands twice. */
static cad_status find_roots(order *o)
{
    const steplm_file *f = o->f;
    uint32_t n = 0;
    root_id *r;
    CAD_TRY(cad_arena_alloc(f->arena, cad_size_mul(cad_size_mul(f->n, 2), sizeof *r), "roots", &r));
    for (uint32_t i = 0; i < f->n; i++) {
        if (f->node[i].referenced || !cad_steplm_is_defined(&f->node[i]))
            continue;
        r[n++] = (root_id){f->node[i].id, i};
        if (f->node[i].simple.s && f->node[i].complex_.s)
            r[n++] = (root_id){f->node[i].id, i};
    }
    qsort(r, n, sizeof *r, by_id);
    CAD_TRY(cad_arena_alloc(f->arena, cad_size_mul(n, sizeof *o->root), "roots", &o->root));
    for (uint32_t i = 0; i < n; i++)
        o->root[i] = r[i].node;
    o->n_roots = n;
    return CAD_OK;
}

/* Lines: entities, a colour and a note for an MDGPR root, two for each block of one and for an SDR root, one for a section. */
static cad_status reserve(order *o)
{
    size_t lines = cad_size_add(o->f->n, 3 * (size_t)o->n_roots + 3);
    for (uint32_t i = 0; i < o->n_roots; i++)
        if (o->f->node[o->root[i]].type == STEPLM_MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION)
            lines = cad_size_add(lines, 4 * (size_t)o->f->node[o->root[i]].param_count);
    *o->l = (steplm_lines){0};
    CAD_TRY(cad_arena_alloc(o->f->arena, cad_size_mul(lines, sizeof *o->l->line), "lines", &o->l->line));
    return cad_arena_alloc(o->f->arena, cad_size_mul(o->n_roots, sizeof *o->l->mdgpr), "roots", &o->l->mdgpr);
}

cad_status cad_steplm_arrange(steplm_file *f, steplm_lines *l)
{
    order o = {.f = f, .l = l, .steps_most = steps_most(f)};
    CAD_TRY(find_roots(&o));
    CAD_TRY(reserve(&o));
    CAD_TRY(categories(&o));
    CAD_TRY(protocols(&o));
    for (uint32_t i = 0; i < o.n_roots; i++)
        if (f->node[o.root[i]].type == STEPLM_MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION)
            CAD_TRY(presentation(&o, o.root[i]));
    return shapes(&o);
}
