/*
 * Which events are taken back, by the log alone. An undo names the act that
 * it takes back and a redo that undo; the newest of them counts. An act that
 * merged a work copy stands for all the events that it brought (its spans):
 * taken back, they count as taken back, and so do undos among them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hash.h"
#include "priv.h"

static int64_t *
act_mark(struct strmap *map, int64_t replica, int64_t act, bool make)
{
	char key[64];
	int len = snprintf(key, sizeof key, "%lld:%lld", (long long)replica,
	    (long long)act);

	return make ? strmap_put(map, key, (size_t)len, 0, NULL) :
	    strmap_get(map, key, (size_t)len);
}

static bool
act_marked(const struct marks *m, int64_t replica, int64_t act)
{
	int64_t *mark = act_mark(m->acts, replica, act, false);

	return mark != NULL && *mark != 0;
}

/* ---- spans ---- */

/* "[replica,from,to,...]"; what reads otherwise is no span. */
static void
spans_add(struct marks *m, const struct event *e)
{
	const char *array = json_find(e->data, "spans");
	size_t n = 0, cap = m->nspans;
	int64_t *v;

	if (array == NULL || json_read_ids(array, NULL, 0, &n) < 0 || n < 3)
		return;
	v = xcalloc(n, sizeof *v);
	json_read_ids(array, v, n, &n);
	for (size_t i = 0; i + 2 < n; i += 3) {
		m->spans = array_room(m->spans, m->nspans, &cap,
		    sizeof *m->spans);
		m->spans[m->nspans++] = (struct span){ .replica = v[i],
			.from = v[i + 1], .to = v[i + 2],
			.by_replica = e->replica, .by_act = e->act };
	}
	free(v);
}

static int
spans_read(struct project *p, struct marks *m, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_IMPORTS, NO_ARGS, err);
	struct event e;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		spans_add(m, &e);
	}
	return row;
}

static bool
covered(const struct marks *m, int64_t replica, int64_t seq)
{
	for (size_t i = 0; i < m->nspans; i++) {
		const struct span *s = &m->spans[i];

		if (s->undone && s->replica == replica && seq >= s->from &&
		    seq <= s->to)
			return true;
	}
	return false;
}

/* ---- reading ---- */

static void
turn(struct marks *m, const struct event *e)
{
	*act_mark(m->acts, json_get_int(e->data, "replica", 0),
	    json_get_int(e->data, "act", 0), true) = e->kind == EVENT_UNDO;
	if (e->kind == EVENT_REDO)
		*act_mark(m->acts, json_get_int(e->data, "undo_replica", 0),
		    json_get_int(e->data, "undo", 0), true) = 1;
}

static int
turns_read(struct project *p, struct marks *m, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_TURNS, NO_ARGS, err);
	struct event e;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		if (!covered(m, e.replica, e.seq))
			turn(m, &e);
	}
	return row;
}

int
marks_read(struct project *p, struct marks *m, struct err *err)
{
	bool any = false;

	*m = (struct marks){ .acts = strmap_new() };
	if (spans_read(p, m, err) < 0 || turns_read(p, m, err) < 0)
		return -1;
	for (size_t i = 0; i < m->nspans; i++) {
		struct span *s = &m->spans[i];

		s->undone = act_marked(m, s->by_replica, s->by_act);
		any = any || s->undone;
	}
	if (!any)
		return 0;
	/* Once more, without the undos among what is taken back. All acts
	 * stay listed: those have their marks to lose. */
	for (size_t i = 0; i < strmap_count(m->acts); i++) {
		size_t len;
		const char *key = strmap_key(m->acts, i, &len);

		*strmap_get(m->acts, key, len) = 0;
	}
	if (turns_read(p, m, err) < 0)
		return -1;
	for (size_t i = 0; i < m->nspans; i++)
		if (m->spans[i].undone)
			*act_mark(m->acts, m->spans[i].by_replica,
			    m->spans[i].by_act, true) = 1;
	return 0;
}

void
marks_free(struct marks *m)
{
	strmap_free(m->acts);
	free(m->spans);
	*m = (struct marks){ 0 };
}

bool
marks_undone(const struct marks *m, const struct event *e)
{
	/* An undo is marked by itself, when a redo ends it. */
	return act_marked(m, e->replica, e->kind == EVENT_UNDO ? e->seq :
	    e->act) || covered(m, e->replica, e->seq);
}

