#include "dataprep/pack.h"

#include "core/arena.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/mem.h"
#include "core/size.h"
#include "dataprep/pack_h5.h"
#include "dataprep/pack_layout.h"
#include "dataprep/pack_scan.h"

#include <inttypes.h>
#include <string.h>

/* Address space of an open pack beyond its columns: attributes and names. */
enum { TEXT_SPACE = 64 << 20 };

typedef struct opened {
    cad_pack pack; /* first, so that the public pointer is ours */
    cad_arena *arena;
} opened;

/* ---- hashes and small accessors, shared with the writer ---- */

static void hash_parts(cad_hasher *h, const void *const *part, const size_t *bytes, size_t n, char out[33])
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            cad_hasher_add(h, part[i], bytes[i]);
    cad_hasher_hex(h, out);
}

void cad_pack_hash_tokens(cad_hasher *h, const cad_pack *p, char out[33])
{
    const void *part[] = {p->row_offset, p->span_offset, p->span};
    size_t bytes[] = {(p->n_rows + 1) * 8, (p->n_rows + 1) * 8, p->n_spans * 8};
    hash_parts(h, part, bytes, 3, out);
}

cad_status cad_pack_hash_columns(const cad_pack *p, char out[33])
{
    size_t n = p->n_rows;
    const void *part[] = {p->id_offset, p->id_bytes,     p->caption_offset, p->caption_bytes, p->retrieved,
                          p->trimmed,   p->caption_hash, p->geometry_hash,  p->family,        p->weight};
    size_t bytes[] = {(n + 1) * 8, p->id_offset[n], (n + 1) * 8, p->caption_offset[n], n * p->rag_k * 8, p->trimmed ? n * 4 : 0,
                      n * 8,       n * 8,           n * 2,       p->weight ? n * 4 : 0};
    cad_hasher *h = cad_hasher_create();
    if (!h)
        CAD_FAIL(CAD_ENOMEM, "no memory for a hash");
    hash_parts(h, part, bytes, 10, out);
    cad_hasher_destroy(h);
    return CAD_OK;
}

const char *cad_pack_id(const cad_pack *p, size_t r, size_t *len)
{
    *len = (size_t)(p->id_offset[r + 1] - p->id_offset[r]);
    return p->id_bytes + p->id_offset[r];
}

const char *cad_pack_caption(const cad_pack *p, size_t r, size_t *len)
{
    *len = (size_t)(p->caption_offset[r + 1] - p->caption_offset[r]);
    return p->caption_bytes + p->caption_offset[r];
}

bool cad_pack_waives(const cad_pack_info *info, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = info->waived; *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == n && !strncmp(at, word, n))
            return true;
    return false;
}

int64_t cad_pack_targets(const cad_pack *p, size_t r)
{
    int64_t n = 0;
    for (uint64_t i = p->span_offset[r]; i < p->span_offset[r + 1]; i++)
        n += (int64_t)p->span[i][1] - (int64_t)p->span[i][0];
    return n;
}

uint64_t cad_pack_bytes(const cad_pack *p)
{
    size_t row = 4 * sizeof *p->row_offset + sizeof *p->caption_hash + sizeof *p->geometry_hash + sizeof *p->answer_hash +
                 sizeof *p->family + (p->weight ? sizeof *p->weight : 0) +
                 (p->retrieved ? p->rag_k * sizeof *p->retrieved : 0) + (p->trimmed ? sizeof *p->trimmed : 0);
    uint64_t texts = p->id_offset[p->n_rows] + p->caption_offset[p->n_rows];
    return (p->n_rows * row) + 4 * sizeof *p->row_offset + texts + (p->tokens ? p->n_tokens * sizeof *p->tokens : 0) +
           p->n_spans * sizeof *p->span;
}

/* ---- loading ---- */

typedef struct column {
    const char *name;
    cad_h5_type type;
    size_t rows, cols;
    void *data;
} column;

