/* A text with one place changed, and tables of such changes, each with the refusal it must meet. */
#ifndef CADLM_TESTS_MODEL_EDITED_H
#define CADLM_TESTS_MODEL_EDITED_H

#include "tests/unit.h"

typedef struct refused_edit {
    const char *from, *to;
    cad_status code;
    const char *says;
} refused_edit;

/* `text` with the first `from` replaced by `to`; stands until the next call. */
static inline const char *edited(const char *text, const char *from, const char *to)
{
    static char *out;
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("'%s' is not in the text that begins with '%.40s'", from, text);
    size_t head = (size_t)(at - text), size = strlen(text) - strlen(from) + strlen(to) + 1;
    free(out);
    out = malloc(size);
    assert_non_null(out);
    snprintf(out, size, "%.*s%s%s", (int)head, text, to, at + strlen(from));
    return out;
}

/* Each of the n edits, alone in `text`, makes `read` fail as its row says. */
static inline void each_is_refused(const char *text, const refused_edit *row, size_t n, cad_status (*read)(const char *text))
{
    for (size_t i = 0; i < n; i++)
        fails(read(edited(text, row[i].from, row[i].to)), row[i].code, row[i].says);
}

#endif
