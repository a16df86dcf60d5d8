/*
 * The texts: each against its checksum, all of them against what the log says
 * of them (sum.c), and where a backup has a damaged one as it was, putting it
 * back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/job.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/* A row of DOC_CHECK. Texts that were dropped and made room for another of
 * their id were renamed (DROP_ASIDE): here they have their first names. */
struct row {
	int64_t seq, set;
	double weight;
	const char *id, *slug, *text, *cells;
	size_t id_len, slug_len, text_len, cells_len;
	bool summed;
	int64_t sum;
};

static void
cut_end(const char *s, size_t *len, const char *end)
{
	size_t n = strlen(end);

	if (*len > n && memcmp(s + *len - n, end, n) == 0)
		*len -= n;
}

static void
row_read(sqlite3_stmt *s, struct row *r)
{
	char end[48];

	*r = (struct row){ .seq = col_int(s, 0), .set = col_int(s, 1),
		.weight = col_real(s, 2), .id = col_text(s, 3),
		.slug = col_text(s, 4), .text = col_text(s, 5),
		.cells = col_text(s, 6), .sum = col_int(s, 7),
		.id_len = (size_t)sqlite3_column_bytes(s, 3),
		.slug_len = (size_t)sqlite3_column_bytes(s, 4),
		.text_len = (size_t)sqlite3_column_bytes(s, 5),
		.cells_len = (size_t)sqlite3_column_bytes(s, 6),
		.summed = sqlite3_column_type(s, 7) == SQLITE_INTEGER };
	if (r->set != SET_DROPPED)
		return;
	snprintf(end, sizeof end, " (dropped %lld)", (long long)r->seq);
	cut_end(r->id, &r->id_len, end);
	snprintf(end, sizeof end, "-dropped-%lld", (long long)r->seq);
	cut_end(r->slug, &r->slug_len, end);
}

static bool
sum_fits(const struct row *r)
{
	char number[24];
	int n = snprintf(number, sizeof number, "%lld", (long long)r->seq);

	if (doc_sum(r->id, r->id_len, r->text, r->text_len, r->cells,
	    r->cells_len) == r->sum)
		return true;
	return r->id_len == (size_t)n && memcmp(r->id, number, (size_t)n) == 0
	    && doc_sum(NULL, 0, r->text, r->text_len, r->cells,
	    r->cells_len) == r->sum;
}

/* A slug is its id, or made of it, with a number where that was taken. */
static bool
slug_fits(const struct row *r)
{
	char *slug;
	size_t n;
	bool fits;

	if (r->slug_len == r->id_len &&
	    memcmp(r->slug, r->id, r->id_len) == 0)
		return true;
	slug = utf8_slug(r->id, r->id_len);
	n = strlen(slug);
	fits = r->slug_len >= n && memcmp(r->slug, slug, n) == 0 &&
	    (r->slug_len == n || (r->slug[n] == '-' &&
	    strspn(r->slug + n + 1, "0123456789") == r->slug_len - n - 1));
	free(slug);
	return fits;
}

static bool
row_damaged(const struct row *r)
{
	return r->summed && !(sum_fits(r) && slug_fits(r));
}

/* cells has room for one more than the project's columns. */
static const char *
row_fault(const struct row *r, struct buf *memory, const char **cells,
    size_t ncells)
{
	if (r->set < SET_REST || r->set > SET_DROPPED)
		return "is in no set that there is";
	if (!(r->weight >= 0 && r->weight <= 1))
		return "has a weight that is no probability";
	if (utf8_validate(r->id, r->id_len) != r->id_len ||
	    utf8_validate(r->text, r->text_len) != r->text_len)
		return "is not valid UTF-8";
	if (cells_decode(r->cells, r->cells_len, r->id, r->text, memory,
	    cells, ncells + 1) < 0)
		return "has columns that cannot be read";
	if (cells[ncells] != NULL)
		return "has more columns than the project";
	if (!slug_fits(r))
		return "has a slug that is not its id's";
	return NULL;
}

/* ---- going through them ---- */

struct damaged {
	struct damaged_text {
		int64_t seq, sum; /* that it should have */
		char *id;	  /* NULL: not to be shown */
		char *where;	  /* a file that has it as it was */
	} *v;
	size_t n, cap;
};

struct texts {
	struct project_check *out;
	struct damaged damaged;
	struct sums sums;
	struct buf memory;
	const char **cells; /* (ncells + 1) */
	size_t ncells;
};

