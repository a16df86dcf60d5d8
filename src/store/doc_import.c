#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/*
 * Ids seen so far: 64-bit hashes with the text's number, by open addressing.
 * Two ids of one hash are told apart by a look at the file.
 */
struct seen {
	struct slot {
		uint64_t hash;
		int64_t seq; /* 0: free */
	} *v;
	size_t n, cap; /* cap a power of two */
};

struct doc_import {
	struct project *p;
	struct seen seen;
	struct buf cells;
	int64_t next; /* seq */
	bool fresh;   /* the project has no texts yet */
};

/* FNV-1a, its bits mixed by splitmix64's last steps. */
static uint64_t
id_hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	return h ^ (h >> 31);
}

static void
seen_place(struct seen *t, uint64_t hash, int64_t seq)
{
	size_t i = hash & (t->cap - 1);

	while (t->v[i].seq != 0)
		i = (i + 1) & (t->cap - 1);
	t->v[i] = (struct slot){ hash, seq };
	t->n++;
}

static int
seen_room(struct seen *t, struct err *err)
{
	struct seen bigger = { .cap = t->cap > 0 ? t->cap * 2 : 1024 };

	if (t->cap > 0 && t->n < t->cap / 4 * 3)
		return 0;
	bigger.v = try_alloc(bigger.cap, sizeof *bigger.v, err);
	if (bigger.v == NULL)
		return -1;
	memset(bigger.v, 0, bigger.cap * sizeof *bigger.v);
	for (size_t i = 0; i < t->cap; i++) {
		if (t->v[i].seq != 0)
			seen_place(&bigger, t->v[i].hash, t->v[i].seq);
	}
	free(t->v);
	*t = bigger;
	return 0;
}

static int
import_load(struct doc_import *imp, struct err *err)
{
	sqlite3_stmt *s = db_query(imp->p, SQL_DOC_IDS, NO_ARGS, err);
	int row = -1, rc = 0;

	while (s != NULL && rc == 0 && (row = db_step(imp->p, s, err)) == 1) {
		const char *id = col_text(s, 1);
		size_t len = (size_t)sqlite3_column_bytes(s, 1);

		rc = seen_room(&imp->seen, err);
		if (rc == 0)
			seen_place(&imp->seen, id_hash(id, len),
			    col_int(s, 0));
		imp->next = col_int(s, 0) + 1;
	}
	db_done(s);
	imp->fresh = imp->seen.n == 0;
	return row < 0 ? -1 : rc;
}

struct doc_import *
doc_import_begin(struct project *p, struct err *err)
{
	struct doc_import *imp;

	if (project_begin(p, err) < 0)
		return NULL;
	imp = xcalloc(1, sizeof *imp);
	imp->p = p;
	imp->next = 1;
	/* What does not fit the cache is written early, and that keeps the
	 * readers out. */
	if (db_exec(p, "PRAGMA cache_size = -65536", err) == 0 &&
	    import_load(imp, err) == 0)
		return imp;
	doc_import_abandon(imp);
	return NULL;
}

static void
import_free(struct doc_import *imp)
{
	free(imp->seen.v);
	buf_free(&imp->cells);
	free(imp);
}

/* A project that is being made keeps its large cache. */
static void
cache_small(struct project *p)
{
	if (p->temporary == NULL)
		db_exec(p, "PRAGMA cache_size = -4000", NULL);
}

void
doc_import_abandon(struct doc_import *imp)
{
	if (imp == NULL)
		return;
	project_end(imp->p, -1, NULL);
	cache_small(imp->p);
	import_free(imp);
}

/* The text that has this id: 1, else 0. */
static int
import_same(struct doc_import *imp, const char *id, size_t len,
    uint64_t hash, int64_t *seq, struct err *err)
{
	const struct seen *t = &imp->seen;
	char *other;
	int rc;

	for (size_t i = hash & (t->cap - 1); t->v[i].seq != 0;
	    i = (i + 1) & (t->cap - 1)) {
		if (t->v[i].hash != hash)
			continue;
		rc = db_text(imp->p, SQL_DOC_ID, ARGS(I(t->v[i].seq)), &other,
		    err);
		if (rc < 0)
			return -1;
		rc = other != NULL && strlen(other) == len &&
		    memcmp(other, id, len) == 0;
		free(other);
		if (rc == 1) {
			*seq = t->v[i].seq;
			return 1;
		}
	}
	return 0;
}

static bool
same_bytes(const struct doc_cell *c, const char *s, size_t len)
{
	return c->len == len && memcmp(c->s, s, len) == 0;
}

static void
import_cells(struct doc_import *imp, const struct doc_row *row,
    const char *id, size_t id_len)
{
	struct buf *b = &imp->cells;

	buf_clear(b);
	buf_addc(b, '[');
	for (size_t i = 0; i < row->ncells; i++) {
		const struct doc_cell *c = &row->cells[i];

		if (i > 0)
			buf_addc(b, ',');
		if (c->s == NULL)
			buf_adds(b, "null");
		else if (same_bytes(c, id, id_len))
			buf_addc(b, '0' + CELL_ID);
		else if (c->len > 0 &&
		    same_bytes(c, row->text, row->text_len))
			buf_addc(b, '0' + CELL_TEXT);
		else
			json_string(b, c->s, c->len);
	}
	buf_addc(b, ']');
}

