/*
 * Tag: what is asked for (ask.c), fetched (data.c), drawn (draw.c, side.c
 * beside the text) and done (view.c), where no text fits (end.c), and the
 * sheet of what comes next (mode.c).
 */
#ifndef TAGTIGER_UI_TAG_H
#define TAGTIGER_UI_TAG_H

#include "tagtiger/annot.h"
#include "tagtiger/curve.h"
#include "tagtiger/doc.h"
#include "tagtiger/hits.h"
#include "tagtiger/next.h"
#include "tagtiger/reach.h"
#include "tagtiger/scheme.h"

#include "../priv.h"

/* A text with all that stands around it, made in the store's lane. */
struct shot {
	struct scheme scheme;
	bool have;	   /* there is a text */
	struct doc doc;
	struct next_pick pick; /* why; also when nothing is left */
	bool picked;	   /* it is what selection gave, not one gone to, */
	bool back;	   /* or gone back to */
	struct annot mine; /* what this account says of it */
	bool annotated;
	struct annot_counts counts;
	bool counted;	   /* else they are being counted */
	float *prob;	   /* (scheme.nlabels) NaN: none; NULL without model */
	int best;	   /* place of the label, -1 */
	char *model;
	double model_f1;   /* CV10 F1 macro of it, NaN; and its interval */
	double model_f1_lo, model_f1_hi;
	long long model_time;
	struct learning learning; /* its learning curve */
	struct reach_spec reach; /* what cuts texts; dir NULL: nothing does */
	bool same_model; /* as asked: its scores were not read again */
	bool details;	 /* codebook and annotators were read */
	struct span *hits; /* what the filter's pattern matches, then what
			      is highlighted */
	size_t nhits, nmarks; /* of the pattern; of all */
	char *by_whom;	   /* the name of criteria.user; NULL: anyone */
	char *held;	   /* "held by bob (2)": where nothing is left */
	bool manager;	   /* where nothing is left: may draw from the rest */
	uint64_t rest;	   /* likewise: so many are there */
	struct tag_said {
		char *name, *labels;
	} *said;	   /* what others said of this text */
	size_t nsaid;
	size_t session;	   /* with the details: tagged in it */
	char *codebook;
	struct tag_by {
		int64_t uid;
		char *name;
		uint64_t tagged, hour; /* hour: acts in the last one */
	} *by;		   /* annotators; wide screens show them */
	size_t nby;
};

enum tag_want {
	WANT_NEXT,  /* what is leased, else a new one */
	WANT_FRESH, /* another one; the leased one stays unseen */
	WANT_SHOW,  /* the text `doc` */
	WANT_TAG,   /* tag `doc`, then what is next */
	WANT_SKIP,
	WANT_BACK,  /* the text before `doc` in the session */
	WANT_AGAIN, /* `doc` as it is now: others changed something */
};

struct tag_request {
	enum tag_want want;
	struct next_criteria criteria;
	bool criteria_known; /* else the account's own are read */
	bool save;	     /* keep the criteria for this account */
	int64_t doc;
	char *id; /* WANT_SHOW: this one, where it is not NULL */
	int64_t labels[64];
	size_t nlabels;
	char *comment; /* NULL: as it is */
	bool accepted;
	bool counts;	/* a text more of the session */
	bool others;	/* what others said, where it may be shown */
	bool highlight;
	bool insist;   /* count, however long it takes */
	bool details;  /* the codebook too, and */
	bool wide;     /* who has tagged how many: a look at all labels */
	char *model;   /* whose scores are known, made at this time */
	long long model_time;
	/* filled in */
	struct shot shot;
	struct err err;
	char *done; /* "#1042 → oppose" */
	char *trouble; /* why nothing came next, though the act is done */
};

int tag_fetch(struct fetch *f);
void tag_request_free(void *request);
void shot_free(struct shot *s);

#define TOGGLES 1024
#define TAG_PACE 64 /* labels that the pace is reckoned from */

/* A piece of the codebook as it was laid out last. */
struct tag_page {
	struct mdbox box;
	unsigned serial;
	const char *s;
	size_t begin, end;
};

