#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/base.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/encode.h"
#include "tagtiger/err.h"
#include "tagtiger/featfile.h"
#include "tagtiger/featurize.h"
#include "tagtiger/file.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/when.h"
#include "priv.h"

#define BATCH 512 /* texts in memory at once */

/* ---- a feature opened for computing ---- */

void
featurizer_close(struct featurizer *z)
{
	encoder_free(z->encoder);
	tfidf_free(z->tfidf);
	*z = (struct featurizer){ 0 };
}

/* Terms, and their weights, of the train set's texts. */
static int
fit_tfidf(struct project *p, const struct featurize_spec *spec,
    struct featurizer *z, struct progress *progress, struct err *err)
{
	struct tfidf_options o = {
		.min_df = { spec->min_df < 1, spec->min_df },
		.max_df = { spec->max_df <= 1, spec->max_df },
		.max_features = spec->max_features,
		.words.ngram_max = spec->ngram_max,
	};
	struct texts texts = { 0 };
	int64_t *docs = NULL;
	size_t n, m;
	int rc = -1;

	if (doc_list(p, SET_BIT(SET_TRAIN), &docs, &n, err) < 0)
		return -1;
	z->tfidf = tfidf_new(&o);
	tfidf_forget(z->tfidf);
	progress_phase(progress, "counting words", n);
	for (size_t i = 0; i < n; i += m) {
		m = n - i < 16 * BATCH ? n - i : 16 * BATCH;
		if (texts_read(p, docs + i, m, &texts, err) < 0 ||
		    tfidf_add(z->tfidf, texts.v, m, NULL, err) < 0)
			goto out;
		texts_free(&texts);
		if (progress_step(progress, m)) {
			progress_stopped(err);
			goto out;
		}
	}
	if (tfidf_fit(z->tfidf, NULL, NULL, err) < 0)
		goto out;
	if (tfidf_count(z->tfidf) == 0)
		err_set(err, "no word is in enough texts of the train set: "
		    "try --min-df 1");
	else
		rc = 0;
out:
	texts_free(&texts);
	free(docs);
	return rc;
}

/* Of a feature whose rows are in a file: where its terms are. */
char *
feature_terms_file(const char *rows)
{
	size_t len = strlen(rows);

	if (len > 5 && strcmp(rows + len - 5, ".rows") == 0)
		len -= 5;
	return xasprintf("%.*s.json", (int)len, rows);
}

static int
save_tfidf(struct project *p, const struct featurizer *z, const char *rows,
    struct err *err)
{
	char *file = feature_terms_file(rows);
	char *path = project_file(p, file, err);
	struct buf json = BUF_INIT;
	int rc = -1;

	if (path != NULL) {
		tfidf_save(z->tfidf, &json);
		rc = file_write(path, json.data, json.len, err);
	}
	buf_free(&json);
	free(path);
	free(file);
	return rc;
}

static int
open_sbert(struct featurizer *z, const cJSON *params, struct err *err)
{
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(params, "path");
	const char *path = cJSON_GetStringValue(x);
	struct encoder_options o = { 0 };

	x = cJSON_GetObjectItemCaseSensitive(params, "max_length");
	o.max_length = cJSON_IsNumber(x) ? (size_t)x->valuedouble : 0;
	o.bf16 = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(params,
	    "bf16"));
	x = cJSON_GetObjectItemCaseSensitive(params, "device");
	o.device = cJSON_GetStringValue(x);
	z->encoder = encoder_open(path != NULL ? path : "", &o, err);
	return z->encoder != NULL ? 0 : -1;
}

static double
param_number(const cJSON *params, const char *key)
{
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(params, key);

	return cJSON_IsNumber(x) ? x->valuedouble : 0;
}

/* The terms were lost with their folder: the same train set gives the same
 * ones. */
static int
learn_again(struct featurizer *z, struct project *p, const struct feature *f,
    const cJSON *params, struct err *err)
{
	struct featurize_spec spec = {
		.min_df = param_number(params, "min_df"),
		.max_df = param_number(params, "max_df"),
		.max_features = (size_t)param_number(params, "max_features"),
		.ngram_max = (int)param_number(params, "ngram_max") };

	if (fit_tfidf(p, &spec, z, NULL, err) < 0)
		return -1;
	return save_tfidf(p, z, f->file, err);
}

