#include "tests/unit.h"

#include "core/fs.h"
#include "core/pool.h"
#include "dataprep/audit.h"
#include "dataprep/pack.h"
#include "dataprep/preview.h"
#include "dataprep/stage_pack.h"
#include "dataprep/stage_split.h"
#include "dataprep/stage_synth.h"

#define DIR "test_stages"

static cad_arena *arena;
static const cad_template *tpl;
static cad_tokenizer *tokenizer;

static double noise;
static int captions = 1;

static void synth(const char *out, int jobs, int64_t n, const char *family)
{
    static const char *const units[] = {"mm", "none", "cm", "in"}, *const styles[] = {"short", "long", "dims"};
    cad_stage_synth_args args = {.n = n, .jobs = jobs, .max_bad = 0, .out = out};
    cad_stage_synth_result r;
    ok(cad_synth_opts_make(9, (cad_synth_names){&family, 1}, (cad_synth_names){units, 4}, (cad_synth_names){styles, 3}, 0.25,
                           &args.opts));
    args.opts.noise = noise;
    args.opts.captions = captions;
    ok(cad_stage_synth(&args, &r));
    assert_int_equal(r.rows, n * captions);
    assert_int_equal(r.failed, 0);
}

static void test_any_number_of_jobs_gives_the_same_bytes(void **state)
{
    (void)state;
    char one[33], more[33];
    synth(DIR "/one.jsonl", 1, 150, "all");
    ok(cad_fs_hash(DIR "/one.jsonl", one));
    for (int jobs = 2; jobs < 4; jobs++) {
        synth(DIR "/more.jsonl", jobs, 150, "all");
        ok(cad_fs_hash(DIR "/more.jsonl", more));
        assert_string_equal(one, more);
    }
}

/* ---- split ---- */

/* A corpus of rows without programs: (caption number, geometry number) each. */
static void write_corpus(const char *path, const int (*pair)[2], int n, const char *split)
{
    cad_corpus_writer *w = NULL;
    ok(cad_corpus_create(path, "demo", NULL, &w));
    for (int i = 0; i < n; i++) {
        char id[32], caption[64], target[64];
        snprintf(id, sizeof id, "r%d", i + (strcmp(split, "test") ? 0 : 100)); /* an id stands in one split */
        snprintf(caption, sizeof caption, "caption %d", pair[i][0]);
        snprintf(target, sizeof target, "C %d 1 1", pair[i][1]);
        ok(cad_corpus_add(w, &(cad_row){.id = id,
                                        .caption = caption,
                                        .target = target,
                                        .kind = "ir",
                                        .family = "demo",
                                        .split = split,
                                        .caption_hash = cad_caption_hash(caption),
                                        .geometry_hash = (uint64_t)pair[i][1] + 1}));
    }
    ok(cad_corpus_commit(w));
}

static const cad_stage_split_args split_args = {
    .in = DIR "/in.jsonl", .out = DIR "/p", .share = {70, 10, 20}, .by_caption = true, .by_geometry = true};

/* The split in which a row id lies: 0, 1, 2, or -1. */
static int split_of(const char *id)
{
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        char path[128];
        cad_row *rows = NULL;
        size_t n = 0;
        snprintf(path, sizeof path, DIR "/p/%s.jsonl", cad_split_name[k]);
        if (cad_corpus_load(path, arena, &rows, &n) != CAD_OK)
            continue;
        for (size_t i = 0; i < n; i++) {
            assert_string_equal(rows[i].split, cad_split_name[k]);
            assert_string_equal(rows[i].held, "");
            if (!strcmp(rows[i].id, id))
                return k;
        }
    }
    return -1;
}

static void test_groups_never_straddle_and_lie_the_same_in_every_corpus(void **state)
{
    (void)state;
    static int pair[400][2];
    for (int i = 0; i < 400; i++) {
        pair[i][0] = i;
        pair[i][1] = i / 3; /* three captions of each part */
    }
    cad_stage_split_result r;
    write_corpus(DIR "/in.jsonl", (const int(*)[2])pair, 400, "");
    ok(cad_split_corpus(&split_args, &r));
    assert_int_equal(r.rows[0] + r.rows[1] + r.rows[2], 400);
    assert_int_equal(r.groups, 134);
    assert_in_range(r.rows[0], 240, 320);
    assert_in_range(r.rows[2], 40, 130);
    int where[400];
    for (int i = 0; i < 400; i++) {
        char id[16];
        snprintf(id, sizeof id, "r%d", i);
        where[i] = split_of(id);
        assert_in_range(where[i], 0, 2);
        assert_int_equal(where[i], where[i - i % 3]);
    }
    /* Another corpus: every second part, in reverse; each part stays where it was. */
    static int other[66][2];
    for (int i = 0; i < 66; i++) {
        other[i][0] = 1000 + i;
        other[i][1] = 2 * (65 - i);
    }
    write_corpus(DIR "/in.jsonl", (const int(*)[2])other, 66, "");
    ok(cad_split_corpus(&split_args, &r));
    for (int i = 0; i < 66; i++) {
        char id[16];
        snprintf(id, sizeof id, "r%d", i);
        assert_int_equal(split_of(id), where[3 * 2 * (65 - i)]);
    }
}

