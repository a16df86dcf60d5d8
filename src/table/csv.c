/*
 * Reading csv, over libcsv.
 *
 * libcsv works in callbacks, knows no lines and pads no rows, so it is fed a
 * line at a time: a row then ends with the line that ends it, and at any
 * moment we know where we are. It runs in strict mode, which is the only way
 * to hear of a text that follows a closing quote (in its lax mode such a text
 * silently swallows the rows behind it); a quote inside an unquoted field, to
 * which strict mode objects as well, is let through.
 */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"

struct csv_state {
	struct source source;
	struct csv_parser parser;
	bool have_parser, finished;
	const char *data; /* what of the current piece is left */
	size_t len;
	uint64_t line;  /* of data */
	bool after_cr;  /* the byte before data was a return */
	bool in_record; /* something of the row was fed */
	bool in_quotes; /* data is the inside of a quoted field, */
	bool closing;	/* or its quote, */
	bool closed;	/* or what follows that: another means a quote */
	bool row_done;
	bool too_many;
};

static int
no_space(unsigned char c)
{
	(void)c;
	return 0;
}

static void
on_cell(void *s, size_t len, void *arg)
{
	struct table_reader *r = arg;
	struct csv_state *c = r->state;

	if (r->ncells >= TABLE_CELLS_MAX)
		c->too_many = true;
	else
		row_add(r, s, len, false, TABLE_TEXT);
}

static void
on_row(int end, void *arg)
{
	struct table_reader *r = arg;
	struct csv_state *c = r->state;

	(void)end;
	c->row_done = true;
}

/* Bytes up to and with the next line end: LF, CR LF, or CR alone. */
static size_t
line_length(const char *p, size_t len)
{
	const char *lf = memchr(p, '\n', len);
	size_t n = lf == NULL ? len : (size_t)(lf - p) + 1;
	const char *cr = memchr(p, '\r', n);

	if (cr == NULL || (cr + 1 < p + n && cr[1] == '\n' && cr + 2 == p + n))
		return n;
	return (size_t)(cr - p) + 1;
}

/* libcsv stopped before the byte at p: let a stray quote through, refuse what
 * follows a closing one. */
static int
csv_stopped(struct table_reader *r, const char *p, struct err *err)
{
	struct csv_state *c = r->state;
	char place[256];

	if (csv_error(&c->parser) == CSV_EPARSE && !c->parser.quoted) {
		csv_set_opts(&c->parser, 0);
		csv_parse(&c->parser, p, 1, on_cell, on_row, r);
		csv_set_opts(&c->parser, CSV_STRICT | CSV_STRICT_FINI);
		return 0;
	}
	row_place(r, r->ncells, place, sizeof place);
	if (csv_error(&c->parser) == CSV_EPARSE)
		return err_set(err,
		    "%s: text follows a closing quote: a "
		    "quote inside a quoted field is written twice; where "
		    "quotes are characters like others, --no-quotes",
		    place);
	return err_set(
	    err, "%s: %s", place, csv_strerror(csv_error(&c->parser)));
}

/* May the row take that many more bytes? */
static int
check_size(struct table_reader *r, size_t more, struct err *err)
{
	struct csv_state *c = r->state;
	char place[256];

	if (c->parser.entry_pos + r->text.len + more <= TABLE_RECORD_MAX)
		return 0;
	return err_set(err,
	    "%s: a row of more than %zu MB: is a "
	    "quote opened there and never closed?",
	    row_place(r, r->ncells, place, sizeof place),
	    TABLE_RECORD_MAX >> 20);
}

/* Line ends in p: each CR, and each LF that no CR stands before. */
static size_t
count_lines(const char *p, size_t len, bool after_cr)
{
	const char *end = p + len;
	size_t n = 0;

	if (memchr(p, '\r', len) == NULL) {
		if (len > 0 && after_cr && *p == '\n')
			p++;
		while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
			p++;
			n++;
		}
		return n;
	}
	for (; p < end; p++) {
		n += *p == '\r' || (*p == '\n' && !after_cr);
		after_cr = *p == '\r';
	}
	return n;
}

