/*
 * How Tag looks. The text stands alone, at most so many columns wide and with
 * nothing to its right; the labels stand below it, and on a wide screen a
 * pane to its left has room for the codebook and the numbers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "tag.h"

#define SIDE 44 /* columns of the left pane */

static const char *
mode_words(enum select_mode m)
{
	switch (m) {
	case SELECT_SEQUENTIAL: return "in file order";
	case SELECT_RANDOM: return "random";
	case SELECT_ACTIVE: return "most uncertain";
	case SELECT_MAXPROB: return "most probable";
	}
	return "";
}

static void
head_filters(const struct tag_state *t, struct buf *left)
{
	const struct next_criteria *c = &t->criteria;

	if (c->label != 0 && (c->mode == SELECT_ACTIVE ||
	    c->mode == SELECT_MAXPROB)) {
		const struct label *l = label_by_id(&t->shot.scheme, c->label);

		buf_addf(left, " %s", l != NULL ? l->name : "");
	}
	if (c->regex != NULL && c->regex[0] != '\0')
		buf_addf(left, " · /%s/", c->regex);
	if (c->carries != 0) {
		const struct label *l = label_by_id(&t->shot.scheme,
		    c->carries);

		buf_addf(left, " · label %s", l != NULL ? l->name : "?");
	}
	if (c->predicted != 0) {
		const struct label *l = label_by_id(&t->shot.scheme,
		    c->predicted);

		buf_addf(left, " · predicted %s", l != NULL ? l->name : "?");
	}
	if (c->user != NEXT_ANYONE && t->shot.by_whom != NULL)
		buf_addf(left, " · %sby %s", c->filter == NEXT_UNTAGGED ?
		    "not " : "", t->shot.by_whom);
	if (c->filter == NEXT_TAGGED && c->carries == 0)
		buf_adds(left, " · tagged ones");
	else if (c->filter == NEXT_ALL)
		buf_adds(left, " · all texts");
	if (c->wrong)
		buf_adds(left, " · wrong ones");
	if (c->flag)
		buf_adds(left, " · flagged");
	if (c->comment)
		buf_adds(left, " · with a comment");
	if (c->set == SET_VALID)
		buf_adds(left, " · validation set");
}

void
tag_head(struct view *v, struct buf *left, struct buf *right)
{
	const struct tag_state *t = v->state;
	const struct shot *s = &t->shot;
	const struct next_counts *n = &s->pick.counts;

	if (!t->ready)
		return;
	buf_adds(left, s->scheme.name != NULL ? s->scheme.name : "");
	if (t->criteria.set == SET_TEST) {
		size_t total = n->total;

		buf_adds(left, " · test set · blind");
		if (total > 0)
			buf_addf(left, " · %llu of %zu",
			    (unsigned long long)s->counts.tagged, total);
	} else if (s->have && !s->picked) {
		buf_adds(left, " · gone back to");
	} else if (option_get(OPT_WHY)) {
		buf_addf(left, " · %s", mode_words(t->criteria.mode));
	}
	head_filters(t, left);
	if (!s->have)
		return;
	if (s->annotated && s->mine.flag)
		buf_adds(right, "flagged   ");
	buf_addf(right, "#%s", s->doc.id);
	if (s->best >= 0 && option_get(OPT_PREDICTION))
		buf_addf(right, "   sure %.2f", (double)s->prob[s->best]);
}

void
tag_status(struct view *v, struct buf *out)
{
	const struct tag_state *t = v->state;
	const struct shot *s = &t->shot;

	if (t->retrain > 0) {
		if (run_of("quick train") != NULL)
			buf_adds(out, "training");
		else
			buf_addf(out, "retrain in %lld", t->retrain -
			    (long long)t->since > 0 ? t->retrain -
			    (long long)t->since : 0);
	}
	if (!isnan(s->model_f1)) {
		buf_addf(out, "%sCV F1 %.2f", out->len > 0 ? " · " : "",
		    s->model_f1);
		if (!isnan(s->model_f1_lo))
			buf_addf(out, " ±%.2f",
			    (s->model_f1_hi - s->model_f1_lo) / 2);
	}
}

/* ---- labels ---- */

void
tag_label_key(const struct shot *s, size_t place, char out[8])
{
	const struct label *l = &s->scheme.labels[place];

	out[0] = '\0';
	if (l->key != NULL && l->key[0] != '\0')
		snprintf(out, 8, "%s", l->key);
	else if (place < 10)
		snprintf(out, 8, "%zu", (place + 1) % 10);
}

static bool
label_carried(const struct tag_state *t, size_t place)
{
	const struct shot *s = &t->shot;

	if (s->scheme.kind == SCHEME_MULTILABEL)
		return place < TOGGLES && t->toggled[place];
	if (!s->annotated || !s->mine.tagged)
		return false;
	for (size_t i = 0; i < s->mine.nlabels; i++)
		if (label_index(&s->scheme, s->mine.labels[i]) == (int)place)
			return true;
	return false;
}

