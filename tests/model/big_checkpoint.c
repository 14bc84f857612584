/* A checkpoint of the shape of Qwen2.5-3B, written from random numbers in files of 2 GiB, read as a user's would be, removed:
 * every value as it was written, seconds, bytes by plan and bytes in fact.   usage: big_checkpoint FOLDER [NAME]
 *
 * NAME is a model of model/hf/known_models.h.  Exit 77 where disk or memory are too small for it, and why. */
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/ram.h"
#include "core/rng.h"
#include "model/decoder/decoder_impl.h"
#include "model/hf/known_models.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    BLOCK = 1048573, /* a prime: rows do not repeat where values do */
    SKIPPED = 77,
    TOKENS = 8,
    SPARE = 256 << 20,
    ALIGNED = 64 /* arenas round up to it */
};
#define GIB 1073741824.0
#define SHARD ((uint64_t)2 << 30)

typedef struct tensor {
    cad_named t;
    uint16_t *block; /* (BLOCK) shared */
} tensor;

/* A block of values is a function of the tensor's name; it repeats. */
static cad_status window(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count)
{
    tensor *x = ctx;
    if (first == 0) {
        cad_rng r = cad_rng_make(1, x->t.name, 0);
        bool norm = x->t.kind == CAD_KIND_norm;
        for (int64_t i = 0; i < BLOCK && i < most; i++)
            x->block[i] = cad_f32_to_bf16((float)((norm ? 1 : 0) + 0.04 * (cad_rng_uniform(&r) - 0.5)));
    }
    *count = most < BLOCK ? most : BLOCK;
    *data = x->block;
    return CAD_OK;
}

static cad_status write_model(const cad_model_config *c, const cad_decoder *d, const char *dir)
{
    size_t n = (size_t)cad_named_count(d);
    tensor *x;
    cad_st_item *item;
    uint16_t *block;
    CAD_TRY(cad_mem_alloc(n * sizeof *x, "tensors", &x));
    CAD_TRY(cad_mem_alloc(n * sizeof *item, "tensors", &item));
    CAD_TRY(cad_mem_alloc(BLOCK * sizeof *block, "values", &block));
    for (size_t i = 0; i < n; i++) {
        x[i].block = block;
        cad_named_get((cad_decoder *)(uintptr_t)d, (int64_t)i, &x[i].t);
        item[i] = (cad_st_item){.name = x[i].t.name,
                                .ndim = x[i].t.ndim,
                                .dim = {x[i].t.dim[0], x[i].t.dim[1]},
                                .from = CAD_BF16,
                                .to = CAD_ST_BF16,
                                .window = window,
                                .ctx = &x[i]};
    }
    cad_buf text = CAD_BUF_INIT, path = CAD_BUF_INIT;
    CAD_TRY(cad_model_config_print(c, NULL, 0, &text));
    CAD_TRY(cad_buf_printf(&path, "%s/config.json", dir));
    CAD_TRY(cad_fs_write(path.data, text.data, text.len));
    CAD_TRY(cad_st_write_dir(dir, item, n, SHARD));
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    cad_mem_free(block);
    cad_mem_free(item);
    cad_mem_free(x);
    return CAD_OK;
}

/* What the decoder holds of each tensor is what window gave to be written, place by place. */
static cad_status compare_values(cad_decoder *d)
{
    uint16_t *block;
    cad_status s = CAD_OK;
    int64_t compared = 0;
    CAD_TRY(cad_mem_alloc(BLOCK * sizeof *block, "values", &block));
    for (int64_t i = 0; s == CAD_OK && i < cad_named_count(d); i++) {
        tensor x = {.block = block};
        const void *data;
        int64_t n;
        cad_named_get(d, i, &x.t);
        int64_t count = x.t.dim[0] * (x.t.ndim > 1 ? x.t.dim[1] : 1);
        s = window(&x, 0, count, &data, &n);
        for (int64_t first = 0; s == CAD_OK && first < count; first += n) {
            s = cad_named_read(d, &x.t, first, count - first, &n);
            for (int64_t k = 0; s == CAD_OK && k < n; k++) {
                float want = cad_bf16_to_f32(block[(first + k) % BLOCK]);
                if (!(d->stage[k] == want))
                    s = cad_fail(CAD_ENUMERIC, "%s: element %" PRId64 " is %.9g; %.9g was written", x.t.name, first + k,
                                 (double)d->stage[k], (double)want);
            }
        }
        compared += count;
    }
    cad_mem_free(block);
    printf("values    %" PRId64 " compared with what was written\n", compared);
    return s;
}

static double peak_bytes(void)
{
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) == 0 ? (double)u.ru_maxrss * 1024.0 : 0;
}

