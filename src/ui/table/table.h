/*
 * Table: what is fetched (data.c), drawn (draw.c) and done (view.c, acts.c), and
 * its sheets (sheet.c). The rows are a listing (listing.h); of a text only those
 * near the screen are read.
 */
#ifndef TAGTIGER_UI_TABLE_H
#define TAGTIGER_UI_TABLE_H

#include "tagtiger/annot.h"
#include "tagtiger/doc.h"
#include "tagtiger/listing.h"
#include "tagtiger/scheme.h"

#include "../priv.h"

struct forecast;

/* Columns: these, and those of the file behind them. */
enum table_column {
	TABLE_ID,
	TABLE_SET,
	TABLE_LABEL,
	TABLE_PREDICTED,
	TABLE_SURE,
	TABLE_MARKS,
	TABLE_WHO,
	TABLE_TIME,
	TABLE_LENGTH,
	TABLE_TEXT,
	TABLE_FIELDS, /* + the column's number */
};

#define TABLE_SHOWN 64 /* columns at most */

/* A text as its row shows it. */
struct table_row {
	int64_t seq;	/* 0: no such text */
	enum set set;
	char *id, *text;
	size_t text_len, length; /* bytes, characters */
	char **fields;	/* (columns) NULL: null */
	size_t nfields;
	int64_t *labels; /* that count: of the rule `final` */
	size_t nlabels;
	bool tagged;	/* by anyone */
	bool differ;	/* annotators do, and none of it counts */
	char *who;	/* "alice", "alice +1" */
	long long time;
	bool flag, comment; /* of anyone */
	bool mine;	/* this account has tagged it, */
	int64_t *own;	/* with these */
	size_t nown;
	char *note;	/* its comment */
	int *predicted;	/* (npredicted) places of labels */
	size_t npredicted;
	double sure;	/* NaN: no prediction */
};

/* What the store's lane keeps between two pages; touched there alone. */
struct table_source {
	struct forecast *forecast;
	struct uid_name {
		int64_t uid;
		char *name;
	} *names;
	size_t nnames, cap;
};

/* An act, and the rows to be read after it. */
enum table_act {
	ACT_NONE,
	ACT_TAG,
	ACT_FLAG,
	ACT_UNFLAG,
	ACT_COMMENT,
};

struct table_request {
	struct table_source *source;
	bool first;	    /* what the account has chosen, too */
	char *scheme_name;  /* NULL: the current one */
	char *model;	    /* whose predictions; NULL: the newest's */
	enum table_act act;
	int64_t doc;	    /* of the act */
	int64_t labels[64];
	size_t nlabels;
	char *comment;
	bool accepted;
	char *id;	    /* to be found: the row to go to, */
	bool quiet;	    /* where it is among these */
	size_t row;	    /* the first of the page */
	int64_t *seqs;	    /* (n) the page */
	size_t n;
	/* filled in */
	struct scheme scheme;
	struct column *columns;
	size_t ncolumns;
	int64_t max, gone; /* of the texts; in no set any more */
	char *model_name;   /* NULL: there is none */
	char *state;	    /* what the account has chosen, JSON */
	struct table_row *rows; /* (n) */
	int64_t found;	    /* the text of `id` */
	char *done;	    /* "#1042 → oppose" */
	struct err err;
};

int table_fetch(struct fetch *f);
void table_request_free(void *request);
void table_rows_free(struct table_row *v, size_t n);
void table_source_drop(struct table_source *s); /* in the store's lane */

struct table_state {
	struct table_source *source;
	bool ready;	/* scheme and columns were read */
	bool failed;	/* the last page could not be read */
	bool asked;	/* a page is under way; */
	bool again;	/* and another is wanted after it */
	struct scheme scheme;
	struct column *columns;
	size_t ncolumns;
	int64_t max, gone; /* of the texts; in no set any more */
	char *model;	/* whose predictions are shown; NULL: none */

