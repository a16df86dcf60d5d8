/*
 * Bootstrap intervals. A resample is a count per text; what it scores follows
 * from sums of tp, annotations and predictions by label, which only touch the
 * labels that a text has. Every resample has a random stream of its own, so
 * that threads change nothing.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/metrics.h"
#include "tagtiger/rng.h"

enum { BOOT_ACCURACY, BOOT_MICRO, BOOT_MACRO, BOOT_WEIGHTED, BOOT_AUC,
	BOOT_BRIER, BOOT_LOSS, BOOT_ECE, BOOT_LABELS };

/* One label of one text: annotated, predicted or both. */
struct mark {
	uint32_t label;
	bool y, pred;
};

struct boot {
	size_t n, k;
	int resamples;
	uint64_t seed;
	size_t *first;	    /* (n+1) into mark */
	struct mark *mark;
	uint8_t *exact;	    /* (n) all labels right */
	struct judged judged; /* zeroed: without probabilities */
	double *value;	    /* (BOOT_LABELS + k, resamples) */
	struct progress *progress;
	atomic_bool failed;
};

struct tally {
	double tp, y, pred;
};

/* 2 tp / (y + pred) and its averages over labels; NaN where 0 / 0. */
static void
boot_scores(struct boot *b, int r, const struct tally *t, double exact)
{
	size_t stride = (size_t)b->resamples, at = (size_t)r, defined = 0;
	struct tally all = { 0 };
	double macro = 0, weighted = 0;

	for (size_t j = 0; j < b->k; j++) {
		double below = t[j].y + t[j].pred;
		double f1 = below > 0 ? 2 * t[j].tp / below : NAN;

		b->value[(BOOT_LABELS + j) * stride + at] = f1;
		all.tp += t[j].tp;
		all.y += t[j].y;
		all.pred += t[j].pred;
		if (below > 0) {
			macro += f1;
			weighted += f1 * t[j].y;
			defined++;
		}
	}
	b->value[BOOT_ACCURACY * stride + at] = exact / (double)b->n;
	b->value[BOOT_MICRO * stride + at] = all.y + all.pred > 0 ?
	    2 * all.tp / (all.y + all.pred) : NAN;
	b->value[BOOT_MACRO * stride + at] =
	    defined > 0 ? macro / (double)defined : NAN;
	b->value[BOOT_WEIGHTED * stride + at] = all.y > 0 ?
	    weighted / all.y : defined > 0 ? macro / (double)defined : NAN;
}

static void
boot_probabilities(struct boot *b, int r, const uint32_t *count)
{
	struct prob_scores s = judged_score(&b->judged, count);
	size_t stride = (size_t)b->resamples, at = (size_t)r;

	b->value[BOOT_AUC * stride + at] = s.roc_auc;
	b->value[BOOT_BRIER * stride + at] = s.brier;
	b->value[BOOT_LOSS * stride + at] = s.log_loss;
	b->value[BOOT_ECE * stride + at] = s.ece;
}

