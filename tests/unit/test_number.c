#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/number.h"
#include "tagtiger/rng.h"

/* As Python 3 prints them with repr(). */
static void
test_as_python(void **state)
{
	static const struct {
		double v;
		const char *text;
	} want[] = {
		{ 0.0, "0.0" },
		{ -0.0, "-0.0" },
		{ 1.0, "1.0" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 2.0 / 3, "0.6666666666666666" },
		{ 0.0001, "0.0001" },
		{ 0.00001, "1e-05" },
		{ 123456.789, "123456.789" },
		{ 1e15, "1000000000000000.0" },
		{ 1e16, "1e+16" },
		{ 123456789012345680.0, "1.2345678901234568e+17" },
		{ 5e-324, "5e-324" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
		{ 9007199254740993.0, "9007199254740992.0" },
		{ 1e22, "1e+22" },
		{ 1e23, "1e+23" },
		{ 9.5367431640625e-07, "9.5367431640625e-07" },
		{ 5.960464477539063e-08, "5.960464477539063e-08" },
		{ NAN, "nan" },
		{ INFINITY, "inf" },
		{ -INFINITY, "-inf" },
	};
	char text[NUMBER_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		assert_int_equal(
		    number_double(want[i].v, text), strlen(want[i].text));
		assert_string_equal(text, want[i].text);
	}
	assert_int_equal(number_float(0.1f, text), 3);
	assert_string_equal(text, "0.1");
	number_float(16777216.0f, text);
	assert_string_equal(text, "16777216.0");
	number_float(3.4028234663852886e38f, text);
	assert_string_equal(text, "3.4028235e+38");
	number_float(1e-45f, text);
	assert_string_equal(text, "1e-45");
}

/* Digits of a number's text, without zeros before and behind. */
static int
digits(const char *s)
{
	int n = 0, zeros = 0;

	for (; *s != '\0' && *s != 'e'; s++) {
		if (*s < '0' || *s > '9' || (*s == '0' && n == 0))
			continue;
		n++;
		zeros = *s == '0' ? zeros + 1 : 0;
	}
	return n - zeros;
}

/* Any double reads back, and never from more digits than printf needs. */
static void
test_shortest(void **state)
{
	char text[NUMBER_MAX], other[64];
	struct rng r;
	uint64_t bits;
	uint32_t low;
	double v;
	float f;
	int p;

	(void)state;
	rng_seed(&r, 20);
	for (int i = 0; i < 100000; i++) {
		bits = rng_next(&r);
		memcpy(&v, &bits, sizeof v);
		if (i % 2)
			v = rng_double(&r) - 0.5;
		if (!isfinite(v))
			continue;
		number_double(v, text);
		assert_true(strtod(text, NULL) == v);
		for (p = 1; p < 17; p++) {
			snprintf(other, sizeof other, "%.*e", p - 1, v);
			if (strtod(other, NULL) == v)
				break;
		}
		assert_true(digits(text) <= p);
		low = (uint32_t)bits;
		memcpy(&f, &low, sizeof f);
		if (i % 2)
			f = (float)v;
		if (!isfinite(f))
			continue;
		number_float(f, text);
		assert_true(strtof(text, NULL) == f);
		assert_true(digits(text) <= 9);
	}
}

static void
test_parse(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "0x10", "nan", "inf",
		"1,5", "e5", "-", ".", "1e", "1-2", "--1" };
	double v;

	(void)state;
	assert_true(number_parse("1.5e3", 5, &v) && v == 1500);
	assert_true(number_parse("-.5", 3, &v) && v == -0.5);
	assert_true(number_parse("3.1400000000000001", 18, &v) && v == 3.14);
	assert_true(number_parse("1e999", 5, &v) && isinf(v));
	assert_true(number_parse("12345", 3, &v) && v == 123);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(number_parse(bad[i], strlen(bad[i]), &v));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_python),
		cmocka_unit_test(test_shortest),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
