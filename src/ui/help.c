/*
 * `?`: the keys that work here, out of the live keymap, narrowing as one
 * types. And the pager: a text to read.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "priv.h"

void
live_add(struct live_keys *l, const char *name, const char *what)
{
	l->v = array_room(l->v, l->n, &l->cap, sizeof *l->v);
	memset(&l->v[l->n], 0, sizeof l->v[l->n]);
	strncpy(l->v[l->n].name, name, sizeof l->v[l->n].name - 1);
	l->v[l->n++].what = xstrdup(what);
}

enum help_kind { HELP_KEY, HELP_HEADING, HELP_TERM, HELP_TEXT };

struct help_line {
	char *key, *what, *line; /* line: the command, "" for a view's own;
				    of a term and its text: all its names */
	enum help_kind kind;
	bool here; /* about what the cursor was on: not looked for */
};

#define TERM_WIDTH 74

struct help_state {
	struct help_line *v;
	size_t n, cap;
	struct edit filter;
	struct list list;
	bool own; /* some keys are of the user's own file */
};

static void
add(struct help_state *h, const char *key, const char *what, const char *line,
    enum help_kind kind)
{
	h->v = array_room(h->v, h->n, &h->cap, sizeof *h->v);
	h->v[h->n++] = (struct help_line){ .key = xstrdup(key),
		.what = xstrdup(what), .line = xstrdup(line), .kind = kind };
}

/* ---- what the numbers mean ---- */

static void
add_term(struct help_state *h, const struct term *t)
{
	char *names = xasprintf("%s, %s", t->name, t->also);
	int w = scr_columns() - 6;
	struct textbox box = { 0 };

	add(h, "", t->name, names, HELP_TERM);
	textbox_set(&box, t->text, strlen(t->text), w < TERM_WIDTH ? w :
	    TERM_WIDTH);
	for (size_t i = 0; i < box.n; i++) {
		const char *start = t->text + box.v[i].start;
		size_t n = box.v[i].len;
		char *line;

		while (n > 0 && start[n - 1] == ' ')
			n--;
		line = xstrndup(start, n);
		add(h, "", line, names, HELP_TEXT);
		free(line);
	}
	textbox_free(&box);
	free(names);
}

/* "share, enough" */
static void
add_terms_here(struct help_state *h, const char *names)
{
	size_t from = h->n, at = 0;

	while (names != NULL && names[at] != '\0') {
		size_t n = strcspn(names + at, ",");
		char *name = xstrndup(names + at, n);
		const struct term *t = glossary_find(name);

		if (t != NULL)
			add_term(h, t);
		free(name);
		at += n;
		at += strspn(names + at, ", ");
	}
	for (size_t i = from; i < h->n; i++)
		h->v[i].here = true;
}

static void
add_glossary(struct help_state *h)
{
	const struct term *t;

	add(h, "", "what the numbers mean", "", HELP_HEADING);
	for (size_t i = 0; (t = glossary_at(i)) != NULL; i++)
		add_term(h, t);
}

/* ---- keys ---- */

/* What the table says of the command that a line begins with, and what else
 * the line says: "Change the view: tag". */
static void
help_of(const char *line, struct buf *out)
{
	const char *more;
	const struct command *c = line_command(line, &more);

	buf_adds(out, c != NULL ? c->help : line);
	if (c != NULL && *more != '\0' && *more != '%')
		buf_addf(out, ": %s", more);
}

static void
add_context(struct help_state *h, const struct view *v, size_t which)
{
	const char *const *contexts = v->contexts;
	const char *context = contexts[which];
	bool headed = false;

	for (size_t i = 0; i < keymap_count(); i++) {
		const struct binding *b = keymap_at(i);
		struct buf keys = BUF_INIT, what = BUF_INIT;
		bool first = true;

		if (strcmp(b->context, context) != 0 ||
		    keymap_find(contexts, b->key) != b ||
		    !may_line(v, b->line, NULL))
			continue;
		for (size_t j = 0; j < i; j++) /* told with its other key */
			first &= strcmp(keymap_at(j)->context, context) != 0 ||
			    strcmp(keymap_at(j)->line, b->line) != 0 ||
			    keymap_find(contexts, keymap_at(j)->key) !=
			    keymap_at(j);
		if (!first)
			continue;
		if (!headed)
			add(h, "", strcmp(context, "any") == 0 ? "everywhere" :
			    context, "", HELP_HEADING);
		headed = true;
		for (size_t j = i; j < keymap_count(); j++) {
			const struct binding *o = keymap_at(j);
			char name[16];

			if (strcmp(o->context, context) != 0 ||
			    strcmp(o->line, b->line) != 0 ||
			    keymap_find(contexts, o->key) != o)
				continue;
			key_spell(o->key, name);
			buf_addf(&keys, "%s%s%s", keys.len > 0 ? " " : "",
			    key_sign(name), o->user ? "*" : "");
			h->own |= o->user;
		}
		help_of(b->line, &what);
		add(h, buf_str(&keys), buf_str(&what), b->line, HELP_KEY);
		buf_free(&keys);
		buf_free(&what);
	}
}

