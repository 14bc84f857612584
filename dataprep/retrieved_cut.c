#include "dataprep/retrieved_cut.h"

#include "dataprep/payloads.h"
#include "model/text/template.h"

#include <string.h>

cad_status cad_retrieved_cuts(const cad_retrieved_blocks *b, cad_buf *out)
{
    cad_buf at = CAD_BUF_INIT;
    cad_status s = cad_buf_add(out, &(cad_retrieved_cut){0, 0}, sizeof(cad_retrieved_cut));
    for (size_t i = 0; s == CAD_OK && i < b->n; i++) {
        cad_buf_clear(&at);
        s = cad_payload_cuts(b->text[i], b->step[i], &at);
        const size_t *place = (const size_t *)(const void *)at.data;
        for (size_t k = 0; s == CAD_OK && k < at.len / sizeof *place; k++)
            s = cad_buf_add(out, &(cad_retrieved_cut){i, place[k]}, sizeof(cad_retrieved_cut));
    }
    cad_buf_deinit(&at);
    return s;
}

/* Tokens of the first n blocks as they stand in the slot. */
static cad_status count(const cad_tokenizer *t, const cad_retrieved_blocks *b, size_t n, int64_t *out)
{
    cad_buf slot = CAD_BUF_INIT;
    cad_ids ids = CAD_IDS_INIT;
    cad_status s = cad_template_join((const char *const *)b->text, n, &slot);
    if (s == CAD_OK)
        s = cad_tokenizer_encode(t, cad_buf_cstr(&slot), slot.len, CAD_SPECIALS_text, &ids);
    *out = (int64_t)ids.n;
    cad_ids_deinit(&ids);
    cad_buf_deinit(&slot);
    return s;
}

static size_t blocks_to(cad_retrieved_cut c)
{
    return c.at ? c.block + 1 : c.block;
}

static cad_status count_to(const cad_tokenizer *t, const cad_retrieved_blocks *b, cad_retrieved_cut c, int64_t *out)
{
    char kept = b->text[c.block][c.at];
    b->text[c.block][c.at] = '\0';
    cad_status s = count(t, b, blocks_to(c), out);
    b->text[c.block][c.at] = kept;
    return s;
}

static cad_status shorten(const cad_tokenizer *t, int64_t most, cad_retrieved_blocks *b, uint32_t *cut_bytes)
{
    cad_buf list = CAD_BUF_INIT;
    cad_status s = cad_retrieved_cuts(b, &list);
    const cad_retrieved_cut *item = (const cad_retrieved_cut *)(const void *)list.data;
    size_t low = 0, high = list.len / sizeof *item; /* cuts up to low fit, the first keeps nothing */
    while (s == CAD_OK && low + 1 < high) {
        size_t mid = low + (high - low) / 2;
        int64_t n = 0;
        s = count_to(t, b, item[mid], &n);
        *(n > most ? &high : &low) = mid;
    }
    if (s == CAD_OK) {
        const cad_retrieved_cut c = item[low];
        for (size_t i = c.block; i < b->n; i++)
            *cut_bytes += (uint32_t)strlen(b->text[i] + (i == c.block ? c.at : 0));
        b->text[c.block][c.at] = '\0';
        b->n = blocks_to(c);
    }
    cad_buf_deinit(&list);
    return s;
}

cad_status cad_retrieved_limit(const cad_tokenizer *t, int64_t most, cad_retrieved_blocks *b, uint32_t *cut_bytes)
{
    int64_t n = 0;
    if (most == 0 || b->n == 0)
        return CAD_OK;
    CAD_TRY(count(t, b, b->n, &n));
    return n > most ? shorten(t, most, b, cut_bytes) : CAD_OK;
}
