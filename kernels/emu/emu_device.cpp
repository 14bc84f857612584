#include "kernels/emu/emu_device.h"

#include "core/mem.h"
#include "kernels/emu/emu_asan.h"
#include "kernels/emu/emu_control.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

/* In ascending order of address. */
struct block {
    cad_emu_region m;
    char *start;    /* of the heap's block */
    uint64_t freed; /* 0: in use; else the order in which they were freed */
};

enum { MAX_BLOCKS = 4096, GAP = 256, ALIGN = 256, MOST_KEPT = 64 };
enum : size_t { KEPT_BYTES = 8 << 20 };
static block blocks[MAX_BLOCKS];
const cad_emu_region *cad_emu_device_hint[CAD_EMU_HINTS];
static int n_blocks, n_kept;
static size_t kept_bytes; /* of the n_kept blocks that have been freed */
static uint64_t n_freed;

/* The last block that starts at or below p; -1: none. */
static int below(const void *p)
{
    int low = 0, high = n_blocks;
    while (low < high) {
        int mid = (low + high) / 2;
        if ((uintptr_t)blocks[mid].m.base <= (uintptr_t)p)
            low = mid + 1;
        else
            high = mid;
    }
    return low - 1;
}

static bool within(const block *b, const void *p, size_t bytes)
{
    uintptr_t at = (uintptr_t)p - (uintptr_t)b->m.base;
    return !b->freed && at <= b->m.bytes && bytes <= b->m.bytes - at;
}

const cad_emu_region *cad_emu_device_search(const void *p, size_t bytes)
{
    int i = below(p);
    if (i < 0 || !within(&blocks[i], p, bytes))
        return nullptr;
    return cad_emu_device_hint[(uintptr_t)p / 4096 % CAD_EMU_HINTS] = &blocks[i].m;
}

const char *cad_emu_device_nearest(const void *p)
{
    static char text[96];
    int i = below(p);
    const block *b = &blocks[i < 0 ? 0 : i];
    uintptr_t at = (uintptr_t)p - (uintptr_t)b->m.base;
    if (i < 0 && n_blocks && (uintptr_t)b->m.base - (uintptr_t)p <= GAP)
        snprintf(text, sizeof text, "%zu bytes before a block of %zu", (size_t)(b->m.base - (const char *)p), b->m.bytes);
    else if (i < 0 || at > b->m.bytes + ((size_t)1 << 20))
        snprintf(text, sizeof text, "nowhere near");
    else if (at < b->m.bytes)
        snprintf(text, sizeof text,
                 b->freed ? "a block of %zu bytes that has been freed" : "it runs over the end of a block of %zu", b->m.bytes);
    else if (i + 1 < n_blocks && (uintptr_t)b[1].m.base - (uintptr_t)p <= GAP / 2)
        snprintf(text, sizeof text, "%zu bytes before a block of %zu", (size_t)(b[1].m.base - (const char *)p), b[1].m.bytes);
    else
        snprintf(text, sizeof text, "%zu bytes past the end of a block of %zu", (size_t)at - b->m.bytes, b->m.bytes);
    return text;
}

/* ---- allocations ---- */

/* Blocks change their places, or their state. */
static void forget_hints()
{
    memset(cad_emu_device_hint, 0, sizeof cad_emu_device_hint);
}

static void remove_block(int at)
{
    block b = blocks[at];
    forget_hints();
    cad_emu_asan_allow(b.start, b.m.bytes + 2 * GAP + ALIGN);
    cad_mem_free(b.m.cells);
    cad_mem_free(b.start);
    n_blocks--;
    memmove(&blocks[at], &blocks[at + 1], (size_t)(n_blocks - at) * sizeof blocks[0]);
}

/* The one that was freed first goes. */
static void forget_oldest()
{
    int oldest = -1;
    for (int i = 0; i < n_blocks; i++)
        if (blocks[i].freed && (oldest < 0 || blocks[i].freed < blocks[oldest].freed))
            oldest = i;
    kept_bytes -= blocks[oldest].m.bytes;
    n_kept--;
    remove_block(oldest);
}

