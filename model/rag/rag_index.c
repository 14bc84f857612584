#include "model/rag/rag_index.h"

#include "core/buf.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/size.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define INDEX_KIND "rag-index"
#define INDEX_SCHEMA "1"
#define PLACE "place"
#define FILES "files"
#define PLACE_XXH3 "place_xxh3"

/* The tensors of the file, in the order of the hash. */
enum { VECTOR, CAPTION_GROUP, GEOMETRY_GROUP, CAPTION_OFFSET, ID_OFFSET, CAPTION, ID, TENSORS };
static const struct {
    const char *name;
    cad_st_dtype type;
} tensors[TENSORS] = {
    [VECTOR] = {"vector", CAD_ST_F32},
    [CAPTION_GROUP] = {"caption_group", CAD_ST_U64},
    [GEOMETRY_GROUP] = {"geometry_group", CAD_ST_U64},
    [CAPTION_OFFSET] = {"caption_offset", CAD_ST_U64},
    [ID_OFFSET] = {"id_offset", CAD_ST_U64},
    [CAPTION] = {"caption", CAD_ST_U8},
    [ID] = {"id", CAD_ST_U8},
};

enum { PLACE_WORDS = sizeof(cad_rag_place) / sizeof(uint64_t) };
enum { META_ENCODER, META_ENCODER_XXH3, META_CORPUS_XXH3, META_SCOPE, META };
static const char *const meta_key[META] = {"encoder", "encoder_xxh3", "corpus_xxh3", "scope"};

struct cad_rag_index {
    cad_rag_rows rows;
    cad_rag_info info;
    char xxh3[CAD_HASH_HEX];
    char *meta[META];    /* own copies */
    void *data[TENSORS]; /* own memory, each with a byte of zero behind it */
    size_t bytes[TENSORS];
    const char **id, **caption; /* texts end in NUL: their blobs are copied apart */
    char *text[2];
    cad_rag_place *place;
    char *files; /* as in the metadata, NUL for blanks and slashes between */
};

static cad_status hasher_of(const char *const meta[META], cad_hasher **out)
{
    cad_hasher *h = cad_hasher_create();
    if (!h)
        CAD_FAIL(CAD_ENOMEM, "retrieval index: no memory for its hash");
    for (int i = 0; i < META; i++)
        cad_hasher_add(h, meta[i], strlen(meta[i]) + 1);
    *out = h;
    return CAD_OK;
}

uint64_t cad_rag_target_hash(const char *target)
{
    return cad_hash64(target, strlen(target), 0);
}

void cad_rag_corpus_add(cad_hasher *h, const char *id, const char *caption, uint64_t target, uint64_t caption_group,
                        uint64_t geometry_group)
{
    uint64_t words[3] = {target, caption_group, geometry_group};
    cad_hasher_add(h, id, strlen(id) + 1);
    cad_hasher_add(h, caption, strlen(caption) + 1);
    cad_hasher_add(h, words, sizeof words);
}

cad_status cad_rag_corpus_hash(const cad_rag_rows *rows, char out[CAD_HASH_HEX])
{
    cad_hasher *h = cad_hasher_create();
    if (!h)
        CAD_FAIL(CAD_ENOMEM, "retrieval: no memory for the hash of the corpus");
    for (int64_t i = 0; i < rows->n; i++)
        cad_rag_corpus_add(h, rows->id[i], rows->caption[i], rows->target ? rows->target[i] : 0, rows->caption_group[i],
                           rows->geometry_group[i]);
    cad_hasher_hex(h, out);
    cad_hasher_destroy(h);
    return CAD_OK;
}

/* The places are none of what names the index: the corpora that they lead into name it. */
static cad_status hash_places(const char *files, const void *place, size_t bytes, char out[CAD_HASH_HEX])
{
    cad_hasher *h = cad_hasher_create();
    if (!h)
        CAD_FAIL(CAD_ENOMEM, "retrieval index: no memory for a hash");
    cad_hasher_add(h, files, strlen(files) + 1);
    cad_hasher_add(h, place, bytes);
    cad_hasher_hex(h, out);
    cad_hasher_destroy(h);
    return CAD_OK;
}

/* ---- writing ---- */

