#include <locale.h>
#include <signal.h>
#include <sys/resource.h>

#include "table_check.h"

static void
test_as_openpyxl(void **state)
{
	struct table_options o = { .sheet = "data" };
	size_t cells = 0;

	(void)state;
	cells += compare_table(
	    DATA "types.xlsx", &o, DATA "types.xlsx.data.expected");
	cells += compare_table(
	    DATA "mac1904.xlsx", &o, DATA "mac1904.xlsx.data.expected");
	cells += compare_table(
	    DATA "byhand.xlsx", NULL, DATA "byhand.xlsx.expected");
	cells += compare_table(
	    DATA "prefix.xlsx", NULL, DATA "prefix.xlsx.expected");
	assert_int_equal(cells, 35 + 35 + 20 + 1);
}

static void
test_sheets(void **state)
{
	struct table_options o = { .sheet = "Zweites Blatt" };
	const struct table_info *info;
	struct table_reader *r;
	struct table_row row;

	(void)state;
	r = open_ok(DATA "types.xlsx", NULL);
	info = table_info(r);
	assert_string_equal(info->sheet, "data"); /* the first is hidden */
	assert_int_equal(info->nsheets, 3);
	assert_string_equal(info->sheets[0], "hidden");
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.cells[0].kind, TABLE_INT);
	assert_int_equal(row.cells[3].kind, TABLE_REAL);
	assert_int_equal(row.cells[4].kind, TABLE_DATE);
	assert_int_equal(row.cells[5].kind, TABLE_BOOL);
	assert_int_equal(row.line, 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.line, 6); /* row 5 is blank */
	assert_int_equal(row.number, 4);
	table_close(r);

	r = open_ok(DATA "types.xlsx", &o);
	assert_int_equal(table_ncolumns(r), 4);
	assert_string_equal(table_column(r, 0)->name, "column_1");
	assert_string_equal(table_column(r, 3)->name, "name_2");
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_true(row.cells[0].null);
	assert_string_equal(row.cells[3].s, "y");
	assert_int_equal(row.line, 3);
	table_close(r);
	o.sheet = "absent";
	expect_error(DATA "types.xlsx", &o,
	    "no sheet is called 'absent': it has hidden, data, Zweites");
}

static void
test_notes(void **state)
{
	struct table_reader *r = open_ok(DATA "byhand.xlsx", NULL);
	const struct table_info *info;
	struct table_row row;

	(void)state;
	while (table_next(r, &row, NULL) == 1)
		;
	info = table_info(r);
	assert_int_equal(info->nnotes, 2);
	assert_string_equal(info->notes[1],
	    "cells that hold an error are "
	    "read as empty; the first is row 2 (sheet row 6), column b, with "
	    "#DIV/0!");
	assert_int_equal(info->blank, 3);
	assert_int_equal(info->done, info->total);
	table_close(r);
}

static void
test_formulas(void **state)
{
	static const char *const want[] = { "2", "", "", "" };
	struct table_reader *r = open_ok(DATA "formula.xlsx", NULL);
	const struct table_info *info;
	struct table_row row;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(table_next(r, &row, NULL), 1);
		assert_string_equal(row.cells[1].s, want[i]);
		assert_int_equal(row.cells[1].null, i == 1 || i == 2);
	}
	info = table_info(r);
	assert_int_equal(info->nnotes, 1);
	assert_non_null(strstr(info->notes[0], "never computed are read as "
	    "empty; the first is row 2 (sheet row 3), column b"));
	table_close(r);
}

static void
test_dates(void **state)
{
	(void)state;
	dates_there_and_back("dates.xlsx", TABLE_XLSX);
}

