/*
 * Cross-validation: stratified folds, any model, probabilities for every text
 * from a model that did not see it.
 */
#ifndef TAGTIGER_CROSSVAL_H
#define TAGTIGER_CROSSVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct features;
struct logreg;
struct logreg_opts;
struct metrics;
struct progress;

/*
 * The fold of each text, as scikit-learn's StratifiedKFold deals them: a
 * class's members are spread so that folds differ by one at most. shuffle
 * deals by a random order made from seed; else by order of appearance. *few
 * (if not NULL) counts the classes that occur but have fewer members than
 * there are folds; an error where that holds for every class.
 */
int kfold_stratified(const int *y /* (n) */, size_t n, size_t k, int folds,
    bool shuffle, uint64_t seed, int *fold /* (n) */, size_t *few,
    struct err *err);
/* The same for multi-label targets: texts with the rarest labels first, each
 * to the fold that wants its labels most (iterative stratification,
 * Sechidis, Tsoumakas and Vlahavas 2011). */
int kfold_multilabel(const uint8_t *y /* (n,k) */, size_t n, size_t k,
    int folds, uint64_t seed, int *fold /* (n) */, size_t *few,
    struct err *err);

/*
 * One fold's work: learn from the train texts, write probabilities of the
 * test texts. y points at the whole targets (int (n) or uint8_t (n,k));
 * train->rows and test->rows say which of them are meant through
 * train_index and test_index, positions in the whole. Called from several
 * threads at once.
 */
typedef int crossval_fn(void *arg, const struct features *train,
    const uint32_t *train_index, const struct features *test,
    const uint32_t *test_index, float *prob /* (test->n,k) */,
    struct err *err);

struct crossval {
	size_t n, k;
	int folds;
	int *fold;	 /* (n) */
	float *prob;	 /* (n,k) out of fold */
	size_t few;	 /* classes with fewer members than folds */
	/* Over the folds; the deviation has folds - 1 below the line. */
	double accuracy_mean, accuracy_sd;
	double f1_macro_mean, f1_macro_sd; /* labels present in the fold */
	double *accuracy, *f1_macro;	   /* (folds) */
};

struct crossval_opts {
	int folds;
	uint64_t seed;
	bool shuffle;
	int threads; /* folds at a time; 0: thread_count() */
};

#define CROSSVAL_OPTS { .folds = 10, .seed = 1, .shuffle = true }

/* Targets: y for classes, else multi (0 or 1); the other is NULL. The
 * pooled scores are metrics_* of cv->prob against the targets. */
int crossval_run(struct crossval *cv, const struct features *x,
    const int *y /* (n) */, const uint8_t *multi /* (n,k) */, size_t k,
    const struct crossval_opts *opts, crossval_fn *fn, void *arg,
    struct progress *progress, struct err *err);
/* The same with logistic regression, each fold beginning at `full` (a fit on
 * all texts, or NULL). */
int crossval_logreg(struct crossval *cv, const struct features *x,
    const int *y, const uint8_t *multi, size_t k,
    const struct crossval_opts *opts, const struct logreg_opts *fit,
    const struct logreg *full, struct progress *progress, struct err *err);
void crossval_free(struct crossval *cv); /* zeroes the struct */

#endif
