#include "tests/unit.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/rng.h"
#include "dataprep/pack.h"

#include <hdf5.h>
#include <signal.h>
#include <sys/resource.h>

static const char *const PATH = "test_pack.h5";

static const uint32_t tokens_of[3][8] = {{5, 6, 7, 1}, {9, 8, 7, 6, 5, 4, 3, 1}, {2, 1}};
static const size_t length_of[3] = {4, 8, 2};
static const uint32_t span_of[3][2][2] = {{{2, 4}}, {{1, 3}, {5, 8}}, {{1, 2}}};
static const size_t spans_of[3] = {1, 2, 1};
static const char *const id_of[3] = {"a", "row-b", "c\xc3\xa9"};
static const char *const family_of[3] = {"plate", "hex", "plate"};

static cad_pack_row row(int i)
{
    return (cad_pack_row){.id = id_of[i],
                          .caption = i == 1 ? "" : "a caption",
                          .family = family_of[i],
                          .tokens = tokens_of[i],
                          .n_tokens = length_of[i],
                          .span = span_of[i],
                          .n_spans = spans_of[i],
                          .caption_hash = (uint64_t)i + 10,
                          .geometry_hash = (uint64_t)i + 20,
                          .weight = 1.0f + (float)i};
}

static const char *const source = "corpus.jsonl";
static const char *const source_hash = "00112233445566778899aabbccddeeff";

static cad_pack_info info(void)
{
    return (cad_pack_info){.created = "-",
                           .kind = "ir",
                           .split = "train",
                           .tokenizer_xxh3 = "aaaa",
                           .template_xxh3 = "bbbb",
                           .template_text = "{caption}\n{output}",
                           .vocab_rows = 10,
                           .bos_id = -1,
                           .eos_id = 1,
                           .dropped = "{}",
                           .source_name = &source,
                           .source_xxh3 = &source_hash,
                           .n_sources = 1};
}

static void write_pack(cad_pack_opts opts, cad_pack_info i, const char *path)
{
    cad_pack_writer *w = NULL;
    ok(cad_pack_writer_create(&opts, path, &w));
    for (int r = 0; r < 3; r++) {
        cad_pack_row x = row(r);
        ok(cad_pack_writer_add(w, &x));
    }
    ok(cad_pack_writer_commit(w, &i));
}

static void check_back(const char *path, bool weights)
{
    cad_pack *p = NULL;
    cad_pack_want want = {.tokenizer_xxh3 = "aaaa", .template_xxh3 = "bbbb", .split = "train", .vocab_rows = 10};
    ok(cad_pack_open(path, &want, &p));
    assert_int_equal(p->n_rows, 3);
    assert_int_equal(p->n_tokens, 14);
    assert_int_equal(p->info.n_loss_tokens, 8);
    assert_int_equal(p->info.length_max, 8);
    assert_int_equal(p->info.length_p50, 4);
    assert_string_equal(p->info.source_name[0], "corpus.jsonl");
    assert_string_equal(p->info.template_text, "{caption}\n{output}");
    assert_int_equal(p->n_families, 2);
    for (size_t r = 0; r < 3; r++) {
        size_t len = 0;
        assert_int_equal(p->row_offset[r + 1] - p->row_offset[r], length_of[r]);
        assert_memory_equal(p->tokens + p->row_offset[r], tokens_of[r], length_of[r] * 4);
        assert_memory_equal(p->span + p->span_offset[r], span_of[r], spans_of[r] * 8);
        assert_memory_equal(cad_pack_id(p, r, &len), id_of[r], strlen(id_of[r]));
        assert_int_equal(len, strlen(id_of[r]));
        (void)cad_pack_caption(p, r, &len);
        assert_int_equal(len, r == 1 ? 0 : 9);
        assert_string_equal(p->family_name[p->family[r]], family_of[r]);
        assert_true(p->caption_hash[r] == r + 10 && p->geometry_hash[r] == r + 20);
        if (weights)
            assert_true(p->weight[r] == 1.0f + (float)r);
        else
            assert_null(p->weight);
    }
    assert_int_equal(cad_pack_targets(p, 1), 5);
    size_t columns = p->n_tokens * 4 + p->n_spans * 8 + 4 * 4 * 8 + 3 * (3 * 8 + 2) + 2 * 9; /* two captions of 9 bytes */
    for (size_t r = 0; r < 3; r++)
        columns += strlen(id_of[r]);
    assert_int_equal(cad_pack_bytes(p), columns + (p->weight ? 3 * 4U : 0U) + (p->retrieved ? 3 * (2 * 8U + 4U) : 0U));
    cad_pack_close(p);
}

