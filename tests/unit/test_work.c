/*
 * Work copies: random acts, undos and merges on a project and two copies of
 * it. After each merge a copy must be what a rebuild from its log gives, and
 * when each has merged the others all must say the same.
 */
#include "tagtiger/work.h"
#include "random_acts.h"

static struct project *
copy_of(struct project *p, const char *name, int ndocs)
{
	int64_t docs[DOCS], number;
	struct work_spec spec = { .docs = docs, .n = (size_t)ndocs,
		.uid = WORK_ANYONE };
	struct project *copy;
	struct err e = { 0 };

	for (int i = 0; i < ndocs; i++)
		docs[i] = i + 1;
	OK(work_export(p, test_path(name), &spec, &number, NULL, err));
	copy = project_open(test_path(name), PROJECT_WRITE, &e);
	if (copy == NULL)
		fail_msg("%s", e.text);
	assert_true(work_is_copy(copy));
	assert_false(work_is_copy(p));
	test_check(copy);
	return copy;
}

/* How many events came. */
static uint64_t
merge(struct project *to, struct project *from)
{
	struct work_merged m;
	uint64_t n;

	project_act_as(to, users[0]);
	OK(work_merge(to, project_path(from), false, NULL, &m, err));
	n = m.events;
	work_merged_free(&m);
	test_check(to);
	OK(work_merge(to, project_path(from), false, NULL, &m, err));
	assert_int_equal(m.events, 0);
	work_merged_free(&m);
	return n;
}

/* Take back some merge, or whatever else; most are refused. */
static void
undo_some_act(struct project *p, struct rng *r)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct undone u = { 0 };
	struct event *e;
	size_t n;

	f.bulk = true;
	f.kind = rng_below(r, 2) ? EVENT_IMPORT : 0;
	OK(history_page(p, &f, &place, 8, &e, &n, err));
	if (n > 0) {
		size_t i = rng_below(r, n);

		history_undo_act(p, e[i].replica, e[i].seq, &u, NULL);
	}
	undone_free(&u);
	history_page_free(e, n);
}

static void
some_acts(struct project *p, struct rng *r)
{
	for (uint64_t left = rng_below(r, 8); left > 0; left--) {
		struct undone u = { 0 };
		uint64_t dice = rng_below(r, 20);

		project_act_as(p, users[rng_below(r, 3)]);
		if (dice < 3)
			history_undo(p, &u, NULL);
		else if (dice < 5)
			history_redo(p, &u, NULL);
		else if (dice < 7)
			undo_some_act(p, r);
		else if (dice < 8)
			OK(session_clear(p, 1, SETS_ALL, NULL, err));
		else
			random_act(p, r);
		undone_free(&u);
	}
	test_check(p);
}

static void
rounds(struct project **p, int n)
{
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				if (i != j)
					merge(p[i], p[j]);
}

static void
converge(uint64_t seed)
{
	struct project *p[3];
	int64_t scheme, labels[3];
	char *a, *b;
	struct rng r;

	rng_seed(&r, seed);
	p[0] = test_project("whole.tiger", DOCS, &scheme, labels);
	OK(user_add(p[0], users[1], "bob", ROLE_MANAGER, err));
	OK(user_add(p[0], users[2], "eve", ROLE_MANAGER, err));
	project_act_as(p[0], 4000); /* whose act nobody takes back */
	OK(scheme_add(p[0], "kept", SCHEME_MULTICLASS, &scheme, err));
	OK(label_add(p[0], scheme, "a", NULL, err));
	some_acts(p[0], &r);
	p[1] = copy_of(p[0], "full.tiger", DOCS);
	some_acts(p[0], &r);
	p[2] = copy_of(p[0], "part.tiger", DOCS / 2);
	for (int step = 0; step < 12; step++) {
		size_t i = rng_below(&r, 3), j = rng_below(&r, 3);

		some_acts(p[rng_below(&r, 3)], &r);
		if (i != j)
			merge(p[i], p[j]);
	}
	rounds(p, 3);
	a = dump(p[0]);
	b = dump(p[1]);
	same(a, b, seed, 0);
	free(b);
	for (int i = 0; i < 3; i++) {
		b = dump(p[i]);
		OK(project_rebuild(p[i], NULL, err));
		test_check(p[i]);
		free(a);
		a = dump(p[i]);
		same(b, a, seed, i + 1);
		free(b);
		project_close(p[i]);
		remove(i == 0 ? test_path("whole.tiger") : i == 1 ?
		    test_path("full.tiger") : test_path("part.tiger"));
	}
	free(a);
}

