/* adamw_step, adamw8bit_step, CUDA.
 *
 * math      m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; p -= lr (c2/c1) m / (sqrt(v) + c2 eps); p *= 1 - lr wd
 *           c1 = 1 - b1^t, c2 = sqrt(1 - b2^t); g is multiplied by gscale first
 * shapes    flat buffers, tensors as (offset, count)
 * layout    tensors start at multiples of 256 elements, so an 8-bit block never crosses from one to the next
 * dtypes    f32, each operation rounded by itself; moments f32, or u8 on a map with one f32 absmax per 256 elements; copy bf16
 * limits    8-bit: tensors below 4096 elements keep f32 moments; fewer than 2^40 elements; buffers that do not start at a
 *           multiple of 16 bytes go element by element
 * mapping   a warp per 256 elements, lanes with 8; blocks of 8 warps, at most 3168.  The list of tensors is host memory: it
 *           travels as runs (neighbours of a kind are one) in the arguments, in as many launches as that takes, mostly one.
 *           8-bit: each block builds the search trees of both maps once: 4 KB of shared memory
 * order     repeatable; elementwise, absmax by block of 256: such a block's bits depend on it alone
 * cost      28 bytes an element (8-bit 16), 2 more with a copy; 8-bit: two searches of eight steps in shared memory for
 *           each; bound by memory; never measured
 * source    spec formats.md 3, 4; Dettmers et al. 2022
 * test      tests/kernels/check_adamw.c
 */
#include "kernels/adamw.h"
#include "kernels/cuda/q8.cuh"

#include <cstring>

enum { THREADS = 256, WARPS = THREADS / CAD_LANES, BLOCK = CAD_Q8_BLOCK, RUNS = 88 };
static const int64_t LONGEST = (int64_t)1 << 30; /* elements of a run as it is made; joined ones have up to 2^31 - 256 */
static const uint32_t IN_8_BITS = UINT32_MAX;    /* in place of a place among the f32 moments */

/* Elements that stand together and are treated alike; places count blocks of 256 elements. */
struct step_run {
    uint32_t place;   /* in p, g and the moments of 8 bits */
    uint32_t moments; /* in m, v; or IN_8_BITS */
    uint32_t first;   /* blocks of the runs before this one */
    uint32_t count;   /* elements */
    uint32_t decay;
};

struct step_job {
    float *p, *m, *v, *ma, *va;
    const float *g, *map_m, *map_v, *gscale; /* maps: NULL for own_m, own_v */
    uint8_t *m8, *v8;
    bf16 *half;
    cad_adamw_rule rule;
    bool before, sign_rule, wide;
    int runs;
    uint32_t blocks; /* of 256 elements, in all runs */
    step_run run[RUNS];
    float own_m[Q8_MAP], own_v[Q8_MAP];
};
static_assert(sizeof(step_job) <= 4096, "the arguments of a kernel have 4 KB on every device");

/* A lane's elements of one block. */
struct lane_elements {
    float p[Q8_MINE], g[Q8_MINE], m[Q8_MINE], v[Q8_MINE];
};

static __device__ __forceinline__ void update(const step_job &job, bool decay, float scale, lane_elements &e)
{
    const cad_adamw_rule &c = job.rule;
    float shrink = decay ? c.shrink : 1.0f, first = job.before ? shrink : 1.0f, last = job.before ? 1.0f : shrink;
#pragma unroll
    for (int k = 0; k < Q8_MINE; k++) {
        float x = __fmul_rn(e.g[k], scale);
        float m = __fadd_rn(__fmul_rn(c.b1, e.m[k]), __fmul_rn(c.b1c, x));
        float v = __fadd_rn(__fmul_rn(c.b2, e.v[k]), __fmul_rn(c.b2c, __fmul_rn(x, x)));
        float step = __fdiv_rn(__fmul_rn(c.rate, m), __fadd_rn(__fsqrt_rn(v), c.eps));
        bool fine = fabsf(x) <= FLT_MAX;
        e.p[k] = fine ? __fmul_rn(__fadd_rn(__fmul_rn(e.p[k], first), -step), last) : e.p[k];
        e.m[k] = fine ? m : 0.0f;
        e.v[k] = fine ? v : 0.0f;
    }
}

/* An encoded m must not change its sign: one code towards the sign of m. */
static __device__ __forceinline__ void keep_sign(const float m[Q8_MINE], const float *sMap, uint32_t w[Q8_MINE / 4])
{
#pragma unroll
    for (int k = 0; k < Q8_MINE; k++) {
        int code = q8_code_of(w, k);
        bool stored = __float_as_uint(sMap[code]) >> 31, wanted = __float_as_uint(m[k]) >> 31;
        int next = stored == wanted ? code : wanted ? max(code - 1, 0) : min(code + 1, Q8_MAP - 1);
        w[k / 4] = (w[k / 4] & ~(0xFFu << k % 4 * 8)) | (uint32_t)next << k % 4 * 8;
    }
}

