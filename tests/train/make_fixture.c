/* make_fixture DIR: writes the inputs of tests/train/train_fixture.h for tests that are scripts. */
#include "tests/train/train_fixture.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    cad_status s = argc == 2 ? fixture_run(argv[1]) : cad_fail(CAD_EUSAGE, "usage: make_fixture DIR");
    if (s != CAD_OK)
        fprintf(stderr, "make_fixture: error: %s\n", cad_error_text());
    return cad_status_exit_code(s);
}
