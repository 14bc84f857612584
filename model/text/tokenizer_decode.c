/* Decoding: the bytes of the tokens, whole or while they arrive. */
#include "core/utf8.h"
#include "model/text/tokenizer_impl.h"

#include <string.h>

static cad_status check_id(const cad_tokenizer *t, uint32_t id)
{
    if (id >= t->n)
        CAD_FAIL(CAD_EDATA, "tokenizer: id %u is not in the vocabulary of %u tokens", id, t->n);
    return CAD_OK;
}

cad_status cad_tokenizer_decode(const cad_tokenizer *t, const uint32_t *id, size_t n, bool skip_special, cad_buf *out)
{
    for (size_t i = 0; i < n; i++)
        CAD_TRY(check_id(t, id[i]));
    if (t->wordpiece)
        return cad_wordpiece_decode(t, id, n, skip_special, out);
    for (size_t i = 0; i < n; i++) {
        if (skip_special && (t->flags[id[i]] & CAD_TOKEN_SPECIAL))
            continue;
        size_t len;
        const char *bytes = cad_tokenizer_bytes(t, id[i], &len);
        CAD_TRY(cad_buf_add(out, bytes, len));
    }
    return CAD_OK;
}

static const char replacement[] = "\xEF\xBF\xBD";

/* Takes one byte; what is held is always a proper beginning of a character. */
static cad_status add_byte(cad_detok *d, char byte, cad_buf *out)
{
    d->held[d->n++] = (unsigned char)byte;
    uint32_t cp;
    int len = cad_utf8_next((const char *)d->held, d->n, &cp);
    if (len < 0)
        return CAD_OK;
    if (len > 0) {
        CAD_TRY(cad_buf_add(out, d->held, d->n));
        d->n = 0;
        return CAD_OK;
    }
    /* The new byte does not continue what was held: that is lost, and the byte may begin something itself. */
    bool alone = d->n == 1;
    d->n = 0;
    CAD_TRY(cad_buf_str(out, replacement));
    return alone ? CAD_OK : add_byte(d, byte, out);
}

cad_status cad_detok_add(cad_detok *d, const cad_tokenizer *t, uint32_t id, cad_buf *out)
{
    CAD_TRY(check_id(t, id));
    if (t->wordpiece)
        CAD_FAIL(CAD_EREFUSED, "tokenizer: WordPiece makes no text while tokens arrive");
    size_t len;
    const char *bytes = cad_tokenizer_bytes(t, id, &len);
    for (size_t i = 0; i < len; i++)
        CAD_TRY(add_byte(d, bytes[i], out));
    return CAD_OK;
}

cad_status cad_detok_finish(cad_detok *d, cad_buf *out)
{
    if (d->n == 0)
        return CAD_OK;
    d->n = 0;
    return cad_buf_str(out, replacement);
}