int
doc_import_put(struct doc_import *imp, const struct doc_row *row,
    int64_t *seq, struct err *err)
{
	char number[24], *slug;
	const char *id = row->id;
	size_t id_len = row->id_len;
	uint64_t hash;
	int rc;

	if (id == NULL) {
		id_len = (size_t)snprintf(number, sizeof number, "%lld",
		    (long long)imp->next);
		id = number;
	}
	if (id_len == 0)
		return err_set_status(err, ERR_NAME, "an id is empty");
	if (utf8_validate(id, id_len) != id_len ||
	    utf8_validate(row->text, row->text_len) != row->text_len)
		return err_set_status(err, ERR_NAME,
		    "an id or text is not valid UTF-8");
	hash = id_hash(id, id_len);
	if (seen_room(&imp->seen, err) < 0)
		return -1;
	rc = import_same(imp, id, id_len, hash, seq, err);
	if (rc != 0)
		return rc;
	import_cells(imp, row, id, id_len);
	slug = utf8_slug(id, id_len);
	if (strlen(slug) == id_len && memcmp(slug, id, id_len) == 0) {
		free(slug);
		slug = NULL;
	}
	rc = db_run(imp->p, SQL_DOC_PUT, ARGS(I(imp->next), I(row->set),
	    R(row->weight), SN(id, id_len), S(slug)), err);
	free(slug);
	if (rc == 0)
		rc = db_run(imp->p, SQL_TEXT_PUT, ARGS(I(imp->next),
		    SN(row->text_len > 0 ? row->text : "", row->text_len),
		    SN(imp->cells.data, imp->cells.len)), err);
	if (rc < 0)
		return -1;
	seen_place(&imp->seen, hash, imp->next);
	*seq = imp->next++;
	return 0;
}

/* ---- slugs: unique among themselves and the ids that need none ---- */

static int
slug_taken(struct project *p, const char *slug, struct err *err)
{
	int64_t seq;
	int row = db_int(p, SQL_DOC_BY_ID, ARGS(S(slug)), &seq, err);

	if (row == 0)
		row = db_int(p, SQL_DOC_BY_SLUG, ARGS(S(slug)), &seq, err);
	return row;
}

static int
slug_give(struct project *p, int64_t seq, const char *slug, struct err *err)
{
	int row;

	for (int64_t i = 2;; i++) {
		char *next = xasprintf("%s-%lld", slug, (long long)i);

		row = slug_taken(p, next, err);
		if (row == 0)
			row = db_run(p, SQL_DOC_SLUG, ARGS(I(seq), S(next)),
			    err) < 0 ? -1 : 2;
		free(next);
		if (row != 1)
			return row < 0 ? -1 : 0;
	}
}

/* The index is not unique while slugs come twice. */
static int
slugs_make(struct project *p, struct err *err)
{
	struct clash {
		int64_t seq;
		char *slug;
	} *v = NULL;
	size_t n = 0, cap = 0;
	sqlite3_stmt *s;
	int row = -1, rc = 0;

	if (db_exec(p, "DROP INDEX IF EXISTS doc_slug", err) < 0 ||
	    db_exec(p, "CREATE INDEX doc_slug ON doc(slug)"
	    " WHERE slug IS NOT NULL", err) < 0)
		return -1;
	s = db_query(p, SQL_DOC_SLUG_CLASHES, NO_ARGS, err);
	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, n, &cap, sizeof *v);
		v[n++] = (struct clash){ col_int(s, 0), col_dup(s, 1) };
	}
	for (size_t i = 0; row == 0 && rc == 0 && i < n; i++)
		rc = slug_give(p, v[i].seq, v[i].slug, err);
	for (size_t i = 0; i < n; i++)
		free(v[i].slug);
	free(v);
	if (row < 0 || rc < 0)
		return -1;
	if (n == 0)
		return 0;
	return db_exec(p, "DROP INDEX doc_slug", err) < 0 ||
	    db_exec(p, "CREATE UNIQUE INDEX doc_slug ON doc(slug)"
	    " WHERE slug IS NOT NULL", err) < 0 ? -1 : 0;
}

int
doc_import_end(struct doc_import *imp, struct err *err)
{
	struct project *p = imp->p;
	int rc;

	import_free(imp);
	rc = schema_doc_indexes(p, err);
	if (rc == 0)
		rc = slugs_make(p, err);
	rc = project_end(p, rc, err);
	cache_small(p);
	return rc;
}

int
doc_set_assign(struct project *p, const int64_t *seqs, size_t n,
    enum set set, double weight, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = db_run(p, SQL_DOC_ASSIGN,
		    ARGS(I(seqs[i]), I(set), R(weight)), err);
	tally_drop(p);
	sets_drop(p);
	return project_end(p, rc, err);
}