static void test_a_caption_with_two_targets_stops_the_build(void **state)
{
    (void)state;
    static const int same[3][2] = {{1, 5}, {1, 5}, {2, 5}}, two[2][2] = {{1, 5}, {1, 6}};
    cad_stage_split_result r;
    write_corpus(DIR "/in.jsonl", same, 3, "");
    ok(cad_split_corpus(&split_args, &r));
    assert_int_equal(r.repeated, 1);
    write_corpus(DIR "/in.jsonl", two, 2, "");
    fails(cad_split_corpus(&split_args, &r), CAD_EDATA, "rows r0 and r1 have one caption and two targets");
}

static void test_the_suite_has_equal_counts_in_both_wordings(void **state)
{
    (void)state;
    cad_stage_split_result r;
    synth(DIR "/one.jsonl", 2, 400, "washer");
    cad_stage_split_args args = split_args;
    args.in = DIR "/one.jsonl";
    args.suite_rows = 30;
    ok(cad_split_corpus(&args, &r));
    assert_int_equal(r.suite_rows, 30);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(DIR "/p/synth-test.jsonl", 0, &text));
    int held = 0, seen = 0;
    for (const char *s = text.data; (s = strstr(s, "\"phrasing\":\"")); s++) {
        held += !strncmp(s + 12, "held", 4);
        seen += !strncmp(s + 12, "seen", 4);
    }
    assert_int_equal(held, 15);
    assert_int_equal(seen, 15);
    cad_buf_deinit(&text);
    noise = 0.5;
    captions = 2;
    synth(DIR "/noisy.jsonl", 2, 400, "washer");
    noise = 0;
    captions = 1;
    args.in = DIR "/noisy.jsonl";
    ok(cad_split_corpus(&args, &r));
    ok(cad_fs_read(DIR "/p/synth-test.jsonl", 0, &text));
    cad_row *row = NULL;
    size_t n = 0, noisy = 0;
    ok(cad_corpus_load(DIR "/p/test.jsonl", arena, &row, &n));
    for (size_t i = 0; i < n; i++) {
        if (strcmp(row[i].phrasing, "noisy") != 0)
            continue;
        noisy++;
        char id[80];
        snprintf(id, sizeof id, "\"%s-s\"", row[i].id);
        assert_null(strstr(text.data, id));
    }
    assert_in_range(noisy, n / 3, 2 * n / 3);
    cad_buf_deinit(&text);
    args.in = DIR "/one.jsonl";
    args.suite_rows = 4000;
    fails(cad_split_corpus(&args, &r), CAD_EDATA, "family washer has");
}

/* ---- pack ---- */

static cad_stage_pack_args pack_args(const char *in, const char *out)
{
    return (cad_stage_pack_args){.in = in,
                                 .out = out,
                                 .tokenizer = tokenizer,
                                 .tokenizer_name = DIR,
                                 .tpl = tpl,
                                 .max_tokens = 64,
                                 .bos = -1,
                                 .max_drop = 0.02,
                                 .waived = "",
                                 .split_group = "caption,geometry"};
}

/* One row of a corpus in `path`. */
static void write_row(const char *path, const char *caption, const char *target)
{
    cad_corpus_writer *w = NULL;
    ok(cad_corpus_create(path, "demo", NULL, &w));
    ok(cad_corpus_add(w, &(cad_row){.id = "only",
                                    .caption = caption,
                                    .target = target,
                                    .kind = "ir",
                                    .split = "train",
                                    .family = "plate",
                                    .caption_hash = 1,
                                    .geometry_hash = 2}));
    ok(cad_corpus_commit(w));
}

