/*
 * `m`: what comes next. A field each for set, order and filters, several in a
 * line where there is room; how many texts fit is counted anew with every
 * change, in the store's lane.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"

#include "tag.h"

enum row {
	ROW_SET,
	ROW_SEQUENTIAL,
	ROW_RANDOM,
	ROW_ACTIVE,
	ROW_MAXPROB,
	ROW_ONLY,
	ROW_TEXT,
	ROW_CARRIES,
	ROW_PREDICTED,
	ROW_WRONG,
	ROW_BY,
	ROW_FLAG,
	ROW_COMMENT,
	ROW_MODEL,
	ROW_RETRAIN,
	ROW_AUDIT,
	ROW_SESSION,
	ROWS,
};

/* Where a field stands: beside the one before it, where there is room. */
static const struct {
	const char *name;
	int column;
} fields[ROWS] = {
	[ROW_SET] = { "set", 0 },
	[ROW_SEQUENTIAL] = { "order", 0 },
	[ROW_RANDOM] = { "", 0 },
	[ROW_ACTIVE] = { "", 0 },
	[ROW_MAXPROB] = { "", 0 },
	[ROW_ONLY] = { "only", 0 },
	[ROW_TEXT] = { "text", 0 },
	[ROW_CARRIES] = { "label", 0 },
	[ROW_PREDICTED] = { "predicted", 1 },
	[ROW_WRONG] = { "wrong", 2 },
	[ROW_BY] = { "tagged by", 0 },
	[ROW_FLAG] = { "flag", 1 },
	[ROW_COMMENT] = { "comment", 2 },
	[ROW_MODEL] = { "model", 0 },
	[ROW_RETRAIN] = { "retrain", 1 },
	[ROW_AUDIT] = { "random", 2 },
	[ROW_SESSION] = { "session", 0 },
};

#define NARROW 72 /* columns: below, a field a line */

struct mode_state {
	struct next_criteria c;
	struct list list;
	bool counting, again, counted;
	struct next_counts counts;
	struct mode_lists lists;
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
	struct mode_lists lists;
	bool want_lists;
	long long retrain;
	double audit;
};

static int
count_fetch(struct fetch *f)
{
	struct counting *n = f->data;
	char *audit = param_get(ui.project, "audit", NULL);

	n->audit = audit != NULL ? strtod(audit, NULL) : 0;
	free(audit);
	n->retrain = param_int(ui.project, "retrain", 0);
	if (n->want_lists &&
	    mode_lists_read(&n->lists, &n->c, &n->err) < 0)
		return -1;
	return next_count(ui.picker, ui.project, &n->c, &n->counts, &n->err);
}

static void
count_drop(void *data)
{
	struct counting *n = data;

	next_criteria_free(&n->c);
	mode_lists_free(&n->lists);
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
	if (n->lists.read) {
		struct mode_lists old = s->lists;

		s->lists = n->lists;
		n->lists = old;
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
	n->want_lists = !s->lists.read || s->lists.set != s->c.set;
	fetch_start(v, fetch_new(count_fetch, count_done, count_drop, n));
}

/* ---- open, close, apply ---- */

static void
mode_open(struct view *v)
{
	struct mode_state *s = v->state;

	next_criteria_copy(&s->c, &tag_of(v)->criteria);
	s->list.n = s->list.height = ROWS;
	s->list.at = ROW_SEQUENTIAL + (size_t)s->c.mode;
	count_start(v);
}

static void
mode_close(struct view *v)
{
	struct mode_state *s = v->state;

	next_criteria_free(&s->c);
	mode_lists_free(&s->lists);
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
		run_now(tag, (const char *[]){ "config", "retrain", number,
			NULL });
		snprintf(number, sizeof number, "%g", s->audit);
		run_now(tag, (const char *[]){ "config", "audit", number,
			NULL });
	}
	if (s->clear)
		run_now(tag, (const char *[]){ "session", "clear", NULL });
	r = tag_request_new(tag, WANT_NEXT);
	next_criteria_free(&r->criteria);
	next_criteria_copy(&r->criteria, &s->c);
	r->save = true;
	tag_ask(tag, r, true);
}

