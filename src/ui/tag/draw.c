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
#define BARS 22 /* columns that a name with its bar takes at least */
#define LABEL_WIDTH 80 /* at most, of a column of labels */

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
		if (total > 0 && s->counted)
			buf_addf(left, " · %s of %s",
			    COUNT(s->counts.tagged), COUNT(total));
	} else if (s->have && !s->picked) {
		buf_addf(left, " · gone %sto", s->back ? "back " : "");
	} else if (option_get(OPT_WHY)) {
		buf_addf(left, " · %s", mode_words(t->criteria.mode));
	}
	head_filters(t, left);
	if (!s->have)
		return;
	if (s->annotated && s->mine.tagged && s->mine.nlabels == 0)
		buf_adds(right, "none of these ✓   ");
	if (s->annotated && s->mine.flag)
		buf_adds(right, "flagged   ");
	buf_addf(right, "#%s", s->doc.id);
	if (s->best >= 0 && option_get(OPT_PREDICTION))
		buf_addf(right, "   sure %.2f", (double)s->prob[s->best]);
}

/* A part of the message line's right end, while there is room. */
static void
status_add(struct buf *out, int room, const char *part)
{
	int w = glyph_width(buf_str(out), out->len) +
	    glyph_width(part, strlen(part)) + 3;

	if (part[0] != '\0' && w <= room)
		buf_addf(out, "%s%s", out->len > 0 ? " · " : "", part);
}

static void
status_model(const struct tag_state *t, int room, struct buf *out)
{
	const struct shot *s = &t->shot;
	struct buf b = BUF_INIT;
	long long left = t->retrain - (long long)t->since;

	if (t->retrain > 0 && run_of("quick train") != NULL)
		buf_adds(&b, "training");
	else if (t->retrain > 0)
		buf_addf(&b, "retrain in %lld", left > 0 ? left : 0);
	status_add(out, room, buf_str(&b));
	buf_clear(&b);
	if (!isnan(s->model_f1)) {
		buf_addf(&b, "CV F1 %.2f", s->model_f1);
		if (!isnan(s->model_f1_lo))
			buf_addf(&b, " ±%.2f",
			    (s->model_f1_hi - s->model_f1_lo) / 2);
	}
	status_add(out, room, buf_str(&b));
	buf_clear(&b);
	if (t->criteria.mode == SELECT_ACTIVE && t->criteria.audit > 0)
		buf_addf(&b, "1 in %.0f at random", 1 / t->criteria.audit);
	status_add(out, room, buf_str(&b));
	buf_free(&b);
}

void
tag_status(struct view *v, struct buf *out)
{
	const struct tag_state *t = v->state;
	int room = scr_columns() - 6 - glyph_width(buf_str(&ui.message),
	    ui.message.len);
	struct buf done = BUF_INIT, pace = BUF_INIT;

	if (!t->ready)
		return;
	if (option_get(OPT_PROGRESS) && !t->wide) {
		/* The blind set's is in the line above. */
		if (t->criteria.set != SET_TEST)
			tag_done_words(t, &done);
		tag_pace_words(t, &pace);
	}
	status_add(out, room, buf_str(&done));
	status_model(t, room, out);
	status_add(out, room, buf_str(&pace));
	buf_free(&done);
	buf_free(&pace);
}

/* ---- labels ---- */

