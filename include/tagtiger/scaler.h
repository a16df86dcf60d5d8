/*
 * Centring and scaling of columns, as scikit-learn's StandardScaler:
 * population variance, and scale 1 for a column that is constant up to
 * rounding.
 */
#ifndef TAGTIGER_SCALER_H
#define TAGTIGER_SCALER_H

#include <stddef.h>

struct err;
struct features;

struct scaler {
	size_t d;
	double *mean, *var, *scale; /* (d) */
};

/* Of the dense part of x; threads: 0 is thread_count(). */
int scaler_fit(struct scaler *s, const struct features *x, int threads,
    struct err *err);
void scaler_free(struct scaler *s);

#endif
