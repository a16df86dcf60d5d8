/*
 * Numbers as text and back, whatever the locale says about decimal points.
 */
#ifndef TAGTIGER_NUMBER_H
#define TAGTIGER_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_MAX 32 /* bytes that hold any, with the NUL */

/*
 * The shortest text that reads back as the same double (or float), nearest to
 * it among those, written as Python's repr does: 0.1, 1.0, 1e-07, 1e+16, nan,
 * inf, -inf. Returns the length. After Giulietti, "The Schubfach way to
 * render doubles" (2020).
 */
size_t number_double(double v, char out[NUMBER_MAX]);
size_t number_float(float v, char out[NUMBER_MAX]);

/* In decimal. Returns the length. */
size_t number_int(int64_t v, char out[NUMBER_MAX]);

/* All of s as a double: digits with point and exponent; false where it is
 * anything else (blanks, hexadecimal, nan, inf). Too large is infinite. */
bool number_parse(const char *s, size_t len, double *v);

#endif
