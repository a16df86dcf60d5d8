/*
 * The texts: each against its checksum, all of them against what the log says
 * of them (sum.c), and which backup has what is damaged, gone or moved as it
 * was: mend.c puts it back from there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/job.h"
#include "tagtiger/utf8.h"
#include "priv.h"

static void
cut_end(const char *s, size_t *len, const char *end)
{
	size_t n = strlen(end);

	if (*len > n && memcmp(s + *len - n, end, n) == 0)
		*len -= n;
}

void
text_row_read(sqlite3_stmt *s, struct text_row *r)
{
	char end[48];

	*r = (struct text_row){ .seq = col_int(s, 0), .set = col_int(s, 1),
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
sum_fits(const struct text_row *r)
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
slug_fits(const struct text_row *r)
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

bool
text_row_damaged(const struct text_row *r)
{
	return r->summed && !(sum_fits(r) && slug_fits(r));
}

/* cells has room for one more than the project's columns. */
static const char *
row_fault(const struct text_row *r, struct buf *memory, const char **cells,
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

static struct lost_text *
lost_add(struct lost *l)
{
	l->v = array_room(l->v, l->n, &l->cap, sizeof *l->v);
	l->v[l->n] = (struct lost_text){ 0 };
	return &l->v[l->n++];
}

static void
damaged_add(struct lost *l, const struct text_row *r)
{
	struct lost_text *d = lost_add(l);

	d->from = d->to = r->seq;
	d->sum = r->sum;
	if (utf8_validate(r->id, r->id_len) == r->id_len)
		d->id = xstrndup(r->id, r->id_len);
}

static void
gone_add(struct lost *l, int64_t from, int64_t to)
{
	struct lost_text *d = lost_add(l);

	d->from = from;
	d->to = to;
	d->gone = true;
	l->gone += (uint64_t)(to - from) + 1;
}

void
lost_free(struct lost *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].id);
		free(l->v[i].where);
	}
	free(l->v);
	*l = (struct lost){ 0 };
}

/* Texts are numbered from 1 without gaps, and stay for ever. */
static void
gap_look(struct lost *l, int64_t *next, const struct text_row *r)
{
	if (r->seq > *next)
		gone_add(l, *next, r->seq - 1);
	*next = r->seq + 1;
}

/* The last ones are missed only by the log. */
static void
tail_look(struct lost *l, int64_t next, const struct sums *sums,
    const struct doc_total *told)
{
	uint64_t missing = told->texts > sums->texts ?
	    told->texts - sums->texts : 0;

	if (missing > l->gone)
		gone_add(l, next, next + (int64_t)(missing - l->gone) - 1);
}

int
texts_walk(struct project *p, void (*fn)(void *arg, const struct text_row *r,
    bool damaged), void *arg, struct lost *lost, struct sums *sums,
    struct progress *progress, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_DOC_CHECK, NO_ARGS, err);
	int row = s != NULL ? 1 : -1;
	struct doc_total told;
	struct text_row r;
	int64_t next = 1;
	bool damaged;

	sums_init(sums);
	while (row == 1 && (row = db_step(p, s, err)) == 1) {
		text_row_read(s, &r);
		if (!p->copy)
			gap_look(lost, &next, &r);
		if (r.summed)
			sums_add(sums, r.seq, r.sum);
		places_add(&sums->places, r.seq, r.set, r.weight);
		damaged = text_row_damaged(&r);
		if (damaged)
			damaged_add(lost, &r);
		if (fn != NULL)
			fn(arg, &r, damaged);
		if (progress_step(progress, 1))
			row = progress_stopped(err);
	}
	db_done(s);
	if (row < 0)
		return -1;
	row = sums_told(p, &told, err);
	if (row == 1)
		tail_look(lost, next, sums, &told);
	return row < 0 ? -1 : 0;
}

struct texts {
	struct project_check *out;
	struct buf memory;
	const char **cells; /* (ncells + 1) */
	size_t ncells;
};

static void
text_check(void *arg, const struct text_row *r, bool damaged)
{
	struct texts *t = arg;
	const char *fault = row_fault(r, &t->memory, t->cells, t->ncells);
	char say[200];

	t->out->texts++;
	t->out->unsummed += !r->summed;
	if (fault == NULL || damaged)
		return;
	snprintf(say, sizeof say, "text number %lld %s: keep a copy and go on "
	    "from a backup ('restore')", (long long)r->seq, fault);
	project_check_add(t->out, say);
}

/* ---- where a lost one is whole ---- */

int
lost_read(struct project *from, const struct lost_text *d, int64_t seq,
    struct text_row *r, sqlite3_stmt **s, struct err *err)
{
	int row;

