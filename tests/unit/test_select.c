#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/err.h"
#include "tagtiger/rng.h"
#include "tagtiger/select.h"

static struct err err;

static struct selected
next(const struct candidates *c, const struct select_opts *o)
{
	struct selected s;

	if (select_next(&s, c, o, &err) < 0)
		fail_msg("%s", err.text);
	return s;
}

static void
test_names(void **state)
{
	enum select_mode m;

	(void)state;
	for (int i = SELECT_SEQUENTIAL; i <= SELECT_MAXPROB; i++) {
		assert_int_equal(select_mode_parse(select_mode_name(
		    (enum select_mode)i), &m), 0);
		assert_int_equal(m, i);
	}
	assert_int_equal(select_mode_parse("deterministic", &m), 0);
	assert_int_equal(m, SELECT_SEQUENTIAL);
	assert_int_equal(select_mode_parse("best", &m), -1);
	assert_null(select_mode_name((enum select_mode)99));
}

static void
test_sequential(void **state)
{
	uint8_t may[] = { 0, 0, 1, 0, 1 };
	struct candidates c = { .n = 5, .eligible = may };
	struct select_opts o = { .mode = SELECT_SEQUENTIAL, .label = -1 };
	struct selected s = next(&c, &o);

	(void)state;
	assert_int_equal(s.how, PICK_ORDER);
	assert_int_equal(s.index, 2);
	assert_int_equal(s.eligible, 2);
	assert_true(isnan(s.score) && isnan(s.inclusion));
	may[2] = 0;
	assert_int_equal(next(&c, &o).index, 4);
	may[4] = 0;
	assert_int_equal(next(&c, &o).how, PICK_NONE);
	c.eligible = NULL;
	assert_int_equal(next(&c, &o).index, 0);
	c.n = 0;
	assert_int_equal(next(&c, &o).how, PICK_NONE);
}

/* Each eligible text as often as any other (chi-squared, 19 degrees of
 * freedom: 43.8 is passed once in a thousand), none of the others. */
static void
test_random(void **state)
{
	enum { N = 40, DRAWS = 20000 };
	uint8_t may[N];
	int count[N] = { 0 };
	struct candidates c = { .n = N, .eligible = may };
	struct select_opts o = { .mode = SELECT_RANDOM, .label = -1,
		.seed = 12 };
	double chi = 0, expected = DRAWS / 20.;

	(void)state;
	for (int i = 0; i < N; i++)
		may[i] = (uint8_t)(i % 2);
	for (o.draw = 0; o.draw < DRAWS; o.draw++) {
		struct selected s = next(&c, &o);

		assert_int_equal(s.how, PICK_CHANCE);
		assert_true(s.inclusion == 1 / 20.);
		count[s.index]++;
	}
	for (int i = 0; i < N; i++) {
		if (!may[i])
			assert_int_equal(count[i], 0);
		else
			chi += (count[i] - expected) * (count[i] - expected) /
			    expected;
	}
	assert_true(chi < 43.8);
	o.draw = 5;
	assert_int_equal(next(&c, &o).index, next(&c, &o).index);
}

/* Of one text, where there is no other to choose from. */
static double
score_of(const struct candidates *c, const struct select_opts *o, size_t i)
{
	struct candidates one = *c;
	uint8_t may[4] = { 0 };

	may[i] = 1;
	one.eligible = may;
	return next(&one, o).score;
}

