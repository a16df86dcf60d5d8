/*
 * Tag: what is asked of the store's lane (data.c), and what comes of the
 * answer. Each request has one; then the quick model may learn again.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/param.h"

#include "tag.h"

/* ---- retraining ---- */

struct retrain {
	long long every;
};

static int
retrain_fetch(struct fetch *f)
{
	struct retrain *r = f->data;

	r->every = param_int(ui.project, "retrain", 0);
	return 0;
}

static void
retrain_done(struct view *v, struct fetch *f)
{
	struct tag_state *t = v->state;
	struct retrain *r = f->data;

	t->retrain = r->every;
}

/* Every so many labels the quick model learns again, in a lane of its own; the
 * first time it is made. */
static void
tag_retrain(struct view *v)
{
	struct tag_state *t = v->state;
	const char *quick;
	struct cmd_call *c;

	if (t->retrain <= 0 || (long long)t->since < t->retrain ||
	    run_of("quick train") != NULL)
		return;
	/* The newest quick model; one that was chosen may be of another kind. */
	quick = t->criteria.model == NULL ? t->shot.model : NULL;
	t->since = 0;
	c = call_words((const char *[]){ "quick", "train", "--automatic",
		quick != NULL ? "--name" : NULL, quick, NULL });
	if (c != NULL)
		run_quietly(c);
}

void
tag_retrain_read(struct view *v)
{
	fetch_start(v, fetch_new(retrain_fetch, retrain_done, free,
	    xcalloc(1, sizeof(struct retrain))));
}

/* ---- requests ---- */

struct tag_request *
tag_request_new(struct view *v, enum tag_want want)
{
	struct tag_state *t = v->state;
	struct tag_request *r = xcalloc(1, sizeof *r);

	r->want = want;
	r->criteria = (struct next_criteria)NEXT_CRITERIA_INIT;
	r->criteria_known = t->known;
	if (t->known)
		next_criteria_copy(&r->criteria, &t->criteria);
	r->doc = t->shot.have ? t->shot.doc.seq : 0;
	/* What does not change with every label is kept from before. */
	r->others = option_get(OPT_OTHERS);
	r->highlight = option_get(OPT_HIGHLIGHT);
	r->wide = scr_columns() >= TAG_WIDE && option_get(OPT_SIDE);
	r->details = !t->shot.details || (want != WANT_TAG &&
	    want != WANT_SKIP && want != WANT_FRESH);
	r->model = xstrdup(t->shot.model);
	r->model_time = t->shot.model_time;
	r->insist = want == WANT_AGAIN && t->known &&
	    t->ahead == t->criteria.scheme;
	return r;
}

/* The toggles stand as the text's labels do. */
static void
toggles_set(struct tag_state *t)
{
	const struct shot *s = &t->shot;

	memset(t->toggled, 0, sizeof t->toggled);
	for (size_t i = 0; s->annotated && i < s->mine.nlabels; i++) {
		int place = label_index(&s->scheme, s->mine.labels[i]);

		if (place >= 0 && place < TOGGLES)
			t->toggled[place] = true;
	}
}

const char *const tag_contexts[] = { "tag", "any", NULL };
static const char *const contexts_many[] = { "tag-multi", "tag", "any", NULL };
static const char *const contexts_end[] = { "tag-end", "tag", "any", NULL };

static void
remember(struct tag_state *t, const struct tag_request *r)
{
	if (r->want != WANT_TAG)
		return;
	memcpy(t->last, r->labels, sizeof t->last);
	t->nlast = r->nlabels;
	free(t->comment);
	t->comment = NULL;
	t->since++;
	t->session += r->counts;
	t->pace[t->npace++ % TAG_PACE] = ui_now();
}

/* How many texts the set has. A text that was leased already comes without
 * that: it is counted when the screen stands. */
struct total {
	enum set set;
	int64_t counts[SET_COUNT];
};

static int
total_fetch(struct fetch *f)
{
	struct total *n = f->data;

	return doc_count(ui.project, n->counts, NULL);
}

static void
total_done(struct view *v, struct fetch *f)
{
	struct tag_state *t = v->state;
	struct total *n = f->data;

	if (f->job.result == 0 && t->shot.pick.counts.total == 0 &&
	    n->set == t->criteria.set)
		t->shot.pick.counts.total = (size_t)n->counts[n->set];
}

