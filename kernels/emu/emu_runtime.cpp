/* What the launchers ask of a device's runtime, answered by the emulator; and how the emulator is set up. */
#include "kernels/backend.h"
#include "kernels/cuda/gpu.cuh"
#include "kernels/cuda/table_cuda.h"
#include "kernels/emu/emu_control.h"
#include "kernels/emu/emu_copy.h"
#include "kernels/emu/emu_device.h"
#include "kernels/emu/emu_memory.h"
#include "kernels/emu/emu_random.h"

#include <cstdlib>
#include <cstring>

static uint64_t *fault_key;

void cad_emu_set(cad_emu_mode mode, uint64_t seed)
{
    static const cad_emu_copies modes[] = {cad_emu_copies::deferred, cad_emu_copies::eager, cad_emu_copies::random};
    cad_emu_copy_mode = modes[mode];
    cad_emu_random_state = seed;
}

/* CADLM_EMU=deferred|eager|random[,SEED] */
static cad_status set_by_environment()
{
    static const char *const names[] = {"deferred", "eager", "random"};
    const char *text = getenv("CADLM_EMU");
    if (!text || !*text)
        return CAD_OK;
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(names[i]);
        char *end = nullptr;
        if (strncmp(text, names[i], n) != 0 || (text[n] && text[n] != ','))
            continue;
        uint64_t seed = text[n] ? strtoull(text + n + 1, &end, 10) : 0;
        if (end && (*end || end == text + n + 1))
            break;
        cad_emu_set((cad_emu_mode)i, seed);
        return CAD_OK;
    }
    CAD_FAIL(CAD_EINVAL, "CADLM_EMU=%s: expected deferred, eager or random, then a comma and a seed if you like", text);
}

cad_status cad_emu_open(const cad_ops **out)
{
    if (!fault_key) {
        void *key;
        const uint64_t none = CAD_GPU_NO_FAULT;
        CAD_TRY(set_by_environment());
        CAD_TRY(cad_emu_mem_alloc(sizeof none, &key));
        CAD_TRY(cad_emu_mem_put(key, &none, sizeof none, nullptr));
        fault_key = (uint64_t *)key;
    }
    *out = cad_emu_table();
    return CAD_OK;
}

unsigned long long *CAD_GPU(fault_key)()
{
    return (unsigned long long *)fault_key;
}

cad_status cad_emu_sync(void *)
{
    const char *by_host = cad_emu_memory_host_fault();
    uint64_t key = fault_key ? *fault_key : CAD_GPU_NO_FAULT;
    if (by_host)
        CAD_FAIL(CAD_EINTERNAL, "%s", by_host);
    if (key == CAD_GPU_NO_FAULT)
        return CAD_OK;
    *fault_key = CAD_GPU_NO_FAULT;
    return cad_gpu_fault_status(key);
}
