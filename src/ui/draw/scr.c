/*
 * Drawing. Each frame is drawn whole into curses' memory, which costs
 * microseconds; curses sends the cells that differ. A line that holds signs
 * whose width terminals disagree on is sent whole when it changes, so that a
 * terminal of another opinion is right again at the line's start.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>

#include "tagtiger/alloc.h"

#include "../priv.h"

/* What a line held in the last frame. */
struct row {
	uint64_t hash;
	bool doubt;
};

static struct {
	struct row *now, *before;
	int lines;
	int cursor_y, cursor_x;
	bool cursor;
} scr;

int
scr_lines(void)
{
	return LINES;
}

int
scr_columns(void)
{
	return COLS;
}

void
scr_begin(void)
{
	if (scr.lines < LINES) {
		scr.now = xreallocarray(scr.now, (size_t)LINES,
		    sizeof *scr.now);
		scr.before = xreallocarray(scr.before, (size_t)LINES,
		    sizeof *scr.before);
		memset(scr.before, 0, (size_t)LINES * sizeof *scr.before);
		scr.lines = LINES;
	}
	memset(scr.now, 0, (size_t)scr.lines * sizeof *scr.now);
	scr.cursor = false;
	attr_set(A_NORMAL, 0, NULL);
	erase();
}

void
scr_end(void)
{
	struct row *swap = scr.before;

	for (int y = 0; y < LINES; y++)
		if ((scr.now[y].doubt || scr.before[y].doubt) &&
		    scr.now[y].hash != scr.before[y].hash)
			wredrawln(stdscr, y, 1);
	scr.before = scr.now;
	scr.now = swap;
	if (!scr.cursor)
		scr_cursor(LINES - 1, COLS - 1);
	move(scr.cursor_y, scr.cursor_x);
	wnoutrefresh(stdscr);
	doupdate();
}

void
scr_redraw_all(void)
{
	clearok(curscr, TRUE);
	ui_redraw();
}

void
scr_cursor(int y, int x)
{
	scr.cursor = true;
	scr.cursor_y = y < 0 ? 0 : y >= LINES ? LINES - 1 : y;
	scr.cursor_x = x < 0 ? 0 : x >= COLS ? COLS - 1 : x;
}

static void
row_note(int y, int x, const struct glyph *g)
{
	struct row *r = &scr.now[y];

	r->doubt |= g->doubt;
	r->hash = (r->hash ^ (uint64_t)x) * 0x100000001b3;
	for (int i = 0; i < g->n; i++)
		r->hash = (r->hash ^ (uint64_t)g->c[i]) * 0x100000001b3;
}

static bool
row_visible(int y, int x, int *w)
{
	if (y < 0 || y >= LINES || x < 0 || x >= COLS)
		return false;
	if (*w > COLS - x)
		*w = COLS - x;
	return *w > 0;
}

static bool
is_blank(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && s[i] == ' ')
		i++;
	return i == len;
}

/*
 * Terminals that reorder do it by the whole line: two texts beside each other
 * that are read from right to left would change places. A left-to-right mark,
 * which takes no room, in the last cell of such a text keeps them apart; the
 * others ignore it.
 */
static void
end_rtl(int y, int x, struct glyph *last)
{
	if (last->n == 0 || option_get(OPT_BIDI) == 0 || !term_utf8() ||
	    last->n == (int)(sizeof last->c / sizeof last->c[0]))
		return;
	last->c[last->n++] = 0x200e;
	mvaddnwstr(y, x - last->width, last->c, last->n);
}

int
scr_putn(int y, int x, int w, int style, const char *s, size_t len)
{
	struct glyph g, last = { 0 };
	bool rtl = false;
	int taken = 0;

	if (!row_visible(y, x, &w))
		return 0;
	/* a blank in bold or in colour looks the same and costs 20 bytes */
	if (style <= ST_ACCENT && is_blank(s, len))
		style = ST_TEXT;
	style_set(style);
	for (size_t at = 0; at < len;) {
		at += glyph_next(s + at, len - at, &g);
		if (taken + g.width > w)
			break;
		if (g.escape)
			style_set(ST_ESCAPE);
		mvaddnwstr(y, x + taken, g.c, g.n);
		if (g.escape)
			style_set(style);
		row_note(y, x + taken, &g);
		taken += g.width;
		rtl |= g.rtl;
		last = g;
	}
	if (rtl)
		end_rtl(y, x + taken, &last);
	attr_set(A_NORMAL, 0, NULL);
	return taken;
}

int
scr_put(int y, int x, int w, int style, const char *s)
{
	return scr_putn(y, x, w, style, s, strlen(s));
}

