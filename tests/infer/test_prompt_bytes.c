/* What a model is asked is what it learnt from: bytes and token ids of prompts in packs and of cadgen, with what was retrieved.
 */
#include "tests/model/decoder_fixture.h"
#include "tests/scratch_dir.h"

#include "dataprep/corpus_row.h"
#include "dataprep/pack.h"
#include "dataprep/retriever.h"
#include "dataprep/stage_pack.h"
#include "dataprep/stage_rag.h"
#include "model/decoder/engine_impl.h"
#include "model/text/bpe_train.h"

enum { TRAIN = 60, VAL = 20 };

static cad_arena *arena;
static cad_tokenizer *tok;
static cad_config *cfg;

static const char *const NOUN[] = {"plate", "flange", "bracket", "spacer", "knob", "wheel"};

static const char *kept(const char *text)
{
    const char *copy = NULL;
    ok(cad_arena_strdup(arena, text, strlen(text), &copy));
    return copy;
}

static const char *step_of(int i)
{
    char text[200];
    snprintf(text, sizeof text, "DATA;\n#1=CARTESIAN_POINT('%d',(1.,2.,3.));\n#2=B(#1,'%s');\nENDSEC;\nEND-ISO-10303-21;", i,
             NOUN[i % 6]);
    return kept(text);
}

