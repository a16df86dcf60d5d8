#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "priv.h"

#define KEPT 1000

static void
found(void *arg, const char *what)
{
	struct project_check *c = arg;

	if (c->found++ >= KEPT)
		return;
	c->findings = xreallocarray(c->findings, c->n + 1,
	    sizeof *c->findings);
	c->findings[c->n++] = xstrdup(what);
}

void
project_check_add(struct project_check *c, const char *what)
{
	found(c, what);
}

static void foundf(struct project_check *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
foundf(struct project_check *c, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	found(c, text);
}

/* What follows from the log can be made anew from it. */
static void
found_table(void *arg, const char *what)
{
	foundf(arg, "%s: check --rebuild mends it", what);
}

/* ---- SQLite's own ---- */

static int
check_sqlite(struct project *p, const char *pragma, const char *hint,
    struct project_check *c, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(p->db, pragma, -1, &s, NULL);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		if (rc == SQLITE_ROW && strcmp(col_text(s, 0), "ok") != 0)
			foundf(c, "%s: %s", col_text(s, 0), hint);
	}
	if (rc != SQLITE_DONE && (rc & 0xff) == SQLITE_CORRUPT)
		foundf(c, "the file is damaged: %s", hint);
	else if (rc != SQLITE_DONE)
		rc = db_fail(p, rc, err);
	sqlite3_finalize(s);
	return rc < 0 ? -1 : 0;
}

/* ---- the chains ---- */

static struct project_head *
head_of(struct project_check *c, int64_t replica)
{
	struct project_head *h;

	if (c->chains > 0 && c->heads[c->chains - 1].replica == replica)
		return &c->heads[c->chains - 1];
	c->heads = xreallocarray(c->heads, c->chains + 1, sizeof *c->heads);
	h = &c->heads[c->chains++];
	*h = (struct project_head){ .replica = replica };
	return h;
}

static void
chain_event(struct project_check *c, struct marks *m, const struct event *e,
    const void *hash, int hash_len, unsigned char prev[32])
{
	struct project_head *h = head_of(c, e->replica);
	unsigned char want[32];

	c->events++;
	if (h->events == 0)
		memset(prev, 0, 32);
	if (e->seq != h->events + 1)
		foundf(c, "the log of work copy %lld lacks events before "
		    "number %lld: go on from a backup",
		    (long long)e->replica, (long long)e->seq);
	h->events = e->seq;
	event_hash(prev, e, want);
	if (hash_len != 32 || memcmp(hash, want, 32) != 0)
		foundf(c, "event %lld of work copy %lld was changed after it "
		    "was written: check --against a backup shows since when",
		    (long long)e->seq, (long long)e->replica);
	if (hash_len == 32)
		memcpy(prev, hash, 32);
	sha256_hex(prev, h->hash);
	if (e->undone != marks_undone(m, e))
		foundf(c, "event %lld of work copy %lld is marked as undone "
		    "wrongly: rebuild the tables from the log",
		    (long long)e->seq, (long long)e->replica);
}

static int
check_chains(struct project *p, struct project_check *c,
    struct progress *progress, struct err *err)
{
	unsigned char prev[32] = { 0 };
	struct marks m;
	struct event e;
	sqlite3_stmt *s;
	int row = marks_read(p, &m, err), rc = 0;

	s = row == 0 ? db_query(p, SQL_EVENT_ALL, NO_ARGS, err) : NULL;
	if (s == NULL)
		row = -1;
	while (s != NULL && rc == 0 && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		chain_event(c, &m, &e, sqlite3_column_blob(s, 13),
		    sqlite3_column_bytes(s, 13), prev);
		if (progress_step(progress, 1))
			rc = progress_stopped(err);
	}
	db_done(s);
	marks_free(&m);
	return row < 0 ? -1 : rc;
}

/* ---- the schemes ---- */

static int
schemes_of_log(struct project *p, struct ids *out, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_SCHEMES, NO_ARGS, err);
	int row = -1;

	*out = (struct ids){ 0 };
	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		out->v = array_room(out->v, out->n, &out->cap,
		    sizeof *out->v);
		out->v[out->n++] = col_int(s, 0);
	}
	return row;
}

