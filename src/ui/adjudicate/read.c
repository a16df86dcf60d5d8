/*
 * Adjudication: what is read for it. The list and the figures go through all
 * annotations of the scheme, in a lane and with a reader of their own.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/lease.h"
#include "tagtiger/project.h"

#include "adjudicate.h"

#define RESAMPLES 1000

/* ---- the list ---- */

static void adj_list_read(struct view *v);

static void
rulings_clear(struct rulings *r)
{
	for (size_t i = 0; r->ids != NULL && i < r->n; i++)
		free(r->ids[i]);
	free(r->ids);
	free(r->holder);
	disputes_free(r->v, r->n);
	user_list_free(r->people, r->npeople);
	scheme_free(&r->scheme);
	memset(r, 0, sizeof *r);
}

static void
rulings_drop(void *data)
{
	rulings_clear(data);
	free(data);
}

/* The ids of all that are listed, in one pass. */
static int
ids_read(struct project *p, struct rulings *r)
{
	int64_t *docs = xcalloc(r->n + 1, sizeof *docs);
	struct doc_cursor *c;
	struct doc_view d;
	int got = -1;

	r->ids = xcalloc(r->n + 1, sizeof *r->ids);
	for (size_t i = 0; i < r->n; i++)
		docs[i] = r->v[i].doc;
	c = doc_cursor_open_list(p, docs, r->n, 0, &r->err);
	for (size_t i = 0; c != NULL &&
	     (got = doc_cursor_next(c, &d, &r->err)) == 1;) {
		while (i < r->n && docs[i] != d.seq)
			i++;
		if (i < r->n)
			r->ids[i] = xstrdup(d.id);
	}
	doc_cursor_close(c);
	free(docs);
	return got;
}

static int
holders_read(struct project *p, struct rulings *r)
{
	struct lease_held *v;
	size_t n;

	r->holder = xcalloc(r->n + 1, sizeof *r->holder);
	for (size_t i = 0; i < r->n; i++)
		r->holder[i] = -1;
	if (lease_held(p, r->scheme.id, &v, &n, &r->err) < 0)
		return -1;
	for (size_t j = 0; j < n; j++)
		for (size_t i = 0; i < r->n; i++)
			if (r->v[i].doc == v[j].doc)
				r->holder[i] = v[j].uid;
	free(v);
	return 0;
}

static int
rulings_read(struct project *p, struct rulings *r)
{
	if (current_scheme(p, &r->scheme, &r->err) < 0 ||
	    disputes(p, &r->scheme, SETS_ALL, false, &r->v, &r->n,
	    &r->err) < 0 ||
	    user_list(p, &r->people, &r->npeople, &r->err) < 0)
		return -1;
	r->role = user_role(p);
	for (size_t i = 0; i < r->n; i++)
		r->decided += r->v[i].decided;
	return holders_read(p, r) < 0 ? -1 : ids_read(p, r);
}

static int
rulings_fetch(struct fetch *f)
{
	struct rulings *r = f->data;
	struct project *p = project_open_reader(ui.project, &r->err);
	int rc;

	if (p == NULL)
		return -1;
	rc = rulings_read(p, r);
	project_close(p);
	return rc;
}

static bool
fits(const struct adj_state *s, const struct dispute *d)
{
	return s->filter == RULINGS_ALL ||
	    d->decided == (s->filter == RULINGS_DECIDED);
}

/* List what fits, the cursor on this text, else at this row. */
void
adj_filter(struct adj_state *s, int64_t doc, size_t at)
{
	size_t n = 0;

	free(s->shown);
	s->shown = xcalloc(s->r.n + 1, sizeof *s->shown);
	for (size_t i = 0; i < s->r.n; i++) {
		if (!fits(s, &s->r.v[i]))
			continue;
		if (s->r.v[i].doc == doc)
			at = n;
		s->shown[n++] = i;
	}
	s->list.at = at;
	list_fit(&s->list, n);
}

static void
rulings_done(struct view *v, struct fetch *f)
{
	struct adj_state *s = v->state;
	struct rulings *got = f->data, old = s->r;
	struct dispute *d = adj_here(s);
	int64_t doc = s->wanted != 0 ? s->wanted : d != NULL ? d->doc : 0;

	s->listing = false;
	if (f->job.result < 0) {
		ui_error(&got->err);
		return;
	}
	if (got->made == s->made) {
		if (old.scheme.id != got->scheme.id ||
		    old.scheme.nlabels != got->scheme.nlabels)
			s->on_doc = 0;
		s->r = *got;
		*got = old;
		s->wanted = 0;
		adj_filter(s, doc, s->list.at);
		if (!s->ready)
			adj_go_free(s, 0);
		s->ready = true;
		s->stale = true;
		adj_text_read(v);
	}
	/* a decision was taken meanwhile: what was read is behind it */
	if (s->again || got->made != s->made)
		adj_list_read(v);
}

static void
adj_list_read(struct view *v)
{
	struct adj_state *s = v->state;
	struct rulings *r;
	struct fetch *f;

	s->again = s->listing;
	if (s->listing)
		return;
	s->listing = true;
	r = xcalloc(1, sizeof *r);
	r->made = s->made;
	f = fetch_new(rulings_fetch, rulings_done, rulings_drop, r);
	f->lane = JOB_LIST;
	fetch_start(v, f);
}

