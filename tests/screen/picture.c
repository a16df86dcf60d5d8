/*
 * A picture of the screen as SVG, from the cells that curses holds. Text is
 * set in runs of a style, each stretched to its columns, so that it stands
 * right whatever monospaced font is there; rules, bars and Braille dots are
 * drawn, since fonts differ on them most.
 */
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <curses.h>

#include "tagtiger/utf8.h"

#include "driver.h"

#define CELL_W 8.4
#define CELL_H 18.0
#define EDGE 14.0
#define BACK "#1b1d23"
#define FRONT "#d7dae0"

struct cell {
	wchar_t c[CCHARW_MAX + 1];
	int width;
	bool bold, underline;
	int front, back; /* of xterm's palette; -1: the terminal's own */
};

/* ---- colours ---- */

static void
colour(char out[8], int c, const char *own)
{
	static const char *const first[] = { "#1b1d23", "#e06c75", "#98c379",
		"#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0",
		"#7f848e", "#e06c75", "#98c379", "#e5c07b", "#61afef",
		"#c678dd", "#56b6c2", "#ffffff" };
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };

	if (c < 0 || c > 255) {
		snprintf(out, 8, "%s", own);
	} else if (c < 16) {
		snprintf(out, 8, "%s", first[c]);
	} else if (c < 232) {
		c -= 16;
		snprintf(out, 8, "#%02x%02x%02x", steps[c / 36],
		    steps[c / 6 % 6], steps[c % 6]);
	} else {
		c = 8 + (c - 232) * 10;
		snprintf(out, 8, "#%02x%02x%02x", c, c, c);
	}
}

static void
cell_at(int y, int x, struct cell *out)
{
	attr_t attr = A_NORMAL;
	short pair = 0, front = -1, back = -1;
	cchar_t c;

	memset(out, 0, sizeof *out);
	if (mvin_wch(y, x, &c) == ERR ||
	    getcchar(&c, out->c, &attr, &pair, NULL) == ERR)
		wcscpy(out->c, L" ");
	if (pair != 0)
		pair_content(pair, &front, &back);
	out->width = wcwidth(out->c[0]) == 2 ? 2 : 1;
	out->bold = attr & A_BOLD;
	out->underline = attr & A_UNDERLINE;
	out->front = attr & A_REVERSE ? (back < 0 ? -2 : back) : front;
	out->back = attr & A_REVERSE ? (front < 0 ? -2 : front) : back;
}

static void
front_of(const struct cell *c, char out[8])
{
	colour(out, c->front, c->front == -2 ? BACK : FRONT);
}

/* ---- what is drawn ---- */

static double
left(int x)
{
	return EDGE + x * CELL_W;
}

static double
top(int y)
{
	return EDGE + y * CELL_H;
}

static void
rect(FILE *f, double x, double y, double w, double h, const char *fill)
{
	fprintf(f, "<path fill=\"%s\" d=\"M%g %gh%gv%gh%gz\"/>\n", fill, x, y,
	    w, h, -w);
}

static void
line(FILE *f, double x, double y, double dx, double dy, const char *stroke)
{
	fprintf(f, "<path stroke=\"%s\" d=\"M%g %gl%g %g\"/>\n", stroke, x, y,
	    dx, dy);
}

/* Which of up, right, down and left a rule's corner has. */
static int
arms(wchar_t c)
{
	static const struct {
		wchar_t c;
		int arms;
	} known[] = { { L'─', 10 }, { L'│', 5 }, { L'┌', 6 }, { L'┐', 12 },
		{ L'└', 3 }, { L'┘', 9 }, { L'├', 7 }, { L'┤', 13 },
		{ L'┬', 14 }, { L'┴', 11 }, { L'┼', 15 } };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].c == c)
			return known[i].arms;
	return 0;
}

