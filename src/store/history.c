#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/job.h"
#include "tagtiger/scheme.h"
#include "priv.h"

/* ---- one event ---- */

static int
event_get(struct project *p, int64_t replica, int64_t seq, struct event *out,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_ROW,
	    ARGS(I(replica), I(seq)), err);
	int row;

	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1) {
		event_read(s, out);
		out->data = xstrdup(out->data);
	}
	db_done(s);
	return row;
}

/* What an undo or redo was of. */
static char *
undo_summary(struct project *p, struct names *names, const struct event *e)
{
	struct event target;
	char *what, *out;

	if (event_get(p, json_get_int(e->data, "replica", 0),
	    json_get_int(e->data, "act", 0), &target, NULL) != 1)
		return xstrdup(event_kind_name(e->kind));
	what = event_words(p, names, &target);
	out = xasprintf("%s: %s", event_kind_name(e->kind), what);
	free(what);
	event_free(&target);
	return out;
}

void
event_free(struct event *e)
{
	free(e->data);
	free(e->summary);
	e->data = e->summary = NULL;
}

/* ---- pages ---- */

#define FILTER_ARGS(f)                                                         \
	I((f)->uid), I((f)->scheme), I((f)->doc), I((f)->kind),                \
	    I((f)->since), I((f)->until), I((f)->bulk)

/* The index that passes the fewest rows over. */
static enum sql
history_sql(const struct history_filter *f)
{
	if (f->doc != 0)
		return SQL_HISTORY_OF_TEXT;
	if (f->kind >= EVENT_SCHEME_ADD)
		return SQL_HISTORY_RARE;
	return f->bulk ? SQL_HISTORY : SQL_HISTORY_SHOWN;
}

int
history_page(struct project *p, const struct history_filter *f,
    struct history_place *before, size_t limit, struct event **out, size_t *n,
    struct err *err)
{
	int64_t lamport = before->lamport != 0 ? before->lamport : INT64_MAX;
	sqlite3_stmt *s = db_query(p, history_sql(f),
	    ARGS(FILTER_ARGS(f), I(lamport), I(before->replica),
	    I((int64_t)limit)), err);
	struct names names = { 0 };
	struct event *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		event_read(s, &v[count]);
		v[count].data = xstrdup(v[count].data);
		count++;
	}
	if (row < 0) {
		history_page_free(v, count);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		bool undo = v[i].kind == EVENT_UNDO || v[i].kind == EVENT_REDO;

		v[i].summary = undo ? undo_summary(p, &names, &v[i])
				    : event_words(p, &names, &v[i]);
	}
	scheme_free(&names.scheme);
	if (count > 0)
		*before = (struct history_place){ v[count - 1].lamport,
			v[count - 1].replica };
	*out = v;
	*n = count;
	return 0;
}

void
history_page_free(struct event *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		event_free(&e[i]);
	free(e);
}

int
history_pass(struct project *p, const struct history_filter *f,
    struct history_place *before, size_t limit, size_t *n, struct err *err)
{
	int64_t lamport = before->lamport != 0 ? before->lamport : INT64_MAX;
	sqlite3_stmt *s = db_query(p, history_sql(f),
	    ARGS(FILTER_ARGS(f), I(lamport), I(before->replica),
	    I((int64_t)limit)), err);
	int row = -1;

	*n = 0;
	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		*before = (struct history_place){ col_int(s, 2),
			col_int(s, 0) };
		++*n;
	}
	return row;
}

/* ---- counts ---- */

/* The first event of a chain of that time or later. Chains follow the clock:
 * where it was put back, some are missed. */
static int
seq_since(struct project *p, int64_t replica, int64_t events, int64_t since,
    int64_t *seq, struct err *err)
{
	int64_t low = 1, high = events + 1;

	while (low < high) {
		int64_t middle = low + (high - low) / 2, time = 0;

		if (db_int(p, SQL_EVENT_TIME, ARGS(I(replica), I(middle)),
		    &time, err) < 0)
			return -1;
		if (time < since)
			low = middle + 1;
		else
			high = middle;
	}
	*seq = low;
	return 0;
}

