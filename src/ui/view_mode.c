/*
 * `m`: what comes next. A line each for set, order and filters; how many
 * texts fit is counted anew with every change, in the store's lane.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"

#include "tag.h"

enum row {
	ROW_SET,
	ROW_SEQUENTIAL,
	ROW_RANDOM,
	ROW_ACTIVE,
	ROW_MAXPROB,
	ROW_LABEL,
	ROW_ONLY,
	ROW_TEXT,
	ROW_PREDICTED,
	ROW_WRONG,
	ROW_FLAG,
	ROW_COMMENT,
	ROW_MODEL,
	ROW_RETRAIN,
	ROW_AUDIT,
	ROW_SESSION,
	ROWS,
};

struct mode_state {
	struct next_criteria c;
	struct list list;
	bool counting, again, counted;
	struct next_counts counts;
	char **models;
	size_t nmodels;
	long long retrain;
	double audit;
	bool clear;	/* the session, when applied */
	bool settings;	/* retrain or audit were changed */
};

static struct tag_state *
tag_of(struct view *v)
{
	return view_under(v)->state;
}

/* ---- counting ---- */

struct counting {
	struct next_criteria c;
	struct next_counts counts;
	struct err err;
	char **models;
	size_t nmodels;
	long long retrain;
	double audit;
};

static int
count_fetch(struct fetch *f)
{
	struct counting *n = f->data;
	struct model *m = NULL;
	size_t count = 0;
	char *audit = param_get(ui.project, "audit", NULL);

	n->audit = audit != NULL ? strtod(audit, NULL) : 0;
	free(audit);
	n->retrain = param_int(ui.project, "retrain", 0);
	if (model_list(ui.project, n->c.scheme, NULL, &m, &count, &n->err) < 0)
		return -1;
	n->models = xcalloc(count + 1, sizeof *n->models);
	for (size_t i = 0; i < count; i++)
		if (strcmp(m[i].state, "ready") == 0)
			n->models[n->nmodels++] = xstrdup(m[i].name);
	model_list_free(m, count);
	return next_count(ui.picker, ui.project, &n->c, &n->counts, &n->err);
}

static void
count_drop(void *data)
{
	struct counting *n = data;

	next_criteria_free(&n->c);
	for (size_t i = 0; i < n->nmodels; i++)
		free(n->models[i]);
	free(n->models);
	free(n);
}

static void count_start(struct view *v);

static void
count_done(struct view *v, struct fetch *f)
{
	struct mode_state *s = v->state;
	struct counting *n = f->data;

	s->counting = false;
	if (f->job.result < 0) {
		s->counted = false;
		ui_error(&n->err);
	} else {
		s->counts = n->counts;
		s->counted = true;
	}
	if (!s->settings) {
		s->retrain = n->retrain;
		s->audit = n->audit;
	}
	if (s->models == NULL) {
		s->models = n->models;
		s->nmodels = n->nmodels;
		n->models = NULL;
		n->nmodels = 0;
	}
	if (s->again)
		count_start(v);
}

static void
count_start(struct view *v)
{
	struct mode_state *s = v->state;
	struct counting *n;

	s->again = s->counting;
	if (s->counting)
		return;
	s->counting = true;
	n = xcalloc(1, sizeof *n);
	next_criteria_copy(&n->c, &s->c);
	fetch_start(v, fetch_new(count_fetch, count_done, count_drop, n));
}

/* ---- open, close, apply ---- */

static void
mode_open(struct view *v)
{
	struct mode_state *s = v->state;

	next_criteria_copy(&s->c, &tag_of(v)->criteria);
	s->list.n = ROWS;
	s->list.at = ROW_SEQUENTIAL + (size_t)s->c.mode;
	count_start(v);
}

static void
mode_close(struct view *v)
{
	struct mode_state *s = v->state;

	next_criteria_free(&s->c);
	for (size_t i = 0; i < s->nmodels; i++)
		free(s->models[i]);
	free(s->models);
}

static void
run_words(struct view *v, const char *const *words)
{
	struct cmd_call *c = call_words(words);

	if (c != NULL)
		run_call(v, c, NULL);
}

