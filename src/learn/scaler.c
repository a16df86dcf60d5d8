#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/logreg.h"
#include "tagtiger/scaler.h"

#define SLOTS 16

static int
scaler_alloc(struct scaler *s, size_t d, struct err *err)
{
	*s = (struct scaler){ .d = d };
	s->mean = try_alloc(d, sizeof *s->mean, err);
	s->var = try_alloc(d, sizeof *s->var, err);
	s->scale = try_alloc(d, sizeof *s->scale, err);
	if (s->mean == NULL || s->var == NULL || s->scale == NULL) {
		scaler_free(s);
		return -1;
	}
	return 0;
}

void
scaler_free(struct scaler *s)
{
	free(s->mean);
	free(s->var);
	free(s->scale);
	*s = (struct scaler){ 0 };
}

/*
 * Mean and variance from sums of differences to a shift near the mean, which
 * keeps the digits that sums of squares lose. What rounding alone explains
 * counts as constant (scikit-learn's bound).
 */
static void
finish(struct scaler *s, const double *shift, const double *sum,
    const double *square, size_t n)
{
	for (size_t j = 0; j < s->d; j++) {
		double m = sum[j] / (double)n, noise;

		s->mean[j] = shift[j] + m;
		s->var[j] = square[j] / (double)n - m * m;
		if (s->var[j] < 0)
			s->var[j] = 0;
		noise = (double)n * DBL_EPSILON;
		noise = noise * s->var[j] +
		    noise * s->mean[j] * noise * s->mean[j];
		s->scale[j] = s->var[j] <= noise ? 1 : sqrt(s->var[j]);
	}
}

struct sums {
	const struct features *x;
	const double *shift;
	double *parts; /* (SLOTS,2,d) */
};

static void
sums_slot(void *arg, size_t slot)
{
	struct sums *s = arg;
	const struct features *x = s->x;
	size_t d = x->dense->d, end = x->n * (slot + 1) / SLOTS;
	double *sum = s->parts + slot * 2 * d;
	const struct kernels *k = kernels_for(16);

	memset(sum, 0, 2 * d * sizeof *sum);
	for (size_t i = x->n * slot / SLOTS; i < end; i++)
		k->moments(x->dense->v + features_row(x->rows, i) * d, d,
		    s->shift, sum, sum + d);
}

int
scaler_fit(struct scaler *s, const struct features *x, int threads,
    struct err *err)
{
	size_t d = x->dense->d, n = x->n, sample = n < 256 ? n : 256;
	struct sums sums = { .x = x };
	double *shift;
	int rc = -1;

	if (n == 0)
		return err_set(err, "no row to find means of");
	if (scaler_alloc(s, d, err) < 0)
		return -1;
	shift = try_alloc(d, sizeof *shift, err);
	sums.parts = try_alloc(SLOTS * 2 * d, sizeof *sums.parts, err);
	if (shift == NULL || sums.parts == NULL)
		goto out;
	memset(shift, 0, d * sizeof *shift);
	for (size_t i = 0; i < sample; i++) {
		const float *row = x->dense->v +
		    features_row(x->rows, i * n / sample) * d;

		for (size_t j = 0; j < d; j++)
			shift[j] += (double)row[j] / (double)sample;
	}
	sums.shift = shift;
	parallel_for(SLOTS, n * d < (size_t)1 << 20 ? 1 : threads, sums_slot, &sums);
	for (size_t i = 1; i < SLOTS; i++)
		for (size_t j = 0; j < 2 * d; j++)
			sums.parts[j] += sums.parts[i * 2 * d + j];
	finish(s, shift, sums.parts, sums.parts + d, n);
	rc = 0;
out:
	free(sums.parts);
	free(shift);
	if (rc < 0)
		scaler_free(s);
	return rc;
}
