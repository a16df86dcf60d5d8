/*
 * options.conf: lines `set NAME VALUE`, as one types them after `:`. It is
 * written by hand or by `set`, which changes its own line and nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/file.h"

#include "options.h"

#define MAX_FILE ((size_t)1 << 20)

char *
config_path(const char *name)
{
	const char *dir = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	return dir != NULL && dir[0] == '/' ?
	    xasprintf("%s/tagtiger/%s", dir, name) :
	    xasprintf("%s/.config/tagtiger/%s", home != NULL ? home : "", name);
}

char *
config_shown(const char *path)
{
	const char *home = getenv("HOME");
	size_t len = home != NULL ? strlen(home) : 0;

	return len > 1 && strncmp(path, home, len) == 0 && path[len] == '/' ?
	    xasprintf("~%s", path + len) : xstrdup(path);
}

bool
config_read(const char *path, struct buf *out, struct buf *problems)
{
	struct err err = { 0 };

	if (access(path, F_OK) < 0)
		return false;
	if (file_read(path, MAX_FILE, out, &err) < 0) {
		buf_addf(problems, "%s\n", err.text);
		return false;
	}
	return true;
}

static int
line_read(const char *line, struct err *err)
{
	char **words;
	int n = cmd_split(line, &words, err), rc = 0;

	if (n < 0)
		return -1;
	if (n > 0 && (n != 3 || strcmp(words[0], "set") != 0))
		rc = err_set(err, "a line is: set NAME VALUE");
	else if (n > 0)
		rc = option_preset(words[1], words[2], err);
	cmd_words_free(words);
	return rc;
}

void
optfile_read(struct buf *problems)
{
	char *path = config_path("options.conf"), *shown = config_shown(path);
	struct buf text = BUF_INIT;
	int number = 0;

	if (config_read(path, &text, problems)) {
		for (const char *p = buf_str(&text); *p != '\0';) {
			size_t len = strcspn(p, "\n");
			char *line = xstrndup(p, len);
			struct err err = { 0 };

			number++;
			if (line_read(line, &err) < 0)
				buf_addf(problems, "%s:%d: %s\n", shown, number,
				    err.text);
			free(line);
			p += len + (p[len] == '\n');
		}
	}
	buf_free(&text);
	free(shown);
	free(path);
}

/* Does the line set this option? */
static bool
line_sets(const char *line, const char *name)
{
	struct err ignored = { 0 };
	char **words;
	int n = cmd_split(line, &words, &ignored);
	bool yes;

	if (n < 0)
		return false;
	yes = n == 3 && strcmp(words[0], "set") == 0 &&
	    strcmp(words[1], name) == 0;
	cmd_words_free(words);
	return yes;
}

static void
text_change(const char *text, const char *name, const char *word,
    struct buf *out)
{
	bool done = false;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len);

		if (!line_sets(line, name))
			buf_addf(out, "%s\n", line);
		else if (!done)
			buf_addf(out, "set %s %s\n", name, word);
		done |= line_sets(line, name);
		free(line);
		text += len + (text[len] == '\n');
	}
	if (!done)
		buf_addf(out, "set %s %s\n", name, word);
}

int
optfile_write(const char *name, const char *word, struct err *err)
{
	char *path = config_path("options.conf"), *slash;
	struct buf old = BUF_INIT, text = BUF_INIT;
	int rc;

	if (access(path, F_OK) < 0)
		buf_adds(&old, "# The screen's options for this account, in "
		    "all projects; :set lists them.\n");
	else if (file_read(path, MAX_FILE, &old, err) < 0) {
		free(path);
		return -1;
	}
	for (slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	text_change(buf_str(&old), name, word, &text);
	rc = file_write(path, buf_str(&text), text.len, err);
	buf_free(&old);
	buf_free(&text);
	free(path);
	return rc;
}
