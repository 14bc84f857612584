#include "model/rag/minilm_impl.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/size.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_JSON = 1 << 20,
    MAX_WIDTH = 16384,
    MAX_LAYERS = 256,
    MAX_WORDS = 1 << 24,
    MAX_POSITIONS = 1 << 20,
    USUAL_PIECES = 256
};

/* ---- settings ---- */

static cad_status read_optional(const char *dir, const char *name, char path[4200], json_t **out)
{
    snprintf(path, 4200, "%s/%s", dir, name);
    *out = NULL;
    return cad_fs_exists(path) ? cad_json_read(path, MAX_JSON, out) : CAD_OK;
}

static cad_status get_size(const json_t *o, const char *key, const char *where, int64_t most, int64_t *out)
{
    CAD_TRY(cad_json_get_int(o, key, where, out));
    if (*out < 1 || *out > most)
        CAD_FAIL(CAD_EDATA, "%s: key '%s' is %" PRId64 "; expected 1..%" PRId64, where, key, *out, most);
    return CAD_OK;
}

/* A key that may be absent, or must have this value. */
static cad_status want_text(const json_t *o, const char *key, const char *where, const char *want)
{
    const char *text = NULL;
    if (!json_object_get(o, key))
        return CAD_OK;
    CAD_TRY(cad_json_get_string(o, key, where, &text));
    if (strcmp(text, want) != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: key '%s' is '%s'; cadlm has '%s'", where, key, text, want);
    return CAD_OK;
}

static cad_status read_sizes(cad_minilm *m, const json_t *o, const char *where)
{
    const char *type = NULL;
    double eps = 0;
    CAD_TRY(cad_json_get_string(o, "model_type", where, &type));
    CAD_TRY(want_text(o, "model_type", where, "bert"));
    CAD_TRY(want_text(o, "hidden_act", where, "gelu"));
    CAD_TRY(want_text(o, "position_embedding_type", where, "absolute"));
    CAD_TRY(get_size(o, "num_hidden_layers", where, MAX_LAYERS, &m->layers));
    CAD_TRY(get_size(o, "hidden_size", where, MAX_WIDTH, &m->width));
    CAD_TRY(get_size(o, "num_attention_heads", where, m->width, &m->heads));
    CAD_TRY(get_size(o, "intermediate_size", where, (int64_t)4 * MAX_WIDTH, &m->ffn));
    CAD_TRY(get_size(o, "vocab_size", where, MAX_WORDS, &m->words));
    CAD_TRY(get_size(o, "max_position_embeddings", where, MAX_POSITIONS, &m->positions));
    CAD_TRY(cad_json_get_number(o, "layer_norm_eps", where, &eps));
    if (m->width % m->heads)
        CAD_FAIL(CAD_EDATA, "%s: hidden_size %" PRId64 " is no multiple of num_attention_heads %" PRId64, where, m->width,
                 m->heads);
    m->eps = (float)eps;
    return CAD_OK;
}

/* sentence_bert_config.json: how many pieces; 1_Pooling/config.json: the mean, and nothing else. */
static cad_status read_sentence_settings(cad_minilm *m, const char *dir)
{
    char path[4200];
    json_t *o = NULL;
    m->most = USUAL_PIECES;
    CAD_TRY(read_optional(dir, "sentence_bert_config.json", path, &o));
    cad_status s = o ? get_size(o, "max_seq_length", path, MAX_POSITIONS, &m->most) : CAD_OK;
    json_decref(o);
    CAD_TRY(s);
    if (m->most > m->positions)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " pieces; the model has %" PRId64 " positions", dir, m->most, m->positions);
    CAD_TRY(read_optional(dir, "1_Pooling/config.json", path, &o));
    const char *key;
    json_t *value;
    json_object_foreach(o, key, value)
    {
        bool is_mean = !strcmp(key, "pooling_mode_mean_tokens");
        if (s == CAD_OK && !strncmp(key, "pooling_mode", strlen("pooling_mode")) && json_is_boolean(value) &&
            json_is_true(value) != is_mean)
            s = cad_fail(CAD_EREFUSED, "%s: key '%s' is %s; cadlm takes the mean over the pieces", path, key,
                         json_is_true(value) ? "true" : "false");
    }
    json_decref(o);
    return s;
}

static cad_status read_settings(cad_minilm *m, const char *dir)
{
    char path[4200];
    json_t *o = NULL;
    snprintf(path, sizeof path, "%s/config.json", dir);
    CAD_TRY(cad_json_read(path, MAX_JSON, &o));
    cad_status s = read_sizes(m, o, path);
    json_decref(o);
    return s == CAD_OK ? read_sentence_settings(m, dir) : s;
}

/* ---- weights ---- */

