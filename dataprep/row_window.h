/* How many rows a stage holds at once, whatever their size: corpora have rows of a hundred bytes and of tens of MiB. */
#ifndef CADLM_DATAPREP_ROW_WINDOW_H
#define CADLM_DATAPREP_ROW_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CAD_ROW_WINDOW = 64 << 20 }; /* bytes that may wait */

/* Whether one more row fits where `rows` of at most `most` wait, of `bytes` in all; the first always does. */
static inline bool cad_row_window_takes(int64_t rows, int64_t most, size_t bytes)
{
    return rows < most && bytes < CAD_ROW_WINDOW;
}

#endif
