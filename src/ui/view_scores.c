/*
 * Scores: a model on a set, its metrics with their intervals, the confusion
 * matrix, and the texts that it got wrong.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "models.h"

struct scores_state {
	struct models m;
	cJSON *score;	/* a reply of `score` */
	cJSON *errors;	/* of it, once asked for */
	bool listing;	/* the false predictions, not the metrics */
	struct list list;
	int rows;
	int cell;	/* of the confusion matrix, -1 none: row * n + column */
};

static void
score_take(struct scores_state *s, cJSON *score)
{
	cJSON_Delete(s->score);
	s->score = score;
	s->errors = cJSON_GetObjectItemCaseSensitive(score, "errors");
	s->list.at = s->list.top = 0;
	s->cell = -1;
}

/* A stored test score that is shown again is one more look. */
static int
looked_fetch(struct fetch *f)
{
	int64_t *id = f->data;

	return score_looked(ui.project, *id, NULL);
}

static void
scores_fetched(struct view *v, struct fetch *f)
{
	struct scores_state *s = v->state;
	struct models *m = f->data;
	const char *shown = reply_str(s->score, "model");
	int64_t *id;

	if (f->job.result < 0) {
		ui_error(&m->err);
		return;
	}
	models_move(&s->m, m);
	if (s->m.chosen == NULL || (shown != NULL && strcmp(shown,
	    s->m.chosen) == 0))
		return;
	score_take(s, NULL);
	for (size_t i = 0; i < s->m.nscores; i++) {
		const struct score *k = &s->m.scores[i];

		if (strcmp(k->set, "exact") == 0 || strcmp(k->set, "cv") == 0)
			continue;
		score_take(s, cJSON_Parse(k->json));
		if (strcmp(k->set, "test") != 0)
			return;
		id = xcalloc(1, sizeof *id);
		*id = k->id;
		fetch_start(v, fetch_new(looked_fetch, NULL, free, id));
		return;
	}
}

static void
scores_reload(struct view *v, bool soft)
{
	struct scores_state *s = v->state;

	(void)soft;
	models_fetch(v, NULL, s->m.chosen, scores_fetched);
}

static void
scores_open(struct view *v)
{
	struct scores_state *s = v->state;

	s->cell = -1;
}

static void
scores_close(struct view *v)
{
	struct scores_state *s = v->state;

	cJSON_Delete(s->score);
	models_free(&s->m);
}

static void
scores_head(struct view *v, struct buf *left, struct buf *right)
{
	struct scores_state *s = v->state;
	const char *set = reply_str(s->score, "set");
	double looks = reply_num(s->score, "looks", 0);

	if (s->m.n == 0) {
		buf_adds(left, "scores");
		return;
	}
	buf_adds(left, s->m.chosen);
	if (set == NULL)
		return;
	buf_addf(left, " on %s · %.0f texts", strcmp(set, "out") == 0 ?
	    "train texts it did not learn from" : set,
	    reply_num(s->score, "n", 0));
	if (strcmp(set, "test") == 0)
		buf_adds(left, ", blind");
	if (looks > 0)
		buf_addf(right, "looked at %.0f time%s", looks,
		    looks == 1 ? "" : "s");
}

/* ---- drawing ---- */

static int
totals_draw(const cJSON *score, int y, int w)
{
	static const char *const rows[][2] = { { "accuracy", "accuracy" },
		{ "f1_macro", "F1 macro" }, { "f1_micro", "F1 micro" },
		{ "f1_weighted", "F1 weigh." } };
	int scale = w >= 44 ? w - 20 : 0;

	if (scale > 0) {
		scr_put(y, 18, 4, ST_TEXT, "0.0");
		scr_put(y, 18 + scale / 2 - 1, 4, ST_TEXT, "0.5");
		scr_put(y++, 18 + scale - 3, 4, ST_TEXT, "1.0");
	}
	for (size_t i = 0; i < 4; i++) {
		double at = reply_num(score, rows[i][0], NAN);
		char *ci_name = xasprintf("%s_ci", rows[i][0]);
		const cJSON *ci = reply_item(score, ci_name);

		scr_put(y, 1, 10, ST_STRONG, rows[i][1]);
		if (isnan(at))
			scr_put(y, 12, 5, ST_TEXT, "–");
		else
			scr_putf(y, 12, 5, ST_STRONG, "%.3f", at);
		if (scale > 0)
			plot_interval(y, 18, scale, 0, 1, at,
			    reply_num_at(ci, 0), reply_num_at(ci, 1));
		free(ci_name);
		y++;
	}
	return y;
}

