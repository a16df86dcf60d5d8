/*
 * How Table looks: a line a text, as wide as what was seen needs, and the
 * whole text of the cursor's row below, or beside where there is room.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hits.h"
#include "tagtiger/utf8.h"

#include "table.h"

#define CELL_MAX 20  /* columns of a cell, at most */
#define TEXT_MIN 12
#define GUTTER 3     /* cursor and mark */
#define ROWS_MIN 84  /* columns of the rows, beside the text */

/* ---- columns ---- */

const char *
table_column_name(const struct table_state *t, int column)
{
	static const char *const names[TABLE_FIELDS] = { "id", "set", "label",
		"predicted", "sure", "marks", "by", "time", "length", "text" };

	if (column < TABLE_FIELDS)
		return names[column];
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].no == column - TABLE_FIELDS)
			return t->columns[i].name;
	return "";
}

int
table_column_named(const struct table_state *t, const char *name)
{
	for (int c = 0; c < TABLE_FIELDS + (int)t->ncolumns; c++)
		if (strcmp(table_column_name(t, c), name) == 0)
			return c;
	return -1;
}

bool
table_column_there(const struct table_state *t, int column)
{
	const struct column *c;

	if (column == TABLE_PREDICTED || column == TABLE_SURE)
		return t->model != NULL;
	if (column == TABLE_SET) /* all of one set: the head line says so */
		return (t->q.sets & (t->q.sets - 1)) != 0;
	if (column < TABLE_FIELDS)
		return true;
	if ((size_t)(column - TABLE_FIELDS) >= t->ncolumns)
		return false;
	c = &t->columns[column - TABLE_FIELDS];
	return c->role != COLUMN_ID && c->role != COLUMN_TEXT;
}

void
table_columns_default(struct table_state *t)
{
	static const int first[] = { TABLE_ID, TABLE_SET, TABLE_LABEL,
		TABLE_PREDICTED, TABLE_SURE, TABLE_MARKS };

	t->nshown = sizeof first / sizeof first[0];
	memcpy(t->shown, first, sizeof first);
	t->shown[t->nshown++] = TABLE_TEXT;
}

static void
predicted_text(const struct table_state *t, const struct table_row *r,
    struct buf *b)
{
	for (size_t i = 0; i < r->npredicted; i++)
		buf_addf(b, "%s%s", i > 0 ? " + " : "",
		    t->scheme.labels[r->predicted[i]].name);
	if (r->npredicted == 0 && !isnan(r->sure))
		buf_adds(b, "none");
}

static void
label_text(const struct table_state *t, const struct table_row *r,
    struct buf *b)
{
	char *names;

	if (r->differ) {
		buf_adds(b, "they differ");
	} else if (r->tagged) {
		names = labels_joined(&t->scheme, r->labels, r->nlabels);
		buf_adds(b, names);
		free(names);
	}
}

static void
cell_text(const struct table_state *t, const struct table_row *r, int column,
    struct buf *b)
{
	char s[32];

	buf_clear(b);
	switch (column) {
	case TABLE_ID: buf_adds(b, r->id); break;
	case TABLE_SET: buf_adds(b, set_name(r->set)); break;
	case TABLE_LABEL: label_text(t, r, b); break;
	case TABLE_PREDICTED: predicted_text(t, r, b); break;
	case TABLE_SURE:
		if (!isnan(r->sure))
			buf_addf(b, r->sure >= 0.995 ? "1.0" : "%.2f",
			    r->sure);
		break;
	case TABLE_MARKS:
		buf_addf(b, "%s%s", r->flag ? "f" : "", r->comment ? "c" :
		    "");
		break;
	case TABLE_WHO: buf_adds(b, r->who != NULL ? r->who : ""); break;
	case TABLE_TIME:
		if (r->tagged) {
			ui_clock(r->time, s);
			buf_adds(b, s);
		}
		break;
	case TABLE_LENGTH:
		count_text((long long)r->length, s);
		buf_adds(b, s);
		break;
	case TABLE_TEXT: break; /* drawn by itself: it is long */
	default:
		column -= TABLE_FIELDS;
		if ((size_t)column < r->nfields && r->fields[column] != NULL)
			buf_adds(b, r->fields[column]);
	}
}

