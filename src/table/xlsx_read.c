/*
 * Reading a sheet of an xlsx file (ECMA-376, part 1, chapter 18), a row at a
 * time: expat stops at the end of each row and goes on at the next call.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/number.h"
#include "xlsx_priv.h"

struct xlsx_state {
	unzFile zip;
	struct xlsx_book book;
	struct xlsx_strings strings;
	struct xlsx_styles styles;
	struct xlsx_part part;
	const char **names; /* of the sheets */

	struct table_reader *r;
	bool ready; /* the header was read */
	bool in_data, in_row, in_cell, have_row, any;
	int collect, phonetic; /* depth inside <v> or <t>, <rPh> */
	uint64_t sheet_row;
	size_t column; /* of the cell, from 0 */
	char type[12];
	size_t style;
	bool have_value, formula;
	struct buf value;
	uint64_t errors;     /* cells that hold one */
	uint64_t uncomputed; /* formulas without a result */
};

/* "BC12" -> column 54; -1 where that is none. */
static long
column_of(const char *ref)
{
	long n = 0;

	for (; *ref >= 'A' && *ref <= 'Z'; ref++) {
		n = n * 26 + (*ref - 'A' + 1);
		if (n > XLSX_COLUMNS)
			return -1;
	}
	return n - 1;
}

/* ---- numbers and dates ---- */

#define DAY_MS 86400000L

/*
 * A serial date as ISO 8601; the length, or 0 where it is none. In the 1900
 * system day 60 is a 29 February that never was, so the days before it count
 * from one day later. Elapsed times are given in hours.
 */
static size_t
date_text(double serial, int kind, bool date1904, char *out, size_t size)
{
	double floored = floor(serial);
	long day, ms;
	int n = 0;

	if (!(serial >= 0 && serial < 2958466))
		return 0;
	day = (long)floored;
	ms = (long)llround((serial - floored) * DAY_MS);
	if (ms == DAY_MS) {
		ms = 0;
		day++;
	}
	if (kind == XLSX_EITHER)
		kind = (day > 0 ? XLSX_DATE : 0) |
		    (ms > 0 || day == 0 ? XLSX_TIME : 0);
	if (ms > 0)
		kind |= XLSX_TIME;
	if (kind & XLSX_DATE && (day > 0 || date1904)) {
		n = (int)date_iso(date1904 ? day - 24107
			: day < 60         ? day - 25568
					   : day - 25569,
		    out);
		day = 0;
	}
	if (kind & XLSX_TIME || n == 0)
		n += snprintf(out + n, size - (size_t)n, "%s%02ld:%02ld:%02ld",
		    n > 0 ? "T" : "", day * 24 + ms / 3600000, ms / 60000 % 60,
		    ms / 1000 % 60);
	if (ms % 1000 != 0)
		n += snprintf(out + n, size - (size_t)n, ".%03ld", ms % 1000);
	return (size_t)n;
}

/* Digits alone, which are kept as they stand: whole numbers of any length
 * that a double may not hold. */