/* Put n bytes straight behind what libcsv has gathered of the field (its
 * struct is public). */
static void
csv_gather(struct csv_parser *p, const char *s, size_t n)
{
	if (p->entry_size - p->entry_pos < n) {
		p->entry_size = (p->entry_pos + n) * 2;
		p->entry_buf = xreallocarray(p->entry_buf, p->entry_size, 1);
	}
	memcpy(p->entry_buf + p->entry_pos, s, n);
	p->entry_pos += n;
}

/* Go on after n bytes. */
static void
csv_step(struct csv_state *c, size_t n)
{
	c->line += count_lines(c->data, n, c->after_cr);
	c->after_cr = c->data[n - 1] == '\r';
	c->data += n;
	c->len -= n;
}

/* Inside a quoted field nothing but a quote means anything. Texts being long,
 * this is most of the work: the file is read in half the time. */
static int
csv_quoted(struct table_reader *r, struct err *err)
{
	struct csv_state *c = r->state;
	struct csv_parser *p = &c->parser;
	const char *quote = memchr(c->data, '"', c->len);
	size_t n = quote == NULL ? c->len : (size_t)(quote - c->data);

	c->in_quotes = quote == NULL;
	c->closing = quote != NULL;
	if (n == 0)
		return 0;
	if (check_size(r, n, err) == -1)
		return -1;
	csv_gather(p, c->data, n);
	csv_step(c, n);
	return 0;
}

/* How many bytes mean nothing in an unquoted field. */
static size_t
plain_length(const struct table_reader *r, const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] != r->info.sep && p[n] != '\n' &&
	    p[n] != '\r' && p[n] != '"')
		n++;
	return n;
}

/* Feed libcsv what lies within a line: what begins or ends a field, and the
 * rest of an unquoted one in one piece. */
static int
csv_feed(struct table_reader *r, size_t len, struct err *err)
{
	struct csv_state *c = r->state;
	size_t fed = 0, n, used;
	const char *p;
	char place[256];

	while (fed < len) {
		p = c->data + fed;
		n = c->parser.quoted || c->parser.entry_pos == 0 ? 0 :
		    plain_length(r, p, len - fed);
		if (n > 0) {
			csv_gather(&c->parser, p, n);
			fed += n;
			continue;
		}
		n = len - fed > 2 ? 2 : len - fed;
		used = csv_parse(&c->parser, p, n, on_cell, on_row, r);
		fed += used;
		if (used < n) {
			if (csv_stopped(r, c->data + fed, err) == -1)
				return -1;
			fed++;
		}
	}
	if (c->too_many)
		return err_set(err, "%s: a row of more than %zu cells",
		    row_place(r, r->ncells, place, sizeof place),
		    TABLE_CELLS_MAX);
	if (check_size(r, 0, err) == -1)
		return -1;
	/* libcsv's buffer grows by a fixed step: keep it proportionate. */
	if (c->parser.entry_size > c->parser.blk_size)
		csv_set_blk_size(&c->parser, c->parser.entry_size);
	return 0;
}

/* The line after the last complete cell, where an open quote stands. */
static uint64_t
cell_line(const struct table_reader *r)
{
	uint64_t line = r->line;

	for (size_t i = 0; i < r->text.len; i++)
		line += r->text.data[i] == '\n';
	return line;
}

static int
csv_end(struct table_reader *r, struct err *err)
{
	struct csv_state *c = r->state;
	char place[256];

	if (c->finished)
		return 0;
	c->finished = true;
	if (csv_fini(&c->parser, on_cell, on_row, r) == 0)
		return 0;
	row_place(r, r->ncells, place, sizeof place);
	if (csv_error(&c->parser) == CSV_EPARSE)
		return err_set(err,
		    "%s: the quote opened on line %llu is "
		    "never closed: where quotes are characters like others, "
		    "--no-quotes",
		    place, (unsigned long long)cell_line(r));
	return err_set(
	    err, "%s: %s", place, csv_strerror(csv_error(&c->parser)));
}

