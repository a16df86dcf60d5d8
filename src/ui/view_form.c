/* A command's form over the view that asked for it. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

struct form_state {
	struct form form;
	run_done *done;
};

/* Options that a person at a form has no use for. */
static const char *const left_out[] = { "--automatic", "--scheme", "--layer",
	NULL };

static void
form_close(struct view *v)
{
	struct form_state *s = v->state;

	form_free(&s->form);
}

static unsigned
form_start(struct view *v)
{
	struct form_state *s = v->state;
	struct cmd_call *c = form_call(&s->form);

	if (c == NULL)
		return R_REDRAW;
	run_call(v->below, c, s->done);
	return R_REDRAW | R_CLOSE;
}

static unsigned
form_view_act(struct view *v, struct cmd_call *c)
{
	struct form_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "start") == 0 || (strcmp(name, "enter") == 0 &&
	    s->form.list.at == s->form.n))
		return form_start(v);
	return form_act(&s->form, v, c);
}

static unsigned
form_view_key(struct view *v, int key)
{
	struct form_state *s = v->state;

	return form_key(&s->form, v, key);
}

static long
number_of(struct form *f, const char *name)
{
	struct field *v = form_field(f, name);

	return v == NULL ? 0 : strtol(v->value.len > 0 ? v->value.data :
	    v->def != NULL ? v->def : "0", NULL, 10);
}

static void
form_view_head(struct view *v, struct buf *left, struct buf *right)
{
	struct form_state *s = v->state;
	long batch = number_of(&s->form, "--batch");
	long times = number_of(&s->form, "--accumulate");

	buf_addf(left, "%s · %s", s->form.command->name,
	    s->form.command->help);
	if (batch > 0 && times > 0)
		buf_addf(right, "effective batch %ld x %ld = %ld", batch,
		    times, batch * times);
}

static void
form_view_draw(struct view *v, struct rect r)
{
	struct form_state *s = v->state;
	const struct command *c = s->form.command;

	int y = r.y + (int)s->form.n + 2, w = r.w - 6 < 76 ? r.w - 6 : 76;
	size_t at = s->form.list.at;

	form_draw(&s->form, r);
	if (at < s->form.n && s->form.v[at].help != NULL && y < r.y + r.h)
		y += scr_paragraph((struct rect){ y, 3, r.y + r.h - y, w },
		    ST_STRONG, s->form.v[at].help) + 1;
	if (c->more != NULL && r.y + r.h - y >= 2)
		scr_paragraph((struct rect){ y, 3, r.y + r.h - y, w },
		    ST_TEXT, c->more);
}

static const char *const contexts[] = { "form", "any", NULL };

static const struct view_ops form_ops = {
	.name = "form", .overlay = true, .covers = true,
	.state_size = sizeof(struct form_state), .contexts = contexts,
	.close = form_close, .draw = form_view_draw, .head = form_view_head,
	.act = form_view_act, .key = form_view_key,
};

void
form_open(struct view *owner, const char *command,
    const char *const *presets, run_done *done)
{
	const struct command *c = cmd_find(command);
	struct form_state *s;
	struct view *v;

	if (c == NULL || c->run == NULL) {
		ui_message(MSG_ERROR, "no command is called '%s'", command);
		return;
	}
	v = view_open(&form_ops);
	if (v == NULL)
		return;
	if (owner != NULL)
		v->below = owner;
	s = v->state;
	s->done = done;
	form_init(&s->form, c, left_out);
	for (size_t i = 0; presets != NULL && presets[i] != NULL; i += 2)
		form_set(&s->form, presets[i], presets[i + 1]);
	form_fetch(&s->form, v);
}
