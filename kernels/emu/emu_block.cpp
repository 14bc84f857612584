/* The scheduler: enters fibers until all of a block are done, and says who waits for whom when none can go on.
 *
 * A lane that has to wait hands over to the next lane of its warp that can go on; only when there is none does the scheduler
 * get its turn and choose another warp. */
#include "kernels/emu/emu_block.h"

#include "kernels/emu/emu_copy.h"
#include "kernels/emu/emu_memory.h"
#include "kernels/emu/emu_random.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

cad_emu_thread *cad_emu_now;
cad_emu_grid_state cad_emu_grid;
uint64_t cad_emu_random_state;

static const uint32_t ALL = 0xFFFFFFFFu, TICK = 1u << 16;

static cad_emu_thread threads[CAD_EMU_MAX_THREADS];
static cad_emu_warp warps[CAD_EMU_MAX_WARPS];
static cad_emu_fiber scheduler;
static void (*block_body)(void *);
static void *block_arg;
static char fault_text[1024];

dim3 cad_emu_thread_index()
{
    return cad_emu_now->index;
}

dim3 cad_emu_block_index()
{
    return cad_emu_grid.block_index;
}

dim3 cad_emu_block_size()
{
    return cad_emu_grid.block;
}

dim3 cad_emu_grid_size()
{
    return cad_emu_grid.grid;
}

const cad_emu_thread *cad_emu_thread_of(int id)
{
    return &threads[id];
}

const char *cad_emu_fault_text()
{
    return fault_text;
}

/* ---- who runs ---- */

/* The first lane of `set` at or after `from`, round the circle of 32. */
static int next_lane(uint32_t set, int from)
{
    uint32_t turned = set >> from | (from ? set << (32 - from) : 0);
    return (from + __builtin_ctz(turned)) % CAD_EMU_LANES;
}

static void to_scheduler(cad_emu_thread *self, bool dies)
{
    cad_emu_now = nullptr;
    cad_emu_fiber_switch(&self->fiber, &scheduler, dies);
}

/* self cannot go on: the next lane of its warp that can does, else the scheduler. */
static void hand_over(cad_emu_thread *self, bool dies)
{
    const cad_emu_warp *w = &warps[self->warp];
    if (!w->ready) {
        to_scheduler(self, dies);
        return;
    }
    cad_emu_thread *next = &threads[self->warp * CAD_EMU_LANES + next_lane(w->ready, self->lane)];
    cad_emu_now = next;
    cad_emu_fiber_switch(&self->fiber, &next->fiber, dies);
}

static void fiber_entry()
{
    cad_emu_fiber_entered();
    block_body(block_arg);
    cad_emu_thread *self = cad_emu_now;
    cad_emu_warp *w = &warps[self->warp];
    w->ready &= ~(1u << self->lane);
    w->done |= 1u << self->lane;
    hand_over(self, true);
    __builtin_unreachable();
}

static void set_fault(const cad_emu_thread *t, const char *fmt, va_list ap)
{
    dim3 b = cad_emu_grid.block_index;
    int used = snprintf(fault_text, sizeof fault_text, "%s, block (%u,%u,%u)", cad_emu_grid.kernel, b.x, b.y, b.z);
    if (t)
        used += snprintf(fault_text + used, sizeof fault_text - (size_t)used, ", thread %d", t->id);
    used += snprintf(fault_text + used, sizeof fault_text - (size_t)used, ": ");
    vsnprintf(fault_text + used, sizeof fault_text - (size_t)used, fmt, ap);
}

/* Never entered again: the scheduler sees the text and abandons the block. */
void cad_emu_fault_of(const cad_emu_thread *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_fault(t, fmt, ap);
    va_end(ap);
    to_scheduler(cad_emu_now, true);
    __builtin_unreachable();
}

void cad_emu_fault(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_fault(cad_emu_now, fmt, ap);
    va_end(ap);
    to_scheduler(cad_emu_now, true);
    __builtin_unreachable();
}

/* ---- what a thread may wait for ---- */

static bool same_site(cad_emu_site a, cad_emu_site b)
{
    return a.line == b.line && (a.file == b.file || strcmp(a.file, b.file) == 0);
}