static int
count_since(struct project *p, const struct history_filter *f, uint64_t *n,
    struct err *err)
{
	struct project_head *heads;
	int64_t seq = 0, count = 0;
	size_t nheads;
	int rc = 0;

	if (project_heads(p, &heads, &nheads, err) < 0)
		return -1;
	for (size_t i = 0; rc >= 0 && i < nheads; i++) {
		rc = seq_since(p, heads[i].replica, heads[i].events, f->since,
		    &seq, err);
		if (rc == 0)
			rc = db_int(p, SQL_HISTORY_COUNT_FROM,
			    ARGS(FILTER_ARGS(f), I(heads[i].replica), I(seq)),
			    &count, err);
		*n += (uint64_t)count;
	}
	free(heads);
	return rc < 0 ? -1 : 0;
}

int
history_count(struct project *p, const struct history_filter *f, uint64_t *n,
    struct err *err)
{
	int64_t count = 0;
	int row;

	*n = 0;
	if (f->since > 0)
		return count_since(p, f, n, err);
	row = db_int(p, SQL_HISTORY_COUNT, ARGS(FILTER_ARGS(f)), &count, err);
	*n = (uint64_t)count;
	return row < 0 ? -1 : 0;
}

/* ---- undo ---- */

#define TURN_MANY 1000 /* events: some 20 ms */

/* The events of one act: they stand one after the other in their chain. */
struct act {
	struct event *events;
	size_t n;
};

static void
act_free(struct act *a)
{
	history_page_free(a->events, a->n);
}

static int
act_read(struct project *p, int64_t replica, int64_t act, struct act *out,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_FROM,
	    ARGS(I(replica), I(act)), err);
	size_t cap = 0;
	int row = -1;

	*out = (struct act){ 0 };
	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		struct event e;

		event_read(s, &e);
		if (e.act != act)
			break;
		/* Of a million labels the first one speaks for all. */
		e.data = EVENT_ON_TEXT(e.kind) && out->n > 0 ? NULL :
		    xstrdup(e.data);
		out->events = array_room(out->events, out->n, &cap,
		    sizeof e);
		out->events[out->n++] = e;
	}
	db_done(s);
	if (row >= 0 && out->n == 0)
		row = err_set_status(err, ERR_NAME,
		    "no act %lld in the history", (long long)act);
	return row < 0 ? -1 : 0;
}

/* What the event's text carries now in that layer. */
static void
labels_now(struct project *p, struct names *names, const struct event *e,
    struct buf *b)
{
	struct annot a;

	if (annot_get(p, e->scheme, e->doc, e->layer, &a, NULL) != 1)
		return;
	if (a.tagged && a.nlabels == 0)
		buf_adds(b, "none");
	for (size_t i = 0; i < a.nlabels; i++) {
		if (i > 0)
			buf_addc(b, '|');
		buf_adds(b, names_label(p, names, e->scheme, a.labels[i]));
	}
	annot_free(&a);
}

static char *
standing(struct project *p, struct names *names, const struct event *e)
{
	struct buf b = BUF_INIT;
	struct scheme s;
	const struct label *l;

	/* Names may just have changed. */
	scheme_free(&names->scheme);
	if (EVENT_ON_TEXT(e->kind)) {
		labels_now(p, names, e, &b);
	} else if (scheme_get(p, e->scheme, &s, NULL) == 0) {
		l = label_by_id(&s, json_get_int(e->data, "label", 0));
		if (l != NULL && l->position >= 0)
			buf_adds(&b, l->name);
		else if (l == NULL && !s.deleted)
			buf_adds(&b, s.name);
		scheme_free(&s);
	}
	if (b.len == 0) {
		buf_free(&b);
		return NULL;
	}
	return buf_take(&b);
}

