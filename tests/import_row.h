/*
 * A project's texts, one by one, for unit tests and fuzzers.
 */
#ifndef TEST_IMPORT_ROW_H
#define TEST_IMPORT_ROW_H

#include "tagtiger/buf.h"
#include "tagtiger/doc.h"

/* 0; 1 where a text, *seq, has the id already; -1 and err. */
static inline int
import_row(struct doc_import *imp, const struct doc_row *row, int64_t *seq,
    struct err *err)
{
	struct doc_ready ready = { 0 };
	struct buf mem = BUF_INIT;
	int rc = doc_ready(row, &mem, &ready, err);

	*seq = 0;
	if (rc == 0) {
		doc_ready_sum(&mem, &ready);
		rc = doc_import_put_many(imp, &mem, &ready, 1, seq, err);
	}
	if (rc == 0 && *seq < 0) {
		*seq = -*seq;
		rc = 1;
	}
	buf_free(&mem);
	return rc;
}

#endif
