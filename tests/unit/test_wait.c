/*
 * Another's transaction. A process that works with the file is waited for,
 * for longer than one's patience, and who waits is told for whom; and a second
 * connection of this process, which writes much while the first one waits or
 * does something else.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_test.h"

#include "tagtiger/buf.h"
#include "tagtiger/job.h"
#include "tagtiger/jobrow.h"
#include "tagtiger/tagmany.h"

static int64_t scheme, labels[3];

/* ---- another process ---- */

static struct {
	pid_t pid;
	int ready, release;
	char whom[200];
	int told, over;
} holder;

/* Busy until it is told to go on, with the file in its hands. */
static void
hold(int ready, int release)
{
	struct project *p = project_open(test_path("w.tiger"), PROJECT_WRITE,
	    NULL);
	volatile unsigned spins = 0;
	int64_t job;
	char c;

	if (p == NULL || jobrow_add(p, "import", "import x", &job, NULL) < 0 ||
	    project_begin(p, NULL) < 0 ||
	    annot_flag(p, scheme, 2, true, NULL) < 0 ||
	    write(ready, "", 1) != 1)
		_exit(1);
	while (read(release, &c, 1) < 0)
		spins++;
	project_end(p, 0, NULL);
	project_close(p);
	_exit(0);
}

static void
told(const char *whom)
{
	if (whom == NULL) {
		holder.over++;
		return;
	}
	holder.told++;
	snprintf(holder.whom, sizeof holder.whom, "%s", whom);
	assert_int_equal(write(holder.release, "", 1), 1);
}

static void
start_holder(void)
{
	int ready[2], release[2];
	char c;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe2(release, O_NONBLOCK), 0);
	holder.pid = fork();
	if (holder.pid == 0)
		hold(ready[1], release[0]);
	close(ready[1]);
	holder.ready = ready[0];
	holder.release = release[1];
	assert_int_equal(read(holder.ready, &c, 1), 1);
}

static void
end_holder(void)
{
	int status;

	waitpid(holder.pid, &status, 0);
	assert_int_equal(status, 0);
	close(holder.ready);
	close(holder.release);
}

/* The holder goes on only when the one who waits says that it does. */
static void
test_at_work(void **state)
{
	struct project *p = test_project("w.tiger", 5, &scheme, labels);
	struct project_wait w = { 0 };
	struct buf b = BUF_INIT;
	char process[40];

	(void)state;
	start_holder();
	snprintf(process, sizeof process, "(process %ld)", (long)holder.pid);
	assert_true(project_blocked(p, &w));
	project_holder(p, &b);
	assert_non_null(strstr(buf_str(&b), "import by "));
	assert_non_null(strstr(buf_str(&b), process));
	buf_free(&b);
	project_waits(told);
	project_patience(p, 900); /* one is told after a second */
	OK(annot_flag(p, scheme, 1, true, err));
	assert_int_equal(holder.told, 1);
	assert_int_equal(holder.over, 1);
	assert_non_null(strstr(holder.whom, "import by "));
	assert_non_null(strstr(holder.whom, process));
	project_waits(NULL);
	end_holder();
	assert_false(project_blocked(p, &w));
	test_check(p);
	project_close(p);
}

/* Without patience nobody is waited for, whatever they do. */
static void
test_no_patience(void **state)
{
	struct project *p = test_project("w.tiger", 5, &scheme, labels);
	struct project_wait w = { 0 };

	(void)state;
	start_holder();
	project_patience(p, 0);
	FAILS(annot_flag(p, scheme, 1, true, err), ERR_DENIED, "busy");
	assert_false(project_blocked(p, &w));
	assert_int_equal(write(holder.release, "", 1), 1);
	end_holder();
	OK(annot_flag(p, scheme, 1, true, err));
	project_close(p);
}

