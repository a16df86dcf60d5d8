/*
 * Curves in Braille: each cell is two dots by four, U+2800 and a bit a dot.
 * Without Unicode a cell is one sign. Axes are marked at multiples of 1, 2 or
 * 5, or where the caller says.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/curve.h"
#include "tagtiger/utf8.h"

#include "../priv.h"

struct canvas {
	struct rect r; /* cells */
	int dots_x, dots_y; /* in a cell */
	unsigned char *bits; /* (r.h * r.w) */
	unsigned char *style;
	bool *thin; /* in ASCII: a dot, not a star */
	double x0, x1, y0, y1;
};

/* Bits of the dot at column dx and row dy of a cell, by the standard. */
static const unsigned char braille[2][4] = { { 0x01, 0x02, 0x04, 0x40 },
	{ 0x08, 0x10, 0x20, 0x80 } };

static void
dot(struct canvas *c, int x, int y, const struct curve *k)
{
	int cell;

	if (x < 0 || y < 0 || x >= c->r.w * c->dots_x ||
	    y >= c->r.h * c->dots_y)
		return;
	cell = y / c->dots_y * c->r.w + x / c->dots_x;
	c->bits[cell] |= c->dots_x == 2 ? braille[x % 2][y % 4] : 1;
	c->style[cell] = (unsigned char)k->style;
	c->thin[cell] = k->kind == CURVE_DOTS;
}

static double
place(double v, double lo, double hi, int dots)
{
	return hi > lo ? (v - lo) / (hi - lo) * (dots - 1) : 0;
}

static void
segment(struct canvas *c, double xa, double ya, double xb, double yb,
    const struct curve *k)
{
	int n = (int)ceil(fmax(fabs(xb - xa), fabs(yb - ya)));
	int step = k->kind == CURVE_DOTS ? c->dots_x + 1 : 1;

	for (int i = 0; i <= n; i += step) {
		double t = n > 0 ? (double)i / n : 0;

		dot(c, (int)lround(xa + t * (xb - xa)),
		    (int)lround(ya + t * (yb - ya)), k);
	}
}

/* A point is a sign of its own, and lies over the lines. */
static void
point_draw(const struct canvas *c, double x, double y, const struct curve *k,
    size_t i)
{
	scr_put(c->r.y + (int)lround(y) / c->dots_y,
	    c->r.x + (int)lround(x) / c->dots_x, 1, k->style,
	    k->best && i == k->best_at ? "◆" : "●");
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
		if (k->kind == CURVE_POINTS)
			point_draw(c, x, y, k, i);
		else if (have)
			segment(c, px, py, x, y, k);
		else
			dot(c, (int)lround(x), (int)lround(y), k);
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
			strcpy(s, c->thin[i] ? "." : "*");
		scr_put(c->r.y + i / c->r.w, c->r.x + i % c->r.w, 1,
		    c->style[i], s);
	}
}

static bool
ranges(struct canvas *c, const struct plot *p)
{
	c->x0 = c->y0 = INFINITY;
	c->x1 = c->y1 = -INFINITY;
	for (size_t k = 0; k < p->n; k++) {
		const struct curve *v = &p->v[k];

		for (size_t i = 0; i < v->n; i++) {
			if (!isfinite(v->y[i]))
				continue;
			c->x0 = fmin(c->x0, v->x[i]);
			c->x1 = fmax(c->x1, v->x[i]);
			c->y0 = fmin(c->y0, v->y[i]);
			c->y1 = fmax(c->y1, v->y[i]);
		}
	}
	if (!(c->x1 >= c->x0))
		return false;
	if (p->from_zero)
		c->x0 = 0;
	if (p->x_to > c->x1)
		c->x1 = p->x_to;
	if (c->y1 - c->y0 < 1e-9) {
		c->y0 -= 0.05;
		c->y1 += 0.05;
	}
	return true;
}

/* ".9" where all are at most 1, as scores are; else "0.9". */
static void
y_number(char out[32], const struct canvas *c, const struct axis *a, int i)
{
	char s[32];

	snprintf(s, sizeof s, "%.*f", a->decimals, axis_mark(a, i));
	strcpy(out, s[0] == '0' && s[1] == '.' && c->y1 <= 1 ? s + 1 : s);
}

static void
y_axis(const struct canvas *c, const struct rect *r)
{
	struct axis a;
	char s[32];

	for (int y = 0; y < c->r.h; y++)
		scr_put(c->r.y + y, c->r.x - 1, 1, ST_TEXT, "│");
	axis_of(&a, c->y0, c->y1, c->r.h > 8 ? 5 : c->r.h > 2 ? 3 : 2);
	for (int i = 0; i < a.n; i++) {
		int y = (int)lround((c->r.h - 1) - place(axis_mark(&a, i),
		    c->y0, c->y1, c->r.h));

		y_number(s, c, &a, i);
		scr_put(c->r.y + y, c->r.x - 1, 1, ST_TEXT, "┤");
		scr_right(c->r.y + y, r->x, c->r.x - r->x - 2, ST_TEXT, s);
	}
}

