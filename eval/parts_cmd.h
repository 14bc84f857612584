/* The commands of cadtool that handle parts. */
#ifndef CADLM_EVAL_PARTS_CMD_H
#define CADLM_EVAL_PARTS_CMD_H

#include "core/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

CAD_MUST_USE cad_status cad_cmd_check(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_render(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_convert(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_fmt(cad_cli *cli);

#ifdef __cplusplus
}
#endif
#endif
