/*
 * The row of long work in the project: another process asks it to stop, and
 * how it ended is told. And roles: what an account may not do is refused.
 */
#include "store_test.h"

#include "tagtiger/cmd.h"
#include "tagtiger/jobrow.h"

static enum jobrow_state
state_of(struct project *p, int64_t id, char title[200])
{
	enum jobrow_state state = JOBROW_QUEUED;
	struct jobrow *v;
	size_t n;

	OK(jobrow_list(p, &v, &n, err));
	for (size_t i = 0; i < n; i++)
		if (v[i].id == id) {
			state = v[i].state;
			snprintf(title, 200, "%s", v[i].title);
		}
	jobrow_list_free(v, n);
	return state;
}

static struct cmd_call *
parse(const char *line, struct project *p)
{
	struct err err = { 0 };
	struct cmd_call *c = cmd_parse_line(line, false, NULL, &err);

	if (c == NULL)
		fail_msg("%s: %s", line, err.text);
	c->project = p;
	return c;
}

static void
test_stop(void **state)
{
	int64_t scheme, l[3], id;
	struct project *p = test_project("job.tiger", 2, &scheme, l), *other;
	struct progress progress = { 0 };
	struct cmd_call *c = parse("feature add tfidf --name 'a b'", p), *stop;
	struct err e = { 0 };
	char title[200];
	bool stopped;

	(void)state;
	c->progress = &progress;
	cmd_job_open(c);
	id = c->job;
	assert_true(id > 0);
	OK(jobrow_beat(p, id, "training", 0, 0, &stopped, err));
	assert_int_equal(state_of(p, id, title), JOBROW_RUNNING);
	assert_string_equal(title, "feature add tfidf --name 'a b'");
	assert_false(stopped);
	other = project_open(test_path("job.tiger"), PROJECT_WRITE, &e);
	assert_non_null(other);
	stop = parse("job stop", other);
	assert_int_equal(cmd_run(stop), 0);
	cmd_call_free(stop);
	OK(jobrow_beat(p, id, "training", 0, 0, &stopped, err));
	assert_true(stopped);
	atomic_store(&progress.cancel, true);
	err_set(&c->err, "stopped as asked");
	cmd_job_close(c, -1);
	assert_int_equal(state_of(other, id, title), JOBROW_STOPPED);
	stop = parse("job stop", other);
	assert_int_equal(cmd_run(stop), -1);
	assert_int_equal(stop->err.status, ERR_NAME);
	cmd_call_free(stop);
	cmd_call_free(c);
	project_close(other);
	project_close(p);
}

/* What was told stays for whoever looks at the job later. */
static void
test_log(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("log.tiger", 2, &scheme, l);
	struct cmd_call *c = parse("feature add tfidf", p);
	struct jobrow *jobs;
	size_t n;

	(void)state;
	cmd_job_open(c);
	buf_adds(&c->text, "tfidf: 2 texts\n");
	cmd_job_close(c, 0);
	cmd_call_free(c);
	OK(jobrow_list(p, &jobs, &n, err));
	assert_int_equal(jobs[0].state, JOBROW_DONE);
	assert_string_equal(jobs[0].log, "tfidf: 2 texts\n");
	jobrow_list_free(jobs, n);
	project_close(p);
}

static void
run_as(struct project *p, const char *line, enum err_status want)
{
	struct cmd_call *c = parse(line, p);

	cmd_run(c);
	if (c->err.status != want)
		fail_msg("%s: %d, %s", line, c->err.status, c->err.text);
	cmd_call_free(c);
}

static void
test_roles(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("roles.tiger", 3, &scheme, l);

	(void)state;
	OK(user_add(p, 2001, "ann", ROLE_ANNOTATOR, err));
	OK(user_add(p, 2002, "max", ROLE_MANAGER, err));
	project_act_as(p, 2001);
	run_as(p, "next", ERR_NONE);
	run_as(p, "tag d1 a", ERR_NONE);
	run_as(p, "undo", ERR_NONE);
	run_as(p, "skip d2", ERR_NONE);
	run_as(p, "comment d1 x", ERR_NONE);
	run_as(p, "info", ERR_NONE);
	run_as(p, "scheme use default", ERR_NONE);
	run_as(p, "config retrain", ERR_NONE);
	run_as(p, "config retrain 5", ERR_DENIED);
	run_as(p, "label add z", ERR_DENIED);
	run_as(p, "scheme delete default", ERR_DENIED);
	run_as(p, "draw train 1", ERR_DENIED);
	run_as(p, "quick train --features x", ERR_DENIED);
	run_as(p, "delete --yes", ERR_DENIED);
	project_act_as(p, 2002);
	run_as(p, "label add z", ERR_NONE);
	run_as(p, "config retrain 5", ERR_NONE);
	run_as(p, "delete --yes", ERR_DENIED);
	project_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_roles),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
