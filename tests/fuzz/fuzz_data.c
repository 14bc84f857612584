/* Fuzz targets: texts and rows that people and programs write. */
#include "tests/fuzz/fuzz_targets.h"

#include "cad/step/step_check.h"
#include "cad/step/step_gate.h"
#include "cad/step/steplm.h"
#include "cad/step/text_form.h"
#include "core/config.h"
#include "core/json.h"
#include "core/utf8.h"
#include "dataprep/captions_csv.h"
#include "dataprep/corpus_row.h"
#include "eval/suite.h"
#include "model/text/template.h"
#include "tests/cad/step_util.h"
#include "tests/unit.h"

void same_text(const cad_buf *a, const cad_buf *b)
{
    if (a->len != b->len || memcmp(cad_buf_cstr(a), cad_buf_cstr(b), a->len) != 0)
        fail_msg("printed once: %.500s\nprinted again: %.500s", cad_buf_cstr(a), cad_buf_cstr(b));
}

static cad_status do_json(const char *data, size_t len, bool *parsed)
{
    json_t *v, *again;
    CAD_TRY(cad_json_parse(data, len, "x.json", &v));
    *parsed = true;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    ok(cad_json_print(v, &a));
    ok(cad_json_parse(a.data, a.len, "printed", &again));
    ok(cad_json_print(again, &b));
    same_text(&a, &b);
    json_decref(v);
    json_decref(again);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return CAD_OK;
}

static cad_status do_row(const char *data, size_t len, bool *parsed)
{
    json_t *o;
    cad_row row, again;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    CAD_TRY(cad_json_parse(data, len, "c.jsonl:2", &o));
    cad_frame f = cad_arena_mark(arena);
    cad_status s = cad_row_parse(o, "c.jsonl:2", arena, &row);
    json_decref(o);
    if (s == CAD_OK) {
        *parsed = true;
        ok(cad_row_print(&row, &a));
        ok(cad_json_parse(a.data, a.len, "printed", &o));
        ok(cad_row_parse(o, "printed", arena, &again));
        json_decref(o);
        ok(cad_row_print(&again, &b));
        same_text(&a, &b);
    }
    cad_arena_rewind(arena, f);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return s;
}

static cad_status do_corpus(const char *data, size_t len, bool *parsed)
{
    const char *path = fuzz_path("c.jsonl");
    fuzz_file(path, data, len);
    cad_frame f = cad_arena_mark(arena);
    cad_row *row;
    size_t n;
    cad_status s = cad_corpus_load(path, arena, &row, &n);
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        assert_true(*row[i].id && row[i].caption && row[i].target && strlen(row[i].expect) < len);
    *parsed = s == CAD_OK && n > 0;
    cad_arena_rewind(arena, f);
    return s;
}

static cad_status do_suite(const char *data, size_t len, bool *parsed)
{
    const char *path = fuzz_path("s.jsonl");
    fuzz_file(path, data, len);
    cad_frame f = cad_arena_mark(arena);
    cad_suite suite;
    cad_status s = cad_suite_load(path, arena, &suite);
    if (s == CAD_OK) {
        *parsed = true;
        size_t all = strlen(suite.name) + strlen(suite.version);
        for (size_t i = 0; i < suite.n; i++)
            all += strlen(suite.row[i].id) + strlen(suite.row[i].prompt) + strlen(suite.row[i].family) +
                   strlen(suite.row[i].phrasing) + strlen(suite.row[i].units);
        assert_true(suite.n > 0 && all <= len);
        cad_suite_deinit(&suite);
    }
    cad_arena_rewind(arena, f);
    return s;
}

