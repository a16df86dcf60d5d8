/* A command's form over the view that asked for it. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/project.h"

#include "priv.h"

struct form_state {
	struct form form;
	run_done *done;
	char *asked;  /* the line whose preview stands below, or comes */
	char *effect; /* what it would do, or what is wrong with it */
};

/* Options that a person at a form has no use for. */
static const char *const left_out[] = { "--automatic", "--scheme", "--layer",
	"--dry-run", NULL };

static void
form_close(struct view *v)
{
	struct form_state *s = v->state;

	form_free(&s->form);
	free(s->asked);
	free(s->effect);
}

/* ---- what it would do: a dry run at each change, where there is one ---- */

static bool
has_dry_run(const struct command *c)
{
	for (size_t i = 0; c->params != NULL && c->params[i].name != NULL; i++)
		if (strcmp(c->params[i].name, "--dry-run") == 0)
			return true;
	return false;
}

struct trial {
	struct cmd_call *call;
	char *line, *effect;
};

static void
trial_drop(void *data)
{
	struct trial *t = data;

	cmd_call_free(t->call);
	free(t->line);
	free(t->effect);
	free(t);
}

static int
trial_fetch(struct fetch *f)
{
	struct trial *t = f->data;
	struct cmd_call *c = t->call;
	bool own = c->lane != JOB_STORE;
	int rc = -1;

	c->project = own ? run_connect(c->lane, &f->job.progress, &c->err) :
	    ui.project;
	if (c->project != NULL)
		rc = cmd_run(c);
	if (own)
		project_close(c->project);
	t->effect = xstrdup(rc == 0 ? buf_str(&c->text) : c->err.text);
	return 0;
}

static void
trial_done(struct view *v, struct fetch *f)
{
	struct form_state *s = v->state;
	struct trial *t = f->data;

	if (s->asked == NULL || strcmp(s->asked, t->line) != 0)
		return;
	free(s->effect);
	s->effect = t->effect;
	t->effect = NULL;
}

static void
trial_start(struct view *v)
{
	struct form_state *s = v->state;
	struct buf line = BUF_INIT;
	struct err err = { 0 };
	struct trial *t;
	struct fetch *f;

	if (!has_dry_run(s->form.command) ||
	    !ui.open || s->form.editing)
		return;
	form_line(&s->form, &line);
	if (s->asked != NULL && strcmp(s->asked, buf_str(&line)) == 0) {
		buf_free(&line);
		return;
	}
	free(s->asked);
	free(s->effect);
	s->effect = NULL;
	s->asked = buf_take(&line);
	t = xcalloc(1, sizeof *t);
	t->call = form_try(&s->form, &err);
	if (t->call == NULL || cmd_set(t->call, "--dry-run", NULL, &err) < 0) {
		trial_drop(t);
		return;
	}
	t->line = xstrdup(s->asked);
	f = fetch_new(trial_fetch, trial_done, trial_drop, t);
	f->lane = t->call->lane;
	fetch_start(v, f);
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
	unsigned what;

	if (strcmp(name, "start") == 0 || (strcmp(name, "enter") == 0 &&
	    s->form.list.at == s->form.n))
		return form_start(v);
	what = form_act(&s->form, v, c);
	trial_start(v);
	return what;
}

static unsigned
form_view_key(struct view *v, int key)
{
	struct form_state *s = v->state;
	unsigned what = form_key(&s->form, v, key);

	trial_start(v);
	return what;
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
	if (s->effect != NULL && y < r.y + r.h)
		y += scr_paragraph((struct rect){ y, 3, r.y + r.h - y, w },
		    ST_ACCENT, s->effect) + 1;
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
	struct err err = { 0 };
	struct view *v;

	if (c == NULL || c->run == NULL) {
		ui_message(MSG_ERROR, "no command is called '%s'", command);
		return;
	}
	if (!may(c, &err)) {
		ui_error(&err);
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

/* ---- all commands ---- */

static bool
has_form(const struct command *c)
{
	return c->run != NULL && !c->hidden && c->where != CMD_HEADLESS_ONLY &&
	    (ui.open || !c->needs_project) && may(c, NULL);
}

static void
command_chosen(struct view *owner, size_t i, const char *text)
{
	const struct command *c = NULL;

	(void)text;
	for (size_t k = 0; k < cmd_count(); k++)
		if (has_form(cmd_at(k)) && i-- == 0) {
			c = cmd_at(k);
			break;
		}
	if (c != NULL && c->params != NULL && c->params[0].name != NULL)
		form_open(owner, c->name, NULL, NULL);
	else if (c != NULL)
		run_line(owner, c->name);
}

void
commands_open(struct view *owner)
{
	struct choices all = { 0 };

	for (size_t i = 0; i < cmd_count(); i++) {
		const struct command *c = cmd_at(i);
		char *text;

		if (!has_form(c))
			continue;
		text = xasprintf("%-20s %s", c->name, c->help);
		choices_add(&all, text, NULL, NULL, 0);
		free(text);
	}
	choose_open(owner, "command: ", &all, command_chosen);
}
