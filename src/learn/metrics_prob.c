/*
 * How good probabilities are. What does not change from one resample to the
 * next is made once, so that each is a sum over the texts.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"

#define BINS 10 /* of the calibration error, equally wide */

/* ---- each text by itself ---- */

static bool
has(const struct judged *j, size_t i, size_t label)
{
	return j->multi != NULL ? j->multi[i * j->k + label] != 0 :
	    (size_t)j->y[i] == label;
}

/* Probabilities are floats: 0 and 1 stand for what is nearest to them. */
static double
surprise(double p)
{
	return -log(fmin(fmax(p, (double)FLT_EPSILON),
	    1 - (double)FLT_EPSILON));
}

/* A bin has its upper end, the first its lower, too. */
static size_t
bin_of(double p)
{
	return p > 0 ? (size_t)ceil(p * BINS) - 1 : 0;
}

/* How far the probability of the predicted label is from its being right. */
static void
judge_class(struct judged *j, size_t i)
{
	const float *p = j->prob + i * j->k;
	size_t best = 0, y = (size_t)j->y[i];

	for (size_t c = 0; c < j->k; c++) {
		double d = (double)p[c] - (c == y);

		j->brier[i] += d * d;
		if (p[c] > p[best])
			best = c;
	}
	if (j->k == 2)
		j->brier[i] /= 2;
	j->loss[i] = surprise((double)p[y]);
	j->gap[j->ngaps++] = (struct gap){ (uint32_t)bin_of((double)p[best]),
		(double)p[best] - (best == y) };
}

/* Every label is a question of its own: the means of them. */
static void
judge_labels(struct judged *j, size_t i)
{
	const float *p = j->prob + i * j->k;
	double gaps[BINS] = { 0 }, k = (double)j->k;
	bool any[BINS] = { 0 };

	for (size_t c = 0; c < j->k; c++) {
		bool y = has(j, i, c);
		double d = (double)p[c] - y;
		size_t bin = bin_of((double)p[c]);

		j->brier[i] += d * d / k;
		j->loss[i] += surprise(y ? (double)p[c] : 1 - (double)p[c]) / k;
		gaps[bin] += d / k;
		any[bin] = true;
	}
	for (size_t b = 0; b < BINS; b++)
		if (any[b])
			j->gap[j->ngaps++] = (struct gap){ (uint32_t)b,
				gaps[b] };
}

/* ---- texts by a label's probability ---- */

struct ranked {
	float p;
	uint32_t text;
};

static int
highest_first(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->p > y->p ? -1 : x->p < y->p;
}

/* An entry of the order: the text, and two bits. */
#define TIES_END 2u /* the next text has a lower probability */
#define ANNOTATED 1u

static void
rank_label(void *arg, size_t label)
{
	struct judged *j = arg;
	uint32_t *order = j->order + label * j->n;
	struct ranked *v = try_alloc(j->n, sizeof *v, NULL);

	if (v == NULL) {
		atomic_store(&j->failed, true);
		return;
	}
	for (size_t i = 0; i < j->n; i++)
		v[i] = (struct ranked){ j->prob[i * j->k + label],
			(uint32_t)i };
	qsort(v, j->n, sizeof *v, highest_first);
	for (size_t i = 0; i < j->n; i++)
		order[i] = v[i].text << 2 |
		    (i + 1 == j->n || v[i + 1].p < v[i].p ? TIES_END : 0) |
		    (has(j, v[i].text, label) ? ANNOTATED : 0);
	free(v);
}

/* The share of pairs, a text with the label and one without, in which the one
 * with it has the higher probability; equal ones count half. */
static double
label_auc(const struct judged *j, const uint32_t *order, const uint32_t *count)
{
	/* with the label and without, up to the last ties and among these */
	uint64_t with = 0, without = 0, p = 0, q = 0, area = 0;

	for (size_t i = 0; i < j->n; i++) {
		uint64_t c = count != NULL ? count[order[i] >> 2] : 1;
		uint64_t y = order[i] & ANNOTATED;

		p += c * y;
		q += c * (1 - y);
		if (order[i] & TIES_END) {
			area += q * (2 * with + p);
			with += p;
			without += q;
			p = q = 0;
		}
	}
	return with > 0 && without > 0 ? (double)area / 2 / (double)with /
	    (double)without : NAN;
}

/* ---- all of them ---- */

int
judged_make(struct judged *j, const int *y, const uint8_t *multi,
    const float *prob, size_t n, size_t k, int threads, struct err *err)
{
	*j = (struct judged){ .n = n, .k = k, .y = y, .multi = multi,
		.prob = prob };
	j->brier = try_alloc(n, sizeof *j->brier, err);
	j->loss = try_alloc(n, sizeof *j->loss, err);
	j->first = try_alloc(n + 1, sizeof *j->first, err);
	j->gap = try_alloc(n * (multi == NULL ? 1 : k < BINS ? k : BINS),
	    sizeof *j->gap, err);
	j->order = try_alloc(n * k, sizeof *j->order, err);
	if (j->brier == NULL || j->loss == NULL || j->first == NULL ||
	    j->gap == NULL || j->order == NULL)
		goto fail;
	for (size_t i = 0; i < n; i++) {
		j->first[i] = j->ngaps;
		j->brier[i] = j->loss[i] = 0;
		if (multi != NULL)
			judge_labels(j, i);
		else
			judge_class(j, i);
	}
	j->first[n] = j->ngaps;
	parallel_for(k, n * k < 1 << 14 ? 1 : threads, rank_label, j);
	if (atomic_load(&j->failed)) {
		err_set(err, "out of memory");
		goto fail;
	}
	return 0;
fail:
	judged_free(j);
	return -1;
}

void
judged_free(struct judged *j)
{
	free(j->brier);
	free(j->loss);
	free(j->first);
	free(j->gap);
	free(j->order);
	*j = (struct judged){ 0 };
}

struct prob_scores
judged_score(const struct judged *j, const uint32_t *count)
{
	struct prob_scores s = { 0 };
	double bins[BINS] = { 0 }, n = (double)j->n, auc, defined = 0;

	for (size_t i = 0; i < j->n; i++) {
		double c = count != NULL ? count[i] : 1;

		s.brier += c * j->brier[i];
		s.log_loss += c * j->loss[i];
		for (size_t g = j->first[i]; g < j->first[i + 1]; g++)
			bins[j->gap[g].bin] += c * j->gap[g].size;
	}
	for (size_t b = 0; b < BINS; b++)
		s.ece += fabs(bins[b]);
	for (size_t c = 0; c < j->k; c++) {
		auc = label_auc(j, j->order + c * j->n, count);
		if (isnan(auc))
			continue;
		s.roc_auc += auc;
		defined++;
	}
	/* 0 / 0 where nothing is defined */
	return (struct prob_scores){ s.roc_auc / defined, s.brier / n,
		s.log_loss / n, s.ece / n };
}