/* ---- changing ---- */

/* untagged, untagged by me, tagged by me, tagged, all */
static int
only_at(const struct next_criteria *c)
{
	bool mine = c->user == project_uid(ui.project);

	if (c->filter == NEXT_ALL)
		return 4;
	if (c->filter == NEXT_UNTAGGED)
		return mine ? 1 : 0;
	return mine ? 2 : 3;
}

static void
only_step(struct mode_state *s, int step)
{
	int at = (only_at(&s->c) + 5 + step) % 5;

	s->c.filter = at < 2 ? NEXT_UNTAGGED : at == 4 ? NEXT_ALL :
	    NEXT_TAGGED;
	s->c.user = at == 1 || at == 2 ? project_uid(ui.project) :
	    NEXT_ANYONE;
}

/* A label, or who gave it, is looked for among tagged texts. */
static void
among_tagged(struct next_criteria *c)
{
	if (c->filter == NEXT_UNTAGGED) {
		c->filter = NEXT_TAGGED;
		c->user = NEXT_ANYONE;
	}
}

/* Flags and comments are on texts that are tagged or not. */
static void
among_all(struct next_criteria *c, bool on)
{
	if (on && c->filter == NEXT_UNTAGGED) {
		c->filter = NEXT_ALL;
		c->user = NEXT_ANYONE;
	}
}

static void
by_set(struct mode_state *s, size_t at)
{
	among_tagged(&s->c);
	s->c.user = at == 0 ? NEXT_ANYONE : s->lists.by[at - 1].uid;
}

static void
by_step(struct mode_state *s, int step)
{
	size_t n = s->lists.nby + 1, at = 0;

	for (size_t i = 0; i < s->lists.nby; i++)
		if (s->lists.by[i].uid == s->c.user)
			at = i + 1;
	by_set(s, (at + n + (size_t)step) % n);
}

static void
model_set(struct mode_state *s, size_t at)
{
	free(s->c.model);
	s->c.model = at == 0 ? NULL : xstrdup(s->lists.models[at - 1].name);
}

static void
model_step(struct mode_state *s, int step)
{
	size_t n = s->lists.nmodels + 1, at = 0;

	for (size_t i = 0; i < s->lists.nmodels; i++)
		if (s->c.model != NULL && strcmp(s->lists.models[i].name,
		    s->c.model) == 0)
			at = i + 1;
	model_set(s, (at + n + (size_t)step) % n);
}

/* The next of some rising values. */
static double
value_step(const double *values, size_t n, double now, int step)
{
	size_t at = 0;

	while (at + 1 < n && values[at] < now - 1e-9)
		at++;
	return values[(at + n + (size_t)step) % n];
}

static void
settings_step(struct mode_state *s, int step)
{
	static const double every[] = { 0, 5, 10, 20, 50, 100 };
	static const double shares[] = { 0, 0.05, 0.1, 0.2, 0.5 };

	if (s->list.at == ROW_RETRAIN)
		s->retrain = (long long)value_step(every,
		    sizeof every / sizeof *every, (double)s->retrain, step);
	else
		s->audit = value_step(shares, sizeof shares / sizeof *shares,
		    s->audit, step);
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

/* An order is chosen by standing on it; those that go by a label have it
 * beside them. */
static void
order_step(struct mode_state *s, const struct scheme *sc, int step)
{
	enum select_mode m = (enum select_mode)(s->list.at - ROW_SEQUENTIAL);

	if (s->c.mode == m && s->list.at >= ROW_ACTIVE)
		label_step(sc, &s->c.label, step);
	s->c.mode = m;
}

static void row_step(struct view *v, int step);

static struct which
which_of(struct mode_state *s)
{
	return (struct which){ .c = &s->c, .list = &s->list,
		.row = ROW_TEXT, .step = row_step, .changed = count_start };
}

static void
text_ask(struct view *v)
{
	struct which w = which_of(v->state);

	which_ask(v, &w);
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
	case ROW_MAXPROB: order_step(s, sc, step); break;
	case ROW_ONLY: only_step(s, step); break;
	case ROW_CARRIES:
		among_tagged(&s->c);
		label_step(sc, &s->c.carries, step);
		break;
	case ROW_PREDICTED: label_step(sc, &s->c.predicted, step); break;
	case ROW_WRONG:
		s->c.wrong = !s->c.wrong;
		if (s->c.wrong)
			among_tagged(&s->c);
		break;
	case ROW_BY: by_step(s, step); break;
	case ROW_FLAG:
		s->c.flag = !s->c.flag;
		among_all(&s->c, s->c.flag);
		break;
	case ROW_COMMENT:
		s->c.comment = !s->c.comment;
		among_all(&s->c, s->c.comment);
		break;
	case ROW_MODEL: model_step(s, step); break;
	case ROW_RETRAIN:
	case ROW_AUDIT: settings_step(s, step); break;
	case ROW_SESSION: s->clear = !s->clear; break;
	case ROW_TEXT: text_ask(v); return;
	case ROWS: break;
	}
	count_start(v);
}

