#include "skfix.h"

#include "tagtiger/crossval.h"
#include "tagtiger/err.h"
#include "tagtiger/learncurve.h"
#include "tagtiger/logreg.h"
#include "tagtiger/mat.h"

struct sample {
	cJSON *json;
	struct mat mat;
	struct features x;
	int *y;
	size_t n, k;
	int folds;
};

static void
sample_open(struct sample *s)
{
	const cJSON *rows, *row, *v;
	struct err err;
	size_t at = 0;

	s->json = fix_open("learncurve.json");
	s->k = (size_t)fix_number(s->json, "k");
	s->folds = (int)fix_number(s->json, "folds");
	s->y = fix_ints(fix_get(s->json, "y"), &s->n);
	rows = fix_get(s->json, "x");
	assert_int_equal(fix_size(rows), s->n);
	assert_int_equal(mat_alloc(&s->mat, s->n,
	    (size_t)fix_number(s->json, "d"), &err), 0);
	cJSON_ArrayForEach(row, rows)
		cJSON_ArrayForEach(v, row)
			s->mat.v[at++] = (float)fix_value(v);
	assert_int_equal(at, s->n * s->mat.d);
	s->x = (struct features){ .n = s->n, .dense = &s->mat };
}

static void
sample_close(struct sample *s)
{
	mat_free(&s->mat);
	free(s->y);
	cJSON_Delete(s->json);
}

/* scikit-learn's learning_curve, on the same folds and samples. */
static void
test_scikit(void **state)
{
	struct learn_curve_opts o = LEARN_CURVE_OPTS;
	struct logreg_opts fit = LOGREG_OPTS;
	struct sample s;
	struct learn_curve c;
	struct err err;
	const cJSON *want, *v;
	size_t points, sizes[16], at = 0;
	int *ints, *rank;

	(void)state;
	sample_open(&s);
	ints = fix_ints(fix_get(s.json, "sizes"), &points);
	for (size_t i = 0; i < points; i++)
		sizes[i] = (size_t)ints[i];
	rank = fix_ints(fix_get(s.json, "rank"), NULL);
	o.folds = s.folds;
	o.points = (int)points;
	o.shuffle = false;
	o.sizes = sizes;
	o.rank = (const uint32_t *)rank;
	fit.raw = true;
	fit.tol = 1e-10;
	assert_int_equal(learn_curve_run(&c, &s.x, s.y, NULL, s.k, &o, &fit,
	    NULL, &err), 0);
	assert_int_equal(c.npoints, points);
	want = fix_get(s.json, "f1_macro");
	for (size_t i = 0; i < points; i++) {
		assert_int_equal(c.point[i].n, sizes[i]);
		cJSON_ArrayForEach(v, cJSON_GetArrayItem(want, (int)i))
			fix_near(c.fold_f1[at++], fix_value(v), 1e-9,
			    "macro F1 of a fold");
	}
	assert_int_equal(at, 25);
	learn_curve_free(&c);
	free(ints);
	free(rank);
	sample_close(&s);
}

/* The last size is all that the folds leave: cross-validation itself. The
 * samples are nested, so that more of them are never other ones. */
static void
test_last_is_crossval(void **state)
{
	struct learn_curve_opts o = LEARN_CURVE_OPTS;
	struct crossval_opts co = CROSSVAL_OPTS;
	struct logreg_opts fit = LOGREG_OPTS;
	struct learn_curve c, again;
	struct crossval cv;
	struct sample s;
	struct metrics m;
	struct err err;
	int *pred;

	(void)state;
	sample_open(&s);
	assert_int_equal(learn_curve_run(&c, &s.x, s.y, NULL, s.k, &o, &fit,
	    NULL, &err), 0);
	assert_int_equal(crossval_logreg(&cv, &s.x, s.y, NULL, s.k, &co, &fit,
	    NULL, NULL, &err), 0);
	pred = calloc(s.n, sizeof *pred);
	predict_classes(cv.prob, s.n, s.k, pred);
	assert_int_equal(metrics_classes(&m, s.y, pred, s.n, s.k, &err), 0);
	assert_int_equal(metrics_bootstrap(&m, s.y, pred, NULL, METRICS_RESAMPLES, 1,
	    0, NULL, &err), 0);
	assert_int_equal(c.npoints, 8);
	assert_int_equal(c.point[0].n, 10);
	assert_int_equal(c.point[7].n, s.n - s.n / 10);
	assert_true(c.point[7].f1 == m.macro.f1);
	assert_true(c.point[7].ci.lo == m.f1_macro_ci.lo);
	assert_true(c.point[7].ci.hi == m.f1_macro_ci.hi);
	for (int f = 0; f < 10; f++)
		assert_true(c.fold_f1[70 + f] == cv.f1_macro[f]);
	assert_true(c.point[0].f1 < c.point[7].f1);
	/* what more would bring */
	assert_int_equal(c.more, 100);
	assert_true(c.gain_ci.lo <= c.gain && c.gain <= c.gain_ci.hi);
	assert_true(c.gain > -0.1 && c.gain < 0.1);
	/* the same whatever the threads; another with another seed */
	o.threads = 1;
	assert_int_equal(learn_curve_run(&again, &s.x, s.y, NULL, s.k, &o,
	    &fit, NULL, &err), 0);
	for (size_t i = 0; i < c.npoints; i++)
		assert_true(again.point[i].f1 == c.point[i].f1);
	assert_true(again.gain_ci.lo == c.gain_ci.lo);
	learn_curve_free(&again);
	o.seed = 2;
	assert_int_equal(learn_curve_run(&again, &s.x, s.y, NULL, s.k, &o,
	    &fit, NULL, &err), 0);
	assert_true(again.point[2].f1 != c.point[2].f1);
	learn_curve_free(&again);
	metrics_free(&m);
	crossval_free(&cv);
	learn_curve_free(&c);
	free(pred);
	sample_close(&s);
}

