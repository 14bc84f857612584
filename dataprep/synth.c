#include "dataprep/synth.h"

#include "dataprep/synth_family.h"
#include "dataprep/synth_measures.h"
#include "dataprep/synth_noise.h"
#include "dataprep/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DRAWS = 20000, MAX_CAPTIONS = 200 };

static const cad_family *const families[] = {
    &cad_family_primitive, &cad_family_plate,     &cad_family_spacer, &cad_family_washer,
    &cad_family_lbracket,  &cad_family_enclosure, &cad_family_flange, &cad_family_hex,
    &cad_family_prism,     &cad_family_turntable, &cad_family_knob,
};
enum { N_FAMILIES = sizeof families / sizeof *families };
static const cad_family *const step_families[] = {
    &cad_step_family_box,       &cad_step_family_cylinder, &cad_step_family_washer,
    &cad_step_family_l_bracket, &cad_step_family_plate_1,  &cad_step_family_plate_4,
};
enum { N_STEP_FAMILIES = sizeof step_families / sizeof *step_families };
_Static_assert((int)N_STEP_FAMILIES <= (int)N_FAMILIES, "lists of shares have room for all families of a kind");
_Static_assert((int)N_FAMILIES <= (int)CAD_SYNTH_MAX_FAMILIES, "cad_synth_opts has a share for each family");

/* The families of one kind of answer; the first of those of Compact IR are the plain parts. */
typedef struct catalogue {
    const cad_family *const *family;
    size_t n;
    double primitives; /* share of the first family where there are others; negative: its usual one */
} catalogue;

static const char *const unit_names[CAD_UNIT_count] = {"mm", "none", "cm", "in"};
static const double unit_usual[CAD_UNIT_count] = {0.64, 0.15, 0.07, 0.14};
static const double unit_usual_step[CAD_UNIT_count] = {0.7, 0.3, 0, 0};
static const char *const style_names[CAD_STYLE_count] = {"short", "long", "dims", "free"};
static const double style_usual[CAD_STYLE_count] = {0.34, 0.18, 0.12, 0.36};

size_t cad_synth_family_count(void)
{
    return N_FAMILIES;
}

const char *cad_synth_family_name(size_t i)
{
    return families[i]->name;
}

bool cad_synth_family_unseen(size_t i)
{
    return families[i]->unseen;
}

/* ---- options ---- */

static cad_status pick(const char *what, cad_synth_names names, const char *const *known, const double *usual, size_t n,
                       double *share)
{
    double sum = 0;
    for (size_t i = 0; i < names.n; i++) {
        size_t k = 0;
        while (k < n && strcmp(known[k], names.item[i]) != 0)
            k++;
        if (k == n) {
            char list[256] = "";
            for (size_t j = 0; j < n; j++)
                snprintf(list + strlen(list), sizeof list - strlen(list), " %s", known[j]);
            CAD_FAIL(CAD_ECONFIG, "%s: found '%s'; expected of%s", what, names.item[i], list);
        }
        share[k] = usual[k];
    }
    for (size_t k = 0; k < n; k++)
        sum += share[k];
    if (!(sum > 0))
        CAD_FAIL(CAD_ECONFIG, "%s: nothing is chosen", what);
    for (size_t k = 0; k < n; k++)
        share[k] /= sum;
    return CAD_OK;
}

/* Members of a group of families with their usual shares; plain parts take the share `primitives` where there are others. */
static bool group_shares(const catalogue *c, const char *name, size_t len, double *share)
{
    double sum = 0, others = 0;
    for (size_t i = 0; i < c->n; i++) {
        const char *own = c->family[i]->name;
        bool in = (strlen(own) == len && !memcmp(own, name, len)) || (len == 3 && !memcmp(name, "all", 3)) ||
                  (len == 4 && !memcmp(name, "seen", 4) && !c->family[i]->unseen) ||
                  (len == 6 && !memcmp(name, "unseen", 6) && c->family[i]->unseen);
        share[i] = in ? c->family[i]->share : 0;
        sum += share[i];
    }
    others = sum - share[0];
    bool apart = c->primitives >= 0 && share[0] > 0 && others > 0;
    for (size_t i = 0; i < c->n && sum > 0; i++)
        share[i] *= !apart ? 1 / sum : i ? (1 - c->primitives) / others : c->primitives / share[0];
    return sum > 0;
}

