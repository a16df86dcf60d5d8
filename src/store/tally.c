#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/scheme.h"
#include "priv.h"

/*
 * Counts of texts by label and annotator. They derive from what stands. A
 * tally remembers what each text is counted as, and its place in the log, so
 * that after an act only the texts are looked at that it touched. Where acts
 * on labels change what is counted of all texts alike, the kinds follow; acts
 * on sets make it count anew. One tally serves every choice of sets.
 *
 * Few kinds of texts make up a million: a kind is all that is counted of a
 * text, and for each text only the number of its kind is kept.
 */
#define BLOCK 64 /* texts; few of a million are tagged, mostly */

#define LOOK_MOST 5000 /* texts; counting all is faster then */

#define KIND_SET 3u /* the text's set; and what it is counted as: */
#define KIND_TAGGED 4u
#define KIND_NONE 8u
#define KIND_DISAGREE 16u

struct kind {
	size_t at, len;	/* in the words: one of the above, the bits of its
			 * labels, and who has tagged it */
	uint64_t texts;
};

struct tally {
	struct annot_query q;	/* its sets are not looked at */
	int64_t position;	/* of the log */
	size_t nlabels, width;	/* living ones; words that their bits take */
	int64_t *label;		/* (nlabels) */
	struct meanings meanings; /* of all labels, when these were read */
	struct doc_mark mark;
	struct kind *kinds;	/* [0] nothing */
	size_t nkinds, kinds_cap;
	uint64_t *words;
	size_t nwords, words_cap;
	uint32_t *table;	/* (table_size) of kinds by hash; 0 free */
	size_t table_size;
	uint32_t **texts;	/* by block, then text: its kind; NULL: nothing
				 * in the block */
	int64_t max;
	struct annot_by *by;	/* who was met, and when last */
	size_t nby, by_cap;
	uint64_t *now;		/* a kind that is put together */
	size_t now_cap;
	uint64_t used;
};

static void
tally_clear(struct tally *t)
{
	struct tally empty = { .q = t->q, .used = t->used };

	for (int64_t i = 0; t->texts != NULL && i <= t->max / BLOCK; i++)
		free(t->texts[i]);
	free(t->texts);
	free(t->table);
	free(t->words);
	free(t->kinds);
	free(t->label);
	free(t->meanings.v);
	free(t->by);
	free(t->now);
	*t = empty;
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
	for (size_t i = 0; i < TALLIES; i++) {
		tally_free(p->tallies[i]);
		p->tallies[i] = NULL;
	}
}

/* ---- kinds ---- */

static size_t
kind_slot(const struct tally *t, const uint64_t *w, size_t len)
{
	uint64_t h = len;
	size_t at;

	for (size_t i = 0; i < len; i++) {
		h = (h ^ w[i]) * 0x9e3779b97f4a7c15;
		h ^= h >> 29;
	}
	for (at = h & (t->table_size - 1); t->table[at] != 0;
	    at = (at + 1) & (t->table_size - 1)) {
		const struct kind *k = &t->kinds[t->table[at]];

		if (k->len == len && memcmp(t->words + k->at, w,
		    len * sizeof *w) == 0)
			break;
	}
	return at;
}

static void
table_grow(struct tally *t)
{
	if (t->nkinds < t->table_size / 2)
		return;
	t->table_size = t->table_size > 0 ? t->table_size * 2 : 64;
	free(t->table);
	t->table = xcalloc(t->table_size, sizeof *t->table);
	for (size_t i = 1; i < t->nkinds; i++) {
		const struct kind *k = &t->kinds[i];

		t->table[kind_slot(t, t->words + k->at, k->len)] =
		    (uint32_t)i;
	}
}

