/* cadtool logprob: how likely a model finds a text, token by token. */
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/size.h"
#include "core/utf8.h"
#include "eval/models_cmd.h"
#include "kernels/device.h"
#include "model/decoder/checkpoint_parts.h"
#include "model/decoder/memory_plan.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const size_t FILE_LIMIT = (size_t)64 << 20;

typedef struct text {
    const char *path;
    cad_ids ids; /* the begin token included, where there is one */
} text;

typedef struct job {
    cad_ckpt_parts parts;
    cad_tokenizer *tokenizer;
    cad_decoder *decoder;
    cad_batch *batch;
    int64_t bos; /* -1: none */
    text *file;  /* n */
    size_t n;
    int64_t longest; /* tokens of a file */
    float *nll;      /* of one file */
} job;

static cad_status read_bos(const cad_cli *cli, job *j)
{
    const char *mode = cad_cli_value(cli, "bos");
    bool always = mode && !strcmp(mode, "on"), never = mode && !strcmp(mode, "off");
    if (mode && !always && !never && strcmp(mode, "auto") != 0)
        CAD_FAIL(CAD_EUSAGE, "--bos=%s; expected auto, on or off", mode);
    j->bos = never || !(always || j->parts.bos) ? -1 : cad_tokenizer_bos(j->tokenizer);
    if (always && j->bos < 0)
        CAD_FAIL(CAD_EUSAGE, "--bos=on: the tokenizer of %s has no begin token", j->parts.path);
    return CAD_OK;
}

static cad_status read_file(job *j, text *t)
{
    cad_buf bytes = CAD_BUF_INIT;
    uint32_t bos = (uint32_t)j->bos;
    cad_status s = cad_fs_read(t->path, FILE_LIMIT, &bytes);
    if (s == CAD_OK && j->bos >= 0)
        s = cad_ids_add(&t->ids, &bos, 1);
    if (s == CAD_OK) {
        s = cad_tokenizer_encode(j->tokenizer, cad_buf_cstr(&bytes), bytes.len, CAD_SPECIALS_text, &t->ids);
        if (s != CAD_OK)
            s = cad_fail(s, "%s: %s", t->path, cad_error_text());
    }
    cad_buf_deinit(&bytes);
    CAD_TRY(s);
    int64_t n = (int64_t)t->ids.n;
    if (n > j->parts.model.max_pos)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " tokens; %s takes at most %" PRId64, t->path, n, j->parts.path,
                 j->parts.model.max_pos);
    j->longest = n > j->longest ? n : j->longest;
    return CAD_OK;
}

static cad_status read_files(cad_cli *cli, job *j)
{
    cad_arena *a = cad_cli_arena(cli);
    CAD_TRY(cad_ckpt_parts_find(cad_cli_arg(cli, 0), a, &j->parts));
    CAD_TRY(cad_ckpt_parts_read(&j->parts, cad_cli_value(cli, "adapter"), a));
    CAD_TRY(cad_ckpt_parts_tokenizer(&j->parts, a, &j->tokenizer));
    CAD_TRY(read_bos(cli, j));
    j->n = cad_cli_nargs(cli) - 1;
    CAD_TRY(cad_arena_zalloc(a, j->n, sizeof *j->file, "texts", &j->file));
    for (size_t i = 0; i < j->n; i++) {
        j->file[i].path = cad_cli_arg(cli, i + 1);
        CAD_TRY(read_file(j, &j->file[i]));
    }
    return CAD_OK;
}

/* In f32 on the CPU, unless another device was asked for. */
static cad_status open_decoder(cad_cli *cli, const cad_config *config, job *j)
{
    cad_device device;
    cad_memory_plan m = {0};
    cad_decoder_opts o = {.max_tokens = j->longest > 0 ? j->longest : 1, .max_segments = 1};
    cad_ckpt_parts_options(&j->parts, &o);
    CAD_TRY(cad_device_open(strcmp(config->run.device, "auto") ? config->run.device : "cpu", &device));
    CAD_TRY(cad_memory_add_model(&m, &j->parts.model, device.ops, &o, NULL));
    CAD_TRY(cad_memory_check(&m, &device, j->parts.path));
    CAD_TRY(cad_decoder_create(&j->parts.model, device.ops, &o, &j->decoder));
    CAD_TRY(cad_ckpt_parts_load(&j->parts, j->decoder));
    CAD_TRY(cad_batch_create(cad_cli_arena(cli), o.max_tokens, 1, &j->batch));
    return cad_arena_alloc(cad_cli_arena(cli), cad_size_mul((size_t)o.max_tokens, sizeof *j->nll), "log-probabilities",
                           &j->nll);
}

/* nll[i]: of token i + 1 after those before it. */
static cad_status judge(job *j, const text *t)
{
    if (t->ids.n < 2)
        return CAD_OK;
    const uint32_t all[2] = {1, (uint32_t)t->ids.n};
    cad_batch_clear(j->batch);
    CAD_TRY(cad_batch_add(j->batch,
                          &(cad_batch_row){.ids = t->ids.id, .n = (int64_t)t->ids.n, .span = all, .n_spans = 1, .weight = 1}));
    CAD_TRY(cad_decoder_eval(j->decoder, j->batch, j->nll, NULL));
    for (size_t i = 0; i + 1 < t->ids.n; i++)
        if (!isfinite(j->nll[i]))
            CAD_FAIL(CAD_ENUMERIC, "%s: the log-probability of token %zu is not finite", t->path, i + 2);
    return CAD_OK;
}

