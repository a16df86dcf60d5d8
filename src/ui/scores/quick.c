/* Quick: the quick models, and how the chosen one does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "models.h"

#define CURVE_LEAST 100 /* labels from which training makes the curve too */

struct quick_state {
	struct models m;
};

static void
quick_fetched(struct view *v, struct fetch *f)
{
	struct quick_state *s = v->state;

	models_take(&s->m, f);
}

static void
quick_reload(struct view *v, bool soft)
{
	struct quick_state *s = v->state;

	(void)soft;
	models_fetch(v, "quick", s->m.chosen, quick_fetched);
}

static void
quick_close(struct view *v)
{
	struct quick_state *s = v->state;

	models_free(&s->m);
}

static void
quick_head(struct view *v, struct buf *left, struct buf *right)
{
	struct quick_state *s = v->state;
	char tagged[32];

	buf_addf(left, "quick models%s%s", s->m.scheme != NULL ? " · " : "",
	    s->m.scheme != NULL ? s->m.scheme : "");
	if (s->m.scheme == NULL)
		return;
	count_text(s->m.tagged, tagged);
	buf_addf(right, "%s texts tagged · %zu feature%s", tagged,
	    s->m.nfeatures, s->m.nfeatures == 1 ? "" :
		    "s");
}

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct model *m = &((const struct quick_state *)of)->m.v[at];
	cJSON *metrics = cJSON_Parse(m->metrics);
	cJSON *params = cJSON_Parse(m->params);
	const cJSON *features = reply_item(params, "features"), *x;
	struct buf b = BUF_INIT, names = BUF_INIT;
	char ago[32];

	cJSON_ArrayForEach(x, features)
		buf_addf(&names, "%s%s", names.len > 0 ? "," : "",
		    cJSON_IsString(x) ? x->valuestring : "");
	ui_ago(m->time, ago);
	if (reply_item(metrics, "cv") != NULL) {
		buf_adds(&b, "CV ");
		metrics_short(reply_item(metrics, "cv"), &b);
	} else if (reply_item(metrics, "exact") != NULL) {
		buf_adds(&b, "exact ");
		metrics_short(reply_item(metrics, "exact"), &b);
	}
	scr_cut(y, 3, 12, here ? ST_STRONG : ST_TEXT, m->name);
	scr_cut(y, 16, 11, ST_TEXT, m->method);
	scr_cut(y, 28, 13, ST_TEXT, buf_str(&names));
	scr_cut(y, 42, w - 50, ST_TEXT, buf_str(&b));
	scr_rightf(y, w - 8, 7, ST_TEXT, "%s", ago);
	buf_free(&b);
	buf_free(&names);
	cJSON_Delete(metrics);
	cJSON_Delete(params);
}

static void
nothing_draw(const struct quick_state *s, struct rect r)
{
	scr_paragraph((struct rect){ r.y + 1, 2, r.h, r.w - 4 < 76 ?
	    r.w - 4 : 76 }, ST_TEXT, !may(cmd_find("quick train"), NULL) ?
	    "No quick model yet: a manager trains one. It predicts all "
	    "texts, and Tag can then choose by what it is unsure of." :
	    s->m.nfeatures == 0 ?
	    "A quick model learns from features: numbers made of the "
	    "texts. There is none yet; F2 and 6 make one (sbert where "
	    "a base model is at hand, else tfidf)." :
	    "No quick model yet. Tag a few dozen texts of at least "
	    "two labels, then press a to train one; it predicts all "
	    "texts, and Tag can then choose by what it is unsure of.");
}

#define TABLE 47 /* columns of the metrics without their bars */

/* Without these words. */
static void
buf_cut(struct buf *b, const char *words)
{
	char *at = strstr(b->data, words);

	if (at == NULL)
		return;
	b->len -= strlen(words);
	memmove(at, at + strlen(words), strlen(at + strlen(words)) + 1);
}