/* Set the mark on all events of the act, and play again what they touch. */
static int
act_mark(struct project *p, const struct act *a, bool undone, struct err *err)
{
	const struct event *e = a->events;
	int rc = db_run(p, SQL_EVENT_MARK_MANY, ARGS(I(e->replica),
	    I(e->seq), I(a->events[a->n - 1].seq), I(undone)), err);

	progress_phase(p->progress, undone ? "undoing" : "redoing", a->n);
	for (size_t i = 0; rc == 0 && i < a->n; i++) {
		e = &a->events[i];
		if (!EVENT_ON_SCHEME(e->kind))
			continue;
		/* One fold does for a run of events on one scheme. */
		if (i + 1 < a->n && a->events[i + 1].scheme == e->scheme &&
		    EVENT_ON_SCHEME(a->events[i + 1].kind))
			continue;
		rc = scheme_fold(p, e->scheme, err);
	}
	for (size_t i = 0; rc == 0 && i < a->n; i++) {
		e = &a->events[i];
		if (EVENT_ON_TEXT(e->kind))
			rc = annot_fold(p, e->scheme, e->doc, e->layer, err);
		progress_step(p->progress, 1);
	}
	return rc;
}

static int
undo_event(struct project *p, enum event_kind kind, const struct event *of,
    const struct event *undo, struct err *err)
{
	struct event_new e = { .kind = kind, .scheme = of->scheme,
		.doc = of->doc };
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_int(&b, "replica", of->replica);
	json_int(&b, "act", of->act);
	if (undo != NULL) {
		json_int(&b, "undo_replica", undo->replica);
		json_int(&b, "undo", undo->seq);
	}
	json_close(&b);
	e.data = buf_str(&b);
	rc = event_add(p, &e, NULL, err);
	buf_free(&b);
	return rc;
}

/* Which event of the act people would name it by. */
static const struct event *
act_head(const struct act *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->events[i].kind >= EVENT_CREATE)
			return &a->events[i];
	}
	return &a->events[0];
}

static bool
act_foldable(const struct act *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->events[i].kind < EVENT_UNDO ||
		    (a->events[i].kind == EVENT_IMPORT &&
		    json_find(a->events[i].data, "spans") != NULL))
			return true;
	}
	return false;
}

/* "undone: tagged p1: good, and 99 more": of an act on many texts the head's
 * line alone would hide the others. */
static char *
turn_summary(struct project *p, struct names *names, const struct act *a,
    const struct event *head, bool back)
{
	char *what = event_words(p, names, head), *out;
	const char *did = back ? "undone" : "redone";

	out = a->n > 1 && EVENT_ON_TEXT(head->kind) ?
	    xasprintf("%s: %s, and %zu more", did, what, a->n - 1) :
	    xasprintf("%s: %s", did, what);
	free(what);
	return out;
}

/* Did the act merge a work copy, or may its events be among those that such
 * an act brought and that are taken back with it? */
static int
act_merged(struct project *p, const struct act *a, struct err *err)
{
	int64_t one;

	for (size_t i = 0; i < a->n; i++)
		if (a->events[i].kind == EVENT_IMPORT &&
		    json_find(a->events[i].data, "spans") != NULL)
			return 1;
	return db_int(p, SQL_EVENT_IMPORT_UNDONE, NO_ARGS, &one, err);
}

/* A scheme or label that the act made may not go with it when texts that were
 * tagged since carry it: it would take these labels out of sight. */
static int
act_unmakes(struct project *p, const struct act *a, struct err *err)
{
	const struct event *e;
	int64_t n, living;
	int row = 0;

	for (size_t i = 0; row >= 0 && i < a->n; i++) {
		e = &a->events[i];
		n = living = 1;
		if (e->kind == EVENT_SCHEME_ADD) {
			row = db_int(p, SQL_SCHEME_COUNT, NO_ARGS, &living,
			    err);
			if (row >= 0)
				row = db_int(p, SQL_SCHEME_TAGGED,
				    ARGS(I(e->scheme)), &n, err);
		} else if (e->kind == EVENT_LABEL_ADD) {
			row = db_int(p, SQL_LABEL_CARRIED,
			    ARGS(I(id_of(e->replica, e->seq))), &n, err);
		} else {
			continue;
		}
		if (row >= 0 && living == 0)
			row = err_set_status(err, ERR_DENIED, "this was the "
			    "only scheme: add another one first");
		else if (row >= 0 && n > 0)
			row = err_set_status(err, ERR_DENIED, "%s text%s "
			    "carr%s %s that this made: '%s delete' takes "
			    "them away, if that is meant", COUNT(n),
			    n == 1 ? "" : "s", n == 1 ? "ies" : "y",
			    e->kind == EVENT_LABEL_ADD ?
			    "the label" : "labels of the scheme",
			    e->kind == EVENT_LABEL_ADD ? "label" : "scheme");
	}
	return row < 0 ? -1 : 0;
}

