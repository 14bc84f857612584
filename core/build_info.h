/* What this binary is, and where its data files lie. */
#ifndef CADLM_CORE_BUILD_INFO_H
#define CADLM_CORE_BUILD_INFO_H

#include "core/buf.h"
#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

const char *cad_build_version(void);  /* "0.1.0" */
const char *cad_build_commit(void);   /* 12 hex digits, "-dirty" when the tree differed; "unknown" outside git */
const char *cad_build_compiler(void); /* "gcc 12.2.0" */
const char *cad_build_type(void);     /* "Release", "Debug+sanitizers" */
/* One line, as --version prints it after the program's name. */
const char *cad_build_line(void);

/* *out = path of a shipped file or folder such as "models/tiny" or "configs/tiny_qlora.ini": `relative` itself where it exists,
 * else below CADLM_SHARE, beside the binary (../share/cadlm), in the source tree.  Errors: CAD_ENOTFOUND naming the places. */
CAD_MUST_USE cad_status cad_share_find(const char *relative, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