static cad_status no_family(const catalogue *c, const char *name, size_t len)
{
    char all[256] = "";
    size_t at = 0;
    for (size_t i = 0; i < c->n && at < sizeof all; i++)
        at += (size_t)snprintf(all + at, sizeof all - at, " %s", c->family[i]->name);
    CAD_FAIL(CAD_ECONFIG, "synth.families: found '%.*s'; expected all, seen, unseen or a family\nhint: the families:%s",
             (int)len, name, all);
}

/* "name" or "name:weight"; without weights, names weigh as much as their families usually do. */
static cad_status pick_families(const catalogue *c, cad_synth_names names, double *share)
{
    double sum = 0;
    for (size_t k = 0; k < names.n; k++) {
        const char *item = names.item[k], *colon = strchr(item, ':');
        size_t len = colon ? (size_t)(colon - item) : strlen(item);
        double part[N_FAMILIES] = {0}, weight = 0;
        char *end = NULL;
        if (!group_shares(c, item, len, part))
            return no_family(c, item, len);
        for (size_t i = 0; i < c->n; i++)
            weight += part[i] > 0 ? c->family[i]->share : 0;
        if (colon) {
            weight = strtod(colon + 1, &end);
            if (end == colon + 1 || *end || !(weight > 0) || weight > 1e6)
                CAD_FAIL(CAD_ECONFIG, "synth.families: found '%s'; expected NAME:WEIGHT with a weight over 0", item);
        }
        for (size_t i = 0; i < c->n; i++)
            share[i] += weight * part[i];
        sum += weight;
    }
    if (!(sum > 0))
        CAD_FAIL(CAD_ECONFIG, "synth.families: nothing is chosen");
    for (size_t i = 0; i < c->n; i++)
        share[i] /= sum;
    return CAD_OK;
}

cad_status cad_synth_opts_make(uint64_t seed, cad_synth_names names, cad_synth_names units, cad_synth_names styles,
                               double primitives, cad_synth_opts *o)
{
    cad_synth_opts r = {.seed = seed, .captions = 1};
    CAD_TRY(pick_families(&(catalogue){families, N_FAMILIES, primitives}, names, r.share));
    CAD_TRY(pick("synth.units", units, unit_names, unit_usual, CAD_UNIT_count, r.unit_share));
    CAD_TRY(pick("synth.captions", styles, style_names, style_usual, CAD_STYLE_count, r.style_share));
    *o = r;
    return CAD_OK;
}

cad_status cad_synth_step_opts_make(uint64_t seed, cad_synth_names names, cad_synth_names units, cad_synth_opts *o)
{
    cad_synth_opts r = {.seed = seed, .captions = 1, .step = true, .style_share = {[CAD_STYLE_free] = 1}};
    CAD_TRY(pick_families(&(catalogue){step_families, N_STEP_FAMILIES, -1}, names, r.share));
    CAD_TRY(pick("synth.units", units, unit_names, unit_usual_step, CAD_UNIT_count, r.unit_share));
    *o = r;
    return CAD_OK;
}

/* ---- one row ---- */

static size_t draw_index(cad_rng *r, const double *share, size_t n)
{
    double at = cad_rng_uniform(r);
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        if (share[i] <= 0)
            continue;
        last = i;
        if (at < share[i])
            return i;
        at -= share[i];
    }
    return last;
}

typedef struct drawn {
    const cad_family *family;
    const cad_form *form;
    cad_part part;
} drawn;

/* Family, form and unit are drawn once; the sizes again until they fit together. */
static cad_status draw_part(const cad_synth_opts *o, uint64_t index, drawn *out)
{
    cad_rng r = cad_rng_make(o->seed, "synth.part", index);
    const cad_family *f =
        o->step ? step_families[draw_index(&r, o->share, N_STEP_FAMILIES)] : families[draw_index(&r, o->share, N_FAMILIES)];
    double share[CAD_SYNTH_MAX_FAMILIES * 2] = {0};
    for (size_t i = 0; i < f->n_forms; i++)
        share[i] = f->form[i].share;
    const cad_form *form = &f->form[draw_index(&r, share, f->n_forms)];
    cad_synth_unit unit = (cad_synth_unit)draw_index(&r, o->unit_share, CAD_UNIT_count);
    for (int i = 0; i < MAX_DRAWS; i++) {
        out->part = (cad_part){.rng = r, .unit = unit};
        bool fits = form->make(&out->part) && !out->part.bad && !cad_part_is_of_seven(&out->part);
        r = out->part.rng;
        if (fits) {
            out->family = f;
            out->form = form;
            return CAD_OK;
        }
    }
    CAD_FAIL(CAD_EINTERNAL, "row %llu: no %s (%s) fits its limits in %d draws", (unsigned long long)index, f->name, form->name,
             MAX_DRAWS);
}

