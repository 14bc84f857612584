#include "infer/cadgen_cmd.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/utf8.h"
#include "dataprep/audit.h"
#include "dataprep/retriever.h"
#include "eval/convert.h"
#include "infer/answer_parts.h"
#include "model/hf/licence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_OUTPUTS = 16, MAX_SLOTS = 64 };
static const size_t INPUT_LIMIT = (size_t)256 << 20;

typedef struct task {
    cad_cli *cli;
    cad_arena *arena;
    cad_config *config;
    cad_prompts prompts;
    cad_engine_facts facts;
    cad_retriever *retriever; /* NULL: prompts show nothing retrieved */
    cad_format format;        /* of the answers */
    bool many;                /* a file or stream of prompts */
    const char *output[MAX_OUTPUTS];
    cad_answer_files files;
    cad_engine *engine;
    cad_pool *pool;
    cad_answer_parts parts;
    cad_progress *progress;
} task;

/* ---- what is asked ---- */

static cad_status read_outputs(task *t)
{
    cad_format format[MAX_OUTPUTS];
    for (size_t i = 0;; i++) {
        const char *path = cad_cli_value_at(t->cli, "output", i);
        if (!path)
            break;
        if (i == MAX_OUTPUTS)
            CAD_FAIL(CAD_EUSAGE, "more than %d times -o", MAX_OUTPUTS);
        CAD_TRY(cad_format_of(path, &format[i]));
        for (size_t k = 0; k < i; k++)
            if (format[k] == format[i])
                CAD_FAIL(CAD_EUSAGE, "-o %s: %s is of the same format; expected one file of each", path, t->output[k]);
        CAD_TRY(cad_convert_check_out(path));
        t->output[t->files.n_path++] = path;
    }
    t->files.path = t->output;
    t->files.folder = cad_cli_value(t->cli, "out");
    if (t->files.n_path > 0 && t->many)
        CAD_FAIL(CAD_EUSAGE, "-o is for one prompt; for several use --out=DIR");
    return CAD_OK;
}

static cad_status check_usage(task *t)
{
    const char *file = cad_cli_value(t->cli, "file"), *text = cad_cli_arg(t->cli, 0);
    bool lines = cad_cli_has(t->cli, "jsonl");
    if (cad_cli_has(t->cli, "print-config") || cad_cli_has(t->cli, "explain"))
        return CAD_OK;
    if (cad_cli_nargs(t->cli) > 1)
        CAD_FAIL(CAD_EUSAGE, "%zu arguments; expected one prompt\nhint: in quotes: cadgen \"%s %s ..\"", cad_cli_nargs(t->cli),
                 text, cad_cli_arg(t->cli, 1));
    if ((file != NULL) + (text != NULL) + lines != 1)
        CAD_FAIL(CAD_EUSAGE,
                 "%s; expected one of PROMPT, --file=FILE and --jsonl\nhint: cadgen \"plate 40x20x5, four 4 mm holes\"",
                 text || file || lines ? "several sources of prompts" : "no prompt");
    if (text && cad_text_is_blank(text))
        CAD_FAIL(CAD_EUSAGE, "the prompt is empty");
    size_t len = text ? strlen(text) : 0, good = text ? cad_utf8_check(text, len) : 0;
    if (good < len)
        CAD_FAIL(CAD_EDATA, "the prompt: byte %zu is not UTF-8; expected text in UTF-8\nhint: from a file: --file=FILE",
                 good + 1);
    if (text && strpbrk(text, "./") && cad_fs_exists(text) && !cad_fs_is_dir(text))
        CAD_FAIL(CAD_EUSAGE, "%s: a file; expected a prompt\nhint: cadgen --file=%s", text, text);
    if (file)
        CAD_TRY(cad_file_expect(file, CAD_FILE_prompts));
    t->many = text == NULL;
    return read_outputs(t);
}

