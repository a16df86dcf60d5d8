/*
 * The learning curve: how good a quick model is by the number of texts that it
 * learned from, and what more of them would bring. Takes and returns arrays;
 * any thread.
 *
 * The folds are those of cross-validation. At each size a fold's model learns
 * from so many of the fold's training texts and predicts the texts of the
 * fold, so that every size is measured on the same texts, all of them. The
 * samples are nested and near to stratified: one seeded order of all texts in
 * which every prefix has about the shares of the whole.
 */
#ifndef TAGTIGER_LEARNCURVE_H
#define TAGTIGER_LEARNCURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/metrics.h"

struct err;
struct features;
struct logreg_opts;
struct progress;

struct learn_point {
	size_t n;  /* texts that each fold's model learned from */
	double f1; /* macro, of all predictions; NaN: not defined */
	struct interval ci; /* bootstrap over texts */
};

struct learn_curve {
	size_t n, npoints;
	int folds;
	struct learn_point *point; /* (npoints) rising */
	double *fold_f1;	   /* (npoints,folds) macro, of a fold's texts */
	/* What so many more labels than the n would change, by a power law
	 * fitted to the later points, with the interval over resamples of
	 * folds. */
	size_t more; /* 0: not estimated, see why */
	double gain;
	struct interval gain_ci;
	const char *why; /* static */
};

struct learn_curve_opts {
	int folds, points, resamples, threads;
	uint64_t seed;
	bool shuffle;	      /* the folds */
	const uint32_t *rank; /* (n) place in the order; NULL: from seed */
	const size_t *sizes;  /* (points) NULL: evenly on a log scale */
};

#define LEARN_CURVE_OPTS                                                    \
	{                                                                   \
		.folds = 10, .points = 8, .resamples = METRICS_RESAMPLES,   \
		.seed = 1, .shuffle = true                                  \
	}

/* y for classes, else multi; the other is NULL. An error where there are too
 * few texts. */
int learn_curve_run(struct learn_curve *c, const struct features *x,
    const int *y /* (n) */, const uint8_t *multi /* (n,k) */, size_t k,
    const struct learn_curve_opts *opts, const struct logreg_opts *fit,
    struct progress *progress, struct err *err);
void learn_curve_free(struct learn_curve *c); /* zeroes the struct */

/*
 * Least squares, each point weighted by its n as the end of the curve is what
 * is wanted (Figueroa and others 2012), of y = a - b n^-c, with a in
 * [0,1] (an F1) and c in [0.05,2]; b may be negative: a curve that falls.
 * Needs three points.
 */
struct power_law {
	double a, b, c;
};
int power_law_fit(struct power_law *p, const double *n, const double *y,
    size_t points);
double power_law_at(const struct power_law *p, double n);

#endif
