/* A model's probabilities, laid along the texts of the picker's set. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/err.h"
#include "tagtiger/model.h"
#include "tagtiger/predfile.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "picker.h"
#include "priv.h"

/* Does the text carry other labels than the predicted ones? */
bool
scores_wrong(const struct scores *s, size_t row, const int64_t *labels, size_t n)
{
	size_t same = 0, predicted = 0;

	if (isnan(s->prob[row * s->k]))
		return false;
	for (size_t j = 0; j < s->k; j++)
		predicted += scores_predicted(s, row, (int)j);
	for (size_t i = 0; i < n; i++) {
		int at = scores_label(s, labels[i]);

		same += at >= 0 && scores_predicted(s, row, at);
	}
	return same != predicted || same != n;
}

static bool
needs_model(const struct next_criteria *c)
{
	return c->mode == SELECT_ACTIVE || c->mode == SELECT_MAXPROB ||
	    c->predicted != 0 || c->wrong;
}

char *
scores_path(struct project *project, int64_t model, enum set set,
    int64_t *time, struct err *err)
{
	struct prediction *v;
	const char *file = "";
	char *path = NULL;
	size_t n;

	if (prediction_list(project, model, &v, &n, err) < 0)
		return NULL;
	*time = 0;
	for (size_t i = 0; i < n; i++)
		if ((strcmp(v[i].set, "all") == 0 ||
		    strcmp(v[i].set, PREDICTION_OWN) == 0 || /* all but rest */
		    strcmp(v[i].set, set_name(set)) == 0) &&
		    (*file == '\0' || v[i].time > *time)) {
			file = v[i].file;
			*time = v[i].time;
		}
	path = *file == '\0' ? xstrdup("") : project_file(project, file, err);
	prediction_list_free(v, n);
	return path;
}

int
scores_model(struct project *project, const struct next_criteria *c,
    struct model *out, struct err *err)
{
	struct model *v;
	size_t n, best;

	if (c->model != NULL) {
		if (model_find(project, c->model, out, err) < 0)
			return -1;
		if (out->scheme != c->scheme) {
			model_free(out);
			return err_set_status(err, ERR_NAME, "model '%s' is "
			    "of another scheme", c->model);
		}
		return 1;
	}
	if (model_list(project, c->scheme, "quick", &v, &n, err) < 0)
		return -1;
	best = n;
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].state, "ready") == 0 &&
		    (best == n || v[i].time >= v[best].time))
			best = i;
	if (best < n) {
		*out = v[best];
		v[best] = v[n - 1];
		n--;
		model_list_free(v, n);
		return 1;
	}
	model_list_free(v, n);
	return 0;
}

static int64_t
label_now(const struct scheme *scheme, int64_t id)
{
	const struct label *l = label_by_id(scheme, id);

	return l != NULL ? l->effective : 0;
}

void
scores_labels(struct scores *s, const struct scheme *scheme)
{
	const struct predfile *f = s->file;

	s->columns = xcalloc(f->k, sizeof *s->columns);
	s->labels = xcalloc(f->k, sizeof *s->labels);
	s->k = 0;
	s->changed = false;
	for (size_t i = 0; i < f->k; i++) {
		int64_t id = label_now(scheme, f->labels[i]);
		size_t at = 0;

		while (at < s->k && s->labels[at] != id)
			at++;
		s->columns[i] = id != 0 ? (int)at : -1;
		s->changed = s->changed || at != i || id == 0;
		if (id != 0 && at == s->k)
			s->labels[s->k++] = id;
	}
	s->one = xcalloc(f->k, sizeof *s->one);
}

bool
scores_hold(const struct scores *s, const struct scheme *scheme)
{
	for (size_t i = 0; i < s->file->k; i++) {
		int64_t id = label_now(scheme, s->file->labels[i]);
		int at = s->columns[i];

		if (id != (at >= 0 ? s->labels[at] : 0))
			return false;
	}
	return true;
}

void
scores_row(const struct scores *s, const float *from, float *to)
{
	float sum = 0;

	for (size_t j = 0; j < s->k; j++)
		to[j] = 0;
	for (size_t i = 0; i < s->file->k; i++) {
		float *t = s->columns[i] >= 0 ? &to[s->columns[i]] : NULL;

		if (t == NULL)
			continue;
		if (!s->multilabel)
			*t += from[i];
		else if (from[i] > *t || isnan(from[i]))
			*t = from[i];
	}
	for (size_t j = 0; j < s->k; j++)
		sum += to[j];
	for (size_t j = 0; !s->multilabel && sum > 0 && j < s->k; j++)
		to[j] /= sum;
}

static bool
same_rows(const struct picker *p, const int64_t *docs)
{
	for (size_t i = 0; i < p->n; i++)
		if (docs[i] != p->rows[i])
			return false;
	return true;
}

/* The rows of the file in the order of the set's texts: the file's own where
 * they are one run of it, else a copy. */
