/*
 * Optima of scikit-learn's solvers. Objectives are computed here, in double
 * precision on the fixture's own numbers, from the weights that the model
 * keeps; tolerances are those of tests/parity/README.md.
 */
#include "skfix.h"

#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/logreg.h"
#include "tagtiger/rng.h"

struct set {
	size_t n, d, k;
	double *x; /* (n,d), also of a sparse one */
	int *y;
	struct mat dense;
	struct csr sparse;
	struct features f;
};

static void
set_read(struct set *s, const cJSON *v)
{
	const cJSON *x = fix_get(v, "X");
	struct err err;

	*s = (struct set){ 0 };
	s->y = fix_ints(fix_get(v, "y"), &s->n);
	for (size_t i = 0; i < s->n; i++)
		s->k = (size_t)s->y[i] >= s->k ? (size_t)s->y[i] + 1 : s->k;
	s->f.n = s->n;
	if (cJSON_IsArray(x)) {
		size_t cells;

		s->x = fix_doubles(x, &cells);
		s->d = cells / s->n;
		assert_int_equal(mat_alloc(&s->dense, s->n, s->d, &err), 0);
		for (size_t i = 0; i < cells; i++)
			s->dense.v[i] = (float)s->x[i];
		s->f.dense = &s->dense;
		return;
	}
	size_t nnz;
	double *val = fix_doubles(fix_get(x, "data"), &nnz);
	int *col = fix_ints(fix_get(x, "indices"), NULL);
	int *ptr = fix_ints(fix_get(x, "indptr"), NULL);

	s->d = (size_t)fix_value(cJSON_GetArrayItem(fix_get(x, "shape"), 1));
	s->x = calloc(s->n * s->d, sizeof *s->x);
	assert_int_equal(csr_alloc(&s->sparse, s->n, s->d, nnz, &err), 0);
	for (size_t i = 0; i < s->n; i++) {
		s->sparse.ptr[i + 1] = ptr[i + 1];
		for (int e = ptr[i]; e < ptr[i + 1]; e++) {
			s->sparse.col[e] = col[e];
			s->sparse.val[e] = (float)val[e];
			s->x[i * s->d + (size_t)col[e]] = val[e];
		}
	}
	s->f.sparse = &s->sparse;
	free(ptr);
	free(col);
	free(val);
}

static void
set_free(struct set *s)
{
	mat_free(&s->dense);
	csr_free(&s->sparse);
	free(s->x);
	free(s->y);
}

static double
score(const struct set *s, const struct logreg *m, size_t i, size_t j)
{
	double v = m->bias[j];

	for (size_t f = 0; f < s->d; f++)
		v += s->x[i * s->d + f] * (double)m->w[f * m->k + j];
	return v;
}

static double
penalty(const struct set *s, const struct logreg *m, size_t j)
{
	double v = 0;

	for (size_t f = 0; f < s->d; f++)
		v += (double)m->w[f * m->k + j] * (double)m->w[f * m->k + j];
	return v / 2;
}

/* C sum loss + 1/2 ||W||^2; balanced: texts weigh n / (k members). */
static double
objective(const struct set *s, const struct logreg *m, double c,
    bool balanced)
{
	double f = 0, count[16] = { 0 };

	for (size_t i = 0; i < s->n; i++)
		count[s->y[i]]++;
	for (size_t i = 0; i < s->n; i++) {
		double top = -INFINITY, sum = 0, w = c;

		if (balanced)
			w *= (double)s->n / ((double)s->k * count[s->y[i]]);
		for (size_t j = 0; j < s->k; j++)
			top = fmax(top, score(s, m, i, j));
		for (size_t j = 0; j < s->k; j++)
			sum += exp(score(s, m, i, j) - top);
		f += w * (log(sum) + top - score(s, m, i, (size_t)s->y[i]));
	}
	for (size_t j = 0; j < s->k; j++)
		f += penalty(s, m, j);
	return f;
}

/* The one-versus-rest objective of a label. */
static double
objective_label(const struct set *s, const struct logreg *m, double c,
    size_t j)
{
	double f = penalty(s, m, j);

	for (size_t i = 0; i < s->n; i++) {
		double v = score(s, m, i, j);

		if ((size_t)s->y[i] == j)
			v = -v;
		f += c * ((v > 0 ? v : 0) + log1p(exp(-fabs(v))));
	}
	return f;
}

