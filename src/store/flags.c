#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/work.h"
#include "priv.h"

/*
 * One pass over each of the tables fills an array that selection then reads
 * without a query per text.
 */
struct flags {
	struct project *p;
	int64_t scheme;
	int64_t from, to; /* docs */
	uint16_t *v;	  /* (to - from + 1) */
	struct meanings meanings;
	struct ids ids;
};

/* A row says that one more has tagged the text. */
static void
flag_person(struct flags *f, int64_t doc)
{
	uint16_t *v = &f->v[doc - f->from];

	if (doc >= f->from && doc <= f->to && (*v & DOC_PEOPLE) != DOC_PEOPLE)
		*v += DOC_PEOPLE_ONE;
}

static void
flag_set(struct flags *f, int64_t doc, unsigned flag)
{
	if (doc >= f->from && doc <= f->to)
		f->v[doc - f->from] |= (uint16_t)flag;
}

/* Columns: doc, uid, tagged, flag, has a comment, labels. */
static void
flags_annotation(struct flags *f, sqlite3_stmt *s)
{
	bool tagged = col_int(s, 2) != 0;
	unsigned flag = 0;

	if (tagged && f->meanings.any_dead) {
		f->ids.n = 0;
		tagged = labels_meant(&f->meanings, col_text(s, 5), &f->ids);
	}
	if (tagged) {
		flag |= DOC_TAGGED;
		if (col_int(s, 1) == f->p->uid)
			flag |= DOC_TAGGED_MINE;
		if (col_int(s, 1) == LAYER_FINAL)
			flag |= DOC_DECIDED;
		else
			flag_person(f, col_int(s, 0));
	}
	if (col_int(s, 3) != 0)
		flag |= DOC_FLAGGED;
	if (col_int(s, 4) != 0)
		flag |= DOC_COMMENTED;
	flag_set(f, col_int(s, 0), flag);
}

static void
flags_doc(struct flags *f, sqlite3_stmt *s)
{
	int64_t doc = col_int(s, 0), set = col_int(s, 1);

	if (doc >= f->from && doc <= f->to)
		f->v[doc - f->from] = SET_OF(set) < SET_COUNT ?
		    (uint16_t)set : DOC_ABSENT;
}

static void
flags_session(struct flags *f, sqlite3_stmt *s)
{
	flag_set(f, col_int(s, 0), col_int(s, 1) == SESSION_SKIPPED
	    ? DOC_SEEN | DOC_SKIPPED : DOC_SEEN);
}

static void
flags_lease(struct flags *f, sqlite3_stmt *s)
{
	flag_set(f, col_int(s, 0), DOC_HELD);
}

/* Statements take ?1 scheme, ?2 uid, ?3 the doc after which to go on, ?4 the
 * last one, ?5 now, and give rising docs in column 0. */
static int
flags_pass(struct flags *f, enum sql sql,
    void (*row_fn)(struct flags *, sqlite3_stmt *), struct err *err)
{
	int64_t last = f->from - 1;
	bool more = true;
	int row = 0;

	while (more) {
		sqlite3_stmt *s = db_query(f->p, sql, ARGS(I(f->scheme),
		    I(f->p->uid), I(last), I(f->to), I(now_ms())), err);
		struct pace pace = { 0 };

		more = false;
		row = s == NULL ? -1 : 1;
		while (row == 1 && (row = db_step(f->p, s, err)) == 1) {
			/* Several rows of one doc stay together. */
			if (col_int(s, 0) != last && pace_over(&pace)) {
				more = true;
				break;
			}
			row_fn(f, s);
			last = col_int(s, 0);
		}
		db_done(s);
	}
	return row < 0 ? -1 : 0;
}

/* All from the first one on. */
static int
flags_docs(struct flags *f, struct err *err)
{
	int64_t max;
	const uint8_t *sets = sets_known(f->p, &max, err);

	for (int64_t i = 0; sets != NULL && i <= f->to && i <= max; i++)
		if (sets[i] != SET_ABSENT)
			f->v[i] = sets[i];
	return sets != NULL ? 0 : -1;
}

static int
flags_fill(struct flags *f, struct err *err)
{
	int rc = meanings_read(f->p, f->scheme, &f->meanings, err);

	for (int64_t i = 0; i <= f->to - f->from; i++)
		f->v[i] = DOC_ABSENT;
	if (rc == 0)
		rc = f->from == 0 ? flags_docs(f, err) :
		    flags_pass(f, SQL_FLAGS_DOC, flags_doc, err);
	if (rc == 0)
		rc = flags_pass(f, SQL_FLAGS_ANNOT, flags_annotation, err);
	if (rc == 0)
		rc = flags_pass(f, SQL_FLAGS_SESSION, flags_session, err);
	if (rc == 0)
		rc = flags_pass(f, SQL_FLAGS_LEASE, flags_lease, err);
	free(f->meanings.v);
	free(f->ids.v);
	return rc;
}

