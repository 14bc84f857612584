/* emu_speed: what the emulator (kernels/emu) takes for one thread's operation, in ns.  Read by docs/dev/EMULATION.md. */
#include "bench/emu_speed.h"
#include "kernels/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef cad_status (*speed_fn)(void *work, int blocks, int threads, int n);

enum { BLOCKS = 4, THREADS = 128, WORK = 65536 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ns of a launch with n repetitions: the best of three. */
static double launch(speed_fn fn, void *work, int n)
{
    double best = 1e30;
    for (int i = 0; i < 3; i++) {
        double begin = seconds();
        if (fn(work, BLOCKS, THREADS, n) != CAD_OK) {
            fprintf(stderr, "emu_speed: %s\n", cad_error_text());
            return -1;
        }
        double took = seconds() - begin;
        best = took < best ? took : best;
    }
    return 1e9 * best;
}

static void measure(const char *name, const char *what, speed_fn fn, void *work)
{
    int n = 64;
    double one = launch(fn, work, 0), all = launch(fn, work, n);
    while (all >= 0 && all < 5e7 && n < (1 << 20))
        all = launch(fn, work, n *= 2);
    if (all < 0)
        return;
    double each = (all - one) / ((double)BLOCKS * THREADS * n);
    if (strcmp(name, "nothing") == 0)
        printf("%-14s %8.2f ns for a thread  %s\n", name, one / (BLOCKS * THREADS), what);
    else
        printf("%-14s %8.2f ns for a thread  %8.1f for a warp  %s\n", name, each, 32 * each, what);
}

int main(void)
{
    const cad_ops *ops;
    void *work;
    static unsigned char zeros[BLOCKS * WORK];
    if (cad_ops_get("emu", &ops) != CAD_OK || ops->mem_alloc(sizeof zeros, &work) != CAD_OK ||
        ops->mem_put(work, zeros, sizeof zeros, NULL) != CAD_OK) {
        fprintf(stderr, "emu_speed: %s\n", cad_error_text());
        return 69;
    }
#define X(kernel, what)                                                                                                        \
    if (!getenv("ONLY") || !strcmp(getenv("ONLY"), #kernel))                                                                   \
        measure(#kernel, what, emu_speed_##kernel, work);
    EMU_SPEED_KERNELS(X)
#undef X
    ops->mem_free(work);
    return 0;
}