/* Every stated parameter must have been said, every omitted one not. */
static cad_status check_stated(const drawn *d, const char *caption)
{
    for (int i = 0; i < d->part.n_params; i++) {
        const cad_param *q = &d->part.param[i];
        if (q->omitted ? q->used : !q->used && !q->extra)
            CAD_FAIL(CAD_EINTERNAL, "%s.%s: parameter %s %s: %s", d->family->name, d->form->name, q->name,
                     q->omitted ? "should be left out" : "is not stated", caption);
    }
    return CAD_OK;
}

/* What one caption is expanded from: a frame of the grammar around the rules of the form, or one of the sentences written
 * for this form alone.  `frame` has room for 16 bytes. */
static const char *draw_frame(const cad_synth_opts *o, const cad_form *form, cad_rng *r, bool held, char *frame)
{
    static const double framed[CAD_STYLE_count] = {[CAD_STYLE_short] = 0.5, [CAD_STYLE_long] = 0.3, [CAD_STYLE_dims] = 0.2};
    /* the sentences have no held wording: where nothing else is asked for, held captions come from the frames */
    bool only_free = o->style_share[CAD_STYLE_short] + o->style_share[CAD_STYLE_long] + o->style_share[CAD_STYLE_dims] <= 0;
    bool sentences = !held || !only_free || o->step; /* those of STEP parts have held turns */
    size_t style = draw_index(r, sentences ? o->style_share : framed, CAD_STYLE_count);
    if (style == CAD_STYLE_free)
        return form->say->text[cad_rng_range(r, 0, (int64_t)form->say->n - 1)];
    snprintf(frame, 16, "{%s}", style_names[style]);
    return frame;
}

/* Sizes that can be quoted: digits, and always in the same unit. */
static cad_unit_style step_unit(cad_rng *r, cad_synth_unit u)
{
    return (cad_unit_style){.text = u == CAD_UNIT_none ? "" : cad_rng_chance(r, 0.6) ? " mm" : "mm"};
}

static cad_status one_caption(const cad_synth_opts *o, drawn *d, cad_rng *r, bool held, bool *is_held, cad_buf *out)
{
    char frame[16];
    const char *text = draw_frame(o, d->form, r, held, frame);
    cad_expander e = {.part = &d->part,
                      .rules = {d->form->rules, d->family->rules, o->step ? cad_step_rules : cad_common_rules},
                      .rng = r,
                      .unit = o->step ? step_unit(r, d->part.unit) : cad_grammar_unit(r, d->part.unit),
                      .held_allowed = held};
    for (int i = 0; i < d->part.n_params; i++)
        d->part.param[i].used = false;
    cad_buf raw = CAD_BUF_INIT;
    cad_status s = cad_grammar_expand(&e, text, &raw);
    cad_buf_clear(out);
    if (s == CAD_OK)
        s = cad_grammar_finish(cad_buf_cstr(&raw), out);
    if (s == CAD_OK && out->len && out->data[0] >= 'a' && out->data[0] <= 'z' && cad_rng_chance(r, 0.1))
        out->data[0] = (char)(out->data[0] - 'a' + 'A');
    if (s == CAD_OK && out->len)
        s = check_stated(d, cad_buf_cstr(out));
    cad_buf_deinit(&raw);
    *is_held = e.held_used;
    return s;
}

/* A caption in wording that training may show (`held` false), or one that has at least one turn it never shows. */
static cad_status caption(const cad_synth_opts *o, uint64_t index, drawn *d, bool held, cad_buf *out)
{
    cad_rng r = cad_rng_make(o->seed, held ? "synth.held" : "synth.caption", index);
    for (int i = 0; i < MAX_CAPTIONS; i++) {
        bool is_held = false;
        CAD_TRY(one_caption(o, d, &r, held, &is_held, out));
        if (out->len && is_held == held && !cad_caption_is_of_seven(cad_caption_hash(cad_buf_cstr(out))))
            return CAD_OK;
    }
    CAD_FAIL(CAD_EINTERNAL, "row %llu: %s.%s has no %s caption", (unsigned long long)index, d->family->name, d->form->name,
             held ? "held" : "seen");
}