static cad_status do_ini(const char *data, size_t len, bool *parsed)
{
    const char *path = fuzz_path("x.ini");
    fuzz_file(path, data, len);
    cad_frame f = cad_arena_mark(arena);
    cad_config *c, *again;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    const cad_config_source file = {.kind = CAD_CONFIG_FILE, .name = path};
    cad_status s = cad_config_load(&file, 1, arena, NULL, &c);
    cad_status p = s == CAD_OK ? cad_config_print(c, &a) : s; /* a value may be too long for a line once its path is absolute */
    if (p == CAD_OK) {
        const cad_config_source text = {.kind = CAD_CONFIG_TEXT, .name = "printed", .text = a.data};
        ok(cad_config_load(&text, 1, arena, NULL, &again));
        cad_buf then = CAD_BUF_INIT, now = CAD_BUF_INIT;
        ok(cad_config_value(c, "train.lr", &then));
        ok(cad_config_value(again, "train.lr", &now));
        same_text(&then, &now);
        cad_buf_deinit(&then);
        cad_buf_deinit(&now);
        *parsed = true;
    }
    cad_arena_rewind(arena, f);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return p;
}

static cad_status do_template(const char *data, size_t len, bool *parsed)
{
    cad_frame f = cad_arena_mark(arena);
    const cad_template *t, *again;
    cad_status s = cad_template_parse("file", data, len, arena, &t);
    if (s == CAD_OK) {
        cad_buf a = CAD_BUF_INIT;
        *parsed = true;
        ok(cad_template_prompt(t, &(cad_prompt_slots){.caption = "{output} {caption}\n"}, &a));
        if (!strstr(cad_buf_cstr(&a), "{output} {caption}")) /* a slot is text, never a slot */
            fail_msg("%.*s\nbecomes %s", (int)t->len, t->text, cad_buf_cstr(&a));
        ok(cad_template_parse("file", t->text, t->len, arena, &again));
        assert_string_equal(t->hash, again->hash);
        cad_buf_deinit(&a);
    }
    cad_arena_rewind(arena, f);
    return s;
}

/* Every text gives a model whose places lie inside; one without errors keeps the laws of writing. */
static cad_status do_step(const char *data, size_t len, bool *parsed)
{
    cad_step *m = step_of(data, len);
    cad_step_gate_result gate;
    cad_arena *a;
    cad_status s = cad_step_verdict(m);
    if (s == CAD_OK) {
        *parsed = true;
        step_laws(m);
    }
    ok(cad_arena_create("gate", (size_t)1 << 20, &a));
    ok(cad_step_gate(data, len, a, &gate));
    assert_true((gate.level == 3) == (gate.class_ == CAD_STEP_GATE_ok) && (gate.level == 3) == !*gate.reason);
    assert_true(gate.line >= 0 && (size_t)gate.line <= len + 1 && (gate.level < 3 || s == CAD_OK));
    cad_arena_destroy(a);
    ok(cad_step_check(m, &(cad_step_check_opts){.geometry = true}));
    for (int32_t i = 0; i < m->diags.n; i++)
        assert_true(m->diags.item[i].at <= len &&
                    cad_utf8_check(m->diags.item[i].text, strlen(m->diags.item[i].text)) == strlen(m->diags.item[i].text));
    for (uint32_t i = 0; i < m->n; i++)
        assert_true(m->instance[i].at < m->instance[i].end && m->instance[i].end <= len);
    cad_step_close(m);
    return s;
}

/* What is read, written again with every field in quotes, reads as the same. */
static cad_status do_captions(const char *data, size_t len, bool *parsed)
{
    cad_captions c, again;
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_captions_parse("c.csv", data, len, &c);
    if (s == CAD_OK) {
        *parsed = true;
        ok(cad_buf_str(&text, "model_id,isDescribable,description\n"));
        for (uint32_t i = 0; i < c.n; i++) {
            const char *field[] = {cad_captions_id(&c, i), c.value[c.row[i].value].text, cad_captions_text(&c, i)};
            for (int k = 0; k < 3; k++) {
                ok(cad_buf_str(&text, "\""));
                for (const char *p = field[k]; *p; p++)
                    ok(cad_buf_add(&text, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1));
                ok(cad_buf_str(&text, k < 2 ? "\"," : "\"\n"));
            }
        }
        ok(cad_captions_parse("again.csv", text.data, text.len, &again));
        assert_int_equal(again.n, c.n);
        assert_int_equal(again.text.len, c.text.len);
        assert_memory_equal(again.text.data, c.text.data, c.text.len);
        for (uint32_t i = 0; i < c.n; i++)
            assert_true(again.by_id[i] == c.by_id[i] && cad_captions_describable(&again, i) == cad_captions_describable(&c, i));
        cad_captions_deinit(&again);
    }
    cad_captions_deinit(&c);
    cad_buf_deinit(&text);
    return s;
}

