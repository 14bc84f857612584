/* Stage pack of a job: rows to tokens, then the audit of what was written. */
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "dataprep/audit.h"
#include "dataprep/prep_job.h"
#include "dataprep/stage_pack.h"
#include "dataprep/stage_split.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The packs that one command made, for their audit; they have their names when it is passed. */
typedef struct made {
    const char *path[CAD_SPLIT_COUNT], *name[CAD_SPLIT_COUNT];
    char temp[CAD_SPLIT_COUNT][4300];
    cad_pack *pack[CAD_SPLIT_COUNT];
    size_t n;
    bool splits; /* of one folder */
} made;

/* Profile steplm splits by a shuffle: what prep.group says by default does not hold, and no pack claims it. */
static bool shuffles(const cad_prep_job *j)
{
    return j->cfg->prep.profile == CAD_PREP_PROFILE_steplm && !cad_config_is_set(j->cfg, "prep.group");
}

/* What became of rows that are not as they came. */
static void tell(const cad_stage_pack_args *a, const char *out, const cad_stage_pack_result *r)
{
    if (r->trimmed)
        cad_log(CAD_LOG_INFO, "pack: %s: %" PRId64 " rows lost the end of the text that they retrieved", out, r->trimmed);
    if (r->without)
        cad_log(CAD_LOG_WARN, "pack: %s: %" PRId64 " rows retrieved nothing and were dropped", out, r->without);
    if (r->apart)
        cad_log(CAD_LOG_WARN,
                "pack: %s: %" PRId64 " rows in two parts: the tokens of their prompts do not begin those of the whole text",
                out, r->apart);
    if (r->cut)
        cad_log(CAD_LOG_WARN,
                "pack: %s: %" PRId64 " rows were cut on the right at %" PRId64 " tokens (audit.waive = cut_answer)", out,
                r->cut, a->max_tokens);
    if (r->leaky)
        cad_log(CAD_LOG_WARN, "pack: %s: leaky: rows may show what they are asked for; the mark goes into all results", out);
}

static cad_status pack_one(const cad_prep_job *j, const cad_tokenizer *t, const char *in, const char *out, const char *name,
                           made *m)
{
    const cad_config *c = j->cfg;
    char *temp = m->temp[m->n];
    m->path[m->n] = out;
    m->name[m->n++] = name;
    snprintf(temp, sizeof m->temp[0], "%s.unaudited", out);
    cad_stage_pack_args args = {.in = in,
                                .out = temp,
                                .tokenizer = t,
                                .tokenizer_name = j->tokenizer_dir,
                                .tpl = j->tpl,
                                .max_tokens = c->data.max_tokens,
                                .retrieved_tokens = c->rag.max_tokens,
                                .on_overflow = (cad_overflow)c->data.on_overflow,
                                .rag = c->rag.enabled,
                                .steplm = c->prep.profile == CAD_PREP_PROFILE_steplm,
                                .shuffled = shuffles(j),
                                .loss_on_all = c->prompt.loss_on == CAD_PROMPT_LOSS_ON_all,
                                .no_eos = c->prompt.eos == CAD_PROMPT_EOS_none,
                                .bos = c->prompt.bos == CAD_PROMPT_BOS_auto ? -1 : c->prompt.bos == CAD_PROMPT_BOS_on,
                                .max_drop = c->audit.max_drop};
    cad_stage_pack_result r;
    CAD_TRY(cad_audit_check_waivers(&c->audit.waive));
    CAD_TRY(cad_prep_join(j, &c->audit.waive, &args.waived));
    CAD_TRY(cad_prep_join(j, &c->prep.group, &args.split_group));
    CAD_TRY(cad_stage_pack(&args, &r));
    tell(&args, out, &r);
    return CAD_OK;
}

/* ---- audit ---- */

static cad_status audit_one(const cad_pack *p, const char *path, const char *name, json_t *report)
{
    cad_buf line = CAD_BUF_INIT;
    json_t *facts = json_object();
    if (!facts || json_object_set_new(report, name, facts))
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for the audit", path);
    cad_status s = cad_audit_pack(p, facts);
    if (s == CAD_OK)
        s = cad_audit_line(facts, &line);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "pack: %s: %s", path, line.data);
    cad_buf_deinit(&line);
    return s;
}

