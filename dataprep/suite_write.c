#include "dataprep/suite_write.h"

#include "core/fs.h"
#include "core/hash.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FAMILIES = 64, LEAST = 20, IN_ALL = 200 };

typedef struct suite {
    const cad_row *row;
    size_t n;
    const char *family[MAX_FAMILIES];
    size_t n_families;
    cad_buf rows;            /* the rows as they will stand in the file */
    cad_hash_index captions; /* of the prompts so far: no sentence twice */
} suite;

static cad_status find_families(suite *s)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0;
        while (k < s->n_families && strcmp(s->family[k], s->row[i].family) != 0)
            k++;
        if (k < s->n_families || !*s->row[i].expect)
            continue;
        if (k == MAX_FAMILIES)
            CAD_FAIL(CAD_EDATA, "more than %d families", MAX_FAMILIES);
        s->family[s->n_families++] = s->row[i].family;
    }
    for (size_t i = 1; i < s->n_families; i++) /* few: by insertion, in the order of the alphabet */
        for (size_t k = i; k && strcmp(s->family[k - 1], s->family[k]) > 0; k--) {
            const char *t = s->family[k];
            s->family[k] = s->family[k - 1];
            s->family[k - 1] = t;
        }
    return CAD_OK;
}

static cad_status add_prompt(suite *s, const cad_row *r, bool held)
{
    json_t *expect = NULL;
    char cluster[17];
    snprintf(cluster, sizeof cluster, "%016" PRIx64, r->geometry_hash);
    CAD_TRY(cad_json_parse(r->expect, strlen(r->expect), r->id, &expect));
    json_t *o = json_pack("{s:o, s:s, s:{s:s}, s:o, s:s, s:s, s:s, s:s}", "id", json_sprintf("%s-%c", r->id, held ? 'h' : 's'),
                          "prompt", held ? r->held : r->caption, "reference", "ir", r->target, "expect", expect, "family",
                          r->family, "phrasing", held ? "held" : "seen", "units", r->units, "cluster", cluster);
    cad_status st = o ? cad_json_print(o, &s->rows) : cad_fail(CAD_EDATA, "%s: a text is not valid UTF-8", r->id);
    json_decref(o);
    CAD_TRY(st);
    return cad_buf_str(&s->rows, "\n");
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
            if (strcmp(r->family, family) != 0 || !*text || !*r->expect || !r->geometry_hash ||
                (!held && !strcmp(r->phrasing, "noisy")))
                continue;
            bool fresh = false, new_caption = false;
            uint64_t *at = NULL;
            st = cad_hash_index_at(&used, r->geometry_hash, 1, &fresh, &at);
            if (st != CAD_OK || (pass == 0 && !fresh))
                continue;
            st = cad_hash_index_at(&s->captions, cad_caption_hash(text), 1, &new_caption, &at);
            if (st != CAD_OK || !new_caption)
                continue;
            st = add_prompt(s, r, held);
            have++;
        }
    cad_hash_index_deinit(&used);
    if (st == CAD_OK && have < want)
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
    cad_status st = cad_buf_printf(
        &head, "{\"kind\":\"suite\",\"name\":\"synth-test\",\"rows_sha\":\"%s\",\"schema\":1,\"version\":\"1\"}\n", sha);
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

cad_status cad_suite_write(const char *path, const cad_row *rows, size_t n, int64_t per_family, int64_t *written,
                           int64_t *families)
{
    suite s = {.row = rows, .n = n};
    *written = *families = 0;
    cad_status st = find_families(&s);
    if (st != CAD_OK || !s.n_families)
        return st;
    int64_t f = (int64_t)s.n_families, each = (per_family + 1) / 2;
    if (per_family <= 0) {
        each = (IN_ALL + 2 * f - 1) / (2 * f);
        each = each < LEAST / 2 ? LEAST / 2 : each;
    }
    for (size_t k = 0; st == CAD_OK && k < s.n_families; k++)
        for (int held = 0; st == CAD_OK && held < 2; held++)
            st = add_family(&s, s.family[k], held, each);
    if (st == CAD_OK)
        st = write_file(&s, path);
    cad_buf_deinit(&s.rows);
    cad_hash_index_deinit(&s.captions);
    if (st == CAD_OK) {
        *written = 2 * each * f;
        *families = f;
    }
    return st;
}
