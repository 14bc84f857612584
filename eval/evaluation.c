#include "eval/evaluation.h"

#include "cad/occt/solid.h"
#include "core/build_info.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/log.h"
#include "eval/baseline.h"
#include "eval/evaluation_parts.h"
#include "eval/pred_files.h"
#include "model/hf/licence.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- one row: answers -> scores -> results.json ---- */

static cad_status write_json(const char *dir, const char *name, const json_t *o)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_json_write(path.data, o);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_eval_open_row(cad_eval_run_state *r, const char *label, const char *identity, const cad_retrieved *retrieved,
                             cad_answers **out)
{
    cad_evaluation *e = r->e;
    if (e->n_rows == CAD_EVAL_MAX_ROWS)
        CAD_FAIL(CAD_EUSAGE, "more than %d rows in one table", CAD_EVAL_MAX_ROWS);
    char hash[33], dir[4096];
    cad_buf all = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&all, "%s\n%s\n%s", identity, e->suite.hash, r->fingerprint);
    if (s == CAD_OK)
        cad_hash128_hex(all.data, all.len, hash);
    cad_buf_deinit(&all);
    CAD_TRY(s);
    if ((size_t)snprintf(dir, sizeof dir, "%s/%s-%.8s", e->out, label, hash) >= sizeof dir)
        CAD_FAIL(CAD_EWRITE, "%s: path too long", e->out);
    cad_answers *a = &e->answers[e->n_rows];
    const cad_config *c = r->o->config;
    CAD_TRY(cad_fs_mkdirs(dir));
    CAD_TRY(cad_answers_init(&e->suite, retrieved, dir, identity, c->decode.samples, c->metrics.limit, r->arena, a));
    a->stop = r->o->stop;
    a->kind = e->suite.kind;
    a->steplm = a->always = r->steplm;
    CAD_TRY(cad_answers_read(a, r->o->fresh));
    *out = a;
    return CAD_OK;
}

/* What the numbers of a row are about. */
static cad_status describe(const cad_eval_run_state *r, const char *label, cad_part_kind kind, const json_t *manifest,
                           json_t *results)
{
    const cad_suite *suite = &r->e->suite;
    int bad = json_object_set_new(results, "suite", json_string(suite->name)) |
              json_object_set_new(results, "version", json_string(suite->version)) |
              json_object_set_new(results, "suite_hash", json_string(suite->hash)) |
              json_object_set_new(results, "label", json_string(label)) |
              json_object_set_new(results, "kind", json_string(cad_part_kind_name(kind))) |
              json_object_set_new(results, "spec", json_string(r->spec)) |
              json_object_set_new(results, "limit", r->limit ? json_string(r->limit) : json_null()) |
              json_object_set_new(results, "build", json_string(cad_build_line())) |
              json_object_update_missing(results, (json_t *)(uintptr_t)manifest);
    return bad ? cad_fail(CAD_ENOMEM, "out of memory for the results of %s", label) : CAD_OK;
}

cad_status cad_eval_close_row(cad_eval_run_state *r, const char *label, const json_t *manifest, bool baseline)
{
    cad_evaluation *e = r->e;
    cad_answers *a = &e->answers[e->n_rows];
    const cad_config *c = r->o->config;
    CAD_TRY(cad_answers_score(a, r->pool, label));
    cad_scored *scored;
    json_t *results;
    CAD_TRY(cad_answers_scored(a, r->arena, &scored));
    cad_results_opts ro = {c->metrics.bootstrap, c->metrics.ci, r->bootstrap_seed};
    CAD_TRY(cad_results_build(scored, a->n, &ro, r->arena, &results));
    const char *kept = NULL;
    cad_status s = describe(r, label, a->kind, manifest, results);
    if (s == CAD_OK)
        s = write_json(a->dir, "results.json", results);
    if (s == CAD_OK)
        s = write_json(a->dir, "manifest.json", manifest);
    if (s == CAD_OK)
        s = cad_arena_strdup(r->arena, label, strlen(label), &kept);
    if (s != CAD_OK) {
        json_decref(results);
        return s;
    }
    e->row[e->n_rows++] = (cad_table_row){kept, results, baseline};
    return CAD_OK;
}

