#include <fcntl.h>
#include <math.h>
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
	int64_t next;	/* seq */
	struct sums sums; /* of the texts up to next */
	bool differed, moved; /* before, they were not as the log says */
	uint64_t revived[2]; /* the same text, another one */
	int64_t tried;	/* nothing is stored; texts from this seq on are not
			 * in the project; 0: all is stored */
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
	sqlite3_stmt *s = db_query(imp->p, SQL_DOC_LOAD, NO_ARGS, err);
	struct doc_total told, now;
	int row = -1, rc = 0;

	while (s != NULL && rc == 0 && (row = db_step(imp->p, s, err)) == 1) {
		const char *id = col_text(s, 1);
		size_t len = (size_t)sqlite3_column_bytes(s, 1);

		rc = seen_room(&imp->seen, err);
		if (rc == 0)
			seen_place(&imp->seen, id_hash(id, len),
			    col_int(s, 0));
		if (sqlite3_column_type(s, 2) == SQLITE_INTEGER)
			sums_add(&imp->sums, col_int(s, 0), col_int(s, 2));
		places_add(&imp->sums.places, col_int(s, 0), col_int(s, 3),
		    col_real(s, 4));
		imp->next = col_int(s, 0) + 1;
	}
	db_done(s);
	if (row < 0 || rc < 0)
		return -1;
	rc = sums_told(imp->p, &told, err);
	imp->differed = rc == 1 && (told.differed || !sums_are(&imp->sums,
	    &told));
	if (rc >= 0)
		rc = places_told(imp->p, &told, err);
	sums_end(&imp->sums, &now);
	imp->moved = rc == 1 && (told.moved || strcmp(told.sets,
	    now.sets) != 0);
	return rc < 0 ? -1 : 0;
}

static struct doc_import *
import_alloc(struct project *p)
{
	struct doc_import *imp = xcalloc(1, sizeof *imp);

	imp->p = p;
	imp->next = 1;
	sums_init(&imp->sums);
	return imp;
}

struct doc_import *
doc_import_begin(struct project *p, struct err *err)
{
	struct doc_import *imp;

	if (work_refuses(p, "import texts", err) < 0 ||
	    project_begin(p, err) < 0)
		return NULL;
	imp = import_alloc(p);
	/* Nobody reads a project that is being made. */
	if (db_room(p, p->temporary != NULL ? ROOM_USUAL : ROOM_TEXTS,
	    err) == 0 &&
	    db_exec(p, "DROP INDEX IF EXISTS doc_slug", err) == 0 &&
	    import_load(imp, err) == 0)
		return imp;
	doc_import_abandon(imp);
	return NULL;
}

struct doc_import *
doc_import_try(struct project *p, struct err *err)
{
	struct doc_import *imp = import_alloc(p);

	if (p != NULL && import_load(imp, err) < 0) {
		free(imp->seen.v);
		free(imp);
		return NULL;
	}
	imp->tried = imp->next;
	return imp;
}

static void
import_free(struct doc_import *imp)
{
	free(imp->seen.v);
	free(imp);
}

void
doc_import_abandon(struct doc_import *imp)
{
	if (imp == NULL)
		return;
	if (imp->tried == 0) {
		project_end(imp->p, -1, NULL);
		db_room(imp->p, ROOM_USUAL, NULL);
	}
	import_free(imp);
}

/* ---- rows made ready ---- */

static bool
same_bytes(const struct doc_cell *c, const char *s, size_t len)
{
	return c->len == len && (c->s == s || memcmp(c->s, s, len) == 0);
}

