/*
 * From words to a call with typed values, by what the command declares.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "priv.h"

bool
param_is_option(const struct cmd_param *p)
{
	return p->name[0] == '-';
}

const struct cmd_param *
param_find(const struct command *command, const char *name, size_t *at)
{
	const struct cmd_param *p = command->params;

	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (strcmp(p[i].name, name) == 0) {
			if (at != NULL)
				*at = i;
			return &p[i];
		}
	return NULL;
}

static size_t
param_count(const struct command *command)
{
	size_t n = 0;

	while (command->params != NULL && command->params[n].name != NULL)
		n++;
	return n;
}

/* ---- Values ---- */

static bool
is_choice(const char *choices, const char *s)
{
	size_t len = strlen(s);

	for (const char *c = choices; c != NULL && *c != '\0';) {
		size_t n = strcspn(c, "|");

		if (n == len && strncmp(c, s, n) == 0)
			return len > 0;
		c += n + (c[n] == '|');
	}
	return false;
}

static int
bad_choice(const struct cmd_param *p, const char *s, struct err *err)
{
	struct buf near = BUF_INIT, all = BUF_INIT;
	char *copy = xstrdup(p->choices), *save = NULL;
	const char *names[64];
	size_t n = 0;

	for (char *w = strtok_r(copy, "|", &save); w != NULL && n < 64;
	     w = strtok_r(NULL, "|", &save))
		names[n++] = w;
	for (size_t i = 0; i < n; i++)
		buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " :
		    ", ", names[i]);
	cmd_near(s, names, n, &near);
	err_set_status(err, ERR_USAGE, "%s takes %s, not '%s'%s", p->name,
	    buf_str(&all), s, buf_str(&near));
	buf_free(&near);
	buf_free(&all);
	free(copy);
	return -1;
}

static int
bad_number(const struct cmd_param *p, const char *s, struct err *err)
{
	const char *what = p->type == CMD_INT ? "a whole number" : "a number";
	struct buf b = BUF_INIT;

	if (p->max > p->min)
		buf_addf(&b, " from %.15g to %.15g", p->min, p->max);
	if (p->choices != NULL)
		buf_addf(&b, " or %s", p->choices);
	err_set_status(err, ERR_USAGE, "%s takes %s%s, not '%s'", p->name,
	    what, buf_str(&b), s);
	buf_free(&b);
	return -1;
}

static int
value_number(const struct cmd_param *p, struct cmd_value *v, const char *s,
    struct err *err)
{
	char *end;

	if (is_choice(p->choices, s))
		return 0; /* the word; cmd_str tells */
	errno = 0;
	if (p->type == CMD_INT) {
		v->i = strtoll(s, &end, 10);
		v->r = (double)v->i;
	} else {
		v->r = strtod(s, &end);
		v->i = 0;
	}
	if (strchr("+-.0123456789", *s) == NULL || *end != '\0' || *s == '\0' ||
	    errno == ERANGE || !isfinite(v->r) || strpbrk(s, "xX") != NULL ||
	    (p->max > p->min && (v->r < p->min || v->r > p->max)))
		return bad_number(p, s, err);
	return 0;
}

/* The prompt and scripts have no shell that knows "~/". */
char *
path_expand(const char *s)
{
	const char *home = getenv("HOME");

	if (strncmp(s, "~/", 2) == 0 && home != NULL && *home != '\0')
		return xasprintf("%s/%s", home, s + 2);
	return xstrdup(s);
}

/* Adds what is owned by `items` to the value's list. */
static void
value_append(struct cmd_value *v, char **items, size_t n)
{
	v->list = xreallocarray(v->list, v->n + n + 1, sizeof *v->list);
	memcpy(v->list + v->n, items, n * sizeof *items);
	v->n += n;
	v->list[v->n] = NULL;
}

static int
value_set(const struct cmd_param *p, struct cmd_value *v, const char *s,
    struct err *err)
{
	char **items;
	size_t n;

	switch (p->type) {
	case CMD_STRING:
	case CMD_FLAG:
		break;
	case CMD_FILE:
		if (*s == '\0')
			return err_set_status(err, ERR_USAGE,
			    "%s takes a file, not an empty word", p->name);
		break;
	case CMD_CHOICE:
		if (!is_choice(p->choices, s))
			return bad_choice(p, s, err);
		break;
	case CMD_INT:
	case CMD_REAL:
		if (value_number(p, v, s, err) < 0)
			return -1;
		break;
	case CMD_LIST:
		if (cmd_csv_split(s, &items, &n, err) < 0)
			return err_prefix(err, "%s", p->name);
		value_append(v, items, n);
		free(items);
		break;
	}
	if (p->repeatable && p->type != CMD_LIST) {
		char *item = p->type == CMD_FILE ? path_expand(s) : xstrdup(s);

		value_append(v, &item, 1);
	}
	free(v->s);
	v->s = p->type == CMD_FILE ? path_expand(s) : xstrdup(s);
	return 0;
}

