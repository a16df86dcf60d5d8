/*
 * SVG is text: numbers with two digits after the point, attributes of our
 * own, and what comes from people escaped.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/chart.h"
#include "tagtiger/curve.h"
#include "tagtiger/scores.h"
#include "tagtiger/utf8.h"

#define BLUE "#0072B2"
#define VERMILION "#D55E00"
#define GREEN "#009E73"
#define INK "#222222"
#define PALE "#CCCCCC"

/* ---- elements ---- */

/* As XML takes it: markup escaped, what it forbids shown as U+FFFD. */
static void
escape(struct buf *out, const char *s)
{
	size_t len = strlen(s), step;
	int32_t cp;

	for (; len > 0; s += step, len -= step) {
		step = utf8_decode(s, len, &cp);
		if (step == 0 || cp < 0x20 || cp == 0xfffe || cp == 0xffff) {
			buf_adds(out, cp == '\t' && step > 0 ? " " :
			    "\xef\xbf\xbd");
			step = step == 0 ? 1 : step;
		} else if (cp == '&') {
			buf_adds(out, "&amp;");
		} else if (cp == '<') {
			buf_adds(out, "&lt;");
		} else if (cp == '>') {
			buf_adds(out, "&gt;");
		} else if (cp == '"') {
			buf_adds(out, "&quot;");
		} else {
			buf_add(out, s, step);
		}
	}
}

static void
svg_open(struct buf *out, double w, double h, const char *title)
{
	buf_addf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
	    "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
	    "font-family=\"sans-serif\" font-size=\"13\" fill=\"" INK "\">\n"
	    "<title>", w, h, w, h);
	escape(out, title);
	buf_addf(out, "</title>\n<rect width=\"%.0f\" height=\"%.0f\" "
	    "fill=\"#FFFFFF\"/>\n<text x=\"16\" y=\"26\" font-size=\"15\" "
	    "font-weight=\"bold\">", w, h);
	escape(out, title);
	buf_adds(out, "</text>\n");
}

static void
svg_close(struct buf *out)
{
	buf_adds(out, "</svg>\n");
}

/* anchor: "start", "middle", "end". */
static void __attribute__((format(printf, 5, 6)))
svg_text(struct buf *out, double x, double y, const char *anchor,
    const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = xstrdup("");
	va_end(ap);
	buf_addf(out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">", x, y,
	    anchor);
	escape(out, s);
	buf_adds(out, "</text>\n");
	free(s);
}

static void
svg_line(struct buf *out, double x1, double y1, double x2, double y2,
    const char *colour, double width)
{
	buf_addf(out, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" "
	    "stroke=\"%s\" stroke-width=\"%.1f\"/>\n", x1, y1, x2, y2, colour,
	    width);
}

/* A dot that says its numbers. */
static void __attribute__((format(printf, 6, 7)))
svg_dot(struct buf *out, double x, double y, double r, const char *colour,
    const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = xstrdup("");
	va_end(ap);
	buf_addf(out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.1f\" fill=\"%s\">"
	    "<title>", x, y, r, colour);
	escape(out, s);
	buf_adds(out, "</title></circle>\n");
	free(s);
}

/* ---- a plane with axes ---- */

struct plane {
	double x, y, w, h; /* where it lies */
	double x0, x1, y0, y1;
};

static double
at_x(const struct plane *p, double v)
{
	return p->x + (v - p->x0) / (p->x1 - p->x0) * p->w;
}

static double
at_y(const struct plane *p, double v)
{
	return p->y + p->h - (v - p->y0) / (p->y1 - p->y0) * p->h;
}

static void
plane_draw(struct buf *out, struct plane *p, const char *x_name,
    const char *y_name)
{
	struct axis x, y;

	if (!(p->x1 > p->x0))
		p->x1 = p->x0 + 1;
	if (!(p->y1 > p->y0))
		p->y1 = p->y0 + 0.1;
	axis_of(&x, p->x0, p->x1, 8);
	axis_of(&y, p->y0, p->y1, 7);
	for (int i = 0; i < y.n; i++) {
		double v = axis_mark(&y, i);

		svg_line(out, p->x, at_y(p, v), p->x + p->w, at_y(p, v), PALE,
		    1);
		svg_text(out, p->x - 8, at_y(p, v) + 4, "end", "%.*f",
		    y.decimals, v);
	}
	for (int i = 0; i < x.n; i++) {
		double v = axis_mark(&x, i);

		svg_line(out, at_x(p, v), p->y + p->h, at_x(p, v), p->y + p->h
		    + 5, INK, 1);
		svg_text(out, at_x(p, v), p->y + p->h + 20, "middle", "%.*f",
		    x.decimals, v);
	}
	svg_line(out, p->x, p->y + p->h, p->x + p->w, p->y + p->h, INK, 1);
	svg_line(out, p->x, p->y, p->x, p->y + p->h, INK, 1);
	svg_text(out, p->x + p->w, p->y + p->h + 38, "end", "%s", x_name);
	svg_text(out, p->x - 8, p->y - 12, "start", "%s", y_name);
}