static cad_status read_prompts(task *t)
{
    const char *file = cad_cli_value(t->cli, "file"), *text = cad_cli_arg(t->cli, 0);
    bool lines = cad_cli_has(t->cli, "jsonl");
    if (text) {
        CAD_TRY(cad_arena_zalloc(t->arena, 1, sizeof *t->prompts.item, "prompt", &t->prompts.item));
        t->prompts.item[0] = (cad_prompt){.caption = text, .id = "1"};
        t->prompts.n = 1;
        return CAD_OK;
    }
    cad_buf in = CAD_BUF_INIT;
    const char *where = lines ? "stdin" : file;
    cad_status s = lines ? cad_fs_read_stdin(INPUT_LIMIT, &in) : cad_fs_read(file, INPUT_LIMIT, &in);
    if (s == CAD_OK && (lines || cad_path_ends(where, ".jsonl")))
        s = cad_prompts_jsonl(cad_buf_cstr(&in), in.len, where, t->arena, &t->prompts);
    else if (s == CAD_OK)
        s = cad_prompts_lines(cad_buf_cstr(&in), in.len, where, t->arena, &t->prompts);
    cad_buf_deinit(&in);
    return s;
}

/* What the checkpoint recorded of decoding, retrieval and its data lies below files and options. */
static cad_status read_config(task *t, bool *done)
{
    const char *ckpt = cad_cli_value(t->cli, "ckpt"), *path;
    CAD_TRY(cad_engine_peek(ckpt, cad_cli_value(t->cli, "template"), t->arena, &t->facts));
    if (!ckpt)
        cad_log(CAD_LOG_INFO, "model: %s (the embedded base)", t->facts.path);
    CAD_TRY(cad_path_join(t->arena, t->facts.path, "config.ini", &path));
    const cad_config_source below = {.kind = CAD_CONFIG_FILE, .name = path, .only = "rag decode data prep"};
    return cad_cli_config(t->cli, &below, cad_fs_exists(path) ? 1 : 0, NULL, 0, &t->config, done);
}

/* What the answers are, and which files can be made of them. */
static cad_status settle_format(task *t)
{
    static const char *const of_ir[] = {".ir", ".step", ".png"}, *const of_step[] = {".step", ".png"};
    const char *name = cad_cli_value(t->cli, "format");
    name = name ? name : t->facts.kind;
    if (strcmp(name, "ir") != 0 && strcmp(name, "step") != 0)
        CAD_FAIL(CAD_EUSAGE, "--format=%s; expected ir or step, what the answers are written in", name);
    if (t->facts.kind_recorded && strcmp(name, t->facts.kind) != 0)
        CAD_FAIL(CAD_EUSAGE, "--format=%s: %s learnt to answer in %s\nhint: without --format answers are what it learnt", name,
                 t->facts.path, t->facts.kind);
    bool step = name[0] == 's';
    t->format = step ? CAD_FORMAT_step : CAD_FORMAT_ir;
    t->files.ending = step ? of_step : of_ir;
    t->files.n_ending = step ? sizeof of_step / sizeof *of_step : sizeof of_ir / sizeof *of_ir;
    for (size_t i = 0; step && i < t->files.n_path; i++) {
        cad_format format;
        CAD_TRY(cad_format_of(t->files.path[i], &format));
        if (format == CAD_FORMAT_ir)
            CAD_FAIL(CAD_EUSAGE, "-o %s: %s answers in STEP, which cannot be turned into Compact IR\nhint: -o part.step",
                     t->files.path[i], t->facts.path);
    }
    return CAD_OK;
}

/* ---- retrieval ---- */

/* --rag, else the index beside the pack that the checkpoint learnt from; "": there is none. */
static cad_status index_path(task *t, cad_buf *out)
{
    const char *given = cad_cli_value(t->cli, "rag");
    if (given)
        return cad_buf_str(out, given);
    if (*t->config->rag.index)
        return cad_buf_str(out, t->config->rag.index);
    return *t->config->data.train ? cad_path_parent(t->config->data.train, out) : CAD_OK;
}

/* As the checkpoint learnt: ties of retrieval go by the seed that it recorded, while --seed is that of the answers. */
static cad_status retrieval_config(task *t, cad_config *out)
{
    const char *path;
    cad_config *recorded;
    CAD_TRY(cad_path_join(t->arena, t->facts.path, "config.ini", &path));
    const cad_config_source source = {.kind = CAD_CONFIG_FILE, .name = path, .only = "run"};
    CAD_TRY(cad_config_load(&source, cad_fs_exists(path) ? 1 : 0, t->arena, NULL, &recorded));
    *out = *t->config;
    out->run.seed = recorded->run.seed;
    return CAD_OK;
}

