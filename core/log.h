/* Messages for people: stderr, and a log file when one is open.  One line per record; control characters (those of C1 too) and
 * what is no UTF-8 are escaped (\n, \x1b), so that text from outside cannot forge lines or drive a terminal.  Thread-safe. */
#ifndef CADLM_CORE_LOG_H
#define CADLM_CORE_LOG_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order of the choices of log.level. */
typedef enum cad_log_level { CAD_LOG_ERROR, CAD_LOG_WARN, CAD_LOG_INFO, CAD_LOG_DEBUG, CAD_LOG_TRACE } cad_log_level;

typedef enum cad_color { CAD_COLOR_AUTO, CAD_COLOR_ALWAYS, CAD_COLOR_NEVER } cad_color;

/* On stderr: "NAME: error: TEXT", "NAME: warning: TEXT", info bare, "debug: TEXT".  In the file each line begins with the time.
 */
void cad_log(cad_log_level level, const char *fmt, ...) CAD_PRINTF(2, 3);

/* A bare line below an error ("hint: ..."), whatever the level. */
void cad_log_note(const char *fmt, ...) CAD_PRINTF(1, 2);

void cad_log_set_name(const char *program);  /* borrowed; "cadlm" before */
void cad_log_set_level(cad_log_level level); /* records above it are dropped; CAD_LOG_INFO before */
cad_log_level cad_log_get_level(void);
/* Also appends to this file (NULL: no longer).  Errors: CAD_EWRITE. */
CAD_MUST_USE cad_status cad_log_open(const char *path);

/* --color beats NO_COLOR beats TERM=dumb beats isatty.  Whether escape sequences may go to stderr (or stdout). */
void cad_log_set_color(cad_color mode);
bool cad_log_has_color(int fd);
bool cad_log_is_terminal(void); /* stderr is a terminal that can redraw a line (not TERM=dumb) */

/* Bytes as they are to stderr, and to stdout; the second reports a full disk or a closed pipe as CAD_EWRITE. */
void cad_log_raw(const char *text, size_t len);
CAD_MUST_USE cad_status cad_out(const void *data, size_t len);
size_t cad_out_count(void); /* bytes that cad_out was given so far */
bool cad_out_closed(void);  /* a write failed because nobody reads any more */

/* The line that core/progress keeps at the bottom of a terminal ("" takes it away); records are printed above it.  It is cut to
 * the width of the terminal: a line that wraps could not be redrawn. */
void cad_log_status_line(const char *text);
size_t cad_log_columns(void); /* what that line may take: one column less than the terminal has; elsewhere what it can hold */

#ifdef __cplusplus
}
#endif
#endif
