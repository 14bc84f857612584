/* Hashes by xxHash: XXH3-64 for keys inside a run, XXH3-128 in hex for everything that is written down. */
#ifndef CADLM_CORE_HASH_H
#define CADLM_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_HASH_HEX = 33 }; /* 32 digits and NUL */

uint64_t cad_hash64(const void *data, size_t len, uint64_t seed);
/* A seed that differs from process to process and that nobody outside knows, for tables over names that others chose: nobody
 * can make them all meet in one slot.  What depends on it must not leave the process. */
uint64_t cad_hash_secret(void);
/* XXH3-128, canonical (big-endian) lower-case hex. */
void cad_hash128_hex(const void *data, size_t len, char out[CAD_HASH_HEX]);

/* Streaming form of the 128-bit hash. */
typedef struct cad_hasher cad_hasher;
cad_hasher *cad_hasher_create(void); /* NULL: out of memory */
void cad_hasher_add(cad_hasher *h, const void *data, size_t len);
void cad_hasher_hex(const cad_hasher *h, char out[CAD_HASH_HEX]);
void cad_hasher_destroy(cad_hasher *h); /* NULL is fine */

/* CRC-32 (IEEE, reflected, as in zlib). */
uint32_t cad_crc32(const void *data, size_t len);
/* CRC-32C (Castagnoli, reflected, as in iSCSI, RFC 3720 B.4). */
uint32_t cad_crc32c(const void *data, size_t len);

#ifdef __cplusplus
}
#endif
#endif
