/*
 * What this account may do, by the one table of commands: what it may not is
 * refused when it is begun, in the command's own words, and not offered.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

bool
may(const struct command *c, struct err *err)
{
	return c == NULL || !c->needs_project || !ui.open ||
	    cmd_may(c->role, ui.role, err) == 0;
}

bool
may_give(const struct cmd_param *p, struct err *err)
{
	return !ui.open || cmd_may(p->role, ui.role, err) == 0;
}

const char *
may_words(const char *command, const char *words, const char *others)
{
	return may(cmd_find(command), NULL) ? words : others;
}

const struct command *
line_command(const char *line, const char **rest)
{
	size_t one = strcspn(line, " ");
	size_t two = one + (line[one] == ' ');
	const struct command *c;
	char *name;

	two += strcspn(line + two, " ");
	name = xstrndup(line, two);
	c = cmd_find(name);
	if (c == NULL) {
		name[one] = '\0';
		c = cmd_find(name);
		two = one;
	}
	free(name);
	*rest = line + two + strspn(line + two, " ");
	return c;
}

/* The command whose form `form` opens. */
static const struct command *
form_of(const char *rest)
{
	struct buf b = BUF_INIT;
	char **words = NULL;
	int n = cmd_split(rest, &words, NULL);
	const struct command *c;

	for (int i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i > 0 ? " " : "", words[i]);
	c = cmd_find(buf_str(&b));
	if (n >= 0)
		cmd_words_free(words);
	buf_free(&b);
	return c;
}

/* What a command of the screen comes to where it is given. */
static const struct command *
comes_to(const struct view *v, const char *line)
{
	const char *rest;
	const struct command *c = line_command(line, &rest);

	if (c == NULL || c->where != CMD_SCREEN_ONLY)
		return c;
	if (strcmp(c->name, "form") == 0)
		return form_of(rest);
	for (; v != NULL; v = v->below)
		for (const struct lead *l = v->ops->leads;
		     l != NULL && l->act != NULL; l++)
			if (strcmp(l->act, c->name) == 0)
				return cmd_find(l->to);
	return c;
}

bool
may_line(const struct view *v, const char *line, struct err *err)
{
	return may(comes_to(v, line), err);
}
