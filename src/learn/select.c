/*
 * See select.h. Scores are made by blocks of rows on the stack; ties and
 * chance come from a hash of seed and index, so that nothing is remembered
 * between picks.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/rng.h"
#include "tagtiger/select.h"

#define BLOCK 2048 /* probabilities at a time; a multiple of 16 */
#define ROWS 512   /* texts of which the best is known */

static const char *const names[] = {
	[SELECT_SEQUENTIAL] = "sequential",
	[SELECT_RANDOM] = "random",
	[SELECT_ACTIVE] = "active",
	[SELECT_MAXPROB] = "maxprob",
};

const char *
select_mode_name(enum select_mode mode)
{
	return (unsigned)mode < sizeof names / sizeof *names ? names[mode] :
							       NULL;
}

int
select_mode_parse(const char *name, enum select_mode *mode)
{
	if (strcmp(name, "deterministic") == 0)
		name = "sequential";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0) {
			*mode = (enum select_mode)i;
			return 0;
		}
	return -1;
}

/* The finaliser of splitmix64. */
static uint64_t
mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* A text's place in the seed's shuffle: the lowest wins a tie. */
static uint64_t
tie_key(uint64_t seed, size_t index)
{
	return mix(mix(seed) ^ (uint64_t)index);
}

/* Entropy of some values: of a distribution, or the sum of the binary ones. */
static double
entropy(const float *p, size_t n, bool binary, const struct kernels *kernels)
{
	float v[BLOCK], other[BLOCK];
	double sum = 0;

	for (size_t i = 0, m; i < n; i += m) {
		m = n - i < BLOCK ? n - i : BLOCK;
		memcpy(v, p + i, m * sizeof *v);
		memset(v + m, 0, ((m + 15) / 16 * 16 - m) * sizeof *v);
		for (size_t j = 0; j < (m + 15) / 16 * 16 && binary; j++)
			other[j] = 1 - v[j];
		kernels->plogp(v, v, (m + 15) / 16 * 16);
		for (size_t j = 0; j < m; j++)
			sum += (double)v[j];
		if (!binary)
			continue;
		kernels->plogp(other, other, (m + 15) / 16 * 16);
		for (size_t j = 0; j < m; j++)
			sum += (double)other[j];
	}
	return sum;
}

/* The same for whole rows of a block, one call of the kernel for all. */
static void
entropy_rows(const float *p, size_t rows, size_t k, float *score,
    const struct kernels *kernels)
{
	float v[BLOCK];
	size_t n = rows * k, padded = (n + 15) / 16 * 16;

	memcpy(v, p, n * sizeof *v);
	memset(v + n, 0, (padded - n) * sizeof *v);
	kernels->plogp(v, v, padded);
	for (size_t i = 0; i < rows; i++) {
		float sum = 0;

		for (size_t j = 0; j < k; j++)
			sum += v[i * k + j];
		score[i] = sum;
	}
}

static float
highest(const float *p, size_t k, int *which)
{
	size_t best = 0;

	for (size_t j = 1; j < k; j++)
		if (p[j] > p[best])
			best = j;
	*which = (int)best;
	return p[best];
}

/* Scores of rows [from, from + rows), NaN where the row is missing. */
static void
score_rows(const struct candidates *c, enum select_mode mode, int label,
    size_t from, size_t rows, float *score)
{
	const struct kernels *kernels = kernels_for(16);
	const float *p = c->prob + from * c->k;
	size_t k = c->k, step = k <= BLOCK ? BLOCK / k : 1;
	int which;

	if (mode == SELECT_ACTIVE && label < 0 && !c->multilabel && k <= BLOCK)
		for (size_t i = 0; i < rows; i += step)
			entropy_rows(p + i * k, rows - i < step ? rows - i :
			    step, k, score + i, kernels);
	else
		for (size_t i = 0; i < rows; i++)
			if (mode == SELECT_MAXPROB)
				score[i] = label >= 0 ?
				    p[i * k + (size_t)label] :
				    highest(p + i * k, k, &which);
			else if (label >= 0)
				score[i] = (float)entropy(
				    p + i * k + label, 1, true, kernels);
			else
				score[i] = (float)(entropy(p + i * k, k,
				    c->multilabel, kernels) /
				    (c->multilabel ? (double)k : 1));
	for (size_t i = 0; i < rows; i++)
		if (isnan(p[i * k]))
			score[i] = NAN;
}

