/* One block of a launch: its fibers, its warps, what each thread waits for. */
#ifndef CADLM_KERNELS_EMU_EMU_BLOCK_H
#define CADLM_KERNELS_EMU_EMU_BLOCK_H

#include "kernels/emu/emu_fiber.h"

#include <cstddef>
#include <cstdint>

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

struct cad_emu_site {
    const char *file;
    int line;
};

enum { CAD_EMU_MAX_THREADS = 1024, CAD_EMU_LANES = 32, CAD_EMU_MAX_WARPS = CAD_EMU_MAX_THREADS / CAD_EMU_LANES };

enum class cad_emu_wait : uint8_t { ready, warp_op, barrier, done };

/* A warp-wide operation as one lane asks for it: `run` gets the operands of all 32 lanes when the last one has arrived.  Equal
 * names and sites are one operation. */
struct cad_emu_warp_op {
    const char *name;
    void (*run)(void *const lane[CAD_EMU_LANES]);
    void *operand;
    cad_emu_site site;
};

struct cad_emu_thread {
    dim3 index;
    int id, lane, warp;
    cad_emu_wait state;
    cad_emu_site barrier; /* where it waits, state barrier */
    cad_emu_warp_op op;   /* state warp_op */
    cad_emu_fiber fiber;
    uint16_t warp_epoch; /* counts __syncwarp: orders accesses of one warp's lanes */
};

struct cad_emu_grid_state {
    dim3 grid, block, block_index;
    const char *kernel;
    int threads, warps;
    size_t dynamic_bytes;
};

extern cad_emu_thread *cad_emu_now; /* the thread whose fiber runs; NULL outside of a launch */
extern cad_emu_grid_state cad_emu_grid;

/* Suspends the fiber that runs until the operation has been executed for its warp. */
void cad_emu_warp_wait(const cad_emu_warp_op &op);
void cad_emu_barrier(cad_emu_site site);

/* Runs one block: `body` once in each fiber.  False after a fault; its text has been set. */
bool cad_emu_run_block(void (*body)(void *), void *arg);

const char *cad_emu_fault_text();
const cad_emu_thread *cad_emu_thread_of(int id);

/* The block's shared memory: dynamic bytes, or the array that belongs to `key` (made when first asked for). */
void *cad_emu_dynamic_shared();
void *cad_emu_static_shared(const void *key, size_t bytes, size_t align);

/* Ends the launch from inside a fiber: keeps the text and never returns. */
[[noreturn]] void cad_emu_fault(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
