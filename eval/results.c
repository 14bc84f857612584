#include "eval/results.h"

#include "dataprep/synth.h"
#include "eval/results_impl.h"

#include <string.h>

const char *cad_class_name(cad_class c)
{
    static const char *const names[] = {
#define X(name) #name,
        CAD_CLASSES(X)
#undef X
    };
    return c < CAD_CLASS_COUNT ? names[c] : "unknown";
}

cad_class cad_class_of(const char *name)
{
    for (int c = 0; c < CAD_CLASS_COUNT; c++)
        if (!strcmp(name, cad_class_name((cad_class)c)))
            return (cad_class)c;
    return CAD_CLASS_COUNT;
}

typedef const char *(*label)(const cad_suite_row *r);
static const char *family_of(const cad_suite_row *r)
{
    return r->family;
}
/* Whether the shipped base has seen parts of this family; "" for a family that the generator does not have. */
static const char *families_of(const cad_suite_row *r)
{
    for (size_t i = 0; i < cad_synth_family_count(); i++)
        if (!strcmp(r->family, cad_synth_family_name(i)))
            return cad_synth_family_unseen(i) ? "unseen" : "seen";
    return "";
}
static const char *phrasing_of(const cad_suite_row *r)
{
    return r->phrasing;
}
static const char *units_of(const cad_suite_row *r)
{
    return r->units;
}

/* Bins, in the order in which they are told. */
static const char *const ENTITIES[] = {"<100", "100-199", "200-299", "300-399", "400-499", ">=500", NULL};
static const char *const FACES[] = {"1-10", "11-30", "31-100", ">100", NULL};

/* By what STEP-LLM counts of the reference. */
static const char *entities_of(const cad_suite_row *r)
{
    int64_t bin = r->counts.largest_id / 100;
    return r->counts.instances == 0 ? "" : ENTITIES[bin > 5 ? 5 : bin];
}
static const char *faces_of(const cad_suite_row *r)
{
    int64_t n = r->counts.faces;
    return n == 0 ? "" : FACES[n <= 10 ? 0 : n <= 30 ? 1 : n <= 100 ? 2 : 3];
}

static const struct kind {
    const char *name;
    label of;
    const char *const *order; /* of its members, to NULL; NULL: as they appear in the suite */
} KINDS[] = {
    {"family", family_of, NULL}, {"families", families_of, NULL},     {"phrasing", phrasing_of, NULL},
    {"units", units_of, NULL},   {"entities", entities_of, ENTITIES}, {"faces", faces_of, FACES},
};
enum { N_KINDS = sizeof KINDS / sizeof KINDS[0] };

cad_status cad_results_kinds(cad_buf *out)
{
    for (size_t i = 0; i < N_KINDS; i++)
        CAD_TRY(cad_buf_printf(out, " %s", KINDS[i].name));
    return CAD_OK;
}

bool cad_results_has_kind(const char *name)
{
    for (size_t i = 0; i < N_KINDS; i++)
        if (!strcmp(name, KINDS[i].name))
            return true;
    return false;
}

/* {n, metrics} of the samples called `name`, into out; nothing for none. */
static cad_status fill_group(const cad_scored *const *item, size_t n, label by, const char *name, const cad_results_opts *o,
                             cad_arena *scratch, json_t *out)
{
    const cad_scored **member;
    size_t m = 0;
    CAD_TRY(cad_arena_zalloc(scratch, n, sizeof *member, "group", &member));
    for (size_t i = 0; i < n; i++)
        if (!strcmp(by(item[i]->row), name))
            member[m++] = item[i];
    if (m == 0)
        return CAD_OK;
    json_t *metrics = json_object();
    json_t *entry = json_pack("{sI,so}", "n", (json_int_t)m, "metrics", metrics);
    if (!entry || json_object_set_new(out, name, entry) != 0)
        CAD_FAIL(CAD_ENOMEM, "out of memory for the group %s", name);
    cad_results_group g = {.item = member, .n = m, .o = o, .scratch = scratch, .metrics = metrics};
    return cad_results_fill(&g);
}

/* {label value: {n, metrics}} in the kind's order. */
static cad_status fill_groups(const cad_scored *const *item, size_t n, const struct kind *k, const cad_results_opts *o,
                              cad_arena *scratch, json_t *out)
{
    for (const char *const *name = k->order; name && *name; name++)
        CAD_TRY(fill_group(item, n, k->of, *name, o, scratch, out));
    for (size_t i = 0; !k->order && i < n; i++) {
        const char *name = k->of(item[i]->row);
        if (name[0] && !json_object_get(out, name))
            CAD_TRY(fill_group(item, n, k->of, name, o, scratch, out));
    }
    return CAD_OK;
}

static cad_status fill_all(const cad_scored *s, size_t n, const cad_results_opts *o, cad_arena *scratch, json_t *out)
{
    const cad_scored **item;
    int64_t class_count[CAD_CLASS_COUNT] = {0}, stopped = 0, thin = 0;
    size_t m = 0;
    CAD_TRY(cad_arena_zalloc(scratch, n, sizeof *item, "samples", &item));
    for (size_t i = 0; i < n; i++) {
        class_count[s[i].class_]++;
        stopped += s[i].stopped;
        thin += s[i].thin;
        if (s[i].class_ != CAD_CLASS_reference_bad)
            item[m++] = &s[i];
    }
    json_t *metrics = json_object(), *classes = json_object(), *groups = json_object();
    json_t *finish = json_pack("{sI,sI}", "stop", (json_int_t)stopped, "length", (json_int_t)n - (json_int_t)stopped);
    if (json_object_set_new(out, "n", json_integer((json_int_t)n)) || json_object_set_new(out, "thin", json_integer(thin)) ||
        json_object_set_new(out, "metrics", metrics) || json_object_set_new(out, "finish", finish) ||
        json_object_set_new(out, "classes", classes) || json_object_set_new(out, "groups", groups))
        CAD_FAIL(CAD_ENOMEM, "out of memory for results");
    for (int c = 0; c < CAD_CLASS_COUNT; c++)
        if (class_count[c] && json_object_set_new(classes, cad_class_name((cad_class)c), json_integer(class_count[c])))
            CAD_FAIL(CAD_ENOMEM, "out of memory for results");
    cad_results_group g = {.item = item, .n = m, .o = o, .scratch = scratch, .metrics = metrics};
    CAD_TRY(cad_results_fill(&g));
    for (size_t i = 0; i < N_KINDS; i++) {
        json_t *kind = json_object();
        if (!kind || json_object_set_new(groups, KINDS[i].name, kind))
            CAD_FAIL(CAD_ENOMEM, "out of memory for results");
        CAD_TRY(fill_groups(item, m, &KINDS[i], o, scratch, kind));
    }
    return CAD_OK;
}

cad_status cad_results_build(const cad_scored *s, size_t n, const cad_results_opts *o, cad_arena *scratch, json_t **out)
{
    json_t *r = json_object();
    if (!r)
        CAD_FAIL(CAD_ENOMEM, "out of memory for results");
    cad_frame f = cad_arena_mark(scratch);
    cad_status st = fill_all(s, n, o, scratch, r);
    if (st != CAD_OK) {
        json_decref(r);
        return st;
    }
    cad_arena_rewind(scratch, f);
    *out = r;
    return CAD_OK;
}
