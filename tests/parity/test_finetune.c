/*
 * A whole training on a small folder: it learns, it stops and goes on to the
 * same weights, and what it writes is a model that gives the same logits.
 */
#include "fixture.h"

#include <ftw.h>
#include <unistd.h>

#include "tagtiger/finetune.h"
#include "tagtiger/job.h"
#include "tagtiger/mat.h"

#define BASE "tests/parity/bert_uncased"
#define TEXTS 60

struct data {
	struct text texts[TEXTS];
	int y[TEXTS];
	uint8_t cells[TEXTS * 3];
	char dir[64];
	struct finetune_spec spec;
};

static const char *const labels[] = { "farm", "sea", "town \"x\"" };

/* What a label's texts have in common are some words. */
static void
data_make(struct data *d)
{
	static const char *const word[] = { "file", "option", "error" };

	memset(d, 0, sizeof *d);
	for (int i = 0; i < TEXTS; i++) {
		char *s = xasprintf("%s %s %c %d %s", word[i % 3],
		    i % 2 ? "text" : "a longer text than others are",
		    'a' + i % 7, i, word[i % 3]);

		d->texts[i] = (struct text) { s, strlen(s) };
		d->y[i] = i % 3;
		d->cells[3 * i + i % 3] = 1;
		d->cells[3 * i + 2] = i % 2;
	}
	strcpy(d->dir, "/tmp/tagtiger-finetune.XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	d->spec = (struct finetune_spec) FINETUNE_INIT;
	d->spec.base = BASE;
	d->spec.dir = d->dir;
	d->spec.texts = d->texts;
	d->spec.n = TEXTS;
	d->spec.y = d->y;
	d->spec.labels = labels;
	d->spec.k = 3;
	d->spec.epochs = 4;
	d->spec.batch = 4;
	d->spec.accumulate = 2;
	d->spec.rate = 2e-3;
	d->spec.device = "cpu";
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
data_free(struct data *d)
{
	for (int i = 0; i < TEXTS; i++)
		free((char *)d->texts[i].s);
	nftw(d->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct seen {
	int points, evals, notes;
	double first, last_train, last_eval, f1;
	int64_t steps;
	struct progress *cancel;
	int64_t cancel_at; /* step whose point cancels; 0: none */
	bool cancel_eval;
};

static void
on_point(void *arg, const struct finetune_point *p)
{
	struct seen *s = arg;

	if (p->eval) {
		s->evals++;
		s->last_eval = p->loss;
		s->f1 = p->f1;
	} else {
		if (s->points++ == 0)
			s->first = p->loss;
		s->last_train = p->loss;
		assert_true(isnan(p->f1));
		if (s->cancel_at > 0 && p->step >= s->cancel_at)
			atomic_store(&s->cancel->cancel, true);
	}
	s->steps = p->steps;
}

static void
on_note(void *arg, const char *line)
{
	struct seen *s = arg;

	assert_true(strlen(line) > 5);
	s->notes++;
}

static struct finetune_result
run(struct data *d, bool resume, struct seen *seen)
{
	struct finetune_calls calls = { seen, on_point, on_note };
	struct finetune_result r;
	struct progress p = { 0 };
	struct err err = { 0 };

	seen->cancel = &p;
	finetune_run(&d->spec, resume, &calls, &r, &p, &err);
	assert_string_equal(err.text, "");
	return r;
}

static struct mat
classify(const char *dir, struct data *d)
{
	struct encoder_options o = { .device = "cpu" };
	struct err err = { 0 };
	struct encoder *e = encoder_open(dir, &o, &err);
	struct mat m;

	assert_string_equal(err.text, "");
	encoder_classify(e, d->texts, TEXTS, &m, NULL, &err);
	assert_string_equal(err.text, "");
	encoder_free(e);
	return m;
}

static void
assert_same(struct mat a, struct mat b)
{
	assert_int_equal(a.n * a.d, b.n * b.d);
	assert_memory_equal(a.v, b.v, a.n * a.d * sizeof *a.v);
	mat_free(&a);
	mat_free(&b);
}

static void
test_learns(void **state)
{
	struct finetune_result r;
	struct seen seen = { 0 };
	struct data d;
	struct mat m;
	size_t held = 0, right = 0;

	(void)state;
	if (!have_torch())
		skip();
	data_make(&d);
	r = run(&d, false, &seen);
	assert_int_equal(r.effective_batch, 8);
	assert_int_equal(r.steps, 4 * 6);
	assert_int_equal(r.step, r.steps);
	assert_int_equal(seen.steps, r.steps);
	assert_int_equal(seen.evals, 4);
	assert_true(seen.points >= 4 && seen.notes >= 3);
	assert_false(r.stopped);
	for (int i = 0; i < TEXTS; i++)
		held += r.held_out[i];
	assert_int_equal(held, 12);
	assert_true(seen.last_train < 0.6 * seen.first);
	assert_true(r.last_loss == seen.last_eval && r.last_f1 == seen.f1);
	assert_true(r.best_loss <= r.last_loss && r.best_f1 > 0.9);
	m = classify(d.dir, &d);
	for (int i = 0; i < TEXTS; i++) {
		const float *v = m.v + 3 * i;
		int best = v[1] > v[0];

		if (v[2] > v[best])
			best = 2;
		right += best == d.y[i];
		assert_true(fabs(v[0] + v[1] + v[2] - 1) < 1e-5);
	}
	assert_true(right > 50);
	mat_free(&m);
	assert_false(finetune_can_resume(d.dir));
	finetune_result_free(&r);
	data_free(&d);
}

/* Stopped in the middle, gone on with: the same bits as in one go; the last
 * weights too. */
static void
resumes(int64_t at)
{
	struct finetune_result r;
	struct seen seen = { 0 };
	struct data one, two;
	char a[96], b[96];

	data_make(&one);
	one.spec.eval_steps = 5;
	one.spec.best = false;
	r = run(&one, false, &seen);
	finetune_result_free(&r);

	data_make(&two);
	two.spec.eval_steps = 5;
	two.spec.best = false;
	seen = (struct seen) { .cancel_at = at };
	r = run(&two, false, &seen);
	assert_true(r.stopped);
	assert_int_equal(r.step, at);
	finetune_result_free(&r);
	assert_true(finetune_can_resume(two.dir));
	seen = (struct seen) { 0 };
	r = run(&two, true, &seen);
	assert_false(r.stopped);
	assert_int_equal(r.step, r.steps);
	/* An evaluation that the stop came before is made after all. */
	assert_int_equal(seen.evals, 5 - (at - 1) / 5);
	finetune_result_free(&r);
	snprintf(a, sizeof a, "%s", one.dir);
	snprintf(b, sizeof b, "%s", two.dir);
	assert_same(classify(a, &one), classify(b, &two));
	data_free(&one);
	data_free(&two);
}

static void
test_resume(void **state)
{
	(void)state;
	if (!have_torch())
		skip();
	resumes(7);
	resumes(10);
}

static void
test_resume_refuses(void **state)
{
	struct finetune_result r;
	struct seen seen = { .cancel_at = 3 };
	struct err err = { 0 };
	struct data d;

	(void)state;
	if (!have_torch())
		skip();
	data_make(&d);
	assert_int_equal(finetune_run(&d.spec, true, NULL, &r, NULL, &err),
	    -1);
	assert_int_equal(err.status, ERR_NAME);
	finetune_result_free(&r);
	r = run(&d, false, &seen);
	assert_true(r.stopped);
	finetune_result_free(&r);
	d.y[4] = (d.y[4] + 1) % 3;
	err_clear(&err);
	assert_int_equal(finetune_run(&d.spec, true, NULL, &r, NULL, &err),
	    -1);
	assert_int_equal(err.status, ERR_NAME);
	assert_non_null(strstr(err.text, "other texts"));
	finetune_result_free(&r);
	data_free(&d);
}

/* Labels that nothing in the texts foretells: learning them by heart makes
 * the held-out ones worse, so that the best weights are not the last. */
static void
test_best(void **state)
{
	struct finetune_result r;
	struct seen seen = { 0 };
	struct data d;
	struct mat best, last;
	char path[96];

	(void)state;
	if (!have_torch())
		skip();
	data_make(&d);
	for (int i = 0; i < TEXTS; i++)
		d.y[i] = (i * i / 5 + i / 3) % 3;
	d.spec.rate = 5e-3;
	d.spec.eval_steps = 4;
	d.spec.epochs = 10;
	r = run(&d, false, &seen);
	assert_int_equal(seen.evals, 15);
	assert_in_range(r.best_step, 1, r.steps - 1);
	assert_true(r.best_loss < r.last_loss);
	snprintf(path, sizeof path, "%s/last", d.dir);
	best = classify(d.dir, &d);
	last = classify(path, &d);
	assert_memory_not_equal(best.v, last.v,
	    best.n * best.d * sizeof *best.v);
	mat_free(&best);
	mat_free(&last);
	finetune_result_free(&r);
	data_free(&d);
}

static void
test_multilabel(void **state)
{
	struct finetune_result r;
	struct seen seen = { 0 };
	struct data d;
	struct mat m;
	int right = 0;

	(void)state;
	if (!have_torch())
		skip();
	data_make(&d);
	d.spec.loss = FINETUNE_BCE;
	d.spec.y = NULL;
	d.spec.cells = d.cells;
	d.spec.epochs = 8;
	r = run(&d, false, &seen);
	assert_true(seen.last_train < 0.6 * seen.first);
	m = classify(d.dir, &d);
	for (int i = 0; i < TEXTS * 3; i++)
		right += (m.v[i] >= 0.5f) == d.cells[i];
	assert_true(right > 160);
	mat_free(&m);
	finetune_result_free(&r);
	data_free(&d);
}

/* Two texts of a label against fifty: the weights make them count. */
static void
test_balanced(void **state)
{
	struct finetune_result r;
	struct seen plain = { 0 }, seen = { 0 };
	struct data d;

	(void)state;
	if (!have_torch())
		skip();
	data_make(&d);
	for (int i = 0; i < TEXTS; i++)
		d.y[i] = i < 4 ? 1 : 2 * (i % 2);
	d.spec.epochs = 1;
	d.spec.eval_share = 0;
	r = run(&d, false, &plain);
	assert_int_equal(plain.evals, 0);
	assert_true(isnan(r.best_loss));
	finetune_result_free(&r);
	d.spec.loss = FINETUNE_CE_BALANCED;
	r = run(&d, false, &seen);
	assert_true(seen.last_train > plain.last_train);
	finetune_result_free(&r);
	data_free(&d);
}

static void
test_refuses(void **state)
{
	struct finetune_result r;
	struct err err = { 0 };
	struct data d;

	(void)state;
	if (!have_torch())
		skip();
	data_make(&d);
	d.spec.n = 0;
	assert_int_equal(finetune_run(&d.spec, false, NULL, &r, NULL, &err),
	    -1);
	assert_non_null(strstr(err.text, "no annotated"));
	d.spec.n = TEXTS;
	d.spec.epochs = 0;
	assert_int_equal(finetune_run(&d.spec, false, NULL, &r, NULL, &err),
	    -1);
	assert_int_equal(err.status, ERR_USAGE);
	d.spec.epochs = 1;
	d.y[3] = 3;
	assert_int_equal(finetune_run(&d.spec, false, NULL, &r, NULL, &err),
	    -1);
	d.y[3] = 0;
	d.spec.base = "tests/parity/nowhere";
	assert_int_equal(finetune_run(&d.spec, false, NULL, &r, NULL, &err),
	    -1);
	assert_int_equal(err.status, ERR_NAME);
	data_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learns),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_resume_refuses),
		cmocka_unit_test(test_best),
		cmocka_unit_test(test_multilabel),
		cmocka_unit_test(test_balanced),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