static void
value_clear(struct cmd_value *v)
{
	free(v->s);
	cmd_words_free(v->list);
	*v = (struct cmd_value){ 0 };
}

/* Defaults are part of the table: one that does not parse is a bug. */
static void
value_default(const struct command *command, const struct cmd_param *p,
    struct cmd_value *v)
{
	struct err err = { 0 };

	value_clear(v);
	if (p->def != NULL && value_set(p, v, p->def, &err) < 0)
		fatal("default of %s: %s", command->name, err.text);
}

struct cmd_call *
cmd_call_new(const struct command *command)
{
	size_t n = param_count(command);
	struct cmd_call *c = xcalloc(1, sizeof *c);

	c->command = command;
	c->lane = command->lane;
	c->values = xcalloc(n + 1, sizeof *c->values);
	for (size_t i = 0; i < n; i++)
		value_default(command, &command->params[i], &c->values[i]);
	return c;
}

void
cmd_call_free(struct cmd_call *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < param_count(c->command); i++)
		value_clear(&c->values[i]);
	free(c->values);
	free(c->docs);
	cJSON_Delete(c->reply);
	buf_free(&c->text);
	buf_free(&c->warning);
	free(c);
}

static int
value_give(struct cmd_call *c, size_t at, const char *s, struct err *err)
{
	const struct cmd_param *p = &c->command->params[at];
	struct cmd_value *v = &c->values[at];

	if (!v->given)
		value_clear(v); /* of its default */
	else if (!p->repeatable)
		return err_set_status(err, ERR_USAGE, "%s is given twice",
		    p->name);
	v->given = true;
	return value_set(p, v, s, err);
}

int
cmd_set(struct cmd_call *c, const char *param, const char *value,
    struct err *err)
{
	size_t at;

	if (param_find(c->command, param, &at) == NULL)
		fatal("%s has no parameter %s", c->command->name, param);
	return value_give(c, at, value, err);
}

int
cmd_check(const struct cmd_call *c, struct err *err)
{
	const struct cmd_param *p = c->command->params;

	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (p[i].required && !c->values[i].given)
			return err_set_status(err, ERR_USAGE, "%s needs %s%s%s",
			    c->command->name, p[i].name,
			    p[i].help != NULL ? ", " : "",
			    p[i].help != NULL ? p[i].help : "");
	return 0;
}

/* ---- The line ---- */

static int
unknown_option(const struct command *command, const char *name, size_t len,
    struct err *err)
{
	const struct cmd_param *p = command->params;
	char *word = xstrndup(name, len);
	const char *names[66];
	struct buf b = BUF_INIT;
	size_t n = 0;

	names[n++] = "--json";
	names[n++] = "--help";
	for (size_t i = 0; p != NULL && p[i].name != NULL && n < 66; i++)
		if (param_is_option(&p[i]))
			names[n++] = p[i].name;
	near_meaning(word, names, n, &b);
	err_set_status(err, ERR_USAGE, "%s has no option '%s'%s",
	    command->name, word, buf_str(&b));
	buf_free(&b);
	free(word);
	return -1;
}

/* --json, which is every command's; 1: it was that. (--help never comes so
 * far, but with a value.) */
static int
common_option(struct cmd_call *c, const char *word, size_t len,
    struct err *err)
{
	bool json = len == 6 && strncmp(word, "--json", 6) == 0;

	if (!json && (len != 6 || strncmp(word, "--help", 6) != 0))
		return 0;
	if (word[len] == '=')
		return err_set_status(err, ERR_USAGE, "%.*s takes no value",
		    (int)len, word);
	c->json = true;
	return 1;
}

/* argv[i] is "--name" or "--name=value"; returns how many words it took. */
static int
parse_option(struct cmd_call *c, int argc, char *const *argv, int i,
    struct err *err)
{
	const char *word = argv[i], *value = NULL;
	size_t len = strcspn(word, "="), at;
	const struct cmd_param *p;
	int common = common_option(c, word, len, err), used = 1;
	char *name;