/* Rows of val ask in other words for every third row of train, and their answer is another. */
static void write_split(const char *split, int n, bool val)
{
    cad_corpus_writer *w;
    char name[40], id[40], caption[80];
    snprintf(name, sizeof name, "data/%s.jsonl", split);
    ok(cad_corpus_create(scratch(name), "demo", NULL, &w));
    for (int i = 0; i < n; i++) {
        int like = val ? 3 * i : i;
        snprintf(id, sizeof id, "r%d.%s", i, split);
        snprintf(caption, sizeof caption, val ? "a %s of size %d, please\n" : "%s, size %d", NOUN[like % 6], like * 17 % 90);
        ok(cad_corpus_add(
            w, &(cad_row){.id = id, .caption = caption, .target = step_of(val ? i + 100 : i), .kind = "step", .split = split}));
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
    ok(cad_arena_create("test", 64 << 20, &arena));
    ok(cad_fs_mkdirs(scratch("data")));
    write_split("train", TRAIN, false);
    write_split("val", VAL, true);
    ok(cad_bpe_create(CAD_BPE_step, 340, &t));
    for (int i = 0; i < TRAIN; i++)
        ok(cad_bpe_add(t, step_of(i), strlen(step_of(i))));
    ok(cad_bpe_finish(t, &json, &vocab));
    ok(cad_fs_write(scratch("tokenizer.json"), json.data, json.len));
    ok(cad_tokenizer_load(scratch("tokenizer.json"), &tok));
    ok(cad_config_load(NULL, 0, arena, NULL, &cfg));
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

static void build_index_by(cad_rag_encoder_kind kind, const char *dir, int64_t k, bool all)
{
    cad_stage_rag_result r;
    cad_rag_encoder *e;
    ok(cad_rag_encoder_create(kind, dir, &e));
    const cad_stage_rag_args a = {
        .in = scratch("data"),
        .encoder = e,
        .all = all,
        .rule = {.k = k, .ties = all ? CAD_RAG_TIE_FIRST : CAD_RAG_TIE_SEEDED, .other_id = true, .min_score = -1}};
    ok(cad_stage_rag(&a, &r));
    cad_rag_encoder_destroy(e);
}

static void build_index(int64_t k, bool all)
{
    build_index_by(CAD_RAG_BY_HASH, NULL, k, all);
}

static cad_pack *packed(const cad_template *tpl, bool steplm)
{
    cad_stage_pack_result r;
    cad_pack *p;
    const char *in, *out;
    in = kept(scratch("data/val.jsonl"));
    out = kept(scratch("val.h5"));
    ok(cad_stage_pack(&(cad_stage_pack_args){.in = in,
                                             .out = out,
                                             .tokenizer = tok,
                                             .tokenizer_name = "t",
                                             .tpl = tpl,
                                             .rag = tpl->has_retrieved,
                                             .steplm = steplm,
                                             .max_tokens = 4096,
                                             .retrieved_tokens = cfg->rag.max_tokens,
                                             .bos = -1},
                      &r));
    ok(cad_pack_open(out, NULL, &p));
    assert_int_equal(p->n_rows, VAL);
    return p;
}

static void check_prompt(const cad_pack *p, size_t row, const cad_template *tpl, const cad_prompt *asked)
{
    const struct cad_engine e = {.tokenizer = tok, .tpl = tpl, .bos = p->info.bos_id};
    cad_ids ids = CAD_IDS_INIT;
    cad_buf text = CAD_BUF_INIT, learnt = CAD_BUF_INIT;
    const cad_prompt_slots slots = {asked->caption, &asked->retrieved, asked->retrieved != NULL};
    size_t begin = p->span[p->span_offset[row]][0];
    ok(cad_engine_encode(&e, asked, &ids));
    assert_int_equal(ids.n, begin);
    assert_memory_equal(ids.id, p->tokens + p->row_offset[row], begin * sizeof *ids.id);
    ok(cad_template_prompt(tpl, &slots, &text));
    ok(cad_tokenizer_decode(tok, p->tokens + p->row_offset[row], begin, false, &learnt));
    assert_string_equal(learnt.data, text.data);
    cad_ids_deinit(&ids);
    cad_buf_deinit(&text);
    cad_buf_deinit(&learnt);
}

/* Every row of val is asked by its caption with what it retrieved when it was packed; where that is one row, which is the same
 * by caption, the retriever of cadgen finds it. */
static void check_all(const char *template, bool steplm, int64_t k, cad_retriever *r)
{
    const cad_template *tpl;
    cad_row *row;
    size_t n;
    ok(cad_template_get(template, NULL, arena, &tpl));
    ok(cad_corpus_load(scratch("data/val.jsonl"), arena, &row, &n));
    cad_pack *p = packed(tpl, steplm);
    assert_int_equal(p->rag_k, k);
    for (size_t i = 0; i < n; i++) {
        const char *block[3];
        cad_buf slot = CAD_BUF_INIT;
        cad_retrieved found = {.n = 0};
        for (int64_t j = 0; j < k; j++)
            block[j] = step_of((int)p->retrieved[(int64_t)i * k + j]);
        ok(cad_template_join(block, (size_t)k, &slot));
        check_prompt(p, i, tpl, &(cad_prompt){.caption = row[i].caption, .retrieved = k ? cad_buf_cstr(&slot) : NULL});
        if (r) {
            ok(cad_retriever_find(r, row[i].caption, arena, &found));
            assert_int_equal(found.n, k);
            check_prompt(p, i, tpl, &(cad_prompt){.caption = row[i].caption, .retrieved = found.text});
        }
        cad_buf_deinit(&slot);
    }
    cad_pack_close(p);
}

static void test_prompts_are_those_of_the_pack(void **state)
{
    (void)state;
    check_all("steplm-norag", false, 0, NULL);
    check_all("steplm-norag", true, 0, NULL);
    check_all("step", false, 0, NULL);
    for (int64_t k = 1; k <= 3; k++) {
        cad_retriever *r = NULL;
        build_index(k, false);
        if (k == 1)
            ok(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r));
        check_all("steplm-rag", false, k, r);
        check_all("step-rag", false, k, r);
        cad_retriever_close(r);
    }
}

/* A checkpoint as far as the retriever looks at it: it counts tokens. */
static void write_checkpoint(void)
{
    cad_buf text = CAD_BUF_INIT;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    c.vocab = cad_tokenizer_vocab_size(tok);
    ok(cad_model_config_print(&c, NULL, 0, &text));
    ok(cad_fs_mkdirs(scratch("model")));
    ok(cad_fs_write(scratch("model/config.json"), text.data, text.len));
    cad_buf_clear(&text);
    ok(cad_fs_read(scratch("tokenizer.json"), 0, &text));
    ok(cad_fs_write(scratch("model/tokenizer.json"), text.data, text.len));
    cad_buf_deinit(&text);
}

static int64_t tokens_of(const char *text, size_t len)
{
    cad_ids ids = CAD_IDS_INIT;
    ok(cad_tokenizer_encode(tok, text, len, CAD_SPECIALS_text, &ids));
    int64_t n = (int64_t)ids.n;
    cad_ids_deinit(&ids);
    return n;
}

/* With rag.max_tokens, packs and prompts show the same beginning of what was retrieved: whole instances, as many as fit. */
static void test_what_is_retrieved_has_at_most_so_many_tokens(void **state)
{
    (void)state;
    const cad_template *tpl;
    cad_row *row;
    cad_retriever *r;
    size_t n, whole = 0, nothing = 0;
    write_checkpoint();
    build_index(1, false);
    ok(cad_template_get("step-rag", NULL, arena, &tpl));
    ok(cad_corpus_load(scratch("data/val.jsonl"), arena, &row, &n));
    for (int64_t most = 1; most < 90; most += 11) {
        cfg->rag.max_tokens = most;
        cad_pack *p = packed(tpl, false);
        ok(cad_retriever_open(scratch("data"), cfg, NULL, scratch("model"), &r));
        for (size_t i = 0; i < n; i++) {
            cad_retrieved found;
            ok(cad_retriever_find(r, row[i].caption, arena, &found));
            check_prompt(p, i, tpl, &(cad_prompt){.caption = row[i].caption, .retrieved = found.text});
            assert_int_equal(p->retrieved[i] >= 0, found.n);
            nothing += found.n == 0;
            if (!found.n)
                continue;
            const char *full = step_of((int)p->retrieved[i]);
            size_t len = strlen(found.text); /* a slot ends without its LF */
            assert_memory_equal(full, found.text, len);
            assert_int_equal(found.text[len - 1], ';');
            assert_true(tokens_of(found.text, len) <= most);
            whole += full[len] == '\0';
            if (full[len]) /* one more does not fit */
                assert_true(tokens_of(full, len + strcspn(full + len, ";") + 1) > most);
        }
        cad_retriever_close(r);
        cad_pack_close(p);
    }
    assert_true(whole > 0 && nothing > 0);
    cfg->rag.max_tokens = 0;
}

static void test_steplm_takes_the_first_of_five_that_has_a_text(void **state)
{
    (void)state;
    cad_retriever *r;
    cad_retrieved found;
    cad_buf text = CAD_BUF_INIT;
    build_index(1, false);
    cfg->prep.profile = CAD_PREP_PROFILE_steplm;
    ok(cad_retriever_open(scratch("data/rag.index"), cfg, NULL, NULL, &r));
    check_all("steplm-rag", true, 1, r);
    ok(cad_retriever_find(r, "knob, size 68", arena, &found));
    assert_int_equal(found.n, 1);
    assert_string_equal(found.id[0], "r4.train");
    assert_true(found.score[0] > 0.99);
    assert_string_equal(found.text, step_of(4));
    cad_retriever_close(r);
    /* the best has none: the next; a strict retriever refuses */
    ok(cad_fs_read(scratch("data/train.jsonl"), 0, &text));
    char *line = strstr(text.data, "\"id\":\"r4.train\""), *target = strstr(line, "\"target\":\"") + 10;
    memset(target, ' ', (size_t)(strchr(target, '\n') - 2 - target));
    ok(cad_fs_write(scratch("data/train.jsonl"), text.data, text.len));
    build_index(1, false);
    ok(cad_retriever_open(scratch("data/rag.index"), cfg, NULL, NULL, &r));
    ok(cad_retriever_find(r, "knob, size 68", arena, &found));
    assert_int_equal(found.n, 1);
    assert_string_not_equal(found.id[0], "r4.train");
    cad_retriever_close(r);
    cfg->prep.profile = CAD_PREP_PROFILE_strict;
    ok(cad_retriever_open(scratch("data/rag.index"), cfg, NULL, NULL, &r));
    fails(cad_retriever_find(r, "knob, size 68", arena, &found), CAD_EDATA, "row r4.train has no text");
    cad_retriever_close(r);
    write_split("train", TRAIN, false);
    cad_buf_deinit(&text);
}

static void copy_weights(const char *from, const char *name)
{
    char path[600], to[100];
    cad_buf text = CAD_BUF_INIT;
    snprintf(path, sizeof path, "%s/%s", from, name);
    snprintf(to, sizeof to, "bert/%s", name);
    ok(cad_fs_read(path, 0, &text));
    ok(cad_fs_write(scratch(to), text.data, text.len));
    cad_buf_deinit(&text);
}

/* An index of an encoder with weights: asked by those weights, which rag.encoder_path names, and by no others. */
static void test_an_encoder_with_weights_is_named_by_its_key(void **state)
{
    (void)state;
    static const char shorter[] = "{\"max_seq_length\":16}";
    const char *source = getenv("CADLM_SOURCE"), *none = cfg->rag.encoder_path;
    char dir[500];
    cad_retriever *r;
    cad_retrieved found;
    snprintf(dir, sizeof dir, "%s/tests/golden/minilm_tiny", source ? source : ".");
    build_index_by(CAD_RAG_BY_MINILM, dir, 1, false);
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_ECONFIG, "rag.encoder_path is not set");
    cfg->rag.encoder_path = kept(scratch("none"));
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_ENOTFOUND, "none");
    cfg->rag.encoder_path = dir;
    ok(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r));
    ok(cad_retriever_find(r, "knob, size 68", arena, &found));
    assert_int_equal(found.n, 1);
    assert_true(found.score[0] > 0.99);
    cad_retriever_close(r);
    ok(cad_fs_mkdirs(scratch("bert")));
    copy_weights(dir, "config.json");
    copy_weights(dir, "model.safetensors");
    copy_weights(dir, "tokenizer.json");
    ok(cad_fs_write(scratch("bert/sentence_bert_config.json"), shorter, sizeof shorter - 1));
    cfg->rag.encoder_path = kept(scratch("bert"));
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EDATA, "made by encoder minilm with weights");
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EDATA, "--set=rag.encoder_path=DIR");
    cfg->rag.encoder_path = none;
}

