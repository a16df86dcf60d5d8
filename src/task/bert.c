#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/base.h"
#include "tagtiger/bert.h"
#include "tagtiger/err.h"
#include "tagtiger/featurize.h"
#include "tagtiger/finetune.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "tagtiger/targets.h"
#include "tagtiger/temporary.h"
#include "tagtiger/when.h"
#include "priv.h"

struct bert {
	struct project *p;
	struct model m;
	struct targets t;
	struct texts texts;
	char *dir; /* of the result */
	cJSON *reply;
	struct err point_err; /* of a curve point that could not be stored */
	bool point_failed;
};

/* ---- curves ---- */

struct point_write {
	int64_t model;
	struct curve_point c;
};

static int
write_point(struct project *writer, void *arg, struct err *err)
{
	const struct point_write *w = arg;

	return curve_add(writer, w->model, &w->c, 1, err);
}

static void
on_point(void *arg, const struct finetune_point *f)
{
	struct bert *b = arg;
	struct point_write w = { .model = b->m.id, .c = { .step = f->step,
		.epoch = f->epoch, .loss = f->loss, .f1 = f->f1 } };

	strcpy(w.c.split, f->eval ? "eval" : "train");
	if (!b->point_failed && project_write(b->p, write_point, &w,
	    &b->point_err) < 0)
		b->point_failed = true;
}

/* ---- the model's row ---- */

static void
set_string(char **s, const char *value)
{
	char *old = *s;

	*s = xstrdup(value); /* which may be of the old one */
	free(old);
}

struct put {
	struct bert *b;
	const char *history; /* what happened, or NULL */
	bool clear;	     /* curves of an earlier training */
};

static int
put_model(struct project *writer, void *arg, struct err *err)
{
	struct put *put = arg;
	struct model *m = &put->b->m;
	int rc;

	if (project_begin(writer, err) < 0)
		return -1;
	rc = model_put(writer, m, err);
	if (rc == 0 && put->clear)
		rc = curve_clear(writer, m->id, err);
	if (rc == 0 && put->history != NULL)
		rc = model_log_training(writer, m, put->history, err);
	return project_end(writer, rc, err);
}

static int
store(struct bert *b, const char *state, const char *error,
    const char *history, struct err *err)
{
	struct put put = { .b = b, .history = history };

	set_string(&b->m.state, state);
	set_string(&b->m.error, error);
	return project_write(b->p, put_model, &put, err);
}

static void
on_note(void *arg, const char *line)
{
	struct bert *b = arg;
	cJSON *notes = cJSON_GetObjectItemCaseSensitive(b->reply, "notes");

	if (notes == NULL)
		notes = cJSON_AddArrayToObject(b->reply, "notes");
	cJSON_AddItemToArray(notes, cJSON_CreateString(line));
	/* seen while it trains; a note that cannot be kept stops nothing */
	free(b->m.metrics);
	b->m.metrics = cJSON_PrintUnformatted(b->reply);
	store(b, b->m.state, "", NULL, NULL);
}

/* ---- what to train on ---- */

/* Labels with too few texts are left out, and said. */
static int
drop_rare(struct bert *b, size_t min_class, struct err *err)
{
	size_t *count = xcalloc(b->t.k, sizeof *count), used = 0;
	int *to = xcalloc(b->t.k, sizeof *to);
	bool *keep = xcalloc(b->t.n, sizeof *keep);
	cJSON *left = cJSON_AddObjectToObject(b->reply, "left_out");
	cJSON *labels = cJSON_AddObjectToObject(b->reply, "labels");

	targets_count(&b->t, count);
	for (size_t j = 0; j < b->t.k; j++) {
		to[j] = -1;
		if (count[j] > 0 && count[j] >= min_class) {
			to[j] = (int)used++;
			cJSON_AddNumberToObject(labels, b->t.name[j],
			    (double)count[j]);
		} else
			cJSON_AddNumberToObject(left, b->t.name[j],
			    (double)count[j]);
	}
	for (size_t i = 0; i < b->t.n; i++)
		keep[i] = b->t.multilabel || to[b->t.y[i]] >= 0;
	targets_filter(&b->t, keep);
	for (size_t i = 0; i < b->t.n; i++) {
		if (!b->t.multilabel)
			b->t.y[i] = to[b->t.y[i]];
		for (size_t j = 0; b->t.multilabel && j < b->t.k; j++)
			if (to[j] >= 0)
				b->t.multi[i * used + (size_t)to[j]] =
				    b->t.multi[i * b->t.k + j];
	}
	for (size_t j = 0; j < b->t.k; j++) {
		if (to[j] < 0) {
			free(b->t.name[j]);
			continue;
		}
		b->t.name[to[j]] = b->t.name[j];
		b->t.label[to[j]] = b->t.label[j];
	}
	b->t.k = used;
	free(keep);
	free(to);
	free(count);
	if (used < (b->t.multilabel ? 1 : 2))
		return err_set(err, "at least two labels with %zu texts each "
		    "are needed: tag more, or lower --min-class", min_class);
	return 0;
}

