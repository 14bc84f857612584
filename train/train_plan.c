#include "train/train_plan.h"

#include "core/rng.h"
#include "core/size.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { AUTO_MICRO_TOKENS = 8192 };

struct cad_plan {
    cad_plan_opts o;
    int64_t epoch;      /* whose order is in `order`; -1: none yet */
    int64_t n_batches;  /* of that epoch */
    int64_t *by_length; /* (n_rows) longest first, ties by number */
    int64_t *order;     /* (n_rows) */
    int64_t *start;     /* (n_rows + 1) batch b holds order[start[b] .. start[b+1]) */
    int64_t max_step_rows, max_step_tokens;
    /* the step that was asked for last */
    int64_t *sorted;     /* (max_step_rows) by falling length */
    int64_t *lane_row;   /* (max_step_rows) lane after lane */
    uint8_t *lane_of;    /* (max_step_rows) beside lane_row */
    int64_t *pass_row;   /* (max_step_rows) pass after pass */
    uint8_t *pass_lane;  /* (max_step_rows) beside pass_row */
    uint8_t *deal;       /* (max_step_rows) lane of sorted[i] */
    int64_t *bin;        /* (max_step_rows) pass of a row inside one lane, then tokens per pass */
    int64_t *bin_tokens; /* (max_step_rows) */
    cad_plan_pass *pass; /* (max_step_rows) */
    int64_t n_passes, n_placed;
    int64_t lane_start[CAD_PLAN_LANES + 1], lane_tokens[CAD_PLAN_LANES];
};

/* ---- order of an epoch ---- */

/* Stable counting would need the range of lengths; merging needs only a second array, which the caller lends. */
static void sort_by_length(const int64_t *len, int64_t *row, int64_t n, int64_t *spare)
{
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t lo = 0; lo < n; lo += 2 * width) {
            int64_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n;
            int64_t i = lo, j = mid, k = lo;
            while (i < mid || j < hi)
                spare[k++] = j == hi || (i < mid && len[row[i]] >= len[row[j]]) ? row[i++] : row[j++];
        }
        memcpy(row, spare, (size_t)n * sizeof *row);
    }
}

static void cut_batches(cad_plan *p)
{
    const cad_plan_opts *o = &p->o;
    int64_t n = 0, tokens = 0;
    p->start[0] = 0;
    for (int64_t i = 0; i < o->n_rows; i++) {
        int64_t len = o->row_tokens[p->order[i]];
        bool full = o->batch_rows ? i - p->start[n] == o->batch_rows : i > p->start[n] && tokens + len > o->batch_tokens;
        if (full) {
            p->start[++n] = i;
            tokens = 0;
        }
        tokens += len;
    }
    p->start[++n] = o->n_rows;
    p->n_batches = n;
}

static void move_to_epoch(cad_plan *p, int64_t epoch)
{
    if (p->epoch == epoch)
        return;
    const cad_plan_opts *o = &p->o;
    if (o->order == CAD_PLAN_ORDER_length)
        memcpy(p->order, p->by_length, (size_t)o->n_rows * sizeof *p->order);
    else
        for (int64_t i = 0; i < o->n_rows; i++)
            p->order[i] = i;
    if (o->order == CAD_PLAN_ORDER_shuffle) {
        cad_rng rng = cad_rng_make(o->seed, "train order", (uint64_t)epoch);
        for (int64_t i = o->n_rows - 1; i > 0; i--) {
            int64_t j = cad_rng_range(&rng, 0, i), t = p->order[i];
            p->order[i] = p->order[j];
            p->order[j] = t;
        }
    }
    p->epoch = epoch;
    cut_batches(p);
}

/* ---- making ---- */

