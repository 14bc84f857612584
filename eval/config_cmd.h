/* The commands of cadtool that handle configuration. */
#ifndef CADLM_EVAL_CONFIG_CMD_H
#define CADLM_EVAL_CONFIG_CMD_H

#include "core/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All sections and keys, from the code; --md: the page docs/reference/config_keys.md. */
CAD_MUST_USE cad_status cad_cmd_config_schema(cad_cli *cli);

#ifdef __cplusplus
}
#endif
#endif