static __device__ __forceinline__ void put_half(bf16 *half, int n, bool wide, const float p[Q8_MINE])
{
#pragma unroll
    for (int k = 0; k < Q8_MINE; k += 4) {
        int i = q8_place(k);
        if (wide && i + 4 <= n) {
            *reinterpret_cast<uint2 *>(half + i) = make_uint2(to_pair(p[k], p[k + 1]), to_pair(p[k + 2], p[k + 3]));
            continue;
        }
        for (int j = 0; j < 4; j++)
            if (i + j < n)
                half[i + j] = to_bf16(p[k + j]);
    }
}

/* One block whose moments are f32: at in p and g, its moments at `moments`. */
static __device__ __forceinline__ void step_f32(const step_job &job, const step_run &run, int64_t at, int64_t moments, int n,
                                                float scale)
{
    lane_elements e;
    q8_get(e.g, job.g + at, n, job.wide);
    q8_get(e.p, job.p + at, n, job.wide);
    q8_get(e.m, job.m + moments, n, job.wide);
    q8_get(e.v, job.v + moments, n, job.wide);
    update(job, run.decay, scale, e);
    q8_put(job.p + at, n, job.wide, e.p);
    q8_put(job.m + moments, n, job.wide, e.m);
    q8_put(job.v + moments, n, job.wide, e.v);
    if (job.half)
        put_half(job.half + at, n, job.wide, e.p);
}

/* A map in shared memory, and its search tree. */
struct shared_map {
    const float *map, *tree;
};

static __device__ __forceinline__ void decode(float x[Q8_MINE], const uint32_t w[Q8_MINE / 4], const float *sMap, float top,
                                              int n)
{
#pragma unroll
    for (int k = 0; k < Q8_MINE; k++)
        x[k] = q8_place(k) < n ? __fmul_rn(sMap[q8_code_of(w, k)], top) : 0.0f;
}

static __device__ __forceinline__ void step_q8(const step_job &job, const step_run &run, int64_t at, int n, float scale,
                                               shared_map sM, shared_map sV)
{
    lane_elements e;
    uint32_t m8[Q8_MINE / 4], v8[Q8_MINE / 4];
    q8_get(e.g, job.g + at, n, job.wide);
    q8_get(e.p, job.p + at, n, job.wide);
    q8_get_codes(m8, job.m8 + at, n, job.wide);
    q8_get_codes(v8, job.v8 + at, n, job.wide);
    decode(e.m, m8, sM.map, job.ma[at / BLOCK], n);
    decode(e.v, v8, sV.map, job.va[at / BLOCK], n);
    update(job, run.decay, scale, e);
    q8_put(job.p + at, n, job.wide, e.p);
    if (job.half)
        put_half(job.half + at, n, job.wide, e.p);
    float ma = q8_encode(e.m, sM.map, sM.tree, m8), va = q8_encode(e.v, sV.map, sV.tree, v8);
    if (job.sign_rule && ma > 0.0f)
        keep_sign(e.m, sM.map, m8);
    q8_put_codes(job.m8 + at, n, job.wide, m8);
    q8_put_codes(job.v8 + at, n, job.wide, v8);
    __syncwarp(); /* all lanes have read the old absmax */
    if (threadIdx.x % CAD_LANES == 0) {
        job.ma[at / BLOCK] = ma;
        job.va[at / BLOCK] = va;
    }
}

template <bool Q8>
CAD_KERNEL(THREADS)
void step_kernel(const step_job p)
{
    CAD_SHARED(float, sMapM, Q8 ? Q8_MAP : 1);
    CAD_SHARED(float, sMapV, Q8 ? Q8_MAP : 1);
    CAD_SHARED(float, sTreeM, Q8 ? Q8_MAP : 1);
    CAD_SHARED(float, sTreeV, Q8 ? Q8_MAP : 1);
    if (Q8) {
        sMapM[threadIdx.x] = p.map_m ? p.map_m[threadIdx.x] : p.own_m[threadIdx.x];
        sMapV[threadIdx.x] = p.map_v ? p.map_v[threadIdx.x] : p.own_v[threadIdx.x];
        __syncthreads();
        q8_tree<THREADS>(sMapM, sTreeM);
        q8_tree<THREADS>(sMapV, sTreeV);
        __syncthreads();
    }
    float scale = p.gscale ? *p.gscale : 1.0f;
    int r = 0;
    for (uint32_t b = blockIdx.x * WARPS + threadIdx.x / CAD_LANES; b < p.blocks; b += gridDim.x * WARPS) {
        while (r + 1 < p.runs && b >= p.run[r + 1].first)
            r++;
        step_run run = p.run[r];
        uint32_t nth = b - run.first, left = run.count - nth * BLOCK;
        int n = left < BLOCK ? (int)left : (int)BLOCK;
        int64_t at = ((int64_t)run.place + nth) * BLOCK;
        if (Q8 && run.moments == IN_8_BITS)
            step_q8(p, run, at, n, scale, {sMapM, sTreeM}, {sMapV, sTreeV});
        else
            step_f32(p, run, at, ((int64_t)run.moments + nth) * BLOCK, n, scale);
    }
}

/* -------------------------------------------------------------------------------------------------------------- */

