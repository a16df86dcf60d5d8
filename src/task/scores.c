#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/metrics.h"
#include "tagtiger/scores.h"
#include "tagtiger/targets.h"
#include "tagtiger/utf8.h"

static cJSON *
number(double x)
{
	return isnan(x) ? cJSON_CreateNull() : cJSON_CreateNumber(x);
}

static void
add_metric(cJSON *object, const char *name, double x,
    const struct interval *ci)
{
	char key[64];
	cJSON *pair;

	cJSON_AddItemToObject(object, name, number(x));
	if (isnan(ci->lo))
		return;
	strcat(strcpy(key, name), "_ci");
	pair = cJSON_AddArrayToObject(object, key);
	cJSON_AddItemToArray(pair, number(ci->lo));
	cJSON_AddItemToArray(pair, number(ci->hi));
}

static cJSON *
label_json(const struct label_metrics *l, const char *name)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "label", name);
	cJSON_AddItemToObject(o, "precision", number(l->precision));
	cJSON_AddItemToObject(o, "recall", number(l->recall));
	add_metric(o, "f1", l->f1, &l->f1_ci);
	cJSON_AddNumberToObject(o, "support", (double)l->support);
	return o;
}

static cJSON *
confusion_row(const struct metrics *m, size_t i)
{
	cJSON *row = cJSON_CreateArray();
	const struct label_metrics *l = &m->label[i];
	const int64_t cells[4] = { l->tn, l->fp, l->fn, l->tp };
	size_t n = m->multilabel ? 4 : m->k;

	for (size_t j = 0; j < n; j++)
		cJSON_AddItemToArray(row, cJSON_CreateNumber((double)
		    (m->multilabel ? cells[j] : m->confusion[i * m->k + j])));
	return row;
}

/* Adds to the object, so that model and set can stand first. */
static void
scores_json(cJSON *object, const struct metrics *m, char *const *labels)
{
	cJSON *list, *confusion, *names, *counts;

	cJSON_AddNumberToObject(object, "n", (double)m->n);
	add_metric(object, "accuracy", m->accuracy, &m->accuracy_ci);
	add_metric(object, "f1_micro", m->micro.f1, &m->f1_micro_ci);
	add_metric(object, "f1_macro", m->macro.f1, &m->f1_macro_ci);
	add_metric(object, "f1_weighted", m->weighted.f1, &m->f1_weighted_ci);
	add_metric(object, "roc_auc", m->prob.roc_auc, &m->prob_ci.roc_auc);
	add_metric(object, "brier", m->prob.brier, &m->prob_ci.brier);
	add_metric(object, "log_loss", m->prob.log_loss, &m->prob_ci.log_loss);
	add_metric(object, "ece", m->prob.ece, &m->prob_ci.ece);
	list = cJSON_AddArrayToObject(object, "labels");
	confusion = cJSON_AddObjectToObject(object, "confusion");
	names = cJSON_AddArrayToObject(confusion, "labels");
	counts = cJSON_AddArrayToObject(confusion, "counts");
	for (size_t i = 0; i < m->k; i++) {
		cJSON_AddItemToArray(list, label_json(&m->label[i], labels[i]));
		cJSON_AddItemToArray(names, cJSON_CreateString(labels[i]));
		cJSON_AddItemToArray(counts, confusion_row(m, i));
	}
}

/* Intervals of many texts are narrow: fewer resamples tell their ends as well
 * as anybody needs them. */
static int
resamples_of(const struct targets *t)
{
	size_t cells = t->n * t->k, most = METRICS_RESAMPLES * (size_t)100000;

	return cells * METRICS_RESAMPLES <= most ? METRICS_RESAMPLES :
	    cells * 200 >= most ? 200 : (int)(most / cells);
}

int
scores_measure(const struct targets *t, const float *prob, uint64_t seed,
    struct progress *progress, cJSON *object, struct err *err)
{
	struct metrics m = { 0 };
	uint8_t *multi = NULL;
	int *y = NULL, rc = -1;

