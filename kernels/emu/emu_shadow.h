/* Who touched which bytes, and when: the records behind shared and device memory.
 *
 * Every two bytes have a cell: the stamp of the last write and that of the reads since.  A stamp holds a moment, the ticks of a
 * warp inside of that moment, and a thread.  A new moment begins at each launch, block and barrier; a tick is a __syncwarp. Two
 * accesses of different threads, one of them a write, are in order if
 *     a barrier of their block lies between (earlier moment of the same block), or a launch,
 *     or they are lanes of one warp with a __syncwarp between (earlier tick),
 * else they are a race.  Nothing is lost by keeping one write: the write before it was in order with it, or has been reported.
 * Reads are kept as one thread, several lanes of a warp, several warps of a block, or several blocks; that is all a later write
 * asks for.  Where bytes of one cell part ways, or atomic operations join, the cell points to a fuller record of each byte. */
#ifndef CADLM_KERNELS_EMU_EMU_SHADOW_H
#define CADLM_KERNELS_EMU_EMU_SHADOW_H

#include "kernels/emu/emu_block.h"

#include <cstddef>
#include <cstdint>

enum class cad_emu_access { read, write, atomic };

/* moment 32 | ticks 16 | thread 10 | kind 2 | 2 spare | bytes 2; 0: never */
typedef uint64_t cad_emu_stamp;
struct alignas(16) cad_emu_cell {
    cad_emu_stamp write, read;
};

enum : cad_emu_stamp {
    CAD_EMU_KIND = 3u << 4, /* of reads */
    CAD_EMU_OF_WARP = 1u << 4,
    CAD_EMU_OF_BLOCK = 2u << 4,
    CAD_EMU_OF_GRID = 3u << 4,
    CAD_EMU_BOTH_BYTES = 3,
    CAD_EMU_BY_HOST = (cad_emu_stamp)1 << 32 | CAD_EMU_BOTH_BYTES,
    CAD_EMU_MARK = (cad_emu_stamp)0x7FFFFFFF << 32, /* writes from here on are no stamps */
};

/* The moments that decide about order: of a stamp s the thread that runs knows s < first (earlier launches; for shared memory,
 * earlier blocks) and block <= s < now to lie behind it, first <= s < block to belong to other blocks of this launch. */
struct cad_emu_order {
    cad_emu_stamp now, block, first, least; /* writes below `least` are none that count: the memory is uninitialised */
};

/* Memory with cells.  base is even. */
struct cad_emu_region {
    char *base;
    size_t bytes;
    cad_emu_cell *cells; /* NULL: nobody watches */
    bool device, filled; /* filled: the host has written all of it */
};

extern cad_emu_order cad_emu_shared_order, cad_emu_device_order;

static inline const cad_emu_order &cad_emu_order_of(const cad_emu_region &m)
{
    return m.device ? cad_emu_device_order : cad_emu_shared_order;
}

void cad_emu_shadow_begin_launch();
void cad_emu_shadow_end_launch();
void cad_emu_shadow_begin_block();
void cad_emu_shadow_barrier();
/* After a fault: the bytes of shared memory, with copies under way among them, forget everything. */
void cad_emu_shadow_forget(const cad_emu_region &shared);

/* bytes [at, at + bytes) of m by thread t; faults name `what`. */
void cad_emu_shadow_check(const cad_emu_region &m, size_t at, size_t bytes, cad_emu_access how, const cad_emu_thread *t,
                          const char *what);
/* A copy of thread t fills bytes of shared memory, an even number: until it lands, nobody touches them. */
void cad_emu_shadow_fly(const cad_emu_region &m, size_t at, size_t bytes, const cad_emu_thread *t);
void cad_emu_shadow_land(const cad_emu_region &m, size_t at, size_t bytes, const cad_emu_thread *t);
/* The host writes. */
void cad_emu_shadow_fill(cad_emu_region &m, size_t at, size_t bytes);

static inline bool cad_emu_is_behind(cad_emu_stamp s, const cad_emu_order &o)
{
    return (s < o.first) | (s - o.block < o.now - o.block);
}

static inline cad_emu_stamp cad_emu_stamp_of(const cad_emu_thread *t, const cad_emu_order &o)
{
    return o.now | t->clock | CAD_EMU_BOTH_BYTES;
}

/* The common cases of N whole cells: true when they were all of them and have been noted; else ask cad_emu_shadow_check.
 * Stamps are below 2^63, so that a difference shows who is greater in its highest bit. */
typedef int64_t cad_emu_pair __attribute__((vector_size(16)));

/* Accesses of cells that are all alike, decided once: the stamp that a read leaves, 0 when it is a race or not for here. */
cad_emu_stamp cad_emu_shadow_read_alike(cad_emu_cell c, const cad_emu_order &o, const cad_emu_thread *t);
bool cad_emu_shadow_write_alike(cad_emu_cell c, const cad_emu_order &o, const cad_emu_thread *t);

template <int N>
static inline bool cad_emu_are_alike(const cad_emu_pair *v)
{
    cad_emu_pair other = {0, 0};
    for (int i = 1; i < N; i++)
        other |= v[i] ^ v[0];
    return (other[0] | other[1]) == 0;
}

template <int N>
static inline bool cad_emu_shadow_quick_read(const cad_emu_region &m, size_t at, const cad_emu_thread *t)
{
    const cad_emu_order &o = cad_emu_order_of(m);
    cad_emu_cell *c = m.cells + at / 2;
    const auto *v = (const cad_emu_pair *)c;
    int64_t end = (int64_t)(m.device ? o.first : o.now) - 1;
    cad_emu_pair low = {(int64_t)(m.filled ? 0 : o.least), 0}, high = {end, end}, outside = {0, 0};
    for (int i = 0; i < N; i++)
        outside |= (v[i] - low) | (high - v[i]);
    cad_emu_stamp left = cad_emu_stamp_of(t, o);
    if ((outside[0] | outside[1]) < 0) {
        if (!cad_emu_are_alike<N>(v) || c->write < (m.filled ? 0 : o.least))
            return false;
        left = c->read == left ? left : cad_emu_shadow_read_alike(*c, o, t);
        if (left == c->read || left == 0)
            return left != 0;
    }
    for (int i = 0; i < N; i++)
        c[i].read = left;
    return true;
}

/* left: the stamp that the write leaves. */
template <int N>
static inline bool cad_emu_shadow_quick_write(const cad_emu_region &m, size_t at, const cad_emu_thread *t, cad_emu_stamp left)
{
    const cad_emu_order &o = cad_emu_order_of(m);
    cad_emu_cell *c = m.cells + at / 2;
    const auto *v = (const cad_emu_pair *)c;
    int64_t end = (int64_t)(m.device ? o.first : o.now) - 1;
    cad_emu_pair high = {end, end}, outside = {0, 0};
    for (int i = 0; i < N; i++)
        outside |= high - v[i];
    if ((outside[0] | outside[1]) < 0 && !(cad_emu_are_alike<N>(v) && cad_emu_shadow_write_alike(*c, o, t)))
        return false;
    for (int i = 0; i < N; i++)
        c[i] = {left, 0};
    return true;
}

#endif