/* `kind`: of what the source gives. */
static cad_status take_row(cad_eval_run_state *r, const char *label, const char *identity, cad_part_kind kind,
                           cad_answer_source source, void *ctx)
{
    cad_answers *a;
    CAD_TRY(cad_eval_open_row(r, label, identity, NULL, &a));
    a->kind = kind;
    CAD_TRY(cad_answers_take(a, source, ctx));
    json_t *manifest = json_pack("{ss}", "baseline", label);
    cad_status s = cad_eval_close_row(r, label, manifest, true);
    json_decref(manifest);
    return s;
}

static cad_status add_waived(const cad_eval_run_state *r, const cad_eval_model *m, json_t *manifest)
{
    cad_buf words = CAD_BUF_INIT;
    cad_status s = cad_eval_waived(r, (size_t)(m - r->o->model), &words);
    if (s == CAD_OK && json_object_set_new(manifest, "waived", json_string(cad_buf_cstr(&words))))
        s = cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    cad_buf_deinit(&words);
    return s;
}

/* What earlier calls did, so that a call with little or nothing to do says why. */
static void say_what_is_there(const cad_answers *a, const char *label)
{
    size_t answers = 0, scores = 0;
    for (size_t i = 0; i < a->n; i++) {
        answers += a->slot[i].text != NULL;
        scores += a->slot[i].record != NULL;
    }
    if (answers)
        cad_log(CAD_LOG_INFO, "%s: %zu/%zu answers and %zu/%zu scores were there", label, answers, a->n, scores, a->n);
}

/* Answers in STEP need more room than those in Compact IR, for which an engine's default is made. */
static cad_status long_answers(const cad_eval_run_state *r, const cad_eval_model *m, const cad_eval_rag *rag,
                               cad_engine_opts *eo)
{
    const cad_suite *suite = &r->e->suite;
    const cad_answers a = {.suite = suite, .retrieved = rag->found};
    cad_engine_facts facts;
    cad_prompt *prompt;
    CAD_TRY(cad_engine_peek(m->ckpt, NULL, r->arena, &facts));
    if (cad_part_kind_of(facts.kind) != CAD_PART_step)
        return CAD_OK;
    CAD_TRY(cad_arena_zalloc(r->arena, suite->n, sizeof *prompt, "prompts", &prompt));
    for (size_t i = 0; i < suite->n; i++)
        prompt[i] = cad_answers_prompt(&a, &suite->row[i]);
    eo->prompt = prompt;
    eo->n_prompts = (int64_t)suite->n;
    eo->max_new = r->o->config->decode.max_new;
    return CAD_OK;
}

