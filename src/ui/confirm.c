/*
 * Questions before something goes: what cannot be taken back with a key is
 * confirmed by typing its name, the rest with y.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

struct confirm {
	char *name, *touches;
	void (*yes)(struct view *owner, const char *name);
};

static void
confirm_drop(void *arg)
{
	struct confirm *c = arg;

	free(c->name);
	free(c->touches);
	free(c);
}

static unsigned
confirm_given(struct view *owner, const char *text, void *arg)
{
	struct confirm *c = arg;

	if (strcmp(text, c->name) != 0) {
		ui_message(MSG_ERROR, "type %s to delete it; Esc leaves",
		    c->name);
		return R_NONE;
	}
	c->yes(owner, c->name);
	return R_REDRAW;
}

static void
confirm_preview(struct view *owner, const char *text, void *arg,
    struct buf *lines)
{
	struct confirm *c = arg;

	(void)owner;
	(void)text;
	buf_adds(lines, c->touches);
}

void
confirm_name(struct view *owner, const char *name, const char *touches,
    void (*yes)(struct view *owner, const char *name))
{
	struct confirm *c = xcalloc(1, sizeof *c);

	*c = (struct confirm){ xstrdup(name), xstrdup(touches), yes };
	prompt_open(owner, &(struct prompt){ .label = "its name, to delete it: ",
		.hint = "Enter delete   Esc leave", .done = confirm_given,
		.preview = confirm_preview, .arg = c, .drop = confirm_drop });
}

/* ---- a command, after y ---- */

#define WORDS 8

struct later {
	struct answer answers[3];
	char *words[WORDS];
};

static void
later_drop(void *arg)
{
	struct later *l = arg;

	for (size_t i = 0; i < WORDS; i++)
		free(l->words[i]);
	free(l);
}

static void
later_run(struct view *owner, void *arg)
{
	struct later *l = arg;

	run_now(owner, (const char *const *)l->words);
}

void
confirm_run(struct view *owner, const char *question, const char *yes,
    const char *const *words)
{
	struct later *l = xcalloc(1, sizeof *l);

	l->answers[0] = (struct answer){ 'y', yes, later_run };
	l->answers[1] = (struct answer){ 'n', "no", NULL };
	for (size_t i = 0; i + 1 < WORDS && words[i] != NULL; i++)
		l->words[i] = xstrdup(words[i]);
	question_open(owner, question, l->answers, l, later_drop);
}
