/*
 * Logistic regression with an L2 penalty: the quick model. Minimises
 *	C * sum_i weight_i * loss_i + 1/2 ||W||^2
 * with the bias free, as scikit-learn's LogisticRegression does: softmax over
 * three classes or more, the binomial form (one weight vector) for two, one
 * binary problem a label for multi-label targets. Dense features are centred
 * and scaled, sparse ones are left as they are.
 *
 * Any thread may call; nothing is shared. Results do not depend on the number
 * of threads.
 */
#ifndef TAGTIGER_LOGREG_H
#define TAGTIGER_LOGREG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/mat.h"

struct buf;
struct err;
struct progress;

/*
 * What a model sees of n texts: a dense part, a sparse part, or both side by
 * side (dense columns first). rows picks and orders: text i is row rows[i] of
 * the parts; NULL: row i. All borrowed.
 */
struct features {
	size_t n;
	const struct mat *dense;  /* or NULL */
	const struct csr *sparse; /* or NULL */
	const uint32_t *rows;	  /* (n) or NULL */
};

size_t features_dim(const struct features *x);

struct logreg {
	bool multilabel;
	size_t k;		  /* labels */
	size_t d_dense, d_sparse; /* columns; d is their sum */
	int64_t *label;		  /* (k) the caller's ids of the labels */
	/* Scores are xs . w + bias, xs the scaled features. Of two classes the
	 * first has zero weights. A label nobody used has bias -inf; in
	 * multi-label targets one that every text has, +inf. */
	float *w;		  /* (d,k) */
	double *bias;		  /* (k) */
	double *mean, *scale;	  /* (d_dense) xs = (x - mean) / scale */

	/* How it was made. */
	size_t n;	  /* training texts */
	double c;	  /* the C of above */
	bool balanced;
	double objective; /* reached; the sum over labels if multi-label */
	double gap;	  /* objective - minimum, as estimated at the end */
	int iterations;	  /* the most of any label, if multi-label */
};

struct logreg_opts {
	double c;		    /* > 0 */
	double tol;		    /* stop at gap <= tol * objective */
	int max_iter;
	int threads;		    /* 0: thread_count() */
	bool balanced;		    /* weight n / (classes * members) */
	bool raw;		    /* dense features as they are, too */
	const float *weight;	    /* (n) of the texts, or NULL: all 1 */
	const int64_t *label;	    /* (k) ids, or NULL: 0 .. k-1 */
	const struct logreg *start; /* earlier model to begin at, or NULL;
				     * columns are matched by label id; ignored
				     * where the number of features differs */
	struct progress *cancel;    /* looked at too, but not reported to */
};

#define LOGREG_TOL  1e-4
#define LOGREG_OPTS { .c = 1, .tol = LOGREG_TOL, .max_iter = 1000 }

/*
 * y: classes in [0,k), at least two of which occur (else an error that says
 * so); for _multilabel: 0 or 1 for each text and label. Fills *m, which
 * logreg_free empties. A cancelled fit is an error.
 */
int logreg_fit(struct logreg *m, const struct features *x,
    const int *y /* (n) */, size_t k, const struct logreg_opts *opts,
    struct progress *progress, struct err *err);
int logreg_fit_multilabel(struct logreg *m, const struct features *x,
    const uint8_t *y /* (n,k) */, size_t k, const struct logreg_opts *opts,
    struct progress *progress, struct err *err);
void logreg_free(struct logreg *m); /* zeroes the struct */

/* Probabilities: rows sum to 1, or each label for itself in multi-label. */
int logreg_predict(const struct logreg *m, const struct features *x,
    float *prob /* (n,k) */, int threads, struct progress *progress,
    struct err *err);

/*
 * One versioned blob, little-endian, with a checksum; loading checks all of
 * it. Adds to *out; _load fills *m.
 */
void logreg_save(const struct logreg *m, struct buf *out);
int logreg_load(struct logreg *m, const void *data, size_t len,
    struct err *err);

#endif
