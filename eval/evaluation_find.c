/* eval/evaluation.h: suites by name, the training pack that a checkpoint recorded. */
#include "core/build_info.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/near.h"
#include "core/path.h"
#include "eval/evaluation_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_near(const char *name, const char *meant)
{
    int edits = cad_name_distance(name, meant);
    return edits > 0 && cad_name_is_near(edits, name);
}

/* No such suite: one of a name that is almost right, where there is one, is the hint. */
static cad_status no_suite(const char *name, const char *shipped, const char *const *folders, size_t n, cad_buf *out)
{
    static const char SYNTH[] = "synth-test", *const NAMES[] = {"cad0-seven", "natural", SYNTH};
    char hint[160] = "--suite=cad0-seven or natural; or the file: --suite=data/NAME/synth-test.jsonl";
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (!is_near(name, NAMES[i]))
            continue;
        if (cad_eval_find_suite(NAMES[i], folders, n, out) == CAD_OK)
            snprintf(hint, sizeof hint, "did you mean --suite=%s?", NAMES[i]);
        else if (NAMES[i] == SYNTH)
            snprintf(hint, sizeof hint, "did you mean %s? it lies beside training data: --suite=data/NAME/%s.jsonl", SYNTH,
                     SYNTH);
    }
    CAD_FAIL(CAD_ENOTFOUND, "no suite '%s': neither a file, nor %s, nor %s.jsonl beside a checkpoint's training data\nhint: %s",
             name, shipped, name, hint);
}

cad_status cad_eval_find_suite(const char *name, const char *const *folders, size_t n, cad_buf *out)
{
    bool there = cad_fs_exists(name) && (strchr(name, '/') || !cad_fs_is_dir(name)); /* a folder may be called like a suite */
    if (there || cad_path_ends(name, ".jsonl")) {
        CAD_TRY(cad_file_expect(name, CAD_FILE_suite));
        return cad_buf_str(out, name);
    }
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
    return no_suite(name, shipped, folders, n, out);
}

static cad_status folder_of(cad_arena *a, const char *path, const char **out)
{
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_path_parent(path, &b);
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
    CAD_TRY(cad_path_join(r->arena, dir, "config.ini", &path));
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
    if (pack)
        CAD_TRY(folder_of(r->arena, pack, &folders[(*n_folders)++]));
    if (!r->pack)
        r->pack = pack;
    if (!r->tokenizer && r->pack)
        CAD_TRY(cad_path_join(r->arena, dir, "tokenizer.json", &r->tokenizer));
    return CAD_OK;
}

cad_status cad_eval_find_pack(cad_eval_run_state *r, const char **folders, size_t *n_folders)
{
    r->pack = r->o->pack;
    for (size_t i = 0; i < r->o->n_models; i++) {
        if (r->o->model[i].pred)
            continue;
        cad_buf dir = CAD_BUF_INIT;
        cad_status s = cad_engine_resolve(r->o->model[i].ckpt, &dir);
        if (s == CAD_OK)
            s = look_into(r, dir.data, folders, n_folders);
        cad_buf_deinit(&dir);
        CAD_TRY(s);
    }
    return CAD_OK;
}
