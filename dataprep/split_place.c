#include "dataprep/split_place.h"

#include "core/fs.h"
#include "core/lines.h"
#include "core/rng.h"
#include "core/size.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

typedef struct groups {
    size_t *parent;   /* (n) union-find over rows */
    size_t *smallest; /* (n) at a root: the row that names the group, see before() */
    size_t *rows;     /* (n) at a root: how many there are */
    int *fixed;       /* (n) at a root: the split of its listed rows, or MIXED, or NONE; later, those it lies in */
} groups;

enum { NONE = -1, MIXED = -2 };

const char *cad_split_left_name(int where)
{
    switch (where) {
#define X(name, text)                                                                                                          \
    case CAD_SPLIT_left_##name:                                                                                                \
        return #name;
        CAD_SPLIT_LEFT(X)
#undef X
    }
    return "";
}

static size_t root_of(groups *g, size_t i)
{
    while (g->parent[i] != i)
        i = g->parent[i] = g->parent[g->parent[i]];
    return i;
}

static uint64_t own_hash(const cad_split_key *k)
{
    return k->geometry ? k->geometry : k->caption;
}

/* Which of two rows names a group: of STEP the one with the smaller id, of IR the one with the smaller hash, so that a part
 * lies in one split in every corpus. */
static bool before(bool step, const cad_split_key *a, const cad_split_key *b)
{
    return step ? strcmp(a->id, b->id) < 0 : own_hash(a) < own_hash(b);
}

static int both(int a, int b)
{
    return a == NONE ? b : b == NONE || a == b ? a : MIXED;
}

static void join(groups *g, bool step, const cad_split_key *key, size_t a, size_t b)
{
    a = root_of(g, a);
    b = root_of(g, b);
    if (a == b)
        return;
    size_t low = a < b ? a : b, high = a < b ? b : a;
    g->parent[high] = low;
    g->rows[low] += g->rows[high];
    g->fixed[low] = both(g->fixed[low], g->fixed[high]);
    if (before(step, &key[g->smallest[high]], &key[g->smallest[low]]))
        g->smallest[low] = g->smallest[high];
}

/* ---- lists ---- */

/* The length of text without the blanks at its end. */
static size_t without_blanks(const char *text, size_t len)
{
    while (len > 0 && strchr(" \t\r", text[len - 1]))
        len--;
    return len;
}

/* The split is the last word; an id may hold blanks and commas. */
static cad_status take_line(const char *path, int64_t line_no, const char *line, size_t len, cad_hash_index *m)
{
    len = without_blanks(line, len);
    if (len == 0)
        return CAD_OK;
    size_t at_word = len;
    while (at_word > 0 && !strchr(" \t,", line[at_word - 1]))
        at_word--;
    size_t word = len - at_word, id = without_blanks(line, at_word);
    if (id > 0 && line[id - 1] == ',')
        id = without_blanks(line, id - 1);
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        uint64_t *at = NULL;
        bool is_new = false;
        if (id == 0 || strlen(cad_split_name[k]) != word || memcmp(cad_split_name[k], line + at_word, word) != 0)
            continue;
        CAD_TRY(cad_hash_index_at(m, cad_hash_index_key(line, id), (uint64_t)k, &is_new, &at));
        if (*at != (uint64_t)k)
            CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": %.*s is in two splits", path, line_no, id > 200 ? 200 : (int)id, line);
        return CAD_OK;
    }
    CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": found '%.*s'; expected an id, then train, val or test", path, line_no,
             len > 60 ? 60 : (int)len, line);
}

static cad_status read_list(const char *path, cad_hash_index *m)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, (size_t)1 << 30, &text);
    cad_lines lines = cad_lines_of(&text);
    for (cad_line line; s == CAD_OK && cad_lines_next(&lines, &line);)
        s = take_line(path, lines.number, line.text, line.len, m);
    cad_buf_deinit(&text);
    return s;
}

static int listed(const cad_hash_index *m, const cad_split_key *k)
{
    const uint64_t *at = cad_hash_index_find(m, cad_hash_index_key(k->id, strlen(k->id)));
    return at ? (int)*at : NONE;
}

/* ---- groups ---- */

/* Rows by hash: the first of each. */
typedef struct firsts {
    cad_hash_index captions, geometry;
} firsts;

/* Joins row i to the first row with the same hash. */
static cad_status meet(cad_hash_index *m, groups *g, bool step, const cad_split_key *key, uint64_t hash, size_t i,
                       size_t *first)
{
    uint64_t *at = NULL;
    bool is_new = false;
    *first = i;
    if (!hash)
        return CAD_OK;
    CAD_TRY(cad_hash_index_at(m, hash, i, &is_new, &at));
    *first = (size_t)*at;
    join(g, step, key, i, *first);
    return CAD_OK;
}

