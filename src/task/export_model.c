#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/export.h"
#include "tagtiger/featfile.h"
#include "tagtiger/featurize.h"
#include "tagtiger/file.h"
#include "tagtiger/hf.h"
#include "tagtiger/job.h"
#include "tagtiger/logreg.h"
#include "tagtiger/model.h"
#include "tagtiger/predfile.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/temporary.h"
#include "priv.h"

#define BATCH 1024

/* ---- predictions ---- */

/* Writes rows of predictions; made before the first one. */
struct pred_writer {
	const struct predictor *r;
	struct table_writer *w;
	struct table_value *row;
	struct buf labels;
	bool slugs;
};

static int
pred_open(struct pred_writer *x, const struct predictor *r, bool slugs,
    const struct export_spec *spec, struct err *err)
{
	struct export_columns c = { 0 };
	char *name;

	*x = (struct pred_writer){ .r = r, .slugs = slugs };
	export_column(&c, "id", TABLE_TEXT);
	if (slugs)
		export_column(&c, "id_slug", TABLE_TEXT);
	export_column(&c, "prediction", TABLE_TEXT);
	export_column(&c, "probability", TABLE_FLOAT);
	export_column(&c, "entropy", TABLE_FLOAT);
	for (size_t j = 0; j < predictor_k(r); j++) {
		name = xasprintf("prob_%s", predictor_names(r)[j]);
		export_column(&c, name, TABLE_FLOAT);
		free(name);
	}
	x->row = xcalloc(c.n, sizeof *x->row);
	x->w = export_open(spec, &c, err);
	export_columns_free(&c);
	return x->w != NULL ? 0 : -1;
}

static int
pred_put(struct pred_writer *x, const char *id, const char *slug,
    const float *prob, struct err *err)
{
	struct table_value *cells = x->row;
	struct verdict v;

	verdict_of(prob, predictor_k(x->r), predictor_multilabel(x->r),
	    predictor_names(x->r), &x->labels, &v);
	*cells++ = table_text(id);
	if (x->slugs)
		*cells++ = table_text(slug);
	*cells++ = table_text(buf_str(&x->labels));
	*cells++ = table_float((float)v.probability);
	*cells++ = table_float((float)v.entropy);
	for (size_t j = 0; j < predictor_k(x->r); j++)
		*cells++ = table_float(prob[j]);
	return table_put(x->w, x->row, err);
}

static void
pred_free(struct pred_writer *x)
{
	buf_free(&x->labels);
	free(x->row);
}

static int
put_predictions(struct project *p, struct pred_writer *x,
    const struct predfile *f, const struct export_spec *spec,
    struct export_report *report, struct progress *progress, struct err *err)
{
	struct doc_cursor *c = doc_cursor_open(p, spec->sets, 0, err);
	struct doc_view v;
	int64_t row;
	int got = -1;

	if (c == NULL)
		return -1;
	progress_phase(progress, "writing", f->n);
	while ((got = doc_cursor_next(c, &v, err)) == 1) {
		row = predfile_row(f, v.seq);
		if (row < 0)
			report->missing++;
		else if (pred_put(x, v.id, v.slug, f->prob + (size_t)row *
		    f->k, err) < 0)
			break;
		if (progress_step(progress, 1)) {
			progress_stopped(err);
			break;
		}
	}
	doc_cursor_close(c);
	return got == 0 ? 0 : -1;
}

/* The predictions of these sets: those there are, else made now. */
static struct predfile *
predictions_need(struct project *p, struct predictor *r, unsigned sets,
    struct progress *progress, struct err *err)
{
	const struct model *m = predictor_model(r);
	struct predfile *f = NULL;
	int64_t *docs = NULL, rows;
	const char *name = "all";
	size_t n = 0;

	if (doc_list(p, sets, &docs, &n, err) < 0)
		return NULL;
	f = predict_stored(p, m, docs, n);
	for (int i = 0; i < SET_COUNT; i++)
		if (sets == SET_BIT(i))
			name = set_name((enum set)i);
	if (f == NULL && predict_sets(r, sets, name, &rows, progress,
	    err) == 0) {
		f = predict_stored(p, m, docs, n);
		if (f == NULL)
			err_set(err, "the texts changed meanwhile: again");
	}
	free(docs);
	return f;
}

int
export_predictions(struct project *p, const char *model,
    const struct export_spec *spec, struct export_report *report,
    struct progress *progress, struct err *err)
{
	struct predictor *r = predictor_open(p, model, progress, err);
	struct pred_writer x = { 0 };
	struct predfile *f = NULL;
	int rc = -1;

