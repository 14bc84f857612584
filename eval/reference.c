#include "eval/reference.h"

#include "cad/step/step.h"
#include "cad/step/step_answer.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/utf8.h"

#include <string.h>

cad_status cad_reference_read(const char *path, cad_arena *a, const char **out, size_t *len, char hash[33])
{
    cad_buf raw = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_file *f;
    CAD_TRY(cad_file_open(path, &f));
    uint64_t size = cad_file_size(f);
    cad_file_close(f);
    *out = NULL;
    *len = (size_t)size;
    if (size > CAD_REFERENCE_MOST)
        return cad_fs_hash(path, hash);
    cad_status s = cad_fs_read(path, CAD_REFERENCE_MOST, &raw);
    if (s == CAD_OK)
        cad_hash128_hex(cad_buf_cstr(&raw), raw.len, hash);
    bool utf8 = s == CAD_OK && cad_utf8_check(cad_buf_cstr(&raw), raw.len) == raw.len;
    for (size_t i = 0; s == CAD_OK && !utf8 && i < raw.len; i++) {
        char c[4];
        s = cad_buf_add(&text, c, cad_utf8_put((unsigned char)raw.data[i], c));
    }
    if (s == CAD_OK) {
        const cad_buf *b = utf8 ? &raw : &text;
        *len = b->len;
        if (b->len <= CAD_REFERENCE_MOST)
            s = cad_arena_strdup(a, cad_buf_cstr(b), b->len, out);
    }
    cad_buf_deinit(&raw);
    cad_buf_deinit(&text);
    return s;
}

const char *cad_reference_too_large(const char *where, size_t len)
{
    cad_log(CAD_LOG_WARN, "%s: a reference of %zu bytes; at most %d can be scored against", where, len, CAD_REFERENCE_MOST);
    return "";
}

int64_t cad_step_largest_id(const char *text, size_t len)
{
    int64_t most = 0;
    for (size_t at = 0; at < len;) {
        if (text[at] == '#') {
            int64_t id = 0;
            for (at++; at < len && text[at] >= '0' && text[at] <= '9' && id < INT64_MAX / 10 - 9; at++)
                id = 10 * id + (text[at] - '0');
            most = id > most ? id : most;
        }
        const char *end = at < len ? memchr(text + at, '\n', len - at) : NULL;
        at = end ? (size_t)(end - text) + 1 : len;
    }
    return most;
}

static cad_status count_file(const cad_buf *file, cad_reference_counts *out)
{
    cad_step *m;
    CAD_TRY(cad_step_read(file->data, file->len, &(cad_step_opts){.conformant = false}, &m));
    cad_reference_counts c = {.instances = m->n, .largest_id = cad_step_largest_id(file->data, file->len)};
    for (uint32_t i = 0; i < m->n; i++)
        c.faces += m->instance[i].type != CAD_STEP_NONE && !strcmp(cad_step_name(m, m->instance[i].type), "ADVANCED_FACE");
    cad_step_close(m);
    *out = c;
    return CAD_OK;
}

cad_status cad_reference_count(cad_arena *a, const char *text, size_t len, cad_reference_counts *out)
{
    cad_buf file = CAD_BUF_INIT;
    *out = (cad_reference_counts){0};
    cad_status s = cad_step_answer(a, text, len, &file);
    if (s == CAD_OK)
        s = count_file(&file, out);
    else if (s == CAD_EPARSE || s == CAD_EDATA)
        s = CAD_OK; /* a reference that is none: scoring will say so */
    cad_buf_deinit(&file);
    return s;
}
