#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/file.h"
#include "tagtiger/file.h"
#include "tagtiger/job.h"
#include "tagtiger/jobrow.h"
#include "priv.h"

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
	p->temporary_fd = -1;
	p->uid = getuid();
	p->patience = PATIENCE_MS;
	return p;
}

/* Only when SQLite has let go of the file: closing drops its locks. */
static void
temporary_close(struct project *p)
{
	if (p->temporary_fd >= 0)
		close(p->temporary_fd);
	p->temporary_fd = -1;
}

static void
project_free(struct project *p)
{
	db_close(p);
	temporary_close(p);
	free(p->path);
	free(p->unwritable);
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

const char *
project_unwritable(const struct project *p)
{
	return p->writer != NULL ? p->writer->unwritable : p->unwritable;
}

int64_t
project_uid(const struct project *p)
{
	return p->uid;
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

static int
folder_make(struct project *p, const char *path, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return access_like(path, p->temporary != NULL ? p->temporary :
		    p->path, err) < 0 ? -1 : file_name_sync(path, err);
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return err_set_errno(err, "%s: cannot make the folder", path);
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

static int
folder_is_free(const struct project *p, struct err *err)
{
	/* A folder that is left of another project would be mistaken for
	 * this one's; an empty one does no harm. */
	if (access(p->folder, F_OK) < 0 || rmdir(p->folder) == 0)
		return 0;
	return err_set_status(err, ERR_NAME, "%s: is left from another "
	    "project: move or remove it first", p->folder);
}

/* What is written from now on is a work copy of its own. */
static int
replica_new(struct project *p, struct err *err)
{
	uint32_t random = 0;

	do {
		if (getrandom(&random, sizeof random, 0) != sizeof random)
			return err_set_errno(err, "cannot get a random number");
		p->replica = random & 0x7fffffff;
	} while (p->replica == 0);
	return db_run(p, SQL_META_PUT, ARGS(S("replica"), I(p->replica)), err);
}

static int
project_fill(struct project *p, struct err *err)
{
	char *name;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = schema_create(p, err);
	if (rc == 0)
		rc = replica_new(p, err);
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

	if (target == NULL)
		return NULL;
	p = project_new(target);
	parent = path_parent(target);
	if (path_unused(target, err) < 0)
		goto fail;
	if (folder_is_free(p, err) < 0)
		goto fail;
	p->temporary = temporary_name(target);
	p->temporary_fd = open(p->temporary,
	    O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (p->temporary_fd < 0) {
		err_set_errno(err, "%s: cannot write in this folder", parent);
		free(p->temporary);
		p->temporary = NULL;
		goto fail;
	}
	/* A creation that is cut short leaves nothing to be kept, so nothing
	 * of it is synced before it is published; and what we write ourselves
	 * is not looked over. */
	if (db_open(p, p->temporary, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI,
	    err) < 0 ||
	    db_exec(p, "PRAGMA journal_mode = MEMORY", err) < 0 ||
	    db_exec(p, "PRAGMA synchronous = OFF", err) < 0 ||
	    db_exec(p, "PRAGMA locking_mode = EXCLUSIVE", err) < 0 ||
	    db_exec(p, "PRAGMA foreign_keys = OFF", err) < 0 ||
	    db_exec(p, "PRAGMA cell_size_check = OFF", err) < 0 ||
	    db_exec(p, "PRAGMA secure_delete = OFF", err) < 0 ||
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
		rc = project_end(p, schema_id_index(p, err), err);
	if (rc < 0 || db_exec(p, "PRAGMA analysis_limit = 1000", err) < 0 ||
	    db_exec(p, "PRAGMA optimize", err) < 0)
		return -1;
	db_close(p);
	temporary_close(p);
	if (path_publish(p->temporary, p->path, err) < 0)
		return -1;
	free(p->temporary);
	p->temporary = NULL;
	if (db_open(p, p->path, SQLITE_OPEN_READWRITE, err) < 0)
		return -1;
	return project_settle(p, err);
}

/* ---- opening ---- */

static int
look_to_write(const char *path, struct err *err)
{
	char *parent;
	int rc;

	if (access(path, W_OK) < 0)
		return err_set_status(err, ERR_DENIED, errno == EROFS ?
		    "%s: lies on a read-only file system" :
		    "%s: no permission to write it: ask its owner to add you "
		    "(user add)", path);
	parent = path_parent(path);
	rc = access(parent, W_OK | X_OK);
	if (rc < 0)
		err_set_status(err, ERR_DENIED, "%s: no permission to write "
		    "its folder %s, where a journal is kept while it is "
		    "written: ask the owner of the folder", path, parent);
	free(parent);
	return rc;
}

static int
project_look(const char *path, enum project_mode mode, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set_status(err,
		    errno == EACCES ? ERR_DENIED : ERR_NAME, "%s: %s", path,
		    errno == EACCES ? "no permission to look into this folder: ask the "
				      "project's owner to add you (user add)"
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
	if (st.st_size == 0)
		return err_set_status(err, ERR_NAME,
		    "%s: is empty, hence not a tagtiger project", path);
	return mode == PROJECT_WRITE ? look_to_write(path, err) : 0;
}

/* Beside those of that name which lie there: of this project restored and
 * migrated before, maybe. */
static char *
version_name(const struct project *p, int version)
{
	char *name = xasprintf("%s.version-%d", p->path, version);

	for (int i = 2; access(name, F_OK) == 0; i++) {
		free(name);
		name = xasprintf("%s.version-%d-%d", p->path, version, i);
	}
	return name;
}

static int
migrate_with_backup(struct project *p, int version, struct err *err)
{
	char *backup = version_name(p, version);
	int rc = project_settle(p, err);

	/* Who opens it at the same time may have made it meanwhile. */
	if (rc == 0 && project_backup(p, backup, NULL, err) < 0 &&
	    access(backup, F_OK) < 0)
		rc = -1;
	if (rc == 0)
		rc = schema_migrate(p, schema_steps, schema_nsteps, err);
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

/* What killed processes left. */
static void
sweep(struct project *p)
{
	char *parent = path_parent(p->path);

	jobrow_sweep(p, NULL, NULL);
	temporary_sweep(parent, 0);
	temporary_sweep(p->folder, 2);
	free(parent);
}

static struct project *
project_connect(struct project *p, int flags, struct err *err)
{
	if (db_open(p, p->temporary != NULL ? p->temporary : p->path, flags,
	    err) < 0)
		goto fail;
	if (!p->readonly && sqlite3_db_readonly(p->db, "main")) {
		err_set_status(err, ERR_DENIED, "%s: can only be read here",
		    p->path);
		goto fail;
	}
	/* Settings of the journal read the file: first see that it is one. */
	if (project_recognise(p, err) < 0 || project_settle(p, err) < 0 ||
	    work_account(p, err) < 0)
		goto fail;
	/* Where it cannot be read, check tells more of that. */
	event_end(p, &p->last, NULL);
	user_role_refresh(p);
	if (p->role == ROLE_NONE) {
		err_set_status(err, ERR_DENIED, "%s: this account is no user "
		    "of the project: ask its owner to add you (user add)",
		    p->path);
		goto fail;
	}
	if (!p->readonly)
		sweep(p);
	return p;
fail:
	project_close(p);
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
project_open_as_can(const char *path, struct err *err)
{
	struct project *p = project_open(path, PROJECT_WRITE, err);
	struct err why;

	if (p != NULL || err->status != ERR_DENIED)
		return p;
	why = *err;
	p = project_open(path, PROJECT_READ, err);
	if (p != NULL)
		p->unwritable = xstrdup(why.text);
	return p;
}

/* ---- another project's file, of whatever version ---- */

/* Where it cannot be told, whoever opens it says why. */
static bool
file_is_older(const char *path)
{
	struct project *p = project_new(xstrdup(path));
	int64_t application = 0, version = SCHEMA_VERSION;
	bool older = db_open(p, path, SQLITE_OPEN_READONLY, NULL) == 0 &&
	    db_pragma(p, "PRAGMA application_id", &application, NULL) == 0 &&
	    application == APPLICATION_ID &&
	    db_pragma(p, "PRAGMA user_version", &version, NULL) == 0 &&
	    version < SCHEMA_VERSION;

	project_free(p);
	return older;
}

/* Of a copy, which needs no backup. */
static int
copy_migrate(const char *path, struct err *err)
{
	struct project *p = project_new(xstrdup(path));
	int rc = db_open(p, path, SQLITE_OPEN_READWRITE, err);

	p->temporary = xstrdup(path); /* nobody else has it */
	if (rc == 0)
		rc = schema_migrate(p, schema_steps, schema_nsteps, err);
	project_free(p);
	return rc;
}

/* Beside the project, or where that cannot be written. */
static char *
private_name(const struct project *p)
{
	const char *elsewhere = getenv("TMPDIR");
	char *parent = path_parent(p->path), *place, *name;

	if (access(parent, W_OK | X_OK) == 0)
		place = xstrdup(p->path);
	else
		place = xasprintf("%s/%s", elsewhere != NULL ? elsewhere :
		    "/tmp", path_last(p->path));
	name = temporary_name(place);
	free(place);
	free(parent);
	return name;
}

struct project *
project_open_other(const struct project *p, const char *path,
    struct err *err)
{
	struct project *other;
	char *real;

	if (project_look(path, PROJECT_READ, err) < 0)
		return NULL;
	real = realpath(path, NULL);
	if (real == NULL || !file_is_older(real)) {
		free(real);
		return project_open(path, PROJECT_READ, err);
	}
	other = project_new(real);
	other->readonly = true;
	other->temporary = private_name(p);
	if (copy_closed(real, other->temporary, err) == 0 &&
	    copy_migrate(other->temporary, err) == 0)
		return project_connect(other, SQLITE_OPEN_READWRITE, err);
	project_close(other);
	return NULL;
}

int
project_reopen(struct project *p, struct err *err)
{
	db_close(p);
	if (db_open(p, p->path, SQLITE_OPEN_READWRITE, err) < 0)
		return -1;
	return project_settle(p, err);
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

static int
stop_asked(void *progress)
{
	return progress_cancelled(progress);
}

#define STOP_OPS 10000 /* SQLite's own steps between two looks */

void
project_stops(struct project *p, struct progress *progress)
{
	p->progress = progress;
	sqlite3_progress_handler(p->db, progress != NULL ? STOP_OPS : 0,
	    stop_asked, progress);
}

struct project *
project_open_writer(struct project *first, struct progress *progress,
    struct err *err)
{
	struct project *p = project_new(xstrdup(first->path));

	p->uid = first->uid;
	p->stays = first->stays;
	p->roomy = true;
	p = project_connect(p, SQLITE_OPEN_READWRITE, err);
	if (p != NULL)
		project_stops(p, progress);
	if (p == NULL || db_room(p, ROOM_BULK, err) == 0)
		return p;
	project_close(p);
	return NULL;
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

/* A copy that nobody has open goes on by itself: with a log of its own, so
 * that the two can be told apart and merged, with nothing leased. Whoever
 * holds the file could read all of it anyway, so this account may. */
static int
copy_settle(struct project *p, struct err *err)
{
	int rc = project_begin(p, err);

	if (rc < 0)
		return -1;
	rc = sums_keep(p, err);
	if (rc == 0)
		rc = lineage_pass_on(p, p, err);
	if (rc == 0)
		rc = replica_new(p, err);
	if (rc == 0)
		rc = db_run(p, SQL_LEASE_EMPTY, NO_ARGS, err);
	user_role_refresh(p);
	if (rc == 0 && p->role == ROLE_NONE) {
		char *name = user_name(p, p->uid);

		p->role = ROLE_OWNER;
		rc = user_add(p, p->uid, name, ROLE_OWNER, err);
		free(name);
	}
	return project_end(p, rc, err);
}

int
project_adopt(const char *path, struct err *err)
{
	struct project *p = project_new(xstrdup(path));
	int rc = file_is_older(path) ? copy_migrate(path, err) : 0;

	if (rc == 0)
		rc = db_open(p, path, SQLITE_OPEN_READWRITE, err);
	if (rc == 0)
		rc = project_recognise(p, err);
	if (rc == 0)
		rc = project_settle(p, err);
	if (rc == 0)
		rc = work_account(p, err);
	if (rc == 0)
		rc = copy_settle(p, err);
	project_free(p);
	return rc;
}

/* ---- writing from elsewhere ---- */

struct write_call {
	struct project *writer;
	int (*fn)(struct project *, void *, struct err *);
	void *arg;
	struct err *err;
	struct project_wait wait;
	bool blocked;
};

static int
write_run(void *arg)
{
	struct write_call *c = arg;

	c->blocked = project_blocked(c->writer, &c->wait);
	if (c->blocked)
		return 0;
	return c->fn(c->writer, c->arg, c->err);
}

int
project_write(struct project *p,
    int (*fn)(struct project *, void *, struct err *), void *arg,
    struct err *err)
{
	struct write_call call = { .writer = p->writer, .fn = fn, .arg = arg,
		.err = err };
	static const struct timespec nap = { .tv_nsec = 20000000 };
	int rc;

	if (p->writer == NULL)
		return fn(p, arg, err);
	/* It is this thread that waits, and not the lane. */
	while ((rc = job_call(JOB_STORE, write_run, &call)) == 0 &&
	    call.blocked)
		nanosleep(&nap, NULL);
	return rc;
}

int
project_record(struct project *p,
    int (*fn)(struct project *, void *, struct err *), void *arg,
    struct err *err)
{
	return project_writable(p) ? project_write(p, fn, arg, err) : 0;
}

/* ---- sizes, removing ---- */

int
project_vacuum(struct project *p, struct err *err)
{
	struct project_size size;

	if (p->readonly || p->depth > 0)
		return err_set_status(err, ERR_DENIED,
		    "%s: cannot be made smaller now", p->path);
	/* Its journal has all that is written anew. */
	if (project_size(p, &size, err) < 0 ||
	    file_room(p->path, (double)(size.file - size.unused), err) < 0)
		return -1;
	return db_exec(p, "VACUUM", err);
}

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

int64_t
project_disk(struct project *p, const char *name)
{
	char *path = xasprintf("%s/%s", p->folder, name);
	char *parent = path_parent(path);
	const char *last = path_last(path);
	size_t len = strlen(last);
	struct project_size size = { 0 };
	DIR *dir = opendir(parent);
	struct dirent *e;

	walk_size = &size;
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char *each;

		if (strncmp(e->d_name, last, len) != 0 ||
		    strchr(".,", e->d_name[len]) == NULL)
			continue;
		each = xasprintf("%s/%s", parent, e->d_name);
		nftw(each, walk_count, 16, FTW_PHYS);
		free(each);
	}
	walk_size = NULL;
	if (dir != NULL)
		closedir(dir);
	free(parent);
	free(path);
	return size.folder;
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
	if (tree_remove(p->folder) < 0 && errno != ENOENT)
		rc = err_set_errno(err, "%s: cannot be removed whole",
		    p->folder);
out:
	project_free(p);
	return rc;
}
