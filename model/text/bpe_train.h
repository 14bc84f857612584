/* Learning a byte-level BPE (tokenizer.own_bpe) and writing it as a tokenizer.json.
 *
 * Vocabulary: ids 0..255 the bytes in the order of the byte alphabet ('!' is 0, '0'..'9' 15..24, LF 198, space 220), then the
 * learned tokens, then <|endoftext|> as the last id and the only special one.  No normaliser, no post-processor.
 *
 * Split: the pattern of Llama 3 with single digits.  For kind ir two alternatives stand in front of it,
 *     \n(?:U|D|I|T|R|X|LP|CP|SH|FI|CH|E|V) [0-9]+        "\nD 0", "\nLP 2": a line's start with its first reference
 *     \n[A-Z]+(?= )                                      "\nC", "\nY": the start of a line without a reference
 * and inside such a piece only merges that begin at the LF are learned, so "\nD 0" costs the tokens "\nD", "\nD " and itself,
 * and no merge exists by which a digit could join anything else.  Everywhere else a digit is a piece of its own.  So:
 *   - the ids of a number are one per digit, with "." between, and are the same in a caption and in a program;
 *   - the blank in front of a number is the token " "; " -" of a negative number is at most one token;
 *   - a first reference below the line's head is part of the head ("\nT 1"), or its digits follow it one by one
 *     ("\nT 1" "3") where the longer token was not learned;
 *   - THE FIRST LINE of a program has no LF before it: the template ends the prompt with LF and prompt and answer are tokenised
 *     apart, so the answer starts with the bare opcode, "C" or "S" "K" (merged where frequent), not with "\nC".  A first line
 *     never has a reference, so only the heads of primitives exist in both forms;
 *   - the last LF of a prompt is the token "\n", or ends a punctuation piece (".\n") when the caption ends in punctuation.
 *
 * For kind step two others stand in front (shared/spec/tiny-models.md 9: all between two numbers is one token):
 *     #[0-9]+:?                      "#12", "#12:": a label, whole once it was learned
 *     [-(),.$*'=&:;\nA-Z_]{2,}       ".,", ".))),ORIENTED_EDGE(": keywords and punctuation up to the next digit or label
 * and a digit or a single point stays a piece of its own, so that a number has the same ids in a caption and in an answer. */
#ifndef CADLM_MODEL_TEXT_BPE_TRAIN_H
#define CADLM_MODEL_TEXT_BPE_TRAIN_H

#include "core/buf.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_bpe_kind { CAD_BPE_ir, CAD_BPE_step } cad_bpe_kind;

typedef struct cad_bpe_trainer cad_bpe_trainer;

/* Owner: the caller, by destroy.  `vocab_size` counts everything, 257..65536; fewer come out when the texts have no pair left
 * that occurs twice. */
CAD_MUST_USE cad_status cad_bpe_create(cad_bpe_kind kind, int64_t vocab_size, cad_bpe_trainer **out);
/* Counts the pieces of one text.  Give each text as it will be tokenised: the whole prompt, the whole answer, apart. */
CAD_MUST_USE cad_status cad_bpe_add(cad_bpe_trainer *t, const char *text, size_t len);
/* Learns and appends the tokenizer.json to *out.  The result depends on the texts as a multiset and on nothing else: the most
 * frequent pair first, ties by the bytes of the pair.  *out_vocab (may be NULL) = size of the vocabulary. */
CAD_MUST_USE cad_status cad_bpe_finish(cad_bpe_trainer *t, cad_buf *out, int64_t *out_vocab);
void cad_bpe_destroy(cad_bpe_trainer *t); /* NULL is fine */

/* The split pattern of a kind, as it stands in the file. */
const char *cad_bpe_pattern(cad_bpe_kind kind);

#ifdef __cplusplus
}
#endif
#endif
