/* sample, CUDA.
 *
 * math      id by temperature, top-k, top-p, min-p and one random number, as args_step.h states them
 * shapes    logits (n,V); id, logp (n)
 * layout    exp((z - max)/T) of a row in the scratch
 * dtypes    f32 logits, f64 probabilities and sums
 * limits    any V >= 1; a row with a NaN or without a finite choice is reported at the next sync
 * mapping   one block of 512 threads per row
 * order     class I.  The choice is the one of sums taken one by one, in the order of the definition: over descending ids as
 *           they stand (their number is small), over all ids by sums of threads, wherever the choice stays the same within the
 *           error of both; else by one thread, one by one.  On the CPU it differs only where exp does
 * cost      about 5 passes over 4 to 8 V bytes a row, with top-k or top-p some 4 more for each 1024 ids kept; bound by latency;
 *           never measured
 * source    Holtzman et al. 2020 (top-p), Nguyen et al. 2024 (min-p); own derivation of the bounds
 * test      tests/kernels/check_sample.c
 */
#include "kernels/cuda/logits.cuh"
#include "kernels/cuda/philox.cuh"

enum { DIGIT = 11, BINS = 1 << DIGIT, OWN_BINS = BINS / LOGITS_THREADS, BATCH = 1024 };

/* A row, and what is kept of it. */
struct sample_row {
    const float *z;
    double *p; /* exp((z - max)/temperature), of ids that are cut away 0 */
    int64_t v;
    double temperature, top_p, min_p;
    int64_t top_k;
};

/* ---- the largest ids of a row ---- */

/* The least key of the k largest among those below `bound`; 1 <= k <= how many there are.  Digit by digit from the top, until
 * all keys that begin as the k-th does are among the k. */
static __device__ __forceinline__ logit_key least_of_largest(const sample_row &r, logit_key bound, unsigned k)
{
    CAD_SHARED(unsigned, sBin, BINS);
    CAD_SHARED(unsigned, sFound, 3); /* digit, how many of its keys are needed, how many there are */
    logit_key prefix = 0;
    for (int shift = 64; shift > 0;) {
        int bits = shift < DIGIT ? shift : DIGIT, low = shift - bits;
        for (int b = threadIdx.x; b < BINS; b += LOGITS_THREADS)
            sBin[b] = 0;
        __syncthreads();
        for (int64_t i = threadIdx.x; i < r.v; i += LOGITS_THREADS) {
            logit_key key = key_of(r.z[i], i);
            if (key < bound && (shift == 64 || key >> shift == prefix >> shift))
                atomicAdd(&sBin[key >> low & ((1u << bits) - 1)], 1u);
        }
        __syncthreads();
        unsigned count[OWN_BINS], own = 0, all;
        int top = BINS - 1 - (int)threadIdx.x * OWN_BINS; /* threads from the highest digit down */
#pragma unroll
        for (int j = 0; j < OWN_BINS; j++)
            own += count[j] = sBin[top - j];
        unsigned before = block_before(own, &all);
#pragma unroll
        for (int j = 0; j < OWN_BINS; j++) {
            if (before < k && k - before <= count[j]) {
                sFound[0] = (unsigned)(top - j);
                sFound[1] = k - before;
                sFound[2] = count[j];
            }
            before += count[j];
        }
        __syncthreads();
        prefix |= (logit_key)sFound[0] << low;
        k = sFound[1];
        shift = low;
        if (k == sFound[2])
            break;
    }
    return prefix;
}

/* sKey (size, a power of two) becomes descending, by a bitonic network.  Barriers before and after. */
static __device__ __forceinline__ void sort_descending(logit_key *sKey, int size)
{
    for (int run = 2; run <= size; run *= 2)
        for (int by = run / 2; by > 0; by /= 2) {
            __syncthreads();
            for (int pair = threadIdx.x; pair < size / 2; pair += LOGITS_THREADS) {
                int i = pair / by * 2 * by + pair % by;
                logit_key x = sKey[i], y = sKey[i + by];
                if ((x < y) == ((i & run) == 0)) {
                    sKey[i] = y;
                    sKey[i + by] = x;
                }
            }
        }
    __syncthreads();
}

/* Keys from `least` to below `bound`, of which there are n <= BATCH, descending in sKey. */
static __device__ __forceinline__ void gather(const sample_row &r, logit_key least, logit_key bound, int n, logit_key *sKey)
{
    CAD_SHARED(unsigned, sCount, 1);
    int size = 1;
    while (size < n)
        size *= 2;
    __syncthreads();
    for (int i = threadIdx.x; i < size; i += LOGITS_THREADS)
        sKey[i] = 0;
    if (threadIdx.x == 0)
        sCount[0] = 0;
    __syncthreads();
    for (int64_t i = threadIdx.x; i < r.v; i += LOGITS_THREADS) {
        logit_key key = key_of(r.z[i], i);
        if (key >= least && key < bound)
            sKey[atomicAdd(&sCount[0], 1u)] = key;
    }
    sort_descending(sKey, size);
}

