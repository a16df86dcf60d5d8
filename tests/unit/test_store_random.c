/*
 * Random acts, undos and redos. By one account: undo and redo must give back
 * exactly what stood before and after each act, for which a stack of dumps is
 * the reference. By several: what stands must be what a rebuild from the log
 * gives after every step, and taking everything back must end at the
 * beginning.
 */
#include "random_acts.h"

static int64_t
acts_in_log(struct project *p)
{
	struct history_filter f = HISTORY_ALL;
	uint64_t n;

	f.bulk = true;
	OK(history_count(p, &f, &n, err));
	return (int64_t)n;
}

/* Counts that follow the log must be those of a fresh count, which is what
 * one gets inside a transaction. */
static void
counts_follow(struct project *p)
{
	struct scheme *s;
	size_t n;

	OK(scheme_list(p, &s, &n, err));
	for (size_t i = 0; i < n; i++) {
		for (int choice = 0; choice < 3; choice++) {
			struct annot_query q = { .scheme = s[i].id,
				.choice = (enum layer_choice)choice,
				.uid = users[1], .sets = SETS_ALL };
			struct annot_counts a, b;

			OK(annot_count(p, &q, &a, err));
			OK(project_begin(p, err));
			OK(annot_count(p, &q, &b, err));
			OK(project_end(p, 0, err));
			assert_int_equal(a.tagged, b.tagged);
			assert_int_equal(a.none, b.none);
			assert_int_equal(a.disagree, b.disagree);
			assert_int_equal(a.nlabels, b.nlabels);
			for (size_t j = 0; j < a.nlabels; j++) {
				assert_int_equal(a.label[j], b.label[j]);
				assert_int_equal(a.count[j], b.count[j]);
			}
			annot_counts_free(&a);
			annot_counts_free(&b);
		}
	}
	scheme_list_free(s, n);
}

/* ---- one account against a stack of dumps ---- */

static void
one_account(uint64_t seed)
{
	enum { STEPS = 120 };
	char *states[STEPS + 1], *now;
	struct rng r;
	int64_t scheme, labels[3], before;
	char name[32];
	struct project *p;
	struct undone u;
	int at = 0, top = 0;

	rng_seed(&r, seed);
	snprintf(name, sizeof name, "one%llu.tiger", (unsigned long long)seed);
	p = test_project(name, DOCS, &scheme, labels);
	states[0] = dump(p);
	for (int step = 0; step < STEPS; step++) {
		uint64_t dice = rng_below(&r, 10);
		int rc;

		if (dice < 3 && at > 0) {
			rc = history_undo(p, &u, NULL);
			assert_int_equal(rc, 1);
			at--;
			undone_free(&u);
		} else if (dice < 5) {
			rc = history_redo(p, &u, NULL);
			assert_int_equal(rc, at < top);
			at += at < top;
			undone_free(&u);
		} else {
			before = acts_in_log(p);
			rc = random_act(p, &r);
			/* Refused, or without effect: no act. */
			if (acts_in_log(p) == before)
				continue;
			assert_int_equal(rc, 0);
			for (int i = at + 1; i <= top; i++)
				free(states[i]);
			states[++at] = dump(p);
			top = at;
		}
		now = dump(p);
		same(states[at], now, seed, step);
		free(now);
		test_check(p);
	}
	for (; at > 0; at--) {
		assert_int_equal(history_undo(p, &u, NULL), 1);
		undone_free(&u);
	}
	now = dump(p);
	same(states[0], now, seed, STEPS);
	free(now);
	OK(project_rebuild(p, NULL, err));
	now = dump(p);
	same(states[0], now, seed, STEPS + 1);
	free(now);
	for (int i = 0; i <= top; i++)
		free(states[i]);
	project_close(p);
}

static void
test_one_account(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++)
		one_account(seed);
}

/* ---- three accounts against the log ---- */

/* A name that is taken has to wait until the other act is taken back. */
static void
undo_everything(struct project *p)
{
	struct undone u;
	bool any = true;

	while (any) {
		any = false;
		for (int i = 0; i < 3; i++) {
			project_act_as(p, users[i]);
			while (history_undo(p, &u, NULL) == 1) {
				any = true;
				undone_free(&u);
			}
		}
	}
}

static void
three_accounts(uint64_t seed)
{
	struct rng r;
	int64_t scheme, labels[3];
	char name[32], *first, *now;
	struct project *p;
	struct undone u;

	rng_seed(&r, seed);
	snprintf(name, sizeof name, "3-%llu.tiger", (unsigned long long)seed);
	p = test_project(name, DOCS, &scheme, labels);
	OK(user_add(p, users[1], "bob", ROLE_MANAGER, err));
	OK(user_add(p, users[2], "eve", ROLE_MANAGER, err));
	project_act_as(p, 4000); /* whose act nobody takes back */
	OK(scheme_add(p, "kept", SCHEME_MULTICLASS, &scheme, err));
	OK(label_add(p, scheme, "a", NULL, err));
	undo_everything(p); /* the scheme that the project began with */
	first = dump(p);
	for (int step = 0; step < 150; step++) {
		uint64_t dice = rng_below(&r, 10);

		project_act_as(p, users[rng_below(&r, 3)]);
		memset(&u, 0, sizeof u);
		if (dice < 3)
			history_undo(p, &u, NULL);
		else if (dice < 5)
			history_redo(p, &u, NULL);
		else
			random_act(p, &r);
		undone_free(&u);
		test_check(p);
		counts_follow(p);
	}
	now = dump(p);
	OK(project_rebuild(p, NULL, err));
	test_check(p);
	undo_everything(p);
	free(now);
	now = dump(p);
	same(first, now, seed, -1);
	free(now);
	free(first);
	test_check(p);
	project_close(p);
}

static void
test_three_accounts(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++)
		three_accounts(seed);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_one_account),
		T(test_three_accounts),
	};

	users[0] = getuid();
	users[1] = 2001;
	users[2] = 2002;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
