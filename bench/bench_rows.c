#include "bench/bench_rows.h"

#include "core/fs.h"

#include <string.h>

cad_status bench_rows_open(const char *model, uint64_t seed, cad_arena *a, bench_rows *out)
{
    static const char *const families = "seen", *const units[] = {"mm", "none", "cm", "in"};
    static const char *const styles[] = {"short", "long", "dims", "free"};
    cad_buf path = CAD_BUF_INIT;
    bench_rows r = {0};
    CAD_TRY(cad_synth_opts_make(seed, (cad_synth_names){&families, 1}, (cad_synth_names){units, 4},
                                (cad_synth_names){styles, 4}, BENCH_PRIMITIVES, &r.synth));
    cad_status s = cad_buf_printf(&path, "file:%s/template.txt", model);
    if (s == CAD_OK)
        s = cad_template_get(path.data, NULL, a, &r.tpl);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/tokenizer.json", model);
    if (s == CAD_OK)
        s = cad_tokenizer_load(path.data, &r.tokenizer);
    cad_buf_deinit(&path);
    if (s != CAD_OK)
        return s;
    r.eos = (uint32_t)cad_tokenizer_eos(r.tokenizer);
    *out = r;
    return CAD_OK;
}

void bench_rows_close(bench_rows *r)
{
    cad_tokenizer_destroy(r->tokenizer);
    r->tokenizer = NULL;
}

cad_status bench_rows_get(const bench_rows *r, uint64_t i, bool answer, cad_arena *a, cad_ids *ids, size_t *begin,
                          const char **caption)
{
    cad_row row;
    size_t before = ids->n;
    CAD_TRY(cad_synth_row(&r->synth, i, false, a, &row));
    CAD_TRY(cad_template_encode(r->tpl, &(cad_prompt_slots){.caption = row.caption}, r->tokenizer, ids));
    *begin = ids->n - before;
    if (caption)
        *caption = row.caption;
    if (!answer)
        return CAD_OK;
    CAD_TRY(cad_tokenizer_encode(r->tokenizer, row.target, strlen(row.target), CAD_SPECIALS_text, ids));
    return cad_ids_add(ids, &r->eos, 1);
}

cad_status bench_write_json(json_t *o, const char *path)
{
    cad_status s = cad_json_write(path, o);
    json_decref(o);
    return s;
}