static bool
is_number(const struct table_state *t, int column)
{
	const char *kind;

	if (column < TABLE_FIELDS)
		return column == TABLE_LENGTH || column == TABLE_SURE;
	kind = t->columns[column - TABLE_FIELDS].kind;
	return strcmp(kind, "int") == 0 || strcmp(kind, "real") == 0;
}

/* The name and what the rows on the screen need; it never shrinks while one
 * scrolls. */
static void
widths_see(struct table_state *t, int rows)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < t->nshown; i++) {
		const char *name = table_column_name(t, t->shown[i]);
		int w = glyph_width(name, strlen(name));

		if (t->shown[i] == TABLE_MARKS)
			w = 2;
		w = w > CELL_MAX ? CELL_MAX : w;
		if (t->width[i] < w)
			t->width[i] = w;
		for (int y = 0; y < rows; y++) {
			const struct table_row *r = table_row_at(t,
			    t->list.top + (size_t)y);

			if (r == NULL || r->seq == 0)
				continue;
			cell_text(t, r, t->shown[i], &b);
			/* a long one is cut; no need to measure all of it */
			w = glyph_width(buf_str(&b), b.len < 200 ? b.len :
			    200);
			if (t->shown[i] == TABLE_LABEL && w > 0)
				w += 2;
			w = w > CELL_MAX ? CELL_MAX : w;
			if (t->width[i] < w)
				t->width[i] = w;
		}
	}
	buf_free(&b);
}

/* Where each column stands; width 0: there is no room for it. */
struct place {
	int x, w;
};

static void
columns_place(const struct table_state *t, struct place *p, int x, int w)
{
	int fixed = 0, text = -1, end = x + w;

	for (size_t i = 0; i < t->nshown; i++)
		if (t->shown[i] == TABLE_TEXT)
			text = (int)i;
	for (size_t i = 0; i < t->nshown; i++) {
		p[i].w = 0;
		if ((int)i == text || !table_column_there(t, t->shown[i]))
			continue;
		if (fixed + t->width[i] + (text >= 0 ? TEXT_MIN : 0) > w)
			continue;
		p[i].w = t->width[i];
		fixed += t->width[i] + 2;
	}
	if (text >= 0)
		p[text].w = w - fixed;
	for (size_t i = 0; i < t->nshown; i++) {
		p[i].x = x;
		if (p[i].w > 0)
			x += p[i].w + 2;
		if (p[i].x + p[i].w > end)
			p[i].w = end - p[i].x;
	}
}

/* ---- rows ---- */

enum listing_key
table_column_key(int column)
{
	static const enum listing_key keys[TABLE_FIELDS] = { LISTING_ID,
		LISTING_SET, LISTING_LABEL, LISTING_PREDICTED, LISTING_SURE,
		LISTING_MARKS, LISTING_WHO, LISTING_TIME, LISTING_LENGTH,
		LISTING_TEXT };

	return column < TABLE_FIELDS ? keys[column] : LISTING_COLUMN;
}

int
table_sort_column(const struct table_state *t)
{
	for (int c = 0; c < TABLE_FIELDS; c++)
		if (table_column_key(c) == t->q.key)
			return c;
	return t->q.key == LISTING_COLUMN ? TABLE_FIELDS + t->q.column : -1;
}

static void
header_draw(const struct table_state *t, const struct place *p, int y)
{
	for (size_t i = 0; i < t->nshown; i++) {
		const char *name = table_column_name(t, t->shown[i]);
		bool sorted = t->shown[i] == table_sort_column(t);
		int x = p[i].x, w = p[i].w, nw;

		if (w <= 0)
			continue;
		if (t->shown[i] == TABLE_MARKS)
			name = "";
		nw = glyph_width(name, strlen(name));
		nw = nw > w ? w : nw;
		if (is_number(t, t->shown[i]))
			x += w - nw;
		scr_cut(y, x, w, ST_STRONG, name);
		if (sorted) /* the gap between columns has room for it */
			scr_put(y, x + nw, 2, ST_ACCENT, t->q.down ? "↓" :
			    "↑");
	}
}

