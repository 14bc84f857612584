#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/problems.h"
#include "dataprep/prep_stage.h"
#include "dataprep/shard_record.h"

#include <stdio.h>
#include <string.h>

/* What a killed run left: files that its writers had not renamed yet. */
static cad_status sweep_all(const cad_prep_job *j)
{
    const char *records = NULL;
    CAD_TRY(cad_prep_path(j, ".stages", &records));
    CAD_TRY(cad_fs_sweep(records, j->arena));
    CAD_TRY(cad_fs_sweep(j->dir, j->arena));
    return j->cfg->tokenizer.own_bpe > 0 ? cad_fs_sweep(j->tokenizer_dir, j->arena) : CAD_OK;
}

/* What later stages will need is looked for before the first: a corpus takes minutes or hours. */
static cad_status check_captions(const cad_prep_job *j)
{
    const char *path = j->cfg->prep.captions;
    if (*j->cfg->prep.parts && *path && !cad_fs_exists(path))
        CAD_FAIL(CAD_ENOTFOUND, "%s: no such file; expected the captions of the parts (prep.captions)", path);
    return CAD_OK;
}

static cad_status check_encoder(const cad_prep_job *j)
{
    const cad_config_rag *r = &j->cfg->rag;
    char path[4200];
    snprintf(path, sizeof path, "%s/config.json", r->encoder_path);
    if (r->enabled && r->encoder == CAD_RAG_ENCODER_minilm && cad_prep_stage_listed(j, "rag") && !cad_fs_exists(path))
        CAD_FAIL(CAD_ENOTFOUND,
                 "%s: no such file; expected the folder of all-MiniLM-L6-v2 (rag.encoder_path)\n"
                 "hint: --set=rag.encoder=hash needs no weights",
                 path);
    return CAD_OK;
}

static cad_status check_tokenizer(const cad_prep_job *j)
{
    const char *path = NULL;
    if (j->cfg->tokenizer.own_bpe > 0 || !(cad_prep_stage_listed(j, "pack") || j->cfg->prep.filter_tokens > 0))
        return CAD_OK;
    CAD_TRY(cad_prep_stage_file(j, "@tokenizer", &path));
    return cad_fs_exists(path) ? CAD_OK : cad_file_expect(j->tokenizer_dir, CAD_FILE_tokenizer);
}

static cad_status check_inputs(const cad_prep_job *j)
{
    cad_problems missing = CAD_PROBLEMS_INIT;
    cad_problems_add(&missing, check_captions(j));
    cad_problems_add(&missing, check_encoder(j));
    cad_problems_add(&missing, check_tokenizer(j));
    return cad_problems_end(&missing);
}

static cad_status verify(const cad_prep_job *j)
{
    json_t *report = NULL;
    cad_status s = cad_prep_verify(j, NULL, &report);
    json_decref(report);
    return s;
}

/* *shares: how many an array left in the folder, which are joined; -1: not looked for so far.  *lost: rows were, fewer than
 * prep.max_bad. */
static cad_status run_stage(const cad_prep_job *j, const cad_prep_stage *s, int64_t *shares, bool *lost)
{
    if (s->by_row && *shares < 0)
        CAD_TRY(cad_prep_array_find(j, shares));
    if (s->by_row && *shares > 0)
        return cad_prep_array_join(j, s, *shares, lost);
    cad_status st = s->run(j);
    *lost = st == CAD_EPARTIAL;
    return *lost ? CAD_OK : st;
}

static cad_status run_stages(const cad_prep_job *j)
{
    const char *partial = NULL; /* the first stage that lost rows */
    size_t n = 0;
    int64_t shares = j->shard.of ? 0 : -1;
    const cad_prep_stage *stages = cad_prep_stages(&n);
    for (size_t i = 0; i < n; i++) {
        const cad_prep_stage *s = &stages[i];
        char key[33];
        bool lost = false;
        if (!s->wanted(j))
            continue;
        if (j->shard.of && !s->by_row) /* from here on a stage reads all rows */
            return CAD_OK;
        CAD_TRY(cad_prep_stage_key(j, s, key));
        if (cad_prep_stage_finished(j, s, key, &lost)) {
            cad_log(CAD_LOG_INFO, "%s: done before, skipped", cad_prep_stage_title(j, s));
        } else {
            CAD_TRY(run_stage(j, s, &shares, &lost));
            CAD_TRY(cad_prep_stage_remember(j, s, key, lost));
        }
        partial = partial || !lost ? partial : cad_prep_stage_title(j, s);
    }
    if (!j->shard.of && cad_prep_stage_listed(j, "verify"))
        CAD_TRY(verify(j));
    if (partial)
        CAD_FAIL(CAD_EPARTIAL, "stage %s lost rows: %s/*.status.jsonl lists them", partial, j->dir);
    return CAD_OK;
}

/* It would read shares that this one writes, and sweep them.  Each side takes its own lock before it looks at the other's, so
 * that one of two which begin together sees the other. */
static cad_status check_no_whole_runs(const cad_prep_job *j)
{
    const char *path;
    CAD_TRY(cad_prep_path(j, "LOCK", &path));
    return cad_lock_look(path);
}

/* A share leaves alone what the writers of others may be at. */
static cad_status run_share(cad_prep_job *j)
{
    cad_step_files tree;
    cad_step_share part;
    CAD_TRY(check_no_whole_runs(j));
    CAD_TRY(cad_prep_array_check(j));
    CAD_TRY(cad_prep_array_tree(j, j->arena, &tree));
    cad_step_files_share(&tree, j->shard, &part);
    CAD_TRY(cad_prep_array_begin(j));
    j->part = &part;
    cad_status s = run_stages(j);
    j->part = NULL;
    return s;
}

/* What the writers of a share are at would be swept. */
static cad_status check_no_share_runs(const cad_prep_job *j)
{
    const char **name = NULL, *path;
    size_t n = 0;
    CAD_TRY(cad_fs_list(j->dir, j->arena, &name, &n));
    for (size_t i = 0; i < n; i++) {
        cad_shard shard;
        cad_lock *lock = NULL;
        if (strncmp(name[i], "LOCK.", 5) != 0 || !cad_shard_of_name(name[i], &shard))
            continue;
        CAD_TRY(cad_prep_path(j, name[i], &path));
        CAD_TRY(cad_lock_take(path, "cadprep run", NULL, NULL, &lock));
        cad_lock_release(lock);
    }
    return CAD_OK;
}

static cad_status run_whole(const cad_prep_job *j)
{
    CAD_TRY(check_no_share_runs(j));
    CAD_TRY(sweep_all(j));
    return run_stages(j);
}

/* One process at a time makes a folder or a share of it, and none makes a share while one makes the folder: the second finds it
 * locked. */
cad_status cad_prep_run(const cad_prep_job *job)
{
    const char *path = NULL;
    cad_lock *lock = NULL;
    cad_prep_job j = *job;
    CAD_TRY(cad_prep_stages_template(&j));
    CAD_TRY(cad_prep_stages_check(&j));
    CAD_TRY(check_inputs(&j));
    CAD_TRY(cad_prep_stage_file(&j, "LOCK", &path));
    CAD_TRY(cad_fs_mkdirs(j.dir));
    CAD_TRY(cad_lock_take(path, "cadprep run", NULL, NULL, &lock));
    cad_status s = j.shard.of ? run_share(&j) : run_whole(&j);
    cad_lock_release(lock);
    return s;
}
