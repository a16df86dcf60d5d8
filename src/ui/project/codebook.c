/*
 * Project, codebook: laid out to be read, its headings beside it where there
 * is room, and which labels it says nothing of yet.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/scheme.h"
#include "tagtiger/utf8.h"

#include "../priv.h"

#define CONTENTS 28 /* columns */
#define WIDE 110    /* from here on there is room for the contents */

struct codebook {
	char *scheme, *text;
	char *missing; /* labels without a heading, "a, b" */
	struct err err;
};

struct codebook_state {
	struct codebook c;
	struct mdbox box;
	struct list list; /* at: the top line */
	size_t at;	  /* the line that was gone to, in sight */
	char *sought;
	bool ready;
};

static void
codebook_clear(struct codebook *c)
{
	free(c->scheme);
	free(c->text);
	free(c->missing);
	memset(c, 0, sizeof *c);
}

static void
codebook_drop(void *data)
{
	codebook_clear(data);
	free(data);
}

static int
codebook_fetch(struct fetch *f)
{
	struct codebook *c = f->data;
	struct scheme s = { 0 };
	struct buf missing = BUF_INIT;
	struct span at;

	if (current_scheme(ui.project, &s, &c->err) < 0)
		return -1;
	c->text = codebook_get(ui.project, s.id, &c->err);
	for (size_t i = 0; c->text != NULL && i < s.nlabels; i++)
		if (!markdown_section(c->text, s.labels[i].name, &at))
			buf_addf(&missing, "%s%s", missing.len > 0 ? ", " : "",
			    s.labels[i].name);
	c->scheme = xstrdup(s.name);
	c->missing = buf_take(&missing);
	scheme_free(&s);
	return c->text != NULL ? 0 : -1;
}

static void
codebook_done(struct view *v, struct fetch *f)
{
	struct codebook_state *s = v->state;
	struct codebook *c = f->data, old = s->c;

	if (f->job.result < 0) {
		ui_error(&c->err);
		return;
	}
	s->c = *c;
	*c = old;
	s->box.width = 0; /* lay it out anew */
	s->ready = true;
}

static void
codebook_reload(struct view *v, bool soft)
{
	(void)soft;
	fetch_start(v, fetch_new(codebook_fetch, codebook_done, codebook_drop,
	    xcalloc(1, sizeof(struct codebook))));
}

static void
codebook_close(struct view *v)
{
	struct codebook_state *s = v->state;

	codebook_clear(&s->c);
	mdbox_free(&s->box);
	free(s->sought);
}

/* ---- drawing ---- */

static void
contents_draw(const struct codebook_state *s, struct rect r)
{
	size_t here = mdbox_head_of(&s->box, s->at);
	size_t top = here >= (size_t)r.h ? here - (size_t)r.h + 1 : 0;

	for (int i = 0; i < r.h && top + (size_t)i < s->box.nheads; i++) {
		const struct mdhead *h = &s->box.heads[top + (size_t)i];
		int in = 2 * (h->level - 1 < 4 ? h->level - 1 : 4);
		bool is = top + (size_t)i == here;

		scr_put(r.y + i, r.x + 1, 1, ST_ACCENT, is ? "▸" : " ");
		scr_cut(r.y + i, r.x + 3 + in, r.w - 4 - in,
		    is ? ST_STRONG : ST_TEXT, h->title);
	}
	scr_vrule(r.y, r.x + r.w, r.h);
}

static void
empty_draw(const struct codebook_state *s, struct rect r)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s has no codebook yet.\n\nA codebook says what each "
	    "label means, what belongs to it and what does not, with "
	    "examples, so that two people, or you in a month, tag alike. "
	    "Tag shows the entry of a label beside the text, and all of it "
	    "with k.\n\n%s", s->c.scheme, may_words("codebook edit",
	    "e opens your editor on one that has a heading for each label; "
	    ":codebook set FILE takes a file of Markdown.",
	    "Managers write it."));
	scr_paragraph((struct rect){ r.y + 1, 2, r.h - 1, r.w - 4 < 76 ?
	    r.w - 4 : 76 }, ST_TEXT, buf_str(&b));
	scr_cursor(r.y + 1, 2);
	buf_free(&b);
}

