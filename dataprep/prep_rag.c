/* Stage rag of a job: the settings of section [rag], and what came out. */
#include "core/log.h"
#include "dataprep/prep_job.h"
#include "dataprep/stage_rag.h"

#include <inttypes.h>
#include <string.h>

static cad_status check_list(const cad_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->item[i], "id") != 0 && strcmp(l->item[i], "caption") != 0 && strcmp(l->item[i], "geometry") != 0)
            CAD_FAIL(CAD_ECONFIG,
                     "rag.exclude_same: found '%s'; expected of id caption geometry\nhint: --explain=rag.exclude_same",
                     l->item[i]);
    return CAD_OK;
}

/* Profile steplm is one set of values; a key that was set to another is no mixture but an error. */
static cad_status as_steplm(const cad_config *c, cad_stage_rag_args *a)
{
    const cad_list *same = &c->rag.exclude_same;
    if (cad_config_is_set(c, "rag.scope") && c->rag.scope != CAD_RAG_SCOPE_all)
        CAD_FAIL(CAD_ECONFIG, "rag.scope = train (%s); profile steplm retrieves from all rows",
                 cad_config_origin(c, "rag.scope"));
    if (cad_config_is_set(c, "rag.ties") && c->rag.ties != CAD_RAG_TIES_first)
        CAD_FAIL(CAD_ECONFIG, "rag.ties = seeded (%s); profile steplm takes the first", cad_config_origin(c, "rag.ties"));
    if (cad_config_is_set(c, "rag.exclude_same") && (same->n != 1 || !cad_list_has(same, "id")))
        CAD_FAIL(CAD_ECONFIG, "rag.exclude_same (%s); profile steplm excludes id alone",
                 cad_config_origin(c, "rag.exclude_same"));
    if (c->rag.k != 1)
        CAD_FAIL(CAD_ECONFIG, "rag.k = %" PRId64 " (%s); profile steplm shows one row", c->rag.k,
                 cad_config_origin(c, "rag.k"));
    a->all = true;
    a->rule.ties = CAD_RAG_TIE_FIRST;
    a->rule.other_id = true;
    a->rule.other_caption = a->rule.other_geometry = false;
    return CAD_OK;
}

static cad_status settings(const cad_config *c, cad_stage_rag_args *a)
{
    const cad_list *same = &c->rag.exclude_same;
    CAD_TRY(check_list(same));
    a->all = c->rag.scope == CAD_RAG_SCOPE_all;
    a->rule = (cad_rag_rule){.k = c->rag.k,
                             .ties = (cad_rag_ties)c->rag.ties,
                             .seed = (uint64_t)c->run.seed,
                             .other_id = cad_list_has(same, "id"),
                             .other_caption = cad_list_has(same, "caption"),
                             .other_geometry = cad_list_has(same, "geometry"),
                             .min_score = c->rag.min_score};
    return c->prep.profile == CAD_PREP_PROFILE_steplm ? as_steplm(c, a) : CAD_OK;
}

static void tell(const cad_stage_rag_args *a, const cad_stage_rag_result *r)
{
    cad_log(CAD_LOG_INFO,
            "rag: %" PRId64 " rows, %" PRId64 " in %s by %s; %" PRId64 " were retrieved, the most frequent %" PRId64
            " times; %" PRId64 " rows found none; mean cosine %.4f; encoding %.1f s, pairing %.1f s",
            r->rows, r->indexed, r->index, cad_rag_encoder_name(a->encoder), r->distinct, r->most, r->without, r->mean_score,
            r->encode_s, r->pair_s);
    if (r->leaky)
        cad_log(CAD_LOG_WARN,
                "rag: leaky: rows may be shown what they are asked for (rag.scope, rag.exclude_same, rag.ties); the "
                "mark stays with packs and results");
}

cad_status cad_prep_rag(const cad_prep_job *j, const char *in)
{
    cad_stage_rag_args a = {.in = in};
    cad_stage_rag_result r;
    CAD_TRY(settings(j->cfg, &a));
    CAD_TRY(cad_rag_encoder_create((cad_rag_encoder_kind)j->cfg->rag.encoder, j->cfg->rag.encoder_path, &a.encoder));
    cad_status s = cad_stage_rag(&a, &r);
    if (s == CAD_OK)
        tell(&a, &r);
    cad_rag_encoder_destroy(a.encoder);
    return s;
}
