#include "dataprep/prep_share.h"

#include "core/build_info.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/log.h"
#include "dataprep/step_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The names of all files of a tree: their bytes are read by the share that works on them. */
static cad_status add_tree(const char *dir, cad_buf *text)
{
    cad_arena *a = NULL;
    cad_step_files files;
    CAD_TRY(cad_arena_create("names of files", (size_t)16 << 30, &a));
    cad_hasher *h = cad_hasher_create();
    cad_status s = h ? cad_step_files_find_packed(dir, NULL, a, &files) : cad_fail(CAD_ENOMEM, "%s: no memory for a hash", dir);
    for (int64_t i = 0; s == CAD_OK && i < files.n; i++)
        cad_hasher_add(h, files.item[i].rel, strlen(files.item[i].rel) + 1);
    char hex[CAD_HASH_HEX] = "";
    if (s == CAD_OK)
        cad_hasher_hex(h, hex);
    cad_hasher_destroy(h);
    cad_arena_destroy(a);
    return s == CAD_OK ? cad_buf_printf(text, "%s\n", hex) : s;
}

static cad_status add_file(const char *path, cad_buf *text)
{
    char hex[CAD_HASH_HEX];
    CAD_TRY(cad_fs_hash(path, hex));
    return cad_buf_printf(text, "%s\n", hex);
}

static cad_status key_of(const cad_prep_job *j, const char *stage, const char *keys, const char *const *in, size_t n,
                         char out[33])
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&text, "%s %s %s\n", stage, cad_build_version(), cad_build_commit());
    if (s == CAD_OK)
        s = cad_prep_settings(j, keys, &text);
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        s = !in[i] ? cad_buf_str(&text, "none\n") : cad_fs_is_dir(in[i]) ? add_tree(in[i], &text) : add_file(in[i], &text);
    if (s == CAD_OK)
        cad_hash128_hex(cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return s;
}

/* Whether an earlier call made this very share; what it left is whole, or made again. */
static bool made_before(const cad_prep_job *j, const cad_prep_share *s)
{
    cad_shard_record old;
    return cad_shard_record_read(j->arena, s->out, &old) == CAD_OK && !strcmp(old.key, s->record.key) &&
           old.shard.index == s->record.shard.index && old.shard.of == s->record.shard.of;
}

cad_status cad_prep_share_open(const cad_prep_job *j, const char *stage, const char *keys, const char *const *in, size_t n_in,
                               const char *out, cad_prep_share *share)
{
    *share = (cad_prep_share){.out = out, .max_bad = j->cfg->prep.max_bad, .rows = j->shard};
    if (j->shard.of == 0)
        return CAD_OK;
    share->max_bad = 1;
    share->record = (cad_shard_record){.shard = j->shard, .max_bad = j->cfg->prep.max_bad};
    snprintf(share->record.stage, sizeof share->record.stage, "%s", stage);
    if (j->part) {
        share->rows = (cad_shard){0, 1};
        return key_of(j, stage, keys, NULL, 0, share->record.key);
    }
    CAD_TRY(cad_shard_name(j->arena, out, j->shard, &share->out));
    CAD_TRY(key_of(j, stage, keys, in, n_in, share->record.key));
    share->done = made_before(j, share);
    if (share->done)
        cad_log(CAD_LOG_INFO, "%s: %s: done before, skipped", stage, share->out);
    return CAD_OK;
}

cad_status cad_prep_share_close(const cad_prep_job *j, cad_prep_share *share, cad_shard_tally tally, cad_status s)
{
    if (j->shard.of == 0 || (s != CAD_OK && s != CAD_EPARTIAL))
        return s;
    if (s == CAD_EPARTIAL)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    share->record.tally = tally;
    CAD_TRY(cad_shard_record_write(j->arena, share->out, &share->record));
    if (j->part)
        return CAD_OK;
    cad_log(CAD_LOG_INFO, "%s: share %" PRId64 " of %" PRId64 " (0 to %" PRId64 ") is in %s; cadprep merge joins them",
            share->record.stage, j->shard.index, j->shard.of, j->shard.of - 1, share->out);
    return CAD_OK;
}
