#include "model/text/chars.h"

#include "core/mem.h"
#include "core/size.h"
#include "model/text/unicode_ranges.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

const cad_char_set cad_unicode_sets[CAD_UNICODE_SET_COUNT] = {
    {UNICODE_LETTER, COUNT(UNICODE_LETTER), CAD_CHAR_LETTER},
    {UNICODE_NUMBER, COUNT(UNICODE_NUMBER), CAD_CHAR_NUMBER},
    {UNICODE_SPACE, COUNT(UNICODE_SPACE), CAD_CHAR_SPACE},
    {NFC_ACTIVE, COUNT(NFC_ACTIVE), CAD_CHAR_ACTIVE},
    {NFC_INERT, COUNT(NFC_INERT), CAD_CHAR_INERT},
};

/* flat[cp] -> blocks; a block equal to an earlier one shares it.  Most are like the one before or like the first. */
static cad_status fold(const unsigned char *flat, cad_chars *c)
{
    enum { BLOCKS = CAD_CHARS_END / CAD_CHARS_BLOCK };
    size_t n = 0;
    CAD_TRY(cad_mem_alloc(CAD_CHARS_END, "classes of characters", &c->block));
    for (size_t i = 0; i < BLOCKS; i++) {
        const unsigned char *b = flat + i * CAD_CHARS_BLOCK;
        size_t k = i ? c->index[i - 1] : 0;
        if (n == 0 || memcmp(c->block + k * CAD_CHARS_BLOCK, b, CAD_CHARS_BLOCK) != 0) {
            for (k = 0; k < n && memcmp(c->block + k * CAD_CHARS_BLOCK, b, CAD_CHARS_BLOCK) != 0; k++) {
            }
        }
        if (k == n)
            memcpy(c->block + n++ * CAD_CHARS_BLOCK, b, CAD_CHARS_BLOCK);
        c->index[i] = (uint16_t)k;
    }
    CAD_TRY(cad_mem_resize(cad_size_mul(n, CAD_CHARS_BLOCK), "classes of characters", &c->block));
    c->ascii = c->block + (size_t)c->index[0] * CAD_CHARS_BLOCK;
    return CAD_OK;
}

cad_status cad_chars_create(const cad_char_set *set, size_t n, cad_chars **out)
{
    unsigned char *flat;
    cad_chars *c = NULL;
    CAD_TRY(cad_mem_alloc(CAD_CHARS_END, "classes of characters", &flat));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < set[i].n; k++) {
            for (uint32_t cp = set[i].range[k][0]; cp <= set[i].range[k][1]; cp++)
                flat[cp] |= set[i].bit;
        }
    }
    cad_status s = cad_mem_alloc(sizeof *c, "classes of characters", &c);
    if (s == CAD_OK)
        s = fold(flat, c);
    cad_mem_free(flat);
    if (s != CAD_OK) {
        cad_chars_destroy(c);
        return s;
    }
    *out = c;
    return CAD_OK;
}

void cad_chars_destroy(cad_chars *c)
{
    if (!c)
        return;
    cad_mem_free(c->block);
    cad_mem_free(c);
}
