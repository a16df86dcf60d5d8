#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/featfile.h"
#include "tagtiger/featurize.h"
#include "tagtiger/project.h"
#include "priv.h"

struct opened {
	struct feature f;
	struct featfile *file;
	struct featurizer z; /* opened when a text without a row comes */
	bool ready;
};

struct feature_set {
	struct project *p;
	struct opened *v;
	size_t n;
};

static int
featurizer_need(struct feature_set *s, struct opened *o, struct err *err)
{
	if (o->ready)
		return 0;
	if (featurizer_open(&o->z, s->p, &o->f, err) < 0)
		return err_prefix(err, "feature %s", o->f.name);
	o->ready = true;
	return 0;
}

static bool
has_all(const struct featfile *f, const int64_t *docs, size_t n)
{
	for (size_t i = 0; f != NULL && i < n; i++)
		if (featfile_row(f, docs[i]) < 0)
			return false;
	return f != NULL;
}

/* A row for each of these texts; a lost file is made again. */
static int
extend(struct feature_set *s, struct opened *o, const int64_t *docs,
    size_t n, struct progress *progress, struct err *err)
{
	char *path;
	int rc;

	if (has_all(o->file, docs, n))
		return 0;
	rc = featurizer_need(s, o, err);
	if (rc == 0 && featurizer_dim(&o->z) != (size_t)o->f.dims)
		rc = err_set(err, "feature %s was made with another model: "
		    "make it again", o->f.name);
	if (rc == 0)
		rc = featurizer_write(s->p, &o->z, &o->f, o->file, docs, n, progress,
		    err);
	if (rc < 0)
		return -1;
	path = project_file(s->p, o->f.file, err);
	featfile_close(o->file);
	o->file = path != NULL ? featfile_open(path, err) : NULL;
	free(path);
	return o->file != NULL ? featurizer_publish(s->p, &o->f, err) : -1;
}

int
feature_set_extend(struct feature_set *s, unsigned sets,
    struct progress *progress, struct err *err)
{
	int64_t *docs = NULL;
	size_t n = 0;
	int rc = doc_list(s->p, sets, &docs, &n, err);

	for (size_t i = 0; rc == 0 && i < s->n; i++)
		rc = extend(s, &s->v[i], docs, n, progress, err);
	free(docs);
	return rc;
}

struct feature_set *
feature_set_open(struct project *p, char *const *names, size_t n,
    struct progress *progress, struct err *err)
{
	struct feature_set *s = xcalloc(1, sizeof *s);
	char *path;

	s->p = p;
	s->v = xcalloc(n, sizeof *s->v);
	for (size_t i = 0; i < n; i++) {
		if (feature_find(p, names[i], &s->v[i].f, err) < 0)
			goto fail;
		s->n++;
		path = project_file(p, s->v[i].f.file, err);
		if (path == NULL)
			goto fail;
		s->v[i].file = featfile_open(path, NULL);
		free(path);
		if (s->v[i].file != NULL && !featfile_is_of(s->v[i].file,
		    s->v[i].f.time)) {
			err_set(err, "feature %s: its file is of another "
			    "project or of another day: add it again",
			    names[i]);
			goto fail;
		}
	}
	if (feature_set_extend(s, FEATURE_SETS, progress, err) < 0)
		goto fail;
	return s;
fail:
	feature_set_close(s);
	return NULL;
}

void
feature_set_close(struct feature_set *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		featfile_close(s->v[i].file);
		featurizer_close(&s->v[i].z);
		feature_free(&s->v[i].f);
	}
	free(s->v);
	free(s);
}

size_t
feature_set_dim(const struct feature_set *s)
{
	size_t d = 0;

	for (size_t i = 0; i < s->n; i++)
		d += s->v[i].file->d;
	return d;
}

void
feature_rows_free(struct feature_rows *r)
{
	mat_free(&r->dense);
	csr_free(&r->sparse);
	*r = (struct feature_rows){ 0 };
}

/* Matrices side by side: `more` is freed. */
static int
append_dense(struct mat *all, struct mat *more, struct err *err)
{
	struct mat out;

	if (all->v == NULL) {
		*all = *more;
		return 0;
	}
	if (mat_alloc(&out, all->n, all->d + more->d, err) < 0) {
		mat_free(more);
		return -1;
	}
	for (size_t i = 0; i < all->n; i++) {
		memcpy(out.v + i * out.d, all->v + i * all->d,
		    all->d * sizeof *out.v);
		memcpy(out.v + i * out.d + all->d, more->v + i * more->d,
		    more->d * sizeof *out.v);
	}
	mat_free(all);
	mat_free(more);
	*all = out;
	return 0;
}

