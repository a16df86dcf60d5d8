#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/base.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/hf.h"
#include "tagtiger/temporary.h"

/* Which to take when nobody says: small and good ones first, by language;
 * NULL is for any. */
static const struct {
	const char *lang, *name;
} recommended[] = {
	{ "en", "all-MiniLM-L6-v2" },
	{ "en", "all-MiniLM-L12-v2" },
	{ "en", "bert-base-uncased" },
	{ "de", "bert-base-german-cased" },
	{ NULL, "bert-base-multilingual-cased" },
	{ NULL, "all-MiniLM-L6-v2" },
};

static char *
xdg(const char *variable, const char *below_home)
{
	const char *dir = getenv(variable), *home = getenv("HOME");

	if (dir != NULL && *dir == '/')
		return xasprintf("%s/tagtiger/base", dir);
	return xasprintf("%s/%s/tagtiger/base", home != NULL ? home : "",
	    below_home);
}

static bool
is_model(const char *path)
{
	char *config = xasprintf("%s/config.json", path);
	bool there = access(config, R_OK) == 0;

	free(config);
	return there;
}

/* The front matter of README.md: "language: en", or a list of "- en". */
static char *
read_language(const char *path)
{
	char *name = xasprintf("%s/README.md", path), line[256], *s;
	struct buf out = BUF_INIT;
	FILE *f = fopen(name, "re");
	bool in = false;
	int lines = 0;

	free(name);
	while (f != NULL && lines++ < 200 && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (strcmp(line, "---") == 0 && lines > 1)
			break;
		if (strncmp(line, "language:", 9) == 0) {
			in = true;
			s = line + 9;
		} else if (in && line[0] == '-') {
			s = line + 1;
		} else {
			in = false;
			continue;
		}
		for (s = strtok(s, " \t,[]\"'"); s != NULL;
		    s = strtok(NULL, " \t,[]\"'"))
			buf_addf(&out, "%s%s", out.len > 0 ? "," : "", s);
	}
	if (f != NULL)
		fclose(f);
	return buf_take(&out);
}

static void
add_base(struct base **v, size_t *n, const char *dir, const char *name)
{
	struct err err = { 0 };
	struct base *b;
	struct hf_model *m;

	for (size_t i = 0; i < *n; i++)
		if (strcmp((*v)[i].name, name) == 0)
			return;
	*v = xreallocarray(*v, *n + 1, sizeof **v);
	b = &(*v)[(*n)++];
	*b = (struct base){ .name = xstrdup(name),
		.path = xasprintf("%s/%s", dir, name) };
	b->language = read_language(b->path);
	m = hf_open(b->path, &err);
	b->runs = m != NULL;
	b->problem = xstrdup(err.text);
	hf_free(m);
}

/* A folder of models, or one model's own. */
static void
scan(struct base **v, size_t *n, const char *dir)
{
	const char *slash = strrchr(dir, '/');
	struct dirent *e;
	char *path;
	DIR *d;

	if (is_model(dir)) {
		path = slash != NULL ?
		    xstrndup(dir, (size_t)(slash - dir)) : xstrdup(".");
		add_base(v, n, path, slash != NULL ? slash + 1 : dir);
		free(path);
		return;
	}
	d = opendir(dir);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", dir, e->d_name);
		if (is_model(path))
			add_base(v, n, dir, e->d_name);
		free(path);
	}
	if (d != NULL)
		closedir(d);
}

static int
compare_bases(const void *a, const void *b)
{
	return strcmp(((const struct base *)a)->name,
	    ((const struct base *)b)->name);
}

void
base_list(struct base **out, size_t *n)
{
	const char *env = getenv("TAGTIGER_BASE");
	char *dirs = xstrdup(env != NULL ? env : ""), *at = dirs, *dir;

	*out = NULL;
	*n = 0;
	while ((dir = strsep(&at, ":")) != NULL)
		if (*dir != '\0')
			scan(out, n, dir);
	free(dirs);
	dir = xdg("XDG_DATA_HOME", ".local/share");
	scan(out, n, dir);
	free(dir);
	dir = xdg("XDG_CACHE_HOME", ".cache");
	scan(out, n, dir);
	free(dir);
#ifdef TAGTIGER_DATADIR
	scan(out, n, TAGTIGER_DATADIR "/base");
#endif
	if (*n > 0)
		qsort(*out, *n, sizeof **out, compare_bases);
}

void
base_list_free(struct base *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(b[i].name);
		free(b[i].path);
		free(b[i].language);
		free(b[i].problem);
	}
	free(b);
}

static bool
speaks(const char *languages, const char *lang)
{
	size_t len = lang != NULL ? strcspn(lang, "-_") : 0;

	if (len == 0 || *languages == '\0')
		return true;
	for (const char *s = languages; s != NULL;
	    s = strchr(s, ','), s = s != NULL ? s + 1 : NULL)
		if (strncmp(s, "multilingual", 12) == 0 ||
		    (strncmp(s, lang, len) == 0 &&
		    strchr(",-_", s[len]) != NULL))
			return true;
	return false;
}

