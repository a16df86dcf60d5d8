/*
 * Leases: two processes that draw at once never get the same text; and they
 * end with their time, with their process, and where the clock is put back.
 */
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "tagtiger/next.h"
#include "tagtiger/when.h"
#include "store_test.h"

#define MINUTE ((int64_t)60 * 1000)

static int64_t
draw(struct project *p, int64_t scheme, int64_t uid, bool fresh)
{
	struct next_criteria c = NEXT_CRITERIA_INIT;
	struct picker *k = picker_new();
	struct next_pick pick;
	int64_t doc;

	c.scheme = scheme;
	c.mode = SELECT_SEQUENTIAL;
	project_act_as(p, uid);
	OK(next_draw(k, p, &c, fresh, &pick, err));
	doc = pick.doc;
	next_pick_free(&pick);
	picker_free(k);
	return doc;
}

/* ---- the clock ---- */

static void
test_clock(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("clock.tiger", 3, &scheme, l);

	(void)state;
	assert_int_equal(draw(p, scheme, 2001, false), 1);
	assert_int_equal(draw(p, scheme, 2002, false), 2);
	clock_shift(29 * MINUTE);
	assert_int_equal(draw(p, scheme, 2003, false), 3);
	clock_shift(31 * MINUTE); /* the first two have ended */
	assert_int_equal(draw(p, scheme, 2004, false), 1);
	/* Its own again, though others may have had it. */
	assert_int_equal(draw(p, scheme, 2002, false), 2);
	assert_int_equal(draw(p, scheme, 2001, false), 0);
	/* Put back by little: all hold; by hours: none would ever end. */
	clock_shift(26 * MINUTE);
	assert_int_equal(draw(p, scheme, 2005, false), 0);
	clock_shift(-600 * MINUTE);
	assert_int_equal(draw(p, scheme, 2005, false), 1);
	assert_int_equal(draw(p, scheme, 2006, false), 2);
	assert_int_equal(draw(p, scheme, 2007, false), 3);
	assert_int_equal(draw(p, scheme, 2008, false), 0);
	clock_shift(0);
	project_close(p);
}

/* Renewing after the clock was put back makes it an honest lease again. */
static void
test_renew(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("renew.tiger", 2, &scheme, l);

	(void)state;
	lease_stays(p);
	assert_int_equal(draw(p, scheme, 2001, false), 1);
	clock_shift(-600 * MINUTE);
	OK(lease_renew(p, err));
	assert_int_equal(draw(p, scheme, 2002, false), 2);
	clock_shift(-600 * MINUTE + 29 * MINUTE);
	assert_int_equal(draw(p, scheme, 2003, false), 0);
	clock_shift(0);
	project_close(p);
}

/* ---- a process that is gone ---- */

