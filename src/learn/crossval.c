/*
 * Cross-validation of any model, and of logistic regression.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/crossval.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/logreg.h"
#include "tagtiger/metrics.h"

struct run {
	struct crossval *cv;
	const struct features *x;
	const int *y;
	const uint8_t *multi;
	crossval_fn *fn;
	void *arg;
	struct progress *progress;
	struct err *err; /* (folds) */
	int *rc;	 /* (folds) */
};

/* Texts in or out of a fold: positions in the whole, and rows of x. */
static size_t
members(const struct run *r, int fold, bool in, uint32_t *index,
    uint32_t *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < r->cv->n; i++)
		if ((r->cv->fold[i] == fold) == in) {
			index[n] = (uint32_t)i;
			rows[n++] = (uint32_t)features_row(r->x->rows, i);
		}
	return n;
}

static int
fold_scores(struct run *r, int fold, const uint32_t *index, size_t n,
    const float *prob, struct err *err)
{
	struct crossval *cv = r->cv;
	size_t k = cv->k, size = r->multi != NULL ? k : sizeof(int);
	void *y = try_alloc(n, size, err), *pred = try_alloc(n, size, err);
	struct metrics m = { 0 };
	int rc = -1;

	if (y == NULL || pred == NULL)
		goto out;
	for (size_t i = 0; i < n; i++)
		if (r->multi != NULL)
			memcpy((uint8_t *)y + i * k, r->multi + index[i] * k,
			    k);
		else
			((int *)y)[i] = r->y[index[i]];
	if (r->multi != NULL) {
		predict_multilabel(prob, n, k, 0.5f, pred);
		rc = metrics_multilabel(&m, y, pred, n, k, err);
	} else {
		predict_classes(prob, n, k, pred);
		rc = metrics_classes(&m, y, pred, n, k, err);
	}
	cv->accuracy[fold] = m.accuracy;
	cv->f1_macro[fold] = m.macro.f1;
	metrics_free(&m);
out:
	free(pred);
	free(y);
	return rc;
}

static void
run_fold(void *arg, size_t which)
{
	struct run *r = arg;
	struct crossval *cv = r->cv;
	struct err *err = &r->err[which];
	size_t n = cv->n, k = cv->k;
	struct features train = *r->x, test = *r->x;
	uint32_t *index = NULL, *rows = NULL;
	float *prob = NULL;

	r->rc[which] = -1;
	if (progress_cancelled(r->progress)) {
		progress_stopped(err);
		return;
	}
	index = try_alloc(2 * n, sizeof *index, err);
	rows = try_alloc(2 * n, sizeof *rows, err);
	if (index == NULL || rows == NULL)
		goto out;
	test.n = members(r, (int)which, true, index, rows);
	train.n = members(r, (int)which, false, index + n, rows + n);
	test.rows = rows;
	train.rows = rows + n;
	prob = try_alloc(test.n * k, sizeof *prob, err);
	if (prob == NULL ||
	    r->fn(r->arg, &train, index + n, &test, index, prob, err) < 0)
		goto out;
	for (size_t i = 0; i < test.n; i++)
		memcpy(cv->prob + index[i] * k, prob + i * k,
		    k * sizeof *prob);
	r->rc[which] =
	    fold_scores(r, (int)which, index, test.n, prob, err);
	progress_step(r->progress, 1);
out:
	free(prob);
	free(rows);
	free(index);
}

/* Mean and deviation, of the folds where the value is defined. */
static void
spread(const double *v, int n, double *mean, double *sd)
{
	double sum = 0, square = 0;
	int m = 0;

	for (int i = 0; i < n; i++)
		if (!isnan(v[i])) {
			sum += v[i];
			m++;
		}
	*mean = m > 0 ? sum / m : NAN;
	for (int i = 0; i < n; i++)
		if (!isnan(v[i]))
			square += (v[i] - *mean) * (v[i] - *mean);
	*sd = m > 1 ? sqrt(square / (m - 1)) : NAN;
}

void
crossval_free(struct crossval *cv)
{
	free(cv->fold);
	free(cv->prob);
	free(cv->accuracy);
	free(cv->f1_macro);
	*cv = (struct crossval){ 0 };
}

static int
crossval_alloc(struct crossval *cv, size_t n, size_t k, int folds,
    struct err *err)
{
	*cv = (struct crossval){ .n = n, .k = k, .folds = folds };
	if (folds < 2)
		return err_set_status(err, ERR_USAGE,
		    "cross-validation needs at least 2 folds");
	cv->fold = try_alloc(n, sizeof *cv->fold, err);
	cv->prob = try_alloc(n * k, sizeof *cv->prob, err);
	cv->accuracy = try_alloc((size_t)folds, sizeof *cv->accuracy, err);
	cv->f1_macro = try_alloc((size_t)folds, sizeof *cv->f1_macro, err);
	return cv->fold == NULL || cv->prob == NULL || cv->accuracy == NULL ||
	    cv->f1_macro == NULL ? -1 : 0;
}

