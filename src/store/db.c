#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/job.h"
#include "priv.h"

static const char *const sql_text[SQL_COUNT] = {
#define X(name, text) [SQL_##name] = text,
	SQL_LIST(X)
#undef X
};

struct arg
S(const char *s)
{
	return SN(s, s != NULL ? strlen(s) : 0);
}

int64_t
monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A reader holds the writer's commit up, and a key waits for that: it lets go
 * after a millisecond. */
bool
pace_over(struct pace *p)
{
	if (p->rows++ == 0)
		p->start = monotonic_us();
	return p->rows % 16 == 0 && monotonic_us() - p->start > 1000;
}

static const char *
shown_path(const struct project *p)
{
	return p->path != NULL ? p->path : "project";
}

/* Of the failure that SQLite has just reported: it does not keep the number
 * of each of them. */
int
system_errno(sqlite3 *db)
{
	int is = errno, os = db != NULL ? sqlite3_system_errno(db) : 0;

	return os != 0 ? os : is != 0 ? is : EIO;
}

static int
damaged(struct project *p, struct err *err)
{
	return err_set(err, "%s: damaged or cut short (%s): keep a copy of it "
	    "and go on from a backup", shown_path(p), sqlite3_errmsg(p->db));
}

int
db_fail(struct project *p, int rc, struct err *err)
{
	const char *path = shown_path(p);
	int os = system_errno(p->db);

	if (rc == SQLITE_READONLY_ROLLBACK || rc == SQLITE_READONLY_RECOVERY ||
	    rc == SQLITE_READONLY_CANTINIT)
		return err_set_status(err, ERR_DENIED,
		    "%s: a process was killed while it wrote: open it once "
		    "with the right to write, which mends it", path);
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return wait_failed(p, err);
	case SQLITE_INTERRUPT:
		return progress_stopped(err);
	case SQLITE_FULL:
		return err_set(err, "%s: the disk is full: nothing of this "
		    "step was saved: free some space", path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return err_set_status(err, ERR_DENIED,
		    "%s: cannot be written: ask its owner for the right to",
		    path);
	case SQLITE_CANTOPEN:
		errno = os;
		return err_set_errno(err, "%s: cannot open it, or the journal "
		    "beside it (its folder must be writable)", path);
	case SQLITE_NOTADB:
		return err_set_status(err, ERR_NAME,
		    "%s: not a tagtiger project", path);
	case SQLITE_CORRUPT:
		return damaged(p, err);
	case SQLITE_IOERR:
		errno = os;
		if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
			return err_set_errno(err, "%s: nothing of this step "
			    "was saved", path);
		return err_set_errno(err, "%s: cannot read or write: nothing "
		    "of this step was saved", path);
	case SQLITE_NOMEM:
		fatal("out of memory");
	case SQLITE_TOOBIG:
		return err_set(err, "%s: a text or value is larger than 1 GB",
		    path);
	case SQLITE_ERROR: /* what each project has is gone */
		if (strncmp(sqlite3_errmsg(p->db), "no such ", 8) == 0)
			return damaged(p, err);
		/* fallthrough */
	default:
		return err_set(err, "%s: %s (SQLite code %d)", path,
		    sqlite3_errmsg(p->db), rc);
	}
}

/* Without its count of bytes SQLite takes no lock at each allocation: an
 * import is a quarter faster. */
static void
settle_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	vfs_settle();
}

