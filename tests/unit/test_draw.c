/* Which rows go into which set: counts, order of precedence, probabilities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tagtiger/draw.h"
#include "tagtiger/err.h"
#include "tagtiger/rng.h"

#define N 1000

static uint8_t set[N];
static float weight[N];
static bool first[N];
static int32_t stratum[N];

static struct draw
fresh(void)
{
	memset(set, 0, sizeof set);
	return (struct draw){ .n = N, .set = set, .weight = weight };
}

static size_t
count(uint8_t which)
{
	size_t n = 0;

	for (size_t i = 0; i < N; i++)
		n += set[i] == which;
	return n;
}

static void
test_counts(void **state)
{
	struct draw d = fresh();
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1);
	assert_int_equal(draw_set(&d, 2, 100, &rng, NULL, NULL), 0);
	assert_int_equal(draw_set(&d, 3, 300, &rng, NULL, NULL), 0);
	assert_int_equal(draw_set(&d, 1, 600, &rng, NULL, NULL), 0);
	assert_int_equal(count(2), 100);
	assert_int_equal(count(3), 300);
	assert_int_equal(count(0), 0);
	for (size_t i = 0; i < N; i++) {
		float want = set[i] == 2 ? 0.1f :
		    set[i] == 3 ? 300.f / 900 : 1;

		assert_true(weight[i] > want - 1e-6f &&
		    weight[i] < want + 1e-6f);
	}
}

static void
test_too_many(void **state)
{
	struct draw d = fresh();
	struct err err = { 0 };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1);
	assert_int_equal(draw_set(&d, 1, 1001, &rng, NULL, &err), -1);
	assert_int_equal(err.status, ERR_NAME);
	assert_non_null(strstr(err.text, "1,001"));
	assert_non_null(strstr(err.text, "1,000"));
	assert_int_equal(count(1), 0);
}

static void
test_annotated_first(void **state)
{
	struct draw d = fresh();
	struct rng rng;

	(void)state;
	for (size_t i = 0; i < 200; i++)
		first[i * 5] = true;
	d.first = first;
	rng_seed(&rng, 7);
	assert_int_equal(draw_set(&d, 1, 150, &rng, NULL, NULL), 0);
	for (size_t i = 0; i < N; i++)
		if (set[i] == 1) {
			assert_true(first[i]);
			assert_true(weight[i] > 0.749f && weight[i] < 0.751f);
		}
	d = fresh();
	d.first = first;
	assert_int_equal(draw_set(&d, 1, 600, &rng, NULL, NULL), 0);
	for (size_t i = 0; i < N; i++)
		if (first[i])
			assert_int_equal(set[i], 1);
	assert_int_equal(count(1), 600);
}

/* Categories of 700, 250, 45 and 5 rows. */
static void
strata(struct draw *d)
{
	for (size_t i = 0; i < N; i++)
		stratum[i] = i < 700 ? 0 : i < 950 ? 1 : i < 995 ? 2 : 3;
	d->stratum = stratum;
	d->strata = 4;
}

static void
test_equal(void **state)
{
	struct draw d = fresh();
	struct draw_stratum s[4];
	struct rng rng;

	(void)state;
	strata(&d);
	rng_seed(&rng, 3);
	assert_int_equal(draw_set(&d, 3, 100, &rng, s, NULL), 0);
	assert_int_equal(count(3), 100);
	/* The 5 are all taken; 95 are left for three. */
	assert_int_equal(s[3].taken, 5);
	assert_int_equal(s[3].there, 5);
	for (int i = 0; i < 3; i++)
		assert_in_range(s[i].taken, 31, 32);
	assert_int_equal(s[0].taken + s[1].taken + s[2].taken, 95);
	for (size_t i = 995; i < N; i++)
		assert_true(weight[i] == 1);
}

static void
test_proportional(void **state)
{
	struct draw d = fresh();
	struct draw_stratum s[4];
	struct rng rng;

	(void)state;
	strata(&d);
	d.proportional = true;
	rng_seed(&rng, 3);
	assert_int_equal(draw_set(&d, 3, 100, &rng, s, NULL), 0);
	/* Shares 70, 25, 4.5, 0.5: largest remainders, first of equals. */
	assert_int_equal(s[0].taken, 70);
	assert_int_equal(s[1].taken, 25);
	assert_int_equal(s[2].taken, 5);
	assert_int_equal(s[3].taken, 0);
	assert_int_equal(count(3), 100);
}

/* Every row has the same chance: 4,000 draws of 100 of 1,000. */
static void
test_uniform(void **state)
{
	size_t hits[N] = { 0 };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 11);
	for (int round = 0; round < 4000; round++) {
		struct draw d = fresh();

		assert_int_equal(draw_set(&d, 1, 100, &rng, NULL, NULL), 0);
		for (size_t i = 0; i < N; i++)
			hits[i] += set[i];
	}
	/* 400 expected, deviation 19: six of them either way. */
	for (size_t i = 0; i < N; i++)
		assert_in_range(hits[i], 286, 514);
}

static void
test_same_seed(void **state)
{
	uint8_t before[N];
	struct draw d = fresh();
	struct rng rng;

	(void)state;
	rng_seed(&rng, 5);
	draw_set(&d, 1, 500, &rng, NULL, NULL);
	memcpy(before, set, N);
	d = fresh();
	rng_seed(&rng, 5);
	draw_set(&d, 1, 500, &rng, NULL, NULL);
	assert_memory_equal(before, set, N);
	d = fresh();
	rng_seed(&rng, 6);
	draw_set(&d, 1, 500, &rng, NULL, NULL);
	assert_memory_not_equal(before, set, N);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_annotated_first),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_proportional),
		cmocka_unit_test(test_uniform),
		cmocka_unit_test(test_same_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