/* The number of the kind that these words are. */
static uint32_t
kind_of(struct tally *t, const uint64_t *w, size_t len)
{
	size_t slot = kind_slot(t, w, len);

	if (t->table[slot] != 0)
		return t->table[slot];
	while (t->nwords + len > t->words_cap) {
		t->words_cap = t->words_cap > 0 ? t->words_cap * 2 : 256;
		t->words = xreallocarray(t->words, t->words_cap,
		    sizeof *t->words);
	}
	memcpy(t->words + t->nwords, w, len * sizeof *w);
	t->kinds = array_room(t->kinds, t->nkinds, &t->kinds_cap,
	    sizeof *t->kinds);
	t->kinds[t->nkinds] = (struct kind){ .at = t->nwords, .len = len };
	t->nwords += len;
	t->table[slot] = (uint32_t)t->nkinds++;
	table_grow(t);
	return (uint32_t)t->nkinds - 1;
}

static void
text_take(struct tally *t, int64_t doc)
{
	uint32_t *block = t->texts[doc / BLOCK];

	if (block == NULL || block[doc % BLOCK] == 0)
		return;
	t->kinds[block[doc % BLOCK]].texts--;
	block[doc % BLOCK] = 0;
}

static void
text_add(struct tally *t, int64_t doc, uint32_t kind)
{
	uint32_t **block;

	t->kinds[kind].texts++;
	if (doc > t->max) /* new: all will be counted anew */
		return;
	block = &t->texts[doc / BLOCK];
	if (*block == NULL)
		*block = xcalloc(BLOCK, sizeof **block);
	(*block)[doc % BLOCK] = kind;
}

/* ---- what one text adds ---- */

static void
meet(struct tally *t, const struct layer_row *r)
{
	struct annot_by *b = NULL;

	for (size_t i = 0; i < t->nby; i++)
		if (t->by[i].uid == r->uid)
			b = &t->by[i];
	if (b == NULL) {
		t->by = array_room(t->by, t->nby, &t->by_cap, sizeof *t->by);
		b = &t->by[t->nby++];
		*b = (struct annot_by){ .uid = r->uid };
	}
	if (r->time > b->last)
		b->last = r->time;
}

static void
labels_mark(struct tally *t, const int64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < t->nlabels; j++)
			if (t->label[j] == ids[i])
				t->now[1 + j / 64] |= 1ull << j % 64;
}

static void
count_group(void *arg, const struct group *g)
{
	struct tally *t = arg;
	const struct layer_row *r = NULL;
	size_t len = 1 + t->width;

	if (len + g->n > t->now_cap) {
		t->now_cap = len + g->n + 16;
		t->now = xreallocarray(t->now, t->now_cap, sizeof *t->now);
	}
	memset(t->now, 0, len * sizeof *t->now);
	t->now[0] = g->set | KIND_TAGGED;
	for (size_t i = 0; i < g->n; i++) {
		if (t->q.choice == CHOICE_ALL)
			t->now[len++] = (uint64_t)g->rows[i].uid;
		if (t->q.choice == CHOICE_UID && g->rows[i].uid == t->q.uid)
			r = &g->rows[i];
		meet(t, &g->rows[i]);
	}
	if (t->q.choice == CHOICE_FINAL) {
		r = group_final(g);
		if (r == NULL)
			t->now[0] = g->set | KIND_DISAGREE;
	} else if (t->q.choice == CHOICE_UID && r == NULL) {
		return;
	}
	if (t->q.choice == CHOICE_ALL)
		labels_mark(t, g->ids.v, g->ids.n);
	else if (r != NULL)
		labels_mark(t, g->ids.v + r->start, r->n);
	if ((t->q.choice == CHOICE_ALL && g->ids.n == 0) ||
	    (r != NULL && r->n == 0))
		t->now[0] |= KIND_NONE;
	text_add(t, g->doc, kind_of(t, t->now, len));
}

/* ---- the whole ---- */

