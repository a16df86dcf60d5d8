#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/crossval.h"
#include "tagtiger/curve.h"
#include "tagtiger/err.h"
#include "tagtiger/feature.h"
#include "tagtiger/featurize.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/learncurve.h"
#include "tagtiger/logreg.h"
#include "tagtiger/buf.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "tagtiger/quick.h"
#include "tagtiger/scheme.h"
#include "tagtiger/scores.h"
#include "tagtiger/targets.h"
#include "tagtiger/when.h"
#include "priv.h"

struct quick {
	struct project *p;
	const struct quick_spec *spec;
	char *name;
	struct model old;     /* of that name; id 0: none */
	struct logreg before; /* its weights */
	bool has_before;
	char **features;
	size_t nfeatures;
	struct targets t;
	struct feature_set *set;
	struct feature_rows rows; /* (t.n) */
	struct logreg fit;
	struct model m; /* what is published */
};

/* ---- what to learn from ---- */

static int
features_of_old(struct quick *q)
{
	cJSON *params = cJSON_Parse(q->old.params), *list, *x;

	list = cJSON_GetObjectItemCaseSensitive(params, "features");
	q->features = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
	    sizeof *q->features);
	cJSON_ArrayForEach(x, list)
		if (cJSON_IsString(x))
			q->features[q->nfeatures++] = xstrdup(x->valuestring);
	cJSON_Delete(params);
	return q->nfeatures > 0;
}

/* As asked, else as before, else sbert where there is one, else all. */
static int
choose_features(struct quick *q, struct err *err)
{
	struct feature *v = NULL;
	size_t n = 0;
	bool sbert = false;

	if (q->spec->nfeatures > 0) {
		q->features = xcalloc(q->spec->nfeatures, sizeof *q->features);
		for (; q->nfeatures < q->spec->nfeatures; q->nfeatures++)
			q->features[q->nfeatures] =
			    xstrdup(q->spec->features[q->nfeatures]);
		return 0;
	}
	if (q->old.id != 0 && features_of_old(q))
		return 0;
	free(q->features);
	if (feature_list(q->p, &v, &n, err) < 0)
		return -1;
	q->features = xcalloc(n + 1, sizeof *q->features);
	for (size_t i = 0; i < n; i++)
		sbert |= strcmp(v[i].kind, "sbert") == 0;
	for (size_t i = 0; i < n; i++)
		if (!sbert || strcmp(v[i].kind, "sbert") == 0)
			q->features[q->nfeatures++] = xstrdup(v[i].name);
	feature_list_free(v, n);
	if (q->nfeatures == 0)
		return err_set_status(err, ERR_NAME, "there is no feature to "
		    "learn from: `feature add tfidf` makes one");
	return 0;
}

/* The default name is the scheme's own where another scheme has it. */
static int
find_old(struct quick *q, struct err *err)
{
	struct err none = { 0 };
	struct scheme s = { 0 };
	void *blob = NULL;
	size_t size;

	q->name = xstrdup(q->spec->name != NULL ? q->spec->name : "quick");
	if (q->spec->name == NULL && model_find(q->p, q->name, &q->old,
	    &none) == 0 && q->old.scheme != q->spec->scheme &&
	    scheme_get(q->p, q->spec->scheme, &s, NULL) == 0) {
		free(q->name);
		q->name = xasprintf("quick-%s", s.name);
		scheme_free(&s);
	}
	model_free(&q->old);
	q->old = (struct model){ 0 };
	if (model_find(q->p, q->name, &q->old, &none) < 0)
		return none.status == ERR_NAME ? 0 :
		    (*err = none, -1);
	if (strcmp(q->old.kind, "quick") != 0)
		return err_set_status(err, ERR_NAME, "%s is a fine-tuned "
		    "model: choose another name", q->name);
	if (q->old.scheme == q->spec->scheme &&
	    model_weights_get(q->p, q->old.id, &blob, &size, NULL) == 1)
		q->has_before = logreg_load(&q->before, blob, size, NULL) == 0;
	free(blob);
	return 0;
}