static void
damaged_add(struct damaged *d, const struct row *r)
{
	d->v = array_room(d->v, d->n, &d->cap, sizeof *d->v);
	d->v[d->n] = (struct damaged_text){ .seq = r->seq, .sum = r->sum };
	if (utf8_validate(r->id, r->id_len) == r->id_len)
		d->v[d->n].id = xstrndup(r->id, r->id_len);
	d->n++;
}

static void
damaged_free(struct damaged *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].id);
		free(d->v[i].where);
	}
	free(d->v);
}

static void
text_check(struct texts *t, const struct row *r)
{
	const char *fault = row_fault(r, &t->memory, t->cells, t->ncells);
	char say[200];

	t->out->texts++;
	if (r->summed)
		sums_add(&t->sums, r->seq, r->sum);
	else
		t->out->unsummed++;
	if (row_damaged(r)) {
		damaged_add(&t->damaged, r);
	} else if (fault != NULL) {
		snprintf(say, sizeof say, "text number %lld %s: keep a copy "
		    "and go on from a backup ('restore')",
		    (long long)r->seq, fault);
		project_check_add(t->out, say);
	}
}

/* Calls fn for every text. */
static int
texts_walk(struct project *p, void (*fn)(struct texts *, const struct row *),
    struct texts *t, struct progress *progress, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_DOC_CHECK, NO_ARGS, err);
	int row = s != NULL ? 1 : -1;
	struct row r;

	while (row == 1 && (row = db_step(p, s, err)) == 1) {
		row_read(s, &r);
		fn(t, &r);
		if (progress_step(progress, 1))
			row = progress_stopped(err);
	}
	db_done(s);
	return row;
}

/* ---- where a damaged one is whole ---- */

/* 1 and r, which is valid until db_done(*s). */
static int
whole_read(struct project *from, const struct damaged_text *d, struct row *r,
    sqlite3_stmt **s, struct err *err)
{
	int row;

	*s = db_query(from, SQL_DOC_CHECK_ONE, ARGS(I(d->seq)), err);
	row = *s != NULL ? db_step(from, *s, err) : -1;
	if (row != 1)
		return row;
	row_read(*s, r);
	/* Its checksum may be all that is damaged here. */
	return r->summed && !row_damaged(r) && (r->sum == d->sum ||
	    (d->id != NULL && strlen(d->id) == r->id_len &&
	    memcmp(d->id, r->id, r->id_len) == 0));
}

static void
look_in(const struct project *home, const char *path, struct damaged *d)
{
	struct project *from = project_open_other(home, path, NULL);
	sqlite3_stmt *s;
	struct row r;

	for (size_t i = 0; from != NULL && i < d->n; i++) {
		if (d->v[i].where != NULL)
			continue;
		if (whole_read(from, &d->v[i], &r, &s, NULL) == 1)
			d->v[i].where = xstrdup(path);
		db_done(s);
	}
	project_close(from);
}

static void
damaged_say(struct project_check *out, const struct damaged_text *d)
{
	char *name = d->id != NULL ? xasprintf("text %s, number %lld,", d->id,
	    (long long)d->seq) : xasprintf("text number %lld",
	    (long long)d->seq);
	char *say = d->where != NULL ? xasprintf("%s is not what was imported: "
	    "check --mend %s puts it back as it was", name, d->where) :
	    xasprintf("%s is not what was imported: check --mend F puts it "
	    "back from a backup F", name);

	project_check_add(out, say);
	free(say);
	free(name);
}

/* ---- check ---- */

static void
places_look(struct damaged *d, struct project *home, const char *against)
{
	struct snapshot *v = NULL;
	size_t n = 0;

	if (d->n == 0)
		return;
	if (against != NULL)
		look_in(home, against, d);
	project_snapshots(home, &v, &n, NULL);
	for (size_t i = 0; i < n; i++)
		look_in(home, v[i].path, d);
	project_snapshots_free(v, n);
}

/* Those that cannot be read with their other half are no rows of DOC_CHECK. */
static int
total_check(struct texts *t, struct project *p, struct err *err)
{
	struct doc_total told;
	int64_t docs = 0;
	char say[200];
	int row;

	if (db_int(p, SQL_DOC_TOTAL, NO_ARGS, &docs, err) < 0)
		return -1;
	if (t->out->texts != (uint64_t)docs) {
		snprintf(say, sizeof say, "of %lld texts %lld cannot be read: "
		    "keep a copy and go on from a backup ('restore')",
		    (long long)docs,
		    (long long)docs - (long long)t->out->texts);
		project_check_add(t->out, say);
		return 0;
	}
	row = sums_told(p, &told, err);
	if (row == 1 && told.texts != t->sums.texts) {
		snprintf(say, sizeof say, "the last import left %llu texts, "
		    "and there are %llu: go on from a backup ('restore')",
		    (unsigned long long)told.texts,
		    (unsigned long long)t->sums.texts);
		project_check_add(t->out, say);
	} else if (row == 1 && !sums_are(&t->sums, &told)) {
		project_check_add(t->out, "numbers or checksums of texts are "
		    "not what the last import left: go on from a backup "
		    "('restore')");
	}
	t->out->texts_differed = row == 1 && told.differed;
	return row < 0 ? -1 : 0;
}

