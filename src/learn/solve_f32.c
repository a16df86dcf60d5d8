/*
 * The optimiser in single precision: what users run.
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

#define REAL float
#define F(x) x##_f32
#define GEMM cblas_sgemm
#define SYRK cblas_ssyrk
#define DOT cblas_sdot
#define AXPY cblas_saxpy
#define SYEVD ssyevd_
#define ROUNDING 2e-8
/* Pairs kept: few where evaluating costs little more than they do. */
#define HISTORY(n) ((n) < 800 ? 8 : (n) > 2400 ? 24 : (n) / 100)
#define MAX_ROTATE 2048

extern void ssyevd_(const char *jobz, const char *uplo, const int *n,
    float *a, const int *lda, float *w, float *work, const int *lwork,
    int *iwork, const int *liwork, int *info);

struct state_f32;
static void link_f32(struct state_f32 *s, size_t i, size_t rows, float *out,
    double *loss);
static void residual_f32(struct state_f32 *s, size_t i, size_t rows,
    float *out);

static void
sparse_rows_f32(float *out, size_t rows, size_t ld, const int64_t *ptr,
    const int32_t *col, const float *val, const float *b)
{
	kernels_for(ld)->sparse(out, rows, ld, ptr, col, val, b);
}

static void
product_f32(float *out, size_t rows, size_t ld, const float *a,
    size_t row_step, size_t term_step, const float *b, size_t terms)
{
	kernels_for(ld)->dense(out, rows, ld, a, row_step, term_step, b,
	    terms);
}

#include "solve.h"

/* Scores to probabilities. */
static void
link_f32(struct state_f32 *s, size_t i, size_t rows, float *out,
    double *loss)
{
	const struct problem *p = s->p;

	if (p->class != NULL)
		kernels_for(s->ld)->softmax(out, rows, s->ld, s->bias,
		    p->class + i, p->weight + i, loss);
	else
		kernels_for(s->ld)->sigmoid(out, rows, s->ld, s->bias,
		    s->target + i * s->ld, p->weight + i, s->pos, s->neg,
		    loss);
}

/* Probabilities to the derivative by the scores. */
static void
residual_f32(struct state_f32 *s, size_t i, size_t rows, float *out)
{
	const struct problem *p = s->p;

	if (p->class != NULL)
		kernels_for(s->ld)->softmax_residual(out, rows, s->ld,
		    p->class + i, p->weight + i);
	else
		kernels_for(s->ld)->sigmoid_residual(out, rows, s->ld,
		    s->target + i * s->ld, p->weight + i, s->pos, s->neg);
}
