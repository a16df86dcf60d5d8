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
/* of LABELS, for each label; of a pair, and then its kappa for each label */
enum { LABEL_PERCENT, LABEL_ALPHA, LABEL_FLEISS, LABEL_FIGURES };
enum { PAIR_PERCENT, PAIR_KAPPA, PAIR_LABELS };

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
	double *split;	  /* (nlabels) */
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

/* How many of the codes that are counted have each label. */
static void
carry_count(struct study *s)
{
	memset(s->carry, 0, s->nlabels * sizeof *s->carry);
	for (size_t a = 0; a < s->k; a++)
		for (size_t j = 0; j < s->nlabels; j++)
			s->carry[j] += s->has[a * s->nlabels + j] ?
			    s->count[a] : 0;
}

static void
figures(struct study *s, bool with_masi, double *out, size_t stride)
{
	double equal = 0, texts = 0, n = 0, differ = 0, distant = 0;

	memset(s->count, 0, s->k * sizeof *s->count);
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
	carry_count(s);
	for (size_t j = 0; j < s->nlabels; j++) {
		double *of = out + (LABELS + j * LABEL_FIGURES) * stride;
		double c = s->carry[j], split = 0, halves = 0;

		for (size_t i = 0; i < s->n; i++) {
			double m = (double)s->v[i].m, w = s->weight[i] *
			    s->v[i].split[j] / (m - 1);

			split += w;
			halves += w / m;
		}
		of[LABEL_PERCENT * stride] = texts > 0 ?
		    1 - 2 * halves / texts : NAN;
		of[LABEL_ALPHA * stride] = corrected(split, n,
		    c * c + (n - c) * (n - c));
	}
}

/* equal: of all pairs, the share that is; same: that would be by chance. */
static double
kappa_of(double equal, double same)
{
	return same < 1 ? (equal - same) / (1 - same) : NAN;
}

static void
fleiss(struct study *s, double *out, size_t stride)
{
	double texts = 0, differ = 0, pairs = (double)(s->raters *
	    (s->raters - 1)) / 2, n;

	memset(s->count, 0, s->k * sizeof *s->count);
	memset(s->split, 0, s->nlabels * sizeof *s->split);
	for (size_t i = 0; i < s->n; i++) {
		const struct pattern *p = &s->v[i];

		if (p->m != s->raters)
			continue;
		texts += s->weight[i];
		differ += s->weight[i] * p->differ;
		for (size_t j = 0; j < s->nlabels; j++)
			s->split[j] += s->weight[i] * p->split[j];
		for (size_t c = 0; c < s->coders; c++)
			if (p->code[c] >= 0)
				s->count[p->code[c]] += s->weight[i];
	}
	n = texts * (double)s->raters;
	pairs *= texts;
	out[FLEISS * stride] = texts > 0 ? kappa_of(1 - differ / pairs,
	    sum_same(s->count, s->k) / n / n) : NAN;
	carry_count(s);
	for (size_t j = 0; j < s->nlabels; j++) {
		double has = s->carry[j] / n, has_not = 1 - has;

		out[(LABELS + j * LABEL_FIGURES + LABEL_FLEISS) * stride] =
		    texts > 0 ? kappa_of(1 - s->split[j] / pairs, has * has +
		    has_not * has_not) : NAN;
	}
}

/* Cohen's kappa of "has this label", of n texts with codes of row[] and
 * col[]. */
static void
pair_label_figures(const struct study *s, double n, double *out,
    size_t stride)
{
	for (size_t j = 0; j < s->nlabels; j++) {
		double a = 0, b = 0;

		for (size_t c = 0; c < s->k; c++)
			if (s->has[c * s->nlabels + j]) {
				a += s->row[c] / n;
				b += s->col[c] / n;
			}
		out[j * stride] = n > 0 ? kappa_of(1 - s->split[j] / n,
		    a * b + (1 - a) * (1 - b)) : NAN;
	}
}

static void
pair_figures(struct study *s, const struct agreement_pair *pair, double *out,
    size_t stride)
{
	double n = 0, equal = 0, same = 0;

	memset(s->row, 0, s->k * sizeof *s->row);
	memset(s->col, 0, s->k * sizeof *s->col);
	memset(s->split, 0, s->nlabels * sizeof *s->split);
	for (size_t i = 0; i < s->n; i++) {
		int a = s->v[i].code[pair->a], b = s->v[i].code[pair->b];

		if (a < 0 || b < 0)
			continue;
		n += s->weight[i];
		s->row[a] += s->weight[i];
		s->col[b] += s->weight[i];
		if (a == b) {
			equal += s->weight[i];
			continue;
		}
		for (size_t j = 0; j < s->nlabels; j++)
			if (s->has[(size_t)a * s->nlabels + j] !=
			    s->has[(size_t)b * s->nlabels + j])
				s->split[j] += s->weight[i];
	}
	for (size_t j = 0; j < s->k; j++)
		same += s->row[j] * s->col[j];
	out[PAIR_PERCENT * stride] = n > 0 ? equal / n : NAN;
	out[PAIR_KAPPA * stride] = n > 0 ? kappa_of(equal / n, same / n / n) :
					   NAN;
	pair_label_figures(s, n, out + PAIR_LABELS * stride, stride);
}

/* How many there are in all: what nlabels labels have, and npairs pairs. */
static size_t
figure_count(const struct study *s, size_t npairs)
{
	return LABELS + s->nlabels * LABEL_FIGURES +
	    npairs * (PAIR_LABELS + s->nlabels);
}

static void
all_figures(struct study *s, const struct agreement *a, bool with_masi,
    double *out, size_t stride)
{
	figures(s, with_masi, out, stride);
	fleiss(s, out, stride);
	for (size_t i = 0; i < a->npairs; i++)
		pair_figures(s, &a->pair[i],
		    out + figure_count(s, i) * stride, stride);
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
					.texts = (size_t)texts,
					.label = xcalloc(s->nlabels + 1,
					    sizeof(struct estimate)) };
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
	for (size_t j = 0; j < s->nlabels; j++) {
		struct agreement_label *l = &out->label[j];
		double *of = v + (LABELS + j * LABEL_FIGURES) * stride;

		l->percent = estimate(of + LABEL_PERCENT * stride, resamples);
		l->alpha = estimate(of + LABEL_ALPHA * stride, resamples);
		l->fleiss = estimate(of + LABEL_FLEISS * stride, resamples);
	}
	for (size_t i = 0; i < out->npairs; i++) {
		struct agreement_pair *p = &out->pair[i];
		double *of = v + figure_count(s, i) * stride;

		p->percent = estimate(of + PAIR_PERCENT * stride, resamples);
		p->kappa = estimate(of + PAIR_KAPPA * stride, resamples);
		for (size_t j = 0; j < s->nlabels; j++)
			p->label[j] = estimate(of + (PAIR_LABELS + j) *
			    stride, resamples);
	}
}

static int
measure(struct study *s, int resamples, uint64_t seed,
    struct progress *progress, struct agreement *out, struct err *err)
{
	size_t stride = (size_t)resamples + 1, at = 0;
	size_t n = figure_count(s, out->npairs);
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
	free(s->split);
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
	s.split = xcalloc(nlabels + 1, sizeof *s.split);
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
	for (size_t i = 0; i < a->npairs; i++)
		free(a->pair[i].label);
	free(a->label);
	free(a->pair);
	*a = (struct agreement){ 0 };
}
