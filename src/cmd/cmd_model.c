/*
 * quick, bert, score: from labelled texts to models and how good
 * they are.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/bert.h"
#include "tagtiger/current.h"
#include "tagtiger/curve.h"
#include "tagtiger/history.h"
#include "tagtiger/model.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "tagtiger/quick.h"
#include "tagtiger/score.h"
#include "tagtiger/scores.h"
#include "tagtiger/user.h"
#include "priv.h"

/* `final`, `all` where it may be, or an annotator's name. */
int
layer_choice(struct cmd_call *c, bool all, enum layer_choice *choice,
    int64_t *uid)
{
	const char *layer = cmd_str(c, "--layer");
	int got;

	*choice = CHOICE_FINAL;
	*uid = 0;
	if (strcmp(layer, "final") == 0)
		return 0;
	if (all && strcmp(layer, "all") == 0) {
		*choice = CHOICE_ALL;
		return 0;
	}
	got = user_find(c->project, layer, uid, &c->err);
	if (got == 0)
		return err_set_status(&c->err, ERR_NAME, "no annotator is "
		    "called %s: see `user list`", layer);
	*choice = CHOICE_UID;
	return got < 0 ? -1 : 0;
}

/* The id of the scheme asked for, else of the current one. */
static int
scheme_id(struct cmd_call *c, int64_t *id)
{
	struct scheme s = { 0 };

	if (current_scheme_named(c->project, cmd_str(c, "--scheme"), &s,
	    &c->err) < 0)
		return -1;
	*id = s.id;
	cmd_reply_str(c, "scheme", s.name);
	scheme_free(&s);
	return 0;
}

/* ---- models of both kinds ---- */

static void
model_json(const struct model *m, cJSON *o, bool whole)
{
	cJSON *metrics = cjson_object(m->metrics), *x;

	cJSON_AddStringToObject(o, "model", m->name);
	cJSON_AddStringToObject(o, "kind", m->kind);
	cJSON_AddStringToObject(o, "method", m->method);
	cJSON_AddStringToObject(o, "state", m->state);
	if (m->error != NULL && *m->error != '\0')
		cJSON_AddStringToObject(o, "error", m->error);
	cJSON_AddNumberToObject(o, "time", (double)m->time);
	cJSON_AddItemToObject(o, "params", cjson_object(m->params));
	if (whole) {
		cJSON_ArrayForEach(x, metrics)
			if (!cJSON_HasObjectItem(o, x->string))
				cJSON_AddItemToObject(o, x->string,
				    cJSON_Duplicate(x, true));
	}
	cJSON_Delete(metrics);
}

static int
models_list(struct cmd_call *c, const char *kind)
{
	cJSON *list = cJSON_CreateArray(), *o;
	struct model *v;
	size_t n;

	if (model_list(c->project, 0, kind, &v, &n, &c->err) < 0) {
		cJSON_Delete(list);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		o = cJSON_CreateObject();
		model_json(&v[i], o, false);
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "%s  %s  %s%s%s\n", v[i].name, v[i].method,
		    v[i].state, v[i].error != NULL && *v[i].error != '\0' ?
		    ": " : "", v[i].error != NULL ? v[i].error : "");
	}
	if (n == 0)
		buf_addf(&c->text, "none yet: %s train makes one\n", kind);
	cmd_reply_item(c, "models", list);
	model_list_free(v, n);
	return 0;
}

static int
curves_json(struct cmd_call *c, int64_t model)
{
	cJSON *list = cJSON_CreateArray(), *o;
	struct curve_point *v;
	size_t n;

	if (curve_get(c->project, model, &v, &n, &c->err) < 0) {
		cJSON_Delete(list);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "split", v[i].split);
		cJSON_AddNumberToObject(o, "step", (double)v[i].step);
		cJSON_AddNumberToObject(o, "epoch", v[i].epoch);
		cJSON_AddNumberToObject(o, "loss", v[i].loss); /* NaN: null */
		if (v[i].f1 == v[i].f1)
			cJSON_AddNumberToObject(o, "f1_macro", v[i].f1);
		cJSON_AddItemToArray(list, o);
		if (strcmp(v[i].split, "eval") == 0)
			buf_addf(&c->text, "step %lld  eval loss %.4f  F1 "
			    "%.3f\n", (long long)v[i].step, v[i].loss,
			    v[i].f1);
	}
	cmd_reply_item(c, "curves", list);
	free(v);
	return 0;
}

