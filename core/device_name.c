#include "core/device_name.h"

#include <string.h>

/* 0..255 without leading zeros, so that a number has one form. */
static bool read_index(const char *digits, int *out)
{
    enum { MOST = 255 };
    size_t n = strspn(digits, "0123456789");
    if (n < 1 || n > 3 || digits[n] || (n > 1 && digits[0] == '0'))
        return false;
    int index = 0;
    for (size_t i = 0; i < n; i++)
        index = 10 * index + (digits[i] - '0');
    *out = index;
    return index <= MOST;
}

bool cad_device_name_read(const char *text, cad_device_name *out)
{
    static const char *const word[] = {
        [CAD_DEVICE_auto] = "auto", [CAD_DEVICE_cpu] = "cpu", [CAD_DEVICE_cuda] = "cuda", [CAD_DEVICE_emu] = "emu"};
    cad_device_name name = {0};
    for (int i = 0; i < (int)(sizeof word / sizeof *word); i++)
        if (!strcmp(text, word[i])) {
            name.kind = (cad_device_kind)i;
            *out = name;
            return true;
        }
    if (strncmp(text, "cuda:", 5) != 0 || !read_index(text + 5, &name.index))
        return false;
    name.kind = CAD_DEVICE_cuda;
    *out = name;
    return true;
}
