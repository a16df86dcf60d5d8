#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/current.h"

#include "models.h"

static int
read_chosen(struct models *m)
{
	size_t at = models_at(m);

	if (m->n == 0)
		return 0;
	free(m->chosen);
	m->chosen = xstrdup(m->v[at].name);
	m->metrics = cJSON_Parse(m->v[at].metrics);
	if (curve_get(ui.project, m->v[at].id, &m->curve, &m->ncurve,
	    &m->err) < 0)
		return -1;
	learning_read(&m->learning, m->curve, m->ncurve);
	return score_list(ui.project, m->v[at].id, &m->scores, &m->nscores,
	    &m->err);
}

static int
fetch_run(struct fetch *f)
{
	struct models *m = f->data;
	struct feature *features = NULL;
	struct scheme s = { 0 };
	struct annot_query q = { .choice = CHOICE_ALL,
		.sets = SET_BIT(SET_TRAIN) };
	struct annot_counts counts = { 0 };

	if (current_scheme(ui.project, &s, &m->err) == 0) {
		q.scheme = s.id;
		if (annot_count(ui.project, &q, &counts, &m->err) == 0)
			m->tagged = (long)counts.tagged;
		annot_counts_free(&counts);
		m->scheme = xstrdup(s.name);
		scheme_free(&s);
	}
	if (feature_list(ui.project, &features, &m->nfeatures, &m->err) < 0)
		return -1;
	feature_list_free(features, m->nfeatures);
	if (model_list(ui.project, 0, m->kind, &m->v, &m->n, &m->err) < 0)
		return -1;
	return read_chosen(m);
}

void
models_free(struct models *m)
{
	model_list_free(m->v, m->n);
	score_list_free(m->scores, m->nscores);
	free(m->curve);
	learning_free(&m->learning);
	free(m->chosen);
	free(m->scheme);
	cJSON_Delete(m->metrics);
	memset(m, 0, sizeof *m);
}

static void
fetch_drop(void *data)
{
	models_free(data);
	free(data);
}

void
models_fetch(struct view *v, const char *kind, const char *chosen,
    void (*done)(struct view *, struct fetch *))
{
	struct models *m = xcalloc(1, sizeof *m);

	m->kind = kind;
	m->chosen = xstrdup(chosen);
	fetch_start(v, fetch_new(fetch_run, done, fetch_drop, m));
}

bool
models_take(struct models *m, struct fetch *f)
{
	struct models *got = f->data;
	struct list list = m->list;

	if (f->job.result < 0) {
		ui_error(&got->err);
		return false;
	}
	models_free(m);
	*m = *got;
	memset(got, 0, sizeof *got);
	m->list = list;
	m->list.at = models_at(m);
	list_fit(&m->list, m->n);
	return true;
}

size_t
models_at(const struct models *m)
{
	for (size_t i = 0; m->chosen != NULL && i < m->n; i++)
		if (strcmp(m->v[i].name, m->chosen) == 0)
			return i;
	return m->n > 0 ? m->n - 1 : 0; /* the newest */
}

/* ---- a list of them ---- */

const struct model *
models_here(const struct models *m)
{
	return m->list.at < m->n ? &m->v[m->list.at] : NULL;
}

void
models_move(struct view *v, struct models *m, const char *where)
{
	list_move(&m->list, where);
	if (models_here(m) == NULL)
		return;
	free(m->chosen);
	m->chosen = xstrdup(models_here(m)->name);
	v->stale = true;
}

bool
models_fill(const struct models *m, const char *name, struct buf *out)
{
	if (strcmp(name, "model") != 0 || models_here(m) == NULL)
		return false;
	buf_adds(out, models_here(m)->name);
	return true;
}

/* ---- metrics ---- */

void
metrics_short(const cJSON *metrics, struct buf *out)
{
	double f1 = reply_num(metrics, "f1_macro", NAN);
	const cJSON *ci = reply_item(metrics, "f1_macro_ci");

	if (isnan(f1))
		return;
	buf_addf(out, "F1 macro %.3f", f1);
	if (cJSON_GetArraySize(ci) == 2)
		buf_addf(out, " ±%.3f",
		    (reply_num_at(ci, 1) - reply_num_at(ci, 0)) / 2);
}

static void
number(int y, int x, double v)
{
	if (isnan(v))
		scr_put(y, x, 5, ST_TEXT, "    –");
	else
		scr_putf(y, x, 5, ST_TEXT, "%5.3f", v);
}

int
metrics_draw(struct rect r, const cJSON *metrics, const char *title)
{
	const cJSON *labels = reply_item(metrics, "labels"), *l;
	int y = r.y, bar = r.w - 57 > 20 ? 20 : r.w - 57, place = 0;
	static const char *const totals[][2] = { { "f1_macro", "F1 macro" },
		{ "f1_weighted", "F1 weighted" }, { "f1_micro", "F1 micro" },
		{ "accuracy", "accuracy" } };

	if (metrics == NULL || r.h < 2)
		return 0;
	scr_put(y, r.x + 1, 16, ST_STRONG, title);
	scr_put(y++, r.x + 18, r.w - 18, ST_TEXT,
	    "   F1  prec.  recall   texts");
	cJSON_ArrayForEach(l, labels) {
		double f1 = reply_num(l, "f1", NAN);
		const char *name = reply_str(l, "label");

		if (y >= r.y + r.h)
			return r.h;
		scr_cut(y, r.x + 1, 16, ST_TEXT, name != NULL ? name : "");
		number(y, r.x + 18, f1);
		number(y, r.x + 25, reply_num(l, "precision", NAN));
		number(y, r.x + 33, reply_num(l, "recall", NAN));
		scr_rightf(y, r.x + 38, 8, ST_TEXT, "%.0f",
		    reply_num(l, "support", 0));
		if (bar >= 6)
			scr_bar(y, r.x + 48, bar, style_label((size_t)place),
			    f1);
		place++;
		y++;
	}
	for (size_t i = 0; i < 4 && y < r.y + r.h; i++) {
		scr_put(y, r.x + 1, 16, i == 0 ? ST_STRONG : ST_TEXT,
		    totals[i][1]);
		number(y++, r.x + 18, reply_num(metrics, totals[i][0], NAN));
	}
	return y - r.y;
}

/* ---- charts as files ---- */

struct chart_request {
	char *chart, *model, *set;
};

static void
chart_drop(void *arg)
{
	struct chart_request *q = arg;

	free(q->chart);
	free(q->model);
	free(q->set);
	free(q);
}

static unsigned
chart_named(struct view *v, const char *text, void *arg)
{
	const struct chart_request *q = arg;
	struct cmd_call *c;

	if (text[0] == '\0')
		return R_CLOSE;
	c = call_words(q->set != NULL ? (const char *[]){ "export", q->chart,
		"--model", q->model, "--out", text, "--set", q->set, NULL } :
	    (const char *[]){ "export", q->chart, "--model", q->model, "--out",
		text, NULL });
	if (c != NULL)
		run_call(v, c, NULL);
	return R_CLOSE;
}

void
chart_ask(struct view *v, const char *chart, const char *model,
    const char *set)
{
	struct chart_request *q = xcalloc(1, sizeof *q);
	char *file = xasprintf("%s-%s.svg", model, chart);
	char *label = xasprintf("write %s as SVG to: ", chart);

	q->chart = xstrdup(chart);
	q->model = xstrdup(model);
	q->set = xstrdup(set);
	prompt_open(v, &(struct prompt){ .label = label, .initial = file,
		.path = true, .done = chart_named, .arg = q,
		.drop = chart_drop });
	free(label);
	free(file);
}
