/*
 * Which texts: as JSON, which is how an account's choice is kept, and as the
 * fields of the sheets of `m`, in Tag and in Table. Ids are strings in JSON: a
 * double would lose digits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/next.h"
#include "tagtiger/scheme.h"

#include "priv.h"

int64_t
json_id(const cJSON *o, const char *key)
{
	const char *s = reply_str(o, key);

	return s != NULL ? strtoll(s, NULL, 10) :
	    (int64_t)reply_num(o, key, 0);
}

void
json_add_id(cJSON *o, const char *key, int64_t id)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%lld", (long long)id);
	cJSON_AddStringToObject(o, key, digits);
}

void
criteria_read(struct next_criteria *c, const cJSON *o)
{
	const char *s;

	if ((s = reply_str(o, "set")) != NULL)
		set_of_name(s, &c->set);
	if ((s = reply_str(o, "mode")) != NULL)
		select_mode_parse(s, &c->mode);
	c->label = json_id(o, "label");
	free(c->regex);
	c->regex = xstrdup(reply_str(o, "regex"));
	c->match_case = reply_bool(o, "case");
	c->filter = (enum next_filter)json_id(o, "filter");
	if ((unsigned)c->filter > NEXT_ALL)
		c->filter = NEXT_UNTAGGED;
	if (reply_item(o, "user") != NULL)
		c->user = json_id(o, "user");
	c->carries = json_id(o, "carries");
	c->predicted = json_id(o, "predicted");
	c->wrong = reply_bool(o, "wrong");
	c->comment = reply_bool(o, "comment");
	c->flag = reply_bool(o, "flag");
	free(c->model);
	c->model = xstrdup(reply_str(o, "model"));
}

void
criteria_write(const struct next_criteria *c, cJSON *o)
{
	cJSON_AddStringToObject(o, "set", set_name(c->set));
	cJSON_AddStringToObject(o, "mode", select_mode_name(c->mode));
	json_add_id(o, "label", c->label);
	if (c->regex != NULL)
		cJSON_AddStringToObject(o, "regex", c->regex);
	cJSON_AddBoolToObject(o, "case", c->match_case);
	cJSON_AddNumberToObject(o, "filter", c->filter);
	if (c->user != NEXT_ANYONE)
		json_add_id(o, "user", c->user);
	json_add_id(o, "carries", c->carries);
	json_add_id(o, "predicted", c->predicted);
	cJSON_AddBoolToObject(o, "wrong", c->wrong);
	cJSON_AddBoolToObject(o, "comment", c->comment);
	cJSON_AddBoolToObject(o, "flag", c->flag);
	if (c->model != NULL)
		cJSON_AddStringToObject(o, "model", c->model);
}

/* ---- the fields of a sheet ---- */

int
step_round(int at, int n, int step)
{
	return (at + n + step) % n;
}

void
label_step(const struct scheme *s, int64_t *label, int step)
{
	int at = *label == 0 ? 0 : label_index(s, *label) + 1;

	at = step_round(at, (int)s->nlabels + 1, step);
	*label = at == 0 ? 0 : s->labels[at - 1].id;
}

int
which_word(int y, int x, int w, bool on, const char *word)
{
	int taken = scr_put(y, x, w, ST_ACCENT, on ? "▸" : " ");

	return taken + scr_put(y, x + taken, w - taken, on ? ST_STRONG :
	    ST_TEXT, word) + 2;
}

void
which_words(int y, int x, int w, const char *const *words, int on)
{
	int need = 0, n = 0;

	for (; words[n] != NULL; n++)
		need += glyph_width(words[n], strlen(words[n])) + 3;
	if (need - 2 > w) {
		x += which_word(y, x, w, true, words[on]);
		scr_putf(y, x, w, ST_TEXT, "%d of %d", on + 1, n);
		return;
	}
	for (int i = 0; words[i] != NULL; i++) {
		int taken = which_word(y, x, w, i == on, words[i]);

		x += taken;
		w -= taken;
	}
}

void
which_value(int y, int x, int w, bool set, const char *word)
{
	scr_cut(y, x + 1, w - 1, set ? ST_STRONG : ST_TEXT, word);
}

void
which_label(int y, int x, int w, const struct scheme *s, int64_t id,
    const char *none)
{
	const struct label *l = id != 0 ? label_by_id(s, id) : NULL;

	which_value(y, x, w, l != NULL, l != NULL ? l->name : none);
}

void
which_regex(int y, int x, int w, const struct next_criteria *c)
{
	int taken;

	if (c->regex == NULL) {
		which_value(y, x, w, false, "–   / a pattern");
		return;
	}
	taken = scr_putf(y, x + 1, w - 1, ST_STRONG, "/%s/", c->regex);
	scr_put(y, x + taken + 4, w - taken - 4, ST_TEXT, c->match_case ?
	    "case matters; F4 ignores it" : "case ignored; F4 minds it");
}

static unsigned
regex_given(struct view *v, const char *text, void *arg)
{
	const struct which *w = arg;

	free(w->c->regex);
	w->c->regex = text[0] != '\0' ? xstrdup(text) : NULL;
	w->changed(v);
	return R_REDRAW;
}

void
which_ask(struct view *v, const struct which *w)
{
	struct which *copy = xmalloc(sizeof *copy);

	*copy = *w;
	w->list->at = w->row;
	prompt_open(v, &(struct prompt){ .label = "/",
		.initial = w->c->regex, .done = regex_given, .arg = copy,
		.drop = free });
}

unsigned
which_act(struct view *v, struct cmd_call *c, const struct which *w)
{
	const char *name = c->command->name, *where;

	if (strcmp(name, "move") == 0) {
		where = cmd_str(c, "WHERE");
		if (strcmp(where, "left") == 0)
			w->step(v, -1);
		else if (strcmp(where, "right") == 0)
			w->step(v, 1);
		else
			list_move(w->list, where);
	} else if (strcmp(name, "toggle") == 0) {
		w->c->match_case = !w->c->match_case;
		w->changed(v);
	} else if (strcmp(name, "filter") == 0) {
		if (cmd_given(c, "REGEX"))
			return regex_given(v, cmd_str(c, "REGEX"), (void *)w);
		which_ask(v, w);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}