/* Launches for the runs that the job has, and empties it. */
static cad_status launch_runs(step_job *p, bool q8, void *stream)
{
    uint32_t blocks = (p->blocks + WARPS - 1) / WARPS, grid = blocks < Q8_GRID ? blocks : (uint32_t)Q8_GRID;
    cad_status s = q8 ? CAD_LAUNCH((step_kernel<true>), (grid), (THREADS), 0, stream, *p)
                      : CAD_LAUNCH((step_kernel<false>), (grid), (THREADS), 0, stream, *p);
    p->runs = 0;
    p->blocks = 0;
    return s;
}

/* Whether `next` goes on where `last` ends: a run that ends inside of a block never has a neighbour there. */
static bool joins(const step_run &last, const step_run &next)
{
    uint32_t blocks = last.count / BLOCK;
    bool moments = last.moments == IN_8_BITS ? next.moments == IN_8_BITS : last.moments + blocks == next.moments;
    return moments && last.place + blocks == next.place && last.decay == next.decay &&
           (int64_t)last.count + next.count <= INT32_MAX;
}

static cad_status add_run(step_job *p, step_run next, bool q8, void *stream)
{
    step_run *last = p->runs > 0 ? &p->run[p->runs - 1] : nullptr;
    if (last && joins(*last, next)) {
        last->count += next.count;
    } else {
        if (p->runs == RUNS)
            CAD_TRY(launch_runs(p, q8, stream));
        next.first = p->blocks;
        p->run[p->runs++] = next;
    }
    p->blocks += (next.count + BLOCK - 1) / BLOCK;
    return CAD_OK;
}

static cad_status step_all(step_job *p, const cad_opt_tensor *tensor, int64_t n_tensors, bool q8, void *stream)
{
    int64_t small = 0; /* blocks of f32 moments so far, where 8 bits are the rule */
    for (int64_t i = 0; i < n_tensors; i++) {
        const cad_opt_tensor *t = &tensor[i];
        int64_t place = t->offset / BLOCK, moments = q8 ? small : place;
        bool is_q8 = q8 && t->count >= CAD_ADAMW8_MIN;
        small += is_q8 ? 0 : cad_ceil_div(t->count, BLOCK);
        for (int64_t from = 0; from < t->count; from += LONGEST) {
            step_run r = {};
            r.place = (uint32_t)(place + from / BLOCK);
            r.moments = is_q8 ? IN_8_BITS : (uint32_t)(moments + from / BLOCK);
            r.count = (uint32_t)(t->count - from < LONGEST ? t->count - from : LONGEST);
            r.decay = t->decay != 0;
            CAD_TRY(add_run(p, r, q8, stream));
        }
    }
    return launch_runs(p, q8, stream);
}

CAD_GPU_NO_SCRATCH(adamw_step)
CAD_GPU_OP(adamw_step)
{
    CAD_TRY(cad_adamw_step_validate(a));
    step_job p = {};
    p.p = cad_ptr<float>(a->p);
    p.g = cad_ptr<float>(a->g);
    p.m = cad_ptr<float>(a->m);
    p.v = cad_ptr<float>(a->v);
    p.half = cad_ptr<bf16>(a->p_bf16);
    p.gscale = cad_ptr<float>(a->gscale);
    p.rule = cad_adamw_rule_of(&a->h);
    p.before = a->h.decay_before != 0;
    p.wide = cad_aligned16(p.p) && cad_aligned16(p.g) && cad_aligned16(p.m) && cad_aligned16(p.v) && cad_aligned16(p.half);
    return step_all(&p, a->tensor, a->n_tensors, false, stream);
}

CAD_GPU_NO_SCRATCH(adamw8bit_step)
CAD_GPU_OP(adamw8bit_step)
{
    CAD_TRY(cad_adamw8bit_step_validate(a));
    step_job p = {};
    p.p = cad_ptr<float>(a->p);
    p.g = cad_ptr<float>(a->g);
    p.m = cad_ptr<float>(a->m32);
    p.v = cad_ptr<float>(a->v32);
    p.m8 = cad_ptr<uint8_t>(a->m8);
    p.v8 = cad_ptr<uint8_t>(a->v8);
    p.ma = cad_ptr<float>(a->ma);
    p.va = cad_ptr<float>(a->va);
    p.map_m = cad_ptr<float>(a->map_m);
    p.map_v = cad_ptr<float>(a->map_v);
    if (!p.map_m)
        memcpy(p.own_m, cad_q8_signed_map(), sizeof p.own_m);
    if (!p.map_v)
        memcpy(p.own_v, cad_q8_unsigned_map(), sizeof p.own_v);
    p.half = cad_ptr<bf16>(a->p_bf16);
    p.gscale = cad_ptr<float>(a->gscale);
    p.rule = cad_adamw_rule_of(&a->h);
    p.before = a->h.decay_before != 0;
    p.sign_rule = !a->h.no_sign_rule;
    p.wide = cad_aligned16(p.p) && cad_aligned16(p.g) && cad_aligned16(p.m) && cad_aligned16(p.v) && cad_aligned16(p.half) &&
             cad_aligned16(p.m8) && cad_aligned16(p.v8);
    return step_all(&p, a->tensor, a->n_tensors, true, stream);
}
