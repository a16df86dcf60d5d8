/*
 * The texts that a filter keeps, in an order: what a table shows. A listing
 * is an array of text numbers, or nothing at all where it is every text in the
 * file's order, so that the rows of a million texts can be stepped through.
 *
 * It is filled in a job, by several readers at once. Meanwhile the main thread
 * may read what is there: rows are added at the end in the file's order; one
 * that is sorted appears when it is done.
 */
#ifndef TAGTIGER_LISTING_H
#define TAGTIGER_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/next.h"

struct err;
struct progress;
struct project;

enum listing_key {
	LISTING_FILE, /* the file's order */
	LISTING_ID,
	LISTING_SET,
	LISTING_LABEL, /* by the rule `final`; in the scheme's order */
	LISTING_PREDICTED,
	LISTING_SURE,
	LISTING_MARKS, /* flagged, commented */
	LISTING_WHO,
	LISTING_TIME,
	LISTING_LENGTH,
	LISTING_TEXT,	/* strings: case ignored, by their first 60 bytes */
	LISTING_COLUMN, /* of the file; numbers as numbers */
};

/*
 * c means what it means for the next text, except that set, mode, label,
 * audit and what the session has seen do not count. Texts of the test set are
 * taken as unpredicted.
 */
struct listing_query {
	struct next_criteria c;
	unsigned sets;	 /* SET_BIT of each */
	int64_t final;	 /* only texts labelled so by the rule `final`; 0 any */
	bool gaps; /* there are texts that were dropped: leave them out */
	enum listing_key key;
	int column;	 /* LISTING_COLUMN: its number */
	bool down;	 /* the highest first; what is missing comes last */
};
#define LISTING_QUERY_INIT                                                  \
	{                                                                   \
		.c = { .filter = NEXT_ALL, .user = NEXT_ANYONE },           \
		.sets = SETS_ALL                                            \
	}

void listing_query_copy(struct listing_query *to,
    const struct listing_query *from);
void listing_query_free(struct listing_query *q);
bool listing_query_filters(const struct listing_query *q);
/* Do they keep the same texts, in whatever order? */
bool listing_query_same(const struct listing_query *a,
    const struct listing_query *b);

struct listing;

/* max from doc_max. Complete at once where nothing is filtered or sorted. */
struct listing *listing_new(const struct listing_query *q, int64_t max,
    struct err *err);
struct listing *listing_ref(struct listing *l);
void listing_free(struct listing *l); /* one reference; NULL is fine */

/* news (may be NULL) is called on any thread when rows have been added. base
 * (may be NULL) is a complete one of the same filter, for another order. */
int listing_fill(struct listing *l, struct listing *base, struct project *p,
    struct progress *progress, void (*news)(void *arg), void *arg,
    struct err *err);

bool listing_complete(const struct listing *l);
size_t listing_count(const struct listing *l);
int64_t listing_at(const struct listing *l, size_t row); /* row < count */
size_t listing_find(const struct listing *l, int64_t seq); /* SIZE_MAX */

#endif
