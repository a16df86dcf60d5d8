#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/featfile.h"
#include "tagtiger/feature.h"
#include "tagtiger/featurize.h"
#include "tagtiger/folder.h"
#include "tagtiger/hash.h"
#include "tagtiger/jobrow.h"
#include "tagtiger/logreg.h"
#include "tagtiger/model.h"
#include "tagtiger/predfile.h"
#include "tagtiger/project.h"
#include "tagtiger/safetensors.h"

struct looking {
	struct project *p;
	struct folder_check *c;
	struct strmap *known; /* names below the folder; a folder's too */
};

static void said(struct looking *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
said(struct looking *l, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	l->c->say(l->c->arg, text);
}

static void
know(struct looking *l, const char *name)
{
	strmap_put(l->known, name, strlen(name), 1, NULL);
}

static char *
below(struct looking *l, const char *name)
{
	return xasprintf("%s/%s", project_folder_path(l->p), name);
}

/* ---- what rows name ---- */

static void
look_feature(struct looking *l, const struct feature *f)
{
	char *terms = feature_terms_file(f->file), *path;
	struct featfile *file;
	struct err err = { 0 };

	know(l, f->file);
	know(l, terms);
	free(terms);
	if (l->c->absent || strcmp(f->state, "ready") != 0 || *f->file == '\0')
		return;
	path = below(l, f->file);
	file = featfile_open(path, &err);
	if (file == NULL)
		said(l, "feature %s: %s: 'feature delete %s', then 'feature "
		    "add' makes it again", f->name, err.text, f->name);
	else if (!featfile_is_of(file, f->time))
		said(l, "feature %s: its file is of another project or of "
		    "another day: 'feature delete %s', then 'feature add' "
		    "makes it again", f->name, f->name);
	else if (file->n < (uint64_t)f->rows || file->d != (uint64_t)f->dims)
		said(l, "feature %s: its file has %s rows of %s numbers, "
		    "not %s of %s: 'feature delete %s', then 'feature "
		    "add' makes it again", f->name, COUNT(file->n),
		    COUNT(file->d), COUNT(f->rows), COUNT(f->dims), f->name);
	featfile_close(file);
	free(path);
}

/* "sets": what a training predicts by itself. */
static char *
mend_prediction(const struct model *m, const struct prediction *v)
{
	return strcmp(v->set, PREDICTION_OWN) == 0 ?
	    xasprintf("train %s again, or delete it", m->name) :
	    xasprintf("'predict %s --set %s' makes them again", m->name,
	    v->set);
}

static void
look_prediction(struct looking *l, const struct model *m,
    const struct prediction *v)
{
	struct predfile *file;
	struct err err = { 0 };
	char *path, *mend;

	know(l, v->file);
	if (l->c->absent)
		return;
	path = below(l, v->file);
	mend = mend_prediction(m, v);
	file = predfile_open(path, &err);
	if (file == NULL)
		said(l, "model %s: %s: %s", m->name, err.text, mend);
	else if (file->n != (uint64_t)v->rows || file->model != m->id)
		said(l, "model %s: the file of its predictions has %s rows, "
		    "not %s: %s", m->name, COUNT(file->n), COUNT(v->rows),
		    mend);
	predfile_close(file);
	free(mend);
	free(path);
}

static int
look_weights(struct looking *l, const struct model *m, struct err *err)
{
	struct logreg fit = { 0 };
	void *blob = NULL;
	size_t size = 0;
	struct err why = { 0 };
	int got = model_weights_get(l->p, m->id, &blob, &size, err);

	if (got < 0)
		return -1;
	if (got == 0)
		said(l, "model %s: it has no weights: 'quick delete %s', and "
		    "train it again", m->name, m->name);
	else if (logreg_load(&fit, blob, size, &why) < 0)
		said(l, "model %s: %s: 'quick delete %s', and train it again",
		    m->name, why.text, m->name);
	else
		logreg_free(&fit);
	free(blob);
	return 0;
}

static void
look_folder(struct looking *l, const struct model *m)
{
	static const char *const parts[] = { "model.safetensors",
		"config.json" };

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		char *name = xasprintf("%s/%s", m->folder, parts[i]);
		char *path = below(l, name);
		struct safetensors *st = NULL;
		struct err err = { 0 };

		if (i == 0 && (st = safetensors_open(path, &err)) == NULL)
			said(l, "model %s: %s: 'bert delete %s', and train it "
			    "again", m->name, err.text, m->name);
		else if (i > 0 && access(path, R_OK) < 0)
			said(l, "model %s: %s: %s: 'bert delete %s', and train "
			    "it again", m->name, path, strerror(errno),
			    m->name);
		safetensors_free(st);
		free(path);
		free(name);
	}
}

