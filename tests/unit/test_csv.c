#include "table_check.h"

/* Files that pandas wrote, cell by cell as pandas reads them. */
static void
test_as_pandas(void **state)
{
	static const struct {
		const char *name;
		char sep;
		const char *given, *encoding;
		bool assumed;
	} files[] = {
		{ "comma.csv", ',', NULL, "UTF-8", true },
		{ "semicolon.csv", ';', NULL, "UTF-8", true },
		{ "tab.csv", '\t', NULL, "UTF-8", true },
		{ "pipe.csv", '|', NULL, "UTF-8", true },
		{ "bom.csv", ',', NULL, "UTF-8", false },
		{ "utf16.csv", ',', NULL, "UTF-16LE", false },
		{ "cp1252.csv", ',', "windows-1252", "windows-1252", false },
		{ "sjis.csv", ',', "shift_jis", "shift_jis", false },
		{ "crlf.csv", ',', NULL, "UTF-8", true },
		{ "quoted.csv", ',', NULL, "UTF-8", true },
		{ "mac.csv", ',', NULL, "UTF-8", true },
		{ "odd.csv", ',', NULL, "UTF-8", true },
	};
	struct table_options o = { 0 };
	char path[128], expected[160];
	struct table_reader *r;
	size_t cells = 0;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, DATA "%s", files[i].name);
		snprintf(expected, sizeof expected, "%s.expected", path);
		o.encoding = files[i].given;
		cells += compare_table(path, &o, expected);
		r = open_ok(path, &o);
		assert_int_equal(table_info(r)->sep, files[i].sep);
		assert_string_equal(table_info(r)->encoding, files[i].encoding);
		assert_int_equal(
		    table_info(r)->encoding_assumed, files[i].assumed);
		table_close(r);
	}
	assert_int_equal(cells, 9 * 15 + 2 * 2 + 3 * 2 + 4 * 3);
}

/* Another encoding than UTF-8 is refused, with the place and a likely one. */
static void
test_other_encodings(void **state)
{
	static const char late[] = "id,text\n1,ok\n2,\"line\nbr\xe9"
				   "ak\"\n";
	static const char zeros[] = "i\0d\0,\0t\0\n\0"
				    "1\0,\0a\0\n\0";
	struct table_options o = { .encoding = "no-such" };
	struct table_reader *r;
	struct table_row row;

	(void)state;
	assert_int_equal(
	    expect_error(DATA "cp1252.csv", NULL,
		"row 4 (line 6), column text: the byte 0xE9 is not valid "
		"UTF-8: "
		"give the file's encoding (--encoding windows-1252?)"),
	    3);
	expect_error(DATA "sjis.csv", NULL, "--encoding Shift_JIS?");
	assert_int_equal(
	    expect_error(scratch_write("late.csv", late, sizeof late - 1), NULL,
		"row 2 (line 3), column text"),
	    1);
	expect_error(scratch_write("zeros.csv", zeros, sizeof zeros - 1), NULL,
	    "UTF-16LE?");
	expect_error(DATA "comma.csv", &o, "no encoding is called 'no-such'");
	o.encoding = "latin1//IGNORE";
	expect_error(DATA "comma.csv", &o, "no encoding is called");
	/* one that the bytes are not in */
	o.encoding = "shift_jis";
	expect_error(scratch_text("late.csv", "id,t\n1,a\xff\n"), &o,
	    "row 1 (line 2), column t: the byte 0xFF is not valid shift_jis");
	/* replaced when asked, and counted */
	o = (struct table_options){ .replace_invalid = true };
	r = open_ok(scratch_write("late.csv", late, sizeof late - 1), &o);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[1].s,
	    "line\nbr\xef\xbf\xbd"
	    "ak");
	assert_int_equal(table_next(r, &row, NULL), 0);
	assert_int_equal(table_info(r)->replaced, 1);
	table_close(r);
}

