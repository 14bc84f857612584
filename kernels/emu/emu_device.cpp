#include "kernels/emu/emu_device.h"

#include "core/mem.h"
#include "kernels/emu/emu_asan.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

/* Blocks in ascending order of address. */
struct block {
    char *start, *data;
    size_t bytes;
};

enum { MAX_BLOCKS = 4096, GAP = 256, ALIGN = 256 };
static block blocks[MAX_BLOCKS];
static int n_blocks, last_hit;

/* The last block that starts at or below p; -1: none. */
static int below(const void *p)
{
    int low = 0, high = n_blocks;
    while (low < high) {
        int mid = (low + high) / 2;
        if ((uintptr_t)blocks[mid].data <= (uintptr_t)p)
            low = mid + 1;
        else
            high = mid;
    }
    return low - 1;
}

static bool within(const block *b, const void *p, size_t bytes)
{
    uintptr_t at = (uintptr_t)p - (uintptr_t)b->data;
    return at <= b->bytes && bytes <= b->bytes - at;
}

bool cad_emu_device_holds(const void *p, size_t bytes)
{
    if (last_hit < n_blocks && within(&blocks[last_hit], p, bytes))
        return true;
    int i = below(p);
    if (i < 0 || !within(&blocks[i], p, bytes))
        return false;
    last_hit = i;
    return true;
}

const char *cad_emu_device_nearest(const void *p)
{
    static char text[96];
    int i = below(p);
    if (i < 0)
        return "below all of it";
    const block *b = &blocks[i];
    uintptr_t at = (uintptr_t)p - (uintptr_t)b->data;
    if (at < b->bytes)
        snprintf(text, sizeof text, "it runs over the end of a block of %zu bytes", b->bytes);
    else
        snprintf(text, sizeof text, "%zu bytes past the end of a block of %zu", (size_t)at - b->bytes, b->bytes);
    return text;
}

cad_status cad_emu_mem_alloc(size_t bytes, void **out)
{
    block b = {nullptr, nullptr, bytes};
    size_t padded;
    if (n_blocks == MAX_BLOCKS)
        CAD_FAIL(CAD_ENOMEM, "the emulator holds at most %d blocks of device memory", (int)MAX_BLOCKS);
    CAD_TRY(cad_add(bytes, 2 * GAP + ALIGN, "memory of the emulator", &padded));
    CAD_TRY(cad_mem_alloc(padded, "memory of the emulator", &b.start));
    b.data = b.start + GAP;
    b.data += (ALIGN - (uintptr_t)b.data % ALIGN) % ALIGN;
    cad_emu_asan_forbid(b.start, (size_t)(b.data - b.start));
    cad_emu_asan_forbid(b.data + bytes, padded - bytes - (size_t)(b.data - b.start));
    int at = below(b.data) + 1;
    memmove(&blocks[at + 1], &blocks[at], (size_t)(n_blocks - at) * sizeof blocks[0]);
    blocks[at] = b;
    n_blocks++;
    *out = b.data;
    return CAD_OK;
}

void cad_emu_mem_free(void *p)
{
    int at = below(p);
    if (!p || at < 0 || blocks[at].data != p)
        return;
    cad_emu_asan_allow(blocks[at].start, blocks[at].bytes + 2 * GAP + ALIGN);
    cad_mem_free(blocks[at].start);
    n_blocks--;
    memmove(&blocks[at], &blocks[at + 1], (size_t)(n_blocks - at) * sizeof blocks[0]);
}

static cad_status check_held(const char *what, const void *device, size_t bytes)
{
    if (bytes > 0 && !cad_emu_device_holds(device, bytes))
        CAD_FAIL(CAD_EINVAL, "%s of %zu bytes at %p: not in device memory (%s)", what, bytes, device,
                 cad_emu_device_nearest(device));
    return CAD_OK;
}

cad_status cad_emu_mem_put(void *device, const void *host, size_t bytes, void *)
{
    CAD_TRY(check_held("mem_put", device, bytes));
    if (bytes > 0)
        memcpy(device, host, bytes);
    return CAD_OK;
}

cad_status cad_emu_mem_get(void *host, const void *device, size_t bytes, void *)
{
    CAD_TRY(check_held("mem_get", device, bytes));
    if (bytes > 0)
        memcpy(host, device, bytes);
    return cad_emu_sync(nullptr);
}
