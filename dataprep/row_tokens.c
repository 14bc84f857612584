#include "dataprep/row_tokens.h"

#include "core/json.h"
#include "core/utf8.h"
#include "dataprep/pack.h"

#include <string.h>

typedef cad_retrieved_blocks blocks;

/* ---- tokens ---- */

static cad_status add_id(cad_ids *ids, int64_t id)
{
    uint32_t one = (uint32_t)id;
    return id < 0 ? CAD_OK : cad_ids_add(ids, &one, 1);
}

static cad_status encode(const cad_row_coder *c, const cad_row *row, const blocks *b, cad_row_tokens *out)
{
    const cad_prompt_slots slots = {
        .caption = row->caption, .retrieved = (const char *const *)b->text, .n_retrieved = c->k ? b->n : 0};
    size_t front = c->bos >= 0, answer = 0;
    cad_ids_clear(&out->ids);
    CAD_TRY(add_id(&out->ids, c->bos));
    if (c->whole)
        CAD_TRY(cad_template_encode_whole(c->tpl, &slots, row->target, c->tokenizer, &out->ids, &answer));
    out->apart = c->whole && answer == 0;
    if (answer == 0) {
        out->ids.n = front;
        CAD_TRY(cad_template_encode(c->tpl, &slots, c->tokenizer, &out->ids));
        answer = out->ids.n - front;
        CAD_TRY(cad_tokenizer_encode(c->tokenizer, row->target, strlen(row->target), CAD_SPECIALS_text, &out->ids));
    }
    answer += front;
    if (front && answer > front && out->ids.id[front] == (uint32_t)c->bos)
        CAD_FAIL(CAD_EDATA, "row %s: the template begins with a second begin token", row->id);
    if (out->ids.n == answer)
        CAD_FAIL(CAD_EDATA, "row %s: no loss token: the answer is empty", row->id);
    out->begin = c->loss_on_all || answer == 0 ? 1 : (uint32_t)answer;
    return add_id(&out->ids, c->eos);
}

static bool is_long(const cad_row_coder *c, const cad_row_tokens *t)
{
    return (int64_t)t->ids.n > c->max_tokens;
}

/* ---- retrieved text ---- */

cad_status cad_row_retrieved(const cad_payloads *p, const cad_row *row, const json_t *item, cad_arena *a, const char **out,
                             int64_t *at, bool *step)
{
    const char *id, *text = json_string_value(json_object_get(item, "text"));
    *out = NULL;
    CAD_TRY(cad_json_get_string(item, "id", row->id, &id));
    *at = text ? CAD_PACK_CARRIED : p ? cad_payloads_find(p, id) : -1;
    *step = !strcmp(row->kind, "step");
    if (text)
        return cad_arena_strdup(a, text, strlen(text), out);
    return *at >= 0 ? cad_payloads_read(p, *at, id, a, out, step) : CAD_OK;
}

/* Looks up what the row retrieved; best first. */
static cad_status find_blocks(const cad_row_coder *c, const cad_row *row, const json_t *rag, cad_arena *a, blocks *b,
                              cad_row_tokens *out, cad_row_state *state)
{
    for (size_t i = 0; i < json_array_size(rag) && b->n < c->k; i++) {
        const json_t *item = json_array_get(rag, i);
        const char *text;
        int64_t at;
        CAD_TRY(cad_row_retrieved(c->payloads, row, item, a, &text, &at, &b->step[b->n]));
        if (!text || cad_text_is_blank(text)) {
            const char *id = json_string_value(json_object_get(item, "id"));
            *state = CAD_ROW_missing;
            return cad_arena_strdup(a, id, strlen(id), &out->missing);
        }
        out->retrieved[b->n] = at;
        b->text[b->n++] = (char *)(uintptr_t)text; /* our own copy, which trimming cuts short */
    }
    *state = b->n ? CAD_ROW_good : CAD_ROW_none_found;
    return CAD_OK;
}