static int
label_style(const struct table_state *t, const struct table_row *r)
{
	int place = r->nlabels > 0 ? label_index(&t->scheme, r->labels[0]) :
	    -1;

	return place < 0 ? ST_TEXT : style_of_label(&t->scheme.labels[place],
	    (size_t)place);
}

/* Does the model say something else than the annotators? */
static bool
is_wrong(const struct table_state *t, const struct table_row *r)
{
	size_t same = 0;

	if (!r->tagged || r->differ || isnan(r->sure))
		return false;
	for (size_t i = 0; i < r->npredicted; i++)
		for (size_t j = 0; j < r->nlabels; j++)
			same += label_index(&t->scheme, r->labels[j]) ==
			    r->predicted[i];
	return same != r->npredicted || same != r->nlabels;
}

static void
cell_draw(const struct table_state *t, const struct table_row *r, int column,
    int y, struct place p, bool here, struct buf *b)
{
	int style = here ? ST_STRONG : ST_TEXT;

	cell_text(t, r, column, b);
	if (column == TABLE_TEXT) {
		/* no more of it than the line takes */
		size_t len = r->text_len, most = (size_t)p.w * 8;

		for (len = len > most ? most : len; len < r->text_len &&
		     len > 0 && (r->text[len] & 0xc0) == 0x80; len--)
			;
		buf_add(b, r->text, len);
		scr_cut(y, p.x, p.w, style, buf_str(b));
	} else if (column == TABLE_LABEL) {
		if (r->differ)
			scr_cut(y, p.x, p.w, ST_WARN, buf_str(b));
		else if (b->len > 0) {
			scr_put(y, p.x, 1, label_style(t, r), "▇");
			scr_cut(y, p.x + 2, p.w - 2, style, buf_str(b));
		}
	} else if (column == TABLE_PREDICTED) {
		scr_cut(y, p.x, p.w, is_wrong(t, r) ? ST_WARN : style,
		    buf_str(b));
	} else if (is_number(t, column)) {
		scr_right(y, p.x, p.w, style, buf_str(b));
	} else {
		scr_cut(y, p.x, p.w, style, buf_str(b));
	}
}

static void
row_draw(struct table_state *t, size_t row, int y, struct rect r,
    const struct place *p, struct buf *b)
{
	const struct table_row *d = table_row_at(t, row);
	bool here = row == t->list.at;

	if (here) {
		scr_put(y, r.x, 1, ST_ACCENT, "▸");
		scr_cursor(y, r.x);
	}
	if (table_is_marked(t, listing_at(t->listing, row)))
		scr_put(y, r.x + 1, 1, ST_ACCENT, "•");
	if (d == NULL) {
		scr_put(y, r.x + GUTTER, 3, ST_TEXT, "…");
		return;
	}
	for (size_t i = 0; d->seq != 0 && i < t->nshown; i++)
		if (p[i].w > 0)
			cell_draw(t, d, t->shown[i], y, p[i], here, b);
}

static void
nothing_draw(const struct table_state *t, struct rect r)
{
	int y = r.y + 1, x = r.x + GUTTER, w = r.w - GUTTER - 1;

	if (t->filling != NULL) {
		scr_put(y, x, w, ST_TEXT, "…");
		return;
	}
	scr_put(y++, x, w, ST_STRONG, listing_query_filters(&t->q) ?
	    "No text is like that." : "There are no texts yet.");
	if (listing_query_filters(&t->q)) {
		scr_put(y++, x, w, ST_TEXT, "Esc  lists all texts");
		scr_put(y++, x, w, ST_TEXT, "m    changes which are listed");
	}
}

