/* Packs of STEP with what rows retrieved: every prompt and mask against the slow way, trimming, cutting, and what is refused.
 */
#include "tests/scratch_dir.h"

#include "dataprep/audit.h"
#include "dataprep/corpus_row.h"
#include "dataprep/pack.h"
#include "dataprep/payloads.h"
#include "dataprep/preview.h"
#include "dataprep/stage_pack.h"
#include "model/text/bpe_train.h"

enum { ROWS = 1000 };

static cad_arena *arena;
static cad_tokenizer *tok;
static const cad_template *with_rag, *without;

/* ---- the corpus ---- */

/* A file of STEP by number: instances with strings and comments that hold semicolons, 3 to 13 of them. */
static const char *target_of(int i)
{
    cad_buf b = CAD_BUF_INIT;
    const char *text;
    ok(cad_buf_str(&b, "DATA;\n"));
    for (int k = 1; k <= 3 + i % 11; k++)
        ok(cad_buf_printf(&b, k % 3 ? "#%d=CARTESIAN_POINT('',(%d.,%d.5,0.));\n" : "#%d=A('it''s; (%d', /* ;( */ (%d));\n", k,
                          i * 7 % 100, k * i % 90));
    ok(cad_buf_str(&b, "ENDSEC;\nEND-ISO-10303-21;"));
    ok(cad_arena_strdup(arena, b.data, b.len, &text));
    cad_buf_deinit(&b);
    return text;
}

static int retrieved_of(int i, int k)
{
    return (i * 37 + 11 + k * 5) % ROWS;
}

/* n rows of one split, each with its k nearest of train; `rag` NULL: as cadprep rag build writes it. */
static void write_split(const char *split, int n, int k, const char *rag, bool leaky)
{
    cad_corpus_writer *w;
    char name[40], id[16], caption[60], list[200];
    json_t *info = json_pack("{s:{s:s, s:s, s:I, s:b}}", "rag", "index_xxh3", "0123456789abcdef0123456789abcdef", "scope",
                             "train", "k", (json_int_t)k, "leaky", (int)leaky);
    snprintf(name, sizeof name, "%s.jsonl", split);
    ok(cad_corpus_create(scratch(name), "demo", k ? info : NULL, &w));
    json_decref(info);
    for (int i = 0; i < n; i++) {
        snprintf(id, sizeof id, "%s%d", split, i);
        snprintf(caption, sizeof caption, "a part of kind %d, '%d' long\n", i % 13, i);
        int len = snprintf(list, sizeof list, "[");
        for (int j = 0; j < k; j++)
            len += snprintf(list + len, sizeof list - (size_t)len, "%s{\"id\":\"train%d\",\"score\":0.5}", j ? "," : "",
                            retrieved_of(i, j));
        snprintf(list + len, sizeof list - (size_t)len, "]");
        ok(cad_corpus_add(w, &(cad_row){.id = id,
                                        .caption = caption,
                                        .target = target_of(i),
                                        .kind = "step",
                                        .split = split,
                                        .rag = rag ? rag
                                               : k ? list
                                                   : ""}));
    }
    ok(cad_corpus_commit(w));
}

static int setup(void **state)
{
    cad_bpe_trainer *t;
    cad_buf json = CAD_BUF_INIT;
    int64_t vocab;
    if (scratch_setup(state))
        return -1;
    ok(cad_arena_create("test", 256 << 20, &arena));
    ok(cad_template_get("steplm-rag", NULL, arena, &with_rag));
    ok(cad_template_get("steplm-norag", NULL, arena, &without));
    ok(cad_bpe_create(CAD_BPE_step, 400, &t));
    for (int i = 0; i < 40; i++) {
        ok(cad_bpe_add(t, target_of(i), strlen(target_of(i))));
        ok(cad_bpe_add(t, " longDATA", 9)); /* a word of prompt and answer together, where nothing stands between */
    }
    ok(cad_bpe_add(t, with_rag->text, with_rag->len));
    ok(cad_bpe_finish(t, &json, &vocab));
    ok(cad_fs_write(scratch("tokenizer.json"), json.data, json.len));
    ok(cad_tokenizer_load(scratch("tokenizer.json"), &tok));
    cad_buf_deinit(&json);
    cad_bpe_destroy(t);
    return 0;
}

