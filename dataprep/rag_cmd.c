/* cadprep rag build, query, embed. */
#include "core/clock.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/size.h"
#include "core/utf8.h"
#include "dataprep/corpus_row.h"
#include "dataprep/npy.h"
#include "dataprep/prep_cmd.h"
#include "dataprep/prep_share.h"
#include "dataprep/rag_current.h"
#include "dataprep/stage_rag.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static cad_status open_config(cad_cli *cli, size_t n_args, const char *what, cad_config **cfg, bool *done)
{
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, cfg, done));
    if (!*done && cad_cli_nargs(cli) != n_args)
        CAD_FAIL(CAD_EUSAGE, "%zu arguments; expected %s", cad_cli_nargs(cli), what);
    return CAD_OK;
}

/* ---- build ---- */

cad_status cad_cmd_rag_build(cad_cli *cli)
{
    cad_config *cfg = NULL;
    bool done = false;
    CAD_TRY(open_config(cli, 1, "a folder of splits, or one corpus", &cfg, &done));
    if (done)
        return CAD_OK;
    const char *in = cad_cli_arg(cli, 0);
    CAD_TRY(cad_file_expect(in, cad_fs_is_dir(in) ? CAD_FILE_splits : CAD_FILE_corpus));
    cad_prep_job j;
    CAD_TRY(cad_prep_job_open(cfg, in, cad_cli_arena(cli), &j));
    return cad_prep_rag(&j, in);
}

/* ---- query ---- */

static cad_status print_hits(const cad_rag_rows *rows, const char *text, const cad_rag_hit *hit, int64_t n, bool json)
{
    cad_buf out = CAD_BUF_INIT;
    json_t *list = json_array(), *o = json_pack("{s:s, s:o}", "query", text, "hits", list);
    cad_status s = o ? CAD_OK : cad_fail(CAD_ENOMEM, "rag query: no memory for the answer");
    for (int64_t i = 0; s == CAD_OK && i < n; i++) {
        const char *id = rows->id[hit[i].row], *caption = rows->caption[hit[i].row];
        if (!json)
            s = cad_buf_printf(&out, "%.4f  %s  %s\n", (double)hit[i].score, id, caption);
        else if (json_array_append_new(
                     list, json_pack("{s:s, s:f, s:s}", "id", id, "score", (double)hit[i].score, "caption", caption)))
            s = cad_fail(CAD_EDATA, "rag query: row %s is not valid UTF-8", id);
    }
    if (s == CAD_OK && json)
        s = cad_json_print(o, &out);
    if (s == CAD_OK && json)
        s = cad_buf_str(&out, "\n");
    if (s == CAD_OK)
        s = cad_out(cad_buf_cstr(&out), out.len);
    json_decref(o);
    cad_buf_deinit(&out);
    return s;
}

static cad_status query(const cad_config *cfg, const cad_rag_index *x, const char *text, bool json)
{
    const cad_rag_info *info = cad_rag_index_info(x);
    cad_rag_encoder *e = NULL;
    cad_rag_hit *hit = NULL;
    int64_t found = 0;
    cad_rag_rule rule = {.k = cfg->rag.k, .seed = (uint64_t)cfg->run.seed, .min_score = cfg->rag.min_score};
    rule.ties = cfg->prep.profile == CAD_PREP_PROFILE_steplm ? CAD_RAG_TIE_LAST : (cad_rag_ties)cfg->rag.ties;
    cad_rag_encoder_kind kind = !strcmp(info->encoder, "minilm") ? CAD_RAG_BY_MINILM : CAD_RAG_BY_HASH;
    if (cad_config_is_set(cfg, "rag.encoder"))
        kind = (cad_rag_encoder_kind)cfg->rag.encoder;
    CAD_TRY(cad_rag_encoder_create(kind, cfg->rag.encoder_path, &e));
    cad_status s = cad_mem_alloc(cad_size_mul((size_t)rule.k, sizeof *hit), "hits", &hit);
    if (s == CAD_OK)
        s = cad_rag_index_search(x, e, text, &rule, hit, &found);
    if (s == CAD_OK)
        s = print_hits(cad_rag_index_rows(x), text, hit, found, json);
    cad_mem_free(hit);
    cad_rag_encoder_destroy(e);
    return s;
}

cad_status cad_cmd_rag_query(cad_cli *cli)
{
    cad_config *cfg = NULL;
    cad_rag_index *x = NULL;
    char path[4200];
    bool done = false;
    CAD_TRY(open_config(cli, 2, "a folder or an index, and a sentence", &cfg, &done));
    if (done)
        return CAD_OK;
    const char *in = cad_cli_arg(cli, 0);
    if (cad_text_is_blank(cad_cli_arg(cli, 1)))
        CAD_FAIL(CAD_EUSAGE, "an empty sentence; expected what to look for");
    snprintf(path, sizeof path, cad_fs_is_dir(in) ? "%s/" CAD_RAG_INDEX_NAME : "%s", in);
    if (!cad_fs_exists(path))
        CAD_FAIL(CAD_ENOTFOUND, "%s: no such file\nhint: cadprep rag build %s", path, cad_fs_is_dir(in) ? in : "DIR");
    CAD_TRY(cad_rag_index_open(path, &x));
    bool train = !strcmp(cad_rag_index_info(x)->scope, "train"); /* another may be that of a corpus which is not split */
    cad_status s = train ? cad_rag_current(x, path, NULL) : CAD_OK;
    if (s == CAD_OK)
        s = query(cfg, x, cad_cli_arg(cli, 1), cad_cli_json(cli));
    cad_rag_index_destroy(x);
    return s;
}

