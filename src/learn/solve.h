/*
 * The optimiser behind logistic regression, included once for float
 * (solve_f32.c) and once for double (solve_f64.c). Needs REAL, F(x) to name
 * things, F(product), GEMM, SYRK, DOT, AXPY, SYEVD, HISTORY(n), MAX_ROTATE,
 * and ROUNDING, a little above REAL's relative rounding in a sum.
 *
 * L-BFGS (Nocedal 1980), but not from a multiple of the identity: the Hessian
 *	sum_i weight_i (diag p_i - p_i p_i') x x_i x_i' + I
 * is taken to be a Kronecker product B x A + I of its mean over the classes
 * and its mean over the features, as K-FAC does for networks (Martens and
 * Grosse 2015). A = X'X / n is diagonalised once and the data turned into its
 * eigenvectors, which leaves the penalty as it is; B is made anew at the start
 * and twice later, as probabilities leave 1 / k. In the eigenvectors of both
 * the inverse is a division. On 10,000 embeddings in 40 classes this needs 115
 * evaluations for a gap of 1e-4 where plain L-BFGS needs 290.
 *
 * Work is cut into slots, the same ones whatever the number of threads, and
 * summed in their order.
 */

#define MAX_SLOTS 16
#define MIN_WORK ((size_t)1 << 22) /* multiplications worth a thread */
/* What costs nothing is solved closer: on a few unscaled features the descent
 * rests for a while, and the estimate below takes that for its end. */
#define SMALL_WORK ((size_t)1 << 15)
#define SMALL_TOL 0.1

struct F(state) {
	const struct problem *p;
	size_t ld;	   /* k and padding */
	size_t d, size;	   /* d_dense + d_sparse; (d + 1) * ld */
	size_t chunk;	   /* rows at a time, so that they stay in cache */
	size_t slots;
	int threads;
	bool small;	   /* an evaluation costs next to nothing */
	bool want_b;	   /* this evaluation sums up B too */
	struct csr csc;	   /* transposed copy of p->sparse */
	uint8_t *target;   /* (n,ld) p->target with padding */
	REAL *pos, *neg;   /* (ld) */
	REAL *bias;	   /* (ld) of this evaluation, padding -inf */
	const REAL *z;	   /* (d+1,ld) where to evaluate */

	REAL *score;	   /* (n,ld) or, without sparse, (slots,chunk,ld) */
	REAL *slot_g;	   /* (slots,d_dense+1,ld) */
	REAL *slot_b;	   /* (slots,ld,ld) */
	REAL *slot_p;	   /* (slots,chunk,ld) p times weight, for B */
	double loss[MAX_SLOTS];
	REAL *g;	   /* (d+1,ld) out */

	bool rotated;
	REAL *q;	   /* (d_dense,d_dense) rows: eigenvectors of A */
	REAL *alpha;	   /* (d+1) eigenvalues of A, or its diagonal */
	REAL *u;	   /* (k,k) rows: eigenvectors of B; NULL: identity */
	REAL *beta;	   /* (k) eigenvalues of B */
	REAL *scale;	   /* (d+1,ld) 1 / (alpha beta + 1) */
	REAL *work;	   /* (d+1,ld) */
};

static size_t
F(slot_first)(const struct F(state) *s, size_t slot)
{
	return s->p->n * slot / s->slots;
}

/* Scores of rows [i, i + rows) into out. */
static void
F(scores)(const struct F(state) *s, size_t i, size_t rows, REAL *out)
{
	const struct problem *p = s->p;
	const REAL *x = (const REAL *)p->x + i * p->d_dense;
	size_t ld = s->ld;

	memset(out, 0, rows * ld * sizeof *out);
	F(product)(out, rows, ld, x, p->d_dense, 1, s->z, p->d_dense);
	if (p->sparse != NULL)
		F(sparse_rows)(out, rows, ld, p->sparse->ptr + i,
		    p->sparse->col, p->sparse->val, s->z + p->d_dense * ld);
}

