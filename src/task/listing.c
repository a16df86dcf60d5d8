#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/forecast.h"
#include "tagtiger/job.h"
#include "tagtiger/project.h"
#include "tagtiger/regex.h"
#include "tagtiger/scheme.h"
#include "listing_priv.h"
#include "priv.h"

/* ---- queries ---- */

void
listing_query_copy(struct listing_query *to, const struct listing_query *from)
{
	*to = *from;
	next_criteria_copy(&to->c, &from->c);
}

void
listing_query_free(struct listing_query *q)
{
	next_criteria_free(&q->c);
}

static bool
has_regex(const struct listing_query *q)
{
	return q->c.regex != NULL && q->c.regex[0] != '\0';
}

static bool
needs_forecast(const struct listing_query *q)
{
	return q->c.predicted != 0 || q->c.wrong;
}

static bool
needs_labels(const struct listing_query *q)
{
	return q->c.carries != 0 || q->final != 0 || q->c.wrong ||
	    q->c.user != NEXT_ANYONE;
}

bool
listing_query_filters(const struct listing_query *q)
{
	return q->sets != SETS_ALL || has_regex(q) || needs_forecast(q) ||
	    needs_labels(q) || q->c.filter != NEXT_ALL || q->c.comment ||
	    q->c.flag;
}