static cad_status retrieve(const cad_row_coder *c, const cad_row *row, cad_arena *a, blocks *b, cad_row_tokens *out,
                           cad_row_state *state)
{
    json_t *rag;
    for (size_t i = 0; i < CAD_RETRIEVED_MAX; i++)
        out->retrieved[i] = -1;
    *state = CAD_ROW_good;
    if (!c->k)
        return CAD_OK;
    if (!*row->rag) {
        *state = CAD_ROW_no_rag;
        return CAD_OK;
    }
    CAD_TRY(cad_json_parse(row->rag, strlen(row->rag), row->id, &rag));
    cad_status s = find_blocks(c, row, rag, a, b, out, state);
    json_decref(rag);
    size_t found = b->n;
    if (s == CAD_OK && *state == CAD_ROW_good)
        s = cad_retrieved_limit(c->tokenizer, c->retrieved_tokens, b, &out->trimmed);
    for (size_t i = b->n; i < found; i++)
        out->retrieved[i] = -1;
    return s;
}

/* ---- trimming ---- */

typedef cad_retrieved_cut cut;

/* The row with nothing behind that cut. */
static cad_status encode_cut(const cad_row_coder *c, const cad_row *row, const blocks *b, cut to, cad_row_tokens *out)
{
    blocks less = *b;
    less.n = to.at ? to.block + 1 : to.block;
    char kept = b->text[to.block][to.at];
    b->text[to.block][to.at] = '\0';
    cad_status s = encode(c, row, &less, out);
    b->text[to.block][to.at] = kept;
    return s;
}

/* Keeps as much of the retrieved text as fits: the last cut at which the row does. */
static cad_status trim(const cad_row_coder *c, const cad_row *row, const blocks *b, cad_row_tokens *out)
{
    cad_buf list = CAD_BUF_INIT;
    CAD_TRY(cad_retrieved_cuts(b, &list));
    const cut *item = (const cut *)(const void *)list.data;
    size_t low = 0, high = list.len / sizeof *item; /* cuts before low fit */
    cad_status s = CAD_OK;
    while (s == CAD_OK && low < high) {
        size_t mid = low + (high - low) / 2;
        s = encode_cut(c, row, b, item[mid], out);
        if (is_long(c, out))
            high = mid;
        else
            low = mid + 1;
    }
    size_t best = low > 0 ? low - 1 : 0;
    if (s == CAD_OK)
        s = encode_cut(c, row, b, item[best], out);
    for (size_t i = 0; i < b->n; i++) {
        size_t kept = i < item[best].block ? strlen(b->text[i]) : i == item[best].block ? item[best].at : 0;
        out->trimmed += (uint32_t)(strlen(b->text[i]) - kept);
        if (kept == 0)
            out->retrieved[i] = -1;
    }
    cad_buf_deinit(&list);
    return s;
}

cad_status cad_row_encode(const cad_row_coder *c, const cad_row *row, cad_arena *a, cad_row_tokens *out, cad_row_state *state)
{
    blocks b = {.n = 0};
    out->trimmed = 0;
    out->cut = false;
    out->missing = NULL;
    CAD_TRY(retrieve(c, row, a, &b, out, state));
    if (*state != CAD_ROW_good)
        return CAD_OK;
    CAD_TRY(encode(c, row, &b, out));
    if (is_long(c, out) && c->trim && b.n > 0 && !c->cut)
        CAD_TRY(trim(c, row, &b, out));
    if (is_long(c, out) && c->cut) {
        out->cut = true;
        out->ids.n = (size_t)c->max_tokens;
        if (out->begin >= out->ids.n)
            CAD_FAIL(CAD_EDATA, "row %s: no loss token: its prompt alone takes %u of data.max_tokens = %zu", row->id,
                     out->begin, out->ids.n);
    }
    *state = is_long(c, out) ? CAD_ROW_long : CAD_ROW_good;
    return CAD_OK;
}
