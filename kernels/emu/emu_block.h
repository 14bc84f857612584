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

/* A warp-wide operation as one lane asks for it: `run` gets the operands of all 32 lanes, in the last lane that arrives.  Equal
 * names and sites are one operation.  It lies on the lane's stack while the lane waits. */
struct cad_emu_warp_op {
    const char *name;
    void (*run)(void *const lane[CAD_EMU_LANES]);
    void *operand;
    cad_emu_site site;
};

struct cad_emu_thread {
    dim3 index;
    int id, lane, warp;
    uint32_t clock; /* ticks << 16 | id << 6: the low half of its stamps (emu_shadow.h); a __syncwarp is a tick */
    const cad_emu_warp_op *op;
    cad_emu_site barrier;
    cad_emu_fiber fiber;
};

/* A lane is in exactly one of the four sets. */
struct cad_emu_warp {
    uint32_t ready, at_op, at_barrier, done;
    const cad_emu_warp_op *op; /* of the lane that was first to arrive */
    bool mixed;                /* another lane has arrived at another one */
    int budget;                /* warp operations until another warp has its turn */
    void *operand[CAD_EMU_LANES];
};

struct cad_emu_grid_state {
    dim3 grid, block, block_index;
    const char *kernel;
    int threads, warps;
    size_t dynamic_bytes;
};

extern cad_emu_thread *cad_emu_now; /* the thread whose fiber runs; NULL outside of a launch */
extern cad_emu_grid_state cad_emu_grid;

/* What a kernel calls threadIdx and so on.  A fiber sees the same values from its first line to its last, hence const. */
dim3 cad_emu_thread_index() __attribute__((const));
dim3 cad_emu_block_index() __attribute__((const));
dim3 cad_emu_block_size() __attribute__((const));
dim3 cad_emu_grid_size() __attribute__((const));

/* Suspends the fiber that runs until the operation has been executed for its warp. */
void cad_emu_warp_wait(const cad_emu_warp_op &op);
void cad_emu_barrier(cad_emu_site site);

/* Runs one block: `body` once in each fiber.  False after a fault; its text has been set. */
bool cad_emu_run_block(void (*body)(void *), void *arg);

const char *cad_emu_fault_text();
const cad_emu_thread *cad_emu_thread_of(int id);

/* Ends the launch from inside a fiber: keeps the text and never returns.  It names the thread that runs, or the one given. */
[[noreturn]] void cad_emu_fault(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
[[noreturn]] void cad_emu_fault_of(const cad_emu_thread *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
