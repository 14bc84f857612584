/* train/checkpoint.h, leaving a branch: what lies behind the step from which a run goes on. */
#include "train/checkpoint.h"
#include "train/ckpt_names.h"

#include "core/fs.h"
#include "core/log.h"

#include <string.h>

#define DROPPED_PREFIX "dropped-"

/* A link that names a checkpoint behind `step` then names `instead`, or goes where that is not there. */
static cad_status turn_link(const char *dir, const char *link, const char *step, const char *instead, bool *gone)
{
    cad_buf path = CAD_BUF_INIT, target = CAD_BUF_INIT, other = CAD_BUF_INIT;
    *gone = false;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, link);
    bool later = s == CAD_OK && cad_fs_readlink(path.data, &target) == CAD_OK && cad_step_name_is(target.data) &&
                 cad_step_name_compare(target.data, step) > 0;
    if (s == CAD_OK && later)
        s = cad_buf_printf(&other, "%s/%s", dir, instead);
    if (s == CAD_OK && later) {
        *gone = !cad_fs_is_dir(other.data);
        s = *gone ? cad_fs_remove(path.data) : cad_fs_symlink_replace(instead, path.data);
    }
    cad_buf_deinit(&other);
    cad_buf_deinit(&target);
    cad_buf_deinit(&path);
    return s;
}

/* Renames to the first free of dropped-NAME, dropped-NAME.1, .. */
static cad_status set_aside(const char *dir, const char *name)
{
    cad_buf from = CAD_BUF_INIT, wanted = CAD_BUF_INIT, to = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&from, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_buf_printf(&wanted, "%s/" DROPPED_PREFIX "%s", dir, name);
    if (s == CAD_OK)
        s = cad_fs_free_name(wanted.data, NULL, &to);
    if (s == CAD_OK)
        s = cad_fs_commit_dir(from.data, to.data);
    cad_buf_deinit(&to);
    cad_buf_deinit(&wanted);
    cad_buf_deinit(&from);
    return s;
}

cad_status cad_checkpoint_leave_branch(const char *dir, int64_t step, int64_t best_step, cad_arena *scratch, bool *best_gone)
{
    const char **name;
    size_t n, dropped = 0;
    char here[CAD_STEP_NAME], best[CAD_STEP_NAME];
    bool latest_gone;
    *best_gone = false;
    if (!cad_fs_is_dir(dir))
        return CAD_OK;
    cad_step_name(step, here);
    cad_step_name(best_step, best);
    cad_frame mark = cad_arena_mark(scratch);
    CAD_TRY(cad_fs_list(dir, scratch, &name, &n));
    /* First the links: killed in between, none of them names nothing. */
    CAD_TRY(turn_link(dir, "latest", here, here, &latest_gone));
    CAD_TRY(turn_link(dir, "best", here, best, best_gone));
    for (size_t i = 0; i < n; i++)
        if (cad_step_name_is(name[i]) && cad_step_name_compare(name[i], here) > 0) {
            CAD_TRY(set_aside(dir, name[i]));
            dropped++;
        }
    if (dropped)
        cad_log(CAD_LOG_INFO,
                "%s: what was saved behind step %" PRId64 " is set aside: " DROPPED_PREFIX CAD_STEP_PREFIX "* (%zu)", dir, step,
                dropped);
    cad_arena_rewind(scratch, mark);
    return CAD_OK;
}
