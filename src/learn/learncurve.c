/*
 * The learning curve. One cross-validation a size, of which every fold's
 * training texts are cut to the first so many of one order; then a power law
 * through the points, again and again over resamples of the folds.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/crossval.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/learncurve.h"
#include "tagtiger/logreg.h"
#include "tagtiger/rng.h"

#define LEAST 10     /* texts of the smallest size */
#define FEW_FOLDS 5  /* below, resampling them says nothing */
#define FEW_POINTS 4 /* below, three parameters fit anything */
#define LATE 8	     /* the power law is of sizes from 1 / LATE of the last */

/* Of one label: annotated, predicted, both. */
struct tally {
	double y, pred, tp;
};

struct work {
	struct learn_curve *c;
	const struct features *x;
	const int *y;
	const uint8_t *multi;
	size_t k;
	const struct learn_curve_opts *opts;
	struct crossval_opts folds;
	struct fold_model model;
	uint32_t *rank;
	struct tally *tally; /* (npoints,folds,k) */
	size_t size; /* of the point at work; SIZE_MAX: all */
};

/* ---- the order ---- */

struct place {
	double at; /* in (0,1) of its group */
	uint32_t text;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->text < y->text ? -1 : x->text > y->text;
}

/* The label that a text stands for when samples are drawn: its rarest. */
static size_t
group_of(const struct work *w, size_t i, const size_t *count)
{
	size_t best = w->k;

	if (w->multi == NULL)
		return (size_t)w->y[i];
	for (size_t j = 0; j < w->k; j++)
		if (w->multi[i * w->k + j] &&
		    (best == w->k || count[j] < count[best]))
			best = j;
	return best;
}

/*
 * Every group's texts are spread evenly over the order, each group beginning
 * at a random place: the r-th of m stands at (r + u) / m.
 */
static void
make_rank(struct work *w)
{
	size_t n = w->x->n, *count = xcalloc(2 * (w->k + 1), sizeof *count);
	size_t *members = count + w->k + 1;
	uint32_t *order = xcalloc(n, sizeof *order), *group;
	struct place *place = xcalloc(n, sizeof *place);
	double *start = xcalloc(w->k + 1, sizeof *start);
	struct rng rng;

	group = xcalloc(n, sizeof *group);
	for (size_t i = 0; i < n; i++) {
		order[i] = (uint32_t)i;
		for (size_t j = 0; j < w->k; j++)
			count[j] += w->multi != NULL ?
			    w->multi[i * w->k + j] : (size_t)w->y[i] == j;
	}
	for (size_t i = 0; i < n; i++) {
		group[i] = (uint32_t)group_of(w, i, count);
		members[group[i]]++;
	}
	rng_seed(&rng, w->opts->seed ^ 0x6c6561726e); /* not the folds' */
	for (size_t j = 0; j <= w->k; j++)
		start[j] = rng_double(&rng);
	rng_shuffle(&rng, order, n);
	memset(count, 0, (w->k + 1) * sizeof *count);
	for (size_t i = 0; i < n; i++) {
		size_t g = group[order[i]];

		place[i] = (struct place){ ((double)count[g]++ + start[g]) /
			(double)members[g], order[i] };
	}
	qsort(place, n, sizeof *place, compare_places);
	for (size_t i = 0; i < n; i++)
		w->rank[place[i].text] = (uint32_t)i;
	free(start);
	free(place);
	free(group);
	free(order);
	free(count);
}

/* ---- one size ---- */

