/* adapter_model.safetensors: exactly the factors that the configuration implies, in and out. */
#include "core/fs.h"
#include "core/mem.h"
#include "core/size.h"
#include "model/hf/hfjson.h"
#include "model/hf/peft_rules.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_BYTES = 128, LISTED = 3, READ_BLOCK = 1 << 14 };

static void key_of(const cad_lora_factors *f, char which, char out[KEY_BYTES])
{
    snprintf(out, KEY_BYTES, "base_model.model.model.layers.%" PRId64 ".%s.lora_%c.weight", f->layer,
             cad_lora_target_module(f->target), which);
}

static int64_t rank_of(const cad_lora_config *c, const cad_lora_factors *f)
{
    return cad_lora_pair_of(c, f->layer, f->target).rank;
}

/* The factors are one for each pair of the configuration. */
static cad_status check_factors(const cad_lora_config *c, const cad_model_config *m, const cad_lora_factors *f, size_t n)
{
    unsigned char *seen;
    if (c->rules && !c->pair)
        CAD_FAIL(CAD_EINVAL, "%s: its rules were not applied to a model", c->rules->where);
    size_t wanted = (size_t)cad_lora_count(c, m, NULL, NULL);
    CAD_TRY(cad_mem_alloc((size_t)m->layers, "layers with factors", &seen));
    cad_status s = n == wanted ? CAD_OK : cad_fail(CAD_EINVAL, "adapter: %zu pairs of factors; expected %zu", n, wanted);
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        unsigned bit = 1u << f[i].target;
        if (f[i].layer < 0 || f[i].layer >= m->layers || rank_of(c, &f[i]) == 0 || (seen[f[i].layer] & bit))
            s = cad_fail(CAD_EINVAL, "adapter: layer %" PRId64 " %s is not a target, or given twice", f[i].layer,
                         cad_lora_target_module(f[i].target));
        else
            seen[f[i].layer] = (unsigned char)(seen[f[i].layer] | bit);
    }
    cad_mem_free(seen);
    return s;
}

/* ---- reading ---- */

/* Up to three names of one kind of disagreement. */
typedef struct listing {
    int n;
    char text[LISTED * (KEY_BYTES + 2)];
} listing;

static void list_add(listing *l, const char *name)
{
    size_t at = strlen(l->text);
    if (l->n++ < LISTED)
        snprintf(l->text + at, sizeof l->text - at, "%s%.*s", at ? ", " : "", KEY_BYTES - 1, name);
}

/* `seen` has one byte for each tensor of the file. */
static cad_status compare_keys(const cad_safetensors *st, const char *path, const cad_lora_factors *f, size_t n, char *seen)
{
    listing missing = {0}, extra = {0};
    char key[KEY_BYTES];
    for (size_t i = 0; i < 2 * n; i++) {
        key_of(&f[i / 2], i % 2 ? 'B' : 'A', key);
        const cad_st_tensor *t = cad_st_find(st, key);
        if (t)
            seen[t - cad_st_at(st, 0)] = 1;
        else
            list_add(&missing, key);
    }
    for (size_t i = 0; i < cad_st_count(st); i++) {
        if (!seen[i])
            list_add(&extra, cad_st_at(st, i)->name);
    }
    if (missing.n)
        CAD_FAIL(CAD_EDATA, "%s: %d tensors are missing: %s", path, missing.n, missing.text);
    if (extra.n)
        CAD_FAIL(CAD_EDATA, "%s: %d tensors that adapter_config.json does not imply: %s", path, extra.n, extra.text);
    return CAD_OK;
}

static cad_status check_keys(const cad_safetensors *st, const char *path, const cad_lora_factors *f, size_t n)
{
    char *seen;
    CAD_TRY(cad_mem_alloc(cad_size_add(cad_st_count(st), 1), "tensors of an adapter", &seen));
    cad_status s = compare_keys(st, path, f, n, seen);
    cad_mem_free(seen);
    return s;
}

/* Into `x`, or through the sink. */
static cad_status read_factor(const cad_safetensors *st, const cad_st_tensor *t, float *x, cad_lora_sink sink, void *ctx)
{
    float block[READ_BLOCK];
    if (x)
        return cad_st_read_f32(st, t, 0, x, t->count);
    for (int64_t at = 0; at < t->count; at += READ_BLOCK) {
        int64_t n = t->count - at < READ_BLOCK ? t->count - at : READ_BLOCK;
        CAD_TRY(cad_st_read_f32(st, t, at, block, n));
        CAD_TRY(sink(ctx, at, block, n));
    }
    return CAD_OK;
}

