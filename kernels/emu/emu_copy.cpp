#include "kernels/emu/emu_copy.h"

#include "kernels/emu/emu_device.h"
#include "kernels/emu/emu_memory.h"
#include "kernels/emu/emu_random.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>

cad_emu_copies cad_emu_copy_mode = cad_emu_copies::deferred;

enum { PENDING = 256 }; /* copies of one thread under way */

struct copy {
    char *to;
    const void *from;
    uint8_t bytes, valid;
    bool landed;
    uint32_t group;
    cad_emu_site site;
};

struct queue {
    copy item[PENDING];
    int n;
    uint32_t group; /* that the next copy belongs to */
};

static queue *queues; /* (CAD_EMU_MAX_THREADS) from the first launch on: ten megabytes that other programs should not carry */
static int used;      /* threads of the block that may have copies */

bool cad_emu_copy_ready()
{
    if (queues)
        return true;
    void *p = mmap(nullptr, CAD_EMU_MAX_THREADS * sizeof *queues, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return false;
    queues = (queue *)p;
    return true;
}

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
    c->landed = true;
    if (c->valid == 16) {
        memcpy(c->to, c->from, 16);
        return;
    }
    if (c->valid)
        memcpy(c->to, c->from, c->valid);
    memset(c->to + c->valid, 0, (size_t)(c->bytes - c->valid));
}

/* Some copies of any thread land, as they may at any moment. */
static void land_some()
{
    queue *q = &queues[cad_emu_random() % (uint32_t)used];
    for (int i = 0; i < q->n; i++)
        if (cad_emu_random() & 1)
            land(&q->item[i]);
}

static size_t place(const void *shared)
{
    return (size_t)((const char *)shared - cad_emu_shared.base);
}

static void check_copy(const void *shared, const void *device, int bytes, int valid, cad_emu_site site)
{
    if ((bytes != 4 && bytes != 8 && bytes != 16) || valid < 0 || valid > bytes)
        cad_emu_fault("cp.async of %d bytes, %d valid [%s:%d]", bytes, valid, site.file, site.line);
    uintptr_t low = (uintptr_t)bytes - 1; /* bits that an aligned address has not */
    if ((uintptr_t)shared & low || (valid && (uintptr_t)device & low))
        cad_emu_fault("cp.async of %d bytes from %p to %p: not aligned [%s:%d]", bytes, device, shared, site.file, site.line);
    if (!cad_emu_is_shared(shared) || !cad_emu_shared_holds(place(shared), (size_t)bytes))
        cad_emu_fault("cp.async to %p: outside of every array of shared memory [%s:%d]", shared, site.file, site.line);
    if (valid && (cad_emu_is_shared(device)))
        cad_emu_fault("cp.async from %p, which is shared memory [%s:%d]", device, site.file, site.line);
}

static void read_source(const void *device, int valid)
{
    const cad_emu_region *m = valid == 16 ? cad_emu_device_find(device, 16) : nullptr;
    if (!m || !m->cells || !cad_emu_shadow_quick_read<8>(*m, (size_t)((const char *)device - m->base), cad_emu_now))
        cad_emu_memory_access(device, (size_t)valid, cad_emu_access::read, "cp.async");
}

void cad_emu_copy_issue(void *shared, const void *device, int bytes, int valid, cad_emu_site site)
{
    queue *q = &queues[cad_emu_now->id];
    check_copy(shared, device, bytes, valid, site);
    if (q->n == PENDING)
        cad_emu_fault("more than %d copies under way in one thread", (int)PENDING);
    cad_emu_memory_at_site(site);
    if (valid)
        read_source(device, valid);
    cad_emu_shadow_fly(cad_emu_shared, place(shared), (size_t)bytes, cad_emu_now);
    copy *c = &q->item[q->n++];
    *c = {(char *)shared, device, (uint8_t)bytes, (uint8_t)valid, false, q->group, site};
    if (cad_emu_copy_mode == cad_emu_copies::eager)
        land(c);
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
            if (kept != i)
                q->item[kept] = *c;
            kept++;
            continue;
        }
        land(c);
        cad_emu_shadow_land(cad_emu_shared, place(c->to), c->bytes, cad_emu_now);
    }
    q->n = kept;
    if (cad_emu_copy_mode == cad_emu_copies::random)
        land_some();
}

void cad_emu_copy_barrier()
{
    if (cad_emu_copy_mode == cad_emu_copies::random)
        land_some();
}

bool cad_emu_copy_end_block(char *text, size_t size)
{
    for (int i = 0; i < used; i++) {
        if (queues[i].n == 0)
            continue;
        const copy *c = &queues[i].item[0];
        dim3 b = cad_emu_grid.block_index;
        snprintf(text, size, "%s, block (%u,%u,%u), thread %d: ended with %d cp.async copies that it never waited for [%s:%d]",
                 cad_emu_grid.kernel, b.x, b.y, b.z, i, queues[i].n, c->site.file, c->site.line);
        return false;
    }
    return true;
}