/* n texts end to end, with their offsets. */
static cad_status join_texts(const char *const *text, int64_t n, uint64_t **offset, cad_buf *all)
{
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add((size_t)n, 1), sizeof **offset), "offsets of an index", offset));
    for (int64_t i = 0; i < n; i++) {
        CAD_TRY(cad_buf_str(all, text[i]));
        (*offset)[i + 1] = all->len;
    }
    return CAD_OK;
}

typedef struct parts {
    uint64_t *offset[2]; /* of captions and ids */
    cad_buf text[2];
    cad_st_item item[TENSORS + 1]; /* the last: places, where they are told */
    size_t n;
    cad_buf files;
    char place_xxh3[CAD_HASH_HEX];
} parts;

static cad_st_item item_of(int t, const void *data, int64_t n, int64_t dim)
{
    cad_st_item it = {
        .name = tensors[t].name, .data = data, .ndim = t == VECTOR ? 2 : 1, .dim = {n, dim}, .to = tensors[t].type};
    it.from = it.to == CAD_ST_F32 ? CAD_F32 : it.to == CAD_ST_U64 ? CAD_U64 : CAD_U8;
    return it;
}

static cad_status add_places(const cad_rag_info *info, int64_t n, parts *p)
{
    if (!info->place)
        return CAD_OK;
    for (size_t i = 0; i < info->n_files; i++)
        CAD_TRY(cad_buf_printf(&p->files, "%s%s %s", i ? "/" : "", info->file[i].xxh3, info->file[i].name));
    p->item[p->n++] = (cad_st_item){
        .name = PLACE, .data = info->place, .ndim = 2, .dim = {n, PLACE_WORDS}, .from = CAD_U64, .to = CAD_ST_U64};
    return hash_places(cad_buf_cstr(&p->files), info->place, (size_t)n * sizeof *info->place, p->place_xxh3);
}

static cad_status collect(const cad_rag_rows *rows, parts *p)
{
    p->n = TENSORS;
    CAD_TRY(join_texts(rows->caption, rows->n, &p->offset[0], &p->text[0]));
    CAD_TRY(join_texts(rows->id, rows->n, &p->offset[1], &p->text[1]));
    p->item[VECTOR] = item_of(VECTOR, rows->vector, rows->n, rows->dim);
    p->item[CAPTION_GROUP] = item_of(CAPTION_GROUP, rows->caption_group, rows->n, 1);
    p->item[GEOMETRY_GROUP] = item_of(GEOMETRY_GROUP, rows->geometry_group, rows->n, 1);
    p->item[CAPTION_OFFSET] = item_of(CAPTION_OFFSET, p->offset[0], rows->n + 1, 1);
    p->item[ID_OFFSET] = item_of(ID_OFFSET, p->offset[1], rows->n + 1, 1);
    p->item[CAPTION] = item_of(CAPTION, p->text[0].data, (int64_t)p->text[0].len, 1);
    p->item[ID] = item_of(ID, p->text[1].data, (int64_t)p->text[1].len, 1);
    return CAD_OK;
}

static cad_status write_parts(const char *path, const parts *p, const char *const meta[META], char xxh3[CAD_HASH_HEX])
{
    cad_hasher *h = NULL;
    CAD_TRY(hasher_of(meta, &h));
    for (int t = 0; t < TENSORS; t++) {
        const cad_st_item *it = &p->item[t];
        cad_hasher_add(h, it->data, (size_t)it->dim[0] * (size_t)(it->ndim > 1 ? it->dim[1] : 1) * cad_dtype_size(it->from));
    }
    cad_hasher_hex(h, xxh3);
    cad_hasher_destroy(h);
    const char *pair[META + 5][2] = {{"cadlm", INDEX_KIND}, {"schema", INDEX_SCHEMA}, {"xxh3", xxh3}};
    for (int i = 0; i < META; i++) {
        pair[3 + i][0] = meta_key[i];
        pair[3 + i][1] = meta[i];
    }
    size_t n = META + 3;
    if (p->n > TENSORS) {
        const char *const more[2][2] = {{FILES, cad_buf_cstr(&p->files)}, {PLACE_XXH3, p->place_xxh3}};
        memcpy(pair + n, more, sizeof more);
        n += 2;
    }
    return cad_st_write(path, p->item, p->n, pair, n);
}

