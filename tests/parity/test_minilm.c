/*
 * Embeddings of the real all-MiniLM-L6-v2 ($TAGTIGER_TEST_BASE) against
 * sentence-transformers' (minilm.json, made by minilm.py).
 */
#include "fixture.h"

#include "tagtiger/job.h"
#include "tagtiger/mat.h"

static struct encoder *
open_base(bool bf16, size_t max_length)
{
	const char *base = getenv("TAGTIGER_TEST_BASE");
	struct encoder_options o = { .device = "cpu", .bf16 = bf16,
		.max_length = max_length };
	struct err err = { 0 };
	struct encoder *e;

	if (!have_torch() || base == NULL || *base == '\0')
		return NULL;
	e = encoder_open(base, &o, &err);
	assert_string_equal(err.text, "");
	return e;
}

static cJSON *
expected(struct text *texts, size_t *n)
{
	char *s = slurp("tests/parity/minilm.json");
	cJSON *json = cJSON_Parse(s);
	const cJSON *c;

	free(s);
	assert_non_null(json);
	*n = 0;
	cJSON_ArrayForEach(c, at(json, "texts")) {
		assert_in_range(*n, 0, 99);
		texts[(*n)++] = (struct text) { c->valuestring,
			strlen(c->valuestring) };
	}
	return json;
}

static void
test_embeddings(void **state)
{
	struct encoder *e = open_base(false, 0);
	struct text texts[100];
	struct err err = { 0 };
	struct progress p = { 0 };
	struct mat m;
	cJSON *json;
	size_t n;

	(void)state;
	if (e == NULL)
		skip();
	json = expected(texts, &n);
	assert_int_equal(n, 40);
	assert_int_equal(encoder_max_length(e),
	    at(json, "max_length")->valueint);
	assert_int_equal(encoder_embed(e, texts, n, &m, &p, &err), 0);
	assert_int_equal(p.step, n);
	assert_close(m.v, at(json, "embeddings"), 40 * 384, 1e-4);
	assert_true(encoder_truncated(e) >= 2);
	assert_int_equal(m.n, 40);
	assert_int_equal(m.d, 384);
	mat_free(&m);
	cJSON_Delete(json);
	encoder_free(e);
}

/* The order of the texts and what stands among them changes nothing beyond
 * rounding; the same call gives the same bits. */
static void
test_order(void **state)
{
	struct encoder *e = open_base(false, 32);
	struct text texts[100], back[100];
	struct err err = { 0 };
	struct mat a, b, c;
	cJSON *json;
	size_t n;
	double worst = 0;

	(void)state;
	if (e == NULL)
		skip();
	json = expected(texts, &n);
	for (size_t i = 0; i < n; i++)
		back[i] = texts[n - 1 - i];
	assert_int_equal(encoder_embed(e, texts, n, &a, NULL, &err), 0);
	assert_int_equal(encoder_embed(e, texts, n, &b, NULL, &err), 0);
	assert_int_equal(encoder_embed(e, back, n, &c, NULL, &err), 0);
	assert_memory_equal(a.v, b.v, n * 384 * sizeof *a.v);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < 384; j++)
			worst = fmax(worst, fabs(a.v[i * 384 + j] -
			    c.v[(n - 1 - i) * 384 + j]));
	assert_true(worst < 1e-5);
	mat_free(&a);
	mat_free(&b);
	mat_free(&c);
	cJSON_Delete(json);
	encoder_free(e);
}

static void
test_bf16(void **state)
{
	struct encoder *e = open_base(true, 0);
	struct text texts[100];
	struct err err = { 0 };
	struct mat m;
	cJSON *json;
	const cJSON *row, *x;
	size_t n, i = 0;

	(void)state;
	if (e == NULL)
		skip();
	json = expected(texts, &n);
	assert_int_equal(encoder_embed(e, texts, n, &m, NULL, &err), 0);
	cJSON_ArrayForEach(row, at(json, "embeddings")) {
		double dot = 0;
		size_t j = 0;

		cJSON_ArrayForEach(x, row)
			dot += x->valuedouble * m.v[i * 384 + j++];
		assert_true(dot > 0.999);
		i++;
	}
	assert_int_equal(i, 40);
	mat_free(&m);
	cJSON_Delete(json);
	encoder_free(e);
}

static void
test_cancel(void **state)
{
	struct encoder *e = open_base(false, 0);
	struct text t = { "a text", 6 };
	struct progress p = { .cancel = true };
	struct err err = { 0 };
	struct mat m;

	(void)state;
	if (e == NULL)
		skip();
	assert_int_equal(encoder_embed(e, &t, 1, &m, &p, &err), -1);
	assert_string_equal(err.text, "stopped as asked");
	err_clear(&err);
	assert_int_equal(encoder_logits(e, &t, 1, &m, NULL, &err), -1);
	assert_non_null(strstr(err.text, "no classification head"));
	assert_int_equal(encoder_embed(e, &t, 0, &m, NULL, &err), 0);
	assert_int_equal(m.n, 0);
	mat_free(&m);
	encoder_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_embeddings),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bf16),
		cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