static int
csv_piece(struct table_reader *r, struct err *err)
{
	struct csv_state *c = r->state;
	char place[256];

	switch (source_next(&c->source, &c->data, &c->len, err)) {
	case SOURCE_DATA: return 1;
	case SOURCE_END: return 0;
	case SOURCE_BAD:
		if (!c->in_record)
			r->line = c->line;
		return source_complain(&c->source,
		    row_place(r, r->ncells, place, sizeof place), err);
	case SOURCE_FAIL: break;
	}
	return -1;
}

/* Feed the quote that ends a quoted field, or the one after it, which makes
 * one quote of the two and the field go on. */
static int
csv_close_quote(struct table_reader *r, struct err *err)
{
	struct csv_state *c = r->state;

	if (csv_feed(r, 1, err) == -1)
		return -1;
	c->in_quotes = c->closed;
	c->closed = !c->closed;
	c->closing = false;
	csv_step(c, 1);
	return 0;
}

/* Feed a line, or what comes before a quoted field in it, with its quote. */
static int
csv_line(struct table_reader *r, struct err *err)
{
	struct csv_state *c = r->state;
	size_t n = line_length(c->data, c->len);
	const char *quote = r->options.no_quotes ? NULL :
	    memchr(c->data, '"', n);
	bool blank = *c->data == '\n' || *c->data == '\r';

	c->closed = false;
	if (!c->in_record) {
		/* the LF of a CR LF that two pieces share */
		if (blank && !(c->after_cr && *c->data == '\n'))
			r->info.blank++;
		r->line = c->line;
		c->in_record = !blank;
	}
	if (c->in_record) {
		if (quote != NULL)
			n = (size_t)(quote - c->data) + 1;
		if (csv_feed(r, n, err) == -1)
			return -1;
		/* only quotes keep a row from ending with its line */
		c->in_quotes = !c->row_done && (quote != NULL ?
		    c->parser.quoted : c->data[n - 1] == '\n' ||
		    c->data[n - 1] == '\r');
	}
	csv_step(c, n);
	return 0;
}

/* One record as libcsv cuts it, blank lines passed over. */
static int
csv_record(struct table_reader *r, struct err *err)
{
	struct csv_state *c = r->state;
	int got;

	row_clear(r);
	c->row_done = c->in_record = false;
	while (!c->row_done) {
		if (c->len == 0) {
			got = csv_piece(r, err);
			if (got == -1)
				return -1;
			if (got == 0) {
				if (csv_end(r, err) == -1)
					return -1;
				return c->row_done;
			}
		}
		if (c->in_quotes)
			got = csv_quoted(r, err);
		else if (c->closing || (c->closed && *c->data == '"'))
			got = csv_close_quote(r, err);
		else
			got = csv_line(r, err);
		if (got == -1)
			return -1;
	}
	return 1;
}

static int
csv_next(struct table_reader *r, struct err *err)
{
	const char *s;
	int got;

	for (;;) {
		got = csv_record(r, err);
		if (got != 1 || r->ncells != 1 || r->ncolumns == 1)
			return got;
		/* Blanks alone are a blank line too, unless they are data. */
		s = r->text.data;
		if (s[strspn(s, " \t")] != '\0')
			return got;
		r->info.blank++;
	}
}

/* ---- the separator ---- */

#define SNIFF_RECORDS 64
#define SNIFF_BYTES   ((size_t)64 << 10)

/* Fields of each of the first records, cut at sep; records that the sample
 * does not hold to the end are left out. */
static size_t
count_fields(const char *p, size_t len, char sep, bool quotes, size_t *fields)
{
	size_t records = 0, n = 1;
	bool quoted = false, start = true, empty = true;

	for (size_t i = 0; i < len && records < SNIFF_RECORDS; i++) {
		char ch = p[i];

		if (quoted) {
			if (ch == '"' && i + 1 < len && p[i + 1] == '"')
				i++;
			else if (ch == '"')
				quoted = false;
			continue;
		}
		if (ch == '\n' || ch == '\r') {
			if (!empty)
				fields[records++] = n;
			n = 1;
			start = empty = true;
			continue;
		}
		empty = false;
		if (ch == '"' && start && quotes)
			quoted = true;
		start = ch == sep;
		n += ch == sep;
	}
	if (records == 0 && !empty)
		fields[records++] = n;
	return records;
}

