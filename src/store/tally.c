#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/scheme.h"
#include "priv.h"

/*
 * Counts of texts by label. They derive from what stands; a tally remembers
 * what each text added to them and its place in the log, so that after an act
 * only the texts are looked at that it touched. Acts on labels and sets make
 * it count anew. One tally serves every choice of sets.
 */
#define SHARE_LABELS 58 /* more labels than that are counted each time */
#define SHARE_SET 58	/* two bits */
#define SHARE_TAGGED (1ull << 60)
#define SHARE_NONE (1ull << 61)
#define SHARE_DISAGREE (1ull << 62)

#define BLOCK 64 /* texts; few of a million are tagged, mostly */

struct tally {
	struct annot_query q;	/* its sets are not looked at */
	struct annot_counts c[SET_COUNT];
	int64_t position;	/* of the log */
	bool shares;		/* else all is counted each time */
	uint64_t **share;	/* by block, then doc: bits of labels, and above;
				 * NULL: nothing in the block */
	int64_t max;
	uint64_t used;
};

static void
tally_clear(struct tally *t)
{
	for (size_t i = 0; i < SET_COUNT; i++)
		annot_counts_free(&t->c[i]);
	for (int64_t i = 0; t->share != NULL && i <= t->max / BLOCK; i++)
		free(t->share[i]);
	free(t->share);
	t->share = NULL;
	t->shares = false;
}

static void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	tally_clear(t);
	free(t);
}

void
tally_drop(struct project *p)
{
	for (size_t i = 0; i < 4; i++) {
		tally_free(p->tallies[i]);
		p->tallies[i] = NULL;
	}
}

/* by: 1 or -1. */
static void
share_count(struct tally *t, uint64_t share, int by)
{
	struct annot_counts *c = &t->c[share >> SHARE_SET & 3];
	uint64_t add = (uint64_t)(int64_t)by;

	if (share & SHARE_TAGGED)
		c->tagged += add;
	if (share & SHARE_NONE)
		c->none += add;
	if (share & SHARE_DISAGREE)
		c->disagree += add;
	for (size_t i = 0; i < c->nlabels && i < SHARE_LABELS; i++) {
		if (share >> i & 1)
			c->count[i] += add;
	}
}

static void
share_take(struct tally *t, int64_t doc)
{
	uint64_t *block = t->share[doc / BLOCK];

	if (block == NULL)
		return;
	share_count(t, block[doc % BLOCK], -1);
	block[doc % BLOCK] = 0;
}

static void
share_add(struct tally *t, const struct group *g, uint64_t share)
{
	uint64_t **block;

	share |= (uint64_t)g->set << SHARE_SET;
	share_count(t, share, 1);
	if (!t->shares || g->doc > t->max)
		return;
	block = &t->share[g->doc / BLOCK];
	if (*block == NULL)
		*block = xcalloc(BLOCK, sizeof **block);
	(*block)[g->doc % BLOCK] = share;
}

/* ---- what one text adds ---- */

struct counting {
	struct tally *t;
	struct ids seen; /* the labels of one text, for CHOICE_ALL */
};

static void
count_labels(struct tally *t, const struct group *g, const int64_t *ids,
    size_t n)
{
	struct annot_counts *c = &t->c[g->set];
	uint64_t share = SHARE_TAGGED | (n == 0 ? SHARE_NONE : 0);

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < c->nlabels; j++) {
			if (c->label[j] != ids[i])
				continue;
			if (t->shares)
				share |= 1ull << j;
			else
				c->count[j]++;
		}
	}
	share_add(t, g, share);
}

static void
count_group(void *arg, const struct group *g)
{
	struct counting *n = arg;
	struct tally *t = n->t;
	const struct layer_row *r = NULL;

	if (t->q.choice == CHOICE_ALL) {
		n->seen.n = 0;
		for (size_t i = 0; i < g->ids.n; i++)
			ids_add_once(&n->seen, 0, g->ids.v[i]);
		count_labels(t, g, n->seen.v, n->seen.n);
		return;
	}
	if (t->q.choice == CHOICE_FINAL) {
		r = group_final(g);
		if (r == NULL)
			share_add(t, g, SHARE_DISAGREE);
	}
	for (size_t i = 0; t->q.choice == CHOICE_UID && i < g->n; i++) {
		if (g->rows[i].uid == t->q.uid)
			r = &g->rows[i];
	}
	if (r != NULL)
		count_labels(t, g, r->n > 0 ? &g->ids.v[r->start] : NULL, r->n);
}

/* ---- the whole ---- */