static void test_a_packed_row_is_prompt_answer_and_end_token(void **state)
{
    (void)state;
    cad_stage_pack_args a = pack_args(DIR "/row.jsonl", DIR "/row.h5");
    cad_stage_pack_result r;
    cad_pack *p = NULL;
    write_row(a.in, "a box", "C 12 7 5");
    ok(cad_stage_pack(&a, &r));
    ok(cad_pack_open(
        a.out, &(cad_pack_want){.tokenizer_xxh3 = cad_tokenizer_hash(tokenizer), .template_xxh3 = tpl->hash, .split = "train"},
        &p));
    cad_ids ids = CAD_IDS_INIT;
    ok(cad_template_encode(tpl, &(cad_prompt_slots){.caption = "a box"}, tokenizer, &ids));
    size_t prompt = ids.n;
    ok(cad_tokenizer_encode(tokenizer, "C 12 7 5", 8, CAD_SPECIALS_text, &ids));
    assert_int_equal(p->n_tokens, ids.n + 1);
    assert_memory_equal(p->tokens, ids.id, ids.n * sizeof *ids.id);
    assert_int_equal(p->tokens[ids.n], cad_tokenizer_eos(tokenizer));
    assert_int_equal(p->span[0][0], prompt);
    assert_int_equal(p->span[0][1], ids.n + 1);
    assert_int_equal(r.loss_tokens, ids.n + 1 - prompt);
    cad_ids_deinit(&ids);
    cad_pack_close(p);
}

static void test_bad_rows_and_settings_stop_the_packer(void **state)
{
    (void)state;
    cad_stage_pack_args a = pack_args(DIR "/row.jsonl", DIR "/row.h5");
    cad_stage_pack_result r;
    write_row(a.in, "a box", "");
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "row only: no loss token");
    write_row(a.in, "a box", "C 12 7 5");
    a.max_tokens = 5;
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "only (");
    a.on_overflow = CAD_OVERFLOW_drop;
    fails(cad_stage_pack(&a, &r), CAD_EDATA, "max_drop");
    a = pack_args(DIR "/row.jsonl", DIR "/row.h5");
    a.no_eos = true;
    fails(cad_stage_pack(&a, &r), CAD_ECONFIG, "no_eos");
    a.waived = "no_eos";
    ok(cad_stage_pack(&a, &r));
    a = pack_args(DIR "/row.jsonl", DIR "/row.h5");
    a.loss_on_all = true;
    fails(cad_stage_pack(&a, &r), CAD_ECONFIG, "loss_on_context");
    a = pack_args(DIR "/row.jsonl", DIR "/row.h5");
    a.bos = 1;
    fails(cad_stage_pack(&a, &r), CAD_ECONFIG, "begin token");
}

/* Two rows that differ in what is given: ids, splits, kinds. */
static cad_status pack_pair(const char *const id[2], const char *const split[2], const char *const kind[2])
{
    cad_stage_pack_args a = pack_args(DIR "/pair.jsonl", DIR "/pair.h5");
    cad_stage_pack_result r;
    cad_corpus_writer *w = NULL;
    ok(cad_corpus_create(a.in, "demo", NULL, &w));
    for (int i = 0; i < 2; i++)
        ok(cad_corpus_add(w, &(cad_row){.id = id[i],
                                        .caption = i ? "a box" : "a cube",
                                        .target = i ? "C 1 2 3" : "C 1 1 1",
                                        .kind = kind[i],
                                        .split = split[i],
                                        .family = "plate"}));
    ok(cad_corpus_commit(w));
    return cad_stage_pack(&a, &r);
}

static void test_rows_of_a_pack_have_their_own_ids_one_split_and_one_kind(void **state)
{
    (void)state;
    static const char *const two[] = {"a", "b"}, *const same[] = {"a", "a"}, *const alike[] = {"Row 1.", "row  1"},
                             *const train[] = {"train", "train"}, *const none[] = {"", ""}, *const mixed[] = {"train", "val"},
                             *const odd[] = {"validation", "validation"}, *const ir[] = {"ir", "ir"},
                             *const step[] = {"ir", "step"}, *const stl[] = {"stl", "stl"};
    ok(pack_pair(two, train, ir));
    ok(pack_pair(two, none, ir));
    ok(pack_pair(alike, train, ir)); /* ids are bytes: unlike captions, they are not folded */
    fails(pack_pair(same, train, ir), CAD_EDATA, "row id a occurs twice");
    fails(pack_pair(two, mixed, ir), CAD_EDATA, "row b is of split 'val', the rows before of 'train'");
    fails(pack_pair(two, odd, ir), CAD_EDATA, "row a is of split 'validation'; expected train, val or test");
    fails(pack_pair(two, train, step), CAD_EDATA, "row b is of kind 'step', the rows before of 'ir'");
    fails(pack_pair(two, train, stl), CAD_EDATA, "row a is of kind 'stl'; expected ir or step");
}

