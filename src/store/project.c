#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/job.h"
#include "priv.h"

/* ---- paths ---- */

char *
path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	if (slash == path)
		return xstrdup("/");
	return xstrndup(path, (size_t)(slash - path));
}

static const char *
path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

int
path_sync(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_set_errno(err, "%s", path);
	rc = fsync(fd);
	/* Some file systems cannot sync a folder, and need not. */
	if (rc < 0 && errno != EINVAL && errno != EROFS)
		err_set_errno(err, "%s", path);
	else
		rc = 0;
	close(fd);
	return rc;
}

/* The real folder of a file that need not exist, and its name in there. */
static char *
path_real(const char *path, struct err *err)
{
	char *parent = path_parent(path), *real, *out = NULL;
	const char *last = path_last(path);

	real = realpath(parent, NULL);
	if (real == NULL)
		err_set_status(err, ERR_NAME, "%s: %s", parent,
		    strerror(errno));
	else if (*last == '\0')
		err_set_status(err, ERR_NAME, "%s: is a folder", path);
	else
		out = xasprintf("%s/%s", strcmp(real, "/") == 0 ? "" : real,
		    last);
	free(real);
	free(parent);
	return out;
}

int
path_publish(const char *temporary, const char *target, struct err *err)
{
	char *parent = path_parent(target);
	int rc;

	rc = renameat2(AT_FDCWD, temporary, AT_FDCWD, target,
	    RENAME_NOREPLACE);
	if (rc < 0 && (errno == EINVAL || errno == ENOSYS)) {
		/* The file system has no such rename: a link does as well,
		 * and where there are no links a look has to do. */
		rc = link(temporary, target);
		if (rc == 0)
			unlink(temporary);
		else if (errno != EEXIST && access(target, F_OK) < 0)
			rc = rename(temporary, target);
		else
			errno = EEXIST;
	}
	if (rc < 0 && errno == EEXIST)
		err_set_status(err, ERR_NAME, "%s: exists already: choose "
		    "another name, or remove it first", target);
	else if (rc < 0)
		err_set_errno(err, "%s", target);
	else
		path_sync(parent, NULL);
	free(parent);
	return rc;
}

static struct project *
project_new(char *path_take)
{
	struct project *p = xcalloc(1, sizeof *p);
	const char *last = path_last(path_take);
	size_t len = strlen(last);

	if (len > 6 && strcmp(last + len - 6, ".tiger") == 0)
		len -= 6;
	p->path = path_take;
	p->name = xstrndup(last, len);
	p->folder = xasprintf("%.*s%.*s.tiger-data",
	    (int)(last - path_take), path_take, (int)len, last);
	p->uid = getuid();
	p->patience = PATIENCE_MS;
	return p;
}

static void
project_free(struct project *p)
{
	db_close(p);
	free(p->path);
	free(p->temporary);
	free(p->name);
	free(p->folder);
	free(p);
}

const char *
project_path(const struct project *p)
{
	return p->path;
}

const char *
project_name(const struct project *p)
{
	return p->name;
}

bool
project_writable(const struct project *p)
{
	return p->writer != NULL ? !p->writer->readonly : !p->readonly;
}

int64_t
project_uid(const struct project *p)
{
	return p->uid;
}

int64_t
project_replica(const struct project *p)
{
	return p->replica;
}

void
project_act_as(struct project *p, int64_t uid)
{
	p->uid = uid;
	user_role_refresh(p);
}

void
project_patience(struct project *p, int ms)
{
	p->patience = ms;
}

const char *
project_folder_path(const struct project *p)
{
	return p->folder;
}

/* The data folder is open to whom the project file is: a group that may
 * write the file (or the mask of its ACL) may write the folder. */
static int
folder_make(struct project *p, const char *path, struct err *err)
{
	const char *file = p->temporary != NULL ? p->temporary : p->path;
	struct stat st;

	if (mkdir(path, 0700) < 0) {
		if (errno == EEXIST && stat(path, &st) == 0 &&
		    S_ISDIR(st.st_mode))
			return 0;
		return err_set_errno(err, "%s: cannot make the folder", path);
	}
	if (stat(file, &st) == 0 && (st.st_mode & 060) == 060 &&
	    chmod(path, 0770) < 0)
		return err_set_errno(err, "%s", path);
	return 0;
}