/* A quick model's learning curve, if it was made: "curve". */
static int
learning_show(struct cmd_call *c, int64_t model)
{
	struct curve_point *v;
	struct learning l;
	size_t n;

	if (curve_get(c->project, model, &v, &n, &c->err) < 0)
		return -1;
	learning_read(&l, v, n);
	free(v);
	if (l.n > 0) {
		learning_json(&l, cJSON_AddObjectToObject(c->reply, "curve"));
		buf_adds(&c->text, "learning curve:\n");
		learning_text(&l, &c->text);
	}
	learning_free(&l);
	return 0;
}

static int
model_show(struct cmd_call *c, const char *kind)
{
	const char *name = cmd_str(c, "NAME");
	const cJSON *scores;
	struct model m;
	int rc = 0;

	if (model_find(c->project, name, &m, &c->err) < 0)
		return -1;
	if (strcmp(m.kind, kind) != 0)
		rc = err_set_status(&c->err, ERR_NAME, "%s is a %s model",
		    name, m.kind);
	else {
		model_json(&m, c->reply, true);
		buf_addf(&c->text, "%s  %s  %s\n", m.name, m.method, m.state);
		scores = cJSON_GetObjectItemCaseSensitive(c->reply, "cv");
		if (scores == NULL)
			scores = cJSON_GetObjectItemCaseSensitive(c->reply,
			    "exact");
		if (scores != NULL)
			scores_text(&c->text, scores);
		rc = strcmp(kind, "bert") == 0 ? curves_json(c, m.id) :
		    learning_show(c, m.id);
	}
	model_free(&m);
	return rc;
}

static int
model_delete_run(struct cmd_call *c)
{
	if (model_remove(c->project, cmd_str(c, "NAME"), &c->err) < 0)
		return -1;
	cmd_reply_str(c, "model", cmd_str(c, "NAME"));
	buf_addf(&c->text, "%s is deleted\n", cmd_str(c, "NAME"));
	return 0;
}

static const struct cmd_param model_params[] = {
	{ "NAME", .ref = REF_MODEL, .required = true, .help = "which" },
	{ NULL },
};

/* ---- quick models ---- */

/* Texts on which annotators differ teach nothing. */
static void
left_out_tell(struct cmd_call *c)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(c->reply,
	    "disagree");

	if (n == NULL)
		return;
	add_count(&c->text, (uint64_t)n->valuedouble, "text was",
	    "texts were");
	buf_adds(&c->text, " left out, whose annotators differ: 'adjudicate' "
	    "decides\n");
}

static int
quick_train_run(struct cmd_call *c)
{
	struct quick_spec spec = { .name = cmd_str(c, "--name"),
		.c = cmd_real(c, "--c"), .cv = (int)cmd_int(c, "--cv"),
		.balance = cmd_flag(c, "--balance"),
		.seed = (uint64_t)cmd_int(c, "--seed"),
		.automatic = cmd_flag(c, "--automatic") };
	const cJSON *x;

	spec.features = cmd_list(c, "--features", &spec.nfeatures);
	spec.exclude = cmd_list(c, "--exclude", &spec.nexclude);
	if (scheme_id(c, &spec.scheme) < 0 || layer_choice(c, false,
	    &spec.choice, &spec.uid) < 0 || quick_train(c->project, &spec,
	    c->reply, c->progress, &c->err) < 0)
		return -1;
	x = cJSON_GetObjectItemCaseSensitive(c->reply, "n");
	buf_addf(&c->text, "%s learned from %s texts\n",
	    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(c->reply,
	    "model")), COUNT(x->valuedouble));
	left_out_tell(c);
	x = cJSON_GetObjectItemCaseSensitive(c->reply, "cv");
	if (x == NULL) {
		x = cJSON_GetObjectItemCaseSensitive(c->reply, "exact");
		buf_adds(&c->text, "on the texts it learned from:\n");
	} else
		buf_addf(&c->text, "%d-fold cross-validation:\n", spec.cv);
	scores_text(&c->text, x);
	return 0;
}