static void
test_nul(void **state)
{
	struct table_options o = { .replace_invalid = true };
	struct table_reader *r;
	struct table_row row;
	const char *path;

	(void)state;
	path = scratch_write("nul.csv", "id,t\n1,ok\n2,a\0b\n3,c\n", 20);
	assert_int_equal(
	    expect_error(path, NULL, "row 2 (line 3), column t: a NUL byte"),
	    1);
	r = open_ok(path, &o);
	for (int i = 0; i < 2; i++)
		assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[1].s,
	    "a\xef\xbf\xbd"
	    "b");
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[1].s, "c");
	assert_int_equal(table_info(r)->replaced, 1);
	table_close(r);
	/* in an encoding that iconv converts, too */
	o = (struct table_options){ .encoding = "utf-16le" };
	path = scratch_write("nul.csv",
	    "a\0,\0b\0\n\0"
	    "1\0,\0\0\0\n\0",
	    16);
	expect_error(path, &o, "row 1 (line 2), column b");
}

/* Rows of other lengths are given as they are: the importer decides. */
static void
test_ragged(void **state)
{
	static const size_t cells[] = { 2, 4, 3, 1, 3 };
	static const uint64_t lines[] = { 2, 3, 6, 7, 8 };
	static const char text[] = "a,b,c\n1,2\n1,2,\"x\n\n\",4\n1,2,3\n"
				   "alone\n,,\n\n";
	struct table_reader *r;
	struct table_row row;

	(void)state;
	r = open_ok(scratch_write("ragged.csv", text, sizeof text - 1), NULL);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(table_next(r, &row, NULL), 1);
		assert_int_equal(row.ncells, cells[i]);
		assert_int_equal(row.number, i + 1);
		assert_int_equal(row.line, lines[i]);
	}
	assert_int_equal(table_next(r, &row, NULL), 0);
	assert_int_equal(table_info(r)->blank, 1);
	assert_int_equal(table_info(r)->done, sizeof text - 1);
	assert_int_equal(table_info(r)->total, sizeof text - 1);
	table_close(r);
}

static void
test_quotes(void **state)
{
	struct table_options o = { .no_quotes = true };
	struct table_reader *r;
	struct table_row row;
	const char *path;

	(void)state;
	path = scratch_text("q.csv", "id,t\n1,\"a\nb\"\n2,\"open\nx\ny\n");
	assert_int_equal(
	    expect_error(path, NULL,
		"row 2 (line 4), column t: the quote opened on line 4 is never "
		"closed"),
	    1);
	path = scratch_text("q.csv", "id,t\n1,\"a\"b\n2,c\n");
	expect_error(path, NULL,
	    "row 1 (line 2), column t: text follows a closing quote");
	path = scratch_text("q.csv", "id\tt\n1\t\"open\n2\tx\"y\n");
	r = open_ok(path, &o);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[1].s, "\"open");
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[1].s, "x\"y");
	table_close(r);
}

static void
test_header(void **state)
{
	static const char *const names[] = { "id", "column_2", "x", "x_2",
		"x_3", "x_4", "column_7" };
	static const char text[] = "id,, x ,x,x_2,x,\n1,2,3,4,5,6,7\n";
	struct table_reader *r;
	struct table_options o = { .sep = ';' };
	const struct table_info *info;

	(void)state;
	r = open_ok(scratch_write("head.csv", text, sizeof text - 1), NULL);
	assert_int_equal(table_ncolumns(r), 7);
	for (size_t i = 0; i < 7; i++) {
		if (i == 3 || i == 4 || i == 5)
			continue;
		assert_string_equal(table_column(r, i)->name, names[i]);
	}
	/* x_2 is the fifth column's own name */
	assert_string_equal(table_column(r, 3)->name, "x_3");
	assert_string_equal(table_column(r, 4)->name, "x_2");
	assert_string_equal(table_column(r, 5)->name, "x_4");
	info = table_info(r);
	assert_int_equal(info->nnotes, 4);
	assert_string_equal(
	    info->notes[0], "column 2 has no name: it is called column_2");
	assert_string_equal(info->notes[1],
	    "columns 3 and 4 are both called x: the second is called x_3");
	assert_int_equal(table_column_find(r, "x_2"), 4);
	assert_int_equal(table_column_find(r, "ID"), 0);
	assert_int_equal(table_column_find(r, "nope"), -1);
	table_close(r);
	r = open_ok(scratch_text("head.csv", "sep=;\na;b,c\n1;2\n"), NULL);
	assert_int_equal(table_ncolumns(r), 2);
	assert_string_equal(table_column(r, 1)->name, "b,c");
	table_close(r);
	r = open_ok(scratch_text("head.csv", "a,b\n1,2\n"), &o);
	assert_int_equal(table_ncolumns(r), 1);
	table_close(r);
	/* one column needs no separator */
	r = open_ok(scratch_text("head.csv", "text\nabc\n"), NULL);
	assert_int_equal(table_ncolumns(r), 1);
	table_close(r);
}