/* ---- writing ---- */

/* The marks of events from..to of a chain; to 0: of the act that begins at
 * from. */
static int
marks_set(struct project *p, const struct marks *m, int64_t replica,
    int64_t from, int64_t to, struct touched *t, struct err *err)
{
	int rc = 0, row = 1;

	for (int64_t seq = from; rc == 0 && (to == 0 || seq <= to); seq++) {
		sqlite3_stmt *s = db_query(p, SQL_EVENT_ROW,
		    ARGS(I(replica), I(seq)), err);
		struct event e;
		bool undone;

		row = s != NULL ? db_step(p, s, err) : -1;
		if (row != 1)
			break;
		event_read(s, &e);
		undone = marks_undone(m, &e);
		e.data = NULL;
		db_done(s);
		if (to == 0 && e.act != from && e.seq != from)
			break;
		if (undone == e.undone)
			continue;
		touch_event(t, &e);
		rc = db_run(p, SQL_EVENT_MARK,
		    ARGS(I(replica), I(seq), I(undone)), err);
	}
	return row < 0 ? -1 : rc;
}

int
marks_write(struct project *p, const struct marks *m, struct touched *t,
    struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < strmap_count(m->acts); i++) {
		long long replica, act;
		size_t len;

		if (sscanf(strmap_key(m->acts, i, &len), "%lld:%lld",
		    &replica, &act) == 2)
			rc = marks_set(p, m, replica, act, 0, t, err);
	}
	for (size_t i = 0; rc == 0 && i < m->nspans; i++)
		rc = marks_set(p, m, m->spans[i].replica, m->spans[i].from,
		    m->spans[i].to, t, err);
	return rc;
}

/* ---- what changed, to be played again ---- */

static void
touch(struct touched *t, int64_t scheme, int64_t doc, int64_t layer)
{
	t->v = array_room(t->v, t->n, &t->cap, sizeof *t->v);
	t->v[t->n++] = (struct touch){ scheme, doc, layer };
}

void
touch_event(struct touched *t, const struct event *e)
{
	if (EVENT_ON_TEXT(e->kind))
		touch(t, e->scheme, e->doc, e->layer);
	else if (EVENT_ON_SCHEME(e->kind) && e->scheme != 0)
		touch(t, e->scheme, 0, 0);
}

/* Schemes first: their labels stand before texts carry them. */
static int
touch_order(const void *a, const void *b)
{
	const struct touch *x = a, *y = b;

	if ((x->doc == 0) != (y->doc == 0))
		return x->doc == 0 ? -1 : 1;
	if (x->scheme != y->scheme)
		return x->scheme < y->scheme ? -1 : 1;
	if (x->doc != y->doc)
		return x->doc < y->doc ? -1 : 1;
	return x->layer < y->layer ? -1 : x->layer > y->layer;
}

void
touched_sort(struct touched *t)
{
	size_t kept = 0;

	if (t->n > 0)
		qsort(t->v, t->n, sizeof *t->v, touch_order);
	for (size_t i = 0; i < t->n; i++)
		if (kept == 0 || touch_order(&t->v[kept - 1], &t->v[i]) != 0)
			t->v[kept++] = t->v[i];
	t->n = kept;
}

/* Names that change hands are let go of first. */
int
touched_fold(struct project *p, struct touched *t, struct err *err)
{
	int rc = 0;

	touched_sort(t);
	scheme_forget(p);
	for (size_t i = 0; rc == 0 && i < t->n && t->v[i].doc == 0; i++)
		rc = db_run(p, SQL_SCHEME_ASIDE, ARGS(I(t->v[i].scheme)), err);
	for (size_t i = 0; rc == 0 && i < t->n; i++)
		rc = t->v[i].doc == 0 ? scheme_fold(p, t->v[i].scheme, err) :
		    annot_fold(p, t->v[i].scheme, t->v[i].doc, t->v[i].layer,
		    err);
	return rc;
}

void
touched_free(struct touched *t)
{
	free(t->v);
	*t = (struct touched){ 0 };
}

int
marks_follow(struct project *p, struct err *err)
{
	struct touched t = { 0 };
	struct marks m;
	int rc = marks_read(p, &m, err);

	if (rc == 0)
		rc = marks_write(p, &m, &t, err);
	if (rc == 0)
		rc = touched_fold(p, &t, err);
	touched_free(&t);
	marks_free(&m);
	return rc;
}
