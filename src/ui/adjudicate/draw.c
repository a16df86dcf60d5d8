/* Adjudication: the figures, the list, the text with what was said of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "adjudicate.h"

#define WIDE 120 /* columns from which the text stands beside the list */

void
adj_head(struct view *v, struct buf *left, struct buf *right)
{
	static const char *const listed[] = { "open", "listed", "decided" };
	struct adj_state *s = v->state;
	char n[32], m[32];

	if (!s->ready) {
		buf_adds(left, "adjudication …");
		return;
	}
	count_text((long long)s->r.n, n);
	count_text((long long)s->r.decided, m);
	buf_addf(left, "%s · %s text%s on which people differ, %s decided",
	    s->r.scheme.name, n, s->r.n == 1 ? "" : "s", m);
	count_text((long long)s->list.at + 1, n);
	count_text((long long)s->list.n, m);
	if (s->list.n > 0)
		buf_addf(right, "%s of %s %s", n, m, listed[s->filter]);
}

/* ---- figures ---- */

/* ".81", "-.20", "1.00", "-1.0"; a share as "85". */
static void
figure(int y, int x, int style, double v, bool percent)
{
	char text[32], *zero;

	snprintf(text, sizeof text, "%.*f", percent ? 0 : 2,
	    percent ? 100 * v : v);
	zero = text + (text[0] == '-');
	if (zero[0] == '0' && zero[1] == '.')
		memmove(zero, zero + 1, strlen(zero));
	else if (!percent && text[0] == '-')
		text[4] = '\0'; /* it would touch its neighbour */
	scr_right(y, x, 5, style, text);
}

/* Name, value, and the ends of its interval. */
static void
estimate_draw(int y, int x, int w, const char *name, const struct estimate *e,
    bool percent)
{
	scr_cut(y, x, w - 15, ST_TEXT, name);
	x += w - 15;
	if (!isfinite(e->value)) {
		scr_right(y, x, 5, ST_TEXT, "–");
		return;
	}
	figure(y, x, ST_STRONG, e->value, percent);
	if (!isfinite(e->ci.lo))
		return;
	figure(y, x + 5, ST_TEXT, e->ci.lo, percent);
	figure(y, x + 10, ST_TEXT, e->ci.hi, percent);
}

/* Rows of a column that has n figures, and "3 more" where they do not fit. */
static size_t
fitting(size_t n, int rows, int y, int x, int w)
{
	size_t fit = rows > 0 ? (size_t)rows : 0;

	if (n <= fit)
		return n;
	if (fit == 0)
		return 0;
	scr_rightf(y + rows - 1, x, w - 1, ST_TEXT, "%zu more: i",
	    n - fit + 1);
	return fit - 1;
}

static void
whole_draw(const struct agreement *a, bool sets, int y, int x, int rows)
{
	struct {
		const char *name;
		const struct estimate *e;
		bool percent;
	} all[] = {
		{ "alpha", &a->alpha, false },
		{ "agree %", &a->percent, true },
		{ sets ? "MASI" : "Fleiss", sets ? &a->masi : &a->fleiss,
		    false },
	};

	for (int i = 0; i < 3 && i < rows; i++)
		estimate_draw(y + i, x, 24, all[i].name, all[i].e,
		    all[i].percent);
}

static void
figures_draw(const struct adj_state *s, int y, int w, int rows)
{
	const struct agreement *a = &s->f.g.a;
	const struct scheme *sc = &s->f.scheme;
	int cw = (w - 28) / 2 < 44 ? (w - 28) / 2 : 44, x = 27;
	char texts[32];
	size_t n;

	if (!s->told || !s->f.measured) {
		scr_paragraph((struct rect){ y, 1, rows, w - 2 < 76 ? w - 2 :
		    76 }, ST_TEXT, s->told ? s->f.why.text :
		    "agreement is being measured …");
		return;
	}
	count_text((long long)a->texts, texts);
	scr_putf(y, 1, 13, ST_TEXT, "%s text%s", texts, a->texts == 1 ? "" :
	    "s");
	scr_right(y, 14, 11, ST_TEXT, "95 % range");
	scr_put(y, x + 2, cw - 2, ST_TEXT, "alpha by label");
	scr_put(y, x + cw + 1, cw - 1, ST_TEXT, "kappa by pair");
	y++;
	rows--;
	whole_draw(a, sc->kind == SCHEME_MULTILABEL, y, 1, rows);
	n = fitting(a->nlabels, rows, y, x, cw);
	for (size_t i = 0; i < n && i < sc->nlabels; i++)
		estimate_draw(y + (int)i, x + 2, cw - 2, sc->labels[i].name,
		    &a->label[i].alpha, false);
	x += cw;
	n = fitting(a->npairs, rows, y, x, cw);
	for (size_t i = 0; i < n; i++) {
		char *pair = xasprintf("%s·%s", s->f.names[a->pair[i].a],
		    s->f.names[a->pair[i].b]);

		estimate_draw(y + (int)i, x + 1, cw - 1, pair,
		    &a->pair[i].kappa, false);
		free(pair);
	}
}

