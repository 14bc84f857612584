/* checkop BACKEND [OP..] [--grad] [--mutants] [--library] [--bf16] [--plain] [--first] [--seed=N]: every op of the table
 * against its reference; with --library the products go through the BLAS, with --bf16 through the loops that multiply bf16
 * (inputs stored in bf16 alone, so that nothing more is rounded); with --plain no inputs are twisted; --first stops at the first
 * failure. */
#include "tests/kernels/checks.h"

#include "core/status.h"
#include "core/threads.h"

#include <stdio.h>
#include <stdlib.h>
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

static bool chosen(int argc, char **argv, const char *op)
{
    bool any = false;
    for (int i = 2; i < argc; i++) {
        any = any || argv[i][0] != '-';
        if (!strcmp(argv[i], op))
            return true;
    }
    return !any;
}

static bool has(int argc, char **argv, const char *option)
{
    for (int i = 2; i < argc; i++)
        if (!strcmp(argv[i], option))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    const cad_ops *ops;
    checkop t = {.seed = 3407};
    if (argc < 2) {
        fprintf(stderr, "usage: checkop BACKEND [OP..] [--grad] [--mutants] [--library] [--bf16] [--plain] [--first] [--seed=N]\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        if (!strncmp(argv[i], "--seed=", 7))
            t.seed = strtoull(argv[i] + 7, NULL, 10);
    if (cad_threads_init(0) != CAD_OK || cad_ops_get(argv[1], &ops) != CAD_OK ||
        cad_arena_create("checkop", (size_t)8 << 30, &t.arena) != CAD_OK) {
        fprintf(stderr, "checkop: error: %s\n", cad_error_text());
        return 69;
    }
    if (has(argc, argv, "--library"))
        cad_ops_set_matmul(CAD_MATMUL_library);
    if (has(argc, argv, "--bf16")) {
        cad_ops_set_matmul(CAD_MATMUL_bf16);
        if (cad_ops_matmul() != CAD_MATMUL_bf16)
            printf("no products of bf16 with this processor and CADLM_ISA: plain ones instead\n");
    }
    if (has(argc, argv, "--mutants")) {
        cad_arena_destroy(t.arena);
        return co_mutants(ops, t.seed) == 0 ? 0 : 1;
    }
    t.ops = ops;
    t.first_is_enough = has(argc, argv, "--first");
    bool grad = has(argc, argv, "--grad"), plain = has(argc, argv, "--plain");
    const co_check *list = grad ? gradients : checks;
    size_t n = grad ? sizeof gradients / sizeof gradients[0] : sizeof checks / sizeof checks[0], ran = 0;
    int64_t cases = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < n; i++) {
        if (!chosen(argc, argv, list[i].op))
            continue;
        int64_t before = t.failures;
        t.op = list[i].op;
        t.cases = 0;
        if (grad)
            list[i].grad(&t);
        else
            co_passes(&t, list[i].run, plain);
        cases += t.cases;
        ran++;
        printf("%-24s %4lld cases  %s\n", list[i].op, (long long)t.cases, t.failures == before ? "ok" : "FAILED");
    }
    printf("%s %s: %zu checks, %lld cases, %lld failures\n", ops->name, ops->isa, ran, (long long)cases, (long long)t.failures);
    cad_arena_destroy(t.arena);
    return t.failures || ran == 0 ? 1 : 0;
}