static void
test_converge(void **state)
{
	const char *more = getenv("TAGTIGER_SEEDS");
	uint64_t seeds = more != NULL ? strtoull(more, NULL, 10) : 12;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		converge(seed);
}

/* A merge taken back, and done again. */
static void
test_undo(void **state)
{
	struct project *p, *copy;
	int64_t scheme, labels[3];
	char *before, *after, *now;
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct undone u;
	struct event *e;
	size_t n;

	(void)state;
	p = test_project("whole.tiger", DOCS, &scheme, labels);
	test_tag(p, scheme, 1, labels[0]);
	copy = copy_of(p, "copy.tiger", 3);
	test_tag(copy, scheme, 1, labels[1]);
	test_tag(copy, scheme, 2, labels[1]);
	assert_int_equal(history_undo(copy, &u, NULL), 1);
	undone_free(&u);
	test_tag(copy, scheme, 3, labels[2]);
	OK(label_add(copy, scheme, "d", NULL, err));
	OK(label_add(p, scheme, "d", NULL, err));
	test_tag(p, scheme, 5, labels[0]);
	before = dump(p);
	assert_int_equal(merge(p, copy), 5);
	after = dump(p);
	f.kind = EVENT_IMPORT;
	OK(history_page(p, &f, &place, 1, &e, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(history_undo_act(p, e->replica, e->seq, &u, NULL), 1);
	undone_free(&u);
	test_check(p);
	now = dump(p);
	same(before, now, 0, 0);
	free(now);
	assert_int_equal(history_redo(p, &u, NULL), 1);
	undone_free(&u);
	test_check(p);
	now = dump(p);
	same(after, now, 0, 1);
	/* Its own undos stay its own. */
	assert_int_equal(history_undo_act(p, e->replica, e->seq, &u, NULL), 1);
	undone_free(&u);
	test_tag(copy, scheme, 2, labels[0]);
	merge(p, copy);
	test_check(p);
	merge(copy, p);
	history_page_free(e, n);
	free(now);
	free(before);
	free(after);
	project_close(copy);
	project_close(p);
}

/* Nothing is written where something is wrong. */
static void
test_refused(void **state)
{
	struct project *p, *copy, *other;
	int64_t scheme, labels[3];
	struct work_merged m;
	struct err e = { 0 };

	(void)state;
	other = test_project("other.tiger", DOCS, &scheme, labels);
	p = test_project("whole.tiger", DOCS, &scheme, labels);
	copy = copy_of(p, "copy.tiger", DOCS);
	FAILS(work_merge(p, project_path(p), false, NULL, &m, err), ERR_NAME,
	    "itself");
	FAILS(work_merge(p, project_path(other), false, NULL, &m, err),
	    ERR_NAME, "another project's");
	FAILS(user_add(copy, 2001, "bob", ROLE_MANAGER, err), ERR_DENIED,
	    "work copy");
	assert_null(doc_import_begin(copy, &e));
	/* The same copy goes on at two places. */
	OK(project_backup(copy, test_path("twice.tiger"), NULL, err));
	test_tag(copy, scheme, 1, labels[0]);
	assert_int_equal(merge(p, copy), 1);
	project_close(copy);
	copy = project_open(test_path("twice.tiger"), PROJECT_WRITE, &e);
	assert_non_null(copy);
	test_tag(copy, scheme, 1, labels[1]);
	FAILS(work_merge(p, project_path(copy), false, NULL, &m, err),
	    ERR_FAILED, "differs");
	test_check(p);
	project_close(copy);
	project_close(other);
	project_close(p);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_undo),
		T(test_refused),
		T(test_converge),
	};

	users[0] = getuid();
	users[1] = 2001;
	users[2] = 2002;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