static void test_special_text_in_a_caption_stays_text(void **state)
{
    (void)state;
    cad_stage_pack_args a = pack_args(DIR "/row.jsonl", DIR "/row.h5");
    cad_stage_pack_result r;
    cad_pack *p = NULL;
    write_row(a.in, "box <|endoftext|>", "C 1 1 1");
    ok(cad_stage_pack(&a, &r));
    ok(cad_pack_open(a.out, NULL, &p));
    for (size_t i = 0; i + 1 < p->n_tokens; i++)
        assert_true(p->tokens[i] != (uint32_t)p->info.eos_id);
    cad_pack_close(p);
}

/* ---- preview ---- */

static void test_a_preview_equals_its_golden_text(void **state)
{
    (void)state;
    cad_stage_pack_args a = pack_args(DIR "/row.jsonl", DIR "/row.h5");
    cad_stage_pack_result r;
    cad_pack *p = NULL;
    cad_buf out = CAD_BUF_INIT;
    write_row(a.in, "Platte \xc3\x98 5, 10\xc2\xb0 schr\xc3\xa4g\x1b", "C 12 7 5");
    ok(cad_stage_pack(&a, &r));
    ok(cad_pack_open(a.out, NULL, &p));
    ok(cad_preview_row(p, 0, tokenizer, (cad_preview_opts){0}, &out));
    char golden[256];
    snprintf(golden, sizeof golden,
             "row only  plate\nPlatte \xc3\x98 5, 10\xc2\xb0 schr\xc3\xa4g\\x1b\n[[C 12 7 5<|endoftext|>]]\n"
             "prompt %d loss %d eos 1 total %d/64\n",
             (int)(r.tokens - r.loss_tokens), (int)r.loss_tokens, (int)r.tokens);
    assert_string_equal(out.data, golden);
    cad_buf_clear(&out);
    ok(cad_preview_row(p, 0, tokenizer, (cad_preview_opts){.color = true, .ids = true}, &out));
    assert_non_null(strstr(out.data, "\x1b[32mC 12 7 5\x1b[0m\x1b[31m<|endoftext|>\x1b[0m\nids "));
    assert_non_null(strstr(out.data, "\x1b[90mPlatte"));
    cad_buf_deinit(&out);
    cad_pack_close(p);
}

/* ---- verify ---- */

static void pack_split(const char *split, const int (*pair)[2], int n)
{
    char in[64], out[64];
    cad_stage_pack_result r;
    snprintf(in, sizeof in, DIR "/v/%s.jsonl", split);
    snprintf(out, sizeof out, DIR "/v/%s.pack.h5", split);
    write_corpus(in, pair, n, split);
    cad_stage_pack_args a = pack_args(in, out);
    ok(cad_stage_pack(&a, &r));
}

static void expect_verify(cad_status code, const char *part)
{
    json_t *report = NULL;
    cad_verify_args v = {.dir = DIR "/v", .captions = true, .geometry = true, .tokenizer_xxh3 = cad_tokenizer_hash(tokenizer)};
    if (code == CAD_OK)
        ok(cad_verify_dir(&v, &report));
    else
        fails(cad_verify_dir(&v, &report), code, part);
    json_decref(report);
}