static void
boot_one(void *arg, size_t r)
{
	struct boot *b = arg;
	struct tally *t = NULL;
	uint32_t *count = NULL;
	double exact = 0;
	struct rng rng;

	if (atomic_load(&b->failed) || progress_step(b->progress, 1))
		return;
	t = try_alloc(b->k, sizeof *t, NULL);
	count = try_alloc(b->n, sizeof *count, NULL);
	if (t == NULL || count == NULL) {
		atomic_store(&b->failed, true);
		goto out;
	}
	memset(t, 0, b->k * sizeof *t);
	memset(count, 0, b->n * sizeof *count);
	rng_seed(&rng, b->seed + r * 0x9e3779b97f4a7c15);
	for (size_t i = 0; i < b->n; i++)
		count[(unsigned __int128)rng_next(&rng) * b->n >> 64]++;
	for (size_t i = 0; i < b->n; i++) {
		double c = count[i];

		if (count[i] == 0)
			continue;
		exact += c * b->exact[i];
		for (size_t e = b->first[i]; e < b->first[i + 1]; e++) {
			const struct mark *m = &b->mark[e];

			t[m->label].y += m->y ? c : 0;
			t[m->label].pred += m->pred ? c : 0;
			t[m->label].tp += m->y && m->pred ? c : 0;
		}
	}
	boot_scores(b, (int)r, t, exact);
	if (b->judged.prob != NULL)
		boot_probabilities(b, (int)r, count);
out:
	free(count);
	free(t);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The p-quantile of sorted values, between neighbours by straight line. */
static double
quantile(const double *v, size_t n, double p)
{
	double at = p * (double)(n - 1);
	size_t i = (size_t)at;

	return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[i];
}

struct interval
percentiles(double *v, int resamples, double point)
{
	size_t n = 0;

	for (int i = 0; i < resamples; i++)
		if (!isnan(v[i]))
			v[n++] = v[i];
	if (n == 0 || isnan(point))
		return (struct interval){ NAN, NAN };
	qsort(v, n, sizeof *v, by_value);
	return (struct interval){ quantile(v, n, 0.025),
		quantile(v, n, 0.975) };
}

/* Fill value. */
static int
boot_values(struct boot *b, int threads, struct err *err)
{
	size_t stride = (size_t)b->resamples;

	b->value = try_alloc((BOOT_LABELS + b->k) * stride, sizeof *b->value,
	    err);
	if (b->value == NULL)
		return -1;
	progress_phase(b->progress, "resampling", stride);
	parallel_for(stride, stride * b->n < 1 << 16 ? 1 : threads, boot_one,
	    b);
	if (atomic_load(&b->failed))
		return err_set(err, "out of memory");
	if (progress_cancelled(b->progress))
		return progress_stopped(err);
	return 0;
}

static struct interval
boot_interval(const struct boot *b, size_t what, double point)
{
	return percentiles(b->value + what * (size_t)b->resamples,
	    b->resamples, point);
}

/*
 * Chance makes a calibration error, never less of one: resamples have more of
 * it than the texts, as these have more than all that there are. So what
 * resamples add is taken off (the basic interval of Davison and Hinkley 1997,
 * 5.2): percentiles would never hold the 0 of a calibrated model.
 */
static struct interval
beyond_chance(struct interval ci, double point)
{
	if (isnan(point))
		return ci;
	return (struct interval){ fmax(2 * point - ci.hi, 0),
		fmax(2 * point - ci.lo, point) };
}

static int
boot_run(struct boot *b, struct metrics *m, int threads, struct err *err)
{
	struct prob_intervals *p = &m->prob_ci;

	if (boot_values(b, threads, err) < 0)
		return -1;
	m->accuracy_ci = boot_interval(b, BOOT_ACCURACY, m->accuracy);
	m->f1_micro_ci = boot_interval(b, BOOT_MICRO, m->micro.f1);
	m->f1_macro_ci = boot_interval(b, BOOT_MACRO, m->macro.f1);
	m->f1_weighted_ci = boot_interval(b, BOOT_WEIGHTED, m->weighted.f1);
	for (size_t j = 0; j < b->k; j++)
		m->label[j].f1_ci = boot_interval(b, BOOT_LABELS + j,
		    m->label[j].f1);
	if (b->judged.prob == NULL)
		return 0;
	m->prob = judged_score(&b->judged, NULL);
	p->roc_auc = boot_interval(b, BOOT_AUC, m->prob.roc_auc);
	p->brier = boot_interval(b, BOOT_BRIER, m->prob.brier);
	p->log_loss = boot_interval(b, BOOT_LOSS, m->prob.log_loss);
	p->ece = beyond_chance(boot_interval(b, BOOT_ECE, m->prob.ece),
	    m->prob.ece);
	return 0;
}

static void
boot_free(struct boot *b)
{
	free(b->first);
	free(b->mark);
	free(b->exact);
	judged_free(&b->judged);
	free(b->value);
}

static int
boot_alloc(struct boot *b, const struct metrics *m, size_t marks,
    struct err *err)
{
	b->n = m->n;
	b->k = m->k;
	b->first = try_alloc(m->n + 1, sizeof *b->first, err);
	b->mark = try_alloc(marks, sizeof *b->mark, err);
	b->exact = try_alloc(m->n, sizeof *b->exact, err);
	if (b->first == NULL || b->mark == NULL || b->exact == NULL)
		return -1;
	return b->resamples > 0 ? 0 :
	    err_set(err, "intervals need at least one resample");
}

static int
boot_classes(struct boot *b, const struct metrics *m, const int *y,
    const int *pred, struct err *err)
{
	size_t at = 0;

	if (boot_alloc(b, m, 2 * m->n, err) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++) {
		bool right = y[i] == pred[i];

		b->first[i] = at;
		b->exact[i] = right;
		b->mark[at++] = (struct mark){ (uint32_t)y[i], true, right };
		if (!right)
			b->mark[at++] = (struct mark){ (uint32_t)pred[i],
				false, true };
	}
	b->first[m->n] = at;
	return 0;
}

/* What follows the marks, of which rc says whether they were made. */
static int
boot_end(struct boot *b, struct metrics *m, int rc, const int *classes,
    const uint8_t *labels, const float *prob, int threads, struct err *err)
{
	if (rc == 0 && prob != NULL)
		rc = judged_make(&b->judged, classes, labels, prob, m->n,
		    m->k, threads, err);
	if (rc == 0)
		rc = boot_run(b, m, threads, err);
	boot_free(b);
	return rc;
}

int
metrics_bootstrap(struct metrics *m, const int *y, const int *pred,
    const float *prob, int resamples, uint64_t seed, int threads,
    struct progress *progress, struct err *err)
{
	struct boot b = { .resamples = resamples, .seed = seed,
		.progress = progress };
	int rc = boot_classes(&b, m, y, pred, err);

	return boot_end(&b, m, rc, y, NULL, prob, threads, err);
}

static int
boot_labels(struct boot *b, const struct metrics *m, const uint8_t *y,
    const uint8_t *pred, struct err *err)
{
	size_t at = 0, marks = 0, k = m->k;

	for (size_t i = 0; i < m->n * k; i++)
		marks += (y[i] | pred[i]) != 0;
	if (boot_alloc(b, m, marks, err) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++) {
		b->first[i] = at;
		b->exact[i] = true;
		for (size_t j = 0; j < k; j++) {
			bool a = y[i * k + j] != 0, c = pred[i * k + j] != 0;

			if (a || c)
				b->mark[at++] =
				    (struct mark){ (uint32_t)j, a, c };
			if (a != c)
				b->exact[i] = false;
		}
	}
	b->first[m->n] = at;
	return 0;
}

int
metrics_bootstrap_multilabel(struct metrics *m, const uint8_t *y,
    const uint8_t *pred, const float *prob, int resamples, uint64_t seed,
    int threads, struct progress *progress, struct err *err)
{
	struct boot b = { .resamples = resamples, .seed = seed,
		.progress = progress };
	int rc = boot_labels(&b, m, y, pred, err);

	return boot_end(&b, m, rc, NULL, y, prob, threads, err);
}

/* ---- two at once ---- */

static int
boot_side(struct boot *b, struct metrics *m, bool multilabel, const void *y,
    const void *pred, size_t n, size_t k, struct err *err)
{
	if (multilabel)
		return metrics_multilabel(m, y, pred, n, k, err) < 0 ||
		    boot_labels(b, m, y, pred, err) < 0 ? -1 :
		    boot_values(b, 0, err);
	return metrics_classes(m, y, pred, n, k, err) < 0 ||
	    boot_classes(b, m, y, pred, err) < 0 ? -1 :
	    boot_values(b, 0, err);
}

/* Resample r is the same texts on both sides: it comes from the seed. */
int
metrics_compare(struct metrics_difference *d, bool multilabel, const void *y,
    const void *a, const void *b, size_t n, size_t k, int resamples,
    uint64_t seed, struct progress *progress, struct err *err)
{
	struct boot one = { .resamples = resamples, .seed = seed,
		.progress = progress }, two = one;
	size_t stride = (size_t)resamples;
	struct metrics m = { 0 }, o = { 0 };
	int rc = -1;

	if (boot_side(&one, &m, multilabel, y, a, n, k, err) < 0 ||
	    boot_side(&two, &o, multilabel, y, b, n, k, err) < 0)
		goto out;
	for (size_t i = 0; i < (BOOT_MACRO + 1) * stride; i++)
		one.value[i] -= two.value[i];
	d->accuracy = m.accuracy - o.accuracy;
	d->f1_macro = m.macro.f1 - o.macro.f1;
	d->accuracy_ci = percentiles(one.value + BOOT_ACCURACY * stride,
	    resamples, d->accuracy);
	d->f1_macro_ci = percentiles(one.value + BOOT_MACRO * stride,
	    resamples, d->f1_macro);
	rc = 0;
out:
	boot_free(&one);
	boot_free(&two);
	metrics_free(&m);
	metrics_free(&o);
	return rc;
}
