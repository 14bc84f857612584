#include "dataprep/stage_split.h"

#include "core/fs.h"
#include "core/size.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"
#include "dataprep/suite_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

const char *const cad_split_name[CAD_SPLIT_COUNT] = {"train", "val", "test"};

void cad_split_shares(const cad_list *split, double out[CAD_SPLIT_COUNT])
{
    for (size_t k = 0; k < CAD_SPLIT_COUNT; k++)
        out[k] = k < split->n ? strtod(split->item[k], NULL) : 0.0;
}

enum { ROW_SPACE_FACTOR = 4 };

typedef struct groups {
    size_t *parent;     /* (n) union-find over rows */
    uint64_t *smallest; /* (n) at a root: the smallest hash of the group */
    bool *drop;         /* (n) a repeated caption */
} groups;

static size_t root_of(groups *g, size_t i)
{
    while (g->parent[i] != i)
        i = g->parent[i] = g->parent[g->parent[i]];
    return i;
}

static void join(groups *g, size_t a, size_t b)
{
    a = root_of(g, a);
    b = root_of(g, b);
    size_t low = a < b ? a : b, high = a < b ? b : a;
    g->parent[high] = low;
    if (g->smallest[high] < g->smallest[low])
        g->smallest[low] = g->smallest[high];
}

/* Joins row i to the first row with the same hash. */
static cad_status meet(cad_hash_index *m, groups *g, uint64_t hash, size_t i, size_t *first)
{
    uint64_t *at = NULL;
    bool is_new = false;
    *first = i;
    if (!hash)
        return CAD_OK;
    CAD_TRY(cad_hash_index_at(m, hash, i, &is_new, &at));
    *first = (size_t)*at;
    join(g, i, *first);
    return CAD_OK;
}

static cad_status find_groups(const cad_stage_split_args *args, const cad_row *row, size_t n, groups *g)
{
    cad_hash_index captions = CAD_HASH_INDEX_INIT, geometry = CAD_HASH_INDEX_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; i < n; i++) {
        g->parent[i] = i;
        g->smallest[i] = row[i].geometry_hash ? row[i].geometry_hash : row[i].caption_hash;
        g->drop[i] = false;
    }
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        size_t first = i;
        if (args->by_caption)
            s = meet(&captions, g, row[i].caption_hash, i, &first);
        if (s == CAD_OK && first != i) {
            g->drop[i] = true;
            if (strcmp(row[i].target, row[first].target) != 0)
                s = cad_fail(CAD_EDATA, "%s: rows %s and %s have one caption and two targets: %s", args->in, row[first].id,
                             row[i].id, row[i].caption);
        }
        if (s == CAD_OK && args->by_geometry)
            s = meet(&geometry, g, row[i].geometry_hash, i, &first);
    }
    cad_hash_index_deinit(&captions);
    cad_hash_index_deinit(&geometry);
    return s;
}

/* The split of a group from its smallest hash; XXH64 spreads it evenly over [0, 1). */
static int split_of(const cad_stage_split_args *args, uint64_t hash)
{
    double sum = args->share[0] + args->share[1] + args->share[2];
    double at = (double)(XXH64(&hash, sizeof hash, 0) >> 11) * 0x1p-53 * sum;
    for (int k = 0; k < CAD_SPLIT_COUNT - 1; k++) {
        if (at < args->share[k])
            return k;
        at -= args->share[k];
    }
    return CAD_SPLIT_test;
}

/* Rows with the split of each, and what was written of them. */
typedef struct placed {
    const cad_row *row;
    const int *where; /* (n), -1: left out */
    size_t n;
    int64_t written;
    cad_progress *progress;
} placed;

static cad_status write_split(const cad_stage_split_args *args, int split, placed *p)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s.jsonl", args->out, cad_split_name[split]);
    cad_corpus_writer *w = NULL;
    CAD_TRY(cad_corpus_create(path, cad_split_name[split], NULL, &w));
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < p->n; i++) {
        if (p->where[i] != split)
            continue;
        cad_row r = p->row[i];
        r.split = cad_split_name[split];
        r.held = ""; /* wording that training never shows stays in the suite */
        s = cad_corpus_add(w, &r);
        if (s == CAD_OK)
            cad_progress_show(p->progress, ++p->written, NULL);
    }
    if (s == CAD_OK)
        return cad_corpus_commit(w);
    cad_corpus_abort(w);
    return s;
}

static cad_status write_splits(const cad_stage_split_args *args, placed *p, int64_t rows)
{
    CAD_TRY(cad_progress_create("write", 0, rows, 0, &p->progress));
    cad_progress_work(p->progress, "rows");
    cad_status s = CAD_OK;
    for (int k = 0; s == CAD_OK && k < CAD_SPLIT_COUNT; k++)
        s = write_split(args, k, p);
    cad_progress_destroy(p->progress);
    return s;
}

static cad_status write_suite(const cad_stage_split_args *args, const cad_row *row, const int *where, size_t n, cad_arena *a,
                              cad_stage_split_result *out)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/synth-test.jsonl", args->out);
    cad_row *test = NULL;
    size_t k = 0;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(n, 1), sizeof *test), "test rows", &test));
    for (size_t i = 0; i < n; i++)
        if (where[i] == CAD_SPLIT_test)
            test[k++] = row[i];
    return cad_suite_write(path, test, k, args->suite_rows, &out->suite_rows, &out->suite_families);
}

static cad_status split_rows(const cad_stage_split_args *args, cad_arena *a, cad_stage_split_result *out)
{
    cad_row *row = NULL;
    size_t n = 0;
    groups g = {0};
    int *where = NULL;
    CAD_TRY(cad_corpus_load(args->in, a, &row, &n));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *g.parent), "groups", &g.parent));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *g.smallest), "groups", &g.smallest));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *g.drop), "groups", &g.drop));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *where), "splits", &where));
    CAD_TRY(find_groups(args, row, n, &g));
    for (size_t i = 0; i < n; i++) {
        size_t root = root_of(&g, i);
        where[i] = g.drop[i] ? -1 : split_of(args, g.smallest[root]);
        out->groups += root == i;
        if (where[i] < 0)
            out->repeated++;
        else
            out->rows[where[i]]++;
    }
    CAD_TRY(cad_fs_mkdirs(args->out));
    CAD_TRY(write_suite(args, row, where, n, a, out)); /* first: one that cannot be filled leaves no splits without a suite */
    return write_splits(args, &(placed){.row = row, .where = where, .n = n}, (int64_t)n - out->repeated);
}

cad_status cad_split_corpus(const cad_stage_split_args *args, cad_stage_split_result *out)
{
    cad_file *f = NULL;
    CAD_TRY(cad_file_open(args->in, &f));
    size_t space = (size_t)cad_file_size(f) * ROW_SPACE_FACTOR + ((size_t)64 << 20);
    cad_file_close(f);
    cad_arena *a = NULL;
    CAD_TRY(cad_arena_create("split", space, &a));
    cad_stage_split_result r = {0};
    cad_status s = split_rows(args, a, &r);
    cad_arena_destroy(a);
    if (s == CAD_OK)
        *out = r;
    return s;
}