/* ---- `;`: where there is much to choose among ---- */

static void
picked(struct view *v, size_t i, const char *text)
{
	struct mode_state *s = v->state;
	const struct scheme *sc = &tag_of(v)->shot.scheme;
	int64_t label = i == 0 || i > sc->nlabels ? 0 : sc->labels[i - 1].id;

	(void)text;
	switch ((enum row)s->list.at) {
	case ROW_ACTIVE:
	case ROW_MAXPROB:
		s->c.mode = (enum select_mode)(s->list.at - ROW_SEQUENTIAL);
		s->c.label = label;
		break;
	case ROW_CARRIES:
		among_tagged(&s->c);
		s->c.carries = label;
		break;
	case ROW_PREDICTED: s->c.predicted = label; break;
	case ROW_BY:
		if (i <= s->lists.nby)
			by_set(s, i);
		break;
	default:
		if (i <= s->lists.nmodels)
			model_set(s, i);
	}
	count_start(v);
}

static void
pick(struct view *v)
{
	struct mode_state *s = v->state;
	const struct scheme *sc = &tag_of(v)->shot.scheme;
	struct choices c = { 0 };
	char n[32];

	switch ((enum row)s->list.at) {
	case ROW_ACTIVE:
	case ROW_MAXPROB:
	case ROW_CARRIES:
	case ROW_PREDICTED:
		choices_add(&c, "any", NULL, NULL, 0);
		for (size_t i = 0; i < sc->nlabels; i++)
			choices_add(&c, sc->labels[i].name, NULL,
			    sc->labels[i].key, 0);
		break;
	case ROW_BY:
		choices_add(&c, "anyone", NULL, NULL, 0);
		for (size_t i = 0; i < s->lists.nby; i++) {
			count_text((long long)s->lists.by[i].tagged, n);
			choices_add(&c, s->lists.by[i].name, n, NULL, 0);
		}
		break;
	case ROW_MODEL:
		choices_add(&c, "the newest quick model", NULL, NULL, 0);
		for (size_t i = 0; i < s->lists.nmodels; i++) {
			ui_ago(s->lists.models[i].time, n);
			choices_add(&c, s->lists.models[i].name, n, NULL, 0);
		}
		break;
	default:
		ui_message(MSG_NOTE, "; picks a label, an annotator or a "
		    "model; here ← and → choose");
		return;
	}
	choose_open(v, ";", &c, picked);
}

static unsigned
mode_enter(struct view *v)
{
	struct mode_state *s = v->state;

	if (s->list.at >= ROW_SEQUENTIAL && s->list.at <= ROW_MAXPROB)
		s->c.mode = (enum select_mode)(s->list.at - ROW_SEQUENTIAL);
	mode_apply(v);
	return R_REDRAW | R_CLOSE;
}

static unsigned
mode_act(struct view *v, struct cmd_call *c)
{
	struct which w = which_of(v->state);
	const char *name = c->command->name;

	if (strcmp(name, "enter") == 0)
		return mode_enter(v);
	if (strcmp(name, "pick") != 0)
		return which_act(v, c, &w);
	pick(v);
	return R_REDRAW;
}

