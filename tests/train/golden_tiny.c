/* Two small models that transformers wrote and trained with PEFT in f64 (tests/golden/qwen2_tiny, llama_tiny):
 * log-probabilities, the losses of 32 steps, the first gradient and the adapter at the end.  Limits: docs/dev/NUMERICS.md. */
#include "model/hf/safetensors.h"
#include "tests/scratch_dir.h"
#include "tests/train/hf_steps.h"
#include "tests/unit.h"

typedef struct golden {
    char dir[512], adapter[640], scratch[512];
    cad_arena *arena;
    hf_batches batches;
    cad_safetensors *expected;
} golden;

static const char *in(const char *dir, const char *name)
{
    static char path[2048];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static golden open_golden(const char *name)
{
    golden g;
    const char *source = getenv("CADLM_SOURCE");
    snprintf(g.dir, sizeof g.dir, "%s/tests/golden/%s", source ? source : ".", name);
    snprintf(g.adapter, sizeof g.adapter, "%s/adapter", g.dir);
    snprintf(g.scratch, sizeof g.scratch, "%s", scratch(name));
    ok(cad_fs_mkdirs(g.scratch));
    ok(cad_arena_create("golden", (size_t)64 << 20, &g.arena));
    ok(hf_batches_read(in(g.dir, "batches.u32"), g.arena, &g.batches));
    ok(cad_st_open(in(g.dir, "expected.safetensors"), &g.expected));
    return g;
}

static void close_golden(golden *g)
{
    cad_st_close(g->expected);
    cad_arena_destroy(g->arena);
}

/* A tensor of F64; released by free. */
static double *f64_of(const cad_safetensors *f, const char *name, int64_t *count)
{
    const cad_st_tensor *t = cad_st_find(f, name);
    if (!t || t->dtype != CAD_ST_F64)
        fail_msg("no F64 tensor %s", name);
    double *x = malloc((size_t)t->count * sizeof *x);
    assert_non_null(x);
    ok(cad_st_read_raw(f, t, 0, x, (size_t)t->count * sizeof *x));
    *count = t->count;
    return x;
}

static double log_sum(const double *z, const float *w, int64_t n)
{
    double top = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; i++)
        top = fmax(top, z ? z[i] : (double)w[i]);
    for (int64_t i = 0; i < n; i++)
        sum += exp((z ? z[i] : (double)w[i]) - top);
    return top + log(sum);
}

static void check_logits(golden *g)
{
    cad_decoder *d;
    int64_t count;
    double *z = f64_of(g->expected, "logits", &count);
    ok(hf_open(&(hf_job){.model = g->dir, .adapter = g->adapter}, &g->batches, g->arena, &d));
    const cad_batch *b = g->batches.item[0];
    int64_t vocab = cad_decoder_config(d)->vocab;
    assert_int_equal(count, b->n * vocab);
    uint32_t *rows = calloc((size_t)b->n, sizeof *rows);
    float *out = calloc((size_t)count, sizeof *out);
    assert_non_null(rows);
    assert_non_null(out);
    for (int64_t i = 0; i < b->n; i++)
        rows[i] = (uint32_t)i;
    ok(cad_decoder_logits(d, b, rows, b->n, out));
    for (int64_t i = 0; i < b->n; i++) {
        const double *zi = z + i * vocab;
        const float *oi = out + i * vocab;
        double theirs = log_sum(zi, NULL, vocab), ours = log_sum(NULL, oi, vocab);
        for (int64_t k = 0; k < vocab; k++)
            near((double)oi[k] - ours, zi[k] - theirs, 1e-4);
    }
    free(rows);
    free(out);
    free(z);
    cad_decoder_destroy(d);
}

typedef struct sums {
    double xy, xx, yy, off;
    int64_t n, tensors;
} sums;

static void add(sums *s, double ours, double theirs)
{
    s->xy += ours * theirs;
    s->xx += ours * ours;
    s->yy += theirs * theirs;
    s->off += (ours - theirs) * (ours - theirs);
    s->n++;
}

/* The tensors "<prefix>NAME" that are expected, beside NAME of an adapter that was written. */
static sums compare(golden *g, const char *folder, const char *prefix, bool each)
{
    sums all = {0};
    cad_safetensors *ours;
    char dir[640];
    snprintf(dir, sizeof dir, "%s/%s", g->scratch, folder);
    ok(cad_st_open(in(dir, "adapter_model.safetensors"), &ours));
    for (size_t i = 0; i < cad_st_count(g->expected); i++) {
        const cad_st_tensor *t = cad_st_at(g->expected, i);
        if (strncmp(t->name, prefix, strlen(prefix)) != 0)
            continue;
        const cad_st_tensor *o;
        int64_t n;
        ok(cad_st_expect(ours, t->name + strlen(prefix), t->ndim, t->dim, &o));
        double *y = f64_of(g->expected, t->name, &n);
        float *x = malloc((size_t)n * sizeof *x);
        assert_non_null(x);
        ok(cad_st_read_f32(ours, o, 0, x, n));
        sums s = {0};
        for (int64_t k = 0; k < n; k++) {
            add(&s, (double)x[k], y[k]);
            add(&all, (double)x[k], y[k]);
        }
        if (each) {
            near(s.xy / sqrt(s.xx * s.yy), 1, 1e-5);
            near(sqrt(s.xx / s.yy), 1, 1e-4);
        }
        all.tensors++;
        free(x);
        free(y);
    }
    assert_int_equal(all.tensors, cad_st_count(ours));
    cad_st_close(ours);
    return all;
}

static void check_training(golden *g)
{
    cad_decoder *d;
    int64_t n;
    double *theirs = f64_of(g->expected, "losses", &n), ours[64];
    assert_int_equal(n, g->batches.n);
    assert_true(n <= 64 && theirs[n - 1] < theirs[0] - 0.1);
    ok(hf_open(&(hf_job){.model = g->dir, .adapter = g->adapter, .train = true}, &g->batches, g->arena, &d));
    ok(hf_train_run(d, &g->batches, g->arena, &(hf_train){.lr = 1e-3, .out_dir = g->scratch, .loss = ours}));
    cad_decoder_destroy(d);
    near(ours[0], theirs[0], 1e-5);
    for (int64_t i = 0; i < n; i++)
        near(ours[i], theirs[i], 2e-5);
    free(theirs);
    compare(g, "gradients", "gradient.", true);
    sums s = compare(g, "trained", "trained.", false);
    near(sqrt(s.off / (double)s.n), 0, 2e-6);
}

static void check(const char *name)
{
    golden g = open_golden(name);
    check_logits(&g);
    check_training(&g);
    close_golden(&g);
}

static void test_qwen2_answers_and_learns_as_in_transformers(void **s)
{
    (void)s;
    check("qwen2_tiny");
}

static void test_llama_answers_and_learns_as_in_transformers(void **s)
{
    (void)s;
    check("llama_tiny");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qwen2_answers_and_learns_as_in_transformers),
        cmocka_unit_test(test_llama_answers_and_learns_as_in_transformers),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