static int
compare_ranks(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* A crossval_fn: the model of a fold, of the first texts by rank. */
static int
learn_from_some(void *arg, const struct features *train,
    const uint32_t *train_index, const struct features *test,
    const uint32_t *test_index, float *prob, struct err *err)
{
	struct work *w = arg;
	struct features some = *train;
	uint64_t *order = NULL;
	uint32_t *index = NULL;
	int rc = -1;

	if (w->size >= train->n)
		return fold_model_run(&w->model, train, train_index, test,
		    test_index, prob, err);
	order = try_alloc(train->n, sizeof *order, err);
	index = try_alloc(2 * w->size, sizeof *index, err);
	if (order == NULL || index == NULL)
		goto out;
	for (size_t i = 0; i < train->n; i++)
		order[i] = (uint64_t)w->rank[train_index[i]] << 32 | i;
	qsort(order, train->n, sizeof *order, compare_ranks);
	for (size_t i = 0; i < w->size; i++) {
		uint32_t at = (uint32_t)order[i];

		index[i] = train_index[at];
		index[w->size + i] = train->rows[at];
	}
	some.n = w->size;
	some.rows = index + w->size;
	rc = fold_model_run(&w->model, &some, index, test, test_index, prob, err);
out:
	free(index);
	free(order);
	return rc;
}

static void
count_fold(const struct work *w, const struct crossval *cv, const int *pred,
    const uint8_t *labels, struct tally *t /* (folds,k) */)
{
	for (size_t i = 0; i < cv->n; i++) {
		struct tally *f = t + (size_t)cv->fold[i] * w->k;

		for (size_t j = 0; w->multi != NULL && j < w->k; j++) {
			bool a = w->multi[i * w->k + j] != 0;
			bool b = labels[i * w->k + j] != 0;

			f[j].y += a;
			f[j].pred += b;
			f[j].tp += a && b;
		}
		if (w->multi == NULL) {
			f[w->y[i]].y++;
			f[pred[i]].pred++;
			f[pred[i]].tp += pred[i] == w->y[i];
		}
	}
}

static int
measure(struct work *w, const struct crossval *cv, size_t at, struct err *err)
{
	struct learn_point *p = &w->c->point[at];
	const struct learn_curve_opts *o = w->opts;
	struct metrics m = { 0 };
	uint8_t *labels = NULL;
	int *pred = NULL, rc = -1;

	if (w->multi != NULL) {
		labels = xcalloc(cv->n, w->k);
		predict_multilabel(cv->prob, cv->n, w->k, 0.5f, labels);
		if (metrics_multilabel(&m, w->multi, labels, cv->n, w->k,
		    err) == 0)
			rc = metrics_bootstrap_multilabel(&m, w->multi, labels,
			    NULL, o->resamples, o->seed, o->threads, NULL,
			    err);
	} else {
		pred = xcalloc(cv->n, sizeof *pred);
		predict_classes(cv->prob, cv->n, w->k, pred);
		if (metrics_classes(&m, w->y, pred, cv->n, w->k, err) == 0)
			rc = metrics_bootstrap(&m, w->y, pred, NULL, o->resamples,
			    o->seed, o->threads, NULL, err);
	}
	if (rc == 0) {
		p->f1 = m.macro.f1;
		p->ci = m.f1_macro_ci;
		count_fold(w, cv, pred, labels, w->tally + at *
		    (size_t)o->folds * w->k);
		memcpy(w->c->fold_f1 + at * (size_t)o->folds, cv->f1_macro,
		    (size_t)o->folds * sizeof *cv->f1_macro);
	}
	metrics_free(&m);
	free(labels);
	free(pred);
	return rc;
}

static int
one_size(struct work *w, size_t at, struct err *err)
{
	struct crossval cv;
	int rc;

	w->size = w->opts->sizes == NULL && at + 1 == w->c->npoints ?
	    SIZE_MAX : w->c->point[at].n;
	if (crossval_run(&cv, w->x, w->y, w->multi, w->k, &w->folds,
	    learn_from_some, w, NULL, err) < 0)
		return -1;
	rc = measure(w, &cv, at, err);
	crossval_free(&cv);
	return rc;
}

/* ---- the sizes ---- */

/* Labels that occur: fewer texts than twice as many are no sample. */
static size_t
labels_used(const struct work *w)
{
	size_t used = 0;

	for (size_t j = 0; j < w->k; j++) {
		size_t i = 0;

		while (i < w->x->n && !(w->multi != NULL ?
		    w->multi[i * w->k + j] : (size_t)w->y[i] == j))
			i++;
		used += i < w->x->n;
	}
	return used;
}

/* Evenly on a log scale, up to what the smallest fold leaves. */
static int
choose_sizes(struct work *w, struct err *err)
{
	struct learn_curve *c = w->c;
	size_t folds = (size_t)w->opts->folds, used = labels_used(w);
	size_t lo = 2 * used > LEAST ? 2 * used : LEAST;
	size_t hi = c->n - (c->n + folds - 1) / folds, n, last = 0;
	size_t points = (size_t)w->opts->points;

	if (w->opts->sizes != NULL) {
		for (size_t i = 0; i < points; i++)
			c->point[c->npoints++].n = w->opts->sizes[i];
		return 0;
	}
	if (used < 2 && w->multi == NULL)
		return err_set(err, "all labelled texts have the same label: "
		    "tag some of another one first");
	if (hi < 2 * lo)
		return err_set(err, "a learning curve of %zu labels with %zu "
		    "folds needs at least %zu labelled texts, there are %zu: "
		    "tag more", used, folds, (2 * lo * folds + folds - 2) /
		    (folds - 1), c->n);
	for (size_t i = 0; i < points; i++) {
		n = i + 1 == points ? hi : (size_t)llround((double)lo *
		    pow((double)hi / (double)lo, (double)i /
		    (double)(points - 1)));
		if (n > last)
			c->point[c->npoints++].n = last = n;
	}
	return 0;
}

/* ---- more labels ---- */

double
power_law_at(const struct power_law *p, double n)
{
	return p->a - p->b * pow(n, -p->c);
}

static double
squares(const struct power_law *p, const double *n, const double *y,
    size_t points)
{
	double sum = 0, d;

	for (size_t i = 0; i < points; i++) {
		d = y[i] - power_law_at(p, n[i]);
		sum += n[i] * d * d;
	}
	return sum;
}

/* For one c it is a straight line in z = n^-c; an a outside of [0,1] is set
 * to the bound, and b follows. */
static struct power_law
line_for(double c, const double *n, const double *y, size_t points)
{
	double z, all = 0, mz = 0, my = 0, zz = 0, zy = 0, a, slope;

	for (size_t i = 0; i < points; i++) {
		all += n[i];
		mz += n[i] * pow(n[i], -c);
		my += n[i] * y[i];
	}
	mz /= all;
	my /= all;
	for (size_t i = 0; i < points; i++) {
		z = pow(n[i], -c) - mz;
		zz += n[i] * z * z;
		zy += n[i] * z * (y[i] - my);
	}
	slope = zz > 0 ? zy / zz : 0;
	a = my - slope * mz;
	if (a < 0 || a > 1) {
		a = a < 0 ? 0 : 1;
		zz = zy = 0;
		for (size_t i = 0; i < points; i++) {
			z = pow(n[i], -c);
			zz += n[i] * z * z;
			zy += n[i] * z * (y[i] - a);
		}
		slope = zy / zz;
	}
	return (struct power_law){ a, -slope, c };
}

/* The best of so many exponents, evenly from lo to hi. */
static void
best_of(struct power_law *p, double lo, double hi, int steps, const double *n,
    const double *y, size_t points)
{
	double least = INFINITY;

	for (int i = 0; i <= steps; i++) {
		struct power_law q = line_for(lo + (hi - lo) * i / steps, n, y,
		    points);
		double s = squares(&q, n, y, points);

		if (s < least) {
			least = s;
			*p = q;
		}
	}
}

int
power_law_fit(struct power_law *p, const double *n, const double *y,
    size_t points)
{
	double lo = 0.05, hi = 2, step;

	if (points < 3)
		return -1;
	for (size_t i = 0; i < points; i++)
		if (!isfinite(y[i]))
			return -1;
	/* each round between the neighbours of the best one so far */
	for (int round = 0; round < 3; round++) {
		best_of(p, lo, hi, round == 0 ? 39 : 10, n, y, points);
		step = (hi - lo) / (round == 0 ? 39 : 10);
		lo = fmax(0.05, p->c - step);
		hi = fmin(2, p->c + step);
	}
	return 0;
}

/* F1 macro of some folds together, each counted so many times. */
static double
pooled_f1(const struct work *w, size_t at, const int *times)
{
	size_t folds = (size_t)w->opts->folds, defined = 0;
	const struct tally *t = w->tally + at * folds * w->k;
	double sum = 0;

	for (size_t j = 0; j < w->k; j++) {
		double below = 0, tp = 0;

		for (size_t f = 0; f < folds; f++) {
			const struct tally *x = &t[f * w->k + j];

			below += times[f] * (x->y + x->pred);
			tp += times[f] * x->tp;
		}
		if (below > 0) {
			sum += 2 * tp / below;
			defined++;
		}
	}
	return defined > 0 ? sum / (double)defined : NAN;
}

/* Of the points that count: how a curve begins says little about its end. */
static double
gain_of(const struct work *w, const int *times)
{
	const struct learn_curve *c = w->c;
	double *n = xcalloc(2 * c->npoints, sizeof *n), *y = n + c->npoints;
	size_t last = c->npoints - 1, used = 0;
	double gain = NAN;
	struct power_law p;

	for (size_t i = 0; i < c->npoints; i++) {
		if (c->point[i].n * LATE < c->point[last].n &&
		    i + FEW_POINTS < c->npoints)
			continue;
		n[used] = (double)c->point[i].n;
		y[used++] = pooled_f1(w, i, times);
	}
	if (power_law_fit(&p, n, y, used) == 0)
		gain = power_law_at(&p, (double)(c->n + c->more)) -
		    power_law_at(&p, (double)c->n);
	free(n);
	return gain;
}

/* A power law is believed up to half as many texts again, not further. */
static void
estimate(struct work *w)
{
	struct learn_curve *c = w->c;
	int folds = w->opts->folds, *times = xcalloc((size_t)folds,
	    sizeof *times);
	size_t many = (size_t)w->opts->resamples;
	double *gains = xcalloc(many, sizeof *gains);
	struct rng rng;

	for (int f = 0; f < folds; f++)
		times[f] = 1;
	c->gain = c->gain_ci.lo = c->gain_ci.hi = NAN;
	if (folds < FEW_FOLDS)
		c->why = "with fewer than 5 folds their spread is not known";
	else if (c->npoints < FEW_POINTS)
		c->why = "with fewer than 4 sizes any curve fits";
	else
		c->more = c->n >= 200 ? 100 : c->n / 20 * 10;
	if (c->more > 0)
		c->gain = gain_of(w, times);
	rng_seed(&rng, w->opts->seed);
	for (size_t r = 0; c->more > 0 && r < many; r++) {
		memset(times, 0, (size_t)folds * sizeof *times);
		for (int f = 0; f < folds; f++)
			times[rng_below(&rng, (uint64_t)folds)]++;
		gains[r] = gain_of(w, times);
	}
	if (c->more > 0)
		c->gain_ci = percentiles(gains, w->opts->resamples, c->gain);
	if (c->more > 0 && isnan(c->gain)) {
		c->more = 0;
		c->why = "no power law fits";
	}
	free(gains);
	free(times);
}

/* ---- all of it ---- */

void
learn_curve_free(struct learn_curve *c)
{
	free(c->point);
	free(c->fold_f1);
	*c = (struct learn_curve){ 0 };
}

static int
prepare(struct work *w, const struct logreg_opts *fit,
    struct progress *progress, struct err *err)
{
	const struct learn_curve_opts *o = w->opts;
	size_t cells = (size_t)o->points * (size_t)o->folds;

	if (o->folds < 2 || o->points < 2)
		return err_set_status(err, ERR_USAGE, "a learning curve needs "
		    "at least 2 folds and 2 points");
	w->c->point = xcalloc((size_t)o->points, sizeof *w->c->point);
	w->c->fold_f1 = xcalloc(cells, sizeof *w->c->fold_f1);
	w->tally = xcalloc(cells * w->k, sizeof *w->tally);
	w->rank = xcalloc(w->x->n, sizeof *w->rank);
	w->folds = (struct crossval_opts){ .folds = o->folds, .seed = o->seed,
		.shuffle = o->shuffle, .threads = o->threads };
	w->model = fold_model_init(w->y, w->multi, w->k, &w->folds, fit, NULL,
	    progress);
	if (choose_sizes(w, err) < 0)
		return -1;
	if (o->rank != NULL)
		memcpy(w->rank, o->rank, w->x->n * sizeof *w->rank);
	else
		make_rank(w);
	return 0;
}

int
learn_curve_run(struct learn_curve *c, const struct features *x, const int *y,
    const uint8_t *multi, size_t k, const struct learn_curve_opts *opts,
    const struct logreg_opts *fit, struct progress *progress, struct err *err)
{
	struct work w = { .c = c, .x = x, .y = y, .multi = multi, .k = k,
		.opts = opts };
	int rc;

	*c = (struct learn_curve){ .n = x->n, .folds = opts->folds };
	rc = prepare(&w, fit, progress, err);
	progress_phase(progress, "learning curve", c->npoints);
	for (size_t i = 0; rc == 0 && i < c->npoints; i++) {
		rc = one_size(&w, i, err);
		if (rc == 0 && progress_step(progress, 1))
			rc = progress_stopped(err);
	}
	if (rc == 0)
		estimate(&w);
	else
		learn_curve_free(c);
	free(w.tally);
	free(w.rank);
	return rc;
}