static void
line_draw(struct buf *out, const struct plane *p, const double *x,
    const double *y, size_t n, const char *colour)
{
	size_t drawn = 0;

	buf_addf(out, "<polyline fill=\"none\" stroke=\"%s\" "
	    "stroke-width=\"1.8\" points=\"", colour);
	for (size_t i = 0; i < n; i++)
		if (isfinite(y[i]))
			buf_addf(out, "%s%.2f,%.2f", drawn++ > 0 ? " " : "",
			    at_x(p, x[i]), at_y(p, y[i]));
	buf_adds(out, "\"/>\n");
}

/* ---- losses ---- */

struct losses {
	double *tx, *ty, *ex, *ey; /* one block */
	size_t nt, ne;
};

static void
losses_split(struct losses *l, const struct curve_point *rows, size_t n,
    struct plane *p)
{
	*l = (struct losses){ .tx = xcalloc(4 * n + 1, sizeof *l->tx) };
	l->ty = l->tx + n;
	l->ex = l->ty + n;
	l->ey = l->ex + n;
	p->y0 = INFINITY;
	p->y1 = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		const struct curve_point *c = &rows[i];
		bool eval = strcmp(c->split, "eval") == 0;

		if ((!eval && strcmp(c->split, "train") != 0) ||
		    !isfinite(c->loss))
			continue;
		(eval ? l->ex : l->tx)[eval ? l->ne : l->nt] = (double)c->step;
		(eval ? l->ey : l->ty)[eval ? l->ne++ : l->nt++] = c->loss;
		p->x1 = fmax(p->x1, (double)c->step);
		p->y0 = fmin(p->y0, c->loss);
		p->y1 = fmax(p->y1, c->loss);
	}
	if (!isfinite(p->y0))
		p->y0 = p->y1 = 0;
}

/* Where the evaluation was best, and where epochs ended. */
static void
loss_marks(struct buf *out, const struct plane *p,
    const struct curve_point *rows, size_t n)
{
	struct loss_summary s;
	double steps = 0, x;

	loss_read(&s, rows, n);
	for (size_t i = 0; i < n; i++)
		if (rows[i].epoch > 0)
			steps = (double)rows[i].step / rows[i].epoch;
	for (int e = 1; steps > 0 && e * steps <= p->x1 * 1.0001; e++) {
		x = fmin(at_x(p, e * steps), p->x + p->w);
		buf_addf(out, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" "
		    "y2=\"%.2f\" stroke=\"" PALE "\" stroke-dasharray=\"2 4\">"
		    "<title>epoch %d</title></line>\n", x, p->y, x,
		    p->y + p->h, e);
	}
	if (s.evals == 0)
		return;
	x = at_x(p, (double)s.best_step);
	buf_addf(out, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" "
	    "stroke=\"" GREEN "\" stroke-dasharray=\"6 4\"/>\n", x, p->y, x,
	    p->y + p->h);
	svg_text(out, x, p->y - 4, x > p->x + p->w / 2 ? "end" : "start",
	    "best: eval loss %.3f, F1 macro %.3f at %lld", s.best_loss,
	    s.best_f1, (long long)s.best_step);
}

void
chart_loss(struct buf *out, const char *title, const struct curve_point *rows,
    size_t n)
{
	struct plane p = { .x = 70, .y = 76, .w = 620, .h = 300 };
	struct losses l;

	losses_split(&l, rows, n, &p);
	svg_open(out, 720, 430, title);
	plane_draw(out, &p, "step", "loss");
	loss_marks(out, &p, rows, n);
	line_draw(out, &p, l.tx, l.ty, l.nt, BLUE);
	line_draw(out, &p, l.ex, l.ey, l.ne, VERMILION);
	for (size_t i = 0; i < l.ne; i++)
		svg_dot(out, at_x(&p, l.ex[i]), at_y(&p, l.ey[i]), 4,
		    VERMILION, "eval loss %.6g at step %.0f", l.ey[i],
		    l.ex[i]);
	svg_line(out, 480, 44, 510, 44, BLUE, 1.8);
	svg_text(out, 516, 48, "start", "train");
	svg_line(out, 580, 44, 610, 44, VERMILION, 1.8);
	svg_dot(out, 595, 44, 4, VERMILION, "eval");
	svg_text(out, 616, 48, "start", "eval");
	svg_close(out);
	free(l.tx);
}

/* ---- the learning curve ---- */

