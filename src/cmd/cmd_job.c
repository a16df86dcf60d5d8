/* job: what runs in the project. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/jobrow.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"
#include "priv.h"

static void
job_tell(struct cmd_call *c, const struct jobrow *j, cJSON *list)
{
	cJSON *o = cJSON_CreateObject();
	char *who = user_name(c->project, j->uid), start[24], heard[24];

	text_time(j->start, start);
	cJSON_AddItemToArray(list, o);
	cJSON_AddItemToObject(o, "job", cjson_int(j->id));
	cJSON_AddStringToObject(o, "kind", j->kind);
	cJSON_AddStringToObject(o, "title", j->title);
	cJSON_AddStringToObject(o, "state", jobrow_state_name(j->state));
	cJSON_AddBoolToObject(o, "stopping", j->stop &&
	    j->state == JOBROW_RUNNING);
	cJSON_AddStringToObject(o, "user", who);
	cJSON_AddStringToObject(o, "host", j->host);
	cJSON_AddItemToObject(o, "pid", cjson_int(j->pid));
	cJSON_AddItemToObject(o, "start", cjson_time(j->start));
	cJSON_AddItemToObject(o, "heartbeat", cjson_time(j->heartbeat));
	cJSON_AddItemToObject(o, "end", cjson_time(j->end));
	cJSON_AddStringToObject(o, "phase", j->phase);
	cJSON_AddItemToObject(o, "step", cjson_int(j->step));
	cJSON_AddItemToObject(o, "total", cjson_int(j->total));
	cJSON_AddStringToObject(o, "error", j->error);
	buf_addf(&c->text, "%4" PRId64 "  %-8s %s  %s  %s", j->id,
	    jobrow_state_name(j->state), start, who, j->title);
	if (j->state == JOBROW_RUNNING && j->total > 0)
		buf_addf(&c->text, "  %s %" PRId64 " %%", j->phase,
		    j->step * 100 / j->total);
	if (j->state <= JOBROW_RUNNING && j->far) {
		text_time(j->heartbeat, heard);
		buf_addf(&c->text, "  (on %s, heard of last at %s)", j->host,
		    heard);
	}
	if (j->state == JOBROW_FAILED && j->error != NULL)
		buf_addf(&c->text, "  %s", j->error);
	buf_addc(&c->text, '\n');
	free(who);
}

static int
job_list_run(struct cmd_call *c)
{
	bool all = cmd_flag(c, "--all");
	size_t n, running = 0, shown = 0;
	struct jobrow *v;
	cJSON *list;

	if (jobrow_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < n; i++) {
		bool live = v[i].state <= JOBROW_RUNNING;

		running += live;
		if (!all && !live && shown >= 20)
			continue;
		shown++;
		job_tell(c, &v[i], list);
	}
	cmd_reply_int(c, "running", (int64_t)running);
	cmd_reply_item(c, "jobs", list);
	if (n == 0)
		buf_adds(&c->text, "no job has run in this project\n");
	jobrow_list_free(v, n);
	return 0;
}

/* The running one, where there is one alone and none is named. */
static const struct jobrow *
job_named(struct cmd_call *c, const struct jobrow *v, size_t n)
{
	const struct jobrow *found = NULL;
	int64_t id = cmd_int(c, "ID");
	size_t live = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].state > JOBROW_RUNNING) {
			if (cmd_given(c, "ID") && v[i].id == id) {
				err_set_status(&c->err, ERR_NAME, "job %"
				    PRId64 " is %s already", id,
				    jobrow_state_name(v[i].state));
				return NULL;
			}
			continue;
		}
		live++;
		if (!cmd_given(c, "ID") || v[i].id == id)
			found = &v[i];
	}
	if (cmd_given(c, "ID") && found == NULL)
		err_set_status(&c->err, ERR_NAME, "there is no job %" PRId64
		    ": see 'job list'", id);
	else if (live == 0)
		err_set_status(&c->err, ERR_NAME, "no job runs");
	else if (!cmd_given(c, "ID") && live > 1)
		err_set_status(&c->err, ERR_USAGE, "%zu jobs run: name one, "
		    "see 'job list'", live);
	else
		return found;
	return NULL;
}

static int
job_stop_run(struct cmd_call *c)
{
	const struct jobrow *job;
	struct jobrow *v;
	int64_t id = 0;
	size_t n;
	int rc = -1;

	if (jobrow_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	job = job_named(c, v, n);
	if (job != NULL && job->uid != project_uid(c->project) &&
	    user_require(c->project, ROLE_MANAGER, &c->err) < 0)
		job = NULL;
	if (job != NULL) {
		id = job->id;
		rc = jobrow_ask_stop(c->project, id, &c->err);
		cmd_reply_int(c, "job", id);
		cmd_reply_str(c, "title", job->title);
		buf_addf(&c->text, "job %" PRId64 " is asked to stop: %s\n",
		    id, job->title);
	}
	jobrow_list_free(v, n);
	return rc;
}

static const struct cmd_param job_list_params[] = {
	{ "--all", .type = CMD_FLAG,
	    .help = "also those that ended long ago" },
	CMD_PARAM_END,
};
static const struct cmd_param job_stop_params[] = {
	{ "ID", .type = CMD_INT, .min = 1, .max = 9e15,
	    .help = "its number; not needed when one job runs" },
	CMD_PARAM_END,
};

static const struct command cmd_jobs = {
	.name = "job list", .group = "People and jobs",
	.params = job_list_params,
	.help = "Running work, of any process, and what has ended",
	.needs_project = true, .run = job_list_run,
};
static const struct command cmd_stop = {
	.name = "job stop", .group = "People and jobs",
	.params = job_stop_params,
	.help = "Ask running work to stop, in whatever process it runs",
	.needs_project = true, .run = job_stop_run, .changes = CHANGES_JOBS,
};

const struct command *const cmds_job[] = { &cmd_jobs, &cmd_stop, NULL };
