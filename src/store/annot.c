#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/job.h"
#include "tagtiger/scheme.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/*
 * What one layer of one text in one scheme stands at: its row of annotation
 * and the account's row of session. Each part is what the newest event about
 * it says that is not undone.
 */
struct state {
	bool tagged, accepted, flag;
	int64_t time;
	char *labels; /* "[1,2]" as in the log */
	char *comment;
	int how; /* enum session_how; 0: not seen */
	int64_t seen;
};

static void
state_init(struct state *s)
{
	*s = (struct state){ .labels = xstrdup("[]"), .comment = xstrdup("") };
}

static void
state_free(struct state *s)
{
	free(s->labels);
	free(s->comment);
}

static void
state_take(char **field, char *value)
{
	free(*field);
	*field = value;
}

/* Does the text count as seen by this? */
static bool
is_looked_at(const struct event *e)
{
	return !e->bulk && e->uid == e->layer;
}

/* cleared: the order number of the account's newest session clear. */
static void
state_apply(struct state *s, const struct event *e, int64_t cleared)
{
	bool in_session = is_looked_at(e) && e->lamport > cleared;
	char *text;

	switch (e->kind) {
	case EVENT_TAG:
		s->tagged = true;
		s->accepted = json_get_true(e->data, "accepted");
		s->time = json_get_int(e->data, "when", e->time);
		state_take(&s->labels, json_get_ids(e->data, "labels"));
		text = json_get_text(e->data, "comment");
		if (text != NULL)
			state_take(&s->comment, text);
		if (in_session) {
			s->how = SESSION_TAGGED;
			s->seen = e->time;
		}
		break;
	case EVENT_UNTAG:
		s->tagged = s->accepted = false;
		s->time = 0;
		state_take(&s->labels, xstrdup("[]"));
		break;
	case EVENT_SKIP:
		if (in_session) {
			s->how = SESSION_SKIPPED;
			s->seen = e->time;
		}
		break;
	case EVENT_COMMENT:
		text = json_get_text(e->data, "comment");
		state_take(&s->comment, text != NULL ? text : xstrdup(""));
		break;
	case EVENT_FLAG: s->flag = true; break;
	case EVENT_UNFLAG: s->flag = false; break;
	default: break;
	}
}

static bool
state_has_row(const struct state *s)
{
	return s->tagged || s->flag || *s->comment != '\0';
}

/* What the tables say, without the session. */
static int
state_load_row(struct project *p, int64_t scheme, int64_t doc, int64_t layer,
    struct state *out, struct err *err)
{
	sqlite3_stmt *s;
	int row = annot_row(p, scheme, doc, layer, &s, err);

	state_init(out);
	if (row == 1) {
		out->tagged = col_int(s, 0) != 0;
		out->time = col_int(s, 1);
		state_take(&out->labels, col_dup(s, 2));
		out->accepted = col_int(s, 3) != 0;
		out->flag = col_int(s, 4) != 0;
		state_take(&out->comment, col_dup(s, 5));
	}
	db_done(s);
	return row < 0 ? -1 : 0;
}

static int
state_load(struct project *p, int64_t scheme, int64_t doc, int64_t layer,
    struct state *out, struct err *err)
{
	const struct arg key[] = { I(layer), I(scheme), I(doc) };
	sqlite3_stmt *s;
	int row;

	if (state_load_row(p, scheme, doc, layer, out, err) < 0)
		return -1;
	row = blank_at(p, BLANK_SESSION, scheme, layer, doc, err);
	if (row != 0)
		return row < 0 ? -1 : 0;
	if (queue_settle(p, QUEUE_SESSION, key, 3, err) < 0)
		return -1;
	s = db_query(p, SQL_SESSION_ROW, key, 3, err);
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1) {
		out->how = (int)col_int(s, 0);
		out->seen = col_int(s, 1);
	}
	db_done(s);
	return row < 0 ? -1 : 0;
}

