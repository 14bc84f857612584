/* The report of a dry run, as text and as JSON. */
#include "train/dry_run.h"

#include "core/json.h"
#include "core/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHORT = CAD_BYTES_TEXT };

static const char *group_text(int64_t n, char out[SHORT])
{
    cad_progress_grouped(n, out);
    return out;
}

/* "110.00 M", "3,085" below a million */
static const char *count_text(double n, char out[SHORT])
{
    if (n >= 1e9)
        snprintf(out, SHORT, "%.2f G", n / 1e9);
    else if (n >= 1e6)
        snprintf(out, SHORT, "%.2f M", n / 1e6);
    else
        group_text((int64_t)n, out);
    return out;
}

/* "10.2 h", "4.5 min", "12 s" */
static const char *time_text(double seconds, char out[SHORT])
{
    if (seconds >= 48.0 * 3600.0)
        snprintf(out, SHORT, "%.1f days", seconds / 86400.0);
    else if (seconds >= 3600.0)
        snprintf(out, SHORT, "%.1f h", seconds / 3600.0);
    else if (seconds >= 60.0)
        snprintf(out, SHORT, "%.1f min", seconds / 60.0);
    else
        snprintf(out, SHORT, "%.1f s", seconds);
    return out;
}

static cad_status print_model(const cad_dry_report *r, cad_buf *out)
{
    char all[SHORT], trained[SHORT];
    return cad_buf_printf(out, "model   %s: %s parameters, %s trained (%s)%s\n", r->model.name,
                          group_text(r->model.parameters, all), group_text(r->model.trained, trained), r->model.method,
                          r->model.assumed ? "; its shape is assumed" : "");
}

static cad_status print_data(const cad_dry_report *r, cad_buf *out)
{
    char tokens[SHORT], rows[SHORT];
    CAD_TRY(cad_buf_printf(out, "data    %s rows, %s tokens, mean %" PRId64 ", ", group_text(r->data.rows, rows),
                           count_text((double)r->data.tokens, tokens), r->data.tokens / r->data.rows));
    if (r->data.assumed)
        return cad_buf_printf(out, "at most %" PRId64 ", all in the loss (assumed: data.expect_rows, data.expect_tokens)\n",
                              r->data.longest);
    return cad_buf_printf(out, "p99 %" PRId64 ", longest %" PRId64 "; %.1f %% in the loss\n", r->data.p99, r->data.longest,
                          100.0 * (double)r->data.targets / (double)r->data.tokens);
}

static cad_status print_memory(const cad_dry_report *r, cad_buf *out)
{
    char a[SHORT], b[SHORT];
    CAD_TRY(cad_buf_printf(out, "memory  %s (%s%s%s, planned to %.0f %%), one pass of %" PRId64 " tokens",
                           r->memory.plan.device, r->memory.assumed ? "assumed, " : "",
                           cad_bytes_text(r->memory.plan.capacity, a), r->memory.assumed ? "" : " free",
                           100.0 * r->memory.plan.planned / r->memory.plan.capacity, r->memory.pass_tokens));
    if (r->memory.assumed)
        CAD_TRY(cad_buf_printf(out, ", recompute %s%s", r->memory.recompute,
                               r->memory.scratch_base ? ", NF4 base in scratch" : ""));
    CAD_TRY(cad_buf_str(out, "\n"));
    for (int i = 0; i < r->memory.plan.n_items; i++)
        CAD_TRY(cad_buf_printf(out, "          %-38s %12s\n", r->memory.plan.item[i].purpose,
                               cad_bytes_text(r->memory.plan.item[i].bytes, a)));
    CAD_TRY(cad_buf_printf(out, "          %-38s %12s: %s", "total", cad_bytes_text(r->memory.plan.total, a),
                           r->memory.plan.fits ? "fits" : "does not fit"));
    if (r->memory.assumed)
        CAD_TRY(cad_buf_printf(out, ".  Largest pass %" PRId64 " tokens.  recompute = full: %s", r->memory.largest_pass,
                               cad_bytes_text(r->memory.full_recompute, b)));
    return cad_buf_str(out, "\n");
}