static void
cells_add(struct buf *b, const struct doc_row *row)
{
	buf_addc(b, '[');
	for (size_t i = 0; i < row->ncells; i++) {
		const struct doc_cell *c = &row->cells[i];

		if (i > 0)
			buf_addc(b, ',');
		if (c->s == NULL)
			buf_adds(b, "null");
		else if (row->id != NULL &&
		    same_bytes(c, row->id, row->id_len))
			buf_addc(b, '0' + CELL_ID);
		else if (c->len > 0 &&
		    same_bytes(c, row->text, row->text_len))
			buf_addc(b, '0' + CELL_TEXT);
		else
			json_string(b, c->s, c->len);
	}
	buf_addc(b, ']');
}

static size_t
ready_add(struct buf *mem, const char *s, size_t len, size_t *len_out)
{
	size_t at = mem->len;

	buf_add(mem, s, len);
	*len_out = len;
	return at;
}

int
doc_ready(const struct doc_row *row, struct buf *mem, struct doc_ready *out,
    struct err *err)
{
	char *slug;

	if (row->id != NULL && row->id_len == 0)
		return err_set_status(err, ERR_NAME, "an id is empty");
	*out = (struct doc_ready){ .set = row->set,
		.weight = isnan(row->weight) ? 0 : row->weight,
		.numbered = row->id == NULL };
	if (row->id != NULL) {
		out->hash = id_hash(row->id, row->id_len);
		out->id = ready_add(mem, row->id, row->id_len, &out->id_len);
	}
	out->text = ready_add(mem, row->text, row->text_len, &out->text_len);
	out->cells = mem->len;
	cells_add(mem, row);
	out->cells_len = mem->len - out->cells;
	if (row->id == NULL || utf8_is_slug(row->id, row->id_len))
		return 0;
	slug = utf8_slug(row->id, row->id_len);
	if (strlen(slug) != row->id_len ||
	    memcmp(slug, row->id, row->id_len) != 0)
		out->slug = ready_add(mem, slug, strlen(slug),
		    &out->slug_len);
	free(slug);
	return 0;
}

void
doc_ready_sum(const struct buf *mem, struct doc_ready *d)
{
	d->sum = doc_sum(d->numbered ? NULL : mem->data + d->id, d->id_len,
	    mem->data + d->text, d->text_len, mem->data + d->cells,
	    d->cells_len);
}

/* ---- and stored ---- */

/* Fresh rows of one mem that wait for their statement. */
struct pending {
	const struct buf *mem;
	const struct doc_ready *row[MANY];
	char number[MANY][24]; /* ids of rows that have none */
	size_t n;
	int64_t first; /* seq */
};

static struct arg
pending_id(const struct pending *w, size_t i)
{
	const struct doc_ready *d = w->row[i];

	return d->numbered ? S(w->number[i])
			   : SN(buf_str(w->mem) + d->id, d->id_len);
}

/* A slot of `seen` is fetched from memory that many rows before it is needed.
 */
#define AHEAD 8

/* The text that has this id: 1, else 0. */
static int
import_same(struct doc_import *imp, const struct pending *w, const char *id,
    size_t len, uint64_t hash, int64_t *seq, struct err *err)
{
	const struct seen *t = &imp->seen;
	struct arg have;
	char *other;
	int rc;

	for (size_t i = hash & (t->cap - 1); t->v[i].seq != 0;
	    i = (i + 1) & (t->cap - 1)) {
		if (t->v[i].hash != hash)
			continue;
		*seq = t->v[i].seq;
		if (*seq >= w->first) {
			have = pending_id(w, (size_t)(*seq - w->first));
			if (have.len == len && memcmp(have.p, id, len) == 0)
				return 1;
			continue;
		}
		if (imp->tried > 0 && *seq >= imp->tried)
			return 1; /* by 64 bits of hash */
		rc = db_text(imp->p, SQL_DOC_ID, ARGS(I(*seq)), &other, err);
		if (rc < 0)
			return -1;
		rc = other != NULL && strlen(other) == len &&
		    memcmp(other, id, len) == 0;
		free(other);
		if (rc == 1)
			return 1;
	}
	return 0;
}

