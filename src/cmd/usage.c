/*
 * What people read about commands, made from the table.
 */
#include <ctype.h>
#include <string.h>

#include "tagtiger/cmd.h"
#include "tagtiger/utf8.h"
#include "priv.h"

#define WIDTH 79

/* What stands for an option's value: its own word, the choices, or a letter
 * of the type. */
static const char *
value_word(const struct cmd_param *p)
{
	if (p->value != NULL)
		return p->value;
	switch (p->type) {
	case CMD_CHOICE:
		return p->choices;
	case CMD_INT:
		return "N";
	case CMD_REAL:
		return "X";
	case CMD_LIST:
		return "A,B";
	case CMD_FILE:
		return "FILE";
	default:
		return "TEXT";
	}
}

/* " (1 to 100)"; bounds that nobody meets are not told. */
static void
add_range(const struct cmd_param *p, struct buf *out)
{
	if (p->max <= p->min)
		return;
	if (p->max < 1e9)
		buf_addf(out, " (%.15g to %.15g)", p->min, p->max);
	else if (p->min > 0)
		buf_addf(out, " (%.15g or more)", p->min);
}

static void
param_usage(const struct cmd_param *p, struct buf *out)
{
	const char *name = p->name;

	if (!p->required)
		buf_addc(out, '[');
	if (param_is_option(p)) {
		buf_adds(out, name);
		if (p->type != CMD_FLAG)
			buf_addf(out, " %s", value_word(p));
	} else if (p->type == CMD_CHOICE && p->value == NULL) {
		buf_adds(out, p->choices);
	} else {
		buf_adds(out, p->value != NULL ? p->value : name);
	}
	if (p->repeatable)
		buf_adds(out, "...");
	if (!p->required)
		buf_addc(out, ']');
}

void
cmd_usage(const struct command *command, struct buf *out)
{
	const struct cmd_param *p = command->params;

	buf_adds(out, command->name);
	for (int options = 0; options < 2; options++)
		for (size_t i = 0; p != NULL && p[i].name != NULL; i++) {
			if (param_is_option(&p[i]) != (options == 1))
				continue;
			buf_addc(out, ' ');
			param_usage(&p[i], out);
		}
}

/* text from column `at`, broken at blanks before WIDTH, later lines indented
 * by `indent`. */
static void
wrap(struct buf *out, size_t at, size_t indent, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " ");
		size_t cols = (size_t)utf8_width(text, len);

		if (at > indent && at + 1 + cols > WIDTH) {
			buf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			buf_addc(out, ' ');
			at++;
		}
		buf_add(out, text, len);
		at += cols;
		text += len + strspn(text + len, " ");
	}
	buf_addc(out, '\n');
}

static void
param_help(const struct cmd_param *p, struct buf *out)
{
	struct buf head = BUF_INIT, body = BUF_INIT;
	size_t indent = 22;

	if (param_is_option(p) && p->type != CMD_FLAG)
		buf_addf(&head, "%s %s", p->name,
		    p->type == CMD_CHOICE && p->value == NULL ? "WORD" :
								value_word(p));
	else
		buf_adds(&head, p->name);
	buf_adds(&body, p->help != NULL ? p->help : "");
	if (p->type == CMD_CHOICE && p->value == NULL)
		buf_addf(&body, "%s%s", body.len > 0 ? ": " : "", p->choices);
	else
		add_range(p, &body);
	if (p->def != NULL)
		buf_addf(&body, "; default %s", p->def);
	if (p->repeatable)
		buf_adds(&body, "; may be repeated");
	buf_addf(out, "  %s", buf_str(&head));
	if (head.len + 3 > indent)
		buf_addf(out, "\n%*s", (int)indent, "");
	else
		buf_addf(out, "%*s", (int)(indent - 2 - head.len), "");
	wrap(out, indent, indent, buf_str(&body));
	buf_free(&head);
	buf_free(&body);
}

static const char *
who(enum cmd_role role)
{
	return role == CMD_OWNER ? "owners" : "managers and owners";
}

void
cmd_help(const struct command *command, struct buf *out)
{
	const struct cmd_param *p = command->params;
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s%s ", command->needs_project ? "tagtiger FILE.tiger " :
	    "tagtiger ", "");
	if (command->where == CMD_SCREEN_ONLY)
		buf_clear(&b), buf_addc(&b, ':');
	cmd_usage(command, &b);
	buf_adds(out, "usage: ");
	wrap(out, 7, 7 + 4, buf_str(&b));
	buf_addf(out, "\n%s.\n", command->help);
	if (command->role != CMD_ANNOTATOR)
		buf_addf(out, "For %s of the project.\n", who(command->role));
	if (command->alias != NULL)
		buf_addf(out, "Also: %s.\n", command->alias);
	if (command->more != NULL) {
		buf_addc(out, '\n');
		wrap(out, 0, 0, command->more);
	}
	buf_addc(out, '\n');
	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		param_help(&p[i], out);
	if (command->where != CMD_SCREEN_ONLY)
		buf_adds(out,
		    "  --json              answer with one JSON object\n");
	buf_free(&b);
}