static void holds_text(const cad_buf *b)
{
    assert_int_equal(cad_utf8_check(cad_buf_cstr(b), b->len), b->len);
}

/* Their older order, in each of its ways, and what is learned of a file. */
static void do_steplm_others(cad_arena *a, const char *data, size_t len)
{
    bool taken = false;
    cad_buf out = CAD_BUF_INIT;
    for (int g = CAD_STEPLM_GROUP_strict; g <= CAD_STEPLM_GROUP_none; g++) {
        cad_buf_clear(&out);
        cad_status s = cad_steplm_topo(a, data, len, (cad_steplm_group)g, &out);
        assert_true(s == CAD_OK || (s == CAD_EDATA && out.len == 0));
        assert_true(g == CAD_STEPLM_GROUP_strict || (s == CAD_OK) == taken); /* the way has no part in what is refused */
        taken = s == CAD_OK;
        holds_text(&out);
    }
    cad_buf_clear(&out);
    cad_status s = cad_steplm_section(data, len, &out);
    assert_true(s == CAD_OK ? out.len >= 5 && out.len <= len : s == CAD_EDATA && out.len == 0);
    cad_buf_deinit(&out);
}

/* What the tools of STEP-LLM do to text, all of them to the same; only orders and the section can be refused. */
static cad_status do_steplm(const char *data, size_t len, bool *parsed)
{
    cad_buf rounded = CAD_BUF_INIT, restored = CAD_BUF_INIT, legal = CAD_BUF_INIT, ordered = CAD_BUF_INIT;
    int64_t numbers, lost;
    cad_arena *a;
    ok(cad_arena_create("steplm", (size_t)64 << 20, &a));
    ok(cad_steplm_round(data, len, &rounded, &numbers));
    ok(cad_steplm_restore(a, data, len, &restored));
    ok(cad_steplm_legal(a, data, len, &legal));
    assert_true(numbers >= 0 && (size_t)numbers <= len);
    holds_text(&rounded);
    do_steplm_others(a, data, len);
    cad_status s = cad_steplm_reorder(a, data, len, &ordered, &lost);
    assert_true(s == CAD_OK || ordered.len == 0);
    if (s == CAD_OK) {
        *parsed = true;
        holds_text(&ordered);
        assert_true(lost >= 0);
    }
    assert_int_equal(cad_arena_used(a), 0); /* all scratch was given back */
    cad_arena_destroy(a);
    cad_buf_deinit(&rounded);
    cad_buf_deinit(&restored);
    cad_buf_deinit(&legal);
    cad_buf_deinit(&ordered);
    return s;
}

/* A model of text a, as text of form f in b: whether there is one. */
static bool text_of(cad_arena *a, const cad_buf *file, cad_step_derive d, cad_buf *out)
{
    cad_step_form f = cad_step_form_default();
    cad_step_text_report r;
    cad_step *m;
    f.derive = d;
    ok(cad_step_read(file->data, file->len, &(cad_step_opts){0}, &m));
    cad_status s = cad_step_text_make(a, m, &f, out, &r);
    assert_true(s == CAD_OK || (s == CAD_EDATA && out->len == 0));
    if (s == CAD_OK)
        assert_int_equal(r.kept + r.templated + r.styles + r.shared + r.derivable, r.instances);
    cad_step_close(m);
    return s == CAD_OK;
}

