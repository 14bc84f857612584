/* The passes of the op checks: storage types and twists (checkop.h). */
#include "tests/kernels/checkop.h"

#include "core/status.h"
#include "core/threads.h"

#include <stdio.h>
#include <string.h>

void co_pass_name(const checkop *t, char *out, size_t size)
{
    static const char *const names[] = {"ordinary", "NaN in", "large", "denormal", "all equal"};
    bool one = t->twist == CO_NAN || t->twist == CO_BIG || t->twist == CO_DENORMAL;
    if (one)
        snprintf(out, size, "%s, %s input %d", cad_dtype_name(t->store), names[t->twist], t->pick);
    else
        snprintf(out, size, "%s, %s", cad_dtype_name(t->store), names[t->twist]);
}

/* One twist, on each input in turn until there is none left. */
static void twisted_passes(checkop *t, co_twist how, void (*run)(checkop *t))
{
    t->twist = how;
    t->twisted = 1;
    for (t->pick = 0; t->twisted > 0; t->pick++) {
        t->twisted = 0;
        run(t);
        if (how == CO_AS_IS || how == CO_ALL_EQUAL)
            break;
    }
    t->twist = CO_AS_IS;
}

/* A GPU stores bf16; these also serve gradients, moments and weights of files, which are f32. */
static bool stores(const checkop *t, cad_dtype type)
{
    static const char *const both[] = {"fill", "copy", "axpy", "cast", "nf4_quant"};
    if (!co_is_apart(t) || type == CAD_BF16)
        return true;
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++)
        if (strcmp(t->op, both[i]) == 0)
            return true;
    return false;
}

void co_passes(checkop *t, void (*run)(checkop *t), bool plain)
{
    int threads = cad_threads_count();
    t->stored = 0;
    /* Products of bf16 are exact on operands that are bf16, and take denormals as zero. */
    bool rounded = cad_ops_matmul() == CAD_MATMUL_bf16;
    for (int half = rounded; half < 2; half++) {
        t->store = half ? CAD_BF16 : CAD_F32;
        if (!stores(t, t->store))
            continue;
        for (int how = CO_AS_IS; how <= CO_ALL_EQUAL; how++) {
            if (rounded && how == CO_DENORMAL)
                continue;
            if (how == CO_NAN && cad_threads_init(1) != CAD_OK)
                co_fail(t, "threads: %s", cad_error_text());
            twisted_passes(t, (co_twist)how, run);
            if (t->stored == 0)
                return;
            if (plain)
                break;
        }
        if (cad_threads_init(threads) != CAD_OK)
            co_fail(t, "threads: %s", cad_error_text());
    }
    t->store = CAD_F32;
}
