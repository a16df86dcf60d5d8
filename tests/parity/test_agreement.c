/*
 * agreement_measure against krippendorff 0.9.0 (alpha, by label, and with
 * Passonneau's distance), scikit-learn 1.9.1 (kappa) and statsmodels 0.15.0
 * (Fleiss): make_agreement.py. And what an interval must be.
 */
#include "skfix.h"

#include "tagtiger/agreement.h"
#include "tagtiger/err.h"

static int compared;

static void
near(double got, double want, const char *what)
{
	compared++;
	if (isnan(want) ? !isnan(got) : !(fabs(got - want) <= 1e-12))
		fail_msg("%s: %.15g, not %.15g", what, got, want);
}

/* Between the ends of its interval, which is no point but where all agree, or
 * one person says nothing. */
static void
within(const struct estimate *e)
{
	assert_true(e->ci.lo <= e->value && e->value <= e->ci.hi);
	assert_true(e->ci.hi > e->ci.lo || e->value == 1 || e->value == 0);
}

static int *
codes_of(const cJSON *c, size_t *coders, size_t *n)
{
	const cJSON *rows = fix_get(c, "codes"), *row, *cell;
	int *code;
	size_t at = 0;

	*coders = (size_t)cJSON_GetArraySize(rows);
	*n = (size_t)cJSON_GetArraySize(cJSON_GetArrayItem(rows, 0));
	code = calloc(*coders * *n, sizeof *code);
	cJSON_ArrayForEach(row, rows)
		cJSON_ArrayForEach(cell, row)
			code[at++] = (int)cell->valuedouble;
	assert_int_equal(at, *coders * *n);
	return code;
}

static uint8_t *
kinds_of(const cJSON *c, size_t nlabels, size_t *k)
{
	const cJSON *kinds = fix_get(c, "kinds"), *kind, *label;
	uint8_t *has;
	size_t at = 0;

	*k = (size_t)cJSON_GetArraySize(kinds);
	has = calloc(*k * nlabels, 1);
	cJSON_ArrayForEach(kind, kinds) {
		cJSON_ArrayForEach(label, kind)
			has[at * nlabels + (size_t)label->valuedouble] = 1;
		at++;
	}
	return has;
}

/* Of a label: what all is of a table that only tells who gave it. */
static void
check_label(const struct agreement *a, const int *code, size_t coders,
    size_t n, const uint8_t *has, size_t j)
{
	static const uint8_t two[4] = { 1, 0, 0, 1 };
	int *one = calloc(coders * n, sizeof *one);
	struct agreement b;
	struct err err;

	for (size_t i = 0; i < coders * n; i++)
		one[i] = code[i] < 0 ? -1 : has[(size_t)code[i] * a->nlabels +
		    j];
	if (agreement_measure(one, coders, n, two, 2, 2, false, 400, 1, NULL,
	    &b, &err) < 0)
		fail_msg("%s", err.text);
	near(a->label[j].percent.value, b.percent.value, "percent of a label");
	near(a->label[j].fleiss.value, b.fleiss.value, "Fleiss of a label");
	within(&a->label[j].percent);
	within(&a->label[j].fleiss);
	for (size_t i = 0; i < a->npairs; i++) {
		near(a->pair[i].label[j].value, b.pair[i].kappa.value,
		    "kappa of a label");
		within(&a->pair[i].label[j]);
	}
	agreement_free(&b);
	free(one);
}