static void
mode_apply(struct view *v)
{
	struct mode_state *s = v->state;
	struct view *tag = view_under(v);
	struct tag_request *r;
	char number[32];

	if (s->settings) {
		snprintf(number, sizeof number, "%lld", s->retrain);
		run_words(tag, (const char *[]){ "config", "retrain", number,
			NULL });
		snprintf(number, sizeof number, "%g", s->audit);
		run_words(tag, (const char *[]){ "config", "audit", number,
			NULL });
	}
	if (s->clear)
		run_words(tag, (const char *[]){ "session", "clear", NULL });
	r = tag_request_new(tag, WANT_NEXT);
	next_criteria_free(&r->criteria);
	next_criteria_copy(&r->criteria, &s->c);
	r->save = true;
	tag_ask(tag, r, true);
}

/* ---- changing ---- */

static void
label_step(const struct scheme *sc, int64_t *label, int step)
{
	int n = (int)sc->nlabels + 1;
	int at = *label == 0 ? 0 : label_index(sc, *label) + 1;

	at = (at + n + step) % n;
	*label = at == 0 ? 0 : sc->labels[at - 1].id;
}

static void
only_step(struct mode_state *s, int step)
{
	/* untagged, tagged by me, tagged by anyone, all */
	int at = s->c.filter == NEXT_ALL ? 3 : s->c.filter == NEXT_UNTAGGED ?
	    0 : s->c.user != NEXT_ANYONE ? 1 : 2;

	at = (at + 4 + step) % 4;
	s->c.filter = at == 0 ? NEXT_UNTAGGED : at == 3 ? NEXT_ALL :
	    NEXT_TAGGED;
	s->c.user = at == 1 ? project_uid(ui.project) : NEXT_ANYONE;
}

static void
model_step(struct mode_state *s, int step)
{
	size_t n = s->nmodels + 1, at = 0;

	for (size_t i = 0; i < s->nmodels; i++)
		if (s->c.model != NULL && strcmp(s->models[i],
		    s->c.model) == 0)
			at = i + 1;
	at = (at + n + (size_t)step) % n;
	free(s->c.model);
	s->c.model = at == 0 ? NULL : xstrdup(s->models[at - 1]);
}

static void
retrain_step(struct mode_state *s, int step)
{
	static const long long values[] = { 0, 5, 10, 20, 50, 100 };
	size_t n = sizeof values / sizeof values[0], at = 0;

	while (at + 1 < n && values[at] < s->retrain)
		at++;
	at = (at + n + (size_t)step) % n;
	s->retrain = values[at];
	s->settings = true;
}

static void
audit_step(struct mode_state *s, int step)
{
	static const double values[] = { 0, 0.05, 0.1, 0.2, 0.5 };
	size_t n = sizeof values / sizeof values[0], at = 0;

	while (at + 1 < n && values[at] < s->audit - 1e-9)
		at++;
	at = (at + n + (size_t)step) % n;
	s->audit = values[at];
	s->settings = true;
}

static void
set_step(struct mode_state *s, int step)
{
	static const enum set sets[] = { SET_TRAIN, SET_VALID, SET_TEST };
	size_t at = 0;

	while (at < 2 && sets[at] != s->c.set)
		at++;
	s->c.set = sets[(at + 3 + (size_t)step) % 3];
}

static void
row_step(struct view *v, int step)
{
	struct mode_state *s = v->state;
	const struct scheme *sc = &tag_of(v)->shot.scheme;

	switch ((enum row)s->list.at) {
	case ROW_SET: set_step(s, step); break;
	case ROW_SEQUENTIAL:
	case ROW_RANDOM:
	case ROW_ACTIVE:
	case ROW_MAXPROB:
		s->c.mode = (enum select_mode)(s->list.at - ROW_SEQUENTIAL);
		break;
	case ROW_LABEL: label_step(sc, &s->c.label, step); break;
	case ROW_ONLY: only_step(s, step); break;
	case ROW_PREDICTED: label_step(sc, &s->c.predicted, step); break;
	case ROW_WRONG: s->c.wrong = !s->c.wrong; break;
	case ROW_FLAG: s->c.flag = !s->c.flag; break;
	case ROW_COMMENT: s->c.comment = !s->c.comment; break;
	case ROW_MODEL: model_step(s, step); break;
	case ROW_RETRAIN: retrain_step(s, step); break;
	case ROW_AUDIT: audit_step(s, step); break;
	case ROW_SESSION: s->clear = !s->clear; break;
	case ROW_TEXT:
	case ROWS: break;
	}
	count_start(v);
}