/* Most rows and most tokens that any batch can have. */
static void bound_steps(cad_plan *p)
{
    const cad_plan_opts *o = &p->o;
    int64_t rows = 0, tokens = 0;
    if (o->batch_rows) {
        rows = o->batch_rows < o->n_rows ? o->batch_rows : o->n_rows;
        for (int64_t i = 0; i < rows; i++)
            tokens += o->row_tokens[p->by_length[i]];
        p->max_step_rows = rows;
        p->max_step_tokens = tokens;
        return;
    }
    for (int64_t i = o->n_rows - 1; i >= 0 && tokens + o->row_tokens[p->by_length[i]] <= o->batch_tokens; i--, rows++)
        tokens += o->row_tokens[p->by_length[i]];
    int64_t longest = o->row_tokens[p->by_length[0]];
    p->max_step_rows = rows > 0 ? rows : 1;
    p->max_step_tokens = longest > o->batch_tokens ? longest : o->batch_tokens;
}

static cad_status alloc_step(cad_plan *p, cad_arena *a)
{
    size_t n = (size_t)p->max_step_rows;
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->sorted, "plan", &p->sorted));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->lane_row, "plan", &p->lane_row));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->lane_of, "plan", &p->lane_of));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->pass_row, "plan", &p->pass_row));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->pass_lane, "plan", &p->pass_lane));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->deal, "plan", &p->deal));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->bin, "plan", &p->bin));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->bin_tokens, "plan", &p->bin_tokens));
    return cad_arena_zalloc(a, n, sizeof *p->pass, "plan", &p->pass);
}

cad_status cad_plan_create(const cad_plan_opts *opts, cad_arena *a, cad_plan **out)
{
    if ((opts->batch_rows > 0) == (opts->batch_tokens > 0))
        CAD_FAIL(CAD_EINVAL, "train.batch_rows = %lld and train.batch_tokens = %lld; expected exactly one above 0",
                 (long long)opts->batch_rows, (long long)opts->batch_tokens);
    if (opts->n_rows < 1)
        CAD_FAIL(CAD_EDATA, "no rows to train on");
    cad_plan *p;
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *p, "plan", &p));
    p->o = *opts;
    p->epoch = -1;
    size_t n = (size_t)opts->n_rows;
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->by_length, "plan", &p->by_length));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *p->order, "plan", &p->order));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(n, 1), sizeof *p->start, "plan", &p->start));
    for (int64_t i = 0; i < opts->n_rows; i++)
        p->by_length[i] = i;
    sort_by_length(opts->row_tokens, p->by_length, opts->n_rows, p->order);
    bound_steps(p);
    int64_t longest = opts->row_tokens[p->by_length[0]];
    if (opts->micro_tokens == 0) {
        p->o.micro_tokens = p->max_step_tokens < AUTO_MICRO_TOKENS ? p->max_step_tokens : AUTO_MICRO_TOKENS;
        if (p->o.micro_tokens < longest)
            p->o.micro_tokens = longest;
    }
    if (longest > p->o.micro_tokens)
        CAD_FAIL(CAD_EDATA, "row %lld has %lld tokens; a pass holds train.micro_tokens = %lld", (long long)p->by_length[0],
                 (long long)longest, (long long)p->o.micro_tokens);
    CAD_TRY(alloc_step(p, a));
    move_to_epoch(p, 0);
    *out = p;
    return CAD_OK;
}

int64_t cad_plan_batches(cad_plan *p, int64_t epoch)
{
    move_to_epoch(p, epoch);
    return p->n_batches;
}

int64_t cad_plan_count_steps(cad_plan *p, double epochs)
{
    int64_t whole = (int64_t)floor(epochs), steps = 0;
    double rest = epochs - (double)whole;
    bool constant = p->o.batch_rows > 0 || p->o.order != CAD_PLAN_ORDER_shuffle;
    if (constant)
        steps = whole * cad_plan_batches(p, 0);
    for (int64_t e = 0; !constant && e < whole; e++)
        steps += cad_plan_batches(p, e);
    if (rest > 0.0)
        steps += (int64_t)ceil(rest * (double)cad_plan_batches(p, whole) - 1e-9);
    move_to_epoch(p, 0);
    return steps;
}

