/*
 * How good predictions are: the values of scikit-learn's functions of the
 * same names. What is not defined (a precision without predictions, say) is
 * NaN, which averages leave out (its zero_division); print it as null.
 */
#ifndef TAGTIGER_METRICS_H
#define TAGTIGER_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct progress;

struct interval {
	double lo, hi; /* NaN, NaN: not computed or not defined */
};

struct prf {
	double precision, recall, f1;
};

struct label_metrics {
	double precision, recall, f1;
	int64_t support;	/* texts annotated with it */
	int64_t tn, fp, fn, tp;
	struct interval f1_ci;
};

/* Of probabilities. The first is better the higher, the others the lower. */
struct prob_scores {
	double roc_auc;	 /* a label against the rest, the mean of the labels
			  * that some texts have and some have not */
	double brier;	 /* mean squared distance to the annotation: of all
			  * labels together, half of it where they are two;
			  * multi-label: the mean of the labels */
	double log_loss; /* multi-label: the mean of the labels */
	double ece;	 /* expected calibration error over ten equally wide
			  * bins: of the predicted label's probability (Guo and
			  * others 2017); multi-label: of all */
};

struct prob_intervals {
	struct interval roc_auc, brier, log_loss, ece;
};

struct metrics {
	bool multilabel;
	size_t n, k;
	double accuracy;      /* multi-label: all labels right */
	struct prf micro, macro, weighted;
	struct label_metrics *label; /* (k) */
	int64_t *confusion;   /* (k,k) row: annotation, column: prediction;
			       * NULL if multi-label */

	/* Filled by metrics_bootstrap. */
	struct interval accuracy_ci, f1_micro_ci, f1_macro_ci, f1_weighted_ci;
	struct prob_scores prob; /* these two where it is given some */
	struct prob_intervals prob_ci;
};

int metrics_classes(struct metrics *m, const int *y /* (n) annotation */,
    const int *pred /* (n) */, size_t n, size_t k, struct err *err);
int metrics_multilabel(struct metrics *m, const uint8_t *y /* (n,k) */,
    const uint8_t *pred /* (n,k) */, size_t n, size_t k, struct err *err);
void metrics_free(struct metrics *m); /* zeroes the struct */

#define METRICS_RESAMPLES 2000

/*
 * Percentile intervals at 95 %, from resamples of the texts with replacement
 * (Efron 1979). Pass what the metrics came from, and the probabilities that the
 * predictions came from, or NULL. A resample where a metric is not defined is
 * left out of that metric's interval. The same whatever the number of threads.
 */
int metrics_bootstrap(struct metrics *m, const int *y, const int *pred,
    const float *prob /* (n,k) */, int resamples, uint64_t seed, int threads,
    struct progress *progress, struct err *err);
int metrics_bootstrap_multilabel(struct metrics *m, const uint8_t *y,
    const uint8_t *pred, const float *prob /* (n,k) */, int resamples,
    uint64_t seed, int threads, struct progress *progress, struct err *err);

/*
 * How much better predictions a are than b, of the same texts, with the
 * percentile interval of the difference: both are scored on the same
 * resamples. y, a and b are int (n) classes, or with k labels a text uint8_t
 * (n,k). An interval around 0 tells no difference.
 */
struct metrics_difference {
	double accuracy, f1_macro; /* a's minus b's */
	struct interval accuracy_ci, f1_macro_ci;
};
int metrics_compare(struct metrics_difference *d, bool multilabel,
    const void *y, const void *a, const void *b, size_t n, size_t k,
    int resamples, uint64_t seed, struct progress *progress, struct err *err);

/* The most probable label of each row, the first of equals. */
void predict_classes(const float *prob /* (n,k) */, size_t n, size_t k,
    int *pred /* (n) */);
/* 1 where the probability is at least the threshold. */
void predict_multilabel(const float *prob /* (n,k) */, size_t n, size_t k,
    float threshold, uint8_t *pred /* (n,k) */);

#endif
