/* train/checkpoint.h, finding and reading. */
#include "train/checkpoint.h"
#include "train/ckpt_manifest.h"
#include "train/ckpt_names.h"

#include "core/fs.h"
#include "core/log.h"

#include <stdlib.h>
#include <string.h>

static int newest_first(const void *a, const void *b)
{
    return cad_step_name_compare(*(const char *const *)b, *(const char *const *)a);
}

/* A lack of memory, a read that failed: the checkpoint may be sound, and an older one would change the result. */
static bool says_nothing(cad_status s)
{
    return s == CAD_ENOMEM || s == CAD_EIO;
}

cad_status cad_checkpoint_find(const char *dir, cad_arena *scratch, cad_buf *out)
{
    cad_frame mark = cad_arena_mark(scratch);
    const char **name;
    size_t n;
    char newest[1024] = "";
    if (!cad_fs_is_dir(dir))
        CAD_FAIL(CAD_ENOTFOUND, "%s: no checkpoints", dir);
    CAD_TRY(cad_fs_list(dir, scratch, &name, &n));
    if (n > 1)
        qsort(name, n, sizeof *name, newest_first);
    cad_buf path = CAD_BUF_INIT;
    cad_status s = CAD_ENOTFOUND;
    for (size_t i = 0; i < n && s != CAD_OK; i++) {
        if (!cad_step_name_is(name[i]))
            continue;
        cad_buf_clear(&path);
        s = cad_buf_printf(&path, "%s/%s", dir, name[i]);
        if (s == CAD_OK)
            s = cad_manifest_check(path.data, true);
        if (says_nothing(s))
            break;
        if (s != CAD_OK) {
            cad_log(CAD_LOG_WARN, "checkpoint passed over: %s", cad_error_text());
            if (!newest[0])
                strncpy(newest, cad_error_text(), sizeof newest - 1);
        }
    }
    if (s == CAD_OK)
        s = cad_buf_str(out, path.data);
    else if (s == CAD_EIO)
        s = cad_fail(CAD_EIO, "%s\nhint: if that lasts, --resume=%s/" CAD_STEP_PREFIX "N goes on from an older one",
                     cad_error_text(), dir);
    else if (newest[0] && !says_nothing(s))
        s = cad_fail(CAD_ECORRUPT, "no sound checkpoint in %s: %s\nhint: --resume=no starts afresh", dir, newest);
    else if (!says_nothing(s))
        s = cad_fail(CAD_ENOTFOUND, "%s: no checkpoints", dir);
    cad_buf_deinit(&path);
    CAD_TRY(s);
    cad_arena_rewind(scratch, mark);
    return CAD_OK;
}

static cad_status load_parts(const char *path, cad_decoder *d, cad_optimizer *o, cad_train_state *state)
{
    cad_buf file = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&file, "%s/trainer_state.json", path);
    if (s == CAD_OK)
        s = cad_train_state_load(file.data, state);
    cad_buf_clear(&file);
    if (s == CAD_OK)
        s = cad_buf_printf(&file, "%s/optimizer.safetensors", path);
    if (s == CAD_OK)
        s = cad_optimizer_load(o, file.data);
    cad_buf_clear(&file);
    if (s == CAD_OK && cad_decoder_options(d)->train == CAD_TRAIN_lora) {
        s = cad_decoder_load_adapter(d, path);
    } else if (s == CAD_OK) {
        s = cad_buf_printf(&file, "%s/master.safetensors", path);
        if (s == CAD_OK)
            s = cad_decoder_load_master(d, file.data);
    }
    cad_buf_deinit(&file);
    return s;
}

cad_status cad_checkpoint_load(const char *path, cad_decoder *d, cad_optimizer *o, cad_train_state *out)
{
    cad_train_state state;
    CAD_TRY(cad_manifest_check(path, true));
    CAD_TRY(load_parts(path, d, o, &state));
    *out = state;
    return CAD_OK;
}
