/* cadprep preview: rows of a pack as text, in colour, as JSON, as a page with pictures. */
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/path.h"
#include "dataprep/pack.h"
#include "dataprep/prep_cmd.h"
#include "dataprep/preview.h"
#include "eval/convert.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The tokenizer that made a pack: --tokenizer, else where the pack says, else the usual places; its hash must agree. */
static cad_status tokenizer_of(cad_cli *cli, const cad_pack *p, const char *pack_path, cad_tokenizer **out)
{
    char path[4200], first[600] = "";
    const char *given = cad_cli_value(cli, "tokenizer");
    for (int i = given ? 0 : 1; i < 4; i++) {
        if (i == 2)
            snprintf(path, sizeof path, "%.*stokenizer/tokenizer.json", (int)(cad_path_base(pack_path) - pack_path), pack_path);
        else
            snprintf(path, sizeof path, "%s/tokenizer.json", i == 0 ? given : i == 1 ? p->info.tokenizer_name : "models/tiny");
        cad_tokenizer *t = NULL;
        cad_status s = cad_tokenizer_load(path, &t);
        if (given)
            CAD_TRY(s);
        if (s == CAD_OK && !strcmp(cad_tokenizer_hash(t), p->info.tokenizer_xxh3)) {
            *out = t;
            return CAD_OK;
        }
        if (!*first && s == CAD_OK)
            snprintf(first, sizeof first, "; %.300s is %s", path, cad_tokenizer_hash(t));
        cad_tokenizer_destroy(t);
        if (given)
            break;
    }
    CAD_FAIL(CAD_EDATA, "%s: its tokenizer is %s%s\nhint: --tokenizer=DIR", pack_path, p->info.tokenizer_xxh3, first);
}

static cad_status json_rows(const cad_pack *p, const cad_tokenizer *t, int64_t n, cad_buf *out)
{
    json_t *list = json_array();
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t r = 0; s == CAD_OK && r < p->n_rows && (int64_t)r < n; r++) {
        size_t len = 0;
        const char *id = cad_pack_id(p, r, &len);
        cad_buf_clear(&text);
        s = cad_preview_row(p, r, t, (cad_preview_opts){0}, &text);
        if (s == CAD_OK && json_array_append_new(list, json_pack("{s:s%, s:s, s:I}", "id", id, len, "text", text.data,
                                                                 "targets", (json_int_t)cad_pack_targets(p, r))))
            s = cad_fail(CAD_EDATA, "row %.*s is not valid UTF-8", (int)len, id);
    }
    if (s == CAD_OK)
        s = cad_json_print(list, out);
    if (s == CAD_OK)
        s = cad_buf_str(out, "\n");
    cad_buf_deinit(&text);
    json_decref(list);
    return s;
}

static cad_status preview(cad_cli *cli, const cad_pack *p, const cad_tokenizer *t, int64_t n)
{
    cad_buf out = CAD_BUF_INIT;
    cad_preview_opts o = {.color = cad_log_has_color(STDOUT_FILENO), .ids = cad_cli_has(cli, "ids")};
    cad_status s = CAD_OK;
    if (cad_cli_json(cli))
        s = json_rows(p, t, n, &out);
    for (size_t r = 0; s == CAD_OK && !cad_cli_json(cli) && r < p->n_rows && (int64_t)r < n; r++) {
        s = r ? cad_buf_str(&out, "\n") : CAD_OK;
        if (s == CAD_OK)
            s = cad_preview_row(p, r, t, o, &out);
    }
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}

/* ---- the page ---- */

/* The picture of row r in `png`, or in `why` the reason that there is none. */
static cad_status draw(cad_pool *pool, const cad_pack *p, const cad_tokenizer *t, size_t r, cad_buf *png, cad_buf *why)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_preview_target(p, r, t, &text);
    cad_convert_job job = cad_convert_defaults(strcmp(p->info.kind, "step") ? CAD_FORMAT_ir : CAD_FORMAT_step, CAD_FORMAT_png);
    job.width = 320;
    job.height = 240;
    if (s == CAD_OK)
        s = cad_convert_one(pool, &job, cad_buf_cstr(&text), text.len, png);
    if (s == CAD_EDATA || s == CAD_EUNSUPPORTED || s == CAD_EGEOM) {
        cad_buf_clear(png);
        s = cad_buf_str(why, cad_error_text());
    }
    cad_buf_deinit(&text);
    return s;
}

static cad_status page_rows(cad_pool *pool, const cad_pack *p, const cad_tokenizer *t, int64_t n, cad_preview_opts o,
                            cad_buf *out)
{
    cad_buf png = CAD_BUF_INIT, why = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t r = 0; s == CAD_OK && r < p->n_rows && (int64_t)r < n; r++) {
        cad_buf_clear(&png);
        cad_buf_clear(&why);
        s = draw(pool, p, t, r, &png, &why);
        if (s == CAD_OK)
            s = cad_preview_article(p, r, t, o, &png, cad_buf_cstr(&why), out);
    }
    cad_buf_deinit(&png);
    cad_buf_deinit(&why);
    return s;
}

static cad_status write_page(cad_cli *cli, const cad_config *cfg, const cad_pack *p, const cad_tokenizer *t, int64_t n)
{
    const char *path = cad_cli_value(cli, "html");
    cad_pool_opts po = {.workers = 1, .cpu_s = cfg->metrics.timeout_s, .mem_bytes = cfg->metrics.mem};
    cad_pool *pool = NULL;
    cad_buf out = CAD_BUF_INIT;
    cad_status s = cad_pool_create(&po, &pool);
    if (s == CAD_OK)
        s = cad_preview_page_begin(cad_cli_arg(cli, 0), &out);
    if (s == CAD_OK)
        s = page_rows(pool, p, t, n, (cad_preview_opts){.ids = cad_cli_has(cli, "ids")}, &out);
    if (s == CAD_OK)
        s = cad_preview_page_end(&out);
    if (s == CAD_OK)
        s = cad_make_parent(path);
    if (s == CAD_OK)
        s = cad_fs_write(path, out.data, out.len);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "written: %s", path);
    cad_buf_deinit(&out);
    cad_pool_destroy(pool);
    return s;
}

cad_status cad_cmd_preview(cad_cli *cli)
{
    int64_t n = 0;
    cad_config *cfg = NULL;
    bool done = false;
    const char *path = cad_cli_arg(cli, 0);
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "%zu arguments; expected one pack", cad_cli_nargs(cli));
    if (cad_cli_json(cli) && cad_cli_has(cli, "html"))
        CAD_FAIL(CAD_EUSAGE, "--html and --json; expected one of them");
    CAD_TRY(cad_cli_int(cli, "count", 5, &n));
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_refuse_corpus(path));
    cad_pack *p = NULL;
    cad_tokenizer *t = NULL;
    CAD_TRY(cad_pack_open(path, NULL, &p));
    cad_status s = tokenizer_of(cli, p, path, &t);
    if (s == CAD_OK)
        s = cad_cli_has(cli, "html") ? write_page(cli, cfg, p, t, n) : preview(cli, p, t, n);
    cad_tokenizer_destroy(t);
    cad_pack_close(p);
    return s;
}