int
db_open(struct project *p, const char *path, int flags, struct err *err)
{
	static const char *const settings[] = {
		"PRAGMA cell_size_check = ON",
		"PRAGMA foreign_keys = ON",
		"PRAGMA cache_size = -4000",
	};
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int rc;

	pthread_once(&once, settle_sqlite);
	rc = sqlite3_open_v2(path, &p->db,
	    flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    p->temporary != NULL ? VFS_NEW : NULL);
	if (rc != SQLITE_OK) {
		db_fail(p, rc, err);
		db_close(p);
		return -1;
	}
	sqlite3_busy_handler(p->db, wait_handler, p);
	sqlite3_db_config(p->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(p->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		if (db_exec(p, settings[i], err) < 0) {
			db_close(p);
			return -1;
		}
	}
	return 0;
}

void
db_close(struct project *p)
{
	tally_drop(p);
	sets_drop(p);
	known_forget(p);
	queue_drop(p);
	for (int i = 0; i < SQL_COUNT; i++) {
		sqlite3_finalize(p->stmt[i]);
		p->stmt[i] = NULL;
	}
	sqlite3_close(p->db);
	p->db = NULL;
}

int
db_exec(struct project *p, const char *sql, struct err *err)
{
	int rc;

	if (queue_write(p, err) < 0)
		return -1;
	rc = sqlite3_exec(p->db, sql, NULL, NULL, NULL);
	wait_over(p);
	return rc == SQLITE_OK ? 0 : db_fail(p, rc, err);
}

int
db_room(struct project *p, enum room room, struct err *err)
{
	static const char *const sql[] = {
		[ROOM_USUAL] = "PRAGMA cache_size = -4000",
		[ROOM_TEXTS] = "PRAGMA cache_size = -65536",
		[ROOM_BULK] = "PRAGMA cache_size = -262144",
	};

	if (room == ROOM_USUAL && p->roomy)
		room = ROOM_BULK;
	return db_exec(p, sql[room], err);
}

int
db_pragma(struct project *p, const char *pragma, int64_t *out, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc;

	if (queue_write(p, err) < 0)
		return -1;
	rc = sqlite3_prepare_v2(p->db, pragma, -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	wait_over(p);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return db_fail(p, rc, err);
	return 0;
}

static int
bind_one(sqlite3_stmt *s, int i, const struct arg *a)
{
	switch (a->type) {
	case ARG_INT: return sqlite3_bind_int64(s, i, a->i);
	case ARG_REAL: return sqlite3_bind_double(s, i, a->d);
	case ARG_TEXT:
		return sqlite3_bind_text64(s, i, a->p, a->len, SQLITE_STATIC,
		    SQLITE_UTF8);
	case ARG_BLOB:
		return sqlite3_bind_blob64(s, i, a->p != NULL ? a->p : "",
		    a->len, SQLITE_STATIC);
	default: return sqlite3_bind_null(s, i);
	}
}

sqlite3_stmt *
db_query(struct project *p, enum sql sql, const struct arg *args, size_t n,
    struct err *err)
{
	sqlite3_stmt *s = p->stmt[sql];
	int rc;

	if (queue_before(p, sql, err) < 0)
		return NULL;
	if (s == NULL) {
		rc = sqlite3_prepare_v3(p->db, sql_text[sql], -1,
		    SQLITE_PREPARE_PERSISTENT, &p->stmt[sql], NULL);
		s = p->stmt[sql];
		if (rc != SQLITE_OK) {
			db_fail(p, rc, err);
			return NULL;
		}
	}
	if (sqlite3_stmt_busy(s))
		fatal("store: statement in use twice: %s", sql_text[sql]);
	/* What was bound before would stand, and be freed memory. */
	if ((int)n != sqlite3_bind_parameter_count(s))
		fatal("store: %zu values for: %s", n, sql_text[sql]);
	for (size_t i = 0; i < n; i++) {
		rc = bind_one(s, (int)i + 1, &args[i]);
		if (rc != SQLITE_OK) {
			db_fail(p, rc, err);
			return NULL;
		}
	}
	return s;
}

int
db_step(struct project *p, sqlite3_stmt *s, struct err *err)
{
	int rc = sqlite3_step(s);

	wait_over(p);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE) {
		sqlite3_reset(s);
		return 0;
	}
	/* The message is the connection's: take it before the reset. */
	db_fail(p, rc, err);
	sqlite3_reset(s);
	return -1;
}

void
db_done(sqlite3_stmt *s)
{
	if (s != NULL)
		sqlite3_reset(s);
}

int
db_run(struct project *p, enum sql sql, const struct arg *args, size_t n,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, sql, args, n, err);
	int more;

	if (s == NULL)
		return -1;
	while ((more = db_step(p, s, err)) == 1)
		;
	return more;
}

int
db_int(struct project *p, enum sql sql, const struct arg *args, size_t n,
    int64_t *out, struct err *err)
{
	sqlite3_stmt *s = db_query(p, sql, args, n, err);
	int row;

	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1)
		*out = sqlite3_column_int64(s, 0);
	db_done(s);
	return row;
}

int
db_text(struct project *p, enum sql sql, const struct arg *args, size_t n,
    char **out, struct err *err)
{
	sqlite3_stmt *s = db_query(p, sql, args, n, err);
	int row;

	*out = NULL;
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1 && sqlite3_column_type(s, 0) != SQLITE_NULL)
		*out = col_dup(s, 0);
	db_done(s);
	return row;
}

const char *
col_text(sqlite3_stmt *s, int i)
{
	const unsigned char *text = sqlite3_column_text(s, i);

	return text != NULL ? (const char *)text : "";
}

char *
col_dup(sqlite3_stmt *s, int i)
{
	const char *text = col_text(s, i);

	return xstrndup(text, (size_t)sqlite3_column_bytes(s, i));
}

double
col_real(sqlite3_stmt *s, int i)
{
	if (sqlite3_column_type(s, i) == SQLITE_NULL)
		return __builtin_nan("");
	return sqlite3_column_double(s, i);
}

/* ---- transactions ---- */

