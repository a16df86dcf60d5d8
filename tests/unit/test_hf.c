#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/hf.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/tokenizer.h"

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/tagtiger-hf-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static void
put(const char *name, const char *text)
{
	char path[128];
	struct err err = { 0 };

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
}

/* Values as in the folder's config.json. */
static void
test_folder(void **state)
{
	struct err err = { 0 };
	struct hf_model *m = hf_open("tests/parity/bert_uncased", &err);
	const struct hf_config *c;

	(void)state;
	assert_string_equal(err.text, "");
	c = &m->config;
	assert_string_equal(m->name, "bert_uncased");
	assert_int_equal(c->family, HF_BERT);
	assert_string_equal(c->model_type, "bert");
	assert_int_equal(c->layers, 3);
	assert_int_equal(c->hidden, 48);
	assert_int_equal(c->heads, 4);
	assert_int_equal(c->intermediate, 96);
	assert_int_equal(c->embedding, 48);
	assert_int_equal(c->vocab, 1004);
	assert_int_equal(c->token_types, 2);
	assert_int_equal(c->max_positions, 128);
	assert_int_equal(c->position_offset, 0);
	assert_int_equal(c->activation, HF_GELU);
	assert_true(c->norm_eps == 1e-12);
	assert_true(c->hidden_dropout == 0 && c->classifier_dropout == 0);
	assert_true(c->classifier);
	assert_int_equal(c->problem, HF_PROBLEM_NONE);
	assert_int_equal(c->label_count, 3);
	assert_string_equal(c->labels[2], "LABEL_2");
	assert_int_equal(m->max_length, 128);
	assert_int_equal(m->embed_length, 128);
	assert_false(m->sentence || m->normalise || m->lower_first);
	assert_int_equal(m->pooling, HF_POOL_MEAN);
	hf_free(m);
	hf_free(NULL);
	assert_null(hf_open("/nonexistent", &err));
	assert_int_equal(err.status, ERR_NAME);
	assert_null(hf_open("tests", &err));
	assert_int_equal(err.status, ERR_NAME);
	assert_non_null(strstr(err.text, "config.json"));
}

/* Of a folder that has this config.json. */
static struct hf_model *
opened(const char *json, struct err *err)
{
	err_clear(err);
	put("config.json", json);
	return hf_open(dir, err);
}

static void
test_config(void **state)
{
	struct hf_model *m;
	struct err err;

	(void)state;
	/* transformers leaves out what has its default. */
	m = opened("{\"model_type\":\"bert\"}", &err);
	assert_non_null(m);
	assert_int_equal(m->config.hidden, 768);
	assert_int_equal(m->config.layers, 12);
	assert_int_equal(m->config.intermediate, 3072);
	assert_int_equal(m->config.vocab, 30522);
	assert_true(m->config.hidden_dropout == 0.1 &&
	    m->config.classifier_dropout == 0.1);
	assert_int_equal(m->config.label_count, 0);
	hf_free(m);
	m = opened("{\"model_type\":\"bert\",\"architectures\":"
	    "[\"BertForSequenceClassification\"]}", &err);
	assert_non_null(m);
	assert_int_equal(m->config.label_count, 2);
	assert_string_equal(m->config.labels[1], "LABEL_1");
	hf_free(m);
	m = opened("{\"model_type\":\"bert\",\"hidden_act\":"
	    "\"gelu_new\",\"id2label\":{\"1\":\"b\",\"0\":\"a\"},"
	    "\"classifier_dropout\":0.3,\"problem_type\":"
	    "\"multi_label_classification\"}", &err);
	assert_non_null(m);
	assert_int_equal(m->config.activation, HF_GELU_TANH);
	assert_string_equal(m->config.labels[0], "a");
	assert_string_equal(m->config.labels[1], "b");
	assert_int_equal(m->config.problem, HF_PROBLEM_MULTI);
	assert_true(m->config.classifier_dropout == 0.3);
	hf_free(m);
}

