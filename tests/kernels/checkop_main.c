/* Every op of the table against its reference. */
#include "tests/kernels/checkop_words.h"
#include "tests/kernels/checks.h"

#include "core/status.h"
#include "core/threads.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const co_check checks[] = {
#define X(op) {#op, check_##op, NULL},
    CO_CHECKS(X)
#undef X
};
static const co_check gradients[] = {
#define X(op) {#op, NULL, grad_##op},
    CO_GRADIENTS(X)
#undef X
};

static bool chosen(const co_words *o, const char *op)
{
    for (int i = 0; i < o->n_ops; i++)
        if (!strcmp(o->op[i], op))
            return true;
    return o->n_ops == 0;
}

static int run(checkop *t, const co_words *o)
{
    const co_check *list = o->grad ? gradients : checks;
    size_t n = o->grad ? sizeof gradients / sizeof *gradients : sizeof checks / sizeof *checks, n_chosen = 0, at = 0, ran = 0;
    int64_t cases = 0;
    for (size_t i = 0; i < n; i++)
        n_chosen += chosen(o, list[i].op);
    for (size_t i = 0; i < n; i++) {
        if (!chosen(o, list[i].op) || (int)(at++ * (size_t)o->parts / n_chosen) != o->part - 1)
            continue;
        int64_t before = t->failures;
        t->op = list[i].op;
        t->cases = 0;
        if (o->grad)
            list[i].grad(t);
        else
            co_passes(t, list[i].run, o->plain);
        cases += t->cases;
        ran++;
        printf("%-24s %4" PRId64 " cases  %s\n", t->op, t->cases, t->failures == before ? "ok" : "FAILED");
    }
    printf("%s %s: %zu checks, %" PRId64 " cases, %" PRId64 " failures\n", t->ops->name, t->ops->isa, ran, cases, t->failures);
    return t->failures || ran == 0 ? 1 : 0;
}

static int open_and_run(checkop *t, const co_words *o)
{
    if (cad_threads_init(0) != CAD_OK || cad_ops_get(o->backend, &t->ops) != CAD_OK ||
        cad_arena_create("checkop", (size_t)8 << 30, &t->arena) != CAD_OK) {
        fprintf(stderr, "checkop: error: %s\n", cad_error_text());
        return 69;
    }
    if (o->library)
        cad_ops_set_matmul(CAD_MATMUL_library);
    if (o->bf16) {
        cad_ops_set_matmul(CAD_MATMUL_bf16);
        if (cad_ops_matmul() != CAD_MATMUL_bf16)
            printf("no products of bf16 with this processor and CADLM_ISA: plain ones instead\n");
    }
    if (o->mutants)
        return co_mutants(t->ops, t->seed) == 0 ? 0 : 1;
    return run(t, o);
}

int main(int argc, char **argv)
{
    co_words o;
    if (!co_take_words(argc, argv, &o))
        return 2;
    if (o.help)
        co_print_usage();
    else if (o.list)
        co_print_ops();
    if (o.help || o.list)
        return 0;
    checkop t = {.seed = o.seed, .first_is_enough = o.first};
    setvbuf(stdout, NULL, _IOLBF, 0);
    int code = open_and_run(&t, &o);
    cad_arena_destroy(t.arena);
    return code;
}