/* B of these rows, from probabilities. */
static void
F(add_b)(struct F(state) *s, size_t slot, size_t i, size_t rows,
    const REAL *prob)
{
	const struct problem *p = s->p;
	size_t ld = s->ld, k = p->k;
	REAL *b = s->slot_b + slot * ld * ld;
	REAL *weighted = s->slot_p + slot * s->chunk * ld;

	for (size_t r = 0; r < rows; r++) {
		const REAL *from = prob + r * ld;
		const uint8_t *t =
		    p->class != NULL ? NULL : s->target + (i + r) * ld;
		REAL w = (REAL)p->weight[i + r];

		for (size_t j = 0; j < k; j++)
			if (p->class != NULL) {
				weighted[r * ld + j] = w * from[j];
				b[j * ld + j] += w * from[j];
			} else
				b[j * ld + j] += w * from[j] * (1 - from[j]) *
				    (t[j] ? s->pos[j] : s->neg[j]);
	}
	if (p->class != NULL)
		GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, (int)k, (int)k,
		    (int)rows, -1, weighted, (int)ld, prob, (int)ld, 1, b,
		    (int)ld);
}

static void
F(eval_slot)(void *arg, size_t slot)
{
	struct F(state) *s = arg;
	const struct problem *p = s->p;
	size_t ld = s->ld, d = p->d_dense, end = F(slot_first)(s, slot + 1);
	REAL *g = s->slot_g + slot * (d + 1) * ld, one = 1;

	s->loss[slot] = 0;
	memset(g, 0, (d + 1) * ld * sizeof *g);
	if (s->want_b)
		memset(s->slot_b + slot * ld * ld, 0, ld * ld * sizeof *g);
	for (size_t i = F(slot_first)(s, slot), rows; i < end; i += rows) {
		REAL *out = p->sparse != NULL ?
		    s->score + i * ld : s->score + slot * s->chunk * ld;
		const REAL *x = (const REAL *)p->x + i * d;

		rows = end - i < s->chunk ? end - i : s->chunk;
		F(scores)(s, i, rows, out);
		F(link)(s, i, rows, out, &s->loss[slot]);
		if (s->want_b)
			F(add_b)(s, slot, i, rows, out);
		F(residual)(s, i, rows, out);
		F(product)(g, d, ld, x, 1, d, out, rows);
		F(product)(g + d * ld, 1, ld, &one, 0, 0, out, rows);
	}
}

/* The gradient's sparse features, from all residuals. */
static void
F(eval_columns)(void *arg, size_t slot)
{
	struct F(state) *s = arg;
	size_t ld = s->ld, d = s->p->d_sparse;
	size_t from = d * slot / s->slots, to = d * (slot + 1) / s->slots;

	F(sparse_rows)(s->g + (s->p->d_dense + from) * ld, to - from, ld,
	    s->csc.ptr + from, s->csc.col, s->csc.val, s->score);
}

/* The objective at z, and its gradient in s->g. */
static double
F(evaluate)(struct F(state) *s, const REAL *z)
{
	const struct problem *p = s->p;
	size_t ld = s->ld, dense = p->d_dense * ld, weights = s->d * ld;
	double f = 0;

	s->z = z;
	for (size_t j = 0; j < p->k; j++)
		s->bias[j] = z[weights + j];
	parallel_for(s->slots, s->threads, F(eval_slot), s);
	memcpy(s->g, z, weights * sizeof *z); /* the penalty's part */
	memset(s->g + weights, 0, ld * sizeof *z);
	for (size_t slot = 0; slot < s->slots; slot++) {
		const REAL *part = s->slot_g + slot * (dense + ld);

		f += s->loss[slot];
		AXPY((int)dense, 1, part, 1, s->g, 1);
		AXPY((int)ld, 1, part + dense, 1, s->g + weights, 1);
	}
	if (p->sparse != NULL)
		parallel_for(s->slots, s->threads, F(eval_columns), s);
	return f + 0.5 * (double)DOT((int)weights, z, 1, z, 1);
}

/* Eigenvectors (rows of a on return) and values of a symmetric matrix. */
static int
F(eigen)(REAL *a /* (n,n) */, size_t n, REAL *values, struct err *err)
{
	int size = (int)n, lwork = -1, liwork = -1, info, iask;
	REAL ask, *work = NULL;
	int *iwork = NULL, rc = -1;

	SYEVD("V", "U", &size, a, &size, values, &ask, &lwork, &iask, &liwork,
	    &info);
	lwork = (int)ask + 1;
	liwork = iask;
	work = try_alloc((size_t)lwork, sizeof *work, err);
	iwork = try_alloc((size_t)liwork, sizeof *iwork, err);
	if (work == NULL || iwork == NULL)
		goto out;
	SYEVD("V", "U", &size, a, &size, values, work, &lwork, iwork, &liwork,
	    &info);
	rc = info == 0 ? 0 :
	    err_set(err, "the features' covariance has no eigenvectors "
	    "(is a value not finite?)");
out:
	free(iwork);
	free(work);
	return rc;
}

