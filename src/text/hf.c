#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hf.h"

static const struct {
	const char *name; /* model_type */
	bool runs;
} families[HF_FAMILIES] = {
	[HF_BERT] = { "bert", true },
	[HF_ROBERTA] = { "roberta", false },
	[HF_CAMEMBERT] = { "camembert", false },
	[HF_XLM_ROBERTA] = { "xlm-roberta", false },
	[HF_DISTILBERT] = { "distilbert", false },
	[HF_ELECTRA] = { "electra", false },
	[HF_ALBERT] = { "albert", false },
	[HF_MPNET] = { "mpnet", false },
	[HF_DEBERTA_V2] = { "deberta-v2", false },
	[HF_MODERNBERT] = { "modernbert", false },
	[HF_EUROBERT] = { "eurobert", false },
};

const char *
hf_family_name(enum hf_family f)
{
	return families[f].name;
}

static int
family_find(struct hf_config *c, const char *type, struct err *err)
{
	struct buf list = BUF_INIT;

	for (int f = 0; f < HF_FAMILIES; f++) {
		if (families[f].runs && strcmp(families[f].name, type) == 0) {
			c->family = (enum hf_family)f;
			c->model_type = xstrdup(type);
			return 0;
		}
		if (families[f].runs)
			buf_addf(&list, "%s%s", list.len ? ", " : "",
			    families[f].name);
	}
	err_set(err, "models of the family %.64s are not supported: use one "
	    "of the family %s", type, buf_str(&list));
	buf_free(&list);
	return -1;
}

/* An integer member in [low, high]; `fallback` where it is absent. */
static int
int_get(const cJSON *root, const char *key, int low, int high, int fallback,
    int *out, struct err *err)
{
	const cJSON *item = cj_get(root, key);
	int64_t value = fallback;

	if (item != NULL && !cj_integer(item, &value))
		return err_set(err, "%s is not a whole number", key);
	if (value < low || value > high)
		return err_set(err, "%s is not from %d to %d", key, low,
		    high);
	*out = (int)value;
	return 0;
}

static int
real_get(const cJSON *root, const char *key, double low, double high,
    double fallback, double *out, struct err *err)
{
	const cJSON *item = cj_get(root, key);

	if (item != NULL && !cJSON_IsNumber(item))
		return err_set(err, "%s is not a number", key);
	*out = item == NULL ? fallback : item->valuedouble;
	if (!(*out >= low && *out <= high))
		return err_set(err, "%s is not from %g to %g", key, low, high);
	return 0;
}

static int
activation_get(const cJSON *root, const char *key, enum hf_activation *out,
    struct err *err)
{
	static const struct {
		const char *name;
		enum hf_activation activation;
	} known[] = {
		{ "gelu", HF_GELU },
		{ "gelu_python", HF_GELU },
		{ "gelu_new", HF_GELU_TANH },
		{ "gelu_pytorch_tanh", HF_GELU_TANH },
		{ "relu", HF_RELU },
		{ "silu", HF_SILU },
		{ "swish", HF_SILU },
	};
	const cJSON *item = cj_get(root, key);
	const char *name = item == NULL ? "gelu" : cJSON_GetStringValue(item);

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (name != NULL && strcmp(known[i].name, name) == 0) {
			*out = known[i].activation;
			return 0;
		}
	return err_set(err, "%s: the activation %.64s is not supported", key,
	    name == NULL ? "(not a name)" : name);
}

/* Defaults are those of transformers' BertConfig. */
static int
bert_get(struct hf_config *c, const cJSON *root, struct err *err)
{
	const char *position = cj_str(root, "position_embedding_type");

	if (int_get(root, "hidden_size", 1, 65536, 768, &c->hidden, err) < 0 ||
	    int_get(root, "num_hidden_layers", 1, 1024, 12, &c->layers,
		err) < 0 ||
	    int_get(root, "num_attention_heads", 1, 4096, 12, &c->heads,
		err) < 0 ||
	    int_get(root, "intermediate_size", 1, 1 << 20, 3072,
		&c->intermediate, err) < 0 ||
	    int_get(root, "vocab_size", 1, 1 << 26, 30522, &c->vocab, err) <
		0 ||
	    int_get(root, "type_vocab_size", 1, 1024, 2, &c->token_types,
		err) < 0 ||
	    int_get(root, "max_position_embeddings", 3, 1 << 24, 512,
		&c->max_positions, err) < 0 ||
	    int_get(root, "pad_token_id", 0, INT_MAX, 0, &c->pad_id, err) < 0)
		return -1;
	if (real_get(root, "layer_norm_eps", 0, 1, 1e-12, &c->norm_eps, err) <
		0 ||
	    real_get(root, "hidden_dropout_prob", 0, 1, 0.1,
		&c->hidden_dropout, err) < 0 ||
	    real_get(root, "attention_probs_dropout_prob", 0, 1, 0.1,
		&c->attention_dropout, err) < 0 ||
	    real_get(root, "classifier_dropout", 0, 1, c->hidden_dropout,
		&c->classifier_dropout, err) < 0 ||
	    real_get(root, "initializer_range", 0, 10, 0.02,
		&c->initializer_range, err) < 0 ||
	    activation_get(root, "hidden_act", &c->activation, err) < 0)
		return -1;
	if (c->hidden % c->heads != 0)
		return err_set(err, "hidden_size %d is not a multiple of "
		    "num_attention_heads %d", c->hidden, c->heads);
	if (c->pad_id >= c->vocab)
		return err_set(err, "pad_token_id is not below vocab_size");
	if (position != NULL && strcmp(position, "absolute") != 0)
		return err_set(err, "position_embedding_type %.64s is not "
		    "supported", position);
	if (cj_bool(root, "is_decoder", false))
		return err_set(err, "a decoder, not an encoder");
	c->embedding = c->hidden;
	return 0;
}

