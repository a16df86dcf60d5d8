#include "skfix.h"

#include "tagtiger/err.h"
#include "tagtiger/metrics.h"
#include "tagtiger/rng.h"

static int compared; /* values */

static void
near(double got, double want, const char *what)
{
	fix_near(got, want, 1e-9, what);
	compared++;
}

static void
near_prf(const struct prf *got, const cJSON *want)
{
	near(got->precision, fix_number(want, "precision"), "precision");
	near(got->recall, fix_number(want, "recall"), "recall");
	near(got->f1, fix_number(want, "f1"), "f1");
}

/* Averages and labels under one zero_division. */
static void
near_averages(const struct metrics *m, const cJSON *want)
{
	const cJSON *labels = fix_get(want, "per_label");
	double *p = fix_doubles(fix_get(labels, "precision"), NULL);
	double *r = fix_doubles(fix_get(labels, "recall"), NULL);
	double *f = fix_doubles(fix_get(labels, "f1"), NULL);
	double *s = fix_doubles(fix_get(labels, "support"), NULL);

	near_prf(&m->micro, fix_get(want, "micro"));
	near_prf(&m->macro, fix_get(want, "macro"));
	near_prf(&m->weighted, fix_get(want, "weighted"));
	for (size_t j = 0; j < m->k; j++) {
		near(m->label[j].precision, p[j], "precision of a label");
		near(m->label[j].recall, r[j], "recall of a label");
		near(m->label[j].f1, f[j], "f1 of a label");
		near((double)m->label[j].support, s[j], "support");
	}
	free(p);
	free(r);
	free(f);
	free(s);
}

/* The multi-label fixture has 0 for what is not defined. */
static void
near_defined(const struct metrics *m, const cJSON *want)
{
	const cJSON *labels = fix_get(want, "per_label");
	double *p = fix_doubles(fix_get(labels, "precision"), NULL);
	double *r = fix_doubles(fix_get(labels, "recall"), NULL);
	double *f = fix_doubles(fix_get(labels, "f1"), NULL);
	size_t defined = 0;

	near(m->micro.f1, fix_number(fix_get(want, "micro"), "f1"), "micro");
	for (size_t j = 0; j < m->k; j++) {
		const struct label_metrics *l = &m->label[j];

		near(isnan(l->precision) ? 0 : l->precision, p[j],
		    "precision of a label");
		near(isnan(l->recall) ? 0 : l->recall, r[j],
		    "recall of a label");
		near(isnan(l->f1) ? 0 : l->f1, f[j], "f1 of a label");
		defined += !isnan(l->precision) && !isnan(l->recall);
	}
	if (defined == m->k) {
		near_prf(&m->micro, fix_get(want, "micro"));
		near_prf(&m->macro, fix_get(want, "macro"));
		near_prf(&m->weighted, fix_get(want, "weighted"));
	}
	free(p);
	free(r);
	free(f);
}

static int *
codes(const cJSON *labels, const cJSON *v, size_t *n)
{
	int *out = calloc(fix_size(v) + 1, sizeof *out);
	const cJSON *cell, *label;

	*n = 0;
	cJSON_ArrayForEach(cell, v) {
		int j = 0, found = -1;

		cJSON_ArrayForEach(label, labels) {
			if (cJSON_Compare(cell, label, 1) ||
			    (cJSON_IsString(label) && cJSON_IsNumber(cell) &&
			    atoi(label->valuestring) == cell->valueint))
				found = j;
			j++;
		}
		assert_true(found >= 0);
		out[(*n)++] = found;
	}
	return out;
}

static void
one_single(const cJSON *c)
{
	const cJSON *labels = fix_get(c, "labels");
	size_t n, k = fix_size(labels), cells;
	int *y = codes(labels, fix_get(c, "y_true"), &n);
	int *pred = codes(labels, fix_get(c, "y_pred"), &n);
	double *table = fix_doubles(
	    fix_get(c, "confusion_matrix_rows_are_truth"), &cells);
	struct metrics m;
	struct err err;

	assert_int_equal(cells, k * k);
	assert_int_equal(metrics_classes(&m, y, pred, n, k, &err), 0);
	near_averages(&m, fix_get(c, "zero_division_nan"));
	near(m.accuracy, fix_number(c, "accuracy"), "accuracy");
	for (size_t i = 0; i < cells; i++)
		assert_int_equal(m.confusion[i], table[i]);
	for (size_t j = 0; j < k; j++)
		assert_int_equal(m.label[j].tp + m.label[j].fp +
		    m.label[j].fn + m.label[j].tn, n);
	metrics_free(&m);
	free(table);
	free(pred);
	free(y);
}