/* B's eigenvectors from the last evaluation, and the division. */
static int
F(precondition)(struct F(state) *s, struct err *err)
{
	size_t ld = s->ld, k = s->p->k;
	REAL most = 0;

	for (size_t slot = 1; slot < s->slots; slot++)
		AXPY((int)(ld * ld), 1, s->slot_b + slot * ld * ld, 1,
		    s->slot_b, 1);
	if (s->u == NULL)
		for (size_t j = 0; j < k; j++)
			s->beta[j] = s->slot_b[j * ld + j];
	else {
		for (size_t i = 0; i < k; i++)
			memcpy(s->u + i * k, s->slot_b + i * ld, k * sizeof *s->u);
		if (F(eigen)(s->u, k, s->beta, err) < 0)
			return -1;
	}
	for (size_t j = 0; j < k; j++)
		most = s->beta[j] > most ? s->beta[j] : most;
	for (size_t j = 0; j < k; j++)
		if (!(s->beta[j] > most * (REAL)1e-4))
			s->beta[j] = most > 0 ? most * (REAL)1e-4 : 1;
	for (size_t f = 0; f <= s->d; f++)
		for (size_t j = 0; j < k; j++)
			s->scale[f * ld + j] = f == s->d ?
			    1 / s->beta[j] :
			    1 / (s->alpha[f] * s->beta[j] + 1);
	return 0;
}

/* v (d+1,ld) becomes the inverse of B x A + I times v. */
static void
F(apply)(const struct F(state) *s, REAL *v)
{
	int rows = (int)s->d + 1, k = (int)s->p->k, ld = (int)s->ld;

	if (s->u != NULL) {
		GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, rows, k, k, 1, v,
		    ld, s->u, k, 0, s->work, ld);
		for (size_t i = 0; i < s->size; i++)
			s->work[i] *= s->scale[i];
		GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, k, k, 1,
		    s->work, ld, s->u, k, 0, v, ld);
	} else
		for (size_t i = 0; i < s->size; i++)
			v[i] *= s->scale[i];
}

struct F(rotation) {
	struct F(state) *s;
	REAL *parts;	/* (slots,d,d) */
	REAL *rows;	/* (slots,chunk,d) */
};

static void
F(covariance_slot)(void *arg, size_t slot)
{
	struct F(rotation) *r = arg;
	struct F(state) *s = r->s;
	size_t d = s->p->d_dense, from = F(slot_first)(s, slot);
	size_t n = F(slot_first)(s, slot + 1) - from;

	SYRK(CblasRowMajor, CblasLower, CblasTrans, (int)d, (int)n,
	    (REAL)1 / (REAL)s->p->n, (const REAL *)s->p->x + from * d, (int)d,
	    0, r->parts + slot * d * d, (int)d);
}

static void
F(rotate_slot)(void *arg, size_t slot)
{
	struct F(rotation) *r = arg;
	struct F(state) *s = r->s;
	size_t d = s->p->d_dense, end = F(slot_first)(s, slot + 1);
	REAL *to = r->rows + slot * s->chunk * d;

	for (size_t i = F(slot_first)(s, slot), rows; i < end; i += rows) {
		REAL *x = (REAL *)s->p->x + i * d;

		rows = end - i < s->chunk ? end - i : s->chunk;
		GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows,
		    (int)d, (int)d, 1, x, (int)d, s->q, (int)d, 0, to,
		    (int)d);
		memcpy(x, to, rows * d * sizeof *x);
	}
}