	*report = (struct export_report){ 0 };
	if (r == NULL)
		return -1;
	f = predictions_need(p, r, spec->sets, progress, err);
	if (f == NULL || pred_open(&x, r, true, spec, err) < 0)
		goto out;
	rc = put_predictions(p, &x, f, spec, report, progress, err);
	rc = export_close(p, x.w, rc, spec, "predictions", report, err);
out:
	pred_free(&x);
	predfile_close(f);
	predictor_close(r);
	return rc;
}

/* ---- an outside file ---- */

struct batch {
	struct buf text;
	size_t start[BATCH + 1];
	char *id[BATCH];
	size_t n;
};

static void
batch_add(struct batch *b, const struct table_row *row, int id,
    const int *text, size_t ntext)
{
	const struct table_cell *c;
	size_t len;
	const char *s;

	b->start[b->n] = b->text.len;
	for (size_t i = 0; i < ntext; i++) {
		c = &row->cells[text[i]];
		if (c->len == 0)
			continue;
		if (b->text.len > b->start[b->n])
			buf_adds(&b->text, "\n\n");
		buf_add(&b->text, c->s, c->len);
	}
	if (id < 0)
		b->id[b->n] = xasprintf("%llu",
		    (unsigned long long)row->number);
	else {
		len = row->cells[id].len;
		s = import_trim(row->cells[id].s, &len);
		b->id[b->n] = xstrndup(s, len);
	}
	b->start[++b->n] = b->text.len;
}

static int
batch_flush(struct batch *b, struct predictor *r, struct pred_writer *x,
    struct err *err)
{
	struct text *texts = xcalloc(b->n, sizeof *texts);
	float *prob = xcalloc(b->n * predictor_k(r), sizeof *prob);
	int rc = 0;

	for (size_t i = 0; i < b->n; i++)
		texts[i] = (struct text){ buf_str(&b->text) + b->start[i],
			b->start[i + 1] - b->start[i] };
	if (b->n > 0)
		rc = predictor_texts(r, texts, b->n, prob, NULL, err);
	for (size_t i = 0; i < b->n; i++) {
		if (rc == 0)
			rc = pred_put(x, b->id[i], NULL,
			    prob + i * predictor_k(r), err);
		free(b->id[i]);
	}
	free(prob);
	free(texts);
	buf_clear(&b->text);
	b->n = 0;
	return rc;
}

static int
predict_rows(struct table_reader *t, const struct predict_file_spec *in,
    struct predictor *r, struct pred_writer *x,
    struct export_report *report, struct progress *progress, struct err *err)
{
	struct batch *b = xcalloc(1, sizeof *b);
	int *text = xcalloc(in->ntext, sizeof *text), id = -1, got = -1;
	struct table_row row;
	uint64_t done = 0;

	if (in->id != NULL && (id = import_column(t, in->file, in->id,
	    err)) < 0)
		goto out;
	for (size_t i = 0; i < in->ntext; i++)
		if ((text[i] = import_column(t, in->file, in->text[i],
		    err)) < 0)
			goto out;
	progress_phase(progress, "predicting", table_info(t)->total);
	while ((got = table_next(t, &row, err)) == 1) {
		if (row.ncells < table_ncolumns(t)) {
			report->missing++;
			continue;
		}
		batch_add(b, &row, id, text, in->ntext);
		if (b->n < BATCH)
			continue;
		if (batch_flush(b, r, x, err) < 0 || (progress_step(progress,
		    table_info(t)->done - done) && progress_stopped(err))) {
			got = -1;
			break;
		}
		done = table_info(t)->done;
	}
	if (got == 0)
		got = batch_flush(b, r, x, err);
out:
	for (size_t i = 0; i < b->n; i++)
		free(b->id[i]);
	buf_free(&b->text);
	free(text);
	free(b);
	return got < 0 ? -1 : 0;
}

int
predict_file(struct project *p, const char *model,
    const struct predict_file_spec *in, const struct export_spec *spec,
    struct export_report *report, struct progress *progress, struct err *err)
{
	struct predictor *r = predictor_open(p, model, progress, err);
	struct table_reader *t = NULL;
	struct pred_writer x = { 0 };
	int rc = -1;

	*report = (struct export_report){ 0 };
	if (r == NULL || (t = table_open(in->file, &in->table, err)) == NULL ||
	    pred_open(&x, r, false, spec, err) < 0)
		goto out;
	rc = predict_rows(t, in, r, &x, report, progress, err);
	rc = export_close(p, x.w, rc, spec, "predictions of a file", report,
	    err);
out:
	pred_free(&x);
	table_close(t);
	predictor_close(r);
	return rc;
}

/* ---- features ---- */

