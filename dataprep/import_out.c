#include "dataprep/import_out.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/progress.h"
#include "dataprep/corpus_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 5 };

struct cad_import_out {
    cad_corpus_writer *corpus;
    cad_writer *status;
    cad_buf path, line; /* path: of the list */
    cad_import_result r;
    int64_t told;
};

static const struct {
    const char *name, *text;
    bool lost, bad;
} CLASSES[] = {
#define X(name, lost, bad, text) {#name, text, lost, bad},
    CAD_IMPORT_CLASSES(X)
#undef X
};

const char *cad_import_class_name(cad_import_class c)
{
    return CLASSES[c].name;
}

void cad_import_out_abort(cad_import_out *o)
{
    if (!o)
        return;
    cad_corpus_abort(o->corpus);
    cad_writer_abort(o->status);
    cad_buf_deinit(&o->path);
    cad_buf_deinit(&o->line);
    cad_mem_free(o);
}

cad_status cad_import_out_create(const char *path, json_t *info, cad_import_out **out)
{
    cad_import_out *o = NULL;
    size_t stem = strlen(path) - strlen(".jsonl");
    cad_status s = info ? cad_mem_alloc(sizeof *o, "import", &o) : cad_fail(CAD_ENOMEM, "%s: no memory for the header", path);
    if (s == CAD_OK)
        s = cad_corpus_create(path, "import", info, &o->corpus);
    json_decref(info);
    if (s == CAD_OK)
        s = cad_buf_printf(&o->path, "%.*s.status.jsonl", (int)stem, path);
    if (s == CAD_OK)
        s = cad_writer_open(o->path.data, &o->status);
    if (s != CAD_OK) {
        cad_import_out_abort(o);
        return s;
    }
    *out = o;
    return CAD_OK;
}

static cad_status add_status(cad_import_out *o, const cad_import_model *m)
{
    json_t *row = json_pack("{so, ss}", "id", cad_json_text(m->id), "status", CLASSES[m->class_].name);
    int bad = row == NULL;
    if (!bad && *m->source)
        bad |= json_object_set_new(row, "source", cad_json_text(m->source));
    if (!bad && *m->message)
        bad |= json_object_set_new(row, "message", cad_json_text(m->message));
    if (!bad && m->class_ == CAD_IMPORT_ok)
        bad |= json_object_set_new(row, "bytes", json_integer(m->bytes));
    cad_buf_clear(&o->line);
    cad_status s = bad ? cad_fail(CAD_ENOMEM, "out of memory for a row of %s", o->path.data) : cad_json_print(row, &o->line);
    json_decref(row);
    CAD_TRY(s);
    CAD_TRY(cad_buf_str(&o->line, "\n"));
    return cad_writer_add(o->status, o->line.data, o->line.len);
}

cad_status cad_import_out_add(cad_import_out *o, const cad_import_model *m)
{
    o->r.models++;
    o->r.of[m->class_]++;
    o->r.lost += CLASSES[m->class_].lost;
    o->r.bad += CLASSES[m->class_].bad;
    if (CLASSES[m->class_].bad) {
        if (!*o->r.first)
            snprintf(o->r.first, sizeof o->r.first, "%s: %s: %s", m->id, CLASSES[m->class_].name, m->message);
        if (o->told++ < SHOWN)
            cad_log(CAD_LOG_WARN, "%s: left out, %s: %s", m->id, CLASSES[m->class_].name, m->message);
    }
    if (m->class_ == CAD_IMPORT_ok) {
        o->r.bytes += m->bytes;
        CAD_TRY(cad_corpus_add_line(o->corpus, m->line));
    }
    return add_status(o, m);
}

/* How the import ends; CAD_OK and CAD_EPARTIAL: with a corpus. */
static cad_status verdict(const cad_import_out *o, double max_bad, bool may_be_empty)
{
    const cad_import_result *r = &o->r;
    int64_t bad = r->bad, tried = r->of[CAD_IMPORT_ok] + bad;
    if ((double)bad > max_bad * (double)tried)
        return cad_fail(CAD_EDATA,
                        "%" PRId64 " of %" PRId64 " models are bad; prep.max_bad is %g; first: %s\nhint: %s says why", bad,
                        tried, max_bad, r->first, o->path.data);
    if (r->of[CAD_IMPORT_ok] == 0 && !may_be_empty)
        return cad_fail(CAD_ENOTFOUND, "zero rows of %" PRId64 " models\nhint: %s says why", r->models, o->path.data);
    if (r->lost)
        return cad_fail(CAD_EPARTIAL, "%" PRId64 " rows were lost; %s says why", r->lost, o->path.data);
    return CAD_OK;
}

cad_status cad_import_out_finish(cad_import_out *o, double max_bad, bool may_be_empty, cad_import_result *result)
{
    *result = o->r;
    cad_status s = cad_writer_commit(o->status);
    o->status = NULL;
    cad_status ends = s == CAD_OK ? verdict(o, max_bad, may_be_empty) : s;
    if (ends == CAD_OK || ends == CAD_EPARTIAL) {
        cad_kept_error why;
        cad_error_keep(&why);
        s = cad_corpus_commit(o->corpus);
        o->corpus = NULL;
        if (s == CAD_OK)
            cad_error_restore(&why);
        else
            ends = s;
    }
    cad_import_out_abort(o);
    return ends;
}

/* ---- for people ---- */

static cad_status add_values(const cad_captions *c, cad_buf *out)
{
    for (uint32_t k = 1; k < c->n_values && k < 6; k++)
        CAD_TRY(cad_buf_printf(out, "%s'%s' %" PRId64, k > 1 ? ", " : ": ", c->value[k].text, c->value[k].rows));
    return c->n_values > 6 ? cad_buf_printf(out, ", %u more", c->n_values - 6) : CAD_OK;
}

cad_status cad_import_table(const cad_import_result *r, const cad_captions *captions, cad_buf *out)
{
    char n[32];
    for (int c = 0; c < CAD_IMPORT_CLASS_COUNT; c++) {
        if (!r->of[c])
            continue;
        cad_progress_grouped(r->of[c], n);
        CAD_TRY(cad_buf_printf(out, "  %-16s%12s   %s", CLASSES[c].name, n, CLASSES[c].text));
        if (c == CAD_IMPORT_not_describable && captions)
            CAD_TRY(add_values(captions, out));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    cad_progress_grouped(r->models, n);
    return cad_buf_printf(out, "  %-16s%12s\n", "models", n);
}