int
featurizer_open(struct featurizer *z, struct project *p,
    const struct feature *f, struct err *err)
{
	cJSON *params = cJSON_Parse(f->params);
	struct buf json = BUF_INIT;
	char *path = NULL, *name;
	int rc = -1;

	*z = (struct featurizer){ 0 };
	if (strcmp(f->kind, "sbert") == 0) {
		rc = open_sbert(z, params, err);
		goto out;
	}
	name = feature_terms_file(f->file);
	path = project_file(p, name, err);
	free(name);
	if (path == NULL)
		goto out;
	if (access(path, F_OK) < 0) {
		rc = learn_again(z, p, f, params, err);
		goto out;
	}
	if (file_read(path, SIZE_MAX / 2, &json, err) < 0)
		goto out;
	z->tfidf = tfidf_load(json.data, json.len, err);
	rc = z->tfidf != NULL ? 0 : -1;
out:
	cJSON_Delete(params);
	buf_free(&json);
	free(path);
	return rc;
}

int
featurizer_run(struct featurizer *z, const struct text *texts, size_t n,
    struct mat *dense, struct csr *sparse, struct progress *progress,
    struct err *err)
{
	if (z->encoder != NULL)
		return encoder_embed(z->encoder, texts, n, dense, progress,
		    err);
	return tfidf_transform(z->tfidf, texts, n, sparse, progress, err);
}

size_t
featurizer_dim(const struct featurizer *z)
{
	if (z->encoder != NULL)
		return (size_t)encoder_model(z->encoder)->config.hidden;
	return tfidf_count(z->tfidf);
}

/* ---- writing rows ---- */

static int
add_rows(struct featfile_out *o, const int64_t *docs, size_t n,
    const struct mat *dense, const struct csr *sparse, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (sparse->ptr == NULL)
			rc = featfile_add_dense(o, docs[i],
			    dense->v + i * dense->d, err);
		else
			rc = featfile_add_sparse(o, docs[i],
			    sparse->col + sparse->ptr[i],
			    sparse->val + sparse->ptr[i],
			    (size_t)(sparse->ptr[i + 1] - sparse->ptr[i]),
			    err);
	}
	return rc;
}

/* The next batch of docs that `old` has no row for, up to BATCH of them, and
 * how far they reach: *to. */
static size_t
missing(const struct featfile *old, const int64_t *docs, size_t n,
    size_t from, size_t *to, int64_t *batch)
{
	size_t m = 0;

	for (*to = from; *to < n && m < BATCH; ++*to)
		if (old == NULL || featfile_row(old, docs[*to]) < 0)
			batch[m++] = docs[*to];
	return m;
}

/* docs[from..to): the old rows copied, the new ones from the matrices. */
static int
merge_rows(struct featfile_out *o, const struct featfile *old,
    const int64_t *docs, size_t from, size_t to, const struct mat *dense,
    const struct csr *sparse, struct err *err)
{
	struct mat one = { .n = 1, .d = dense->d };
	struct csr row = { 0 };
	size_t new = 0;
	int64_t r;
	int rc = 0;

	for (size_t i = from; rc == 0 && i < to; i++) {
		r = old != NULL ? featfile_row(old, docs[i]) : -1;
		if (r >= 0) {
			rc = featfile_copy(o, old, r, err);
			continue;
		}
		one.v = dense->v != NULL ? dense->v + new * dense->d : NULL;
		if (sparse->ptr != NULL) {
			row = *sparse;
			row.ptr = sparse->ptr + new;
		}
		rc = add_rows(o, &docs[i], 1, &one, &row, err);
		new++;
	}
	return rc;
}

/*
 * The feature's file anew, with a row for each of docs: those of the old
 * file, and the others computed.
 */
static int
write_rows(struct project *p, struct featurizer *z, const char *path,
    int64_t made, const struct featfile *old, const int64_t *docs, size_t n,
    struct progress *progress, struct err *err)
{
	struct featfile_out *o = featfile_create(path, made,
	    z->tfidf != NULL, featurizer_dim(z), err);
	int64_t *batch = xcalloc(BATCH, sizeof *batch);
	struct texts texts = { 0 };
	struct mat dense = { 0 };
	struct csr sparse = { 0 };
	int rc = o != NULL ? 0 : -1;
	size_t m, to;