static int
quick_curve_run(struct cmd_call *c)
{
	struct quick_curve_spec spec = { .name = cmd_str(c, "--name"),
		.points = (int)cmd_int(c, "--points"),
		.cv = (int)cmd_int(c, "--cv"),
		.seed = (uint64_t)cmd_int(c, "--seed") };
	struct curve_point *rows = NULL;
	struct learning l;
	struct model m;
	size_t n;
	int rc = -1;

	if (scheme_id(c, &spec.scheme) < 0 || quick_curve(c->project, &spec,
	    c->reply, c->progress, &c->err) < 0)
		return -1;
	spec.name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
	    c->reply, "model"));
	if (model_find(c->project, spec.name, &m, &c->err) < 0)
		return -1;
	if (curve_get(c->project, m.id, &rows, &n, &c->err) == 0) {
		buf_addf(&c->text, "%s, %d-fold cross-validation:\n", m.name,
		    spec.cv);
		learning_read(&l, rows, n);
		learning_text(&l, &c->text);
		learning_free(&l);
		rc = 0;
	}
	free(rows);
	model_free(&m);
	return rc;
}

static int
quick_list_run(struct cmd_call *c)
{
	return models_list(c, "quick");
}

static int
quick_show_run(struct cmd_call *c)
{
	return model_show(c, "quick");
}

#define PARAM_LAYER                                                         \
	{                                                                   \
		"--layer", .ref = REF_USER, .def = "final", .value = "NAME",\
		.help = "whose labels: final, or one annotator's"           \
	}

static const struct cmd_param quick_train_params[] = {
	{ "--name", .value = "N", .help =
	    "default: quick, or quick-S for a second scheme; one of that "
	    "name is replaced" },
	{ "--features", .type = CMD_LIST, .ref = REF_FEATURE,
	    .value = "A,B", .help = "default: those it had, else sbert, else "
	    "all" },
	{ "--model", .type = CMD_CHOICE, .choices = "logistic-l2",
	    .def = "logistic-l2", .help = "kind of model" },
	{ "--c", .type = CMD_REAL, .def = "1", .min = 1e-6, .max = 1e6,
	    .help = "weight of the texts against the penalty" },
	{ "--cv", .type = CMD_INT, .def = "0", .max = 1000, .help =
	    "folds of a cross-validation; 0: none" },
	{ "--balance", .type = CMD_FLAG, .help =
	    "weight labels against their frequency" },
	{ "--exclude", .type = CMD_LIST, .ref = REF_LABEL, .value = "L,M",
	    .help = "labels to leave out" },
	PARAM_LAYER,
	CMD_PARAM_SCHEME,
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "of folds and intervals" },
	/* an annotator's screen trains again what a manager made */
	{ "--automatic", .type = CMD_FLAG, .waives = true, .help =
	    "a retraining while one annotates: not in the history" },
	{ NULL },
};

static const struct command cmd_quick_train = {
	.name = "quick train", .group = "Models",
	.params = quick_train_params, .role = CMD_MANAGER,
	.help = "Train a quick model on the annotated train texts",
	.more = "exact: scores on the texts it learned from, which are always "
	    "high. cv: on texts that the model of their fold has not seen.",
	.needs_project = true, .lane = JOB_QUICK, .run = quick_train_run,
	.changes = CHANGES_MODELS | CHANGES_SELECTION,
};
static const struct cmd_param quick_curve_params[] = {
	{ "--name", .ref = REF_MODEL, .value = "N",
	    .help = "which model; default: as of quick train" },
	{ "--points", .type = CMD_INT, .def = "8", .min = 2, .max = 100,
	    .help = "numbers of texts to learn from, up to all" },
	{ "--cv", .type = CMD_INT, .def = "10", .min = 2, .max = 1000,
	    .help = "folds of the cross-validation" },
	CMD_PARAM_SCHEME,
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "of folds, samples and intervals" },
	{ NULL },
};

