/*
 * Completion: what may stand at the cursor, from the table and the project.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "tagtiger/utf8.h"
#include "priv.h"

struct state {
	struct cmd_candidates *out;
	size_t cap;
	const char *word; /* without its quotes; what the candidate begins
			     with */
	struct project *project;
	const char *scheme;
	const char *before; /* the word before it, or NULL */
	bool raw;	    /* no quotes: the text is one word whole */
};

static cmd_screen_names *screen_names;

void
cmd_screen_names_set(cmd_screen_names *names)
{
	screen_names = names;
}

static void
add(struct state *s, const char *text, const char *help, bool partial)
{
	struct cmd_candidates *o = s->out;
	struct buf b = BUF_INIT;

	if (s->raw)
		buf_adds(&b, text);
	else
		cmd_quote(text, &b);
	o->v = array_room(o->v, o->n, &s->cap, sizeof *o->v);
	o->v[o->n++] = (struct cmd_candidate){ buf_take(&b), help, partial };
}

static bool
begins(const char *name, const char *with)
{
	char *a = utf8_fold(name, strlen(name));
	char *b = utf8_fold(with, strlen(with));
	bool yes = strncmp(a, b, strlen(b)) == 0;

	free(a);
	free(b);
	return yes;
}

/* ---- Files ---- */

