/*
 * The sheets of options: `d` those that belong to the work, `set` all. Each
 * row is changed where it stands; what is under the sheet shows the effect at
 * once.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "options.h"

struct sheet {
	enum option rows[OPTIONS];
	size_t n;
	struct list list;
	bool all, typing;
	struct edit edit;
};

static enum option
current(const struct sheet *s)
{
	return s->rows[s->list.at];
}

static void
sheet_close(struct view *v)
{
	struct sheet *s = v->state;

	edit_free(&s->edit);
}

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	struct sheet *s = of;
	enum option o = s->rows[at];
	const struct option_info *t = option_info(o);
	struct buf b = BUF_INIT;

	scr_put(y, 3, 12, here ? ST_STRONG : ST_TEXT, t->name);
	if (here && s->typing) {
		edit_draw(&s->edit, y, 16, 8);
	} else {
		option_spell(o, option_get(o), &b);
		scr_put(y, 16, 7, option_get(o) == t->def ? ST_TEXT :
		    ST_STRONG, buf_str(&b));
	}
	buf_clear(&b);
	buf_adds(&b, t->help);
	if (t->unit != NULL)
		buf_addf(&b, " (%s, %d to %d)", t->unit, t->min, t->max);
	scr_cut(y, 25, w - 26, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static const char *const contexts[] = { "display", "any", NULL };

static void
sheet_hints(const struct sheet *s, int y)
{
	const struct option_info *t = option_info(current(s));
	struct buf b = BUF_INIT, key = BUF_INIT;

	if (s->typing)
		buf_adds(&b, "Enter set   Esc leave it");
	else if (t->type == OPTION_CHOICE)
		buf_addf(&b, "←→ %s   Esc leave", t->choices);
	else if (t->type == OPTION_NUMBER)
		buf_adds(&b, "←→ change   digits a number   Esc leave");
	else
		buf_adds(&b, "←→ on or off   Esc leave");
	keymap_keys(contexts, "highlights", 1, &key);
	if (key.len > 0 && !s->typing)
		buf_addf(&b, "   %s highlights", buf_str(&key));
	hints_draw(y, buf_str(&b));
	buf_free(&key);
	buf_free(&b);
}

static void
sheet_draw(struct view *v, struct rect r)
{
	struct sheet *s = v->state;
	struct rect rows = sheet_begin(r, s->n, &s->list, s->all ?
	    "options" : "what is shown");

	list_draw(&s->list, s->n, rows, row_draw, s);
	if (s->typing)
		hot_cover(rows);
	sheet_hints(s, r.y + r.h + 1);
}

/* One step; flags and choices go round. */
static void
step(enum option o, int by)
{
	const struct option_info *t = option_info(o);
	int n = t->max - t->min + 1;

	if (t->type == OPTION_NUMBER)
		option_set(o, option_get(o) + by * t->step);
	else
		option_set(o, (option_get(o) + n + by) % n);
}

static unsigned
type_key(struct sheet *s, int key)
{
	struct err err = { 0 };
	int value;

	if (key == K_ENTER) {
		if (option_parse(current(s), buf_str(&s->edit.text), &value,
		    &err) < 0) {
			ui_error(&err);
			return R_REDRAW;
		}
		option_set(current(s), value);
		s->typing = false;
	} else if (key == K_ESC || key == K_CTRL('C')) {
		s->typing = false;
	} else {
		edit_key(&s->edit, key);
	}
	return R_REDRAW;
}

static unsigned
sheet_key(struct view *v, int key)
{
	static const struct {
		int key;
		const char *where;
	} moves[] = { { K_UP, "up" }, { 'k', "up" }, { K_DOWN, "down" },
		{ 'j', "down" }, { K_PGUP, "page-up" },
		{ K_PGDN, "page-down" }, { K_HOME, "first" },
		{ K_END, "last" } };
	struct sheet *s = v->state;
	enum option o = current(s);

	if (s->typing)
		return type_key(s, key);
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
		if (moves[i].key == key) {
			list_move(&s->list, moves[i].where);
			return R_REDRAW;
		}
	if (option_info(o)->type == OPTION_NUMBER &&
	    ((key >= '0' && key <= '9') || key == K_ENTER)) {
		s->typing = true;
		edit_set(&s->edit, "");
		edit_key(&s->edit, key);
		return R_REDRAW;
	}
	switch (key) {
	case K_LEFT:
		step(o, -1);
		return R_REDRAW;
	case K_RIGHT: case ' ': case K_ENTER:
		step(o, 1);
		return R_REDRAW;
	case 'q': case K_ESC: case K_CTRL('C'):
		return R_CLOSE | R_REDRAW;
	}
	return key == 'd' && !s->all ? R_CLOSE | R_REDRAW : R_PASS;
}

static const struct view_ops sheet_ops = {
	.name = "display", .overlay = true, .state_size = sizeof(struct sheet),
	.contexts = contexts, .close = sheet_close, .draw = sheet_draw,
	.key = sheet_key,
};

static void
sheet_open(struct view *owner, bool all)
{
	struct view *v = view_open(&sheet_ops);
	struct sheet *s;

	if (v == NULL)
		return;
	if (owner != NULL)
		v->below = owner;
	s = v->state;
	s->all = all;
	for (int i = 0; i < OPTIONS; i++)
		if (all || !option_info((enum option)i)->user)
			s->rows[s->n++] = (enum option)i;
	s->list.n = s->n;
}

void
options_open(struct view *owner)
{
	sheet_open(owner, false);
}

void
options_open_all(struct view *owner)
{
	sheet_open(owner, true);
}