static cad_status model_row(cad_eval_run_state *r, const cad_eval_model *m, const cad_eval_rag *rag)
{
    const cad_config *c = r->o->config;
    cad_engine *engine;
    cad_engine_opts eo = {.device = c->run.device, .slots = c->decode.batch};
    CAD_TRY(long_answers(r, m, rag, &eo));
    CAD_TRY(cad_engine_open(m->ckpt, &eo, &engine));
    cad_engine_info info = cad_engine_get_info(engine);
    cad_decode decode = {.sampling = {c->decode.temp, c->decode.top_p, c->decode.min_p, c->decode.top_k},
                         .max_new = c->decode.max_new,
                         .seed = (uint64_t)c->run.seed};
    char identity[512];
    snprintf(identity, sizeof identity, "%s %s %s %g %g %g %lld %lld %lld", info.hash, rag->words, info.template_hash,
             c->decode.temp, c->decode.top_p, c->decode.min_p, (long long)c->decode.top_k, (long long)c->decode.max_new,
             (long long)c->run.seed);
    cad_answers *a = NULL;
    cad_log(CAD_LOG_INFO, "%s: %s%s%s, %lld parameters", m->label, info.base, info.adapter ? " with adapter " : "",
            info.adapter ? info.adapter : "", (long long)info.parameters);
    cad_model_licence_log(info.base);
    json_t *manifest =
        json_pack("{ss,ss,ss,ss,ss,ss,ss*,sI,s{sf,sf,sf,sI,sI,sI,sI}}", "ckpt", info.path, "kind", info.kind, "rag", rag->words,
                  "ckpt_hash", info.hash, "template", info.template_hash, "tokenizer", info.tokenizer_hash, "adapter",
                  info.adapter, "parameters", (json_int_t)info.parameters, "decode", "temp", c->decode.temp, "top_p",
                  c->decode.top_p, "min_p", c->decode.min_p, "top_k", (json_int_t)c->decode.top_k, "max_new",
                  (json_int_t)c->decode.max_new, "samples", (json_int_t)c->decode.samples, "seed", (json_int_t)c->run.seed);
    cad_status s = manifest ? add_waived(r, m, manifest) : cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    if (s == CAD_OK)
        s = cad_eval_open_row(r, m->label, identity, rag->found, &a);
    if (s == CAD_OK) {
        a->kind = cad_part_kind_of(info.kind);
        say_what_is_there(a, m->label);
    }
    if (s == CAD_OK)
        s = cad_answers_generate(a, engine, &decode);
    cad_engine_close(engine);
    if (s == CAD_OK)
        s = cad_eval_close_row(r, m->label, manifest, false);
    json_decref(manifest);
    return s;
}

/* Files in the place of a model. */
static cad_status pred_row(cad_eval_run_state *r, const cad_eval_model *m)
{
    cad_pred_files files;
    cad_answers *a;
    char identity[64];
    CAD_TRY(cad_pred_files_open(m->pred, r->e->out, &r->e->suite, r->arena, &files));
    cad_log(CAD_LOG_INFO, "%s: %zu of %zu rows have a STEP file in %s", m->label, files.found, r->e->suite.n, m->pred);
    if (files.others)
        cad_log(CAD_LOG_WARN, "%s: %zu files fit no row and are left alone", m->label, files.others);
    snprintf(identity, sizeof identity, "pred %s", files.hash);
    CAD_TRY(cad_eval_open_row(r, m->label, identity, NULL, &a));
    a->kind = CAD_PART_step;
    CAD_TRY(cad_answers_take(a, cad_pred_files_answer, &files));
    json_t *manifest = json_pack("{ss,sI,ss}", "pred", m->pred, "files", (json_int_t)files.found, "hash", files.hash);
    cad_status s =
        manifest ? cad_eval_close_row(r, m->label, manifest, false) : cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    json_decref(manifest);
    return s;
}

/* ---- baselines ---- */

static const char BBOX_CUBE[] = "bbox-cube", RETRIEVAL_COPY[] = "retrieval-copy";

static bool has_references(const cad_suite *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->row[i].reference)
            return true;
    return false;
}

/* The references through the whole pipeline: their boxes serve bbox-cube, and a reference that fails is no reference. */
static cad_status reference_boxes(cad_eval_run_state *r, cad_bbox_cube **out)
{
    cad_answers *a;
    CAD_TRY(cad_eval_open_row(r, "reference", "reference", NULL, &a));
    a->steplm = a->always = false; /* boxes are all that is asked of them */
    CAD_TRY(cad_answers_take(a, cad_baseline_reference, NULL));
    CAD_TRY(cad_answers_score(a, r->pool, "reference"));
    return cad_bbox_cube_create(a, r->arena, out);
}

