/*
 * Losses, gradients and AdamW against torch; and what the trainer promises:
 * the same result whatever the micro-batch, the same bits from the same seed,
 * and from a saved state.
 */
#include "fixture.h"

#include "tagtiger/buf.h"

#define PARAMS 64

struct training {
	struct fixture f;
	struct torch_model *m;
	struct torch_trainer *t;
	struct packed p;
	int32_t labels[64];
	float cells[64 * 3];
	struct torch_target y;
	size_t params;
};

static const struct torch_train_config plain = {
	.loss = TORCH_LOSS_CE, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8,
	.weight_decay = 0.01, .decay_all = 1, .seed = 1,
};

static void
training_open(struct training *t, const char *dir,
    const struct torch_train_config *conf)
{
	struct torch_err terr = { "" };
	const cJSON *c, *row;
	int n = 0, k = 0;

	fixture_open(&t->f, dir);
	t->m = fixture_model(&t->f);
	t->t = t->f.api->trainer_new(t->m, conf, &terr);
	assert_string_equal(terr.text, "");
	assert_non_null(t->t);
	pack(&t->p, at(t->f.json, "batch.input_ids"),
	    at(t->f.json, "batch.attention_mask"));
	cJSON_ArrayForEach(c, at(t->f.json, "batch.labels"))
		t->labels[n++] = c->valueint;
	cJSON_ArrayForEach(row, at(t->f.json, "batch.multi_labels"))
		cJSON_ArrayForEach(c, row)
			t->cells[k++] = (float)c->valuedouble;
	assert_int_equal(n, 6);
	assert_int_equal(k, 18);
	t->y = (struct torch_target) { .labels = t->labels,
		.cells = t->cells };
	t->params = t->f.api->param_count(t->m);
	assert_in_range(t->params, 1, PARAMS);
}

static void
training_close(struct training *t)
{
	t->f.api->trainer_free(t->t);
	t->f.api->model_free(t->m);
	fixture_close(&t->f);
}

static const char *
param_name(struct training *t, size_t i, size_t *count)
{
	struct torch_tensor info;
	struct torch_err terr = { "" };

	assert_int_equal(t->f.api->param_info(t->m, i, &info, &terr), 0);
	*count = 1;
	for (int d = 0; d < info.ndim; d++)
		*count *= (size_t)info.shape[d];
	return info.name;
}

static void
check_gradients(const char *dir, int loss, const char *part, int micro)
{
	struct torch_train_config conf = plain;
	struct torch_err terr = { "" };
	struct training t;
	double got, l2[PARAMS], total = 0, worst = 0;
	const cJSON *want, *c;
	size_t n = 0;
	char path[64];

	conf.loss = loss;
	training_open(&t, dir, &conf);
	assert_int_equal(t.f.api->trainer_gradients(t.t, &t.p.b, &t.y, micro,
	    &got, l2, &terr), 0);
	assert_string_equal(terr.text, "");
	snprintf(path, sizeof path, "%s.loss", part);
	assert_true(fabs(got - at(t.f.json, path)->valuedouble) <= 1e-4);
	snprintf(path, sizeof path, "%s.grad_l2_f64", part);
	want = at(t.f.json, path);
	cJSON_ArrayForEach(c, want)
		total += cJSON_IsNumber(c) ?
		    c->valuedouble * c->valuedouble : 0;
	total = sqrt(total);
	for (size_t i = 0; i < t.params; i++) {
		size_t count;
		double ref, limit;

		c = cJSON_GetObjectItemCaseSensitive(want,
		    param_name(&t, i, &count));
		assert_non_null(c);
		ref = cJSON_IsNumber(c) ? c->valuedouble : 0;
		limit = 1e-3 * (ref + 1e-4 * total);
		if (fabs(l2[i] - ref) > limit)
			print_message("%s: %g, not %g\n", c->string, l2[i],
			    ref);
		worst = fmax(worst, fabs(l2[i] - ref) / limit);
		n++;
	}
	if (worst > 1)
		print_message("%s %s: %g of the tolerance\n", dir, part, worst);
	assert_true(worst <= 1);
	assert_int_equal(n, cJSON_GetArraySize(want));
	assert_int_equal(n, 5 + 16 * t.f.conf.layers + 4);
	training_close(&t);
}

