/*
 * Agreement of any number of annotators, with bootstrap intervals. Texts with
 * the same codes by the same people are one pattern: a resample is a weight
 * for each pattern, and every figure a sum over patterns.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/agreement.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/rng.h"

#define SET_MOST 512 /* kinds of sets up to which masi is resampled */

enum { PERCENT, ALPHA, FLEISS, MASI, LABELS };

struct pattern {
	const int *code; /* (coders) */
	size_t m;	 /* codes that are there */
	double times;
	double differ;	 /* pairs of different codes, of m (m - 1) / 2 */
	double masi;	 /* the same, by distance */
	double *split;	 /* (nlabels) pairs of which one has the label */
};

struct study {
	size_t coders, k, nlabels;
	const uint8_t *has;
	bool sets;
	int *codes;	  /* (n,coders) by text, sorted */
	struct pattern *v;
	size_t n, texts;
	double *distance; /* (k,k), where sets */
	double *weight;	  /* (n) */
	double *count;	  /* (k) */
	double *carry;	  /* (nlabels) */
	double *row, *col; /* (k) */
	size_t raters;
};

/* ---- patterns ---- */

static _Thread_local size_t compared_coders;

static int
by_codes(const void *a, const void *b)
{
	const int *x = a, *y = b;

	for (size_t i = 0; i < compared_coders; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

/* Passonneau's distance of two sets of labels: 1 - Jaccard times how one lies
 * in the other. */
static double
masi(const struct study *s, size_t a, size_t b)
{
	const uint8_t *x = s->has + a * s->nlabels, *y = s->has +
	    b * s->nlabels;
	double both = 0, any = 0, only_x = 0, only_y = 0, m;

	for (size_t j = 0; j < s->nlabels; j++) {
		both += x[j] && y[j];
		any += x[j] || y[j];
		only_x += x[j] && !y[j];
		only_y += y[j] && !x[j];
	}
	if (any == 0)
		return 0; /* none and none */
	m = both == 0 ? 0 : only_x > 0 && only_y > 0 ? 1.0 / 3 :
	    only_x > 0 || only_y > 0 ? 2.0 / 3 : 1;
	return 1 - both / any * m;
}

static void
pattern_measure(const struct study *s, struct pattern *p)
{
	for (size_t a = 0; a < s->coders; a++) {
		p->m += p->code[a] >= 0;
		for (size_t b = a + 1; b < s->coders; b++) {
			size_t x, y;

			if (p->code[a] < 0 || p->code[b] < 0 ||
			    p->code[a] == p->code[b])
				continue;
			x = (size_t)p->code[a];
			y = (size_t)p->code[b];
			p->differ++;
			if (s->sets)
				p->masi += s->distance[x * s->k + y];
			for (size_t j = 0; j < s->nlabels; j++)
				p->split[j] += s->has[x * s->nlabels + j] !=
				    s->has[y * s->nlabels + j];
		}
	}
}

/* Of the texts that two people coded. */
static int
patterns(struct study *s, const int *code, size_t n, struct err *err)
{
	size_t kept = 0, size = s->coders * sizeof *code;

	s->codes = try_alloc(n, size, err);
	if (s->codes == NULL)
		return -1;
	for (size_t u = 0; u < n; u++) {
		int *to = s->codes + kept * s->coders;
		size_t m = 0;

		for (size_t c = 0; c < s->coders; c++) {
			to[c] = code[c * n + u];
			m += to[c] >= 0;
		}
		kept += m >= 2;
	}
	s->texts = kept;
	compared_coders = s->coders;
	qsort(s->codes, kept, size, by_codes);
	s->v = try_alloc(kept, sizeof *s->v, err);
	if (s->v == NULL)
		return -1;
	for (size_t u = 0; u < kept; u++) {
		const int *row = s->codes + u * s->coders;

		if (s->n > 0 && memcmp(s->v[s->n - 1].code, row, size) == 0) {
			s->v[s->n - 1].times++;
			continue;
		}
		s->v[s->n++] = (struct pattern){ .code = row, .times = 1,
			.split = xcalloc(s->nlabels + 1, sizeof(double)) };
		pattern_measure(s, &s->v[s->n - 1]);
	}
	return 0;
}

/* The number of codes that most texts have, for Fleiss. */
static void
raters_find(struct study *s, struct agreement *out)
{
	double *texts = xcalloc(s->coders + 1, sizeof *texts);

	for (size_t i = 0; i < s->n; i++)
		texts[s->v[i].m] += s->v[i].times;
	for (size_t m = 2; m <= s->coders; m++)
		if (texts[m] > 0 && texts[m] >= texts[s->raters])
			s->raters = m;
	out->raters = s->raters;
	out->fleiss_texts = (size_t)texts[s->raters];
	free(texts);
}

/* ---- figures under the weights ---- */

/* 1 - observed / expected; `observed` sums pairs over (m - 1), of `n` codes,
 * `same` of whose pairs would be equal by chance. */
static double
corrected(double observed, double n, double same)
{
	double expected = (n * n - same) / (n - 1);

	return expected > 0 ? 1 - 2 * observed / expected : NAN;
}

static double
sum_same(const double *count, size_t k)
{
	double same = 0;

	for (size_t i = 0; i < k; i++)
		same += count[i] * count[i];
	return same;
}

static double
alpha_masi(const struct study *s, double observed, double n)
{
	double expected = 0;

	for (size_t a = 0; a < s->k; a++)
		for (size_t b = 0; s->count[a] > 0 && b < s->k; b++)
			expected += s->count[a] * s->count[b] *
			    s->distance[a * s->k + b];
	expected /= n - 1;
	return expected > 0 ? 1 - 2 * observed / expected : NAN;
}

static void
figures(struct study *s, bool with_masi, double *out, size_t stride)
{
	double equal = 0, texts = 0, n = 0, differ = 0, distant = 0;

	memset(s->count, 0, s->k * sizeof *s->count);
	memset(s->carry, 0, s->nlabels * sizeof *s->carry);
	for (size_t i = 0; i < s->n; i++) {
		const struct pattern *p = &s->v[i];
		double w = s->weight[i], m = (double)p->m;

		texts += w;
		n += w * m;
		equal += w * (1 - p->differ / (m * (m - 1) / 2));
		differ += w * p->differ / (m - 1);
		distant += w * p->masi / (m - 1);
		for (size_t c = 0; c < s->coders; c++)
			if (p->code[c] >= 0)
				s->count[p->code[c]] += w;
	}
	out[PERCENT * stride] = texts > 0 ? equal / texts : NAN;
	out[ALPHA * stride] = corrected(differ, n, sum_same(s->count, s->k));
	out[MASI * stride] = s->sets && with_masi ?
	    alpha_masi(s, distant, n) : NAN;
	for (size_t a = 0; a < s->k; a++)
		for (size_t j = 0; j < s->nlabels; j++)
			s->carry[j] += s->has[a * s->nlabels + j] ?
			    s->count[a] : 0;
	for (size_t j = 0; j < s->nlabels; j++) {
		double c = s->carry[j], split = 0;

		for (size_t i = 0; i < s->n; i++)
			split += s->weight[i] * s->v[i].split[j] /
			    (double)(s->v[i].m - 1);
		out[(LABELS + j) * stride] = corrected(split, n,
		    c * c + (n - c) * (n - c));
	}
}

static double
fleiss(struct study *s)
{
	double texts = 0, equal = 0, chance = 0, m = (double)s->raters;

	memset(s->count, 0, s->k * sizeof *s->count);
	for (size_t i = 0; i < s->n; i++) {
		const struct pattern *p = &s->v[i];

		if (p->m != s->raters)
			continue;
		texts += s->weight[i];
		equal += s->weight[i] * (1 - p->differ / (m * (m - 1) / 2));
		for (size_t c = 0; c < s->coders; c++)
			if (p->code[c] >= 0)
				s->count[p->code[c]] += s->weight[i];
	}
	if (texts == 0)
		return NAN;
	chance = sum_same(s->count, s->k) / (texts * m) / (texts * m);
	equal /= texts;
	return chance < 1 ? (equal - chance) / (1 - chance) : NAN;
}

static void
pair_figures(struct study *s, const struct agreement_pair *pair,
    double *percent, double *kappa)
{
	double n = 0, equal = 0, chance = 0;

	memset(s->row, 0, s->k * sizeof *s->row);
	memset(s->col, 0, s->k * sizeof *s->col);
	for (size_t i = 0; i < s->n; i++) {
		int a = s->v[i].code[pair->a], b = s->v[i].code[pair->b];

		if (a < 0 || b < 0)
			continue;
		n += s->weight[i];
		equal += a == b ? s->weight[i] : 0;
		s->row[a] += s->weight[i];
		s->col[b] += s->weight[i];
	}
	for (size_t j = 0; j < s->k; j++)
		chance += s->row[j] * s->col[j];
	*percent = n > 0 ? equal / n : NAN;
	chance = n > 0 ? chance / n / n : 1;
	*kappa = chance < 1 ? (*percent - chance) / (1 - chance) : NAN;
}

static void
all_figures(struct study *s, const struct agreement *a, bool with_masi,
    double *out, size_t stride)
{
	size_t at = (LABELS + s->nlabels) * stride;

	figures(s, with_masi, out, stride);
	out[FLEISS * stride] = fleiss(s);
	for (size_t i = 0; i < a->npairs; i++, at += 2 * stride)
		pair_figures(s, &a->pair[i], &out[at], &out[at + stride]);
}

/* ---- all of it ---- */

static void
pairs_find(const struct study *s, struct agreement *out)
{
	out->pair = xcalloc(s->coders * (s->coders - 1) / 2 + 1,
	    sizeof *out->pair);
	for (size_t a = 0; a < s->coders; a++)
		for (size_t b = a + 1; b < s->coders; b++) {
			double texts = 0;

			for (size_t i = 0; i < s->n; i++)
				if (s->v[i].code[a] >= 0 &&
				    s->v[i].code[b] >= 0)
					texts += s->v[i].times;
			if (texts > 0)
				out->pair[out->npairs++] =
				    (struct agreement_pair){ .a = a, .b = b,
					.texts = (size_t)texts };
		}
}

/* A weight for each pattern: how often its texts were drawn. */
static void
resample(struct study *s, const uint32_t *pattern, struct rng *rng)
{
	memset(s->weight, 0, s->n * sizeof *s->weight);
	for (size_t i = 0; i < s->texts; i++)
		s->weight[pattern[rng_below(rng, s->texts)]]++;
}

static struct estimate
estimate(double *v, int resamples)
{
	double value = v[0];

	return (struct estimate){ value,
		percentiles(v + 1, resamples, value) };
}

static void
tell(const struct study *s, double *v, int resamples, struct agreement *out)
{
	size_t stride = (size_t)resamples + 1;

	out->percent = estimate(v + PERCENT * stride, resamples);
	out->alpha = estimate(v + ALPHA * stride, resamples);
	out->fleiss = estimate(v + FLEISS * stride, resamples);
	out->masi = estimate(v + MASI * stride, resamples);
	v += LABELS * stride;
	for (size_t j = 0; j < s->nlabels; j++, v += stride)
		out->label[j] = estimate(v, resamples);
	for (size_t i = 0; i < out->npairs; i++, v += 2 * stride) {
		out->pair[i].percent = estimate(v, resamples);
		out->pair[i].kappa = estimate(v + stride, resamples);
	}
}

static int
measure(struct study *s, int resamples, uint64_t seed,
    struct progress *progress, struct agreement *out, struct err *err)
{
	size_t stride = (size_t)resamples + 1, at = 0;
	size_t n = LABELS + s->nlabels + 2 * out->npairs;
	double *v = try_alloc(n * stride, sizeof *v, err);
	uint32_t *pattern = try_alloc(s->texts, sizeof *pattern, err);
	struct rng rng;
	int rc = -1;

	if (v == NULL || pattern == NULL)
		goto out;
	for (size_t i = 0; i < s->n; i++) {
		s->weight[i] = s->v[i].times;
		for (size_t t = 0; t < (size_t)s->v[i].times; t++)
			pattern[at++] = (uint32_t)i;
	}
	all_figures(s, out, true, v, stride);
	rng_seed(&rng, seed);
	progress_phase(progress, "resampling", (size_t)resamples);
	for (int r = 1; r <= resamples; r++) {
		resample(s, pattern, &rng);
		all_figures(s, out, s->k <= SET_MOST, v + r, stride);
		if (progress_step(progress, 1)) {
			progress_stopped(err);
			goto out;
		}
	}
	tell(s, v, resamples, out);
	rc = 0;
out:
	free(pattern);
	free(v);
	return rc;
}

static void
study_free(struct study *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].split);
	free(s->v);
	free(s->codes);
	free(s->distance);
	free(s->weight);
	free(s->count);
	free(s->carry);
	free(s->row);
	free(s->col);
}