static cad_status load(hid_t f, const char *path, cad_arena *a, column *c)
{
    size_t cells = 0, bytes = 0;
    CAD_TRY(cad_mul(c->rows, c->cols ? c->cols : 1, c->name, &cells));
    CAD_TRY(cad_mul(cells, cad_h5_size(c->type), c->name, &bytes));
    CAD_TRY(cad_arena_alloc(a, cad_size_add(bytes, 1), c->name, &c->data));
    ((char *)c->data)[bytes] = '\0';
    return bytes ? cad_h5_get(f, path, c->name, c->type, c->data) : CAD_OK;
}

enum {
    TOKENS,
    ROWS,
    SPAN_AT,
    SPAN,
    ID_AT,
    ID,
    CAPTION_AT,
    CAPTION,
    CAPTION_HASH,
    GEOMETRY_HASH,
    FAMILY,
    RAG,
    TRIMMED,
    WEIGHT,
    N_COLUMNS
};

/* The columns of schema 1 with their shapes; the last three may be absent. */
static cad_status shapes(hid_t f, const char *path, column col[N_COLUMNS])
{
    static const column model[N_COLUMNS] = {
        {"tokens", CAD_H5_u32, 0, 0, NULL},         {"row_offset", CAD_H5_u64, 0, 0, NULL},
        {"span_offset", CAD_H5_u64, 0, 0, NULL},    {"span", CAD_H5_u32, 0, 2, NULL},
        {"id_offset", CAD_H5_u64, 0, 0, NULL},      {"id_bytes", CAD_H5_u8, 0, 0, NULL},
        {"caption_offset", CAD_H5_u64, 0, 0, NULL}, {"caption_bytes", CAD_H5_u8, 0, 0, NULL},
        {"caption_hash", CAD_H5_u64, 0, 0, NULL},   {"geometry_hash", CAD_H5_u64, 0, 0, NULL},
        {"family", CAD_H5_u16, 0, 0, NULL},         {"retrieved", CAD_H5_i64, 0, 0, NULL},
        {"trimmed", CAD_H5_u32, 0, 0, NULL},        {"weight", CAD_H5_f32, 0, 0, NULL}};
    memcpy(col, model, sizeof model);
    for (int i = 0; i < N_COLUMNS; i++) {
        if (i >= RAG && H5Lexists(f, col[i].name, H5P_DEFAULT) <= 0) {
            col[i].name = NULL;
            continue;
        }
        size_t cols = 0;
        CAD_TRY(cad_h5_shape(f, path, col[i].name, col[i].type, &col[i].rows, &cols));
        if (i != RAG && cols != col[i].cols)
            CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s has %zu columns; expected %zu", path, col[i].name, cols, col[i].cols);
        col[i].cols = cols;
    }
    size_t n = col[FAMILY].rows;
    static const int per_row[] = {CAPTION_HASH, GEOMETRY_HASH, RAG, TRIMMED, WEIGHT};
    static const int offsets[] = {ROWS, SPAN_AT, ID_AT, CAPTION_AT};
    for (size_t i = 0; i < sizeof per_row / sizeof *per_row; i++) {
        const column *c = &col[per_row[i]];
        if (c->name && c->rows != n)
            CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s has %zu rows; expected %zu", path, c->name, c->rows, n);
    }
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        const column *c = &col[offsets[i]];
        if (c->rows != n + 1)
            CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s has %zu rows; expected %zu", path, c->name, c->rows, n + 1);
    }
    return CAD_OK;
}

static cad_status check_offsets(const char *path, const char *name, const uint64_t *at, size_t n, uint64_t end)
{
    bool good = at[0] == 0 && at[n] == end;
    for (size_t r = 0; good && r < n; r++)
        good = at[r] <= at[r + 1];
    if (!good)
        CAD_FAIL(CAD_ECORRUPT, "%s: offsets in /%s are not ascending from 0 to %" PRIu64, path, name, end);
    return CAD_OK;
}

