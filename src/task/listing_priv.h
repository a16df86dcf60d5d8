/* A listing while it is made; only listing.c and listing_sort.c know it. */
#ifndef TASK_LISTING_PRIV_H
#define TASK_LISTING_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "tagtiger/annot.h"
#include "tagtiger/listing.h"

struct listing {
	atomic_int refs;
	struct listing_query q;
	int64_t max;
	uint32_t *v;	  /* (max) rows; NULL: row i is text i + 1 */
	atomic_size_t n;  /* of them that may be read */
	atomic_bool complete;
	uint8_t *hits;	  /* (max + 1) by seq: kept; NULL: all */
};

struct forecast;
struct regex;
struct scheme;

/* What is the same for all shares. */
struct listing_work {
	struct listing *l;
	struct listing *base; /* a complete one of the same filter, or NULL */
	const struct regex *re;
	struct forecast *forecast;
	struct scheme *scheme;
	int64_t carries;      /* the label as it counts now */
	int64_t predicted;
	int64_t final;
	uint8_t *ended;	      /* (shares) */
	size_t shown;	      /* shares whose rows are in l->v, */
	size_t filled;	      /* and how many rows that makes */
	pthread_mutex_t lock;
	bool streams;
	void (*news)(void *);
	void *arg;
};

/* The rows of l, filled in the file's order and not published, into the order
 * of its query. */
int listing_sort(struct listing_work *w, size_t n, struct project *p,
    struct progress *progress, struct err *err);

#endif
