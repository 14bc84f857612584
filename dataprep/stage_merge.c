#include "dataprep/stage_merge.h"

#include "core/fs.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/merge_files.h"

#include <inttypes.h>
#include <string.h>

enum { NAMED = 10 };

typedef struct job {
    const cad_stage_merge_args *args;
    cad_arena *arena;
    const char *const *in;
    size_t n;
    cad_shard_record first; /* what all must agree with */
    const char **share;     /* by index; NULL: missing */
    cad_shard_tally tally;
} job;

/* ---- which shares there are ---- */

/* Shares that lie beside `out` under its name. */
static cad_status find_beside(job *j)
{
    cad_buf dir = CAD_BUF_INIT;
    const char **name = NULL, **found, *base = cad_path_base(j->args->out), *want, *parent;
    size_t n = 0;
    cad_status s = cad_path_parent(j->args->out, &dir);
    if (s == CAD_OK)
        s = cad_arena_strdup(j->arena, dir.data, dir.len, &parent);
    cad_buf_deinit(&dir);
    CAD_TRY(s);
    if (cad_fs_is_dir(parent))
        CAD_TRY(cad_fs_list(parent, j->arena, &name, &n));
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul(cad_size_add(n, 1), sizeof *found), "shares", &found));
    for (size_t i = 0; i < n; i++) {
        cad_shard shard;
        if (!cad_shard_of_name(name[i], &shard))
            continue;
        CAD_TRY(cad_shard_name(j->arena, base, shard, &want));
        if (!strcmp(want, name[i]))
            CAD_TRY(cad_path_join(j->arena, parent, name[i], &found[j->n++]));
    }
    j->in = found;
    if (j->n == 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: no share of it beside it, as a call with -o %s --shard=0/8 writes", j->args->out,
                 j->args->out);
    return CAD_OK;
}

/* Shares of one call agree in all but their number. */
static cad_status check_same(const job *j, const char *path, const cad_shard_record *r)
{
    const cad_shard_record *f = &j->first;
    if (strcmp(r->stage, f->stage) != 0)
        CAD_FAIL(CAD_EDATA, "%s: a share of stage %s; %s is one of %s", path, r->stage, j->in[0], f->stage);
    if (r->shard.of != f->shard.of)
        CAD_FAIL(CAD_EDATA, "%s: one of %" PRId64 " shares; %s is one of %" PRId64, path, r->shard.of, j->in[0], f->shard.of);
    if (strcmp(r->key, f->key) != 0 || r->max_bad < f->max_bad || r->max_bad > f->max_bad)
        CAD_FAIL(CAD_EDATA,
                 "%s: made from another input, with other settings or by another build than %s\nhint: make both again", path,
                 j->in[0]);
    return CAD_OK;
}

/* *is_there = false: a share that was not finished. */
static cad_status read_one(const job *j, const char *path, cad_shard_record *r, bool *is_there)
{
    cad_shard named;
    cad_status s = cad_shard_record_read(j->arena, path, r);
    *is_there = s == CAD_OK;
    if (s != CAD_ENOTFOUND)
        return s;
    if (!cad_shard_of_name(path, &named))
        CAD_FAIL(CAD_EDATA, "%s: no share; expected what a call with --shard wrote, as %s", path,
                 cad_path_ends(path, ".jsonl") ? "raw.0-of-8.jsonl" : "NAME.0-of-8");
    return CAD_OK;
}

static void add(cad_shard_tally *sum, const cad_shard_tally *t)
{
    sum->rows += t->rows;
    sum->lost += t->lost;
    sum->bad += t->bad;
    sum->tried += t->tried;
}

