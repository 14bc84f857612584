/* What interop_tokenizer.py compares with: many texts through one loaded tokenizer.
 *
 *   interop_tokens TOKENIZER.json|DIR IN OUT
 *
 * IN:  a text each: bytes u32, how u32 (0 specials as text, 1 parsed, n > 1 parsed and at most n ids with what the file adds),
 * text. OUT: a text each: ids n u32, ids u32 * n, places (begin, end) u32 * 2n, bytes of the decoded ids u32, those bytes; with
 * n = 2^32 - 1 for an error, then its bytes u32 and words.  All little-endian. Prints how long loading took. */
#include "core/buf.h"
#include "core/clock.h"
#include "core/fs.h"
#include "model/text/tokenizer.h"

#include <stdio.h>
#include <string.h>

typedef struct texts {
    cad_tokenizer *t;
    cad_buf in, out, back;
    cad_ids ids;
    cad_spans spans;
} texts;

static cad_status add_u32(cad_buf *b, size_t v)
{
    uint32_t u = (uint32_t)v;
    return cad_buf_add(b, &u, sizeof u);
}

static cad_status add_error(texts *x)
{
    const char *words = cad_error_text();
    CAD_TRY(add_u32(&x->out, UINT32_MAX));
    CAD_TRY(add_u32(&x->out, strlen(words)));
    return cad_buf_str(&x->out, words);
}

static cad_status one(texts *x, const char *text, size_t len, uint32_t how)
{
    cad_ids_clear(&x->ids);
    cad_spans_clear(&x->spans);
    cad_buf_clear(&x->back);
    cad_specials specials = how ? CAD_SPECIALS_parse : CAD_SPECIALS_text;
    if (how > 1) {
        CAD_TRY(cad_tokenizer_encode_whole(x->t, text, len, specials, how, &x->ids));
        for (size_t i = 0; i < x->ids.n; i++)
            CAD_TRY(cad_spans_add(&x->spans, 0, 0));
    } else {
        if (cad_tokenizer_encode_spans(x->t, text, len, specials, &x->ids, &x->spans) != CAD_OK)
            return add_error(x);
        if (x->spans.n != x->ids.n)
            CAD_FAIL(CAD_EINTERNAL, "%zu places of %zu ids", x->spans.n, x->ids.n);
        size_t n = x->ids.n; /* without places the ids are the same */
        CAD_TRY(cad_tokenizer_encode(x->t, text, len, specials, &x->ids));
        if (x->ids.n != 2 * n || memcmp(x->ids.id, x->ids.id + n, n * sizeof *x->ids.id) != 0)
            CAD_FAIL(CAD_EINTERNAL, "other ids without places");
        x->ids.n = n;
    }
    CAD_TRY(cad_tokenizer_decode(x->t, x->ids.id, x->ids.n, false, &x->back));
    CAD_TRY(add_u32(&x->out, x->ids.n));
    CAD_TRY(cad_buf_add(&x->out, x->ids.id, x->ids.n * sizeof *x->ids.id));
    for (size_t i = 0; i < x->spans.n; i++) {
        CAD_TRY(add_u32(&x->out, x->spans.span[i].begin));
        CAD_TRY(add_u32(&x->out, x->spans.span[i].end));
    }
    CAD_TRY(add_u32(&x->out, x->back.len));
    return cad_buf_add(&x->out, cad_buf_cstr(&x->back), x->back.len);
}

static cad_status run(texts *x, char **arg)
{
    double begin = cad_clock_now();
    if (strstr(arg[0], ".json"))
        CAD_TRY(cad_tokenizer_load(arg[0], &x->t));
    else
        CAD_TRY(cad_tokenizer_load_dir(arg[0], &x->t));
    printf("loaded in %.0f ms\n", (cad_clock_now() - begin) * 1e3);
    CAD_TRY(cad_fs_read(arg[1], 0, &x->in));
    for (size_t at = 0; at < x->in.len;) {
        uint32_t head[2];
        memcpy(head, x->in.data + at, sizeof head);
        at += sizeof head;
        CAD_TRY(one(x, x->in.data + at, head[0], head[1]));
        at += head[0];
    }
    return cad_fs_write(arg[2], x->out.data, x->out.len);
}

int main(int argc, char **argv)
{
    texts x = {0};
    cad_status s = argc == 4 ? run(&x, argv + 1) : cad_fail(CAD_EUSAGE, "see the comment of interop_tokens.c");
    if (s != CAD_OK)
        fprintf(stderr, "interop_tokens: error: %s\n", cad_error_text());
    cad_tokenizer_destroy(x.t);
    cad_ids_deinit(&x.ids);
    cad_spans_deinit(&x.spans);
    cad_buf_deinit(&x.in);
    cad_buf_deinit(&x.out);
    cad_buf_deinit(&x.back);
    return cad_status_exit_code(s);
}
