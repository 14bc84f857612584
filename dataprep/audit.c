#include "dataprep/audit.h"

#include "dataprep/hash_index.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 3, LIMITS = 3 };

static json_t *row_id(const cad_pack *p, size_t r)
{
    size_t len = 0;
    const char *id = cad_pack_id(p, r, &len);
    return json_stringn(id, len);
}

static json_t *longest_rows(const cad_pack *p)
{
    size_t best[LONGEST] = {0};
    size_t n = 0;
    for (size_t r = 0; r < p->n_rows; r++) {
        uint64_t len = p->row_offset[r + 1] - p->row_offset[r];
        size_t at = n;
        while (at && len > p->row_offset[best[at - 1] + 1] - p->row_offset[best[at - 1]])
            at--;
        if (at >= LONGEST)
            continue;
        n += n < LONGEST;
        for (size_t k = n - 1; k > at; k--)
            best[k] = best[k - 1];
        best[at] = r;
    }
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++)
        json_array_append_new(list, json_pack("{s:o, s:I}", "id", row_id(p, best[k]), "tokens",
                                              (json_int_t)(p->row_offset[best[k] + 1] - p->row_offset[best[k]])));
    return list;
}

static json_t *families(const cad_pack *p)
{
    json_t *o = json_object();
    for (size_t r = 0; r < p->n_rows; r++) {
        const char *name = p->family_name[p->family[r]];
        json_object_set_new(o, name, json_integer(json_integer_value(json_object_get(o, name)) + 1));
    }
    return o;
}

/* Rows by what became of the text that they retrieved. */
static json_t *retrieved_facts(const cad_pack *p)
{
    json_int_t trimmed = 0, nothing = 0;
    for (size_t r = 0; r < p->n_rows; r++) {
        size_t left = 0;
        for (size_t k = 0; k < p->rag_k; k++)
            left += p->retrieved[r * p->rag_k + k] != -1;
        trimmed += p->trimmed && p->trimmed[r] > 0;
        nothing += left == 0;
    }
    return json_pack("{s:I, s:I, s:I, s:s}", "k", (json_int_t)p->rag_k, "trimmed", trimmed, "nothing_left", nothing,
                     "index_xxh3", p->info.rag_index_xxh3);
}

cad_status cad_audit_pack(const cad_pack *p, json_t *out)
{
    static const int64_t limit[LIMITS] = {4096, 8192, 16384};
    static const char *const limit_name[LIMITS] = {"under_4k", "under_8k", "under_16k"};
    const cad_pack_info *i = &p->info;
    json_t *dropped = NULL;
    int bad = 0;
    CAD_TRY(cad_json_parse(i->dropped, strlen(i->dropped), "attribute dropped of the pack", &dropped));
    bad |= json_object_set_new(out, "rows", json_integer(i->n_rows));
    bad |= json_object_set_new(out, "tokens", json_integer(i->n_tokens));
    bad |= json_object_set_new(out, "loss_tokens", json_integer(i->n_loss_tokens));
    bad |= json_object_set_new(out, "loss_share", json_real((double)i->n_loss_tokens / (double)i->n_tokens));
    bad |= json_object_set_new(out, "length",
                               json_pack("{s:I, s:I, s:I, s:I}", "p50", i->length_p50, "p90", i->length_p90, "p99",
                                         i->length_p99, "max", i->length_max));
    for (int k = 0; k < LIMITS; k++) {
        int64_t under = 0;
        for (size_t r = 0; r < p->n_rows; r++)
            under += (int64_t)(p->row_offset[r + 1] - p->row_offset[r]) < limit[k];
        bad |= json_object_set_new(out, limit_name[k], json_real((double)under / (double)p->n_rows));
    }
    bad |= json_object_set_new(out, "longest", longest_rows(p));
    bad |= json_object_set_new(out, "families", families(p));
    bad |= json_object_set_new(out, "dropped", dropped);
    bad |= json_object_set_new(out, "waived", json_string(i->waived));
    if (p->rag_k)
        bad |= json_object_set_new(out, "retrieved", retrieved_facts(p));
    bad |= json_object_set_new(out, "kind", cad_json_text(i->kind));
    bad |= json_object_set_new(out, "representation", cad_json_text(i->representation));
    bad |= json_object_set_new(out, "tokenizer_xxh3", json_string(i->tokenizer_xxh3));
    bad |= json_object_set_new(out, "template", cad_json_text(i->template_name));
    bad |= json_object_set_new(out, "template_xxh3", json_string(i->template_xxh3));
    if (bad)
        CAD_FAIL(CAD_ENOMEM, "audit: no memory for the report");
    return CAD_OK;
}

