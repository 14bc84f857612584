/* Shortest decimals of binary64. */
#ifndef CADLM_CORE_DECIMAL_H
#define CADLM_CORE_DECIMAL_H

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_DECIMAL_DIGITS = 17 };

/* The fewest digits d1 d2 .. (characters, no NUL) with d1.d2.. x 10^*out_exponent reading back to `value`, which must be finite
 * and above 0; of equally many the nearest.  Returns their number; whatever the locale. */
int cad_decimal_shortest(double value, char digits[CAD_DECIMAL_DIGITS], int *out_exponent);

#ifdef __cplusplus
}
#endif
#endif
