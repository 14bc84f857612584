#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "dataprep/prep_stage.h"

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

/* What the last stage will need is looked for before the first: a corpus takes minutes or hours. */
static cad_status check_tokenizer(const cad_prep_job *j)
{
    const char *path = NULL;
    if (j->cfg->tokenizer.own_bpe > 0 || !(cad_prep_stage_listed(j, "pack") || j->cfg->prep.filter_tokens > 0))
        return CAD_OK;
    CAD_TRY(cad_prep_stage_file(j, "@tokenizer", &path));
    return cad_fs_exists(path) ? CAD_OK : cad_file_expect(j->tokenizer_dir, CAD_FILE_tokenizer);
}

static cad_status verify(const cad_prep_job *j)
{
    json_t *report = NULL;
    cad_status s = cad_prep_verify(j, NULL, &report);
    json_decref(report);
    return s;
}

static cad_status run_stages(const cad_prep_job *j)
{
    const char *partial = NULL; /* the first stage that lost rows, fewer than prep.max_bad */
    size_t n = 0;
    const cad_prep_stage *stages = cad_prep_stages(&n);
    CAD_TRY(sweep_all(j));
    for (size_t i = 0; i < n; i++) {
        const cad_prep_stage *s = &stages[i];
        char key[33];
        bool lost = false;
        if (!s->wanted(j))
            continue;
        CAD_TRY(cad_prep_stage_key(j, s, key));
        if (cad_prep_stage_finished(j, s, key, &lost)) {
            cad_log(CAD_LOG_INFO, "%s: done before, skipped", s->name);
            partial = partial || !lost ? partial : s->name;
            continue;
        }
        cad_status st = s->run(j);
        partial = partial ? partial : st == CAD_EPARTIAL ? s->name : NULL;
        if (st != CAD_EPARTIAL)
            CAD_TRY(st);
        CAD_TRY(cad_prep_stage_remember(j, s, key, st == CAD_EPARTIAL));
    }
    if (cad_prep_stage_listed(j, "verify"))
        CAD_TRY(verify(j));
    if (partial)
        CAD_FAIL(CAD_EPARTIAL, "stage %s lost rows: %s/*.status.jsonl lists them", partial, j->dir);
    return CAD_OK;
}

/* One process at a time makes a folder: the second finds it locked. */
cad_status cad_prep_run(const cad_prep_job *j)
{
    const char *path = NULL;
    cad_lock *lock = NULL;
    CAD_TRY(cad_prep_stages_check(j));
    CAD_TRY(check_tokenizer(j));
    CAD_TRY(cad_prep_path(j, "LOCK", &path));
    CAD_TRY(cad_fs_mkdirs(j->dir));
    CAD_TRY(cad_lock_take(path, "cadprep run", NULL, NULL, &lock));
    cad_status s = run_stages(j);
    cad_lock_release(lock);
    return s;
}
