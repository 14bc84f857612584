/* Status codes, the thread-local error text, and the two macros through which every failure goes.
 *
 * A function that can fail returns cad_status (0 or negative).  CAD_FAIL sets the text and returns the code; CAD_TRY passes
 * both on untouched.  The text is written once, where the cause is known: what was expected, what was found, and where. */
#ifndef CADLM_CORE_STATUS_H
#define CADLM_CORE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, value, exit code, what a person reads) */
#define CAD_STATUS_TABLE(X)                                                                                                    \
    X(OK, 0, 0, "ok")                                                                                                          \
    X(EINTERNAL, -1, 1, "internal error")                                                                                      \
    X(EUSAGE, -2, 2, "bad command line")                                                                                       \
    X(EINVAL, -3, 65, "invalid value")                                                                                         \
    X(ECONFIG, -4, 65, "bad configuration")                                                                                    \
    X(EDATA, -5, 65, "bad data")                                                                                               \
    X(EPARSE, -6, 65, "does not parse")                                                                                        \
    X(ENOTFOUND, -7, 66, "input missing")                                                                                      \
    X(EUNSUPPORTED, -8, 69, "not available in this build")                                                                     \
    X(ENOMEM, -9, 69, "out of memory")                                                                                         \
    X(ENUMERIC, -10, 70, "not a finite number")                                                                                \
    X(EWRITE, -11, 73, "cannot write")                                                                                         \
    X(ELOCKED, -12, 73, "locked by another process")                                                                           \
    X(EIO, -13, 74, "input or output error")                                                                                   \
    X(ECORRUPT, -14, 74, "corrupt or short file")                                                                              \
    X(EGEOM, -15, 3, "part invalid, or geometry kernel failed")                                                                \
    X(EGATE, -16, 3, "requirement not met")                                                                                    \
    X(EPARTIAL, -17, 4, "done, but parts are missing")                                                                         \
    X(EREQUEUE, -18, 75, "saved, please requeue")                                                                              \
    X(EINTR, -19, 130, "interrupted")                                                                                          \
    X(EREFUSED, -20, 65, "not supported")

typedef enum cad_status {
#define X(name, value, exit_code, text) CAD_##name = (value),
    CAD_STATUS_TABLE(X)
#undef X
} cad_status;

#define CAD_MUST_USE __attribute__((warn_unused_result))
#define CAD_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Sets the calling thread's error text (at most CAD_ERROR_ROOM - 1 bytes, cut at a character) and returns `code`.  Never called
 * with CAD_OK.  Arguments may point into the text that it replaces. */
cad_status cad_fail(cad_status code, const char *fmt, ...) CAD_PRINTF(2, 3);
/* The text of the last failure of this thread; "" before the first.  Valid until the next failure of this thread. */
const char *cad_error_text(void);

/* The error text of this thread set aside while something else is tried: what a clean-up says never hides the failure that it
 * follows.  Between the two `text` may be read and cut; restoring makes it the error text again, whatever failed meanwhile. */
enum { CAD_ERROR_ROOM = 2048 };
typedef struct cad_kept_error {
    char text[CAD_ERROR_ROOM];
} cad_kept_error;
void cad_error_keep(cad_kept_error *out);
void cad_error_restore(const cad_kept_error *kept);

/* A short name for people ("bad data"), the process exit code of the table above, and the identifier ("CAD_EDATA"). */
const char *cad_status_text(cad_status s);
const char *cad_status_name(cad_status s);
int cad_status_exit_code(cad_status s);

#ifdef __clang_analyzer__
/* The analyzer sees one file at a time; untold that a failure is never CAD_OK, it follows paths that do not exist. */
#define cad_fail(...)                                                                                                          \
    ({                                                                                                                         \
        cad_status cad_failed_ = cad_fail(__VA_ARGS__);                                                                        \
        if (cad_failed_ == CAD_OK)                                                                                             \
            __builtin_unreachable();                                                                                           \
        cad_failed_;                                                                                                           \
    })
#endif

#define CAD_FAIL(code, ...) return cad_fail((code), __VA_ARGS__)
#define CAD_TRY(expr)                                                                                                          \
    do {                                                                                                                       \
        cad_status cad_try_ = (expr);                                                                                          \
        if (cad_try_ != CAD_OK)                                                                                                \
            return cad_try_;                                                                                                   \
    } while (0)
/* The same inside a function that must release something first: jumps to `label` with the status in `var`. */
#define CAD_TRY_GOTO(var, expr, label)                                                                                         \
    do {                                                                                                                       \
        (var) = (expr);                                                                                                        \
        if ((var) != CAD_OK)                                                                                                   \
            goto label;                                                                                                        \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
