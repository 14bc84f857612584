/* The folder that describes a run (cli.md 7): run.json, config.ini, cmd.sh, build.json, env.json, LOCK.
 *
 * One run_id for life; each start but the first adds to `restarts`.  run.json: {"schema","run_id","name","status" (starting,
 * running, preempted, done, failed),"exit_code","host","pid","job","started","updated","restarts":[{"time","step","host",
 * "pid","from"}],"allowed_changes":[..],"totals":{"steps","rows","tokens","wall_s"}} and what cad_run_dir_set adds. */
#ifndef CADLM_TRAIN_RUN_DIR_H
#define CADLM_TRAIN_RUN_DIR_H

#include "core/json.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_run_dir cad_run_dir;

typedef struct cad_run_totals {
    int64_t steps, rows, tokens; /* since step 0 */
    double wall_s;
} cad_run_totals;

/* Creates the folder where needed, takes its lock (train/run_lock.h), reads or starts run.json (status starting) and writes
 * env.json.  Errors: CAD_ELOCKED naming the owner, CAD_EWRITE; a run.json that is no run.json is set aside as
 * the first free of run.json.bad, run.json.bad.1, .. */
CAD_MUST_USE cad_status cad_run_dir_open(const char *path, const char *name, bool force_unlock, cad_run_dir **out);
/* CAD_ELOCKED: another process took the folder over, and nothing more may be written here. */
CAD_MUST_USE cad_status cad_run_dir_check_lock(const cad_run_dir *r);
const char *cad_run_dir_path(const cad_run_dir *r);
const char *cad_run_dir_id(const cad_run_dir *r); /* 16 hex digits */
bool cad_run_dir_continued(const cad_run_dir *r); /* an earlier start left its run.json */
/* "path/name"; borrowed until the next call. */
CAD_MUST_USE cad_status cad_run_dir_file(cad_run_dir *r, const char *name, const char **out);

/* Replaces a file of the run. */
CAD_MUST_USE cad_status cad_run_dir_write(cad_run_dir *r, const char *name, const void *data, size_t len);
CAD_MUST_USE cad_status cad_run_dir_write_json(cad_run_dir *r, const char *name, const json_t *o);
/* cmd.sh: `sh cmd.sh` repeats the command (one line of shell, as cad_cli_command gives it) from the same folder. */
CAD_MUST_USE cad_status cad_run_dir_write_command(cad_run_dir *r, const char *command);

/* Sets a member of run.json ("method", "tags", ..); takes `value`.  Written with the next status. */
CAD_MUST_USE cad_status cad_run_dir_set(cad_run_dir *r, const char *key, json_t *value);
/* Records a start, after the first, that begins behind `step`, and keys that were allowed to change.  `from`: the checkpoint
 * that it was told to continue, "": none. */
CAD_MUST_USE cad_status cad_run_dir_add_restart(cad_run_dir *r, int64_t step, const char *from);
CAD_MUST_USE cad_status cad_run_dir_add_allowed(cad_run_dir *r, const char *key, const char *from, const char *to);
/* Replaces run.json.  `totals` may be NULL: as before. */
CAD_MUST_USE cad_status cad_run_dir_set_status(cad_run_dir *r, const char *status, int exit_code, const cad_run_totals *totals);
/* Puts run.json and env.json back as they were before open, and removes the folders that open made and nobody used: for a start
 * that came to nothing.  Only close may follow.  That it fails is a warning. */
void cad_run_dir_withdraw(cad_run_dir *r);
/* Puts both back too, then renames the folder to the first free of path.1, path.2, .. under its lock, so that it is nobody's
 * live run.  Only close may follow.  *out: that name; the caller's buffer, empty before.  Errors: CAD_ELOCKED, CAD_EWRITE. */
CAD_MUST_USE cad_status cad_run_dir_set_aside(cad_run_dir *r, cad_buf *out);
void cad_run_dir_close(cad_run_dir *r); /* releases the lock; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
