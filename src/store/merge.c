/*
 * Work copies: merging one. What stands is a function of the set of events
 * (fold.c, annot.c, marks.c), so that merging is their union, and the tables
 * follow by playing what the new ones touch. Where both sides did what cannot
 * stand together (two labels of one name), events of this copy resolve it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "tagtiger/utf8.h"
#include "tagtiger/work.h"
#include "priv.h"

struct chain {
	int64_t replica;
	int64_t ours, theirs; /* events */
	unsigned char hash[32]; /* of our last */
};

struct merge {
	struct project *p, *from;
	struct progress *progress;
	struct work_merged *out;
	struct chain *chains; /* (n) those that they have */
	size_t n;
	uint64_t fresh;	      /* events */
	struct ids people;    /* uids that the new events name */
	struct touched touched;
	struct ids cleared;   /* uid, scheme of session clears */
	bool all_cleared;     /* a set was dropped */
	struct strmap *params; /* that were set there */
	struct tagging {
		int64_t uid, scheme, doc;
	} *tags;
	size_t ntags, tags_cap;
};

static void
said(void *arg, const char *what)
{
	struct work_merged *out = arg;

	out->said = xreallocarray(out->said, out->nsaid + 1,
	    sizeof *out->said);
	out->said[out->nsaid++] = xstrdup(what);
}

static void saidf(struct work_merged *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
saidf(struct work_merged *out, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	said(out, text);
}

/* ---- before anything is written ---- */

/* The hash of an event: 1, 0 where there is no such event, -1. */
static int
hash_of(struct project *p, int64_t replica, int64_t seq,
    unsigned char out[32], struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_HASH,
	    ARGS(I(replica), I(seq)), err);
	int row = s != NULL ? db_step(p, s, err) : -1;

	if (row == 1 && sqlite3_column_bytes(s, 0) == 32)
		memcpy(out, sqlite3_column_blob(s, 0), 32);
	else if (row == 1)
		row = 0;
	db_done(s);
	return row;
}

/* One of the two chains begins with the other. */
static int
chain_agrees(struct merge *m, struct chain *c, struct err *err)
{
	int64_t common = c->ours < c->theirs ? c->ours : c->theirs;
	unsigned char theirs[32] = { 0 };
	int a = 1, b = 1;

	memset(c->hash, 0, 32);
	if (common > 0) {
		a = hash_of(m->p, c->replica, common, c->hash, err);
		b = hash_of(m->from, c->replica, common, theirs, err);
	}
	if (a < 0 || b < 0)
		return -1;
	if (a == 1 && b == 1 && memcmp(c->hash, theirs, 32) == 0)
		return 0;
	return err_set(err, "%s: its log of work copy %lld differs from the "
	    "one here: one of the two was changed, or the same copy was "
	    "worked in at two places: check --against shows from where on",
	    m->from->path, (long long)c->replica);
}

/* The events that are new, whole and in their order. fn may be NULL. */
static int
chain_walk(struct merge *m, const struct chain *c,
    int (*fn)(struct merge *, const struct event *, const unsigned char *,
    struct err *), struct err *err)
{
	sqlite3_stmt *s = db_query(m->from, SQL_EVENT_AFTER,
	    ARGS(I(c->replica), I(c->ours)), err);
	unsigned char prev[32], hash[32];
	int64_t seq = c->ours;
	struct event e;
	int row = s != NULL ? 1 : -1, rc = 0;

	memcpy(prev, c->hash, 32);
	while (row == 1 && rc == 0 && (row = db_step(m->from, s, err)) == 1) {
		event_read(s, &e);
		event_hash(prev, &e, hash);
		if (e.seq != ++seq || sqlite3_column_bytes(s, 13) != 32 ||
		    memcmp(sqlite3_column_blob(s, 13), hash, 32) != 0 ||
		    !json_is_object(e.data))
			rc = err_set(err, "%s: event %lld of work copy %lld "
			    "is missing or was changed after it was written: "
			    "nothing of it was merged: ask for the file again",
			    m->from->path, (long long)seq,
			    (long long)c->replica);
		if (rc == 0 && fn != NULL)
			rc = fn(m, &e, hash, err);
		memcpy(prev, hash, 32);
		if (rc == 0 && progress_step(m->progress, 1))
			rc = progress_stopped(err);
	}
	db_done(s);
	return row < 0 ? -1 : rc;
}