static int
act_play(struct project *p, const struct act *a, const struct event *head,
    const struct event *undo, struct err *err)
{
	enum event_kind kind = undo == NULL ? EVENT_UNDO : EVENT_REDO;
	int merged = act_merged(p, a, err), rc = 0;

	if (merged < 0)
		return -1;
	if (merged == 1) /* the log says what is undone then */
		return undo_event(p, kind, head, undo, err) < 0 ? -1 :
		    marks_follow(p, err);
	rc = act_mark(p, a, undo == NULL, err);
	if (rc == 0 && undo != NULL)
		rc = db_run(p, SQL_EVENT_MARK,
		    ARGS(I(undo->replica), I(undo->seq), I(1)), err);
	return rc == 0 ? undo_event(p, kind, head, undo, err) : -1;
}

/* Undo (undo NULL) or redo an act, in a transaction. */
static int
act_turn(struct project *p, int64_t replica, int64_t act,
    const struct event *undo, struct undone *out, struct err *err)
{
	bool back = undo == NULL;
	struct names names = { 0 };
	struct act a;
	const struct event *head;
	int rc = act_read(p, replica, act, &a, err);

	if (rc == 0 && !act_foldable(&a))
		rc = err_set_status(err, ERR_NAME,
		    "this is in the history only: nothing to take back");
	if (rc < 0)
		goto out;
	head = act_head(&a);
	*out = (struct undone){ .kind = head->kind, .scheme = head->scheme,
		.doc = head->doc, .events = a.n };
	if (head->doc != 0)
		out->doc_id = doc_id(p, head->doc, NULL);
	out->before = standing(p, &names, head);
	rc = act_play(p, &a, head, undo, err);
	if (rc == 0 && back)
		rc = act_unmakes(p, &a, err);
	if (rc == 0) {
		out->after = standing(p, &names, head);
		out->summary = turn_summary(p, &names, &a, head, back);
	}
out:
	scheme_free(&names.scheme);
	act_free(&a);
	return rc < 0 ? -1 : 1;
}

/* May this account take the act back, or do it again? Its own, or as a
 * manager any that is not another's on a text. */
static int
act_allowed(struct project *p, const struct event *e, struct err *err)
{
	bool single = !e->bulk && e->kind < EVENT_CREATE;

	if (single && e->uid == p->uid)
		return 0;
	if (single && !EVENT_ON_SCHEME(e->kind))
		return err_set_status(err, ERR_DENIED,
		    "only who did it can take it back");
	return user_require(p, ROLE_MANAGER, err);
}

/* Its data is gone with the row. */
static int
undo_find(struct project *p, struct event *e, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_MINE_LIVE, ARGS(I(p->uid)),
	    err);
	int row;

	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1)
		event_read(s, e);
	e->data = NULL;
	db_done(s);
	return row;
}

static int
undo_newest(struct project *p, struct undone *out, struct err *err)
{
	struct event e = { 0 };
	int row = undo_find(p, &e, err);

	if (row <= 0)
		return row;
	if (act_allowed(p, &e, err) < 0)
		return -1;
	return act_turn(p, e.replica, e.act, NULL, out, err);
}

/* The undo. Rows: replica, seq, kind, undone; newest first. */
static int
redo_find(struct project *p, struct event *undo, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_MINE, ARGS(I(p->uid)), err);
	int64_t replica = 0, seq = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		int64_t kind = col_int(s, 2);

		if (kind < EVENT_UNDO) {
			row = 0; /* a fresh act: nothing to do again */
			break;
		}
		if (kind == EVENT_UNDO && col_int(s, 3) == 0) {
			replica = col_int(s, 0);
			seq = col_int(s, 1);
			break;
		}
	}
	db_done(s);
	return row <= 0 ? row : event_get(p, replica, seq, undo, err);
}