/* Two labels of one text each: as multi-label targets. */
static void
test_multilabel(void **state)
{
	struct learn_curve_opts o = LEARN_CURVE_OPTS;
	struct logreg_opts fit = LOGREG_OPTS;
	struct learn_curve c;
	struct sample s;
	struct err err;
	uint8_t *multi;

	(void)state;
	sample_open(&s);
	multi = calloc(s.n * s.k, 1);
	for (size_t i = 0; i < s.n; i++)
		if (i % 7 != 0)
			multi[i * s.k + (size_t)s.y[i]] = 1;
	o.points = 5;
	assert_int_equal(learn_curve_run(&c, &s.x, NULL, multi, s.k, &o, &fit,
	    NULL, &err), 0);
	assert_int_equal(c.npoints, 5);
	for (size_t i = 0; i < c.npoints; i++)
		assert_true(c.point[i].f1 > 0 && c.point[i].f1 < 1);
	assert_true(c.point[4].f1 > c.point[0].f1);
	learn_curve_free(&c);
	free(multi);
	sample_close(&s);
}

static void
test_too_few(void **state)
{
	struct learn_curve_opts o = LEARN_CURVE_OPTS;
	struct logreg_opts fit = LOGREG_OPTS;
	struct learn_curve c;
	struct sample s;
	struct err err;

	(void)state;
	sample_open(&s);
	s.x.n = 22;
	assert_int_equal(learn_curve_run(&c, &s.x, s.y, NULL, s.k, &o, &fit,
	    NULL, &err), -1);
	assert_non_null(strstr(err.text, "at least 23 labelled texts, there "
	    "are 22"));
	s.x.n = 40;
	o.folds = 4;
	assert_int_equal(learn_curve_run(&c, &s.x, s.y, NULL, s.k, &o, &fit,
	    NULL, &err), 0);
	assert_int_equal(c.more, 0);
	assert_non_null(strstr(c.why, "fewer than 5 folds"));
	learn_curve_free(&c);
	memset(s.y, 0, s.n * sizeof *s.y);
	assert_int_equal(learn_curve_run(&c, &s.x, s.y, NULL, s.k, &o, &fit,
	    NULL, &err), -1);
	sample_close(&s);
}

/* Against scipy's least_squares: the grid of exponents costs little. */
static void
test_power_law(void **state)
{
	cJSON *json = fix_open("learncurve.json");
	const cJSON *law;
	struct power_law p;
	size_t cases = 0, points;

	(void)state;
	cJSON_ArrayForEach(law, fix_get(json, "laws")) {
		double *n = fix_doubles(fix_get(law, "n"), &points);
		double *y = fix_doubles(fix_get(law, "y"), NULL), sum = 0, d;

		assert_int_equal(power_law_fit(&p, n, y, points), 0);
		for (size_t i = 0; i < points; i++) {
			d = y[i] - power_law_at(&p, n[i]);
			sum += n[i] * d * d;
		}
		assert_true(sum <= fix_number(law, "squares") * 1.01);
		fix_near(power_law_at(&p, 640), fix_number(law, "at_640"),
		    5e-4, "at the end");
		fix_near(power_law_at(&p, 740), fix_number(law, "at_740"),
		    5e-4, "beyond");
		free(n);
		free(y);
		cases++;
	}
	assert_int_equal(cases, 3);
	assert_int_equal(power_law_fit(&p, (double[]){ 1, 2 },
	    (double[]){ 0, 1 }, 2), -1);
	cJSON_Delete(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scikit),
		cmocka_unit_test(test_last_is_crossval),
		cmocka_unit_test(test_multilabel),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_power_law),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