static void
test_hostile(void **state)
{
	struct table_reader *r;
	struct table_row row;

	(void)state;
	expect_error(DATA "bad_bomb.xlsx", NULL, "zip bomb");
	expect_error(DATA "bad_entity.xlsx", NULL, "declares a document type");
	expect_error(
	    DATA "bad_external.xlsx", NULL, "declares a document type");
	expect_error(DATA "bad_string.xlsx", NULL,
	    "a string that is not "
	    "there");
	expect_error(DATA "bad_column.xlsx", NULL, "a cell at XFE2");
	expect_error(DATA "bad_row.xlsx", NULL, "a row numbered 1048577");
	expect_error(DATA "bad_order.xlsx", NULL, "two cells in one place");
	expect_error(DATA "bad_xml.xlsx", NULL, "no valid XML");
	expect_error(DATA "bad_nobook.xlsx", NULL, "no workbook");
	expect_error(DATA "bad_cut.xlsx", NULL, "cut short");
	expect_error(DATA "bad_flip.xlsx", NULL, "damaged");
	/* the last column there may be: a ragged row, not an error */
	r = open_ok(DATA "wide.xlsx", NULL);
	assert_int_equal(table_ncolumns(r), 1);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.ncells, 16384);
	assert_string_equal(row.cells[16383].s, "2");
	table_close(r);
}

/* 38 MB of strings, of which some are in memory and some are not. */
static void
test_many_strings(void **state)
{
	struct table_reader *r = open_ok(DATA "strings.xlsx", NULL);
	struct table_row row;
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 1200; i++) {
		assert_int_equal(table_next(r, &row, &err), 1);
		assert_int_equal(atoi(row.cells[0].s), i * 7 % 1200);
		assert_int_equal(
		    strspn(strchr(row.cells[0].s, ' ') + 1, "x"), 32000);
	}
	assert_int_equal(table_next(r, &row, &err), 0);
	table_close(r);
}

/* ---- writing ---- */

static const struct table_column columns[] = {
	{ "id", TABLE_TEXT },
	{ "text", TABLE_TEXT },
	{ "n", TABLE_INT },
	{ "p", TABLE_REAL },
	{ "f", TABLE_FLOAT },
	{ "yes", TABLE_BOOL },
};
#define NCOLUMNS 6

static void
test_round_trip(void **state)
{
	static const struct {
		const char *id, *text, *n, *p, *f, *yes;
	} want[] = {
		{ "007", "=HYPERLINK(\"x\")", "999999999999999", "0.1", "0.1",
		    "true" },
		{ "1e5", "tab\tcr\rbell\a _x0041_ \xef\xbf\xbf <&>",
		    "-9223372036854775808", "1e+300", "-2.5", "false" },
		{ "  blanks ", "new\nline \xf0\x9f\x98\x80", "0", "inf", "1",
		    "true" },
		{ "end", NULL, NULL, NULL, NULL, NULL },
	};
	struct table_value v[4][NCOLUMNS] = {
		{ table_text(want[0].id), table_text(want[0].text),
		    table_int(999999999999999), table_real(0.1),
		    table_float(0.1f), { .kind = TABLE_BOOL, .b = true } },
		{ table_text(want[1].id), table_text(want[1].text),
		    table_int(INT64_MIN), table_real(1e300), table_float(-2.5f),
		    { .kind = TABLE_BOOL } },
		{ table_text(want[2].id), table_text(want[2].text),
		    table_int(0), table_real(1.0 / 0.0), table_float(1),
		    { .kind = TABLE_BOOL, .b = true } },
		{ table_text(want[3].id), table_text(""), table_null(),
		    table_real(0.0 / 0.0), table_null(), table_null() },
	};
	struct table_write_options o = { .sheet = "Étiquettes" };
	struct table_written written;
	struct table_reader *r;
	struct table_writer *w;
	struct table_row row;
	struct err err = { 0 };

	(void)state;
	/* where a locale with decimal commas is installed, it must not show */
	setlocale(LC_ALL, "de_DE.UTF-8");
	w = table_create(
	    scratch("r.xlsx"), TABLE_XLSX, columns, NCOLUMNS, &o, &err);
	assert_non_null(w);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(table_put(w, v[i], &err), 0);
	assert_int_equal(table_finish(w, &written, &err), 0);
	setlocale(LC_ALL, "C");
	assert_int_equal(written.rows, 4);
	assert_int_equal(written.truncated, 0);
	assert_int_equal(scratch_count(), 1);

	r = open_ok(scratch("r.xlsx"), NULL);
	assert_string_equal(table_info(r)->sheet, "Étiquettes");
	for (size_t i = 0; i < 4; i++) {
		const char *const cells[] = { want[i].id, want[i].text,
			want[i].n, want[i].p, want[i].f, want[i].yes };

		assert_int_equal(table_next(r, &row, &err), 1);
		for (size_t c = 0; c < NCOLUMNS; c++) {
			assert_int_equal(row.cells[c].null, cells[c] == NULL);
			if (cells[c] != NULL)
				assert_string_equal(row.cells[c].s, cells[c]);
		}
	}
	assert_int_equal(table_next(r, &row, &err), 0);
	table_close(r);
}