/* The separator by which most records have as many fields as the first; of
 * two that agree as well, the one that makes more fields. */
static char
find_separator(const char *p, size_t len, bool quotes)
{
	static const char candidates[] = ",;\t|";
	size_t fields[SNIFF_RECORDS], records, same, best_fields = 0;
	double share, best = 0;
	char sep = ',';

	if (len > SNIFF_BYTES)
		len = SNIFF_BYTES;
	for (const char *c = candidates; *c != '\0'; c++) {
		records = count_fields(p, len, *c, quotes, fields);
		if (records == 0 || fields[0] < 2)
			continue;
		same = 0;
		for (size_t i = 0; i < records; i++)
			same += fields[i] == fields[0];
		share = (double)same / (double)records;
		if (share > best ||
		    (share == best && fields[0] > best_fields)) {
			best = share;
			best_fields = fields[0];
			sep = *c;
		}
	}
	return sep;
}

/* Excel's own way of saying it: a first line "sep=;". */
static void
said_separator(struct table_reader *r)
{
	struct csv_state *c = r->state;
	size_t n;

	if (c->len < 5 || strncasecmp(c->data, "sep=", 4) != 0)
		return;
	n = line_length(c->data, c->len);
	if (strcspn(c->data + 4, "\r\n") != 1 || n > 7)
		return;
	if (r->options.sep == 0)
		r->options.sep = c->data[4];
	c->data += n;
	c->len -= n;
	c->line++;
}

static int
csv_header(struct table_reader *r, struct err *err)
{
	int got;

	got = csv_record(r, err);
	if (got == -1)
		return -1;
	if (got == 0)
		return err_set(err, "it has no header, hence no columns");
	for (size_t i = 0; i < r->ncells; i++)
		columns_add(r, r->text.data + (size_t)r->cells[i].s,
		    r->cells[i].len, TABLE_TEXT);
	return columns_done(r, err);
}

static int
csv_open(struct table_reader *r, struct err *err)
{
	struct csv_state *c = xcalloc(1, sizeof *c);
	char sep = r->options.sep;

	r->state = c;
	if (sep == '"' || sep == '\n' || sep == '\r' || (sep & 0x80))
		return err_set_status(err, ERR_NAME,
		    "the separator must be one ASCII character, no quote and "
		    "no line end");
	if (source_open(&c->source, r->path, &r->options, err) == -1)
		return -1;
	if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return err_set(err, "libcsv does not start");
	c->have_parser = true;
	c->line = r->line = 1;
	if (csv_piece(r, err) == -1)
		return -1;
	said_separator(r);
	r->info.sep = r->options.sep != 0 ? r->options.sep
					  : find_separator(c->data, c->len,
						!r->options.no_quotes);
	csv_set_delim(&c->parser, (unsigned char)r->info.sep);
	csv_set_space_func(&c->parser, no_space);
	/* the source lets no NUL through, so none is ever a quote */
	if (r->options.no_quotes)
		csv_set_quote(&c->parser, '\0');
	csv_set_blk_size(&c->parser, (size_t)16 << 10);
	return csv_header(r, err);
}

static void
csv_progress(struct table_reader *r)
{
	struct csv_state *c = r->state;

	source_info(&c->source, &r->info);
}

static void
csv_close(struct table_reader *r)
{
	struct csv_state *c = r->state;

	if (c == NULL)
		return;
	if (c->have_parser)
		csv_free(&c->parser);
	source_close(&c->source);
	free(c);
}

const struct reader_ops csv_reader_ops = {
	.open = csv_open,
	.next = csv_next,
	.progress = csv_progress,
	.close = csv_close,
};
