/*
 * Which rows go into the validation, test and train sets: validation and test
 * first, at random from all rows, then train, where rows that carry a label
 * already come before the others. Pure functions of arrays and a seed.
 */
#ifndef TAGTIGER_DRAW_H
#define TAGTIGER_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct rng;

struct draw {
	size_t n;	      /* rows */
	uint8_t *set;	      /* (n) 0 where a row is still free */
	float *weight;	      /* (n) the probability that the draw took it */
	const bool *first;    /* (n) rows to take before the others, or NULL */
	const int32_t *stratum; /* (n) category 0 .. strata-1, or NULL */
	size_t strata;
	bool proportional;    /* shares as in the free rows; else equal ones */
};

/* What was drawn from a category. */
struct draw_stratum {
	size_t there, taken;
};

/*
 * Put `want` free rows into the set. Equal numbers of each stratum where there
 * are strata: one that has fewer gives all it has, and the others share what
 * is missing. `out` is (strata) or NULL. An error when fewer than `want` rows
 * are free; its text has the count.
 */
int draw_set(struct draw *d, uint8_t set, size_t want, struct rng *rng,
    struct draw_stratum *out, struct err *err);

#endif