/* Names of one layer, behind "encoder.layer.N." */
static const char *const layer_names[] = {
    "attention.self.query",       "attention.self.key", "attention.self.value", "attention.output.dense",
    "attention.output.LayerNorm", "intermediate.dense", "output.dense",         "output.LayerNorm"};
/* What the vectors do not depend on. */
static const char *const unused[] = {"embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"};

typedef struct weights {
    cad_minilm *m;
    cad_safetensors *file;
} weights;

static cad_status load_matrix(weights *w, const char *name, int64_t rows, int64_t cols, float *to)
{
    const cad_st_tensor *t = NULL;
    CAD_TRY(cad_st_expect(w->file, name, cols ? 2 : 1, (const int64_t[]){rows, cols}, &t));
    return cad_st_read_f32(w->file, t, 0, to, t->count);
}

static cad_status room(weights *w, int64_t rows, int64_t cols, float **out)
{
    return cad_arena_alloc(w->m->arena, cad_size_mul(cad_size_mul((size_t)rows, (size_t)cols), sizeof **out), "encoder weights",
                           out);
}

static cad_status load_pair(weights *w, const char *stem, int64_t rows, int64_t cols, float *weight, float *bias)
{
    char name[200];
    snprintf(name, sizeof name, "%s.weight", stem);
    CAD_TRY(load_matrix(w, name, rows, cols, weight));
    snprintf(name, sizeof name, "%s.bias", stem);
    return load_matrix(w, name, rows, 0, bias);
}

static cad_status load_norm(weights *w, const char *stem, cad_minilm_norm *out)
{
    CAD_TRY(room(w, w->m->width, 1, &out->w));
    CAD_TRY(room(w, w->m->width, 1, &out->b));
    return load_pair(w, stem, w->m->width, 0, out->w, out->b);
}

/* `n` weights of one shape, one below the other. */
static cad_status load_linear(weights *w, const char *const *stem, int n, int64_t rows, int64_t cols, cad_minilm_linear *out)
{
    *out = (cad_minilm_linear){.out = n * rows, .in = cols};
    CAD_TRY(room(w, n * rows, cols, &out->w));
    CAD_TRY(room(w, n * rows, 1, &out->b));
    for (int i = 0; i < n; i++)
        CAD_TRY(load_pair(w, stem[i], rows, cols, out->w + i * rows * cols, out->b + i * rows));
    return CAD_OK;
}

static cad_status load_layer(weights *w, int64_t at)
{
    enum { NAMES = sizeof layer_names / sizeof *layer_names };
    cad_minilm *m = w->m;
    cad_minilm_layer *l = &m->layer[at];
    char text[NAMES][100];
    const char *name[NAMES];
    for (int i = 0; i < NAMES; i++) {
        snprintf(text[i], sizeof text[i], "encoder.layer.%" PRId64 ".%s", at, layer_names[i]);
        name[i] = text[i];
    }
    CAD_TRY(load_linear(w, name, 3, m->width, m->width, &l->qkv));
    CAD_TRY(load_linear(w, name + 3, 1, m->width, m->width, &l->out));
    CAD_TRY(load_norm(w, name[4], &l->norm));
    CAD_TRY(load_linear(w, name + 5, 1, m->ffn, m->width, &l->up));
    CAD_TRY(load_linear(w, name + 6, 1, m->width, m->ffn, &l->down));
    return load_norm(w, name[7], &l->norm2);
}

static cad_status load_embeddings(weights *w)
{
    cad_minilm *m = w->m;
    const cad_st_tensor *t = cad_st_find(w->file, "embeddings.token_type_embeddings.weight");
    float *type = NULL;
    CAD_TRY(room(w, m->words, m->width, &m->word));
    CAD_TRY(room(w, m->positions, m->width, &m->position));
    CAD_TRY(room(w, 1, m->width, &type));
    CAD_TRY(load_matrix(w, "embeddings.word_embeddings.weight", m->words, m->width, m->word));
    CAD_TRY(load_matrix(w, "embeddings.position_embeddings.weight", m->positions, m->width, m->position));
    if (!t || t->ndim != 2 || t->dim[0] < 1 || t->dim[1] != m->width)
        CAD_FAIL(CAD_EDATA,
                 "%s: tensor embeddings.token_type_embeddings.weight is absent or of another shape; expected (types, %" PRId64
                 ")",
                 cad_st_path(w->file, NULL), m->width);
    CAD_TRY(cad_st_read_f32(w->file, t, 0, type, m->width));
    for (int64_t p = 0; p < m->positions; p++)
        for (int64_t c = 0; c < m->width; c++)
            m->position[p * m->width + c] += type[c];
    return load_norm(w, "embeddings.LayerNorm", &m->norm);
}

