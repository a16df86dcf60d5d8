/*
 * Scores: a model on a set, its metrics with their intervals, the confusion
 * matrix, and the texts behind its cells.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/scores.h"

#include "scores.h"

static void
score_take(struct scores_state *s, cJSON *score)
{
	cJSON_Delete(s->score);
	s->score = score;
	s->cell = -1;
	s->top = s->left = 0;
}

/* A stored test score that is shown again is one more look. */
struct look {
	int64_t id, scheme, looks;
};

static int
looked_fetch(struct fetch *f)
{
	struct look *k = f->data;

	if (score_looked(ui.project, k->id, NULL) < 0)
		return -1;
	return score_looks(ui.project, k->scheme, "test", &k->looks, NULL);
}

static void
looked_done(struct view *v, struct fetch *f)
{
	struct scores_state *s = v->state;
	const struct look *k = f->data;
	const char *set = reply_str(s->score, "set");

	if (f->job.result < 0 || set == NULL || strcmp(set, "test") != 0)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(s->score, "looks");
	cJSON_AddNumberToObject(s->score, "looks", (double)k->looks);
}

static void
scores_fetched(struct view *v, struct fetch *f)
{
	struct scores_state *s = v->state;
	const char *shown = reply_str(s->score, "model");
	struct look *look;

	if (!models_take(&s->m, f))
		return;
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
		look = xcalloc(1, sizeof *look);
		*look = (struct look){ k->id, s->m.v[models_at(&s->m)].scheme,
			0 };
		fetch_save(v, fetch_new(looked_fetch, looked_done, free,
		    look));
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
	cJSON_Delete(s->texts);
	free(s->title);
	scheme_free(&s->scheme);
	textbox_free(&s->box);
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
	if (s->listing) {
		texts_head(s, left, right);
		return;
	}
	buf_adds(left, s->m.chosen);
	if (set == NULL)
		return;
	buf_addf(left, " on %s · %s texts", strcmp(set, "out") == 0 ?
	    "train texts it did not learn from" : set,
	    COUNT(reply_num(s->score, "n", 0)));
	if (reply_bool(s->score, "random"))
		buf_adds(left, ", drawn at random");
	if (reply_bool(s->score, "blind"))
		buf_adds(left, ", blind");
	if (looks > 0)
		buf_addf(right, "looked at %.0f time%s", looks,
		    looks == 1 ? "" : "s");
}

/* ---- drawing ---- */

static void
scores_draw(struct view *v, struct rect r)
{
	struct scores_state *s = v->state;
	struct rect text = { r.y + 1, 2, r.h, r.w - 4 < 76 ? r.w - 4 : 76 };

	if (s->m.n == 0)
		scr_paragraph(text, ST_TEXT, may_words("quick train",
		    "There is no model yet: Quick (F6) and BERT (F7) make "
		    "one.", "There is no model yet: a manager trains them."));
	else if (s->score == NULL)
		scr_paragraph(text, ST_TEXT, "Not scored yet. t scores it on "
		    "the train set, o on train texts that it did not learn "
		    "from, v on the validation set, T on the test set. Each "
		    "look at a test set's scores is counted: looking often "
		    "and choosing by it makes them too good.");
	else if (s->listing)
		texts_draw(s, r);
	else
		scores_numbers_draw(s, r);
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
	if (s->listing)
		texts_close(v);
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
		NULL });
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

/* ---- beside another model ---- */

static void
compared(struct view *v, struct cmd_call *c, int result)
{
	const cJSON *ci = reply_item(c->reply, "f1_macro_ci");
	double lo = reply_num_at(ci, 0), hi = reply_num_at(ci, 1);

	(void)v;
	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	if (isnan(lo))
		ui_message(MSG_NOTE, "F1 macro is not defined here");
	else
		ui_message(MSG_DONE, "F1 macro of %s minus %s: %+.3f (%+.3f "
		    "to %+.3f)%s", cmd_str(c, "MODEL"), cmd_str(c, "OTHER"),
		    reply_num(c->reply, "f1_macro", NAN), lo, hi, lo <= 0 &&
		    hi >= 0 ? ": no clear difference" : "");
}

static void
other_chosen(struct view *v, size_t i, const char *text)
{
	struct scores_state *s = v->state;
	struct cmd_call *c = call_words((const char *[]){ "compare",
		s->m.chosen, text, "--set", reply_str(s->score, "set"), NULL });

	(void)i;
	if (c != NULL)
		run_call(v, c, compared);
}

static void
choose_other(struct view *v)
{
	struct scores_state *s = v->state;
	struct choices c = { 0 };

	if (s->score == NULL)
		return;
	for (size_t i = 0; i < s->m.n; i++)
		if (strcmp(s->m.v[i].name, s->m.chosen) != 0)
			choices_add(&c, s->m.v[i].name, s->m.v[i].kind, NULL,
			    0);
	if (c.n == 0)
		ui_message(MSG_NOTE, "there is no other model to compare with");
	else
		choose_open(v, "compare with: ", &c, other_chosen);
}

/* Where most goes wrong: a good place to begin. */
static int
worst_cell(const cJSON *score)
{
	int rows = matrix_rows(score), columns = matrix_columns(score);
	bool binary = columns == 4 && scores_binary(score);
	int worst = 0;
	double most = -1;

	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
			if ((binary ? j == 1 || j == 2 : i != j) &&
			    matrix_count(score, i, j) > most) {
				most = matrix_count(score, i, j);
				worst = i * columns + j;
			}
	return worst;
}