static bool
may(const uint8_t *eligible, size_t i)
{
	return eligible == NULL || eligible[i] != 0;
}

/* Eight flags at a time: there are millions, and a key waits for it. */
static size_t
count_eligible(const uint8_t *eligible, size_t n)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f, ones = 0x0101010101010101;
	size_t count = 0, i = 0;

	if (eligible == NULL)
		return n;
	for (; i + 8 <= n; i += 8) {
		uint64_t x;

		memcpy(&x, eligible + i, 8);
		x = (((x & low) + low) | x) >> 7 & ones; /* 1: not 0 */
		count += x * ones >> 56;
	}
	for (; i < n; i++)
		count += eligible[i] != 0;
	return count;
}

/* The index of the eligible text that has so many before it. */
static size_t
eligible_at(const uint8_t *eligible, size_t n, size_t rank)
{
	size_t at = 0, count;

	if (eligible == NULL)
		return rank;
	while (at + ROWS < n &&
	    (count = count_eligible(eligible + at, ROWS)) <= rank) {
		rank -= count;
		at += ROWS;
	}
	while (at < n && (!may(eligible, at) || rank-- > 0))
		at++;
	return at;
}

/* The stream of the seed's draw-th pick. */
static void
draw_rng(struct rng *r, uint64_t seed, uint64_t draw)
{
	rng_seed(r, mix(seed) ^ mix(~draw));
}

/* Each eligible text with the same chance. */
static void
pick_chance(struct selected *pick, const uint8_t *eligible, size_t n,
    struct rng *rng)
{
	pick->index = eligible_at(eligible, n, rng_below(rng, pick->eligible));
	pick->inclusion = 1 / (double)pick->eligible;
}

static int
check(const struct candidates *c, enum select_mode mode, int label,
    double audit, struct err *err)
{
	if (mode != SELECT_ACTIVE && mode != SELECT_MAXPROB)
		return 0;
	if (c->prob == NULL || c->k == 0)
		return err_set(err, "selection by %s needs a model's "
		    "predictions: train a quick model first",
		    select_mode_name(mode));
	if (label >= 0 && (size_t)label >= c->k)
		return err_set_status(err, ERR_NAME,
		    "the model knows no label number %d", label);
	if (!(audit >= 0 && audit <= 1))
		return err_set_status(err, ERR_USAGE,
		    "the share of random draws must be from 0 to 1");
	return 0;
}

/* The best-scored text of a block of rows. */
struct best {
	float score;	/* below 0: none of the block has one and may be picked */
	uint32_t index;
};

static bool
is_better(const struct best *a, const struct best *b, uint64_t seed)
{
	if (a->score != b->score)
		return a->score > b->score;
	return a->score >= 0 &&
	    tie_key(seed, a->index) < tie_key(seed, b->index);
}

static struct best
best_of(const struct candidates *c, const struct select_opts *o, size_t from,
    size_t rows)
{
	struct best best = { .score = -1 };
	float score[ROWS];
	size_t i = 0;

	while (i < rows && !may(c->eligible, from + i))
		i++;
	if (i == rows)
		return best;
	score_rows(c, o->mode, o->label, from, rows, score);
	for (; i < rows; i++) {
		struct best here = { score[i], (uint32_t)(from + i) };

		if (may(c->eligible, from + i) && score[i] >= 0 &&
		    is_better(&here, &best, o->seed))
			best = here;
	}
	return best;
}

static size_t
rows_from(size_t n, size_t from)
{
	return n - from < ROWS ? n - from : ROWS;
}

static void
pick_best(struct selected *pick, const struct candidates *c,
    const struct select_opts *o, const struct best *best)
{
	if (best->score < 0)
		return;
	pick->how = PICK_SCORE;
	pick->index = best->index;
	pick->score = (double)best->score;
	pick->label = o->label;
	if (o->mode == SELECT_ACTIVE)
		pick->label = -1;
	else if (o->label < 0)
		highest(c->prob + pick->index * c->k, c->k, &pick->label);
}

/* The best-scored eligible text. */
static void
pick_score(struct selected *pick, const struct candidates *c,
    const struct select_opts *o)
{
	struct best best = { .score = -1 };

	for (size_t from = 0; from < c->n; from += ROWS) {
		struct best here = best_of(c, o, from, rows_from(c->n, from));

		if (is_better(&here, &best, o->seed))
			best = here;
	}
	pick_best(pick, c, o, &best);
}