static int
label_rows(struct project *p, bool put, const char *labels, int64_t doc,
    int64_t layer, struct err *err)
{
	int64_t small[16], *ids = small;
	size_t n = 0;
	int rc = 0;

	if (json_read_ids(labels, small, 16, &n) < 0)
		n = 0;
	if (n > 16) {
		ids = xcalloc(n, sizeof *ids);
		json_read_ids(labels, ids, n, &n);
	}
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct arg row[] = { I(ids[i]), I(doc), I(layer) };

		rc = put ? queue_put(p, QUEUE_LABEL, row, err) :
		    queue_settle(p, QUEUE_LABEL, row, 3, err) < 0 ? -1 :
		    db_run(p, SQL_ANNOT_LABEL_DELETE, row, 3, err);
	}
	if (ids != small)
		free(ids);
	return rc;
}

/* Is it there? Its set is remembered for its row of session. */
static int
text_look(struct project *p, int64_t doc, struct err *err)
{
	int row = db_int(p, SQL_DOC_SET, ARGS(I(doc)), &p->known.set, err);

	p->known.doc = row == 1 ? doc : 0;
	return row;
}

static int
text_exists(struct project *p, int64_t doc, struct err *err)
{
	int row = text_look(p, doc, err);

	if (row == 0)
		return err_set_status(err, ERR_NAME, "no text has number %lld",
		    (long long)doc);
	return row < 0 ? -1 : 0;
}

static int
session_store(struct project *p, int64_t scheme, int64_t doc, int64_t layer,
    const struct state *old, const struct state *new, struct err *err)
{
	const struct arg key[] = { I(layer), I(scheme), I(doc) };
	if (new->how == old->how && new->seen == old->seen)
		return 0;
	if (new->how == 0)
		return queue_settle(p, QUEUE_SESSION, key, 3, err) < 0 ? -1 :
		    db_run(p, SQL_SESSION_DELETE, key, 3, err);
	if (p->known.doc != doc && text_exists(p, doc, err) < 0)
		return -1;
	blank_filled(p, BLANK_SESSION, scheme, layer, doc);
	return queue_put(p, QUEUE_SESSION, (const struct arg[]){ I(layer),
	    I(scheme), I(doc), I(p->known.set), I(new->how), I(new->seen) }, err);
}

static int
state_store(struct project *p, int64_t scheme, int64_t doc, int64_t layer,
    const struct state *old, const struct state *new, struct err *err)
{
	if (strcmp(old->labels, new->labels) != 0 &&
	    label_rows(p, false, old->labels, doc, layer,
	    err) < 0)
		return -1;
	if (state_has_row(new)) {
		blank_filled(p, BLANK_ANNOT, scheme, 0, doc);
		if (queue_put(p, QUEUE_ANNOT, (const struct arg[]){ I(scheme),
		    I(doc), I(layer), I(new->tagged), I(new->time),
		    S(new->labels), I(new->accepted), I(new->flag),
		    S(new->comment) }, err) < 0)
			return -1;
	} else if (state_has_row(old)) {
		if (db_run(p, SQL_ANNOT_DELETE,
		    ARGS(I(scheme), I(doc), I(layer)), err) < 0)
			return -1;
	}
	if (strcmp(old->labels, new->labels) != 0 &&
	    label_rows(p, true, new->labels, doc, layer,
	    err) < 0)
		return -1;
	return session_store(p, scheme, doc, layer, old, new, err);
}

static int
session_cleared(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    int64_t *lamport, struct err *err)
{
	int64_t ever = 0;

	*lamport = 0;
	if (p->depth > 0 && p->known.never_cleared)
		return 0;
	if (db_int(p, SQL_SESSION_CLEARED_EVER, NO_ARGS, &ever, err) < 0)
		return -1;
	p->known.never_cleared = ever == 0;
	if (ever == 0)
		return 0;
	return db_int(p, SQL_SESSION_CLEARED,
	    ARGS(I(uid), I(scheme), I(doc)), lamport, err) < 0 ? -1 : 0;
}

int
annot_fold(struct project *p, int64_t scheme, int64_t doc, int64_t layer,
    struct err *err)
{
	struct state old, new;
	struct event e;
	sqlite3_stmt *s;
	int64_t cleared;
	int rc, row = text_look(p, doc, err);

