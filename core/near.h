/* Names that were meant: how far two words are apart, for "did you mean". */
#ifndef CADLM_CORE_NEAR_H
#define CADLM_CORE_NEAR_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b; words of 40 bytes and more count as far: 40. */
int cad_name_distance(const char *a, const char *b);
/* Whether so many edits are a slip of the fingers in a word as long as `name`. */
bool cad_name_is_near(int edits, const char *name);

#ifdef __cplusplus
}
#endif
#endif
