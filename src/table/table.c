/*
 * Opening a table of any format, its columns and its rows.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/utf8.h"

static const struct {
	const char *name;
	enum table_format format;
} endings[] = {
	/* the first of each is its name */
	{ "csv", TABLE_CSV },
	{ "tsv", TABLE_CSV },
	{ "tab", TABLE_CSV },
	{ "txt", TABLE_CSV },
	{ "xlsx", TABLE_XLSX },
	{ "xlsm", TABLE_XLSX },
	{ "parquet", TABLE_PARQUET },
	{ "pq", TABLE_PARQUET },
	{ "jsonl", TABLE_JSONL },
	{ "ndjson", TABLE_JSONL },
	{ "json", TABLE_JSONL },
};

static const char *const kind_names[] = {
	[TABLE_TEXT] = "text",
	[TABLE_INT] = "int",
	[TABLE_REAL] = "real",
	[TABLE_FLOAT] = "real",
	[TABLE_BOOL] = "bool",
	[TABLE_DATE] = "date",
	[TABLE_JSON] = "json",
	[TABLE_DAY] = "date",
	[TABLE_STAMP] = "date",
	[TABLE_UTC] = "date",
};

const char *
table_kind_name(enum table_kind kind)
{
	return kind_names[kind];
}

enum table_kind
table_kind_of(const char *name)
{
	for (int i = TABLE_TEXT; i <= TABLE_JSON; i++)
		if (strcmp(name, kind_names[i]) == 0)
			return (enum table_kind)i;
	return TABLE_TEXT;
}

const char *
table_format_name(enum table_format f)
{
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (endings[i].format == f)
			return endings[i].name;
	return "auto";
}

enum table_format
table_format_of(const char *name)
{
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (strcasecmp(name, endings[i].name) == 0)
			return endings[i].format;
	return TABLE_AUTO;
}

enum table_format
table_format_of_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash == NULL ? path : slash, '.');

	return dot == NULL ? TABLE_AUTO : table_format_of(dot + 1);
}

bool
table_separator(const char *s, char *out)
{
	if (strcmp(s, "\\t") == 0 || strcmp(s, "tab") == 0)
		s = "\t";
	*out = *s;
	return s[0] > 0 && s[1] == '\0';
}

/* What the file is by its first bytes; TABLE_AUTO: text of some kind. */
static int
sniff(const char *path, enum table_format *format, struct err *err)
{
	static const struct {
		const char *bytes, *what;
		size_t len;
	} others[] = {
		{ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		    "an old Excel file (or a protected one): save it as .xlsx",
		    8 },
		{ "\x1f\x8b", "compressed by gzip: unpack it first", 2 },
		{ "\x28\xb5\x2f\xfd", "compressed by zstd: unpack it first",
		    4 },
		{ "\xfd"
		  "7zXZ",
		    "compressed by xz: unpack it first", 5 },
		{ "BZh", "compressed by bzip2: unpack it first", 3 },
		{ "SQLite format 3", "an SQLite database", 15 },
		{ "%PDF-", "a PDF document", 5 },
	};
	struct stat st;
	unsigned char b[16] = { 0 };
	ssize_t n;
	int fd;

	*format = TABLE_AUTO;
	if (stat(path, &st) == -1)
		return err_set_errno(err, "cannot open it");
	if (S_ISDIR(st.st_mode))
		return err_set(err, "it is a folder");
	if (!S_ISREG(st.st_mode))
		return 0; /* a pipe: what is read from it is gone */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, "cannot open it");
	n = read(fd, b, sizeof b);
	close(fd);
	if (n < 0)
		return err_set_errno(err, "cannot read it");
	if (n >= 4 && memcmp(b, "PAR1", 4) == 0)
		*format = TABLE_PARQUET;
	else if (n >= 4 && memcmp(b, "PK\3\4", 4) == 0)
		*format = TABLE_XLSX;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if ((size_t)n >= others[i].len &&
		    memcmp(b, others[i].bytes, others[i].len) == 0)
			return err_set(err, "it is %s", others[i].what);
	return n == 0 ? err_set(err, "the file is empty") : 0;
}

static int
find_format(const char *path, enum table_format *format, struct err *err)
{
	enum table_format found, ending = table_format_of_path(path);

	if (sniff(path, &found, err) == -1)
		return -1;
	if (found == TABLE_AUTO && *format == TABLE_AUTO &&
	    (ending == TABLE_XLSX || ending == TABLE_PARQUET))
		return err_set(err, "it is no %s file, whatever its name says",
		    table_format_name(ending));
	if (*format == TABLE_AUTO)
		*format = found != TABLE_AUTO ? found : ending;
	if (*format == TABLE_AUTO)
		*format = TABLE_CSV;
	return 0;
}

