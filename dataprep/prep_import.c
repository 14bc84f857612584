/* Stage import of a job: the settings of section [prep], and what came out. */
#include "core/log.h"
#include "core/progress.h"
#include "core/threads.h"
#include "dataprep/import_check.h"
#include "dataprep/prep_keys.h"
#include "dataprep/prep_share.h"

#include <string.h>

static const size_t NAMES = (size_t)16 << 30; /* address space until it is used */

/* The table line by line, as records of the log. */
static void tell_lines(const char *text)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1)
        cad_log(CAD_LOG_INFO, "%.*s", (int)(end - text), text);
}

/* written: the corpus has its name. */
static cad_status tell(const char *path, bool written, const cad_stage_import_result *r)
{
    char rows[32], bytes[16], rate[16], time[16];
    cad_buf table = CAD_BUF_INIT;
    cad_progress_grouped(r->counts.of[CAD_IMPORT_ok], rows);
    cad_progress_count((double)r->counts.bytes, bytes);
    cad_progress_count((double)r->counts.models / (r->seconds > 0 ? r->seconds : 1), rate);
    cad_progress_duration(r->seconds, time);
    cad_status s = cad_import_table(&r->counts, &r->captions, &table);
    cad_log(CAD_LOG_INFO, "import: %s%s: %s rows, %sB of targets, in %s, %s models/s", path, written ? "" : " is not written",
            rows, bytes, time, rate);
    if (s == CAD_OK)
        tell_lines(cad_buf_cstr(&table));
    cad_buf_deinit(&table);
    return s;
}

static bool wants_kernel(const cad_config *cfg)
{
    bool wanted = cfg->prep.profile == CAD_PREP_PROFILE_strict && cfg->prep.require_valid;
    if (wanted && !cad_import_check_able())
        cad_log(CAD_LOG_WARN, "built without OCCT (CADLM_OCCT): no part is looked at by the kernel (prep.require_valid)");
    return wanted && cad_import_check_able();
}

cad_status cad_prep_import(const cad_prep_job *j, cad_stage_import_args args)
{
    const cad_config_prep *p = &j->cfg->prep;
    args.strict = p->profile == CAD_PREP_PROFILE_strict;
    args.kernel = wants_kernel(j->cfg);
    args.jobs = (int)p->jobs;
    CAD_TRY(cad_threads_init((int)p->jobs));
    const char *inputs[2] = {args.captions, args.parts}, *out = args.out;
    cad_prep_share share;
    if (args.in && j->shard.of)
        CAD_FAIL(CAD_EUSAGE, "import: --shard with rows of JSON; expected captions and parts: a list is read by one process");
    CAD_TRY(cad_prep_share_open(j, "import", CAD_PREP_IMPORT_KEYS, inputs, args.in ? 0 : 2, out, &share));
    if (share.done)
        return CAD_OK;
    args.out = share.out;
    args.shard = share.rows;
    args.share = j->part;
    args.max_bad = share.max_bad;
    cad_stage_import_result r;
    cad_arena *a = NULL;
    CAD_TRY(cad_arena_create("names of models", NAMES, &a));
    cad_status s = args.in ? cad_stage_import_json(&args, &r) : cad_stage_import(&args, a, &r), told = CAD_OK;
    if (r.counts.models > 0) {
        cad_kept_error why;
        cad_error_keep(&why);
        told = tell(args.out, s == CAD_OK || s == CAD_EPARTIAL, &r);
        if (told == CAD_OK)
            cad_error_restore(&why);
    }
    int64_t ok = r.counts.of[CAD_IMPORT_ok];
    cad_captions_deinit(&r.captions);
    cad_arena_destroy(a);
    CAD_TRY(told);
    return cad_prep_share_close(j, &share, (cad_shard_tally){ok, r.counts.lost, r.counts.bad, ok + r.counts.bad}, s);
}