	if (row <= 0)
		return row; /* a work copy has not all the log's texts */
	rc = state_load(p, scheme, doc, layer, &old, err);
	state_init(&new);
	if (rc == 0)
		rc = session_cleared(p, scheme, doc, layer, &cleared, err);
	if (rc == 0) {
		s = db_query(p, SQL_EVENT_OF_TEXT,
		    ARGS(I(doc), I(scheme), I(layer)), err);
		row = s == NULL ? -1 : 1;
		while (row == 1 && (row = db_step(p, s, err)) == 1) {
			event_read(s, &e);
			if (!e.undone)
				state_apply(&new, &e, cleared);
		}
		rc = row;
	}
	if (rc == 0)
		rc = state_store(p, scheme, doc, layer, &old, &new, err);
	state_free(&old);
	state_free(&new);
	return rc;
}

/* ---- acts ---- */

/* A fresh event is the newest, so that what stands plus it is the fold. */
static int
act_apply(struct project *p, const struct event_new *new, struct err *err)
{
	struct state old, now;
	struct event_id id;
	struct event e;
	int rc = event_add(p, new, &id, err);

	if (rc < 0)
		return -1;
	e = (struct event){ .kind = new->kind, .lamport = id.lamport,
		.time = id.time, .uid = p->uid, .layer = new->layer,
		.scheme = new->scheme, .doc = new->doc,
		.bulk = new->bulk || (p->grouping > 0 && p->bulk),
		.data = (char *)(new->data != NULL ? new->data : "{}") };
	rc = is_looked_at(&e) ?
	    state_load(p, e.scheme, e.doc, e.layer, &old, err) :
	    state_load_row(p, e.scheme, e.doc, e.layer, &old, err);
	now = old;
	now.labels = xstrdup(old.labels);
	now.comment = xstrdup(old.comment);
	if (rc == 0) {
		state_apply(&now, &e, 0);
		rc = state_store(p, new->scheme, new->doc, new->layer, &old,
		    &now, err);
	}
	state_free(&old);
	state_free(&now);
	return rc;
}

static int64_t
layer_of(const struct project *p, enum whose whose, int64_t uid)
{
	switch (whose) {
	case WHOSE_FINAL: return LAYER_FINAL;
	case WHOSE_UID: return uid;
	default: return p->uid;
	}
}

static int
scheme_takes(struct project *p, int64_t scheme, size_t nlabels,
    struct err *err)
{
	const struct known_scheme *k = scheme_known(p, scheme, err);

	if (k == NULL)
		return -1;
	if (k->deleted)
		return err_set_status(err, ERR_NAME,
		    "this scheme does not exist or was deleted");
	if (k->single && nlabels > 1)
		return err_set_status(err, ERR_NAME, "a text has one label in "
		    "a multi-class scheme: %zu were given", nlabels);
	return 0;
}

/* The label's id as it counts now: what was merged goes on under the other
 * name. */
static int
label_takes(struct project *p, int64_t scheme, int64_t label, int64_t *id,
    struct err *err)
{
	const struct known_scheme *k = scheme_known(p, scheme, err);
	const struct meaning *m;

	if (k == NULL)
		return -1;
	m = meaning_find(&k->meanings, label);
	if (m == NULL)
		return err_set_status(err, ERR_NAME,
		    "the scheme has no such label");
	if (m->effective == 0)
		return err_set_status(err, ERR_NAME,
		    "this label was deleted");
	*id = m->effective;
	return 0;
}

static void
pick_data(struct buf *b, const struct pick *k)
{
	json_text(b, "mode", k->mode);
	if (*k->why != '\0')
		json_text(b, "why", k->why);
	if (json_is_object(k->criteria))
		json_raw(b, "criteria", k->criteria);
	json_real(b, "probability", k->probability);
	json_real(b, "score", k->score);
	if (k->model != 0)
		json_int(b, "model", k->model);
}