void cad_emu_warp_wait(const cad_emu_warp_op &op)
{
    cad_emu_thread *self = cad_emu_now;
    cad_emu_warp *w = &warps[self->warp];
    uint32_t me = 1u << self->lane;
    if (!w->at_op) {
        w->op = &op;
        w->mixed = false;
    } else if (w->op->run != op.run || w->op->name != op.name || !same_site(w->op->site, op.site)) {
        w->mixed = true;
    }
    self->op = &op;
    w->operand[self->lane] = op.operand;
    w->at_op |= me;
    w->ready &= ~me;
    if (w->at_op != ALL || w->mixed) {
        hand_over(self, false);
        return;
    }
    op.run(w->operand);
    w->at_op = 0;
    w->ready = ALL;
    if (--w->budget <= 0)
        to_scheduler(self, false);
}

void cad_emu_barrier(cad_emu_site site)
{
    cad_emu_thread *self = cad_emu_now;
    cad_emu_warp *w = &warps[self->warp];
    self->barrier = site;
    w->ready &= ~(1u << self->lane);
    w->at_barrier |= 1u << self->lane;
    hand_over(self, false);
    self->clock &= TICK - 1;
}

/* ---- the scheduler ---- */

static void describe(const cad_emu_thread *t, char *out, size_t size)
{
    const cad_emu_warp *w = &warps[t->warp];
    uint32_t me = 1u << t->lane;
    if (w->at_op & me)
        snprintf(out, size, "%s at %s:%d", t->op->name, t->op->site.file, t->op->site.line);
    else if (w->at_barrier & me)
        snprintf(out, size, "__syncthreads at %s:%d", t->barrier.file, t->barrier.line);
    else
        snprintf(out, size, "%s", w->done & me ? "has ended" : "can go on");
}

/* The table of who waits where: runs of threads that wait for the same. */
static void report_stuck(const char *what)
{
    char line[256], last[256] = "";
    dim3 b = cad_emu_grid.block_index;
    int used = snprintf(fault_text, sizeof fault_text, "%s, block (%u,%u,%u): %s:", cad_emu_grid.kernel, b.x, b.y, b.z, what);
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

/* Lets one warp run on until all its lanes wait, or for some warp operations. */
static bool step_warp(int index)
{
    cad_emu_warp *w = &warps[index];
    w->budget = 1 + (int)(cad_emu_random() % 8);
    cad_emu_patience = CAD_EMU_PATIENCE;
    int lane = next_lane(w->ready, (int)(cad_emu_random() % CAD_EMU_LANES));
    cad_emu_now = &threads[index * CAD_EMU_LANES + lane];
    cad_emu_fiber_switch(&scheduler, &cad_emu_now->fiber, false);
    if (fault_text[0])
        return false;
    if (!w->ready && w->at_op) {
        report_stuck("a warp operation that not all lanes of the warp reach");
        return false;
    }
    return true;
}

static bool all_done()
{
    for (int i = 0; i < cad_emu_grid.warps; i++)
        if (warps[i].done != ALL)
            return false;
    return true;
}

static bool pass_barrier()
{
    for (int i = 0; i < cad_emu_grid.threads; i++)
        if (warps[i / CAD_EMU_LANES].at_barrier != ALL || !same_site(threads[i].barrier, threads[0].barrier)) {
            report_stuck("a barrier that not all threads of the block reach");
            return false;
        }
    for (int i = 0; i < cad_emu_grid.warps; i++) {
        warps[i].at_barrier = 0;
        warps[i].ready = ALL;
    }
    cad_emu_memory_barrier();
    cad_emu_copy_barrier();
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
        for (int i = 0; i < n; i++) {
            if (!warps[order[i]].ready)
                continue;
            moved = true;
            if (!step_warp(order[i]))
                return false;
        }
        if (moved)
            continue;
        if (all_done())
            return true;
        if (!pass_barrier())
            return false;
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
        t->clock = u << 6;
        cad_emu_fiber_reset(&t->fiber, i, fiber_entry);
    }
    for (int i = 0; i < cad_emu_grid.warps; i++) {
        warps[i] = {};
        warps[i].ready = ALL;
    }
    cad_emu_copy_begin_block();
    bool ok = run_to_end();
    cad_emu_now = nullptr;
    return ok && cad_emu_copy_end_block(fault_text, sizeof fault_text);
}
