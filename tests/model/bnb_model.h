/* Models whose linears are NF4: the files of tests/golden/qwen2_tiny_nf4, opened in several ways, and those that a test writes.
 */
#ifndef CADLM_TESTS_MODEL_BNB_MODEL_H
#define CADLM_TESTS_MODEL_BNB_MODEL_H

#include "tests/model/test_backend.h"
#define FIX_BACKEND test_backend
#include "tests/model/bnb_fixture.h"
#include "tests/model/decoder_fixture.h"
#include "tests/worst.h"

#include "model/hf/hfconfig.h"

enum { IDS = 40, VOCAB = 512, LINEARS = 14, MOST_TENSORS = 32 };
static const char *const forms[] = {"plain", "nested", "stored_bf16"};
static uint32_t ids[IDS];

static inline const char *golden(const char *name)
{
    static char path[4][512];
    static int turn;
    const char *source = getenv("CADLM_SOURCE");
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/tests/golden/qwen2_tiny_nf4/%s", source ? source : ".", name);
    return path[turn];
}

typedef struct how {
    cad_weights weights;
    cad_nf4_base base;
    bool double_quant, bf16;
    cad_train train;
} how;
static const how resident = {.weights = CAD_WEIGHTS_nf4}, as_fp32 = {.weights = CAD_WEIGHTS_fp32};

static inline cad_status open_model(const char *dir, const how *h, cad_decoder **out)
{
    cad_model_config c;
    CAD_TRY(cad_model_config_load(dir, &c));
    cad_decoder_opts o = {.weights = h->weights,
                          .nf4_base = h->base,
                          .double_quant = h->double_quant,
                          .bf16 = h->bf16,
                          .train = h->train,
                          .max_tokens = IDS};
    if (h->train == CAD_TRAIN_lora)
        o.lora = (cad_lora_config){.rank = 4, .alpha = 8, .base_model = ""};
    CAD_TRY(cad_decoder_create(&c, fix_ops(), &o, out));
    cad_status s = cad_decoder_load(*out, dir);
    if (s == CAD_OK && h->train == CAD_TRAIN_lora)
        s = cad_decoder_init_lora(*out, CAD_LORA_kaiming, 3);
    if (s != CAD_OK)
        cad_decoder_destroy(*out);
    return s;
}

/* What quantises files. */
static inline const cad_ops *host_ops(void)
{
    const cad_ops *ops;
    ok(cad_ops_get("cpu", &ops));
    return ops;
}

/* Logits (IDS, VOCAB), released by free. */
static inline float *logits(const char *dir, const how *h)
{
    cad_decoder *d;
    cad_batch *b;
    cad_arena *a = fix_arena();
    uint32_t rows[IDS];
    float *out = malloc(sizeof *out * IDS * VOCAB);
    for (uint32_t i = 0; i < IDS; i++)
        rows[i] = i;
    ok(open_model(dir, h, &d));
    ok(cad_batch_create(a, IDS, 1, &b));
    ok(cad_batch_add(b, &(cad_batch_row){.ids = ids, .n = IDS, .weight = 1}));
    ok(cad_decoder_logits(d, b, rows, IDS, out));
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
    return out;
}

/* To the bit; on a GPU the product of few rows with codes sums in an order of its own (kernels/cuda/nf4_linear_cuda.cu). */
static inline void same_logits(const char *a, const how *ha, const char *b, const how *hb)
{
    bool codes = (ha->weights == CAD_WEIGHTS_nf4 && ha->base == CAD_NF4_scratch) !=
                 (hb->weights == CAD_WEIGHTS_nf4 && hb->base == CAD_NF4_scratch);
    double limit = codes && !test_backend_is_cpu() ? 0.02 : 0, worst = 0;
    float *x = logits(a, ha), *y = logits(b, hb);
    for (int i = 0; i < IDS * VOCAB; i++)
        worst = worse_of(fabs((double)x[i] - (double)y[i]), worst);
    if (!(worst <= limit))
        fail_msg("%s (weights %d, base %d) and %s (%d, %d) differ by %g", a, (int)ha->weights, (int)ha->base, b,
                 (int)hb->weights, (int)hb->base, worst);
    free(x);
    free(y);
}

static inline int read_ids(void **state)
{
    cad_safetensors *f;
    ok(cad_st_open(golden("expected.safetensors"), &f));
    ok(cad_st_read_raw(f, cad_st_find(f, "ids"), 0, ids, sizeof ids));
    cad_st_close(f);
    return scratch_setup(state);
}

/* ---- written here ---- */

static inline cad_bnb_kind kind_of(void *ctx, const cad_st_tensor *t)
{
    (void)ctx;
    return strstr(t->name, "_proj.weight") ? CAD_BNB_linear : CAD_BNB_plain;
}

static inline void write_config(const char *dir, const cad_quant *q)
{
    cad_model_config c;
    cad_buf b = CAD_BUF_INIT;
    char path[600];
    ok(cad_model_config_load(golden("base"), &c));
    c.quant = *q;
    ok(cad_model_config_print(&c, NULL, 0, &b));
    snprintf(path, sizeof path, "%s/config.json", dir);
    ok(cad_fs_write(path, b.data, b.len));
    cad_buf_deinit(&b);
}

static inline const char *dir_for(const char *name, const cad_quant *q)
{
    const char *dir = scratch(name);
    ok(cad_fs_remove_tree(dir));
    ok(cad_fs_mkdirs(dir));
    write_config(dir, q);
    return dir;
}

static inline const char *weights_in(const char *dir)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/model.safetensors", dir);
    return path;
}

static inline void quantise_base(const char *dir, bool nested, cad_bnb_sizes *sizes)
{
    cad_safetensors *f;
    ok(cad_st_open_dir(golden("base"), &f));
    ok(cad_bnb_write(dir, f, nested, 0, kind_of, NULL, host_ops(), sizes));
    cad_st_close(f);
}

/* Same names, types and shapes; same bytes too where `what` is part of the name, all of them with "". */
static inline void same_file(const char *a, const char *b, const char *what)
{
    cad_safetensors *f[2];
    ok(cad_st_open_dir(a, &f[0]));
    ok(cad_st_open_dir(b, &f[1]));
    assert_int_equal(cad_st_count(f[0]), cad_st_count(f[1]));
    for (size_t i = 0; i < cad_st_count(f[0]); i++) {
        const cad_st_tensor *x = cad_st_at(f[0], i), *y = cad_st_at(f[1], i);
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->dtype, y->dtype);
        assert_int_equal(x->ndim, y->ndim);
        if (!strstr(x->name, what))
            continue;
        assert_int_equal(x->end - x->begin, y->end - y->begin);
        size_t n = (size_t)(x->end - x->begin);
        char *p = malloc(n), *q = malloc(n);
        ok(cad_st_read_raw(f[0], x, 0, p, n));
        ok(cad_st_read_raw(f[1], y, 0, q, n));
        if (memcmp(p, q, n) != 0)
            fail_msg("%s: other bytes", x->name);
        free(p);
        free(q);
    }
    cad_st_close(f[0]);
    cad_st_close(f[1]);
}

#endif