static void
test_single(void **state)
{
	cJSON *all = fix_open("metrics.json");
	const cJSON *c;
	int cases = 0;

	(void)state;
	compared = 0;
	cJSON_ArrayForEach(c, fix_get(all, "single")) {
		one_single(c);
		cases++;
	}
	assert_int_equal(cases, 14);
	assert_true(compared > 300);
	cJSON_Delete(all);
}

static uint8_t *
bytes(const cJSON *v, size_t *n)
{
	int *from = fix_ints(v, n);
	uint8_t *out = calloc(*n + 1, 1);

	for (size_t i = 0; i < *n; i++)
		out[i] = (uint8_t)from[i];
	free(from);
	return out;
}

static void
near_multilabel(const struct metrics *m, const cJSON *c)
{
	size_t cells;
	int *counts = fix_ints(fix_get(c, "confusion_per_label_tn_fp_fn_tp"),
	    &cells);

	near(m->accuracy, fix_number(c, "subset_accuracy"), "accuracy");
	assert_int_equal(cells, 4 * m->k);
	for (size_t i = 0; i < m->k; i++) {
		assert_int_equal(m->label[i].tn, counts[4 * i]);
		assert_int_equal(m->label[i].fp, counts[4 * i + 1]);
		assert_int_equal(m->label[i].fn, counts[4 * i + 2]);
		assert_int_equal(m->label[i].tp, counts[4 * i + 3]);
	}
	free(counts);
}

static void
test_multilabel(void **state)
{
	cJSON *all = fix_open("metrics.json");
	const cJSON *c;
	int cases = 0;

	(void)state;
	compared = 0;
	cJSON_ArrayForEach(c, fix_get(all, "multilabel")) {
		size_t cells, n = fix_size(fix_get(c, "y_true"));
		uint8_t *y = bytes(fix_get(c, "y_true"), &cells);
		uint8_t *want = bytes(fix_get(c, "y_pred"), &cells);
		double *p = fix_doubles(fix_get(c, "probabilities"), NULL);
		float *prob = calloc(cells, sizeof *prob);
		uint8_t *pred = calloc(cells, 1);
		struct metrics m;
		struct err err;

		for (size_t i = 0; i < cells; i++)
			prob[i] = (float)p[i];
		predict_multilabel(prob, n, cells / n,
		    (float)fix_number(c, "threshold"), pred);
		assert_memory_equal(pred, want, cells);
		assert_int_equal(metrics_multilabel(&m, y, pred, n, cells / n,
		    &err), 0);
		near_defined(&m, fix_get(c, "zero_division_0"));
		near_multilabel(&m, c);
		metrics_free(&m);
		free(pred);
		free(prob);
		free(p);
		free(want);
		free(y);
		cases++;
	}
	assert_int_equal(cases, 4);
	assert_true(compared > 60);
	cJSON_Delete(all);
}

/* ---- probabilities ---- */

/* Of probabilities as the fixtures have them, (n,k). */
static void
measure(struct metrics *m, const int *y, const uint8_t *multi,
    const double *p, size_t n, size_t k, int resamples)
{
	float *prob = calloc(n * k, sizeof *prob);
	uint8_t *labels = calloc(n * k, 1);
	int *pred = calloc(n, sizeof *pred);
	struct err err;

	for (size_t i = 0; i < n * k; i++)
		prob[i] = (float)p[i];
	if (multi != NULL) {
		predict_multilabel(prob, n, k, .5f, labels);
		assert_int_equal(metrics_multilabel(m, multi, labels, n, k,
		    &err), 0);
		assert_int_equal(metrics_bootstrap_multilabel(m, multi, labels,
		    prob, resamples, 3, 2, NULL, &err), 0);
	} else {
		predict_classes(prob, n, k, pred);
		assert_int_equal(metrics_classes(m, y, pred, n, k, &err), 0);
		assert_int_equal(metrics_bootstrap(m, y, pred, prob, resamples,
		    3, 2, NULL, &err), 0);
	}
	free(pred);
	free(labels);
	free(prob);
}

