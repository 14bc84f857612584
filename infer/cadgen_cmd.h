/* The work of cadgen. */
#ifndef CADLM_INFER_CADGEN_CMD_H
#define CADLM_INFER_CADGEN_CMD_H

#include "core/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

CAD_MUST_USE cad_status cad_cmd_gen(cad_cli *cli);

#ifdef __cplusplus
}
#endif
#endif