static void shape_of(const cad_lora_config *c, const cad_model_config *m, const cad_lora_factors *f, char which, int64_t dim[2])
{
    int64_t rows, cols, rank = rank_of(c, f);
    cad_lora_target_shape(m, f->target, &rows, &cols);
    dim[0] = which == 'A' ? rank : rows;
    dim[1] = which == 'A' ? cols : rank;
}

static cad_status print_shape(const cad_st_tensor *t, const int64_t expected[2], cad_buf *out)
{
    CAD_TRY(cad_buf_printf(out, "%s%s is (", out->len ? ", " : "", t->name));
    for (int i = 0; i < t->ndim; i++)
        CAD_TRY(cad_buf_printf(out, "%s%" PRId64, i ? ", " : "", t->dim[i]));
    return cad_buf_printf(out, "), expected (%" PRId64 ", %" PRId64 ")", expected[0], expected[1]);
}

/* Adds the tensor to `list` where its shape is not the one that the rank gives, with where the rank is from; keys are there. */
static cad_status compare_shape(const cad_safetensors *st, const cad_lora_config *c, const cad_model_config *m,
                                const cad_lora_factors *f, char which, int *n, cad_buf *list)
{
    char key[KEY_BYTES];
    int64_t dim[2];
    key_of(f, which, key);
    shape_of(c, m, f, which, dim);
    const cad_st_tensor *t = cad_st_find(st, key);
    if ((t->ndim == 2 && t->dim[0] == dim[0] && t->dim[1] == dim[1]) || (*n)++ >= LISTED)
        return CAD_OK;
    CAD_TRY(print_shape(t, dim, list));
    const char *pattern = cad_peft_rank_key(c, f->layer, f->target);
    return pattern ? cad_buf_printf(list, " by rank_pattern '%.64s': %" PRId64, pattern, rank_of(c, f))
                   : cad_buf_printf(list, " by r = %" PRId64, c->rank);
}

static cad_status check_shapes(const cad_safetensors *st, const char *path, const cad_lora_config *c, const cad_model_config *m,
                               const cad_lora_factors *f, size_t n)
{
    cad_buf list = CAD_BUF_INIT;
    int wrong = 0;
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < 2 * n; i++)
        s = compare_shape(st, c, m, &f[i / 2], i % 2 ? 'B' : 'A', &wrong, &list);
    if (s == CAD_OK && wrong)
        s = cad_fail(CAD_EDATA, "%s: %d tensors have another shape than the configuration implies: %s", path, wrong, list.data);
    cad_buf_deinit(&list);
    return s;
}

static cad_status read_half(const cad_safetensors *st, const cad_lora_factors *f, char which, cad_lora_sink sink)
{
    char key[KEY_BYTES];
    key_of(f, which, key);
    const cad_st_tensor *t = cad_st_find(st, key);
    return which == 'A' ? read_factor(st, t, f->a, sink, f->a_ctx) : read_factor(st, t, f->b, sink, f->b_ctx);
}

cad_status cad_peft_open(const char *dir, cad_safetensors **out)
{
    cad_buf path = CAD_BUF_INIT, bin = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/adapter_model.safetensors", dir);
    if (s == CAD_OK)
        s = cad_buf_printf(&bin, "%s/adapter_model.bin", dir);
    if (s == CAD_OK && !cad_fs_exists(path.data) && cad_fs_exists(bin.data)) /* reading one runs what it holds */
        s = cad_fail(CAD_EREFUSED,
                     "%s: a pickle, which is not read; expected adapter_model.safetensors\nhint: load the adapter in PEFT and "
                     "save it as safetensors: save_pretrained(DIR, safe_serialization=True)",
                     bin.data);
    if (s == CAD_OK)
        s = cad_st_open(path.data, out);
    cad_buf_deinit(&path);
    cad_buf_deinit(&bin);
    return s;
}

static cad_status check_file(const cad_safetensors *st, const cad_lora_config *c, const cad_model_config *m,
                             const cad_lora_factors *factors, size_t n)
{
    float none;
    CAD_TRY(check_keys(st, cad_st_path(st, NULL), factors, n));
    CAD_TRY(check_shapes(st, cad_st_path(st, NULL), c, m, factors, n));
    for (size_t i = 0; i < cad_st_count(st); i++)
        CAD_TRY(cad_st_read_f32(st, cad_st_at(st, i), 0, &none, 0)); /* its type is one that is read */
    return CAD_OK;
}

