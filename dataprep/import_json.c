#include "dataprep/import_json.h"

#include "cad/ir/ir.h"
#include "core/utf8.h"
#include "dataprep/caption_group.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool cad_import_json_is_header(const json_t *o)
{
    const char *kind = json_string_value(json_object_get(o, "kind"));
    return json_object_get(o, "schema") && kind && !strcmp(kind, "corpus");
}

/* ---- shapes ---- */

static cad_status text_of(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    const char *text = NULL;
    CAD_TRY(cad_json_get_string(o, key, where, &text));
    return cad_arena_strdup(a, text, strlen(text), out);
}

/* A text, or a whole number as one. */
static cad_status id_text(const json_t *v, const char *where, const char *key, cad_arena *a, const char **out)
{
    char number[32];
    const char *text = json_string_value(v);
    if (json_is_integer(v)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
        text = number;
    }
    if (!text || !*text || strlen(text) != (json_is_string(v) ? json_string_length(v) : strlen(text)))
        CAD_FAIL(CAD_EDATA, "%s: key '%s': expected a text or a whole number", where, key);
    return cad_arena_strdup(a, text, strlen(text), out);
}

static cad_status take_id(const json_t *o, const char *where, int64_t number, cad_arena *a, const char **out)
{
    static const char *const keys[] = {"id", "id_original", "model_id"};
    char place[32];
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (json_object_get(o, keys[k]))
            return id_text(json_object_get(o, keys[k]), where, keys[k], a, out);
    snprintf(place, sizeof place, "%08" PRId64, number);
    return cad_arena_strdup(a, place, strlen(place), out);
}

/* The spelling is that of STEP-LLM's files. */
static const char RETRIEVED_TEXT[] = "relavant_step_file";

bool cad_import_json_carries(const json_t *o)
{
    return json_is_string(json_object_get(o, RETRIEVED_TEXT)) ||
           json_is_string(json_object_get(json_array_get(json_object_get(o, "rag"), 0), "text"));
}

/* STEP-LLM's retrieved row with its text; how near it was is not told there. */
static cad_status take_retrieved(const json_t *o, const char *where, cad_arena *a, cad_row *row)
{
    const json_t *v = json_object_get(o, "id_retrieve"), *shown = json_object_get(o, RETRIEVED_TEXT);
    const char *id = NULL;
    cad_buf text = CAD_BUF_INIT;
    if (shown && !json_is_string(shown) && !json_is_null(shown))
        CAD_FAIL(CAD_EDATA, "%s: key '%s': expected a text", where, RETRIEVED_TEXT);
    if (!v || json_is_null(v))
        return json_is_string(shown) ? cad_fail(CAD_EDATA, "%s: key '%s' without 'id_retrieve'", where, RETRIEVED_TEXT)
                                     : CAD_OK;
    CAD_TRY(id_text(v, where, "id_retrieve", a, &id));
    json_t *list =
        json_pack("[{so, si, sO*}]", "id", cad_json_text(id), "score", 0, "text", json_is_string(shown) ? shown : NULL);
    cad_status s = list ? cad_json_print(list, &text) : cad_fail(CAD_ENOMEM, "%s: no memory for 'rag'", where);
    json_decref(list);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, cad_buf_cstr(&text), text.len, &row->rag);
    cad_buf_deinit(&text);
    return s;
}

