#include "model/text/template.h"

#include "core/fs.h"
#include "core/utf8.h"

#include <string.h>

/* How both prompts of STEP-LLM begin. */
#define STEPLM_TASK                                                                                                            \
    "You are a CAD model generation assistant trained to produce STEP (.step) files based on textual descriptions. "

/* The first of a kind, with or without {retrieved}, is what its rows get where none is named. */
static const struct {
    const char *name, *kind, *text;
} builtin[] = {
    {"ir", "ir", "{caption}\n{output}"},
    {"step", "step", "{caption}\n{output}"},
    {"step-rag", "step", "{caption}\n{retrieved}\n\n{output}"},
    {"cad0", "ir", "Design: {caption}\n\nCompact IR:\n{output}"},
    {"steplm-rag", "step",
     STEPLM_TASK "Given the following object description and relevant retrieved CAD data, "
                 "generate a STEP file that accurately represents the described object.\n"
                 "\n\n### caption:\n{caption}\n\n### retrieved relevant step file:\n{retrieved}\n\n### output:\n{output}"},
    {"steplm-norag", "step",
     STEPLM_TASK "Given the following object description, "
                 "generate a STEP file that accurately represents the described object.\n"
                 "\n### caption:\n{caption}\n\n### output:\n{output}"},
};

static const char *const slot_text[] = {[CAD_SLOT_caption] = "{caption}", [CAD_SLOT_retrieved] = "{retrieved}"};
static const char output_text[] = "{output}";

/* ---- parsing ---- */

static bool starts(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && !memcmp(text, word, n);
}

static cad_status add_part(cad_template *t, cad_template_slot slot, size_t begin, size_t end)
{
    if (slot == CAD_SLOT_literal && begin == end)
        return CAD_OK;
    if (t->n_parts == CAD_TEMPLATE_PARTS)
        CAD_FAIL(CAD_ECONFIG, "template %s: more than %d parts", t->name, CAD_TEMPLATE_PARTS);
    t->part[t->n_parts].slot = slot;
    t->part[t->n_parts].begin = begin;
    t->part[t->n_parts++].end = end;
    return CAD_OK;
}

/* A slot at text[at], CAD_SLOT_literal when there is none; *out_len = bytes of its name. */
static cad_template_slot slot_at(const char *text, size_t len, size_t *out_len)
{
    for (cad_template_slot s = CAD_SLOT_caption; s <= CAD_SLOT_retrieved; s++) {
        if (starts(text, len, slot_text[s])) {
            *out_len = strlen(slot_text[s]);
            return s;
        }
    }
    return CAD_SLOT_literal;
}

static cad_status check_slots(const cad_template *t, const int seen[3], bool has_output)
{
    if (seen[CAD_SLOT_caption] != 1)
        CAD_FAIL(CAD_ECONFIG, "template %s: {caption} occurs %d times; expected once", t->name, seen[CAD_SLOT_caption]);
    if (seen[CAD_SLOT_retrieved] > 1)
        CAD_FAIL(CAD_ECONFIG, "template %s: {retrieved} occurs %d times; expected at most once", t->name,
                 seen[CAD_SLOT_retrieved]);
    if (!has_output)
        CAD_FAIL(CAD_ECONFIG, "template %s: {output} is missing; it must stand at the end", t->name);
    return CAD_OK;
}

static cad_status split_parts(cad_template *t)
{
    int seen[3] = {0};
    bool has_output = false;
    size_t from = 0;
    for (size_t at = 0; at < t->len;) {
        const char *p = t->text + at;
        size_t rest = t->len - at, n = 0;
        if (starts(p, rest, output_text)) {
            if (rest != strlen(output_text))
                CAD_FAIL(CAD_ECONFIG, "template %s: %zu bytes after {output}; it must be the end of the file", t->name,
                         rest - strlen(output_text));
            has_output = true;
            break;
        }
        cad_template_slot slot = slot_at(p, rest, &n);
        if (slot == CAD_SLOT_literal) {
            at++;
            continue;
        }
        seen[slot]++;
        CAD_TRY(add_part(t, CAD_SLOT_literal, from, at));
        CAD_TRY(add_part(t, slot, at, at + n));
        from = at += n;
    }
    CAD_TRY(check_slots(t, seen, has_output));
    t->has_retrieved = seen[CAD_SLOT_retrieved] == 1;
    return add_part(t, CAD_SLOT_literal, from, t->len - strlen(output_text));
}