static int
load(struct quick *q, struct progress *progress, struct err *err)
{
	struct targets_query tq = { .scheme = q->spec->scheme,
		.sets = SET_BIT(SET_TRAIN), .choice = q->spec->choice,
		.uid = q->spec->uid, .exclude = q->spec->exclude,
		.nexclude = q->spec->nexclude };

	if (choose_features(q, err) < 0 ||
	    targets_load(q->p, &tq, &q->t, err) < 0)
		return -1;
	if (q->t.n == 0)
		return err_set(err, "no annotated text to train on: tag some "
		    "first");
	q->set = feature_set_open(q->p, q->features, q->nfeatures, progress,
	    err);
	if (q->set == NULL)
		return -1;
	return feature_set_rows(q->set, q->t.doc, q->t.n, &q->rows, progress,
	    err);
}

/* ---- learning and measuring ---- */

static int
fit(struct quick *q, struct logreg_opts *o, struct progress *progress,
    struct err *err)
{
	o->c = q->spec->c > 0 ? q->spec->c : 1;
	o->balanced = q->spec->balance;
	o->label = q->t.label;
	o->start = q->has_before ? &q->before : NULL;
	progress_phase(progress, "training", 0);
	if (q->t.multilabel)
		return logreg_fit_multilabel(&q->fit, &q->rows.x, q->t.multi,
		    q->t.k, o, progress, err);
	return logreg_fit(&q->fit, &q->rows.x, q->t.y, q->t.k, o, progress,
	    err);
}

/* Scores of probabilities (n,k), into reply[key]. */
static int
measure(const struct quick *q, const float *prob, cJSON *reply,
    const char *key, struct err *err)
{
	return scores_measure(&q->t, prob, q->spec->seed, NULL,
	    cJSON_AddObjectToObject(reply, key), err);
}

static int
exact(const struct quick *q, cJSON *reply, struct err *err)
{
	float *prob = xcalloc(q->t.n * q->t.k, sizeof *prob);
	int rc = logreg_predict(&q->fit, &q->rows.x, prob, 0, NULL, err);

	if (rc == 0)
		rc = measure(q, prob, reply, "exact", err);
	free(prob);
	return rc;
}

static int
cross_validate(const struct quick *q, const struct logreg_opts *o,
    cJSON *reply, struct progress *progress, struct err *err)
{
	struct crossval_opts co = CROSSVAL_OPTS;
	struct crossval cv = { 0 };
	cJSON *scores;

	co.folds = q->spec->cv;
	co.seed = q->spec->seed;
	progress_phase(progress, "cross-validation", 0);
	if (crossval_logreg(&cv, &q->rows.x, q->t.y, q->t.multi, q->t.k, &co,
	    o, &q->fit, progress, err) < 0)
		return -1;
	if (measure(q, cv.prob, reply, "cv", err) < 0) {
		crossval_free(&cv);
		return -1;
	}
	scores = cJSON_GetObjectItemCaseSensitive(reply, "cv");
	cJSON_AddNumberToObject(scores, "folds", cv.folds);
	cJSON_AddNumberToObject(scores, "accuracy_sd", cv.accuracy_sd);
	cJSON_AddNumberToObject(scores, "f1_macro_sd", cv.f1_macro_sd);
	if (cv.few > 0)
		cJSON_AddNumberToObject(scores, "labels_with_few_texts",
		    (double)cv.few);
	crossval_free(&cv);
	return 0;
}

/* ---- publishing ---- */

static cJSON *
names_json(char *const *v, size_t n)
{
	return cJSON_CreateStringArray((const char *const *)v, (int)n);
}

