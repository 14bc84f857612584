#include "dataprep/stats_lists.h"

#include "core/fs.h"
#include "core/lines.h"
#include "dataprep/stats_gather.h"
#include "dataprep/step_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const size_t MOST = (size_t)1 << 30;

cad_status cad_stats_lists_init(cad_stats_lists *l)
{
    *l = (cad_stats_lists){json_object(), json_object(), json_object()};
    if (!l->status || !l->misfits || !l->digits)
        CAD_FAIL(CAD_ENOMEM, "stats: no memory for counts");
    return CAD_OK;
}

void cad_stats_lists_deinit(cad_stats_lists *l)
{
    json_decref(l->status);
    json_decref(l->misfits);
    json_decref(l->digits);
}

/* "status" of a corpus, "k" of a tree. */
static cad_status count_row(const cad_stats_lists *l, const json_t *o, bool status, const char *where)
{
    const char *class_ = NULL, *misfit = json_string_value(json_object_get(o, "misfit"));
    const json_t *k = json_object_get(o, "k");
    char digits[32] = "all";
    CAD_TRY(cad_json_get_string(o, "status", where, &class_));
    if (json_is_integer(k))
        snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(k));
    if ((status && cad_count_in(l->status, class_)) || (misfit && cad_count_in(l->misfits, misfit)) ||
        (k && cad_count_in(l->digits, digits)))
        CAD_FAIL(CAD_ENOMEM, "%s: no memory", where);
    return CAD_OK;
}

static cad_status read_list(const cad_stats_lists *l, const char *path, bool status)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_is_file(path) ? cad_fs_read(path, MOST, &text) : CAD_OK;
    cad_lines lines = cad_lines_of(&text);
    for (cad_line line; s == CAD_OK && cad_lines_next(&lines, &line);) {
        json_t *o = NULL;
        s = cad_json_parse(line.text, line.len, path, &o);
        if (s == CAD_OK)
            s = count_row(l, o, status, path);
        json_decref(o);
    }
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_stats_lists_read(cad_stats_lists *l, const char *in)
{
    char path[4200];
    if (!cad_fs_is_dir(in)) {
        snprintf(path, sizeof path, "%.*s.status.jsonl", (int)(strlen(in) - strlen(".jsonl")), in);
        return read_list(l, path, true);
    }
    snprintf(path, sizeof path, "%s/raw.status.jsonl", in);
    CAD_TRY(read_list(l, path, true));
    snprintf(path, sizeof path, "%s/text.status.jsonl", in);
    CAD_TRY(read_list(l, path, false));
    snprintf(path, sizeof path, "%s/files/" CAD_STEP_FILES_STATUS, in);
    return read_list(l, path, false);
}
