/*
 * Table's small sheets, over its lower lines: which columns are shown, and the
 * labels of a row where a text has several. And what other views ask for.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/user.h"

#include "table.h"

/* ---- columns ---- */

struct columns_state {
	int order[TABLE_SHOWN]; /* those shown first */
	bool on[TABLE_SHOWN];
	struct list list;
};

static struct table_state *
table_of(struct view *v)
{
	return view_under(v)->state;
}

static bool
may_be_shown(const struct table_state *t, int c)
{
	return c == TABLE_PREDICTED || c == TABLE_SURE || c == TABLE_SET ||
	    table_column_there(t, c);
}

static void
columns_begin(struct view *v)
{
	struct columns_state *s = v->state;
	struct table_state *t = table_of(v);
	size_t n = 0;

	for (size_t i = 0; i < t->nshown; i++) {
		s->order[n] = t->shown[i];
		s->on[n++] = true;
	}
	for (int c = 0; c < TABLE_FIELDS + (int)t->ncolumns &&
	     n < TABLE_SHOWN; c++) {
		bool there = !may_be_shown(t, c);

		for (size_t i = 0; i < t->nshown; i++)
			there |= t->shown[i] == c;
		if (!there)
			s->order[n++] = c;
	}
	s->list.n = n;
}

static void
column_draw(void *of, size_t at, int y, int w, bool here)
{
	struct view *v = of;
	const struct columns_state *s = v->state;
	const struct table_state *t = table_of(v);
	int c = s->order[at];

	scr_put(y, 3, 3, here ? ST_STRONG : ST_TEXT, s->on[at] ? "[x]" :
	    "[ ]");
	scr_cut(y, 7, 24, here ? ST_STRONG : ST_TEXT,
	    table_column_name(t, c));
	if (c >= TABLE_FIELDS)
		scr_put(y, 33, w - 34, ST_TEXT, "of the file");
	else if (!table_column_there(t, c))
		scr_put(y, 33, w - 34, ST_TEXT, c == TABLE_SET ?
		    "when several sets are listed" :
		    "when a model has predicted");
}

static void
columns_draw(struct view *v, struct rect r)
{
	struct columns_state *s = v->state;

	list_draw(&s->list, s->list.n, sheet_begin(r, s->list.n, &s->list,
	    "columns"), column_draw, v);
}

static void
columns_apply(struct view *v)
{
	struct columns_state *s = v->state;
	struct table_state *t = table_of(v);

	t->nshown = 0;
	for (size_t i = 0; i < s->list.n; i++)
		if (s->on[i])
			t->shown[t->nshown++] = s->order[i];
	memset(t->width, 0, sizeof t->width);
	table_save(view_under(v));
}

static void
columns_shift(struct view *v, bool up)
{
	struct columns_state *s = v->state;
	size_t a = s->list.at, b = up ? a - 1 : a + 1;
	int order = s->order[a];
	bool on = s->on[a];

	if ((up && a == 0) || b >= s->list.n)
		return;
	s->order[a] = s->order[b];
	s->on[a] = s->on[b];
	s->order[b] = order;
	s->on[b] = on;
	s->list.at = b;
	columns_apply(v);
}

