#include "dataprep/split_place.h"

#include "core/fs.h"
#include "core/rng.h"
#include "core/size.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

typedef struct groups {
    size_t *parent;   /* (n) union-find over rows */
    size_t *smallest; /* (n) at a root: the row that names the group, see before() */
    size_t *rows;     /* (n) at a root: how many there are */
    int *fixed;       /* (n) at a root: the split of its listed rows, or MIXED, or NONE */
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

static void join(groups *g, bool step, const cad_split_key *key, size_t a, size_t b)
{
    a = root_of(g, a);
    b = root_of(g, b);
    if (a == b)
        return;
    size_t low = a < b ? a : b, high = a < b ? b : a;
    g->parent[high] = low;
    g->rows[low] += g->rows[high];
    if (before(step, &key[g->smallest[high]], &key[g->smallest[low]]))
        g->smallest[low] = g->smallest[high];
}

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

static cad_status find_groups(const cad_stage_split_args *args, bool step, const cad_split_key *key, size_t n, groups *g,
                              int *where)
{
    cad_hash_index captions = CAD_HASH_INDEX_INIT, geometry = CAD_HASH_INDEX_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; i < n; i++) {
        g->parent[i] = g->smallest[i] = i;
        g->rows[i] = 1;
        where[i] = CAD_SPLIT_train;
    }
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        size_t first = i;
        if (args->by_caption)
            s = meet(&captions, g, step, key, key[i].caption, i, &first);
        if (s == CAD_OK && first != i && !step) {
            where[i] = CAD_SPLIT_left_repeated;
            if (key[i].target != key[first].target)
                s = cad_fail(CAD_EDATA, "%s: rows %s and %s have one caption and two targets", args->in, key[first].id,
                             key[i].id);
        }
        if (s == CAD_OK && args->by_geometry)
            s = meet(&geometry, g, step, key, key[i].geometry, i, &first);
    }
    cad_hash_index_deinit(&captions);
    cad_hash_index_deinit(&geometry);
    return s;
}

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
    int64_t line_no = 1;
    for (size_t at = 0; s == CAD_OK && at < text.len; line_no++) {
        const char *lf = memchr(text.data + at, '\n', text.len - at);
        size_t len = lf ? (size_t)(lf - text.data) - at : text.len - at;
        s = take_line(path, line_no, text.data + at, len, m);
        at += len + 1;
    }
    cad_buf_deinit(&text);
    return s;
}

static int listed(const cad_hash_index *m, const cad_split_key *k)
{
    const uint64_t *at = cad_hash_index_find(m, cad_hash_index_key(k->id, strlen(k->id)));
    return at ? (int)*at : NONE;
}

/* What the list says of each group. */
static void fix_groups(const cad_hash_index *list, const cad_split_key *key, size_t n, groups *g)
{
    for (size_t i = 0; i < n; i++)
        g->fixed[i] = NONE;
    for (size_t i = 0; i < n; i++) {
        size_t root = root_of(g, i);
        int k = listed(list, &key[i]);
        if (k != NONE)
            g->fixed[root] = g->fixed[root] == NONE || g->fixed[root] == k ? k : MIXED;
    }
}

/* ---- places ---- */

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
    if (list)
        fix_groups(list, key, n, g);
    for (size_t i = 0; i < n; i++) {
        size_t root = root_of(g, i);
        int own = list ? listed(list, &key[i]) : NONE, fixed = list ? g->fixed[root] : NONE;
        if (where[i] < 0)
            continue;
        if (own != NONE)
            where[i] = own;
        else if (fixed == MIXED)
            where[i] = CAD_SPLIT_left_ties;
        else
            where[i] = fixed != NONE ? fixed : split_of(args, step, &key[g->smallest[root]]);
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

/* A group that lies in two splits counts in both. */
static void count_groups(groups *g, const int *where, size_t n, cad_stage_split_result *out)
{
    memset(g->fixed, 0, n * sizeof *g->fixed);
    for (size_t i = 0; i < n; i++) {
        size_t root = root_of(g, i);
        out->groups += root == i;
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
    CAD_TRY(find_groups(args, step, key, n, &g, where));
    cad_status s = args->list ? read_list(args->list, &list) : CAD_OK;
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