static void
rows_draw(struct table_state *t, struct rect r)
{
	struct place p[TABLE_SHOWN] = { 0 };
	struct buf b = BUF_INIT;
	size_t n = t->listing != NULL ? listing_count(t->listing) : 0;
	int rows = r.h - 1;

	t->list.height = rows > 0 ? rows : 1;
	list_fit(&t->list, n);
	widths_see(t, t->list.height);
	columns_place(t, p, r.x + GUTTER, r.w - GUTTER - 1);
	header_draw(t, p, r.y);
	if (n == 0)
		nothing_draw(t, r);
	for (int i = 0; i < rows && t->list.top + (size_t)i < n; i++)
		row_draw(t, t->list.top + (size_t)i, r.y + 1 + i, r, p, &b);
	hot_rows(&t->list, r.y + 1, r.x, r.w, rows);
	buf_free(&b);
}

/* ---- the whole text ---- */

static void
pane_set(struct table_state *t, const struct table_row *r, int width)
{
	struct hit *hits = NULL;
	size_t n = 0;

	if (t->pane_of == r->seq && t->box.width == width && t->box.n > 0)
		return;
	if (t->pane_of != r->seq)
		t->top = 0;
	t->pane_of = r->seq;
	textbox_set(&t->box, r->text, r->text_len, width);
	free(t->hits);
	t->hits = NULL;
	t->nhits = 0;
	if (t->q.c.regex == NULL || t->q.c.regex[0] == '\0' ||
	    hits_find(t->q.c.regex, t->q.c.match_case, r->text, r->text_len,
	    1000, &hits, &n, NULL) < 0)
		return;
	t->hits = xcalloc(n + 1, sizeof *t->hits);
	for (size_t i = 0; i < n; i++)
		t->hits[i] = (struct span){ hits[i].begin, hits[i].end };
	t->nhits = n;
	free(hits);
}

/* Columns beside the text and the comment, in a line. */
static void
pane_aside(const struct table_state *t, const struct table_row *r,
    struct buf *b)
{
	for (size_t i = 0; i < t->ncolumns && i < r->nfields; i++)
		if (t->columns[i].role == COLUMN_CONTEXT &&
		    r->fields[i] != NULL)
			buf_addf(b, "%s%s %s", b->len > 0 ? " · " : "",
			    t->columns[i].name, r->fields[i]);
	if (r->note != NULL && r->note[0] != '\0')
		buf_addf(b, "%scomment: %s", b->len > 0 ? " · " : "",
		    r->note);
}

static void
pane_draw(struct table_state *t, struct rect r)
{
	const struct table_row *d = table_here(t);
	struct buf aside = BUF_INIT;
	int width = option_get(OPT_WIDTH), h = r.h;
	char seen[32];

	if (d == NULL || d->seq == 0)
		return;
	if (width > r.w - 2)
		width = r.w - 2;
	pane_set(t, d, width);
	pane_aside(t, d, &aside);
	if (aside.len > 0 && h >= 4)
		scr_cut(r.y + --h, r.x + 1, r.w - 2, ST_TEXT,
		    buf_str(&aside));
	if (aside.len > 0 && h >= 5)
		h--; /* air above it */
	buf_free(&aside);
	t->pane_h = h;
	if (t->top + (size_t)h > t->box.n)
		t->top = t->box.n > (size_t)h ? t->box.n - (size_t)h : 0;
	for (int i = 0; i < h && t->top + (size_t)i < t->box.n; i++)
		textbox_draw_line(&t->box, d->text, t->top + (size_t)i,
		    r.y + i, r.x + 1, t->hits, t->nhits);
	if (t->box.n > (size_t)h && r.y > 0) {
		size_t to = t->top + (size_t)h;

		snprintf(seen, sizeof seen, " ⋯ %zu %% ", (to < t->box.n ?
		    to : t->box.n) * 100 / t->box.n);
		scr_right(r.y - 1, r.x, r.w - 1, ST_STRONG, seen);
	}
}