static struct table_writer *
one_column(const char *name, enum table_kind kind)
{
	struct table_column one = { "t", kind };

	return table_create(scratch(name), TABLE_XLSX, &one, 1, NULL, NULL);
}

/* A cell holds 32,767 UTF-16 units: what is cut is counted, and cut between
 * characters. */
static void
test_long_cells(void **state)
{
	char *text = xmalloc(80000);
	struct table_value v[4];
	struct table_written written;
	struct table_writer *w = one_column("l.xlsx", TABLE_TEXT);
	struct table_reader *r;
	struct table_row row;

	(void)state;
	memset(text, 'a', 32767);
	v[0] = table_textn(text, 32767);
	assert_int_equal(table_put(w, v, NULL), 0);
	memset(text, 'b', 32768);
	v[0] = table_textn(text, 32768);
	assert_int_equal(table_put(w, v, NULL), 0);
	for (size_t i = 0; i < 20000; i++)
		memcpy(text + 4 * i, "\xf0\x9f\x98\x80", 4);
	v[0] = table_textn(text, 80000);
	assert_int_equal(table_put(w, v, NULL), 0);
	/* escapes count in full */
	memset(text, '\a', 30000);
	v[0] = table_textn(text, 30000);
	assert_int_equal(table_put(w, v, NULL), 0);
	assert_int_equal(table_finish(w, &written, NULL), 0);
	assert_int_equal(written.truncated, 3);
	free(text);
	r = open_ok(scratch("l.xlsx"), NULL);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.cells[0].len, 32767);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.cells[0].len, 32767);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.cells[0].len, 32766 / 2 * 4);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_true(row.cells[0].len > 4000 && row.cells[0].len <= 4681);
	table_close(r);
}

static void
test_limits(void **state)
{
	struct table_column *many = xcalloc(16385, sizeof *many);
	struct table_value v = table_int(1);
	struct table_write_options o = { .sheet = "a/b" };
	struct err err = { 0 };
	struct table_writer *w;

	(void)state;
	for (int i = 0; i < 16385; i++)
		many[i].name = xasprintf("c%d", i);
	assert_null(table_create(
	    scratch("c.xlsx"), TABLE_XLSX, many, 16385, NULL, &err));
	assert_non_null(strstr(err.text,
	    "xlsx holds 16384 at most: export "
	    "csv or parquet"));
	assert_null(
	    table_create(scratch("c.xlsx"), TABLE_XLSX, many, 1, &o, &err));
	assert_non_null(strstr(err.text, "'a/b' cannot be the name"));
	w = table_create(
	    scratch("c.xlsx"), TABLE_XLSX, many, 16384, NULL, &err);
	assert_non_null(w);
	table_abandon(w);
	assert_int_equal(scratch_count(), 0);
	free((char *)many[1].name);
	many[1].name = many[0].name;
	assert_null(
	    table_create(scratch("c.xlsx"), TABLE_XLSX, many, 2, NULL, &err));
	assert_non_null(strstr(err.text, "two columns would be called c0"));
	free((char *)many[0].name);
	for (int i = 2; i < 16385; i++)
		free((char *)many[i].name);
	free(many);

	w = one_column("rows.xlsx", TABLE_INT);
	for (int i = 0; i < 1048575; i++)
		if (table_put(w, &v, &err) == -1)
			fail_msg("row %d: %s", i, err.text);
	assert_int_equal(table_put(w, &v, &err), -1);
	assert_non_null(strstr(err.text,
	    "holds 1048575 rows below its "
	    "header"));
	/* and the rest cannot be finished as if it were whole */
	assert_int_equal(table_finish(w, NULL, &err), -1);
	assert_int_equal(scratch_count(), 0);
}

