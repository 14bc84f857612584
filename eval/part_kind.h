/* The languages that parts are written in. */
#ifndef CADLM_EVAL_PART_KIND_H
#define CADLM_EVAL_PART_KIND_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_part_kind { CAD_PART_ir, CAD_PART_step, CAD_PART_KINDS } cad_part_kind;
const char *cad_part_kind_name(cad_part_kind k); /* "ir", "step" */
/* CAD_PART_KINDS for an unknown name. */
cad_part_kind cad_part_kind_of(const char *name);
/* By the ending of a file: .ir, .step, .stp in any case; else CAD_PART_KINDS. */
cad_part_kind cad_part_kind_of_file(const char *path);

#ifdef __cplusplus
}
#endif
#endif
