/*
 * Logistic regression around the optimiser: classes that occur, weights,
 * scaling, where to begin, and what the model keeps.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/logreg.h"
#include "tagtiger/scaler.h"

#define PRECISE 2e-6 /* below this tolerance doubles are used */
#define SLOTS	16

/* A fit in the making: the problem that the optimiser sees has a column for
 * each label that can be learned (one for two classes). */
struct fit {
	const struct features *x;
	const struct logreg_opts *opts;
	struct logreg *m;
	struct problem p;
	bool precise, raw;
	size_t n, d, k;
	size_t *column;	   /* (k) label -> the problem's column, or k */
	size_t first;	   /* of two classes: the one with zero weights */
	int *class;	   /* (n) */
	uint8_t *target;   /* (n,p.k) */
	double *weight;	   /* (n) */
	double *pos, *neg; /* (p.k) */
	double *prior;	   /* (p.k) bias to begin at */
	double *w;	   /* (d+1,p.k) */
	struct csr sparse;
	struct scaler scaler;
	double *inverse;   /* (d_dense) 1 / scale */
};

size_t
features_dim(const struct features *x)
{
	return (x->dense != NULL ? x->dense->d : 0) +
	    (x->sparse != NULL ? x->sparse->d : 0);
}

static int
features_gather_sparse(const struct features *x, struct csr *out,
    struct err *err)
{
	const struct csr *from = x->sparse;
	size_t nnz = 0;

	for (size_t i = 0; i < x->n; i++) {
		size_t r = features_row(x->rows, i);

		nnz += (size_t)(from->ptr[r + 1] - from->ptr[r]);
	}
	if (csr_alloc(out, x->n, from->d, nnz, err) < 0)
		return -1;
	for (size_t i = 0; i < x->n; i++) {
		size_t r = features_row(x->rows, i);
		int64_t at = from->ptr[r], len = from->ptr[r + 1] - at;

		memcpy(out->col + out->ptr[i], from->col + at,
		    (size_t)len * sizeof *out->col);
		memcpy(out->val + out->ptr[i], from->val + at,
		    (size_t)len * sizeof *out->val);
		out->ptr[i + 1] = out->ptr[i] + len;
	}
	return 0;
}

void
logreg_free(struct logreg *m)
{
	free(m->label);
	free(m->w);
	free(m->bias);
	free(m->mean);
	free(m->scale);
	*m = (struct logreg){ 0 };
}

int
logreg_alloc(struct logreg *m, size_t k, size_t d_dense, size_t d_sparse,
    struct err *err)
{
	size_t d = d_dense + d_sparse;

	*m = (struct logreg){ .k = k, .d_dense = d_dense,
		.d_sparse = d_sparse };
	m->label = try_alloc(k, sizeof *m->label, err);
	m->bias = try_alloc(k, sizeof *m->bias, err);
	m->mean = try_alloc(d_dense, sizeof *m->mean, err);
	m->scale = try_alloc(d_dense, sizeof *m->scale, err);
	m->w = try_alloc(d * k, sizeof *m->w, err);
	if (m->label == NULL || m->bias == NULL || m->mean == NULL ||
	    m->scale == NULL || m->w == NULL) {
		logreg_free(m);
		return -1;
	}
	memset(m->w, 0, d * k * sizeof *m->w);
	return 0;
}

static void
fit_free(struct fit *f)
{
	free(f->column);
	free(f->class);
	free(f->target);
	free(f->weight);
	free(f->pos);
	free(f->neg);
	free(f->prior);
	free(f->w);
	free(f->inverse);
	free(f->p.x);
	csr_free(&f->sparse);
	scaler_free(&f->scaler);
}

static int
fit_init(struct fit *f, size_t k, struct err *err)
{
	const struct features *x = f->x;
	const struct logreg_opts *o = f->opts;

	f->n = x->n;
	f->d = features_dim(x);
	f->k = k;
	f->precise = o->tol < PRECISE;
	f->p.n = x->n;
	f->p.d_dense = x->dense != NULL ? x->dense->d : 0;
	f->p.d_sparse = x->sparse != NULL ? x->sparse->d : 0;
	f->raw = o->raw || f->p.d_dense == 0;
	f->column = try_alloc(k, sizeof *f->column, err);
	f->weight = try_alloc(f->n, sizeof *f->weight, err);
	f->pos = try_alloc(k, sizeof *f->pos, err);
	f->neg = try_alloc(k, sizeof *f->neg, err);
	f->prior = try_alloc(k, sizeof *f->prior, err);
	if (f->column == NULL || f->weight == NULL || f->pos == NULL ||
	    f->neg == NULL || f->prior == NULL)
		return -1;
	if (x->n == 0)
		return err_set(err, "no annotated text to learn from");
	if (f->d == 0)
		return err_set(err, "no feature to learn from");
	if (!(o->c > 0) || !(o->tol > 0))
		return err_set(err, "C and the tolerance must be above 0");
	for (size_t i = 0; i < f->n; i++) {
		f->weight[i] = o->c;
		if (o->weight != NULL)
			f->weight[i] *= (double)o->weight[i];
		if (!(f->weight[i] >= 0))
			return err_set(err, "a text's weight is negative");
	}
	return 0;
}

