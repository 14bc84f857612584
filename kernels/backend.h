/* The back ends that a build may lack, as ops_table.c and device.c see them. */
#ifndef CADLM_KERNELS_BACKEND_H
#define CADLM_KERNELS_BACKEND_H

#include "core/status.h"
#include "kernels/ops.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_cuda_facts {
    char name[128];            /* "NVIDIA H100 80GB HBM3" */
    int index;                 /* of the device */
    int major, minor;          /* compute capability */
    int sms;                   /* multiprocessors */
    int driver, toolkit;       /* newest CUDA that the driver serves, and that of this build: 13000 = 13.0 */
    uint64_t total, available; /* bytes of memory, now */
    uint64_t l2, shared;       /* bytes of the second-level cache; most shared memory of one block */
} cad_cuda_facts;

/* Takes device `index` for this process: its context, its stream, its staging memory; again: the same table.  Errors:
 * CAD_EUNSUPPORTED (no CUDA in this build, no driver, a driver older than the toolkit, no such device, no code for its
 * architecture), CAD_EINVAL (the process has taken another device), CAD_ENOMEM, CAD_EIO. */
CAD_MUST_USE cad_status cad_cuda_open(int index, const cad_ops **out);
/* Of the device that was taken. */
CAD_MUST_USE cad_status cad_cuda_facts_get(cad_cuda_facts *out);

/* The CUDA sources on the processor (kernels/emu): device "emu", for tests.  The first call reads CADLM_EMU.  Errors:
 * CAD_EUNSUPPORTED (built without), CAD_EINVAL (CADLM_EMU), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_emu_open(const cad_ops **out);

#ifdef __cplusplus
}
#endif
#endif
