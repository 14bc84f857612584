/* The rows of cadeval's table from its options. */
#ifndef CADLM_EVAL_EVAL_ROWS_CMD_H
#define CADLM_EVAL_EVAL_ROWS_CMD_H

#include "core/cli.h"
#include "eval/evaluation.h"

/* --ckpt and --pred into `model` (CAD_EVAL_MAX_ROWS) and *o, whose gt is set; without any the embedded base.  Errors:
 * CAD_EUSAGE (too many, a bad label, one twice, --gt without answers to compare). */
CAD_MUST_USE cad_status cad_eval_rows_read(cad_cli *cli, cad_eval_model *model, cad_eval_opts *o);

#endif