/* Turn the dense features into the eigenvectors of their covariance. */
static int
F(rotate)(struct F(state) *s, REAL *z, struct err *err)
{
	size_t d = s->p->d_dense, slots = s->slots;
	struct F(rotation) r = { .s = s };
	int rc = -1;

	/* Each slot has a whole matrix: fewer slots where these are large. */
	while (s->slots > 1 && s->slots * d * d > (size_t)1 << 22)
		s->slots /= 2;
	s->q = try_alloc(d * d, sizeof *s->q, err);
	r.parts = try_alloc(s->slots * d * d, sizeof *r.parts, err);
	r.rows = try_alloc(slots * s->chunk * d, sizeof *r.rows, err);
	if (s->q == NULL || r.parts == NULL || r.rows == NULL)
		goto out;
	parallel_for(s->slots, s->threads, F(covariance_slot), &r);
	memcpy(s->q, r.parts, d * d * sizeof *s->q);
	for (size_t i = 1; i < s->slots; i++)
		AXPY((int)(d * d), 1, r.parts + i * d * d, 1, s->q, 1);
	s->slots = slots;
	if (F(eigen)(s->q, d, s->alpha, err) < 0)
		goto out;
	for (size_t i = 0; i < d; i++)
		if (!(s->alpha[i] > 0))
			s->alpha[i] = 0;
	parallel_for(s->slots, s->threads, F(rotate_slot), &r);
	s->rotated = true;
	GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)d, (int)s->p->k,
	    (int)d, 1, s->q, (int)d, z, (int)s->ld, 0, s->work, (int)s->ld);
	for (size_t i = 0; i < d; i++)
		memcpy(z + i * s->ld, s->work + i * s->ld,
		    s->p->k * sizeof *z);
	rc = 0;
out:
	s->slots = slots;
	free(r.rows);
	free(r.parts);
	return rc;
}

/* A's diagonal, where features are not rotated. */
static void
F(diagonal)(struct F(state) *s)
{
	const struct problem *p = s->p;
	size_t dense = p->d_dense;

	if (!s->rotated)
		for (size_t j = 0; j < dense; j++)
			s->alpha[j] = DOT((int)p->n, (const REAL *)p->x + j,
			    (int)dense, (const REAL *)p->x + j, (int)dense) /
			    (REAL)p->n;
	for (size_t j = 0; j < p->d_sparse; j++) {
		double sum = 0;

		for (int64_t e = s->csc.ptr[j]; e < s->csc.ptr[j + 1]; e++)
			sum += (double)s->csc.val[e] * (double)s->csc.val[e];
		s->alpha[dense + j] = (REAL)(sum / (double)p->n);
	}
}

struct F(history) {
	size_t size, max, count, next; /* next: where the next pair goes */
	REAL *s, *y;		       /* (max,size) */
	double *rho, *a;	       /* (max) */
	double gamma;
};

/* The i-th newest pair's place. */
static size_t
F(pair)(const struct F(history) *h, size_t i)
{
	return (h->next + h->max - 1 - i) % h->max;
}

/* q: the gradient in, the step (to subtract) out. */
static void
F(direction)(const struct F(state) *s, struct F(history) *h, REAL *q)
{
	int n = (int)h->size;

	for (size_t i = 0; i < h->count; i++) {
		size_t at = F(pair)(h, i);

		h->a[at] = h->rho[at] *
		    (double)DOT(n, h->s + at * h->size, 1, q, 1);
		AXPY(n, (REAL)-h->a[at], h->y + at * h->size, 1, q, 1);
	}
	F(apply)(s, q);
	for (size_t i = 0; i < h->size; i++)
		q[i] *= (REAL)h->gamma;
	for (size_t i = h->count; i-- > 0;) {
		size_t at = F(pair)(h, i);
		double b = h->rho[at] *
		    (double)DOT(n, h->y + at * h->size, 1, q, 1);

		AXPY(n, (REAL)(h->a[at] - b), h->s + at * h->size, 1, q, 1);
	}
}

/* The scale that the newest pair finds for the preconditioner. */
static void
F(rescale)(const struct F(state) *s, struct F(history) *h, REAL *tmp)
{
	size_t at = F(pair)(h, 0);
	double yhy;

	if (h->count == 0)
		return;
	memcpy(tmp, h->y + at * h->size, h->size * sizeof *tmp);
	F(apply)(s, tmp);
	yhy = (double)DOT((int)h->size, h->y + at * h->size, 1, tmp, 1);
	h->gamma = yhy > 0 ? 1 / (h->rho[at] * yhy) : 1;
}

