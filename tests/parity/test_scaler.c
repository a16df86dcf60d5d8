#include "skfix.h"

#include <float.h>

#include "tagtiger/err.h"
#include "tagtiger/logreg.h"
#include "tagtiger/mat.h"
#include "tagtiger/scaler.h"

/* X as rows, also from a sparse matrix. */
static double *
matrix(const cJSON *x, size_t *n, size_t *d)
{
	const cJSON *ptr, *col, *val;
	double *out;

	if (cJSON_IsArray(x)) {
		*n = fix_size(x);
		*d = fix_size(cJSON_GetArrayItem(x, 0));
		return fix_doubles(x, NULL);
	}
	*n = (size_t)fix_value(cJSON_GetArrayItem(fix_get(x, "shape"), 0));
	*d = (size_t)fix_value(cJSON_GetArrayItem(fix_get(x, "shape"), 1));
	ptr = fix_get(x, "indptr");
	col = fix_get(x, "indices");
	val = fix_get(x, "data");
	out = calloc(*n * *d, sizeof *out);
	for (size_t i = 0; i < *n; i++) {
		int from = (int)fix_value(cJSON_GetArrayItem(ptr, (int)i));
		int to = (int)fix_value(cJSON_GetArrayItem(ptr, (int)i + 1));

		for (int e = from; e < to; e++)
			out[i * *d + (size_t)fix_value(
			    cJSON_GetArrayItem(col, e))] =
			    fix_value(cJSON_GetArrayItem(val, e));
	}
	return out;
}

static void
compare(const cJSON *c, const char *key, const double *got, size_t n)
{
	const cJSON *want = cJSON_GetObjectItemCaseSensitive(c, key);
	double *v;
	size_t size;

	if (want == NULL || cJSON_IsNull(want))
		return;
	v = fix_doubles(want, &size);
	assert_int_equal(size, n);
	for (size_t j = 0; j < n; j++)
		fix_near(got[j], v[j], 1e-9, key);
	free(v);
}

/* What the fixture has, of the doubles that floats cannot hold: two passes.
 * What rounding alone explains counts as constant (scikit-learn's bound). */
static void
two_passes(struct scaler *s, const double *x, size_t n, size_t d)
{
	*s = (struct scaler){ d, calloc(d, sizeof *s->mean),
		calloc(d, sizeof *s->var), calloc(d, sizeof *s->scale) };
	for (size_t j = 0; j < d; j++) {
		double sum = 0, square = 0, m, noise;

		for (size_t i = 0; i < n; i++)
			s->mean[j] += x[i * d + j] / (double)n;
		m = s->mean[j];
		for (size_t i = 0; i < n; i++) {
			sum += x[i * d + j] - m;
			square += (x[i * d + j] - m) * (x[i * d + j] - m);
		}
		s->mean[j] += sum / (double)n;
		s->var[j] = fmax(square / (double)n -
		    sum / (double)n * sum / (double)n, 0);
		noise = (double)n * DBL_EPSILON;
		noise = noise * s->var[j] +
		    noise * s->mean[j] * noise * s->mean[j];
		s->scale[j] = s->var[j] <= noise ? 1 : sqrt(s->var[j]);
	}
}

static int
off(const cJSON *options, const char *key)
{
	return cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(options, key));
}

static void
test_fixture(void **state)
{
	cJSON *all = fix_open("scaler.json");
	const cJSON *c;
	int compared = 0;

	(void)state;
	cJSON_ArrayForEach(c, fix_get(all, "cases")) {
		const cJSON *o = fix_get(c, "options");
		const cJSON *to = fix_get(c, "transformed");
		struct scaler s;
		size_t n, d, cells;
		double *x = matrix(fix_get(c, "X"), &n, &d), *want, *got;

		two_passes(&s, x, n, d);
		compare(c, "mean", s.mean, d);
		compare(c, "var", s.var, d);
		compare(c, "scale", s.scale, d);
		for (size_t j = 0; j < d; j++) {
			if (off(o, "with_mean"))
				s.mean[j] = 0;
			if (off(o, "with_std"))
				s.scale[j] = 1;
		}
		got = calloc(n * d, sizeof *got);
		for (size_t i = 0; i < n * d; i++)
			got[i] = (x[i] - s.mean[i % d]) / s.scale[i % d];
		if (cJSON_IsObject(to))
			want = matrix(to, &n, &d);
		else
			want = fix_doubles(to, &cells);
		for (size_t i = 0; i < n * d; i++)
			fix_near(got[i], want[i], 1e-9, "transformed");
		free(want);
		free(got);
		free(x);
		scaler_free(&s);
		compared++;
	}
	assert_int_equal(compared, 5);
	cJSON_Delete(all);
}

/* The one pass over floats finds what two passes over doubles find. */
static void
test_features(void **state)
{
	size_t n = 700, d = 19;
	struct mat m;
	struct err err;
	struct scaler a, b;
	uint32_t *rows = calloc(n, sizeof *rows);
	double *x = calloc(n * d, sizeof *x);

	(void)state;
	assert_int_equal(mat_alloc(&m, n + 5, d, &err), 0);
	for (size_t i = 0; i < (n + 5) * d; i++)
		m.v[i] = (float)(sin((double)i * 1.7) *
		    (double)(1 + i % d) + (double)(i % d) * 100);
	for (size_t i = 0; i < n + 5; i++)
		m.v[i * d + 3] = 0.1f; /* constant */
	for (size_t i = 0; i < n; i++) {
		rows[i] = (uint32_t)(n + 4 - i);
		for (size_t j = 0; j < d; j++)
			x[i * d + j] = (double)m.v[rows[i] * d + j];
	}
	two_passes(&a, x, n, d);
	assert_int_equal(scaler_fit(&b, &(struct features){ .n = n,
	    .dense = &m, .rows = rows }, 2, &err), 0);
	for (size_t j = 0; j < d; j++) {
		fix_near(b.mean[j], a.mean[j], 1e-12, "mean");
		fix_near(b.var[j], a.var[j], 1e-11, "var");
		fix_near(b.scale[j], a.scale[j], 1e-11, "scale");
	}
	assert_true(b.scale[3] == 1);
	scaler_free(&a);
	scaler_free(&b);
	assert_int_equal(scaler_fit(&b, &(struct features){ .dense = &m }, 2,
	    &err), -1);
	mat_free(&m);
	free(rows);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixture),
		cmocka_unit_test(test_features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
