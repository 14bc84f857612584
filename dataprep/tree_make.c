#include "dataprep/tree_make.h"

#include "cad/step/step_write.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/path.h"
#include "core/stop_signal.h"
#include "core/threads.h"
#include "dataprep/step_verify.h"
#include "dataprep/tree_known.h"

#include <string.h>

enum { GRAIN = 16, CPU_S = 60 };
static const size_t SCRATCH = (size_t)16 << 30; /* scratch is address space until it is used */

static void keep_error(cad_tree_made *m)
{
    cad_buf_clear(&m->why);
    if (cad_buf_str(&m->why, cad_error_text()) != CAD_OK)
        cad_buf_deinit(&m->why);
}

static void settle(cad_tree_made *m, cad_status s)
{
    if (s == CAD_EDATA || s == CAD_ENOTFOUND || s == CAD_ECORRUPT) /* the last: a packed file that is damaged */
        m->refused = s;
    else
        m->failed = s; /* of this machine, not of the file */
    if (s != CAD_OK)
        keep_error(m);
}

/* ---- text ---- */

static bool is_steplm(const cad_stage_tree_args *a)
{
    return a->round == CAD_TREE_ROUND_steplm || a->order >= CAD_TREE_ORDER_steplm_topo;
}

static cad_status reorder_steplm(const cad_stage_tree_args *a, cad_arena *scratch, const cad_buf *in, cad_buf *out,
                                 cad_tree_made *m)
{
    return a->order == CAD_TREE_ORDER_steplm ? cad_steplm_reorder(scratch, in->data, in->len, out, &m->lost)
                                             : cad_steplm_topo(scratch, in->data, in->len, a->group, out);
}

static cad_status make_steplm(const cad_stage_tree_args *a, cad_arena *scratch, const cad_buf *in, cad_buf *out,
                              cad_tree_made *m)
{
    cad_buf rounded = CAD_BUF_INIT;
    if (a->order == CAD_TREE_ORDER_none)
        return cad_steplm_round(in->data, in->len, out, &m->count);
    if (a->round == CAD_TREE_ROUND_none)
        return reorder_steplm(a, scratch, in, out, m);
    cad_status s = cad_steplm_round(in->data, in->len, &rounded, &m->count);
    if (s == CAD_OK)
        s = reorder_steplm(a, scratch, &rounded, out, m);
    cad_buf_deinit(&rounded);
    return s;
}

static cad_status write_ordered(const cad_stage_tree_args *a, const cad_step *m, cad_buf *out, int64_t *count)
{
    cad_step_order order = {0};
    cad_step_write_opts o = {.plain = true, .annotate = a->annotate};
    if (a->order != CAD_TREE_ORDER_none) {
        CAD_TRY(
            cad_step_order_make(m, a->order == CAD_TREE_ORDER_dfs ? CAD_STEP_ORDER_DFS : CAD_STEP_ORDER_DEFS_FIRST, &order));
        o.order = &order;
        if (a->round == CAD_TREE_ROUND_none)
            *count = order.cycles;
    }
    cad_status s = cad_step_write(m, &o, out);
    cad_step_order_release(&order);
    return s;
}

/* Canonical text, in order; rounded where made->k is not 0, to so many digits or what will do. */
static cad_status make_strict(const cad_stage_tree_args *a, const char *text, size_t len, cad_buf *out, cad_tree_made *made)
{
    cad_step *m;
    cad_step_verify_job job = {.first = made->k, .relative = a->round == CAD_TREE_ROUND_relative};
    CAD_TRY(cad_step_read(text, len, &(cad_step_opts){0}, &m));
    cad_status s = cad_step_verdict(m);
    if (s == CAD_OK && made->k)
        s = cad_step_round_checked(&job, m, &made->why, &made->k, &made->count);
    if (s == CAD_OK)
        s = write_ordered(a, m, out, &made->count);
    cad_step_close(m);
    return s;
}

/* ---- files ---- */

static cad_status write_text(const cad_tree_job *j, const char *name, const char *text, size_t len)
{
    cad_buf path = CAD_BUF_INIT, dir = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", j->args->out, name);
    if (s == CAD_OK && strchr(name, '/')) /* else it lies in OUT itself */
        s = cad_path_parent(path.data, &dir);
    if (s == CAD_OK && dir.len)
        s = cad_fs_mkdirs(dir.data);
    if (s == CAD_OK)
        s = cad_fs_write_many(path.data, text, len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&dir);
    return s;
}

