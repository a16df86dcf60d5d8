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

void
select_scores(const struct candidates *c, enum select_mode mode, int label,
    float *score)
{
	if (c->prob != NULL)
		score_rows(c, mode, label, 0, c->n, score);
	for (size_t i = 0; i < c->n && c->prob == NULL; i++)
		score[i] = NAN;
}

static bool
may(const uint8_t *eligible, size_t i)
{
	return eligible == NULL || eligible[i] != 0;
}

static size_t
count_eligible(const uint8_t *eligible, size_t n)
{
	size_t count = 0;

	if (eligible == NULL)
		return n;
	for (size_t i = 0; i < n; i++)
		count += eligible[i] != 0;
	return count;
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
	uint64_t rank = rng_below(rng, pick->eligible);

	for (size_t i = 0; i < n; i++)
		if (may(eligible, i) && rank-- == 0) {
			pick->index = i;
			break;
		}
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

/* The best-scored eligible text. */
static void
pick_score(struct selected *pick, const struct candidates *c,
    const struct select_opts *o)
{
	size_t step = c->k < BLOCK ? BLOCK / c->k : 1;
	float score[BLOCK], best = -1;

	for (size_t from = 0, rows; from < c->n; from += rows) {
		size_t i = 0;

		rows = c->n - from < step ? c->n - from : step;
		while (i < rows && !may(c->eligible, from + i))
			i++;
		if (i == rows)
			continue;
		score_rows(c, o->mode, o->label, from, rows, score);
		for (; i < rows; i++) {
			if (!may(c->eligible, from + i) || !(score[i] >= best))
				continue;
			if (score[i] > best || tie_key(o->seed, from + i) <
			    tie_key(o->seed, pick->index)) {
				best = score[i];
				pick->index = from + i;
				pick->how = PICK_SCORE;
			}
		}
	}
	if (pick->how != PICK_SCORE)
		return;
	pick->score = (double)best;
	pick->label = o->label;
	if (o->mode == SELECT_ACTIVE)
		pick->label = -1;
	else if (o->label < 0)
		highest(c->prob + pick->index * c->k, c->k, &pick->label);
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
		while (!may(c->eligible, pick->index))
			pick->index++;
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

struct select_order {
	enum select_mode mode;
	int label;
	uint64_t seed;
	size_t n, scored;  /* texts; those with a score */
	uint32_t *order;   /* (scored) best first */
	uint32_t *rank;	   /* (n) place in order; `scored` where unscored */
	float *score;	   /* (n) */
	int *best;	   /* (n) maxprob over all labels: which; or NULL */
	size_t cursor;	   /* everything before it in order is not eligible */
};

struct ranked {
	float score;
	uint32_t index;
	uint64_t key;
};

static int
by_score(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

void
select_order_free(struct select_order *o)
{
	if (o == NULL)
		return;
	free(o->order);
	free(o->rank);
	free(o->score);
	free(o->best);
	free(o);
}

static int
order_sort(struct select_order *o, struct err *err)
{
	struct ranked *v = try_alloc(o->n, sizeof *v, err);

	if (v == NULL)
		return -1;
	for (size_t i = 0; i < o->n; i++)
		if (!isnan(o->score[i]))
			v[o->scored++] = (struct ranked){ o->score[i],
				(uint32_t)i, tie_key(o->seed, i) };
	qsort(v, o->scored, sizeof *v, by_score);
	for (size_t i = 0; i < o->n; i++)
		o->rank[i] = (uint32_t)o->scored;
	for (size_t i = 0; i < o->scored; i++) {
		o->order[i] = v[i].index;
		o->rank[v[i].index] = (uint32_t)i;
	}
	free(v);
	return 0;
}

struct select_order *
select_order_new(const struct candidates *c, const struct select_opts *opts,
    struct err *err)
{
	struct select_order *o = NULL;
	bool any = opts->mode == SELECT_MAXPROB && opts->label < 0;

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
	o->mode = opts->mode;
	o->label = opts->label;
	o->seed = opts->seed;
	o->n = c->n;
	o->order = try_alloc(c->n, sizeof *o->order, err);
	o->rank = try_alloc(c->n, sizeof *o->rank, err);
	o->score = try_alloc(c->n, sizeof *o->score, err);
	if (any)
		o->best = try_alloc(c->n, sizeof *o->best, err);
	if (o->order == NULL || o->rank == NULL || o->score == NULL ||
	    (any && o->best == NULL))
		goto fail;
	select_scores(c, o->mode, o->label, o->score);
	for (size_t i = 0; i < c->n && any; i++)
		highest(c->prob + i * c->k, c->k, &o->best[i]);
	if (order_sort(o, err) < 0)
		goto fail;
	return o;
fail:
	select_order_free(o);
	return NULL;
}

void
select_order_again(struct select_order *o, size_t index)
{
	if (index < o->n && o->rank[index] < o->cursor)
		o->cursor = o->rank[index];
}

int
select_order_next(struct select_order *o, const uint8_t *eligible,
    size_t n_eligible, uint64_t draw, double audit, struct selected *pick,
    struct err *err)
{
	struct rng rng;
	uint32_t index;

	*pick = (struct selected){ .score = NAN, .inclusion = NAN, .label = -1,
		.eligible = n_eligible };
	if (!(audit >= 0 && audit <= 1))
		return err_set_status(err, ERR_USAGE,
		    "the share of random draws must be from 0 to 1");
	if (n_eligible == 0)
		return 0;
	draw_rng(&rng, o->seed, draw);
	if (o->mode == SELECT_ACTIVE && rng_double(&rng) < audit) {
		pick->how = PICK_AUDIT;
		pick_chance(pick, eligible, o->n, &rng);
		pick->inclusion *= audit;
		return 0;
	}
	while (o->cursor < o->scored && !may(eligible, o->order[o->cursor]))
		o->cursor++;
	if (o->cursor == o->scored) {
		pick->how = PICK_UNSCORED;
		pick_chance(pick, eligible, o->n, &rng);
		return 0;
	}
	index = o->order[o->cursor];
	pick->how = PICK_SCORE;
	pick->index = index;
	pick->score = (double)o->score[index];
	if (o->mode == SELECT_MAXPROB)
		pick->label = o->best != NULL ? o->best[index] : o->label;
	return 0;
}
