/*
 * What others did since a place in the log.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/history.h"
#include "tagtiger/news.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"

#define PAGE 100
#define MOST 1000 /* events that are looked at */

struct person {
	int64_t uid;
	int64_t *docs; /* (n) tagged, some several times */
	size_t n, cap;
	char *act; /* the newest of other acts */
	size_t acts;
};

struct told {
	struct person *v;
	size_t n, cap;
	size_t looked;
};

static struct person *
person_of(struct told *t, int64_t uid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].uid == uid)
			return &t->v[i];
	t->v = array_room(t->v, t->n, &t->cap, sizeof *t->v);
	t->v[t->n] = (struct person){ .uid = uid };
	return &t->v[t->n++];
}

static bool
worth_telling(enum event_kind kind)
{
	return (kind >= EVENT_SCHEME_ADD && kind < EVENT_UNDO) ||
	    (kind >= EVENT_IMPORT && kind <= EVENT_USER) ||
	    kind == EVENT_TRAIN;
}

static void
tell(struct told *t, struct event *e)
{
	struct person *who;

	if (e->undone || (e->kind != EVENT_TAG && !worth_telling(e->kind)))
		return;
	who = person_of(t, e->uid);
	if (e->kind == EVENT_TAG) {
		who->docs = array_room(who->docs, who->n, &who->cap,
		    sizeof *who->docs);
		who->docs[who->n++] = e->doc;
	} else if (who->acts++ == 0) {
		who->act = e->summary;
		e->summary = NULL;
	}
}

static int
doc_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
say(struct project *p, struct person *who, bool more, struct buf *out)
{
	char *name = user_name(p, who->uid);
	size_t texts = 0;

	if (who->n > 0)
		qsort(who->docs, who->n, sizeof *who->docs, doc_order);
	for (size_t i = 0; i < who->n; i++)
		texts += i == 0 || who->docs[i] != who->docs[i - 1];
	buf_addf(out, "%s%s: ", out->len > 0 ? "; " : "", name);
	if (texts > 0)
		buf_addf(out, "%s%s more text%s tagged", COUNT(texts),
		    more ? " or more" : "", texts == 1 ? "" : "s");
	if (who->act != NULL)
		buf_addf(out, "%s%s", texts > 0 ? ", " : "", who->act);
	if (who->acts > 1)
		buf_addf(out, " and %zu other act%s", who->acts - 1,
		    who->acts == 2 ? "" : "s");
	free(name);
}

/* A page, newest first: 1 there may be more that is new, 0, -1. */
static int
read_page(struct project *p, const struct news *n,
    struct history_place *place, struct told *t, struct news *newest,
    struct err *err)
{
	struct history_filter f = HISTORY_ALL;
	struct event *e;
	size_t count;
	bool more;

	if (history_page(p, &f, place, n->begun ? PAGE : 1, &e, &count,
	    err) < 0)
		return -1;
	more = count == PAGE;
	for (size_t i = 0; i < count; i++) {
		if (!newest->begun)
			*newest = (struct news){ true, e[i].lamport,
				e[i].replica };
		if (!n->begun || e[i].lamport < n->lamport ||
		    (e[i].lamport == n->lamport &&
		    e[i].replica <= n->replica)) {
			more = false;
			break;
		}
		t->looked++;
		if (e[i].uid != project_uid(p))
			tell(t, &e[i]);
	}
	history_page_free(e, count);
	return more && t->looked < MOST;
}

int
news_read(struct project *p, struct news *n, struct buf *out, struct err *err)
{
	struct history_place place = { 0 };
	struct news newest = { 0 };
	struct told t = { 0 };
	int more;

	do
		more = read_page(p, n, &place, &t, &newest, err);
	while (more == 1);
	for (size_t i = 0; i < t.n; i++) {
		if (more == 0)
			say(p, &t.v[i], t.looked >= MOST, out);
		free(t.v[i].docs);
		free(t.v[i].act);
	}
	free(t.v);
	if (more == 0 && newest.begun)
		*n = newest;
	else if (more == 0)
		n->begun = true; /* an empty log */
	return more;
}
