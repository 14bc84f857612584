/* One part built twice, directly and by the kernel's booleans alone, and what must be the same of both. */
#ifndef CADLM_TESTS_CAD_SOLID_BOTH_H
#define CADLM_TESTS_CAD_SOLID_BOTH_H

#include "tests/cad/solid_test.h"

typedef struct both {
    program p[2];
    cad_solid *solid[2]; /* NULL: an error */
    cad_facts facts[2];
    cad_solid_ways ways; /* of the first */
    bool legal;          /* passed the checks before the kernel */
} both;

/* `plain` is the text for the second, usually `text` itself. */
static inline both build_both(const char *text, const char *plain)
{
    both b = {.legal = true};
    for (int way = 0; way < 2; way++) {
        b.p[way] = check_text(way ? plain : text, CAD_IR_DIALECT_cadlm);
        program *p = &b.p[way];
        b.legal = b.legal && !p->diags.n_errors;
        if (p->diags.n_errors)
            continue;
        const cad_solid_ways before = cad_solid_count();
        cad_status s =
            way ? cad_solid_from_ir_plain(p->ir, &p->diags, &b.solid[1]) : cad_solid_from_ir(p->ir, &p->diags, &b.solid[0]);
        const cad_solid_ways after = cad_solid_count();
        if (way && after.direct > before.direct)
            fail_msg("%s: a direct construction where none was wanted", text);
        if (!way)
            b.ways = (cad_solid_ways){after.direct - before.direct, after.kernel - before.kernel};
        if (s == CAD_OK)
            ok(cad_solid_facts(b.solid[way], p->arena, &b.facts[way]));
        else if (s != CAD_EGEOM || !p->diags.n_errors)
            fail_msg("%s: %s: %s", text, cad_status_name(s), cad_error_text());
        if (s != CAD_OK)
            b.solid[way] = NULL;
    }
    return b;
}

static inline void drop_both(both *b)
{
    for (int way = 0; way < 2; way++) {
        cad_solid_destroy(b->solid[way]);
        drop(&b->p[way]);
    }
}

/* What is different, in words; "" when nothing is. */
typedef struct difference {
    char text[4096];
    size_t n;
} difference;

#define DIFFERS(d, ...)                                                                                                        \
    ((d)->n += (d)->n < sizeof(d)->text ? (size_t)snprintf((d)->text + (d)->n, sizeof(d)->text - (d)->n, __VA_ARGS__) : 0)

/* Findings after compiling; the text may have nodes that only one of both uses. */
static inline void list_findings(const cad_diags *d, char *out, size_t size)
{
    size_t n = 0;
    *out = 0;
    for (int32_t i = 0; i < d->n && n < size; i++)
        if (strcmp(d->item[i].code, "orphan") != 0)
            n += (size_t)snprintf(out + n, size - n, " %s@%d", d->item[i].code, (int)d->item[i].node);
}

static inline void differ_findings(const both *b, difference *d)
{
    char text[2][1024];
    for (int way = 0; way < 2; way++)
        list_findings(&b->p[way].diags, text[way], sizeof text[way]);
    if (strcmp(text[0], text[1]) != 0)
        DIFFERS(d, "  findings%s, the boolean has%s\n", text[0], text[1]);
}