static void test_a_pack_comes_back_as_it_was_written(void **state)
{
    (void)state;
    write_pack((cad_pack_opts){0}, info(), PATH);
    check_back(PATH, false);
    write_pack((cad_pack_opts){.weights = true, .rag_k = 2}, info(), PATH);
    check_back(PATH, true);
    ok(cad_fs_remove(PATH));
}

static void test_equal_rows_give_equal_bytes(void **state)
{
    (void)state;
    char a[33], b[33];
    write_pack((cad_pack_opts){0}, info(), PATH);
    ok(cad_fs_hash(PATH, a));
    cad_pack *p = NULL;
    ok(cad_pack_open(PATH, NULL, &p)); /* neither another open file nor the time may matter */
    cad_clock_sleep(1.1);
    write_pack((cad_pack_opts){0}, info(), "test_pack2.h5");
    cad_pack_close(p);
    ok(cad_fs_hash("test_pack2.h5", b));
    assert_string_equal(a, b);
    ok(cad_fs_remove(PATH));
    ok(cad_fs_remove("test_pack2.h5"));
}

static void test_another_tokenizer_or_template_is_refused_with_both_hashes(void **state)
{
    (void)state;
    write_pack((cad_pack_opts){0}, info(), PATH);
    cad_pack *p = NULL;
    fails(cad_pack_open(PATH, &(cad_pack_want){.tokenizer_xxh3 = "zzzz"}, &p), CAD_EDATA, "zzzz");
    fails(cad_pack_open(PATH, &(cad_pack_want){.tokenizer_xxh3 = "zzzz"}, &p), CAD_EDATA, "aaaa");
    fails(cad_pack_open(PATH, &(cad_pack_want){.template_xxh3 = "yyyy"}, &p), CAD_EDATA, "bbbb");
    fails(cad_pack_open(PATH, &(cad_pack_want){.split = "val"}, &p), CAD_EDATA, "train");
    fails(cad_pack_open(PATH, &(cad_pack_want){.vocab_rows = 9}, &p), CAD_EDATA, "vocabulary");
    fails(cad_pack_open(PATH, &(cad_pack_want){.ram_limit = 100}, &p), CAD_ENOMEM, "data.ram_limit");
    fails(cad_pack_open("absent.h5", NULL, &p), CAD_ENOTFOUND, "absent.h5");
    ok(cad_fs_remove(PATH));
}

/* No prefix opens; a file with one bit flipped opens with the same content or fails as corrupt or bad data. */
static void test_cut_and_flipped_files_never_pass_for_whole(void **state)
{
    (void)state;
    write_pack((cad_pack_opts){0}, info(), PATH);
    cad_buf whole = CAD_BUF_INIT, copy = CAD_BUF_INIT;
    ok(cad_fs_read(PATH, 0, &whole));
    ok(cad_buf_add(&copy, whole.data, whole.len));
    char *bytes = copy.data;
    cad_pack *p = NULL;
    for (size_t n = 0; n < whole.len; n += 97) {
        ok(cad_fs_write("test_cut.h5", whole.data, n));
        fails(cad_pack_open("test_cut.h5", NULL, &p), CAD_ECORRUPT, "test_cut.h5");
    }
    size_t survived = 0, refused = 0;
    for (size_t at = 0; at < whole.len; at += 23) {
        bytes[at] = (char)(bytes[at] ^ (1 << (at % 7)));
        ok(cad_fs_write("test_cut.h5", bytes, whole.len)); /* the library checks its own checksums first */
        cad_status s = cad_pack_open("test_cut.h5", NULL, &p);
        bytes[at] = whole.data[at];
        if (s == CAD_OK) { /* a bit that nothing of ours reads */
            assert_int_equal(p->n_rows, 3);
            assert_memory_equal(p->tokens, tokens_of[0], 16);
            cad_pack_close(p);
            survived++;
        } else {
            assert_true(s == CAD_ECORRUPT || s == CAD_EDATA || s == CAD_ENOMEM || s == CAD_EINVAL);
            refused++;
        }
    }
    assert_true(refused > 20);
    (void)survived;
    cad_buf_deinit(&whole);
    cad_buf_deinit(&copy);
    ok(cad_fs_remove("test_cut.h5"));
    ok(cad_fs_remove(PATH));
}

