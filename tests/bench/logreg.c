/*
 * logreg fit FILE: best of three fits: seconds, objective (in doubles), seconds
 * of a refit from the result. logreg cv FILE: seconds and mean accuracy of 10
 * folds. logreg select N: milliseconds of a pick from an order at the 99th
 * percentile, of making the order, and of a pick without one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tagtiger/alloc.h"
#include "tagtiger/crossval.h"
#include "tagtiger/err.h"
#include "tagtiger/logreg.h"
#include "tagtiger/rng.h"
#include "tagtiger/select.h"

struct data {
	int64_t n, d, k, is_sparse;
	int *y;
	struct mat dense;
	struct csr sparse;
	struct features x;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
get(FILE *f, void *to, size_t size, size_t n)
{
	if (fread(to, size, n, f) != n)
		fatal("the data file is too short");
}

static void
data_read(struct data *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct err err;
	int64_t *ptr;
	size_t n;

	if (f == NULL)
		fatal("cannot open %s", path);
	memset(a, 0, sizeof *a);
	get(f, a, sizeof(int64_t), 4);
	n = (size_t)a->n;
	a->y = xcalloc(n, sizeof *a->y);
	get(f, a->y, sizeof *a->y, n);
	a->x.n = n;
	if (!a->is_sparse) {
		if (mat_alloc(&a->dense, n, (size_t)a->d, &err) < 0)
			fatal("%s", err.text);
		get(f, a->dense.v, sizeof(float), n * (size_t)a->d);
		a->x.dense = &a->dense;
	} else {
		ptr = xcalloc(n + 1, sizeof *ptr);
		get(f, ptr, sizeof *ptr, n + 1);
		if (csr_alloc(&a->sparse, n, (size_t)a->d, (size_t)ptr[n],
		    &err) < 0)
			fatal("%s", err.text);
		memcpy(a->sparse.ptr, ptr, (n + 1) * sizeof *ptr);
		get(f, a->sparse.col, sizeof(int32_t), (size_t)ptr[n]);
		get(f, a->sparse.val, sizeof(float), (size_t)ptr[n]);
		a->x.sparse = &a->sparse;
		free(ptr);
	}
	fclose(f);
}

/* Scores of text i in doubles, from the weights as they are kept. */
static void
scores(const struct data *a, const struct logreg *m, size_t i, double *s)
{
	for (size_t j = 0; j < m->k; j++)
		s[j] = m->bias[j];
	for (size_t e = 0; e < m->d_dense; e++) {
		double v = ((double)a->dense.v[i * m->d_dense + e] -
		    m->mean[e]) / m->scale[e];

		for (size_t j = 0; j < m->k; j++)
			s[j] += v * (double)m->w[e * m->k + j];
	}
	for (int64_t e = a->is_sparse ? a->sparse.ptr[i] : 0;
	    a->is_sparse && e < a->sparse.ptr[i + 1]; e++)
		for (size_t j = 0; j < m->k; j++)
			s[j] += (double)a->sparse.val[e] *
			    (double)m->w[(size_t)a->sparse.col[e] * m->k + j];
}

static double
objective(const struct data *a, const struct logreg *m)
{
	double f = 0, *s = xcalloc(m->k, sizeof *s);
	size_t d = m->d_dense + m->d_sparse;

	for (size_t i = 0; i < a->x.n; i++) {
		double sum = 0, top = -INFINITY;

		scores(a, m, i, s);
		for (size_t j = 0; j < m->k; j++)
			top = fmax(top, s[j]);
		for (size_t j = 0; j < m->k; j++)
			sum += exp(s[j] - top);
		f += log(sum) + top - s[a->y[i]];
	}
	for (size_t e = 0; e < d * m->k; e++)
		f += 0.5 * (double)m->w[e] * (double)m->w[e];
	free(s);
	return f;
}

static int
run_fit(const char *path)
{
	struct logreg_opts o = LOGREG_OPTS;
	struct logreg m = { 0 }, again;
	struct data a;
	struct err err;
	double best = 1e9, start, warm;

	data_read(&a, path);
	for (int i = 0; i < 3; i++) {
		logreg_free(&m);
		start = now();
		if (logreg_fit(&m, &a.x, a.y, (size_t)a.k, &o, NULL, &err) < 0)
			fatal("%s", err.text);
		best = fmin(best, now() - start);
	}
	o.start = &m;
	start = now();
	if (logreg_fit(&again, &a.x, a.y, (size_t)a.k, &o, NULL, &err) < 0)
		fatal("%s", err.text);
	warm = now() - start;
	printf("%.4f %.6f %.4f\n", best, objective(&a, &m), warm);
	return 0;
}

static int
run_cv(const char *path)
{
	struct crossval_opts o = CROSSVAL_OPTS;
	struct logreg_opts fit = LOGREG_OPTS;
	struct logreg full;
	struct crossval cv;
	struct data a;
	struct err err;
	double start;

	data_read(&a, path);
	start = now();
	if (logreg_fit(&full, &a.x, a.y, (size_t)a.k, &fit, NULL, &err) < 0 ||
	    crossval_logreg(&cv, &a.x, a.y, NULL, (size_t)a.k, &o, &fit, &full,
	    NULL, &err) < 0)
		fatal("%s", err.text);
	printf("%.4f %.4f\n", now() - start, cv.accuracy_mean);
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static int
run_select(size_t n)
{
	enum { K = 40, PICKS = 2000 };
	struct select_opts o = { .mode = SELECT_ACTIVE, .label = -1,
		.audit = 0.1 };
	struct candidates c = { .n = n, .k = K };
	struct select_order *order;
	struct selected pick;
	struct rng rng;
	struct err err;
	float *p = try_alloc(n * K, sizeof *p, &err);
	uint8_t *may = xcalloc(n, 1);
	double t[PICKS], start, made, plain;

	if (p == NULL)
		fatal("%s", err.text);
	rng_seed(&rng, 1);
	for (size_t i = 0; i < n; i++) {
		float sum = 0;

		may[i] = 1;
		for (size_t j = 0; j < K; j++)
			sum += p[i * K + j] = (float)rng_double(&rng);
		for (size_t j = 0; j < K; j++)
			p[i * K + j] /= sum;
	}
	c.prob = p;
	c.eligible = may;
	start = now();
	order = select_order_new(&c, &o, &err);
	if (order == NULL ||
	    select_order_next(order, may, n, 0, 0, &pick, &err) < 0)
		fatal("%s", err.text);
	made = now() - start;
	for (size_t i = 0; i < PICKS; i++) {
		start = now();
		if (select_order_next(order, may, n - i, i, o.audit, &pick,
		    &err) < 0)
			fatal("%s", err.text);
		t[i] = 1e3 * (now() - start);
		may[pick.index] = 0;
	}
	qsort(t, PICKS, sizeof *t, by_value);
	o.audit = 0;
	start = now();
	if (select_next(&pick, &c, &o, &err) < 0)
		fatal("%s", err.text);
	plain = now() - start;
	printf("%.3f %.1f %.2f\n", t[PICKS * 99 / 100], made * 1e3,
	    plain * 1e3);
	select_order_free(order);
	free(may);
	free(p);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "fit") == 0)
		return run_fit(argv[2]);
	if (argc == 3 && strcmp(argv[1], "cv") == 0)
		return run_cv(argv[2]);
	if (argc == 3 && strcmp(argv[1], "select") == 0)
		return run_select(strtoul(argv[2], NULL, 10));
	return 2;
}
