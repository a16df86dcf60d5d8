/*
 * Checksums of texts. Each text's own tells which text is damaged; and each
 * import's event has what those of all texts then came to, so that the log's
 * chain covers them. So it does which set each text is in, and with what
 * weight, by the events of all that changes it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "priv.h"

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
text_sum(const char *text, char out[65])
{
	unsigned char hash[32];
	struct sha256 c;

	sha256_init(&c);
	sha256_add(&c, text, strlen(text));
	sha256_end(&c, hash);
	sha256_hex(hash, out);
}

void
sums_init(struct sums *s)
{
	sha256_init(&s->hash);
	s->texts = 0;
	places_init(&s->places);
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
	while (row == 1 && (row = db_step(p, s, err)) == 1) {
		if (sqlite3_column_type(s, 1) == SQLITE_INTEGER)
			sums_add(out, col_int(s, 0), col_int(s, 1));
		places_add(&out->places, col_int(s, 0), col_int(s, 2),
		    col_real(s, 3));
	}
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
	places_end(&s->places, out->sets);
}

bool
sums_are(const struct sums *s, const struct doc_total *told)
{
	struct doc_total now;

	sums_end(s, &now);
	return now.texts == told->texts && strcmp(now.sum, told->sum) == 0;
}

/* ---- sets and weights ---- */

void
places_init(struct places *w)
{
	*w = (struct places){ 0 };
	sha256_init(&w->hash);
}

static void
run_hash(const struct places *w, struct sha256 *hash)
{
	unsigned char bytes[32];
	uint64_t weight;

	memcpy(&weight, &w->weight, sizeof weight);
	big_endian((uint64_t)w->first, bytes);
	big_endian((uint64_t)w->n, bytes + 8);
	big_endian((uint64_t)w->set, bytes + 16);
	big_endian(weight, bytes + 24);
	if (w->n > 0)
		sha256_add(hash, bytes, sizeof bytes);
}

void
places_add(struct places *w, int64_t seq, int64_t set, double weight)
{
	if (w->n == 0 || w->set != set || w->weight != weight) {
		run_hash(w, &w->hash);
		w->first = seq;
		w->n = 0;
		w->set = set;
		w->weight = weight;
	}
	w->n++;
}

void
places_end(const struct places *w, char out[65])
{
	struct sha256 c = w->hash;
	unsigned char hash[32];

	run_hash(w, &c);
	sha256_end(&c, hash);
	sha256_hex(hash, out);
}

int
places_read(struct project *p, char out[65], struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_DOC_PLACES, NO_ARGS, err);
	int row = s != NULL ? 1 : -1;
	struct places w;

	places_init(&w);
	while (row == 1 && (row = db_step(p, s, err)) == 1)
		places_add(&w, col_int(s, 0), col_int(s, 1), col_real(s, 2));
	places_end(&w, out);
	return row;
}

/* ---- what the log says ---- */

/* The newest event that says it, and in meta, of a file that was copied, the
 * one that did before. */
static const struct saying {
	enum sql newest;
	const char *key;
} says_texts = { SQL_EVENT_TOTAL, "texts" },
	says_sets = { SQL_EVENT_SETS, "sets" };

static void
hex_read(const char *data, const char *key, char out[65])
{
	char *s = json_get_text(data, key);

	snprintf(out, 65, "%s", s != NULL ? s : "");
	free(s);
}

static int
total_read(struct project *p, enum sql sql, const struct arg *args, size_t n,
    struct doc_total *out, int64_t *seq, struct err *err)
{
	sqlite3_stmt *s = db_query(p, sql, args, n, err);
	int row = s != NULL ? db_step(p, s, err) : -1;
	struct event e;

	*out = (struct doc_total){ 0 };
	if (row == 1) {
		event_read(s, &e);
		*seq = e.seq;
		out->texts = (uint64_t)json_get_int(e.data, "total", 0);
		out->differed = json_get_true(e.data, "differed");
		out->moved = json_get_true(e.data, "moved");
		hex_read(e.data, "sum", out->sum);
		hex_read(e.data, "sets", out->sets);
	}
	db_done(s);
	return row;
}

/* With the id of the event that says it: of this work copy, else of the file
 * that this one was copied from. */
static int
told(struct project *p, const struct saying *what, struct doc_total *out,
    int64_t *id, struct err *err)
{
	int64_t seq = 0;
	int row = total_read(p, what->newest, ARGS(I(p->replica)), out, &seq,
	    err);

	*id = p->replica << 32 | seq;
	if (row != 0)
		return row;
	row = db_int(p, SQL_META_GET, ARGS(S(what->key)), id, err);
	return row != 1 ? row : total_read(p, SQL_EVENT_ROW,
	    ARGS(I(*id >> 32), I(*id & UINT32_MAX)), out, &seq, err);
}

int
sums_told(struct project *p, struct doc_total *out, struct err *err)
{
	int64_t id;

	return told(p, &says_texts, out, &id, err);
}

int
places_told(struct project *p, struct doc_total *out, struct err *err)
{
	int64_t id;

	return told(p, &says_sets, out, &id, err);
}

static int
keep(struct project *p, const struct saying *what, struct err *err)
{
	struct doc_total total;
	int64_t id;
	int row = told(p, what, &total, &id, err);

	return row != 1 ? row : db_run(p, SQL_META_PUT,
	    ARGS(S(what->key), I(id)), err);
}

int
sums_keep(struct project *p, struct err *err)
{
	return keep(p, &says_texts, err) < 0 ? -1 : keep(p, &says_sets, err);
}

/* ---- acts that move texts ---- */

int
doc_moving_begin(struct project *p, struct doc_moving *m, struct err *err)
{
	struct doc_total told;
	char now[65];
	int row = places_told(p, &told, err);

	if (row == 1 && places_read(p, now, err) < 0)
		row = -1;
	m->moved = row == 1 && (told.moved || strcmp(told.sets, now) != 0);
	return row < 0 ? -1 : 0;
}

int
doc_moving_end(struct project *p, const struct doc_moving *m,
    const char *json, struct err *err)
{
	struct buf b = BUF_INIT;
	char now[65];
	int rc = places_read(p, now, err);

	buf_add(&b, json, strlen(json) - 1); /* but its brace */
	buf_addf(&b, ",\"sets\":\"%s\"%s}", now,
	    m->moved ? ",\"moved\":true" : "");
	if (rc == 0)
		rc = history_add(p, EVENT_DRAW, 0, buf_str(&b), err);
	buf_free(&b);
	return rc;
}