static int
labels_draw(const cJSON *score, int y, int end, int w)
{
	const cJSON *l;
	double v[3];

	cJSON_ArrayForEach(l, reply_item(score, "labels")) {
		if (y >= end)
			break;
		v[0] = reply_num(l, "f1", NAN);
		v[1] = reply_num(l, "precision", NAN);
		v[2] = reply_num(l, "recall", NAN);
		scr_cut(y, 1, 12, ST_TEXT, reply_str(l, "label"));
		for (int i = 0; i < 3; i++) {
			static const char *const names[] = { "", "P", "R" };
			int x = 14 + i * 7;

			scr_put(y, x - (i > 0), 1, ST_TEXT, names[i]);
			if (isnan(v[i]))
				scr_put(y, x + 1, 4, ST_TEXT, "  –");
			else
				scr_putf(y, x + 1, 4, i == 0 ? ST_STRONG :
				    ST_TEXT, v[i] >= 0.9995 ? "1.00" : "%.2f",
				    v[i]);
		}
		scr_rightf(y, 35, w - 36 < 11 ? w - 36 : 11, ST_TEXT,
		    "%.0f texts", reply_num(l, "support", 0));
		y++;
	}
	return y;
}

static double
largest(const cJSON *counts)
{
	const cJSON *row;
	double most = 0;

	cJSON_ArrayForEach(row, counts)
		for (int i = 0; i < cJSON_GetArraySize(row); i++)
			most = fmax(most, reply_num_at(row, i));
	return most;
}

/* A click stands for the arrows; two are Enter. */
static bool
cell_hit(struct view *v, const struct hot *h, int y, int x, bool twice)
{
	struct scores_state *s = v->state;

	(void)y;
	(void)x;
	s->cell = (int)h->arg;
	if (twice)
		view_key(K_ENTER);
	return true;
}

static void
confusion_draw(const struct scores_state *s, struct rect r)
{
	const cJSON *c = reply_item(s->score, "confusion");
	const cJSON *names = reply_item(c, "labels");
	const cJSON *counts = reply_item(c, "counts"), *row;
	int n = cJSON_GetArraySize(names), y = r.y, width, most;

	if (n == 0 || r.h < 4 || r.w < 20)
		return;
	/* as wide as the screen lets it, and as the numbers need */
	width = (r.w - 10) / n;
	width = width > 6 ? 6 : width < 3 ? 3 : width;
	if (largest(counts) >= 100 && width < 4)
		width = 4;
	most = (r.w - 10) / width;
	scr_put(y++, r.x + 10, r.w - 10, ST_TEXT, "predicted");
	for (int j = 0; j < n && j < most; j++)
		scr_put(y, r.x + 11 + j * width, width - 1, ST_TEXT,
		    cJSON_GetStringValue(cJSON_GetArrayItem(names, j)));
	y++;
	for (int i = 0; i < n && y < r.y + r.h; i++, y++) {
		row = cJSON_GetArrayItem(counts, i);
		scr_cut(y, r.x, 9, ST_TEXT,
		    cJSON_GetStringValue(cJSON_GetArrayItem(names, i)));
		for (int j = 0; j < n && j < most; j++) {
			double k = reply_num_at(row, j);
			bool here = s->cell == i * n + j;

			hot_add(&(struct hot){ .r = { y, r.x + 10 + j * width,
				1, width }, .hit = cell_hit, .arg = i * n + j });
			if (k == 0 && !here)
				scr_put(y, r.x + 9 + (j + 1) * width, 1,
				    ST_TEXT, "·");
			else
				scr_rightf(y, r.x + 10 + j * width, width,
				    here ? ST_MATCH : i == j ? ST_STRONG :
				    ST_TEXT, "%.0f", k);
			if (here)
				scr_cursor(y, r.x + 9 + (j + 1) * width);
		}
	}
	if (n > most && y < r.y + r.h)
		scr_putf(y, r.x, r.w, ST_TEXT, "%d more on a wider screen",
		    n - most);
}

/* Multi-label: true and false, positive and negative, a label a row. */
static void
binary_draw(const struct scores_state *s, struct rect r)
{
	const cJSON *c = reply_item(s->score, "confusion");
	const cJSON *names = reply_item(c, "labels");
	const cJSON *counts = reply_item(c, "counts");
	int y = r.y;

	scr_put(y++, r.x + 10, r.w - 10, ST_TEXT, "   tn   fp   fn   tp");
	for (int i = 0; i < cJSON_GetArraySize(names) && y < r.y + r.h; i++) {
		const cJSON *row = cJSON_GetArrayItem(counts, i);

		scr_cut(y, r.x, 9, ST_TEXT,
		    cJSON_GetStringValue(cJSON_GetArrayItem(names, i)));
		for (int j = 0; j < 4; j++)
			scr_rightf(y, r.x + 10 + j * 5, 5, ST_TEXT, "%.0f",
			    reply_num_at(row, j));
		y++;
	}
}

