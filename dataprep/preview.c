#include "dataprep/preview_impl.h"

#include <inttypes.h>
#include <string.h>

/* Escape codes by part: grey, green, red. */
static const char *const on[] = {"\x1b[90m", "\x1b[32m", "\x1b[31m"};
static const char *const OFF = "\x1b[0m";

static cad_preview_part part_of(const cad_pack *p, size_t row, uint32_t at)
{
    for (uint64_t i = p->span_offset[row]; i < p->span_offset[row + 1]; i++)
        if (at >= p->span[i][0] && at < p->span[i][1])
            return p->tokens[p->row_offset[row] + at] == p->info.eos_id ? CAD_PREVIEW_eos : CAD_PREVIEW_loss;
    return CAD_PREVIEW_context;
}

cad_status cad_preview_runs(const cad_pack *p, size_t row, cad_preview_fn fn, void *ctx, int64_t count[CAD_PREVIEW_parts])
{
    const uint32_t *id = p->tokens + p->row_offset[row];
    uint32_t n = (uint32_t)(p->row_offset[row + 1] - p->row_offset[row]);
    memset(count, 0, CAD_PREVIEW_parts * sizeof *count);
    for (uint32_t at = 0; at < n;) {
        cad_preview_part k = part_of(p, row, at);
        uint32_t end = at + 1;
        while (end < n && part_of(p, row, end) == k)
            end++;
        CAD_TRY(fn(ctx, k, id + at, end - at));
        count[k] += end - at;
        at = end;
    }
    return CAD_OK;
}

cad_status cad_preview_text(const char *text, size_t len, cad_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\n') || c == 0x7f)
            CAD_TRY(cad_buf_printf(out, "\\x%02x", c));
        else
            CAD_TRY(cad_buf_add(out, text + i, 1));
    }
    return CAD_OK;
}

cad_status cad_preview_counts(const cad_pack *p, const int64_t count[CAD_PREVIEW_parts], cad_buf *out)
{
    int64_t context = count[CAD_PREVIEW_context], loss = count[CAD_PREVIEW_loss], eos = count[CAD_PREVIEW_eos];
    return cad_buf_printf(out, "prompt %" PRId64 " loss %" PRId64 " eos %" PRId64 " total %" PRId64 "/%" PRId64, context,
                          loss + eos, eos, context + loss + eos, p->info.max_tokens);
}

cad_status cad_preview_ids(const cad_pack *p, size_t row, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, "ids"));
    for (uint64_t i = p->row_offset[row]; i < p->row_offset[row + 1]; i++)
        CAD_TRY(cad_buf_printf(out, " %" PRIu32, p->tokens[i]));
    return CAD_OK;
}

/* ---- text ---- */

/* Where the text of a template goes on behind {retrieved}. */
static const char *behind_slot(const cad_pack *p)
{
    static const char slot[] = "{retrieved}";
    const char *at = strstr(p->info.template_text, slot);
    return at ? at + sizeof slot - 1 : NULL;
}

size_t cad_preview_trim_at(const cad_pack *p, size_t row, const char *text, size_t len)
{
    const char *rest = behind_slot(p);
    if (!p->trimmed || p->trimmed[row] == 0 || !rest)
        return len + 1;
    size_t n = strcspn(rest, "{");
    for (size_t at = len >= n ? len - n + 1 : 0; at-- > 0;) /* the last place: retrieved text may hold the same */
        if (!memcmp(text + at, rest, n))
            return at;
    return len + 1;
}

cad_status cad_preview_trim_mark(const cad_pack *p, size_t row, cad_buf *out)
{
    return cad_buf_printf(out, "[.. %" PRIu32 " bytes of retrieved text did not fit]", p->trimmed[row]);
}

typedef struct text_ctx {
    const cad_pack *p;
    size_t row;
    const cad_tokenizer *t;
    bool color, open; /* open: inside of [[ ]] */
    cad_buf *out;
} text_ctx;

static cad_status text_run(void *ctx, cad_preview_part k, const uint32_t *id, size_t n)
{
    text_ctx *c = ctx;
    cad_buf text = CAD_BUF_INIT;
    bool in_loss = k != CAD_PREVIEW_context;
    if (!c->color && in_loss != c->open)
        CAD_TRY(cad_buf_str(c->out, in_loss ? "[[" : "]]"));
    c->open = in_loss;
    CAD_TRY(cad_tokenizer_decode(c->t, id, n, false, &text));
    cad_status s = c->color ? cad_buf_str(c->out, on[k]) : CAD_OK;
    size_t trim = k == CAD_PREVIEW_context ? cad_preview_trim_at(c->p, c->row, cad_buf_cstr(&text), text.len) : text.len + 1;
    bool marked = trim <= text.len;
    if (s == CAD_OK)
        s = cad_preview_text(cad_buf_cstr(&text), marked ? trim : text.len, c->out);
    if (s == CAD_OK && marked)
        s = cad_preview_trim_mark(c->p, c->row, c->out);
    if (s == CAD_OK && marked)
        s = cad_preview_text(text.data + trim, text.len - trim, c->out);
    if (s == CAD_OK && c->color)
        s = cad_buf_str(c->out, OFF);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_preview_row(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_preview_opts opts, cad_buf *out)
{
    size_t len = 0;
    const char *id = cad_pack_id(p, row, &len), *family = p->family_name[p->family[row]];
    int64_t count[CAD_PREVIEW_parts];
    text_ctx c = {p, row, t, opts.color, false, out};
    CAD_TRY(cad_buf_str(out, "row "));
    CAD_TRY(cad_preview_text(id, len, out));
    CAD_TRY(cad_buf_str(out, *family ? "  " : ""));
    CAD_TRY(cad_preview_text(family, strlen(family), out));
    CAD_TRY(cad_buf_str(out, "\n"));
    CAD_TRY(cad_preview_runs(p, row, text_run, &c, count));
    CAD_TRY(cad_buf_str(out, !opts.color && c.open ? "]]\n" : "\n"));
    if (opts.ids) {
        CAD_TRY(cad_preview_ids(p, row, out));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    CAD_TRY(cad_preview_counts(p, count, out));
    return cad_buf_str(out, "\n");
}

cad_status cad_preview_target(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_buf *out)
{
    for (uint64_t k = p->span_offset[row]; k < p->span_offset[row + 1]; k++)
        CAD_TRY(
            cad_tokenizer_decode(t, p->tokens + p->row_offset[row] + p->span[k][0], p->span[k][1] - p->span[k][0], true, out));
    return CAD_OK;
}