static struct tfidf *
terms_of(struct project *p, const struct feature *f, struct err *err)
{
	char *file = feature_terms_file(f->file);
	char *path = project_file(p, file, err);
	struct buf json = BUF_INIT;
	struct tfidf *t = NULL;

	if (path != NULL && file_read(path, SIZE_MAX / 2, &json, err) == 0)
		t = tfidf_load(json.data, json.len, err);
	buf_free(&json);
	free(path);
	free(file);
	return t;
}

static void
dimension_columns(struct export_columns *c, const struct feature *f,
    const struct tfidf *terms)
{
	const char *term;
	size_t len;
	char *name;

	for (int64_t j = 0; j < f->dims; j++) {
		term = terms != NULL ?
		    tfidf_term(terms, (size_t)j, &len) : NULL;
		name = term != NULL ? xstrndup(term, len) :
		    xasprintf("%s_%lld", f->name, (long long)j + 1);
		export_column(c, name, TABLE_FLOAT);
		free(name);
	}
}

static int
put_feature_row(struct table_writer *w, struct table_value *row,
    const struct doc_view *v, const struct feature_rows *r, size_t dims,
    struct err *err)
{
	row[0] = table_text(v->id);
	for (size_t j = 0; j < dims; j++)
		row[j + 1] = table_float(r->dense.v != NULL ?
		    r->dense.v[j] : 0);
	for (int64_t j = 0; r->sparse.ptr != NULL && j < r->sparse.ptr[1]; j++)
		row[r->sparse.col[j] + 1] = table_float(r->sparse.val[j]);
	return table_put(w, row, err);
}

static int
put_features(struct project *p, struct feature_set *s,
    struct table_writer *w, size_t dims, const struct export_spec *spec,
    struct progress *progress, struct err *err)
{
	struct doc_cursor *c = doc_cursor_open(p, spec->sets, 0, err);
	struct table_value *row = xcalloc(dims + 1, sizeof *row);
	struct feature_rows rows;
	struct doc_view v;
	int got = -1;

	progress_phase(progress, "writing", 0);
	while (c != NULL && (got = doc_cursor_next(c, &v, err)) == 1) {
		got = feature_set_rows(s, &v.seq, 1, &rows, NULL, err);
		if (got == 0)
			got = put_feature_row(w, row, &v, &rows, dims, err);
		feature_rows_free(&rows);
		if (got == 0 && progress_step(progress, 1))
			got = progress_stopped(err);
		if (got < 0)
			break;
	}
	doc_cursor_close(c);
	free(row);
	return got;
}

int
export_features(struct project *p, const char *feature,
    const struct export_spec *spec, struct export_report *report,
    struct progress *progress, struct err *err)
{
	struct export_columns c = { 0 };
	struct feature_set *s = NULL;
	struct tfidf *terms = NULL;
	struct feature f = { 0 };
	struct table_writer *w;
	int rc = -1;

	*report = (struct export_report){ 0 };
	if (feature_find(p, feature, &f, err) < 0)
		return -1;
	s = feature_set_open(p, &f.name, 1, progress, err);
	if (s == NULL || (strcmp(f.kind, "tfidf") == 0 &&
	    (terms = terms_of(p, &f, err)) == NULL))
		goto out;
	export_column(&c, "id", TABLE_TEXT);
	dimension_columns(&c, &f, terms);
	w = export_open(spec, &c, err);
	if (w == NULL)
		goto out;
	rc = put_features(p, s, w, (size_t)f.dims, spec, progress, err);
	rc = export_close(p, w, rc, spec, "features", report, err);
out:
	export_columns_free(&c);
	tfidf_free(terms);
	feature_set_close(s);
	feature_free(&f);
	return rc;
}

/* ---- models ---- */

/* A new folder appears whole; in one that is there, config.json comes last. */
static int
save_folder(const char *base, const char *out, const struct hf_result *r,
    struct err *err)
{
	char *temporary;
	int rc;

	if (access(out, F_OK) == 0)
		return hf_save(base, out, r, err);
	temporary = temporary_name(out);
	rc = hf_save(base, temporary, r, err);
	if (rc == 0)
		rc = file_rename(temporary, out, err);
	if (rc < 0)
		tree_remove(temporary);
	free(temporary);
	return rc;
}

/* What the folder holds, through the code that wrote it: config, tokenizer,
 * weights. */
static int
export_bert(struct project *p, const struct model *m, const char *out,
    struct export_report *report, struct err *err)
{
	char *dir = project_file(p, m->folder, err);
	struct hf_model *hf = NULL;
	struct safetensors *st = NULL;
	struct st_tensor *tensors = NULL;
	struct hf_result r;
	int rc = -1;