static int
labels_read(struct project *p, struct tally *t, struct err *err)
{
	struct scheme s;

	if (scheme_get(p, t->q.scheme, &s, err) < 0)
		return -1;
	t->nlabels = s.nlabels;
	t->width = (s.nlabels + 63) / 64;
	t->label = xcalloc(s.nlabels + 1, sizeof *t->label);
	for (size_t i = 0; i < s.nlabels; i++)
		t->label[i] = s.labels[i].id;
	scheme_free(&s);
	return meanings_read(p, t->q.scheme, &t->meanings, err);
}

static void
kinds_begin(struct tally *t)
{
	t->kinds = array_room(NULL, 0, &t->kinds_cap, sizeof *t->kinds);
	t->kinds[t->nkinds++] = (struct kind){ 0 };
	table_grow(t);
}

static int
tally_count(struct project *p, struct tally *t, struct err *err)
{
	struct annot_query all = t->q;

	tally_clear(t);
	all.sets = SETS_ALL;
	/* First: what is done meanwhile is looked at again next time. */
	if (event_position(p, &t->position, err) < 0 ||
	    doc_mark(p, &t->mark, err) < 0 || labels_read(p, t, err) < 0)
		return -1;
	t->max = t->mark.max;
	t->texts = xcalloc((size_t)(t->max / BLOCK) + 1, sizeof *t->texts);
	kinds_begin(t);
	return group_scan(p, &all, 1, INT64_MAX, count_group, t, err);
}

/* ---- labels that changed ---- */

#define LOOK UINT32_MAX /* instead of a kind: at each of its texts */

static int64_t
meaning_now(const struct meanings *m, int64_t id)
{
	const struct meaning *now = meaning_find(m, id);

	return now != NULL ? now->effective : 0;
}

/* Does what a label counted as tell what it counts as now? Not where one comes
 * back, as itself or at all. *same: nothing has changed. */
static bool
meanings_follow(const struct meanings *before, const struct meanings *now,
    bool *same)
{
	*same = true;
	for (size_t i = 0; i < before->n; i++) {
		const struct meaning *m = &before->v[i];
		int64_t is = meaning_now(now, m->id);

		*same = *same && is == m->effective;
		if (is != (m->effective == 0 ? 0 :
		    meaning_now(now, m->effective)))
			return false;
	}
	return true;
}

static bool
bit(const uint64_t *w, size_t i)
{
	return w[1 + i / 64] >> i % 64 & 1;
}

/* What a kind is with the labels of now. Of a deleted one, and where people
 * disagreed, the texts say it. */
static uint32_t
kind_follow(struct tally *t, const struct tally *old, const struct kind *k,
    bool same)
{
	const uint64_t *w = old->words + k->at;
	size_t people = k->len - 1 - old->width, len = 1 + t->width + people;

	if (k->texts == 0)
		return 0;
	if ((w[0] & KIND_DISAGREE) && !same)
		return LOOK;
	if (len > t->now_cap) {
		t->now_cap = len + 16;
		t->now = xreallocarray(t->now, t->now_cap, sizeof *t->now);
	}
	memset(t->now, 0, len * sizeof *t->now);
	t->now[0] = w[0];
	for (size_t i = 0; i < old->nlabels; i++) {
		int64_t id;

		if (!bit(w, i))
			continue;
		id = meaning_now(&t->meanings, old->label[i]);
		if (id == 0)
			return LOOK;
		labels_mark(t, &id, 1);
	}
	if (people > 0)
		memcpy(t->now + 1 + t->width, w + 1 + old->width,
		    people * sizeof *w);
	return kind_of(t, t->now, len);
}

static void
texts_follow(struct tally *t, const uint32_t *now, struct ids *look)
{
	for (int64_t doc = 0; doc <= t->max; doc++) {
		uint32_t *block = t->texts[doc / BLOCK], *kind;

		if (block == NULL) {
			doc += BLOCK - 1 - doc % BLOCK;
			continue;
		}
		kind = &block[doc % BLOCK];
		if (now[*kind] == LOOK) {
			*kind = 0;
			look->v = array_room(look->v, look->n, &look->cap,
			    sizeof *look->v);
			look->v[look->n++] = doc;
		} else if (*kind != 0) {
			*kind = now[*kind];
			t->kinds[*kind].texts++;
		}
	}
}