static void
test_gradients(void **state)
{
	(void)state;
	if (!have_torch())
		skip();
	for (int i = 0; i < 2; i++) {
		const char *dir = i ? "tests/parity/bert_cased" :
				      "tests/parity/bert_uncased";

		check_gradients(dir, TORCH_LOSS_CE, "sequence", 6);
		check_gradients(dir, TORCH_LOSS_CE, "sequence", 2);
		check_gradients(dir, TORCH_LOSS_BCE, "multilabel", 6);
		check_gradients(dir, TORCH_LOSS_BCE, "multilabel", 1);
	}
}

static void
step(struct training *t, int micro, double rate, struct torch_step *s)
{
	struct torch_err terr = { "" };

	t->f.api->trainer_step(t->t, &t->p.b, &t->y, micro, rate, s, &terr);
	assert_string_equal(terr.text, "");
}

static void
logits_of(struct training *t, float *logits)
{
	struct torch_err terr = { "" };
	struct torch_output o = { .logits = logits };

	assert_int_equal(t->f.api->model_run(t->m, &t->p.b, 0, &o, &terr), 0);
}

/* Sums and norms of all parameters; how many were compared. */
static size_t
check_params(struct training *t, const cJSON *want)
{
	size_t compared = 0;

	for (size_t i = 0; i < t->params; i++) {
		struct torch_err terr = { "" };
		size_t n;
		const cJSON *c = cJSON_GetObjectItemCaseSensitive(want,
		    param_name(t, i, &n));
		float *v = xcalloc(n, sizeof *v);
		double sum = 0, l2 = 0, d;

		assert_non_null(c);
		assert_int_equal(t->f.api->param_read(t->m, i, v, n, &terr),
		    0);
		for (size_t j = 0; j < n; j++) {
			sum += v[j];
			l2 += (double)v[j] * v[j];
		}
		free(v);
		if (cJSON_IsFalse(at(c, "stable")))
			continue;
		d = at(c, "l2")->valuedouble;
		assert_true(fabs(sqrt(l2) - d) <= 1e-4 * d);
		d = at(c, "sum")->valuedouble;
		assert_true(fabs(sum - d) <= 1e-4 * (1 + sqrt((double)n)));
		compared++;
	}
	return compared;
}

static void
check_adamw(const char *dir)
{
	struct training t;
	struct torch_step s;
	float logits[18];
	const cJSON *c, *losses;
	double loss, l2[PARAMS];
	struct torch_err terr = { "" };
	size_t stable = 0;
	int steps = 0;

	training_open(&t, dir, &plain);
	losses = at(t.f.json, "adamw3.losses");
	cJSON_ArrayForEach(c, losses) {
		step(&t, 6, 1e-3, &s);
		assert_true(fabs(s.loss - c->valuedouble) <= 1e-3);
		steps++;
	}
	assert_int_equal(steps, 3);
	logits_of(&t, logits);
	assert_close(logits, at(t.f.json, "adamw3.logits_after"), 18, 1e-3);
	assert_int_equal(t.f.api->trainer_gradients(t.t, &t.p.b, &t.y, 6,
	    &loss, l2, &terr), 0);
	assert_true(fabs(loss - at(t.f.json, "adamw3.loss_after")->
	    valuedouble) <= 1e-3);
	cJSON_ArrayForEach(c, at(t.f.json, "adamw3.params"))
		stable += !cJSON_IsFalse(at(c, "stable"));
	assert_int_equal(check_params(&t, at(t.f.json, "adamw3.params")),
	    stable);
	assert_true(stable > 40);
	training_close(&t);
}

static void
test_adamw(void **state)
{
	(void)state;
	if (!have_torch())
		skip();
	check_adamw("tests/parity/bert_uncased");
	check_adamw("tests/parity/bert_cased");
}

/* Micro-batches change nothing but the order of additions. */
static void
test_micro(void **state)
{
	struct training t;
	struct torch_step a, b;
	float one[18], two[18];
	double worst = 0;

	(void)state;
	if (!have_torch())
		skip();
	training_open(&t, "tests/parity/bert_uncased", &plain);
	step(&t, 6, 1e-4, &a);
	logits_of(&t, one);
	training_close(&t);
	training_open(&t, "tests/parity/bert_uncased", &plain);
	step(&t, 2, 1e-4, &b);
	logits_of(&t, two);
	training_close(&t);
	assert_true(fabs(a.loss - b.loss) < 1e-5);
	assert_true(fabs(a.grad_norm - b.grad_norm) < 1e-4 * a.grad_norm);
	for (int i = 0; i < 18; i++)
		worst = fmax(worst, fabs(one[i] - two[i]));
	assert_true(worst < 1e-3);
}