static void
help_open(struct view *v)
{
	struct help_state *h = v->state;
	struct view *owner = v->below;
	struct live_keys live = { 0 };

	if (owner == NULL)
		return;
	if (owner->ops->term != NULL)
		add_terms_here(h, owner->ops->term(owner));
	if (owner->ops->keys != NULL)
		owner->ops->keys(owner, &live);
	if (live.n > 0)
		add(h, "", "labels", "", HELP_HEADING);
	for (size_t i = 0; i < live.n; i++) {
		add(h, live.v[i].name, live.v[i].what, "", HELP_KEY);
		free(live.v[i].what);
	}
	free(live.v);
	for (size_t c = 0; owner->contexts != NULL &&
	     owner->contexts[c] != NULL; c++)
		add_context(h, owner, c);
	add_glossary(h);
}

static void
help_close(struct view *v)
{
	struct help_state *h = v->state;

	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].key);
		free(h->v[i].what);
		free(h->v[i].line);
	}
	free(h->v);
	edit_free(&h->filter);
}

static bool
contains(const char *text, const char *part)
{
	char *a = utf8_fold(text, strlen(text));
	char *b = utf8_fold(part, strlen(part));
	bool found = strstr(a, b) != NULL;

	free(a);
	free(b);
	return found;
}

static bool
matches(const struct help_line *l, const char *filter)
{
	if (filter[0] == '\0')
		return true;
	if (l->kind == HELP_TERM || l->kind == HELP_TEXT)
		return !l->here && contains(l->line, filter);
	return l->kind == HELP_KEY && (contains(l->what, filter) ||
	    contains(l->line, filter) || strcmp(l->key, filter) == 0);
}

static unsigned
help_key(struct view *v, int key)
{
	struct help_state *h = v->state;
	static const struct {
		int key;
		const char *where;
	} moves[] = { { K_UP, "up" }, { K_DOWN, "down" },
		{ K_PGUP, "page-up" }, { K_PGDN, "page-down" },
		{ K_HOME, "first" }, { K_END, "last" } };

	if (key == K_ESC || key == K_CTRL('C') || key == K_ENTER)
		return R_CLOSE | R_REDRAW;
	if (key == K_CTRL('Z') || key == K_CTRL('L'))
		return R_PASS;
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
		if (moves[i].key == key) {
			list_move(&h->list, moves[i].where);
			return R_REDRAW;
		}
	if (h->filter.text.len == 0 && (key == 'q' || key == '?'))
		return R_CLOSE | R_REDRAW;
	if (!(edit_key(&h->filter, key) & R_PASS))
		h->list.at = 0;
	return R_REDRAW;
}

static void
line_draw(const struct help_line *l, bool here, int y, int w)
{
	switch (l->kind) {
	case HELP_HEADING:
		scr_put(y, 1, w - 2, ST_ACCENT, l->what);
		return;
	case HELP_TERM:
		scr_put(y, 1, 1, ST_ACCENT, here ? "▸" : " ");
		scr_put(y, 3, w - 4, ST_STRONG, l->what);
		return;
	case HELP_TEXT:
		scr_put(y, 1, 1, ST_ACCENT, here ? "▸" : " ");
		scr_cut(y, 5, w - 6, ST_TEXT, l->what);
		return;
	case HELP_KEY:
		break;
	}
	scr_put(y, 1, 1, ST_ACCENT, here ? "▸" : " ");
	scr_cut(y, 3, 14, ST_STRONG, l->key);
	scr_cut(y, 18, w < 110 ? w - 19 : 60, ST_TEXT, l->what);
	if (w >= 110)
		scr_cut(y, 80, w - 81, ST_TEXT, l->line);
}

