/* main of a program of invariants (docs/dev/NUMERICS.md): runs the tests that match its argument, "test_<id>_*". */
#ifndef CADLM_TESTS_INV_MAIN_H
#define CADLM_TESTS_INV_MAIN_H

#include "tests/filter.h"

#define INV_MAIN(setup, teardown, ...)                                                                                         \
    int main(int argc, char **argv)                                                                                            \
    {                                                                                                                          \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                                                                       \
        if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))                                           \
            return 1;                                                                                                          \
        return cmocka_run_group_tests(tests, setup, teardown);                                                                 \
    }

#endif
