#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/encode.h"
#include "tagtiger/err.h"
#include "tagtiger/featurize.h"
#include "tagtiger/file.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/logreg.h"
#include "tagtiger/predfile.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"

#define BATCH 1024 /* texts at once */

struct predictor {
	struct project *p;
	struct model m;
	bool multilabel;
	size_t k;
	int64_t *labels;
	char **names;
	/* One of the two. */
	struct logreg *quick;
	struct feature_set *features;
	struct encoder *bert;
};

/* ---- opening ---- */

static int
read_labels(struct predictor *r, struct err *err)
{
	cJSON *list = cJSON_Parse(r->m.labels), *x;
	const struct label *l;
	struct scheme s = { 0 };
	int rc = scheme_get(r->p, r->m.scheme, &s, err);

	r->labels = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
	    sizeof *r->labels);
	r->names = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
	    sizeof *r->names);
	cJSON_ArrayForEach(x, list) {
		if (!cJSON_IsString(x) || rc < 0)
			continue;
		r->labels[r->k] = strtoll(x->valuestring, NULL, 10);
		l = label_by_id(&s, r->labels[r->k]);
		r->names[r->k++] = xstrdup(l != NULL ? l->name : "?");
	}
	r->multilabel = s.kind == SCHEME_MULTILABEL;
	if (rc == 0 && r->k == 0)
		rc = err_set(err, "model %s has no labels: train it again",
		    r->m.name);
	scheme_free(&s);
	cJSON_Delete(list);
	return rc;
}

static int
open_quick(struct predictor *r, struct progress *progress, struct err *err)
{
	cJSON *params = cJSON_Parse(r->m.params), *x, *list;
	char **names = NULL;
	size_t n = 0, size;
	void *blob = NULL;
	int got, rc = -1;

	list = cJSON_GetObjectItemCaseSensitive(params, "features");
	names = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *names);
	cJSON_ArrayForEach(x, list)
		if (cJSON_IsString(x))
			names[n++] = x->valuestring;
	got = model_weights_get(r->p, r->m.id, &blob, &size, err);
	if (got < 0)
		goto out;
	r->quick = xcalloc(1, sizeof *r->quick);
	if (got == 0) {
		err_set(err, "model %s has no weights: train it again",
		    r->m.name);
		goto out;
	}
	if (logreg_load(r->quick, blob, size, err) < 0)
		goto out;
	r->features = feature_set_open(r->p, names, n, progress, err);
	if (r->features == NULL)
		goto out;
	if (r->quick->k != r->k || feature_set_dim(r->features) !=
	    r->quick->d_dense + r->quick->d_sparse)
		err_set(err, "the features of model %s were made again: "
		    "train it again", r->m.name);
	else
		rc = 0;
out:
	free(blob);
	free(names);
	cJSON_Delete(params);
	return rc;
}

static int
open_bert(struct predictor *r, struct err *err)
{
	cJSON *params = cJSON_Parse(r->m.params);
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(params,
	    "max_length");
	struct encoder_options o = { 0 };
	char *path = project_file(r->p, r->m.folder, err);

	if (cJSON_IsNumber(x) && x->valuedouble > 0)
		o.max_length = (size_t)x->valuedouble;
	if (path != NULL)
		r->bert = encoder_open(path, &o, err);
	free(path);
	cJSON_Delete(params);
	if (r->bert == NULL)
		return -1;
	if (encoder_model(r->bert)->config.label_count != r->k)
		return err_set(err, "the folder of model %s has other labels "
		    "than the project knows", r->m.name);
	return 0;
}

struct predictor *
predictor_open(struct project *p, const char *model,
    struct progress *progress, struct err *err)
{
	struct predictor *r = xcalloc(1, sizeof *r);

	r->p = p;
	if (model_find(p, model, &r->m, err) < 0 || read_labels(r, err) < 0)
		goto fail;
	if (strcmp(r->m.state, "ready") != 0) {
		err_set(err, "model %s is not ready: its training %s",
		    model, strcmp(r->m.state, "training") == 0 ?
		    "is under way" : r->m.state);
		goto fail;
	}
	if (strcmp(r->m.kind, "quick") == 0 ?
	    open_quick(r, progress, err) < 0 : open_bert(r, err) < 0)
		goto fail;
	return r;
fail:
	predictor_close(r);
	return NULL;
}

