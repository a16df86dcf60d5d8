/*
 * Checksums of texts. Each text's own tells which text is damaged; and each
 * import's event has what those of all texts then came to, so that the log's
 * chain covers them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "priv.h"

/* In meta: the event that tells of the texts of a file that was copied. */
#define KEPT_KEY "texts"

static void
big_endian(uint64_t v, unsigned char out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(v >> (56 - 8 * i));
}

int64_t
doc_sum(const char *id, size_t id_len, const char *text, size_t text_len,
    const char *cells, size_t cells_len)
{
	unsigned char hash[32];
	uint64_t sum = 0;
	struct sha256 c;

	sha256_init(&c);
	sha256_add(&c, id, id != NULL ? id_len : 0);
	sha256_add(&c, "", 1);
	sha256_add(&c, cells, cells_len);
	sha256_add(&c, "", 1);
	sha256_add(&c, text, text_len);
	sha256_end(&c, hash);
	for (int i = 0; i < 8; i++)
		sum = sum << 8 | hash[i];
	return (int64_t)sum;
}

void
sums_init(struct sums *s)
{
	sha256_init(&s->hash);
	s->texts = 0;
}

void
sums_add(struct sums *s, int64_t seq, int64_t sum)
{
	unsigned char bytes[16];

	big_endian((uint64_t)seq, bytes);
	big_endian((uint64_t)sum, bytes + 8);
	sha256_add(&s->hash, bytes, sizeof bytes);
	s->texts++;
}

int
sums_read(struct project *p, struct sums *out, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_DOC_SUMS, NO_ARGS, err);
	int row = s != NULL ? 1 : -1;

	sums_init(out);
	while (row == 1 && (row = db_step(p, s, err)) == 1)
		sums_add(out, col_int(s, 0), col_int(s, 1));
	return row;
}

void
sums_end(const struct sums *s, struct doc_total *out)
{
	struct sha256 c = s->hash;
	unsigned char hash[32];

	sha256_end(&c, hash);
	*out = (struct doc_total){ .texts = s->texts };
	sha256_hex(hash, out->sum);
}

bool
sums_are(const struct sums *s, const struct doc_total *told)
{
	struct doc_total now;

	sums_end(s, &now);
	return now.texts == told->texts && strcmp(now.sum, told->sum) == 0;
}

/* ---- what the log says ---- */

static int
total_read(struct project *p, enum sql sql, const struct arg *args, size_t n,
    struct doc_total *out, int64_t *seq, struct err *err)
{
	sqlite3_stmt *s = db_query(p, sql, args, n, err);
	int row = s != NULL ? db_step(p, s, err) : -1;
	struct event e;
	char *sum;

	*out = (struct doc_total){ 0 };
	if (row == 1) {
		event_read(s, &e);
		*seq = e.seq;
		out->texts = (uint64_t)json_get_int(e.data, "total", 0);
		out->differed = json_get_true(e.data, "differed");
		sum = json_get_text(e.data, "sum");
		snprintf(out->sum, sizeof out->sum, "%s",
		    sum != NULL ? sum : "");
		free(sum);
	}
	db_done(s);
	return row;
}

/* With the id of the event that says it: of this work copy, else of the file
 * that this one was copied from. */
static int
told(struct project *p, struct doc_total *out, int64_t *id, struct err *err)
{
	int64_t seq = 0;
	int row = total_read(p, SQL_EVENT_TOTAL, ARGS(I(p->replica)), out,
	    &seq, err);

	*id = p->replica << 32 | seq;
	if (row != 0)
		return row;
	row = db_int(p, SQL_META_GET, ARGS(S(KEPT_KEY)), id, err);
	return row != 1 ? row : total_read(p, SQL_EVENT_ROW,
	    ARGS(I(*id >> 32), I(*id & UINT32_MAX)), out, &seq, err);
}

int
sums_told(struct project *p, struct doc_total *out, struct err *err)
{
	int64_t id;

	return told(p, out, &id, err);
}

int
sums_keep(struct project *p, struct err *err)
{
	struct doc_total total;
	int64_t id;
	int row = told(p, &total, &id, err);

	return row != 1 ? row : db_run(p, SQL_META_PUT,
	    ARGS(S(KEPT_KEY), I(id)), err);
}
