/* main of a program of invariants (docs/dev/NUMERICS.md): runs the tests that match its argument, "test_<id>_*". */
#ifndef CADLM_TESTS_INV_MAIN_H
#define CADLM_TESTS_INV_MAIN_H

#include "tests/unit.h"

/* A filter that matches nothing would pass for success. */
static inline int inv_filter(const struct CMUnitTest *tests, size_t n, const char *filter)
{
    int found = 0;
    for (size_t i = 0; i < n; i++)
        found += strncmp(tests[i].name, filter, strcspn(filter, "*")) == 0;
    if (!found)
        print_error("no test is called %s\n", filter);
    cmocka_set_test_filter(filter);
    return found;
}

#define INV_MAIN(setup, teardown, ...)                                                                                         \
    int main(int argc, char **argv)                                                                                            \
    {                                                                                                                          \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                                                                       \
        if (argc > 1 && !inv_filter(tests, sizeof tests / sizeof *tests, argv[1]))                                             \
            return 1;                                                                                                          \
        return cmocka_run_group_tests(tests, setup, teardown);                                                                 \
    }

#endif