static int
figures_rows(const struct adj_state *s, int h)
{
	size_t n = 3;
	int most = h >= 30 ? 9 : h >= 14 ? 4 : 0;

	if (s->told && !s->f.measured && s->r.n == 0)
		return 0;
	if (!s->told || !s->f.measured)
		return most < 2 ? most : 2;
	if (s->f.g.a.nlabels > n)
		n = s->f.g.a.nlabels;
	if (s->f.g.a.npairs > n)
		n = s->f.g.a.npairs;
	return (int)n + 1 < most ? (int)n + 1 : most;
}

/* ---- list ---- */

static void
row_draw(void *of, size_t row, int y, int w, bool here)
{
	const struct adj_state *s = of;
	size_t at = s->shown[row];
	const struct dispute *d = &s->r.v[at];
	int id = w >= 100 ? 18 : 10, x = 6 + id;
	struct buf b = BUF_INIT;

	scr_put(y, 3, 1, ST_STRONG, d->decided ? "✓" : " ");
	scr_cut(y, 5, id, here ? ST_STRONG : ST_TEXT, s->r.ids[at] != NULL ?
	    s->r.ids[at] : "?");
	if (d->decided) {
		adj_labels(&s->r.scheme, d->v[d->people].labels,
		    d->v[d->people].n, &b);
		x += scr_cut(y, x, 16, ST_STRONG, buf_str(&b)) + 1;
		x += scr_put(y, x, 2, ST_TEXT, "←") + 1;
		buf_clear(&b);
	}
	for (size_t i = 0; i < d->people; i++) {
		buf_addf(&b, "%s%s ", i > 0 ? " · " : "", adj_name(s,
		    d->v[i].uid));
		adj_labels(&s->r.scheme, d->v[i].labels, d->v[i].n, &b);
	}
	if (s->r.holder[at] != -1) {
		w -= 22;
		scr_rightf(y, w, 21, ST_TEXT, "%s is at it", adj_name(s,
		    s->r.holder[at]));
	}
	scr_cut(y, x, w - x - 1, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

/* ---- the text, and what was said of it ---- */

static int
said_rows(const struct adj_state *s, const struct dispute *d, int h)
{
	int n = (int)(d->people + d->decided) + (s->note != NULL);
	int most = h >= 20 ? 10 : 4;

	return n < most ? n : most;
}

static const char *
comment_of(const struct adj_state *s, const struct dispute *d, int64_t uid)
{
	for (size_t i = 0; s->t.doc == d->doc && i < s->t.nlayers; i++)
		if (s->t.layers[i].uid == uid)
			return s->t.layers[i].comment;
	return "";
}

static void
said_line(struct rect r, const char *who, const char *what,
    const char *comment, bool strong)
{
	int labels = r.w >= 70 ? 24 : 16, x = r.x + 1;

	scr_cut(r.y, x, 12, strong ? ST_STRONG : ST_TEXT, who);
	scr_cut(r.y, x + 13, labels, strong ? ST_STRONG : ST_TEXT, what);
	if (comment[0] != '\0')
		scr_cut(r.y, x + 14 + labels, r.w - labels - 16, ST_TEXT,
		    comment);
}

static void
said_draw(const struct adj_state *s, const struct dispute *d, struct rect r)
{
	int y = r.y;

	for (size_t i = 0; i < d->people + d->decided && y < r.y + r.h;
	     i++, y++) {
		const struct dispute_label *l = &d->v[i];
		bool more = y == r.y + r.h - 1 && i + 1 < d->people;
		struct buf b = BUF_INIT;

		adj_labels(&s->r.scheme, l->labels, l->n, &b);
		if (more)
			scr_putf(y, r.x + 1, r.w - 2, ST_TEXT, "and %zu more",
			    d->people - i);
		else
			said_line((struct rect){ y, r.x, 1, r.w },
			    i < d->people ? adj_name(s, l->uid) : "decided",
			    buf_str(&b), comment_of(s, d, l->uid),
			    i == d->people);
		buf_free(&b);
	}
	if (s->note != NULL && y < r.y + r.h)
		said_line((struct rect){ y, r.x, 1, r.w }, "your comment", "",
		    s->note, false);
}

static void
body_draw(struct adj_state *s, struct rect r)
{
	int w = r.w - 2 < 80 ? r.w - 2 : 80, x = r.x + 1;
	int rows = r.h - (s->t.context != NULL && r.h > 3 ? 2 : 0);

	if (s->t.text == NULL)
		return;
	textbox_set(&s->box, s->t.text, s->t.len, w);
	s->text_rows = rows;
	for (int i = 0; i < rows && s->scroll + (size_t)i < s->box.n; i++)
		textbox_draw_line(&s->box, s->t.text, s->scroll + (size_t)i,
		    r.y + i, x, NULL, 0);
	if (s->scroll + (size_t)(rows > 0 ? rows : 0) < s->box.n && r.h > 0)
		scr_right(r.y + r.h - 1, x, r.w - 2, ST_TEXT,
		    "⋯ Space");
	if (rows < r.h)
		scr_cut(r.y + r.h - 1, x, w - 8, ST_TEXT, s->t.context);
}

static void
text_draw(struct adj_state *s, struct rect r)
{
	const struct dispute *d = adj_here(s);
	int said;

	if (d == NULL)
		return;
	said = said_rows(s, d, r.h);
	if (r.h < 6) { /* the list says who said what */
		body_draw(s, r);
		return;
	}
	body_draw(s, (struct rect){ r.y, r.x, r.h - said - 1, r.w });
	scr_rule(r.y + r.h - said - 1, r.x, r.w);
	said_draw(s, d, (struct rect){ r.y + r.h - said, r.x, said, r.w });
}

static void
nothing_draw(const struct adj_state *s, struct rect r)
{
	const char *why = s->r.n == 0 ? "Nobody differs on a text. What two "
	    "people or more have tagged is compared: double annotation (a "
	    "share of the texts given to two people) makes some." :
	    s->filter == RULINGS_OPEN ? "All texts on which people differ are "
	    "decided: exports and trainings take the decisions. f lists them."
	    : "None is decided yet: f lists those that are open.";

	scr_paragraph((struct rect){ r.y + 1, 2, r.h - 1, r.w - 4 < 76 ?
	    r.w - 4 : 76 }, ST_TEXT, why);
}

static void
foot_draw(struct adj_state *s, int y, int w)
{
	if (s->r.role < ROLE_MANAGER)
		scr_cut(y, 1, w - 2, ST_STRONG, "You can look: deciding is "
		    "for managers and owners of the project.");
	else
		label_keys_draw(&s->r.scheme,
		    s->r.scheme.kind == SCHEME_MULTILABEL ? adj_toggles(s) :
		    NULL, y, w);
}

void
adj_draw(struct view *v, struct rect r)
{
	struct adj_state *s = v->state;
	int top = figures_rows(s, r.h), rows;

	if (!s->ready)
		return;
	if (top > 0) {
		figures_draw(s, r.y, r.w, top);
		scr_rule(r.y + top, 0, r.w);
		r.y += top + 1;
		r.h -= top + 1;
	}
	if (s->list.n == 0) {
		nothing_draw(s, r);
		return;
	}
	foot_draw(s, r.y + r.h - 1, r.w);
	r.h--;
	if (r.h >= 8)
		scr_rule(r.y + --r.h, 0, r.w);
	if (r.w >= WIDE) {
		scr_vrule(r.y, r.w / 2, r.h);
		list_draw(&s->list, s->list.n, (struct rect){ r.y, 0, r.h,
			r.w / 2 }, row_draw, s);
		text_draw(s, (struct rect){ r.y, r.w / 2 + 1, r.h,
		    r.w - r.w / 2 - 1 });
		return;
	}
	rows = r.h / 3 < 1 ? 1 : r.h / 3;
	if ((size_t)rows > s->list.n)
		rows = (int)s->list.n;
	list_draw(&s->list, s->list.n, (struct rect){ r.y, 0, rows, r.w },
	    row_draw, s);
	scr_rule(r.y + rows, 0, r.w);
	text_draw(s, (struct rect){ r.y + rows + 1, 0, r.h - rows - 1, r.w });
}
