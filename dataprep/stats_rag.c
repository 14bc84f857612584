#include "dataprep/stats_rag.h"

#include <math.h>
#include <string.h>

/* Cosines are counted in millionths, which is what stage_rag.c writes. */
static const double SCORE_UNIT = 1e6;

typedef struct shown {
    int64_t times;
    uint64_t at; /* in text */
} shown;

static cad_status add_shown(cad_stats_rag *s, const char *id)
{
    uint64_t *place;
    bool is_new;
    CAD_TRY(cad_hash_index_at(&s->ids, cad_hash_index_key(id, strlen(id)), s->shown.len / sizeof(shown), &is_new, &place));
    if (!is_new) {
        ((shown *)(void *)s->shown.data)[*place].times++;
        return CAD_OK;
    }
    CAD_TRY(cad_buf_add(&s->shown, &(shown){1, s->text.len}, sizeof(shown)));
    return cad_buf_add(&s->text, id, strlen(id) + 1);
}

cad_status cad_stats_rag_add(cad_stats_rag *s, const json_t *o)
{
    const json_t *list = json_object_get(o, "rag");
    if (!json_is_array(list))
        return CAD_OK;
    s->rows++;
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *hit = json_array_get(list, k), *score = json_object_get(hit, "score");
        const char *id = json_string_value(json_object_get(hit, "id"));
        s->best.unit = SCORE_UNIT;
        if (id)
            CAD_TRY(add_shown(s, id));
        if (k == 0 && json_is_number(score))
            CAD_TRY(cad_numbers_add(&s->best, llround(json_number_value(score) * SCORE_UNIT)));
    }
    return CAD_OK;
}

json_t *cad_stats_rag_facts(cad_stats_rag *s)
{
    const shown *v = (const shown *)(const void *)s->shown.data;
    size_t n = s->shown.len / sizeof *v, most = 0;
    if (!s->rows)
        return NULL;
    for (size_t i = 1; i < n; i++)
        if (v[i].times > v[most].times)
            most = i;
    return json_pack(
        "{sI, sI, so*, so*}", "rows", (json_int_t)s->rows, "distinct", (json_int_t)n, "most",
        n ? json_pack("{so, sI}", "id", cad_json_text(s->text.data + v[most].at), "times", (json_int_t)v[most].times) : NULL,
        "score", cad_numbers_quantiles(&s->best));
}

void cad_stats_rag_deinit(cad_stats_rag *s)
{
    cad_hash_index_deinit(&s->ids);
    cad_buf_deinit(&s->shown);
    cad_buf_deinit(&s->text);
    cad_numbers_deinit(&s->best);
}
