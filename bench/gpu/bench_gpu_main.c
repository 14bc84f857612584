/* bench_gpu: the ops at the shapes of published models, compared with the CPU and timed beside cuBLASLt. */
#include "bench/gpu/gpu_clock.h"
#include "bench/gpu/gpu_compare.h"
#include "bench/gpu/gpu_models.h"
#include "bench/gpu/gpu_peer.h"
#include "core/build_info.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/threads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: bench_gpu DEVICE [OPTION..]\n"
    "The ops at the shapes of published models on cuda:N, cpu or emu, compared with the CPU and timed beside cuBLASLt.\n"
    "  --models=A,B          published ones, or tiny [Qwen2.5-Coder-7B]\n"
    "  --groups=A,B          gemm lora nf4 rows attention head step decode [all]; peak: the two ceilings alone\n"
    "  --tokens=N            rows of a pass [8192]\n"
    "  --check               compare a few rows of each result\n"
    "  --time                measure (both when neither is given)\n"
    "  --list                the cases as JSON, a line each; nothing runs\n"
    "  --runs=N --warmup=N   [100, 20]\n"
    "  --idle=SECONDS        before each case [5]\n"
    "  --json=FILE           appends a line for each case\n"
    "A line tells median, rate, share of the floor max(FLOP/P, bytes/W) and ratio to the peer, where P is the peer's (else "
    "our)\n"
    "product of 8192^3 and W a copy, both measured first in the same process.\n"
    "Exit: 0 good, 1 a comparison fails or an op is refused, 2 usage, 69 no such device here.\n";

enum { CASES = 256, MOST_RUNS = 1000, HEAD_ROWS = 2048, MOST_MODELS = 16 };

typedef struct model {
    char name[64];
    cad_model_config config;
} model;

typedef struct bench {
    cad_device device;
    gb_clock clock;
    gb_peer *peer;
    const char *models, *groups, *json, *no_peer;
    model model[MOST_MODELS];
    int n_models;
    char refusal[200]; /* why the peer does not run the case under way */
    int64_t tokens, runs, warmup;
    double idle, p, w; /* FLOP/s and bytes/s of the ceilings */
    bool check, time, list, p_of_peer;
    int failed, ran;
    FILE *out;
    double us[MOST_RUNS], peer_us[MOST_RUNS];
} bench;

static bool in_list(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : "")
        if (!strncmp(at, word, n) && (at[n] == ',' || !at[n]))
            return true;
    return false;
}

/* ---- timing ---- */

typedef struct ours {
    const gb_case *c;
    gb_room *r;
} ours;

static cad_status run_ours(void *ctx)
{
    const ours *o = ctx;
    return o->c->call(o->c, &o->r->at);
}

static cad_status run_peer(void *ctx)
{
    return gb_peer_run(ctx);
}

/* Ours and the peer's take turns, so that what the card does meanwhile meets both. */
static cad_status measure(bench *b, const gb_case *c, gb_room *r, bool with_peer)
{
    ours o = {c, r};
    double us;
    for (int64_t i = 0; i < b->warmup; i++) {
        CAD_TRY(gb_clock_time(&b->clock, run_ours, &o, &us));
        if (with_peer)
            CAD_TRY(gb_clock_time(&b->clock, run_peer, b->peer, &us));
    }
    if (b->idle > 0)
        cad_clock_sleep(b->idle);
    for (int64_t i = 0; i < b->runs; i++) {
        CAD_TRY(gb_clock_time(&b->clock, run_ours, &o, &b->us[i]));
        if (with_peer)
            CAD_TRY(gb_clock_time(&b->clock, run_peer, b->peer, &b->peer_us[i]));
    }
    return CAD_OK;
}

/* Whether there is a peer that runs.  It works on our buffers: 0 holds the rows, 1 the matrix, the last the result.  What it
 * refuses is measured without it. */