static unsigned
text_given(struct view *v, const char *text, void *arg)
{
	struct mode_state *s = v->state;

	(void)arg;
	free(s->c.regex);
	s->c.regex = text[0] != '\0' ? xstrdup(text) : NULL;
	count_start(v);
	return R_REDRAW;
}

static unsigned
mode_act(struct view *v, struct cmd_call *c)
{
	struct mode_state *s = v->state;
	const char *name = c->command->name, *where;

	if (strcmp(name, "move") == 0) {
		where = cmd_str(c, "WHERE");
		if (strcmp(where, "left") == 0)
			row_step(v, -1);
		else if (strcmp(where, "right") == 0)
			row_step(v, 1);
		else
			list_move(&s->list, where, ROWS);
		/* the order is chosen by standing on it */
		if (s->list.at >= ROW_SEQUENTIAL && s->list.at <= ROW_MAXPROB &&
		    (where[0] == 'l' || where[0] == 'r'))
			row_step(v, 0);
		return R_REDRAW;
	}
	if (strcmp(name, "toggle") == 0) {
		s->c.match_case = !s->c.match_case;
		count_start(v);
		return R_REDRAW;
	}
	if (strcmp(name, "enter") == 0) {
		if (s->list.at == ROW_TEXT) {
			prompt_open(v, &(struct prompt){ .label = "/",
				.initial = s->c.regex, .done = text_given });
			return R_REDRAW;
		}
		if (s->list.at >= ROW_SEQUENTIAL && s->list.at <= ROW_MAXPROB)
			s->c.mode = (enum select_mode)(s->list.at -
			    ROW_SEQUENTIAL);
		mode_apply(v);
		return R_REDRAW | R_CLOSE;
	}
	return R_PASS;
}

/* ---- drawing ---- */

static int
choice(int y, int x, int w, bool on, const char *word)
{
	int taken = scr_put(y, x, w, ST_ACCENT, on ? "▸" : " ");

	return taken + scr_put(y, x + taken, w - taken, on ? ST_STRONG :
	    ST_TEXT, word) + 3;
}

static const char *
label_name(const struct scheme *sc, int64_t id, const char *none)
{
	const struct label *l = id != 0 ? label_by_id(sc, id) : NULL;

	return l != NULL ? l->name : none;
}

static void
row_choices(int y, int x, int w, const char *const *words, int on)
{
	for (int i = 0; words[i] != NULL; i++) {
		int taken = choice(y, x, w, i == on, words[i]);

		x += taken;
		w -= taken;
	}
}

static void
row_draw_filters(const struct mode_state *s, const struct scheme *sc, int row,
    int y, int x, int w)
{
	static const char *const yes_no[] = { "–", "yes", NULL };
	char number[64];

	switch (row) {
	case ROW_TEXT:
		if (s->c.regex != NULL)
			scr_putf(y, x, w, ST_STRONG, " /%s/%s", s->c.regex,
			    s->c.match_case ? "" : "   case ignored; F4 minds "
			    "it");
		else
			scr_put(y, x, w, ST_TEXT, " –   Enter: a regular "
			    "expression");
		break;
	case ROW_PREDICTED:
		scr_putf(y, x, w, s->c.predicted != 0 ? ST_STRONG : ST_TEXT,
		    " %s", label_name(sc, s->c.predicted, "–"));
		break;
	case ROW_WRONG: row_choices(y, x, w, yes_no, s->c.wrong); break;
	case ROW_FLAG: row_choices(y, x, w, yes_no, s->c.flag); break;
	case ROW_COMMENT: row_choices(y, x, w, yes_no, s->c.comment); break;
	case ROW_MODEL:
		scr_putf(y, x, w, ST_TEXT, " %s", s->c.model != NULL ?
		    s->c.model : s->nmodels > 0 ? "the newest quick model" :
		    "none yet");
		break;
	case ROW_RETRAIN:
		snprintf(number, sizeof number, s->retrain > 0 ?
		    " every %lld labels" : " –", s->retrain);
		scr_put(y, x, w, ST_TEXT, number);
		break;
	case ROW_AUDIT:
		snprintf(number, sizeof number, s->audit > 0 ?
		    " %.0f %% of the active ones" : " –", s->audit * 100);
		scr_put(y, x, w, ST_TEXT, number);
		break;
	}
}

