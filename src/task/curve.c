#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/curve.h"
#include "tagtiger/learncurve.h"

/* ---- the learning curve ---- */

static void
row_add(struct curve_point *v, size_t *n, const char *split, size_t step,
    double f1)
{
	struct curve_point *c = &v[(*n)++];

	*c = (struct curve_point){ .step = (int64_t)step, .epoch = NAN,
		.loss = NAN, .f1 = f1 };
	snprintf(c->split, sizeof c->split, "%s", split);
}

struct curve_point *
learning_rows(const struct learn_curve *c, size_t *n)
{
	struct curve_point *v = xcalloc(3 * c->npoints + 4, sizeof *v);

	*n = 0;
	for (size_t i = 0; i < c->npoints; i++) {
		const struct learn_point *p = &c->point[i];

		row_add(v, n, "learn", p->n, p->f1);
		row_add(v, n, "learnlo", p->n, p->ci.lo);
		row_add(v, n, "learnhi", p->n, p->ci.hi);
	}
	row_add(v, n, "labels", c->n, NAN);
	if (c->more == 0)
		return v;
	row_add(v, n, "gain", c->more, c->gain);
	row_add(v, n, "gainlo", c->more, c->gain_ci.lo);
	row_add(v, n, "gainhi", c->more, c->gain_ci.hi);
	return v;
}

static void
learning_point(struct learning *l, const struct curve_point *c)
{
	size_t at = l->n;

	for (size_t i = 0; i < l->n; i++)
		if (l->x[i] == (double)c->step)
			at = i;
	if (at == l->n) {
		l->x[at] = (double)c->step;
		l->f1[at] = l->lo[at] = l->hi[at] = NAN;
		l->n++;
	}
	if (strcmp(c->split, "learn") == 0)
		l->f1[at] = c->f1;
	else if (strcmp(c->split, "learnlo") == 0)
		l->lo[at] = c->f1;
	else
		l->hi[at] = c->f1;
}

void
learning_read(struct learning *l, const struct curve_point *rows, size_t n)
{
	*l = (struct learning){ .gain = NAN, .gain_lo = NAN, .gain_hi = NAN };
	l->x = xcalloc(4 * n + 1, sizeof *l->x);
	l->f1 = l->x + n;
	l->lo = l->f1 + n;
	l->hi = l->lo + n;
	for (size_t i = 0; i < n; i++) {
		const struct curve_point *c = &rows[i];

		if (strncmp(c->split, "learn", 5) == 0)
			learning_point(l, c);
		else if (strcmp(c->split, "labels") == 0)
			l->labels = c->step;
		else if (strcmp(c->split, "gainlo") == 0)
			l->gain_lo = c->f1;
		else if (strcmp(c->split, "gainhi") == 0)
			l->gain_hi = c->f1;
		else if (strcmp(c->split, "gain") == 0) {
			l->more = c->step;
			l->gain = c->f1;
		}
	}
}

void
learning_free(struct learning *l)
{
	free(l->x);
	*l = (struct learning){ 0 };
}

/* "+.01", "−.01", ".00": without the zero that says nothing. */
static void
signed_words(double v, struct buf *out)
{
	char s[32];

	snprintf(s, sizeof s, "%.2f", fabs(v));
	if (strcmp(s, "0.00") != 0)
		buf_adds(out, v < 0 ? "−" : "+");
	buf_adds(out, s[0] == '0' ? s + 1 : s);
}

void
learning_words(const struct learning *l, struct buf *out)
{
	if (l->more == 0 || isnan(l->gain))
		return;
	buf_addf(out, "%s more: about ", COUNT(l->more));
	signed_words(l->gain, out);
	if (isnan(l->gain_lo) || isnan(l->gain_hi))
		return;
	buf_adds(out, " (");
	signed_words(l->gain_lo, out);
	buf_adds(out, " to ");
	signed_words(l->gain_hi, out);
	buf_adds(out, ")");
}

void
learning_text(const struct learning *l, struct buf *out)
{
	struct buf words = BUF_INIT;

	for (size_t i = 0; i < l->n; i++) {
		buf_addf(out, "%7.0f texts  F1 macro %.3f", l->x[i], l->f1[i]);
		if (!isnan(l->lo[i]))
			buf_addf(out, "  (%.3f to %.3f)", l->lo[i], l->hi[i]);
		buf_addc(out, '\n');
	}
	learning_words(l, &words);
	if (words.len > 0)
		buf_addf(out, "%s\n", buf_str(&words));
	buf_free(&words);
}

static void
number_json(cJSON *o, const char *name, double v)
{
	cJSON_AddItemToObject(o, name, isnan(v) ? cJSON_CreateNull() :
	    cJSON_CreateNumber(v));
}

