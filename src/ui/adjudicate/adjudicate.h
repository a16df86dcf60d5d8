/*
 * Project, adjudication: what the view's parts share. All of it belongs to
 * the main thread but what a fetch makes, which is handed over.
 */
#ifndef TAGTIGER_UI_ADJUDICATE_H
#define TAGTIGER_UI_ADJUDICATE_H

#include "tagtiger/agree.h"
#include "tagtiger/annot.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"

#include "../priv.h"

/* The texts that people differ on, the most divided first. */
struct rulings {
	struct scheme scheme;
	struct dispute *v;
	char **ids;	 /* (n) */
	int64_t *holder; /* (n) who else has the text before them, or -1 */
	size_t n, decided;
	struct user *people; /* (npeople) */
	size_t npeople;
	enum role role; /* this account's */
	size_t made;	/* acts here when it was read */
	struct err err;
};

/* How far they agree; `why` not, where there is nothing to measure. */
struct figures {
	struct agree g;
	struct scheme scheme;
	char **names; /* (g.nuids) */
	bool measured;
	struct err why;
};

/* The text under the cursor, and what everybody said about it. */
struct ruled {
	int64_t scheme, doc;
	char *text, *context;
	size_t len;
	struct annot *layers;
	size_t nlayers;
	bool open;	/* it is to be decided by this account, */
	int64_t holder; /* but this one has it before them; -1: nobody */
	struct err err;
};

enum ruling_filter { RULINGS_OPEN, RULINGS_ALL, RULINGS_DECIDED };

struct adj_state {
	struct rulings r;
	struct figures f;
	struct ruled t;
	enum ruling_filter filter;
	size_t *shown; /* (list.n) places in r.v */
	struct list list;
	bool ready, told;     /* the list is there; the figures are */
	bool listing, again;  /* the list is being read; and once more */
	bool reading;	      /* the text is */
	bool stale;	      /* it is to be read again */
	int64_t wanted;	      /* the cursor goes there when it is read */
	bool mine;	      /* the next reload is for a decision made here */
	size_t made;	      /* acts here that changed decisions */
	bool *on;	      /* (nlabels) multi-label: what is toggled, */
	int64_t on_doc;	      /* of this text */
	char *note;	      /* goes with the next decision */
	struct textbox box;
	size_t scroll;
	int text_rows;
};

/* The row of the cursor, or NULL. */
struct dispute *adj_here(struct adj_state *s);
/* The cursor to the first row from this one on, and round, that is open and
 * that nobody else has before them; where there is none it stays. */
void adj_go_free(struct adj_state *s, size_t from);
const char *adj_name(const struct adj_state *s, int64_t uid);
/* Multi-label: what is toggled, (nlabels). */
bool *adj_toggles(struct adj_state *s);
void adj_labels(const struct scheme *s, const int64_t *labels, size_t n,
    struct buf *out);

/* read.c */
void adj_reload(struct view *v, bool soft);
void adj_text_read(struct view *v); /* where the cursor has moved */
void adj_filter(struct adj_state *s, int64_t doc, size_t at);
void adj_leave(struct view *v); /* others can have its text */
void adj_back(struct view *v);
void adj_close(struct view *v);

/* draw.c */
void adj_draw(struct view *v, struct rect r);
void adj_head(struct view *v, struct buf *left, struct buf *right);

#endif