	if (rc == 0 && z->tfidf == NULL)
		rc = file_room(path, (double)n * (double)featurizer_dim(z) *
		    sizeof(float), err);
	progress_phase(progress, "computing features", n);
	for (size_t from = 0; rc == 0 && from < n; from = to) {
		m = missing(old, docs, n, from, &to, batch);
		if (m > 0 && (texts_read(p, batch, m, &texts, err) < 0 ||
		    featurizer_run(z, texts.v, m, &dense, &sparse, NULL,
		    err) < 0))
			rc = -1;
		if (rc == 0)
			rc = merge_rows(o, old, docs, from, to, &dense,
			    &sparse, err);
		texts_free(&texts);
		mat_free(&dense);
		csr_free(&sparse);
		if (progress_step(progress, to - from) && rc == 0)
			rc = progress_stopped(err);
	}
	if (rc == 0)
		rc = featfile_end(o, err);
	else
		featfile_drop(o);
	free(batch);
	return rc;
}

/* ---- making ---- */

static int
open_new_sbert(struct project *p, const struct featurize_spec *spec,
    struct featurizer *z, cJSON *params, struct buf *notes, struct err *err)
{
	char *lang = param_get(p, "language", NULL), *path;
	int rc = -1;

	path = base_find(spec->base, lang, err);
	if (path == NULL)
		goto out;
	cJSON_AddStringToObject(params, "path", path);
	if (spec->max_length > 0)
		cJSON_AddNumberToObject(params, "max_length",
		    (double)spec->max_length);
	if (spec->bf16)
		cJSON_AddTrueToObject(params, "bf16");
	if (spec->device != NULL)
		cJSON_AddStringToObject(params, "device", spec->device);
	if (open_sbert(z, params, err) < 0)
		goto out;
	cJSON_AddStringToObject(params, "base",
	    encoder_model(z->encoder)->name);
	if (lang != NULL && !base_speaks(path, lang))
		buf_addf(notes, "%s is not made for the project's language "
		    "(%s)\n", encoder_model(z->encoder)->name, lang);
	rc = 0;
out:
	free(path);
	free(lang);
	return rc;
}

static void
tfidf_params(const struct featurize_spec *spec, cJSON *params)
{
	cJSON_AddNumberToObject(params, "min_df", spec->min_df);
	cJSON_AddNumberToObject(params, "max_df", spec->max_df);
	cJSON_AddNumberToObject(params, "max_features",
	    (double)spec->max_features);
	cJSON_AddNumberToObject(params, "ngram_max", spec->ngram_max);
}

static int
put_feature(struct project *writer, void *arg, struct err *err)
{
	struct feature *f = arg, old = { 0 };
	char *json;
	int rc;

	if (project_begin(writer, err) < 0)
		return -1;
	if (feature_find(writer, f->name, &old, NULL) == 0)
		f->id = old.id;
	feature_free(&old);
	json = xasprintf("{\"feature\":\"%s\",\"kind\":\"%s\",\"rows\":%lld,"
	    "\"dimensions\":%lld}", f->name, f->kind, (long long)f->rows,
	    (long long)f->dims);
	rc = feature_put(writer, f, err);
	if (rc == 0)
		rc = history_add(writer, EVENT_FEATURE, 0, json, err);
	free(json);
	return project_end(writer, rc, err);
}

int
featurizer_publish(struct project *p, struct feature *f, struct err *err)
{
	return project_write(p, put_feature, f, err);
}

/* A feature's name is part of a file's. */
static int
check_name(const char *name, struct err *err)
{
	if (*name == '\0' || *name == '.' || strlen(name) > 100 ||
	    strpbrk(name, "/\\\"\n\r\t,") != NULL)
		return err_set_status(err, ERR_NAME, "\"%s\" cannot be a "
		    "name: no slash, quote, comma or dot at the start", name);
	return 0;
}

/* Both rising; so is the union, of *n numbers, which the caller frees. */
static int64_t *
union_of(const int64_t *a, size_t na, const int64_t *b, size_t nb, size_t *n)
{
	int64_t *out = xcalloc(na + nb + 1, sizeof *out);
	size_t i = 0, j = 0;

	for (*n = 0; i < na || j < nb; ++*n) {
		if (j == nb || (i < na && a[i] <= b[j])) {
			j += j < nb && a[i] == b[j];
			out[*n] = a[i++];
		} else
			out[*n] = b[j++];
	}
	return out;
}

int
featurizer_write(struct project *p, struct featurizer *z, struct feature *f,
    const struct featfile *old, const int64_t *docs, size_t n,
    struct progress *progress, struct err *err)
{
	char *path = project_file(p, f->file, err);
	int64_t *all;
	size_t nall;
	int rc = -1;