static struct arg
pending_slug(const struct pending *w, size_t i)
{
	const struct doc_ready *d = w->row[i];

	return d->slug_len > 0 ? SN(w->mem->data + d->slug, d->slug_len)
			       : S(NULL);
}

static struct arg
pending_text(const struct pending *w, size_t i)
{
	return SN(w->mem->data + w->row[i]->text, w->row[i]->text_len);
}

static struct arg
pending_cells(const struct pending *w, size_t i)
{
	return SN(w->mem->data + w->row[i]->cells, w->row[i]->cells_len);
}

/* Where foreign keys are watched, a statement of several rows would look
 * through all annotations at each. */
static bool
pending_at_once(const struct doc_import *imp, const struct pending *w)
{
	if (w->n < MANY || imp->p->temporary == NULL)
		return false;
	for (size_t i = 1; i < MANY; i++)
		if (w->row[i]->set != w->row[0]->set ||
		    w->row[i]->weight != w->row[0]->weight)
			return false;
	return true;
}

/* SQLite finds a number for each row faster than the place of one that it is
 * given; it gives the ones that we count on. */
static int
store_many(struct project *p, const struct pending *w, struct err *err)
{
	struct arg doc[2 + MANY * 3], text[MANY * 2];

	doc[0] = I(w->row[0]->set);
	doc[1] = R(w->row[0]->weight);
	for (size_t i = 0; i < MANY; i++) {
		doc[2 + i * 3] = pending_id(w, i);
		doc[3 + i * 3] = pending_slug(w, i);
		doc[4 + i * 3] = I(w->row[i]->sum);
		text[i * 2] = pending_text(w, i);
		text[i * 2 + 1] = pending_cells(w, i);
	}
	if (db_run(p, SQL_DOC_PUT_MANY, doc, 2 + MANY * 3, err) < 0 ||
	    db_run(p, SQL_TEXT_PUT_MANY, text, MANY * 2, err) < 0)
		return -1;
	if (sqlite3_last_insert_rowid(p->db) != w->first + MANY - 1)
		fatal("store: texts got other numbers than foreseen");
	return 0;
}

static int
store_one(struct project *p, const struct pending *w, size_t i,
    struct err *err)
{
	const struct doc_ready *d = w->row[i];
	int64_t seq = w->first + (int64_t)i;

	if (db_run(p, SQL_DOC_PUT, ARGS(I(seq), I(d->set), R(d->weight),
	    pending_id(w, i), pending_slug(w, i), I(d->sum)), err) < 0)
		return -1;
	return db_run(p, SQL_TEXT_PUT,
	    ARGS(I(seq), pending_text(w, i), pending_cells(w, i)), err);
}

static int
pending_store(struct doc_import *imp, struct pending *w, struct err *err)
{
	int rc = 0;

	if (imp->tried == 0 && pending_at_once(imp, w))
		rc = store_many(imp->p, w, err);
	else if (imp->tried == 0)
		for (size_t i = 0; rc == 0 && i < w->n; i++)
			rc = store_one(imp->p, w, i, err);
	w->first += (int64_t)w->n;
	w->n = 0;
	return rc;
}

/* A text has this id: 1, and -*seq or, where it was dropped and comes again,
 * *seq; 0: it made room for the new one. */
static int
import_back(struct doc_import *imp, const struct pending *w,
    const struct doc_ready *d, int64_t *seq, struct err *err)
{
	struct doc_ready again = *d;
	struct arg id = pending_id(w, w->n);
	int back = 0;

	if (d->numbered) /* but not its number */
		again.sum = doc_sum(id.p, id.len, w->mem->data + d->text,
		    d->text_len, w->mem->data + d->cells, d->cells_len);
	if (imp->p != NULL && (imp->tried == 0 || *seq < imp->tried))
		back = doc_revive(imp->p, *seq, &again, w->mem,
		    imp->tried == 0, err);
	if (back < 0)
		return -1;
	if (back > 0)
		imp->revived[back - 1]++;
	else
		*seq = -*seq;
	return back != 2;
}

