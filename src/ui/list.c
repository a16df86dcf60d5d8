#include <string.h>

#include "priv.h"

bool
list_move(struct list *l, const char *where, int height)
{
	size_t page = height > 1 ? (size_t)height - 1 : 1;
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
	list_fit(l, l->n, height);
	return true;
}

void
list_fit(struct list *l, size_t n, int height)
{
	size_t h = height > 0 ? (size_t)height : 1;

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