static void add_fails(cad_pack_row r, const char *part)
{
    cad_pack_writer *w = NULL;
    ok(cad_pack_writer_create(&(cad_pack_opts){0}, PATH, &w));
    fails(cad_pack_writer_add(w, &r), CAD_EDATA, part);
    cad_pack_writer_abort(w);
}

static void test_rows_without_targets_are_refused_when_written(void **state)
{
    (void)state;
    static const uint32_t zero[1][2] = {{0, 2}}, beyond[1][2] = {{2, 5}}, empty[1][2] = {{2, 2}};
    cad_pack_row r = row(0);
    r.n_spans = 0;
    add_fails(r, "row a: no loss token");
    r.n_spans = 1;
    r.span = zero;
    add_fails(r, "span [0,2)");
    r.span = beyond;
    add_fails(r, "span [2,5)");
    r.span = empty;
    add_fails(r, "span [2,2)");
    cad_pack_writer *w = NULL;
    cad_pack_info i = info();
    ok(cad_pack_writer_create(&(cad_pack_opts){0}, PATH, &w));
    fails(cad_pack_writer_commit(w, &i), CAD_ENOTFOUND, "zero rows");
}

/* Three rows of 700,000 tokens: more than is written or read at once, and no multiple of it. */
static void write_long(uint32_t last)
{
    enum { LONG = 700001 };
    uint32_t *tokens = malloc(LONG * sizeof *tokens);
    static const uint32_t span[1][2] = {{3, LONG}};
    cad_pack_writer *w = NULL;
    cad_pack_info i = info();
    assert_non_null(tokens);
    ok(cad_pack_writer_create(&(cad_pack_opts){0}, PATH, &w));
    for (uint32_t r = 0; r < 3; r++) {
        cad_pack_row x = row((int)r);
        for (uint32_t t = 0; t < LONG; t++)
            tokens[t] = (t * t + r / 2) % 9; /* the first two have equal answers */
        tokens[0] = r;
        tokens[LONG - 1] = r == 2 ? last : 1;
        x.tokens = tokens;
        x.n_tokens = LONG;
        x.span = span;
        x.n_spans = 1;
        ok(cad_pack_writer_add(w, &x));
    }
    ok(cad_pack_writer_commit(w, &i));
    free(tokens);
}

static void change_token(hsize_t at)
{
    hsize_t one = 1;
    uint32_t value = 0;
    hid_t f = H5Fopen(PATH, H5F_ACC_RDWR, H5P_DEFAULT), set = H5Dopen2(f, "tokens", H5P_DEFAULT), file = H5Dget_space(set),
          memory = H5Screate_simple(1, &one, NULL);
    assert_true(H5Sselect_hyperslab(file, H5S_SELECT_SET, &at, NULL, &one, NULL) >= 0);
    assert_true(H5Dread(set, H5T_NATIVE_UINT32, memory, file, H5P_DEFAULT, &value) >= 0);
    value ^= 1;
    assert_true(H5Dwrite(set, H5T_NATIVE_UINT32, memory, file, H5P_DEFAULT, &value) >= 0);
    H5Sclose(memory);
    H5Sclose(file);
    H5Dclose(set);
    H5Fclose(f);
}