/* Entropies by hand: of (.5,.5,0), (1/3,1/3,1/3), (1,0,0), (.6,.2,.2). */
static void
test_active(void **state)
{
	float p[] = { .5f, .5f, 0, 1 / 3.f, 1 / 3.f, 1 / 3.f, 1, 0, 0, .6f,
		.2f, .2f };
	uint8_t may[] = { 1, 1, 1, 1 };
	struct candidates c = { .n = 4, .eligible = may, .prob = p, .k = 3 };
	struct select_opts o = { .mode = SELECT_ACTIVE, .label = -1 };
	struct selected s = next(&c, &o);

	(void)state;
	assert_int_equal(s.how, PICK_SCORE);
	assert_int_equal(s.index, 1);
	assert_true(fabs(s.score - log(3)) < 1e-6);
	assert_true(isnan(s.inclusion));
	assert_int_equal(s.label, -1);
	may[1] = 0;
	s = next(&c, &o);
	assert_int_equal(s.index, 3);
	assert_true(fabs(s.score - .9502705) < 1e-6);
	assert_true(fabs(score_of(&c, &o, 0) - log(2)) < 1e-6);
	assert_true(score_of(&c, &o, 2) == 0);
	memset(may, 1, sizeof may);
	/* By label 0: .5 is as uncertain as can be. */
	o.label = 0;
	s = next(&c, &o);
	assert_int_equal(s.index, 0);
	assert_true(fabs(s.score - log(2)) < 1e-6);
	/* Multi-label: the mean of the binary entropies. */
	o.label = -1;
	c.multilabel = true;
	assert_true(fabs(score_of(&c, &o, 0) - 2 * log(2) / 3) < 1e-6);
	assert_true(fabs(score_of(&c, &o, 1) - .6365142) < 1e-6);
	assert_true(fabs(score_of(&c, &o, 3) - (.6730117 + 2 * .5004024) / 3) <
	    1e-6);
}

static void
test_maxprob(void **state)
{
	float p[] = { .5f, .4f, .1f, .2f, .7f, .1f, .3f, .3f, .4f };
	struct candidates c = { .n = 3, .prob = p, .k = 3 };
	struct select_opts o = { .mode = SELECT_MAXPROB, .label = -1 };
	struct selected s = next(&c, &o);

	(void)state;
	assert_int_equal(s.index, 1);
	assert_int_equal(s.label, 1);
	assert_true(s.score == (double).7f);
	o.label = 2;
	s = next(&c, &o);
	assert_int_equal(s.index, 2);
	assert_int_equal(s.label, 2);
	assert_true(s.score == (double).4f);
	o.label = 3;
	assert_int_equal(select_next(&s, &c, &o, &err), -1);
	assert_int_equal(err.status, ERR_NAME);
	o.label = -1;
	c.prob = NULL;
	assert_int_equal(select_next(&s, &c, &o, &err), -1);
	assert_non_null(strstr(err.text, "train"));
}

/* Of equal texts each wins for some seed, and as often as any other. */
static void
test_ties(void **state)
{
	enum { N = 10, SEEDS = 10000 };
	float p[N * 2];
	int count[N] = { 0 };
	struct candidates c = { .n = N, .prob = p, .k = 2 };
	struct select_opts o = { .mode = SELECT_ACTIVE, .label = -1 };

	(void)state;
	for (int i = 0; i < N * 2; i++)
		p[i] = .5f;
	for (o.seed = 0; o.seed < SEEDS; o.seed++)
		count[next(&c, &o).index]++;
	for (int i = 0; i < N; i++) /* 6 standard deviations */
		assert_in_range(count[i], SEEDS / N - 180, SEEDS / N + 180);
	o.seed = 77;
	assert_int_equal(next(&c, &o).index, next(&c, &o).index);
}

/* Rows without a prediction: last, and then by chance. */
static void
test_missing(void **state)
{
	float p[] = { NAN, NAN, .9f, .1f, NAN, NAN, 1, 0 };
	uint8_t may[] = { 1, 1, 1, 1 };
	struct candidates c = { .n = 4, .eligible = may, .prob = p, .k = 2 };
	struct select_opts o = { .mode = SELECT_ACTIVE, .label = -1 };
	struct selected s;
	int count[4] = { 0 };

	(void)state;
	assert_int_equal(next(&c, &o).index, 1);
	may[1] = 0;
	assert_int_equal(next(&c, &o).index, 3);
	may[3] = 0;
	for (o.draw = 0; o.draw < 200; o.draw++) {
		s = next(&c, &o);
		assert_int_equal(s.how, PICK_UNSCORED);
		assert_true(s.inclusion == .5 && isnan(s.score));
		count[s.index]++;
	}
	assert_int_equal(count[0] + count[2], 200);
	assert_in_range(count[0], 60, 140);
}

