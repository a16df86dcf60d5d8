#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "priv.h"

/* Newest first, so that what is older than asked for is not read. */
int
annot_times(struct project *p, int64_t scheme, int64_t uid, int64_t since,
    int64_t **out, size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_TAGS, ARGS(I(uid), I(scheme)),
	    err);
	int64_t *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		if (col_int(s, 0) < since) {
			row = 0;
			break;
		}
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = col_int(s, 0);
	}
	db_done(s);
	if (row < 0) {
		free(v);
		return -1;
	}
	for (size_t i = 0; i < count / 2; i++) {
		int64_t t = v[i];

		v[i] = v[count - 1 - i];
		v[count - 1 - i] = t;
	}
	*out = v;
	*n = count;
	return 0;
}
