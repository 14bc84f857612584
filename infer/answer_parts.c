#include "infer/answer_parts.h"
#include "core/fs.h"
#include "core/hash.h"
#include "eval/answers.h"
#include "infer/answer_program.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- drawing ---- */

typedef struct drawing {
    cad_answer_parts *out;
    const cad_prompts *prompts;
    cad_gen_step step;
    void *step_ctx;
} drawing;

static cad_status keep(void *ctx, const cad_answer *a)
{
    drawing *d = ctx;
    cad_answer_part *p = &d->out->item[a->prompt * d->out->samples + a->sample];
    *p = (cad_answer_part){.prompt = &d->prompts->item[a->prompt],
                           .found = d->prompts->found ? &d->prompts->found[a->prompt] : NULL,
                           .sample = a->sample,
                           .len = a->len,
                           .n_tokens = a->n_tokens,
                           .logprob = a->logprob,
                           .ms = a->ms,
                           .finish = a->finish,
                           .seed = a->seed,
                           .reason = "",
                           .summary = ""};
    CAD_TRY(cad_arena_strdup(d->out->arena, a->text, a->len, &p->text));
    cad_answer_program made;
    CAD_TRY(cad_answer_program_make(p->text, p->len, p->finish, d->out->format, d->out->arena, &made));
    p->program = made.text;
    p->program_len = made.len;
    p->complete = made.complete;
    p->reason = made.reason;
    return CAD_OK;
}

static cad_status stepped(void *ctx, int64_t tokens, int64_t done)
{
    drawing *d = ctx;
    return d->step ? d->step(d->step_ctx, tokens, done) : CAD_OK;
}

cad_status cad_answer_parts_generate(cad_engine *e, const cad_prompts *p, const cad_decode *o, cad_format format, cad_arena *a,
                                     cad_gen_step step, void *step_ctx, cad_answer_parts *out)
{
    cad_answer_parts parts = {.samples = o->samples > 0 ? o->samples : 1, .format = format, .arena = a};
    parts.n = p->n * parts.samples;
    CAD_TRY(cad_arena_zalloc(a, (size_t)parts.n, sizeof *parts.item, "answers", &parts.item));
    drawing d = {.out = &parts, .prompts = p, .step = step, .step_ctx = step_ctx};
    CAD_TRY(cad_engine_generate(e, p->item, p->n, o, keep, stepped, &d));
    *out = parts;
    return CAD_OK;
}

void cad_answer_parts_deinit(cad_answer_parts *p)
{
    for (int64_t i = 0; i < p->n; i++) {
        json_decref(p->item[i].check);
        json_decref(p->item[i].files);
        p->item[i].check = p->item[i].files = NULL;
    }
}

/* ---- checking ---- */

static cad_status say(cad_arena *a, const char **out, const char *text)
{
    return cad_arena_strdup(a, text, strlen(text), out);
}

static cad_status summarise(const json_t *facts, cad_arena *a, const char **out)
{
    double b[6];
    char text[160];
    for (size_t i = 0; i < 6; i++)
        b[i] = json_number_value(json_array_get(json_object_get(facts, "bbox"), i));
    int64_t faces = json_integer_value(json_object_get(facts, "faces"));
    snprintf(text, sizeof text, "%.6g x %.6g x %.6g mm, %.6g mm3, %" PRId64 " faces", b[3] - b[0], b[4] - b[1], b[5] - b[2],
             json_number_value(json_object_get(facts, "volume")), faces);
    return say(a, out, text);
}

/* The first error among the findings of a report, else its reason; "step" and "program" are objects of the same keys, one of
 * them null. */
static cad_status find_reason(const json_t *report, cad_arena *a, const char **out)
{
    size_t i;
    json_t *d, *read = json_object_get(report, "step");
    if (!json_is_object(read))
        read = json_object_get(report, "program");
    json_array_foreach(json_object_get(read, "diagnostics"), i, d)
    {
        const char *severity = json_string_value(json_object_get(d, "severity"));
        if (!severity || strcmp(severity, "error") != 0)
            continue;
        char text[600];
        const char *at = json_string_value(json_object_get(d, "at")), *what = json_string_value(json_object_get(d, "message"));
        snprintf(text, sizeof text, "%s: %s", at ? at : "?", what ? what : "?");
        return say(a, out, text);
    }
    const char *why = json_string_value(json_object_get(json_object_get(report, "reason"), "text"));
    return say(a, out, why ? why : "no valid solid");
}

/* Takes in the report of one answer; CAD_EUNSUPPORTED only means that nobody could check. */
static cad_status take_report(cad_answer_part *p, const cad_pool_result *r, cad_arena *a)
{
    p->checked = !(r->verdict == CAD_VERDICT_failed && r->status == CAD_EUNSUPPORTED);
    if (!p->checked)
        return CAD_OK;
    if (r->verdict != CAD_VERDICT_ok)
        return say(a, &p->reason, cad_convert_reason(r));
    CAD_TRY(cad_json_parse((const char *)r->out, r->out_len, "report", &p->check));
    const json_t *facts = json_object_get(p->check, "facts");
    if (json_is_object(facts))
        CAD_TRY(summarise(facts, a, &p->summary));
    const char *class_ = json_string_value(json_object_get(p->check, "class"));
    bool cut = !p->complete && class_ && !strcmp(class_, "truncated");
    if (!json_is_true(json_object_get(p->check, "ok")) && !cut)
        return find_reason(p->check, a, &p->reason);
    if (!p->complete)
        return say(a, &p->reason,
                   p->finish == CAD_FINISH_stop ? "the answer ends before END-ISO-10303-21;"
                                                : "the answer was cut at its token limit");
    p->valid = true;
    return CAD_OK;
}

