#include "kernels/emu/emu_shadow.h"

#include "kernels/emu/emu_memory.h"

#include <cstdio>
#include <cstring>
#include <sys/mman.h>

cad_emu_order cad_emu_shared_order, cad_emu_device_order;

static uint64_t moment = 1; /* 1 is the host's */

/* The bytes of a cell one by one. */
struct apart {
    cad_emu_cell *home; /* NULL: free */
    cad_emu_stamp write[2], read[2], atomic[2];
};

enum { MOST_APART = 1 << 24, NO_FLIGHT = 1u << 31 };

/* Cells that are apart: of shared memory until the block ends, of device memory until the launch ends. */
struct pool {
    apart *item;
    uint32_t n;
};
static pool shared_pool, device_pool;

/* One access of some bytes of one cell, and who asks. */
struct asked {
    const cad_emu_region *m;
    const cad_emu_order *o;
    const cad_emu_thread *t;
    const char *what;
    cad_emu_access how;
    cad_emu_stamp mine; /* for both bytes */
};

/* ---- moments ---- */

static void next_moment()
{
    moment++;
    cad_emu_shared_order.now = cad_emu_device_order.now = moment << 32;
}

static void dissolve(pool *p, bool device)
{
    for (uint32_t i = 0; i < p->n; i++) {
        apart *a = &p->item[i];
        if (a->home) {
            bool written = device && (a->write[0] | a->write[1]);
            *a->home = {written ? (cad_emu_stamp)CAD_EMU_BY_HOST : 0, 0};
        }
    }
    p->n = 0;
}

void cad_emu_shadow_begin_launch()
{
    next_moment();
    cad_emu_device_order.first = cad_emu_device_order.now;
    cad_emu_device_order.least = 1;
}

void cad_emu_shadow_end_launch()
{
    dissolve(&device_pool, true);
}

void cad_emu_shadow_begin_block()
{
    next_moment();
    dissolve(&shared_pool, false);
    cad_emu_stamp now = moment << 32;
    cad_emu_shared_order = {now, now, now, now};
    cad_emu_device_order.block = now;
}

void cad_emu_shadow_barrier()
{
    next_moment();
}

void cad_emu_shadow_forget(const cad_emu_region &shared)
{
    shared_pool.n = 0;
    memset(shared.cells, 0, shared.bytes / 2 * sizeof *shared.cells);
}

/* ---- order ---- */

static int thread_of(cad_emu_stamp s)
{
    return (int)(s >> 6 & 1023);
}

static uint32_t tick_of(cad_emu_stamp s)
{
    return (uint32_t)s >> 16;
}

/* Whether accesses noted as s come before what thread t does now, or are its own. */
static bool in_order(const asked &x, cad_emu_stamp s)
{
    cad_emu_stamp kind = s & CAD_EMU_KIND;
    if (kind == CAD_EMU_OF_GRID && s >= x.o->first)
        return false;
    if (cad_emu_is_behind(s, *x.o))
        return true;
    if (s < x.o->now || kind >= CAD_EMU_OF_BLOCK)
        return false;
    bool own = kind == 0 && thread_of(s) == x.t->id;
    return own || (thread_of(s) / CAD_EMU_LANES == x.t->warp && tick_of(s) < x.t->clock >> 16);
}

/* Reads (or atomic operations) noted as s, and one more of thread t; the byte mask is left to the caller. */
static cad_emu_stamp joined(const asked &x, cad_emu_stamp s)
{
    cad_emu_stamp kind = s & CAD_EMU_KIND;
    if (kind == CAD_EMU_OF_GRID && s >= x.o->first)
        return s;
    if (cad_emu_is_behind(s, *x.o))
        return x.mine;
    if (s < x.o->now)
        return x.mine | CAD_EMU_OF_GRID;
    if (kind == CAD_EMU_OF_BLOCK)
        return s;
    if (thread_of(s) / CAD_EMU_LANES != x.t->warp)
        return x.mine | CAD_EMU_OF_BLOCK;
    bool only_mine = tick_of(s) < x.t->clock >> 16 || (kind == 0 && thread_of(s) == x.t->id);
    return only_mine ? x.mine : x.mine | CAD_EMU_OF_WARP;
}

/* ---- faults ---- */

