#include "cad/step/step_text.h"

#include "cad/step/latin_pages.h"
#include "core/utf8.h"

#include <string.h>

typedef struct decoder {
    const char *text;
    size_t len, at;
    int page; /* 1..9: ISO 8859-page, for \S\ */
    bool latin1;
    cad_buf *out;
    cad_step_text_faults *faults;
} decoder;

static void fault(decoder *d, cad_step_text_fault kind, size_t at)
{
    if (d->faults && !d->faults->any[kind]) {
        d->faults->any[kind] = true;
        d->faults->at[kind] = at;
    }
}

static cad_status put(decoder *d, uint32_t cp)
{
    char bytes[4];
    return cad_buf_add(d->out, bytes, cad_utf8_put(cp, bytes));
}

/* The value of n hexadecimal digits at d->at, which it leaves behind them; -1: there are not so many. */
static int64_t hex(decoder *d, int n)
{
    int64_t value = 0;
    if (d->len - d->at < (size_t)n)
        return -1;
    for (int i = 0; i < n; i++) {
        char c = d->text[d->at + (size_t)i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        if (c >= 'a')
            fault(d, CAD_STEP_TEXT_directive, d->at);
        value = value * 16 + digit;
    }
    d->at += (size_t)n;
    return value;
}

static bool follows(const decoder *d, const char *word)
{
    size_t n = strlen(word);
    return d->len - d->at >= n && !memcmp(d->text + d->at, word, n);
}

/* Code units of \X2\ or \X4\ up to \X0\.  What is no digit ends the directive; it is text then. */
static cad_status wide(decoder *d, int digits)
{
    size_t from = d->at;
    while (!follows(d, "\\X0\\")) {
        size_t begin = d->at;
        int64_t unit = hex(d, digits);
        if (unit < 0) {
            fault(d, CAD_STEP_TEXT_directive, from);
            return CAD_OK;
        }
        if (digits == 4 && unit >= 0xD800 && unit < 0xDC00) {
            size_t behind = d->at;
            int64_t low = hex(d, 4);
            if (low >= 0xDC00 && low < 0xE000)
                unit = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00);
            else
                d->at = behind;
        }
        if (unit > 0x10FFFF || (unit >= 0xD800 && unit < 0xE000)) {
            fault(d, CAD_STEP_TEXT_surrogate, begin);
            unit = 0xFFFD;
        }
        CAD_TRY(put(d, (uint32_t)unit));
    }
    d->at += 4;
    return CAD_OK;
}

/* \S\c: c of the page with its high bit set. */
static cad_status shifted(decoder *d)
{
    unsigned char c = (unsigned char)d->text[d->at];
    uint32_t cp = c < 0x20 ? 0x80u + c : LATIN_PAGE[d->page - 1][c - 0x20];
    if (cp == 0)
        fault(d, CAD_STEP_TEXT_directive, d->at);
    d->at += c == '\'' && d->at + 1 < d->len && d->text[d->at + 1] == '\'' ? 2 : 1; /* an apostrophe is doubled here too */
    return put(d, cp ? cp : 0xFFFD);
}

/* At a backslash. */
static cad_status directive(decoder *d)
{
    size_t begin = d->at;
    if (follows(d, "\\\\")) {
        d->at += 2;
        return cad_buf_add(d->out, "\\", 1);
    }
    if (follows(d, "\\N\\") || follows(d, "\\F\\")) {
        d->at += 3;
        return CAD_OK;
    }
    if (follows(d, "\\X2\\") || follows(d, "\\X4\\")) {
        int digits = d->text[d->at + 2] == '2' ? 4 : 8;
        d->at += 4;
        return wide(d, digits);
    }
    if (follows(d, "\\X\\")) {
        d->at += 3;
        int64_t byte = hex(d, 2);
        if (byte >= 0)
            return put(d, (uint32_t)byte);
        fault(d, CAD_STEP_TEXT_directive, begin);
        return CAD_OK;
    }
    if (follows(d, "\\S\\") && d->len - d->at > 3 && (unsigned char)d->text[d->at + 3] < 0x80) {
        d->at += 3;
        return shifted(d);
    }
    if (follows(d, "\\P") && d->len - d->at > 3 && d->text[d->at + 3] == '\\' && d->text[d->at + 2] >= 'A' &&
        d->text[d->at + 2] <= 'I') {
        d->page = d->text[d->at + 2] - 'A' + 1;
        d->at += 4;
        return CAD_OK;
    }
    fault(d, CAD_STEP_TEXT_unknown, begin);
    d->at++;
    return cad_buf_add(d->out, "\\", 1);
}