static cad_status read_all(job *j)
{
    const char *unfinished = NULL;
    for (size_t i = 0; i < j->n; i++) {
        cad_shard_record r;
        bool is_there;
        CAD_TRY(read_one(j, j->in[i], &r, &is_there));
        if (!is_there) {
            unfinished = j->in[i];
            continue;
        }
        if (!j->share) {
            j->first = r;
            j->in = &j->in[i]; /* messages name the first that is whole */
            j->n -= i;
            i = 0;
            CAD_TRY(cad_arena_zalloc(j->arena, (size_t)r.shard.of, sizeof *j->share, "shares", &j->share));
        }
        CAD_TRY(check_same(j, j->in[i], &r));
        const char **at = &j->share[r.shard.index];
        if (*at)
            CAD_FAIL(CAD_EDATA, "%s and %s: both are share %" PRId64 " of %" PRId64, *at, j->in[i], r.shard.index, r.shard.of);
        *at = j->in[i];
        add(&j->tally, &r.tally);
    }
    return j->share ? CAD_OK : cad_fail(CAD_EPARTIAL, "%s: not finished; nothing is written", unfinished);
}

static cad_status check_missing(const job *j)
{
    cad_buf list = CAD_BUF_INIT;
    int64_t of = j->first.shard.of, missing = 0, one = 0;
    cad_status s = CAD_OK;
    for (int64_t i = of; s == CAD_OK && i-- > 0;)
        one = j->share[i] ? one : i;
    for (int64_t i = 0; s == CAD_OK && i < of; i++)
        if (!j->share[i] && missing++ < NAMED)
            s = cad_buf_printf(&list, "%s%" PRId64, missing > 1 ? ", " : "", i);
    if (s == CAD_OK && missing)
        s = cad_fail(CAD_EPARTIAL,
                     "%s: %" PRId64 " of %" PRId64
                     " shares are missing or not finished: %s%s; nothing is written\nhint: the same "
                     "call with --shard=%" PRId64 "/%" PRId64 " makes one",
                     j->args->out, missing, of, list.data, missing > NAMED ? ", .." : "", one, of);
    cad_buf_deinit(&list);
    return s;
}

/* ---- all ---- */

static cad_status check_kind(const job *j)
{
    static const char *const ending[] = {".jsonl", ".npy"};
    for (size_t k = 0; k < sizeof ending / sizeof *ending; k++)
        if (cad_path_ends(j->in[0], ending[k]) != cad_path_ends(j->args->out, ending[k]))
            CAD_FAIL(CAD_EUSAGE, "merge: %s as %s; expected names of one kind", j->in[0], j->args->out);
    return CAD_OK;
}

static cad_status join(const job *j)
{
    size_t n = (size_t)j->first.shard.of;
    if (cad_path_ends(j->args->out, ".jsonl"))
        return cad_merge_corpora(j->share, n, j->args->out, j->arena);
    if (cad_path_ends(j->args->out, ".npy"))
        return cad_merge_vectors(j->share, n, j->args->out);
    return cad_merge_trees(j->share, n, j->args->out, j->arena);
}

static cad_status judge(const job *j)
{
    const cad_shard_tally *t = &j->tally;
    if ((double)t->bad > j->first.max_bad * (double)t->tried)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " of %" PRId64 " are bad; prep.max_bad was %g; the lists beside the shares say why",
                 j->args->out, t->bad, t->tried, j->first.max_bad);
    if (t->rows == 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows in all shares; nothing is written", j->args->out);
    return CAD_OK;
}

cad_status cad_stage_merge(const cad_stage_merge_args *args, cad_arena *a, cad_stage_merge_result *out)
{
    job j = {.args = args, .arena = a, .in = args->in, .n = args->n};
    if (j.n == 0)
        CAD_TRY(find_beside(&j));
    CAD_TRY(check_kind(&j));
    CAD_TRY(read_all(&j));
    CAD_TRY(check_missing(&j));
    CAD_TRY(judge(&j));
    CAD_TRY(join(&j));
    *out = (cad_stage_merge_result){.shards = j.first.shard.of, .tally = j.tally};
    memcpy(out->stage, j.first.stage, sizeof out->stage);
    if (j.tally.lost)
        CAD_FAIL(CAD_EPARTIAL, "%" PRId64 " of %" PRId64 " were lost, as the list beside %s tells", j.tally.lost,
                 j.tally.rows + j.tally.lost, args->out);
    return CAD_OK;
}
