/*
 * What Tag shows, fetched in the store's lane: an act and the next text are
 * one transaction (next.h), and what stands around the text is read in the
 * same turn.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/highlight.h"
#include "tagtiger/history.h"
#include "tagtiger/lease.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"

#include "tag.h"

/* ---- criteria as an account's JSON ---- */

static char *
criteria_key(int64_t scheme)
{
	return xasprintf("screen.criteria.%lld", (long long)scheme);
}

static void
criteria_load(struct project *p, struct next_criteria *c)
{
	char *key = criteria_key(c->scheme);
	char *value = account_get(p, key, NULL);
	cJSON *o = value != NULL ? cJSON_Parse(value) : NULL;

	if (o != NULL)
		criteria_read(c, o);
	if (c->set == SET_REST)
		c->set = SET_TRAIN;
	cJSON_Delete(o);
	free(value);
	free(key);
}

static void
criteria_save(struct project *p, const struct next_criteria *c)
{
	char *key = criteria_key(c->scheme), *text;
	cJSON *o = cJSON_CreateObject();

	criteria_write(c, o);
	text = cJSON_PrintUnformatted(o);
	account_set(p, key, text, NULL);
	cJSON_free(text);
	cJSON_Delete(o);
	free(key);
}

/* ---- freeing ---- */

void
shot_free(struct shot *s)
{
	scheme_free(&s->scheme);
	doc_free(&s->doc);
	next_pick_free(&s->pick);
	if (s->annotated)
		annot_free(&s->mine);
	annot_counts_free(&s->counts);
	free(s->prob);
	free(s->model);
	reach_spec_free(&s->reach);
	learning_free(&s->learning);
	free(s->hits);
	free(s->by_whom);
	free(s->held);
	free(s->codebook);
	for (size_t i = 0; i < s->nsaid; i++) {
		free(s->said[i].name);
		free(s->said[i].labels);
	}
	free(s->said);
	for (size_t i = 0; i < s->nby; i++)
		free(s->by[i].name);
	free(s->by);
	memset(s, 0, sizeof *s);
}

void
tag_request_free(void *request)
{
	struct tag_request *r = request;

	shot_free(&r->shot);
	next_criteria_free(&r->criteria);
	free(r->comment);
	free(r->id);
	free(r->model);
	free(r->done);
	free(r->trouble);
	free(r);
}

/* ---- around the text ---- */

static void
model_scores(struct project *p, struct shot *s)
{
	struct curve_point *rows = NULL;
	struct model m;
	cJSON *o;
	const cJSON *cv, *ci;
	size_t n;

	if (s->model == NULL || model_find(p, s->model, &m, NULL) < 0)
		return;
	o = cJSON_Parse(m.metrics);
	cv = reply_item(o, "cv");
	s->model_f1 = reply_num(cv, "f1_macro", NAN);
	ci = reply_item(cv, "f1_macro_ci");
	if (cJSON_GetArraySize(ci) == 2) {
		s->model_f1_lo = cJSON_GetArrayItem(ci, 0)->valuedouble;
		s->model_f1_hi = cJSON_GetArrayItem(ci, 1)->valuedouble;
	}
	if (curve_get(p, m.id, &rows, &n, NULL) == 0)
		learning_read(&s->learning, rows, n);
	free(rows);
	cJSON_Delete(o);
	model_free(&m);
}

static int
read_prediction(struct project *p, const struct tag_request *r,
    struct shot *s, struct err *err)
{
	const struct next_criteria *c = &r->criteria;
	struct next_prediction pr = { 0 };
	int at;

	s->best = -1;
	s->model_f1 = s->model_f1_lo = s->model_f1_hi = NAN;
	if (s->doc.set == SET_TEST || c->set == SET_TEST)
		return 0; /* blind */
	if (next_predict(ui.picker, p, c, s->doc.seq, &pr, err) < 0)
		return -1;
	if (pr.k == 0)
		return 0;
	s->prob = xcalloc(s->scheme.nlabels + 1, sizeof *s->prob);
	for (size_t i = 0; i < s->scheme.nlabels; i++)
		s->prob[i] = NAN;
	for (size_t i = 0; i < pr.k; i++) {
		at = label_index(&s->scheme, pr.labels[i]);
		if (at < 0)
			continue; /* deleted since */
		if (isnan(s->prob[at]))
			s->prob[at] = 0;
		s->prob[at] += pr.prob[i];
		if (s->best < 0 || s->prob[at] > s->prob[s->best])
			s->best = at;
	}
	s->model = xstrdup(pr.model);
	s->model_time = pr.time;
	if (!r->details && r->model != NULL &&
	    strcmp(r->model, s->model) == 0 && r->model_time == pr.time)
		s->same_model = true;
	else if (reach_find(p, s->model, &s->reach, err) < 0)
		return -1;
	else
		model_scores(p, s);
	return 0;
}