/* A click is the label's key. */
static void
label_hot(const char *key, int y, int x, int w)
{
	if (key[0] != '\0')
		hot_add(&(struct hot){ .r = { y, x, 1, w },
			.key = key_parse(key) });
}

static void
label_draw(const struct tag_state *t, size_t i, int y, int x, int w)
{
	const struct shot *s = &t->shot;
	const struct label *l = &s->scheme.labels[i];
	bool counts = option_get(OPT_COUNTS) && w >= 30;
	bool bars = s->prob != NULL && option_get(OPT_PREDICTION) && w >= 34;
	bool multi = s->scheme.kind == SCHEME_MULTILABEL;
	bool on = label_carried(t, i);
	int right = x + w, name;
	char key[8], n[32];

	tag_label_key(s, i, key);
	label_hot(key, y, x, w);
	scr_put(y, x, 2, ST_STRONG, key);
	if (multi)
		scr_put(y, x + 2, 3, on ? ST_STRONG : ST_TEXT,
		    on ? "[x]" : "[ ]");
	else if (on)
		scr_put(y, x + 1, 2, ST_STRONG, "✓");
	x += multi ? 6 : 2;
	if (counts) {
		ui_number(i < s->counts.nlabels ?
		    (long long)s->counts.count[i] : 0, n);
		scr_right(y, right - 6, 6, ST_TEXT, n);
		right -= 7;
	}
	name = bars ? (w >= 50 ? 16 : 12) : right - x;
	scr_cut(y, x, name, on ? ST_STRONG : ST_TEXT, l->name);
	if (!bars || isnan(s->prob[i]))
		return;
	scr_rightf(y, right - 4, 4, ST_TEXT, s->prob[i] >= 0.995F ? "1.0" :
	    "%.2f", (double)s->prob[i]);
	right -= 5;
	scr_bar(y, x + name + 1, right - x - name - 2, style_of_label(l, i),
	    (double)s->prob[i]);
}

/* Columns that the labels stand in, and how many rows that makes. */
static int
label_columns(size_t n, int w)
{
	if (n <= 3 || w < 60)
		return 1;
	return n > 16 && w >= 100 ? 3 : 2;
}

static int
label_rows(const struct shot *s, int w, int room)
{
	int columns = label_columns(s->scheme.nlabels, w);
	int rows = ((int)s->scheme.nlabels + columns - 1) / columns;

	return rows > room ? room : rows;
}

/* Where there is no room for a line each: keys and names, one after the
 * other. */
static void
labels_flow(const struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	size_t n = s->scheme.nlabels;
	int x = r.x + 1, y = r.y, end = r.x + r.w - 1;
	char key[8];

	for (size_t i = 0; i < n; i++) {
		const char *name = s->scheme.labels[i].name;
		bool last = y == r.y + r.h - 1;
		int w;

		tag_label_key(s, i, key);
		w = glyph_width(key, strlen(key)) + 1 +
		    glyph_width(name, strlen(name));
		if (x + w + (last && i + 1 < n ? 12 : 0) > end && last) {
			scr_putf(y, x, end - x, ST_TEXT, "; %zu more", n - i);
			return;
		}
		if (x + w > end && x > r.x + 1) {
			x = r.x + 1;
			y++;
		}
		label_hot(key, y, x, w);
		x += scr_put(y, x, end - x, ST_STRONG, key) + 1;
		x += scr_put(y, x, end - x, label_carried(t, i) ? ST_STRONG :
		    ST_TEXT, name) + 2;
	}
}

static void
labels_draw(const struct tag_state *t, struct rect r)
{
	size_t n = t->shot.scheme.nlabels;
	int columns = label_columns(n, r.w), w = (r.w - 2) / columns;
	int rows = r.h;

	if (n == 0) {
		scr_put(r.y, r.x + 1, r.w - 2, ST_TEXT, "no label yet: "
		    ":label add NAME, or the labels page (F2, 2)");
		return;
	}
	if ((int)n > rows * columns) {
		labels_flow(t, r);
		return;
	}
	for (size_t i = 0; i < n; i++)
		label_draw(t, i, r.y + (int)i % rows,
		    r.x + 1 + (int)i / rows * w, w - 3);
}

/* ---- the text ---- */

static bool
context_shown(const struct shot *s)
{
	if (!option_get(OPT_CONTEXT))
		return false;
	for (size_t i = 0; i < s->doc.nvalues; i++)
		if (s->doc.values[i].role == COLUMN_CONTEXT &&
		    s->doc.values[i].value != NULL)
			return true;
	return false;
}