static const struct reader_ops *
reader_ops_of(enum table_format f)
{
	switch (f) {
	case TABLE_XLSX: return &xlsx_reader_ops;
	case TABLE_PARQUET: return &parquet_reader_ops;
	case TABLE_JSONL: return &jsonl_reader_ops;
	default: return &csv_reader_ops;
	}
}

/* What is wrong is the file that was named. */
static int
bad_file(const struct table_reader *r, struct err *err)
{
	if (err != NULL)
		err->status = ERR_NAME;
	return err_prefix(err, "%s", r->path);
}

struct table_reader *
table_open(
    const char *path, const struct table_options *options, struct err *err)
{
	struct table_reader *r = xcalloc(1, sizeof *r);

	r->path = xstrdup(path);
	if (options != NULL)
		r->options = *options;
	r->names = strmap_new();
	r->taken = strmap_new();
	r->info.rows = -1;
	if (find_format(path, &r->options.format, err) == -1)
		goto fail;
	r->info.format = r->options.format;
	r->ops = reader_ops_of(r->options.format);
	if (r->ops->open(r, err) == -1)
		goto fail;
	/* options' strings are the caller's and end with this call */
	r->options.encoding = r->options.sheet = NULL;
	return r;
fail:
	bad_file(r, err);
	table_close(r);
	return NULL;
}

void
table_close(struct table_reader *r)
{
	if (r == NULL)
		return;
	if (r->ops != NULL)
		r->ops->close(r);
	for (size_t i = 0; i < r->ncolumns; i++)
		free((char *)r->columns[i].name);
	free(r->columns);
	strmap_free(r->names);
	strmap_free(r->taken);
	free(r->cells);
	buf_free(&r->text);
	for (size_t i = 0; i < r->info.nnotes; i++)
		free(r->notes[i]);
	free(r->notes);
	free((char *)r->path);
	free(r);
}

size_t
table_ncolumns(const struct table_reader *r)
{
	return r->ncolumns;
}

const struct table_column *
table_column(const struct table_reader *r, size_t i)
{
	return &r->columns[i];
}

int
table_column_find(const struct table_reader *r, const char *name)
{
	char *want, *have;
	int found = -1;

	for (size_t i = 0; i < r->ncolumns; i++)
		if (strcmp(r->columns[i].name, name) == 0)
			return (int)i;
	want = utf8_fold(name, strlen(name));
	for (size_t i = 0; i < r->ncolumns; i++) {
		have =
		    utf8_fold(r->columns[i].name, strlen(r->columns[i].name));
		if (strcmp(have, want) == 0) {
			if (found != -1) {
				free(have);
				found = -1;
				break;
			}
			found = (int)i;
		}
		free(have);
	}
	free(want);
	return found;
}

int
table_next(struct table_reader *r, struct table_row *row, struct err *err)
{
	int got;

	if (r->over)
		return 0;
	got = r->ops->next(r, err);
	if (got != 1) {
		r->over = true;
		return got == -1 ? bad_file(r, err) : 0;
	}
	/* text moved while it grew: offsets become pointers only now */
	for (size_t i = 0; i < r->ncells; i++)
		r->cells[i].s = r->text.data + (size_t)r->cells[i].s;
	r->number++;
	*row = (struct table_row){ .cells = r->cells,
		.ncells = r->ncells,
		.number = r->number,
		.line = r->line };
	return 1;
}

const struct table_info *
table_info(struct table_reader *r)
{
	if (r->ops->progress != NULL)
		r->ops->progress(r);
	r->info.notes = (const char *const *)r->notes;
	return &r->info;
}

void
note_add(struct table_reader *r, const char *fmt, ...)
{
	va_list ap;

	r->notes = array_room(
	    r->notes, r->info.nnotes, &r->notes_cap, sizeof *r->notes);
	va_start(ap, fmt);
	if (vasprintf(&r->notes[r->info.nnotes], fmt, ap) < 0)
		fatal("out of memory (formatting)");
	va_end(ap);
	r->info.nnotes++;
}

void
columns_add(
    struct table_reader *r, const char *name, size_t len, enum table_kind kind)
{
	struct buf good = BUF_INIT;

	/* only Parquet lets such a name come as far as this */
	if (utf8_validate(name, len) != len) {
		utf8_repair(name, len, &good);
		name = good.data;
		len = good.len;
		note_add(r,
		    "the name of column %zu is not valid UTF-8: it is "
		    "called %s",
		    r->ncolumns + 1, name);
	}
	r->columns = array_room(
	    r->columns, r->ncolumns, &r->columns_cap, sizeof *r->columns);
	r->columns[r->ncolumns++] =
	    (struct table_column){ .name = xstrndup(name, len), .kind = kind };
	strmap_put(r->names, name, len, (int64_t)r->ncolumns, NULL);
	buf_free(&good);
}

