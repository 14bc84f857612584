/* Regular expressions of adapter_config.json.  PEFT runs Python's re; what names of modules need is the same in PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/mem.h"
#include "model/hf/peft_rules.h"

#include <pcre2.h>
#include <string.h>

/* A sound expression takes a few hundred steps on a name; one that is built to hang is stopped here.  There is one for whole
 * names, with alternatives and gaps, and many keys, tried on every module. */
enum { HEAP_LIMIT_KIB = 4096, WHOLE_MATCH_LIMIT = 200000, KEY_MATCH_LIMIT = 20000, DEPTH_LIMIT = 20000, PARENS_LIMIT = 100 };

/* Keys are mostly plain names, which need no machinery: `code` NULL. */
struct cad_peft_regex {
    pcre2_general_context *general;
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    const char *where, *what, *pattern; /* borrowed */
};

static void *take(size_t bytes, void *unused)
{
    (void)unused;
    void *p;
    return cad_mem_alloc(bytes, "pattern", &p) == CAD_OK ? p : NULL;
}

static void give(void *p, void *unused)
{
    (void)unused;
    cad_mem_free(p);
}

static cad_status no_memory(const cad_peft_regex *r)
{
    CAD_FAIL(CAD_ENOMEM, "%s: %s: out of memory", r->where, r->what);
}

/* Flags as Python has them for text: \d, \w and letters by Unicode. */
static cad_status compile(cad_peft_regex *r, const char *text, uint32_t flags)
{
    int code = 0;
    size_t at = 0;
    pcre2_compile_context *context = pcre2_compile_context_create(r->general);
    if (!context)
        return no_memory(r);
    pcre2_set_parens_nest_limit(context, PARENS_LIMIT);
    r->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                            flags | PCRE2_ANCHORED | PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &at, context);
    pcre2_compile_context_free(context);
    if (r->code)
        return CAD_OK;
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return no_memory(r);
    PCRE2_UCHAR why[200] = "";
    pcre2_get_error_message(code, why, sizeof why);
    CAD_FAIL(CAD_EDATA, "%s: %s: '%.64s': %s", r->where, r->what, r->pattern, (const char *)why);
}

static cad_status prepare(cad_peft_regex *r, bool whole)
{
    cad_buf text = CAD_BUF_INIT;
    r->general = pcre2_general_context_create(take, give, NULL);
    if (!r->general)
        return no_memory(r);
    cad_status s = whole ? cad_buf_str(&text, r->pattern) : cad_buf_printf(&text, "(.*\\.)?(%s)$", r->pattern);
    if (s == CAD_OK)
        s = compile(r, cad_buf_cstr(&text), whole ? PCRE2_ENDANCHORED : 0);
    cad_buf_deinit(&text);
    CAD_TRY(s);
    r->data = pcre2_match_data_create_from_pattern(r->code, r->general);
    r->context = pcre2_match_context_create(r->general);
    if (!r->data || !r->context)
        return no_memory(r);
    pcre2_set_heap_limit(r->context, HEAP_LIMIT_KIB);
    pcre2_set_match_limit(r->context, whole ? WHOLE_MATCH_LIMIT : KEY_MATCH_LIMIT);
    pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
    return CAD_OK;
}

cad_status cad_peft_regex_create(const char *pattern, bool whole, const char *where, const char *what, cad_peft_regex **out)
{
    cad_peft_regex *r;
    CAD_TRY(cad_mem_alloc(sizeof *r, "pattern", &r));
    *r = (cad_peft_regex){.where = where, .what = what, .pattern = pattern};
    cad_status s = !whole && cad_peft_key_is_plain(pattern) ? CAD_OK : prepare(r, whole);
    if (s != CAD_OK) {
        cad_peft_regex_destroy(r);
        return s;
    }
    *out = r;
    return CAD_OK;
}

void cad_peft_regex_destroy(cad_peft_regex *r)
{
    if (!r)
        return;
    pcre2_match_data_free(r->data);
    pcre2_match_context_free(r->context);
    pcre2_code_free(r->code);
    pcre2_general_context_free(r->general);
    cad_mem_free(r);
}

bool cad_peft_key_is_plain(const char *key)
{
    return *key && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(key);
}

/* (.*\.)?(key)$ where the only special character of the key is the point, which stands for any. */
static bool plain_match(const char *key, const char *name)
{
    size_t k = strlen(key), n = strlen(name);
    if (k > n || (n > k && name[n - k - 1] != '.'))
        return false;
    for (size_t i = 0; i < k; i++)
        if (key[i] != '.' && key[i] != name[n - k + i])
            return false;
    return true;
}

cad_status cad_peft_regex_match(const cad_peft_regex *r, const char *name, bool *out)
{
    if (!r->code) {
        *out = plain_match(r->pattern, name);
        return CAD_OK;
    }
    int rc = pcre2_match(r->code, (PCRE2_SPTR)name, strlen(name), 0, 0, r->data, r->context);
    if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH) {
        *out = rc >= 0;
        return CAD_OK;
    }
    if (rc == PCRE2_ERROR_NOMEMORY)
        return no_memory(r);
    PCRE2_UCHAR why[200] = "";
    pcre2_get_error_message(rc, why, sizeof why);
    CAD_FAIL(CAD_EDATA, "%s: %s: '%.64s' on %s: %s", r->where, r->what, r->pattern, name, (const char *)why);
}
