/*
 * Writing xlsx, over libxlsxwriter in its mode of constant memory: rows go to
 * a temporary file (in the target's folder, without a name) as they come.
 *
 * The library does not look whether its temporary files could be written, so
 * the finished file is read back before it gets its name.
 */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/number.h"
#include "tagtiger/utf8.h"
#include "xlsx_priv.h"

#define CELL_MAX 32767 /* UTF-16 units, as Excel counts */
/* Excel keeps 15 digits of a number: longer ones are names, not numbers. */
#define INT_MAX_DIGITS 999999999999999

struct xlsx_writer {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *day, *stamp; /* of cells that are dates */
	char *folder;
	locale_t c_locale; /* libxlsxwriter prints numbers by printf */
	struct buf text;
	uint64_t last_row; /* of the sheet, from 1, that holds anything */
};

/* Bytes of s that fill at most CELL_MAX units, never cutting a character in
 * two. */
static size_t
fitting(const char *s, size_t len)
{
	size_t units = 0, i = 0, n;
	int32_t cp;

	if (len <= CELL_MAX)
		return len;
	while (i < len) {
		n = utf8_decode(s + i, len - i, &cp);
		units += cp > 0xffff ? 2 : 1;
		if (n == 0 || units > CELL_MAX)
			break;
		i += n;
	}
	return i;
}

/*
 * Text as XML can hold it: control characters and the two last ones of the
 * plane as _xHHHH_, and what only looks like such an escape escaped itself.
 * The library counts the escapes' characters, so they are cut to its limit.
 */
static void
xstring_encode(struct buf *b, const char *s, size_t len)
{
	size_t from = 0;
	unsigned char c;

	buf_clear(b);
	for (size_t i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if ((c < 0x20 && c != '\t' && c != '\n')) {
			buf_add(b, s + from, i - from);
			buf_addf(b, "_x%04X_", c);
			from = i + 1;
		} else if (c == 0xef && len - i >= 3 &&
		    (s[i + 1] & 0xff) == 0xbf && (s[i + 2] & 0xfe) == 0xbe) {
			buf_add(b, s + from, i - from);
			buf_adds(b, (s[i + 2] & 1) ? "_xFFFF_" : "_xFFFE_");
			i += 2;
			from = i + 1;
		} else if (c == '_' && len - i >= 7 && s[i + 1] == 'x' &&
		    s[i + 6] == '_' &&
		    strspn(s + i + 2, "0123456789abcdefABCDEF") >= 4) {
			buf_add(b, s + from, i - from);
			buf_adds(b, "_x005F_"); /* the underscore itself */
			from = i + 1;
		}
	}
	buf_add(b, s + from, len - from);
}

static int
put_text(struct table_writer *w, lxw_row_t row, lxw_col_t col, const char *s,
    size_t len)
{
	struct xlsx_writer *x = w->state;
	size_t keep = fitting(s, len);

	xstring_encode(&x->text, s, keep);
	while (utf8_count(x->text.data, x->text.len) > CELL_MAX) {
		/* escapes made it too long: some hundred characters less */
		keep = fitting(s, keep);
		keep = keep > 512 ? keep - 512 : 0;
		while (keep > 0 && (s[keep] & 0xc0) == 0x80)
			keep--;
		xstring_encode(&x->text, s, keep);
	}
	w->written.truncated += keep < len;
	return worksheet_write_string(x->sheet, row, col, x->text.data, NULL);
}

static bool
is_text(const struct table_value *v)
{
	return v->kind == TABLE_TEXT || v->kind == TABLE_DATE ||
	    v->kind == TABLE_JSON;
}

/* Days as Excel counts them, which it does right from March 1900 on; false:
 * it cannot hold the moment, or not all of its digits. */
static bool
excel_date(const struct table_value *v, double *serial)
{
	int64_t days, us;
	enum table_kind is = table_moment(v->text.s, v->text.len, &days, &us);

	*serial = (double)(days + 25569) + (double)us / 86400e6;
	return (is == TABLE_DAY || is == TABLE_STAMP) && us % 1000 == 0 &&
	    *serial >= 61 && *serial < 2958466;
}

static int
put_value(struct table_writer *w, lxw_row_t row, lxw_col_t col,
    const struct table_value *v)
{
	struct xlsx_writer *x = w->state;
	char number[NUMBER_MAX];
	enum table_kind kind;
	const char *s;
	size_t len;
	double d = 0;

	/* Excel knows no NaN, and an empty string is an empty cell */
	if (v->null ||
	    ((v->kind == TABLE_REAL || v->kind == TABLE_FLOAT) &&
		isnan(v->d)) ||
	    (is_text(v) && v->text.len == 0))
		return LXW_NO_ERROR;
	x->last_row = row + 1;
	if (v->kind == TABLE_DATE && row > 0 && excel_date(v, &d)) {
		kind = w->columns[col].kind;
		if (kind == TABLE_DAY || kind == TABLE_STAMP)
			return worksheet_write_number(x->sheet, row, col, d,
			    kind == TABLE_DAY ? x->day : x->stamp);
	}
	switch (v->kind) {
	case TABLE_BOOL:
		return worksheet_write_boolean(x->sheet, row, col, v->b, NULL);
	case TABLE_INT:
		if (v->i > INT_MAX_DIGITS || v->i < -INT_MAX_DIGITS) {
			s = value_string(v, number, &len);
			return put_text(w, row, col, s, len);
		}
		return worksheet_write_number(
		    x->sheet, row, col, (double)v->i, NULL);
	case TABLE_REAL:
	case TABLE_FLOAT:
		s = value_string(v, number, &len);
		if (isinf(v->d))
			return put_text(w, row, col, s, len);
		/* a float's few digits, not those of its double */
		number_parse(s, len, &d);
		return worksheet_write_number(x->sheet, row, col, d, NULL);
	default:
		value_text(w, v, &s, &len);
		return put_text(w, row, col, s, len);
	}
}

