/*
 * Which set each text is in, and so how many there are of each: a byte a text,
 * read once and kept until a draw or an import.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/doc.h"
#include "priv.h"

int
doc_max(struct project *p, int64_t *max, struct err *err)
{
	*max = 0;
	return db_int(p, SQL_DOC_MAX, NO_ARGS, max, err) < 0 ? -1 : 0;
}

int
doc_mark(struct project *p, struct doc_mark *out, struct err *err)
{
	*out = (struct doc_mark){ 0 };
	if (db_int(p, SQL_SETS_CHANGED, NO_ARGS, &out->changed, err) < 0)
		return -1;
	return doc_max(p, &out->max, err);
}

bool
doc_mark_same(const struct doc_mark *a, const struct doc_mark *b)
{
	return a->changed == b->changed && a->max == b->max;
}

/* The set that most texts seem to be in, by a look at a few. What is in it need
 * not be gone through text by text. */
static int
common_set(struct project *p, int64_t max, enum set *set, struct err *err)
{
	int seen[SET_COUNT] = { 0 };
	int64_t no;

	*set = SET_REST;
	for (int64_t i = 1; i < 64; i += 2) {
		int row = db_int(p, SQL_DOC_SET, ARGS(I(max / 64 * i + 1)),
		    &no, err);

		if (row < 0)
			return -1;
		if (row == 1 && SET_OF(no) < SET_COUNT &&
		    ++seen[no] > seen[*set])
			*set = (enum set)no;
	}
	return 0;
}

static uint8_t
set_byte(int64_t no)
{
	enum set set = SET_OF(no);

	return set < SET_COUNT ? (uint8_t)set : SET_ABSENT;
}

/* Fill in the texts of a set, or of all where it is -1. */
static int
sets_scan(struct project *p, int set, uint8_t *sets, int64_t max,
    struct err *err)
{
	int64_t last = 0;
	bool more = true;
	int row = 0;

	while (more) {
		sqlite3_stmt *s = set < 0 ?
		    db_query(p, SQL_DOC_SCAN, ARGS(I(last)), err) :
		    db_query(p, SQL_DOC_OF_SET, ARGS(I(last), I(set)), err);
		struct pace pace = { 0 };

		more = false;
		row = s == NULL ? -1 : 1;
		while (row == 1 && (row = db_step(p, s, err)) == 1) {
			last = col_int(s, 0);
			if (last > 0 && last <= max)
				sets[last] = set_byte(col_int(s, 1));
			if (pace_over(&pace)) {
				more = true;
				break;
			}
		}
		db_done(s);
	}
	return row < 0 ? -1 : 0;
}

static int
sets_read(struct project *p, uint8_t *sets, int64_t max, struct err *err)
{
	int64_t total = 0, now = 0;
	enum set common;

	memset(sets, SET_ABSENT, (size_t)max + 1);
	if (common_set(p, max, &common, err) < 0 ||
	    db_int(p, SQL_DOC_TOTAL, NO_ARGS, &total, err) < 0 ||
	    doc_max(p, &now, err) < 0)
		return -1;
	if (total != max || now != max) /* not each number has a text */
		return sets_scan(p, -1, sets, max, err);
	memset(sets + 1, (int)common, (size_t)max);
	for (int set = 0; set <= SET_DROPPED; set++)
		if (set != (int)common &&
		    sets_scan(p, set, sets, max, err) < 0)
			return -1;
	return 0;
}

void
sets_drop(struct project *p)
{
	free(p->sets.v);
	p->sets.v = NULL;
}

const uint8_t *
sets_known(struct project *p, int64_t *max, struct err *err)
{
	struct sets *s = &p->sets;
	struct doc_mark now;

	/* First: what comes in between is then read again. */
	if (doc_mark(p, &now, err) < 0)
		return NULL;
	*max = now.max;
	if (s->v != NULL && p->depth == 0 && !s->passing &&
	    doc_mark_same(&s->mark, &now))
		return s->v;
	sets_drop(p);
	s->v = try_alloc((size_t)*max + 1, 1, err);
	if (s->v == NULL)
		return NULL;
	s->mark = now;
	s->passing = p->depth > 0; /* it may be rolled back */
	if (sets_read(p, s->v, *max, err) < 0)
		sets_drop(p);
	return s->v;
}

int
doc_count(struct project *p, int64_t counts[SET_COUNT], struct err *err)
{
	const uint8_t *sets;
	int64_t max;

	memset(counts, 0, SET_COUNT * sizeof *counts);
	sets = sets_known(p, &max, err);
	for (int64_t seq = 1; sets != NULL && seq <= max; seq++)
		for (int set = 0; set < SET_COUNT; set++)
			counts[set] += sets[seq] == set;
	return sets != NULL ? 0 : -1;
}

int
doc_sets(struct project *p, uint8_t *out, int64_t max, struct err *err)
{
	int64_t now;
	const uint8_t *sets = sets_known(p, &now, err);

	if (sets == NULL)
		return -1;
	memset(out, SET_ABSENT, (size_t)max + 1);
	memcpy(out, sets, (size_t)(max < now ? max : now) + 1);
	return 0;
}

int
doc_list(struct project *p, unsigned which, int64_t **out, size_t *n,
    struct err *err)
{
	struct ids o = { 0 };
	int64_t max;
	const uint8_t *sets = sets_known(p, &max, err);

	if (sets == NULL)
		return -1;
	for (int64_t seq = 1; seq <= max; seq++) {
		if (sets[seq] == SET_ABSENT || !(which >> sets[seq] & 1))
			continue;
		o.v = array_room(o.v, o.n, &o.cap, sizeof *o.v);
		o.v[o.n++] = seq;
	}
	*out = o.v;
	*n = o.n;
	return 0;
}