int
agreement_measure(const int *code, size_t coders, size_t n,
    const uint8_t *has, size_t k, size_t nlabels, bool sets, int resamples,
    uint64_t seed, struct progress *progress, struct agreement *out,
    struct err *err)
{
	struct study s = { .coders = coders, .k = k, .nlabels = nlabels,
		.has = has, .sets = sets };
	int rc = -1;

	*out = (struct agreement){ .nlabels = nlabels };
	if (sets) {
		s.distance = try_alloc(k * k, sizeof *s.distance, err);
		if (s.distance == NULL)
			goto out;
		for (size_t a = 0; a < k; a++)
			for (size_t b = 0; b < k; b++)
				s.distance[a * k + b] = masi(&s, a, b);
	}
	if (patterns(&s, code, n, err) < 0)
		goto out;
	for (size_t i = 0; i < s.n; i++)
		out->codes += s.v[i].m * (size_t)s.v[i].times;
	out->texts = s.texts;
	s.weight = xcalloc(s.n + 1, sizeof *s.weight);
	s.count = xcalloc(k + 1, sizeof *s.count);
	s.carry = xcalloc(nlabels + 1, sizeof *s.carry);
	s.row = xcalloc(k + 1, sizeof *s.row);
	s.col = xcalloc(k + 1, sizeof *s.col);
	out->label = xcalloc(nlabels + 1, sizeof *out->label);
	pairs_find(&s, out);
	raters_find(&s, out);
	if (s.texts == 0) {
		err_set(err, "no text was annotated by two people: agreement "
		    "needs some that were");
		goto out;
	}
	rc = measure(&s, resamples, seed, progress, out, err);
out:
	study_free(&s);
	if (rc < 0)
		agreement_free(out);
	return rc;
}

void
agreement_free(struct agreement *a)
{
	free(a->label);
	free(a->pair);
	*a = (struct agreement){ 0 };
}