/* Remember a step and what it did to the gradient. */
static void
F(remember)(struct F(history) *h, const REAL *z, const REAL *z0,
    const REAL *g, const REAL *g0)
{
	REAL *sv = h->s + h->next * h->size, *yv = h->y + h->next * h->size;
	double sy;

	for (size_t i = 0; i < h->size; i++) {
		sv[i] = z[i] - z0[i];
		yv[i] = g[i] - g0[i];
	}
	sy = (double)DOT((int)h->size, sv, 1, yv, 1);
	if (!(sy > 0))
		return; /* rounding only: the objective is convex */
	h->rho[h->next] = 1 / sy;
	h->next = (h->next + 1) % h->max;
	if (h->count < h->max)
		h->count++;
}

/*
 * How far above its minimum the objective is. The penalty alone makes it
 * strongly convex, so 1/2 ||g||^2 bounds it (and is the duality gap), by ten
 * times too much as a rule. The other estimate continues the last decreases
 * as a geometric series, and doubles it. f[0] is the newest value.
 */
static double
F(gap)(const struct F(state) *s, const double *f, size_t count)
{
	size_t w = count > 16 ? 8 : (count - 1) / 2;
	size_t weights = s->d * s->ld;
	double bound, d1, d2, r, bias = 0;

	bound = 0.5 * (double)DOT((int)weights, s->g, 1, s->g, 1);
	for (size_t j = 0; j < s->p->k; j++)
		bias += fabs((double)(s->g[weights + j] *
		    s->bias[j]));
	bound += bias;
	if (w < 3)
		return bound;
	d1 = f[0] - f[w];
	d2 = f[w] - f[2 * w];
	r = d2 < 0 ? d1 / d2 : 1;
	if (r >= 0.98)
		r = 0.98;
	if (r < 0.1)
		r = 0.1;
	d1 = -2 * d1 * r / (1 - r);
	return d1 < bound ? d1 : bound;
}

struct F(search) {
	struct F(state) *s;
	struct F(history) h;
	REAL *z, *z0, *g0, *q;	/* (size) */
	double f, past[17];	/* past[0] == f */
	size_t n_past;
	int evaluations;
};

/* Go along -q: 1 after a step, 0 when rounding hides any descent. */
static int
F(step)(struct F(search) *o)
{
	struct F(state) *s = o->s;
	size_t size = s->size;
	double slope = (double)DOT((int)size, s->g, 1, o->q, 1), t = 1, f;

	memcpy(o->z0, o->z, size * sizeof *o->z);
	memcpy(o->g0, s->g, size * sizeof *o->z);
	for (int tries = 0; slope > 0 && tries < 30; tries++) {
		for (size_t i = 0; i < size; i++)
			o->z[i] = o->z0[i] - (REAL)t * o->q[i];
		f = F(evaluate)(s, o->z);
		o->evaluations++;
		if (f <= o->f - 1e-4 * t * slope) {
			memmove(o->past + 1, o->past, 16 * sizeof o->f);
			o->past[0] = o->f = f;
			if (o->n_past < 17)
				o->n_past++;
			return 1;
		}
		if (t * slope < ROUNDING * fabs(o->f))
			break;
		/* The parabola through both values and the slope. */
		f = isfinite(f) ? 0.5 * t * slope / (f - o->f + t * slope) :
		    0.1;
		t *= f < 0.1 || !isfinite(f) ? 0.1 : f > 0.6 ? 0.6 : f;
	}
	memcpy(o->z, o->z0, size * sizeof *o->z);
	memcpy(s->g, o->g0, size * sizeof *o->z);
	return 0;
}

static int
F(minimise)(struct F(search) *o, struct solution *out, double tol,
    int max_iter, struct progress *progress, struct err *err)
{
	struct F(state) *s = o->s;
	double gap;
	int iter;

	if (s->small)
		tol *= SMALL_TOL;
	s->want_b = true;
	o->f = o->past[0] = F(evaluate)(s, o->z);
	o->n_past = o->evaluations = 1;
	if (!isfinite(o->f))
		return err_set(err, "a feature's value is not a finite number");
	gap = INFINITY;
	for (iter = 0; iter < max_iter; iter++) {
		if (progress_step(progress, 1) ||
		    progress_cancelled(s->p->cancel))
			return progress_stopped(err);
		if (s->want_b && F(precondition)(s, err) < 0)
			return -1;
		gap = F(gap)(s, o->past, o->n_past);
		if (gap <= tol * o->f)
			break;
		F(rescale)(s, &o->h, o->q);
		memcpy(o->q, s->g, s->size * sizeof *o->q);
		F(direction)(s, &o->h, o->q);
		s->want_b = iter == 9 || iter == 29;
		if (F(step)(o) == 0) {
			gap = ROUNDING * o->f;
			break;
		}
		F(remember)(&o->h, o->z, o->z0, s->g, o->g0);
	}
	out->objective = o->f;
	out->gap = gap;
	out->iterations = iter;
	out->evaluations = o->evaluations;
	return 0;
}

