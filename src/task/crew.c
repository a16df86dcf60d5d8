#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/agreement.h"
#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/crew.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/scheme.h"

#define BREAK (10 * 60 * 1000) /* ms: longer is not spent on one text */
#define WEEK (7ll * 24 * 3600 * 1000)

double
pace_rate(const struct pace *p)
{
	return p->tags >= 5 && p->hours > 0 ? (double)p->tags / p->hours : NAN;
}

/* A text's time is that since the one before; the first's is not known. */
struct pace
pace_between(const int64_t *times, size_t n, int64_t from, int64_t to)
{
	struct pace out = { 0 };
	int64_t last = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t gap = times[i] - last;

		if (times[i] < from || times[i] >= to)
			continue;
		if (last != 0 && gap >= 0 && gap <= BREAK) {
			out.tags++;
			out.hours += (double)gap / 3600e3;
		}
		last = times[i];
	}
	return out;
}

/* ---- members ---- */

static struct member *
member_of(struct crew *c, int64_t uid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].uid == uid)
			return &c->v[i];
	return NULL;
}

static struct member *
member_add(struct crew *c, struct project *p, int64_t uid, const char *name,
    enum role role)
{
	struct member *m;

	c->v = xreallocarray(c->v, c->n + 1, sizeof *c->v);
	m = &c->v[c->n++];
	*m = (struct member){ .uid = uid, .role = role,
		.name = name != NULL ? xstrdup(name) : user_name(p, uid) };
	m->labels = xcalloc(c->nlabels + 1, sizeof *m->labels);
	return m;
}

static int
members_read(struct project *p, struct crew *c, struct err *err)
{
	struct user *v;
	size_t n;

	if (user_list(p, &v, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		member_add(c, p, v[i].uid, v[i].name, v[i].role);
	user_list_free(v, n);
	return 0;
}

static int
member_order(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	uint64_t nx = 0, ny = 0;

	for (int i = 0; i < SET_COUNT; i++) {
		nx += x->tagged[i];
		ny += y->tagged[i];
	}
	if (nx != ny)
		return nx > ny ? -1 : 1;
	if (x->role != y->role)
		return x->role > y->role ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* ---- what they tagged ---- */

/* One annotator's labels of one text; code: the number of the set of them. */
struct given {
	int64_t doc, code;
	size_t member;
};

static void
row_count(struct crew *c, struct project *p, const struct scheme *s,
    const struct annot_bulk *b, size_t i, struct given *out)
{
	struct member *m = member_of(c, b->uid[i]);

	if (m == NULL)
		m = member_add(c, p, b->uid[i], NULL, ROLE_NONE);
	out->doc = b->doc[i];
	out->member = (size_t)(m - c->v);
	m->tagged[b->set[i]]++;
	if (b->time[i] > m->last)
		m->last = b->time[i];
	for (size_t j = b->start[i]; j < b->start[i + 1]; j++) {
		int at = label_index(s, b->label[j]);

		if (at >= 0)
			m->labels[at]++;
	}
}

static int64_t
code_of(struct strmap *codes, const struct annot_bulk *b, size_t i)
{
	size_t n = b->start[i + 1] - b->start[i];
	const char *key = n > 0 ? (const char *)&b->label[b->start[i]] : "";

	return *strmap_put(codes, key, n * sizeof *b->label,
	    (int64_t)strmap_count(codes), NULL);
}

/* Adjudicated labels are nobody's. */
static size_t
given_read(struct crew *c, struct project *p, const struct scheme *s,
    const struct annot_bulk *b, struct strmap *codes, struct given *out)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->uid[i] == LAYER_FINAL)
			continue;
		row_count(c, p, s, b, i, &out[n]);
		out[n++].code = code_of(codes, b, i);
	}
	return n;
}

/* How many from g on are of the same text. */
static size_t
run_of(const struct given *g, size_t n)
{
	size_t i = 1;

	while (i < n && g[i].doc == g->doc)
		i++;
	return i;
}

static void
text_compare(struct crew *c, const struct given *g, size_t n)
{
	bool same = true;

	for (size_t i = 1; i < n; i++)
		same &= g[i].code == g->code;
	c->overlap++;
	c->same += same;
	for (size_t i = 0; i < n; i++) {
		c->v[g[i].member].shared++;
		c->v[g[i].member].same += same;
	}
}

static int
alpha_of(struct crew *c, const struct given *g, size_t n, size_t ncodes,
    struct err *err)
{
	struct agreement a = { 0 };
	size_t unit = 0, run;
	int *table, rc;

	if (c->overlap == 0)
		return 0;
	table = try_alloc(c->n * c->overlap, sizeof *table, err);
	if (table == NULL)
		return -1;
	for (size_t i = 0; i < c->n * c->overlap; i++)
		table[i] = -1;
	for (size_t i = 0; i < n; i += run) {
		run = run_of(g + i, n - i);
		for (size_t j = i; run >= 2 && j < i + run; j++)
			table[g[j].member * c->overlap + unit] =
			    (int)g[j].code;
		unit += run >= 2;
	}
	rc = agreement_measure(table, c->n, c->overlap, NULL, ncodes, 0, false,
	    0, 0, NULL, &a, err);
	if (rc == 0)
		c->alpha = a.alpha.value;
	agreement_free(&a);
	free(table);
	return rc;
}

static int
rows_read(struct project *p, const struct scheme *s, struct crew *c,
    struct err *err)
{
	struct annot_query q = { .scheme = s->id, .choice = CHOICE_ALL,
		.sets = SETS_ALL, .extra = true };
	struct strmap *codes;
	struct annot_bulk b;
	struct given *g;
	size_t n, run;
	int rc;

	if (annot_bulk(p, &q, &b, err) < 0)
		return -1;
	codes = strmap_new();
	g = xcalloc(b.n + 1, sizeof *g);
	n = given_read(c, p, s, &b, codes, g);
	for (size_t i = 0; i < n; i += run) {
		run = run_of(g + i, n - i);
		if (run >= 2)
			text_compare(c, g + i, run);
	}
	rc = alpha_of(c, g, n, strmap_count(codes), err);
	free(g);
	annot_bulk_free(&b);
	strmap_free(codes);
	return rc;
}

static int
pace_read(struct project *p, int64_t scheme, struct member *m, int64_t now,
    int64_t midnight, struct err *err)
{
	int64_t *times;
	size_t n;

	if (annot_times(p, scheme, m->uid, now - WEEK, &times, &n, err) < 0)
		return -1;
	m->week = pace_between(times, n, now - WEEK, INT64_MAX);
	m->today = pace_between(times, n, midnight, INT64_MAX);
	free(times);
	return 0;
}

int
crew_read(struct project *p, int64_t scheme, int64_t now, int64_t midnight,
    struct crew *out, struct err *err)
{
	struct scheme s = { 0 };
	int rc;

	*out = (struct crew){ .alpha = NAN };
	rc = scheme_get(p, scheme, &s, err);
	out->nlabels = s.nlabels;
	if (rc == 0)
		rc = members_read(p, out, err);
	if (rc == 0)
		rc = rows_read(p, &s, out, err);
	for (size_t i = 0; rc == 0 && i < out->n; i++) {
		out->annotators += out->v[i].last != 0;
		rc = pace_read(p, scheme, &out->v[i], now, midnight, err);
	}
	scheme_free(&s);
	if (rc < 0)
		crew_free(out);
	else
		qsort(out->v, out->n, sizeof *out->v, member_order);
	return rc;
}

void
crew_free(struct crew *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].name);
		free(c->v[i].labels);
	}
	free(c->v);
	*c = (struct crew){ .alpha = NAN };
}