static void
context_draw(const struct shot *s, int y, int x, int w)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < s->doc.nvalues; i++) {
		const struct doc_value *d = &s->doc.values[i];

		if (d->role == COLUMN_CONTEXT && d->value != NULL)
			buf_addf(&b, "%s%s %s", b.len > 0 ? " · " : "",
			    d->column, d->value);
	}
	scr_cut(y, x, w, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static void
text_draw(struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	int width = option_get(OPT_WIDTH);

	if (width > r.w - 2)
		width = r.w - 2;
	if (t->box.width != width || t->box.n == 0)
		textbox_set(&t->box, s->doc.text, s->doc.text_len, width);
	t->text_h = r.h;
	if (t->top + (size_t)r.h > t->box.n)
		t->top = t->box.n > (size_t)r.h ? t->box.n - (size_t)r.h : 0;
	for (int i = 0; i < r.h && t->top + (size_t)i < t->box.n; i++)
		textbox_draw_line(&t->box, s->doc.text, t->top + (size_t)i,
		    r.y + i, r.x + 1, s->hits, s->nhits);
	if (t->hit_shown && t->hit < s->nhits) {
		size_t line = textbox_line_of(&t->box, s->hits[t->hit].begin);
		const struct text_line *l = &t->box.v[line];

		if (line >= t->top && line < t->top + (size_t)r.h)
			scr_cursor(r.y + (int)(line - t->top), r.x + 1 +
			    glyph_width(s->doc.text + l->start,
			    s->hits[t->hit].begin - l->start));
	} else {
		scr_cursor(r.y, r.x + 1);
	}
}

/* At the end of the rule: how much of the text has been seen. */
static void
more_draw(const struct tag_state *t, int y, int x, int w)
{
	size_t seen = t->top + (size_t)t->text_h;
	struct buf b = BUF_INIT;

	if (t->box.n <= (size_t)t->text_h)
		return;
	buf_addf(&b, " ⋯ %zu %% ", (seen < t->box.n ? seen : t->box.n) * 100 /
	    t->box.n);
	scr_right(y, x, w - 1, ST_STRONG, buf_str(&b));
	buf_free(&b);
}

/* The first part of the reason; what the rest of it advises is said by keys
 * here. */
static void
reason_words(const struct shot *s, struct buf *out)
{
	const char *reason = s->pick.reason;

	if (reason == NULL || reason[0] == '\0') {
		buf_adds(out, "There is no text to show.");
		return;
	}
	buf_add(out, reason, strcspn(reason, ";"));
	if (out->data[0] >= 'a' && out->data[0] <= 'z')
		out->data[0] = (char)(out->data[0] - 32);
	buf_addc(out, '.');
}

/* Nothing fits: why, and a key for each way on. */
static void
nothing_draw(const struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	const struct next_counts *n = &s->pick.counts;
	int y = r.y + 1, x = r.x + 2, w = r.w - 4;
	struct buf b = BUF_INIT;

	reason_words(s, &b);
	y += scr_paragraph((struct rect){ y, x, r.h, w < 78 ? w : 78 },
	    ST_STRONG, buf_str(&b)) + 1;
	buf_free(&b);
	if (s->held != NULL && s->held[0] != '\0' && n->held > 0)
		scr_putf(y++, x, w, ST_TEXT, "held: %s", s->held);
	if (y + 4 > r.y + r.h)
		return;
	y++;
	if (n->skipped > 0 || n->seen > 0)
		scr_put(y++, x, w, ST_TEXT, ":session clear   show again what "
		    "was skipped or seen");
	if (t->criteria.regex != NULL && t->criteria.regex[0] != '\0')
		scr_put(y++, x, w, ST_TEXT, "/ and Enter      without the "
		    "filter");
	scr_put(y++, x, w, ST_TEXT, "m                another set, order or "
	    "filter");
	scr_put(y++, x, w, ST_TEXT, "b                back to the last one");
	if (y < r.y + r.h)
		scr_putf(y++, x, w, ST_TEXT, ":draw %s 500  more texts from "
		    "the rest", set_name(t->criteria.set));
}

/* The codebook as it was written; over the lower half. */
static void
codebook_draw(struct tag_state *t, struct rect r)
{
	struct textbox box = { 0 };
	const char *text = t->shot.codebook;
	int w = r.w - 2 < 80 ? r.w - 2 : 80;

	if (text == NULL || text[0] == '\0')
		text = "No codebook was written for this scheme yet: "
		    ":codebook edit";
	textbox_set(&box, text, strlen(text), w);
	if (t->codebook_top + (size_t)r.h > box.n)
		t->codebook_top = box.n > (size_t)r.h ?
		    box.n - (size_t)r.h : 0;
	for (int y = 0; y < r.h; y++) {
		scr_clear(r.y + y, r.x, r.w);
		if (t->codebook_top + (size_t)y < box.n)
			textbox_draw_line(&box, text, t->codebook_top +
			    (size_t)y, r.y + y, r.x + 1, NULL, 0);
	}
	textbox_free(&box);
}

/* ---- the left pane ---- */

#define CURVE 7 /* lines of the learning curve's block */

static void
side_curve(const struct shot *s, struct rect r)
{
	struct buf b = BUF_INIT;

	scr_put(r.y, r.x, r.w, ST_STRONG, "CV F1 macro by labels");
	if (!isnan(s->model_f1) && !isnan(s->model_f1_lo))
		scr_rightf(r.y, r.x, r.w - 1, ST_TEXT, "%.2f ±%.2f",
		    s->model_f1, (s->model_f1_hi - s->model_f1_lo) / 2);
	plot_learning((struct rect){ r.y + 1, r.x, r.h - 2, r.w },
	    &s->learning, true);
	learning_words(&s->learning, &b);
	scr_cut(r.y + r.h - 1, r.x, r.w, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static void
side_draw(const struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	int y = r.y, end = r.y + r.h, below = (int)s->nby + 4;
	struct textbox box = { 0 };
	const char *text = s->codebook;
	char n[32], ago[32];
	bool curve = s->learning.n > 1 && r.h - below - CURVE >= 8;

	if (curve)
		below += CURVE + 1;
	scr_put(y++, r.x + 1, r.w - 2, ST_STRONG, "codebook");
	if (text == NULL || text[0] == '\0')
		text = "none yet: :codebook edit";
	textbox_set(&box, text, strlen(text), r.w - 2);
	for (size_t i = 0; i < box.n && y < end - below; i++)
		textbox_draw_line(&box, text, i, y++, r.x + 1, NULL, 0);
	textbox_free(&box);
	y = end - below + 1;
	if (curve) {
		side_curve(s, (struct rect){ y, r.x + 1, CURVE, r.w - 2 });
		y += CURVE + 1;
	}
	if (s->model != NULL) {
		ui_ago(s->model_time, ago);
		scr_putf(y, r.x + 1, r.w - 2, ST_TEXT, "%s, %s old", s->model,
		    ago);
		if (!isnan(s->model_f1))
			scr_rightf(y, r.x + 1, r.w - 3, ST_TEXT,
			    "CV F1 %.2f", s->model_f1);
	}
	y += 2;
	for (size_t i = 0; i < s->nby && y < end; i++) {
		ui_number((long long)s->by[i].tagged, n);
		scr_cut(y, r.x + 1, r.w - 12, ST_TEXT, s->by[i].name);
		scr_rightf(y++, r.x + 1, r.w - 3, ST_TEXT, "%s texts", n);
	}
}

/* ---- all of it ---- */

static void
main_draw(struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	int room = r.h / 2 - 1 > 1 ? r.h / 2 - 1 : 1;
	int rows = label_rows(s, r.w, room), gap, text_h, y;
	bool context = s->have && r.h >= 12 && context_shown(s);

	if (rows < 1)
		rows = 1;
	if (t->codebook)
		rows = r.h / 2;
	gap = r.h - rows >= 12 ? 1 : 0; /* air above the message line */
	text_h = r.h - rows - 1 - gap - (context ? 2 : 0);
	if (text_h < 1)
		text_h = 1;
	y = r.y + r.h - rows - gap - 1;
	if (s->have)
		text_draw(t, (struct rect){ r.y, r.x, text_h, r.w });
	else
		nothing_draw(t, (struct rect){ r.y, r.x, text_h, r.w });
	if (context)
		context_draw(s, y - 1, r.x + 1, r.w - 2);
	scr_rule(y, r.x, r.w);
	if (r.x > 0)
		scr_put(y, r.x - 1, 1, ST_TEXT, "├");
	if (s->have)
		more_draw(t, y, r.x, r.w);
	if (t->codebook)
		codebook_draw(t, (struct rect){ y + 1, r.x, rows + gap, r.w });
	else
		labels_draw(t, (struct rect){ y + 1, r.x, rows, r.w });
}

void
tag_draw(struct view *v, struct rect r)
{
	struct tag_state *t = v->state;
	struct rect main = r;

	if (!t->ready) {
		scr_put(r.y + 1, 2, r.w - 4, ST_TEXT, "…");
		return;
	}
	if (r.w >= TAG_WIDE && option_get(OPT_SIDE)) {
		side_draw(t, (struct rect){ r.y, 0, r.h, SIDE });
		scr_vrule(r.y, SIDE, r.h);
		if (r.y > 0)
			scr_put(r.y - 1, SIDE, 1, ST_TEXT, "┬");
		main.x = SIDE + 1;
		main.w = r.w - SIDE - 1;
	}
	main_draw(t, main);
}
