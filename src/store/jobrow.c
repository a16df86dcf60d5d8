#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/jobrow.h"
#include "priv.h"

#define SILENCE_MS (60 * 60 * 1000) /* elsewhere: then it has died */
#define LOG_MOST 4000

static const char *const state_names[] = { "queued", "running", "done",
	"failed", "stopped", "died" };

const char *
jobrow_state_name(enum jobrow_state state)
{
	return (unsigned)state <= JOBROW_DIED ? state_names[state] : "?";
}

/* A number that the kernel draws at each boot: process ids are told apart
 * from those before it. */
static void
boot_id(char out[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, out, 36) : -1;

	out[n == 36 ? 36 : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/* Is the process that a row names still there, as far as one can tell? */
static bool
is_alive(const struct jobrow *j)
{
	int64_t silent = now_ms() - j->heartbeat;
	char boot[40];

	if (j->state != JOBROW_QUEUED && j->state != JOBROW_RUNNING)
		return true;
	if (strcmp(j->host, host_name()) != 0)
		return silent < SILENCE_MS && silent > -SILENCE_MS;
	boot_id(boot);
	if (strcmp(j->boot, boot) != 0)
		return false;
	return !process_gone((long)j->pid, j->host);
}

int
jobrow_add(struct project *p, const char *kind, const char *title,
    int64_t *id, struct err *err)
{
	char boot[40];
	int64_t now = now_ms();
	int rc;

	boot_id(boot);
	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_JOB_PUT, ARGS(S(kind), S(title), S(host_name()),
	    S(boot), I(getpid()), I(p->uid), I(now), I(JOBROW_QUEUED)), err);
	if (rc == 0)
		*id = sqlite3_last_insert_rowid(p->db);
	return project_end(p, rc, err);
}

/* Where a bulk act holds the project, its own among them, nobody can write in
 * its row: a file of this name in the folder asks it to stop. */
static char *
stop_file(const struct project *p, int64_t id)
{
	return xasprintf("%s/stop-%lld", p->folder, (long long)id);
}

static bool
stop_file_there(const struct project *p, int64_t id)
{
	char *path = stop_file(p, id);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void
stop_file_remove(const struct project *p, int64_t id)
{
	char *path = stop_file(p, id);

	unlink(path);
	free(path);
}

static int
stop_file_make(struct project *p, int64_t id, struct err *err)
{
	int64_t asked;
	int fd, row = db_int(p, SQL_JOB_STOP, ARGS(I(id)), &asked, err);
	char *path;

	if (row == 0)
		err_set_status(err, ERR_NAME, "no job %lld is running",
		    (long long)id);
	if (row <= 0 || project_folder(p, err) == NULL)
		return -1;
	path = stop_file(p, id);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0660);
	if (fd < 0)
		err_set_errno(err, "%s: cannot ask it to stop", path);
	else
		close(fd);
	free(path);
	return fd < 0 ? -1 : 0;
}

int
jobrow_beat(struct project *p, int64_t id, const char *phase, int64_t step,
    int64_t total, bool *stop, struct err *err)
{
	int64_t asked = 0;
	int rc;

	if (project_begin_now(p, err) < 0) {
		if (stop != NULL)
			*stop = stop_file_there(p, id);
		return -1;
	}
	rc = db_run(p, SQL_JOB_BEAT, ARGS(I(id), I(now_ms()),
	    S(phase != NULL ? phase : ""), I(step), I(total),
	    I(JOBROW_RUNNING)), err);
	if (rc == 0 && db_int(p, SQL_JOB_STOP, ARGS(I(id)), &asked, err) < 0)
		rc = -1;
	if (stop != NULL)
		*stop = asked != 0 || stop_file_there(p, id);
	return project_end(p, rc, err);
}

static char *
first_lines(const char *s)
{
	size_t len = strlen(s);

	if (len > LOG_MOST)
		for (len = LOG_MOST; len > 0 && s[len - 1] != '\n'; len--)
			;
	return xstrndup(s, len);
}

int
jobrow_end(struct project *p, int64_t id, enum jobrow_state state,
    const char *error, const char *log, struct err *err)
{
	char *kept = log != NULL ? first_lines(log) : NULL;
	int rc;

	stop_file_remove(p, id);
	rc = project_begin(p, err);
	if (rc == 0)
		rc = project_end(p, db_run(p, SQL_JOB_END, ARGS(I(id),
		    I(state), I(now_ms()), S(error != NULL ? error : ""),
		    S(kept != NULL ? kept : "")), err), err);
	free(kept);
	return rc;
}

int
jobrow_ask_stop(struct project *p, int64_t id, struct err *err)
{
	struct project_wait wait = { 0 };
	int rc;

	if (project_blocked(p, &wait))
		return stop_file_make(p, id, err);
	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_JOB_ASK, ARGS(I(id)), err);
	if (rc == 0 && sqlite3_changes(p->db) == 0)
		rc = err_set_status(err, ERR_NAME, "no job %lld is running",
		    (long long)id);
	return project_end(p, rc, err);
}