static int
check_schemes(struct project *p, struct project_check *c, struct err *err)
{
	struct ids schemes;
	int64_t rows = 0;
	int rc = schemes_of_log(p, &schemes, err);

	for (size_t i = 0; rc == 0 && i < schemes.n; i++)
		rc = scheme_compare(p, schemes.v[i], found_table, c, err);
	if (rc == 0 && db_int(p, SQL_SCHEME_ROWS, NO_ARGS, &rows, err) < 0)
		rc = -1;
	if (rc == 0 && (size_t)rows != schemes.n)
		found(c, "there are schemes that the log does not know: keep "
		    "a copy and go on from a backup");
	if (db_int(p, SQL_LABEL_ROWS, NO_ARGS, &rows, err) == 1)
		c->labels = (uint64_t)rows;
	free(schemes.v);
	return rc;
}

/* ---- against another file ---- */

static int
against_chain(struct project *p, struct project *other, int64_t replica,
    struct project_check *c, struct err *err)
{
	sqlite3_stmt *a = db_query(p, SQL_EVENT_HASHES, ARGS(I(replica)), err);
	sqlite3_stmt *b = db_query(other, SQL_EVENT_HASHES, ARGS(I(replica)),
	    err);
	int x = a != NULL && b != NULL ? 1 : -1, y = x;

	while (x == 1 && y == 1) {
		x = db_step(p, a, err);
		y = db_step(other, b, err);
		if (x != 1 || y != 1)
			break;
		if (col_int(a, 0) == col_int(b, 0) &&
		    sqlite3_column_bytes(a, 1) == 32 &&
		    sqlite3_column_bytes(b, 1) == 32 &&
		    memcmp(sqlite3_column_blob(a, 1),
		    sqlite3_column_blob(b, 1), 32) == 0)
			continue;
		foundf(c, "the log of work copy %lld differs from %s from "
		    "event %lld on: one of the two was rewritten, or both "
		    "went on as the same copy", (long long)replica,
		    project_path(other), (long long)col_int(b, 0));
		break;
	}
	db_done(a);
	db_done(b);
	return x < 0 || y < 0 ? -1 : 0;
}

static int
check_against(struct project *p, const char *path, struct project_check *c,
    struct err *err)
{
	struct project *other = project_open(path, PROJECT_READ, err);
	size_t shared = 0;
	int64_t n = 0;
	int rc = 0;

	if (other == NULL)
		return -1;
	for (size_t i = 0; rc >= 0 && i < c->chains; i++) {
		rc = db_int(other, SQL_EVENT_HEAD,
		    ARGS(I(c->heads[i].replica)), &n, err);
		if (rc != 1)
			continue;
		shared++;
		rc = against_chain(p, other, c->heads[i].replica, c, err);
	}
	if (rc >= 0 && shared == 0)
		foundf(c, "%s shares no log with this project: it is another "
		    "project's", path);
	project_close(other);
	return rc < 0 ? -1 : 0;
}

/* ---- all ---- */

static int
check_tables(struct project *p, struct project_check *c,
    struct progress *progress, struct err *err)
{
	progress_phase(progress, "checking what stands", c->events);
	if (check_schemes(p, c, err) < 0)
		return -1;
	return annot_check(p, found_table, c, progress, &c->annotations, err);
}

static int
check_file(struct project *p, struct project *home, const char *against,
    struct progress *progress, struct project_check *out, struct err *err)
{
	bool began = sqlite3_get_autocommit(p->db) != 0, whole;
	int rc;

