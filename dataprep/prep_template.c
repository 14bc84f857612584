/* Which template rows of a kind are packed with: that of the configuration where it is for them, else the built-in one. */
#include "dataprep/corpus_row.h"
#include "dataprep/prep_job.h"

#include <stdio.h>
#include <string.h>

/* "found; expected which", and how to name one. */
static cad_status refuse(const cad_prep_job *j, const char *where, const char *kind, const char *found)
{
    bool rag = j->cfg->rag.enabled;
    const char *first = cad_template_default(kind, rag);
    cad_buf names = CAD_BUF_INIT;
    cad_status s = cad_template_names(kind, rag, &names);
    if (s == CAD_OK)
        s = cad_fail(CAD_ECONFIG, "%s: rows of kind %s, and %s; expected of %s\nhint: --set=prompt.template=%s", where, kind,
                     found, cad_buf_cstr(&names), first ? first : "file:F, with {caption} {retrieved} {output}");
    cad_buf_deinit(&names);
    return s;
}

cad_status cad_prep_template(cad_prep_job *j, const char *kind, const char *where)
{
    const cad_config *c = j->cfg;
    const char *name = c->prompt.template_, *of = cad_template_named_kind(name);
    char found[200];
    if (*name && (!of || !strcmp(of, kind)))
        return CAD_OK;
    if (*name) {
        snprintf(found, sizeof found, "prompt.template = %.40s (%.100s) is for rows of kind %s", name,
                 cad_config_origin(c, "prompt.template"), of);
        return refuse(j, where, kind, found);
    }
    name = cad_template_default(kind, c->rag.enabled);
    if (!name)
        return refuse(j, where, kind, "rag.enabled = on: no built-in template shows them what they retrieved");
    return cad_template_get(name, NULL, j->arena, &j->tpl);
}

/* The kind of the first row; other kinds behind it are told by the packer, and so is a corpus without rows. */
cad_status cad_prep_template_of(cad_prep_job *j, const char *corpus)
{
    cad_corpus_reader *r = NULL;
    json_t *row = NULL;
    const char *where;
    bool more = false;
    CAD_TRY(cad_corpus_open(corpus, &r));
    cad_status s = cad_corpus_next_object(r, &row, &where, &more);
    if (s == CAD_OK && more) {
        const char *kind = json_string_value(json_object_get(row, "kind"));
        bool step = kind && !strcmp(kind, "step");
        s = cad_prep_template(j, step ? "step" : "ir", corpus);
        json_decref(row);
    }
    cad_corpus_close(r);
    return s;
}
