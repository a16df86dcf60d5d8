/*
 * Keys to commands. Bindings are lines of text, data/keys.conf first and the
 * user's own file after it; help, the bottom line and `?` read what came of
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "keys_conf.h"
#include "priv.h"

static struct {
	struct binding *v;
	size_t n, cap;
	struct hint *hints;
	size_t nhints, hints_cap;
} map;

struct reading {
	const char *name;
	bool user;
	int line;
	int count;
	size_t first; /* of this file's hints */
	struct buf *problems;
};

static void __attribute__((format(printf, 2, 3)))
problem(struct reading *r, const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		fatal("out of memory");
	va_end(ap);
	buf_addf(r->problems, "%s:%d: %s\n", r->name, r->line, s);
	r->count++;
	free(s);
}

static struct binding *
binding_at(const char *context, int key)
{
	for (size_t i = 0; i < map.n; i++)
		if (map.v[i].key == key &&
		    strcmp(map.v[i].context, context) == 0)
			return &map.v[i];
	return NULL;
}

static bool
context_known(const char *context)
{
	static const char *const shared[] = { "any", "list", "form", "pager",
		"tag-multi", "tag-end", "table-filtered", "overview", "mode",
		"display", "highlight", "listed", "columns", "toggles" };

	for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
		if (strcmp(shared[i], context) == 0)
			return true;
	for (size_t i = 0; views[i] != NULL; i++)
		if (strcmp(views[i]->name, context) == 0)
			return true;
	return false;
}

/* Words joined again, quoted where they need it. */
static char *
join(char **words, int n)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(&b, ' ');
		cmd_quote(words[i], &b);
	}
	return buf_take(&b);
}

/* Does the line parse, with what %names stand for unknown yet? */
static bool
line_parses(char **words, int n, struct err *err)
{
	struct cmd_call *c;
	char **copy = xcalloc((size_t)n + 1, sizeof *copy);

	for (int i = 0; i < n; i++)
		copy[i] = words[i][0] == '%' ? (char *)"1" : words[i];
	c = cmd_parse(n, copy, true, err);
	free(copy);
	cmd_call_free(c);
	return c != NULL;
}

static void
bind_words(struct reading *r, char **words, int n)
{
	struct binding *b;
	struct err err = { 0 };
	int key;

	if (n < 4) {
		problem(r, "bind needs a context, a key and a command");
		return;
	}
	key = key_parse(words[2]);
	if (!context_known(words[1])) {
		problem(r, "no context is called '%s'", words[1]);
		return;
	}
	if (key == K_NONE) {
		problem(r, "no key is called '%s'", words[2]);
		return;
	}
	if (!line_parses(words + 3, n - 3, &err)) {
		problem(r, "%s", err.text);
		return;
	}
	b = binding_at(words[1], key);
	if (b != NULL && b->user == r->user) {
		problem(r, "%s in %s is bound twice: '%s' stays", words[2],
		    words[1], b->line);
		return;
	}
	if (b == NULL) {
		map.v = array_room(map.v, map.n, &map.cap, sizeof *map.v);
		b = &map.v[map.n++];
		*b = (struct binding){ .context = xstrdup(words[1]),
			.key = key };
	}
	free(b->was);
	b->was = r->user ? b->line : NULL;
	if (!r->user)
		free(b->line);
	b->line = join(words + 3, n - 3);
	b->user = r->user;
	b->at_line = r->line;
}

/* Has a command a key in this context, or where it looks further? */
static bool
has_key(const char *context, const char *line)
{
	for (size_t i = 0; i < map.n; i++)
		if (strcmp(map.v[i].line, line) == 0 &&
		    (strcmp(map.v[i].context, context) == 0 ||
		    strcmp(map.v[i].context, "any") == 0 ||
		    strcmp(map.v[i].context, "list") == 0))
			return true;
	return false;
}

/* What the user's keys took a key from, and left without one. */
static void
report_orphans(struct reading *r)
{
	char name[16];

	for (size_t i = 0; i < map.n; i++) {
		const struct binding *b = &map.v[i];

		if (!b->user || b->was == NULL || has_key(b->context, b->was))
			continue;
		r->line = b->at_line;
		key_spell(b->key, name);
		problem(r, "%s in %s was '%s', which has no key now: bind it "
		    "to another one, or unbind %s %s first", name, b->context,
		    b->was, b->context, name);
	}
}