/* The index once more with other places, of train.jsonl as it is now; NULL: without, as earlier builds wrote it. */
static void note_places(const cad_rag_place *place)
{
    cad_rag_index *x;
    char xxh3[CAD_HASH_HEX], train[CAD_HASH_HEX];
    ok(cad_rag_index_open(scratch("data/rag.index"), &x));
    cad_rag_info info = *cad_rag_index_info(x);
    info.place = place;
    info.file[0] = (cad_rag_file){.name = "train.jsonl", .xxh3 = train};
    info.n_files = 1;
    ok(cad_fs_hash(scratch("data/train.jsonl"), train));
    ok(cad_rag_index_write(scratch("data/rag.index"), cad_rag_index_rows(x), &info, xxh3));
    assert_string_equal(xxh3, info.xxh3);
    cad_rag_index_destroy(x);
}

static void break_row(const char *id)
{
    char name[40];
    cad_buf text = CAD_BUF_INIT;
    snprintf(name, sizeof name, "\"id\":\"%s\",\"kind\"", id); /* the row itself, no hit of another */
    ok(cad_fs_read(scratch("data/train.jsonl"), 0, &text));
    *strstr(text.data, name) = '?';
    ok(cad_fs_write(scratch("data/train.jsonl"), text.data, text.len));
    cad_buf_deinit(&text);
}

