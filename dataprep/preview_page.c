#include "core/size.h"
#include "dataprep/preview_impl.h"

#include <stdint.h>
#include <string.h>

static const char *const CLASS[CAD_PREVIEW_parts] = {"context", "loss", "eos"};

static const char HEAD[] = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
static const char STYLE[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }\n"
    "body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem }\n"
    "article { display: flex; gap: 1.5rem; border-top: 1px solid #8885; padding: 1rem 0 }\n"
    "article > div { flex: 1; min-width: 0 }\n"
    "h2 { font-size: 1rem; margin: 0 0 .5rem }\n"
    "pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font-size: 14px }\n"
    ".context { color: #888 } .loss { color: #1a8f3c; font-weight: 600 } .eos { color: #d23f31; font-weight: 600 }\n"
    "img, .none { width: 320px; height: 240px; flex: none; object-fit: contain }\n"
    ".none { display: grid; place-items: center; text-align: center; border: 1px dashed #8888; font-size: 13px }\n"
    "p { color: #888; font-size: 13px; overflow-wrap: anywhere }\n"
    "@media (max-width: 44rem) { article { flex-direction: column } }\n"
    "</style></head><body>\n<h1>";
static const char LEGEND[] =
    "</h1>\n<p><span class=\"context\">context, not learnt</span> · <span class=\"loss\">learnt</span> · "
    "<span class=\"eos\">end token, learnt</span></p>\n";

static cad_status escape(const char *text, size_t len, cad_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        const char *e = text[i] == '<'   ? "&lt;"
                        : text[i] == '>' ? "&gt;"
                        : text[i] == '&' ? "&amp;"
                        : text[i] == '"' ? "&quot;"
                                         : NULL;
        CAD_TRY(e ? cad_buf_str(out, e) : cad_buf_add(out, text + i, 1));
    }
    return CAD_OK;
}

/* Control bytes as \xNN, then what HTML reads as its own. */
static cad_status shown(const char *text, size_t len, cad_buf *out)
{
    cad_buf plain = CAD_BUF_INIT;
    cad_status s = cad_preview_text(text, len, &plain);
    if (s == CAD_OK)
        s = escape(cad_buf_cstr(&plain), plain.len, out);
    cad_buf_deinit(&plain);
    return s;
}

static cad_status base64(const cad_buf *in, cad_buf *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    CAD_TRY(cad_buf_reserve(out, cad_size_add(cad_size_mul(in->len / 3, 4), 8)));
    for (size_t i = 0; i < in->len; i += 3) {
        uint32_t v = 0;
        char four[4] = {'=', '=', '=', '='};
        size_t n = in->len - i < 3 ? in->len - i : 3;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)in->data[i + k] : 0u);
        for (size_t k = 0; k <= n; k++)
            four[k] = digit[v >> (18 - 6 * k) & 63u];
        CAD_TRY(cad_buf_add(out, four, 4));
    }
    return CAD_OK;
}

cad_status cad_preview_page_begin(const char *title, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, HEAD));
    CAD_TRY(shown(title, strlen(title), out));
    CAD_TRY(cad_buf_str(out, STYLE));
    CAD_TRY(shown(title, strlen(title), out));
    return cad_buf_str(out, LEGEND);
}

cad_status cad_preview_page_end(cad_buf *out)
{
    return cad_buf_str(out, "</body></html>\n");
}

typedef struct page_ctx {
    const cad_pack *p;
    size_t row;
    const cad_tokenizer *t;
    cad_buf *out;
} page_ctx;

static cad_status page_run(void *ctx, cad_preview_part k, const uint32_t *id, size_t n)
{
    page_ctx *c = ctx;
    cad_buf text = CAD_BUF_INIT;
    CAD_TRY(cad_tokenizer_decode(c->t, id, n, false, &text));
    cad_status s = cad_buf_printf(c->out, "<span class=\"%s\">", CLASS[k]);
    size_t trim = k == CAD_PREVIEW_context ? cad_preview_trim_at(c->p, c->row, cad_buf_cstr(&text), text.len) : text.len + 1;
    bool marked = trim <= text.len;
    if (s == CAD_OK)
        s = shown(cad_buf_cstr(&text), marked ? trim : text.len, c->out);
    if (s == CAD_OK && marked)
        s = cad_buf_str(c->out, "<mark>");
    if (s == CAD_OK && marked)
        s = cad_preview_trim_mark(c->p, c->row, c->out);
    if (s == CAD_OK && marked)
        s = cad_buf_str(c->out, "</mark>");
    if (s == CAD_OK && marked)
        s = shown(text.data + trim, text.len - trim, c->out);
    if (s == CAD_OK)
        s = cad_buf_str(c->out, "</span>");
    cad_buf_deinit(&text);
    return s;
}

static cad_status picture(const cad_buf *png, const char *why, cad_buf *out)
{
    if (png->len) {
        CAD_TRY(cad_buf_str(out, "<img alt=\"the part\" src=\"data:image/png;base64,"));
        CAD_TRY(base64(png, out));
        return cad_buf_str(out, "\">\n");
    }
    CAD_TRY(cad_buf_str(out, "<div class=\"none\">"));
    CAD_TRY(shown(why, strlen(why), out));
    return cad_buf_str(out, "</div>\n");
}

cad_status cad_preview_article(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_preview_opts opts, const cad_buf *png,
                               const char *why, cad_buf *out)
{
    size_t len = 0;
    const char *id = cad_pack_id(p, row, &len), *family = p->family_name[p->family[row]];
    int64_t count[CAD_PREVIEW_parts];
    page_ctx c = {p, row, t, out};
    CAD_TRY(cad_buf_str(out, "<article>\n"));
    CAD_TRY(picture(png, why, out));
    CAD_TRY(cad_buf_str(out, "<div><h2>"));
    CAD_TRY(shown(id, len, out));
    CAD_TRY(cad_buf_str(out, *family ? " · " : ""));
    CAD_TRY(shown(family, strlen(family), out));
    /* HTML drops a line feed right behind <pre>: this one is for that */
    CAD_TRY(cad_buf_str(out, "</h2>\n<pre>\n"));
    CAD_TRY(cad_preview_runs(p, row, page_run, &c, count));
    CAD_TRY(cad_buf_str(out, "</pre>\n<p>"));
    CAD_TRY(cad_preview_counts(p, count, out));
    if (opts.ids) {
        CAD_TRY(cad_buf_str(out, "<br>"));
        CAD_TRY(cad_preview_ids(p, row, out));
    }
    return cad_buf_str(out, "</p></div>\n</article>\n");
}
