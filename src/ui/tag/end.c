/*
 * Tag where no text fits: why, as counted, and beside each reason the key
 * that goes on without it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "tag.h"

#define MORE 100 /* texts drawn from the rest at a time */

/* ---- why ---- */

static void
end_words(const struct tag_state *t, struct buf *b)
{
	const struct next_counts *n = &t->shot.pick.counts;
	const char *set = set_name(t->criteria.set);
	char total[32];

	count_text((long long)n->total, total);
	if (t->trouble != NULL)
		buf_addf(b, "No text comes: %s.", t->trouble);
	else if (n->total == 0)
		buf_addf(b, "There is no text in %s.", set);
	else if (n->tagged == n->total)
		buf_addf(b, "All %s texts of %s are tagged.", total, set);
	else
		buf_addf(b, "Nothing is left of the %s texts of %s.", total,
		    set);
}

/* What the filters are, as far as they are not who, set and order. */
static void
filter_words(const struct tag_state *t, struct buf *b)
{
	const struct next_criteria *c = &t->criteria;

	if (c->regex != NULL && c->regex[0] != '\0')
		buf_addf(b, ", /%s/", c->regex);
	if (c->carries != 0)
		buf_adds(b, ", label");
	if (c->predicted != 0)
		buf_adds(b, ", predicted");
	if (c->wrong)
		buf_adds(b, ", wrong ones");
	if (c->flag)
		buf_adds(b, ", flagged");
	if (c->comment)
		buf_adds(b, ", commented");
	if (c->user != NEXT_ANYONE)
		buf_addf(b, ", by %s", t->shot.by_whom);
}

struct way {
	struct rect r;
	const char *const *contexts;
};

/* "  35  skipped in this session    S  show them again" */
static void
reason(struct way *w, long long n, const char *what, const char *line,
    const char *then)
{
	struct buf key = BUF_INIT;
	char number[32];
	int half = w->r.w >= 66 ? 44 : w->r.w * 11 / 20;
	int indent = w->r.w >= 66 ? 7 : 5;

	if (n == 0 || w->r.h <= 0)
		return;
	if (line != NULL)
		keymap_keys(w->contexts, line, 1, &key);
	if (n > 0) {
		count_text(n, number);
		scr_right(w->r.y, w->r.x, indent, ST_STRONG, number);
	}
	scr_cut(w->r.y, w->r.x + indent + 2, half - indent - 3, ST_TEXT, what);
	if (key.len > 0) {
		hot_add(&(struct hot){ .r = { w->r.y, w->r.x, 1, w->r.w },
			.line = line });
		scr_put(w->r.y, w->r.x + half, 4, ST_STRONG, buf_str(&key));
		scr_cut(w->r.y, w->r.x + half + 3, w->r.w - half - 3, ST_TEXT,
		    then);
	}
	buf_free(&key);
	w->r.y++;
	w->r.h--;
}

static void
reasons_draw(const struct tag_state *t, struct way *w)
{
	const struct next_counts *n = &t->shot.pick.counts;
	struct buf filter = BUF_INIT, held = BUF_INIT;

	reason(w, (long long)n->tagged, "tagged", "widen tagged",
	    "show tagged ones too");
	reason(w, (long long)n->untagged, "not tagged", "widen tagged",
	    "show them too");
	reason(w, (long long)n->skipped, "skipped in this session",
	    "widen seen", "show them again");
	reason(w, (long long)n->seen, "seen in this session", "widen seen",
	    n->skipped > 0 ? "the same" : "show them again");
	filter_words(t, &filter);
	if (t->trouble != NULL && filter.len > 0)
		reason(w, -1, filter.data + 2, "widen filter",
		    "without the filter");
	reason(w, (long long)n->filtered, filter.len > 2 ?
	    filter.data + 2 : "filtered out", "widen filter",
	    "without the filter");
	buf_addf(&held, "held by others: %s", t->shot.held != NULL ?
	    t->shot.held : "");
	reason(w, (long long)n->held, buf_str(&held), NULL, NULL);
	buf_free(&held);
	buf_free(&filter);
}

void
tag_end_draw(const struct view *v, struct rect r)
{
	const struct tag_state *t = v->state;
	const struct shot *s = &t->shot;
	struct way w = { .contexts = v->contexts,
		.r = { r.y + 1, r.x + 1, r.h - 1, r.w - 2 } };
	struct buf b = BUF_INIT;
	char *more;
	int taken;

	end_words(t, &b);
	taken = scr_paragraph((struct rect){ w.r.y, r.x + 2, w.r.h,
		r.w - 4 < 78 ? r.w - 4 : 78 }, ST_STRONG, buf_str(&b)) +
	    (r.h > 8);
	buf_free(&b);
	w.r.y += taken;
	w.r.h -= taken;
	taken = w.r.y;
	reasons_draw(t, &w);
	if (w.r.h > 4 && w.r.y > taken) {
		w.r.y++;
		w.r.h--;
	}
	if (s->manager && s->rest > 0) {
		more = xasprintf("draw %s more", COUNT(s->rest < MORE ?
		    s->rest : MORE));
		reason(&w, (long long)s->rest, "in the rest, not for tagging",
		    "widen rest", more);
		free(more);
	}
	reason(&w, -1, "another set, order or filter", "mode",
	    "choose");
	if (s->counts.tagged > 0)
		reason(&w, -1, "the last text", "back", "back to it");
	scr_cursor(r.y + 1, r.x + 2);
}

/* ---- on ---- */

static void
draw_more(struct view *v, void *arg)
{
	struct tag_state *t = v->state;
	char number[32];

	(void)arg;
	snprintf(number, sizeof number, "%llu", t->shot.rest < MORE ?
	    (unsigned long long)t->shot.rest : (unsigned long long)MORE);
	run_now(v, (const char *[]){ "draw", set_name(t->criteria.set),
		number, NULL });
}

static void
ask_more(struct view *v)
{
	static const struct answer answers[] = {
		{ 'y', "draw them", draw_more }, { 'n', "no", NULL },
		{ 0, NULL, NULL },
	};
	struct tag_state *t = v->state;
	char *text;

	if (!t->shot.manager || t->shot.rest == 0) {
		ui_message(MSG_NOTE, t->shot.manager ?
		    "there are no more texts in the rest" :
		    "a manager can draw more texts from the rest");
		return;
	}
	text = xasprintf("Draw %s texts of the rest at random into %s?",
	    COUNT(t->shot.rest < MORE ? t->shot.rest : MORE),
	    set_name(t->criteria.set));
	question_open(v, text, answers, NULL, NULL);
	free(text);
}

void
tag_widen(struct view *v, const char *how)
{
	struct tag_state *t = v->state;
	struct tag_request *r;
	struct next_criteria *c;

	if (t->shot.have) {
		ui_message(MSG_NOTE, "there is a text to label");
		return;
	}
	if (strcmp(how, "seen") == 0) {
		run_now(v, (const char *[]){ "session", "clear", "--set",
			set_name(t->criteria.set), NULL });
		return;
	}
	if (strcmp(how, "rest") == 0) {
		ask_more(v);
		return;
	}
	r = tag_request_new(v, WANT_NEXT);
	c = &r->criteria;
	if (strcmp(how, "tagged") == 0) {
		c->filter = NEXT_ALL;
		c->user = NEXT_ANYONE;
	} else {
		free(c->regex);
		c->regex = NULL;
		c->carries = c->predicted = 0;
		c->wrong = c->flag = c->comment = false;
		if (c->filter == NEXT_ALL)
			c->user = NEXT_ANYONE;
	}
	r->save = true;
	tag_ask(v, r, true);
}