static int teardown(void **state)
{
    cad_tokenizer_destroy(tok);
    cad_arena_destroy(arena);
    return scratch_teardown(state);
}

static cad_stage_pack_args args_of(const char *split)
{
    char name[40];
    const char *in, *out;
    snprintf(name, sizeof name, "%s.jsonl", split);
    ok(cad_arena_strdup(arena, scratch(name), strlen(scratch(name)), &in));
    ok(cad_arena_strdup(arena, scratch("out.h5"), strlen(scratch("out.h5")), &out));
    return (cad_stage_pack_args){.in = in,
                                 .out = out,
                                 .tokenizer = tok,
                                 .tokenizer_name = "t",
                                 .tpl = with_rag,
                                 .rag = true,
                                 .max_tokens = 16384,
                                 .on_overflow = CAD_OVERFLOW_error,
                                 .bos = -1,
                                 .max_drop = 0.02};
}

static cad_pack *packed(const cad_stage_pack_args *a, cad_stage_pack_result *r)
{
    cad_pack *p;
    ok(cad_stage_pack(a, r));
    ok(cad_pack_open(a->out, NULL, &p));
    return p;
}

/* ---- the slow way ---- */

static const char *decoded(const uint32_t *id, size_t n)
{
    cad_buf b = CAD_BUF_INIT;
    const char *text;
    ok(cad_tokenizer_decode(tok, id, n, false, &b));
    ok(cad_arena_strdup(arena, cad_buf_cstr(&b), b.len, &text));
    cad_buf_deinit(&b);
    return text;
}

/* Prompt and answer of a row byte for byte, and the first token of the answer counted from the bytes of single tokens. */
static void check_row(const cad_pack *p, size_t r, const cad_template *tpl, int k)
{
    const uint32_t *id = p->tokens + p->row_offset[r];
    size_t n = p->row_offset[r + 1] - p->row_offset[r], at = 0, bytes = 0;
    cad_buf want = CAD_BUF_INIT;
    const char *block[2] = {target_of(retrieved_of((int)r, 0)), target_of(retrieved_of((int)r, 1))};
    char caption[60];
    snprintf(caption, sizeof caption, "a part of kind %d, '%d' long\n", (int)r % 13, (int)r);
    ok(cad_template_prompt(tpl, &(cad_prompt_slots){caption, block, (size_t)k}, &want));
    for (; at < n && bytes < want.len; at++)
        bytes += strlen(decoded(id + at, 1));
    assert_int_equal(bytes, want.len); /* no token lies across the boundary */
    assert_int_equal(p->span_offset[r + 1] - p->span_offset[r], 1);
    assert_int_equal(p->span[p->span_offset[r]][0], at);
    assert_int_equal(p->span[p->span_offset[r]][1], n);
    assert_true(at < n);
    assert_int_equal(id[n - 1], cad_tokenizer_eos(tok));
    assert_string_equal(decoded(id, at), want.data);
    assert_string_equal(decoded(id + at, n - 1 - at), target_of((int)r));
    for (int j = 0; j < k; j++)
        assert_int_equal(p->retrieved[r * p->rag_k + (size_t)j], retrieved_of((int)r, j));
    cad_buf_deinit(&want);
}

