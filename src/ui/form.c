/*
 * A form made of a command's own parameters: what the table says of them is
 * what stands here, and what the form starts is a line that one could type.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

#define LABEL 16
#define VALUE 30

static bool
left_out(const char *name, const char *const *without)
{
	for (size_t i = 0; without != NULL && without[i] != NULL; i++)
		if (strcmp(without[i], name) == 0)
			return true;
	return false;
}

static void
field_option(struct field *f, const char *s, size_t len)
{
	f->options = xreallocarray(f->options, f->noptions + 1,
	    sizeof *f->options);
	f->options[f->noptions++] = xstrndup(s, len);
}

static void
field_options(struct field *f, const char *choices)
{
	while (choices != NULL && *choices != '\0') {
		size_t len = strcspn(choices, "|");

		field_option(f, choices, len);
		choices += len + (choices[len] == '|');
	}
}

static void
field_init(struct field *f, const struct cmd_param *p)
{
	const char *name = p->name;

	memset(f, 0, sizeof *f);
	f->name = xstrdup(name);
	f->label = xstrdup(strncmp(name, "--", 2) == 0 ? name + 2 : name);
	if (f->label[0] >= 'A' && f->label[0] <= 'Z')
		for (char *c = f->label; *c != '\0'; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	f->help = xstrdup(p->help);
	f->def = xstrdup(p->def);
	f->required = p->required;
	f->many = p->type == CMD_LIST || p->repeatable;
	f->kind = p->type == CMD_FLAG ? FIELD_FLAG :
	    p->type == CMD_CHOICE ? FIELD_CHOICE : FIELD_TEXT;
	field_options(f, p->choices);
}

void
form_init(struct form *f, const struct command *command,
    const char *const *without)
{
	const struct cmd_param *p = command->params;
	size_t n = 0;

	memset(f, 0, sizeof *f);
	f->command = command;
	while (p != NULL && p[n].name != NULL)
		n++;
	f->v = xcalloc(n + 1, sizeof *f->v);
	for (size_t i = 0; i < n; i++)
		if (!left_out(p[i].name, without) && may_give(&p[i], NULL))
			field_init(&f->v[f->n++], &p[i]);
}

static void
options_free(struct field *f)
{
	for (size_t i = 0; i < f->noptions; i++)
		free(f->options[i]);
	free(f->options);
	f->options = NULL;
	f->noptions = 0;
}

void
form_free(struct form *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct field *v = &f->v[i];

		free(v->name);
		free(v->label);
		free(v->help);
		free(v->def);
		buf_free(&v->value);
		options_free(v);
	}
	free(f->v);
	edit_free(&f->edit);
	memset(f, 0, sizeof *f);
}

struct field *
form_field(struct form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].name, name) == 0)
			return &f->v[i];
	return NULL;
}

void
form_set(struct form *f, const char *name, const char *value)
{
	struct field *v = form_field(f, name);

	if (v == NULL)
		return;
	buf_clear(&v->value);
	buf_adds(&v->value, value);
}

/* ---- names of the project ---- */

struct naming {
	const struct command *command;
	size_t n;
	char **names;		      /* (n) the parameters */
	struct cmd_candidates *found; /* (n) */
	struct form *form;
};

static int
naming_fetch(struct fetch *f)
{
	struct naming *n = f->data;

	for (size_t i = 0; i < n->n; i++) {
		struct buf line = BUF_INIT;

		buf_addf(&line, "%s ", n->command->name);
		if (n->names[i][0] == '-')
			buf_addf(&line, "%s ", n->names[i]);
		cmd_complete(buf_str(&line), line.len, false, ui.project,
		    &n->found[i]);
		buf_free(&line);
	}
	return 0;
}

static void
naming_done(struct view *v, struct fetch *f)
{
	struct naming *n = f->data;

	(void)v;
	for (size_t i = 0; i < n->n; i++) {
		struct field *field = form_field(n->form, n->names[i]);

		if (field == NULL)
			continue;
		options_free(field);
		for (size_t k = 0; k < n->found[i].n; k++) {
			const char *s = n->found[i].v[k].text;
			char **words;
			struct err err;

			/* what completion quoted for a line is one word */
			if (s[0] == '-' || cmd_split(s, &words, &err) < 0)
				continue;
			if (words[0] != NULL)
				field_option(field, words[0],
				    strlen(words[0]));
			cmd_words_free(words);
		}
	}
}

static void
naming_drop(void *data)
{
	struct naming *n = data;

	for (size_t i = 0; i < n->n; i++) {
		free(n->names[i]);
		cmd_candidates_free(&n->found[i]);
	}
	free(n->names);
	free(n->found);
	free(n);
}

void
form_fetch(struct form *f, struct view *v)
{
	const struct cmd_param *p = f->command->params;
	struct naming *n = xcalloc(1, sizeof *n);

	n->command = f->command;
	n->form = f;
	n->names = xcalloc(f->n + 1, sizeof *n->names);
	n->found = xcalloc(f->n + 1, sizeof *n->found);
	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (p[i].ref != REF_NONE && form_field(f, p[i].name) != NULL)
			n->names[n->n++] = xstrdup(p[i].name);
	fetch_start(v, fetch_new(naming_fetch, naming_done, naming_drop, n));
}

