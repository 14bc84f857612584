/* Packs: whatever call fails, the older pack stays whole (I1); a flipped bit is found (I5), a cut file is refused (I6). */
#include "tests/filter.h"
#include "tests/robust/fault_io.h"
#include "tests/train/train_tmp.h"
#include "tests/unit.h"

#include "core/fs.h"
#include "core/rng.h"
#include "dataprep/pack.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

enum { ROWS = 400, LENGTH = 40, FLIPS = 500, CUTS = 200, HEADER = 600 };

static char dir[4096];
static const char *path;

static int setup(void **state)
{
    (void)state;
    train_tmp("packs", dir);
    path = strdup(train_path(dir, "train.pack.h5"));
    fault_io_skip_sync(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_io_skip_sync(0);
    free((void *)(uintptr_t)path);
    ok(cad_fs_remove_tree(dir));
    return 0;
}

static int count_files(const char *folder)
{
    int n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static uint32_t token(int version, int row, int at)
{
    return at == LENGTH - 1 ? 1u : 2u + (uint32_t)((version * 31 + row * 7 + at * 13) % 90);
}

/* A pack whose tokens tell which version it is. */
static cad_status write_pack(int version)
{
    static const uint32_t span[1][2] = {{5, LENGTH}};
    static const char *const source = "corpus.jsonl", *const hash = "00112233445566778899aabbccddeeff";
    cad_pack_writer *w = NULL;
    CAD_TRY(cad_pack_writer_create(&(cad_pack_opts){.weights = true}, path, &w));
    for (int r = 0; r < ROWS; r++) {
        uint32_t tokens[LENGTH];
        char id[16], caption[64];
        for (int i = 0; i < LENGTH; i++)
            tokens[i] = token(version, r, i);
        snprintf(id, sizeof id, "row-%d", r);
        snprintf(caption, sizeof caption, "part %d of version %d, %d mm long", r, version, 10 * r);
        const cad_pack_row row = {.id = id,
                                  .caption = caption,
                                  .family = r % 2 ? "plate" : "hex",
                                  .tokens = tokens,
                                  .n_tokens = LENGTH,
                                  .span = span,
                                  .n_spans = 1,
                                  .caption_hash = (uint64_t)r + 1,
                                  .geometry_hash = (uint64_t)r + 1000,
                                  .weight = 1};
        cad_status s = cad_pack_writer_add(w, &row);
        if (s != CAD_OK) {
            cad_pack_writer_abort(w);
            return s;
        }
    }
    return cad_pack_writer_commit(w, &(cad_pack_info){.created = "-",
                                                      .kind = "ir",
                                                      .split = "train",
                                                      .tokenizer_xxh3 = "aaaa",
                                                      .template_xxh3 = "bbbb",
                                                      .template_text = "{caption}\n{output}",
                                                      .vocab_rows = 100,
                                                      .bos_id = -1,
                                                      .eos_id = 1,
                                                      .dropped = "{}",
                                                      .source_name = &source,
                                                      .source_xxh3 = &hash,
                                                      .n_sources = 1});
}

/* The version of an open pack, whole to the last token and text; -1: a mixture. */
static int version_of(const cad_pack *p)
{
    for (int version = 0; version < 2; version++) {
        bool same = p->n_rows == ROWS && p->n_tokens == ROWS * LENGTH && p->n_families == 2 && p->weight &&
                    !strcmp(p->info.template_text, "{caption}\n{output}") && !strcmp(p->info.dropped, "{}") &&
                    !strcmp(p->info.source_name[0], "corpus.jsonl") && !strcmp(p->info.tokenizer_xxh3, "aaaa") &&
                    !strcmp(p->info.template_xxh3, "bbbb") && !strcmp(p->info.kind, "ir") && !strcmp(p->info.split, "train") &&
                    p->info.length_max == LENGTH && p->info.n_loss_tokens == (int64_t)ROWS * (LENGTH - 5) &&
                    p->info.eos_id == 1 && p->info.vocab_rows == 100;
        for (int r = 0; same && r < ROWS; r++) {
            char want[64];
            size_t len;
            snprintf(want, sizeof want, "part %d of version %d, %d mm long", r, version, 10 * r);
            const char *caption = cad_pack_caption(p, (size_t)r, &len);
            same = len == strlen(want) && !memcmp(caption, want, len) && p->caption_hash[r] == (uint64_t)r + 1 &&
                   p->geometry_hash[r] == (uint64_t)r + 1000 && p->weight[r] == 1.0f &&
                   !strcmp(p->family_name[p->family[r]], r % 2 ? "plate" : "hex") && p->span[r][0] == 5;
            for (int i = 0; same && i < LENGTH; i++)
                same = p->tokens[r * LENGTH + i] == token(version, r, i);
        }
        if (same)
            return version;
    }
    return -1;
}

static int open_version(void)
{
    cad_pack *p;
    ok(cad_pack_open(path, NULL, &p));
    int version = version_of(p);
    cad_pack_close(p);
    return version;
}

static void arm(long k, const char *forever, const char *action)
{
    char rule[200];
    snprintf(rule, sizeof rule, "*:cadlm-packs-:%ld%s:%s", k, forever, action);
    assert_int_equal(fault_io_set(rule), 0);
}

/* What the system says of it. */
static const char *reason_of(const char *action)
{
    static const struct {
        const char *name;
        int number;
    } known[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},     {"EDQUOT", EDQUOT}, {"EROFS", EROFS},
                 {"EINTR", EINTR},   {"EXDEV", EXDEV}, {"EMFILE", EMFILE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, action))
            return strerror(known[i].number);
    return "";
}

/* One writing over the older pack with a fault in the k-th call; false: there are fewer calls. */
static bool write_with_fault(long k, const char *forever, const char *action)
{
    ok(write_pack(0));
    int files = count_files("/proc/self/fd"), entries = count_files(dir);
    arm(k, forever, action);
    cad_status s = write_pack(1);
    long hits = fault_io_hits();
    assert_int_equal(fault_io_set(NULL), 0);
    if (count_files("/proc/self/fd") != files)
        fail_msg("call %ld%s, %s: descriptors are left open", k, forever, action);
    int code = s == CAD_OK ? 0 : cad_status_exit_code(s);
    if (code != 0 && code != 73 && code != 74)
        fail_msg("call %ld%s, %s: exit code %d: %s", k, forever, action, code, cad_error_text());
    if (s != CAD_OK && (!strstr(cad_error_text(), dir) || !strstr(cad_error_text(), reason_of(action))))
        fail_msg("call %ld%s, %s: no place or no reason: %s", k, forever, action, cad_error_text());
    int version = open_version();
    if (version < 0 || (s == CAD_OK && version != 1))
        fail_msg("call %ld%s, %s: %s, and version %d is there", k, forever, action, s ? cad_error_text() : "ok", version);
    if (!*forever && strcmp(action, "EINTR") != 0)
        assert_true(count_files(dir) == entries || s != CAD_OK);
    return hits > 0;
}

static void test_I1_writing_a_pack_survives_a_failure_of_its_calls(void **state)
{
    (void)state;
    static const char *const action[] = {"ENOSPC", "EIO", "EDQUOT", "EROFS", "EINTR", "EXDEV", "EMFILE", "SHORT"};
    long calls = 0;
    for (size_t a = 0; a < sizeof action / sizeof *action; a++)
        for (long k = 1 + (long)a % 5; write_with_fault(k, "", action[a]); k += 5) {
            if (strcmp(action[a], "EINTR") != 0) /* for good it would be a call that never returns */
                (void)write_with_fault(k, "+", action[a]);
            calls++;
        }
    print_message("%ld faults\n", calls);
    assert_true(calls > 20);
}

static void test_I1_loading_a_pack_survives_a_failure_of_its_calls(void **state)
{
    (void)state;
    static const char *const action[] = {"EIO", "EMFILE", "EINTR", "SHORT"};
    ok(write_pack(0));
    long calls = 0;
    for (size_t a = 0; a < sizeof action / sizeof *action; a++)
        for (long k = 1, hits = 1; hits > 0; k++) {
            cad_pack *p = NULL;
            int files = count_files("/proc/self/fd");
            arm(k, "", action[a]);
            cad_status s = cad_pack_open(path, NULL, &p);
            hits = fault_io_hits();
            calls += hits;
            assert_int_equal(fault_io_set(NULL), 0);
            if (s == CAD_OK) {
                assert_int_equal(version_of(p), 0);
                cad_pack_close(p);
            } else if (s != CAD_ECORRUPT && s != CAD_EIO)
                fail_msg("call %ld, %s: %s: %s", k, action[a], cad_status_name(s), cad_error_text());
            else
                assert_non_null(strstr(cad_error_text(), "train.pack.h5"));
            if (hits == 0 || !strcmp(action[a], "SHORT"))
                ok(s);
            if (count_files("/proc/self/fd") != files)
                fail_msg("call %ld, %s: descriptors are left open", k, action[a]);
        }
    print_message("%ld faults\n", calls);
    assert_true(calls > 20);
}

/* Either the pack is refused with the file and the place, or every value is as it was: a bit that nothing reads. */
static void flip(uint64_t seed)
{
    cad_rng rng = cad_rng_make(20264, "flips", seed);
    ok(write_pack(0));
    cad_buf b = train_read(path);
    int unread = 0, named = 0;
    for (int n = 0; n < FLIPS / 2; n++) {
        size_t at = (size_t)cad_rng_range(&rng, 0, (int64_t)b.len - 1);
        int bit = 1 << cad_rng_range(&rng, 0, 7);
        cad_pack *p = NULL;
        b.data[at] ^= (char)bit;
        ok(cad_fs_write(path, b.data, b.len));
        b.data[at] ^= (char)bit;
        cad_status s = cad_pack_open(path, NULL, &p);
        if (s == CAD_OK) {
            if (version_of(p) != 0)
                fail_msg("byte %zu of %zu, bit %d: read as something else", at, b.len, bit);
            cad_pack_close(p);
            unread++;
            continue;
        }
        if (s != CAD_ECORRUPT || !strstr(cad_error_text(), "train.pack.h5"))
            fail_msg("byte %zu, bit %d: %s: %s", at, bit, cad_status_name(s), cad_error_text());
        named +=
            strstr(cad_error_text(), "dataset") || strstr(cad_error_text(), "attribute") || strstr(cad_error_text(), "row ");
    }
    print_message("%zu bytes: %d flips, %d in what nothing reads, %d with dataset, attribute or row\n", b.len, FLIPS / 2,
                  unread, named);
    assert_true(unread < FLIPS / 10 && named > FLIPS / 5);
    cad_buf_deinit(&b);
}

static void test_I5_a_flipped_bit_of_a_pack_is_found_and_its_dataset_is_named(void **state)
{
    (void)state;
    flip(0);
    flip(1);
}

static void test_I6_a_pack_cut_anywhere_is_refused(void **state)
{
    (void)state;
    cad_rng rng = cad_rng_make(20265, "cuts", 0);
    ok(write_pack(0));
    cad_buf b = train_read(path);
    for (size_t n = 0; n < HEADER + 2 * CUTS; n++) {
        size_t len = n < HEADER ? n : n == HEADER ? b.len - 1 : (size_t)cad_rng_range(&rng, HEADER, (int64_t)b.len - 1);
        cad_pack *p;
        ok(cad_fs_write(path, b.data, len));
        fails(cad_pack_open(path, NULL, &p), CAD_ECORRUPT, "train.pack.h5");
    }
    cad_buf_deinit(&b);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_I1_writing_a_pack_survives_a_failure_of_its_calls),
        cmocka_unit_test(test_I1_loading_a_pack_survives_a_failure_of_its_calls),
        cmocka_unit_test(test_I5_a_flipped_bit_of_a_pack_is_found_and_its_dataset_is_named),
        cmocka_unit_test(test_I6_a_pack_cut_anywhere_is_refused),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