/* A row of a multi-label matrix is [tn,fp,fn,tp]: all texts. */
static bool
is_binary(const cJSON *score)
{
	const cJSON *row, *counts = reply_item(reply_item(score, "confusion"),
	    "counts");
	double n = reply_num(score, "n", 0), sum;

	cJSON_ArrayForEach(row, counts) {
		sum = 0;
		for (int i = 0; i < cJSON_GetArraySize(row); i++)
			sum += reply_num_at(row, i);
		if (cJSON_GetArraySize(row) != 4 || sum != n)
			return false;
	}
	return cJSON_GetArraySize(counts) > 0;
}

static bool
in_cell(const struct scores_state *s, const cJSON *error)
{
	const cJSON *names = reply_item(reply_item(s->score, "confusion"),
	    "labels");
	int n = cJSON_GetArraySize(names);
	const char *label, *prediction;

	if (s->cell < 0 || n == 0)
		return true;
	label = cJSON_GetStringValue(cJSON_GetArrayItem(names, s->cell / n));
	prediction = cJSON_GetStringValue(cJSON_GetArrayItem(names,
	    s->cell % n));
	return strcmp(reply_str(error, "label"), label) == 0 &&
	    strcmp(reply_str(error, "prediction"), prediction) == 0;
}

static const cJSON *
error_at(const struct scores_state *s, size_t at)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, s->errors)
		if (in_cell(s, e) && at-- == 0)
			return e;
	return NULL;
}

static void
errors_draw(struct scores_state *s, struct rect r)
{
	size_t n = 0;
	const cJSON *e;

	cJSON_ArrayForEach(e, s->errors)
		n += in_cell(s, e);
	s->rows = r.h - 2;
	list_fit(&s->list, n, s->rows);
	hot_rows(&s->list, r.y + 2, 0, r.w, s->rows);
	scr_putf(r.y, 1, r.w - 2, ST_STRONG, "%zu false prediction%s, the "
	    "surest first", n, n == 1 ? "" : "s");
	for (int i = 0; i < s->rows; i++) {
		size_t at = s->list.top + (size_t)i;
		int y = r.y + 2 + i;

		if (at >= n || (e = error_at(s, at)) == NULL)
			break;
		scr_put(y, 1, 1, ST_ACCENT, at == s->list.at ? "▸" : " ");
		scr_cut(y, 3, 10, ST_TEXT, reply_str(e, "id"));
		scr_cut(y, 14, 12, ST_TEXT, reply_str(e, "label"));
		scr_put(y, 27, 2, ST_TEXT, "→");
		scr_cut(y, 30, 12, ST_TEXT, reply_str(e, "prediction"));
		scr_putf(y, 43, 4, ST_TEXT, "%.2f",
		    reply_num(e, "probability", 0));
		scr_cut(y, 48, r.w - 49, ST_TEXT, reply_str(e, "text"));
		if (at == s->list.at)
			scr_cursor(y, 3);
	}
}

static void
scores_draw(struct view *v, struct rect r)
{
	struct scores_state *s = v->state;
	int left = r.w >= 76 ? (r.w < 100 ? 47 : r.w / 2) : r.w, y;

	if (s->m.n == 0) {
		scr_put(r.y + 1, 2, r.w - 4, ST_TEXT, "There is no model yet: "
		    "Quick (F6) and BERT (F7) make one.");
		return;
	}
	if (s->score == NULL) {
		scr_paragraph((struct rect){ r.y + 1, 2, r.h, r.w - 4 < 76 ?
		    r.w - 4 : 76 }, ST_TEXT, "Not scored yet. t scores it on "
		    "the train set, o on train texts that it did not learn "
		    "from, v on the validation set, T on the test set. Each "
		    "look at a test set's scores is counted: looking often "
		    "and choosing by it makes them too good.");
		return;
	}
	if (s->listing) {
		errors_draw(s, r);
		return;
	}
	y = totals_draw(s->score, r.y, left) + 1;
	labels_draw(s->score, y, r.y + r.h, left);
	if (left == r.w)
		return;
	if (is_binary(s->score))
		binary_draw(s, (struct rect){ r.y, left, r.h, r.w - left - 1 });
	else
		confusion_draw(s, (struct rect){ r.y, left, r.h,
		    r.w - left - 1 });
}

/* ---- acts ---- */