static void
check_case(const cJSON *c)
{
	const cJSON *pairs = fix_get(c, "pairs"), *pair;
	const cJSON *labels = fix_get(c, "label_alpha");
	size_t coders, n, k, nlabels = (size_t)fix_number(c, "labels"), at = 0;
	bool sets = cJSON_IsTrue(fix_get(c, "sets"));
	int *code = codes_of(c, &coders, &n);
	uint8_t *has = kinds_of(c, nlabels, &k);
	struct agreement a;
	struct err err;

	if (agreement_measure(code, coders, n, has, k, nlabels, sets, 400, 1,
	    NULL, &a, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(a.texts, fix_number(c, "texts"));
	near(a.alpha.value, fix_number(c, "alpha"), "alpha");
	within(&a.alpha);
	within(&a.percent);
	assert_int_equal(a.raters, fix_number(c, "raters"));
	near(a.fleiss.value, fix_number(c, "fleiss"), "fleiss");
	within(&a.fleiss);
	if (sets) {
		near(a.masi.value, fix_number(c, "masi"), "masi");
		within(&a.masi);
	} else {
		assert_true(isnan(a.masi.value));
	}
	for (size_t j = 0; j < nlabels; j++)
		near(a.label[j].alpha.value, cJSON_GetArrayItem(labels,
		    (int)j)->valuedouble, "alpha of a label");
	for (size_t j = 0; j < nlabels; j++)
		check_label(&a, code, coders, n, has, j);
	assert_int_equal(a.npairs, cJSON_GetArraySize(pairs));
	cJSON_ArrayForEach(pair, pairs) {
		assert_int_equal(a.pair[at].a, fix_number(pair, "a"));
		assert_int_equal(a.pair[at].b, fix_number(pair, "b"));
		assert_int_equal(a.pair[at].texts, fix_number(pair, "n"));
		near(a.pair[at].percent.value, fix_number(pair, "percent"),
		    "percent");
		near(a.pair[at].kappa.value, fix_number(pair, "kappa"),
		    "kappa");
		within(&a.pair[at].kappa);
		at++;
	}
	agreement_free(&a);
	free(has);
	free(code);
}

static void
test_references(void **state)
{
	cJSON *all = fix_open("agreement_pairs.json");
	const cJSON *c;
	int cases = 0;

	(void)state;
	compared = 0;
	cJSON_ArrayForEach(c, fix_get(all, "cases")) {
		check_case(c);
		cases++;
	}
	assert_int_equal(cases, 6);
	assert_int_equal(compared, 210);
	cJSON_Delete(all);
}

/* The share of texts that two people agree on is a mean of independent ones
 * and zeros: its interval is the binomial one. */
static void
test_interval(void **state)
{
	enum { N = 400 };
	static const uint8_t has[4] = { 1, 0, 0, 1 };
	int code[2 * N];
	struct agreement a, b;
	double sd = sqrt(.8 * .2 / N);
	struct err err;

	(void)state;
	for (int i = 0; i < N; i++) {
		code[i] = i % 2;
		code[N + i] = i % 5 == 0 ? 1 - i % 2 : i % 2;
	}
	assert_int_equal(agreement_measure(code, 2, N, has, 2, 2, false, 2000,
	    5, NULL, &a, &err), 0);
	assert_true(fabs(a.percent.value - .8) < 1e-12);
	assert_true(fabs(a.percent.ci.hi - .8 - 1.96 * sd) < .2 * sd);
	assert_true(fabs(a.percent.ci.lo - .8 + 1.96 * sd) < .2 * sd);
	assert_int_equal(agreement_measure(code, 2, N, has, 2, 2, false, 2000,
	    5, NULL, &b, &err), 0);
	assert_true(a.alpha.ci.lo == b.alpha.ci.lo);
	agreement_free(&a);
	agreement_free(&b);
}

static void
test_refused(void **state)
{
	static const uint8_t has[4] = { 1, 0, 0, 1 };
	int code[6] = { 0, 1, -1, -1, -1, 1 };
	struct agreement a;
	struct err err;

	(void)state;
	assert_int_equal(agreement_measure(code, 2, 3, has, 2, 2, false, 10, 1,
	    NULL, &a, &err), -1);
	assert_non_null(strstr(err.text, "two people"));
	code[4] = 1; /* one text, one label: nothing to correct by */
	assert_int_equal(agreement_measure(code, 2, 3, has, 2, 2, false, 10, 1,
	    NULL, &a, &err), 0);
	assert_true(a.percent.value == 1 && isnan(a.alpha.value));
	agreement_free(&a);
}

/* Without labels: alpha alone, as the people's page shows it. */
static void
test_alpha(void **state)
{
	cJSON *all = fix_open("agreement.json");
	const cJSON *c, *row, *cell;
	int cases = 0;

	(void)state;
	cJSON_ArrayForEach(c, fix_get(all, "krippendorff_alpha")) {
		const cJSON *units = fix_get(c, "coders_by_units");
		const cJSON *want = fix_get(c, "nominal");
		size_t coders = fix_size(units), at = 0;
		size_t n = fix_size(cJSON_GetArrayItem(units, 0));
		int *code = calloc(coders * n, sizeof *code), most = 0;
		struct agreement a;
		struct err err;

		cJSON_ArrayForEach(row, units)
			cJSON_ArrayForEach(cell, row) {
				code[at] = cJSON_IsNull(cell) ? -1 :
				    (int)fix_value(cell);
				most = code[at] > most ? code[at] : most;
				at++;
			}
		assert_int_equal(agreement_measure(code, coders, n, NULL,
		    (size_t)most + 1, 0, false, 0, 0, NULL, &a, &err), 0);
		/* of one code only it is not defined */
		near(a.alpha.value, cJSON_IsString(want) ? NAN :
		    fix_value(want), "alpha");
		agreement_free(&a);
		free(code);
		cases++;
	}
	assert_int_equal(cases, 8);
	cJSON_Delete(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alpha),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