/* A mark and its number, unless it would touch the last one. */
static int
x_mark(const struct canvas *c, double v, int decimals, int y, int free_from,
    int end)
{
	int x = c->r.x + (int)lround(place(v, c->x0, c->x1, c->r.w)), w, at;
	char s[32];

	w = snprintf(s, sizeof s, "%.*f", decimals, v);
	at = x - w / 2 + w > end ? end - w : x - w / 2;
	if (at < free_from || x >= end)
		return free_from;
	scr_put(y, x, 1, ST_TEXT, "┬");
	scr_put(y + 1, at, w, ST_TEXT, s);
	return at + w + 2;
}

static void
x_axis(const struct canvas *c, const struct plot *p, int y)
{
	int unit = p->unit != NULL ? glyph_width(p->unit, strlen(p->unit)) : 0;
	int at = c->r.x - 1, end = c->r.x + c->r.w;
	struct axis a;

	scr_put(y, c->r.x - 1, 1, ST_TEXT, "└");
	for (int x = 0; x < c->r.w; x++)
		scr_put(y, c->r.x + x, 1, ST_TEXT, "─");
	if (p->compact) {
		if (unit > 0)
			scr_putf(y, end - unit - 1, unit + 1, ST_TEXT, " %s",
			    p->unit);
		return;
	}
	/* left of the numbers there is room for what they are */
	if (unit > 0)
		scr_put(y + 1, c->r.x - 7, 6, ST_TEXT, p->unit);
	for (size_t i = 0; i < p->nmarks; i++)
		at = x_mark(c, p->marks[i], 0, y, at, end);
	if (p->nmarks > 0)
		return;
	axis_of(&a, c->x0, c->x1, c->r.w / 10 > 2 ? c->r.w / 10 : 2);
	for (int i = 0; i < a.n; i++)
		at = x_mark(c, axis_mark(&a, i), a.decimals, y, at, end);
}

void
plot_draw(struct rect r, const struct plot *p)
{
	int left = p->compact ? 5 : 7, below = p->compact ? 1 : 2;
	struct canvas c = { .r = { r.y, r.x + left, r.h - below,
		r.w - left - 1 } };
	size_t cells;

	if (c.r.h < 2 || c.r.w < 8 || !ranges(&c, p))
		return;
	cells = (size_t)c.r.h * (size_t)c.r.w;
	c.dots_x = term_signs() ? 2 : 1;
	c.dots_y = term_signs() ? 4 : 1;
	c.bits = xcalloc(cells, 1);
	c.style = xcalloc(cells, 1);
	c.thin = xcalloc(cells, sizeof *c.thin);
	y_axis(&c, &r);
	x_axis(&c, p, c.r.y + c.r.h);
	for (size_t k = 0; k < p->n; k++)
		if (p->v[k].kind != CURVE_POINTS)
			curve_draw(&c, &p->v[k]);
	canvas_show(&c);
	for (size_t k = 0; k < p->n; k++)
		if (p->v[k].kind == CURVE_POINTS)
			curve_draw(&c, &p->v[k]);
	free(c.thin);
	free(c.bits);
	free(c.style);
}

int
plot_legend(int y, int x, int w, const struct curve *k, const char *name)
{
	static const char *const signs[] = { "⠤⠤", "●", "⠄⠄" };
	static const char *const plain[] = { "**", "o", ".." };
	int taken;

	taken = scr_put(y, x, w, k->style, term_signs() ? signs[k->kind] :
	    plain[k->kind]);
	return taken + 1 + scr_put(y, x + taken + 1, w - taken - 1, ST_TEXT,
	    name);
}

void
plot_learning(struct rect r, const struct learning *l, bool compact)
{
	char unit[48], n[32];
	struct curve v[] = {
		{ l->x, l->lo, l->n, ST_TEXT, CURVE_DOTS, false, 0 },
		{ l->x, l->hi, l->n, ST_TEXT, CURVE_DOTS, false, 0 },
		{ l->x, l->f1, l->n, ST_ACCENT, CURVE_LINE, false, 0 },
	};

	count_text(l->labels, n);
	snprintf(unit, sizeof unit, compact ? "%s labels" : "labels", n);
	/* the estimate needs no room of its own: a small plot has no bounds */
	plot_draw(r, &(struct plot){ .v = compact ? v + 2 : v,
		.n = compact ? 1 : 3, .unit = unit, .compact = compact,
		.from_zero = true, .x_to = (double)l->labels });
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
