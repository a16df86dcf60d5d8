/*
 * The texts of a project. A text is a doc; its number seq (from 1, the order
 * of the file) is what all arrays are indexed by. Ids are the file's, kept as
 * written; a slug is stored where it differs.
 */
#ifndef TAGTIGER_DOC_H
#define TAGTIGER_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/hash.h"

struct buf;
struct err;
struct project;

enum set {
	SET_REST,
	SET_TRAIN,
	SET_VALID,
	SET_TEST,
	SET_COUNT,
	SET_DROPPED = SET_COUNT, /* in none of them: see doc_set_drop */
};

/* A choice of sets is a mask. */
#define SET_BIT(set) (1u << (set))
#define SETS_ALL 0xfu

const char *set_name(enum set set);		     /* "train" */
int set_of_name(const char *name, enum set *set);    /* -1: no such set */
int sets_of_name(const char *name, unsigned *sets); /* also "all" */

/* ---- columns: those of the file, all kept ---- */

enum column_role {
	COLUMN_OTHER,
	COLUMN_ID,
	COLUMN_TEXT,
	COLUMN_LABEL,
	COLUMN_CONTEXT, /* shown beside the text, and exported */
};

struct column {
	int no; /* from 0, the place in doc_row.cells */
	char *name;
	enum column_role role;
	char *kind; /* "text", "int", "real", "bool", "date", "json" */
};

/* Columns are added before texts are. *no is the new column's. A name that
 * exists is found instead, its role kept. */
int column_add(struct project *p, const char *name, enum column_role role,
    const char *kind, int *no, struct err *err);
/* What its cells are, as an import found them: no act of its own. */
int column_kind_set(struct project *p, int no, const char *kind,
    struct err *err);
int column_role_set(struct project *p, int no, enum column_role role,
    struct err *err);
/* The caller frees with column_list_free. */
int column_list(struct project *p, struct column **out, size_t *n,
    struct err *err);
void column_list_free(struct column *c, size_t n);

/* ---- adding texts ---- */

struct doc_cell {
	const char *s; /* NULL: null */
	size_t len;
};

struct doc_row {
	const char *id; /* NULL: numbered, the id is seq */
	size_t id_len;
	const char *text;
	size_t text_len;
	enum set set;
	double weight; /* probability that the draw took it; 0: not drawn */
	const struct doc_cell *cells; /* (ncells) by column number */
	size_t ncells;
};

/*
 * Bulk: one transaction from begin to end, rows in the file's order, nothing
 * kept per row but 16 bytes. A cell equal to the id or to the text is not
 * stored twice. end makes the slugs and, in a new project, the indexes.
 */
struct doc_import;
struct doc_import *doc_import_begin(struct project *p, struct err *err);
/* The same, but nothing is stored and nothing locked: only ids that come twice
 * are found. p may be NULL: a project that is yet to be made. */
struct doc_import *doc_import_try(struct project *p, struct err *err);
/*
 * A row is stored in steps, of which all but the last need no project and may
 * be done on another thread: the slug and the cells of a row (whose strings the
 * caller knows to be valid UTF-8) are made, and all of it is added to `mem`;
 * the row gets its checksum. put_many then stores rows of one mem; seqs[i] is
 * the row's number, or -s where text s of the project has the id already:
 * nothing was stored.
 */
struct doc_ready {
	size_t id, text, cells, slug; /* places in mem */
	size_t id_len, text_len, cells_len, slug_len; /* no slug: 0 */
	uint64_t hash;	/* of the id */
	int64_t sum;	/* of id, text and cells (src/store/sum.c) */
	bool numbered;	/* the id is to be the number */
	enum set set;
	double weight;
};
int doc_ready(const struct doc_row *row, struct buf *mem,
    struct doc_ready *out, struct err *err);
void doc_ready_sum(const struct buf *mem, struct doc_ready *row);
int doc_import_put_many(struct doc_import *imp, const struct buf *mem,
    const struct doc_ready *rows, size_t n, int64_t *seqs, struct err *err);
/* From any thread: where a project is being made, have the disk begin with
 * what is written, so that little is left for the end. */
void doc_import_write_out(struct doc_import *imp);
/* Texts that had been dropped and have come again: with the same text, so that
 * their labels stand again; and with another one, which has none. */
void doc_import_revived(const struct doc_import *imp, uint64_t *same,
    uint64_t *other);
/* What all texts of the project come to now: for the import's event, so that
 * the log's chain covers them. */
struct doc_total {
	uint64_t texts; /* those that have a checksum */
	char sum[65];	/* SHA-256 over their numbers and checksums */
	char sets[65];	/* the same over where each is: struct places */
	bool differed, moved; /* before, they were not as the log says */
};
int doc_import_total(struct doc_import *imp, struct doc_total *out,
    struct err *err);
int doc_import_end(struct doc_import *imp, struct err *err); /* frees imp */
void doc_import_abandon(struct doc_import *imp);	     /* rolls back */

/*
 * Which set each text is in and with what weight, as one SHA-256, over the
 * runs of neighbours that have both in common: the number of a run's first
 * text, how many, set and weight. Texts come in the order of their numbers.
 */
struct places {
	struct sha256 hash; /* of the runs before this one: */
	int64_t first, n, set;
	double weight;
};
void places_init(struct places *w);
void places_add(struct places *w, int64_t seq, int64_t set, double weight);
void places_end(const struct places *w, char out[65]); /* it may go on */

