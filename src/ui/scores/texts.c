/*
 * The texts behind a cell of the matrix, or all false predictions: a list to
 * go through, with the text that the cursor is on in full below it. A label's
 * key corrects the text there and then and goes to the next.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/project.h"
#include "tagtiger/score.h"
#include "tagtiger/scores.h"

#include "scores.h"

#define LISTED 2000 /* texts at most; the others are counted */

/* ---- fetching ---- */

struct texts_request {
	char *model, *set, *label, *predicted;
	enum outcome outcome;
	cJSON *reply;
	struct scheme scheme;
	struct err err;
};

/* With a reader of its own: a model may have to predict them first. */
static int
texts_fetch(struct fetch *f)
{
	struct texts_request *q = f->data;
	struct score_spec spec = { .model = q->model, .set = q->set };
	struct score_filter filter = { .label = q->label,
		.predicted = q->predicted, .outcome = q->outcome,
		.limit = LISTED };
	struct project *p = project_open_reader(ui.project, &q->err);
	struct model m;
	int rc = -1;

	if (p == NULL)
		return -1;
	q->reply = cJSON_CreateObject();
	if (model_find(p, q->model, &m, &q->err) == 0) {
		rc = scheme_get(p, m.scheme, &q->scheme, &q->err);
		model_free(&m);
	}
	if (rc == 0)
		rc = score_texts(p, &spec, &filter, q->reply,
		    &f->job.progress, &q->err);
	project_close(p);
	return rc;
}

static void
texts_drop(void *data)
{
	struct texts_request *q = data;

	free(q->model);
	free(q->set);
	free(q->label);
	free(q->predicted);
	cJSON_Delete(q->reply);
	scheme_free(&q->scheme);
	free(q);
}

static void
texts_fetched(struct view *v, struct fetch *f)
{
	struct scores_state *s = v->state;
	struct texts_request *q = f->data;

	if (!s->listing)
		return; /* left meanwhile */
	if (f->job.result < 0) {
		ui_error(&q->err);
		texts_close(v);
		return;
	}
	cJSON_Delete(s->texts);
	s->texts = q->reply;
	q->reply = NULL;
	scheme_free(&s->scheme);
	s->scheme = q->scheme;
	q->scheme = (struct scheme){ 0 };
	s->boxed = NULL;
}

static const char *const contexts_texts[] = { "scores-texts", "list", "any",
	NULL };

void
texts_open(struct view *v, int cell)
{
	static const char *const kinds[] = { "true negatives",
		"false positives", "false negatives", "true positives" };
	struct scores_state *s = v->state;
	int columns = matrix_columns(s->score);
	struct texts_request *q;
	struct fetch *f;

	if (s->score == NULL || (cell >= 0 && columns == 0))
		return;
	q = xcalloc(1, sizeof *q);
	q->model = xstrdup(s->m.chosen);
	q->set = xstrdup(reply_str(s->score, "set"));
	free(s->title);
	if (cell < 0) {
		s->title = xstrdup("false predictions");
	} else if (scores_binary(s->score)) {
		q->label = xstrdup(matrix_name(s->score, cell / columns));
		q->outcome = (enum outcome)(OUTCOME_TN + cell % columns);
		s->title = xasprintf("%s: %s", q->label,
		    kinds[cell % columns]);
	} else {
		q->label = xstrdup(matrix_name(s->score, cell / columns));
		q->predicted = xstrdup(matrix_name(s->score, cell % columns));
		s->title = xasprintf("%s → %s", q->label, q->predicted);
	}
	cJSON_Delete(s->texts);
	s->texts = NULL;
	s->listing = true;
	s->corrected = 0;
	s->list = (struct list){ 0 };
	v->contexts = contexts_texts;
	f = fetch_new(texts_fetch, texts_fetched, texts_drop, q);
	f->lane = JOB_QUICK;
	fetch_start(v, f);
}

void
texts_close(struct view *v)
{
	struct scores_state *s = v->state;

	s->listing = false;
	s->boxed = NULL;
	v->contexts = v->ops->contexts;
	if (s->corrected > 0)
		ui_message(MSG_NOTE, "%zu corrected: scoring again counts "
		    "them", s->corrected);
}