static void check_all(const char *split, const cad_template *tpl, int k, bool steplm)
{
    cad_stage_pack_args a = args_of(split);
    cad_stage_pack_result r;
    a.tpl = tpl;
    a.rag = k > 0;
    a.steplm = steplm;
    cad_pack *p = packed(&a, &r);
    assert_int_equal(p->n_rows, r.rows);
    assert_int_equal(p->rag_k, k);
    assert_string_equal(p->info.rag_index_xxh3, k ? "0123456789abcdef0123456789abcdef" : "");
    char told[100] = "";
    if (k)
        snprintf(told, sizeof told, "{\"k\":%d,\"max_tokens\":0,\"profile\":\"%s\",\"scope\":\"train\"}", k,
                 steplm ? "steplm" : "strict");
    assert_string_equal(p->info.retrieval, told);
    assert_true(r.rows > 0 && r.trimmed == 0 && r.dropped == 0 && r.apart == 0 && !r.leaky);
    for (size_t i = 0; i < p->n_rows; i++) {
        cad_frame mark = cad_arena_mark(arena);
        check_row(p, i, tpl, k);
        cad_arena_rewind(arena, mark);
    }
    cad_pack_close(p);
}

static void test_prompts_and_masks_of_a_thousand_rows_are_those_of_the_slow_way(void **state)
{
    (void)state;
    write_split("train", ROWS, 1, NULL, false);
    write_split("val", 20, 2, NULL, false);
    check_all("train", with_rag, 1, false);
    check_all("train", with_rag, 1, true);
    check_all("val", with_rag, 2, false); /* rows are those of train */
    check_all("train", without, 0, false);
}

/* A prompt whose last token depends on the answer has no tokens of its own in the whole text. */
static void test_steplm_encodes_apart_where_the_prompt_is_no_beginning(void **state)
{
    (void)state;
    const char *text = "{caption}{output}";
    const cad_template *glue;
    cad_stage_pack_result r;
    write_split("test", 3, 0, NULL, false);
    cad_stage_pack_args a = args_of("test");
    ok(cad_template_parse("glue", text, strlen(text), arena, &glue));
    a.tpl = glue;
    a.rag = false;
    a.steplm = true;
    cad_pack_close(packed(&a, &r)); /* "long" and "DATA" make one word */
    assert_int_equal(r.apart, 3);
    a.steplm = false;
    cad_pack_close(packed(&a, &r));
    assert_int_equal(r.apart, 0);
}

/* ---- too long ---- */