cad_status cad_rag_index_write(const char *path, const cad_rag_rows *rows, const cad_rag_info *info, char xxh3[CAD_HASH_HEX])
{
    const char *const meta[META] = {info->encoder, info->encoder_xxh3, info->corpus_xxh3, info->scope};
    parts p = {.offset = {NULL}};
    cad_status s = collect(rows, &p);
    if (s == CAD_OK)
        s = add_places(info, rows->n, &p);
    if (s == CAD_OK)
        s = write_parts(path, &p, meta, xxh3);
    for (int i = 0; i < 2; i++) {
        cad_mem_free(p.offset[i]);
        cad_buf_deinit(&p.text[i]);
    }
    cad_buf_deinit(&p.files);
    return s;
}

/* ---- reading ---- */

static cad_status read_meta(const cad_safetensors *f, const char *path, cad_rag_index *x)
{
    const char *kind = cad_st_metadata(f, "cadlm"), *schema = cad_st_metadata(f, "schema"), *xxh3 = cad_st_metadata(f, "xxh3");
    if (!kind || strcmp(kind, INDEX_KIND) != 0)
        CAD_FAIL(CAD_EDATA, "%s: a safetensors file, but no retrieval index\nhint: cadprep rag build DIR", path);
    if (!schema || strcmp(schema, INDEX_SCHEMA) != 0)
        CAD_FAIL(CAD_EDATA, "%s: retrieval index of schema '%s'; expected " INDEX_SCHEMA "\nhint: cadprep rag build DIR", path,
                 schema ? schema : "");
    if (!xxh3 || strlen(xxh3) != CAD_HASH_HEX - 1)
        CAD_FAIL(CAD_ECORRUPT, "%s: retrieval index without its hash", path);
    memcpy(x->xxh3, xxh3, CAD_HASH_HEX);
    for (int i = 0; i < META; i++) {
        const char *text = cad_st_metadata(f, meta_key[i]);
        if (!text)
            CAD_FAIL(CAD_ECORRUPT, "%s: retrieval index without '%s' in its metadata", path, meta_key[i]);
        CAD_TRY(cad_mem_alloc(cad_size_add(strlen(text), 1), "metadata of an index", &x->meta[i]));
        memcpy(x->meta[i], text, strlen(text));
    }
    x->info = (cad_rag_info){.encoder = x->meta[META_ENCODER],
                             .encoder_xxh3 = x->meta[META_ENCODER_XXH3],
                             .corpus_xxh3 = x->meta[META_CORPUS_XXH3],
                             .scope = x->meta[META_SCOPE],
                             .xxh3 = x->xxh3};
    return CAD_OK;
}

/* One tensor whole, whose number of rows must be `n` (-1: any). */
static cad_status read_tensor(const cad_safetensors *f, const char *path, int t, int64_t n, cad_rag_index *x)
{
    const cad_st_tensor *in = cad_st_find(f, tensors[t].name);
    if (!in || in->dtype != tensors[t].type || in->ndim != (t == VECTOR ? 2 : 1) || (n >= 0 && in->dim[0] != n))
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%s' is absent or of another shape; expected %s of %" PRId64 " rows", path,
                 tensors[t].name, cad_st_dtype_name(tensors[t].type), x->rows.n);
    x->bytes[t] = (size_t)(in->end - in->begin);
    CAD_TRY(cad_mem_alloc(cad_size_add(x->bytes[t], 1), "retrieval index", &x->data[t]));
    if (t == VECTOR) {
        x->rows.n = in->dim[0];
        x->rows.dim = in->dim[1];
    }
    return cad_st_read_raw(f, in, 0, x->data[t], x->bytes[t]);
}

/* Texts that end in NUL, from one blob without. */
static cad_status split_texts(const char *path, const cad_rag_index *x, int text, int offset, char **blob, const char ***out)
{
    const uint64_t *at = x->data[offset];
    int64_t n = x->rows.n;
    CAD_TRY(cad_mem_alloc(cad_size_add(cad_size_add(x->bytes[text], (size_t)n), 1), "texts of an index", blob));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add((size_t)n, 1), sizeof **out), "texts of an index", out));
    char *to = *blob;
    for (int64_t i = 0; i < n; i++) {
        if (at[i] > at[i + 1] || at[i + 1] > x->bytes[text])
            CAD_FAIL(CAD_ECORRUPT, "%s: %s of row %" PRId64 " ends at byte %" PRIu64 "; expected %" PRIu64 "..%zu", path,
                     tensors[text].name, i, at[i + 1], at[i], x->bytes[text]);
        (*out)[i] = to;
        memcpy(to, (const char *)x->data[text] + at[i], at[i + 1] - at[i]);
        to += at[i + 1] - at[i] + 1;
    }
    return CAD_OK;
}

