/* What the keys and records of stages remember of the files that they read and make. */
#include "core/fs.h"
#include "core/path.h"
#include "dataprep/prep_stage.h"
#include "dataprep/wanted_parts.h"

#include <stdio.h>
#include <string.h>

static cad_status add_files(const cad_step_file *item, int64_t n, cad_hasher *h)
{
    for (int64_t i = 0; i < n; i++) {
        char hex[CAD_HASH_HEX];
        CAD_TRY(cad_fs_hash(item[i].path, hex));
        cad_hasher_add(h, item[i].rel, strlen(item[i].rel) + 1);
        cad_hasher_add(h, hex, sizeof hex);
    }
    return CAD_OK;
}

/* What else decides which models are a share's. */
static void add_bounds(const cad_step_share *part, cad_hasher *h)
{
    const char *bound[] = {part->none ? "none" : "some", part->from ? part->from : "", part->to ? part->to : ""};
    for (int i = 0; i < 3; i++)
        cad_hasher_add(h, bound[i], strlen(bound[i]) + 1);
}

/* One hash over the names and bytes of all STEP files of a folder, or of `part` alone. */
static cad_status hash_tree(const cad_prep_job *j, const char *dir, const cad_step_share *part, char out[CAD_HASH_HEX])
{
    cad_frame mark = cad_arena_mark(j->arena);
    cad_step_files files = {0};
    if (!part) {
        cad_status found = cad_step_files_find_packed(dir, NULL, j->arena, &files);
        if (!(found == CAD_ENOTFOUND && j->part && cad_fs_is_dir(dir))) /* a share may have no file */
            CAD_TRY(found);
    }
    cad_hasher *h = cad_hasher_create();
    cad_status s = h ? CAD_OK : cad_fail(CAD_ENOMEM, "%s: no memory for a hash", dir);
    if (s == CAD_OK && part)
        add_bounds(part, h);
    if (s == CAD_OK)
        s = part ? add_files(part->item, part->n, h) : add_files(files.item, files.n, h);
    if (s == CAD_OK)
        cad_hasher_hex(h, out);
    cad_hasher_destroy(h);
    cad_arena_rewind(j->arena, mark);
    return s;
}

static cad_status add_file(const char *dir, const char *name, cad_buf *text)
{
    char path[4200], hex[CAD_HASH_HEX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (!cad_fs_is_file(path))
        return CAD_OK;
    CAD_TRY(cad_fs_hash(path, hex));
    return cad_buf_printf(text, "%s %s\n", name, hex);
}

/* Its weights, in one file or several, and the settings beside them; the hashed encoder has no files. */
static cad_status hash_encoder(const cad_prep_job *j, char out[CAD_HASH_HEX])
{
    const char *dir = j->cfg->rag.encoder_path, **name = NULL;
    size_t n = 0;
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    snprintf(out, CAD_HASH_HEX, "none");
    if (j->cfg->rag.encoder != CAD_RAG_ENCODER_minilm || !cad_fs_is_dir(dir))
        return CAD_OK;
    cad_frame mark = cad_arena_mark(j->arena);
    CAD_TRY(cad_fs_list(dir, j->arena, &name, &n));
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        if (cad_path_ends(name[i], ".safetensors") || cad_path_ends(name[i], ".json"))
            s = add_file(dir, name[i], &text);
    if (s == CAD_OK)
        s = add_file(dir, "1_Pooling/config.json", &text);
    if (s == CAD_OK)
        cad_hash128_hex(cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    cad_arena_rewind(j->arena, mark);
    return s;
}

/* parts.jsonl beside the captions, which import reads where it is there. */
static cad_status hash_facts(const cad_prep_job *j, char out[CAD_HASH_HEX])
{
    const char *captions = NULL;
    cad_buf path = CAD_BUF_INIT;
    snprintf(out, CAD_HASH_HEX, "none");
    CAD_TRY(cad_prep_stage_captions(j, &captions));
    cad_status s = captions ? cad_path_parent(captions, &path) : CAD_OK;
    if (s == CAD_OK && captions)
        s = cad_buf_str(&path, "/parts.jsonl");
    if (s == CAD_OK && captions && cad_fs_exists(cad_buf_cstr(&path)))
        s = cad_fs_hash(cad_buf_cstr(&path), out);
    cad_buf_deinit(&path);
    return s;
}

static cad_status hash_wanted(const cad_prep_job *j, char out[CAD_HASH_HEX])
{
    const char *captions = NULL;
    cad_wanted_parts *w = NULL;
    snprintf(out, CAD_HASH_HEX, "all");
    CAD_TRY(cad_prep_stage_captions(j, &captions));
    if (!captions)
        return CAD_OK;
    CAD_TRY(cad_wanted_parts_open(captions, &w));
    cad_wanted_parts_hash(w, out);
    cad_wanted_parts_close(w);
    return CAD_OK;
}

cad_status cad_prep_hash_input(const cad_prep_job *j, const char *name, const char **out_name, char out[CAD_HASH_HEX])
{
    const char *path = NULL;
    *out_name = name;
    if (!strcmp(name, CAD_PREP_PARTS)) {
        CAD_TRY(cad_prep_stage_parts(j, &path));
        return hash_tree(j, path, j->part, out);
    }
    if (!strcmp(name, CAD_PREP_ENCODER))
        return hash_encoder(j, out);
    if (!strcmp(name, CAD_PREP_WANTED))
        return hash_wanted(j, out);
    if (!strcmp(name, CAD_PREP_FACTS))
        return hash_facts(j, out);
    if (!strcmp(name, CAD_PREP_TEMPLATE)) {
        snprintf(out, CAD_HASH_HEX, "%s", j->tpl->hash);
        return CAD_OK;
    }
    if (!strcmp(name, CAD_PREP_CAPTIONS)) {
        CAD_TRY(cad_prep_stage_captions(j, &path));
        snprintf(out, CAD_HASH_HEX, "none");
        return path ? cad_fs_hash(path, out) : CAD_OK;
    }
    if (!strcmp(name, CAD_PREP_FILES)) {
        snprintf(out, CAD_HASH_HEX, "none");
        CAD_TRY(cad_prep_stage_file(j, name, &path));
        return cad_prep_stage_remakes(j) ? hash_tree(j, path, NULL, out) : CAD_OK;
    }
    CAD_TRY(cad_prep_stage_file(j, name, &path));
    if (!strcmp(name, CAD_PREP_TOKENIZER))
        *out_name = path;
    return cad_fs_hash(path, out);
}