/* The first check, so that a file of another schema is not taken for a damaged one. */
static cad_status check_schema(hid_t f, const char *path)
{
    cad_arena *a = NULL;
    const char *format = NULL;
    int64_t schema = 0;
    CAD_TRY(cad_arena_create("pack schema", TEXT_SPACE, &a));
    cad_status s = cad_h5_get_text(f, path, "format", a, &format);
    if (s == CAD_OK)
        s = cad_h5_get_int(f, path, "schema", &schema);
    if (s == CAD_OK && (strcmp(format, CAD_PACK_FORMAT) != 0 || schema != CAD_PACK_SCHEMA))
        s = cad_fail(CAD_EDATA, "%s: format '%.100s', schema %" PRId64 "; expected " CAD_PACK_FORMAT ", %d", path, format,
                     schema, CAD_PACK_SCHEMA);
    cad_arena_destroy(a);
    return s;
}

static cad_status read_info(hid_t f, const char *path, cad_arena *a, cad_pack_info *i)
{
    const char *hash = NULL;
    size_t n = 0;
#define X(m) CAD_TRY(cad_h5_get_text(f, path, #m, a, &i->m));
    CAD_PACK_TEXTS(X)
#undef X
#define X(m) CAD_TRY(cad_h5_get_int(f, path, #m, &i->m));
    CAD_PACK_INTS(X)
#undef X
    i->retrieval = "";
    if (cad_h5_has(f, CAD_PACK_RETRIEVAL))
        CAD_TRY(cad_h5_get_text(f, path, CAD_PACK_RETRIEVAL, a, &i->retrieval));
    CAD_TRY(cad_h5_get_texts(f, path, "source_names", a, &i->source_name, &i->n_sources));
    CAD_TRY(cad_h5_get_texts(f, path, "source_xxh3", a, &i->source_xxh3, &n));
    if (n != i->n_sources)
        CAD_FAIL(CAD_ECORRUPT, "%s: %zu source names, %zu source hashes", path, i->n_sources, n);
    CAD_TRY(cad_h5_get_text(f, path, "tokens_xxh3", a, &hash));
    snprintf(i->tokens_xxh3, sizeof i->tokens_xxh3, "%s", hash);
    return CAD_OK;
}

static cad_status check_hashes(hid_t f, const char *path, cad_arena *a, const cad_pack *p, const cad_pack_scan *seen)
{
    char hash[33];
    const char *columns = NULL;
    if (strcmp(seen->tokens_xxh3, p->info.tokens_xxh3) != 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /tokens, /row_offset, /span_offset or /span is damaged: hash %s; the file says %s",
                 path, seen->tokens_xxh3, p->info.tokens_xxh3);
    CAD_TRY(cad_h5_get_text(f, path, "columns_xxh3", a, &columns));
    CAD_TRY(cad_pack_hash_columns(p, hash));
    if (strcmp(hash, columns) != 0)
        CAD_FAIL(CAD_ECORRUPT,
                 "%s: dataset of ids, captions, hashes, families or weights is damaged: hash %s; the file says %s", path, hash,
                 columns);
    return CAD_OK;
}

/* What they take in memory; 0 for one that is absent, or that nobody wants to hold. */
static uint64_t column_bytes(const column *c, bool held)
{
    return c->name && held ? (uint64_t)c->rows * (c->cols ? c->cols : 1) * cad_h5_size(c->type) + 64 : 0;
}

/* Reads the tokens, which stay if they are wanted. */
static cad_status load_tokens(hid_t f, const char *path, opened *o, bool keep, cad_pack_scan *seen)
{
    cad_pack *p = &o->pack;
    uint32_t *tokens = NULL;
    uint64_t *answer = NULL;
    CAD_TRY(cad_arena_zalloc(o->arena, p->n_rows, sizeof *answer, "answer hashes", &answer));
    if (keep)
        CAD_TRY(cad_arena_alloc(o->arena, cad_size_mul(p->n_tokens, sizeof *tokens), "tokens", &tokens));
    CAD_TRY(cad_pack_scan_tokens(f, path, p, tokens, answer, seen));
    p->answer_hash = answer;
    p->tokens = tokens;
    return CAD_OK;
}