/* The kinds by the labels of now; texts that this cannot tell of are added to
 * those to look at. 1: too many. */
static int
labels_follow(struct project *p, struct tally *t, struct ids *look,
    struct err *err)
{
	struct tally old = *t;
	uint32_t *now = xcalloc(old.nkinds, sizeof *now);
	uint64_t lost = 0;
	bool same;
	int rc;

	t->label = NULL;
	t->meanings = (struct meanings){ 0 };
	t->kinds = NULL;
	t->words = NULL;
	t->table = NULL;
	t->nkinds = t->kinds_cap = t->nwords = t->words_cap = 0;
	t->table_size = 0;
	kinds_begin(t);
	rc = labels_read(p, t, err);
	if (rc == 0 && !meanings_follow(&old.meanings, &t->meanings, &same))
		rc = 1;
	for (size_t i = 1; rc == 0 && i < old.nkinds; i++) {
		now[i] = kind_follow(t, &old, &old.kinds[i], same);
		lost += now[i] == LOOK ? old.kinds[i].texts : 0;
	}
	if (rc == 0 && lost > LOOK_MOST)
		rc = 1;
	if (rc == 0)
		texts_follow(t, now, look);
	free(old.label);
	free(old.meanings.v);
	free(old.kinds);
	free(old.words);
	free(old.table);
	free(now);
	return rc;
}