static void
jobrow_read(sqlite3_stmt *s, struct jobrow *j)
{
	*j = (struct jobrow){
		.id = col_int(s, 0),
		.kind = col_dup(s, 1),
		.title = col_dup(s, 2),
		.host = col_dup(s, 3),
		.boot = col_dup(s, 4),
		.pid = col_int(s, 5),
		.uid = col_int(s, 6),
		.start = col_int(s, 7),
		.heartbeat = col_int(s, 8),
		.end = col_int(s, 9),
		.state = (enum jobrow_state)col_int(s, 10),
		.stop = col_int(s, 11) != 0,
		.phase = col_dup(s, 12),
		.step = col_int(s, 13),
		.total = col_int(s, 14),
		.error = col_dup(s, 15),
		.log = col_dup(s, 16),
	};
	if (!is_alive(j))
		j->state = JOBROW_DIED;
	j->far = strcmp(j->host, host_name()) != 0;
	j->here = !j->far && j->pid == getpid();
}

int
jobrow_list(struct project *p, struct jobrow **out, size_t *n,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_JOB_LIST, NO_ARGS, err);
	struct jobrow *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		jobrow_read(s, &v[count++]);
	}
	if (row < 0) {
		jobrow_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
jobrow_list_free(struct jobrow *j, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(j[i].kind);
		free(j[i].title);
		free(j[i].host);
		free(j[i].boot);
		free(j[i].phase);
		free(j[i].error);
		free(j[i].log);
	}
	free(j);
}

/* Dead ones get their end; and models that none of the living can be training
 * have failed. */
static int
bury(struct project *p, const struct jobrow *v, size_t n, size_t *dead,
    struct err *err)
{
	static const char why[] = "its process ended without a word";
	bool trains = false;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		trains |= v[i].state != JOBROW_DIED && v[i].end == 0 &&
		    strcmp(v[i].kind, "bert") == 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (v[i].state != JOBROW_DIED || v[i].end != 0)
			continue;
		rc = db_run(p, SQL_JOB_END, ARGS(I(v[i].id), I(JOBROW_DIED),
		    I(now_ms()), S(why), S("")), err);
		++*dead;
	}
	if (rc == 0 && !trains)
		rc = db_run(p, SQL_MODEL_DEAD, ARGS(S(why)), err);
	return rc;
}

int
jobrow_sweep(struct project *p, size_t *n, struct err *err)
{
	struct jobrow *list;
	size_t count, marked = 0;
	int64_t open = 0;
	bool dead = false;
	int rc = 0;

	if (n != NULL)
		*n = 0;
	if (db_int(p, SQL_JOB_OPEN, NO_ARGS, &open, err) < 0)
		return -1;
	if (open == 0)
		return 0;
	if (jobrow_list(p, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		dead |= list[i].state == JOBROW_DIED && list[i].end == 0;
	/* Nothing to write: nobody is made to wait. */
	if (dead && (rc = project_begin(p, err)) == 0)
		rc = project_end(p, bury(p, list, count, &marked, err), err);
	jobrow_list_free(list, count);
	if (n != NULL)
		*n = rc == 0 ? marked : 0;
	return rc;
}