/* Classes: those that occur get the problem's columns, in order. */
static int
fit_classes(struct fit *f, const int *y, struct err *err)
{
	double *total = f->pos, all = 0, factor; /* weight by class */
	size_t found = 0;

	memset(total, 0, f->k * sizeof *total);
	f->class = try_alloc(f->n, sizeof *f->class, err);
	if (f->class == NULL)
		return -1;
	for (size_t j = 0; j < f->k; j++)
		f->column[j] = f->k;
	for (size_t i = 0; i < f->n; i++) {
		if (y[i] < 0 || (size_t)y[i] >= f->k)
			return err_set(err, "text %zu has class %d of %zu",
			    i, y[i], f->k);
		f->column[y[i]] = 0;
		total[y[i]] += f->weight[i];
		all += f->weight[i];
	}
	for (size_t j = 0; j < f->k; j++)
		if (f->column[j] == 0)
			f->column[j] = found++;
	if (found < 2)
		return err_set(err, "all annotated texts have the same label: "
		    "annotate some with another one first");
	for (size_t i = 0; i < f->n; i++) {
		f->class[i] = (int)f->column[y[i]];
		factor = total[y[i]] > 0 ?
		    all / ((double)found * total[y[i]]) : 1;
		if (f->opts->balanced)
			f->weight[i] *= factor;
	}
	for (size_t j = 0; j < f->k; j++)
		if (f->column[j] < found)
			f->prior[f->column[j]] = f->opts->balanced ? 0 :
			    log(fmax(total[j], 1e-6 * all) / all);
	f->p.k = found;
	f->p.class = f->class;
	return 0;
}

/* Two classes: one column, on the second. */
static int
fit_binary(struct fit *f, struct err *err)
{
	f->target = try_alloc(f->n, 1, err);
	if (f->target == NULL)
		return -1;
	for (size_t i = 0; i < f->n; i++)
		f->target[i] = (uint8_t)f->class[i];
	for (size_t j = 0; j < f->k; j++)
		if (f->column[j] == 0)
			f->first = j;
	for (size_t j = 0; j < f->k; j++)
		if (f->column[j] <= 1)
			f->column[j] = j == f->first ? f->k : 0;
	f->prior[0] = f->prior[1] - f->prior[0];
	f->pos[0] = f->neg[0] = 1;
	f->p.k = 1;
	f->p.class = NULL;
	f->p.target = f->target;
	return 0;
}

static int
fit_labels(struct fit *f, const uint8_t *y, struct err *err)
{
	size_t found = 0, n = f->n, k = f->k;

	for (size_t j = 0; j < k; j++) {
		double with = 0, all = 0;

		for (size_t i = 0; i < n; i++) {
			if (y[i * k + j] > 1)
				return err_set(err,
				    "a target is neither 0 nor 1");
			with += y[i * k + j] * f->weight[i];
			all += f->weight[i];
		}
		f->column[j] = k;
		f->m->bias[j] = with > 0 ? INFINITY : -INFINITY;
		if (with <= 0 || with >= all)
			continue;
		f->pos[found] = f->opts->balanced ? all / (2 * with) : 1;
		f->neg[found] =
		    f->opts->balanced ? all / (2 * (all - with)) : 1;
		f->prior[found] =
		    f->opts->balanced ? 0 : log(with / (all - with));
		f->column[j] = found++;
	}
	if (found == 0)
		return err_set(err, "no label stands on some of the texts and "
		    "not on others: annotate more first");
	f->target = try_alloc(n * found, 1, err);
	if (f->target == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < k; j++)
			if (f->column[j] < k)
				f->target[i * found + f->column[j]] =
				    y[i * k + j];
	f->p.k = found;
	f->p.target = f->target;
	return 0;
}

