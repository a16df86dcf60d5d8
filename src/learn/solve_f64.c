/*
 * The optimiser in double precision: for tolerances that floats don't reach.
 */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/mat.h"

#define REAL double
#define F(x) x##_f64
#define GEMM cblas_dgemm
#define SYRK cblas_dsyrk
#define DOT cblas_ddot
#define AXPY cblas_daxpy
#define SYEVD dsyevd_
#define ROUNDING 1e-15
#define HISTORY(n) 40
#define MAX_ROTATE 2048

extern void dsyevd_(const char *jobz, const char *uplo, const int *n,
    double *a, const int *lda, double *w, double *work, const int *lwork,
    int *iwork, const int *liwork, int *info);

struct state_f64;
static void link_f64(struct state_f64 *s, size_t i, size_t rows, double *out,
    double *loss);
static void residual_f64(struct state_f64 *s, size_t i, size_t rows,
    double *out);

static void
sparse_rows_f64(double *out, size_t rows, size_t ld, const int64_t *ptr,
    const int32_t *col, const float *val, const double *b)
{
	for (size_t i = 0; i < rows; i++, out += ld)
		for (int64_t e = ptr[i]; e < ptr[i + 1]; e++) {
			const double *row = b + (size_t)col[e] * ld;

			for (size_t j = 0; j < ld; j++)
				out[j] += (double)val[e] * row[j];
		}
}

/* out (rows,ld) += sum over t of a[r * row_step + t * term_step] times row t
 * of b; one of the steps is 1 or both are 0. */
static void
product_f64(double *out, size_t rows, size_t ld, const double *a,
    size_t row_step, size_t term_step, const double *b, size_t terms)
{
	bool along = term_step == 1;

	if (row_step == 0)
		for (size_t t = 0; t < terms; t++)
			cblas_daxpy((int)ld, *a, b + t * ld, 1, out, 1);
	else if (rows > 0 && terms > 0)
		cblas_dgemm(CblasRowMajor, along ? CblasNoTrans : CblasTrans,
		    CblasNoTrans, (int)rows, (int)ld, (int)terms, 1, a,
		    (int)(along ? row_step : term_step), b, (int)ld, 1, out,
		    (int)ld);
}

#include "solve.h"

static void
softmax_row(const struct state_f64 *s, double *v, int y, double weight,
    double *loss)
{
	double top = -INFINITY, own = v[y] + s->bias[y], sum = 0;
	size_t k = s->p->k;

	for (size_t j = 0; j < k; j++) {
		v[j] += s->bias[j];
		top = v[j] > top ? v[j] : top;
	}
	for (size_t j = 0; j < k; j++) {
		v[j] = exp(v[j] - top);
		sum += v[j];
	}
	for (size_t j = 0; j < k; j++)
		v[j] /= sum;
	*loss += weight * (log(fmax(sum, 1)) + top - own); /* >= 1: the top */
}

static void
sigmoid_row(const struct state_f64 *s, double *v, const uint8_t *t,
    double weight, double *loss)
{
	for (size_t j = 0; j < s->p->k; j++) {
		double a = v[j] + s->bias[j], e = exp(-fabs(a));
		double w = weight * (t[j] ? s->pos[j] : s->neg[j]);

		v[j] = (a > 0 ? 1 : e) / (1 + e);
		*loss += w * ((a > 0 ? a : 0) - (t[j] ? a : 0) + log1p(e));
	}
}

static void
link_f64(struct state_f64 *s, size_t i, size_t rows, double *out,
    double *loss)
{
	const struct problem *p = s->p;

	for (size_t r = 0; r < rows; r++, out += s->ld)
		if (p->class != NULL)
			softmax_row(s, out, p->class[i + r], p->weight[i + r],
			    loss);
		else
			sigmoid_row(s, out, s->target + (i + r) * s->ld,
			    p->weight[i + r], loss);
}

static void
residual_f64(struct state_f64 *s, size_t i, size_t rows, double *out)
{
	const struct problem *p = s->p;

	for (size_t r = 0; r < rows; r++, out += s->ld) {
		const uint8_t *t = p->class != NULL ?
		    NULL : s->target + (i + r) * s->ld;
		double w = p->weight[i + r];

		if (p->class != NULL)
			out[p->class[i + r]] -= 1;
		for (size_t j = 0; j < p->k; j++)
			out[j] = p->class != NULL ? out[j] * w :
			    (out[j] - t[j]) * w *
			    (t[j] ? s->pos[j] : s->neg[j]);
	}
}
