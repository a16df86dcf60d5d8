/*
 * Copies of the project file: backups, made while others work, and snapshots,
 * which are backups in the project's folder that are kept for a while.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/file.h"
#include "tagtiger/job.h"
#include "priv.h"

/* An empty file that only this account may open, which will be `target`. */
static int
file_private(const char *path, const char *target, struct err *err)
{
	int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_set_errno(err, "%s: cannot write in this folder",
		    target);
	close(fd);
	return 0;
}

struct backup {
	struct project *from;
	sqlite3 *to;
	sqlite3_backup *run;
	int pages; /* a step */
	int rc, os; /* SQLite's number, and the system's */
};

/* In the store lane: through the connection that writes, what this process
 * writes meanwhile goes into the copy too, instead of starting it afresh. */
static int
backup_step(struct project *writer, void *arg, struct err *err)
{
	struct backup *b = arg;

	if (b->run == NULL)
		b->run = sqlite3_backup_init(b->to, "main", writer->db,
		    "main");
	if (b->run == NULL)
		return err_set(err, "cannot begin the copy: %s",
		    sqlite3_errmsg(b->to));
	b->rc = sqlite3_backup_step(b->run, b->pages);
	b->os = system_errno(b->to);
	return 0;
}

static int
backup_finish(struct project *writer, void *arg, struct err *err)
{
	struct backup *b = arg;

	(void)writer;
	(void)err;
	sqlite3_backup_finish(b->run);
	b->run = NULL;
	return 0;
}

static int
backup_copy(struct project *p, struct backup *b, const char *target,
    struct progress *progress, struct err *err)
{
	static const struct timespec nap = { .tv_nsec = 2000000 };
	int remaining = 0, restarts = 0, total;

	b->pages = 128;
	progress_phase(progress, "copying", 0);
	do {
		if (project_write(p, backup_step, b, err) < 0)
			return -1;
		total = sqlite3_backup_pagecount(b->run);
		if (b->rc == SQLITE_BUSY || b->rc == SQLITE_LOCKED) {
			if (restarts++ > 2500)
				return err_set_status(err, ERR_DENIED, "%s: "
				    "busy: try again in a moment", p->path);
			nanosleep(&nap, NULL);
			continue;
		}
		/* Another process wrote, and the copy began afresh. When
		 * that goes on, the rest is done in one step. */
		if (sqlite3_backup_remaining(b->run) > remaining &&
		    remaining > 0 && ++restarts > 5)
			b->pages = -1;
		remaining = sqlite3_backup_remaining(b->run);
		if (progress != NULL) {
			atomic_store(&progress->total, (size_t)total);
			atomic_store(&progress->step,
			    (size_t)(total - remaining));
		}
		if (progress_cancelled(progress))
			return progress_stopped(err);
	} while (b->rc == SQLITE_OK || b->rc == SQLITE_BUSY ||
	    b->rc == SQLITE_LOCKED);
	if (b->rc == SQLITE_DONE)
		return 0;
	errno = (b->rc & 0xff) == SQLITE_FULL ? ENOSPC : b->os;
	if ((b->rc & 0xff) == SQLITE_FULL || (b->rc & 0xff) == SQLITE_IOERR)
		return err_set_errno(err, "%s: cannot be written", target);
	return err_set(err, "%s: cannot copy: %s", target,
	    sqlite3_errstr(b->rc));
}

int
copy_room(const char *from, const char *target, struct err *err)
{
	struct stat st;

	if (stat(from, &st) < 0)
		return err_set_errno(err, "%s", from);
	return file_room(target, (double)st.st_size, err);
}

int
project_backup(struct project *p, const char *target,
    struct progress *progress, struct err *err)
{
	struct backup b = { .from = p };
	char *real = path_real(target, err), *temporary = NULL;
	bool made = false;
	int rc = -1;

