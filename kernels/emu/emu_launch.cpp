#include "kernels/emu/emu_launch.h"

#include "kernels/emu/emu_control.h"
#include "kernels/emu/emu_copy.h"
#include "kernels/emu/emu_memory.h"
#include "kernels/emu/emu_random.h"

#include <cinttypes>
#include <numeric>

static const unsigned MAX_GRID_YZ = 65535, MAX_GRID_X = 2147483647u, MAX_BLOCK_Z = 64;
static uint64_t threads_run;

uint64_t cad_emu_threads_run()
{
    return threads_run;
}

static cad_status check_launch(const char *kernel, dim3 g, dim3 b, size_t dynamic_bytes)
{
    uint64_t threads = (uint64_t)b.x * b.y * b.z;
    if (threads == 0 || threads > CAD_EMU_MAX_THREADS || threads % CAD_EMU_LANES != 0 || b.z > MAX_BLOCK_Z)
        CAD_FAIL(CAD_EINVAL, "%s: a block of (%u,%u,%u) threads; whole warps, 32 to 1024, z at most 64", kernel, b.x, b.y, b.z);
    if (g.x > MAX_GRID_X || g.y > MAX_GRID_YZ || g.z > MAX_GRID_YZ)
        CAD_FAIL(CAD_EINVAL, "%s: a grid of (%u,%u,%u) blocks; at most (2147483647,65535,65535)", kernel, g.x, g.y, g.z);
    if (dynamic_bytes > CAD_EMU_SHARED_BYTES)
        CAD_FAIL(CAD_EINVAL, "%s: %zu bytes of shared memory; a block has %d", kernel, dynamic_bytes,
                 (int)CAD_EMU_SHARED_BYTES);
    return CAD_OK;
}

/* Every block once, in an order of the seed: i -> (first + i step) mod blocks, step prime to blocks. */
static bool run_blocks(dim3 grid, size_t dynamic_bytes, void (*body)(void *), void *arg)
{
    uint64_t blocks = (uint64_t)grid.x * grid.y * grid.z, first = cad_emu_random() % blocks;
    uint64_t step = 1 + cad_emu_random() % blocks;
    while (std::gcd(step, blocks) != 1)
        step++;
    for (uint64_t i = 0; i < blocks; i++) {
        uint64_t at = (uint64_t)(((unsigned __int128)i * step + first) % blocks);
        cad_emu_grid.block_index =
            dim3((unsigned)(at % grid.x), (unsigned)(at / grid.x % grid.y), (unsigned)(at / grid.x / grid.y));
        cad_emu_memory_begin_block(dynamic_bytes);
        threads_run += (uint64_t)cad_emu_grid.threads;
        if (!cad_emu_run_block(body, arg)) {
            cad_emu_memory_abandon();
            return false;
        }
    }
    return true;
}

cad_status cad_emu_launch_grid(const char *kernel, dim3 grid, dim3 block, size_t dynamic_bytes, void (*body)(void *), void *arg,
                               size_t arg_bytes)
{
    const char *by_host = cad_emu_memory_host_fault();
    if (by_host)
        CAD_FAIL(CAD_EINTERNAL, "%s: %s", kernel, by_host);
    CAD_TRY(check_launch(kernel, grid, block, dynamic_bytes));
    if (grid.x == 0 || grid.y == 0 || grid.z == 0)
        return CAD_OK;
    cad_emu_grid = {grid, block, dim3(), kernel, (int)(block.x * block.y * block.z), 0, dynamic_bytes};
    cad_emu_grid.warps = cad_emu_grid.threads / CAD_EMU_LANES;
    if (!cad_emu_fiber_stacks(cad_emu_grid.threads) || !cad_emu_memory_ready() || !cad_emu_copy_ready())
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for %d fibers", kernel, cad_emu_grid.threads);
    cad_emu_memory_arguments(arg, arg_bytes);
    cad_emu_shadow_begin_launch();
    bool ok = run_blocks(grid, dynamic_bytes, body, arg);
    cad_emu_shadow_end_launch();
    if (!ok)
        CAD_FAIL(CAD_EINTERNAL, "%s", cad_emu_fault_text());
    return CAD_OK;
}