/* p->sparse by columns. */
static int
F(transpose)(struct F(state) *s, struct err *err)
{
	const struct csr *x = s->p->sparse;
	struct csr *t = &s->csc;
	size_t nnz;

	if (x == NULL)
		return 0;
	nnz = (size_t)x->ptr[x->n];
	if (csr_alloc(t, x->d, x->n, nnz, err) < 0)
		return -1;
	memset(t->ptr, 0, (x->d + 1) * sizeof *t->ptr);
	for (size_t e = 0; e < nnz; e++)
		t->ptr[x->col[e] + 1]++;
	for (size_t j = 0; j < x->d; j++)
		t->ptr[j + 1] += t->ptr[j];
	for (size_t i = 0; i < x->n; i++)
		for (int64_t e = x->ptr[i]; e < x->ptr[i + 1]; e++) {
			int64_t at = t->ptr[x->col[e]]++;

			t->col[at] = (int32_t)i;
			t->val[at] = x->val[e];
		}
	memmove(t->ptr + 1, t->ptr, x->d * sizeof *t->ptr);
	t->ptr[0] = 0;
	return 0;
}

static REAL *
F(zeros)(size_t n, struct err *err)
{
	REAL *v = try_alloc(n, sizeof *v, err);

	if (v != NULL)
		memset(v, 0, n * sizeof *v);
	return v;
}

static int
F(state_alloc)(struct F(state) *s, struct err *err)
{
	const struct problem *p = s->p;
	size_t ld = s->ld, k = p->k;
	size_t rows = p->sparse != NULL ? p->n : s->slots * s->chunk;

	s->bias = F(zeros)(ld, err);
	s->pos = F(zeros)(ld, err);
	s->neg = F(zeros)(ld, err);
	s->score = F(zeros)(rows * ld, err);
	s->slot_g = F(zeros)(s->slots * (p->d_dense + 1) * ld, err);
	s->slot_b = F(zeros)(s->slots * ld * ld, err);
	s->slot_p = F(zeros)(s->slots * s->chunk * ld, err);
	s->g = F(zeros)(s->size, err);
	s->alpha = F(zeros)(s->d + 1, err);
	s->beta = F(zeros)(k, err);
	s->scale = F(zeros)(s->size, err);
	s->work = F(zeros)(s->size, err);
	if (p->class != NULL)
		s->u = F(zeros)(k * k, err);
	else if ((s->target = try_alloc(p->n, ld, err)) == NULL)
		return -1;
	if (s->bias == NULL || s->pos == NULL || s->neg == NULL ||
	    s->score == NULL || s->slot_g == NULL || s->slot_b == NULL ||
	    s->slot_p == NULL || s->g == NULL || s->alpha == NULL ||
	    s->beta == NULL || s->scale == NULL || s->work == NULL ||
	    (p->class != NULL && s->u == NULL))
		return -1;
	for (size_t j = k; j < ld && p->class != NULL; j++)
		s->bias[j] = -(REAL)INFINITY;
	for (size_t j = 0; j < k && p->class == NULL; j++) {
		s->pos[j] = (REAL)p->pos[j];
		s->neg[j] = (REAL)p->neg[j];
	}
	for (size_t i = 0; i < p->n && p->class == NULL; i++) {
		memset(s->target + i * ld, 0, ld);
		memcpy(s->target + i * ld, p->target + i * k, k);
	}
	return F(transpose)(s, err);
}

static void
F(state_free)(struct F(state) *s)
{
	csr_free(&s->csc);
	free(s->target);
	free(s->pos);
	free(s->neg);
	free(s->bias);
	free(s->score);
	free(s->slot_g);
	free(s->slot_b);
	free(s->slot_p);
	free(s->g);
	free(s->q);
	free(s->alpha);
	free(s->u);
	free(s->beta);
	free(s->scale);
	free(s->work);
}

