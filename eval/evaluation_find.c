/* eval/evaluation.h: suites by name, the training pack that a checkpoint recorded, gates. */
#include "core/build_info.h"
#include "core/fs.h"
#include "eval/evaluation_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cad_status cad_eval_find_suite(const char *name, const char *const *folders, size_t n, cad_buf *out)
{
    if (cad_fs_exists(name) && !cad_fs_is_dir(name))
        return cad_buf_str(out, name);
    char shipped[256];
    snprintf(shipped, sizeof shipped, "configs/suite_%.200s.jsonl", name);
    for (char *c = shipped; *c; c++)
        *c = *c == '-' ? '_' : *c;
    for (size_t i = 0; i < n; i++) {
        cad_buf_clear(out);
        CAD_TRY(cad_buf_printf(out, "%s/%s.jsonl", folders[i], name));
        if (cad_fs_exists(out->data))
            return CAD_OK;
    }
    cad_buf_clear(out);
    if (cad_share_find(shipped, out) == CAD_OK)
        return CAD_OK;
    CAD_FAIL(CAD_ENOTFOUND, "no suite '%s': neither a file, nor %s, nor %s.jsonl beside a checkpoint's training data", name,
             shipped, name);
}

static cad_status join(cad_arena *a, const char *dir, const char *name, const char **out)
{
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&b, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, b.data, b.len, out);
    cad_buf_deinit(&b);
    return s;
}

/* data.train of a checkpoint's config.ini: resolved paths, so it is found from any directory.  NULL: none, or not there. */
static cad_status recorded_pack(cad_eval_run_state *r, const char *dir, const char **out)
{
    const char *path;
    cad_config *config;
    *out = NULL;
    CAD_TRY(join(r->arena, dir, "config.ini", &path));
    if (!cad_fs_exists(path))
        return CAD_OK;
    const cad_config_source source = {.kind = CAD_CONFIG_FILE, .name = path, .only = "data"};
    CAD_TRY(cad_config_load(&source, 1, r->arena, NULL, &config));
    if (config->data.train[0] && cad_fs_exists(config->data.train))
        *out = config->data.train;
    return CAD_OK;
}

/* Takes from one checkpoint what is still missing: the pack it was trained with, and the tokenizer of that pack. */
static cad_status look_into(cad_eval_run_state *r, const char *dir, const char **folders, size_t *n_folders)
{
    const char *pack;
    CAD_TRY(recorded_pack(r, dir, &pack));
    const char *slash = pack ? strrchr(pack, '/') : NULL;
    if (slash)
        CAD_TRY(cad_arena_strdup(r->arena, pack, (size_t)(slash - pack), &folders[(*n_folders)++]));
    if (!r->pack)
        r->pack = pack;
    if (!r->tokenizer && r->pack)
        CAD_TRY(join(r->arena, dir, "tokenizer.json", &r->tokenizer));
    return CAD_OK;
}

cad_status cad_eval_find_pack(cad_eval_run_state *r, const char **folders, size_t *n_folders)
{
    r->pack = r->o->pack;
    for (size_t i = 0; i < r->o->n_models; i++) {
        cad_buf dir = CAD_BUF_INIT;
        cad_status s = cad_engine_resolve(r->o->model[i].ckpt, &dir);
        if (s == CAD_OK)
            s = look_into(r, dir.data, folders, n_folders);
        cad_buf_deinit(&dir);
        CAD_TRY(s);
    }
    return CAD_OK;
}

/* ---- gates ---- */

static cad_status unknown_metric(const char *text, const char *metric, const cad_table_row *row)
{
    char known[512] = "";
    const char *name;
    json_t *m;
    json_object_foreach(json_object_get(row->results, "metrics"), name, m)
        snprintf(known + strlen(known), sizeof known - strlen(known), " %s", name);
    CAD_FAIL(CAD_ECONFIG, "--require '%s': no metric '%s' in the results of %s; it has%s", text, metric, row->label, known);
}

static cad_status gate(const cad_evaluation *e, const char *text)
{
    const char *at = strstr(text, ">="), *colon = strchr(text, ':');
    bool upper = at != NULL;
    if (!at)
        at = strstr(text, "<=");
    if (!at || at == text)
        CAD_FAIL(CAD_ECONFIG, "--require '%s': expected [LABEL:]METRIC>=NUMBER or <=", text);
    const cad_table_row *row = &e->row[0];
    const char *name = text;
    if (colon && colon < at) {
        row = NULL;
        for (size_t i = 0; i < e->n_rows; i++)
            if (strlen(e->row[i].label) == (size_t)(colon - text) && !memcmp(e->row[i].label, text, (size_t)(colon - text)))
                row = &e->row[i];
        name = colon + 1;
    }
    char metric[96], *end;
    size_t len = (size_t)(at - name);
    double bound = strtod(at + 2, &end), value;
    if (!row || len >= sizeof metric || *end || end == at + 2)
        CAD_FAIL(CAD_ECONFIG, "--require '%s': expected [LABEL:]METRIC>=NUMBER with a label of this table", text);
    memcpy(metric, name, len);
    metric[len] = '\0';
    const json_t *m = json_object_get(json_object_get(row->results, "metrics"), metric);
    if (!m)
        return unknown_metric(text, metric, row);
    const json_t *v = json_object_get(m, "value");
    if (!json_is_number(v)) /* "inf", or null without a single sample */
        CAD_FAIL(CAD_EGATE, "requirement not met: %s; %s of %s is %s", text, metric, row->label,
                 json_is_string(v) ? json_string_value(v) : "not known");
    value = json_number_value(v);
    if (!(upper ? value >= bound : value <= bound))
        CAD_FAIL(CAD_EGATE, "requirement not met: %s; %s of %s is %.4f", text, metric, row->label, value);
    return CAD_OK;
}

cad_status cad_eval_gates(const cad_evaluation *e, const cad_list *require)
{
    for (size_t i = 0; i < require->n; i++)
        CAD_TRY(gate(e, require->item[i]));
    return CAD_OK;
}
