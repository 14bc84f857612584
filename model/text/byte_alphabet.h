/* The byte alphabet of byte-level BPE: bytes 33..126, 161..172, 174..255 stand for themselves as code points, the other 68 in
 * ascending order for U+0100 + k (space is U+0120, LF U+010A).  Tokens are also numbered in this order: ids 0..255 of every
 * such vocabulary are the 188 bytes that stand for themselves, then the other 68. */
#ifndef CADLM_MODEL_TEXT_BYTE_ALPHABET_H
#define CADLM_MODEL_TEXT_BYTE_ALPHABET_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_BYTE_ALPHABET_END = 0x144 }; /* code points are below */

static inline bool cad_byte_is_plain(unsigned b)
{
    return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
}

/* Fills the code point of each byte, and the byte of each id 0..255. */
static inline void cad_byte_alphabet(uint32_t code_of_byte[256], unsigned char byte_of_id[256])
{
    uint32_t other = 0;
    unsigned plain = 0;
    for (unsigned b = 0; b < 256; b++) {
        if (cad_byte_is_plain(b)) {
            code_of_byte[b] = b;
            byte_of_id[plain++] = (unsigned char)b;
        } else {
            code_of_byte[b] = 0x100 + other;
            byte_of_id[188 + other++] = (unsigned char)b;
        }
    }
}

#ifdef __cplusplus
}
#endif
#endif