	struct listing_query q;
	char *scheme_name; /* not the current one: another view asked */
	char *title;	/* the filter, as another view calls it */
	bool guest;	/* another view asked for what is listed, */
	cJSON *own;	/* and this is what the account listed before; or NULL */
	struct listing *listing; /* on the screen */
	struct listing *coming;	 /* being filled */
	struct fetch *filling;	 /* the job; cancelled by another */
	bool aged;	/* acts since may have changed what fits */
	struct list list;
	bool last;	/* stay at the end while rows come */
	int64_t stay;	/* the text to stand on when all have come */

	size_t first;	/* of the rows that were read */
	struct table_row *rows;
	size_t nrows;

	int shown[TABLE_SHOWN]; /* enum table_column, in order */
	size_t nshown;
	int width[TABLE_SHOWN]; /* seen so far */
	bool pane;	/* the text of the cursor's row */
	size_t top;	/* the pane's first line */
	int64_t pane_of;
	struct textbox box;
	int pane_h;
	struct span *hits; /* in the pane's text */
	size_t nhits;

	uint8_t *marked; /* (marks_max / 8 + 1) bits by seq */
	int64_t marks_max;
	size_t nmarked;

	int64_t last_labels[64]; /* for `.` */
	size_t nlast;
};

/* ---- data.c ---- */
struct table_request *table_request_new(struct view *v, enum table_act act);
void table_ask(struct view *v, struct table_request *r, bool act);
/* Read what is near the screen, if it is not there. */
void table_need(struct view *v);
/* List anew by t->q, keeping to the text that the cursor is on. base (or
 * NULL): a complete listing by the same filter. */
void table_list(struct view *v, struct listing *base);
/* The same, as the account wants it: kept. */
void table_choose(struct view *v, struct listing *base);
void table_unfilter(struct listing_query *q); /* all texts, in its order */
/* What is listed is no longer another view's wish. */
void table_own(struct table_state *t);
struct table_filling {
	struct listing *listing, *base;
	struct project *reader;
	struct fetch *fetch;
	struct err err;
};
/* done gets a struct table_filling. */
struct fetch *table_fill(struct view *v, struct listing *l,
    struct listing *base, void (*news)(struct view *, struct fetch *),
    void (*done)(struct view *, struct fetch *));
/* Columns, pane, filter and order, for this account. */
void table_save(struct view *v);
void table_forget(struct table_state *t); /* the rows that were read */
struct table_row *table_row_at(struct table_state *t, size_t row);
struct table_row *table_here(struct table_state *t); /* NULL: not read yet */
int64_t table_seq(const struct table_state *t); /* of the cursor; 0: none */

/* ---- acts.c ---- */
unsigned table_act(struct view *v, struct cmd_call *c);
unsigned table_place(struct view *v, size_t place);
/* The marked rows, else the cursor's. */
unsigned table_tag(struct view *v, const int64_t *labels, size_t n);
void table_unmark(struct table_state *t);
bool table_is_marked(const struct table_state *t, int64_t seq);

/* ---- view.c ---- */

/* ---- draw.c ---- */
void table_draw(struct view *v, struct rect r);
void table_head(struct view *v, struct buf *left, struct buf *right);
void table_status(struct view *v, struct buf *out);
const char *table_column_name(const struct table_state *t, int column);
int table_column_named(const struct table_state *t, const char *name); /* -1 */
/* Can it be shown now? There may be no model, or no such column. */
bool table_column_there(const struct table_state *t, int column);
void table_columns_default(struct table_state *t);
enum listing_key table_column_key(int column);
int table_sort_column(const struct table_state *t); /* -1: the file's order */

/* ---- sheet.c ---- */
void table_columns_open(struct view *v);
/* Labels of a row, multi-label: `place` (or -1) is toggled at once. */
void table_toggles_open(struct view *v, int place);
extern const struct view_ops view_listed; /* `m`: which texts */

#define TABLE_WIDE 120 /* from here the text stands beside the rows */

extern const struct view_ops view_table;

#endif
