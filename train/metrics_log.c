#include "train/metrics_log.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "train/tb_events.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LINE_RESERVE = 1024, MOST_PICTURE_BYTES = 64 << 20 };

struct cad_metrics {
    cad_appender *file;
    cad_tb_events *events; /* NULL: not asked for */
    cad_buf line;
};

/* ---- continuing ---- */

/* Step of a line, -1 for the header or anything that is not a record. */
static int64_t line_step(const char *text, size_t len)
{
    json_t *o = NULL;
    int64_t step = -1;
    if (cad_json_parse(text, len, "metrics.jsonl", &o) == CAD_OK && json_is_object(o)) {
        const json_t *v = json_object_get(o, "step");
        if (json_is_integer(v))
            step = json_integer_value(v);
    }
    json_decref(o);
    return step;
}

/* Bytes of `lines` with which `file` ends already: a start that was killed after it had added them, or some of them, and before
 * it took them from metrics.jsonl.  Lines hold the time to the millisecond, so equal ones are the same. */
static size_t there_already(const cad_buf *file, const cad_buf *lines)
{
    for (size_t at = 0; at < file->len;) {
        size_t len = file->len - at;
        if (len <= lines->len && memcmp(file->data + at, lines->data, len) == 0)
            return len;
        const char *end = memchr(file->data + at, '\n', len);
        at = end ? (size_t)(end - file->data) + 1 : file->len;
    }
    return 0;
}

static cad_status append_lines(const char *path, const cad_buf *lines)
{
    cad_appender *a;
    cad_buf file = CAD_BUF_INIT;
    CAD_TRY(cad_appender_open(path, &a)); /* makes the file end with a whole line */
    cad_status s = cad_fs_read(path, 0, &file);
    for (size_t at = there_already(&file, lines); s == CAD_OK && at < lines->len;) {
        const char *end = memchr(lines->data + at, '\n', lines->len - at);
        size_t len = (size_t)(end - (lines->data + at));
        s = cad_appender_line(a, lines->data + at, len);
        at += len + 1;
    }
    if (s == CAD_OK)
        s = cad_appender_sync(a);
    cad_appender_close(a);
    cad_buf_deinit(&file);
    return s;
}

/* Splits the whole lines of the file into those to keep and those of later steps. */
static cad_status split_lines(const cad_buf *text, int64_t last_step, cad_buf *keep, cad_buf *drop)
{
    for (size_t at = 0; at < text->len;) {
        const char *line = text->data + at, *end = memchr(line, '\n', text->len - at);
        if (!end)
            break; /* torn by a kill: it never was a record */
        size_t len = (size_t)(end - line) + 1;
        CAD_TRY(cad_buf_add(line_step(line, len - 1) > last_step ? drop : keep, line, len));
        at += len;
    }
    return CAD_OK;
}

static cad_status drop_later(const char *dir, const char *path, int64_t last_step)
{
    cad_buf text = CAD_BUF_INIT, keep = CAD_BUF_INIT, drop = CAD_BUF_INIT, dropped = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, 0, &text);
    if (s == CAD_OK)
        s = split_lines(&text, last_step, &keep, &drop);
    if (s == CAD_OK && drop.len > 0) {
        s = cad_buf_printf(&dropped, "%s/metrics.dropped.jsonl", dir);
        if (s == CAD_OK)
            s = append_lines(dropped.data, &drop);
    }
    if (s == CAD_OK && keep.len != text.len)
        s = cad_fs_write(path, cad_buf_cstr(&keep), keep.len);
    cad_buf_deinit(&dropped);
    cad_buf_deinit(&drop);
    cad_buf_deinit(&keep);
    cad_buf_deinit(&text);
    return s;
}

/* ---- writing ---- */

static cad_status write_header(cad_metrics *m, const char *run_id, const char *commit)
{
    char now[21];
    cad_clock_iso(cad_clock_wall(), now);
    json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s}", "schema", 1, "kind", "metrics", "run_id", run_id, "commit", commit,
                          "started", now);
    cad_status s = o ? cad_json_print(o, &m->line) : cad_fail(CAD_ENOMEM, "out of memory for metrics.jsonl");
    json_decref(o);
    return s == CAD_OK ? cad_appender_line(m->file, m->line.data, m->line.len) : s;
}

static cad_status open_events(cad_metrics *m, const char *dir, int64_t resume_step)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/tb", dir);
    if (s == CAD_OK)
        s = cad_tb_open(path.data, resume_step, &m->events);
    cad_buf_deinit(&path);
    return s;
}

static cad_status open_file(cad_metrics *m, const char *path, bool is_new, const char *run_id, const char *commit)
{
    CAD_TRY(cad_buf_reserve(&m->line, LINE_RESERVE));
    CAD_TRY(cad_appender_open(path, &m->file));
    return is_new ? write_header(m, run_id, commit) : CAD_OK;
}