static bool plan_peer(bench *b, const gb_case *c, const gb_room *r)
{
    b->refusal[0] = '\0';
    if (!b->peer || c->m <= 0)
        return false;
    cad_status s = gb_peer_plan(b->peer, &(gb_product){.n = r->n,
                                                       .m = c->m,
                                                       .k = c->k,
                                                       .transposed = c->transposed,
                                                       .x = r->at.p[0],
                                                       .w = r->at.p[1],
                                                       .y = r->at.p[c->n_buffers - 1]});
    if (s != CAD_OK)
        snprintf(b->refusal, sizeof b->refusal, "%s", cad_error_text());
    return s == CAD_OK;
}

/* ---- what comes out ---- */

static void print_json(bench *b, const gb_case *c, const gb_verdict *v, bool with_peer)
{
    if (!b->out)
        return;
    fprintf(b->out,
            "{\"group\":\"%s\",\"op\":\"%s\",\"model\":\"%s\",\"shape\":\"%s\",\"flops\":%.0f,\"bytes\":%.0f,\"must\":%g,"
            "\"goal\":%g",
            c->group, c->op, c->model, c->shape, c->flops, c->bytes, c->must, c->goal);
    if (v)
        fprintf(b->out, ",\"check\":%s,\"error\":%.3g,\"allowed\":%.3g,\"worst\":\"%s\"", v->good ? "true" : "false",
                isfinite(v->error) ? v->error : 1e300, v->allowed, v->worst); /* JSON has no NaN */
    for (int side = 0; b->time && side < (with_peer ? 2 : 1); side++) {
        const double *us = side ? b->peer_us : b->us;
        fprintf(b->out, ",\"%s\":[", side ? "peer_us" : "us");
        for (int64_t i = 0; i < b->runs; i++)
            fprintf(b->out, "%s%.2f", i ? "," : "", us[i]);
        fprintf(b->out, "]");
    }
    if (with_peer)
        fprintf(b->out, ",\"peer\":\"%s\"", gb_peer_name(b->peer));
    fprintf(b->out, "}\n");
    fflush(b->out);
}

static void print_line(bench *b, const gb_case *c, const gb_verdict *v, bool with_peer)
{
    printf("%-9s %-18s %-18s %-40s", c->group, c->op, c->model, c->shape);
    if (b->time) {
        double us = gb_times_of(b->us, (int)b->runs).median, floor = 1e6 * fmax(c->flops / b->p, c->bytes / b->w);
        printf(" %10.1f us %7.1f TFLOP/s %6.0f GB/s  floor %3.0f %%", us, 1e-6 * c->flops / us, 1e-3 * c->bytes / us,
               100.0 * floor / us);
        if (with_peer)
            printf("  %.2f of the peer", gb_times_of(b->peer_us, (int)b->runs).median / us);
        else if (b->refusal[0])
            printf("  no peer: %s", b->refusal);
    }
    if (v && v->good)
        printf("  ok");
    else if (v)
        printf("  WRONG: %s is off by %.3g of its largest number; %.3g may be", v->worst, v->error, v->allowed);
    printf("\n");
    fflush(stdout);
}

static cad_status run_room(bench *b, const gb_case *c, gb_room *r)
{
    gb_verdict v;
    bool with_peer = false;
    if (b->check) {
        CAD_TRY(gb_compare(c, r, &v));
        b->failed += !v.good;
    }
    if (b->time) {
        with_peer = plan_peer(b, c, r);
        CAD_TRY(measure(b, c, r, with_peer));
    }
    print_json(b, c, b->check ? &v : NULL, with_peer);
    print_line(b, c, b->check ? &v : NULL, with_peer);
    return CAD_OK;
}

/* A back end has every op of the table, so one that it refuses has failed; the others are measured.  Whatever else fails ends
 * the bench. */
static cad_status run_case(bench *b, gb_case *c)
{
    gb_room r = {0};
    int64_t n = b->time || !c->most ? c->n : c->most < c->n ? c->most : c->n;
    if (b->check && b->time && c->most && c->most < c->n) { /* a sum over rows is compared on fewer rows than it is timed */
        bool time = b->time;
        b->time = false;
        cad_status s = run_case(b, c);
        b->time = time;
        CAD_TRY(s);
    }
    bool check = b->check;
    if (b->list) {
        b->ran++;
        print_json(b, c, NULL, false);
        return CAD_OK;
    }
    b->check = check && (!c->most || n <= c->most);
    cad_status s = gb_room_open(c, b->device.ops, n, &r);
    if (s == CAD_OK)
        s = run_room(b, c, &r);
    gb_room_close(c, &r);
    b->check = check;
    b->ran++;
    if (s == CAD_EUNSUPPORTED) {
        printf("%-9s %-18s %-18s %-40s  FAILED: %s\n", c->group, c->op, c->model, c->shape, cad_error_text());
        b->failed++;
        return CAD_OK;
    }
    return s;
}