void
cmd_help_all(struct buf *out)
{
	const char *group = "";

	buf_adds(out,
	    "usage: tagtiger                           your projects\n"
	    "       tagtiger FILE.tiger                open a project\n"
	    "       tagtiger DATA.csv                  make a project of it\n"
	    "       tagtiger FILE.tiger COMMAND ARGS   one command\n"
	    "       tagtiger FILE.tiger < SCRIPT       a command a line\n"
	    "       tagtiger COMMAND ARGS              commands that need no "
	    "project\n");
	for (size_t i = 0; i < cmd_count(); i++) {
		const struct command *c = cmd_at(i);

		if (c->hidden || c->where == CMD_SCREEN_ONLY)
			continue;
		if (strcmp(c->group, group) != 0) {
			group = c->group;
			buf_addf(out, "\n%s\n", group);
		}
		buf_addf(out, "  %-20s", c->name);
		wrap(out, 22, 22, c->help);
	}
	buf_adds(out, "\n'tagtiger help COMMAND' tells about one; "
	    "every command takes --json and --help.\n");
}

/* mdoc: a backslash, and a control character at a line's start, are special; a
 * sentence begins on a line of its own. */
static void
man_text(const char *s, struct buf *out)
{
	char before = '\0';

	if (*s == '.' || *s == '\'')
		buf_adds(out, "\\&");
	for (; *s != '\0'; before = *s++) {
		if (*s == '\\')
			buf_adds(out, "\\e");
		else if (*s == '-')
			buf_adds(out, "\\-");
		else if (*s == ' ' && before == '.' &&
		    isupper((unsigned char)s[1]))
			buf_addc(out, '\n');
		else
			buf_addc(out, *s);
	}
}

static void
man_param(const struct cmd_param *p, struct buf *out)
{
	buf_adds(out, ".It ");
	if (param_is_option(p)) {
		buf_adds(out, "Fl ");
		man_text(p->name + 1, out);
		if (p->type != CMD_FLAG) {
			buf_adds(out, " Ar ");
			man_text(value_word(p), out);
		}
	} else {
		buf_adds(out, "Ar ");
		man_text(p->name, out);
	}
	buf_addc(out, '\n');
	man_text(p->help, out);
	if (p->type == CMD_CHOICE && p->value == NULL && !param_is_option(p)) {
		buf_adds(out, ": ");
		man_text(p->choices, out);
	}
	add_range(p, out);
	if (p->def != NULL) {
		buf_adds(out, "; default ");
		man_text(p->def, out);
	}
	buf_adds(out, p->repeatable ? "; may be repeated.\n" : ".\n");
}

static void
man_command(const struct command *c, struct buf *out)
{
	const struct cmd_param *p = c->params;
	struct buf usage = BUF_INIT;

	cmd_usage(c, &usage);
	buf_adds(out, ".It Xo\n.Sy ");
	man_text(c->name, out);
	buf_adds(out, "\n");
	if (usage.len > strlen(c->name) + 1) {
		man_text(buf_str(&usage) + strlen(c->name) + 1, out);
		buf_addc(out, '\n');
	}
	buf_adds(out, ".Xc\n");
	man_text(c->help, out);
	buf_adds(out, ".\n");
	if (c->role != CMD_ANNOTATOR)
		buf_addf(out, "For %s of the project.\n", who(c->role));
	if (c->alias != NULL)
		buf_addf(out, "Also\n.Sy %s .\n", c->alias);
	if (c->more != NULL) {
		man_text(c->more, out);
		buf_addc(out, '\n');
	}
	if (p != NULL && p[0].name != NULL) {
		buf_adds(out, ".Bl -tag -width Ds -compact\n");
		for (size_t i = 0; p[i].name != NULL; i++)
			man_param(&p[i], out);
		buf_adds(out, ".El\n");
	}
	buf_free(&usage);
}

void
cmd_help_man(struct buf *out)
{
	const char *group = "";

	for (int screen = 0; screen < 2; screen++)
		for (size_t i = 0; i < cmd_count(); i++) {
			const struct command *c = cmd_at(i);

			if (c->hidden ||
			    (c->where == CMD_SCREEN_ONLY) != (screen == 1))
				continue;
			if (strcmp(c->group, group) != 0) {
				if (*group != '\0')
					buf_adds(out, ".El\n");
				group = c->group;
				buf_addf(out, ".Ss %s\n"
				    ".Bl -tag -width Ds\n", group);
			}
			man_command(c, out);
		}
	if (*group != '\0')
		buf_adds(out, ".El\n");
}