static int
chains_read(struct merge *m, struct err *err)
{
	struct project_head *theirs;
	bool shared = false;
	size_t n;
	int rc = 0;

	if (project_heads(m->from, &theirs, &n, err) < 0)
		return -1;
	free(m->chains);
	m->chains = xcalloc(n + 1, sizeof *m->chains);
	m->n = n;
	m->fresh = 0;
	for (size_t i = 0; rc >= 0 && i < n; i++) {
		struct chain *c = &m->chains[i];

		c->replica = theirs[i].replica;
		c->theirs = theirs[i].events;
		rc = db_int(m->p, SQL_EVENT_HEAD, ARGS(I(c->replica)),
		    &c->ours, err);
		shared = shared || c->ours > 0;
		if (rc >= 0)
			rc = chain_agrees(m, c, err);
		if (c->theirs > c->ours)
			m->fresh += (uint64_t)(c->theirs - c->ours);
	}
	free(theirs);
	if (rc >= 0 && !shared)
		rc = err_set_status(err, ERR_NAME, "%s: shares no log with "
		    "this project: it is another project's", m->from->path);
	return rc < 0 ? -1 : 0;
}

static int
chains_verify(struct merge *m, struct err *err)
{
	progress_phase(m->progress, "verifying the log", m->fresh);
	for (size_t i = 0; i < m->n; i++)
		if (m->chains[i].theirs > m->chains[i].ours &&
		    chain_walk(m, &m->chains[i], NULL, err) < 0)
			return -1;
	return 0;
}

/* Events name texts by their numbers: a text that is on both sides has one
 * number and one id. */
static int
texts_agree(struct merge *m, struct err *err)
{
	sqlite3_stmt *s = db_query(m->from, SQL_DOC_IDS, NO_ARGS, err);
	int row = s != NULL ? 1 : -1, rc = 0;

	while (row == 1 && rc == 0 && (row = db_step(m->from, s, err)) == 1) {
		char *id = NULL;

		rc = db_text(m->p, SQL_DOC_ID, ARGS(I(col_int(s, 0))), &id,
		    err) < 0 ? -1 : 0;
		if (id != NULL && strcmp(id, col_text(s, 1)) != 0)
			rc = err_set_status(err, ERR_NAME, "text number %lld "
			    "is '%s' here and '%s' in %s: the texts were "
			    "replaced since the copy was made",
			    (long long)col_int(s, 0), id, col_text(s, 1),
			    m->from->path);
		free(id);
	}
	db_done(s);
	return row < 0 ? -1 : rc;
}

/* ---- the events ---- */

static void
people_add(struct merge *m, int64_t uid)
{
	struct ids *v = &m->people;

	for (size_t i = 0; i < v->n; i++)
		if (v->v[i] == uid)
			return;
	v->v = array_room(v->v, v->n, &v->cap, sizeof *v->v);
	v->v[v->n++] = uid;
}

static void
note_text(struct merge *m, const struct event *e)
{
	if (e->kind != EVENT_TAG)
		return;
	m->tags = array_room(m->tags, m->ntags, &m->tags_cap,
	    sizeof *m->tags);
	m->tags[m->ntags++] = (struct tagging){ e->layer, e->scheme, e->doc };
}

static void
note_clear(struct merge *m, const struct event *e)
{
	struct ids *v = &m->cleared;

	for (int i = 0; i < 2; i++) {
		v->v = array_room(v->v, v->n, &v->cap, sizeof *v->v);
		v->v[v->n++] = i == 0 ? e->uid : e->scheme;
	}
}

static void
note_param(struct merge *m, const struct event *e)
{
	char *key = json_get_text(e->data, "key");

	if (key != NULL)
		strmap_put(m->params, key, strlen(key), 0, NULL);
	free(key);
}

