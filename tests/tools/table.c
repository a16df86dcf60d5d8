/*
 * table IN OUT: reads a table and writes it in the format of OUT's name, each
 * column in the kind that the reader found. For data/table/roundtrip.py, and
 * to time the table layer alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/number.h"
#include "tagtiger/table.h"

static struct table_value
convert(const struct table_cell *c, enum table_kind kind)
{
	struct table_value v = table_textn(c->s, c->len);

	v.kind = c->kind == TABLE_JSON ? TABLE_JSON : TABLE_TEXT;
	if (c->null)
		return table_null();
	switch (kind) {
	case TABLE_INT: return table_int(strtoll(c->s, NULL, 10));
	case TABLE_REAL:
		v.kind = TABLE_REAL;
		if (!number_parse(c->s, c->len, &v.d))
			v.d = strtod(c->s, NULL); /* inf */
		return v;
	case TABLE_BOOL:
		v.kind = TABLE_BOOL;
		v.b = c->s[0] == 't';
		return v;
	default: return v;
	}
}

static int
copy(struct table_reader *r, struct table_writer *w, struct err *err)
{
	size_t n = table_ncolumns(r);
	struct table_value *v = xcalloc(n, sizeof *v);
	struct table_row row;
	int got;

	while ((got = table_next(r, &row, err)) == 1) {
		for (size_t i = 0; i < n; i++)
			v[i] = i < row.ncells
			    ? convert(&row.cells[i], table_column(r, i)->kind)
			    : table_null();
		if (table_put(w, v, err) == -1)
			break;
	}
	free(v);
	return got == 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct table_written written;
	struct table_reader *r = NULL;
	struct table_writer *w = NULL;
	struct table_column *columns = NULL;
	int status = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: table IN OUT\n");
		return 2;
	}
	r = table_open(argv[1], NULL, &err);
	if (r == NULL)
		goto out;
	columns = xcalloc(table_ncolumns(r), sizeof *columns);
	for (size_t i = 0; i < table_ncolumns(r); i++)
		columns[i] = *table_column(r, i);
	w = table_create(argv[2], table_format_of_path(argv[2]), columns,
	    table_ncolumns(r), NULL, &err);
	if (w == NULL || copy(r, w, &err) == -1)
		goto out;
	status = table_finish(w, &written, &err) == 0 ? 0 : 1;
	w = NULL;
	if (status == 0)
		printf("%llu rows, %llu bytes, %llu cells cut\n",
		    (unsigned long long)written.rows,
		    (unsigned long long)written.bytes,
		    (unsigned long long)written.truncated);
out:
	if (status != 0)
		fprintf(stderr, "table: %s\n", err.text);
	table_abandon(w);
	table_close(r);
	free(columns);
	return status;
}