int64_t cad_plan_max_pass_tokens(const cad_plan *p)
{
    return p->o.micro_tokens < p->max_step_tokens ? p->o.micro_tokens : p->max_step_tokens;
}

int64_t cad_plan_max_pass_rows(const cad_plan *p)
{
    return p->o.packing == CAD_PLAN_PACK_off ? 1 : p->max_step_rows;
}

bool cad_plan_many_passes(const cad_plan *p)
{
    return p->max_step_tokens > p->o.micro_tokens || (p->o.packing == CAD_PLAN_PACK_off && p->max_step_rows > 1);
}

/* ---- one step ---- */

/* Deals the n rows of the step into lanes: longest first, each to the lane with the fewest tokens, ties to the lower lane. */
static void deal_lanes(cad_plan *p, const int64_t *row, int64_t n)
{
    const int64_t *len = p->o.row_tokens;
    memcpy(p->sorted, row, (size_t)n * sizeof *row);
    sort_by_length(len, p->sorted, n, p->lane_row);
    int64_t count[CAD_PLAN_LANES] = {0};
    memset(p->lane_tokens, 0, sizeof p->lane_tokens);
    for (int64_t i = 0; i < n; i++) {
        int best = 0;
        for (int l = 1; l < CAD_PLAN_LANES; l++)
            if (p->lane_tokens[l] < p->lane_tokens[best])
                best = l;
        p->deal[i] = (uint8_t)best;
        p->lane_tokens[best] += len[p->sorted[i]];
        count[best]++;
    }
    int64_t at[CAD_PLAN_LANES];
    p->lane_start[0] = 0;
    for (int l = 0; l < CAD_PLAN_LANES; l++) {
        at[l] = p->lane_start[l];
        p->lane_start[l + 1] = p->lane_start[l] + count[l];
    }
    for (int64_t i = 0; i < n; i++) {
        int l = p->deal[i];
        p->lane_of[at[l]] = (uint8_t)l;
        p->lane_row[at[l]++] = p->sorted[i];
    }
}

/* Starts a pass; rows are then added by place_row. */
static cad_plan_pass *add_pass(cad_plan *p, int lane0, int n_lanes)
{
    cad_plan_pass *pass = &p->pass[p->n_passes++];
    *pass = (cad_plan_pass){
        .row = p->pass_row + p->n_placed, .lane_of = p->pass_lane + p->n_placed, .lane0 = lane0, .n_lanes = n_lanes};
    return pass;
}

static void place_row(cad_plan *p, cad_plan_pass *pass, int64_t k)
{
    p->pass_row[p->n_placed] = p->lane_row[k];
    p->pass_lane[p->n_placed++] = p->lane_of[k];
    pass->n_rows++;
    pass->n_tokens += p->o.row_tokens[p->lane_row[k]];
}

/* Cuts one lane that is over the budget.  Rows of a lane come by falling length, so first come, first served into the fullest
 * pass that still has room is best fit decreasing. */
static void cut_lane(cad_plan *p, int lane)
{
    int64_t first = p->lane_start[lane], end = p->lane_start[lane + 1], n_bins = 0;
    for (int64_t k = first; k < end; k++) {
        int64_t len = p->o.row_tokens[p->lane_row[k]], best = -1;
        int64_t from = p->o.packing == CAD_PLAN_PACK_best_fit ? 0 : p->o.packing == CAD_PLAN_PACK_off ? n_bins : n_bins - 1;
        for (int64_t b = from < 0 ? 0 : from; b < n_bins; b++)
            if (p->bin_tokens[b] + len <= p->o.micro_tokens && (best < 0 || p->bin_tokens[b] > p->bin_tokens[best]))
                best = b;
        if (best < 0) {
            best = n_bins++;
            p->bin_tokens[best] = 0;
        }
        p->bin[k - first] = best;
        p->bin_tokens[best] += len;
    }
    for (int64_t b = 0; b < n_bins; b++) {
        cad_plan_pass *pass = add_pass(p, lane, 1);
        for (int64_t k = first; k < end; k++)
            if (p->bin[k - first] == b)
                place_row(p, pass, k);
    }
}