static void
cell_move(struct scores_state *s, const char *where)
{
	int rows = matrix_rows(s->score), columns = matrix_columns(s->score);
	int row, col;

	if (rows == 0)
		return;
	if (s->cell < 0) {
		s->cell = worst_cell(s->score);
		return;
	}
	row = s->cell / columns;
	col = s->cell % columns;
	if (strcmp(where, "up") == 0)
		row--;
	else if (strcmp(where, "down") == 0)
		row++;
	else if (strcmp(where, "left") == 0)
		col--;
	else if (strcmp(where, "right") == 0)
		col++;
	else if (strcmp(where, "page-up") == 0 ||
	    strcmp(where, "half-up") == 0)
		row -= 10;
	else if (strcmp(where, "page-down") == 0 ||
	    strcmp(where, "half-down") == 0)
		row += 10;
	else if (strcmp(where, "first") == 0)
		row = col = 0;
	else
		row = col = rows + columns;
	row = row < 0 ? 0 : row >= rows ? rows - 1 : row;
	col = col < 0 ? 0 : col >= columns ? columns - 1 : col;
	s->cell = row * columns + col;
}

static void
export_shown(struct view *v)
{
	struct scores_state *s = v->state;

	if (s->score != NULL)
		chart_ask(v, s->cell >= 0 ? "confusion" : "scores",
		    s->m.chosen, reply_str(s->score, "set"));
}

static unsigned
scores_act(struct view *v, struct cmd_call *c)
{
	struct scores_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0) {
		if (s->listing)
			list_move(&s->list, cmd_str(c, "WHERE"));
		else
			cell_move(s, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "score-on") == 0) {
		score_on(v, cmd_str(c, "SET"));
	} else if (strcmp(name, "next-model") == 0) {
		choose_model(v);
	} else if (strcmp(name, "errors") == 0) {
		texts_open(v, -1);
	} else if (strcmp(name, "export-shown") == 0) {
		export_shown(v);
	} else if (strcmp(name, "compare-with") == 0) {
		choose_other(v);
	} else if (strcmp(name, "enter") == 0 && s->listing) {
		return texts_enter(s);
	} else if (strcmp(name, "enter") == 0) {
		texts_open(v, s->cell);
	} else if (strcmp(name, "close") == 0 && s->listing) {
		texts_close(v);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static unsigned
scores_key(struct view *v, int key)
{
	struct scores_state *s = v->state;

	if (s->listing)
		return texts_key(v, key);
	if (key != K_ESC || s->cell < 0)
		return R_PASS;
	s->cell = -1;
	return R_REDRAW;
}

static void
scores_keys(struct view *v, struct live_keys *out)
{
	struct scores_state *s = v->state;
	char key[8];

	for (size_t i = 0; s->listing && i < s->scheme.nlabels; i++) {
		label_key(&s->scheme, i, key);
		if (key[0] != '\0')
			live_add(out, key, s->scheme.labels[i].name);
	}
}

static void
scores_lead(struct view *v, struct buf *out)
{
	struct scores_state *s = v->state;

	if (s->listing && s->scheme.nlabels > 0)
		buf_addf(out, "1-%zu %s", s->scheme.nlabels > 9 ? 0 :
		    s->scheme.nlabels, s->scheme.kind == SCHEME_MULTILABEL ?
		    "toggle" : "correct");
}

static const char *
scores_term(struct view *v)
{
	struct scores_state *s = v->state;

	if (s->score == NULL)
		return NULL;
	if (s->listing)
		return "probability, sure, confusion";
	return s->cell >= 0 ? "confusion, precision, recall, support" :
	    "F1 macro, F1 micro, F1 weighted, accuracy, interval, ROC AUC, "
	    "ECE, Brier score, log loss, looks";
}

/* What u or ^R did to a text of the list. */
static void
scores_ran(struct view *v, struct cmd_call *c, int result)
{
	struct scores_state *s = v->state;

	if (result == 0 && s->listing && strcmp(c->command->name, "undo") == 0)
		texts_undone(s, reply_str(c->reply, "id"));
}

static bool
scores_fill(struct view *v, const char *name, struct buf *out)
{
	struct scores_state *s = v->state;

	if (strcmp(name, "model") == 0 && s->m.chosen != NULL)
		buf_adds(out, s->m.chosen);
	else if (strcmp(name, "id") == 0 && texts_id(s) != NULL)
		buf_adds(out, texts_id(s));
	else
		return false;
	return true;
}

static const char *const contexts[] = { "scores", "list", "any", NULL };

static const struct lead leads[] = {
	{ "export-shown", "export scores" },
	{ NULL, NULL },
};

const struct view_ops view_scores = {
	.name = "scores", .title = "Scores", .contexts = contexts,
	.leads = leads,
	.state_size = sizeof(struct scores_state), .shows = CHANGES_MODELS,
	.open = scores_open, .close = scores_close, .draw = scores_draw,
	.head = scores_head, .lead = scores_lead, .act = scores_act,
	.key = scores_key, .keys = scores_keys, .ran = scores_ran,
	.reload = scores_reload, .term = scores_term, .fill = scores_fill,
};
