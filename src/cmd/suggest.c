/*
 * What a file's columns may be: a first guess for whoever has not said.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tagtiger/alloc.h"
#include "tagtiger/import.h"
#include "priv.h"

/* How much a column looks like ids: 0 not at all. Every row has one, none
 * comes twice; a name that says so decides. */
static int
looks_like_id(const struct import_preview *v, size_t i)
{
	const struct preview_column *c = &v->columns[i];
	size_t len = strlen(c->name);
	bool named = len >= 2 && strcasecmp(c->name + len - 2, "id") == 0;

	if (c->filled != v->rows || (!c->distinct_more &&
	    c->distinct != v->rows))
		return 0;
	return named ? 3 : i == 0 ? 2 : 1;
}

static size_t
shown_length(const struct preview_column *c)
{
	size_t sum = 0;

	for (int i = 0; i < 3; i++)
		sum += c->first[i] != NULL ? strlen(c->first[i]) : 0;
	return sum;
}

static void
suggest_columns(const struct import_preview *v, struct buf *out)
{
	size_t id = v->ncolumns, text = v->ncolumns;
	int best = 0;

	for (size_t i = 0; i < v->ncolumns; i++)
		if (text == v->ncolumns || shown_length(&v->columns[i]) >
		    shown_length(&v->columns[text]))
			text = i;
	for (size_t i = 0; i < v->ncolumns; i++) {
		int like = i != text ? looks_like_id(v, i) : 0;

		if (like > best) {
			best = like;
			id = i;
		}
	}
	if (id < v->ncolumns) {
		buf_adds(out, " --id ");
		cmd_quote(v->columns[id].name, out);
	}
	if (text < v->ncolumns) {
		struct buf list = BUF_INIT;

		cmd_csv_join(&v->columns[text].name, 1, &list);
		buf_adds(out, " --text ");
		cmd_quote(buf_str(&list), out);
		buf_free(&list);
	}
}

char *
file_stem(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return xstrndup(base, dot != NULL && dot != base ?
	    (size_t)(dot - base) : strlen(base));
}

void
cmd_suggest_new(const char *file, struct buf *out)
{
	struct table_options options = { 0 };
	struct import_preview v;
	char *stem = file_stem(file), *name = xasprintf("%s.tiger", stem);

	buf_adds(out, "tagtiger new ");
	cmd_quote(name, out);
	buf_adds(out, " --data ");
	cmd_quote(file, out);
	if (import_preview(file, &options, &v, NULL, NULL) == 0) {
		suggest_columns(&v, out);
		import_preview_free(&v);
	} else {
		buf_adds(out, " --id COL --text COL");
	}
	free(name);
	free(stem);
}
