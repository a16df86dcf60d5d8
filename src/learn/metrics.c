/*
 * Counts and what follows from them. Bootstrap: metrics_boot.c; what
 * probabilities score: metrics_prob.c.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/metrics.h"

static double
ratio(double above, double below)
{
	return below > 0 ? above / below : NAN;
}

static struct prf
prf(double tp, double fp, double fn)
{
	return (struct prf){ ratio(tp, tp + fp), ratio(tp, tp + fn),
		ratio(2 * tp, 2 * tp + fp + fn) };
}

/* A mean that leaves NaN out; unweighted where the weights are all 0. */
struct mean {
	double sum, weight, plain;
	size_t n;
};

static void
mean_add(struct mean *m, double v, double weight)
{
	if (isnan(v))
		return;
	m->sum += v * weight;
	m->weight += weight;
	m->plain += v;
	m->n++;
}

static double
mean_of(const struct mean *m)
{
	if (m->n == 0)
		return NAN;
	return m->weight > 0 ? m->sum / m->weight : m->plain / (double)m->n;
}

/* Per-label ratios and their averages, from the counts. */
static void
average(struct metrics *m)
{
	struct mean macro[3] = { 0 }, weighted[3] = { 0 };
	double tp = 0, fp = 0, fn = 0;

	for (size_t j = 0; j < m->k; j++) {
		struct label_metrics *l = &m->label[j];
		struct prf v = prf((double)l->tp, (double)l->fp,
		    (double)l->fn);
		double values[3] = { v.precision, v.recall, v.f1 };

		l->support = l->tp + l->fn;
		l->precision = v.precision;
		l->recall = v.recall;
		l->f1 = v.f1;
		l->f1_ci = (struct interval){ NAN, NAN };
		for (int i = 0; i < 3; i++) {
			mean_add(&macro[i], values[i], 1);
			mean_add(&weighted[i], values[i], (double)l->support);
		}
		tp += (double)l->tp;
		fp += (double)l->fp;
		fn += (double)l->fn;
	}
	m->micro = prf(tp, fp, fn);
	m->macro = (struct prf){ mean_of(&macro[0]), mean_of(&macro[1]),
		mean_of(&macro[2]) };
	m->weighted = (struct prf){ mean_of(&weighted[0]),
		mean_of(&weighted[1]), mean_of(&weighted[2]) };
	m->accuracy_ci = m->f1_micro_ci = m->f1_macro_ci = m->f1_weighted_ci =
	    (struct interval){ NAN, NAN };
}

int
metrics_classes(struct metrics *m, const int *y, const int *pred, size_t n,
    size_t k, struct err *err)
{
	int64_t right = 0;

	*m = (struct metrics){ .n = n, .k = k };
	m->label = try_alloc(k, sizeof *m->label, err);
	m->confusion = try_alloc(k * k, sizeof *m->confusion, err);
	if (m->label == NULL || m->confusion == NULL)
		goto fail;
	memset(m->label, 0, k * sizeof *m->label);
	memset(m->confusion, 0, k * k * sizeof *m->confusion);
	for (size_t i = 0; i < n; i++) {
		if (y[i] < 0 || pred[i] < 0 || (size_t)y[i] >= k ||
		    (size_t)pred[i] >= k) {
			err_set(err, "text %zu has a class outside of the "
			    "%zu labels", i, k);
			goto fail;
		}
		m->confusion[(size_t)y[i] * k + (size_t)pred[i]]++;
	}
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < k; j++) {
			int64_t c = m->confusion[i * k + j];

			if (i == j) {
				m->label[i].tp += c;
				continue;
			}
			m->label[i].fn += c;
			m->label[j].fp += c;
		}
	for (size_t j = 0; j < k; j++)
		m->label[j].tn = (int64_t)n - m->label[j].tp -
		    m->label[j].fp - m->label[j].fn;
	average(m);
	for (size_t j = 0; j < k; j++)
		right += m->label[j].tp;
	m->accuracy = ratio((double)right, (double)n);
	return 0;
fail:
	metrics_free(m);
	return -1;
}

int
metrics_multilabel(struct metrics *m, const uint8_t *y, const uint8_t *pred,
    size_t n, size_t k, struct err *err)
{
	double exact = 0;

	*m = (struct metrics){ .multilabel = true, .n = n, .k = k };
	m->label = try_alloc(k, sizeof *m->label, err);
	if (m->label == NULL)
		return -1;
	memset(m->label, 0, k * sizeof *m->label);
	for (size_t i = 0; i < n; i++) {
		bool right = true;

		for (size_t j = 0; j < k; j++) {
			struct label_metrics *l = &m->label[j];
			bool a = y[i * k + j] != 0, b = pred[i * k + j] != 0;

			*(a ? b ? &l->tp : &l->fn : b ? &l->fp : &l->tn) += 1;
			right &= a == b;
		}
		exact += right;
	}
	average(m);
	m->accuracy = ratio(exact, (double)n);
	return 0;
}

void
metrics_free(struct metrics *m)
{
	free(m->label);
	free(m->confusion);
	*m = (struct metrics){ 0 };
}

void
predict_classes(const float *prob, size_t n, size_t k, int *pred)
{
	for (size_t i = 0; i < n; i++) {
		const float *p = prob + i * k;
		size_t best = 0;

		for (size_t j = 1; j < k; j++)
			if (p[j] > p[best])
				best = j;
		pred[i] = (int)best;
	}
}

void
predict_multilabel(const float *prob, size_t n, size_t k, float threshold,
    uint8_t *pred)
{
	for (size_t i = 0; i < n * k; i++)
		pred[i] = prob[i] >= threshold;
}
