#include "cad/step/steplm_impl.h"

#include "core/size.h"

#include <inttypes.h>

/* Its references that are in the output are told, and stand in the root's line, as ID_1, ID_2, .. */
typedef struct plans {
    const steplm_file *f;
    const steplm_lines *l;
    uint32_t roots;           /* how many have begun */
    const steplm_node *root;  /* NULL: none */
    uint32_t next_ref, given; /* of root */
} plans;

static void next_root(plans *p)
{
    p->root = p->roots < p->l->n_mdgpr ? &p->f->node[p->l->mdgpr[p->roots]] : NULL;
    p->roots++;
    p->next_ref = p->given = 0;
}

/* The new id that the next placeholder stands for, *out_k its number; 0: there is none. */
static uint32_t next_placeholder(plans *p, uint32_t *out_k)
{
    while (p->root && p->next_ref < p->root->param_count) {
        uint32_t number = p->f->node[p->f->refs[p->root->param_first + p->next_ref++]].number;
        if (number != 0) {
            *out_k = ++p->given;
            return number;
        }
    }
    return 0;
}

static cad_status add_id(cad_buf *out, uint64_t id)
{
    char text[24], *p = text + sizeof text;
    do
        *--p = (char)('0' + id % 10);
    while (id /= 10);
    *--p = '#';
    return cad_buf_put(out, p, (size_t)(text + sizeof text - p));
}

/* A line with new ids, or the placeholders for them: k_of[0..last], 0 where there is none; NULL: no placeholders. */
static cad_status print_line(steplm_file *f, steplm_span text, uint32_t last, const uint32_t *k_of, cad_buf *out)
{
    size_t from = 0, at, end;
    uint64_t id;
    for (size_t next = 0; cad_steplm_next_token(text, next, &at, &id, &end); next = end) {
        uint32_t k = id == UINT64_MAX ? UINT32_MAX : *cad_id_map_at(&f->index, id);
        bool known = k != UINT32_MAX && f->node[k].number != 0;
        uint64_t number = known ? f->node[k].number : id;
        uint32_t holder = k_of && number <= last ? k_of[number] : 0;
        if (!known && holder == 0)
            continue;
        CAD_TRY(cad_buf_put(out, text.s + from, at - from));
        if (holder)
            CAD_TRY(cad_buf_printf(out, "#ID_%u", holder));
        else
            CAD_TRY(add_id(out, number));
        from = end;
    }
    CAD_TRY(cad_buf_put(out, text.s + from, text.len - from));
    return cad_buf_put(out, "\n", 1);
}

static uint32_t give_numbers(steplm_file *f, const steplm_lines *l)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < l->n; i++)
        if (l->line[i].lead < STEPLM_BEGIN_BLOCK && f->node[l->line[i].lead].number == 0)
            f->node[l->line[i].lead].number = ++last;
    return last;
}

/* The line of an MDGPR entity, with the placeholders of the next root, which k_of (all zero) holds meanwhile. */
static cad_status print_mdgpr(steplm_file *f, steplm_span text, uint32_t last, plans *p, uint32_t *k_of, cad_buf *out)
{
    uint32_t k, number;
    next_root(p);
    while ((number = next_placeholder(p, &k)) != 0)
        k_of[number] = k;
    CAD_TRY(print_line(f, text, last, k_of, out));
    for (p->next_ref = 0; (number = next_placeholder(p, &k)) != 0;)
        k_of[number] = 0;
    return CAD_OK;
}

cad_status cad_steplm_print(steplm_file *f, const steplm_lines *l, cad_buf *out)
{
    uint32_t last = give_numbers(f, l), *k_of, k, number;
    plans in_lines = {.f = f, .l = l}, told = in_lines;
    CAD_TRY(cad_arena_zalloc(f->arena, cad_size_add(last, 1), sizeof *k_of, "placeholders", &k_of));
    CAD_TRY(cad_buf_add(out, f->header.s, f->header.len));
    CAD_TRY(cad_buf_add(out, "\n", 1));
    for (uint32_t i = 0; i < l->n; i++) {
        const steplm_line *line = &l->line[i];
        if (line->lead < STEPLM_BEGIN_BLOCK && cad_steplm_is_mdgpr(line->text)) {
            size_t at = out->len;
            CAD_TRY(print_mdgpr(f, line->text, last, &in_lines, k_of, out));
            if (out->data[at + 1] != 'I') /* a root that refers to itself in a circle is #ID_k, which no longer counts as one */
                next_root(&told);
        } else {
            CAD_TRY(print_line(f, line->text, last, NULL, out));
        }
        if (line->lead == STEPLM_BEGIN_BLOCK && (number = next_placeholder(&told, &k)) != 0)
            CAD_TRY(cad_buf_printf(out, "/* ID_%u = %u */\n", k, number));
    }
    return cad_buf_str(out, "ENDSEC;\nEND-ISO-10303-21;\n");
}

static cad_status reorder(cad_arena *a, steplm_span text, cad_buf *plain, cad_buf *out, int64_t *out_lost)
{
    steplm_file f;
    steplm_lines l;
    CAD_TRY(cad_steplm_read_text(&text, STEPLM_LATIN_1, plain));
    CAD_TRY(cad_steplm_parse(text, a, &f));
    CAD_TRY(cad_steplm_arrange(&f, &l));
    CAD_TRY(cad_steplm_print(&f, &l, out));
    int64_t lost = 0;
    for (uint32_t i = 0; i < f.n; i++)
        lost += cad_steplm_is_defined(&f.node[i]) && !f.node[i].printed;
    if (out_lost)
        *out_lost = lost;
    return CAD_OK;
}

cad_status cad_steplm_reorder(cad_arena *a, const char *text, size_t len, cad_buf *out, int64_t *out_lost)
{
    cad_buf plain = CAD_BUF_INIT;
    cad_frame frame = cad_arena_mark(a);
    cad_status s = reorder(a, (steplm_span){text, len}, &plain, out, out_lost);
    cad_buf_deinit(&plain);
    cad_arena_rewind(a, frame);
    return s;
}