/* An act that moves texts is logged by a draw event, which says where all are
 * then: json is what else it says, an object that is not empty. Both in the
 * transaction in which they are moved. */
struct doc_moving {
	bool moved; /* before, they were not where the log says */
};
int doc_moving_begin(struct project *p, struct doc_moving *m,
    struct err *err);
int doc_moving_end(struct project *p, const struct doc_moving *m,
    const char *json, struct err *err);
/* Move texts to a set, in one transaction. weight: the probability that the
 * draw took each. */
int doc_set_assign(struct project *p, const int64_t *seqs, size_t n,
    enum set set, double weight, struct err *err);

/*
 * Give up a set. Texts that were drawn for it (weight > 0) go back to the
 * rest; the others, which were imported for it, are in no set any more. All
 * labels stay in the log. Everybody's session begins anew. doc_set_droppable
 * only counts.
 */
struct set_dropped {
	uint64_t dropped, to_rest; /* texts */
	uint64_t labelled;	   /* of all these */
};
int doc_set_droppable(struct project *p, enum set set,
    struct set_dropped *out, struct err *err);
int doc_set_drop(struct project *p, enum set set, struct set_dropped *out,
    struct err *err);

/* How many are in no set. */
int doc_dropped(struct project *p, int64_t *n, struct err *err);

/* ---- one text ---- */

struct doc {
	int64_t seq;
	enum set set;
	double weight;
	char *id;
	char *slug; /* equal to id where they do not differ */
	char *text;
	size_t text_len;
	size_t nvalues; /* columns */
	struct doc_value {
		const char *column; /* its name */
		enum column_role role;
		const char *value; /* NULL: null */
	} *values;
	void *memory; /* what values point to */
};

/* 1 found, 0 no such text, -1 error. Find takes the original form of the id,
 * else a slug. */
int doc_get(struct project *p, int64_t seq, struct doc *out, struct err *err);
int doc_find(struct project *p, const char *id, int64_t *seq,
    struct err *err);
/* The original form alone. */
int doc_find_exact(struct project *p, const char *id, int64_t *seq,
    struct err *err);
/* As doc_find, but 0 when found and -1 with ERR_NAME when not. */
int doc_need(struct project *p, const char *id, int64_t *seq,
    struct err *err);
/* (n) of each; in passes of a millisecond, that no writer waits for. */
int doc_need_many(struct project *p, char *const *ids, size_t n,
    int64_t *seqs, struct err *err);
/* So, but as doc_find_exact: 0 is no text, and none for an id that is NULL. */
int doc_find_many(struct project *p, char *const *ids, size_t n,
    int64_t *seqs, struct err *err);
/* Which texts have been found, by id or by their words, holds for as long as
 * this stays the same. */
struct doc_mark {
	int64_t changed; /* the newest draw or import */
	int64_t max;
};
int doc_mark(struct project *p, struct doc_mark *out, struct err *err);
bool doc_mark_same(const struct doc_mark *a, const struct doc_mark *b);
void doc_free(struct doc *d); /* what it points to; zeroes it */
/* The id alone; NULL where there is no such text. Caller frees. */
char *doc_id(struct project *p, int64_t seq, struct err *err);

/* ---- many ---- */

int doc_count(struct project *p, int64_t counts[SET_COUNT], struct err *err);
/* The largest seq; arrays by seq have this + 1 places, [0] unused. */
int doc_max(struct project *p, int64_t *max, struct err *err);
/* Each text's set; max from doc_max. A place without a text gets 0xff. */
int doc_sets(struct project *p, uint8_t *sets /* (max + 1) */, int64_t max,
    struct err *err);
/* The seqs of the texts of some sets, rising. Caller frees *out. */
int doc_list(struct project *p, unsigned sets, int64_t **out, size_t *n,
    struct err *err);

/*
 * Reading through the texts, in batches that are copied, so that no
 * transaction lasts longer than a few milliseconds; what others commit
 * meanwhile may be seen.
 */
enum { DOC_TEXT = 1, DOC_CELLS = 2 }; /* what is wanted, besides ids */

struct doc_view { /* valid until the next doc_cursor_next */
	int64_t seq;
	enum set set;
	double weight;
	const char *id, *slug; /* slug: as in struct doc */
	const char *text; /* NULL unless DOC_TEXT */
	size_t text_len;
	const char *const *cells; /* (columns) NULL: null; unless DOC_CELLS */
	size_t ncells;
};

struct doc_cursor;
struct doc_cursor *doc_cursor_open(struct project *p, unsigned sets,
    unsigned want, struct err *err);
/* Only these, in this order; seqs is borrowed. A seq without a text is
 * passed over. */
struct doc_cursor *doc_cursor_open_list(struct project *p,
    const int64_t *seqs, size_t n, unsigned want, struct err *err);
int doc_cursor_next(struct doc_cursor *c, struct doc_view *out,
    struct err *err); /* 1, 0 at the end, -1 */
void doc_cursor_close(struct doc_cursor *c);

/*
 * The texts from..to, rising, nothing copied: for going through all of them.
 * With want (one byte a text, the first being from's) only those where it is
 * not 0. fn returns 0, or -1 to end it; in transactions of a millisecond.
 */
int doc_texts(struct project *p, int64_t from, int64_t to,
    const uint8_t *want, int (*fn)(void *arg, int64_t seq, const char *text,
    size_t len), void *arg, struct err *err);

#endif