static cad_status add_row(const cad_stage_split_args *args, bool step, const cad_split_key *key, size_t i, firsts *f, groups *g,
                          int *where)
{
    size_t first = i;
    if (args->by_caption)
        CAD_TRY(meet(&f->captions, g, step, key, key[i].caption, i, &first));
    if (first != i && !step) {
        where[i] = CAD_SPLIT_left_repeated;
        if (key[i].target != key[first].target)
            CAD_FAIL(CAD_EDATA, "%s: rows %s and %s have one caption and two targets", args->in, key[first].id, key[i].id);
    }
    return args->by_geometry ? meet(&f->geometry, g, step, key, key[i].geometry, i, &first) : CAD_OK;
}

/* What is fixed of the group that row i would come into by this hash. */
static int fixed_by(const cad_hash_index *m, groups *g, uint64_t hash)
{
    const uint64_t *first = hash ? cad_hash_index_find(m, hash) : NULL;
    return first ? g->fixed[root_of(g, (size_t)*first)] : NONE;
}

typedef struct placed {
    const cad_split_key *key;
    size_t row;
} placed;

static int by_row(const placed *x, const placed *y)
{
    return x->row < y->row ? -1 : x->row > y->row;
}

static int step_order(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    return before(true, x->key, y->key) ? -1 : before(true, y->key, x->key) ? 1 : by_row(x, y);
}

static int ir_order(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    return before(false, x->key, y->key) ? -1 : before(false, y->key, x->key) ? 1 : by_row(x, y);
}

/* Listed rows first, then the others one by one, whatever their order in the corpus: one that would tie two splits together
 * is left out, and ties nothing to others. */
static cad_status add_listed(const cad_stage_split_args *args, bool step, const cad_split_key *key, size_t n, cad_arena *a,
                             firsts *f, groups *g, int *where)
{
    placed *other;
    size_t n_other = 0;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *other), "rows that no list names", &other));
    for (size_t i = 0; i < n; i++) {
        if (g->fixed[i] == NONE)
            other[n_other++] = (placed){&key[i], i};
        else
            CAD_TRY(add_row(args, step, key, i, f, g, where));
    }
    if (n_other > 1)
        qsort(other, n_other, sizeof *other, step ? step_order : ir_order);
    for (size_t k = 0; k < n_other; k++) {
        size_t i = other[k].row;
        int caption = args->by_caption ? fixed_by(&f->captions, g, key[i].caption) : NONE;
        int geometry = args->by_geometry ? fixed_by(&f->geometry, g, key[i].geometry) : NONE;
        if (both(caption, geometry) == MIXED)
            where[i] = CAD_SPLIT_left_ties;
        else
            CAD_TRY(add_row(args, step, key, i, f, g, where));
    }
    return CAD_OK;
}

/* list: NULL, or what fixes groups. */
static cad_status find_groups(const cad_stage_split_args *args, bool step, const cad_split_key *key, size_t n,
                              const cad_hash_index *list, cad_arena *a, groups *g, int *where)
{
    firsts f = {CAD_HASH_INDEX_INIT, CAD_HASH_INDEX_INIT};
    cad_status s = CAD_OK;
    for (size_t i = 0; i < n; i++) {
        g->parent[i] = g->smallest[i] = i;
        g->rows[i] = 1;
        g->fixed[i] = list ? listed(list, &key[i]) : NONE;
        where[i] = CAD_SPLIT_train;
    }
    if (list)
        s = add_listed(args, step, key, n, a, &f, g, where);
    for (size_t i = 0; !list && s == CAD_OK && i < n; i++)
        s = add_row(args, step, key, i, &f, g, where);
    cad_hash_index_deinit(&f.captions);
    cad_hash_index_deinit(&f.geometry);
    return s;
}

/* ---- places ---- */

/* The split at u of [0, 1). */
static int split_at(const cad_stage_split_args *args, double u)
{
    double at = u * (args->share[0] + args->share[1] + args->share[2]);
    for (int k = 0; k < CAD_SPLIT_COUNT - 1; k++) {
        if (at < args->share[k])
            return k;
        at -= args->share[k];
    }
    return CAD_SPLIT_test;
}

/* Of a group: XXH64 of its smallest hash, or of the smallest id with the seed, spread evenly over [0, 1). */
static int split_of(const cad_stage_split_args *args, bool step, const cad_split_key *k)
{
    uint64_t own = own_hash(k), h = step ? XXH64(k->id, strlen(k->id), args->seed) : XXH64(&own, sizeof own, 0);
    return split_at(args, (double)(h >> 11) * 0x1p-53);
}