/* ---- values ---- */

static struct field *
current(struct form *f)
{
	return f->list.at < f->n ? &f->v[f->list.at] : NULL;
}

static const char *
shown(const struct field *v)
{
	return v->value.len > 0 ? v->value.data : v->def != NULL ? v->def :
	    v->kind == FIELD_FLAG ? "no" : "";
}

static void
value_set(struct field *v, const char *s)
{
	buf_clear(&v->value);
	if (v->def == NULL || strcmp(v->def, s) != 0)
		buf_adds(&v->value, s);
}

static void
choice_step(struct field *v, int step)
{
	size_t at = 0;

	if (v->noptions == 0)
		return;
	while (at < v->noptions && strcmp(v->options[at], shown(v)) != 0)
		at++;
	if (at == v->noptions)
		at = step > 0 ? v->noptions - 1 : 0;
	at = (at + v->noptions + (size_t)step) % v->noptions;
	value_set(v, v->options[at]);
}

static void
flag_flip(struct field *v)
{
	if (v->value.len > 0)
		buf_clear(&v->value);
	else
		buf_adds(&v->value, "yes");
}

/* In a list, taken in or taken out. */
static void
many_flip(struct field *v, const char *name)
{
	char **items = NULL;
	size_t n = 0, kept = 0;
	bool there = false;
	struct err err;

	if (cmd_csv_split(buf_str(&v->value), &items, &n, &err) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(items[i], name) == 0) {
			there = true;
			free(items[i]);
		} else {
			items[kept++] = items[i];
		}
	}
	items = xreallocarray(items, kept + 2, sizeof *items);
	if (!there)
		items[kept++] = xstrdup(name);
	items[kept] = NULL;
	buf_clear(&v->value);
	cmd_csv_join(items, kept, &v->value);
	cmd_words_free(items);
}

/* The form that a chooser was opened for: one at a time. */
static struct form *choosing;

static void
option_chosen(struct view *owner, size_t i, const char *text)
{
	struct field *v = choosing != NULL ? current(choosing) : NULL;

	(void)owner;
	(void)i;
	if (v == NULL)
		return;
	if (v->many)
		many_flip(v, text);
	else
		value_set(v, text);
	ui_redraw();
}

static void
choose_option(struct form *f, struct view *owner)
{
	struct field *v = current(f);
	struct choices c = { 0 };
	char *label = xasprintf("%s: ", v->label);

	for (size_t i = 0; i < v->noptions; i++)
		choices_add(&c, v->options[i], NULL, NULL, 0);
	choosing = f;
	choose_open(owner, label, &c, option_chosen);
	free(label);
}

static void
edit_begin(struct form *f)
{
	f->editing = true;
	edit_set(&f->edit, shown(current(f)));
}

static void
edit_end(struct form *f, bool keep)
{
	struct field *v = current(f);

	f->editing = false;
	if (keep && v != NULL)
		value_set(v, buf_str(&f->edit.text));
}

/* ---- keys ---- */

unsigned
form_key(struct form *f, struct view *v, int key)
{
	struct field *field = current(f);

	if (f->editing) {
		if (key == K_ENTER || key == K_UP || key == K_DOWN ||
		    key == K_ESC || key == K_CTRL('C')) {
			edit_end(f, key != K_ESC && key != K_CTRL('C'));
			if (key == K_UP || key == K_DOWN)
				list_move(&f->list, key == K_UP ? "up" :
				    "down");
			return R_REDRAW;
		}
		if (key == K_TAB && field->noptions > 0) {
			edit_end(f, true);
			choose_option(f, v);
			return R_REDRAW;
		}
		if (key == K_CTRL('Z') || key == K_CTRL('L'))
			return R_PASS;
		edit_key(&f->edit, key);
		return R_REDRAW;
	}
	/* a number is typed where it stands */
	if (field != NULL && field->kind == FIELD_TEXT && key >= '0' &&
	    key <= '9') {
		f->editing = true;
		edit_set(&f->edit, "");
		edit_key(&f->edit, key);
		return R_REDRAW;
	}
	return R_PASS;
}

static void
field_enter(struct form *f, struct view *owner)
{
	struct field *v = current(f);

	if (v->kind == FIELD_FLAG)
		flag_flip(v);
	else if (v->noptions > 0 && v->kind == FIELD_TEXT &&
	    strcmp(v->name, "NEW") != 0) /* a new name is typed; Tab lists */
		choose_option(f, owner);
	else if (v->kind == FIELD_CHOICE && v->noptions <= 4)
		choice_step(v, 1);
	else if (v->kind == FIELD_CHOICE)
		choose_option(f, owner);
	else
		edit_begin(f);
}