/* ---- drawing ---- */

static cJSON *
item_at(const struct scores_state *s, size_t at)
{
	return cJSON_GetArrayItem(reply_item(s->texts, "texts"), (int)at);
}

/* What the text is annotated with now: as corrected, else as it was. */
static const char *
label_now(const cJSON *item)
{
	const char *c = reply_str(item, "corrected");

	return c != NULL ? c : reply_str(item, "label");
}

void
texts_head(const struct scores_state *s, struct buf *left, struct buf *right)
{
	double n = reply_num(s->texts, "n", 0);
	size_t listed = (size_t)cJSON_GetArraySize(reply_item(s->texts,
	    "texts"));
	char count[32];

	buf_addf(left, "%s on %s · %s", s->m.chosen, reply_str(s->score,
	    "set"), s->title);
	if (s->texts == NULL) {
		buf_adds(left, " …");
		return;
	}
	count_text((long long)n, count);
	buf_addf(left, " · %s text%s", count, n == 1 ? "" : "s");
	if ((double)listed < n)
		buf_addf(left, ", the first %zu", listed);
	if (s->corrected > 0)
		buf_addf(right, "%zu corrected", s->corrected);
	if (s->list.n > 0)
		buf_addf(right, "%s%zu of %zu", s->corrected > 0 ? " · " : "",
		    s->list.at + 1, s->list.n);
}

/* Of a multi-label scheme a text may have none. */
static const char *
or_none(const char *labels)
{
	return labels == NULL || labels[0] == '\0' ? "none" : labels;
}

static void
item_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct scores_state *s = of;
	const cJSON *e = item_at(s, at);
	int name = w >= 110 ? 18 : 11, x = 16;

	scr_cut(y, 3, 11, here ? ST_STRONG : ST_TEXT, reply_str(e, "id"));
	if (reply_str(e, "corrected") != NULL)
		scr_put(y, x - 1, 1, ST_ACCENT, "✓");
	scr_cut(y, x, name, here ? ST_STRONG : ST_TEXT,
	    or_none(label_now(e)));
	scr_put(y, x + name + 1, 2, ST_TEXT, "→");
	scr_cut(y, x + name + 4, name, ST_TEXT, or_none(reply_str(e,
	    "prediction")));
	x += 2 * name + 5;
	scr_putf(y, x, 4, ST_TEXT, "%.2f", reply_num(e, "probability", 0));
	scr_cut(y, x + 6, w - x - 7, ST_TEXT, reply_str(e, "text"));
}

static void
full_draw(struct scores_state *s, struct rect r)
{
	const cJSON *e = item_at(s, s->list.at);
	const char *text = reply_str(e, "text");
	int w = r.w - 2 < 80 ? r.w - 2 : 80;

	if (text == NULL)
		return;
	if (s->boxed != e || s->box.width != w) {
		textbox_set(&s->box, text, strlen(text), w);
		s->boxed = e;
	}
	for (int i = 0; i < r.h && (size_t)i < s->box.n; i++)
		textbox_draw_line(&s->box, text, (size_t)i, r.y + i, 1, NULL,
		    0);
	if (s->box.n > (size_t)r.h && r.h > 0)
		scr_right(r.y - 1, r.x, r.w - 1, ST_TEXT, " ⋯ ");
}

void
texts_draw(struct scores_state *s, struct rect r)
{
	int n = cJSON_GetArraySize(reply_item(s->texts, "texts"));
	int half = (r.h - 3) / 2, rows;

	if (s->texts == NULL || n == 0) {
		scr_put(r.y + 1, 2, r.w - 4, ST_TEXT, s->texts == NULL ? "…" :
		    "No text is behind this number.");
		return;
	}
	rows = n < half ? n : half < 1 ? 1 : half;
	list_draw(&s->list, (size_t)n, (struct rect){ r.y, 0, rows, r.w },
	    item_draw, s);
	scr_rule(r.y + rows, 0, r.w);
	full_draw(s, (struct rect){ r.y + rows + 1, 0, r.h - rows - 3, r.w });
	label_keys_draw(&s->scheme, NULL, r.y + r.h - 1, r.w);
}

/* ---- acting ---- */