static cad_status keep(cad_arena *a, const cad_buf *text, const char **out)
{
    return cad_arena_strdup(a, cad_buf_cstr(text), text->len, out);
}

/* Replaces the caption of one row in 1 / noise. */
static cad_status make_noise(const cad_synth_opts *o, uint64_t index, cad_buf *text, cad_arena *a, cad_row *row)
{
    cad_rng r = cad_rng_make(o->seed, "synth.noise", index);
    if (!cad_rng_chance(&r, o->noise))
        return CAD_OK;
    cad_buf_clear(text);
    CAD_TRY(cad_caption_noise(row->caption, &r, text));
    if (cad_caption_is_of_seven(cad_caption_hash(cad_buf_cstr(text))))
        return CAD_OK;
    row->phrasing = "noisy";
    return keep(a, text, &row->caption);
}

static cad_status fill(const cad_synth_opts *o, uint64_t index, drawn *d, cad_buf *text, cad_arena *a, cad_row *out)
{
    cad_row row = {.kind = "ir", .source = "synth", .split = "", .phrasing = "seen"};
    char id[48];
    int n = o->step ? snprintf(id, sizeof id, "%08llu", (unsigned long long)index + 1)
                    : snprintf(id, sizeof id, "s%llu-%07llu", (unsigned long long)o->seed, (unsigned long long)index);
    CAD_TRY(cad_arena_strdup(a, id, (size_t)n, &row.id));
    CAD_TRY(caption(o, index, d, false, text));
    CAD_TRY(keep(a, text, &row.caption));
    CAD_TRY(make_noise(o, index, text, a, &row));
    CAD_TRY(caption(o, index, d, true, text));
    CAD_TRY(keep(a, text, &row.held));
    CAD_TRY(cad_arena_strdup(a, d->part.ir, d->part.ir_len, &row.target));
    cad_buf_clear(text);
    CAD_TRY(cad_part_expect(&d->part, text));
    CAD_TRY(keep(a, text, &row.expect));
    cad_buf_clear(text);
    CAD_TRY(cad_part_params(&d->part, text));
    CAD_TRY(keep(a, text, &row.params));
    row.family = d->family->name;
    row.units = unit_names[d->part.unit];
    row.caption_hash = cad_caption_hash(row.caption);
    row.geometry_hash = cad_part_geometry_hash(&d->part);
    *out = row;
    return CAD_OK;
}

/* The row, and the part that it is of. */
static cad_status draw_row(const cad_synth_opts *o, uint64_t index, cad_arena *a, drawn *d, cad_row *out)
{
    CAD_TRY(draw_part(o, index / (uint64_t)o->captions, d));
    cad_buf text = CAD_BUF_INIT;
    cad_status s = fill(o, index, d, &text, a, out);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_synth_row(const cad_synth_opts *o, uint64_t index, bool check, cad_arena *a, cad_row *out)
{
    drawn d;
    cad_row row;
    CAD_TRY(draw_row(o, index, a, &d, &row));
    if (check) {
        cad_frame mark = cad_arena_mark(a);
        CAD_TRY(cad_part_compile(&d.part, row.id, a, NULL));
        cad_arena_rewind(a, mark);
    }
    *out = row;
    return CAD_OK;
}

cad_status cad_synth_step_row(const cad_synth_opts *o, uint64_t index, cad_arena *a, cad_row *out)
{
    drawn d;
    cad_row row;
    CAD_TRY(draw_row(o, index, a, &d, &row));
    cad_buf file = CAD_BUF_INIT;
    cad_frame mark = cad_arena_mark(a);
    cad_status s = cad_part_compile(&d.part, row.id, a, &file);
    if (s == CAD_OK) {
        cad_arena_rewind(a, mark);
        s = keep(a, &file, &row.target);
    }
    cad_buf_deinit(&file);
    CAD_TRY(s);
    row.kind = "step";
    *out = row;
    return CAD_OK;
}