static const struct command cmd_quick_curve = {
	.name = "quick curve", .group = "Models",
	.params = quick_curve_params, .role = CMD_MANAGER,
	.help = "A quick model's scores by the number of labels",
	.more = "Cross-validation with ever more of each fold's texts, nested "
	    "samples with the labels' shares; intervals are over texts. What "
	    "more labels would bring is read off a power law fitted to the "
	    "points, with an interval over resamples of the folds.",
	.needs_project = true, .lane = JOB_QUICK, .run = quick_curve_run,
	.changes = CHANGES_MODELS,
};
static const struct command cmd_quick_list = {
	.name = "quick list", .group = "Models", .needs_project = true,
	.help = "The quick models", .run = quick_list_run,
};
static const struct command cmd_quick_show = {
	.name = "quick show", .group = "Models", .params = model_params,
	.needs_project = true, .help = "A quick model and its scores",
	.run = quick_show_run,
};
static const struct command cmd_quick_delete = {
	.name = "quick delete", .group = "Models", .params = model_params,
	.role = CMD_MANAGER, .needs_project = true,
	.help = "Delete a quick model and its predictions",
	.run = model_delete_run, .changes = CHANGES_MODELS,
};

/* ---- fine-tuned models ---- */

static void
bert_text(struct cmd_call *c)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(c->reply, "n");
	const cJSON *eval = cJSON_GetObjectItemCaseSensitive(c->reply, "eval");
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(c->reply, "steps");

	buf_addf(&c->text, "%s: %s texts, %s steps\n",
	    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(c->reply,
	    "model")), COUNT(n != NULL ? n->valuedouble : 0),
	    COUNT(x != NULL ? x->valuedouble : 0));
	if (eval == NULL)
		return;
	x = cJSON_GetObjectItemCaseSensitive(eval, "loss");
	buf_addf(&c->text, "best evaluation: loss %.4f", x->valuedouble);
	x = cJSON_GetObjectItemCaseSensitive(eval, "f1_macro");
	if (x != NULL)
		buf_addf(&c->text, ", F1 macro %.3f", x->valuedouble);
	buf_addc(&c->text, '\n');
}

static int
bert_train_run(struct cmd_call *c)
{
	struct bert_spec spec = { .name = cmd_str(c, "--name"),
		.base = cmd_str(c, "--base"),
		.epochs = (int)cmd_int(c, "--epochs"),
		.batch = (int)cmd_int(c, "--batch"),
		.accumulate = (int)cmd_int(c, "--accumulate"),
		.rate = cmd_real(c, "--lr"),
		.weight_decay = cmd_real(c, "--weight-decay"),
		.warmup = cmd_real(c, "--warmup"),
		.max_length = (size_t)cmd_int(c, "--max-length"),
		.eval_steps = (int)cmd_int(c, "--eval-steps"),
		.eval_share = cmd_real(c, "--eval-share"),
		.best = strcmp(cmd_str(c, "--best"), "yes") == 0,
		.balanced = strcmp(cmd_str(c, "--loss"), "weighted") == 0,
		.min_class = (size_t)cmd_int(c, "--min-class"),
		.seed = (uint64_t)cmd_int(c, "--seed"),
		.device = cmd_str(c, "--device") };

	spec.exclude = cmd_list(c, "--exclude", &spec.nexclude);
	if (scheme_id(c, &spec.scheme) < 0 || layer_choice(c, false,
	    &spec.choice, &spec.uid) < 0 || bert_train(c->project, &spec,
	    c->reply, c->progress, &c->err) < 0)
		return -1;
	bert_text(c);
	left_out_tell(c);
	return 0;
}

static int
bert_resume_run(struct cmd_call *c)
{
	if (bert_resume(c->project, cmd_str(c, "NAME"), c->reply, c->progress,
	    &c->err) < 0)
		return -1;
	bert_text(c);
	left_out_tell(c);
	return 0;
}

static int
bert_list_run(struct cmd_call *c)
{
	return models_list(c, "bert");
}

static int
bert_show_run(struct cmd_call *c)
{
	return model_show(c, "bert");
}

static int
bert_rename_run(struct cmd_call *c)
{
	const char *new = cmd_str(c, "NEW");
	struct model m;
	int rc;

	if (model_find(c->project, cmd_str(c, "NAME"), &m, &c->err) < 0)
		return -1;
	rc = model_rename(c->project, &m, new, &c->err);
	model_free(&m);
	if (rc < 0)
		return -1;
	cmd_reply_str(c, "model", new);
	buf_addf(&c->text, "%s is now %s\n", cmd_str(c, "NAME"), new);
	return 0;
}