static pid_t
holder(int64_t scheme, bool stays)
{
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct project *p = project_open(test_path("gone.tiger"),
		    PROJECT_WRITE, NULL);

		if (p == NULL)
			_exit(1);
		if (stays)
			lease_stays(p);
		if (draw(p, scheme, 2001, false) != 1 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void
test_gone(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("gone.tiger", 3, &scheme, l);

	(void)state;
	project_close(p);
	for (int stays = 1; stays >= 0; stays--) {
		pid_t pid = holder(scheme, stays != 0);

		p = project_open(test_path("gone.tiger"), PROJECT_WRITE, NULL);
		assert_non_null(p);
		assert_int_equal(draw(p, scheme, 2002, false), 2);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		/* A command's lease lasts, for the next command. */
		assert_int_equal(draw(p, scheme, 2003, true), stays ? 1 : 3);
		project_act_as(p, 2003);
		OK(lease_release(p, err));
		clock_shift(0);
		project_close(p);
	}
}

/* On another machine one cannot know: until its time is over. */
static void
test_gone_elsewhere(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("gone.tiger", 3, &scheme, l);
	sqlite3 *db;
	pid_t pid;

	(void)state;
	project_close(p);
	pid = holder(scheme, true);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sqlite3_open(test_path("gone.tiger"), &db);
	assert_int_equal(sqlite3_exec(db, "UPDATE lease SET host = 'elsewhere'",
	    NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	p = project_open(test_path("gone.tiger"), PROJECT_WRITE, NULL);
	assert_non_null(p);
	assert_int_equal(draw(p, scheme, 2002, false), 2);
	clock_shift(31 * MINUTE);
	assert_int_equal(draw(p, scheme, 2003, false), 1);
	clock_shift(0);
	project_close(p);
}

/* ---- two at once ---- */

#define TEXTS 3000

static int
work_off(const char *path, int64_t scheme, int64_t label, int64_t uid)
{
	struct next_criteria c = NEXT_CRITERIA_INIT;
	struct project *p = project_open(path, PROJECT_WRITE, NULL);
	struct picker *k = picker_new();
	struct tag t = { .scheme = scheme, .labels = &label, .nlabels = 1 };
	struct next_pick pick;

	if (p == NULL)
		return 1;
	c.scheme = scheme;
	project_act_as(p, uid);
	project_patience(p, 60000);
	if (next_draw(k, p, &c, false, &pick, NULL) < 0)
		return 2;
	while (pick.doc != 0) {
		t.doc = pick.doc;
		next_pick_free(&pick);
		if (next_tag(k, p, &t, &c, &pick, NULL) < 0)
			return 3;
	}
	next_pick_free(&pick);
	picker_free(k);
	project_close(p);
	return 0;
}

static void
test_two(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("two.tiger", TEXTS, &scheme, l);
	char path[256];
	size_t tagged = 0;
	pid_t pid[2];
	int status;

	(void)state;
	snprintf(path, sizeof path, "%s", test_path("two.tiger"));
	project_close(p);
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(work_off(path, scheme, l[i], 2001 + i));
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	p = project_open(path, PROJECT_READ, NULL);
	assert_non_null(p);
	for (int64_t doc = 1; doc <= TEXTS; doc++) {
		struct annot *v;
		size_t n;

		OK(annot_layers(p, scheme, doc, &v, &n, err));
		assert_true(n <= 1);
		tagged += n;
		annot_list_free(v, n);
	}
	/* Each may leave the one that the other had before it. */
	assert_true(tagged >= TEXTS - 1);
	project_close(p);
}

/* Who decides on a text has it before them beside what they tag; nobody else
 * gets it, and a second one who comes to it is told. */
static void
test_ruling(void **state)
{
	int64_t scheme, l[3], holder;
	struct project *p = test_project("rule.tiger", 4, &scheme, l), *other;
	struct lease_held *v;
	size_t n;

	(void)state;
	assert_int_equal(draw(p, scheme, 2001, false), 1);
	OK(lease_aside(p, scheme, LEASE_RULING, 2, &holder, err));
	assert_int_equal(holder, -1);
	assert_int_equal(draw(p, scheme, 2001, false), 1);
	project_act_as(p, 2002);
	OK(lease_held(p, scheme, &v, &n, err));
	assert_int_equal(n, 2);
	free(v);
	assert_int_equal(draw(p, scheme, 2002, false), 3);
	OK(lease_aside(p, scheme, LEASE_RULING, 2, &holder, err));
	assert_int_equal(holder, 2001);
	OK(lease_aside(p, scheme, LEASE_RULING, 4, &holder, err));
	assert_int_equal(holder, -1);
	/* The first one goes on, and lets go of what they had. */
	project_act_as(p, 2001);
	OK(lease_aside(p, scheme, LEASE_RULING, 3, &holder, err));
	assert_int_equal(holder, 2002);
	test_tag(p, scheme, 2, l[0]);
	project_act_as(p, 2002);
	OK(lease_aside(p, scheme, LEASE_RULING, 2, &holder, err));
	assert_int_equal(holder, -1);
	/* Looking again writes nothing. */
	other = project_open(project_path(p), PROJECT_READ, NULL);
	assert_non_null(other);
	project_poll(other, NULL);
	OK(lease_aside(p, scheme, LEASE_RULING, 2, &holder, err));
	assert_int_equal(project_poll(other, NULL), PROJECT_SAME);
	project_close(other);
	/* What was gone to is another's for as long. */
	OK(lease_aside(p, scheme, LEASE_VISIT, 4, &holder, err));
	assert_int_equal(holder, -1);
	project_act_as(p, 2001);
	OK(lease_aside(p, scheme, LEASE_VISIT, 4, &holder, err));
	assert_int_equal(holder, 2002);
	project_act_as(p, 2002);
	OK(lease_aside_end(p, scheme, LEASE_RULING, err));
	project_act_as(p, 2001);
	OK(lease_aside(p, scheme, LEASE_VISIT, 4, &holder, err));
	assert_int_equal(holder, 2002);
	project_act_as(p, 2002);
	OK(lease_aside_end(p, scheme, LEASE_VISIT, err));
	project_act_as(p, 2001);
	OK(lease_aside(p, scheme, LEASE_VISIT, 4, &holder, err));
	assert_int_equal(holder, -1);
	test_check(p);
	project_close(p);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_clock),
		T(test_renew),
		T(test_gone),
		T(test_gone_elsewhere),
		T(test_two),
		T(test_ruling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