/* Rising, and no one twice. */
static size_t
ids_sort(int64_t *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 1; i < n; i++) {
		int64_t x = v[i];
		size_t j = i;

		for (; j > 0 && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || v[i] != v[kept - 1])
			v[kept++] = v[i];
	}
	return kept;
}

static int
tag_data(struct project *p, const struct tag *t, struct buf *b,
    struct err *err)
{
	int64_t *ids = xcalloc(t->nlabels + 1, sizeof *ids);
	const struct pick *pick = t->pick;
	struct pick leased;
	int rc = scheme_takes(p, t->scheme, t->nlabels, err);

	for (size_t i = 0; rc == 0 && i < t->nlabels; i++)
		rc = label_takes(p, t->scheme, t->labels[i], &ids[i], err);
	if (rc == 0 && t->comment != NULL &&
	    utf8_validate(t->comment, strlen(t->comment)) !=
	    strlen(t->comment))
		rc = err_set_status(err, ERR_NAME,
		    "the comment is not valid UTF-8");
	if (rc == 0 && pick == NULL && !t->bulk && t->whose == WHOSE_MINE) {
		rc = lease_pick(p, t->scheme, t->doc, &leased, err);
		if (rc == 1)
			pick = &leased;
	}
	if (rc < 0)
		goto out;
	rc = 0;
	json_open(b);
	json_ids(b, "labels", ids, ids_sort(ids, t->nlabels));
	json_text(b, "comment", t->comment);
	if (t->accepted)
		json_true(b, "accepted");
	if (t->when != 0)
		json_int(b, "when", t->when);
	if (pick != NULL)
		pick_data(b, pick);
	json_close(b);
out:
	free(ids);
	return rc;
}

int
annot_tag(struct project *p, const struct tag *t, struct next *next,
    struct err *err)
{
	struct event_new e = { .kind = EVENT_TAG, .scheme = t->scheme,
		.doc = t->doc, .layer = layer_of(p, t->whose, t->uid),
		.bulk = t->bulk };
	struct buf b = BUF_INIT;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	/* An import has found it; that it is there the row asks for, too. */
	rc = t->bulk ? 0 : text_exists(p, t->doc, err);
	if (rc == 0)
		rc = tag_data(p, t, &b, err);
	e.data = buf_str(&b);
	if (rc == 0)
		rc = act_apply(p, &e, err);
	if (rc == 0 && !t->bulk && t->whose == WHOSE_MINE)
		rc = lease_drop(p, t->scheme, t->doc, err);
	if (rc == 0 && next != NULL)
		rc = lease_after(p, t->scheme, next, err);
	buf_free(&b);
	return project_end(p, rc, err);
}

int
annot_skip(struct project *p, int64_t scheme, int64_t doc, struct next *next,
    struct err *err)
{
	struct event_new e = { .kind = EVENT_SKIP, .scheme = scheme,
		.doc = doc, .layer = p->uid };
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = text_exists(p, doc, err);
	if (rc == 0)
		rc = scheme_takes(p, scheme, 0, err);
	if (rc == 0)
		rc = act_apply(p, &e, err);
	if (rc == 0)
		rc = lease_drop(p, scheme, doc, err);
	if (rc == 0 && next != NULL)
		rc = lease_after(p, scheme, next, err);
	return project_end(p, rc, err);
}

/* An act without an effect is none: it would only be in undo's way. */
static int
act_if(struct project *p, const struct event_new *e,
    bool (*changes)(const struct state *, const char *), const char *value,
    struct err *err)
{
	struct state s;
	bool doing = false;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = text_exists(p, e->doc, err);
	if (rc == 0)
		rc = scheme_takes(p, e->scheme, 0, err);
	if (rc == 0) {
		rc = state_load(p, e->scheme, e->doc, e->layer, &s, err);
		doing = rc == 0 && changes(&s, value);
		state_free(&s);
	}
	if (rc == 0 && doing)
		rc = act_apply(p, e, err);
	return project_end(p, rc, err);
}

static bool
is_tagged(const struct state *s, const char *value)
{
	(void)value;
	return s->tagged;
}