static void
help_draw(struct view *v, struct rect r)
{
	struct help_state *h = v->state;
	const char *filter = buf_str(&h->filter.text);
	size_t n = 0, at = 0;
	int y = r.y, x;

	for (size_t i = 0; i < h->n; i++)
		n += matches(&h->v[i], filter);
	h->list.height = r.h;
	list_fit(&h->list, n);
	for (size_t i = 0; i < h->n && y < r.y + r.h; i++) {
		const struct help_line *l = &h->v[i];

		if (!matches(l, filter) || at++ < h->list.top)
			continue;
		if (l->kind != HELP_HEADING)
			hot_add(&(struct hot){ .r = { y, 0, 1, r.w },
				.list = &h->list, .at = at - 1,
				.twice = K_ENTER });
		line_draw(l, at - 1 == h->list.at, y, r.w);
		y++;
	}
	if (n == 0)
		scr_put(y, 3, r.w - 4, ST_TEXT, "no key does that, and no number is called so");
	x = 1 + scr_put(r.y + r.h, 1, r.w, ST_STRONG, "narrow: ");
	edit_draw(&h->filter, r.y + r.h, x, r.w - x - 1);
	if (message_beside(r))
		return;
	hints_draw(r.y + r.h + 1, h->own ? "type to narrow   ↑↓ PgUp PgDn "
	    "scroll   Esc leave   * of your keys.conf" :
	    "type to narrow   ↑↓ PgUp PgDn scroll   Esc leave");
}

static void
help_head(struct view *v, struct buf *left, struct buf *right)
{
	struct view *under = view_under(v);

	buf_addf(left, "keys and numbers of %s", v->below != NULL && under != NULL ?
	    v->below->ops->name : "the program");
	buf_adds(right, ":help tells of commands");
}

static const char *const any_context[] = { "any", NULL };

const struct view_ops view_help = {
	.name = "keys", .overlay = true, .covers = true, .asks = true,
	.state_size = sizeof(struct help_state), .contexts = any_context,
	.open = help_open, .close = help_close, .draw = help_draw,
	.head = help_head, .key = help_key,
};

/* ---- the pager ---- */

struct pager {
	char *title, *text;
	struct textbox box;
	struct list list;
};

static void
pager_close(struct view *v)
{
	struct pager *p = v->state;

	free(p->title);
	free(p->text);
	textbox_free(&p->box);
}

static void
pager_draw(struct view *v, struct rect r)
{
	struct pager *p = v->state;
	int w = r.w - 2;

	if (p->box.width != w)
		textbox_set(&p->box, p->text, strlen(p->text), w);
	p->list.height = r.h;
	p->list.n = p->box.n > (size_t)r.h ? p->box.n - (size_t)r.h + 1 : 1;
	if (p->list.at >= p->list.n)
		p->list.at = p->list.n - 1;
	for (int i = 0; i < r.h && p->list.at + (size_t)i < p->box.n; i++)
		textbox_draw_line(&p->box, p->text, p->list.at + (size_t)i,
		    r.y + i, 1, NULL, 0);
	scr_cursor(r.y, 1);
}

static void
pager_head(struct view *v, struct buf *left, struct buf *right)
{
	struct pager *p = v->state;

	buf_adds(left, p->title);
	if (p->list.n > 1)
		buf_addf(right, "%zu %%", p->list.at * 100 / (p->list.n - 1));
}

static unsigned
pager_act(struct view *v, struct cmd_call *c)
{
	struct pager *p = v->state;

	if (strcmp(c->command->name, "move") == 0) {
		list_move(&p->list, cmd_str(c, "WHERE"));
		return R_REDRAW;
	}
	if (strcmp(c->command->name, "enter") == 0)
		return R_REDRAW | R_CLOSE;
	return R_PASS;
}

static const char *const pager_contexts[] = { "pager", "list", "any", NULL };

static const struct view_ops pager_ops = {
	.name = "pager", .overlay = true, .covers = true,
	.state_size = sizeof(struct pager), .contexts = pager_contexts,
	.close = pager_close, .draw = pager_draw, .head = pager_head,
	.act = pager_act,
};

void
pager_open(struct view *owner, const char *title, const char *text)
{
	struct view *v = view_open(&pager_ops);
	struct pager *p;

	if (v == NULL)
		return;
	if (owner != NULL)
		v->below = owner;
	p = v->state;
	p->title = xstrdup(title);
	p->text = xstrdup(text);
}
