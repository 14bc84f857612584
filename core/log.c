#include "core/log.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/utf8.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { RECORD = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *program = "cadlm";
static atomic_int max_level = CAD_LOG_INFO;
static cad_color color_mode = CAD_COLOR_AUTO;
static cad_appender *file;
static char status_line[512];
static atomic_size_t out_count;
static atomic_bool out_closed; /* its reader has gone */

void cad_log_set_name(const char *name)
{
    program = name;
}

void cad_log_set_level(cad_log_level level)
{
    atomic_store(&max_level, (int)level);
}

cad_log_level cad_log_get_level(void)
{
    return (cad_log_level)atomic_load(&max_level);
}

cad_status cad_log_open(const char *path)
{
    cad_appender *fresh = NULL;
    if (path)
        CAD_TRY(cad_appender_open(path, &fresh));
    pthread_mutex_lock(&lock);
    cad_appender_close(file);
    file = fresh;
    pthread_mutex_unlock(&lock);
    return CAD_OK;
}

static bool dumb_terminal(void)
{
    const char *term = getenv("TERM");
    return term && !strcmp(term, "dumb");
}

void cad_log_set_color(cad_color mode)
{
    color_mode = mode;
}

bool cad_log_has_color(int fd)
{
    if (color_mode != CAD_COLOR_AUTO)
        return color_mode == CAD_COLOR_ALWAYS;
    const char *no = getenv("NO_COLOR");
    if ((no && *no) || dumb_terminal())
        return false;
    return isatty(fd) == 1;
}

bool cad_log_is_terminal(void)
{
    return isatty(STDERR_FILENO) == 1 && !dumb_terminal();
}

static int write_fd(int fd, const char *data, size_t len)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(fd, data + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

cad_status cad_out(const void *data, size_t len)
{
    out_count += len;
    bool failed = write_fd(STDOUT_FILENO, data, len) != 0;
    out_closed = out_closed || (failed && errno == EPIPE);
    if (failed)
        CAD_FAIL(CAD_EWRITE, "cannot write to standard output: %s", strerror(errno));
    return CAD_OK;
}

bool cad_out_closed(void)
{
    return out_closed;
}

size_t cad_out_count(void)
{
    return out_count;
}

/* As cad_utf8_escape, without an allocation.  Always ends the text; what does not fit is cut between characters. */
static void escape(char *out, size_t cap, const char *text, size_t len)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        char piece[CAD_UTF8_ESCAPED];
        size_t used;
        at += cad_utf8_escape_next(text + at, len - at, piece, &used);
        if (n + used >= cap)
            break;
        memcpy(out + n, piece, used);
        n += used;
    }
    out[n] = '\0';
}

/* With the lock held: takes the bar away, prints, draws it again. */
static void emit(const char *text, size_t len)
{
    char out[RECORD + sizeof status_line + 64];
    int n;
    if (*status_line)
        n = snprintf(out, sizeof out, "\r\x1b[K%.*s\r%s\x1b[K", (int)len, text, status_line);
    else
        n = snprintf(out, sizeof out, "%.*s", (int)len, text);
    size_t all = n < 0 ? 0 : (size_t)n < sizeof out ? (size_t)n : sizeof out - 1;
    if (write_fd(STDERR_FILENO, out, all) != 0)
        status_line[0] = '\0'; /* nobody reads any more */
}

void cad_log_raw(const char *text, size_t len)
{
    pthread_mutex_lock(&lock);
    if (len > RECORD && !*status_line)
        (void)write_fd(STDERR_FILENO, text, len);
    else
        for (size_t at = 0; at < len; at += RECORD)
            emit(text + at, len - at < RECORD ? len - at : RECORD);
    pthread_mutex_unlock(&lock);
}

size_t cad_log_columns(void)
{
    size_t most = sizeof status_line - 1;
    struct winsize window;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1 && (size_t)window.ws_col - 1 < most)
        most = (size_t)window.ws_col - 1u;
    return most;
}

void cad_log_status_line(const char *text)
{
    pthread_mutex_lock(&lock);
    bool had = *status_line != '\0';
    size_t n = strlen(text), most = cad_log_columns();
    if (n > most)
        n = cad_utf8_cut(text, most);
    memcpy(status_line, text, n);
    status_line[n] = '\0';
    if (n) {
        (void)write_fd(STDERR_FILENO, "\r", 1);
        (void)write_fd(STDERR_FILENO, status_line, n);
    }
    if (n || had)
        (void)write_fd(STDERR_FILENO, n ? "\x1b[K" : "\r\x1b[K", n ? 3 : 4);
    pthread_mutex_unlock(&lock);
}

static const char *const level_name[] = {"error", "warning", "info", "debug", "trace"};
static const char *const level_color[] = {"\x1b[31m", "\x1b[33m", "", "\x1b[2m", "\x1b[2m"};

/* With the lock held. */
static void emit_file(cad_log_level level, const char *text)
{
    if (!file)
        return;
    char line[RECORD], when[21];
    cad_clock_iso(cad_clock_wall(), when);
    int n = snprintf(line, sizeof line, "%s %s %s", when, level_name[level], text);
    if (cad_appender_line(file, line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1) == CAD_OK)
        return;
    cad_appender_close(file);
    file = NULL;
    n = snprintf(line, sizeof line, "%s: warning: the log file ends here: %s\n", program, cad_error_text());
    emit(line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static void record(cad_log_level level, bool bare, const char *fmt, va_list ap)
{
    char raw[RECORD / 2], text[RECORD - 256], line[RECORD];
    int full = vsnprintf(raw, sizeof raw, fmt, ap);
    size_t len = full < 0 ? 0 : (size_t)full;
    if (len >= sizeof raw)
        len = cad_utf8_cut(raw, sizeof raw - 1);
    escape(text, sizeof text, raw, len);

    bool color = cad_log_has_color(STDERR_FILENO) && !bare;
    const char *on = color ? level_color[level] : "", *off = color ? "\x1b[0m" : "";
    int n;
    if (bare)
        n = snprintf(line, sizeof line, "%s\n", text);
    else if (level <= CAD_LOG_WARN)
        n = snprintf(line, sizeof line, "%s: %s%s:%s %s\n", program, on, level_name[level], off, text);
    else
        n = snprintf(line, sizeof line, "%s%s:%s %s\n", on, level_name[level], off, text);

    pthread_mutex_lock(&lock);
    emit(line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    emit_file(level, text);
    pthread_mutex_unlock(&lock);
}

void cad_log(cad_log_level level, const char *fmt, ...)
{
    if ((int)level > atomic_load(&max_level))
        return;
    va_list ap;
    va_start(ap, fmt);
    record(level, level == CAD_LOG_INFO, fmt, ap);
    va_end(ap);
}

void cad_log_note(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    record(CAD_LOG_ERROR, true, fmt, ap);
    va_end(ap);
}
