/* adapter_model.safetensors: exactly the factors that the configuration implies, in and out. */
#include "core/fs.h"
#include "core/mem.h"
#include "model/hf/peft.h"
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

static int count_targets(unsigned targets)
{
    return __builtin_popcount(targets);
}

/* The factors are one for each layer and target of the configuration. */
static cad_status check_factors(const cad_lora_config *c, const cad_model_config *m, const cad_lora_factors *f, size_t n)
{
    size_t wanted = (size_t)m->layers * (size_t)count_targets(c->targets);
    unsigned char *seen;
    CAD_TRY(cad_mem_alloc((size_t)m->layers, "layers with factors", &seen));
    cad_status s = n == wanted ? CAD_OK : cad_fail(CAD_EINVAL, "adapter: %zu pairs of factors; expected %zu", n, wanted);
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        unsigned bit = 1u << f[i].target;
        if (f[i].layer < 0 || f[i].layer >= m->layers || !(c->targets & bit) || (seen[f[i].layer] & bit))
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
    CAD_TRY(cad_mem_alloc(cad_st_count(st) + 1, "tensors of an adapter", &seen));
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

static cad_status read_factors(const cad_safetensors *st, const cad_lora_config *c, const cad_model_config *m,
                               const cad_lora_factors *f, cad_lora_sink sink)
{
    int64_t rows, cols;
    cad_lora_target_shape(m, f->target, &rows, &cols);
    const cad_st_tensor *t;
    char key[KEY_BYTES];
    key_of(f, 'A', key);
    CAD_TRY(cad_st_expect(st, key, 2, (const int64_t[2]){c->rank, cols}, &t));
    CAD_TRY(read_factor(st, t, f->a, sink, f->a_ctx));
    key_of(f, 'B', key);
    CAD_TRY(cad_st_expect(st, key, 2, (const int64_t[2]){rows, c->rank}, &t));
    return read_factor(st, t, f->b, sink, f->b_ctx);
}

cad_status cad_peft_read(const char *dir, const cad_lora_config *c, const cad_model_config *m, const cad_lora_factors *factors,
                         size_t n, cad_lora_sink sink)
{
    CAD_TRY(check_factors(c, m, factors, n));
    cad_buf path = CAD_BUF_INIT;
    cad_safetensors *st = NULL;
    cad_status s = cad_buf_printf(&path, "%s/adapter_model.safetensors", dir);
    if (s == CAD_OK)
        s = cad_st_open(path.data, &st);
    if (s == CAD_OK)
        s = check_keys(st, path.data, factors, n);
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        s = read_factors(st, c, m, &factors[i], sink);
    cad_st_close(st);
    cad_buf_deinit(&path);
    return s;
}

/* ---- writing ---- */

static cad_status write_weights(const char *path, const cad_lora_config *c, const cad_model_config *m,
                                const cad_lora_factors *f, size_t n, cad_st_window window)
{
    char(*key)[KEY_BYTES] = NULL;
    cad_st_item *items = NULL;
    cad_status s = cad_mem_alloc(2 * n * sizeof *key + 1, "names of an adapter", &key);
    if (s == CAD_OK)
        s = cad_mem_alloc(2 * n * sizeof *items + 1, "tensors of an adapter", &items);
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        int64_t rows, cols;
        cad_lora_target_shape(m, f[i].target, &rows, &cols);
        key_of(&f[i], 'A', key[2 * i]);
        key_of(&f[i], 'B', key[2 * i + 1]);
        items[2 * i] = (cad_st_item){key[2 * i], f[i].a, 2, {c->rank, cols}, CAD_F32, CAD_ST_F32, window, f[i].a_ctx};
        items[2 * i + 1] = (cad_st_item){key[2 * i + 1], f[i].b, 2, {rows, c->rank}, CAD_F32, CAD_ST_F32, window, f[i].b_ctx};
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
    if (s == CAD_OK && c->base_model && *c->base_model)
        s = cad_buf_printf(&text, "base_model: %s\n", c->base_model);
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