static void
near_weights(const struct set *s, const struct logreg *m, const cJSON *fit)
{
	size_t rows = fix_size(fix_get(fit, "coef"));
	double *coef = fix_doubles(fix_get(fit, "coef"), NULL);
	double *bias = fix_doubles(fix_get(fit, "intercept"), NULL);
	size_t skip = m->k - rows; /* of two classes the first is 0 */

	assert_true(skip == 0 || (skip == 1 && rows == 1));
	for (size_t j = 0; j < rows; j++) {
		for (size_t f = 0; f < s->d; f++)
			fix_near((double)m->w[f * m->k + j + skip],
			    coef[j * s->d + f], 1e-4, "weight");
		fix_near(m->bias[j + skip], bias[j], 1e-4, "bias");
	}
	free(bias);
	free(coef);
}

static void
near_probabilities(const struct set *s, const struct logreg *m,
    const cJSON *want)
{
	size_t cells;
	double *v = fix_doubles(want, &cells);
	float *prob = calloc(cells, sizeof *prob);
	struct err err;

	assert_int_equal(cells, s->n * m->k);
	assert_int_equal(logreg_predict(m, &s->f, prob, 0, NULL, &err), 0);
	for (size_t i = 0; i < cells; i++)
		fix_near((double)prob[i], v[i], 1e-4, "probability");
	free(prob);
	free(v);
}

static void
check_classes(const struct set *s, const cJSON *fit, double tol)
{
	struct logreg_opts o = LOGREG_OPTS;
	double want = fix_number(fit, "objective"), got;
	struct logreg m;
	struct err err;

	o.c = fix_number(fit, "C");
	o.balanced = cJSON_IsString(fix_get(fit, "class_weight"));
	o.raw = true;
	o.tol = tol;
	if (logreg_fit(&m, &s->f, s->y, s->k, &o, NULL, &err) < 0)
		fail_msg("%s", err.text);
	got = objective(s, &m, o.c, o.balanced);
	if (tol > 1e-6) {
		assert_true(got <= want * (1 + 1e-4));
	} else {
		fix_near(got / want, 1, 1e-8, "objective");
		fix_near(m.objective / want, 1, 1e-7, "its own word");
		if (o.c <= 1) { /* at 20 the optimum is flat */
			near_weights(s, &m, fit);
			near_probabilities(s, &m, fix_get(fit, "proba"));
		}
	}
	assert_true(m.gap <= tol * m.objective);
	logreg_free(&m);
}