static void
test_config_refuses(void **state)
{
	static const struct {
		const char *json, *says;
	} bad[] = {
		{ "{\"model_type\":\"mamba\"}", "family mamba" },
		{ "{\"model_type\":\"mamba\"}", "bert" },
		{ "{}", "model_type" },
		{ "[]", "model_type" },
		{ "", "not JSON" },
		{ "{\"model_type\":\"bert\"", "not JSON" },
		{ "{\"model_type\":\"bert\"}{}", "follows" },
		{ "{\"model_type\":\"bert\",\"hidden_size\":0}",
		    "hidden_size" },
		{ "{\"model_type\":\"bert\",\"hidden_size\":1e99}",
		    "hidden_size" },
		{ "{\"model_type\":\"bert\",\"hidden_size\":\"8\"}",
		    "hidden_size" },
		{ "{\"model_type\":\"bert\",\"hidden_size\":770}",
		    "multiple" },
		{ "{\"model_type\":\"bert\",\"layer_norm_eps\":-1}",
		    "layer_norm_eps" },
		{ "{\"model_type\":\"bert\",\"hidden_act\":\"mish\"}",
		    "mish" },
		{ "{\"model_type\":\"bert\",\"hidden_act\":1}", "hidden_act" },
		{ "{\"model_type\":\"bert\",\"pad_token_id\":99999999}",
		    "pad_token_id" },
		{ "{\"model_type\":\"bert\",\"is_decoder\":true}",
		    "decoder" },
		{ "{\"model_type\":\"bert\",\"position_embedding_type\":"
		  "\"relative_key\"}", "relative_key" },
		{ "{\"model_type\":\"bert\",\"id2label\":{\"0\":\"a\","
		  "\"2\":\"b\"}}", "id2label" },
		{ "{\"model_type\":\"bert\",\"id2label\":{\"0\":\"a\","
		  "\"00\":\"b\"}}", "id2label" },
		{ "{\"model_type\":\"bert\",\"id2label\":{\"0\":1}}",
		    "id2label" },
		{ "{\"model_type\":\"bert\",\"id2label\":{}}", "id2label" },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_null(opened(bad[i].json, &err));
		if (strstr(err.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].json, err.text);
	}
}

