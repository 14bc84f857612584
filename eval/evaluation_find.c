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

/* data.train of a checkpoint's config.ini: resolved paths, so it is found from any directory. */
static cad_status recorded_pack(cad_eval_run_state *r, const char *ckpt, const char **out)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/config.ini", ckpt);
    *out = NULL;
    if (s == CAD_OK && cad_fs_exists(path.data)) {
        const char *kept;
        cad_config *config = NULL;
        s = cad_arena_strdup(r->arena, path.data, path.len, &kept);
        cad_config_source source = {.kind = CAD_CONFIG_FILE, .name = kept, .only = "data"};
        if (s == CAD_OK)
            s = cad_config_load(&source, 1, r->arena, NULL, &config);
        if (s == CAD_OK && config->data.train[0] && cad_fs_exists(config->data.train))
            *out = config->data.train;
    }
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_eval_find_pack(cad_eval_run_state *r, const char **folders, size_t *n_folders)
{
    r->pack = r->o->pack;
    for (size_t i = 0; i < r->o->n_models; i++) {
        const char *ckpt = r->o->model[i].ckpt, *pack;
        if (!ckpt)
            continue;
        CAD_TRY(recorded_pack(r, ckpt, &pack));
        if (!pack)
            continue;
        const char *slash = strrchr(pack, '/');
        if (slash && *n_folders < CAD_EVAL_MAX_ROWS)
            CAD_TRY(cad_arena_strdup(r->arena, pack, (size_t)(slash - pack), &folders[(*n_folders)++]));
        if (!r->tokenizer) {
            cad_buf path = CAD_BUF_INIT;
            cad_status s = cad_buf_printf(&path, "%s/tokenizer.json", ckpt);
            if (s == CAD_OK)
                s = cad_arena_strdup(r->arena, path.data, path.len, &r->tokenizer);
            cad_buf_deinit(&path);
            CAD_TRY(s);
        }
        if (!r->pack)
            r->pack = pack;
    }
    if (!r->tokenizer)
        r->pack = NULL; /* without its tokenizer a pack's answers cannot be read */
    return CAD_OK;
}

/* ---- gates ---- */

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
        CAD_FAIL(CAD_ECONFIG, "--require '%s': no metric '%s' in the results of %s", text, metric, row->label);
    value = json_number_value(json_object_get(m, "value"));
    bool known = json_is_number(json_object_get(m, "value"));
    if (!known || !(upper ? value >= bound : value <= bound))
        CAD_FAIL(CAD_EGATE, "requirement not met: %s; %s of %s is %.4f", text, metric, row->label, known ? value : 0.0);
    return CAD_OK;
}

cad_status cad_eval_gates(const cad_evaluation *e, const cad_list *require)
{
    for (size_t i = 0; i < require->n; i++)
        CAD_TRY(gate(e, require->item[i]));
    return CAD_OK;
}
