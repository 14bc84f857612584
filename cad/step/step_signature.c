#include "cad/step/step_signature.h"

#include <string.h>

/* ---- classes ---- */

#define G(group) ((uint64_t)1 << CAD_STEP_GROUP_##group)

_Static_assert(CAD_STEP_GROUP_COUNT <= 64, "a group is a bit of 64");

static const struct {
    uint64_t groups;
    const char *words;
} class_table[] = {
#define X(name, groups, words) {groups, words},
    CAD_STEP_CLASSES(X)
#undef X
};

uint64_t cad_step_class_groups(cad_step_class c)
{
    return class_table[c].groups;
}

const char *cad_step_class_words(cad_step_class c)
{
    return class_table[c].words;
}

/* ---- types ---- */

/* clang-format off */
#define S  {.letter = 'S'}
#define S_ {.letter = 'S', .optional = true}
#define R  {.letter = 'R'}
#define R1 {.letter = 'R', .depth = 1}
#define R2 {.letter = 'R', .depth = 2}
#define LEN  {.letter = 'R', .role = CAD_STEP_ROLE_length}
#define LEN1 {.letter = 'R', .role = CAD_STEP_ROLE_length, .depth = 1}
#define DIR  {.letter = 'R', .role = CAD_STEP_ROLE_direction}
#define DIR1 {.letter = 'R', .role = CAD_STEP_ROLE_direction, .depth = 1}
#define I  {.letter = 'I'}
#define I1 {.letter = 'I', .depth = 1}
#define B  {.letter = 'B'}
#define L  {.letter = 'L'}
#define E  {.letter = 'E'}
#define E_ {.letter = 'E', .optional = true}
#define M  {.letter = 'M'}
#define V1 {.letter = 'V', .depth = 1}
#define D  {.letter = 'D'}
#define REF(c)   {.letter = '#', .class_ = CAD_STEP_CLASS_##c}
#define REF_(c)  {.letter = '#', .class_ = CAD_STEP_CLASS_##c, .optional = true}
#define REF_D(c) {.letter = '#', .class_ = CAD_STEP_CLASS_##c, .derived = true}
#define REF1(c)  {.letter = '#', .class_ = CAD_STEP_CLASS_##c, .depth = 1}
#define REF2(c)  {.letter = '#', .class_ = CAD_STEP_CLASS_##c, .depth = 2}
#define NONE NULL
#define EMPTY ((const cad_step_slot[]){{0}})
#define SIG(...) ((const cad_step_slot[]){__VA_ARGS__, {0}})
/* clang-format on */

static const cad_step_signature type_table[] = {
#define X(name, group, whole, part) {#name, CAD_STEP_GROUP_##group, whole, part},
    CAD_STEP_TYPES(X)
#undef X
};

const cad_step_signature *cad_step_signature_at(cad_step_entity_id id)
{
    return &type_table[id];
}

uint64_t cad_step_entity_groups(cad_step_entity_id id)
{
    return id == CAD_STEP_IS_UNKNOWN ? ~(CAD_STEP_COMPLETE) : (uint64_t)1 << type_table[id].group;
}

cad_step_entity_id cad_step_signature_find(const char *name)
{
    unsigned low = 0, high = CAD_STEP_IS_UNKNOWN;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        int order = strcmp(name, type_table[middle].name);
        if (order == 0)
            return (cad_step_entity_id)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return CAD_STEP_IS_UNKNOWN;
}

cad_step_role cad_step_role_of(cad_step_entity_id id, uint32_t k, uint32_t n)
{
    const cad_step_slot *slot = id == CAD_STEP_IS_UNKNOWN ? NULL : type_table[id].whole;
    uint32_t slots = 0;
    while (slot && slot[slots].letter)
        slots++;
    return n <= slots && k < n ? (cad_step_role)slot[slots - n + k].role : CAD_STEP_ROLE_other;
}
