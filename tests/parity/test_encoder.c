/*
 * The encoder against what transformers computes: hidden states, poolings,
 * logits.
 */
#include "fixture.h"

struct results {
	double l2[8];
	float pooled[6 * 64], cls[6 * 64], logits[6 * 3];
};

static void
run(struct fixture *f, struct torch_model *m, const struct torch_batch *b,
    struct results *r)
{
	struct torch_err terr = { "" };
	struct torch_output o = { .pooling = TORCH_POOL_MEAN,
		.pooled = r->pooled, .logits = r->logits, .hidden_l2 = r->l2 };

	assert_int_equal(f->api->model_run(m, b, 0, &o, &terr), 0);
	assert_string_equal(terr.text, "");
	o = (struct torch_output) { .pooling = TORCH_POOL_CLS,
		.pooled = r->cls };
	assert_int_equal(f->api->model_run(m, b, 0, &o, &terr), 0);
}

static double
l2_apart(const double *have, const cJSON *want, int *n)
{
	double worst = 0;
	const cJSON *c;

	*n = 0;
	cJSON_ArrayForEach(c, want) {
		double d = fabs(have[*n] - c->valuedouble) / c->valuedouble;

		worst = d > worst ? d : worst;
		(*n)++;
	}
	return worst;
}

static void
check_batch(struct fixture *f, struct torch_model *m, int layers, int hidden)
{
	struct results r;
	struct packed p;
	int n;

	pack(&p, at(f->json, "batch.input_ids"),
	    at(f->json, "batch.attention_mask"));
	assert_int_equal(p.b.n, 6);
	run(f, m, &p.b, &r);
	assert_true(l2_apart(r.l2, at(f->json, "embeddings.hidden_states_l2"),
	    &n) <= 1e-5);
	assert_int_equal(n, layers + 1);
	assert_close(r.pooled, at(f->json, "embeddings.mean_pooled"),
	    6 * hidden, 1e-4);
	assert_close(r.cls, at(f->json, "embeddings.cls"), 6 * hidden, 1e-4);
	assert_close(r.logits, at(f->json, "sequence.logits"), 18, 1e-4);
	assert_close(r.logits, at(f->json, "multilabel.logits"), 18, 1e-4);
}

static void
check_long(struct fixture *f, struct torch_model *m, int hidden)
{
	struct results r;
	struct packed p;
	const cJSON *ids = at(f->json, "long.input_ids");
	cJSON *rows = cJSON_CreateArray();
	int n;

	if (cJSON_IsNumber(ids->child)) {
		cJSON_AddItemToArray(rows, cJSON_Duplicate(ids, 1));
		pack(&p, rows, NULL);
	} else {
		pack(&p, ids, NULL);
	}
	cJSON_Delete(rows);
	assert_int_equal(p.b.n, 1);
	assert_true(p.offsets[1] > 60);
	run(f, m, &p.b, &r);
	assert_true(l2_apart(r.l2, at(f->json, "long.hidden_states_l2"), &n) <=
	    1e-5);
	assert_close(r.pooled, at(f->json, "long.mean_pooled"), hidden, 1e-4);
	assert_close(r.logits, at(f->json, "long.logits"), 3, 1e-4);
}

static void
check_folder(const char *dir)
{
	struct fixture f;
	struct torch_model *m;

	if (!have_torch())
		skip();
	fixture_open(&f, dir);
	m = fixture_model(&f);
	check_batch(&f, m, f.conf.layers, f.conf.hidden_size);
	check_long(&f, m, f.conf.hidden_size);
	f.api->model_free(m);
	fixture_close(&f);
}

static void
test_bert_uncased(void **state)
{
	(void)state;
	check_folder("tests/parity/bert_uncased");
}

static void
test_bert_cased(void **state)
{
	(void)state;
	check_folder("tests/parity/bert_cased");
}

/* A text alone is what it is among others, and in any order; all three
 * poolings and the token states agree with each other. */
static void
test_packing(void **state)
{
	static float all[4096 * 48], pooled[6 * 48], one[48];
	struct torch_err terr = { "" };
	struct fixture f;
	struct torch_model *m;
	struct packed p;
	double worst = 0;

	(void)state;
	if (!have_torch())
		skip();
	fixture_open(&f, "tests/parity/bert_uncased");
	m = fixture_model(&f);
	pack(&p, at(f.json, "batch.input_ids"),
	    at(f.json, "batch.attention_mask"));
	struct torch_output o = { .pooling = TORCH_POOL_MAX, .pooled = pooled,
		.tokens = all, .normalise = 1 };
	assert_int_equal(f.api->model_run(m, &p.b, 0, &o, &terr), 0);
	for (int i = 0; i < 6; i++) {
		int64_t from = p.offsets[i], len = p.offsets[i + 1] - from;
		int64_t offsets[2] = { 0, len };
		struct torch_batch b = { .ids = p.ids + from,
			.offsets = offsets, .n = 1 };
		double norm = 0;

		o = (struct torch_output) { .pooling = TORCH_POOL_MAX,
			.pooled = one };
		assert_int_equal(f.api->model_run(m, &b, 0, &o, &terr), 0);
		for (int j = 0; j < 48; j++) {
			float top = -INFINITY;

			for (int64_t t = from; t < from + len; t++)
				top = fmaxf(top, all[t * 48 + j]);
			worst = fmax(worst, fabs(top - one[j]));
			norm += (double)one[j] * one[j];
		}
		for (int j = 0; j < 48; j++)
			worst = fmax(worst, fabs(one[j] / sqrt(norm) -
			    pooled[i * 48 + j]));
	}
	assert_true(worst < 1e-5);
	f.api->model_free(m);
	fixture_close(&f);
}