	if (common != 0)
		return common;
	name = xstrndup(word, len);
	p = param_find(c->command, name, &at);
	free(name);
	if (p == NULL)
		return unknown_option(c->command, word, len, err);
	if (word[len] == '=')
		value = word + len + 1;
	if (p->type == CMD_FLAG) {
		if (value != NULL)
			return err_set_status(err, ERR_USAGE,
			    "%s takes no value", p->name);
		value = "yes";
	} else if (value == NULL) {
		if (i + 1 >= argc || strncmp(argv[i + 1], "--", 2) == 0)
			return err_set_status(err, ERR_USAGE,
			    "%s needs a value%s", p->name, i + 1 < argc ?
			    ": write --o=V where it begins with two dashes" :
			    "");
		value = argv[i + 1];
		used = 2;
	}
	return value_give(c, at, value, err) < 0 ? -1 : used;
}

/* The next argument in turn; the last one may take several words. NULL: none
 * is left. */
static const struct cmd_param *
next_argument(const struct cmd_call *c, size_t *at)
{
	const struct cmd_param *p = c->command->params;

	for (*at = 0; p != NULL && p[*at].name != NULL; (*at)++)
		if (!param_is_option(&p[*at]) &&
		    (!c->values[*at].given || p[*at].repeatable))
			return &p[*at];
	return NULL;
}

/* A word too many, where nothing else is wrong. */
static int
stray_word(const struct cmd_call *c, const char *word, struct err *err)
{
	if (cmd_check(c, err) < 0)
		return -1;
	if (word[0] == '-' && word[1] != '\0')
		return err_set_status(err, ERR_USAGE, "%s has no option '%s': "
		    "options have two dashes and a name", c->command->name,
		    word);
	return err_set_status(err, ERR_USAGE, "%s does not know what to do "
	    "with '%s': put quotes around what is one argument",
	    c->command->name, word);
}

/* Who asks for help gets it, whatever else the line says. */
static bool
asks_help(int argc, char *const *argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int
parse_words(struct cmd_call *c, int argc, char *const *argv, struct err *err)
{
	const char *stray = NULL;
	bool options = true;
	size_t at;

	c->help = asks_help(argc, argv);
	if (c->help)
		return 0;
	for (int i = 0; i < argc;) {
		int used = 1;

		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && strncmp(argv[i], "--", 2) == 0)
			used = parse_option(c, argc, argv, i, err);
		else if (next_argument(c, &at) != NULL)
			used = value_give(c, at, argv[i], err) < 0 ? -1 : 1;
		else if (stray == NULL)
			stray = argv[i];
		if (used < 0)
			return -1;
		i += used;
	}
	return stray != NULL ? stray_word(c, stray, err) : cmd_check(c, err);
}

static int
check_where(const struct command *command, bool screen, struct err *err)
{
	if (!screen && command->where == CMD_SCREEN_ONLY)
		return err_set_status(err, ERR_USAGE, "'%s' works on the "
		    "screen only: open the project and press ':'",
		    command->name);
	if (screen && command->where == CMD_HEADLESS_ONLY)
		return err_set_status(err, ERR_USAGE, "'%s' works from the "
		    "shell only", command->name);
	return 0;
}

struct cmd_call *
cmd_parse(int argc, char *const *argv, bool screen, struct err *err)
{
	const struct command *command;
	struct cmd_call *c = NULL;
	int used;

	if (argc < 1) {
		err_set_status(err, ERR_USAGE, "a command is missing");
		return NULL;
	}
	command = cmd_match(argc, argv, &used, err);
	if (command == NULL)
		return NULL;
	if (check_where(command, screen, err) < 0)
		return NULL;
	c = cmd_call_new(command);
	if (parse_words(c, argc - used, argv + used, err) < 0) {
		struct buf b = BUF_INIT;
		size_t len = strlen(err->text);

		cmd_usage(command, &b);
		snprintf(err->text + len, sizeof err->text - len,
		    "\nusage: %s", buf_str(&b));
		buf_free(&b);
		cmd_call_free(c);
		return NULL;
	}
	return c;
}

struct cmd_call *
cmd_parse_line(const char *line, bool screen, bool *empty, struct err *err)
{
	struct cmd_call *c = NULL;
	char **words;
	int n = cmd_split(line, &words, err);

	if (empty != NULL)
		*empty = n == 0;
	if (n > 0)
		c = cmd_parse(n, words, screen, err);
	cmd_words_free(words);
	return c;
}