/* ---- drawing ---- */

static const char *
label_name(const struct scheme *sc, int64_t id, const char *none)
{
	const struct label *l = id != 0 ? label_by_id(sc, id) : NULL;

	return l != NULL ? l->name : none;
}

static void
model_draw(const struct mode_state *s, int y, int x, int w)
{
	const struct mode_lists *l = &s->lists;
	const struct mode_model *m = NULL;
	char ago[32], *text;

	/* Without a name it is the newest, whose age is worth knowing. */
	for (size_t i = 0; i < l->nmodels; i++)
		if (s->c.model == NULL ? m == NULL ||
		    l->models[i].time >= m->time :
		    strcmp(l->models[i].name, s->c.model) == 0)
			m = &l->models[i];
	if (m == NULL) {
		which_value(y, x, w, false, l->read ? "none yet" : "");
		return;
	}
	ui_ago(m->time, ago);
	text = xasprintf("%s, %s old", m->name, ago);
	which_value(y, x, w, s->c.model != NULL, text);
	free(text);
}

static void
by_draw(const struct mode_state *s, int y, int x, int w)
{
	bool narrowed = s->c.user != NEXT_ANYONE &&
	    s->c.filter != NEXT_UNTAGGED;
	const char *name = "–";

	for (size_t i = 0; narrowed && i < s->lists.nby; i++)
		if (s->lists.by[i].uid == s->c.user)
			name = s->lists.by[i].name;
	which_value(y, x, w, narrowed, name);
}

static void
session_draw(const struct mode_state *s, int y, int x, int w)
{
	static const char *const keep[] = { "keep", "show them again", NULL };
	char seen[32], skipped[32], *text;
	int taken;

	count_text((long long)s->lists.seen, seen);
	count_text((long long)s->lists.skipped, skipped);
	text = s->lists.skipped > 0 ? xasprintf("%s seen, %s of them skipped",
	    seen, skipped) : xasprintf("%s seen", seen);
	taken = scr_cut(y, x + 1, w - 1, ST_TEXT, text) + 4;
	free(text);
	which_words(y, x + taken, w - taken, keep, s->clear);
}

static void
filter_draw(const struct mode_state *s, const struct scheme *sc, int row,
    int y, int x, int w)
{
	const struct next_criteria *c = &s->c;
	char number[64];

	switch (row) {
	case ROW_TEXT:
		which_regex(y, x, w, c);
		break;
	case ROW_CARRIES:
		which_label(y, x, w, sc, c->carries, "–");
		break;
	case ROW_PREDICTED:
		which_label(y, x, w, sc, c->predicted, "–");
		break;
	case ROW_WRONG:
		which_value(y, x, w, c->wrong, c->wrong ? "only" : "–");
		break;
	case ROW_FLAG: which_value(y, x, w, c->flag, c->flag ? "only" : "–"); break;
	case ROW_COMMENT:
		which_value(y, x, w, c->comment, c->comment ? "only" : "–");
		break;
	case ROW_RETRAIN:
		snprintf(number, sizeof number, "every %lld", s->retrain);
		which_value(y, x, w, false, s->retrain > 0 ? number : "–");
		break;
	case ROW_AUDIT:
		snprintf(number, sizeof number, "%.0f %%", s->audit * 100);
		which_value(y, x, w, false, s->audit > 0 ? number : "–");
		break;
	}
}

static void
order_draw(const struct mode_state *s, const struct scheme *sc, int row, int y,
    int x, int w)
{
	static const char *const modes[][2] = {
		{ "in file order", "" },
		{ "random", "a fair sample: start here, come back often" },
		{ "most uncertain", "what the model can't decide  (active)" },
		{ "most probable", "finds more of a rare label   (maxprob)" },
	};
	int at = row - ROW_SEQUENTIAL, taken;
	bool on = (int)s->c.mode == at;

	taken = which_word(y, x, w, on, modes[at][0]) - 2;
	if (row >= ROW_ACTIVE && (on || s->list.at == (size_t)row))
		taken += 1 + scr_putf(y, x + taken + 1, w - taken - 1,
		    on && s->c.label != 0 ? ST_STRONG : ST_TEXT, "[%s]",
		    label_name(sc, s->c.label, "any"));
	taken = taken < 23 ? 23 : taken + 2;
	scr_cut(y, x + taken, w - taken, ST_TEXT, modes[at][1]);
}