static const struct cmd_param bert_train_params[] = {
	{ "--base", .ref = REF_BASE, .value = "DIR|NAME", .help =
	    "the model to fine-tune; default: the recommended one at hand" },
	{ "--name", .value = "N", .help =
	    "default: the base's name and a number" },
	{ "--epochs", .type = CMD_INT, .def = "3", .min = 1, .max = 1000,
	    .help = "times over the texts" },
	{ "--batch", .type = CMD_INT, .def = "4", .min = 1, .max = 4096,
	    .help = "texts at once" },
	{ "--accumulate", .type = CMD_INT, .def = "1", .min = 1, .max = 4096,
	    .help = "batches a step; batch x accumulate is the effective "
	    "batch" },
	{ "--lr", .type = CMD_REAL, .def = "5e-5", .min = 1e-9, .max = 1,
	    .help = "learning rate, at the end of the warm-up" },
	{ "--weight-decay", .type = CMD_REAL, .def = "0.01", .max = 1,
	    .help = "of AdamW" },
	{ "--warmup", .type = CMD_REAL, .def = "0.1", .max = 1,
	    .help = "share of the steps with a rising rate" },
	{ "--max-length", .type = CMD_INT, .def = "0", .max = 1e6,
	    .help = "tokens a text is cut at; 0: the model's" },
	{ "--eval-steps", .type = CMD_INT, .def = "0", .max = 1e9,
	    .help = "steps between evaluations; 0: once an epoch" },
	{ "--eval-share", .type = CMD_REAL, .def = "0.2", .max = 0.9,
	    .help = "of the texts held out to evaluate on" },
	{ "--best", .type = CMD_CHOICE, .choices = "yes|no", .def = "yes",
	    .help = "keep the best evaluation's weights, not the last" },
	{ "--loss", .type = CMD_CHOICE, .choices = "cross-entropy|weighted",
	    .def = "cross-entropy", .help =
	    "weighted: rare labels count more; multi-label has its own" },
	{ "--min-class", .type = CMD_INT, .def = "1", .min = 1, .max = 1e9,
	    .help = "labels with fewer texts are left out" },
	{ "--exclude", .type = CMD_LIST, .ref = REF_LABEL, .value = "L,M",
	    .help = "labels to leave out" },
	PARAM_LAYER,
	CMD_PARAM_SCHEME,
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "the same one, the same model" },
	{ "--device", .type = CMD_CHOICE, .choices = "auto|cpu|cuda",
	    .def = "auto", .help = "where to compute" },
	{ NULL },
};

static const struct cmd_param bert_rename_params[] = {
	{ "NAME", .ref = REF_MODEL, .required = true, .help = "which" },
	{ "NEW", .required = true, .help = "its new name" },
	{ NULL },
};

static const struct command cmd_bert_train = {
	.name = "bert train", .group = "Models", .params = bert_train_params,
	.role = CMD_MANAGER, .help = "Fine-tune an encoder on the annotated "
	    "train texts",
	.needs_project = true, .lane = JOB_LONG, .run = bert_train_run,
	.changes = CHANGES_MODELS,
};
static const struct command cmd_bert_resume = {
	.name = "bert resume", .group = "Models", .params = model_params,
	.role = CMD_MANAGER, .help = "Go on with a stopped training",
	.needs_project = true, .lane = JOB_LONG, .run = bert_resume_run,
	.changes = CHANGES_MODELS,
};
static const struct command cmd_bert_list = {
	.name = "bert list", .group = "Models", .needs_project = true,
	.help = "The fine-tuned models", .run = bert_list_run,
};
static const struct command cmd_bert_show = {
	.name = "bert show", .group = "Models", .params = model_params,
	.needs_project = true, .help = "A fine-tuned model and its curves",
	.run = bert_show_run,
};
static const struct command cmd_bert_rename = {
	.name = "bert rename", .group = "Models",
	.params = bert_rename_params, .role = CMD_MANAGER,
	.needs_project = true, .help = "Rename a model",
	.run = bert_rename_run, .changes = CHANGES_MODELS,
};
static const struct command cmd_bert_delete = {
	.name = "bert delete", .group = "Models", .params = model_params,
	.role = CMD_MANAGER, .needs_project = true,
	.help = "Delete a fine-tuned model and its files",
	.run = model_delete_run, .changes = CHANGES_MODELS,
};