/* Look again at the texts that acts since then touched. 1: too much. */
static int
tally_follow(struct project *p, struct tally *t, struct err *err)
{
	struct annot_query all = t->q;
	struct doc_mark mark;
	struct ids ids = { 0 };
	int64_t now = 0;
	enum widely widely = CHANGED_TEXTS;
	int rc = 0;

	all.sets = SETS_ALL;
	if (event_position(p, &now, err) < 0 || doc_mark(p, &mark, err) < 0)
		return -1;
	if (!doc_mark_same(&mark, &t->mark))
		return 1;
	if (now != t->position)
		rc = changed_since(p, t->q.scheme, t->position, &ids, &widely,
		    err);
	if (rc == 0 && widely == CHANGED_SETS)
		rc = 1;
	if (rc == 0 && widely == CHANGED_LABELS)
		rc = labels_follow(p, t, &ids, err);
	if (rc == 0 && ids.n > LOOK_MOST)
		rc = 1;
	for (size_t i = 0; rc == 0 && i < ids.n; i++) {
		int64_t doc = ids.v[i];

		if (doc < 1 || doc > t->max || (i > 0 && ids.v[i - 1] == doc))
			continue;
		text_take(t, doc);
		rc = group_scan(p, &all, doc, doc, count_group, t, err);
	}
	t->position = now;
	free(ids.v);
	return rc;
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

	for (size_t i = 0; i < TALLIES; i++) {
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

/* As it stands now; NULL on error. *own: not remembered, tally_free() it. */
static struct tally *
tally_get(struct project *p, const struct annot_query *q, bool *own,
    struct err *err)
{
	struct tally **place, *t, *old = NULL;
	int rc = 1;

	*own = p->depth > 0; /* this may be rolled back */
	place = *own ? &old : tally_place(p, q);
	t = *place;
	if (t != NULL)
		rc = tally_follow(p, t, err);
	else
		*place = t = xcalloc(1, sizeof *t);
	t->q = *q;
	t->q.extra = false;
	t->used = ++p->tally_clock;
	if (rc == 1)
		rc = tally_count(p, t, err);
	if (rc < 0) {
		tally_free(t);
		*place = NULL;
		return NULL;
	}
	return t;
}

/* ---- answers ---- */

static void
kind_sum(struct annot_counts *c, const struct tally *t, const struct kind *k)
{
	const uint64_t *w = t->words + k->at;

	if (w[0] & KIND_TAGGED)
		c->tagged += k->texts;
	if (w[0] & KIND_NONE)
		c->none += k->texts;
	if (w[0] & KIND_DISAGREE)
		c->disagree += k->texts;
	for (size_t i = 0; i < c->nlabels; i++)
		if (w[1 + i / 64] >> i % 64 & 1)
			c->count[i] += k->texts;
}

static bool
kind_of_sets(const struct tally *t, const struct kind *k, unsigned sets)
{
	return k->texts > 0 && (sets >> (t->words[k->at] & KIND_SET) & 1);
}

int
annot_count(struct project *p, const struct annot_query *q,
    struct annot_counts *out, struct err *err)
{
	bool own;
	struct tally *t = tally_get(p, q, &own, err);

	*out = (struct annot_counts){ 0 };
	if (t == NULL)
		return -1;
	out->nlabels = t->nlabels;
	out->label = xcalloc(t->nlabels + 1, sizeof *out->label);
	out->count = xcalloc(t->nlabels + 1, sizeof *out->count);
	memcpy(out->label, t->label, t->nlabels * sizeof *out->label);
	for (size_t i = 1; i < t->nkinds; i++)
		if (kind_of_sets(t, &t->kinds[i], q->sets))
			kind_sum(out, t, &t->kinds[i]);
	if (own)
		tally_free(t);
	return 0;
}

void
annot_counts_free(struct annot_counts *c)
{
	free(c->label);
	free(c->count);
	*c = (struct annot_counts){ 0 };
}

static void
kind_by(struct annot_by *by, size_t n, const struct tally *t,
    const struct kind *k)
{
	const uint64_t *w = t->words + k->at;

	for (size_t i = 1 + t->width; i < k->len; i++)
		for (size_t j = 0; j < n; j++)
			if (by[j].uid == (int64_t)w[i])
				by[j].tagged += k->texts;
}

int
annot_by(struct project *p, int64_t scheme, unsigned sets,
    struct annot_by **out, size_t *n, struct err *err)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL,
		.sets = sets };
	bool own;
	struct tally *t = tally_get(p, &q, &own, err);
	struct annot_by *by;

	if (t == NULL)
		return -1;
	by = xcalloc(t->nby + 1, sizeof *by);
	for (size_t i = 0; i < t->nby; i++)
		by[i] = t->by[i];
	for (size_t i = 1; i < t->nkinds; i++)
		if (kind_of_sets(t, &t->kinds[i], sets))
			kind_by(by, t->nby, t, &t->kinds[i]);
	*n = 0;
	for (size_t i = 0; i < t->nby; i++)
		if (by[i].tagged > 0)
			by[(*n)++] = by[i];
	*out = by;
	if (own)
		tally_free(t);
	return 0;
}

/* ---- counted beside the one who asks ---- */

bool
annot_counted(struct project *p, int64_t scheme)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL };
	int64_t max = 0;

	for (size_t i = 0; i < TALLIES; i++)
		if (p->tallies[i] != NULL && same_query(&p->tallies[i]->q, &q))
			return true;
	return doc_max(p, &max, NULL) == 0 && max <= QUICKLY_COUNTED;
}

void
annot_counts_take(struct project *p, struct project *from)
{
	for (size_t i = 0; i < TALLIES; i++) {
		struct tally **place, *t = from->tallies[i];

		if (t == NULL)
			continue;
		place = tally_place(p, &t->q);
		if (*place != NULL)
			continue; /* counted meanwhile */
		t->used = ++p->tally_clock;
		*place = t;
		from->tallies[i] = NULL;
	}
	if (p->sets.v == NULL && from->sets.v != NULL) {
		p->sets = from->sets;
		from->sets.v = NULL;
	}
}