void
table_draw(struct view *v, struct rect r)
{
	struct table_state *t = v->state;
	struct rect rows = r, pane = r;

	if (!t->ready) {
		scr_put(r.y + 1, GUTTER, r.w - 4, ST_TEXT, "…");
		return;
	}
	if (t->pane && r.w >= TABLE_WIDE) {
		pane.w = r.w * 2 / 5 < r.w - ROWS_MIN ? r.w * 2 / 5 :
		    r.w - ROWS_MIN;
		rows.w = r.w - pane.w - 1;
		pane.x = rows.w + 1;
		scr_vrule(r.y, rows.w, r.h);
		if (r.y > 0)
			scr_put(r.y - 1, rows.w, 1, ST_TEXT, "┬");
	} else if (t->pane && r.h >= 10) {
		pane.h = r.h * 2 / 5;
		rows.h = r.h - pane.h - 1;
		pane.y = r.y + rows.h + 1;
		scr_rule(pane.y - 1, 0, r.w);
	} else {
		pane.h = 0;
	}
	rows_draw(t, rows);
	if (t->pane && pane.h > 0)
		pane_draw(t, pane);
	table_need(v);
}

/* ---- lines around it ---- */

static void
head_label(const struct table_state *t, struct buf *b, const char *what,
    int64_t id)
{
	const struct label *l = id != 0 ? label_by_id(&t->scheme, id) : NULL;

	if (l != NULL)
		buf_addf(b, " · %s %s", what, l->name);
}

static void
head_sets(const struct table_state *t, struct buf *b)
{
	bool some = false;

	if (t->q.sets == SETS_ALL)
		return;
	buf_adds(b, " · ");
	for (int s = 0; s < SET_COUNT; s++) {
		enum set set = (enum set)((s + 1) % SET_COUNT);

		if (!(t->q.sets & SET_BIT(set)))
			continue;
		buf_addf(b, "%s%s", some ? ", " : "", set_name(set));
		some = true;
	}
}

static void
head_sort(const struct table_state *t, struct buf *b)
{
	int c = table_sort_column(t);

	if (c >= 0)
		buf_addf(b, " · by %s %s", table_column_name(t, c),
		    t->q.down ? "↓" : "↑");
}

void
table_head(struct view *v, struct buf *left, struct buf *right)
{
	const struct table_state *t = v->state;
	const struct next_criteria *c = &t->q.c;
	char shown[32], all[32];

	if (!t->ready || t->listing == NULL)
		return;
	buf_adds(left, t->scheme.name != NULL ? t->scheme.name : "");
	head_sets(t, left);
	if (c->regex != NULL && c->regex[0] != '\0')
		buf_addf(left, " · /%s/", c->regex);
	if (c->filter != NEXT_ALL)
		buf_adds(left, c->filter == NEXT_TAGGED ? " · tagged" :
		    " · untagged");
	if (t->title != NULL)
		buf_addf(left, " · of %s", t->title);
	head_label(t, left, "annotated", t->q.final);
	head_label(t, left, "with", c->carries);
	head_label(t, left, "predicted", c->predicted);
	if (c->wrong)
		buf_adds(left, " · wrongly predicted");
	if (c->flag)
		buf_adds(left, " · flagged");
	if (c->comment)
		buf_adds(left, " · commented");
	head_sort(t, left);
	count_text((long long)listing_count(t->listing), shown);
	count_text((long long)(t->max - t->gone), all);
	if (!listing_query_filters(&t->q))
		buf_addf(right, "%s texts", all);
	else
		buf_addf(right, "%s of %s texts", shown, all);
}

static void
add_progress(struct buf *out, struct progress *p)
{
	size_t step = atomic_load(&p->step), total = atomic_load(&p->total);
	const char *phase = atomic_load(&p->phase);

	buf_addf(out, "%s%s", out->len > 0 ? " · " : "",
	    phase != NULL ? phase : "reading");
	if (total > 0)
		buf_addf(out, " %zu %%", (step < total ? step : total) * 100 /
		    total);
}

void
table_status(struct view *v, struct buf *out)
{
	const struct table_state *t = v->state;
	char n[32];

	if (t->nmarked > 0) {
		count_text((long long)t->nmarked, n);
		buf_addf(out, "%s marked", n);
	}
	if (t->aged && t->filling == NULL)
		buf_addf(out, "%sR lists anew", out->len > 0 ? " · " : "");
	if (t->filling != NULL)
		add_progress(out, &t->filling->job.progress);
}