static void test_planted_leaks_and_stale_sources_are_found(void **state)
{
    (void)state;
    static const int train[3][2] = {{1, 1}, {2, 2}, {3, 3}}, clean[2][2] = {{4, 4}, {5, 5}}, caption[2][2] = {{4, 4}, {3, 9}},
                     geometry[2][2] = {{4, 4}, {6, 2}}, changed[1][2] = {{7, 7}};
    ok(cad_fs_mkdirs(DIR "/v"));
    pack_split("train", train, 3);
    pack_split("test", clean, 2);
    expect_verify(CAD_OK, NULL);
    pack_split("test", caption, 2);
    expect_verify(CAD_EDATA, "caption of row r101 (test) is that of row r2 (train)");
    pack_split("test", geometry, 2);
    expect_verify(CAD_EDATA, "geometry of row r101 (test) is that of row r1 (train)");
    pack_split("test", clean, 2);
    write_corpus(DIR "/v/test.jsonl", changed, 1, "test");
    expect_verify(CAD_EDATA, "the pack was made from");
    pack_split("test", clean, 2);
    static const char suite[] = "{\"kind\":\"suite\"}\n{\"id\":\"x\",\"prompt\":\"Caption  3.\"}\n";
    ok(cad_fs_write(DIR "/v/synth-test.jsonl", suite, sizeof suite - 1));
    expect_verify(CAD_EDATA, "is that of row r2 (train)");
    static const char suite2[] = "{\"kind\":\"suite\"}\n{\"id\":\"x\",\"prompt\":\"new\",\"cluster\":\"0000000000000003\"}\n";
    ok(cad_fs_write(DIR "/v/synth-test.jsonl", suite2, sizeof suite2 - 1));
    expect_verify(CAD_EDATA, "geometry is that of row r1 (train)");
    /* the same sentence, learnt from another folder */
    static const int other[1][2] = {{8, 8}};
    static const char suite3[] = "{\"kind\":\"suite\"}\n{\"id\":\"x\",\"prompt\":\"caption 8\"}\n";
    ok(cad_fs_write(DIR "/v/synth-test.jsonl", suite3, sizeof suite3 - 1));
    expect_verify(CAD_OK, NULL);
    write_corpus(DIR "/o.jsonl", other, 1, "train");
    ok(cad_fs_mkdirs(DIR "/o"));
    cad_stage_pack_args a = pack_args(DIR "/o.jsonl", DIR "/o/train.pack.h5");
    cad_stage_pack_result packed;
    ok(cad_stage_pack(&a, &packed));
    json_t *report = NULL;
    cad_verify_args v = {.dir = DIR "/v", .captions = true, .geometry = true, .against = DIR "/o"};
    fails(cad_verify_dir(&v, &report), CAD_EDATA, "caption is that of row r0 (train of the other folder)");
    json_decref(report);
    ok(cad_fs_remove(DIR "/v/synth-test.jsonl"));
    expect_verify(CAD_OK, NULL);
    ok(cad_fs_remove_tree(DIR "/v"));
    expect_verify(CAD_ENOTFOUND, "no train.pack.h5");
}

/* ---- tokenizer ---- */

/* The learned vocabulary keeps digits single and makes one token of an opcode with its first reference. */
static void test_the_learned_tokenizer_follows_the_recipe(void **state)
{
    (void)state;
    cad_ids ids = CAD_IDS_INIT;
    ok(cad_tokenizer_encode(tokenizer, "120.5", 5, CAD_SPECIALS_text, &ids));
    assert_int_equal(ids.n, 5);
    cad_ids_clear(&ids);
    ok(cad_tokenizer_encode(tokenizer, "C 12 7 5\nD 0 1", 14, CAD_SPECIALS_text, &ids));
    assert_true(cad_tokenizer_find(tokenizer, "\nD 0", 4) >= 0);
    assert_int_equal(ids.n, 11); /* C _ 1 2 _ 7 _ 5 \nD0 _ 1 */
    cad_ids_deinit(&ids);
}

static int setup(void **state)
{
    (void)state;
    int64_t vocab = 0;
    if (cad_arena_create("test", 256 << 20, &arena) || cad_fs_remove_tree(DIR) || cad_fs_mkdirs(DIR) ||
        cad_template_get("ir", NULL, arena, &tpl))
        return 1;
    synth(DIR "/tok.jsonl", 2, 200, "seen");
    if (cad_stage_tokenizer(DIR "/tok.jsonl", tpl, 600, DIR, &vocab) || cad_tokenizer_load(DIR "/tokenizer.json", &tokenizer))
        return 1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cad_tokenizer_destroy(tokenizer);
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(DIR) != CAD_OK;
}

int main(int argc, char **argv)
{
    cad_stage_synth_register();
    cad_worker_main_if_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_number_of_jobs_gives_the_same_bytes),
        cmocka_unit_test(test_groups_never_straddle_and_lie_the_same_in_every_corpus),
        cmocka_unit_test(test_a_caption_with_two_targets_stops_the_build),
        cmocka_unit_test(test_the_suite_has_equal_counts_in_both_wordings),
        cmocka_unit_test(test_a_packed_row_is_prompt_answer_and_end_token),
        cmocka_unit_test(test_bad_rows_and_settings_stop_the_packer),
        cmocka_unit_test(test_rows_of_a_pack_have_their_own_ids_one_split_and_one_kind),
        cmocka_unit_test(test_special_text_in_a_caption_stays_text),
        cmocka_unit_test(test_a_preview_equals_its_golden_text),
        cmocka_unit_test(test_planted_leaks_and_stale_sources_are_found),
        cmocka_unit_test(test_the_learned_tokenizer_follows_the_recipe),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