/* ---- the figures ---- */

static void
figures_clear(struct figures *f)
{
	for (size_t i = 0; f->names != NULL && i < f->g.nuids; i++)
		free(f->names[i]);
	free(f->names);
	agree_free(&f->g);
	scheme_free(&f->scheme);
	memset(f, 0, sizeof *f);
}

static void
figures_drop(void *data)
{
	figures_clear(data);
	free(data);
}

static int
figures_fetch(struct fetch *f)
{
	struct figures *g = f->data;
	struct project *p = project_open_reader(ui.project, &g->why);
	int rc = -1;

	if (p == NULL)
		return -1;
	if (current_scheme(p, &g->scheme, &g->why) == 0)
		rc = agree_measure(p, &g->scheme, SETS_ALL, RESAMPLES,
		    &f->job.progress, &g->g, &g->why);
	g->measured = rc == 0;
	g->names = xcalloc(g->g.nuids + 1, sizeof *g->names);
	for (size_t i = 0; i < g->g.nuids; i++)
		g->names[i] = user_name(p, g->g.uid[i]);
	project_close(p);
	return 0;
}

static void
figures_done(struct view *v, struct fetch *f)
{
	struct adj_state *s = v->state;
	struct figures *got = f->data, old = s->f;

	s->f = *got;
	*got = old;
	s->told = true;
}

/* Decisions are nobody's label: they change no figure. */
void
adj_reload(struct view *v, bool soft)
{
	struct adj_state *s = v->state;
	struct fetch *f;

	adj_list_read(v);
	if (s->mine && !soft) {
		s->mine = false;
		return;
	}
	f = fetch_new(figures_fetch, figures_done, figures_drop,
	    xcalloc(1, sizeof(struct figures)));
	f->lane = JOB_LIST;
	fetch_start(v, f);
}

/* ---- the text ---- */

static void
ruled_clear(struct ruled *t)
{
	free(t->text);
	free(t->context);
	annot_list_free(t->layers, t->nlayers);
	memset(t, 0, sizeof *t);
}

static void
ruled_drop(void *data)
{
	ruled_clear(data);
	free(data);
}

static char *
context_of(const struct doc *d)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < d->nvalues; i++)
		if (d->values[i].role == COLUMN_CONTEXT &&
		    d->values[i].value != NULL)
			buf_addf(&b, "%s%s %s", b.len > 0 ? " · " : "",
			    d->values[i].column, d->values[i].value);
	return b.len > 0 ? buf_take(&b) : NULL;
}

static int
ruled_fetch(struct fetch *f)
{
	struct ruled *t = f->data;
	struct doc d;
	int got = doc_get(ui.project, t->doc, &d, &t->err);

	if (got <= 0)
		return got;
	t->text = xstrndup(d.text, d.text_len);
	t->len = d.text_len;
	t->context = context_of(&d);
	doc_free(&d);
	if (t->open && project_writable(ui.project) && lease_aside(ui.project,
	    t->scheme, LEASE_RULING, t->doc, &t->holder, &t->err) < 0)
		return -1;
	return annot_layers(ui.project, t->scheme, t->doc, &t->layers,
	    &t->nlayers, &t->err);
}

static void
ruled_done(struct view *v, struct fetch *f)
{
	struct adj_state *s = v->state;
	struct ruled *got = f->data, old = s->t;

	s->reading = false;
	if (f->job.result < 0) {
		ui_error(&got->err);
		return;
	}
	if (got->doc != s->t.doc)
		s->scroll = 0;
	if (got->holder != -1 && got->doc != s->t.doc)
		ui_message(MSG_NOTE, "%s has this text before them too",
		    adj_name(s, got->holder));
	s->t = *got;
	*got = old;
	adj_text_read(v);
}

void
adj_text_read(struct view *v)
{
	struct adj_state *s = v->state;
	const struct dispute *d = adj_here(s);
	struct ruled *t;

	if (d == NULL || (d->doc == s->t.doc && !s->stale) || s->reading ||
	    view_tab() != v)
		return;
	s->reading = true;
	s->stale = false;
	t = xcalloc(1, sizeof *t);
	t->doc = d->doc;
	t->scheme = s->r.scheme.id;
	t->holder = -1;
	t->open = s->r.role >= ROLE_MANAGER && !d->decided;
	fetch_start(v, fetch_new(ruled_fetch, ruled_done, ruled_drop, t));
}

static int
leave_fetch(struct fetch *f)
{
	int64_t *scheme = f->data;

	return lease_aside_end(ui.project, *scheme, LEASE_RULING, NULL);
}

void
adj_leave(struct view *v)
{
	struct adj_state *s = v->state;
	int64_t *scheme;

	if (!s->ready || s->r.role < ROLE_MANAGER)
		return;
	scheme = xcalloc(1, sizeof *scheme);
	*scheme = s->r.scheme.id;
	s->t.doc = 0; /* it is to be read again */
	fetch_save(NULL, fetch_new(leave_fetch, NULL, free, scheme));
}

void
adj_back(struct view *v)
{
	adj_list_read(v);
}

void
adj_close(struct view *v)
{
	struct adj_state *s = v->state;

	rulings_clear(&s->r);
	figures_clear(&s->f);
	ruled_clear(&s->t);
	textbox_free(&s->box);
	free(s->shown);
	free(s->on);
	free(s->note);
}