static int
tally_count(struct project *p, struct tally *t, struct err *err)
{
	struct counting n = { .t = t };
	struct annot_query all = t->q;
	struct scheme s;
	int rc;

	tally_clear(t);
	all.sets = SETS_ALL;
	/* First: what is done meanwhile is looked at again next time. */
	if (event_position(p, &t->position, err) < 0 ||
	    doc_max(p, &t->max, err) < 0 ||
	    scheme_get(p, t->q.scheme, &s, err) < 0)
		return -1;
	for (size_t i = 0; i < SET_COUNT; i++) {
		struct annot_counts *c = &t->c[i];

		c->nlabels = s.nlabels;
		c->label = xcalloc(s.nlabels + 1, sizeof *c->label);
		c->count = xcalloc(s.nlabels + 1, sizeof *c->count);
		for (size_t j = 0; j < s.nlabels; j++)
			c->label[j] = s.labels[j].id;
	}
	t->shares = s.nlabels <= SHARE_LABELS;
	if (t->shares)
		t->share = xcalloc((size_t)(t->max / BLOCK) + 1,
		    sizeof *t->share);
	scheme_free(&s);
	rc = group_scan(p, &all, 1, INT64_MAX, count_group, &n, err);
	free(n.seen.v);
	return rc;
}

/* Look again at the texts that acts since then touched. 1: too much. */
static int
tally_follow(struct project *p, struct tally *t, struct err *err)
{
	struct counting n = { .t = t };
	struct ids ids = { 0 };
	int64_t now = 0, max = 0;
	struct annot_query all = t->q;
	bool widely = !t->shares;
	int rc = 0;

	all.sets = SETS_ALL;
	if (event_position(p, &now, err) < 0 || doc_max(p, &max, err) < 0)
		return -1;
	if (max != t->max)
		widely = true;
	if (!widely && now != t->position)
		rc = changed_since(p, t->q.scheme, t->position, &ids, &widely,
		    err);
	if (ids.n > 5000)
		widely = true;
	for (size_t i = 0; rc == 0 && !widely && i < ids.n; i++) {
		int64_t doc = ids.v[i];

		if (doc < 1 || doc > t->max || (i > 0 && ids.v[i - 1] == doc))
			continue;
		share_take(t, doc);
		rc = group_scan(p, &all, doc, doc, count_group, &n, err);
	}
	t->position = now;
	free(ids.v);
	free(n.seen.v);
	return rc < 0 ? -1 : widely;
}

static bool
same_query(const struct annot_query *a, const struct annot_query *b)
{
	return a->scheme == b->scheme && a->choice == b->choice &&
	    (a->choice != CHOICE_UID || a->uid == b->uid);
}

/* The place of this query's tally, or of the one asked for longest ago. */
static struct tally **
tally_place(struct project *p, const struct annot_query *q)
{
	struct tally **oldest = &p->tallies[0];

	for (size_t i = 0; i < 4; i++) {
		struct tally **t = &p->tallies[i];

		if (*t != NULL && same_query(&(*t)->q, q))
			return t;
		if (*oldest != NULL &&
		    (*t == NULL || (*t)->used < (*oldest)->used))
			oldest = t;
	}
	tally_free(*oldest);
	*oldest = NULL;
	return oldest;
}

/* Of some sets together. */
static void
counts_sum(struct annot_counts *to, const struct tally *t, unsigned sets)
{
	size_t n = t->c[0].nlabels;

	*to = (struct annot_counts){ .nlabels = n };
	to->label = xcalloc(n + 1, sizeof *to->label);
	to->count = xcalloc(n + 1, sizeof *to->count);
	memcpy(to->label, t->c[0].label, n * sizeof *to->label);
	for (unsigned set = 0; set < SET_COUNT; set++) {
		const struct annot_counts *c = &t->c[set];

		if (!(sets >> set & 1))
			continue;
		to->tagged += c->tagged;
		to->none += c->none;
		to->disagree += c->disagree;
		for (size_t i = 0; i < n; i++)
			to->count[i] += c->count[i];
	}
}

int
annot_count(struct project *p, const struct annot_query *q,
    struct annot_counts *out, struct err *err)
{
	struct tally once = { .q = *q }, *t, **place;
	int rc;

	*out = (struct annot_counts){ 0 };
	once.q.extra = false;
	if (p->depth > 0) { /* this may be rolled back: not remembered */
		rc = tally_count(p, &once, err);
		if (rc == 0)
			counts_sum(out, &once, q->sets);
		tally_clear(&once);
		return rc;
	}
	place = tally_place(p, q);
	t = *place;
	rc = 1;
	if (t != NULL)
		rc = tally_follow(p, t, err);
	else
		*place = t = xcalloc(1, sizeof *t);
	t->q = once.q;
	t->used = ++p->tally_clock;
	if (rc == 1)
		rc = tally_count(p, t, err);
	if (rc < 0) {
		tally_free(t);
		*place = NULL;
		return -1;
	}
	counts_sum(out, t, q->sets);
	return 0;
}

void
annot_counts_free(struct annot_counts *c)
{
	free(c->label);
	free(c->count);
	*c = (struct annot_counts){ 0 };
}