static void
row_draw(const struct mode_state *s, const struct scheme *sc, int row, int y,
    int x, int w)
{
	static const char *const sets[] = { "train", "validation",
		"test: blind, no predictions", NULL };
	static const char *const only[] = { "untagged", "untagged by me",
		"tagged by me", "tagged", "all", NULL };

	switch (row) {
	case ROW_SET:
		which_words(y, x, w, sets, s->c.set == SET_TRAIN ? 0 :
		    s->c.set == SET_VALID ? 1 : 2);
		break;
	case ROW_SEQUENTIAL:
	case ROW_RANDOM:
	case ROW_ACTIVE:
	case ROW_MAXPROB: order_draw(s, sc, row, y, x, w); break;
	case ROW_ONLY: which_words(y, x, w, only, only_at(&s->c)); break;
	case ROW_BY: by_draw(s, y, x, w); break;
	case ROW_MODEL: model_draw(s, y, x, w); break;
	case ROW_SESSION: session_draw(s, y, x, w); break;
	default: filter_draw(s, sc, row, y, x, w);
	}
}

/* The line that a field stands in. */
static int
line_of(size_t row, bool narrow)
{
	int line = 0;

	for (size_t i = 1; i <= row; i++)
		line += narrow || fields[i].column == 0;
	return line;
}

static void
mode_draw(struct view *v, struct rect r)
{
	struct mode_state *s = v->state;
	const struct scheme *sc = &tag_of(v)->shot.scheme;
	bool narrow = r.w < NARROW;
	struct list lines = { .n = (size_t)line_of(ROWS - 1, narrow) + 1,
		.at = (size_t)line_of(s->list.at, narrow),
		.top = s->list.top, .height = r.h };
	int width = r.w - 1 < 110 ? r.w - 1 : 110;

	list_fit(&lines, lines.n);
	s->list.top = lines.top;
	for (int row = 0; row < ROWS; row++) {
		int line = line_of((size_t)row, narrow) - (int)lines.top;
		int column = narrow ? 0 : fields[row].column;
		int x = column == 0 ? 0 : column == 1 ? width * 2 / 5 :
		    width * 7 / 10;
		bool last = row + 1 == ROWS || narrow ||
		    fields[row + 1].column == 0;
		int end = last ? r.w - 1 : column == 0 ? width * 2 / 5 - 1 :
		    width * 7 / 10 - 1;
		bool here = (size_t)row == s->list.at;

		if (line < 0 || line >= r.h)
			continue;
		hot_add(&(struct hot){ .r = { r.y + line, x, 1, end - x },
			.list = &s->list, .at = (size_t)row,
			.key = here ? K_RIGHT : 0, .twice = K_ENTER });
		scr_put(r.y + line, x, 1, ST_ACCENT, here ? "▸" : " ");
		scr_put(r.y + line, x + 1, 10, here ? ST_STRONG : ST_TEXT,
		    fields[row].name);
		row_draw(s, sc, row, r.y + line, x + 11, end - x - 11);
		if (here)
			scr_cursor(r.y + line, x + 12);
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
	count_text((long long)s->counts.fits, fits);
	count_text((long long)s->counts.total, total);
	if (s->counts.second > 0) {
		char second[32];

		count_text((long long)s->counts.second, second);
		buf_addf(right, "%s for a second opinion, ", second);
	}
	buf_addf(right, "%s of %s texts fit", fits, total);
}

static const char *const contexts[] = { "mode", "any", NULL };

const struct view_ops view_mode = {
	.name = "mode", .overlay = true, .covers = true,
	.state_size = sizeof(struct mode_state), .contexts = contexts,
	.open = mode_open, .close = mode_close, .draw = mode_draw,
	.head = mode_head, .act = mode_act,
};
