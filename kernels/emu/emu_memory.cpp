#include "kernels/emu/emu_memory.h"

#include "kernels/emu/emu_block.h"
#include "kernels/emu/emu_device.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>

/* Who was the last to write and to read one byte of shared memory, and when. */
enum : uint16_t { SEVERAL_WARPS = 0xFFFF, ATOMIC = 0xFFFE, ONE_WARP = 0x8000 /* | warp: several lanes of it */ };
struct record {
    uint32_t write_moment;
    uint16_t writer, write_epoch;
    uint32_t read_moment;
    uint16_t reader, read_epoch;
};

struct array {
    const void *key;
    size_t from, bytes;
};

enum { ARRAYS = 32, GAP = 128, ALIGN = 1024 };

static char *shared; /* CAD_EMU_SHARED_BYTES, aligned */
static record *records;
static uint8_t *flying;
static uint32_t moment = 1, block_moment = 1; /* a moment ends at each barrier; moments of earlier blocks count as never */
static array arrays[ARRAYS];                  /* of the block that runs; [0] the dynamic bytes */
static int n_arrays;
static const char *arguments, *arguments_end;
static bool instrumented; /* the hooks are at work, so that what they see is complete */

extern "C" char __executable_start, _end;

static const void *access_pc;

void cad_emu_memory_pc(const void *pc)
{
    access_pc = pc;
}

/* Where the access stands that is at fault: its place in the executable, for addr2line. */
static const char *place()
{
    static char text[64];
    if (!access_pc)
        return "";
    snprintf(text, sizeof text, " [addr2line 0x%zx]", (size_t)((const char *)access_pc - &__executable_start));
    return text;
}

void cad_emu_memory_hooked()
{
    instrumented = true;
}

static void *pages(size_t bytes)
{
    void *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? nullptr : p;
}

bool cad_emu_memory_ready()
{
    if (!shared)
        shared = (char *)pages(CAD_EMU_SHARED_BYTES);
    if (!records)
        records = (record *)pages(CAD_EMU_SHARED_BYTES * sizeof *records);
    if (!flying)
        flying = (uint8_t *)pages(CAD_EMU_SHARED_BYTES);
    return shared && records && flying;
}

void cad_emu_memory_arguments(const void *arg, size_t bytes)
{
    arguments = (const char *)arg;
    arguments_end = arguments + bytes;
}

void cad_emu_memory_barrier()
{
    moment++;
}

void cad_emu_memory_begin_block(size_t dynamic_bytes)
{
    size_t last = n_arrays ? arrays[n_arrays - 1].from + arrays[n_arrays - 1].bytes : (size_t)CAD_EMU_SHARED_BYTES;
    block_moment = ++moment;
    memset(shared, 0xCD, std::max(last, dynamic_bytes));
    memset(flying, 0, std::max(last, dynamic_bytes));
    arrays[0] = {nullptr, 0, dynamic_bytes};
    n_arrays = 1;
}

void *cad_emu_dynamic_shared()
{
    return shared;
}

void *cad_emu_static_shared(const void *key, size_t bytes, size_t align)
{
    for (int i = 1; i < n_arrays; i++)
        if (arrays[i].key == key)
            return shared + arrays[i].from;
    const array *last = &arrays[n_arrays - 1];
    size_t from = (last->from + last->bytes + GAP + ALIGN - 1) / ALIGN * ALIGN;
    if (align > ALIGN || n_arrays == ARRAYS || bytes > CAD_EMU_SHARED_BYTES - std::min<size_t>(from, CAD_EMU_SHARED_BYTES))
        cad_emu_fault("%zu bytes of static shared memory, with %d arrays before it: too much", bytes, n_arrays - 1);
    memset(shared + from, 0xCD, bytes);
    memset(flying + from, 0, bytes);
    arrays[n_arrays++] = {key, from, bytes};
    return shared + from;
}

/* ---- shared memory ---- */

static bool inside_an_array(size_t from, size_t bytes)
{
    for (int i = 0; i < n_arrays; i++)
        if (from >= arrays[i].from && from + bytes <= arrays[i].from + arrays[i].bytes)
            return true;
    return false;
}