/* ---- ceilings ---- */

static cad_status ceilings(bench *b)
{
    static gb_case item[CASES];
    gb_list l = {.item = item, .cap = CASES};
    cad_model_config square;
    bool check = b->check, time = b->time, large = b->device.total > 0;
    CAD_TRY(gb_model("tiny", &square));
    square.width = large ? 8192 : 512;
    square.heads = square.width / 64;
    square.kv_heads = square.heads;
    gb_linear_cases(&l, "peak", &square, square.width);
    gb_row_cases(&l, "peak", &square, large ? 65536 : 4096);
    b->check = false;
    b->time = true;
    b->p = b->w = 1.0;
    cad_status s = CAD_OK;
    for (int i = 0; s == CAD_OK && i < l.n; i++) {
        gb_case *c = &item[i];
        bool product = !strcmp(c->op, "linear_fwd") && !strncmp(c->shape, "o,", 2), copy = !strcmp(c->op, "copy");
        gb_room r = {0};
        bool with_peer = false;
        if (!product && !copy)
            continue;
        s = gb_room_open(c, b->device.ops, c->n, &r);
        if (s == CAD_OK && product)
            b->p_of_peer = with_peer = plan_peer(b, c, &r);
        if (s == CAD_OK)
            s = measure(b, c, &r, with_peer);
        if (s == CAD_OK && product)
            b->p = 1e6 * c->flops / gb_times_of(with_peer ? b->peer_us : b->us, (int)b->runs).median;
        else if (s == CAD_OK)
            b->w = 1e6 * c->bytes / gb_times_of(b->us, (int)b->runs).median;
        gb_room_close(c, &r);
    }
    b->check = check;
    b->time = time;
    return s;
}

static void print_head(const bench *b)
{
    const cad_device *d = &b->device;
    printf("%s, %s", d->name, d->text);
    if (b->time)
        printf("; P %.2f TFLOP/s (%s), W %.1f GB/s", 1e-12 * b->p, b->p_of_peer ? gb_peer_name(b->peer) : "own product",
               1e-9 * b->w);
    printf("%s%s\n", b->time && b->no_peer[0] ? "; " : "", b->time ? b->no_peer : "");
    if (b->out)
        fprintf(b->out,
                "{\"head\":true,\"device\":\"%s\",\"text\":\"%s\",\"commit\":\"%s\",\"p\":%.6g,\"w\":%.6g,\"peer\":\"%s\","
                "\"runs\":%lld,\"warmup\":%lld,\"idle\":%g,\"tokens\":%lld}\n",
                d->name, d->text, cad_build_commit(), b->p, b->w, b->p_of_peer ? gb_peer_name(b->peer) : "", (long long)b->runs,
                (long long)b->warmup, b->idle, (long long)b->tokens);
}

/* ---- the run ---- */

static cad_status run_model(bench *b, const model *m)
{
    static gb_case item[CASES];
    static const struct {
        const char *group;
        void (*add)(gb_list *, const char *, const cad_model_config *, int64_t);
    } part[] = {{"gemm", gb_linear_cases}, {"rows", gb_row_cases},  {"attention", gb_attention_cases},
                {"head", gb_head_cases},   {"step", gb_step_cases}, {"decode", gb_decode_cases}};
    gb_list l = {.item = item, .cap = CASES};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        int64_t n = part[i].add == gb_head_cases && b->tokens > HEAD_ROWS ? HEAD_ROWS : b->tokens;
        part[i].add(&l, m->name, &m->config, n);
    }
    for (int i = 0; i < l.n; i++)
        if (!b->groups || in_list(b->groups, item[i].group))
            CAD_TRY(run_case(b, &item[i]));
    return CAD_OK;
}

