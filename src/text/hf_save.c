#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/hf.h"
#include "tagtiger/safetensors.h"

#define TOKENIZER_FILE_MAX ((size_t)256 << 20)

/* Everything that AutoTokenizer may want; the first is the one we read. */
static const char *const tokenizer_files[] = { "tokenizer.json",
	"tokenizer_config.json", "special_tokens_map.json",
	"added_tokens.json", "vocab.txt", "vocab.json", "merges.txt",
	"spiece.model", "spm.model", "sentencepiece.bpe.model" };

/* Replace a member where it stands, or add it at the end. Takes item. */
static void
member_set(cJSON *root, const char *key, cJSON *item)
{
	if (cJSON_GetObjectItemCaseSensitive(root, key) != NULL)
		cJSON_ReplaceItemInObjectCaseSensitive(root, key, item);
	else
		cJSON_AddItemToObject(root, key, item);
}

/* "bert" gives "BertForSequenceClassification"; class names are no rule, so
 * each family that runs has its own. */
static const char *
class_name(enum hf_family f)
{
	switch (f) {
	case HF_BERT:
		return "BertForSequenceClassification";
	default:
		fatal("family %s has no class name", hf_family_name(f));
	}
}

static void
config_change(cJSON *root, enum hf_family family, const struct hf_result *r)
{
	cJSON *list = cJSON_CreateArray(), *names = cJSON_CreateObject();
	cJSON *ids = cJSON_CreateObject();
	char key[32];

	cJSON_AddItemToArray(list, cJSON_CreateString(class_name(family)));
	member_set(root, "architectures", list);
	for (size_t i = 0; i < r->label_count; i++) {
		snprintf(key, sizeof key, "%zu", i);
		cJSON_AddStringToObject(names, key, r->labels[i]);
		cJSON_AddNumberToObject(ids, r->labels[i], (double)i);
	}
	member_set(root, "id2label", names);
	member_set(root, "label2id", ids);
	/* It would contradict id2label where the base had another number. */
	cJSON_DeleteItemFromObjectCaseSensitive(root, "num_labels");
	cJSON_DeleteItemFromObjectCaseSensitive(root, "_num_labels");
	member_set(root, "problem_type",
	    cJSON_CreateString(r->problem == HF_PROBLEM_MULTI
		    ? "multi_label_classification"
		    : "single_label_classification"));
	/* The weights are written as f32 whatever the base had. "dtype" is
	 * transformers 5's name of it. */
	if (cj_get(root, "dtype") != NULL)
		member_set(root, "dtype", cJSON_CreateString("float32"));
	else
		member_set(root, "torch_dtype", cJSON_CreateString("float32"));
}

/* The new config.json; NULL and err when the base's cannot be read. */
static char *
config_make(const char *base, enum hf_family family,
    const struct hf_result *r, struct err *err)
{
	bool bad;
	cJSON *root = cj_read(base, "config.json", false, &bad, err);
	char *text;

	if (root == NULL)
		return NULL;
	config_change(root, family, r);
	text = cJSON_Print(root);
	cJSON_Delete(root);
	if (text == NULL)
		fatal("out of memory");
	return text;
}

static int
tokenizer_copy(const char *base, const char *dir, struct err *err)
{
	struct buf text = BUF_INIT;
	char *from, *to;
	int result = 0;

	for (size_t i = 0; i < sizeof tokenizer_files / sizeof(char *) &&
	    result == 0; i++) {
		from = xasprintf("%s/%s", base, tokenizer_files[i]);
		to = xasprintf("%s/%s", dir, tokenizer_files[i]);
		buf_clear(&text);
		if (access(from, F_OK) == 0 || i == 0) {
			result = file_read(from, TOKENIZER_FILE_MAX, &text,
			    err);
			if (result == 0)
				result = file_write(to, text.data, text.len,
				    err);
		}
		free(to);
		free(from);
	}
	buf_free(&text);
	return result;
}

int
hf_save(const char *base, const char *dir, const struct hf_result *r,
    struct err *err)
{
	struct hf_model *m = hf_open(base, err);
	char *config_path = xasprintf("%s/config.json", dir);
	char *weights_path = xasprintf("%s/model.safetensors", dir);
	char *config = NULL;
	int result = -1;

	if (m != NULL)
		config = config_make(base, m->config.family, r, err);
	if (config == NULL)
		goto out;
	if (folder_begin(dir, 0777, err) < 0)
		goto out;
	if (tokenizer_copy(base, dir, err) < 0)
		goto out;
	/* An older result of that folder is whole no more. */
	if (unlink(config_path) < 0 && errno != ENOENT) {
		err_set_errno(err, "%s", config_path);
		goto out;
	}
	if (safetensors_write(weights_path, r->tensors, r->n, err) == 0)
		result = file_write(config_path, config, strlen(config), err);
out:
	free(config);
	free(weights_path);
	free(config_path);
	hf_free(m);
	return result;
}