static cad_status check_all(cad_answer_parts *p, cad_pool *pool)
{
    const cad_convert_job job = cad_convert_defaults(p->format, CAD_FORMAT_report);
    size_t most = 4 * (size_t)cad_pool_workers(pool);
    for (int64_t sent = 0; sent < p->n || cad_pool_pending(pool) > 0;) {
        cad_pool_result r;
        for (; sent < p->n && cad_pool_pending(pool) < most; sent++) {
            cad_answer_part *a = &p->item[sent];
            a->checked = !a->program; /* nothing to look at */
            if (a->program)
                CAD_TRY(cad_convert_submit(pool, (uint64_t)sent, &job, a->program, a->program_len));
        }
        if (cad_pool_pending(pool) == 0)
            continue;
        CAD_TRY(cad_pool_next(pool, &r));
        CAD_TRY(take_report(&p->item[r.tag], &r, p->arena));
    }
    return CAD_OK;
}

/* ---- files ---- */

cad_status cad_answer_file_name(const char *path, int64_t sample, cad_buf *out)
{
    const char *dot = strrchr(path, '.');
    if (sample == 0)
        return cad_buf_str(out, path);
    return cad_buf_printf(out, "%.*s-%" PRId64 "%s", (int)(dot - path), path, sample + 1, dot);
}

cad_status cad_answer_part_program(const cad_answer_part *p, cad_buf *out)
{
    const char *text = p->program ? p->program : p->text;
    size_t len = p->program ? p->program_len : p->len;
    CAD_TRY(cad_buf_add(out, text, len));
    return len > 0 && text[len - 1] == '\n' ? CAD_OK : cad_buf_str(out, "\n");
}

static cad_status write_one(cad_answer_part *p, cad_format own, cad_pool *pool, const char *path)
{
    cad_format format;
    cad_buf bytes = CAD_BUF_INIT;
    CAD_TRY(cad_format_of(path, &format));
    cad_status s = CAD_OK;
    if (format == own) {
        s = cad_answer_part_program(p, &bytes);
    } else if (p->checked && !p->valid) {
        return CAD_OK;
    } else {
        const cad_convert_job job = cad_convert_defaults(own, format);
        s = cad_convert_one(pool, &job, p->program, p->program_len, &bytes);
    }
    if (s == CAD_OK)
        s = cad_fs_write(path, bytes.data, bytes.len);
    cad_buf_deinit(&bytes);
    if (s == CAD_OK && json_object_set_new(p->files, cad_format_name(format), cad_json_text(path)))
        CAD_FAIL(CAD_ENOMEM, "out of memory for the list of files");
    return s;
}

static cad_status write_files(cad_answer_parts *p, int64_t i, cad_pool *pool, const cad_answer_files *f)
{
    cad_answer_part *a = &p->item[i];
    cad_buf path = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    a->files = json_object();
    if (!a->files)
        CAD_FAIL(CAD_ENOMEM, "out of memory for the list of files");
    for (size_t k = 0; s == CAD_OK && k < f->n_path; k++) {
        cad_buf_clear(&path);
        s = cad_answer_file_name(f->path[k], a->sample, &path);
        if (s == CAD_OK)
            s = write_one(a, p->format, pool, cad_buf_cstr(&path));
    }
    for (size_t k = 0; s == CAD_OK && f->folder && k < f->n_ending; k++) {
        char name[64];
        snprintf(name, sizeof name, "%03" PRId64 "%s", i / p->samples, f->ending[k]);
        cad_buf_clear(&path);
        s = cad_buf_printf(&path, "%s/", f->folder);
        if (s == CAD_OK)
            s = cad_answer_file_name(name, a->sample, &path);
        if (s == CAD_OK)
            s = write_one(a, p->format, pool, cad_buf_cstr(&path));
    }
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_answer_parts_build(cad_answer_parts *p, cad_pool *pool, const cad_answer_files *files)
{
    CAD_TRY(check_all(p, pool));
    if (files->folder)
        CAD_TRY(cad_fs_mkdirs(files->folder));
    for (int64_t i = 0; i < p->n; i++)
        CAD_TRY(write_files(p, i, pool, files));
    return CAD_OK;
}

/* ---- rows ---- */

cad_status cad_answer_part_row(const cad_answer_part *a, cad_format format, const char *identity, json_t **out)
{
    char key[CAD_HASH_HEX], sha[CAD_HASH_HEX];
    cad_buf b = CAD_BUF_INIT;
    cad_answers_prompt_sha(a->prompt->caption, a->prompt->retrieved, sha);
    CAD_TRY(cad_buf_printf(&b, "%s prompt %s retrieved %s seed %" PRIu64 " sample %" PRId64, identity, sha,
                           a->prompt->retrieved ? a->prompt->retrieved : "", a->seed, a->sample));
    cad_hash128_hex(b.data, b.len, key);
    cad_buf_deinit(&b);
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, a->seed); /* 64 bits do not survive as a JSON number */
    json_t *text = json_stringn(a->text, a->len);
    *out = json_pack("{ss,ss,ss,sI,ss,so,ss,ss,so,sI,ss,sf,sf,sO?,sO?,sb,ss}", "key", key, "id", a->prompt->id, "prompt",
                     a->prompt->caption, "sample", (json_int_t)a->sample, "prompt_sha", sha, "rag_ids",
                     cad_answers_rag_ids(a->found), "seed", seed, "format", cad_format_name(format), "text", text, "n_tokens",
                     (json_int_t)a->n_tokens, "finish", cad_finish_name(a->finish), "ms", a->ms, "logprob", a->logprob, "files",
                     a->files, "check", a->check, "valid", (int)a->valid, "error", a->reason);
    if (!*out)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a row of answers");
    return CAD_OK;
}