/* Weights of classes: a class that weighs nothing is not learnt from, and
 * equal weights are no weights. */
static void
test_class_weights(void **state)
{
	static const float even[3] = { 2, 2, 2 }, third[3] = { 0, 0, 1 };
	struct torch_train_config conf = plain;
	struct torch_err terr = { "" };
	struct training t;
	double loss, l2[PARAMS], want = 0;
	float logits[18];
	int n = 0;

	(void)state;
	if (!have_torch())
		skip();
	conf.class_weights = even;
	training_open(&t, "tests/parity/bert_uncased", &conf);
	assert_int_equal(t.f.api->trainer_gradients(t.t, &t.p.b, &t.y, 4,
	    &loss, l2, &terr), 0);
	assert_true(fabs(loss - at(t.f.json, "sequence.loss")->valuedouble) <
	    1e-4);
	training_close(&t);

	conf.class_weights = third;
	training_open(&t, "tests/parity/bert_uncased", &conf);
	logits_of(&t, logits);
	for (int i = 0; i < 6; i++) {
		const float *v = logits + 3 * i;

		if (t.labels[i] != 2)
			continue;
		want += log(exp(v[0]) + exp(v[1]) + exp(v[2])) - v[2];
		n++;
	}
	assert_int_equal(t.f.api->trainer_gradients(t.t, &t.p.b, &t.y, 4,
	    &loss, l2, &terr), 0);
	assert_true(fabs(loss - want / n) < 1e-5);
	training_close(&t);
}

/* The norm is that of all gradients, and a clipped step the same as one
 * that a tenth of the loss would have made: with Adam's first step only the
 * direction counts, so the weights must agree. */
static void
test_clipping(void **state)
{
	struct torch_train_config conf = plain;
	struct torch_err terr = { "" };
	struct training t;
	struct torch_step s;
	double loss, l2[PARAMS], norm = 0;
	float free_logits[18], clipped[18];
	double worst = 0;

	(void)state;
	if (!have_torch())
		skip();
	training_open(&t, "tests/parity/bert_uncased", &conf);
	assert_int_equal(t.f.api->trainer_gradients(t.t, &t.p.b, &t.y, 6,
	    &loss, l2, &terr), 0);
	for (size_t i = 0; i < t.params; i++)
		norm += l2[i] * l2[i];
	step(&t, 6, 1e-3, &s);
	assert_true(fabs(s.grad_norm - sqrt(norm)) < 1e-5 * s.grad_norm);
	logits_of(&t, free_logits);
	training_close(&t);
	conf.clip_norm = 0.5;
	training_open(&t, "tests/parity/bert_uncased", &conf);
	step(&t, 6, 1e-3, &s);
	assert_true(s.grad_norm > 1);
	logits_of(&t, clipped);
	training_close(&t);
	for (int i = 0; i < 18; i++)
		worst = fmax(worst, fabs(free_logits[i] - clipped[i]));
	assert_true(worst < 2e-2);
	assert_memory_not_equal(free_logits, clipped, sizeof clipped);
}

static int
to_buf(void *arg, const void *data, size_t len)
{
	buf_add(arg, data, len);
	return 0;
}

struct reader {
	const struct buf *b;
	size_t at;
};

static int
from_buf(void *arg, void *data, size_t len)
{
	struct reader *r = arg;

	if (len > r->b->len - r->at)
		return -1;
	memcpy(data, r->b->data + r->at, len);
	r->at += len;
	return 0;
}

static const struct torch_train_config dropping = {
	.loss = TORCH_LOSS_CE, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8,
	.weight_decay = 0.01, .clip_norm = 1, .seed = 5,
};

