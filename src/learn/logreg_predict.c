/*
 * Probabilities from a fitted model.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/logreg.h"

struct predict {
	const struct logreg *m;
	const struct features *x;
	float *prob;	  /* (n,k) */
	size_t ld, chunk; /* k and padding; rows at a time */
	float *w;	  /* (d,ld) */
	float *bias;	  /* (ld) */
	double *inverse;  /* (d_dense) */
	float *zeros;	  /* (ld) weights of a loss that nobody asked for */
	struct progress *progress;
	atomic_bool failed;
};

/* Scores of some rows into out (rows,ld), from x (rows,d_dense) scaled. */
static void
predict_scores(const struct predict *p, size_t i, size_t rows, float *x,
    float *out)
{
	const struct logreg *m = p->m;
	const struct kernels *k = kernels_for(p->ld), *wide = kernels_for(16);
	size_t d = m->d_dense;

	memset(out, 0, rows * p->ld * sizeof *out);
	for (size_t r = 0; r < rows && d > 0; r++)
		wide->standardise(p->x->dense->v +
		    features_row(p->x->rows, i + r) * d, d, m->mean,
		    p->inverse, x + r * d);
	k->dense(out, rows, p->ld, x, d, 1, p->w, d);
	for (size_t r = 0; r < rows && m->d_sparse > 0; r++)
		k->sparse(out + r * p->ld, 1, p->ld, p->x->sparse->ptr +
		    features_row(p->x->rows, i + r), p->x->sparse->col,
		    p->x->sparse->val, p->w + d * p->ld);
}

static void
predict_chunk(void *arg, size_t c)
{
	struct predict *p = arg;
	const struct logreg *m = p->m;
	const struct kernels *k = kernels_for(p->ld);
	size_t i = c * p->chunk, rows = p->x->n - i, ld = p->ld;
	float *x, *out;
	uint8_t *t;
	double *weight, loss = 0;

	if (rows > p->chunk)
		rows = p->chunk;
	if (atomic_load(&p->failed) || progress_step(p->progress, rows))
		return;
	x = try_alloc(rows * m->d_dense, sizeof *x, NULL);
	out = try_alloc(rows * ld, sizeof *out, NULL);
	t = try_alloc(rows, ld, NULL);
	weight = try_alloc(rows, sizeof *weight, NULL);
	if (x == NULL || out == NULL || t == NULL || weight == NULL) {
		atomic_store(&p->failed, true);
		goto out;
	}
	memset(t, 0, rows * ld);
	memset(weight, 0, rows * sizeof *weight);
	predict_scores(p, i, rows, x, out);
	if (m->multilabel)
		k->sigmoid(out, rows, ld, p->bias, t, weight, p->zeros,
		    p->zeros, &loss);
	else
		k->softmax(out, rows, ld, p->bias, NULL, weight, &loss);
	for (size_t r = 0; r < rows; r++)
		memcpy(p->prob + (i + r) * m->k, out + r * ld,
		    m->k * sizeof *out);
out:
	free(weight);
	free(t);
	free(out);
	free(x);
}

static int
predict_prepare(struct predict *p, struct err *err)
{
	const struct logreg *m = p->m;
	size_t d = m->d_dense + m->d_sparse, ld;

	p->ld = ld = m->k <= 4 ? 4 : m->k <= 8 ? 8 : (m->k + 15) / 16 * 16;
	p->chunk = 512;
	p->w = try_alloc(d * ld, sizeof *p->w, err);
	p->bias = try_alloc(ld, sizeof *p->bias, err);
	p->zeros = try_alloc(ld, sizeof *p->zeros, err);
	p->inverse = try_alloc(m->d_dense, sizeof *p->inverse, err);
	if (p->w == NULL || p->bias == NULL || p->zeros == NULL ||
	    p->inverse == NULL)
		return -1;
	memset(p->w, 0, d * ld * sizeof *p->w);
	memset(p->zeros, 0, ld * sizeof *p->zeros);
	for (size_t i = 0; i < d; i++)
		memcpy(p->w + i * ld, m->w + i * m->k, m->k * sizeof *m->w);
	for (size_t j = 0; j < ld; j++)
		p->bias[j] = j < m->k ? (float)m->bias[j] : -INFINITY;
	for (size_t j = 0; j < m->d_dense; j++)
		p->inverse[j] = 1 / m->scale[j];
	return 0;
}

int
logreg_predict(const struct logreg *m, const struct features *x,
    float *prob, int threads, struct progress *progress, struct err *err)
{
	struct predict p = { .m = m, .x = x, .prob = prob,
		.progress = progress };
	size_t d = x->dense != NULL ? x->dense->d : 0;
	int rc = -1;

	if (d != m->d_dense ||
	    (x->sparse != NULL ? x->sparse->d : 0) != m->d_sparse)
		return err_set(err, "the model was learned from %zu features, "
		    "here there are %zu", m->d_dense + m->d_sparse,
		    features_dim(x));
	if (predict_prepare(&p, err) < 0)
		goto out;
	progress_phase(progress, "predicting", x->n);
	parallel_for((x->n + p.chunk - 1) / p.chunk,
	    x->n * d * m->k < (size_t)1 << 23 ? 1 : threads, predict_chunk,
	    &p);
	if (atomic_load(&p.failed))
		err_set(err, "out of memory");
	else if (progress_cancelled(progress))
		progress_stopped(err);
	else
		rc = 0;
out:
	free(p.inverse);
	free(p.zeros);
	free(p.bias);
	free(p.w);
	return rc;
}
