/* JSON lines of a golden folder. */
#ifndef CADLM_TESTS_MODEL_GOLDEN_LINES_H
#define CADLM_TESTS_MODEL_GOLDEN_LINES_H

#include "core/fs.h"
#include "core/json.h"
#include "tests/unit.h"

/* tests/golden/`name` as a whole; released by cad_buf_deinit. */
static inline cad_buf golden(const char *name)
{
    char path[4200];
    const char *source = getenv("CADLM_SOURCE");
    cad_buf b = CAD_BUF_INIT;
    snprintf(path, sizeof path, "%s/tests/golden/%s", source ? source : ".", name);
    ok(cad_fs_read(path, 0, &b));
    return b;
}

/* The next line of b from *at on as JSON (released by json_decref); NULL at the end. */
static inline json_t *golden_next(const cad_buf *b, size_t *at)
{
    if (*at >= b->len)
        return NULL;
    const char *line = b->data + *at, *end = memchr(line, '\n', b->len - *at);
    assert_non_null(end);
    json_t *v;
    ok(cad_json_parse(line, (size_t)(end - line), "golden", &v));
    *at += (size_t)(end - line) + 1;
    return v;
}

#endif