static void
test_what_it_is_not(void **state)
{
	(void)state;
	expect_error(scratch("absent.csv"), NULL, "No such file");
	expect_error(scratch_dir, NULL, "it is a folder");
	expect_error(scratch_text("e.csv", ""), NULL, "the file is empty");
	expect_error(scratch_text("e.csv", "\n\n"), NULL, "no header");
	expect_error(
	    scratch_text("e.csv", "\x1f\x8b\x08"), NULL, "compressed by gzip");
	expect_error(scratch_text("e.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
	    NULL, "old Excel");
	expect_error(
	    scratch_text("e.parquet", "id,t\n"), NULL, "no parquet file");
	/* what the bytes say counts more than the name */
	assert_int_equal(table_format_of_path("a.b/c"), TABLE_AUTO);
	assert_int_equal(table_format_of_path("x/y.TSV"), TABLE_CSV);
	assert_string_equal(table_format_name(TABLE_PARQUET), "parquet");
}

/* 100 MB in one cell, between two small rows, across many pieces. */
static void
test_large_cell(void **state)
{
	const size_t size = 100000000;
	char *text = xmalloc(size + 64);
	struct table_reader *r;
	struct table_row row;
	size_t n;

	(void)state;
	n = (size_t)sprintf(text, "id,t\n1,a\n2,\"");
	for (size_t i = 0; i < size; i++)
		text[n + i] = i % 100 == 99 ? '\n' : (char)('a' + i % 26);
	n += size;
	n += (size_t)sprintf(text + n, "\"\n3,b\n");
	r = open_ok(scratch_write("large.csv", text, n), NULL);
	free(text);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.cells[1].len, size);
	assert_int_equal(row.cells[1].s[99], '\n');
	assert_int_equal(row.cells[1].s[size - 2], 'a' + (size - 2) % 26);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[1].s, "b");
	assert_int_equal(row.line, 4 + size / 100);
	table_close(r);
	unlink(scratch("large.csv"));
}

/* The same rows, whatever the pieces in which they are read: characters of
 * two to four bytes and CR LF on every border of the 256 KiB blocks. */
static void
test_borders(void **state)
{
	struct table_options o = { 0 };
	struct buf b = BUF_INIT;
	struct table_reader *r;
	struct table_row row;
	char want[64];

	(void)state;
	for (int pad = 0; pad < 12; pad++) {
		buf_clear(&b);
		buf_addf(&b, "id,t%.*s\r\n", pad, "xxxxxxxxxxxx");
		for (int i = 0; i < 20000; i++)
			buf_addf(&b,
			    "%d,\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98"
			    "\x80%d\r\n\"\r\n",
			    i, i);
		r = open_ok(scratch_write("b.csv", b.data, b.len), &o);
		for (int i = 0; i < 20000; i++) {
			assert_int_equal(table_next(r, &row, NULL), 1);
			assert_int_equal(row.ncells, 2);
			snprintf(want, sizeof want,
			    "\xc3\xa9\xe2\x82\xac"
			    "\xf0\x9f\x98\x80%d\r\n",
			    i);
			assert_string_equal(row.cells[1].s, want);
			assert_int_equal(row.line, 2 + 2 * (uint64_t)i);
		}
		assert_int_equal(table_next(r, &row, NULL), 0);
		assert_int_equal(table_info(r)->blank, 0);
		table_close(r);
	}
	buf_free(&b);
}

/* ---- writing ---- */

