#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/text/splitter.h"

#include "core/buf.h"
#include "core/mem.h"
#include "model/text/split_pattern.h"
#include "model/text/split_scan.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { HEAP_LIMIT_KIB = 64 * 1024, MATCH_LIMIT = 10000000, DEPTH_LIMIT = 1000000 };

struct cad_splitter {
    cad_chars *chars;
    int digits; /* of split_scan.h; 0: the pattern is compiled */
    pcre2_general_context *general;
    pcre2_code *code;
    _Atomic bool refused; /* an allocation of PCRE2 failed */
};

struct cad_split_run {
    pcre2_match_data *data;
    pcre2_match_context *context;
    size_t gap_end;  /* a match found beyond a gap is kept: its begin .. */
    size_t next_end; /* .. and end; valid while gap_end != 0 */
};

static void *take(size_t bytes, void *splitter)
{
    void *p;
    if (cad_mem_alloc(bytes, "pattern", &p) == CAD_OK)
        return p;
    atomic_store(&((cad_splitter *)splitter)->refused, true);
    return NULL;
}

static void give(void *p, void *unused)
{
    (void)unused;
    cad_mem_free(p);
}

static const uint32_t OPTIONS = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;

/* `asked`: as it stands in the file, to find the place of a mistake. */
static cad_status compile(cad_splitter *s, const cad_buf *pattern, const char *asked, size_t asked_len, const char *where)
{
    pcre2_compile_context *context = pcre2_compile_context_create(s->general);
    if (!context)
        CAD_FAIL(CAD_ENOMEM, "%s: split pattern: out of memory", where);
    int code = 0;
    size_t at = 0;
    s->code = pcre2_compile((PCRE2_SPTR)cad_buf_cstr(pattern), pattern->len, OPTIONS, &code, &at, context);
    if (!s->code && code != PCRE2_ERROR_HEAP_FAILED) {
        int again = 0;
        pcre2_code_free(pcre2_compile((PCRE2_SPTR)asked, asked_len, OPTIONS, &again, &at, context));
    }
    pcre2_compile_context_free(context);
    if (!s->code && code == PCRE2_ERROR_HEAP_FAILED)
        CAD_FAIL(CAD_ENOMEM, "%s: split pattern: out of memory", where);
    if (!s->code) {
        PCRE2_UCHAR text[200] = "";
        pcre2_get_error_message(code, text, sizeof text);
        CAD_FAIL(CAD_EREFUSED, "%s: split pattern, at byte %zu: %s", where, at, (const char *)text);
    }
    uint32_t empty = 0;
    pcre2_pattern_info(s->code, PCRE2_INFO_MATCHEMPTY, &empty);
    if (empty)
        CAD_FAIL(CAD_EREFUSED, "%s: split pattern can match the empty text", where);
    /* Without JIT (not built in, or no executable memory to be had) the interpreter does the same, slower. */
    pcre2_jit_compile(s->code, PCRE2_JIT_COMPLETE);
    if (atomic_load(&s->refused))
        CAD_FAIL(CAD_ENOMEM, "%s: split pattern: out of memory", where);
    return CAD_OK;
}

static cad_status compile_ours(cad_splitter *s, const char *pattern, size_t len, const char *where)
{
    cad_buf ours = CAD_BUF_INIT;
    s->general = pcre2_general_context_create(take, give, s);
    if (!s->general)
        CAD_FAIL(CAD_ENOMEM, "%s: split pattern: out of memory", where);
    cad_status st = cad_split_pattern(pattern, len, where, &ours);
    if (st == CAD_OK)
        st = compile(s, &ours, pattern, len, where);
    cad_buf_deinit(&ours);
    return st;
}

cad_status cad_splitter_create(const char *pattern, size_t len, const char *where, cad_splitter **out)
{
    cad_splitter *s;
    CAD_TRY(cad_mem_alloc(sizeof *s, "splitter", &s));
    s->digits = cad_split_scan_digits(pattern, len);
    cad_status st = cad_chars_create(cad_unicode_sets, CAD_UNICODE_SET_COUNT, &s->chars);
    if (st == CAD_OK && !s->digits)
        st = compile_ours(s, pattern, len, where);
    if (st != CAD_OK) {
        cad_splitter_destroy(s);
        return st;
    }
    *out = s;
    return CAD_OK;
}

void cad_splitter_destroy(cad_splitter *s)
{
    if (!s)
        return;
    pcre2_code_free(s->code);
    pcre2_general_context_free(s->general);
    cad_chars_destroy(s->chars);
    cad_mem_free(s);
}

const cad_chars *cad_splitter_chars(const cad_splitter *s)
{
    return s->chars;
}

cad_status cad_split_begin(const cad_splitter *s, cad_split_run **out)
{
    cad_split_run *r;
    CAD_TRY(cad_mem_alloc(sizeof *r, "split", &r));
    if (s->digits) {
        *out = r;
        return CAD_OK;
    }
    r->data = pcre2_match_data_create_from_pattern(s->code, s->general);
    r->context = pcre2_match_context_create(s->general);
    if (!r->data || !r->context) {
        cad_split_end(r);
        CAD_FAIL(CAD_ENOMEM, "split pattern: out of memory");
    }
    pcre2_set_heap_limit(r->context, HEAP_LIMIT_KIB);
    pcre2_set_match_limit(r->context, MATCH_LIMIT);
    pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
    *out = r;
    return CAD_OK;
}

void cad_split_text(cad_split_run *r)
{
    r->gap_end = 0;
}

void cad_split_end(cad_split_run *r)
{
    if (!r)
        return;
    pcre2_match_data_free(r->data);
    pcre2_match_context_free(r->context);
    cad_mem_free(r);
}

cad_status cad_split_next(const cad_splitter *s, cad_split_run *r, const char *text, size_t len, size_t at, size_t *out_end)
{
    if (s->digits) {
        *out_end = cad_split_scan(s->chars, text, len, at, s->digits);
        return CAD_OK;
    }
    if (r->gap_end != 0 && r->gap_end == at) {
        r->gap_end = 0;
        *out_end = r->next_end;
        return CAD_OK;
    }
    r->gap_end = 0;
    PCRE2_SPTR subject = (PCRE2_SPTR)text;
    int rc = pcre2_match(s->code, subject, len, at, PCRE2_NO_UTF_CHECK, r->data, r->context);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT) /* JIT's small stack: the interpreter has the larger, limited heap */
        rc = pcre2_match(s->code, subject, len, at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, r->data, r->context);
    if (rc == PCRE2_ERROR_NOMATCH) {
        *out_end = len;
        return CAD_OK;
    }
    if (rc == PCRE2_ERROR_NOMEMORY)
        CAD_FAIL(CAD_ENOMEM, "split pattern, at byte %zu of the text: out of memory", at);
    if (rc < 0) {
        PCRE2_UCHAR why[200] = "";
        pcre2_get_error_message(rc, why, sizeof why);
        CAD_FAIL(CAD_EDATA, "split pattern, at byte %zu of the text: %s", at, (const char *)why);
    }
    const size_t *match = pcre2_get_ovector_pointer(r->data);
    if (match[0] == at) {
        *out_end = match[1];
        return CAD_OK;
    }
    r->gap_end = match[0];
    r->next_end = match[1];
    *out_end = match[0];
    return CAD_OK;
}