/* Corpora may be large: where the index knows them, of all rows only that is read which is shown. */
static void test_rows_that_are_not_shown_are_not_read(void **state)
{
    (void)state;
    cad_retriever *r;
    cad_retrieved found;
    cad_rag_index *x;
    cad_rag_place place[TRAIN];
    write_split("train", TRAIN, false);
    build_index(1, false);
    ok(cad_rag_index_open(scratch("data/rag.index"), &x));
    memcpy(place, cad_rag_index_info(x)->place, sizeof place);
    cad_rag_index_destroy(x);
    break_row("r7.train");
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EPARSE,
          "train.jsonl:9"); /* another file: all is read */
    note_places(place);
    ok(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r));
    for (int i = 4; i < TRAIN; i += 6) { /* the knobs */
        char caption[40];
        snprintf(caption, sizeof caption, "knob, size %d", i * 17 % 90);
        ok(cad_retriever_find(r, caption, arena, &found));
        assert_int_equal(found.n, 1);
        assert_string_equal(found.text, step_of(i));
    }
    cad_retriever_close(r);
    note_places(NULL);
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EPARSE, "train.jsonl:9");
    place[4] = place[5];
    note_places(place);
    ok(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r));
    fails(cad_retriever_find(r, "knob, size 68", arena, &found), CAD_EDATA, "found row r5.train; expected r4.train");
    cad_retriever_close(r);
    place[4].at += 1 << 20;
    note_places(place);
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_ECORRUPT, "a row is said to stand at");
    write_split("train", TRAIN, false);
}