static const struct table_column columns[] = {
	{ "id", TABLE_TEXT },
	{ "te\"xt", TABLE_TEXT },
	{ "n", TABLE_INT },
	{ "p", TABLE_REAL },
	{ "f", TABLE_FLOAT },
};

static void
test_written_bytes(void **state)
{
	static const char want[] =
	    "id,\"te\"\"xt\",n,p,f\n"
	    "007,\"a,b\",-9223372036854775808,0.1,0.1\n"
	    ",\"\",,nan,1.0\n"
	    "\"line\nbreak\",\"say \"\"hi\"\"\",3,1e-07,3.4028235e+38\n";
	struct table_value v[][5] = {
		{ table_text("007"), table_text("a,b"), table_int(INT64_MIN),
		    table_real(0.1), table_float(0.1f) },
		{ table_null(), table_text(""), table_text(NULL),
		    table_real(0.0 / 0.0), table_float(1) },
		{ table_text("line\nbreak"), table_text("say \"hi\""),
		    table_int(3), table_real(1e-7),
		    table_float(3.4028234663852886e38f) },
	};
	struct table_written written;
	struct table_writer *w;
	struct err err = { 0 };
	char *text;
	size_t len;

	(void)state;
	w = table_create(scratch("w.csv"), TABLE_CSV, columns, 5, NULL, &err);
	assert_non_null(w);
	assert_int_equal(access(scratch("w.csv"), F_OK), -1);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(table_put(w, v[i], &err), 0);
	assert_int_equal(table_finish(w, &written, &err), 0);
	text = file_read(scratch("w.csv"), &len);
	assert_string_equal(text, want);
	assert_int_equal(written.rows, 3);
	assert_int_equal(written.bytes, len);
	free(text);
	assert_int_equal(scratch_count(), 1);
	unlink(scratch("w.csv"));
}

static void
test_guard(void **state)
{
	static const char want[] = "id,t\n'=1+1,'@x\n-5,\"'-a,b\"\n+1e3,a-b\n";
	static const struct table_column two[] = { { "id", TABLE_TEXT },
		{ "t", TABLE_TEXT } };
	struct table_write_options o = { .guard = true };
	struct table_value v[3][2] = {
		{ table_text("=1+1"), table_text("@x") },
		{ table_text("-5"), table_text("-a,b") },
		{ table_text("+1e3"), table_text("a-b") },
	};
	struct table_written written;
	struct table_writer *w;
	char *text;

	(void)state;
	w = table_create(scratch("g.csv"), TABLE_CSV, two, 2, &o, NULL);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(table_put(w, v[i], NULL), 0);
	assert_int_equal(table_finish(w, &written, NULL), 0);
	assert_int_equal(written.guarded, 3);
	text = file_read(scratch("g.csv"), NULL);
	assert_string_equal(text, want);
	free(text);
	unlink(scratch("g.csv"));
}

/* What cannot be a text of a file is replaced, and counted. */
static void
test_bad_text(void **state)
{
	static const struct table_column one[] = { { "t", TABLE_TEXT } };
	struct table_value v[2] = { table_textn("a\0b\xff", 4), table_null() };
	struct table_written written;
	struct table_reader *r;
	struct table_row row;
	struct table_writer *w;

	(void)state;
	w = table_create(scratch("b.csv"), TABLE_CSV, one, 1, NULL, NULL);
	assert_int_equal(table_put(w, &v[0], NULL), 0);
	assert_int_equal(table_put(w, &v[1], NULL), 0);
	assert_int_equal(table_finish(w, &written, NULL), 0);
	assert_int_equal(written.replaced, 2);
	r = open_ok(scratch("b.csv"), NULL);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[0].s,
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd");
	/* a null alone on its row is a row still */
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(table_next(r, &row, NULL), 0);
	table_close(r);
	unlink(scratch("b.csv"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_pandas),
		cmocka_unit_test_setup_teardown(
		    test_other_encodings, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_nul, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_ragged, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_quotes, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_header, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_what_it_is_not, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_large_cell, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_borders, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_written_bytes, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_guard, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(
		    test_bad_text, scratch_make, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
