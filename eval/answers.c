#include "eval/answers.h"

#include "core/fs.h"
#include "core/progress.h"
#include "eval/answers_impl.h"
#include "eval/part.h"
#include "eval/score.h"
#include "eval/steplm_score.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cad_status cad_answers_go_on(const cad_answers *a)
{
    if (a->stop && *a->stop)
        CAD_FAIL(CAD_EINTR, "interrupted; the same command %sgoes on", a->fresh ? "without --fresh " : "");
    return CAD_OK;
}

static const size_t FILE_LIMIT = (size_t)1 << 31;

void cad_answers_prompt_sha(const char *caption, const char *retrieved, char out[CAD_HASH_HEX])
{
    char both[2 * CAD_HASH_HEX];
    cad_hash128_hex(caption, strlen(caption), out);
    if (!retrieved)
        return;
    memcpy(both, out, CAD_HASH_HEX);
    cad_hash128_hex(retrieved, strlen(retrieved), both + CAD_HASH_HEX - 1);
    cad_hash128_hex(both, strlen(both), out);
}

json_t *cad_answers_rag_ids(const cad_retrieved *found)
{
    json_t *list = json_array();
    for (int64_t i = 0; list && found && i < found->n; i++)
        if (json_array_append_new(list, json_string(found->id[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* What names an answer; a prompt that shows nothing is as long as its caption. */
static cad_status print_key(const cad_answers *a, const char *identity, const cad_answer_slot *t, cad_buf *out)
{
    const cad_retrieved *found = a->retrieved ? &a->retrieved[t->row - a->suite->row] : NULL;
    CAD_TRY(cad_buf_printf(out, "%s\n%s\n%s\n%lld", identity, t->row->id, t->row->prompt, (long long)t->sample));
    if (!found || !found->text)
        return CAD_OK;
    char sha[CAD_HASH_HEX];
    cad_answers_prompt_sha(t->row->prompt, found->text, sha);
    CAD_TRY(cad_buf_printf(out, "\n%s", sha));
    for (int64_t i = 0; i < found->n; i++)
        CAD_TRY(cad_buf_printf(out, "\n%s", found->id[i]));
    return CAD_OK;
}

cad_status cad_answers_init(const cad_suite *suite, const cad_retrieved *retrieved, const char *dir, const char *identity,
                            int64_t samples, int64_t limit, cad_arena *arena, cad_answers *out)
{
    size_t rows = limit > 0 && (size_t)limit < suite->n ? (size_t)limit : suite->n;
    cad_answers a = {.suite = suite, .retrieved = retrieved, .samples = samples, .n = rows * (size_t)samples, .arena = arena};
    CAD_TRY(cad_arena_strdup(arena, dir, strlen(dir), &a.dir));
    CAD_TRY(cad_arena_zalloc(arena, a.n, sizeof *a.slot, "answers", &a.slot));
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < a.n; i++) {
        cad_answer_slot *t = &a.slot[i];
        t->row = &suite->row[i / (size_t)samples];
        t->sample = (int64_t)(i % (size_t)samples);
        t->tokens = -1;
        cad_buf_clear(&text);
        s = print_key(&a, identity, t, &text);
        if (s == CAD_OK)
            cad_hash128_hex(text.data, text.len, t->key);
    }
    cad_buf_deinit(&text);
    if (s == CAD_OK)
        *out = a;
    return s;
}

static cad_status file_path(const cad_answers *a, const char *name, cad_buf *path)
{
    cad_buf_clear(path);
    return cad_buf_printf(path, "%s/%s", a->dir, name);
}

static int by_key(const void *x, const void *y)
{
    return memcmp((*(cad_answer_slot *const *)x)->key, (*(cad_answer_slot *const *)y)->key, 33);
}

/* Slots sorted by key, for looking up the rows of a file. */
static cad_status sorted_slots(const cad_answers *a, cad_arena *arena, cad_answer_slot ***out)
{
    cad_answer_slot **p;
    CAD_TRY(cad_arena_zalloc(arena, a->n, sizeof *p, "answers by key", &p));
    for (size_t i = 0; i < a->n; i++)
        p[i] = &a->slot[i];
    qsort(p, a->n, sizeof *p, by_key);
    *out = p;
    return CAD_OK;
}

static cad_answer_slot *find(cad_answer_slot **sorted, size_t n, const char *key)
{
    cad_answer_slot want = {0}, *w = &want;
    if (!key || strlen(key) != 32)
        return NULL;
    memcpy(want.key, key, 33);
    cad_answer_slot **hit = bsearch(&w, sorted, n, sizeof *sorted, by_key);
    return hit ? *hit : NULL;
}

static cad_status take_prediction(cad_answers *a, cad_answer_slot *t, const json_t *o, const char *where)
{
    const char *text, *finish;
    int64_t too_large = 0;
    if (json_object_get(o, "too_large"))
        CAD_TRY(cad_json_get_int(o, "too_large", where, &too_large));
    t->too_large = too_large > 0 ? (size_t)too_large : 0;
    CAD_TRY(cad_json_get_text(o, "text", where, &text, &t->len));
    CAD_TRY(cad_json_get_string(o, "finish", where, &finish));
    CAD_TRY(cad_json_get_int(o, "n_tokens", where, &t->tokens));
    t->stopped = !strcmp(finish, "stop");
    return cad_arena_strdup(a->arena, text, t->len, &t->text);
}

/* One line of a file: a header where it is the first, else a row for the slot of its key. */
static cad_status read_line(cad_answers *a, const char *line, size_t len, const char *where, bool first, bool scores,
                            cad_answer_slot **sorted)
{
    json_t *o;
    cad_status s = cad_json_parse(line, len, where, &o);
    if (s == CAD_EPARSE)
        CAD_FAIL(CAD_ECORRUPT, "%s: not a row of JSON\nhint: --fresh starts over", where);
    CAD_TRY(s);
    cad_answer_slot *t = first ? NULL : find(sorted, a->n, json_string_value(json_object_get(o, "key")));
    if (t && scores)
        s = cad_arena_strdup(a->arena, line, len, &t->record);
    else if (t)
        s = take_prediction(a, t, o, where);
    json_decref(o);
    return s;
}

/* Feeds each whole line of a JSONL file to the slots.  A missing file is empty. */
static cad_status read_file(cad_answers *a, const char *name, bool scores, cad_answer_slot **sorted)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = file_path(a, name, &path);
    if (s != CAD_OK || !cad_fs_exists(path.data)) {
        cad_buf_deinit(&path);
        return s;
    }
    s = cad_fs_read(path.data, FILE_LIMIT, &text);
    size_t line = 0;
    for (size_t at = 0; s == CAD_OK && at < text.len;) {
        const char *from = text.data + at, *end = memchr(from, '\n', text.len - at);
        if (!end)
            break; /* a torn last line is dropped when the file is opened for appending */
        char where[320];
        snprintf(where, sizeof where, "%.280s:%zu", path.data, ++line);
        s = read_line(a, from, (size_t)(end - from), where, line == 1, scores, sorted);
        at += (size_t)(end - from) + 1;
    }
    cad_buf_deinit(&text);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_answers_read(cad_answers *a, bool fresh)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    a->fresh = fresh;
    if (fresh) {
        CAD_TRY_GOTO(s, file_path(a, "predictions.jsonl", &path), done);
        CAD_TRY_GOTO(s, cad_fs_remove(path.data), done);
        CAD_TRY_GOTO(s, file_path(a, "scores.jsonl", &path), done);
        CAD_TRY_GOTO(s, cad_fs_remove(path.data), done);
    }
    cad_answer_slot **sorted;
    CAD_TRY_GOTO(s, sorted_slots(a, a->arena, &sorted), done);
    CAD_TRY_GOTO(s, read_file(a, "predictions.jsonl", false, sorted), done);
    s = read_file(a, "scores.jsonl", true, sorted);
done:
    cad_buf_deinit(&path);
    return s;
}

static cad_status score_input(const cad_answers *a, const cad_answer_slot *t, cad_buf *out)
{
    const cad_suite_row *r = t->row;
    const char *reference = t->no_reference ? NULL : r->reference;
    const cad_score_texts texts = {t->text, reference, t->len, reference ? strlen(reference) : 0};
    json_t *o = json_pack("{ss,ss,ss,sb,sb,ss,sb,sb,sb,sb,sO?,si}", "key", t->key, "id", r->id, "kind",
                          cad_part_kind_name(a->kind), "complete", (int)t->stopped, "always", (int)a->always, "reference_kind",
                          cad_part_kind_name(r->reference_kind), "steplm", (int)a->steplm, "official",
                          (int)(a->steplm && !t->no_official), "official_reference", (int)!t->no_official_reference,
                          "reference_died", (int)t->no_reference, "expect", r->expect, "seven", r->seven);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a score job");
    cad_status s = cad_score_job_make(o, &texts, out);
    json_decref(o);
    return s;
}

/* In the slot and in the file. */
static cad_status keep_text(const cad_answers *a, cad_answer_slot *t, const cad_buf *text, cad_appender *file)
{
    CAD_TRY(cad_arena_strdup(a->arena, text->data, text->len, &t->record));
    return cad_appender_line(file, text->data, text->len);
}

/* Keeps the record that a result stands for. */
static cad_status keep_record(cad_answers *a, const cad_pool_result *r, cad_appender *file)
{
    cad_answer_slot *t = &a->slot[r->tag];
    const cad_part_text of = {.kind = a->kind, .text = t->text, .len = t->len, .complete = t->stopped, .always = a->always};
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_score_take(r, t->key, t->row->id, &of, &text);
    if (s == CAD_OK)
        s = keep_text(a, t, &text, file);
    cad_buf_deinit(&text);
    return s;
}

static cad_status submit(const cad_answers *a, size_t i, cad_pool *pool)
{
    cad_buf in = CAD_BUF_INIT;
    cad_status s = score_input(a, &a->slot[i], &in);
    if (s == CAD_OK)
        s = cad_pool_submit(pool, CAD_SCORE_HANDLER, i, in.data, in.len);
    cad_buf_deinit(&in);
    return s;
}

static cad_status refuse(const cad_answers *a, cad_answer_slot *t, cad_appender *file)
{
    const cad_part_text text = {.kind = a->kind, .text = t->text, .len = t->len, .complete = t->stopped};
    bool complete = t->too_large ? t->stopped : cad_part_is_complete(&text);
    cad_buf record = CAD_BUF_INIT;
    cad_status s = cad_score_too_large(t->key, t->row->id, t->too_large ? t->too_large : t->len, complete, &record);
    if (s == CAD_OK)
        s = keep_text(a, t, &record, file);
    cad_buf_deinit(&record);
    return s;
}

/* Submits an answer; one that no job can carry gets its record here: *done. */
static cad_status begin(cad_answers *a, size_t i, cad_pool *pool, cad_appender *file, bool *done)
{
    cad_answer_slot *t = &a->slot[i];
    cad_status s = t->too_large ? CAD_EINVAL : submit(a, i, pool);
    *done = s == CAD_EINVAL;
    return *done ? refuse(a, t, file) : s;
}

static bool died_in(const cad_pool_result *r, const char *stage)
{
    return !strncmp(r->stage, stage, strlen(stage));
}

/* Whether a worker died over what an answer can be scored without: then that is left out, and the answer asked again. */
static bool leave_out(const cad_pool_result *r, cad_answer_slot *t)
{
    bool died = r->verdict != CAD_VERDICT_ok && r->verdict != CAD_VERDICT_failed;
    bool *left = !died                              ? NULL
                 : died_in(r, CAD_STEPLM_REFERENCE) ? &t->no_official_reference
                 : died_in(r, CAD_STEPLM_STAGE)     ? &t->no_official
                 : died_in(r, CAD_PART_REFERENCE)   ? &t->no_reference
                                                    : NULL;
    if (!left || *left)
        return false;
    return *left = true;
}

/* `done` answers have their record. */
static cad_status pump(cad_answers *a, cad_pool *pool, cad_appender *file, int64_t done, cad_progress *progress)
{
    size_t next = 0, window = 4 * (size_t)cad_pool_workers(pool);
    for (;;) {
        while (next < a->n && (a->slot[next].record || !a->slot[next].text))
            next++;
        if (next < a->n && cad_pool_pending(pool) < window) {
            bool there;
            CAD_TRY(begin(a, next++, pool, file, &there));
            done += there;
            continue;
        }
        if (cad_pool_pending(pool) == 0)
            return CAD_OK;
        cad_pool_result r;
        CAD_TRY(cad_answers_go_on(a));
        CAD_TRY(cad_pool_next(pool, &r));
        if (leave_out(&r, &a->slot[r.tag])) {
            CAD_TRY(submit(a, r.tag, pool));
            continue;
        }
        CAD_TRY(keep_record(a, &r, file));
        cad_progress_show(progress, ++done, NULL);
    }
}

static cad_status is_empty(const char *path, bool *out)
{
    cad_file *f;
    CAD_TRY(cad_file_open(path, &f));
    *out = cad_file_size(f) == 0;
    cad_file_close(f);
    return CAD_OK;
}

cad_status cad_answers_append(const cad_answers *a, const char *name, const char *kind, cad_appender **out)
{
    cad_buf path = CAD_BUF_INIT, head = CAD_BUF_INIT;
    cad_appender *file = NULL;
    bool fresh = false;
    cad_status s = cad_fs_mkdirs(a->dir);
    if (s == CAD_OK)
        s = file_path(a, name, &path);
    if (s == CAD_OK)
        s = cad_appender_open(path.data, &file);
    if (s == CAD_OK)
        s = is_empty(path.data, &fresh);
    if (s == CAD_OK && fresh) {
        s = cad_buf_printf(&head, "{\"schema\":1,\"kind\":\"%s\",\"suite\":\"%s\",\"suite_hash\":\"%s\"}", kind, a->suite->name,
                           a->suite->hash);
        if (s == CAD_OK)
            s = cad_appender_line(file, head.data, head.len);
    }
    if (s == CAD_OK)
        *out = file;
    else
        cad_appender_close(file);
    cad_buf_deinit(&path);
    cad_buf_deinit(&head);
    return s;
}

cad_status cad_answers_score(cad_answers *a, cad_pool *pool, const char *label)
{
    cad_appender *file;
    cad_progress *progress = NULL;
    CAD_TRY(cad_answers_append(a, "scores.jsonl", "scores", &file));
    char head[96];
    snprintf(head, sizeof head, "score %s", label);
    int64_t done = 0; /* by calls before this one: no work of it */
    for (size_t i = 0; i < a->n; i++)
        done += a->slot[i].record != NULL;
    cad_status s = cad_progress_create(head, done, (int64_t)a->n, 0, &progress);
    if (s == CAD_OK) {
        cad_progress_work(progress, "answers");
        s = pump(a, pool, file, done, progress);
    }
    cad_progress_destroy(progress);
    if (s == CAD_OK)
        s = cad_appender_sync(file);
    cad_appender_close(file);
    return s;
}
