#include "table_check.h"

static void
test_as_pyarrow(void **state)
{
	static const struct {
		const char *name;
		size_t cells;
	} files[] = {
		{ "types", 4 * 23 },
		{ "old", 4 * 19 },
		{ "none", 12 },
		{ "snappy", 12 },
		{ "gzip", 12 },
		{ "brotli", 12 },
		{ "lz4", 12 },
		{ "zstd", 12 },
		{ "groups", 9000 },
		{ "struct", 10 },
		{ "rare", 8 * 7 },
	};
	char path[128], expected[160];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, DATA "%s.parquet", files[i].name);
		snprintf(expected, sizeof expected, "%s.expected", path);
		assert_int_equal(
		    compare_table(path, NULL, expected), files[i].cells);
	}
}

static void
test_kinds(void **state)
{
	struct table_reader *r = open_ok(DATA "types.parquet", NULL);
	static const struct {
		const char *name;
		enum table_kind kind;
	} want[] = {
		{ "u64", TABLE_INT },
		{ "f32", TABLE_REAL },
		{ "yes", TABLE_BOOL },
		{ "day", TABLE_DATE },
		{ "us", TABLE_DATE },
		{ "dec", TABLE_REAL },
		{ "s", TABLE_TEXT },
		{ "tags", TABLE_JSON },
	};
	struct table_row row;
	int c;

	(void)state;
	assert_int_equal(table_info(r)->rows, 4);
	assert_null(table_info(r)->encoding);
	assert_int_equal(table_next(r, &row, NULL), 1);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		c = table_column_find(r, want[i].name);
		assert_int_not_equal(c, -1);
		assert_int_equal(
		    table_column(r, (size_t)c)->kind, want[i].kind);
		assert_int_equal(row.cells[c].kind, want[i].kind);
	}
	assert_int_equal(table_info(r)->done, 1);
	assert_int_equal(table_info(r)->total, 4);
	table_close(r);
}

static void
test_bad(void **state)
{
	struct table_options o = { .replace_invalid = true };
	struct table_reader *r;
	struct table_row row;
	char *whole;
	size_t len;

	(void)state;
	expect_error(DATA "bad_cut.parquet", NULL, "cut short");
	/* the first row group is whole, the second is not */
	assert_true(
	    expect_error(DATA "bad_flip.parquet", NULL, "damaged") >= 700);
	assert_int_equal(expect_error(DATA "bad_bytes.parquet", NULL,
			     "row 2, column b: the bytes are not valid UTF-8"),
	    1);
	r = open_ok(DATA "bad_bytes.parquet", &o);
	for (int i = 0; i < 3; i++)
		assert_int_equal(table_next(r, &row, NULL), 1);
	assert_string_equal(row.cells[0].s,
	    "a\xef\xbf\xbd"
	    "b");
	assert_int_equal(table_info(r)->replaced, 3);
	table_close(r);
	/* cut anywhere, it is an error and nothing worse */
	whole = file_read(DATA "types.parquet", &len);
	for (size_t n = 4; n < len; n += 211)
		expect_error(scratch_write("cut.parquet", whole, n), NULL,
		    "cut.parquet: ");
	free(whole);
}

static const struct table_column columns[] = {
	{ "id", TABLE_TEXT },
	{ "n", TABLE_INT },
	{ "p", TABLE_REAL },
	{ "f", TABLE_FLOAT },
	{ "yes", TABLE_BOOL },
};

/* Enough for several batches and row groups, nulls among them. */
static void
test_round_trip(void **state)
{
	const int n = 60000;
	struct table_value v[5];
	struct table_written written;
	struct table_reader *r;
	struct table_writer *w;
	struct table_row row;
	struct err err = { 0 };
	char *text = xmalloc(2000), want[64];

	(void)state;
	memset(text, 'x', 2000);
	w = table_create(
	    scratch("r.parquet"), TABLE_PARQUET, columns, 5, NULL, &err);
	assert_non_null(w);
	for (int i = 0; i < n; i++) {
		sprintf(text, "%d", i);
		text[strlen(text)] = ' ';
		v[0] = i % 10 == 3 ? table_null()
				   : table_textn(text, 1000 + (size_t)i % 1000);
		v[1] = i % 7 == 0 ? table_null() : table_int(INT64_MAX - i);
		v[2] = table_real(i / 3.0);
		v[3] = table_float((float)i / 7);
		v[4] = (struct table_value){ .kind = TABLE_BOOL, .b = i % 2 };
		assert_int_equal(table_put(w, v, &err), 0);
	}
	assert_int_equal(table_finish(w, &written, &err), 0);
	assert_int_equal(written.rows, n);
	assert_int_equal(scratch_count(), 1);
	r = open_ok(scratch("r.parquet"), NULL);
	assert_int_equal(table_info(r)->rows, n);
	for (int i = 0; i < n; i++) {
		assert_int_equal(table_next(r, &row, &err), 1);
		assert_int_equal(row.cells[0].null, i % 10 == 3);
		if (i % 10 != 3) {
			assert_int_equal(row.cells[0].len, 1000 + i % 1000);
			assert_int_equal(atoi(row.cells[0].s), i);
		}
		assert_int_equal(row.cells[1].null, i % 7 == 0);
		snprintf(want, sizeof want, "%lld", (long long)INT64_MAX - i);
		if (i % 7 != 0)
			assert_string_equal(row.cells[1].s, want);
		assert_true(strtod(row.cells[2].s, NULL) == i / 3.0);
		assert_true(strtof(row.cells[3].s, NULL) == (float)i / 7);
		assert_string_equal(row.cells[4].s, i % 2 ? "true" : "false");
	}
	assert_int_equal(table_next(r, &row, &err), 0);
	table_close(r);
	free(text);
}

