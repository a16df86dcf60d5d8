/*
 * Curves in Braille: each cell is two dots by four, U+2800 and a bit a dot.
 * Without Unicode a cell is one point.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "priv.h"

struct canvas {
	struct rect r; /* cells */
	int dots_x, dots_y; /* in a cell */
	unsigned char *bits; /* (r.h * r.w) */
	unsigned char *style;
	double x0, x1, y0, y1;
};

/* Bits of the dot at column dx and row dy of a cell, by the standard. */
static const unsigned char braille[2][4] = { { 0x01, 0x02, 0x04, 0x40 },
	{ 0x08, 0x10, 0x20, 0x80 } };

static void
dot(struct canvas *c, int x, int y, int style)
{
	int cell;

	if (x < 0 || y < 0 || x >= c->r.w * c->dots_x ||
	    y >= c->r.h * c->dots_y)
		return;
	cell = y / c->dots_y * c->r.w + x / c->dots_x;
	c->bits[cell] |= c->dots_x == 2 ? braille[x % 2][y % 4] : 1;
	c->style[cell] = (unsigned char)style;
}

static double
place(double v, double lo, double hi, int dots)
{
	return hi > lo ? (v - lo) / (hi - lo) * (dots - 1) : 0;
}

static void
segment(struct canvas *c, double xa, double ya, double xb, double yb,
    int style)
{
	double steps = fmax(fabs(xb - xa), fabs(yb - ya));
	int n = (int)ceil(steps);

	for (int i = 0; i <= n; i++) {
		double t = n > 0 ? (double)i / n : 0;

		dot(c, (int)lround(xa + t * (xb - xa)),
		    (int)lround(ya + t * (yb - ya)), style);
	}
}

static void
curve_draw(struct canvas *c, const struct curve *k)
{
	int w = c->r.w * c->dots_x, h = c->r.h * c->dots_y;
	double px = 0, py = 0;
	bool have = false;

	for (size_t i = 0; i < k->n; i++) {
		double x, y;

		if (!isfinite(k->y[i]))
			continue;
		x = place(k->x[i], c->x0, c->x1, w);
		y = h - 1 - place(k->y[i], c->y0, c->y1, h);
		if (k->points)
			scr_put(c->r.y + (int)lround(y) / c->dots_y,
			    c->r.x + (int)lround(x) / c->dots_x, 1, k->style,
			    "●");
		else if (have)
			segment(c, px, py, x, y, k->style);
		else
			dot(c, (int)lround(x), (int)lround(y), k->style);
		px = x;
		py = y;
		have = true;
	}
}

static void
canvas_show(const struct canvas *c)
{
	char s[8];

	for (int i = 0; i < c->r.h * c->r.w; i++) {
		if (c->bits[i] == 0)
			continue;
		if (c->dots_x == 2)
			s[utf8_encode(0x2800 + c->bits[i], s)] = '\0';
		else
			strcpy(s, "*");
		scr_put(c->r.y + i / c->r.w, c->r.x + i % c->r.w, 1,
		    c->style[i], s);
	}
}

static bool
ranges(struct canvas *c, const struct curve *curves, size_t n)
{
	c->x0 = c->y0 = INFINITY;
	c->x1 = c->y1 = -INFINITY;
	for (size_t k = 0; k < n; k++) {
		for (size_t i = 0; i < curves[k].n; i++) {
			if (!isfinite(curves[k].y[i]))
				continue;
			c->x0 = fmin(c->x0, curves[k].x[i]);
			c->x1 = fmax(c->x1, curves[k].x[i]);
			c->y0 = fmin(c->y0, curves[k].y[i]);
			c->y1 = fmax(c->y1, curves[k].y[i]);
		}
	}
	if (!(c->x1 >= c->x0))
		return false;
	if (c->y1 - c->y0 < 1e-9) {
		c->y0 -= 0.05;
		c->y1 += 0.05;
	}
	return true;
}

static void
axes(const struct canvas *c, struct rect r)
{
	int bottom = r.y + r.h - 2;

	for (int y = r.y; y < bottom; y++)
		scr_put(y, c->r.x - 1, 1, ST_TEXT, "│");
	for (int i = 0; i < 3; i++) {
		int y = r.y + i * (c->r.h - 1) / 2;
		double v = c->y1 - (c->y1 - c->y0) * i / 2;

		scr_put(y, c->r.x - 1, 1, ST_TEXT, "┤");
		scr_rightf(y, r.x, 5, ST_TEXT, "%.2f", v);
	}
	scr_put(bottom, c->r.x - 1, 1, ST_TEXT, "└");
	for (int x = 0; x < c->r.w; x++)
		scr_put(bottom, c->r.x + x, 1, ST_TEXT, "─");
	scr_putf(bottom + 1, c->r.x, c->r.w, ST_TEXT, "%.0f", c->x0);
	if (c->x1 > c->x0) {
		scr_rightf(bottom + 1, c->r.x, c->r.w, ST_TEXT, "%.0f", c->x1);
		if (c->r.w > 24)
			scr_rightf(bottom + 1, c->r.x, c->r.w / 2 + 3, ST_TEXT,
			    "%.0f", (c->x0 + c->x1) / 2);
	}
}

void
plot_curves(struct rect r, const struct curve *curves, size_t n)
{
	struct canvas c = { .r = { r.y, r.x + 7, r.h - 2, r.w - 8 } };

	if (c.r.h < 3 || c.r.w < 8 || !ranges(&c, curves, n))
		return;
	c.dots_x = term_utf8() ? 2 : 1;
	c.dots_y = term_utf8() ? 4 : 1;
	c.bits = xcalloc((size_t)c.r.h, (size_t)c.r.w);
	c.style = xcalloc((size_t)c.r.h, (size_t)c.r.w);
	axes(&c, r);
	for (size_t k = 0; k < n; k++)
		if (!curves[k].points)
			curve_draw(&c, &curves[k]);
	canvas_show(&c);
	for (size_t k = 0; k < n; k++)
		if (curves[k].points)
			curve_draw(&c, &curves[k]);
	free(c.bits);
	free(c.style);
}

void
plot_interval(int y, int x, int w, double lo, double hi, double at,
    double from, double to)
{
	int a, b, m;

	if (w < 3 || !(hi > lo) || !isfinite(at))
		return;
	for (int i = 0; i <= 5; i++)
		scr_put(y, x + (w - 1) * i / 5, 1, ST_TEXT, "·");
	m = (int)lround(place(fmin(fmax(at, lo), hi), lo, hi, w));
	if (isfinite(from) && isfinite(to)) {
		a = (int)lround(place(fmin(fmax(from, lo), hi), lo, hi, w));
		b = (int)lround(place(fmin(fmax(to, lo), hi), lo, hi, w));
		for (int i = a; i <= b; i++)
			scr_put(y, x + i, 1, ST_TEXT, "─");
		scr_put(y, x + a, 1, ST_TEXT, "├");
		scr_put(y, x + b, 1, ST_TEXT, "┤");
	}
	scr_put(y, x + m, 1, ST_STRONG, "●");
}