static void
total_ask(struct view *v)
{
	struct tag_state *t = v->state;
	struct total *n = xcalloc(1, sizeof *n);

	n->set = t->criteria.set;
	fetch_start(v, fetch_new(total_fetch, total_done, free, n));
}

static void
keep_known(struct shot *s, struct shot *old)
{
	if (s->same_model) {
		s->model_f1 = old->model_f1;
		s->model_f1_lo = old->model_f1_lo;
		s->model_f1_hi = old->model_f1_hi;
		s->reach = old->reach;
		old->reach = (struct reach_spec){ 0 };
		s->learning = old->learning;
		old->learning = (struct learning){ 0 };
	}
	if (s->details || !old->details)
		return;
	s->session = old->session;
	s->details = true;
	s->codebook = old->codebook;
	s->by = old->by;
	s->nby = old->nby;
	old->codebook = NULL;
	old->by = NULL;
	old->nby = 0;
}

/* The account's order or filter may be what fails: m and F change it. */
static void
tag_failed(struct view *v, struct tag_request *r)
{
	struct tag_state *t = v->state;

	ui_error(&r->err);
	if (t->shot.have)
		return;
	free(t->trouble);
	t->trouble = xstrdup(r->err.text);
	v->contexts = contexts_end;
	if (!t->ready && r->criteria.scheme != 0) {
		next_criteria_free(&t->criteria);
		next_criteria_copy(&t->criteria, &r->criteria);
		t->known = t->ready = true;
	}
}

static void
tag_answer(struct view *v, struct fetch *f)
{
	struct tag_request *r = f->data;
	struct tag_state *t = v->state;
	bool same = r->want == WANT_AGAIN && t->shot.have;
	struct shot old;

	t->busy = false;
	if (f->job.result < 0) {
		tag_failed(v, r);
		return;
	}
	free(t->trouble);
	t->trouble = r->trouble;
	r->trouble = NULL;
	remember(t, r);
	old = t->shot;
	t->shot = r->shot;
	r->shot = old;
	if (t->shot.details) {
		t->session = t->shot.session;
		t->book_serial++;
	}
	keep_known(&t->shot, &r->shot);
	if (same) {
		t->shot.picked = old.picked;
		t->shot.back = old.back;
	}
	/* what was counted at the last draw still tells about the set */
	if (t->shot.pick.counts.total == 0)
		t->shot.pick.counts = old.pick.counts;
	if (!t->known || r->save) {
		next_criteria_free(&t->criteria);
		next_criteria_copy(&t->criteria, &r->criteria);
		t->known = true;
	}
	t->ready = true;
	if (!t->shot.counted && t->ahead != t->criteria.scheme) {
		t->ahead = t->criteria.scheme;
		ahead_start(v, t->ahead, t->criteria.set);
	}
	if (!same) {
		t->top = 0;
		t->hit_shown = t->at_moved = false;
		t->cut = 0;
		toggles_set(t);
	}
	t->box.n = 0;
	v->contexts = !t->shot.have ? contexts_end :
	    t->shot.scheme.kind == SCHEME_MULTILABEL ? contexts_many :
	    tag_contexts;
	if (t->shot.have && t->shot.pick.counts.total == 0)
		total_ask(v);
	tag_reach_ask(v);
	if (r->done != NULL)
		ui_message(r->want == WANT_TAG || r->want == WANT_SKIP ?
		    MSG_DONE : MSG_NOTE, "%s", r->done);
	if (r->want == WANT_TAG) {
		view_changed(CHANGES_ANNOTATIONS, false);
		v->stale = false; /* it is what has just been fetched */
		tag_retrain(v);
	}
}

void
tag_ask(struct view *v, struct tag_request *r, bool act)
{
	struct fetch *f = fetch_new(tag_fetch, tag_answer, tag_request_free, r);
	struct tag_state *t = v->state;

	t->busy = true;
	f->act = act;
	f->writes = r->want == WANT_TAG || r->want == WANT_SKIP ||
	    r->want == WANT_NEXT || r->want == WANT_FRESH || r->save;
	fetch_start(v, f);
}
