#include "core/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next decimal of as many digits: 1 more in the last. */
static void count_up(char *text)
{
    char *c = strchr(text, 'e') - 1;
    for (; c > text && (*c == '9' || *c == '.'); c--)
        if (*c == '9')
            *c = '0';
    *c = (char)(*c + 1);
}

/* Whether these digits, or at a power of two the next ones, read back to the value: below it the doubles lie twice as close as
 * above, so the nearest decimal may be another double's while one farther off on the other side is not. */
static int reads_back(char text[40], double value)
{
    int exponent;
    double read = strtod(text, NULL);
    if (read == value || frexp(value, &exponent) != 0.5 || read > value)
        return read == value;
    char next[40];
    memcpy(next, text, sizeof next);
    count_up(next);
    if (strtod(next, NULL) != value)
        return 0;
    memcpy(text, next, sizeof next);
    return 1;
}

int cad_decimal_shortest(double value, char digits[CAD_DECIMAL_DIGITS], int *out_exponent)
{
    /* A normal double keeps every decimal of DBL_DIG digits, so among these one attempt finds the shortest: the others would
     * only end in zeros. */
    int precision = value >= DBL_MIN ? DBL_DIG : 1;
    char text[40] = "";
    do {
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
    } while (precision++ < CAD_DECIMAL_DIGITS && !reads_back(text, value));
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
