/*
 * A text in lines: breaks where UAX 14 allows them, measured in columns by
 * graphemes; a word longer than a line is cut between graphemes. Spaces at a
 * line's end take no room.
 */
#include <stdlib.h>
#include <string.h>

#include <linebreak.h>

#include "tagtiger/alloc.h"

#include "draw.h"

#define TAB_WIDTH 4

static void
line_add(struct textbox *t, size_t start, size_t end)
{
	t->v = array_room(t->v, t->n, &t->cap, sizeof *t->v);
	t->v[t->n++] = (struct text_line){ start, end - start };
}

static size_t
text_step(const char *s, size_t len, int *width)
{
	struct glyph g;
	size_t used;

	if (*s == '\t') {
		*width = TAB_WIDTH;
		return 1;
	}
	if (*s == '\r' && len > 1 && s[1] == '\n') {
		*width = 0;
		return 1;
	}
	used = glyph_next(s, len, &g);
	*width = g.width;
	return used;
}

/* One paragraph [start, end), which holds no line break of its own. */
static void
paragraph(struct textbox *t, const char *s, size_t start, size_t end,
    const char *breaks)
{
	size_t line = start, at = start, allowed = start, step;
	int col = 0, w;
	bool blank;

	while (at < end) {
		step = text_step(s + at, end - at, &w);
		blank = s[at] == ' ' && step == 1; /* without a mark */
		if (col + w > t->width && !blank && at > line) {
			if (allowed > line)
				at = allowed;
			line_add(t, line, at);
			line = allowed = at;
			col = 0;
			continue;
		}
		col += w;
		at += step;
		if (breaks[at - 1] == LINEBREAK_ALLOWBREAK)
			allowed = at;
	}
	line_add(t, line, end);
}

static bool
is_break(const char *s, size_t at)
{
	return s[at] == '\n';
}

/*
 * Where lines may break, a byte each. libunibreak before 4 ends the program
 * on the letters that flags are made of (U+1F1E6 to U+1F1FF) and on U+FFFF:
 * it is shown other characters of the same length in their place.
 */
static char *
line_breaks(const char *s, size_t len)
{
	static bool ready;
	char *breaks = xmalloc(len + 1), *copy = NULL;

	if (!ready)
		init_linebreak();
	ready = true;
	for (size_t i = 0; i + 2 < len; i++) {
		bool flag = memcmp(s + i, "\xf0\x9f\x87", 3) == 0;

		if (!flag && memcmp(s + i, "\xef\xbf\xbf", 3) != 0)
			continue;
		if (copy == NULL) {
			copy = xmalloc(len);
			memcpy(copy, s, len);
		}
		if (flag && i + 3 < len)
			memcpy(copy + i, "\xf0\x90\x80\x80", 4);
		else if (!flag)
			copy[i + 2] = '\xbd';
	}
	set_linebreaks_utf8((const utf8_t *)(copy != NULL ? copy : s), len,
	    NULL, breaks);
	free(copy);
	return breaks;
}

void
textbox_set(struct textbox *t, const char *s, size_t len, int width)
{
	char *breaks = line_breaks(s, len);
	size_t start = 0;

	t->n = 0;
	t->width = width < 1 ? 1 : width;
	for (size_t at = 0; at < len; at++) {
		if (!is_break(s, at))
			continue;
		paragraph(t, s, start, at > start && s[at - 1] == '\r' ?
		    at - 1 : at, breaks);
		start = at + 1;
	}
	if (start < len)
		paragraph(t, s, start, len, breaks);
	free(breaks);
}

void
textbox_free(struct textbox *t)
{
	free(t->v);
	memset(t, 0, sizeof *t);
}

size_t
textbox_line_of(const struct textbox *t, size_t byte)
{
	size_t i = 0;

	while (i + 1 < t->n && t->v[i + 1].start <= byte)
		i++;
	return i;
}

/* The style at a byte; where spans lie on one another, the first one's. */
static int
span_style(const struct span *spans, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		if (at >= spans[i].begin && at < spans[i].end)
			return spans[i].style != 0 ? spans[i].style : ST_MATCH;
	return ST_TEXT;
}

void
textbox_draw_line(const struct textbox *t, const char *s, size_t line, int y,
    int x, const struct span *spans, size_t nspans)
{
	const struct text_line *l = &t->v[line];
	size_t at = l->start, end = l->start + l->len, from, step;
	struct span near[64];
	size_t n = 0;
	int col = 0, w, width, style;

	/* Of many spans few lie in one line. */
	for (size_t i = 0; i < nspans && n < 64; i++)
		if (spans[i].end > at && spans[i].begin < end)
			near[n++] = spans[i];

	while (at < end) {
		if (s[at] == '\t') {
			col += TAB_WIDTH;
			at++;
			continue;
		}
		from = at;
		width = 0;
		style = span_style(near, n, at);
		while (at < end && s[at] != '\t' &&
		    span_style(near, n, at) == style) {
			step = text_step(s + at, end - at, &w);
			width += w;
			at += step;
		}
		/* Spaces that hang over the edge are not drawn. */
		if (col + width > t->width)
			width = t->width - col;
		col += scr_putn(y, x + col, width, style,
		    s + from, at - from);
	}
}

int
scr_paragraph(struct rect r, int style, const char *s)
{
	struct textbox t = { 0 };
	int n;

	textbox_set(&t, s, strlen(s), r.w);
	for (size_t i = 0; i < t.n && (int)i < r.h; i++)
		scr_putn(r.y + (int)i, r.x, r.w, style, s + t.v[i].start,
		    t.v[i].len);
	n = (int)t.n;
	textbox_free(&t);
	return n;
}