static int
load(struct bert *b, const struct bert_spec *spec, struct err *err)
{
	struct targets_query tq = { .scheme = spec->scheme,
		.sets = SET_BIT(SET_TRAIN), .choice = spec->choice,
		.uid = spec->uid, .exclude = spec->exclude,
		.nexclude = spec->nexclude };

	if (targets_load(b->p, &tq, &b->t, err) < 0)
		return -1;
	if (b->t.n == 0)
		return err_set(err, "no annotated text to train on: tag some "
		    "first");
	return drop_rare(b, spec->min_class, err);
}

/* ---- names and parameters ---- */

static char *
free_name(struct project *p, const char *base)
{
	const char *slash = strrchr(base, '/');
	struct model m = { 0 };
	char *name;

	for (int i = 1;; i++) {
		name = xasprintf("%s-%d", slash != NULL ? slash + 1 : base, i);
		if (model_find(p, name, &m, NULL) < 0)
			return name;
		model_free(&m);
		free(name);
	}
}

static void
describe(struct bert *b, const struct bert_spec *spec, const char *base)
{
	cJSON *o = cJSON_CreateObject(), *labels = cJSON_CreateArray();
	const char *slash = strrchr(base, '/');
	char id[24];

	cJSON_AddStringToObject(o, "base", base);
	cJSON_AddNumberToObject(o, "epochs", spec->epochs);
	cJSON_AddNumberToObject(o, "batch", spec->batch);
	cJSON_AddNumberToObject(o, "accumulate", spec->accumulate);
	cJSON_AddNumberToObject(o, "lr", spec->rate);
	cJSON_AddNumberToObject(o, "weight_decay", spec->weight_decay);
	cJSON_AddNumberToObject(o, "warmup", spec->warmup);
	cJSON_AddNumberToObject(o, "max_length", (double)spec->max_length);
	cJSON_AddNumberToObject(o, "eval_steps", spec->eval_steps);
	cJSON_AddNumberToObject(o, "eval_share", spec->eval_share);
	cJSON_AddBoolToObject(o, "best", spec->best);
	cJSON_AddStringToObject(o, "loss", b->t.multilabel ? "bce" :
	    spec->balanced ? "weighted" : "cross-entropy");
	cJSON_AddNumberToObject(o, "seed", (double)spec->seed);
	cJSON_AddNumberToObject(o, "n", (double)b->t.n);
	if (spec->device != NULL)
		cJSON_AddStringToObject(o, "device", spec->device);
	for (size_t j = 0; j < b->t.k; j++) {
		snprintf(id, sizeof id, "%lld", (long long)b->t.label[j]);
		cJSON_AddItemToArray(labels, cJSON_CreateString(id));
	}
	set_string(&b->m.method, slash != NULL ? slash + 1 : base);
	b->m.params = cJSON_PrintUnformatted(o);
	b->m.labels = cJSON_PrintUnformatted(labels);
	cJSON_Delete(o);
	cJSON_Delete(labels);
}

static double
param(const cJSON *o, const char *key, double otherwise)
{
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsNumber(x) ? x->valuedouble : otherwise;
}

/* The training's settings are those that the model's row tells: a resumed
 * training takes the same ones. */