	*s = db_query(from, SQL_DOC_CHECK_ONE, ARGS(I(seq)), err);
	row = *s != NULL ? db_step(from, *s, err) : -1;
	if (row != 1)
		return row;
	text_row_read(*s, r);
	if (!r->summed && !d->gone) { /* from before there were checksums */
		r->sum = d->sum;
		r->summed = true;
	}
	if (!r->summed || text_row_damaged(r))
		return 0;
	/* Its checksum may be all that is damaged here. */
	return d->gone || r->sum == d->sum || (d->id != NULL &&
	    strlen(d->id) == r->id_len &&
	    memcmp(d->id, r->id, r->id_len) == 0);
}

static bool
has_all(struct project *from, const struct lost_text *d)
{
	sqlite3_stmt *s;
	struct text_row r;
	bool has = true;

	for (int64_t seq = d->from; has && seq <= d->to; seq++) {
		has = lost_read(from, d, seq, &r, &s, NULL) == 1;
		db_done(s);
	}
	return has;
}

/* Of texts that are in other sets. */
struct moved {
	char sets[65]; /* as the log says; "": they are where they were */
	char *where, *first;
	uint64_t n;
};

static char *
moved_words(const char *id, const struct text_row *was,
    const struct text_row *is)
{
	if (was->set != is->set)
		return xasprintf("text %s: %s, now %s", id,
		    set_name(SET_OF(was->set)), set_name(SET_OF(is->set)));
	return xasprintf("text %s: weight %g, now %g", id, was->weight,
	    is->weight);
}

static void
moved_look(struct project *p, struct project *from, struct moved *m)
{
	sqlite3_stmt *s = db_query(from, SQL_DOC_PLACES, NO_ARGS, NULL), *t;
	struct text_row was, is;
	char *id;

	while (s != NULL && db_step(from, s, NULL) == 1) {
		was = (struct text_row){ .seq = col_int(s, 0),
			.set = col_int(s, 1), .weight = col_real(s, 2) };
		t = db_query(p, SQL_DOC_PLACE, ARGS(I(was.seq)), NULL);
		is = was;
		if (t != NULL && db_step(p, t, NULL) == 1)
			is = (struct text_row){ .set = col_int(t, 0),
				.weight = col_real(t, 1) };
		db_done(t);
		if (was.set == is.set && was.weight == is.weight)
			continue;
		if (m->n++ > 0)
			continue;
		id = doc_id(p, was.seq, NULL);
		m->first = moved_words(id != NULL ? id : "?", &was, &is);
		free(id);
	}
	db_done(s);
}

bool
log_shared(struct project *p, struct project *from)
{
	sqlite3_stmt *s = db_query(from, SQL_EVENT_FIRSTS, NO_ARGS, NULL), *t;
	bool shared = false;

	while (s != NULL && !shared && db_step(from, s, NULL) == 1) {
		t = db_query(p, SQL_EVENT_HASH, ARGS(I(col_int(s, 0)), I(1)),
		    NULL);
		shared = t != NULL && db_step(p, t, NULL) == 1 &&
		    sqlite3_column_bytes(s, 1) == 32 &&
		    sqlite3_column_bytes(t, 0) == 32 &&
		    memcmp(sqlite3_column_blob(s, 1),
		    sqlite3_column_blob(t, 0), 32) == 0;
		db_done(t);
	}
	db_done(s);
	return shared;
}

static void
look_in(struct project *p, const char *path, struct lost *l, struct moved *m)
{
	struct project *from = project_open_other(p, path, NULL);
	char sets[65];

	if (from == NULL || !log_shared(p, from)) {
		project_close(from);
		return;
	}
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].where == NULL && has_all(from, &l->v[i]))
			l->v[i].where = xstrdup(path);
	if (m->sets[0] != '\0' && m->where == NULL &&
	    places_read(from, sets, NULL) == 0 &&
	    strcmp(sets, m->sets) == 0) {
		m->where = xstrdup(path);
		moved_look(p, from, m);
	}
	project_close(from);
}

static void
places_look(struct project *p, struct project *home, const char *against,
    struct lost *l, struct moved *m)
{
	struct snapshot *v = NULL;
	size_t n = 0;

	if (l->n == 0 && m->sets[0] == '\0')
		return;
	if (against != NULL)
		look_in(p, against, l, m);
	project_snapshots(home, &v, &n, NULL);
	for (size_t i = 0; i < n; i++)
		look_in(p, v[i].path, l, m);
	project_snapshots_free(v, n);
}

/* ---- what is said of them ---- */