static int
scores_lay(struct picker *p, struct err *err)
{
	struct scores *s = &p->scores;
	const struct predfile *f = s->file;
	int64_t first = p->n > 0 ? predfile_row(f, p->rows[0]) : 0;

	if (s->prob != NULL)
		return 0;
	if (!s->changed && first >= 0 && (size_t)first + p->n <= f->n &&
	    same_rows(p, f->docs + first)) {
		s->prob = f->prob + (size_t)first * f->k;
		return 0;
	}
	s->own = try_alloc(p->n * s->k + 1, sizeof *s->own, err);
	if (s->own == NULL)
		return -1;
	for (size_t i = 0, at = 0; i < p->n; i++) {
		float *to = s->own + i * s->k;

		while (at < f->n && f->docs[at] < p->rows[i])
			at++;
		if (at < f->n && f->docs[at] == p->rows[i])
			scores_row(s, f->prob + at * f->k, to);
		else
			for (size_t j = 0; j < s->k; j++)
				to[j] = NAN;
	}
	s->prob = s->own;
	return 0;
}

const float *
scores_of(struct scores *s, int64_t doc)
{
	int64_t row = predfile_row(s->file, doc);
	const float *prob;

	if (row < 0)
		return NULL;
	prob = s->file->prob + (size_t)row * s->file->k;
	if (s->changed) {
		scores_row(s, prob, s->one);
		prob = s->one;
	}
	return isnan(prob[0]) ? NULL : prob;
}

static int
scores_load(struct picker *p, const struct model *model,
    const struct scheme *scheme, const char *path, int64_t made,
    struct err *err)
{
	struct scores *s = &p->scores;

	if (s->id == model->id && s->time == made &&
	    strcmp(s->path, path) == 0 && scores_hold(s, scheme))
		return 0;
	scores_drop(p);
	bits_drop(&p->wrong);
	s->file = predfile_open(path, err);
	if (s->file == NULL)
		return -1;
	s->multilabel = s->file->multilabel;
	scores_labels(s, scheme);
	if (s->k == 0) {
		scores_drop(p);
		return err_set(err, "the labels of model '%s' are all "
		    "deleted: train again", model->name);
	}
	s->id = model->id;
	s->time = made;
	s->name = xstrdup(model->name);
	s->path = xstrdup(path);
	return 0;
}

int
picker_scores(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	struct model model = { 0 };
	struct scheme scheme = { 0 };
	char *path = NULL;
	int64_t made;
	int rc = scores_model(project, c, &model, err);

	if (rc <= 0) {
		scores_drop(p);
		return rc;
	}
	rc = -1;
	path = scores_path(project, model.id, c->set, &made, err);
	if (path == NULL ||
	    scheme_get(project, model.scheme, &scheme, err) < 0)
		goto out;
	if (*path == '\0') {
		scores_drop(p);
		rc = 0;
	} else {
		rc = scores_load(p, &model, &scheme, path, made, err) < 0 ?
		    -1 : 1;
	}
out:
	scheme_free(&scheme);
	free(path);
	model_free(&model);
	return rc;
}

int
scores_label(const struct scores *s, int64_t label)
{
	for (size_t j = 0; j < s->k; j++)
		if (s->labels[j] == label)
			return (int)j;
	return -1;
}

bool
scores_predicted(const struct scores *s, size_t i, int label)
{
	const float *row = s->prob + i * s->k;

	if (isnan(row[0]))
		return false;
	if (s->multilabel)
		return row[label] >= 0.5f;
	for (size_t j = 0; j < s->k; j++)
		if (row[j] > row[label] ||
		    (j < (size_t)label && row[j] == row[label]))
			return false;
	return true;
}

/* Texts whose labels (by the choice `final`) are not the predicted ones. */
static int
wrong_sync(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	struct annot_query q = { .scheme = c->scheme, .choice = CHOICE_FINAL,
		.sets = SET_BIT(c->set) };
	struct annot_bulk b;

	if (!c->wrong || p->wrong.ready)
		return 0;
	if (annot_bulk(project, &q, &b, err) < 0)
		return -1;
	if (bits_new(p, &p->wrong, err) < 0) {
		annot_bulk_free(&b);
		return -1;
	}
	for (size_t i = 0, row = 0; i < b.n; i++) {
		while (row < p->n && p->rows[row] < b.doc[i])
			row++;
		if (row < p->n && p->rows[row] == b.doc[i])
			p->wrong.v[b.doc[i]] = scores_wrong(&p->scores, row,
			    b.label + b.start[i], b.start[i + 1] - b.start[i]);
	}
	p->wrong.ready = true;
	annot_bulk_free(&b);
	return 0;
}

int
picker_model(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	int rc;

	if (!needs_model(c))
		return 0;
	if (c->set == SET_TEST)
		return err_set(err, "the test set is annotated blind, without "
		    "a model: use --mode sequential or random");
	rc = picker_scores(p, project, c, err);
	if (rc < 0 || (rc == 1 && scores_lay(p, err) < 0))
		return -1;
	if (rc == 0)
		return c->model == NULL ?
		    err_set(err, "there is no model yet that predicts %s: "
			"train one with 'quick train', or use --mode random",
			set_name(c->set)) :
		    err_set(err, "model '%s' has not predicted %s: run "
			"'predict %s'", c->model, set_name(c->set), c->model);
	if (c->label != 0 && scores_label(&p->scores, c->label) < 0)
		return err_set(err, "model '%s' does not know that label: "
		    "train it again", p->scores.name);
	return wrong_sync(p, project, c, err);
}