/* Right of the metrics: F1 by labels, and what more would bring. */
static void
curve_pane(const struct quick_state *s, struct rect r)
{
	const struct learning *l = &s->m.learning;
	int h = r.h - 2 < 14 ? r.h - 2 : 14;
	struct buf b = BUF_INIT;

	scr_put(r.y, r.x, r.w, ST_STRONG, "F1 macro by labels");
	if (r.w >= 60)
		scr_put(r.y, r.x + 20, r.w - 20, ST_TEXT, "dots: 95 % "
		    "interval");
	if (l->n > 0 && !isnan(l->f1[l->n - 1]))
		scr_rightf(r.y, r.x, r.w - 1, ST_STRONG, "%.3f",
		    l->f1[l->n - 1]);
	plot_learning((struct rect){ r.y + 1, r.x, h, r.w }, l, r.w < 44);
	learning_words(l, &b);
	if (b.len == 0)
		buf_adds(&b, "too few folds for an estimate");
	else if (glyph_width(buf_str(&b), b.len) > r.w)
		buf_cut(&b, "about ");
	scr_cut(r.y + 1 + h, r.x, r.w, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static void
quick_draw(struct view *v, struct rect r)
{
	struct quick_state *s = v->state;
	bool curve = s->m.learning.n > 0 && r.w >= TABLE + 26;
	int y = r.y, used, rows;
	struct rect rest;

	if (s->m.n == 0) {
		nothing_draw(s, r);
		return;
	}
	rows = (int)s->m.n < 5 ? (int)s->m.n : 5;
	list_draw(&s->m.list, s->m.n, (struct rect){ y, 0, rows, r.w },
	    row_draw, s);
	y += rows;
	scr_rule(y++, 0, r.w);
	rest = (struct rect){ y, 0, r.y + r.h - y, r.w };
	if (curve) {
		rest.w = r.w < 120 ? TABLE : r.w / 2;
		curve_pane(s, (struct rect){ y, rest.w + 1, rest.h,
			r.w - rest.w - 1 });
	}
	used = metrics_draw(rest, reply_item(s->m.metrics, "cv"),
	    "cross-validated");
	if (used > 0)
		used++;
	rest.y += used;
	rest.h -= used;
	metrics_draw(rest, reply_item(s->m.metrics, "exact"), "exact");
}

static void
delete_ask(struct view *v, const struct model *m)
{
	char *text = xasprintf("delete %s and its predictions?", m->name);

	confirm_run(v, text, "yes, delete it", (const char *[]){ "quick",
		"delete", "--", m->name, NULL });
	free(text);
}

/* ---- the learning curve ---- */

static void
curve_made(struct view *v, struct cmd_call *c, int result)
{
	const cJSON *gain = reply_item(c->reply, "gain");
	const cJSON *ci = reply_item(gain, "f1_macro_ci");
	struct learning l = { .more = (int64_t)reply_num(gain, "labels", 0),
		.gain = reply_num(gain, "f1_macro", NAN),
		.gain_lo = reply_num_at(ci, 0),
		.gain_hi = reply_num_at(ci, 1) };
	struct buf b = BUF_INIT;

	(void)v;
	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	learning_words(&l, &b);
	ui_message(MSG_DONE, "learning curve of %s%s%s", reply_str(c->reply,
	    "model"), b.len > 0 ? ": " : "", buf_str(&b));
	buf_free(&b);
}

/* quietly: after a training, nobody asked for it. */
static void
curve_start(struct view *v, const char *model, double folds, bool quietly)
{
	struct cmd_call *c;
	char cv[16];

	snprintf(cv, sizeof cv, "%.0f", folds >= 2 ? folds : 10);
	c = call_words((const char *[]){ "quick", "curve", "--name", model,
		"--cv", cv, NULL });
	if (c != NULL && quietly)
		run_quietly(c);
	else if (c != NULL)
		run_call(v, c, curve_made);
}

static void
quick_trained(struct view *v, struct cmd_call *c, int result)
{
	struct quick_state *s = v->state;
	const char *name = reply_str(c->reply, "model");
	struct buf b = BUF_INIT;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	metrics_short(reply_item(c->reply, "cv") != NULL ?
	    reply_item(c->reply, "cv") : reply_item(c->reply, "exact"), &b);
	ui_message(MSG_DONE, "%s learned from %s texts: %s", name,
	    COUNT(reply_num(c->reply, "n", 0)), buf_str(&b));
	buf_free(&b);
	free(s->m.chosen);
	s->m.chosen = xstrdup(name);
	/* where there are enough labels for a curve, it follows */
	if (reply_item(c->reply, "cv") != NULL &&
	    reply_num(c->reply, "n", 0) >= CURVE_LEAST)
		curve_start(v, name, reply_num(reply_item(c->reply, "cv"),
		    "folds", 10), true);
}

/* As it was trained before, on the labels as they are now. */
static void
retrain(struct view *v, const struct model *m)
{
	cJSON *params = cJSON_Parse(m->params);
	struct cmd_call *c;
	char folds[16];

	snprintf(folds, sizeof folds, "%.0f", reply_num(params, "cv", 10));
	c = call_words((const char *[]){ "quick", "train", "--name", m->name,
		"--cv", folds, NULL });
	if (c != NULL)
		run_call(v, c, quick_trained);
	cJSON_Delete(params);
}

static unsigned
quick_act(struct view *v, struct cmd_call *c)
{
	struct quick_state *s = v->state;
	const char *name = c->command->name;
	const struct model *m = models_here(&s->m);

	if (strcmp(name, "move") == 0) {
		models_move(v, &s->m, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "start") == 0 ||
	    (strcmp(name, "enter") == 0 && s->m.n == 0)) {
		form_open(v, "quick train", (const char *[]){ "--cv", "10",
			NULL }, quick_trained);
	} else if (strcmp(name, "retrain") == 0 && m != NULL) {
		retrain(v, m);
	} else if (strcmp(name, "curve") == 0 && m != NULL) {
		curve_start(v, m->name, 10, false);
	} else if (strcmp(name, "export-shown") == 0 && m != NULL) {
		chart_ask(v, "learning", m->name, NULL);
	} else if (strcmp(name, "delete-model") == 0 && m != NULL) {
		delete_ask(v, m);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static bool
quick_fill(struct view *v, const char *name, struct buf *out)
{
	return models_fill(&((struct quick_state *)v->state)->m, name, out);
}

static const char *
quick_term(struct view *v)
{
	struct quick_state *s = v->state;

	if (s->m.n == 0)
		return NULL;
	return s->m.learning.n > 0 ? "learning curve, cross-validated, "
	    "F1 macro, interval" : "cross-validated, exact, F1 macro, interval";
}

static const char *const contexts[] = { "quick", "list", "any", NULL };

static const struct lead leads[] = {
	{ "start", "quick train" },
	{ "retrain", "quick train" },
	{ "curve", "quick curve" },
	{ "delete-model", "quick delete" },
	{ "export-shown", "export learning" },
	{ NULL, NULL },
};

const struct view_ops view_quick = {
	.name = "quick", .title = "Quick", .contexts = contexts,
	.leads = leads,
	.state_size = sizeof(struct quick_state),
	.shows = CHANGES_MODELS | CHANGES_FEATURES | CHANGES_ANNOTATIONS |
	    CHANGES_SCHEMES,
	.close = quick_close, .draw = quick_draw, .head = quick_head,
	.act = quick_act, .reload = quick_reload, .term = quick_term,
	.fill = quick_fill,
};