struct walk_end {
    logit_key least; /* of what was taken */
    double sum;
    bool sure;
};

/* Takes ids in descending order until there are `limit` of them or their sum reaches the goal, at least one.  Of the goal it is
 * known that low <= goal <= high; not sure: it matters which. */
static __device__ __forceinline__ walk_end walk(const sample_row &r, int64_t limit, double low, double high)
{
    CAD_SHARED(logit_key, sKey, BATCH);
    CAD_SHARED(double, sP, BATCH);
    CAD_SHARED(double, sSum, 1);
    CAD_SHARED(int, sTaken, 1);
    logit_key bound = LOGIT_NAN;
    walk_end w = {0, 0, true};
    for (int64_t taken = 0;;) {
        int n = limit - taken < BATCH ? (int)(limit - taken) : BATCH;
        logit_key least = least_of_largest(r, bound, (unsigned)n);
        gather(r, least, bound, n, sKey);
        for (int i = threadIdx.x; i < n; i += LOGITS_THREADS)
            sP[i] = r.p[id_of(sKey[i])];
        __syncthreads();
        if (threadIdx.x == 0) {
            int i = 0;
            double sum = w.sum;
            while (i < n && (taken + i == 0 || sum < low))
                sum += sP[i++];
            sTaken[0] = i;
            sSum[0] = sum;
        }
        __syncthreads();
        int more = sTaken[0];
        w.sum = sSum[0];
        if (more > 0)
            w.least = sKey[more - 1];
        taken += more;
        bound = least;
        if (taken == limit)
            return w;
        if (more < n) {
            w.sure = !(w.sum < high);
            return w;
        }
    }
}

/* ---- sums over all ids ---- */

/* Nobody's sums of n numbers >= 0 with the total t are further apart than this, whatever their order: each errs by n-1
 * roundings of at most 2^-53 t. */
static __device__ __forceinline__ double doubt(int64_t n, double t)
{
    return (2.0 * (double)n + 8.0) * 0x1p-53 * t;
}

/* One thread, one by one, in id order. */
static __device__ __forceinline__ double sum_one_by_one(const sample_row &r)
{
    CAD_SHARED(double, sSum, 1);
    if (threadIdx.x == 0) {
        double sum = 0;
        for (int64_t i = 0; i < r.v; i++)
            sum += r.p[i];
        sSum[0] = sum;
    }
    __syncthreads();
    return sSum[0];
}

/* The ids of this thread: a piece of the row. */
struct piece {
    int64_t first, end;
};

static __device__ __forceinline__ piece piece_of(const sample_row &r)
{
    int64_t each = (r.v + LOGITS_THREADS - 1) / LOGITS_THREADS, first = each * threadIdx.x;
    piece own = {first < r.v ? first : r.v, first + each < r.v ? first + each : r.v};
    return own;
}

/* The first kept id at which the running sum exceeds x times the total; the last kept one, when none does. */
static __device__ __forceinline__ int64_t draw_one_by_one(const sample_row &r, int64_t best, double x)
{
    CAD_SHARED(int64_t, sId, 1);
    double goal = x * sum_one_by_one(r), sum = 0;
    if (threadIdx.x == 0) {
        int64_t last = best;
        for (int64_t i = 0; i < r.v; i++) {
            double p = r.p[i];
            if (p <= 0)
                continue;
            sum += p;
            last = i;
            if (sum > goal)
                break;
        }
        sId[0] = last;
    }
    __syncthreads();
    return sId[0];
}

static __device__ __forceinline__ int64_t draw(const sample_row &r, int64_t best, double x)
{
    CAD_SHARED(int64_t, sId, 1);
    piece own = piece_of(r);
    double sum = 0, total;
    for (int64_t i = own.first; i < own.end; i++)
        sum += r.p[i];
    double running = block_before(sum, &total), goal = x * total, error = 2 * doubt(r.v, total);
    if (threadIdx.x == 0)
        sId[0] = -1;
    __syncthreads();
    /* At most one thread finds its place: before it the sum lies below the goal, and with it above, both beyond doubt. */
    if (running == 0 || running < goal - error)
        for (int64_t i = own.first; i < own.end; i++) {
            double p = r.p[i], next = running + p;
            if (p <= 0)
                continue;
            if (next > goal + error && (running == 0 || running < goal - error))
                sId[0] = i;
            if (next > goal - error)
                break;
            running = next;
        }
    __syncthreads();
    int64_t id = sId[0];
    return id >= 0 ? id : draw_one_by_one(r, best, x);
}

/* ---- a row ---- */