static void test_trimming_takes_whole_instances_from_the_end_and_nothing_else(void **state)
{
    (void)state;
    cad_stage_pack_result r, whole;
    write_split("train", ROWS, 1, NULL, false);
    cad_stage_pack_args a = args_of("train");
    cad_pack *p = packed(&a, &whole);
    cad_pack_close(p);
    a.max_tokens = whole.longest * 7 / 10;
    a.max_drop = 1;
    a.on_overflow = CAD_OVERFLOW_trim_context;
    p = packed(&a, &r);
    assert_true(r.trimmed > 50 && r.dropped == 0);
    int64_t seen = 0;
    cad_buf shown = CAD_BUF_INIT;
    for (size_t i = 0; i < p->n_rows; i++) {
        const uint32_t *id = p->tokens + p->row_offset[i];
        size_t n = p->row_offset[i + 1] - p->row_offset[i], begin = p->span[p->span_offset[i]][0];
        assert_true((int64_t)n <= a.max_tokens);
        assert_string_equal(decoded(id + begin, n - 1 - begin), target_of((int)i));
        if (!p->trimmed[i])
            continue;
        /* what is left is the beginning of what was retrieved, up to behind a semicolon and its line end */
        const char *prompt = decoded(id, begin), *from = strstr(prompt, "step file:\n") + 11;
        const char *to = strstr(prompt, "\n\n### output:\n"), *all = target_of(retrieved_of((int)i, 0));
        char caption[60];
        snprintf(caption, sizeof caption, "### caption:\na part of kind %d, '%d' long\n\n", (int)i % 13, (int)i);
        assert_non_null(strstr(prompt, caption));
        size_t kept = (size_t)(to - from);
        assert_memory_equal(from, all, kept);
        kept += kept > 0; /* the slot has no final line end */
        assert_int_equal(strlen(all) - kept, p->trimmed[i]);
        assert_true(kept == 0 || !memcmp(all + kept - 2, ";\n", 2));
        assert_int_equal(p->retrieved[i], kept ? retrieved_of((int)i, 0) : -1);
        /* one more instance would not have fitted */
        const char *more = strchr(all + kept, '\n');
        char *next = test_calloc(1, strlen(all) + 1);
        memcpy(next, all, more ? (size_t)(more - all) : strlen(all));
        cad_ids ids = CAD_IDS_INIT;
        snprintf(caption, sizeof caption, "a part of kind %d, '%d' long", (int)i % 13, (int)i);
        const char *block[] = {next};
        ok(cad_template_encode(with_rag, &(cad_prompt_slots){caption, block, 1}, tok, &ids));
        assert_true((int64_t)(ids.n + n - begin) > a.max_tokens);
        cad_ids_deinit(&ids);
        test_free(next);
        if (seen++ == 0) {
            ok(cad_preview_row(p, i, tok, (cad_preview_opts){0}, &shown));
            char mark[80];
            snprintf(mark, sizeof mark, "[.. %u bytes of retrieved text did not fit]\n\n### output:\n", p->trimmed[i]);
            assert_non_null(strstr(shown.data, mark));
        }
    }
    assert_int_equal(seen, r.trimmed);
    json_t *facts = json_object();
    ok(cad_audit_pack(p, facts));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(facts, "retrieved"), "trimmed")), r.trimmed);
    json_decref(facts);
    cad_buf_deinit(&shown);
    cad_pack_close(p);
    /* drop and error do not shorten */
    a.on_overflow = CAD_OVERFLOW_drop;
    p = packed(&a, &whole);
    assert_true(whole.dropped == r.trimmed && whole.trimmed == 0);
    cad_pack_close(p);
    a.on_overflow = CAD_OVERFLOW_error;
    fails(cad_stage_pack(&a, &whole), CAD_EDATA, "data.on_overflow = trim_context");
    /* where nothing that was retrieved fits, and not the rest either, the row goes */
    a.on_overflow = CAD_OVERFLOW_trim_context;
    a.max_tokens = whole.longest * 4 / 10;
    p = packed(&a, &r);
    assert_true(r.dropped > 0 && r.rows + r.dropped == ROWS);
    cad_pack_close(p);
    a.max_drop = 0.0001;
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "audit.max_drop");
}

static void test_the_best_block_stays_longest(void **state)
{
    (void)state;
    cad_stage_pack_result r;
    write_split("train", ROWS, 1, NULL, false);
    write_split("val", 200, 2, NULL, false);
    cad_stage_pack_args a = args_of("val");
    cad_pack_close(packed(&a, &r));
    a.max_tokens = r.longest * 6 / 10;
    a.max_drop = 1;
    a.on_overflow = CAD_OVERFLOW_trim_context;
    cad_pack *p = packed(&a, &r);
    int one = 0;
    for (size_t i = 0; i < p->n_rows; i++) {
        assert_true(p->retrieved[2 * i + 1] < 0 || p->retrieved[2 * i] >= 0);
        one += p->retrieved[2 * i] >= 0 && p->retrieved[2 * i + 1] < 0;
    }
    assert_true(one > 0);
    cad_pack_close(p);
}

static void test_cutting_answers_is_of_steplm_and_waived(void **state)
{
    (void)state;
    cad_stage_pack_result r;
    write_split("train", ROWS, 1, NULL, false);
    cad_stage_pack_args a = args_of("train");
    a.waived = "cut_answer";
    fails(cad_stage_pack(&a, &r), CAD_ECONFIG, "prep.profile = steplm");
    a.steplm = true;
    cad_pack *p = packed(&a, &r);
    assert_int_equal(r.cut, 0);
    cad_pack_close(p);
    a.max_tokens = r.longest - 40;
    p = packed(&a, &r);
    assert_true(r.cut > 0 && r.dropped == 0 && r.trimmed == 0);
    assert_int_equal(p->info.length_max, a.max_tokens);
    cad_pack_close(p);
    a.max_tokens = 300; /* of some rows nothing but the prompt */
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "no loss token: its prompt alone takes");
}

