#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/metrics.h"
#include "tagtiger/model.h"
#include "tagtiger/predfile.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "tagtiger/score.h"
#include "tagtiger/scores.h"
#include "tagtiger/targets.h"

struct scoring {
	struct project *p;
	const struct score_spec *spec;
	struct model m;
	struct targets t;
	float *prob; /* (t.n,k) */
	cJSON *reply;
};

static void
scoring_free(struct scoring *s)
{
	free(s->prob);
	targets_free(&s->t);
	model_free(&s->m);
}

static int
compare_docs(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Train texts that the model has not learned from. */
static int
keep_out(struct scoring *s, struct err *err)
{
	bool *keep = xcalloc(s->t.n, sizeof *keep);
	int64_t *docs = NULL;
	size_t n = 0;
	int rc = learned_read(s->p, s->m.id, &docs, &n, err);

	for (size_t i = 0; rc == 0 && i < s->t.n; i++)
		keep[i] = bsearch(&s->t.doc[i], docs, n, sizeof *docs,
		    compare_docs) == NULL;
	if (rc == 0)
		targets_filter(&s->t, keep);
	free(docs);
	free(keep);
	return rc;
}

static int
load(struct scoring *s, struct err *err)
{
	const char *set = s->spec->set;
	cJSON *list, *x;
	int64_t *order;
	struct targets_query q = { .choice = s->spec->choice,
		.uid = s->spec->uid };
	bool out = strcmp(set, "out") == 0;
	int rc;

	if (model_find(s->p, s->spec->model, &s->m, err) < 0 ||
	    sets_of_name(out ? "train" : set, &q.sets) < 0)
		return -1;
	list = cJSON_Parse(s->m.labels);
	order = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *order);
	cJSON_ArrayForEach(x, list)
		if (cJSON_IsString(x))
			order[q.norder++] = strtoll(x->valuestring, NULL, 10);
	q.order = order;
	q.scheme = s->m.scheme;
	rc = targets_load(s->p, &q, &s->t, err);
	free(order);
	cJSON_Delete(list);
	if (rc == 0 && out)
		rc = keep_out(s, err);
	if (rc == 0 && s->t.n == 0)
		rc = err_set(err, out ? "every annotated text of the train "
		    "set was learned from: tag more, or score on another "
		    "set" : "no text of the %s set is annotated: tag some "
		    "(`next --set %s`)", set, set);
	return rc;
}

static int
predict(struct scoring *s, struct progress *progress, struct err *err)
{
	struct predfile *f;
	struct predictor *r;
	size_t k = s->t.k;
	int rc = -1;

	s->prob = xcalloc(s->t.n * k, sizeof *s->prob);
	f = predict_stored(s->p, &s->m, s->t.doc, s->t.n);
	if (f != NULL && f->k == k) {
		for (size_t i = 0; i < s->t.n; i++)
			memcpy(s->prob + i * k, f->prob + (size_t)
			    predfile_row(f, s->t.doc[i]) * k,
			    k * sizeof *s->prob);
		predfile_close(f);
		return 0;
	}
	predfile_close(f);
	r = predictor_open(s->p, s->spec->model, progress, err);
	if (r == NULL)
		return -1;
	progress_phase(progress, "predicting", s->t.n);
	if (predictor_k(r) != k)
		err_set(err, "model %s has other labels than its row says",
		    s->m.name);
	else
		rc = predictor_docs(r, s->t.doc, s->t.n, s->prob, progress,
		    err);
	predictor_close(r);
	return rc;
}

/* ---- false predictions ---- */

struct wrong {
	size_t i;
	double probability;
	bool right;
};

/* False ones, the surest first; then right ones, the least sure first. */
static int
compare_wrong(const void *a, const void *b)
{
	const struct wrong *x = a, *y = b;

	if (x->right != y->right)
		return x->right ? 1 : -1;
	if (x->probability != y->probability)
		return (x->probability < y->probability) != x->right ? 1 : -1;
	return x->i < y->i ? -1 : 1;
}