/* What each file has for itself: it comes into the history only. */
static bool
is_own(enum event_kind kind)
{
	return kind == EVENT_CONFIG || kind == EVENT_COLUMN ||
	    kind == EVENT_USER || kind == EVENT_FEATURE ||
	    kind == EVENT_TRAIN || kind == EVENT_MODEL;
}

static int
take_event(struct merge *m, const struct event *e, const unsigned char *hash,
    struct err *err)
{
	int64_t there;
	int row = 1;

	if (db_run(m->p, SQL_EVENT_PUT,
	    ARGS(I(e->replica), I(e->seq), I(e->lamport), I(e->time),
	    I(e->uid), I(e->layer), I(e->act), I(e->kind), I(e->bulk),
	    Z(e->scheme), Z(e->doc), S(e->data), B(hash, 32)), err) < 0)
		return -1;
	known_forget(m->p); /* it may be later than all of ours */
	m->out->events++;
	people_add(m, e->uid);
	people_add(m, e->layer);
	if (EVENT_ON_TEXT(e->kind)) {
		row = db_int(m->p, SQL_DOC_EXISTS, ARGS(I(e->doc)), &there,
		    err);
		m->out->absent += row == 0;
	}
	if (row == 1)
		touch_event(&m->touched, e);
	if (row == 1 && EVENT_ON_TEXT(e->kind))
		note_text(m, e);
	m->out->own += is_own(e->kind);
	if (e->kind == EVENT_CONFIG)
		note_param(m, e);
	if (e->kind == EVENT_SESSION_CLEAR)
		note_clear(m, e);
	if (e->kind == EVENT_DRAW && json_find(e->data, "dropped") != NULL)
		m->all_cleared = true;
	return row < 0 ? -1 : 0;
}

/* ---- accounts ---- */

/*
 * Is `here` who the copy calls `there`? Numbers below the layers' are made of
 * the name, and either side may have given one a "-2", because another account
 * has the name there.
 */
static bool
same_person(int64_t uid, const char *here, const char *there)
{
	return uid < LAYER_FINAL || strcmp(here, there) == 0 ||
	    name_is_numbered(here, there) || name_is_numbered(there, here);
}

static int
person_add(struct merge *m, int64_t uid, struct err *err)
{
	char *here = NULL, *there = NULL, *as = NULL;
	int rc = -1;

	if (db_text(m->p, SQL_USER_NAME, ARGS(I(uid)), &here, err) < 0 ||
	    db_text(m->from, SQL_USER_NAME, ARGS(I(uid)), &there, err) < 0)
		goto out;
	rc = 0;
	if (here != NULL && there != NULL && !same_person(uid, here, there))
		rc = err_set_status(err, ERR_NAME, "account number %lld is "
		    "%s here and %s in %s: make the copy by 'export work', "
		    "which keeps accounts apart", (long long)uid, here, there,
		    m->from->path);
	if (here != NULL || there == NULL || uid == LAYER_FINAL)
		goto out;
	as = user_name_free(m->p, there);
	rc = db_run(m->p, SQL_USER_PUT,
	    ARGS(I(uid), S(as), I(ROLE_NONE), I(now_ms())), err);
	if (rc == 0 && strcmp(as, there) != 0)
		saidf(m->out, "another account is named %s here: the copy's "
		    "is %s", there, as);
out:
	free(as);
	free(there);
	free(here);
	return rc;
}

/* ---- what both sides did ---- */

static int
scheme_rename_later(struct merge *m, int64_t scheme, const char *name,
    struct strmap *names, struct err *err)
{
	struct event_new e = { .kind = EVENT_SCHEME_RENAME,
		.scheme = scheme };
	struct buf b = BUF_INIT;
	char *other = NULL;
	int is_new = 0, rc;

