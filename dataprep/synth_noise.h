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

/* Appends `text` with one to three of its words replaced by made-up ones, misspelt, or followed by a word more; sometimes in
 * capitals or in small letters alone.  Numbers, units, number words, labels of sizes in capitals and a list of words that turn
 * a meaning round (radius, no, open, both ..) are kept.  Nouns are not: a caption whose noun alone told a cube from a sphere
 * then tells it no more.  A text without a word to change is appended as it is. */
CAD_MUST_USE cad_status cad_caption_noise(const char *text, cad_rng *rng, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