static cad_status audit_retrieved(const cad_prep_job *j, const made *m, json_t *report)
{
    json_t *facts = NULL;
    cad_buf line = CAD_BUF_INIT;
    CAD_TRY(cad_audit_retrieved((const cad_pack *const *)m->pack, m->name, m->n, j->dir, &facts));
    if (!facts)
        return CAD_OK;
    if (json_object_set_new(report, "retrieval", facts))
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for the audit", j->dir);
    cad_status s = cad_audit_retrieved_line(facts, &line);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "pack: %s: retrieval: %s", j->dir, line.data);
    cad_buf_deinit(&line);
    return s;
}

static cad_status audit_splits(const cad_prep_job *j, const made *m, json_t *report)
{
    json_t *facts = NULL;
    CAD_TRY(cad_audit_leaks((const cad_pack *const *)m->pack, m->name, m->n, &facts));
    if (json_object_set_new(report, "leaks", facts))
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for the audit", j->dir);
    cad_buf line = CAD_BUF_INIT;
    cad_status s = cad_audit_leaks_line(facts, &line);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "pack: %s: %s", j->dir, line.data);
    cad_buf_deinit(&line);
    return s;
}

static bool grouped(const made *m, const char *word)
{
    return cad_audit_grouped((const cad_pack *const *)m->pack, m->n, word);
}

/* Packs that carry the mark may be made: cadtrain asks for rag.allow_leak. */
static bool leaky(const made *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (cad_pack_waives(&m->pack[i]->info, CAD_PACK_LEAKY))
            return true;
    return false;
}

/* Leaks are refused; those that the settings allow are marked: shuffled rows in two splits, and what rag.allow_leak passes. */
static cad_status judge(const cad_prep_job *j, const made *m, const json_t *report, bool *mark)
{
    const json_t *splits = json_object_get(report, "leaks"), *retrieved = json_object_get(report, "retrieval");
    bool captions = grouped(m, "caption"), geometry = grouped(m, "geometry");
    json_int_t apart = (captions ? 0 : json_integer_value(json_object_get(splits, "caption"))) +
                       (geometry ? 0 : json_integer_value(json_object_get(splits, "geometry")));
    CAD_TRY(cad_audit_refuse_leaks(splits, j->dir, captions, geometry));
    if (!j->cfg->rag.allow_leak && !leaky(m))
        CAD_TRY(cad_audit_refuse_retrieved(retrieved, j->dir));
    bool shuffled = j->cfg->prep.profile == CAD_PREP_PROFILE_steplm && !strcmp(m->pack[0]->info.kind, "step");
    if (shuffled && apart)
        cad_log(CAD_LOG_WARN,
                "pack: %s: leaky: %" JSON_INTEGER_FORMAT
                " captions and geometries of rows lie in two splits, as profile steplm "
                "splits them; first: %s; the mark goes into all results",
                j->dir, apart, json_string_value(json_object_get(splits, "first")));
    *mark = (shuffled && apart) || cad_audit_retrieved_count(retrieved) > 0;
    return CAD_OK;
}

static cad_status open_made(made *m)
{
    for (size_t i = 0; i < m->n; i++)
        CAD_TRY(cad_pack_open(m->temp[i], &(cad_pack_want){.no_tokens = true}, &m->pack[i]));
    return CAD_OK;
}

static void close_made(made *m)
{
    for (size_t i = 0; i < m->n; i++) {
        cad_pack_close(m->pack[i]);
        m->pack[i] = NULL;
    }
}

/* The facts of the packs as they are with their marks. */
static cad_status mark_all(made *m, json_t *report)
{
    close_made(m);
    for (size_t i = 0; i < m->n; i++)
        CAD_TRY(cad_pack_mark_leaky(m->temp[i]));
    CAD_TRY(open_made(m));
    for (size_t i = 0; i < m->n; i++)
        CAD_TRY(cad_audit_pack(m->pack[i], json_object_get(report, m->name[i])));
    return CAD_OK;
}

static cad_status name_all(made *m)
{
    close_made(m);
    for (size_t i = 0; i < m->n; i++)
        CAD_TRY(cad_fs_commit_file(m->temp[i], m->path[i]));
    return CAD_OK;
}

/* The report is written whatever the verdict, whose text stays. */
static cad_status write_report(const char *path, const json_t *report, cad_status verdict)
{
    cad_kept_error why;
    cad_error_keep(&why);
    CAD_TRY(cad_json_write(path, report));
    cad_error_restore(&why);
    return verdict;
}