	for (int i = 2; !is_new; i++) {
		free(other);
		other = xasprintf("%s-%d", name, i);
		strmap_put(names, other, strlen(other), scheme, &is_new);
	}
	json_open(&b);
	json_text(&b, "name", other);
	json_text(&b, "before", name);
	json_close(&b);
	e.data = buf_str(&b);
	rc = event_add(m->p, &e, NULL, err);
	if (rc == 0)
		touch_event(&m->touched, &(struct event){ .kind = e.kind,
		    .scheme = scheme });
	saidf(m->out, "both sides made a scheme %s: the later one is %s now",
	    name, other);
	buf_free(&b);
	free(other);
	return rc;
}

/* Each side deleted a scheme of two: the last deletion is taken back. */
static int
scheme_back(struct merge *m, struct err *err)
{
	sqlite3_stmt *s = db_query(m->p, SQL_SCHEME_LAST_DELETE, NO_ARGS,
	    err);
	struct event_new e = { .kind = EVENT_UNDO };
	struct marks marks = { 0 };
	struct buf b = BUF_INIT;
	int row = s != NULL ? db_step(m->p, s, err) : -1, rc;

	if (row <= 0)
		return row;
	json_open(&b);
	json_int(&b, "replica", col_int(s, 0));
	json_int(&b, "act", col_int(s, 1));
	json_close(&b);
	db_done(s);
	e.data = buf_str(&b);
	rc = event_add(m->p, &e, NULL, err);
	if (rc == 0)
		rc = marks_read(m->p, &marks, err);
	if (rc == 0)
		rc = marks_write(m->p, &marks, &m->touched, err);
	marks_free(&marks);
	buf_free(&b);
	said(m->out, "together both sides deleted all schemes: the last one "
	    "stays");
	return rc;
}

struct named {
	int64_t id, position;
	char *name;
};

static int
named_order(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->position != y->position)
		return x->position < y->position ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* Two living schemes of one name: the later one gets another. */
static int
schemes_settle(struct merge *m, struct err *err)
{
	sqlite3_stmt *s = db_query(m->p, SQL_EVENT_SCHEMES, NO_ARGS, err);
	struct strmap *names = strmap_new();
	struct named *v = NULL;
	size_t n = 0, cap = 0, living = 0;
	int row = -1, rc = 0;

	while (s != NULL && (row = db_step(m->p, s, err)) == 1) {
		v = array_room(v, n, &cap, sizeof *v);
		v[n++] = (struct named){ .id = col_int(s, 0) };
	}
	for (size_t i = 0; row == 0 && rc == 0 && i < n; i++)
		rc = scheme_name_of_log(m->p, v[i].id, &v[i].name,
		    &v[i].position, err);
	if (n > 0)
		qsort(v, n, sizeof *v, named_order);
	for (size_t i = 0; row == 0 && rc == 0 && i < n; i++) {
		char *key = v[i].name != NULL ? utf8_nfc(v[i].name,
		    strlen(v[i].name)) : NULL;
		int is_new = 1;

		living += key != NULL;
		if (key != NULL)
			strmap_put(names, key, strlen(key), v[i].id, &is_new);
		if (!is_new)
			rc = scheme_rename_later(m, v[i].id, v[i].name, names,
			    err);
		free(key);
	}
	for (size_t i = 0; i < n; i++)
		free(v[i].name);
	free(v);
	strmap_free(names);
	if (row == 0 && rc == 0 && living == 0)
		rc = scheme_back(m, err);
	return row < 0 ? -1 : rc;
}

static int
settle(struct merge *m, struct err *err)
{
	int rc = schemes_settle(m, err);

	touched_sort(&m->touched);
	for (size_t i = 0; rc == 0 && i < m->touched.n &&
	    m->touched.v[i].doc == 0; i++)
		rc = scheme_settle(m->p, m->touched.v[i].scheme, said, m->out,
		    err);
	return rc;
}

static int
all_seen_touch(struct merge *m, struct err *err)
{
	sqlite3_stmt *s = db_query(m->p, SQL_SESSION_ALL, NO_ARGS, err);
	int row = s != NULL ? 1 : -1;

	while (row == 1 && (row = db_step(m->p, s, err)) == 1)
		touch_event(&m->touched, &(struct event){ .kind = EVENT_SKIP,
		    .scheme = col_int(s, 1), .doc = col_int(s, 2),
		    .layer = col_int(s, 0) });
	return row;
}

