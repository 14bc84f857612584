/* What the commands about parts share. */
#ifndef CADLM_EVAL_PARTS_IMPL_H
#define CADLM_EVAL_PARTS_IMPL_H

#include "core/cli.h"
#include "core/pool.h"
#include "eval/convert.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_PARTS_FILE_LIMIT ((size_t)64 << 20)

/* --dialect; cadlm where it is not given. */
CAD_MUST_USE cad_status cad_parts_dialect(const cad_cli *cli, cad_ir_dialect *out);
/* One worker with the limits of the configuration; *out is NULL where the command was only asked about its configuration. */
CAD_MUST_USE cad_status cad_parts_open_pool(cad_cli *cli, cad_pool **out);
/* Of a file that is read. */
CAD_MUST_USE cad_status cad_parts_format(const char *path, cad_format *out);
/* s, with the name in front of whatever the worker says. */
CAD_MUST_USE cad_status cad_parts_named(const char *path, cad_status s);

#ifdef __cplusplus
}
#endif
#endif