[[noreturn]] static void race(const asked &x, size_t at, const char *other, cad_emu_stamp s)
{
    static const char *const verbs[] = {"read", "write", "atomic operation"};
    char who[48], where[64];
    cad_emu_stamp kind = s & CAD_EMU_KIND;
    if (kind == CAD_EMU_OF_GRID || s < x.o->now)
        snprintf(who, sizeof who, "another block");
    else if (kind == CAD_EMU_OF_BLOCK)
        snprintf(who, sizeof who, "threads of several warps");
    else if (kind == CAD_EMU_OF_WARP)
        snprintf(who, sizeof who, "threads of warp %d", thread_of(s) / CAD_EMU_LANES);
    else
        snprintf(who, sizeof who, "thread %d", thread_of(s));
    if (x.m->device)
        snprintf(where, sizeof where, "device memory (a block of %zu)", x.m->bytes);
    else
        snprintf(where, sizeof where, "shared memory");
    cad_emu_fault_of(x.t, "race on byte %zu of %s: %s of thread %d (%s) and %s of %s, with no barrier between%s", at, where,
                     verbs[(int)x.how], x.t->id, x.what, other, who, cad_emu_memory_place());
}

[[noreturn]] static void uninitialised(const asked &x, size_t at)
{
    cad_emu_fault_of(x.t, "%s of byte %zu of %s memory, which nothing has written%s", x.what, at,
                     x.m->device ? "a block of device" : "shared", cad_emu_memory_place());
}

static void must_be_in_order(const asked &x, size_t at, cad_emu_stamp s, const char *other)
{
    if (!in_order(x, s))
        race(x, at, other, s);
}

static bool needs_value(const asked &x)
{
    return x.how != cad_emu_access::write && cad_emu_memory_is_hooked() && !x.m->filled;
}

/* ---- cells apart ---- */

static pool *pool_of(const asked &x)
{
    return x.m->device ? &device_pool : &shared_pool;
}

