/* Encoding: cut out added tokens, normalise, split, and give the pieces to the merges or the words. */
#include "core/mem.h"
#include "core/threads.h"
#include "core/utf8.h"
#include "model/text/encoder.h"

#include <stdatomic.h>
#include <string.h>

/* One call. */
typedef struct job {
    const cad_tokenizer *t;
    cad_encoder *e;
    cad_ids *out;
    cad_spans *spans; /* NULL: not wanted */
} job;

/* ---- places ---- */

/* The places of ids out->id[from..], whose bytes lie one after the other: in the text from `base` on, or in form C of it. */
static cad_status add_spans(const job *j, size_t from, size_t base, const cad_form_c *form)
{
    size_t at = 0, k = 0, shift = 0; /* from form C to the text, between edits, mod 2^64 */
    size_t n = form ? form->n_edits : 0;
    for (size_t i = from; i < j->out->n; i++) {
        size_t len, begin = SIZE_MAX, end = 0;
        cad_tokenizer_bytes(j->t, j->out->id[i], &len);
        for (size_t p = at; p < at + len;) {
            for (; k < n && form->edit[k].out_end <= p; k++)
                shift = form->edit[k].after - form->edit[k].out_end;
            const cad_form_c_edit *e = k < n && form->edit[k].out_begin <= p ? &form->edit[k] : NULL;
            size_t to = e ? e->out_end : k < n ? form->edit[k].out_begin : at + len;
            to = to < at + len ? to : at + len;
            size_t b = e ? e->begin : p + shift, last = e ? e->end : to + shift;
            begin = b < begin ? b : begin;
            end = last > end ? last : end;
            p = to;
        }
        at += len;
        CAD_TRY(cad_spans_add(j->spans, base + begin, base + end));
    }
    return CAD_OK;
}

/* ---- text ---- */

static cad_status encode_split(const job *j, const char *text, size_t len)
{
    cad_split_text(j->e->split);
    for (size_t at = 0; at < len;) {
        size_t end;
        CAD_TRY(cad_split_next(j->t->split, j->e->split, text, len, at, &end));
        CAD_TRY(cad_bpe_encode(j->t, j->e, text + at, end - at, j->out));
        at = end;
    }
    return CAD_OK;
}

/* A stretch without added tokens, at `base` of the whole text. */
static cad_status encode_plain(const job *j, const char *text, size_t len, size_t base)
{
    if (j->t->wordpiece)
        return cad_wordpiece_encode(j->t, &j->e->word, text, len, base, j->out, j->spans);
    size_t from = j->out->n;
    const cad_form_c *form = NULL;
    if (j->t->nfc && cad_form_c_needed(cad_splitter_chars(j->t->split), text, len)) {
        CAD_TRY(cad_form_c_make(cad_splitter_chars(j->t->split), text, len, j->spans != NULL, &j->e->form));
        form = &j->e->form;
        CAD_TRY(encode_split(j, cad_buf_cstr(&form->text), form->text.len));
    } else {
        CAD_TRY(encode_split(j, text, len));
    }
    return j->spans ? add_spans(j, from, base, form) : CAD_OK;
}

static cad_status encode_parsed(const job *j, const char *text, size_t len)
{
    size_t from = 0;
    for (size_t at = 0; at < len;) {
        unsigned first = (unsigned char)text[at];
        uint32_t id;
        size_t n = 0;
        if (j->t->added_begin[first] != j->t->added_begin[first + 1])
            n = cad_tokenizer_match_added(j->t, text + at, len - at, &id);
        if (n == 0) {
            at++;
            continue;
        }
        CAD_TRY(encode_plain(j, text + from, at - from, from));
        CAD_TRY(cad_ids_add(j->out, &id, 1));
        if (j->spans)
            CAD_TRY(cad_spans_add(j->spans, at, at + n));
        from = at += n;
    }
    return encode_plain(j, text + from, len - from, from);
}