cad_status cad_template_parse(const char *name, const char *text, size_t len, cad_arena *a, const cad_template **out)
{
    if (len > CAD_TEMPLATE_MAX_BYTES)
        CAD_FAIL(CAD_ECONFIG, "template %s: %zu bytes; the limit is %zu", name, len, CAD_TEMPLATE_MAX_BYTES);
    const char *nul = memchr(text, '\0', len); /* packs and checkpoints keep the text up to it */
    size_t good = nul ? (size_t)(nul - text) : cad_utf8_check(text, len);
    if (good < len)
        CAD_FAIL(CAD_ECONFIG, "template %s: byte %zu is %s; expected UTF-8 text", name, good, nul ? "NUL" : "no UTF-8");
    cad_template *t;
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *t, "template", &t));
    CAD_TRY(cad_arena_strdup(a, name, strlen(name), &t->name));
    CAD_TRY(cad_arena_strdup(a, text, len, &t->text));
    t->len = len;
    cad_hash128_hex(text, len, t->hash);
    CAD_TRY(split_parts(t));
    *out = t;
    return CAD_OK;
}

enum { BUILTINS = sizeof builtin / sizeof *builtin };

const char *cad_template_kind(const cad_template *t)
{
    const char *kind = NULL;
    for (size_t i = 0; i < BUILTINS; i++) {
        if (strcmp(builtin[i].text, t->text) != 0)
            continue;
        if (kind && strcmp(builtin[i].kind, kind) != 0)
            return NULL;
        kind = builtin[i].kind;
    }
    return kind;
}

const char *cad_template_named_kind(const char *name)
{
    for (size_t i = 0; i < BUILTINS; i++)
        if (!strcmp(builtin[i].name, name))
            return builtin[i].kind;
    return NULL;
}

static bool suits(size_t i, const char *kind, bool retrieved)
{
    return !strcmp(builtin[i].kind, kind) && retrieved == (strstr(builtin[i].text, slot_text[CAD_SLOT_retrieved]) != NULL);
}

const char *cad_template_default(const char *kind, bool retrieved)
{
    for (size_t i = 0; i < BUILTINS; i++)
        if (suits(i, kind, retrieved))
            return builtin[i].name;
    return NULL;
}

cad_status cad_template_names(const char *kind, bool retrieved, cad_buf *out)
{
    for (size_t i = 0; i < BUILTINS; i++)
        if (suits(i, kind, retrieved))
            CAD_TRY(cad_buf_printf(out, "%s ", builtin[i].name));
    return cad_buf_str(out, "file");
}

static cad_status read_template(const char *path, cad_arena *a, const cad_template **out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, CAD_TEMPLATE_MAX_BYTES, &text);
    if (s == CAD_OK)
        s = cad_template_parse("file", cad_buf_cstr(&text), text.len, a, out);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_template_get(const char *name, const char *file, cad_arena *a, const cad_template **out)
{
    if (!strncmp(name, "file:", 5))
        return read_template(name + 5, a, out);
    if (!strcmp(name, "file")) {
        if (!file || !*file)
            CAD_FAIL(CAD_ECONFIG, "template file: no path (prompt.file, or --template=file:PATH)");
        return read_template(file, a, out);
    }
    for (size_t i = 0; i < BUILTINS; i++) {
        if (!strcmp(name, builtin[i].name))
            return cad_template_parse(name, builtin[i].text, strlen(builtin[i].text), a, out);
    }
    CAD_FAIL(CAD_ECONFIG, "template '%.64s' is unknown; there are ir, step, step-rag, cad0, steplm-rag, steplm-norag, file",
             name);
}

/* ---- filling ---- */

static cad_status add_block(const char *text, cad_buf *out)
{
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '\n')
        len--;
    return cad_buf_add(out, text, len);
}

cad_status cad_template_join(const char *const *block, size_t n, cad_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            CAD_TRY(cad_buf_str(out, "\n"));
        CAD_TRY(add_block(block[i], out));
    }
    return CAD_OK;
}