/* One that is stopped is not worth it, as soon as that is known. */
static void
test_stopped(void **state)
{
	struct project *p = test_project("w.tiger", 5, &scheme, labels);
	struct project_wait w = { 0 };
	int status;

	(void)state;
	start_holder();
	kill(holder.pid, SIGSTOP);
	waitpid(holder.pid, &status, WUNTRACED);
	project_patience(p, 20);
	while (project_blocked(p, &w))
		;
	FAILS(annot_flag(p, scheme, 1, true, err), ERR_DENIED, "kill -CONT");
	assert_int_equal(write(holder.release, "", 1), 1);
	kill(holder.pid, SIGCONT);
	end_holder();
	OK(annot_flag(p, scheme, 1, true, err));
	project_close(p);
}

/* ---- a second connection ---- */

static bool
tagged(struct project *p, int64_t doc)
{
	struct annot a;
	struct err e = { 0 };
	bool is = annot_get(p, scheme, doc, project_uid(p), &a, &e) == 1;

	if (is)
		annot_free(&a);
	return is;
}

static void
test_second(void **state)
{
	struct project *p = test_project("s.tiger", 50, &scheme, labels), *q;
	struct progress progress = { 0 };
	struct project_wait w = { 0 };
	struct tag t = { .scheme = scheme, .labels = labels, .nlabels = 1 };
	int64_t docs[50], job;
	struct err e = { 0 };
	bool stop = false;
	size_t done;

	(void)state;
	for (int i = 0; i < 50; i++)
		docs[i] = i + 1;
	OK(jobrow_add(p, "tag-all", "tag-all", &job, err));
	q = project_open_writer(p, &progress, &e);
	assert_non_null(q);
	OK(project_begin(q, err));
	OK(tag_many(q, &t, docs, 50, &progress, &done, err));
	/* It is said that others write, not seen what, and a sign of life is
	 * left for later. */
	assert_true(project_blocked(p, &w));
	assert_false(tagged(p, 1));
	FAILS(jobrow_beat(p, job, "tagging", 1, 2, &stop, err), ERR_DENIED, "");
	assert_false(stop);
	/* It can be asked to stop all the same. */
	FAILS(jobrow_ask_stop(p, job + 1, err), ERR_NAME, "no job");
	OK(jobrow_ask_stop(p, job, err));
	FAILS(jobrow_beat(p, job, "tagging", 1, 2, &stop, err), ERR_DENIED, "");
	assert_true(stop);
	OK(project_end(q, 0, err));
	assert_false(project_blocked(p, &w));
	assert_true(tagged(p, 1));
	OK(jobrow_beat(p, job, "tagging", 1, 2, &stop, err));
	assert_true(stop);
	OK(jobrow_end(p, job, JOBROW_DONE, NULL, NULL, err));
	assert_int_equal(access(test_path("s.tiger-data/stop-1"), F_OK), -1);
	project_close(q);
	test_check(p);
	project_close(p);
}

/* Stopped, it leaves nothing; nor does it wait any longer. */
static void
test_second_stopped(void **state)
{
	struct project *p = test_project("s.tiger", 50, &scheme, labels), *q;
	struct progress progress = { 0 };
	struct tag t = { .scheme = scheme, .labels = labels, .nlabels = 1 };
	int64_t docs[50];
	struct err e = { 0 };
	size_t done;

	(void)state;
	for (int i = 0; i < 50; i++)
		docs[i] = i + 1;
	q = project_open_writer(p, &progress, &e);
	assert_non_null(q);
	atomic_store(&progress.cancel, true);
	FAILS(tag_many(q, &t, docs, 50, &progress, &done, err), ERR_FAILED,
	    "stopped as asked");
	assert_false(tagged(p, 1));
	OK(project_begin(p, err));
	FAILS(tag_many(q, &t, docs, 50, &progress, &done, err), ERR_FAILED,
	    "stopped as asked");
	OK(project_end(p, 0, err));
	project_close(q);
	test_check(p);
	project_close(p);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_at_work),
		T(test_no_patience),
		T(test_stopped),
		T(test_second),
		T(test_second_stopped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