static void
scale_slot(void *arg, size_t slot)
{
	struct fit *f = arg;
	size_t d = f->p.d_dense, end = f->n * (slot + 1) / SLOTS;
	const double *mean = f->scaler.mean;
	const struct kernels *kernels = kernels_for(16);

	for (size_t i = f->n * slot / SLOTS; i < end; i++) {
		const float *row = f->x->dense->v +
		    features_row(f->x->rows, i) * d;
		double *out = (double *)f->p.x + (f->precise ? i * d : 0);

		if (!f->precise)
			kernels->standardise(row, d, mean, f->inverse,
			    (float *)f->p.x + i * d);
		for (size_t j = 0; j < d && f->precise; j++)
			out[j] = ((double)row[j] - mean[j]) / f->scaler.scale[j];
	}
}

/* The dense part scaled, the sparse part gathered. */
static int
fit_features(struct fit *f, struct err *err)
{
	size_t d = f->p.d_dense, size = f->precise ? 8 : 4;
	int threads = f->n * d < (size_t)1 << 20 ? 1 : f->opts->threads;

	if (f->p.d_sparse > 0) {
		if (features_gather_sparse(f->x, &f->sparse, err) < 0)
			return -1;
		for (int64_t e = 0; e < f->sparse.ptr[f->n]; e++)
			if (!isfinite(f->sparse.val[e]))
				return err_set(err, "a value of feature %d "
				    "is not a finite number",
				    (int)f->sparse.col[e] + 1);
		f->p.sparse = &f->sparse;
	}
	if (d == 0)
		return 0;
	if (scaler_fit(&f->scaler, f->x, threads, err) < 0)
		return -1;
	f->inverse = try_alloc(d, sizeof *f->inverse, err);
	f->p.x = try_alloc(f->n * d, size, err);
	if (f->inverse == NULL || f->p.x == NULL)
		return -1;
	for (size_t j = 0; j < d; j++) {
		if (!isfinite(f->scaler.mean[j] + f->scaler.scale[j]))
			return err_set(err, "a value of dense feature %zu is "
			    "not a finite number", j + 1);
		if (f->raw) {
			f->scaler.mean[j] = 0;
			f->scaler.scale[j] = 1;
		}
		f->inverse[j] = 1 / f->scaler.scale[j];
	}
	memcpy(f->m->mean, f->scaler.mean, d * sizeof *f->m->mean);
	memcpy(f->m->scale, f->scaler.scale, d * sizeof *f->m->scale);
	parallel_for(SLOTS, threads, scale_slot, f);
	return 0;
}

/* The earlier model's column of a label, or -1. */
static ptrdiff_t
earlier(const struct logreg *start, int64_t label)
{
	for (size_t j = 0; j < start->k; j++)
		if (start->label[j] == label)
			return isfinite(start->bias[j]) ? (ptrdiff_t)j : -1;
	return -1;
}

/* Add the earlier model's column to one of w, in today's scale. */
static void
begin_column(struct fit *f, const struct logreg *start, size_t from,
    size_t to, double sign)
{
	double bias = start->bias[from];

	for (size_t i = 0; i < f->d; i++) {
		double v = (double)start->w[i * start->k + from];

		if (i < f->p.d_dense) {
			v /= start->scale[i];
			bias += v * (f->scaler.mean[i] - start->mean[i]);
			v *= f->scaler.scale[i];
		}
		f->w[i * f->p.k + to] += sign * v;
	}
	f->w[f->d * f->p.k + to] += sign * bias;
}

/* Softmax: only differences between classes count, and the shortest W has
 * mean zero over them. */
static void
begin_centre(struct fit *f)
{
	size_t k = f->p.k;

	for (size_t i = 0; i < f->d; i++) {
		double mean = 0;

		for (size_t j = 0; j < k; j++)
			mean += f->w[i * k + j] / (double)k;
		for (size_t j = 0; j < k; j++)
			f->w[i * k + j] -= mean;
	}
}

