#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/file.h"
#include "tagtiger/recent.h"
#include "priv.h"

#define KEPT 50 /* lines of the file */

/* The folders that a path goes through; what fails shows when it is used. */
static void
make_folders(char *path)
{
	for (char *s = strchr(path + 1, '/'); s != NULL;
	     s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(path, 0700);
		*s = '/';
	}
}

/* The file's path, or NULL without a home. */
static char *
state_path(void)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (xdg != NULL && xdg[0] == '/')
		return xasprintf("%s/tagtiger/recent", xdg);
	if (home != NULL && home[0] == '/')
		return xasprintf("%s/.local/state/tagtiger/recent", home);
	return NULL;
}

static void
read_lines(const char *path, struct names *out)
{
	FILE *f = path != NULL ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while (f != NULL && (len = getline(&line, &cap, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (line[0] == '/')
			names_add(out, line);
	}
	free(line);
	if (f != NULL)
		fclose(f);
}

struct list {
	struct recent *v;
	size_t n, cap;
};

static void
list_add(struct list *l, const char *path)
{
	char *real = realpath(path, NULL), *name;
	struct stat st;

	for (size_t i = 0; real != NULL && i < l->n; i++)
		if (strcmp(l->v[i].path, real) == 0) {
			free(real);
			return;
		}
	if (real == NULL || stat(real, &st) < 0 || !S_ISREG(st.st_mode)) {
		free(real);
		return;
	}
	name = xstrdup(strrchr(real, '/') + 1);
	if (strlen(name) > 6 && strcmp(name + strlen(name) - 6, ".tiger") == 0)
		name[strlen(name) - 6] = '\0';
	l->v = array_room(l->v, l->n, &l->cap, sizeof *l->v);
	l->v[l->n++] = (struct recent){ .path = real, .name = name,
		.size = st.st_size, .time = (int64_t)st.st_mtim.tv_sec * 1000 +
		    st.st_mtim.tv_nsec / 1000000 };
}

static int
by_name(const void *a, const void *b)
{
	const struct recent *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : strcmp(x->path, y->path);
}

static void
list_folder(struct list *l, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name);
		char *path;

		if (len <= 6 || strcmp(e->d_name + len - 6, ".tiger") != 0 ||
		    e->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", dir, e->d_name);
		list_add(l, path);
		free(path);
	}
	if (d != NULL)
		closedir(d);
}

void
recent_list(struct recent **out, size_t *n)
{
	const char *env = getenv("TAGTIGER_PATH");
	char *path = state_path();
	char *dirs = xstrdup(env != NULL && *env != '\0' ? env : ".");
	char *save = NULL;
	struct names lines = { 0 };
	struct list l = { 0 };
	size_t first;

	read_lines(path, &lines);
	for (size_t i = 0; i < lines.n; i++)
		list_add(&l, lines.v[i]);
	first = l.n;
	for (char *d = strtok_r(dirs, ":", &save); d != NULL;
	     d = strtok_r(NULL, ":", &save))
		list_folder(&l, d);
	if (l.n > first)
		qsort(l.v + first, l.n - first, sizeof *l.v, by_name);
	names_free(&lines);
	free(dirs);
	free(path);
	*out = l.v;
	*n = l.n;
}

void
recent_list_free(struct recent *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].path);
		free(v[i].name);
	}
	free(v);
}

/* Written beside and renamed: two programs may do it at once, and one of the
 * two lists stands then. */
void
recent_add(const char *project)
{
	char *real = realpath(project, NULL), *path = state_path();
	struct buf text = BUF_INIT;
	struct names lines = { 0 };

	if (real == NULL || path == NULL || strchr(real, '\n') != NULL)
		goto out;
	read_lines(path, &lines);
	if (lines.n > 0 && strcmp(lines.v[0], real) == 0)
		goto out;
	make_folders(path);
	buf_addf(&text, "%s\n", real);
	for (size_t i = 0, kept = 1; i < lines.n && kept < KEPT; i++)
		if (strcmp(lines.v[i], real) != 0) {
			buf_addf(&text, "%s\n", lines.v[i]);
			kept++;
		}
	file_write(path, text.data, text.len, NULL);
out:
	names_free(&lines);
	buf_free(&text);
	free(path);
	free(real);
}