/* rel, and what the reference's own tolerance and the rounding of its coordinates leave open. */
static inline void differ_numbers(const cad_facts *f, const cad_facts *g, double rel, difference *d)
{
    const double confusion = 1.01e-7; /* the kernel's, in every exact solid */
    double size = 0, far = 0;
    for (int i = 0; i < 3; i++) {
        size = fmax(size, g->box[i + 3] - g->box[i]);
        far = fmax(far, fmax(fabs(g->box[i]), fabs(g->box[i + 3])));
    }
    const double open = 1e-14 * far + (g->tolerance > confusion ? g->tolerance : 0), length = rel * size + open;
    if (!(fabs(f->volume - g->volume) <= rel * g->volume + open * g->area))
        DIFFERS(d, "  volume %.12g, the boolean has %.12g\n", f->volume, g->volume);
    if (!(fabs(f->area - g->area) <= rel * g->area + 100 * open * size))
        DIFFERS(d, "  area %.12g, the boolean has %.12g\n", f->area, g->area);
    for (int i = 0; i < 6; i++)
        if (!(fabs(f->box[i] - g->box[i]) <= length))
            DIFFERS(d, "  box[%d] %.12g, the boolean has %.12g\n", i, f->box[i], g->box[i]);
    for (int i = 0; i < 3; i++) {
        if (!(fabs(f->centroid[i] - g->centroid[i]) <= 10 * length))
            DIFFERS(d, "  centroid[%d] %.12g, the boolean has %.12g\n", i, f->centroid[i], g->centroid[i]);
        if (!(fabs(f->inertia[i] - g->inertia[i]) <= 100 * length / size * g->inertia[2]))
            DIFFERS(d, "  inertia[%d] %.12g, the boolean has %.12g\n", i, f->inertia[i], g->inertia[i]);
    }
}

static inline void differ_facts(const cad_facts *f, const cad_facts *g, double rel, difference *d)
{
    const struct {
        const char *what;
        int32_t have, want;
    } n[] = {{"level", f->level, g->level},
             {"solids", f->solids, g->solids},
             {"shells", f->shells, g->shells},
             {"closed shells", f->shells_closed, g->shells_closed},
             {"faces", f->faces, g->faces},
             {"edges", f->edges, g->edges},
             {"vertices", f->vertices, g->vertices},
             {"merged faces", f->faces_merged, g->faces_merged},
             {"euler", f->euler, g->euler},
             {"genus", f->genus, g->genus},
             {"planes", f->kinds[CAD_SURFACE_plane], g->kinds[CAD_SURFACE_plane]},
             {"round faces", f->kinds[CAD_SURFACE_cylinder], g->kinds[CAD_SURFACE_cylinder]},
             {"cylinders", f->n_cylinders, g->n_cylinders},
             {"prisms", f->n_prisms, g->n_prisms},
             {"brepcheck", f->brepcheck, g->brepcheck}};
    for (size_t i = 0; i < sizeof n / sizeof *n; i++)
        if (n[i].have != n[i].want)
            DIFFERS(d, "  %s %d, the boolean has %d\n", n[i].what, (int)n[i].have, (int)n[i].want);
    differ_numbers(f, g, rel, d);
}

/* Written as STEP and read again, the direct solid is what it was. */
static inline void differ_step(const both *b, double rel, difference *d)
{
    cad_buf step = CAD_BUF_INIT;
    cad_solid *again;
    cad_facts f;
    const size_t before = d->n;
    ok(cad_solid_write_step(b->solid[0], "part", &step));
    ok(cad_solid_read_step(step.data, step.len, &again));
    ok(cad_solid_facts(again, b->p[0].arena, &f));
    differ_facts(&f, &b->facts[0], rel, d);
    if (d->n > before)
        DIFFERS(d, "  after STEP and back, against the direct solid itself\n");
    cad_solid_destroy(again);
    cad_buf_deinit(&step);
}

/* Did the kernel fail where it is the reference? */
static inline bool kernel_failed(const both *b)
{
    return !b->solid[1] ? cad_diags_find(&b->p[1].diags, "invalid-solid") != NULL : b->facts[1].level < 8;
}

static inline difference differ(const both *b, double rel)
{
    difference d = {"", 0};
    const bool direct_only = b->ways.direct && !b->ways.kernel;
    if (b->solid[0] && b->facts[0].level != 8 && direct_only)
        DIFFERS(&d, "  level %d\n", (int)b->facts[0].level);
    if (b->solid[0] && direct_only) /* what the kernel leaves behind may change by itself */
        differ_step(b, rel, &d);
    if (kernel_failed(b))
        return d;
    differ_findings(b, &d);
    if (!b->solid[0] != !b->solid[1])
        DIFFERS(&d, "  %s is no solid\n", b->solid[0] ? "the boolean's" : "the direct one");
    if (b->solid[0] && b->solid[1])
        differ_facts(&b->facts[0], &b->facts[1], rel, &d);
    return d;
}

#endif
