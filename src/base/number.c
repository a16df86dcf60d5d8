#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/number.h"

/*
 * Powers of ten as 128-bit fractions with the top bit set: g(k) is the least
 * integer >= 10^k * 2^(127 - floor(log2 10^k)). They are made on first use by
 * exact long multiplication and division.
 */
#define POW_MIN (-292)
#define POW_MAX 324
#define LIMBS   40 /* of 32 bits: 10^324 takes 34, 2^1216 39 */

struct pow10 {
	uint64_t hi, lo;
};

static struct pow10 powers[POW_MAX - POW_MIN + 1];
static pthread_once_t powers_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

/* The top 128 bits of the number, rounded up when any bit below is set or
 * when `more` says that the number itself was cut. */
static struct pow10
top_bits(const uint32_t *limb, bool more)
{
	unsigned __int128 top = 0;
	int high = LIMBS * 32 - 1, bit;

	while ((limb[high / 32] >> (high % 32) & 1) == 0)
		high--;
	for (int i = 0; i < 128; i++) {
		bit = high - i;
		top <<= 1;
		if (bit >= 0)
			top |= limb[bit / 32] >> (bit % 32) & 1;
	}
	for (bit = high - 128; bit >= 0 && !more; bit--)
		more = limb[bit / 32] >> (bit % 32) & 1;
	top += more;
	return (struct pow10){ (uint64_t)(top >> 64), (uint64_t)top };
}

static void
make_powers(void)
{
	uint32_t limb[LIMBS] = { 1 };
	uint64_t carry;

	for (int k = 0; k <= POW_MAX; k++) {
		powers[k - POW_MIN] = top_bits(limb, false);
		carry = 0;
		for (int i = 0; i < LIMBS; i++) {
			carry += (uint64_t)limb[i] * 10;
			limb[i] = (uint32_t)carry;
			carry >>= 32;
		}
	}
	/* floor(floor(x / 10) / 10) is floor(x / 100): the quotients stay
	 * exact, and no power of ten divides a power of two. */
	memset(limb, 0, sizeof limb);
	limb[LIMBS - 1] = 1;
	for (int k = -1; k >= POW_MIN; k--) {
		carry = 0;
		for (int i = LIMBS - 1; i >= 0; i--) {
			carry = carry << 32 | limb[i];
			limb[i] = (uint32_t)(carry / 10);
			carry %= 10;
		}
		powers[k - POW_MIN] = top_bits(limb, true);
	}
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* g * c / 2^128, its lowest bit set when the quotient is not exact. */
static uint64_t
round_to_odd(struct pow10 g, uint64_t c)
{
	unsigned __int128 x = (unsigned __int128)g.lo * c;
	unsigned __int128 y = (unsigned __int128)g.hi * c + (x >> 64);

	return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* The shortest decimal in the rounding interval of c * 2^q. closer: the
 * number below is at half the distance of the one above. */
static uint64_t
shortest(uint64_t c, int q, bool closer, int *exponent)
{
	struct pow10 g;
	uint64_t v, lower, upper, s, t;
	bool odd = c & 1, below, above;
	int k, h;

	k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
	h = q + ((-k * 1741647) >> 19) + 1;
	g = powers[-k - POW_MIN];
	lower = round_to_odd(g, (4 * c - 2 + closer) << h) + odd;
	v = round_to_odd(g, (4 * c) << h);
	upper = round_to_odd(g, (4 * c + 2) << h) - odd;
	s = v / 4;
	if (s >= 10) {
		t = s / 10;
		below = lower <= 40 * t;
		above = 40 * t + 40 <= upper;
		if (below != above) {
			*exponent = k + 1;
			return t + above;
		}
	}
	*exponent = k;
	below = lower <= 4 * s;
	above = 4 * s + 4 <= upper;
	if (below != above)
		return s + above;
	t = 4 * s + 2;
	return s + (v > t || (v == t && (s & 1)));
}

/* digits * 10^exponent as repr writes it. */
static size_t
layout(uint64_t digits, int exponent, bool negative, char *out)
{
	char d[24], *o = out;
	int n, point;

	while (digits != 0 && digits % 10 == 0) {
		digits /= 10;
		exponent++;
	}
	n = snprintf(d, sizeof d, "%llu", (unsigned long long)digits);
	point = n + exponent; /* digits before the decimal point */
	if (negative)
		*o++ = '-';
	if (point > 16 || point < -3) {
		*o++ = d[0];
		if (n > 1) {
			*o++ = '.';
			memcpy(o, d + 1, (size_t)n - 1);
			o += n - 1;
		}
		o += snprintf(
		    o, 8, "e%c%02d", point > 0 ? '+' : '-', abs(point - 1));
	} else if (point <= 0) {
		memcpy(o, "0.000", 5);
		o += 2 - point;
		memcpy(o, d, (size_t)n);
		o += n;
	} else {
		for (int i = 0; i < point; i++)
			*o++ = i < n ? d[i] : '0';
		*o++ = '.';
		if (n <= point)
			*o++ = '0';
		for (int i = point; i < n; i++)
			*o++ = d[i];
	}
	*o = '\0';
	return (size_t)(o - out);
}

static size_t
special(double v, char *out)
{
	strcpy(out, isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
	return strlen(out);
}

size_t
number_double(double v, char out[NUMBER_MAX])
{
	uint64_t bits, fraction;
	int e, exponent = 0;

	memcpy(&bits, &v, sizeof bits);
	fraction = bits & (((uint64_t)1 << 52) - 1);
	e = (int)(bits >> 52 & 0x7ff);
	if (e == 0x7ff)
		return special(v, out);
	if (v == 0)
		return layout(0, 0, bits >> 63, out);
	pthread_once(&powers_once, make_powers);
	if (e == 0)
		fraction = shortest(fraction, -1074, false, &exponent);
	else
		fraction = shortest(fraction | (uint64_t)1 << 52, e - 1075,
		    fraction == 0 && e > 1, &exponent);
	return layout(fraction, exponent, bits >> 63, out);
}

size_t
number_float(float v, char out[NUMBER_MAX])
{
	uint32_t bits;
	uint64_t fraction;
	int e, exponent = 0;

	memcpy(&bits, &v, sizeof bits);
	fraction = bits & 0x7fffff;
	e = (int)(bits >> 23 & 0xff);
	if (e == 0xff)
		return special(v, out);
	if (v == 0)
		return layout(0, 0, bits >> 31, out);
	pthread_once(&powers_once, make_powers);
	if (e == 0)
		fraction = shortest(fraction, -149, false, &exponent);
	else
		fraction = shortest(fraction | 0x800000, e - 150,
		    fraction == 0 && e > 1, &exponent);
	return layout(fraction, exponent, bits >> 31, out);
}

bool
number_parse(const char *s, size_t len, double *v)
{
	char text[512], *end;
	bool digit = false;

	if (len == 0 || len >= sizeof text)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (strchr("0123456789+-.eE", s[i]) == NULL || s[i] == '\0')
			return false;
		digit |= s[i] >= '0' && s[i] <= '9';
	}
	if (!digit)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	pthread_once(&powers_once, make_powers);
	*v = strtod_l(text, &end, c_locale);
	return *end == '\0';
}

size_t
number_int(int64_t v, char out[NUMBER_MAX])
{
	char digits[NUMBER_MAX], *at = digits + sizeof digits - 1;
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	size_t len;

	*at = '\0';
	do
		*--at = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (v < 0)
		*--at = '-';
	len = (size_t)(digits + sizeof digits - 1 - at);
	memcpy(out, at, len + 1);
	return len;
}
