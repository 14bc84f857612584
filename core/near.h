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

/* Of several names the one that was meant: begin with {.name = what was written}, offer each, then ask. */
typedef struct cad_nearest {
    const char *name;
    const void *item; /* of the nearest offer so far, of equal ones the first */
    int edits;
} cad_nearest;
void cad_nearest_offer(cad_nearest *n, const char *candidate, const void *item); /* item: what ask gives, not NULL */
const void *cad_nearest_ask(const cad_nearest *n);                               /* NULL: none is near */

#ifdef __cplusplus
}
#endif
#endif
