/*
 * Lines and their words: shell quoting, and lists as CSV records.
 */
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "priv.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word from line[i] on, without its quotes, into b; returns where it
 * ends. As in sh: '...' is literal, "..." knows \" \\ \$ \`, and \x is x. */
static size_t
word_scan(const char *line, size_t len, size_t i, struct buf *b, bool *quoted,
    bool *open)
{
	char quote = 0;

	for (; i < len; i++) {
		char c = line[i];

		if (quote == '\'') {
			if (c == '\'')
				quote = 0;
			else
				buf_addc(b, c);
		} else if (quote == '"') {
			if (c == '"')
				quote = 0;
			else if (c == '\\' && i + 1 < len &&
			    strchr("\"\\$`", line[i + 1]) != NULL)
				buf_addc(b, line[++i]);
			else
				buf_addc(b, c);
		} else if (c == '\'' || c == '"') {
			quote = c;
			*quoted = true;
		} else if (c == '\\' && i + 1 < len) {
			buf_addc(b, line[++i]);
			*quoted = true;
		} else if (is_blank(c)) {
			break;
		} else {
			buf_addc(b, c);
		}
	}
	*open = quote != 0;
	return i;
}

void
line_scan(const char *line, size_t len, struct line *out)
{
	*out = (struct line){ 0 };
	for (size_t i = 0; i < len;) {
		struct buf b = BUF_INIT;
		struct word *w;

		if (is_blank(line[i])) {
			i++;
			continue;
		}
		if (line[i] == '#')
			break;
		out->v = array_room(out->v, out->n, &out->cap, sizeof *out->v);
		w = &out->v[out->n++];
		*w = (struct word){ .start = i };
		i = w->end = word_scan(line, len, i, &b, &w->quoted,
		    &out->open);
		w->s = buf_take(&b);
	}
}

void
line_free(struct line *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].s);
	free(w->v);
	*w = (struct line){ 0 };
}

int
cmd_split(const char *line, char ***words, struct err *err)
{
	struct line w;
	char **v;
	size_t n;

	*words = NULL;
	line_scan(line, strlen(line), &w);
	if (w.open) {
		line_free(&w);
		return err_set_status(err, ERR_USAGE,
		    "a quote is opened and not closed: a command is one line");
	}
	n = w.n;
	v = xcalloc(n + 1, sizeof *v);
	for (size_t i = 0; i < n; i++) {
		v[i] = w.v[i].s;
		w.v[i].s = NULL;
	}
	line_free(&w);
	*words = v;
	return (int)n;
}

void
cmd_words_free(char **words)
{
	for (char **w = words; w != NULL && *w != NULL; w++)
		free(*w);
	free(words);
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("-_./:=,+@%^~", c) != NULL ||
	    (unsigned char)c >= 0x80;
}

void
cmd_quote(const char *word, struct buf *out)
{
	bool plain = *word != '\0';

	for (const char *s = word; *s != '\0'; s++)
		plain = plain && is_plain(*s);
	if (plain) {
		buf_adds(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (const char *s = word; *s != '\0'; s++) {
		if (*s == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

struct record {
	char **v;
	size_t n, cap, rows;
};

static void
record_field(void *field, size_t len, void *arg)
{
	struct record *r = arg;

	r->v = array_room(r->v, r->n + 1, &r->cap, sizeof *r->v);
	r->v[r->n++] = xstrndup(field != NULL ? field : "", len);
	r->v[r->n] = NULL;
}

static void
record_row(int c, void *arg)
{
	struct record *r = arg;

	(void)c;
	r->rows++;
}

/* Blanks around an item that is not quoted are not part of it: people write
 * "a, b". */
int
cmd_csv_split(const char *record, char ***items, size_t *n, struct err *err)
{
	struct csv_parser p;
	struct record r = { 0 };
	size_t len = strlen(record);
	int bad;

	if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0)
		fatal("libcsv does not start");
	bad = csv_parse(&p, record, len, record_field, record_row, &r) != len ||
	    csv_fini(&p, record_field, record_row, &r) != 0;
	csv_free(&p);
	if (bad || r.rows > 1) {
		cmd_words_free(r.v);
		return err_set_status(err, ERR_USAGE, "'%s' is not a list: "
		    "separate items by commas, and put \"...\" around one "
		    "that has a comma (\"\" is a quote in it)", record);
	}
	if (r.v == NULL)
		r.v = xcalloc(1, sizeof *r.v);
	*items = r.v;
	*n = r.n;
	return 0;
}

void
cmd_csv_join(char *const *items, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		const char *s = items[i];
		size_t len = strlen(s);
		bool quote = len == 0 || strpbrk(s, ",\"\r\n") != NULL ||
		    is_blank(s[0]) || is_blank(s[len - 1]);

		if (i > 0)
			buf_addc(out, ',');
		if (quote)
			buf_addc(out, '"');
		for (; *s != '\0'; s++) {
			if (*s == '"')
				buf_addc(out, '"');
			buf_addc(out, *s);
		}
		if (quote)
			buf_addc(out, '"');
	}
}