static void
describe(struct quick *q, const cJSON *reply)
{
	cJSON *params = cJSON_CreateObject(), *labels = cJSON_CreateArray();
	const struct quick_spec *spec = q->spec;
	char id[24];

	cJSON_AddItemToObject(params, "features",
	    names_json(q->features, q->nfeatures));
	cJSON_AddNumberToObject(params, "c", spec->c > 0 ? spec->c : 1);
	cJSON_AddBoolToObject(params, "balance", spec->balance);
	cJSON_AddNumberToObject(params, "cv", spec->cv);
	cJSON_AddNumberToObject(params, "n", (double)q->t.n);
	cJSON_AddItemToObject(params, "exclude",
	    names_json(spec->exclude, spec->nexclude));
	/* As strings: a double does not hold every 64-bit number. */
	for (size_t j = 0; j < q->t.k; j++) {
		snprintf(id, sizeof id, "%lld", (long long)q->t.label[j]);
		cJSON_AddItemToArray(labels, cJSON_CreateString(id));
	}
	q->m = (struct model){ .id = q->old.id, .name = xstrdup(q->name),
		.kind = xstrdup("quick"), .method = xstrdup("logistic-l2"),
		.scheme = spec->scheme, .state = xstrdup("ready"),
		.time = now_ms(),
		.params = cJSON_PrintUnformatted(params),
		.labels = cJSON_PrintUnformatted(labels),
		.metrics = cJSON_PrintUnformatted(reply) };
	cJSON_Delete(params);
	cJSON_Delete(labels);
}

static int
publish(struct project *writer, void *arg, struct err *err)
{
	struct quick *q = arg;
	struct buf blob = BUF_INIT;
	int rc = -1;

	logreg_save(&q->fit, &blob);
	if (project_begin(writer, err) < 0)
		goto out;
	if (model_put(writer, &q->m, err) == 0 &&
	    model_weights_put(writer, q->m.id, blob.data, blob.len, err) == 0 &&
	    (q->spec->automatic || model_log_training(writer, &q->m, NULL,
	    err) == 0))
		rc = 0;
	rc = project_end(writer, rc, err);
out:
	buf_free(&blob);
	return rc;
}

static int
predict(struct quick *q, struct progress *progress, struct err *err)
{
	struct predictor *r = predictor_open(q->p, q->name, progress, err);
	int64_t rows;
	int rc = -1;

	if (r != NULL)
		rc = predict_sets(r, FEATURE_SETS, PREDICTION_OWN, &rows, progress,
		    err);
	predictor_close(r);
	return rc;
}

static void
quick_free(struct quick *q)
{
	for (size_t i = 0; i < q->nfeatures; i++)
		free(q->features[i]);
	free(q->features);
	feature_rows_free(&q->rows);
	feature_set_close(q->set);
	targets_free(&q->t);
	logreg_free(&q->fit);
	logreg_free(&q->before);
	model_free(&q->old);
	model_free(&q->m);
	free(q->name);
}

/* Too little to learn from may be because people differ. */
static void
differing_told(const struct quick *q, struct err *err)
{
	char *why;

	if (q->t.disagree == 0 || err == NULL)
		return;
	why = xstrdup(err->text);
	err_set(err, "%s; %s text%s left out, whose annotators differ: "
	    "'adjudicate' lists them", why, COUNT(q->t.disagree),
	    q->t.disagree == 1 ? " is" : "s are");
	free(why);
}

int
quick_train(struct project *p, const struct quick_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err)
{
	struct logreg_opts o = LOGREG_OPTS;
	struct quick q = { .p = p, .spec = spec };
	int rc = -1;

	if (find_old(&q, err) < 0)
		goto out;
	if (load(&q, progress, err) < 0 || fit(&q, &o, progress, err) < 0) {
		if (!progress_cancelled(progress))
			differing_told(&q, err);
		goto out;
	}
	cJSON_AddStringToObject(reply, "model", q.name);
	cJSON_AddItemToObject(reply, "features",
	    names_json(q.features, q.nfeatures));
	cJSON_AddNumberToObject(reply, "n", (double)q.t.n);
	if (q.t.disagree > 0)
		cJSON_AddNumberToObject(reply, "disagree",
		    (double)q.t.disagree);
	if (exact(&q, reply, err) < 0 || (spec->cv > 0 &&
	    cross_validate(&q, &o, reply, progress, err) < 0))
		goto out;
	describe(&q, reply);
	if (project_write(p, publish, &q, err) < 0 || learned_write(p, q.m.id,
	    q.t.doc, q.t.n, err) < 0)
		goto out;
	rc = predict(&q, progress, err);
out:
	quick_free(&q);
	return rc;
}