const char *
project_folder(struct project *p, struct err *err)
{
	return folder_make(p, p->folder, err) < 0 ? NULL : p->folder;
}

char *
project_file(struct project *p, const char *name, struct err *err)
{
	char *path = xasprintf("%s/%s", p->folder, name);
	char *s = path + strlen(p->folder);
	int rc = folder_make(p, p->folder, err);

	for (s++; rc == 0 && (s = strchr(s, '/')) != NULL; s++) {
		*s = '\0';
		rc = folder_make(p, path, err);
		*s = '/';
	}
	if (rc == 0)
		return path;
	free(path);
	return NULL;
}

/* ---- creating ---- */

/* Temporary files of creations whose process was killed. They bear its host
 * and number. */
static void
sweep_unfinished(const char *target)
{
	char *parent = path_parent(target);
	char *prefix = xasprintf(".%s.%s.", path_last(target), host_name());
	size_t len = strlen(prefix);
	DIR *dir = opendir(parent);
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char *end;
		long pid;

		if (strncmp(e->d_name, prefix, len) != 0)
			continue;
		pid = strtol(e->d_name + len, &end, 10);
		if (pid <= 0 || strcmp(end, ".new") != 0 ||
		    kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		unlinkat(dirfd(dir), e->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	free(prefix);
	free(parent);
}

static int
folder_is_free(const struct project *p, struct err *err)
{
	/* A folder that is left of another project would be mistaken for
	 * this one's; an empty one does no harm. */
	if (rmdir(p->folder) == 0 || errno == ENOENT)
		return 0;
	return err_set_status(err, ERR_NAME, "%s: is left from another "
	    "project: move or remove it first", p->folder);
}

static int
project_fill(struct project *p, struct err *err)
{
	uint32_t random = 0;
	char *name;
	int rc;

	do {
		if (getrandom(&random, sizeof random, 0) != sizeof random)
			return err_set_errno(err, "cannot get a random number");
		p->replica = random & 0x7fffffff;
	} while (p->replica == 0);
	if (project_begin(p, err) < 0)
		return -1;
	rc = schema_create(p, err);
	if (rc == 0)
		rc = db_run(p, SQL_META_PUT,
		    ARGS(S("replica"), I(p->replica)), err);
	if (rc == 0)
		rc = db_run(p, SQL_META_PUT, ARGS(S("created"), I(now_ms())),
		    err);
	if (rc == 0) {
		name = user_name(p, p->uid);
		rc = db_run(p, SQL_USER_PUT,
		    ARGS(I(p->uid), S(name), I(ROLE_OWNER), I(now_ms())), err);
		free(name);
	}
	p->role = ROLE_OWNER;
	return project_end(p, rc, err);
}

struct project *
project_create(const char *path, struct err *err)
{
	char *target = path_real(path, err), *parent;
	struct project *p;
	int fd;

	if (target == NULL)
		return NULL;
	p = project_new(target);
	parent = path_parent(target);
	if (access(target, F_OK) == 0) {
		err_set_status(err, ERR_NAME, "%s: exists already: choose "
		    "another name, or remove it first", target);
		goto fail;
	}
	if (folder_is_free(p, err) < 0)
		goto fail;
	sweep_unfinished(target);
	p->temporary = xasprintf("%s/.%s.%s.%ld.new", parent,
	    path_last(target), host_name(), (long)getpid());
	unlink(p->temporary);
	fd = open(p->temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_set_errno(err, "%s: cannot write in this folder", parent);
		free(p->temporary);
		p->temporary = NULL;
		goto fail;
	}
	close(fd);
	/* A creation that is cut short leaves nothing to be kept, so nothing
	 * of it is synced before it is published. */
	if (db_open(p, p->temporary, SQLITE_OPEN_READWRITE, err) < 0 ||
	    db_exec(p, "PRAGMA journal_mode = MEMORY", err) < 0 ||
	    db_exec(p, "PRAGMA synchronous = OFF", err) < 0 ||
	    db_exec(p, "PRAGMA locking_mode = EXCLUSIVE", err) < 0 ||
	    db_exec(p, "PRAGMA cache_size = -65536", err) < 0 ||
	    project_fill(p, err) < 0)
		goto fail;
	free(parent);
	return p;
fail:
	free(parent);
	project_abandon(p);
	return NULL;
}

void
project_abandon(struct project *p)
{
	if (p == NULL)
		return;
	db_close(p);
	if (p->temporary != NULL)
		unlink(p->temporary);
	project_free(p);
}

/* How an open project is kept: the journal's way (DESIGN.md, 6), and which
 * file it is. */
static int
project_settle(struct project *p, struct err *err)
{
	struct stat st;

	if (stat(p->path, &st) < 0)
		return err_set_errno(err, "%s", p->path);
	p->dev = st.st_dev;
	p->ino = st.st_ino;
	if (!p->readonly &&
	    (db_exec(p, "PRAGMA journal_mode = DELETE", err) < 0 ||
	    db_exec(p, "PRAGMA synchronous = EXTRA", err) < 0))
		return -1;
	if (p->readonly && db_exec(p, "PRAGMA query_only = ON", err) < 0)
		return -1;
	return db_pragma(p, "PRAGMA data_version", &p->data_version, err);
}

int
project_publish(struct project *p, struct err *err)
{
	int rc = project_begin(p, err);

	if (rc == 0)
		rc = project_end(p, schema_doc_indexes(p, err), err);
	if (rc < 0 || db_exec(p, "PRAGMA optimize", err) < 0)
		return -1;
	db_close(p);
	if (path_sync(p->temporary, err) < 0 ||
	    path_publish(p->temporary, p->path, err) < 0)
		return -1;
	free(p->temporary);
	p->temporary = NULL;
	if (db_open(p, p->path, SQLITE_OPEN_READWRITE, err) < 0)
		return -1;
	return project_settle(p, err);
}

/* ---- opening ---- */

static int
project_look(const char *path, enum project_mode mode, struct err *err)
{
	struct stat st;
	bool write = mode == PROJECT_WRITE;

	if (stat(path, &st) < 0)
		return err_set_status(err,
		    errno == EACCES ? ERR_DENIED : ERR_NAME, "%s: %s", path,
		    errno == EACCES ? "no permission to look into this folder"
				    : strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set_status(err, ERR_NAME,
		    "%s: is a folder, not a project", path);
	if (!S_ISREG(st.st_mode))
		return err_set_status(err, ERR_NAME,
		    "%s: is not a file, hence not a project", path);
	if (access(path, R_OK) < 0)
		return err_set_status(err, ERR_DENIED, "%s: no permission to "
		    "read it: ask its owner to add you (user add)", path);
	if (write && access(path, W_OK) < 0)
		return err_set_status(err, ERR_DENIED, "%s: no permission to "
		    "write it: ask its owner to add you (user add)", path);
	if (st.st_size == 0)
		return err_set_status(err, ERR_NAME,
		    "%s: is empty, hence not a tagtiger project", path);
	return 0;
}

static int
migrate_with_backup(struct project *p, int version, struct err *err)
{
	char *backup = xasprintf("%s.version-%d", p->path, version);
	int rc = 0;

	if (access(backup, F_OK) < 0)
		rc = project_backup(p, backup, NULL, err);
	if (rc == 0)
		rc = schema_migrate(p, version, schema_steps, schema_nsteps,
		    err);
	free(backup);
	return rc;
}

static int
project_recognise(struct project *p, struct err *err)
{
	int64_t application = 0, version = 0;

	if (db_pragma(p, "PRAGMA application_id", &application, err) < 0 ||
	    db_pragma(p, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (application != APPLICATION_ID)
		return err_set_status(err, ERR_NAME,
		    "%s: not a tagtiger project (another program's database)",
		    p->path);
	if (version > SCHEMA_VERSION)
		return err_set(err, "%s: made by a newer tagtiger (file "
		    "version %lld, this one reads up to %d): update tagtiger",
		    p->path, (long long)version, SCHEMA_VERSION);
	if (version < SCHEMA_VERSION && p->readonly)
		return err_set(err, "%s: made by an older tagtiger: open it "
		    "once for writing, so that it is brought up to date",
		    p->path);
	if (version < SCHEMA_VERSION &&
	    migrate_with_backup(p, (int)version, err) < 0)
		return -1;
	if (db_int(p, SQL_META_GET, ARGS(S("replica")), &p->replica,
	    err) != 1 || p->replica <= 0)
		return err_set(err, "%s: damaged: it does not say which work "
		    "copy it is: go on from a backup", p->path);
	return 0;
}

static struct project *
project_connect(struct project *p, int flags, struct err *err)
{
	if (db_open(p, p->path, flags, err) < 0)
		goto fail;
	if (!p->readonly && sqlite3_db_readonly(p->db, "main")) {
		err_set_status(err, ERR_DENIED, "%s: can only be read here",
		    p->path);
		goto fail;
	}
	/* Settings of the journal read the file: first see that it is one. */
	if (project_recognise(p, err) < 0 || project_settle(p, err) < 0)
		goto fail;
	user_role_refresh(p);
	if (p->role == ROLE_NONE) {
		err_set_status(err, ERR_DENIED, "%s: this account is no user "
		    "of the project: ask its owner to add you (user add)",
		    p->path);
		goto fail;
	}
	return p;
fail:
	project_free(p);
	return NULL;
}

struct project *
project_open(const char *path, enum project_mode mode, struct err *err)
{
	struct project *p;
	char *real;

	if (project_look(path, mode, err) < 0)
		return NULL;
	real = realpath(path, NULL);
	if (real == NULL) {
		err_set_errno(err, "%s", path);
		return NULL;
	}
	p = project_new(real);
	p->readonly = mode == PROJECT_READ;
	/* Where one may, opened for writing and kept from it by query_only: a
	 * connection that only may read cannot roll a dead process's journal
	 * back. */
	return project_connect(p, p->readonly && access(p->path, W_OK) < 0
	    ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, err);
}

struct project *
project_open_reader(struct project *writer, struct err *err)
{
	struct project *p;

	if (writer->temporary != NULL) {
		err_set(err, "%s: is being made: nothing else can read it yet",
		    writer->path);
		return NULL;
	}
	p = project_new(xstrdup(writer->path));
	p->readonly = true;
	p->writer = writer;
	p->uid = writer->uid;
	return project_connect(p, access(p->path, W_OK) < 0
	    ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, err);
}

void
project_close(struct project *p)
{
	if (p == NULL)
		return;
	if (p->temporary != NULL)
		project_abandon(p);
	else
		project_free(p);
}

/* ---- writing from elsewhere ---- */

struct write_call {
	struct project *writer;
	int (*fn)(struct project *, void *, struct err *);
	void *arg;
	struct err *err;
};

static int
write_run(void *arg)
{
	struct write_call *c = arg;

	return c->fn(c->writer, c->arg, c->err);
}

int
project_write(struct project *p,
    int (*fn)(struct project *, void *, struct err *), void *arg,
    struct err *err)
{
	struct write_call call = { p->writer, fn, arg, err };

	if (p->writer == NULL)
		return fn(p, arg, err);
	return job_call(JOB_STORE, write_run, &call);
}

/* ---- copies ---- */

struct backup {
	struct project *from;
	sqlite3 *to;
	sqlite3_backup *run;
	int pages; /* a step */
	int rc;
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
	if ((b->rc & 0xff) == SQLITE_FULL || (b->rc & 0xff) == SQLITE_IOERR)
		return err_set(err, "%s: %s: is the disk full?", target,
		    sqlite3_errstr(b->rc));
	return err_set(err, "%s: cannot copy: %s", target,
	    sqlite3_errstr(b->rc));
}

/* The copy is for those for whom the project is. */
static int
backup_file(const struct project *p, const char *temporary, struct err *err)
{
	struct stat st;
	int fd;

	if (stat(p->path, &st) < 0)
		return err_set_errno(err, "%s", p->path);
	fd = open(temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(err, "%s: cannot write there", temporary);
	if ((st.st_mode & 060) != 0 && fchmod(fd, st.st_mode & 0660) < 0) {
		close(fd);
		return err_set_errno(err, "%s", temporary);
	}
	close(fd);
	return 0;
}

int
project_backup(struct project *p, const char *target,
    struct progress *progress, struct err *err)
{
	struct backup b = { .from = p };
	char *real = path_real(target, err), *parent = NULL, *temporary = NULL;
	bool made = false;
	int rc = -1;

	if (real == NULL)
		return -1;
	if (access(real, F_OK) == 0) {
		err_set_status(err, ERR_NAME, "%s: exists already: choose "
		    "another name", real);
		goto out;
	}
	parent = path_parent(real);
	temporary = xasprintf("%s/.%s.%s.%ld.new", parent, path_last(real),
	    host_name(), (long)getpid());
	unlink(temporary);
	if (backup_file(p, temporary, err) < 0)
		goto out;
	made = true;
	if (sqlite3_open_v2(temporary, &b.to,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		err_set(err, "%s: %s", temporary, sqlite3_errmsg(b.to));
		goto out;
	}
	sqlite3_exec(b.to, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	rc = backup_copy(p, &b, real, progress, err);
	if (b.run != NULL)
		project_write(p, backup_finish, &b, NULL);
	sqlite3_close(b.to);
	b.to = NULL;
	if (rc == 0)
		rc = path_sync(temporary, err);
	if (rc == 0)
		rc = path_publish(temporary, real, err);
out:
	sqlite3_close(b.to);
	if (rc < 0 && made)
		unlink(temporary);
	free(temporary);
	free(parent);
	free(real);
	return rc;
}

int
project_vacuum(struct project *p, struct err *err)
{
	if (p->readonly || p->depth > 0)
		return err_set_status(err, ERR_DENIED,
		    "%s: cannot be made smaller now", p->path);
	return db_exec(p, "VACUUM", err);
}

/* ---- sizes, removing ---- */

static _Thread_local struct project_size *walk_size;

static int
walk_count(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	if (type == FTW_F) {
		walk_size->folder += (int64_t)st->st_blocks * 512;
		walk_size->folder_files++;
	}
	return 0;
}

int
project_size(struct project *p, struct project_size *out, struct err *err)
{
	int64_t page = 0, pages = 0, unused = 0;

	memset(out, 0, sizeof *out);
	if (db_pragma(p, "PRAGMA page_size", &page, err) < 0 ||
	    db_pragma(p, "PRAGMA page_count", &pages, err) < 0 ||
	    db_pragma(p, "PRAGMA freelist_count", &unused, err) < 0 ||
	    db_int(p, SQL_SIZE_TEXTS, NO_ARGS, &out->texts, err) < 0 ||
	    db_int(p, SQL_SIZE_LOG, NO_ARGS, &out->log, err) < 0)
		return -1;
	out->file = page * pages;
	out->unused = page * unused;
	walk_size = out;
	nftw(p->folder, walk_count, 16, FTW_PHYS);
	return 0;
}

static int
walk_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
project_remove(const char *path, struct err *err)
{
	static const char *const beside[] = { "-journal", "-wal", "-shm" };
	char *real = realpath(path, NULL), *name;
	struct project *p;
	int rc = 0;

	if (real == NULL)
		return err_set_status(err, ERR_NAME, "%s: %s", path,
		    strerror(errno));
	p = project_new(real);
	if (unlink(real) < 0) {
		rc = err_set_errno(err, "%s: cannot be removed", real);
		goto out;
	}
	for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
		name = xasprintf("%s%s", real, beside[i]);
		unlink(name);
		free(name);
	}
	if (nftw(p->folder, walk_remove, 16, FTW_DEPTH | FTW_PHYS) != 0 &&
	    errno != ENOENT)
		rc = err_set_errno(err, "%s: cannot be removed whole",
		    p->folder);
out:
	project_free(p);
	return rc;
}
