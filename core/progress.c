#include "core/progress.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static cad_progress_mode mode = CAD_PROGRESS_AUTO;
static double line_every = 10;

enum { UNIT_BYTES = 16 };
static const double MOMENT = 1; /* s; what is over before is not told, unless bars or lines were asked for by name */

struct cad_progress {
    char label[32];
    int64_t start, total, warmup, done;
    double created, counted_from, paused; /* monotonic s; s spent outside the loop since counted_from */
    int64_t counted_at;                   /* units done when the rate began to count, -1 before */
    double pause_sum, last_shown;
    int64_t pauses, pauses_left;
    bool bar, shown_last;
    double quiet;                   /* s at the beginning in which nothing is said */
    char unit[UNIT_BYTES];          /* "": no rate is told */
    char second[UNIT_BYTES];        /* likewise, of `second_done` */
    int64_t second_done, second_at; /* second_at: when the rates began to count */
    cad_buf tail;
};

void cad_progress_setup(cad_progress_mode m, double every_s)
{
    mode = m;
    line_every = every_s;
}

cad_status cad_progress_create(const char *label, int64_t start, int64_t total, int64_t warmup, cad_progress **out)
{
    cad_progress *p;
    CAD_TRY(cad_mem_alloc(sizeof *p, "progress", &p));
    snprintf(p->label, sizeof p->label, "%s", label);
    p->start = p->done = start;
    p->total = total;
    p->warmup = warmup;
    p->created = cad_clock_now();
    p->last_shown = -1;
    p->counted_at = warmup > 0 ? -1 : start;
    p->counted_from = p->created;
    p->bar = mode == CAD_PROGRESS_BAR || (mode == CAD_PROGRESS_AUTO && cad_log_is_terminal());
    *out = p;
    return CAD_OK;
}

void cad_progress_work(cad_progress *p, const char *unit)
{
    snprintf(p->unit, sizeof p->unit, "%s", unit);
    p->quiet = mode == CAD_PROGRESS_AUTO ? MOMENT : 0;
}

void cad_progress_also(cad_progress *p, const char *unit, int64_t count)
{
    snprintf(p->second, sizeof p->second, "%s", unit);
    p->second_done = count;
}

void cad_progress_duration(double seconds, char out[16])
{
    if (!(seconds >= 0 && seconds < 8e8)) {
        snprintf(out, 16, "?");
        return;
    }
    unsigned s = (unsigned)(seconds + 0.5);
    if (s < 60)
        snprintf(out, 16, "%us", s);
    else if (s < 3600)
        snprintf(out, 16, "%um%02us", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, 16, "%uh%02um", s / 3600, s % 3600 / 60);
    else
        snprintf(out, 16, "%ud%02uh", s / 86400, s % 86400 / 3600);
}

void cad_progress_count(double n, char out[16])
{
    if (!(n >= 0 && n < 1e15))
        snprintf(out, 16, "?");
    else if (n >= 999.995e6)
        snprintf(out, 16, "%.2fG", 1e-9 * n);
    else if (n >= 999.95e3)
        snprintf(out, 16, "%.2fM", 1e-6 * n);
    else if (n >= 999.5)
        snprintf(out, 16, "%.1fk", 1e-3 * n);
    else
        snprintf(out, 16, n >= 9.995 || n == floor(n) ? "%.0f" : n >= 0.1 ? "%.2f" : "%.2g", n);
}

void cad_progress_grouped(int64_t n, char out[32])
{
    char plain[32];
    int len = snprintf(plain, sizeof plain, "%" PRId64, n), at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && plain[i - 1] != '-')
            out[at++] = ',';
        out[at++] = plain[i];
    }
    out[at] = '\0';
}

/* Seconds of work since the rate began to count. */
static double worked(const cad_progress *p)
{
    return cad_clock_now() - p->counted_from - p->paused;
}

double cad_progress_eta(const cad_progress *p)
{
    if (p->total <= 0 || p->counted_at < 0 || p->done <= p->counted_at)
        return -1;
    double per_unit = worked(p) / (double)(p->done - p->counted_at);
    double pause = p->pauses ? p->pause_sum / (double)p->pauses : 0;
    return per_unit * (double)(p->total - p->done) + pause * (double)p->pauses_left;
}

void cad_progress_pause(cad_progress *p, double seconds, int64_t left)
{
    p->paused += seconds;
    p->pause_sum += seconds;
    p->pauses++;
    p->pauses_left = left;
}

/* "  1.5k rows/s"; nothing while there is no unit, no time or no work to tell of. */
static cad_status put_rate(const cad_progress *p, const char *unit, int64_t done, cad_buf *b)
{
    double seconds = worked(p);
    if (!*unit || p->counted_at < 0 || done <= 0 || !(seconds > 0))
        return CAD_OK;
    char rate[16];
    cad_progress_count((double)done / seconds, rate);
    return cad_buf_printf(b, "  %s %s/s", rate, unit);
}

/* The tail without the first `without` of the fields that begin with a tab; *out_left: how many of these are there still. */
static cad_status put_tail(const char *tail, int without, int *out_left, cad_buf *b)
{
    bool spare = false;
    *out_left = 0;
    for (const char *at = tail ? tail : ""; *at;) {
        const char *tab = strchr(at, '\t'), *gap = strstr(at, "  ");
        const char *end = tab && (!gap || tab < gap) ? tab : gap ? gap : at + strlen(at);
        if (spare && without > 0) {
            without--;
        } else {
            CAD_TRY(cad_buf_printf(b, "  %.*s", (int)(end - at), at));
            *out_left += spare;
        }
        spare = *end == '\t';
        at = end + (spare ? 1 : *end ? 2 : 0);
    }
    return CAD_OK;
}

