#include "tests/robust/ckpt_rig.h"

#include "tests/train/train_fixture.h"
#include "tests/train/train_tmp.h"
#include "tests/unit.h"

#include "core/log.h"
#include "core/mem.h"
#include "core/progress.h"

#include <dirent.h>

static cad_status open_in(const ckpt_rig *r, const char *name, cad_trainer **out)
{
    char run[4200];
    snprintf(run, sizeof run, "%.4000s/%s", r->dir, name);
    const cad_trainer_opts o = {.run_dir = run};
    return cad_trainer_open(r->cfg, &o, out);
}

cad_status rig_open_trainer(const ckpt_rig *r, cad_trainer **out)
{
    return open_in(r, "run", out);
}

void rig_open(ckpt_rig *r, const char *name)
{
    train_tmp(name, r->dir);
    cad_log_set_level(CAD_LOG_ERROR);
    cad_progress_setup(CAD_PROGRESS_NONE, 10);
    snprintf(r->ckpt, sizeof r->ckpt, "%.4000s/run/ckpt", r->dir);
    ok(cad_arena_create("rig", 64 << 20, &r->arena));
    ok(fixture_run(r->dir));
    const cad_config_source source[] = {
        {.kind = CAD_CONFIG_FILE, .name = train_path(r->dir, "run.ini")},
        {.kind = CAD_CONFIG_PAIR, .name = "--set", .text = "model.layers=1"},
        {.kind = CAD_CONFIG_PAIR, .name = "--set", .text = "model.width=32"},
    };
    cad_config *cfg;
    ok(cad_config_load(source, 3, r->arena, NULL, &cfg));
    r->cfg = cfg;
    ok(open_in(r, "own", &r->t)); /* an open trainer has its run directory to itself */
    size_t n = (size_t)r->t->params.size;
    for (int i = 0; i < 2; i++) {
        ok(cad_arena_alloc(r->arena, n * sizeof(float), "weights", &r->weights[i]));
        for (size_t k = 0; k < n; k++)
            r->weights[i][k] = r->t->params.p[k] + (i ? 1.0f : 0.0f);
    }
}

void rig_close(ckpt_rig *r)
{
    cad_trainer_close(r->t);
    cad_arena_destroy(r->arena);
    ok(cad_fs_remove_tree(r->dir));
}

void rig_use(ckpt_rig *r, int state)
{
    memcpy(r->t->params.p, r->weights[state], (size_t)r->t->params.size * sizeof(float));
    r->t->at.step = 1 + state;
    r->t->at.metric = r->t->at.best = (double)NAN;
}

cad_status rig_write(ckpt_rig *r)
{
    cad_trainer *t = r->t;
    const cad_checkpoint_source src = {.dir = r->ckpt,
                                       .decoder = t->decoder,
                                       .optimizer = t->optimizer,
                                       .tokenizer_dir = t->cfg->tokenizer.path,
                                       .template_text = t->template_->text,
                                       .config_text = t->config_text.data,
                                       .card = "a checkpoint\n",
                                       .commit = "c0ffee"};
    return cad_checkpoint_save(&src, &t->at, true, t->scratch);
}

cad_status rig_save(ckpt_rig *r)
{
    CAD_TRY(rig_write(r));
    return cad_checkpoint_rotate(r->ckpt, 1, 1, false, r->t->scratch);
}

void rig_start_over(ckpt_rig *r)
{
    ok(cad_fs_remove_tree(r->ckpt));
    rig_use(r, 0);
    ok(rig_save(r));
    rig_use(r, 1);
}

int rig_load(ckpt_rig *r)
{
    cad_trainer *t = r->t;
    cad_train_state s;
    cad_buf path = CAD_BUF_INIT;
    memset(t->params.p, 0, (size_t)t->params.size * sizeof(float));
    ok(cad_checkpoint_find(r->ckpt, t->scratch, &path));
    ok(cad_checkpoint_load(path.data, t->decoder, t->optimizer, &s));
    cad_buf_deinit(&path);
    assert_true(s.step == 1 || s.step == 2);
    const float *want = r->weights[s.step - 1];
    /* Between tensors the flat buffer may have gaps, which no file holds. */
    for (int64_t i = 0; i < t->params.n; i++) {
        const cad_param *p = &t->params.item[i];
        assert_memory_equal(t->params.p + p->offset, want + p->offset, (size_t)p->count * sizeof(float));
    }
    return (int)s.step - 1;
}

int rig_open_files(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

const char *rig_file(const ckpt_rig *r, const char *name)
{
    static char path[2][8192];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/step-000001/%s", r->ckpt, name);
    return path[turn];
}