/* id2label has the class index as its key, in any order. */
static int
labels_get(struct hf_config *c, const cJSON *root, struct err *err)
{
	const cJSON *map = cj_get(root, "id2label"), *item;
	size_t n = 0;
	char *end;
	long id;

	if (map == NULL) {
		/* transformers leaves its default of two labels out. */
		if (!c->classifier)
			return 0;
		c->label_count = 2;
		c->labels = xcalloc(2, sizeof *c->labels);
		c->labels[0] = xstrdup("LABEL_0");
		c->labels[1] = xstrdup("LABEL_1");
		return 0;
	}
	cJSON_ArrayForEach(item, map)
		n++;
	if (!cJSON_IsObject(map) || n == 0)
		return err_set(err, "id2label names no labels");
	c->labels = xcalloc(n, sizeof *c->labels);
	c->label_count = n;
	cJSON_ArrayForEach(item, map) {
		id = strtol(item->string, &end, 10);
		if (*item->string == '\0' || *end != '\0' || id < 0 ||
		    (size_t)id >= n || c->labels[id] != NULL ||
		    !cJSON_IsString(item))
			return err_set(err, "id2label does not number its "
			    "labels from 0 on");
		c->labels[id] = xstrdup(item->valuestring);
	}
	return 0;
}

static int
head_get(struct hf_config *c, const cJSON *root, struct err *err)
{
	static const char *const problems[] = {
		[HF_PROBLEM_SINGLE] = "single_label_classification",
		[HF_PROBLEM_MULTI] = "multi_label_classification",
		[HF_PROBLEM_REGRESSION] = "regression",
	};
	const char *problem = cj_str(root, "problem_type"), *name;
	const cJSON *item;

	for (int i = HF_PROBLEM_SINGLE; i <= HF_PROBLEM_REGRESSION; i++)
		if (problem != NULL && strcmp(problems[i], problem) == 0)
			c->problem = (enum hf_problem)i;
	cJSON_ArrayForEach(item, cj_get(root, "architectures")) {
		name = cJSON_GetStringValue(item);
		if (name != NULL && strstr(name, "ForSequenceClassification"))
			c->classifier = true;
	}
	return labels_get(c, root, err);
}

static int
config_read(struct hf_config *c, const cJSON *root, struct err *err)
{
	const char *type = cj_str(root, "model_type");

	if (type == NULL)
		return err_set(err, "has no model_type: not a model's "
		    "config.json");
	if (family_find(c, type, err) < 0)
		return -1;
	switch (c->family) {
	case HF_BERT:
		if (bert_get(c, root, err) < 0)
			return -1;
		break;
	default: /* family_find lets only those pass that run */
		fatal("family %s has no reader", families[c->family].name);
	}
	return head_get(c, root, err);
}

static void
hf_config_free(struct hf_config *c)
{
	for (size_t i = 0; i < c->label_count; i++)
		free(c->labels[i]);
	free(c->labels);
	free(c->model_type);
	*c = (struct hf_config){ 0 };
}

/* The last component of the type: "sentence_transformers.models.Pooling". */
static const char *
module_kind(const cJSON *module)
{
	const char *type = cj_str(module, "type"), *dot;

	if (type == NULL)
		return "(no type)";
	dot = strrchr(type, '.');
	return dot == NULL ? type : dot + 1;
}

