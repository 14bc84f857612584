#include "eval/pred_files.h"

#include "cad/step/step_answer.h"
#include "core/fs.h"
#include "core/log.h"
#include "dataprep/step_files.h"

#include <stdlib.h>
#include <string.h>

/* A file under one of its two names. */
typedef struct named {
    const char *name;
    int64_t file;
} named;

static int by_name(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int c = strcmp(x->name, y->name);
    return c ? c : (x->file > y->file) - (x->file < y->file);
}

/* The files called `name`, *count of them, in `list` (n, sorted); NULL: none. */
static const named *find(const named *list, size_t n, const char *name, size_t *count)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(list[mid].name, name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (*count = 0; lo + *count < n && !strcmp(list[lo + *count].name, name);)
        ++*count;
    return *count ? list + lo : NULL;
}

/* Both names of every file, sorted: below the folder without its ending, and the id of its model. */
static cad_status name_all(const cad_step_files *files, cad_arena *a, named **own, named **model)
{
    size_t n = (size_t)files->n;
    CAD_TRY(cad_arena_zalloc(a, n, sizeof **own, "names of files", own));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof **model, "ids of files", model));
    for (size_t i = 0; i < n; i++) {
        const cad_step_file *f = &files->item[i];
        CAD_TRY(cad_arena_strdup(a, f->rel, (size_t)(strrchr(f->rel, '.') - f->rel), &(*own)[i].name));
        (*own)[i].file = (int64_t)i;
        (*model)[i] = (named){f->id, (int64_t)i};
    }
    qsort(*own, n, sizeof **own, by_name);
    qsort(*model, n, sizeof **model, by_name);
    return CAD_OK;
}

/* Whether the last text of a file is the end mark. */
static cad_status ends_well(const char *path, bool *out)
{
    enum { TAIL = 256 };
    char tail[TAIL];
    cad_file *f;
    CAD_TRY(cad_file_open(path, &f));
    uint64_t size = cad_file_size(f);
    size_t len = size < TAIL ? (size_t)size : TAIL;
    cad_status s = cad_file_read_at(f, size - len, tail, len);
    cad_file_close(f);
    CAD_TRY(s);
    *out = cad_step_ends_well(tail, len);
    return CAD_OK;
}

static cad_status read_file(const char *path, cad_arena *a, cad_answer_text *out, char hash[33])
{
    size_t len;
    CAD_TRY(cad_reference_read(path, a, &out->text, &len, hash));
    out->len = out->text ? len : 0;
    out->too_large = out->text ? 0 : len;
    if (out->text)
        return CAD_OK;
    cad_log(CAD_LOG_WARN, "%s: an answer of %zu bytes; at most %d can be scored", path, len, CAD_REFERENCE_MOST);
    return ends_well(path, &out->ended);
}

static cad_status find_row(const char *dir, const cad_step_files *files, const named *own, const named *model, const char *id,
                           const cad_step_file **out)
{
    size_t n;
    const named *hit = find(own, (size_t)files->n, id, &n);
    if (!hit)
        hit = find(model, (size_t)files->n, id, &n);
    if (hit && n > 1)
        CAD_FAIL(CAD_EDATA, "%s: %s and %s both fit the row '%s'; expected one file", dir, files->item[hit[0].file].rel,
                 files->item[hit[1].file].rel, id);
    *out = hit ? &files->item[hit->file] : NULL;
    return CAD_OK;
}

cad_status cad_pred_files_open(const char *dir, const char *apart, const cad_suite *suite, cad_arena *arena,
                               cad_pred_files *out)
{
    cad_step_files files;
    named *own, *model;
    cad_pred_files p = {.suite = suite};
    CAD_TRY(cad_step_files_find(dir, apart, arena, &files));
    CAD_TRY(name_all(&files, arena, &own, &model));
    CAD_TRY(cad_arena_zalloc(arena, suite->n, sizeof *p.answer, "answers in files", &p.answer));
    cad_hasher *hasher = cad_hasher_create();
    if (!hasher)
        CAD_FAIL(CAD_ENOMEM, "out of memory for answers in files");
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < suite->n; i++) {
        const cad_step_file *f = NULL;
        char hash[CAD_HASH_HEX];
        s = find_row(dir, &files, own, model, suite->row[i].id, &f);
        if (s == CAD_OK && f)
            s = read_file(f->path, arena, &p.answer[i], hash);
        if (s != CAD_OK || !f)
            continue;
        p.found++;
        cad_hasher_add(hasher, suite->row[i].id, strlen(suite->row[i].id) + 1);
        cad_hasher_add(hasher, hash, sizeof hash);
    }
    cad_hasher_hex(hasher, p.hash);
    cad_hasher_destroy(hasher);
    CAD_TRY(s);
    if (p.found == 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: none of %lld STEP files is called like a row of %s; the first are '%s' and '%s'", dir,
                 (long long)files.n, suite->path, own[0].name, suite->row[0].id);
    p.others = (size_t)files.n > p.found ? (size_t)files.n - p.found : 0;
    *out = p;
    return CAD_OK;
}

cad_status cad_pred_files_answer(void *pred_files, const cad_suite_row *row, cad_answer_text *out)
{
    const cad_pred_files *p = pred_files;
    *out = p->answer[row - p->suite->row];
    return CAD_OK;
}
