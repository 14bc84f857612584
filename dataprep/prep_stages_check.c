/* What of prep.stages contradicts itself, or other settings. */
#include "dataprep/prep_stage.h"
#include "dataprep/prep_wanted.h"

#include <string.h>

static const char VERIFY[] = "verify"; /* no stage: it makes nothing, and runs behind them */
static const char SYNTH[] = "synth";   /* decided by other settings than prep.stages */

/* Whether `word` is one of a list by one blank. */
static bool has_word(const char *list, const char *word, size_t len)
{
    for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == len && !strncmp(at, word, len))
            return true;
    return false;
}

/* The words of prep.stages, each once, in the order in which they are run. */
static cad_status all_words(cad_buf *out)
{
    size_t n;
    const cad_prep_stage *stages = cad_prep_stages(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *at = stages[i].listed; strcmp(stages[i].listed, SYNTH) != 0 && *at;) {
            size_t len = strcspn(at, " ");
            if (!has_word(cad_buf_cstr(out), at, len))
                CAD_TRY(cad_buf_printf(out, "%.*s ", (int)len, at));
            at += len + (at[len] == ' ');
        }
    return cad_buf_str(out, VERIFY);
}

static cad_status check_names(const cad_list *l)
{
    cad_buf words = CAD_BUF_INIT;
    cad_status s = all_words(&words);
    for (size_t i = 0; s == CAD_OK && i < l->n; i++)
        if (!has_word(cad_buf_cstr(&words), l->item[i], strlen(l->item[i])))
            s = cad_fail(CAD_ECONFIG, "prep.stages: found '%s'; expected of %s", l->item[i], cad_buf_cstr(&words));
    cad_buf_deinit(&words);
    return s;
}

cad_status cad_prep_stages_template(cad_prep_job *j)
{
    bool wanted = cad_prep_packs(j) || cad_prep_learns_tokenizer(j) || cad_prep_filters_tokens(j);
    return wanted ? cad_prep_template(j, cad_prep_of_step(j) ? "step" : "ir", j->dir) : CAD_OK;
}

static cad_status needs(const cad_prep_job *j, const char *stage, const char *before)
{
    if (cad_prep_stage_listed(j, stage) && !cad_prep_stage_listed(j, before))
        CAD_FAIL(CAD_ECONFIG, "prep.stages lists %s without %s, which makes what it reads", stage, before);
    return CAD_OK;
}

/* Rows are filtered before any has retrieved, and before a tokenizer is learnt from them. */
static cad_status check_tokens(const cad_prep_job *j)
{
    const cad_config *c = j->cfg;
    if (c->tokenizer.own_bpe > 0)
        CAD_FAIL(CAD_ECONFIG,
                 "prep.filter_tokens = %lld (%s): the tokenizer is learnt behind the filter "
                 "(tokenizer.own_bpe)\nhint: prep.filter_tokens = 0; pack leaves out rows over data.max_tokens",
                 (long long)c->prep.filter_tokens, cad_config_origin(c, "prep.filter_tokens"));
    bool row = c->prep.filter_field == CAD_PREP_FILTER_FIELD_row;
    if (c->prep.filter_field == CAD_PREP_FILTER_FIELD_output || (row && !j->tpl->has_retrieved))
        return CAD_OK;
    cad_buf value = CAD_BUF_INIT;
    cad_status s = cad_config_value(c, "prep.filter_field", &value);
    if (s == CAD_OK)
        s = cad_fail(CAD_ECONFIG,
                     "prep.filter_field = %s (%s) counts retrieved text; cadprep run filters before rows retrieve\nhint: "
                     "prep.filter_field = output, or cadprep filter of the splits",
                     cad_buf_cstr(&value), cad_config_origin(c, "prep.filter_field"));
    cad_buf_deinit(&value);
    return s;
}

cad_status cad_prep_stages_check(const cad_prep_job *j)
{
    CAD_TRY(check_names(&j->cfg->prep.stages));
    if (j->shard.of && !*j->cfg->prep.parts)
        CAD_FAIL(CAD_EUSAGE,
                 "run: --shard without prep.parts; parts that are drawn here (section synth) are made by one process"
                 "\nhint: cadprep synth --kind=step -o DIR, then --set=prep.parts=DIR/parts "
                 "--set=prep.captions=DIR/captions.csv");
    if (cad_prep_of_step(j) && !cad_prep_stage_listed(j, "import"))
        CAD_FAIL(CAD_ECONFIG, "prep.stages does not list import; nothing else reads STEP files");
    CAD_TRY(needs(j, "pack", "split"));
    CAD_TRY(needs(j, "verify", "pack"));
    if (cad_prep_retrieves(j))
        CAD_TRY(needs(j, "rag", "split"));
    if (cad_prep_learns_tokenizer(j))
        CAD_TRY(needs(j, "tokenizer", "split"));
    return cad_prep_filters_tokens(j) ? check_tokens(j) : CAD_OK;
}