/* Both spellings: a flag for each mode, or the mode's name. */
static int
pooling_read(struct hf_model *m, const char *path, struct err *err)
{
	static const char *const flags[] = { "pooling_mode_mean_tokens",
		"pooling_mode_cls_token", "pooling_mode_max_tokens" };
	static const char *const names[] = { "mean", "cls", "max" };
	static const char *const others[] = {
		"pooling_mode_mean_sqrt_len_tokens",
		"pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken" };
	char *dir = xasprintf("%s/%s", m->dir, path);
	const char *name;
	int modes = 0;
	bool bad;
	cJSON *root = cj_read(dir, "config.json", false, &bad, err);

	free(dir);
	if (root == NULL)
		return -1;
	name = cj_str(root, "pooling_mode");
	for (int i = 0; i < 3; i++)
		if (name != NULL ? strcmp(name, names[i]) == 0
				 : cj_bool(root, flags[i], false)) {
			m->pooling = (enum hf_pooling)i;
			modes++;
		}
	for (int i = 0; i < 3; i++)
		modes += cj_bool(root, others[i], false) ? 2 : 0;
	if (modes != 1 && m->other_step == NULL)
		m->other_step = xasprintf("pooling %.64s",
		    name == NULL ? "of several kinds" : name);
	cJSON_Delete(root);
	return 0;
}

static int
modules_read(struct hf_model *m, struct err *err)
{
	bool bad;
	cJSON *root = cj_read(m->dir, "modules.json", true, &bad, err);
	const cJSON *module;
	const char *kind, *path;
	int result = bad ? -1 : 0;

	m->sentence = root != NULL;
	cJSON_ArrayForEach(module, root) {
		kind = module_kind(module);
		path = cj_str(module, "path");
		if (strcmp(kind, "Pooling") == 0) {
			if (path == NULL || strstr(path, "..") != NULL ||
			    *path == '/')
				result = err_set(err, "%s/modules.json: a "
				    "module outside of the folder", m->dir);
			else
				result = pooling_read(m, path, err);
		} else if (strcmp(kind, "Normalize") == 0) {
			m->normalise = true;
		} else if (strcmp(kind, "Transformer") != 0 &&
		    m->other_step == NULL) {
			m->other_step = xasprintf("%.64s", kind);
		}
		if (result < 0)
			break;
	}
	cJSON_Delete(root);
	return result;
}

/* Lower *length to a member that is a sensible number. model_max_length is
 * 1e30 where nobody set it. */
static void
length_limit(const cJSON *root, const char *key, int *length)
{
	int64_t value;

	if (cj_integer(cj_get(root, key), &value) && value >= 3 &&
	    value < *length)
		*length = (int)value;
}

static int
lengths_read(struct hf_model *m, struct err *err)
{
	bool bad;
	cJSON *root;

	m->max_length = m->config.max_positions - m->config.position_offset;
	root = cj_read(m->dir, "tokenizer_config.json", true, &bad, err);
	if (bad)
		return -1;
	length_limit(root, "model_max_length", &m->max_length);
	cJSON_Delete(root);

	m->embed_length = m->max_length;
	root = cj_read(m->dir, "sentence_bert_config.json", true, &bad, err);
	if (bad)
		return -1;
	length_limit(root, "max_seq_length", &m->embed_length);
	m->lower_first = cj_bool(root, "do_lower_case", false);
	cJSON_Delete(root);
	return 0;
}

static char *
folder_name(const char *dir)
{
	size_t len = strlen(dir), start;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	start = len;
	while (start > 0 && dir[start - 1] != '/')
		start--;
	return xstrndup(dir + start, len - start);
}

struct hf_model *
hf_open(const char *dir, struct err *err)
{
	struct hf_model *m = xcalloc(1, sizeof *m);
	struct stat st;
	cJSON *root = NULL;
	bool bad;

	m->dir = xstrdup(dir);
	m->name = folder_name(dir);
	if (stat(dir, &st) < 0) {
		err_set_errno(err, "%s", dir);
		if (err != NULL)
			err->status = ERR_NAME;
		goto fail;
	}
	root = cj_read(dir, "config.json", true, &bad, err);
	if (root == NULL) {
		if (!bad)
			err_set_status(err, ERR_NAME, "%s: has no config.json: "
			    "not a Hugging Face model folder", dir);
		goto fail;
	}
	if (config_read(&m->config, root, err) < 0) {
		err_prefix(err, "%s/config.json", dir);
		goto fail;
	}
	if (lengths_read(m, err) < 0 || modules_read(m, err) < 0)
		goto fail;
	cJSON_Delete(root);
	return m;
fail:
	cJSON_Delete(root);
	hf_free(m);
	return NULL;
}

void
hf_free(struct hf_model *m)
{
	if (m == NULL)
		return;
	hf_config_free(&m->config);
	free(m->other_step);
	free(m->name);
	free(m->dir);
	free(m);
}