/* The least key that top-k and top-p leave. */
static __device__ __forceinline__ logit_key least_kept(const sample_row &r)
{
    CAD_SHARED(double, sSum, LOGITS_WARPS);
    int64_t limit = r.top_k > 0 && r.top_k < r.v ? r.top_k : r.v;
    if (r.top_p >= 1)
        return least_of_largest(r, LOGIT_NAN, (unsigned)limit);
    double low = INFINITY, high = INFINITY; /* with top-k the first walk goes to the end, and tells of what top-p is a share */
    bool known = r.top_k <= 0;
    if (known) {
        piece own = piece_of(r);
        double sum = 0;
        for (int64_t i = own.first; i < own.end; i++)
            sum += r.p[i];
        double total = block_sum<LOGITS_WARPS>(sum, sSum), error = doubt(r.v, total);
        low = r.top_p * (total - error);
        high = r.top_p * (total + error);
    }
    for (;;) {
        walk_end w = walk(r, limit, low, high);
        if (known && w.sure)
            return w.least;
        low = high = r.top_p * (known ? sum_one_by_one(r) : w.sum);
        known = true;
    }
}

static __device__ __forceinline__ int64_t choose(const sample_row &r, logit_key best, double x)
{
    double top = (double)r.z[id_of(best)];
    for (int64_t i = threadIdx.x; i < r.v; i += LOGITS_THREADS)
        r.p[i] = exp(((double)r.z[i] - top) / r.temperature);
    __syncthreads();
    logit_key least = r.top_k > 0 || r.top_p < 1 ? least_kept(r) : 0;
    for (int64_t i = threadIdx.x; i < r.v; i += LOGITS_THREADS)
        if (!(key_of(r.z[i], i) >= least && r.p[i] >= r.min_p))
            r.p[i] = 0;
    __syncthreads();
    return draw(r, id_of(best), x);
}

struct sampler {
    const float *logits, *temperature, *top_p, *min_p;
    const int32_t *top_k;
    const uint64_t *seed;
    const uint32_t *position;
    double *p;
    uint32_t *id;
    float *logp;
    unsigned long long *fault;
    int64_t v;
};

CAD_KERNEL(LOGITS_THREADS) void sample_kernel(sampler a)
{
    int64_t n = blockIdx.x;
    sample_row r = {};
    r.z = a.logits + n * a.v;
    r.p = a.p + n * a.v;
    r.v = a.v;
    r.temperature = (double)a.temperature[n];
    r.top_p = a.top_p ? (double)a.top_p[n] : 1.0;
    r.min_p = a.min_p ? (double)a.min_p[n] : 0.0;
    r.top_k = a.top_k ? a.top_k[n] : 0;
    logit_key best = best_of(r.z, r.v);
    if (!has_choice(best)) {
        if (threadIdx.x == 0)
            atomicMin(a.fault, CAD_GPU_FAULT_KEY(CAD_GPU_FAULT_SAMPLE_ROW, n));
        return;
    }
    int64_t id = id_of(best);
    if (r.temperature > 0) {
        uint4 w = philox4x32(a.seed[n], make_uint4(a.position[n], 0, 0, 0x73616d70u));
        uint64_t bits = (w.x | (uint64_t)w.y << 32) >> 11;
        id = choose(r, best, (double)bits * 0x1p-53);
    }
    if (threadIdx.x == 0)
        a.id[n] = (uint32_t)id;
    if (!a.logp)
        return;
    float logp = log_prob(r.z, r.v, id_of(best), id);
    if (threadIdx.x == 0)
        a.logp[n] = logp;
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_SCRATCH(sample)
{
    return (size_t)cad_tensor_count(&a->logits) * sizeof(double);
}

CAD_GPU_OP(sample)
{
    CAD_TRY(cad_sample_validate(a));
    CAD_TRY(cad_scratch_check("sample", &a->scratch, CAD_GPU(sample_scratch)(a)));
    sampler s = {};
    s.logits = cad_ptr<const float>(a->logits);
    s.temperature = cad_ptr<const float>(a->temperature);
    s.top_p = cad_ptr<const float>(a->top_p);
    s.min_p = cad_ptr<const float>(a->min_p);
    s.top_k = cad_ptr<const int32_t>(a->top_k);
    s.seed = cad_ptr<const uint64_t>(a->seed);
    s.position = cad_ptr<const uint32_t>(a->position);
    s.p = static_cast<double *>(a->scratch.data);
    s.id = cad_ptr<uint32_t>(a->id);
    s.logp = cad_ptr<float>(a->logp);
    s.fault = CAD_GPU(fault_key)();
    s.v = a->logits.dim[1];
    return CAD_LAUNCH(sample_kernel, ((unsigned)a->logits.dim[0]), (LOGITS_THREADS), 0, stream, s);
}