static void test_another_index_is_refused(void **state)
{
    (void)state;
    cad_retriever *r;
    build_index(1, false);
    fails(cad_retriever_open(scratch("data"), cfg, "0123456789abcdef0123456789abcdef", NULL, &r), CAD_EDATA,
          "the model learnt with 0123456789abcdef0123456789abcdef");
    fails(cad_retriever_open(scratch("none"), cfg, NULL, NULL, &r), CAD_ENOTFOUND, "cadprep rag build");
    ok(cad_fs_remove(scratch("data/train.jsonl")));
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EDATA, "no train.jsonl beside it");
    write_split("train", 3, false);
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EDATA, "stale: ");
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EDATA,
          "its header names no index\nhint: cadprep rag build ");
    write_split("train", TRAIN, false);
    build_index(1, false);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("data/train.jsonl"), 0, &text));
    size_t len = text.len - 1;
    while (text.data[len - 1] != '\n') /* the header stays, the last row goes */
        len--;
    ok(cad_fs_write(scratch("data/train.jsonl"), text.data, len));
    cad_buf_deinit(&text);
    fails(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r), CAD_EDATA, "it was made of rows that hash to ");
}

/* A row that was left out when all of a corpus were indexed and then split has no text beside the index. */
static void test_a_row_that_no_corpus_holds_is_told(void **state)
{
    (void)state;
    cad_retriever *r;
    cad_retrieved found;
    write_split("train", TRAIN, false);
    build_index(1, true);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("data/train.jsonl"), 0, &text));
    char *line = strstr(text.data, "\"id\":\"r4.train\"");
    while (line[-1] != '\n')
        line--;
    char *next = strchr(line, '\n') + 1;
    size_t rest = strlen(next);
    memmove(line, next, rest);
    ok(cad_fs_write(scratch("data/train.jsonl"), text.data, (size_t)(line - text.data) + rest));
    cad_buf_deinit(&text);
    ok(cad_retriever_open(scratch("data"), cfg, NULL, NULL, &r));
    fails(cad_retriever_find(r, "knob, size 68", arena, &found), CAD_EDATA, "row r4.train is in no corpus beside it");
    cad_retriever_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prompts_are_those_of_the_pack),
        cmocka_unit_test(test_what_is_retrieved_has_at_most_so_many_tokens),
        cmocka_unit_test(test_steplm_takes_the_first_of_five_that_has_a_text),
        cmocka_unit_test(test_an_encoder_with_weights_is_named_by_its_key),
        cmocka_unit_test(test_rows_that_are_not_shown_are_not_read),
        cmocka_unit_test(test_another_index_is_refused),
        cmocka_unit_test(test_a_row_that_no_corpus_holds_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