static int
xlsx_row_put(struct table_writer *w, lxw_row_t row, const struct table_value *v,
    struct err *err)
{
	struct xlsx_writer *x = w->state;
	locale_t old = uselocale(x->c_locale);
	int status = LXW_NO_ERROR;

	for (size_t i = 0; i < w->ncolumns && status == LXW_NO_ERROR; i++)
		status = put_value(w, row, (lxw_col_t)i, &v[i]);
	uselocale(old);
	if (status != LXW_NO_ERROR)
		return err_set(
		    err, "row %u: %s", row, lxw_strerror((lxw_error)status));
	if (x->sheet->optimize_tmpfile != NULL &&
	    ferror(x->sheet->optimize_tmpfile))
		return err_set(err, "it cannot be written: is "
		    "the disk full? then free some space");
	return 0;
}

static int
xlsx_put(struct table_writer *w, const struct table_value *v, struct err *err)
{
	if (w->written.rows + 1 >= XLSX_ROWS)
		return err_set(err,
		    "an xlsx sheet holds %d rows below its "
		    "header: export csv or parquet",
		    XLSX_ROWS - 1);
	return xlsx_row_put(w, (lxw_row_t)w->written.rows + 1, v, err);
}

/* Excel's rules for the name of a sheet. */
static int
check_sheet_name(const char *name, struct err *err)
{
	size_t n = utf8_count(name, strlen(name));

	if (n == 0 || n > 31 || name[strcspn(name, "[]:*?/\\")] != '\0' ||
	    name[0] == '\'' || name[strlen(name) - 1] == '\'')
		return err_set(err,
		    "'%s' cannot be the name of a sheet: 1 to "
		    "31 characters without [ ] : * ? / \\ and no ' at an end",
		    name);
	return 0;
}

static int
xlsx_create(struct table_writer *w, struct err *err)
{
	struct xlsx_writer *x = xcalloc(1, sizeof *x);
	const char *slash = strrchr(w->temp, '/');
	lxw_workbook_options o = { .constant_memory = LXW_TRUE,
		.use_zip64 = LXW_TRUE };
	struct table_value *names;
	int ret;

	w->state = x;
	x->folder = slash == NULL
	    ? xstrdup(".")
	    : xstrndup(
		  w->temp, slash == w->temp ? 1 : (size_t)(slash - w->temp));
	x->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (w->options.sheet != NULL &&
	    check_sheet_name(w->options.sheet, err) == -1)
		return -1;
	o.tmpdir = x->folder;
	x->book = workbook_new_opt(w->temp, &o);
	if (x->book != NULL)
		x->sheet = workbook_add_worksheet(x->book, w->options.sheet);
	if (x->sheet == NULL)
		return err_set(err,
		    "it cannot be written: no room for "
		    "temporary files in its folder?");
	worksheet_freeze_panes(x->sheet, 1, 0);
	x->day = workbook_add_format(x->book);
	format_set_num_format(x->day, "yyyy\\-mm\\-dd");
	x->stamp = workbook_add_format(x->book);
	format_set_num_format(x->stamp, "yyyy\\-mm\\-dd hh:mm:ss.000");
	names = xcalloc(w->ncolumns, sizeof *names);
	for (size_t i = 0; i < w->ncolumns; i++)
		names[i] = table_text(w->columns[i].name);
	ret = xlsx_row_put(w, 0, names, err);
	free(names);
	return ret;
}

/* Read the file to its end: the last row that holds anything must be there. */
static int
read_back(struct table_writer *w, struct err *err)
{
	struct xlsx_writer *x = w->state;
	struct table_options o = { .format = TABLE_XLSX };
	struct table_reader *r = table_open(w->temp, &o, err);
	struct table_row row;
	uint64_t line = 1;
	int got = -1;

	while (r != NULL && (got = table_next(r, &row, err)) == 1)
		line = row.line;
	table_close(r);
	if (got == 0 && line == x->last_row)
		return 0;
	return err_set(err,
	    "it cannot be written (what was written cannot "
	    "be read back): is the disk full? then free some space");
}

static int
xlsx_finish(struct table_writer *w, struct err *err)
{
	struct xlsx_writer *x = w->state;
	FILE *rows = x->sheet->optimize_tmpfile;
	locale_t old;
	lxw_error status;

	if (rows != NULL && (fflush(rows) != 0 || ferror(rows)))
		return err_set_errno(err, "it cannot be written");
	old = uselocale(x->c_locale);
	errno = 0;
	status = workbook_close(x->book);
	uselocale(old);
	x->book = NULL;
	if (status != LXW_NO_ERROR)
		return err_set(err, "it cannot be written: %s: is the disk "
		    "full? then free some space", lxw_strerror(status));
	return read_back(w, err);
}

static void
xlsx_close(struct table_writer *w)
{
	struct xlsx_writer *x = w->state;

	if (x == NULL)
		return;
	if (x->book != NULL)
		lxw_workbook_free(x->book);
	if (x->c_locale != (locale_t)0)
		freelocale(x->c_locale);
	buf_free(&x->text);
	free(x->folder);
	free(x);
}

const struct writer_ops xlsx_writer_ops = {
	.columns_max = XLSX_COLUMNS,
	.by_name = true,
	.open = xlsx_create,
	.put = xlsx_put,
	.finish = xlsx_finish,
	.close = xlsx_close,
};