static int
by_name(const void *a, const void *b)
{
	const struct cmd_candidate *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static void
complete_file(struct state *s)
{
	const char *slash = strrchr(s->word, '/');
	size_t len = slash != NULL ? (size_t)(slash - s->word) + 1 : 0;
	char *dir = xstrndup(s->word, len), *real = path_expand(dir);
	const char *base = s->word + len;
	size_t first = s->out->n;
	DIR *d = opendir(len > 0 ? real : ".");
	struct dirent *e;
	struct stat st;

	while (d != NULL && (e = readdir(d)) != NULL) {
		bool folder;
		char *path;

		if (strncmp(e->d_name, base, strlen(base)) != 0 ||
		    (e->d_name[0] == '.' && *base != '.') ||
		    strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		path = xasprintf("%s%s", real, e->d_name);
		folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
		free(path);
		path = xasprintf("%s%s%s", dir, e->d_name, folder ? "/" : "");
		add(s, path, NULL, folder);
		free(path);
	}
	if (d != NULL)
		closedir(d);
	if (s->out->n > first)
		qsort(s->out->v + first, s->out->n - first,
		    sizeof *s->out->v, by_name);
	free(dir);
	free(real);
}

/* ---- Values ---- */

/* `before` is what stands of a list in front of the item; items are written
 * as a CSV record has them. */
static void
complete_name(struct state *s, const char *before, const char *item,
    const char *name, bool list)
{
	struct buf b = BUF_INIT;
	char *one = (char *)name;

	if (!begins(name, item))
		return;
	buf_adds(&b, before);
	if (list)
		cmd_csv_join(&one, 1, &b);
	else
		buf_adds(&b, name);
	add(s, buf_str(&b), NULL, false);
	buf_free(&b);
}

static void
complete_choices(struct state *s, const char *choices)
{
	for (const char *c = choices; *c != '\0';) {
		size_t n = strcspn(c, "|");
		char *word = xstrndup(c, n);

		if (strncmp(word, s->word, strlen(s->word)) == 0)
			add(s, word, NULL, false);
		free(word);
		c += n + (c[n] == '|');
	}
}

static void
add_screen_name(void *arg, const char *text, const char *help)
{
	struct state *s = arg;

	if (begins(text, s->word))
		add(s, text, help, false);
}

static void
complete_value(struct state *s, const struct cmd_param *p)
{
	bool list = p->type == CMD_LIST;
	const char *comma = list ? strrchr(s->word, ',') : NULL;
	size_t len = comma != NULL ? (size_t)(comma - s->word) + 1 : 0;
	char *before = xstrndup(s->word, len);
	const char *item = s->word + len;
	struct names names = { 0 };

	if (list && *item == '"')
		item++;
	if (p->choices != NULL)
		complete_choices(s, p->choices);
	if (p->ref != REF_NONE) {
		names_of(p->ref, s->project, s->scheme, &names);
		for (size_t i = 0; i < names.n; i++)
			complete_name(s, before, item, names.v[i], list);
		names_free(&names);
	}
	if (screen_names != NULL && (p->ref == REF_VIEW ||
	    p->ref == REF_OPTION || p->ref == REF_OPTION_VALUE))
		screen_names(p->ref, s->before, add_screen_name, s);
	if (p->type == CMD_FILE || p->ref == REF_BASE)
		complete_file(s);
	free(before);
}

static void
complete_option(struct state *s, const struct command *c, const bool *given)
{
	const struct cmd_param *p = c->params;

	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (param_is_option(&p[i]) && (!given[i] || p[i].repeatable) &&
		    (s->project == NULL || cmd_may(p[i].role,
		    user_role(s->project), NULL) == 0) &&
		    strncmp(p[i].name, s->word, strlen(s->word)) == 0)
			add(s, p[i].name, p[i].help, false);
	if (c->where != CMD_SCREEN_ONLY &&
	    strncmp("--json", s->word, strlen(s->word)) == 0)
		add(s, "--json", "answer with one JSON object", false);
}

/* ---- The line ---- */

/* The parameter that the cursor's word is a value of, by the words before it
 * (those after the command's name); NULL: an option's name, or nothing. */
static const struct cmd_param *
param_at(const struct command *c, char *const *argv, size_t n, bool *given,
    bool *options, struct state *s)
{
	const struct cmd_param *p = c->params, *open = NULL;
	size_t at;

	*options = true;
	for (size_t i = 0; i < n; i++) {
		const char *word = argv[i];

		if (open != NULL) {
			if (open->ref == REF_SCHEME)
				s->scheme = word;
			open = NULL;
		} else if (*options && strcmp(word, "--") == 0) {
			*options = false;
		} else if (*options && strncmp(word, "--", 2) == 0) {
			char *name = xstrndup(word, strcspn(word, "="));

			open = param_find(c, name, &at);
			free(name);
			if (open == NULL)
				continue;
			given[at] = true;
			if (open->ref == REF_SCHEME && strchr(word, '='))
				s->scheme = strchr(word, '=') + 1;
			if (open->type == CMD_FLAG || strchr(word, '='))
				open = NULL;
		} else {
			for (at = 0; p != NULL && p[at].name != NULL; at++)
				if (!param_is_option(&p[at]) && !given[at])
					break;
			if (p != NULL && p[at].name != NULL)
				given[at] = true;
		}
	}
	return open;
}

static const struct cmd_param *
next_argument(const struct command *c, const bool *given)
{
	const struct cmd_param *p = c->params;

	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (!param_is_option(&p[i]) && (!given[i] || p[i].repeatable))
			return &p[i];
	return NULL;
}

static void
complete_args(struct state *s, const struct command *c, char *const *argv,
    size_t n)
{
	bool given[64] = { false }, options;
	const struct cmd_param *p = param_at(c, argv, n, given, &options, s);
	const char *eq = strchr(s->word, '=');

	s->before = n > 0 ? argv[n - 1] : NULL;
	if (p != NULL) {
		complete_value(s, p);
		return;
	}
	if (options && strncmp(s->word, "--", 2) == 0 && eq != NULL) {
		char *name = xstrndup(s->word, (size_t)(eq - s->word));

		p = param_find(c, name, NULL);
		free(name);
		s->out->start += (size_t)(eq - s->word) + 1;
		s->word = eq + 1;
		if (p != NULL && p->type != CMD_FLAG)
			complete_value(s, p);
		return;
	}
	if (options && s->word[0] == '-') {
		complete_option(s, c, given);
		return;
	}
	p = next_argument(c, given);
	if (p != NULL)
		complete_value(s, p);
	if (p == NULL && options && s->word[0] == '\0')
		complete_option(s, c, given);
}

/* For all, where it is not known who asks. */
static bool
is_allowed(const struct command *c, const struct project *p)
{
	return p == NULL || !c->needs_project ||
	    cmd_may(c->role, user_role(p), NULL) == 0;
}

static bool
is_shown(const struct state *s, const char *name, bool screen)
{
	enum cmd_where not = screen ? CMD_HEADLESS_ONLY : CMD_SCREEN_ONLY;
	size_t len = strlen(name);

	for (size_t i = 0; i < cmd_count(); i++) {
		const struct command *c = cmd_at(i);

		if (!c->hidden && c->where != not &&
		    is_allowed(c, s->project) &&
		    strncmp(c->name, name, len) == 0 &&
		    (c->name[len] == '\0' || c->name[len] == ' '))
			return true;
	}
	return false;
}

static void
complete_command(struct state *s, const char *noun, bool screen)
{
	struct names names = { 0 };
	const struct command *c;

	names_of_commands(noun, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *name = noun == NULL ? xstrdup(names.v[i]) :
		    xasprintf("%s %s", noun, names.v[i]);

		c = cmd_find(name);
		if (strncmp(names.v[i], s->word, strlen(s->word)) == 0 &&
		    is_shown(s, name, screen))
			add(s, names.v[i], c != NULL ? c->help : NULL, false);
		free(name);
	}
	names_free(&names);
}

void
cmd_complete(const char *line, size_t cursor, bool screen,
    struct project *project, struct cmd_candidates *out)
{
	struct state s = { .out = out, .project = project, .word = "" };
	const struct command *c = NULL;
	struct line w;
	char *argv[256];
	size_t n;
	int used = 0;

	*out = (struct cmd_candidates){ .start = cursor };
	line_scan(line, cursor, &w);
	n = w.n;
	if (n > 0 && (w.v[n - 1].end == cursor || w.open)) {
		n--;
		s.word = w.v[n].s;
		out->start = w.v[n].start;
	}
	for (size_t i = 0; i < n && i < 256; i++)
		argv[i] = w.v[i].s;
	if (n > 0 && n <= 256)
		c = cmd_match((int)n, argv, &used, NULL);
	if (n == 0)
		complete_command(&s, NULL, screen);
	else if (c != NULL)
		complete_args(&s, c, argv + used, n - (size_t)used);
	if (n == 1)
		complete_command(&s, argv[0], screen);
	line_free(&w);
}

void
cmd_complete_path(const char *text, size_t cursor, struct cmd_candidates *out)
{
	char *word = xstrndup(text, cursor);
	struct state s = { .out = out, .word = word, .raw = true };

	*out = (struct cmd_candidates){ .start = 0 };
	complete_file(&s);
	free(word);
}

void
cmd_candidates_free(struct cmd_candidates *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i].text);
	free(c->v);
	*c = (struct cmd_candidates){ 0 };
}
