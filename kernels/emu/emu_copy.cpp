#include "kernels/emu/emu_copy.h"

#include "kernels/emu/emu_block.h"
#include "kernels/emu/emu_memory.h"
#include "kernels/emu/emu_random.h"

#include <cstdint>
#include <cstring>

cad_emu_copies cad_emu_copy_mode = cad_emu_copies::deferred;

enum { PENDING = 256 }; /* copies of one thread under way */

struct copy {
    void *to;
    const void *from;
    uint8_t bytes, valid;
    bool landed;
    uint32_t group;
};

struct queue {
    copy item[PENDING];
    int n;
    uint32_t group; /* that the next copy belongs to */
};

static queue queues[CAD_EMU_MAX_THREADS];
static int used; /* threads of the block that may have copies */

void cad_emu_copy_begin_block()
{
    used = cad_emu_grid.threads;
    for (int i = 0; i < used; i++) {
        queues[i].n = 0;
        queues[i].group = 0;
    }
}

/* The bytes arrive; the record of the access is made when the thread has waited. */
static void land(copy *c)
{
    if (c->landed)
        return;
    if (c->valid)
        memcpy(c->to, c->from, c->valid);
    memset((char *)c->to + c->valid, 0, (size_t)(c->bytes - c->valid));
    c->landed = true;
}

/* Some copies of any thread land, as they may at any moment. */
static void land_some()
{
    queue *q = &queues[cad_emu_random() % (uint32_t)used];
    for (int i = 0; i < q->n; i++)
        if (cad_emu_random() & 1)
            land(&q->item[i]);
}

void cad_emu_copy_issue(void *shared, const void *device, int bytes, int valid)
{
    queue *q = &queues[cad_emu_now->id];
    if ((bytes != 4 && bytes != 8 && bytes != 16) || valid < 0 || valid > bytes)
        cad_emu_fault("cp.async of %d bytes, %d valid", bytes, valid);
    if ((uintptr_t)shared % (uintptr_t)bytes || (valid && (uintptr_t)device % (uintptr_t)bytes))
        cad_emu_fault("cp.async of %d bytes from %p to %p: not aligned", bytes, device, shared);
    if (q->n == PENDING)
        cad_emu_fault("more than %d copies under way in one thread", (int)PENDING);
    cad_emu_memory_pc(nullptr);
    if (valid)
        cad_emu_memory_access(device, (size_t)valid, cad_emu_access::read, "cp.async");
    cad_emu_memory_access(shared, (size_t)bytes, cad_emu_access::write, "cp.async");
    cad_emu_memory_in_flight(shared, (size_t)bytes, true);
    q->item[q->n] = {shared, device, (uint8_t)bytes, (uint8_t)valid, false, q->group};
    if (cad_emu_copy_mode == cad_emu_copies::eager)
        land(&q->item[q->n]);
    q->n++;
    if (cad_emu_copy_mode == cad_emu_copies::random)
        land_some();
}

void cad_emu_copy_commit()
{
    queues[cad_emu_now->id].group++;
}

void cad_emu_copy_wait(int newest)
{
    queue *q = &queues[cad_emu_now->id];
    int kept = 0;
    for (int i = 0; i < q->n; i++) {
        copy *c = &q->item[i];
        if (c->group + (uint32_t)newest >= q->group) { /* of the newest groups, or of one that has not been committed */
            q->item[kept++] = *c;
            continue;
        }
        land(c);
        cad_emu_memory_in_flight(c->to, c->bytes, false);
        cad_emu_memory_access(c->to, c->bytes, cad_emu_access::write, "cp.async");
    }
    q->n = kept;
    if (cad_emu_copy_mode == cad_emu_copies::random)
        land_some();
}

bool cad_emu_copy_end_block()
{
    for (int i = 0; i < used; i++)
        if (queues[i].n > 0)
            return false;
    return true;
}