static int
look_model(struct looking *l, const struct model *m, struct err *err)
{
	char *learned = xasprintf("models/learned-%lld", (long long)m->id);
	struct prediction *v = NULL;
	bool ready = strcmp(m->state, "ready") == 0;
	size_t n = 0;
	int rc = prediction_list(l->p, m->id, &v, &n, err);

	know(l, learned);
	free(learned);
	for (size_t i = 0; rc == 0 && i < n; i++)
		look_prediction(l, m, &v[i]);
	prediction_list_free(v, n);
	if (*m->folder != '\0') {
		know(l, m->folder);
		if (ready && !l->c->absent)
			look_folder(l, m);
	}
	if (rc == 0 && ready && strcmp(m->kind, "quick") == 0)
		rc = look_weights(l, m, err);
	return rc;
}

static int
look_rows(struct looking *l, const struct feature *f, size_t nf,
    const struct model *m, size_t nm, struct err *err)
{
	struct stat st;
	int rc = 0;

	l->c->absent = stat(project_folder_path(l->p), &st) < 0 &&
	    errno == ENOENT && nf + nm > 0;
	for (size_t i = 0; i < nf; i++)
		look_feature(l, &f[i]);
	for (size_t i = 0; rc == 0 && i < nm; i++)
		rc = look_model(l, &m[i], err);
	return rc;
}

/* ---- what no row names ---- */

static void
leftover_add(struct folder_check *c, const char *name, int64_t bytes)
{
	c->leftovers = xreallocarray(c->leftovers, c->n + 1,
	    sizeof *c->leftovers);
	c->leftovers[c->n++] = (struct leftover){ xstrdup(name), bytes };
}

static void
look_around(struct looking *l, const char *under, int depth)
{
	char *folder = below(l, under);
	DIR *dir = opendir(folder);
	struct dirent *e;
	struct stat st;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char *name = xasprintf("%s%s%s", under,
		    *under != '\0' ? "/" : "", e->d_name);

		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    strcmp(name, "snapshots") == 0 ||
		    strmap_get(l->known, name, strlen(name)) != NULL ||
		    fstatat(dirfd(dir), e->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) < 0)
			;
		else if (S_ISDIR(st.st_mode) && depth > 0)
			look_around(l, name, depth - 1);
		else
			leftover_add(l->c, name, st.st_size);
		free(name);
	}
	if (dir != NULL)
		closedir(dir);
	free(folder);
}

static int
by_name(const void *a, const void *b)
{
	const struct leftover *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool
work_is_running(struct project *p)
{
	struct jobrow *v;
	bool runs = false;
	size_t n;

	if (jobrow_list(p, &v, &n, NULL) < 0)
		return true;
	for (size_t i = 0; i < n; i++)
		runs |= v[i].state == JOBROW_RUNNING;
	jobrow_list_free(v, n);
	return runs;
}

int
folder_check(struct project *p, struct folder_check *c, struct err *err)
{
	struct looking l = { p, c, strmap_new() };
	struct feature *f = NULL;
	struct model *m = NULL;
	size_t nf = 0, nm = 0;
	int rc = feature_list(p, &f, &nf, err);

	if (rc == 0)
		rc = model_list(p, 0, NULL, &m, &nm, err);
	if (rc == 0)
		rc = look_rows(&l, f, nf, m, nm, err);
	if (rc == 0 && !work_is_running(p))
		look_around(&l, "", 1);
	if (c->n > 0)
		qsort(c->leftovers, c->n, sizeof *c->leftovers, by_name);
	feature_list_free(f, nf);
	model_list_free(m, nm);
	strmap_free(l.known);
	return rc;
}

void
folder_check_free(struct folder_check *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->leftovers[i].name);
	free(c->leftovers);
	c->leftovers = NULL;
	c->n = 0;
}
