/* The form of a new project, drawn. */
#include <stdlib.h>
#include <string.h>

#include "new.h"

static void
file_facts(const struct new_state *s, int y, int w)
{
	struct buf b = BUF_INIT;
	char rows[32];

	count_text((long long)s->p.rows, rows);
	buf_addf(&b, "%s rows · %s", rows,
	    table_format_name(s->p.info.format));
	if (s->p.encoding[0] != '\0')
		buf_addf(&b, " · %s", s->p.encoding);
	if (s->p.info.sep != 0)
		buf_addf(&b, s->p.info.sep == '\t' ? " · separator tab" :
		    " · separator %c", s->p.info.sep);
	if (s->p.sheet[0] != '\0')
		buf_addf(&b, " · sheet %s", s->p.sheet);
	if (s->p.ragged > 0)
		buf_addf(&b, " · %s ragged rows", COUNT(s->p.ragged));
	scr_cut(y, 1, w - 2, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

/* What the column's use comes to: "labels: 120 filled", "id: twice!" */
static void
use_words(const struct new_state *s, size_t i, struct buf *out)
{
	const struct preview_column *c = &s->p.columns[i];

	switch (s->as[i]) {
	case AS_ID:
		buf_adds(out, c->distinct < c->filled && !c->distinct_more ?
		    "id: some come twice" : c->filled < s->p.rows ?
		    "id: some are empty" : "id");
		return;
	case AS_TEXT:
		if (c->filled < s->p.rows)
			buf_addf(out, "text: %s empty",
			    COUNT(s->p.rows - c->filled));
		else
			buf_adds(out, "text");
		return;
	case AS_LABELS:
	case AS_SEVERAL:
		buf_addf(out, "%s: %s filled", s->as[i] == AS_LABELS ?
		    "labels" : "several", COUNT(c->filled));
		return;
	case AS_CONTEXT: buf_adds(out, "context"); return;
	default: buf_adds(out, "–"); return;
	}
}

static void
column_draw(const struct new_state *s, size_t i, int y, int w, bool here)
{
	const struct preview_column *c = &s->p.columns[i];
	struct buf b = BUF_INIT, use = BUF_INIT;
	char n[32];

	for (int k = 0; k < 3; k++)
		if (c->first[k] != NULL)
			buf_addf(&b, "%s%s", b.len > 0 ? " · " : "",
			    c->first[k]);
	use_words(s, i, &use);
	count_text((long long)c->distinct, n);
	scr_put(y, 0, 1, ST_ACCENT, here ? "▸" : " ");
	scr_cut(y, 2, 14, here ? ST_STRONG : ST_TEXT, c->name);
	scr_cut(y, 17, w - 50, ST_TEXT, buf_str(&b));
	scr_right(y, w - 32, 9, ST_TEXT, n);
	scr_put(y, w - 23, 1, ST_TEXT, c->distinct_more ? "+" : " ");
	scr_cut(y, w - 21, 20, s->as[i] != AS_NONE ? ST_STRONG : ST_TEXT,
	    buf_str(&use));
	if (here)
		scr_cursor(y, 2);
	buf_free(&b);
	buf_free(&use);
}

static void
sheets_words(const struct new_state *s, struct buf *out)
{
	for (size_t i = 0; i < s->p.nsheets; i++)
		buf_addf(out, "%s%s", i == 0 ? "of " : ", ", s->p.sheets[i]);
}

static void
separator_words(const struct new_state *s, struct buf *out)
{
	if (!s->ready)
		buf_adds(out, "a character, or tab");
	else if (s->p.info.sep == '\t')
		buf_adds(out, "tab it seems; or another character");
	else
		buf_addf(out, "%c it seems; or another character, or tab",
		    s->p.info.sep);
}

static void
create_words(long long left, struct buf *out)
{
	if (left < 0)
		buf_adds(out, "validation and test ask for more texts than "
		    "there are");
	else
		buf_adds(out, "Enter makes the project");
}

static void
field_words(const struct new_state *s, int field, struct buf *out)
{
	static const char *const words[FIELDS] = {
		[FIELD_FILE] = "the project, one file",
		[FIELD_LANGUAGE] = "of the texts: en, fr … (for base models)",
		[FIELD_TRAIN] = "to tag; the labelled texts go in first",
		[FIELD_VALID] = "drawn first, at random",
		[FIELD_TEST] = "drawn first, at random",
		[FIELD_TEST_LABELS] = "that the file gives the test set: keep "
			"or drop",
		[FIELD_STRATIFY] = "a column: as many of each value in test",
		[FIELD_BAD] = "refuse the file, or drop: empty texts, ids that "
			"come twice",
		[FIELD_ENCODING] = "as iconv names it: windows-1252, UTF-16 …",
		[FIELD_QUOTES] = "around cells, or letters like all others",
		[FIELD_INVALID] = "that no character has: refuse the file, or "
			"replace",
		[FIELD_CHECK] = "Enter tells what would be made, and writes "
			"nothing",
	};
	long long left = (long long)s->p.rows - new_asked(s, FIELD_VALID) -
	    new_asked(s, FIELD_TEST);

	if (words[field] != NULL)
		buf_adds(out, words[field]);
	if (field == FIELD_TRAIN &&
	    strcmp(buf_str(&s->values[field]), "all") != 0)
		buf_addf(out, "; rest %s", COUNT(left - new_asked(s, field)));
	else if (field == FIELD_SHEET)
		sheets_words(s, out);
	else if (field == FIELD_SEPARATOR)
		separator_words(s, out);
	else if (field == FIELD_CREATE)
		create_words(left, out);
}

static void
field_draw(const struct new_state *s, int field, int y, int w, bool here)
{
	const struct new_field *f = &new_fields[field];
	bool act = f->option == NULL;
	struct buf b = BUF_INIT;
	int taken;

	field_words(s, field, &b);
	scr_put(y, 0, 1, ST_ACCENT, here ? "▸" : " ");
	scr_put(y, 2, 12, act ? ST_ACCENT : here ? ST_STRONG : ST_TEXT,
	    f->name);
	if (here && s->editing) {
		edit_draw(&s->edit, y, 15, w - 16);
	} else {
		taken = scr_cut(y, 15, w - 16, ST_STRONG, act ? "" :
		    s->values[field].len > 0 ? buf_str(&s->values[field]) :
		    "–");
		if (taken < 12)
			taken = act ? -1 : 12;
		scr_cut(y, 16 + taken, w - 17 - taken, ST_TEXT, buf_str(&b));
		if (here)
			scr_cursor(y, 15);
	}
	buf_free(&b);
}

/* The columns, as many as leave room for the fields; where the next line
 * is. */
static int
columns_draw(struct new_state *s, struct rect r, int fields)
{
	size_t columns = s->p.ncolumns;
	int y = r.y, shown = r.h - 3 - fields;

	file_facts(s, y++, r.w);
	scr_put(y, 2, 14, ST_TEXT, "column");
	scr_put(y, 17, 20, ST_TEXT, "first values");
	scr_right(y, r.w - 32, 9, ST_TEXT, "distinct");
	scr_put(y++, r.w - 21, 10, ST_TEXT, "use as");
	shown = shown < (int)columns ? shown : (int)columns;
	if (shown < 1)
		shown = 1;
	if (s->list.top > s->list.at)
		s->list.top = s->list.at;
	if (s->list.at < columns && s->list.at >= s->list.top + (size_t)shown)
		s->list.top = s->list.at - (size_t)shown + 1;
	hot_rows(&s->list, y, 0, r.w, shown);
	for (int i = 0; i < shown && s->list.top + (size_t)i < columns; i++)
		column_draw(s, s->list.top + (size_t)i, y++, r.w,
		    s->list.top + (size_t)i == s->list.at);
	scr_rule(y++, 0, r.w);
	return y;
}

static int
why_draw(const struct new_state *s, struct rect r)
{
	return r.y + 1 + scr_paragraph((struct rect){ r.y, 2, r.h, r.w - 4 },
	    ST_TEXT, s->why.text);
}

void
new_draw(struct view *v, struct rect r)
{
	struct new_state *s = v->state;
	int shown[FIELDS], n = new_fields_shown(s, shown), y;

	if (!s->ready && s->why.status == ERR_NONE) {
		scr_put(r.y + 1, 2, r.w - 4, ST_TEXT, "reading the file");
		scr_cursor(r.y + 1, 2);
		return;
	}
	s->list.n = s->p.ncolumns + (size_t)n;
	s->list.height = (int)s->list.n;
	y = s->ready ? columns_draw(s, r, n) : why_draw(s, r);
	for (int i = 0; i < n && y < r.y + r.h; i++, y++) {
		size_t at = s->p.ncolumns + (size_t)i;

		hot_add(&(struct hot){ .r = { y, 0, 1, r.w },
			.list = &s->list, .at = at, .twice = K_ENTER });
		field_draw(s, shown[i], y, r.w, s->list.at == at);
	}
}