/* Entries of the answer: tokens of the text, without the begin token; entry i < known has no log-probability. */
typedef struct entries {
    const uint32_t *id;
    const float *nll;
    size_t n, known;
    double sum;
} entries;

static entries entries_of(const job *j, const text *t)
{
    size_t bos = j->bos >= 0;
    entries e = {.id = t->ids.id + bos, .nll = j->nll, .n = t->ids.n - bos, .known = t->ids.n ? t->ids.n - 1 : 0};
    for (size_t i = 0; i < e.known; i++)
        e.sum -= (double)e.nll[i];
    return e;
}

/* The log-probability of entry i; false: it has none. */
static bool entry(const entries *e, size_t i, double *out)
{
    size_t before = e->n - e->known; /* entries without one: the first, or none */
    if (i < before)
        return false;
    *out = -(double)e->nll[i - before];
    return true;
}

static cad_status print_json(const entries *e, cad_buf *out)
{
    json_t *ids = json_array(), *logprob = json_array();
    int bad = !ids || !logprob;
    for (size_t i = 0; !bad && i < e->n; i++) {
        double v;
        bad |= json_array_append_new(ids, json_integer(e->id[i]));
        bad |= json_array_append_new(logprob, entry(e, i, &v) ? json_real(v) : json_null());
    }
    json_t *o =
        bad ? NULL
            : json_pack("{s:O, s:O, s:f, s:I}", "ids", ids, "logprob", logprob, "sum", e->sum, "n", (json_int_t)e->known);
    json_decref(ids);
    json_decref(logprob);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for an answer");
    cad_status s = cad_json_print(o, out);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

/* `    1234    -0.520000  " plate\n"`: the bytes of the token as a JSON string. */
static cad_status print_token(const job *j, const entries *e, size_t i, cad_buf *out)
{
    double v;
    size_t len;
    cad_buf piece = CAD_BUF_INIT;
    CAD_TRY(cad_buf_printf(out, "%8" PRIu32, e->id[i]));
    CAD_TRY(entry(e, i, &v) ? cad_buf_printf(out, " %12.6f  ", v) : cad_buf_printf(out, " %12s  ", "-"));
    const char *bytes = cad_tokenizer_bytes(j->tokenizer, e->id[i], &len);
    cad_status s = cad_utf8_lossy(bytes, len, &piece);
    json_t *quoted = s == CAD_OK ? json_stringn(cad_buf_cstr(&piece), piece.len) : NULL;
    if (s == CAD_OK && !quoted)
        s = cad_fail(CAD_ENOMEM, "out of memory for an answer");
    if (s == CAD_OK)
        s = cad_json_print(quoted, out);
    json_decref(quoted);
    cad_buf_deinit(&piece);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

static cad_status print_text(const job *j, const text *t, const entries *e, bool tokens, cad_buf *out)
{
    for (size_t i = 0; tokens && i < e->n; i++)
        CAD_TRY(print_token(j, e, i, out));
    CAD_TRY(cad_buf_printf(out, "%s: %zu token%s, %zu with a log-probability, sum %.6f", t->path, e->n, e->n == 1 ? "" : "s",
                           e->known, e->sum));
    if (e->known > 0)
        CAD_TRY(
            cad_buf_printf(out, ", mean %.6f, perplexity %.4f", e->sum / (double)e->known, exp(-e->sum / (double)e->known)));
    return cad_buf_str(out, "\n");
}

static cad_status answer(cad_cli *cli, job *j, const text *t)
{
    cad_buf out = CAD_BUF_INIT;
    CAD_TRY(judge(j, t));
    entries e = entries_of(j, t);
    cad_status s = cad_cli_json(cli) ? print_json(&e, &out) : print_text(j, t, &e, cad_cli_has(cli, "tokens"), &out);
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}

static cad_status run(cad_cli *cli, const cad_config *config, job *j)
{
    CAD_TRY(read_files(cli, j));
    CAD_TRY(open_decoder(cli, config, j));
    for (size_t i = 0; i < j->n; i++)
        CAD_TRY(answer(cli, j, &j->file[i]));
    return CAD_OK;
}

cad_status cad_cmd_logprob(cad_cli *cli)
{
    cad_config *config;
    bool done;
    job j = {0};
    if (cad_cli_nargs(cli) < 2)
        CAD_FAIL(CAD_EUSAGE, "logprob takes a model and one text or more: CKPT FILE..");
    if (cad_cli_json(cli) && cad_cli_has(cli, "tokens"))
        CAD_FAIL(CAD_EUSAGE, "--tokens and --json; expected one of them");
    CAD_TRY(cad_cmd_settings(cli, &config, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_model));
    cad_status s = run(cli, config, &j);
    for (size_t i = 0; i < j.n && j.file; i++)
        cad_ids_deinit(&j.file[i].ids);
    cad_decoder_destroy(j.decoder);
    cad_tokenizer_destroy(j.tokenizer);
    return s;
}