static void race(const char *what, int thread, const char *mine, const char *other, unsigned who, size_t at)
{
    char name[48];
    if (who == ATOMIC)
        snprintf(name, sizeof name, "an atomic operation");
    else if (who == SEVERAL_WARPS)
        snprintf(name, sizeof name, "threads of several warps");
    else if (who & ONE_WARP)
        snprintf(name, sizeof name, "threads of warp %u", who & 0xFFu);
    else
        snprintf(name, sizeof name, "thread %u", who);
    cad_emu_fault("race on byte %zu of shared memory: %s of thread %d (%s) and %s of %s, with no barrier between%s", at, mine,
                  thread, what, other, name, place());
}

/* Whether an access by `who` in warp epoch `epoch` of this moment comes before what thread t does now. */
static bool before(unsigned who, unsigned epoch, const cad_emu_thread *t)
{
    if (who == (unsigned)t->id)
        return true;
    unsigned warp = who & ONE_WARP ? who & 0xFFu : who / CAD_EMU_LANES;
    return who != SEVERAL_WARPS && who != ATOMIC && warp == (unsigned)t->warp && epoch < t->warp_epoch;
}

static void note_read(record *r, const cad_emu_thread *t)
{
    bool seen = r->read_moment == moment, mine = r->reader == (uint16_t)t->id;
    bool one_warp = r->reader != SEVERAL_WARPS &&
                    (r->reader & ONE_WARP ? (r->reader & 0xFF) == t->warp : r->reader / CAD_EMU_LANES == t->warp);
    if (!seen || mine)
        r->reader = (uint16_t)t->id;
    else
        r->reader = one_warp ? (uint16_t)(ONE_WARP | t->warp) : (uint16_t)SEVERAL_WARPS;
    r->read_moment = moment;
    r->read_epoch = t->warp_epoch;
}

static void shared_access(const cad_emu_thread *t, size_t from, size_t bytes, cad_emu_access how, const char *what)
{
    if (!inside_an_array(from, bytes))
        cad_emu_fault("%s of %zu bytes at byte %zu of shared memory: outside of every array of the block%s", what, bytes, from,
                      place());
    for (size_t i = from; i < from + bytes; i++) {
        record *r = &records[i];
        if (flying[i])
            cad_emu_fault("%s of byte %zu of shared memory, into which an asynchronous copy is under way%s", what, i, place());
        if (instrumented && how != cad_emu_access::write && r->write_moment < block_moment)
            cad_emu_fault("%s of byte %zu of shared memory, which nothing has written%s", what, i, place());
        if (r->write_moment == moment && !(how == cad_emu_access::atomic && r->writer == ATOMIC) &&
            !before(r->writer, r->write_epoch, t))
            race(what, t->id, how == cad_emu_access::read ? "read" : "write", "write", r->writer, i);
        if (how == cad_emu_access::read) {
            note_read(r, t);
            continue;
        }
        if (r->read_moment == moment && !before(r->reader, r->read_epoch, t))
            race(what, t->id, "write", "read", r->reader, i);
        r->write_moment = moment;
        r->writer = how == cad_emu_access::atomic ? (uint16_t)ATOMIC : (uint16_t)t->id;
        r->write_epoch = t->warp_epoch;
    }
}

void cad_emu_memory_in_flight(const void *p, size_t bytes, bool flies)
{
    memset(flying + ((const char *)p - shared), flies, bytes);
}

/* ---- all memory ---- */

static bool host_side(const cad_emu_thread *t, const char *p, size_t bytes)
{
    const char *end = p + bytes, *low = t->fiber.low;
    if (p >= low && end <= low + cad_emu_fiber_stack_bytes())
        return true;
    if (p >= &__executable_start && end <= &_end)
        return true;
    return p >= arguments && end <= arguments_end;
}

static void access_of(const cad_emu_thread *t, const char *p, size_t bytes, cad_emu_access how, const char *what)
{
    if (p >= shared && p < shared + CAD_EMU_SHARED_BYTES) {
        shared_access(t, (size_t)(p - shared), bytes, how, what);
        return;
    }
    if (host_side(t, p, bytes) || cad_emu_device_holds(p, bytes))
        return;
    cad_emu_fault("%s of %zu bytes at %p: outside of device memory (%s)%s", what, bytes, (const void *)p,
                  cad_emu_device_nearest(p), place());
}

void cad_emu_memory_access(const void *p, size_t bytes, cad_emu_access how, const char *what)
{
    access_of(cad_emu_now, (const char *)p, bytes, how, what);
}

void cad_emu_memory_access_as(int thread, const void *p, size_t bytes, cad_emu_access how, const char *what)
{
    access_of(cad_emu_thread_of(thread), (const char *)p, bytes, how, what);
}