int
select_next(struct selected *pick, const struct candidates *c,
    const struct select_opts *o, struct err *err)
{
	struct rng rng;

	*pick = (struct selected){ .score = NAN, .inclusion = NAN, .label = -1 };
	if (check(c, o->mode, o->label, o->audit, err) < 0)
		return -1;
	pick->eligible = count_eligible(c->eligible, c->n);
	if (pick->eligible == 0)
		return 0;
	draw_rng(&rng, o->seed, o->draw);
	if (o->mode == SELECT_SEQUENTIAL) {
		pick->how = PICK_ORDER;
		pick->index = eligible_at(c->eligible, c->n, 0);
	} else if (o->mode == SELECT_RANDOM) {
		pick->how = PICK_CHANCE;
		pick_chance(pick, c->eligible, c->n, &rng);
	} else if (o->mode == SELECT_ACTIVE && rng_double(&rng) < o->audit) {
		pick->how = PICK_AUDIT;
		pick_chance(pick, c->eligible, c->n, &rng);
		pick->inclusion *= o->audit;
	} else {
		pick_score(pick, c, o);
		if (pick->how == PICK_NONE) {
			pick->how = PICK_UNSCORED;
			pick_chance(pick, c->eligible, c->n, &rng);
		}
	}
	return 0;
}

/*
 * A tournament: the best of each block of rows. What is picked or lost touches
 * one block, so that only this one is scored again.
 */
struct select_order {
	struct candidates c; /* eligible is each call's own */
	struct select_opts o;
	size_t blocks;
	struct best *best; /* (blocks) */
	bool *known;	   /* (blocks) best holds as long as it may be picked */
};

void
select_order_free(struct select_order *o)
{
	if (o == NULL)
		return;
	free(o->best);
	free(o->known);
	free(o);
}

struct select_order *
select_order_new(const struct candidates *c, const struct select_opts *opts,
    struct err *err)
{
	struct select_order *o = NULL;

	if (opts->mode != SELECT_ACTIVE && opts->mode != SELECT_MAXPROB) {
		err_set(err, "only active and maxprob have an order by score");
		return NULL;
	}
	if (check(c, opts->mode, opts->label, 0, err) < 0)
		return NULL;
	if (c->n >= UINT32_MAX) {
		err_set(err, "too many texts to order: %zu", c->n);
		return NULL;
	}
	o = xcalloc(1, sizeof *o);
	o->c = *c;
	o->o = *opts;
	o->blocks = (c->n + ROWS - 1) / ROWS;
	o->best = xcalloc(o->blocks + 1, sizeof *o->best);
	o->known = xcalloc(o->blocks + 1, sizeof *o->known);
	return o;
}

void
select_order_again(struct select_order *o, size_t index)
{
	if (index < o->c.n)
		o->known[index / ROWS] = false;
}

static struct best
order_best(struct select_order *o, const uint8_t *eligible)
{
	struct best best = { .score = -1 };

	o->c.eligible = eligible;
	for (size_t i = 0; i < o->blocks; i++) {
		struct best *b = &o->best[i];

		if (!o->known[i] || (b->score >= 0 &&
		    !may(eligible, b->index)))
			*b = best_of(&o->c, &o->o, i * ROWS,
			    rows_from(o->c.n, i * ROWS));
		o->known[i] = true;
		if (is_better(b, &best, o->o.seed))
			best = *b;
	}
	return best;
}

int
select_order_next(struct select_order *o, const uint8_t *eligible,
    size_t n_eligible, uint64_t draw, double audit, struct selected *pick,
    struct err *err)
{
	struct best best;
	struct rng rng;

	*pick = (struct selected){ .score = NAN, .inclusion = NAN, .label = -1,
		.eligible = n_eligible };
	if (!(audit >= 0 && audit <= 1))
		return err_set_status(err, ERR_USAGE,
		    "the share of random draws must be from 0 to 1");
	if (n_eligible == 0)
		return 0;
	draw_rng(&rng, o->o.seed, draw);
	if (o->o.mode == SELECT_ACTIVE && rng_double(&rng) < audit) {
		pick->how = PICK_AUDIT;
		pick_chance(pick, eligible, o->c.n, &rng);
		pick->inclusion *= audit;
		return 0;
	}
	best = order_best(o, eligible);
	pick_best(pick, &o->c, &o->o, &best);
	if (pick->how == PICK_NONE) {
		pick->how = PICK_UNSCORED;
		pick_chance(pick, eligible, o->c.n, &rng);
	}
	return 0;
}