static void
draw_arms(FILE *f, int y, int x, int a, const char *ink)
{
	double cx = left(x) + CELL_W / 2, cy = top(y) + CELL_H / 2;

	if (a == 5) { /* over its ends, so that no seam shows */
		line(f, cx, cy - CELL_H / 2 - 0.5, 0, CELL_H + 1, ink);
		return;
	}
	if (a & 1)
		line(f, cx, cy, 0, -CELL_H / 2, ink);
	if (a & 2)
		line(f, cx, cy, CELL_W / 2, 0, ink);
	if (a & 4)
		line(f, cx, cy, 0, CELL_H / 2, ink);
	if (a & 8)
		line(f, cx, cy, -CELL_W / 2, 0, ink);
}

static void
draw_braille(FILE *f, int y, int x, unsigned dots, const char *ink)
{
	static const int places[8][2] = { { 0, 0 }, { 0, 1 }, { 0, 2 },
		{ 1, 0 }, { 1, 1 }, { 1, 2 }, { 0, 3 }, { 1, 3 } };

	fprintf(f, "<path stroke=\"%s\" class=\"d\" d=\"", ink);
	for (int i = 0; i < 8; i++)
		if (dots & 1u << i)
			fprintf(f, "M%g %gh0", left(x) + CELL_W *
			    (0.28 + 0.44 * places[i][0]), top(y) + CELL_H *
			    (0.14 + 0.24 * places[i][1]));
	fprintf(f, "\"/>\n");
}

/* The part of its cell that a block fills: x, y, width, height. */
static bool
block(wchar_t c, double out[4])
{
	out[0] = out[1] = 0;
	out[2] = out[3] = 1;
	if (c == L'▇') {
		out[1] = 0.12;
		out[3] = 0.76;
	} else if (c >= L'▁' && c <= L'█') {
		out[3] = (c - L'▁' + 1) / 8.0;
		out[1] = 1 - out[3];
	} else if (c >= L'▉' && c <= L'▏') {
		out[1] = 0.12;
		out[3] = 0.76;
		out[2] = (L'▏' - c + 1) / 8.0;
	} else if (c == L'▀') {
		out[3] = 0.5;
	} else {
		return false;
	}
	return true;
}

static double
shade(wchar_t c)
{
	return c == L'░' ? 0.25 : c == L'▒' ? 0.5 : c == L'▓' ? 0.75 : 0;
}

/* Rules, bars and dots of one cell; false: it is text. A bar's run is drawn
 * at once: *n cells were. */
static bool
draw_shape(FILE *f, int y, int x, const struct cell *c, int *n)
{
	struct cell next;
	double b[4] = { 0 }, more[4];
	char ink[8];
	int a = arms(c->c[0]);
	bool bar = block(c->c[0], b);
	double w = bar ? b[2] : 1;

	front_of(c, ink);
	for (*n = 1; x + *n < COLS && (a == 10 || (bar && b[2] == 1)); ++*n) {
		cell_at(y, x + *n, &next);
		if (next.front != c->front)
			break;
		if (next.c[0] == c->c[0]) {
			w++;
			continue;
		}
		if (block(next.c[0], more) && more[1] == b[1] &&
		    more[3] == b[3]) {
			w += more[2]; /* the bar's end */
			++*n;
		}
		break;
	}
	if (a == 10)
		line(f, left(x), top(y) + CELL_H / 2, *n * CELL_W, 0, ink);
	else if (a != 0)
		draw_arms(f, y, x, a, ink);
	else if (c->c[0] >= 0x2800 && c->c[0] <= 0x28ff)
		draw_braille(f, y, x, (unsigned)c->c[0] - 0x2800, ink);
	else if (shade(c->c[0]) > 0)
		fprintf(f, "<path fill=\"%s\" opacity=\"%g\" "
		    "d=\"M%g %gh%gv%gh%gz\"/>\n", ink, shade(c->c[0]),
		    left(x), top(y), CELL_W, CELL_H, -CELL_W);
	else if (block(c->c[0], b))
		rect(f, left(x) + b[0] * CELL_W, top(y) + b[1] * CELL_H,
		    w * CELL_W, b[3] * CELL_H, ink);
	else
		return false;
	return true;
}