/* bfloat16 is another number, and near. */
static void
test_bf16(void **state)
{
	struct torch_err terr = { "" };
	struct fixture f;
	struct torch_model *m;
	struct packed p;
	float a[6 * 48], b[6 * 48];

	(void)state;
	if (!have_torch())
		skip();
	fixture_open(&f, "tests/parity/bert_uncased");
	m = fixture_model(&f);
	pack(&p, at(f.json, "batch.input_ids"),
	    at(f.json, "batch.attention_mask"));
	struct torch_output o = { .pooling = TORCH_POOL_MEAN, .pooled = a,
		.normalise = 1 };
	assert_int_equal(f.api->model_run(m, &p.b, 0, &o, &terr), 0);
	o.pooled = b;
	assert_int_equal(f.api->model_run(m, &p.b, 1, &o, &terr), 0);
	assert_string_equal(terr.text, "");
	assert_memory_not_equal(a, b, sizeof a);
	for (int i = 0; i < 6; i++) {
		double dot = 0;

		for (int j = 0; j < 48; j++)
			dot += (double)a[i * 48 + j] * b[i * 48 + j];
		assert_true(dot > 0.999);
	}
	f.api->model_free(m);
	fixture_close(&f);
}

/*
 * The comparisons above notice a layer whose output is off by 1e-3: of each
 * layer in turn one norm's bias is.
 */
static void
test_notices(void **state)
{
	struct fixture f;
	int layers = 0;

	(void)state;
	if (!have_torch())
		skip();
	fixture_open(&f, "tests/parity/bert_uncased");
	for (size_t i = 0; i < f.n; i++) {
		struct torch_tensor was = f.t[i];
		struct results r;
		struct torch_model *m;
		struct packed p;
		float bias[64];
		size_t n = 0;

		if (strstr(was.name, "output.LayerNorm.bias") == NULL ||
		    strstr(was.name, "attention") != NULL)
			continue;
		layers++;
		memcpy(bias, was.data, (size_t)was.shape[0] * sizeof bias[0]);
		for (int64_t j = 0; j < was.shape[0]; j++)
			bias[j] += 1e-3f;
		f.t[i].data = bias;
		m = fixture_model(&f);
		pack(&p, at(f.json, "batch.input_ids"),
		    at(f.json, "batch.attention_mask"));
		run(&f, m, &p.b, &r);
		assert_true(apart(r.pooled,
		    at(f.json, "embeddings.mean_pooled"), &n) > 1e-4);
		f.api->model_free(m);
		f.t[i] = was;
	}
	assert_int_equal(layers, 3);
	fixture_close(&f);
}

static void
expect_refused(struct fixture *f, const char *part)
{
	struct torch_err terr = { "" };

	assert_null(f->api->model_new(&f->conf, f->t, f->n, 1, "cpu", NULL,
	    &terr));
	assert_non_null(strstr(terr.text, part));
}

static void
test_refuses(void **state)
{
	struct torch_err terr = { "" };
	struct fixture f;
	struct torch_model *m;
	int32_t ids[200] = { 1, 2, 3 };
	int64_t offsets[3] = { 0, 3, 3 };
	float logits[6];
	struct torch_batch b = { .ids = ids, .offsets = offsets, .n = 2 };
	struct torch_output o = { .logits = logits };
	const char *name;

	(void)state;
	if (!have_torch())
		skip();
	fixture_open(&f, "tests/parity/bert_uncased");
	m = fixture_model(&f);
	assert_int_equal(f.api->model_run(m, &b, 0, &o, &terr), TORCH_FAILED);
	assert_non_null(strstr(terr.text, "without a token"));
	b.n = 1;
	ids[1] = 1004;
	assert_int_equal(f.api->model_run(m, &b, 0, &o, &terr), TORCH_FAILED);
	assert_non_null(strstr(terr.text, "1004"));
	ids[1] = 2;
	offsets[1] = 129;
	assert_int_equal(f.api->model_run(m, &b, 0, &o, &terr), TORCH_FAILED);
	assert_non_null(strstr(terr.text, "129 tokens"));
	f.api->model_free(m);

	name = f.t[0].name;
	f.t[0].name = "else";
	expect_refused(&f, "lack");
	f.t[0].name = name;
	f.conf.hidden_size = 44;
	expect_refused(&f, "wants");
	f.conf.names = 77;
	expect_refused(&f, "family");
	fixture_close(&f);
}

/* Without a classifier among the weights one is made: of the seed alone. */
static void
test_fresh_head(void **state)
{
	struct torch_err terr = { "" };
	struct fixture f;
	struct packed p;
	float logits[3][18];
	int fresh = 0;
	size_t kept = 0;

	(void)state;
	if (!have_torch())
		skip();
	fixture_open(&f, "tests/parity/bert_uncased");
	for (size_t i = 0; i < f.n; i++)
		if (strncmp(f.t[i].name, "classifier", 10) != 0)
			f.t[kept++] = f.t[i];
	f.n = kept;
	pack(&p, at(f.json, "batch.input_ids"),
	    at(f.json, "batch.attention_mask"));
	for (int i = 0; i < 3; i++) {
		struct torch_output o = { .logits = logits[i] };
		struct torch_model *m = f.api->model_new(&f.conf, f.t, f.n,
		    i < 2 ? 7 : 8, "cpu", &fresh, &terr);

		assert_non_null(m);
		assert_int_equal(fresh, 2);
		assert_int_equal(f.api->model_run(m, &p.b, 0, &o, &terr), 0);
		f.api->model_free(m);
	}
	assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
	assert_memory_not_equal(logits[0], logits[2], sizeof logits[0]);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bert_uncased),
		cmocka_unit_test(test_bert_cased),
		cmocka_unit_test(test_packing),
		cmocka_unit_test(test_bf16),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_fresh_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