static bool
is_wrong(const struct scoring *s, size_t i)
{
	const float *prob = s->prob + i * s->t.k;
	int y;

	if (!s->t.multilabel) {
		predict_classes(prob, 1, s->t.k, &y);
		return y != s->t.y[i];
	}
	for (size_t j = 0; j < s->t.k; j++)
		if ((prob[j] >= 0.5f) != s->t.multi[i * s->t.k + j])
			return true;
	return false;
}

static void
annotated(const struct targets *t, size_t i, struct buf *out)
{
	buf_clear(out);
	if (!t->multilabel) {
		buf_adds(out, t->name[t->y[i]]);
		return;
	}
	for (size_t j = 0; j < t->k; j++)
		if (t->multi[i * t->k + j])
			buf_addf(out, "%s%s", out->len > 0 ? "|" : "",
			    t->name[j]);
}

static int
error_json(const struct scoring *s, size_t i, cJSON *list, double sure,
    struct err *err)
{
	struct buf label = BUF_INIT;
	struct verdict v;
	struct doc d;
	cJSON *o;
	int got = doc_get(s->p, s->t.doc[i], &d, err);

	if (got != 1)
		return got;
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "id", d.id);
	cJSON_AddStringToObject(o, "text", d.text);
	annotated(&s->t, i, &label);
	cJSON_AddStringToObject(o, "label", buf_str(&label));
	verdict_of(s->prob + i * s->t.k, s->t.k, s->t.multilabel, s->t.name,
	    &label, &v);
	cJSON_AddStringToObject(o, "prediction", buf_str(&label));
	cJSON_AddNumberToObject(o, "probability", sure);
	cJSON_AddItemToArray(list, o);
	buf_free(&label);
	doc_free(&d);
	return 0;
}

/* Places of labels among the model's columns; -1: any. */
struct wanted {
	int label, predicted;
	enum outcome outcome;
};

static bool
has_label(const struct scoring *s, size_t i, int j)
{
	return s->t.multilabel ? s->t.multi[i * s->t.k + (size_t)j] :
	    s->t.y[i] == j;
}

static bool
has_prediction(const struct scoring *s, size_t i, int j)
{
	const float *prob = s->prob + i * s->t.k;
	int y;

	if (s->t.multilabel)
		return prob[j] >= 0.5f;
	predict_classes(prob, 1, s->t.k, &y);
	return y == j;
}

static bool
is_wanted(const struct scoring *s, size_t i, const struct wanted *w)
{
	bool label, predicted;

	if (w->label < 0 && w->predicted < 0)
		return is_wrong(s, i);
	if (w->outcome != OUTCOME_ANY) {
		label = has_label(s, i, w->label);
		predicted = has_prediction(s, i, w->label);
		return w->outcome == (label ? (predicted ? OUTCOME_TP :
		    OUTCOME_FN) : predicted ? OUTCOME_FP : OUTCOME_TN);
	}
	return (w->label < 0 || has_label(s, i, w->label)) &&
	    (w->predicted < 0 || has_prediction(s, i, w->predicted));
}

/* How sure the model was: of the label that an outcome is about, where there
 * is one and several can be given. */
static double
certainty(const struct scoring *s, size_t i, const struct wanted *w,
    struct buf *b)
{
	struct verdict v;
	double p;

	if (s->t.multilabel && w->outcome != OUTCOME_ANY) {
		p = (double)s->prob[i * s->t.k + (size_t)w->label];
		return has_prediction(s, i, w->label) ? p : 1 - p;
	}
	verdict_of(s->prob + i * s->t.k, s->t.k, s->t.multilabel, s->t.name,
	    b, &v);
	return v.probability;
}