int
annot_untag(struct project *p, int64_t scheme, int64_t doc, enum whose whose,
    struct err *err)
{
	struct event_new e = { .kind = EVENT_UNTAG, .scheme = scheme,
		.doc = doc, .layer = layer_of(p, whose, p->uid) };

	return act_if(p, &e, is_tagged, NULL, err);
}

static bool
comment_differs(const struct state *s, const char *value)
{
	return strcmp(s->comment, value) != 0;
}

int
annot_comment_as(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    const char *comment, struct err *err)
{
	struct event_new e = { .kind = EVENT_COMMENT, .scheme = scheme,
		.doc = doc, .layer = uid };
	struct buf b = BUF_INIT;
	int rc;

	if (utf8_validate(comment, strlen(comment)) != strlen(comment))
		return err_set_status(err, ERR_NAME,
		    "the comment is not valid UTF-8");
	json_open(&b);
	json_text(&b, "comment", comment);
	json_close(&b);
	e.data = buf_str(&b);
	rc = act_if(p, &e, comment_differs, comment, err);
	buf_free(&b);
	return rc;
}

int
annot_comment(struct project *p, int64_t scheme, int64_t doc,
    const char *comment, struct err *err)
{
	return annot_comment_as(p, scheme, doc, p->uid, comment, err);
}

static bool
is_flagged(const struct state *s, const char *value)
{
	(void)value;
	return s->flag;
}

static bool
is_not_flagged(const struct state *s, const char *value)
{
	(void)value;
	return !s->flag;
}

int
annot_flag_as(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    bool flag, struct err *err)
{
	struct event_new e = { .kind = flag ? EVENT_FLAG : EVENT_UNFLAG,
		.scheme = scheme, .doc = doc, .layer = uid };

	return act_if(p, &e, flag ? is_not_flagged : is_flagged, NULL, err);
}

int
annot_flag(struct project *p, int64_t scheme, int64_t doc, bool flag,
    struct err *err)
{
	return annot_flag_as(p, scheme, doc, p->uid, flag, err);
}

/* ---- against the log ---- */

struct walk {
	struct project *p;
	void (*say)(void *arg, const char *what);
	void *arg;
	struct err *err;
	uint64_t rows; /* annotation rows that should be there */
	uint64_t seen; /* session rows */
	uint64_t labels;
};

static bool
state_same(const struct state *a, const struct state *b)
{
	return a->tagged == b->tagged && a->accepted == b->accepted &&
	    a->flag == b->flag && a->time == b->time && a->how == b->how &&
	    a->seen == b->seen && strcmp(a->labels, b->labels) == 0 &&
	    strcmp(a->comment, b->comment) == 0;
}

static int
labels_there(struct walk *w, const struct state *s, const int64_t of[3],
    bool *there)
{
	int64_t id, dummy;
	size_t n = 0;
	int64_t *ids;
	int rc = 1;

	*there = true;
	if (json_read_ids(s->labels, NULL, 0, &n) < 0 || n == 0)
		return 0;
	ids = xcalloc(n, sizeof *ids);
	json_read_ids(s->labels, ids, n, &n);
	for (size_t i = 0; rc >= 0 && i < n; i++) {
		id = ids[i];
		rc = db_int(w->p, SQL_ANNOT_LABEL_ROW,
		    ARGS(I(id), I(of[1]), I(of[2])), &dummy, w->err);
		if (rc == 0)
			*there = false;
	}
	free(ids);
	w->labels += n;
	return rc < 0 ? -1 : 0;
}

/* of: scheme, doc, layer. */
static char *
layer_words(struct project *p, const int64_t of[3])
{
	char *id = doc_id(p, of[1], NULL), *scheme = NULL, *out;
	char *who = user_name(p, of[2]);

	db_text(p, SQL_SCHEME_NAME, ARGS(I(of[0])), &scheme, NULL);
	out = xasprintf("what %s says of text %s in scheme %s differs from the "
	    "log", who, id != NULL ? id : "(not there)",
	    scheme != NULL ? scheme : "(not there)");
	free(who);
	free(scheme);
	free(id);
	return out;
}

