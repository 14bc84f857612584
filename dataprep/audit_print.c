/* dataprep/audit.h: what was found, for people; and what ends a run although the pack itself is sound. */
#include "core/fs.h"
#include "core/progress.h"
#include "dataprep/audit.h"
#include "dataprep/preview.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GROUPED = 32 };

static const char *grouped(json_int_t n, char out[GROUPED])
{
    cad_progress_grouped(n, out);
    return out;
}

static json_int_t whole(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static double percent(const json_t *o, const char *key)
{
    return 100.0 * json_number_value(json_object_get(o, key));
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static json_int_t sum(const json_t *counts)
{
    json_int_t n = 0;
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)counts, key, v) n += json_integer_value(v);
    return n;
}

/* A text out of a pack, for a terminal. */
static cad_status put(const char *text, cad_buf *out)
{
    return cad_preview_text(text, strlen(text), out);
}

/* "plate 30, flange 20"; "none" of nothing. */
static cad_status print_counts(const json_t *counts, cad_buf *out)
{
    const char *key, *between = "";
    json_t *v;
    char number[GROUPED];
    if (!json_object_size(counts))
        return cad_buf_str(out, "none");
    json_object_foreach((json_t *)(uintptr_t)counts, key, v)
    {
        CAD_TRY(cad_buf_str(out, between));
        CAD_TRY(put(*key ? key : "(no family)", out));
        CAD_TRY(cad_buf_printf(out, " %s", grouped(json_integer_value(v), number)));
        between = ", ";
    }
    return CAD_OK;
}

static cad_status print_longest(const json_t *facts, cad_buf *out)
{
    const json_t *list = json_object_get(facts, "longest");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        CAD_TRY(cad_buf_str(out, i ? ", " : ""));
        CAD_TRY(put(text_of(row, "id"), out));
        CAD_TRY(cad_buf_printf(out, " (%" JSON_INTEGER_FORMAT ")", whole(row, "tokens")));
    }
    return CAD_OK;
}

cad_status cad_audit_line(const json_t *facts, cad_buf *out)
{
    char rows[GROUPED], tokens[GROUPED], dropped[GROUPED];
    CAD_TRY(cad_buf_printf(out, "%s rows, %s tokens (%.1f %% in the loss); under 4K/8K/16K %.4g/%.4g/%.4g %%; longest ",
                           grouped(whole(facts, "rows"), rows), grouped(whole(facts, "tokens"), tokens),
                           percent(facts, "loss_share"), percent(facts, "under_4k"), percent(facts, "under_8k"),
                           percent(facts, "under_16k")));
    CAD_TRY(print_longest(facts, out));
    CAD_TRY(cad_buf_printf(out, "; %s dropped", grouped(sum(json_object_get(facts, "dropped")), dropped)));
    const json_t *rag = json_object_get(facts, "retrieved");
    if (rag)
        CAD_TRY(cad_buf_printf(out, ", %s trimmed", grouped(whole(rag, "trimmed"), dropped)));
    if (!*text_of(facts, "waived"))
        return CAD_OK;
    CAD_TRY(cad_buf_str(out, "; waived: "));
    return put(text_of(facts, "waived"), out);
}

cad_status cad_audit_block(const json_t *facts, cad_buf *out)
{
    char number[GROUPED];
    const json_t *length = json_object_get(facts, "length");
    CAD_TRY(cad_buf_printf(out, "rows       %s\n", grouped(whole(facts, "rows"), number)));
    CAD_TRY(cad_buf_printf(out, "tokens     %s", grouped(whole(facts, "tokens"), number)));
    CAD_TRY(cad_buf_printf(out, ", %s in the loss (%.1f %%)\n", grouped(whole(facts, "loss_tokens"), number),
                           percent(facts, "loss_share")));
    CAD_TRY(cad_buf_printf(out,
                           "length     p50 %" JSON_INTEGER_FORMAT ", p90 %" JSON_INTEGER_FORMAT ", p99 %" JSON_INTEGER_FORMAT
                           ", max %" JSON_INTEGER_FORMAT " tokens\n",
                           whole(length, "p50"), whole(length, "p90"), whole(length, "p99"), whole(length, "max")));
    CAD_TRY(cad_buf_printf(out, "under      4K %.4g %%, 8K %.4g %%, 16K %.4g %%\n", percent(facts, "under_4k"),
                           percent(facts, "under_8k"), percent(facts, "under_16k")));
    CAD_TRY(cad_buf_str(out, "longest    "));
    CAD_TRY(print_longest(facts, out));
    CAD_TRY(cad_buf_str(out, "\nfamilies   "));
    CAD_TRY(print_counts(json_object_get(facts, "families"), out));
    CAD_TRY(cad_buf_str(out, "\ndropped    "));
    CAD_TRY(print_counts(json_object_get(facts, "dropped"), out));
    const json_t *rag = json_object_get(facts, "retrieved");
    if (rag)
        CAD_TRY(cad_buf_printf(out,
                               "\nretrieved  %" JSON_INTEGER_FORMAT " a row; %" JSON_INTEGER_FORMAT
                               " rows lost the end of it, %" JSON_INTEGER_FORMAT " all of it; index %s",
                               whole(rag, "k"), whole(rag, "trimmed"), whole(rag, "nothing_left"), text_of(rag, "index_xxh3")));
    CAD_TRY(cad_buf_str(out, "\nkind       "));
    CAD_TRY(put(text_of(facts, "kind"), out));
    CAD_TRY(cad_buf_str(out, ", in template "));
    CAD_TRY(put(text_of(facts, "template"), out));
    CAD_TRY(cad_buf_str(out, "\nform       "));
    CAD_TRY(put(*text_of(facts, "representation") ? text_of(facts, "representation") : "not told", out));
    CAD_TRY(cad_buf_str(out, "\nwaived     "));
    CAD_TRY(put(*text_of(facts, "waived") ? text_of(facts, "waived") : "none", out));
    CAD_TRY(cad_buf_str(out, "\ntokenizer  "));
    CAD_TRY(put(text_of(facts, "tokenizer_xxh3"), out));
    CAD_TRY(cad_buf_str(out, "\ntemplate   "));
    CAD_TRY(put(text_of(facts, "template_xxh3"), out));
    return cad_buf_str(out, "\n");
}

