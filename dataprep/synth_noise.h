/* Captions as hands write them: unknown words, slips of the finger, words nobody asked for.  Private to the generator.
 *
 * A model that has only read the grammar's words takes any other for noise in the wrong sense: it loses the thread.  Made-up
 * words in the place of known ones teach it to read a caption by what else stands there: the order, the labels that are left,
 * the sizes no other word has claimed. */
#ifndef CADLM_DATAPREP_SYNTH_NOISE_H
#define CADLM_DATAPREP_SYNTH_NOISE_H

#include "core/buf.h"
#include "core/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends `text` with one to three of its words replaced by made-up ones, misspelt, or followed by a word more; or with a
 * clause more in front or behind that says nothing of the part ("for the zandel project"); or both.  Sometimes in capitals or
 * in small letters alone, with semicolons for commas, without the commas where a word still stands between any two numbers, or
 * with wider blanks.  Numbers, units, number words, labels of sizes in capitals, and words that tell one part from another
 * (radius, no, open, both, hexagonal, cube, wall, apart ..) are kept; of the words that say which size a number is (diameter,
 * tall, bore ..) at most one is lost.  Most nouns are not kept.  A text may come out as it is. */
CAD_MUST_USE cad_status cad_caption_noise(const char *text, cad_rng *rng, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