/* ---- embed ---- */

/* A row that has a caption, or a text: rows of a corpus, a suite's prompts, {"caption":..} alone, or a bare string. */
static cad_status caption_of(const json_t *o, const char *where, const char **out)
{
    static const char *const key[] = {"caption", "text", "prompt"};
    *out = json_string_value(o);
    for (size_t i = 0; !*out && i < sizeof key / sizeof *key; i++)
        *out = json_string_value(json_object_get(o, key[i]));
    if (!*out)
        CAD_FAIL(CAD_EDATA, "%s: expected a string, or an object with 'caption', 'text' or 'prompt'", where);
    return CAD_OK;
}

/* Captions of JSON lines; the header of a corpus or suite, an object with "schema", is passed over. */
static cad_status read_captions(const char *path, cad_arena *a, const char ***out, int64_t *count)
{
    cad_buf text = CAD_BUF_INIT, list = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, 0, &text);
    int64_t line_no = 0;
    for (const char *line = cad_buf_cstr(&text), *end = line + text.len; s == CAD_OK && line < end;) {
        const char *lf = memchr(line, '\n', (size_t)(end - line)), *caption = NULL, *copy = NULL;
        size_t len = lf ? (size_t)(lf - line) : (size_t)(end - line);
        char where[4300];
        json_t *o = NULL;
        snprintf(where, sizeof where, "%s:%" PRId64, path, ++line_no);
        if (len)
            s = cad_json_parse(line, len, where, &o);
        if (s == CAD_OK && o && !(line_no == 1 && json_object_get(o, "schema"))) {
            s = caption_of(o, where, &caption);
            if (s == CAD_OK)
                s = cad_arena_strdup(a, caption, strlen(caption), &copy);
            if (s == CAD_OK)
                s = cad_buf_add(&list, &copy, sizeof copy);
        }
        json_decref(o);
        line += len + 1;
    }
    *count = (int64_t)(list.len / sizeof **out);
    if (s == CAD_OK && !*count)
        s = cad_fail(CAD_ENOTFOUND, "%s: zero rows", path);
    if (s == CAD_OK)
        s = cad_arena_alloc(a, list.len, "captions", out);
    if (s == CAD_OK)
        memcpy(*out, list.data, list.len);
    cad_buf_deinit(&list);
    cad_buf_deinit(&text);
    return s;
}

static cad_status write_npy(const char *path, const float *data, int64_t n, int64_t dim)
{
    char head[CAD_NPY_HEAD];
    cad_writer *w = NULL;
    cad_npy_head(n, dim, head);
    CAD_TRY(cad_writer_open(path, &w));
    cad_status s = cad_writer_add(w, head, sizeof head);
    if (s == CAD_OK)
        s = cad_writer_add(w, data, cad_size_mul(cad_size_mul((size_t)n, (size_t)dim), sizeof *data));
    if (s == CAD_OK)
        return cad_writer_commit(w);
    cad_writer_abort(w);
    return s;
}

static cad_status embed(cad_rag_encoder *e, const char *const *caption, int64_t n, const char *out)
{
    float *vector = NULL;
    int64_t dim = cad_rag_encoder_dim(e);
    double start = cad_clock_now();
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)n, (size_t)dim), sizeof *vector), "caption vectors", &vector));
    cad_status s = cad_rag_encode(e, caption, n, vector);
    double seconds = cad_clock_now() - start;
    if (s == CAD_OK)
        s = cad_make_parent(out);
    if (s == CAD_OK)
        s = write_npy(out, vector, n, dim);
    cad_mem_free(vector);
    char rows[32], rate[16];
    cad_progress_grouped(n, rows);
    cad_progress_count((double)n / (seconds > 0 ? seconds : 1), rate);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "rag embed: %s captions x %" PRId64 " by %s in %s, %s captions/s", rows, dim,
                cad_rag_encoder_name(e), out, rate);
    return s;
}

cad_status cad_cmd_rag_embed(cad_cli *cli)
{
    cad_config *cfg = NULL;
    cad_rag_encoder *e = NULL;
    const char **caption = NULL, *out = cad_cli_value(cli, "output");
    int64_t n = 0;
    bool done = false;
    CAD_TRY(open_config(cli, 1, "a file of JSON lines", &cfg, &done));
    if (done)
        return CAD_OK;
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "rag embed: no output\nhint: cadprep rag embed %s -o F.npy", cad_cli_arg(cli, 0));
    cad_prep_job j;
    cad_prep_share share;
    const char *inputs[2] = {cad_cli_arg(cli, 0), NULL};
    int64_t first, end;
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &j.shard));
    if (cfg->rag.encoder == CAD_RAG_ENCODER_minilm)
        CAD_TRY(cad_path_join(j.arena, cfg->rag.encoder_path, "model.safetensors", &inputs[1]));
    CAD_TRY(cad_prep_share_open(&j, "rag embed", "rag.encoder", inputs, 2, out, &share));
    if (share.done)
        return CAD_OK;
    CAD_TRY(read_captions(inputs[0], cad_cli_arena(cli), &caption, &n));
    cad_shard_range(j.shard, n, &first, &end);
    CAD_TRY(cad_rag_encoder_create((cad_rag_encoder_kind)cfg->rag.encoder, cfg->rag.encoder_path, &e));
    cad_status s = embed(e, caption + first, end - first, share.out);
    cad_rag_encoder_destroy(e);
    return cad_prep_share_close(&j, &share, (cad_shard_tally){end - first, 0, 0, end - first}, s);
}
