/* The scheduler: enters fibers until all of a block are done, and says who waits for whom when none can go on. */
#include "kernels/emu/emu_block.h"

#include "core/status.h"
#include "kernels/emu/emu_copy.h"
#include "kernels/emu/emu_memory.h"
#include "kernels/emu/emu_random.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

cad_emu_thread *cad_emu_now;
cad_emu_grid_state cad_emu_grid;
uint64_t cad_emu_random_state;

static cad_emu_thread threads[CAD_EMU_MAX_THREADS];
static cad_emu_fiber scheduler;
static void (*block_body)(void *);
static void *block_arg;
static char fault_text[1024];

static void suspend(bool dies)
{
    cad_emu_fiber_switch(&cad_emu_now->fiber, &scheduler, dies);
}

static void fiber_entry()
{
    cad_emu_fiber_entered();
    block_body(block_arg);
    cad_emu_now->state = cad_emu_wait::done;
    suspend(true);
    __builtin_unreachable();
}

void cad_emu_fault(const char *fmt, ...)
{
    va_list ap;
    dim3 b = cad_emu_grid.block_index;
    int used = snprintf(fault_text, sizeof fault_text, "%s, block (%u,%u,%u)", cad_emu_grid.kernel, b.x, b.y, b.z);
    if (cad_emu_now)
        used += snprintf(fault_text + used, sizeof fault_text - (size_t)used, ", thread %d", cad_emu_now->id);
    used += snprintf(fault_text + used, sizeof fault_text - (size_t)used, ": ");
    va_start(ap, fmt);
    vsnprintf(fault_text + used, sizeof fault_text - (size_t)used, fmt, ap);
    va_end(ap);
    suspend(true); /* never entered again: the scheduler sees the text and abandons the block */
    __builtin_unreachable();
}

/* ---- what a thread may wait for ---- */

void cad_emu_warp_wait(const cad_emu_warp_op &op)
{
    cad_emu_now->op = op;
    cad_emu_now->state = cad_emu_wait::warp_op;
    suspend(false);
}

void cad_emu_barrier(cad_emu_site site)
{
    cad_emu_now->barrier = site;
    cad_emu_now->state = cad_emu_wait::barrier;
    suspend(false);
}

/* ---- the scheduler ---- */

static bool same_site(cad_emu_site a, cad_emu_site b)
{
    return a.line == b.line && (a.file == b.file || strcmp(a.file, b.file) == 0);
}

static void describe(const cad_emu_thread *t, char *out, size_t size)
{
    switch (t->state) {
    case cad_emu_wait::warp_op:
        snprintf(out, size, "%s at %s:%d", t->op.name, t->op.site.file, t->op.site.line);
        break;
    case cad_emu_wait::barrier:
        snprintf(out, size, "__syncthreads at %s:%d", t->barrier.file, t->barrier.line);
        break;
    case cad_emu_wait::done:
        snprintf(out, size, "has ended");
        break;
    case cad_emu_wait::ready:
        snprintf(out, size, "can go on");
        break;
    }
}

/* The table of who waits where: runs of threads that wait for the same. */
static void report_stuck(const char *what)
{
    char line[256], last[256] = "";
    int used = snprintf(fault_text, sizeof fault_text, "%s, block (%u,%u,%u): %s:", cad_emu_grid.kernel,
                        cad_emu_grid.block_index.x, cad_emu_grid.block_index.y, cad_emu_grid.block_index.z, what);
    int first = 0;
    for (int i = 0; i <= cad_emu_grid.threads; i++) {
        if (i < cad_emu_grid.threads)
            describe(&threads[i], line, sizeof line);
        if (i > 0 && (i == cad_emu_grid.threads || strcmp(line, last) != 0)) {
            if (used < (int)sizeof fault_text)
                used +=
                    snprintf(fault_text + used, sizeof fault_text - (size_t)used, " [threads %d-%d: %s]", first, i - 1, last);
            first = i;
        }
        memcpy(last, line, sizeof last);
    }
}

/* Enters one fiber until it waits. */
static void enter(cad_emu_thread *t)
{
    cad_emu_now = t;
    cad_emu_fiber_switch(&scheduler, &t->fiber, false);
    cad_emu_now = nullptr;
}