/* What befell the file is said at every act from then on. */
static int
fate_tell(const struct project *p, struct err *err)
{
	return err_set(err, "%s: %s while it was open: nothing more can be "
	    "saved: %sopen it again", p->path, p->befell,
	    p->fate == PROJECT_GONE ? "put it back and " : "");
}

static int
fate_set(struct project *p, enum project_poll fate, const char *what,
    struct err *err)
{
	p->fate = fate;
	p->befell = what;
	return fate_tell(p, err);
}

static int
project_still_there(struct project *p, struct err *err)
{
	struct stat st;

	if (p->temporary != NULL)
		return 0;
	if (stat(p->path, &st) < 0)
		return fate_set(p, PROJECT_GONE, "was moved or removed", err);
	if (st.st_dev != p->dev || st.st_ino != p->ino)
		return fate_set(p, PROJECT_REPLACED, "another file "
		    "took its name", err);
	if (st.st_size == 0)
		return fate_set(p, PROJECT_GONE, "was emptied", err);
	return p->fate != PROJECT_SAME ? fate_tell(p, err) : 0;
}

/* What this connection saved last is in the log, unless a copy from before
 * was written over the file. */
static int
last_act_stands(struct project *p, struct err *err)
{
	sqlite3_stmt *s;
	bool stands;
	int row;

	if (p->last.seq == 0 || p->last.replica != p->replica)
		return 0;
	s = db_query(p, SQL_EVENT_HASH, ARGS(I(p->replica), I(p->last.seq)),
	    err);
	row = s != NULL ? db_step(p, s, err) : -1;
	stands = row == 1 && sqlite3_column_bytes(s, 0) == 32 &&
	    memcmp(sqlite3_column_blob(s, 0), p->last.hash, 32) == 0;
	db_done(s);
	if (row < 0)
		return -1;
	return stands ? 0 : fate_set(p, PROJECT_REPLACED, "an older copy "
	    "was written over what was saved", err);
}

enum project_poll
project_poll(struct project *p, struct err *err)
{
	int64_t version = 0;

	if (project_still_there(p, err) < 0)
		return p->fate;
	if (db_pragma(p, "PRAGMA data_version", &version, err) < 0 ||
	    version == p->data_version)
		return PROJECT_SAME;
	p->data_version = version;
	if (last_act_stands(p, err) < 0)
		return p->fate;
	user_role_refresh(p);
	return PROJECT_CHANGED;
}

/* A transaction turned out to write much. */
void
cache_grow(struct project *p)
{
	if (p->temporary != NULL || p->cache_grown)
		return;
	p->cache_grown = true;
	db_room(p, ROOM_BULK, NULL);
}

static void
cache_shrink(struct project *p)
{
	if (p->cache_grown)
		db_room(p, ROOM_USUAL, NULL);
	p->cache_grown = false;
}

/* SQLite has rolled back by itself after some errors. */
static void
roll_back(struct project *p)
{
	queue_drop(p);
	if (!sqlite3_get_autocommit(p->db))
		db_run(p, SQL_ROLLBACK, NO_ARGS, NULL);
	cache_shrink(p);
}

int
project_begin(struct project *p, struct err *err)
{
	if (p->depth > 0) {
		p->depth++;
		return 0;
	}
	if (p->readonly)
		return err_set_status(err, ERR_DENIED,
		    "%s: open for reading only", p->unwritable != NULL ?
		    p->unwritable : shown_path(p));
	if (db_run(p, SQL_BEGIN, NO_ARGS, err) < 0)
		return -1;
	/* Seen with the lock: who moves a project holds it (share.c). */
	if (project_still_there(p, err) < 0 || last_act_stands(p, err) < 0) {
		roll_back(p);
		return -1;
	}
	p->depth = 1;
	p->newest = p->last;
	known_forget(p);
	p->doomed = false;
	p->act = 0;
	return 0;
}

int
project_end(struct project *p, int rc, struct err *err)
{
	if (p->depth <= 0)
		fatal("store: project_end without project_begin");
	if (rc < 0 && !p->doomed) {
		p->doomed = true;
		p->doom = err != NULL ? *err : (struct err){ 0 };
	}
	if (--p->depth > 0)
		return rc < 0 ? -1 : 0;
	p->act = 0;
	known_forget(p);
	if (!p->doomed) {
		if (db_run(p, SQL_COMMIT, NO_ARGS, err) < 0) {
			roll_back(p);
			return -1;
		}
		cache_shrink(p);
		p->last = p->newest;
		/* Only what is in the file of this name is saved. */
		return project_still_there(p, err);
	}
	roll_back(p);
	/* The outer part may have said more of it (err_prefix); where it went
	 * on as if nothing had happened, the inner one's word counts. */
	if (err != NULL && p->doom.status != ERR_NONE &&
	    !(rc < 0 && err->status == p->doom.status))
		*err = p->doom;
	return -1;
}