/* Rows of val and test beyond the cap of their caption are left out; listed rows are counted first, and stay. */
static cad_status cap_captions(const cad_stage_split_args *args, const cad_split_key *key, size_t n, const cad_hash_index *list,
                               int *where)
{
    cad_hash_index seen[CAD_SPLIT_COUNT] = {CAD_HASH_INDEX_INIT, CAD_HASH_INDEX_INIT, CAD_HASH_INDEX_INIT};
    cad_status s = CAD_OK;
    for (size_t k = args->cap_caption > 0 ? 0 : 2 * n; s == CAD_OK && k < 2 * n; k++) {
        size_t i = k % n;
        bool in_list = list && listed(list, &key[i]) != NONE, is_new = false;
        uint64_t *at = NULL;
        if (where[i] <= CAD_SPLIT_train || !key[i].caption || in_list != (k < n))
            continue;
        s = cad_hash_index_at(&seen[where[i]], key[i].caption, 0, &is_new, &at);
        if (s == CAD_OK && (int64_t)++ * at > args->cap_caption && !in_list)
            where[i] = CAD_SPLIT_left_cap_caption;
    }
    for (int k = 0; k < CAD_SPLIT_COUNT; k++)
        cad_hash_index_deinit(&seen[k]);
    return s;
}

static void place_groups(const cad_stage_split_args *args, bool step, const cad_split_key *key, size_t n,
                         const cad_hash_index *list, groups *g, int *where)
{
    for (size_t i = 0; i < n; i++) {
        size_t root = root_of(g, i);
        int own = list ? listed(list, &key[i]) : NONE;
        if (where[i] < 0)
            continue;
        if (own == NONE)
            own = g->fixed[root];
        where[i] = own != NONE ? own : split_of(args, step, &key[g->smallest[root]]);
    }
}

/* As the released tool: rows in a random order, the first floor(.7 n) to train, the next floor(.2 n) to test, the rest to val.
 */
static cad_status place_shuffled(const cad_stage_split_args *args, size_t n, cad_arena *a, int *where)
{
    size_t *order, end[2];
    cad_rng r = cad_rng_make(args->seed, "split", 0);
    double sum = args->share[0] + args->share[1] + args->share[2];
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *order), "order of rows", &order));
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)cad_rng_range(&r, 0, (int64_t)i - 1), t = order[i - 1];
        order[i - 1] = order[k];
        order[k] = t;
    }
    end[0] = (size_t)((double)n * args->share[CAD_SPLIT_train] / sum);
    end[1] = end[0] + (size_t)((double)n * args->share[CAD_SPLIT_test] / sum);
    for (size_t i = 0; i < n; i++)
        where[order[i]] = i < end[0] ? CAD_SPLIT_train : i < end[1] ? CAD_SPLIT_test : CAD_SPLIT_val;
    return CAD_OK;
}

static void place_listed(const cad_split_key *key, size_t n, const cad_hash_index *list, int *where)
{
    for (size_t i = 0; i < n; i++) {
        where[i] = listed(list, &key[i]);
        if (where[i] == NONE)
            where[i] = CAD_SPLIT_left_unlisted;
    }
}

/* A group that lies in two splits counts in both, and a row that no group took in none. */
static void count_groups(groups *g, const int *where, size_t n, cad_stage_split_result *out)
{
    memset(g->fixed, 0, n * sizeof *g->fixed);
    for (size_t i = 0; i < n; i++) {
        size_t root = root_of(g, i);
        out->groups += root == i && where[i] != CAD_SPLIT_left_ties;
        if (root == i && (int64_t)g->rows[i] > out->largest)
            out->largest = (int64_t)g->rows[i];
        if (where[i] < 0 || (g->fixed[root] & 1 << where[i]))
            continue;
        out->groups_in[where[i]]++;
        g->fixed[root] |= 1 << where[i];
    }
}

cad_status cad_split_place(const cad_stage_split_args *args, bool step, const cad_split_key *key, size_t n, cad_arena *a,
                           int *where, cad_stage_split_result *out)
{
    groups g = {0};
    cad_hash_index list = CAD_HASH_INDEX_INIT;
    bool shuffled = step && args->steplm;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *g.parent), "groups", &g.parent));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *g.smallest), "groups", &g.smallest));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *g.rows), "groups", &g.rows));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *g.fixed), "groups", &g.fixed));
    cad_status s = args->list ? read_list(args->list, &list) : CAD_OK;
    if (s == CAD_OK)
        s = find_groups(args, step, key, n, args->list && !shuffled ? &list : NULL, a, &g, where);
    if (s == CAD_OK && shuffled && args->list)
        place_listed(key, n, &list, where);
    else if (s == CAD_OK && shuffled)
        s = place_shuffled(args, n, a, where);
    else if (s == CAD_OK)
        place_groups(args, step, key, n, args->list ? &list : NULL, &g, where);
    if (s == CAD_OK && step && !args->steplm)
        s = cap_captions(args, key, n, args->list ? &list : NULL, where);
    cad_hash_index_deinit(&list);
    if (s == CAD_OK)
        count_groups(&g, where, n, out);
    return s;
}