void
tag_label_key(const struct shot *s, size_t place, char out[8])
{
	label_key(&s->scheme, place, out);
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

/* The probability as a bar and a number, or where there is little room the
 * number alone. Returns the columns that are left. */
static int
label_prob(const struct tag_state *t, size_t i, int y, int x, int right,
    int longest)
{
	const struct shot *s = &t->shot;
	int w = right - x, least = w >= 42 ? 16 : 12, name;

	/* Half for the name, where it needs it; bars begin in one column. */
	name = longest > (w - 5) / 2 ? (w - 5) / 2 : longest;
	if (name < least)
		name = least;

	if (s->prob == NULL || !option_get(OPT_PREDICTION) || w < 16)
		return w;
	if (w < BARS && (isnan(s->prob[i]) || s->prob[i] < 0.05F))
		return w;
	if (isnan(s->prob[i]))
		return w < BARS ? w : name;
	scr_rightf(y, right - 4, 4, ST_TEXT, s->prob[i] >= 0.995F ? "1.0" :
	    "%.2f", (double)s->prob[i]);
	if (w < BARS)
		return w - 5;
	scr_bar(y, x + name + 1, w - name - 7,
	    style_of_label(&s->scheme.labels[i], i), (double)s->prob[i]);
	return name;
}

/* Columns of the counts, with the space before them: one width for all. */
static int
counts_width(const struct shot *s)
{
	uint64_t most = 0;

	for (size_t i = 0; s->counted && i < s->counts.nlabels; i++)
		most = s->counts.count[i] > most ? s->counts.count[i] : most;
	return count_width((long long)most, 6) + 1;
}

static void
label_draw(const struct tag_state *t, size_t i, int y, int x, int w,
    int longest)
{
	const struct shot *s = &t->shot;
	const struct label *l = &s->scheme.labels[i];
	bool multi = s->scheme.kind == SCHEME_MULTILABEL;
	bool on = label_carried(t, i), here = tag_label_shown(t) &&
	    tag_label_at(t) == i;
	int right = x + w, count = counts_width(s);
	char key[8], n[32];

	tag_label_key(s, i, key);
	label_hot(key, y, x, w);
	if (here) {
		scr_put(y, x - 1, 1, ST_ACCENT, "▸");
		if (t->at_moved)
			scr_cursor(y, x);
	}
	scr_put(y, x, 2, ST_STRONG, key);
	if (multi)
		scr_put(y, x + 2, 3, on ? ST_STRONG : ST_TEXT,
		    on ? "[x]" : "[ ]");
	else if (on)
		scr_put(y, x + 1, 2, ST_STRONG, "✓");
	x += multi ? 6 : 2;
	/* Where there is not room for both, the bars stay. */
	if (option_get(OPT_COUNTS) && w >= 24 && (s->prob == NULL ||
	    !option_get(OPT_PREDICTION) || right - x >= BARS + count)) {
		if (s->counted)
			count_text(i < s->counts.nlabels ?
			    (long long)s->counts.count[i] : 0, n);
		else
			snprintf(n, sizeof n, "…");
		scr_right(y, right - count + 1, count - 1, ST_TEXT, n);
		right -= count;
	}
	scr_cut(y, x, label_prob(t, i, y, x, right, longest), on || here ?
	    ST_STRONG : ST_TEXT, l->name);
}

/* Columns that the labels stand in, so that they take at most `room` rows: as
 * few as do, none narrower than a name needs. 0: there is no such. */
static int
label_columns(size_t n, int w, int room)
{
	int columns = n <= 3 || w < 60 ? 1 : 2;

	while (columns * 17 <= w && ((int)n + columns - 1) / columns > room)
		columns++;
	return columns * 17 <= w || columns == 1 ? columns : 0;
}

/* How many rows that makes; where no columns do, all there are. */
static int
label_rows(const struct shot *s, int w, int room)
{
	int columns = label_columns(s->scheme.nlabels, w, room);
	int rows = columns > 0 ? ((int)s->scheme.nlabels + columns - 1) /
	    columns : room;

	return rows > room ? room : rows;
}

/* "; 12 more, 2 of them chosen" */
static void
flow_rest(const struct tag_state *t, size_t from, int y, int x, int w)
{
	size_t n = t->shot.scheme.nlabels, chosen = 0;

	for (size_t i = from; i < n; i++)
		chosen += label_carried(t, i);
	if (chosen > 0)
		scr_putf(y, x, w, ST_STRONG, "; %zu more, %zu ✓", n - from,
		    chosen);
	else
		scr_putf(y, x, w, ST_TEXT, "; %zu more", n - from);
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
		bool last = y == r.y + r.h - 1, on = label_carried(t, i);
		bool here = tag_label_shown(t) && tag_label_at(t) == i;
		int w;

		tag_label_key(s, i, key);
		w = glyph_width(name, strlen(name)) + (key[0] != '\0' ?
		    glyph_width(key, strlen(key)) + 1 : 0) + (on ? 1 : 0);
		if (x + w + (last && i + 1 < n ? 12 : 0) > end && last) {
			flow_rest(t, i, y, x, end - x);
			return;
		}
		if (x + w > end && x > r.x + 1) {
			x = r.x + 1;
			y++;
		}
		label_hot(key, y, x, w);
		if (here && t->at_moved)
			scr_cursor(y, x);
		if (key[0] != '\0')
			x += scr_put(y, x, end - x, ST_STRONG, key) + 1;
		if (on)
			x += scr_put(y, x, end - x, ST_STRONG, "✓");
		x += scr_put(y, x, end - x, on || here ? ST_STRONG : ST_TEXT,
		    name) + 2;
	}
}

