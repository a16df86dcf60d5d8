#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/buf.h"
#include "tagtiger/curve.h"
#include "tagtiger/learncurve.h"

/* ---- losses ---- */

static size_t
losses(struct curve_point *v, const double *train, const double *eval)
{
	size_t n = 0;

	for (size_t i = 0; eval[i] > 0; i++) {
		v[n++] = (struct curve_point){ .split = "train",
			.step = (int64_t)i * 10 + 5, .loss = train[i],
			.f1 = NAN };
		v[n++] = (struct curve_point){ .split = "eval",
			.step = (int64_t)i * 10 + 10, .loss = eval[i],
			.f1 = 1 - eval[i], .epoch = (double)i + 1 };
	}
	return n;
}

static void
test_advice(void **state)
{
	static const struct {
		double train[6], eval[6];
		enum loss_trend trend;
		int64_t best;
		const char *says;
	} cases[] = {
		{ { 1 }, { .9 }, LOSS_EARLY, 10, "" },
		{ { 1, .8 }, { .9, .7 }, LOSS_FALLING, 20, "more epochs" },
		{ { 1, .8, .6 }, { .9, .7, .72 }, LOSS_RISING, 20,
		    "fewer epochs" },
		/* 2 % is not yet a rise */
		{ { 1, .8, .6 }, { .9, .7, .713 }, LOSS_FLAT, 20, "flat" },
		/* rises, though below the one before */
		{ { 1, .8, .6, .5 }, { .5, .9, .8, .7 }, LOSS_RISING, 10,
		    "rising" },
		{ { .2, .1, .1, .1 }, { .8, .7, .6, .595 }, LOSS_HEART, 40,
		    "by heart" },
		{ { .6, .5, .5, .5 }, { .8, .7, .6, .595 }, LOSS_FLAT, 40,
		    "flat" },
	};
	struct curve_point v[16];
	struct loss_summary s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		loss_read(&s, v, losses(v, cases[i].train, cases[i].eval));
		assert_int_equal(s.trend, cases[i].trend);
		assert_int_equal(s.best_step, cases[i].best);
		assert_non_null(strstr(loss_advice(&s), cases[i].says));
	}
	loss_read(&s, NULL, 0);
	assert_int_equal(s.evals, 0);
	assert_true(isnan(s.best_loss) && isnan(s.loss));
	assert_string_equal(loss_advice(&s), "");
}

/* ---- the learning curve as it is kept ---- */

static void
test_learning(void **state)
{
	struct learn_point points[2] = { { 20, .4, { .3, .5 } },
		{ 90, .8, { NAN, NAN } } };
	struct learn_curve c = { .n = 100, .npoints = 2, .point = points,
		.more = 50, .gain = -.004, .gain_ci = { -.0126, .03 } };
	struct curve_point *rows;
	struct buf b = BUF_INIT;
	struct learning l;
	size_t n;

	(void)state;
	rows = learning_rows(&c, &n);
	learning_read(&l, rows, n);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.labels, 100);
	assert_true(l.x[1] == 90 && l.f1[1] == .8 && isnan(l.lo[1]));
	assert_true(l.x[0] == 20 && l.lo[0] == .3 && l.hi[0] == .5);
	learning_words(&l, &b);
	assert_string_equal(buf_str(&b), "50 more: about .00 (−.01 to +.03)");
	learning_free(&l);
	free(rows);
	/* without an estimate */
	c.more = 0;
	rows = learning_rows(&c, &n);
	learning_read(&l, rows, n);
	buf_clear(&b);
	learning_words(&l, &b);
	assert_int_equal(b.len, 0);
	assert_int_equal(l.more, 0);
	learning_free(&l);
	free(rows);
	buf_free(&b);
	learning_read(&l, NULL, 0);
	assert_int_equal(l.labels, 0);
	learning_free(&l);
}

/* ---- axes ---- */

static void
test_axes(void **state)
{
	static const struct {
		double lo, hi;
		int most, n;
		double first, last;
		int decimals;
	} cases[] = {
		{ 0, 1, 6, 6, 0, 1, 1 },
		{ 0, 1, 5, 3, 0, 1, 1 },
		{ 0.3, 1.1, 4, 4, 0.4, 1.0, 1 },
		{ 16, 720, 5, 3, 200, 600, 0 },
		{ 1, 3, 10, 5, 1, 3, 1 },
		{ -0.05, 0.05, 5, 5, -0.04, 0.04, 2 },
		{ 0.812, 0.816, 5, 5, 0.812, 0.816, 3 },
		{ 5, 5, 4, 3, 5, 6, 1 },
		{ 0, 1e6, 6, 6, 0, 1e6, 0 },
	};
	struct axis a;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		axis_of(&a, cases[i].lo, cases[i].hi, cases[i].most);
		assert_int_equal(a.n, cases[i].n);
		assert_int_equal(a.decimals, cases[i].decimals);
		assert_true(fabs(axis_mark(&a, 0) - cases[i].first) < 1e-9);
		assert_true(fabs(axis_mark(&a, a.n - 1) - cases[i].last) <
		    1e-9);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_axes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