static cad_status print_disk(const cad_dry_report *r, cad_buf *out)
{
    char a[SHORT], b[SHORT], c[SHORT], d[SHORT];
    return cad_buf_printf(out, "disk    %s per checkpoint x %" PRId64 " kept, logs and samples %s: %s; %s free%s\n",
                          cad_bytes_text(r->disk.checkpoint, a), r->disk.kept,
                          cad_bytes_text(r->disk.logs + r->disk.samples, b), cad_bytes_text(r->disk.total, c),
                          cad_bytes_text(r->disk.left, d), r->disk.fits ? "" : ": does not fit");
}

static cad_status print_time(const cad_dry_report *r, cad_buf *out)
{
    char rate[16], tokens[SHORT], train[SHORT], eval[SHORT], eight[SHORT];
    cad_progress_count(r->time.tok_s, rate);
    CAD_TRY(cad_buf_printf(out, "time    %.3g GFLOP/token, %s tok/s ", r->time.flops_per_token / 1e9, rate));
    if (r->time.share > 0.0)
        CAD_TRY(cad_buf_printf(out, "(assumed: %.0f %% of %.0f TFLOP/s)", 100.0 * r->time.share, r->time.tflops));
    else
        CAD_TRY(cad_buf_printf(out, "(measured here on passes of %" PRId64 " tokens%s)", r->time.probe_tokens,
                               r->time.probe_cut ? ", a cut model" : ""));
    CAD_TRY(cad_buf_printf(out, "; %s tokens: %s", count_text(r->time.tokens, tokens), time_text(r->time.train_s, train)));
    if (r->time.share > 0.0)
        CAD_TRY(cad_buf_printf(out, " on 1 GPU, %s on 8", time_text(r->time.train_s / 8.0, eight)));
    if (r->steps.evals > 0)
        CAD_TRY(cad_buf_printf(out, "; evaluations %s", time_text(r->time.eval_s, eval)));
    return cad_buf_str(out, "; saves and samples not counted\n");
}

static cad_status print_audit(const cad_dry_report *r, cad_buf *out)
{
    if (!r->audit.done)
        return cad_buf_printf(out, "audit   none: %s\n", r->audit.none);
    return cad_buf_printf(out, "audit   template %.4s.. (%s) and tokenizer as packed; %s; rows without loss 0%s%s\n",
                          r->audit.template_hash, r->audit.template_name,
                          strstr(r->audit.waived, "no_eos") ? "end token not checked" : "end token in the loss of every row",
                          r->audit.waived[0] ? "; waived: " : "", r->audit.waived);
}

cad_status cad_dry_print(const cad_dry_report *r, cad_buf *out)
{
    CAD_TRY(print_model(r, out));
    CAD_TRY(print_data(r, out));
    CAD_TRY(print_memory(r, out));
    CAD_TRY(print_disk(r, out));
    CAD_TRY(print_time(r, out));
    CAD_TRY(cad_buf_printf(
        out, "steps   %" PRId64 " per epoch, %" PRId64 " in all, warm-up %" PRId64 ", save every %s, eval every %s\n",
        r->steps.per_epoch, r->steps.total, r->steps.warmup, r->steps.save_every, r->steps.eval_every));
    return print_audit(r, out);
}

cad_status cad_dry_print_check(const cad_dry_report *r, cad_buf *out)
{
    char a[SHORT], b[SHORT];
    return cad_buf_printf(out, "the configuration holds; on %s it takes %s of %s%s%s\n", r->memory.plan.device,
                          cad_bytes_text(r->memory.plan.total, a), cad_bytes_text(r->memory.plan.capacity, b),
                          *r->absent ? "; not here, and not read: " : "", r->absent);
}

/* ---- JSON ---- */