/* These have decimals that no float is equal to. */
static void
test_probabilities(void **state)
{
	cJSON *all = fix_open("metrics.json");
	const cJSON *list = fix_get(all, "probabilistic"), *c;
	double *p, *two;
	struct metrics m;
	size_t n, cells;
	int *y;

	(void)state;
	assert_int_equal(fix_size(list), 2);
	c = cJSON_GetArrayItem(list, 0);
	y = fix_ints(fix_get(c, "y_true"), &n);
	p = fix_doubles(fix_get(c, "score"), NULL);
	two = calloc(2 * n, sizeof *two);
	for (size_t i = 0; i < n; i++) {
		two[2 * i] = 1 - p[i];
		two[2 * i + 1] = p[i];
	}
	measure(&m, y, NULL, two, n, 2, 1);
	fix_near(m.prob.roc_auc, fix_number(c, "roc_auc"), 1e-12, "AUC");
	fix_near(m.prob.log_loss, fix_number(c, "log_loss"), 1e-7, "log loss");
	fix_near(m.prob.brier, fix_number(c, "brier"), 1e-7, "Brier");
	metrics_free(&m);
	free(two);
	free(p);
	free(y);
	c = cJSON_GetArrayItem(list, 1);
	y = fix_ints(fix_get(c, "y_true"), &n);
	p = fix_doubles(fix_get(c, "probabilities"), &cells);
	measure(&m, y, NULL, p, n, cells / n, 1);
	fix_near(m.prob.roc_auc, fix_number(c, "roc_auc_ovr_macro"), 1e-12,
	    "AUC");
	fix_near(m.prob.log_loss, fix_number(c, "log_loss"), 1e-7, "log loss");
	metrics_free(&m);
	free(p);
	free(y);
	cJSON_Delete(all);
}

/* Two bootstraps of the same texts: their ends differ by chance alone. */
static void
near_interval(const struct interval *ci, const cJSON *want, const char *what)
{
	double lo = fix_value(cJSON_GetArrayItem(want, 0));
	double hi = fix_value(cJSON_GetArrayItem(want, 1));

	fix_near(ci->lo, lo, .08 * (hi - lo), what);
	fix_near(ci->hi, hi, .08 * (hi - lo), what);
}

static void
test_probability_intervals(void **state)
{
	cJSON *all = fix_open("probabilities.json");
	const cJSON *c;
	int cases = 0;

	(void)state;
	compared = 0;
	cJSON_ArrayForEach(c, fix_get(all, "cases")) {
		bool multi = cJSON_IsTrue(fix_get(c, "multilabel"));
		size_t n = fix_size(fix_get(c, "y")), cells;
		int *y = multi ? NULL : fix_ints(fix_get(c, "y"), NULL);
		uint8_t *labels = multi ? bytes(fix_get(c, "y"), &cells) :
		    NULL;
		double *p = fix_doubles(fix_get(c, "probabilities"), &cells);
		struct metrics m;

		measure(&m, y, labels, p, n, cells / n, METRICS_RESAMPLES);
		near(m.prob.roc_auc, fix_number(c, "roc_auc"), "AUC");
		near(m.prob.brier, fix_number(c, "brier"), "Brier");
		near(m.prob.log_loss, fix_number(c, "log_loss"), "log loss");
		near(m.prob.ece, fix_number(c, "ece"), "ECE");
		near_interval(&m.prob_ci.roc_auc, fix_get(c, "roc_auc_ci"),
		    "AUC");
		near_interval(&m.prob_ci.brier, fix_get(c, "brier_ci"),
		    "Brier");
		near_interval(&m.prob_ci.log_loss, fix_get(c, "log_loss_ci"),
		    "log loss");
		near_interval(&m.prob_ci.ece, fix_get(c, "ece_ci"), "ECE");
		metrics_free(&m);
		free(p);
		free(labels);
		free(y);
		cases++;
	}
	assert_int_equal(cases, 6);
	assert_int_equal(compared, 24);
	cJSON_Delete(all);
}

/* Sure and wrong is very bad and not infinitely so; of one class there is no
 * curve; no text, no value. */
static void
test_probabilities_at_the_ends(void **state)
{
	int y[] = { 0, 0 };
	double p[] = { 0, 1, 1, 0 };
	struct metrics m;

	(void)state;
	measure(&m, y, NULL, p, 2, 2, 1);
	fix_near(m.prob.log_loss, -log(0x1p-23) / 2, 1e-6, "log loss");
	fix_near(m.prob.brier, .5, 1e-12, "Brier");
	fix_near(m.prob.ece, .5, 1e-12, "ECE");
	assert_true(isnan(m.prob.roc_auc) && isnan(m.prob_ci.roc_auc.lo));
	metrics_free(&m);
	measure(&m, y, NULL, p, 0, 2, 1);
	assert_true(isnan(m.prob.log_loss) && isnan(m.prob.brier) &&
	    isnan(m.prob.ece) && isnan(m.prob_ci.ece.lo));
	metrics_free(&m);
}

/*
 * Accuracy of n independent texts: the percentile interval is the binomial
 * one. And it is the same with any number of threads, another with another
 * seed.
 */
