/*
 * Another's transaction: whose it is, and waiting for its end. Most last
 * milliseconds. An import may hold the file for a minute: it is waited for as
 * long as its process is at work, and people are told for whom. A process
 * that is stopped, or has done nothing for as long as one's patience lasts, is
 * not waited for any longer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/job.h"
#include "priv.h"

#define NAP_NS	 200000
#define SOON_US	 100000 /* so long one naps shortly */
#define LOOK_US	 250000 /* between two looks at the holder */
#define TELL_US 1000000 /* a wait that people notice */

static project_waits_fn *waits_fn;

void
project_waits(project_waits_fn *fn)
{
	waits_fn = fn;
}

/* The process that holds the file, where the system tells (the file itself
 * must not be opened for this: closing it would drop our own locks). Some
 * file systems have another device there than stat says: then the inode alone
 * counts. 0: not known, as on another machine. */
static long
holder(const struct project *p)
{
	FILE *f = p->path != NULL && p->ino != 0 ? fopen("/proc/locks", "re") :
	    NULL;
	unsigned major_no, minor_no;
	char line[160], how[16];
	unsigned long inode;
	long pid, found = 0;
	bool sure = false;

	while (f != NULL && !sure && fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "%*s %*s %*s %15s %ld %x:%x:%lu", how, &pid,
		    &major_no, &minor_no, &inode) != 5 || pid <= 0 ||
		    strcmp(how, "WRITE") != 0 || inode != p->ino)
			continue;
		found = pid;
		sure = makedev(major_no, minor_no) == p->dev;
	}
	if (f != NULL)
		fclose(f);
	/* One's own lock keeps nobody from going on but for readers. */
	return found == getpid() && sqlite3_txn_state(p->db, NULL) ==
	    SQLITE_TXN_WRITE ? 0 : found;
}

/* ---- what it is doing ---- */

/* The processor's time that it has had, in ticks; -1: it is stopped or gone.
 * *in_disk: it waits for a disk, which takes none. */
static long long
work_of(long pid, bool *in_disk)
{
	unsigned long long user = 0, sys = 0;
	char path[40], line[512], state = '\0', *end;
	FILE *f;

	*in_disk = false;
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	/* Its name may hold spaces and brackets. */
	if (fgets(line, sizeof line, f) != NULL &&
	    (end = strrchr(line, ')')) != NULL)
		sscanf(end + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u"
		    " %llu %llu", &state, &user, &sys);
	fclose(f);
	*in_disk = state == 'D';
	if (state == '\0' || strchr("TtZXx", state) != NULL)
		return -1;
	return (long long)(user + sys);
}

static void
program_of(long pid, char *out, size_t size)
{
	char path[40];
	FILE *f;

	out[0] = '\0';
	snprintf(path, sizeof path, "/proc/%ld/comm", pid);
	f = fopen(path, "re");
	if (f != NULL && fgets(out, (int)size, f) != NULL)
		out[strcspn(out, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
	if (out[0] == '\0')
		snprintf(out, size, "?");
}

static long
owner_of(long pid)
{
	char path[40];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%ld", pid);
	return stat(path, &st) == 0 ? (long)st.st_uid : -1;
}

/* What it does by its row among the jobs, "import"; NULL: it has none, or the
 * file cannot be read now. By a connection of its own: the one that waits is
 * in use. */
static char *
job_of(const struct project *p, long pid)
{
	struct project q = { .path = p->path };
	char *kind = NULL;

	if (db_open(&q, p->path, SQLITE_OPEN_READONLY, NULL) < 0)
		return NULL;
	db_text(&q, SQL_JOB_OF, ARGS(I(pid), S(host_name())), &kind, NULL);
	db_close(&q);
	return kind;
}

/* Names of processes and words of a file are anybody's: they go to a terminal
 * as plain ASCII. */
static void
describe(const struct project *p, long pid, struct buf *out)
{
	size_t start = out->len;
	char program[64], *kind = job_of(p, pid);
	char *who = account_name(owner_of(pid));

	if (kind == NULL)
		program_of(pid, program, sizeof program);
	buf_adds(out, kind != NULL ? kind : program);
	if (who != NULL)
		buf_addf(out, " by %s", who);
	buf_addf(out, " (process %ld)", pid);
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] < ' ' || out->data[i] > '~')
			out->data[i] = '?';
	free(who);
	free(kind);
}

