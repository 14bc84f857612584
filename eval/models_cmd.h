/* The commands of cadtool that handle models. */
#ifndef CADLM_EVAL_MODELS_CMD_H
#define CADLM_EVAL_MODELS_CMD_H

#include "core/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

CAD_MUST_USE cad_status cad_cmd_ckpt_info(cad_cli *cli); /* ckpt_cmd.c */
CAD_MUST_USE cad_status cad_cmd_ckpt_verify(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_logprob(cad_cli *cli);  /* logprob_cmd.c */
CAD_MUST_USE cad_status cad_cmd_merge(cad_cli *cli);    /* merge_cmd.c */
CAD_MUST_USE cad_status cad_cmd_quantize(cad_cli *cli); /* quantize_cmd.c */
CAD_MUST_USE cad_status cad_cmd_reshard(cad_cli *cli);

/* --shard-size of a command that writes a model; 0: one file. */
CAD_MUST_USE cad_status cad_cmd_shard_size(const cad_cli *cli, uint64_t *out);
/* Refuses a device that is not the CPU (CAD_EUSAGE), for a command that works there alone. */
CAD_MUST_USE cad_status cad_cmd_on_cpu(const cad_config *config, const char *command);
/* --print-config and --explain of a command that reads no configuration of its own: *done, and nothing else is to be done. */
CAD_MUST_USE cad_status cad_cmd_settings(cad_cli *cli, cad_config **config, bool *done);

#ifdef __cplusplus
}
#endif
#endif
