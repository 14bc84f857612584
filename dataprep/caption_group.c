#include "dataprep/caption_group.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/utf8.h"
#include "dataprep/corpus_row.h"

#include <string.h>
#include <utf8proc.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

static bool is_blank(utf8proc_int32_t c)
{
    utf8proc_category_t k = utf8proc_category(c);
    return (c >= '\t' && c <= '\r') || k == UTF8PROC_CATEGORY_ZS || k == UTF8PROC_CATEGORY_ZL || k == UTF8PROC_CATEGORY_ZP;
}

static bool ends_sentence(utf8proc_int32_t c)
{
    static const utf8proc_int32_t ENDS[] = {'.',    ',',    ';',    ':',    '!',    '?',    0x2026,
                                            0x3002, 0xFF0E, 0xFF0C, 0xFF1B, 0xFF1A, 0xFF01, 0xFF1F};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (ENDS[i] == c)
            return true;
    return false;
}

/* Blanks collapsed, end dropped; returns the new length. */
static size_t tidy(utf8proc_int32_t *c, size_t n)
{
    size_t k = 0;
    while (n > 0 && (is_blank(c[n - 1]) || ends_sentence(c[n - 1])))
        n--;
    for (size_t i = 0; i < n; i++)
        if (!is_blank(c[i]))
            c[k++] = c[i];
        else if (k > 0 && c[k - 1] != ' ')
            c[k++] = ' ';
    return k;
}

/* Characters to lower case between decomposing and composing, so that both ways of writing a letter become one. */
static cad_status fold(const char *caption, size_t len, utf8proc_int32_t *c, size_t room, uint64_t *out)
{
    const utf8proc_option_t parts = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    utf8proc_ssize_t n =
        utf8proc_decompose((const utf8proc_uint8_t *)caption, (utf8proc_ssize_t)len, c, (utf8proc_ssize_t)room, parts);
    if (n < 0 || (size_t)n > room)
        CAD_FAIL(CAD_EDATA, "caption: %s", n < 0 ? utf8proc_errmsg(n) : "it grows when decomposed");
    for (utf8proc_ssize_t i = 0; i < n; i++)
        c[i] = utf8proc_tolower(c[i]);
    n = utf8proc_normalize_utf32(c, n, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (n < 0)
        CAD_FAIL(CAD_EDATA, "caption: %s", utf8proc_errmsg(n));
    size_t left = tidy(c, (size_t)n), bytes = 0;
    char *text = (char *)c; /* a character takes no more bytes than its place had */
    for (size_t i = 0; i < left; i++) {
        char one[4];
        size_t k = cad_utf8_put((uint32_t)c[i], one);
        memcpy(text + bytes, one, k);
        bytes += k;
    }
    uint64_t h = XXH64(text, bytes, 0);
    *out = h ? h : 1;
    return CAD_OK;
}

enum { MOST_PARTS = 4 }; /* a character decomposes into four at most; a byte holds at most one character */

cad_status cad_caption_group(const char *caption, uint64_t *out)
{
    utf8proc_int32_t *c;
    size_t len = strlen(caption), room = cad_size_add(cad_size_mul(len, MOST_PARTS), 1);
    CAD_TRY(cad_mem_alloc(cad_size_mul(room, sizeof *c), "caption", &c));
    cad_status s = fold(caption, len, c, room, out);
    cad_mem_free(c);
    return s;
}

cad_status cad_caption_key(bool step, const char *caption, uint64_t *out)
{
    if (step)
        return cad_caption_group(caption, out);
    *out = cad_caption_hash(caption);
    return CAD_OK;
}
