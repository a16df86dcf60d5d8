/*
 * Reading the scikit-learn fixtures (tests/parity/sk): a file that is not
 * there, a key that is missing and a number that is none end the test.
 */
#ifndef TAGTIGER_TEST_SKFIX_H
#define TAGTIGER_TEST_SKFIX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/rng.h"

static inline cJSON *
fix_open(const char *name)
{
	char path[256];
	cJSON *v;
	char *s;
	FILE *f;
	long n;

	snprintf(path, sizeof path, "tests/parity/sk/%s", name);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("no fixture %s", path);
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	s = calloc(1, (size_t)n + 1);
	assert_non_null(s);
	assert_int_equal(fread(s, 1, (size_t)n, f), n);
	fclose(f);
	v = cJSON_Parse(s);
	free(s);
	if (v == NULL)
		fail_msg("%s is not JSON", path);
	return v;
}

static inline const cJSON *
fix_get(const cJSON *v, const char *key)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(v, key);

	if (at == NULL)
		fail_msg("no key %s", key);
	return at;
}

static inline double
fix_value(const cJSON *v)
{
	if (cJSON_IsString(v)) {
		if (strcmp(v->valuestring, "nan") != 0)
			fail_msg("%s is no number", v->valuestring);
		return NAN;
	}
	if (!cJSON_IsNumber(v))
		fail_msg("not a number");
	return v->valuedouble;
}

static inline double
fix_number(const cJSON *v, const char *key)
{
	return fix_value(fix_get(v, key));
}

static inline size_t
fix_size(const cJSON *v)
{
	assert_true(cJSON_IsArray(v));
	return (size_t)cJSON_GetArraySize(v);
}

/* An array of numbers, or of rows of them, as one; the caller frees. */
static inline double *
fix_doubles(const cJSON *v, size_t *n)
{
	const cJSON *row, *cell;
	double *out;
	size_t count = 0;

	assert_true(cJSON_IsArray(v));
	cJSON_ArrayForEach(row, v)
		count += cJSON_IsArray(row) ? fix_size(row) : 1;
	out = calloc(count + 1, sizeof *out);
	assert_non_null(out);
	count = 0;
	cJSON_ArrayForEach(row, v)
		if (cJSON_IsArray(row))
			cJSON_ArrayForEach(cell, row)
				out[count++] = fix_value(cell);
		else
			out[count++] = fix_value(row);
	if (n != NULL)
		*n = count;
	return out;
}

static inline int *
fix_ints(const cJSON *v, size_t *n)
{
	size_t count;
	double *from = fix_doubles(v, &count);
	int *out = calloc(count + 1, sizeof *out);

	assert_non_null(out);
	for (size_t i = 0; i < count; i++)
		out[i] = (int)from[i];
	free(from);
	if (n != NULL)
		*n = count;
	return out;
}

/* Mean 0, variance 1. */
static inline double
fix_normal(struct rng *r)
{
	double u = 1 - rng_double(r), v = rng_double(r);

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

/* Equal up to the tolerance, relative above 1; NaN equals NaN. */
static inline void
fix_near(double got, double want, double tol, const char *what)
{
	double scale = fabs(want) > 1 ? fabs(want) : 1;

	if (isnan(want) ? !isnan(got) : !(fabs(got - want) <= tol * scale))
		fail_msg("%s: %.12g, expected %.12g", what, got, want);
}

#endif