static void
scored(struct view *v, struct cmd_call *c, int result)
{
	struct scores_state *s = v->state;
	struct buf b = BUF_INIT;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	free(s->m.chosen);
	s->m.chosen = xstrdup(reply_str(c->reply, "model"));
	score_take(s, cJSON_Duplicate(c->reply, true));
	s->listing = false;
	metrics_short(c->reply, &b);
	ui_message(MSG_DONE, "%s on %s: %s", s->m.chosen,
	    reply_str(c->reply, "set"), buf_str(&b));
	buf_free(&b);
}

static void
score_on(struct view *v, const char *set)
{
	struct scores_state *s = v->state;
	struct cmd_call *c;

	if (s->m.chosen == NULL)
		return;
	c = call_words((const char *[]){ "score", s->m.chosen, "--set", set,
		"--errors", NULL });
	if (c != NULL)
		run_call(v, c, scored);
}

static void
model_chosen(struct view *v, size_t i, const char *text)
{
	struct scores_state *s = v->state;

	(void)i;
	free(s->m.chosen);
	s->m.chosen = xstrdup(text);
	s->listing = false;
	v->stale = true;
	ui_redraw();
}

static void
choose_model(struct view *v)
{
	struct scores_state *s = v->state;
	struct choices c = { 0 };

	for (size_t i = 0; i < s->m.n; i++)
		choices_add(&c, s->m.v[i].name, s->m.v[i].kind, NULL, 0);
	choose_open(v, "model: ", &c, model_chosen);
}

static void
cell_move(struct scores_state *s, const char *where)
{
	int n = cJSON_GetArraySize(reply_item(reply_item(s->score, "confusion"),
	    "labels"));
	int row, col;

	if (n == 0 || is_binary(s->score))
		return;
	if (s->cell < 0) {
		s->cell = 0;
		return;
	}
	row = s->cell / n;
	col = s->cell % n;
	if (strcmp(where, "up") == 0 && row > 0)
		row--;
	else if (strcmp(where, "down") == 0 && row < n - 1)
		row++;
	else if (strcmp(where, "left") == 0 && col > 0)
		col--;
	else if (strcmp(where, "right") == 0 && col < n - 1)
		col++;
	s->cell = row * n + col;
}

static void
list_errors(struct scores_state *s)
{
	if (s->errors == NULL) {
		ui_message(MSG_NOTE, "score it again (t, o, v, T): its false "
		    "predictions were not kept");
		return;
	}
	s->listing = true;
	s->list.at = s->list.top = 0;
}

static unsigned
scores_enter(struct scores_state *s)
{
	const cJSON *e;
	struct cmd_call *go;

	if (!s->listing) {
		list_errors(s);
		return R_REDRAW;
	}
	e = error_at(s, s->list.at);
	if (e == NULL || !view_show("tag"))
		return R_REDRAW;
	go = call_words((const char *[]){ "goto", reply_str(e, "id"), NULL });
	if (go != NULL)
		view_act(view_top(), go);
	cmd_call_free(go);
	return R_REDRAW;
}

static unsigned
scores_act(struct view *v, struct cmd_call *c)
{
	struct scores_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0) {
		if (s->listing)
			list_move(&s->list, cmd_str(c, "WHERE"), s->rows);
		else
			cell_move(s, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "score-on") == 0) {
		score_on(v, cmd_str(c, "SET"));
	} else if (strcmp(name, "next-model") == 0) {
		choose_model(v);
	} else if (strcmp(name, "errors") == 0) {
		s->cell = -1;
		list_errors(s);
	} else if (strcmp(name, "enter") == 0) {
		return scores_enter(s);
	} else if (strcmp(name, "close") == 0 && s->listing) {
		s->listing = false;
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static unsigned
scores_key(struct view *v, int key)
{
	struct scores_state *s = v->state;

	if (key != K_ESC || (!s->listing && s->cell < 0))
		return R_PASS;
	if (s->listing)
		s->listing = false;
	else
		s->cell = -1;
	return R_REDRAW;
}

static bool
scores_fill(struct view *v, const char *name, struct buf *out)
{
	struct scores_state *s = v->state;
	const cJSON *e = s->listing ? error_at(s, s->list.at) : NULL;

	if (strcmp(name, "model") == 0 && s->m.chosen != NULL)
		buf_adds(out, s->m.chosen);
	else if (strcmp(name, "id") == 0 && e != NULL)
		buf_adds(out, reply_str(e, "id"));
	else
		return false;
	return true;
}

static const char *const contexts[] = { "scores", "list", "any", NULL };

const struct view_ops view_scores = {
	.name = "scores", .title = "Scores", .contexts = contexts,
	.state_size = sizeof(struct scores_state), .shows = CHANGES_MODELS,
	.open = scores_open, .close = scores_close, .draw = scores_draw,
	.head = scores_head, .act = scores_act, .key = scores_key,
	.reload = scores_reload, .fill = scores_fill,
};