static void
F(state_shape)(struct F(state) *s, const struct problem *p, int threads)
{
	size_t k = p->k, work;

	s->p = p;
	s->ld = k <= 4 ? 4 : k <= 8 ? 8 : (k + 15) / 16 * 16;
	s->d = p->d_dense + p->d_sparse;
	s->size = (s->d + 1) * s->ld;
	s->slots = p->n / 128 < 1 ? 1 :
	    p->n / 128 > MAX_SLOTS ? MAX_SLOTS : p->n / 128;
	s->chunk = p->d_dense > 0 ?
	    ((size_t)1 << 19) / sizeof(REAL) / p->d_dense : 512;
	s->chunk = s->chunk < 64 ? 64 : s->chunk > 1024 ? 1024 : s->chunk;
	work = p->n * k * p->d_dense;
	if (p->sparse != NULL)
		work += (size_t)p->sparse->ptr[p->n] * k;
	s->small = work < SMALL_WORK;
	s->threads = work < 2 * MIN_WORK ? 1 :
	    threads > 0 ? threads : thread_count();
}

/* From where the caller says, in the solver's layout. */
static void
F(load)(const struct F(state) *s, const double *w, REAL *z)
{
	for (size_t i = 0; i <= s->d; i++)
		for (size_t j = 0; j < s->p->k; j++)
			z[i * s->ld + j] = (REAL)w[i * s->p->k + j];
}

static void
F(store)(struct F(state) *s, const REAL *z, double *w)
{
	size_t d = s->p->d_dense, k = s->p->k;

	memcpy(s->work, z, s->size * sizeof *z);
	if (s->rotated)
		GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, (int)d, (int)k,
		    (int)d, 1, s->q, (int)d, z, (int)s->ld, 0, s->work,
		    (int)s->ld);
	for (size_t i = 0; i <= s->d; i++)
		for (size_t j = 0; j < k; j++)
			w[i * k + j] = (double)s->work[i * s->ld + j];
}

int
F(solve)(const struct problem *p, struct solution *out, double tol,
    int max_iter, int threads, struct progress *progress, struct err *err)
{
	struct F(state) s = { 0 };
	struct F(search) o = { .s = &s };
	struct F(history) *h = &o.h;
	int rc = -1;

	blas_init();
	F(state_shape)(&s, p, threads);
	if (F(state_alloc)(&s, err) < 0)
		goto out;
	h->size = s.size;
	h->max = ((size_t)48 << 20) / (2 * s.size * sizeof(REAL));
	h->max = h->max < 6 ? 6 :
	    h->max > HISTORY(p->n) ? HISTORY(p->n) : h->max;
	h->gamma = 1;
	h->s = try_alloc(h->max * s.size, sizeof(REAL), err);
	h->y = try_alloc(h->max * s.size, sizeof(REAL), err);
	h->rho = try_alloc(h->max, sizeof *h->rho, err);
	h->a = try_alloc(h->max, sizeof *h->a, err);
	o.z = F(zeros)(s.size, err);
	o.z0 = F(zeros)(s.size, err);
	o.g0 = F(zeros)(s.size, err);
	o.q = F(zeros)(s.size, err);
	if (h->s == NULL || h->y == NULL || h->rho == NULL || h->a == NULL ||
	    o.z == NULL || o.z0 == NULL || o.g0 == NULL || o.q == NULL)
		goto out;
	F(load)(&s, out->w, o.z);
	/* Of fewer rows the eigenvectors cost more than they save. */
	if (p->d_dense > 1 && p->d_dense <= MAX_ROTATE &&
	    p->n >= 6 * p->d_dense && F(rotate)(&s, o.z, err) < 0)
		goto out;
	F(diagonal)(&s);
	rc = F(minimise)(&o, out, tol, max_iter, progress, err);
	if (rc == 0)
		F(store)(&s, o.z, out->w);
out:
	free(o.q);
	free(o.g0);
	free(o.z0);
	free(o.z);
	free(h->a);
	free(h->rho);
	free(h->y);
	free(h->s);
	F(state_free)(&s);
	return rc;
}
