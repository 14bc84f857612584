/* Shuffles, votes, __syncwarp. */
#include "kernels/emu/emu_warp.h"

#include <cstdint>

static const unsigned ALL = 0xFFFFFFFFu;

static void whole_warp(unsigned mask, const char *what, cad_emu_site site)
{
    if (mask != ALL)
        cad_emu_fault("%s with mask %08x: our kernels name all lanes [%s:%d]", what, mask, site.file, site.line);
}

struct shuffle {
    uint64_t v, result;
    int from;
};

static void run_shuffle(void *const lanes[CAD_EMU_LANES])
{
    for (int i = 0; i < CAD_EMU_LANES; i++) {
        auto *s = (shuffle *)lanes[i];
        s->result = ((shuffle *)lanes[s->from])->v;
    }
}

uint64_t cad_emu_shuffle_bits(unsigned mask, uint64_t v, cad_emu_shuffle_kind kind, int by, cad_emu_site site)
{
    static const char *const names[] = {"__shfl_sync", "__shfl_xor_sync", "__shfl_up_sync", "__shfl_down_sync"};
    int lane = cad_emu_now->lane;
    whole_warp(mask, names[kind], site);
    if (kind != CAD_EMU_SHFL_IDX && (by < 0 || by > 31))
        cad_emu_fault("%s by %d: 0 to 31 [%s:%d]", names[kind], by, site.file, site.line);
    int from = kind == CAD_EMU_SHFL_IDX   ? by & 31
               : kind == CAD_EMU_SHFL_XOR ? lane ^ by
               : kind == CAD_EMU_SHFL_UP  ? lane - by
                                          : lane + by;
    shuffle s = {v, 0, from < 0 || from > 31 ? lane : from};
    cad_emu_warp_wait({names[kind], run_shuffle, &s, site});
    return s.result;
}

struct ballot {
    bool p;
    unsigned result;
};

static void run_ballot(void *const lanes[CAD_EMU_LANES])
{
    unsigned all = 0;
    for (unsigned i = 0; i < CAD_EMU_LANES; i++)
        all |= (unsigned)((ballot *)lanes[i])->p << i;
    for (int i = 0; i < CAD_EMU_LANES; i++)
        ((ballot *)lanes[i])->result = all;
}

unsigned cad_emu_ballot(unsigned mask, bool p, cad_emu_site site)
{
    ballot b = {p, 0};
    whole_warp(mask, "a vote", site);
    cad_emu_warp_wait({"a vote", run_ballot, &b, site});
    return b.result;
}

static void run_nothing(void *const *) {}

void cad_emu_syncwarp(cad_emu_site site, unsigned mask)
{
    whole_warp(mask, "__syncwarp", site);
    cad_emu_warp_wait({"__syncwarp", run_nothing, nullptr, site});
    if (cad_emu_now->clock >> 16 == 0xFFFF)
        cad_emu_fault("more than 65535 __syncwarp between two barriers [%s:%d]", site.file, site.line);
    cad_emu_now->clock += 1u << 16;
}