cad_status cad_audit_forms(const cad_pack *const *pack, const char *const *name, size_t n)
{
    for (size_t k = 1; k < n; k++) {
        const cad_pack_info *a = &pack[0]->info, *b = &pack[k]->info;
        if (strcmp(a->kind, b->kind) != 0 || strcmp(a->representation, b->representation) != 0)
            CAD_FAIL(
                CAD_EDATA,
                "%s holds rows of kind %s: %.300s; %s of kind %s: %.300s; expected one form of text\nhint: pack both anew, "
                "from the splits of one corpus",
                name[0], a->kind, a->representation, name[k], b->kind, b->representation);
    }
    return CAD_OK;
}

/* ---- leaks ---- */

enum { CAPTION, GEOMETRY, ANSWER, KINDS };

typedef struct leaks {
    const cad_pack *const *pack;
    const char *const *name;
    int64_t n[KINDS], ungrouped;
    char first[400];
} leaks;

/* A value of the index: pack and row of the first sight. */
static cad_status look(leaks *l, cad_hash_index *m, int kind, uint64_t hash, size_t pack, size_t row)
{
    static const char *const what[KINDS] = {"caption", "geometry", "answer"};
    if (!hash) {
        l->ungrouped += kind == GEOMETRY;
        return CAD_OK;
    }
    uint64_t *at = NULL;
    bool is_new = false;
    CAD_TRY(cad_hash_index_at(m, hash, (uint64_t)pack << 48 | row, &is_new, &at));
    size_t other = (size_t)(*at >> 48), a_len = 0, b_len = 0;
    if (is_new || other == pack)
        return CAD_OK;
    if (!l->n[CAPTION] && !l->n[GEOMETRY] && !l->n[ANSWER]) {
        const char *a = cad_pack_id(l->pack[other], (size_t)(*at & 0xffffffffffffu), &a_len),
                   *b = cad_pack_id(l->pack[pack], row, &b_len);
        snprintf(l->first, sizeof l->first, "%s of row %.*s (%s) is that of row %.*s (%s)", what[kind], (int)b_len, b,
                 l->name[pack], (int)a_len, a, l->name[other]);
    }
    l->n[kind]++;
    return CAD_OK;
}

static const uint64_t *hashes_of(const cad_pack *p, int kind)
{
    return kind == CAPTION ? p->caption_hash : kind == GEOMETRY ? p->geometry_hash : p->answer_hash;
}

cad_status cad_audit_leaks(const cad_pack *const *pack, const char *const *name, size_t n, json_t **out)
{
    leaks l = {.pack = pack, .name = name};
    cad_status s = CAD_OK;
    for (int kind = 0; s == CAD_OK && kind < KINDS; kind++) {
        cad_hash_index m = CAD_HASH_INDEX_INIT;
        for (size_t k = 0; s == CAD_OK && k < n; k++)
            for (size_t r = 0; s == CAD_OK && r < pack[k]->n_rows; r++)
                s = look(&l, &m, kind, hashes_of(pack[k], kind)[r], k, r);
        cad_hash_index_deinit(&m);
    }
    CAD_TRY(s);
    json_t *o =
        json_pack("{s:I, s:I, s:I, s:I, s:s}", "caption", (json_int_t)l.n[CAPTION], "geometry", (json_int_t)l.n[GEOMETRY],
                  "answer", (json_int_t)l.n[ANSWER], "ungrouped", (json_int_t)l.ungrouped, "first", l.first);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "audit: no memory for the leak report");
    *out = o;
    return CAD_OK;
}

bool cad_audit_grouped(const cad_pack *const *pack, size_t n, const char *word)
{
    for (size_t k = 0; k < n; k++)
        if (strstr(pack[k]->info.split_group, word))
            return true;
    return false;
}

static json_int_t count_of(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

cad_status cad_audit_refuse_leaks(const json_t *report, const char *name, bool captions, bool geometry)
{
    json_int_t bad = (captions ? count_of(report, "caption") : 0) +
                     (geometry ? count_of(report, "geometry") + count_of(report, "answer") : 0);
    if (bad)
        CAD_FAIL(CAD_EDATA, "%s: %" JSON_INTEGER_FORMAT " rows lie in two splits; first: %s\nhint: cadprep split", name, bad,
                 json_string_value(json_object_get(report, "first")));
    return CAD_OK;
}
