/*
 * What stands beside Tag's text: the codebook's entry of the label under the
 * cursor, who tags, and how the model does; and the codebook over the lower
 * half.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "tag.h"

/* ---- the label under the cursor ---- */

size_t
tag_label_at(const struct tag_state *t)
{
	const struct shot *s = &t->shot;
	int place = -1;

	if (t->at_moved && t->at < s->scheme.nlabels)
		return t->at;
	if (s->best >= 0 && option_get(OPT_PREDICTION))
		return (size_t)s->best;
	if (s->annotated && s->mine.tagged && s->mine.nlabels > 0)
		place = label_index(&s->scheme, s->mine.labels[0]);
	return place >= 0 ? (size_t)place : 0;
}

bool
tag_label_shown(const struct tag_state *t)
{
	return t->at_moved || t->codebook == CODEBOOK_ENTRY || (t->wide &&
	    option_get(OPT_CODEBOOK));
}

void
tag_label_move(struct tag_state *t, int step)
{
	int n = (int)t->shot.scheme.nlabels;

	if (n == 0)
		return;
	t->at = (size_t)(((int)tag_label_at(t) + step + n) % n);
	t->at_moved = true;
	t->codebook_top = 0;
}

/* ---- the codebook ---- */

/* What the label means: its section, else its description; else the whole
 * codebook, which may tell of it somewhere. false: there is nothing. */
static bool
entry_of(const struct tag_state *t, size_t place, const char **s,
    struct span *out, bool *own)
{
	const struct shot *shot = &t->shot;
	const struct label *l = place < shot->scheme.nlabels ?
	    &shot->scheme.labels[place] : NULL;
	const char *book = shot->codebook != NULL ? shot->codebook : "";

	*own = true;
	*s = book;
	*out = (struct span){ 0, strlen(book), 0 };
	if (l != NULL && markdown_section(book, l->name, out) &&
	    strspn(book + out->begin, " \t\r\n") < out->end - out->begin)
		return true;
	*own = false;
	if (l != NULL && l->description != NULL && l->description[0] != '\0') {
		*own = true;
		*s = l->description;
		*out = (struct span){ 0, strlen(l->description), 0 };
		return true;
	}
	*out = (struct span){ 0, strlen(book), 0 };
	return out->end > 0;
}

/* Laid out once for a text and a width. */
static void
page_set(struct tag_page *p, unsigned serial, const char *s, struct span at,
    int width)
{
	if (p->serial == serial && p->s == s && p->begin == at.begin &&
	    p->end == at.end && p->box.width == width)
		return;
	p->serial = serial;
	p->s = s;
	p->begin = at.begin;
	p->end = at.end;
	mdbox_set(&p->box, s + at.begin, at.end - at.begin, width);
}

/* Lines of r; returns how many it took. */
static int
entry_draw(struct tag_state *t, struct rect r)
{
	struct tag_page *p = &t->side;
	size_t at = tag_label_at(t);
	const char *s;
	struct span span;
	bool own;
	int y = 0;

	if (!entry_of(t, at, &s, &span, &own)) {
		scr_put(r.y, r.x, r.w, ST_STRONG, "codebook");
		return 1 + scr_paragraph((struct rect){ r.y + 1, r.x, r.h - 1,
			r.w }, ST_TEXT, may_words("codebook edit", "none yet: "
		    ":codebook edit writes it", "none yet"));
	}
	if (at < t->shot.scheme.nlabels) {
		/* Without an entry of its own, all of it may tell. */
		scr_cut(r.y, r.x, r.w - 22, ST_STRONG,
		    t->shot.scheme.labels[at].name);
		scr_right(r.y, r.x, r.w, ST_TEXT, own ? "codebook" :
		    "no entry: codebook");
	} else {
		scr_put(r.y, r.x, r.w, ST_STRONG, "codebook");
	}
	page_set(p, t->book_serial, s, span, r.w);
	for (y = 1; y < r.h && (size_t)(y - 1) < p->box.n; y++)
		mdbox_draw_line(&p->box, (size_t)(y - 1), r.y + y, r.x);
	if ((size_t)(y - 1) < p->box.n)
		scr_right(r.y + r.h - 1, r.x, r.w, ST_STRONG, " ⋯ k");
	return y;
}

