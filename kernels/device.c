#include "kernels/device.h"

#include "core/device_name.h"
#include "core/log.h"
#include "core/threads.h"
#include "kernels/backend.h"

#include <stdio.h>
#include <string.h>

static cad_status open_cpu(cad_device *d)
{
    CAD_TRY(cad_ops_get("cpu", &d->ops));
    int n = cad_threads_count();
    snprintf(d->name, sizeof d->name, "cpu");
    snprintf(d->text, sizeof d->text, "%s, %d thread%s", d->ops->isa, n, n == 1 ? "" : "s");
    return CAD_OK;
}

static cad_status open_cuda(int index, cad_device *d)
{
    cad_cuda_facts f;
    CAD_TRY(cad_cuda_open(index, &d->ops));
    CAD_TRY(cad_cuda_facts_get(&f));
    d->total = f.total;
    d->available = f.available;
    snprintf(d->name, sizeof d->name, "cuda:%d", index);
    snprintf(d->text, sizeof d->text, "%.120s, sm_%d%d, %d multiprocessors, %.1f GiB", f.name, f.major, f.minor, f.sms,
             (double)f.total / 1073741824.0);
    return CAD_OK;
}

static cad_status open_emu(cad_device *d)
{
    CAD_TRY(cad_ops_get("emu", &d->ops));
    snprintf(d->name, sizeof d->name, "emu");
    snprintf(d->text, sizeof d->text, "the CUDA sources on the CPU");
    return CAD_OK;
}

/* A GPU that cannot be used leaves the CPU; one that could be, but fails, does not. */
static cad_status open_best(cad_device *d)
{
    cad_status s = open_cuda(0, d);
    if (s == CAD_OK) {
        snprintf(d->why, sizeof d->why, "auto: the first GPU");
        return CAD_OK;
    }
    if (s != CAD_EUNSUPPORTED)
        return s;
    const char *text = cad_error_text();
    snprintf(d->why, sizeof d->why, "auto: %.*s", (int)strcspn(text, "\n"), text);
    return open_cpu(d);
}

/* The cause, with the device that was asked for in front and a way out behind. */
static cad_status named(cad_status s, const char *key)
{
    if (s != CAD_EUNSUPPORTED)
        return s;
    const char *text = cad_error_text(), *hint = strstr(text, "\nhint: ") ? "" : "\nhint: run.device = cpu";
    return cad_fail(s, "run.device = %s: %.1900s%s", key, text, hint);
}

cad_status cad_device_open(const char *key, cad_device *out)
{
    cad_device_name name;
    cad_device d = {0};
    cad_status s = CAD_OK;
    if (!cad_device_name_read(key, &name))
        CAD_FAIL(CAD_ECONFIG, "run.device = '%s'; expected %s", key, CAD_DEVICE_EXPECTED);
    switch (name.kind) {
    case CAD_DEVICE_auto:
        s = open_best(&d);
        break;
    case CAD_DEVICE_cpu:
        s = open_cpu(&d);
        break;
    case CAD_DEVICE_cuda:
        s = named(open_cuda(name.index, &d), key);
        break;
    case CAD_DEVICE_emu:
        s = named(open_emu(&d), key);
        break;
    }
    CAD_TRY(s);
    *out = d;
    return CAD_OK;
}

void cad_device_log(const cad_device *d)
{
    static char said[2 * CAD_DEVICE_TEXT + 32];
    char line[sizeof said];
    snprintf(line, sizeof line, "device: %s, %s%s%s", d->name, d->text, d->why[0] ? "; " : "", d->why);
    if (!strcmp(line, said))
        return;
    memcpy(said, line, sizeof said);
    cad_log(CAD_LOG_INFO, "%s", line);
}