static int
list_texts(const struct scoring *s, const struct wanted *w, size_t limit,
    const char *key, size_t *found, struct err *err)
{
	cJSON *list = cJSON_AddArrayToObject(s->reply, key);
	struct wrong *v = xcalloc(s->t.n, sizeof *v);
	bool right = w->outcome == OUTCOME_TN || w->outcome == OUTCOME_TP;
	struct buf b = BUF_INIT;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < s->t.n; i++)
		if (is_wanted(s, i, w))
			v[n++] = (struct wrong){ i, certainty(s, i, w, &b),
				w->outcome == OUTCOME_ANY ? !is_wrong(s, i) :
				right };
	qsort(v, n, sizeof *v, compare_wrong);
	for (size_t i = 0; rc == 0 && i < n && (limit == 0 || i < limit); i++)
		rc = error_json(s, v[i].i, list, v[i].probability, err);
	if (found != NULL)
		*found = n;
	buf_free(&b);
	free(v);
	return rc;
}

/* The place of a label's name; -1 for NULL, -2 and err: unknown. */
static int
column_named(const struct scoring *s, const char *name, struct err *err)
{
	if (name == NULL)
		return -1;
	for (size_t j = 0; j < s->t.k; j++)
		if (strcmp(s->t.name[j], name) == 0)
			return (int)j;
	err_set_status(err, ERR_NAME, "model %s knows no label %s", s->m.name,
	    name);
	return -2;
}

int
score_texts(struct project *p, const struct score_spec *spec,
    const struct score_filter *filter, cJSON *reply,
    struct progress *progress, struct err *err)
{
	struct scoring s = { .p = p, .spec = spec, .reply = reply };
	struct wanted w = { .outcome = filter->outcome };
	size_t n = 0;
	int rc = -1;

	if (load(&s, err) < 0)
		goto out;
	w.label = column_named(&s, filter->label, err);
	w.predicted = column_named(&s, filter->predicted, err);
	if (w.label == -2 || w.predicted == -2 ||
	    predict(&s, progress, err) < 0)
		goto out;
	cJSON_AddStringToObject(reply, "model", s.m.name);
	cJSON_AddStringToObject(reply, "set", spec->set);
	rc = list_texts(&s, &w, filter->limit, "texts", &n, err);
	cJSON_AddNumberToObject(reply, "n", (double)n);
out:
	scoring_free(&s);
	return rc;
}

/* ---- is it a fair judge? ---- */

/* When test scores of the scheme were first looked at: INT64_MAX not yet, 0
 * not known (the model that was looked at is gone). */
static int64_t
first_look(const struct scoring *s)
{
	struct model *m = NULL;
	struct score *v = NULL;
	size_t n = 0, nscores = 0;
	int64_t looks = 0, first = 0;

	if (score_looks(s->p, s->m.scheme, "test", &looks, NULL) < 0 ||
	    model_list(s->p, s->m.scheme, NULL, &m, &n, NULL) < 0)
		return 0;
	if (looks == 0)
		first = INT64_MAX;
	for (size_t i = 0; looks > 0 && i < n; i++) {
		if (score_list(s->p, m[i].id, &v, &nscores, NULL) < 0)
			break;
		for (size_t j = 0; j < nscores; j++)
			if (strcmp(v[j].set, "test") == 0 &&
			    (first == 0 || v[j].time < first))
				first = v[j].time;
		score_list_free(v, nscores);
	}
	model_list_free(m, n);
	return first;
}

static int
judge(const struct scoring *s, struct err *err)
{
	bool random = true, blind = true;
	int64_t look = first_look(s);
	struct doc d;

	for (size_t i = 0; (random || blind) && i < s->t.n; i++) {
		if (doc_get(s->p, s->t.doc[i], &d, err) != 1)
			return -1;
		random = random && d.weight > 0;
		doc_free(&d);
		if (blind && annot_blind(s->p, s->m.scheme, s->t.doc[i], look,
		    &blind, err) < 0)
			return -1;
	}
	cJSON_AddBoolToObject(s->reply, "random", random);
	cJSON_AddBoolToObject(s->reply, "blind", blind);
	return 0;
}

/* ---- keeping ---- */

struct keep {
	const struct scoring *s;
	const char *json;
};

