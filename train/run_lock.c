#include "train/run_lock.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/ticker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_RUN_JSON = 16 << 20 };

/* The fields of an owner; parts that a file lacks are empty. */
enum { HOST, PID, JOB, BOOT, RESTART, N_FIELDS };
typedef struct owner {
    char field[N_FIELDS][128];
} owner;

struct cad_run_lock {
    cad_lock *lock;
    cad_ticker *ticker;
    cad_buf dir, run_json;
    owner me;
    bool force;
    double stale_s;
};

/* ---- who ---- */

/* One field: neither the separator nor a line end. */
static void set_field(owner *o, int i, const char *text)
{
    snprintf(o->field[i], sizeof o->field[i], "%s", text ? text : "");
    for (char *c = o->field[i]; *c; c++)
        if (*c == ':' || (unsigned char)*c < ' ')
            *c = '_';
}

static void describe_me(owner *me)
{
    char host[128] = "", pid[24];
    if (gethostname(host, sizeof host - 1) != 0)
        snprintf(host, sizeof host, "unknown");
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    set_field(me, HOST, host);
    set_field(me, PID, pid);
    set_field(me, JOB, getenv("SLURM_JOB_ID"));
    set_field(me, RESTART, getenv("SLURM_RESTART_COUNT"));
    cad_file *f;
    char boot[37] = "";
    if (cad_file_open("/proc/sys/kernel/random/boot_id", &f) == CAD_OK) {
        if (cad_file_read_at(f, 0, boot, sizeof boot - 1) != CAD_OK)
            boot[0] = '\0';
        cad_file_close(f);
    }
    set_field(me, BOOT, boot);
}

static void parse_owner(const char *text, owner *out)
{
    memset(out, 0, sizeof *out);
    for (int i = 0; i < N_FIELDS; i++) {
        size_t n = strcspn(text, ":");
        snprintf(out->field[i], sizeof out->field[i], "%.*s", (int)n, text);
        text += n;
        if (*text++ != ':')
            return;
    }
}

static bool same(const owner *a, const owner *b, int i)
{
    return a->field[i][0] && !strcmp(a->field[i], b->field[i]);
}

/* ---- whether an owner elsewhere lives ---- */

static bool run_is_open(const char *path)
{
    json_t *o = NULL;
    const char *status = "running"; /* a file that cannot be read tells nothing: the time decides */
    if (cad_json_read(path, MAX_RUN_JSON, &o) == CAD_OK && json_is_string(json_object_get(o, "status")))
        status = json_string_value(json_object_get(o, "status"));
    bool open = !strcmp(status, "running") || !strcmp(status, "starting");
    json_decref(o);
    return open;
}

/* Seconds since a file was written, both times by the clock of its file system: that of this host may be another one, and is
 * asked only where no file can be made.  Whoever cannot tell the time must not take a living owner for dead: 0. */
static double age_of(const cad_run_lock *l, const char *file)
{
    double now = 0.0, written = 0.0;
    cad_status s = cad_fs_modified(file, &written);
    if (s != CAD_OK)
        return s == CAD_ENOTFOUND ? l->stale_s : 0.0;
    if (cad_fs_now(l->dir.data, &now) != CAD_OK)
        now = cad_clock_wall();
    return now - written;
}

static cad_status judge(void *ctx, const char *path, const char *text, bool held)
{
    const cad_run_lock *l = ctx;
    owner was;
    parse_owner(text, &was);
    bool here = same(&was, &l->me, BOOT) || !was.field[HOST][0] || (!was.field[BOOT][0] && same(&was, &l->me, HOST));
    if (here && !held)
        return CAD_OK; /* the kernel knows that it is dead */
    if (here)
        CAD_FAIL(CAD_ELOCKED, "%s: in use by %s, a live process of this host", path, text[0] ? text : "another process");
    bool requeued = same(&was, &l->me, JOB) && strcmp(was.field[RESTART], l->me.field[RESTART]) != 0;
    /* Until its first "starting" an owner beats by the lock that it took. */
    double beat_age = age_of(l, l->run_json.data), taken_age = age_of(l, path);
    double age = beat_age < taken_age ? beat_age : taken_age;
    bool beats = taken_age < l->stale_s || (beat_age < l->stale_s && run_is_open(l->run_json.data));
    if (requeued || l->force || (!held && !beats)) {
        cad_log(CAD_LOG_WARN, "%s: taken over from %s (%s)", path, text,
                requeued ? "the same job before its requeue"
                : beats  ? "--force-unlock"
                         : "no sign of life");
        return CAD_OK;
    }
    CAD_FAIL(CAD_ELOCKED, "%s: in use by %s, last sign of life %.0f s ago\nhint: --force-unlock, if that process is gone", path,
             text, age);
}

/* ---- the lock ---- */

static void beat(void *ctx)
{
    const cad_run_lock *l = ctx;
    /* That it fails says nothing about the run: the next save will tell. */
    cad_status s = cad_lock_check(l->lock);
    if (s == CAD_OK)
        s = cad_fs_touch(l->run_json.data);
    (void)s;
}

static cad_status take(cad_run_lock *l, const char *dir, const cad_run_lock_opts *o)
{
    char text[CAD_LOCK_OWNER];
    cad_buf path = CAD_BUF_INIT;
    l->force = o->force;
    l->stale_s = o->stale_s > 0.0 ? o->stale_s : 180.0;
    describe_me(&l->me);
    snprintf(text, sizeof text, "%.110s:%s:%.110s:%.110s:%.110s", l->me.field[HOST], l->me.field[PID], l->me.field[JOB],
             l->me.field[BOOT], l->me.field[RESTART]);
    CAD_TRY(cad_buf_str(&l->dir, dir));
    CAD_TRY(cad_buf_printf(&l->run_json, "%s/run.json", dir));
    cad_status s = cad_buf_printf(&path, "%s/LOCK", dir);
    if (s == CAD_OK)
        s = cad_lock_take(path.data, text, judge, l, &l->lock);
    cad_buf_deinit(&path);
    CAD_TRY(s);
    return cad_ticker_start(o->beat_s > 0.0 ? o->beat_s : 60.0, beat, l, &l->ticker);
}

cad_status cad_run_lock_take(const char *dir, const cad_run_lock_opts *o, cad_run_lock **out)
{
    cad_run_lock *l;
    CAD_TRY(cad_mem_alloc(sizeof *l, "lock of a run", &l));
    cad_status s = take(l, dir, o);
    if (s != CAD_OK) {
        cad_run_lock_release(l);
        return s;
    }
    *out = l;
    return CAD_OK;
}

cad_status cad_run_lock_check(const cad_run_lock *l)
{
    return cad_lock_check(l->lock);
}

void cad_run_lock_release(cad_run_lock *l)
{
    if (!l)
        return;
    cad_ticker_stop(l->ticker);
    cad_lock_release(l->lock);
    cad_buf_deinit(&l->run_json);
    cad_buf_deinit(&l->dir);
    cad_mem_free(l);
}
