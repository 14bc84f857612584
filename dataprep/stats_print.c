#include "core/progress.h"
#include "dataprep/preview.h"
#include "dataprep/stage_stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPES = 12, WIDTH = 60, GROUPED = 32 };

static json_int_t whole(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static cad_status heading(const char *name, cad_buf *out)
{
    return cad_buf_printf(out, "%s%s\n", out->len ? "\n" : "", name);
}

static cad_status line(const char *name, json_int_t n, double share, cad_buf *out)
{
    char number[GROUPED];
    cad_progress_grouped(n, number);
    CAD_TRY(cad_buf_printf(out, "  %-28s%14s", name, number));
    return share >= 0 ? cad_buf_printf(out, "  %5.1f %%\n", 100 * share) : cad_buf_str(out, "\n");
}

/* Counts, most first, at most `most` of them. */
typedef struct count {
    const char *name;
    json_int_t n;
} count;

static int by_count(const void *a, const void *b)
{
    const count *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->name, y->name);
}

static cad_status counts(const json_t *o, size_t most, cad_buf *out)
{
    cad_buf list = CAD_BUF_INIT;
    const char *key;
    json_t *v;
    json_int_t sum = 0;
    cad_status s = CAD_OK;
    json_object_foreach((json_t *)(uintptr_t)o, key, v)
    {
        sum += json_integer_value(v);
        if (s == CAD_OK)
            s = cad_buf_add(&list, &(count){key, json_integer_value(v)}, sizeof(count));
    }
    count *c = (count *)(void *)list.data;
    size_t n = list.len / sizeof *c;
    if (n > 0)
        qsort(c, n, sizeof *c, by_count);
    for (size_t i = 0; s == CAD_OK && i < n && i < most; i++) {
        cad_buf name = CAD_BUF_INIT;
        s = cad_preview_text(c[i].name, strlen(c[i].name) < 40 ? strlen(c[i].name) : 40, &name);
        if (s == CAD_OK)
            s = line(cad_buf_cstr(&name), c[i].n, sum ? (double)c[i].n / (double)sum : 0, out);
        cad_buf_deinit(&name);
    }
    if (s == CAD_OK && n > most)
        s = cad_buf_printf(out, "  and %zu more\n", n - most);
    cad_buf_deinit(&list);
    return s;
}

static cad_status quantile_head(cad_buf *out)
{
    return cad_buf_printf(out, "  %-12s%10s%10s%10s%10s%10s%10s%10s\n", "", "min", "mean", "median", "p90", "p95", "p99",
                          "max");
}

static cad_status quantiles(const char *name, const json_t *q, cad_buf *out)
{
    static const char *const keys[] = {"min", "mean", "median", "p90", "p95", "p99", "max"};
    if (!q)
        return CAD_OK;
    CAD_TRY(cad_buf_printf(out, "  %-12s", name));
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const json_t *v = json_object_get(q, keys[k]);
        char number[GROUPED];
        if (json_is_integer(v))
            cad_progress_grouped(json_integer_value(v), number);
        else if (json_is_real(json_object_get(q, "min")))
            snprintf(number, sizeof number, "%.4g", json_real_value(v));
        else
            snprintf(number, sizeof number, "%.1f", json_real_value(v));
        CAD_TRY(cad_buf_printf(out, "%10s", number));
    }
    return cad_buf_str(out, "\n");
}

static cad_status print_splits(const json_t *o, cad_buf *out)
{
    const char *key;
    json_t *v;
    char rows[GROUPED], captions[GROUPED], geometries[GROUPED];
    CAD_TRY(cad_buf_printf(out, "  %-12s%14s%18s%18s\n", "", "rows", "caption groups", "geometry groups"));
    json_object_foreach((json_t *)(uintptr_t)o, key, v)
    {
        cad_progress_grouped(whole(v, "rows"), rows);
        cad_progress_grouped(whole(v, "captions"), captions);
        cad_progress_grouped(whole(v, "geometries"), geometries);
        CAD_TRY(cad_buf_printf(out, "  %-12s%14s%18s%18s\n", *key ? key : "not split", rows, captions, geometries));
    }
    return CAD_OK;
}

static cad_status print_top(const json_t *list, cad_buf *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *text = json_string_value(json_object_get(item, "caption"));
        char number[GROUPED];
        size_t n = strlen(text), cut = n;
        for (size_t columns = 0, at = 0; at < n; at++) /* columns are characters here */
            if (((unsigned char)text[at] & 0xc0) != 0x80 && ++columns > WIDTH) {
                cut = at;
                break;
            }
        cad_progress_grouped(whole(item, "rows"), number);
        CAD_TRY(cad_buf_printf(out, "  %8s  ", number));
        CAD_TRY(cad_preview_text(text, cut, out));
        CAD_TRY(cad_buf_str(out, cut < n ? "..\n" : "\n"));
    }
    return CAD_OK;
}

static cad_status print_captions(const json_t *c, cad_buf *out)
{
    CAD_TRY(heading("captions", out));
    json_int_t rows = whole(c, "rows");
    CAD_TRY(line("distinct", whole(c, "distinct"), rows ? (double)whole(c, "distinct") / (double)rows : 0, out));
    CAD_TRY(line("groups (case, blanks, stop)", whole(c, "groups"), -1, out));
    CAD_TRY(line("rows of the largest group", whole(c, "largest_group"), -1, out));
    CAD_TRY(cad_buf_printf(out, "  %-42s  %5.1f %%\n", "rows that share their caption",
                           100 * json_number_value(json_object_get(c, "duplicate_share"))));
    CAD_TRY(line("with a digit", whole(c, "with_digits"), rows ? (double)whole(c, "with_digits") / (double)rows : 0, out));
    CAD_TRY(quantile_head(out));
    CAD_TRY(quantiles("words", json_object_get(c, "words"), out));
    CAD_TRY(heading("commonest captions", out));
    return print_top(json_object_get(c, "top"), out);
}

