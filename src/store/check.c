#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "priv.h"

#define KEPT 1000

#define GO_ON "keep a copy and go on from a backup ('restore')"
#define MENDS "check --rebuild mends it"

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

/* What follows from the log can be made anew from it, where it is whole. */
static void
found_table(void *arg, const char *what)
{
	struct project_check *c = arg;

	foundf(c, "%s: %s", what, c->broken ? GO_ON : MENDS);
}

/* ---- SQLite's own ---- */

/* "row 3 missing from index doc_id": an index is made anew from its table. */
static bool
is_of_index(const char *what)
{
	return strstr(what, " index ") != NULL &&
	    strncmp(what, "Tree ", 5) != 0 && strncmp(what, "***", 3) != 0;
}

static int
check_sqlite(struct project *p, struct project_check *c, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(p->db, "PRAGMA integrity_check(100)", -1,
	    &s, NULL);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		const char *what;

		rc = sqlite3_step(s);
		what = rc == SQLITE_ROW ? col_text(s, 0) : "ok";
		if (strcmp(what, "ok") != 0)
			foundf(c, "%s: %s", what,
			    is_of_index(what) ? MENDS : GO_ON);
	}
	if (rc != SQLITE_DONE && (rc & 0xff) == SQLITE_CORRUPT)
		foundf(c, "the file is damaged: " GO_ON);
	else if (rc != SQLITE_DONE)
		rc = db_fail(p, rc, err);
	sqlite3_finalize(s);
	return rc < 0 ? -1 : 0;
}

/* Rows that name others which are not there. */
static int
check_keys(struct project *p, struct project_check *c, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_BROKEN_KEYS, NO_ARGS, err);
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		const char *table = col_text(s, 0), *of = col_text(s, 1);
		bool texts = strcmp(of, "doc") == 0;

		foundf(c, "rows of the table %s name a %s that is not there, "
		    "%lld of them: %s", table, texts ? "text" : of,
		    (long long)col_int(s, 2), texts ? "texts are gone" :
		    MENDS);
	}
	db_done(s);
	return row;
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
	if (e->seq != h->events + 1) {
		c->broken = true;
		foundf(c, "the log of work copy %lld lacks events before "
		    "number %lld: " GO_ON,
		    (long long)e->replica, (long long)e->seq);
	}
	h->events = e->seq;
	event_hash(prev, e, want);
	if (hash_len != 32 || memcmp(hash, want, 32) != 0) {
		c->broken = true;
		foundf(c, "event %lld of work copy %lld was changed after it "
		    "was written: look for a backup that has it as it was "
		    "(check --against), and go on from that ('restore')",
		    (long long)e->seq, (long long)e->replica);
	}
	if (hash_len == 32)
		memcpy(prev, hash, 32);
	sha256_hex(prev, h->hash);
	if (e->undone != marks_undone(m, e))
		foundf(c, "event %lld of work copy %lld is marked as undone "
		    "wrongly: " MENDS,
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
		found(c, "there are schemes that the log does not know: "
		    GO_ON);
	if (db_int(p, SQL_LABEL_ROWS, NO_ARGS, &rows, err) == 1)
		c->labels = (uint64_t)rows;
	free(schemes.v);
	return rc;
}

/* ---- against another file ---- */

/* What an event says, whatever came before it. */
static void
event_digest(sqlite3_stmt *s, unsigned char out[32])
{
	static const unsigned char nothing[32];
	struct event e;

	event_read(s, &e);
	event_hash(nothing, &e, out);
}

/*
 * One of two chains begins with the other. Where `whole`, this file's must not
 * be the shorter one.
 */