static int
flags_out(struct flags *f, struct err *err)
{
	uint8_t *out = try_alloc((size_t)f->to + 1, 1, err);
	int rc = out != NULL ? work_out(f->p, 0, f->to, out, err) : -1;

	for (int64_t i = 0; rc == 0 && i <= f->to; i++)
		if (out[i])
			f->v[i] |= DOC_OUT;
	free(out);
	return rc;
}

int
annot_flags(struct project *p, int64_t scheme, uint16_t **out, int64_t *max,
    struct err *err)
{
	struct flags f = { .p = p, .scheme = scheme };

	if (doc_max(p, &f.to, err) < 0)
		return -1;
	f.v = try_alloc((size_t)f.to + 1, sizeof *f.v, err);
	if (f.v == NULL)
		return -1;
	if (flags_fill(&f, err) < 0 || flags_out(&f, err) < 0) {
		free(f.v);
		return -1;
	}
	*out = f.v;
	*max = f.to;
	return 0;
}

int
annot_flags_range(struct project *p, int64_t scheme, int64_t from, int64_t to,
    uint16_t *out, struct err *err)
{
	struct flags f = { .p = p, .scheme = scheme, .from = from, .to = to,
		.v = out };

	return flags_fill(&f, err);
}

int
annot_flags_one(struct project *p, int64_t scheme, int64_t doc,
    uint16_t *out, struct err *err)
{
	return annot_flags_range(p, scheme, doc, doc, out, err);
}

/* ---- following ---- */

static int
doc_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
changed_add(struct ids *out, int64_t doc)
{
	out->v = array_room(out->v, out->n, &out->cap, sizeof *out->v);
	out->v[out->n++] = doc;
}

/* What an act changes besides its own texts. An import into a scheme is one of
 * annotations, each an event of its own. */
static void
widen(enum widely *widely, const struct event *e, int64_t scheme)
{
	if (e->kind == EVENT_DRAW ||
	    (e->kind == EVENT_IMPORT && e->scheme == 0))
		*widely = CHANGED_SETS;
	else if (EVENT_ON_SCHEME(e->kind) && e->scheme == scheme &&
	    *widely == CHANGED_TEXTS)
		*widely = CHANGED_LABELS;
}

/* The texts of one act, which an undo or redo played again. */
static int
changed_act(struct project *p, int64_t scheme, const struct event *turn,
    struct ids *out, enum widely *widely, struct err *err)
{
	int64_t act = json_get_int(turn->data, "act", 0);
	sqlite3_stmt *s = db_query(p, SQL_EVENT_FROM,
	    ARGS(I(json_get_int(turn->data, "replica", 0)), I(act)), err);
	struct event e;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		if (e.act != act)
			break;
		widen(widely, &e, scheme);
		if (EVENT_ON_TEXT(e.kind) && e.scheme == scheme)
			changed_add(out, e.doc);
	}
	db_done(s);
	return row < 0 ? -1 : 0;
}

int
changed_since(struct project *p, int64_t scheme, int64_t since,
    struct ids *out, enum widely *widely, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_SINCE, ARGS(I(since)), err);
	struct event e;
	int row = -1, rc = 0;

	while (s != NULL && rc == 0 && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		widen(widely, &e, scheme);
		if (e.kind == EVENT_UNDO || e.kind == EVENT_REDO)
			rc = changed_act(p, scheme, &e, out, widely, err);
		else if (EVENT_ON_TEXT(e.kind) && e.scheme == scheme)
			changed_add(out, e.doc);
	}
	db_done(s);
	if (out->n > 0)
		qsort(out->v, out->n, sizeof *out->v, doc_order);
	return row < 0 ? -1 : rc;
}

int
annot_changed(struct project *p, int64_t scheme, int64_t *since,
    int64_t **docs, size_t *n, struct err *err)
{
	struct ids ids = { 0 };
	int64_t now = 0;
	enum widely widely = CHANGED_TEXTS;

	*docs = NULL;
	*n = 0;
	if (event_position(p, &now, err) < 0)
		return -1;
	if (*since != 0 && now > *since &&
	    changed_since(p, scheme, *since, &ids, &widely, err) < 0) {
		free(ids.v);
		return -1;
	}
	*since = now;
	for (size_t i = 0; i < ids.n; i++) {
		if (*n == 0 || ids.v[i] != ids.v[*n - 1])
			ids.v[(*n)++] = ids.v[i];
	}
	*docs = ids.v;
	return widely != CHANGED_TEXTS;
}
