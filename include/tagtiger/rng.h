/*
 * Seeded random numbers, the same on every machine: xoshiro256** by Blackman
 * and Vigna (2018), seeded through splitmix64. Not for secrets.
 */
#ifndef TAGTIGER_RNG_H
#define TAGTIGER_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* uniform in [0, n), n > 0 */
double rng_double(struct rng *r);	       /* uniform in [0, 1) */
void rng_shuffle(struct rng *r, uint32_t *v, size_t n);

#endif