const char *
texts_id(const struct scores_state *s)
{
	return s->listing ? reply_str(item_at(s, s->list.at), "id") : NULL;
}

unsigned
texts_enter(struct scores_state *s)
{
	const char *id = texts_id(s);
	struct cmd_call *go;

	if (id == NULL || !view_show("tag"))
		return R_REDRAW;
	go = call_words((const char *[]){ "goto", id, NULL });
	if (go != NULL)
		view_act(view_top(), go);
	cmd_call_free(go);
	return R_REDRAW;
}

static cJSON *
item_of(const struct scores_state *s, const char *id)
{
	cJSON *e;

	cJSON_ArrayForEach(e, cJSON_GetObjectItemCaseSensitive(s->texts,
	    "texts"))
		if (id != NULL && strcmp(reply_str(e, "id"), id) == 0)
			return e;
	return NULL;
}

void
texts_undone(struct scores_state *s, const char *id)
{
	cJSON *e = item_of(s, id);

	if (e == NULL || reply_str(e, "corrected") == NULL)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(e, "corrected");
	s->corrected--;
}

/* The labels that the call gave, joined as the list shows them. */
static void
corrected(struct view *v, struct cmd_call *c, int result)
{
	struct scores_state *s = v->state;
	struct buf b = BUF_INIT;
	char *const *names;
	cJSON *e;
	size_t n;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	e = item_of(s, cmd_str(c, "ID"));
	if (e == NULL)
		return;
	names = cmd_list(c, "LABELS", &n);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i > 0 ? "|" : "", names[i]);
	s->corrected += reply_str(e, "corrected") == NULL;
	cJSON_DeleteItemFromObjectCaseSensitive(e, "corrected");
	cJSON_AddStringToObject(e, "corrected", buf_str(&b));
	ui_message(MSG_DONE, "#%s → %s%s", cmd_str(c, "ID"), n > 0 ?
	    buf_str(&b) : "none", strcmp(reply_str(s->score, "set"),
	    "test") == 0 ? "; the test set is no longer blind" : "");
	buf_free(&b);
	if (s->scheme.kind == SCHEME_MULTICLASS)
		list_move(&s->list, "down");
}

/* Multi-label: the labels of the text with this one toggled, as a record. */
static char *
toggled(const struct scores_state *s, const cJSON *item, const char *label)
{
	const char *at = label_now(item);
	char **names = xcalloc(s->scheme.nlabels + 2, sizeof *names);
	struct buf b = BUF_INIT;
	size_t n = 0;
	bool had = false;

	while (at != NULL && *at != '\0' && n <= s->scheme.nlabels) {
		size_t len = strcspn(at, "|");

		if (strlen(label) == len && strncmp(at, label, len) == 0)
			had = true;
		else
			names[n++] = xstrndup(at, len);
		at += len + (at[len] == '|');
	}
	if (!had)
		names[n++] = xstrdup(label);
	cmd_csv_join(names, n, &b);
	cmd_words_free(names);
	return buf_take(&b);
}

static void
correct(struct view *v, const char *label)
{
	struct scores_state *s = v->state;
	const cJSON *e = item_at(s, s->list.at);
	const char *id = reply_str(e, "id");
	struct cmd_call *c;
	char *labels;
	struct buf b = BUF_INIT;

	if (id == NULL)
		return;
	if (s->scheme.kind == SCHEME_MULTILABEL) {
		labels = toggled(s, e, label);
	} else {
		cmd_csv_join((char *[]){ (char *)label }, 1, &b);
		labels = buf_take(&b);
	}
	c = call_words(labels[0] != '\0' ? (const char *[]){ "tag", id, labels,
		"--scheme", s->scheme.name, NULL } : (const char *[]){ "tag",
		id, "--none", "--scheme", s->scheme.name, NULL });
	if (c != NULL)
		run_call(v, c, corrected);
	free(labels);
}

unsigned
texts_key(struct view *v, int key)
{
	struct scores_state *s = v->state;
	int place = s->texts != NULL ? key_label(&s->scheme, key) : -1;

	if (key == K_ESC) {
		texts_close(v);
		return R_REDRAW;
	}
	if (place < 0)
		return R_PASS;
	correct(v, s->scheme.labels[place].name);
	return R_REDRAW;
}