static void
check_labels(const struct set *s, const cJSON *fit, double tol)
{
	struct logreg_opts o = LOGREG_OPTS;
	size_t k;
	double *want = fix_doubles(fix_get(fit, "objective"), &k), sum = 0,
	    all = 0;
	uint8_t *y = calloc(s->n, s->k);
	struct logreg m;
	struct err err;

	assert_int_equal(k, s->k);
	for (size_t i = 0; i < s->n; i++)
		y[i * k + (size_t)s->y[i]] = 1;
	o.c = fix_number(fit, "C");
	o.raw = true;
	o.tol = tol;
	if (logreg_fit_multilabel(&m, &s->f, y, k, &o, NULL, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t j = 0; j < k; j++) {
		double got = objective_label(s, &m, o.c, j);

		if (tol <= 1e-6)
			fix_near(got / want[j], 1, 1e-8, "objective");
		all += got;
		sum += want[j];
	}
	assert_true(all <= sum * (1 + 1e-4));
	if (tol <= 1e-6 && o.c <= 1) {
		near_weights(s, &m, fit);
		near_probabilities(s, &m,
		    fix_get(fit, "proba_unnormalised"));
	}
	logreg_free(&m);
	free(want);
	free(y);
}

static void
test_fixture(void **state)
{
	cJSON *all = fix_open("logreg.json");
	const cJSON *v, *fit;
	int classes = 0, labels = 0;

	(void)state;
	cJSON_ArrayForEach(v, fix_get(all, "sets")) {
		struct set s;

		set_read(&s, v);
		cJSON_ArrayForEach(fit, fix_get(v, "fits"))
			if (strcmp(fix_get(fit, "kind")->valuestring,
			    "one_vs_rest") == 0) {
				check_labels(&s, fit, 1e-11);
				check_labels(&s, fit, LOGREG_TOL);
				labels++;
			} else {
				check_classes(&s, fit, 1e-11);
				check_classes(&s, fit, LOGREG_TOL);
				classes++;
			}
		set_free(&s);
	}
	assert_int_equal(classes, 16);
	assert_int_equal(labels, 9);
	cJSON_Delete(all);
}

/* Data of k overlapping classes. */
static void
blobs(struct mat *x, int *y, size_t n, size_t d, size_t k, uint64_t seed)
{
	struct rng rng;
	struct err err;

	rng_seed(&rng, seed);
	assert_int_equal(mat_alloc(x, n, d, &err), 0);
	for (size_t i = 0; i < n; i++) {
		y[i] = (int)rng_below(&rng, k);
		for (size_t j = 0; j < d; j++)
			x->v[i * d + j] = (float)(fix_normal(&rng) * 3 + 10 +
			    (j % k == (size_t)y[i] ? 2 : 0));
	}
}

/*
 * Scaled features, several slots and chunks, rotation: floats end where
 * doubles do, whatever the number of threads, and whether the features stand
 * dense, sparse, in both parts, or picked by rows.
 */
static void
test_ways(void **state)
{
	enum { N = 3000, D = 24, K = 11 };
	struct logreg_opts o = LOGREG_OPTS;
	struct logreg a, b;
	struct mat x, half;
	struct csr sparse, rest;
	struct err err;
	uint32_t *rows = calloc(N, sizeof *rows);
	int *y = calloc(N, sizeof *y), *z = calloc(N, sizeof *z);
	double want;

	(void)state;
	blobs(&x, y, N, D, K, 1);
	struct features f = { .n = N, .dense = &x };

	o.tol = 1e-9;
	assert_int_equal(logreg_fit(&a, &f, y, K, &o, NULL, &err), 0);
	want = a.objective;
	o.tol = 1e-5;
	o.threads = 1;
	assert_int_equal(logreg_fit(&b, &f, y, K, &o, NULL, &err), 0);
	assert_true(b.objective >= want * (1 - 1e-7));
	assert_true(b.objective <= want * (1 + 1e-5));
	logreg_free(&a);
	o.threads = 3;
	assert_int_equal(logreg_fit(&a, &f, y, K, &o, NULL, &err), 0);
	assert_memory_equal(a.w, b.w, D * K * sizeof *a.w);
	logreg_free(&a);
	/* The same rows in another order. */
	for (size_t i = 0; i < N; i++) {
		rows[i] = (uint32_t)(N - 1 - i);
		z[i] = y[rows[i]];
	}
	f.rows = rows;
	assert_int_equal(logreg_fit(&a, &f, z, K, &o, NULL, &err), 0);
	fix_near(a.objective / want, 1, 1e-5, "reordered");
	logreg_free(&a);
	logreg_free(&b);
	/* Unscaled: dense, sparse, and half of either are one problem. */
	f.rows = NULL;
	o.raw = true;
	assert_int_equal(logreg_fit(&a, &f, y, K, &o, NULL, &err), 0);
	want = a.objective;
	logreg_free(&a);
	assert_int_equal(csr_alloc(&sparse, N, D, N * D, &err), 0);
	assert_int_equal(csr_alloc(&rest, N, D / 2, N * D / 2, &err), 0);
	assert_int_equal(mat_alloc(&half, N, D / 2, &err), 0);
	for (size_t i = 0; i < N; i++) {
		sparse.ptr[i + 1] = (int64_t)((i + 1) * D);
		rest.ptr[i + 1] = (int64_t)((i + 1) * D / 2);
		for (size_t j = 0; j < D; j++) {
			sparse.col[i * D + j] = (int32_t)j;
			sparse.val[i * D + j] = x.v[i * D + j];
		}
		for (size_t j = 0; j < D / 2; j++) {
			rest.col[i * D / 2 + j] = (int32_t)j;
			rest.val[i * D / 2 + j] = x.v[i * D + D / 2 + j];
			half.v[i * D / 2 + j] = x.v[i * D + j];
		}
	}
	f.dense = NULL;
	f.sparse = &sparse;
	assert_int_equal(logreg_fit(&a, &f, y, K, &o, NULL, &err), 0);
	fix_near(a.objective / want, 1, 1e-5, "sparse");
	logreg_free(&a);
	f.dense = &half;
	f.sparse = &rest;
	assert_int_equal(logreg_fit(&a, &f, y, K, &o, NULL, &err), 0);
	fix_near(a.objective / want, 1, 1e-5, "both");
	logreg_free(&a);
	mat_free(&x);
	mat_free(&half);
	csr_free(&sparse);
	csr_free(&rest);
	free(rows);
	free(z);
	free(y);
}

/* From earlier weights: the same optimum, sooner; also when a label was
 * dropped, added, or there were but two. */
static void
test_start(void **state)
{
	enum { N = 2000, D = 16, K = 6 };
	static const int64_t ids[K] = { 10, 20, 30, 40, 50, 60 };
	static const int64_t moved[K] = { 60, 50, 10, 20, 30, 40 };
	struct logreg_opts o = LOGREG_OPTS;
	struct logreg cold, warm, two;
	struct mat x;
	struct err err;
	int *y = calloc(N, sizeof *y), *z = calloc(N, sizeof *z);

	(void)state;
	blobs(&x, y, N, D, K, 2);
	struct features f = { .n = N, .dense = &x };

	o.label = ids;
	assert_int_equal(logreg_fit(&cold, &f, y, K, &o, NULL, &err), 0);
	o.start = &cold;
	assert_int_equal(logreg_fit(&warm, &f, y, K, &o, NULL, &err), 0);
	assert_true(warm.iterations <= cold.iterations / 3);
	fix_near(warm.objective / cold.objective, 1, 2e-5, "warm");
	logreg_free(&warm);
	/* Labels in another order, and one text less. */
	for (size_t i = 0; i < N; i++)
		for (int j = 0; j < K; j++)
			if (moved[j] == ids[y[i]])
				z[i] = j;
	o.label = moved;
	f.n = N - 1;
	assert_int_equal(logreg_fit(&warm, &f, z, K, &o, NULL, &err), 0);
	assert_true(warm.iterations <= cold.iterations / 2);
	logreg_free(&warm);
	/* Two classes, from six; then six from two. */
	o.label = ids;
	for (size_t i = 0; i < N; i++)
		z[i] = y[i] % 2;
	o.start = NULL;
	assert_int_equal(logreg_fit(&two, &f, z, K, &o, NULL, &err), 0);
	o.start = &cold;
	assert_int_equal(logreg_fit(&warm, &f, z, K, &o, NULL, &err), 0);
	fix_near(warm.objective / two.objective, 1, 2e-5, "two of six");
	logreg_free(&warm);
	o.start = &two;
	f.n = N;
	assert_int_equal(logreg_fit(&warm, &f, y, K, &o, NULL, &err), 0);
	fix_near(warm.objective / cold.objective, 1, 2e-5, "six from two");
	logreg_free(&warm);
	logreg_free(&two);
	logreg_free(&cold);
	mat_free(&x);
	free(z);
	free(y);
}

/* Labels that are on no text or on all; a class that nobody used. */
static void
test_unused(void **state)
{
	enum { N = 200, D = 4 };
	struct logreg m;
	struct mat x;
	struct err err;
	int y[N];
	uint8_t multi[N * 4];
	float prob[N * 4];

	(void)state;
	blobs(&x, y, N, D, 2, 3);
	struct features f = { .n = N, .dense = &x };

	for (size_t i = 0; i < N; i++) {
		multi[i * 4] = 0;
		multi[i * 4 + 1] = (uint8_t)y[i];
		multi[i * 4 + 2] = 1;
		multi[i * 4 + 3] = (uint8_t)!y[i];
		y[i] = y[i] == 0 ? 1 : 3;
	}
	assert_int_equal(logreg_fit(&m, &f, y, 4, NULL, NULL, &err), 0);
	assert_int_equal(logreg_predict(&m, &f, prob, 0, NULL, &err), 0);
	for (size_t i = 0; i < N; i++) {
		assert_true(prob[i * 4] == 0 && prob[i * 4 + 2] == 0);
		fix_near((double)(prob[i * 4 + 1] + prob[i * 4 + 3]), 1, 1e-6,
		    "sum");
	}
	logreg_free(&m);
	assert_int_equal(logreg_fit_multilabel(&m, &f, multi, 4, NULL, NULL,
	    &err), 0);
	assert_int_equal(logreg_predict(&m, &f, prob, 0, NULL, &err), 0);
	for (size_t i = 0; i < N; i++) {
		assert_true(prob[i * 4] == 0 && prob[i * 4 + 2] == 1);
		fix_near((double)(prob[i * 4 + 1] + prob[i * 4 + 3]), 1, 2e-2,
		    "opposites");
	}
	logreg_free(&m);
	mat_free(&x);
}

/* What can't be learned is said, and nothing is left behind. */
static void
test_refused(void **state)
{
	struct progress stop = { 0 };
	struct logreg m;
	struct mat x;
	struct err err;
	int y[50];
	uint8_t multi[50] = { 0 };

	(void)state;
	blobs(&x, y, 50, 3, 2, 4);
	struct features f = { .n = 50, .dense = &x };

	atomic_store(&stop.cancel, true);
	assert_int_equal(logreg_fit(&m, &f, y, 2, NULL, &stop, &err), -1);
	assert_non_null(strstr(err.text, "stopped"));
	assert_null(m.w);
	x.v[7] = NAN;
	assert_int_equal(logreg_fit(&m, &f, y, 2, NULL, NULL, &err), -1);
	assert_non_null(strstr(err.text, "feature 2 is not a finite"));
	x.v[7] = 1;
	assert_int_equal(logreg_fit_multilabel(&m, &f, multi, 1, NULL, NULL,
	    &err), -1);
	memset(y, 0, sizeof y);
	assert_int_equal(logreg_fit(&m, &f, y, 2, NULL, NULL, &err), -1);
	assert_non_null(strstr(err.text, "same label"));
	y[3] = 2;
	assert_int_equal(logreg_fit(&m, &f, y, 2, NULL, NULL, &err), -1);
	f.n = 0;
	assert_int_equal(logreg_fit(&m, &f, y, 2, NULL, NULL, &err), -1);
	mat_free(&x);
}

/* A blob comes back as it was; cut short or changed anywhere it is refused. */
static void
test_blob(void **state)
{
	enum { N = 300, D = 5, K = 4 };
	static const int64_t ids[K] = { 7, -1, 1234567890123, 0 };
	struct logreg_opts o = LOGREG_OPTS;
	struct buf blob = BUF_INIT;
	struct logreg m, back;
	struct mat x;
	struct err err;
	int y[N];
	float a[N * K], b[N * K];

	(void)state;
	blobs(&x, y, N, D, K - 1, 6);
	struct features f = { .n = N, .dense = &x };

	o.label = ids;
	o.balanced = true;
	assert_int_equal(logreg_fit(&m, &f, y, K, &o, NULL, &err), 0);
	buf_adds(&blob, "x"); /* may stand behind something */
	logreg_save(&m, &blob);
	assert_int_equal(logreg_load(&back, blob.data + 1, blob.len - 1, &err),
	    0);
	assert_memory_equal(back.label, ids, sizeof ids);
	assert_true(back.balanced && !back.multilabel && back.n == N &&
	    back.iterations == m.iterations &&
	    back.objective == m.objective && back.gap == m.gap);
	assert_int_equal(logreg_predict(&m, &f, a, 0, NULL, &err), 0);
	assert_int_equal(logreg_predict(&back, &f, b, 0, NULL, &err), 0);
	assert_memory_equal(a, b, sizeof a);
	logreg_free(&back);
	for (size_t i = 0; i < blob.len; i++)
		assert_int_equal(logreg_load(&back, blob.data + 1, i, &err),
		    i == blob.len - 1 ? 0 : -1);
	logreg_free(&back);
	for (size_t i = 1; i < blob.len; i++) {
		blob.data[i] ^= 4;
		assert_int_equal(logreg_load(&back, blob.data + 1,
		    blob.len - 1, &err), -1);
		assert_null(back.w);
		blob.data[i] ^= 4;
	}
	f.dense = NULL;
	assert_int_equal(logreg_predict(&m, &f, a, 0, NULL, &err), -1);
	buf_free(&blob);
	logreg_free(&m);
	mat_free(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixture),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_blob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