static cad_status count_tokens(const cad_tree_job *j, const char *text, size_t len, int64_t *out)
{
    cad_ids ids = CAD_IDS_INIT;
    if (!j->tokenizer)
        return CAD_OK;
    cad_status s = cad_tokenizer_encode(j->tokenizer, text, len, CAD_SPECIALS_text, &ids);
    *out = s == CAD_OK ? (int64_t)ids.n : -1;
    cad_ids_deinit(&ids);
    return s == CAD_EDATA ? CAD_OK : s; /* not UTF-8 */
}

static cad_status put(const cad_tree_job *j, cad_tree_made *m, const char *text, size_t len)
{
    m->bytes_out = (int64_t)len;
    m->written = cad_hash64(text, len, 0);
    return write_text(j, m->name, text, len);
}

static void make_file(const cad_tree_job *j, cad_arena *scratch, int64_t i, int32_t k)
{
    cad_tree_made *m = &j->made[i];
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    cad_status s = cad_step_files_read(j->files.item[i].path, (size_t)CAD_STEP_VERIFY_FILE, &in);
    m->bytes_in = (int64_t)in.len;
    m->k = k;
    if (s == CAD_OK)
        s = is_steplm(j->args) ? make_steplm(j->args, scratch, &in, &out, m)
                               : make_strict(j->args, cad_buf_cstr(&in), in.len, &out, m);
    if (s == CAD_OK)
        s = count_tokens(j, cad_buf_cstr(&in), in.len, &m->tokens_in);
    if (s == CAD_OK)
        s = count_tokens(j, cad_buf_cstr(&out), out.len, &m->tokens_out);
    if (s == CAD_OK && (s = put(j, m, cad_buf_cstr(&out), out.len)) != CAD_OK) {
        m->failed = s;
        keep_error(m);
    } else if (s != CAD_OK) {
        settle(m, s);
    }
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
}

static void make_some(void *ctx, int64_t begin, int64_t end)
{
    const cad_tree_job *j = ctx;
    cad_arena *scratch = NULL;
    cad_status s = cad_arena_create("order of a STEP file", SCRATCH, &scratch);
    if (s != CAD_OK) {
        j->made[j->first + begin].failed = s;
        keep_error(&j->made[j->first + begin]);
        return;
    }
    for (int64_t i = begin; i < end && cad_stop_abandoned() == CAD_OK; i++)
        make_file(j, scratch, j->first + i, cad_tree_has_digits(j->args) ? j->args->digits : 0);
    cad_arena_destroy(scratch);
}

void cad_tree_make(cad_tree_job *j, int64_t end)
{
    cad_parallel_for(end - j->first, GRAIN, make_some, j);
}

/* ---- with the kernel ---- */

static cad_status submit(cad_tree_job *j, cad_pool *pool, int64_t i, int32_t first)
{
    cad_step_verify_job job = {.first = first, .relative = j->args->round == CAD_TREE_ROUND_relative, .kernel = true};
    return cad_step_verify_submit(pool, (uint64_t)i, &job, j->files.item[i].path);
}

/* The tokens of the file as it was: it is read once more. */
static cad_status count_source(const cad_tree_job *j, int64_t i)
{
    cad_buf in = CAD_BUF_INIT;
    if (!j->tokenizer)
        return CAD_OK;
    cad_status s = cad_step_files_read(j->files.item[i].path, (size_t)CAD_STEP_VERIFY_FILE, &in);
    if (s == CAD_OK)
        s = count_tokens(j, cad_buf_cstr(&in), in.len, &j->made[i].tokens_in);
    cad_buf_deinit(&in);
    return s;
}

static cad_status take_text(cad_tree_job *j, int64_t i, const char *text, size_t len)
{
    cad_tree_made *m = &j->made[i];
    cad_buf ordered = CAD_BUF_INIT;
    cad_status s = count_source(j, i);
    if (s == CAD_OK && j->args->order != CAD_TREE_ORDER_none) {
        s = make_strict(j->args, text, len, &ordered, &(cad_tree_made){.k = 0});
        text = cad_buf_cstr(&ordered);
        len = ordered.len;
    }
    if (s == CAD_OK)
        s = count_tokens(j, text, len, &m->tokens_out);
    if (s == CAD_OK)
        s = put(j, m, text, len);
    cad_buf_deinit(&ordered);
    return s;
}

