#include "tests/unit.h"

#include "core/shard.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"SLURM_ARRAY_TASK_ID",
                                    "SLURM_ARRAY_TASK_COUNT",
                                    "SLURM_ARRAY_TASK_MIN",
                                    "SLURM_ARRAY_TASK_STEP",
                                    "SLURM_PROCID",
                                    "SLURM_NTASKS",
                                    "OMPI_COMM_WORLD_RANK",
                                    "OMPI_COMM_WORLD_SIZE",
                                    "RANK",
                                    "WORLD_SIZE"};

static int clean(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    return 0;
}

static void is(const char *text, int64_t index, int64_t of)
{
    cad_shard s;
    assert_int_equal(cad_shard_parse(text, &s), CAD_OK);
    assert_int_equal(s.index, index);
    assert_int_equal(s.of, of);
}

static void refused(const char *text, const char *why)
{
    cad_shard s;
    fails(cad_shard_parse(text, &s), CAD_EUSAGE, why);
}

static void test_a_share_is_named_from_zero(void **state)
{
    (void)state;
    is(NULL, 0, 0);
    is("0/1", 0, 1);
    is("7/8", 7, 8);
    const char *bad[] = {"8/8", "1", "/3", "1/", "-1/3", "1/3 ", "a/b", "0/0", "0/1000000", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i], "expected i/n");
}

static void test_auto_is_the_task_of_an_array_times_the_rank(void **state)
{
    (void)state;
    refused("auto", "no task of a Slurm array");
    setenv("SLURM_ARRAY_TASK_ID", "4", 1);
    refused("auto", "SLURM_ARRAY_TASK_COUNT");
    setenv("SLURM_ARRAY_TASK_COUNT", "4", 1);
    setenv("SLURM_ARRAY_TASK_MIN", "1", 1);
    is("auto", 3, 4);
    setenv("SLURM_PROCID", "1", 1);
    setenv("SLURM_NTASKS", "2", 1);
    is("auto", 7, 8);
    setenv("SLURM_ARRAY_TASK_ID", "9", 1); /* of --array=1,3,5,9 */
    refused("auto", "without gaps");
    setenv("SLURM_ARRAY_TASK_ID", "x", 1);
    refused("auto", "SLURM_ARRAY_TASK_ID=x");
    setenv("SLURM_ARRAY_TASK_ID", "5", 1); /* of --array=1-7:2 */
    setenv("SLURM_ARRAY_TASK_STEP", "2", 1);
    is("auto", 5, 8);
}

static void task(const char *id, const char *min, const char *count)
{
    setenv("SLURM_ARRAY_TASK_ID", id, 1);
    setenv("SLURM_ARRAY_TASK_MIN", min, 1);
    setenv("SLURM_ARRAY_TASK_COUNT", count, 1);
}

static void test_a_part_of_an_array_submitted_again_is_no_array(void **state)
{
    (void)state;
    task("1", "1", "1"); /* sbatch --array=1 */
    refused("auto", "expected one that begins with task 0 or 1");
    task("3", "2", "2"); /* sbatch --array=2-3 */
    refused("auto", "Slurm counts these alone");
    is("1/4", 1, 4);
    task("0", "0", "1");
    is("auto", 0, 1);
}

static void test_auto_is_the_rank_of_a_launcher(void **state)
{
    (void)state;
    setenv("RANK", "2", 1);
    setenv("WORLD_SIZE", "3", 1);
    is("auto", 2, 3);
    setenv("OMPI_COMM_WORLD_RANK", "1", 1);
    setenv("OMPI_COMM_WORLD_SIZE", "1", 1);
    refused("auto", "expected a rank below it");
}

static void test_shares_are_the_row_without_gaps(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 40; n++)
        for (int64_t of = 1; of < 12; of++) {
            int64_t next = 0;
            for (int64_t i = 0; i < of; i++) {
                int64_t first, end;
                cad_shard_range((cad_shard){i, of}, n, &first, &end);
                assert_int_equal(first, next);
                assert_true(end - first == n / of || end - first == n / of + 1);
                next = end;
            }
            assert_int_equal(next, n);
        }
    int64_t first, end;
    cad_shard_range((cad_shard){0, 0}, 9, &first, &end);
    assert_int_equal(first, 0);
    assert_int_equal(end, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_share_is_named_from_zero, clean, clean),
        cmocka_unit_test_setup_teardown(test_auto_is_the_task_of_an_array_times_the_rank, clean, clean),
        cmocka_unit_test_setup_teardown(test_a_part_of_an_array_submitted_again_is_no_array, clean, clean),
        cmocka_unit_test_setup_teardown(test_auto_is_the_rank_of_a_launcher, clean, clean),
        cmocka_unit_test_setup_teardown(test_shares_are_the_row_without_gaps, clean, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