unsigned
form_act(struct form *f, struct view *v, struct cmd_call *c)
{
	const char *name = c->command->name;
	struct field *field = current(f);

	if (strcmp(name, "move") == 0) {
		const char *where = cmd_str(c, "WHERE");
		bool side = strcmp(where, "left") == 0 ||
		    strcmp(where, "right") == 0;

		if (!side)
			list_move(&f->list, where);
		else if (field != NULL && field->kind == FIELD_FLAG)
			flag_flip(field);
		else if (field != NULL && !field->many)
			choice_step(field, where[0] == 'l' ? -1 : 1);
		return R_REDRAW;
	}
	if (strcmp(name, "toggle") == 0 && field != NULL) {
		if (field->kind == FIELD_TEXT && field->noptions == 0)
			edit_begin(f);
		else
			field_enter(f, v);
		return R_REDRAW;
	}
	if (strcmp(name, "enter") == 0 && field != NULL) {
		field_enter(f, v);
		return R_REDRAW;
	}
	return R_PASS;
}

/* ---- drawing ---- */

void
form_line(const struct form *f, struct buf *out)
{
	buf_adds(out, f->command->name);
	for (size_t i = 0; i < f->n; i++) {
		const struct field *v = &f->v[i];

		if (v->value.len == 0)
			continue;
		buf_addc(out, ' ');
		if (v->name[0] == '-') {
			buf_adds(out, v->name);
			if (v->kind == FIELD_FLAG)
				continue;
			buf_addc(out, ' ');
		}
		cmd_quote(buf_str(&v->value), out);
	}
}

static void
field_draw(const struct form *f, const struct field *v, struct rect r, int y,
    bool here)
{
	int width = r.w < 70 ? r.w - LABEL - 5 : VALUE;

	scr_put(y, r.x + 1, 1, ST_ACCENT, here ? "▸" : " ");
	scr_cut(y, r.x + 3, LABEL, here ? ST_STRONG : ST_TEXT, v->label);
	if (here && f->editing) {
		edit_draw(&f->edit, y, r.x + 3 + LABEL, width);
		return;
	}
	scr_cut(y, r.x + 3 + LABEL, width, v->value.len > 0 ? ST_STRONG :
	    ST_TEXT, shown(v)[0] != '\0' ? shown(v) : v->required ?
	    "needed" : "–");
	if (width == VALUE && v->help != NULL)
		scr_cut(y, r.x + 4 + LABEL + VALUE,
		    r.w - LABEL - VALUE - 5, ST_TEXT, v->help);
	if (here)
		scr_cursor(y, r.x + 3 + LABEL);
}

void
form_draw(struct form *f, struct rect r)
{
	size_t rows = f->n + 1;
	struct buf line = BUF_INIT;
	int h = r.h;

	f->list.height = h;
	list_fit(&f->list, rows);
	if (!f->editing)
		hot_rows(&f->list, r.y, r.x, r.w, h);
	for (int i = 0; i < h && f->list.top + (size_t)i < rows; i++) {
		size_t at = f->list.top + (size_t)i;
		bool here = at == f->list.at;

		if (at < f->n) {
			field_draw(f, &f->v[at], r, r.y + i, here);
			continue;
		}
		form_line(f, &line);
		scr_put(r.y + i, r.x + 1, 1, ST_ACCENT, here ? "▸" : " ");
		scr_put(r.y + i, r.x + 3, LABEL, ST_ACCENT, "start");
		scr_cut(r.y + i, r.x + 3 + LABEL, r.w - LABEL - 4, ST_TEXT,
		    buf_str(&line));
		if (here)
			scr_cursor(r.y + i, r.x + 3);
	}
	buf_free(&line);
}

/* ---- the call ---- */

static int
field_give(struct cmd_call *c, const struct field *v, struct err *err)
{
	char **items = NULL;
	size_t n = 0;
	int rc = 0;

	if (v->kind == FIELD_FLAG)
		return cmd_set(c, v->name, NULL, err);
	if (!v->many)
		return cmd_set(c, v->name, v->value.data, err);
	for (size_t i = 0; c->command->params[i].name != NULL; i++)
		if (strcmp(c->command->params[i].name, v->name) == 0 &&
		    !c->command->params[i].repeatable)
			return cmd_set(c, v->name, v->value.data, err);
	if (cmd_csv_split(v->value.data, &items, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = cmd_set(c, v->name, items[i], err);
	cmd_words_free(items);
	return rc;
}

struct cmd_call *
form_try(struct form *f, struct err *err)
{
	struct cmd_call *c = cmd_call_new(f->command);

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].value.len > 0 &&
		    field_give(c, &f->v[i], err) < 0) {
			f->bad = i;
			goto bad;
		}
	if (cmd_check(c, err) == 0)
		return c;
bad:
	cmd_call_free(c);
	return NULL;
}

struct cmd_call *
form_call(struct form *f)
{
	struct err err = { 0 };
	struct cmd_call *c;

	if (f->editing)
		edit_end(f, true);
	f->bad = f->list.at;
	c = form_try(f, &err);
	if (c == NULL) {
		f->list.at = f->bad;
		ui_error(&err);
	}
	return c;
}