static void
test_bootstrap(void **state)
{
	enum { N = 400 };
	int y[N], pred[N];
	struct metrics m;
	struct interval first;
	struct err err;
	double sd = sqrt(.8 * .2 / N);

	(void)state;
	for (int i = 0; i < N; i++) {
		y[i] = i % 4;
		pred[i] = i < N / 5 ? (i + 1) % 4 : i % 4;
	}
	assert_int_equal(metrics_classes(&m, y, pred, N, 5, &err), 0);
	assert_true(isnan(m.accuracy_ci.lo) && isnan(m.label[4].f1));
	assert_int_equal(metrics_bootstrap(&m, y, pred, NULL, METRICS_RESAMPLES, 1,
	    1, NULL, &err), 0);
	fix_near(m.accuracy_ci.lo, .8 - 1.96 * sd, .006, "lower end");
	fix_near(m.accuracy_ci.hi, .8 + 1.96 * sd, .006, "upper end");
	assert_true(m.f1_micro_ci.lo == m.accuracy_ci.lo);
	assert_true(m.f1_macro_ci.lo < m.macro.f1 &&
	    m.macro.f1 < m.f1_macro_ci.hi);
	assert_true(m.f1_weighted_ci.lo < m.weighted.f1 &&
	    m.weighted.f1 < m.f1_weighted_ci.hi);
	for (int j = 0; j < 4; j++)
		assert_true(m.label[j].f1_ci.lo < m.label[j].f1 &&
		    m.label[j].f1 < m.label[j].f1_ci.hi &&
		    m.label[j].f1_ci.hi - m.label[j].f1_ci.lo >
		    m.accuracy_ci.hi - m.accuracy_ci.lo);
	assert_true(isnan(m.label[4].f1_ci.lo));
	first = m.f1_macro_ci;
	assert_int_equal(metrics_bootstrap(&m, y, pred, NULL, METRICS_RESAMPLES, 1,
	    2, NULL, &err), 0);
	assert_true(first.lo == m.f1_macro_ci.lo && first.hi == m.f1_macro_ci.hi);
	assert_int_equal(metrics_bootstrap(&m, y, pred, NULL, METRICS_RESAMPLES, 2,
	    2, NULL, &err), 0);
	assert_true(first.lo != m.f1_macro_ci.lo);
	metrics_free(&m);
}

/* The classes of above as one-hot labels have the same intervals: a wrong
 * text has one label too many and one too few. */
static void
test_bootstrap_multilabel(void **state)
{
	enum { N = 300, K = 3 };
	int y[N], pred[N];
	uint8_t my[N * K] = { 0 }, mpred[N * K] = { 0 };
	struct metrics a, b;
	struct err err;

	(void)state;
	for (int i = 0; i < N; i++) {
		y[i] = i % K;
		pred[i] = i % 7 == 0 ? (i + 1) % K : i % K;
		my[i * K + y[i]] = mpred[i * K + pred[i]] = 1;
	}
	assert_int_equal(metrics_classes(&a, y, pred, N, K, &err), 0);
	assert_int_equal(metrics_multilabel(&b, my, mpred, N, K, &err), 0);
	assert_int_equal(metrics_bootstrap(&a, y, pred, NULL, 500, 9, 1, NULL,
	    &err), 0);
	assert_int_equal(metrics_bootstrap_multilabel(&b, my, mpred, NULL, 500,
	    9, 2, NULL, &err), 0);
	fix_near(b.accuracy_ci.lo, a.accuracy_ci.lo, 1e-12, "accuracy");
	fix_near(b.f1_macro_ci.hi, a.f1_macro_ci.hi, 1e-12, "macro");
	fix_near(b.f1_weighted_ci.lo, a.f1_weighted_ci.lo, 1e-12, "weighted");
	fix_near(b.f1_micro_ci.lo, a.f1_micro_ci.lo, 1e-12, "micro");
	for (int j = 0; j < K; j++)
		fix_near(b.label[j].f1_ci.lo, a.label[j].f1_ci.lo, 1e-12,
		    "label");
	metrics_free(&a);
	metrics_free(&b);
}

static void
test_bad(void **state)
{
	int y[] = { 0, 2 }, pred[] = { 0, 1 };
	struct metrics m;
	struct err err;

	(void)state;
	assert_int_equal(metrics_classes(&m, y, pred, 2, 2, &err), -1);
	assert_int_equal(metrics_classes(&m, y, pred, 0, 3, &err), 0);
	assert_true(isnan(m.accuracy) && isnan(m.macro.f1));
	metrics_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_multilabel),
		cmocka_unit_test(test_probabilities),
		cmocka_unit_test(test_probability_intervals),
		cmocka_unit_test(test_probabilities_at_the_ends),
		cmocka_unit_test(test_bootstrap),
		cmocka_unit_test(test_bootstrap_multilabel),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