/* Each tensor of the file is one that is used, or known to change nothing. */
static cad_status check_names(const weights *w)
{
    size_t known = 5 + (size_t)w->m->layers * 16;
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        known += cad_st_find(w->file, unused[i]) != NULL;
    if (cad_st_count(w->file) == known)
        return CAD_OK;
    for (size_t i = 0; i < cad_st_count(w->file); i++) {
        const char *name = cad_st_at(w->file, i)->name;
        bool is_unused = false;
        for (size_t k = 0; k < sizeof unused / sizeof *unused; k++)
            is_unused |= !strcmp(name, unused[k]);
        int64_t layer = -1;
        if (sscanf(name, "encoder.layer.%" SCNd64 ".", &layer) == 1 && layer >= 0 && layer < w->m->layers)
            continue;
        if (!is_unused && strncmp(name, "embeddings.", strlen("embeddings.")) != 0)
            CAD_FAIL(CAD_EREFUSED, "%s: tensor %s is of no model that cadlm has", cad_st_path(w->file, NULL), name);
    }
    CAD_FAIL(CAD_EREFUSED, "%s: %zu tensors; a BERT of %" PRId64 " layers has %zu", cad_st_path(w->file, NULL),
             cad_st_count(w->file), w->m->layers, known);
}

static size_t bytes_of(const cad_minilm *m)
{
    size_t c = (size_t)m->width, f = (size_t)m->ffn;
    size_t layer = cad_size_add(cad_size_mul(cad_size_mul(4, c), c + 1), cad_size_mul(2, cad_size_mul(f, c + 1)));
    size_t n =
        cad_size_add(cad_size_mul((size_t)(m->words + m->positions + 8), c), cad_size_mul((size_t)m->layers, layer + 8 * c));
    return cad_size_add(cad_size_mul(n, sizeof(float)), cad_size_mul((size_t)m->layers + 1, 4096));
}

static cad_status load_weights(cad_minilm *m, const char *dir, weights *w)
{
    char hash[CAD_HASH_HEX], text[200];
    CAD_TRY(cad_st_open_dir(dir, &w->file));
    CAD_TRY(cad_arena_create("encoder weights", bytes_of(m), &m->arena));
    CAD_TRY(cad_arena_zalloc(m->arena, (size_t)m->layers, sizeof *m->layer, "encoder layers", &m->layer));
    CAD_TRY(load_embeddings(w));
    for (int64_t l = 0; l < m->layers; l++)
        CAD_TRY(load_layer(w, l));
    CAD_TRY(check_names(w));
    CAD_TRY(cad_st_examine(w->file, NULL, hash));
    int n = snprintf(text, sizeof text, "%s %s %" PRId64 " %" PRId64 " %.9g", hash, cad_tokenizer_hash(m->tokenizer), m->most,
                     m->heads, (double)m->eps);
    cad_hash128_hex(text, (size_t)n, m->xxh3);
    return CAD_OK;
}

static cad_status load_tokenizer(cad_minilm *m, const char *dir)
{
    CAD_TRY(cad_tokenizer_load_dir(dir, &m->tokenizer));
    if (cad_tokenizer_vocab_size(m->tokenizer) > m->words)
        CAD_FAIL(CAD_EDATA, "%s: the tokenizer has %" PRId64 " tokens; the model %" PRId64, dir,
                 cad_tokenizer_vocab_size(m->tokenizer), m->words);
    if (cad_tokenizer_bos(m->tokenizer) < 0 || cad_tokenizer_tail(m->tokenizer) < 0)
        CAD_FAIL(CAD_EREFUSED, "%s/tokenizer.json: its post-processor puts no token in front and behind; a BERT's does", dir);
    return CAD_OK;
}

cad_status cad_minilm_create(const char *dir, cad_minilm **out)
{
    cad_minilm *m = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *m, "caption encoder", &m));
    weights w = {.m = m};
    cad_status s = read_settings(m, dir);
    if (s == CAD_OK)
        s = load_tokenizer(m, dir);
    if (s == CAD_OK)
        s = load_weights(m, dir, &w);
    cad_st_close(w.file);
    if (s != CAD_OK) {
        cad_minilm_destroy(m);
        return s;
    }
    *out = m;
    return CAD_OK;
}

void cad_minilm_destroy(cad_minilm *m)
{
    if (!m)
        return;
    cad_tokenizer_destroy(m->tokenizer);
    cad_arena_destroy(m->arena);
    cad_mem_free(m);
}

int64_t cad_minilm_dim(const cad_minilm *m)
{
    return m->width;
}

const char *cad_minilm_xxh3(const cad_minilm *m)
{
    return m->xxh3;
}