static void
codebook_draw(struct view *v, struct rect r)
{
	struct codebook_state *s = v->state;
	bool side = r.w >= WIDE && s->box.nheads != 1;
	int x = side ? CONTENTS + 2 : 1, w = r.w - x - 1;

	if (!s->ready)
		return;
	if (s->c.text[0] == '\0') {
		empty_draw(s, r);
		return;
	}
	w = w < 80 ? w : 80;
	if (s->box.width != w)
		mdbox_set(&s->box, s->c.text, strlen(s->c.text), w);
	s->list.height = r.h;
	s->list.n = s->box.n > (size_t)r.h ? s->box.n - (size_t)r.h + 1 : 1;
	if (s->list.at >= s->list.n)
		s->list.at = s->list.n - 1;
	if (s->at < s->list.at || s->at >= s->list.at + (size_t)r.h)
		s->at = s->list.at;
	if (side)
		contents_draw(s, (struct rect){ r.y, 0, r.h, CONTENTS });
	for (int i = 0; i < r.h && s->list.at + (size_t)i < s->box.n; i++)
		mdbox_draw_line(&s->box, s->list.at + (size_t)i, r.y + i, x);
	scr_cursor(r.y + (int)(s->at - s->list.at), x);
}

static void
codebook_status(struct view *v, struct buf *out)
{
	struct codebook_state *s = v->state;

	if (!s->ready || s->c.text[0] == '\0')
		return;
	if (s->c.missing[0] != '\0')
		buf_addf(out, "no heading yet: %s   ", s->c.missing);
	if (s->list.n > 1)
		buf_addf(out, "%zu %%", s->list.at * 100 / (s->list.n - 1));
}

/* ---- acts ---- */

static void
go(struct codebook_state *s, size_t line)
{
	s->list.at = line < s->list.n ? line : s->list.n - 1;
	s->at = line;
}

static void
heading_chosen(struct view *v, size_t i, const char *text)
{
	struct codebook_state *s = v->state;

	(void)text;
	if (i < s->box.nheads)
		go(s, s->box.heads[i].line);
}

static void
contents_open(struct view *v)
{
	struct codebook_state *s = v->state;
	struct choices c = { 0 };

	for (size_t i = 0; i < s->box.nheads; i++) {
		const struct mdhead *h = &s->box.heads[i];
		char *text = xasprintf("%*s%s", 2 * (h->level - 1), "",
		    h->title);

		choices_add(&c, text, NULL, NULL, 0);
		free(text);
	}
	choose_open(v, "go to: ", &c, heading_chosen);
}

static bool
line_has(const struct mdbox *m, size_t line, const char *folded)
{
	char *text = utf8_fold(buf_str(&m->text) + m->v[line].start,
	    m->v[line].len);
	bool has = strstr(text, folded) != NULL;

	free(text);
	return has;
}

/* To the next line that has what is sought, or to the next heading. */
static void
find(struct codebook_state *s, int step, size_t from)
{
	size_t n = s->box.n, at = from;
	char *folded;

	if (s->sought == NULL) {
		for (at += (size_t)step; at < n; at += (size_t)step)
			for (size_t i = 0; i < s->box.nheads; i++)
				if (s->box.heads[i].line == at) {
					go(s, at);
					return;
				}
		return;
	}
	folded = utf8_fold(s->sought, strlen(s->sought));
	for (size_t i = 0; i < n; i++) {
		at = (at + n + (size_t)step) % n;
		if (!line_has(&s->box, at, folded))
			continue;
		go(s, at);
		free(folded);
		return;
	}
	ui_message(MSG_NOTE, "the codebook has no '%s'", s->sought);
	free(folded);
}

static unsigned
sought_given(struct view *v, const char *text, void *arg)
{
	struct codebook_state *s = v->state;

	(void)arg;
	free(s->sought);
	s->sought = text[0] != '\0' ? xstrdup(text) : NULL;
	if (s->sought != NULL && s->box.n > 0)
		find(s, 1, s->at == 0 ? s->box.n - 1 : s->at - 1);
	return R_REDRAW;
}

static unsigned
codebook_act(struct view *v, struct cmd_call *c)
{
	struct codebook_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
		s->at = s->list.at;
	} else if (strcmp(name, "enter") == 0) {
		if (s->box.nheads > 0)
			contents_open(v);
	} else if (strcmp(name, "search") == 0) {
		prompt_open(v, &(struct prompt){ .label = "/",
			.initial = s->sought, .done = sought_given,
			.hint = "Enter look for it   empty: n N go from "
			    "heading to heading   Esc leave" });
	} else if (strcmp(name, "find") == 0) {
		if (s->box.n > 0)
			find(s, cmd_str(c, "WHERE")[0] == 'n' ? 1 : -1, s->at);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static const char *const contexts[] = { "codebook", "list", "project", "any",
	NULL };

const struct view_ops view_codebook = {
	.name = "codebook", .page_of = "project", .page = "codebook",
	.contexts = contexts, .state_size = sizeof(struct codebook_state),
	.shows = CHANGES_SETTINGS | CHANGES_CODEBOOK | CHANGES_SCHEMES |
	    CHANGES_LABELS,
	.close = codebook_close, .draw = codebook_draw, .head = pages_head,
	.status = codebook_status, .act = codebook_act,
	.reload = codebook_reload,
};