static cad_status answers(cad_decoder *d)
{
    cad_arena *a;
    cad_batch *b;
    float nll[TOKENS];
    const uint32_t ids[TOKENS] = {1, 22, 333, 4444, 5, 66, 777, 8888}, span[2] = {1, TOKENS};
    CAD_TRY(cad_arena_create("batch", 1 << 20, &a));
    CAD_TRY(cad_batch_create(a, TOKENS, 1, &b));
    CAD_TRY(cad_batch_add(b, &(cad_batch_row){.ids = ids, .n = TOKENS, .span = span, .n_spans = 1, .weight = 1}));
    CAD_TRY(cad_decoder_eval(d, b, nll, NULL));
    double mean = 0, even = log((double)cad_decoder_config(d)->vocab);
    for (int i = 0; i < TOKENS - 1; i++)
        mean += (double)nll[i] / (TOKENS - 1);
    printf("answers   mean nll %.3f; ln V is %.3f\n", mean, even);
    if (!(fabs(mean - even) < 0.2 * even))
        CAD_FAIL(CAD_ENUMERIC, "mean nll %g of small random weights; expected about %g", mean, even);
    cad_arena_destroy(a);
    return CAD_OK;
}

static cad_status load(const cad_model_config *c, const cad_ops *ops, const cad_decoder_opts *o, const char *dir,
                       double planned)
{
    cad_decoder *d;
    size_t used = 0;
    double before = peak_bytes(), start = cad_clock_now();
    CAD_TRY(cad_decoder_create(c, ops, o, &d));
    CAD_TRY(cad_decoder_load(d, dir));
    double seconds = cad_clock_now() - start, peak = peak_bytes();
    for (int i = 0; i < CAD_DECODER_ARENAS; i++)
        used += cad_arena_peak(cad_decoder_arena(d, i));
    printf("process   %.3f GiB at its peak before loading\n", before / GIB);
    cad_status s = compare_values(d);
    if (s == CAD_OK)
        s = answers(d);
    cad_decoder_destroy(d);
    CAD_TRY(s);
    printf("loaded in %.1f s: plan %.3f GiB, arenas %.3f GiB, process %.3f GiB at its peak\n", seconds, planned / GIB,
           (double)used / GIB, peak / GIB);
    if (used > (size_t)planned + CAD_DECODER_ARENAS * ALIGNED || peak > before + planned + SPARE)
        CAD_FAIL(CAD_EINTERNAL, "loading took %zu bytes in arenas and %.0f in all; planned %.0f", used, peak, planned);
    return CAD_OK;
}

/* *why: what is missing; "" when nothing is. */
static cad_status room(const char *parent, double disk, double memory, char why[200])
{
    uint64_t left;
    cad_ram ram;
    CAD_TRY(cad_fs_free_bytes(parent, &left));
    CAD_TRY(cad_ram_get(&ram));
    why[0] = '\0';
    if ((double)left < 1.1 * disk)
        snprintf(why, 200, "%.1f GiB of disk free in %s; %.1f needed", (double)left / GIB, parent, 1.1 * disk / GIB);
    else if ((double)ram.available < 1.15 * memory)
        snprintf(why, 200, "%.1f GiB of memory free; %.1f needed", (double)ram.available / GIB, 1.15 * memory / GIB);
    return CAD_OK;
}

static cad_status run(const char *parent, const char *name, bool *skipped)
{
    const cad_ops *ops;
    cad_decoder *d;
    char why[200], dir[4096];
    cad_decoder_opts o = {.weights = CAD_WEIGHTS_bf16, .max_tokens = TOKENS};
    cad_model_config c;
    CAD_TRY(cad_model_known(name, &c));
    c.dtype = CAD_BF16;
    CAD_TRY(cad_ops_get("cpu", &ops));
    CAD_TRY(cad_decoder_sketch(&c, ops, &o, &d));
    cad_decoder_bytes b = cad_decoder_plan(d);
    double planned = (double)(b.weights + b.state + b.activations + b.scratch + b.host);
    double disk = 2.0 * (double)cad_decoder_parameters(d);
    printf("model     %s, %" PRId64 " parameters, %.2f GiB on disk\n", name, cad_decoder_parameters(d), disk / GIB);
    CAD_TRY(room(parent, disk, planned, why));
    *skipped = why[0] != '\0';
    if (*skipped) {
        printf("skipped: %s\n", why);
        cad_decoder_destroy(d);
        return CAD_OK;
    }
    snprintf(dir, sizeof dir, "%s/big_checkpoint.%ld", parent, (long)getpid());
    CAD_TRY(cad_fs_mkdirs(dir));
    double start = cad_clock_now();
    cad_status s = write_model(&c, d, dir);
    printf("write     %.1f s\n", cad_clock_now() - start);
    cad_decoder_destroy(d);
    if (s == CAD_OK)
        s = load(&c, ops, &o, dir, planned);
    cad_kept_error kept;
    cad_error_keep(&kept);
    cad_status removed = cad_fs_remove_tree(dir);
    if (s == CAD_OK)
        return removed;
    cad_error_restore(&kept);
    return s;
}

int main(int argc, char **argv)
{
    bool skipped = false;
    cad_status s = argc < 2 || argc > 3 ? cad_fail(CAD_EUSAGE, "usage: big_checkpoint FOLDER [NAME]")
                                        : run(argv[1], argc > 2 ? argv[2] : "Qwen2.5-3B", &skipped);
    if (s != CAD_OK)
        fprintf(stderr, "big_checkpoint: error: %s\n", cad_error_text());
    return skipped ? SKIPPED : cad_status_exit_code(s);
}