static cad_status run_all(bench *b, const char *device)
{
    CAD_TRY(cad_threads_init(0));
    CAD_TRY(cad_device_open(device, &b->device));
    CAD_TRY(gb_clock_open(&b->device, &b->clock));
    if (b->device.total > 0)
        CAD_TRY(gb_peer_open(&b->peer, &b->no_peer));
    if (b->json && !(b->out = fopen(b->json, "a")))
        CAD_FAIL(CAD_EWRITE, "%s: cannot write", b->json);
    if (b->time)
        CAD_TRY(ceilings(b));
    if (!b->list)
        print_head(b);
    if (b->groups && !strcmp(b->groups, "peak"))
        return CAD_OK;
    for (int i = 0; i < b->n_models; i++)
        CAD_TRY(run_model(b, &b->model[i]));
    if (b->ran == 0)
        CAD_FAIL(CAD_EUSAGE, "--groups=%s: no case", b->groups ? b->groups : "");
    return CAD_OK;
}

/* Every name is known before the first case runs. */
static cad_status read_models(bench *b)
{
    for (const char *at = b->models; *at; at += *at == ',') {
        size_t n = strcspn(at, ",");
        if (b->n_models == MOST_MODELS)
            CAD_FAIL(CAD_EUSAGE, "--models: more than %d", MOST_MODELS);
        model *m = &b->model[b->n_models++];
        snprintf(m->name, sizeof m->name, "%.*s", (int)n, at);
        CAD_TRY(gb_model(m->name, &m->config));
        at += n;
    }
    return CAD_OK;
}

static cad_status read_options(int argc, char **argv, bench *b)
{
    for (int i = 2; i < argc; i++) {
        const char *v;
        if ((v = gb_value(argv[i], "--models")))
            b->models = v;
        else if ((v = gb_value(argv[i], "--groups")))
            b->groups = v;
        else if ((v = gb_value(argv[i], "--json")))
            b->json = v;
        else if ((v = gb_value(argv[i], "--tokens")))
            CAD_TRY(gb_number("--tokens", v, &b->tokens));
        else if ((v = gb_value(argv[i], "--runs")))
            CAD_TRY(gb_number("--runs", v, &b->runs));
        else if ((v = gb_value(argv[i], "--warmup")))
            CAD_TRY(gb_number("--warmup", v, &b->warmup));
        else if ((v = gb_value(argv[i], "--idle")))
            b->idle = atof(v);
        else if (!strcmp(argv[i], "--check"))
            b->check = true;
        else if (!strcmp(argv[i], "--time"))
            b->time = true;
        else if (!strcmp(argv[i], "--list"))
            b->list = true;
        else
            CAD_FAIL(CAD_EUSAGE, "unknown option '%s'; see --help", argv[i]);
    }
    if (b->runs < 1 || b->runs > MOST_RUNS || b->warmup < 0 || b->tokens < 1 || b->tokens > 1 << 20)
        CAD_FAIL(CAD_EUSAGE, "expected --runs=1..%d, --warmup >= 0, --tokens=1..1048576", MOST_RUNS);
    CAD_TRY(read_models(b));
    if (b->list) {
        b->check = b->time = false;
        b->out = stdout;
    } else if (!b->check && !b->time) {
        b->check = b->time = true;
    }
    return CAD_OK;
}

int main(int argc, char **argv)
{
    static bench b = {.models = "Qwen2.5-Coder-7B", .tokens = 8192, .runs = 100, .warmup = 20, .idle = 5.0, .no_peer = ""};
    if (argc < 2 || !strcmp(argv[1], "--help"))
        return fputs(usage, argc < 2 ? stderr : stdout) < 0 ? 1 : argc < 2 ? 2 : 0;
    cad_status s = read_options(argc, argv, &b);
    if (s == CAD_OK)
        s = run_all(&b, argv[1]);
    if (s != CAD_OK)
        fprintf(stderr, "bench_gpu: error: %s\n", cad_error_text());
    gb_peer_close(b.peer);
    gb_clock_close(&b.clock);
    if (b.out && b.out != stdout)
        fclose(b.out);
    return s != CAD_OK ? cad_status_exit_code(s) : b.failed > 0;
}