	if (t->multilabel) {
		multi = xcalloc(t->n, t->k);
		predict_multilabel(prob, t->n, t->k, 0.5f, multi);
		if (metrics_multilabel(&m, t->multi, multi, t->n, t->k,
		    err) == 0)
			rc = metrics_bootstrap_multilabel(&m, t->multi, multi,
			    prob, resamples_of(t), seed, 0, progress, err);
	} else {
		y = xcalloc(t->n, sizeof *y);
		predict_classes(prob, t->n, t->k, y);
		if (metrics_classes(&m, t->y, y, t->n, t->k, err) == 0)
			rc = metrics_bootstrap(&m, t->y, y, prob,
			    resamples_of(t), seed, 0, progress, err);
	}
	if (rc == 0)
		scores_json(object, &m, t->name);
	metrics_free(&m);
	free(multi);
	free(y);
	return rc;
}

static double
value(const cJSON *object, const char *key)
{
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(x) ? x->valuedouble : NAN;
}

bool
scores_binary(const cJSON *scores)
{
	const cJSON *counts = cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(scores, "confusion"), "counts");
	const cJSON *row, *cell;
	double n = value(scores, "n"), sum;

	cJSON_ArrayForEach(row, counts) {
		sum = 0;
		cJSON_ArrayForEach(cell, row)
			sum += cell->valuedouble;
		if (cJSON_GetArraySize(row) != 4 || sum != n)
			return false;
	}
	return cJSON_GetArraySize(counts) > 0;
}

static void
text_value(struct buf *out, double x)
{
	if (isnan(x))
		buf_adds(out, "     –");
	else
		buf_addf(out, "%6.3f", x);
}

static void
text_metric(struct buf *out, const cJSON *scores, const char *key,
    const char *title)
{
	const cJSON *ci;
	char name[64];

	/* scores of an older version of the program have not all */
	if (!cJSON_HasObjectItem(scores, key))
		return;
	buf_addf(out, "%-13s", title);
	text_value(out, value(scores, key));
	strcat(strcpy(name, key), "_ci");
	ci = cJSON_GetObjectItemCaseSensitive(scores, name);
	if (cJSON_GetArraySize(ci) == 2)
		buf_addf(out, "  (%.3f to %.3f)",
		    cJSON_GetArrayItem(ci, 0)->valuedouble,
		    cJSON_GetArrayItem(ci, 1)->valuedouble);
	buf_addc(out, '\n');
}

void
scores_text(struct buf *out, const cJSON *scores)
{
	const cJSON *labels, *l, *name;
	int width = 5, w;

	text_metric(out, scores, "accuracy", "accuracy");
	text_metric(out, scores, "f1_macro", "F1 macro");
	text_metric(out, scores, "f1_micro", "F1 micro");
	text_metric(out, scores, "f1_weighted", "F1 weighted");
	text_metric(out, scores, "roc_auc", "ROC AUC");
	text_metric(out, scores, "brier", "Brier score");
	text_metric(out, scores, "log_loss", "log loss");
	text_metric(out, scores, "ece", "ECE");
	labels = cJSON_GetObjectItemCaseSensitive(scores, "labels");
	cJSON_ArrayForEach(l, labels) {
		name = cJSON_GetObjectItemCaseSensitive(l, "label");
		w = utf8_width(name->valuestring, strlen(name->valuestring));
		width = w > width ? w : width;
	}
	buf_addf(out, "%-*s  %6s %6s %6s %6s\n", width, "label", "F1", "P", "R",
	    "texts");
	cJSON_ArrayForEach(l, labels) {
		name = cJSON_GetObjectItemCaseSensitive(l, "label");
		w = utf8_width(name->valuestring, strlen(name->valuestring));
		buf_addf(out, "%s%*s  ", name->valuestring, width - w, "");
		text_value(out, value(l, "f1"));
		buf_addc(out, ' ');
		text_value(out, value(l, "precision"));
		buf_addc(out, ' ');
		text_value(out, value(l, "recall"));
		buf_addf(out, " %6.0f\n", value(l, "support"));
	}
}
