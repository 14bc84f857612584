/* Rounding and order over a tree of STEP files, packed by gzip (.gz) or not: by the rules of cadlm (canonical text), or as
 * STEP-LLM's tools do them.
 *
 * Files that cannot be made are told and left out; what the others become does not depend on them, on the number of threads or
 * on what an earlier call left: its files go.  OUT/status.jsonl has a row for each file, by id, then by name:
 *
 *   {"file","id","source","status":"ok","bytes":[in,out],"count":n}   count: numbers that were rounded, or references that
 * close a cycle "lost":n                 of STEP-LLM's order: entities that it lost "k":digits|null,"why"    of rounding that
 * is not STEP-LLM's; null: numbers stayed exact; why: what fewer digits did "tokens":[in,out]        where a tokenizer is
 * given; null: the text is not UTF-8
 *   {"id","source","status":"refused","message"}
 *
 * A call that was killed and is called again makes all files anew; where the kernel works on them (verify) only those that are
 * missing.
 *
 * Memory: for each thread about ten times the largest file that it reads (more where that is hardly STEP: 350 bytes for each
 * semicolon), and 1 KB for each file; with the kernel also its workers'. */
#ifndef CADLM_DATAPREP_STAGE_TREE_H
#define CADLM_DATAPREP_STAGE_TREE_H

#include "cad/step/steplm.h"
#include "dataprep/step_files.h"
#include "dataprep/wanted_parts.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_tree_round {
    CAD_TREE_ROUND_none,
    CAD_TREE_ROUND_relative, /* to digits of the part's size */
    CAD_TREE_ROUND_decimals,
    CAD_TREE_ROUND_steplm
} cad_tree_round;

typedef enum cad_tree_order {
    CAD_TREE_ORDER_none,
    CAD_TREE_ORDER_dfs,
    CAD_TREE_ORDER_defs_first,
    CAD_TREE_ORDER_steplm_topo, /* STEP-LLM's older one */
    CAD_TREE_ORDER_steplm       /* into OUT/ID_restructured.step; otherwise OUT/ and the name below IN, without .gz */
} cad_tree_order;

typedef struct cad_stage_tree_args {
    const char *in, *out;           /* a folder or one file, and a folder: absent, empty, or made by an earlier call alone */
    cad_shard shard;                /* of the files; {0, 0}: all */
    const cad_step_share *share;    /* or those of these ids; NULL: all */
    const cad_wanted_parts *wanted; /* others are left alone; NULL: none */
    cad_tree_round round;           /* then order; both STEP-LLM's, or neither, then the text is canonical */
    cad_tree_order order;
    cad_steplm_group group; /* steplm_topo */
    int32_t digits;         /* 1 .. 12 */
    bool verify;   /* relative, decimals: the kernel must find the same solid, else more digits are kept (step_verify.h) */
    bool annotate; /* dfs, defs_first */
    int jobs;      /* workers of the kernel; 0 = CPUs */
    const char *tokenizer; /* a folder; NULL: tokens are not counted */
    double max_bad;        /* share of files that may be refused */
} cad_stage_tree_args;

enum { CAD_TREE_K = 13 }; /* digits 1 .. 12; 0: exact */

typedef struct cad_stage_tree_result {
    int64_t files, refused, others, count, lost;
    int64_t unwanted;                                   /* of the share, beside files */
    int64_t bytes_in, bytes_out, tokens_in, tokens_out; /* of those that were made */
    int64_t k[CAD_TREE_K];                              /* files by the digits they kept, where they were rounded so */
    double seconds;
} cad_stage_tree_result;

/* Goes over all files with the threads of cad_threads_init; `a` holds their names.  An error of the machine (memory, the disk)
 * ends it. Errors: those of cad_step_files_find_packed; CAD_EDATA (two files of one id; too many refused), CAD_EPARTIAL (some
 * refused), CAD_EWRITE (also: OUT holds what no earlier call made: tree_folder.h), CAD_EINTR; those of cad_tokenizer_load_dir.
 * With CAD_EPARTIAL, and CAD_EDATA where too many were refused, all is written and *out is set. */
CAD_MUST_USE cad_status cad_stage_tree(const cad_stage_tree_args *args, cad_arena *a, cad_stage_tree_result *out);

#ifdef __cplusplus
}
#endif
#endif