static json_t *memory_json(const cad_dry_report *r)
{
    json_t *items = json_object();
    for (int i = 0; items && i < r->memory.plan.n_items; i++)
        json_object_set_new(items, r->memory.plan.item[i].purpose, json_integer((json_int_t)r->memory.plan.item[i].bytes));
    json_t *o = json_pack("{s:s, s:b, s:o, s:I, s:I, s:I, s:b, s:I, s:s, s:b}", "device", r->memory.plan.device, "assumed",
                          r->memory.assumed, "bytes", items, "total", (json_int_t)r->memory.plan.total, "planned",
                          (json_int_t)r->memory.plan.planned, "capacity", (json_int_t)r->memory.plan.capacity, "fits",
                          r->memory.plan.fits, "pass_tokens", (json_int_t)r->memory.pass_tokens, "recompute",
                          r->memory.recompute, "scratch_base", r->memory.scratch_base);
    if (o && r->memory.assumed) {
        json_object_set_new(o, "largest_pass", json_integer((json_int_t)r->memory.largest_pass));
        json_object_set_new(o, "full_recompute", json_integer((json_int_t)r->memory.full_recompute));
    }
    return o;
}

static json_t *time_json(const cad_dry_report *r)
{
    const char *origin = r->time.share > 0.0 ? "assumed" : r->time.probe_cut ? "measured, cut model" : "measured";
    return json_pack("{s:f, s:f, s:s, s:f, s:f, s:f}", "flops_per_token", r->time.flops_per_token, "tok_s", r->time.tok_s,
                     "origin", origin, "tokens", r->time.tokens, "train_s", r->time.train_s, "eval_s", r->time.eval_s);
}

static json_t *audit_json(const cad_dry_report *r)
{
    if (!r->audit.done)
        return json_null();
    return json_pack("{s:s, s:s, s:s}", "template", r->audit.template_name, "template_xxh3", r->audit.template_hash, "waived",
                     r->audit.waived);
}

cad_status cad_dry_json(const cad_dry_report *r, cad_buf *out)
{
    json_t *o = json_pack(
        "{s:b, s:{s:o, s:s, s:b, s:I, s:I}, s:{s:b, s:I, s:I, s:I, s:I}, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:b}, s:o, "
        "s:{s:I, s:I, s:I, s:I, s:I}, s:o}",
        "fits", r->memory.plan.fits && r->disk.fits, "model", "name", cad_json_text(r->model.name), "method", r->model.method,
        "assumed", r->model.assumed, "parameters", (json_int_t)r->model.parameters, "trained", (json_int_t)r->model.trained,
        "data", "assumed", r->data.assumed, "rows", (json_int_t)r->data.rows, "tokens", (json_int_t)r->data.tokens,
        "loss_tokens", (json_int_t)r->data.targets, "longest", (json_int_t)r->data.longest, "memory", memory_json(r), "disk",
        "checkpoint", (json_int_t)r->disk.checkpoint, "kept", (json_int_t)r->disk.kept, "logs",
        (json_int_t)(r->disk.logs + r->disk.samples), "total", (json_int_t)r->disk.total, "free", (json_int_t)r->disk.left,
        "fits", r->disk.fits, "time", time_json(r), "steps", "per_epoch", (json_int_t)r->steps.per_epoch, "total",
        (json_int_t)r->steps.total, "warmup", (json_int_t)r->steps.warmup, "evals", (json_int_t)r->steps.evals, "saves",
        (json_int_t)r->steps.saves, "audit", audit_json(r));
    if (!o || json_object_set_new(o, "absent", cad_json_text(r->absent)) ||
        json_object_set_new(o, "unaudited", cad_json_text(r->audit.none))) {
        json_decref(o);
        CAD_FAIL(CAD_ENOMEM, "out of memory for the report");
    }
    cad_status s = cad_json_print(o, out);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

cad_status cad_dry_verdict(const cad_dry_report *r)
{
    char a[SHORT], b[SHORT];
    CAD_TRY(cad_memory_verdict(&r->memory.plan, "the run"));
    if (!r->disk.fits)
        CAD_FAIL(CAD_ENOMEM, "the run writes %s; %s are free\nhint: a smaller checkpoint.keep_last, or another run.out_root",
                 cad_bytes_text(r->disk.total, a), cad_bytes_text(r->disk.left, b));
    return CAD_OK;
}
