/*
 * Which texts go into a work copy.
 */
#include <stdlib.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/rng.h"
#include "tagtiger/workpart.h"

/* n of the v at random, still in their order. */
static size_t
sample(int64_t *v, size_t have, size_t n, uint64_t seed)
{
	struct rng r;
	size_t kept = 0;

	rng_seed(&r, seed);
	for (size_t i = 0; i < have && kept < n; i++)
		if (rng_below(&r, have - i) < n - kept)
			v[kept++] = v[i];
	return kept;
}

int
work_choose(struct project *p, const struct work_part *part, int64_t **docs,
    size_t *n, struct err *err)
{
	const unsigned taken = DOC_TAGGED | DOC_HELD | DOC_OUT;
	uint16_t *flags;
	int64_t max;
	int rc = 0;

	*docs = NULL;
	*n = 0;
	if (annot_flags(p, part->scheme, &flags, &max, err) < 0)
		return -1;
	*docs = xcalloc((size_t)max + 1, sizeof **docs);
	for (int64_t seq = 1; seq <= max; seq++) {
		unsigned f = flags[seq];

		if ((f & DOC_ABSENT) != 0 ||
		    !(part->sets >> (f & DOC_SET_MASK) & 1))
			continue;
		if (part->n == 0 || (f & taken) == 0)
			(*docs)[(*n)++] = seq;
	}
	free(flags);
	if (part->n > *n)
		rc = err_set_status(err, ERR_NAME, "%s texts were asked for, "
		    "and %s are neither tagged nor given to somebody: take "
		    "fewer, or 'draw' more", COUNT(part->n), COUNT(*n));
	if (rc == 0 && *n == 0)
		rc = err_set_status(err, ERR_NAME, "there are no texts to "
		    "give away");
	if (rc < 0) {
		free(*docs);
		*docs = NULL;
		return -1;
	}
	if (part->n > 0)
		*n = sample(*docs, *n, part->n, part->seed);
	return 0;
}