static int
walk_compare(struct walk *w, const struct state *played, const int64_t of[3])
{
	struct state stored;
	bool there = true;
	char *what;
	int rc = state_load(w->p, of[0], of[1], of[2], &stored, w->err);

	if (rc == 0)
		rc = labels_there(w, played, of, &there);
	if (rc == 0 && (!there || !state_same(played, &stored))) {
		what = layer_words(w->p, of);
		w->say(w->arg, what);
		free(what);
	}
	w->rows += state_has_row(played);
	w->seen += played->how != 0;
	state_free(&stored);
	return rc;
}

static int
walk_counts(struct walk *w)
{
	int64_t rows = 0, seen = 0, labels = 0;

	if (db_int(w->p, SQL_ANNOT_ROWS, NO_ARGS, &rows, w->err) < 0 ||
	    db_int(w->p, SQL_SESSION_ROWS, NO_ARGS, &seen, w->err) < 0 ||
	    db_int(w->p, SQL_ANNOT_LABEL_ROWS, NO_ARGS, &labels, w->err) < 0)
		return -1;
	if ((uint64_t)rows != w->rows)
		w->say(w->arg, "there are annotations that the log does not "
		    "know");
	if ((uint64_t)labels != w->labels)
		w->say(w->arg, "there are labels on texts that the log does "
		    "not know");
	if ((uint64_t)seen != w->seen)
		w->say(w->arg, "there are texts marked as seen that the log "
		    "does not know");
	return 0;
}

int
annot_check(struct project *p, void (*say)(void *arg, const char *what),
    void *arg, struct progress *progress, uint64_t *rows, struct err *err)
{
	struct walk w = { .p = p, .say = say, .arg = arg, .err = err };
	int64_t of[3] = { 0 }, cleared = 0;
	struct state played;
	struct event e;
	sqlite3_stmt *s = db_query(p, SQL_EVENT_OF_TEXTS, NO_ARGS, err);
	int row = s == NULL ? -1 : 1, rc = 0;

	state_init(&played);
	while (row == 1 && rc == 0 && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		if (e.scheme != of[0] || e.doc != of[1] || e.layer != of[2]) {
			if (of[1] != 0)
				rc = walk_compare(&w, &played, of);
			state_free(&played);
			state_init(&played);
			of[0] = e.scheme;
			of[1] = e.doc;
			of[2] = e.layer;
			if (rc == 0)
				rc = session_cleared(p, e.scheme, e.doc,
				    e.layer, &cleared, err);
		}
		if (!e.undone)
			state_apply(&played, &e, cleared);
		if (rc == 0 && progress_step(progress, 1))
			rc = progress_stopped(err);
	}
	db_done(s);
	if (row < 0)
		rc = -1;
	if (rc == 0 && of[1] != 0)
		rc = walk_compare(&w, &played, of);
	if (rc == 0)
		rc = walk_counts(&w);
	state_free(&played);
	if (rows != NULL)
		*rows = w.rows;
	return rc;
}

/* Inside a transaction: empty the tables, and fold every layer. */
int
annot_rebuild(struct project *p, struct progress *progress, struct err *err)
{
	int64_t of[3] = { 0 };
	sqlite3_stmt *s;
	int row, rc;

	if (db_run(p, SQL_ANNOT_LABEL_CLEAR, NO_ARGS, err) < 0 ||
	    db_run(p, SQL_ANNOT_CLEAR, NO_ARGS, err) < 0 ||
	    db_run(p, SQL_SESSION_EMPTY, NO_ARGS, err) < 0)
		return -1;
	s = db_query(p, SQL_EVENT_LAYERS, NO_ARGS, err);
	row = s == NULL ? -1 : 1;
	rc = 0;
	while (row == 1 && rc == 0 && (row = db_step(p, s, err)) == 1) {
		of[0] = col_int(s, 0);
		of[1] = col_int(s, 1);
		of[2] = col_int(s, 2);
		rc = annot_fold(p, of[0], of[1], of[2], err);
		if (rc == 0 && progress_step(progress, 1))
			rc = progress_stopped(err);
	}
	db_done(s);
	return row < 0 ? -1 : rc;
}