static cad_status retrieval_row(cad_eval_run_state *r)
{
    cad_retrieval_copy *copy;
    CAD_TRY(cad_retrieval_copy_create(r->pack, r->tokenizer, r->retriever, r->arena, &copy));
    char hash[33], identity[160];
    const cad_rag_encoder *by = cad_retrieval_copy_encoder(copy);
    cad_status s = cad_retrieval_copy_overlap(copy, &r->e->suite, &r->overlap);
    if (s == CAD_OK)
        s = cad_fs_hash(r->pack, hash);
    if (s == CAD_OK) {
        r->copied_by = cad_rag_encoder_name(by);
        bool hashed = !strcmp(r->copied_by, "hash"); /* which is the one that needs no weights */
        snprintf(identity, sizeof identity, "%s %s%s%s", RETRIEVAL_COPY, hash, hashed ? "" : " ",
                 hashed ? "" : cad_rag_encoder_xxh3(by));
        s = take_row(r, RETRIEVAL_COPY, identity, r->e->answers[0].kind, cad_baseline_retrieval_copy, copy);
    }
    cad_retrieval_copy_destroy(copy);
    return s;
}

static const char STEPLM[] = "steplm";

static cad_status check_presets(const cad_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->item[i], "cadlm") != 0 && strcmp(l->item[i], STEPLM) != 0)
            CAD_FAIL(CAD_ECONFIG, "metrics.preset: found '%s'; expected of cadlm %s", l->item[i], STEPLM);
    return CAD_OK;
}

static cad_status check_baselines(const cad_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->item[i], BBOX_CUBE) != 0 && strcmp(l->item[i], RETRIEVAL_COPY) != 0)
            CAD_FAIL(CAD_ECONFIG, "metrics.baselines: found '%s'; expected of %s %s", l->item[i], BBOX_CUBE, RETRIEVAL_COPY);
    return CAD_OK;
}

/* Of the baselines that were asked for, those that the suite and the packs known to the checkpoints allow. */
static bool has_baseline(const cad_eval_run_state *r, const char *name)
{
    bool asked = r->o->baselines && cad_list_has(&r->o->config->metrics.baselines, name);
    return asked && has_references(&r->e->suite) && ((r->pack && r->tokenizer) || strcmp(name, RETRIEVAL_COPY) != 0);
}

static cad_status baseline_rows(cad_eval_run_state *r)
{
    if (has_baseline(r, BBOX_CUBE)) {
        cad_bbox_cube *boxes;
        CAD_TRY(reference_boxes(r, &boxes));
        CAD_TRY(take_row(r, BBOX_CUBE, BBOX_CUBE, CAD_PART_ir, cad_baseline_bbox_cube, boxes));
    }
    return has_baseline(r, RETRIEVAL_COPY) ? retrieval_row(r) : CAD_OK;
}

/* ---- all of it ---- */

static cad_status run_all(cad_eval_run_state *r)
{
    const cad_config *c = r->o->config;
    cad_pool_opts po = {.workers = (int)c->metrics.workers, .cpu_s = c->metrics.timeout_s, .mem_bytes = c->metrics.mem};
    cad_status s = CAD_OK;
    for (size_t i = 0; i < r->o->n_models; i++) {
        if (!r->pool)
            CAD_TRY(cad_pool_create(&po, &r->pool));
        const cad_eval_model *m = &r->o->model[i];
        CAD_TRY_GOTO(s, m->pred ? pred_row(r, m) : model_row(r, m, &r->rag[i]), done);
    }
    CAD_TRY_GOTO(s, baseline_rows(r), done);
    CAD_TRY_GOTO(s, cad_eval_notes(r), done);
    CAD_TRY_GOTO(s, cad_eval_write_tables(r), done);
    if (r->o->sheet_rows > 0)
        s = cad_eval_write_sheet(r);
done:
    cad_pool_destroy(r->pool);
    return s;
}

/* The gates can be met in principle: they name rows that there will be. */
static cad_status check_gates(const cad_eval_run_state *r)
{
    const char *label[CAD_EVAL_MAX_ROWS];
    size_t n = 0;
    for (; n < r->o->n_models; n++)
        label[n] = r->o->model[n].label;
    const cad_list *asked = &r->o->config->metrics.baselines;
    bool checkpoints = !r->o->model[0].pred;
    for (size_t i = 0; i < asked->n && n < CAD_EVAL_MAX_ROWS; i++)
        if (has_baseline(r, asked->item[i]))
            label[n++] = asked->item[i];
    if (checkpoints && r->o->baselines && !r->pack && cad_list_has(asked, RETRIEVAL_COPY))
        cad_log(CAD_LOG_WARN, "no training pack is known to the checkpoints: the row %s is left out", RETRIEVAL_COPY);
    return cad_eval_gates_check(&r->o->config->metrics.require, label, n);
}