static int
against_chain(struct project *p, struct project *other, int64_t replica,
    bool whole, struct project_check *c, struct err *err)
{
	sqlite3_stmt *a = db_query(p, SQL_EVENT_FROM, ARGS(I(replica), I(1)),
	    err);
	sqlite3_stmt *b = db_query(other, SQL_EVENT_FROM,
	    ARGS(I(replica), I(1)), err);
	int x = a != NULL && b != NULL ? 1 : -1, y = x;
	unsigned char here[32], there[32];
	long long n = 0;

	while (x == 1 && y == 1) {
		x = db_step(p, a, err);
		y = db_step(other, b, err);
		if (x != 1 || y != 1)
			break;
		event_digest(a, here);
		event_digest(b, there);
		n++;
		if (memcmp(here, there, 32) == 0)
			continue;
		foundf(c, "event %lld of work copy %lld is another one in %s: "
		    "one of the two was rewritten, or both went on as the "
		    "same copy: go on from the one that is right ('restore')",
		    n, (long long)replica, project_path(other));
		break;
	}
	if (x == 0 && y == 1 && whole)
		foundf(c, "the log of work copy %lld ends after %lld events "
		    "here, and goes on in %s: what came after was taken away, "
		    "or this file is the older one: 'import work' of that "
		    "one brings it",
		    (long long)replica, n, project_path(other));
	db_done(a);
	db_done(b);
	return x < 0 || y < 0 ? -1 : 0;
}

/*
 * A file of the same work copy, as a backup is, has nothing that this one
 * lacks; and nobody else writes this one's chain. Other copies may have gone
 * on by themselves.
 */
static int
against_chains(struct project *p, struct project *other,
    struct project_check *c, struct err *err)
{
	struct project_head *v;
	bool shared = false;
	int rc = 0;
	size_t n;

	if (project_heads(other, &v, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < c->chains; j++)
			shared |= c->heads[j].replica == v[i].replica;
	if (!shared)
		foundf(c, "%s shares no log with this project: it is another "
		    "project's: name a backup of this one",
		    project_path(other));
	for (size_t i = 0; shared && rc == 0 && i < n; i++)
		rc = against_chain(p, other, v[i].replica,
		    v[i].replica == p->replica ||
		    other->replica == p->replica, c, err);
	free(v);
	return rc;
}

static int
check_against(struct project *p, const char *path, struct project_check *c,
    struct err *err)
{
	struct project *other = project_open_other(p, path, err);
	int rc;

	if (other == NULL)
		return -1;
	rc = against_chains(p, other, c, err);
	project_close(other);
	return rc;
}

/* ---- all ---- */

static int
check_tables(struct project *p, struct project_check *c,
    struct progress *progress, struct err *err)
{
	progress_phase(progress, "checking what stands", c->events);
	if (check_schemes(p, c, err) < 0 ||
	    settings_compare(p, found_table, c, &c->settings, err) < 0)
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
	rc = check_sqlite(p, out, err);
	if (rc == 0)
		rc = check_keys(p, out, err);
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
	*path = temporary_name(p->path);
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

/* What belongs to a model that is gone: weights, curves, scores. */
static int
orphans_drop(struct project *p, struct err *err)
{
	struct buf sql = BUF_INIT;
	sqlite3_stmt *s = db_query(p, SQL_BROKEN_KEYS, NO_ARGS, err);
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1)
		if (strcmp(col_text(s, 1), "model") == 0)
			buf_addf(&sql, "DELETE FROM \"%s\" WHERE model NOT IN"
			    " (SELECT id FROM model);", col_text(s, 0));
	db_done(s);
	if (row == 0)
		row = db_exec(p, buf_str(&sql), err);
	buf_free(&sql);
	return row;
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
	/* What is played in between need not fit together. */
	rc = db_exec(p, "PRAGMA defer_foreign_keys = ON", err);
	if (rc == 0)
		rc = schema_mend(p, err);
	if (rc == 0)
		rc = db_exec(p, "REINDEX", err);
	if (rc == 0)
		rc = orphans_drop(p, err);
	if (rc == 0)
		rc = rebuild_marks(p, err);
	if (rc == 0)
		rc = schemes_of_log(p, &schemes, err);
	for (size_t i = 0; rc == 0 && i < schemes.n; i++)
		rc = scheme_fold(p, schemes.v[i], err);
	if (rc == 0)
		rc = annot_rebuild(p, progress, err);
	if (rc == 0)
		rc = settings_rebuild(p, err);
	free(schemes.v);
	tally_drop(p);
	return project_end(p, rc, err);
}
