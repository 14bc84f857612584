/* The argument of a test program: run only the tests whose names match it, "test_I5_*". */
#ifndef CADLM_TESTS_FILTER_H
#define CADLM_TESTS_FILTER_H

#include "tests/unit.h"

/* How many tests match; 0 with a message, since a filter that matches nothing would pass for success. */
static inline int filter_tests(const struct CMUnitTest *tests, size_t n, const char *filter)
{
    int found = 0;
    size_t stem = strcspn(filter, "*"); /* cmocka matches case by case; our filters end in a star */
    for (size_t i = 0; i < n; i++)
        found += strncmp(tests[i].name, filter, stem) == 0;
    if (!found)
        print_error("no test is called %s\n", filter);
    cmocka_set_test_filter(filter);
    return found;
}

#endif
