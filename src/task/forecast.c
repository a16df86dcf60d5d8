#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/forecast.h"
#include "tagtiger/model.h"
#include "tagtiger/predfile.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "picker.h"

struct forecast {
	char *model;
	int64_t id;
	int64_t times[SET_COUNT];
	struct scores of[SET_COUNT]; /* file NULL: not predicted */
	struct predfile *files[SET_COUNT]; /* owned, each once */
	char *paths[SET_COUNT];
	size_t nfiles;
};

static struct predfile *
file_open(struct forecast *f, const char *path, struct err *err)
{
	struct predfile *file;

	for (size_t i = 0; i < f->nfiles; i++)
		if (strcmp(f->paths[i], path) == 0)
			return f->files[i];
	file = predfile_open(path, err);
	if (file == NULL)
		return NULL;
	f->files[f->nfiles] = file;
	f->paths[f->nfiles++] = xstrdup(path);
	return file;
}

static int
set_open(struct forecast *f, struct project *p, const struct model *m,
    const struct scheme *scheme, enum set set, struct err *err)
{
	struct scores *s = &f->of[set];
	char *path = scores_path(p, m->id, set, &f->times[set], err);

	if (path == NULL)
		return -1;
	if (*path != '\0') {
		s->file = file_open(f, path, err);
		if (s->file == NULL) {
			free(path);
			return -1;
		}
		s->multilabel = s->file->multilabel;
		scores_labels(s, scheme);
	}
	free(path);
	return 0;
}

/* Has the model predicted since it was opened, or are labels others? */
static bool
is_newest(const struct forecast *f, struct project *p, const struct model *m,
    const struct scheme *scheme)
{
	bool same = f->id == m->id;

	for (int set = 0; same && set < SET_COUNT; set++) {
		const struct scores *s = &f->of[set];
		int64_t time = 0;
		char *path = scores_path(p, m->id, (enum set)set, &time, NULL);

		same = path != NULL && time == f->times[set];
		free(path);
		same = same && (s->file == NULL || scores_hold(s, scheme));
	}
	return same;
}

int
forecast_open(struct project *p, int64_t scheme, const char *name,
    struct forecast **out, struct err *err)
{
	*out = NULL;
	return forecast_sync(p, scheme, name, out, err);
}

int
forecast_sync(struct project *p, int64_t scheme, const char *name,
    struct forecast **out, struct err *err)
{
	struct next_criteria c = NEXT_CRITERIA_INIT;
	struct scheme labels = { 0 };
	struct model m = { 0 };
	struct forecast *f = NULL, *old = *out;
	int rc;

	c.scheme = scheme;
	c.model = (char *)name;
	rc = scores_model(p, &c, &m, err);
	if (rc == 1)
		rc = scheme_get(p, scheme, &labels, err) < 0 ? -1 : 1;
	if (rc == 1 && old != NULL && is_newest(old, p, &m, &labels))
		goto out;
	forecast_free(old);
	*out = NULL;
	if (rc <= 0)
		goto out;
	f = xcalloc(1, sizeof *f);
	f->model = xstrdup(m.name);
	f->id = m.id;
	rc = 0;
	for (int set = 0; rc == 0 && set < SET_COUNT; set++)
		rc = set_open(f, p, &m, &labels, (enum set)set, err);
	if (rc == 0 && f->nfiles > 0) {
		*out = f;
		rc = 1;
	} else {
		forecast_free(f);
	}
out:
	scheme_free(&labels);
	model_free(&m);
	return rc;
}

void
forecast_free(struct forecast *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < SET_COUNT; i++) {
		free(f->of[i].labels);
		free(f->of[i].columns);
		free(f->of[i].one);
	}
	for (size_t i = 0; i < f->nfiles; i++) {
		predfile_close(f->files[i]);
		free(f->paths[i]);
	}
	free(f->model);
	free(f);
}

const char *
forecast_model(const struct forecast *f)
{
	return f->model;
}

static void
row_choose(struct forecast_row *row, struct scores *one)
{
	row->probability = NAN;
	row->best = 0;
	for (size_t j = 0; j < row->k; j++) {
		row->chosen[j] = scores_predicted(one, 0, (int)j);
		if (row->prob[j] > row->prob[row->best])
			row->best = (int)j;
		if (row->chosen[j] && !(row->probability <=
		    (double)row->prob[j]))
			row->probability = (double)row->prob[j];
	}
}

bool
forecast_get(const struct forecast *f, enum set set, int64_t seq,
    struct forecast_row *row)
{
	struct scores one = f->of[set];
	int64_t at;

	if (one.file == NULL || one.k == 0)
		return false;
	at = predfile_row(one.file, seq);
	if (at < 0 || isnan(one.file->prob[(size_t)at * one.file->k]))
		return false;
	if (row->cap < one.k) {
		row->cap = one.k;
		row->memory = xreallocarray(row->memory, one.k,
		    sizeof *row->memory);
		row->chosen = xreallocarray(row->chosen, one.k,
		    sizeof *row->chosen);
	}
	scores_row(&one, one.file->prob + (size_t)at * one.file->k,
	    row->memory);
	one.prob = row->memory;
	row->k = one.k;
	row->labels = one.labels;
	row->prob = row->memory;
	row_choose(row, &one);
	return true;
}

void
forecast_row_free(struct forecast_row *row)
{
	free(row->memory);
	free(row->chosen);
	memset(row, 0, sizeof *row);
}

bool
forecast_chose(const struct forecast_row *row, int64_t label)
{
	for (size_t j = 0; j < row->k; j++)
		if (row->labels[j] == label)
			return row->chosen[j];
	return false;
}

bool
forecast_agrees(const struct forecast_row *row, const int64_t *labels,
    size_t n)
{
	size_t chosen = 0, same = 0;

	for (size_t j = 0; j < row->k; j++)
		chosen += row->chosen[j];
	for (size_t i = 0; i < n; i++)
		same += forecast_chose(row, labels[i]);
	return same == chosen && same == n;
}