static void
labels_draw(const struct tag_state *t, struct rect r)
{
	size_t n = t->shot.scheme.nlabels;
	int columns = label_columns(n, r.w, r.h);
	int w = columns > 0 ? (r.w - 2) / columns : 0, longest = 0;

	/* Numbers far from their names are hard to follow. */
	w = w > LABEL_WIDTH ? LABEL_WIDTH : w;
	if (n == 0) {
		scr_put(r.y, r.x + 1, r.w - 2, ST_TEXT, may_words("label add",
		    "no label yet: :label add NAME, or the labels page (F2, "
		    "2)", "no label yet: a manager adds them"));
		return;
	}
	if (columns == 0 || (int)n > r.h * columns) {
		labels_flow(t, r);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *name = t->shot.scheme.labels[i].name;
		int wide = glyph_width(name, strlen(name));

		longest = wide > longest ? wide : longest;
	}
	for (size_t i = 0; i < n; i++)
		label_draw(t, i, r.y + (int)i % r.h, r.x + 1 +
		    (int)i / r.h * w, w - (columns > 4 ? 2 : 3) + (columns ==
		    1 ? 1 : 0), longest);
}

/* ---- the text ---- */

static void
context_words(const struct shot *s, struct buf *b)
{
	for (size_t i = 0; i < s->doc.nvalues; i++) {
		const struct doc_value *d = &s->doc.values[i];

		if (d->role == COLUMN_CONTEXT && d->value != NULL &&
		    d->value[0] != '\0')
			buf_addf(b, "%s%s %s", b->len > 0 ? " · " : "",
			    d->column, d->value);
	}
}

/* ---- what is known of the text: lines below it ---- */

#define NOTES 4

static void
comment_words(const struct tag_state *t, struct buf *b)
{
	const struct shot *s = &t->shot;

	if (t->comment != NULL)
		buf_addf(b, "comment, goes with the label: %s", t->comment);
	else if (s->annotated && s->mine.comment != NULL &&
	    s->mine.comment[0] != '\0')
		buf_addf(b, "comment %s", s->mine.comment);
}

static void
said_words(const struct shot *s, struct buf *b)
{
	for (size_t i = 0; i < s->nsaid; i++)
		buf_addf(b, "%s%s → %s", i > 0 ? " · " : "", s->said[i].name,
		    s->said[i].labels);
}

struct notes {
	struct buf v[NOTES];
	int lines[NOTES]; /* that each takes */
	int n, first;	  /* those before it have no room */
};

static void
note_done(struct notes *n)
{
	if (n->v[n->n].len > 0)
		n->lines[n->n++] = 1;
}

/* The one to keep longest last. roomy: there is much room. */
static void
notes_words(const struct tag_state *t, bool roomy, struct notes *n)
{
	const struct shot *s = &t->shot;

	if (option_get(OPT_WHY) && roomy && s->picked && s->pick.why != NULL)
		buf_adds(&n->v[n->n], s->pick.why);
	note_done(n);
	if (option_get(OPT_CONTEXT))
		context_words(s, &n->v[n->n]);
	note_done(n);
	if (option_get(OPT_OTHERS))
		said_words(s, &n->v[n->n]);
	note_done(n);
	if (option_get(OPT_COMMENT))
		comment_words(t, &n->v[n->n]);
	note_done(n);
}

static int
notes_height(const struct notes *n)
{
	int h = 0;

	for (int i = n->first; i < n->n; i++)
		h += n->lines[i];
	return h > 0 ? h + 1 : 0; /* a line of air */
}

/* Of `room` lines the text keeps five at least, and what it has for itself
 * where a note has more to say than a line holds. */
static void
notes_fit(struct notes *n, const struct tag_state *t, int room, int w)
{
	int spare;

	while (n->first < n->n && room - notes_height(n) < 5)
		n->first++;
	spare = room - notes_height(n) - (int)tag_rows(t) - 1;
	for (int i = n->first; i < n->n; i++) {
		int need = scr_paragraph((struct rect){ 0, 0, 0, w - 2 },
		    ST_TEXT, buf_str(&n->v[i]));

		need = need > 3 ? 3 : need;
		if (spare <= 0 || need <= 1)
			continue;
		n->lines[i] = need - 1 <= spare ? need : spare + 1;
		spare -= n->lines[i] - 1;
	}
}

static void
notes_draw(struct notes *n, int y, int x, int w)
{
	for (int i = n->first; i < n->n; i++) {
		if (n->lines[i] == 1)
			scr_cut(y, x, w, ST_TEXT, buf_str(&n->v[i]));
		else
			scr_paragraph((struct rect){ y, x, n->lines[i], w },
			    ST_TEXT, buf_str(&n->v[i]));
		y += n->lines[i];
	}
	for (int i = 0; i < NOTES; i++)
		buf_free(&n->v[i]);
}

