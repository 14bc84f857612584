/* The rows of OUT/status.jsonl: what an earlier call drew and what this one did; private to stage render. */
#ifndef CADLM_DATAPREP_RENDER_LIST_H
#define CADLM_DATAPREP_RENDER_LIST_H

#include "core/arena.h"
#include "core/fs.h"
#include "dataprep/hash_index.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_render_row {
    const char *id;
    char key[33];
    const char *why; /* no mesh: the reason; NULL: drawn */
    bool named;      /* by the input of this call */
} cad_render_row;

typedef struct cad_render_list {
    const char *dir;
    cad_arena *arena;
    cad_appender *log;     /* status.jsonl while the call runs */
    cad_render_row *item;  /* those of this call in the order of the input from `first` on, before them the earlier ones */
    int64_t n, cap, first; /* item[..first-1]: of earlier calls */
    cad_hash_index by_id;  /* key of an id -> 1 + number of its last row */
} cad_render_list;

/* Opens a folder that is absent, empty, or has such a list and pictures alone, and reads it; rows that are not whole are passed
 * over.  Errors: CAD_EWRITE (also: another file lies there). */
CAD_MUST_USE cad_status cad_render_list_open(const char *dir, cad_render_list *out);
/* A row of the input, behind the others: its number, and whether it is done, as an earlier call left it.  `id` is copied.
 * Errors: CAD_EDATA (it was there before, or cannot be the name of a file). */
CAD_MUST_USE cad_status cad_render_list_add(cad_render_list *l, const char *id, const char key[33], int64_t *number,
                                            bool *done);
/* Row `number` is finished: its picture is written, or there is none. */
CAD_MUST_USE cad_status cad_render_list_drawn(cad_render_list *l, int64_t number, const void *png, size_t len);
CAD_MUST_USE cad_status cad_render_list_failed(cad_render_list *l, int64_t number, const char *why);
/* All rows are finished: the list takes its final form. */
CAD_MUST_USE cad_status cad_render_list_close(cad_render_list *l);
void cad_render_list_deinit(cad_render_list *l);

#ifdef __cplusplus
}
#endif
#endif