cad_status cad_audit_leaks_line(const json_t *report, cad_buf *out)
{
    return cad_buf_printf(out,
                          "in two splits: %" JSON_INTEGER_FORMAT " captions, %" JSON_INTEGER_FORMAT
                          " geometries, %" JSON_INTEGER_FORMAT " answers; %" JSON_INTEGER_FORMAT " rows of unknown geometry",
                          whole(report, "caption"), whole(report, "geometry"), whole(report, "answer"),
                          whole(report, "ungrouped"));
}

cad_status cad_verify_block(const json_t *report, cad_buf *out)
{
    const char *split;
    json_t *facts;
    json_object_foreach((json_t *)(uintptr_t)report, split, facts)
    {
        CAD_TRY(cad_buf_printf(out, "%-6s ", split));
        if (!strcmp(split, "leaks"))
            CAD_TRY(cad_audit_leaks_line(facts, out));
        else if (!strcmp(split, "retrieval"))
            CAD_TRY(cad_audit_retrieved_line(facts, out));
        else if (!strcmp(split, "suite"))
            CAD_TRY(cad_buf_printf(out, "%" JSON_INTEGER_FORMAT " prompts, none of them learnt", whole(facts, "prompts")));
        else
            CAD_TRY(cad_audit_line(facts, out));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    return CAD_OK;
}

/* ---- what ends a run ---- */

#define WAIVERS(X) X(no_eos) X(loss_on_context) X(template) X(cut_answer)
#define AS_ITEM(word) #word,
#define AS_TEXT(word) " " #word

cad_status cad_audit_check_waivers(const cad_list *waive)
{
    static const char *const word[] = {WAIVERS(AS_ITEM)};
    for (size_t i = 0; i < waive->n; i++) {
        size_t k = 0;
        while (k < sizeof word / sizeof *word && strcmp(word[k], waive->item[i]) != 0)
            k++;
        if (k == sizeof word / sizeof *word)
            CAD_FAIL(CAD_ECONFIG, "audit.waive: found '%s'; expected of" WAIVERS(AS_TEXT), waive->item[i]);
    }
    return CAD_OK;
}

cad_status cad_audit_drops(const cad_pack *p, const char *name, double most)
{
    json_t *o = NULL;
    CAD_TRY(cad_json_parse(p->info.dropped, strlen(p->info.dropped), "attribute dropped of the pack", &o));
    json_int_t dropped = sum(o);
    json_decref(o);
    double all = (double)dropped + (double)p->n_rows;
    if ((double)dropped > most * all)
        CAD_FAIL(CAD_EDATA,
                 "%s: %" JSON_INTEGER_FORMAT " of %.0f rows were dropped when it was made; audit.max_drop is %g\n"
                 "hint: raise audit.max_drop, or pack again with a larger data.max_tokens",
                 name, dropped, all, most);
    return CAD_OK;
}

cad_status cad_audit_sources(const cad_pack *p, const char *dir)
{
    for (size_t i = 0; i < p->info.n_sources; i++) {
        char path[4200], hash[33];
        if (strchr(p->info.source_name[i], '/'))
            CAD_FAIL(CAD_EDATA, "%s: a pack there names the source %.200s; expected a file name", dir, p->info.source_name[i]);
        snprintf(path, sizeof path, "%s/%s", dir, p->info.source_name[i]);
        if (!cad_fs_exists(path))
            continue;
        CAD_TRY(cad_fs_hash(path, hash));
        if (strcmp(hash, p->info.source_xxh3[i]) != 0)
            CAD_FAIL(CAD_EDATA, "%s: hashes to %s; the pack was made from %s\nhint: cadprep pack %s", path, hash,
                     p->info.source_xxh3[i], dir);
    }
    return CAD_OK;
}
