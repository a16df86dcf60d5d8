#include "skfix.h"

#include "tagtiger/crossval.h"
#include "tagtiger/err.h"
#include "tagtiger/logreg.h"
#include "tagtiger/mat.h"
#include "tagtiger/metrics.h"
#include "tagtiger/rng.h"

static int *
classes(const cJSON *c, size_t *n, size_t *k)
{
	int *y = fix_ints(fix_get(c, "y"), n), most = 0;

	for (size_t i = 0; i < *n; i++)
		most = y[i] > most ? y[i] : most;
	*k = (size_t)most + 1;
	return y;
}

/* A model that knows the answer sheet: probability 1 for pred[i]. */
static int
answer(void *arg, const struct features *train, const uint32_t *train_index,
    const struct features *test, const uint32_t *test_index, float *prob,
    struct err *err)
{
	const int *sheet = arg; /* k, then pred (n) */
	size_t k = (size_t)sheet[0];

	(void)err;
	for (size_t i = 0; i < train->n; i++)
		for (size_t j = 0; j < test->n; j++)
			assert_int_not_equal(train_index[i], test_index[j]);
	for (size_t i = 0; i < test->n; i++)
		for (size_t j = 0; j < k; j++)
			prob[i * k + j] =
			    (size_t)sheet[1 + test_index[i]] == j;
	return 0;
}

static void
one_case(const cJSON *c)
{
	const cJSON *want = fix_get(c, "test_fold_unshuffled"), *part;
	struct crossval_opts o = { .folds = (int)fix_number(c, "folds"),
		.threads = 2 };
	struct crossval cv;
	struct metrics m;
	struct err err;
	size_t n, k, size;
	int *y = classes(c, &n, &k), *pred = fix_ints(fix_get(c, "pred"), NULL);
	int *sheet = calloc(n + 1, sizeof *sheet), *sd, at = 0;
	double *acc = fix_doubles(fix_get(c, "accuracy"), &size);
	double *f1 = fix_doubles(fix_get(c, "macro_f1_labels_present_in_fold"),
	    NULL), mean = 0;

	sheet[0] = (int)k;
	memcpy(sheet + 1, pred, n * sizeof *pred);
	assert_int_equal(crossval_run(&cv, &(struct features){ .n = n }, y,
	    NULL, k, &o, answer, sheet, NULL, &err), 0);
	cJSON_ArrayForEach(part, want) {
		sd = fix_ints(part, &size);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(cv.fold[sd[i]], at);
		free(sd);
		at++;
	}
	assert_int_equal(at, o.folds);
	for (int i = 0; i < o.folds; i++) {
		fix_near(cv.accuracy[i], acc[i], 1e-9, "accuracy");
		fix_near(cv.f1_macro[i], f1[i], 1e-9, "macro F1");
		mean += f1[i] / o.folds;
	}
	fix_near(cv.accuracy_mean, fix_number(c, "accuracy_mean"), 1e-9,
	    "mean");
	fix_near(cv.accuracy_sd, fix_number(c, "accuracy_sd_ddof1"), 1e-9,
	    "deviation");
	fix_near(cv.f1_macro_mean, mean, 1e-9, "mean F1");
	predict_classes(cv.prob, n, k, sheet);
	assert_memory_equal(sheet, pred, n * sizeof *pred);
	assert_int_equal(metrics_classes(&m, y, sheet, n, k, &err), 0);
	fix_near(m.macro.f1, fix_number(c, "pooled_macro_f1"), 1e-9, "pooled");
	metrics_free(&m);
	crossval_free(&cv);
	free(f1);
	free(acc);
	free(sheet);
	free(pred);
	free(y);
}

static void
test_fixture(void **state)
{
	cJSON *all = fix_open("kfold.json");
	const cJSON *c;
	int compared = 0;

	(void)state;
	cJSON_ArrayForEach(c, fix_get(all, "cases")) {
		one_case(c);
		compared++;
	}
	assert_int_equal(compared, 4);
	cJSON_Delete(all);
}

static int
by_row(const void *a, const void *b)
{
	return memcmp(a, b, 8 * sizeof(int));
}

/* Shuffled: the same counts by class and fold, up to the order of folds. */
static void
test_shuffled(void **state)
{
	cJSON *all = fix_open("kfold.json");
	const cJSON *c, *row;
	int compared = 0;

	(void)state;
	cJSON_ArrayForEach(c, fix_get(all, "cases")) {
		size_t n, k, few;
		int *y = classes(c, &n, &k), folds = (int)fix_number(c,
		    "folds"), at = 0, differ = 0;
		int got[16][8] = { 0 }, want[16][8] = { 0 };
		int *fold = calloc(n, sizeof *fold);
		int *other = calloc(n, sizeof *fold);
		struct err err;

		assert_int_equal(kfold_stratified(y, n, k, folds, true, 7,
		    fold, &few, &err), 0);
		assert_int_equal(kfold_stratified(y, n, k, folds, true, 8,
		    other, &few, &err), 0);
		for (size_t i = 0; i < n; i++) {
			got[fold[i]][y[i]]++;
			differ += fold[i] != other[i];
		}
		assert_true(differ > 0);
		cJSON_ArrayForEach(row, fix_get(c, "class_counts_per_fold")) {
			for (size_t j = 0; j < k; j++)
				want[at][j] = (int)fix_value(
				    cJSON_GetArrayItem(row, (int)j));
			at++;
		}
		qsort(got, (size_t)folds, sizeof *got, by_row);
		qsort(want, (size_t)folds, sizeof *want, by_row);
		assert_memory_equal(got, want, sizeof got);
		free(other);
		free(fold);
		free(y);
		compared++;
	}
	assert_int_equal(compared, 4);
	cJSON_Delete(all);
}

