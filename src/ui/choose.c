/*
 * The picker: a list over the lower half that narrows as one types, the
 * nearest first (fuzzy.h); among equals the heavier one.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/fuzzy.h"

#include "priv.h"

#define SHOWN 10

struct match {
	size_t i;
	int rank;
	long long weight;
};

struct choose_state {
	struct choices all;
	char *label;
	struct edit edit;
	struct fuzzy *typed; /* what stands in edit */
	struct match *found;
	size_t nfound;
	struct list list;
	void (*chosen)(struct view *, size_t, const char *);
};

void
choices_add(struct choices *c, const char *text, const char *aside,
    const char *key, long long weight)
{
	c->v = array_room(c->v, c->n, &c->cap, sizeof *c->v);
	c->v[c->n++] = (struct choice){ .text = xstrdup(text),
		.aside = xstrdup(aside), .key = xstrdup(key),
		.weight = weight };
}

void
choices_free(struct choices *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].text);
		free(c->v[i].aside);
		free(c->v[i].key);
	}
	free(c->v);
	memset(c, 0, sizeof *c);
}

static int
match_order(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank - y->rank;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->i < y->i ? -1 : 1;
}

static void
narrow(struct choose_state *s)
{
	const char *typed = buf_str(&s->edit.text);
	bool all = typed[0] == '\0';

	fuzzy_free(s->typed);
	s->typed = fuzzy_new(typed);
	s->nfound = 0;
	for (size_t i = 0; i < s->all.n; i++) {
		int r = fuzzy_rank(s->typed, s->all.v[i].text);

		if (r >= 0)
			s->found[s->nfound++] = (struct match){ i, r,
				all ? 0 : s->all.v[i].weight };
	}
	qsort(s->found, s->nfound, sizeof *s->found, match_order);
	s->list.n = s->nfound;
	s->list.at = s->list.top = 0;
}

static void
choose_close(struct view *v)
{
	struct choose_state *s = v->state;

	free(s->found);
	fuzzy_free(s->typed);
	choices_free(&s->all);
	edit_free(&s->edit);
	free(s->label);
}

static unsigned
choose_enter(struct view *v)
{
	struct choose_state *s = v->state;
	struct view *owner = v->below;
	void (*chosen)(struct view *, size_t, const char *) = s->chosen;
	size_t i;
	char *text;

	if (s->nfound == 0)
		return R_REDRAW;
	i = s->found[s->list.at].i;
	text = xstrdup(s->all.v[i].text);
	view_close(v);
	chosen(owner, i, text);
	free(text);
	return R_REDRAW;
}

static unsigned
choose_key(struct view *v, int key)
{
	struct choose_state *s = v->state;

	switch (key) {
	case K_ESC: case K_CTRL('C'):
		return R_CLOSE | R_REDRAW;
	case K_BACKSPACE:
		if (s->edit.text.len == 0)
			return R_CLOSE | R_REDRAW;
		break;
	case K_ENTER: case K_TAB:
		return choose_enter(v);
	case K_UP: case K_CTRL('P'):
		list_move(&s->list, "up");
		return R_REDRAW;
	case K_DOWN: case K_CTRL('N'):
		list_move(&s->list, "down");
		return R_REDRAW;
	case K_PGUP:
		list_move(&s->list, "page-up");
		return R_REDRAW;
	case K_PGDN:
		list_move(&s->list, "page-down");
		return R_REDRAW;
	}
	if (!(edit_key(&s->edit, key) & R_PASS))
		narrow(s);
	return R_REDRAW;
}

/* The choice, with what was typed of it marked. */
static void
text_draw(const struct choose_state *s, const char *text, int y, int x, int w,
    int style)
{
	size_t len = strlen(text);
	bool *marked = xcalloc(len + 1, sizeof *marked);
	struct glyph g;

	fuzzy_mark(s->typed, text, marked);
	w = glyph_width(text, len) > w ? w - 1 : w; /* without the ellipsis */
	scr_cut(y, x, w + 1, style, text);
	for (size_t at = 0, n; at < len && w > 0; at += n) {
		n = glyph_next(text + at, len - at, &g);
		w -= g.width;
		if (marked[at] && w >= 0)
			scr_putn(y, x, g.width, ST_MATCH, text + at, n);
		x += g.width;
	}
	free(marked);
}

static void
choose_draw(struct view *v, struct rect r)
{
	struct choose_state *s = v->state;
	int bottom = r.y + r.h + 1; /* the key line */
	char *hints;
	int height = r.h - 1 < SHOWN ? r.h - 1 : SHOWN, y, x, widest = 12;
	int beside = 0; /* columns of what stands right of it */

	if (height > (int)s->all.n)
		height = (int)s->all.n; /* it keeps its place as one types */
	s->list.height = height;
	list_fit(&s->list, s->nfound);
	y = bottom - height - 1;
	for (size_t i = 0; i < s->all.n; i++) {
		int w = glyph_width(s->all.v[i].text,
		    strlen(s->all.v[i].text));

		widest = w > widest ? w : widest;
		if (s->all.v[i].aside != NULL || s->all.v[i].key != NULL)
			beside = 20;
	}
	if (widest > r.w - 4 - beside)
		widest = r.w - 4 - beside;
	scr_rule(y - 1, 0, r.w);
	scr_clear(y, 0, r.w);
	for (int i = 0; i < height; i++) {
		size_t at = s->list.top + (size_t)i;
		int row = y + 1 + i;
		const struct choice *c;
		bool here;

		scr_clear(row, 0, r.w);
		if (at >= s->nfound)
			continue;
		hot_add(&(struct hot){ .r = { row, 0, 1, r.w },
			.list = &s->list, .at = at, .twice = K_ENTER });
		c = &s->all.v[s->found[at].i];
		here = at == s->list.at;
		scr_put(row, 1, 1, ST_ACCENT, here ? "▸" : " ");
		if (c->on)
			scr_put(row, 2, 1, ST_STRONG, "✓");
		text_draw(s, c->text, row, 3, widest, here ? ST_STRONG :
		    ST_TEXT);
		if (c->aside != NULL)
			scr_right(row, widest + 4, 8, ST_TEXT, c->aside);
		if (c->key != NULL)
			scr_put(row, widest + 16, 4, ST_STRONG, c->key);
	}
	hints = s->nfound > 0 ? xasprintf("Enter %s   ↑↓ move   Esc back",
	    s->all.verb != NULL ? s->all.verb : "choose") :
	    xstrdup("nothing is called so   Esc back");
	hints_draw(bottom, hints);
	free(hints);
	x = 1 + scr_put(y, 1, r.w, ST_STRONG, s->label);
	edit_draw(&s->edit, y, x, r.w - x - 1);
}

static const char *const no_contexts[] = { NULL };

static const struct view_ops choose_ops = {
	.name = "choose", .overlay = true, .asks = true,
	.state_size = sizeof(struct choose_state), .contexts = no_contexts,
	.close = choose_close, .draw = choose_draw, .key = choose_key,
};

void
choose_open(struct view *owner, const char *label, struct choices *c,
    void (*chosen)(struct view *owner, size_t i, const char *text))
{
	struct view *v = view_open(&choose_ops);
	struct choose_state *s;

	if (v == NULL) {
		choices_free(c);
		return;
	}
	v->below = owner;
	s = v->state;
	s->all = *c;
	memset(c, 0, sizeof *c);
	s->label = xstrdup(label);
	s->chosen = chosen;
	s->found = xcalloc(s->all.n + 1, sizeof *s->found);
	narrow(s);
}