/* ---- what is refused or marked ---- */

static void test_what_was_retrieved_must_be_there(void **state)
{
    (void)state;
    cad_stage_pack_result r;
    write_split("train", 30, 1, NULL, false); /* names rows up to train999 */
    cad_stage_pack_args a = args_of("train");
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "train1 (retrieved train48)");
    write_split("train", 30, 1, "", false);
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "30 rows without the text that they retrieved: train0, train1");
    write_split("train", 30, 0, NULL, false);
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "cadprep rag build");
    write_split("train", 30, 1, "[]", false);
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "30 of 30 rows dropped, audit.max_drop is 0.02; 30 of them retrieved nothing");
    write_split("val", 5, 1, NULL, false);
    ok(cad_fs_remove(scratch("train.jsonl")));
    a = args_of("val");
    fails(cad_stage_pack(&a, &r), CAD_ENOTFOUND, "no train.jsonl beside it");
}

static void test_template_and_retrieval_go_together(void **state)
{
    (void)state;
    cad_stage_pack_result r;
    write_split("train", ROWS, 1, NULL, false);
    cad_stage_pack_args a = args_of("train");
    a.rag = false;
    fails(cad_stage_pack(&a, &r), CAD_ECONFIG, "rag.enabled = off");
    a.rag = true;
    a.tpl = without;
    fails(cad_stage_pack(&a, &r), CAD_ECONFIG, "has no {retrieved}");
}

static void test_a_leaky_index_marks_the_pack(void **state)
{
    (void)state;
    cad_stage_pack_result r;
    write_split("train", ROWS, 1, NULL, true);
    cad_stage_pack_args a = args_of("train");
    cad_pack *p = packed(&a, &r);
    assert_true(r.leaky);
    assert_string_equal(p->info.waived, CAD_PACK_LEAKY);
    assert_true(cad_pack_waives(&p->info, "leaky") && !cad_pack_waives(&p->info, "leak"));
    cad_pack_close(p);
    a.loss_on_all = true;
    a.waived = "loss_on_context";
    p = packed(&a, &r);
    assert_string_equal(p->info.waived, "loss_on_context," CAD_PACK_LEAKY);
    cad_pack_close(p);
}

static void expect_cuts(const char *text, bool step, const char *want)
{
    cad_buf at = CAD_BUF_INIT, got = CAD_BUF_INIT;
    ok(cad_payload_cuts(text, step, &at));
    for (size_t i = 0; i < at.len / sizeof(size_t); i++)
        ok(cad_buf_printf(&got, "%zu ", ((const size_t *)(const void *)at.data)[i]));
    assert_string_equal(cad_buf_cstr(&got), want);
    cad_buf_deinit(&at);
    cad_buf_deinit(&got);
}

static void test_texts_are_cut_behind_instances(void **state)
{
    (void)state;
    expect_cuts("DATA;\n#1=A(';',(2));\nB", true, "6 21 ");
    expect_cuts("A(B(1);2);C;", true, "10 12 "); /* nested: a semicolon at the top alone */
    expect_cuts("/* ; */#1=A('it''s;');", true, "22 ");
    expect_cuts("#1=A(';", true, "");
    expect_cuts("/* ;", true, "");
    expect_cuts("C 1 1 1\nS 3\nD 0 1", false, "8 12 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_cut_behind_instances),
        cmocka_unit_test(test_prompts_and_masks_of_a_thousand_rows_are_those_of_the_slow_way),
        cmocka_unit_test(test_steplm_encodes_apart_where_the_prompt_is_no_beginning),
        cmocka_unit_test(test_trimming_takes_whole_instances_from_the_end_and_nothing_else),
        cmocka_unit_test(test_the_best_block_stays_longest),
        cmocka_unit_test(test_cutting_answers_is_of_steplm_and_waived),
        cmocka_unit_test(test_what_was_retrieved_must_be_there),
        cmocka_unit_test(test_template_and_retrieval_go_together),
        cmocka_unit_test(test_a_leaky_index_marks_the_pack),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