static void
test_few(void **state)
{
	int y[] = { 0, 0, 0, 0, 1, 2, 2 }, fold[7];
	struct err err;
	size_t few;

	(void)state;
	assert_int_equal(kfold_stratified(y, 7, 4, 3, false, 0, fold, &few,
	    &err), 0);
	assert_int_equal(few, 2); /* classes 1 and 2; 3 does not occur */
	assert_int_equal(kfold_stratified(y, 7, 4, 5, false, 0, fold, &few,
	    &err), -1);
	assert_non_null(strstr(err.text, "5 folds"));
	assert_int_equal(kfold_stratified(y, 7, 4, 8, false, 0, fold, &few,
	    &err), -1);
	assert_int_equal(kfold_stratified(y, 7, 4, 1, false, 0, fold, &few,
	    &err), -1);
}

/* Iterative stratification keeps each label's share, even of rare ones. */
static void
test_multilabel(void **state)
{
	enum { N = 400, K = 6, FOLDS = 5 };
	static uint8_t y[N * K];
	static int fold[N];
	int total[K] = { 0 }, part[FOLDS][K] = { { 0 } }, size[FOLDS] = { 0 };
	struct rng rng;
	struct err err;
	size_t few;

	(void)state;
	rng_seed(&rng, 3);
	for (size_t i = 0; i < N * K; i++)
		y[i] = rng_double(&rng) < 0.4 / (double)(1 + 3 * (i % K));
	assert_int_equal(kfold_multilabel(y, N, K, FOLDS, 11, fold, &few,
	    &err), 0);
	for (size_t i = 0; i < N; i++) {
		assert_in_range(fold[i], 0, FOLDS - 1);
		size[fold[i]]++;
		for (size_t j = 0; j < K; j++) {
			part[fold[i]][j] += y[i * K + j];
			total[j] += y[i * K + j];
		}
	}
	for (int f = 0; f < FOLDS; f++) {
		assert_in_range(size[f], N / FOLDS - 4, N / FOLDS + 4);
		for (int j = 0; j < K; j++)
			assert_true(abs(part[f][j] * FOLDS - total[j]) <=
			    2 * FOLDS);
	}
}

/* Of separable classes nearly all are found, and by models that did not see
 * the text: labels drawn by chance score like chance. */
static void
test_logreg(void **state)
{
	enum { N = 300, D = 8, K = 3 };
	struct crossval_opts o = CROSSVAL_OPTS;
	struct logreg_opts fit = LOGREG_OPTS;
	struct logreg full;
	struct crossval cv, again;
	struct rng rng;
	struct mat x;
	struct err err;
	int y[N], noise[N];
	uint8_t multi[N * K];
	float *weight = calloc(N, sizeof *weight);

	(void)state;
	rng_seed(&rng, 5);
	assert_int_equal(mat_alloc(&x, N, D, &err), 0);
	for (size_t i = 0; i < N; i++) {
		y[i] = (int)(i % K);
		noise[i] = (int)rng_below(&rng, K);
		weight[i] = 1;
		for (size_t j = 0; j < K; j++)
			multi[i * K + j] = (size_t)y[i] == j ||
			    (j == 2 && noise[i] == 0);
		for (size_t j = 0; j < D; j++)
			x.v[i * D + j] = (float)(fix_normal(&rng) +
			    (j == (size_t)y[i] ? 4 : 0));
	}
	struct features f = { .n = N, .dense = &x };

	fit.weight = weight;
	assert_int_equal(logreg_fit(&full, &f, y, K, &fit, NULL, &err), 0);
	assert_int_equal(crossval_logreg(&cv, &f, y, NULL, K, &o, &fit, &full,
	    NULL, &err), 0);
	assert_true(cv.accuracy_mean > 0.93 && cv.accuracy_mean < 1);
	o.threads = 1;
	assert_int_equal(crossval_logreg(&again, &f, y, NULL, K, &o, &fit,
	    &full, NULL, &err), 0);
	assert_memory_equal(cv.prob, again.prob, N * K * sizeof(float));
	crossval_free(&again);
	crossval_free(&cv);
	assert_int_equal(crossval_logreg(&cv, &f, noise, NULL, K, &o, &fit,
	    NULL, NULL, &err), 0);
	assert_true(cv.accuracy_mean > 0.2 && cv.accuracy_mean < 0.46);
	crossval_free(&cv);
	assert_int_equal(crossval_logreg(&cv, &f, NULL, multi, K, &o, &fit,
	    NULL, NULL, &err), 0);
	assert_true(cv.f1_macro_mean > 0.8);
	crossval_free(&cv);
	/* A class with one text: the folds without it still work. */
	for (size_t i = 0; i < N; i++)
		y[i] = i == 7;
	assert_int_equal(crossval_logreg(&cv, &f, y, NULL, 2, &o, &fit, NULL,
	    NULL, &err), 0);
	assert_int_equal(cv.few, 1);
	assert_true(cv.prob[7 * 2] == 1);
	crossval_free(&cv);
	logreg_free(&full);
	mat_free(&x);
	free(weight);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixture),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_multilabel),
		cmocka_unit_test(test_logreg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