bool
base_speaks(const char *path, const char *lang)
{
	char *languages = read_language(path);
	bool yes = speaks(languages, lang);

	free(languages);
	return yes;
}

static const struct base *
recommend(const struct base *v, size_t n, const char *lang)
{
	for (size_t i = 0; i < sizeof recommended / sizeof *recommended; i++) {
		if (recommended[i].lang != NULL && (lang == NULL ||
		    strncmp(lang, recommended[i].lang, 2) != 0))
			continue;
		for (size_t j = 0; j < n; j++)
			if (v[j].runs &&
			    strcmp(v[j].name, recommended[i].name) == 0)
				return &v[j];
	}
	for (size_t j = 0; j < n; j++)
		if (v[j].runs && speaks(v[j].language, lang))
			return &v[j];
	for (size_t j = 0; j < n; j++)
		if (v[j].runs)
			return &v[j];
	return NULL;
}

char *
base_find(const char *name, const char *lang, struct err *err)
{
	const struct base *found = NULL;
	struct buf names = BUF_INIT;
	struct base *v;
	size_t n;
	char *path = NULL;

	if (name != NULL && is_model(name))
		return xstrdup(name);
	base_list(&v, &n);
	if (name == NULL)
		found = recommend(v, n, lang);
	for (size_t i = 0; i < n; i++) {
		if (name != NULL && strcmp(v[i].name, name) == 0)
			found = &v[i];
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", v[i].name);
	}
	if (found != NULL)
		path = xstrdup(found->path);
	else if (names.len > 0)
		err_set_status(err, ERR_NAME, "there is no base model %s; at "
		    "hand: %s", name != NULL ? name : "that runs",
		    names.data);
	else
		err_set_status(err, ERR_NAME, "no base model is at hand: put "
		    "a Hugging Face folder into the cache with `base add "
		    "FOLDER`, or name its path");
	buf_free(&names);
	base_list_free(v, n);
	return path;
}

/* ---- adding ---- */

static int
make_folders(char *path, struct err *err)
{
	for (char *s = path + 1;; s++) {
		if (*s != '/' && *s != '\0')
			continue;
		char was = *s;

		*s = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST) {
			err_set_errno(err, "%s", path);
			*s = was;
			return -1;
		}
		*s = was;
		if (was == '\0')
			return 0;
	}
}

static int
copy_file(const char *from, const char *to, off_t size, struct err *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, rc = -1;
	ssize_t n = 0;

	if (in < 0)
		return err_set_errno(err, "%s", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out < 0) {
		err_set_errno(err, "%s", to);
		goto out;
	}
	while (size > 0 && (n = sendfile(out, in, NULL, (size_t)size)) > 0)
		size -= n;
	if (size > 0)
		err_set_errno(err, "%s cannot be written", to);
	else
		rc = 0;
out:
	close(in);
	if (out >= 0)
		close(out);
	return rc;
}

/* One level of folders below the model's own (1_Pooling) is all there is. */
static int
copy_folder(const char *from, const char *to, int depth, struct err *err)
{
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(from);
	int rc = 0;

	if (d == NULL)
		return err_set_errno(err, "%s", from);
	if (mkdir(to, 0755) < 0 && errno != EEXIST)
		rc = err_set_errno(err, "%s", to);
	while (rc == 0 && (e = readdir(d)) != NULL) {
		char *a = xasprintf("%s/%s", from, e->d_name);
		char *b = xasprintf("%s/%s", to, e->d_name);

		if (e->d_name[0] == '.' || stat(a, &st) < 0)
			rc = 0;
		else if (S_ISREG(st.st_mode))
			rc = copy_file(a, b, st.st_size, err);
		else if (S_ISDIR(st.st_mode) && depth > 0)
			rc = copy_folder(a, b, depth - 1, err);
		free(a);
		free(b);
	}
	closedir(d);
	return rc;
}

int
base_add(const char *folder, char **path, struct err *err)
{
	char *from = realpath(folder, NULL), *dir, *part = NULL;
	struct hf_model *m = NULL;
	int rc = -1;

	dir = xdg("XDG_DATA_HOME", ".local/share");
	if (from == NULL) {
		err_set_errno(err, "%s", folder);
		err->status = ERR_NAME;
		goto out;
	}
	m = hf_open(from, err);
	if (m == NULL || make_folders(dir, err) < 0)
		goto out;
	*path = xasprintf("%s/%s", dir, m->name);
	part = temporary_name(*path);
	if (access(*path, F_OK) == 0)
		err_set_status(err, ERR_NAME, "%s exists already", *path);
	else if (copy_folder(from, part, 1, err) == 0 &&
	    tree_sync(part, err) == 0)
		rc = file_rename(part, *path, err);
	if (rc < 0) {
		tree_remove(part);
		free(*path);
		*path = NULL;
	}
out:
	hf_free(m);
	free(part);
	free(dir);
	free(from);
	return rc;
}
