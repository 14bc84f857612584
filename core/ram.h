/* Memory of this machine and of this process, as the kernel tells it. */
#ifndef CADLM_CORE_RAM_H
#define CADLM_CORE_RAM_H

#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_ram {
    uint64_t total;     /* of the machine, or of the control group where that is less */
    uint64_t available; /* that this process can still get without swapping: the less of machine and control group; what a group
                           holds of files that nobody uses counts as free, as it does for the machine */
    uint64_t resident;  /* of this process now */
} cad_ram;

/* Errors: CAD_EIO, CAD_ENOTFOUND when /proc is not there. */
CAD_MUST_USE cad_status cad_ram_get(cad_ram *out);
/* Lowers total and available to the limits of the control groups that `groups` names, as /proc/self/cgroup does, in folders
 * below `root` (/sys/fs/cgroup), and of those above them. */
void cad_ram_limit(const char *groups, const char *root, cad_ram *r);

#ifdef __cplusplus
}
#endif
#endif
