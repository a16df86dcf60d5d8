#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/chart.h"
#include "tagtiger/curve.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/project.h"

static int
look(struct project *writer, void *arg, struct err *err)
{
	const int64_t *id = arg;

	return score_looked(writer, *id, err);
}

/* The newest scores on the set, as kept; the caller deletes. */
static cJSON *
stored_scores(struct project *p, const struct model *m, const char *set,
    struct err *err)
{
	cJSON *o = NULL, *metrics;
	struct score *v = NULL;
	size_t n = 0;

	if (strcmp(set, "cv") == 0) {
		metrics = cJSON_Parse(m->metrics);
		o = cJSON_DetachItemFromObjectCaseSensitive(metrics, "cv");
		cJSON_Delete(metrics);
		if (o == NULL)
			err_set(err, "%s was not cross-validated: `quick "
			    "train --name %s --cv 10` does it", m->name,
			    m->name);
		return o;
	}
	if (score_list(p, m->id, &v, &n, err) < 0)
		return NULL;
	for (size_t i = 0; i < n && o == NULL; i++) {
		if (strcmp(v[i].set, set) != 0)
			continue;
		o = cJSON_Parse(v[i].json);
		if (strcmp(set, "test") == 0 && project_record(p, look,
		    &v[i].id, err) < 0) {
			cJSON_Delete(o);
			o = NULL;
			goto out;
		}
	}
	if (o == NULL)
		err_set(err, "%s was not scored on the %s set: `score %s "
		    "--set %s` does it", m->name, set, m->name, set);
out:
	score_list_free(v, n);
	return o;
}

static int
draw_curve(struct project *p, const struct model *m, enum chart chart,
    struct buf *out, struct err *err)
{
	struct curve_point *rows = NULL;
	struct learning l;
	char *title;
	size_t n;
	int rc = 0;

	if (curve_get(p, m->id, &rows, &n, err) < 0)
		return -1;
	title = xasprintf(chart == CHART_LOSS ? "%s: loss" :
	    "%s: learning curve, cross-validated", m->name);
	learning_read(&l, rows, n);
	if (chart == CHART_LEARNING && l.n == 0)
		rc = err_set(err, "%s has no learning curve: `quick curve "
		    "--name %s` makes it", m->name, m->name);
	else if (chart == CHART_LEARNING)
		chart_learning(out, title, &l);
	else if (n == 0 || strcmp(m->kind, "bert") != 0)
		rc = err_set(err, "%s has no loss curve: only fine-tuned "
		    "models do", m->name);
	else
		chart_loss(out, title, rows, n);
	learning_free(&l);
	free(title);
	free(rows);
	return rc;
}

static int
draw_scores(struct project *p, const struct model *m,
    const struct chart_spec *spec, struct buf *out, struct err *err)
{
	cJSON *scores = stored_scores(p, m, spec->set, err);
	char *title;

	if (scores == NULL)
		return -1;
	title = xasprintf(strcmp(spec->set, "cv") == 0 ?
	    "%s, cross-validated%s" : "%s on %s", m->name,
	    strcmp(spec->set, "cv") == 0 ? "" : spec->set);
	(spec->chart == CHART_SCORES ? chart_scores : chart_confusion)(out,
	    title, scores);
	free(title);
	cJSON_Delete(scores);
	return 0;
}

int
export_chart(struct project *p, const struct chart_spec *spec, cJSON *reply,
    struct err *err)
{
	bool scores = spec->chart == CHART_SCORES ||
	    spec->chart == CHART_CONFUSION;
	struct buf svg = BUF_INIT;
	struct model m;
	int rc;

	if (model_find(p, spec->model, &m, err) < 0)
		return -1;
	rc = scores ? draw_scores(p, &m, spec, &svg, err) :
	    draw_curve(p, &m, spec->chart, &svg, err);
	if (rc == 0)
		rc = file_write(spec->out, svg.data, svg.len, err);
	if (rc == 0) {
		cJSON_AddStringToObject(reply, "model", m.name);
		if (scores)
			cJSON_AddStringToObject(reply, "set", spec->set);
		cJSON_AddStringToObject(reply, "file", spec->out);
		cJSON_AddNumberToObject(reply, "bytes", (double)svg.len);
	}
	buf_free(&svg);
	model_free(&m);
	return rc;
}