static unsigned
columns_act(struct view *v, struct cmd_call *c)
{
	struct columns_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "toggle") == 0) {
		s->on[s->list.at] = !s->on[s->list.at];
		columns_apply(v);
	} else if (strcmp(name, "shift-label") == 0) {
		columns_shift(v, strcmp(cmd_str(c, "WHERE"), "up") == 0);
	} else if (strcmp(name, "enter") == 0 ||
	    strcmp(name, "display") == 0) {
		return R_REDRAW | R_CLOSE;
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static const struct view_ops columns_ops = {
	.name = "columns", .overlay = true,
	.state_size = sizeof(struct columns_state),
	.contexts = (const char *const[]){ "columns", "list", "any", NULL },
	.open = columns_begin, .draw = columns_draw, .act = columns_act,
};

void
table_columns_open(struct view *v)
{
	(void)v;
	view_open(&columns_ops);
}

/* ---- labels of a row ---- */

struct toggles_state {
	bool *on; /* (scheme.nlabels) */
	struct list list;
	int64_t seq;
};

static void
toggles_begin(struct view *v)
{
	struct toggles_state *s = v->state;
	struct table_state *t = table_of(v);
	const struct table_row *r = table_here(t);

	s->list.n = t->scheme.nlabels;
	s->on = xcalloc(s->list.n + 1, sizeof *s->on);
	s->seq = table_seq(t);
	for (size_t i = 0; r != NULL && i < r->nown; i++) {
		int place = label_index(&t->scheme, r->own[i]);

		if (place >= 0)
			s->on[place] = true;
	}
}

static void
toggles_close(struct view *v)
{
	free(((struct toggles_state *)v->state)->on);
}

static void
toggle_draw(void *of, size_t at, int y, int w, bool here)
{
	struct view *v = of;
	const struct toggles_state *s = v->state;
	const struct scheme *sc = &table_of(v)->scheme;
	char key[8];

	label_key(sc, at, key);
	scr_put(y, 3, 2, ST_STRONG, key);
	scr_put(y, 5, 3, here ? ST_STRONG : ST_TEXT, s->on[at] ? "[x]" :
	    "[ ]");
	scr_cut(y, 9, w - 10, s->on[at] ? ST_STRONG : ST_TEXT,
	    sc->labels[at].name);
}

static void
toggles_draw(struct view *v, struct rect r)
{
	struct toggles_state *s = v->state;
	struct table_state *t = table_of(v);
	const struct table_row *row = table_here(t);
	char *title = xasprintf("labels of %s%s", row != NULL ? "#" : "",
	    row != NULL ? row->id : "this text");

	r = sheet_begin(r, s->list.n, &s->list, title);
	free(title);
	if (s->list.n == t->scheme.nlabels)
		list_draw(&s->list, s->list.n, r, toggle_draw, v);
}

static unsigned
toggles_save(struct view *v)
{
	struct toggles_state *s = v->state;
	struct table_state *t = table_of(v);
	int64_t labels[64];
	size_t n = 0;

	if (s->list.n != t->scheme.nlabels) { /* others changed them */
		ui_message(MSG_NOTE, "the labels have changed: look again");
		return R_REDRAW | R_CLOSE;
	}
	for (size_t i = 0; i < s->list.n && n < 64; i++)
		if (s->on[i])
			labels[n++] = t->scheme.labels[i].id;
	if (n == 0) {
		ui_message(MSG_NOTE, "no label is chosen: = saves \"none of "
		    "these\"");
		return R_REDRAW;
	}
	table_tag(view_under(v), labels, n);
	return R_REDRAW | R_CLOSE;
}

static unsigned
toggles_key(struct view *v, int key)
{
	struct toggles_state *s = v->state;
	int place = key_label(&table_of(v)->scheme, key);

	if (place < 0 || (size_t)place >= s->list.n)
		return R_PASS;
	s->on[place] = !s->on[place];
	s->list.at = (size_t)place;
	return R_REDRAW;
}

static unsigned
toggles_act(struct view *v, struct cmd_call *c)
{
	struct toggles_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "toggle") == 0) {
		if (s->list.n > 0)
			s->on[s->list.at] = !s->on[s->list.at];
	} else if (strcmp(name, "enter") == 0 || strcmp(name, "save") == 0) {
		return toggles_save(v);
	} else if (strcmp(name, "none") == 0) {
		table_tag(view_under(v), NULL, 0);
		return R_REDRAW | R_CLOSE;
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static const struct view_ops toggles_ops = {
	.name = "toggles", .overlay = true,
	.state_size = sizeof(struct toggles_state),
	.contexts = (const char *const[]){ "toggles", "list", "any", NULL },
	.open = toggles_begin, .close = toggles_close, .draw = toggles_draw,
	.key = toggles_key, .act = toggles_act,
};

void
table_toggles_open(struct view *v, int place)
{
	struct table_state *t = v->state;
	struct view *sheet;
	struct toggles_state *s;

	if (table_here(t) == NULL || t->scheme.nlabels == 0) {
		ui_message(MSG_NOTE, "%s", t->scheme.nlabels > 0 ?
		    "there is no text to label" : may_words("label add",
		    "no label yet: :label add NAME",
		    "no label yet: a manager adds them"));
		return;
	}
	sheet = view_open(&toggles_ops);
	if (sheet == NULL)
		return;
	s = sheet->state;
	if (place >= 0 && (size_t)place < s->list.n) {
		s->on[place] = !s->on[place];
		s->list.at = (size_t)place;
	}
}