int
crossval_run(struct crossval *cv, const struct features *x, const int *y,
    const uint8_t *multi, size_t k, const struct crossval_opts *opts,
    crossval_fn *fn, void *arg, struct progress *progress, struct err *err)
{
	struct run r = { .cv = cv, .x = x, .y = y, .multi = multi, .fn = fn,
		.arg = arg, .progress = progress };
	size_t folds = opts->folds > 0 ? (size_t)opts->folds : 1;
	int rc = -1;

	r.err = xcalloc(folds, sizeof *r.err);
	r.rc = xcalloc(folds, sizeof *r.rc);
	if (crossval_alloc(cv, x->n, k, opts->folds, err) < 0)
		goto out;
	rc = multi != NULL ?
	    kfold_multilabel(multi, x->n, k, opts->folds, opts->seed,
		cv->fold, &cv->few, err) :
	    kfold_stratified(y, x->n, k, opts->folds, opts->shuffle,
		opts->seed, cv->fold, &cv->few, err);
	if (rc < 0)
		goto out;
	progress_phase(progress, "cross-validating", folds);
	parallel_for(folds, opts->threads, run_fold, &r);
	for (size_t i = 0; i < folds && rc == 0; i++)
		if (r.rc[i] < 0) {
			if (err != NULL)
				*err = r.err[i];
			rc = err_prefix(err, "fold %zu", i + 1);
		}
	spread(cv->accuracy, cv->folds, &cv->accuracy_mean, &cv->accuracy_sd);
	spread(cv->f1_macro, cv->folds, &cv->f1_macro_mean, &cv->f1_macro_sd);
out:
	if (rc < 0)
		crossval_free(cv);
	free(r.rc);
	free(r.err);
	return rc;
}

/* The one class that all of the texts have, or -1. */
static int
only_class(const int *y, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (y[i] != y[0])
			return -1;
	return n > 0 ? y[0] : -1;
}

/* No label differs between the texts: each is certain, one way or other. */
static bool
only_labels(const uint8_t *y, size_t n, size_t k)
{
	for (size_t i = 1; i < n; i++)
		if (memcmp(y, y + i * k, k) != 0)
			return false;
	return n > 0;
}

static int
logreg_classes(const struct fold_model *f, const struct logreg_opts *o,
    const struct features *train, const uint32_t *index,
    const struct features *test, float *prob, struct err *err)
{
	struct logreg m = { 0 };
	int *y = try_alloc(train->n, sizeof *y, err), one, rc;

	if (y == NULL)
		return -1;
	for (size_t i = 0; i < train->n; i++)
		y[i] = f->y[index[i]];
	one = only_class(y, train->n);
	if (one >= 0) {
		for (size_t i = 0; i < test->n * f->k; i++)
			prob[i] = i % f->k == (size_t)one;
		free(y);
		return 0;
	}
	rc = logreg_fit(&m, train, y, f->k, o, NULL, err);
	if (rc == 0)
		rc = logreg_predict(&m, test, prob, 1, NULL, err);
	logreg_free(&m);
	free(y);
	return rc;
}

static int
logreg_labels(const struct fold_model *f, const struct logreg_opts *o,
    const struct features *train, const uint32_t *index,
    const struct features *test, float *prob, struct err *err)
{
	struct logreg m = { 0 };
	uint8_t *y = try_alloc(train->n, f->k, err);
	int rc;

	if (y == NULL)
		return -1;
	for (size_t i = 0; i < train->n; i++)
		memcpy(y + i * f->k, f->multi + index[i] * f->k, f->k);
	if (only_labels(y, train->n, f->k)) {
		for (size_t i = 0; i < test->n * f->k; i++)
			prob[i] = y[i % f->k];
		free(y);
		return 0;
	}
	rc = logreg_fit_multilabel(&m, train, y, f->k, o, NULL, err);
	if (rc == 0)
		rc = logreg_predict(&m, test, prob, 1, NULL, err);
	logreg_free(&m);
	free(y);
	return rc;
}

int
fold_model_run(void *arg, const struct features *train,
    const uint32_t *train_index, const struct features *test,
    const uint32_t *test_index, float *prob, struct err *err)
{
	const struct fold_model *f = arg;
	struct logreg_opts o = f->opts;
	float *weight = NULL;
	int rc;

	(void)test_index;
	if (o.weight != NULL) {
		weight = try_alloc(train->n, sizeof *weight, err);
		if (weight == NULL)
			return -1;
		for (size_t i = 0; i < train->n; i++)
			weight[i] = o.weight[train_index[i]];
		o.weight = weight;
	}
	rc = (f->multi != NULL ? logreg_labels : logreg_classes)(f, &o, train,
	    train_index, test, prob, err);
	free(weight);
	return rc;
}

struct fold_model
fold_model_init(const int *y, const uint8_t *multi, size_t k,
    const struct crossval_opts *opts, const struct logreg_opts *fit,
    const struct logreg *full, struct progress *progress)
{
	struct fold_model f = { .y = y, .multi = multi, .k = k,
		.opts = *fit };
	int threads = opts->threads > 0 ? opts->threads : thread_count();

	f.opts.start = full;
	f.opts.cancel = progress; /* the folds are what is reported */
	f.opts.threads = threads > opts->folds && opts->folds > 0 ?
	    threads / opts->folds : 1;
	return f;
}

int
crossval_logreg(struct crossval *cv, const struct features *x, const int *y,
    const uint8_t *multi, size_t k, const struct crossval_opts *opts,
    const struct logreg_opts *fit, const struct logreg *full,
    struct progress *progress, struct err *err)
{
	struct fold_model f = fold_model_init(y, multi, k, opts, fit, full,
	    progress);

	return crossval_run(cv, x, y, multi, k, opts, fold_model_run, &f,
	    progress, err);
}