/* base, base_2, base_3...: the first that no column of the file and no name
 * given before has; base itself only where it is taken by nobody. */
static char *
free_name(struct table_reader *r, const char *base, size_t from)
{
	char *name;

	for (size_t n = from;; n++) {
		name = xasprintf("%s_%zu", base, n);
		if (strmap_get(r->names, name, strlen(name)) == NULL &&
		    strmap_get(r->taken, name, strlen(name)) == NULL)
			return name;
		free(name);
	}
}

int
columns_done(struct table_reader *r, struct err *err)
{
	const char *p, *end;
	char *name;
	int64_t *times;
	int is_new;

	if (r->ncolumns == 0)
		return err_set(err, "it has no header, hence no columns");
	if (r->ncolumns > TABLE_COLUMNS_MAX)
		return err_set(err, "it has %zu columns, and %d is the most",
		    r->ncolumns, TABLE_COLUMNS_MAX);
	for (size_t i = 0; i < r->ncolumns; i++) {
		/* a name loses the blanks around it */
		for (p = r->columns[i].name; *p == ' ' || *p == '\t'; p++)
			;
		for (end = p + strlen(p); end > p &&
		     (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\n' ||
			 end[-1] == '\r');
		     end--)
			;
		name = xstrndup(p, (size_t)(end - p));
		free((char *)r->columns[i].name);
		r->columns[i].name = name;
		if (name[0] == '\0') {
			r->columns[i].name = free_name(r, "column", i + 1);
			note_add(r, "column %zu has no name: it is called %s",
			    i + 1, r->columns[i].name);
			free(name);
			continue;
		}
		times = strmap_put(r->taken, name, strlen(name), 0, &is_new);
		if (is_new) {
			*times = (int64_t)i + 1;
			continue;
		}
		r->columns[i].name = free_name(r, name, 2);
		strmap_put(r->taken, r->columns[i].name,
		    strlen(r->columns[i].name), (int64_t)i + 1, NULL);
		note_add(r,
		    "columns %lld and %zu are both called %s: the "
		    "second is called %s",
		    (long long)*strmap_get(r->taken, name, strlen(name)), i + 1,
		    name, r->columns[i].name);
		free(name);
	}
	return 0;
}

void
row_add(struct table_reader *r, const char *s, size_t len, bool null,
    enum table_kind kind)
{
	struct table_cell *c;

	r->cells =
	    array_room(r->cells, r->ncells, &r->cells_cap, sizeof *r->cells);
	c = &r->cells[r->ncells++];
	*c = (struct table_cell){ .s = (const char *)r->text.len,
		.len = len,
		.null = null,
		.kind = kind };
	/* the terminating NUL is part of text */
	buf_reserve(&r->text, len + 1);
	if (len > 0)
		memcpy(r->text.data + r->text.len, s, len);
	r->text.data[r->text.len + len] = '\0';
	r->text.len += len + 1;
}

const char *
row_place(const struct table_reader *r, size_t column, char *out, size_t size)
{
	char where[64] = "", name[24];
	const char *column_name = name;

	if (column < r->ncolumns && r->columns[column].name[0] != '\0')
		column_name = r->columns[column].name;
	else
		snprintf(name, sizeof name, "%zu", column + 1);
	if (r->info.format != TABLE_PARQUET)
		snprintf(where, sizeof where, " (%s %llu)",
		    r->info.format == TABLE_XLSX ? "sheet row" : "line",
		    (unsigned long long)r->line);
	if (r->ncolumns == 0)
		snprintf(out, size, "the header, column %zu", column + 1);
	else
		snprintf(out, size, "row %llu%s, column %s",
		    (unsigned long long)r->number + 1, where, column_name);
	return out;
}

size_t
date_iso(int64_t days, char out[DATE_MAX])
{
	int64_t era, doe, yoe, doy, mp, month;

	/* Howard Hinnant, "chrono-compatible low-level date algorithms":
	 * years begin in March, and 400 of them are an era. */
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	month = mp < 10 ? mp + 3 : mp - 9;
	return (size_t)snprintf(out, DATE_MAX,
	    "%04" PRId64 "-%02" PRId64 "-%02" PRId64,
	    yoe + era * 400 + (month <= 2), month,
	    doy - (153 * mp + 2) / 5 + 1);
}