cad_status cad_peft_check_file(const cad_safetensors *f, const cad_lora_config *c, const cad_model_config *m)
{
    cad_lora_factors *pair;
    size_t n = 0;
    CAD_TRY(
        cad_mem_alloc(cad_size_add(cad_size_mul((size_t)cad_lora_count(c, m, NULL, NULL), sizeof *pair), 1), "pairs", &pair));
    for (int64_t layer = 0; layer < m->layers; layer++)
        for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++)
            if (cad_lora_pair_of(c, layer, (cad_lora_target)t).rank > 0)
                pair[n++] = (cad_lora_factors){.layer = layer, .target = (cad_lora_target)t};
    cad_status s = check_factors(c, m, pair, n);
    if (s == CAD_OK)
        s = check_file(f, c, m, pair, n);
    cad_mem_free(pair);
    return s;
}

cad_status cad_peft_read(const char *dir, const cad_lora_config *c, const cad_model_config *m, const cad_lora_factors *factors,
                         size_t n, cad_lora_sink sink)
{
    cad_safetensors *st;
    CAD_TRY(check_factors(c, m, factors, n));
    CAD_TRY(cad_peft_open(dir, &st));
    cad_status s = check_file(st, c, m, factors, n);
    for (size_t i = 0; s == CAD_OK && i < 2 * n; i++)
        s = read_half(st, &factors[i / 2], i % 2 ? 'B' : 'A', sink);
    cad_st_close(st);
    return s;
}

/* ---- writing ---- */

static cad_status write_weights(const char *path, const cad_lora_config *c, const cad_model_config *m,
                                const cad_lora_factors *f, size_t n, cad_st_window window)
{
    char(*key)[KEY_BYTES] = NULL;
    cad_st_item *items = NULL;
    cad_status s = cad_mem_alloc(cad_size_add(cad_size_mul(cad_size_mul(2, n), sizeof *key), 1), "names of an adapter", &key);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_add(cad_size_mul(cad_size_mul(2, n), sizeof *items), 1), "tensors of an adapter", &items);
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        int64_t a[2], b[2];
        shape_of(c, m, &f[i], 'A', a);
        shape_of(c, m, &f[i], 'B', b);
        key_of(&f[i], 'A', key[2 * i]);
        key_of(&f[i], 'B', key[2 * i + 1]);
        items[2 * i] = (cad_st_item){key[2 * i], f[i].a, 2, {a[0], a[1]}, CAD_F32, CAD_ST_F32, window, f[i].a_ctx};
        items[2 * i + 1] = (cad_st_item){key[2 * i + 1], f[i].b, 2, {b[0], b[1]}, CAD_F32, CAD_ST_F32, window, f[i].b_ctx};
    }
    if (s == CAD_OK)
        s = cad_st_write(path, items, 2 * n, NULL, 0);
    cad_mem_free(items);
    cad_mem_free(key);
    return s;
}

static cad_status write_readme(const char *path, const cad_lora_config *c)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_buf_str(&text, "---\nlibrary_name: peft\n");
    if (s == CAD_OK && c->base_model && *c->base_model) {
        s = cad_buf_str(&text, "base_model: ");
        if (s == CAD_OK)
            s = cad_hfjson_card_value(&text, c->base_model);
        if (s == CAD_OK)
            s = cad_buf_str(&text, "\n");
    }
    if (s == CAD_OK)
        s = cad_buf_printf(&text, "---\n\nA LoRA adapter (rank %" PRId64 ", alpha %g%s) trained by cadlm.\n", c->rank, c->alpha,
                           c->rslora ? ", rank-stabilised" : "");
    if (s == CAD_OK)
        s = cad_fs_write(path, text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_peft_write(const char *dir, const cad_lora_config *c, const cad_model_config *m, const cad_lora_factors *factors,
                          size_t n, cad_st_window window)
{
    CAD_TRY(check_factors(c, m, factors, n));
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = cad_peft_print_config(c, &text);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/adapter_config.json", dir);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, text.data, text.len);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/adapter_model.safetensors", dir);
    if (s == CAD_OK)
        s = write_weights(path.data, c, m, factors, n, window);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/README.md", dir);
    if (s == CAD_OK)
        s = write_readme(path.data, c);
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}