/* Opens what was written and tells it, in `path` as JSON; that is there too when a leak ends the command. */
static cad_status audit(const cad_prep_job *j, made *m, const char *path)
{
    bool mark = false;
    json_t *report = json_object();
    cad_status s = report ? open_made(m) : cad_fail(CAD_ENOMEM, "%s: no memory for the audit", path);
    for (size_t i = 0; s == CAD_OK && i < m->n; i++)
        s = audit_one(m->pack[i], m->path[i], m->name[i], report);
    if (s == CAD_OK)
        s = cad_audit_forms((const cad_pack *const *)m->pack, m->path, m->n);
    if (s == CAD_OK && m->n > 1)
        s = audit_splits(j, m, report);
    if (s == CAD_OK && m->splits)
        s = audit_retrieved(j, m, report);
    if (s == CAD_OK) {
        cad_status verdict = judge(j, m, report, &mark);
        if (verdict == CAD_OK && mark)
            s = mark_all(m, report);
        if (s == CAD_OK)
            s = write_report(path, report, verdict);
    }
    if (s == CAD_OK)
        s = name_all(m);
    close_made(m);
    json_decref(report);
    return s;
}

/* What has no name yet is not left there. */
static cad_status settle(const cad_prep_job *j, made *m, const char *report, cad_status s)
{
    cad_kept_error why;
    if (s == CAD_OK)
        s = audit(j, m, report);
    cad_error_keep(&why);
    for (size_t i = 0; s != CAD_OK && i < m->n; i++)
        if (cad_fs_exists(m->temp[i]) && cad_fs_remove(m->temp[i]) != CAD_OK)
            cad_log(CAD_LOG_WARN, "left over: %s", cad_error_text());
    cad_error_restore(&why);
    return s;
}

/* "data/p.pack.h5" -> "data/p.audit.json" */
static cad_status report_path(const cad_prep_job *j, const char *pack, const char **out)
{
    static const char *const ending[] = {".pack.h5", ".h5"};
    size_t len = strlen(pack);
    cad_buf path = CAD_BUF_INIT;
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        if (cad_path_ends(pack, ending[i])) {
            len -= strlen(ending[i]);
            break;
        }
    cad_status s = cad_buf_add(&path, pack, len);
    if (s == CAD_OK)
        s = cad_buf_str(&path, ".audit.json");
    if (s == CAD_OK)
        s = cad_arena_strdup(j->arena, path.data, path.len, out);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_prep_pack(const cad_prep_job *job, const char *in, const char *out)
{
    cad_prep_job j = *job;
    cad_tokenizer *t = NULL;
    const char *report = NULL;
    made m = {.n = 0};
    CAD_TRY(report_path(&j, out, &report));
    CAD_TRY(cad_prep_template_of(&j, in));
    CAD_TRY(cad_tokenizer_load_dir(j.tokenizer_dir, &t));
    cad_status s = pack_one(&j, t, in, out, "pack", &m);
    cad_tokenizer_destroy(t);
    return settle(&j, &m, report, s);
}

cad_status cad_prep_pack_splits(const cad_prep_job *job)
{
    cad_prep_job j = *job;
    cad_tokenizer *t = NULL;
    const char *report = NULL;
    made m = {.splits = true};
    CAD_TRY(cad_prep_path(&j, "audit.json", &report));
    CAD_TRY(cad_tokenizer_load_dir(j.tokenizer_dir, &t));
    cad_status s = CAD_OK;
    for (int k = 0; s == CAD_OK && k < CAD_SPLIT_COUNT; k++) {
        char name[32];
        const char *in = NULL, *out = NULL;
        snprintf(name, sizeof name, "%s.jsonl", cad_split_name[k]);
        s = cad_prep_path(&j, name, &in);
        snprintf(name, sizeof name, "%s.pack.h5", cad_split_name[k]);
        if (s == CAD_OK)
            s = cad_prep_path(&j, name, &out);
        bool there = s == CAD_OK && cad_fs_exists(in);
        if (there)
            s = cad_prep_template_of(&j, in);
        if (s == CAD_OK && there)
            s = pack_one(&j, t, in, out, cad_split_name[k], &m);
    }
    cad_tokenizer_destroy(t);
    if (s == CAD_OK && !m.n)
        s = cad_fail(CAD_ENOTFOUND, "%s: no train.jsonl, val.jsonl or test.jsonl there", j.dir);
    return settle(&j, &m, report, s);
}