static void
put_char(FILE *f, wchar_t c)
{
	char bytes[8];
	size_t n;

	if (c == L'<' || c == L'&' || c == L'>') {
		fprintf(f, "&#%d;", (int)c);
		return;
	}
	n = utf8_encode((int32_t)c, bytes);
	fwrite(bytes, 1, n, f);
}

static bool
shaped(const struct cell *c)
{
	double b[4];

	return arms(c->c[0]) != 0 || block(c->c[0], b) || shade(c->c[0]) > 0 ||
	    (c->c[0] >= 0x2800 && c->c[0] <= 0x28ff);
}

/* A run of text in one style from x on; returns its cells. Two blanks end it:
 * columns stand by their places, not by spaces. */
static int
draw_run(FILE *f, int y, int x, const struct cell *first)
{
	struct cell c[256];
	int n = 0, used = 0, w = 0;
	char ink[8];

	for (int at = x; at < COLS && n < 256; at += c[n++].width) {
		cell_at(y, at, &c[n]);
		if (c[n].front != first->front || c[n].bold != first->bold ||
		    c[n].underline != first->underline || shaped(&c[n]) ||
		    (n > 0 && (c[n].width == 2 || c[n - 1].width == 2)) ||
		    (n > 0 && c[n].c[0] == L' ' && c[n - 1].c[0] == L' '))
			break;
		w += c[n].width;
		if (c[n].c[0] != L' ')
			used = n + 1;
	}
	for (int i = n; i > used; i--)
		w -= c[i - 1].width;
	if (used == 0)
		return n > 0 ? n : 1;
	front_of(first, ink);
	fprintf(f, "<text x=\"%g\" y=\"%g\" textLength=\"%g\"", left(x),
	    top(y) + CELL_H * 0.74, w * CELL_W);
	if (strcmp(ink, FRONT) != 0)
		fprintf(f, " fill=\"%s\"", ink);
	if (first->bold || first->underline)
		fprintf(f, " class=\"%s%s\"", first->bold ? "b" : "",
		    first->underline ? " u" : "");
	fprintf(f, ">");
	for (int i = 0; i < used; i++)
		for (const wchar_t *p = c[i].c; *p != L'\0'; p++)
			put_char(f, *p);
	fprintf(f, "</text>\n");
	for (n = 0, w = 0; n < used; n++)
		w += c[n].width;
	return w;
}

static void
draw_line(FILE *f, int y)
{
	struct cell c;
	char ink[8];
	int n;

	for (int x = 0; x < COLS; x++) {
		cell_at(y, x, &c);
		if (c.back == -1)
			continue;
		colour(ink, c.back, FRONT);
		rect(f, left(x), top(y), CELL_W * c.width, CELL_H, ink);
	}
	for (int x = 0; x < COLS; x += n) {
		cell_at(y, x, &c);
		if (c.c[0] == L' ' || c.c[0] == L'\0')
			n = 1;
		else if (!draw_shape(f, y, x, &c, &n))
			n = draw_run(f, y, x, &c);
	}
}

void
picture_write(const char *path, const char *title)
{
	double w = COLS * CELL_W + 2 * EDGE, h = LINES * CELL_H + 2 * EDGE;
	FILE *f = fopen(path, "we");

	if (f == NULL)
		script_fail("%s: %s", path, strerror(errno));
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\">\n"
	    "<title>%s</title>\n<style>text{font:14px 'DejaVu Sans Mono',"
	    "Menlo,Consolas,monospace;white-space:pre}"
	    ".b{font-weight:bold}"
	    ".u{text-decoration:underline}"
	    ".d{stroke-width:2;stroke-linecap:round}</style>\n"
	    "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"%s\"/>\n"
	    "<g fill=\"%s\">\n", w, h, w, h, title, BACK, FRONT);
	for (int y = 0; y < LINES; y++)
		draw_line(f, y);
	fprintf(f, "</g>\n</svg>\n");
	if (fclose(f) != 0)
		script_fail("%s: %s", path, strerror(errno));
}