static cad_status check_hash(const char *path, const cad_rag_index *x)
{
    cad_hasher *h = NULL;
    char hex[CAD_HASH_HEX];
    CAD_TRY(hasher_of((const char *const *)x->meta, &h));
    for (int t = 0; t < TENSORS; t++)
        cad_hasher_add(h, x->data[t], x->bytes[t]);
    cad_hasher_hex(h, hex);
    cad_hasher_destroy(h);
    if (strcmp(hex, x->xxh3) != 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: hashes to %s; its header says %s\nhint: cadprep rag build DIR", path, hex, x->xxh3);
    return CAD_OK;
}

/* No name leads into another folder: it has no slash. */
static cad_status split_files(const char *path, const char *files, cad_rag_index *x)
{
    enum { HEX = CAD_HASH_HEX - 1 };
    CAD_TRY(cad_mem_alloc(cad_size_add(strlen(files), 1), "files of an index", &x->files));
    memcpy(x->files, files, strlen(files));
    for (char *at = x->files, *next; at; at = next) {
        next = strchr(at, '/');
        if (next)
            *next++ = '\0';
        if (x->info.n_files == CAD_RAG_FILES || strcspn(at, " ") != HEX || strlen(at) < HEX + 2)
            CAD_FAIL(CAD_ECORRUPT, "%s: metadata '" FILES "': '%.80s'; expected at most %d hashes with names", path, at,
                     CAD_RAG_FILES);
        at[HEX] = '\0';
        x->info.file[x->info.n_files++] = (cad_rag_file){.xxh3 = at, .name = at + HEX + 1};
    }
    return CAD_OK;
}

static cad_status read_places(const cad_safetensors *f, const char *path, cad_rag_index *x)
{
    const cad_st_tensor *in = cad_st_find(f, PLACE);
    const char *files = cad_st_metadata(f, FILES), *xxh3 = cad_st_metadata(f, PLACE_XXH3);
    char hex[CAD_HASH_HEX];
    if (!in && !files && !xxh3)
        return CAD_OK;
    if (!in || in->dtype != CAD_ST_U64 || in->ndim != 2 || in->dim[0] != x->rows.n || in->dim[1] != PLACE_WORDS || !files ||
        !xxh3)
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '" PLACE "' is absent, of another shape, or without its metadata", path);
    size_t bytes = (size_t)(in->end - in->begin);
    CAD_TRY(cad_mem_alloc(cad_size_add(bytes, 1), "places of an index", &x->place));
    CAD_TRY(cad_st_read_raw(f, in, 0, x->place, bytes));
    CAD_TRY(hash_places(files, x->place, bytes, hex));
    if (strcmp(hex, xxh3) != 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: places of rows hash to %s; its header says %.40s\nhint: cadprep rag build DIR", path, hex,
                 xxh3);
    CAD_TRY(split_files(path, files, x));
    for (int64_t i = 0; i < x->rows.n; i++)
        if (x->place[i].file >= x->info.n_files)
            CAD_FAIL(CAD_ECORRUPT, "%s: row %" PRId64 " stands in file %" PRIu64 " of %zu", path, i, x->place[i].file,
                     x->info.n_files);
    x->info.place = x->place;
    return CAD_OK;
}

static cad_status read_index(const cad_safetensors *f, const char *path, cad_rag_index *x)
{
    CAD_TRY(read_meta(f, path, x));
    CAD_TRY(read_tensor(f, path, VECTOR, -1, x));
    for (int t = CAPTION_GROUP; t < TENSORS; t++)
        CAD_TRY(read_tensor(f, path, t, t >= CAPTION ? -1 : x->rows.n + (t >= CAPTION_OFFSET), x));
    CAD_TRY(split_texts(path, x, CAPTION, CAPTION_OFFSET, &x->text[0], &x->caption));
    CAD_TRY(split_texts(path, x, ID, ID_OFFSET, &x->text[1], &x->id));
    CAD_TRY(check_hash(path, x));
    CAD_TRY(read_places(f, path, x));
    x->rows.vector = x->data[VECTOR];
    x->rows.caption_group = x->data[CAPTION_GROUP];
    x->rows.geometry_group = x->data[GEOMETRY_GROUP];
    x->rows.caption = x->caption;
    x->rows.id = x->id;
    return CAD_OK;
}

/* A file of another kind is told as such.  One that begins as safetensors do, or is too short to tell, is left to their reader:
 * it may be a damaged index. */
static cad_status check_kind(const char *path)
{
    unsigned char head[9] = {0};
    uint64_t length = 0;
    cad_file *f = NULL;
    CAD_TRY(cad_file_open(path, &f));
    bool tells = cad_file_size(f) >= sizeof head;
    cad_status s = tells ? cad_file_read_at(f, 0, head, sizeof head) : CAD_OK;
    cad_file_close(f);
    CAD_TRY(s);
    for (int i = 7; i >= 0; i--)
        length = length << 8 | head[i];
    if (!tells || (length <= CAD_ST_MAX_HEADER && head[8] == '{'))
        return CAD_OK;
    CAD_FAIL(CAD_EDATA,
             "%s: %s, no retrieval index; expected a " CAD_RAG_INDEX_NAME " of cadprep rag build\nhint: cadprep rag "
             "build DIR",
             path, cad_file_kind_name(cad_file_kind_of(path)));
}

cad_status cad_rag_index_open(const char *path, cad_rag_index **out)
{
    cad_safetensors *f = NULL;
    cad_rag_index *x = NULL;
    CAD_TRY(check_kind(path));
    CAD_TRY(cad_st_open(path, &f));
    cad_status s = cad_mem_alloc(sizeof *x, "retrieval index", &x);
    if (s == CAD_OK)
        s = read_index(f, path, x);
    cad_st_close(f);
    if (s != CAD_OK) {
        cad_rag_index_destroy(x);
        return s;
    }
    *out = x;
    return CAD_OK;
}

void cad_rag_index_destroy(cad_rag_index *x)
{
    if (!x)
        return;
    for (int i = 0; i < META; i++)
        cad_mem_free(x->meta[i]);
    for (int t = 0; t < TENSORS; t++)
        cad_mem_free(x->data[t]);
    for (int i = 0; i < 2; i++)
        cad_mem_free(x->text[i]);
    cad_mem_free(x->place);
    cad_mem_free(x->files);
    cad_mem_free((void *)x->id);
    cad_mem_free((void *)x->caption);
    cad_mem_free(x);
}

const cad_rag_rows *cad_rag_index_rows(const cad_rag_index *x)
{
    return &x->rows;
}

const cad_rag_info *cad_rag_index_info(const cad_rag_index *x)
{
    return &x->info;
}

cad_status cad_rag_index_expect(const cad_rag_index *x, const char *name, const cad_rag_encoder *e)
{
    const char *kind = cad_rag_encoder_name(e);
    if (strcmp(x->info.encoder, kind) != 0)
        CAD_FAIL(CAD_EDATA, "%s: made by encoder %s (%s); this is %s (%s)\nhint: --set=rag.encoder=%s", name, x->info.encoder,
                 x->info.encoder_xxh3, kind, cad_rag_encoder_xxh3(e), x->info.encoder);
    if (strcmp(x->info.encoder_xxh3, cad_rag_encoder_xxh3(e)) != 0 || x->rows.dim != cad_rag_encoder_dim(e))
        CAD_FAIL(CAD_EDATA,
                 "%s: made by encoder %s with weights %s, %" PRId64 " numbers a caption; these are %s, %" PRId64
                 "\nhint: --set=rag.encoder_path=DIR, the folder that it was built with, or cadprep rag build anew",
                 name, x->info.encoder, x->info.encoder_xxh3, x->rows.dim, cad_rag_encoder_xxh3(e), cad_rag_encoder_dim(e));
    return CAD_OK;
}

cad_status cad_rag_index_search(const cad_rag_index *x, cad_rag_encoder *e, const char *caption, const cad_rag_rule *rule,
                                cad_rag_hit *hit, int64_t *found)
{
    CAD_TRY(cad_rag_index_expect(x, "retrieval index", e));
    float *vector = NULL;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)x->rows.dim, sizeof *vector), "retrieval query", &vector));
    cad_status s = cad_rag_encode(e, &caption, 1, vector);
    if (s == CAD_OK) {
        cad_rag_rows query = {.vector = vector, .n = 1, .dim = x->rows.dim, .id = &caption};
        s = cad_rag_rank(&x->rows, &query, rule, hit, found);
    }
    cad_mem_free(vector);
    return s;
}