static void
band_draw(struct buf *out, const struct plane *p, const struct learning *l)
{
	size_t drawn = 0;

	buf_adds(out, "<polygon fill=\"" BLUE "\" fill-opacity=\"0.15\" "
	    "points=\"");
	for (size_t i = 0; i < 2 * l->n; i++) {
		bool up = i < l->n;
		size_t at = up ? i : 2 * l->n - 1 - i;

		if (isfinite(l->lo[at]) && isfinite(l->hi[at]))
			buf_addf(out, "%s%.2f,%.2f", drawn++ > 0 ? " " : "",
			    at_x(p, l->x[at]),
			    at_y(p, up ? l->hi[at] : l->lo[at]));
	}
	buf_adds(out, "\"/>\n");
}

void
chart_learning(struct buf *out, const char *title, const struct learning *l)
{
	struct plane p = { .x = 70, .y = 76, .w = 620, .h = 300, .y0 = 1 };
	struct buf words = BUF_INIT;

	p.x1 = (double)l->labels;
	for (size_t i = 0; i < l->n; i++) {
		p.x1 = fmax(p.x1, l->x[i]);
		p.y0 = fmin(p.y0, fmin(l->f1[i], l->lo[i]));
		p.y1 = fmax(p.y1, fmax(l->f1[i], l->hi[i]));
	}
	p.y0 = floor(p.y0 * 10) / 10;
	p.y1 = ceil(p.y1 * 10) / 10;
	svg_open(out, 720, 430, title);
	plane_draw(out, &p, "labelled texts learned from", "F1 macro");
	band_draw(out, &p, l);
	line_draw(out, &p, l->x, l->f1, l->n, BLUE);
	for (size_t i = 0; i < l->n; i++)
		svg_dot(out, at_x(&p, l->x[i]), at_y(&p, l->f1[i]), 4, BLUE,
		    "%.0f texts: F1 macro %.6g (%.6g to %.6g)", l->x[i],
		    l->f1[i], l->lo[i], l->hi[i]);
	learning_words(l, &words);
	svg_text(out, 690, 48, "end", "%s", buf_str(&words));
	svg_text(out, 62, 414, "start", "band: 95 %% interval");
	svg_close(out);
	buf_free(&words);
}

/* ---- confusion ---- */

static double
number_at(const cJSON *array, int i)
{
	const cJSON *x = cJSON_GetArrayItem(array, i);

	return cJSON_IsNumber(x) ? x->valuedouble : NAN;
}

static double
number_of(const cJSON *o, const char *key)
{
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsNumber(x) ? x->valuedouble : NAN;
}

/* White to blue by the share of the row; the number stands in every cell. */
static void
cell_draw(struct buf *out, double x, double y, double w, double h,
    double count, double share, const char *row, const char *column)
{
	int red = (int)lround(255 - share * (255 - 0x00));
	int green = (int)lround(255 - share * (255 - 0x72));
	int blue = (int)lround(255 - share * (255 - 0xb2));

	buf_addf(out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" "
	    "height=\"%.2f\" fill=\"#%02X%02X%02X\" stroke=\"" PALE "\">"
	    "<title>", x, y, w, h, (unsigned)red, (unsigned)green,
	    (unsigned)blue);
	escape(out, row);
	buf_adds(out, " → ");
	escape(out, column);
	buf_addf(out, ": %.0f</title></rect>\n<text x=\"%.2f\" y=\"%.2f\" "
	    "text-anchor=\"middle\"%s>%.0f</text>\n", count, x + w / 2,
	    y + h / 2 + 5, share > 0.6 ? " fill=\"#FFFFFF\"" : "", count);
}

static double
widest(const cJSON *names)
{
	const cJSON *x;
	double w = 40;

	cJSON_ArrayForEach(x, names)
		w = fmax(w, 7.5 * utf8_width(x->valuestring,
		    strlen(x->valuestring)));
	return w < 300 ? w : 300;
}

