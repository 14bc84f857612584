#include "tests/model/apart_ops.h"

#include "kernels/nf4.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BLOCKS = 128, PAGE = 4096, QUEUE = 1 << 14 };

static const cad_ops *cpu;
static cad_ops table;

/* ---- memory ---- */

static struct block {
    char *map; /* whole pages, the last of them never open */
    size_t pages;
    char *begin, *end; /* what was asked for: up to the closed page */
} block[BLOCKS];

static void protect(int how)
{
    for (int i = 0; i < BLOCKS; i++)
        if (block[i].map && mprotect(block[i].map, block[i].pages, how) != 0)
            abort();
}

static const struct block *find(const void *p, size_t bytes)
{
    const char *c = p;
    for (int i = 0; i < BLOCKS; i++)
        if (block[i].map && c >= block[i].begin && c <= block[i].end && bytes <= (size_t)(block[i].end - c))
            return &block[i];
    return NULL;
}

static cad_status mem_alloc(size_t bytes, void **out)
{
    size_t lines = (bytes + 63) / 64 * 64, pages = (lines + PAGE - 1) / PAGE * PAGE;
    for (int i = 0; i < BLOCKS; i++) {
        if (block[i].map)
            continue;
        char *map = mmap(NULL, pages + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (map == MAP_FAILED)
            CAD_FAIL(CAD_ENOMEM, "apart: %zu bytes", bytes);
        block[i] = (struct block){map, pages, map + pages - lines, map + pages};
        *out = block[i].begin;
        return CAD_OK;
    }
    CAD_FAIL(CAD_ENOMEM, "apart: more than %d blocks", BLOCKS);
}

int apart_blocks(void)
{
    int n = 0;
    for (int i = 0; i < BLOCKS; i++)
        n += block[i].map != NULL;
    return n;
}

/* ---- the queue ---- */

typedef cad_status (*work)(void *args);
static struct {
    work run;
    void *args;
} queue[QUEUE];
static int queued;
static cad_kept_error failure; /* of an op, until sync tells it */
static cad_status failed;

static cad_status later(work run, const void *args, size_t bytes);

static void run_queue(void)
{
    protect(PROT_READ | PROT_WRITE);
    for (int i = 0; i < queued; i++) {
        cad_status s = failed == CAD_OK ? queue[i].run(queue[i].args) : failed;
        if (failed == CAD_OK && s != CAD_OK) {
            failed = s;
            cad_error_keep(&failure);
        }
        free(queue[i].args);
    }
    queued = 0;
    protect(PROT_NONE);
}

static cad_status later(work run, const void *args, size_t bytes)
{
    void *copy = malloc(bytes);
    if (!copy)
        CAD_FAIL(CAD_ENOMEM, "apart: the queue");
    memcpy(copy, args, bytes);
    if (queued == QUEUE)
        run_queue();
    queue[queued].run = run;
    queue[queued++].args = copy;
    return CAD_OK;
}

static cad_status sync_all(void *stream)
{
    (void)stream;
    run_queue();
    cad_status s = failed;
    failed = CAD_OK;
    if (s != CAD_OK)
        cad_error_restore(&failure);
    return s;
}

static void mem_free(void *p)
{
    const struct block *b = p ? find(p, 0) : NULL;
    run_queue();
    for (int i = 0; b && i < BLOCKS; i++)
        if (b == &block[i]) {
            munmap(b->map, b->pages + PAGE);
            block[i].map = NULL;
        }
}

typedef struct put_args {
    void *to, *bytes;
    size_t n;
} put_args;

static cad_status run_put(void *args)
{
    put_args *p = args;
    memcpy(p->to, p->bytes, p->n);
    free(p->bytes);
    return CAD_OK;
}

static cad_status check_move(const char *what, const void *device, const void *host, size_t n)
{
    if (n > 0 && (!find(device, n) || find(host, 0)))
        CAD_FAIL(CAD_EINTERNAL, "apart: %s of %zu bytes between %p, which should be the device's, and %p of the host", what, n,
                 device, host);
    return CAD_OK;
}

static cad_status mem_put(void *device, const void *host, size_t bytes, void *stream)
{
    (void)stream;
    CAD_TRY(check_move("mem_put", device, host, bytes));
    put_args p = {.to = device, .bytes = malloc(bytes ? bytes : 1), .n = bytes};
    if (!p.bytes)
        CAD_FAIL(CAD_ENOMEM, "apart: a copy of %zu bytes", bytes);
    memcpy(p.bytes, host, bytes);
    return later(run_put, &p, sizeof p);
}

static cad_status mem_get(void *host, const void *device, size_t bytes, void *stream)
{
    (void)stream;
    CAD_TRY(check_move("mem_get", device, host, bytes));
    run_queue();
    protect(PROT_READ | PROT_WRITE);
    memcpy(host, device, bytes);
    protect(PROT_NONE);
    return CAD_OK;
}

/* ---- where the tensors of each op stand in its arguments ---- */

typedef struct place {
    const char *op;
    size_t at;
} place;

#define T(op, m)                                                                                                               \
    {                                                                                                                          \
#op, offsetof(cad_##op##_args, m)                                                                                      \
    }
#define T2(op, a, b) T(op, a), T(op, b)
#define T3(op, a, b, c) T(op, a), T2(op, b, c)
#define T4(op, a, b, c, d) T2(op, a, b), T2(op, c, d)
#define NF4(op, q) T4(op, q.codes, q.absmax, q.map, q.absmax2)
#define KV(op) T2(op, cache.k, cache.v)

static const place tensors[] = {
    T(fill, y),
    T2(copy, x, y),
    T2(axpy, x, y),
    T2(cast, x, y),
    T3(sum_ordered, x, wt, out),
    T3(embed_fwd, id, e, y),
    T4(embed_bwd, id, order, dy, de),
    T3(gather_rows, i, x, y),
    T3(scatter_rows, i, x, y),
    T4(rmsnorm_fwd, x, w, y, rstd),
    T3(add_rmsnorm_fwd, r, x, w),
    T3(add_rmsnorm_fwd, sum, y, rstd),
    T3(rmsnorm_bwd, x, w, rstd),
    T4(rmsnorm_bwd, dy, dr, dx, dw),
    T3(qk_norm_fwd, x, wq, wk),
    T2(qk_norm_fwd, y, rstd),
    T4(qk_norm_bwd, x, wq, wk, rstd),
    T4(qk_norm_bwd, dy, dx, dwq, dwk),
    T3(rope_fwd, x, pos, table),
    T3(rope_bwd, x, pos, table),
    T2(swiglu_fwd, gu, h),
    T4(swiglu_bwd, gu, dh, dgu, h),
    T3(attn_fwd, q, k, v),
    T4(attn_fwd, seg, tiles, o, lse),
    T3(attn_bwd, q, k, v),
    T2(attn_bwd, seg, tiles),
    T3(attn_bwd, o, lse, d_o),
    T3(attn_bwd, dq, dk, dv),
    T2(linear_fwd, x, w),
    T3(linear_fwd, b, res, y),
    T4(linear_bwd_x, dy, w, res, dx),
    T4(linear_bwd_w, dy, x, dw, db),
    T3(lora_down_fwd, x, a, u),
    T4(linear_lora_fwd, x, w, u, bl),
    T3(linear_lora_fwd, b, res, y),
    T2(lora_up_bwd, dy, bl),
    T3(lora_up_bwd, u, v, db),
    T3(lora_down_bwd, v, x, da),
    T4(linear_lora_bwd_x, dy, w, v, a),
    T2(linear_lora_bwd_x, res, dx),
    T3(nf4_quant, w, codes, absmax),
    NF4(nf4_dequant, q),
    T(nf4_dequant, w),
    T4(nf4_absmax_expand, q, map, absmax2, absmax),
    T4(q8_quant, x, map, codes, absmax),
    T4(q8_dequant, codes, map, absmax, x),
    NF4(nf4_linear_fwd, w),
    T4(nf4_linear_fwd, x, b, res, y),
    NF4(nf4_linear_bwd_x, w),
    T3(nf4_linear_bwd_x, dy, res, dx),
    NF4(nf4_linear_lora_fwd, w),
    T3(nf4_linear_lora_fwd, x, u, bl),
    T3(nf4_linear_lora_fwd, b, res, y),
    NF4(nf4_linear_lora_bwd_x, w),
    T3(nf4_linear_lora_bwd_x, dy, v, a),
    T2(nf4_linear_lora_bwd_x, res, dx),
    T4(linear_xent, x, w, y, wt),
    T3(linear_xent, nll, dx, dw),
    T3(linear_xent_eval, x, w, y),
    T3(linear_xent_eval, nll, lse, top),
    T3(grad_norm2, g, norm2, finite),
    T4(adamw_step, p, g, m, v),
    T2(adamw_step, p_bf16, gscale),
    T2(adamw8bit_step, p, g),
    T4(adamw8bit_step, m8, v8, ma, va),
    T4(adamw8bit_step, m32, v32, map_m, map_v),
    T2(adamw8bit_step, p_bf16, gscale),
    T4(kv_append, k, v, slot, pos),
    KV(kv_append),
    T4(attn_decode, q, slot, len, o),
    KV(attn_decode),
    T3(logits_mask, logits, add, bits),
    T4(sample, logits, temperature, top_k, top_p),
    T4(sample, min_p, seed, position, id),
    T(sample, logp),
    T3(argmax, logits, id, logp),
};

static const place dropouts[] = {T(lora_down_fwd, drop), T(lora_down_bwd, drop), T(linear_lora_bwd_x, drop),
                                 T(nf4_linear_lora_bwd_x, drop)};

static const place scratches[] = {
    T(sum_ordered, scratch),         T(rmsnorm_bwd, scratch),
    T(qk_norm_bwd, scratch),         T(attn_bwd, scratch),
    T(linear_fwd, scratch),          T(linear_bwd_x, scratch),
    T(linear_bwd_w, scratch),        T(lora_down_fwd, scratch),
    T(linear_lora_fwd, scratch),     T(lora_up_bwd, scratch),
    T(lora_down_bwd, scratch),       T(linear_lora_bwd_x, scratch),
    T(nf4_linear_fwd, scratch),      T(nf4_linear_bwd_x, scratch),
    T(nf4_linear_lora_fwd, scratch), T(nf4_linear_lora_bwd_x, scratch),
    T(linear_xent, scratch),         T(linear_xent_eval, scratch),
    T(grad_norm2, scratch),          T(sample, scratch),
};

static cad_status check_tensor(const char *op, size_t at, const cad_tensor *t)
{
    size_t bytes = t->data ? cad_tensor_bytes(t) : 0;
    if (bytes > 0 && !find(t->data, bytes))
        CAD_FAIL(CAD_EINTERNAL, "apart: %s: the tensor at offset %zu of the arguments is not in memory of the device", op, at);
    return CAD_OK;
}

static cad_status check(const char *op, const char *args, size_t scratch)
{
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++)
        if (!strcmp(op, tensors[i].op))
            CAD_TRY(check_tensor(op, tensors[i].at, (const cad_tensor *)(const void *)(args + tensors[i].at)));
    for (size_t i = 0; i < sizeof dropouts / sizeof *dropouts; i++) {
        const cad_dropout *d = (const cad_dropout *)(const void *)(args + dropouts[i].at);
        if (strcmp(op, dropouts[i].op) != 0 || !(d->rate > 0))
            continue;
        CAD_TRY(check_tensor(op, dropouts[i].at, &d->row));
        CAD_TRY(check_tensor(op, dropouts[i].at, &d->pos));
    }
    for (size_t i = 0; i < sizeof scratches / sizeof *scratches; i++)
        if (!strcmp(op, scratches[i].op) && scratch > 0 &&
            !find(((const cad_scratch *)(const void *)(args + scratches[i].at))->data, scratch))
            CAD_FAIL(CAD_EINTERNAL, "apart: %s: the scratch of %zu bytes is not in memory of the device", op, scratch);
    return CAD_OK;
}

#define X(op)                                                                                                                  \
    static cad_status run_##op(void *args)                                                                                     \
    {                                                                                                                          \
        return cpu->op(args, NULL);                                                                                            \
    }                                                                                                                          \
    static cad_status queue_##op(const cad_##op##_args *a, void *stream)                                                       \
    {                                                                                                                          \
        (void)stream;                                                                                                          \
        CAD_TRY(cad_##op##_validate(a));                                                                                       \
        CAD_TRY(check(#op, (const char *)a, cpu->op##_scratch(a)));                                                            \
        return later(run_##op, a, sizeof *a);                                                                                  \
    }
CAD_OPS_TABLE(X)
#undef X

const cad_ops *apart_ops(const cad_ops *real)
{
    cpu = real;
    table = *real;
    table.name = "apart";
    table.mem_alloc = mem_alloc;
    table.mem_free = mem_free;
    table.mem_put = mem_put;
    table.mem_get = mem_get;
    table.sync = sync_all;
#define X(op) table.op = queue_##op;
    CAD_OPS_TABLE(X)
#undef X
    return &table;
}