static void test_tokens_that_nobody_holds_are_verified_all_the_same(void **state)
{
    (void)state;
    const cad_pack_want all = {.vocab_rows = 9}, none = {.vocab_rows = 9, .no_tokens = true};
    cad_pack *whole = NULL, *p = NULL;
    write_long(1);
    ok(cad_pack_open(PATH, &all, &whole));
    ok(cad_pack_open(PATH, &none, &p));
    assert_null(p->tokens);
    assert_int_equal(p->n_tokens, whole->n_tokens);
    assert_int_equal(cad_pack_bytes(whole) - cad_pack_bytes(p), p->n_tokens * 4);
    for (uint64_t t = 1; t < 700000; t++)
        assert_int_equal(whole->tokens[whole->row_offset[2] + t], (uint32_t)((uint32_t)t * (uint32_t)t + 1) % 9);
    for (size_t r = 0; r < 3; r++)
        assert_true(p->answer_hash[r] && p->answer_hash[r] == whole->answer_hash[r]);
    assert_true(p->answer_hash[0] == p->answer_hash[1] && p->answer_hash[0] != p->answer_hash[2]);
    cad_pack_close(whole);
    cad_pack_close(p);
    const hsize_t place[] = {0, 699999, 700001, 1400002, 2100001};
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        change_token(place[i]);
        fails(cad_pack_open(PATH, &all, &p), CAD_ECORRUPT, "/tokens");
        fails(cad_pack_open(PATH, &none, &p), CAD_ECORRUPT, "/tokens");
        change_token(place[i]);
    }
    ok(cad_pack_open(PATH, &none, &p));
    cad_pack_close(p);
    fails(cad_pack_open(PATH, &(cad_pack_want){.vocab_rows = 8, .no_tokens = true}, &p), CAD_EDATA, "token 8 at");
    write_long(2);
    fails(cad_pack_open(PATH, &all, &p), CAD_EDATA, id_of[2]);
    fails(cad_pack_open(PATH, &none, &p), CAD_EDATA, id_of[2]);
    ok(cad_fs_remove(PATH));
}

/* Tokens that do not pack well, more than are written at once, so that the disk is full while rows are added, or at the end. */
static cad_status write_noise(void)
{
    enum { LONG = 100000 };
    static uint32_t tokens[LONG];
    static const uint32_t span[1][2] = {{3, LONG}};
    cad_pack_writer *w = NULL;
    cad_pack_info i = info();
    i.vocab_rows = (int64_t)1 << 32;
    cad_rng rng = cad_rng_make(7, "noise", 0);
    CAD_TRY(cad_pack_writer_create(&(cad_pack_opts){0}, PATH, &w));
    for (int r = 0; r < 8; r++) {
        cad_pack_row x = row(r % 3);
        for (uint32_t t = 0; t < LONG; t++)
            tokens[t] = (uint32_t)cad_rng_range(&rng, 0, UINT32_MAX);
        tokens[LONG - 1] = 1;
        x.tokens = tokens;
        x.n_tokens = LONG;
        x.span = span;
        x.n_spans = 1;
        cad_status s = cad_pack_writer_add(w, &x);
        if (s != CAD_OK) {
            cad_pack_writer_abort(w);
            return s;
        }
    }
    return cad_pack_writer_commit(w, &i);
}

static void test_a_full_disk_leaves_the_older_pack(void **state)
{
    (void)state;
    struct rlimit before, small;
    char old[33], now[33];
    write_pack((cad_pack_opts){0}, info(), PATH);
    ok(cad_fs_hash(PATH, old));
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t kib = 1; kib < 3200; kib = kib * 2 + 37) {
        small = before;
        small.rlim_cur = kib << 10;
        setrlimit(RLIMIT_FSIZE, &small);
        cad_status s = write_noise();
        setrlimit(RLIMIT_FSIZE, &before);
        fails(s, CAD_EWRITE, PATH);
        assert_non_null(strstr(cad_error_text(), "File too large"));
        ok(cad_fs_hash(PATH, now));
        assert_string_equal(old, now);
        cad_arena *a = NULL;
        const char **name = NULL;
        size_t n = 0;
        ok(cad_arena_create("names", 1 << 20, &a));
        ok(cad_fs_list(".", a, &name, &n));
        for (size_t k = 0; k < n; k++)
            assert_false(!strncmp(name[k], PATH, strlen(PATH)) && name[k][strlen(PATH)]);
        cad_arena_destroy(a);
    }
    signal(SIGXFSZ, SIG_DFL);
    ok(write_noise());
    cad_pack *p = NULL;
    ok(cad_pack_open(PATH, NULL, &p));
    assert_int_equal(p->n_tokens, 800000);
    cad_pack_close(p);
    ok(cad_fs_remove(PATH));
}