/* Whether each instance has the parameters of its type. */
static bool is_sound(cad_arena *a, const cad_buf *file)
{
    cad_step_gate_result gate;
    ok(cad_step_gate(file->data, file->len, a, &gate));
    return gate.level == 3;
}

static int count_of(const cad_buf *file, const char *what)
{
    int n = 0;
    for (const char *at = file->data; (at = strstr(at, what)); at++)
        n++;
    return n;
}

/* Lean text names edges and circles by number, so that two may become one: it stands for as many as text with seams does. */
static void keeps_topology(cad_arena *a, const cad_buf *file, const cad_buf *lean)
{
    static const char *const what[] = {"=EDGE_CURVE(", "=VERTEX_POINT(", "=ORIENTED_EDGE(", "=ADVANCED_FACE(", "=FACE_BOUND("};
    cad_buf seam = CAD_BUF_INIT, whole = CAD_BUF_INIT;
    assert_true(text_of(a, file, CAD_STEP_DERIVE_seam, &seam));
    ok(cad_step_text_expand(a, seam.data, seam.len, &whole));
    for (size_t k = 0; k < sizeof what / sizeof *what; k++)
        assert_int_equal(count_of(lean, what[k]), count_of(&whole, what[k]));
    cad_buf_deinit(&seam);
    cad_buf_deinit(&whole);
}

/* What a model answers, as a whole file; where that is sound, its text in each form is a fixpoint. */
static cad_status do_step_text(const char *data, size_t len, bool *parsed)
{
    cad_buf file = CAD_BUF_INIT, text = CAD_BUF_INIT, whole = CAD_BUF_INIT, again = CAD_BUF_INIT;
    cad_arena *a;
    ok(cad_arena_create("model text", (size_t)128 << 20, &a));
    cad_status s = cad_step_text_expand(a, data, len, &file);
    assert_true(s == CAD_OK || file.len == 0);
    *parsed = s == CAD_OK;
    bool sound = s == CAD_OK && is_sound(a, &file);
    for (cad_step_derive d = CAD_STEP_DERIVE_off; s == CAD_OK && d <= CAD_STEP_DERIVE_lean; d++) {
        cad_buf_clear(&text);
        cad_buf_clear(&whole);
        cad_buf_clear(&again);
        if (!text_of(a, &file, d, &text))
            continue;
        cad_status expanded = cad_step_text_expand(a, text.data, text.len, &whole);
        if (!sound)
            continue;
        ok(expanded);
        assert_true(text_of(a, &whole, d, &again));
        same_text(&text, &again);
        if (d == CAD_STEP_DERIVE_lean)
            keeps_topology(a, &file, &whole);
    }
    cad_arena_destroy(a);
    cad_buf_deinit(&file);
    cad_buf_deinit(&text);
    cad_buf_deinit(&whole);
    cad_buf_deinit(&again);
    return s;
}

const fuzz_target fuzz_data[] = {
    {"captions", FUZZ_TEXT, do_captions, NULL, {0}},
    {"json", FUZZ_JSON, do_json, NULL, {"models/tiny/config.json"}},
    {"corpus_row", FUZZ_JSON, do_row, NULL, {NULL}},
    {"jsonl", FUZZ_JSON_LINES, do_corpus, NULL, {NULL}},
    {"step", FUZZ_TEXT, do_step, NULL, {0}},
    {"steplm", FUZZ_TEXT, do_steplm, NULL, {0}},
    {"step_text", FUZZ_TEXT, do_step_text, NULL, {0}},
    {"suite", FUZZ_JSON_LINES, do_suite, NULL, {"configs/suite_cad0_seven.jsonl"}},
    {"ini", FUZZ_TEXT, do_ini, NULL, {"configs/tiny_qlora.ini"}},
    {"template", FUZZ_TEXT, do_template, NULL, {NULL}},
    {0},
};
