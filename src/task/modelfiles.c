#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/history.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "tagtiger/temporary.h"
#include "priv.h"

/* What a model learned from: its texts' numbers, as i64 little-endian. */
static char *
learned_path(struct project *p, int64_t model, struct err *err)
{
	char *file = xasprintf("models/learned-%lld", (long long)model);
	char *path = project_file(p, file, err);

	free(file);
	return path;
}

int
learned_write(struct project *p, int64_t model, const int64_t *docs,
    size_t n, struct err *err)
{
	char *path = learned_path(p, model, err);
	int rc = -1;

	if (path != NULL)
		rc = file_write(path, docs, n * sizeof *docs, err);
	free(path);
	return rc;
}

int
learned_read(struct project *p, int64_t model, int64_t **docs, size_t *n,
    struct err *err)
{
	char *path = learned_path(p, model, err);
	struct buf b = BUF_INIT;
	int rc = -1;

	if (path != NULL)
		rc = file_read(path, SIZE_MAX / 2, &b, err);
	*n = b.len / sizeof **docs;
	*docs = xcalloc(*n, sizeof **docs);
	if (*n > 0)
		memcpy(*docs, b.data, *n * sizeof **docs);
	buf_free(&b);
	free(path);
	if (rc < 0) {
		free(*docs);
		*docs = NULL;
		err_prefix(err, "what the model learned from is not known");
	}
	return rc;
}

static int
delete_row(struct project *writer, void *arg, struct err *err)
{
	return model_delete(writer, arg, err);
}

static void
file_remove(struct project *p, const char *file)
{
	char *path = project_file(p, file, NULL);

	if (path != NULL)
		unlink(path);
	free(path);
}

struct removal {
	const struct model *m;
	const struct prediction *r;
};

static int
prediction_row_delete(struct project *writer, void *arg, struct err *err)
{
	const struct removal *it = arg;

	return prediction_delete(writer, it->m, it->r, err);
}

int
predictions_remove(struct project *p, const char *model, const char *set,
    size_t *n, struct err *err)
{
	struct prediction *v = NULL;
	struct model m = { 0 };
	size_t count = 0;
	int rc;

	*n = 0;
	if (model_find(p, model, &m, err) < 0)
		return -1;
	rc = prediction_list(p, m.id, &v, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (strcmp(v[i].set, PREDICTION_OWN) == 0 ||
		    (set != NULL && strcmp(v[i].set, set) != 0))
			continue;
		rc = project_write(p, prediction_row_delete,
		    &(struct removal){ &m, &v[i] }, err);
		if (rc == 0) {
			file_remove(p, v[i].file);
			(*n)++;
		}
	}
	if (rc == 0 && *n == 0)
		rc = err_set_status(err, ERR_NAME, "'%s' has no such "
		    "predictions: see 'storage'", model);
	prediction_list_free(v, count);
	model_free(&m);
	return rc;
}

int
model_remove(struct project *p, const char *name, struct err *err)
{
	struct prediction *v = NULL;
	struct model m = { 0 };
	size_t n = 0;
	char *path;
	int rc = -1;

	if (model_find(p, name, &m, err) < 0)
		return -1;
	if (prediction_list(p, m.id, &v, &n, err) < 0 ||
	    project_write(p, delete_row, &m, err) < 0)
		goto out;
	for (size_t i = 0; i < n; i++)
		file_remove(p, v[i].file);
	path = learned_path(p, m.id, NULL);
	if (path != NULL)
		unlink(path);
	free(path);
	if (m.folder != NULL && *m.folder != '\0' &&
	    (path = project_file(p, m.folder, NULL)) != NULL) {
		tree_remove(path);
		free(path);
	}
	rc = 0;
out:
	prediction_list_free(v, n);
	model_free(&m);
	return rc;
}

/* ---- the history ---- */

/* The score that a training ends with, and how it was come by. */
static void
add_score(cJSON *o, const cJSON *metrics)
{
	static const char *const of[][2] = { { "cv", "cross-validated" },
		{ "eval", "on texts held out" },
		{ "exact", "on the texts it learned from" } };
	char number[32];

	for (size_t i = 0; i < 3; i++) {
		const cJSON *f1 = cJSON_GetObjectItemCaseSensitive(
		    cJSON_GetObjectItemCaseSensitive(metrics, of[i][0]),
		    "f1_macro");

		if (!cJSON_IsNumber(f1))
			continue;
		snprintf(number, sizeof number, "%.3f", f1->valuedouble);
		cJSON_AddStringToObject(o, "f1_macro", number);
		cJSON_AddStringToObject(o, "f1_of", of[i][1]);
		return;
	}
}

int
model_log_training(struct project *writer, const struct model *m,
    const char *training, struct err *err)
{
	cJSON *o = cJSON_CreateObject(), *params = cJSON_Parse(m->params);
	cJSON *metrics = cJSON_Parse(m->metrics != NULL ? m->metrics : "");
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(params, "n"), *f;
	struct buf features = BUF_INIT;
	char *json;
	int rc;

	cJSON_AddStringToObject(o, "model", m->name);
	if (training != NULL)
		cJSON_AddStringToObject(o, "training", training);
	if (cJSON_IsNumber(n))
		cJSON_AddNumberToObject(o, "texts", n->valuedouble);
	cJSON_ArrayForEach(f, cJSON_GetObjectItemCaseSensitive(params,
	    "features"))
		if (cJSON_IsString(f))
			buf_addf(&features, "%s%s", features.len > 0 ? ", " :
			    "", f->valuestring);
	if (features.len > 0)
		cJSON_AddStringToObject(o, "features", buf_str(&features));
	add_score(o, metrics);
	json = cJSON_PrintUnformatted(o);
	rc = history_add(writer, EVENT_TRAIN, m->scheme, json, err);
	cJSON_free(json);
	buf_free(&features);
	cJSON_Delete(metrics);
	cJSON_Delete(params);
	cJSON_Delete(o);
	return rc;
}
