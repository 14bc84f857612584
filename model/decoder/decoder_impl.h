/* Inside of the decoder, for the files of model/decoder alone.
 *
 * A decoder is built in two rounds by the same code: first with imaginary base addresses, which only counts bytes (and lets the
 * passes report the scratch they need), then inside arenas of exactly that size.  `measuring` tells the rounds apart; while it
 * is set nothing is dereferenced.
 *
 * Weights, state, activations and scratch lie in memory of the back end: only ops, mem_put and mem_get touch them.  What the
 * host writes or reads of them passes through the arena `host`.
 *
 * Storage.  `store` is the type of activations, frozen weights, keys and values: f32, or bf16.  What is void * here has it;
 * what is float * is f32 always: masters and gradients, statistics, losses, logits.  In bf16 the passes read trained weights
 * from a copy of the masters. */
#ifndef CADLM_MODEL_DECODER_DECODER_IMPL_H
#define CADLM_MODEL_DECODER_DECODER_IMPL_H

#include "core/hash.h"
#include "model/decoder/decoder.h"

enum { CAD_ARENA_weights, CAD_ARENA_state, CAD_ARENA_activations, CAD_ARENA_scratch, CAD_ARENA_host, CAD_ARENAS };
enum { CAD_PARAM_ALIGN = 256, CAD_GATE_GROUP = 128, CAD_NAME_BYTES = 96, CAD_FUSED_MAX = 3 };

/* A tensor of weights as the passes read it: trained, a slice of the flat buffers, when at >= 0, else frozen in the arena
 * `weights`.  t.data == NULL: absent. */
typedef struct cad_value {
    cad_tensor t;
    int64_t at;
} cad_value;

/* One matrix product: projections with the same input stacked along `out`. */
typedef struct cad_linear {
    int64_t out, in;
    int n;
    cad_lora_target proj[CAD_FUSED_MAX];
    int64_t rows[CAD_FUSED_MAX];
    cad_parts parts;
    cad_value w, b; /* (out,in), (out) */
    cad_nf4 q;      /* in place of w with NF4 held as codes; q.out == 0 otherwise */
    /* LoRA: R = `rank` is the largest of pair_rank (0: none).  What a projection has less, rows of A and columns of B, is zero
     * and stays so: its gradient is zero, and the optimizer moves no zero. */
    int64_t rank, pair_rank[CAD_FUSED_MAX];
    float s[CAD_FUSED_MAX];
    cad_value a, bl; /* (n R,in), (out,R) */
} cad_linear;

typedef struct cad_layer {
    cad_value norm1, norm2;   /* (C) */
    cad_value norm_q, norm_k; /* (D), of models that norm each head of q and k; else absent */
    cad_linear qkv, o, gu, down;
} cad_layer;

/* What the forward pass of one layer keeps for the backward pass.  Without training all layers share one set. */
typedef struct cad_saved {
    void *r_in, *r_mid, *r_out;        /* (N,C); one buffer for all three without training */
    void *qkv, *o, *gu;                /* (N,(H+2K)D), (N,HD), (N,2F) */
    void *u_qkv, *u_o, *u_gu, *u_down; /* (N,nR) */
    float *rstd1, *rstd2, *lse;        /* (N), (N), (H,N) */
} cad_saved;

typedef struct cad_work {
    void *n, *h;                         /* (N,C), (N,F) */
    void *qk;                            /* (N,(H+K)D), where heads are normed: q and k as attention reads them */
    float *qk_rstd;                      /* (N,H+K) of them */
    void *dr, *dn, *dh, *dqkv, *d_o, *v; /* backward: (N,C), (N,C), (N,F), (N,(H+2K)D), (N,HD), (N,nR) */
    void *x, *xn, *dx;                   /* (M,C) gathered, normed, gradient */
    float *rstd, *nll;                   /* (M) */
    uint32_t *top;                       /* (M) */
    float *logits;                       /* (slots or 1,V) */
} cad_work;

/* What a pass is told: of a batch (N tokens, S segments, M loss rows), or of a step of generation; with draws of up to as many
 * rows as there are slots. */
typedef struct cad_input {
    uint32_t *ids, *row, *loss_row, *target, *order; /* (N), (N), (M), (M), (N) */
    int32_t *pos, *seg, *slot, *len;                 /* (N), (S+1), (N), (N) */
    int32_t *tile;                                   /* (T,4) of cad_attn_tiles */
    float *weight;                                   /* (M) */
    float *temp, *top_p, *min_p;                     /* (slots) */
    int32_t *top_k;
    uint64_t *seed;
    uint32_t *position;
} cad_input;

/* The same places in host memory and on the device: written here, then sent as one block. */
typedef struct cad_inputs {
    cad_input host, device;
    size_t bytes;
} cad_inputs;