/* The share of chance draws is as asked, and says so. */
static void
test_audit(void **state)
{
	enum { N = 30, DRAWS = 10000 };
	float p[N * 2];
	int chance = 0, hit[N] = { 0 };
	struct candidates c = { .n = N, .prob = p, .k = 2 };
	struct select_opts o = { .mode = SELECT_ACTIVE, .label = -1,
		.seed = 4, .audit = .2 };

	(void)state;
	for (int i = 0; i < N; i++) {
		p[2 * i] = i == 9 ? .5f : .9f;
		p[2 * i + 1] = 1 - p[2 * i];
	}
	for (o.draw = 0; o.draw < DRAWS; o.draw++) {
		struct selected s = next(&c, &o);

		if (s.how == PICK_AUDIT) {
			chance++;
			hit[s.index]++;
			assert_true(fabs(s.inclusion - .2 / N) < 1e-15);
		} else {
			assert_int_equal(s.how, PICK_SCORE);
			assert_int_equal(s.index, 9);
			assert_true(isnan(s.inclusion));
		}
	}
	assert_in_range(chance, 2000 - 200, 2000 + 200); /* 5 sd */
	for (int i = 0; i < N; i++)
		assert_in_range(hit[i], 67 - 45, 67 + 45);
	o.audit = 2;
	assert_int_equal(select_next(&(struct selected){ 0 }, &c, &o, &err),
	    -1);
}

/* The order gives what select_next gives, pick after pick, with texts that
 * come back and others that have no prediction. */
static void
order_walk(struct candidates *c, uint8_t *may, struct select_opts o)
{
	struct select_order *order = select_order_new(c, &o, &err);
	size_t left = c->n, back = c->n;
	struct selected a, b;

	assert_non_null(order);
	memset(may, 1, c->n);
	for (o.draw = 0; left > 0; o.draw++) {
		a = next(c, &o);
		assert_int_equal(select_order_next(order, may, left, o.draw,
		    o.audit, &b, &err), 0);
		assert_int_equal(a.how, b.how);
		assert_int_equal(a.index, b.index);
		assert_int_equal(a.label, b.label);
		assert_int_equal(a.eligible, b.eligible);
		assert_true(a.score == b.score ||
		    (isnan(a.score) && isnan(b.score)));
		assert_true(a.inclusion == b.inclusion ||
		    (isnan(a.inclusion) && isnan(b.inclusion)));
		may[b.index] = 0;
		left--;
		if (o.draw % 7 == 3) /* an earlier one is undone, once */
			back = b.index;
		if (o.draw % 7 == 6 && o.draw < c->n && back < c->n) {
			may[back] = 1;
			left++;
			select_order_again(order, back);
			back = c->n;
		}
	}
	assert_int_equal(select_order_next(order, may, 0, 0, 0, &b, &err), 0);
	assert_int_equal(b.how, PICK_NONE);
	select_order_free(order);
}

static void
test_order(void **state)
{
	enum { N = 1300, K = 5 };
	float *p = calloc(N * K, sizeof *p);
	uint8_t *may = malloc(N);
	struct candidates c = { .n = N, .eligible = may, .prob = p, .k = K };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 8);
	for (size_t i = 0; i < N; i++) {
		float sum = 0;

		for (size_t j = 0; j < K; j++) /* few values: many ties */
			sum += p[i * K + j] = 1 + (float)rng_below(&rng, 3);
		for (size_t j = 0; j < K; j++)
			p[i * K + j] = i % 50 == 0 ? NAN : p[i * K + j] / sum;
	}
	for (int mode = SELECT_ACTIVE; mode <= SELECT_MAXPROB; mode++)
		for (int label = -1; label < 2; label++)
			for (int multi = 0; multi < 2; multi++) {
				c.multilabel = multi;
				order_walk(&c, may, (struct select_opts){
				    .mode = (enum select_mode)mode,
				    .label = label, .seed = 3,
				    .audit = mode == SELECT_ACTIVE ? .1 : 0 });
			}
	assert_null(select_order_new(&c, &(struct select_opts){
	    .mode = SELECT_RANDOM }, &err));
	free(may);
	free(p);
}

/* More labels than a block has room for. */
static void
test_wide(void **state)
{
	enum { K = 5000 };
	float *p = calloc(2 * K, sizeof *p);
	struct candidates c = { .n = 2, .prob = p, .k = K };
	struct select_opts o = { .mode = SELECT_ACTIVE, .label = -1 };
	struct selected s;

	(void)state;
	p[0] = 1;
	for (int j = 0; j < K; j++)
		p[K + j] = 1.f / K;
	s = next(&c, &o);
	assert_int_equal(s.index, 1);
	assert_true(fabs(s.score - log(K)) < 1e-4);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_sequential),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_active),
		cmocka_unit_test(test_maxprob),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