static char *
vformat(const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) < 0)
		fatal("out of memory");
	return s;
}

int
scr_putf(int y, int x, int w, int style, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int taken;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	taken = scr_put(y, x, w, style, s);
	free(s);
	return taken;
}

/* Bytes of s that take at most w columns, and how many they take. */
static size_t
fit(const char *s, size_t len, int w, int *width)
{
	struct glyph g;
	size_t at = 0, step;

	*width = 0;
	while (at < len) {
		step = glyph_next(s + at, len - at, &g);
		if (*width + g.width > w)
			break;
		*width += g.width;
		at += step;
	}
	return at;
}

int
scr_cut(int y, int x, int w, int style, const char *s)
{
	char *line = xstrdup(s);
	size_t len = strlen(line), keep;
	int width, dots, taken;

	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	keep = fit(line, len, w, &width);
	if (keep == len) {
		taken = scr_putn(y, x, w, style, line, len);
	} else {
		dots = glyph_width("…", strlen("…"));
		keep = fit(line, len, w - dots, &width);
		taken = scr_putn(y, x, w, style, line, keep);
		taken += scr_put(y, x + taken, w - taken, style, "…");
	}
	free(line);
	return taken;
}

void
scr_right(int y, int x, int w, int style, const char *s)
{
	int width = glyph_width(s, strlen(s));

	scr_put(y, x + (width < w ? w - width : 0), width < w ? width : w,
	    style, s);
}

void
scr_rightf(int y, int x, int w, int style, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	scr_right(y, x, w, style, s);
	free(s);
}

void
scr_rule(int y, int x, int w)
{
	/* Curses sends dashes as one and a count, and then the last: where
	 * that is the line's last column, libvterm's terminals wrap early. */
	if (!term_signs() && x + w >= COLS)
		w = COLS - 1 - x;
	for (int i = 0; i < w; i++)
		scr_put(y, x + i, 1, ST_TEXT, "─");
}

void
scr_vrule(int y, int x, int h)
{
	for (int i = 0; i < h; i++)
		scr_put(y + i, x, 1, ST_TEXT, "│");
}

void
scr_clear(int y, int x, int w)
{
	if (!row_visible(y, x, &w))
		return;
	mvhline(y, x, ' ', w);
	hot_cover((struct rect){ y, x, 1, w });
}

void
scr_bar(int y, int x, int w, int style, double share)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋",
		"▊", "▉" };
	int parts, whole;

	if (!(share > 0) || w <= 0)
		return;
	if (share > 1)
		share = 1;
	parts = (int)(share * w * 8 + 0.5);
	if (parts == 0)
		parts = 1; /* something is there */
	if (!term_signs()) {
		for (int i = 0; i < (parts + 4) / 8; i++)
			scr_put(y, x + i, 1, style, "#");
		return;
	}
	whole = parts / 8;
	for (int i = 0; i < whole; i++)
		scr_put(y, x + i, 1, style, "▇");
	if (parts % 8 > 0 && whole < w)
		scr_put(y, x + whole, 1, style, eighths[parts % 8]);
}

/* ---- for the tests: what stands on the screen ---- */

void
ui_test_dump(struct buf *out)
{
	wchar_t line[1024];
	char bytes[sizeof line];
	size_t len;
	int n;

	for (int y = 0; y < LINES; y++) {
		n = mvinnwstr(y, 0, line, sizeof line / sizeof *line - 1);
		line[n < 0 ? 0 : n] = L'\0';
		len = wcstombs(bytes, line, sizeof bytes - 1);
		if (len == (size_t)-1)
			len = 0;
		while (len > 0 && bytes[len - 1] == ' ')
			len--;
		buf_add(out, bytes, len);
		buf_addc(out, '\n');
	}
	buf_addf(out, "cursor %d %d\n", scr.cursor_y, scr.cursor_x);
}

void
ui_test_dump_styles(struct buf *out)
{
	cchar_t c;
	wchar_t w[CCHARW_MAX + 1];
	attr_t attr;
	short pair;
	size_t start;

	for (int y = 0; y < LINES; y++) {
		start = out->len;
		for (int x = 0; x < COLS; x++) {
			attr = A_NORMAL;
			pair = 0;
			if (mvin_wch(y, x, &c) == OK)
				getcchar(&c, w, &attr, &pair, NULL);
			buf_addc(out, style_letter(attr, pair));
		}
		while (out->len > start && out->data[out->len - 1] == '.')
			out->data[--out->len] = '\0';
		buf_addc(out, '\n');
	}
}