static void
fill_spec(const struct bert *b, const cJSON *o, struct finetune_spec *f)
{
	const char *loss = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(o, "loss"));

	f->base = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(o, "base"));
	f->dir = b->dir;
	f->texts = b->texts.v;
	f->n = b->t.n;
	f->y = b->t.y;
	f->cells = b->t.multi;
	f->labels = (const char *const *)b->t.name;
	f->k = b->t.k;
	f->loss = b->t.multilabel ? FINETUNE_BCE :
	    loss != NULL && strcmp(loss, "weighted") == 0 ?
	    FINETUNE_CE_BALANCED : FINETUNE_CE;
	f->epochs = (int)param(o, "epochs", f->epochs);
	f->batch = (int)param(o, "batch", f->batch);
	f->accumulate = (int)param(o, "accumulate", f->accumulate);
	f->rate = param(o, "lr", f->rate);
	f->weight_decay = param(o, "weight_decay", f->weight_decay);
	f->warmup = param(o, "warmup", f->warmup);
	f->max_length = (size_t)param(o, "max_length", 0);
	f->eval_steps = (int)param(o, "eval_steps", 0);
	f->eval_share = param(o, "eval_share", f->eval_share);
	f->best = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "best"));
	f->seed = (uint64_t)param(o, "seed", 1);
	f->device = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(o, "device"));
}

/* ---- training ---- */

static void
report(struct bert *b, const struct finetune_result *r)
{
	cJSON *eval;

	cJSON_AddNumberToObject(b->reply, "n", (double)b->t.n);
	if (b->t.disagree > 0)
		cJSON_AddNumberToObject(b->reply, "disagree",
		    (double)b->t.disagree);
	cJSON_AddNumberToObject(b->reply, "steps", (double)r->step);
	cJSON_AddNumberToObject(b->reply, "effective_batch",
	    r->effective_batch);
	cJSON_AddNumberToObject(b->reply, "truncated", (double)r->truncated);
	cJSON_AddNumberToObject(b->reply, "seconds", r->seconds);
	cJSON_AddBoolToObject(b->reply, "stopped", r->stopped);
	if (r->best_step == 0)
		return;
	eval = cJSON_AddObjectToObject(b->reply, "eval");
	cJSON_AddNumberToObject(eval, "step", (double)r->best_step);
	cJSON_AddNumberToObject(eval, "loss", r->best_loss);
	if (!isnan(r->best_f1))
		cJSON_AddNumberToObject(eval, "f1_macro", r->best_f1);
}

/* Texts that were held out for evaluation were not learned from. */
static int
write_learned(struct bert *b, const struct finetune_result *r,
    struct err *err)
{
	int64_t *docs = xcalloc(b->t.n, sizeof *docs);
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < b->t.n; i++)
		if (r->held_out == NULL || !r->held_out[i])
			docs[n++] = b->t.doc[i];
	rc = learned_write(b->p, b->m.id, docs, n, err);
	free(docs);
	return rc;
}

/* What can be gone on with stays; a result that is not whole goes. */
static void
settle_failed(struct bert *b, struct err *err)
{
	struct err why;

	if (!finetune_can_resume(b->dir)) {
		tree_remove(b->dir);
		return;
	}
	if (err == NULL)
		return;
	why = *err;
	err_set_status(err, why.status, "%s; `bert resume %s` goes on from the "
	    "last checkpoint", why.text, b->m.name);
}

static int
train(struct bert *b, bool resume, struct progress *progress,
    struct err *err)
{
	struct finetune_calls calls = { .arg = b, .point = on_point,
		.note = on_note };
	struct finetune_spec spec = FINETUNE_INIT;
	struct finetune_result r = { 0 };
	cJSON *params = cJSON_Parse(b->m.params);
	struct err none = { 0 };
	int rc;

	fill_spec(b, params, &spec);
	rc = finetune_run(&spec, resume, &calls, &r, progress, err);
	if (rc == 0 && b->point_failed)
		on_note(b, b->point_err.text);
	if (rc == 0) {
		report(b, &r);
		free(b->m.metrics);
		b->m.metrics = cJSON_PrintUnformatted(b->reply);
		b->m.time = now_ms();
	}
	if (rc == 0 && !r.stopped)
		rc = write_learned(b, &r, err);
	if (rc < 0)
		settle_failed(b, err);
	if (rc < 0)
		store(b, "failed", err != NULL ? err->text : "", NULL, &none);
	else
		rc = store(b, r.stopped ? "stopped" : "ready", "",
		    r.stopped ? "stopped" : "finished", err);
	if (rc == 0 && r.stopped)
		rc = err_set(err, "stopped as asked at step %lld of %lld; "
		    "`bert resume %s` goes on", (long long)r.step,
		    (long long)r.steps, b->m.name);
	finetune_result_free(&r);
	cJSON_Delete(params);
	return rc;
}

