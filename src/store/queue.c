/*
 * Rows on their way into the log and the annotations: an act on many texts
 * puts MANY of a table with one statement. What might see them in the tables
 * has them written first (db_query); those of a single act are written with
 * the statement that follows.
 */
#include <stdlib.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "priv.h"

#define WIDTH_MAX 13

struct queue {
	struct rows {
		struct arg v[MANY * WIDTH_MAX];
		size_t n;
		struct buf mem; /* strings and blobs: v[].i is where */
	} of[QUEUE_COUNT];
};

static const struct {
	size_t width;
	enum sql one, many;
} tables[QUEUE_COUNT] = {
	[QUEUE_EVENT] = { 13, SQL_EVENT_PUT, SQL_EVENT_PUT_MANY },
	[QUEUE_ANNOT] = { 9, SQL_ANNOT_PUT, SQL_ANNOT_PUT_MANY },
	[QUEUE_LABEL] = { 3, SQL_ANNOT_LABEL_PUT, SQL_ANNOT_LABEL_PUT_MANY },
	[QUEUE_SESSION] = { 6, SQL_SESSION_PUT, SQL_SESSION_PUT_MANY },
};

/* What these read and write is not queued, or who asks sees to it himself
 * (annot_row, queue_settle). */
static bool
passes_by(enum sql sql)
{
	switch (sql) {
	case SQL_DOC_EXISTS:
	case SQL_DOC_SET:
	case SQL_DOC_ID_LIVE:
	case SQL_DOC_LIVE_ID:
	case SQL_DOC_LIVE_SLUG:
	case SQL_ANNOT_ROW:
	case SQL_SESSION_ROW:
	case SQL_SESSION_DELETE:
	case SQL_LEASE_NEXT:
	case SQL_LEASE_OF_TEXT:
	case SQL_LEASE_DROP:
	case SQL_ANNOT_DELETE:
	case SQL_ANNOT_LABEL_DELETE:
	case SQL_SCHEME_ROW:
	case SQL_LABEL_MEANINGS: return true;
	default: break;
	}
	for (int i = 0; i < QUEUE_COUNT; i++)
		if (sql == tables[i].one || sql == tables[i].many)
			return true;
	return false;
}

static bool
is_bytes(const struct arg *a)
{
	return a->type == ARG_TEXT || a->type == ARG_BLOB;
}

/* A failure dooms the transaction, whoever's statement met with it. */
static int
rows_write(struct project *p, int table, struct err *err)
{
	struct rows *rows = &p->queue->of[table];
	size_t n = rows->n, width = tables[table].width;
	struct err own = { 0 };
	int rc = 0;

	rows->n = 0;
	for (size_t i = 0; i < n * width; i++)
		if (is_bytes(&rows->v[i]))
			rows->v[i].p = rows->mem.data + rows->v[i].i;
	if (n == MANY) {
		cache_grow(p);
		rc = db_run(p, tables[table].many, rows->v, n * width, &own);
	}
	for (size_t i = 0; n < MANY && rc == 0 && i < n; i++)
		rc = db_run(p, tables[table].one, rows->v + i * width, width,
		    &own);
	buf_clear(&rows->mem);
	if (rc == 0)
		return 0;
	if (!p->doomed)
		p->doom = own;
	p->doomed = true;
	if (err != NULL)
		*err = own;
	return -1;
}

int
queue_write(struct project *p, struct err *err)
{
	for (int i = 0; p->queue != NULL && i < QUEUE_COUNT; i++)
		if (p->queue->of[i].n > 0 && rows_write(p, i, err) < 0)
			return -1;
	return 0;
}

int
queue_before(struct project *p, enum sql sql, struct err *err)
{
	if (p->queue == NULL || passes_by(sql))
		return 0;
	if (sql == SQL_EVENT_OF_TEXT) /* reads only the log */
		return p->queue->of[QUEUE_EVENT].n == 0 ? 0 :
		    rows_write(p, QUEUE_EVENT, err);
	return queue_write(p, err);
}

int
queue_put(struct project *p, enum queued table, const struct arg *row,
    struct err *err)
{
	size_t width = tables[table].width;
	struct rows *rows;
	struct arg *to;

	if (p->depth == 0)
		fatal("store: a row outside a transaction");
	if (p->queue == NULL)
		p->queue = xcalloc(1, sizeof *p->queue);
	rows = &p->queue->of[table];
	if (rows->n == MANY && rows_write(p, (int)table, err) < 0)
		return -1;
	to = rows->v + rows->n++ * width;
	for (size_t i = 0; i < width; i++) {
		to[i] = row[i];
		if (!is_bytes(&row[i]))
			continue;
		to[i].i = (int64_t)rows->mem.len;
		buf_add(&rows->mem, row[i].p, row[i].len);
	}
	return 0;
}

int
queue_settle(struct project *p, enum queued table, const struct arg *key,
    size_t n, struct err *err)
{
	const struct rows *rows = p->queue == NULL ? NULL :
	    &p->queue->of[table];

	for (size_t i = 0; rows != NULL && i < rows->n; i++) {
		const struct arg *v = rows->v + i * tables[table].width;
		size_t same = 0;

		while (same < n && v[same].i == key[same].i)
			same++;
		if (same == n)
			return rows_write(p, (int)table, err);
	}
	return 0;
}

int
annot_row(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    sqlite3_stmt **row, struct err *err)
{
	const struct arg key[] = { I(scheme), I(doc), I(uid) };
	int blank = blank_at(p, BLANK_ANNOT, scheme, 0, doc, err);

	*row = NULL;
	if (blank != 0)
		return blank < 0 ? -1 : 0;
	if (queue_settle(p, QUEUE_ANNOT, key, 3, err) < 0)
		return -1;
	*row = db_query(p, SQL_ANNOT_ROW, key, 3, err);
	return *row == NULL ? -1 : db_step(p, *row, err);
}

void
queue_drop(struct project *p)
{
	for (int i = 0; p->queue != NULL && i < QUEUE_COUNT; i++)
		buf_free(&p->queue->of[i].mem);
	free(p->queue);
	p->queue = NULL;
}