static cad_status print_step(const json_t *s, cad_buf *out)
{
    CAD_TRY(heading("STEP targets", out));
    CAD_TRY(line("rows", whole(s, "rows"), -1, out));
    CAD_TRY(line("with errors", whole(s, "broken"), -1, out));
    CAD_TRY(quantile_head(out));
    CAD_TRY(quantiles("instances", json_object_get(s, "instances"), out));
    CAD_TRY(quantiles("faces", json_object_get(s, "faces"), out));
    CAD_TRY(quantiles("bytes", json_object_get(s, "bytes"), out));
    CAD_TRY(quantiles("size in mm", json_object_get(s, "size_mm"), out));
    CAD_TRY(heading("length unit in mm", out));
    CAD_TRY(counts(json_object_get(s, "units_mm"), TYPES, out));
    CAD_TRY(heading("instances by type", out));
    return counts(json_object_get(s, "types"), TYPES, out);
}

static cad_status print_tokens(const json_t *t, json_int_t rows, cad_buf *out)
{
    const char *key;
    json_t *v;
    CAD_TRY(cad_buf_printf(out, "\ntokens of %s, template %s\n", json_string_value(json_object_get(t, "tokenizer")),
                           json_string_value(json_object_get(t, "template"))));
    CAD_TRY(quantile_head(out));
    CAD_TRY(quantiles("prompt", json_object_get(t, "prompt"), out));
    CAD_TRY(quantiles("retrieved", json_object_get(t, "retrieved"), out));
    CAD_TRY(quantiles("answer", json_object_get(t, "answer"), out));
    CAD_TRY(quantiles("row", json_object_get(t, "row"), out));
    CAD_TRY(
        cad_buf_printf(out, "  %-42s  %5.1f %%\n", "in the loss", 100 * json_number_value(json_object_get(t, "loss_share"))));
    if (whole(t, "without"))
        CAD_TRY(line("rows that retrieved nothing", whole(t, "without"), -1, out));
    json_object_foreach(json_object_get(t, "above"), key, v)
    {
        char name[40];
        snprintf(name, sizeof name, "rows above %s", key);
        CAD_TRY(line(name, json_integer_value(v), rows ? (double)json_integer_value(v) / (double)rows : 0, out));
    }
    return CAD_OK;
}

static cad_status print_retrieval(const json_t *r, cad_buf *out)
{
    const json_t *most = json_object_get(r, "most"), *score = json_object_get(r, "score");
    CAD_TRY(heading("retrieval", out));
    CAD_TRY(line("rows that were looked up", whole(r, "rows"), -1, out));
    CAD_TRY(line("distinct rows shown", whole(r, "distinct"), -1, out));
    if (most) {
        CAD_TRY(line("most often shown", whole(most, "times"), -1, out));
        CAD_TRY(cad_buf_str(out, "    id "));
        CAD_TRY(cad_preview_text(json_string_value(json_object_get(most, "id")),
                                 json_string_length(json_object_get(most, "id")), out));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    if (!score)
        return CAD_OK;
    CAD_TRY(quantile_head(out));
    return quantiles("cosine", score, out);
}

/* A block of counts, where there are any. */
static cad_status print_counts(const json_t *stats, const char *key, const char *name, cad_buf *out)
{
    const json_t *v = json_object_get(stats, key);
    if (!v)
        return CAD_OK;
    CAD_TRY(heading(name, out));
    return counts(v, 32, out);
}

cad_status cad_stats_block(const json_t *stats, cad_buf *out)
{
    const json_t *list = json_object_get(stats, "list"), *v;
    if (list) {
        CAD_TRY(heading("list of captions", out));
        CAD_TRY(line("rows", whole(list, "rows"), -1, out));
        CAD_TRY(line("describable", whole(list, "describable"),
                     (double)whole(list, "describable") / (double)whole(list, "rows"), out));
        if (json_object_size(json_object_get(list, "values"))) {
            CAD_TRY(heading("not describable, by value", out));
            CAD_TRY(counts(json_object_get(list, "values"), TYPES, out));
        }
    } else {
        CAD_TRY(heading("rows", out));
        CAD_TRY(counts(json_object_get(stats, "kinds"), TYPES, out));
        CAD_TRY(print_splits(json_object_get(stats, "splits"), out));
    }
    CAD_TRY(print_counts(stats, "status", "import", out));
    CAD_TRY(print_counts(stats, "digits", "digits kept by rounding, files", out));
    CAD_TRY(print_counts(stats, "misfits", "why the template did not fit", out));
    CAD_TRY(print_counts(stats, "families", "families", out));
    if ((v = json_object_get(stats, "retrieval")))
        CAD_TRY(print_retrieval(v, out));
    if ((v = json_object_get(stats, "step")))
        CAD_TRY(print_step(v, out));
    if ((v = json_object_get(stats, "tokens")))
        CAD_TRY(print_tokens(v, whole(stats, "rows"), out));
    return (v = json_object_get(stats, "captions")) ? print_captions(v, out) : CAD_OK;
}