void
chart_confusion(struct buf *out, const char *title, const cJSON *scores)
{
	static const char *const kinds[] = { "true negative", "false positive",
		"false negative", "true positive" };
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(scores, "confusion");
	const cJSON *names = cJSON_GetObjectItemCaseSensitive(c, "labels");
	const cJSON *counts = cJSON_GetObjectItemCaseSensitive(c, "counts");
	const cJSON *cell;
	bool binary = scores_binary(scores);
	int n = cJSON_GetArraySize(names), columns = binary ? 4 : n;
	double side = widest(names) + 24, top = binary ? 76 : side + 60;
	double w = binary ? 120 : 52, h = 36, sum;

	svg_open(out, fmax(side + columns * w + 20, 480), top + n * h + 40,
	    title);
	for (int j = 0; j < columns; j++) {
		double x = side + (j + 0.5) * w;

		if (binary) {
			svg_text(out, x, top - 8, "middle", "%s", kinds[j]);
			continue;
		}
		buf_addf(out, "<text transform=\"translate(%.2f %.2f) "
		    "rotate(-60)\">", x, top - 8);
		escape(out, cJSON_GetArrayItem(names, j)->valuestring);
		buf_adds(out, "</text>\n");
	}
	for (int i = 0; i < n; i++) {
		const cJSON *row = cJSON_GetArrayItem(counts, i);
		const char *name = cJSON_GetArrayItem(names, i)->valuestring;

		sum = 0;
		cJSON_ArrayForEach(cell, row)
			sum += cell->valuedouble;
		svg_text(out, side - 8, top + i * h + h / 2 + 5, "end", "%s",
		    name);
		for (int j = 0; j < columns; j++)
			cell_draw(out, side + j * w, top + i * h, w, h,
			    number_at(row, j), sum > 0 ? number_at(row, j) /
			    sum : 0, name, binary ? kinds[j] :
			    cJSON_GetArrayItem(names, j)->valuestring);
	}
	svg_text(out, side, top + n * h + 24, "start", "%s", binary ?
	    "texts, a label a row" : "rows: annotation, columns: prediction");
	svg_close(out);
}

/* ---- scores ---- */

static void
score_row(struct buf *out, const struct plane *p, double y, const char *name,
    double at, const cJSON *ci, const char *colour)
{
	double lo = number_at(ci, 0), hi = number_at(ci, 1);

	svg_text(out, p->x - 12, y + 5, "end", "%s", name);
	if (isnan(at)) {
		svg_text(out, p->x + 8, y + 5, "start", "not defined");
		return;
	}
	if (!isnan(lo) && !isnan(hi))
		svg_line(out, at_x(p, lo), y, at_x(p, hi), y, colour, 3);
	svg_dot(out, at_x(p, at), y, 5, colour, "%s %.6g (%.6g to %.6g)", name,
	    at, lo, hi);
	svg_text(out, p->x + p->w + 12, y + 5, "start", "%.3f", at);
}

void
chart_scores(struct buf *out, const char *title, const cJSON *scores)
{
	static const char *const rows[][3] = {
		{ "accuracy", "accuracy_ci", "accuracy" },
		{ "f1_macro", "f1_macro_ci", "F1 macro" },
		{ "f1_micro", "f1_micro_ci", "F1 micro" },
		{ "f1_weighted", "f1_weighted_ci", "F1 weighted" },
		{ "roc_auc", "roc_auc_ci", "ROC AUC" } };
	const cJSON *labels = cJSON_GetObjectItemCaseSensitive(scores,
	    "labels"), *l;
	const cJSON *names = cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(scores, "confusion"), "labels");
	int n = cJSON_GetArraySize(labels);
	double side = fmax(widest(names), 90) + 30, y = 66;
	struct plane p = { .x = side, .y = 52, .w = 400, .x1 = 1, .y1 = 1 };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		n += cJSON_HasObjectItem(scores, rows[i][0]);
	p.h = 28 * n + 16;
	svg_open(out, side + 480, p.h + 128, title);
	for (int i = 0; i <= 10; i++) {
		svg_line(out, at_x(&p, i / 10.0), p.y, at_x(&p, i / 10.0),
		    p.y + p.h, PALE, 1);
		if (i % 2 == 0)
			svg_text(out, at_x(&p, i / 10.0), p.y + p.h + 18,
			    "middle", "%.1f", i / 10.0);
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		/* older scores have not all */
		if (!cJSON_HasObjectItem(scores, rows[i][0]))
			continue;
		score_row(out, &p, y, rows[i][2], number_of(scores,
		    rows[i][0]), cJSON_GetObjectItemCaseSensitive(scores,
		    rows[i][1]), BLUE);
		y += 28;
	}
	y += 12;
	cJSON_ArrayForEach(l, labels) {
		score_row(out, &p, y, cJSON_GetStringValue(
		    cJSON_GetObjectItemCaseSensitive(l, "label")),
		    number_of(l, "f1"), cJSON_GetObjectItemCaseSensitive(l,
		    "f1_ci"), VERMILION);
		y += 28;
	}
	svg_text(out, side, p.y + p.h + 42, "start", "of the labels: F1; "
	    "lines: 95 %% interval; %.0f texts", number_of(scores, "n"));
	if (cJSON_HasObjectItem(scores, "ece"))
		svg_text(out, side, p.y + p.h + 60, "start",
		    "probabilities: ECE %.3f, Brier score %.3f, log loss %.3f",
		    number_of(scores, "ece"), number_of(scores, "brier"),
		    number_of(scores, "log_loss"));
	svg_close(out);
}
