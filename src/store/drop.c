/*
 * A set that is given up: its texts stay, with their labels and history, but
 * are in no set, so that nothing counts, shows or predicts them. An import of
 * the same id and text brings one back.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/doc.h"
#include "tagtiger/history.h"
#include "priv.h"

int
doc_set_droppable(struct project *p, enum set set, struct set_dropped *out,
    struct err *err)
{
	int64_t out_of = 0, rest = 0, labelled = 0;

	*out = (struct set_dropped){ 0 };
	if (db_int(p, SQL_DROP_DRAWN, ARGS(I(set)), &rest, err) < 0 ||
	    db_int(p, SQL_DROP_IMPORTED, ARGS(I(set)), &out_of, err) < 0 ||
	    db_int(p, SQL_DROP_LABELLED, ARGS(I(set)), &labelled, err) < 0)
		return -1;
	out->dropped = (uint64_t)out_of;
	out->to_rest = (uint64_t)rest;
	out->labelled = (uint64_t)labelled;
	return 0;
}

int
doc_dropped(struct project *p, int64_t *n, struct err *err)
{
	*n = 0;
	return db_int(p, SQL_DROP_COUNT, NO_ARGS, n, err) < 0 ? -1 : 0;
}

/* Everybody's session begins anew: what one has seen goes by set, and the
 * log does not tell in which set a text was then (SESSION_CLEARED). */
static int
drop(struct project *p, enum set set, const struct set_dropped *d,
    struct err *err)
{
	char *json = xasprintf("{\"dropped\":\"%s\",\"texts\":%llu,"
	    "\"rest\":%llu,\"summary\":\"dropped the %s set: %s texts\"}",
	    set_name(set), (unsigned long long)d->dropped,
	    (unsigned long long)d->to_rest, set_name(set),
	    COUNT(d->dropped + d->to_rest));
	struct doc_moving m;
	int rc = -1;

	if (doc_moving_begin(p, &m, err) == 0 &&
	    db_run(p, SQL_DROP_LEASES, ARGS(I(set)), err) == 0 &&
	    db_run(p, SQL_SESSION_EMPTY, NO_ARGS, err) == 0 &&
	    db_run(p, SQL_DROP_SET, ARGS(I(set)), err) == 0 &&
	    doc_moving_end(p, &m, json, err) == 0)
		rc = 0;
	free(json);
	return rc;
}

int
doc_set_drop(struct project *p, enum set set, struct set_dropped *out,
    struct err *err)
{
	int rc;

	if (work_refuses(p, "drop sets", err) < 0 ||
	    project_begin(p, err) < 0)
		return -1;
	rc = doc_set_droppable(p, set, out, err);
	if (rc == 0)
		rc = drop(p, set, out, err);
	tally_drop(p);
	sets_drop(p);
	return project_end(p, rc, err);
}

/* ---- and back ---- */

static int
text_differs(struct project *p, int64_t seq, const char *text, size_t len,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_TEXT_ONE, ARGS(I(seq)), err);
	int row = s == NULL ? -1 : db_step(p, s, err);
	int rc = row < 0 ? -1 : row == 0 ||
	    (size_t)sqlite3_column_bytes(s, 1) != len ||
	    memcmp(col_text(s, 1), text, len) != 0;

	if (s != NULL)
		db_done(s);
	return rc;
}

int
doc_revive(struct project *p, int64_t seq, const struct doc_ready *d,
    const struct buf *mem, bool store, struct err *err)
{
	int64_t set = 0;
	int differs;

	if (db_int(p, SQL_DOC_SET, ARGS(I(seq)), &set, err) < 0)
		return -1;
	if (set != SET_DROPPED)
		return 0;
	differs = text_differs(p, seq, mem->data + d->text, d->text_len, err);
	if (differs < 0)
		return -1;
	if (store && differs)
		return db_run(p, SQL_DROP_ASIDE, ARGS(I(seq)), err) < 0 ? -1 :
		    2;
	if (store && (db_run(p, SQL_DOC_ASSIGN, ARGS(I(seq), I(d->set),
	    R(d->weight)), err) < 0 || db_run(p, SQL_TEXT_CELLS,
	    ARGS(I(seq), SN(mem->data + d->cells, d->cells_len)), err) < 0 ||
	    db_run(p, SQL_DOC_SUM_PUT, ARGS(I(seq), I(d->sum)), err) < 0))
		return -1;
	return differs ? 2 : 1;
}
