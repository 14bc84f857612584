/* Whole runs of the small configuration of train_fixture.h, and what they leave. */
#ifndef CADLM_TESTS_TRAIN_RUN_FIXTURE_H
#define CADLM_TESTS_TRAIN_RUN_FIXTURE_H

#include "core/json.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/threads.h"
#include "model/decoder/engine.h"
#include "tests/train/train_fixture.h"
#include "tests/train/train_tmp.h"
#include "tests/unit.h"
#include "train/trainer.h"

static char dir[4096];
static cad_arena *arena;

/* The configuration of the fixture with overrides "a.b=c", NULL-terminated. */
static inline const cad_config *config(const char *const *set)
{
    cad_config_source source[16] = {{.kind = CAD_CONFIG_FILE, .name = train_path(dir, "run.ini")}};
    size_t n = 1;
    for (; set && set[n - 1]; n++)
        source[n] = (cad_config_source){.kind = CAD_CONFIG_PAIR, .name = "--set", .text = set[n - 1]};
    cad_config *cfg;
    ok(cad_config_load(source, n, arena, NULL, &cfg));
    return cfg;
}

static inline cad_status run(const char *name, const char *resume, const char *const *set, const char *allow)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/runs/%s", dir, name);
    const cad_trainer_opts o = {.run_dir = path, .resume = resume, .allow = &allow, .n_allow = allow != NULL};
    cad_trainer *t;
    CAD_TRY(cad_trainer_open(config(set), &o, &t));
    cad_status s = cad_trainer_run(t);
    cad_trainer_close(t);
    return s;
}

static inline const char *ckpt(const char *run_name, int step, const char *file)
{
    char name[200];
    snprintf(name, sizeof name, "runs/%s/ckpt/step-%06d/%s", run_name, step, file);
    return train_path(dir, name);
}

static inline void same_file(const char *a, const char *b)
{
    cad_buf x = train_read(a), y = train_read(b);
    if (x.len != y.len || memcmp(x.data, y.data, x.len) != 0)
        fail_msg("%s and %s differ", a, b);
    cad_buf_deinit(&x);
    cad_buf_deinit(&y);
}

/* What a run measured of training and evaluation, {"train 5": {"train/loss": .., ..}, ..}, each line once; without time and the
 * memory of the process.  Released by json_decref. */
static inline json_t *read_metrics(const char *run_name)
{
    char name[200];
    snprintf(name, sizeof name, "runs/%s/metrics.jsonl", run_name);
    cad_buf b = train_read(train_path(dir, name));
    json_t *all = json_object(), *o, *value;
    const char *metric;
    void *next;
    for (char *line = b.data, *end; (end = strchr(line, '\n')); line = end + 1) {
        char key[64];
        ok(cad_json_parse(line, (size_t)(end - line), name, &o));
        json_t *v = json_object_get(o, "v");
        const char *kind = json_string_value(json_object_get(o, "kind"));
        snprintf(key, sizeof key, "%s %d", kind, (int)json_integer_value(json_object_get(o, "step")));
        json_object_foreach_safe(v, next, metric, value)
        {
            if (!strncmp(metric, "perf/", 5) || !strncmp(metric, "mem/", 4))
                json_object_del(v, metric);
        }
        if (!strcmp(kind, "train") || !strcmp(kind, "eval")) {
            assert_true(json_object_size(v) > 0);
            if (json_object_get(all, key))
                fail_msg("%s: '%s' stands there twice", name, key);
            json_object_set(all, key, v);
        }
        json_decref(o);
    }
    cad_buf_deinit(&b);
    return all;
}

/* train/`what` of steps 1..n. */
static inline void read_series(const char *run_name, const char *what, int n, double *out)
{
    json_t *all = read_metrics(run_name);
    for (int i = 1; i <= n; i++) {
        char key[64];
        snprintf(key, sizeof key, "train %d", i);
        const json_t *v = json_object_get(json_object_get(all, key), what);
        if (!json_is_number(v))
            fail_msg("%s: no %s at step %d", run_name, what, i);
        out[i] = json_number_value(v);
    }
    json_decref(all);
}

/* Equal files of the last checkpoint, and every metric of both runs. */
static inline void same_end(const char *a, const char *b, const char *const *files, int steps)
{
    for (; *files; files++)
        same_file(ckpt(a, steps, *files), ckpt(b, steps, *files));
    json_t *x = read_metrics(a), *y = read_metrics(b), *v;
    const char *key;
    assert_true((int)json_object_size(x) >= steps);
    json_object_foreach(x, key, v)
    {
        if (!json_equal(v, json_object_get(y, key)))
            fail_msg("%s and %s: the numbers of '%s' differ", a, b, key);
    }
    assert_int_equal(json_object_size(x), json_object_size(y));
    json_decref(x);
    json_decref(y);
}

/* Positions, averages and the best checkpoint are equal; the time that it took is not. */
static inline void same_state(const char *a, const char *b, int step)
{
    json_t *x, *y;
    ok(cad_json_read(ckpt(a, step, "trainer_state.json"), 0, &x));
    ok(cad_json_read(ckpt(b, step, "trainer_state.json"), 0, &y));
    json_object_del(x, "wall_s");
    json_object_del(y, "wall_s");
    assert_true(json_equal(x, y));
    json_decref(x);
    json_decref(y);
}

static inline void forget(const char *name, int step)
{
    ok(cad_fs_remove_tree(ckpt(name, step, "")));
}

static const char *const full_files[] = {"master.safetensors", "model.safetensors", "optimizer.safetensors",
                                         "tokenizer.json",     "template.txt",      NULL};
static const char *const lora_files[] = {"adapter_model.safetensors", "adapter_config.json", "optimizer.safetensors", NULL};

static inline int setup(void **state)
{
    (void)state;
    train_tmp("trainer", dir);
    cad_log_set_level(CAD_LOG_ERROR);
    cad_progress_setup(CAD_PROGRESS_NONE, 10);
    ok(cad_arena_create("config", 64 << 20, &arena));
    ok(fixture_run(dir));
    ok(run("base", "auto", NULL, NULL));
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(dir) == CAD_OK ? 0 : -1;
}

#endif
