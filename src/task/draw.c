#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/draw.h"
#include "tagtiger/err.h"
#include "tagtiger/rng.h"

/*
 * How many to take of each stratum. Equal shares by filling up: everyone gets
 * the same level, and the small ones stop at what they have. What does not
 * divide goes to strata in a random order.
 */
static void
quotas_equal(struct draw_stratum *s, size_t n, size_t want, struct rng *rng)
{
	uint32_t *order = xcalloc(n, sizeof *order);
	size_t open = n, level;

	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	rng_shuffle(rng, order, n);
	while (want > 0 && open > 0) {
		level = want / open > 0 ? want / open : 1;
		for (size_t i = 0; i < n && want > 0; i++) {
			struct draw_stratum *st = &s[order[i]];
			size_t room = st->there - st->taken;
			size_t take = level < room ? level : room;

			st->taken += take;
			want -= take;
		}
		open = 0;
		for (size_t i = 0; i < n; i++)
			open += s[i].taken < s[i].there;
	}
	free(order);
}

/* Largest remainders, so that the shares add up. */
static void
quotas_proportional(struct draw_stratum *s, size_t n, size_t free_rows,
    size_t want)
{
	double *rest = xcalloc(n, sizeof *rest), exact;
	size_t best, left = want;

	for (size_t i = 0; i < n; i++) {
		exact = (double)want * (double)s[i].there / (double)free_rows;
		s[i].taken = (size_t)exact;
		rest[i] = exact - (double)s[i].taken;
		left -= s[i].taken;
	}
	for (; left > 0; left--) {
		best = n;
		for (size_t i = 0; i < n; i++)
			if (s[i].taken < s[i].there &&
			    (best == n || rest[i] > rest[best]))
				best = i;
		s[best].taken++;
		rest[best] = -1;
	}
	free(rest);
}

/*
 * Take `want` of the rows in v[0..n), those to come first before the others;
 * the order within each group is random already.
 */
static void
take_rows(struct draw *d, uint8_t set, const uint32_t *v, size_t n,
    size_t want)
{
	size_t group, take;

	for (int first = d->first != NULL; first >= 0 && want > 0; first--) {
		group = 0;
		for (size_t i = 0; i < n; i++)
			group += d->first == NULL || d->first[v[i]] == first;
		take = group < want ? group : want;
		want -= take;
		for (size_t i = 0, left = take; left > 0; i++) {
			if (d->first != NULL && d->first[v[i]] != first)
				continue;
			d->set[v[i]] = set;
			d->weight[v[i]] = (float)take / (float)group;
			left--;
		}
	}
}

/* Free rows, shuffled, those of a stratum together: at[i] .. at[i+1]. */
static uint32_t *
free_rows_by_stratum(const struct draw *d, struct rng *rng, size_t *at,
    size_t strata)
{
	uint32_t *v, *out;
	size_t n = 0, *next;

	v = xcalloc(d->n, sizeof *v);
	out = xcalloc(d->n, sizeof *out);
	next = xcalloc(strata + 1, sizeof *next);
	memset(at, 0, (strata + 1) * sizeof *at);
	for (size_t i = 0; i < d->n; i++) {
		if (d->set[i] != 0)
			continue;
		v[n++] = (uint32_t)i;
		at[(d->stratum != NULL ? d->stratum[i] : 0) + 1]++;
	}
	rng_shuffle(rng, v, n);
	for (size_t i = 0; i < strata; i++)
		at[i + 1] += at[i];
	memcpy(next, at, strata * sizeof *next);
	for (size_t i = 0; i < n; i++)
		out[next[d->stratum != NULL ? d->stratum[v[i]] : 0]++] = v[i];
	free(next);
	free(v);
	return out;
}

int
draw_set(struct draw *d, uint8_t set, size_t want, struct rng *rng,
    struct draw_stratum *out, struct err *err)
{
	size_t strata = d->stratum != NULL ? d->strata : 1, *at, left = 0;
	struct draw_stratum *s;
	uint32_t *rows;

	for (size_t i = 0; i < d->n; i++)
		left += d->set[i] == 0;
	if (want > left)
		return err_set_status(err, ERR_NAME,
		    "%s texts are asked for, %s are left: ask for fewer",
		    COUNT(want), COUNT(left));
	if (want == 0 || strata == 0)
		return 0;
	at = xcalloc(strata + 1, sizeof *at);
	s = xcalloc(strata, sizeof *s);
	rows = free_rows_by_stratum(d, rng, at, strata);
	for (size_t i = 0; i < strata; i++)
		s[i].there = at[i + 1] - at[i];
	if (d->proportional)
		quotas_proportional(s, strata, left, want);
	else
		quotas_equal(s, strata, want, rng);
	for (size_t i = 0; i < strata; i++)
		take_rows(d, set, rows + at[i], s[i].there, s[i].taken);
	if (out != NULL)
		memcpy(out, s, strata * sizeof *s);
	free(rows);
	free(s);
	free(at);
	return 0;
}
