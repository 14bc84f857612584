/* A kernel launch under emulation: grid of blocks in shuffled order, arguments copied for each thread. */
#ifndef CADLM_KERNELS_EMU_EMU_LAUNCH_H
#define CADLM_KERNELS_EMU_EMU_LAUNCH_H

#include "core/status.h"
#include "kernels/emu/emu_block.h"

#include <tuple>
#include <utility>

/* Runs `body(arg)` as every thread of the grid.  An empty grid is no launch.  Errors: CAD_EINVAL (a grid, block or amount of
 * shared memory that no device takes), CAD_EINTERNAL (a fault of the kernel, with its text), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_emu_launch_grid(const char *kernel, dim3 grid, dim3 block, size_t dynamic_bytes,
                                            void (*body)(void *), void *arg, size_t arg_bytes);

template <class... P>
struct cad_emu_call {
    void (*kernel)(P...);
    std::tuple<P...> args;
    static void run(void *self)
    {
        auto *c = static_cast<cad_emu_call *>(self);
        std::apply(c->kernel, c->args);
    }
};

template <class... P, class... A>
static cad_status cad_emu_launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t smem, A... args)
{
    cad_emu_call<P...> call{kernel, std::tuple<P...>(static_cast<P>(args)...)};
    return cad_emu_launch_grid(name, grid, block, smem, &cad_emu_call<P...>::run, &call, sizeof call);
}

#endif