static void
text_lay(struct tag_state *t, int w)
{
	const struct doc *d = &t->shot.doc;
	int width = option_get(OPT_WIDTH);

	if (width > w - 2)
		width = w - 2;
	if (t->box.width != width || t->box.n == 0)
		textbox_set(&t->box, d->text, d->text_len, width);
}

/* The hardware cursor stands on the hit that was gone to. */
static void
hit_cursor(const struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	size_t line, row;

	scr_cursor(r.y, r.x + 1);
	if (!t->hit_shown || t->hit >= s->nmarks)
		return;
	line = textbox_line_of(&t->box, s->hits[t->hit].begin);
	row = tag_row_of(t, line);
	if (row >= t->top && row < t->top + (size_t)r.h)
		scr_cursor(r.y + (int)(row - t->top), r.x + 1 + glyph_width(
		    s->doc.text + t->box.v[line].start,
		    s->hits[t->hit].begin - t->box.v[line].start));
}

static void
text_draw(struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	size_t rows, line;

	t->text_h = r.h;
	rows = tag_rows(t);
	if (t->top + (size_t)r.h > rows)
		t->top = rows > (size_t)r.h ? rows - (size_t)r.h : 0;
	for (int i = 0; i < r.h && t->top + (size_t)i < rows; i++) {
		if (tag_row_line(t, t->top + (size_t)i, &line))
			textbox_draw_line(&t->box, s->doc.text, line, r.y + i,
			    r.x + 1, s->hits, s->nmarks);
		else
			tag_mark_draw(t, r.y + i, r.x + 1);
	}
	hit_cursor(t, r);
}

/* At the end of the rule: how much of the text has been seen. */
static void
more_draw(const struct tag_state *t, int y, int x, int w)
{
	size_t seen = t->top + (size_t)t->text_h, rows = tag_rows(t);
	struct buf b = BUF_INIT;

	if (rows <= (size_t)t->text_h)
		return;
	buf_addf(&b, " ⋯ %zu %% ", (seen < rows ? seen : rows) * 100 / rows);
	scr_right(y, x, w - 1, ST_STRONG, buf_str(&b));
	buf_free(&b);
}

/* ---- all of it ---- */

static void
main_draw(struct view *v, struct rect r)
{
	struct tag_state *t = v->state;
	const struct shot *s = &t->shot;
	int room = r.h / 2 - 1 > 1 ? r.h / 2 - 1 : 1;
	int rows = label_rows(s, r.w, room), gap, text_h, y;
	struct notes notes = { 0 };

	if (!s->have && rows > r.h - 11)
		rows = r.h - 11 > 0 ? r.h - 11 : 0; /* the reasons come first */
	if (rows < 1 && s->have)
		rows = 1;
	if (t->codebook != CODEBOOK_OFF)
		rows = r.h / 2;
	gap = r.h - rows >= 12 ? 1 : 0; /* air above the message line */
	text_h = r.h - rows - 1 - gap;
	y = r.y + text_h;
	if (s->have) {
		text_lay(t, r.w);
		notes_words(t, r.h >= 24, &notes);
		notes_fit(&notes, t, text_h, r.w);
		text_h -= notes_height(&notes);
	}
	if (text_h < 1)
		text_h = 1;
	if (s->have)
		text_draw(t, (struct rect){ r.y, r.x, text_h, r.w });
	else
		tag_end_draw(v, (struct rect){ r.y, r.x, text_h, r.w });
	notes_draw(&notes, r.y + text_h + 1, r.x + 1, r.w - 2);
	scr_rule(y, r.x, r.w);
	if (r.x > 0)
		scr_put(y, r.x - 1, 1, ST_TEXT, "├");
	if (s->have)
		more_draw(t, y, r.x, r.w);
	if (t->codebook != CODEBOOK_OFF)
		tag_codebook_draw(t, (struct rect){ y + 1, r.x, rows + gap,
			r.w });
	else if (rows > 0)
		labels_draw(t, (struct rect){ y + 1, r.x, rows, r.w });
}

void
tag_draw(struct view *v, struct rect r)
{
	struct tag_state *t = v->state;
	struct rect main = r;

	t->wide = r.w >= TAG_WIDE && option_get(OPT_SIDE);
	if (!t->ready) {
		scr_put(r.y + 1, 2, r.w - 4, ST_TEXT, "…");
		return;
	}
	if (t->wide) {
		tag_side_draw(t, (struct rect){ r.y, 0, r.h, SIDE });
		scr_vrule(r.y, SIDE, r.h);
		if (r.y > 0)
			scr_put(r.y - 1, SIDE, 1, ST_TEXT, "┬");
		main.x = SIDE + 1;
		main.w = r.w - SIDE - 1;
	}
	main_draw(v, main);
}