/* A file size limit acts as a full disk does: no format may take the failure
 * for success, replace an older file, or leave anything behind. */
static void
test_full_disk(void **state)
{
	static const enum table_format formats[] = { TABLE_CSV, TABLE_XLSX,
		TABLE_PARQUET, TABLE_JSONL };
	struct table_column one = { "t", TABLE_TEXT };
	struct rlimit limit = { 200000, RLIM_INFINITY };
	struct err err = { 0 };
	struct table_writer *w;
	char text[1000], *left;
	struct table_value v;
	unsigned seed = 1;
	int status;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (size_t f = 0; f < 4; f++) {
		scratch_text("full", "older");
		w = table_create(
		    scratch("full"), formats[f], &one, 1, NULL, &err);
		assert_non_null(w);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		status = 0;
		for (int i = 0; i < 2000 && status == 0; i++) {
			for (size_t k = 0; k < sizeof text; k++) {
				seed = seed * 1103515245 + 12345;
				text[k] = (char)('!' + (seed >> 16) % 90);
			}
			v = table_textn(text, sizeof text);
			status = table_put(w, &v, &err);
		}
		status |= table_finish(w, NULL, &err);
		limit.rlim_cur = RLIM_INFINITY;
		setrlimit(RLIMIT_FSIZE, &limit);
		limit.rlim_cur = 200000;
		assert_int_equal(status, -1);
		assert_int_equal(scratch_count(), 1);
		left = file_read(scratch("full"), NULL);
		assert_string_equal(left, "older");
		free(left);
	}
}

static void
test_unwritable(void **state)
{
	struct table_column one = { "t", TABLE_TEXT };
	struct err err = { 0 };

	(void)state;
	assert_null(table_create(
	    scratch("no/such/folder.csv"), TABLE_CSV, &one, 1, NULL, &err));
	assert_non_null(strstr(err.text, "No such file"));
	assert_null(table_create(scratch_dir, TABLE_CSV, &one, 1, NULL, &err));
	assert_non_null(strstr(err.text, "it is a folder"));
	assert_null(table_create("/dev/null", TABLE_XLSX, &one, 1, NULL, &err));
	assert_non_null(strstr(err.text, "only be written to a file"));
	assert_null(
	    table_create(scratch("x"), TABLE_AUTO, &one, 1, NULL, &err));
	assert_int_equal(scratch_count(), 0);
}

/* The file takes the old one's rights and, behind a link, its place. */
static void
test_in_place(void **state)
{
	struct table_column one = { "t", TABLE_TEXT };
	struct table_value v = table_text("new");
	struct table_writer *w;
	struct stat st;
	char target[256], *text;

	(void)state;
	strcpy(target, scratch_text("old.csv", "old\n"));
	assert_int_equal(chmod(target, 0640), 0);
	assert_int_equal(symlink("old.csv", scratch("link.csv")), 0);
	w = table_create(scratch("link.csv"), TABLE_CSV, &one, 1, NULL, NULL);
	assert_int_equal(table_put(w, &v, NULL), 0);
	assert_int_equal(table_finish(w, NULL, NULL), 0);
	assert_int_equal(lstat(scratch("link.csv"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	text = file_read(target, NULL);
	assert_string_equal(text, "t\nnew\n");
	free(text);
	/* a device is written as it is */
	w = table_create("/dev/full", TABLE_CSV, &one, 1, NULL, NULL);
	assert_non_null(w);
	assert_int_equal(table_put(w, &v, NULL), 0);
	assert_int_equal(table_finish(w, NULL, NULL), -1);
}

int
main(void)
{
#define IN_SCRATCH(t) \
	cmocka_unit_test_setup_teardown(t, scratch_make, scratch_remove)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_openpyxl),
		cmocka_unit_test(test_sheets),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_formulas),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many_strings),
		IN_SCRATCH(test_round_trip),
		IN_SCRATCH(test_long_cells),
		IN_SCRATCH(test_limits),
		IN_SCRATCH(test_full_disk),
		IN_SCRATCH(test_unwritable),
		IN_SCRATCH(test_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