static void
unbind_words(struct reading *r, char **words, int n)
{
	struct binding *b;

	if (n != 3 || key_parse(words[2]) == K_NONE) {
		problem(r, "unbind needs a context and a key");
		return;
	}
	b = binding_at(words[1], key_parse(words[2]));
	if (b == NULL) {
		problem(r, "%s in %s is bound to nothing", words[2], words[1]);
		return;
	}
	free(b->context);
	free(b->line);
	free(b->was);
	*b = map.v[--map.n];
}

static void
hint_words(struct reading *r, char **words, int n)
{
	if (n < 4) {
		problem(r, "hint needs a context, a word and a command");
		return;
	}
	map.hints = array_room(map.hints, map.nhints, &map.hints_cap,
	    sizeof *map.hints);
	map.hints[map.nhints++] = (struct hint){ xstrdup(words[1]),
		xstrdup(words[2]), n == 4 && strchr(words[3], ' ') != NULL ?
		xstrdup(words[3]) : join(words + 3, n - 3) };
}

static void
read_line(struct reading *r, const char *line)
{
	struct err err = { 0 };
	char **words;
	int n = cmd_split(line, &words, &err);

	if (n < 0) {
		problem(r, "%s", err.text);
		return;
	}
	if (n > 0 && strcmp(words[0], "bind") == 0)
		bind_words(r, words, n);
	else if (n > 0 && strcmp(words[0], "unbind") == 0)
		unbind_words(r, words, n);
	else if (n > 0 && strcmp(words[0], "hint") == 0)
		hint_words(r, words, n);
	else if (n > 0)
		problem(r, "'%s' is neither bind, unbind nor hint", words[0]);
	cmd_words_free(words);
}

int
keymap_read(const char *text, const char *name, bool user,
    struct buf *problems)
{
	struct reading r = { .name = name, .user = user,
		.problems = problems };

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len);

		r.line++;
		read_line(&r, line);
		free(line);
		text += len + (text[len] == '\n');
	}
	if (user)
		report_orphans(&r);
	return r.count;
}

/* The user's file; without one there is nothing to do. */
static void
read_user(struct buf *problems)
{
	char *path = config_path("keys.conf"), *shown = config_shown(path);
	struct buf text = BUF_INIT;

	if (config_read(path, &text, problems))
		keymap_read(buf_str(&text), shown, true, problems);
	buf_free(&text);
	free(shown);
	free(path);
}

void
keymap_load(struct buf *problems)
{
	keymap_free();
	keymap_read(keys_conf, "keys.conf", false, problems);
	read_user(problems);
}

void
keymap_free(void)
{
	for (size_t i = 0; i < map.n; i++) {
		free(map.v[i].context);
		free(map.v[i].line);
		free(map.v[i].was);
	}
	for (size_t i = 0; i < map.nhints; i++) {
		free(map.hints[i].context);
		free(map.hints[i].word);
		free(map.hints[i].line);
	}
	free(map.v);
	free(map.hints);
	memset(&map, 0, sizeof map);
}

const struct binding *
keymap_find(const char *const *contexts, int key)
{
	const struct binding *b;

	for (size_t i = 0; contexts[i] != NULL; i++)
		if ((b = binding_at(contexts[i], key)) != NULL)
			return b;
	return NULL;
}

size_t
keymap_count(void)
{
	return map.n;
}

const struct binding *
keymap_at(size_t i)
{
	return &map.v[i];
}

void
keymap_keys(const char *const *contexts, const char *line, size_t max,
    struct buf *out)
{
	size_t found = 0;
	char name[16];

	for (size_t c = 0; contexts[c] != NULL; c++) {
		for (size_t i = 0; i < map.n && found < max; i++) {
			const struct binding *b = &map.v[i];

			/* Not where a nearer context uses the key. */
			if (strcmp(b->context, contexts[c]) != 0 ||
			    strcmp(b->line, line) != 0 ||
			    keymap_find(contexts, b->key) != b)
				continue;
			key_spell(b->key, name);
			buf_addf(out, "%s%s", found++ > 0 ? " " : "", name);
		}
	}
}

/* The user's hints of a context replace the program's: they come later, and
 * the last one for a command counts. */
const struct hint *
keymap_hint(const char *context, size_t i)
{
	for (size_t h = 0; h < map.nhints; h++) {
		bool replaced = false;

		if (strcmp(map.hints[h].context, context) != 0)
			continue;
		for (size_t later = h + 1; later < map.nhints; later++)
			replaced |= strcmp(map.hints[later].context,
			    context) == 0 && strcmp(map.hints[later].line,
			    map.hints[h].line) == 0;
		if (!replaced && i-- == 0)
			return &map.hints[h];
	}
	return NULL;
}