static char *
lost_name(const struct lost_text *d)
{
	if (d->to > d->from)
		return xasprintf("texts number %lld to %lld are gone",
		    (long long)d->from, (long long)d->to);
	if (d->gone)
		return xasprintf("text number %lld is gone",
		    (long long)d->from);
	if (d->id == NULL)
		return xasprintf("text number %lld is not what was imported",
		    (long long)d->from);
	return xasprintf("text %s, number %lld, is not what was imported",
	    d->id, (long long)d->from);
}

static void
lost_say(struct project_check *out, const struct lost_text *d)
{
	const char *it = d->to > d->from ? "them" : "it";
	char *name = lost_name(d);
	char *say = d->where != NULL ? xasprintf("%s: check --mend %s puts %s "
	    "back as %s", name, d->where, it, d->to > d->from ? "they were" :
	    "it was") : xasprintf("%s: check --mend F puts %s back from a "
	    "backup F", name, it);

	project_check_add(out, say);
	free(say);
	free(name);
}

static void
moved_say(struct project_check *out, const struct moved *m)
{
	char *say = m->where == NULL ? xstrdup("texts are in other sets, or "
	    "have other weights, than the last import, draw or drop left: "
	    "which, a backup F from after it can tell (check --against F), "
	    "and check --mend F puts them back") :
	    xasprintf("%s text%s in other sets, or with other weights, than "
	    "the last import, draw or drop left (%s): check --mend %s puts "
	    "%s back", COUNT(m->n), m->n == 1 ? " is" : "s are",
	    m->first, m->where, m->n == 1 ? "it" : "them");

	project_check_add(out, say);
	free(say);
}

/* ---- check ---- */

/* Where none of them is known to be gone. */
static int
total_check(struct project *p, const struct sums *sums, const struct lost *l,
    struct project_check *out, struct err *err)
{
	struct doc_total told;
	int64_t docs = 0;
	char say[200];
	int row = sums_told(p, &told, err);

	if (row < 0 || db_int(p, SQL_DOC_TOTAL, NO_ARGS, &docs, err) < 0)
		return -1;
	*say = '\0';
	if (l->gone == 0 && out->texts != (uint64_t)docs)
		snprintf(say, sizeof say, "of %lld texts %lld cannot be read: "
		    "keep a copy and go on from a backup ('restore')",
		    (long long)docs, (long long)docs - (long long)out->texts);
	else if (l->gone == 0 && row == 1 && told.texts != sums->texts)
		snprintf(say, sizeof say, "the last import left %llu texts, "
		    "and there are %llu: go on from a backup ('restore')",
		    (unsigned long long)told.texts,
		    (unsigned long long)sums->texts);
	else if (l->gone == 0 && row == 1 && !sums_are(sums, &told))
		snprintf(say, sizeof say, "numbers or checksums of texts are "
		    "not what the last import left: go on from a backup "
		    "('restore')");
	if (*say != '\0')
		project_check_add(out, say);
	out->texts_differed = row == 1 && told.differed;
	return 0;
}

static int
sets_check(struct project *p, const struct sums *sums, const struct lost *l,
    struct moved *m, struct project_check *out, struct err *err)
{
	struct doc_total told, now;
	int row = places_told(p, &told, err);

	sums_end(sums, &now);
	out->sets_vouched = row == 1;
	out->texts_moved = row == 1 && told.moved;
	if (row == 1 && l->gone == 0 && strcmp(told.sets, now.sets) != 0)
		memcpy(m->sets, told.sets, sizeof m->sets);
	return row < 0 ? -1 : 0;
}

int
texts_check(struct project *p, struct project *home, const char *against,
    struct project_check *out, struct progress *progress, struct err *err)
{
	struct texts t = { .out = out };
	struct lost lost = { 0 };
	struct moved moved = { 0 };
	struct sums sums;
	int64_t columns = 0;
	int rc;

	if (db_int(p, SQL_FIELD_NEXT, NO_ARGS, &columns, err) < 0)
		return -1;
	t.ncells = (size_t)columns;
	t.cells = xcalloc(t.ncells + 1, sizeof *t.cells);
	rc = texts_walk(p, text_check, &t, &lost, &sums, progress, err);
	if (rc == 0)
		rc = total_check(p, &sums, &lost, out, err);
	if (rc == 0)
		rc = sets_check(p, &sums, &lost, &moved, out, err);
	places_look(p, home, against, &lost, &moved);
	for (size_t i = 0; i < lost.n; i++)
		lost_say(out, &lost.v[i]);
	if (moved.sets[0] != '\0')
		moved_say(out, &moved);
	lost_free(&lost);
	free(moved.where);
	free(moved.first);
	free(t.cells);
	buf_free(&t.memory);
	return rc;
}