static int
redo_newest(struct project *p, struct undone *out, struct err *err)
{
	struct event undo = { 0 }, target = { 0 };
	int row = redo_find(p, &undo, err);

	if (row == 1)
		row = event_get(p, json_get_int(undo.data, "replica", 0),
		    json_get_int(undo.data, "act", 0), &target, err);
	if (row == 1 && act_allowed(p, &target, err) < 0)
		row = -1;
	if (row == 1)
		row = act_turn(p, target.replica, target.act, &undo, out,
		    err);
	event_free(&undo);
	event_free(&target);
	return row;
}

static int
undo_act(struct project *p, int64_t replica, int64_t act, struct undone *out,
    struct err *err)
{
	struct event e = { 0 };
	int row = event_get(p, replica, act, &e, err);

	if (row == 0)
		row = err_set_status(err, ERR_NAME,
		    "no act %lld in the history", (long long)act);
	else if (row == 1 && (e.kind == EVENT_UNDO || e.kind == EVENT_REDO))
		row = err_set_status(err, ERR_NAME,
		    "an undo is taken back by redo");
	else if (row == 1 && e.undone)
		row = 0;
	else if (row == 1 && act_allowed(p, &e, err) < 0)
		row = -1;
	else if (row == 1)
		row = act_turn(p, replica, e.act, NULL, out, err);
	event_free(&e);
	return row;
}

/* An act's events stand one after the other; of one that merged a work copy
 * the log says how many it brought. */
static int
act_is_many(struct project *p, const struct turn *t, bool *many,
    struct err *err)
{
	struct event e = { 0 };
	int row = event_get(p, t->replica, t->act + TURN_MANY, &e, err);

	*many = row == 1 && e.act == t->act;
	event_free(&e);
	if (row < 0 || *many)
		return row < 0 ? -1 : 0;
	row = event_get(p, t->replica, t->act, &e, err);
	*many = row == 1 && e.kind == EVENT_IMPORT &&
	    json_find(e.data, "spans") != NULL;
	event_free(&e);
	return row < 0 ? -1 : 0;
}

int
history_turn(struct project *p, struct turn *t, struct err *err)
{
	struct event e = { 0 };
	int row = 1;

	if (t->act == 0 && !t->redo) {
		row = undo_find(p, &e, err);
		t->replica = e.replica;
		t->act = e.act;
	} else if (t->act == 0) {
		row = redo_find(p, &e, err);
		if (row == 1) {
			t->replica = json_get_int(e.data, "replica", 0);
			t->act = json_get_int(e.data, "act", 0);
		}
		event_free(&e);
	}
	if (row == 1 && act_is_many(p, t, &t->many, err) < 0)
		row = -1;
	return row;
}

static int
turn_end(struct project *p, int row, struct undone *out, struct err *err)
{
	if (project_end(p, row < 0 ? -1 : 0, err) == 0)
		return row;
	undone_free(out);
	return -1;
}

int
history_undo(struct project *p, struct undone *out, struct err *err)
{
	*out = (struct undone){ 0 };
	if (project_begin(p, err) < 0)
		return -1;
	return turn_end(p, undo_newest(p, out, err), out, err);
}

int
history_redo(struct project *p, struct undone *out, struct err *err)
{
	*out = (struct undone){ 0 };
	if (project_begin(p, err) < 0)
		return -1;
	return turn_end(p, redo_newest(p, out, err), out, err);
}

int
history_undo_act(struct project *p, int64_t replica, int64_t act,
    struct undone *out, struct err *err)
{
	*out = (struct undone){ 0 };
	if (project_begin(p, err) < 0)
		return -1;
	return turn_end(p, undo_act(p, replica, act, out, err), out, err);
}

void
undone_free(struct undone *u)
{
	free(u->doc_id);
	free(u->before);
	free(u->after);
	free(u->summary);
	*u = (struct undone){ 0 };
}
