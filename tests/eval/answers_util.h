/* Four rows, two samples each, and workers whose verdict needs no geometry kernel: what the tests of answers share. */
#ifndef CADLM_TESTS_EVAL_ANSWERS_UTIL_H
#define CADLM_TESTS_EVAL_ANSWERS_UTIL_H

#include "tests/unit.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "eval/answers.h"
#include "eval/part.h"
#include "eval/score.h"
#include "eval/steplm_score.h"

#include <signal.h>
#include <unistd.h>

enum { ROWS = 4, SAMPLES = 2, SLOTS = ROWS * SAMPLES };
#define SLOW_S 0.2
#define IDENTITY "a model and its decoding"

static char dir[4096];
static cad_arena *arena;
static cad_suite suite;

/* An answer of n bytes is a valid part of IoU n / 100; "crash" kills its worker, "slow" takes SLOW_S. */
static inline cad_status judge(const void *in, size_t len, cad_buf *out)
{
    json_t *job;
    cad_score_texts texts;
    CAD_TRY(cad_score_job_read(in, len, &job, &texts));
    const char *text = texts.text;
    cad_worker_stage("judge");
    if (!strcmp(text, "crash"))
        raise(SIGSEGV);
    if (!strcmp(text, "heavy") && json_is_true(json_object_get(job, "official"))) {
        cad_worker_stage(CAD_STEPLM_STAGE " mesh");
        raise(SIGSEGV);
    }
    if (!strcmp(text, "drawn") && !json_is_false(json_object_get(job, "official_reference"))) {
        cad_worker_stage(CAD_STEPLM_REFERENCE " mesh");
        raise(SIGSEGV);
    }
    if (texts.reference && !strcmp(texts.reference, "C 1 1 1") && !strcmp(text, "good")) {
        cad_worker_stage(CAD_PART_REFERENCE "facts");
        raise(SIGSEGV);
    }
    const char *class_ = json_is_true(json_object_get(job, "reference_died")) ? "reference_bad" : text[0] ? "ok" : "empty";
    if (!strcmp(text, "slow"))
        cad_clock_sleep(SLOW_S);
    cad_status s = cad_buf_printf(out,
                                  "{\"key\":\"%s\",\"class\":\"%s\",\"valid\":%s,\"checks\":{\"all\":true},"
                                  "\"m\":{\"iou.v64.A1\":%.2f}}",
                                  json_string_value(json_object_get(job, "key")), class_, text[0] ? "true" : "false",
                                  (double)strlen(text) / 100);
    json_decref(job);
    return s;
}

static inline cad_status answer_of(void *fails_at, const cad_suite_row *row, cad_answer_text *out)
{
    static const char *const text[ROWS] = {"C 1 2 3", "crash", NULL, "Y 5 12\nT 0 1 1 1"};
    if (fails_at && !strcmp(row->id, fails_at))
        CAD_FAIL(CAD_EIO, "no answer to %s", row->id);
    out->text = text[row - suite.row];
    out->len = out->text ? strlen(out->text) : 0;
    return CAD_OK;
}

static inline const char *file(const char *name)
{
    static char path[2][8192];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static inline cad_answers opened(const char *identity, bool fresh)
{
    cad_answers a;
    ok(cad_answers_init(&suite, NULL, dir, identity, SAMPLES, 0, arena, &a));
    ok(cad_answers_read(&a, fresh));
    return a;
}

static inline void score(cad_answers *a)
{
    cad_pool *pool;
    ok(cad_pool_create(&(cad_pool_opts){.workers = 2, .cpu_s = 10}, &pool));
    ok(cad_answers_score(a, pool, "test"));
    cad_pool_destroy(pool);
}

static inline cad_answers all_done(bool fresh)
{
    cad_answers a = opened(IDENTITY, fresh);
    ok(cad_answers_take(&a, answer_of, NULL));
    score(&a);
    return a;
}

static inline int setup(void **state)
{
    (void)state;
    static cad_suite_row rows[ROWS] = {{.id = "a", .prompt = "a box"},
                                       {.id = "b", .prompt = "a killer"},
                                       {.id = "c", .prompt = "nothing"},
                                       {.id = "d", .prompt = "a rod"}};
    const char *base = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/cadlm-answers-%ld", base ? base : "/tmp", (long)getpid());
    ok(cad_fs_remove_tree(dir));
    ok(cad_arena_create("answers", (size_t)256 << 20, &arena));
    rows[3].expect = rows[1].expect = json_object();
    suite = (cad_suite){.name = "t", .version = "1", .path = "t.jsonl", .hash = "0", .row = rows, .n = ROWS};
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    json_decref((json_t *)(uintptr_t)suite.row[1].expect);
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(dir) == CAD_OK ? 0 : -1;
}

#endif
