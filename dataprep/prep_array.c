/* Shares of cadprep run: whether all of them are whole, and what they become. */
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/size.h"
#include "dataprep/prep_stage.h"
#include "dataprep/shard_record.h"
#include "dataprep/stage_merge.h"
#include "dataprep/tree_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAMED = 10 };
static const size_t NAMES = (size_t)16 << 30; /* address space until it is used */

cad_status cad_prep_array_tree(const cad_prep_job *j, cad_arena *a, cad_step_files *out)
{
    const char *parts;
    CAD_TRY(cad_prep_stage_parts(j, &parts));
    CAD_TRY(cad_step_files_find_packed(parts, NULL, a, out));
    cad_step_files_by_id(out);
    return CAD_OK;
}

/* ---- which there are ---- */

/* Of how many shares records are left in the folder; 0: none. */
static cad_status count_of_records(const cad_prep_job *j, int64_t *of)
{
    const char *dir, **name = NULL, *stem;
    size_t n = 0;
    *of = 0;
    CAD_TRY(cad_prep_path(j, ".stages", &dir));
    if (cad_fs_is_dir(dir))
        CAD_TRY(cad_fs_list(dir, j->arena, &name, &n));
    for (size_t i = 0; i < n; i++) {
        cad_shard shard;
        if (!cad_path_ends(name[i], ".json"))
            continue;
        CAD_TRY(cad_arena_strdup(j->arena, name[i], strlen(name[i]) - strlen(".json"), &stem));
        if (!cad_shard_of_name(stem, &shard) || shard.of == *of)
            continue;
        if (*of)
            CAD_FAIL(CAD_EDATA,
                     "%s: shares of %" PRId64 " and of %" PRId64 "; expected those of one array\nhint: rm %s/*-of-%" PRId64
                     ".json, or of %" PRId64 ", forgets the others",
                     j->dir, *of, shard.of, dir, *of, shard.of);
        *of = shard.of;
    }
    return CAD_OK;
}

cad_status cad_prep_array_check(const cad_prep_job *j)
{
    int64_t of;
    CAD_TRY(count_of_records(j, &of));
    if (of && of != j->shard.of)
        CAD_FAIL(CAD_EDATA,
                 "%s: holds shares of %" PRId64 ", and this is share %" PRId64 " of %" PRId64 "\nhint: --shard=i/%" PRId64
                 " makes one of those again; rm %s/.stages/*-of-%" PRId64 ".json forgets them",
                 j->dir, of, j->shard.index, j->shard.of, of, j->dir, of);
    return CAD_OK;
}

cad_status cad_prep_array_begin(const cad_prep_job *j)
{
    char name[96];
    const char *dir, *path;
    snprintf(name, sizeof name, ".stages/share.%" PRId64 "-of-%" PRId64 ".json", j->shard.index, j->shard.of);
    CAD_TRY(cad_prep_path(j, ".stages", &dir));
    CAD_TRY(cad_prep_path(j, name, &path));
    CAD_TRY(cad_fs_mkdirs(dir));
    return cad_fs_write(path, "{}\n", 3);
}

static bool takes_part(const cad_prep_job *j, const cad_prep_stage *s)
{
    return s->by_row && s->wanted(j);
}

/* *whole = false: a stage was not finished. */
static cad_status check_share(const cad_prep_job *share, bool *whole)
{
    size_t n;
    const cad_prep_stage *s = cad_prep_stages(&n);
    for (size_t i = 0; i < n; i++) {
        char key[33];
        bool ignored;
        if (!takes_part(share, &s[i]))
            continue;
        *whole = cad_prep_stage_has_record(share, &s[i]);
        if (!*whole)
            return CAD_OK;
        CAD_TRY(cad_prep_stage_key(share, &s[i], key));
        if (!cad_prep_stage_finished(share, &s[i], key, &ignored))
            CAD_FAIL(CAD_EDATA,
                     "%s: share %" PRId64 " of %" PRId64
                     ": stage %s was made with other settings, of other files or by another "
                     "build, or changed since; nothing is written\nhint: the same call with --shard=%" PRId64 "/%" PRId64
                     " makes it again; rm %s/.stages/*-of-%" PRId64 ".json forgets all shares",
                     share->dir, share->shard.index, share->shard.of, cad_prep_stage_title(share, &s[i]), share->shard.index,
                     share->shard.of, share->dir, share->shard.of);
    }
    return CAD_OK;
}

static cad_status check_all(const cad_prep_job *j, const cad_step_files *tree, int64_t of, cad_buf *list)
{
    int64_t missing = 0, first = 0;
    for (int64_t i = 0; i < of; i++) {
        cad_step_share part;
        cad_prep_job share = *j;
        bool whole = true;
        share.shard = (cad_shard){i, of};
        share.part = &part;
        cad_step_files_share(tree, share.shard, &part);
        CAD_TRY(check_share(&share, &whole));
        if (whole)
            continue;
        first = missing ? first : i;
        if (missing++ < NAMED)
            CAD_TRY(cad_buf_printf(list, "%s%" PRId64, missing > 1 ? ", " : "", i));
    }
    if (missing)
        CAD_FAIL(CAD_EPARTIAL,
                 "%s: %" PRId64 " of %" PRId64
                 " shares are missing or not finished: %s%s; nothing is written\nhint: the same call with --shard=%" PRId64
                 "/%" PRId64 " makes one; rm %s/.stages/*-of-%" PRId64 ".json forgets all shares",
                 j->dir, missing, of, cad_buf_cstr(list), missing > NAMED ? ", .." : "", first, of, j->dir, of);
    return CAD_OK;
}

cad_status cad_prep_array_find(const cad_prep_job *j, int64_t *of)
{
    cad_arena *a = NULL;
    cad_step_files tree;
    cad_buf list = CAD_BUF_INIT;
    CAD_TRY(count_of_records(j, of));
    if (*of == 0)
        return CAD_OK;
    CAD_TRY(cad_arena_create("names of files", NAMES, &a));
    cad_status s = cad_prep_array_tree(j, a, &tree);
    if (s == CAD_OK)
        s = check_all(j, &tree, *of, &list);
    cad_buf_deinit(&list);
    cad_arena_destroy(a);
    return s;
}

/* ---- joining ---- */

cad_status cad_prep_array_join(const cad_prep_job *j, const cad_prep_stage *s, int64_t of, bool *lost)
{
    const char **in, *out, *name = s->out[0];
    cad_stage_merge_result r = {.shards = 0};
    char rows[32];
    for (int i = 1; i < CAD_PREP_STAGE_FILES && s->out[i]; i++)
        name = s->out[i];
    CAD_TRY(cad_prep_stage_file(j, name, &out));
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul((size_t)of, sizeof *in), "names of shares", &in));
    for (int64_t i = 0; i < of; i++) {
        cad_prep_job share = *j;
        share.shard = (cad_shard){i, of};
        CAD_TRY(cad_prep_stage_file(&share, name, &in[i]));
    }
    if (cad_fs_is_dir(out))
        CAD_TRY(cad_tree_folder_remove(out, j->arena));
    cad_status st = cad_stage_merge(&(cad_stage_merge_args){in, (size_t)of, out}, j->arena, &r);
    cad_progress_grouped(r.tally.rows, rows);
    if (r.shards)
        cad_log(CAD_LOG_INFO, "%s: %s: %s rows, joined from %" PRId64 " shares", cad_prep_stage_title(j, s), out, rows, of);
    *lost = st == CAD_EPARTIAL && r.shards;
    return *lost ? CAD_OK : st;
}
