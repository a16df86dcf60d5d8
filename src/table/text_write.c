/*
 * Writing csv (RFC 4180, with LF line ends) and jsonl.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/number.h"

/* ---- csv ---- */

static bool
needs_quotes(const char *s, size_t len, char sep)
{
	/* a byte order mark as the first bytes of a file would be taken
	 * for one */
	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return true;
	return memchr(s, sep, len) != NULL || memchr(s, '"', len) != NULL ||
	    memchr(s, '\n', len) != NULL || memchr(s, '\r', len) != NULL;
}

static void
csv_text(struct table_writer *w, const char *s, size_t len)
{
	struct buf *b = &w->out;
	const char *quote;
	double number;
	bool guard;

	guard = w->options.guard && len > 0 &&
	    strchr("=+-@\t\r", s[0]) != NULL && !number_parse(s, len, &number);
	w->written.guarded += guard;
	if (len > 0 && !needs_quotes(s, len, w->options.sep)) {
		if (guard)
			buf_addc(b, '\'');
		buf_add(b, s, len);
		return;
	}
	buf_adds(b, guard ? "\"'" : "\"");
	while (len > 0 && (quote = memchr(s, '"', len)) != NULL) {
		buf_add(b, s, (size_t)(quote - s) + 1);
		buf_addc(b, '"');
		len -= (size_t)(quote - s) + 1;
		s = quote + 1;
	}
	buf_add(b, s, len);
	buf_addc(b, '"');
}

static int
csv_put(struct table_writer *w, const struct table_value *v, struct err *err)
{
	char number[NUMBER_MAX];
	const char *s;
	size_t len;

	for (size_t i = 0; i < w->ncolumns; i++) {
		if (i > 0)
			buf_addc(&w->out, w->options.sep);
		if (v[i].null) {
			/* alone, an empty cell would be a blank line */
			if (w->ncolumns == 1)
				buf_adds(&w->out, "\"\"");
			continue;
		}
		switch (v[i].kind) {
		case TABLE_TEXT:
		case TABLE_DATE:
		case TABLE_JSON:
			value_text(w, &v[i], &s, &len);
			csv_text(w, s, len);
			break;
		default:
			s = value_string(&v[i], number, &len);
			buf_add(&w->out, s, len);
		}
	}
	buf_addc(&w->out, '\n');
	return writer_drain(w, false, err);
}

static int
csv_create(struct table_writer *w, struct err *err)
{
	struct table_value v;
	const char *s;
	size_t len;

	if (w->options.sep == 0)
		w->options.sep = ',';
	if (w->options.sep == '"' || w->options.sep == '\n' ||
	    w->options.sep == '\r' || (w->options.sep & 0x80))
		return err_set(err,
		    "the separator must be one ASCII "
		    "character, no quote and no line end");
	for (size_t i = 0; i < w->ncolumns; i++) {
		if (i > 0)
			buf_addc(&w->out, w->options.sep);
		v = table_text(w->columns[i].name);
		value_text(w, &v, &s, &len);
		csv_text(w, s, len);
	}
	buf_addc(&w->out, '\n');
	return writer_drain(w, false, err);
}

static int
text_finish(struct table_writer *w, struct err *err)
{
	return writer_drain(w, true, err);
}

static void
csv_close(struct table_writer *w)
{
	(void)w;
}

const struct writer_ops csv_writer_ops = {
	.columns_max = TABLE_COLUMNS_MAX,
	.open = csv_create,
	.put = csv_put,
	.finish = text_finish,
	.close = csv_close,
};

/* ---- jsonl ---- */

static void
json_string(struct buf *b, const char *s, size_t len)
{
	static const char names[] = "\b\f\n\r\t", letters[] = "bfnrt";
	const char *name;
	size_t from = 0;

	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s + from, i - from);
		from = i + 1;
		name = c == 0 ? NULL : strchr(names, c);
		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (name != NULL)
			buf_addf(b, "\\%c", letters[name - names]);
		else
			buf_addf(b, "\\u%04x", c);
	}
	buf_add(b, s + from, len - from);
	buf_addc(b, '"');
}

/* JSON has no infinities, and its line breaks would end the line. */
static void
json_value(struct table_writer *w, const struct table_value *v)
{
	struct buf *b = &w->out;
	char number[NUMBER_MAX];
	const char *s;
	size_t len;

	if (v->null ||
	    ((v->kind == TABLE_REAL || v->kind == TABLE_FLOAT) &&
		!isfinite(v->d))) {
		buf_adds(b, "null");
		return;
	}
	switch (v->kind) {
	case TABLE_TEXT:
	case TABLE_DATE:
		value_text(w, v, &s, &len);
		json_string(b, s, len);
		break;
	case TABLE_JSON:
		value_text(w, v, &s, &len);
		for (size_t i = 0; i < len; i++)
			buf_addc(b, s[i] == '\n' || s[i] == '\r' ? ' ' : s[i]);
		break;
	default: s = value_string(v, number, &len); buf_add(b, s, len);
	}
}

static int
jsonl_put(struct table_writer *w, const struct table_value *v, struct err *err)
{
	const struct buf *keys = w->state;

	for (size_t i = 0; i < w->ncolumns; i++) {
		buf_add(&w->out, keys[i].data, keys[i].len);
		json_value(w, &v[i]);
	}
	buf_adds(&w->out, "}\n");
	return writer_drain(w, false, err);
}

/* The keys are made once, each with what stands before it. */
static int
jsonl_create(struct table_writer *w, struct err *err)
{
	struct buf *keys = xcalloc(w->ncolumns, sizeof *keys);
	struct table_value v;
	const char *s;
	size_t len;

	(void)err;
	w->state = keys;
	for (size_t i = 0; i < w->ncolumns; i++) {
		buf_addc(&keys[i], i == 0 ? '{' : ',');
		v = table_text(w->columns[i].name);
		value_text(w, &v, &s, &len);
		json_string(&keys[i], s, len);
		buf_addc(&keys[i], ':');
	}
	return 0;
}

static void
jsonl_close(struct table_writer *w)
{
	struct buf *keys = w->state;

	if (keys == NULL)
		return;
	for (size_t i = 0; i < w->ncolumns; i++)
		buf_free(&keys[i]);
	free(keys);
}

const struct writer_ops jsonl_writer_ops = {
	.columns_max = TABLE_COLUMNS_MAX,
	.open = jsonl_create,
	.put = jsonl_put,
	.finish = text_finish,
	.close = jsonl_close,
};
