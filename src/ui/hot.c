/*
 * Zones of the last frame and what a click in them does. A click is dealt
 * with in its turn among the keys, perhaps after its view was closed: a zone
 * remembers whose it is, and the dead have none.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

#define NOTCH 3 /* lines that the wheel moves by */

struct zone {
	struct hot hot;
	char *line;
	struct view *view;
	unsigned serial;
};

static struct {
	struct zone *v;
	size_t n, cap;
	struct view *owner;
} hot;

void
hot_begin(void)
{
	for (size_t i = 0; i < hot.n; i++)
		free(hot.v[i].line);
	hot.n = 0;
	hot.owner = NULL;
}

void
hot_free(void)
{
	hot_begin();
	free(hot.v);
	memset(&hot, 0, sizeof hot);
}

void
hot_owner(struct view *v)
{
	hot.owner = v;
}

void
hot_add(const struct hot *h)
{
	struct zone *z;

	if (h->r.w <= 0 || h->r.h <= 0)
		return;
	hot.v = array_room(hot.v, hot.n, &hot.cap, sizeof *hot.v);
	z = &hot.v[hot.n++];
	*z = (struct zone){ .hot = *h, .line = xstrdup(h->line),
		.view = hot.owner, .serial = hot.owner != NULL ?
		hot.owner->serial : 0 };
}

void
hot_rows(struct list *l, int y, int x, int w, int rows)
{
	for (int i = 0; i < rows && l->top + (size_t)i < l->n; i++)
		hot_add(&(struct hot){ .r = { y + i, x, 1, w }, .list = l,
			.at = l->top + (size_t)i, .twice = K_ENTER });
}

void
hot_cover(struct rect r)
{
	hot_add(&(struct hot){ .r = r });
}

static const struct zone *
zone_at(int y, int x)
{
	for (size_t i = hot.n; i-- > 0;) {
		const struct rect *r = &hot.v[i].hot.r;

		if (y >= r->y && y < r->y + r->h && x >= r->x &&
		    x < r->x + r->w)
			return &hot.v[i];
	}
	return NULL;
}

static void
wheel(const struct hot *h, int step)
{
	struct view *top = view_top();

	ui_redraw();
	if (h != NULL && h->list != NULL) {
		struct list *l = h->list;
		size_t last = l->n > 0 ? l->n - 1 : 0;

		if (step < 0)
			l->at = l->at > NOTCH ? l->at - NOTCH : 0;
		else
			l->at = l->at + NOTCH < last ? l->at + NOTCH : last;
	} else if (h != NULL && h->wheel != NULL) {
		h->wheel(top, NOTCH * step);
	} else {
		for (int i = 0; i < NOTCH; i++)
			view_key(step < 0 ? K_UP : K_DOWN);
	}
}

static void
click(const struct zone *z, int y, int x, bool twice)
{
	struct hot h = z->hot;
	struct view *top = view_top();
	char *line;

	/* The second of a double click, where one is all there is to do:
	 * what the first said stays. */
	if (twice && h.hit == NULL && h.twice == 0)
		return;
	line = xstrdup(z->line);
	buf_clear(&ui.message);
	ui_redraw();

	if (h.list != NULL)
		h.list->at = h.at < h.list->n ? h.at : h.list->at;
	if (h.hit != NULL)
		h.hit(top, &h, y - h.r.y, x - h.r.x, twice);
	else if (twice && h.twice != 0)
		view_key(h.twice);
	else if (!twice && h.key != 0)
		view_key(h.key);
	else if (!twice && line != NULL)
		run_line(top, line);
	free(line);
}

void
hot_mouse(int key)
{
	int y = K_MOUSE_Y(key), x = K_MOUSE_X(key);
	enum mouse what = K_MOUSE_WHAT(key);
	const struct zone *z = zone_at(y, x);
	struct view *top = view_top();

	if (top == NULL)
		return;
	/* What lies under a sheet waits until it is closed. */
	if (z != NULL && z->view != NULL && (z->view != top ||
	    z->serial != top->serial))
		z = NULL;
	if (what == MOUSE_UP || what == MOUSE_DOWN)
		wheel(z != NULL ? &z->hot : NULL, what == MOUSE_UP ? -1 : 1);
	else if (z != NULL)
		click(z, y, x, what == MOUSE_TWICE);
}