static int
keep_scores(struct project *writer, void *arg, struct err *err)
{
	const struct keep *k = arg;
	const struct scoring *s = k->s;
	int64_t id;

	if (project_begin(writer, err) < 0)
		return -1;
	return project_end(writer, score_add(writer, s->m.id, s->spec->set,
	    k->json, &id, err) < 0 || score_looked(writer, id, err) < 0 ? -1 :
	    0, err);
}

int
score_model(struct project *p, const struct score_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err)
{
	struct scoring s = { .p = p, .spec = spec, .reply = reply };
	struct keep keep = { .s = &s };
	char *json = NULL;
	int64_t looks = 0;
	int rc = -1;

	if (load(&s, err) < 0 || predict(&s, progress, err) < 0)
		goto out;
	cJSON_AddStringToObject(reply, "model", s.m.name);
	cJSON_AddStringToObject(reply, "set", spec->set);
	progress_phase(progress, "intervals", 0);
	if (scores_measure(&s.t, s.prob, spec->seed, progress, reply, err) < 0)
		goto out;
	if (s.t.disagree > 0)
		cJSON_AddNumberToObject(reply, "disagree",
		    (double)s.t.disagree);
	if (s.t.excluded > 0)
		cJSON_AddNumberToObject(reply, "unknown_label",
		    (double)s.t.excluded);
	if (strcmp(spec->set, "test") == 0 && judge(&s, err) < 0)
		goto out;
	keep.json = json = cJSON_PrintUnformatted(reply);
	if (project_record(p, keep_scores, &keep, err) < 0)
		goto out;
	if (strcmp(spec->set, "test") == 0 && score_looks(p, s.m.scheme,
	    "test", &looks, err) == 0)
		cJSON_AddNumberToObject(reply, "looks", (double)looks);
	rc = spec->errors ? list_texts(&s, &(struct wanted){ -1, -1,
	    OUTCOME_ANY }, 0, "errors", NULL, err) : 0;
out:
	cJSON_free(json);
	scoring_free(&s);
	return rc;
}

/* ---- two models ---- */

/* The newest score of a model on the set; 0 and err: none. */
static int64_t
scored(const struct scoring *s, struct err *err)
{
	struct score *v = NULL;
	int64_t id = 0;
	size_t n = 0;

	if (score_list(s->p, s->m.id, &v, &n, err) < 0)
		return 0;
	for (size_t i = 0; i < n && id == 0; i++)
		if (strcmp(v[i].set, s->spec->set) == 0)
			id = v[i].id;
	score_list_free(v, n);
	if (id == 0)
		err_set(err, "%s was not scored on the %s set: `score %s "
		    "--set %s` does it", s->m.name, s->spec->set, s->m.name,
		    s->spec->set);
	return id;
}

/* b's column for each of a's; -1 and err where their labels differ. */
static int
match_columns(const struct scoring *a, const struct scoring *b, size_t *to,
    struct err *err)
{
	for (size_t j = 0; j < a->t.k; j++) {
		to[j] = 0;
		while (to[j] < b->t.k && b->t.label[to[j]] != a->t.label[j])
			to[j]++;
		if (to[j] == b->t.k || a->t.k != b->t.k ||
		    a->m.scheme != b->m.scheme)
			return err_set(err, "%s and %s predict different "
			    "labels: train both on the same ones to compare "
			    "them", a->m.name, b->m.name);
	}
	return 0;
}

struct pair {
	size_t n;
	void *y, *a, *b; /* as metrics_compare takes them */
};