/* How many labels each gave in the last hour: the newest events tell. */
static void
read_hour(struct project *p, struct shot *s)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct event *e;
	size_t n;

	f.scheme = s->scheme.id;
	f.kind = EVENT_TAG;
	if (history_page(p, &f, &place, 500, &e, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n && e[i].time > ui_now() - 3600 * 1000; i++)
		for (size_t j = 0; j < s->nby; j++)
			s->by[j].hour += s->by[j].uid == e[i].uid;
	history_page_free(e, n);
}

static int
read_session(struct project *p, const struct next_criteria *c, struct shot *s,
    struct err *err)
{
	struct session_entry *v = NULL;
	size_t n;

	if (session_list(p, c->scheme, SET_BIT(c->set), &v, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		s->session += v[i].how == SESSION_TAGGED;
	free(v);
	return 0;
}

static int
read_details(struct project *p, const struct next_criteria *c, bool wide,
    struct shot *s, struct err *err)
{
	struct annot_by *by = NULL;
	size_t n = 0;

	s->details = true;
	s->codebook = codebook_get(p, s->scheme.id, err);
	if (s->codebook == NULL || read_session(p, c, s, err) < 0)
		return -1;
	if (!wide)
		return 0;
	if (annot_by(p, s->scheme.id, SET_BIT(c->set), &by, &n, err) < 0)
		return -1;
	s->by = xcalloc(n + 1, sizeof *s->by);
	for (size_t i = 0; i < n; i++) {
		s->by[i].uid = by[i].uid;
		s->by[i].name = user_name(p, by[i].uid);
		s->by[i].tagged = by[i].tagged;
	}
	s->nby = n;
	free(by);
	read_hour(p, s);
	return 0;
}

/* "held by bob (2)": who has what is left. */
static void
read_held(struct project *p, struct shot *s)
{
	struct lease_held *held = NULL;
	struct buf b = BUF_INIT;
	size_t n = 0, same;

	if (lease_held(p, s->scheme.id, &held, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i += same) {
		char *name = user_name(p, held[i].uid);

		for (same = 1; i + same < n && held[i + same].uid ==
		     held[i].uid; same++)
			;
		buf_addf(&b, "%s%s (%zu)", b.len > 0 ? ", " : "", name, same);
		free(name);
	}
	free(held);
	s->held = buf_take(&b);
}

/* What others said of the text: after one's own label, so that it biases
 * nobody; a manager may look. Never on the blind set. */
static int
read_said(struct project *p, struct shot *s, struct err *err)
{
	struct annot *v;
	size_t n;

	if (s->doc.set == SET_TEST || !((s->annotated && s->mine.tagged) ||
	    user_role(p) >= ROLE_MANAGER))
		return 0;
	if (annot_layers(p, s->scheme.id, s->doc.seq, &v, &n, err) < 0)
		return -1;
	s->said = xcalloc(n + 1, sizeof *s->said);
	for (size_t i = 0; i < n; i++)
		if (v[i].tagged && v[i].uid != project_uid(p))
			s->said[s->nsaid++] = (struct tag_said){
				user_name(p, v[i].uid), labels_joined(&s->scheme,
				v[i].labels, v[i].nlabels) };
	annot_list_free(v, n);
	return 0;
}

static void
add_spans(struct shot *s, const struct hit *hits, size_t n, int style)
{
	s->hits = xreallocarray(s->hits, s->nmarks + n + 1, sizeof *s->hits);
	for (size_t i = 0; i < n; i++)
		s->hits[s->nmarks++] = (struct span){ hits[i].begin,
			hits[i].end, style };
}

static int
read_marks(struct project *p, struct shot *s, struct err *err)
{
	struct highlight *v;
	struct hit *hits;
	size_t n, nhits;

	if (highlight_list(p, &v, &n, err) < 0)
		return -1;
	highlight_find(v, n, s->doc.text, s->doc.text_len, 10000, &hits,
	    &nhits);
	add_spans(s, hits, nhits, ST_HIGHLIGHT);
	free(hits);
	highlight_list_free(v, n);
	return 0;
}

static int
read_hits(const struct next_criteria *c, struct shot *s, struct err *err)
{
	struct hit *hits;
	size_t n;

	if (c->regex == NULL || c->regex[0] == '\0')
		return 0;
	if (hits_find(c->regex, c->match_case, s->doc.text, s->doc.text_len,
	    10000, &hits, &n, err) < 0)
		return -1;
	add_spans(s, hits, n, ST_MATCH);
	s->nhits = n;
	free(hits);
	return 0;
}

static int
read_nothing(struct project *p, struct shot *s, struct err *err)
{
	int64_t counts[SET_COUNT];

	read_held(p, s);
	if (doc_count(p, counts, err) < 0)
		return -1;
	s->rest = (uint64_t)counts[SET_REST];
	s->manager = user_role(p) >= ROLE_MANAGER;
	return 0;
}

static int
read_shot(struct project *p, struct tag_request *r, int64_t doc)
{
	struct shot *s = &r->shot;
	const struct next_criteria *c = &r->criteria;
	struct annot_query q = { .scheme = c->scheme, .choice = CHOICE_ALL,
		.sets = SET_BIT(c->set) };
	int rc;

	s->best = -1;
	s->model_f1 = NAN;
	if (c->user != NEXT_ANYONE)
		s->by_whom = user_name(p, c->user);
	s->counted = r->insist || annot_counted(p, c->scheme);
	if (scheme_get(p, c->scheme, &s->scheme, &r->err) < 0 ||
	    (s->counted && annot_count(p, &q, &s->counts, &r->err) < 0))
		return -1;
	if (r->details && read_details(p, c, r->wide && s->counted, s,
	    &r->err) < 0)
		return -1;
	if (doc == 0)
		return read_nothing(p, s, &r->err);
	rc = doc_get(p, doc, &s->doc, &r->err);
	if (rc < 0)
		return -1;
	s->have = rc == 1;
	if (!s->have)
		return err_set_status(&r->err, ERR_NAME,
		    "there is no such text");
	rc = annot_get(p, c->scheme, doc, project_uid(p), &s->mine, &r->err);
	s->annotated = rc == 1;
	if (rc < 0 || read_prediction(p, r, s, &r->err) < 0 ||
	    (r->others && read_said(p, s, &r->err) < 0) ||
	    read_hits(c, s, &r->err) < 0)
		return -1;
	return r->highlight ? read_marks(p, s, &r->err) : 0;
}

/* ---- acts ---- */

static void
say_done(struct project *p, struct tag_request *r)
{
	char *id = doc_id(p, r->doc, NULL), *names = NULL;

	if (r->want == WANT_SKIP) {
		r->done = xasprintf("#%s skipped", id != NULL ? id : "?");
	} else {
		names = labels_joined(&r->shot.scheme, r->labels, r->nlabels);
		r->done = xasprintf("#%s → %s%s%s", id != NULL ? id : "?",
		    names, r->accepted ? " (accepted)" : "",
		    r->comment != NULL && r->comment[0] != '\0' ?
		    ", with the comment" : "");
	}
	free(names);
	free(id);
}

/* With criteria the next text too, in the same transaction. */
static int
do_act_with(struct project *p, struct tag_request *r,
    const struct next_criteria *c, struct err *err)
{
	struct tag tag = { .scheme = r->criteria.scheme, .doc = r->doc,
		.labels = r->labels, .nlabels = r->nlabels,
		.comment = r->comment, .accepted = r->accepted };

	if (r->want == WANT_SKIP)
		return next_skip(ui.picker, p, tag.scheme, tag.doc, c,
		    &r->shot.pick, err);
	return next_tag(ui.picker, p, &tag, c, &r->shot.pick, err);
}

/* Where only the next text is the trouble (its model is gone, say), the label
 * is saved all the same. */
static int
do_act(struct project *p, struct tag_request *r)
{
	struct err alone = { 0 };

	if (do_act_with(p, r, &r->criteria, &r->err) == 0)
		return 0;
	if (do_act_with(p, r, NULL, &alone) < 0)
		return -1;
	r->trouble = xstrdup(r->err.text);
	r->err = (struct err){ 0 };
	r->shot.pick = (struct next_pick){ 0 };
	return 0;
}

/* The session's text before this one; 0: there is none. */
static int64_t
text_before(struct project *p, struct tag_request *r)
{
	struct session_entry *v = NULL;
	size_t n = 0, at;
	int64_t doc;

	if (session_list(p, r->criteria.scheme, SET_BIT(r->criteria.set), &v,
	    &n, &r->err) < 0)
		return -1;
	for (at = 0; at < n && v[at].doc != r->doc; at++)
		;
	doc = at > 0 ? v[at - 1].doc : 0;
	free(v);
	return doc;
}

static int
criteria_ready(struct project *p, struct tag_request *r)
{
	struct scheme s = { 0 };

	if (r->criteria_known) {
		if (r->save)
			criteria_save(p, &r->criteria);
		return 0;
	}
	if (current_scheme(p, &s, &r->err) < 0)
		return -1;
	r->criteria.scheme = s.id;
	scheme_free(&s);
	criteria_load(p, &r->criteria);
	return 0;
}

/* How many of the active picks are random ones is the project's. */
static void
read_audit(struct project *p, struct next_criteria *c)
{
	char *share = c->mode == SELECT_ACTIVE ?
	    param_get(p, "audit", NULL) : NULL;

	c->audit = share != NULL ? strtod(share, NULL) : 0;
	free(share);
}

/* The text that is to be shown: what the act leads to, or was asked for.
 * -1: r->err. */
static int64_t
text_wanted(struct project *p, struct tag_request *r)
{
	int64_t doc = r->doc;

	switch (r->want) {
	case WANT_TAG:
	case WANT_SKIP:
		return do_act(p, r) < 0 ? -1 : r->shot.pick.doc;
	case WANT_NEXT:
	case WANT_FRESH:
		return next_draw(ui.picker, p, &r->criteria,
		    r->want == WANT_FRESH, &r->shot.pick, &r->err) < 0 ? -1 :
		    r->shot.pick.doc;
	case WANT_BACK:
		doc = text_before(p, r);
		return doc != 0 ? doc : err_set(&r->err,
		    "this is the first text of the session");
	case WANT_SHOW:
		return r->id != NULL && doc_need(p, r->id, &doc, &r->err) < 0 ?
		    -1 : doc;
	case WANT_AGAIN:
		return doc;
	}
	return -1;
}

/* A text that was gone to is nobody else's meanwhile; or somebody else's
 * already, which is said. */
static int
text_hold(struct project *p, struct tag_request *r, int64_t doc)
{
	int64_t scheme = r->criteria.scheme, holder = -1;

	if (!project_writable(p) || r->want == WANT_AGAIN || doc == 0)
		return 0;
	if (r->want != WANT_SHOW && r->want != WANT_BACK)
		return lease_aside_end(p, scheme, LEASE_VISIT, &r->err);
	if (lease_aside(p, scheme, LEASE_VISIT, doc, &holder, &r->err) < 0)
		return -1;
	if (holder != -1) {
		char *name = user_name(p, holder);

		r->done = xasprintf("%s has this text before them too: yours "
		    "is a second opinion", name);
		free(name);
	}
	return 0;
}

/* The act and the next text's lease are one transaction, made in there. */
int
tag_fetch(struct fetch *f)
{
	struct tag_request *r = f->data;
	struct project *p = ui.project;
	int64_t doc;

	if (criteria_ready(p, r) < 0)
		return -1;
	read_audit(p, &r->criteria);
	doc = text_wanted(p, r);
	if (doc < 0)
		return -1;
	r->shot.picked = doc != 0 && doc == r->shot.pick.doc;
	r->shot.back = r->want == WANT_BACK;
	if (text_hold(p, r, doc) < 0 || read_shot(p, r, doc) < 0)
		return -1;
	if (r->want == WANT_TAG || r->want == WANT_SKIP)
		say_done(p, r);
	/* The text has just been read; the key comes later. */
	if (r->want == WANT_AGAIN && r->shot.have)
		next_ready(ui.picker, p, &r->criteria, NULL);
	return 0;
}
