#include "tests/model/test_backend.h"

#include "tests/model/apart_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *backend_name(void)
{
    const char *name = getenv("CADLM_TEST_BACKEND");
    return name && *name ? name : "cpu";
}

static const cad_ops *table(const char *name)
{
    const cad_ops *ops;
    if (cad_ops_get(name, &ops) == CAD_OK)
        return ops;
    fprintf(stderr, "CADLM_TEST_BACKEND=%s: %s\n", backend_name(), cad_error_text());
    exit(1);
}

bool test_backend_is_cpu(void)
{
    return !strncmp(backend_name(), "cpu", 3) || !strncmp(backend_name(), "apart", 5);
}

const cad_ops *test_backend(void)
{
    static cad_ops half;
    char name[64];
    snprintf(name, sizeof name, "%s", backend_name());
    char *suffix = strstr(name, "-bf16");
    if (suffix)
        *suffix = '\0';
    const cad_ops *ops = table(test_backend_is_cpu() ? "cpu" : name);
    if (suffix) {
        half = *ops;
        half.store = CAD_BF16;
        ops = &half;
    }
    return strcmp(name, "apart") != 0 ? ops : apart_ops(ops);
}
