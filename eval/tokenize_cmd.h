/* cadtool tokenize: what a tokenizer makes of a text. */
#ifndef CADLM_EVAL_TOKENIZE_CMD_H
#define CADLM_EVAL_TOKENIZE_CMD_H

#include "core/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

CAD_MUST_USE cad_status cad_cmd_tokenize(cad_cli *cli);

#ifdef __cplusplus
}
#endif
#endif