/* What the accounts had seen that cleared their sessions elsewhere. */
static int
cleared_touch(struct merge *m, struct err *err)
{
	int row = m->all_cleared ? all_seen_touch(m, err) : 0;

	for (size_t i = 0; row >= 0 && i < m->cleared.n; i += 2) {
		int64_t uid = m->cleared.v[i], scheme = m->cleared.v[i + 1];
		sqlite3_stmt *s = db_query(m->p, SQL_SESSION_LIST,
		    ARGS(I(uid), I(scheme), I(SETS_ALL)), err);

		row = s != NULL ? 1 : -1;
		while (row == 1 && (row = db_step(m->p, s, err)) == 1)
			touch_event(&m->touched, &(struct event){
			    .kind = EVENT_SKIP, .scheme = scheme,
			    .doc = col_int(s, 0), .layer = uid });
	}
	return row < 0 ? -1 : 0;
}

/* ---- what is told ---- */

static int
tag_order(const void *a, const void *b)
{
	const struct tagging *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	if (x->doc != y->doc)
		return x->doc < y->doc ? -1 : 1;
	return x->scheme < y->scheme ? -1 : x->scheme > y->scheme;
}

static int
count_tags(struct merge *m, struct err *err)
{
	struct work_merged *out = m->out;
	const struct tagging *last = NULL;
	int64_t one = 0;
	int row;

	if (queue_write(m->p, err) < 0)
		return -1;
	if (m->ntags > 0)
		qsort(m->tags, m->ntags, sizeof *m->tags, tag_order);
	for (size_t i = 0; i < m->ntags; i++) {
		const struct tagging *t = &m->tags[i];

		if (last == NULL || last->uid != t->uid) {
			out->by = xreallocarray(out->by, out->nby + 1,
			    sizeof *out->by);
			out->by[out->nby++] = (struct work_by){
				.name = user_name(m->p, t->uid) };
		}
		if (last != NULL && last->uid == t->uid &&
		    last->doc == t->doc)
			continue;
		last = t;
		row = db_int(m->p, SQL_ANNOT_ROW, ARGS(I(t->scheme),
		    I(t->doc), I(t->uid)), &one, err);
		if (row < 0)
			return -1;
		if (row == 0 || one == 0)
			continue; /* taken back since */
		out->by[out->nby - 1].tagged++;
		out->tagged++;
		row = db_int(m->p, SQL_TAGGED_BY_OTHER, ARGS(I(t->scheme),
		    I(t->doc), I(t->uid)), &one, err);
		if (row < 0)
			return -1;
		out->second += row == 1;
	}
	return 0;
}

/* The act that undo takes back: it names what it brought. */
static int
import_event(struct merge *m, struct err *err)
{
	struct event_new e = { .kind = EVENT_IMPORT };
	int64_t *spans = xcalloc(m->n * 3 + 1, sizeof *spans);
	struct buf b = BUF_INIT;
	size_t n = 0;
	char *summary = xasprintf("work of %s: %s %s",
	    path_last(m->from->path), COUNT(m->fresh),
	    m->fresh == 1 ? "act" : "acts");
	int rc;

	for (size_t i = 0; i < m->n; i++) {
		const struct chain *c = &m->chains[i];

		if (c->theirs <= c->ours)
			continue;
		spans[n++] = c->replica;
		spans[n++] = c->ours + 1;
		spans[n++] = c->theirs;
	}
	json_open(&b);
	json_text(&b, "summary", summary);
	json_ids(&b, "spans", spans, n);
	json_close(&b);
	e.data = buf_str(&b);
	rc = event_add(m->p, &e, NULL, err);
	buf_free(&b);
	free(summary);
	free(spans);
	return rc;
}

/* ---- all ---- */