static void
dropping_open(struct training *t, uint64_t seed)
{
	struct torch_train_config conf = dropping;
	struct torch_err terr = { "" };

	conf.seed = seed;
	fixture_open(&t->f, "tests/parity/bert_uncased");
	t->f.conf.hidden_dropout = t->f.conf.attention_dropout =
	    t->f.conf.classifier_dropout = 0.3;
	t->m = fixture_model(&t->f);
	t->t = t->f.api->trainer_new(t->m, &conf, &terr);
	assert_non_null(t->t);
	pack(&t->p, at(t->f.json, "batch.input_ids"),
	    at(t->f.json, "batch.attention_mask"));
	for (int i = 0; i < 6; i++)
		t->labels[i] = i % 3;
	t->y = (struct torch_target) { .labels = t->labels };
	t->params = t->f.api->param_count(t->m);
}

/* Steps whose batches differ, so that words come in at different times. */
static void
steps(struct training *t, int from, int to)
{
	for (int i = from; i < to; i++) {
		struct torch_batch all = t->p.b;
		struct torch_step s;

		t->p.b.n = 1 + i % 6;
		step(t, 2, 1e-3, &s);
		t->p.b = all;
	}
}

static void
test_same_bits(void **state)
{
	struct torch_err terr = { "" };
	struct training t;
	struct buf saved = BUF_INIT;
	struct reader r = { &saved, 0 };
	float first[18], again[18], resumed[18], other[18];

	(void)state;
	if (!have_torch())
		skip();
	dropping_open(&t, 5);
	steps(&t, 0, 4);
	assert_int_equal(t.f.api->trainer_save(t.t, to_buf, &saved, &terr), 0);
	steps(&t, 4, 9);
	logits_of(&t, first);
	training_close(&t);

	dropping_open(&t, 5);
	steps(&t, 0, 9);
	logits_of(&t, again);
	training_close(&t);
	assert_memory_equal(first, again, sizeof first);

	dropping_open(&t, 5);
	assert_int_equal(t.f.api->trainer_load(t.t, from_buf, &r, &terr), 0);
	assert_string_equal(terr.text, "");
	assert_int_equal(r.at, saved.len);
	steps(&t, 4, 9);
	logits_of(&t, resumed);
	training_close(&t);
	assert_memory_equal(first, resumed, sizeof first);

	dropping_open(&t, 6);
	steps(&t, 0, 9);
	logits_of(&t, other);
	training_close(&t);
	assert_memory_not_equal(first, other, sizeof first);
	buf_free(&saved);
}

/* A damaged state is refused; the model can still be asked for its weights
 * after its trainer is gone. */
static void
test_states(void **state)
{
	struct torch_err terr = { "" };
	struct training t;
	struct buf saved = BUF_INIT;
	struct reader r = { &saved, 0 };
	float with[18], without[18];

	(void)state;
	if (!have_torch())
		skip();
	dropping_open(&t, 5);
	steps(&t, 0, 2);
	assert_int_equal(t.f.api->trainer_save(t.t, to_buf, &saved, &terr), 0);
	saved.len /= 2;
	assert_int_equal(t.f.api->trainer_load(t.t, from_buf, &r, &terr), -1);
	saved.data[0] ^= 1;
	r.at = 0;
	assert_int_equal(t.f.api->trainer_load(t.t, from_buf, &r, &terr), -1);
	assert_non_null(strstr(terr.text, "not the state"));
	training_close(&t);

	dropping_open(&t, 5);
	steps(&t, 0, 3);
	logits_of(&t, with);
	t.f.api->trainer_free(t.t);
	logits_of(&t, without);
	assert_memory_equal(with, without, sizeof with);
	t.f.api->model_free(t.m);
	fixture_close(&t.f);
	buf_free(&saved);
}

/* Dropout at 0.3 keeps the mean of what it lets through: over many masks the
 * loss before a step stays near that without. */
static void
test_dropout(void **state)
{
	struct torch_step s;
	struct training t;
	double sum = 0, spread = 0, first = 0;

	(void)state;
	if (!have_torch())
		skip();
	dropping_open(&t, 9);
	for (int i = 0; i < 40; i++) {
		step(&t, 6, 0, &s);
		first = i == 0 ? s.loss : first;
		sum += s.loss;
		spread = fmax(spread, fabs(s.loss - first));
	}
	training_close(&t);
	assert_true(spread > 0.05);
	assert_true(sum / 40 > 0.5 && sum / 40 < 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gradients),
		cmocka_unit_test(test_adamw),
		cmocka_unit_test(test_micro),
		cmocka_unit_test(test_class_weights),
		cmocka_unit_test(test_clipping),
		cmocka_unit_test(test_same_bits),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_dropout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