static cad_status open_retriever(task *t)
{
    const char *given = cad_cli_value(t->cli, "rag");
    bool off = given && !strcmp(given, "off");
    cad_buf path = CAD_BUF_INIT;
    cad_config config;
    if (given && !off && !t->facts.has_retrieved)
        CAD_FAIL(CAD_EUSAGE, "--rag=%s: the template of %s has no {retrieved}", given, t->facts.path);
    if (off || !t->facts.has_retrieved)
        return CAD_OK;
    CAD_TRY(retrieval_config(t, &config));
    CAD_TRY(index_path(t, &path));
    cad_status s = path.len ? CAD_OK
                            : cad_fail(CAD_ECONFIG,
                                       "the template of %s has {retrieved}, but rag.index is empty\n"
                                       "hint: --rag=INDEX, or --rag=off to leave the slot empty",
                                       t->facts.path);
    if (s == CAD_OK)
        s = cad_retriever_open(path.data, &config, given ? NULL : t->facts.rag_index, cad_cli_value(t->cli, "ckpt"),
                               &t->retriever);
    cad_buf_deinit(&path);
    return s;
}

/* What a prompt brings along itself stays. */
static cad_status retrieve(task *t)
{
    CAD_TRY(open_retriever(t));
    if (t->retriever)
        CAD_TRY(cad_arena_zalloc(t->arena, (size_t)t->prompts.n, sizeof *t->prompts.found, "retrieved", &t->prompts.found));
    for (int64_t i = 0; t->retriever && i < t->prompts.n; i++) {
        cad_prompt *p = &t->prompts.item[i];
        cad_retrieved *found = &t->prompts.found[i];
        if (p->retrieved)
            continue;
        CAD_TRY(cad_retriever_find(t->retriever, p->caption, t->arena, found));
        p->retrieved = found->text;
        for (int64_t k = 0; k < found->n; k++)
            cad_log(t->prompts.n == 1 ? CAD_LOG_INFO : CAD_LOG_DEBUG, "prompt %s: retrieved %s (%.3f)", p->id, found->id[k],
                    found->score[k]);
        if (found->n == 0)
            cad_log(CAD_LOG_WARN, "prompt %s: nothing was retrieved; its slot stays empty", p->id);
    }
    return CAD_OK;
}

/* ---- work ---- */

static cad_decode decoding(const cad_config *c)
{
    return (cad_decode){
        .sampling = {.temp = c->decode.temp, .top_p = c->decode.top_p, .min_p = c->decode.min_p, .top_k = c->decode.top_k},
        .max_new = c->decode.max_new,
        .samples = c->decode.samples,
        .seed = (uint64_t)c->run.seed};
}

static cad_status stepped(void *ctx, int64_t tokens, int64_t done)
{
    task *t = ctx;
    if (t->progress) {
        cad_progress_also(t->progress, "tok", tokens);
        cad_progress_show(t->progress, done, NULL);
    }
    return CAD_OK;
}

static cad_status generate(task *t)
{
    const cad_decode o = decoding(t->config);
    int64_t answers = t->prompts.n * o.samples, slots = t->config->decode.batch ? t->config->decode.batch : MAX_SLOTS;
    const cad_engine_opts e = {.template_name = cad_cli_value(t->cli, "template"),
                               .other_template = cad_list_has(&t->config->audit.waive, "template"),
                               .device = t->config->run.device,
                               .slots = answers < slots ? answers : slots,
                               .prompt = t->prompts.item,
                               .n_prompts = t->prompts.n,
                               .max_new = o.max_new};
    CAD_TRY(cad_audit_check_waivers(&t->config->audit.waive));
    cad_ops_set_matmul((cad_matmul)t->config->model.matmul);
    CAD_TRY(cad_engine_open(cad_cli_value(t->cli, "ckpt"), &e, &t->engine));
    if (cad_cli_value(t->cli, "ckpt"))
        cad_model_licence_log(cad_engine_get_info(t->engine).base);
    if (answers > 1) {
        CAD_TRY(cad_progress_create("generate", 0, answers, 0, &t->progress));
        cad_progress_work(t->progress, "answers");
    }
    CAD_TRY(cad_answer_parts_generate(t->engine, &t->prompts, &o, t->format, t->arena, stepped, t, &t->parts));
    cad_progress_destroy(t->progress);
    t->progress = NULL;
    return CAD_OK;
}