static cad_status take_block(size_t bytes, block *b)
{
    size_t padded, cells;
    CAD_TRY(cad_add(bytes, 2 * GAP + ALIGN, "memory of the emulator", &padded));
    CAD_TRY(cad_mul((bytes + 1) / 2, sizeof(cad_emu_cell), "records of the emulator", &cells));
    CAD_TRY(cad_mem_alloc(padded, "memory of the emulator", &b->start));
#ifndef CAD_EMU_ASAN
    cad_status s = cad_mem_alloc(cells, "records of the emulator", &b->m.cells);
    if (s != CAD_OK) {
        cad_mem_free(b->start);
        return s;
    }
#endif
    b->m.base = b->start + GAP;
    b->m.base += (ALIGN - (uintptr_t)b->m.base % ALIGN) % ALIGN;
    b->m.bytes = bytes;
    b->m.device = true;
    b->m.filled = true; /* by zeros, as ops.h promises */
    cad_emu_asan_forbid(b->start, (size_t)(b->m.base - b->start));
    cad_emu_asan_forbid(b->m.base + bytes, padded - bytes - (size_t)(b->m.base - b->start));
    return CAD_OK;
}

cad_status cad_emu_mem_alloc(size_t bytes, void **out)
{
    block b = {};
    if (n_blocks == MAX_BLOCKS && n_kept > 0)
        forget_oldest();
    if (n_blocks == MAX_BLOCKS)
        CAD_FAIL(CAD_ENOMEM, "the emulator holds at most %d blocks of device memory", (int)MAX_BLOCKS);
    CAD_TRY(take_block(bytes, &b));
    int at = below(b.m.base) + 1;
    memmove(&blocks[at + 1], &blocks[at], (size_t)(n_blocks - at) * sizeof blocks[0]);
    blocks[at] = b;
    n_blocks++;
    forget_hints();
    *out = b.m.base;
    return CAD_OK;
}

void cad_emu_unwrite(void *device)
{
    int at = below(device);
    if (at < 0 || blocks[at].m.base != device || !blocks[at].m.cells)
        return;
    blocks[at].m.filled = false;
    memset(blocks[at].m.cells, 0, (blocks[at].m.bytes + 1) / 2 * sizeof(cad_emu_cell));
}

void cad_emu_mem_free(void *p)
{
    int at = below(p);
    if (!p || at < 0 || blocks[at].m.base != p || blocks[at].freed)
        return;
    block *b = &blocks[at];
    cad_emu_asan_forbid(b->m.base, b->m.bytes);
    b->freed = ++n_freed;
    forget_hints();
    kept_bytes += b->m.bytes;
    n_kept++;
    while (n_kept > MOST_KEPT || kept_bytes > KEPT_BYTES)
        forget_oldest();
}

static cad_status check_held(const char *what, const void *device, const void *host, size_t bytes)
{
    if (bytes > 0 && cad_emu_device_find(host, 1))
        CAD_FAIL(CAD_EINVAL, "%s of %zu bytes: %p is device memory, expected memory of the host", what, bytes, host);
    if (bytes > 0 && !cad_emu_device_find(device, bytes))
        CAD_FAIL(CAD_EINVAL, "%s of %zu bytes at %p: not in device memory (%s)", what, bytes, device,
                 cad_emu_device_nearest(device));
    return CAD_OK;
}

cad_status cad_emu_mem_put(void *device, const void *host, size_t bytes, void *)
{
    CAD_TRY(check_held("mem_put", device, host, bytes));
    if (bytes == 0)
        return CAD_OK;
    block *b = &blocks[below(device)];
    memcpy(device, host, bytes);
    cad_emu_shadow_fill(b->m, (size_t)((char *)device - b->m.base), bytes);
    return CAD_OK;
}

cad_status cad_emu_mem_get(void *host, const void *device, size_t bytes, void *)
{
    CAD_TRY(check_held("mem_get", device, host, bytes));
    if (bytes > 0)
        memcpy(host, device, bytes);
    return cad_emu_sync(nullptr);
}