static void
bert_clear(struct bert *b)
{
	texts_free(&b->texts);
	targets_free(&b->t);
	model_free(&b->m);
	free(b->dir);
}

/* The folder is named by the model's number, which stays when it is renamed;
 * so the row comes first. */
static int
open_row(struct bert *b, struct err *err)
{
	struct put put = { .b = b, .history = "started", .clear = true };

	set_string(&b->m.state, "training");
	if (project_write(b->p, put_model, &put, err) < 0)
		return -1;
	free(b->m.folder);
	b->m.folder = xasprintf("models/%lld", (long long)b->m.id);
	put = (struct put){ .b = b };
	if (project_write(b->p, put_model, &put, err) < 0)
		return -1;
	b->dir = project_file(b->p, b->m.folder, err);
	return b->dir != NULL ? 0 : -1;
}

/* A training that failed, and has left nothing to go on with, makes room for
 * the next one of its name. */
static int
make_free(struct project *p, const char *name, struct err *err)
{
	struct model old = { 0 };
	char *dir;
	bool failed;

	if (model_find(p, name, &old, NULL) < 0)
		return 0;
	dir = xasprintf("%s/%s", project_folder_path(p), old.folder != NULL ?
	    old.folder : "");
	failed = strcmp(old.kind, "bert") == 0 &&
	    strcmp(old.state, "failed") == 0 && !finetune_can_resume(dir);
	free(dir);
	model_free(&old);
	return failed ? model_remove(p, name, err) :
	    err_set_status(err, ERR_NAME, "there is a model %s: choose another "
	    "name, or delete it first", name);
}

int
bert_train(struct project *p, const struct bert_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err)
{
	struct bert b = { .p = p, .reply = reply };
	char *lang = param_get(p, "language", NULL), *base, *name = NULL;
	int rc = -1;

	base = base_find(spec->base, lang, err);
	if (base == NULL)
		goto out;
	name = spec->name != NULL ? xstrdup(spec->name) : free_name(p, base);
	if (make_free(p, name, err) < 0)
		goto out;
	cJSON_AddStringToObject(reply, "model", name);
	cJSON_AddStringToObject(reply, "base", base);
	if (load(&b, spec, err) < 0 || texts_read(p, b.t.doc, b.t.n, &b.texts,
	    err) < 0)
		goto out;
	b.m = (struct model){ .name = xstrdup(name), .kind = xstrdup("bert"),
		.scheme = spec->scheme, .time = now_ms() };
	describe(&b, spec, base);
	if (open_row(&b, err) == 0)
		rc = train(&b, false, progress, err);
out:
	bert_clear(&b);
	free(name);
	free(base);
	free(lang);
	return rc;
}

/* The texts and labels that the training had: those of its row. */
static int
load_again(struct bert *b, struct err *err)
{
	cJSON *list = cJSON_Parse(b->m.labels), *x;
	int64_t *order = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
	    sizeof *order);
	struct targets_query tq = { .scheme = b->m.scheme,
		.sets = SET_BIT(SET_TRAIN), .order = order };
	int rc;

	cJSON_ArrayForEach(x, list)
		if (cJSON_IsString(x))
			order[tq.norder++] = strtoll(x->valuestring, NULL, 10);
	rc = targets_load(b->p, &tq, &b->t, err);
	if (rc == 0)
		rc = texts_read(b->p, b->t.doc, b->t.n, &b->texts, err);
	free(order);
	cJSON_Delete(list);
	return rc;
}

int
bert_resume(struct project *p, const char *name, cJSON *reply,
    struct progress *progress, struct err *err)
{
	struct bert b = { .p = p, .reply = reply };
	int rc = -1;

	if (model_find(p, name, &b.m, err) < 0)
		return -1;
	if (strcmp(b.m.kind, "bert") != 0 || strcmp(b.m.state, "ready") == 0) {
		err_set_status(err, ERR_NAME, "model %s has no training to go "
		    "on with", name);
		goto out;
	}
	b.dir = project_file(p, b.m.folder, err);
	if (b.dir == NULL || load_again(&b, err) < 0)
		goto out;
	cJSON_AddStringToObject(reply, "model", name);
	if (store(&b, "training", "", "resumed", err) == 0)
		rc = train(&b, true, progress, err);
out:
	bert_clear(&b);
	return rc;
}
