/* The texts by themselves: nothing in the log says what they were. */
#include <stdio.h>
#include <stdlib.h>

#include "tagtiger/alloc.h"
#include "tagtiger/job.h"
#include "tagtiger/utf8.h"
#include "priv.h"

static const char *
text_fault(sqlite3_stmt *s, struct buf *memory, const char **cells,
    size_t ncells)
{
	const char *id = col_text(s, 3), *body = col_text(s, 5);
	const char *json = col_text(s, 6);
	size_t id_len = (size_t)sqlite3_column_bytes(s, 3);
	size_t body_len = (size_t)sqlite3_column_bytes(s, 5);

	if (col_int(s, 1) < SET_REST || col_int(s, 1) > SET_DROPPED)
		return "is in no set that there is";
	if (!(col_real(s, 2) >= 0 && col_real(s, 2) <= 1))
		return "has a weight that is no probability";
	if (utf8_validate(id, id_len) != id_len ||
	    utf8_validate(body, body_len) != body_len)
		return "is not valid UTF-8";
	if (cells_decode(json, (size_t)sqlite3_column_bytes(s, 6), id, body,
	    memory, cells, ncells) < 0)
		return "has columns that cannot be read";
	return NULL;
}

int
texts_check(struct project *p, void (*say)(void *arg, const char *what),
    void *arg, struct progress *progress, struct err *err)
{
	struct buf memory = BUF_INIT;
	const char **cells;
	sqlite3_stmt *s;
	int64_t columns = 0, docs = 0, seen = 0;
	char text[160];
	int row = -1;

	if (db_int(p, SQL_FIELD_NEXT, NO_ARGS, &columns, err) < 0 ||
	    db_int(p, SQL_DOC_TOTAL, NO_ARGS, &docs, err) < 0)
		return -1;
	cells = xcalloc((size_t)columns + 1, sizeof *cells);
	s = db_query(p, SQL_CURSOR, ARGS(I(0), I(SETS_ALL | 1u << SET_DROPPED)), err);
	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		const char *fault = text_fault(s, &memory, cells,
		    (size_t)columns);

		seen++;
		if (fault != NULL) {
			snprintf(text, sizeof text, "text number %lld %s: keep "
			    "a copy and go on from a backup",
			    (long long)col_int(s, 0), fault);
			say(arg, text);
		}
		if (progress_step(progress, 1)) {
			row = progress_stopped(err);
			break;
		}
	}
	db_done(s);
	if (row == 0 && seen != docs) {
		snprintf(text, sizeof text, "of %lld texts %lld cannot be "
		    "read, or are in no set: keep a copy and go on from a "
		    "backup", (long long)docs, (long long)(docs - seen));
		say(arg, text);
	}
	free(cells);
	buf_free(&memory);
	return row;
}