cad_status cad_metrics_open(const char *dir, const char *run_id, const char *commit, int64_t resume_step, bool tensorboard,
                            cad_metrics **out)
{
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(cad_buf_printf(&path, "%s/metrics.jsonl", dir));
    bool is_new = !cad_fs_exists(path.data);
    cad_status s = is_new ? CAD_OK : drop_later(dir, path.data, resume_step);
    if (s == CAD_OK && !is_new) {
        cad_buf head = CAD_BUF_INIT;
        s = cad_fs_read(path.data, 0, &head);
        is_new = head.len == 0; /* killed between creating the file and its first line */
        cad_buf_deinit(&head);
    }
    cad_metrics *m = NULL;
    if (s == CAD_OK)
        s = cad_mem_alloc(sizeof *m, "metrics", &m);
    if (s == CAD_OK)
        s = open_file(m, path.data, is_new, run_id, commit);
    cad_buf_deinit(&path);
    if (s == CAD_OK && tensorboard)
        s = open_events(m, dir, resume_step);
    if (s != CAD_OK) {
        cad_metrics_close(m);
        return s;
    }
    *out = m;
    return CAD_OK;
}

static cad_status start_line(cad_metrics *m, double now, int64_t step, const char *kind)
{
    cad_buf_clear(&m->line);
    return cad_buf_printf(&m->line, "{\"t\":%.3f,\"step\":%" PRId64 ",\"kind\":\"%s\",", now, step, kind);
}

static cad_status add_value(cad_buf *b, double v)
{
    if (isnan(v))
        return cad_buf_str(b, "\"nan\"");
    if (isinf(v))
        return cad_buf_str(b, v > 0 ? "\"inf\"" : "\"-inf\"");
    /* Twelve digits keep f32 values apart and the lines short; the exponent form is JSON too. */
    return cad_buf_printf(b, "%.12g", v);
}

/* Event files repeat what metrics.jsonl holds: a run does not end because they cannot be written. */
static void mirrored(cad_metrics *m, cad_status s)
{
    if (s == CAD_OK)
        return;
    cad_log(CAD_LOG_WARN, "no more TensorBoard events in this run: %s", cad_error_text());
    cad_tb_close(m->events);
    m->events = NULL;
}

cad_status cad_metrics_add(cad_metrics *m, int64_t step, const char *kind, const cad_metric *v, size_t n)
{
    double now = cad_clock_wall();
    CAD_TRY(start_line(m, now, step, kind));
    CAD_TRY(cad_buf_str(&m->line, "\"v\":{"));
    for (size_t i = 0; i < n; i++) {
        CAD_TRY(cad_buf_printf(&m->line, "%s\"%s\":", i ? "," : "", v[i].name));
        CAD_TRY(add_value(&m->line, v[i].value));
    }
    CAD_TRY(cad_buf_str(&m->line, "}}"));
    CAD_TRY(cad_appender_line(m->file, m->line.data, m->line.len));
    if (m->events)
        mirrored(m, cad_tb_scalars(m->events, now, step, v, n));
    return CAD_OK;
}

cad_status cad_metrics_note(cad_metrics *m, int64_t step, const char *msg)
{
    double now = cad_clock_wall();
    CAD_TRY(start_line(m, now, step, "note"));
    CAD_TRY(cad_buf_str(&m->line, "\"msg\":"));
    json_t *text = cad_json_text(msg);
    cad_status s = text ? cad_json_print(text, &m->line) : cad_fail(CAD_ENOMEM, "out of memory for a note");
    json_decref(text);
    CAD_TRY(s);
    CAD_TRY(cad_buf_str(&m->line, "}"));
    CAD_TRY(cad_appender_line(m->file, m->line.data, m->line.len));
    if (m->events)
        mirrored(m, cad_tb_text(m->events, now, step, "note", msg));
    return CAD_OK;
}

cad_status cad_metrics_picture(cad_metrics *m, int64_t step, const char *name, const char *path)
{
    if (!m->events || !cad_fs_exists(path))
        return CAD_OK;
    cad_buf png = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, MOST_PICTURE_BYTES, &png);
    if (s == CAD_OK)
        s = cad_tb_image(m->events, cad_clock_wall(), step, name, png.data, png.len);
    cad_buf_deinit(&png);
    mirrored(m, s);
    return CAD_OK;
}

void cad_metrics_close(cad_metrics *m)
{
    if (!m)
        return;
    cad_tb_close(m->events);
    cad_appender_close(m->file);
    cad_buf_deinit(&m->line);
    cad_mem_free(m);
}
