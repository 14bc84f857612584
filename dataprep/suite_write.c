#include "dataprep/suite_write.h"

#include "core/fs.h"
#include "core/hash.h"
#include "core/path.h"
#include "dataprep/caption_group.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 20, IN_ALL = 200 };
static const size_t ONE_ROW = (size_t)1 << 30; /* address space for the target at hand */

typedef struct suite {
    const cad_row *row;
    size_t n;
    const cad_payloads *targets;
    cad_arena *arena; /* the target at hand */
    bool step;
    cad_buf families; /* of const char *, each once, by the alphabet */
    size_t n_families;
    cad_buf rows; /* the rows as they will stand in the file */
    int64_t written;
    cad_hash_index captions; /* of the prompts so far: no sentence twice */
} suite;

static const char *family_of(const suite *s, size_t k)
{
    return ((const char *const *)(const void *)s->families.data)[k];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static cad_status find_families(suite *s)
{
    cad_hash_index seen = CAD_HASH_INDEX_INIT;
    cad_status st = CAD_OK;
    for (size_t i = 0; st == CAD_OK && i < s->n; i++) {
        const char *name = s->row[i].family;
        uint64_t *at = NULL;
        bool is_new = false;
        if (!*s->row[i].expect && !s->step)
            continue;
        st = cad_hash_index_at(&seen, cad_hash_index_key(name, strlen(name)), 1, &is_new, &at);
        if (st == CAD_OK && is_new)
            st = cad_buf_add(&s->families, &name, sizeof name);
    }
    cad_hash_index_deinit(&seen);
    s->n_families = s->families.len / sizeof(const char *);
    if (s->n_families > 1)
        qsort(s->families.data, s->n_families, sizeof(const char *), by_name);
    return st;
}

static cad_status print_prompt(suite *s, const cad_row *r, const char *target, bool held)
{
    json_t *expect = NULL;
    char cluster[17];
    snprintf(cluster, sizeof cluster, "%016" PRIx64, r->geometry_hash);
    if (*r->expect)
        CAD_TRY(cad_json_parse(r->expect, strlen(r->expect), r->id, &expect));
    json_t *o = json_pack("{s:o, s:s, s:{s:s}, s:s}", "id", json_sprintf("%s-%c", r->id, held ? 'h' : 's'), "prompt",
                          held ? r->held : r->caption, "reference", s->step ? "step" : "ir", target, "cluster", cluster);
    bool bad = !o || (expect && json_object_set_new(o, "expect", expect));
    bad = bad || json_object_set_new(o, "family", json_string(r->family)) ||
          json_object_set_new(o, "units", json_string(r->units)) ||
          json_object_set_new(o, "phrasing",
                              json_string(held                       ? "held"
                                          : s->step && !*r->phrasing ? ""
                                                                     : "seen"));
    cad_status st = bad ? cad_fail(CAD_EDATA, "%s: a text is not valid UTF-8", r->id) : cad_json_print(o, &s->rows);
    if (!o)
        json_decref(expect);
    json_decref(o);
    CAD_TRY(st);
    return cad_buf_str(&s->rows, "\n");
}

static cad_status add_prompt(suite *s, size_t i, bool held)
{
    const char *target;
    bool step;
    cad_frame mark = cad_arena_mark(s->arena);
    CAD_TRY(cad_payloads_read(s->targets, (int64_t)i, s->row[i].id, s->arena, &target, &step));
    cad_status st = print_prompt(s, &s->row[i], target, held);
    cad_arena_rewind(s->arena, mark);
    return st;
}

/* Whether a row may stand in the suite in this wording. */
static bool fits(const suite *s, const cad_row *r, const char *family, bool held)
{
    const char *text = held ? r->held : r->caption;
    if (strcmp(r->family, family) != 0 || !*text || (!held && !strcmp(r->phrasing, "noisy")))
        return false;
    return s->step || (*r->expect && r->geometry_hash);
}

/* `want` prompts of one family in one wording; first from geometries not used yet, then, if there are too few, from others. */
static cad_status add_family(suite *s, const char *family, bool held, int64_t want)
{
    int64_t have = 0;
    cad_hash_index used = CAD_HASH_INDEX_INIT;
    cad_status st = CAD_OK;
    for (int pass = 0; pass < 2 && have < want; pass++)
        for (size_t i = 0; st == CAD_OK && i < s->n && have < want; i++) {
            const cad_row *r = &s->row[i];
            const char *text = held ? r->held : r->caption;
            if (!fits(s, r, family, held))
                continue;
            bool fresh = true, new_caption = false;
            uint64_t *at = NULL, caption;
            if (r->geometry_hash)
                st = cad_hash_index_at(&used, r->geometry_hash, 1, &fresh, &at);
            if (st == CAD_OK)
                st = cad_caption_key(s->step, text, &caption);
            if (st != CAD_OK || (pass == 0 && !fresh))
                continue;
            st = cad_hash_index_at(&s->captions, caption, 1, &new_caption, &at);
            if (st != CAD_OK || !new_caption)
                continue;
            st = add_prompt(s, i, held);
            s->written++;
            have++;
        }
    cad_hash_index_deinit(&used);
    if (st == CAD_OK && have < want && !s->step)
        st = cad_fail(CAD_EDATA,
                      "suite: family %s has %" PRId64 " test rows in %s wording; %" PRId64
                      " are needed\nhint: make more parts, or fewer prompts: --suite-rows=N",
                      family, have, held ? "held" : "seen", want);
    return st;
}

static cad_status write_file(const suite *s, const char *path)
{
    char sha[CAD_HASH_HEX];
    cad_hash128_hex(cad_buf_cstr(&s->rows), s->rows.len, sha);
    cad_buf head = CAD_BUF_INIT;
    cad_status st =
        cad_buf_printf(&head, "{\"kind\":\"suite\",\"name\":\"%.*s\",\"rows_sha\":\"%s\",\"schema\":1,\"version\":\"1\"}\n",
                       (int)strcspn(cad_path_base(path), "."), cad_path_base(path), sha);
    cad_writer *w = NULL;
    if (st == CAD_OK)
        st = cad_writer_open(path, &w);
    if (st == CAD_OK)
        st = cad_writer_add(w, head.data, head.len);
    if (st == CAD_OK)
        st = cad_writer_add(w, cad_buf_cstr(&s->rows), s->rows.len);
    cad_buf_deinit(&head);
    if (st == CAD_OK)
        return cad_writer_commit(w);
    cad_writer_abort(w);
    return st;
}

/* Prompts of each family in each wording. */
static int64_t share_of(const suite *s, int64_t per_family)
{
    int64_t f = (int64_t)s->n_families, wordings = 1;
    for (size_t i = 0; i < s->n && wordings == 1; i++)
        wordings += !s->step || *s->row[i].held;
    if (per_family > 0)
        return (per_family + wordings - 1) / wordings;
    int64_t each = (IN_ALL + wordings * f - 1) / (wordings * f), least = LEAST / wordings;
    return each < least ? least : each;
}

cad_status cad_suite_write(const char *path, const cad_row *rows, size_t n, const cad_payloads *targets, bool step,
                           int64_t per_family, int64_t *written, int64_t *families)
{
    suite s = {.row = rows, .n = n, .targets = targets, .step = step};
    *written = *families = 0;
    cad_status st = find_families(&s);
    if (st != CAD_OK || !s.n_families) {
        cad_buf_deinit(&s.families);
        return st;
    }
    int64_t each = share_of(&s, per_family);
    st = cad_arena_create("suite", ONE_ROW, &s.arena);
    for (size_t k = 0; st == CAD_OK && k < s.n_families; k++)
        for (int held = 0; st == CAD_OK && held < 2; held++)
            st = add_family(&s, family_of(&s, k), held, each);
    if (st == CAD_OK)
        st = write_file(&s, path);
    cad_buf_deinit(&s.families);
    cad_buf_deinit(&s.rows);
    cad_arena_destroy(s.arena);
    cad_hash_index_deinit(&s.captions);
    if (st == CAD_OK) {
        *written = s.written;
        *families = (int64_t)s.n_families;
    }
    return st;
}
