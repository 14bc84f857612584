/* The words of run.device: where a model computes.  Which of them this build and machine have: kernels/device.h. */
#ifndef CADLM_CORE_DEVICE_NAME_H
#define CADLM_CORE_DEVICE_NAME_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_device_kind {
    CAD_DEVICE_auto,
    CAD_DEVICE_cpu,
    CAD_DEVICE_cuda,
    CAD_DEVICE_emu /* the CUDA sources on the CPU: for tests, in no help text */
} cad_device_kind;

typedef struct cad_device_name {
    cad_device_kind kind;
    int index; /* of a CUDA device */
} cad_device_name;

#define CAD_DEVICE_EXPECTED "auto, cpu or cuda:N"
/* "auto", "cpu", "cuda" (its first device), "cuda:0".."cuda:255", "emu".  False for anything else. */
bool cad_device_name_read(const char *text, cad_device_name *out);

#ifdef __cplusplus
}
#endif
#endif