	if (dir == NULL || (hf = hf_open(dir, err)) == NULL ||
	    (st = safetensors_open_folder(dir, err)) == NULL)
		goto out;
	tensors = xcalloc(safetensors_count(st), sizeof *tensors);
	for (size_t i = 0; i < safetensors_count(st); i++)
		tensors[i] = *safetensors_at(st, i);
	r = (struct hf_result){
		.labels = (const char *const *)hf->config.labels,
		.label_count = hf->config.label_count,
		.problem = hf->config.problem, .tensors = tensors,
		.n = safetensors_count(st) };
	rc = save_folder(dir, out, &r, err);
	report->written.rows = r.n;
out:
	free(tensors);
	safetensors_free(st);
	hf_free(hf);
	free(dir);
	return rc;
}

static int
put_coefficients(struct table_writer *w, const struct logreg *m,
    const struct export_columns *names, struct err *err)
{
	struct table_value *row = xcalloc(m->k + 3, sizeof *row);
	size_t d = m->d_dense + m->d_sparse;
	int rc;

	row[0] = table_text("(bias)");
	row[1] = row[2] = table_null();
	for (size_t j = 0; j < m->k; j++)
		row[j + 3] = table_real(m->bias[j]);
	rc = table_put(w, row, err);
	for (size_t i = 0; rc == 0 && i < d; i++) {
		row[0] = table_text(names->v[i].name);
		row[1] = row[2] = table_null();
		if (i < m->d_dense) {
			row[1] = table_real(m->mean[i]);
			row[2] = table_real(m->scale[i]);
		}
		for (size_t j = 0; j < m->k; j++)
			row[j + 3] = table_real((double)m->w[i * m->k + j]);
		rc = table_put(w, row, err);
	}
	free(row);
	return rc;
}

/* Names of the model's feature columns, dense ones first as logreg has them. */
static int
coefficient_names(struct project *p, const struct model *m,
    struct export_columns *out, struct err *err)
{
	cJSON *params = cJSON_Parse(m->params), *list, *x;
	struct tfidf *terms;
	struct feature f;
	int rc = 0;

	list = cJSON_GetObjectItemCaseSensitive(params, "features");
	for (int sparse = 0; sparse < 2; sparse++)
		cJSON_ArrayForEach(x, list) {
			if (rc < 0 || feature_find(p, x->valuestring, &f,
			    err) < 0) {
				rc = -1;
				break;
			}
			terms = NULL;
			if ((strcmp(f.kind, "tfidf") == 0) == sparse) {
				if (sparse)
					terms = terms_of(p, &f, err);
				rc = sparse && terms == NULL ? -1 : 0;
				if (rc == 0)
					dimension_columns(out, &f, terms);
			}
			tfidf_free(terms);
			feature_free(&f);
		}
	cJSON_Delete(params);
	return rc;
}

static int
export_quick(struct project *p, const struct model *m,
    const struct export_spec *spec, struct export_report *report,
    struct progress *progress, struct err *err)
{
	struct predictor *r = predictor_open(p, m->name, progress, err);
	struct export_columns names = { 0 }, c = { 0 };
	struct logreg fit = { 0 };
	struct table_writer *w;
	void *blob = NULL;
	size_t size;
	int rc = -1;

	if (r == NULL || model_weights_get(p, m->id, &blob, &size, err) != 1 ||
	    logreg_load(&fit, blob, size, err) < 0 ||
	    coefficient_names(p, m, &names, err) < 0)
		goto out;
	if (names.n != fit.d_dense + fit.d_sparse) {
		err_set(err, "the features of model %s were made again: train "
		    "it again", m->name);
		goto out;
	}
	export_column(&c, "feature", TABLE_TEXT);
	export_column(&c, "mean", TABLE_REAL);
	export_column(&c, "scale", TABLE_REAL);
	for (size_t j = 0; j < fit.k; j++)
		export_column(&c, predictor_names(r)[j], TABLE_REAL);
	w = export_open(spec, &c, err);
	if (w == NULL)
		goto out;
	rc = put_coefficients(w, &fit, &names, err);
	rc = export_close(p, w, rc, spec, "model", report, err);
out:
	free(blob);
	logreg_free(&fit);
	export_columns_free(&names);
	export_columns_free(&c);
	predictor_close(r);
	return rc;
}

int
export_model(struct project *p, const char *model,
    const struct export_spec *spec, struct export_report *report,
    struct progress *progress, struct err *err)
{
	struct model m = { 0 };
	int rc;

	*report = (struct export_report){ 0 };
	if (model_find(p, model, &m, err) < 0)
		return -1;
	if (strcmp(m.state, "ready") != 0)
		rc = err_set(err, "model %s is not ready: %s", model, m.state);
	else if (strcmp(m.kind, "quick") == 0)
		rc = export_quick(p, &m, spec, report, progress, err);
	else if ((rc = export_bert(p, &m, spec->out, report, err)) == 0)
		rc = export_log(p, spec, "model", report, err);
	model_free(&m);
	return rc;
}
