/*
 * How good probabilities are.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/metrics.h"

double
log_loss(const int *y, const double *prob, size_t n, size_t k)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double p = prob[i * k + (size_t)y[i]];

		p = p < DBL_EPSILON ? DBL_EPSILON :
		    p > 1 - DBL_EPSILON ? 1 - DBL_EPSILON : p;
		sum -= log(p);
	}
	return n > 0 ? sum / (double)n : NAN;
}

double
brier_score(const int *y, const double *prob, size_t n, size_t k)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < k; j++) {
			double d = prob[i * k + j] - ((size_t)y[i] == j);

			sum += d * d;
		}
	return n > 0 ? sum / (double)n : NAN;
}

double
calibration_error(const int *y, const double *prob, size_t n, size_t k,
    int bins)
{
	double *v, error = 0;

	if (n == 0 || bins < 1)
		return NAN;
	v = xcalloc(2 * (size_t)bins, sizeof *v); /* confidence, right */
	for (size_t i = 0; i < n; i++) {
		const double *p = prob + i * k;
		size_t best = 0, bin;

		for (size_t j = 1; j < k; j++)
			if (p[j] > p[best])
				best = j;
		bin = (size_t)(p[best] * bins);
		if (bin >= (size_t)bins)
			bin = (size_t)bins - 1;
		v[2 * bin] += p[best];
		v[2 * bin + 1] += (size_t)y[i] == best;
	}
	for (size_t b = 0; b < (size_t)bins; b++)
		error += fabs(v[2 * b] - v[2 * b + 1]);
	free(v);
	return error / (double)n;
}

struct scored {
	double score;
	uint8_t y;
};

static int
highest_first(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	return x->score > y->score ? -1 : x->score < y->score;
}

static struct scored *
sorted(const uint8_t *y, const double *score, size_t n, struct err *err)
{
	struct scored *v = try_alloc(n, sizeof *v, err);

	if (v == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		v[i] = (struct scored){ score[i], y[i] != 0 };
	qsort(v, n, sizeof *v, highest_first);
	return v;
}

int
roc_auc(const uint8_t *y, const double *score, size_t n, double *out,
    struct err *err)
{
	struct scored *v = sorted(y, score, n, err);
	double pos = 0, neg = 0, area = 0;

	if (v == NULL)
		return -1;
	for (size_t i = 0, j; i < n; i = j) {
		double p = 0, q = 0;

		for (j = i; j < n && v[j].score == v[i].score; j++)
			v[j].y ? p++ : q++;
		area += q * (pos + p / 2);
		pos += p;
		neg += q;
	}
	*out = pos > 0 && neg > 0 ? area / (pos * neg) : NAN;
	free(v);
	return 0;
}

int
average_precision(const uint8_t *y, const double *score, size_t n,
    double *out, struct err *err)
{
	struct scored *v = sorted(y, score, n, err);
	double pos = 0, sum = 0;

	if (v == NULL)
		return -1;
	for (size_t i = 0, j; i < n; i = j) {
		double p = 0;

		for (j = i; j < n && v[j].score == v[i].score; j++)
			p += v[j].y;
		pos += p;
		sum += p * pos / (double)j;
	}
	*out = pos > 0 ? sum / pos : NAN;
	free(v);
	return 0;
}
