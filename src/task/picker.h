/*
 * What choosing keeps between draws; only next.c and picker.c know it. Three
 * things, each read once: what the project says of every text (flags), which
 * texts a regular expression matches, and the model's probabilities with
 * their order. The first draw goes once through the texts of the set; later
 * ones look at the texts that changed.
 */
#ifndef TASK_PICKER_H
#define TASK_PICKER_H

#include "tagtiger/next.h"

struct model;
struct scheme;

/* A model's probabilities, laid along the texts of the set. */
struct scores {
	int64_t id;	      /* the model's; 0: none is loaded */
	int64_t time;	      /* of its file */
	char *name, *path;
	struct predfile *file;
	size_t k;
	int64_t *labels;      /* (k) ids that count now */
	bool multilabel;
	int *columns;	      /* (file's k) places in labels, or -1 */
	bool changed;	      /* labels were merged or deleted since */
	float *one;	      /* (k) */
	const float *prob;    /* (rows,k) in the file, or own; NULL until
				 the texts of the set are known */
	float *own;
	struct select_order *order;
	enum select_mode order_mode;
	int order_label;
};

/* Texts by seq, of something that is not in the flags. */
struct bits {
	bool ready;
	uint8_t *v; /* (max + 1) */
};

/* Which texts several people tag (config double, annotators). */
struct several {
	bool ready;
	double share;
	unsigned people;
	struct bits chosen; /* where not all are */
};

/* Why a text is not drawn; each falls in one. */
enum why_not {
	FITS,
	WAITS, /* fits, for a second opinion */
	TAGGED, UNTAGGED, SKIPPED, SEEN, OUT, FILTERED, WHY_NOT
};

/*
 * The last pass over the texts of the set: why each is drawn or not by these
 * criteria. It holds until something other than single texts changes.
 */
struct passed {
	bool ready;
	struct next_criteria c; /* its strings are not there */
	int predicted;	  /* place of c.predicted in the scores, or -1 */
	uint8_t *why;	  /* (n) enum why_not */
	size_t tally[WHY_NOT];
	size_t *aside;	  /* rows that fit and yet are not drawn: held */
	size_t naside, cap;
};

struct picker {
	uint64_t seed, draw; /* of chance; every draw has another number */

	int64_t scheme; /* of all that follows */
	bool ready;	/* flags hold, as of `since` and `lamport` */
	int64_t since;
	int64_t lamport, replica;
	uint16_t *flags; /* (max + 1) */
	int64_t max;

	enum set set;	  /* of the rows */
	bool have_rows;
	uint32_t *rows;	  /* (n) seqs, rising */
	size_t n;
	uint8_t *fits;	  /* (n) can be drawn now */
	uint8_t *waits;	  /* (n) the same, before those, for a second opinion */
	size_t nwaits;
	struct several several;
	struct passed passed;

	char *pattern;	  /* of `match` */
	bool match_case;
	struct bits match;
	int64_t user;	  /* of `by` */
	struct bits by;
	int64_t carried, carrier; /* of `carry`: the label, and whose */
	struct bits carry;
	struct bits wrong; /* label and prediction differ */
	struct scores scores;
};

/* All that draws under these criteria need: what is there already is kept, and
 * brought up to date by the log. */
int picker_prepare(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err);
/* The model's scores alone: 1 loaded, 0 there are none, -1; and those of one
 * text (k), or NULL. */
const float *scores_of(struct scores *s, int64_t doc);
int picker_scores(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err);

/* Which texts can be drawn, and how many cannot and why. */
int picker_pass(struct picker *p, struct project *project,
    const struct next_criteria *c, struct next_counts *counts,
    struct err *err);
/* This one is not drawn until the next pass. */
void picker_aside(struct picker *p, size_t row);
/* A text of the set has changed: look at it again. */
void pass_row(struct picker *p, size_t row);
void pass_drop(struct picker *p);

/* How many people shall tag the text, if it is one of train. */
unsigned several_people(const struct several *s, int64_t seq);

/* A text's place among the rows, or SIZE_MAX. */
size_t picker_row(const struct picker *p, int64_t seq);
/* The model that the criteria mean: 1 found, 0 none, -1. The newest of its
 * files that covers the set; "" where none does. */
int scores_model(struct project *project, const struct next_criteria *c,
    struct model *out, struct err *err);
char *scores_path(struct project *project, int64_t model, enum set set,
    int64_t *time, struct err *err);
/* Where the labels of s->file stand now (merged ones share a place); whether
 * they still do; and a row of the file laid out so. */
void scores_labels(struct scores *s, const struct scheme *scheme);
bool scores_hold(const struct scores *s, const struct scheme *scheme);
void scores_row(const struct scores *s, const float *from, float *to);
/* A label's place in the scores, or -1; is it among the predicted ones of row
 * i? */
int scores_label(const struct scores *s, int64_t label);
bool scores_predicted(const struct scores *s, size_t i, int label);

/* What the parts of the picker share. */
void bits_drop(struct bits *b);
int bits_new(struct picker *p, struct bits *b, struct err *err);
void scores_drop(struct picker *p);
/* Are the labels others than the predicted ones of the row? */
bool scores_wrong(const struct scores *s, size_t row, const int64_t *labels,
    size_t n);
/* The model's part of picker_prepare, where the criteria need one. */
int picker_model(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err);

#endif
