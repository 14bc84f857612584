/* DONE: the manifest that makes a folder a checkpoint.  A folder without one, or whose files do not match it, does not exist
 * for any reader.
 *
 *   {"schema":1,"commit":..,"time":"2026-11-21T17:09:00Z","files":[{"name":..,"size":n,"xxh3":hex},..]}    names sorted */
#ifndef CADLM_TRAIN_CKPT_MANIFEST_H
#define CADLM_TRAIN_CKPT_MANIFEST_H

#include "core/arena.h"
#include "core/status.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_MANIFEST_NAME "DONE"

/* Reads every file of `dir` back, hashes it (and each tensor of *.safetensors) and writes `dir`/DONE.  Subfolders are refused
 * (CAD_EINVAL). */
CAD_MUST_USE cad_status cad_manifest_write(const char *dir, const char *commit, cad_arena *scratch);

/* Checks that DONE agrees with its own sum and that the folder holds the listed files with their sizes and, when `deep`, their
 * hashes.  Files that the manifest does not name are ignored.  Errors: CAD_ENOTFOUND (no DONE), CAD_ECORRUPT naming the file,
 * where possible the tensor, and what differs. */
CAD_MUST_USE cad_status cad_manifest_check(const char *dir, bool deep);

#ifdef __cplusplus
}
#endif
#endif
