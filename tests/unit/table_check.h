/*
 * What the tests of the table layer share: reading a whole table, and
 * comparing it with what pandas and its kin read (see data/table).
 */
#ifndef TABLE_CHECK_H
#define TABLE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/table.h"

#define DATA "tests/unit/data/table/"

static char scratch_dir[64];

/* A folder that one test program has to itself. */
static inline int
scratch_make(void **state)
{
	(void)state;
	strcpy(scratch_dir, "/tmp/tagtiger-table-XXXXXX");
	return mkdtemp(scratch_dir) == NULL ? -1 : 0;
}

static inline int
scratch_remove(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", scratch_dir);
	return system(command);
}

/* Entries of the scratch folder, hidden ones too. */
static inline int
scratch_count(void)
{
	char command[128];
	FILE *f;
	int n = -1;

	snprintf(command, sizeof command, "ls -A '%s' | wc -l", scratch_dir);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

/* The name's path in the scratch folder; overwritten by the next call. */
static inline const char *
scratch(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", scratch_dir, name);
	return path;
}

static inline const char *
scratch_write(const char *name, const void *data, size_t len)
{
	const char *path = scratch(name);
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return path;
}

static inline const char *
scratch_text(const char *name, const char *text)
{
	return scratch_write(name, text, strlen(text));
}

static inline char *
file_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct buf b = BUF_INIT;
	char piece[65536];
	size_t n;

	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_add(&b, piece, n);
	fclose(f);
	if (len != NULL)
		*len = b.len;
	return buf_take(&b);
}

static inline struct table_reader *
open_ok(const char *path, const struct table_options *o)
{
	struct err err = { 0 };
	struct table_reader *r = table_open(path, o, &err);

	if (r == NULL)
		print_error("%s\n", err.text);
	assert_non_null(r);
	return r;
}

/* The file must not open, or must fail while it is read; its message must
 * hold `says`. Returns the rows that were read. */
static inline size_t
expect_error(const char *path, const struct table_options *o, const char *says)
{
	struct err err = { 0 };
	struct table_reader *r = table_open(path, o, &err);
	struct table_row row;
	size_t rows = 0;
	int got = -1;

	while (r != NULL && (got = table_next(r, &row, &err)) == 1)
		rows++;
	table_close(r);
	assert_int_equal(got, -1);
	if (strstr(err.text, says) == NULL)
		print_error("%s: '%s' is not in '%s'\n", path, says, err.text);
	assert_non_null(strstr(err.text, says));
	return rows;
}

static inline void
check_cell(const char *s, size_t len, bool null, const cJSON *want,
    const char *path, size_t row)
{
	const char *have = null ? NULL : s;
	const char *expected = cJSON_IsNull(want) ? NULL : want->valuestring;

	if (s == NULL || strlen(s) != len)
		fail_msg("%s row %zu: no string", path, row);
	if ((have == NULL) != (expected == NULL) ||
	    (have != NULL && strcmp(have, expected) != 0))
		fail_msg("%s row %zu: have '%s', want '%s'", path, row,
		    have == NULL ? "(null)" : have,
		    expected == NULL ? "(null)" : expected);
}

/* Every cell of path against the lines of `expected`; returns how many cells
 * were compared, so that a test can assert that there were some. */
static inline size_t
compare_table(
    const char *path, const struct table_options *o, const char *expected)
{
	struct table_reader *r = open_ok(path, o);
	char *text = file_read(expected, NULL), *line, *rest = text;
	struct err err = { 0 };
	struct table_row row;
	size_t cells = 0, n = 0;
	cJSON *want;
	int got;

	while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
		want = cJSON_Parse(line);
		assert_non_null(want);
		if (n++ == 0) {
			assert_int_equal(
			    table_ncolumns(r), cJSON_GetArraySize(want));
			for (size_t i = 0; i < table_ncolumns(r); i++)
				assert_string_equal(table_column(r, i)->name,
				    cJSON_GetArrayItem(want, (int)i)
					->valuestring);
			cJSON_Delete(want);
			continue;
		}
		got = table_next(r, &row, &err);
		if (got != 1)
			fail_msg(
			    "%s row %zu: %d %s", path, n - 1, got, err.text);
		assert_int_equal(row.number, n - 1);
		assert_int_equal(row.ncells, cJSON_GetArraySize(want));
		for (size_t i = 0; i < row.ncells; i++, cells++)
			check_cell(row.cells[i].s, row.cells[i].len,
			    row.cells[i].null, cJSON_GetArrayItem(want, (int)i),
			    path, n - 1);
		cJSON_Delete(want);
	}
	assert_int_equal(table_next(r, &row, &err), 0);
	table_close(r);
	free(text);
	return cells;
}

/* Days and times are written as such. */
static inline void
dates_there_and_back(const char *name, enum table_format format)
{
	static const struct table_column columns[] = { { "day", TABLE_DAY },
		{ "stamp", TABLE_STAMP }, { "utc", TABLE_UTC } };
	static const char *const rows[][3] = {
		{ "2024-02-29", "2024-02-29T12:30:00", "2024-02-29T12:30:00Z" },
		{ "1999-12-31", "1999-12-31T23:59:59.123",
		    "1970-01-01T00:00:00Z" },
		{ "1900-03-01", "2024-01-31T00:00:00",
		    "2024-01-31T00:00:00.500Z" },
	};
	struct table_value v[3];
	struct table_writer *w;
	struct table_reader *r;
	struct table_row row;

	w = table_create(scratch(name), format, columns, 3, NULL, NULL);
	assert_non_null(w);
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 3; j++) {
			v[j] = table_text(rows[i][j]);
			v[j].kind = TABLE_DATE;
		}
		assert_int_equal(table_put(w, v, NULL), 0);
	}
	v[0] = v[1] = table_null();
	assert_int_equal(table_put(w, v, NULL), 0);
	assert_int_equal(table_finish(w, NULL, NULL), 0);
	r = open_ok(scratch(name), NULL);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(table_next(r, &row, NULL), 1);
		for (size_t j = 0; j < 3; j++) {
			assert_string_equal(row.cells[j].s, rows[i][j]);
			/* a sheet knows no zones */
			assert_int_equal(row.cells[j].kind, j == 2 &&
			    format == TABLE_XLSX ? TABLE_TEXT : TABLE_DATE);
		}
	}
	assert_int_equal(table_next(r, &row, NULL), 1);
	assert_true(row.cells[0].null && row.cells[1].null);
	table_close(r);
}

#endif
