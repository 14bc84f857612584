/* The frame of a TensorBoard event file: a row of records, each
 *
 *   u64 length of the payload    u32 masked CRC-32C of those 8 bytes    payload    u32 masked CRC-32C of the payload
 *
 * little-endian; mask(c) = ((c >> 15) | (c << 17)) + 0xA282EAD8 mod 2^32 (formats.md 13).  A record is written by one write, so
 * a kill leaves at most one torn record, at the end of the file. */
#ifndef CADLM_TRAIN_TB_RECORDS_H
#define CADLM_TRAIN_TB_RECORDS_H

#include "core/buf.h"
#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Empties `record` and leaves room for the header; the payload is added behind it. */
CAD_MUST_USE cad_status cad_tb_record_begin(cad_buf *record);
/* Fills the header and adds the checksum of the payload: the whole record, ready to be written. */
CAD_MUST_USE cad_status cad_tb_record_end(cad_buf *record);

/* Cuts off what follows the last sound record of the file, with a warning in the log: TensorBoard reads no further either.
 * Errors: CAD_ENOTFOUND, CAD_EIO, CAD_EWRITE. */
CAD_MUST_USE cad_status cad_tb_records_mend(const char *path);

#ifdef __cplusplus
}
#endif
#endif