/* One line, of which `without` fields of the tail gave way; *out_left may still do so. */
static cad_status compose(const cad_progress *p, const char *tail, int without, int *out_left, cad_buf *b)
{
    CAD_TRY(cad_buf_printf(b, "%s %" PRId64, p->label, p->done));
    if (p->total > 0)
        CAD_TRY(cad_buf_printf(b, "/%" PRId64 "  %.1f%%", p->total, 100.0 * (double)p->done / (double)p->total));
    CAD_TRY(put_rate(p, p->unit, p->done - p->counted_at, b));
    CAD_TRY(put_rate(p, p->second, p->second_done - p->second_at, b));
    CAD_TRY(put_tail(tail, without, out_left, b));
    double eta = cad_progress_eta(p);
    if (eta >= 0 && p->done < p->total) {
        char text[16];
        cad_progress_duration(eta, text);
        CAD_TRY(cad_buf_printf(b, "  eta %s", text));
    }
    return CAD_OK;
}

static void print_line(cad_progress *p, const char *tail)
{
    cad_buf b = CAD_BUF_INIT;
    int left;
    if (compose(p, tail, 0, &left, &b) == CAD_OK)
        cad_log(CAD_LOG_INFO, "%s", cad_buf_cstr(&b));
    cad_buf_deinit(&b);
}

/* "[####....] ", as long as `room` allows; nothing where that is too short to tell anything. */
static cad_status put_bar(const cad_progress *p, size_t room, cad_buf *b)
{
    enum { LONGEST = 24, SHORTEST = 8, AROUND = 3 };
    if (p->total <= 0 || room < SHORTEST + AROUND)
        return CAD_OK;
    int64_t width = room < LONGEST + AROUND ? (int64_t)room - AROUND : LONGEST;
    int64_t full = p->done >= p->total ? width : p->done * width / p->total;
    char bar[LONGEST + 1];
    for (int64_t i = 0; i < width; i++)
        bar[i] = i < full ? '#' : '.';
    bar[width] = '\0';
    return cad_buf_printf(b, "[%s] ", bar);
}

static void draw_bar(const cad_progress *p, const char *tail)
{
    cad_buf text = CAD_BUF_INIT, line = CAD_BUF_INIT;
    size_t room = cad_log_columns();
    int left, without = 0;
    cad_status s = compose(p, tail, 0, &left, &text);
    while (s == CAD_OK && text.len > room && left > 0) {
        cad_buf_clear(&text);
        s = compose(p, tail, ++without, &left, &text);
    }
    if (s == CAD_OK && without == 0 && text.len < room)
        s = put_bar(p, room - text.len, &line);
    if (s == CAD_OK)
        s = cad_buf_str(&line, cad_buf_cstr(&text));
    if (s == CAD_OK)
        cad_log_status_line(cad_buf_cstr(&line));
    cad_buf_deinit(&line);
    cad_buf_deinit(&text);
}

static void advance(cad_progress *p, int64_t done)
{
    p->done = done;
    p->shown_last = false;
    if (p->counted_at < 0 && done - p->start >= p->warmup) {
        p->counted_at = done;
        p->second_at = p->second_done;
        p->counted_from = cad_clock_now();
        p->paused = 0;
    }
}

static bool due(const cad_progress *p, double now)
{
    if (p->last_shown < 0)
        return now - p->created >= p->quiet;
    return now - p->last_shown >= (p->bar ? 0.1 : line_every);
}

void cad_progress_show(cad_progress *p, int64_t done, const char *tail)
{
    advance(p, done);
    if (mode == CAD_PROGRESS_NONE)
        return;
    cad_buf_clear(&p->tail); /* the last line needs it */
    if (tail && cad_buf_str(&p->tail, tail) != CAD_OK)
        cad_buf_clear(&p->tail);
    double now = cad_clock_now();
    if (!due(p, now))
        return;
    p->last_shown = now;
    p->shown_last = !p->bar; /* a bar does not stay */
    if (p->bar)
        draw_bar(p, tail);
    else
        print_line(p, tail);
}

void cad_progress_keep(cad_progress *p, int64_t done, const char *tail)
{
    advance(p, done);
    if (mode == CAD_PROGRESS_NONE)
        return;
    p->last_shown = cad_clock_now();
    p->shown_last = true;
    print_line(p, tail);
    if (p->bar)
        draw_bar(p, tail);
}

void cad_progress_mark(cad_progress *p, int64_t done, const char *tail)
{
    if (p->bar)
        cad_progress_keep(p, done, tail);
    else
        cad_progress_show(p, done, tail);
}

void cad_progress_destroy(cad_progress *p)
{
    if (!p)
        return;
    if (p->bar)
        cad_log_status_line("");
    bool told = p->last_shown >= 0 || cad_clock_now() - p->created >= p->quiet;
    if (mode != CAD_PROGRESS_NONE && told && !p->shown_last && p->done > p->start)
        print_line(p, cad_buf_cstr(&p->tail));
    cad_buf_deinit(&p->tail);
    cad_mem_free(p);
}