static cad_status from_messages(const json_t *o, const char *where, cad_arena *a, cad_row *row)
{
    json_t *list = NULL;
    CAD_TRY(cad_json_get_array(o, "messages", where, &list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *m = json_array_get(list, i);
        const char *role = NULL;
        char place[4300];
        snprintf(place, sizeof place, "%s: messages[%zu]", where, i);
        CAD_TRY(cad_json_get_string(m, "role", place, &role));
        bool asks = !strcmp(role, "user"), answers = !strcmp(role, "assistant");
        if (!asks && !answers && strcmp(role, "system") != 0)
            CAD_FAIL(CAD_EDATA, "%s: role '%s'; expected system, user or assistant", place, role);
        if ((asks && row->caption) || (answers && (row->target || !row->caption)))
            CAD_FAIL(CAD_EDATA, "%s: expected one question of the user, then one answer", place);
        if (asks || answers)
            CAD_TRY(text_of(m, "content", place, a, asks ? &row->caption : &row->target));
    }
    if (!row->target)
        CAD_FAIL(CAD_EDATA, "%s: messages without an answer of the assistant", where);
    return CAD_OK;
}

cad_status cad_import_json_row(const json_t *o, const char *where, int64_t number, cad_arena *a, cad_row *out)
{
    static const struct {
        const char *caption, *target, *source;
    } shapes[] = {{"caption", "target", "jsonl"},
                  {"caption", "output", "steplm"},
                  {"text", "ir", "cad0"},
                  {"prompt", "completion", "jsonl"}};
    size_t k = 0, n = sizeof shapes / sizeof *shapes;
    cad_row row = {0};
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: expected a JSON object", where);
    while (k < n && !(json_object_get(o, shapes[k].caption) && json_object_get(o, shapes[k].target)))
        k++;
    if (k == 0 && json_is_string(json_object_get(o, "id"))) { /* one of ours, perhaps without kind and groups */
        CAD_TRY(cad_row_parse(o, where, a, out));
        if (!json_object_get(json_object_get(o, "group"), "caption"))
            out->caption_hash = 0;
        return CAD_OK;
    }
    CAD_TRY(take_id(o, where, number, a, &row.id));
    if (k < n) {
        CAD_TRY(text_of(o, shapes[k].caption, where, a, &row.caption));
        CAD_TRY(text_of(o, shapes[k].target, where, a, &row.target));
        CAD_TRY(take_retrieved(o, where, a, &row));
    } else if (json_object_get(o, "messages")) {
        CAD_TRY(from_messages(o, where, a, &row));
    } else {
        CAD_FAIL(CAD_EDATA,
                 "%s: expected caption and target, caption and output, text and ir, prompt and completion, or messages", where);
    }
    row.source = k < n ? shapes[k].source : "messages";
    *out = row;
    return CAD_OK;
}

/* ---- targets ---- */

/* STEP begins with its magic word, DATA or an instance, behind blanks. */
static bool looks_like_step(const char *text)
{
    text += strspn(text, " \t\r\n");
    return !strncmp(text, "ISO-10303-21", 12) || !strncmp(text, "DATA", 4) ||
           (text[0] == '#' && text[1] >= '0' && text[1] <= '9') || !strncmp(text, "/*", 2);
}

enum { MOST_IR = 4 << 20 }; /* bytes of a program: its reading takes a hundred times as much */

/* A program of the cadlm dialect, or else of vcad's; its geometry group is that of its canonical text. */
static cad_status take_ir(cad_row *row, const char *where, bool strict, cad_arena *a, cad_import_part *p)
{
    cad_ir *ir = NULL;
    cad_buf text = CAD_BUF_INIT;
    size_t len = strlen(row->target);
    if (len > MOST_IR) {
        p->class_ = CAD_IMPORT_limits;
        return cad_buf_printf(&p->message, "%s: a program of %zu bytes; expected at most %d", where, len, MOST_IR);
    }
    cad_status s = cad_ir_load(row->target, len, CAD_IR_DIALECT_cadlm, a, &ir);
    if (s == CAD_EPARSE) {
        cad_kept_error why; /* what the dialect that is ours says */
        cad_error_keep(&why);
        s = cad_ir_load(row->target, len, CAD_IR_DIALECT_upstream, a, &ir);
        if (s == CAD_EPARSE) {
            cad_error_restore(&why);
            if (!strict)
                return CAD_OK;
            p->class_ = CAD_IMPORT_parse;
            return cad_buf_printf(&p->message, "%s: target, %s", where, cad_error_text());
        }
    }
    if (s != CAD_OK || row->geometry_hash)
        return s;
    s = cad_ir_canon(ir, &text);
    if (s == CAD_OK)
        row->geometry_hash = cad_hash_index_key(cad_buf_cstr(&text), text.len);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_import_json_check(cad_row *row, const char *where, bool strict, bool canonical, cad_arena *a, cad_import_part *p)
{
    bool step = row->kind && *row->kind ? !strcmp(row->kind, "step") : looks_like_step(row->target);
    uint64_t geometry = row->geometry_hash;
    if (cad_text_is_blank(row->caption) || cad_text_is_blank(row->target)) {
        p->class_ = cad_text_is_blank(row->target) ? CAD_IMPORT_no_part : CAD_IMPORT_empty_caption;
        return cad_buf_printf(&p->message, "%s: its %s is blank", where, cad_text_is_blank(row->target) ? "target" : "caption");
    }
    row->kind = step ? "step" : "ir";
    if (step)
        CAD_TRY(cad_import_part_check(row->target, strlen(row->target), where, strict, canonical, &row->geometry_hash, p));
    else
        CAD_TRY(take_ir(row, where, strict, a, p));
    if (p->class_ != CAD_IMPORT_ok)
        return CAD_OK;
    if (geometry)
        row->geometry_hash = geometry;
    cad_import_part_group(row);
    if (!row->caption_hash)
        CAD_TRY(cad_caption_key(step, row->caption, &row->caption_hash));
    return cad_import_part_print(row, p);
}