/* What a step of generation tells. */
typedef struct cad_drawn {
    uint32_t *id; /* (slots) */
    float *logp;
} cad_drawn;

typedef struct cad_cache {
    cad_kv *layer;  /* (L) */
    int64_t tokens; /* T, a multiple of 64 */
    uint32_t *mask; /* (V/32) */
    cad_drawn host, device;
    size_t drawn; /* bytes of those */
} cad_cache;

typedef struct cad_param_slot {
    char name[CAD_NAME_BYTES];
} cad_param_slot;

struct cad_decoder {
    cad_model_config cfg;
    cad_decoder_opts opt;
    const cad_ops *ops;
    cad_dtype store;
    cad_arena *arena[CAD_ARENAS];
    bool measuring;
    size_t scratch_need;
    cad_decoder_bytes bytes;
    cad_scratch scratch;

    int64_t group;               /* rows of gate and up alternate in groups of this size */
    cad_value embed, head, norm; /* head.t is embed.t when tied */
    cad_layer *layer;            /* (L) */
    float *rope;                 /* (P,D) */
    int64_t positions;           /* P */

    cad_param *param;
    cad_param_slot *names;
    int64_t n_param, p_size, p_count;
    float *p, *g, *own_g;
    uint16_t *p_bf16; /* NULL with f32 storage */

    cad_saved *saved; /* (L) */
    cad_work work;
    cad_inputs in, step; /* of batches and prompts; of one new token for each slot */
    cad_cache kv;

    /* in host memory */
    float *nll;          /* (M) */
    uint32_t *order_sum; /* (V+1) of the counting sort */
    uint32_t *mask;      /* (V/32) */
    float *stage;        /* (stage_size) values on their way in or out */
    int64_t stage_size;

    bool loaded;
    char hash[CAD_HASH_HEX];
};

/* Runs one op, or notes the scratch it would need. */
#define CAD_RUN(d, op, ...)                                                                                                    \
    do {                                                                                                                       \
        cad_##op##_args run_ = {__VA_ARGS__};                                                                                  \
        if ((d)->measuring) {                                                                                                  \
            size_t need_ = (d)->ops->op##_scratch(&run_);                                                                      \
            (d)->scratch_need = need_ > (d)->scratch_need ? need_ : (d)->scratch_need;                                         \
        } else {                                                                                                               \
            CAD_TRY((d)->ops->op(&run_, NULL));                                                                                \
        }                                                                                                                      \
    } while (0)

static inline cad_tensor cad_f1(float *x, int64_t n)
{
    return cad_tensor_1d(CAD_F32, x, n);
}
static inline cad_tensor cad_f2(float *x, int64_t n, int64_t m)
{
    return cad_tensor_2d(CAD_F32, x, n, m);
}

/* Tensors of the storage type, and element n of such a buffer. */
static inline cad_tensor cad_s2(const cad_decoder *d, void *x, int64_t n, int64_t m)
{
    return cad_tensor_2d(d->store, x, n, m);
}
static inline cad_tensor cad_s3(const cad_decoder *d, void *x, int64_t n, int64_t m, int64_t k)
{
    return cad_tensor_3d(d->store, x, n, m, k);
}
static inline void *cad_at(const cad_decoder *d, void *x, int64_t n)
{
    return (char *)x + n * (int64_t)cad_dtype_size(d->store);
}

/* What a pass is about; tensors of n rows over the buffers above. */
typedef struct cad_pass {
    int64_t n, n_seg, n_tile;
    const cad_input *in;
    bool train;  /* keeps what the backward pass needs, dropout on */
    bool cache;  /* writes keys and values into the KV cache at in->slot, in->pos */
    bool decode; /* attention reads the cache (one new token per slot) */
    uint64_t step;
} cad_pass;

/* decoder_layout.c */
CAD_MUST_USE cad_status cad_decoder_shape(cad_decoder *d);
/* Addresses from the bases of the arenas, and d->bytes but for the scratch of passes. */
void cad_decoder_bind(cad_decoder *d, unsigned char *const base[CAD_ARENAS]);

/* decoder_linear.c: products with everything that a linear may carry; x (N,in), y (N,out), u and v (N,nR). */
CAD_MUST_USE cad_status cad_linear_forward(cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer, void *x,
                                           void *u, void *res, void *y);
/* dx = dy W + .. into dx (NULL: not wanted); LoRA: also v and dB. */
CAD_MUST_USE cad_status cad_linear_back_x(cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer, void *dy,
                                          void *u, void *dx);
/* dW and db, or dA from the v of the cad_linear_back_x just before. */
CAD_MUST_USE cad_status cad_linear_back_w(cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer, void *dy,
                                          void *x);
bool cad_linear_wants_x(const cad_linear *l);
cad_tensor cad_grad_of(const cad_decoder *d, const cad_value *v); /* f32; data NULL: not trained */

