#include <string.h>

#include "priv.h"

bool
list_move(struct list *l, const char *where)
{
	size_t page = l->height > 1 ? (size_t)l->height - 1 : 1;
	size_t half = page > 1 ? page / 2 : 1;
	size_t down = 0, up = 0;

	if (l->n == 0)
		return false;
	if (strcmp(where, "up") == 0)
		up = 1;
	else if (strcmp(where, "down") == 0)
		down = 1;
	else if (strcmp(where, "page-up") == 0)
		up = page;
	else if (strcmp(where, "page-down") == 0)
		down = page;
	else if (strcmp(where, "half-up") == 0)
		up = half;
	else if (strcmp(where, "half-down") == 0)
		down = half;
	else if (strcmp(where, "first") == 0)
		up = l->n;
	else if (strcmp(where, "last") == 0)
		down = l->n;
	else
		return false;
	l->at = up > l->at ? 0 : l->at - up;
	l->at = l->at + down >= l->n ? l->n - 1 : l->at + down;
	list_fit(l, l->n);
	return true;
}

void
list_fit(struct list *l, size_t n)
{
	size_t h = l->height > 0 ? (size_t)l->height : 1;

	l->n = n;
	if (l->at >= n)
		l->at = n > 0 ? n - 1 : 0;
	if (l->top + h > n)
		l->top = n > h ? n - h : 0;
	if (l->at < l->top)
		l->top = l->at;
	if (l->at >= l->top + h)
		l->top = l->at - h + 1;
}

void
list_draw(struct list *l, size_t n, struct rect r, list_row *row,
    void *of)
{
	l->height = r.h;
	list_fit(l, n);
	hot_rows(l, r.y, r.x, r.w, r.h);
	for (int i = 0; i < r.h && l->top + (size_t)i < n; i++) {
		size_t at = l->top + (size_t)i;
		bool here = at == l->at;

		if (here) {
			scr_put(r.y + i, r.x + 1, 1, ST_ACCENT, "▸");
			scr_cursor(r.y + i, r.x + 3);
		}
		row(of, at, r.y + i, r.w, here);
	}
}

struct rect
sheet_begin(struct rect r, size_t n, const struct list *l, const char *title)
{
	int bottom = r.y + r.h, top = bottom - (int)n - 1;
	int least = r.y + (r.h + 3) / 4;

	top = top < least ? least : top;
	scr_rule(top - 1, 0, r.w);
	for (int y = top; y < bottom; y++)
		scr_clear(y, 0, r.w);
	hot_cover((struct rect){ top - 1, 0, bottom - top + 1, r.w });
	scr_cut(top, 1, r.w - 2, ST_STRONG, title);
	if (l->n > (size_t)(bottom - top - 1))
		scr_rightf(top, 20, r.w - 21, ST_TEXT, "%zu of %zu",
		    l->at + 1, l->n);
	return (struct rect){ top + 1, 0, bottom - top - 1, r.w };
}