/* A result; *again: the digits with which the file is to be tried once more, 0: it is done. */
static void take_result(cad_tree_job *j, const cad_pool_result *r, int32_t *again)
{
    int64_t i = (int64_t)r->tag;
    cad_tree_made *m = &j->made[i];
    cad_step_verified v;
    *again = 0;
    if (r->verdict == CAD_VERDICT_failed) {
        settle(m, cad_fail(r->status, "%s", r->error));
        return;
    }
    cad_status s = CAD_OK;
    if (r->verdict == CAD_VERDICT_ok) {
        s = cad_step_verify_answer(r, &v);
        if (s == CAD_OK) {
            m->k = v.k;
            m->count = v.changed;
            m->bytes_in = v.bytes;
            if (v.why[0])
                cad_buf_clear(&m->why);
            s = cad_buf_str(&m->why, v.why);
        }
        s = s == CAD_OK ? take_text(j, i, v.text, v.len) : s;
        settle(m, s == CAD_EDATA ? cad_fail(CAD_EINTERNAL, "%s", cad_error_text()) : s);
        return;
    }
    int32_t lost = cad_step_verify_lost_at(r);
    m->unsure = true;
    *again = lost > 0 && lost < CAD_STEP_VERIFY_LAST ? lost + 1 : 0;
    cad_buf_clear(&m->why);
    if (lost)
        s = cad_buf_printf(&m->why, "%d digits: the kernel ended by %s", (int)lost, cad_verdict_name(r->verdict));
    else
        s = cad_buf_printf(&m->why, "the kernel ended by %s on the file as it is", cad_verdict_name(r->verdict));
    if (s != CAD_OK)
        settle(m, s);
    else if (!*again)
        make_file(j, NULL, i, 0);
}

/* What an earlier call has made of file i. */
static cad_status take_known(cad_tree_job *j, const cad_journal *known, int64_t i, bool *found)
{
    cad_tree_made *m = &j->made[i];
    cad_buf in = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = cad_tree_known_find(known, j, i, &in, &text, found);
    if (s == CAD_OK && *found)
        s = count_tokens(j, cad_buf_cstr(&in), in.len, &m->tokens_in);
    if (s == CAD_OK && *found)
        s = count_tokens(j, cad_buf_cstr(&text), text.len, &m->tokens_out);
    cad_buf_deinit(&in);
    cad_buf_deinit(&text);
    return s;
}

/* Files go to the workers until enough wait there; those that are known are done. */
static cad_status send(cad_tree_job *j, cad_pool *pool, const cad_journal *known, int64_t *sent, int64_t *done)
{
    while (*sent < j->files.n && cad_pool_pending(pool) < 4 * (size_t)cad_pool_workers(pool)) {
        bool found;
        CAD_TRY(cad_stop_abandoned());
        CAD_TRY(take_known(j, known, *sent, &found));
        if (!found)
            CAD_TRY(submit(j, pool, *sent, j->args->digits));
        *done += found;
        ++*sent;
    }
    return CAD_OK;
}

static cad_status make_in(cad_tree_job *j, cad_pool *pool, cad_journal *known, cad_progress *progress)
{
    int64_t sent = 0, done = 0;
    while (done < j->files.n) {
        cad_pool_result r;
        int32_t again;
        CAD_TRY(send(j, pool, known, &sent, &done));
        cad_progress_show(progress, done, NULL);
        if (cad_pool_pending(pool) == 0)
            continue;
        CAD_TRY(cad_stop_abandoned());
        CAD_TRY(cad_pool_next(pool, &r));
        take_result(j, &r, &again);
        const cad_tree_made *m = &j->made[r.tag];
        if (again)
            CAD_TRY(submit(j, pool, (int64_t)r.tag, again));
        else
            cad_progress_show(progress, ++done, NULL);
        if (m->failed != CAD_OK)
            return cad_fail(m->failed, "%s", cad_buf_cstr(&m->why));
        if (!again && m->refused == CAD_OK && !m->unsure)
            CAD_TRY(cad_tree_known_add(known, j, (int64_t)r.tag));
    }
    return CAD_OK;
}

cad_status cad_tree_make_verified(cad_tree_job *j, cad_progress *progress)
{
    cad_pool *pool;
    cad_pool_opts o = {
        .workers = j->args->jobs, .cpu_s = CPU_S, .out_limit = 2 * (size_t)CAD_STEP_VERIFY_FILE, .unordered = true};
    cad_journal *known;
    CAD_TRY(cad_pool_create(&o, &pool));
    cad_status s = cad_tree_known_open(j, &known);
    if (s == CAD_OK) {
        s = make_in(j, pool, known, progress);
        cad_journal_close(known);
    }
    cad_pool_destroy(pool);
    return s;
}
