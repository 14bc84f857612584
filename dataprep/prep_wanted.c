#include "dataprep/prep_wanted.h"

#include "dataprep/prep_stage.h"

#include <string.h>

/* Rows of STEP files: made here, or the user's. */
bool cad_prep_of_step(const cad_prep_job *j)
{
    return j->cfg->synth.kind == CAD_SYNTH_KIND_step || *j->cfg->prep.parts;
}

bool cad_prep_own_parts(const cad_prep_job *j)
{
    return cad_prep_of_step(j) && !*j->cfg->prep.parts;
}

bool cad_prep_of_ir(const cad_prep_job *j)
{
    return !cad_prep_of_step(j);
}

bool cad_prep_steplm(const cad_prep_job *j)
{
    return j->cfg->prep.profile == CAD_PREP_PROFILE_steplm;
}

/* Without a list of the user's: what synth makes is not filtered, and STEP-LLM's tools drop no twins. */
bool cad_prep_stage_listed(const cad_prep_job *j, const char *name)
{
    bool set = cad_config_is_set(j->cfg, "prep.stages");
    if (!set && !strcmp(name, "filter"))
        return *j->cfg->prep.parts || j->cfg->prep.filter_tokens > 0;
    if (!set && !strcmp(name, "dedup"))
        return *j->cfg->prep.parts && !cad_prep_steplm(j);
    return cad_list_has(&j->cfg->prep.stages, name);
}

bool cad_prep_learns_tokenizer(const cad_prep_job *j)
{
    return j->cfg->tokenizer.own_bpe > 0 && cad_prep_stage_listed(j, "tokenizer");
}

bool cad_prep_splits(const cad_prep_job *j)
{
    return cad_prep_stage_listed(j, "split");
}

bool cad_prep_packs(const cad_prep_job *j)
{
    return cad_prep_stage_listed(j, "pack");
}

/* STEP-LLM pairs all rows before it splits them; cadlm splits first, and pairs with rows of train alone. */
bool cad_prep_retrieves_first(const cad_prep_job *j)
{
    return j->cfg->rag.enabled && cad_prep_of_step(j) && cad_prep_steplm(j) && cad_prep_stage_listed(j, "rag");
}

bool cad_prep_retrieves(const cad_prep_job *j)
{
    return j->cfg->rag.enabled && !(cad_prep_of_step(j) && cad_prep_steplm(j)) && cad_prep_stage_listed(j, "rag");
}

bool cad_prep_rounds(const cad_prep_job *j)
{
    return (cad_prep_steplm(j) || j->cfg->prep.round != CAD_PREP_ROUND_off) && cad_prep_stage_listed(j, "round");
}

/* Stage text has an order of its own. */
bool cad_prep_reorders(const cad_prep_job *j)
{
    bool own = cad_prep_steplm(j) || (!cad_prep_stage_listed(j, "text") && j->cfg->prep.order != CAD_PREP_ORDER_none);
    return own && cad_prep_stage_listed(j, "reorder");
}

bool cad_prep_stage_remakes(const cad_prep_job *j)
{
    return cad_prep_of_step(j) && (cad_prep_rounds(j) || cad_prep_reorders(j));
}

/* Instances are those of a file, so they are counted before its text is made; tokens are those of the text. */
bool cad_prep_filters_source(const cad_prep_job *j)
{
    return cad_prep_of_step(j) && cad_prep_stage_listed(j, "filter") &&
           (j->cfg->prep.min_entities || j->cfg->prep.max_entities);
}

bool cad_prep_filters_tokens(const cad_prep_job *j)
{
    return j->cfg->prep.filter_tokens > 0 && cad_prep_stage_listed(j, "filter");
}

bool cad_prep_makes_text(const cad_prep_job *j)
{
    return cad_prep_of_step(j) && cad_prep_stage_listed(j, "text");
}

bool cad_prep_drops_twins(const cad_prep_job *j)
{
    return cad_prep_stage_listed(j, "dedup");
}