static void
score_json(cJSON *o, double f1, double lo, double hi)
{
	cJSON *ci;

	number_json(o, "f1_macro", f1);
	if (isnan(lo) || isnan(hi))
		return;
	ci = cJSON_AddArrayToObject(o, "f1_macro_ci");
	cJSON_AddItemToArray(ci, cJSON_CreateNumber(lo));
	cJSON_AddItemToArray(ci, cJSON_CreateNumber(hi));
}

void
learning_json(const struct learning *l, cJSON *object)
{
	cJSON *list, *o;

	cJSON_AddNumberToObject(object, "labels", (double)l->labels);
	list = cJSON_AddArrayToObject(object, "points");
	for (size_t i = 0; i < l->n; i++) {
		o = cJSON_CreateObject();
		cJSON_AddNumberToObject(o, "n", l->x[i]);
		score_json(o, l->f1[i], l->lo[i], l->hi[i]);
		cJSON_AddItemToArray(list, o);
	}
	if (l->more == 0) {
		cJSON_AddNullToObject(object, "gain");
		return;
	}
	o = cJSON_AddObjectToObject(object, "gain");
	cJSON_AddNumberToObject(o, "labels", (double)l->more);
	score_json(o, l->gain, l->gain_lo, l->gain_hi);
}

/* ---- losses ---- */

#define TRAIN_LAST 5 /* losses of batches jump about: a mean of so many */

void
loss_read(struct loss_summary *s, const struct curve_point *rows, size_t n)
{
	double before = NAN, train[TRAIN_LAST] = { 0 }, mean = 0;
	size_t ntrain = 0, use;

	*s = (struct loss_summary){ .loss = NAN, .f1 = NAN, .best_loss = NAN,
		.best_f1 = NAN, .epoch = NAN };
	for (size_t i = 0; i < n; i++) {
		const struct curve_point *c = &rows[i];

		s->step = c->step;
		s->epoch = c->epoch;
		if (strcmp(c->split, "train") == 0)
			train[ntrain++ % TRAIN_LAST] = c->loss;
		if (strcmp(c->split, "eval") != 0)
			continue;
		s->evals++;
		before = s->loss;
		s->loss = c->loss;
		s->f1 = c->f1;
		if (!(c->loss >= s->best_loss)) {
			s->best_loss = c->loss;
			s->best_f1 = c->f1;
			s->best_step = c->step;
		}
	}
	use = ntrain < TRAIN_LAST ? ntrain : TRAIN_LAST;
	for (size_t i = 0; i < use; i++)
		mean += train[i] / (double)use;
	if (s->evals < 2)
		s->trend = LOSS_EARLY;
	else if (s->loss > s->best_loss * 1.02)
		s->trend = LOSS_RISING;
	else if (s->loss < before * 0.98)
		s->trend = LOSS_FALLING;
	else if (use > 0 && mean < s->loss / 2)
		s->trend = LOSS_HEART;
	else
		s->trend = LOSS_FLAT;
}

const char *
loss_advice(const struct loss_summary *s)
{
	switch (s->trend) {
	case LOSS_EARLY:
		return "";
	case LOSS_RISING:
		return "eval loss rising again: fewer epochs, or a lower rate";
	case LOSS_FALLING:
		return "eval loss still falling: more epochs may help";
	case LOSS_HEART:
		return "train loss is less than half of eval loss: it learns "
		    "the texts by heart";
	case LOSS_FLAT:
		return "eval loss is flat: more epochs will not help much";
	}
	return "";
}

/* ---- axes ---- */

/* Multiples of step within [lo, hi], with room for rounding. */
static int
marks(double lo, double hi, double step)
{
	return (int)(floor(hi / step + 1e-9) - ceil(lo / step - 1e-9)) + 1;
}

void
axis_of(struct axis *a, double lo, double hi, int most)
{
	static const double steps[] = { 1, 2, 5, 10 };
	double power, step = 1;

	if (!(hi > lo))
		hi = lo + 1;
	power = pow(10, floor(log10((hi - lo) / (most > 0 ? most : 1))));
	for (int i = 0; i < 8; i++) {
		step = power * steps[i % 4] * (i < 4 ? 1 : 10);
		if (marks(lo, hi, step) <= most)
			break;
	}
	*a = (struct axis){ .lo = lo, .hi = hi, .step = step,
		.first = ceil(lo / step - 1e-9) * step,
		.n = marks(lo, hi, step) };
	while (a->decimals < 9 && fabs(step * pow(10, a->decimals) -
	    round(step * pow(10, a->decimals))) > 1e-6)
		a->decimals++;
}

double
axis_mark(const struct axis *a, int i)
{
	double v = (round(a->first / a->step) + i) * a->step;

	return v == 0 ? 0 : v; /* not -0 */
}