static void
row_draw(const struct mode_state *s, const struct scheme *sc, int row, int y,
    int x, int w)
{
	static const char *const sets[] = { "train", "validation",
		"test: blind, no predictions", NULL };
	static const char *const only[] = { "untagged", "tagged by me",
		"tagged by anyone", "all", NULL };
	static const char *const keep[] = { "keep", "show them again", NULL };
	static const char *const modes[][2] = {
		{ "in file order", "" },
		{ "random", "a fair sample: start here, come back often" },
		{ "most uncertain", "what the model can't decide  (active)" },
		{ "most probable", "finds more of a rare label  (maxprob)" },
	};
	int on;

	switch (row) {
	case ROW_SET:
		row_choices(y, x, w, sets, s->c.set == SET_TRAIN ? 0 :
		    s->c.set == SET_VALID ? 1 : 2);
		break;
	case ROW_SEQUENTIAL:
	case ROW_RANDOM:
	case ROW_ACTIVE:
	case ROW_MAXPROB:
		on = row - ROW_SEQUENTIAL;
		choice(y, x, w, (int)s->c.mode == on, modes[on][0]);
		scr_cut(y, x + 24, w - 24, ST_TEXT, modes[on][1]);
		break;
	case ROW_LABEL:
		scr_putf(y, x, w, ST_TEXT, " %s",
		    label_name(sc, s->c.label, "any"));
		break;
	case ROW_ONLY:
		row_choices(y, x, w, only, s->c.filter == NEXT_ALL ? 3 :
		    s->c.filter == NEXT_UNTAGGED ? 0 :
		    s->c.user != NEXT_ANYONE ? 1 : 2);
		break;
	case ROW_SESSION:
		row_choices(y, x, w, keep, s->clear);
		break;
	default:
		row_draw_filters(s, sc, row, y, x, w);
	}
}

static void
mode_draw(struct view *v, struct rect r)
{
	static const char *const names[ROWS] = { "set", "order", "", "", "",
		"of label", "only", "text", "predicted", "wrong", "flagged",
		"commented", "model", "retrain", "at random", "session" };
	struct mode_state *s = v->state;
	const struct scheme *sc = &tag_of(v)->shot.scheme;

	list_fit(&s->list, ROWS, r.h);
	hot_rows(&s->list, r.y, 0, r.w, r.h);
	for (int i = 0; i < r.h && (int)s->list.top + i < ROWS; i++) {
		int row = (int)s->list.top + i;
		bool here = (size_t)row == s->list.at;

		scr_put(r.y + i, 0, 1, ST_ACCENT, here ? "▸" : " ");
		scr_put(r.y + i, 1, 10, here ? ST_STRONG : ST_TEXT, names[row]);
		row_draw(s, sc, row, r.y + i, 12, r.w - 13);
		if (here)
			scr_cursor(r.y + i, 12);
	}
}

static void
mode_head(struct view *v, struct buf *left, struct buf *right)
{
	struct mode_state *s = v->state;
	char fits[32], total[32];

	buf_adds(left, "what comes next");
	if (!s->counted)
		return;
	ui_number((long long)s->counts.fits, fits);
	ui_number((long long)s->counts.total, total);
	buf_addf(right, "%s of %s texts fit", fits, total);
}

static const char *const contexts[] = { "mode", "any", NULL };

const struct view_ops view_mode = {
	.name = "mode", .overlay = true, .covers = true,
	.state_size = sizeof(struct mode_state), .contexts = contexts,
	.open = mode_open, .close = mode_close, .draw = mode_draw,
	.head = mode_head, .act = mode_act,
};