static cad_status load_all(hid_t f, const char *path, const cad_pack_want *want, opened *o, cad_pack_scan *seen)
{
    column col[N_COLUMNS];
    cad_pack *p = &o->pack;
    bool keep = !want || !want->no_tokens;
    CAD_TRY(check_schema(f, path));
    CAD_TRY(shapes(f, path, col));
    uint64_t bytes = (uint64_t)col[FAMILY].rows * sizeof *p->answer_hash + 64;
    for (int i = 0; i < N_COLUMNS; i++)
        bytes += column_bytes(&col[i], keep || i != TOKENS);
    if (want && want->ram_limit && bytes > want->ram_limit)
        CAD_FAIL(CAD_ENOMEM, "%s: needs %" PRIu64 " bytes in memory; data.ram_limit is %" PRIu64, path, bytes, want->ram_limit);
    CAD_TRY(cad_arena_create("pack", (size_t)bytes + TEXT_SPACE, &o->arena));
    CAD_TRY(read_info(f, path, o->arena, &p->info));
    for (int i = 0; i < N_COLUMNS; i++)
        if (col[i].name && i != TOKENS)
            CAD_TRY(load(f, path, o->arena, &col[i]));
    p->n_rows = col[FAMILY].rows;
    p->n_tokens = col[TOKENS].rows;
    p->n_spans = col[SPAN].rows;
    p->rag_k = col[RAG].name ? col[RAG].cols : 0;
    p->row_offset = col[ROWS].data;
    p->span_offset = col[SPAN_AT].data;
    p->span = col[SPAN].data;
    p->id_offset = col[ID_AT].data;
    p->id_bytes = col[ID].data;
    p->caption_offset = col[CAPTION_AT].data;
    p->caption_bytes = col[CAPTION].data;
    p->retrieved = col[RAG].name ? col[RAG].data : NULL;
    p->trimmed = col[TRIMMED].name ? col[TRIMMED].data : NULL;
    p->caption_hash = col[CAPTION_HASH].data;
    p->geometry_hash = col[GEOMETRY_HASH].data;
    p->family = col[FAMILY].data;
    p->weight = col[WEIGHT].name ? col[WEIGHT].data : NULL;
    CAD_TRY(check_offsets(path, "row_offset", p->row_offset, p->n_rows, p->n_tokens));
    CAD_TRY(check_offsets(path, "span_offset", p->span_offset, p->n_rows, p->n_spans));
    CAD_TRY(check_offsets(path, "id_offset", p->id_offset, p->n_rows, col[ID].rows));
    CAD_TRY(check_offsets(path, "caption_offset", p->caption_offset, p->n_rows, col[CAPTION].rows));
    CAD_TRY(load_tokens(f, path, o, keep, seen));
    CAD_TRY(check_hashes(f, path, o->arena, p, seen));
    hid_t set = H5Dopen2(f, "family", H5P_DEFAULT);
    if (set < 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /family cannot be opened", path);
    cad_status s = cad_h5_get_texts(set, path, "names", o->arena, &p->family_name, &p->n_families);
    (void)H5Dclose(set);
    return s;
}

/* ---- what the trainer relies on ---- */

/* ended: its last token is the end token. */
static cad_status check_row(const char *path, const cad_pack *p, size_t r, bool need_end, bool ended)
{
    size_t len = 0;
    const char *id = cad_pack_id(p, r, &len);
    int shown = len > 200 ? 200 : (int)len;
    uint64_t tokens = p->row_offset[r + 1] - p->row_offset[r], from = 1;
    if (p->span_offset[r] == p->span_offset[r + 1])
        CAD_FAIL(CAD_EDATA, "%s: row %.*s: no loss token", path, shown, id);
    for (uint64_t i = p->span_offset[r]; i < p->span_offset[r + 1]; i++) {
        uint32_t b = p->span[i][0], e = p->span[i][1];
        if (b < from || e <= b || e > tokens)
            CAD_FAIL(CAD_EDATA, "%s: row %.*s: span [%u,%u) does not fit a row of %" PRIu64 " tokens", path, shown, id, b, e,
                     tokens);
        from = e;
    }
    if (need_end && (from != tokens || !ended))
        CAD_FAIL(CAD_EDATA, "%s: row %.*s: the end token %" PRId64 " is not its last loss token", path, shown, id,
                 p->info.eos_id);
    if (p->family[r] >= p->n_families)
        CAD_FAIL(CAD_EDATA, "%s: row %.*s: family %u of %zu", path, shown, id, p->family[r], p->n_families);
    return CAD_OK;
}

static cad_status same(const char *path, const char *what, const char *in_file, const char *wanted)
{
    if (wanted && *wanted && strcmp(in_file, wanted) != 0)
        CAD_FAIL(CAD_EDATA, "%s: %s of the pack is %s, in use is %s; rebuild it with cadprep pack", path, what, in_file,
                 wanted);
    return CAD_OK;
}

static cad_status verify(const char *path, const cad_pack_want *want, const cad_pack *p, const cad_pack_scan *seen)
{
    const cad_pack_info *i = &p->info;
    if (want) {
        CAD_TRY(same(path, "tokenizer hash", i->tokenizer_xxh3, want->tokenizer_xxh3));
        CAD_TRY(same(path, "template hash", i->template_xxh3, want->template_xxh3));
        CAD_TRY(same(path, "split", i->split, want->split));
    }
    if (!p->n_rows)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows", path);
    if (i->n_rows != (int64_t)p->n_rows || i->n_tokens != (int64_t)p->n_tokens)
        CAD_FAIL(CAD_ECORRUPT, "%s: says %" PRId64 " rows and %" PRId64 " tokens, holds %zu and %zu", path, i->n_rows,
                 i->n_tokens, p->n_rows, p->n_tokens);
    bool need_end = !cad_pack_waives(i, "no_eos") && !cad_pack_waives(i, "cut_answer");
    int64_t targets = 0;
    for (size_t r = 0; r < p->n_rows; r++) {
        CAD_TRY(check_row(path, p, r, need_end, r != seen->unended));
        targets += cad_pack_targets(p, r);
    }
    if (targets != i->n_loss_tokens)
        CAD_FAIL(CAD_ECORRUPT, "%s: says %" PRId64 " loss tokens, holds %" PRId64, path, i->n_loss_tokens, targets);
    int64_t limit = want && want->vocab_rows > 0 ? want->vocab_rows : i->vocab_rows;
    if (limit > 0 && seen->largest >= (uint64_t)limit)
        CAD_FAIL(CAD_EDATA, "%s: token %" PRIu32 " at %zu; the vocabulary has %" PRId64 " rows", path, seen->largest,
                 seen->largest_at, limit);
    return CAD_OK;
}

static cad_status open_file(const char *path, hid_t *out)
{
    cad_file *exists = NULL;
    CAD_TRY(cad_file_expect(path, CAD_FILE_pack));
    CAD_TRY(cad_file_open(path, &exists));
    cad_file_close(exists);
    cad_h5_quiet();
    *out = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (*out < 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: not an HDF5 file, or cut short", path);
    return CAD_OK;
}

cad_status cad_pack_peek(const char *path, cad_arena *a, cad_pack_info *out)
{
    hid_t f;
    cad_pack_info info = {.n_rows = 0};
    CAD_TRY(open_file(path, &f));
    cad_status s = check_schema(f, path);
    if (s == CAD_OK)
        s = read_info(f, path, a, &info);
    (void)H5Fclose(f);
    if (s == CAD_OK)
        *out = info;
    return s;
}

cad_status cad_pack_open(const char *path, const cad_pack_want *want, cad_pack **out)
{
    hid_t f;
    CAD_TRY(open_file(path, &f));
    opened *o = NULL;
    cad_pack_scan seen;
    cad_status s = cad_mem_alloc(sizeof *o, "open pack", &o);
    if (s == CAD_OK)
        s = load_all(f, path, want, o, &seen);
    if (s == CAD_OK)
        s = verify(path, want, &o->pack, &seen);
    (void)H5Fclose(f);
    if (s != CAD_OK) {
        cad_pack_close(o ? &o->pack : NULL);
        return s;
    }
    *out = &o->pack;
    return CAD_OK;
}

void cad_pack_close(cad_pack *p)
{
    if (!p)
        return;
    opened *o = (opened *)(void *)p;
    cad_arena_destroy(o->arena);
    cad_mem_free(o);
}
