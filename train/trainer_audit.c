/* The audit of a run's packs (spec: cli.md 11): what ends it before it costs time, and RUN/audit.json. */
#include "train/trainer_parts.h"

#include "core/json.h"
#include "core/log.h"
#include "core/path.h"
#include "dataprep/audit.h"

#include <stdio.h>
#include <string.h>

static cad_status check_pack(const cad_trainer *t, const char *path, const cad_pack *p, cad_buf *dir)
{
    CAD_TRY(cad_audit_drops(p, path, t->cfg->audit.max_drop));
    if (cad_pack_waives(&p->info, CAD_PACK_LEAKY) && !t->cfg->rag.allow_leak)
        CAD_FAIL(
            CAD_EDATA,
            "%s: leaky: its rows may show what they are asked for (rag.scope, rag.exclude_same or rag.ties of cadprep rag "
            "build), or stand in two splits (prep.profile = steplm)\nhint: --set=rag.allow_leak=on trains on it, and every "
            "result carries the mark",
            path);
    CAD_TRY(cad_path_parent(path, dir));
    return cad_audit_sources(p, cad_buf_cstr(dir));
}

static cad_status audit_retrieved(cad_trainer *t, const cad_pack *const *pack, const char *const *name, size_t n,
                                  const char *dir, json_t **out)
{
    json_decref(*out);
    *out = NULL;
    CAD_TRY(cad_audit_retrieved(pack, name, n, dir, out));
    return t->cfg->rag.allow_leak ? CAD_OK : cad_audit_refuse_retrieved(*out, dir);
}

/* What rows were shown is looked up in the corpora beside their pack. */
static cad_status check_retrieved(cad_trainer *t, const cad_pack *const *pack, const char *const *name, size_t n,
                                  const cad_buf *dir)
{
    if (n == 2 && !strcmp(cad_buf_cstr(&dir[0]), cad_buf_cstr(&dir[1])))
        return audit_retrieved(t, pack, name, 2, cad_buf_cstr(&dir[0]), &t->retrieved[0]);
    for (size_t i = 0; i < n; i++)
        CAD_TRY(audit_retrieved(t, pack + i, name + i, 1, cad_buf_cstr(&dir[i]), &t->retrieved[i]));
    return CAD_OK;
}

/* What must not lie in two splits is what either pack says that it was split by. */
static cad_status check_leaks(cad_trainer *t, const cad_pack *const *pack, const char *const *name)
{
    char both[4200];
    snprintf(both, sizeof both, "%.2000s and %.2000s", t->cfg->data.train, t->cfg->data.val);
    json_decref(t->leaks);
    t->leaks = NULL;
    CAD_TRY(cad_audit_leaks(pack, name, 2, &t->leaks));
    return cad_audit_refuse_leaks(t->leaks, both, cad_audit_grouped(pack, 2, "caption"),
                                  cad_audit_grouped(pack, 2, "geometry"));
}

cad_status cad_trainer_audit(cad_trainer *t)
{
    const cad_pack *const given[] = {t->train_pack, t->val_pack};
    const char *const names[] = {"train", "val"}, *const paths[] = {t->cfg->data.train, t->cfg->data.val};
    const cad_pack *pack[2];
    const char *name[2];
    cad_buf dir[2] = {CAD_BUF_INIT, CAD_BUF_INIT};
    size_t n = 0;
    cad_status s = cad_audit_check_waivers(&t->cfg->audit.waive);
    for (size_t i = 0; s == CAD_OK && i < 2; i++) {
        if (!given[i])
            continue;
        pack[n] = given[i];
        name[n] = names[i];
        s = check_pack(t, paths[i], given[i], &dir[n++]);
    }
    if (s == CAD_OK)
        s = cad_audit_forms(pack, paths, n);
    if (s == CAD_OK && n == 2)
        s = check_leaks(t, pack, name);
    if (s == CAD_OK)
        s = check_retrieved(t, pack, name, n, dir);
    cad_buf_deinit(&dir[0]);
    cad_buf_deinit(&dir[1]);
    return s;
}

