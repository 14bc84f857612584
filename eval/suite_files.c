/* eval/suite.h: a folder of STEP files as a suite. */
#include "core/hash.h"
#include "core/path.h"
#include "dataprep/step_files.h"
#include "eval/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first name that is there twice, or NULL. */
static cad_status find_twice(const char *const *name, size_t n, cad_arena *arena, const char **out)
{
    const char **sorted;
    cad_frame f = cad_arena_mark(arena);
    CAD_TRY(cad_arena_zalloc(arena, n, sizeof *sorted, "names of files", &sorted));
    memcpy(sorted, name, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_text);
    *out = NULL;
    for (size_t i = 1; i < n && !*out; i++)
        *out = strcmp(sorted[i - 1], sorted[i]) ? NULL : sorted[i];
    cad_arena_rewind(arena, f);
    return CAD_OK;
}

static cad_status without_ending(const char *rel, cad_arena *arena, const char **out)
{
    return cad_arena_strdup(arena, rel, (size_t)(strrchr(rel, '.') - rel), out);
}

/* How the files are called: by model where that tells them apart, else by their own names. */
static cad_status name_files(const char *dir, const cad_step_files *files, cad_arena *arena, const char ***out)
{
    const char **name = NULL, *twice;
    size_t n = (size_t)files->n;
    CAD_TRY(cad_arena_zalloc(arena, n, sizeof *name, "names of files", &name));
    for (size_t i = 0; i < n; i++)
        name[i] = files->item[i].id;
    CAD_TRY(find_twice(name, n, arena, &twice));
    if (twice) {
        for (size_t i = 0; i < n; i++)
            CAD_TRY(without_ending(files->item[i].rel, arena, &name[i]));
        CAD_TRY(find_twice(name, n, arena, &twice));
    }
    if (twice)
        CAD_FAIL(CAD_EDATA, "%s: two files are called '%s', with different endings", dir, twice);
    *out = name;
    return CAD_OK;
}

cad_status cad_suite_of_files(const char *dir, const char *apart, cad_arena *arena, cad_suite *out)
{
    cad_step_files files;
    const char **name = NULL;
    cad_suite s = {.version = "1", .kind = CAD_PART_step};
    CAD_TRY(cad_step_files_find(dir, apart, arena, &files));
    CAD_TRY(name_files(dir, &files, arena, &name));
    CAD_TRY(cad_arena_strdup(arena, dir, strlen(dir), &s.path));
    CAD_TRY(cad_arena_zalloc(arena, (size_t)files.n, sizeof *s.row, "suite rows", &s.row));
    cad_hasher *hasher = cad_hasher_create();
    if (!hasher)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a suite");
    cad_status st = CAD_OK;
    for (; st == CAD_OK && s.n < (size_t)files.n; s.n++) {
        cad_suite_row *row = &s.row[s.n];
        char hash[33];
        size_t len;
        *row = (cad_suite_row){.id = name[s.n],
                               .prompt = name[s.n],
                               .family = "",
                               .phrasing = "",
                               .units = "",
                               .reference_kind = CAD_PART_step,
                               .cluster = cad_hash64(name[s.n], strlen(name[s.n]), 0)};
        st = cad_reference_read(files.item[s.n].path, arena, &row->reference, &len, hash);
        if (st == CAD_OK && !row->reference)
            row->reference = cad_reference_too_large(files.item[s.n].path, len);
        else if (st == CAD_OK && strlen(row->reference) != len)
            st = cad_fail(CAD_EDATA, "%s: a NUL byte in it", files.item[s.n].path);
        if (st == CAD_OK)
            st = cad_reference_count(arena, row->reference, strlen(row->reference), &row->counts);
        if (st == CAD_OK) {
            cad_hasher_add(hasher, row->id, strlen(row->id) + 1);
            cad_hasher_add(hasher, hash, 32);
        }
    }
    cad_hasher_hex(hasher, s.hash);
    cad_hasher_destroy(hasher);
    CAD_TRY(st);
    /* The suite is called like its folder. */
    size_t end = strlen(dir);
    while (end > 1 && dir[end - 1] == '/')
        end--;
    const char *path;
    CAD_TRY(cad_arena_strdup(arena, dir, end, &path));
    const char *base = cad_path_base(path);
    bool names = *base && strcmp(base, ".") != 0 && strcmp(base, "..") != 0 && strcmp(base, "/") != 0;
    s.name = names ? base : "files";
    s.keep = json_array();
    if (!s.keep)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a suite");
    *out = s;
    return CAD_OK;
}
