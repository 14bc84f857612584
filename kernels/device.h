/* The device that a model computes on, found from what run.device says. */
#ifndef CADLM_KERNELS_DEVICE_H
#define CADLM_KERNELS_DEVICE_H

#include "core/status.h"
#include "kernels/ops.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_DEVICE_TEXT = 256 };

typedef struct cad_device {
    const cad_ops *ops;
    char name[16];              /* "cpu", "cuda:0" */
    char text[CAD_DEVICE_TEXT]; /* "x86-64-v4, 2 threads"; "NVIDIA H100 80GB HBM3, sm_90, 132 multiprocessors, 79.1 GiB" */
    char why[CAD_DEVICE_TEXT];  /* of a device that nobody named: "auto: no NVIDIA driver found"; "" for others */
    uint64_t total, available;  /* bytes of the device's own memory; 0: it computes in that of this machine */
} cad_device;

/* `key` as run.device.  auto: the first CUDA device, or the CPU where this build, the driver or the machine has none that can
 * be used; whatever else is wrong with a GPU that is there is an error, since nobody wants the CPU instead.  Errors:
 * CAD_ECONFIG (no such word), CAD_EUNSUPPORTED naming the option of the build or the cause, CAD_ENOMEM, CAD_EIO. */
CAD_MUST_USE cad_status cad_device_open(const char *key, cad_device *out);

/* "device: cpu, x86-64-v4, 2 threads; auto: no NVIDIA driver found" at level info; each such line once in a process. */
void cad_device_log(const cad_device *d);

#ifdef __cplusplus
}
#endif
#endif
