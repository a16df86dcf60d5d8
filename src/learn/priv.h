/*
 * What the learning layer shares with itself: the inner loops, OpenBLAS, and
 * the optimiser behind logistic regression.
 */
#ifndef TAGTIGER_LEARN_PRIV_H
#define TAGTIGER_LEARN_PRIV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/logreg.h"
#include "tagtiger/metrics.h"

struct crossval_opts;
struct csr;
struct err;
struct progress;

/*
 * Rows of scores s (rows,ld), ld a multiple of 4, 8 or 16 of which the last
 * columns may be padding: their bias is -inf (softmax) or their pos and neg
 * are 0 (sigmoid), so that they end as 0. What _residual takes is what
 * softmax or sigmoid left.
 */
struct kernels {
	/* s -> probabilities; *loss += sum weight_i * -log p of y_i, if y is
	 * not NULL. */
	void (*softmax)(float *s, size_t rows, size_t ld,
	    const float *bias /* (ld) */, const int *y /* (rows) */,
	    const double *weight /* (rows) */, double *loss);
	/* p -> weight_i * (p - [j == y_i]) */
	void (*softmax_residual)(float *s, size_t rows, size_t ld,
	    const int *y, const double *weight);
	/* Each column for itself, t 0 or 1: pos and neg are the weights of
	 * the two kinds of text. */
	void (*sigmoid)(float *s, size_t rows, size_t ld, const float *bias,
	    const uint8_t *t /* (rows,ld) */, const double *weight,
	    const float *pos /* (ld) */, const float *neg /* (ld) */,
	    double *loss);
	void (*sigmoid_residual)(float *s, size_t rows, size_t ld,
	    const uint8_t *t, const double *weight, const float *pos,
	    const float *neg);
	/* out (rows,ld) += sum over t of a[r * row_step + t * term_step] times
	 * row t of b (terms,ld) */
	void (*dense)(float *out, size_t rows, size_t ld, const float *a,
	    size_t row_step, size_t term_step, const float *b, size_t terms);
	/* out (rows,ld) += sparse (rows,.) times b (.,ld) */
	void (*sparse)(float *out, size_t rows, size_t ld,
	    const int64_t *ptr /* (rows+1) */, const int32_t *col,
	    const float *val, const float *b);
	/* sum += x - shift, square += (x - shift)^2; all (d), any d */
	void (*moments)(const float *x, size_t d, const double *shift,
	    double *sum, double *square);
	/* out = (x - mean) * inverse; all (d), any d */
	void (*standardise)(const float *x, size_t d, const double *mean,
	    const double *inverse, float *out);
	/* out = -p log p; n a multiple of 16; p not negative */
	void (*plogp)(const float *p, float *out, size_t n);
};

const struct kernels *kernels_for(size_t ld);

/* OpenBLAS runs on the calling thread; our own threads share the work out.
 * Call before any use of it. */
void blas_init(void);

/*
 * minimise sum_i weight_i loss_i(W, b) + 1/2 ||W||^2
 * over W (d,k), d = d_dense + d_sparse, and b (k). Softmax over k classes
 * where `class` is set, else k independent sigmoids on `target`.
 */
struct problem {
	size_t n, k, d_dense, d_sparse;
	void *x;		  /* (n,d_dense) of the solver's type; the
				   * solver may rotate it in place */
	const struct csr *sparse; /* (n,d_sparse) or NULL */
	const int *class;	  /* (n) or NULL */
	const uint8_t *target;	  /* (n,k) 0 or 1, or NULL */
	const double *weight;	  /* (n), C included */
	const double *pos, *neg;  /* (k) with target: further weights */
	struct progress *cancel;  /* or NULL: another reason to stop */
};

struct solution {
	double *w;	  /* (d+1,k): in, where to begin; out. The last row is
			   * the bias */
	double objective; /* the minimum, or nearly */
	double gap;	  /* estimate of how nearly */
	int iterations, evaluations;
};

/* Stop at gap <= tol * objective. The float one for tol >= 1e-6 or so. */
int solve_f32(const struct problem *p, struct solution *s, double tol,
    int max_iter, int threads, struct progress *progress, struct err *err);
int solve_f64(const struct problem *p, struct solution *s, double tol,
    int max_iter, int threads, struct progress *progress, struct err *err);

struct logreg;
/* All of the given shape, weights 0, the rest not set. */
int logreg_alloc(struct logreg *m, size_t k, size_t d_dense, size_t d_sparse,
    struct err *err);

static inline size_t
features_row(const uint32_t *rows, size_t i)
{
	return rows != NULL ? rows[i] : i;
}

/* ---- crossval.c: logistic regression as the model of a fold ---- */

struct fold_model {
	const int *y; /* as crossval_logreg takes them */
	const uint8_t *multi;
	size_t k;
	struct logreg_opts opts;
};

struct fold_model fold_model_init(const int *y, const uint8_t *multi, size_t k,
    const struct crossval_opts *opts, const struct logreg_opts *fit,
    const struct logreg *full, struct progress *progress);
/* A crossval_fn, of a struct fold_model. */
int fold_model_run(void *arg, const struct features *train,
    const uint32_t *train_index, const struct features *test,
    const uint32_t *test_index, float *prob, struct err *err);

/* ---- metrics_prob.c: what probabilities score, of any resample ---- */

/* To a bin's sum of probabilities less what was so. */
struct gap {
	uint32_t bin;
	double size;
};

struct judged {
	size_t n, k;
	const int *y; /* (n), or NULL with multi */
	const uint8_t *multi; /* (n,k) */
	const float *prob; /* (n,k) */
	double *brier, *loss; /* (n) */
	size_t *first; /* (n+1) of each text's in gap */
	struct gap *gap;
	size_t ngaps;
	uint32_t *order; /* (k,n) texts, a label's most probable first */
	atomic_bool failed;
};

int judged_make(struct judged *j, const int *y, const uint8_t *multi,
    const float *prob, size_t n, size_t k, int threads, struct err *err);
void judged_free(struct judged *j);
/* count (n): how often each text is there; NULL: once. They add up to n. */
struct prob_scores judged_score(const struct judged *j, const uint32_t *count);

/* ---- metrics_boot.c ---- */

/* The middle 95 % of v, which is sorted, without its NaNs. No interval around
 * a value that is itself not defined. */
struct interval percentiles(double *v, int resamples, double point);

#endif
