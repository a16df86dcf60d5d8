/*
 * Where the model would cut the text: counted in the quick lane, which has
 * the time that opening a tokenizer takes, and marked when it is known.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "tag.h"

struct reaching {
	struct reach_spec spec;
	int64_t doc;
	char *text;
	size_t len, byte, tokens;
	int found;
};

/* The tokenizer that was used last; the lane's. */
static struct {
	struct reach_spec spec;
	struct reach *reach;
} last;

static int
reach_fetch(struct fetch *f)
{
	struct reaching *r = f->data;

	if (!reach_spec_same(&last.spec, &r->spec)) {
		reach_free(last.reach);
		reach_spec_free(&last.spec);
		last.reach = reach_open(&r->spec, NULL);
		reach_spec_copy(&last.spec, &r->spec);
	}
	/* A folder that is gone, say: there is nothing to mark then. */
	if (last.reach == NULL)
		return 0;
	r->tokens = reach_tokens(last.reach);
	r->found = reach_text(last.reach, r->text, r->len, &r->byte, NULL);
	return 0;
}

static void
reach_done(struct view *v, struct fetch *f)
{
	struct tag_state *t = v->state;
	struct reaching *r = f->data;

	if (r->found != 1 || !t->shot.have || t->shot.doc.seq != r->doc ||
	    r->byte >= t->shot.doc.text_len)
		return;
	t->cut = r->byte;
	t->cut_tokens = r->tokens;
}

static void
reach_drop(void *data)
{
	struct reaching *r = data;

	reach_spec_free(&r->spec);
	free(r->text);
	free(r);
}

/* For the text that has come. */
void
tag_reach_ask(struct view *v)
{
	struct tag_state *t = v->state;
	const struct shot *s = &t->shot;
	struct reaching *r;
	struct fetch *f;

	/* A token is a byte at least, but for signs that stand for two. */
	if (!option_get(OPT_LIMIT) || s->reach.dir == NULL || !s->have ||
	    s->doc.text_len <= 16)
		return;
	r = xcalloc(1, sizeof *r);
	reach_spec_copy(&r->spec, &s->reach);
	r->doc = s->doc.seq;
	r->text = xmalloc(s->doc.text_len + 1);
	memcpy(r->text, s->doc.text, s->doc.text_len + 1);
	r->len = s->doc.text_len;
	f = fetch_new(reach_fetch, reach_done, reach_drop, r);
	f->lane = JOB_QUICK;
	fetch_start(v, f);
}

/* ---- rows of the text: its lines, and the mark below the one it is in ---- */

static bool
marked(const struct tag_state *t)
{
	return t->cut > 0 && option_get(OPT_LIMIT) && t->box.n > 0;
}

size_t
tag_rows(const struct tag_state *t)
{
	return t->box.n + marked(t);
}

static size_t
cut_line(const struct tag_state *t)
{
	return textbox_line_of(&t->box, t->cut - 1);
}

size_t
tag_row_of(const struct tag_state *t, size_t line)
{
	return line + (marked(t) && line > cut_line(t));
}

/* The line of a row; false: it is the mark's. */
bool
tag_row_line(const struct tag_state *t, size_t row, size_t *line)
{
	size_t cut = marked(t) ? cut_line(t) : t->box.n;

	*line = row - (row > cut);
	return row != cut + 1 || !marked(t);
}

/* "┄┄┄┄┄┄┘ sbert reads to here (256 tokens)": the corner is under the last
 * letter that is read. */
void
tag_mark_draw(const struct tag_state *t, int y, int x)
{
	const struct text_line *l = &t->box.v[cut_line(t)];
	const char *s = t->shot.doc.text;
	int width = t->box.width, at, w;
	struct buf b = BUF_INIT;

	at = glyph_width(s + l->start, t->cut - l->start) - 1;
	at = at < 0 ? 0 : at >= width ? width - 1 : at;
	buf_addf(&b, " %s reads to here (%zu tokens) ", t->shot.reach.name,
	    t->cut_tokens);
	w = glyph_width(buf_str(&b), b.len);
	for (int i = 0; i < at; i++)
		scr_put(y, x + i, 1, ST_TEXT, "┄");
	scr_put(y, x + at, 1, ST_TEXT, "┘");
	if (at + 1 + w <= width || at < w)
		scr_cut(y, x + at + 1, width - at - 1, ST_TEXT, buf_str(&b));
	else
		scr_put(y, x + at - w, w, ST_TEXT, buf_str(&b));
	buf_free(&b);
}
