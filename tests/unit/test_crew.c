#include <math.h>
#include "store_test.h"

#include "tagtiger/crew.h"

static void
test_pace(void **state)
{
	const int64_t m = 60 * 1000;
	const int64_t t[] = { 0, 1 * m, 2 * m, 3 * m, 30 * m, 31 * m, 33 * m };
	struct pace p = pace_between(t, 7, 0, INT64_MAX);

	(void)state;
	/* the first of each sitting has no time of its own */
	assert_int_equal(p.tags, 4);
	assert_true(fabs(p.hours - 5 / 60.0) < 1e-9);
	assert_true(isnan(pace_rate(&p)));
	p.tags = 5;
	assert_true(fabs(pace_rate(&p) - 60) < 1e-9);
	p = pace_between(t, 7, 31 * m, INT64_MAX);
	assert_int_equal(p.tags, 1);
	p = pace_between(t, 0, 0, INT64_MAX);
	assert_int_equal(p.tags, 0);
}

static void
give(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    int64_t label)
{
	struct tag t = { .scheme = scheme, .doc = doc, .labels = &label,
		.nlabels = 1, .whose = WHOSE_UID, .uid = uid };

	OK(annot_tag(p, &t, NULL, err));
}

static void
test_agreement(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("crew.tiger", 6, &scheme, l);
	struct tag final = { .scheme = scheme, .doc = 2, .labels = l,
		.nlabels = 1, .whose = WHOSE_FINAL };
	const struct member *m;
	struct crew c;

	(void)state;
	OK(user_add(p, 7, "bob", ROLE_ANNOTATOR, err));
	OK(user_add(p, 8, "carol", ROLE_ANNOTATOR, err));
	OK(crew_read(p, scheme, 0, 0, &c, err));
	assert_int_equal(c.n, 3);
	assert_int_equal(c.annotators, 0);
	assert_true(isnan(c.alpha));
	crew_free(&c);
	/* a a, a b, b b, b b, and one that bob alone tagged */
	give(p, scheme, 1, 7, l[0]);
	give(p, scheme, 1, 8, l[0]);
	give(p, scheme, 2, 7, l[0]);
	give(p, scheme, 2, 8, l[1]);
	give(p, scheme, 3, 7, l[1]);
	give(p, scheme, 3, 8, l[1]);
	give(p, scheme, 4, 7, l[1]);
	give(p, scheme, 4, 8, l[1]);
	give(p, scheme, 5, 7, l[2]);
	OK(annot_tag(p, &final, NULL, err)); /* counts for nobody */
	OK(crew_read(p, scheme, 0, 0, &c, err));
	assert_int_equal(c.annotators, 2);
	assert_int_equal(c.overlap, 4);
	assert_int_equal(c.same, 3);
	assert_true(fabs(c.alpha - (1 - 0.25 / (30 / 56.0))) < 1e-9);
	m = &c.v[0];
	assert_string_equal(m->name, "bob");
	assert_int_equal(m->tagged[SET_TRAIN], 5);
	assert_int_equal(m->labels[0], 2);
	assert_int_equal(m->labels[2], 1);
	assert_int_equal(m->shared, 4);
	assert_int_equal(m->same, 3);
	crew_free(&c);
	project_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_agreement),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