void
doc_import_revived(const struct doc_import *imp, uint64_t *same,
    uint64_t *other)
{
	*same = imp->revived[0];
	*other = imp->revived[1];
}

/* Among the pending ones, or told that another text has its id. */
static int
pending_add(struct doc_import *imp, struct pending *w,
    const struct doc_ready *d, int64_t *seq, struct err *err)
{
	char *number = w->number[w->n];
	uint64_t hash = d->hash;
	struct arg id;
	int rc;

	w->row[w->n] = d;
	if (d->numbered)
		snprintf(number, sizeof w->number[0], "%lld",
		    (long long)imp->next);
	id = pending_id(w, w->n);
	if (d->numbered)
		hash = id_hash(id.p, id.len);
	if (seen_room(&imp->seen, err) < 0)
		return -1;
	rc = import_same(imp, w, id.p, id.len, hash, seq, err);
	if (rc == 1 && *seq < w->first)
		rc = import_back(imp, w, d, seq, err);
	else if (rc == 1)
		*seq = -*seq;
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	seen_place(&imp->seen, hash, imp->next);
	sums_add(&imp->sums, imp->next, d->sum);
	places_add(&imp->sums.places, imp->next, d->set, d->weight);
	*seq = imp->next++;
	w->n++;
	return 0;
}

int
doc_import_put_many(struct doc_import *imp, const struct buf *mem,
    const struct doc_ready *rows, size_t n, int64_t *seqs, struct err *err)
{
	struct pending w = { .mem = mem, .first = imp->next };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (i + AHEAD < n && imp->seen.cap > 0)
			__builtin_prefetch(&imp->seen.v[rows[i + AHEAD].hash &
			    (imp->seen.cap - 1)]);
		rc = pending_add(imp, &w, &rows[i], &seqs[i], err);
		if (rc == 0 && w.n == MANY)
			rc = pending_store(imp, &w, err);
	}
	return rc == 0 ? pending_store(imp, &w, err) : -1;
}

void
doc_import_write_out(struct doc_import *imp)
{
	if (imp->tried == 0 && imp->p->temporary_fd >= 0)
		sync_file_range(imp->p->temporary_fd, 0, 0,
		    SYNC_FILE_RANGE_WRITE);
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

	if (schema_slug_index(p, err) < 0)
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
	return row < 0 || rc < 0 ? -1 : 0;
}

int
doc_import_total(struct doc_import *imp, struct doc_total *out,
    struct err *err)
{
	*out = (struct doc_total){ 0 };
	if (imp->tried > 0)
		return 0;
	/* Texts that came back have got other columns, maybe. */
	if (imp->revived[0] > 0 && sums_read(imp->p, &imp->sums, err) < 0)
		return -1;
	sums_end(&imp->sums, out);
	out->differed = imp->differed;
	out->moved = imp->moved;
	return 0;
}

int
doc_import_end(struct doc_import *imp, struct err *err)
{
	struct project *p = imp->p;
	bool tried = imp->tried > 0;
	int rc;

	import_free(imp);
	if (tried)
		return 0;
	rc = db_room(p, ROOM_USUAL, err);
	if (rc == 0)
		rc = schema_id_index(p, err);
	if (rc == 0)
		rc = slugs_make(p, err);
	return project_end(p, rc, err);
}

int
doc_set_assign(struct project *p, const int64_t *seqs, size_t n,
    enum set set, double weight, struct err *err)
{
	int rc;

	if (work_refuses(p, "draw texts", err) < 0 ||
	    project_begin(p, err) < 0)
		return -1;
	rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = db_run(p, SQL_DOC_ASSIGN,
		    ARGS(I(seqs[i]), I(set), R(weight)), err);
	tally_drop(p);
	sets_drop(p);
	return project_end(p, rc, err);
}