static cad_status build(task *t)
{
    const cad_config *c = t->config;
    int64_t workers = c->metrics.workers;
    if (t->parts.n < workers || (workers == 0 && t->parts.n == 1))
        workers = t->parts.n;
    const cad_pool_opts o = {.workers = (int)workers, .cpu_s = c->metrics.timeout_s, .mem_bytes = c->metrics.mem};
    CAD_TRY(cad_pool_create(&o, &t->pool));
    return cad_answer_parts_build(&t->parts, t->pool, &t->files);
}

/* ---- what comes out ---- */

static cad_status identity(const task *t, cad_buf *out)
{
    const cad_decode o = decoding(t->config);
    cad_engine_info i = cad_engine_get_info(t->engine);
    return cad_buf_printf(out, "model %s template %s temp %.17g top_p %.17g min_p %.17g top_k %" PRId64 " max_new %" PRId64,
                          i.hash, i.template_hash, o.sampling.temp, o.sampling.top_p, o.sampling.min_p, o.sampling.top_k,
                          o.max_new);
}

static cad_status print_rows(const task *t, const char *id, bool lines, cad_buf *out)
{
    json_t *all = json_array();
    cad_status s = all ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for rows of answers");
    if (s == CAD_OK && lines)
        s = cad_buf_str(out, "{\"schema\":1,\"kind\":\"predictions\"}\n");
    for (int64_t i = 0; s == CAD_OK && i < t->parts.n; i++) {
        json_t *row = NULL;
        s = cad_answer_part_row(&t->parts.item[i], t->format, id, &row);
        if (s == CAD_OK && lines) {
            s = cad_json_print(row, out);
            json_decref(row);
            if (s == CAD_OK)
                s = cad_buf_str(out, "\n");
        } else if (s == CAD_OK) {
            json_array_append_new(all, row);
        }
    }
    cad_engine_info info = cad_engine_get_info(t->engine);
    json_t *doc = json_pack("{si,ss,s{so,so,so?,ss},sO}", "schema", 1, "kind", "predictions", "model", "path",
                            cad_json_text(info.path), "base", cad_json_text(info.base), "adapter",
                            info.adapter ? cad_json_text(info.adapter) : NULL, "hash", info.hash, "answers", all);
    if (s == CAD_OK && !lines)
        s = doc ? cad_json_print(doc, out) : cad_fail(CAD_ENOMEM, "out of memory for the document");
    if (s == CAD_OK && !lines)
        s = cad_buf_str(out, "\n");
    json_decref(doc);
    json_decref(all);
    return s;
}

static cad_status print_text(const task *t, cad_buf *out)
{
    if (t->files.n_path > 0 || t->files.folder)
        return CAD_OK;
    for (int64_t i = 0; i < t->parts.n; i++) {
        const cad_answer_part *a = &t->parts.item[i];
        if (t->parts.n > 1)
            CAD_TRY(cad_buf_printf(out, "%s# %s, sample %" PRId64 ": %s\n", i ? "\n" : "", a->prompt->id, a->sample + 1,
                                   a->prompt->caption));
        CAD_TRY(cad_answer_part_program(a, out));
    }
    return CAD_OK;
}

/* One line for each file: of an answer that is no valid part only its program is there. */
static cad_status tell_files(const task *t, const cad_answer_part *a)
{
    cad_buf name = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < t->files.n_path; i++) {
        cad_format format;
        cad_buf_clear(&name);
        s = cad_format_of(t->files.path[i], &format);
        if (s != CAD_OK || !json_object_get(a->files, cad_format_name(format)))
            continue;
        s = cad_answer_file_name(t->files.path[i], a->sample, &name);
        if (s == CAD_OK)
            cad_log(CAD_LOG_INFO, "written: %s", name.data);
    }
    cad_buf_deinit(&name);
    return s;
}

