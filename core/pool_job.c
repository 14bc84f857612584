#include "core/mem.h"
#include "core/pool_impl.h"
#include "core/utf8.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* A child that dies with this share of its memory limit resident died of memory; the rest of the limit is address space that
 * was reserved and not touched. */
static const double NEAR_LIMIT = 0.8;

const char *cad_verdict_name(cad_verdict v)
{
    static const char *const name[] = {"ok", "failed", "crash", "timeout", "memory"};
    return name[v];
}

/* The child may have been corrupted: its text becomes valid UTF-8 without control bytes. */
static cad_status copy_text(cad_job *job, const char *text, size_t len)
{
    bool sound = cad_utf8_check(text, len) == len;
    CAD_TRY(cad_buf_add(&job->error, text, len));
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)job->error.data[i];
        if ((c < 0x20 && c != '\n') || c == 0x7f || (c >= 0x80 && !sound))
            job->error.data[i] = '?';
    }
    return CAD_OK;
}

static void copy_stage(cad_job *job, const char *stage)
{
    size_t n = 0;
    while (n < sizeof job->stage - 1 && stage[n] >= 0x20 && stage[n] < 0x7f) {
        job->stage[n] = stage[n];
        n++;
    }
    job->stage[n] = '\0';
}

/* *out = head of the answer when all of it arrived and its lengths agree. */
static bool whole_answer(const cad_job *job, cad_answer_head *out)
{
    if (job->answer.len < sizeof *out)
        return false;
    memcpy(out, job->answer.data, sizeof *out);
    return out->len == job->answer.len - sizeof *out && out->text <= out->len && out->text <= CAD_WORKER_TEXT;
}

static cad_status conclude_answer(cad_job *job, const cad_answer_head *head)
{
    const char *body = job->answer.data + sizeof *head;
    cad_status s = (cad_status)head->status;
    bool known = s <= 0 && strcmp(cad_status_name(s), "CAD_?") != 0;
    job->result.status = known ? s : CAD_EINTERNAL;
    if (s == CAD_OK) {
        job->result.verdict = CAD_VERDICT_ok;
        job->result.out = (const unsigned char *)body + head->text;
        job->result.out_len = (size_t)head->len - head->text;
        return CAD_OK;
    }
    job->result.verdict = s == CAD_ENOMEM ? CAD_VERDICT_memory : CAD_VERDICT_failed;
    return copy_text(job, body, head->text);
}

static cad_status conclude_signal(cad_job *job, const cad_pool_opts *opts, const cad_note *note)
{
    cad_pool_result *r = &job->result;
    double cpu = ceil(opts->cpu_s);
    r->signal = WTERMSIG(note->wait_status);
    if (note->over_wall) {
        r->verdict = CAD_VERDICT_timeout;
        return cad_buf_printf(&job->error, "wall limit of %g s", cad_worker_wall_s(opts->cpu_s));
    }
    if (r->signal == SIGXCPU || (r->signal == SIGKILL && note->cpu_ms >= cpu * 1e3)) {
        r->verdict = CAD_VERDICT_timeout;
        return cad_buf_printf(&job->error, "CPU limit of %g s", cpu);
    }
    /* Far from it a SIGKILL is somebody's, or that of a system short of memory: no fault of the part's size. */
    if (note->rss_mb * (1 << 20) >= NEAR_LIMIT * (double)opts->mem_bytes) {
        r->verdict = CAD_VERDICT_memory;
        return cad_buf_printf(&job->error, "ended by signal %d at %.0f MiB of %.0f", r->signal, note->rss_mb,
                              (double)opts->mem_bytes / (1 << 20));
    }
    r->verdict = CAD_VERDICT_crash;
    return cad_buf_printf(&job->error, "ended by signal %d (%s)", r->signal, strsignal(r->signal));
}

static cad_status conclude(cad_job *job, const cad_pool_opts *opts, const cad_note *note, bool too_long)
{
    cad_answer_head head;
    job->result.status = CAD_EINTERNAL;
    if (too_long) {
        job->result.verdict = CAD_VERDICT_failed;
        return cad_buf_printf(&job->error, "an answer of more than %zu bytes", opts->out_limit);
    }
    if (WIFSIGNALED(note->wait_status))
        return conclude_signal(job, opts, note);
    int code = WEXITSTATUS(note->wait_status);
    if (code == 0 && whole_answer(job, &head))
        return conclude_answer(job, &head);
    if (job->answer.len) {
        job->result.verdict = CAD_VERDICT_failed;
        return cad_buf_printf(&job->error, "a malformed answer of %zu bytes, exit code %d", job->answer.len, code);
    }
    job->result.verdict = CAD_VERDICT_crash;
    return cad_buf_printf(&job->error, "ended with exit code %d and no answer", code);
}

static void finish(cad_job *job, cad_status s)
{
    if (s != CAD_OK)
        job->result.verdict = CAD_VERDICT_failed; /* the pool itself is out of memory */
    job->result.error = cad_buf_cstr(&job->error);
    job->result.stage = job->stage;
    if (!job->result.out)
        job->result.out = (const unsigned char *)"";
    cad_buf_deinit(&job->message);
    job->state = CAD_JOB_DONE;
}

void cad_job_conclude(cad_job *job, const cad_pool_opts *opts, const cad_note *note, bool too_long, const char *stage)
{
    job->result.cpu_ms = note->cpu_ms;
    job->result.wall_ms = note->wall_ms;
    job->result.rss_mb = note->rss_mb;
    copy_stage(job, stage);
    finish(job, conclude(job, opts, note, too_long));
}

void cad_job_not_started(cad_job *job, int error)
{
    job->result.status = CAD_EINTERNAL;
    job->result.verdict = CAD_VERDICT_failed;
    finish(job, cad_buf_printf(&job->error, "the worker could not be forked: %s", strerror(error)));
}

void cad_job_free(cad_job *job)
{
    if (!job)
        return;
    cad_buf_deinit(&job->message);
    cad_buf_deinit(&job->answer);
    cad_buf_deinit(&job->error);
    cad_mem_free(job);
}