static cad_status encode(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials, cad_ids *out,
                         cad_spans *spans)
{
    size_t bad = cad_utf8_check(text, len), ids_before = out->n, spans_before = spans ? spans->n : 0;
    if (bad < len)
        CAD_FAIL(CAD_EDATA, "tokenizer: the text is not UTF-8 at byte %zu", bad);
    job j = {t, NULL, out, spans};
    CAD_TRY(cad_encoder_take(t, &j.e));
    cad_status s = specials == CAD_SPECIALS_parse ? encode_parsed(&j, text, len) : encode_plain(&j, text, len, 0);
    cad_encoder_give(t, j.e);
    if (s != CAD_OK) {
        out->n = ids_before;
        if (spans)
            spans->n = spans_before;
    }
    return s;
}

cad_status cad_tokenizer_encode(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials, cad_ids *out)
{
    return encode(t, text, len, specials, out, NULL);
}

cad_status cad_tokenizer_encode_spans(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials, cad_ids *out,
                                      cad_spans *spans)
{
    return encode(t, text, len, specials, out, spans);
}

cad_status cad_tokenizer_encode_whole(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials, size_t most,
                                      cad_ids *out)
{
    size_t before = out->n, around = (size_t)(t->bos >= 0) + (size_t)(t->tail >= 0);
    uint32_t front = (uint32_t)t->bos, behind = (uint32_t)t->tail;
    if (most && most < around)
        CAD_FAIL(CAD_EINVAL, "tokenizer: at most %zu ids; the file adds %zu to each text", most, around);
    cad_status s = t->bos >= 0 ? cad_ids_add(out, &front, 1) : CAD_OK;
    if (s == CAD_OK)
        s = encode(t, text, len, specials, out, NULL);
    if (s == CAD_OK && most && out->n - before + (t->tail >= 0) > most)
        out->n = before + most - (t->tail >= 0);
    if (s == CAD_OK && t->tail >= 0)
        s = cad_ids_add(out, &behind, 1);
    if (s != CAD_OK)
        out->n = before;
    return s;
}

/* ---- many texts ---- */

typedef struct many {
    const cad_tokenizer *t;
    const char *const *text;
    const size_t *len;
    cad_specials specials;
    cad_ids *out;
    size_t *before;
    _Atomic int64_t failed; /* lowest number of a text that failed; n: none */
} many;

static void encode_some(void *ctx, int64_t begin, int64_t end)
{
    many *m = ctx;
    for (int64_t i = begin; i < end; i++) {
        m->before[i] = m->out[i].n;
        if (encode(m->t, m->text[i], m->len[i], m->specials, &m->out[i], NULL) == CAD_OK)
            continue;
        int64_t lowest = atomic_load(&m->failed);
        while (i < lowest && !atomic_compare_exchange_weak(&m->failed, &lowest, i)) {
        }
    }
}

cad_status cad_tokenizer_encode_many(const cad_tokenizer *t, const char *const *text, const size_t *len, size_t n,
                                     cad_specials specials, cad_ids *out)
{
    many m = {.t = t, .text = text, .len = len, .specials = specials, .out = out};
    size_t bytes;
    CAD_TRY(cad_mul(n, sizeof *m.before, "texts", &bytes));
    CAD_TRY(cad_mem_alloc(bytes, "texts", &m.before));
    atomic_init(&m.failed, (int64_t)n);
    cad_parallel_for((int64_t)n, 1, encode_some, &m);
    size_t bad = (size_t)atomic_load(&m.failed);
    cad_status s = CAD_OK;
    if (bad < n) { /* its words were said in another thread */
        for (size_t i = 0; i < n; i++)
            out[i].n = m.before[i];
        s = encode(t, text[bad], len[bad], specials, &out[bad], NULL);
        out[bad].n = m.before[bad];
        s = cad_fail(s != CAD_OK ? s : CAD_ENOMEM, "text %zu: %s", bad, s != CAD_OK ? cad_error_text() : "out of memory");
    }
    cad_mem_free(m.before);
    return s;
}