	/* One state of the file, whoever writes meanwhile. */
	progress_phase(progress, "checking the file", 0);
	if (began && db_run(p, SQL_BEGIN_READ, NO_ARGS, err) < 0)
		return -1;
	rc = check_sqlite(p, "PRAGMA integrity_check(100)",
	    "keep a copy and go on from a backup", out, err);
	if (rc == 0)
		rc = check_sqlite(p, "PRAGMA foreign_key_check",
		    "a row there points to nothing", out, err);
	if (rc == 0)
		rc = schema_compare(p, found, out, err);
	whole = out->found == 0;
	if (rc == 0) {
		progress_phase(progress, "checking the texts", 0);
		rc = texts_check(p, home, against, out, progress, err);
		if (!whole && !progress_cancelled(progress))
			rc = 0; /* as far as they can be read */
	}
	if (rc == 0 && whole) { /* the rest needs the indexes */
		progress_phase(progress, "checking the log", 0);
		rc = check_chains(p, out, progress, err);
		if (rc == 0)
			rc = check_tables(p, out, progress, err);
		if (rc == 0 && against != NULL)
			rc = check_against(p, against, out, err);
	}
	if (began && !sqlite3_get_autocommit(p->db))
		db_run(p, SQL_ROLLBACK, NO_ARGS, NULL);
	return rc;
}

/*
 * A large file is copied first, in short steps: reading it whole would hold
 * up everybody's labels for seconds. NULL: small, or it cannot be copied.
 */
static struct project *
check_copy(struct project *p, struct progress *progress, char **path)
{
	int64_t pages = 0;
	struct project *copy = NULL;

	*path = NULL;
	if (p->depth > 0 || p->temporary != NULL ||
	    db_pragma(p, "PRAGMA page_count", &pages, NULL) < 0 ||
	    pages < COPIED_PAGES)
		return NULL;
	*path = xasprintf("%s.check-%ld", p->path, (long)getpid());
	unlink(*path);
	if (project_backup(p, *path, progress, NULL) == 0)
		copy = project_open(*path, PROJECT_READ, NULL);
	return copy;
}

int
project_check(struct project *p, const char *against,
    struct progress *progress, struct project_check *out, struct err *err)
{
	struct project *copy;
	char *path;
	int rc;

	*out = (struct project_check){ 0 };
	copy = check_copy(p, progress, &path);
	if (progress_cancelled(progress))
		rc = progress_stopped(err);
	else
		rc = check_file(copy != NULL ? copy : p, p, against, progress,
		    out, err);
	project_close(copy);
	if (path != NULL)
		unlink(path);
	free(path);
	if (rc < 0)
		project_check_free(out);
	return rc;
}

static int
head_read(struct project *p, struct project_head *h, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_HEAD, ARGS(I(h->replica)),
	    err);
	int row = s != NULL ? db_step(p, s, err) : -1;

	if (row == 1) {
		h->events = col_int(s, 0);
		if (sqlite3_column_bytes(s, 1) == 32)
			sha256_hex(sqlite3_column_blob(s, 1), h->hash);
	}
	db_done(s);
	return row < 0 ? -1 : 0;
}

int
project_heads(struct project *p, struct project_head **out, size_t *n,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_REPLICAS, NO_ARGS, err);
	struct project_head *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = (struct project_head){ .replica = col_int(s, 0) };
	}
	for (size_t i = 0; row == 0 && i < count; i++)
		row = head_read(p, &v[i], err);
	if (row < 0) {
		free(v);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
project_check_free(struct project_check *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->findings[i]);
	free(c->findings);
	free(c->heads);
	*c = (struct project_check){ 0 };
}

/* ---- mending ---- */

static int
rebuild_marks(struct project *p, struct err *err)
{
	struct touched t = { 0 }; /* all is played anyway */
	struct marks m;
	int rc = marks_read(p, &m, err);

	if (rc == 0)
		rc = db_run(p, SQL_EVENT_UNMARK, NO_ARGS, err);
	if (rc == 0)
		rc = marks_write(p, &m, &t, err);
	touched_free(&t);
	marks_free(&m);
	return rc;
}

int
project_rebuild(struct project *p, struct progress *progress,
    struct err *err)
{
	struct ids schemes = { 0 };
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	progress_phase(progress, "playing the log", 0);
	rc = schema_mend(p, err);
	if (rc == 0)
		rc = rebuild_marks(p, err);
	if (rc == 0)
		rc = schemes_of_log(p, &schemes, err);
	for (size_t i = 0; rc == 0 && i < schemes.n; i++)
		rc = scheme_fold(p, schemes.v[i], err);
	if (rc == 0)
		rc = annot_rebuild(p, progress, err);
	free(schemes.v);
	tally_drop(p);
	return project_end(p, rc, err);
}