void
project_holder(struct project *p, struct buf *out)
{
	long pid = holder(p);

	if (pid != 0)
		describe(p, pid, out);
	else
		buf_adds(out, "another tagtiger");
}

int
wait_failed(struct project *p, struct err *err)
{
	const char *path = p->path != NULL ? p->path : "project";
	long pid = holder(p);
	char program[64];

	if (progress_cancelled(p->progress))
		return progress_stopped(err);
	if (pid == 0)
		return err_set_status(err, ERR_DENIED, "%s: busy: another "
		    "tagtiger is writing, perhaps on another machine: try "
		    "again in a moment; if that machine went down, its lock "
		    "ends when it is up again", path);
	program_of(pid, program, sizeof program);
	return err_set_status(err, ERR_DENIED, "%s: busy: process %ld (%s, of "
	    "user %ld) is writing: try again in a moment; if it is stopped, "
	    "let it go on (kill -CONT %ld)", path, pid, program,
	    owner_of(pid), pid);
}

/* ---- waiting ---- */

static void
look(struct project *p, struct project_wait *w, int64_t now)
{
	long pid = holder(p);
	bool in_disk = false;
	long long work = pid != 0 ? work_of(pid, &in_disk) : -1;

	w->looked = now;
	if (work >= 0 && (pid != w->pid || work != w->work || in_disk))
		w->worked = now;
	w->pid = pid;
	w->work = work;
}

/* Is it worth to wait longer? */
static bool
worth(struct project *p, struct project_wait *w, int64_t now)
{
	int64_t patience = (int64_t)p->patience * 1000;

	if (p->patience == 0 || progress_cancelled(p->progress))
		return false;
	if (now - w->worked > patience || (now - w->start > LOOK_US &&
	    now - w->looked > LOOK_US))
		look(p, w, now);
	return now - w->worked <= patience;
}

static void
tell(struct project *p, int64_t now)
{
	struct project_wait *w = &p->wait;
	struct buf b = BUF_INIT;

	if (w->told || waits_fn == NULL || w->pid == 0 ||
	    now - w->start <= TELL_US)
		return;
	describe(p, w->pid, &b);
	waits_fn(buf_str(&b));
	buf_free(&b);
	w->told = true;
}

/*
 * SQLite's busy handler. Its own one soon sleeps 25 ms and more at a time,
 * which one would feel at a key.
 */
int
wait_handler(void *arg, int tries)
{
	struct project *p = arg;
	struct project_wait *w = &p->wait;
	int64_t now = monotonic_us();
	struct timespec nap = { .tv_nsec = NAP_NS };

	if (tries == 0) {
		wait_over(p);
		*w = (struct project_wait){ .start = now, .worked = now };
	}
	if (!worth(p, w, now))
		return 0;
	tell(p, now);
	if (now - w->start > SOON_US)
		nap.tv_nsec *= 10;
	nanosleep(&nap, NULL);
	return 1;
}

void
wait_over(struct project *p)
{
	if (p->wait.told && waits_fn != NULL)
		waits_fn(NULL);
	p->wait.told = false;
}

/* Could one write now? */
static bool
idle(struct project *p)
{
	sqlite3_stmt *s;
	int patience = p->patience, rc;

	if (p->readonly || p->depth > 0 ||
	    (s = db_query(p, SQL_BEGIN, NO_ARGS, NULL)) == NULL)
		return true;
	p->patience = 0;
	rc = sqlite3_step(s);
	sqlite3_reset(s);
	p->patience = patience;
	if (!sqlite3_get_autocommit(p->db))
		db_run(p, SQL_ROLLBACK, NO_ARGS, NULL);
	return (rc & 0xff) != SQLITE_BUSY;
}

bool
project_blocked(struct project *p, struct project_wait *w)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	int64_t start = monotonic_us(), now = start;
	bool over = idle(p);

	/* A label's commit is over in no time: one does not come back for it
	 * later. */
	while (!over && w->start == 0 && now - start < SOON_US) {
		nanosleep(&nap, NULL);
		over = idle(p);
		now = monotonic_us();
	}
	if (over)
		return false;
	if (w->start == 0)
		w->start = w->worked = start;
	return worth(p, w, now);
}

int
project_begin_now(struct project *p, struct err *err)
{
	int patience = p->patience, rc;

	p->patience = 0;
	rc = project_begin(p, err);
	p->patience = patience;
	return rc;
}