/* The files of a sentence-transformers folder, old and new spellings. */
static void
test_sentence(void **state)
{
	static const char *const modules =
	    "[{\"path\":\"\",\"type\":\"sentence_transformers.models."
	    "Transformer\"},{\"path\":\"1_Pooling\",\"type\":"
	    "\"sentence_transformers.models.Pooling\"},{\"path\":"
	    "\"2_Normalize\",\"type\":\"x.Normalize\"}]";
	struct err err = { 0 };
	struct hf_model *m;
	char path[96];

	(void)state;
	put("config.json", "{\"model_type\":\"bert\"}");
	put("tokenizer_config.json", "{\"model_max_length\":1e30}");
	put("sentence_bert_config.json",
	    "{\"max_seq_length\":256,\"do_lower_case\":true}");
	put("modules.json", modules);
	snprintf(path, sizeof path, "%s/1_Pooling", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	put("1_Pooling/config.json", "{\"pooling_mode_cls_token\":true,"
				     "\"pooling_mode_mean_tokens\":false}");
	m = hf_open(dir, &err);
	assert_string_equal(err.text, "");
	assert_true(m->sentence && m->normalise && m->lower_first);
	assert_int_equal(m->pooling, HF_POOL_CLS);
	assert_int_equal(m->max_length, 512);
	assert_int_equal(m->embed_length, 256);
	assert_null(m->other_step);
	hf_free(m);
	put("1_Pooling/config.json", "{\"pooling_mode\":\"mean\"}");
	m = hf_open(dir, &err);
	assert_int_equal(m->pooling, HF_POOL_MEAN);
	assert_null(m->other_step);
	hf_free(m);
	put("1_Pooling/config.json", "{\"pooling_mode\":\"lasttoken\"}");
	m = hf_open(dir, &err);
	assert_string_equal(m->other_step, "pooling lasttoken");
	hf_free(m);
	put("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":true,"
				     "\"pooling_mode_max_tokens\":true}");
	m = hf_open(dir, &err);
	assert_non_null(m->other_step);
	hf_free(m);
	put("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":true,"
				     "\"pooling_mode_lasttoken\":true}");
	m = hf_open(dir, &err);
	assert_non_null(m->other_step);
	hf_free(m);
	put("modules.json", "[{\"path\":\"../..\",\"type\":\"a.Pooling\"}]");
	assert_null(hf_open(dir, &err));
	put("modules.json", "[{\"path\":\"2_Dense\",\"type\":\"a.Dense\"}]");
	m = hf_open(dir, &err);
	assert_string_equal(m->other_step, "Dense");
	hf_free(m);
	put("modules.json", "[");
	assert_null(hf_open(dir, &err));
}

/* What is saved reads back; other keys of the base stay. */
static void
test_save(void **state)
{
	static const char *const labels[] = { "für \"Kohle\"", "gegen" };
	static const float zero[4] = { 1, 2, 3, 4 };
	struct st_tensor t[] = {
		{ .name = "b", .type = ST_F32, .ndim = 1, .shape = { 2 },
		    .data = zero },
		{ .name = "a", .type = ST_F32, .ndim = 2, .shape = { 2, 2 },
		    .data = zero } };
	struct hf_result r = { labels, 2, HF_PROBLEM_MULTI, t, 2 };
	const char *base = "tests/parity/bert_uncased";
	struct err err = { 0 };
	struct buf text = BUF_INIT;
	struct tokenizer *tok;
	struct safetensors *st;
	struct hf_model *m;
	char path[96];
	cJSON *json;

	(void)state;
	snprintf(path, sizeof path, "%s/out", dir);
	/* Twice: over an older result too. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(hf_save(base, path, &r, &err), 0);
	m = hf_open(path, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(m->config.label_count, 2);
	assert_string_equal(m->config.labels[0], labels[0]);
	assert_int_equal(m->config.problem, HF_PROBLEM_MULTI);
	assert_true(m->config.classifier);
	assert_int_equal(m->config.hidden, 48);
	hf_free(m);
	st = safetensors_open_folder(path, &err);
	assert_int_equal(safetensors_count(st), 2);
	assert_string_equal(safetensors_at(st, 0)->name, "a");
	assert_memory_equal(safetensors_at(st, 0)->data, zero, 16);
	safetensors_free(st);
	tok = tokenizer_open(path, &err);
	assert_non_null(tok);
	tokenizer_free(tok);
	snprintf(path, sizeof path, "%s/out/config.json", dir);
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	json = cJSON_Parse(text.data);
	assert_string_equal(cJSON_GetObjectItem(json, "architectures")
	    ->child->valuestring, "BertForSequenceClassification");
	assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(json,
	    "label2id"), "gegen")->valueint, 1);
	assert_string_equal(cJSON_GetObjectItem(json, "transformers_version")
	    ->valuestring, "4.30.2");
	assert_true(cJSON_IsNull(
	    cJSON_GetObjectItem(json, "classifier_dropout")));
	cJSON_Delete(json);
	buf_free(&text);
	assert_int_equal(hf_save("/nonexistent", dir, &r, &err), -1);
	assert_int_equal(hf_save(base, "/nonexistent/x", &r, &err), -1);
	/* Into the base itself. */
	snprintf(path, sizeof path, "%s/out", dir);
	assert_int_equal(hf_save(path, path, &r, &err), 0);
	m = hf_open(path, &err);
	assert_non_null(m);
	hf_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),
		cmocka_unit_test_setup_teardown(test_config, setup, teardown),
		cmocka_unit_test_setup_teardown(test_config_refuses, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_sentence, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_save, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