/* ---- one at a time ---- */

/* The lock of the kernel decides: what a dead evaluation left is free. */
static cad_status judge_owner(void *ctx, const char *path, const char *owner, bool held)
{
    (void)ctx;
    if (!held)
        return CAD_OK;
    CAD_FAIL(CAD_ELOCKED, "%s: in use by %s\nhint: wait until it ends, or write to another folder: --out=DIR", path,
             owner[0] ? owner : "another process");
}

static cad_status take_folder(const char *dir, cad_lock **out)
{
    char host[128] = "", owner[CAD_LOCK_OWNER];
    if (gethostname(host, sizeof host - 1) != 0)
        snprintf(host, sizeof host, "an unknown host");
    snprintf(owner, sizeof owner, "process %ld on %s", (long)getpid(), host);
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_fs_mkdirs(dir);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/LOCK", dir);
    if (s == CAD_OK)
        s = cad_lock_take(path.data, owner, judge_owner, NULL, out);
    cad_buf_deinit(&path);
    return s;
}

static const char RUNS[] = "runs/eval";

cad_status cad_eval_run(const cad_eval_opts *o, cad_arena *arena, cad_evaluation *out)
{
    cad_evaluation *e = out;
    *e = (cad_evaluation){0};
    cad_eval_run_state r = {.o = o, .e = e, .arena = arena};
    const char *folders[CAD_EVAL_MAX_ROWS];
    size_t n_folders = 0;
    cad_lock *lock = NULL;
    cad_buf path = CAD_BUF_INIT;
    if (strcmp(cad_solid_kernel(), "none") == 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "built without OCCT: parts cannot be scored\nhint: configure with -DCADLM_OCCT=ON");
    CAD_TRY(check_baselines(&o->config->metrics.baselines));
    CAD_TRY(check_presets(&o->config->metrics.preset));
    r.steplm = cad_list_has(&o->config->metrics.preset, STEPLM);
    if (o->pack)
        CAD_TRY(cad_file_expect(o->pack, CAD_FILE_pack));
    CAD_TRY(cad_eval_find_pack(&r, folders, &n_folders));
    cad_status s = CAD_OK;
    if (o->gt)
        s = cad_suite_of_files(o->gt, o->out ? o->out : RUNS, arena, &e->suite);
    else
        s = cad_eval_find_suite(o->suite, folders, n_folders, &path);
    if (s == CAD_OK && !o->gt)
        s = cad_suite_load(path.data, arena, &e->suite);
    if (s == CAD_OK)
        s = check_gates(&r);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = o->out ? cad_buf_str(&path, o->out) : cad_buf_printf(&path, "%s/%s", RUNS, e->suite.name);
    if (s == CAD_OK)
        s = cad_arena_strdup(arena, path.data, path.len, &e->out);
    if (s == CAD_OK)
        s = take_folder(e->out, &lock);
    if (s == CAD_OK)
        s = cad_eval_retrieve(&r);
    if (s == CAD_OK)
        s = cad_eval_spec(&r);
    if (s == CAD_OK)
        s = run_all(&r);
    cad_retriever_close(r.retriever);
    cad_lock_release(lock);
    cad_buf_deinit(&path);
    if (s != CAD_OK)
        cad_eval_deinit(e);
    return s;
}

void cad_eval_deinit(cad_evaluation *e)
{
    for (size_t i = 0; i < e->n_rows; i++)
        json_decref((json_t *)(uintptr_t)e->row[i].results);
    e->n_rows = 0;
    if (e->suite.keep)
        cad_suite_deinit(&e->suite);
}