static int
append_sparse(struct csr *all, struct csr *more, struct err *err)
{
	struct csr out;
	size_t at = 0;

	if (all->ptr == NULL) {
		*all = *more;
		return 0;
	}
	if (csr_alloc(&out, all->n, all->d + more->d,
	    (size_t)(all->ptr[all->n] + more->ptr[more->n]), err) < 0) {
		csr_free(more);
		return -1;
	}
	for (size_t i = 0; i < all->n; i++) {
		for (int64_t j = all->ptr[i]; j < all->ptr[i + 1]; j++, at++) {
			out.col[at] = all->col[j];
			out.val[at] = all->val[j];
		}
		for (int64_t j = more->ptr[i]; j < more->ptr[i + 1];
		    j++, at++) {
			out.col[at] = more->col[j] + (int32_t)all->d;
			out.val[at] = more->val[j];
		}
		out.ptr[i + 1] = (int64_t)at;
	}
	csr_free(all);
	csr_free(more);
	*all = out;
	return 0;
}

static int
append(struct feature_rows *r, struct mat *dense, struct csr *sparse,
    struct err *err)
{
	return dense->v != NULL ? append_dense(&r->dense, dense, err) :
	    append_sparse(&r->sparse, sparse, err);
}

static void
point(struct feature_rows *r, size_t n)
{
	r->x = (struct features){ .n = n,
		.dense = r->dense.v != NULL ? &r->dense : NULL,
		.sparse = r->sparse.ptr != NULL ? &r->sparse : NULL };
}

/* Stored rows, where every one of docs has one: 1; else 0. */
static int
stored(const struct opened *o, const int64_t *docs, size_t n,
    struct mat *dense, struct csr *sparse, struct err *err)
{
	int64_t *rows = xcalloc(n, sizeof *rows);
	int rc = 1;

	for (size_t i = 0; rc == 1 && i < n; i++)
		rc = (rows[i] = featfile_row(o->file, docs[i])) >= 0;
	if (rc == 1 && (o->file->sparse ?
	    featfile_sparse(o->file, rows, n, sparse, err) :
	    featfile_dense(o->file, rows, n, dense, err)) < 0)
		rc = -1;
	free(rows);
	return rc;
}

int
feature_set_rows(struct feature_set *s, const int64_t *docs, size_t n,
    struct feature_rows *out, struct progress *progress, struct err *err)
{
	struct texts texts = { 0 };
	struct mat dense;
	struct csr sparse;
	int rc = 0;

	*out = (struct feature_rows){ 0 };
	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		dense = (struct mat){ 0 };
		sparse = (struct csr){ 0 };
		rc = stored(&s->v[i], docs, n, &dense, &sparse, err);
		if (rc == 0 && ((texts.n == 0 &&
		    texts_read(s->p, docs, n, &texts, err) < 0) ||
		    featurizer_need(s, &s->v[i], err) < 0 ||
		    featurizer_run(&s->v[i].z, texts.v, n, &dense, &sparse,
		    progress, err) < 0))
			rc = -1;
		if (rc >= 0)
			rc = append(out, &dense, &sparse, err);
	}
	texts_free(&texts);
	point(out, n);
	if (rc < 0)
		feature_rows_free(out);
	return rc;
}

int
feature_set_texts(struct feature_set *s, const struct text *texts, size_t n,
    struct feature_rows *out, struct progress *progress, struct err *err)
{
	struct mat dense;
	struct csr sparse;
	int rc = 0;

	*out = (struct feature_rows){ 0 };
	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		dense = (struct mat){ 0 };
		sparse = (struct csr){ 0 };
		if (featurizer_need(s, &s->v[i], err) < 0 ||
		    featurizer_run(&s->v[i].z, texts, n, &dense, &sparse,
		    progress, err) < 0)
			rc = -1;
		else
			rc = append(out, &dense, &sparse, err);
	}
	point(out, n);
	if (rc < 0)
		feature_rows_free(out);
	return rc;
}