/* ---- the learning curve ---- */

/* As the model of that name was trained. */
static void
spec_of_old(const struct quick *q, struct quick_spec *spec)
{
	cJSON *params = cJSON_Parse(q->old.params), *list, *x;
	char **names;

	x = cJSON_GetObjectItemCaseSensitive(params, "c");
	spec->c = cJSON_IsNumber(x) ? x->valuedouble : 1;
	spec->balance = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(params,
	    "balance"));
	spec->scheme = q->old.scheme;
	list = cJSON_GetObjectItemCaseSensitive(params, "exclude");
	names = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *names);
	cJSON_ArrayForEach(x, list)
		if (cJSON_IsString(x))
			names[spec->nexclude++] = xstrdup(x->valuestring);
	spec->exclude = names;
	cJSON_Delete(params);
}

struct curve_write {
	int64_t model;
	const struct curve_point *rows;
	size_t n;
};

static int
publish_curve(struct project *writer, void *arg, struct err *err)
{
	const struct curve_write *w = arg;

	if (project_begin(writer, err) < 0)
		return -1;
	return project_end(writer, curve_clear(writer, w->model, err) < 0 ?
	    -1 : curve_add(writer, w->model, w->rows, w->n, err), err);
}

static void
reply_curve(const struct quick *q, const struct learn_curve *c,
    const struct curve_write *w, cJSON *reply)
{
	struct learning l;

	cJSON_AddStringToObject(reply, "model", q->name);
	cJSON_AddNumberToObject(reply, "folds", c->folds);
	learning_read(&l, w->rows, w->n);
	learning_json(&l, reply);
	learning_free(&l);
	if (c->more == 0 && c->why != NULL)
		cJSON_AddStringToObject(reply, "why", c->why);
}

int
quick_curve(struct project *p, const struct quick_curve_spec *cs,
    cJSON *reply, struct progress *progress, struct err *err)
{
	struct quick_spec spec = { .name = cs->name, .scheme = cs->scheme,
		.seed = cs->seed };
	struct learn_curve_opts o = LEARN_CURVE_OPTS;
	struct logreg_opts fit_opts = LOGREG_OPTS;
	struct quick q = { .p = p, .spec = &spec };
	struct learn_curve c = { 0 };
	struct curve_write w = { 0 };
	struct curve_point *rows = NULL;
	int rc = -1;

	o.folds = cs->cv;
	o.points = cs->points;
	o.seed = cs->seed;
	if (find_old(&q, err) < 0)
		goto out;
	if (q.old.id == 0) {
		err_set_status(err, ERR_NAME, "no quick model is called %s: "
		    "`quick train` makes one", q.name);
		goto out;
	}
	spec_of_old(&q, &spec);
	if (load(&q, progress, err) < 0)
		goto out;
	fit_opts.c = spec.c;
	fit_opts.balanced = spec.balance;
	if (learn_curve_run(&c, &q.rows.x, q.t.y, q.t.multi, q.t.k, &o,
	    &fit_opts, progress, err) < 0)
		goto out;
	rows = learning_rows(&c, &w.n);
	w.rows = rows;
	w.model = q.old.id;
	reply_curve(&q, &c, &w, reply);
	rc = project_write(p, publish_curve, &w, err);
out:
	for (size_t i = 0; i < spec.nexclude; i++)
		free(spec.exclude[i]);
	free((void *)spec.exclude);
	free(rows);
	learn_curve_free(&c);
	quick_free(&q);
	return rc;
}