/* decoder_forward.c, decoder_backward.c: from in->ids to the last layer's r_out, and back from work.dr to the gradients. */
CAD_MUST_USE cad_status cad_decoder_forward(cad_decoder *d, const cad_pass *p);
CAD_MUST_USE cad_status cad_decoder_backward(cad_decoder *d, const cad_pass *p);
void *cad_decoder_last(const cad_decoder *d); /* r_out of the last layer */
/* Where attention finds q, k and v: in the rows that the product made, or, where heads are normed, q and k in work.qk. */
typedef struct cad_heads {
    cad_tensor qk, q, k, v; /* (N,H+K,D), its first H heads, its last K; (N,K,D) */
    int64_t ld_qk, ld_v;
} cad_heads;
cad_heads cad_decoder_heads(const cad_decoder *d, int64_t layer, int64_t n);
/* Norms and rotates q and k.  Where they are normed what the product made stays as it was, so this may be done again. */
CAD_MUST_USE cad_status cad_decoder_turn(cad_decoder *d, const cad_pass *p, int64_t layer);
/* x = the m rows in->loss_row of r_out, xn = its final norm. */
CAD_MUST_USE cad_status cad_decoder_final(cad_decoder *d, const cad_pass *p, int64_t m);

/* decoder_pass.c: a batch into d->in.host after checking it; what stands there to the device; scratch of every
 * pass that the options allow. */
CAD_MUST_USE cad_status cad_decoder_take(cad_decoder *d, const cad_batch *b, cad_pass *out);
CAD_MUST_USE cad_status cad_decoder_send(cad_decoder *d, const cad_inputs *in);
CAD_MUST_USE cad_status cad_decoder_measure(cad_decoder *d);

/* decoder_cache.c: logits (n,V) of the rows in->loss_row (n) of the pass, then one token per row into kv.device.
 */
CAD_MUST_USE cad_status cad_decoder_draw(cad_decoder *d, const cad_pass *p, int64_t n);

/* decoder_tensors.c: the tensors of the model by their names in files, and where their rows live. */
typedef enum cad_kind { CAD_KIND_embed, CAD_KIND_head, CAD_KIND_norm, CAD_KIND_bias, CAD_KIND_matrix } cad_kind;
typedef struct cad_named {
    char name[CAD_NAME_BYTES];
    cad_kind kind;
    int ndim;
    int64_t dim[2];
    cad_value *v;    /* storage; of a fused tensor for kinds bias and matrix */
    cad_linear *lin; /* kinds bias and matrix */
    int part;
    int64_t row0; /* where lin is NULL: the tensor's first row in v */
} cad_named;
int64_t cad_named_count(const cad_decoder *d);
void cad_named_get(cad_decoder *d, int64_t i, cad_named *out);
/* Rows run[0] .. run[0]+count-1 of the named tensor stand together at row `at` of its storage; returns count. */
int64_t cad_named_run(const cad_decoder *d, const cad_named *t, int64_t first, int64_t *at);
/* decoder_move.c: elements [first, first+n) of a named tensor from x, which is spent; as many of the elements from `first` on,
 * at most `most`, as are in one place and find room in d->stage.  Both in f32. */
CAD_MUST_USE cad_status cad_named_write(cad_decoder *d, const cad_named *t, int64_t first, float *x, int64_t n);
CAD_MUST_USE cad_status cad_named_read(const cad_decoder *d, const cad_named *t, int64_t first, int64_t most, int64_t *n);
/* The same from the device's x, of the type of storage. */
CAD_MUST_USE cad_status cad_named_copy(cad_decoder *d, const cad_named *t, int64_t first, void *x, int64_t n);
/* x, n numbers of bf16 from its start, becomes n of f32. */
void cad_named_widen(float *x, int64_t n);

/* Elements [first, first+count) of a named tensor in order; calls come in ascending order without gaps. */
typedef cad_status (*cad_source)(void *ctx, const cad_named *t, int64_t first, float *out, int64_t count);
/* Fills the storage of one tensor: rounded to bf16 or quantised as the options say. */
CAD_MUST_USE cad_status cad_named_fill(cad_decoder *d, const cad_named *t, cad_source source, void *ctx);
/* decoder_nf4.c: the same for matrices in NF4; bytes at d->scratch that it works in. */
CAD_MUST_USE cad_status cad_named_fill_nf4(cad_decoder *d, const cad_named *t, cad_source source, void *ctx);
/* A matrix from the codes of a bnb-4bit checkpoint: as they are, or dequantised where the options hold no NF4. */
CAD_MUST_USE cad_status cad_named_fill_bnb(cad_decoder *d, const cad_named *t, const cad_safetensors *f);
size_t cad_nf4_work_bytes(const cad_decoder *d);

#endif