static int
merge_events(struct merge *m, struct err *err)
{
	struct marks marks = { 0 };
	int rc = chains_read(m, err); /* others may have written since */

	progress_phase(m->progress, "merging the log", m->fresh);
	for (size_t i = 0; rc == 0 && i < m->n; i++)
		if (m->chains[i].theirs > m->chains[i].ours)
			rc = chain_walk(m, &m->chains[i], take_event, err);
	for (size_t i = 0; rc == 0 && i < m->people.n; i++)
		rc = person_add(m, m->people.v[i], err);
	if (rc == 0)
		rc = import_event(m, err);
	if (rc == 0)
		rc = marks_read(m->p, &marks, err);
	if (rc == 0)
		rc = marks_write(m->p, &marks, &m->touched, err);
	marks_free(&marks);
	if (rc == 0)
		rc = settle(m, err);
	if (rc == 0)
		rc = cleared_touch(m, err);
	progress_phase(m->progress, "playing what is new", m->touched.n);
	if (rc == 0)
		rc = touched_fold(m->p, &m->touched, err);
	if (rc == 0)
		rc = count_tags(m, err);
	tally_drop(m->p);
	return rc;
}

static int
merge_write(struct merge *m, bool dry, struct err *err)
{
	int rc;

	if (act_begin(m->p, true, err) < 0)
		return -1;
	rc = merge_events(m, err);
	if (rc < 0 || !dry)
		return act_end(m->p, rc, err);
	act_end(m->p, -1, NULL); /* as if it had not been */
	return 0;
}

static bool
same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino;
}

/* Parameters are each file's own; whoever merges may want them. */
static int
params_tell(struct merge *m, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < strmap_count(m->params); i++) {
		const char *key = strmap_key(m->params, i, NULL);
		char *here = NULL, *there = NULL;

		rc = db_text(m->p, SQL_PARAM_GET, ARGS(S(key)), &here, err);
		if (rc >= 0)
			rc = db_text(m->from, SQL_PARAM_GET, ARGS(S(key)),
			    &there, err);
		if (rc >= 0 && there != NULL && (here == NULL ||
		    strcmp(here, there) != 0))
			saidf(m->out, "parameter %s is %s there, and stays %s "
			    "here: 'config %s %s' takes it over", key, there,
			    here != NULL ? here : "as it is", key, there);
		free(there);
		free(here);
	}
	return rc < 0 ? -1 : 0;
}

static int
merge_run(struct merge *m, bool dry, struct err *err)
{
	int rc = db_run(m->from, SQL_BEGIN_READ, NO_ARGS, err);

	if (rc == 0)
		rc = chains_read(m, err);
	if (rc == 0)
		rc = chains_verify(m, err);
	if (rc == 0)
		rc = texts_agree(m, err);
	if (rc == 0 && m->fresh > 0)
		rc = merge_write(m, dry, err);
	return rc == 0 ? params_tell(m, err) : rc;
}

int
work_merge(struct project *p, const char *path, bool dry,
    struct progress *progress, struct work_merged *out, struct err *err)
{
	struct merge m = { .p = p, .progress = progress, .out = out };
	int rc;

	*out = (struct work_merged){ 0 };
	/* Closing another descriptor would drop the locks of this one. */
	if (same_file(path, p->path))
		return err_set_status(err, ERR_NAME, "%s: is this project "
		    "itself", path);
	m.from = project_open_other(p, path, err);
	if (m.from == NULL)
		return -1;
	out->copy = m.from->replica;
	m.params = strmap_new();
	rc = merge_run(&m, dry, err);
	project_close(m.from);
	strmap_free(m.params);
	free(m.chains);
	free(m.people.v);
	free(m.cleared.v);
	free(m.tags);
	touched_free(&m.touched);
	if (rc < 0)
		work_merged_free(out);
	return rc;
}

void
work_merged_free(struct work_merged *m)
{
	for (size_t i = 0; i < m->nsaid; i++)
		free(m->said[i]);
	free(m->said);
	for (size_t i = 0; i < m->nby; i++)
		free(m->by[i].name);
	free(m->by);
	*m = (struct work_merged){ 0 };
}
