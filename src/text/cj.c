#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"

/* tokenizer.json of the largest vocabularies has 35 MB. */
#define JSON_FILE_MAX ((size_t)256 << 20)

cJSON *
cj_parse(const char *json, size_t len, const char *name, struct err *err)
{
	const char *end = json;
	cJSON *root;

	root = len == 0 ? NULL : cJSON_ParseWithLengthOpts(json, len, &end, 0);
	if (root == NULL) {
		err_set(err, "%s: not JSON at byte %zu", name,
		    end == NULL ? (size_t)0 : (size_t)(end - json));
		return NULL;
	}
	/* A NUL after the document is none of JSON's white space either. */
	while (end < json + len && strchr(" \t\r\n", *end) != NULL &&
	    *end != '\0')
		end++;
	if (end < json + len) {
		err_set(err, "%s: something follows the JSON document", name);
		cJSON_Delete(root);
		return NULL;
	}
	return root;
}

cJSON *
cj_read(const char *dir, const char *name, bool optional, bool *bad,
    struct err *err)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct buf text = BUF_INIT;
	cJSON *root = NULL;

	*bad = false;
	if (!optional || access(path, F_OK) == 0) {
		if (file_read(path, JSON_FILE_MAX, &text, err) == 0)
			root = cj_parse(text.data, text.len, path, err);
		*bad = root == NULL;
	}
	buf_free(&text);
	free(path);
	return root;
}

const cJSON *
cj_get(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNull(item) ? NULL : item;
}

const char *
cj_str(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cj_get(object, key));
}

bool
cj_bool(const cJSON *object, const char *key, bool fallback)
{
	const cJSON *item = cj_get(object, key);

	return cJSON_IsBool(item) ? cJSON_IsTrue(item) : fallback;
}

bool
cj_integer(const cJSON *item, int64_t *out)
{
	if (!cJSON_IsNumber(item) ||
	    !(fabs(item->valuedouble) <= 9007199254740992.0) ||
	    item->valuedouble != floor(item->valuedouble))
		return false;
	*out = (int64_t)item->valuedouble;
	return true;
}