static bool
is_plain_integer(const char *s, size_t len)
{
	size_t i = len > 0 && s[0] == '-';

	if (i == len || len - i > 18 || (s[i] == '0' && len > 1))
		return false;
	for (; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static void
add_number(struct xlsx_state *x)
{
	struct table_reader *r = x->r;
	const char *s = buf_str(&x->value);
	size_t len = x->value.len, n;
	int kind =
	    x->style < x->styles.n ? x->styles.kinds[x->style] : XLSX_NUMBER;
	char out[64];
	double v;

	if (kind == XLSX_NUMBER && is_plain_integer(s, len)) {
		row_add(r, s, len, false, TABLE_INT);
		return;
	}
	if (!number_parse(s, len, &v)) {
		row_add(r, s, len, false, TABLE_TEXT);
		return;
	}
	if (kind != XLSX_NUMBER) {
		n = date_text(v, kind, x->book.date1904, out, sizeof out);
		if (n > 0) {
			row_add(r, out, n, false, TABLE_DATE);
			return;
		}
	}
	if (v == floor(v) && fabs(v) < 9007199254740992.0) {
		n = (size_t)snprintf(out, sizeof out, "%.0f", v + 0.0);
		row_add(r, out, n, false, TABLE_INT);
	} else {
		n = number_double(v, out);
		row_add(r, out, n, false, TABLE_REAL);
	}
}

/* ---- cells ---- */

static void
add_error(struct xlsx_state *x)
{
	char place[256];

	if (x->errors++ == 0)
		note_add(x->r,
		    "cells that hold an error are read as empty; "
		    "the first is %s, with %s",
		    row_place(x->r, x->column, place, sizeof place),
		    buf_str(&x->value));
	row_add(x->r, "", 0, true, TABLE_TEXT);
}

/* As programs write it that do not compute. */
static void
note_uncomputed(struct xlsx_state *x)
{
	char place[256];

	if (x->uncomputed++ == 0)
		note_add(x->r, "formulas that were never computed are read as "
		    "empty; the first is %s: a spreadsheet that opens and "
		    "saves the file computes them",
		    row_place(x->r, x->column, place, sizeof place));
}

static void
add_shared(struct xlsx_state *x)
{
	const char *s;
	char *end;
	struct err err = { 0 };
	unsigned long i = strtoul(buf_str(&x->value), &end, 10);
	size_t len;

	if (*end != '\0' || strings_get(&x->strings, i, &s, &len, &err) == -1) {
		part_fail(&x->part, "sheet row %llu: %s",
		    (unsigned long long)x->r->line,
		    err.text[0] != '\0' ? err.text : "damaged");
		return;
	}
	row_add(x->r, s, len, false, TABLE_TEXT);
}

static void
cell_end(struct xlsx_state *x)
{
	struct table_reader *r = x->r;

	if (x->formula && x->value.len == 0 && strcmp(x->type, "str") != 0)
		note_uncomputed(x);
	if (!x->have_value)
		return;
	if (x->column < r->ncells) {
		part_fail(&x->part,
		    "sheet row %llu: two cells in one place: "
		    "damaged",
		    (unsigned long long)r->line);
		return;
	}
	while (r->ncells < x->column)
		row_add(r, "", 0, true, TABLE_TEXT);
	if (strcmp(x->type, "s") == 0) {
		add_shared(x);
	} else if (strcmp(x->type, "b") == 0) {
		if (strcmp(buf_str(&x->value), "0") == 0)
			row_add(r, "false", 5, false, TABLE_BOOL);
		else
			row_add(r, "true", 4, false, TABLE_BOOL);
	} else if (strcmp(x->type, "e") == 0) {
		add_error(x);
	} else if (strcmp(x->type, "str") == 0 ||
	    strcmp(x->type, "inlineStr") == 0) {
		xstring_decode(&x->value);
		row_add(r, buf_str(&x->value), x->value.len, false, TABLE_TEXT);
	} else if (strcmp(x->type, "d") == 0) {
		row_add(r, buf_str(&x->value), x->value.len, false, TABLE_DATE);
	} else if (x->value.len == 0) {
		row_add(r, "", 0, true, TABLE_TEXT);
	} else {
		add_number(x);
	}
	if (r->ncells > 0)
		x->any |= !r->cells[r->ncells - 1].null;
}

static void
row_start(struct xlsx_state *x, const char **attrs)
{
	const char *ref = xml_attr(attrs, "r");
	unsigned long long n = x->sheet_row + 1;

	if (ref != NULL)
		n = strtoull(ref, NULL, 10);
	if (n <= x->sheet_row || n > XLSX_ROWS) {
		part_fail(&x->part,
		    "a row numbered %.20s after row %llu: "
		    "damaged",
		    ref == NULL ? "" : ref, (unsigned long long)x->sheet_row);
		return;
	}
	x->r->info.blank += x->ready ? n - x->sheet_row - 1 : 0;
	x->sheet_row = x->r->line = n;
	x->in_row = true;
	x->any = false;
	x->column = (size_t)-1;
	row_clear(x->r);
}

static void
cell_start(struct xlsx_state *x, const char **attrs)
{
	const char *ref = xml_attr(attrs, "r"), *type = xml_attr(attrs, "t");
	const char *style = xml_attr(attrs, "s");
	long column = ref == NULL ? (long)(x->column + 1) : column_of(ref);

	if (column < 0 || column >= XLSX_COLUMNS) {
		part_fail(&x->part, "sheet row %llu: a cell at %.20s: damaged",
		    (unsigned long long)x->r->line, ref == NULL ? "" : ref);
		return;
	}
	x->column = (size_t)column;
	snprintf(x->type, sizeof x->type, "%s", type == NULL ? "n" : type);
	x->style = style == NULL ? 0 : strtoul(style, NULL, 10);
	x->have_value = x->formula = false;
	x->in_cell = true;
	buf_clear(&x->value);
}

static void XMLCALL
sheet_start(void *arg, const char *name, const char **attrs)
{
	struct xlsx_part *p = arg;
	struct xlsx_state *x = p->arg;

	name = xml_local(name);
	if (strcmp(name, "sheetData") == 0)
		x->in_data = true;
	else if (!x->in_data)
		return;
	else if (strcmp(name, "row") == 0 && !x->in_row)
		row_start(x, attrs);
	else if (strcmp(name, "c") == 0 && x->in_row && !x->in_cell)
		cell_start(x, attrs);
	else if (!x->in_cell)
		return;
	else if (strcmp(name, "f") == 0)
		x->formula = true;
	else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
		x->collect++;
	else if (strcmp(name, "rPh") == 0)
		x->phonetic++;
}

static void XMLCALL
sheet_end(void *arg, const char *name)
{
	struct xlsx_part *p = arg;
	struct xlsx_state *x = p->arg;

	name = xml_local(name);
	if (strcmp(name, "sheetData") == 0) {
		x->in_data = false;
	} else if (!x->in_data) {
		return;
	} else if (strcmp(name, "row") == 0 && x->in_row) {
		x->in_row = x->in_cell = false;
		x->have_row = true;
		if (p->err.status == ERR_NONE)
			XML_StopParser(p->xml, XML_TRUE);
	} else if (strcmp(name, "c") == 0 && x->in_cell) {
		x->in_cell = false;
		cell_end(x);
	} else if (x->in_cell &&
	    (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)) {
		x->have_value = true;
		x->collect--;
	} else if (x->in_cell && strcmp(name, "rPh") == 0) {
		x->phonetic--;
	}
}

static void XMLCALL
sheet_text(void *arg, const char *text, int len)
{
	struct xlsx_part *p = arg;
	struct xlsx_state *x = p->arg;

	if (!x->in_cell || x->collect == 0 || x->phonetic > 0)
		return;
	buf_add(&x->value, text, (size_t)len);
	if (x->value.len + x->r->text.len > TABLE_RECORD_MAX)
		part_fail(p, "sheet row %llu: more than %zu MB",
		    (unsigned long long)x->r->line, TABLE_RECORD_MAX >> 20);
}

/* The next row that holds anything. */
static int
xlsx_row(struct table_reader *r, struct err *err)
{
	struct xlsx_state *x = r->state;
	int got;

	for (;;) {
		x->have_row = false;
		got = part_parse(&x->part, err);
		if (got == -1)
			return err_prefix(err, "the sheet %s", r->info.sheet);
		if (!x->have_row)
			return 0;
		if (x->any)
			return 1;
		if (x->ready)
			r->info.blank++;
	}
}

static int
xlsx_next(struct table_reader *r, struct err *err)
{
	int got = xlsx_row(r, err);

	if (got != 1)
		return got;
	while (r->ncells < r->ncolumns)
		row_add(r, "", 0, true, TABLE_TEXT);
	/* cells without a value beyond the header are not ragged */
	while (r->ncells > r->ncolumns && r->cells[r->ncells - 1].null)
		r->ncells--;
	return 1;
}

/* ---- opening ---- */

static struct xlsx_sheet *
find_sheet(struct table_reader *r, struct err *err)
{
	struct xlsx_state *x = r->state;
	struct buf all = BUF_INIT;

	if (r->options.sheet == NULL) {
		for (size_t i = 0; i < x->book.nsheets; i++)
			if (!x->book.sheets[i].hidden)
				return &x->book.sheets[i];
		return &x->book.sheets[0];
	}
	for (size_t i = 0; i < x->book.nsheets; i++)
		if (strcmp(x->book.sheets[i].name, r->options.sheet) == 0)
			return &x->book.sheets[i];
	for (size_t i = 0; i < x->book.nsheets; i++)
		buf_addf(
		    &all, "%s%s", i > 0 ? ", " : "", x->book.sheets[i].name);
	err_set_status(err, ERR_NAME, "no sheet is called '%s': it has %s",
	    r->options.sheet, buf_str(&all));
	buf_free(&all);
	return NULL;
}

static int
xlsx_header(struct table_reader *r, struct err *err)
{
	struct xlsx_state *x = r->state;
	const struct table_cell *c;
	int got;

	got = xlsx_row(r, err);
	if (got == -1)
		return -1;
	if (got == 0)
		return err_set(err, "the sheet %s is empty", r->info.sheet);
	while (r->ncells > 0 && r->cells[r->ncells - 1].null)
		r->ncells--;
	for (size_t i = 0; i < r->ncells; i++) {
		c = &r->cells[i];
		columns_add(r, r->text.data + (size_t)c->s, c->len, TABLE_TEXT);
	}
	x->ready = true;
	return columns_done(r, err);
}

static int
xlsx_open(struct table_reader *r, struct err *err)
{
	struct xlsx_state *x = xcalloc(1, sizeof *x);
	struct xlsx_sheet *sheet;

	r->state = x;
	x->r = r;
	x->strings.fd = -1;
	x->zip = unzOpen64(r->path);
	if (x->zip == NULL)
		return err_set(err,
		    "it is no zip file, hence no xlsx, or it "
		    "is damaged or cut short");
	if (book_load(&x->book, x->zip, err) == -1)
		return -1;
	x->names = xcalloc(x->book.nsheets, sizeof *x->names);
	for (size_t i = 0; i < x->book.nsheets; i++)
		x->names[i] = x->book.sheets[i].name;
	r->info.sheets = x->names;
	r->info.nsheets = x->book.nsheets;
	sheet = find_sheet(r, err);
	if (sheet == NULL)
		return -1;
	r->info.sheet = sheet->name;
	if (x->book.strings != NULL && part_exists(x->zip, x->book.strings) &&
	    strings_load(&x->strings, x->zip, x->book.strings, err) == -1)
		return -1;
	if (x->book.styles != NULL && part_exists(x->zip, x->book.styles) &&
	    styles_load(&x->styles, x->zip, x->book.styles, err) == -1)
		return -1;
	if (part_open(&x->part, x->zip, sheet->part, sheet_start, sheet_end,
		sheet_text, x, err) == -1)
		return -1;
	return xlsx_header(r, err);
}

static void
xlsx_progress(struct table_reader *r)
{
	struct xlsx_state *x = r->state;

	r->info.done = x->part.done;
	r->info.total = x->part.size;
}

static void
xlsx_close(struct table_reader *r)
{
	struct xlsx_state *x = r->state;

	if (x == NULL)
		return;
	part_close(&x->part);
	strings_free(&x->strings);
	free(x->styles.kinds);
	book_free(&x->book);
	free(x->names);
	buf_free(&x->value);
	if (x->zip != NULL)
		unzClose(x->zip);
	free(x);
}

const struct reader_ops xlsx_reader_ops = {
	.open = xlsx_open,
	.next = xlsx_next,
	.progress = xlsx_progress,
	.close = xlsx_close,
};