/* The largest aligned groups that fit, from the whole step down to single lanes. */
static void cut_group(cad_plan *p, int lane0, int n_lanes)
{
    int64_t first = p->lane_start[lane0], end = p->lane_start[lane0 + n_lanes], tokens = 0, before = p->n_passes;
    for (int l = lane0; l < lane0 + n_lanes; l++)
        tokens += p->lane_tokens[l];
    if (first == end)
        return;
    bool whole = tokens <= p->o.micro_tokens && p->o.packing != CAD_PLAN_PACK_off;
    if (!whole && n_lanes > 1) {
        cut_group(p, lane0, n_lanes / 2);
        cut_group(p, lane0 + n_lanes / 2, n_lanes / 2);
        return;
    }
    if (whole) {
        cad_plan_pass *pass = add_pass(p, lane0, n_lanes);
        for (int64_t k = first; k < end; k++)
            place_row(p, pass, k);
    } else {
        cut_lane(p, lane0);
    }
    if (p->n_passes > before)
        p->pass[p->n_passes - 1].last_of_group = true;
}

void cad_plan_get(cad_plan *p, int64_t epoch, int64_t batch, cad_plan_step *out)
{
    move_to_epoch(p, epoch);
    assert(batch >= 0 && batch < p->n_batches);
    const int64_t *row = p->order + p->start[batch];
    int64_t n = p->start[batch + 1] - p->start[batch], tokens = 0;
    deal_lanes(p, row, n);
    p->n_passes = p->n_placed = 0;
    cut_group(p, 0, CAD_PLAN_LANES);
    for (int l = 0; l < CAD_PLAN_LANES; l++)
        tokens += p->lane_tokens[l];
    *out = (cad_plan_step){.epoch = epoch,
                           .batch = batch,
                           .n_batches = p->n_batches,
                           .row = row,
                           .n_rows = n,
                           .n_tokens = tokens,
                           .pass = p->pass,
                           .n_passes = p->n_passes};
}

/* The rows of every epoch are the same but for order = shuffle. */
static bool same_each_epoch(const cad_plan *p)
{
    return p->o.order != CAD_PLAN_ORDER_shuffle;
}

/* What no pass can be beyond: its tokens by the plan, its targets by the row with the largest share of them. */
static cad_plan_extent bound(const cad_plan *p, const int64_t *row_targets)
{
    double share = 0.0;
    for (int64_t r = 0; row_targets && r < p->o.n_rows; r++)
        share = fmax(share, (double)row_targets[r] / (double)p->o.row_tokens[r]);
    int64_t tokens = cad_plan_max_pass_tokens(p), targets = (int64_t)ceil(share * (double)tokens);
    return (cad_plan_extent){.tokens = tokens, .targets = targets < tokens ? targets : tokens};
}

cad_plan_extent cad_plan_survey(cad_plan *p, int64_t steps, const int64_t *row_targets)
{
    cad_plan_extent most = {0};
    int64_t walked = 0;
    for (int64_t epoch = 0; steps > 0 && (epoch == 0 || !same_each_epoch(p)); epoch++) {
        if (walked > CAD_PLAN_SURVEY_ROWS) {
            most = bound(p, row_targets);
            break;
        }
        int64_t n = cad_plan_batches(p, epoch);
        for (int64_t b = 0; b < n && steps > 0; b++, steps--) {
            cad_plan_step step;
            cad_plan_get(p, epoch, b, &step);
            walked += step.n_rows;
            for (int64_t i = 0; i < step.n_passes; i++) {
                const cad_plan_pass *pass = &step.pass[i];
                int64_t targets = 0;
                for (int64_t r = 0; row_targets && r < pass->n_rows; r++)
                    targets += row_targets[pass->row[r]];
                most.tokens = pass->n_tokens > most.tokens ? pass->n_tokens : most.tokens;
                most.targets = targets > most.targets ? targets : most.targets;
            }
        }
    }
    move_to_epoch(p, 0);
    return most;
}