static void
test_conversions(void **state)
{
	struct table_value v[5] = { table_int(7), table_real(3), table_int(4),
		table_real(0.5), table_null() };
	struct table_reader *r;
	struct table_row row;
	struct err err = { 0 };
	struct table_writer *w;

	(void)state;
	w = table_create(
	    scratch("c.parquet"), TABLE_PARQUET, columns, 5, NULL, &err);
	assert_int_equal(table_put(w, v, &err), 0);
	assert_int_equal(table_finish(w, NULL, &err), 0);
	r = open_ok(scratch("c.parquet"), NULL);
	assert_int_equal(table_next(r, &row, &err), 1);
	assert_string_equal(row.cells[0].s, "7");
	assert_string_equal(row.cells[1].s, "3");
	assert_string_equal(row.cells[2].s, "4.0");
	assert_string_equal(row.cells[3].s, "0.5");
	table_close(r);

	w = table_create(
	    scratch("d.parquet"), TABLE_PARQUET, columns, 5, NULL, &err);
	v[1] = table_real(3.5);
	assert_int_equal(table_put(w, v, &err), -1);
	assert_non_null(strstr(err.text, "row 1, column n: a value that"));
	assert_int_equal(table_put(w, v, &err), -1);
	table_abandon(w);
	assert_int_equal(scratch_count(), 1);
}

static void
test_dates(void **state)
{
	static const struct {
		const char *s;
		enum table_kind kind;
		int64_t days, us;
	} moments[] = { { "1970-01-01", TABLE_DAY, 0, 0 },
		{ "1969-12-31T00:00:01", TABLE_STAMP, -1, 1000000 },
		{ "0001-01-01", TABLE_DAY, -719162, 0 },
		{ "2024-02-30", TABLE_TEXT, 0, 0 },
		{ "2024-02-29T24:00:00", TABLE_TEXT, 0, 0 },
		{ "2024-02-29T12:00:00.1234567Z", TABLE_TEXT, 0, 0 },
		{ "2024-02-29T12:00", TABLE_TEXT, 0, 0 },
		{ "9999-12-31T23:59:59.999999Z", TABLE_UTC, 2932896,
		    86399999999 } };
	struct table_column day = { "day", TABLE_DAY };
	struct table_value v = table_text("2024-02-29T12:00:00");
	struct table_writer *w;
	int64_t days, us;

	(void)state;
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		assert_int_equal(table_moment(moments[i].s,
		    strlen(moments[i].s), &days, &us), moments[i].kind);
		if (moments[i].kind == TABLE_TEXT)
			continue;
		assert_int_equal(days, moments[i].days);
		assert_int_equal(us, moments[i].us);
	}
	dates_there_and_back("dates.parquet", TABLE_PARQUET);
	/* a column of days holds no times */
	w = table_create(scratch("day.parquet"), TABLE_PARQUET, &day, 1, NULL,
	    NULL);
	v.kind = TABLE_DATE;
	assert_int_equal(table_put(w, &v, NULL), -1);
	table_abandon(w);
}

/* As many columns as features of a large vocabulary have. Of Parquet fewer,
 * for carquet makes large buffers for each; it reads 9,999 at most. */
static void
test_wide(void **state)
{
	static const enum table_format formats[] = { TABLE_PARQUET, TABLE_CSV,
		TABLE_JSONL };
	const size_t n = 20000;
	size_t used;
	struct table_column *many = xcalloc(n, sizeof *many);
	struct table_value *v = xcalloc(n, sizeof *v);
	struct table_writer *w;
	struct table_reader *r;
	struct table_row row;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < n; i++)
		many[i] =
		    (struct table_column){ xasprintf("c%zu", i), TABLE_FLOAT };
	for (size_t f = 0; f < 3; f++) {
		used = formats[f] == TABLE_PARQUET ? 4000 : n;
		w = table_create(
		    scratch("wide"), formats[f], many, used, NULL, &err);
		assert_non_null(w);
		for (size_t i = 0; i < 40; i++) {
			for (size_t c = 0; c < n; c++)
				v[c] = table_float((float)(i * c) / 10);
			assert_int_equal(table_put(w, v, &err), 0);
		}
		assert_int_equal(table_finish(w, NULL, &err), 0);
		r = open_ok(scratch("wide"),
		    &(struct table_options){ .format = formats[f] });
		assert_int_equal(table_ncolumns(r), used);
		for (size_t i = 0; i < 40; i++) {
			assert_int_equal(table_next(r, &row, &err), 1);
			assert_int_equal(row.ncells, used);
			assert_true(strtof(row.cells[used - 1].s, NULL) ==
			    (float)(i * (used - 1)) / 10);
		}
		assert_int_equal(table_next(r, &row, &err), 0);
		table_close(r);
	}
	for (size_t i = 0; i < n; i++)
		free((char *)many[i].name);
	free(many);
	free(v);
}

int
main(void)
{
#define IN_SCRATCH(t) \
	cmocka_unit_test_setup_teardown(t, scratch_make, scratch_remove)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_pyarrow),
		cmocka_unit_test(test_kinds),
		IN_SCRATCH(test_bad),
		IN_SCRATCH(test_round_trip),
		IN_SCRATCH(test_conversions),
		IN_SCRATCH(test_dates),
		IN_SCRATCH(test_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