/* What the run takes of the pack, then what the pack as a whole is. */
static json_t *facts_of(const char *path, const cad_pack *p, const cad_loader *l)
{
    return json_pack("{s:o, s:s, s:I, s:I, s:I, s:f, s:I, s:s, s:s, s:s}", "path", cad_json_text(path), "tokens_xxh3",
                     p->info.tokens_xxh3, "rows", (json_int_t)l->n_rows, "tokens", (json_int_t)l->n_tokens, "loss_tokens",
                     (json_int_t)l->n_targets, "loss_share", (double)l->n_targets / (double)l->n_tokens, "longest_row",
                     (json_int_t)l->longest, "template", p->info.template_name, "template_xxh3", p->info.template_xxh3,
                     "waived", p->info.waived);
}

static cad_status add_pack(json_t *report, const char *name, const char *path, const cad_pack *p, const cad_loader *l)
{
    cad_buf line = CAD_BUF_INIT;
    json_t *facts = facts_of(path, p, l), *whole = json_object();
    cad_status s = facts && whole && !json_object_set_new(report, name, facts)
                       ? cad_audit_pack(p, whole)
                       : cad_fail(CAD_ENOMEM, "out of memory for audit.json");
    if (s == CAD_OK && json_object_update_missing(facts, whole))
        s = cad_fail(CAD_ENOMEM, "out of memory for audit.json");
    if (s == CAD_OK)
        s = cad_audit_line(facts, &line);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "audit: %s: %s", name, line.data);
    if (s == CAD_OK && p->info.waived[0])
        cad_log(CAD_LOG_WARN, "the pack %s waives %s", path, p->info.waived); /* or is leaky */
    json_decref(whole);
    cad_buf_deinit(&line);
    return s;
}

static cad_status add_leaks(json_t *report, json_t *leaks)
{
    cad_buf line = CAD_BUF_INIT;
    bool any = json_integer_value(json_object_get(leaks, "caption")) || json_integer_value(json_object_get(leaks, "geometry"));
    cad_status s = json_object_set(report, "leaks", leaks) ? cad_fail(CAD_ENOMEM, "out of memory for audit.json")
                                                           : cad_audit_leaks_line(leaks, &line);
    if (s == CAD_OK)
        cad_log(any ? CAD_LOG_WARN : CAD_LOG_INFO, "audit: %s", line.data);
    cad_buf_deinit(&line);
    return s;
}

/* The whole folder, or each pack's own. */
static cad_status add_retrieved(json_t *report, json_t *const *retrieved)
{
    static const char *const key[] = {"retrieval", "retrieval_val"};
    cad_buf line = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int i = 0; s == CAD_OK && i < 2; i++) {
        if (!retrieved[i])
            continue;
        cad_buf_clear(&line);
        s = json_object_set(report, key[i], retrieved[i]) ? cad_fail(CAD_ENOMEM, "out of memory for audit.json")
                                                          : cad_audit_retrieved_line(retrieved[i], &line);
        if (s == CAD_OK)
            cad_log(cad_audit_retrieved_count(retrieved[i]) ? CAD_LOG_WARN : CAD_LOG_INFO, "audit: %s: %s", key[i],
                    cad_buf_cstr(&line));
    }
    cad_buf_deinit(&line);
    return s;
}

/* That every row has a loss token and its end token in the loss was verified when the packs were opened. */
cad_status cad_trainer_write_audit(cad_trainer *t)
{
    json_t *o = json_pack("{s:s}", "tokenizer_xxh3", cad_tokenizer_hash(t->tokenizer));
    cad_status s = o ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for audit.json");
    if (s == CAD_OK)
        s = add_pack(o, "train", t->cfg->data.train, t->train_pack, &t->loader);
    if (s == CAD_OK && t->val_pack)
        s = add_pack(o, "val", t->cfg->data.val, t->val_pack, &t->val_loader);
    if (s == CAD_OK && t->leaks)
        s = add_leaks(o, t->leaks);
    if (s == CAD_OK)
        s = add_retrieved(o, t->retrieved);
    if (s == CAD_OK)
        s = cad_run_dir_write_json(t->run, "audit.json", o);
    json_decref(o);
    return s;
}