struct tag_state {
	struct shot shot;
	struct next_criteria criteria;
	bool known; /* criteria were read */
	bool ready; /* the first text came */
	bool busy;  /* a request is under way */
	size_t cut; /* bytes that the model reads; 0: all, or not known */
	size_t cut_tokens;
	int64_t ahead; /* the scheme that was read ahead */
	struct textbox box;
	size_t top; /* first row shown */
	int text_h; /* lines that showed */
	size_t hit; /* of shot.hits, the one gone to */
	bool hit_shown;
	bool toggled[TOGGLES]; /* by place, multi-label */
	char *comment;    /* for the next label */
	int64_t last[64]; /* labels saved last, for `.` */
	size_t nlast;
	bool wide;     /* there is a pane beside the text */
	size_t at;     /* the label under the cursor, where it was moved */
	bool at_moved;
	enum { CODEBOOK_OFF, CODEBOOK_ENTRY, CODEBOOK_WHOLE } codebook;
	size_t codebook_top;
	unsigned book_serial; /* of the codebook that was read */
	struct tag_page side, lower;
	size_t session; /* tagged in this session */
	long long pace[TAG_PACE]; /* when, the last ones; a ring */
	size_t npace;
	char *goto_id; /* where undo leads; NULL none */
	char *trouble; /* why there is no text: an error; NULL none */
	bool leave;    /* this text is done with: draw what is next */
	size_t since;	  /* labels since the last retraining was asked */
	long long retrain; /* every so many; 0 off */
};

void tag_draw(struct view *v, struct rect r);
/* ... where nothing fits, and each way on from there */
void tag_end_draw(const struct view *v, struct rect r);
void tag_widen(struct view *v, const char *how);
void tag_side_draw(struct tag_state *t, struct rect r);
void tag_codebook_draw(struct tag_state *t, struct rect r);
bool tag_codebook_more(const struct tag_state *t);
/* The place of the label under the cursor; is it shown; to the next one. */
size_t tag_label_at(const struct tag_state *t);
bool tag_label_shown(const struct tag_state *t);
void tag_label_move(struct tag_state *t, int step);
/* Where the model would cut the text that has come: asked, and drawn. Rows are
 * its lines and the mark below the one where that is. */
void tag_reach_ask(struct view *v);
size_t tag_rows(const struct tag_state *t);
size_t tag_row_of(const struct tag_state *t, size_t line);
bool tag_row_line(const struct tag_state *t, size_t row, size_t *line);
void tag_mark_draw(const struct tag_state *t, int y, int x);
/* Progress in words, or nothing. */
void tag_pace_words(const struct tag_state *t, struct buf *out);
void tag_done_words(const struct tag_state *t, struct buf *out);
void tag_head(struct view *v, struct buf *left, struct buf *right);
void tag_status(struct view *v, struct buf *out);
/* The key of the label at a place: a digit, its letter, or "". */
void tag_label_key(const struct shot *s, size_t place, char out[8]);
void tag_ask(struct view *v, struct tag_request *r, bool act);
void tag_retrain_read(struct view *v); /* after how many labels */
/* The keys' while one label is tagged. */
extern const char *const tag_contexts[];
struct tag_request *tag_request_new(struct view *v, enum tag_want want);

/* ---- mode_lists.c: for the sheet of what comes next ---- */

/* What there is to choose among, read once. */
struct mode_lists {
	struct mode_model {
		char *name;
		long long time;
	} *models;
	size_t nmodels;
	struct mode_by {
		char *name;
		int64_t uid;
		uint64_t tagged;
	} *by;
	size_t nby;
	size_t seen, skipped; /* of the session, in the set */
	enum set set;
	bool read;
};

/* In the store's lane. Read into a zeroed one; free it also after an error. */
int mode_lists_read(struct mode_lists *l, const struct next_criteria *c,
    struct err *err);
void mode_lists_free(struct mode_lists *l);

#define TAG_WIDE 120 /* columns from which there is a pane on the left */

extern const struct view_ops view_tag, view_mode;

#endif
