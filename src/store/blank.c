/*
 * Where nothing stands. An act on a million texts would look each of them up
 * in tables that mostly have nothing there: after a few it asks for the next
 * text that has something instead, and for none before that one.
 */
#include "priv.h"

#define FEW 16	   /* are looked up one by one */
#define PAID 8	   /* texts that an answer must do for */
#define LATER -241 /* texts on it is tried again: an odd number, as acts may
		    * look at each twice */

static const enum sql next_of[BLANKS] = {
	[BLANK_ANNOT] = SQL_ANNOT_NEXT,
	[BLANK_SESSION] = SQL_SESSION_NEXT,
	[BLANK_LEASE] = SQL_LEASE_NEXT,
};

static bool
covers(const struct blank *b, int64_t scheme, int64_t uid, int64_t doc)
{
	return b->scheme == scheme && b->uid == uid && doc >= b->from &&
	    doc < b->to;
}

int
blank_at(struct project *p, enum blank_of table, int64_t scheme, int64_t uid,
    int64_t doc, struct err *err)
{
	struct blank *b = &p->known.blank[table];
	int64_t next = INT64_MAX;

	if (p->depth == 0)
		return 0;
	if (covers(b, scheme, uid, doc)) {
		b->served++;
		return 1;
	}
	if (b->scheme != scheme || b->uid != uid)
		*b = (struct blank){ .scheme = scheme, .uid = uid };
	if (b->to != 0 && b->served < PAID)
		b->asked = LATER;
	b->to = 0;
	if (++b->asked < FEW)
		return 0;
	if (db_int(p, next_of[table], ARGS(I(scheme), I(doc), I(uid)), &next,
	    err) < 0)
		return -1;
	b->from = doc;
	b->to = next;
	b->served = 0;
	return next > doc;
}

void
blank_filled(struct project *p, enum blank_of table, int64_t scheme,
    int64_t uid, int64_t doc)
{
	struct blank *b = &p->known.blank[table];

	if (covers(b, scheme, uid, doc))
		b->from = doc + 1;
}