static bool
same_string(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

bool
listing_query_same(const struct listing_query *a,
    const struct listing_query *b)
{
	const struct next_criteria *x = &a->c, *y = &b->c;

	return a->sets == b->sets && a->gaps == b->gaps && a->final == b->final &&
	    x->scheme == y->scheme &&
	    same_string(x->regex, y->regex) &&
	    (!has_regex(a) || x->match_case == y->match_case) &&
	    x->filter == y->filter && x->user == y->user &&
	    x->carries == y->carries && x->predicted == y->predicted &&
	    x->wrong == y->wrong && x->comment == y->comment &&
	    x->flag == y->flag &&
	    (!needs_forecast(a) || same_string(x->model, y->model));
}

/* ---- a listing ---- */

struct listing *
listing_new(const struct listing_query *q, int64_t max, struct err *err)
{
	struct listing *l;

	if (max > UINT32_MAX) {
		err_set(err, "too many texts for a list: %lld",
		    (long long)max);
		return NULL;
	}
	l = xcalloc(1, sizeof *l);
	atomic_store(&l->refs, 1);
	listing_query_copy(&l->q, q);
	l->max = max;
	if (!listing_query_filters(q) && !q->gaps && q->key == LISTING_FILE &&
	    !q->down) {
		atomic_store(&l->n, (size_t)max);
		atomic_store(&l->complete, true);
		return l;
	}
	/* All at once, so that nothing moves while others read; what is not
	 * written takes no memory. */
	l->v = try_alloc((size_t)max + 1, sizeof *l->v, err);
	if (l->v == NULL) {
		listing_free(l);
		return NULL;
	}
	return l;
}

struct listing *
listing_ref(struct listing *l)
{
	atomic_fetch_add(&l->refs, 1);
	return l;
}

void
listing_free(struct listing *l)
{
	if (l == NULL || atomic_fetch_sub(&l->refs, 1) > 1)
		return;
	listing_query_free(&l->q);
	free(l->v);
	free(l->hits);
	free(l);
}

bool
listing_complete(const struct listing *l)
{
	return atomic_load(&l->complete);
}

size_t
listing_count(const struct listing *l)
{
	return atomic_load(&l->n);
}

int64_t
listing_at(const struct listing *l, size_t row)
{
	return l->v != NULL ? (int64_t)l->v[row] : (int64_t)row + 1;
}

size_t
listing_find(const struct listing *l, int64_t seq)
{
	size_t n = listing_count(l);

	if (l->v == NULL)
		return seq >= 1 && (size_t)seq <= n ? (size_t)seq - 1 :
		    SIZE_MAX;
	for (size_t i = 0; i < n; i++)
		if ((int64_t)l->v[i] == seq)
			return i;
	return SIZE_MAX;
}

/* ---- a share of the texts ---- */

struct share {
	const struct listing_work *w;
	struct project *p;
	int64_t from, to;
	uint16_t flags[SCAN_SHARE];
	uint8_t *hits; /* (to - from + 1) in the listing's */
	struct err *err;
};

static int
share_flags(struct share *s)
{
	const struct listing_query *q = &s->w->l->q;
	bool own = q->c.user != NEXT_ANYONE;

	if (annot_flags_range(s->p, q->c.scheme, s->from, s->to, s->flags,
	    s->err) < 0)
		return -1;
	for (int64_t i = 0; i <= s->to - s->from; i++) {
		unsigned f = s->flags[i];
		bool tagged = (f & DOC_TAGGED) != 0;

		s->hits[i] = (f & DOC_ABSENT) == 0 &&
		    (q->sets >> (f & DOC_SET_MASK) & 1) != 0 &&
		    (own || q->c.filter != NEXT_UNTAGGED || !tagged) &&
		    (own || q->c.filter != NEXT_TAGGED || tagged) &&
		    (!q->c.comment || (f & DOC_COMMENTED) != 0) &&
		    (!q->c.flag || (f & DOC_FLAGGED) != 0);
	}
	return 0;
}

static int
share_bulk(struct share *s, enum layer_choice choice, int64_t uid,
    struct annot_bulk *out)
{
	struct annot_query q = { .scheme = s->w->l->q.c.scheme,
		.choice = choice, .uid = uid, .sets = SETS_ALL,
		.from = s->from, .to = s->to };

	return annot_bulk(s->p, &q, out, s->err);
}

/* A text stays where something of it was marked. */
static void
share_keep(struct share *s, const uint8_t *marked, bool keep)
{
	for (int64_t i = 0; i <= s->to - s->from; i++)
		s->hits[i] = s->hits[i] && (marked[i] != 0) == keep;
}

/* By whom it was tagged. */
static int
share_user(struct share *s)
{
	const struct next_criteria *c = &s->w->l->q.c;
	uint8_t by[SCAN_SHARE] = { 0 };
	struct annot_bulk b;

	if (c->user == NEXT_ANYONE)
		return 0;
	if (share_bulk(s, CHOICE_UID, c->user, &b) < 0)
		return -1;
	for (size_t i = 0; i < b.n; i++)
		by[b.doc[i] - s->from] = 1;
	annot_bulk_free(&b);
	share_keep(s, by, c->filter != NEXT_UNTAGGED);
	return 0;
}

static bool
row_has(const struct annot_bulk *b, size_t i, int64_t label)
{
	for (size_t j = b->start[i]; j < b->start[i + 1]; j++)
		if (b->label[j] == label)
			return true;
	return false;
}

static int
share_carries(struct share *s)
{
	const struct next_criteria *c = &s->w->l->q.c;
	uint8_t has[SCAN_SHARE] = { 0 };
	struct annot_bulk b;

	if (c->carries == 0)
		return 0;
	if (share_bulk(s, c->user == NEXT_ANYONE ? CHOICE_ALL : CHOICE_UID,
	    c->user, &b) < 0)
		return -1;
	for (size_t i = 0; i < b.n; i++)
		has[b.doc[i] - s->from] |= row_has(&b, i, s->w->carries);
	annot_bulk_free(&b);
	share_keep(s, has, true);
	return 0;
}

/* Whether its labels, by the rule `final`, are the one asked for, and other
 * ones than predicted. */
static int
share_final(struct share *s)
{
	const struct listing_query *q = &s->w->l->q;
	uint8_t keep[SCAN_SHARE] = { 0 };
	struct forecast_row row = { 0 };
	struct annot_bulk b;

	if (q->final == 0 && !q->c.wrong)
		return 0;
	if (share_bulk(s, CHOICE_FINAL, 0, &b) < 0)
		return -1;
	for (size_t i = 0; i < b.n; i++) {
		enum set set = (enum set)b.set[i];
		bool fits = q->final == 0 || row_has(&b, i, s->w->final);

		if (fits && q->c.wrong)
			fits = set != SET_TEST &&
			    forecast_get(s->w->forecast, set, b.doc[i],
			    &row) && !forecast_agrees(&row, b.label +
			    b.start[i], b.start[i + 1] - b.start[i]);
		keep[b.doc[i] - s->from] = fits;
	}
	forecast_row_free(&row);
	annot_bulk_free(&b);
	share_keep(s, keep, true);
	return 0;
}

static void
share_predicted(struct share *s)
{
	const struct listing_query *q = &s->w->l->q;
	struct forecast_row row = { 0 };

	if (q->c.predicted == 0)
		return;
	for (int64_t i = 0; i <= s->to - s->from; i++) {
		enum set set = (enum set)(s->flags[i] & DOC_SET_MASK);

		if (s->hits[i])
			s->hits[i] = set != SET_TEST &&
			    forecast_get(s->w->forecast, set, s->from + i,
			    &row) && forecast_chose(&row, s->w->predicted);
	}
	forecast_row_free(&row);
}

/* Do the flags of the texts matter? Reading them is a good part of what the
 * texts of a plain search cost. */
static bool
needs_flags(const struct listing_query *q)
{
	return q->gaps || q->sets != SETS_ALL ||
	    q->c.filter != NEXT_ALL || q->c.comment || q->c.flag ||
	    q->c.predicted != 0;
}

/* The rows of shares that have ended, as long as none before them is
 * missing. */
static void
share_show(struct listing_work *w, int64_t from)
{
	struct listing *l = w->l;
	size_t shares = ((size_t)l->max + SCAN_SHARE - 1) / SCAN_SHARE;
	size_t n, before;

	pthread_mutex_lock(&w->lock);
	n = before = w->filled;
	w->ended[(from - 1) / SCAN_SHARE] = 1;
	while (w->shown < shares && w->ended[w->shown]) {
		int64_t seq = (int64_t)w->shown * SCAN_SHARE + 1;
		int64_t end = seq + SCAN_SHARE;

		for (; seq < end && seq <= l->max; seq++)
			if (l->hits[seq])
				l->v[n++] = (uint32_t)seq;
		w->shown++;
	}
	w->filled = n;
	if (w->streams)
		atomic_store(&l->n, n);
	pthread_mutex_unlock(&w->lock);
	if (w->streams && w->news != NULL && n > before)
		w->news(w->arg);
}

static int
share_run(void *arg, struct project *p, int64_t from, int64_t to,
    struct err *err)
{
	struct listing_work *w = arg;
	const struct listing_query *q = &w->l->q;
	struct share *s = xcalloc(1, sizeof *s);
	int rc = 0;

	*s = (struct share){ .w = w, .p = p, .from = from, .to = to,
		.hits = w->l->hits + from, .err = err };
	memset(s->hits, 1, (size_t)(to - from + 1));
	if (needs_flags(q))
		rc = share_flags(s);
	if (rc == 0)
		rc = share_user(s);
	if (rc == 0)
		rc = share_carries(s);
	if (rc == 0)
		rc = share_final(s);
	if (rc == 0)
		share_predicted(s);
	if (rc == 0 && w->re != NULL)
		rc = scan_match(p, w->re, from, to, w->l->hits, err);
	free(s);
	if (rc == 0)
		share_show(w, from);
	return rc;
}

/* ---- the whole ---- */

static int64_t
label_now(const struct scheme *s, int64_t id)
{
	const struct label *l = id != 0 ? label_by_id(s, id) : NULL;

	return l != NULL ? l->effective : 0;
}

static int
work_prepare(struct listing_work *w, struct project *p,
    struct scheme *scheme, struct regex **re, struct err *err)
{
	const struct listing_query *q = &w->l->q;
	bool predicts = needs_forecast(q) || q->key == LISTING_PREDICTED ||
	    q->key == LISTING_SURE;
	int got;

	if (scheme_get(p, q->c.scheme, scheme, err) < 0)
		return -1;
	w->scheme = scheme;
	w->carries = label_now(scheme, q->c.carries);
	w->predicted = label_now(scheme, q->c.predicted);
	w->final = label_now(scheme, q->final);
	if (has_regex(q)) {
		*re = regex_compile(q->c.regex, strlen(q->c.regex),
		    q->c.match_case ? 0 : REGEX_NO_CASE, err);
		if (*re == NULL)
			return -1;
		w->re = *re;
	}
	if (!predicts)
		return 0;
	got = forecast_open(p, q->c.scheme, q->c.model, &w->forecast, err);
	if (got == 0 && needs_forecast(q))
		return err_set(err, "no model has predicted these texts: "
		    "train one (F6), or run 'predict'");
	return got < 0 ? -1 : 0;
}

static int
work_filter(struct listing_work *w, struct project *p,
    struct progress *progress, struct err *err)
{
	struct listing *l = w->l;
	struct scan_work scan = { .max = l->max, .fn = share_run, .arg = w,
		.progress = progress };

	l->hits = try_alloc((size_t)l->max + 1, 1, err);
	if (l->hits == NULL)
		return -1;
	if (w->base != NULL && w->base->hits != NULL) {
		memcpy(l->hits, w->base->hits, (size_t)l->max + 1);
	} else if (!l->q.gaps && (w->base != NULL ||
	    !listing_query_filters(&l->q))) {
		memset(l->hits, 1, (size_t)l->max + 1);
	} else {
		progress_phase(progress, "filtering", (size_t)l->max);
		return scan_texts(p, &scan, err);
	}
	for (size_t i = 0; i < ((size_t)l->max + SCAN_SHARE - 1) /
	     SCAN_SHARE; i++)
		share_show(w, (int64_t)i * SCAN_SHARE + 1);
	return 0;
}

static void
reverse(uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint32_t t = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = t;
	}
}