/* Where to begin: priors, and over them what the earlier model knows. */
static int
fit_begin(struct fit *f, struct err *err)
{
	const struct logreg *start = f->opts->start;
	double shift = 0, known = 0;
	size_t k = f->p.k;

	f->w = try_alloc((f->d + 1) * k, sizeof *f->w, err);
	if (f->w == NULL)
		return -1;
	memset(f->w, 0, (f->d + 1) * k * sizeof *f->w);
	memcpy(f->w + f->d * k, f->prior, k * sizeof *f->w);
	if (start == NULL || start->multilabel != f->m->multilabel ||
	    start->d_dense != f->p.d_dense || start->d_sparse != f->p.d_sparse)
		return 0;
	for (size_t j = 0; j < f->k; j++) {
		ptrdiff_t from = earlier(start, f->m->label[j]), zero = -1;
		double *bias = f->w + f->d * k + f->column[j];

		if (f->column[j] == f->k || from < 0)
			continue;
		if (f->class != NULL && k == 1) {
			zero = earlier(start, f->m->label[f->first]);
			if (zero < 0)
				continue;
		}
		*bias = 0;
		begin_column(f, start, (size_t)from, f->column[j], 1);
		if (zero >= 0)
			begin_column(f, start, (size_t)zero, f->column[j], -1);
		shift += *bias - f->prior[f->column[j]];
		known++;
	}
	if (f->p.class == NULL || known == 0)
		return 0;
	for (size_t j = 0; j < f->k; j++) /* new classes beside the old */
		if (f->column[j] < f->k && earlier(start, f->m->label[j]) < 0)
			f->w[f->d * k + f->column[j]] += shift / known;
	begin_centre(f);
	return 0;
}

/* From the problem's columns to the labels'. */
static void
fit_store(struct fit *f, const struct solution *s)
{
	struct logreg *m = f->m;
	size_t k = f->k, cols = f->p.k;
	double mean = 0;

	for (size_t j = 0; j < cols && f->p.class != NULL; j++)
		mean += f->w[f->d * cols + j] / (double)cols;
	for (size_t j = 0; j < k; j++) {
		if (f->column[j] == k) {
			if (!m->multilabel)
				m->bias[j] = -INFINITY;
			continue;
		}
		for (size_t i = 0; i < f->d; i++)
			m->w[i * k + j] = (float)f->w[i * cols + f->column[j]];
		m->bias[j] = f->w[f->d * cols + f->column[j]] - mean;
	}
	if (!m->multilabel && cols == 1)
		m->bias[f->first] = 0;
	m->n = f->n;
	m->c = f->opts->c;
	m->balanced = f->opts->balanced;
	m->objective = s->objective;
	m->gap = s->gap;
	m->iterations = s->iterations;
}

static int
fit_run(struct fit *f, const int *y, const uint8_t *multi, size_t k,
    struct progress *progress, struct err *err)
{
	const struct logreg_opts *o = f->opts;
	struct solution s = { 0 };

	if (y == NULL && multi == NULL)
		return err_set(err, "no annotations to learn from");
	if (fit_init(f, k, err) < 0 ||
	    logreg_alloc(f->m, k, f->p.d_dense, f->p.d_sparse, err) < 0)
		return -1;
	f->m->multilabel = multi != NULL;
	for (size_t j = 0; j < k; j++)
		f->m->label[j] = o->label != NULL ? o->label[j] : (int64_t)j;
	if (multi != NULL ? fit_labels(f, multi, err) < 0 :
			    fit_classes(f, y, err) < 0)
		return -1;
	if (multi == NULL && f->p.k == 2 && fit_binary(f, err) < 0)
		return -1;
	if (fit_features(f, err) < 0 || fit_begin(f, err) < 0)
		return -1;
	f->p.weight = f->weight;
	f->p.cancel = o->cancel;
	f->p.pos = f->pos;
	f->p.neg = f->neg;
	s.w = f->w;
	progress_phase(progress, "learning", (size_t)o->max_iter);
	if ((f->precise ? solve_f64 : solve_f32)(&f->p, &s, o->tol,
	    o->max_iter, o->threads, progress, err) < 0)
		return -1;
	fit_store(f, &s);
	return 0;
}

static int
fit(struct logreg *m, const struct features *x, const int *y,
    const uint8_t *multi, size_t k, const struct logreg_opts *opts,
    struct progress *progress, struct err *err)
{
	static const struct logreg_opts defaults = LOGREG_OPTS;
	struct fit f = { .x = x, .m = m,
		.opts = opts != NULL ? opts : &defaults };
	struct logreg made = { 0 };
	int rc;

	f.m = &made; /* opts->start may be m itself */
	rc = fit_run(&f, y, multi, k, progress, err);
	fit_free(&f);
	if (rc < 0)
		logreg_free(&made);
	*m = made;
	return rc;
}

int
logreg_fit(struct logreg *m, const struct features *x, const int *y,
    size_t k, const struct logreg_opts *opts, struct progress *progress,
    struct err *err)
{
	return fit(m, x, y, NULL, k, opts, progress, err);
}

int
logreg_fit_multilabel(struct logreg *m, const struct features *x,
    const uint8_t *y, size_t k, const struct logreg_opts *opts,
    struct progress *progress, struct err *err)
{
	return fit(m, x, NULL, y, k, opts, progress, err);
}