/* A pack that somebody else wrote may break the rules of training; opening finds it. */
static void test_a_row_without_its_end_token_is_refused_when_opened(void **state)
{
    (void)state;
    cad_pack_info i = info();
    i.eos_id = 3;
    write_pack((cad_pack_opts){0}, i, PATH);
    cad_pack *p = NULL;
    fails(cad_pack_open(PATH, NULL, &p), CAD_EDATA, "row a: the end token 3");
    i.waived = "no_eos";
    write_pack((cad_pack_opts){0}, i, PATH);
    ok(cad_pack_open(PATH, NULL, &p));
    cad_pack_close(p);
    ok(cad_fs_remove(PATH));
}

static void test_other_hdf5_files_are_refused_by_what_they_lack(void **state)
{
    (void)state;
    cad_pack *p = NULL;
    hid_t f = H5Fcreate(PATH, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(f >= 0);
    (void)H5Fclose(f);
    fails(cad_pack_open(PATH, NULL, &p), CAD_ECORRUPT, "attribute format is missing");
    ok(cad_fs_write(PATH, "not a pack", 10));
    fails(cad_pack_open(PATH, NULL, &p), CAD_ECORRUPT, "not an HDF5 file");
    ok(cad_fs_remove(PATH));
}

/* Packs of earlier builds do not tell it. */
static void test_how_rows_retrieved_is_told_where_it_is_known(void **state)
{
    (void)state;
    static const char told[] = "{\"k\":2}";
    cad_pack_info i = info();
    cad_pack *p = NULL;
    i.retrieval = told;
    write_pack((cad_pack_opts){.rag_k = 2}, i, PATH);
    ok(cad_pack_open(PATH, NULL, &p));
    assert_string_equal(p->info.retrieval, told);
    cad_pack_close(p);
    hid_t f = H5Fopen(PATH, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(f >= 0 && H5Adelete(f, "retrieval") >= 0);
    (void)H5Fclose(f);
    ok(cad_pack_open(PATH, NULL, &p));
    assert_string_equal(p->info.retrieval, "");
    cad_pack_close(p);
    ok(cad_fs_remove(PATH));
}

/* Another schema is no damage: the message says which one was found, whatever else the file lacks. */
static void test_a_pack_of_another_schema_is_bad_data(void **state)
{
    (void)state;
    const int64_t two = 2;
    write_pack((cad_pack_opts){0}, info(), PATH);
    hid_t f = H5Fopen(PATH, H5F_ACC_RDWR, H5P_DEFAULT), a = H5Aopen(f, "schema", H5P_DEFAULT);
    assert_true(f >= 0 && a >= 0);
    assert_true(H5Awrite(a, H5T_NATIVE_INT64, &two) >= 0 && H5Ldelete(f, "tokens", H5P_DEFAULT) >= 0);
    (void)H5Aclose(a);
    (void)H5Fclose(f);
    cad_pack *p = NULL;
    fails(cad_pack_open(PATH, NULL, &p), CAD_EDATA, "schema 2; expected cadlm-pack, 1");
    ok(cad_fs_remove(PATH));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pack_comes_back_as_it_was_written),
        cmocka_unit_test(test_equal_rows_give_equal_bytes),
        cmocka_unit_test(test_another_tokenizer_or_template_is_refused_with_both_hashes),
        cmocka_unit_test(test_cut_and_flipped_files_never_pass_for_whole),
        cmocka_unit_test(test_rows_without_targets_are_refused_when_written),
        cmocka_unit_test(test_a_full_disk_leaves_the_older_pack),
        cmocka_unit_test(test_tokens_that_nobody_holds_are_verified_all_the_same),
        cmocka_unit_test(test_a_row_without_its_end_token_is_refused_when_opened),
        cmocka_unit_test(test_other_hdf5_files_are_refused_by_what_they_lack),
        cmocka_unit_test(test_how_rows_retrieved_is_told_where_it_is_known),
        cmocka_unit_test(test_a_pack_of_another_schema_is_bad_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