static void
pair_add(struct pair *p, const struct scoring *a, const struct scoring *b,
    size_t i, size_t j, const size_t *to)
{
	size_t k = a->t.k;
	float *prob = xcalloc(k + 1, sizeof *prob);

	for (size_t c = 0; c < k; c++)
		prob[c] = b->prob[j * k + to[c]];
	if (a->t.multilabel) {
		memcpy((uint8_t *)p->y + p->n * k, a->t.multi + i * k, k);
		predict_multilabel(a->prob + i * k, 1, k, 0.5f,
		    (uint8_t *)p->a + p->n * k);
		predict_multilabel(prob, 1, k, 0.5f,
		    (uint8_t *)p->b + p->n * k);
	} else {
		((int *)p->y)[p->n] = a->t.y[i];
		predict_classes(a->prob + i * k, 1, k, (int *)p->a + p->n);
		predict_classes(prob, 1, k, (int *)p->b + p->n);
	}
	p->n++;
	free(prob);
}

/* The texts that both have; docs rise in both. */
static int
pair_up(struct pair *p, const struct scoring *a, const struct scoring *b,
    struct err *err)
{
	size_t size = a->t.multilabel ? a->t.k : sizeof(int), j = 0;
	size_t *to = xcalloc(a->t.k + 1, sizeof *to);
	int rc = match_columns(a, b, to, err);

	*p = (struct pair){ .y = xcalloc(a->t.n + 1, size),
		.a = xcalloc(a->t.n + 1, size),
		.b = xcalloc(a->t.n + 1, size) };
	for (size_t i = 0; rc == 0 && i < a->t.n; i++) {
		while (j < b->t.n && b->t.doc[j] < a->t.doc[i])
			j++;
		if (j < b->t.n && b->t.doc[j] == a->t.doc[i])
			pair_add(p, a, b, i, j, to);
	}
	free(to);
	return rc;
}

static void
difference_json(cJSON *o, const char *name, double d,
    const struct interval *ci)
{
	char *key = xasprintf("%s_ci", name);
	cJSON *pair;

	cJSON_AddNumberToObject(o, name, d); /* NaN: null */
	if (ci->lo == ci->lo) {
		pair = cJSON_AddArrayToObject(o, key);
		cJSON_AddItemToArray(pair, cJSON_CreateNumber(ci->lo));
		cJSON_AddItemToArray(pair, cJSON_CreateNumber(ci->hi));
	}
	free(key);
}

static int
look_again(struct project *writer, void *arg, struct err *err)
{
	const int64_t *id = arg;

	return score_looked(writer, *id, err);
}

int
score_compare(struct project *p, const struct score_spec *spec,
    const char *other, cJSON *reply, struct progress *progress,
    struct err *err)
{
	struct score_spec second = *spec;
	struct scoring a = { .p = p, .spec = spec },
	    b = { .p = p, .spec = &second };
	struct metrics_difference d;
	struct pair pair = { 0 };
	cJSON *names;
	int64_t id;
	int rc = -1;

	second.model = other;
	if (load(&a, err) < 0 || load(&b, err) < 0 ||
	    (id = scored(&a, err)) == 0 || scored(&b, err) == 0 ||
	    predict(&a, progress, err) < 0 || predict(&b, progress, err) < 0 ||
	    pair_up(&pair, &a, &b, err) < 0)
		goto out;
	if (metrics_compare(&d, a.t.multilabel, pair.y, pair.a, pair.b, pair.n,
	    a.t.k, METRICS_RESAMPLES, spec->seed, progress, err) < 0)
		goto out;
	names = cJSON_AddArrayToObject(reply, "models");
	cJSON_AddItemToArray(names, cJSON_CreateString(a.m.name));
	cJSON_AddItemToArray(names, cJSON_CreateString(b.m.name));
	cJSON_AddStringToObject(reply, "set", spec->set);
	cJSON_AddNumberToObject(reply, "n", (double)pair.n);
	difference_json(reply, "accuracy", d.accuracy, &d.accuracy_ci);
	difference_json(reply, "f1_macro", d.f1_macro, &d.f1_macro_ci);
	rc = strcmp(spec->set, "test") == 0 ? project_record(p, look_again,
	    &id, err) : 0;
out:
	free(pair.y);
	free(pair.a);
	free(pair.b);
	scoring_free(&a);
	scoring_free(&b);
	return rc;
}
