/* The STEP files of ../shared/conformance with their expected verdicts, one after another. */
#ifndef CADLM_TESTS_CAD_CONFORMANCE_H
#define CADLM_TESTS_CAD_CONFORMANCE_H

#include "tests/unit.h"

#include "core/fs.h"
#include "core/json.h"

/* Calls `each` for the files of a folder ("step", "step_hostile"); returns their number, 0 where the folder is absent. */
static inline int conformance_files(const char *folder, void (*each)(const char *name, const cad_buf *text, const json_t *row))
{
    char path[4400];
    cad_buf list = CAD_BUF_INIT;
    const char *shared = shared_dir();
    int n = 0;
    if (!shared)
        return 0;
    snprintf(path, sizeof path, "%s/conformance/%s/expected.jsonl", shared, folder);
    ok(cad_fs_read(path, 0, &list));
    for (char *line = list.data, *end; line && *line; line = end ? end + 1 : NULL) {
        json_t *row;
        end = strchr(line, '\n');
        ok(cad_json_parse(line, end ? (size_t)(end - line) : strlen(line), path, &row));
        const char *name = json_string_value(json_object_get(row, "file"));
        if (name) {
            cad_buf text = CAD_BUF_INIT;
            char file[4600];
            snprintf(file, sizeof file, "%s/conformance/%s/%s", shared, folder, name);
            ok(cad_fs_read(file, 0, &text));
            each(name, &text, row);
            cad_buf_deinit(&text);
            n++;
        }
        json_decref(row);
    }
    cad_buf_deinit(&list);
    return n;
}

#endif