int
listing_fill(struct listing *l, struct listing *base, struct project *p,
    struct progress *progress, void (*news)(void *arg), void *arg,
    struct err *err)
{
	struct listing_work w = { .l = l, .news = news, .arg = arg,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.streams = l->q.key == LISTING_FILE && !l->q.down };
	struct scheme scheme = { 0 };
	struct regex *re = NULL;
	size_t n;
	int rc;

	if (listing_complete(l))
		return 0;
	if (base != NULL && base->max == l->max && listing_complete(base) &&
	    listing_query_same(&base->q, &l->q))
		w.base = base;
	w.ended = xcalloc((size_t)l->max / SCAN_SHARE + 1, 1);
	rc = work_prepare(&w, p, &scheme, &re, err);
	if (rc == 0)
		rc = work_filter(&w, p, progress, err);
	if (rc == 0 && !w.streams) {
		n = w.filled;
		if (l->q.key == LISTING_FILE)
			reverse(l->v, n);
		else
			rc = listing_sort(&w, n, p, progress, err);
		if (rc == 0)
			atomic_store(&l->n, n);
	}
	if (rc == 0)
		atomic_store(&l->complete, true);
	forecast_free(w.forecast);
	regex_free(re);
	scheme_free(&scheme);
	free(w.ended);
	pthread_mutex_destroy(&w.lock);
	return rc;
}