/* What goes on from the entry; and how much of it was seen. */
static void
codebook_hint(const struct tag_state *t, const struct tag_page *p,
    struct rect r, int w)
{
	size_t seen = t->codebook_top + (size_t)r.h - 1;
	struct buf b = BUF_INIT;

	if (p->box.n > (size_t)r.h - 1)
		buf_addf(&b, "⋯ %zu %%   ", (seen < p->box.n ? seen :
		    p->box.n) * 100 / p->box.n);
	buf_addf(&b, "← → label   k %s", tag_codebook_more(t) ?
	    "all of it" : "close");
	if (w > 60)
		scr_right(r.y, r.x + 1, w, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

/* `k`: the entry, then all of it, over the lower half. */
void
tag_codebook_draw(struct tag_state *t, struct rect r)
{
	struct tag_page *p = &t->lower;
	const char *s = t->shot.codebook != NULL ? t->shot.codebook : "";
	struct span span = { 0, strlen(s), 0 };
	int w = r.w - 2 < 80 ? r.w - 2 : 80, from = 0;
	bool own = false;

	hot_cover(r);
	for (int y = 0; y < r.h; y++)
		scr_clear(r.y + y, r.x, r.w);
	if (t->codebook == CODEBOOK_ENTRY)
		entry_of(t, tag_label_at(t), &s, &span, &own);
	if (own && r.h > 2) {
		scr_cut(r.y, r.x + 1, w > 60 ? w - 34 : w, ST_STRONG,
		    t->shot.scheme.labels[tag_label_at(t)].name);
		from = 1;
	}
	if (span.end == 0) {
		s = may_words("codebook edit", "No codebook was written for "
		    "this scheme yet: :codebook edit", "No codebook was "
		    "written for this scheme yet.");
		span.end = strlen(s);
	}
	page_set(p, t->book_serial, s, span, w);
	if (t->codebook_top + (size_t)(r.h - from) > p->box.n)
		t->codebook_top = p->box.n > (size_t)(r.h - from) ?
		    p->box.n - (size_t)(r.h - from) : 0;
	if (from > 0)
		codebook_hint(t, p, r, w);
	for (int y = from; y < r.h; y++) {
		size_t line = t->codebook_top + (size_t)(y - from);

		if (line < p->box.n)
			mdbox_draw_line(&p->box, line, r.y + y, r.x + 1);
	}
}

/* Is there more than the entry to show? */
bool
tag_codebook_more(const struct tag_state *t)
{
	const char *s;
	struct span span;
	bool own;

	return entry_of(t, tag_label_at(t), &s, &span, &own) && own &&
	    t->shot.codebook != NULL && t->shot.codebook[0] != '\0';
}

/* ---- the numbers ---- */

#define BREAK (10 * 60 * 1000) /* ms without a label: not work */

/* Labels an hour of work, of the last ones; 0: too few to tell. */
static long long
pace_of(const struct tag_state *t)
{
	size_t n = t->npace < TAG_PACE ? t->npace : TAG_PACE;
	long long worked = 0, labels = 0;

	for (size_t i = t->npace - n + 1; n > 0 && i < t->npace; i++) {
		long long gap = t->pace[i % TAG_PACE] -
		    t->pace[(i - 1) % TAG_PACE];

		if (gap > BREAK)
			continue;
		worked += gap;
		labels++;
	}
	return labels < 4 || worked < 60 * 1000 ? 0 :
	    labels * 3600 * 1000 / worked;
}

/* "12 this session, 140 an hour" */
void
tag_pace_words(const struct tag_state *t, struct buf *out)
{
	long long pace = pace_of(t);
	char number[32];

	if (t->session == 0)
		return;
	count_text((long long)t->session, number);
	buf_addf(out, "%s this session", number);
	if (pace == 0)
		return;
	count_text(pace, number);
	buf_addf(out, ", %s an hour", number);
}

/* "962 of 2,000" */
void
tag_done_words(const struct tag_state *t, struct buf *out)
{
	const struct shot *s = &t->shot;
	char done[32], total[32];

	if (s->pick.counts.total == 0 || !s->counted)
		return;
	count_text((long long)s->counts.tagged, done);
	count_text((long long)s->pick.counts.total, total);
	buf_addf(out, "%s of %s", done, total);
}

static void
pair_draw(struct rect *r, const char *left, const char *right)
{
	int w = glyph_width(right, strlen(right));

	if (r->h <= 0)
		return;
	scr_cut(r->y, r->x, r->w - w - 1, ST_TEXT, left);
	scr_right(r->y, r->x, r->w, ST_TEXT, right);
	r->y++;
	r->h--;
}

static void
people_draw(const struct tag_state *t, struct rect *r)
{
	const struct shot *s = &t->shot;
	char n[32], hour[32];

	for (size_t i = 0; i < s->nby; i++) {
		struct buf b = BUF_INIT;

		count_text((long long)s->by[i].tagged, n);
		count_text((long long)s->by[i].hour, hour);
		if (s->by[i].hour > 0)
			buf_addf(&b, "%s in the last hour, %s texts", hour, n);
		else
			buf_addf(&b, "%s texts", n);
		pair_draw(r, s->by[i].name, buf_str(&b));
		buf_free(&b);
	}
}

static void
model_draw(const struct tag_state *t, struct rect *r)
{
	const struct shot *s = &t->shot;
	struct buf b = BUF_INIT, f1 = BUF_INIT;
	char ago[32];

	if (s->model == NULL)
		return;
	ui_ago(s->model_time, ago);
	buf_addf(&b, "%s, %s old", s->model, ago);
	if (!isnan(s->model_f1))
		buf_addf(&f1, "CV F1 %.2f", s->model_f1);
	pair_draw(r, buf_str(&b), buf_str(&f1));
	buf_free(&b);
	buf_free(&f1);
}

static void
progress_draw(const struct tag_state *t, struct rect *r)
{
	struct buf pace = BUF_INIT, done = BUF_INIT;

	tag_pace_words(t, &pace);
	tag_done_words(t, &done);
	if (pace.len == 0)
		buf_adds(&pace, set_name(t->criteria.set));
	if (done.len > 0)
		pair_draw(r, buf_str(&pace), buf_str(&done));
	buf_free(&pace);
	buf_free(&done);
}

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

/* From the top the codebook, from the bottom what is counted. */
void
tag_side_draw(struct tag_state *t, struct rect r)
{
	const struct shot *s = &t->shot;
	bool people = option_get(OPT_PEOPLE) && s->nby > 0;
	bool model = s->model != NULL && option_get(OPT_PREDICTION);
	bool progress = option_get(OPT_PROGRESS);
	bool curve = option_get(OPT_CURVE) && s->learning.n > 1;
	int below = (people ? (int)(s->nby < 4 ? s->nby : 4) : 0) + model +
	    progress;
	int upper = r.h - below - 1;
	struct rect top = { r.y, r.x + 1, upper, r.w - 2 };
	struct rect low = { r.y + r.h - below, r.x + 1, below, r.w - 2 };

	if (curve && upper - CURVE - 1 >= 8) {
		upper -= CURVE + 1;
		top.h = upper;
		side_curve(s, (struct rect){ r.y + upper + 1, r.x + 1, CURVE,
			r.w - 2 });
	}
	if (option_get(OPT_CODEBOOK) && top.h > 1)
		entry_draw(t, top);
	if (progress)
		progress_draw(t, &low);
	if (model)
		model_draw(t, &low);
	if (people)
		people_draw(t, &low);
}