/* All lanes wait for one warp operation: it is executed and they go on. */
static bool finish_warp_op(cad_emu_thread *lane)
{
    void *operand[CAD_EMU_LANES];
    for (int i = 0; i < CAD_EMU_LANES; i++) {
        const cad_emu_warp_op *op = &lane[i].op;
        if (lane[i].state != cad_emu_wait::warp_op || op->run != lane[0].op.run || !same_site(op->site, lane[0].op.site)) {
            report_stuck("a warp operation that not all lanes of the warp reach");
            return false;
        }
        operand[i] = op->operand;
    }
    for (int i = 0; i < CAD_EMU_LANES; i++)
        lane[i].state = cad_emu_wait::ready;
    cad_emu_now = lane; /* faults of the operation name the first lane of its warp */
    lane[0].op.run(operand);
    cad_emu_now = nullptr;
    return fault_text[0] == 0;
}

/* Lets one warp run on: each lane until it waits, then what they wait for if it is a warp operation.  moved: something did. */
static bool step_warp(int w, bool *moved)
{
    cad_emu_thread *lane = threads + (size_t)w * CAD_EMU_LANES;
    int rounds = 1 + (int)(cad_emu_random() % 4), turn = (int)(cad_emu_random() % CAD_EMU_LANES);
    for (int r = 0; r < rounds; r++) {
        int waits = 0, gone = 0;
        for (int k = 0; k < CAD_EMU_LANES; k++) {
            cad_emu_thread *t = &lane[(k + turn) % CAD_EMU_LANES];
            if (t->state == cad_emu_wait::ready) {
                *moved = true;
                enter(t);
                if (fault_text[0])
                    return false;
            }
            waits += t->state == cad_emu_wait::warp_op;
            gone += t->state == cad_emu_wait::barrier || t->state == cad_emu_wait::done;
        }
        if (gone == CAD_EMU_LANES)
            return true;
        if (waits == 0 || !finish_warp_op(lane))
            return waits == 0;
        *moved = true;
    }
    return true;
}

static bool all_at_one_barrier()
{
    for (int i = 0; i < cad_emu_grid.threads; i++)
        if (threads[i].state != cad_emu_wait::barrier || !same_site(threads[i].barrier, threads[0].barrier))
            return false;
    return true;
}

static bool all_done()
{
    for (int i = 0; i < cad_emu_grid.threads; i++)
        if (threads[i].state != cad_emu_wait::done)
            return false;
    return true;
}

static bool run_to_end()
{
    int order[CAD_EMU_MAX_WARPS], n = cad_emu_grid.warps;
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (;;) {
        bool moved = false;
        for (int i = n - 1; i > 0; i--) {
            int k = (int)(cad_emu_random() % (uint32_t)(i + 1)), x = order[i];
            order[i] = order[k];
            order[k] = x;
        }
        for (int i = 0; i < n; i++)
            if (!step_warp(order[i], &moved))
                return false;
        if (moved)
            continue;
        if (all_done())
            return true;
        if (!all_at_one_barrier()) {
            report_stuck("a barrier that not all threads of the block reach");
            return false;
        }
        cad_emu_memory_barrier();
        for (int i = 0; i < cad_emu_grid.threads; i++)
            threads[i].state = cad_emu_wait::ready;
    }
}

bool cad_emu_run_block(void (*body)(void *), void *arg)
{
    dim3 size = cad_emu_grid.block;
    block_body = body;
    block_arg = arg;
    fault_text[0] = 0;
    for (int i = 0; i < cad_emu_grid.threads; i++) {
        cad_emu_thread *t = &threads[i];
        unsigned u = (unsigned)i;
        t->index = dim3(u % size.x, u / size.x % size.y, u / size.x / size.y);
        t->id = i;
        t->lane = i % CAD_EMU_LANES;
        t->warp = i / CAD_EMU_LANES;
        t->state = cad_emu_wait::ready;
        t->warp_epoch = 0;
        cad_emu_fiber_reset(&t->fiber, i, fiber_entry);
    }
    cad_emu_copy_begin_block();
    bool ok = run_to_end() && cad_emu_copy_end_block();
    cad_emu_now = nullptr;
    if (!ok && fault_text[0] == 0)
        snprintf(fault_text, sizeof fault_text, "%s: cp.async copies that were never waited for", cad_emu_grid.kernel);
    return ok;
}

const cad_emu_thread *cad_emu_thread_of(int id)
{
    return &threads[id];
}

const char *cad_emu_fault_text()
{
    return fault_text;
}
