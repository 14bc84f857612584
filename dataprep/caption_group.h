/* The caption group of a row: one number for what a sentence says, however it is written. */
#ifndef CADLM_DATAPREP_CAPTION_GROUP_H
#define CADLM_DATAPREP_CAPTION_GROUP_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* *out = XXH64 of the caption in form C and lower case, runs of blanks as one, none at the ends, without the . , ; : ! ? and
 * their full-width or dotted forms at its end.  Never 0.  For rows of STEP; rows of Compact IR keep cad_caption_hash, by which
 * splits were drawn.  The two agree on ASCII captions that end in a letter, a digit or one full stop.
 * Errors: CAD_EDATA (no UTF-8), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_caption_group(const char *caption, uint64_t *out);
/* The hash by which rows of a kind are told to share a caption: that above for STEP, cad_caption_hash for Compact IR. */
CAD_MUST_USE cad_status cad_caption_key(bool step, const char *caption, uint64_t *out);

#ifdef __cplusplus
}
#endif
#endif
