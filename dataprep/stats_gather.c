#include "dataprep/stats_gather.h"

#include "dataprep/caption_group.h"

#include <stdlib.h>
#include <string.h>

enum { TOP = 20 };

cad_status cad_numbers_add(cad_numbers *n, int64_t value)
{
    return cad_buf_add(&n->values, &value, sizeof value);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static json_t *told(const cad_numbers *n, int64_t value)
{
    return n->unit > 0 ? json_real((double)value / n->unit) : json_integer(value);
}

/* The smallest value that at least the share q of all do not exceed; they are sorted. */
static json_t *nearest_rank(const cad_numbers *n, double q)
{
    const int64_t *v = (const int64_t *)(const void *)n->values.data;
    size_t count = n->values.len / sizeof *v, rank = (size_t)(q * (double)count);
    rank += (double)rank < q * (double)count;
    return told(n, v[rank ? rank - 1 : 0]);
}

int64_t cad_numbers_sum(const cad_numbers *n)
{
    const int64_t *v = (const int64_t *)(const void *)n->values.data;
    int64_t sum = 0;
    for (size_t i = 0; i < n->values.len / sizeof *v; i++)
        sum += v[i];
    return sum;
}

int64_t cad_numbers_above(const cad_numbers *n, int64_t limit)
{
    const int64_t *v = (const int64_t *)(const void *)n->values.data;
    int64_t above = 0;
    for (size_t i = 0; i < n->values.len / sizeof *v; i++)
        above += v[i] > limit;
    return above;
}

json_t *cad_numbers_quantiles(cad_numbers *n)
{
    int64_t *v = (int64_t *)(void *)n->values.data;
    size_t count = n->values.len / sizeof *v;
    if (count == 0)
        return NULL;
    double mean = (double)cad_numbers_sum(n) / (double)count / (n->unit > 0 ? n->unit : 1);
    qsort(v, count, sizeof *v, by_value);
    return json_pack("{so, sf, so, so, so, so, so}", "min", told(n, v[0]), "mean", mean, "median", nearest_rank(n, 0.5), "p90",
                     nearest_rank(n, 0.9), "p95", nearest_rank(n, 0.95), "p99", nearest_rank(n, 0.99), "max",
                     told(n, v[count - 1]));
}

void cad_numbers_deinit(cad_numbers *n)
{
    cad_buf_deinit(&n->values);
}

/* ---- sentences ---- */

typedef struct sentence {
    uint64_t at; /* in text */
    int64_t rows;
} sentence;

static int64_t words_of(const char *text)
{
    int64_t n = 0;
    for (text += strspn(text, " \t\r\n"); *text; n++) {
        text += strcspn(text, " \t\r\n");
        text += strspn(text, " \t\r\n");
    }
    return n;
}

static cad_status count_text(cad_sentences *s, const char *caption)
{
    uint64_t *at = NULL;
    bool is_new = false;
    size_t n = s->item.len / sizeof(sentence);
    CAD_TRY(cad_hash_index_at(&s->texts, cad_hash_index_key(caption, strlen(caption)), n, &is_new, &at));
    size_t place = (size_t)*at;
    if (is_new) {
        CAD_TRY(cad_buf_add(&s->item, &(sentence){.at = s->text.len}, sizeof(sentence)));
        CAD_TRY(cad_buf_add(&s->text, caption, strlen(caption) + 1));
    }
    ((sentence *)(void *)s->item.data)[place].rows++;
    return CAD_OK;
}

cad_status cad_sentences_add(cad_sentences *s, const char *caption)
{
    uint64_t group = 0, *rows = NULL;
    bool is_new = false;
    s->rows++;
    s->with_digits += strpbrk(caption, "0123456789") != NULL;
    CAD_TRY(cad_numbers_add(&s->words, words_of(caption)));
    CAD_TRY(count_text(s, caption));
    CAD_TRY(cad_caption_group(caption, &group));
    CAD_TRY(cad_hash_index_at(&s->groups, group, 0, &is_new, &rows));
    if ((int64_t)++ * rows > s->largest_group)
        s->largest_group = (int64_t)*rows;
    return CAD_OK;
}

/* The commonest first; of equally common ones the earlier. */
static json_t *top(const cad_sentences *s)
{
    const sentence *item = (const sentence *)(const void *)s->item.data;
    size_t n = s->item.len / sizeof *item, best[TOP], k = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = k;
        while (at > 0 && item[i].rows > item[best[at - 1]].rows)
            at--;
        if (at == TOP)
            continue;
        k += k < TOP;
        memmove(best + at + 1, best + at, (k - 1 - at) * sizeof *best);
        best[at] = i;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < k; i++)
        json_array_append_new(list, json_pack("{so, sI}", "caption", cad_json_text(s->text.data + item[best[i]].at), "rows",
                                              (json_int_t)item[best[i]].rows));
    return list;
}

json_t *cad_sentences_facts(cad_sentences *s)
{
    const sentence *item = (const sentence *)(const void *)s->item.data;
    size_t n = s->item.len / sizeof *item;
    int64_t shared = 0;
    for (size_t i = 0; i < n; i++)
        shared += item[i].rows > 1 ? item[i].rows : 0;
    if (s->rows == 0)
        return NULL;
    return json_pack("{sI, sI, sf, sI, sI, so, sI, so}", "rows", (json_int_t)s->rows, "distinct", (json_int_t)n,
                     "duplicate_share", (double)shared / (double)s->rows, "groups", (json_int_t)s->groups.n, "largest_group",
                     (json_int_t)s->largest_group, "words", cad_numbers_quantiles(&s->words), "with_digits",
                     (json_int_t)s->with_digits, "top", top(s));
}

void cad_sentences_deinit(cad_sentences *s)
{
    cad_hash_index_deinit(&s->texts);
    cad_hash_index_deinit(&s->groups);
    cad_buf_deinit(&s->item);
    cad_buf_deinit(&s->text);
    cad_numbers_deinit(&s->words);
}

int cad_count_in(json_t *o, const char *key)
{
    return json_object_set_new(o, key, json_integer(json_integer_value(json_object_get(o, key)) + 1));
}
