#include "eval/part_kind.h"

#include <string.h>
#include <strings.h>

static const char *const NAMES[CAD_PART_KINDS] = {"ir", "step"};

const char *cad_part_kind_name(cad_part_kind k)
{
    return NAMES[k];
}

cad_part_kind cad_part_kind_of(const char *name)
{
    int k = 0;
    while (k < CAD_PART_KINDS && strcmp(name, NAMES[k]) != 0)
        k++;
    return (cad_part_kind)k;
}

cad_part_kind cad_part_kind_of_file(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && (!strcasecmp(dot, ".step") || !strcasecmp(dot, ".stp") || !strcasecmp(dot, ".p21")))
        return CAD_PART_step;
    return dot && !strcasecmp(dot, ".ir") ? CAD_PART_ir : CAD_PART_KINDS;
}
