/*
 * The list of what is highlighted in texts: add, change, delete. It lies over
 * the lower half, so that the text above shows at once what a pattern marks.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/highlight.h"

#include "../priv.h"

#define SHOWN 8

struct highlight_state {
	struct highlight *v;
	size_t n;
	struct list list;
	bool read;
};

struct listing {
	struct highlight *v;
	size_t n;
	struct err err;
};

static int
list_fetch(struct fetch *f)
{
	struct listing *l = f->data;

	return highlight_list(ui.project, &l->v, &l->n, &l->err);
}

static void
list_drop(void *data)
{
	struct listing *l = data;

	highlight_list_free(l->v, l->n);
	free(l);
}

static void
list_done(struct view *v, struct fetch *f)
{
	struct highlight_state *s = v->state;
	struct listing *l = f->data;
	struct listing old = { .v = s->v, .n = s->n };

	if (f->job.result < 0) {
		ui_error(&l->err);
		return;
	}
	s->v = l->v;
	s->n = l->n;
	l->v = old.v;
	l->n = old.n;
	/* What was added last is what one looks at. */
	if (s->read && s->n > old.n)
		s->list.at = s->n - 1;
	s->read = true;
	list_fit(&s->list, s->n);
}

static void
highlight_reload(struct view *v, bool soft)
{
	(void)soft;
	fetch_start(v, fetch_new(list_fetch, list_done, list_drop,
	    xcalloc(1, sizeof(struct listing))));
}

static void
highlight_close(struct view *v)
{
	struct highlight_state *s = v->state;

	highlight_list_free(s->v, s->n);
}

/* "coal" in quotes is a word, anything else a regular expression. */
static unsigned
given(struct view *v, const char *text, void *arg)
{
	size_t len = strlen(text);
	bool word = len > 2 && text[0] == '"' && text[len - 1] == '"';
	char *pattern;

	(void)arg;
	if (len == 0)
		return R_REDRAW;
	pattern = word ? xstrndup(text + 1, len - 2) : xstrdup(text);
	run_now(v, (const char *[]){ "highlight", "add", word ? "--word" :
		"--", word ? "--" : pattern, word ? pattern : NULL, NULL });
	free(pattern);
	return R_REDRAW;
}

static const struct highlight *
here(struct highlight_state *s)
{
	return s->list.at < s->n ? &s->v[s->list.at] : NULL;
}

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct highlight *h = &((const struct highlight_state *)of)->v[at];

	scr_put(y, 3, 10, ST_TEXT, h->word ? "word" : "pattern");
	scr_cut(y, 13, w - 14, here ? ST_STRONG : ST_TEXT, h->pattern);
}

static void
highlight_draw(struct view *v, struct rect r)
{
	struct highlight_state *s = v->state;
	size_t rows = s->n == 0 ? 1 : s->n < SHOWN ? s->n : SHOWN;

	r = sheet_begin(r, rows, &s->list, "highlighted in texts");
	list_draw(&s->list, s->n, r, row_draw, s);
	if (s->read && s->n == 0)
		scr_put(r.y, 3, r.w - 4, ST_TEXT, "nothing yet: a adds a "
		    "word or a regular expression");
}

static const char *const contexts[] = { "highlight", "list", "any", NULL };

static unsigned
highlight_act(struct view *v, struct cmd_call *c)
{
	struct highlight_state *s = v->state;
	const struct highlight *h = here(s);
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "start") == 0 ||
	    (strcmp(name, "enter") == 0 && h == NULL)) {
		prompt_open(v, &(struct prompt){ .label = "highlight: ",
			.hint = "a regular expression, or \"a word\" in "
			"quotes   Enter add   Esc leave", .done = given });
	} else if (strcmp(name, "remove") == 0 && h != NULL) {
		run_now(v, (const char *[]){ "highlight", "delete", "--",
			h->pattern, NULL });
	} else if ((strcmp(name, "toggle") == 0 ||
	    strcmp(name, "enter") == 0) && h != NULL) {
		run_now(v, (const char *[]){ "highlight", "add", h->word ?
			"--" : "--word", h->word ? h->pattern : "--",
			h->word ? NULL : h->pattern, NULL });
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

const struct view_ops view_highlight = {
	.name = "highlight", .overlay = true, .contexts = contexts,
	.shows = CHANGES_SETTINGS,
	.state_size = sizeof(struct highlight_state),
	.close = highlight_close, .draw = highlight_draw,
	.act = highlight_act, .reload = highlight_reload,
};