void
predictor_close(struct predictor *r)
{
	if (r == NULL)
		return;
	encoder_free(r->bert);
	feature_set_close(r->features);
	if (r->quick != NULL)
		logreg_free(r->quick);
	free(r->quick);
	for (size_t j = 0; j < r->k; j++)
		free(r->names[j]);
	free(r->names);
	free(r->labels);
	model_free(&r->m);
	free(r);
}

const struct model *
predictor_model(const struct predictor *r)
{
	return &r->m;
}

bool
predictor_multilabel(const struct predictor *r)
{
	return r->multilabel;
}

size_t
predictor_k(const struct predictor *r)
{
	return r->k;
}

char *const *
predictor_names(const struct predictor *r)
{
	return r->names;
}

/* ---- predicting ---- */

int
predictor_texts(struct predictor *r, const struct text *texts, size_t n,
    float *prob, struct progress *progress, struct err *err)
{
	struct feature_rows rows;
	struct mat out = { 0 };
	int rc;

	if (r->bert != NULL) {
		rc = encoder_classify(r->bert, texts, n, &out, progress, err);
		if (rc == 0)
			memcpy(prob, out.v, n * r->k * sizeof *prob);
		mat_free(&out);
		return rc;
	}
	if (feature_set_texts(r->features, texts, n, &rows, progress, err) < 0)
		return -1;
	rc = logreg_predict(r->quick, &rows.x, prob, 0, NULL, err);
	feature_rows_free(&rows);
	return rc;
}

int
predictor_docs(struct predictor *r, const int64_t *docs, size_t n,
    float *prob, struct progress *progress, struct err *err)
{
	struct feature_rows rows;
	struct texts texts = { 0 };
	int rc;

	if (r->bert != NULL) {
		rc = texts_read(r->p, docs, n, &texts, err);
		if (rc == 0)
			rc = predictor_texts(r, texts.v, n, prob, progress,
			    err);
		texts_free(&texts);
		return rc;
	}
	if (feature_set_rows(r->features, docs, n, &rows, progress, err) < 0)
		return -1;
	rc = logreg_predict(r->quick, &rows.x, prob, 0, NULL, err);
	feature_rows_free(&rows);
	return rc;
}

struct publish {
	struct predictor *r;
	struct prediction row;
};

static int
publish(struct project *writer, void *arg, struct err *err)
{
	struct publish *pub = arg;
	const struct model *m = &pub->r->m;
	cJSON *o;
	char *json;
	int rc;

	/* What a training predicts by itself, its own event tells. */
	if (strcmp(pub->row.set, PREDICTION_OWN) == 0)
		return prediction_put(writer, &pub->row, err);
	if (project_begin(writer, err) < 0)
		return -1;
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "model", m->name);
	cJSON_AddStringToObject(o, "set", pub->row.set);
	cJSON_AddNumberToObject(o, "rows", (double)pub->row.rows);
	json = cJSON_PrintUnformatted(o);
	rc = prediction_put(writer, &pub->row, err);
	if (rc == 0)
		rc = history_add(writer, EVENT_PREDICT, m->scheme, json, err);
	cJSON_free(json);
	cJSON_Delete(o);
	return project_end(writer, rc, err);
}

static int
write_predictions(struct predictor *r, struct predfile_out *o,
    const int64_t *docs, size_t n, struct progress *progress, struct err *err)
{
	float *prob = xcalloc(BATCH * r->k, sizeof *prob);
	size_t m;
	int rc = 0;

	progress_phase(progress, "predicting", n);
	for (size_t i = 0; rc == 0 && i < n; i += m) {
		m = n - i < BATCH ? n - i : BATCH;
		rc = predictor_docs(r, docs + i, m, prob, NULL, err);
		for (size_t j = 0; rc == 0 && j < m; j++)
			rc = predfile_add(o, docs[i + j], prob + j * r->k,
			    err);
		if (progress_step(progress, m) && rc == 0)
			rc = progress_stopped(err);
	}
	free(prob);
	return rc;
}