	if (real == NULL)
		return -1;
	if (path_unused(real, err) < 0)
		goto out;
	temporary = temporary_name(real);
	if (copy_room(p->path, real, err) < 0)
		goto out;
	if (file_private(temporary, real, err) < 0)
		goto out;
	made = true;
	/* The copy is for those for whom the project is. */
	if (access_like(temporary, p->path, err) < 0)
		goto out;
	if (sqlite3_open_v2(temporary, &b.to,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		err_set(err, "%s: %s", temporary, sqlite3_errmsg(b.to));
		goto out;
	}
	sqlite3_exec(b.to, "PRAGMA synchronous = OFF;"
	    "PRAGMA journal_mode = MEMORY", NULL, NULL, NULL);
	rc = backup_copy(p, &b, real, progress, err);
	if (b.run != NULL)
		project_write(p, backup_finish, &b, NULL);
	sqlite3_close(b.to);
	b.to = NULL;
	if (rc == 0)
		rc = path_publish(temporary, real, err);
out:
	sqlite3_close(b.to);
	if (rc < 0 && made)
		unlink(temporary);
	free(temporary);
	free(real);
	return rc;
}

int
copy_closed(const char *from, const char *to, struct err *err)
{
	sqlite3 *a = NULL, *b = NULL;
	sqlite3_backup *run = NULL;
	int rc;

	if (copy_room(from, to, err) < 0 || file_private(to, to, err) < 0)
		return -1;
	rc = sqlite3_open_v2(from, &a, SQLITE_OPEN_READONLY, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(to, &b, SQLITE_OPEN_READWRITE, NULL);
	if (rc == SQLITE_OK)
		run = sqlite3_backup_init(b, "main", a, "main");
	if (run != NULL) {
		sqlite3_busy_timeout(a, PATIENCE_MS);
		sqlite3_backup_step(run, -1);
		rc = sqlite3_backup_finish(run);
	} else if (rc == SQLITE_OK) {
		rc = sqlite3_errcode(b);
	}
	sqlite3_close(b);
	sqlite3_close(a);
	return rc == SQLITE_OK ? 0 : err_set(err, "%s: cannot be copied: %s",
	    from, sqlite3_errstr(rc));
}

/* ---- snapshots ---- */

#define STAMP "20261126T110500.123Z" /* UTC, to the millisecond */
#define STAMP_LEN (sizeof STAMP - 1)

/* The time of "20261126T110500.123Z-drop-test.tiger" in ms, or -1. */
static int64_t
stamp_read(const char *name)
{
	struct tm t = { 0 };
	const char *ms = strptime(name, "%Y%m%dT%H%M%S.", &t);
	char *end;
	long n;

	if (ms == NULL)
		return -1;
	n = strtol(ms, &end, 10);
	return end == ms + 3 && end[0] == 'Z' && end[1] == '-' ?
	    (int64_t)timegm(&t) * 1000 + n : -1;
}

static void
stamp_write(int64_t ms, char out[sizeof STAMP])
{
	time_t s = (time_t)(ms / 1000);
	struct tm t;
	size_t n;

	gmtime_r(&s, &t);
	n = strftime(out, sizeof STAMP, "%Y%m%dT%H%M%S", &t);
	snprintf(out + n, sizeof STAMP - n, ".%03dZ", (int)(ms % 1000));
}

static int
newest_first(const void *a, const void *b)
{
	const struct snapshot *x = a, *y = b;

	return x->time != y->time ? (x->time > y->time ? -1 : 1) :
	    strcmp(x->path, y->path);
}

static void
snapshot_add(struct snapshot **v, size_t *n, size_t *cap, const char *folder,
    const char *name)
{
	int64_t time = stamp_read(name);
	size_t len = strlen(name);
	struct snapshot s;
	struct stat st;

	if (time < 0 || len < STAMP_LEN + 8 ||
	    strcmp(name + len - 6, ".tiger") != 0)
		return;
	s = (struct snapshot){ .time = time,
		.path = xasprintf("%s/%s", folder, name),
		.reason = xstrndup(name + STAMP_LEN + 1,
		    len - STAMP_LEN - 7) };
	if (stat(s.path, &st) == 0)
		s.bytes = st.st_size;
	*v = array_room(*v, *n, cap, sizeof **v);
	(*v)[(*n)++] = s;
}

int
project_snapshots(struct project *p, struct snapshot **out, size_t *n,
    struct err *err)
{
	char *folder = xasprintf("%s/" SNAPSHOTS, p->folder);
	DIR *dir = opendir(folder);
	struct dirent *e;
	size_t cap = 0;
	int rc = 0;

	*out = NULL;
	*n = 0;
	if (dir == NULL && errno != ENOENT)
		rc = err_set_errno(err, "%s", folder);
	while (dir != NULL && (e = readdir(dir)) != NULL)
		snapshot_add(out, n, &cap, folder, e->d_name);
	if (dir != NULL)
		closedir(dir);
	if (*n > 0)
		qsort(*out, *n, sizeof **out, newest_first);
	free(folder);
	return rc;
}

void
project_snapshots_free(struct snapshot *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].path);
		free(v[i].reason);
	}
	free(v);
}

int
project_snapshot_remove(struct project *p, const char *name, struct err *err)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash != NULL ? slash + 1 : name;
	struct snapshot *v;
	bool found = false;
	int rc = 0;
	size_t n;

	if (project_snapshots(p, &v, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n && !found; i++) {
		found = strcmp(strrchr(v[i].path, '/') + 1, base) == 0;
		if (found && unlink(v[i].path) < 0)
			rc = err_set_errno(err, "%s", v[i].path);
	}
	project_snapshots_free(v, n);
	return found ? rc : err_set_status(err, ERR_NAME, "there is no "
	    "snapshot %s: see 'snapshot list'", base);
}

static void
snapshots_expire(struct project *p, int days)
{
	struct snapshot *v;
	size_t n;

	if (days <= 0 || project_snapshots(p, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (v[i].time < now_ms() - (int64_t)days * 24 * 3600 * 1000)
			unlink(v[i].path);
	project_snapshots_free(v, n);
}

int
project_snapshot(struct project *p, const char *reason, int days,
    struct progress *progress, char **path, struct err *err)
{
	char stamp[sizeof STAMP], *name, *target;
	int rc = -1;

	snapshots_expire(p, days);
	stamp_write(now_ms(), stamp);
	name = xasprintf(SNAPSHOTS "/%s-%s.tiger", stamp, reason);
	target = project_file(p, name, err);
	free(name);
	if (target != NULL)
		rc = project_backup(p, target, progress, err);
	if (rc == 0 && path != NULL) {
		*path = target;
		target = NULL;
	}
	free(target);
	return rc;
}
