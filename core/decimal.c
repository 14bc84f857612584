#include "core/decimal.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cad_decimal_shortest(double value, char digits[CAD_DECIMAL_DIGITS], int *out_exponent)
{
    /* A normal double keeps every decimal of DBL_DIG digits, so among these one attempt finds the shortest: the others would
     * only end in zeros. */
    int precision = value >= DBL_MIN ? DBL_DIG : 1;
    char text[40];
    do {
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
    } while (precision++ < CAD_DECIMAL_DIGITS && strtod(text, NULL) != value);
    int n = 0;
    char *e = strchr(text, 'e');
    for (char *c = text; c < e; c++)
        if (*c >= '0' && *c <= '9')
            digits[n++] = *c;
    *out_exponent = (int)strtol(e + 1, NULL, 10);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}