int
texts_check(struct project *p, struct project *home, const char *against,
    struct project_check *out, struct progress *progress, struct err *err)
{
	struct texts t = { .out = out };
	int64_t columns = 0;
	int rc;

	if (db_int(p, SQL_FIELD_NEXT, NO_ARGS, &columns, err) < 0)
		return -1;
	t.ncells = (size_t)columns;
	t.cells = xcalloc(t.ncells + 1, sizeof *t.cells);
	sums_init(&t.sums);
	rc = texts_walk(p, text_check, &t, progress, err);
	if (rc == 0)
		rc = total_check(&t, p, err);
	places_look(&t.damaged, home, against);
	for (size_t i = 0; i < t.damaged.n; i++)
		damaged_say(out, &t.damaged.v[i]);
	damaged_free(&t.damaged);
	free(t.cells);
	buf_free(&t.memory);
	return rc;
}

/* ---- mending ---- */

static void
damaged_find(struct texts *t, const struct row *r)
{
	if (row_damaged(r))
		damaged_add(&t->damaged, r);
}

/* Where another text has its id by now, it is one that was set aside. */
static int
row_put_back(struct project *p, const struct row *r, struct err *err)
{
	char *id = xstrndup(r->id, r->id_len), *slug;
	int64_t other = r->seq;
	int rc = db_int(p, SQL_DOC_BY_ID, ARGS(S(id)), &other, err);

	slug = xstrndup(r->slug, r->slug_len);
	if (other != r->seq) {
		free(id);
		free(slug);
		id = xasprintf("%.*s (dropped %lld)", (int)r->id_len, r->id,
		    (long long)r->seq);
		slug = xasprintf("%.*s-dropped-%lld", (int)r->slug_len,
		    r->slug, (long long)r->seq);
	}
	if (rc >= 0)
		rc = db_run(p, SQL_DOC_MEND, ARGS(I(r->seq), S(id), S(slug),
		    I(r->sum)), err);
	if (rc == 0)
		rc = db_run(p, SQL_TEXT_MEND, ARGS(I(r->seq), SN(r->text,
		    r->text_len), SN(r->cells, r->cells_len)), err);
	free(slug);
	free(id);
	return rc;
}

static int
mend_all(struct project *p, struct project *from, const struct damaged *d,
    uint64_t *mended, struct err *err)
{
	sqlite3_stmt *s;
	struct row r;
	char *json;
	int rc;

	if (d->n == 0)
		return 0;
	/* A damaged id or slug stands elsewhere there, or not at all. */
	rc = db_exec(p, "DROP INDEX IF EXISTS doc_id; "
	    "DROP INDEX IF EXISTS doc_slug", err);
	for (size_t i = 0; rc >= 0 && i < d->n; i++) {
		rc = whole_read(from, &d->v[i], &r, &s, err);
		if (rc == 1) {
			rc = row_put_back(p, &r, err);
			*mended += rc == 0;
		}
		db_done(s);
	}
	if (rc < 0 || schema_doc_indexes(p, err) < 0 ||
	    schema_slug_index(p, err) < 0)
		return -1;
	if (*mended == 0)
		return 0;
	json = xasprintf("{\"summary\":\"%llu damaged texts put back from a "
	    "backup\"}", (unsigned long long)*mended);
	rc = history_add(p, EVENT_PROJECT, 0, json, err);
	free(json);
	return rc;
}

int
project_mend(struct project *p, const char *path, struct progress *progress,
    uint64_t *mended, struct err *err)
{
	struct project *from;
	struct texts t = { 0 };
	int rc;

	*mended = 0;
	from = project_open_other(p, path, err);
	if (from == NULL)
		return -1;
	rc = project_begin(p, err);
	if (rc == 0) {
		progress_phase(progress, "looking for damaged texts", 0);
		rc = texts_walk(p, damaged_find, &t, progress, err);
		if (rc == 0)
			rc = mend_all(p, from, &t.damaged, mended, err);
		rc = project_end(p, rc, err);
	}
	damaged_free(&t.damaged);
	project_close(from);
	return rc;
}