/* ---- scores ---- */

static void
texts_text(struct cmd_call *c, const char *key)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(c->reply, key),
		    *x;

	cJSON_ArrayForEach(x, list) {
		const cJSON *p = cJSON_GetObjectItemCaseSensitive(x,
		    "probability");

		buf_addf(&c->text, "%s: %s, predicted %s (%.2f)\n",
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(x,
		    "id")),
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(x,
		    "label")),
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(x,
		    "prediction")), p->valuedouble);
	}
}

static int
score_run(struct cmd_call *c)
{
	struct score_spec spec = { .model = cmd_str(c, "MODEL"),
		.set = cmd_str(c, "--set"),
		.errors = cmd_flag(c, "--errors"),
		.seed = (uint64_t)cmd_int(c, "--seed") };
	const cJSON *x;

	if (layer_choice(c, false, &spec.choice, &spec.uid) < 0 ||
	    score_model(c->project, &spec, c->reply, c->progress,
	    &c->err) < 0)
		return -1;
	x = cJSON_GetObjectItemCaseSensitive(c->reply, "n");
	buf_addf(&c->text, "%s on %s: %s texts\n", spec.model, spec.set,
	    COUNT(x->valuedouble));
	left_out_tell(c);
	scores_text(&c->text, c->reply);
	x = cJSON_GetObjectItemCaseSensitive(c->reply, "looks");
	if (x != NULL)
		buf_addf(&c->text, "test scores were looked at %.0f time%s\n",
		    x->valuedouble, x->valuedouble == 1 ? "" : "s");
	texts_text(c, "errors");
	return 0;
}

static enum outcome
outcome_of(const char *s)
{
	static const char *const names[] = { "", "tn", "fp", "fn", "tp" };

	for (int i = OUTCOME_TN; s != NULL && i <= OUTCOME_TP; i++)
		if (strcmp(s, names[i]) == 0)
			return (enum outcome)i;
	return OUTCOME_ANY;
}

static int
confusion_run(struct cmd_call *c)
{
	struct score_spec spec = { .model = cmd_str(c, "MODEL"),
		.set = cmd_str(c, "--set") };
	struct score_filter f = { .label = cmd_str(c, "--label"),
		.predicted = cmd_str(c, "--predicted"),
		.outcome = outcome_of(cmd_str(c, "--outcome")),
		.limit = (size_t)cmd_int(c, "--limit") };

	if (f.outcome != OUTCOME_ANY && (f.label == NULL ||
	    f.predicted != NULL))
		return err_set_status(&c->err, ERR_USAGE, "--outcome is of "
		    "one label: --label L, without --predicted");
	if (layer_choice(c, false, &spec.choice, &spec.uid) < 0 ||
	    score_texts(c->project, &spec, &f, c->reply, c->progress,
	    &c->err) < 0)
		return -1;
	texts_text(c, "texts");
	return 0;
}

static const struct cmd_param confusion_params[] = {
	{ "MODEL", .ref = REF_MODEL, .required = true, .help = "which" },
	{ "--set", .type = CMD_CHOICE, .choices = "train|out|valid|test",
	    .def = "test", .help = "as of score" },
	{ "--label", .ref = REF_LABEL, .value = "L",
	    .help = "texts annotated with it" },
	{ "--predicted", .ref = REF_LABEL, .value = "P",
	    .help = "texts predicted to have it" },
	{ "--outcome", .type = CMD_CHOICE, .choices = "tn|fp|fn|tp",
	    .help = "of --label: true or false, negative or positive" },
	{ "--limit", .type = CMD_INT, .def = "0", .max = 1e9,
	    .help = "texts to list; 0: all" },
	PARAM_LAYER,
	{ NULL },
};