int
predict_sets(struct predictor *r, unsigned sets, const char *set,
    int64_t *rows, struct progress *progress, struct err *err)
{
	struct predfile head = { .model = r->m.id, .time = r->m.time,
		.multilabel = r->multilabel, .k = r->k, .labels = r->labels,
		.names = (const char **)r->names };
	struct publish pub = { .r = r };
	struct predfile_out *o = NULL;
	int64_t *docs = NULL;
	char *file, *path;
	bool is_new;
	size_t n = 0;
	int rc = -1;

	file = xasprintf("predictions/%lld-%s", (long long)r->m.id, set);
	path = project_file(r->p, file, err);
	if (path == NULL || doc_list(r->p, sets, &docs, &n, err) < 0)
		goto out;
	pub.row = (struct prediction){ .model = r->m.id, .set = (char *)set,
		.file = file, .rows = (int64_t)n };
	*rows = (int64_t)n;
	if (n == 0) {
		err_set_status(err, ERR_NAME, "there are no texts in set %s",
		    set);
		goto out;
	}
	if (doc_max(r->p, &pub.row.max_seq, err) < 0)
		goto out;
	if (r->features != NULL && feature_set_extend(r->features, sets,
	    progress, err) < 0)
		goto out;
	if (file_room(path, (double)n * (double)(r->k * sizeof(float) +
	    sizeof *docs), err) < 0)
		goto out;
	o = predfile_create(path, &head, err);
	if (o == NULL)
		goto out;
	if (write_predictions(r, o, docs, n, progress, err) < 0) {
		predfile_drop(o);
		goto out;
	}
	is_new = access(path, F_OK) < 0;
	if (predfile_end(o, err) == 0)
		rc = project_write(r->p, publish, &pub, err);
	if (rc < 0 && is_new)
		unlink(path);
out:
	free(docs);
	free(path);
	free(file);
	return rc;
}

static bool
covers(const struct predfile *f, const int64_t *docs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (predfile_row(f, docs[i]) < 0)
			return false;
	return true;
}

struct predfile *
predict_stored(struct project *p, const struct model *m, const int64_t *docs,
    size_t n)
{
	struct prediction *v = NULL;
	struct predfile *f = NULL;
	size_t count = 0;
	char *path;

	if (prediction_list(p, m->id, &v, &count, NULL) < 0)
		return NULL;
	for (size_t i = 0; f == NULL && i < count; i++) {
		path = project_file(p, v[i].file, NULL);
		f = path != NULL ? predfile_open(path, NULL) : NULL;
		free(path);
		if (f != NULL && (f->model != m->id || f->time != m->time ||
		    !covers(f, docs, n))) {
			predfile_close(f);
			f = NULL;
		}
	}
	prediction_list_free(v, count);
	return f;
}

/* ---- words ---- */

static double
entropy_term(double p)
{
	return p > 0 ? -p * log(p) : 0;
}

void
verdict_of(const float *prob, size_t k, bool multilabel, char *const *names,
    struct buf *labels, struct verdict *out)
{
	size_t best = 0;

	buf_clear(labels);
	*out = (struct verdict){ .probability = 2 };
	for (size_t j = 0; j < k; j++) {
		double p = (double)prob[j];

		if (prob[j] > prob[best])
			best = j;
		out->entropy += entropy_term(p);
		if (!multilabel)
			continue;
		out->entropy += entropy_term(1 - p);
		if (p < 0.5)
			continue;
		buf_addf(labels, "%s%s", labels->len > 0 ? "|" : "", names[j]);
		if (p < out->probability)
			out->probability = p;
	}
	if (multilabel)
		out->entropy /= (double)k;
	else
		buf_adds(labels, names[best]);
	if (out->probability > 1) {
		out->probability = (double)prob[best];
		out->none = multilabel;
	}
}