/* An answer that did not end: by which limit, and what lifts it. */
static void tell_cut(const task *t, const cad_answer_part *a)
{
    int64_t most = t->config->decode.max_new;
    char hint[64] = "";
    if (a->n_tokens >= most)
        snprintf(hint, sizeof hint, " (--max-new=%" PRId64 " gives it more)", 2 * most);
    cad_log(CAD_LOG_WARN, "prompt %s, sample %" PRId64 ": cut after %" PRId64 " tokens, %s%s", a->prompt->id, a->sample + 1,
            a->n_tokens, *hint ? "the longest that decode.max_new lets it be" : "where the context of the model ends", hint);
}

static cad_status tell(const task *t)
{
    int64_t unchecked = 0;
    for (int64_t i = 0; i < t->parts.n; i++) {
        const cad_answer_part *a = &t->parts.item[i];
        unchecked += !a->checked;
        if (a->finish == CAD_FINISH_length && !a->complete)
            tell_cut(t, a);
        if (a->valid && t->parts.n == 1)
            cad_log(CAD_LOG_INFO, "valid solid: %s", a->summary);
        else if (a->checked && !a->valid && t->parts.n > 1)
            cad_log(CAD_LOG_WARN, "prompt %s, sample %" PRId64 ": %s", a->prompt->id, a->sample + 1, a->reason);
    }
    if (unchecked)
        cad_log(CAD_LOG_WARN, "answers were not checked: this build has no geometry kernel (CADLM_OCCT)");
    if (t->files.folder)
        cad_log(CAD_LOG_INFO, "written: %s", t->files.folder);
    for (int64_t i = 0; i < t->parts.n; i++)
        CAD_TRY(tell_files(t, &t->parts.item[i]));
    return CAD_OK;
}

/* The exit code is in the status (spec/cli.md 6). */
static cad_status verdict(const task *t)
{
    int64_t bad = 0;
    const cad_answer_part *first = NULL;
    for (int64_t i = 0; i < t->parts.n; i++)
        if (t->parts.item[i].checked && !t->parts.item[i].valid) {
            first = first ? first : &t->parts.item[i];
            bad++;
        }
    if (bad == 0)
        return CAD_OK;
    if (t->parts.n > 1)
        CAD_FAIL(CAD_EPARTIAL, "%" PRId64 " of %" PRId64 " answers are no valid parts", bad, t->parts.n);
    cad_format format;
    for (size_t i = 0; i < t->files.n_path; i++) {
        CAD_TRY(cad_format_of(t->files.path[i], &format));
        if (format != t->format)
            CAD_FAIL(CAD_EDATA, "%s was not written, the answer is no valid part: %s", t->files.path[i], first->reason);
    }
    CAD_FAIL(CAD_EGEOM, "the answer is no valid part: %s", first->reason);
}

static cad_status report(const task *t)
{
    cad_buf out = CAD_BUF_INIT, id = CAD_BUF_INIT;
    bool lines = cad_cli_has(t->cli, "jsonl");
    cad_status s = identity(t, &id);
    if (s == CAD_OK)
        s = lines || cad_cli_json(t->cli) ? print_rows(t, cad_buf_cstr(&id), lines, &out) : print_text(t, &out);
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    cad_buf_deinit(&id);
    cad_status told = tell(t);
    return s == CAD_OK ? told : s;
}

static cad_status run(task *t)
{
    bool done = false;
    CAD_TRY(check_usage(t));
    CAD_TRY(read_config(t, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(settle_format(t));
    CAD_TRY(read_prompts(t));
    CAD_TRY(retrieve(t));
    CAD_TRY(generate(t));
    CAD_TRY(build(t));
    CAD_TRY(report(t));
    return verdict(t);
}

cad_status cad_cmd_gen(cad_cli *cli)
{
    task t = {.cli = cli, .arena = cad_cli_arena(cli)};
    cad_status s = run(&t);
    cad_progress_destroy(t.progress);
    cad_answer_parts_deinit(&t.parts);
    cad_pool_destroy(t.pool);
    cad_retriever_close(t.retriever);
    cad_engine_close(t.engine);
    return s;
}