static const struct command cmd_confusion = {
	.name = "confusion", .group = "Models", .params = confusion_params,
	.help = "The texts behind a cell of the confusion matrix",
	.more = "False predictions come first, the surest first, then right "
	    "ones, the least sure first. Without label and prediction: all "
	    "false ones.",
	.needs_project = true, .lane = JOB_LONG, .run = confusion_run,
};

static void
difference_text(struct cmd_call *c, const char *key, const char *title)
{
	char ci_key[32];
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(c->reply, key), *ci;

	strcat(strcpy(ci_key, key), "_ci");
	ci = cJSON_GetObjectItemCaseSensitive(c->reply, ci_key);
	if (!cJSON_IsNumber(x))
		return;
	buf_addf(&c->text, "%-9s %+.3f", title, x->valuedouble);
	if (cJSON_GetArraySize(ci) == 2)
		buf_addf(&c->text, "  (%+.3f to %+.3f)",
		    cJSON_GetArrayItem(ci, 0)->valuedouble,
		    cJSON_GetArrayItem(ci, 1)->valuedouble);
	buf_addc(&c->text, '\n');
}

static int
compare_run(struct cmd_call *c)
{
	struct score_spec spec = { .model = cmd_str(c, "MODEL"),
		.set = cmd_str(c, "--set"),
		.seed = (uint64_t)cmd_int(c, "--seed") };
	const char *other = cmd_str(c, "OTHER");

	if (layer_choice(c, false, &spec.choice, &spec.uid) < 0 ||
	    score_compare(c->project, &spec, other, c->reply, c->progress,
	    &c->err) < 0)
		return -1;
	buf_addf(&c->text, "%s minus %s on %s:\n", spec.model, other,
	    spec.set);
	difference_text(c, "accuracy", "accuracy");
	difference_text(c, "f1_macro", "F1 macro");
	return 0;
}

static const struct cmd_param compare_params[] = {
	{ "MODEL", .ref = REF_MODEL, .required = true, .help = "one model" },
	{ "OTHER", .ref = REF_MODEL, .required = true, .help =
	    "what it is compared with" },
	{ "--set", .type = CMD_CHOICE, .choices = "train|out|valid|test",
	    .def = "test", .help = "both were scored on it" },
	PARAM_LAYER,
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "of the intervals" },
	{ NULL },
};

static const struct command cmd_compare = {
	.name = "compare", .group = "Models", .params = compare_params,
	.help = "How much better one model is than another, on the same texts",
	.more = "The first one's scores minus the second one's, with 95 % "
	    "intervals by paired bootstrap: where one holds 0, these texts "
	    "tell no difference.",
	.needs_project = true, .lane = JOB_LONG, .run = compare_run,
	.changes = CHANGES_MODELS, .reads = true,
};

static const struct cmd_param score_params[] = {
	{ "MODEL", .ref = REF_MODEL, .required = true, .help = "which" },
	{ "--set", .type = CMD_CHOICE, .choices = "train|out|valid|test",
	    .def = "test", .help =
	    "out: train texts that the model did not learn from" },
	{ "--errors", .type = CMD_FLAG, .help =
	    "list the false predictions, the surest first" },
	PARAM_LAYER,
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "of the intervals" },
	{ NULL },
};

static const struct command cmd_score = {
	.name = "score", .group = "Models", .params = score_params,
	.help = "A model's predictions against the annotations",
	.more = "Metrics come with 95 % bootstrap intervals. Of the "
	    "probabilities: ROC AUC, of each label against the rest; the Brier "
	    "score; the log loss; and the expected calibration error, over "
	    "ten bins of the predicted label's probability, in a multi-label "
	    "scheme of every label's. Few texts make this error too large by "
	    "chance, which its interval takes off. Each look at a test set's "
	    "scores is counted.",
	.needs_project = true, .lane = JOB_LONG, .run = score_run,
	.changes = CHANGES_MODELS, .reads = true,
};

const struct command *const cmds_model[] = {
	&cmd_quick_train, &cmd_quick_curve, &cmd_quick_list,
	&cmd_quick_show, &cmd_quick_delete, &cmd_bert_train, &cmd_bert_resume,
	&cmd_bert_list, &cmd_bert_show, &cmd_bert_rename, &cmd_bert_delete,
	&cmd_score, &cmd_confusion, &cmd_compare, NULL
};