	all = union_of(docs, n, old != NULL ? old->docs : NULL,
	    old != NULL ? old->n : 0, &nall);
	if (path == NULL || doc_max(p, &f->max_seq, err) < 0)
		goto out;
	if (nall == 0)
		err_set(err, "the project has no texts in a set");
	else
		rc = write_rows(p, z, path, f->time, old, all, nall,
		    progress, err);
	f->rows = (int64_t)nall;
	f->dims = (int64_t)featurizer_dim(z);
out:
	free(all);
	free(path);
	return rc;
}

/* The files of a feature, whether or not all of them are there. */
static void
remove_files(struct project *p, const char *rows)
{
	char *terms = feature_terms_file(rows);
	const char *const files[] = { rows, terms };

	for (int i = 0; i < 2; i++) {
		char *path = xasprintf("%s/%s", project_folder_path(p),
		    files[i]);

		unlink(path);
		free(path);
	}
	free(terms);
}

/* Of a feature that is made anew: beside those that are there, which count
 * until its row names the new ones. "NAME.rows", "NAME,2.rows", ... */
static char *
free_file(const char *name, const char *old)
{
	size_t len = strlen("features/") + strlen(name);
	long number = 1;

	if (old == NULL || strlen(old) < len)
		return xasprintf("features/%s.rows", name);
	if (old[len] == ',')
		number = strtol(old + len + 1, NULL, 10);
	return xasprintf("features/%s,%ld.rows", name, number + 1);
}

/* The one of that name, or nothing where there is none. */
static int
find_old(struct project *p, const char *name, struct feature *old,
    struct err *err)
{
	struct err why = { 0 };

	if (feature_find(p, name, old, &why) == 0 || why.status == ERR_NAME)
		return 0;
	if (err != NULL)
		*err = why;
	return -1;
}

int
featurize_new(struct project *p, const struct featurize_spec *spec,
    struct feature *out, struct buf *notes, struct progress *progress,
    struct err *err)
{
	const char *name = spec->name != NULL ? spec->name : spec->kind;
	cJSON *params = cJSON_CreateObject();
	struct featurizer z = { 0 };
	struct feature old = { 0 };
	int64_t *docs = NULL;
	size_t cut, n;
	int rc = -1;

	*out = (struct feature){ .name = xstrdup(name),
		.kind = xstrdup(spec->kind), .state = xstrdup("ready"),
		.uid = project_uid(p), .time = now_ms() };
	if (check_name(name, err) < 0 || find_old(p, name, &old, err) < 0)
		goto out;
	out->file = free_file(name, old.file);
	if (strcmp(spec->kind, "sbert") == 0) {
		if (open_new_sbert(p, spec, &z, params, notes, err) < 0)
			goto out;
	} else {
		tfidf_params(spec, params);
		if (fit_tfidf(p, spec, &z, progress, err) < 0 ||
		    save_tfidf(p, &z, out->file, err) < 0)
			goto out;
	}
	if (doc_list(p, FEATURE_SETS, &docs, &n, err) < 0 ||
	    featurizer_write(p, &z, out, NULL, docs, n, progress, err) < 0)
		goto out;
	cut = z.encoder != NULL ? encoder_truncated(z.encoder) : 0;
	if (cut > 0)
		buf_addf(notes, "%s texts are longer than the %s tokens "
		    "that the model reads\n", COUNT(cut),
		    COUNT(encoder_max_length(z.encoder)));
	out->params = cJSON_PrintUnformatted(params);
	rc = featurizer_publish(p, out, err);
out:
	free(docs);
	featurizer_close(&z);
	cJSON_Delete(params);
	if (rc < 0 && out->file != NULL)
		remove_files(p, out->file);
	else if (rc == 0 && old.file != NULL)
		remove_files(p, old.file);
	feature_free(&old);
	if (rc < 0)
		feature_free(out);
	return rc;
}

static int
delete_row(struct project *writer, void *arg, struct err *err)
{
	const struct feature *f = arg;
	char *json;
	int rc;

	if (project_begin(writer, err) < 0)
		return -1;
	json = xasprintf("{\"feature\":\"%s\",\"summary\":\"%s deleted\"}",
	    f->name, f->name);
	rc = feature_delete(writer, f->id, err);
	if (rc == 0)
		rc = history_add(writer, EVENT_FEATURE, 0, json, err);
	free(json);
	return project_end(writer, rc, err);
}

int
featurize_delete(struct project *p, const char *name, struct err *err)
{
	struct feature f = { 0 };
	int rc;

	if (feature_find(p, name, &f, err) < 0)
		return -1;
	rc = project_write(p, delete_row, &f, err);
	if (rc == 0)
		remove_files(p, f.file);
	feature_free(&f);
	return rc;
}