cad_status cad_step_text_decode(const char *text, size_t len, cad_buf *out, cad_step_text_faults *faults)
{
    decoder d = {text, len, 0, 1, false, out, faults};
    size_t broken = cad_utf8_check(text, len);
    if (broken < len) {
        d.latin1 = true;
        fault(&d, CAD_STEP_TEXT_latin1, broken);
    }
    while (d.at < len) {
        unsigned char c = (unsigned char)text[d.at];
        if (c == '\\') {
            CAD_TRY(directive(&d));
        } else if (c < 0x20 || c == 0x7F) {
            fault(&d, CAD_STEP_TEXT_control, d.at++);
        } else if (c == '\'') {
            CAD_TRY(cad_buf_add(out, "'", 1));
            d.at += d.at + 1 < len && text[d.at + 1] == '\'' ? 2 : 1;
        } else if (d.latin1 && c >= 0x80) {
            CAD_TRY(put(&d, c));
            d.at++;
        } else {
            size_t n = 1;
            while (d.at + n < len && strchr("\\'", text[d.at + n]) == NULL && (unsigned char)text[d.at + n] >= 0x20 &&
                   text[d.at + n] != 0x7F && !(d.latin1 && (unsigned char)text[d.at + n] >= 0x80))
                n++;
            CAD_TRY(cad_buf_add(out, text + d.at, n));
            d.at += n;
        }
    }
    return CAD_OK;
}

/* ---- writing ---- */

static int form_of(uint32_t cp)
{
    return cp >= 0x10000 ? 4 : cp >= 0xA0 ? 2 : cp < 0x20 || cp >= 0x7F ? 1 : 0;
}

static bool ends_for_occt(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len && text[i] == ' ')
        i++;
    return i < len && (text[i] == ')' || text[i] == ',');
}

cad_status cad_step_text_encode(const char *text, size_t len, cad_buf *out)
{
    int open = 0; /* of which directive we are inside: 2, 4 or 0 */
    CAD_TRY(cad_buf_add(out, "'", 1));
    for (size_t at = 0; at < len;) {
        uint32_t cp;
        int n = cad_utf8_next(text + at, len - at, &cp);
        if (n <= 0) {
            n = 1;
            cp = 0xFFFD;
        }
        at += (size_t)n;
        int form = form_of(cp);
        if (open && form != open) {
            CAD_TRY(cad_buf_str(out, "\\X0\\"));
            open = 0;
        }
        if (form >= 2) {
            if (!open)
                CAD_TRY(cad_buf_str(out, form == 2 ? "\\X2\\" : "\\X4\\"));
            CAD_TRY(cad_buf_printf(out, form == 2 ? "%04X" : "%08X", (unsigned)cp));
            open = form;
        } else if (form == 1 || (cp == '\'' && ends_for_occt(text + at, len - at))) {
            CAD_TRY(cad_buf_printf(out, "\\X\\%02X", (unsigned)cp));
        } else if (cp == '\'' || cp == '\\') {
            CAD_TRY(cad_buf_str(out, cp == '\'' ? "''" : "\\\\"));
        } else {
            CAD_TRY(cad_buf_add(out, text + at - 1, 1));
        }
    }
    if (open)
        CAD_TRY(cad_buf_str(out, "\\X0\\"));
    return cad_buf_add(out, "'", 1);
}
