#include "dataprep/preview.h"

#include <inttypes.h>
#include <string.h>

typedef enum part { CONTEXT, LOSS, END } part;

/* Escape codes for grey, green, red; the brackets that stand for green without colour. */
static const char *const on[] = {"\x1b[90m", "\x1b[32m", "\x1b[31m"};
static const char *const OFF = "\x1b[0m";

static part part_of(const cad_pack *p, size_t row, uint32_t at)
{
    for (uint64_t i = p->span_offset[row]; i < p->span_offset[row + 1]; i++)
        if (at >= p->span[i][0] && at < p->span[i][1])
            return p->tokens[p->row_offset[row] + at] == p->info.eos_id ? END : LOSS;
    return CONTEXT;
}

static cad_status show(const char *text, size_t len, cad_buf *out)
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

/* One run of tokens of the same part. */
static cad_status run(const cad_tokenizer *t, const uint32_t *id, size_t n, part k, cad_preview_opts o, cad_buf *out)
{
    cad_buf text = CAD_BUF_INIT;
    CAD_TRY(cad_tokenizer_decode(t, id, n, false, &text));
    cad_status s = o.color ? cad_buf_str(out, on[k]) : CAD_OK;
    if (s == CAD_OK)
        s = show(cad_buf_cstr(&text), text.len, out);
    if (s == CAD_OK && o.color)
        s = cad_buf_str(out, OFF);
    cad_buf_deinit(&text);
    return s;
}

static cad_status body(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_preview_opts o, int64_t count[3],
                       cad_buf *out)
{
    const uint32_t *id = p->tokens + p->row_offset[row];
    uint32_t n = (uint32_t)(p->row_offset[row + 1] - p->row_offset[row]);
    bool open = false;
    for (uint32_t at = 0; at < n;) {
        part k = part_of(p, row, at);
        uint32_t end = at + 1;
        while (end < n && part_of(p, row, end) == k)
            end++;
        bool in_loss = k != CONTEXT;
        if (!o.color && in_loss != open)
            CAD_TRY(cad_buf_str(out, in_loss ? "[[" : "]]"));
        open = in_loss;
        CAD_TRY(run(t, id + at, end - at, k, o, out));
        count[k] += end - at;
        at = end;
    }
    return !o.color && open ? cad_buf_str(out, "]]") : CAD_OK;
}

cad_status cad_preview_row(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_preview_opts opts, cad_buf *out)
{
    size_t len = 0;
    const char *id = cad_pack_id(p, row, &len);
    int64_t count[3] = {0, 0, 0};
    CAD_TRY(cad_buf_str(out, "row "));
    CAD_TRY(show(id, len, out));
    CAD_TRY(cad_buf_str(out, *p->family_name[p->family[row]] ? "  " : ""));
    CAD_TRY(show(p->family_name[p->family[row]], strlen(p->family_name[p->family[row]]), out));
    CAD_TRY(cad_buf_str(out, "\n"));
    CAD_TRY(body(p, row, t, opts, count, out));
    CAD_TRY(cad_buf_str(out, "\n"));
    if (opts.ids) {
        CAD_TRY(cad_buf_str(out, "ids"));
        for (uint64_t i = p->row_offset[row]; i < p->row_offset[row + 1]; i++)
            CAD_TRY(cad_buf_printf(out, " %" PRIu32, p->tokens[i]));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    return cad_buf_printf(out, "prompt %" PRId64 " loss %" PRId64 " eos %" PRId64 " total %" PRId64 "/%" PRId64 "\n",
                          count[CONTEXT], count[LOSS] + count[END], count[END], count[0] + count[1] + count[2],
                          p->info.max_tokens);
}