static cad_status add_slot(cad_template_slot slot, const cad_prompt_slots *v, cad_buf *out)
{
    if (slot == CAD_SLOT_caption)
        return add_block(v->caption, out);
    return cad_template_join(v->retrieved, v->n_retrieved, out);
}

static cad_status check_fill(const cad_template *t, const cad_prompt_slots *v)
{
    if (v->n_retrieved && !t->has_retrieved)
        CAD_FAIL(CAD_EINVAL, "template %s has no {retrieved}, but %zu blocks are given", t->name, v->n_retrieved);
    return CAD_OK;
}

cad_status cad_template_prompt(const cad_template *t, const cad_prompt_slots *slots, cad_buf *out)
{
    CAD_TRY(check_fill(t, slots));
    for (int i = 0; i < t->n_parts; i++) {
        if (t->part[i].slot == CAD_SLOT_literal)
            CAD_TRY(cad_buf_add(out, t->text + t->part[i].begin, t->part[i].end - t->part[i].begin));
        else
            CAD_TRY(add_slot(t->part[i].slot, slots, out));
    }
    return CAD_OK;
}

/* Encodes what was gathered so far as one plain text. */
static cad_status flush(const cad_tokenizer *tok, cad_buf *run, cad_ids *out)
{
    CAD_TRY(cad_tokenizer_encode(tok, cad_buf_cstr(run), run->len, CAD_SPECIALS_text, out));
    cad_buf_clear(run);
    return CAD_OK;
}

/* Literal text: its special tokens end the run, everything else joins it. */
static cad_status encode_literal(const char *text, size_t len, const cad_tokenizer *tok, cad_buf *run, cad_ids *out)
{
    for (size_t at = 0; at < len;) {
        uint32_t id;
        size_t n = cad_tokenizer_match_added(tok, text + at, len - at, &id);
        if (n == 0) {
            CAD_TRY(cad_buf_add(run, text + at++, 1));
            continue;
        }
        CAD_TRY(flush(tok, run, out));
        CAD_TRY(cad_ids_add(out, &id, 1));
        at += n;
    }
    return CAD_OK;
}

/* Prompt, and `answer` behind it where it is not NULL. */
static cad_status encode(const cad_template *t, const cad_prompt_slots *slots, const char *answer, const cad_tokenizer *tok,
                         cad_ids *out)
{
    CAD_TRY(check_fill(t, slots));
    cad_buf run = CAD_BUF_INIT;
    size_t before = out->n;
    cad_status s = CAD_OK;
    for (int i = 0; s == CAD_OK && i < t->n_parts; i++) {
        if (t->part[i].slot == CAD_SLOT_literal)
            s = encode_literal(t->text + t->part[i].begin, t->part[i].end - t->part[i].begin, tok, &run, out);
        else
            s = add_slot(t->part[i].slot, slots, &run);
    }
    if (s == CAD_OK && answer)
        s = cad_buf_str(&run, answer);
    if (s == CAD_OK)
        s = flush(tok, &run, out);
    cad_buf_deinit(&run);
    if (s != CAD_OK)
        out->n = before;
    return s;
}

cad_status cad_template_encode(const cad_template *t, const cad_prompt_slots *slots, const cad_tokenizer *tok, cad_ids *out)
{
    return encode(t, slots, NULL, tok, out);
}

cad_status cad_template_encode_whole(const cad_template *t, const cad_prompt_slots *slots, const char *answer,
                                     const cad_tokenizer *tok, cad_ids *out, size_t *out_prompt)
{
    cad_ids prompt = CAD_IDS_INIT;
    size_t from = out->n;
    cad_status s = encode(t, slots, NULL, tok, &prompt);
    if (s == CAD_OK)
        s = encode(t, slots, answer, tok, out);
    bool first = s == CAD_OK && prompt.n <= out->n - from &&
                 (prompt.n == 0 || !memcmp(out->id + from, prompt.id, prompt.n * sizeof *prompt.id));
    *out_prompt = first ? prompt.n : 0;
    cad_ids_deinit(&prompt);
    return s;
}
