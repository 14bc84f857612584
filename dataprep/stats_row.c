#include "dataprep/stats_row.h"

#include "cad/step/step_group.h"
#include "cad/step/step_round.h"
#include "core/mem.h"
#include "core/size.h"
#include "dataprep/model_text.h"

#include <string.h>

/* ---- the file ---- */

/* How many instances of each simple type there are. */
static cad_status count_types(const cad_step *m, cad_stats_row *r)
{
    int64_t *n = NULL;
    CAD_TRY(cad_mem_alloc(cad_size_mul(m->n_types, sizeof *n), "types of a STEP file", &n));
    for (uint32_t i = 0; i < m->n; i++)
        if (m->instance[i].type != CAD_STEP_NONE)
            n[m->instance[i].type]++;
    cad_status st = CAD_OK;
    for (uint32_t k = 0; st == CAD_OK && k < m->n_types; k++) {
        const char *name = cad_step_name(m, k);
        if (n[k] == 0)
            continue;
        if (!strcmp(name, "ADVANCED_FACE") || !strcmp(name, "FACE_SURFACE"))
            r->faces += n[k];
        st = cad_buf_add(&r->types, name, strlen(name) + 1);
        if (st == CAD_OK)
            st = cad_buf_add(&r->counts, &n[k], sizeof *n);
    }
    cad_mem_free(n);
    return st;
}

static cad_status look_at_file(cad_stats_row *r, const char *text)
{
    cad_step *m = NULL;
    CAD_TRY(cad_step_read(text, strlen(text), &(cad_step_opts){0}, &m));
    r->broken = m->diags.n_errors > 0;
    r->instances = m->n;
    for (uint32_t i = 0; i < m->n && r->unit == 0; i++) {
        const char *name = m->instance[i].type == CAD_STEP_NONE ? "" : cad_step_name(m, m->instance[i].type);
        if (!strcmp(name, "MANIFOLD_SOLID_BREP") || !strcmp(name, "BREP_WITH_VOIDS") || !strcmp(name, "FACETED_BREP"))
            r->unit = cad_step_units_of(m, i).length;
    }
    r->size = r->unit * cad_step_extent(m);
    cad_status st = count_types(m, r);
    cad_step_close(m);
    return st;
}

cad_status cad_stats_row_step(cad_stats_row *r, cad_arena *a)
{
    cad_buf room = CAD_BUF_INIT;
    const char *text = NULL;
    cad_status st = cad_model_text_file(a, r->model_text, r->target, &room, &text);
    r->broken = st == CAD_EDATA || st == CAD_EPARSE;
    if (st == CAD_OK)
        st = look_at_file(r, text);
    cad_buf_deinit(&room);
    return r->broken ? CAD_OK : st;
}

/* ---- its tokens ---- */

static cad_status take_tokens(cad_stats_row *r, const cad_row_coder *c, const cad_row *row, const cad_row_tokens *t)
{
    cad_ids bare = CAD_IDS_INIT;
    r->whole = (int64_t)t->ids.n;
    r->prompt = (int64_t)t->begin;
    r->answer = r->whole - r->prompt;
    if (!c->k)
        return CAD_OK;
    cad_status st = cad_template_encode(c->tpl, &(cad_prompt_slots){.caption = row->caption}, c->tokenizer, &bare);
    r->retrieved = r->prompt - (int64_t)bare.n - (c->bos >= 0);
    cad_ids_deinit(&bare);
    return st;
}

cad_status cad_stats_row_tokens(cad_stats_row *r, const cad_row_coder *c, const char *in, cad_arena *a)
{
    cad_row row = {0};
    cad_row_tokens t = {.ids = CAD_IDS_INIT};
    cad_row_state state;
    CAD_TRY(cad_row_parse(r->o, in, a, &row));
    cad_status st = cad_row_encode(c, &row, a, &t, &state);
    if (st == CAD_OK && (state == CAD_ROW_no_rag || state == CAD_ROW_missing))
        st = cad_fail(CAD_EDATA, "%s: row %s: what it retrieves is not there\nhint: cadprep rag build", in, row.id);
    r->without = st == CAD_OK && state == CAD_ROW_none_found;
    if (st == CAD_OK && !r->without)
        st = take_tokens(r, c, &row, &t);
    cad_ids_deinit(&t.ids);
    return st;
}

void cad_stats_row_deinit(cad_stats_row *r)
{
    json_decref(r->o);
    cad_buf_deinit(&r->types);
    cad_buf_deinit(&r->counts);
}
