#include "table_check.h"

static void
test_as_json(void **state)
{
	(void)state;
	assert_int_equal(compare_table(DATA "types.jsonl", NULL,
			     DATA "types.jsonl.expected"),
	    4 * 8);
}

static void
test_lines(void **state)
{
	struct table_reader *r = open_ok(DATA "types.jsonl", NULL);
	struct table_row row;

	(void)state;
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.cells[0].kind, TABLE_INT);
	assert_int_equal(row.cells[2].kind, TABLE_REAL);
	assert_int_equal(row.cells[3].kind, TABLE_BOOL);
	assert_int_equal(row.cells[5].kind, TABLE_JSON);
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_int_equal(row.line, 3);
	assert_int_equal(row.number, 2);
	while (table_next(r, &row, NULL) == 1)
		;
	assert_int_equal(table_info(r)->blank, 1);
	table_close(r);
}

static void
test_bad(void **state)
{
	static const char *const lines[][2] = {
		{ "{\"a\":\"x\\u0000y\"}", "row 2: line 2: a NUL character" },
		{ "{\"a\":1,}", "row 2: line 2: no valid JSON at" },
		{ "{\"a\":1", "no valid JSON" },
		{ "[1]", "line 2: no JSON object" },
		{ "{\"a\":01}", "'01' is no JSON number" },
		{ "{\"a\":1}{\"a\":2}", "no valid JSON" },
		{ "{\"a\":\"\\ud800\"}", "no valid JSON" },
		{ "{\"a\":\"\xff\"}", "line 2: the byte 0xFF is not valid" },
		{ "{\"a\":}", "no valid JSON" },
		{ "nonsense", "no valid JSON" },
		{ "{\"a\":NaN}", "NaN and Infinity are no JSON" },
		{ "{\"a\":-Infinity}", "NaN and Infinity are no JSON" },
		{ "{'a':1}", "JSON has double quotes" },
		{ "{", "an object is whole on its line" },
	};
	static const char *const lists[][2] = {
		{ "[{\"a\":1},\n{\"a\":2}\n", "line 3: the list is not ended" },
		{ "[{\"a\":1},\n{\"a\":[", "line 2: the object is not ended" },
		{ "[{\"a\":1},\n3]", "line 2: no JSON object" },
		{ "[{\"a\":1}\n{\"a\":2}]", "line 2: no valid JSON: a comma" },
		{ "[{\"a\":1}]\n[]", "line 2: something follows the list" },
		{ "[{\"a\":]}", "line 1: no valid JSON" },
		{ "[]", "no rows" },
		{ "[", "no JSON object" },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		snprintf(text, sizeof text, "{\"a\":1}\n%s\n", lines[i][0]);
		assert_int_equal(expect_error(scratch_text("b.jsonl", text),
				     NULL, lines[i][1]),
		    1);
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		expect_error(scratch_text("b.json", lists[i][0]), NULL,
		    lists[i][1]);
	expect_error(scratch_text("b.jsonl", "\n \n"), NULL, "no rows");
	/* an escaped backslash before u0000 is no NUL */
	table_close(
	    open_ok(scratch_text("b.jsonl", "{\"a\":\"x\\\\u0000\"}\n"), NULL));
}

/* A file that is one list, over several lines and pieces. */
static void
test_list(void **state)
{
	struct table_reader *r;
	struct table_row row;
	struct buf b = BUF_INIT;
	size_t rows = 0;

	(void)state;
	buf_adds(&b, "[ ");
	for (int i = 1; i <= 30000; i++)
		buf_addf(&b, "%s{\"n\": %d,\n \"s\": \"]}\\\"[{\\\\\",\r\n"
		    "\t\"l\": [ {\"x\": \"}\"},\n [] ] }\n",
		    i > 1 ? ", " : "", i);
	buf_adds(&b, "]\n\n");
	r = open_ok(scratch_text("list.json", buf_str(&b)), NULL);
	assert_int_equal(table_ncolumns(r), 3);
	while (table_next(r, &row, NULL) == 1) {
		rows++;
		assert_int_equal(strtol(row.cells[0].s, NULL, 10), rows);
		assert_string_equal(row.cells[1].s, "]}\"[{\\");
		assert_string_equal(row.cells[2].s, "[{\"x\":\"}\"},[]]");
		assert_int_equal(row.line, (rows - 1) * 4 + 1);
	}
	assert_int_equal(rows, 30000);
	table_close(r);
	buf_free(&b);
}

/* Keys that come after the rows that make the columns are said. */
static void
test_late_keys(void **state)
{
	struct buf b = BUF_INIT;
	struct table_reader *r;
	struct table_row row;
	size_t rows = 0;

	(void)state;
	for (int i = 1; i <= 1500; i++)
		buf_addf(&b, i < 1200 ? "{\"a\":%d}\n" :
		    "{\"a\":%d,\"late%d\":true}\n", i, i % 25);
	r = open_ok(scratch_write("l.jsonl", b.data, b.len), NULL);
	buf_free(&b);
	assert_int_equal(table_ncolumns(r), 1);
	while (table_next(r, &row, NULL) == 1)
		assert_int_equal(atoi(row.cells[0].s), ++rows);
	assert_int_equal(rows, 1500);
	assert_int_equal(table_info(r)->nnotes, 21);
	assert_string_equal(table_info(r)->notes[0],
	    "the key late0 appears "
	    "only at line 1200, after the rows that make the columns: it is "
	    "left out");
	assert_string_equal(table_info(r)->notes[20],
	    "more keys appear after row 1000: they are left out too");
	table_close(r);
}

static void
test_written_bytes(void **state)
{
	static const struct table_column columns[] = {
		{ "id", TABLE_TEXT },
		{ "a \"b\"\n", TABLE_TEXT },
		{ "n", TABLE_INT },
		{ "p", TABLE_REAL },
		{ "l", TABLE_JSON },
	};
	static const char want[] =
	    "{\"id\":\"007\",\"a \\\"b\\\"\\n\":\"\\t\\\\\\u0001\xc3\xa9\","
	    "\"n\":9223372036854775807,\"p\":0.1,\"l\":[1, 2]}\n"
	    "{\"id\":null,\"a \\\"b\\\"\\n\":\"\",\"n\":0,\"p\":null,"
	    "\"l\":null}\n";
	struct table_value v[2][5] = {
		{ table_text("007"), table_text("\t\\\x01\xc3\xa9"),
		    table_int(INT64_MAX), table_real(0.1),
		    { .kind = TABLE_JSON, .text = { "[1,\n2]", 6 } } },
		{ table_null(), table_text(""), table_int(0),
		    table_real(1.0 / 0.0), table_null() },
	};
	char *text;
	struct table_writer *w;

	(void)state;
	w = table_create(
	    scratch("w.jsonl"), TABLE_JSONL, columns, 5, NULL, NULL);
	for (int i = 0; i < 2; i++)
		assert_int_equal(table_put(w, v[i], NULL), 0);
	assert_int_equal(table_finish(w, NULL, NULL), 0);
	text = file_read(scratch("w.jsonl"), NULL);
	assert_string_equal(text, want);
	free(text);
	assert_int_equal(scratch_count(), 1);
}

int
main(void)
{
#define IN_SCRATCH(t) \
	cmocka_unit_test_setup_teardown(t, scratch_make, scratch_remove)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_json),
		cmocka_unit_test(test_lines),
		IN_SCRATCH(test_bad),
		IN_SCRATCH(test_list),
		IN_SCRATCH(test_late_keys),
		IN_SCRATCH(test_written_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