static apart *take_apart(const asked &x, cad_emu_cell *c)
{
    pool *p = pool_of(x);
    if (!p->item) {
        void *block = mmap(nullptr, MOST_APART * sizeof(apart), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (block == MAP_FAILED)
            cad_emu_fault("no memory for the records of single bytes");
        p->item = (apart *)block;
    }
    if (p->n == MOST_APART)
        cad_emu_fault("more than %d pairs of bytes of which each has a story of its own", (int)MOST_APART);
    apart *a = &p->item[p->n];
    a->home = c;
    for (unsigned b = 0; b < 2; b++) {
        bool mine = c->write >> b & 1;
        a->write[b] = mine || !c->write ? c->write : x.m->device ? (cad_emu_stamp)CAD_EMU_BY_HOST : x.o->block;
        a->read[b] = c->read >> b & 1 ? c->read : 0;
        a->atomic[b] = 0;
    }
    c->write = CAD_EMU_MARK | NO_FLIGHT | p->n++;
    return a;
}

static void access_apart(const asked &x, apart *a, unsigned bytes, size_t at)
{
    for (unsigned b = 0; b < 2; b++) {
        if (!(bytes >> b & 1))
            continue;
        if (needs_value(x) && a->write[b] < x.o->least)
            uninitialised(x, at + b);
        must_be_in_order(x, at + b, a->write[b], "write");
        if (x.how != cad_emu_access::atomic)
            must_be_in_order(x, at + b, a->atomic[b], "atomic operation");
        if (x.how == cad_emu_access::read) {
            a->read[b] = joined(x, a->read[b]);
            continue;
        }
        must_be_in_order(x, at + b, a->read[b], "read");
        if (x.how == cad_emu_access::atomic) {
            a->atomic[b] = joined(x, a->atomic[b]);
            continue;
        }
        a->write[b] = x.mine;
        a->read[b] = a->atomic[b] = 0;
    }
    if (x.how == cad_emu_access::write && bytes == CAD_EMU_BOTH_BYTES) {
        *a->home = {x.mine, 0};
        a->home = nullptr;
    }
}

/* ---- one cell ---- */

/* The parts of a cell that an access of `bytes` of it would touch; false when only bytes apart can tell. */
static bool whole_enough(const asked &x, cad_emu_stamp s, unsigned bytes, size_t at, const char *other)
{
    if (in_order(x, s))
        return true;
    if ((s & bytes) == 0)
        return false;
    race(x, at, other, s);
}

static bool read_cell(const asked &x, cad_emu_cell *c, unsigned bytes, size_t at)
{
    if (!whole_enough(x, c->write, bytes, at, "write"))
        return false;
    cad_emu_stamp r = c->read, all = CAD_EMU_BOTH_BYTES, now = (x.mine & ~all) | bytes;
    bool grid = r >= x.o->first && (r & CAD_EMU_KIND) == CAD_EMU_OF_GRID;
    if (!grid && cad_emu_is_behind(r, *x.o))
        c->read = now;
    else if ((r & all) == bytes)
        c->read = (joined(x, r) & ~all) | bytes;
    else if ((r & ~all) == (now & ~all))
        c->read = r | bytes;
    else
        return false;
    return true;
}

static bool write_cell(const asked &x, cad_emu_cell *c, unsigned bytes, size_t at)
{
    if (!whole_enough(x, c->read, bytes, at, "read") || !whole_enough(x, c->write, bytes, at, "write"))
        return false;
    cad_emu_stamp w = c->write, all = CAD_EMU_BOTH_BYTES;
    if (bytes == all)
        *c = {x.mine, 0};
    else if ((w & ~all) == (x.mine & ~all))
        c->write = w | bytes;
    else if (cad_emu_is_behind(w, *x.o) && (w >= x.o->least || x.m->filled))
        c->write = (x.mine & ~all) | bytes;
    else
        return false;
    return true;
}

static void access_cell(const asked &x, cad_emu_cell *c, unsigned bytes, size_t at)
{
    if (c->write >= CAD_EMU_MARK) {
        uint32_t index = (uint32_t)c->write;
        if (!(index & NO_FLIGHT))
            cad_emu_fault_of(x.t,
                             "%s of byte %zu of shared memory, into which an asynchronous copy of thread %u is under way%s",
                             x.what, at, index, cad_emu_memory_place());
        access_apart(x, &pool_of(x)->item[index & ~NO_FLIGHT], bytes, at);
        return;
    }
    if (needs_value(x) && c->write < x.o->least)
        uninitialised(x, at);
    bool done = x.how == cad_emu_access::read    ? read_cell(x, c, bytes, at)
                : x.how == cad_emu_access::write ? write_cell(x, c, bytes, at)
                                                 : false;
    if (!done)
        access_apart(x, take_apart(x, c), bytes, at);
}

/* ---- several cells at once ---- */

cad_emu_stamp cad_emu_shadow_read_alike(cad_emu_cell c, const cad_emu_order &o, const cad_emu_thread *t)
{
    asked x = {nullptr, &o, t, nullptr, cad_emu_access::read, cad_emu_stamp_of(t, o)};
    bool whole = c.write < CAD_EMU_MARK && (c.read & CAD_EMU_BOTH_BYTES) == CAD_EMU_BOTH_BYTES;
    bool unread = c.read < o.first || (c.read & CAD_EMU_BOTH_BYTES) == 0;
    return (whole || unread) && c.write < CAD_EMU_MARK && in_order(x, c.write) ? joined(x, c.read) : 0;
}

bool cad_emu_shadow_write_alike(cad_emu_cell c, const cad_emu_order &o, const cad_emu_thread *t)
{
    asked x = {nullptr, &o, t, nullptr, cad_emu_access::write, cad_emu_stamp_of(t, o)};
    return c.write < CAD_EMU_MARK && in_order(x, c.write) && in_order(x, c.read);
}

void cad_emu_shadow_check(const cad_emu_region &m, size_t at, size_t bytes, cad_emu_access how, const cad_emu_thread *t,
                          const char *what)
{
    const cad_emu_order &o = cad_emu_order_of(m);
    asked x = {&m, &o, t, what, how, cad_emu_stamp_of(t, o)};
    size_t end = at + bytes;
    while (at < end) {
        unsigned mask = at % 2 ? 2 : end - at == 1 ? 1 : 3;
        access_cell(x, &m.cells[at / 2], mask, at & ~(size_t)1);
        at = (at | 1) + 1;
    }
}

void cad_emu_shadow_fly(const cad_emu_region &m, size_t at, size_t bytes, const cad_emu_thread *t)
{
    cad_emu_stamp flying = CAD_EMU_MARK | (uint32_t)t->id;
    if (bytes == 16 && cad_emu_shadow_quick_write<8>(m, at, t, flying))
        return;
    cad_emu_shadow_check(m, at, bytes, cad_emu_access::write, t, "cp.async");
    for (size_t i = at / 2; i < (at + bytes) / 2; i++)
        m.cells[i] = {flying, 0};
}

void cad_emu_shadow_land(const cad_emu_region &m, size_t at, size_t bytes, const cad_emu_thread *t)
{
    cad_emu_stamp mine = cad_emu_stamp_of(t, cad_emu_order_of(m));
    for (size_t i = at / 2; i < (at + bytes) / 2; i++)
        m.cells[i] = {mine, 0};
}

void cad_emu_shadow_fill(cad_emu_region &m, size_t at, size_t bytes)
{
    if (!m.cells)
        return;
    if (at == 0 && bytes == m.bytes)
        m.filled = true;
    for (size_t i = at / 2; !m.filled && i < (at + bytes + 1) / 2; i++)
        m.cells[i].write = CAD_EMU_BY_HOST;
}
